//! BERT and MiniLM: encoders that see both ways, norms after each part (Devlin et al. 2019).

use super::config::{Bias, Config, Family, Head, Input, Keys, NormKind, Order};
use super::load::Reader;
use super::{Block, Embedding, Transformer};
use crate::error::Result;
use crate::layers::Dropout;

pub(super) fn config(k: &Keys) -> Result<Config> {
    let (d_model, heads) = (k.count("hidden_size")?, k.count("num_attention_heads")?);
    k.only("position_embedding_type", &["absolute"])?;
    Ok(Config {
        family: Family::Bert,
        input: Input::Tokens {
            vocabulary: k.count("vocab_size")?,
            positions: true,
            types: k.count_or("type_vocab_size", Some(2))?.unwrap_or(2),
            scale: 1.0,
            norm: true,
        },
        d_model,
        layers: k.count("num_hidden_layers")?,
        heads,
        groups: heads,
        head_width: d_model.checked_div(heads).unwrap_or(0),
        mlp_width: k.count("intermediate_size")?,
        context: k.count("max_position_embeddings")?,
        norm: NormKind::Layer,
        epsilon: k.real("layer_norm_eps", 1e-12)?,
        order: Order::Post,
        rotary: None,
        local: None,
        causal: false,
        attention_scale: None,
        qk_norm: false,
        bias: Bias::all(true),
        activation: k.activation("hidden_act", "gelu")?,
        gated: false,
        head: Head::Hidden,
    })
}

pub(super) fn build(c: &Config, r: &Reader) -> Result<Transformer> {
    let d = c.d_model;
    let block = |l: usize| -> Result<Block> {
        let at = |part: &str| format!("encoder.layer.{l}.{part}");
        Ok(Block::plain(
            c,
            l,
            r.layer_norm(&at("attention.output.LayerNorm"), d, c.epsilon)?,
            [
                r.linear(&at("attention.self.query"), d, d, true)?,
                r.linear(&at("attention.self.key"), d, d, true)?,
                r.linear(&at("attention.self.value"), d, d, true)?,
                r.linear(&at("attention.output.dense"), d, d, true)?,
            ],
            r.layer_norm(&at("output.LayerNorm"), d, c.epsilon)?,
            [
                r.linear(&at("intermediate.dense"), d, c.mlp_width, true)?,
                r.linear(&at("output.dense"), c.mlp_width, d, true)?,
            ],
        ))
    };
    let Input::Tokens { vocabulary, types, .. } = c.input else { return Err(super::config::bad("input", "no tokens")) };
    Ok(Transformer {
        embed: Embedding {
            positions: Some(r.tensor("embeddings.position_embeddings.weight", &[c.context, d])?),
            types: Some(r.tensor("embeddings.token_type_embeddings.weight", &[types, d])?),
            norm: Some(r.layer_norm("embeddings.LayerNorm", d, c.epsilon)?),
            ..Embedding::tokens(r.tensor("embeddings.word_embeddings.weight", &[vocabulary, d])?)
        },
        blocks: (0..c.layers).map(block).collect::<Result<_>>()?,
        final_norm: None,
        unembed: None,
        config: c.clone(),
        dropout: Dropout::default(),
    })
}
