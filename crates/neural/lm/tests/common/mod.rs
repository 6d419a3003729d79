//! Shared by the tests: places for files, and the real model where it is at hand.

#![allow(dead_code)] // each test file uses its own part

use std::path::{Path, PathBuf};
use symbolon_lm::{Store, Tokenizer};
use symbolon_tensor::{DType, Rng, io};

/// An empty folder for one test.
pub fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

pub fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// A model of the user's store, `None` (and a line that says so) when it has not been fetched. Tests never fetch.
pub fn fetched(name: &str) -> Option<PathBuf> {
    let found = Store::of_user().and_then(|s| s.path(name));
    if let Err(e) = &found {
        eprintln!("left out: {e}");
    }
    found.ok()
}

/// A small byte-level vocabulary: all bytes, a few merges, two control tokens.
pub fn toy_tokenizer() -> Tokenizer {
    let made = Tokenizer::from_json(toy_json().to_string().as_bytes(), "toy").unwrap();
    made.with_ends(Some(0), vec![1]).unwrap()
}

/// The `tokenizer.json` of [`toy_tokenizer`].
fn toy_json() -> serde_json::Value {
    let own = |b: u32| matches!(b, 0x21..=0x7e | 0xa1..=0xac | 0xae..=0xff);
    let mut next = 0x100;
    let alphabet: Vec<String> = (0..0x100u32)
        .map(|b| {
            let c = if own(b) { b } else { next };
            next += u32::from(!own(b));
            char::from_u32(c).unwrap().to_string()
        })
        .collect();
    let merges =
        ["t r", "tr u", "tru e", "f a", "fa l", "fal s", "fals e", "{ \"", "Ġ t", "\" :", "1 2", "12 3", "â ĺ"];
    let mut vocabulary = serde_json::Map::new();
    let merged = merges.map(|m| m.replace(' ', ""));
    for (id, piece) in ["<|start|>", "<|end|>"].map(String::from).iter().chain(&alphabet).chain(&merged).enumerate() {
        vocabulary.insert(piece.clone(), id.into());
    }
    let bytes =
        serde_json::json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true});
    let added = |id: u32, content: &str| {
        serde_json::json!({"id": id, "content": content, "special": true, "single_word": false, "lstrip": false,
            "rstrip": false, "normalized": false})
    };
    serde_json::json!({
        "version": "1.0", "truncation": null, "padding": null,
        "added_tokens": [added(0, "<|start|>"), added(1, "<|end|>")],
        "normalizer": null, "pre_tokenizer": bytes, "post_processor": null, "decoder": bytes,
        "model": {"type": "BPE", "vocab": vocabulary, "merges": merges, "dropout": null, "unk_token": null,
            "continuing_subword_prefix": null, "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false}
    })
}

/// A folder with a whole model: three Llama layers of random weights, the toy vocabulary, a chat template.
pub fn tiny_model(name: &str) -> PathBuf {
    let folder = scratch(name);
    let (vocabulary, width, layers, heads, groups, hidden) = (300, 16, 3, 4, 2, 24);
    let config = serde_json::json!({
        "model_type": "llama", "vocab_size": vocabulary, "hidden_size": width, "num_hidden_layers": layers,
        "num_attention_heads": heads, "num_key_value_heads": groups, "intermediate_size": hidden,
        "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": true,
    });
    let mut rng = Rng::new(7);
    let mut tensors = Vec::new();
    let mut draw = |name: String, shape: &[usize]| {
        let x = rng.normal(shape, DType::F32);
        tensors.push((name, if shape.len() == 1 { x * 0.1 + 1.0 } else { x * 0.4 }));
    };
    draw("model.embed_tokens.weight".into(), &[vocabulary, width]);
    draw("model.norm.weight".into(), &[width]);
    for l in 0..layers {
        let at = |part: &str| format!("model.layers.{l}.{part}.weight");
        let small = width / heads * groups;
        draw(at("input_layernorm"), &[width]);
        draw(at("post_attention_layernorm"), &[width]);
        draw(at("self_attn.q_proj"), &[width, width]);
        draw(at("self_attn.k_proj"), &[small, width]);
        draw(at("self_attn.v_proj"), &[small, width]);
        draw(at("self_attn.o_proj"), &[width, width]);
        draw(at("mlp.gate_proj"), &[hidden, width]);
        draw(at("mlp.up_proj"), &[hidden, width]);
        draw(at("mlp.down_proj"), &[width, hidden]);
    }
    io::save(folder.join("model.safetensors"), tensors.iter().map(|(n, t)| (n.as_str(), t))).unwrap();
    let template = "{% for m in messages %}<{{ m.role }}>{{ m.content }}\n{% endfor %}<assistant>";
    let words = serde_json::json!({"bos_token": "<|start|>", "eos_token": "<|end|>", "chat_template": template});
    for (file, json) in [("config.json", config), ("tokenizer.json", toy_json()), ("tokenizer_config.json", words)] {
        std::fs::write(folder.join(file), json.to_string()).unwrap();
    }
    folder
}
