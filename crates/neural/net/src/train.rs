//! The training loop: one for everything that is trained.
//!
//! A [`Task`] says what is trained and what the loss of a step is; a [`Trainer`] does the rest: schedule, clipping,
//! early stop, checkpoints, progress, stopping on request. Random numbers of a step are drawn from a source that
//! depends on the seed and the step's number alone, so a run that is continued from a checkpoint gives the same bits
//! as one that was never interrupted.
//!
//! ```
//! use symbolon_net::{Architecture, Trace, train::{Fit, Trainer}};
//! use symbolon_tensor::{DType, Device, Rng, optim::Adam};
//! let mut network = "mlp(2, 16, 2)".parse::<Architecture>()?.build(&mut Rng::new(0), Device::Cpu)?;
//! // Which side of the diagonal? Sixteen batches of fresh points an epoch.
//! let mut task = Fit::new(&mut *network, 16, |network, step| {
//!     let x = step.rng.uniform([32, 2], -1.0, 1.0, DType::F32);
//!     let side = x.get((.., 0)).gt(&x.get((.., 1))).to(DType::I64);
//!     Ok(network.forward(&[x], &mut Trace::none())?.cross_entropy(&side))
//! });
//! let outcome = Trainer::new(Adam::new(0.02)).epochs(8).seed(1).run(&mut task)?;
//! assert!(outcome.losses[7] < 0.5 * outcome.losses[0]);
//! # Ok::<(), symbolon_net::Error>(())
//! ```

use crate::checkpoint::{Checkpoint, Standing, put};
use crate::error::{Error, Result};
use crate::network::Network;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use symbolon_tensor::optim::{Optimiser, Schedule, State, clip_norm};
use symbolon_tensor::{Rng, Tensor, lean, no_grad};

/// What is trained, and towards what.
pub trait Task {
    /// The loss of one step, a single number. It is recorded on a lean tape.
    ///
    /// # Errors
    /// Whatever goes wrong; training stops with it.
    fn loss(&mut self, step: &mut Step) -> Result<Tensor>;
    /// How many steps an epoch has.
    fn batches(&self) -> usize;
    /// Everything that a checkpoint must hold, in a fixed order, under names that are told apart.
    fn parameters(&mut self) -> Vec<(String, &mut Tensor)>;
    /// What is trained, in JSON: a checkpoint of something else is refused.
    fn config(&self) -> serde_json::Value;
    /// Whether a parameter is trained; others stay as they are.
    fn trains(&self, _name: &str) -> bool {
        true
    }
    /// A score after each epoch, the lower the better, for early stopping. Nothing is recorded meanwhile.
    ///
    /// # Errors
    /// Whatever goes wrong; training stops with it.
    fn validate(&mut self) -> Result<Option<f64>> {
        Ok(None)
    }
    /// Numbers that progress shows beside the loss.
    fn metrics(&self) -> Vec<(String, f64)> {
        Vec::new()
    }
    /// What the task itself remembers between steps beside its parameters.
    fn state(&self) -> State {
        State::new()
    }
    /// Continues with what [`state`](Task::state) said.
    ///
    /// # Errors
    /// When that is another task's.
    fn restore(&mut self, _state: &State) -> Result<()> {
        Ok(())
    }
}

/// One step, as a task sees it.
#[derive(Debug)]
pub struct Step {
    /// Steps done before this one.
    pub step: u64,
    /// Epochs done before this one.
    pub epoch: u64,
    /// Batches of this epoch done before this one.
    pub batch: usize,
    /// The same for all steps of an epoch: the order of examples is drawn from this, so that a continued epoch goes on
    /// in the same order.
    pub epoch_seed: u64,
    /// This step's own random numbers.
    pub rng: Rng,
}

