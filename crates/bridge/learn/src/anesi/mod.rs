//! A-NeSI (van Krieken and others 2023): inference networks that are trained on what the theory itself generates.
//!
//! Exact inference asks for all worlds that explain an output. Here a network `q(y | P)` learns the answer instead: beliefs `P` are drawn
//! from a prior ([`Beliefs`], Dirichlet distributions fitted to what perception has lately believed), worlds `w` from the beliefs,
//! and the symbolic function says `y = c(w)`: data without end and without a picture. Perception then learns through `q`, whose
//! parameters that loss does not touch. A second network `q(w | y, P)` explains, and a pruner keeps it from worlds that cannot
//! lead to `y`.
//!
//! Two numbers are told apart throughout: the *neural* prediction is what `q` says ([`Anesi::predict`]), the *symbolic* one is the
//! function of the most believed world ([`symbolic`]).

mod beliefs;
mod chain;

pub use beliefs::Beliefs;
pub use chain::Chain;

use symbolon_net::parameters;
use symbolon_net::train::{descend, prepare};
use symbolon_tensor::optim::Adam;
use symbolon_tensor::{DType, Rng, Tensor, no_grad};

use crate::error::{Error, Result};
use crate::function::{Function, checked};

/// Sizes and rates.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Width of hidden layers of the inference networks.
    pub width: usize,
    /// How many of them.
    pub layers: usize,
    /// Beliefs drawn for each step of the inference networks.
    pub samples: usize,
    /// Adam's rate for them.
    pub rate: f64,
    /// Whether there is an explanation network.
    pub explain: bool,
    /// Whether the prior follows perception; otherwise all its parameters are one (the control).
    pub fitted_prior: bool,
}

impl Default for Settings {
    /// What the authors released for sums: three layers of 800, 600 samples, rate 1e-3, predictions only.
    fn default() -> Self {
        Self { width: 800, layers: 3, samples: 600, rate: 1e-3, explain: false, fitted_prior: true }
    }
}

