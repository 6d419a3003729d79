//! From model files to a network: the config, and tensors under the names that model folders use.
//!
//! A GGUF file names tensors in its own way and stores the rows of Llama's queries and keys in another order (for
//! rotary positions that turn neighbours instead of halves). Both are undone here, so that the network has one way in.

use crate::error::{Error, Result};
use crate::gguf::Gguf;
use crate::tokenizer::read_json;
use crate::weights::Weights;
use serde_json::{Value as Json, json};
use std::path::Path;
use symbolon_net::pretrained::{Config, Source, Transformer};
use symbolon_tensor::Tensor;

/// Reads a network from a model folder or a GGUF file.
///
/// # Errors
/// When there is no model, its family or number format is unknown, or its config contradicts its weights: the message
/// names the file and the tensor.
pub fn load_network(path: impl AsRef<Path>) -> Result<Transformer> {
    let path = path.as_ref();
    let weights = Weights::open(path)?;
    let config = match &weights {
        Weights::Gguf(file) => gguf_config(file)?,
        Weights::Safetensors(_) => {
            let folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
            match read_json(&folder.join("config.json"))? {
                Json::Null => return Err(Error::format(folder, "config.json", "is missing: this is no model folder")),
                json => json,
            }
        }
    };
    let config = Config::from_json(&config).map_err(|e| Error::format(weights.path(), "config", e.to_string()))?;
    let source = Named::new(weights, config.heads, config.groups);
    Ok(Transformer::load(&config, &source)?)
}

/// Settings of a GGUF file in the words of a `config.json`.
fn gguf_config(file: &Gguf) -> Result<Json> {
    let family = file.text("general.architecture").unwrap_or_default().to_string();
    if !matches!(&*family, "llama" | "gemma3") {
        return Err(Error::Unsupported {
            file: file.path().display().to_string(),
            what: "architecture",
            name: family,
            supported: "llama, gemma3 (other families from model folders)".into(),
        });
    }
    if file.tensor("rope_freqs.weight").is_some() {
        return Err(Error::Unsupported {
            file: file.path().display().to_string(),
            what: "kind of rotary positions",
            name: "rope_freqs.weight".into(),
            supported: "plain ones; use the model folder instead".into(),
        });
    }
    let key = |k: &str| format!("{family}.{k}");
    let count = |k: &str| file.count(&key(k));
    let has = |k: &str| file.metadata().contains_key(&key(k));
    let vocabulary = match file.tensor("token_embd.weight").map(|t| &t.shape[..]) {
        Some(&[n, _]) => n,
        _ => return Err(Error::format(file.path(), "token_embd.weight", "the tensor is missing or no matrix")),
    };
    let (heads, width) = (count("attention.head_count")?, count("embedding_length")?);
    let head_width = if has("attention.key_length") { count("attention.key_length")? } else { width / heads.max(1) };
    if has("rope.dimension_count") && count("rope.dimension_count")? != head_width {
        return Err(Error::format(
            file.path(),
            key("rope.dimension_count"),
            format!("is not the head's width {head_width}"),
        ));
    }
    let base = if has("rope.freq_base") { file.float(&key("rope.freq_base"))? } else { 10_000.0 };
    let scaling = match file.text(&key("rope.scaling.type")) {
        None | Some("none") => Json::Null,
        Some(kind) => json!({"rope_type": kind, "factor": file.float(&key("rope.scaling.factor"))?}),
    };
    let mut config = json!({
        "model_type": if family == "llama" { "llama" } else { "gemma3_text" },
        "vocab_size": vocabulary,
        "hidden_size": width,
        "num_hidden_layers": count("block_count")?,
        "num_attention_heads": heads,
        "num_key_value_heads": if has("attention.head_count_kv") { count("attention.head_count_kv")? } else { heads },
        "head_dim": head_width,
        "intermediate_size": count("feed_forward_length")?,
        "max_position_embeddings": count("context_length")?,
        "rms_norm_eps": file.float(&key("attention.layer_norm_rms_epsilon"))?,
        "rope_theta": base,
        "rope_scaling": scaling,
        "attention_bias": file.tensor("blk.0.attn_q.bias").is_some(),
        "tie_word_embeddings": file.tensor("output.weight").is_none(),
    });
    if family == "gemma3" {
        // The largest model of the family scales scores by the width over the heads.
        let scale = if config["num_hidden_layers"] == 62 { width / heads.max(1) } else { head_width };
        config["query_pre_attn_scalar"] = json!(scale);
        config["norm_weights_complete"] = json!(true);
        if has("attention.sliding_window") {
            config["sliding_window"] = json!(count("attention.sliding_window")?);
        }
    }
    Ok(config)
}

