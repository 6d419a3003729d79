//! Layered layout for batched evaluation: all nodes of a layer have the same operation and depend on earlier layers only, so a
//! layer is one gather and one segmented sum or product over a batch.

use super::{Circuit, Kind, NodeIndex, Weights};

/// A circuit as layers. Every node has a *slot*; slots of one layer are contiguous, leaves first.
#[derive(Clone, Debug, PartialEq)]
pub struct Layers {
    /// Leaf in slot `i`: the sum of the weights `leaf_inputs[leaf_starts[i]..leaf_starts[i + 1]]`, positions in [`Weights::flat`].
    pub leaf_starts: Vec<u32>,
    /// See `leaf_starts`.
    pub leaf_inputs: Vec<u32>,
    /// The inner layers, in order.
    pub layers: Vec<Layer>,
    /// Slot of each node of the circuit.
    pub slots: Vec<u32>,
}

/// Nodes with one operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Products (and-nodes) or sums (or-nodes). Without inputs: 1 or 0.
    pub product: bool,
    /// Slot of the first node.
    pub first: u32,
    /// Inputs of node `first + i`: the slots `inputs[starts[i]..starts[i + 1]]`.
    pub starts: Vec<u32>,
    /// See `starts`.
    pub inputs: Vec<u32>,
}

impl Circuit {
    /// Lays the circuit out in layers. Unknown parts count as 0.
    pub fn layers(&self, weights: &Weights) -> Layers {
        let n = self.len();
        let mut depth = vec![0u32; n];
        for i in 0..n {
            if !matches!(self.kind(i as NodeIndex), Kind::Leaf(_)) {
                let below = self.children(i as NodeIndex).iter().map(|&c| depth[c as usize]).max().unwrap_or(0);
                // Even numbers are sums, odd ones products.
                let product = u32::from(self.kind(i as NodeIndex) == Kind::And);
                depth[i] = (below / 2 + 1) * 2 + product;
            }
        }
        let mut order: Vec<NodeIndex> = (0..n as NodeIndex).collect();
        order.sort_by_key(|&i| (depth[i as usize], i));
        let mut slots = vec![0; n];
        for (slot, &i) in order.iter().enumerate() {
            slots[i as usize] = slot as u32;
        }
        let mut out = Layers { leaf_starts: vec![0], leaf_inputs: Vec::new(), layers: Vec::new(), slots };
        let mut current = 0;
        for (slot, &i) in order.iter().enumerate() {
            if let Kind::Leaf(leaf) = self.kind(i) {
                let leaf = self.leaf(leaf);
                let base = weights.offset(leaf.choice) as u32;
                out.leaf_inputs.extend(leaf.values.iter().map(|v| base + v));
                out.leaf_starts.push(out.leaf_inputs.len() as u32);
                continue;
            }
            if depth[i as usize] != current {
                current = depth[i as usize];
                let layer =
                    Layer { product: current & 1 == 1, first: slot as u32, starts: vec![0], inputs: Vec::new() };
                out.layers.push(layer);
            }
            if let Some(layer) = out.layers.last_mut() {
                layer.inputs.extend(self.children(i).iter().map(|&c| out.slots[c as usize]));
                layer.starts.push(layer.inputs.len() as u32);
            }
        }
        out
    }
}

impl Layers {
    /// Value of every slot: the reference for batched implementations.
    pub fn values(&self, weights: &Weights) -> Vec<f64> {
        let mut values: Vec<f64> = Vec::with_capacity(self.slots.len());
        for w in self.leaf_starts.windows(2) {
            values
                .push(self.leaf_inputs[w[0] as usize..w[1] as usize].iter().map(|&i| weights.flat()[i as usize]).sum());
        }
        for layer in &self.layers {
            for w in layer.starts.windows(2) {
                let inputs = layer.inputs[w[0] as usize..w[1] as usize].iter().map(|&i| values[i as usize]);
                let value = if layer.product { inputs.product() } else { inputs.sum() };
                values.push(value);
            }
        }
        values
    }
}
