//! What perception has lately believed, as a prior that can be drawn from.

use std::collections::VecDeque;

use symbolon_tensor::optim::{Adam, Optimiser};
use symbolon_tensor::{DType, Rng, Tensor};

use crate::error::{Error, Result};

/// Independent Dirichlet distributions over the beliefs about each symbol, fitted to the last beliefs seen.
///
/// Maximises the mean log-density minus a penalty on `|α|²` with `α = softplus(a)`. The authors' settings name a weight of 9e5 for sums;
/// taken as a factor it would press every `α` to zero, so its reciprocal is the factor here.
pub struct Beliefs {
    symbols: usize,
    values: usize,
    /// `[symbols, values]`.
    raw: Tensor,
    /// Logarithms of beliefs, newest last.
    buffer: VecDeque<Vec<f64>>,
    /// The sum of the buffer.
    sum: Vec<f64>,
    /// How many beliefs are remembered (K).
    pub kept: usize,
    /// Steps of each fit.
    pub steps: usize,
    /// What `|α|²` costs.
    pub penalty: f64,
    optimiser: Adam,
}

/// Beliefs below this count as this: a logarithm of zero has no mean.
const LEAST: f64 = 1e-8;

impl Beliefs {
    /// `α = 0.1` everywhere: peaked at random values, as a perception before training is not, but a trained one is.
    pub fn new(symbols: usize, values: usize) -> Self {
        Self::with(symbols, values, 0.1)
    }
    /// `α = 1` everywhere: all beliefs are equally likely.
    pub fn uniform(symbols: usize, values: usize) -> Self {
        Self::with(symbols, values, 1.0)
    }
    fn with(symbols: usize, values: usize, alpha: f64) -> Self {
        let raw = Tensor::full([symbols, values], alpha.exp_m1().ln(), DType::F64);
        Self {
            symbols,
            values,
            raw,
            buffer: VecDeque::new(),
            sum: vec![0.0; symbols * values],
            kept: 2_500,
            steps: 50,
            penalty: 1.0 / 9e5,
            optimiser: Adam::new(0.01),
        }
    }
    /// `α`, `[symbols, values]`, row by row.
    pub fn alpha(&self) -> Vec<f64> {
        self.raw.softplus().to_vec::<f64>().into_iter().map(|a| a.max(1e-4)).collect()
    }
    /// Remembers beliefs `[batch, symbols, values]`, forgetting the oldest.
    ///
    /// # Errors
    /// [`Error::Function`] for another shape or numbers that are no probabilities.
    pub fn remember(&mut self, p: &Tensor) -> Result<()> {
        if p.rank() != 3 || p.shape()[1..] != [self.symbols, self.values] {
            let expected = format!("[batch, {}, {}]", self.symbols, self.values);
            return Err(Error::Function { problem: format!("beliefs of shape {:?}, not {expected}", p.shape()) });
        }
        let all = p.to_vec::<f64>();
        if let Some(bad) = all.iter().find(|x| !(0.0..=1.0 + 1e-5).contains(*x)) {
            return Err(Error::Function { problem: format!("a belief of {bad} is no probability") });
        }
        for row in all.chunks(self.sum.len()) {
            let row: Vec<f64> = row.iter().map(|x| x.max(LEAST).ln()).collect();
            self.sum.iter_mut().zip(&row).for_each(|(s, x)| *s += x);
            self.buffer.push_back(row);
            if self.buffer.len() > self.kept
                && let Some(old) = self.buffer.pop_front()
            {
                self.sum.iter_mut().zip(&old).for_each(|(s, x)| *s -= x);
            }
        }
        Ok(())
    }
    /// Follows the beliefs that are remembered.
    ///
    /// # Errors
    /// [`Error::Function`] when none are.
    pub fn fit(&mut self) -> Result<()> {
        if self.buffer.is_empty() {
            return Err(Error::Function { problem: "the prior has no beliefs to follow; remember some first".into() });
        }
        let n = self.buffer.len() as f64;
        let mean: Vec<f64> = self.sum.iter().map(|s| s / n).collect();
        for _ in 0..self.steps {
            let raw = self.raw.to_vec::<f64>();
            let alpha = self.alpha();
            let mut gradient = vec![0.0; raw.len()];
            for s in 0..self.symbols {
                let own = s * self.values..(s + 1) * self.values;
                let whole = digamma(alpha[own.clone()].iter().sum());
                for i in own {
                    // Of the negative objective; softplus' slope is a logistic.
                    let slope = 1.0 / (1.0 + (-raw[i]).exp());
                    gradient[i] = (digamma(alpha[i]) - whole - mean[i] + 2.0 * self.penalty * alpha[i]) * slope;
                }
            }
            let gradient = Tensor::new(gradient, [self.symbols, self.values]).map_err(symbolon_net::Error::from)?;
            self.optimiser.step(&mut [&mut self.raw], &[gradient]);
        }
        Ok(())
    }
    /// Draws beliefs `[n, symbols, values]`.
    pub fn sample(&self, n: usize, rng: &mut Rng) -> Tensor {
        let alpha = self.alpha();
        let mut out = Vec::with_capacity(n * alpha.len());
        for _ in 0..n {
            for own in alpha.chunks(self.values) {
                // In logarithms: small α make gammas that are too small for numbers.
                let logs: Vec<f64> = own.iter().map(|&a| log_gamma_draw(a, rng)).collect();
                let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let sum: f64 = logs.iter().map(|l| (l - top).exp()).sum();
                out.extend(logs.iter().map(|l| ((l - top).exp() / sum) as f32));
            }
        }
        Tensor::new(out, [n, self.symbols, self.values]).expect("as many as the shape holds")
    }
}

