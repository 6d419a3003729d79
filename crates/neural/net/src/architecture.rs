//! Built-in networks by name: as text, as JSON, and built.

use crate::error::{Error, Result};
use crate::layers::Arithmetic;
use crate::network::Network;
use crate::networks::{
    ArithmeticConfig, ArithmeticNet, Cnn, CnnConfig, Kan, KanConfig, Memory, Mlp, MlpConfig, Recurrent,
    RecurrentConfig, Transformer, TransformerConfig,
};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use symbolon_tensor::{Device, Rng};

/// A built-in network and its sizes: everything but the weights.
///
/// | text | network |
/// | --- | --- |
/// | `mlp(784, 256, 10)` | inputs, hidden layers, outputs |
/// | `kan(2, 5, 1)` | inputs, hidden nodes, outputs; cubic splines on grids of 5 |
/// | `nac(9, 2, 1)`, `nalu(9, 2, 1)` | arithmetic layers: inputs, hidden sizes, outputs |
/// | `lstm(1, 16, 1)` | numbers of each step, of the state, of the answer |
/// | `lenet(10)` | LeNet for 28 x 28 images of one channel, classes |
/// | `lenet(28, 28, 1, 10)` | height, width, channels, classes |
/// | `decoder(65, 128, 4, 128, 4)` | vocabulary, context, layers, width, heads |
/// | `encoder(65, 128, 4, 128, 4, 10)` | the same, classes at each position |
///
/// All other settings are written as JSON, as [`Network::config`] answers it.
///
/// ```
/// use symbolon_net::{Architecture, Network};
/// use symbolon_tensor::{Device, Rng};
/// let lenet: Architecture = "lenet(10)".parse()?;
/// let network = lenet.build(&mut Rng::new(0), Device::Cpu)?;
/// assert_eq!(network.parameters().iter().map(|(_, p)| p.len()).sum::<usize>(), 44_426);
/// assert_eq!(Architecture::from_json(&network.config())?, lenet);
/// # Ok::<(), symbolon_net::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Architecture {
    /// Linear maps with a nonlinearity between them.
    Mlp(MlpConfig),
    /// Functions on edges.
    Kan(KanConfig),
    /// Layers that add and multiply.
    Arithmetic(ArithmeticConfig),
    /// One answer for a sequence of numbers.
    Recurrent(RecurrentConfig),
    /// Convolutions, pools, linear maps.
    Cnn(CnnConfig),
    /// Attention and feed-forward layers.
    Transformer(TransformerConfig),
}

/// More parameters than this are a slip of the pen.
const MOST: usize = 1 << 32;
const FORMS: &str = "`mlp(784, 256, 10)`, `kan(2, 5, 1)`, `nalu(9, 2, 1)`, `lstm(1, 16, 1)`, `lenet(10)`, `lenet(28, 28, 1, 10)`, `decoder(65, 128, 4, 128, 4)` or `encoder(65, 128, 4, 128, 4, 10)`";

