//! Our own kernels for the processor: vectorised, multi-threaded where the work is worth it, fused where it pays.
//!
//! Each stands beside the composed operations that define it and is tested against them; the greatest relative error
//! is stated where it is defined. They work on `f32`; other kinds of number take the composed way, which is how the
//! gradient tests (in `f64`) and the kernels check each other.
//!
//! Work is cut into pieces of fixed size whose results are joined in a fixed order, so the same input gives the same
//! bits on any number of threads.

pub(crate) mod arith;
pub(crate) mod attention;
pub(crate) mod conv;
pub(crate) mod machine;
pub(crate) mod map;
pub(crate) mod matmul;
pub(crate) mod norm;
pub(crate) mod order;
pub(crate) mod rows;
pub(crate) mod scalar;
pub(crate) mod segment;
pub(crate) mod sparse;
pub(crate) mod tile;
pub(crate) mod window;

use crate::engine::{self, Raw};
pub(crate) use machine::{Machine, Task, vectorised};
use rayon::prelude::*;

/// Numbers handed to one thread at a time; less than twice this much stays on the calling thread.
pub(crate) const PIECE: usize = 1 << 14;

/// The numbers as `f32` in row-major order, if that is what they are and they are within reach.
pub(crate) fn f32s(x: &Raw) -> Option<Raw> {
    (engine::on_cpu(x) && engine::dtype(x) == crate::DType::F32).then(|| engine::dense(x))
}

/// The same in whatever order they lie, for kernels that read through [`engine::laid`].
pub(crate) fn f32s_anywhere(x: &Raw) -> Option<Raw> {
    (engine::on_cpu(x) && engine::dtype(x) == crate::DType::F32).then(|| x.clone())
}

/// Whether so many numbers are worth several threads.
pub(crate) fn worth_threads(numbers: usize) -> bool {
    numbers >= 2 * PIECE && rayon::current_num_threads() > 1
}

/// Zeros in memory that has been used before. `vec![0.0; n]` takes fresh pages from the system each time, and clearing
/// those takes three times as long as the softmax that is then written into them.
pub(crate) fn zeros<T: Copy + Default>(n: usize) -> Vec<T> {
    /// Apart, so that the compiler does not make it a request for cleared memory after all.
    #[inline(never)]
    fn clear<T: Copy + Default>(out: &mut Vec<T>, n: usize) {
        out.resize(n, T::default());
    }
    let mut out = Vec::with_capacity(n);
    clear(&mut out, n);
    out
}

/// What is done to one row: `a` and `b` are the same row of the operands (`b` is empty where there is one operand).
pub(crate) trait Row: Sync {
    /// Fills `out`; must be `#[inline(always)]`.
    fn row(&self, index: usize, a: &[f32], b: &[f32], out: &mut [f32]);
}

/// Rows from `first` on, as one task.
struct Rows<'a, K> {
    kernel: &'a K,
    first: usize,
    /// Width of the rows of `a` and `b`, and of the result.
    widths: [usize; 2],
    a: &'a [f32],
    b: &'a [f32],
    out: &'a mut [f32],
}

impl<K: Row> Task for Rows<'_, K> {
    type Out = ();
    #[inline(always)]
    fn run<M: Machine>(self, _: M) {
        let [width, to] = self.widths;
        for (i, out) in self.out.chunks_exact_mut(to).enumerate() {
            let at = (self.first + i) * width;
            let b = if self.b.is_empty() { self.b } else { &self.b[at..at + width] };
            self.kernel.row(self.first + i, &self.a[at..at + width], b, out);
        }
    }
}

/// One pass over rows `width` wide into rows `to` wide, in pieces of several rows; `cost` tells how many simple steps
/// a number of the operands costs.
pub(crate) fn by_rows<K: Row>(kernel: &K, a: &[f32], b: &[f32], width: usize, to: usize, cost: usize) -> Vec<f32> {
    if width == 0 || to == 0 {
        return Vec::new();
    }
    let mut out: Vec<f32> = zeros(a.len() / width * to);
    let rows = (PIECE / (width * cost)).max(1);
    let piece = |(i, out): (usize, &mut [f32])| {
        vectorised(Rows { kernel, first: i * rows, widths: [width, to], a, b, out });
    };
    match worth_threads(a.len() * cost) {
        true => out.par_chunks_mut(rows * to).enumerate().for_each(piece),
        false => out.chunks_mut(rows * to).enumerate().for_each(piece),
    }
    out
}
