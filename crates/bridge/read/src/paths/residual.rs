//! How far tokens are from being all the same, and how fast attention alone must bring them there.

use symbolon_net::{Network, Trace};
use symbolon_tensor::{Tensor, no_grad};

use super::AttentionStack;
use crate::error::Result;

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

/// Asks a pass through a stack or a transformer to record the streams that [`left_by_layer`] reads.
pub fn record_streams(trace: Trace) -> Trace {
    trace.record("blocks.0.resid_pre").record("blocks.*.resid_post")
}

/// The relative residual of each example, `[layers + 1][examples]`, of whatever a pass recorded: with [`record_streams`], of the
/// input of the first layer and of what is behind each.
pub fn left_by_layer(trace: &Trace) -> Vec<Vec<f64>> {
    trace.recorded().map(|(_, x)| relative_residual(x.tensor()).to_vec()).collect()
}

/// How the logarithm of what is left falls from layer to layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// The mean ratio of successive steps: 1 where each layer takes the same share, 3 where a residual is cubed.
    pub ratio: f64,
    /// How much better steps that grow by a constant factor explain the curve than equal ones: the difference of Akaike's
    /// information criteria.
    pub geometric_lead: f64,
}

impl Growth {
    /// Of relative residuals by layer, as far as they lie above a floor under which they are rounding; three of them at least,
    /// else nothing is a number.
    pub fn of(left: &[f64], floor: f64) -> Self {
        let y: Vec<f64> = left.iter().take_while(|r| **r > floor).map(|r| -r.ln()).collect();
        let steps: Vec<f64> = y.windows(2).map(|w| w[1] - w[0]).collect();
        let ratios: Vec<f64> = steps.windows(2).map(|w| w[1] / w[0]).collect();
        let ratio = ratios.iter().sum::<f64>() / ratios.len() as f64;
        // y = a f(l): the best a is ⟨y, f⟩ / ⟨f, f⟩.
        let aic = |f: &dyn Fn(f64) -> f64, parameters: f64| {
            let f: Vec<f64> = (0..y.len()).map(|l| f(l as f64)).collect();
            let a = y.iter().zip(&f).map(|(y, f)| y * f).sum::<f64>() / f.iter().map(|f| f * f).sum::<f64>();
            let errors: f64 = y.iter().zip(&f).map(|(y, f)| (y - a * f).powi(2)).sum();
            y.len() as f64 * (errors / y.len() as f64).ln() + 2.0 * parameters
        };
        let bases = (1..400).map(|i| 1.0 + f64::from(i) * 0.01);
        let geometric = bases.map(|base| aic(&|l| base.powf(l), 2.0)).fold(f64::INFINITY, f64::min);
        Self { ratio, geometric_lead: aic(&|l| l, 1.0) - geometric }
    }
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

/// Residuals that are a smaller share of the tokens are rounding, in double precision.
const ROUNDING: f64 = 1e-12;

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
    /// By how much the logarithm of what a stack leaves of the residual of `[position, width]` exceeds the bound, which should be
    /// nothing; none where the bound says nothing, and none where bound and measured residual both lie below what rounding leaves of
    /// tokens of this size: three layers bring a residual of 0.001 below 1e-80, where no double precision number can follow.
    ///
    /// # Errors
    /// What the pass answers.
    pub fn excess(stack: &AttentionStack, x: &Tensor) -> Result<Option<f64>> {
        let (bound, before) = (Self::of(stack), composite_norm(&residual(x)).item());
        if !bound.binds(before) {
            return Ok(None);
        }
        let after = composite_norm(&residual(&no_grad(|| stack.answer(&x.unsqueeze(0)))?.get(0))).item();
        let (most, rounding) = (bound.ln_after(before), (ROUNDING * composite_norm(x).item()).ln());
        Ok((after.ln().max(most) > rounding).then(|| after.ln() - most))
    }
    /// The logarithm of the most that can be left of a residual after all layers: `(3^L - 1)/2 ln c + 3^L ln r`.
    pub fn ln_after(&self, residual: f64) -> f64 {
        let power = 3f64.powi(self.layers as i32);
        (power - 1.0) / 2.0 * self.factor.ln() + power * residual.ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laws_of_collapse_are_told_apart() {
        let noise = |l: i32| 1.0 + 1e-3 * f64::from(l % 3);
        // ln r: -0.1 · 2^l, and -0.5 l.
        let geometric: Vec<f64> = (0..8).map(|l| (-0.1 * 2f64.powi(l) * noise(l)).exp()).collect();
        let linear: Vec<f64> = (0..20).map(|l| (-0.5 * f64::from(l) * noise(l)).exp()).collect();
        let [fast, slow] = [Growth::of(&geometric, 1e-12), Growth::of(&linear, 1e-12)];
        assert!((fast.ratio - 2.0).abs() < 0.05 && fast.geometric_lead > 10.0, "{fast:?}");
        assert!((slow.ratio - 1.0).abs() < 0.05 && slow.geometric_lead < -10.0, "{slow:?}");
        // What is rounding takes no part.
        let rounded = [&geometric[..], &[1e-13, 2e-13]].concat();
        assert_eq!(Growth::of(&rounded, 1e-12), fast);
        assert!(Growth::of(&[0.5], 1e-12).ratio.is_nan());
    }
}
