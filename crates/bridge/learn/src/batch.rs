//! A batch of examples of any shapes: which networks to call on what, once each, and what to make of the outputs.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use symbolon_tensor::{DType, Tensor};
use symbolon_theory::term::Term;

use crate::error::{Error, Result};
use crate::layer::{Body, Input, Layer};
use crate::op::{self, Rows};
use crate::program::{Example, Program, Target};
use crate::shape;

/// The calls of one network in a batch.
#[derive(Clone, Debug)]
pub struct Calls {
    /// Which kind of call, a number in [`Program::networks`].
    pub network: usize,
    /// The inputs of each call; no two calls are alike. Row `i` of the network's output belongs to call `i`.
    pub inputs: Vec<Vec<Term>>,
}

/// Examples of one shape and one kind of target.
struct Group {
    layer: Arc<Layer>,
    examples: Vec<usize>,
    rows: Arc<Rows>,
    /// Roots, or all answers.
    targets: Option<Arc<[u32]>>,
}

/// Examples ready to be run. Made by [`Program::batch`].
pub struct Batch {
    /// What networks are called on: feed each these inputs and hand the logarithms of their outputs, `[calls, values]`, to
    /// [`Program::log_probability`] in this order.
    pub calls: Vec<Calls>,
    /// Examples that no proof explains, whatever the networks say: their targets are not among the answers.
    pub unexplained: Vec<usize>,
    groups: Vec<Group>,
    examples: usize,
}

impl Batch {
    /// Number of examples.
    pub fn len(&self) -> usize {
        self.examples
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.examples == 0
    }
}

/// All answers of the questions of one shape.
#[derive(Clone, Debug)]
pub struct Answers {
    /// The shape.
    pub layer: Arc<Layer>,
    /// The questions, by number in the batch.
    pub examples: Vec<usize>,
    /// Log-probabilities `[examples, answers]`; answers as in [`Layer::answers`].
    pub log_probability: Tensor,
}

