//! Row by row: sums, softmax, normalisation, row additions.

use super::{Machine, PIECE, Row, Task, by_rows, f32s, scalar, vectorised, worth_threads, zeros};
use crate::engine::{self, Raw};
use crate::shape::{count, reduced, split};
use rayon::prelude::*;

/// Sixteen times four running sums: four vector registers that do not wait for each other. Joined in a fixed order.
#[inline(always)]
pub(crate) fn sum_of(x: &[f32], f: impl Fn(f32) -> f32 + Copy) -> f32 {
    if x.len() < 16 {
        // Rows so short overlap with each other; joining sixteen sums would be most of the work.
        return x.iter().fold(0.0, |sum, &v| sum + f(v));
    }
    let (blocks, rest) = x.as_chunks::<64>();
    let mut lanes = [0f32; 16];
    if !blocks.is_empty() {
        let mut four = [[0f32; 16]; 4];
        for block in blocks {
            for (lanes, part) in four.iter_mut().zip(block.as_chunks::<16>().0) {
                for i in 0..16 {
                    lanes[i] += f(part[i]);
                }
            }
        }
        lanes = one_of(four, |a, b| a + b);
    }
    let (whole, rest) = rest.as_chunks::<16>();
    for part in whole {
        for i in 0..16 {
            lanes[i] += f(part[i]);
        }
    }
    for (l, &v) in lanes.iter_mut().zip(rest) {
        *l += f(v);
    }
    fold(lanes)
}

/// The same for pairs.
#[inline(always)]
pub(crate) fn sum_of_pairs(x: &[f32], y: &[f32], f: impl Fn(f32, f32) -> f32 + Copy) -> f32 {
    let n = x.len().min(y.len());
    let ((xs, rx), (ys, ry)) = (x[..n].as_chunks::<64>(), y[..n].as_chunks::<64>());
    let mut four = [[0f32; 16]; 4];
    for (a, b) in xs.iter().zip(ys) {
        for (lanes, (a, b)) in four.iter_mut().zip(a.as_chunks::<16>().0.iter().zip(b.as_chunks::<16>().0)) {
            for i in 0..16 {
                lanes[i] += f(a[i], b[i]);
            }
        }
    }
    let mut lanes = one_of(four, |a, b| a + b);
    let ((xs, rx), (ys, ry)) = (rx.as_chunks::<16>(), ry.as_chunks::<16>());
    for (a, b) in xs.iter().zip(ys) {
        for i in 0..16 {
            lanes[i] += f(a[i], b[i]);
        }
    }
    for ((l, &a), &b) in lanes.iter_mut().zip(rx).zip(ry) {
        *l += f(a, b);
    }
    fold(lanes)
}

/// Four registers become one.
#[inline(always)]
fn one_of(four: [[f32; 16]; 4], f: impl Fn(f32, f32) -> f32) -> [f32; 16] {
    let mut one = [0f32; 16];
    for i in 0..16 {
        one[i] = f(f(four[0][i], four[1][i]), f(four[2][i], four[3][i]));
    }
    one
}

/// Sixteen running results become one, halves first. Written out: a loop over the halves is not unrolled and takes
/// four times as long, which for short rows is most of the work.
#[inline(always)]
fn join(lanes: [f32; 16], f: impl Fn(f32, f32) -> f32) -> f32 {
    let (mut eight, mut four) = ([0f32; 8], [0f32; 4]);
    for i in 0..8 {
        eight[i] = f(lanes[i], lanes[i + 8]);
    }
    for i in 0..4 {
        four[i] = f(eight[i], eight[i + 4]);
    }
    f(f(four[0], four[2]), f(four[1], four[3]))
}

#[inline(always)]
fn fold(lanes: [f32; 16]) -> f32 {
    join(lanes, |a, b| a + b)
}

#[inline(always)]
pub(crate) fn max_of(x: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    if x.len() < 16 {
        return x.iter().fold(f32::NEG_INFINITY, |top, &v| larger(top, v));
    }
    let (blocks, rest) = x.as_chunks::<64>();
    let mut four = [[f32::NEG_INFINITY; 16]; 4];
    for block in blocks {
        for (lanes, part) in four.iter_mut().zip(block.as_chunks::<16>().0) {
            for i in 0..16 {
                lanes[i] = larger(lanes[i], part[i]);
            }
        }
    }
    let mut lanes = one_of(four, larger);
    let (whole, rest) = rest.as_chunks::<16>();
    for part in whole {
        for i in 0..16 {
            lanes[i] = larger(lanes[i], part[i]);
        }
    }
    for (l, &v) in lanes.iter_mut().zip(rest) {
        *l = larger(*l, v);
    }
    join(lanes, larger)
}