/// The logarithm of a draw from a gamma distribution of shape `a` (Marsaglia and Tsang 2000, with their boost below one).
fn log_gamma_draw(a: f64, rng: &mut Rng) -> f64 {
    let boost = if a < 1.0 { (1.0 - rng.unit()).ln() / a } else { 0.0 };
    let d = if a < 1.0 { a + 1.0 } else { a } - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let [x, _] = rng.pair();
        let v = (1.0 + c * x).powi(3);
        if v > 0.0 && (1.0 - rng.unit()).ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            return d.ln() + v.ln() + boost;
        }
    }
}

/// The derivative of the logarithm of the gamma function: recurrence to large arguments, then its asymptotic series (Abramowitz and
/// Stegun 6.3.5, 6.3.18).
fn digamma(mut x: f64) -> f64 {
    let mut sum = 0.0;
    while x < 6.0 {
        sum -= 1.0 / x;
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    sum + x.ln() - 0.5 / x - y * (1.0 / 12.0 - y * (1.0 / 120.0 - y * (1.0 / 252.0 - y / 240.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digamma_has_known_values() {
        // -γ, and ψ(1/2) = -γ - 2 ln 2.
        let euler = 0.577_215_664_901_532_9;
        assert!((digamma(1.0) + euler).abs() < 1e-9);
        assert!((digamma(0.5) + euler + 2.0 * 2f64.ln()).abs() < 1e-9);
        assert!((digamma(10.0) - 2.251_752_589_066_721).abs() < 1e-9);
    }

    #[test]
    fn draws_have_the_mean_and_spread_of_their_distribution() {
        let mut beliefs = Beliefs::new(1, 3);
        let alpha = [0.3, 1.0, 2.7];
        beliefs.raw = Tensor::from([alpha.map(|a: f64| a.exp_m1().ln())]);
        let draws = beliefs.sample(20_000, &mut Rng::new(1));
        let [mean, var] = [draws.mean_axes(&[0], false), draws.var_axes(&[0], false, 0)].map(|t| t.to_vec::<f64>());
        for i in 0..3 {
            let m = alpha[i] / 4.0;
            assert!((mean[i] - m).abs() < 0.01, "{mean:?}");
            assert!((var[i] - m * (1.0 - m) / 5.0).abs() < 0.005, "{var:?}");
        }
    }

    #[test]
    fn a_fit_finds_what_was_drawn_from() {
        let mut source = Beliefs::new(2, 3);
        source.raw = Tensor::from([[0.5, 2.0, 1.0], [0.2, 0.2, 4.0]].map(|row: [f64; 3]| row.map(|a| a.exp_m1().ln())));
        let mut beliefs = Beliefs::new(2, 3);
        assert!(beliefs.fit().unwrap_err().to_string().contains("no beliefs"));
        beliefs.remember(&source.sample(2_500, &mut Rng::new(3))).unwrap();
        (0..80).for_each(|_| beliefs.fit().unwrap());
        for (found, given) in beliefs.alpha().iter().zip(source.alpha()) {
            assert!((found / given - 1.0).abs() < 0.15, "{:?}", beliefs.alpha());
        }
    }
}
