//! What distinguishes one transformer from another, as data.
//!
//! Every published family is a value of [`Config`]: which normalisation stands where, how positions get in, what the
//! feed-forward layer does. [`Config::from_json`] reads the `config.json` that model folders carry.

use crate::error::{Error, Result};
use crate::layers::Nonlinearity;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use symbolon_tensor::Attention;

/// Sizes and choices of a transformer: enough to build it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The published family, which decides the names in its checkpoints.
    pub family: Family,
    /// What goes in.
    pub input: Input,
    /// Width of the residual stream.
    pub d_model: usize,
    /// How many blocks there are.
    pub layers: usize,
    /// Query heads of a block.
    pub heads: usize,
    /// Key and value heads of a block; divides `heads` (Ainslie et al. 2023).
    pub groups: usize,
    /// Width of a head.
    pub head_width: usize,
    /// Width of the feed-forward layer.
    pub mlp_width: usize,
    /// The longest sequence.
    pub context: usize,
    /// How vectors are normalised.
    pub norm: NormKind,
    /// What keeps normalisation from dividing by zero.
    pub epsilon: f64,
    /// Where normalisation stands.
    pub order: Order,
    /// Rotary positions (Su et al. 2021), where the family has them.
    pub rotary: Option<Rotary>,
    /// Layers that see a window only, with their own rotary positions.
    pub local: Option<Local>,
    /// Whether queries see keys up to their own position only.
    pub causal: bool,
    /// What scores are multiplied with; `1 / sqrt(head_width)` by default.
    pub attention_scale: Option<f64>,
    /// Whether queries and keys are normalised, each head by itself.
    pub qk_norm: bool,
    /// Which linear maps have a bias.
    pub bias: Bias,
    /// The nonlinearity of the feed-forward layer.
    pub activation: Nonlinearity,
    /// Whether a second linear map is multiplied in (Shazeer 2020).
    pub gated: bool,
    /// What comes out.
    pub head: Head,
}

/// A published family of transformers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Family {
    Llama,
    Gemma3,
    Gpt2,
    GptNeox,
    Bert,
    Vit,
}

/// What goes into a transformer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Input {
    /// Token numbers `[batch, position]`.
    Tokens {
        /// How many tokens there are.
        vocabulary: usize,
        /// Learned positions are added.
        positions: bool,
        /// Token types that are added (BERT's two sentences); type 0 is used.
        types: usize,
        /// What embeddings are multiplied with.
        scale: f64,
        /// Whether the sum is normalised.
        norm: bool,
    },
    /// Images `[batch, channel, height, width]`, cut into square patches; a learned vector stands before them.
    Patches {
        /// Height and width of the image.
        image: usize,
        /// Height and width of a patch.
        patch: usize,
        /// Channels of the image.
        channels: usize,
    },
}

/// What comes out of a transformer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Head {
    /// Logits of the next token, with the transposed embedding.
    Tied,
    /// Logits of the next token, with a matrix of their own.
    Own,
    /// The normalised residual stream.
    Hidden,
    /// Logits of classes, from the first position.
    Classes(usize),
}

/// How vectors are normalised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NormKind {
    /// Divided by the root of the mean square (Zhang and Sennrich 2019).
    Rms,
    /// The same; checkpoints store the weight less one.
    RmsPlusOne,
    /// Centred, then divided by the deviation (Ba et al. 2016).
    Layer,
}

/// Where normalisation stands in a block; `n` are norms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// `y = x + attn(n(x))`, `y + mlp(n(y))`.
    Pre,
    /// `x + attn(n(x)) + mlp(n(x))`: both read the same stream.
    Parallel,
    /// `y = x + n(attn(n(x)))`, `y + n(mlp(n(y)))`.
    Sandwich,
    /// `y = n(x + attn(x))`, `n(y + mlp(y))`.
    Post,
}

/// Rotary positions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rotary {
    /// Angles go down by this base.
    pub base: f64,
    /// How many numbers of a head are turned.
    pub width: usize,
    /// How angles are stretched for long contexts.
    pub stretch: Stretch,
}

/// How rotary angles are stretched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stretch {
    /// They are not.
    None,
    /// All are divided by this.
    Linear(f64),
    /// Slow ones are divided by `factor`, fast ones are not, with a smooth passage (Llama 3).
    Llama3 {
        /// What slow ones are divided by.
        factor: f64,
        /// Below so many turns in the original context an angle is slow.
        low: f64,
        /// Above so many turns it is fast.
        high: f64,
        /// The original context.
        context: f64,
    },
}

