//! How training goes: settings, and the two ways to start.

use super::run::Run;
use super::{Outcome, Progress, Task};
use crate::checkpoint::{Checkpoint, Standing, put};
use crate::error::{Error, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use symbolon_tensor::Tensor;
use symbolon_tensor::optim::{Optimiser, Schedule};

/// How training goes: everything but what is trained.
pub struct Trainer<'a> {
    pub(super) optimiser: Box<dyn Optimiser + 'a>,
    pub(super) schedule: Schedule,
    pub(super) clip: Option<f64>,
    pub(super) epochs: u64,
    pub(super) steps: u64,
    pub(super) seed: u64,
    pub(super) patience: Option<u64>,
    pub(super) file: Option<PathBuf>,
    pub(super) every: Option<u64>,
    pub(super) metadata: serde_json::Value,
    pub(super) progress: Option<Box<dyn Progress + 'a>>,
    pub(super) stop: Arc<AtomicBool>,
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
    /// Trains from the start, where a loss that is no number is a result: the network stays as it was then, and there is no outcome.
    ///
    /// # Errors
    /// As [`run`](Trainer::run), but for [`Error::Diverged`].
    pub fn run_unless_diverged(&mut self, task: &mut dyn Task) -> Result<Option<Outcome>> {
        match self.run(task) {
            Err(Error::Diverged { .. }) => Ok(None),
            other => other.map(Some),
        }
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
    fn train(
        &mut self,
        task: &mut dyn Task,
        mut standing: Standing,
        best: BTreeMap<String, Tensor>,
    ) -> Result<Outcome> {
        let names: Vec<String> = task.parameters().into_iter().map(|(name, _)| name).collect();
        let trained: Vec<bool> = names.iter().map(|name| task.trains(name)).collect();
        let moving: Vec<String> = names.into_iter().zip(&trained).filter(|(_, on)| **on).map(|(n, _)| n).collect();
        if standing.step > 0 && standing.trained != moving {
            let (before, now) = (standing.trained.join(", "), moving.join(", "));
            return Err(Error::Mismatch { problem: format!("it trained {before}; now {now} would be trained") });
        }
        standing.trained = moving;
        for ((_, p), &on) in task.parameters().into_iter().zip(&trained) {
            *p = if on { p.variable() } else { p.detach() };
        }
        let done = Run { trainer: self, task: &mut *task, trained, at: standing, best, saved: None }.run();
        // Networks are handed back as they came: nothing records on them until somebody asks.
        task.parameters().into_iter().for_each(|(_, p)| *p = p.detach());
        done
    }
}
