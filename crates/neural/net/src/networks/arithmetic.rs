//! Stacks of arithmetic layers, and recurrent networks over numbers with an arithmetic or a gated memory.

use super::{like, refuse, single};
use crate::activation::Axis;
use crate::architecture::Architecture;
use crate::error::Result;
use crate::layers::{Arithmetic, ArithmeticLayer, Init, Linear, Lstm};
use crate::network::{Network, Parameters, join};
use crate::parameters;
use crate::site::SiteInfo;
use crate::trace::Trace;
use serde::{Deserialize, Serialize};
use symbolon_tensor::{Rng, Tensor};

/// Sizes of an [`ArithmeticNet`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArithmeticConfig {
    /// Inputs, hidden sizes, outputs.
    pub sizes: Vec<usize>,
    /// What each layer does.
    pub layers: Vec<Arithmetic>,
}

impl ArithmeticConfig {
    /// The same arithmetic in each layer.
    pub fn new(kind: Arithmetic, sizes: impl Into<Vec<usize>>) -> Self {
        let sizes = sizes.into();
        Self { layers: vec![kind; sizes.len().saturating_sub(1)], sizes }
    }
}

/// Arithmetic layers behind each other, with nothing between them.
///
/// Input `[batch, inputs]`, output `[batch, outputs]`. Sites: `arith{i}` of each hidden layer, counted from one, then `logits`.
#[derive(Clone, Debug)]
pub struct ArithmeticNet {
    config: ArithmeticConfig,
    /// Named `arith1`, `arith2`, ..
    pub layers: Vec<ArithmeticLayer>,
}

const ROWS: [Axis; 2] = [Axis::Batch, Axis::Unit];

impl ArithmeticNet {
    /// A network with weights of its own.
    ///
    /// # Errors
    /// [`Error::Architecture`](crate::Error::Architecture) when the sizes make no network.
    pub fn new(config: &ArithmeticConfig, rng: &mut Rng) -> Result<Self> {
        Architecture::Arithmetic(config.clone()).check()?;
        let sizes = config.sizes.windows(2);
        let layers = sizes.zip(&config.layers).map(|(s, kind)| kind.build(rng, s[0], s[1])).collect();
        Ok(Self { config: config.clone(), layers })
    }
    /// The arithmetic layers of a network behind the trait, as checkpoints give them.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) when the network is no [`ArithmeticNet`].
    pub fn of(network: &dyn Network) -> Result<Self> {
        let Ok(Architecture::Arithmetic(config)) = Architecture::from_json(&network.config()) else {
            let problem = format!("it has no arithmetic layers, it is {}", network.config());
            return Err(refuse("network", problem));
        };
        let mut made = Self::new(&config, &mut Rng::new(0))?;
        made.parameters_mut()
            .into_iter()
            .zip(network.parameters())
            .for_each(|((_, to), (_, from))| *to = from.detach());
        Ok(made)
    }
}

impl Parameters for ArithmeticNet {
    fn collect<'a>(&'a self, at: &str, into: &mut Vec<(String, &'a Tensor)>) {
        (1..).zip(&self.layers).for_each(|(i, l)| l.collect(&join(at, format_args!("arith{i}")), into));
    }
    fn collect_mut<'a>(&'a mut self, at: &str, into: &mut Vec<(String, &'a mut Tensor)>) {
        (1..).zip(&mut self.layers).for_each(|(i, l)| l.collect_mut(&join(at, format_args!("arith{i}")), into));
    }
}

impl Network for ArithmeticNet {
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> Result<Tensor> {
        let x = single("arithmetic", inputs)?;
        let expected = self.config.sizes[0];
        if x.rank() != 2 || x.size(1) != expected {
            let problem = format!("it takes [batch, {expected}], the input has shape {:?}", x.shape());
            return Err(refuse("arithmetic", problem));
        }
        let mut h = like("arithmetic", x, self.parameters()[0].1)?;
        for (i, layer) in (1..).zip(&self.layers) {
            h = layer.forward(&h);
            h = match i == self.layers.len() {
                true => trace.at("logits", &ROWS, h)?,
                false => trace.at(format_args!("arith{i}"), &ROWS, h)?,
            };
        }
        Ok(h)
    }
    fn sites(&self) -> Vec<SiteInfo> {
        let sizes = &self.config.sizes;
        let hidden =
            (1..sizes.len() - 1).map(|i| SiteInfo::new(format_args!("arith{i}"), &ROWS, &[None, Some(sizes[i])]));
        hidden.chain([SiteInfo::new("logits", &ROWS, &[None, sizes.last().copied()])]).collect()
    }
    fn config(&self) -> serde_json::Value {
        Architecture::Arithmetic(self.config.clone()).to_json()
    }
    /// How far weights are from where they should end: the mean over the layers that say so ([`ArithmeticLayer::undecided`]).
    fn undecided(&self) -> Option<Tensor> {
        let all: Vec<Tensor> = self.layers.iter().filter_map(ArithmeticLayer::undecided).collect();
        let n = all.len() as f64;
        all.into_iter().reduce(|a, b| a + b).map(|sum| sum / n)
    }
}

