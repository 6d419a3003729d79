//! Constrained decoding: whatever the model wants, the answer is in form.

mod common;

use common::{fetched, toy_tokenizer};
use serde_json::{Value, json};
use symbolon_lm::gguf::Gguf;
use symbolon_lm::{Constrainer, Grammar, Sampler, Sampling, Tokenizer};
use symbolon_tensor::Rng;

/// An answer of a "model" whose logits are noise.
fn answer(c: &Constrainer, t: &Tokenizer, grammar: &Grammar, seed: u64, most: usize) -> Option<String> {
    let mut form = c.start(grammar).unwrap();
    let mut rng = Rng::new(seed);
    let mut sampler = Sampler::new(Sampling::default(), seed).unwrap();
    let mut ids = Vec::new();
    while !form.is_finished() {
        if ids.len() == most {
            return None; // ran on: the form allows endless answers
        }
        let mut logits: Vec<f32> = (0..t.len()).map(|_| (rng.unit() * 8.0) as f32).collect();
        form.mask(&mut logits).unwrap();
        let id = sampler.next(&logits, &ids).unwrap();
        form.push(id).unwrap();
        ids.push(id);
    }
    assert!(form.is_complete().unwrap());
    ids.retain(|id| !t.end().contains(id));
    Some(t.decode(&ids).unwrap())
}

fn schema() -> Grammar {
    Grammar::JsonSchema(json!({
        "type": "object", "additionalProperties": false, "required": ["name", "age", "ok"],
        "properties": {
            "name": {"type": "string", "maxLength": 6}, "age": {"type": "integer", "minimum": 0, "maximum": 150},
            "ok": {"type": "boolean"}
        }
    }))
}

fn fits_schema(text: &str) -> bool {
    let Ok(Value::Object(o)) = serde_json::from_str(text) else { return false };
    let age = o["age"].as_f64().unwrap();
    o.len() == 3
        && o["name"].as_str().unwrap().chars().count() <= 6
        && (0.0..=150.0).contains(&age)
        && age.fract() == 0.0
        && o["ok"].is_boolean()
}

#[test]
fn noise_becomes_valid_json_every_time() {
    let t = toy_tokenizer();
    let c = Constrainer::new(&t, t.len()).unwrap();
    for seed in 0..100 {
        let text = answer(&c, &t, &schema(), seed, 100).expect("it comes to an end");
        assert!(fits_schema(&text), "{text:?}");
    }
}

#[test]
fn choices_expressions_and_grammars_hold() {
    let t = toy_tokenizer();
    let c = Constrainer::new(&t, t.len()).unwrap();
    let options = ["true", "false.", "maybe (not)", "☃"];
    let grammar = Grammar::choice(options);
    let seen: std::collections::BTreeSet<String> =
        (0..60).map(|seed| answer(&c, &t, &grammar, seed, 40).unwrap()).collect();
    assert_eq!(seen, options.iter().map(|s| s.to_string()).collect(), "every option, nothing else");

    let dates = Grammar::regex("[0-9]{4}-(0[1-9]|1[0-2])");
    for seed in 0..20 {
        let text = answer(&c, &t, &dates, seed, 20).unwrap();
        assert!(text.len() == 7 && (1..=12).contains(&text[5..].parse::<u32>().unwrap()), "{text}");
    }

    // Balanced brackets: no regular expression can say that.
    let brackets = Grammar::Lark("start: pair\npair: \"(\" pair \")\" | \"[\" pair \"]\" | \"x\"".into());
    for seed in 0..20 {
        let Some(text) = answer(&c, &t, &brackets, seed, 100) else { continue };
        let mut open = Vec::new();
        for b in text.chars() {
            match b {
                '(' | '[' => open.push(b),
                ')' => assert_eq!(open.pop(), Some('(')),
                ']' => assert_eq!(open.pop(), Some('[')),
                _ => assert_eq!(b, 'x'),
            }
        }
        assert!(open.is_empty());
    }
}

#[test]
fn a_token_out_of_form_is_refused() {
    let t = toy_tokenizer();
    let c = Constrainer::new(&t, t.len() + 5).unwrap();
    let mut form = c.start(&Grammar::regex("yes")).unwrap();
    let mut logits = vec![0.0; t.len() + 5];
    form.mask(&mut logits).unwrap();
    let y = t.encode("y").unwrap()[0];
    assert_eq!(logits.iter().filter(|l| l.is_finite()).count(), 1);
    assert_eq!(logits[y as usize], 0.0);
    assert!(!form.is_complete().unwrap());
    assert!(form.push(t.encode("n").unwrap()[0]).is_err());
}

#[test]
fn mistakes_in_grammars_are_told() {
    let t = toy_tokenizer();
    let c = Constrainer::new(&t, t.len()).unwrap();
    for bad in [
        Grammar::regex("(unclosed"),
        Grammar::Lark("start: missing".into()),
        Grammar::Lark("start: \"a".into()),
        Grammar::JsonSchema(json!({"type": "nonsense"})),
        Grammar::JsonSchema(json!({"$ref": "#/definitions/absent"})),
    ] {
        let e = c.start(&bad).map(|_| ()).unwrap_err().to_string();
        assert!(e.starts_with("grammar: ") && e.len() > 15, "{bad:?}: {e}");
    }
    assert!(Constrainer::new(&t, 3).is_err());
    assert!(Constrainer::new(&t.with_ends(None, vec![]).unwrap(), 400).is_err());
}

#[test]
fn a_real_vocabulary_keeps_the_form() {
    let Some(folder) = fetched("smollm2-135m") else { return };
    let t = Tokenizer::from_gguf(&Gguf::open(folder.join("model.gguf")).unwrap()).unwrap();
    let c = Constrainer::new(&t, t.len()).unwrap();
    for seed in 0..100 {
        let text = answer(&c, &t, &schema(), seed, 100).expect("it comes to an end");
        assert!(fits_schema(&text), "{text:?}");
    }
}
