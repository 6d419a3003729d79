//! Running the process backwards: free, or towards a wanted output.

use symbolon_tensor::{Rng, Tensor, no_grad};

use super::{Process, Unmask};
use crate::error::Result;
use crate::function::{Function, checked};

/// How states are unmasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampler {
    /// This many equal steps of time; in each, every masked symbol is revealed with the probability that the process gives. With
    /// one step all are revealed at once, and nothing depends on anything.
    Steps(usize),
    /// One symbol after the other in random order (Zheng and others 2024, first hitting): exactly the limit of many steps.
    FirstHitting,
}

/// How the sampler is led to outputs.
#[derive(Clone, Copy)]
pub struct Conditioned<'a> {
    /// What comes out of full samples.
    pub function: &'a dyn Function,
    /// The wanted outputs of the examples, row by row.
    pub outputs: &'a [usize],
    /// Full samples of which one is kept at each step (K).
    pub candidates: usize,
    /// How much a violated output counts against a sample (β).
    pub beta: f64,
}

impl Process {
    /// Full samples, one for each of `examples`, row by row; equal entries give independent samples of one example.
    ///
    /// # Errors
    /// What the model answers.
    pub fn sample(&self, model: &Unmask, examples: &[usize], how: Sampler, rng: &mut Rng) -> Result<Vec<usize>> {
        no_grad(|| {
            self.unmask(examples.len(), how, rng, &mut |states, rng| {
                let log_p = self.log_probability(model, examples, states)?;
                Ok(self.draw(&log_p, 1, rng))
            })
        })
    }

    /// Full samples led to the outputs of their examples: at each step `candidates` full samples are drawn and one is kept, with
    /// probability by `exp(-β · violated outputs)`. The second answer counts examples whose last step had no candidate with the
    /// right output, so that the best one was kept. No gradient flows through.
    ///
    /// # Errors
    /// What the model or the function answers.
    pub fn sample_given(
        &self,
        model: &Unmask,
        examples: &[usize],
        how: Sampler,
        towards: Conditioned,
        rng: &mut Rng,
    ) -> Result<(Vec<usize>, usize)> {
        let width = towards.function.outputs().len();
        let mut missed = 0;
        let mut found = no_grad(|| {
            self.unmask(examples.len(), how, rng, &mut |states, rng| {
                let log_p = self.log_probability(model, examples, states)?;
                let all = self.draw(&log_p, towards.candidates, rng);
                let outputs = checked(towards.function, &all)?;
                missed = 0;
                let mut kept = Vec::with_capacity(states.len());
                for (row, &example) in examples.iter().enumerate() {
                    let wanted = &towards.outputs[example * width..][..width];
                    let violated = |c: usize| {
                        let at = (row * towards.candidates + c) * width;
                        outputs[at..at + width].iter().zip(wanted).filter(|(a, b)| a != b).count()
                    };
                    let violations: Vec<usize> = (0..towards.candidates).map(violated).collect();
                    // Relative to the best, so that weights never underflow.
                    let least = *violations.iter().min().expect("at least one candidate");
                    missed += usize::from(least > 0);
                    let weight = |v: &usize| (-towards.beta * (v - least) as f64).max(-100.0).exp();
                    let weights: Vec<f64> = violations.iter().map(weight).collect();
                    let mut left = rng.unit() * weights.iter().sum::<f64>();
                    let pick = weights.iter().position(|w| {
                        left -= w;
                        left < 0.0
                    });
                    let pick = pick.unwrap_or(weights.len() - 1);
                    kept.extend_from_slice(
                        &all[(row * towards.candidates + pick) * self.symbols()..][..self.symbols()],
                    );
                }
                Ok(kept)
            })
        })?;
        found.shrink_to_fit();
        Ok((found, missed))
    }

