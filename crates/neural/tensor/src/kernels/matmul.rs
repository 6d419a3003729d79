//! Products of matrices: blocked for the caches, packed, on all threads.
//!
//! As in Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (ACM TOMS 34(3), 2008): the right
//! operand is cut into blocks that fit into the second cache and laid out in panels as wide as the registers hold sums;
//! every stripe of twelve rows of the left operand is laid out in the first cache and multiplied with all panels of the
//! block. Laying out reads the operands through their steps, so a transposed operand costs no copy of its own.
//!
//! Depth is cut in the same way whatever the number of threads, so the same input gives the same bits on any number.

use super::f32s_anywhere;
use super::machine::{LANES, Machine, Task, vectorised};
use super::tile::{self, Block};
use crate::engine::{self, Raw};
use rayon::prelude::*;
use smallvec::SmallVec;

/// Greatest depth of a block: a stripe of twelve rows stays in the first cache beside what is streamed past it.
const DEPTH: usize = 384;
/// Columns of a block: together with the depth, half of a second cache of one megabyte.
const WIDTH: usize = 384;
/// Columns of a panel and rows of a stripe, as many as registers hold sums.
const PANEL: usize = 2 * LANES;
const STRIPE: usize = 12;
/// Columns up to which rows near each other are read where they lie, and how near.
const FEW: usize = 256;
const NEAR: usize = 512;
/// Multiplications from which several threads pay.
const SMALL: usize = 1 << 20;

/// The product of the last two axes plus an offset for each column, in `f32`: equal ranks, leading axes of length one
/// stretch. `None` for products so narrow that the engine is quicker, and for other kinds of number.
pub(crate) fn matmul(a: &Raw, b: &Raw, offset: Option<&Raw>) -> Option<Raw> {
    let (sa, sb) = (engine::shape(a), engine::shape(b));
    let rank = sa.len();
    let (outer, sizes) = (rank.checked_sub(2)?, [sa[rank - 2], sa[rank - 1], sb[rank - 1]]);
    if sizes[0] < 4 || sizes[1] < 4 || sizes[2] < LANES {
        return None;
    }
    let (a, b, offset) = (f32s_anywhere(a)?, f32s_anywhere(b)?, offset.map(engine::dense));
    let (a, b) = (engine::laid::<f32>(&a)?, engine::laid::<f32>(&b)?);
    let mut to: crate::shape::Shape = (0..outer).map(|i| sa[i].max(sb[i])).collect();
    // Where the `i`-th matrix begins.
    let start = |i: usize, shape: &[usize], steps: &[usize]| {
        let mut rest = i;
        let part = |axis: usize| {
            let at = rest % to[axis];
            rest /= to[axis];
            if shape[axis] == 1 { 0 } else { at * steps[axis] }
        };
        (0..outer).rev().map(part).sum::<usize>()
    };
    let steps = |of: &[usize]| [of[outer], of[outer + 1]];
    let left = |i: usize| Matrix { numbers: &a.numbers[start(i, &sa, &a.steps)..], steps: steps(&a.steps) };
    let right = |i: usize| Matrix { numbers: &b.numbers[start(i, &sb, &b.steps)..], steps: steps(&b.steps) };
    let many = to.iter().product();
    let offset = offset.as_ref().map(engine::slice::<f32>);
    let out = products(many, sizes, left, right, offset);
    to.extend([sizes[0], sizes[2]]);
    Some(engine::from_vec(out, &to))
}

/// A matrix in memory: entry `(r, c)` stands at `r · steps[0] + c · steps[1]`.
#[derive(Clone, Copy)]
struct Matrix<'a> {
    numbers: &'a [f32],
    steps: [usize; 2],
}

impl Matrix<'_> {
    /// The matrix from row `r` and column `c` on.
    fn from(self, r: usize, c: usize) -> Self {
        Self { numbers: &self.numbers[r * self.steps[0] + c * self.steps[1]..], ..self }
    }
}

