//! How each query's probability changes with each weight.

use super::Impossible;
use super::marginals::SMALL;
use crate::circuit::{NodeIndex, Weights};
use crate::compile::Compiled;
use crate::lineage::{ChoiceId, Leaf, Lineage};

/// The probability of one query given the evidence, and its derivatives.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryGradient {
    /// The probability (a lower bound for its parts where compilation stopped early).
    pub probability: f64,
    /// Derivative with respect to each weight as written, laid out as [`Weights::flat`]. Where a choice has a
    /// [`Leaf::Rest`], raising one weight lowers the rest; the derivative of the rest itself is 0.
    pub weights: Vec<f64>,
    /// Derivative with respect to each instance of a parameter ([`Lineage::params`]).
    pub params: Vec<f64>,
}

impl Compiled {
    /// The gradient of each query's probability given the evidence.
    ///
    /// Where the evidence is so improbable that a float cannot hold its probability, derivatives are computed from expected
    /// uses instead, and those with respect to weights that are 0 come out as 0.
    pub fn gradients(&self, lineage: &Lineage, weights: &Weights) -> Result<Vec<QueryGradient>, Impossible> {
        let values = self.circuit.values(weights, 0.0);
        let evidence = values[self.evidence as usize];
        if evidence > SMALL {
            let of_evidence = self.circuit.derivatives(weights, &values, self.evidence);
            let one = |&q: &NodeIndex| {
                let probability = values[q as usize] / evidence;
                let mut gradient = self.circuit.derivatives(weights, &values, q);
                for (d, e) in gradient.iter_mut().zip(&of_evidence) {
                    *d = (*d - probability * e) / evidence;
                }
                as_written(lineage, weights, probability, gradient)
            };
            return Ok(self.queries.iter().map(one).collect());
        }
        let logs = self.circuit.log_values(weights, 0.0);
        let evidence = logs[self.evidence as usize];
        if evidence == f64::NEG_INFINITY {
            let constraints = logs[self.constraints as usize] == f64::NEG_INFINITY;
            return Err(if constraints { Impossible::Constraints } else { Impossible::Evidence });
        }
        let of_evidence = self.log_derivatives(weights, &logs, self.evidence);
        let one = |&q: &NodeIndex| {
            let probability = (logs[q as usize] - evidence).exp();
            let mut gradient = self.log_derivatives(weights, &logs, q);
            gradient.iter_mut().zip(&of_evidence).for_each(|(d, e)| *d = probability * (*d - e));
            as_written(lineage, weights, probability, gradient)
        };
        Ok(self.queries.iter().map(one).collect())
    }

    /// Derivatives of the logarithm of a root.
    fn log_derivatives(&self, weights: &Weights, logs: &[f64], root: NodeIndex) -> Vec<f64> {
        let mut uses = self.circuit.expected_uses(weights, logs, root);
        for c in 0..weights.len() {
            let row = weights.choice(ChoiceId(c as u32));
            let base = weights.offset(ChoiceId(c as u32));
            let own = &mut uses[base..base + row.len()];
            let free = (1.0 - own.iter().sum::<f64>()) / row.iter().sum::<f64>();
            for (u, w) in own.iter_mut().zip(row) {
                *u = if *w > 0.0 { *u / w + free } else { 0.0 };
            }
        }
        uses
    }
}

/// From derivatives with respect to independent weights to those with respect to what is written.
fn as_written(lineage: &Lineage, weights: &Weights, probability: f64, mut gradient: Vec<f64>) -> QueryGradient {
    let mut params = vec![0.0; lineage.params.len()];
    for (c, choice) in lineage.choices.iter().enumerate() {
        let base = weights.offset(ChoiceId(c as u32));
        let row = &mut gradient[base..base + choice.weights.len()];
        if let Some(rest) = choice.weights.iter().position(|w| *w == Leaf::Rest) {
            let lost = row[rest];
            row.iter_mut().for_each(|d| *d -= lost);
        }
        for (d, leaf) in row.iter().zip(&choice.weights) {
            if let Leaf::Param(i) = leaf {
                params[*i as usize] += d;
            }
        }
    }
    QueryGradient { probability, weights: gradient, params }
}
