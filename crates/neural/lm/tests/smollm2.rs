//! SmolLM2-135M-Instruct, the real file, against transformers on the same dequantised weights.
//!
//! Left out (with a line that says so) where the model has not been fetched: `symbolon models get smollm2-135m`.
//! References: `tests/golden/make_smollm2.py`.

mod common;

use common::{fetched, golden};
use serde_json::{Value, json};
use symbolon_lm::{Ended, Generation, Grammar, LanguageModel, Local, Message, Prompt, Sampling};
use symbolon_net::Trace;
use symbolon_net::pretrained::{Cache, Pass};
use symbolon_tensor::{Tensor, io, no_grad};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn model() -> Option<Local> {
    Some(Local::open(fetched("smollm2-135m")?).unwrap())
}

fn reference() -> (Value, Tensor) {
    let json = serde_json::from_slice(&std::fs::read(golden("smollm2.json")).unwrap()).unwrap();
    (json, io::load(golden("smollm2.safetensors")).unwrap().remove("sites").unwrap())
}

fn ids(list: &Value) -> Vec<i64> {
    list.as_array().unwrap().iter().map(|i| i.as_i64().unwrap()).collect()
}

#[test]
fn every_site_agrees_with_transformers() {
    let Some(model) = model() else { return };
    let (json, expected) = reference();
    let names: Vec<&str> = json["sites"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
    let mut worst = (0.0f64, String::new());
    for (p, prompt) in json["ids"].as_array().unwrap().iter().enumerate() {
        let tokens = ids(prompt);
        let tokens = Tensor::new(tokens.clone(), [1, tokens.len()]).unwrap();
        let mut trace = names.iter().fold(Trace::new(), |t, n| t.record(*n));
        no_grad(|| model.network.run(&[tokens], Pass::default(), &mut trace)).unwrap();
        for (s, name) in names.iter().enumerate() {
            let x = trace.get(&name.parse().unwrap()).unwrap().tensor().to_vec::<f32>();
            let row = expected.get((p, s)).to_vec::<f64>();
            let rms = (x.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / x.len() as f64).sqrt();
            let mut off = (rms / row[8] - 1.0).abs();
            for i in 1..=8usize {
                let ours = f64::from(x[(i as u64 * 2_654_435_761 % x.len() as u64) as usize]);
                // Relative to the number, or to the site's root mean square where the number is smaller.
                off = off.max((ours - row[i - 1]).abs() / row[8].max(row[i - 1].abs()));
            }
            if off > worst.0 {
                worst = (off, format!("prompt {p}, {name}"));
            }
        }
    }
    println!(
        "largest relative difference of {} sites on {} prompts: {:.1e} ({})",
        names.len(),
        json["ids"].as_array().unwrap().len(),
        worst.0,
        worst.1
    );
    assert!(worst.0 < 1e-4, "{worst:?}");
}

#[test]
fn greedy_continuations_are_the_same_for_50_tokens() {
    let Some(model) = model() else { return };
    let (json, _) = reference();
    let cases = json["ids"].as_array().unwrap().iter().zip(json["greedy"].as_array().unwrap());
    // All twenty take a minute; a few are enough for every day.
    let every = if std::env::var_os("SYMBOLON_TEST_ALL").is_some() { 1 } else { 7 };
    for (prompt, expected) in cases.step_by(every) {
        let (mut now, mut made, mut cache) = (ids(prompt), Vec::new(), Cache::new());
        no_grad(|| {
            while made.len() < 50 {
                let input = Tensor::new(now.clone(), [1, now.len()]).unwrap();
                let pass = Pass { cache: Some(&mut cache), last_only: true, ..Pass::default() };
                let logits = model.network.run(&[input], pass, &mut Trace::none()).unwrap();
                now = vec![logits.argmax(-1).item() as i64];
                made.push(now[0]);
            }
        });
        assert_eq!(made, ids(expected), "{prompt}");
    }
}

#[test]
fn it_answers_scores_and_keeps_the_form() {
    let Some(model) = model() else { return };
    let chat: Prompt = vec![Message::user("What is the capital of France? Answer in one short sentence.")].into();
    let how = Generation { tokens: 40, ..Generation::default() };
    let mut pieces = String::new();
    let done = model.complete(&chat, &how, &mut |p| {
        pieces += p;
        true
    });
    let done = done.unwrap();
    assert_eq!(pieces, done.text);
    assert!(done.text.contains("Paris") && done.ended == Ended::Complete, "{done:?}");
    assert!(done.log_probabilities.iter().all(|p| *p <= 0.0) && done.log_probabilities.len() == done.tokens.len());

    // A stop string, a listener who has enough, a seed.
    let stop = model.complete(&chat, &Generation { stop: vec!["Paris".into()], ..how.clone() }, &mut |_| true).unwrap();
    assert_eq!((stop.ended, stop.text.contains("Paris")), (Ended::Stop("Paris".into()), false));
    let bored = model.complete(&chat, &how, &mut |_| false).unwrap();
    assert_eq!(bored.ended, Ended::Interrupted);
    let warm = |seed| {
        let sampling = Sampling { top_p: 0.95, ..Sampling::default() };
        let how = Generation { tokens: 12, sampling, seed, ..Generation::default() };
        model.complete(&"Once upon a time".into(), &how, &mut |_| true).unwrap().tokens
    };
    assert_eq!(warm(1), warm(1));
    assert_ne!(warm(1), warm(2));

    // Options: batched scores are what single passes give.
    let prompt: Prompt = "The capital of France is".into();
    let options = [" Paris", " Berlin", " a very large banana", "."];
    let scores = model.score(&prompt, &options).unwrap();
    assert!(
        scores[0].log_probability > scores[1].log_probability && scores[1].log_probability > scores[2].log_probability
    );
    assert_eq!(scores[2].tokens, model.tokenizer.encode(options[2]).unwrap().len());
    for (option, score) in options.iter().zip(&scores) {
        let all = model.tokens(&Prompt::Text(format!("The capital of France is{option}"))).unwrap();
        let logits =
            model.trace(&Prompt::Text(format!("The capital of France is{option}")), &mut Trace::none()).unwrap();
        let chances = logits.log_softmax(-1);
        let from = all.len() - score.tokens;
        let sum: f64 = (from..all.len()).map(|i| chances.get((0, i - 1, all[i] as usize)).item()).sum();
        assert!((sum - score.log_probability).abs() < 2e-3, "{option}: {sum} {score:?}");
    }
    assert!(model.score(&prompt, &[""]).is_err());
    assert!(model.complete(&"".into(), &how, &mut |_| true).is_err());
    let long = "crab ".repeat(9000);
    assert!(model.complete(&Prompt::Text(long), &how, &mut |_| true).unwrap_err().to_string().contains("8192"));

    // A small model in form.
    let schema = json!({"type": "object", "additionalProperties": false, "required": ["city", "inhabitants"],
        "properties": {"city": {"type": "string", "maxLength": 20}, "inhabitants": {"type": "integer"}}});
    let form = Generation { tokens: 80, grammar: Some(Grammar::JsonSchema(schema)), ..Generation::default() };
    let done = model.complete(&vec![Message::user("Describe Paris as JSON.")].into(), &form, &mut |_| true).unwrap();
    let answer: Value = serde_json::from_str(&done.text).unwrap();
    assert!(answer["city"].is_string() && answer["inhabitants"].is_i64(), "{}", done.text);
    let yes = Generation { grammar: Some(Grammar::choice(["yes", "no"])), ..Generation::default() };
    let done = model.complete(&vec![Message::user("Is Paris in France?")].into(), &yes, &mut |_| true).unwrap();
    assert!(["yes", "no"].contains(&&*done.text));
}
