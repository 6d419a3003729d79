//! The tokenizer in a GGUF header, written out as the `tokenizer.json` that every tokenizer library reads.
//!
//! Two families are stored this way. `gpt2` is byte-level byte-pair encoding: a list of pieces, a ranked list of merges,
//! and the name of the rule that cuts text into words first. `llama` is SentencePiece: pieces with scores, merges
//! follow from the scores (every way to put a piece together from two others, better pieces first).

use super::{Gguf, Value};
use crate::error::{Error, Result};
use serde_json::{Value as Json, json};
use std::collections::{HashMap, HashSet};

/// Token types in the file format.
mod kind {
    pub const UNKNOWN: i64 = 2;
    pub const CONTROL: i64 = 3;
    pub const USER: i64 = 4;
    pub const BYTE: i64 = 6;
}

/// How text is cut into words before merging: names that files use, whether digits stand alone first, and the
/// regular expression (`None` is the one of GPT-2, which the byte-level step has built in).
const CUTS: [(&[&str], bool, Option<&str>); 4] = [
    (&["gpt-2", "gpt2", "default", "phi-2", "olmo", "mpt", "jina-es", "jina-de", "gigachat"], false, None),
    (&["smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b"], true, None),
    (
        &["llama-bpe", "llama3", "llama-v3"],
        false,
        Some(
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        ),
    ),
    (
        &["qwen2", "deepseek-r1-qwen", "stablelm2"],
        false,
        Some(
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        ),
    ),
];

