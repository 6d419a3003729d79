//! Transformers that others have trained: one implementation for Llama, SmolLM2, Mistral, Gemma 3, GPT-2, GPT-NeoX and
//! Pythia, BERT and MiniLM, ViT, with every site open.
//!
//! A family is two functions in a file of its own: one reads its `config.json` into a [`Config`], one says which tensor
//! of its checkpoints goes where. Everything else is here, once.
//!
//! ```text
//!  tokens ──▶ embed ──▶ resid_pre ──attn_norm──▶ q, k, v ──▶ pattern ──▶ z ──▶ attn.out ──▶ resid_mid
//!                           ▲                                                                   │ mlp_norm
//!   logits ◀── final_norm ◀─┴──────────── resid_post ◀── mlp.out ◀── mlp.post ◀── mlp.pre ◀─────┘
//! ```
//!
//! A pass can go on from a [`Cache`] of earlier positions, begin at a layer with a residual stream of its own, and end
//! after a layer: see [`Pass`].

mod bert;
mod cache;
mod config;
mod gemma;
mod gpt2;
mod llama;
mod load;
mod neox;
mod rotary;
mod vit;

pub use cache::Cache;
pub use config::{Bias, Config, Family, Head, Input, Local, NormKind, Order, Rotary, Stretch};
pub use load::Source;

use crate::activation::Axis::{self, Batch, Position, Unit};
use crate::error::{Error, Result};
use crate::layers::{Attention, Dropout, FeedForward, Linear, Norm, Rope};
use crate::network::Network;
use crate::parameters;
use crate::site::SiteInfo;
use crate::trace::Trace;
use load::Reader;
use symbolon_tensor::{DType, Rng, Tensor, Windows};

const STREAM: [Axis; 3] = [Batch, Position, Unit];

/// A transformer of a published family, or of one's own ([`crate::Transformer`] builds it).
#[derive(Clone, Debug)]
pub struct Transformer {
    /// Sizes and choices.
    pub config: Config,
    /// What tokens or patches become.
    pub embed: Embedding,
    /// The blocks, in order.
    pub blocks: Vec<Block>,
    /// Normalises what leaves the last block.
    pub final_norm: Option<Norm>,
    /// `[d_model, vocabulary or classes]`, where it is not the transposed embedding.
    pub unembed: Option<Linear>,
    /// What is dropped in training behind embedding, attention and feed-forward layer; nothing, for published weights.
    pub dropout: Dropout,
}
parameters!(Transformer { embed, blocks, final_norm, unembed });

/// How the residual stream begins.
#[derive(Clone, Debug)]
pub struct Embedding {
    /// A vector for each token `[vocabulary, d_model]`, or the patches' kernel `[d_model, channels, patch, patch]`.
    pub weight: Tensor,
    /// What is added to every patch, `[d_model]`.
    pub bias: Option<Tensor>,
    /// What stands before the patches, `[1, 1, d_model]`.
    pub first: Option<Tensor>,
    /// A vector for each position, `[context, d_model]` or `[1, context, d_model]`.
    pub positions: Option<Tensor>,
    /// A vector for each type of token, `[types, d_model]`.
    pub types: Option<Tensor>,
    /// Normalises the sum.
    pub norm: Option<Norm>,
}
parameters!(Embedding { weight, bias, first, positions, types, norm });

/// One block: attention, then a feed-forward layer (or both side by side).
#[derive(Clone, Debug)]
pub struct Block {
    /// Before attention; behind it in [`Order::Post`].
    pub attn_norm: Norm,
    /// Between positions.
    pub attn: Attention,
    /// Behind attention in [`Order::Sandwich`].
    pub attn_post: Option<Norm>,
    /// Before the feed-forward layer; behind it in [`Order::Post`].
    pub mlp_norm: Norm,
    /// Within a position.
    pub mlp: FeedForward,
    /// Behind the feed-forward layer in [`Order::Sandwich`].
    pub mlp_post: Option<Norm>,
}
parameters!(Block { attn_norm, attn, attn_post, mlp_norm, mlp, mlp_post });

/// What a pass takes and gives besides its inputs and its trace.
#[derive(Default)]
pub struct Pass<'a> {
    /// Positions that have been run; the inputs go on from there, and are added.
    pub cache: Option<&'a mut Cache>,
    /// Begins before this layer with this residual stream `[batch, position, d_model]`; the inputs are then not looked at.
    pub from: Option<(usize, Tensor)>,
    /// Ends before this layer and gives the residual stream there.
    pub until: Option<usize>,
    /// Gives logits of the last position only, `[batch, 1, vocabulary]`.
    pub last_only: bool,
}

