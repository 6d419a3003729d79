//! Evaluation in numbers: one pass upwards.

use super::{Circuit, Kind, NodeIndex, Weights};

impl Circuit {
    /// The value of every node: sums and products of weights. `unknown` is what uncompiled parts count as: 0 gives a lower
    /// bound, 1 an upper bound.
    ///
    /// Products of very many factors become 0 here; [`Circuit::log_values`] does not have this limit.
    pub fn values(&self, weights: &Weights, unknown: f64) -> Vec<f64> {
        let mut values = Vec::with_capacity(self.len());
        for i in 0..self.len() as NodeIndex {
            let children = self.children(i);
            let value: f64 = match self.kind(i) {
                Kind::And => children.iter().map(|&c| values[c as usize]).product(),
                Kind::Or => children.iter().map(|&c| values[c as usize]).sum(),
                Kind::Leaf(leaf) => self.leaf_weight(leaf, weights),
                Kind::Unknown => unknown,
            };
            values.push(value);
        }
        values
    }

    /// The natural logarithm of the value of every node; see [`Circuit::values`].
    pub fn log_values(&self, weights: &Weights, unknown: f64) -> Vec<f64> {
        let mut values = Vec::with_capacity(self.len());
        for i in 0..self.len() as NodeIndex {
            let children = self.children(i);
            let value: f64 = match self.kind(i) {
                Kind::And => children.iter().map(|&c| values[c as usize]).sum(),
                Kind::Or => log_sum(children.iter().map(|&c| values[c as usize])),
                Kind::Leaf(leaf) => self.leaf_weight(leaf, weights).ln(),
                Kind::Unknown => unknown.ln(),
            };
            values.push(value);
        }
        values
    }

    /// The sum of the weights of a leaf's values.
    #[inline]
    pub(crate) fn leaf_weight(&self, leaf: u32, weights: &Weights) -> f64 {
        let leaf = self.leaf(leaf);
        let row = weights.choice(leaf.choice);
        leaf.values.iter().map(|&v| row[v as usize]).sum()
    }
}

/// The logarithm of a sum of numbers given by their logarithms.
pub(crate) fn log_sum(terms: impl Iterator<Item = f64> + Clone) -> f64 {
    let top = terms.clone().fold(f64::NEG_INFINITY, f64::max);
    if top == f64::NEG_INFINITY {
        return top;
    }
    top + terms.map(|t| (t - top).exp()).sum::<f64>().ln()
}
