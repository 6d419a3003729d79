//! Learning `t(_)` parameters from partial interpretations by expectation maximisation on circuits (Gutmann, Thon and De
//! Raedt 2011).
//!
//! Each example is a lineage whose evidence is what was observed. It is compiled once; examples of equal shape share their
//! circuit. One iteration asks every circuit how often each value of each choice is expected to have been used, and sets each
//! parameter to its share. Worlds are counted only where the circuit uses a choice: a choice that the observation leaves free
//! says nothing about its parameter. The log-likelihood never decreases.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rustc_hash::FxHashMap;

use crate::budget::{Budget, Stop};
use crate::circuit::{Circuit, Weights};
use crate::compile::Compiled;
use crate::diag::Diagnostic;
use crate::lineage::{ChoiceId, Leaf, Lineage, Node};
use crate::program::ParamId;
use crate::term::Term;

/// One observation: a lineage with the observed atoms as its evidence, and how often it was made.
pub struct Example<'a> {
    /// Grounded for the observed atoms.
    pub lineage: &'a Lineage,
    /// Outputs of its network calls, as for [`Weights::of`].
    pub neural: &'a [Vec<f64>],
    /// How many times it was observed.
    pub count: f64,
}

/// How to learn.
#[derive(Clone, Debug)]
pub struct FitOptions {
    /// Seed of the start values of parameters that have none.
    pub seed: u64,
    /// Most iterations. Default: 1000.
    pub iterations: usize,
    /// Stops when the log-likelihood grows by less than this per observation. Default: 1e-9.
    pub tolerance: f64,
    /// Limits of compilation and learning together.
    pub budget: Budget,
}

impl Default for FitOptions {
    fn default() -> Self {
        FitOptions { seed: 0, iterations: 1000, tolerance: 1e-9, budget: Budget::default() }
    }
}

/// What was learned.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// The parameters, in order of first appearance in the examples: which, for which further arguments, and the value.
    pub params: Vec<(ParamId, Box<[Term]>, f64)>,
    /// Log-likelihood of all observations before each iteration, and after the last.
    pub log_likelihood: Vec<f64>,
    /// Why it stopped early, if a budget ended it.
    pub stop: Option<Stop>,
}

/// Why nothing can be learned.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LearnError {
    /// This observation (counted from 0) has probability 0 whatever the parameters are.
    #[error("example {0} is impossible: no values of the parameters explain it")]
    Impossible(usize),
    /// This observation (counted from 0) could not be compiled within the budget.
    #[error("example {0}: {1} before it was compiled")]
    Stopped(usize, Stop),
    /// Weights that cannot be used.
    #[error("{}", .0.message)]
    Weights(Box<Diagnostic>),
}

/// Examples of one shape.
struct Group<'a> {
    lineage: &'a Lineage,
    neural: &'a [Vec<f64>],
    compiled: Compiled,
    first: usize,
    count: f64,
    /// Global number of each parameter instance.
    params: Vec<usize>,
}

