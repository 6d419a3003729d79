//! The most probable explanation: the likeliest values of all choices given the evidence.

use super::{Impossible, Worlds};
use crate::circuit::{Kind, NodeIndex, Weights};
use crate::compile::Compiled;
use crate::lineage::{ChoiceId, Lineage};

/// A world that explains the evidence best.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The value of each choice.
    pub values: Vec<u32>,
    /// Natural logarithm of the probability of this world (not divided by that of the evidence).
    pub log_probability: f64,
    /// Truth of each query in it.
    pub queries: Vec<bool>,
}

impl Compiled {
    /// The most probable world among those that satisfy evidence and constraints; of equally probable ones always the same.
    /// Where compilation stopped early it is the best one found, or [`Impossible`] if none was.
    pub fn most_probable(&self, lineage: &Lineage, weights: &Weights) -> Result<Explanation, Impossible> {
        let circuit = &self.circuit;
        let best = |row: &[f64], values: &mut dyn Iterator<Item = u32>| {
            values.fold((f64::NEG_INFINITY, 0), |best, v| {
                let w = row[v as usize].ln();
                if w > best.0 { (w, v) } else { best }
            })
        };
        // Weights are measured against the best of their choice, so that a free choice counts 1 and nothing needs smoothing.
        let top: Vec<(f64, u32)> = (0..weights.len())
            .map(|c| {
                let row = weights.choice(ChoiceId(c as u32));
                best(row, &mut (0..row.len() as u32))
            })
            .collect();
        let mut values: Vec<f64> = Vec::with_capacity(circuit.len());
        for i in 0..circuit.len() as NodeIndex {
            let children = circuit.children(i).iter().map(|&c| values[c as usize]);
            let value = match circuit.kind(i) {
                Kind::And => children.sum(),
                Kind::Or => children.fold(f64::NEG_INFINITY, f64::max),
                Kind::Leaf(leaf) => {
                    let leaf = circuit.leaf(leaf);
                    let own = best(weights.choice(leaf.choice), &mut leaf.values.iter().copied()).0;
                    own - top[leaf.choice.0 as usize].0
                }
                Kind::Unknown => f64::NEG_INFINITY,
            };
            values.push(if value.is_nan() { f64::NEG_INFINITY } else { value });
        }
        if values[self.evidence as usize] == f64::NEG_INFINITY {
            let constraints = values[self.constraints as usize] == f64::NEG_INFINITY;
            return Err(if constraints { Impossible::Constraints } else { Impossible::Evidence });
        }
        let mut chosen: Vec<u32> = top.iter().map(|t| t.1).collect();
        let mut stack = vec![self.evidence];
        while let Some(i) = stack.pop() {
            match circuit.kind(i) {
                Kind::And => stack.extend(circuit.children(i)),
                Kind::Or => {
                    let better = |a: &NodeIndex, b: &NodeIndex| {
                        values[*a as usize].total_cmp(&values[*b as usize]).then(b.cmp(a))
                    };
                    stack.extend(circuit.children(i).iter().copied().max_by(better));
                }
                Kind::Leaf(leaf) => {
                    let leaf = circuit.leaf(leaf);
                    let row = weights.choice(leaf.choice);
                    chosen[leaf.choice.0 as usize] = best(row, &mut leaf.values.iter().copied()).1;
                }
                Kind::Unknown => {}
            }
        }
        let log = |(c, &v): (usize, &u32)| weights.choice(ChoiceId(c as u32))[v as usize].ln();
        let log_probability = chosen.iter().enumerate().map(log).sum();
        let queries = Worlds::new(lineage).queries(&chosen);
        Ok(Explanation { values: chosen, log_probability, queries })
    }
}
