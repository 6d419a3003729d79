//! The cards of this crate's methods.

use symbolon_symbol::card::{Card, Family, Form, Scope, Stage};

/// Of a method by which theories teach networks.
const fn taught(
    method: &'static str,
    summary: &'static str,
    home: &'static str,
    row: u32,
    study: &'static str,
) -> Card {
    Card {
        method,
        summary,
        home,
        families: &[Family::Logic],
        forms: &[Form::Rule, Form::Proof],
        scope: Scope::Global,
        stage: Stage::ByConstruction,
        works_on: &["vectors", "images"],
        guarantees: &["differentiable"],
        limits: &[],
        row,
        study,
    }
}

/// The cards of this crate's methods, for the catalogue.
pub const CARDS: &[Card] = &[
    Card {
        guarantees: &["exact", "differentiable"],
        limits: &["circuits may be too large; keep the best proofs then"],
        ..taught(
            "exact_semantics",
            "probability of what was observed, exactly, as a circuit",
            "symbolon_learn::Semantics::Exact",
            6,
            "nesy-frameworks",
        )
    },
    Card {
        guarantees: &["lower_bound", "differentiable"],
        limits: &["few proofs bias what is learned"],
        ..taught(
            "best_proofs",
            "probability of the k best proofs, example by example",
            "symbolon_learn::Semantics::TopK",
            6,
            "nesy-frameworks",
        )
    },
    Card {
        families: &[Family::Logic, Family::Rule],
        guarantees: &["differentiable", "consistent_at_test"],
        limits: &["training sees a relaxation", "answers that rest on themselves are refused"],
        ..taught(
            "declared_constraints",
            "constraints between outputs: relaxed to train, solved exactly to infer",
            "symbolon_learn::declare",
            6,
            "nesy-frameworks",
        )
    },
    Card {
        families: &[Family::Benchmark],
        forms: &[Form::Verdict],
        stage: Stage::PostHoc,
        guarantees: &["measured"],
        limits: &["a probe shows what runs, not how well"],
        ..taught(
            "framework_facets",
            "what an engine can express, found out by running probes",
            "symbolon_learn::facets",
            6,
            "nesy-frameworks",
        )
    },
    Card {
        forms: &[Form::Exemplar, Form::Weights],
        limits: &["approximate: the inference network may be wrong where beliefs are unlike its prior"],
        ..taught(
            "inference_networks",
            "networks that learn what a symbolic function makes of beliefs, and explain it",
            "symbolon_learn::anesi",
            28,
            "a-nesi",
        )
    },
    Card {
        forms: &[Form::ConceptScores, Form::Exemplar],
        guarantees: &["dependent_symbols"],
        limits: &["samples instead of probabilities", "which entropy suits a task is a matter of trial"],
        ..taught(
            "masked_diffusion",
            "symbols unmasked a few at a time, so that combinations can be believed",
            "symbolon_learn::diffusion",
            82,
            "nesydm",
        )
    },
    Card {
        families: &[Family::Logic, Family::Rule],
        guarantees: &["differentiable", "repairable"],
        limits: &["rules that count atoms become losses; other rules act through answer sets"],
        ..taught(
            "answer_set_losses",
            "losses read off the rules of an answer-set program, and repair of outputs by it",
            "symbolon_learn::asp_loss",
            58,
            "asper",
        )
    },
    Card {
        families: &[Family::Rule],
        forms: &[Form::Rule, Form::Text, Form::Counterfactual],
        scope: Scope::Both,
        works_on: &["graphs", "vectors", "images", "tabular"],
        guarantees: &["differentiable", "executable"],
        limits: &["one feature a rule, unless product rules are used"],
        ..taught(
            "node_rules",
            "fuzzy rules about a node's surroundings, learned with a graph network and printed as a theory",
            "symbolon_learn::node_rules",
            2,
            "firegnn",
        )
    },
];
