//! Probabilities, as numbers and as logarithms.

use super::{Laws, Semiring, near};
use crate::circuit::log_sum;
use crate::lineage::ChoiceId;

/// Real numbers with + and x: probabilities over circuits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Real;

impl Semiring for Real {
    type Value = f64;

    fn name(&self) -> &'static str {
        "real"
    }
    fn laws(&self) -> Laws {
        Laws::SEMIRING
    }
    fn zero(&self) -> f64 {
        0.0
    }
    fn one(&self) -> f64 {
        1.0
    }
    fn plus(&self, a: &f64, b: &f64) -> f64 {
        a + b
    }
    fn times(&self, a: &f64, b: &f64) -> f64 {
        a * b
    }
    fn label(&self, _: ChoiceId, _: u32, weight: f64) -> f64 {
        weight
    }
    fn close(&self, a: &f64, b: &f64) -> bool {
        near(*a, *b)
    }
}

/// The same numbers by their natural logarithms: products of very many factors keep their digits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Log;

impl Semiring for Log {
    type Value = f64;

    fn name(&self) -> &'static str {
        "log"
    }
    fn laws(&self) -> Laws {
        Laws::SEMIRING
    }
    fn zero(&self) -> f64 {
        f64::NEG_INFINITY
    }
    fn one(&self) -> f64 {
        0.0
    }
    fn plus(&self, a: &f64, b: &f64) -> f64 {
        log_sum([*a, *b].into_iter())
    }
    fn times(&self, a: &f64, b: &f64) -> f64 {
        a + b
    }
    fn label(&self, _: ChoiceId, _: u32, weight: f64) -> f64 {
        weight.ln()
    }
    fn close(&self, a: &f64, b: &f64) -> bool {
        near(*a, *b)
    }
}
