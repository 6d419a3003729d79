//! Loops that become vector instructions, for kernels in other crates that feed tensors.
//!
//! [`vectorised`] compiles a [`Task`] once for each width of vector registers and picks the widest of this machine when it
//! runs. [`exp`] and [`ln`] are written so that a loop over them is vectorised with it.

pub use crate::kernels::scalar::{exp, ln};
pub use crate::kernels::{Task, vectorised};
