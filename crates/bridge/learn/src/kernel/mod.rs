//! The circuit layer's kernel: a batch of leaf distributions in, log-probabilities and their derivatives out.
//!
//! The batch is cut into *tiles* of [`WIDE`] examples. Within a tile every slot of the [`Plan`] is an array over its
//! examples, so a gate is a short loop of vector instructions, and all slots of a tile stay in the processor's cache. Tiles
//! are spread over threads. Derivatives are one sweep back through the tile while its values are still there.
//!
//! Two arithmetics take turns. *Linear* works with probabilities themselves: a sum of products costs as many multiplications,
//! with one exponential for each input and one logarithm for each answer. It is right to the last digits as long as the answer
//! itself is not tiny: what underflows on the way is below the least float, and no context multiplies it by more than one.
//! Where an answer is smaller than [`Real::TINY`], that example is computed again in *log space*, where sums are
//! log-sum-exps with a running maximum and nothing underflows. Each example is treated alone, so results depend neither on the
//! tile it falls into nor on the number of threads.

mod linear;
mod log;
mod real;

pub(crate) use real::Real;

use crate::plan::Plan;
use rayon::prelude::*;
use symbolon_tensor::simd::{Task, vectorised};

/// Examples that are worked on at once.
pub(crate) const WIDE: usize = 64;
/// The same for small batches.
const NARROW: usize = 16;
/// Numbers in one group of vector registers.
pub(crate) const W: usize = 16;

/// One slot of a tile, or a part of it.
pub(crate) type Lane<T> = [T; W];

/// Which roots are asked for.
#[derive(Clone, Debug)]
pub(crate) enum Targets<'a> {
    /// The first so many, for every example.
    All(usize),
    /// One for each example.
    One(&'a [u32]),
}

/// The inputs of a run.
#[derive(Clone, Debug)]
pub(crate) struct Batch<'a, T> {
    /// Log-probabilities of each source in row-major order.
    pub sources: Vec<&'a [T]>,
    /// Width of the rows of each source.
    pub widths: Vec<usize>,
    /// Source of each call.
    pub source: &'a [u32],
    /// Row of call `c` in example `b`: `rows[b * calls + c]`.
    pub rows: &'a [u32],
    /// Number of examples.
    pub examples: usize,
    /// What is asked.
    pub targets: Targets<'a>,
}

impl<T> Batch<'_, T> {
    /// Answers for each example.
    fn answers(&self) -> usize {
        match self.targets {
            Targets::All(n) => n,
            Targets::One(_) => 1,
        }
    }
}

/// What a run gives.
pub(crate) struct Output<T> {
    /// Log-probabilities `[examples, answers]`.
    pub values: Vec<T>,
    /// Derivatives with respect to each input `[examples, inputs]`; empty unless asked for.
    pub slopes: Vec<T>,
}

/// What is wanted besides the values.
#[derive(Clone, Copy)]
pub(crate) enum Slopes<'a, T> {
    /// Nothing.
    No,
    /// The derivative of each example's one answer.
    One,
    /// The derivative of a weighted sum of all answers, weights `[examples, answers]`.
    Weighted(&'a [T]),
}

/// Runs a plan over a batch. Everything has been checked before: rows lie in their sources, targets among the roots.
pub(crate) fn run<T: Real>(plan: &Plan, batch: &Batch<'_, T>, slopes: Slopes<'_, T>) -> Output<T> {
    let tiles = batch.examples.div_ceil(WIDE);
    // A tile that is mostly empty, or alone while other threads wait, is cut smaller.
    if tiles < 2 * rayon::current_num_threads() && work(plan, batch) > SMALL || batch.examples <= NARROW {
        return tiled::<T, { NARROW / W }>(plan, batch, slopes);
    }
    tiled::<T, { WIDE / W }>(plan, batch, slopes)
}

/// Steps below which one thread does everything.
const SMALL: usize = 1 << 17;

fn work<T>(plan: &Plan, batch: &Batch<'_, T>) -> usize {
    (plan.edges() + 16 * plan.inputs.len()).saturating_mul(batch.examples)
}

