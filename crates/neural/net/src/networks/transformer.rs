//! A small transformer, decoder or encoder, with normalisation before each part.

use super::{refuse, single};
use crate::activation::Axis;
use crate::architecture::Architecture;
use crate::error::Result;
use crate::layers::{
    Attention, Dropout, Embedding, FeedForward, Init, LayerNorm, Linear, Nonlinearity, Norm, RmsNorm, Rope,
};
use crate::network::Network;
use crate::parameters;
use crate::site::SiteInfo;
use crate::trace::Trace;
use serde::{Deserialize, Serialize};
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
/// Input tokens `[batch, position]`; output `[batch, position, vocabulary or classes]`. Sites: `embed`,
/// `blocks.{l}.resid_pre`, those of [`Attention`] behind `blocks.{l}.attn`, `blocks.{l}.resid_mid`, those of
/// [`FeedForward`] behind `blocks.{l}.mlp`, `blocks.{l}.resid_post`, `final_norm`, `logits`.
#[derive(Clone, Debug)]
pub struct Transformer {
    config: TransformerConfig,
    /// Vectors of tokens.
    pub embed: Embedding,
    /// Vectors of positions, where they are learned.
    pub positions: Option<Embedding>,
    /// The blocks.
    pub blocks: Vec<Block>,
    /// Before the read-out.
    pub norm: Norm,
    /// The read-out, where it is not the embedding's.
    pub unembed: Option<Linear>,
}
parameters!(Transformer { embed, positions, blocks, norm as "final_norm", unembed });

/// One block of a [`Transformer`].
#[derive(Clone, Debug)]
pub struct Block {
    /// Before attention.
    pub attn_norm: Norm,
    /// Between positions.
    pub attn: Attention,
    /// Before the feed-forward layer.
    pub mlp_norm: Norm,
    /// Within a position.
    pub mlp: FeedForward,
}
parameters!(Block { attn_norm, attn, mlp_norm, mlp });

const STREAM: [Axis; 3] = [Axis::Batch, Axis::Position, Axis::Unit];

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
            true => Norm::Rms(RmsNorm::new(c.width, 1e-5)),
            false => Norm::Layer(LayerNorm::new(c.width, 1e-5)),
        };
        let look = if c.causal { Look::causal() } else { Look::default() };
        let shrink = 1.0 / (2.0 * c.layers.max(1) as f64).sqrt();
        let block = |rng: &mut Rng| {
            let mut attn = Attention::new(rng, c.width, c.heads, c.groups, !c.rms, look, init);
            let mut mlp = FeedForward::new(rng, c.width, c.hidden, c.gated, c.nonlinearity, init);
            attn.out.weight = &attn.out.weight * shrink;
            mlp.down.weight = &mlp.down.weight * shrink;
            Block { attn_norm: norm(), attn, mlp_norm: norm(), mlp }
        };
        Ok(Self {
            embed: Embedding::new(rng, c.vocabulary, c.width),
            positions: c.rope.is_none().then(|| Embedding::new(rng, c.context, c.width)),
            blocks: (0..c.layers).map(|_| block(rng)).collect(),
            norm: norm(),
            unembed: c.classes.map(|n| Linear::new(rng, c.width, n, true, init)),
            config: config.clone(),
        })
    }
    /// Its sizes.
    pub fn sizes(&self) -> &TransformerConfig {
        &self.config
    }
    fn tokens(&self, inputs: &[Tensor]) -> Result<Tensor> {
        let x = single("transformer", inputs)?;
        let (context, vocabulary) = (self.config.context, self.config.vocabulary);
        if x.rank() != 2 || !x.dtype().is_int() || x.size(1) > context {
            let found = format!("{:?} numbers of shape {:?}", x.dtype(), x.shape());
            let problem = format!("it takes tokens [batch, position], at most {context} positions, not {found}");
            return Err(refuse("transformer", problem));
        }
        let checked = Tensor::checked_indices(x.to_vec(), x.shape(), vocabulary);
        let checked =
            checked.map_err(|e| refuse("transformer", format!("tokens are numbers below {vocabulary}: {e}")))?;
        Ok(checked.to_device(self.embed.weight.device()))
    }
}

impl Block {
    /// `[batch, position, width]`, same shape. `at` is the block's own name, `blocks.{l}`.
    ///
    /// # Errors
    /// What edits of the trace answer.
    pub fn forward(
        &self,
        x: Tensor,
        rope: Option<&Rope>,
        dropout: Dropout,
        at: std::fmt::Arguments,
        trace: &mut Trace,
    ) -> Result<Tensor> {
        let x = trace.at(format_args!("{at}.resid_pre"), &STREAM, x)?;
        let attended = self.attn.forward(&self.attn_norm.forward(&x), rope, format_args!("{at}.attn"), trace)?;
        let x = x + dropout.forward(attended, trace);
        let x = trace.at(format_args!("{at}.resid_mid"), &STREAM, x)?;
        let thought = self.mlp.forward(&self.mlp_norm.forward(&x), format_args!("{at}.mlp"), trace)?;
        let x = x + dropout.forward(thought, trace);
        trace.at(format_args!("{at}.resid_post"), &STREAM, x)
    }
}

impl Network for Transformer {
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> Result<Tensor> {
        let tokens = self.tokens(inputs)?;
        let positions = tokens.size(1);
        let mut x = self.embed.forward(&tokens);
        if let Some(p) = &self.positions {
            x = x + p.weight.narrow(0, ..positions);
        }
        x = trace.at("embed", &STREAM, x)?;
        x = self.config.dropout.forward(x, trace);
        let head = self.config.width / self.config.heads;
        let rope = self.config.rope.map(|base| Rope::new(0..positions, head, base));
        for (l, block) in self.blocks.iter().enumerate() {
            x = block.forward(x, rope.as_ref(), self.config.dropout, format_args!("blocks.{l}"), trace)?;
        }
        let x = trace.at("final_norm", &STREAM, self.norm.forward(&x))?;
        let logits = match &self.unembed {
            Some(unembed) => unembed.forward(&x),
            None => x.matmul(&self.embed.weight.t()),
        };
        trace.at("logits", &STREAM, logits)
    }
    fn sites(&self) -> Vec<SiteInfo> {
        let c = &self.config;
        let stream = |name: String, n: usize| SiteInfo::new(name, &STREAM, &[None, None, Some(n)]);
        let mut sites = vec![stream("embed".into(), c.width)];
        for (l, block) in self.blocks.iter().enumerate() {
            sites.push(stream(format!("blocks.{l}.resid_pre"), c.width));
            block.attn.sites(&format!("blocks.{l}.attn"), &mut sites);
            sites.push(stream(format!("blocks.{l}.resid_mid"), c.width));
            block.mlp.sites(&format!("blocks.{l}.mlp"), &mut sites);
            sites.push(stream(format!("blocks.{l}.resid_post"), c.width));
        }
        sites.push(stream("final_norm".into(), c.width));
        sites.push(stream("logits".into(), c.classes.unwrap_or(c.vocabulary)));
        sites
    }
    fn config(&self) -> serde_json::Value {
        Architecture::Transformer(self.config.clone()).to_json()
    }
}
