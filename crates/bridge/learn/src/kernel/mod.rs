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

/// Most examples that are worked on at once.
const WIDE: usize = 64;
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
    let fits = |groups: usize| {
        let lanes = groups * W;
        let cached = plan.slots() * lanes * 2 * size_of::<T>() <= CACHE;
        // A tile that is mostly empty, or alone while other threads wait, is too wide.
        let shared = !worth_threads(plan, batch) || batch.examples > lanes * (rayon::current_num_threads() - 1);
        cached && shared && batch.examples > lanes / 2
    };
    match () {
        () if fits(4) => tiled::<T, 4>(plan, batch, slopes),
        () if fits(2) => tiled::<T, 2>(plan, batch, slopes),
        () => tiled::<T, 1>(plan, batch, slopes),
    }
}

/// Bytes of a tile that stay close to the processor.
const CACHE: usize = 1 << 20;

/// Steps below which one thread does everything.
const SMALL: usize = 1 << 17;

fn worth_threads<T>(plan: &Plan, batch: &Batch<'_, T>) -> bool {
    let each = plan.edges() + 16 * (plan.inputs.len() + batch.answers());
    each.saturating_mul(batch.examples) > SMALL && rayon::current_num_threads() > 1
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
        if worth_threads(plan, batch) {
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
        let count = values.len() / batch.answers();
        gather::<T, S>(plan, batch, first, &mut tile.logs);
        let ask = Ask { batch, first, count, seeds };
        // Examples that the linear arithmetic leaves to the other one.
        let mut open = [plan.deep; WIDE];
        if !plan.deep {
            linear::forward::<T, S>(plan, &tile.logs, &mut tile.values);
            ask.each(|answer, roots| {
                let v = pick::<T, S>(plan, &tile.values, &roots);
                let by = given::<T, S>(plan, &tile.values, &roots, T::ONE);
                for lane in 0..S * W {
                    let certain = plan.is_false(roots.of(lane));
                    let fine = (v[lane] > T::TINY || certain) && by[lane] > T::TINY && v[lane] < T::HUGE;
                    open[lane] |= !fine;
                }
                let mut out = [T::ZERO; WIDE];
                for lane in 0..S * W {
                    out[lane] = v[lane].ln() - by[lane].ln();
                }
                ask.put(values, answer, &out, None);
            });
            if seeds.is_some() && !open[..count].iter().all(|&o| o) {
                tile.adjoint.clear();
                tile.adjoint.resize(plan.slots() * S, [T::ZERO; W]);
                ask.each(|answer, roots| {
                    let v = pick::<T, S>(plan, &tile.values, &roots);
                    let mut seed = ask.seeds(answer, &open);
                    let by = given::<T, S>(plan, &tile.values, &roots, T::ONE);
                    let mut less = [T::ZERO; WIDE];
                    for lane in 0..S * W {
                        let s = if v[lane] > T::ZERO { seed[lane] } else { T::ZERO };
                        less[lane] = T::ZERO - s / by[lane];
                        seed[lane] = if v[lane] > T::ZERO { s / v[lane] } else { T::ZERO };
                    }
                    start::<T, S>(plan, &mut tile.adjoint, &roots, &seed, &less);
                });
                linear::backward::<T, S>(plan, &tile.values, &mut tile.adjoint);
                scatter::<T, S>(plan, &tile.adjoint, Some(&tile.values), &open, slopes);
            }
        }
        if open[..count].iter().any(|&o| o) {
            log::forward::<T, S>(plan, &tile.logs, &mut tile.values);
            let closed = open.map(|o| !o);
            ask.each(|answer, roots| {
                let mut out = pick::<T, S>(plan, &tile.values, &roots);
                let by = given::<T, S>(plan, &tile.values, &roots, T::ZERO);
                for lane in 0..S * W {
                    // Nothing follows from what is impossible: minus infinity less itself would not be a number.
                    out[lane] = if by[lane] == T::NEG_INF { T::NEG_INF } else { out[lane] - by[lane] };
                }
                ask.put(values, answer, &out, Some(&open));
            });
            if seeds.is_some() {
                tile.adjoint.clear();
                tile.adjoint.resize(plan.slots() * S, [T::ZERO; W]);
                ask.each(|answer, roots| {
                    let v = pick::<T, S>(plan, &tile.values, &roots);
                    let mut seed = ask.seeds(answer, &closed);
                    let mut less = [T::ZERO; WIDE];
                    for lane in 0..S * W {
                        seed[lane] = if v[lane] == T::NEG_INF { T::ZERO } else { seed[lane] };
                        less[lane] = T::ZERO - seed[lane];
                    }
                    start::<T, S>(plan, &mut tile.adjoint, &roots, &seed, &less);
                });
                log::backward::<T, S>(plan, &tile.values, &mut tile.adjoint);
                scatter::<T, S>(plan, &tile.adjoint, None, &closed, slopes);
            }
        }
    }
}

/// The question to a tile.
struct Ask<'a, 'b, T> {
    batch: &'a Batch<'b, T>,
    first: usize,
    count: usize,
    seeds: Option<&'a [T]>,
}

/// The roots of one answer: the same for the whole tile, or one for each example.
enum Roots<'a> {
    Same(usize),
    Each(&'a [u32]),
}

