//! Kolmogorov-Arnold networks: functions on edges, sums (and, if wanted, products) on nodes.

use super::{like, refuse, single};
use crate::activation::Axis;
use crate::architecture::Architecture;
use crate::error::{Error, Result};
use crate::layers::{KanLinear, Regrid};
use crate::network::{Network, Parameters, join};
use crate::site::SiteInfo;
use crate::trace::Trace;
use serde::{Deserialize, Serialize};
use symbolon_tensor::{Rng, Tensor};

/// Sizes of a [`Kan`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KanConfig {
    /// Inputs, hidden nodes, outputs: at least two numbers.
    pub sizes: Vec<usize>,
    /// Intervals of each spline's grid.
    #[serde(default = "five")]
    pub grid: usize,
    /// Degree of the splines, at most 7.
    #[serde(default = "three")]
    pub degree: usize,
    /// How many of each hidden layer's nodes multiply two sums instead of being one (Liu et al. 2024, "KAN 2.0"); all others
    /// are sums. Empty for none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<usize>,
    /// Where grids start.
    #[serde(default = "unit")]
    pub range: [f64; 2],
}

fn five() -> usize {
    5
}
fn three() -> usize {
    3
}
fn unit() -> [f64; 2] {
    [-1.0, 1.0]
}

impl KanConfig {
    /// Cubic splines over five intervals from -1 to 1, sums everywhere.
    pub fn new(sizes: impl Into<Vec<usize>>) -> Self {
        Self { sizes: sizes.into(), grid: five(), degree: three(), products: Vec::new(), range: unit() }
    }
    /// The sums that make up each node behind a layer (counted from zero): one, or two that are multiplied.
    pub fn nodes(&self, layer: usize) -> Vec<Vec<usize>> {
        let size = self.sizes[layer + 1];
        let products = self.products.get(layer).copied().unwrap_or(0).min(size);
        let sums = size - products;
        (0..size).map(|n| if n < sums { vec![n] } else { vec![2 * n - sums, 2 * n - sums + 1] }).collect()
    }
    /// How many sums a layer has.
    pub fn outputs(&self, layer: usize) -> usize {
        self.sizes[layer + 1] + self.products.get(layer).copied().unwrap_or(0)
    }
}

/// A network of functions on edges.
///
/// Input `[batch, inputs]`, output `[batch, outputs]`. Sites: `kan{i}` of each hidden layer's nodes, counted from one, then
/// `logits`; all `[batch, unit]`. Grids and masks are kept with the parameters but are not trained.
#[derive(Clone, Debug)]
pub struct Kan {
    config: KanConfig,
    /// Named `kan1`, `kan2`, ..
    pub layers: Vec<KanLinear>,
}

/// What enters a layer, and what each of its edges makes of it.
#[derive(Clone, Debug)]
pub struct KanEdges {
    /// `[batch, inputs]`.
    pub inputs: Tensor,
    /// `[batch, inputs, sums]`.
    pub edges: Tensor,
}

/// How much sparsity is asked for (equations 2.19 to 2.21).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sparsity {
    /// Weighs how much all edges vary.
    pub size: f64,
    /// Weighs how evenly that is shared among edges.
    pub entropy: f64,
}

impl Default for Sparsity {
    fn default() -> Self {
        Self { size: 1.0, entropy: 2.0 }
    }
}

const ROWS: [Axis; 2] = [Axis::Batch, Axis::Unit];

