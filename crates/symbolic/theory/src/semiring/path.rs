//! The best of all: semirings whose plus selects.

use super::{Laws, Semiring, near};
use crate::lineage::ChoiceId;

/// Max-product by logarithms (also known as tropical): the probability of the best world or proof.
#[derive(Clone, Copy, Debug, Default)]
pub struct Viterbi;

impl Semiring for Viterbi {
    /// The natural logarithm of a probability: at most 0.
    type Value = f64;

    fn name(&self) -> &'static str {
        "viterbi"
    }
    fn laws(&self) -> Laws {
        Laws::ABSORPTIVE
    }
    fn zero(&self) -> f64 {
        f64::NEG_INFINITY
    }
    fn one(&self) -> f64 {
        0.0
    }
    fn plus(&self, a: &f64, b: &f64) -> f64 {
        a.max(*b)
    }
    fn times(&self, a: &f64, b: &f64) -> f64 {
        a + b
    }
    fn label(&self, _: ChoiceId, _: u32, weight: f64) -> f64 {
        weight.ln().min(0.0)
    }
    fn close(&self, a: &f64, b: &f64) -> bool {
        near(*a, *b)
    }
}

/// Min-max over costs `-ln(weight)`: the proof whose worst part is best (the widest bottleneck).
#[derive(Clone, Copy, Debug, Default)]
pub struct Bottleneck;

impl Semiring for Bottleneck {
    /// A cost: at least 0, infinite for the impossible.
    type Value = f64;

    fn name(&self) -> &'static str {
        "min-max"
    }
    fn laws(&self) -> Laws {
        Laws::ABSORPTIVE
    }
    fn zero(&self) -> f64 {
        f64::INFINITY
    }
    fn one(&self) -> f64 {
        0.0
    }
    fn plus(&self, a: &f64, b: &f64) -> f64 {
        a.min(*b)
    }
    fn times(&self, a: &f64, b: &f64) -> f64 {
        a.max(*b)
    }
    fn label(&self, _: ChoiceId, _: u32, weight: f64) -> f64 {
        // Adding 0 turns the -0 of a certain fact into 0.
        (-weight.ln()).max(0.0) + 0.0
    }
}
