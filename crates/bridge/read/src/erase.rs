//! Erasing a concept from activations in closed form: so that no linear reader finds it any more (LEACE: Belrose et al. 2023), or
//! by leaving out the direction between the means.

use symbolon_net::Edit;
use symbolon_tensor::optim::project::unit_rows;
use symbolon_tensor::{DType, Tensor, no_grad};

use crate::error::{Error, Result};

/// A map of rows in which a concept is gone: `x - (x - μ) A B`, with `A` `[units, k]` and `B` `[k, units]`.
#[derive(Clone, Debug)]
pub struct Eraser {
    mean: Tensor,
    from: Tensor,
    to: Tensor,
}

/// Variances below this share of the largest count as none.
const RANK: f64 = 1e-9;

impl Eraser {
    /// The smallest change of rows `[rows, units]` after which no linear classifier tells the labels apart better than by
    /// their frequencies (Belrose et al. 2023, theorem 4.3): `A = W U`, `B = Uᵀ W⁺` with the whitening `W` and an orthonormal
    /// basis `U` of the whitened covariances with the labels.
    ///
    /// # Errors
    /// [`Error::Setting`] for fewer than two rows or classes, or other than one label for each row.
    pub fn leace(rows: &Tensor, labels: &[usize]) -> Result<Eraser> {
        let classes = check(rows, labels)?;
        no_grad(|| {
            let x = rows.detach().to(DType::F64);
            let mean = x.mean_axis(0, true);
            let (centred, n) = (&x - &mean, x.size(0) as f64);
            let z = symbolon_data::indices(labels).one_hot(classes, DType::F64);
            let cross = centred.t().matmul(&(&z - z.mean_axis(0, true))) / n;
            let (values, vectors) = (centred.t().matmul(&centred) / n).eigh()?;
            let least = RANK * values.max().item();
            let kept = values.gt_scalar(least).to(DType::F64);
            let root = values.clamp_min(least.max(f64::MIN_POSITIVE)).sqrt();
            let whiten = (&vectors * (&kept / &root)).matmul(&vectors.t());
            let colour = (&vectors * (&kept * &root)).matmul(&vectors.t());
            let found = whiten.matmul(&cross).svd()?;
            let strengths = found.s.to_vec::<f64>();
            let rank = strengths.iter().filter(|s| **s > 1e-9 * strengths[0].max(1e-12)).count().max(1);
            let basis = found.u.narrow(1, ..rank);
            let kind = rows.dtype();
            let (from, to) = (whiten.matmul(&basis), basis.t().matmul(&colour));
            Ok(Eraser { mean: mean.to(kind), from: from.to(kind), to: to.to(kind) })
        })
    }
    /// Leaves out the direction from the mean of the first class to that of the second.
    ///
    /// # Errors
    /// As [`Eraser::leace`]; for other than two classes, and when their means are the same.
    pub fn mean_difference(rows: &Tensor, labels: &[usize]) -> Result<Eraser> {
        if check(rows, labels)? != 2 {
            return Err(Error::Setting { what: "labels", problem: "the difference of means needs two classes".into() });
        }
        no_grad(|| {
            let of = |class: usize| {
                let at: Vec<usize> = (0..labels.len()).filter(|&i| labels[i] == class).collect();
                rows.detach().index_select(0, &symbolon_data::indices(&at)).mean_axis(0, true)
            };
            let between = of(1) - of(0);
            if between.abs().max().item() == 0.0 {
                return Err(Error::Setting { what: "labels", problem: "both classes have the same mean".into() });
            }
            let to = unit_rows(&between);
            Ok(Eraser { mean: rows.detach().mean_axis(0, true), from: to.t(), to })
        })
    }
    /// Leaves out orthonormal directions `[directions, units]`: rows become as the mean of these rows along them.
    pub fn along(directions: &Tensor, rows: &Tensor) -> Eraser {
        let to = directions.detach();
        Eraser { mean: no_grad(|| rows.mean_axis(0, true)), from: to.t(), to }
    }
    /// Rows without the concept, `[rows, units]`.
    pub fn erase(&self, rows: &Tensor) -> Tensor {
        let kind = rows.dtype();
        let change = (rows - self.mean.to(kind)).matmul(&self.from.to(kind)).matmul(&self.to.to(kind));
        rows - change
    }
    /// The same as an edit of a trace.
    pub fn edit(&self) -> Edit {
        let eraser = self.clone();
        Edit::map(move |a| Ok(a.from_rows(&eraser.erase(&a.rows()))?.into_tensor()))
    }
}

/// Columns of values `[rows, columns]` by how far the means of the first two classes are apart, the farthest first: which features
/// or directions tell them from each other.
///
/// # Errors
/// [`Error::Setting`] as [`Eraser::leace`].
pub fn by_difference(values: &Tensor, labels: &[usize]) -> Result<Vec<usize>> {
    check(values, labels)?;
    let of = |class: usize| {
        let at: Vec<usize> = (0..labels.len()).filter(|&i| labels[i] == class).collect();
        values.index_select(0, &symbolon_data::indices(&at)).mean_axis(0, false)
    };
    let order = no_grad(|| (of(0) - of(1)).abs().argsort(0, true));
    Ok(order.to_vec::<i64>().into_iter().map(|c| c as usize).collect())
}

/// How many classes there are.
fn check(rows: &Tensor, labels: &[usize]) -> Result<usize> {
    let classes = labels.iter().max().map_or(0, |m| m + 1);
    let missing = (0..classes).find(|c| !labels.contains(c));
    if rows.rank() != 2 || rows.size(0) != labels.len() || classes < 2 || missing.is_some() {
        let problem = format!(
            "{} labels of {classes} classes for rows of shape {:?}: one label for each row and an example of each class are needed",
            labels.len(),
            rows.shape()
        );
        return Err(Error::Setting { what: "labels", problem });
    }
    Ok(classes)
}
