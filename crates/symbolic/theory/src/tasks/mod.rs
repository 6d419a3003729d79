//! Questions to a compiled lineage: marginals, gradients, the most probable explanation, samples, the best proofs, and
//! learning. Each file is one task.

mod gradient;
mod kbest;
mod learn;
mod marginals;
mod mpe;
mod sample;
mod world;

#[cfg(test)]
mod tests;

pub use gradient::QueryGradient;
pub use kbest::{RankedProof, best_proofs};
pub use learn::{Example, Fit, FitOptions, LearnError, fit};
pub use marginals::{Impossible, Probability, diagnose};
pub use mpe::Explanation;
pub use sample::Sampler;
pub use world::Worlds;
