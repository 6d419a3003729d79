//! The nonlinear functions of networks, and softmax.

use super::float;
use super::function::map;
use crate::engine::{Raw, Unary};
use crate::kernels;
use crate::op::Op;
use crate::shape;
use crate::tape::{Grads, Keep, Step, is_recording, record};
use crate::tensor::Tensor;
use smallvec::smallvec;

/// A fused kernel for the numbers, the composed formula otherwise.
fn fused(x: &Tensor, kernel: fn(&Raw) -> Option<Raw>, composed: impl Fn(&Tensor) -> Tensor) -> Raw {
    match x.is_empty() {
        true => x.raw.clone(),
        false => kernel(&x.raw).unwrap_or_else(|| composed(&x.detach()).raw),
    }
}

/// The cotangent of an elementwise function: fused when nobody will differentiate it, composed otherwise.
fn back(s: &Step, kernel: fn(&Raw, &Raw) -> Option<Raw>, slope: impl Fn(&Tensor) -> Tensor) -> Grads {
    let (x, g) = (s.input(0), s.cotangent());
    if !is_recording()
        && !x.is_empty()
        && let Some(raw) = kernel(&x.raw, &g.raw)
    {
        return smallvec![Some(Tensor::constant(raw))];
    }
    smallvec![Some(g * slope(&x))]
}

/// `Φ(x) + x φ(x)`.
fn gelu_slope(x: &Tensor) -> Tensor {
    let density =
        (x.square() * -0.5).exp() * (0.5 * std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2);
    normal(x) + x * density
}

/// The normal distribution Φ.
fn normal(x: &Tensor) -> Tensor {
    ((x * std::f64::consts::FRAC_1_SQRT_2).erf() + 1.0) * 0.5
}

/// `sqrt(2/π) (x + 0.044715 x³)`.
fn inner_tanh(x: &Tensor) -> Tensor {
    let c = (2.0 / std::f64::consts::PI).sqrt();
    (x + x * x.square() * 0.044715) * c
}

