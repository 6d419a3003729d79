//! Theories that teach networks.
//!
//! A theory with neural predicates says how what networks see hangs together with what is observed: the digits on two
//! pictures and their sum. This crate turns it into a differentiable operation. Queries that differ only in their data share one
//! compiled circuit; a batch of them needs one call of each network; the circuit gives the log-probability of what was
//! observed, and its gradient tells the networks what they should have seen.
//!
//! ```
//! use symbolon_learn::{Program, negative_log_probability};
//! use symbolon_tensor::{DType, Rng};
//! use symbolon_theory::Theory;
//!
//! let theory = Theory::parse("
//!     nn(digit, [X], Y, [0..9]) :: digit(X, Y).
//!     addition(A, B, S) :- digit(A, X), digit(B, Y), S is X + Y.
//! ")?;
//! let mut program = Program::new(theory);
//! let examples = [
//!     program.example("addition(image(a), image(b), 7)")?,
//!     program.example("addition(image(b), image(c), 12)")?,
//! ];
//! // One call of the network for the three pictures; here random numbers stand for it.
//! let batch = program.batch(&examples);
//! assert_eq!(batch.calls[0].inputs.len(), 3);
//! let scores = Rng::new(0).normal([3, 10], DType::F32).variable();
//! let parameters = program.parameters(DType::F32); // of `t(_)`; there are none here
//! let log_p = program.log_probability(&batch, &[scores.log_softmax(-1)], &parameters)?;
//! let loss = negative_log_probability(&log_p);
//! assert!(loss.impossible.is_empty());
//! let gradient = &loss.value.grad(&[&scores])[0];
//! assert_eq!(gradient.shape(), [3, 10]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A [`Program`] reads its theory exactly, by the best proofs of each example, or in a fuzzy logic: see [`Semantics`].

pub mod anesi;
pub mod asp_loss;
mod batch;
mod cards;
mod circuit;
pub mod declare;
pub mod diffusion;
mod error;
pub mod facets;
pub mod function;
mod fuzzy;
mod kernel;
mod layer;
mod lessons;
mod loss;
pub mod node_rules;
mod op;
mod params;
mod plan;
mod program;
pub mod project;
mod rows;
mod shape;
pub mod sudoku;
mod topk;

pub use batch::{Answers, Batch, Calls};
pub use cards::CARDS;
pub use circuit::CircuitLayer;
pub use error::{Error, Result};
pub use fuzzy::Norm;
pub use layer::{Call, Input, Layer};
pub use lessons::{Lessons, classify};
pub use loss::{Loss, binary_cross_entropy, negative_log_probability};
pub use program::{Example, Network, Program, Semantics, Target};
pub use project::Project;
pub use rows::images;

#[cfg(test)]
mod tests;
