//! A project: a folder in which a theory, networks and observations come together, without any Rust.
//!
//! ```text
//! sums/
//!   theory.pl     the theory, and directives that name networks and data
//!   train.csv     observed queries
//!   trained.safetensors    written by training
//! ```
//!
//! ```prolog
//! :- network(digit, lenet(10)).                              % a built-in architecture, or "weights.safetensors"
//! :- train("train.csv", addition(mnist(A), mnist(B), S)).    % one query for each row: columns A, B, S
//! :- test("test.csv", addition(mnist(A), mnist(B), S)).
//! :- training([epochs(3), batch(64), rate(0.002)]).          % see [`Settings`]
//!
//! nn(digit, [X], Y, [0..9]) :: digit(X, Y).
//! addition(X, Y, S) :- digit(X, A), digit(Y, B), S is A + B.
//! ```
//!
//! What networks look at are terms: `image("a.png")` (relative to the folder), `mnist(17)` (of the shipped digits),
//! `vector([0.5, 1])`. See [`Inputs`].

mod declared;
mod evaluate;
mod inputs;
mod rows;
mod settings;
mod teach;

pub use evaluate::{Evaluation, Prediction};
pub use inputs::Inputs;
pub use settings::Settings;
pub use teach::Run;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use symbolon_net::{Checkpoint, Network, Trace};
use symbolon_tensor::{DType, Device, Rng, Tensor, no_grad};
use symbolon_theory::Theory;
use symbolon_theory::lineage::NeuralInstance;
use symbolon_theory::term::{Term, TermStore};

use crate::batch::{Batch, Calls};
use crate::error::{Error, Result};
use crate::program::{Example, Program, Semantics, Target};
use declared::Declared;

/// The name of a project's theory.
pub const THEORY: &str = "theory.pl";

/// The name of the file that training writes.
pub const TRAINED: &str = "trained.safetensors";

/// A theory bound to networks and observations. See the [module documentation](self).
pub struct Project {
    /// The theory, with the circuits of all shapes met so far.
    pub program: Program,
    /// The networks by their names in the theory.
    pub networks: BTreeMap<String, Box<dyn Network>>,
    /// Logits of learnable probabilities `t(_)`, as [`Program::parameters`] numbers them.
    pub logits: Tensor,
    /// What networks look at.
    pub inputs: Inputs,
    /// How training goes.
    pub settings: Settings,
    /// Observations to learn from.
    pub train: Observations,
    /// Observations to be judged on.
    pub test: Observations,
    folder: PathBuf,
}

/// Observed queries, and where each was read.
#[derive(Clone, Default)]
pub struct Observations {
    /// The queries.
    pub examples: Vec<Example>,
    /// The query as text and its place (`train.csv:17`), for messages.
    pub sources: Vec<(String, String)>,
}

impl Observations {
    /// Adds one.
    pub fn push(&mut self, example: Example, query: String, place: String) {
        self.examples.push(example);
        self.sources.push((query, place));
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.examples.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.examples.is_empty()
    }

    /// Queries that no proof explains whatever the networks say, with their places: networks cannot learn from them.
    pub fn unexplained(&self) -> Vec<&(String, String)> {
        let none = |(e, _): &(&Example, &(String, String))| e.target == Target::Impossible;
        self.examples.iter().zip(&self.sources).filter(none).map(|(_, s)| s).collect()
    }
}

impl Project {
    /// Reads a folder: the theory, networks with weights drawn from `seed`, and the observations.
    /// Seed and semantics are those of its settings, if none are given.
    ///
    /// # Errors
    /// Whatever is wrong with theory, directives, tables and pictures, with its place.
    pub fn open(
        folder: impl AsRef<Path>,
        seed: Option<u64>,
        semantics: Option<Semantics>,
        device: Device,
    ) -> Result<Project> {
        let folder = folder.as_ref();
        let file = folder.join(THEORY);
        if !file.is_file() {
            let problem = format!("there is no {THEORY} in it");
            return Err(Error::Project { place: folder.display().to_string(), problem });
        }
        let theory = Theory::read(&file)?;
        Project::new(theory, folder, seed, semantics, device)
    }

