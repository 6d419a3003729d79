//! Orthonormal parameters: after each step of the optimiser they go back to where rows are orthonormal.

use symbolon_symbol::orthonormality;
use symbolon_tensor::optim::project;
use symbolon_tensor::{DType, Tensor, no_grad};

use crate::error::Result;

/// The nearest matrix with orthonormal rows to one `[k, units]` whose rows are nearly so, up to the rounding of its numbers.
///
/// Newton's iteration for the polar factor, `R <- R + (1 - R R^T) R / 2` (Higham 1986), squares the error each time; what is too
/// far for it goes through a singular value decomposition. Computed in `f64`.
///
/// # Errors
/// [`Error::Net`](crate::Error::Net) for numbers that are not finite.
pub fn retract(rows: &Tensor) -> Result<Tensor> {
    no_grad(|| {
        let dtype = rows.dtype();
        let eye = Tensor::eye(rows.size(0), DType::F64).to_device(rows.device());
        let mut r = rows.detach().to(DType::F64);
        for _ in 0..6 {
            let gap = &eye - r.matmul(&r.t());
            let off = gap.abs().max().item();
            if off < 1e-12 {
                return Ok(r.to(dtype));
            }
            if off.is_nan() || gap.square().sum().item() > 0.5 {
                break;
            }
            r = &r + gap.matmul(&r) * 0.5;
        }
        let off = orthonormality(&r);
        if off.is_nan() || off > 1e-10 {
            r = project::orthonormal(&rows.detach().to(DType::F64))?;
        }
        Ok(r.to(dtype))
    })
}

/// The part of a gradient that moves along orthonormal rows; the rest would be taken back by [`retract`].
pub(super) fn tangent(rows: &Tensor, gradient: &Tensor) -> Tensor {
    no_grad(|| {
        let inner = gradient.matmul(&rows.t());
        gradient - ((&inner + inner.t()) * 0.5).matmul(rows)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use symbolon_tensor::Rng;

    #[test]
    fn rows_come_back_to_orthonormal_and_stay_near() {
        let mut rng = Rng::new(3);
        let start = project::orthonormal(&rng.normal([20, 32], DType::F64)).unwrap();
        for size in [1e-4, 1e-2, 0.3] {
            let moved = &start + rng.normal([20, 32], DType::F64) * (size / 6.0);
            let back = retract(&moved).unwrap();
            assert!(orthonormality(&back) < 1e-12);
            // It is the nearest such matrix: the decomposition finds the same.
            assert!(back.is_close(&project::orthonormal(&moved).unwrap(), 1e-9, 0.0));
            assert!(orthonormality(&retract(&moved.to(DType::F32)).unwrap()) < 1e-6);
        }
        assert!(retract(&Tensor::full([2, 3], f64::NAN, DType::F64)).is_err());
    }
}