impl Architecture {
    /// Builds the network with weights drawn from `rng`, on a device.
    ///
    /// # Errors
    /// [`Error::Architecture`] when the sizes make no network.
    pub fn build(&self, rng: &mut Rng, device: Device) -> Result<Box<dyn Network>> {
        let mut network: Box<dyn Network> = match self {
            Self::Mlp(config) => Box::new(Mlp::new(config, rng)?),
            Self::Kan(config) => Box::new(Kan::new(config, rng)?),
            Self::Arithmetic(config) => Box::new(ArithmeticNet::new(config, rng)?),
            Self::Recurrent(config) => Box::new(Recurrent::new(config, rng)?),
            Self::Cnn(config) => Box::new(Cnn::new(config, rng)?),
            Self::Transformer(config) => Box::new(Transformer::new(config, rng)?),
        };
        network.parameters_mut().into_iter().for_each(|(_, p)| *p = p.to_device(device));
        Ok(network)
    }
    /// What [`Network::config`] answers.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).expect("sizes and names are JSON")
    }
    /// The architecture that a network's config describes.
    ///
    /// # Errors
    /// [`Error::Architecture`] when it describes none.
    pub fn from_json(config: &serde_json::Value) -> Result<Self> {
        let problem = |e: serde_json::Error| Error::Architecture { text: config.to_string(), problem: e.to_string() };
        let architecture: Self = serde_json::from_value(config.clone()).map_err(problem)?;
        architecture.check()?;
        Ok(architecture)
    }
    /// Refuses sizes that make no network.
    ///
    /// # Errors
    /// [`Error::Architecture`] with the reason.
    pub fn check(&self) -> Result<()> {
        let problem = match self {
            Self::Mlp(c) => c.problem(),
            Self::Kan(c) => c.problem(),
            Self::Arithmetic(c) => c.problem(),
            Self::Recurrent(c) => c.problem(),
            Self::Cnn(c) => c.problem(),
            Self::Transformer(c) => c.problem(),
        };
        let problem = problem.or_else(|| match self.weights() {
            Some(n) if n <= MOST => None,
            _ => Some(format!("that is more than {MOST} parameters")),
        });
        problem.map_or(Ok(()), |problem| Err(Error::Architecture { text: self.to_string(), problem }))
    }
    /// How many numbers its matrices hold, offsets and norms left out; `None` when that is beyond counting.
    pub(crate) fn weights(&self) -> Option<usize> {
        match self {
            Self::Mlp(c) => sum(c.sizes.windows(2).map(product)),
            Self::Kan(c) => c.weights(),
            Self::Arithmetic(c) => sum(c.sizes.windows(2).map(product)),
            Self::Recurrent(c) => c.weights(),
            Self::Cnn(c) => c.weights(),
            Self::Transformer(c) => c.weights(),
        }
    }
}

fn product(sizes: &[usize]) -> Option<usize> {
    sizes.iter().try_fold(1usize, |a, &b| a.checked_mul(b))
}

fn sum(counts: impl IntoIterator<Item = Option<usize>>) -> Option<usize> {
    counts.into_iter().try_fold(0usize, |a, b| a.checked_add(b?))
}

fn not_a_share(p: f64) -> Option<String> {
    (!(0.0..1.0).contains(&p)).then(|| format!("dropout {p} is not at least 0 and below 1"))
}

impl MlpConfig {
    fn problem(&self) -> Option<String> {
        if self.sizes.len() < 2 || self.sizes.contains(&0) {
            return Some("an mlp has two sizes or more, inputs first, outputs last, none of them zero".into());
        }
        not_a_share(self.dropout.0)
    }
}

impl KanConfig {
    fn problem(&self) -> Option<String> {
        if self.sizes.len() < 2 || self.sizes.contains(&0) {
            return Some("a kan has two sizes or more, inputs first, outputs last, none of them zero".into());
        }
        if self.grid == 0 || self.degree > crate::layers::spline::STEEPEST {
            return Some(format!(
                "grid {} of degree {}: give a grid of 1 or more, a degree of 7 or less",
                self.grid, self.degree
            ));
        }
        let [low, high] = self.range;
        if !(low.is_finite() && high.is_finite() && low < high) {
            return Some(format!("a grid from {low} to {high} is empty"));
        }
        let hidden = &self.sizes[1..self.sizes.len() - 1];
        if self.products.len() > hidden.len() || self.products.iter().zip(hidden).any(|(p, n)| p > n) {
            return Some(format!("{:?} nodes that multiply, of {hidden:?} hidden ones", self.products));
        }
        None
    }
    fn weights(&self) -> Option<usize> {
        let each = self.grid.checked_add(self.degree)?;
        let layers = (0..self.sizes.len() - 1).map(|l| product(&[self.sizes[l], self.outputs(l), each]));
        sum(layers)
    }
}