/// What a progress sink is told after each step.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Steps done.
    pub step: u64,
    /// Epochs done.
    pub epoch: u64,
    /// How many epochs there will be at most.
    pub epochs: u64,
    /// Steps of an epoch.
    pub batches: usize,
    /// Batches of the current epoch done; zero after the last, when an epoch is complete.
    pub batch: usize,
    /// This step's loss; after the last batch the epoch's mean.
    pub loss: f64,
    /// What the schedule multiplied the optimiser's rate with.
    pub rate: f64,
    /// The norm of all gradients before clipping, where they are clipped.
    pub norm: Option<f64>,
    /// The epoch's score, where it was validated.
    pub score: Option<f64>,
    /// What the task adds.
    pub metrics: Vec<(String, f64)>,
}

/// Something that shows how training goes: a bar, a page, a log.
pub trait Progress {
    /// Called after each step, and once more after each epoch (with [`Report::batch`] zero).
    fn report(&mut self, report: &Report);
}

impl<F: FnMut(&Report)> Progress for F {
    fn report(&mut self, report: &Report) {
        self(report);
    }
}

/// Why training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// All epochs or steps are done.
    Finished,
    /// The score did not get better for as many epochs as patience allows.
    Patience,
    /// It was asked to stop.
    Stopped,
}

/// What training did.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Why it ended.
    pub why: Why,
    /// Steps done, those before a resumption included.
    pub steps: u64,
    /// The mean loss of each epoch done.
    pub losses: Vec<f64>,
    /// The best epoch (counted from zero) and its score, where epochs were validated.
    pub best: Option<(u64, f64)>,
}

/// How training goes: everything but what is trained.
pub struct Trainer<'a> {
    optimiser: Box<dyn Optimiser + 'a>,
    schedule: Schedule,
    clip: Option<f64>,
    epochs: u64,
    steps: u64,
    seed: u64,
    patience: Option<u64>,
    file: Option<PathBuf>,
    every: Option<u64>,
    metadata: serde_json::Value,
    progress: Option<Box<dyn Progress + 'a>>,
    stop: Arc<AtomicBool>,
}

/// Settings.
impl<'a> Trainer<'a> {
    /// Ten epochs at a constant rate, with seed 0, in silence.
    pub fn new(optimiser: impl Optimiser + 'a) -> Self {
        Self {
            optimiser: Box::new(optimiser),
            schedule: Schedule::Constant,
            clip: None,
            epochs: 10,
            steps: u64::MAX,
            seed: 0,
            patience: None,
            file: None,
            every: None,
            metadata: serde_json::Value::Null,
            progress: None,
            stop: Arc::default(),
        }
    }
    /// How many epochs at most.
    pub fn epochs(self, epochs: u64) -> Self {
        Self { epochs, ..self }
    }
    /// How many steps at most.
    pub fn steps(self, steps: u64) -> Self {
        Self { steps, ..self }
    }
    /// Where random numbers start.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }
    /// How the rate changes from step to step.
    pub fn schedule(self, schedule: Schedule) -> Self {
        Self { schedule, ..self }
    }
    /// The largest common norm of all gradients.
    pub fn clip(self, norm: f64) -> Self {
        Self { clip: Some(norm), ..self }
    }
    /// Stops after so many epochs without a better score, and goes back to the best epoch's parameters.
    pub fn patience(self, epochs: u64) -> Self {
        Self { patience: Some(epochs), ..self }
    }
    /// Writes a checkpoint here after each epoch and at the end.
    pub fn checkpoint(self, file: impl Into<PathBuf>) -> Self {
        Self { file: Some(file.into()), ..self }
    }
    /// Writes it after every so many steps, too.
    pub fn every(self, steps: u64) -> Self {
        Self { every: Some(steps.max(1)), ..self }
    }
    /// Words about the run that checkpoints carry.
    pub fn metadata(self, metadata: serde_json::Value) -> Self {
        Self { metadata, ..self }
    }
    /// Who is told how it goes.
    pub fn progress(self, progress: impl Progress + 'a) -> Self {
        Self { progress: Some(Box::new(progress)), ..self }
    }
    /// A flag that stops training after the current step, with a checkpoint: for Ctrl-C.
    pub fn stop_on(self, flag: Arc<AtomicBool>) -> Self {
        Self { stop: flag, ..self }
    }
}

