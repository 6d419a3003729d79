//! Loops that become vector instructions, for kernels in other crates that feed tensors.
//!
//! [`vectorised`] compiles a [`Task`] once for each width of vector registers and picks the widest of this machine when it
//! runs. [`exp`] and [`ln`] are written so that a loop over them is vectorised with it.

use crate::kernels::machine;
pub use crate::kernels::scalar::{exp, ln};

/// A piece of work to be compiled once for each width of vector instructions. `run` must be `#[inline(always)]`, down to the
/// innermost loop, or it is compiled for the narrowest machine only.
pub trait Task {
    /// What it gives.
    type Out;
    /// Does it.
    fn run(self) -> Self::Out;
}

impl<R, F: FnOnce() -> R> Task for F {
    type Out = R;
    #[inline(always)]
    fn run(self) -> R {
        self()
    }
}

/// Runs a task with the widest vector instructions of this machine.
#[inline(always)]
pub fn vectorised<T: Task>(task: T) -> T::Out {
    machine::vectorised(
        #[inline(always)]
        || task.run(),
    )
}
