//! The further questions of `symbolon infer`: each becomes a section, as text for people and as JSON for machines.

use std::fmt::Write;

use serde_json::{Value, json};
use symbolon_theory::Theory;
use symbolon_theory::budget::Budget;
use symbolon_theory::diag::{Code, Diagnostic, Diagnostics};
use symbolon_theory::explain::{Shown, derive};
use symbolon_theory::ground::Options;
use symbolon_theory::infer::Inference;
use symbolon_theory::lineage::{ChoiceId, Lineage, Lit, Origin};
use symbolon_theory::semiring::{
    Boolean, Bottleneck, Count, Counting, EvaluateError, Godel, Lukasiewicz, Product, Proof, Semiring, Viterbi,
    over_circuit, over_lineage,
};
use symbolon_theory::tasks::{RankedProof, Worlds, best_proofs};
use symbolon_theory::term::TermStore;

use crate::args::SemiringName;
use crate::load::Outputs;
use crate::render::{probability, table};

/// One part of a report.
pub struct Section {
    /// Its name in the JSON object.
    pub key: &'static str,
    /// For machines.
    pub value: Value,
    /// For people.
    pub text: String,
}

/// Steps of one explanation that are shown.
const MOST_STEPS: usize = 200;
/// Choices of a most probable explanation that are shown as text.
const MOST_CHOICES: usize = 1000;

fn failed(theory: &Theory, error: &EvaluateError) -> Diagnostics {
    Diagnostics::one(Diagnostic::error(Code::Budget, None, error.to_string()), &theory.sources)
}

fn query_names(theory: &Theory, lineage: &Lineage) -> Vec<String> {
    let terms = theory.terms.lock();
    lineage.queries.iter().map(|&(atom, _)| terms.display(atom).to_string()).collect()
}

/// The value of every query in a semiring.
pub fn semiring(
    name: SemiringName,
    k: Option<usize>,
    theory: &Theory,
    inference: &Inference,
    budget: &Budget,
) -> Result<Section, Diagnostics> {
    let lineage = &inference.grounding.lineage;
    let (word, values): (&str, Vec<Value>) = match name {
        SemiringName::Probability | SemiringName::Log => {
            let answers = inference.answers(theory)?;
            let log = |p: f64| if p > 0.0 { json!(p.ln()) } else { json!("-inf") };
            ("log probability", answers.iter().map(|a| log(a.probability.value())).collect())
        }
        SemiringName::Boolean => ("possible", exactly(&Boolean, theory, inference, |v| json!(v))?),
        SemiringName::Counting => {
            let count = |v: &Count| match v {
                Count::Exact(n) => json!(n.to_string()),
                Count::TooMany => json!("more than 2^128"),
            };
            ("possible worlds", exactly(&Counting, theory, inference, count)?)
        }
        SemiringName::Tropical => ("best proof", by_proofs(&Viterbi, f64::exp, theory, inference, budget)?),
        SemiringName::MinMax => {
            ("weakest link", by_proofs(&Bottleneck, |cost| (-cost).exp(), theory, inference, budget)?)
        }
        SemiringName::Product => ("product truth", by_proofs(&Product, |truth| truth, theory, inference, budget)?),
        SemiringName::Godel => ("Godel truth", by_proofs(&Godel, |truth| truth, theory, inference, budget)?),
        SemiringName::Lukasiewicz => {
            ("Lukasiewicz truth", by_proofs(&Lukasiewicz, |truth| truth, theory, inference, budget)?)
        }
        SemiringName::TopK => {
            let together = |&(_, lit): &(_, Lit)| {
                best_proofs(lineage, lit, k.unwrap_or(3), &inference.weights, budget).map(|(_, p)| json!(p))
            };
            let values: Result<_, _> = lineage.queries.iter().map(together).collect();
            ("best proofs together", values.map_err(|e| failed(theory, &e))?)
        }
    };
    let names = query_names(theory, lineage);
    let text_of = |v: &Value| match v {
        Value::String(s) => s.clone(),
        Value::Number(n) => probability(n.as_f64().unwrap_or(0.0)),
        v => v.to_string(),
    };
    let rows: Vec<Vec<String>> = names.iter().zip(&values).map(|(n, v)| vec![n.clone(), text_of(v)]).collect();
    let list: Vec<Value> = names.iter().zip(&values).map(|(n, v)| json!({"query": n, "value": v})).collect();
    Ok(Section { key: "semiring", value: json!({"name": word, "values": list}), text: table(&["query", word], &rows) })
}

