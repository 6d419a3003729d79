//! Exact samples of worlds given the evidence: walk down the circuit, choosing among the children of an or in proportion to
//! their probabilities. No rejection, however improbable the evidence.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::Impossible;
use crate::circuit::{Kind, Weights};
use crate::compile::Compiled;
use crate::lineage::ChoiceId;

/// Draws worlds that satisfy evidence and constraints, with their exact probabilities.
pub struct Sampler<'a> {
    compiled: &'a Compiled,
    weights: &'a Weights,
    log_values: Vec<f64>,
    random: ChaCha8Rng,
}

impl Compiled {
    /// A sampler; the same seed gives the same samples. Where compilation stopped early, only worlds of the compiled part
    /// are drawn.
    pub fn sampler<'a>(&'a self, weights: &'a Weights, seed: u64) -> Result<Sampler<'a>, Impossible> {
        let log_values = self.circuit.log_values(weights, 0.0);
        if log_values[self.evidence as usize] == f64::NEG_INFINITY {
            let constraints = log_values[self.constraints as usize] == f64::NEG_INFINITY;
            return Err(if constraints { Impossible::Constraints } else { Impossible::Evidence });
        }
        Ok(Sampler { compiled: self, weights, log_values, random: ChaCha8Rng::seed_from_u64(seed) })
    }
}

impl Sampler<'_> {
    /// The next world: the value of each choice.
    pub fn world(&mut self) -> Vec<u32> {
        const OPEN: u32 = u32::MAX;
        let circuit = &self.compiled.circuit;
        let mut values = vec![OPEN; self.weights.len()];
        let mut stack = vec![self.compiled.evidence];
        while let Some(i) = stack.pop() {
            match circuit.kind(i) {
                Kind::And => stack.extend(circuit.children(i)),
                Kind::Or => {
                    let children = circuit.children(i);
                    let base = self.log_values[i as usize];
                    let at =
                        pick(&mut self.random, children.iter().map(|&c| (self.log_values[c as usize] - base).exp()));
                    stack.extend(children.get(at));
                }
                Kind::Leaf(leaf) => {
                    let leaf = circuit.leaf(leaf);
                    let row = self.weights.choice(leaf.choice);
                    let at = pick(&mut self.random, leaf.values.iter().map(|&v| row[v as usize]));
                    values[leaf.choice.0 as usize] = leaf.values[at];
                }
                Kind::Unknown => {}
            }
        }
        for (c, value) in values.iter_mut().enumerate().filter(|(_, v)| **v == OPEN) {
            *value = pick(&mut self.random, self.weights.choice(ChoiceId(c as u32)).iter().copied()) as u32;
        }
        values
    }
}

/// A position with probability in proportion to its weight.
fn pick(random: &mut ChaCha8Rng, weights: impl ExactSizeIterator<Item = f64> + Clone) -> usize {
    let mut left = random.random::<f64>() * weights.clone().sum::<f64>();
    let mut last = 0;
    for (i, w) in weights.enumerate() {
        if w > 0.0 {
            last = i;
            left -= w;
            if left < 0.0 {
                break;
            }
        }
    }
    last
}
