//! Backward passes: derivatives with respect to every weight, and flows.
//!
//! The value of a root is multilinear in the weights, so one pass downwards gives the derivative with respect to all of them
//! (Darwiche 2003). A *flow* is the same divided by the value of the root: the probability that a node takes part, given the
//! root. Flows are ratios and survive where the values themselves are too small for a float.

use super::{Circuit, Kind, NodeIndex, Weights};

impl Circuit {
    /// Derivative of `root` with respect to every weight, laid out as [`Weights::flat`]. A choice that is free in some worlds
    /// counts there with the sum of its weights, as in probabilities. `values` are those of [`Circuit::values`] with unknown
    /// parts as 0.
    pub fn derivatives(&self, weights: &Weights, values: &[f64], root: NodeIndex) -> Vec<f64> {
        let mut adjoint = vec![0.0; root as usize + 1];
        adjoint[root as usize] = 1.0;
        let mut out = vec![0.0; weights.flat().len()];
        // For each choice, the mass of the worlds that mention it.
        let mut mentioned = vec![0.0; weights.len()];
        let mut suffix = Vec::new();
        for i in (0..=root).rev() {
            let a = adjoint[i as usize];
            if a == 0.0 {
                continue;
            }
            let children = self.children(i);
            match self.kind(i) {
                Kind::Or => children.iter().for_each(|&c| adjoint[c as usize] += a),
                Kind::And => {
                    // Products of all but one, without a division, so that zeros do no harm.
                    suffix.clear();
                    suffix.push(1.0);
                    for &c in children.iter().rev() {
                        suffix.push(suffix[suffix.len() - 1] * values[c as usize]);
                    }
                    let mut prefix = a;
                    for (k, &c) in children.iter().enumerate() {
                        adjoint[c as usize] += prefix * suffix[children.len() - 1 - k];
                        prefix *= values[c as usize];
                    }
                }
                Kind::Leaf(leaf) => {
                    let leaf = self.leaf(leaf);
                    let (base, row) = (weights.offset(leaf.choice), weights.choice(leaf.choice));
                    for &v in leaf.values {
                        out[base + v as usize] += a;
                        mentioned[leaf.choice.0 as usize] += a * row[v as usize];
                    }
                }
                Kind::Unknown => {}
            }
        }
        let total = values[root as usize];
        for (c, mass) in mentioned.into_iter().enumerate() {
            let choice = crate::lineage::ChoiceId(c as u32);
            let sum: f64 = weights.choice(choice).iter().sum();
            let free = if sum > 0.0 { (total - mass) / sum } else { 0.0 };
            let base = weights.offset(choice);
            out[base..base + weights.choice(choice).len()].iter_mut().for_each(|d| *d += free);
        }
        out
    }

    /// Flow of every node given `root`, from the logarithms of all values ([`Circuit::log_values`]): the probability that
    /// the node takes part in a world of the root. All 0 if the root is impossible.
    pub fn flows(&self, log_values: &[f64], root: NodeIndex) -> Vec<f64> {
        let mut flow = vec![0.0; root as usize + 1];
        if log_values[root as usize] == f64::NEG_INFINITY {
            return flow;
        }
        flow[root as usize] = 1.0;
        for i in (0..=root).rev() {
            let f = flow[i as usize];
            if f == 0.0 {
                continue;
            }
            for &c in self.children(i) {
                let share = match self.kind(i) {
                    Kind::Or => (log_values[c as usize] - log_values[i as usize]).exp(),
                    _ => 1.0,
                };
                flow[c as usize] += f * share;
            }
        }
        flow
    }

    /// Expected number of times (0 to 1) that each value of each choice is *used* given `root`, laid out as
    /// [`Weights::flat`]. Where a choice is free it is not used at all, so a row sums to less than 1 there.
    pub fn expected_uses(&self, weights: &Weights, log_values: &[f64], root: NodeIndex) -> Vec<f64> {
        let flow = self.flows(log_values, root);
        let mut out = vec![0.0; weights.flat().len()];
        for (i, f) in flow.into_iter().enumerate().filter(|(_, f)| *f > 0.0) {
            if let Kind::Leaf(number) = self.kind(i as NodeIndex) {
                let leaf = self.leaf(number);
                let (base, row) = (weights.offset(leaf.choice), weights.choice(leaf.choice));
                let sum = self.leaf_weight(number, weights);
                for &v in leaf.values {
                    out[base + v as usize] += f * row[v as usize] / sum;
                }
            }
        }
        out
    }
}
