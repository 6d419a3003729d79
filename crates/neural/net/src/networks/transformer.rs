//! A small transformer of one's own, decoder or encoder, with normalisation before each part.
//!
//! How it runs is written once, in [`pretrained`](crate::pretrained): here are the few sizes that one chooses, the weights it
//! starts from, and the names of its parameters in checkpoints.

use super::single;
use crate::architecture::Architecture;
use crate::error::Result;
use crate::layers::{Attention, Dropout, Embedding, FeedForward, Init, LayerNorm, Linear, Nonlinearity, Norm, RmsNorm};
use crate::network::{Network, Parameters, join};
use crate::pretrained::{
    self, Bias, Block, Config, Embedding as Begin, Family, Head, Input, NormKind, Order, Rotary, Stretch,
};
use crate::site::SiteInfo;
use crate::trace::Trace;
use serde::{Deserialize, Serialize};
use std::ops::{Deref, DerefMut};
use symbolon_tensor::{Attention as Look, Rng, Tensor};

/// Sizes of a [`Transformer`]. The defaults are those of GPT-2 but for its sizes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransformerConfig {
    /// How many tokens there are.
    pub vocabulary: usize,
    /// How long a sequence may be.
    pub context: usize,
    /// How many blocks there are.
    pub layers: usize,
    /// How wide the residual stream is.
    pub width: usize,
    /// Attention heads; divide `width`.
    pub heads: usize,
    /// Heads of keys and values; divide `heads`.
    pub groups: usize,
    /// Neurons of a feed-forward layer.
    pub hidden: usize,
    /// Whether positions see only what stands before them: a decoder. An encoder sees everything.
    pub causal: bool,
    /// Numbers that come out at each position; none means one score for each token, read with the embedding's own
    /// vectors (tied).
    #[serde(default)]
    pub classes: Option<usize>,
    /// What the feed-forward layer's neurons do.
    #[serde(default = "gelu")]
    pub nonlinearity: Nonlinearity,
    /// Whether the feed-forward layer is gated.
    #[serde(default)]
    pub gated: bool,
    /// Base of rotary positions; none means learned vectors for positions.
    #[serde(default)]
    pub rope: Option<f64>,
    /// Whether vectors are normalised by their root mean square alone.
    #[serde(default)]
    pub rms: bool,
    /// How many numbers are dropped in training behind embedding, attention and feed-forward layer.
    #[serde(default)]
    pub dropout: Dropout,
}

fn gelu() -> Nonlinearity {
    Nonlinearity::Gelu
}

impl TransformerConfig {
    /// A decoder of these sizes with four times as many neurons as its stream is wide.
    pub fn decoder(vocabulary: usize, context: usize, layers: usize, width: usize, heads: usize) -> Self {
        Self {
            vocabulary,
            context,
            layers,
            width,
            heads,
            groups: heads,
            hidden: width.saturating_mul(4),
            causal: true,
            classes: None,
            nonlinearity: gelu(),
            gated: false,
            rope: None,
            rms: false,
            dropout: Dropout(0.0),
        }
    }
    /// An encoder of these sizes that answers `classes` numbers at each position.
    pub fn encoder(
        vocabulary: usize,
        context: usize,
        layers: usize,
        width: usize,
        heads: usize,
        classes: usize,
    ) -> Self {
        Self { causal: false, classes: Some(classes), ..Self::decoder(vocabulary, context, layers, width, heads) }
    }
}

/// `x ← x + attention(norm(x))`, `x ← x + feed-forward(norm(x))`, so many times; `logits = unembed(norm(x))`.
///
/// Input tokens `[batch, position]`; output `[batch, position, vocabulary or classes]`. Sites are those of
/// [`pretrained::Transformer`], which it is once it is built: blocks, caches, passes that begin and end where one likes.
#[derive(Clone, Debug)]
pub struct Transformer {
    sizes: TransformerConfig,
    network: pretrained::Transformer,
}

