//! The cards of this crate's methods.

use symbolon_symbol::card::{Card, Family, Form, Scope, Stage};

const ANY: &[&str] = &["vectors", "images", "text"];

/// The cards of this crate's methods, for the catalogue.
pub const CARDS: &[Card] = &[
    Card {
        method: "sparse_autoencoder",
        summary: "directions of which few are active at once, learned from activations without labels",
        home: "symbolon_read::dictionary",
        families: &[Family::Dictionary],
        forms: &[Form::Direction],
        scope: Scope::Global,
        stage: Stage::PostHoc,
        works_on: ANY,
        guarantees: &["unsupervised"],
        limits: &["an error of reconstruction stays", "other seeds find other features"],
        row: 156,
        study: "sae-cunningham",
    },
    Card {
        method: "rule_descriptions",
        summary: "describes what makes a direction active by a rule over tokens, scored by prediction on unseen fragments",
        home: "symbolon_read::describe",
        families: &[Family::Dictionary, Family::Benchmark],
        forms: &[Form::Rule, Form::Text],
        scope: Scope::Global,
        stage: Stage::PostHoc,
        works_on: &["text"],
        guarantees: &["held_out"],
        limits: &["sees single tokens and the one before only"],
        row: 156,
        study: "sae-cunningham",
    },
    Card {
        method: "concept_erasure",
        summary: "the smallest change of activations after which no linear reader finds a concept (LEACE)",
        home: "symbolon_read::erase",
        families: &[Family::Causal, Family::Concept],
        forms: &[Form::Direction, Form::Counterfactual],
        scope: Scope::Global,
        stage: Stage::PostHoc,
        works_on: ANY,
        guarantees: &["closed_form", "linear_guardedness"],
        limits: &["readers that are not linear may still find it"],
        row: 156,
        study: "sae-cunningham",
    },
];
