//! The probability of each query given the evidence.

use crate::budget::Budget;
use crate::circuit::{Circuit, NodeIndex, Weights};
use crate::compile::Compiled;
use crate::diag::{Code, Diagnostic};
use crate::lineage::Lineage;

/// A probability, or bounds on it where compilation stopped early.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Probability {
    /// It is at least this.
    pub lower: f64,
    /// It is at most this.
    pub upper: f64,
}

impl Probability {
    /// A known probability.
    pub fn exactly(p: f64) -> Probability {
        // Adding 0 turns -0, an empty sum, into 0.
        Probability { lower: p + 0.0, upper: p + 0.0 }
    }

    /// Whether the bounds meet.
    pub fn is_exact(&self) -> bool {
        self.lower == self.upper
    }

    /// The middle between the bounds.
    pub fn value(&self) -> f64 {
        0.5 * (self.lower + self.upper)
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    /// No world satisfies the constraints.
    #[error("the constraints contradict each other: no possible world satisfies them")]
    Constraints,
    /// No world that satisfies the constraints agrees with the evidence.
    #[error("the evidence is impossible: its probability is 0")]
    Evidence,
}

/// Below this a probability is computed again in logarithms, because products may have lost digits.
pub(super) const SMALL: f64 = 1e-280;

impl Compiled {
    /// The probability of each query given evidence and constraints, in the order of [`crate::lineage::Lineage::queries`].
    pub fn marginals(&self, weights: &Weights) -> Result<Vec<Probability>, Impossible> {
        if self.stop.is_none() {
            let values = self.circuit.values(weights, 0.0);
            let evidence = values[self.evidence as usize];
            if evidence > SMALL {
                let ratio = |&q: &NodeIndex| Probability::exactly((values[q as usize] / evidence).min(1.0));
                return Ok(self.queries.iter().map(ratio).collect());
            }
            let values = self.circuit.log_values(weights, 0.0);
            let evidence = values[self.evidence as usize];
            if evidence == f64::NEG_INFINITY {
                let constraints = values[self.constraints as usize] == f64::NEG_INFINITY;
                return Err(if constraints { Impossible::Constraints } else { Impossible::Evidence });
            }
            let ratio = |&q: &NodeIndex| Probability::exactly((values[q as usize] - evidence).exp().min(1.0));
            return Ok(self.queries.iter().map(ratio).collect());
        }
        let low = self.circuit.values(weights, 0.0);
        let high = self.circuit.values(weights, 1.0);
        let bounds = |n: NodeIndex| (low[n as usize], high[n as usize].min(1.0));
        let evidence = bounds(self.evidence);
        if evidence.1 == 0.0 {
            let constraints = bounds(self.constraints).1 == 0.0;
            return Err(if constraints { Impossible::Constraints } else { Impossible::Evidence });
        }
        let answer = |i: usize| {
            let yes = bounds(self.queries[i]);
            // What the query and its negation share the evidence into, from both sides.
            let no = match self.negations.get(i) {
                Some(&n) => bounds(n),
                None => (evidence.0 - yes.1, evidence.1 - yes.0),
            };
            let no = (no.0.max(evidence.0 - yes.1).max(0.0), no.1.min(evidence.1 - yes.0).max(0.0));
            let share = |yes: f64, no: f64, unknown: f64| if yes + no > 0.0 { yes / (yes + no) } else { unknown };
            Probability { lower: share(yes.0, no.1, 0.0), upper: share(yes.1, no.0, 1.0) }
        };
        Ok((0..self.queries.len()).map(answer).collect())
    }
}

/// The diagnostic for impossible evidence or contradictory constraints: points at the first evidence (or constraint) that
/// cannot hold together with those before it.
pub fn diagnose(lineage: &Lineage, impossible: Impossible, budget: &Budget) -> Diagnostic {
    let count = match impossible {
        Impossible::Constraints => lineage.constraints.len(),
        Impossible::Evidence => lineage.evidence.len(),
    };
    // Conditions only ever remove worlds, so the first bad prefix can be found by bisection.
    let possible = |n: usize| {
        let mut part = lineage.clone();
        part.queries.clear();
        match impossible {
            Impossible::Constraints => {
                part.evidence.clear();
                part.constraints.truncate(n);
            }
            Impossible::Evidence => part.evidence.truncate(n),
        }
        let compiled = Circuit::compile(&part, budget);
        !compiled.circuit.is_false(compiled.evidence)
    };
    let (mut good, mut bad) = (0, count.max(1));
    while bad - good > 1 {
        let middle = (good + bad) / 2;
        if possible(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    match impossible {
        Impossible::Constraints => {
            let message = if bad > 1 {
                "this constraint contradicts the ones before it: no possible world satisfies them all"
            } else {
                "this constraint is violated in every possible world"
            };
            let span = lineage.constraints.get(bad - 1).map(|c| c.1);
            Diagnostic::error(Code::Contradiction, span, message)
                .help("remove it, or give what it forbids a way to be false")
        }
        Impossible::Evidence => {
            let evidence = lineage.evidence.get(bad - 1);
            let value = if evidence.is_some_and(|e| e.value) { "true" } else { "false" };
            let message = if bad > 1 {
                format!("this evidence is impossible: together with the evidence before it, it can never be {value}")
            } else {
                format!("this evidence is impossible: the atom can never be {value}")
            };
            Diagnostic::error(Code::ImpossibleEvidence, evidence.and_then(|e| e.span), message)
                .help("its probability is 0, so nothing can be said given it: correct the observation or the program")
        }
    }
}
