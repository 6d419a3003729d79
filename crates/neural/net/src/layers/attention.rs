//! Attention with many heads, some of which may share keys and values.

use super::{Init, Linear, Norm};
use crate::activation::Axis;
use crate::error::Result;
use crate::parameters;
use crate::site::SiteInfo;
use crate::trace::Trace;
use std::fmt::Arguments;
use symbolon_tensor::{Attention as Look, Rng, Tensor, rotary_tables};

/// Multi-head attention (Vaswani and others 2017), with grouped queries (Ainslie and others 2023) when there are fewer
/// key and value heads than heads.
///
/// `forward` is [`project`](Attention::project), [`mix`](Attention::mix) and [`join`](Attention::join); a cache or a
/// frozen pattern goes between them.
#[derive(Clone, Debug)]
pub struct Attention {
    /// `[width, heads · head width]`.
    pub q: Linear,
    /// `[width, groups · head width]`.
    pub k: Linear,
    /// `[width, groups · head width]`.
    pub v: Linear,
    /// `[heads · head width, width]`.
    pub out: Linear,
    /// Over each query by itself, where there is one (Henry and others 2020).
    pub q_norm: Option<Norm>,
    /// Over each key by itself.
    pub k_norm: Option<Norm>,
    /// How many heads there are.
    pub heads: usize,
    /// How many heads of keys and values there are; divides `heads`.
    pub groups: usize,
    /// Which keys a query sees, and how scores are scaled.
    pub look: Look,
}
parameters!(Attention { q, k, v, out, q_norm, k_norm });

/// Cosines and sines of a range of positions, for rotary positions (Su and others 2021). Made once a pass and shared
/// by all layers.
#[derive(Clone, Debug)]
pub struct Rope {
    cos: Tensor,
    sin: Tensor,
}

impl Rope {
    /// Tables for positions, for heads of which `width` numbers are turned.
    pub fn new(positions: std::ops::Range<usize>, width: usize, base: f64) -> Self {
        let (cos, sin) = rotary_tables(positions, width, base);
        Self { cos, sin }
    }
    /// From tables `[position, width / 2]` made elsewhere.
    pub fn from_tables(cos: Tensor, sin: Tensor) -> Self {
        Self { cos, sin }
    }
    /// `[batch, head, position, unit]`, same shape.
    pub fn turn(&self, x: &Tensor) -> Tensor {
        let like = |t: &Tensor| t.to(x.dtype()).to_device(x.device());
        x.rotary(&like(&self.cos), &like(&self.sin))
    }
}

const HEADS: [Axis; 4] = [Axis::Batch, Axis::Head, Axis::Position, Axis::Unit];
const PATTERN: [Axis; 4] = [Axis::Batch, Axis::Head, Axis::Query, Axis::Key];
const STREAM: [Axis; 3] = [Axis::Batch, Axis::Position, Axis::Unit];