/// What a [`Recurrent`] network remembers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Memory {
    /// Gates; a linear layer reads the last state.
    Lstm,
    /// `h' = cell([x, h])`; a layer of the same arithmetic reads the last state.
    Arithmetic(Arithmetic),
}

/// Sizes of a [`Recurrent`] network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecurrentConfig {
    /// Numbers of each step.
    pub inputs: usize,
    /// Numbers of the state.
    pub hidden: usize,
    /// Numbers of the answer.
    pub outputs: usize,
    /// How it remembers.
    pub memory: Memory,
}

/// One answer for a sequence of any length: `[batch, time, inputs]` to `[batch, outputs]`. Sites: `state` (the last one), `logits`.
#[derive(Clone, Debug)]
pub struct Recurrent {
    config: RecurrentConfig,
    /// Where the memory is gated.
    pub lstm: Option<Lstm>,
    /// What reads the last state of a gated memory.
    pub read: Option<Linear>,
    /// The cell and what reads its last state, where it is arithmetic.
    pub cells: Vec<ArithmeticLayer>,
}
parameters!(Recurrent { lstm, read, cells });

impl Recurrent {
    /// A network with weights of its own.
    ///
    /// # Errors
    /// [`Error::Architecture`](crate::Error::Architecture) when a size is zero.
    pub fn new(config: &RecurrentConfig, rng: &mut Rng) -> Result<Self> {
        Architecture::Recurrent(config.clone()).check()?;
        let (n, h, out) = (config.inputs, config.hidden, config.outputs);
        let mut made = Self { config: config.clone(), lstm: None, read: None, cells: Vec::new() };
        match config.memory {
            Memory::Lstm => {
                made.lstm = Some(Lstm::new(rng, n, h));
                made.read = Some(Linear::new(rng, h, out, true, Init::Uniform));
            }
            Memory::Arithmetic(kind) => made.cells = vec![kind.build(rng, n + h, h), kind.build(rng, h, out)],
        }
        Ok(made)
    }
}

impl Network for Recurrent {
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> Result<Tensor> {
        let x = single("recurrent", inputs)?;
        let expected = self.config.inputs;
        if x.rank() != 3 || x.size(2) != expected || x.size(1) == 0 {
            let problem = format!("it takes [batch, time, {expected}], the input has shape {:?}", x.shape());
            return Err(refuse("recurrent", problem));
        }
        let x = like("recurrent", x, self.parameters()[0].1)?;
        let state = match (&self.lstm, self.cells.first()) {
            (Some(lstm), _) => lstm.forward(&x).narrow(1, x.size(1) - 1..).squeeze(1),
            (None, Some(cell)) => {
                let start = Tensor::full_on([x.size(0), self.config.hidden], 0.0, x.dtype(), x.device());
                (0..x.size(1))
                    .fold(start, |h, t| cell.forward(&Tensor::cat(&[&x.narrow(1, t..t + 1).squeeze(1), &h], 1)))
            }
            (None, None) => return Err(refuse("recurrent", "it has no memory".into())),
        };
        let state = trace.at("state", &ROWS, state)?;
        let out = match (&self.read, self.cells.get(1)) {
            (Some(read), _) => read.forward(&state),
            (None, Some(cell)) => cell.forward(&state),
            (None, None) => state,
        };
        trace.at("logits", &ROWS, out)
    }
    fn sites(&self) -> Vec<SiteInfo> {
        let info = |name: &str, size| SiteInfo::new(name, &ROWS, &[None, Some(size)]);
        vec![info("state", self.config.hidden), info("logits", self.config.outputs)]
    }
    fn config(&self) -> serde_json::Value {
        Architecture::Recurrent(self.config.clone()).to_json()
    }
}
