//! Projections onto sets that parameters shall stay in; use with [`Tensor::update`] after each step.

use crate::error::Result;
use crate::tensor::Tensor;

/// Rows (of the last axis) of length one; zero rows stay.
pub fn unit_rows(x: &Tensor) -> Tensor {
    let norm = x.norm(2.0, &[-1], true);
    x / norm.mask_fill(&norm.eq_scalar(0.0), 1.0)
}

/// Rows as the nearest points of the simplex: nothing negative, sum one (Duchi et al. 2008).
pub fn simplex(x: &Tensor) -> Tensor {
    let n = x.size(-1);
    let (sorted, _) = x.detach().sort(-1, true);
    let ranks = Tensor::from((1..=n as i64).collect::<Vec<_>>()).to_device(x.device()).to(x.dtype());
    let excess = sorted.cumsum(-1) - 1.0;
    // The last rank whose number is above the common excess decides the shift.
    let above = (&sorted * &ranks).gt(&excess).to(x.dtype());
    let last = (above.sum_axis(-1, true) - 1.0).clamp_min(0.0).to(crate::DType::I64);
    let shift = excess.gather(-1, &last) / (last.to(x.dtype()) + 1.0);
    (x - shift).clamp_min(0.0)
}

/// The nearest matrix with orthonormal columns (or rows, if there are more columns): `U Vᵀ`.
///
/// # Errors
/// [`Error::Numerical`](crate::Error::Numerical) when the decomposition fails.
pub fn orthonormal(x: &Tensor) -> Result<Tensor> {
    let d = x.detach().svd()?;
    Ok(d.u.matmul(&d.v.t()))
}

/// The `k` numbers of largest absolute value in each row, zeros elsewhere.
pub fn sparse_rows(x: &Tensor, k: usize) -> Tensor {
    let (_, places) = x.detach().abs().topk(k, -1);
    x.zeros_like().scatter(-1, &places, &x.gather(-1, &places))
}

/// Nothing negative.
pub fn non_negative(x: &Tensor) -> Tensor {
    x.clamp_min(0.0)
}