impl Kan {
    /// A network with weights of its own.
    ///
    /// # Errors
    /// [`Error::Architecture`] when the sizes make no network.
    pub fn new(config: &KanConfig, rng: &mut Rng) -> Result<Self> {
        Architecture::Kan(config.clone()).check()?;
        let layers = (0..config.sizes.len() - 1)
            .map(|l| KanLinear::new(rng, config.sizes[l], config.outputs(l), config.grid, config.degree, config.range));
        Ok(Self { config: config.clone(), layers: layers.collect() })
    }
    /// Its sizes, as they are now: pruning and refining change them.
    pub fn sizes(&self) -> &KanConfig {
        &self.config
    }
    fn input(&self, x: &Tensor) -> Result<Tensor> {
        let expected = self.config.sizes[0];
        if x.rank() != 2 || x.size(1) != expected {
            return Err(refuse("kan", format!("it takes [batch, {expected}], the input has shape {:?}", x.shape())));
        }
        like("kan", x, &self.layers[0].coef)
    }
    /// Sums to nodes: products where there are any.
    fn nodes(&self, layer: usize, sums: Tensor) -> Tensor {
        let products = self.config.products.get(layer).copied().unwrap_or(0);
        if products == 0 {
            return sums;
        }
        let plain = self.config.sizes[layer + 1] - products;
        let pairs = sums.narrow(1, plain..).reshape([sums.size(0), products, 2]);
        let product = pairs.narrow(2, 0..1) * pairs.narrow(2, 1..2);
        Tensor::cat(&[&sums.narrow(1, ..plain), &product.reshape([sums.size(0), products])], 1)
    }
    /// The output, and every edge on the way.
    ///
    /// # Errors
    /// [`Error::Input`] as [`forward`](Network::forward).
    pub fn edges(&self, x: &Tensor) -> Result<(Tensor, Vec<KanEdges>)> {
        let mut h = self.input(x)?;
        let mut all = Vec::with_capacity(self.layers.len());
        for (l, layer) in self.layers.iter().enumerate() {
            let edges = layer.edges(&h);
            let next = self.nodes(l, edges.sum_axis(1, false));
            all.push(KanEdges { inputs: h, edges });
            h = next;
        }
        Ok((h, all))
    }
    /// Fits all grids to where samples `[batch, inputs]` lie on their way through the network, the first layer first.
    ///
    /// # Errors
    /// [`Error::Input`] when the samples do not fit.
    pub fn update_grids(&mut self, x: &Tensor, blend: f64) -> Result<Vec<Regrid>> {
        self.regrid(x, |layer, h| layer.update_grid(h, blend))
    }
    /// Makes all grids finer; see [`KanLinear::refine`].
    ///
    /// # Errors
    /// [`Error::Architecture`] for a grid that is coarser than the one there is; [`Error::Input`] when the samples do not fit.
    pub fn refine(&mut self, intervals: usize, x: &Tensor) -> Result<Vec<Regrid>> {
        let old = self.config.grid;
        if intervals < old {
            let problem =
                format!("a grid of {intervals} intervals is coarser than the {old} it has; give at least {old}");
            return Err(Error::Architecture { text: "refine".into(), problem });
        }
        let done = self.regrid(x, |layer, h| layer.refine(intervals, h))?;
        self.config.grid = intervals;
        Ok(done)
    }
    fn regrid(&mut self, x: &Tensor, f: impl Fn(&mut KanLinear, &Tensor) -> Regrid) -> Result<Vec<Regrid>> {
        let mut h = self.input(x)?.detach();
        let mut done = Vec::new();
        for l in 0..self.layers.len() {
            done.push(f(&mut self.layers[l], &h));
            h = self.nodes(l, self.layers[l].forward(&h)).detach();
        }
        Ok(done)
    }
    /// The share of numbers outside of their grid, for each layer.
    ///
    /// # Errors
    /// [`Error::Input`] when the samples do not fit.
    pub fn outside(&self, x: &Tensor) -> Result<Vec<f64>> {
        let mut h = self.input(x)?;
        let share = |(l, layer): (usize, &KanLinear)| {
            let share = layer.outside(&h);
            h = self.nodes(l, layer.forward(&h));
            share
        };
        Ok(self.layers.iter().enumerate().map(share).collect())
    }
    /// A smaller network: without hidden nodes whose strongest edge on one side is weaker than `node`, and without edges that
    /// account for less than the share `edge` of the output (attribution, handed back from node to node). Edges are measured
    /// by how much they vary on the samples ([`KanEdges::spread`]): what is constant decides nothing.
    ///
    /// # Errors
    /// [`Error::Input`] when the samples do not fit; [`Error::Architecture`] when nothing would be left of a layer.
    pub fn prune(&self, x: &Tensor, node: f64, edge: f64) -> Result<Self> {
        let sizes = sizes(&self.edges(x)?.1);
        let (config, depth) = (&self.config, self.layers.len());
        let strongest = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
        let keep = |l: usize| -> Vec<usize> {
            if l == 0 || l == depth {
                return (0..config.sizes[l]).collect();
            }
            let nodes = config.nodes(l - 1);
            let alive = |n: &usize| {
                let incoming = nodes[*n].iter().map(|&c| strongest(&mut sizes[l - 1].iter().map(|row| row[c])));
                let weakest = incoming.fold(f64::INFINITY, f64::min);
                weakest.min(strongest(&mut sizes[l][*n].iter().copied())) >= node
            };
            (0..config.sizes[l]).filter(alive).collect()
        };
        let kept: Vec<Vec<usize>> = (0..=depth).map(keep).collect();
        if let Some(l) = kept.iter().position(Vec::is_empty) {
            let problem =
                format!("nothing is left of hidden layer {l}; lower the threshold or train with less sparsity");
            return Err(Error::Architecture { text: self.config().to_string(), problem });
        }
        let mut small = config.clone();
        small.sizes = kept.iter().map(Vec::len).collect();
        let mut layers = Vec::with_capacity(depth);
        for l in 0..depth {
            let nodes = config.nodes(l);
            if let Some(products) = small.products.get_mut(l) {
                *products = kept[l + 1].iter().filter(|n| nodes[**n].len() == 2).count();
            }
            let columns: Vec<usize> = kept[l + 1].iter().flat_map(|n| nodes[*n].clone()).collect();
            layers.push(self.layers[l].part(&kept[l], &columns));
        }
        let mut pruned = Self { config: small, layers };
        pruned.drop_edges(x, edge)?;
        Ok(pruned)
    }
    /// Masks edges that account for less than a share of the output.
    fn drop_edges(&mut self, x: &Tensor, least: f64) -> Result<()> {
        let sizes = sizes(&self.edges(x)?.1);
        let mut score = vec![1.0; *self.config.sizes.last().expect("checked when it was made")];
        for l in (0..self.layers.len()).rev() {
            let (inputs, sums) = (self.layers[l].inputs(), self.layers[l].outputs());
            let mut of_sum = vec![0.0; sums];
            for (n, columns) in self.config.nodes(l).iter().enumerate() {
                columns.iter().for_each(|&c| of_sum[c] = score[n]);
            }
            let total: Vec<f64> = (0..sums).map(|c| sizes[l].iter().map(|row| row[c]).sum::<f64>()).collect();
            let share = |i: usize, c: usize| if total[c] > 0.0 { of_sum[c] * sizes[l][i][c] / total[c] } else { 0.0 };
            score = (0..inputs).map(|i| (0..sums).map(|c| share(i, c)).sum()).collect();
            let old = self.layers[l].mask.to_vec::<f64>();
            let stays = |at: usize| if share(at / sums, at % sums) < least { 0.0 } else { old[at] };
            let mask: Vec<f64> = (0..inputs * sums).map(stays).collect();
            let like = &self.layers[l].mask;
            self.layers[l].mask = Tensor::new(mask, [inputs, sums])?.to(like.dtype());
        }
        Ok(())
    }
    /// How many edges there are.
    pub fn edge_count(&self) -> usize {
        self.layers.iter().map(|l| l.mask.sum().item() as usize).sum()
    }
}