    /// As [`Project::open`], for a theory that has been read already; `folder` is where file names start.
    ///
    /// # Errors
    /// As [`Project::open`].
    pub fn new(
        theory: Theory,
        folder: &Path,
        seed: Option<u64>,
        semantics: Option<Semantics>,
        device: Device,
    ) -> Result<Project> {
        let declared = Declared::read(&theory)?;
        let mut settings = declared.settings.clone();
        settings.seed = seed.unwrap_or(settings.seed);
        settings.semantics = semantics.unwrap_or(settings.semantics);
        let program = Program::new(theory).with_semantics(settings.semantics).with_data(inputs::FUNCTORS);
        let mut project = Project {
            networks: BTreeMap::new(),
            logits: program.parameters(DType::F32),
            inputs: Inputs::new(folder),
            settings,
            train: Observations::default(),
            test: Observations::default(),
            folder: folder.to_owned(),
            program,
        };
        project.bind(&declared, device)?;
        for (table, test) in declared.tables.iter().map(|t| (t, t.test)) {
            let read = rows::read(&mut project.program, folder, table)?;
            let into = if test { &mut project.test } else { &mut project.train };
            into.examples.extend(read.examples);
            into.sources.extend(read.sources);
        }
        project.logits = project.program.parameters(DType::F32);
        let seen = [items(&project.train.examples), items(&project.test.examples)].concat();
        project.load(&seen)?;
        Ok(project)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file that training writes.
    pub fn trained(&self) -> PathBuf {
        self.folder.join(TRAINED)
    }

    fn bind(&mut self, declared: &Declared, device: Device) -> Result<()> {
        let mut rng = Rng::new(self.settings.seed);
        for network in &declared.networks {
            let built = network.build(&self.folder, &mut rng, device).map_err(|problem| {
                declared::wrong(self.program.theory(), network.span, problem, declared::NETWORK_HELP)
            })?;
            self.networks.insert(network.name.clone(), built);
        }
        declared::all_bound(self.program.theory(), &self.networks)
    }

    /// Adds an observed query, `addition(mnist(1), mnist(2), 7)` or `\+ query`, and loads its data.
    ///
    /// # Errors
    /// As [`Program::example`]; data that cannot be read.
    pub fn observe(&mut self, query: &str) -> Result<Example> {
        let example = self.program.example(query)?;
        self.prepare(std::slice::from_ref(&example))?;
        Ok(example)
    }

    /// Loads the data of examples, and makes room for learnable probabilities that they bring.
    ///
    /// # Errors
    /// Data that cannot be read.
    pub fn prepare(&mut self, examples: &[Example]) -> Result<()> {
        self.load(&items(examples))
    }

    fn load(&mut self, items: &[Term]) -> Result<()> {
        let terms = self.program.theory().terms.clone();
        self.inputs.load(&terms.lock(), items)?;
        let all = self.program.parameters(DType::F32);
        let known = self.logits.len();
        if all.len() > known {
            // New ones start where they start; what was learned stays.
            self.logits = Tensor::cat(&[&self.logits, &all.narrow(0, known..)], 0);
        }
        Ok(())
    }

    /// What the calls of a network look at, as one tensor; `shift` moves pictures.
    ///
    /// # Errors
    /// Data that were not loaded or do not fit together.
    pub fn seen(&self, calls: &[Vec<Term>], shift: &mut dyn FnMut() -> [i32; 2]) -> Result<Tensor> {
        let calls: Vec<&[Term]> = calls.iter().map(Vec::as_slice).collect();
        self.inputs.batch(&self.program.theory().terms.lock(), &calls, shift)
    }

    /// What the networks say about a batch, for [`Program::log_probability`] and [`Program::answers`]; `shift` moves pictures.
    ///
    /// # Errors
    /// As [`Project::seen`]; what networks answer, and outputs that are not as many as the theory has values.
    pub fn outputs(&self, batch: &Batch, shift: &mut dyn FnMut() -> [i32; 2]) -> Result<Vec<Tensor>> {
        let one = |calls: &Calls| {
            let kind = &self.program.networks()[calls.network];
            let x = self.seen(&calls.inputs, shift)?;
            let scores = self.networks[&kind.name].forward(&[x], &mut Trace::none())?;
            if scores.shape() != [calls.inputs.len(), kind.domain.len()] {
                let problem = format!(
                    "gives {:?} for {} inputs, and the theory gives it {} values: {}",
                    scores.shape(),
                    calls.inputs.len(),
                    kind.domain.len(),
                    kind.domain.join(", ")
                );
                return Err(Error::Outputs { network: kind.name.clone(), problem });
            }
            Ok(scores.log_softmax(-1))
        };
        batch.calls.iter().map(one).collect()
    }

    /// The distribution that a network gives for one call, for [`Theory::inference`].
    ///
    /// # Errors
    /// As [`Project::outputs`].
    pub fn distribution(&mut self, terms: &TermStore, call: &NeuralInstance) -> Result<Vec<f64>> {
        let name = terms.name(call.net).to_owned();
        self.inputs.load(terms, &call.inputs)?;
        let x = self.inputs.batch(terms, &[&call.inputs], &mut still)?;
        let Some(network) = self.networks.get(&name) else {
            return Err(Error::Outputs {
                network: name,
                problem: "is not declared: write :- network(name, lenet(10)).".into(),
            });
        };
        let scores = no_grad(|| network.forward(&[x], &mut Trace::none()))?;
        Ok(scores.to(DType::F64).softmax(-1).to_vec())
    }

    /// Takes over what a checkpoint of this project holds.
    ///
    /// # Errors
    /// A file that cannot be read, or that belongs to another project: both are named.
    pub fn restore(&mut self, file: impl AsRef<Path>) -> Result<()> {
        let saved = Checkpoint::load(file)?;
        saved.restore_task(&mut teach::Teach::new(self))?;
        Ok(())
    }
}

/// The data of examples.
fn items(examples: &[Example]) -> Vec<Term> {
    examples.iter().flat_map(|e| e.items.iter().copied()).collect()
}

/// Pictures as they are, for [`Project::outputs`].
pub fn still() -> [i32; 2] {
    [0, 0]
}
