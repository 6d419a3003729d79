//! Attention without its pattern: scores, softmax and mixing for a few queries at a time, and the way back.
//!
//! Sixteen queries' scores over all keys they see lie in the nearest caches while they become weights and mix the
//! values; no `queries × keys` matrix is ever written. The way back computes the weights again from the logarithm of
//! each softmax's denominator, which is all that the forward pass keeps besides its result (Dao et al. 2022, with whole
//! rows instead of a running denominator: sixteen rows of a few thousand keys fit).

use super::machine::LANES;
use super::rows::{max_of, sum_of, sum_of_pairs};
use super::tile::{Left, product, turned, widened};
use super::{Machine, PIECE, Task, scalar, vectorised, worth_threads, zeros};
use rayon::prelude::*;

/// Queries worked on at a time.
const QUERIES: usize = 16;

/// Sizes and settings. Queries are `[batch, heads, queries, width]`, keys and values `[batch, groups, keys, ..]`.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) batch: usize,
    pub(crate) heads: usize,
    pub(crate) groups: usize,
    pub(crate) queries: usize,
    pub(crate) keys: usize,
    /// Width of queries and keys, and of values.
    pub(crate) widths: [usize; 2],
    pub(crate) scale: f32,
    pub(crate) cap: Option<f32>,
    /// The keys each query sees.
    pub(crate) spans: Vec<(usize, usize)>,
}

impl Plan {
    /// Keys and both widths, rounded up to whole vectors.
    fn padded(&self) -> [usize; 3] {
        [self.keys, self.widths[0], self.widths[1]].map(|n| n.next_multiple_of(LANES))
    }
    /// Heads that share keys and values.
    fn shared(&self) -> usize {
        self.heads / self.groups
    }
    /// Simple steps for one head.
    fn work(&self) -> usize {
        self.queries * self.keys * (self.widths[0] + self.widths[1]) / LANES
    }
    /// The keys that some of these queries see: from a whole vector on, up to a whole vector.
    fn reach(&self, from: usize, to: usize) -> (usize, usize) {
        let seen = self.spans[from..to].iter().filter(|(a, b)| a < b);
        let (low, high) = seen.fold((usize::MAX, 0), |(low, high), &(a, b)| (low.min(a), high.max(b)));
        match high {
            0 => (0, 0),
            _ => (low / LANES * LANES, high.next_multiple_of(LANES)),
        }
    }
}

/// Keys and values of one group, laid out for the products they take part in.
struct Group {
    /// Keys with rows and columns exchanged: `[width, keys]`.
    keys: Vec<f32>,
    /// Values: `[keys, width]`.
    values: Vec<f32>,
}

/// Mixed values `[batch, heads, queries, width]`, and for each query the logarithm of its softmax's denominator.
/// Queries that see nothing get zeros and minus infinity. Relative error below 2e-6 of the largest value.
pub(crate) fn forward(q: &[f32], k: &[f32], v: &[f32], plan: &Plan) -> (Vec<f32>, Vec<f32>) {
    let ([width, mixed], [keys, _, padded]) = (plan.widths, plan.padded());
    let many = worth_threads(plan.work() * plan.heads * plan.batch);
    let group = |g: usize| Group {
        keys: turned(&k[g * plan.keys * width..][..plan.keys * width], width, keys),
        values: widened(&v[g * plan.keys * mixed..][..plan.keys * mixed], mixed, padded),
    };
    let all = plan.batch * plan.groups;
    let groups: Vec<Group> = match many {
        true => (0..all).into_par_iter().map(group).collect(),
        false => (0..all).map(group).collect(),
    };
    let rows = plan.batch * plan.heads * plan.queries;
    let (mut out, mut logs) = (zeros::<f32>(rows * mixed), zeros::<f32>(rows));
    // A piece is a stretch of one head's queries.
    let stretch = (PIECE * plan.queries / plan.work().max(1)).next_multiple_of(QUERIES).min(plan.queries);
    let pieces = plan.queries.div_ceil(stretch);
    let heads = out.chunks_mut(plan.queries * mixed).zip(logs.chunks_mut(plan.queries)).enumerate();
    let jobs: Vec<_> = heads
        .flat_map(|(head, (out, logs))| {
            let parts = out.chunks_mut(stretch * mixed).zip(logs.chunks_mut(stretch)).enumerate();
            parts.map(move |(i, (out, logs))| (head, i * stretch, out, logs))
        })
        .collect();
    debug_assert_eq!(jobs.len(), plan.batch * plan.heads * pieces);
    let job = |(at, first, out, logs): (usize, usize, &mut [f32], &mut [f32])| {
        let group = &groups[at / plan.shared()];
        let q = &q[at * plan.queries * width..][..plan.queries * width];
        vectorised(Forward { plan, q, group, first, out, logs });
    };
    match many {
        true => jobs.into_par_iter().for_each(job),
        false => jobs.into_iter().for_each(job),
    }
    (out, logs)
}