impl ArithmeticConfig {
    fn problem(&self) -> Option<String> {
        let (sizes, layers) = (self.sizes.len(), self.layers.len());
        if sizes < 2 || self.sizes.contains(&0) {
            return Some("it has two sizes or more, inputs first, outputs last, none of them zero".into());
        }
        (layers + 1 != sizes).then(|| format!("{layers} layers between {sizes} sizes: there is one layer less"))
    }
}

impl RecurrentConfig {
    fn problem(&self) -> Option<String> {
        [self.inputs, self.hidden, self.outputs].contains(&0).then(|| "a size is zero".into())
    }
    fn weights(&self) -> Option<usize> {
        let gates = if self.memory == Memory::Lstm { 4 } else { 1 };
        let seen = self.inputs.checked_add(self.hidden)?;
        sum([product(&[gates, seen, self.hidden]), product(&[self.hidden, self.outputs])])
    }
}

impl CnnConfig {
    fn problem(&self) -> Option<String> {
        let counts = self.image.iter().chain(&self.hidden).chain([&self.classes]);
        let inside = self.convolutions.iter().flat_map(|c| [c.channels, c.kernel, c.pool.size()]);
        if counts.copied().chain(inside).any(|n| n == 0) {
            return Some("a size is zero".into());
        }
        let [_, h, w] = self.image;
        if self.flat().is_none() {
            return Some(format!("images of {h} x {w} are too small for its kernels and pools"));
        }
        if product(&self.image).is_none_or(|n| n > MOST) {
            return Some(format!("images of {h} x {w} are too large"));
        }
        not_a_share(self.dropout.0)
    }
    fn weights(&self) -> Option<usize> {
        let mut seen = self.image[0];
        let convolutions = self.convolutions.iter().map(|c| {
            let kernel = [std::mem::replace(&mut seen, c.channels), c.channels, c.kernel, c.kernel];
            product(&kernel)
        });
        let convolutions = sum(convolutions);
        let flat = product(&self.flat()?)?;
        let sizes: Vec<usize> = [flat].iter().chain(&self.hidden).chain([&self.classes]).copied().collect();
        sum([convolutions].into_iter().chain(sizes.windows(2).map(product)))
    }
}

impl TransformerConfig {
    fn problem(&self) -> Option<String> {
        let sizes = [self.vocabulary, self.context, self.width, self.heads, self.groups, self.hidden];
        if sizes.contains(&0) || self.classes == Some(0) {
            return Some("a size is zero".into());
        }
        if !self.width.is_multiple_of(self.heads) || !self.heads.is_multiple_of(self.groups) {
            let (w, h, g) = (self.width, self.heads, self.groups);
            return Some(format!("width {w} is no multiple of {h} heads, or {h} none of {g} groups"));
        }
        if self.rope.is_some_and(|base| !(base.is_finite() && base > 0.0)) {
            return Some("the base of rotary positions is a positive number".into());
        }
        if self.rope.is_some() && !(self.width / self.heads).is_multiple_of(2) {
            return Some("rotary positions turn pairs: heads are of even width".into());
        }
        if self.context > MOST {
            return Some(format!("a context of {} is too long", self.context));
        }
        not_a_share(self.dropout.0)
    }
    fn weights(&self) -> Option<usize> {
        let w = self.width;
        let shared = self.width / self.heads.max(1) * self.groups;
        let attention = [product(&[2, w, w]), product(&[2, w, shared])];
        let feed_forward = product(&[if self.gated { 3 } else { 2 }, w, self.hidden]);
        let blocks = sum(attention.into_iter().chain([feed_forward]))?.checked_mul(self.layers);
        let positions = if self.rope.is_none() { self.context } else { 0 };
        sum([
            blocks,
            product(&[self.vocabulary, w]),
            product(&[positions, w]),
            product(&[self.classes.unwrap_or(0), w]),
        ])
    }
}

