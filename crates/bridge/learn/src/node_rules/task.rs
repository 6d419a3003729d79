//! Graphs of examples to classify: who is near whom, which labels are known, and training that keeps the best epoch.

use symbolon_data::Split;
use symbolon_data::graph::{KnownLabels, Neighbours};
use symbolon_net::Trace;
use symbolon_net::layers::Graph;
use symbolon_net::train::{descend, prepare};
use symbolon_tensor::optim::Optimiser;
use symbolon_tensor::{Rng, Tensor, no_grad};

use super::{Classified, NodeClassifier};
use crate::error::Result;

/// Examples as nodes that are joined to their nearest training examples.
pub struct NodeTask {
    /// Who is near whom.
    pub neighbours: Neighbours,
    /// The same, ready for layers.
    pub graph: Graph,
    /// What is known of each node, `[nodes, width]`, standardised by what the training nodes show.
    pub x: Tensor,
    /// The class of each node.
    pub labels: Vec<usize>,
    /// How many classes there are.
    pub classes: usize,
    /// Nodes to learn from.
    pub train: Vec<usize>,
    /// Nodes that choose the epoch.
    pub validation: Vec<usize>,
    /// Nodes to be judged on.
    pub test: Vec<usize>,
    /// The training nodes as indices.
    pub rows: Tensor,
}

impl NodeTask {
    /// Joins each row `[nodes, width]` to the `k` nearest training nodes; of each class three fifths are for training, a fifth for
    /// choosing the epoch and a fifth for the test.
    ///
    /// # Errors
    /// As [`Neighbours::nearest`].
    pub fn new(rows: &Tensor, labels: &[usize], classes: usize, k: usize, seed: u64) -> Result<Self> {
        let outer = Split::stratified(labels, 0.4, seed)?;
        let (validation, test) = outer.held_out.split_at(outer.held_out.len() / 2);
        let indices = symbolon_data::indices(&outer.train);
        let known = rows.index_select(0, &indices);
        let x = (rows - known.mean_axis(0, true)) / known.std_axes(&[0], true, 0).clamp_min(1e-3);
        let neighbours = Neighbours::nearest(&x, k, &outer.train)?;
        Ok(Self {
            graph: Graph::new(&neighbours.of)?,
            neighbours,
            x,
            labels: labels.to_vec(),
            classes,
            validation: validation.to_vec(),
            test: test.to_vec(),
            train: outer.train,
            rows: indices,
        })
    }
    /// [`Neighbours::descriptors`] `[nodes, 6]`, when the nodes had these labels; only those of training nodes are looked at.
    ///
    /// # Errors
    /// As [`KnownLabels::new`].
    pub fn descriptors(&self, labels: &[usize]) -> Result<Tensor> {
        Ok(self.neighbours.descriptors(&KnownLabels::new(labels, &self.train, self.classes)?)?)
    }
    /// The labels with those of test nodes exchanged among each other (turned round): what no feature may notice.
    pub fn test_labels_turned(&self) -> Vec<usize> {
        let mut labels = self.labels.clone();
        self.test.iter().zip(self.test.iter().rev()).for_each(|(&node, &other)| labels[node] = self.labels[other]);
        labels
    }
    /// A pass over all nodes that is not recorded; see [`NodeClassifier::forward`].
    pub fn pass(&self, network: &NodeClassifier, features: &Tensor, clamp: Option<(usize, f64)>) -> Classified {
        no_grad(|| network.forward(&self.graph, &self.x, features, &self.rows, clamp, &mut Trace::none()))
    }
    /// The share of these nodes whose largest logit is their label's; logits are `[nodes, classes]`.
    pub fn accuracy(&self, logits: &Tensor, nodes: &[usize]) -> f64 {
        let found = logits.argmax(1).to_vec::<i64>();
        nodes.iter().filter(|&&u| found[u] == self.labels[u] as i64).count() as f64 / nodes.len() as f64
    }
    /// Trains on all training nodes at once, with dropout, and keeps the epoch that is best on validation nodes (the first of equally
    /// good ones): the classifier with its accuracy on test nodes. `aims` `[nodes, numbers]` are what auxiliary heads predict, with a
    /// tenth of their squared error in the loss.
    pub fn fit(
        &self,
        mut network: NodeClassifier,
        features: &Tensor,
        aims: &Tensor,
        optimiser: &mut dyn Optimiser,
        epochs: usize,
        rng: &mut Rng,
    ) -> (NodeClassifier, f64) {
        prepare(&mut network);
        let of_train: Vec<usize> = self.train.iter().map(|&u| self.labels[u]).collect();
        let (targets, aims) = (symbolon_data::indices(&of_train), aims.index_select(0, &self.rows));
        let mut best = (f64::NEG_INFINITY, 0.0, network.clone());
        for _ in 0..epochs {
            let mut trace = Trace::none().with_noise(rng.fork());
            let out = network.forward(&self.graph, &self.x, features, &self.rows, None, &mut trace);
            let mut loss = out.logits.index_select(0, &self.rows).cross_entropy(&targets);
            if let Some(found) = &out.auxiliary {
                loss = loss + found.index_select(0, &self.rows).mse(&aims) * 0.1;
            }
            descend(&mut network, optimiser, loss);
            let logits = self.pass(&network, features, None).logits;
            let score = self.accuracy(&logits, &self.validation);
            if score > best.0 {
                best = (score, self.accuracy(&logits, &self.test), network.clone());
            }
        }
        (best.2, best.1)
    }
}
