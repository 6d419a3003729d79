//! Folders that SAELens wrote (`saelens/make.py`) mean here what they mean there, and survive a round trip.

use std::path::{Path, PathBuf};

use symbolon_symbol::saelens::{hook, site};
use symbolon_symbol::{Normalise, SaeLens, Sparsity};
use symbolon_tensor::io;

const ALL: [&str; 8] =
    ["standard", "plain-input", "layer-norm", "topk", "topk-rescaled", "jumprelu", "transcoder", "before-6"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/saelens")
}

#[test]
fn codes_and_reconstructions_are_those_of_saelens() {
    let expected = io::load(folder().join("expected.safetensors")).unwrap();
    let kept = tempfile::tempdir().unwrap();
    for name in ALL {
        let read = SaeLens::load(folder().join(name)).unwrap();
        let again = kept.path().join(name);
        SaeLens::save(&again, &read.dictionary, read.site.as_ref().unwrap(), "tiny").unwrap();
        for d in [read.dictionary, SaeLens::load(&again).unwrap().dictionary] {
            let x = &expected["x"];
            let codes = d.encode(x);
            assert!(codes.is_close(&expected[&format!("{name}.codes")], 1e-4, 1e-4), "{name}: codes");
            let decoded = d.decode(&codes, x);
            assert!(decoded.is_close(&expected[&format!("{name}.decoded")], 1e-4, 1e-4), "{name}: decoded");
        }
    }
}

#[test]
fn what_a_folder_says_is_kept() {
    let read = SaeLens::load(folder().join("topk")).unwrap();
    assert!(matches!(read.dictionary.sparsity, Sparsity::TopK(3)));
    assert_eq!(read.site.unwrap().to_string(), "blocks.8.resid_post");
    assert_eq!(read.model.as_deref(), Some("tiny"));
    let old = SaeLens::load(folder().join("before-6")).unwrap();
    assert_eq!(
        (old.dictionary.normalise, old.site.unwrap().to_string().as_str()),
        (Normalise::Length, "blocks.2.mlp.out")
    );
    for name in ["blocks.3.hook_resid_pre", "blocks.0.mlp.hook_post", "blocks.11.hook_attn_out"] {
        assert_eq!(hook(&site(name).unwrap()), name);
    }
    assert!(site("unembed").is_none());
}

#[test]
fn folders_that_cannot_be_understood_say_why() {
    let kept = tempfile::tempdir().unwrap();
    let problem = |change: &dyn Fn(&Path)| {
        let to = kept.path().join("broken");
        let _ = std::fs::remove_dir_all(&to);
        std::fs::create_dir(&to).unwrap();
        for file in ["cfg.json", "sae_weights.safetensors"] {
            std::fs::copy(folder().join("standard").join(file), to.join(file)).unwrap();
        }
        change(&to);
        SaeLens::load(&to).unwrap_err().to_string()
    };
    let say = |old: &'static str, new: &'static str| {
        move |to: &Path| {
            let text = std::fs::read_to_string(to.join("cfg.json")).unwrap();
            assert!(text.contains(old));
            std::fs::write(to.join("cfg.json"), text.replace(old, new)).unwrap();
        }
    };
    assert!(problem(&say("\"standard\"", "\"gated\"")).contains("`gated`"));
    assert!(problem(&say("\"standard\"", "\"topk\"")).contains("`k` is missing"));
    assert!(problem(&say("\"standard\"", "\"jumprelu\"")).contains("`threshold`"));
    assert!(problem(&say("\"normalize_activations\": \"none\"", "\"normalize_activations\": \"x\"")).contains("`x`"));
    assert!(problem(&|to| std::fs::write(to.join("cfg.json"), "{").unwrap()).contains("cfg.json"));
    assert!(problem(&|to| std::fs::write(to.join("cfg.json"), "[]").unwrap()).contains("no JSON object"));
    assert!(problem(&|to| std::fs::remove_file(to.join("cfg.json")).unwrap()).contains("cfg.json"));
    let cut = |to: &Path| {
        let file = to.join("sae_weights.safetensors");
        let bytes = std::fs::read(&file).unwrap();
        std::fs::write(file, &bytes[..bytes.len() - 9]).unwrap();
    };
    assert!(problem(&cut).contains("sae_weights.safetensors"));
}