impl FromStr for Architecture {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let bad = |problem: String| Error::Architecture { text: text.trim().to_owned(), problem };
        if text.trim_start().starts_with('{') {
            let json = serde_json::from_str(text).map_err(|e| bad(e.to_string()))?;
            return Self::from_json(&json);
        }
        let parts = text.trim().strip_suffix(')').and_then(|t| t.split_once('('));
        let (name, inside) = parts.ok_or_else(|| bad(format!("this names no network; write {FORMS}")))?;
        let sizes = (inside.split(',').map(str::trim))
            .map(|n| n.parse::<usize>().map_err(|_| bad(format!("`{n}` is no size"))))
            .collect::<Result<Vec<usize>>>()?;
        let built = match (name.trim(), sizes.as_slice()) {
            ("mlp", _) => Self::Mlp(MlpConfig { sizes, nonlinearity: Default::default(), dropout: Default::default() }),
            ("kan", _) => Self::Kan(KanConfig::new(sizes)),
            ("nac", _) => Self::Arithmetic(ArithmeticConfig::new(Arithmetic::Nac, sizes)),
            ("nalu", _) => Self::Arithmetic(ArithmeticConfig::new(Arithmetic::Nalu, sizes)),
            ("lstm", &[inputs, hidden, outputs]) => {
                Self::Recurrent(RecurrentConfig { inputs, hidden, outputs, memory: Memory::Lstm })
            }
            ("lenet", &[classes]) => Self::Cnn(CnnConfig::lenet(28, 28, 1, classes)),
            ("lenet", &[h, w, channels, classes]) => Self::Cnn(CnnConfig::lenet(h, w, channels, classes)),
            ("decoder", &[v, t, l, d, h]) => Self::Transformer(TransformerConfig::decoder(v, t, l, d, h)),
            ("encoder", &[v, t, l, d, h, c]) => Self::Transformer(TransformerConfig::encoder(v, t, l, d, h, c)),
            ("lstm" | "lenet" | "decoder" | "encoder", n) => {
                return Err(bad(format!("{} sizes do not make one; write {FORMS}", n.len())));
            }
            (other, _) => return Err(bad(format!("`{other}` is no built-in network; write {FORMS}"))),
        };
        built.check()?;
        Ok(built)
    }
}

/// The short form where it says everything, else JSON.
impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |n: &[usize]| n.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
        match self {
            Self::Mlp(c)
                if *c
                    == (MlpConfig {
                        sizes: c.sizes.clone(),
                        nonlinearity: Default::default(),
                        dropout: Default::default(),
                    }) =>
            {
                write!(f, "mlp({})", list(&c.sizes))
            }
            Self::Kan(c) if *c == KanConfig::new(c.sizes.clone()) => write!(f, "kan({})", list(&c.sizes)),
            Self::Arithmetic(c) if *c == ArithmeticConfig::new(Arithmetic::Nac, c.sizes.clone()) => {
                write!(f, "nac({})", list(&c.sizes))
            }
            Self::Arithmetic(c) if *c == ArithmeticConfig::new(Arithmetic::Nalu, c.sizes.clone()) => {
                write!(f, "nalu({})", list(&c.sizes))
            }
            Self::Recurrent(c) if c.memory == Memory::Lstm => {
                write!(f, "lstm({})", list(&[c.inputs, c.hidden, c.outputs]))
            }
            Self::Cnn(c) if *c == CnnConfig::lenet(c.image[1], c.image[2], c.image[0], c.classes) => {
                write!(f, "lenet({})", list(&[c.image[1], c.image[2], c.image[0], c.classes]))
            }
            Self::Transformer(c)
                if *c == TransformerConfig::decoder(c.vocabulary, c.context, c.layers, c.width, c.heads) =>
            {
                write!(f, "decoder({})", list(&[c.vocabulary, c.context, c.layers, c.width, c.heads]))
            }
            other => write!(f, "{}", other.to_json()),
        }
    }
}
