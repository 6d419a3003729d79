//! Layer-wise relevance propagation (Bach et al. 2015; Montavon et al. 2019; Achtibat et al. 2024 for attention).
//!
//! Under these rules the cotangent *is* the relevance: seed a walk back with the output's own value, and what arrives
//! at a node is that node's share of it. The sum of relevance is the same before and after every operation, up to the
//! stabiliser and to what offsets (biases) absorb.
//!
//! Nearly everything follows from one identity. If `z` is linear in an operand `x`, then `x · ∂(z·R/z)/∂x` splits `R`
//! among the entries of `x` in proportion to what each contributes to `z`, and the derivative is just the ordinary
//! rule given the cotangent `R/z`.

use super::Rules;
use crate::calculus::local;
use crate::ops::again;
use crate::tape::{Grads, Step};
use crate::tensor::Tensor;
use smallvec::smallvec;

/// `R / z`, moved away from zero by `epsilon` in the direction of `z`.
fn ratio(r: &Tensor, z: &Tensor, epsilon: f64) -> Tensor {
    let z = z.detach();
    let away = z.lt_scalar(0.0).choose(&z.full_like(-epsilon), &z.full_like(epsilon));
    let z = &z + away;
    // With a stabiliser of zero, nothing is shared out where there is nothing to share.
    let empty = z.eq_scalar(0.0);
    empty.choose(&r.zeros_like(), &(r / empty.choose(&z.ones_like(), &z)))
}

/// Shares relevance among operands in proportion to contributions.
fn share(s: &Step, epsilon: f64) -> Grads {
    let grads = s.standard_with(ratio(s.cotangent(), &s.output(), epsilon));
    grads.into_iter().enumerate().map(|(i, g)| g.map(|g| g * s.input(i).detach())).collect()
}

/// What each factor of a product gets: everything if it alone was computed, or if it alone is asked about (the
/// network's input); `left` and the rest if both were computed.
fn portions(s: &Step, left: f64) -> [f64; 2] {
    match (s.is_given(0), s.is_given(1), s.needs(0), s.needs(1)) {
        (false, true, ..) | (true, true, true, false) => [1.0, 0.0],
        (true, false, ..) | (true, true, false, true) => [0.0, 1.0],
        _ => [left, 1.0 - left],
    }
}

/// The same for products.
fn share_product(s: &Step, epsilon: f64, left: f64) -> Grads {
    let portion = portions(s, left);
    let shared = share(s, epsilon).into_iter().enumerate();
    shared.map(|(i, g)| g.filter(|_| portion[i] > 0.0).map(|g| g * portion[i])).collect()
}

/// Relevance handed on unchanged.
fn pass(s: &Step) -> Option<Grads> {
    let r = s.cotangent();
    Some((0..s.operands()).map(|i| (i == 0 && r.shape() == s.input_shape(0)).then(|| r.clone())).collect())
}

const NONLINEAR: &[&str] = &[
    "relu",
    "gelu",
    "gelu_tanh",
    "silu",
    "softplus",
    "sigmoid",
    "tanh",
    "exp",
    "ln",
    "ln_1p",
    "sqrt",
    "square",
    "powf",
    "abs",
    "erf",
    "sin",
    "cos",
    "layer_norm",
    "rms_norm",
    "neg",
    "mul_scalar",
    "div_scalar",
    "to",
    "clamp",
    "gate",
];
const SUMS: &[&str] = &["add", "sub", "sum", "cumsum", "add_scalar", "softmax", "attention_pattern"];
const PRODUCTS: &[&str] = &["matmul", "mul"];

/// The positive and negative parts of a tensor.
fn parts(x: &Tensor) -> (Tensor, Tensor) {
    (x.clamp_min(0.0), x.clamp_max(0.0))
}

/// Contributions of one sign: `x⁺w⁺ + x⁻w⁻` or `x⁺w⁻ + x⁻w⁺`, and how relevance per unit of them returns to `x`.
struct Signed {
    sum: Tensor,
    pieces: [(Tensor, Tensor); 2],
}

