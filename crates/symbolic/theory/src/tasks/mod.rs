//! Questions to a compiled lineage.

mod marginals;

pub use marginals::{Impossible, Probability};
