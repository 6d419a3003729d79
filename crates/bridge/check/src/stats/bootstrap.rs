//! The bootstrap (Efron 1979): how much a statistic varies when the sample is drawn again from itself.

use statrs::distribution::{ContinuousCDF, Normal};
use symbolon_tensor::Rng;

use super::Estimate;
use super::estimate::Spread;
use crate::error::{Error, Result};

/// How intervals are read off the replicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Interval {
    /// Quantiles of the replicates.
    Percentile,
    /// Bias-corrected and accelerated (Efron 1987): quantiles shifted for bias and skewness.
    #[default]
    Bca,
}

/// Settings of a bootstrap.
///
/// Statistics are functions of *which* examples were drawn, so whatever is measured on the same examples stays paired:
///
/// ```
/// use symbolon_check::stats::Bootstrap;
/// use symbolon_tensor::Rng;
/// let (before, after) = ([0.2, 0.5, 0.3, 0.9, 0.4], [0.4, 0.6, 0.4, 0.9, 0.7]);
/// let gain = Bootstrap::default().of(5, &mut Rng::new(1), |drawn| {
///     drawn.iter().map(|&i| after[i] - before[i]).sum::<f64>() / drawn.len() as f64
/// })?;
/// assert!((gain.value - 0.14).abs() < 1e-12);
/// assert!(gain.interval(0.9)[0] > 0.0);
/// # Ok::<(), symbolon_check::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    /// How many times the sample is drawn again.
    pub resamples: usize,
    /// How intervals are made.
    pub interval: Interval,
}

impl Default for Bootstrap {
    /// 2,000 resamples, bias-corrected and accelerated intervals.
    fn default() -> Self {
        Self { resamples: 2_000, interval: Interval::Bca }
    }
}

const NAME: &str = "bootstrap";

impl Bootstrap {
    /// Estimates a statistic of `n` independent examples. `statistic` gets the indices of the examples drawn; where
    /// examples belong together (tokens of a document), let an index stand for the group.
    ///
    /// # Errors
    /// [`Error::Sample`] for fewer than two examples, when the statistic is not a number on the sample itself or on more
    /// than one in twenty resamples.
    pub fn of(&self, n: usize, rng: &mut Rng, statistic: impl Fn(&[usize]) -> f64) -> Result<Estimate> {
        self.groups(&[n], rng, |drawn| statistic(&drawn[0]))
    }

    /// The same for several groups of independent examples, each drawn from itself.
    ///
    /// # Errors
    /// As [`Bootstrap::of`].
    pub fn groups(&self, sizes: &[usize], rng: &mut Rng, statistic: impl Fn(&[Vec<usize>]) -> f64) -> Result<Estimate> {
        let bad = |problem: String| Error::Sample { statistic: NAME, problem };
        if let Some(n) = sizes.iter().find(|n| **n < 2) {
            return Err(bad(format!("{n} examples are too few, at least 2 are needed")));
        }
        if self.resamples < 100 {
            return Err(bad(format!("{} resamples say nothing about tails; draw at least 100", self.resamples)));
        }
        let whole: Vec<Vec<usize>> = sizes.iter().map(|&n| (0..n).collect()).collect();
        let value = statistic(&whole);
        if !value.is_finite() {
            return Err(bad(format!("the statistic is {value} on the sample")));
        }
        let mut drawn = whole.clone();
        let mut replicates: Vec<f64> = Vec::with_capacity(self.resamples);
        for _ in 0..self.resamples {
            for (group, &n) in drawn.iter_mut().zip(sizes) {
                group.iter_mut().for_each(|i| *i = rng.below(n));
            }
            replicates.push(statistic(&drawn));
        }
        replicates.retain(|r| r.is_finite());
        let lost = self.resamples - replicates.len();
        if lost * 20 > self.resamples {
            return Err(bad(format!("the statistic is no number on {lost} of {} resamples", self.resamples)));
        }
        replicates.sort_by(f64::total_cmp);
        let (bias, acceleration) = match self.interval {
            Interval::Percentile => (0.0, 0.0),
            Interval::Bca => (bias(&replicates, value), acceleration(&whole, &statistic)?),
        };
        let n = sizes.iter().sum();
        Ok(Estimate::with(value, n, Spread::Resampled(Resampled { replicates: replicates.into(), bias, acceleration })))
    }
}

/// The normal quantile of the share of replicates below the value, those equal to it counted half. `z0` in Efron (1987).
fn bias(sorted: &[f64], value: f64) -> f64 {
    let (below, upto) = (sorted.partition_point(|r| *r < value), sorted.partition_point(|r| *r <= value));
    let share = (below + upto) as f64 / (2.0 * sorted.len() as f64);
    // A share of zero or one comes from a statistic that never varies on one side; there is nothing to correct then.
    if share > 0.0 && share < 1.0 { Normal::standard().inverse_cdf(share) } else { 0.0 }
}

/// Skewness from leaving out one example at a time: `a` in Efron (1987), for several groups as in SciPy.
fn acceleration(whole: &[Vec<usize>], statistic: impl Fn(&[Vec<usize>]) -> f64) -> Result<f64> {
    let (mut third, mut second) = (0.0, 0.0);
    for g in 0..whole.len() {
        let n = whole[g].len();
        let mut left = whole.to_vec();
        let without: Vec<f64> = (0..n)
            .map(|i| {
                left[g] = whole[g].iter().copied().filter(|&j| j != i).collect();
                statistic(&left)
            })
            .collect();
        if let Some(i) = without.iter().position(|v| !v.is_finite()) {
            let problem = format!("the statistic is {} without example {i}; take percentile intervals", without[i]);
            return Err(Error::Sample { statistic: NAME, problem });
        }
        let centre = super::mean(&without);
        let scale = (n as f64 - 1.0) / n as f64;
        third += without.iter().map(|v| (scale * (centre - v)).powi(3)).sum::<f64>();
        second += without.iter().map(|v| (scale * (centre - v)).powi(2)).sum::<f64>();
    }
    Ok(if second > 0.0 { third / (6.0 * second.powf(1.5)) } else { 0.0 })
}

/// Sorted replicates and what corrects their quantiles.
#[derive(Clone, Debug)]
pub(crate) struct Resampled {
    replicates: std::sync::Arc<[f64]>,
    bias: f64,
    acceleration: f64,
}

impl Resampled {
    /// The smallest p-value that this many replicates can tell.
    pub(crate) fn finest(&self) -> f64 {
        1.0 / (self.replicates.len() as f64 + 1.0)
    }
    pub(crate) fn interval(&self, level: f64) -> [f64; 2] {
        let normal = Normal::standard();
        let end = |share: f64| {
            let z = self.bias + normal.inverse_cdf(share);
            let bent = 1.0 - self.acceleration * z;
            // Beyond its pole the correction turns round; the outermost replicate is the honest answer there.
            match bent > 0.0 {
                true => self.quantile(normal.cdf(self.bias + z / bent)),
                false => self.quantile(if share < 0.5 { 0.0 } else { 1.0 }),
            }
        };
        [end((1.0 - level) / 2.0), end((1.0 + level) / 2.0)]
    }
    /// Linear between order statistics.
    fn quantile(&self, share: f64) -> f64 {
        let at = share.clamp(0.0, 1.0) * (self.replicates.len() - 1) as f64;
        let (low, part) = (at.floor() as usize, at.fract());
        let high = (low + 1).min(self.replicates.len() - 1);
        self.replicates[low] * (1.0 - part) + self.replicates[high] * part
    }
}
