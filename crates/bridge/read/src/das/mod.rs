//! Distributed alignment search: which coordinates of a hidden vector play the role of a variable of a symbolic causal model?
//!
//! The network is frozen. A rotation `R` of a site's units is learned such that swapping some of the coordinates `R h` between two
//! runs changes the output as swapping the variable changes the causal model's output (Geiger et al. 2024). How many coordinates a
//! variable has is given ([`Share::Widths`]) or learned as soft boundaries that harden while training goes on
//! ([`Share::Boundless`]; Wu et al. 2023); [`Share::Units`] learns a mask over given axes instead.
//!
//! ```text
//!  y = R h      y' = (1 - sum_j m_j) y_base + sum_j m_j y_source_j      h' = R^T y'
//! ```
//!
//! The way: a [`Frozen`] network with examples and a place; [`Pair`]s of examples with the label that the causal model says;
//! [`Das::fit`]; an [`Alignment`], which is scored on other pairs with hard masks ([`Alignment::accuracy`]) through the same
//! interventions as everything else, and gives a [`Subspace`](symbolon_symbol::Subspace) for each variable. Several demands at once
//! (cause and isolate, as MDAS of Huang et al. 2024) are pairs with different labels in one list.

mod alignment;
mod causal;
mod fit;
mod frozen;
mod orthonormal;

pub use alignment::Alignment;
pub use causal::{Causal, Values};
pub use fit::{Das, Fitted, Share};
pub use frozen::{Frozen, Pair};
pub use orthonormal::retract;