/// `many` products of one shape, one after the other: `left(i) right(i) + offset`, with sizes `[rows, depth, columns]`,
/// none of them zero, and an offset for each column.
fn products<'a>(
    many: usize,
    sizes: [usize; 3],
    left: impl Fn(usize) -> Matrix<'a> + Sync,
    right: impl Fn(usize) -> Matrix<'a> + Sync,
    offset: Option<&[f32]>,
) -> Vec<f32> {
    let each = sizes[0] * sizes[2];
    let work: usize = sizes.iter().product();
    let threads = rayon::current_num_threads() > 1;
    let mut out: Vec<f32> = super::zeros(many * each);
    match threads && many > 1 && work < 4 * SMALL && work * many >= SMALL {
        true => {
            let least = (SMALL / 8 / work).max(1);
            let one = |(i, out): (usize, &mut [f32])| product(sizes, left(i), right(i), offset, out, false);
            out.par_chunks_exact_mut(each).enumerate().with_min_len(least).for_each(one);
        }
        false => {
            for (i, out) in out.chunks_exact_mut(each).enumerate() {
                product(sizes, left(i), right(i), offset, out, threads && work >= SMALL);
            }
        }
    }
    out
}

/// `out = left right + offset`.
fn product(
    [rows, depth, columns]: [usize; 3],
    left: Matrix,
    right: Matrix,
    offset: Option<&[f32]>,
    out: &mut [f32],
    threads: bool,
) {
    let layers = depth.div_ceil(DEPTH);
    let deep = depth.div_ceil(layers);
    let mut room = super::zeros(deep * columns.min(WIDTH).next_multiple_of(LANES));
    for c in (0..columns).step_by(WIDTH) {
        let wide = WIDTH.min(columns - c);
        for k in (0..depth).step_by(deep) {
            let deep = deep.min(depth - k);
            let block = &mut room[..deep * wide.next_multiple_of(LANES)];
            let right = right.from(k, c);
            let lay = |(p, panel): (usize, &mut [f32])| {
                let (numbers, [down, across]) = (right.from(0, p * PANEL).numbers, right.steps);
                let wide = PANEL.min(wide - p * PANEL);
                vectorised(
                    #[inline(always)]
                    || match panel.len() == deep * PANEL {
                        true => lay_out(numbers, [across, down], wide, panel.as_chunks_mut::<PANEL>().0),
                        false => lay_out(numbers, [across, down], wide, panel.as_chunks_mut::<LANES>().0),
                    },
                );
            };
            match threads {
                true => block.par_chunks_mut(deep * PANEL).enumerate().for_each(lay),
                false => block.chunks_mut(deep * PANEL).enumerate().for_each(lay),
            }
            let block = &*block;
            let stripe = |(r, mut out): (usize, Rows)| {
                if let (0, Some(offset)) = (k, offset) {
                    for row in &mut out {
                        row.copy_from_slice(&offset[c..c + wide]);
                    }
                }
                let left = left.from(r * STRIPE, k);
                vectorised(Stripe { left, block, deep, out: &mut out, add: k > 0 || offset.is_some() });
            };
            let parts = stripes(out, columns, c, wide).enumerate();
            match threads && rows > STRIPE {
                true => parts.collect::<Vec<_>>().into_par_iter().for_each(stripe),
                false => parts.for_each(stripe),
            }
        }
    }
}

/// Part of at most twelve rows of the result.
type Rows<'a> = SmallVec<[&'a mut [f32]; STRIPE]>;

/// Columns `c..c + wide` of every twelve rows.
fn stripes(out: &mut [f32], columns: usize, c: usize, wide: usize) -> impl Iterator<Item = Rows<'_>> {
    out.chunks_mut(STRIPE * columns)
        .map(move |rows| rows.chunks_mut(columns).map(|row| &mut row[c..c + wide]).collect())
}

