//! One shape of query, grounded and compiled: which networks it calls on which data, and the circuit of its answers.

use rustc_hash::FxHashMap;
use symbolon_theory::Theory;
use symbolon_theory::budget::{Budget, Stop};
use symbolon_theory::circuit::Circuit;
use symbolon_theory::diag::{Diagnostics, Span};
use symbolon_theory::ground::Options;
use symbolon_theory::lineage::{Choice, ChoiceId, Leaf, Lineage};
use symbolon_theory::lower;
use symbolon_theory::term::{Symbol, Term, TermStore};
use symbolon_theory::theory::Query;

use crate::error::{Error, Result};
use crate::fuzzy::FuzzyPlan;
use crate::op::Machine;
use crate::params::Params;
use crate::plan::{Base, Plan};
use crate::program::{Semantics, World};
use crate::shape;
use crate::topk::Proofs;

/// An input of a network call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Datum number so many of the query (from 0).
    Datum(usize),
    /// A term that is the same for every example.
    Fixed(Term),
    /// A term in which numbered data occur.
    Inside(Term),
}

/// One call of a network that a query needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Which kind of call, a number in [`crate::Program::networks`].
    pub network: usize,
    /// Its inputs.
    pub inputs: Vec<Input>,
}

/// A compiled shape of query. Made by [`crate::Program`], shared by all examples of that shape.
pub struct Layer {
    /// The query with its data numbered, as text.
    pub shape: String,
    /// The calls of networks that answers depend on.
    pub calls: Vec<Call>,
    /// The possible answers: ground atoms over numbered data, in the order in which they are found.
    pub answers: Vec<Term>,
    /// How many roots there are behind the answers: one for the negation of each where the query is closed.
    pub(crate) closed: bool,
    pub(crate) index: FxHashMap<Term, u32>,
    pub(crate) body: Body,
    pub(crate) calls_params: bool,
}

/// What is run.
pub(crate) enum Body {
    /// The same for every example.
    Run(Machine),
    /// Another circuit for other proofs.
    TopK(Box<Proofs>),
}

impl std::fmt::Debug for Layer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Layer({}, {} answers, {} calls)", self.shape, self.answers.len(), self.calls.len())
    }
}

impl Layer {
    /// Factors in all gates of the circuit: what one example costs. Zero where answers are not compiled.
    pub fn edges(&self) -> usize {
        match &self.body {
            Body::Run(Machine::Circuit(plan)) => plan.edges(),
            _ => 0,
        }
    }

    /// Root of an answer, or of its negation.
    pub(crate) fn root(&self, answer: Term, value: bool) -> Option<u32> {
        let root = *self.index.get(&answer)?;
        if value { Some(root) } else { self.closed.then_some(root + self.answers.len() as u32) }
    }

    /// Root of evidence and constraints alone.
    pub(crate) fn conditions(&self) -> u32 {
        (self.answers.len() * if self.closed { 2 } else { 1 }) as u32
    }