/// Layers that see a window only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Local {
    /// How many positions up to and including its own a query sees.
    pub window: usize,
    /// Rotary positions there.
    pub rotary: Rotary,
    /// Which layers these are, one entry a layer.
    pub layers: Vec<bool>,
}

/// Which linear maps have a bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bias {
    /// Queries, keys and values.
    pub qkv: bool,
    /// What attention gives back.
    pub out: bool,
    /// Both maps of the feed-forward layer.
    pub mlp: bool,
}

impl Bias {
    /// All of them, or none.
    pub fn all(yes: bool) -> Self {
        Self { qkv: yes, out: yes, mlp: yes }
    }
}

impl Config {
    /// Reads a `config.json`.
    ///
    /// # Errors
    /// When the family is unknown (the message lists those that are known), a setting is missing, out of range, or
    /// contradicts another.
    pub fn from_json(json: &Json) -> Result<Self> {
        let keys = Keys(json);
        let kind = json["model_type"].as_str().unwrap_or("(no model_type)");
        let config = match kind {
            "llama" | "mistral" => super::llama::config(&keys),
            "gemma3_text" => super::gemma::config(&keys),
            "gemma3" => super::gemma::config(&Keys(&json["text_config"])),
            "gpt2" => super::gpt2::config(&keys),
            "gpt_neox" => super::neox::config(&keys),
            "bert" => super::bert::config(&keys),
            "vit" => super::vit::config(&keys),
            other => Err(bad(
                "model_type",
                format!("`{other}` is not supported; supported: llama, mistral, gemma3, gpt2, gpt_neox, bert, vit"),
            )),
        }?;
        config.check()?;
        Ok(config)
    }

    /// Refuses sizes that do not fit together, and sizes beyond all measure.
    ///
    /// # Errors
    /// Names the setting.
    pub fn check(&self) -> Result<()> {
        let c = self;
        let sizes = [
            ("d_model", c.d_model, 1 << 20),
            ("layers", c.layers, 1 << 12),
            ("heads", c.heads, 1 << 14),
            ("groups", c.groups, 1 << 14),
            ("head_width", c.head_width, 1 << 14),
            ("mlp_width", c.mlp_width, 1 << 24),
            ("context", c.context, 1 << 28),
        ];
        if let Some((name, n, most)) = sizes.iter().find(|(_, n, most)| *n == 0 || n > most) {
            return Err(bad(name, format!("{n}; it must be from 1 to {most}")));
        }
        if !c.heads.is_multiple_of(c.groups) {
            return Err(bad("groups", format!("{} key heads do not divide {} heads", c.groups, c.heads)));
        }
        if !(c.epsilon > 0.0 && c.epsilon < 1.0) {
            return Err(bad("epsilon", format!("{}; it must be between 0 and 1", c.epsilon)));
        }
        for r in c.rotary.iter().chain(c.local.as_ref().map(|l| &l.rotary)) {
            if r.width > c.head_width
                || !r.width.is_multiple_of(2)
                || r.width == 0
                || !(r.base > 1.0 && r.base.is_finite())
            {
                return Err(bad("rotary", format!("{r:?} for heads of width {}", c.head_width)));
            }
        }
        if let Some(l) = &c.local
            && (l.layers.len() != c.layers || l.window == 0)
        {
            return Err(bad(
                "local",
                format!("window {} and {} entries for {} layers", l.window, l.layers.len(), c.layers),
            ));
        }
        match c.input {
            Input::Tokens { vocabulary, types, .. } if vocabulary == 0 || vocabulary > 1 << 24 || types > 1 << 10 => {
                Err(bad("vocabulary", format!("{vocabulary} tokens, {types} types")))
            }
            Input::Patches { image, patch, channels }
                if patch == 0
                    || !image.is_multiple_of(patch)
                    || channels == 0
                    || image > 1 << 14
                    || channels > 1 << 10 =>
            {
                Err(bad("patch", format!("images of {image} do not cut into patches of {patch}")))
            }
            _ => Ok(()),
        }
    }