/// Lays `wide` of at most `W` lines out so that what the registers need next lies together: `to[k][i]` is number `k`
/// of line `i`. Lines begin `across` apart and their numbers lie `along` apart; lines beyond `wide` are zeros.
#[inline(always)]
fn lay_out<const W: usize>(from: &[f32], [across, along]: [usize; 2], wide: usize, to: &mut [[f32; W]]) {
    if across == 1 {
        for (k, to) in to.iter_mut().enumerate() {
            let from = &from[k * along..][..wide];
            match <&[f32; W]>::try_from(from) {
                Ok(all) => *to = *all,
                Err(_) => {
                    to[..wide].copy_from_slice(from);
                    to[wide..].fill(0.0);
                }
            }
        }
        return;
    }
    let deep = to.len();
    if wide < W {
        to.as_flattened_mut().fill(0.0);
    }
    let mut i = 0;
    if along == 1 {
        // Four lines at a time, in squares of four, which are turned in registers.
        while i + 4 <= wide {
            let lines: [_; 4] = std::array::from_fn(|j| from[(i + j) * across..][..deep].as_chunks::<4>());
            let squares = lines[0].0.iter().zip(lines[1].0).zip(lines[2].0).zip(lines[3].0);
            let (tos, rest) = to.as_chunks_mut::<4>();
            for (to, (((a, b), c), d)) in tos.iter_mut().zip(squares) {
                for (to, four) in to.iter_mut().zip(turned([*a, *b, *c, *d])) {
                    to[i..i + 4].copy_from_slice(&four);
                }
            }
            for (j, to) in rest.iter_mut().enumerate() {
                for (to, (_, line)) in to[i..i + 4].iter_mut().zip(lines) {
                    *to = line[j];
                }
            }
            i += 4;
        }
    }
    for i in i..wide {
        for (k, to) in to.iter_mut().enumerate() {
            to[i] = from[i * across + k * along];
        }
    }
}

/// Four rows of four numbers with rows and columns exchanged.
#[inline(always)]
fn turned(rows: [[f32; 4]; 4]) -> [[f32; 4]; 4] {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{__m128, _mm_movehl_ps, _mm_movelh_ps, _mm_unpackhi_ps, _mm_unpacklo_ps};
        let [a, b, c, d]: [__m128; 4] = bytemuck::cast(rows);
        // SAFETY: these are part of x86-64 itself and touch registers only. Measured on 1024x512 times 512x128: what the
        // compiler makes of the line below for other machines makes the whole product a sixth slower.
        bytemuck::cast(unsafe {
            let (x, y) = (_mm_unpacklo_ps(a, b), _mm_unpacklo_ps(c, d));
            let (z, w) = (_mm_unpackhi_ps(a, b), _mm_unpackhi_ps(c, d));
            [_mm_movelh_ps(x, y), _mm_movehl_ps(y, x), _mm_movelh_ps(z, w), _mm_movehl_ps(w, z)]
        })
    }
    #[cfg(not(target_arch = "x86_64"))]
    std::array::from_fn(|i| std::array::from_fn(|j| rows[j][i]))
}

/// A stripe of rows of the left operand times a block of the right one.
struct Stripe<'a, 'b> {
    left: Matrix<'a>,
    /// Panels of the block, one after the other.
    block: &'a [f32],
    deep: usize,
    out: &'a mut [&'b mut [f32]],
    /// Whether `out` holds sums already.
    add: bool,
}

impl Task for Stripe<'_, '_> {
    type Out = ();
    #[inline(always)]
    fn run<M: Machine>(self, m: M) {
        match self.out.len() {
            1 => self.rows::<M, 1>(m),
            2 => self.rows::<M, 2>(m),
            3..=4 => self.rows::<M, 4>(m),
            5..=8 if M::MANY => self.rows::<M, 8>(m),
            5..=6 => self.rows::<M, 6>(m),
            _ if M::MANY => self.rows::<M, 12>(m),
            _ => {
                let (above, below) = self.out.split_at_mut(6);
                Stripe { out: above, ..self }.rows::<M, 6>(m);
                Stripe { out: below, left: self.left.from(6, 0), ..self }.rows::<M, 6>(m);
            }
        }
    }
}

impl Stripe<'_, '_> {
    /// At most `R` rows.
    #[inline(always)]
    fn rows<M: Machine, const R: usize>(self, m: M) {
        let Matrix { numbers, steps } = self.left;
        // For few columns it does not pay to lay rows out. (Rows far apart would push each other out of the cache.)
        if steps[1] == 1 && steps[0] <= NEAR && self.out.len() == R && self.block.len() <= self.deep * FEW {
            let rows: [&[f32]; R] = std::array::from_fn(|r| &numbers[r * steps[0]..][..self.deep]);
            return self.panels::<M, R>(m, |k, r| rows[r][k]);
        }
        let mut room = [[0f32; R]; DEPTH];
        let left = &mut room[..self.deep];
        lay_out(numbers, steps, self.out.len(), left);
        let left = &*left;
        self.panels::<M, R>(m, |k, r| left[k][r]);
    }

