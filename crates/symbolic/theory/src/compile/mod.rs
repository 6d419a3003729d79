//! Knowledge compilation: from a [`Lineage`] to a deterministic decomposable [`Circuit`].
//!
//! The compiler works on the and/or graph itself, not on clauses. Every gate is a function of the choices, so only gates
//! that some open obligation can still see matter; everything else is free. The search (see `search`) decides gates and
//! choices, draws consequences, splits what is left into independent components, and looks each component up in a cache.
//!
//! | file | what it does |
//! | --- | --- |
//! | `normal`, `gates` | the lineage as hash-consed and-gates |
//! | `loops`, `founded`, `contract` | positive cycles mean least fixpoints: before and during the search, and in its keys |
//! | `order` | the order of decisions from a tree decomposition |
//! | `state` | values, propagation, undo |
//! | `search`, `look` | decide; see what matters and what it falls apart into; look up |
//! | `cache` | solved components |
//! | `anytime` | all roots within a budget: exact, else bounds |
//! | `sweep`, `sets` | a search for long programs without cycles |

mod anytime;
pub(crate) mod cache;
pub(crate) mod contract;
pub(crate) mod founded;
pub(crate) mod gates;
pub(crate) mod look;
pub(crate) mod loops;
pub(crate) mod normal;
pub(crate) mod order;
pub(crate) mod search;
pub(crate) mod sets;
pub(crate) mod state;
pub(crate) mod sweep;

#[cfg(test)]
pub(crate) mod tests;

use crate::budget::{Budget, Stop};
use crate::circuit::{Circuit, NodeIndex};
use crate::lineage::Lineage;

/// A compiled lineage.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The circuit of all roots.
    pub circuit: Circuit,
    /// Root of the constraints alone (just true where the evidence is possible with them, which nothing more is asked).
    pub constraints: NodeIndex,
    /// Root of evidence and constraints.
    pub evidence: NodeIndex,
    /// For each query the root of query, evidence and constraints.
    pub queries: Vec<NodeIndex>,
    /// For each query the root of its negation, evidence and constraints; only where the root of the evidence has unknown parts,
    /// so that bounds need it. Else empty.
    pub negations: Vec<NodeIndex>,
    /// Why compilation stopped early, if it did: then some roots have unknown parts and give bounds.
    pub stop: Option<Stop>,
}

impl Circuit {
    /// Compiles evidence, constraints and all queries of a lineage into one circuit that shares their common parts.
    ///
    /// What half of the budget does not suffice for is compiled once more in parts: the probable worlds first, as far as the
    /// other half goes. The rest stays [`crate::circuit::Kind::Unknown`], so that evaluation gives bounds.
    pub fn compile(lineage: &Lineage, budget: &Budget) -> Compiled {
        anytime::compile(lineage, budget, search::SWEEP)
    }
}
