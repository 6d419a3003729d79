//! The network that modular addition is studied in: two layers over a cyclic group, without offsets.

use super::{Neuron, Waves, groups, neurons, winner, written};
use crate::error::{Error, Result};
use symbolon_net::{Axis, Network, SiteInfo, Trace, parameters};
use symbolon_tensor::{DType, Rng, Tensor};

/// `logits = f(x W_in) W_out`, from `[batch, p]` to `[batch, p]`. Sites: `hidden.pre`, `hidden`, `logits`.
#[derive(Clone, Debug)]
pub struct TwoLayers {
    /// `[p, hidden]`.
    pub input: Tensor,
    /// `[hidden, p]`.
    pub output: Tensor,
    /// Whether `f` squares; else it is `max(x, 0)`.
    pub square: bool,
}
parameters!(TwoLayers { input, output });

const ROWS: [Axis; 2] = [Axis::Batch, Axis::Unit];

impl TwoLayers {
    /// Small normal weights of deviation `0.1 / √p`, from which training begins where waves grow before they disturb each other.
    pub fn new(p: usize, hidden: usize, square: bool, rng: &mut Rng) -> Self {
        let mut draw = |shape: [usize; 2]| rng.normal(shape, DType::F32) * (0.1 / (p as f64).sqrt());
        Self { input: draw([p, hidden]), output: draw([hidden, p]), square }
    }
    /// The waves of what each neuron hears, and of what it says.
    ///
    /// # Errors
    /// As [`Waves::of`].
    pub fn waves(&self) -> Result<[Waves; 2]> {
        Ok([Waves::of(&self.input.t())?, Waves::of(&self.output)?])
    }
    /// How much of the weights is one wave for each neuron, the mean of both layers: see [`Waves::concentration`].
    ///
    /// # Errors
    /// As [`Waves::of`].
    pub fn concentration(&self) -> Result<f64> {
        Ok(self.waves()?.iter().map(Waves::mean_concentration).sum::<f64>() / 2.0)
    }
    /// Its neurons.
    ///
    /// # Errors
    /// As [`neurons`].
    pub fn neurons(&self) -> Result<Vec<Neuron>> {
        neurons(&self.input.t(), &self.output)
    }
    /// The network whose neurons are waves and nothing else, each changed: reading tested by intervention.
    ///
    /// # Errors
    /// As [`neurons`].
    pub fn rewritten(&self, change: impl Fn(Neuron) -> Neuron) -> Result<Self> {
        let changed: Vec<Neuron> = self.neurons()?.into_iter().map(change).collect();
        let [input, output] = written(&changed, self.output.size(1));
        Ok(Self { input: input.t().contiguous(), output, square: self.square })
    }
    /// What a number of the network becomes when its loudest frequencies are silenced, one after the other: without any, first.
    ///
    /// # Errors
    /// As [`neurons`], and what `number` answers.
    pub fn silenced(&self, number: impl Fn(&Self) -> Result<f64>) -> Result<Vec<f64>> {
        let mut order = groups(&self.neurons()?);
        order.sort_by(|a, b| b.strength.total_cmp(&a.strength));
        let silent = |n: usize| {
            let out: Vec<usize> = order[..n].iter().map(|g| g.frequency).collect();
            number(&self.rewritten(|m| if out.contains(&m.frequency) { Neuron { beta: 0.0, ..m } } else { m })?)
        };
        (0..=order.len()).map(silent).collect()
    }
    /// For each neuron the frequency that wins the race from these weights, where neuron `m` starts as neuron `m + shift`
    /// does (0: as itself): see [`winner`].
    ///
    /// # Errors
    /// As [`Waves::of`].
    pub fn winners(&self, shift: usize) -> Result<Vec<usize>> {
        let [heard, said] = self.waves()?;
        let n = heard.rows.len();
        Ok((0..n).map(|m| (m + shift) % n).map(|m| winner(&heard.rows[m], &said.rows[m])).collect())
    }
    /// The share of neurons whose frequency after training the race from these weights foretells; `shift` as in
    /// [`winners`](TwoLayers::winners), for chance.
    ///
    /// # Errors
    /// As [`neurons`]; [`Error::Setting`] for another number of neurons.
    pub fn foretells(&self, end: &TwoLayers, shift: usize) -> Result<f64> {
        let (winners, end) = (self.winners(shift)?, end.neurons()?);
        if winners.len() != end.len() {
            let problem = format!("{} neurons at the start, {} at the end", winners.len(), end.len());
            return Err(Error::Setting { what: "race", problem });
        }
        let right = winners.iter().zip(&end).filter(|(k, m)| **k == m.frequency).count();
        Ok(right as f64 / end.len() as f64)
    }
}

impl Network for TwoLayers {
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> symbolon_net::Result<Tensor> {
        let p = self.input.size(0);
        let x = match inputs {
            [x] if x.rank() == 2 && x.size(1) == p => x,
            _ => {
                let shapes: Vec<&[usize]> = inputs.iter().map(Tensor::shape).collect();
                let problem = format!("it takes [batch, {p}], the inputs have shapes {shapes:?}");
                return Err(symbolon_net::Error::Input { network: "two layers".into(), problem });
            }
        };
        let pre = trace.at("hidden.pre", &ROWS, x.matmul(&self.input))?;
        let post = trace.at("hidden", &ROWS, if self.square { pre.square() } else { pre.relu() })?;
        trace.at("logits", &ROWS, post.matmul(&self.output))
    }
    fn sites(&self) -> Vec<SiteInfo> {
        let [m, p] = [self.output.size(0), self.output.size(1)];
        [("hidden.pre", m), ("hidden", m), ("logits", p)].map(|(n, s)| SiteInfo::new(n, &ROWS, &[None, Some(s)])).into()
    }
    fn config(&self) -> serde_json::Value {
        serde_json::json!({ "kind": "two_layers", "shape": self.output.shape(), "square": self.square })
    }
}