    /// From all masked to none; `full` answers a full sample for each row of states.
    fn unmask(
        &self,
        rows: usize,
        how: Sampler,
        rng: &mut Rng,
        full: &mut dyn FnMut(&[usize], &mut Rng) -> Result<Vec<usize>>,
    ) -> Result<Vec<usize>> {
        let (n, mask) = (self.symbols(), self.mask());
        let mut states = vec![mask; rows * n];
        match how {
            Sampler::Steps(steps) => {
                let steps = steps.max(1);
                for step in (1..=steps).rev() {
                    let samples = full(&states, rng)?;
                    // From t to s a masked symbol is revealed with probability (t - s) / t.
                    let chance = 1.0 / step as f64;
                    for (state, sample) in states.iter_mut().zip(samples) {
                        if *state == mask && rng.unit() < chance {
                            *state = sample;
                        }
                    }
                }
            }
            Sampler::FirstHitting => {
                for left in (1..=n).rev() {
                    let samples = full(&states, rng)?;
                    for row in 0..rows {
                        // All masked symbols are equally likely to be hit first.
                        let nth = rng.below(left);
                        let masked = (0..n).filter(|i| states[row * n + i] == mask);
                        let at = row * n + masked.clone().nth(nth).expect("as many as are left");
                        states[at] = samples[at];
                    }
                }
            }
        }
        Ok(states)
    }

    /// `times` full samples of each row of log-probabilities `[rows, symbols, values]`, row by row.
    pub fn draw(&self, log_p: &Tensor, times: usize, rng: &mut Rng) -> Vec<usize> {
        let (rows, n, v) = (log_p.size(0), self.symbols(), self.values());
        let mut cumulative = log_p.exp().to_vec::<f64>();
        for own in cumulative.chunks_mut(v) {
            let mut sum = 0.0;
            own.iter_mut().for_each(|p| {
                sum += *p;
                *p = sum;
            });
        }
        let mut out = Vec::with_capacity(rows * times * n);
        for row in cumulative.chunks(n * v) {
            for _ in 0..times {
                for own in row.chunks(v) {
                    let u = rng.unit() * own[v - 1];
                    out.push(own.iter().position(|c| u < *c).unwrap_or(v - 1));
                }
            }
        }
        out
    }
}

/// How samples become one prediction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vote {
    /// The commonest value of each symbol, then the function.
    SymbolsThenFunction,
    /// The commonest world, then the function.
    WorldThenFunction,
    /// The function of each world, then the commonest value of each output.
    FunctionThenParts,
    /// The function of each world, then the commonest output: what is reported.
    FunctionThenWhole,
}

/// The output that `samples` (worlds of one example, row by row) vote for, and the share of votes for it.
///
/// # Errors
/// What the function answers.
pub fn vote(function: &dyn Function, samples: &[usize], rule: Vote) -> Result<(Vec<usize>, f64)> {
    let n = function.symbols();
    match rule {
        Vote::SymbolsThenFunction => {
            let (world, share) = parts(samples, n);
            Ok((checked(function, &world)?, share))
        }
        Vote::WorldThenFunction => {
            let (world, share) = whole(samples, n);
            Ok((checked(function, &world)?, share))
        }
        Vote::FunctionThenParts => Ok(parts(&checked(function, samples)?, function.outputs().len())),
        Vote::FunctionThenWhole => Ok(whole(&checked(function, samples)?, function.outputs().len())),
    }
}

/// The commonest row, the first of equally common ones, and its share.
fn whole(rows: &[usize], width: usize) -> (Vec<usize>, f64) {
    let mut counts: std::collections::BTreeMap<&[usize], usize> = Default::default();
    rows.chunks(width).for_each(|r| *counts.entry(r).or_default() += 1);
    let total = rows.len() / width;
    let best = counts.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
    best.map_or((Vec::new(), 0.0), |(row, n)| (row.to_vec(), *n as f64 / total as f64))
}

/// The commonest value of each symbol among `samples` (worlds of `symbols` values, row by row), the least of equally common ones, with
/// its share: what the model believes of each symbol alone, and how surely.
pub fn commonest(samples: &[usize], symbols: usize) -> Vec<(usize, f64)> {
    let one = |i: usize| {
        let column: Vec<usize> = samples.iter().skip(i).step_by(symbols).copied().collect();
        let (value, share) = whole(&column, 1);
        value.first().map(|v| (*v, share))
    };
    (0..symbols).filter_map(one).collect()
}

/// The commonest value at each place, and the mean share.
fn parts(rows: &[usize], width: usize) -> (Vec<usize>, f64) {
    let (values, shares): (Vec<usize>, Vec<f64>) = commonest(rows, width).into_iter().unzip();
    (values, shares.iter().sum::<f64>() / width as f64)
}