/// Some queries of one head.
struct Forward<'a> {
    plan: &'a Plan,
    q: &'a [f32],
    group: &'a Group,
    first: usize,
    out: &'a mut [f32],
    logs: &'a mut [f32],
}

impl Task for Forward<'_> {
    type Out = ();
    #[inline(always)]
    fn run<M: Machine>(self, m: M) {
        let ([width, mixed], [keys, _, padded]) = (self.plan.widths, self.plan.padded());
        let (mut scores, mut mix) = (zeros::<f32>(QUERIES * keys), zeros::<f32>(QUERIES * padded));
        let blocks = self.out.chunks_mut(QUERIES * mixed).zip(self.logs.chunks_mut(QUERIES)).enumerate();
        for (i, (out, logs)) in blocks {
            let (first, n) = (self.first + i * QUERIES, logs.len());
            let (low, high) = self.plan.reach(first, first + n);
            let q = Left::Rows(&self.q[first * width..], width);
            score(m, self.plan, n, q, &self.group.keys, [low, high], &mut scores);
            let (mut tops, mut totals) = ([0f32; QUERIES], [0f32; QUERIES]);
            for r in 0..n {
                let row = &mut scores[r * keys..][low..high];
                hide(row, low, self.plan.spans[first + r]);
                let top = max_of(row);
                // Where nothing is seen, minus infinity must not be subtracted from itself.
                tops[r] = if top == f32::NEG_INFINITY { 0.0 } else { top };
                for x in row.iter_mut() {
                    *x = scalar::exp_below_one(*x - tops[r]);
                }
                totals[r] = sum_of(row, |v| v);
            }
            let mut all = [0f32; QUERIES];
            for ((log, top), &total) in all.iter_mut().zip(tops).zip(&totals) {
                *log = top + scalar::ln(total);
            }
            logs.copy_from_slice(&all[..n]);
            let shares = totals.map(|t| if t == 0.0 { 0.0 } else { 1.0 / t });
            let (weights, depth) = (Left::Rows(&scores[low..], keys), high.min(self.plan.keys) - low);
            product(m, [n, depth, padded], weights, &self.group.values[low * padded..], &mut mix, [padded; 2], false);
            for ((out, mix), share) in out.chunks_exact_mut(mixed).zip(mix.chunks_exact(padded)).zip(shares) {
                for (o, &m) in out.iter_mut().zip(mix) {
                    *o = m * share;
                }
            }
        }
    }
}

/// Minus infinity outside the keys that a query sees; the row begins at key `low`. Whole vectors are worked on
/// afterwards, where one key less at a time would cost as much as a vector each.
#[inline(always)]
fn hide(row: &mut [f32], low: usize, (from, to): (usize, usize)) {
    let (from, to) = if from < to { (from - low, to - low) } else { (row.len(), row.len()) };
    row[..from].fill(f32::NEG_INFINITY);
    row[to..].fill(f32::NEG_INFINITY);
}

/// Scores of `n` queries over the keys `low..high`, scaled and capped.
#[inline(always)]
fn score<M: Machine>(
    m: M,
    plan: &Plan,
    n: usize,
    q: Left,
    turned: &[f32],
    [low, high]: [usize; 2],
    scores: &mut [f32],
) {
    let keys = plan.padded()[0];
    if low < high {
        product(m, [n, plan.widths[0], high - low], q, &turned[low..], &mut scores[low..], [keys; 2], false);
    }
    for row in scores.chunks_exact_mut(keys).take(n) {
        match plan.cap {
            None => row[low..high].iter_mut().for_each(|x| *x *= plan.scale),
            Some(cap) => {
                let inner = plan.scale / cap;
                row[low..high].iter_mut().for_each(|x| *x = cap * scalar::tanh(*x * inner));
            }
        }
    }
}

/// Cotangents of queries, keys and values.
///
/// With weights `p`, the result's cotangent `g` and result `o`: `dv = pᵀ g`, scores get `p (g·v - g·o)`, and queries
/// and keys what follows from that (Dao et al. 2022, appendix B.4).
pub(crate) fn backward([q, k, v, g, out]: [&[f32]; 5], logs: &[f32], plan: &Plan) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
    let [width, mixed] = plan.widths;
    let (mut dq, mut dk, mut dv) = (zeros::<f32>(q.len()), zeros::<f32>(k.len()), zeros::<f32>(v.len()));
    let (own, shared) = (plan.shared() * plan.queries, plan.keys);
    let jobs =
        dq.par_chunks_mut(own * width).zip(dk.par_chunks_mut(shared * width)).zip(dv.par_chunks_mut(shared * mixed));
    let job = |i: usize, dq: &mut [f32], dk: &mut [f32], dv: &mut [f32]| {
        vectorised(Backward {
            plan,
            q: &q[i * own * width..][..own * width],
            k: &k[i * shared * width..][..shared * width],
            v: &v[i * shared * mixed..][..shared * mixed],
            g: &g[i * own * mixed..][..own * mixed],
            out: &out[i * own * mixed..][..own * mixed],
            logs: &logs[i * own..][..own],
            grads: [dq, dk, dv],
        });
    };
    match worth_threads(plan.work() * plan.heads * plan.batch) {
        true => jobs.enumerate().for_each(|(i, ((dq, dk), dv))| job(i, dq, dk, dv)),
        false => {
            let jobs = dq.chunks_mut(own * width).zip(dk.chunks_mut(shared * width)).zip(dv.chunks_mut(shared * mixed));
            jobs.enumerate().for_each(|(i, ((dq, dk), dv))| job(i, dq, dk, dv));
        }
    }
    (dq, dk, dv)
}

