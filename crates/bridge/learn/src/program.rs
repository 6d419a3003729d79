//! A theory that teaches networks: queries come in, each shape is compiled once, batches of examples go out.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use symbolon_tensor::{DType, Tensor};
use symbolon_theory::Theory;
use symbolon_theory::budget::{Budget, Stop};
use symbolon_theory::program::ParamId;
use symbolon_theory::term::{Symbol, Term, TermStore, View, sym};

use crate::error::{Error, Result};
use crate::fuzzy::Norm;
use crate::layer::Layer;
use crate::params::Params;
use crate::shape;

/// How a theory is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Semantics {
    /// Probabilities of possible worlds, exactly.
    #[default]
    Exact,
    /// The `k` most probable proofs of each example under the networks' present outputs, then exactly over these: a lower bound
    /// on the exact probability, equal to it once `k` covers all proofs (Huang et al. 2021, "Scallop").
    TopK(usize),
    /// Degrees of truth, proof by proof.
    Fuzzy(Norm),
}

/// A kind of network call: the same network over the same values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// Its name in the theory.
    pub name: String,
    /// The values that its outputs stand for, in order, as text.
    pub domain: Vec<String>,
    /// How many inputs it takes.
    pub inputs: usize,
}

/// What grounding one shape needs to know of the others.
pub(crate) struct World {
    pub functors: Vec<Symbol>,
    pub networks: Vec<Network>,
    network_index: FxHashMap<(Symbol, Box<[Term]>, usize), usize>,
    pub params: Params,
}

impl World {
    pub(crate) fn network(&mut self, terms: &TermStore, net: Symbol, domain: &[Term], inputs: usize) -> usize {
        *self.network_index.entry((net, domain.into(), inputs)).or_insert_with(|| {
            let domain = domain.iter().map(|&t| terms.display(t).to_string()).collect();
            self.networks.push(Network { name: terms.name(net).to_owned(), domain, inputs });
            self.networks.len() - 1
        })
    }
}

/// What is known about a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// This answer (a number in [`Layer::answers`]), or its negation.
    Answer(u32),
    /// A root that is not an answer: a negation.
    Root(u32),
    /// The evidence and the constraints of the theory hold.
    Conditions,
    /// Nothing: all answers are asked for.
    All,
    /// Something that has no proof whatever the networks say.
    Impossible,
}

/// A query about certain data, ready for batches.
#[derive(Clone, Debug)]
pub struct Example {
    /// Its shape.
    pub layer: Arc<Layer>,
    /// Its data, by number: ground terms such as `image("a.png")`.
    pub items: Vec<Term>,
    /// What was observed.
    pub target: Target,
}

/// Most answers that are compiled together when an argument is opened.
const OPEN_ANSWERS: usize = 20_000;

/// A theory with a cache of compiled shapes.
pub struct Program {
    theory: Theory,
    semantics: Semantics,
    budget: Budget,
    pub(crate) world: World,
    layers: FxHashMap<Term, Arc<Layer>>,
    /// Shapes with an argument opened that do not work, so that closed ones are used.
    not_open: FxHashMap<Term, ()>,
}

impl Program {
    /// A program of a theory. Its own `query/1` clauses are ignored; its evidence and constraints hold for every example.
    pub fn new(theory: Theory) -> Program {
        let functors = {
            let mut terms = theory.terms.lock();
            ["image", "tensor", "data"].map(|f| terms.symbol(f)).to_vec()
        };
        let world =
            World { functors, networks: Vec::new(), network_index: FxHashMap::default(), params: Params::default() };
        Program {
            theory,
            semantics: Semantics::default(),
            budget: Budget::default(),
            world,
            layers: FxHashMap::default(),
            not_open: FxHashMap::default(),
        }
    }

    /// The same under another semantics. Forgets what was compiled.
    #[must_use]
    pub fn with_semantics(mut self, semantics: Semantics) -> Program {
        self.semantics = semantics;
        self.layers.clear();
        self.not_open.clear();
        self
    }

    /// The same with other limits for each shape.
    #[must_use]
    pub fn with_budget(mut self, budget: Budget) -> Program {
        self.budget = budget;
        self
    }

    /// Functors whose terms are data, to be looked into by networks only. Default: `image`, `tensor` and `data`.
    #[must_use]
    pub fn with_data(mut self, functors: &[&str]) -> Program {
        let mut terms = self.theory.terms.lock();
        self.world.functors = functors.iter().map(|f| terms.symbol(f)).collect();
        drop(terms);
        self.layers.clear();
        self.not_open.clear();
        self
    }

    /// The theory.
    pub fn theory(&self) -> &Theory {
        &self.theory
    }

    /// How it is read.
    pub fn semantics(&self) -> Semantics {
        self.semantics
    }

    /// The kinds of network calls of all shapes compiled so far.
    pub fn networks(&self) -> &[Network] {
        &self.world.networks
    }

    /// Shapes compiled so far, by their text.
    pub fn layers(&self) -> Vec<Arc<Layer>> {
        let mut layers: Vec<Arc<Layer>> = self.layers.values().cloned().collect();
        layers.sort_by(|a, b| a.shape.cmp(&b.shape));
        layers
    }

    /// A term as text.
    pub fn show(&self, term: Term) -> String {
        self.theory.terms.show(term)
    }

