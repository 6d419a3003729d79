//! Llama, SmolLM2, Mistral: RMS norms before each part, rotary positions, grouped queries, gated SiLU
//! (Touvron et al. 2023).

use super::config::{Bias, Config, Family, Head, Input, Keys, NormKind, Order};
use super::load::Reader;
use super::{Block, Embedding, Transformer};
use crate::error::Result;
use crate::layers::{Attention, Dropout, FeedForward};

pub(super) fn config(k: &Keys) -> Result<Config> {
    let (d_model, heads) = (k.count("hidden_size")?, k.count("num_attention_heads")?);
    let head_width = k.count_or("head_dim", d_model.checked_div(heads))?.unwrap_or(0);
    let window = k.count_or("sliding_window", None)?;
    let (layers, rotary) = (k.count("num_hidden_layers")?, k.rotary(head_width, 10_000.0, None)?);
    let local =
        window.map(|window| super::Local { window, rotary: rotary.clone(), layers: vec![true; layers.min(1 << 12)] });
    let attention = k.flag("attention_bias", false)?;
    Ok(Config {
        family: Family::Llama,
        input: Input::Tokens {
            vocabulary: k.count("vocab_size")?,
            positions: false,
            types: 0,
            scale: 1.0,
            norm: false,
        },
        d_model,
        layers,
        heads,
        groups: k.count_or("num_key_value_heads", Some(heads))?.unwrap_or(heads),
        head_width,
        mlp_width: k.count("intermediate_size")?,
        context: k.count_or("max_position_embeddings", Some(2048))?.unwrap_or(2048),
        norm: NormKind::Rms,
        epsilon: k.real("rms_norm_eps", 1e-6)?,
        order: Order::Pre,
        rotary: Some(rotary),
        local,
        causal: true,
        attention_scale: None,
        qk_norm: false,
        bias: Bias { qkv: attention, out: attention, mlp: k.flag("mlp_bias", false)? },
        activation: k.activation("hidden_act", "silu")?,
        gated: true,
        head: if k.flag("tie_word_embeddings", false)? { Head::Tied } else { Head::Own },
    })
}

pub(super) fn build(c: &Config, r: &Reader) -> Result<Transformer> {
    let plus_one = c.norm == NormKind::RmsPlusOne;
    let rms = |name: &str| r.rms(name, c.d_model, c.epsilon, plus_one);
    let block = |l: usize| -> Result<Block> {
        let at = |part: &str| format!("layers.{l}.{part}");
        let (wide, narrow) = (c.heads * c.head_width, c.groups * c.head_width);
        let head_norm = |part: &str| -> Result<_> {
            c.qk_norm.then(|| r.rms(&at(part), c.head_width, c.epsilon, plus_one)).transpose()
        };
        let sandwich = c.order == Order::Sandwich;
        let second = if sandwich { "pre_feedforward_layernorm" } else { "post_attention_layernorm" };
        Ok(Block {
            attn_norm: rms(&at("input_layernorm"))?,
            attn: Attention {
                q: r.linear(&at("self_attn.q_proj"), c.d_model, wide, c.bias.qkv)?,
                k: r.linear(&at("self_attn.k_proj"), c.d_model, narrow, c.bias.qkv)?,
                v: r.linear(&at("self_attn.v_proj"), c.d_model, narrow, c.bias.qkv)?,
                out: r.linear(&at("self_attn.o_proj"), wide, c.d_model, c.bias.out)?,
                q_norm: head_norm("self_attn.q_norm")?,
                k_norm: head_norm("self_attn.k_norm")?,
                heads: c.heads,
                groups: c.groups,
                look: c.look(l),
            },
            attn_post: sandwich.then(|| rms(&at("post_attention_layernorm"))).transpose()?,
            mlp_norm: rms(&at(second))?,
            mlp: FeedForward {
                gate: Some(r.linear(&at("mlp.gate_proj"), c.d_model, c.mlp_width, c.bias.mlp)?),
                up: r.linear(&at("mlp.up_proj"), c.d_model, c.mlp_width, c.bias.mlp)?,
                down: r.linear(&at("mlp.down_proj"), c.mlp_width, c.d_model, c.bias.mlp)?,
                nonlinearity: c.activation,
            },
            mlp_post: sandwich.then(|| rms(&at("post_feedforward_layernorm"))).transpose()?,
        })
    };
    let vocabulary = c.vocabulary().unwrap_or_default();
    Ok(Transformer {
        embed: Embedding::tokens(r.tensor("embed_tokens.weight", &[vocabulary, c.d_model])?),
        blocks: (0..c.layers).map(block).collect::<Result<_>>()?,
        final_norm: Some(rms("norm")?),
        unembed: match c.head {
            Head::Own => Some(r.linear("/lm_head", c.d_model, vocabulary, false)?),
            _ => None,
        },
        config: c.clone(),
        dropout: Dropout::default(),
    })
}