/// Inference networks for a function, and the prior over beliefs that trains them.
pub struct Anesi<'f> {
    function: &'f dyn Function,
    settings: Settings,
    /// `q(y | P)`.
    pub prediction: Chain,
    /// `q(w | y, P)`.
    pub explanation: Option<Chain>,
    /// The prior over beliefs.
    pub beliefs: Beliefs,
    optimiser: Adam,
}
parameters!(Anesi<'_> { prediction, explanation });

impl<'f> Anesi<'f> {
    /// Networks with weights of their own.
    ///
    /// # Errors
    /// [`Error::Function`] for a function whose symbols have fewer than two values.
    pub fn new(function: &'f dyn Function, settings: Settings, rng: &mut Rng) -> Result<Self> {
        let (k, v) = (function.symbols(), function.values());
        if k == 0 || v < 2 {
            return Err(Error::Function { problem: format!("{k} symbols with {v} values leave nothing to infer") });
        }
        let hidden = vec![settings.width; settings.layers];
        let prediction = Chain::new(k * v, function.outputs(), &hidden, rng)?;
        let given: usize = function.outputs().iter().sum();
        let explanation = settings.explain.then(|| Chain::new(k * v + given, &vec![v; k], &hidden, rng)).transpose()?;
        let beliefs = if settings.fitted_prior { Beliefs::new(k, v) } else { Beliefs::uniform(k, v) };
        let optimiser = Adam::new(settings.rate);
        let mut own = Self { function, settings, prediction, explanation, beliefs, optimiser };
        prepare(&mut own);
        Ok(own)
    }

    /// One step of the inference networks on data of the theory's own; the loss (equation 5: `-log q(y | P)`, and with an
    /// explanation network the joint matching loss of equation 7, off policy).
    ///
    /// # Errors
    /// [`Error::Function`] when the function answers what it must not.
    pub fn learn(&mut self, rng: &mut Rng) -> Result<f64> {
        let n = self.settings.samples;
        let (k, v) = (self.function.symbols(), self.function.values());
        let p = self.beliefs.sample(n, rng);
        let worlds = drawn(&p, rng);
        let outputs = checked(self.function, &worlds)?;
        let flat = p.reshape([n, k * v]);
        let predicted = self.prediction.log_probability(&flat, &outputs)?;
        let mut loss = predicted.mean().negative();
        if let Some(explanation) = &self.explanation {
            let context = self.given(&flat, &outputs);
            let explained = explanation.log_probability(&context, &worlds)?;
            let picks = symbolon_data::indices(&worlds).reshape([n, k, 1]);
            let prior = p.gather(2, &picks).squeeze(2).clamp_min(1e-30).ln().sum_axis(1, false);
            loss = loss + (predicted + explained - prior).square().mean();
        }
        let mut optimiser = std::mem::replace(&mut self.optimiser, Adam::new(0.0));
        let value = descend(self, &mut optimiser, loss);
        self.optimiser = optimiser;
        Ok(value)
    }

    /// Learns before there is any perception: the prior is fitted to so many random beliefs, then the networks take so many steps.
    ///
    /// # Errors
    /// As [`learn`](Self::learn).
    pub fn practise(&mut self, beliefs: usize, steps: usize, rng: &mut Rng) -> Result<()> {
        self.beliefs.remember(&random_beliefs(self.function, beliefs, rng))?;
        (0..10).try_for_each(|_| self.beliefs.fit())?;
        (0..steps).try_for_each(|_| self.learn(rng).map(|_| ()))
    }

    /// How far `q(y | P)` is from the exact distribution, on average over beliefs `[batch, symbols, values]` and outputs.
    ///
    /// # Errors
    /// As [`exact`].
    pub fn distance_from_exact(&self, p: &Tensor) -> Result<f64> {
        let q = no_grad(|| self.prediction.table(&p.flatten(1, -1)))?.exp();
        Ok((q - exact(self.function, p)?).abs().mean().item())
    }

    /// What comes before perception learns from beliefs `[batch, symbols, values]`: they are remembered, the prior follows them, and the
    /// inference networks take one step.
    ///
    /// # Errors
    /// [`Error::Function`] for beliefs of another shape, and as [`learn`](Self::learn).
    pub fn follow(&mut self, p: &Tensor, rng: &mut Rng) -> Result<f64> {
        self.beliefs.remember(&p.detach())?;
        if self.settings.fitted_prior {
            self.beliefs.fit()?;
        }
        self.learn(rng)
    }

    /// The loss of perception, `-log q(y | P)`, to be differentiated with respect to what made `P` (`[batch, symbols, values]`) and
    /// nothing else.
    ///
    /// # Errors
    /// [`Error::Function`] for outputs that are none of the function's.
    pub fn perception_loss(&self, p: &Tensor, outputs: &[usize]) -> Result<Tensor> {
        let flat = p.flatten(1, -1);
        Ok(self.prediction.log_probability(&flat, outputs)?.mean().negative())
    }

    /// The outputs that `q(y | P)` finds most probable one by one: the neural prediction, row by row.
    ///
    /// # Errors
    /// [`Error::Function`] for beliefs of another shape.
    pub fn predict(&self, p: &Tensor) -> Result<Vec<usize>> {
        let flat = p.flatten(1, -1);
        no_grad(|| self.prediction.greedy(&flat, None))
    }

    /// Worlds that explain outputs, chosen symbol by symbol by `q(w | y, P)`. With `pruned` no value is chosen that the function's pruner
    /// rules out.
    ///
    /// # Errors
    /// [`Error::Function`] when there is no explanation network, or a pruner that leaves no value: it names the partial world.
    pub fn explain(&self, p: &Tensor, outputs: &[usize], pruned: bool) -> Result<Vec<usize>> {
        let Some(explanation) = &self.explanation else {
            return Err(Error::Function {
                problem: "there is no explanation network; set `explain` in the settings".into(),
            });
        };
        let (batch, width) = (p.size(0), self.function.outputs().len());
        let context = self.given(&p.reshape([batch, p.len() / batch]), outputs);
        let mask = |row: usize, before: &[usize]| self.function.feasible(&outputs[row * width..][..width], before);
        no_grad(|| explanation.greedy(&context, if pruned { Some(&mask) } else { None }))
    }

    /// Beliefs with outputs behind them, as one-hots.
    fn given(&self, flat: &Tensor, outputs: &[usize]) -> Tensor {
        let sizes = self.function.outputs();
        let mut parts = vec![flat.clone()];
        for (j, &size) in sizes.iter().enumerate() {
            let column: Vec<i64> = outputs.iter().skip(j).step_by(sizes.len()).map(|&y| y as i64).collect();
            parts.push(Tensor::from(column).one_hot(size, flat.dtype()));
        }
        Tensor::cat(&parts.iter().collect::<Vec<_>>(), 1)
    }
}

/// The function of the most believed worlds: the symbolic prediction, row by row. `p` is `[batch, symbols, values]`.
///
/// # Errors
/// [`Error::Function`] when the function answers what it must not.
pub fn symbolic(function: &dyn Function, p: &Tensor) -> Result<Vec<usize>> {
    let worlds: Vec<usize> = p.argmax(2).to_vec::<i64>().into_iter().map(|w| w as usize).collect();
    checked(function, &worlds)
}

/// Whether each row of outputs is right.
pub fn right(predicted: &[usize], outputs: &[usize], width: usize) -> Vec<bool> {
    predicted.chunks(width).zip(outputs.chunks(width)).map(|(a, b)| a == b).collect()
}

/// The exact distribution over outputs, numbered as mixed-radix numbers of their parts, by going through all worlds: `[batch, outputs]`.
///
/// # Errors
/// [`Error::Function`] for more than a million worlds.
pub fn exact(function: &dyn Function, p: &Tensor) -> Result<Tensor> {
    let worlds = crate::function::all_worlds(function, 1_000_000)?;
    let sizes = function.outputs();
    let outputs = checked(function, &worlds)?;
    let count: usize = sizes.iter().product();
    let number = |y: &[usize]| y.iter().zip(sizes).fold(0, |n, (y, size)| n * size + y);
    let numbers: Vec<i64> = outputs.chunks(sizes.len()).map(|y| number(y) as i64).collect();
    // Worlds in the order of `all_worlds`: an outer product, symbol by symbol.
    let mut joint = Tensor::ones([p.size(0), 1], p.dtype());
    for i in 0..function.symbols() {
        let own = p.get((.., i as isize)); // [batch, values]
        joint = (joint.unsqueeze(2) * own.unsqueeze(1)).reshape([p.size(0), joint.size(1) * own.size(1)]);
    }
    let into = Tensor::zeros([p.size(0), count], p.dtype());
    Ok(into.index_add(1, &Tensor::from(numbers), &joint))
}

/// Worlds drawn from beliefs `[batch, symbols, values]`, one for each row.
pub fn drawn(p: &Tensor, rng: &mut Rng) -> Vec<usize> {
    let worlds = rng.categorical(&p.reshape([p.size(0) * p.size(1), p.size(2)])).to_vec::<i64>();
    worlds.into_iter().map(|w| w as usize).collect()
}

/// Random beliefs from peaked to flat, for tests of an inference network: `[n, symbols, values]`.
pub fn random_beliefs(function: &dyn Function, n: usize, rng: &mut Rng) -> Tensor {
    let scale = rng.uniform([n, 1, 1], 0.0, 6.0, DType::F32);
    (rng.normal([n, function.symbols(), function.values()], DType::F32) * scale).softmax(2)
}