impl Gguf {
    /// The tokenizer as the contents of a `tokenizer.json`.
    ///
    /// # Errors
    /// When the header has no tokenizer, one of another family, or lists that do not belong together.
    pub fn tokenizer_json(&self) -> Result<Json> {
        let model = self.need("tokenizer.ggml.model", "text", |v| v.text().map(str::to_string))?;
        let tokens = self.strings("tokenizer.ggml.tokens")?;
        let types = self.types(tokens.len())?;
        let mut vocabulary = serde_json::Map::new();
        for (id, token) in tokens.iter().enumerate() {
            if vocabulary.insert(token.clone(), json!(id)).is_some() {
                return Err(self.wrong("tokenizer.ggml.tokens", format!("the token {token:?} occurs twice")));
            }
        }
        let added: Vec<Json> = (tokens.iter().zip(&types).enumerate())
            .filter(|(_, (token, t))| matches!(**t, kind::UNKNOWN | kind::CONTROL | kind::USER) && !token.is_empty())
            .map(|(id, (token, &t))| {
                json!({
                    "id": id, "content": token, "special": t != kind::USER,
                    "single_word": false, "lstrip": false, "rstrip": false, "normalized": false
                })
            })
            .collect();
        let parts = match model.as_str() {
            "gpt2" => self.byte_level(vocabulary)?,
            "llama" => self.sentence_piece(tokens, &types, vocabulary)?,
            _ => return Err(self.unsupported("tokenizer", &model, "gpt2, llama".into())),
        };
        let begin = match self.flag("tokenizer.ggml.add_bos_token", model == "llama") {
            true => self.token_id("bos")?.and_then(|id| tokens.get(id as usize).map(|t| (id, t))),
            false => None,
        };
        let processor = begin.map(|(id, token)| {
            json!({
                "type": "TemplateProcessing",
                "single": [{"SpecialToken": {"id": token, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                "pair": [
                    {"SpecialToken": {"id": token, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                    {"SpecialToken": {"id": token, "type_id": 1}}, {"Sequence": {"id": "B", "type_id": 1}}
                ],
                "special_tokens": {token: {"id": token, "ids": [id], "tokens": [token]}}
            })
        });
        Ok(json!({
            "version": "1.0", "truncation": null, "padding": null, "added_tokens": added,
            "normalizer": parts.normalizer, "pre_tokenizer": parts.cut, "post_processor": processor,
            "decoder": parts.decoder, "model": parts.model
        }))
    }

    /// The number of a token with a role: `bos`, `eos`, `eot`, `unknown`, `padding`.
    ///
    /// # Errors
    /// When the number is no token of the vocabulary.
    pub fn token_id(&self, role: &str) -> Result<Option<u32>> {
        let key = format!("tokenizer.ggml.{role}_token_id");
        let Some(value) = self.metadata().get(&key) else { return Ok(None) };
        let most = self.strings("tokenizer.ggml.tokens")?.len();
        match value.count().filter(|&id| id < most) {
            Some(id) => Ok(Some(id as u32)),
            None => Err(self.wrong(&key, format!("is {value:?}, the vocabulary has {most} tokens"))),
        }
    }

    fn byte_level(&self, vocabulary: serde_json::Map<String, Json>) -> Result<Parts> {
        let merges = self.strings("tokenizer.ggml.merges")?;
        let name = self.text("tokenizer.ggml.pre").unwrap_or("gpt-2");
        let known = || CUTS.iter().flat_map(|c| c.0).copied().collect::<Vec<_>>().join(", ");
        let Some((_, digits, regex)) = CUTS.iter().find(|c| c.0.contains(&name)) else {
            return Err(self.unsupported("word-cutting rule", name, known()));
        };
        let mut steps = Vec::new();
        if *digits {
            steps.push(json!({"type": "Digits", "individual_digits": true}));
        }
        if let Some(regex) = regex {
            steps.push(json!({"type": "Split", "pattern": {"Regex": regex}, "behavior": "Isolated", "invert": false}));
        }
        let bytes = json!({
            "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": regex.is_none()
        });
        steps.push(bytes.clone());
        let whole_words = name.starts_with("llama");
        Ok(Parts {
            normalizer: if name == "qwen2" { json!({"type": "NFC"}) } else { Json::Null },
            cut: json!({"type": "Sequence", "pretokenizers": steps}),
            decoder: bytes,
            model: json!({
                "type": "BPE", "vocab": vocabulary, "merges": merges, "dropout": null, "unk_token": null,
                "continuing_subword_prefix": null, "end_of_word_suffix": null, "fuse_unk": false,
                "byte_fallback": false, "ignore_merges": whole_words
            }),
        })
    }

    fn sentence_piece(
        &self,
        tokens: &[String],
        types: &[i64],
        vocabulary: serde_json::Map<String, Json>,
    ) -> Result<Parts> {
        let scores = match self.metadata().get("tokenizer.ggml.scores") {
            Some(Value::Floats(s)) if s.len() == tokens.len() => s,
            Some(Value::Floats(s)) => {
                let why = format!("{} scores for {} tokens", s.len(), tokens.len());
                return Err(self.wrong("tokenizer.ggml.scores", why));
            }
            _ => return Err(self.wrong("tokenizer.ggml.scores", "the list is missing")),
        };
        let unknown = types.iter().position(|&t| t == kind::UNKNOWN).map(|i| &tokens[i]);
        let space = json!({"type": "Replace", "pattern": {"String": " "}, "content": SPACE});
        let back = json!({"type": "Replace", "pattern": {"String": SPACE}, "content": " "});
        let (bytes, fuse) = (json!({"type": "ByteFallback"}), json!({"type": "Fuse"}));
        let prefix = self.flag("tokenizer.ggml.add_space_prefix", true);
        let (normalizer, decoder) = match prefix {
            true => (
                json!({"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": SPACE}, space]}),
                json!({"type": "Sequence", "decoders": [
                    back, bytes, fuse, {"type": "Strip", "content": " ", "start": 1, "stop": 0}
                ]}),
            ),
            false => (space, json!({"type": "Sequence", "decoders": [back, bytes, fuse]})),
        };
        Ok(Parts {
            normalizer,
            cut: Json::Null,
            decoder,
            model: json!({
                "type": "BPE", "vocab": vocabulary, "merges": merges(tokens, types, scores), "dropout": null,
                "unk_token": unknown, "continuing_subword_prefix": null, "end_of_word_suffix": null,
                "fuse_unk": true, "byte_fallback": types.contains(&kind::BYTE), "ignore_merges": false
            }),
        })
    }

    fn strings(&self, key: &str) -> Result<&[String]> {
        match self.metadata().get(key) {
            Some(Value::Strings(s)) => Ok(s),
            Some(_) => Err(self.wrong(key, "is no list of texts")),
            None => Err(self.wrong(key, "the list is missing")),
        }
    }
    fn types(&self, tokens: usize) -> Result<Vec<i64>> {
        match self.metadata().get("tokenizer.ggml.token_type") {
            None => Ok(vec![1; tokens]),
            Some(Value::Ints(t)) if t.len() == tokens => Ok(t.clone()),
            Some(_) => Err(self.wrong("tokenizer.ggml.token_type", format!("is no list of {tokens} numbers"))),
        }
    }
    fn flag(&self, key: &str, otherwise: bool) -> bool {
        match self.metadata().get(key) {
            Some(Value::Bool(b)) => *b,
            _ => otherwise,
        }
    }
    fn wrong(&self, key: &str, problem: impl Into<String>) -> Error {
        Error::format(self.path(), key, problem)
    }
    fn unsupported(&self, what: &'static str, name: &str, supported: String) -> Error {
        Error::Unsupported { file: self.path().display().to_string(), what, name: name.into(), supported }
    }
}

/// SentencePiece's visible space.
const SPACE: &str = "\u{2581}";

/// The parts in which the families differ.
struct Parts {
    normalizer: Json,
    cut: Json,
    decoder: Json,
    model: Json,
}

/// All merges that lead to a scored piece, better pieces first.
fn merges(tokens: &[String], types: &[i64], scores: &[f32]) -> Vec<[String; 2]> {
    let scored = |i: usize| !matches!(types[i], kind::UNKNOWN | kind::CONTROL | kind::BYTE);
    let rank: HashMap<&str, usize> = (0..tokens.len()).filter(|&i| scored(i)).map(|i| (&*tokens[i], i)).collect();
    let mut order: Vec<usize> = rank.values().copied().collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
    let mut out = Vec::new();
    let mut seen = HashSet::new();
    for i in order {
        let token = &tokens[i];
        let mut ways: Vec<(usize, usize, usize)> = (token.char_indices().skip(1))
            .filter_map(|(at, _)| Some((*rank.get(&token[..at])?, *rank.get(&token[at..])?, at)))
            .collect();
        ways.sort_unstable();
        for (_, _, at) in ways {
            let pair = [token[..at].to_string(), token[at..].to_string()];
            if seen.insert(pair.clone()) {
                out.push(pair);
            }
        }
    }
    out
}
