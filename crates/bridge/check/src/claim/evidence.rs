//! What was measured for a claim.

use crate::stats::{Estimate, Permutation};

/// The number of a claim, with those of its controls.
#[derive(Clone, Debug)]
pub struct Evidence {
    pub(crate) estimate: Estimate,
    pub(crate) controls: Vec<(String, Estimate)>,
    pub(crate) chance: Option<f64>,
}

impl Evidence {
    /// The claim's number.
    pub fn new(estimate: Estimate) -> Self {
        Self { estimate, controls: Vec::new(), chance: None }
    }
    /// The number of a control, by the control's name.
    pub fn control(mut self, name: &str, estimate: Estimate) -> Self {
        self.controls.push((name.to_owned(), estimate));
        self
    }
    /// A test against chance, which has to be passed as well for the claim to be supported.
    pub fn against_chance(mut self, test: &Permutation) -> Self {
        self.chance = Some(self.chance.unwrap_or(0.0).max(test.p));
        self
    }
}
