#![doc = include_str!("../README.md")]

mod calculus;
mod device;
mod display;
mod dtype;
mod engine;
mod error;
mod graph;
pub mod io;
mod kernels;
mod op;
mod ops;
pub mod optim;
mod random;
pub mod rules;
mod shape;
pub mod simd;
pub mod tape;
mod tensor;
mod threads;
mod walk;

pub use calculus::{batched_jacobian, checkpoint, custom_vjp, hvp, jacobian, jacobian_rows, jvp, push_forward, vjp};
pub use device::Device;
pub use dtype::DType;
pub use engine::Number;
pub use error::{Error, Result};
pub use graph::{Graph, GraphNode};
pub use op::{Op, Setting};
pub use ops::{Attended, Attention, Csr, Cut, Cuts, Segments, Svd, Windows, rotary_tables};
pub use random::Rng;
pub use shape::{REST, Shape};
pub use tape::{Create, Grads, Keep, Step, grad, is_recording, lean, no_grad};
pub use tensor::Tensor;
pub use threads::{inside, set_threads, threads, with_threads};
