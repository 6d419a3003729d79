//! Small matrix products that stay in registers and the nearest cache: what attention and convolution are made of.
//!
//! Large products belong to the engine. Here a few rows are multiplied with a few vectors at a time, where laying
//! operands out for the engine would cost more than the arithmetic.

use super::machine::{LANES, Machine};

/// Running sums of `R` rows and `N` vectors, held in registers.
pub(crate) type Block<M, const R: usize, const N: usize> = [[<M as Machine>::Vector; N]; R];

/// No sums yet.
#[inline(always)]
pub(crate) fn nothing<M: Machine, const R: usize, const N: usize>(m: M) -> Block<M, R, N> {
    [[m.splat(0.0); N]; R]
}

/// Adds `depth` outer products: entry `r` of `left(k, r)` times the vectors that `right(k)` begins with.
#[inline(always)]
pub(crate) fn accumulate<'a, M: Machine, const R: usize, const N: usize>(
    m: M,
    mut sums: Block<M, R, N>,
    depth: usize,
    left: impl Fn(usize, usize) -> f32,
    right: impl Fn(usize) -> &'a [f32],
) -> Block<M, R, N> {
    for k in 0..depth {
        let vectors: &[[f32; LANES]; N] = chunks(right(k));
        let mut b = [m.splat(0.0); N];
        for n in 0..N {
            b[n] = m.load(&vectors[n]);
        }
        for (r, row) in sums.iter_mut().enumerate() {
            let a = m.splat(left(k, r));
            for (sum, &b) in row.iter_mut().zip(&b) {
                *sum = m.multiply_add(a, b, *sum);
            }
        }
    }
    sums
}

/// Reads a row of sums.
#[inline(always)]
pub(crate) fn read<M: Machine, const N: usize>(m: M, x: &[f32]) -> [M::Vector; N] {
    let x: &[[f32; LANES]; N] = chunks(x);
    std::array::from_fn(|n| m.load(&x[n]))
}

/// Writes a row of sums.
#[inline(always)]
pub(crate) fn write<M: Machine, const N: usize>(m: M, row: [M::Vector; N], to: &mut [f32]) {
    for (v, to) in row.into_iter().zip(to.as_chunks_mut::<LANES>().0) {
        m.store(v, to);
    }
}

#[inline(always)]
fn chunks<const N: usize>(x: &[f32]) -> &[[f32; LANES]; N] {
    x.as_chunks::<LANES>().0.first_chunk().expect("operands are padded to whole vectors")
}