    /// All panels of the block; `left(k, r)` is entry `k` of row `r`.
    #[inline(always)]
    fn panels<M: Machine, const R: usize>(self, m: M, left: impl Fn(usize, usize) -> f32 + Copy) {
        let deep = self.deep;
        for (p, panel) in self.block.chunks(deep * PANEL).enumerate() {
            let at = p * PANEL;
            if panel.len() < deep * PANEL {
                let panel = panel.as_chunks::<LANES>().0;
                let sums = tile::accumulate(m, tile::nothing::<M, R, 1>(m), deep, left, |k| &panel[k]);
                put(m, sums, self.out, at, self.add);
                continue;
            }
            let panel = panel.as_chunks::<PANEL>().0;
            if M::MANY {
                let sums = tile::accumulate(m, tile::nothing::<M, R, 2>(m), deep, left, |k| &panel[k]);
                put(m, sums, self.out, at, self.add);
                continue;
            }
            // Few registers: one half of the panel after the other.
            for half in [0, LANES] {
                let right = |k: usize| &panel[k][half..];
                let sums = tile::accumulate(m, tile::nothing::<M, R, 1>(m), deep, left, right);
                put(m, sums, self.out, at + half, self.add);
            }
        }
    }
}

/// Writes sums to columns from `at` on, or adds them to what is there.
#[inline(always)]
fn put<M: Machine, const R: usize, const N: usize>(
    m: M,
    sums: Block<M, R, N>,
    out: &mut [&mut [f32]],
    at: usize,
    add: bool,
) {
    for (sums, out) in sums.into_iter().zip(out) {
        for (sum, out) in sums.into_iter().zip(out[at..].chunks_mut(LANES)) {
            if let Ok(out) = <&mut [f32; LANES]>::try_from(&mut *out) {
                let sum = if add { m.multiply_add(sum, m.splat(1.0), m.load(out)) } else { sum };
                m.store(sum, out);
                continue;
            }
            let mut row = [0f32; LANES];
            m.store(sum, &mut row);
            for (o, v) in out.iter_mut().zip(row) {
                *o = if add { *o + v } else { v };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Products of whole numbers, exact in any order, the slow way.
    fn plainly(sizes: [usize; 3], a: Matrix, b: Matrix, offset: f32) -> Vec<f32> {
        let [rows, depth, columns] = sizes;
        let at = |m: Matrix, r: usize, c: usize| m.numbers[r * m.steps[0] + c * m.steps[1]];
        (0..rows * columns)
            .map(|i| (0..depth).map(|k| at(a, i / columns, k) * at(b, k, i % columns)).sum::<f32>() + offset)
            .collect()
    }

    #[test]
    fn blocked_products_are_products() {
        // Around stripes, panels, blocks and layers, on one thread and on several.
        for [rows, depth, columns] in
            [[4, 4, 16], [11, 5, 17], [12, 33, 32], [13, 385, 49], [29, 100, 385], [90, 150, 100], [130, 800, 70]]
        {
            let numbers: Vec<f32> = (0..2 * rows.max(columns) * depth * 2).map(|i| (i * 7 % 11) as f32 - 5.0).collect();
            let lines = |n: usize| [[n, 1], [1, depth.max(rows).max(columns)], [2 * n, 2]];
            for (left, right) in lines(depth).into_iter().flat_map(|l| lines(columns).map(|r| (l, r))) {
                let fits = |steps: [usize; 2], r: usize, c: usize| (r - 1) * steps[0] + (c - 1) * steps[1];
                let room = fits(left, rows, depth).max(fits(right, depth, columns)) + 1;
                let numbers: Vec<f32> = numbers.iter().copied().cycle().take(room).collect();
                let (a, b) = (Matrix { numbers: &numbers, steps: left }, Matrix { numbers: &numbers, steps: right });
                let sizes = [rows, depth, columns];
                let offset = vec![3.0; columns];
                for threads in [1, 2] {
                    let run = || products(1, sizes, |_| a, |_| b, Some(&offset));
                    let out = crate::with_threads(threads, run).unwrap();
                    assert_eq!(out, plainly(sizes, a, b, 3.0), "{sizes:?} {left:?} {right:?}");
                }
                assert_eq!(products(1, sizes, |_| a, |_| b, None), plainly(sizes, a, b, 0.0));
            }
        }
    }
}