/// Over the circuit: evidence and constraints count.
fn exactly<S: Semiring>(
    semiring: &S,
    theory: &Theory,
    inference: &Inference,
    show: impl Fn(&S::Value) -> Value,
) -> Result<Vec<Value>, Diagnostics> {
    let lineage = &inference.grounding.lineage;
    let scope: Vec<ChoiceId> = (0..lineage.choices.len() as u32).map(ChoiceId).collect();
    let compiled = &inference.compiled;
    let values = over_circuit(semiring, &compiled.circuit, &compiled.queries, &scope, &inference.weights);
    Ok(values.map_err(|e| failed(theory, &e))?.iter().map(show).collect())
}

/// Over the proofs: for the best proof, and for algebras without the distributive law. Evidence has no meaning there.
fn by_proofs<S: Semiring<Value = f64>>(
    semiring: &S,
    show: impl Fn(f64) -> f64,
    theory: &Theory,
    inference: &Inference,
    budget: &Budget,
) -> Result<Vec<Value>, Diagnostics> {
    let lineage = &inference.grounding.lineage;
    if !lineage.evidence.is_empty() || !lineage.constraints.is_empty() {
        let message = format!("evidence and constraints have no meaning in the semiring {}", semiring.name());
        let error =
            Diagnostic::error(Code::Unsupported, None, message).help("leave them out, or use a probabilistic semiring");
        return Err(Diagnostics::one(error, &theory.sources));
    }
    let roots: Vec<Lit> = lineage.queries.iter().map(|q| q.1).collect();
    let values = over_lineage(semiring, lineage, &roots, &inference.weights, budget);
    Ok(values.map_err(|e| failed(theory, &e))?.into_iter().map(|v| json!(show(v))).collect())
}

/// The most probable explanation of the evidence.
pub fn most_probable(theory: &Theory, inference: &Inference) -> Result<Section, Diagnostics> {
    let lineage = &inference.grounding.lineage;
    let best = inference
        .compiled
        .most_probable(lineage, &inference.weights)
        .map_err(|why| theory.impossible(inference, why))?;
    let names = query_names(theory, lineage);
    let terms = theory.terms.lock();
    let p = best.log_probability.exp();
    let mut text = format!("most probable explanation   {}\n", probability(p));
    let truth: Vec<Value> = names.iter().zip(&best.queries).map(|(n, &t)| json!({"query": n, "value": t})).collect();
    for (name, &holds) in names.iter().zip(&best.queries) {
        let _ = writeln!(text, "  {}{name}", if holds { "" } else { "\\+ " });
    }
    let choices: Vec<String> = best
        .values
        .iter()
        .enumerate()
        .map(|(c, &v)| choice_text(theory, lineage, &terms, ChoiceId(c as u32), v))
        .collect();
    if !choices.is_empty() {
        text.push_str("  with the choices\n");
    }
    for choice in choices.iter().take(MOST_CHOICES) {
        let _ = writeln!(text, "    {choice}");
    }
    if choices.len() > MOST_CHOICES {
        let _ = writeln!(text, "    ... and {} more", choices.len() - MOST_CHOICES);
    }
    let value = json!({
        "probability": p, "log_probability": best.log_probability, "queries": truth, "choices": choices,
    });
    Ok(Section { key: "mpe", value, text })
}

