//! Commands about language models, on a small model that is made here.

#[path = "../../../neural/lm/tests/common/mod.rs"]
mod common;

use std::path::Path;
use std::process::{Command, Output};

use common::{scratch, tiny_model};
use serde_json::Value;

fn symbolon(args: &[&str]) -> (String, String, i32) {
    let empty = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-models");
    let run: Output = Command::new(env!("CARGO_BIN_EXE_symbolon"))
        .args(args)
        .env("SYMBOLON_HOME", empty)
        .output()
        .expect("the binary runs");
    let of = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (of(&run.stdout), of(&run.stderr), run.status.code().unwrap_or(-1))
}

fn json(args: &[&str]) -> Value {
    let (out, err, code) = symbolon(args);
    assert_eq!(code, 0, "{out}{err}");
    serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e} in {out}{err}"))
}

#[test]
fn a_model_writes_in_form_and_by_seed() {
    let folder = tiny_model("cli-generate");
    let model = folder.to_str().unwrap();
    let warm = |seed: &str| {
        let args = ["generate", model, "crab", "--temperature", "1", "--max-tokens", "8", "--seed", seed, "--json"];
        json(&args)["tokens"].clone()
    };
    assert_eq!(warm("1"), warm("1"));
    assert_ne!(warm("1"), warm("2"));
    let schema = folder.join("schema.json");
    std::fs::write(&schema, r#"{"enum": ["red", "green", {"blue": 1}]}"#).unwrap();
    let found =
        json(&["generate", model, "crab", "--json", "--temperature", "1", "--json-schema", schema.to_str().unwrap()]);
    let text = found["text"].as_str().unwrap();
    let value: Value = serde_json::from_str(text).unwrap();
    assert!(["\"red\"", "\"green\"", "{\"blue\":1}"].contains(&&*value.to_string()), "{text}");
    assert_eq!(found["ended"], "complete");
    // Answers are kept.
    let kept = folder.join("kept");
    let kept = kept.to_str().unwrap();
    let again = || symbolon(&["generate", model, "crab", "--raw", "--regex", "[ab]{5}", "--cache", kept]);
    let first = again();
    assert_eq!((first.2, first.0.trim().len()), (0, 5));
    assert_eq!(again().0, first.0);
    // Mistakes, before the model is loaded where that can be.
    for (args, says) in [
        (&["generate", "nowhere", "x"][..], "the catalogue has"),
        (&["generate", "smollm2-135m", "x"], "symbolon models get smollm2-135m"),
        (&["generate", model, "x", "--temperature=-1"], "temperature"),
        (&["generate", model, "x", "--json-schema", "nowhere.json"], "nowhere.json"),
        (&["generate", model, "x", "--regex", "("], "grammar"),
        (&["generate", model, "--raw", ""], "empty"),
        (&["generate", "x", "y", "--endpoint", "nowhere"], "no address"),
    ] {
        let (_, err, code) = symbolon(args);
        let words = err.split_whitespace().filter(|w| *w != "│").collect::<Vec<_>>().join(" ");
        assert!(code == 1 && words.contains(says), "{args:?}: {words}");
    }
}

#[test]
fn a_pass_is_looked_into() {
    let folder = tiny_model("cli-trace");
    let (model, page) = (folder.to_str().unwrap(), folder.join("page.html"));
    let sites = json(&["trace", model, "--sites", "--json"]);
    assert!(sites["sites"].as_array().unwrap().iter().any(|s| s["site"] == "blocks.2.attn.pattern"));
    let args = ["trace", model, "-p", "The crab", "-r", "blocks.*.resid_post", "-r", "blocks.1.attn.pattern", "--lens"];
    let (out, err, code) = symbolon(&[&args[..], &["-o", page.to_str().unwrap()]].concat());
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("blocks.2.resid_post") && out.contains("the model"), "{out}");
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("blocks.1.attn.pattern[3]") && page.contains("Where attention looks"));
    let plain = json(&[&args[..], &["--json"]].concat());
    let edited = json(&[&args[..], &["--json", "-e", "blocks.1.attn.z=zero@heads=2"]].concat());
    assert_eq!(plain["sites"][0], edited["sites"][0]);
    assert_ne!(plain["next"], edited["next"]);
    assert_eq!(plain["lens"][3]["guesses"], plain["next"]);
    for (args, says) in [
        (&["-r", "blocks.1.resid_pots"][..], "blocks.1.resid_post"),
        (&["-e", "blocks.1.mlp.out=zero@heads=2"], "Head"),
        (&["-e", "blocks.1.mlp.out=sing"], "scale(0.5)"),
        (&["-e", "blocks.1.mlp.out"], "SITE=EDIT"),
    ] {
        let (_, err, code) = symbolon(&[&["trace", model, "-p", "x"], args].concat());
        assert!(code != 0 && err.contains(says), "{err}");
    }
}

#[test]
fn activations_are_harvested_and_asked_about() {
    let folder = tiny_model("cli-harvest");
    let out = scratch("cli-harvest-out").join("store");
    let text = folder.join("text.jsonl");
    std::fs::write(&text, "\"one crab\"\n\"two crabs\"\n").unwrap();
    let (model, text, out) = (folder.to_str().unwrap(), text.to_str().unwrap(), out.to_str().unwrap());
    let args = ["harvest", model, text, "-s", "blocks.*.resid_post", "-o", out, "--dtype", "f32", "--json"];
    let done = json(&[&args[..], &["--verify"]].concat());
    assert_eq!((done["harvested"]["documents"].as_u64(), done["sites"].as_array().unwrap().len()), (Some(2), 3));
    assert!(done["verified_bytes"].as_u64().unwrap() > 0);
    assert_eq!(json(&args)["harvested"]["skipped"], 2);
    let rows = json(&["sql", out, "select document, count(*) as n from tokens group by document", "--json"]);
    assert_eq!(rows["columns"], serde_json::json!(["document", "n"]));
    assert_eq!(rows["rows"].as_array().unwrap().len(), 2);
    let (table, _, code) =
        symbolon(&["sql", out, "select token, value(row, 'blocks.1.resid_post', 3) as v from tokens limit 2"]);
    assert!(code == 0 && table.lines().count() == 3 && table.starts_with("token"), "{table}");
    let (_, err, code) = symbolon(&["sql", out, "select valu(row) from tokens"]);
    assert!(code == 1 && err.contains("valu"), "{err}");
    let (_, err, code) = symbolon(&["harvest", model, text, "-s", "blocks.*.resid_pots", "-o", out]);
    assert!(code == 1 && err.contains("resid_post"), "{err}");
    let (_, err, code) = symbolon(&["harvest", model, "nowhere.txt", "-s", "embed", "-o", out]);
    assert!(code == 1 && err.contains("nowhere.txt"), "{err}");
}
