//! The bound that is minimised, in three terms.

use symbolon_tensor::{Rng, Tensor};

use super::{Conditioned, Process, Sampler, Unmask};
use crate::anesi::exact;
use crate::error::{Error, Result};
use crate::function::{Function, all_worlds, checked};

/// Of which distribution the entropy is raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entropy {
    /// `H(p(w | x, all masked))`: what the model believes before anything is revealed.
    Unconditional,
    /// `H(p(w | x, y, all masked))`: the same given the output, by going through all worlds. For few of them.
    Conditional,
}

/// What the terms weigh.
#[derive(Clone, Copy, Debug)]
pub struct Weights {
    /// Of the denoising of symbols (γ_w).
    pub symbols: f64,
    /// Of the entropy (γ_H).
    pub entropy: f64,
    /// Which entropy.
    pub of: Entropy,
    /// Whether the output term is divided by `t` as well: the released code does, the paper's bound does not.
    pub output_over_time: bool,
    /// Samples for the expected reward (S): at least two, for each is compared with the others.
    pub samples: usize,
    /// Steps of the posterior sampler.
    pub steps: Sampler,
    /// Whether the model is shown what the posterior revealed. Where symbols are independent (sums of digits) the paper shows it
    /// nothing.
    pub reveal: bool,
}

impl Weights {
    /// Conditional entropy, and samples that are revealed one symbol after the other: for few symbols that hang together.
    pub fn conditional(symbols: f64, entropy: f64, samples: usize) -> Self {
        let (of, steps) = (Entropy::Conditional, Sampler::FirstHitting);
        Self { symbols, entropy, of, samples, steps, ..Self::default() }
    }
}

impl Default for Weights {
    /// The settings for MNISTAdd: γ_w 2e-5, γ_H 0.01, eight steps.
    fn default() -> Self {
        Self {
            symbols: 2e-5,
            entropy: 0.01,
            of: Entropy::Unconditional,
            output_over_time: false,
            samples: 64,
            steps: Sampler::Steps(8),
            reveal: true,
        }
    }
}

/// The loss of a batch and what it is made of.
#[derive(Clone, Debug)]
pub struct Loss {
    /// To be minimised.
    pub value: Tensor,
    /// The mean over outputs of the share of samples that have the right one: the estimate inside the first term.
    pub reward: f64,
    /// Examples for which the posterior sampler found no world with the right output.
    pub missed: usize,
}

impl Process {
    /// `L_y + γ_w L_w - γ_H H` for examples `0..batch` and their outputs, per output, symbol and example.
    ///
    /// `L_y`, minus the logarithm of the expected share of right outputs, has no gradient through samples; its gradient is estimated
    /// with each sample's reward compared to that of the others (leave one out; Kool and others 2019). Outputs that no sample
    /// has give no gradient for that example.
    ///
    /// # Errors
    /// What model and function answer; [`Error::Function`] for fewer than two samples.
    pub fn loss(
        &self,
        model: &Unmask,
        batch: usize,
        towards: Conditioned,
        weights: &Weights,
        rng: &mut Rng,
    ) -> Result<Loss> {
        let s = weights.samples;
        if s < 2 {
            return Err(Error::Function {
                problem: "one sample has no others to be compared with; take two or more".into(),
            });
        }
        let examples: Vec<usize> = (0..batch).collect();
        let n = self.symbols();
        // Times are drawn for each example; 1 - u lies above zero.
        let times: Vec<f64> = (0..batch).map(|_| 1.0 - rng.unit()).collect();
        let needs_world = weights.symbols > 0.0 || weights.reveal;
        let (worlds, missed) = match needs_world {
            true => self.sample_given(model, &examples, weights.steps, towards, rng)?,
            false => (vec![0; batch * n], 0),
        };
        let mut states = Vec::with_capacity(batch * n);
        for (world, &t) in worlds.chunks(n).zip(&times) {
            match weights.reveal {
                true => states.extend(self.noised(world, t, rng)?),
                false => states.extend(std::iter::repeat_n(self.mask(), n)),
            }
        }
        let log_p = self.log_probability(model, &examples, &states)?;

        // (1) Outputs.
        let drawn = self.draw(&log_p.detach(), s, rng);
        let outputs = checked(towards.function, &drawn)?;
        let width = towards.function.outputs().len();
        let mut advantage = vec![0f32; batch * s];
        let mut reward = 0.0;
        for example in 0..batch {
            for j in 0..width {
                let wanted = towards.outputs[example * width + j];
                let hit = |k: usize| outputs[(example * s + k) * width + j] == wanted;
                let hits = (0..s).filter(|&k| hit(k)).count() as f64;
                let mean = hits / s as f64;
                reward += mean / (batch * width) as f64;
                if hits == 0.0 {
                    continue;
                }
                let over = if weights.output_over_time { times[example] } else { 1.0 };
                for k in 0..s {
                    let own = f64::from(hit(k));
                    let others = (hits - own) / (s - 1) as f64;
                    advantage[example * s + k] += ((own - others) / (mean * s as f64 * over)) as f32;
                }
            }
        }
        let of_samples = self.log_of(&log_p, &drawn, s);
        let advantage = Tensor::new(advantage, [batch, s]).map_err(symbolon_net::Error::from)?.to(log_p.dtype());
        let mut value = (of_samples * advantage).sum() * (-1.0 / (batch * width) as f64);

        // (2) Symbols, with weight 1/t.
        if weights.symbols > 0.0 {
            let over = Tensor::from(times.iter().map(|t| 1.0 / t).collect::<Vec<f64>>()).to(log_p.dtype());
            let denoised = self.log_of(&log_p, &worlds, 1).squeeze(1) * over;
            value = value - denoised.sum() * (weights.symbols / (batch * n) as f64);
        }

        // (3) Entropy of what is believed before anything is revealed.
        if weights.entropy > 0.0 {
            let masked = vec![self.mask(); batch * n];
            let believed = match states == masked {
                true => log_p,
                false => self.log_probability(model, &examples, &masked)?,
            };
            let entropy = match weights.of {
                Entropy::Unconditional => (believed.exp() * &believed).sum() * (-1.0 / (batch * n) as f64),
                Entropy::Conditional => {
                    conditional_entropy(towards.function, &believed, towards.outputs)? * (1.0 / (n as f64))
                }
            };
            value = value - entropy * weights.entropy;
        }
        Ok(Loss { value, reward, missed })
    }

