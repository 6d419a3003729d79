//! Training: the networks of a project and its learnable probabilities, towards what was observed.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde_json::json;
use symbolon_data::Batches;
use symbolon_net::Architecture;
use symbolon_net::train::{Outcome, Progress, Step, Task, Trainer};
use symbolon_tensor::Tensor;
use symbolon_tensor::optim::{Adam, Schedule};

use super::Project;
use crate::error::Result;
use crate::loss::negative_log_probability;
use crate::program::{Example, Target};

/// The name of the learnable probabilities among the parameters.
const LOGITS: &str = "theory";

/// The last factor of the rate's cosine.
const FLOOR: f64 = 0.01;

/// One part in so many of the observations is kept back where patience is asked for.
const KEPT_BACK: usize = 10;

/// What training is told from outside.
#[derive(Default)]
pub struct Run<'a> {
    /// A file to write checkpoints to, after each epoch.
    pub checkpoint: Option<&'a Path>,
    /// Continue from that file.
    pub resume: bool,
    /// Who is told how it goes.
    pub progress: Option<Box<dyn Progress + 'a>>,
    /// Stops training after the current step.
    pub stop: Option<Arc<AtomicBool>>,
}

impl Project {
    /// Trains networks and learnable probabilities by the likelihood of the observations in [`Project::train`].
    ///
    /// Observations that no proof explains have no part in it: see [`super::Observations::unexplained`].
    ///
    /// # Errors
    /// Nothing to learn from, losses that are not finite, checkpoints that cannot be written or that belong to another project.
    pub fn teach(&mut self, run: Run<'_>) -> Result<Outcome> {
        let settings = self.settings.clone();
        let mut task = Teach::new(self);
        let steps = settings.epochs.saturating_mul(task.batches() as u64);
        let mut trainer = Trainer::new(Adam::new(settings.rate))
            .epochs(settings.epochs)
            .seed(settings.seed)
            .schedule(Schedule::Cosine { total: steps, floor: FLOOR });
        if let Some(norm) = settings.clip {
            trainer = trainer.clip(norm);
        }
        if let Some(epochs) = settings.patience {
            trainer = trainer.patience(epochs);
        }
        if let Some(file) = run.checkpoint {
            trainer = trainer.checkpoint(file);
        }
        if let Some(progress) = run.progress {
            let mut progress = progress;
            trainer = trainer.progress(move |r: &symbolon_net::train::Report| progress.report(r));
        }
        if let Some(stop) = run.stop {
            trainer = trainer.stop_on(stop);
        }
        Ok(match run.checkpoint.filter(|_| run.resume) {
            Some(file) => trainer.resume(&mut task, file)?,
            None => trainer.run(&mut task)?,
        })
    }
}

/// A project as something to train.
pub(crate) struct Teach<'p> {
    project: &'p mut Project,
    /// Observations to learn from, by number; those without any proof are left out.
    learned: Vec<usize>,
    /// Observations for the score.
    kept_back: Vec<usize>,
    /// The order of an epoch, and the seed that it was drawn with.
    order: (u64, Vec<Vec<usize>>),
}

impl<'p> Teach<'p> {
    pub fn new(project: &'p mut Project) -> Teach<'p> {
        let explained = |e: &Example| e.target != Target::Impossible;
        let mut learned: Vec<usize> =
            (0..project.train.len()).filter(|&i| explained(&project.train.examples[i])).collect();
        let mut kept_back = Vec::new();
        if project.settings.patience.is_some() {
            let every = |i: &usize| i % KEPT_BACK == KEPT_BACK - 1;
            kept_back = learned.iter().copied().filter(every).collect();
            learned.retain(|i| !every(i));
        }
        Teach { project, learned, kept_back, order: (0, Vec::new()) }
    }

    /// The observations of a step.
    fn items(&mut self, step: &Step) -> symbolon_net::Result<Vec<usize>> {
        if self.order.0 != step.epoch_seed || self.order.1.is_empty() {
            let batches = Batches::new(self.learned.len(), self.project.settings.batch, step.epoch_seed);
            let batches = batches.map_err(symbolon_net::Error::other)?;
            self.order = (step.epoch_seed, batches.epoch(0).collect());
        }
        Ok(self.order.1[step.batch].iter().map(|&i| self.learned[i]).collect())
    }
}

impl Task for Teach<'_> {
    fn loss(&mut self, step: &mut Step) -> symbolon_net::Result<Tensor> {
        let items = self.items(step)?;
        let project = &*self.project;
        let examples = items.iter().map(|&i| &project.train.examples[i]);
        let most = project.settings.shift;
        let mut shift = || {
            let mut draw = || if most == 0 { 0 } else { step.rng.below(2 * most + 1) as i32 - most as i32 };
            [draw(), draw()]
        };
        let log_p = project.log_probabilities(examples, &mut shift).map_err(symbolon_net::Error::other)?;
        Ok(negative_log_probability(&log_p).value)
    }

    fn batches(&self) -> usize {
        self.learned.len().div_ceil(self.project.settings.batch)
    }

    fn parameters(&mut self) -> Vec<(String, &mut Tensor)> {
        let mut all = Vec::new();
        for (name, network) in &mut self.project.networks {
            all.extend(network.parameters_mut().into_iter().map(|(p, t)| (format!("{name}.{p}"), t)));
        }
        if !self.project.logits.is_empty() {
            all.push((LOGITS.to_owned(), &mut self.project.logits));
        }
        all
    }

    fn config(&self) -> serde_json::Value {
        let networks: serde_json::Map<String, serde_json::Value> =
            self.project.networks.iter().map(|(name, n)| (name.clone(), n.config())).collect();
        let domains: Vec<serde_json::Value> = (self.project.program.networks().iter())
            .map(|n| json!({"network": n.name, "values": n.domain, "inputs": n.inputs}))
            .collect();
        let learned: Vec<String> =
            self.project.program.parameter_values(&self.project.logits).into_iter().map(|(name, _)| name).collect();
        // What a message calls it.
        let networks_text = self.project.networks.iter().map(|(name, n)| format!("{name} = {}", described(n.config())));
        let name: Vec<String> = networks_text.collect();
        let name = format!("a project with {} and {} learnable probabilities", name.join(", "), learned.len());
        json!({"kind": "project", "name": name, "networks": networks, "predicates": domains, "probabilities": learned})
    }

    fn validate(&mut self) -> symbolon_net::Result<Option<f64>> {
        if self.kept_back.is_empty() {
            return Ok(None);
        }
        let examples: Vec<&Example> = self.kept_back.iter().map(|&i| &self.project.train.examples[i]).collect();
        let scored = self.project.judge(examples).map_err(symbolon_net::Error::other)?;
        Ok(Some(-scored.mean_log_probability()))
    }
}

fn described(config: serde_json::Value) -> String {
    Architecture::from_json(&config).map_or_else(|_| config.to_string(), |a| a.to_string())
}

impl Project {
    /// Log-probabilities of what was observed, `[examples]`, with history where networks are being trained.
    pub(crate) fn log_probabilities<'a>(
        &self,
        examples: impl IntoIterator<Item = &'a Example>,
        shift: &mut dyn FnMut() -> [i32; 2],
    ) -> Result<Tensor> {
        let batch = self.program.batch(examples);
        let outputs = self.outputs(&batch, shift)?;
        self.program.log_probability(&batch, &outputs, &self.logits)
    }
}
