//! GPT-2: layer norms before each part, learned positions, biases everywhere (Radford et al. 2019).

use super::config::{Bias, Config, Family, Head, Input, Keys, NormKind, Order};
use super::load::Reader;
use super::{Block, Embedding, Transformer};
use crate::error::Result;
use crate::layers::Dropout;

pub(super) fn config(k: &Keys) -> Result<Config> {
    let (d_model, heads) = (k.count("n_embd")?, k.count("n_head")?);
    let d_inner = d_model.saturating_mul(4);
    Ok(Config {
        family: Family::Gpt2,
        input: Input::Tokens { vocabulary: k.count("vocab_size")?, positions: true, types: 0, scale: 1.0, norm: false },
        d_model,
        layers: k.count("n_layer")?,
        heads,
        groups: heads,
        head_width: d_model.checked_div(heads).unwrap_or(0),
        mlp_width: k.count_or("n_inner", Some(d_inner))?.unwrap_or(d_inner),
        context: k.count("n_positions")?,
        norm: NormKind::Layer,
        epsilon: k.real("layer_norm_epsilon", 1e-5)?,
        order: Order::Pre,
        rotary: None,
        local: None,
        causal: true,
        attention_scale: (!k.flag("scale_attn_weights", true)?).then_some(1.0),
        qk_norm: false,
        bias: Bias::all(true),
        activation: k.activation("activation_function", "gelu_new")?,
        gated: false,
        head: if k.flag("tie_word_embeddings", true)? { Head::Tied } else { Head::Own },
    })
}

pub(super) fn build(c: &Config, r: &Reader) -> Result<Transformer> {
    let d = c.d_model;
    let block = |l: usize| -> Result<Block> {
        let at = |part: &str| format!("h.{l}.{part}");
        // Queries, keys and values lie side by side in one matrix, stored `[inputs, outputs]`.
        let part = |i: usize| r.linear_columns(&at("attn.c_attn"), d, 3 * d, i * d..(i + 1) * d);
        let whole = |name: &str, from: usize, to: usize| r.linear_columns(&at(name), from, to, 0..to);
        Ok(Block::plain(
            c,
            l,
            r.layer_norm(&at("ln_1"), d, c.epsilon)?,
            [part(0)?, part(1)?, part(2)?, whole("attn.c_proj", d, d)?],
            r.layer_norm(&at("ln_2"), d, c.epsilon)?,
            [whole("mlp.c_fc", d, c.mlp_width)?, whole("mlp.c_proj", c.mlp_width, d)?],
        ))
    };
    let vocabulary = c.vocabulary().unwrap_or_default();
    Ok(Transformer {
        embed: Embedding {
            positions: Some(r.tensor("wpe.weight", &[c.context, d])?),
            ..Embedding::tokens(r.tensor("wte.weight", &[vocabulary, d])?)
        },
        blocks: (0..c.layers).map(block).collect::<Result<_>>()?,
        final_norm: Some(r.layer_norm("ln_f", d, c.epsilon)?),
        unembed: match c.head {
            Head::Own => Some(r.linear("/lm_head", d, vocabulary, false)?),
            _ => None,
        },
        config: c.clone(),
        dropout: Dropout::default(),
    })
}