/// The left operand of [`product`]: `rows × depth` numbers in memory.
#[derive(Clone, Copy)]
pub(crate) enum Left<'a> {
    /// Row `r` starts at `r · step`.
    Rows(&'a [f32], usize),
    /// Column `k` starts at `k · step`.
    Columns(&'a [f32], usize),
}

/// `out = left · right`, or `out += left · right` when `add` is set.
///
/// `right` has `depth` rows and `out` as many rows as `rows` says; both are `width` wide, a multiple of [`LANES`],
/// and their rows lie `steps` apart.
#[inline(always)]
pub(crate) fn product<M: Machine>(
    m: M,
    [rows, depth, width]: [usize; 3],
    left: Left,
    right: &[f32],
    out: &mut [f32],
    steps: [usize; 2],
    add: bool,
) {
    let mut r = 0;
    while r < rows {
        r += match rows - r {
            8.. if M::MANY => stripe::<M, 8>(m, r, [depth, width], left, right, out, steps, add),
            4.. => stripe::<M, 4>(m, r, [depth, width], left, right, out, steps, add),
            2.. => stripe::<M, 2>(m, r, [depth, width], left, right, out, steps, add),
            _ => stripe::<M, 1>(m, r, [depth, width], left, right, out, steps, add),
        };
    }
}

/// `R` rows of [`product`] from row `r` on; answers `R`.
#[inline(always)]
fn stripe<M: Machine, const R: usize>(
    m: M,
    r: usize,
    [depth, width]: [usize; 2],
    left: Left,
    right: &[f32],
    out: &mut [f32],
    steps: [usize; 2],
    add: bool,
) -> usize {
    let mut at = 0;
    while at < width {
        at += match M::MANY && width - at >= 2 * LANES {
            true => cell::<M, R, 2>(m, [r, at], depth, left, right, out, steps, add),
            false => cell::<M, R, 1>(m, [r, at], depth, left, right, out, steps, add),
        };
    }
    R
}

/// One block of [`product`] at row and column `at`; answers its width.
#[inline(always)]
fn cell<M: Machine, const R: usize, const N: usize>(
    m: M,
    [r, at]: [usize; 2],
    depth: usize,
    left: Left,
    right: &[f32],
    out: &mut [f32],
    [step, to]: [usize; 2],
    add: bool,
) -> usize {
    let mut sums = nothing::<M, R, N>(m);
    if add {
        for (i, s) in sums.iter_mut().enumerate() {
            *s = read(m, &out[(r + i) * to + at..]);
        }
    }
    let right = |k: usize| &right[k * step + at..];
    let sums = match left {
        Left::Rows(a, step) => {
            let a: [&[f32]; R] = std::array::from_fn(|i| &a[(r + i) * step..][..depth]);
            accumulate::<M, R, N>(m, sums, depth, |k, i| a[i][k], right)
        }
        Left::Columns(a, step) => accumulate::<M, R, N>(m, sums, depth, |k, i| a[k * step + r + i], right),
    };
    for (i, s) in sums.into_iter().enumerate() {
        write(m, s, &mut out[(r + i) * to + at..]);
    }
    N * LANES
}

/// `rows × width` numbers with every row padded by zeros to `to`.
pub(crate) fn widened(x: &[f32], width: usize, to: usize) -> Vec<f32> {
    if width == to {
        return x.to_vec();
    }
    let mut out = super::zeros(x.len() / width.max(1) * to);
    for (o, x) in out.chunks_exact_mut(to).zip(x.chunks_exact(width)) {
        o[..width].copy_from_slice(x);
    }
    out
}

/// `rows × width` numbers with rows and columns exchanged, the new rows padded by zeros to `to`.
pub(crate) fn turned(x: &[f32], width: usize, to: usize) -> Vec<f32> {
    let mut out = super::zeros(width * to);
    // Sixteen rows at a time, so that what is written lies together.
    for (b, block) in x.chunks(LANES * width).enumerate() {
        for c in 0..width {
            let o = &mut out[c * to + b * LANES..][..block.len() / width];
            for (r, o) in o.iter_mut().enumerate() {
                *o = block[r * width + c];
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::machine::{Plain, Task, vectorised};
    use super::*;

    struct Run<'a> {
        sizes: [usize; 3],
        left: Left<'a>,
        right: &'a [f32],
        out: &'a mut [f32],
    }
    impl Task for Run<'_> {
        type Out = ();
        #[inline(always)]
        fn run<M: Machine>(self, m: M) {
            product(m, self.sizes, self.left, self.right, self.out, [self.sizes[2]; 2], true);
        }
    }

    #[test]
    fn small_products_are_products() {
        for [rows, depth, width] in [[1, 1, 16], [3, 5, 32], [15, 7, 48], [16, 33, 80]] {
            // Whole numbers, so that sums are exact in any order.
            let a: Vec<f32> = (0..rows * depth).map(|i| (i * 7 % 11) as f32 - 5.0).collect();
            let b: Vec<f32> = (0..depth * width).map(|i| (i * 5 % 13) as f32 - 6.0).collect();
            let want: Vec<f32> = (0..rows * width)
                .map(|i| 1.0 + (0..depth).map(|k| a[i / width * depth + k] * b[k * width + i % width]).sum::<f32>())
                .collect();
            let columns = turned(&a, depth, rows);
            for left in [Left::Rows(&a, depth), Left::Columns(&columns, rows)] {
                let mut out = vec![1f32; rows * width];
                vectorised(Run { sizes: [rows, depth, width], left, right: &b, out: &mut out });
                assert_eq!(out, want);
                let mut out = vec![1f32; rows * width];
                Run { sizes: [rows, depth, width], left, right: &b, out: &mut out }.run(Plain);
                assert_eq!(out, want);
            }
        }
    }

    #[test]
    fn padding_and_turning_keep_every_number() {
        let x: Vec<f32> = (0..21 * 3).map(|i| i as f32).collect();
        assert_eq!(widened(&x, 3, 16)[16..20], [3.0, 4.0, 5.0, 0.0]);
        let t = turned(&x, 3, 32);
        assert!((0..3).all(|c| (0..32).all(|r| t[c * 32 + r] == if r < 21 { x[r * 3 + c] } else { 0.0 })));
    }
}