impl Block {
    /// Layer `l` of the families without gates, without norms of single heads and without norms behind its parts: norm,
    /// queries, keys, values and output, norm, up and down.
    fn plain(
        c: &Config,
        l: usize,
        attn_norm: Norm,
        qkvo: [Linear; 4],
        mlp_norm: Norm,
        [up, down]: [Linear; 2],
    ) -> Self {
        let [q, k, v, out] = qkvo;
        let (heads, groups, look) = (c.heads, c.groups, c.look(l));
        Self {
            attn_norm,
            attn: Attention { q, k, v, out, q_norm: None, k_norm: None, heads, groups, look },
            attn_post: None,
            mlp_norm,
            mlp: FeedForward { gate: None, up, down, nonlinearity: c.activation },
            mlp_post: None,
        }
    }
}

impl Embedding {
    /// A vector for each token and nothing else.
    pub(crate) fn tokens(weight: Tensor) -> Self {
        Self { weight, bias: None, first: None, positions: None, types: None, norm: None }
    }
}

/// Building.
impl Transformer {
    /// A network with a checkpoint's weights. All shapes are checked before numbers are read.
    ///
    /// # Errors
    /// When a tensor is missing, has a shape that contradicts the config (both shapes are named), is there although the
    /// config has no place for it, or cannot be read.
    pub fn load(config: &Config, source: &dyn Source) -> Result<Self> {
        config.check()?;
        Self::build(config, source, true)?;
        Self::build(config, source, false)
    }

    fn build(c: &Config, source: &dyn Source, checking: bool) -> Result<Self> {
        let (prefixes, probe): (&[&str], _) = match c.family {
            Family::Llama => (&["model.", ""], "embed_tokens.weight"),
            Family::Gemma3 => {
                (&["model.", "model.language_model.", "language_model.model.", ""], "embed_tokens.weight")
            }
            Family::Gpt2 => (&["transformer.", ""], "wte.weight"),
            Family::GptNeox => (&["gpt_neox.", ""], "embed_in.weight"),
            Family::Bert => (&["", "bert."], "embeddings.word_embeddings.weight"),
            Family::Vit => (&["vit.", ""], "embeddings.cls_token"),
        };
        let reader = Reader::new(source, prefixes, probe, checking);
        let made = Self::assemble(c, &reader)?;
        match reader.unused(|name| beside(c, name)) {
            Some(name) => Err(Error::Model {
                place: format!("{}: {name}", source.place()),
                problem: "the config has no place for this tensor; does it belong to these weights?".into(),
            }),
            None => Ok(made),
        }
    }

    fn assemble(c: &Config, reader: &Reader) -> Result<Self> {
        match c.family {
            Family::Llama | Family::Gemma3 => llama::build(c, reader),
            Family::Gpt2 => gpt2::build(c, reader),
            Family::GptNeox => neox::build(c, reader),
            Family::Bert => bert::build(c, reader),
            Family::Vit => vit::build(c, reader),
        }
    }

    /// A network of random weights, normal with deviation 0.02: for tests, and for training from nothing.
    ///
    /// # Errors
    /// When the config contradicts itself.
    pub fn random(config: &Config, rng: &mut Rng) -> Result<Self> {
        config.check()?;
        Self::assemble(config, &Reader::random(rng))
    }
}

/// Tensors that some checkpoints carry along: tables and masks, parts beside the network, the tied matrix once more.
fn beside(c: &Config, name: &str) -> bool {
    let tables = ["rotary_emb", "attn.bias", "masked_bias", "attention.bias", "position_ids"];
    let parts = ["pooler", "cls.", "vision_tower", "multi_modal"];
    let again = match c.head {
        Head::Tied => name.starts_with("lm_head") || name.starts_with("embed_out"),
        Head::Hidden => name.starts_with("classifier"),
        _ => false,
    };
    again || tables.iter().chain(&parts).any(|part| name.contains(part))
}