impl KanEdges {
    /// How much each edge varies over the samples, `[inputs, sums]`: its standard deviation, as in the later released code. The
    /// paper's mean of absolute values counts constants as well, which any other edge to the same sum could carry.
    pub fn spread(&self) -> Tensor {
        let centred = &self.edges - self.edges.mean_axis(0, true);
        // The root has no slope at zero, where a masked edge stands.
        (centred.square().mean_axis(0, false) + 1e-16).sqrt()
    }
}

/// How much each edge varies, `[input][sum]` of each layer.
fn sizes(edges: &[KanEdges]) -> Vec<Vec<Vec<f64>>> {
    let of = |e: &KanEdges| {
        let spread = e.spread().detach();
        spread.to_vec::<f64>().chunks(spread.size(1)).map(<[f64]>::to_vec).collect()
    };
    edges.iter().map(of).collect()
}

impl Sparsity {
    /// The penalty on a network's edges, one number: `Σ_layers size Σ_ij a_ij + entropy (H_rows + H_columns)` with
    /// `a_ij` the [spread](KanEdges::spread) of `φ_ij` and the mean entropy of its rows and of its columns.
    pub fn penalty(&self, edges: &[KanEdges]) -> Tensor {
        let entropy = |a: &Tensor, axis: isize| {
            let p = a / (a.sum_axis(axis, true) + 1e-4);
            -(&p * (&p + 1e-4).ln()).sum_axis(axis, false).mean()
        };
        let of = |e: &KanEdges| {
            let a = e.spread();
            a.sum() * self.size + (entropy(&a, 0) + entropy(&a, 1)) * self.entropy
        };
        edges.iter().map(of).reduce(|a, b| a + b).unwrap_or_else(|| Tensor::scalar(0.0f64))
    }
}

impl Parameters for Kan {
    fn collect<'a>(&'a self, at: &str, into: &mut Vec<(String, &'a Tensor)>) {
        (1..).zip(&self.layers).for_each(|(i, l)| l.collect(&join(at, format_args!("kan{i}")), into));
    }
    fn collect_mut<'a>(&'a mut self, at: &str, into: &mut Vec<(String, &'a mut Tensor)>) {
        (1..).zip(&mut self.layers).for_each(|(i, l)| l.collect_mut(&join(at, format_args!("kan{i}")), into));
    }
}

impl Network for Kan {
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> Result<Tensor> {
        let mut h = self.input(single("kan", inputs)?)?;
        for (l, layer) in self.layers.iter().enumerate() {
            h = self.nodes(l, layer.forward(&h));
            h = match l + 1 == self.layers.len() {
                true => trace.at("logits", &ROWS, h)?,
                false => trace.at(format_args!("kan{}", l + 1), &ROWS, h)?,
            };
        }
        Ok(h)
    }
    fn sites(&self) -> Vec<SiteInfo> {
        let sizes = &self.config.sizes;
        let hidden =
            (1..sizes.len() - 1).map(|i| SiteInfo::new(format_args!("kan{i}"), &ROWS, &[None, Some(sizes[i])]));
        hidden.chain([SiteInfo::new("logits", &ROWS, &[None, sizes.last().copied()])]).collect()
    }
    fn config(&self) -> serde_json::Value {
        Architecture::Kan(self.config.clone()).to_json()
    }
    fn trains(&self, name: &str) -> bool {
        !(name.ends_with("grid") || name.ends_with("mask"))
    }
}
