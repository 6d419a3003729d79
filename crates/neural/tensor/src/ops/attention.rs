//! Attention and rotary positions.

use super::{float, same_kind};
use crate::calculus::recompute;
use crate::dtype::DType;
use crate::engine;
use crate::kernels::{self, attention::Plan};
use crate::op::Op;
use crate::tape::{Keep, is_plain, is_recording, record};
use crate::tensor::Tensor;
use smallvec::smallvec;

/// How queries may look at keys.
///
/// ```
/// use symbolon_tensor::{Attention, DType, Tensor};
/// let x = Tensor::ones([1, 2, 4, 8], DType::F32); // batch, head, position, width
/// let a = Attention::causal().run(&x, &x, &x);
/// assert_eq!(a.out.shape(), [1, 2, 4, 8]);
/// assert_eq!(a.pattern.get((0, 0, 1)).to_vec::<f32>(), [0.5, 0.5, 0.0, 0.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Attention {
    /// Queries see only keys at or before their own position; with fewer queries than keys, the last query stands at
    /// the last key.
    pub causal: bool,
    /// Queries see only this many keys up to and including their own position (on both sides when not causal).
    pub window: Option<usize>,
    /// What scores are multiplied with; `1 / sqrt(width)` by default.
    pub scale: Option<f64>,
    /// Scores are squeezed to `±cap` by `cap · tanh(score / cap)`.
    pub soft_cap: Option<f64>,
}

/// What attention did.
#[derive(Clone, Debug)]
pub struct Attended {
    /// Mixed values: `[batch, heads, queries, width]`.
    pub out: Tensor,
    /// Who looked at what: `[batch, heads, queries, keys]`; rows sum to one.
    pub pattern: Tensor,
    /// Scores before masking and softmax, scaled and capped: `[batch, heads, queries, keys]`.
    pub scores: Tensor,
}

/// Fewer queries than these are not worth laying out keys for.
const FEW: usize = 8;

/// Stops unless queries, keys and values fit together.
#[track_caller]
fn fits(q: &Tensor, k: &Tensor, v: &Tensor) {
    same_kind("attention", q, k);
    same_kind("attention", q, v);
    let fits = q.rank() == 4
        && k.rank() == 4
        && v.rank() == 4
        && q.size(0) == k.size(0)
        && k.shape[..3] == v.shape[..3]
        && q.size(3) == k.size(3)
        && k.size(1) > 0
        && q.size(1).is_multiple_of(k.size(1));
    assert!(fits, "attention: shapes {:?}, {:?}, {:?} do not fit together", q.shape, k.shape, v.shape);
}

impl Attention {
    /// Queries look back only.
    pub fn causal() -> Self {
        Self { causal: true, ..Self::default() }
    }

    /// Which keys query `i` sees among `keys`, when there are `queries` of them.
    pub(crate) fn span(&self, i: usize, queries: usize, keys: usize) -> (usize, usize) {
        let own = (i + keys).saturating_sub(queries);
        let to = if self.causal { (own + 1).min(keys) } else { keys };
        match self.window {
            None => (0, to),
            Some(w) if self.causal => ((own + 1).saturating_sub(w).min(to), to),
            Some(w) => ((own + 1).saturating_sub(w).min(keys), (own + w).min(to)),
        }
    }

    /// What [`run`](Attention::run) mixes, without its pattern: less memory and time where nobody looks at who looked
    /// at what.
    ///
    /// In `f32` a fused kernel computes it. Under other backward [rules](crate::rules), and where the gradient is
    /// recorded, it is taken apart on the way back, so that rules for patterns and products hold as for `run`.
    ///
    /// ```
    /// # use symbolon_tensor::{Attention, DType, Rng};
    /// let x = Rng::new(0).normal([1, 2, 20, 8], DType::F32);
    /// let how = Attention { window: Some(4), ..Attention::causal() };
    /// assert!(how.out(&x, &x, &x).is_close(&how.run(&x, &x, &x).out, 1e-5, 0.0));
    /// ```
    ///
    /// # Panics
    /// When shapes do not fit together.
    #[track_caller]
    pub fn out(&self, q: &Tensor, k: &Tensor, v: &Tensor) -> Tensor {
        fits(q, k, v);
        let (t, keys) = (q.size(2), k.size(2));
        // Laying out keys for a few queries costs more than it saves.
        let fused =
            q.dtype() == DType::F32 && engine::on_cpu(&q.raw) && t >= FEW && [q, k, v].iter().all(|x| !x.is_empty());
        if !fused {
            return self.run(q, k, v).out;
        }
        let how = *self;
        let plan = Plan {
            batch: q.size(0),
            heads: q.size(1),
            groups: k.size(1),
            queries: t,
            keys,
            widths: [q.size(3), v.size(3)],
            scale: self.scale.unwrap_or(1.0 / (q.size(3) as f64).sqrt()) as f32,
            cap: self.soft_cap.map(|c| c as f32),
            spans: (0..t).map(|i| self.span(i, t, keys)).collect(),
        };
        let [a, b, c] = [q, k, v].map(|x| engine::dense(&x.raw));
        let [a, b, c] = [&a, &b, &c].map(engine::slice::<f32>);
        let (mixed, logs) = kernels::attention::forward(a, b, c, &plan);
        let raw = engine::from_vec(mixed, &[plan.batch, plan.heads, t, plan.widths[1]]);
        record(how.op("attention"), &[q, k, v], raw, Keep::ALL, move |s| {
            if !is_plain() {
                return recompute(s, |x| how.run(&x[0], &x[1], &x[2]).out);
            }
            let dense = [&s.input(0).raw, &s.input(1).raw, &s.input(2).raw, &s.cotangent().raw, &s.output().raw]
                .map(engine::dense);
            let parts = dense.each_ref().map(engine::slice::<f32>);
            let (dq, dk, dv) = kernels::attention::backward(parts, &logs, &plan);
            let like = |values: Vec<f32>, i: usize| Some(Tensor::constant(engine::from_vec(values, s.input_shape(i))));
            smallvec![like(dq, 0), like(dk, 1), like(dv, 2)]
        })
    }

