//! Our own kernels for the processor: vectorised, multi-threaded where the work is worth it, fused where it pays.
//!
//! Each stands beside the composed operations that define it and is tested against them; the greatest relative error
//! is stated where it is defined. They work on `f32`; other kinds of number take the composed way, which is how the
//! gradient tests (in `f64`) and the kernels check each other.
//!
//! Work is cut into pieces of fixed size whose results are joined in a fixed order, so the same input gives the same
//! bits on any number of threads.

pub(crate) mod map;
pub(crate) mod norm;
pub(crate) mod order;
pub(crate) mod rows;
pub(crate) mod scalar;
pub(crate) mod window;

use crate::engine::{self, Raw};
use rayon::prelude::*;

/// Numbers handed to one thread at a time; less than twice this much stays on the calling thread.
pub(crate) const PIECE: usize = 1 << 14;

/// The numbers as `f32` in row-major order, if that is what they are and they are within reach.
pub(crate) fn f32s(x: &Raw) -> Option<Raw> {
    (engine::on_cpu(x) && engine::dtype(x) == crate::DType::F32).then(|| engine::dense(x))
}

/// Runs `f` with the widest vector instructions of this machine.
#[inline(always)]
pub(crate) fn vectorised<R>(f: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(f)
}

/// Whether so many numbers are worth several threads.
pub(crate) fn worth_threads(numbers: usize) -> bool {
    numbers >= 2 * PIECE && rayon::current_num_threads() > 1
}

/// One pass over rows: `f(first row, rows of a)` fills the same rows of the result, in pieces of several rows.
pub(crate) fn by_rows(out: &mut [f32], width: usize, cost: usize, f: impl Fn(usize, &mut [f32]) + Sync) {
    if width == 0 || out.is_empty() {
        return;
    }
    let rows = (PIECE / width.max(cost)).max(1);
    match worth_threads(out.len() / width * width.max(cost)) {
        true => (out.par_chunks_mut(rows * width).enumerate()).for_each(|(i, o)| vectorised(|| f(i * rows, o))),
        false => vectorised(|| f(0, out)),
    }
}
