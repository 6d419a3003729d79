//! `symbolon infer`: what the queries of a theory evaluate to.

use std::time::Instant;

use serde_json::{Map, Value, json};
use symbolon_theory::Theory;
use symbolon_theory::diag::Diagnostics;
use symbolon_theory::infer::{Answer, Inference};

use crate::args::{Infer, SemiringName};
use crate::check::messages;
use crate::load;
use crate::report::{self, Section};
use crate::wait::Waiting;
use crate::{DONE, STOPPED, ended, render};

/// Runs the command and returns its exit status.
pub fn run(args: &Infer) -> u8 {
    ended(answer(args), args.json, json!({"answers": [], "stop": null}))
}

fn answer(args: &Infer) -> Result<u8, Diagnostics> {
    let started = Instant::now();
    let (theory, outputs) = load::inferred(&args.theory.files, args.nn.as_deref())?;
    let theory = load::asked(theory, &args.query, &args.evidence)?;
    let load = started.elapsed().as_secs_f64();
    if !args.json {
        render::diagnostics(&theory.warnings());
    }
    let started = Instant::now();
    let budget = args.limits.budget();
    let waiting = Waiting::for_work("inferring");
    let inference = theory.inference(&|terms, call| outputs.of(terms, call), &budget);
    let inference = inference.map_err(|error| outputs.explained(error))?;
    let answers = inference.answers(&theory)?;
    drop(waiting);
    let total = started.elapsed().as_secs_f64();
    eprint!("{}", inference.grounding.output);

    let mut sections: Vec<Section> = Vec::new();
    if args.semiring != SemiringName::Probability {
        sections.push(report::semiring(args.semiring, args.proofs, &theory, &inference, &budget)?);
    }
    if args.mpe {
        sections.push(report::most_probable(&theory, &inference)?);
    }
    if let Some(count) = args.sample {
        sections.push(report::samples(&theory, &inference, count, args.seed)?);
    }
    if let (Some(k), false) = (args.proofs, args.semiring == SemiringName::TopK) {
        sections.push(report::proofs(&theory, &inference, k, &budget)?);
    }
    if args.explain {
        let k = args.proofs.unwrap_or(3);
        sections.push(report::explain(&theory, &inference, &outputs, k, &budget)?);
    }
    if args.gradient {
        sections.push(report::gradient(&theory, &inference)?);
    }

    let listed = answers.len() == inference.grounding.lineage.queries.len();
    if args.json {
        let mut object = Map::new();
        object.insert("answers".into(), answers.iter().map(answer_json).collect());
        object.insert("complete".into(), listed.into());
        object.insert("stop".into(), json!(inference.stop()));
        let seconds = json!({
            "load": load,
            "ground": inference.seconds.ground,
            "compile": inference.seconds.compile,
            "inference": total,
        });
        object.insert("seconds".into(), seconds);
        object.insert("seed".into(), args.seed.into());
        object.insert("warnings".into(), messages(&theory.warnings()).into());
        for section in sections {
            object.insert(section.key.into(), section.value);
        }
        println!("{}", Value::Object(object));
    } else {
        // A semiring takes the place of the probabilities; everything else comes after them.
        if args.semiring == SemiringName::Probability {
            print_answers(&theory, &answers);
        }
        for (i, section) in sections.iter().enumerate() {
            let first = i == 0 && args.semiring != SemiringName::Probability;
            print!("{}{}", if first { "" } else { "\n" }, section.text);
        }
        if !listed {
            eprintln!("\nthe list of answers ends here because it became too long");
        }
        if let Some(stop) = inference.stop() {
            eprintln!(
                "\nstopped: {stop}. What is shown are bounds; --timeout, --memory, --nodes and --depth allow more."
            );
        }
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

/// The table of answers.
pub fn print_answers(theory: &Theory, answers: &[Answer]) {
    if answers.is_empty() {
        if !asks(theory) {
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
}

/// Whether a theory has queries of its own or was given some.
fn asks(theory: &Theory) -> bool {
    let terms = theory.terms.lock();
    !theory.queries.is_empty() || theory.program.index.keys().any(|&(n, arity)| arity == 1 && terms.name(n) == "query")
}

/// Used by the shell too: an inference and its answers.
pub fn ask(theory: &Theory, budget: &symbolon_theory::budget::Budget) -> Result<(Inference, Vec<Answer>), Diagnostics> {
    let _waiting = Waiting::for_work("inferring");
    let inference = theory.inference(&|_, _| None, budget)?;
    let answers = inference.answers(theory)?;
    Ok((inference, answers))
}