fn tiled<T: Real, const S: usize>(plan: &Plan, batch: &Batch<'_, T>, slopes: Slopes<'_, T>) -> Output<T> {
    let (examples, answers, inputs) = (batch.examples, batch.answers(), plan.inputs.len());
    let mut values = vec![T::ZERO; examples * answers];
    let mut out_slopes = match slopes {
        Slopes::No => Vec::new(),
        _ => vec![T::ZERO; examples * inputs],
    };
    let wide = S * W;
    // One chunk of nothing for each tile, where there are no slopes or no inputs.
    let mut parts: Vec<&mut [T]> = match out_slopes.is_empty() {
        true => (0..examples.div_ceil(wide)).map(|_| &mut [][..]).collect(),
        false => out_slopes.chunks_mut(wide * inputs).collect(),
    };
    let one = |tile: &mut Tile<T, S>, (i, (values, slope_part)): (usize, (&mut [T], &mut &mut [T]))| {
        let first = i * wide;
        let seeds = match slopes {
            Slopes::No => None,
            Slopes::One => Some(&[][..]),
            Slopes::Weighted(w) => Some(&w[first * answers..]),
        };
        vectorised(Work { plan, batch, tile, first, values, slopes: slope_part, seeds });
    };
    if answers > 0 {
        if work(plan, batch) > SMALL && rayon::current_num_threads() > 1 {
            let chunks = values.par_chunks_mut(wide * answers).zip(parts.par_iter_mut()).enumerate();
            chunks.for_each_init(|| Tile::new(plan), one);
        } else {
            let mut tile = Tile::new(plan);
            let chunks = values.chunks_mut(wide * answers).zip(parts.iter_mut()).enumerate();
            chunks.for_each(|c| one(&mut tile, c));
        }
    }
    Output { values, slopes: out_slopes }
}

/// The memory of one tile: slot `s` is at `s * S..(s + 1) * S`.
struct Tile<T, const S: usize> {
    values: Vec<Lane<T>>,
    adjoint: Vec<Lane<T>>,
    /// The logarithms of the inputs.
    logs: Vec<Lane<T>>,
}

impl<T: Real, const S: usize> Tile<T, S> {
    fn new(plan: &Plan) -> Self {
        let lanes = |n: usize| vec![[T::ZERO; W]; n * S];
        Tile { values: lanes(plan.slots()), adjoint: Vec::new(), logs: lanes(plan.inputs.len()) }
    }
}

/// One tile to be worked on.
struct Work<'a, 'b, T, const S: usize> {
    plan: &'a Plan,
    batch: &'a Batch<'b, T>,
    tile: &'a mut Tile<T, S>,
    /// Its first example.
    first: usize,
    values: &'a mut [T],
    slopes: &'a mut [T],
    /// Weights of the answers, if slopes are wanted; empty: 1.
    seeds: Option<&'a [T]>,
}

