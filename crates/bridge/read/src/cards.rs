//! The cards of this crate's methods.

use symbolon_symbol::card::{Card, Family, Form, Scope, Stage};

const ANY: &[&str] = &["vectors", "images", "text"];

/// A card of a reader of networks that are already trained.
const fn reader(
    method: &'static str,
    summary: &'static str,
    home: &'static str,
    families: &'static [Family],
    forms: &'static [Form],
) -> Card {
    Card {
        method,
        summary,
        home,
        families,
        forms,
        scope: Scope::Global,
        stage: Stage::PostHoc,
        works_on: ANY,
        guarantees: &[],
        limits: &[],
        row: 0,
        study: "",
    }
}

/// The cards of this crate's methods, for the catalogue.
pub const CARDS: &[Card] = &[
    Card {
        method: "kan",
        summary: "networks whose edges are curves: plotted, pruned, named one by one and multiplied out into a formula",
        home: "symbolon_net::Kan",
        families: &[Family::Additive, Family::SymbolicRegression],
        forms: &[Form::FunctionPlot, Form::Formula],
        scope: Scope::Global,
        stage: Stage::ByConstruction,
        works_on: &["tabular"],
        guarantees: &["differentiable"],
        limits: &["small and smooth targets", "a formula only where every edge is a function of the library"],
        row: 40,
        study: "kan",
    },
    Card {
        method: "symbolify",
        summary: "which function of a library, stretched and shifted, each edge of a network is",
        home: "symbolon_read::Symbolify",
        families: &[Family::SymbolicRegression],
        forms: &[Form::Formula],
        scope: Scope::Global,
        stage: Stage::PostHoc,
        works_on: &["tabular"],
        guarantees: &["refuses"],
        limits: &["the library decides what can be found"],
        row: 40,
        study: "kan",
    },
    Card {
        method: "arithmetic_units",
        summary: "layers that add, subtract, multiply and divide far outside of what they were trained on, and print how",
        home: "symbolon_net::layers::Arithmetic",
        families: &[Family::SymbolicRegression],
        forms: &[Form::Formula],
        scope: Scope::Global,
        stage: Stage::ByConstruction,
        works_on: &["tabular", "sequences"],
        guarantees: &["refuses"],
        limits: &["products lose signs (NALU)", "not every seed finds its corner"],
        row: 186,
        study: "nalu",
    },
    Card {
        method: "fourier_reading",
        summary: "neurons over a cyclic group as waves that can be turned, silenced and written back",
        home: "symbolon_read::fourier",
        families: &[Family::Geometry, Family::Causal],
        forms: &[Form::Formula, Form::Weights],
        scope: Scope::Global,
        stage: Stage::PostHoc,
        works_on: &["groups"],
        guarantees: &["interventional"],
        limits: &["one-hot inputs over a cyclic group of odd order"],
        row: 226,
        study: "modular-addition-fourier",
    },
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
    Card {
        guarantees: &["interventional", "orthonormal"],
        limits: &["a causal model is needed", "expressive maps overfit: score on other examples"],
        row: 132,
        study: "boundless-das",
        ..reader(
            "distributed_alignment_search",
            "learns which rotated coordinates of a site play the role of a causal model's variable, and how many",
            "symbolon_read::das",
            &[Family::Causal, Family::Geometry],
            &[Form::Direction, Form::Counterfactual],
        )
    },
    Card {
        guarantees: &["exact", "certified_gap"],
        limits: &["correlational", "at most 64 candidates, chosen by a ranking"],
        row: 212,
        study: "sparse-probing",
        ..reader(
            "sparse_probing",
            "how well exactly k neurons tell a property, with the best support and a certificate",
            "symbolon_read::probe::sparse",
            &[Family::Probe],
            &[Form::Weights, Form::Direction],
        )
    },
    Card {
        limits: &["correlational", "classes by labels only"],
        row: 212,
        study: "sparse-probing",
        ..reader(
            "dense_probe",
            "logistic, ridge and difference-of-means classifiers on rows of a site, with a control on shuffled labels",
            "symbolon_read::probe",
            &[Family::Probe],
            &[Form::Direction],
        )
    },
    Card {
        limits: &["correlational until it is written through", "contrasted stimuli are needed"],
        row: 96,
        study: "representation-engineering",
        ..reader(
            "reading_vectors",
            "the direction of a concept from contrasted pairs (linear artificial tomography)",
            "symbolon_read::probe::Pairs",
            &[Family::Probe, Family::Steering],
            &[Form::Direction],
        )
    },
    Card {
        scope: Scope::Both,
        works_on: &["text"],
        limits: &["early layers are not written in the vocabulary"],
        row: 96,
        study: "representation-engineering",
        ..reader(
            "logit_lens",
            "residual streams and rows of weights read as tokens",
            "symbolon_read::lens",
            &[Family::Lens],
            &[Form::Text],
        )
    },
    Card {
        scope: Scope::Both,
        guarantees: &["interventional"],
        limits: &["pairs of inputs that differ in one thing are needed"],
        row: 202,
        study: "falsifiable-interpretability",
        ..reader(
            "patching",
            "how much of a difference between two runs each part, head, position or edge brings back",
            "symbolon_read::patch",
            &[Family::Causal, Family::Circuit],
            &[Form::Weights, Form::Counterfactual],
        )
    },
    Card {
        scope: Scope::Instance,
        limits: &["what a small change would do, not what a part did"],
        row: 202,
        study: "falsifiable-interpretability",
        ..reader(
            "gradient_saliency",
            "gradients between any two places, under exchangeable backward rules",
            "symbolon_read::attribution",
            &[Family::Attribution],
            &[Form::Weights],
        )
    },
    Card {
        scope: Scope::Instance,
        guarantees: &["complete"],
        limits: &["depends on the baseline and on the path"],
        row: 122,
        study: "samp",
        ..reader(
            "path_attribution",
            "a difference to a baseline distributed along a straight or a greedy path, with the gap of completeness",
            "symbolon_read::attribution",
            &[Family::Attribution],
            &[Form::Weights],
        )
    },
];