impl Tensor {
    /// The larger of `x` and zero. Its derivative at zero is zero.
    #[track_caller]
    pub fn relu(&self) -> Tensor {
        record("relu", &[self], map("relu", Unary::Relu, self), Keep::OUTPUT, |s| {
            smallvec![Some(s.cotangent().gate(&s.output()))]
        })
    }
    /// `1 / (1 + e^-x)`.
    #[track_caller]
    pub fn sigmoid(&self) -> Tensor {
        record("sigmoid", &[self], map("sigmoid", Unary::Sigmoid, self), Keep::OUTPUT, |s| {
            let y = s.output();
            smallvec![Some(s.cotangent() * &y * (1.0 - &y))]
        })
    }
    /// Hyperbolic tangent.
    #[track_caller]
    pub fn tanh(&self) -> Tensor {
        record("tanh", &[self], map("tanh", Unary::Tanh, self), Keep::OUTPUT, |s| {
            smallvec![Some(s.cotangent() * (1.0 - s.output().square()))]
        })
    }
    /// GELU: `x Φ(x)`, Φ the normal distribution.
    #[track_caller]
    pub fn gelu(&self) -> Tensor {
        float("gelu", self);
        let raw = fused(self, |x| kernels::map::unary(Unary::Gelu, x), |x| x * normal(x));
        record("gelu", &[self], raw, Keep::INPUTS, |s| back(s, kernels::map::gelu_back, gelu_slope))
    }
    /// GELU by its usual approximation `x/2 (1 + tanh(sqrt(2/π) (x + 0.044715 x³)))`.
    #[track_caller]
    pub fn gelu_tanh(&self) -> Tensor {
        float("gelu_tanh", self);
        let raw = fused(self, kernels::map::gelu_tanh, |x| x * 0.5 * (inner_tanh(x).tanh() + 1.0));
        record("gelu_tanh", &[self], raw, Keep::INPUTS, |s| {
            back(s, kernels::map::gelu_tanh_back, |x| {
                let t = inner_tanh(x).tanh();
                let inner = (x.square() * (3.0 * 0.044715) + 1.0) * (2.0 / std::f64::consts::PI).sqrt();
                (&t + 1.0) * 0.5 + x * 0.5 * (1.0 - t.square()) * inner
            })
        })
    }
    /// SiLU or swish: `x / (1 + e^-x)`.
    #[track_caller]
    pub fn silu(&self) -> Tensor {
        float("silu", self);
        let raw = fused(self, kernels::map::silu, |x| x * x.sigmoid());
        record("silu", &[self], raw, Keep::INPUTS, |s| {
            back(s, kernels::map::silu_back, |x| {
                let y = x.sigmoid();
                &y * ((1.0 - &y) * x + 1.0)
            })
        })
    }
    /// `ln(1 + e^x)` without overflow.
    #[track_caller]
    pub fn softplus(&self) -> Tensor {
        float("softplus", self);
        let raw = fused(self, kernels::map::softplus, |x| x.clamp_min(0.0) + (-x.abs()).exp().ln_1p());
        record("softplus", &[self], raw, Keep::INPUTS, |s| back(s, kernels::map::softplus_back, Tensor::sigmoid))
    }
    /// `ln(1 / (1 + e^-x))` without overflow.
    #[track_caller]
    pub fn log_sigmoid(&self) -> Tensor {
        -self.negative().softplus()
    }
    /// `x` above zero, `slope * x` below.
    #[track_caller]
    pub fn leaky_relu(&self, slope: f64) -> Tensor {
        float("leaky_relu", self);
        self.gt_scalar(0.0).choose(self, &(self * slope))
    }
    /// `x` above zero, `scale * (e^x - 1)` below.
    #[track_caller]
    pub fn elu(&self, scale: f64) -> Tensor {
        float("elu", self);
        self.gt_scalar(0.0).choose(self, &(self.minimum(&self.zeros_like()).exp_m1() * scale))
    }
    /// `x tanh(softplus x)`.
    #[track_caller]
    pub fn mish(&self) -> Tensor {
        self * self.softplus().tanh()
    }
    /// Zero at `-3` and below, one at `3` and above, straight between.
    #[track_caller]
    pub fn hard_sigmoid(&self) -> Tensor {
        (self / 6.0 + 0.5).clamp(0.0, 1.0)
    }
    /// `x` where it is above `threshold` (which broadcasts), zero elsewhere. No gradient flows to the threshold.
    #[track_caller]
    pub fn jump_relu(&self, threshold: &Tensor) -> Tensor {
        self.detach().gt(&threshold.detach()).choose(self, &self.zeros_like())
    }
    /// The `k` largest numbers of the last axis in their places, zero elsewhere.
    #[track_caller]
    pub fn keep_topk(&self, k: usize) -> Tensor {
        float("keep_topk", self);
        let (values, places) = self.topk(k, -1);
        self.detach().zeros_like().scatter_add(-1, &places, &values)
    }
    /// `e^x / Σ e^x` along an axis.
    #[track_caller]
    pub fn softmax(&self, axis: isize) -> Tensor {
        float("softmax", self);
        let at = shape::axis("softmax", &self.shape, axis);
        if at + 1 != self.rank() {
            return self.transpose(axis, -1).softmax(-1).transpose(axis, -1);
        }
        let width = self.shape[at];
        let raw = match self.is_empty() {
            true => self.raw.clone(),
            false => kernels::rows::softmax(&self.raw, width).unwrap_or_else(|| {
                let x = self.detach();
                let e = (&x - x.max_axis(-1, true)).exp();
                (&e / e.sum_axis(-1, true)).raw
            }),
        };
        record(Op::new("softmax").ints("axis", [at]), &[self], raw, Keep::OUTPUT, move |s| {
            let (y, g) = (s.output(), s.cotangent());
            if !is_recording()
                && !y.is_empty()
                && let Some(raw) = kernels::rows::softmax_back(&y.raw, &g.raw, width, 1.0)
            {
                return smallvec![Some(Tensor::constant(raw))];
            }
            smallvec![Some(&y * (g - (g * &y).sum_axis(-1, true)))]
        })
    }
    /// The logarithm of [`softmax`](Tensor::softmax), without losing small probabilities.
    #[track_caller]
    pub fn log_softmax(&self, axis: isize) -> Tensor {
        float("log_softmax", self);
        let at = shape::axis("log_softmax", &self.shape, axis);
        if at + 1 != self.rank() {
            return self.transpose(axis, -1).log_softmax(-1).transpose(axis, -1);
        }
        let width = self.shape[at];
        let raw = match self.is_empty() {
            true => self.raw.clone(),
            false => kernels::rows::log_softmax(&self.raw, width).unwrap_or_else(|| {
                let x = self.detach();
                (&x - x.logsumexp(-1, true)).raw
            }),
        };
        record(Op::new("log_softmax").ints("axis", [at]), &[self], raw, Keep::OUTPUT, move |s| {
            let (y, g) = (s.output(), s.cotangent());
            if !is_recording()
                && !y.is_empty()
                && let Some(raw) = kernels::rows::log_softmax_back(&y.raw, &g.raw, width)
            {
                return smallvec![Some(Tensor::constant(raw))];
            }
            smallvec![Some(g - y.exp() * g.sum_axis(-1, true))]
        })
    }
}
