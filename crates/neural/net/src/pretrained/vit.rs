//! ViT: a transformer over patches of an image (Dosovitskiy et al. 2021).

use super::config::{Bias, Config, Family, Head, Input, Keys, NormKind, Order};
use super::load::Reader;
use super::{Block, Embedding, Transformer};
use crate::error::Result;
use crate::layers::Dropout;

pub(super) fn config(k: &Keys) -> Result<Config> {
    let (d_model, heads) = (k.count("hidden_size")?, k.count("num_attention_heads")?);
    let (image, patch) = (k.count("image_size")?, k.count("patch_size")?);
    let side = image.checked_div(patch).unwrap_or(0).min(1 << 14);
    let qkv = k.flag("qkv_bias", true)?;
    // Two classes are what the library assumes when a config names none.
    let named = k.0["id2label"].as_object().map(serde_json::Map::len);
    let classes = k.count_or("num_labels", named.or(Some(2)))?.unwrap_or(2);
    let classifies =
        k.0["architectures"].as_array().is_some_and(|a| a.iter().any(|n| n == "ViTForImageClassification"));
    Ok(Config {
        family: Family::Vit,
        input: Input::Patches { image, patch, channels: k.count_or("num_channels", Some(3))?.unwrap_or(3) },
        d_model,
        layers: k.count("num_hidden_layers")?,
        heads,
        groups: heads,
        head_width: d_model.checked_div(heads).unwrap_or(0),
        mlp_width: k.count("intermediate_size")?,
        context: side * side + 1,
        norm: NormKind::Layer,
        epsilon: k.real("layer_norm_eps", 1e-12)?,
        order: Order::Pre,
        rotary: None,
        local: None,
        causal: false,
        attention_scale: None,
        qk_norm: false,
        bias: Bias { qkv, out: true, mlp: true },
        activation: k.activation("hidden_act", "gelu")?,
        gated: false,
        head: if classifies { Head::Classes(classes) } else { Head::Hidden },
    })
}

pub(super) fn build(c: &Config, r: &Reader) -> Result<Transformer> {
    let d = c.d_model;
    let block = |l: usize| -> Result<Block> {
        let at = |part: &str| format!("encoder.layer.{l}.{part}");
        Ok(Block::plain(
            c,
            l,
            r.layer_norm(&at("layernorm_before"), d, c.epsilon)?,
            [
                r.linear(&at("attention.attention.query"), d, d, c.bias.qkv)?,
                r.linear(&at("attention.attention.key"), d, d, c.bias.qkv)?,
                r.linear(&at("attention.attention.value"), d, d, c.bias.qkv)?,
                r.linear(&at("attention.output.dense"), d, d, true)?,
            ],
            r.layer_norm(&at("layernorm_after"), d, c.epsilon)?,
            [
                r.linear(&at("intermediate.dense"), d, c.mlp_width, true)?,
                r.linear(&at("output.dense"), c.mlp_width, d, true)?,
            ],
        ))
    };
    let Input::Patches { patch, channels, .. } = c.input else { return Err(super::config::bad("input", "no patches")) };
    let projection = "embeddings.patch_embeddings.projection";
    Ok(Transformer {
        embed: Embedding {
            first: Some(r.tensor("embeddings.cls_token", &[1, 1, d])?),
            positions: Some(r.tensor("embeddings.position_embeddings", &[1, c.context, d])?),
            bias: Some(r.tensor(&format!("{projection}.bias"), &[d])?),
            ..Embedding::tokens(r.tensor(&format!("{projection}.weight"), &[d, channels, patch, patch])?)
        },
        blocks: (0..c.layers).map(block).collect::<Result<_>>()?,
        final_norm: Some(r.layer_norm("layernorm", d, c.epsilon)?),
        unembed: match c.head {
            Head::Classes(n) => Some(r.linear("/classifier", d, n, true)?),
            _ => None,
        },
        config: c.clone(),
        dropout: Dropout::default(),
    })
}
