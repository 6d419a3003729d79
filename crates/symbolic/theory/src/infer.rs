//! From a theory to probabilities in one call.
//!
//! ```
//! let answers = symbolon_theory::infer("0.4::heads(1). 0.6::heads(2). some :- heads(_). query(some).").unwrap();
//! assert_eq!(answers[0].0, "some");
//! assert!((answers[0].1 - 0.76).abs() < 1e-12);
//! ```
//!
//! [`Theory::inference`] keeps what it made (lineage, circuit, weights), so that further questions (gradients, samples, other
//! weights) need no further grounding and no further compilation.

use std::time::Instant;

use crate::budget::{Budget, Stop};
use crate::circuit::{Circuit, Weights};
use crate::compile::Compiled;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::ground::{Grounding, Options};
use crate::lineage::{Evidence, NeuralInstance};
use crate::tasks::{self, Impossible, Probability};
use crate::term::TermStore;
use crate::theory::Theory;

/// The distribution over the domain of a neural predicate for some inputs, if it is known.
pub type Network<'a> = dyn Fn(&TermStore, &NeuralInstance) -> Option<Vec<f64>> + 'a;

/// Answers are listed until their text has this many bytes.
const MOST_TEXT: usize = 64 << 20;

/// A start value for learnable probabilities that have none.
const UNKNOWN_PARAMETER: f64 = 0.5;

/// A theory that has been grounded and compiled for its queries.
pub struct Inference {
    /// The lineage of evidence, constraints and queries.
    pub grounding: Grounding,
    /// Its circuit.
    pub compiled: Compiled,
    /// The weight of every value of every choice.
    pub weights: Weights,
    /// Seconds of each stage.
    pub seconds: Seconds,
}

/// Wall-clock seconds of the stages of an inference.
#[derive(Clone, Copy, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Seconds {
    /// Grounding.
    pub ground: f64,
    /// Compilation.
    pub compile: f64,
}

/// The probability of one answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The ground atom, as text.
    pub query: String,
    /// Its probability given the evidence, or bounds on it.
    pub probability: Probability,
}

impl Theory {
    /// Grounds and compiles the queries of this theory. `network` gives the outputs of neural predicates.
    ///
    /// # Errors
    /// As [`Theory::ground`]; also neural predicates without outputs, or with wrong ones.
    pub fn inference(&self, network: &Network<'_>, budget: &Budget) -> Result<Inference, Diagnostics> {
        let meter = budget.start();
        let grounding = self.ground(Options::default(), budget)?;
        let weights = self.weights(&grounding, network)?;
        let ground = meter.elapsed().as_secs_f64();
        let started = Instant::now();
        // A stop while grounding leaves little; still, what was found deserves a moment to be evaluated.
        let mut rest = meter.remaining();
        rest.time = rest.time.max(budget.time / 10);
        let compiled = Circuit::compile(&grounding.lineage, &rest);
        let seconds = Seconds { ground, compile: started.elapsed().as_secs_f64() };
        Ok(Inference { grounding, compiled, weights, seconds })
    }

    /// The weights of a grounding's choices.
    ///
    /// # Errors
    /// Neural predicates without outputs, or with wrong ones.
    pub fn weights(&self, grounding: &Grounding, network: &Network<'_>) -> Result<Weights, Diagnostics> {
        let lineage = &grounding.lineage;
        let terms = self.terms.lock();
        let mut outputs = Vec::with_capacity(lineage.neural.len());
        for instance in &lineage.neural {
            let Some(output) = network(&terms, instance) else {
                let inputs: Vec<String> = instance.inputs.iter().map(|&t| terms.display(t).to_string()).collect();
                let (net, inputs) = (terms.name(instance.net), inputs.join(","));
                let error = Diagnostic::error(
                    Code::Neural,
                    lineage.neural_span(instance),
                    format!("there is no output of the network {net} for {inputs}"),
                )
                .help(format!("give it as JSON: {{\"{net}\": {{\"{inputs}\": [one probability for each value]}}}}"));
                return Err(Diagnostics::one(error, &self.sources));
            };
            outputs.push(output);
        }
        let params = Weights::initial_params(lineage, UNKNOWN_PARAMETER);
        Weights::of(lineage, &params, &outputs).map_err(|d| Diagnostics::one(d, &self.sources))
    }

    /// Says which evidence or constraint cannot hold, at its place.
    pub fn impossible(&self, inference: &Inference, why: Impossible) -> Diagnostics {
        let lineage = &inference.grounding.lineage;
        let mut error = tasks::diagnose(lineage, why, &Budget::default());
        if why == Impossible::Evidence {
            let terms = self.terms.lock();
            let seen = |e: &Evidence| format!("{}{}", if e.value { "" } else { "\\+ " }, terms.display(e.atom));
            let list: Vec<String> = lineage.evidence.iter().map(seen).collect();
            error = error.note(None, format!("the evidence: {}", list.join(", ")));
        }
        Diagnostics::one(error, &self.sources)
    }
}

impl Inference {
    /// Why grounding or compilation stopped early, if one did. Then the probabilities are bounds.
    pub fn stop(&self) -> Option<Stop> {
        self.grounding.stop.or(self.compiled.stop)
    }

    /// The probability of every query given the evidence. Where the texts of the answers come to more than 64 MiB, the list
    /// ends there: it is shorter than [`crate::lineage::Lineage::queries`].
    ///
    /// # Errors
    /// Evidence or constraints that no possible world satisfies.
    pub fn answers(&self, theory: &Theory) -> Result<Vec<Answer>, Diagnostics> {
        let marginals = self.compiled.marginals(&self.weights).map_err(|why| theory.impossible(self, why))?;
        let terms = theory.terms.lock();
        let incomplete = self.grounding.stop.is_some();
        // A program without end gives answers without end, each longer than the one before.
        let mut room = MOST_TEXT;
        let answer = |(&(atom, _), mut p): (&(crate::term::Term, _), Probability)| {
            if incomplete {
                // Proofs may be missing.
                p.upper = 1.0;
            }
            let query = terms.display(atom).to_string();
            let before = room;
            room = room.saturating_sub(query.len());
            (before > 0).then_some(Answer { query, probability: p })
        };
        Ok(self.grounding.lineage.queries.iter().zip(marginals).map_while(answer).collect())
    }
}

/// The queries of a program and their probabilities, in the order in which they are found.
///
/// # Errors
/// Whatever is wrong with the program. A program that needs more than [`Budget::default`] is an error too: use
/// [`Theory::inference`] for bounds.
pub fn infer(text: &str) -> Result<Vec<(String, f64)>, Diagnostics> {
    let theory = Theory::parse(text)?;
    let inference = theory.inference(&|_, _| None, &Budget::default())?;
    let answers = inference.answers(&theory)?;
    if let Some(stop) = inference.stop() {
        let error = Diagnostic::error(Code::Budget, None, format!("stopped: {stop}"));
        return Err(Diagnostics::one(error, &theory.sources));
    }
    Ok(answers.into_iter().map(|a| (a.query, a.probability.value())).collect())
}