/// Running.
impl Trainer<'_> {
    /// Trains from the start, with whatever the optimiser remembers.
    ///
    /// # Errors
    /// [`Error::Diverged`] when a loss is not finite: the last checkpoint stays as it is; the task's errors; errors of
    /// writing checkpoints.
    pub fn run(&mut self, task: &mut dyn Task) -> Result<Outcome> {
        let standing = Standing { seed: self.seed, ..Standing::default() };
        self.train(task, standing, BTreeMap::new())
    }
    /// Continues where a checkpoint stands, to the bit as if training had never stopped. The seed is the
    /// checkpoint's; all other settings are this trainer's and should be those of the first run.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when the checkpoint is another task's or holds no training; as [`run`](Trainer::run).
    pub fn resume(&mut self, task: &mut dyn Task, file: impl AsRef<Path>) -> Result<Outcome> {
        let saved = Checkpoint::load(file)?;
        let standing = saved.training.clone();
        let standing =
            standing.ok_or_else(|| Error::Mismatch { problem: "it holds no training to continue".into() })?;
        saved.belongs_to(&task.config())?;
        if standing.batch >= task.batches().max(1) {
            let (done, all) = (standing.batch, task.batches());
            let problem = format!("it stands behind batch {done} of an epoch, an epoch now has {all}");
            return Err(Error::Mismatch { problem });
        }
        put(&saved.parameters, task.parameters())?;
        task.restore(&saved.task)?;
        // Before the first step an optimiser remembers nothing.
        if standing.step > 0 {
            self.optimiser.restore(&saved.optimiser)?;
        }
        self.train(task, standing, saved.best)
    }
    fn train(&mut self, task: &mut dyn Task, standing: Standing, best: BTreeMap<String, Tensor>) -> Result<Outcome> {
        let trained: Vec<String> = task.parameters().into_iter().map(|(name, _)| name).collect();
        let trained: Vec<bool> = trained.iter().map(|name| task.trains(name)).collect();
        for ((_, p), &on) in task.parameters().into_iter().zip(&trained) {
            *p = if on { p.variable() } else { p.detach() };
        }
        let done = Run { trainer: self, task: &mut *task, trained, at: standing, best, saved: None }.run();
        // Networks are handed back as they came: nothing records on them until somebody asks.
        task.parameters().into_iter().for_each(|(_, p)| *p = p.detach());
        done
    }
}

/// One run on its way.
struct Run<'r, 'a> {
    trainer: &'r mut Trainer<'a>,
    task: &'r mut dyn Task,
    /// Which of the parameters are trained.
    trained: Vec<bool>,
    at: Standing,
    /// Parameters of the best epoch, kept when patience may go back to them.
    best: BTreeMap<String, Tensor>,
    /// The step that the file holds, if this run wrote it.
    saved: Option<u64>,
}

