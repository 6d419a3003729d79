//! The operations, each with its backward rule written in operations.
//!
//! One file a family. A rule reads like the formula in a textbook because it *is* tensors: that is what makes second
//! and third derivatives come for free. Where a fused kernel exists it is used for the numbers only, beside the same
//! composed rule.

mod activation;
mod arith;
mod attention;
mod compare;
mod conv;
mod fft;
mod function;
mod index;
mod linalg;
mod linear;
mod loss;
mod norm;
mod order;
mod pool;
mod reduce;
mod segment;
mod sparse;
mod view;

pub use attention::{Attended, Attention, rotary_tables};
pub use conv::Windows;
pub use index::{Cut, Cuts};
pub use linalg::Svd;
pub(crate) use linear::again;
pub use segment::Segments;
pub use sparse::Csr;

use crate::tensor::Tensor;

/// Stops with the operation's name when two operands cannot be combined.
#[track_caller]
pub(crate) fn same_kind(op: &str, a: &Tensor, b: &Tensor) {
    assert_eq!(a.dtype(), b.dtype(), "{op}: {:?} and {:?} numbers do not mix; convert one", a.dtype(), b.dtype());
    assert_eq!(a.device(), b.device(), "{op}: operands live on different devices");
}

/// Stops with the operation's name unless the numbers are floating point.
#[track_caller]
pub(crate) fn float(op: &str, x: &Tensor) {
    assert!(x.dtype().is_float(), "{op}: {:?} numbers where floating point is needed", x.dtype());
}