/// Names of GGUF tensors and of a model folder's; `#` stands for the layer.
const GGUF_NAMES: [(&str, &str); 17] = [
    ("token_embd", "model.embed_tokens"),
    ("output_norm", "model.norm"),
    ("output", "lm_head"),
    ("blk.#.attn_norm", "model.layers.#.input_layernorm"),
    ("blk.#.attn_q", "model.layers.#.self_attn.q_proj"),
    ("blk.#.attn_k", "model.layers.#.self_attn.k_proj"),
    ("blk.#.attn_v", "model.layers.#.self_attn.v_proj"),
    ("blk.#.attn_output", "model.layers.#.self_attn.o_proj"),
    ("blk.#.attn_q_norm", "model.layers.#.self_attn.q_norm"),
    ("blk.#.attn_k_norm", "model.layers.#.self_attn.k_norm"),
    ("blk.#.ffn_gate", "model.layers.#.mlp.gate_proj"),
    ("blk.#.ffn_up", "model.layers.#.mlp.up_proj"),
    ("blk.#.ffn_down", "model.layers.#.mlp.down_proj"),
    // Llama has one norm before the feed-forward layer, Gemma 3 one on each side of both parts.
    ("blk.#.post_attention_norm", "model.layers.#.post_attention_layernorm"),
    ("blk.#.post_ffw_norm", "model.layers.#.post_feedforward_layernorm"),
    ("blk.#.ffn_norm", "model.layers.#.pre_feedforward_layernorm"),
    ("blk.#.ffn_norm", "model.layers.#.post_attention_layernorm"),
];

/// Weights under the names of model folders.
struct Named {
    weights: Weights,
    heads: usize,
    groups: usize,
    sandwich: bool,
}

impl Named {
    fn new(weights: Weights, heads: usize, groups: usize) -> Self {
        let sandwich = weights.shape("blk.0.post_attention_norm.weight").is_some();
        Self { weights, heads, groups, sandwich }
    }
    /// The row of the table that counts for this file.
    fn rows(&self) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
        let skip = if self.sandwich { GGUF_NAMES.len() - 1 } else { GGUF_NAMES.len() - 2 };
        GGUF_NAMES.iter().enumerate().filter(move |(i, _)| *i != skip).map(|(_, row)| row)
    }
    /// The file's name of a tensor, and how many heads its rows are shuffled in.
    fn stored(&self, name: &str) -> (String, Option<usize>) {
        let Weights::Gguf(file) = &self.weights else { return (name.to_string(), None) };
        let Some((part, kind)) = name.rsplit_once('.') else { return (name.to_string(), None) };
        let found = self.rows().find_map(|(gguf, folder)| translate(part, folder, gguf));
        let shuffled = file.text("general.architecture") == Some("llama");
        let heads = match () {
            () if !shuffled => None,
            () if part.ends_with("q_proj") => Some(self.heads),
            () if part.ends_with("k_proj") => Some(self.groups),
            () => None,
        };
        (found.map_or_else(|| name.to_string(), |f| format!("{f}.{kind}")), heads)
    }
}

/// A name that fits the pattern `from`, written as `to`.
fn translate(name: &str, from: &str, to: &str) -> Option<String> {
    match from.split_once('#') {
        None => (name == from).then(|| to.to_string()),
        Some((before, after)) => {
            let layer = name.strip_prefix(before)?.strip_suffix(after)?;
            layer.parse::<usize>().ok()?;
            Some(to.replace('#', layer))
        }
    }
}

impl Source for Named {
    fn place(&self) -> String {
        self.weights.path().display().to_string()
    }
    fn names(&self) -> Vec<String> {
        let names = self.weights.names();
        let Weights::Gguf(_) = &self.weights else { return names.into_iter().map(str::to_string).collect() };
        let back = |name: &str| {
            let (part, kind) = name.rsplit_once('.')?;
            let found = self.rows().find_map(|(gguf, folder)| translate(part, gguf, folder))?;
            Some(format!("{found}.{kind}"))
        };
        names.into_iter().map(|n| back(n).unwrap_or_else(|| n.to_string())).collect()
    }
    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        self.weights.shape(&self.stored(name).0).map(<[usize]>::to_vec)
    }
    fn read(&self, name: &str) -> symbolon_net::Result<Tensor> {
        let (stored, heads) = self.stored(name);
        let x = self.weights.read(&stored).map_err(symbolon_net::Error::other)?;
        Ok(match heads {
            None => x,
            Some(heads) => halves(&x, heads),
        })
    }
}

/// Rows of each head from pairs of neighbours (0, 1), (2, 3), .. back to two halves.
fn halves(x: &Tensor, heads: usize) -> Tensor {
    let (rows, rest) = (x.size(0), x.len() / x.size(0).max(1));
    if heads == 0 || rows % (2 * heads) != 0 {
        return x.clone(); // the shape will be refused
    }
    let order: Vec<isize> = vec![0, 2, 1, 3];
    x.reshape([heads, rows / heads / 2, 2, rest]).permute(order).reshape(x.shape())
}
