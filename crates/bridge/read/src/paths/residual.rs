//! How far tokens are from being all the same, and how fast attention alone must bring them there.

use symbolon_tensor::Tensor;

use super::AttentionStack;

/// What is left of `[.., position, width]` when the mean token is taken off every token: `X - 1 xᵀ`.
pub fn residual(x: &Tensor) -> Tensor {
    x - x.mean_axis(-2, true)
}

/// `√(‖X‖₁ ‖X‖∞)`: the geometric mean of the largest column sum and the largest row sum of absolute values, of each matrix
/// `[.., position, width]`; shape `[..]`.
pub fn composite_norm(x: &Tensor) -> Tensor {
    let x = x.abs();
    (x.sum_axis(-2, false).max_axis(-1, false) * x.sum_axis(-1, false).max_axis(-1, false)).sqrt()
}

/// The share of `[.., position, width]` in which tokens differ, `‖res(X)‖ / ‖X‖` in the composite norm: 0 when all tokens are
/// the same (and for zeros); shape `[..]`. The mean token stands for the best one, so it is an upper bound.
pub fn relative_residual(x: &Tensor) -> Tensor {
    composite_norm(&residual(x)) / composite_norm(x).clamp(1e-300f64.max(f32::MIN_POSITIVE.into()), f64::MAX)
}

/// The bound on the residual of pure attention (Theorems 2.2 and 2.3 of the paper): one layer makes of a residual `r` at most
/// `c r³`, with `c = 4 β H / √d_qk` and `β` the largest `‖W_QK‖₁ ‖W_V W_O‖₁,∞` of any head.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// `c`.
    pub factor: f64,
    /// `L`.
    pub layers: usize,
}

impl Bound {
    /// The bound of a stack.
    pub fn of(stack: &AttentionStack) -> Self {
        let columns = |x: Tensor| x.abs().sum_axis(0, false).max().item();
        let mut factor = 0.0f64;
        for (l, layer) in stack.layers.iter().enumerate() {
            let width = layer.q.outputs() / layer.heads.max(1);
            for h in 0..layer.heads {
                let beta = columns(stack.query_key(l, h)) * composite_norm(&stack.value(l, h)).item();
                factor = factor.max(4.0 * beta * layer.heads as f64 / (width as f64).sqrt());
            }
        }
        Self { factor, layers: stack.layers.len() }
    }
    /// Whether it says anything about an input with this residual: `c r² < 1`.
    pub fn binds(&self, residual: f64) -> bool {
        self.factor * residual * residual < 1.0
    }
    /// The logarithm of the most that can be left of a residual after all layers: `(3^L - 1)/2 ln c + 3^L ln r`.
    pub fn ln_after(&self, residual: f64) -> f64 {
        let power = 3f64.powi(self.layers as i32);
        (power - 1.0) / 2.0 * self.factor.ln() + power * residual.ln()
    }
}