/// Learns the parameters of the examples' lineages.
pub fn fit(examples: &[Example<'_>], options: &FitOptions) -> Result<Fit, LearnError> {
    let mut meter = options.budget.start();
    let mut index: FxHashMap<(ParamId, Box<[Term]>), usize> = FxHashMap::default();
    let mut names = Vec::new();
    let mut initial = Vec::new();
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut shapes: FxHashMap<Vec<u64>, usize> = FxHashMap::default();
    for (i, example) in examples.iter().enumerate() {
        let params: Vec<usize> = example
            .lineage
            .params
            .iter()
            .map(|p| {
                *index.entry((p.param, p.key.clone())).or_insert_with(|| {
                    names.push((p.param, p.key.clone()));
                    initial.push(p.init);
                    names.len() - 1
                })
            })
            .collect();
        if let Some(&g) = shapes.get(&shape(example, &params)) {
            groups[g].count += example.count;
            continue;
        }
        let compiled = Circuit::compile(example.lineage, &meter.remaining());
        if let Some(stop) = compiled.stop {
            return Err(LearnError::Stopped(i, stop));
        }
        shapes.insert(shape(example, &params), groups.len());
        let (lineage, neural, count) = (example.lineage, example.neural, example.count);
        groups.push(Group { lineage, neural, compiled, first: i, count, params });
    }
    let mut values = start(&initial, &groups, options.seed);
    let total: f64 = groups.iter().map(|g| g.count).sum();
    let mut log_likelihood = Vec::new();
    let mut stop = None;
    for iteration in 0..=options.iterations {
        let (likelihood, next) = step(&groups, &values)?;
        let gain = log_likelihood.last().map_or(f64::INFINITY, |last| likelihood - last);
        log_likelihood.push(likelihood);
        stop = meter.check(0).and_then(|()| meter.tick(|| 0)).err();
        if gain < options.tolerance * total.max(1.0) || iteration == options.iterations || stop.is_some() {
            break;
        }
        values = next;
    }
    let params = names.into_iter().zip(values).map(|((p, key), v)| (p, key, v)).collect();
    Ok(Fit { params, log_likelihood, stop })
}

/// Everything that decides what a circuit computes, so that examples that agree on it can be counted together.
fn shape(example: &Example<'_>, params: &[usize]) -> Vec<u64> {
    let lineage = example.lineage;
    let mut key = Vec::new();
    for node in &lineage.nodes {
        match node {
            Node::True => key.push(0),
            Node::Choice(c, v) => key.extend([1, u64::from(c.0), u64::from(*v)]),
            Node::Atom { .. } => key.extend([2, node.children().len() as u64]),
            Node::Proof { .. } => key.extend([3, node.children().len() as u64]),
        }
        key.extend(node.children().iter().map(|l| u64::from(l.raw())));
    }
    for choice in &lineage.choices {
        key.push(choice.weights.len() as u64);
        for leaf in &choice.weights {
            match *leaf {
                Leaf::Const(p) => key.extend([0, p.to_bits()]),
                Leaf::Rest => key.push(1),
                Leaf::Param(i) => key.extend([2, params[i as usize] as u64]),
                Leaf::Neural(call, at) => {
                    let output = example.neural.get(call as usize).and_then(|o| o.get(at as usize));
                    key.extend([3, output.copied().unwrap_or(f64::NAN).to_bits()]);
                }
            }
        }
    }
    key.extend(lineage.evidence.iter().map(|e| u64::from(e.lit.raw()) << 1 | u64::from(e.value)));
    key.push(u64::MAX);
    key.extend(lineage.constraints.iter().map(|c| u64::from(c.0.raw())));
    key
}

/// Start values: as given, else random, with the weights of each choice summing to at most 1.
fn start(initial: &[Option<f64>], groups: &[Group<'_>], seed: u64) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut values: Vec<f64> = initial.iter().map(|i| i.unwrap_or_else(|| random.random_range(0.1..0.9))).collect();
    let mut scale = vec![1.0f64; values.len()];
    for group in groups {
        for choice in &group.lineage.choices {
            let row = Row::new(&choice.weights, &group.params);
            let sum: f64 = row.params.iter().map(|p| values[p.1]).sum();
            // Without a rest the parameters share everything; with one they leave some of it.
            let room = if row.rest { 0.9 * row.room } else { row.room };
            if sum > room || !row.rest && !row.params.is_empty() {
                row.params.iter().for_each(|p| scale[p.1] = scale[p.1].min(room / sum));
            }
        }
    }
    for (value, (scale, given)) in values.iter_mut().zip(scale.iter().zip(initial)) {
        if given.is_none() || *scale < 1.0 {
            *value *= scale;
        }
    }
    values
}

/// The learnable part of a choice.
struct Row {
    /// Value and global parameter.
    params: Vec<(usize, usize)>,
    /// Whether the rest takes part.
    rest: bool,
    /// What constants leave.
    room: f64,
}

impl Row {
    fn new(weights: &[Leaf], params: &[usize]) -> Row {
        let param = |(v, w): (usize, &Leaf)| match w {
            Leaf::Param(i) => Some((v, params[*i as usize])),
            _ => None,
        };
        let constants: f64 = weights.iter().map(|w| if let Leaf::Const(p) = w { *p } else { 0.0 }).sum();
        Row {
            params: weights.iter().enumerate().filter_map(param).collect(),
            rest: weights.contains(&Leaf::Rest),
            room: (1.0 - constants).max(0.0),
        }
    }
}

/// Log-likelihood under these values, and the values that the expectations suggest.
fn step(groups: &[Group<'_>], values: &[f64]) -> Result<(f64, Vec<f64>), LearnError> {
    let mut likelihood = 0.0;
    let mut used = vec![0.0; values.len()];
    let mut of = vec![0.0; values.len()];
    for group in groups {
        let own: Vec<f64> = group.params.iter().map(|&p| values[p]).collect();
        let weights = Weights::of(group.lineage, &own, group.neural).map_err(|d| LearnError::Weights(Box::new(d)))?;
        let logs = group.compiled.circuit.log_values(&weights, 0.0);
        let evidence = logs[group.compiled.evidence as usize];
        if evidence == f64::NEG_INFINITY {
            return Err(LearnError::Impossible(group.first));
        }
        likelihood += group.count * evidence;
        let uses = group.compiled.circuit.expected_uses(&weights, &logs, group.compiled.evidence);
        for (c, choice) in group.lineage.choices.iter().enumerate() {
            let row = Row::new(&choice.weights, &group.params);
            if row.params.is_empty() {
                continue;
            }
            let base = weights.offset(ChoiceId(c as u32));
            // Everything that the parameters and the rest share, in units of what there is to share.
            let learnable = |(v, _): &(usize, &Leaf)| !matches!(choice.weights[*v], Leaf::Const(_) | Leaf::Neural(..));
            let shared: f64 = choice.weights.iter().enumerate().filter(learnable).map(|(v, _)| uses[base + v]).sum();
            for &(v, p) in &row.params {
                used[p] += group.count * uses[base + v] * row.room;
                of[p] += group.count * shared;
            }
        }
    }
    let next = values.iter().zip(used.iter().zip(&of));
    let next = next.map(|(&old, (&u, &n))| if n > 0.0 { (u / n).clamp(0.0, 1.0) } else { old });
    Ok((likelihood, next.collect()))
}