impl Roots<'_> {
    /// The root of an example; those behind the end have the last one's.
    #[inline(always)]
    fn of(&self, lane: usize) -> usize {
        match self {
            Roots::Same(root) => *root,
            Roots::Each(of) => of[lane.min(of.len() - 1)] as usize,
        }
    }
}

impl<T: Real> Ask<'_, '_, T> {
    #[inline(always)]
    fn each(&self, mut f: impl FnMut(usize, Roots<'_>)) {
        match self.batch.targets {
            Targets::One(of) => f(0, Roots::Each(&of[self.first..self.first + self.count])),
            Targets::All(n) => (0..n).for_each(
                #[inline(always)]
                |answer| f(answer, Roots::Same(answer)),
            ),
        }
    }

    /// Writes the values of one answer, or those of some examples only.
    #[inline(always)]
    fn put(&self, values: &mut [T], answer: usize, out: &[T; WIDE], only: Option<&[bool; WIDE]>) {
        let answers = self.batch.answers();
        for lane in (0..self.count).filter(|&l| only.is_none_or(|o| o[l])) {
            values[lane * answers + answer] = out[lane];
        }
    }

    /// The weights of one answer; zero for the examples in `skip`.
    #[inline(always)]
    fn seeds(&self, answer: usize, skip: &[bool; WIDE]) -> [T; WIDE] {
        let answers = self.batch.answers();
        let mut out = [T::ZERO; WIDE];
        for lane in (0..self.count).filter(|&l| !skip[l]) {
            out[lane] = match self.seeds {
                Some(w) if !w.is_empty() => w[lane * answers + answer],
                _ => T::ONE,
            };
        }
        out
    }
}

/// The values of some roots.
#[inline(always)]
fn pick<T: Real, const S: usize>(plan: &Plan, values: &[Lane<T>], roots: &Roots<'_>) -> [T; WIDE] {
    let mut out = [T::ZERO; WIDE];
    for lane in 0..S * W {
        out[lane] = values[plan.roots[roots.of(lane)].slot as usize * S + lane / W][lane % W];
    }
    out
}

/// What the values of some roots are divided by.
#[inline(always)]
fn given<T: Real, const S: usize>(plan: &Plan, values: &[Lane<T>], roots: &Roots<'_>, one: T) -> [T; WIDE] {
    let mut out = [one; WIDE];
    if let Some(e) = plan.evidence {
        for lane in (0..S * W).filter(|&l| plan.roots[roots.of(l)].given) {
            out[lane] = values[e as usize * S + lane / W][lane % W];
        }
    }
    out
}

/// Adjoints of the roots, and of the evidence that they are divided by.
#[inline(always)]
fn start<T: Real, const S: usize>(
    plan: &Plan,
    adjoint: &mut [Lane<T>],
    roots: &Roots<'_>,
    seed: &[T; WIDE],
    less: &[T; WIDE],
) {
    for lane in 0..S * W {
        let root = plan.roots[roots.of(lane)];
        let a = &mut adjoint[root.slot as usize * S + lane / W][lane % W];
        *a = *a + seed[lane];
        if let (Some(e), true) = (plan.evidence, root.given) {
            let a = &mut adjoint[e as usize * S + lane / W][lane % W];
            *a = *a + less[lane];
        }
    }
}

/// Brings the inputs of a tile into place: `[rows, columns]` in memory becomes one array over the examples for each slot. The
/// last example fills what is left of the tile.
#[inline(always)]
fn gather<T: Real, const S: usize>(plan: &Plan, batch: &Batch<'_, T>, first: usize, logs: &mut [Lane<T>]) {
    let inputs = &plan.inputs;
    for c in 0..S {
        let mut slot = 0;
        while slot < inputs.len() {
            // One call at a time; its columns are next to each other.
            let call = inputs[slot].0 as usize;
            let source = batch.source[call] as usize;
            let (data, width) = (batch.sources[source], batch.widths[source]);
            let mut rows = [&data[..0]; W];
            for (i, row) in rows.iter_mut().enumerate() {
                let example = (first + c * W + i).min(batch.examples - 1);
                *row = &data[batch.rows[example * plan.calls + call] as usize * width..][..width];
            }
            while slot < inputs.len() && inputs[slot].0 as usize == call {
                let column = inputs[slot].1 as usize;
                let lane = &mut logs[slot * S + c];
                for i in 0..W {
                    lane[i] = rows[i][column];
                }
                slot += 1;
            }
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
    for (c, part) in slopes.chunks_mut(W * inputs).enumerate() {
        let count = part.len() / inputs;
        if skip[c * W..][..count].iter().all(|&s| s) {
            continue;
        }
        let whole = skip[c * W..][..W].iter().all(|&s| !s) && count == W;
        for slot in 0..inputs {
            let at = slot * S + c;
            let mut a = adjoint[at];
            if let Some(v) = values {
                for i in 0..W {
                    a[i] = a[i] * v[at][i];
                }
            }
            if whole {
                for i in 0..W {
                    part[i * inputs + slot] = a[i];
                }
            } else {
                for i in (0..count).filter(|&i| !skip[c * W + i]) {
                    part[i * inputs + slot] = a[i];
                }
            }
        }
    }
}