impl Run<'_, '_> {
    fn run(mut self) -> Result<Outcome> {
        let why = self.steps()?;
        if self.trainer.patience.is_some() && why != Why::Stopped && !self.best.is_empty() {
            put(&self.best, self.task.parameters())?;
        }
        let best = self.at.best.map(|(epoch, score)| (epoch, f64::from_bits(score)));
        let losses = self.at.losses.iter().map(|&bits| f64::from_bits(bits)).collect();
        Ok(Outcome { why, steps: self.at.step, losses, best })
    }
    fn steps(&mut self) -> Result<Why> {
        let batches = self.task.batches();
        if batches == 0 {
            return Err(Error::Gradient("an epoch has no steps: there is nothing to learn from".into()));
        }
        loop {
            if self.out_of_patience() {
                self.save()?;
                return Ok(Why::Patience);
            }
            if self.at.epoch >= self.trainer.epochs || self.at.step >= self.trainer.steps {
                self.save()?;
                return Ok(Why::Finished);
            }
            if self.trainer.stop.load(Ordering::Relaxed) {
                self.save()?;
                return Ok(Why::Stopped);
            }
            let report = self.step(batches)?;
            if self.at.batch == batches {
                self.end_epoch(batches, report)?;
            } else if self.trainer.every.is_some_and(|n| self.at.step.is_multiple_of(n)) {
                self.save()?;
            }
        }
    }
    fn out_of_patience(&self) -> bool {
        match (self.trainer.patience, self.at.best) {
            (Some(patience), Some((epoch, _))) => self.at.epoch > epoch.saturating_add(patience),
            _ => false,
        }
    }
    /// One step; what was reported about it.
    fn step(&mut self, batches: usize) -> Result<Report> {
        let seed = self.at.seed;
        let mut step = Step {
            step: self.at.step,
            epoch: self.at.epoch,
            batch: self.at.batch,
            epoch_seed: mixed(seed, 0, self.at.epoch),
            rng: Rng::new(mixed(seed, 1, self.at.step)),
        };
        let loss = lean(|| self.task.loss(&mut step))?;
        if loss.len() != 1 || !loss.is_recorded() {
            let shape = loss.shape();
            let problem = format!("of a loss of shape {shape:?}: a loss is one number that depends on a parameter");
            return Err(Error::Gradient(problem));
        }
        let value = loss.item();
        if !value.is_finite() {
            return Err(self.diverged(format!("the loss became {value}")));
        }
        let parameters = self.task.parameters();
        let variables: Vec<&Tensor> =
            parameters.iter().zip(&self.trained).filter(|(_, on)| **on).map(|((_, p), _)| &**p).collect();
        let mut gradients = loss.grad(&variables);
        // Nothing else holds the parameters from here on: they are changed where they lie.
        drop(loss);
        let norm = self.trainer.clip.map(|limit| clip_norm(&mut gradients, limit));
        if let Some(norm) = norm.filter(|n| !n.is_finite()) {
            drop(parameters);
            return Err(self.diverged(format!("the gradients' norm became {norm}")));
        }
        let rate = self.trainer.schedule.at(self.at.step);
        self.trainer.optimiser.set_factor(rate);
        let mut changed: Vec<&mut Tensor> =
            parameters.into_iter().zip(&self.trained).filter(|(_, on)| **on).map(|((_, p), _)| p).collect();
        self.trainer.optimiser.step(&mut changed, &gradients);
        self.at.step += 1;
        self.at.batch += 1;
        self.at.sum = (f64::from_bits(self.at.sum) + value).to_bits();
        let report = Report {
            step: self.at.step,
            epoch: self.at.epoch,
            epochs: self.trainer.epochs,
            batches,
            batch: self.at.batch,
            loss: value,
            rate,
            norm,
            score: None,
            metrics: if self.trainer.progress.is_some() { self.task.metrics() } else { Vec::new() },
        };
        if let Some(progress) = &mut self.trainer.progress {
            progress.report(&report);
        }
        Ok(report)
    }
    fn end_epoch(&mut self, batches: usize, last: Report) -> Result<()> {
        let mean = f64::from_bits(self.at.sum) / batches as f64;
        self.at.losses.push(mean.to_bits());
        let score = no_grad(|| self.task.validate())?;
        if let Some(score) = score.filter(|s| self.at.best.is_none_or(|(_, best)| *s < f64::from_bits(best))) {
            self.at.best = Some((self.at.epoch, score.to_bits()));
            if self.trainer.patience.is_some() {
                self.best = self.parameters();
            }
        }
        self.at.epoch += 1;
        (self.at.batch, self.at.sum) = (0, 0);
        self.save()?;
        let metrics = self.task.metrics();
        if let Some(progress) = &mut self.trainer.progress {
            progress.report(&Report { epoch: self.at.epoch, batch: 0, loss: mean, score, metrics, ..last });
        }
        Ok(())
    }
    /// Copies, so that steps do not find them held by somebody else.
    fn parameters(&mut self) -> BTreeMap<String, Tensor> {
        let copy = |p: &Tensor| (p.detach() * 1.0).detach();
        self.task.parameters().into_iter().map(|(name, p)| (name, copy(p))).collect()
    }
    fn save(&mut self) -> Result<()> {
        let Some(file) = self.trainer.file.clone().filter(|_| self.saved != Some(self.at.step)) else { return Ok(()) };
        let config = self.task.config();
        let parameters: BTreeMap<String, Tensor> =
            self.task.parameters().into_iter().map(|(name, p)| (name, p.detach())).collect();
        // A step with a finite loss can still leave numbers that are none; the last good file is not replaced by them.
        let broken = parameters.iter().find(|(_, p)| !(p.abs().sum().item()).is_finite()).map(|(name, _)| name.clone());
        if let Some(name) = broken {
            return Err(self.diverged(format!("numbers of `{name}` are not finite")));
        }
        let checkpoint = Checkpoint {
            config,
            parameters,
            optimiser: self.trainer.optimiser.state(),
            best: self.best.clone(),
            task: self.task.state(),
            training: Some(self.at.clone()),
            metadata: self.trainer.metadata.clone(),
        };
        checkpoint.save(file)?;
        self.saved = Some(self.at.step);
        Ok(())
    }
    fn diverged(&self, problem: String) -> Error {
        let file = self.trainer.file.as_ref().filter(|f| f.exists());
        let kept = file.map_or_else(String::new, |f| format!("; the last good checkpoint is `{}`", f.display()));
        Error::Diverged { problem, step: self.at.step, epoch: self.at.epoch, kept }
    }
}

