//! Layers that pass messages along the edges of a graph.

use super::{Init, Linear, Nonlinearity};
use crate::error::{Error, Result};
use crate::parameters;
use serde::{Deserialize, Serialize};
use symbolon_tensor::{DType, Rng, Segments, Tensor};

/// Edges of a graph, gathered by the node that they lead to; each node has an edge to itself.
#[derive(Clone, Debug)]
pub struct Graph {
    nodes: usize,
    from: Tensor,
    into: Segments,
    /// `w / sqrt(d_from d_to)` of each edge, degrees being sums of weights.
    normal: Tensor,
    /// One, but zero for a node's edge to itself.
    others: Tensor,
}

impl Graph {
    /// Neighbours of each node with weights; an edge that goes both ways is listed at both ends. Edges of nodes to themselves get
    /// weight one.
    ///
    /// # Errors
    /// [`Error::Input`] for a neighbour that does not exist, the node itself, or a weight that is not above zero.
    pub fn new(neighbours: &[Vec<(usize, f32)>]) -> Result<Self> {
        let n = neighbours.len();
        let mut degree = vec![1.0f32; n];
        for (u, list) in neighbours.iter().enumerate() {
            for &(v, w) in list {
                if v >= n || v == u || !(w > 0.0 && w.is_finite()) {
                    let problem = format!("node {u} of {n} has neighbour {v} with weight {w}");
                    return Err(Error::Input { network: "graph".into(), problem });
                }
                degree[u] += w;
            }
        }
        let (mut from, mut into) = (Vec::new(), Vec::new());
        let (mut normal, mut others) = (Vec::<f32>::new(), Vec::<f32>::new());
        for (u, list) in neighbours.iter().enumerate() {
            for (v, w, other) in list.iter().map(|&(v, w)| (v, w, 1.0)).chain([(u, 1.0, 0.0)]) {
                from.push(v as i64);
                into.push(u as i64);
                normal.push(w / (degree[u] * degree[v]).sqrt());
                others.push(other);
            }
        }
        let from = Tensor::from(from);
        let into = Segments::new(into, n)?;
        Ok(Self { nodes: n, from, into, normal: Tensor::from(normal), others: Tensor::from(others) })
    }
    /// How many nodes there are.
    pub fn nodes(&self) -> usize {
        self.nodes
    }
    /// The weighted sum of what comes along each edge: `weight` `[edges]` or `[edges, ..]`, `x` `[nodes, ..]`.
    fn gather(&self, x: &Tensor, weight: &Tensor) -> Tensor {
        let mut shape = weight.shape().to_vec();
        shape.resize(x.rank(), 1);
        self.into.sum(&(x.index_select(0, &self.from) * weight.reshape(shape)))
    }
}

/// Which kind of message passing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GraphKind {
    /// Degree-normalised means (Kipf and Welling 2017).
    Gcn,
    /// Attention over neighbours with this many heads, side by side (Veličković and others 2018).
    Gat(usize),
    /// Sums, then a perceptron of two layers (Xu and others 2019).
    Gin,
}

/// A layer of message passing.
// A network holds a few: boxes would save nothing that counts.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug)]
pub enum GraphConv {
    /// `D^-1/2 (A + I) D^-1/2 X W + b`.
    Gcn(Linear),
    /// `Σ α_uv W x_v` with `α` a softmax over the neighbours of `leaky(a·W x_u + b·W x_v)`, slope 0.2.
    Gat {
        /// `[inputs, heads x width]`.
        linear: Linear,
        /// What a node asks, `[heads, width]`.
        to: Tensor,
        /// What a neighbour offers, `[heads, width]`.
        from: Tensor,
    },
    /// `MLP((1 + ε) x_u + Σ x_v)`.
    Gin {
        /// The first layer.
        up: Linear,
        /// The second.
        down: Linear,
        /// `ε`, one number.
        epsilon: Tensor,
    },
}

impl GraphConv {
    /// A layer with weights of its own; for attention, `outputs` is a multiple of the heads.
    ///
    /// # Errors
    /// [`Error::Architecture`] for heads that do not divide the outputs.
    pub fn new(rng: &mut Rng, kind: GraphKind, inputs: usize, outputs: usize) -> Result<Self> {
        let xavier = Init::Xavier;
        Ok(match kind {
            GraphKind::Gcn => Self::Gcn(Linear::new(rng, inputs, outputs, true, xavier)),
            GraphKind::Gat(heads) => {
                if heads == 0 || !outputs.is_multiple_of(heads) {
                    let problem = format!("{heads} heads do not divide {outputs} outputs");
                    return Err(Error::Architecture { text: "graph attention".into(), problem });
                }
                let shape = [heads, outputs / heads];
                let linear = Linear::new(rng, inputs, outputs, true, xavier);
                let [to, from] = [(); 2].map(|()| xavier.draw(rng, &shape, shape[1], 1));
                Self::Gat { linear, to, from }
            }
            GraphKind::Gin => Self::Gin {
                up: Linear::new(rng, inputs, outputs, true, Init::Kaiming),
                down: Linear::new(rng, outputs, outputs, true, Init::Kaiming),
                epsilon: Tensor::zeros([1], DType::F32),
            },
        })
    }
    /// `[nodes, inputs]` to `[nodes, outputs]`.
    pub fn forward(&self, graph: &Graph, x: &Tensor) -> Tensor {
        match self {
            Self::Gcn(linear) => {
                let y = graph.gather(&x.matmul(&linear.weight), &graph.normal);
                match &linear.bias {
                    Some(b) => y + b,
                    None => y,
                }
            }
            Self::Gat { linear, to, from } => {
                let n = graph.nodes;
                let [heads, width] = [to.size(0), to.size(1)];
                let h = x.matmul(&linear.weight).reshape([n, heads, width]);
                let asks = (&h * to.unsqueeze(0)).sum_axis(2, false); // [nodes, heads]
                let offers = (&h * from.unsqueeze(0)).sum_axis(2, false);
                let score = asks.index_select(0, graph.into.ids()) + offers.index_select(0, &graph.from);
                let share = graph.into.softmax(&score.leaky_relu(0.2)); // [edges, heads]
                let y = graph.gather(&h, &share).reshape([n, heads * width]);
                match &linear.bias {
                    Some(b) => y + b,
                    None => y,
                }
            }
            Self::Gin { up, down, epsilon } => {
                let sum = graph.gather(x, &graph.others) + x * (epsilon + 1.0);
                down.forward(&Nonlinearity::Relu.forward(&up.forward(&sum)))
            }
        }
    }
}

