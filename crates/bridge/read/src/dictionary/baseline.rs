//! Directions to compare dictionaries with, and rows that hold nothing to be found.

use symbolon_tensor::optim::project::{orthonormal, unit_rows};
use symbolon_tensor::{DType, Rng, Tensor, no_grad};

use crate::error::{Error, Result};

fn matrix(rows: &Tensor, count: usize) -> Result<Tensor> {
    if rows.rank() != 2 || rows.size(0) < 2 || count == 0 || count > rows.size(1) {
        let problem = format!("{count} components of rows of shape {:?}", rows.shape());
        return Err(Error::Setting { what: "components", problem });
    }
    Ok(rows.detach().to(DType::F64))
}

/// Eigenvectors of the covariance, the largest first: `[units, units]` as rows, and the variances.
fn principal(rows: &Tensor) -> Result<(Tensor, Tensor)> {
    let centred = rows - rows.mean_axis(0, true);
    let covariance = centred.t().matmul(&centred) / (rows.size(0) - 1) as f64;
    let (values, vectors) = covariance.eigh()?;
    Ok((vectors.flip(&[1]).t().contiguous(), values.flip(&[0]).clamp_min(0.0)))
}

/// The directions of largest variance, `[count, units]`, orthonormal.
///
/// # Errors
/// [`Error::Setting`] for rows that are no matrix or fewer units than components.
pub fn principal_components(rows: &Tensor, count: usize) -> Result<Tensor> {
    no_grad(|| Ok(principal(&matrix(rows, count)?)?.0.narrow(0, ..count).to(rows.dtype())))
}

/// Directions along which rows are least Gaussian, `[count, units]`, of length one: FastICA with `tanh`, all directions at once
/// (Hyvärinen 1999), in the space of the `count` largest variances.
///
/// # Errors
/// As [`principal_components`]; when rows vary in fewer directions.
pub fn independent_components(rows: &Tensor, count: usize, steps: usize, rng: &mut Rng) -> Result<Tensor> {
    no_grad(|| {
        let x = matrix(rows, count)?;
        let (axes, variances) = principal(&x)?;
        let (axes, variances) = (axes.narrow(0, ..count), variances.narrow(0, ..count));
        if variances.min().item() <= 1e-12 * variances.max().item() {
            let problem = format!("the rows vary in fewer than {count} directions");
            return Err(Error::Setting { what: "components", problem });
        }
        let whiten = axes / variances.sqrt().unsqueeze(1);
        let z = (&x - x.mean_axis(0, true)).matmul(&whiten.t()).to(DType::F32);
        let mut w = orthonormal(&rng.normal([count, count], DType::F32))?;
        for _ in 0..steps {
            let g = z.matmul(&w.t()).tanh();
            let slope = g.square().mean_axis(0, false).negative() + 1.0;
            let next = orthonormal(&(g.t().matmul(&z) / z.size(0) as f64 - &w * slope.unsqueeze(1)))?;
            // Directions that only changed their sign have not moved.
            let still = (&next * &w).sum_axis(1, false).abs().min().item();
            w = next;
            if still > 1.0 - 1e-5 {
                break;
            }
        }
        Ok(unit_rows(&w.to(DType::F64).matmul(&whiten)).to(rows.dtype()))
    })
}

/// Rows whose units were dealt out anew, each unit by itself: the same distribution in every unit, nothing that belongs
/// together. What is found in them is found in noise.
///
/// # Errors
/// [`Error::Setting`] for what is no matrix.
pub fn shuffled_within(rows: &Tensor, rng: &mut Rng) -> Result<Tensor> {
    if rows.rank() != 2 {
        let problem = format!("rows of shape {:?}", rows.shape());
        return Err(Error::Setting { what: "shuffle", problem });
    }
    let (count, units) = (rows.size(0), rows.size(1));
    let from = rows.detach().to(DType::F64).to_vec::<f64>();
    let mut out = vec![0.0; from.len()];
    for u in 0..units {
        for (r, p) in rng.permutation(count).to_vec::<i64>().into_iter().enumerate() {
            out[r * units + u] = from[p as usize * units + u];
        }
    }
    Ok(Tensor::new(out, [count, units])?.to(rows.dtype()))
}
