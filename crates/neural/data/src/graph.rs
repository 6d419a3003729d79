//! Graphs of examples: who is near whom, and what a node's surroundings look like.
//!
//! Labels that are not known at training time cannot be read here: [`KnownLabels`] forgets all others when it is made.

use symbolon_tensor::{Tensor, no_grad};

use crate::error::{Result, request};

/// Neighbours of each node with the weight of the edge, in order of their numbers; edges go both ways.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbours {
    /// For each node its neighbours and the weights.
    pub of: Vec<Vec<(usize, f32)>>,
}

impl Neighbours {
    /// Nodes `0..nodes` with these edges; of an edge that is given more than once, or in both directions, the first counts.
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) for an edge to a node that does not exist or to itself, or a weight that is not finite.
    pub fn new(nodes: usize, edges: &[(usize, usize, f32)]) -> Result<Self> {
        let mut of = vec![Vec::new(); nodes];
        for &(a, b, w) in edges {
            if a >= nodes || b >= nodes || a == b || !w.is_finite() {
                let problem = format!("an edge from {a} to {b} of weight {w} among {nodes} nodes");
                return Err(request("graph", problem, "edges join two different nodes and have a finite weight"));
            }
            of[a].push((b, w));
            of[b].push((a, w));
        }
        for list in &mut of {
            list.sort_by_key(|e| e.0);
            list.dedup_by_key(|e| e.0);
        }
        Ok(Self { of })
    }

    /// Joins each row of `features` `[nodes, width]` to the `k` most similar (cosine) among `candidates`. With the training examples as
    /// candidates no two test examples are joined, so that each is judged as if it came alone. Similarities below zero are
    /// left out; a node may stay alone.
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) for features that are not finite, or `k` that is zero or not below the number of
    /// candidates.
    pub fn nearest(features: &Tensor, k: usize, candidates: &[usize]) -> Result<Self> {
        let n = features.size(0);
        if k == 0 || k >= candidates.len() {
            let problem = format!("{k} neighbours among {} candidates", candidates.len());
            return Err(request("nearest neighbours", problem, "give at least 1 and fewer than there are candidates"));
        }
        if features.to_vec::<f64>().iter().any(|x| !x.is_finite()) {
            return Err(request("nearest neighbours", "features that are not finite", "repair or drop those examples"));
        }
        if let Some(bad) = candidates.iter().find(|&&c| c >= n) {
            return Err(request("nearest neighbours", format!("candidate {bad} of {n} nodes"), "give numbers of rows"));
        }
        let edges = no_grad(|| {
            let length = features.norm(2.0, &[1], true).clamp_min(1e-12);
            let unit = features / &length;
            let others = unit.index_select(0, &crate::indices(candidates)).t();
            let mut edges = Vec::new();
            for from in (0..n).step_by(512) {
                let rows = from..(from + 512).min(n);
                // One more than asked for: a candidate is its own nearest neighbour.
                let (near, which) = unit.narrow(0, rows.clone()).matmul(&others).topk(k + 1, 1);
                let (near, which) = (near.to_vec::<f32>(), which.to_vec::<i64>());
                for (i, node) in rows.enumerate() {
                    let own = (0..=k).map(|j| (candidates[which[i * (k + 1) + j] as usize], near[i * (k + 1) + j]));
                    edges.extend(own.filter(|&(c, w)| c != node && w > 0.0).take(k).map(|(c, w)| (node, c, w)));
                }
            }
            edges
        });
        Self::new(n, &edges)
    }

    /// How many nodes there are.
    pub fn nodes(&self) -> usize {
        self.of.len()
    }
    /// Nodes without neighbours.
    pub fn isolated(&self) -> usize {
        self.of.iter().filter(|list| list.is_empty()).count()
    }
    /// How many neighbours each node has.
    pub fn degrees(&self) -> Vec<f64> {
        self.of.iter().map(|list| list.len() as f64).collect()
    }
    /// The local clustering coefficient: the share of pairs of neighbours that are neighbours themselves; 0 with fewer than two.
    pub fn clustering(&self) -> Vec<f64> {
        let has = |a: usize, b: usize| self.of[a].binary_search_by_key(&b, |e| e.0).is_ok();
        let one = |list: &Vec<(usize, f32)>| {
            let d = list.len();
            let pairs = (0..d).flat_map(|i| (0..i).map(move |j| (i, j)));
            let closed = pairs.filter(|&(i, j)| has(list[i].0, list[j].0)).count();
            if d < 2 { 0.0 } else { 2.0 * closed as f64 / (d * (d - 1)) as f64 }
        };
        self.of.iter().map(one).collect()
    }
    /// The mean weight of each node's edges; 0 without any.
    pub fn mean_weight(&self) -> Vec<f64> {
        let one = |list: &Vec<(usize, f32)>| {
            let sum: f64 = list.iter().map(|e| f64::from(e.1)).sum();
            if list.is_empty() { 0.0 } else { sum / list.len() as f64 }
        };
        self.of.iter().map(one).collect()
    }
    /// Eigenvector centrality, the largest being 1, by 200 rounds of power iteration on `A + I` (so that bipartite graphs converge).
    pub fn centrality(&self) -> Vec<f64> {
        let mut x = vec![1.0; self.nodes()];
        for _ in 0..200 {
            let next: Vec<f64> = (0..x.len()).map(|u| x[u] + self.of[u].iter().map(|e| x[e.0]).sum::<f64>()).collect();
            let top = next.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
            x = next.into_iter().map(|v| v / top).collect();
        }
        x
    }
    /// How much a node's surroundings agree: the share of the commonest label among labelled nodes within so many `hops`, the node
    /// itself left out; 0 where none is labelled.
    pub fn agreement(&self, labels: &KnownLabels, hops: usize) -> Vec<f64> {
        let one = |u: usize| {
            let mut near = vec![u];
            let mut seen: std::collections::BTreeSet<usize> = near.iter().copied().collect();
            for _ in 0..hops {
                near = near.iter().flat_map(|&v| self.of[v].iter().map(|e| e.0)).filter(|&v| seen.insert(v)).collect();
            }
            seen.remove(&u);
            let mut counts = vec![0usize; labels.classes];
            seen.iter().filter_map(|&v| labels.of[v]).for_each(|c| counts[c] += 1);
            let all: usize = counts.iter().sum();
            if all == 0 { 0.0 } else { counts.iter().max().map_or(0.0, |&m| m as f64 / all as f64) }
        };
        (0..self.nodes()).map(one).collect()
    }
    /// The descriptors of [`NAMES`], `[nodes, 6]`: degree over the largest, clustering, agreement within one and two hops, eigenvector
    /// centrality, mean edge weight.
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) when labels and nodes are not as many.
    pub fn descriptors(&self, labels: &KnownLabels) -> Result<Tensor> {
        if labels.of.len() != self.nodes() {
            let problem = format!("{} labels for {} nodes", labels.of.len(), self.nodes());
            return Err(request("descriptors", problem, "give the labels of all nodes; unknown ones are forgotten"));
        }
        let degrees = self.degrees();
        let most = degrees.iter().copied().fold(1.0, f64::max);
        let columns = [
            degrees.iter().map(|d| d / most).collect(),
            self.clustering(),
            self.agreement(labels, 1),
            self.agreement(labels, 2),
            self.centrality(),
            self.mean_weight(),
        ];
        let columns: Vec<Tensor> = columns.into_iter().map(|c: Vec<f64>| Tensor::from(c)).collect();
        Ok(Tensor::stack(&columns.iter().collect::<Vec<_>>(), 1).to(symbolon_tensor::DType::F32))
    }
}