parameters!(enum GraphConv { Gcn(linear), Gat { linear as "", to, from }, Gin { up, down, epsilon } });

/// Batch normalisation of rows (Ioffe and Szegedy 2015) where the whole data set is one batch, as a graph is: mean and variance are
/// those of some rows (the training nodes), in training and afterwards alike, so nothing has to be remembered.
#[derive(Clone, Debug)]
pub struct BatchNorm {
    /// `[width]`.
    pub weight: Tensor,
    /// `[width]`.
    pub bias: Tensor,
}
parameters!(BatchNorm { weight, bias });

impl BatchNorm {
    /// Weight one, offset zero.
    pub fn new(width: usize) -> Self {
        Self { weight: Tensor::ones([width], DType::F32), bias: Tensor::zeros([width], DType::F32) }
    }
    /// Same shape; statistics of `rows` (`I64`).
    pub fn forward(&self, x: &Tensor, rows: &Tensor) -> Tensor {
        let known = x.index_select(0, rows);
        let (mean, variance) = (known.mean_axis(0, true), known.var_axes(&[0], true, 0));
        (x - mean) / (variance + 1e-5).sqrt() * &self.weight + &self.bias
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path 0-1-2, and node 3 alone.
    fn path() -> Graph {
        Graph::new(&[vec![(1, 1.0)], vec![(0, 1.0), (2, 1.0)], vec![(1, 1.0)], vec![]]).unwrap()
    }

    #[test]
    fn convolution_is_its_matrix() {
        let layer = GraphConv::new(&mut Rng::new(0), GraphKind::Gcn, 3, 2).unwrap();
        let x = Rng::new(1).normal([4, 3], DType::F32);
        let d = [2.0f32, 3.0, 2.0, 1.0];
        let a = [[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 1]];
        let rows: Vec<Vec<f32>> =
            (0..4).map(|i| (0..4).map(|j| a[i][j] as f32 / (d[i] * d[j]).sqrt()).collect()).collect();
        let GraphConv::Gcn(linear) = &layer else { unreachable!() };
        let expected = Tensor::from_rows(&rows).unwrap().matmul(&linear.forward(&x));
        assert!(layer.forward(&path(), &x).is_close(&expected, 1e-5, 1e-5));
    }

    #[test]
    fn messages_come_from_neighbours_only_and_names_of_nodes_do_not_matter() {
        // The path with its ends exchanged.
        let turned = [2usize, 1, 0, 3];
        for kind in [GraphKind::Gcn, GraphKind::Gat(2), GraphKind::Gin] {
            let layer = GraphConv::new(&mut Rng::new(2), kind, 3, 4).unwrap();
            let x = Rng::new(3).normal([4, 3], DType::F32);
            let y = layer.forward(&path(), &x);
            let order = Tensor::from(turned.map(|i| i as i64));
            let z = layer.forward(&path(), &x.index_select(0, &order)).index_select(0, &order);
            assert!(y.is_close(&z, 1e-5, 1e-5), "{kind:?}");
            // Node 2 is two steps from node 0.
            let far = x.set((2, ..), &Tensor::from([9.0f32, 9.0, 9.0]));
            let y2 = layer.forward(&path(), &far);
            assert_eq!(y2.get(0).to_vec::<f32>(), y.get(0).to_vec::<f32>(), "{kind:?}");
            assert_ne!(y2.get(1).to_vec::<f32>(), y.get(1).to_vec::<f32>(), "{kind:?}");
        }
        assert!(GraphConv::new(&mut Rng::new(0), GraphKind::Gat(3), 3, 4).is_err());
        assert!(Graph::new(&[vec![(1, 1.0)]]).is_err());
    }

    #[test]
    fn attention_is_a_mean_when_nothing_is_asked() {
        let mut layer = GraphConv::new(&mut Rng::new(2), GraphKind::Gat(1), 2, 2).unwrap();
        if let GraphConv::Gat { linear, to, from } = &mut layer {
            linear.weight = Tensor::eye(2, DType::F32);
            (*to, *from) = (to.zeros_like(), from.zeros_like());
        }
        let x = Tensor::from([[3.0f32, 0.0], [0.0, 3.0], [6.0, 0.0], [1.0, 1.0]]);
        let y = layer.forward(&path(), &x).to_vec::<f32>();
        assert!((y[2] - 3.0).abs() < 1e-5 && (y[3] - 1.0).abs() < 1e-5 && y[6..] == [1.0, 1.0], "{y:?}");
    }
}
