//! `symbolon fit`: learns the `t(_)` probabilities of a theory from examples.

use std::path::Path;

use serde_json::json;
use symbolon_theory::Theory;
use symbolon_theory::diag::{Code, Diagnostic, Diagnostics};
use symbolon_theory::examples::Example;
use symbolon_theory::ground::{Grounding, Options};
use symbolon_theory::program::ParamId;
use symbolon_theory::tasks::{self, FitOptions, LearnError};

use crate::args::Fit;
use crate::wait::Waiting;
use crate::{DONE, STOPPED, ended, load, render};

/// Runs the command and returns its exit status.
pub fn run(args: &Fit) -> u8 {
    ended(fit(args), args.json, json!({"parameters": []}))
}

fn fit(args: &Fit) -> Result<u8, Diagnostics> {
    let mut theory = load::theory(std::slice::from_ref(&args.theory))?;
    theory.forget_queries();
    if theory.program.params.is_empty() {
        let error = Diagnostic::error(Code::Examples, None, "this theory has nothing to learn")
            .help("write t(_) or t(0.5) where a probability is to be learned: t(_)::rain.");
        return Err(Diagnostics::one(error, &theory.sources));
    }
    let name = args.examples.display().to_string();
    let text = std::fs::read_to_string(&args.examples).map_err(|e| load::unreadable(&args.examples, &e))?;
    let examples = theory.parse_examples(&name, &text)?;
    let count: usize = examples.iter().map(|e| e.count).sum();
    let budget = args.limits.budget();
    let waiting = Waiting::for_work("learning");
    let groundings = ground(&theory, &examples, &budget)?;
    let list: Vec<tasks::Example<'_>> = groundings
        .iter()
        .zip(&examples)
        .map(|(g, e)| tasks::Example { lineage: &g.lineage, neural: &[], count: e.count as f64 })
        .collect();
    let options =
        FitOptions { seed: args.seed, iterations: args.iterations, tolerance: args.tolerance, budget: budget.clone() };
    let fit = tasks::fit(&list, &options).map_err(|error| failed(&theory, &examples, &name, &error))?;
    drop(waiting);

    let terms = theory.terms.lock();
    let place = |p: ParamId| {
        let span = theory.program.params[p.0 as usize].span;
        let (line, column) = theory.sources.position(span);
        (span, line, column)
    };
    let mut params = fit.params.clone();
    params.sort_by_key(|(p, _, _)| (place(*p).1, place(*p).2));
    let shown = |(p, key, value): &(ParamId, Box<[_]>, f64)| {
        let (span, line, _) = place(*p);
        let key: Vec<String> = key.iter().map(|&t| terms.display(t).to_string()).collect();
        let source = theory.sources.get(span.source).map_or("", |s| s.name.as_str());
        (theory.sources.text(span).to_string(), key.join(","), *value, format!("{source}:{line}"))
    };
    let params: Vec<_> = params.iter().map(shown).collect();
    let (first, last) = (fit.log_likelihood[0], *fit.log_likelihood.last().expect("one per iteration"));
    let iterations = fit.log_likelihood.len() - 1;
    if args.json {
        let list: Vec<_> = params
            .iter()
            .map(|(text, key, value, at)| json!({"written": text, "instance": key, "value": value, "place": at}))
            .collect();
        let object = json!({
            "parameters": list, "examples": count, "log_likelihood": fit.log_likelihood, "iterations": iterations,
            "seed": args.seed, "stop": fit.stop,
        });
        println!("{object}");
    } else {
        println!("{count} examples ({} different), {iterations} iterations, seed {}", examples.len(), args.seed);
        println!("log-likelihood {first:.6} -> {last:.6}\n");
        let rows: Vec<Vec<String>> = params
            .iter()
            .map(|(t, k, v, at)| vec![t.clone(), k.clone(), render::probability(*v), at.clone()])
            .collect();
        print!("{}", render::table(&["written", "instance", "learned", "at"], &rows));
    }
    if let Some(out) = &args.out {
        let learned: Vec<(ParamId, f64)> = fit.params.iter().filter(|p| p.1.is_empty()).map(|p| (p.0, p.2)).collect();
        write(&theory, &learned, &args.theory, out)?;
        if !args.json {
            println!("\nwrote {}", out.display());
        }
    }
    Ok(if fit.stop.is_some() { STOPPED } else { DONE })
}

fn ground(
    theory: &Theory,
    examples: &[Example],
    budget: &symbolon_theory::budget::Budget,
) -> Result<Vec<Grounding>, Diagnostics> {
    let mut groundings = Vec::with_capacity(examples.len());
    for example in examples {
        let mut seen = theory.clone();
        seen.evidence.extend(example.observations.iter().cloned());
        let grounding = seen.ground(Options::default(), budget)?;
        if let Some(stop) = grounding.stop {
            let message = format!("stopped while grounding the example on line {}: {stop}", example.line);
            return Err(Diagnostics::one(Diagnostic::error(Code::Budget, None, message), &theory.sources));
        }
        groundings.push(grounding);
    }
    Ok(groundings)
}

fn failed(theory: &Theory, examples: &[Example], name: &str, error: &LearnError) -> Diagnostics {
    let (code, message, at) = match error {
        LearnError::Impossible(i) => {
            (Code::ImpossibleEvidence, "no values of the parameters explain this example".to_string(), examples.get(*i))
        }
        LearnError::Stopped(i, stop) => {
            (Code::Budget, format!("{stop} while compiling this example"), examples.get(*i))
        }
        LearnError::Weights(d) => return Diagnostics::one((**d).clone(), &theory.sources),
    };
    let span = at.and_then(|e| e.observations.first()).map(|o| o.query.span);
    let line = at.map_or(0, |e| e.line);
    let error = Diagnostic::error(code, span, message)
        .note(None, format!("the example begins at {name}:{line}"))
        .help("check its observations against the rules, or give the theory a way to make them true");
    Diagnostics::one(error, &theory.sources)
}

/// Writes the theory file with learned numbers in place of `t(...)`. Parameters in files that it consults stay as they are.
fn write(theory: &Theory, learned: &[(ParamId, f64)], file: &Path, out: &Path) -> Result<(), Diagnostics> {
    let name = file.display().to_string();
    let mut numbered = (0..).map_while(|i| theory.sources.get(i).map(|s| (i, s)));
    let Some((number, source)) = numbered.find(|(_, s)| s.name == name) else { return Ok(()) };
    let mut spans: Vec<_> = learned
        .iter()
        .map(|&(p, v)| (theory.program.params[p.0 as usize].span, v))
        .filter(|(span, _)| span.source == number)
        .collect();
    spans.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut text = source.text.clone();
    for (span, value) in spans {
        text.replace_range(span.start as usize..span.end as usize, &render::probability(value));
    }
    symbolon_check::write_whole(out, text.as_bytes()).map_err(|error| {
        let message = format!("cannot write {error}");
        Diagnostics::one(Diagnostic::error(Code::File, None, message), &theory.sources)
    })
}