    /// An observed query: `addition(image("a.png"), image("b.png"), 7)`, or `\+ query` for one that was seen to be false.
    ///
    /// Where the last argument holds no data, as the 7 here, it is opened: one circuit gives the probabilities of all sums, and the
    /// observed one is picked. Where that does not work (the argument must be given, or there are too many answers for a
    /// quarter of the budget), and for what was seen to be false, the query is compiled as it stands.
    ///
    /// # Errors
    /// A text that is no ground goal, and whatever goes wrong when a new shape is grounded and compiled.
    pub fn example(&mut self, text: &str) -> Result<Example> {
        let (mut goal, _) = self.theory.parse_term(text)?;
        let mut value = true;
        {
            let terms = self.theory.terms.lock();
            while let View::Compound(sym::NOT | sym::NOT_WORD, &[inner]) = terms.view(goal) {
                (goal, value) = (inner, !value);
            }
        }
        self.observed(goal, value)
    }

    /// As [`Program::example`], from a term of the theory's store.
    ///
    /// # Errors
    /// As [`Program::example`].
    pub fn observed(&mut self, goal: Term, value: bool) -> Result<Example> {
        let functors = self.world.functors.clone();
        let (found, open) = {
            let mut terms = self.theory.terms.lock();
            if !terms.is_ground(goal) {
                return Err(Error::Open { query: terms.display(goal).to_string() });
            }
            let found = shape::abstracted(&mut terms, goal, &functors);
            let open = shape::opened(&mut terms, found.shape, &functors).filter(|_| value);
            (found, open)
        };
        if let Some(open) = open
            && let Some(layer) = self.open_layer(open)
        {
            let target = layer.root(found.shape, true).map_or(Target::Impossible, Target::Answer);
            return Ok(Example { layer, items: found.items, target });
        }
        let layer = self.layer_of(found.shape)?;
        let target = match layer.root(found.shape, value) {
            Some(root) if value => Target::Answer(root),
            Some(root) => Target::Root(root),
            None => Target::Impossible,
        };
        Ok(Example { layer, items: found.items, target })
    }

    /// A term of the theory's store, from text.
    ///
    /// # Errors
    /// A text that is not one term.
    pub fn term(&mut self, text: &str) -> Result<Term> {
        Ok(self.theory.parse_term(text)?.0)
    }

    /// A question: all answers of a query, perhaps with variables, are asked for.
    ///
    /// # Errors
    /// As [`Program::example`].
    pub fn question(&mut self, text: &str) -> Result<Example> {
        let (goal, _) = self.theory.parse_term(text)?;
        self.about(goal, Target::All)
    }

    /// The evidence and the constraints of the theory as what is observed, among the data of this query: for a semantic loss.
    ///
    /// # Errors
    /// As [`Program::example`].
    pub fn conditions(&mut self, text: &str) -> Result<Example> {
        let (goal, _) = self.theory.parse_term(text)?;
        self.about(goal, Target::Conditions)
    }

    fn about(&mut self, goal: Term, target: Target) -> Result<Example> {
        let functors = self.world.functors.clone();
        let found = shape::abstracted(&mut self.theory.terms.lock(), goal, &functors);
        let layer = self.layer_of(found.shape)?;
        Ok(Example { layer, items: found.items, target })
    }

    fn layer_of(&mut self, shape: Term) -> Result<Arc<Layer>> {
        self.compiled(shape, usize::MAX, &self.budget.clone())
    }

    fn compiled(&mut self, shape: Term, most: usize, budget: &Budget) -> Result<Arc<Layer>> {
        if let Some(layer) = self.layers.get(&shape) {
            return Ok(Arc::clone(layer));
        }
        let layer = Layer::new(&self.theory, &mut self.world, shape, self.semantics, most, budget)?;
        let layer = Arc::new(layer);
        self.layers.insert(shape, Arc::clone(&layer));
        Ok(layer)
    }

    /// The shape with its last argument open, if it can be answered that way within a part of the budget.
    fn open_layer(&mut self, open: Term) -> Option<Arc<Layer>> {
        if self.not_open.contains_key(&open) {
            return None;
        }
        let part = Budget { time: self.budget.time / 4, nodes: self.budget.nodes / 4, ..self.budget.clone() };
        match self.compiled(open, OPEN_ANSWERS, &part) {
            Ok(layer) => Some(layer),
            Err(Error::Stopped { stop: Stop::Cancelled, .. }) => None,
            Err(_) => {
                self.not_open.insert(open, ());
                None
            }
        }
    }

    /// Start values of the logits of all learnable probabilities `t(_)` of the shapes compiled so far: `[parameters]`. Compile all
    /// shapes first; the vector grows with new ones, at its end.
    pub fn parameters(&self, dtype: DType) -> Tensor {
        self.world.params.start(dtype)
    }

    /// The theory with learned probabilities in place of `t(_)`. Parameters with further arguments, `t(_, X)`, have a value for
    /// each instance and stay as they are written.
    pub fn learned(&self, logits: &Tensor) -> Theory {
        let mut theory = self.theory.clone();
        for ((param, key), value) in self.world.params.values(logits) {
            if key.is_empty() {
                theory.program.params[param.0 as usize].init = Some(value);
            }
        }
        theory
    }

    /// The present values of learnable probabilities: where each is written with its further arguments, as text, and its
    /// probability. The rests of choices are left out.
    pub fn parameter_values(&self, logits: &Tensor) -> Vec<(String, f64)> {
        let terms = self.theory.terms.lock();
        let name = |param: ParamId, key: &[Term]| {
            let span = self.theory.program.params[param.0 as usize].span;
            let (line, _) = self.theory.sources.position(span);
            let key: Vec<String> = key.iter().map(|&k| terms.display(k).to_string()).collect();
            let comma = if key.is_empty() { "" } else { "," };
            format!("line {line}: t(_{comma}{})", key.join(","))
        };
        self.world.params.values(logits).into_iter().map(|((p, key), v)| (name(p, key), v)).collect()
    }
}
