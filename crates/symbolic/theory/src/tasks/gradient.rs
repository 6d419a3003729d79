//! How each query's probability changes with each weight.

use super::Impossible;
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
    pub fn gradients(&self, lineage: &Lineage, weights: &Weights) -> Result<Vec<QueryGradient>, Impossible> {
        let values = self.circuit.values(weights, 0.0);
        let evidence = values[self.evidence as usize];
        if evidence == 0.0 {
            let constraints = values[self.constraints as usize] == 0.0;
            return Err(if constraints { Impossible::Constraints } else { Impossible::Evidence });
        }
        let of_evidence = self.circuit.derivatives(weights, &values, self.evidence);
        let one = |&q: &NodeIndex| {
            let probability = values[q as usize] / evidence;
            let mut gradient = self.circuit.derivatives(weights, &values, q);
            for (d, e) in gradient.iter_mut().zip(&of_evidence) {
                *d = (*d - probability * e) / evidence;
            }
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
        };
        Ok(self.queries.iter().map(one).collect())
    }
}