    /// The log-probability of worlds, `times` for each row: `[rows, times]`.
    fn log_of(&self, log_p: &Tensor, worlds: &[usize], times: usize) -> Tensor {
        let (rows, n, v) = (log_p.size(0), self.symbols(), self.values());
        let picks = Tensor::new(worlds.iter().map(|&w| w as i64).collect(), [rows, times, n]).expect("whole worlds");
        let by_symbol = picks.permute([0, 2, 1]).contiguous(); // [rows, symbols, times]
        debug_assert_eq!(log_p.shape(), [rows, n, v]);
        log_p.gather(2, &by_symbol).sum_axis(1, false)
    }
}

/// The mean entropy of worlds given the output, for symbols independent beforehand: `log_p` is `[batch, symbols, values]`.
///
/// # Errors
/// [`Error::Function`] for more than 100,000 worlds.
pub fn conditional_entropy(function: &dyn Function, log_p: &Tensor, outputs: &[usize]) -> Result<Tensor> {
    let worlds = all_worlds(function, 100_000)?;
    let (n, width) = (function.symbols(), function.outputs().len());
    let results = checked(function, &worlds)?;
    let (batch, count) = (log_p.size(0), worlds.len() / n);
    let mut joint = Tensor::zeros([batch, count], log_p.dtype());
    for i in 0..n {
        let column: Vec<usize> = worlds.iter().skip(i).step_by(n).copied().collect();
        joint = joint + log_p.get((.., i as isize)).index_select(1, &symbolon_data::indices(&column));
    }
    let fits = |example: usize, world: usize| outputs[example * width..][..width] == results[world * width..][..width];
    let other: Vec<bool> = (0..batch).flat_map(|e| (0..count).map(move |w| (e, w))).map(|(e, w)| !fits(e, w)).collect();
    let other = Tensor::from_bools(other, [batch, count]).map_err(symbolon_net::Error::from)?;
    let posterior = joint.mask_fill(&other, -1e4).log_softmax(1);
    Ok((posterior.exp() * &posterior).sum() * (-1.0 / batch as f64))
}

/// The loss of a model whose symbols are independent given the input, with beliefs `p` `[batch, symbols, values]`: minus the mean
/// log-probability of the outputs, exactly, less `entropy` times [`conditional_entropy`] for each symbol.
///
/// # Errors
/// As [`conditional_entropy`].
pub fn independent_loss(function: &dyn Function, p: &Tensor, outputs: &[usize], entropy: f64) -> Result<Tensor> {
    let sizes = function.outputs();
    let number = |y: &[usize]| y.iter().zip(sizes).fold(0, |n, (y, size)| n * size + y);
    let numbers: Vec<usize> = outputs.chunks(sizes.len()).map(number).collect();
    let of_output = exact(function, p)?.gather(1, &symbolon_data::indices(&numbers).unsqueeze(1));
    let spread = conditional_entropy(function, &p.clamp_min(1e-12).ln(), outputs)?;
    Ok(of_output.clamp_min(1e-12).ln().mean().negative() - spread * (entropy / function.symbols() as f64))
}
