//! Masked discrete diffusion over symbols (NeSyDM; van Krieken and others 2025).
//!
//! A classifier for each symbol takes symbols as independent given the input, and is sure where it should be torn between
//! combinations. Here symbols are *unmasked* a few at a time: each step predicts those that are still masked from the input
//! and those already revealed, so that independence is assumed only within a step and dependence builds up across steps.
//! The symbolic function is applied to full samples, and no symbol needs a label.
//!
//! A state is a row of numbers, one for each symbol: its value, or [`Process::mask`]. An *unmasking model* is any function from
//! states `[rows, symbols, values + 1]` (one-hot, the mask last), each about an example of the batch, to logits
//! `[rows, symbols, values]`.
//!
//! ```
//! use symbolon_learn::diffusion::{Process, Sampler};
//! use symbolon_tensor::{Rng, Tensor};
//! // The second symbol repeats the first; a model that sees revealed symbols can say so.
//! let process = Process::new(2, 3)?;
//! let copy = |_: &[usize], state: &Tensor| Ok(state.narrow(2, ..3).flip(&[1]) * 50.0);
//! let one_by_one = process.sample(&copy, &vec![0; 200], Sampler::FirstHitting, &mut Rng::new(0))?;
//! assert!(one_by_one.chunks(2).all(|w| w[0] == w[1]));
//! let at_once = process.sample(&copy, &vec![0; 200], Sampler::Steps(1), &mut Rng::new(0))?;
//! assert!(at_once.chunks(2).filter(|w| w[0] == w[1]).count() < 120);
//! # Ok::<(), symbolon_learn::Error>(())
//! ```

mod loss;
mod model;
mod sample;

pub use loss::{Entropy, Loss, Weights, conditional_entropy, independent_loss};
pub use model::Unmasker;
pub use sample::{Conditioned, Sampler, Vote, commonest, vote};

use symbolon_tensor::{DType, Rng, Tensor};

use crate::error::{Error, Result};

/// From examples (numbers in the batch, one for each row) and their states to logits of all symbols.
pub type Unmask<'a> = dyn Fn(&[usize], &Tensor) -> Result<Tensor> + 'a;

/// How many symbols there are, with how many values each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    symbols: usize,
    values: usize,
}

impl Process {
    /// A process over so many symbols.
    ///
    /// # Errors
    /// [`Error::Function`] for no symbols, or fewer than two values.
    pub fn new(symbols: usize, values: usize) -> Result<Self> {
        match symbols == 0 || values < 2 {
            true => Err(Error::Function {
                problem: format!("{symbols} symbols with {values} values leave nothing to diffuse"),
            }),
            false => Ok(Self { symbols, values }),
        }
    }
    /// Symbols of a state.
    pub fn symbols(&self) -> usize {
        self.symbols
    }
    /// Values of a symbol.
    pub fn values(&self) -> usize {
        self.values
    }
    /// What stands where a symbol is masked: the number behind the last value.
    pub fn mask(&self) -> usize {
        self.values
    }

    /// The forward process at time `t`: each symbol masked with probability `t`, on its own (linear schedule, `α_t = 1 - t`).
    ///
    /// # Errors
    /// [`Error::Function`] for a time outside `(0, 1]`.
    pub fn noised(&self, worlds: &[usize], t: f64, rng: &mut Rng) -> Result<Vec<usize>> {
        if !(0.0 < t && t <= 1.0) {
            return Err(Error::Function { problem: format!("a time of {t}; times lie above 0 and are at most 1") });
        }
        Ok(worlds.iter().map(|&w| if rng.unit() < t { self.mask() } else { w }).collect())
    }

    /// States as one-hots `[rows, symbols, values + 1]`.
    ///
    /// # Panics
    /// When a state is not whole or holds a number that is neither value nor mask.
    pub fn one_hot(&self, states: &[usize]) -> Tensor {
        let rows = states.len() / self.symbols;
        assert_eq!(rows * self.symbols, states.len(), "whole states");
        let numbers = states.iter().map(|&s| s as i64).collect();
        Tensor::new(numbers, [rows, self.symbols]).expect("whole states").one_hot(self.values + 1, DType::F32)
    }

    /// Log-probabilities of all values of all symbols, `[rows, symbols, values]`; revealed symbols stay what they are (carry-over).
    ///
    /// # Errors
    /// What the model answers; [`Error::Function`] for logits of another shape.
    pub fn log_probability(&self, model: &Unmask, examples: &[usize], states: &[usize]) -> Result<Tensor> {
        let state = self.one_hot(states);
        let logits = model(examples, &state)?;
        let shape = [examples.len(), self.symbols, self.values];
        if logits.shape() != shape {
            return Err(Error::Function {
                problem: format!("the model answered logits {:?}, not {shape:?}", logits.shape()),
            });
        }
        let revealed = state.narrow(2, ..self.values).to(logits.dtype());
        let known = revealed.sum_axis(2, true);
        // Far enough below that nothing else is drawn, near enough that nothing becomes infinite.
        let certain = (revealed - 1.0) * 1e4;
        let masked = 1.0 - &known;
        Ok(logits.log_softmax(2) * masked + certain * known)
    }
}
