//! `symbolon infer`: what the queries of a theory evaluate to.

use std::time::Instant;

use serde_json::{Map, Value, json};
use symbolon_theory::Theory;
use symbolon_theory::diag::Diagnostics;
use symbolon_theory::infer::{Answer, Inference};

use crate::args::Infer;
use crate::check::messages;
use crate::load::{self, Outputs};
use crate::{DONE, STOPPED, WRONG, render};

/// Runs the command and returns its exit status.
pub fn run(args: &Infer) -> u8 {
    match answer(args) {
        Ok(status) => status,
        Err(found) => {
            if args.json {
                println!("{}", json!({"answers": [], "stop": null, "errors": messages(&found)}));
            }
            render::diagnostics(&found);
            WRONG
        }
    }
}

fn answer(args: &Infer) -> Result<u8, Diagnostics> {
    let started = Instant::now();
    let theory = load::asked(&args.theory.files, &args.query, &args.evidence)?;
    let outputs = Outputs::read(args.nn.as_deref())?;
    let load = started.elapsed().as_secs_f64();
    if !args.json {
        render::diagnostics(&theory.warnings());
    }
    let started = Instant::now();
    let inference = theory.inference(&|terms, call| outputs.of(terms, call), &args.limits.budget())?;
    let answers = inference.answers(&theory)?;
    let total = started.elapsed().as_secs_f64();
    eprint!("{}", inference.grounding.output);

    let mut object = Map::new();
    object.insert("answers".into(), answers.iter().map(answer_json).collect());
    object.insert("stop".into(), json!(inference.stop()));
    let seconds = json!({
        "load": load, "ground": inference.seconds.ground, "compile": inference.seconds.compile, "inference": total,
    });
    object.insert("seconds".into(), seconds);
    if args.json {
        object.insert("warnings".into(), messages(&theory.warnings()).into());
        println!("{}", Value::Object(object));
    } else {
        print_answers(&theory, &inference, &answers);
    }
    Ok(if inference.stop().is_some() { STOPPED } else { DONE })
}

fn answer_json(answer: &Answer) -> Value {
    let p = answer.probability;
    if p.is_exact() {
        json!({"query": answer.query, "probability": p.lower})
    } else {
        json!({"query": answer.query, "lower": p.lower, "upper": p.upper})
    }
}

fn print_answers(theory: &Theory, inference: &Inference, answers: &[Answer]) {
    if answers.is_empty() {
        let asked = theory.program.preds.iter().any(|p| theory.terms.lock().name(p.name) == "query");
        if !asked && theory.queries.is_empty() {
            eprintln!("nothing is asked: add `query(atom).` to the theory, or pass --query 'atom'");
        }
        return;
    }
    let shown = |a: &Answer| {
        let p = a.probability;
        let text = if p.is_exact() {
            render::probability(p.lower)
        } else {
            format!("{} .. {}", render::probability(p.lower), render::probability(p.upper))
        };
        vec![a.query.clone(), text]
    };
    print!("{}", render::table(&["query", "probability"], &answers.iter().map(shown).collect::<Vec<_>>()));
    if let Some(stop) = inference.stop() {
        eprintln!(
            "\nstopped: {stop}; what is shown are lower and upper bounds (--timeout, --memory, --nodes give it more)"
        );
    }
}