impl Program {
    /// Groups examples by shape and gathers the network calls that they need.
    pub fn batch<'a>(&self, examples: impl IntoIterator<Item = &'a Example>) -> Batch {
        let mut batch = Batch { calls: Vec::new(), unexplained: Vec::new(), groups: Vec::new(), examples: 0 };
        let mut source_of: FxHashMap<usize, usize> = FxHashMap::default();
        let mut call_index: Vec<FxHashMap<Vec<Term>, u32>> = Vec::new();
        let mut group_of: FxHashMap<(*const Layer, bool), usize> = FxHashMap::default();
        let mut parts: Vec<(Vec<usize>, Vec<u32>, Vec<u32>, &Arc<Layer>, bool)> = Vec::new();
        for (e, example) in examples.into_iter().enumerate() {
            batch.examples = e + 1;
            let layer = &example.layer;
            let root = match example.target {
                Target::Answer(r) | Target::Root(r) => r,
                Target::Conditions => layer.conditions(),
                Target::All => 0,
                Target::Impossible => {
                    batch.unexplained.push(e);
                    continue;
                }
            };
            let all = example.target == Target::All;
            let group = *group_of.entry((Arc::as_ptr(layer), all)).or_insert_with(|| {
                parts.push((Vec::new(), Vec::new(), Vec::new(), layer, all));
                parts.len() - 1
            });
            let (members, rows, targets, ..) = &mut parts[group];
            members.push(e);
            targets.push(root);
            for call in &layer.calls {
                let source = *source_of.entry(call.network).or_insert_with(|| {
                    batch.calls.push(Calls { network: call.network, inputs: Vec::new() });
                    call_index.push(FxHashMap::default());
                    batch.calls.len() - 1
                });
                let inputs: Vec<Term> = call.inputs.iter().map(|i| self.input(*i, &example.items)).collect();
                let list = &mut batch.calls[source].inputs;
                let row = *call_index[source].entry(inputs).or_insert_with_key(|inputs| {
                    list.push(inputs.clone());
                    list.len() as u32 - 1
                });
                rows.push(row);
            }
            if layer.calls_params {
                rows.push(0);
            }
        }
        for (examples, rows, targets, layer, all) in parts {
            let mut source: Vec<u32> = layer.calls.iter().map(|c| source_of[&c.network] as u32).collect();
            if layer.calls_params {
                // Parameters come behind all networks.
                source.push(batch.calls.len() as u32);
            }
            let rows = Rows { source, rows, examples: examples.len() };
            let targets = (!all).then(|| targets.into());
            batch.groups.push(Group { layer: Arc::clone(layer), examples, rows: Arc::new(rows), targets });
        }
        batch
    }

    fn input(&self, input: Input, items: &[Term]) -> Term {
        match input {
            Input::Datum(n) => items[n],
            Input::Fixed(term) => term,
            Input::Inside(term) => self.about_data(term, items),
        }
    }

    /// A term over numbered data as one about the data of an example ([`crate::Example::items`]): the answer
    /// `addition(image('$1'), image('$2'), 7)` as what it says about two pictures.
    pub fn about_data(&self, term: Term, items: &[Term]) -> Term {
        let mut terms = self.theory().terms.lock();
        shape::rewrite(&mut terms, term, &mut |terms, t| {
            shape::number(terms, t, &self.world.functors).map(|n| items[n])
        })
    }

    /// The log-probability of each example's target: `[examples]`, minus infinity for what is impossible. Under a fuzzy semantics
    /// the logarithm of its degree of truth.
    ///
    /// `outputs`: for each of [`Batch::calls`] the logarithms of the network's outputs, `[calls, values]`, each row summing to one
    /// in probability (log-softmax); all `f32` or all `f64`. `logits`: the learnable probabilities, as
    /// [`Program::parameters`] gives them to start with.
    ///
    /// # Errors
    /// Outputs that do not fit; questions, which have no target (see [`Program::answers`]).
    pub fn log_probability(&self, batch: &Batch, outputs: &[Tensor], logits: &Tensor) -> Result<Tensor> {
        let sources = self.sources(batch, outputs, logits)?;
        let dtype = sources.first().map_or(DType::F32, Tensor::dtype);
        let mut parts = Vec::new();
        let mut order = vec![0i64; batch.examples];
        let mut next = 0;
        for group in &batch.groups {
            let Some(targets) = &group.targets else {
                let problem = "is a question and has no target; ask for Program::answers".to_owned();
                return Err(Error::Example { example: group.examples[0], problem });
            };
            for &e in &group.examples {
                order[e] = next;
                next += 1;
            }
            parts.push(self.run(group, &sources, Some(targets))?);
        }
        if !batch.unexplained.is_empty() {
            for &e in &batch.unexplained {
                order[e] = next;
                next += 1;
            }
            parts.push(Tensor::full([batch.unexplained.len()], f64::NEG_INFINITY, dtype));
        }
        if parts.is_empty() {
            return Ok(Tensor::zeros([0], dtype));
        }
        if parts.len() == 1 {
            return Ok(parts.remove(0));
        }
        let all = Tensor::cat(&parts.iter().collect::<Vec<_>>(), 0);
        Ok(all.index_select(0, &Tensor::from(order)))
    }

    /// All answers of the questions of a batch (see [`Program::question`]), shape by shape. Inputs as for
    /// [`Program::log_probability`].
    ///
    /// # Errors
    /// Outputs that do not fit.
    pub fn answers(&self, batch: &Batch, outputs: &[Tensor], logits: &Tensor) -> Result<Vec<Answers>> {
        let sources = self.sources(batch, outputs, logits)?;
        let questions = batch.groups.iter().filter(|g| g.targets.is_none());
        let one = |group: &Group| {
            let log_probability = self.run(group, &sources, None)?;
            Ok(Answers { layer: Arc::clone(&group.layer), examples: group.examples.clone(), log_probability })
        };
        questions.map(one).collect()
    }

    fn run(&self, group: &Group, sources: &[Tensor], targets: Option<&Arc<[u32]>>) -> Result<Tensor> {
        match &group.layer.body {
            Body::Run(machine) => {
                let all = op::log_probability(machine, sources, &group.rows, targets);
                // Negations stand behind the answers.
                Ok(if targets.is_none() { all.narrow(1, ..group.layer.answers.len()) } else { all })
            }
            Body::TopK(proofs) => proofs.log_probability(sources, &group.rows, targets, group.layer.answers.len()),
        }
    }

    /// The outputs, checked, and the parameters behind them.
    fn sources(&self, batch: &Batch, outputs: &[Tensor], logits: &Tensor) -> Result<Vec<Tensor>> {
        let wrong = |network: &str, problem: String| Error::Outputs { network: network.to_owned(), problem };
        if outputs.len() != batch.calls.len() {
            let problem =
                format!("{} outputs were given for the {} networks of the batch", outputs.len(), batch.calls.len());
            return Err(wrong("networks", problem));
        }
        let params = self.world.params.len();
        let dtype = outputs.first().map_or(logits.dtype(), Tensor::dtype);
        for (calls, output) in batch.calls.iter().zip(outputs) {
            let network = &self.networks()[calls.network];
            let expected = [calls.inputs.len(), network.domain.len()];
            if output.shape() != expected {
                let problem = format!("gave {:?}, not [calls, values] = {expected:?}", output.shape());
                return Err(wrong(&network.name, problem));
            }
            if output.dtype() != dtype || !matches!(dtype, DType::F32 | DType::F64) {
                let problem = format!("gave {:?}; outputs are all F32 or all F64", output.dtype());
                return Err(wrong(&network.name, problem));
            }
        }
        let mut sources = outputs.to_vec();
        if params > 0 {
            if logits.shape() != [params] {
                let problem = format!("the logits have shape {:?}, and there are {params} parameters", logits.shape());
                return Err(wrong("learnable probabilities", problem));
            }
            sources.push(self.world.params.log_probabilities(&logits.to(dtype)));
        }
        Ok(sources)
    }
}