impl Transformer {
    /// A network of its own weights: normal with deviation 0.02, what is added to the stream less the deeper it is
    /// (Radford and others 2019).
    ///
    /// # Errors
    /// [`Error::Architecture`](crate::Error::Architecture) when a size is zero or sizes do not divide each other.
    pub fn new(config: &TransformerConfig, rng: &mut Rng) -> Result<Self> {
        Architecture::Transformer(config.clone()).check()?;
        let c = config;
        let init = Init::Normal(0.02);
        let norm = || match c.rms {
            true => Norm::Rms(RmsNorm::new(c.width, EPSILON)),
            false => Norm::Layer(LayerNorm::new(c.width, EPSILON)),
        };
        let look = if c.causal { Look::causal() } else { Look::default() };
        let shrink = 1.0 / (2.0 * c.layers.max(1) as f64).sqrt();
        let block = |rng: &mut Rng| {
            let mut attn = Attention::new(rng, c.width, c.heads, c.groups, !c.rms, look, init);
            let mut mlp = FeedForward::new(rng, c.width, c.hidden, c.gated, c.nonlinearity, init);
            attn.out.weight = &attn.out.weight * shrink;
            mlp.down.weight = &mlp.down.weight * shrink;
            Block { attn_norm: norm(), attn, attn_post: None, mlp_norm: norm(), mlp, mlp_post: None }
        };
        let weight = Embedding::new(rng, c.vocabulary, c.width).weight;
        let positions = c.rope.is_none().then(|| Embedding::new(rng, c.context, c.width).weight);
        let network = pretrained::Transformer {
            config: c.as_published(),
            embed: Begin { positions, ..Begin::tokens(weight) },
            blocks: (0..c.layers).map(|_| block(rng)).collect(),
            final_norm: Some(norm()),
            unembed: c.classes.map(|n| Linear::new(rng, c.width, n, true, init)),
            dropout: c.dropout,
        };
        Ok(Self { sizes: c.clone(), network })
    }
    /// Its sizes.
    pub fn sizes(&self) -> &TransformerConfig {
        &self.sizes
    }
}

/// What keeps norms from dividing by zero.
const EPSILON: f64 = 1e-5;

impl TransformerConfig {
    /// The same choices in the words of published transformers.
    fn as_published(&self) -> Config {
        let head_width = self.width / self.heads.max(1);
        Config {
            family: if self.rope.is_some() { Family::Llama } else { Family::Gpt2 },
            input: Input::Tokens {
                vocabulary: self.vocabulary,
                positions: self.rope.is_none(),
                types: 0,
                scale: 1.0,
                norm: false,
            },
            d_model: self.width,
            layers: self.layers,
            heads: self.heads,
            groups: self.groups,
            head_width,
            mlp_width: self.hidden,
            context: self.context,
            norm: if self.rms { NormKind::Rms } else { NormKind::Layer },
            epsilon: EPSILON,
            order: Order::Pre,
            rotary: self.rope.map(|base| Rotary { base, width: head_width, stretch: Stretch::None }),
            local: None,
            causal: self.causal,
            attention_scale: None,
            qk_norm: false,
            bias: Bias { qkv: !self.rms, out: !self.rms, mlp: !self.gated },
            activation: self.nonlinearity,
            gated: self.gated,
            head: if self.classes.is_some() { Head::Own } else { Head::Tied },
        }
    }
}

impl Deref for Transformer {
    type Target = pretrained::Transformer;
    fn deref(&self) -> &Self::Target {
        &self.network
    }
}

impl DerefMut for Transformer {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.network
    }
}

/// Names of parameters in checkpoints.
impl Parameters for Transformer {
    fn collect<'a>(&'a self, at: &str, into: &mut Vec<(String, &'a Tensor)>) {
        let n = &self.network;
        n.embed.weight.collect(&join(at, "embed.weight"), into);
        n.embed.positions.collect(&join(at, "positions.weight"), into);
        n.blocks.collect(&join(at, "blocks"), into);
        n.final_norm.collect(&join(at, "final_norm"), into);
        n.unembed.collect(&join(at, "unembed"), into);
    }
    fn collect_mut<'a>(&'a mut self, at: &str, into: &mut Vec<(String, &'a mut Tensor)>) {
        let n = &mut self.network;
        n.embed.weight.collect_mut(&join(at, "embed.weight"), into);
        n.embed.positions.collect_mut(&join(at, "positions.weight"), into);
        n.blocks.collect_mut(&join(at, "blocks"), into);
        n.final_norm.collect_mut(&join(at, "final_norm"), into);
        n.unembed.collect_mut(&join(at, "unembed"), into);
    }
}

impl Network for Transformer {
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> Result<Tensor> {
        single("transformer", inputs)?;
        self.network.forward(inputs, trace)
    }
    fn sites(&self) -> Vec<SiteInfo> {
        self.network.sites()
    }
    fn config(&self) -> serde_json::Value {
        Architecture::Transformer(self.sizes.clone()).to_json()
    }
}
