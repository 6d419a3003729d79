//! Possible or not.

use super::{Laws, Semiring};
use crate::lineage::ChoiceId;

/// Truth values: is there a world?
#[derive(Clone, Copy, Debug, Default)]
pub struct Boolean;

impl Semiring for Boolean {
    type Value = bool;

    fn name(&self) -> &'static str {
        "boolean"
    }
    fn laws(&self) -> Laws {
        Laws::ABSORPTIVE
    }
    fn zero(&self) -> bool {
        false
    }
    fn one(&self) -> bool {
        true
    }
    fn plus(&self, a: &bool, b: &bool) -> bool {
        *a || *b
    }
    fn times(&self, a: &bool, b: &bool) -> bool {
        *a && *b
    }
    /// A value of weight 0 is impossible.
    fn label(&self, _: ChoiceId, _: u32, weight: f64) -> bool {
        weight > 0.0
    }
}