impl Attention {
    /// A layer of its own weights. `width` is a multiple of `heads`, `heads` of `groups`.
    pub fn new(rng: &mut Rng, width: usize, heads: usize, groups: usize, bias: bool, look: Look, init: Init) -> Self {
        let head = width / heads.max(1);
        let [q, k, v] = [heads, groups, groups].map(|n| Linear::new(rng, width, n * head, bias, init));
        let out = Linear::new(rng, heads * head, width, bias, init);
        Self { q, k, v, out, q_norm: None, k_norm: None, heads, groups, look }
    }
    /// `[batch, position, width]`, same shape. Sites behind `at`: `q`, `k`, `v` (before rotary positions), `pattern`,
    /// `z`, `out`. Axes are head before position at all but `out`.
    pub fn forward(&self, x: &Tensor, rope: Option<&Rope>, at: Arguments, trace: &mut Trace) -> Result<Tensor> {
        let [q, k, v] = self.project(x, rope, at, trace)?;
        let z = self.mix(&q, &k, &v, at, trace)?;
        self.join(&z, at, trace)
    }
    /// Queries `[batch, heads, position, head width]`, keys and values `[batch, groups, position, head width]`.
    pub fn project(&self, x: &Tensor, rope: Option<&Rope>, at: Arguments, trace: &mut Trace) -> Result<[Tensor; 3]> {
        let split = |y: Tensor, heads: usize| {
            let (b, p) = (y.size(0), y.size(1));
            y.reshape([b, p, heads, y.size(2) / heads.max(1)]).transpose(1, 2)
        };
        let normed = |y: Tensor, norm: &Option<Norm>| norm.as_ref().map_or_else(|| y.clone(), |n| n.forward(&y));
        let (q, k) = (split(self.q.forward(x), self.heads), split(self.k.forward(x), self.groups));
        let q = trace.at(format_args!("{at}.q"), &HEADS, normed(q, &self.q_norm))?;
        let k = trace.at(format_args!("{at}.k"), &HEADS, normed(k, &self.k_norm))?;
        let v = trace.at(format_args!("{at}.v"), &HEADS, split(self.v.forward(x), self.groups))?;
        Ok(match rope {
            Some(rope) => [rope.turn(&q), rope.turn(&k), v],
            None => [q, k, v],
        })
    }
    /// What each head gathers: `z`, `[batch, heads, queries, head width]`. The pattern is laid out as a tensor of its
    /// own only when somebody listens there.
    pub fn mix(&self, q: &Tensor, k: &Tensor, v: &Tensor, at: Arguments, trace: &mut Trace) -> Result<Tensor> {
        let z = match trace.wants(format_args!("{at}.pattern")) {
            false => self.look.out(q, k, v),
            true => {
                let pattern = self.look.run(q, k, v).pattern;
                self.gather(&trace.at(format_args!("{at}.pattern"), &PATTERN, pattern)?, v)
            }
        };
        trace.at(format_args!("{at}.z"), &HEADS, z)
    }
    /// As [`mix`](Attention::mix) where some keys are padding, at which nobody looks: `seen` is true for the others,
    /// `[batch, 1, 1, keys]`. Only for attention that looks everywhere else.
    pub fn mix_seen(
        &self,
        q: &Tensor,
        k: &Tensor,
        v: &Tensor,
        seen: &Tensor,
        at: Arguments,
        trace: &mut Trace,
    ) -> Result<Tensor> {
        let (b, t, s) = (q.size(0), q.size(2), k.size(2));
        let tall = q.reshape([b, self.groups, self.heads / self.groups * t, q.size(3)]);
        let scores = tall.matmul(&k.t()).reshape([b, self.heads, t, s]);
        let scores = scores * self.look.scale.unwrap_or(1.0 / (q.size(3) as f64).sqrt());
        // A finite number, as a row of padding may have no key at all.
        let pattern = scores.mask_fill(&seen.not(), -1e30).softmax(-1);
        let z = self.gather(&trace.at(format_args!("{at}.pattern"), &PATTERN, pattern)?, v);
        trace.at(format_args!("{at}.z"), &HEADS, z)
    }
    /// Values `[batch, groups, keys, head width]` weighed by a pattern `[batch, heads, queries, keys]`.
    fn gather(&self, pattern: &Tensor, v: &Tensor) -> Tensor {
        let (b, t, s) = (v.size(0), pattern.size(2), v.size(2));
        // Heads that share values stand below each other, as they do inside `run`.
        let tall = pattern.reshape([b, self.groups, self.heads / self.groups * t, s]);
        tall.matmul(v).reshape([b, self.heads, t, v.size(3)])
    }
    /// Heads side by side: `[batch, position, heads · head width]`.
    pub fn flat(&self, z: &Tensor) -> Tensor {
        z.transpose(1, 2).reshape([z.size(0), z.size(2), z.size(1) * z.size(3)])
    }
    /// Heads side by side and through `out`: `[batch, position, width]`.
    pub fn join(&self, z: &Tensor, at: Arguments, trace: &mut Trace) -> Result<Tensor> {
        trace.at(format_args!("{at}.out"), &STREAM, self.out.forward(&self.flat(z)))
    }
    /// Its sites, in the order of a pass.
    pub fn sites(&self, at: &str, into: &mut Vec<SiteInfo>) {
        let head = self.q.outputs() / self.heads.max(1);
        for (part, heads) in [("q", self.heads), ("k", self.groups), ("v", self.groups)] {
            let sizes = [None, Some(heads), None, Some(head)];
            into.push(SiteInfo::new(format_args!("{at}.{part}"), &HEADS, &sizes));
        }
        into.push(SiteInfo::new(format_args!("{at}.pattern"), &PATTERN, &[None, Some(self.heads), None, None]));
        into.push(SiteInfo::new(format_args!("{at}.z"), &HEADS, &[None, Some(self.heads), None, Some(head)]));
        into.push(SiteInfo::new(format_args!("{at}.out"), &STREAM, &[None, None, Some(self.out.outputs())]));
    }
}
