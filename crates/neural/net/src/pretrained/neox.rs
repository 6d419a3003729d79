//! GPT-NeoX and Pythia: attention and feed-forward side by side, partly rotary positions (Black et al. 2022).

use super::config::{Bias, Config, Family, Head, Input, Keys, NormKind, Order};
use super::load::Reader;
use super::{Block, Embedding, Transformer};
use crate::error::Result;
use crate::layers::Dropout;

pub(super) fn config(k: &Keys) -> Result<Config> {
    let (d_model, heads) = (k.count("hidden_size")?, k.count("num_attention_heads")?);
    let head_width = d_model.checked_div(heads).unwrap_or(0);
    let part = Keys(&k.0["rope_parameters"]).real("partial_rotary_factor", k.real("rotary_pct", 0.25)?)?;
    let turned = (head_width as f64 * part.clamp(0.0, 1.0)) as usize;
    let base = k.real("rotary_emb_base", 10_000.0)?;
    let bias = k.flag("attention_bias", true)?;
    Ok(Config {
        family: Family::GptNeox,
        input: Input::Tokens {
            vocabulary: k.count("vocab_size")?,
            positions: false,
            types: 0,
            scale: 1.0,
            norm: false,
        },
        d_model,
        layers: k.count("num_hidden_layers")?,
        heads,
        groups: heads,
        head_width,
        mlp_width: k.count("intermediate_size")?,
        context: k.count("max_position_embeddings")?,
        norm: NormKind::Layer,
        epsilon: k.real("layer_norm_eps", 1e-5)?,
        order: if k.flag("use_parallel_residual", true)? { Order::Parallel } else { Order::Pre },
        rotary: Some(k.rotary(turned, base, None)?),
        local: None,
        causal: true,
        attention_scale: None,
        qk_norm: false,
        bias: Bias { qkv: bias, out: bias, mlp: true },
        activation: k.activation("hidden_act", "gelu")?,
        gated: false,
        head: if k.flag("tie_word_embeddings", false)? { Head::Tied } else { Head::Own },
    })
}

pub(super) fn build(c: &Config, r: &Reader) -> Result<Transformer> {
    let (d, w) = (c.d_model, c.head_width);
    let block = |l: usize| -> Result<Block> {
        let at = |part: &str| format!("layers.{l}.{part}");
        // For each head its query, key and value rows follow each other.
        let part = |i: usize| {
            let rows: Vec<_> = (0..c.heads).map(|h| (3 * h + i) * w..(3 * h + i + 1) * w).collect();
            r.linear_rows(&at("attention.query_key_value"), d, 3 * d, &rows, c.bias.qkv)
        };
        Ok(Block::plain(
            c,
            l,
            r.layer_norm(&at("input_layernorm"), d, c.epsilon)?,
            [part(0)?, part(1)?, part(2)?, r.linear(&at("attention.dense"), d, d, c.bias.out)?],
            r.layer_norm(&at("post_attention_layernorm"), d, c.epsilon)?,
            [
                r.linear(&at("mlp.dense_h_to_4h"), d, c.mlp_width, true)?,
                r.linear(&at("mlp.dense_4h_to_h"), c.mlp_width, d, true)?,
            ],
        ))
    };
    let vocabulary = c.vocabulary().unwrap_or_default();
    Ok(Transformer {
        embed: Embedding::tokens(r.tensor("embed_in.weight", &[vocabulary, d])?),
        blocks: (0..c.layers).map(block).collect::<Result<_>>()?,
        final_norm: Some(r.layer_norm("final_layer_norm", d, c.epsilon)?),
        unembed: match c.head {
            Head::Own => Some(r.linear("/embed_out", d, vocabulary, false)?),
            _ => None,
        },
        config: c.clone(),
        dropout: Dropout::default(),
    })
}