/// Running.
impl Transformer {
    /// Runs tokens `[batch, position]`, or images `[batch, channel, height, width]`; a second input `[batch, position]`
    /// of ones and zeros says which tokens are no padding (for encoders; a decoder's padding stands at the end, where
    /// nobody looks back at it).
    ///
    /// Gives logits `[batch, position, vocabulary]`, the last residual stream for encoders, logits of classes
    /// `[batch, classes]`.
    ///
    /// # Errors
    /// [`Error::Input`] when inputs do not fit (tokens beyond the vocabulary, more positions than the context);
    /// errors of the trace's patterns and edits, before any work.
    pub fn run(&self, inputs: &[Tensor], pass: Pass, trace: &mut Trace) -> Result<Tensor> {
        let c = &self.config;
        if !trace.is_idle() {
            trace.check(&self.sites())?;
        }
        let until = pass.until.unwrap_or(c.layers);
        let (first, start) = match &pass.from {
            Some((layer, x)) => (*layer, Some(x)),
            None => (0, None),
        };
        if first > until || until > c.layers {
            return Err(refuse(format!("a pass from layer {first} until layer {until}; there are {}", c.layers)));
        }
        let before = pass.cache.as_ref().map_or(0, |cache| cache.len());
        let x = match start {
            Some(x) if x.rank() == 3 && x.size(2) == c.d_model && x.dtype().is_float() => x.clone(),
            Some(x) => {
                return Err(refuse(format!(
                    "a residual stream of shape {:?}, not [batch, position, {}]",
                    x.shape(),
                    c.d_model
                )));
            }
            None => {
                let x = self.begin(inputs, before, trace)?;
                self.dropout.forward(x, trace)
            }
        };
        let (batch, positions) = (x.size(0), x.size(1));
        if before + positions > c.context || positions == 0 {
            return Err(refuse(format!("{} positions; from 1 to {} are possible", before + positions, c.context)));
        }
        let seen = self.seen(inputs.get(1), batch, positions)?;
        let mut cache = pass.cache;
        if let Some(cache) = &mut cache {
            match cache.batch() {
                Some(n) if n != batch => {
                    return Err(refuse(format!(
                        "a cache of {n} sequences for a batch of {batch}; see `Cache::repeat`"
                    )));
                }
                _ => cache.layers.resize_with(c.layers, Default::default),
            }
        }
        let at = before..before + positions;
        let rope = c.rotary.as_ref().map(|r| r.tables(at.clone()));
        let near = c.local.as_ref().map(|l| l.rotary.tables(at));
        let mut x = x;
        for (l, block) in self.blocks.iter().enumerate().take(until).skip(first) {
            let local = c.local.as_ref().is_some_and(|local| local.layers[l]);
            let rope = if local { near.as_ref() } else { rope.as_ref() };
            let kept = cache.as_mut().map(|cache| &mut cache.layers[l]);
            x = block.forward(x, c.order, self.dropout, l, rope, seen.as_ref(), kept, trace)?;
        }
        if let Some(cache) = cache {
            cache.length += positions;
        }
        match pass.until {
            Some(_) => Ok(x),
            None => self.finish(x, pass.last_only, trace),
        }
    }

    /// Inputs to the residual stream before the first block.
    fn begin(&self, inputs: &[Tensor], before: usize, trace: &mut Trace) -> Result<Tensor> {
        let (c, e) = (&self.config, &self.embed);
        let Some(given) = inputs.first() else { return Err(refuse("no input")) };
        let mut x = match c.input {
            Input::Tokens { vocabulary, scale, .. } => {
                let tokens = tokens(given, vocabulary)?.to_device(e.weight.device());
                if before + tokens.size(1) > c.context {
                    let n = before + tokens.size(1);
                    return Err(refuse(format!("{n} positions; the model's context is {}", c.context)));
                }
                let x = e.weight.embedding(&tokens);
                if scale == 1.0 { x } else { x * scale }
            }
            Input::Patches { image, channels, patch } => {
                let shape = given.shape();
                if shape.len() != 4 || shape[1..] != [channels, image, image] || !given.dtype().is_float() {
                    return Err(refuse(format!(
                        "images of shape {shape:?}, not [batch, {channels}, {image}, {image}]"
                    )));
                }
                let x = given.conv2d(&e.weight, e.bias.as_ref(), Windows::stride(patch));
                x.flatten(2, 3).transpose(1, 2)
            }
        };
        if let Some(first) = &e.first {
            x = Tensor::cat(&[&first.expand([x.size(0), 1, c.d_model]), &x], 1);
        }
        if let Some(p) = &e.positions {
            let n = x.size(1);
            x = x + p.reshape([c.context, c.d_model]).narrow(0, before..before + n);
        }
        if let Some(types) = &e.types {
            x = x + types.narrow(0, ..1);
        }
        if let Some(norm) = &e.norm {
            x = norm.forward(&x);
        }
        trace.at("embed", &STREAM, x)
    }