/// Sums over leading or trailing axes (or all), each left with length one.
pub(crate) fn sum(x: &Raw, shape: &[usize], axes: &[usize]) -> Option<Raw> {
    let (rank, k) = (shape.len(), axes.len());
    if count(shape) == 0 {
        return None;
    }
    let to = reduced(shape, axes, true);
    let trailing = axes.iter().enumerate().all(|(i, &a)| a == rank - k + i);
    let leading = axes.iter().enumerate().all(|(i, &a)| a == i);
    if !trailing && !leading {
        return None;
    }
    let x = f32s(x)?;
    let a = engine::slice::<f32>(&x);
    let out = if trailing {
        let width = count(&shape[rank - k..]);
        row_sums(a, width)
    } else {
        column_sums(a, count(&shape[k..]))
    };
    Some(engine::from_vec(out, &to))
}

fn row_sums(a: &[f32], width: usize) -> Vec<f32> {
    const LONG: usize = 1 << 13;
    struct Total;
    impl Row for Total {
        #[inline(always)]
        fn row(&self, _: usize, a: &[f32], _: &[f32], out: &mut [f32]) {
            out[0] = sum_of(a, |v| v);
        }
    }
    if width >= 2 * LONG {
        let one = |row: &[f32]| -> f32 {
            let parts: Vec<f32> = row.par_chunks(LONG).map(|c| vectorised(|| sum_of(c, |v| v))).collect();
            sum_of(&parts, |v| v)
        };
        return a.chunks_exact(width).map(one).collect();
    }
    by_rows(&Total, a, &[], width, 1, 1)
}

/// Sums down the columns: blocks of rows first, then the blocks, always in the same order.
pub(crate) fn column_sums(a: &[f32], width: usize) -> Vec<f32> {
    const ROWS: usize = 128;
    let add = |block: &[f32]| -> Vec<f32> {
        vectorised(|| {
            let mut out = vec![0f32; width];
            for row in block.chunks_exact(width) {
                for (o, &v) in out.iter_mut().zip(row) {
                    *o += v;
                }
            }
            out
        })
    };
    let parts: Vec<Vec<f32>> = match worth_threads(a.len()) {
        true => a.par_chunks(ROWS * width).map(add).collect(),
        false => a.chunks(ROWS * width).map(add).collect(),
    };
    let mut parts = parts.into_iter();
    let mut out = parts.next().unwrap_or_else(|| vec![0.0; width]);
    for p in parts {
        for (o, v) in out.iter_mut().zip(p) {
            *o += v;
        }
    }
    out
}

/// Adds slices of `source` to the slices of `x` named by the indices, in the order of the list.
pub(crate) fn index_add(x: &Raw, axis: usize, indices: &Raw, source: &Raw) -> Option<Raw> {
    let shape = engine::shape(x);
    let (outer, n, width) = split(&shape, axis);
    let source = f32s(source)?;
    let indices = engine::dense(indices);
    let (from, at) = (engine::slice::<f32>(&source), engine::slice::<i64>(&indices));
    let mut out = f32s(x)?;
    engine::modify::<f32>(&mut out, |o| {
        vectorised(|| {
            for b in 0..outer {
                for (j, &i) in at.iter().enumerate() {
                    let row = &mut o[(b * n + i as usize) * width..][..width];
                    for (a, &v) in row.iter_mut().zip(&from[(b * at.len() + j) * width..][..width]) {
                        *a += v;
                    }
                }
            }
        });
    });
    Some(out)
}

/// Softmax of each row; relative error below 1e-6. A row of minus infinities gives not-a-number, as the formula does.
pub(crate) fn softmax(x: &Raw, width: usize) -> Option<Raw> {
    masked_softmax(x, 1, width, 1.0, |_| (0, width))
}

/// Softmax of `scale · x` over part of each row: row `i` of every `rows` sees the entries `span(i)`, zero elsewhere.
pub(crate) fn masked_softmax(
    x: &Raw,
    rows: usize,
    width: usize,
    scale: f32,
    span: impl Fn(usize) -> (usize, usize),
) -> Option<Raw> {
    struct Softmax {
        spans: Vec<(usize, usize)>,
        scale: f32,
    }
    impl Row for Softmax {
        #[inline(always)]
        fn row(&self, index: usize, a: &[f32], _: &[f32], out: &mut [f32]) {
            let (from, to) = self.spans[index % self.spans.len()];
            if to <= from {
                return;
            }
            let (a, out) = (&a[from..to], &mut out[from..to]);
            // The largest of `scale · x` is the largest or the smallest `x`, by the sign of the scale.
            let top = if self.scale >= 0.0 { max_of(a) } else { a.iter().fold(f32::INFINITY, |m, &v| m.min(v)) };
            let top = top * self.scale;
            for (o, &v) in out.iter_mut().zip(a) {
                *o = scalar::exp_below_one(v * self.scale - top);
            }
            let share = 1.0 / sum_of(out, |v| v);
            out.iter_mut().for_each(|o| *o *= share);
        }
    }
    one(x, width, 4, &Softmax { spans: (0..rows).map(span).collect(), scale })
}

