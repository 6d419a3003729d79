//! Derivatives carried along: forward-mode differentiation as a semiring (Eisner 2002).
//!
//! For one query and few weights this is handy anywhere a semiring goes; for all weights at once
//! [`crate::circuit::Circuit::derivatives`] needs one pass only.

use super::{Laws, Semiring, near};
use crate::lineage::ChoiceId;

/// A number and its derivatives with respect to the weights it depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Dual {
    /// The number.
    pub value: f64,
    /// Derivatives with respect to the weight of (choice, value), sorted; absent ones are 0.
    pub gradient: Vec<((u32, u32), f64)>,
}

/// Numbers with their gradients.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gradient;

/// `x a + y b`.
fn combine(x: f64, a: &Dual, y: f64, b: &Dual) -> Vec<((u32, u32), f64)> {
    let mut out = Vec::with_capacity(a.gradient.len() + b.gradient.len());
    let (mut i, mut j) = (0, 0);
    while i < a.gradient.len() || j < b.gradient.len() {
        let left = a.gradient.get(i);
        let right = b.gradient.get(j);
        match (left, right) {
            (Some(l), Some(r)) if l.0 == r.0 => {
                out.push((l.0, x * l.1 + y * r.1));
                (i, j) = (i + 1, j + 1);
            }
            (Some(l), r) if r.is_none_or(|r| l.0 < r.0) => {
                out.push((l.0, x * l.1));
                i += 1;
            }
            (_, Some(r)) => {
                out.push((r.0, y * r.1));
                j += 1;
            }
            _ => break,
        }
    }
    out.retain(|e| e.1 != 0.0);
    out
}

impl Semiring for Gradient {
    type Value = Dual;

    fn name(&self) -> &'static str {
        "gradient"
    }
    fn laws(&self) -> Laws {
        Laws::SEMIRING
    }
    fn zero(&self) -> Dual {
        Dual { value: 0.0, gradient: Vec::new() }
    }
    fn one(&self) -> Dual {
        Dual { value: 1.0, gradient: Vec::new() }
    }
    fn plus(&self, a: &Dual, b: &Dual) -> Dual {
        Dual { value: a.value + b.value, gradient: combine(1.0, a, 1.0, b) }
    }
    fn times(&self, a: &Dual, b: &Dual) -> Dual {
        Dual { value: a.value * b.value, gradient: combine(b.value, a, a.value, b) }
    }
    fn label(&self, choice: ChoiceId, value: u32, weight: f64) -> Dual {
        Dual { value: weight, gradient: vec![((choice.0, value), 1.0)] }
    }
    fn close(&self, a: &Dual, b: &Dual) -> bool {
        let scale = a.gradient.iter().chain(&b.gradient).map(|e| e.1.abs()).fold(1.0, f64::max);
        near(a.value, b.value) && combine(1.0, a, -1.0, b).iter().all(|e| e.1.abs() <= 1e-12 * scale)
    }
}
