//! The rest of a network: what comes after a layer, or after a prefix of tokens, as a network of its own.
//!
//! Scans and alignments run the same examples thousands of times with edits that begin at some layer. Everything before that
//! layer is the same each time, so it is run once: [`Layered::before`] gives the residual stream there, and [`Rest`] is the
//! network that takes this stream as its input. Whatever works on a network works on its rest, only faster.

use symbolon_net::pretrained::{self, Cache, Pass};
use symbolon_net::{Network, Parameters, SiteInfo, Trace, Transformer};
use symbolon_tensor::{Tensor, no_grad};

use crate::error::{Error, Result};
use crate::rows::last_rows;

/// A network of layers that share a residual stream.
pub trait Layered: Network {
    /// How many layers there are.
    fn layers(&self) -> usize;
    /// The residual stream `[batch, position, d_model]` before a layer.
    ///
    /// # Errors
    /// What the pass answers.
    fn before(&self, inputs: &[Tensor], layer: usize) -> symbolon_net::Result<Tensor>;
    /// The output from the residual stream before a layer.
    ///
    /// # Errors
    /// What the pass answers.
    fn after(&self, stream: &Tensor, layer: usize, trace: &mut Trace) -> symbolon_net::Result<Tensor>;
}

impl Layered for pretrained::Transformer {
    fn layers(&self) -> usize {
        self.config.layers
    }
    fn before(&self, inputs: &[Tensor], layer: usize) -> symbolon_net::Result<Tensor> {
        let pass = Pass { until: Some(layer), ..Pass::default() };
        no_grad(|| self.run(inputs, pass, &mut Trace::none()))
    }
    fn after(&self, stream: &Tensor, layer: usize, trace: &mut Trace) -> symbolon_net::Result<Tensor> {
        self.run(&[], Pass { from: Some((layer, stream.clone())), ..Pass::default() }, trace)
    }
}

impl Layered for Transformer {
    fn layers(&self) -> usize {
        (**self).layers()
    }
    fn before(&self, inputs: &[Tensor], layer: usize) -> symbolon_net::Result<Tensor> {
        (**self).before(inputs, layer)
    }
    fn after(&self, stream: &Tensor, layer: usize, trace: &mut Trace) -> symbolon_net::Result<Tensor> {
        (**self).after(stream, layer, trace)
    }
}

/// A network from one of its layers on: its input is the residual stream before that layer.
///
/// ```
/// use symbolon_net::{Network, Trace, Transformer, TransformerConfig};
/// use symbolon_read::{Layered, Rest};
/// use symbolon_tensor::Rng;
/// let network = Transformer::new(&TransformerConfig::decoder(11, 8, 4, 16, 2), &mut Rng::new(0))?;
/// let tokens = Rng::new(1).indices([3, 5], 11);
/// let stream = network.before(&[tokens.clone()], 2)?;
/// let rest = Rest::new(&network, 2)?;
/// let (a, b) = (rest.forward(&[stream], &mut Trace::none())?, network.forward(&[tokens], &mut Trace::none())?);
/// assert!(a.is_close(&b, 1e-6, 0.0));
/// # Ok::<(), symbolon_read::Error>(())
/// ```
pub struct Rest<'n> {
    network: &'n dyn Layered,
    layer: usize,
}

impl<'n> Rest<'n> {
    /// The network from before `layer` on.
    ///
    /// # Errors
    /// [`Error::Setting`] when there is no such layer.
    pub fn new(network: &'n dyn Layered, layer: usize) -> Result<Self> {
        match layer <= network.layers() {
            true => Ok(Self { network, layer }),
            false => Err(Error::Setting {
                what: "rest of a network",
                problem: format!("from layer {layer} of {}", network.layers()),
            }),
        }
    }
    /// The layer that it begins with.
    pub fn layer(&self) -> usize {
        self.layer
    }
}

impl Parameters for Rest<'_> {
    fn collect<'a>(&'a self, at: &str, into: &mut Vec<(String, &'a Tensor)>) {
        self.network.collect(at, into);
    }
    /// None: the network is borrowed, and what is frozen is not changed.
    fn collect_mut<'a>(&'a mut self, _: &str, _: &mut Vec<(String, &'a mut Tensor)>) {}
}

