//! Fuzzy logics: degrees of truth in [0, 1] with a t-norm for "and" and its t-conorm for "or".
//!
//! They read a lineage proof by proof, not world by world: except for Gödel they do not distribute, so they cannot be computed
//! on circuits. All are monotone and bounded, so cyclic lineages have least fixpoints, reached in the limit.

use super::{Laws, Semiring, near};
use crate::lineage::ChoiceId;

const FUZZY: Laws = Laws { distributive: false, idempotent: false, ..Laws::ABSORPTIVE };

/// The product t-norm: `a b` and the probabilistic sum `a + b - a b`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Product;

/// The Gödel t-norm: minimum and maximum.
#[derive(Clone, Copy, Debug, Default)]
pub struct Godel;

/// The Łukasiewicz t-norm: `max(0, a + b - 1)` and `min(1, a + b)`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lukasiewicz;

macro_rules! fuzzy {
    ($t:ident, $name:literal, $laws:expr, $plus:expr, $times:expr) => {
        impl Semiring for $t {
            type Value = f64;

            fn name(&self) -> &'static str {
                $name
            }
            fn laws(&self) -> Laws {
                $laws
            }
            fn zero(&self) -> f64 {
                0.0
            }
            fn one(&self) -> f64 {
                1.0
            }
            fn plus(&self, a: &f64, b: &f64) -> f64 {
                $plus(*a, *b)
            }
            fn times(&self, a: &f64, b: &f64) -> f64 {
                $times(*a, *b)
            }
            fn label(&self, _: ChoiceId, _: u32, weight: f64) -> f64 {
                weight.clamp(0.0, 1.0)
            }
            fn negate(&self, a: &f64) -> Option<f64> {
                Some(1.0 - a)
            }
            fn close(&self, a: &f64, b: &f64) -> bool {
                near(*a, *b)
            }
        }
    };
}

fuzzy!(Product, "product", FUZZY, |a: f64, b: f64| a + b - a * b, |a: f64, b: f64| a * b);
fuzzy!(Godel, "godel", Laws::ABSORPTIVE, |a: f64, b: f64| a.max(b), |a: f64, b: f64| a.min(b));
fuzzy!(Lukasiewicz, "lukasiewicz", FUZZY, |a: f64, b: f64| (a + b).min(1.0), |a: f64, b: f64| (a + b - 1.0).max(0.0));
