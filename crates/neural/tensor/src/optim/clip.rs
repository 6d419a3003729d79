//! Gradients kept within bounds.

use crate::tape::no_grad;
use crate::tensor::Tensor;

/// Shrinks all gradients together so that their common norm is at most `limit`; returns the norm before.
pub fn clip_norm(gradients: &mut [Tensor], limit: f64) -> f64 {
    no_grad(|| {
        let norm = gradients.iter().map(|g| g.square().sum().item()).sum::<f64>().sqrt();
        if norm > limit {
            gradients.iter_mut().for_each(|g| *g = &*g * (limit / norm));
        }
        norm
    })
}

/// Cuts every number of every gradient to `±limit`.
pub fn clip_value(gradients: &mut [Tensor], limit: f64) {
    no_grad(|| gradients.iter_mut().for_each(|g| *g = g.clamp(-limit, limit)));
}