/// All heads that share keys and values.
struct Backward<'a> {
    plan: &'a Plan,
    q: &'a [f32],
    k: &'a [f32],
    v: &'a [f32],
    g: &'a [f32],
    out: &'a [f32],
    logs: &'a [f32],
    grads: [&'a mut [f32]; 3],
}

impl Task for Backward<'_> {
    type Out = ();
    #[inline(always)]
    fn run<M: Machine>(self, m: M) {
        let plan = self.plan;
        let ([width, mixed], [keys, wide, padded]) = (plan.widths, plan.padded());
        let (turned_keys, turned_values) = (turned(self.k, width, keys), turned(self.v, mixed, keys));
        let (k, q, g) = (widened(self.k, width, wide), widened(self.q, width, wide), widened(self.g, mixed, padded));
        // One score's cotangent and one weight for each of sixteen queries and every key.
        let (mut weights, mut slopes) = (zeros::<f32>(QUERIES * keys), zeros::<f32>(QUERIES * keys));
        let mut dq = zeros::<f32>(QUERIES * wide);
        let (mut dk, mut dv) = (zeros::<f32>(keys * wide), zeros::<f32>(keys * padded));
        let [out_q, out_k, out_v] = self.grads;
        for head in 0..plan.shared() {
            for first in (0..plan.queries).step_by(QUERIES) {
                let n = QUERIES.min(plan.queries - first);
                let (low, high) = plan.reach(first, first + n);
                if low >= high {
                    continue;
                }
                let at = head * plan.queries + first;
                score(m, plan, n, Left::Rows(&self.q[at * width..], width), &turned_keys, [low, high], &mut weights);
                let cotangents = Left::Rows(&self.g[at * mixed..], mixed);
                product(
                    m,
                    [n, mixed, high - low],
                    cotangents,
                    &turned_values[low..],
                    &mut slopes[low..],
                    [keys; 2],
                    false,
                );
                for r in 0..n {
                    let (w, s) = (&mut weights[r * keys..][low..high], &mut slopes[r * keys..][low..high]);
                    let row = (at + r) * mixed..(at + r + 1) * mixed;
                    let along = sum_of_pairs(&self.g[row.clone()], &self.out[row], |g, o| g * o);
                    let log = self.logs[at + r];
                    let log = if log == f32::NEG_INFINITY { 0.0 } else { log };
                    hide(w, low, plan.spans[first + r]);
                    if let Some(cap) = plan.cap {
                        // The slope of the cap; nothing where nothing is seen.
                        for (&score, s) in w.iter().zip(&mut *s) {
                            let t = (score / cap) * (score / cap);
                            *s = (*s - along) * if t < 1.0 { 1.0 - t } else { 0.0 };
                        }
                    } else {
                        s.iter_mut().for_each(|s| *s -= along);
                    }
                    for (w, s) in w.iter_mut().zip(s) {
                        *w = scalar::exp_below_one(*w - log);
                        *s *= *w * plan.scale;
                    }
                }
                let (g, q) = (&g[at * padded..], &q[at * wide..]);
                let (w, s) = (Left::Columns(&weights[low..], keys), Left::Columns(&slopes[low..], keys));
                product(m, [high - low, n, padded], w, g, &mut dv[low * padded..], [padded; 2], true);
                product(m, [high - low, n, wide], s, q, &mut dk[low * wide..], [wide; 2], true);
                let s = Left::Rows(&slopes[low..], keys);
                product(m, [n, high.min(plan.keys) - low, wide], s, &k[low * wide..], &mut dq, [wide; 2], false);
                narrow(&dq, wide, &mut out_q[at * width..][..n * width], width);
            }
        }
        narrow(&dk, wide, out_k, width);
        narrow(&dv, padded, out_v, mixed);
    }
}

/// The first numbers of each row.
#[inline(always)]
fn narrow(from: &[f32], wide: usize, to: &mut [f32], width: usize) {
    for (o, x) in to.chunks_exact_mut(width).zip(from.chunks_exact(wide)) {
        o.copy_from_slice(&x[..width]);
    }
}