impl Network for Rest<'_> {
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> symbolon_net::Result<Tensor> {
        match inputs {
            [stream] if stream.rank() == 3 => self.network.after(stream, self.layer, trace),
            _ => Err(symbolon_net::Error::Input {
                network: "rest of a network".into(),
                problem: format!(
                    "it takes one residual stream [batch, position, d_model], these are {:?}",
                    inputs.iter().map(|x| x.shape().to_vec()).collect::<Vec<_>>()
                ),
            }),
        }
    }
    fn sites(&self) -> Vec<SiteInfo> {
        let later = |s: &SiteInfo| match s.site.layer() {
            Some(l) => l >= self.layer,
            None => s.site.name() != "embed",
        };
        self.network.sites().into_iter().filter(later).collect()
    }
    fn config(&self) -> serde_json::Value {
        serde_json::json!({ "kind": "rest", "layer": self.layer, "network": self.network.config() })
    }
}

/// A network after a prefix of tokens that all sequences share: its input are the tokens that follow, `[batch, position]`, and its
/// output the logits of the last of them. The prefix is run once.
pub struct Continued<'n> {
    network: &'n pretrained::Transformer,
    prefix: Cache,
}

impl<'n> Continued<'n> {
    /// The network after these tokens; none are possible.
    ///
    /// # Errors
    /// What the pass over the prefix answers.
    pub fn new(network: &'n pretrained::Transformer, prefix: &[u32]) -> Result<Self> {
        let mut cache = Cache::new();
        if !prefix.is_empty() {
            let tokens = Tensor::from(prefix.iter().map(|&t| i64::from(t)).collect::<Vec<_>>()).unsqueeze(0);
            let pass = Pass { cache: Some(&mut cache), until: Some(network.config.layers), ..Pass::default() };
            no_grad(|| network.run(&[tokens], pass, &mut Trace::none()))?;
        }
        Ok(Self { network, prefix: cache })
    }
}

/// [`last_rows`] of a language model, where all sequences may begin alike: what they share is run once.
///
/// # Errors
/// As [`last_rows`].
pub fn last_rows_shared(
    network: &pretrained::Transformer,
    sequences: &[Vec<u32>],
    sites: &[String],
    at_once: usize,
) -> Result<Vec<Tensor>> {
    let first: &[u32] = sequences.first().map_or(&[], Vec::as_slice);
    let alike = |s: &Vec<u32>| s.iter().zip(first).take_while(|(a, b)| a == b).count();
    // The last token of each is left to be read.
    let shared = sequences.iter().map(|s| alike(s).min(s.len().saturating_sub(1))).min().unwrap_or(0);
    let rest: Vec<Vec<u32>> = sequences.iter().map(|s| s[shared..].to_vec()).collect();
    last_rows(&Continued::new(network, &first[..shared])?, &rest, sites, at_once)
}

impl Parameters for Continued<'_> {
    fn collect<'a>(&'a self, at: &str, into: &mut Vec<(String, &'a Tensor)>) {
        self.network.collect(at, into);
    }
    /// None: the network is borrowed.
    fn collect_mut<'a>(&'a mut self, _: &str, _: &mut Vec<(String, &'a mut Tensor)>) {}
}

impl Network for Continued<'_> {
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> symbolon_net::Result<Tensor> {
        let batch = inputs.first().filter(|x| x.rank() > 0).map_or(0, |x| x.size(0));
        let mut cache = if self.prefix.is_empty() { Cache::new() } else { self.prefix.repeat(batch) };
        self.network.run(inputs, Pass { cache: Some(&mut cache), last_only: true, ..Pass::default() }, trace)
    }
    fn sites(&self) -> Vec<SiteInfo> {
        self.network.sites()
    }
    fn config(&self) -> serde_json::Value {
        serde_json::json!({ "kind": "continued", "positions": self.prefix.len(), "network": self.network.config() })
    }
}
