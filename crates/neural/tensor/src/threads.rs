//! How many threads work on one operation.
//!
//! Small operations stay on the calling thread whatever is set here. Our own kernels, most products in `f32` among
//! them, give the same bits on any number of threads; the engine's products (`f64`; fewer than four rows or sixteen columns)
//! do so for a fixed number.

use crate::error::{Error, Result};
use crate::tape::{mode, with_mode};

/// Sets the number of threads for the whole program; possible once, before the first operation.
///
/// # Errors
/// [`Error::Device`] when threads are already at work.
pub fn set_threads(n: usize) -> Result<()> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n.max(1));
    pool.build_global().map_err(|e| Error::Device(format!("{n} threads: {e}")))
}

/// Runs `f` with its own number of threads; recording and rules stay as they are on this thread.
///
/// ```
/// use symbolon_tensor::{threads, with_threads};
/// assert_eq!(with_threads(1, threads).unwrap(), 1);
/// ```
///
/// # Errors
/// [`Error::Device`] when the threads cannot be started.
pub fn with_threads<R: Send>(n: usize, f: impl FnOnce() -> R + Send) -> Result<R> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n.max(1)).build();
    let pool = pool.map_err(|e| Error::Device(format!("{n} threads: {e}")))?;
    let now = mode();
    Ok(pool.install(|| with_mode(now, f)))
}

/// Runs `f` on one of the threads that work on operations; recording and rules stay as they are on this thread.
///
/// Any other thread hands every operation over, waits and is woken; one of these joins in. (Measured: the product of 64x784
/// and 784x256 takes a fifth less processor time.) Programs that train or infer run their main part in here.
///
/// ```
/// use symbolon_tensor::{Tensor, inside};
/// assert_eq!(inside(|| Tensor::from([1.0f32, 2.0]).sum().item()), 3.0);
/// ```
pub fn inside<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    let now = mode();
    rayon::scope(|_| with_mode(now, f))
}

/// How many threads work on one operation here.
pub fn threads() -> usize {
    rayon::current_num_threads()
}