    /// The operation with these settings.
    fn op(&self, kind: &'static str) -> Op {
        let mut op = Op::new(kind).text("keys", if self.causal { "before" } else { "all" });
        if let Some(w) = self.window {
            op = op.ints("window", [w]);
        }
        if let Some(s) = self.scale {
            op = op.real("scale", s);
        }
        if let Some(c) = self.soft_cap {
            op = op.real("soft_cap", c);
        }
        op
    }

    /// Attention of queries `[batch, heads, queries, width]` over keys and values `[batch, groups, keys, width]`.
    ///
    /// `groups` divides `heads`: neighbouring heads share keys and values (grouped queries; one group is
    /// multi-query attention).
    ///
    /// # Panics
    /// When shapes do not fit together.
    #[track_caller]
    pub fn run(&self, q: &Tensor, k: &Tensor, v: &Tensor) -> Attended {
        fits(q, k, v);
        let [b, h, t, d] = [q.size(0), q.size(1), q.size(2), q.size(3)];
        let (groups, s, dv) = (k.size(1), k.size(2), v.size(3));
        let scale = self.scale.unwrap_or(1.0 / (d as f64).sqrt());
        // Heads of one group stand below each other, so that one product serves them all.
        let tall = |x: &Tensor, width: usize| x.reshape([b, groups, h / groups * t, width]);
        let scores = tall(q, d).matmul(&k.t()).reshape([b, h, t, s]);
        let (scores, factor) = match self.soft_cap {
            Some(cap) => ((scores * (scale / cap)).tanh() * cap, 1.0),
            None => (scores, scale),
        };
        let pattern = scores.attention_pattern(*self, factor);
        let out = tall(&pattern, s).matmul(v).reshape([b, h, t, dv]);
        let scores = if factor == 1.0 { scores } else { scores * factor };
        Attended { out, pattern, scores }
    }
}

impl Tensor {
    /// Softmax of `scores * scale` over the keys each query sees; zero elsewhere, also where it sees none.
    #[track_caller]
    pub fn attention_pattern(&self, how: Attention, scale: f64) -> Tensor {
        float("attention_pattern", self);
        let (t, s) = (self.size(-2), self.size(-1));
        let raw = match self.is_empty() {
            true => self.raw.clone(),
            false => kernels::rows::masked_softmax(&self.raw, t, s, scale as f32, |i| how.span(i, t, s))
                .unwrap_or_else(|| {
                    let mut seen = vec![false; t * s];
                    for i in 0..t {
                        let (a, b) = how.span(i, t, s);
                        seen[i * s + a..i * s + b.max(a)].fill(true);
                    }
                    let seen = Tensor::from_bools(seen, [t, s]).expect("as many").to_device(self.device());
                    let x = (self.detach() * scale).mask_fill(&seen.not(), f64::NEG_INFINITY);
                    let top = x.max_axis(-1, true);
                    let top = top.mask_fill(&top.eq_scalar(f64::NEG_INFINITY), 0.0);
                    let e = (x - top).exp();
                    let total = e.sum_axis(-1, true);
                    (&e / total.mask_fill(&total.eq_scalar(0.0), 1.0)).raw
                }),
        };
        let op = Op::new("attention_pattern").real("scale", scale);
        record(op, &[self], raw, Keep::OUTPUT, move |step| {
            let (y, g) = (step.output(), step.cotangent());
            if !is_recording()
                && !y.is_empty()
                && let Some(raw) = kernels::rows::softmax_back(&y.raw, &g.raw, s, scale as f32)
            {
                return smallvec![Some(Tensor::constant(raw))];
            }
            smallvec![Some(&y * (g - (g * &y).sum_axis(-1, true)) * scale)]
        })
    }
    /// Rotary positions: turns pairs of the last axis by angles that grow with the position (second to last axis).
    ///
    /// `cos` and `sin` have shape `[positions, width / 2]`, see [`rotary_tables`]; the i-th number is paired with the
    /// one half a width further (as in Llama). Width beyond the tables' stays as it is.
    #[track_caller]
    pub fn rotary(&self, cos: &Tensor, sin: &Tensor) -> Tensor {
        let half = cos.size(-1);
        assert!(2 * half <= self.size(-1), "rotary: tables of {half} angles for shape {:?}", self.shape);
        let (a, b) = (self.narrow(-1, ..half), self.narrow(-1, half..2 * half));
        let (x, y) = (&a * cos - &b * sin, &b * cos + &a * sin);
        match 2 * half == self.size(-1) {
            true => Tensor::cat(&[&x, &y], -1),
            false => Tensor::cat(&[&x, &y, &self.narrow(-1, 2 * half..)], -1),
        }
    }
}

/// Tables for [`Tensor::rotary`]: cosines and sines of `position · base^(-2i/width)`, shape `[positions, width / 2]`.
pub fn rotary_tables(positions: std::ops::Range<usize>, width: usize, base: f64) -> (Tensor, Tensor) {
    let half = width / 2;
    let angle = |p: usize, i: usize| p as f64 * base.powf(-2.0 * i as f64 / width as f64);
    let table = |f: fn(f64) -> f64| -> Vec<f32> {
        positions.clone().flat_map(|p| (0..half).map(move |i| f(angle(p, i)) as f32)).collect()
    };
    (Tensor::of(table(f64::cos), &[positions.len(), half]), Tensor::of(table(f64::sin), &[positions.len(), half]))
}