    /// Which keys a query of a layer sees.
    pub(super) fn look(&self, layer: usize) -> Attention {
        let window = self.local.as_ref().filter(|l| l.layers[layer]).map(|l| l.window);
        Attention { causal: self.causal, window, scale: self.attention_scale, soft_cap: None }
    }
    /// How many tokens there are; none for images.
    pub fn vocabulary(&self) -> Option<usize> {
        match self.input {
            Input::Tokens { vocabulary, .. } => Some(vocabulary),
            Input::Patches { .. } => None,
        }
    }
}

/// A problem with a setting.
pub(super) fn bad(key: &str, problem: impl Into<String>) -> Error {
    Error::Model { place: format!("config: {key}"), problem: problem.into() }
}

/// Settings of a `config.json` with errors that name them.
pub(super) struct Keys<'a>(pub &'a Json);

impl Keys<'_> {
    /// A count that must be there.
    pub fn count(&self, key: &str) -> Result<usize> {
        self.count_or(key, None)?.ok_or_else(|| bad(key, "is missing"))
    }
    /// A count that may be absent or null.
    pub fn count_or(&self, key: &str, otherwise: Option<usize>) -> Result<Option<usize>> {
        match &self.0[key] {
            Json::Null => Ok(otherwise),
            v => match v.as_u64().and_then(|n| usize::try_from(n).ok()) {
                Some(n) => Ok(Some(n)),
                None => Err(bad(key, format!("is {v}, not a count"))),
            },
        }
    }
    /// A number, or what holds when it is absent.
    pub fn real(&self, key: &str, otherwise: f64) -> Result<f64> {
        match &self.0[key] {
            Json::Null => Ok(otherwise),
            v => v.as_f64().ok_or_else(|| bad(key, format!("is {v}, not a number"))),
        }
    }
    /// Yes or no, or what holds when it is absent.
    pub fn flag(&self, key: &str, otherwise: bool) -> Result<bool> {
        match &self.0[key] {
            Json::Null => Ok(otherwise),
            v => v.as_bool().ok_or_else(|| bad(key, format!("is {v}, not true or false"))),
        }
    }
    /// The nonlinearity.
    pub fn activation(&self, key: &str, otherwise: &str) -> Result<Nonlinearity> {
        match self.0[key].as_str().unwrap_or(otherwise) {
            "gelu" => Ok(Nonlinearity::Gelu),
            "gelu_new" | "gelu_pytorch_tanh" | "gelu_fast" => Ok(Nonlinearity::GeluTanh),
            "silu" | "swish" => Ok(Nonlinearity::Silu),
            "relu" => Ok(Nonlinearity::Relu),
            other => Err(bad(
                key,
                format!("`{other}` is not supported; supported: gelu, gelu_new, gelu_pytorch_tanh, silu, relu"),
            )),
        }
    }
    /// Rotary settings of `width` turned numbers, in the older spelling (`rope_theta`, `rope_scaling`) or the newer
    /// (`rope_parameters`, possibly by `layer` type).
    pub fn rotary(&self, width: usize, base: f64, layer: Option<&str>) -> Result<Rotary> {
        let mut given = &self.0["rope_parameters"];
        if let Some(layer) = layer.filter(|l| given.get(l).is_some()) {
            given = &given[layer];
        }
        if given.is_null() {
            given = &self.0["rope_scaling"];
        }
        let inner = Keys(given);
        let base = inner.real("rope_theta", self.real("rope_theta", base)?)?;
        let kind = ["rope_type", "type"].iter().find_map(|k| given[k].as_str()).unwrap_or("default");
        let stretch = match kind {
            "default" => Stretch::None,
            "linear" => Stretch::Linear(inner.real("factor", 1.0)?),
            "llama3" => Stretch::Llama3 {
                factor: inner.real("factor", 8.0)?,
                low: inner.real("low_freq_factor", 1.0)?,
                high: inner.real("high_freq_factor", 4.0)?,
                context: inner.real("original_max_position_embeddings", 8192.0)?,
            },
            other => {
                return Err(bad(
                    "rope_type",
                    format!("`{other}` is not supported; supported: default, linear, llama3"),
                ));
            }
        };
        Ok(Rotary { base, width, stretch })
    }
    /// Refuses settings that would change the numbers and are not implemented.
    pub fn only(&self, key: &str, allowed: &[&str]) -> Result<()> {
        match self.0[key].as_str() {
            Some(v) if !allowed.contains(&v) => {
                Err(bad(key, format!("`{v}` is not supported; supported: {}", allowed.join(", "))))
            }
            _ => Ok(()),
        }
    }
}
