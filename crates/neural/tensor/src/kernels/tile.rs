//! Small matrix products that stay in registers and the nearest cache: what attention and convolution are made of.
//!
//! Large products belong to the engine. Here a few rows are multiplied with a few vectors at a time, where laying
//! operands out for the engine would cost more than the arithmetic.

/// Numbers in the widest vector.
pub(crate) const LANES: usize = 16;

/// How a product is added to a sum. Machines that have the instruction do both with one rounding.
pub(crate) trait Multiply: Copy {
    /// `a b + c`.
    fn add(a: f32, b: f32, c: f32) -> f32;
}

/// One instruction, one rounding.
#[derive(Clone, Copy)]
pub(crate) struct Fused;

/// Two instructions: where the fused one is missing it would be a call into the C library.
#[derive(Clone, Copy)]
pub(crate) struct Apart;

impl Multiply for Fused {
    #[inline(always)]
    fn add(a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }
}

impl Multiply for Apart {
    #[inline(always)]
    fn add(a: f32, b: f32, c: f32) -> f32 {
        a * b + c
    }
}

/// Running sums of `R` rows and `N` vectors, held in registers.
pub(crate) type Block<const R: usize, const N: usize> = [[[f32; LANES]; N]; R];

/// Adds `depth` outer products: entry `r` of `left(k)` times the vectors `right(k)`.
#[inline(always)]
pub(crate) fn accumulate<'a, M: Multiply, const R: usize, const N: usize>(
    sums: &mut Block<R, N>,
    depth: usize,
    left: impl Fn(usize) -> [f32; R],
    right: impl Fn(usize) -> &'a [f32],
) {
    let mut local = *sums;
    for k in 0..depth {
        let (a, b) = (left(k), vectors::<N>(right(k)));
        for r in 0..R {
            for n in 0..N {
                for i in 0..LANES {
                    local[r][n][i] = M::add(a[r], b[n][i], local[r][n][i]);
                }
            }
        }
    }
    *sums = local;
}

/// The first `N` vectors of a slice.
#[inline(always)]
pub(crate) fn vectors<const N: usize>(x: &[f32]) -> &[[f32; LANES]; N] {
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
pub(crate) fn product<M: Multiply>(
    rows: usize,
    depth: usize,
    width: usize,
    left: Left,
    right: &[f32],
    out: &mut [f32],
    steps: [usize; 2],
    add: bool,
) {
    let mut r = 0;
    while r < rows {
        let n = match rows - r {
            8.. => stripe::<M, 8>(r, depth, width, left, right, out, steps, add),
            4.. => stripe::<M, 4>(r, depth, width, left, right, out, steps, add),
            2.. => stripe::<M, 2>(r, depth, width, left, right, out, steps, add),
            _ => stripe::<M, 1>(r, depth, width, left, right, out, steps, add),
        };
        r += n;
    }
}

/// `R` rows of [`product`] from row `r` on; answers `R`.
#[inline(always)]
fn stripe<M: Multiply, const R: usize>(
    r: usize,
    depth: usize,
    width: usize,
    left: Left,
    right: &[f32],
    out: &mut [f32],
    steps: [usize; 2],
    add: bool,
) -> usize {
    let mut at = 0;
    while at < width {
        at += match width - at >= 2 * LANES {
            true => cell::<M, R, 2>([r, at], depth, left, right, out, steps, add),
            false => cell::<M, R, 1>([r, at], depth, left, right, out, steps, add),
        };
    }
    R
}

/// One block of [`product`] at row and column `at`; answers its width.
#[inline(always)]
fn cell<M: Multiply, const R: usize, const N: usize>(
    [r, at]: [usize; 2],
    depth: usize,
    left: Left,
    right: &[f32],
    out: &mut [f32],
    [step, to]: [usize; 2],
    add: bool,
) -> usize {
    let mut sums = [[[0f32; LANES]; N]; R];
    if add {
        for (i, s) in sums.iter_mut().enumerate() {
            *s = *vectors(&out[(r + i) * to + at..]);
        }
    }
    let right = |k: usize| &right[k * step + at..][..N * LANES];
    match left {
        Left::Rows(a, step) => {
            let a: [&[f32]; R] = std::array::from_fn(|i| &a[(r + i) * step..][..depth]);
            accumulate::<M, R, N>(&mut sums, depth, |k| std::array::from_fn(|i| a[i][k]), right);
        }
        Left::Columns(a, step) => {
            let column = |k: usize| *a[k * step + r..].first_chunk().expect("whole columns");
            accumulate::<M, R, N>(&mut sums, depth, column, right);
        }
    }
    for (i, s) in sums.iter().enumerate() {
        out[(r + i) * to + at..][..N * LANES].copy_from_slice(s.as_flattened());
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
    use super::super::{Task, vectorised};
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
        fn run<M: Multiply>(self) {
            let [rows, depth, width] = self.sizes;
            product::<M>(rows, depth, width, self.left, self.right, self.out, [width, width], true);
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
                product::<Apart>(rows, depth, width, left, &b, &mut out, [width, width], true);
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
