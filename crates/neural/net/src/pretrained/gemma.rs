//! Gemma 3: as Llama, with norms before and after each part, normalised queries and keys, scaled embeddings, and five
//! layers that see a window for each one that sees all (Gemma Team 2025).

use super::config::{Bias, Config, Family, Head, Input, Keys, Local, NormKind, Order, bad};
use crate::error::Result;

pub(super) fn config(k: &Keys) -> Result<Config> {
    let (d_model, layers) = (k.count("hidden_size")?, k.count("num_hidden_layers")?);
    let head_width = k.count_or("head_dim", Some(256))?.unwrap_or(256);
    let window = k.count_or("sliding_window", Some(4096))?.unwrap_or(4096);
    let heads = k.count("num_attention_heads")?;
    let every =
        k.count_or("sliding_window_pattern", k.count_or("_sliding_window_pattern", Some(6))?)?.unwrap_or(6).max(1);
    if layers > 1 << 12 {
        return Err(bad("num_hidden_layers", format!("{layers}; up to {} are read", 1 << 12)));
    }
    let types = match k.0["layer_types"].as_array() {
        Some(list) => list.iter().map(|t| t.as_str() == Some("sliding_attention")).collect(),
        None => (0..layers).map(|l| !(l + 1).is_multiple_of(every)).collect(),
    };
    let mut near = k.rotary(head_width, 10_000.0, Some("sliding_attention"))?;
    if k.0["rope_parameters"]["sliding_attention"].is_null() {
        near = super::Rotary {
            base: k.real("rope_local_base_freq", 10_000.0)?,
            width: head_width,
            stretch: super::Stretch::None,
        };
    }
    for cap in ["attn_logit_softcapping", "final_logit_softcapping"] {
        if !k.0[cap].is_null() {
            return Err(bad(cap, "soft caps are not supported"));
        }
    }
    let bias = k.flag("attention_bias", false)?;
    Ok(Config {
        family: Family::Gemma3,
        input: Input::Tokens {
            vocabulary: k.count("vocab_size")?,
            positions: false,
            types: 0,
            scale: (d_model as f64).sqrt(),
            norm: false,
        },
        d_model,
        layers,
        heads,
        groups: k.count_or("num_key_value_heads", Some(heads))?.unwrap_or(heads),
        head_width,
        mlp_width: k.count("intermediate_size")?,
        context: k.count_or("max_position_embeddings", Some(131_072))?.unwrap_or(131_072),
        norm: if k.flag("norm_weights_complete", false)? { NormKind::Rms } else { NormKind::RmsPlusOne },
        epsilon: k.real("rms_norm_eps", 1e-6)?,
        order: Order::Sandwich,
        rotary: Some(k.rotary(head_width, 1_000_000.0, Some("full_attention"))?),
        local: Some(Local { window, rotary: near, layers: types }),
        causal: true,
        attention_scale: Some(k.real("query_pre_attn_scalar", 256.0)?.powf(-0.5)),
        qk_norm: true,
        bias: Bias { qkv: bias, out: bias, mlp: false },
        activation: k.activation("hidden_activation", "gelu_pytorch_tanh")?,
        gated: true,
        head: if k.flag("tie_word_embeddings", true)? { Head::Tied } else { Head::Own },
    })
}
