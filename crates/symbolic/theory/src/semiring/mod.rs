//! Semirings: what "and" and "or" mean.
//!
//! The same lineage answers many questions once its conjunctions and disjunctions are read in another algebra: is it
//! possible (boolean), in how many worlds (counting), how probable is the best world (Viterbi), which facts prove it
//! (top-k proofs), how does the answer change with each weight (gradient). A [`Semiring`] is such an algebra.
//!
//! The laws are not decoration; each carries a step of the machinery, and [`Laws`] says which ones an instance keeps:
//!
//! | law | what rests on it | without it |
//! | --- | --- | --- |
//! | plus and times associative and commutative | children of a node form a set, shared and reordered freely | the value depends on the order in which proofs were found |
//! | zero and one neutral | false alternatives and true conditions are dropped | simplification changes the value |
//! | zero annihilates | a contradictory conjunction is false | impossible proofs leave traces |
//! | times distributes over plus | compilation may factor: circuits equal the sum over worlds | circuit and lineage disagree |
//! | plus idempotent | one proof found twice counts once | shared proofs are counted double outside circuits |
//! | absorption, one + a = one | going around a cycle adds nothing, so fixpoints over cyclic lineages end | infinitely many proofs |
//!
//! Two evaluators use them: [`over_circuit`] needs a commutative semiring with all of the first five laws; [`over_lineage`] works
//! directly on proofs, where the fuzzy logics live that have no distributive law.

mod boolean;
mod counting;
mod evaluate;
mod fuzzy;
mod gradient;
mod numbers;
mod path;
mod topk;

#[cfg(test)]
mod laws;

pub use boolean::Boolean;
pub use counting::{Count, Counting};
pub use evaluate::{EvaluateError, over_circuit, over_lineage};
pub use fuzzy::{Godel, Lukasiewicz, Product};
pub use gradient::{Dual, Gradient};
pub use numbers::{Log, Real};
pub use path::{Bottleneck, Viterbi};
pub use topk::{Proof, TopK};

use crate::lineage::ChoiceId;

/// Which laws hold, for all values (for floats: up to rounding).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Laws {
    /// `(a + b) + c = a + (b + c)` and `a + b = b + a`.
    pub plus_commutative_monoid: bool,
    /// `(a b) c = a (b c)` and `a b = b a`.
    pub times_commutative_monoid: bool,
    /// `zero a = zero`.
    pub annihilation: bool,
    /// `a (b + c) = a b + a c`.
    pub distributive: bool,
    /// `a + a = a`.
    pub idempotent: bool,
    /// `one + a = one`.
    pub absorptive: bool,
    /// Iterating from zero on a cyclic lineage converges: the operations are monotone and values are bounded above.
    pub fixpoints: bool,
}

impl Laws {
    /// A commutative semiring and nothing more.
    pub const SEMIRING: Laws = Laws {
        plus_commutative_monoid: true,
        times_commutative_monoid: true,
        annihilation: true,
        distributive: true,
        idempotent: false,
        absorptive: false,
        fixpoints: false,
    };
    /// A commutative semiring where going around a cycle adds nothing.
    pub const ABSORPTIVE: Laws = Laws { idempotent: true, absorptive: true, fixpoints: true, ..Laws::SEMIRING };
}

/// An algebra of "or" (plus) and "and" (times). See the [module documentation](self) for the laws and what rests on them.
///
/// An instance is a value, so that it can carry data such as the number of proofs to keep.
pub trait Semiring {
    /// The values.
    type Value: Clone + PartialEq + std::fmt::Debug;

    /// Its name, for messages.
    fn name(&self) -> &'static str;
    /// The laws it keeps.
    fn laws(&self) -> Laws;
    /// False: neutral for plus.
    fn zero(&self) -> Self::Value;
    /// True: neutral for times.
    fn one(&self) -> Self::Value;
    /// Or.
    fn plus(&self, a: &Self::Value, b: &Self::Value) -> Self::Value;
    /// And.
    fn times(&self, a: &Self::Value, b: &Self::Value) -> Self::Value;
    /// What "choice `choice` takes value `value`", of weight `weight`, means.
    fn label(&self, choice: ChoiceId, value: u32, weight: f64) -> Self::Value;
    /// Not, where it is defined.
    fn negate(&self, _: &Self::Value) -> Option<Self::Value> {
        None
    }
    /// Whether two values are equal up to rounding: when an iteration may stop.
    fn close(&self, a: &Self::Value, b: &Self::Value) -> bool {
        a == b
    }
}

/// Whether two floats are equal up to rounding.
pub(crate) fn near(a: f64, b: f64) -> bool {
    a == b || a.is_finite() && b.is_finite() && (a - b).abs() <= 1e-12 * (1.0 + a.abs().max(b.abs()))
}