    /// The residual stream behind the last block to what comes out.
    fn finish(&self, mut x: Tensor, last_only: bool, trace: &mut Trace) -> Result<Tensor> {
        if last_only {
            x = x.narrow(1, x.size(1) - 1..);
        }
        if let Some(norm) = &self.final_norm {
            x = normed(norm, &x, format_args!("final_norm_scale"), trace)?;
        }
        x = trace.at("final_norm", &STREAM, x)?;
        let logits = match (&self.config.head, &self.unembed) {
            (Head::Hidden, _) => return Ok(x),
            (Head::Classes(_), Some(unembed)) => {
                return trace.at("logits", &[Batch, Unit], unembed.forward(&x.get((.., 0))));
            }
            (_, Some(unembed)) => unembed.forward(&x),
            (_, None) => x.matmul(&self.embed.weight.t()),
        };
        trace.at("logits", &STREAM, logits)
    }

    /// Reads the residual stream as logits: `[.., d_model]` to `[.., vocabulary]` through the final norm (the logit
    /// lens, nostalgebraist 2020).
    ///
    /// # Errors
    /// [`Error::Input`] when the width is another, or the network gives no logits.
    pub fn lens(&self, x: &Tensor) -> Result<Tensor> {
        if x.rank() == 0 || x.size(-1) != self.config.d_model {
            return Err(refuse(format!(
                "a residual stream of shape {:?}; its width is {}",
                x.shape(),
                self.config.d_model
            )));
        }
        if self.config.head == Head::Hidden {
            return Err(refuse("this network gives no logits"));
        }
        let x = self.final_norm.as_ref().map_or_else(|| x.clone(), |n| n.forward(x));
        Ok(match &self.unembed {
            Some(unembed) => unembed.forward(&x),
            None => x.matmul(&self.embed.weight.t()),
        })
    }

    /// Which keys are no padding, `[batch, 1, 1, key]`; none when all are.
    fn seen(&self, mask: Option<&Tensor>, batch: usize, positions: usize) -> Result<Option<Tensor>> {
        let Some(mask) = mask else { return Ok(None) };
        if mask.shape() != [batch, positions] {
            return Err(refuse(format!("a mask of shape {:?} for [{batch}, {positions}]", mask.shape())));
        }
        let seen = mask.to_bools();
        if self.config.causal || seen.iter().all(|&s| s) {
            return Ok(None);
        }
        Ok(Some(Tensor::from_bools(seen, [batch, 1, 1, positions])?))
    }
}

impl Block {
    fn forward(
        &self,
        x: Tensor,
        order: Order,
        dropout: Dropout,
        l: usize,
        rope: Option<&Rope>,
        seen: Option<&Tensor>,
        kept: Option<&mut cache::Kept>,
        trace: &mut Trace,
    ) -> Result<Tensor> {
        let x = trace.at(format_args!("blocks.{l}.resid_pre"), &STREAM, x)?;
        let into = match order {
            Order::Post => x.clone(),
            _ => normed(&self.attn_norm, &x, format_args!("blocks.{l}.attn.norm_scale"), trace)?,
        };
        let into = trace.at(format_args!("blocks.{l}.attn.in"), &STREAM, into)?;
        let attended = dropout.forward(self.attend(&into, l, rope, seen, kept, trace)?, trace);
        let mid = match order {
            Order::Post => self.attn_norm.forward(&(&x + attended)),
            _ => &x + attended,
        };
        let mid = trace.at(format_args!("blocks.{l}.resid_mid"), &STREAM, mid)?;
        let reads = if order == Order::Parallel { &x } else { &mid };
        let into = match order {
            Order::Post => reads.clone(),
            _ => normed(&self.mlp_norm, reads, format_args!("blocks.{l}.mlp.norm_scale"), trace)?,
        };
        let into = trace.at(format_args!("blocks.{l}.mlp.in"), &STREAM, into)?;
        let thought = self.mlp.neurons(&into, format_args!("blocks.{l}.mlp"), trace)?;
        let thought = self.mlp.down.forward(&thought);
        let thought = self.mlp_post.as_ref().map_or_else(|| thought.clone(), |n| n.forward(&thought));
        let thought = trace.at(format_args!("blocks.{l}.mlp.out"), &STREAM, thought)?;
        let thought = dropout.forward(thought, trace);
        let x = match order {
            Order::Post => self.mlp_norm.forward(&(mid + thought)),
            _ => mid + thought,
        };
        trace.at(format_args!("blocks.{l}.resid_post"), &STREAM, x)
    }

