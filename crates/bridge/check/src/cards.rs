//! The cards of this crate's methods.

use symbolon_symbol::card::{Card, Family, Form, Scope, Stage};

const ANY: &[&str] = &["vectors", "images", "text"];

/// The cards of this crate's methods, for the [catalogue](crate::catalogue).
pub const CARDS: &[Card] = &[
    Card {
        method: "interchange",
        summary: "what a network would have said, had a symbol had the value that it has in another run",
        home: "symbolon_check::interchange",
        families: &[Family::Causal],
        forms: &[Form::Counterfactual],
        scope: Scope::Both,
        stage: Stage::PostHoc,
        works_on: ANY,
        guarantees: &["interventional"],
        limits: &["pairs of inputs and a theory that says what should follow are needed"],
        row: 132,
        study: "boundless-das",
    },
    Card {
        method: "ablation",
        summary: "what is left of the behaviour when heads, units or sites are zeroed, averaged or resampled",
        home: "symbolon_check::Ablated",
        families: &[Family::Causal, Family::Circuit],
        forms: &[Form::Weights, Form::Counterfactual],
        scope: Scope::Both,
        stage: Stage::PostHoc,
        works_on: ANY,
        guarantees: &["interventional"],
        limits: &["what is put in the place of a part decides: zeros and means lead where the network never was"],
        row: 202,
        study: "falsifiable-interpretability",
    },
    Card {
        method: "registered_claims",
        summary: "claims fixed and digested before the run, verdicts from intervals, controls and corrected families",
        home: "symbolon_check::claim",
        families: &[Family::Benchmark],
        forms: &[Form::Verdict],
        scope: Scope::Both,
        stage: Stage::PostHoc,
        works_on: ANY,
        guarantees: &["bounded_false_positives"],
        limits: &["a claim about what people understand needs people"],
        row: 202,
        study: "falsifiable-interpretability",
    },
    Card {
        method: "selectivity_index",
        summary: "how much more a unit answers to one class than to the others",
        home: "symbolon_check::selectivity",
        families: &[Family::Probe],
        forms: &[Form::Weights],
        scope: Scope::Global,
        stage: Stage::PostHoc,
        works_on: ANY,
        guarantees: &["differentiable"],
        limits: &["between 0 and 1 only where activations are not negative", "correlational"],
        row: 202,
        study: "falsifiable-interpretability",
    },
];