/// Samples of the queries given the evidence.
pub fn samples(theory: &Theory, inference: &Inference, count: usize, seed: u64) -> Result<Section, Diagnostics> {
    let lineage = &inference.grounding.lineage;
    let mut sampler =
        inference.compiled.sampler(&inference.weights, seed).map_err(|why| theory.impossible(inference, why))?;
    let worlds = Worlds::new(lineage);
    let names = query_names(theory, lineage);
    let mut text = format!("{count} samples (seed {seed}): the queries that hold\n");
    let mut list = Vec::with_capacity(count);
    for _ in 0..count {
        let truth = worlds.queries(&sampler.world());
        let holding: Vec<&str> = names.iter().zip(truth).filter(|(_, t)| *t).map(|(n, _)| n.as_str()).collect();
        let _ = writeln!(text, "  {}", if holding.is_empty() { "-".to_string() } else { holding.join("  ") });
        list.push(json!(holding));
    }
    Ok(Section { key: "samples", value: Value::Array(list), text })
}

fn ranked(
    theory: &Theory,
    lineage: &Lineage,
    lit: Lit,
    k: usize,
    weights: &symbolon_theory::circuit::Weights,
    budget: &Budget,
) -> Result<Vec<RankedProof>, Diagnostics> {
    best_proofs(lineage, lit, k, weights, budget).map(|(proofs, _)| proofs).map_err(|e| failed(theory, &e))
}

/// A value of a choice as text; with its place where the atom alone does not tell which rule is meant.
fn choice_text(theory: &Theory, lineage: &Lineage, terms: &TermStore, choice: ChoiceId, value: u32) -> String {
    let text = lineage.value_text(terms, choice, value);
    let c = lineage.choice(choice);
    match c.origin {
        Origin::Disjunction(..) => {
            let (line, _) = theory.sources.position(c.span);
            let name = theory.sources.get(c.span.source).map_or("", |s| s.name.as_str());
            format!("{text} by {name}:{line}")
        }
        _ => text,
    }
}

/// What a proof needs, as text.
fn needs_text(theory: &Theory, lineage: &Lineage, terms: &TermStore, proof: &Proof) -> Vec<String> {
    let need = |(c, values): &(ChoiceId, Vec<u32>)| {
        let texts: Vec<String> = values.iter().map(|&v| choice_text(theory, lineage, terms, *c, v)).collect();
        texts.join(" or ")
    };
    proof.needs.iter().map(need).collect()
}

/// The k best proofs of every answer.
pub fn proofs(theory: &Theory, inference: &Inference, k: usize, budget: &Budget) -> Result<Section, Diagnostics> {
    let lineage = &inference.grounding.lineage;
    let names = query_names(theory, lineage);
    let (mut text, mut list) = (format!("best proofs (at most {k} each)\n"), Vec::new());
    for (name, &(_, lit)) in names.iter().zip(&lineage.queries) {
        let found = ranked(theory, lineage, lit, k, &inference.weights, budget)?;
        let terms = theory.terms.lock();
        let _ = writeln!(text, "{name}");
        if found.is_empty() {
            text.push_str("  has no proof\n");
        }
        let mut values = Vec::new();
        for RankedProof { proof, probability: p } in &found {
            let needs = needs_text(theory, lineage, &terms, proof);
            let shown = if needs.is_empty() { "always".to_string() } else { needs.join(", ") };
            let _ = writeln!(text, "  {:<12} {shown}", probability(*p));
            values.push(json!({"probability": p, "choices": needs}));
        }
        list.push(json!({"query": name, "proofs": values}));
    }
    Ok(Section { key: "proofs", value: Value::Array(list), text })
}

