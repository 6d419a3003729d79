//! Single units: how selective they are for a class, as a tensor expression, so that a training loss can press it up or down.

use symbolon_tensor::{DType, Tensor};

use crate::error::{Error, Result};

/// The class selectivity index of each unit, `[units]` (Morcos et al. 2018): `(m - r) / (m + r + 1e-6)`, with `m` the largest
/// of the unit's mean activations of a class and `r` the mean of the other classes' means. From 0 (the same for all classes)
/// to 1 (active for one class only) where activations are not negative. `rows` is `[examples, units]`; classes without an
/// example are left out. Differentiable.
///
/// ```
/// use symbolon_check::selectivity;
/// use symbolon_tensor::Tensor;
/// let rows = Tensor::from([[1.0f64, 1.0], [1.0, 3.0], [0.0, 1.0], [0.0, 1.0]]);
/// let index = selectivity(&rows, &[0, 0, 1, 1])?.to_vec::<f64>();
/// assert!((index[0] - 1.0).abs() < 1e-5 && (index[1] - 1.0 / 3.0).abs() < 1e-5);
/// # Ok::<(), symbolon_check::Error>(())
/// ```
///
/// # Errors
/// [`Error::Request`] unless there is one label for each row and at least two classes.
pub fn selectivity(rows: &Tensor, labels: &[usize]) -> Result<Tensor> {
    let mut classes = labels.to_vec();
    classes.sort_unstable();
    classes.dedup();
    if rows.rank() != 2 || rows.size(0) != labels.len() || classes.len() < 2 {
        let (shape, labels, found) = (rows.shape(), labels.len(), classes.len());
        let problem = format!(
            "{labels} labels of {found} classes for shape {shape:?}; give [examples, units] and a label of one of several \
             classes for each example"
        );
        return Err(Error::Request { what: "selectivity", problem });
    }
    let mut weights = vec![0.0f64; classes.len() * labels.len()];
    for (c, class) in classes.iter().enumerate() {
        let of_class = labels.iter().filter(|l| *l == class).count() as f64;
        let row = &mut weights[c * labels.len()..][..labels.len()];
        row.iter_mut().zip(labels).filter(|(_, l)| *l == class).for_each(|(w, _)| *w = 1.0 / of_class);
    }
    let weights = Tensor::new(weights, [classes.len(), labels.len()]).map_err(symbolon_net::Error::from)?;
    let dtype = if rows.dtype().is_float() { rows.dtype() } else { DType::F64 };
    let means = weights.to(dtype).to_device(rows.device()).matmul(&rows.to(dtype)); // [classes, units]
    let largest = means.max_axis(0, false);
    let rest = (means.sum_axis(0, false) - &largest) / (classes.len() as f64 - 1.0);
    Ok((&largest - &rest) / (largest + rest + 1e-6))
}