/// A seed of its own for each purpose and number (the finaliser of SplitMix64; Steele and others 2014).
fn mixed(seed: u64, purpose: u64, number: u64) -> u64 {
    let step = |z: u64| {
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    let golden = 0x9E37_79B9_7F4A_7C15u64;
    step(step(seed.wrapping_add(golden.wrapping_mul(purpose + 1))).wrapping_add(golden.wrapping_mul(number + 1)))
}

/// What [`Fit`] has for a score when there is none.
pub type Unscored = fn(&dyn Network) -> Result<f64>;

/// The task of one network and a function.
pub struct Fit<'n, L, V = Unscored> {
    network: &'n mut dyn Network,
    batches: usize,
    loss: L,
    validate: Option<V>,
}

impl<'n, L: FnMut(&dyn Network, &mut Step) -> Result<Tensor>> Fit<'n, L> {
    /// Trains a network by the loss that `loss` says for a step, `batches` steps an epoch.
    pub fn new(network: &'n mut dyn Network, batches: usize, loss: L) -> Self {
        Self { network, batches, loss, validate: None }
    }
    /// Scores the network after each epoch, the lower the better.
    pub fn validate<V: FnMut(&dyn Network) -> Result<f64>>(self, score: V) -> Fit<'n, L, V> {
        Fit { network: self.network, batches: self.batches, loss: self.loss, validate: Some(score) }
    }
}

impl<L, V> Task for Fit<'_, L, V>
where
    L: FnMut(&dyn Network, &mut Step) -> Result<Tensor>,
    V: FnMut(&dyn Network) -> Result<f64>,
{
    fn loss(&mut self, step: &mut Step) -> Result<Tensor> {
        (self.loss)(&*self.network, step)
    }
    fn batches(&self) -> usize {
        self.batches
    }
    fn parameters(&mut self) -> Vec<(String, &mut Tensor)> {
        self.network.parameters_mut()
    }
    fn config(&self) -> serde_json::Value {
        self.network.config()
    }
    fn validate(&mut self) -> Result<Option<f64>> {
        let network = &*self.network;
        self.validate.as_mut().map(|score| score(network)).transpose()
    }
}
