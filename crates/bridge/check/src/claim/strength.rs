//! How strong a claim is, whatever its result: what Leavitt and Morcos (2020) ask of a hypothesis, as a checklist that code
//! fills in.

use serde::{Deserialize, Serialize};

use super::{Claim, Split};

/// The best score.
pub const MOST: u8 = 6;
/// Claims with this score or more, and with an outcome that would refute them, are strong.
pub const STRONG: u8 = 4;

/// A score from 0 to [`MOST`], and what is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strength {
    /// One point for each recommendation that is followed.
    pub score: u8,
    /// Whether it counts as strong.
    pub strong: bool,
    /// The recommendations that are not followed.
    pub missing: Vec<String>,
}

impl Claim {
    /// The claim's strength.
    pub fn strength(&self) -> Strength {
        let two_sided = self.predicts.ends().into_iter().all(f64::is_finite);
        let zero = self.predicts.ends().contains(&0.0);
        let wanted = [
            // "More than nothing" is a direction without a size.
            (two_sided || !zero, "a minimum effect other than zero"),
            (self.statistic.range.is_none_or(|range| !self.predicts.covers(range)), "a direction that can be wrong"),
            (self.intervention.is_some(), "a causal intervention"),
            (!self.controls.is_empty(), "a control for an alternative explanation"),
            (self.population.split == Split::Confirmatory, "data that did not help to form the claim"),
            (self.controls.iter().any(|c| c.randomised), "a baseline with random weights"),
        ];
        let mut missing: Vec<String> = wanted.iter().filter(|(met, _)| !met).map(|(_, w)| (*w).to_owned()).collect();
        let score = MOST - missing.len() as u8;
        if !self.can_fail() {
            missing.push("an outcome that refutes it".to_owned());
        }
        Strength { score, strong: score >= STRONG && self.can_fail(), missing }
    }
}