    fn attend(
        &self,
        x: &Tensor,
        l: usize,
        rope: Option<&Rope>,
        seen: Option<&Tensor>,
        kept: Option<&mut cache::Kept>,
        trace: &mut Trace,
    ) -> Result<Tensor> {
        let at = format_args!("blocks.{l}.attn");
        let [q, mut k, mut v] = self.attn.project(x, rope, at, trace)?;
        if let Some(kept) = kept {
            (k, v) = kept.append(k, v);
        }
        let z = match seen {
            None => self.attn.mix(&q, &k, &v, at, trace)?,
            Some(seen) => self.attn.mix_seen(&q, &k, &v, seen, at, trace)?,
        };
        let out = self.attn.out.forward(&self.attn.flat(&z));
        let out = self.attn_post.as_ref().map_or_else(|| out.clone(), |n| n.forward(&out));
        trace.at(format_args!("blocks.{l}.attn.out"), &STREAM, out)
    }
}

/// Normalisation with a site for the divisor: recorded there and written back, it freezes the norm.
///
/// Listening changes nothing, to the last bit: what the layer gives is corrected by how far the divisor has moved, which is
/// by exactly nothing when it has not.
fn normed(norm: &Norm, x: &Tensor, at: std::fmt::Arguments, trace: &mut Trace) -> Result<Tensor> {
    let plain = norm.forward(x);
    if !trace.wants(at) {
        return Ok(plain);
    }
    let (centred, epsilon, bias) = match norm {
        Norm::Layer(n) => (x - x.mean_axis(-1, true), n.epsilon, n.bias.as_ref()),
        Norm::Rms(n) => (x.clone(), n.epsilon, None),
    };
    let divisor = (centred.square().mean_axis(-1, true) + epsilon).sqrt();
    let moved = &divisor / trace.at(at, &STREAM, divisor.clone())? - 1.0;
    let scaled = bias.map_or_else(|| plain.clone(), |b| &plain - b);
    Ok(plain + scaled * moved)
}

/// Token numbers `[batch, position]`, each below `vocabulary`.
fn tokens(x: &Tensor, vocabulary: usize) -> Result<Tensor> {
    if x.rank() != 2 || !x.dtype().is_int() {
        return Err(refuse(format!("{:?} numbers of shape {:?}, not tokens [batch, position]", x.dtype(), x.shape())));
    }
    let checked = Tensor::checked_indices(x.to_vec(), x.shape(), vocabulary);
    Ok(checked.map_err(|e| refuse(format!("tokens are numbers below {vocabulary}: {e}")))?.to(DType::I64))
}

fn refuse(problem: impl Into<String>) -> Error {
    Error::Input { network: "transformer".into(), problem: problem.into() }
}

impl Network for Transformer {
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> Result<Tensor> {
        self.run(inputs, Pass::default(), trace)
    }
    fn sites(&self) -> Vec<SiteInfo> {
        let c = &self.config;
        let stream = |name: String, n: usize| SiteInfo::new(name, &STREAM, &[None, None, Some(n)]);
        let mut sites = vec![stream("embed".into(), c.d_model)];
        for (l, block) in self.blocks.iter().enumerate() {
            let at = |part: &str| format!("blocks.{l}.{part}");
            let scales = c.order != Order::Post;
            sites.push(stream(at("resid_pre"), c.d_model));
            sites.extend(scales.then(|| stream(at("attn.norm_scale"), 1)));
            sites.push(stream(at("attn.in"), c.d_model));
            block.attn.sites(&at("attn"), &mut sites);
            sites.push(stream(at("resid_mid"), c.d_model));
            sites.extend(scales.then(|| stream(at("mlp.norm_scale"), 1)));
            sites.push(stream(at("mlp.in"), c.d_model));
            block.mlp.sites(&at("mlp"), &mut sites);
            sites.push(stream(at("resid_post"), c.d_model));
        }
        sites.extend(self.final_norm.as_ref().map(|_| stream("final_norm_scale".into(), 1)));
        sites.push(stream("final_norm".into(), c.d_model));
        match c.head {
            Head::Hidden => {}
            Head::Classes(n) => sites.push(SiteInfo::new("logits", &[Batch, Unit], &[None, Some(n)])),
            _ => {
                let n = self.unembed.as_ref().map_or(c.vocabulary().unwrap_or_default(), Linear::outputs);
                sites.push(stream("logits".into(), n));
            }
        }
        sites
    }
    fn config(&self) -> serde_json::Value {
        serde_json::json!({ "kind": "pretrained", "config": self.config })
    }
}