    /// Grounds and compiles one query.
    pub(crate) fn new(
        theory: &Theory,
        world: &mut World,
        goal: Term,
        semantics: Semantics,
        most_answers: usize,
        budget: &Budget,
    ) -> Result<Layer> {
        let shape = theory.terms.show(goal);
        let meter = budget.start();
        let mut theory = theory.clone();
        theory.forget_queries();
        let span = Span::default();
        let found = lower::goal(&mut theory.program, &mut theory.terms.lock(), goal, span);
        let (pred, args) = found.map_err(|d| Diagnostics { list: vec![d], sources: theory.sources.clone() })?;
        let closed = theory.terms.lock().is_ground(goal);
        theory.queries.push(Query { goal, pred, args, vars: Vec::new(), span });
        let grounding = theory.ground(Options::default(), budget)?;
        if let Some(stop) = grounding.stop {
            return Err(Error::Stopped { shape, stop, stage: "grounded" });
        }
        let mut lineage = grounding.lineage;
        if lineage.queries.len() > most_answers {
            return Err(Error::Stopped { shape, stop: Stop::Nodes, stage: "grounded (it has too many answers)" });
        }
        let ground = |t: Term| theory.terms.lock().is_ground(t);
        // A query with variables and without answers comes back as itself, false.
        lineage.queries.retain(|(t, _)| ground(*t));
        let answers: Vec<Term> = lineage.queries.iter().map(|q| q.0).collect();
        let index = answers.iter().enumerate().map(|(i, &t)| (t, i as u32)).collect();
        if closed {
            let negations: Vec<_> = lineage.queries.iter().map(|&(t, l)| (t, !l)).collect();
            lineage.queries.extend(negations);
        }
        let calls = calls(&theory, world, &lineage)?;
        let bases = bases(&lineage, &mut world.params, calls.len() as u32);
        check_keys(&theory, world, &lineage)?;
        let calls_params = !lineage.params.is_empty();
        let count = calls.len() + usize::from(calls_params);
        let body = match semantics {
            Semantics::Exact => {
                let compiled = Circuit::compile(&lineage, &meter.remaining());
                if let Some(stop) = compiled.stop {
                    return Err(Error::Stopped { shape, stop, stage: "compiled" });
                }
                if compiled.circuit.is_false(compiled.evidence) {
                    return Err(Error::Contradiction {
                        shape,
                        help: "run `symbolon infer` on it to see which of them",
                    });
                }
                let base = |c: ChoiceId, v: u32| bases[c.0 as usize][v as usize];
                let plan = Plan::new(&compiled.circuit, &compiled.queries, Some(compiled.evidence), count, &base);
                Body::Run(Machine::Circuit(plan.into()))
            }
            Semantics::TopK(k) => Body::TopK(Proofs::new(lineage, bases, k, count, budget.clone()).into()),
            Semantics::Fuzzy(norm) => Body::Run(Machine::Fuzzy(FuzzyPlan::new(&lineage, &bases, norm, count)?.into())),
        };
        Ok(Layer { shape, calls, answers, closed, index, body, calls_params })
    }
}

/// The network calls of a lineage.
fn calls(theory: &Theory, world: &mut World, lineage: &Lineage) -> Result<Vec<Call>> {
    let mut terms = theory.terms.lock();
    let functors = world.functors.clone();
    let mut calls = Vec::with_capacity(lineage.neural.len());
    for instance in &lineage.neural {
        let network = world.network(&terms, instance.net, &instance.domain, instance.inputs.len());
        let inputs = (instance.inputs.iter())
            .map(|&t| match shape::number(&terms, t, &functors) {
                Some(n) => Input::Datum(n),
                None if has_data(&mut terms, t, &functors) => Input::Inside(t),
                None => Input::Fixed(t),
            })
            .collect();
        calls.push(Call { network, inputs });
    }
    Ok(calls)
}

fn has_data(terms: &mut TermStore, term: Term, functors: &[Symbol]) -> bool {
    let mut found = false;
    shape::rewrite(terms, term, &mut |terms, t| {
        found |= shape::number(terms, t, functors).is_some();
        None
    });
    found
}

/// A parameter whose key is a datum would be another one for every example.
fn check_keys(theory: &Theory, world: &World, lineage: &Lineage) -> Result<()> {
    let mut terms = theory.terms.lock();
    for p in &lineage.params {
        for &k in p.key.iter() {
            if has_data(&mut terms, k, &world.functors) {
                return Err(Error::Semantics {
                    semantics: "learnable probabilities",
                    problem:
                        "an argument of t(...) is a datum, so that each example would have a parameter of its own; let \
                              a network give that probability"
                            .into(),
                });
            }
        }
    }
    Ok(())
}

/// What each value of each choice weighs. Parameters are columns of call number `params_call`.
fn bases(lineage: &Lineage, params: &mut Params, params_call: u32) -> Vec<Vec<Base>> {
    let one = |choice: &Choice, params: &mut Params| {
        let columns = params.columns(lineage, choice);
        let fixed: f64 = choice.weights.iter().map(|l| if let Leaf::Const(p) = l { *p } else { 0.0 }).sum();
        let value = |(leaf, column): (&Leaf, Option<u32>)| match (*leaf, column) {
            (_, Some(column)) => Base::Input(params_call, column),
            (Leaf::Const(p), _) => Base::Const(p),
            (Leaf::Neural(call, column), _) => Base::Input(call, column),
            (Leaf::Rest, _) => Base::Const((1.0 - fixed).max(0.0)),
            (Leaf::Param(_), None) => unreachable!("every parameter has a column"),
        };
        choice.weights.iter().zip(columns).map(value).collect()
    };
    lineage.choices.iter().map(|c| one(c, params)).collect()
}
