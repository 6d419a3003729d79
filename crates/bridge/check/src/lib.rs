//! Checking: do the two halves fit, and what may be concluded? Counterfactual values are written through symbols while the
//! network runs, what it then does is compared with what a theory says, and claims about it meet evidence that could refute
//! them.

mod ablate;
mod cards;
pub mod catalogue;
mod circuit;
pub mod claim;
pub mod control;
mod error;
mod file;
mod interchange;
mod selectivity;
mod slopes;
pub mod stats;

pub use ablate::{Ablated, Ablation, Part};
pub use cards::CARDS;
pub use circuit::CircuitRuns;
pub use error::{Error, Result};
pub use file::{digest, write_whole};
pub use interchange::{Intervention, interchange, interchange_accuracy, intervene, read};
pub use selectivity::selectivity;
pub use slopes::{Slopes, slopes};
pub use stats::Proportion;
