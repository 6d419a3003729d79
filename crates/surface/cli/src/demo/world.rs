//! The demo's data and its three projects: the one that learns, one that learns from a shuffled theory, one that does not learn.

use std::path::Path;
use std::time::Instant;

use symbolon_data::{Tuples, mnist};
use symbolon_learn::project::{Observations, Project, Run};
use symbolon_learn::{Error, Result};
use symbolon_net::train::{Progress, Report, Why};
use symbolon_tensor::{Device, Rng};
use symbolon_theory::Theory;

use crate::cancel_flag;
use crate::project::Bar;

/// What is taught.
pub const THEORY: &str = include_str!("theory.pl");

/// Sums there are: 0 to 18.
const SUMS: usize = 19;

/// Digits with their labels (which only the judges see), and pairs of them.
pub struct World {
    /// Label of each digit, by its number in `mnist(N)`.
    pub labels: Vec<usize>,
    /// Pairs to learn from, among the digits for training.
    pub pairs: Vec<[usize; 2]>,
    /// Pairs of held-out digits, each digit in one pair.
    pub held_out: Vec<[usize; 2]>,
    /// For each held-out pair a held-out digit of another pair: the source of counterfactual values.
    pub sources: Vec<usize>,
    /// Numbers of the digits for training.
    pub first_held_out: usize,
    /// Where all random numbers start.
    pub seed: u64,
    epochs: u64,
    device: Device,
}

/// A project after training.
pub struct Trained {
    /// The project.
    pub project: Project,
    /// Loss of each step.
    pub curve: Vec<f64>,
    /// How long it took.
    pub seconds: f64,
}

impl World {
    /// Draws the pairs.
    pub fn new(seed: u64, pairs: usize, epochs: u64, device: Device) -> Result<World> {
        let digits = mnist::digits()?;
        let first = digits.train.len();
        let labels: Vec<usize> = digits.train.labels.iter().chain(&digits.held_out.labels).copied().collect();
        // Each epoch of tuples uses every digit once; enough of them are joined.
        let tuples = Tuples::new(0..first, 2, seed)?;
        let drawn = (0..).flat_map(|e| tuples.epoch(e)).take(pairs);
        let pairs = drawn.map(|t| [t[0], t[1]]).collect();
        let held_out: Vec<[usize; 2]> =
            Tuples::new(first..labels.len(), 2, seed)?.epoch(0).into_iter().map(|t| [t[0], t[1]]).collect();
        // The first digit of the next pair: never one of the pair itself.
        let sources = (0..held_out.len()).map(|i| held_out[(i + 1) % held_out.len()][0]).collect();
        Ok(World { labels, pairs, held_out, sources, first_held_out: first, seed, epochs, device })
    }

    /// The sum of a pair.
    pub fn sum(&self, pair: [usize; 2]) -> usize {
        self.labels[pair[0]] + self.labels[pair[1]]
    }

    /// A question about a pair.
    pub fn question(pair: [usize; 2], sum: impl std::fmt::Display) -> String {
        format!("addition(mnist({}), mnist({}), {sum})", pair[0], pair[1])
    }

    fn project(&self, theory: &str) -> Result<Project> {
        let theory = Theory::parse_named("theory.pl", theory)?;
        let mut project = Project::new(theory, Path::new("."), Some(self.seed), None, self.device)?;
        project.settings.epochs = self.epochs;
        Ok(project)
    }

    /// A project that has learned from the sums; `None` if it was stopped.
    pub fn trained(&self, theory: &str, what: &'static str, show: bool) -> Result<Option<Trained>> {
        let mut project = self.project(theory)?;
        let mut train = Observations::default();
        for &pair in &self.pairs {
            let query = World::question(pair, self.sum(pair));
            train.push(project.program.example(&query)?, query, "the demo's pairs".to_owned());
        }
        project.prepare(&train.examples)?;
        project.train = train;
        let started = Instant::now();
        let mut curve = Vec::new();
        let mut bar = show.then(|| Bar::new(what));
        let progress = |r: &Report| {
            if r.batch > 0 {
                curve.push(r.loss);
            }
            if let Some(bar) = &mut bar {
                bar.report(r);
            }
        };
        let run = Run { progress: Some(Box::new(progress)), stop: Some(cancel_flag()), ..Run::default() };
        let outcome = project.teach(run)?;
        drop(bar);
        let seconds = started.elapsed().as_secs_f64();
        Ok((outcome.why != Why::Stopped).then_some(Trained { project, curve, seconds }))
    }

    /// The same network before it has learned anything.
    pub fn untrained(&self) -> Result<Project> {
        self.project(THEORY)
    }

    /// A theory in which sums are exchanged for others, in an order drawn from the seed.
    pub fn shuffled_theory(&self) -> String {
        let order = Rng::new(self.seed ^ 0x5bd1_e995).permutation(SUMS).to_vec::<i64>();
        let facts: Vec<String> =
            order.iter().enumerate().map(|(sum, other)| format!("taken_for({sum}, {other}).")).collect();
        let rule = "Sum is X + Y.";
        debug_assert!(THEORY.contains(rule));
        format!("{}\n{}\n", THEORY.replace(rule, "T is X + Y, taken_for(T, Sum)."), facts.join("\n"))
    }
}

/// The error for something that the demo's own parts do not fit together in.
pub fn broken(problem: &str) -> Error {
    Error::Project { place: "the demo".into(), problem: problem.into() }
}
