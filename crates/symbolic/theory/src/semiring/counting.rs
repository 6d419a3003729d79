//! How many.

use super::{Laws, Semiring};
use crate::lineage::ChoiceId;

/// A natural number, or "more than fits": overflow is never silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Count {
    /// Exactly this many.
    Exact(u128),
    /// More than 2^128 - 1.
    TooMany,
}

/// Natural numbers: over a smooth circuit, the number of worlds; over an acyclic lineage, the number of proofs. Values that
/// the lineage can never take (weight 0) are not counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counting;

impl Semiring for Counting {
    type Value = Count;

    fn name(&self) -> &'static str {
        "counting"
    }
    /// "Too many" behaves like infinity, so the laws hold for it as well.
    fn laws(&self) -> Laws {
        Laws::SEMIRING
    }
    fn zero(&self) -> Count {
        Count::Exact(0)
    }
    fn one(&self) -> Count {
        Count::Exact(1)
    }
    fn plus(&self, a: &Count, b: &Count) -> Count {
        match (a, b) {
            (Count::Exact(a), Count::Exact(b)) => a.checked_add(*b).map_or(Count::TooMany, Count::Exact),
            _ => Count::TooMany,
        }
    }
    fn times(&self, a: &Count, b: &Count) -> Count {
        match (a, b) {
            (Count::Exact(0), _) | (_, Count::Exact(0)) => Count::Exact(0),
            (Count::Exact(a), Count::Exact(b)) => a.checked_mul(*b).map_or(Count::TooMany, Count::Exact),
            _ => Count::TooMany,
        }
    }
    fn label(&self, _: ChoiceId, _: u32, weight: f64) -> Count {
        Count::Exact(u128::from(weight > 0.0))
    }
}