/// Why each answer holds: its best proofs as trees. Why it does not: where its rules break.
pub fn explain(
    theory: &Theory,
    inference: &Inference,
    outputs: &Outputs,
    k: usize,
    budget: &Budget,
) -> Result<Section, Diagnostics> {
    // The lineage of the inference has no certain atoms and no rules: ground again, traced.
    let traced = theory.ground(Options { trace: true }, budget)?;
    let weights = theory.weights(&traced, &|terms, call| outputs.of(terms, call))?;
    let lineage = &traced.lineage;
    let names = query_names(theory, lineage);
    let known: std::collections::HashMap<_, _> = {
        let answers = inference.answers(theory)?;
        answers.into_iter().map(|a| (a.query, a.probability.value())).collect()
    };
    let conditioned = !lineage.evidence.is_empty() || !lineage.constraints.is_empty();
    let (given, prior) = if conditioned { (" given the evidence", " before the evidence") } else { ("", "") };
    let (mut text, mut list) = (String::new(), Vec::new());
    for (i, (name, &(atom, lit))) in names.iter().zip(&lineage.queries).enumerate() {
        if i > 0 {
            text.push('\n');
        }
        let p = known.get(name).copied().unwrap_or(0.0);
        let found = ranked(theory, lineage, lit, k, &weights, budget)?;
        let mut trees = Vec::new();
        if found.is_empty() {
            let why = theory.why_not(atom, budget)?.to_string();
            let _ = writeln!(text, "why not {name}?");
            let _ = write!(text, "{why}");
            list.push(json!({"query": name, "why_not": why}));
            continue;
        }
        let _ = writeln!(text, "why {name}?   probability {}{given}", probability(p));
        let terms = theory.terms.lock();
        let several = found.len() > 1;
        for (n, RankedProof { proof, probability: p }) in found.iter().enumerate() {
            let weight = |c: ChoiceId, v: u32| weights.choice(c)[v as usize];
            let shown = match derive(lineage, lit, &|c, v| proof.holds(c, v)) {
                Some(tree) => Shown {
                    tree: &tree,
                    lineage,
                    program: &theory.program,
                    sources: &theory.sources,
                    terms: &terms,
                    weight: &weight,
                    limit: MOST_STEPS,
                }
                .to_string(),
                None => format!("{}\n", needs_text(theory, lineage, &terms, proof).join(", ")),
            };
            if several {
                let _ = writeln!(text, "proof {} of the best {}   {}{prior}", n + 1, found.len(), probability(*p));
            }
            text.push_str(&shown);
            trees.push(json!({"probability": p, "choices": needs_text(theory, lineage, &terms, proof), "tree": shown}));
        }
        list.push(json!({"query": name, "probability": p, "proofs": trees}));
    }
    Ok(Section { key: "explanations", value: Value::Array(list), text })
}

/// The derivative of every answer by every probability that matters to it.
pub fn gradient(theory: &Theory, inference: &Inference) -> Result<Section, Diagnostics> {
    let lineage = &inference.grounding.lineage;
    let gradients =
        inference.compiled.gradients(lineage, &inference.weights).map_err(|why| theory.impossible(inference, why))?;
    let names = query_names(theory, lineage);
    let terms = theory.terms.lock();
    let (mut rows, mut list) = (Vec::new(), Vec::new());
    for (name, gradient) in names.iter().zip(&gradients) {
        let mut parts = Vec::new();
        for (c, choice) in lineage.choices.iter().enumerate() {
            let id = ChoiceId(c as u32);
            for v in 0..choice.weights.len() as u32 {
                let d = gradient.weights[inference.weights.offset(id) + v as usize];
                if d.abs() < 1e-12 {
                    continue;
                }
                let (line, _) = theory.sources.position(choice.span);
                let place = theory.sources.get(choice.span.source).map_or("", |s| s.name.as_str());
                let value = lineage.value_text(&terms, id, v);
                let p = inference.weights.choice(id)[v as usize];
                rows.push(vec![
                    name.clone(),
                    value.clone(),
                    probability(p),
                    format!("{d:.6}"),
                    format!("{place}:{line}"),
                ]);
                parts.push(
                    json!({"choice": value, "probability": p, "derivative": d, "place": format!("{place}:{line}")}),
                );
            }
        }
        list.push(json!({"query": name, "gradient": parts}));
    }
    let text = table(&["query", "by the probability of", "now", "derivative", "written at"], &rows);
    Ok(Section { key: "gradients", value: Value::Array(list), text })
}