impl Signed {
    fn of(s: &Step, positive: bool) -> Option<(usize, Self)> {
        let x = portions(s, 0.5).iter().position(|&p| p == 1.0)?;
        let ((xp, xn), (wp, wn)) = (parts(&s.input(x).detach()), parts(&s.input(1 - x).detach()));
        let pieces = if positive { [(xp, wp), (xn, wn)] } else { [(xp, wn), (xn, wp)] };
        let sum = Self::product(s, x, &pieces[0])? + Self::product(s, x, &pieces[1])?;
        Some((x, Self { sum, pieces }))
    }
    fn product(s: &Step, at: usize, (x, w): &(Tensor, Tensor)) -> Option<Tensor> {
        let operands = if at == 0 { [x.clone(), w.clone()] } else { [w.clone(), x.clone()] };
        again(s.op(), &operands)
    }
    /// `Σ x · (w ᵀ c)` over the two pieces.
    fn back(&self, s: &Step, at: usize, c: &Tensor) -> Tensor {
        let one = |p: &(Tensor, Tensor)| {
            let w = p.1.clone();
            let f = |x: &[Tensor]| Self::product(s, at, &(x[0].clone(), w)).expect("ran once already");
            local(&[&p.0], c, f).remove(0).map_or_else(|| p.0.zeros_like(), |g| g * &p.0)
        };
        one(&self.pieces[0]) + one(&self.pieces[1])
    }
}

fn only(at: usize, r: Tensor) -> Option<Grads> {
    let mut grads: Grads = smallvec![None, None];
    grads[at] = Some(r);
    Some(grads)
}

impl Rules {
    /// LRP-ε: relevance is shared in proportion to contributions; `epsilon` damps the contradictory ones.
    ///
    /// Nonlinear functions and normalisation hand it on unchanged, softmax splits it as its linearisation does,
    /// products of two computed factors (values and attention patterns, gates) get half each, see
    /// [`Rules::sharing`].
    pub fn lrp_epsilon(epsilon: f64) -> Self {
        Self::new("LRP epsilon")
            .on(NONLINEAR, pass)
            .on(SUMS, move |s: &Step| Some(share(s, epsilon)))
            .on(PRODUCTS, move |s: &Step| Some(share_product(s, epsilon, 0.5)))
            .on(&["div"], move |s: &Step| Some(smallvec![share(s, epsilon).swap_remove(0), None]))
    }
    /// LRP-γ: as LRP-ε, but in linear layers contributions of the output's sign count `1 + gamma` times.
    pub fn lrp_gamma(gamma: f64, epsilon: f64) -> Self {
        let rules = Self::lrp_epsilon(epsilon).on(&["matmul"], move |s: &Step| {
            let (z, r) = (s.output().detach(), s.cotangent());
            let mut total: Option<(usize, Tensor)> = None;
            for positive in [true, false] {
                let (at, signed) = Signed::of(s, positive)?;
                let here = if positive { z.gt_scalar(0.0) } else { z.lt_scalar(0.0) };
                let r = here.choose(r, &r.zeros_like());
                let c = ratio(&r, &(&z + &signed.sum * gamma), epsilon);
                let plain = s.standard_with(c.clone()).swap_remove(at)? * s.input(at).detach();
                let part = plain + signed.back(s, at, &c) * gamma;
                total = Some((
                    at,
                    match total {
                        Some((_, t)) => t + part,
                        None => part,
                    },
                ));
            }
            total.and_then(|(at, r)| only(at, r))
        });
        Self { name: "LRP gamma".into(), ..rules }
    }
    /// LRP-αβ with `β = α - 1`: in linear layers positive contributions get `alpha` times the relevance, negative
    /// ones `-(alpha - 1)` times.
    pub fn lrp_alpha_beta(alpha: f64, epsilon: f64) -> Self {
        let rules = Self::lrp_epsilon(epsilon).on(&["matmul"], move |s: &Step| {
            let r = s.cotangent();
            let (at, up) = Signed::of(s, true)?;
            let (_, down) = Signed::of(s, false)?;
            let rise = up.back(s, at, &ratio(r, &up.sum, epsilon));
            let fall = down.back(s, at, &ratio(r, &down.sum, epsilon));
            only(at, rise * alpha - fall * (alpha - 1.0))
        });
        Self { name: "LRP alpha-beta".into(), ..rules }
    }
    /// How relevance is split between two computed factors of a product: `left` to the first, the rest to the second.
    /// To be joined to an LRP set with [`and`](Rules::and).
    pub fn sharing(left: f64, epsilon: f64) -> Self {
        Self::new("sharing")
            .on(PRODUCTS, move |s: &Step| (!s.is_given(0) && !s.is_given(1)).then(|| share_product(s, epsilon, left)))
    }
}
