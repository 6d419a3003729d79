//! Evaluation in numbers: one pass upwards.

use super::{Circuit, Kind, NodeIndex, Weights};

impl Circuit {
    /// The value of every node: sums and products of weights. `unknown` is what uncompiled parts count as (0 for a lower
    /// bound, 1 for an upper bound).
    pub fn values(&self, weights: &Weights, unknown: f64) -> Vec<f64> {
        let mut values = Vec::with_capacity(self.len());
        for i in 0..self.len() as NodeIndex {
            let children = self.children(i);
            let value = match self.kind(i) {
                Kind::And => children.iter().map(|&c| values[c as usize]).product(),
                Kind::Or => children.iter().map(|&c| values[c as usize]).sum(),
                Kind::Leaf(leaf) => {
                    let leaf = self.leaf(leaf);
                    let row = weights.choice(leaf.choice);
                    leaf.values.iter().map(|&v| row[v as usize]).sum()
                }
                Kind::Unknown => unknown,
            };
            values.push(value);
        }
        values
    }
}