/// `scale · y (g - Σ g y)` of each row.
pub(crate) fn softmax_back(y: &Raw, g: &Raw, width: usize, scale: f32) -> Option<Raw> {
    struct Back(f32);
    impl Row for Back {
        #[inline(always)]
        fn row(&self, _: usize, y: &[f32], g: &[f32], out: &mut [f32]) {
            let dot = sum_of_pairs(y, g, |a, b| a * b);
            for ((o, &y), &g) in out.iter_mut().zip(y).zip(g) {
                *o = y * (g - dot) * self.0;
            }
        }
    }
    two(y, g, width, &Back(scale))
}

/// Logarithm of the softmax of each row; absolute error below 1e-6 of the row's range.
pub(crate) fn log_softmax(x: &Raw, width: usize) -> Option<Raw> {
    let x = f32s(x)?;
    let a = engine::slice::<f32>(&x);
    let mut out: Vec<f32> = zeros(a.len());
    let size = (PIECE / (4 * width.max(1))).max(1) * width.max(1);
    let piece = |(a, out): (&[f32], &mut [f32])| vectorised(LogSoftmax { a, width, out });
    match worth_threads(4 * a.len()) {
        true => a.par_chunks(size).zip(out.par_chunks_mut(size)).for_each(piece),
        false => piece((a, &mut out)),
    }
    Some(engine::from_vec(out, &engine::shape(&x)))
}

struct LogSoftmax<'a> {
    a: &'a [f32],
    width: usize,
    out: &'a mut [f32],
}

impl Task for LogSoftmax<'_> {
    type Out = ();
    /// Sixteen rows at a time, so that their logarithms are taken together.
    #[inline(always)]
    fn run<M: Machine>(self, _: M) {
        let block = 16 * self.width;
        for (a, out) in self.a.chunks(block).zip(self.out.chunks_mut(block)) {
            let (mut tops, mut shifts) = ([0f32; 16], [1f32; 16]);
            let rows = a.chunks_exact(self.width).zip(out.chunks_exact_mut(self.width));
            for ((a, out), (top, total)) in rows.zip(tops.iter_mut().zip(&mut shifts)) {
                *top = max_of(a);
                // Written out although only their sum is wanted: the compiler makes twice as good a loop of it.
                for (o, &v) in out.iter_mut().zip(a) {
                    *o = scalar::exp_below_one(v - *top);
                }
                *total = sum_of(out, |v| v);
            }
            for i in 0..16 {
                shifts[i] = tops[i] + scalar::ln(shifts[i]);
            }
            let rows = a.chunks_exact(self.width).zip(out.chunks_exact_mut(self.width));
            for ((a, out), &shift) in rows.zip(&shifts) {
                for (o, &v) in out.iter_mut().zip(a) {
                    *o = v - shift;
                }
            }
        }
    }
}

/// `g - e^y Σ g` of each row.
pub(crate) fn log_softmax_back(y: &Raw, g: &Raw, width: usize) -> Option<Raw> {
    struct Back;
    impl Row for Back {
        #[inline(always)]
        fn row(&self, _: usize, y: &[f32], g: &[f32], out: &mut [f32]) {
            let total = sum_of(g, |v| v);
            for ((o, &y), &g) in out.iter_mut().zip(y).zip(g) {
                *o = g - scalar::exp_below_one(y) * total;
            }
        }
    }
    two(y, g, width, &Back)
}

fn one(x: &Raw, width: usize, cost: usize, kernel: &impl Row) -> Option<Raw> {
    let x = f32s(x)?;
    let out = by_rows(kernel, engine::slice::<f32>(&x), &[], width, width, cost);
    Some(engine::from_vec(out, &engine::shape(&x)))
}

fn two(x: &Raw, y: &Raw, width: usize, kernel: &impl Row) -> Option<Raw> {
    let (x, y) = (f32s(x)?, f32s(y)?);
    let out = by_rows(kernel, engine::slice::<f32>(&x), engine::slice::<f32>(&y), width, width, 2);
    Some(engine::from_vec(out, &engine::shape(&x)))
}
