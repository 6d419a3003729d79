//! One run on its way: steps, epochs, files.

use super::{Outcome, Report, Step, Task, Trainer, Why};
use crate::checkpoint::{Checkpoint, Standing, put};
use crate::error::{Error, Result};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use symbolon_tensor::optim::clip_norm;
use symbolon_tensor::{Rng, Tensor, lean, no_grad};

/// One run on its way.
pub(super) struct Run<'r, 'a> {
    pub(super) trainer: &'r mut Trainer<'a>,
    pub(super) task: &'r mut dyn Task,
    /// Which of the parameters are trained.
    pub(super) trained: Vec<bool>,
    pub(super) at: Standing,
    /// Parameters of the best epoch, kept when patience may go back to them.
    pub(super) best: BTreeMap<String, Tensor>,
    /// The step that the file holds, if this run wrote it.
    pub(super) saved: Option<u64>,
}

impl Run<'_, '_> {
    pub(super) fn run(mut self) -> Result<Outcome> {
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
        let better = |s: &f64| !s.is_nan() && self.at.best.is_none_or(|(_, best)| *s < f64::from_bits(best));
        if let Some(score) = score.filter(better) {
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
