//! The multi-layer perceptron: linear maps with a nonlinearity between them.

use super::{like, refuse, single};
use crate::activation::Axis;
use crate::architecture::Architecture;
use crate::error::Result;
use crate::layers::{Dropout, Init, Linear, Nonlinearity};
use crate::network::{Network, Parameters, join};
use crate::site::SiteInfo;
use crate::trace::Trace;
use serde::{Deserialize, Serialize};
use symbolon_tensor::{Rng, Tensor};

/// Sizes of an [`Mlp`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MlpConfig {
    /// Inputs, hidden layers, outputs: at least two numbers.
    pub sizes: Vec<usize>,
    /// What stands between the layers.
    #[serde(default)]
    pub nonlinearity: Nonlinearity,
    /// How many hidden numbers are dropped in training.
    #[serde(default)]
    pub dropout: Dropout,
}

/// `h_i = f(W_i h_{i-1} + b_i)`, `logits = W_n h_{n-1} + b_n`.
///
/// Input `[batch, ..]`, everything behind the batch laid out in a row; output `[batch, classes]`. Sites: `fc{i}.pre`
/// and `fc{i}` (before and after `f`) of each hidden layer, counted from one, then `logits`; all `[batch, unit]`.
#[derive(Clone, Debug)]
pub struct Mlp {
    config: MlpConfig,
    /// Named `fc1`, `fc2`, ..
    pub layers: Vec<Linear>,
}

const ROWS: [Axis; 2] = [Axis::Batch, Axis::Unit];

impl Mlp {
    /// A network of its own weights, drawn for its nonlinearity.
    ///
    /// # Errors
    /// [`Error::Architecture`](crate::Error::Architecture) when there are fewer than two sizes or one is zero.
    pub fn new(config: &MlpConfig, rng: &mut Rng) -> Result<Self> {
        Architecture::Mlp(config.clone()).check()?;
        let layers = config.sizes.windows(2).map(|s| Linear::new(rng, s[0], s[1], true, Init::Uniform)).collect();
        Ok(Self { config: config.clone(), layers })
    }
}

impl Parameters for Mlp {
    fn collect<'a>(&'a self, at: &str, into: &mut Vec<(String, &'a Tensor)>) {
        (1..).zip(&self.layers).for_each(|(i, l)| l.collect(&join(at, format_args!("fc{i}")), into));
    }
    fn collect_mut<'a>(&'a mut self, at: &str, into: &mut Vec<(String, &'a mut Tensor)>) {
        (1..).zip(&mut self.layers).for_each(|(i, l)| l.collect_mut(&join(at, format_args!("fc{i}")), into));
    }
}

impl Network for Mlp {
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> Result<Tensor> {
        let x = single("mlp", inputs)?;
        let expected = self.config.sizes[0];
        if x.rank() < 2 || x.shape()[1..].iter().product::<usize>() != expected {
            return Err(refuse("mlp", format!("it takes [batch, {expected}], the input has shape {:?}", x.shape())));
        }
        let mut h = like("mlp", x, &self.layers[0].weight)?.reshape([x.size(0), expected]);
        let (last, hidden) = self.layers.split_last().expect("checked when it was made");
        for (i, layer) in (1..).zip(hidden) {
            let pre = trace.at(format_args!("fc{i}.pre"), &ROWS, layer.forward(&h))?;
            h = trace.at(format_args!("fc{i}"), &ROWS, self.config.nonlinearity.forward(&pre))?;
            h = self.config.dropout.forward(h, trace);
        }
        trace.at("logits", &ROWS, last.forward(&h))
    }
    fn sites(&self) -> Vec<SiteInfo> {
        let mut sites = Vec::new();
        for (i, layer) in (1..self.layers.len()).zip(&self.layers) {
            let sizes = [None, Some(layer.outputs())];
            sites.push(SiteInfo::new(format_args!("fc{i}.pre"), &ROWS, &sizes));
            sites.push(SiteInfo::new(format_args!("fc{i}"), &ROWS, &sizes));
        }
        sites.push(SiteInfo::new("logits", &ROWS, &[None, self.config.sizes.last().copied()]));
        sites
    }
    fn config(&self) -> serde_json::Value {
        Architecture::Mlp(self.config.clone()).to_json()
    }
}