/// What [`Neighbours::descriptors`] describes, as atoms.
pub const NAMES: [&str; 6] = ["degree", "clustering", "agreement", "wide_agreement", "centrality", "edge_weight"];

/// Labels of training nodes; those of all other nodes are not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownLabels {
    of: Vec<Option<usize>>,
    classes: usize,
}

impl KnownLabels {
    /// Keeps the labels of `train` and forgets the others.
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) for a training node that does not exist or is given twice, or a label that is not below
    /// `classes`.
    pub fn new(labels: &[usize], train: &[usize], classes: usize) -> Result<Self> {
        let mut of = vec![None; labels.len()];
        for &node in train {
            let label = labels.get(node).copied().filter(|l| *l < classes);
            let twice = of.get(node).is_some_and(Option::is_some);
            let (Some(label), false) = (label, twice) else {
                let problem = format!(
                    "training node {node} (of {}) is unknown, given twice, or has no label below {classes}",
                    labels.len()
                );
                return Err(request("known labels", problem, "give each training node once, with labels from 0"));
            };
            of[node] = Some(label);
        }
        Ok(Self { of, classes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A triangle 0-1-2 with a tail 2-3 and a node alone.
    fn small() -> Neighbours {
        Neighbours::new(5, &[(0, 1, 1.0), (1, 2, 1.0), (2, 0, 1.0), (2, 3, 0.5)]).unwrap()
    }

    #[test]
    fn descriptors_are_what_they_say() {
        let g = small();
        assert_eq!(g.degrees(), [2.0, 2.0, 3.0, 1.0, 0.0]);
        assert_eq!(g.clustering(), [1.0, 1.0, 1.0 / 3.0, 0.0, 0.0]);
        assert_eq!(g.isolated(), 1);
        assert!((g.mean_weight()[2] - 2.5 / 3.0).abs() < 1e-9);
        let c = g.centrality();
        assert!(c[2] == 1.0 && c[0] > c[3] && c[4] < 1e-9, "{c:?}");
        let labels = KnownLabels::new(&[0, 0, 1, 0, 1], &[0, 2, 3], 2).unwrap();
        // Of node 1: neighbours 0 (class 0) and 2 (class 1). Of node 2: 0 and 3; 1 has no known label, its own is not read.
        assert_eq!(g.agreement(&labels, 1), [1.0, 0.5, 1.0, 1.0, 0.0]);
        assert_eq!(g.agreement(&labels, 2)[3], 0.5);
    }

    #[test]
    fn labels_that_are_not_for_training_change_nothing() {
        let (g, train) = (small(), [0, 2]);
        let one = KnownLabels::new(&[0, 0, 1, 0, 1], &train, 2).unwrap();
        let other = KnownLabels::new(&[0, 1, 1, 1, 0], &train, 2).unwrap();
        assert_eq!(one, other);
        assert_eq!(g.descriptors(&one).unwrap().to_bytes(), g.descriptors(&other).unwrap().to_bytes());
    }

    #[test]
    fn nearest_joins_to_candidates_only() {
        let x = Tensor::from([[1.0f32, 0.0], [0.9, 0.1], [0.0, 1.0], [0.1, 0.9], [1.0, 0.05], [0.02, 1.0]]);
        let g = Neighbours::nearest(&x, 1, &[0, 1, 2, 3]).unwrap();
        let near = |u: usize| g.of[u].iter().map(|e| e.0).collect::<Vec<_>>();
        assert_eq!(near(4), [0]);
        assert_eq!(near(5), [2]);
        assert_eq!(near(1), [0]);
        assert!(Neighbours::nearest(&x, 4, &[0, 1, 2, 3]).is_err());
        assert!(Neighbours::nearest(&(x * f64::NAN), 1, &[0, 1]).is_err());
        assert!(KnownLabels::new(&[0, 3], &[1], 2).is_err());
    }
}