impl<T: Real, const S: usize> Task for Work<'_, '_, T, S> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let Work { plan, batch, tile, first, values, slopes, seeds } = self;
        let answers = batch.answers();
        let count = values.len() / answers;
        gather::<T, S>(plan, batch, first, &mut tile.logs);
        let root = |lane: usize, answer: usize| match batch.targets {
            Targets::All(_) => answer,
            Targets::One(of) => of[first + lane] as usize,
        };
        let seed = |lane: usize, answer: usize| match seeds {
            Some(w) if !w.is_empty() => w[lane * answers + answer],
            _ => T::ONE,
        };
        // Examples that the linear arithmetic leaves to the other one.
        let mut open = [plan.deep; WIDE];
        if !plan.deep {
            linear::forward::<T, S>(plan, &tile.logs, &mut tile.values);
            let at = |slot: u32, lane: usize| tile.values[slot as usize * S + lane / W][lane % W];
            for lane in 0..count {
                let mut small = false;
                let given = plan.evidence.map_or(T::ONE, |e| at(e, lane));
                for answer in 0..answers {
                    let r = plan.roots[root(lane, answer)];
                    let v = at(r.slot, lane);
                    let by = if r.given { given } else { T::ONE };
                    small |= !((v > T::TINY || plan.is_false(root(lane, answer))) && by > T::TINY && v < T::HUGE);
                    values[lane * answers + answer] = v.ln() - by.ln();
                }
                open[lane] = small;
            }
            if seeds.is_some() && !open[..count].iter().all(|&o| o) {
                tile.adjoint.clear();
                tile.adjoint.resize(plan.slots() * S, [T::ZERO; W]);
                for lane in (0..count).filter(|&l| !open[l]) {
                    for answer in 0..answers {
                        let r = plan.roots[root(lane, answer)];
                        let s = seed(lane, answer);
                        let mut put = |slot: u32, s: T| {
                            let v = tile.values[slot as usize * S + lane / W][lane % W];
                            if v > T::ZERO {
                                let a = &mut tile.adjoint[slot as usize * S + lane / W][lane % W];
                                *a = *a + s / v;
                            }
                        };
                        put(r.slot, s);
                        if let (Some(e), true) = (plan.evidence, r.given) {
                            put(e, T::ZERO - s);
                        }
                    }
                }
                linear::backward::<T, S>(plan, &tile.values, &mut tile.adjoint);
                scatter::<T, S>(plan, &tile.adjoint, Some(&tile.values), &open, slopes);
            }
        }
        if open[..count].iter().any(|&o| o) {
            log::forward::<T, S>(plan, &tile.logs, &mut tile.values);
            let at = |slot: u32, lane: usize| tile.values[slot as usize * S + lane / W][lane % W];
            for lane in (0..count).filter(|&l| open[l]) {
                let given = plan.evidence.map_or(T::ZERO, |e| at(e, lane));
                for answer in 0..answers {
                    let r = plan.roots[root(lane, answer)];
                    let v = at(r.slot, lane);
                    // Nothing follows from what is impossible: without this, minus infinity less itself is not a number.
                    let known = !r.given || given > T::NEG_INF || given.is_nan();
                    let by = if r.given && known { given } else { T::ZERO };
                    values[lane * answers + answer] = v - by;
                }
            }
            if seeds.is_some() {
                tile.adjoint.clear();
                tile.adjoint.resize(plan.slots() * S, [T::ZERO; W]);
                for lane in (0..count).filter(|&l| open[l]) {
                    for answer in 0..answers {
                        let r = plan.roots[root(lane, answer)];
                        let s = seed(lane, answer);
                        let mut put = |slot: u32, s: T| {
                            let a = &mut tile.adjoint[slot as usize * S + lane / W][lane % W];
                            *a = *a + s;
                        };
                        if tile.values[r.slot as usize * S + lane / W][lane % W] == T::NEG_INF {
                            continue;
                        }
                        put(r.slot, s);
                        if let (Some(e), true) = (plan.evidence, r.given) {
                            put(e, T::ZERO - s);
                        }
                    }
                }
                log::backward::<T, S>(plan, &tile.values, &mut tile.adjoint);
                let closed = open.map(|o| !o);
                scatter::<T, S>(plan, &tile.adjoint, None, &closed, slopes);
            }
        }
    }
}

/// Brings the inputs of a tile into place: `[rows, columns]` in memory becomes one array over the examples for each slot. The
/// last example fills what is left of the tile.
#[inline(always)]
fn gather<T: Real, const S: usize>(plan: &Plan, batch: &Batch<'_, T>, first: usize, logs: &mut [Lane<T>]) {
    for lane in 0..S * W {
        let example = (first + lane).min(batch.examples - 1);
        let rows = &batch.rows[example * plan.calls..][..plan.calls];
        let mut current = u32::MAX;
        let mut row: &[T] = &[];
        for (slot, &(call, column)) in plan.inputs.iter().enumerate() {
            if call != current {
                current = call;
                let source = batch.source[call as usize] as usize;
                let width = batch.widths[source];
                row = &batch.sources[source][rows[call as usize] as usize * width..][..width];
            }
            logs[slot * S + lane / W][lane % W] = row[column as usize];
        }
    }
}

/// Writes the derivatives of the inputs out, example by example; those of the examples in `skip` stay as they are. With
/// `values` the adjoints are with respect to probabilities, and `p dy/dp` is the derivative with respect to `ln p`.
#[inline(always)]
fn scatter<T: Real, const S: usize>(
    plan: &Plan,
    adjoint: &[Lane<T>],
    values: Option<&[Lane<T>]>,
    skip: &[bool; WIDE],
    slopes: &mut [T],
) {
    let inputs = plan.inputs.len();
    if inputs == 0 {
        return;
    }
    for (lane, out) in slopes.chunks_exact_mut(inputs).enumerate() {
        if skip[lane] {
            continue;
        }
        for (slot, o) in out.iter_mut().enumerate() {
            let at = slot * S + lane / W;
            let a = adjoint[at][lane % W];
            *o = match values {
                Some(v) => a * v[at][lane % W],
                None => a,
            };
        }
    }
}
