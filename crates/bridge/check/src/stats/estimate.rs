//! A number with all its confidence intervals.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use super::bootstrap::Resampled;
use super::{Proportion, Region, mean, sample, variance};
use crate::error::{Error, Result};

/// A measured number, what it rests on, and how uncertain it is.
#[derive(Clone, Debug)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// How many independent observations it rests on.
    pub n: usize,
    spread: Spread,
}

/// What intervals are made from.
#[derive(Clone, Debug)]
pub(crate) enum Spread {
    /// Counted or computed, not sampled.
    None,
    /// Student's distribution around the value; `df` may be infinite.
    Student { error: f64, df: f64, limits: [f64; 2] },
    /// Wilson's score intervals.
    Share(Proportion),
    /// Fisher's transformation of a correlation.
    Fisher,
    /// Bootstrap replicates.
    Resampled(Resampled),
}

impl Estimate {
    pub(crate) fn with(value: f64, n: usize, spread: Spread) -> Self {
        Self { value, n, spread }
    }

    /// A number that is what it is: counted or computed on everything there is, without sampling.
    ///
    /// # Errors
    /// [`Error::Sample`] when it is not finite.
    pub fn exact(value: f64) -> Result<Self> {
        sample("exact number", &[value], 1)?;
        Ok(Self::with(value, 1, Spread::None))
    }

    /// The mean of independent numbers (the results of several seeds, paired differences of examples), with Student's
    /// intervals. For skewed numbers use [`Bootstrap`](super::Bootstrap).
    ///
    /// # Errors
    /// [`Error::Sample`] for fewer than two numbers, or numbers that are not finite.
    pub fn mean(x: &[f64]) -> Result<Self> {
        sample("mean", x, 2)?;
        let (n, error) = (x.len(), (variance(x) / x.len() as f64).sqrt());
        Ok(Self::with(mean(x), n, Spread::Student { error, df: n as f64 - 1.0, limits: EVERYWHERE }))
    }

    /// The mean of paired differences `a - b`.
    ///
    /// # Errors
    /// [`Error::Sample`] as [`Estimate::mean`], and when the lengths differ.
    pub fn paired_difference(a: &[f64], b: &[f64]) -> Result<Self> {
        super::pairs("paired difference", a.len(), b.len())?;
        Self::mean(&a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<_>>())
    }

    /// The difference of the means of two independent groups, `a - b`, with the intervals of Welch (1947).
    ///
    /// # Errors
    /// [`Error::Sample`] when a group has fewer than two numbers, or numbers are not finite.
    pub fn difference(a: &[f64], b: &[f64]) -> Result<Self> {
        sample("difference of means", a, 2)?;
        sample("difference of means", b, 2)?;
        let (u, v) = (variance(a) / a.len() as f64, variance(b) / b.len() as f64);
        // Satterthwaite's degrees of freedom; two constant groups leave none, and no error either.
        let df = (u + v).powi(2) / (u * u / (a.len() as f64 - 1.0) + v * v / (b.len() as f64 - 1.0));
        let df = if df.is_finite() { df } else { f64::INFINITY };
        let spread = Spread::Student { error: (u + v).sqrt(), df, limits: EVERYWHERE };
        Ok(Self::with(mean(a) - mean(b), a.len() + b.len(), spread))
    }

    /// A share of successes, with Wilson's intervals.
    ///
    /// # Errors
    /// [`Error::Sample`] without trials.
    pub fn share(p: Proportion) -> Result<Self> {
        match p.trials {
            0 => Err(Error::Sample { statistic: "share", problem: "nothing was tried".into() }),
            n => Ok(Self::with(p.share(), n, Spread::Share(p))),
        }
    }

    /// The difference `a - b` of two independent shares, normally distributed.
    ///
    /// # Errors
    /// As [`Estimate::normal`]: when a share has no trials.
    pub fn share_difference(a: Proportion, b: Proportion) -> Result<Self> {
        let error = |p: Proportion| p.share() * (1.0 - p.share()) / p.trials as f64;
        Self::normal(a.share() - b.share(), (error(a) + error(b)).sqrt().max(1e-9), a.trials + b.trials)
    }
    /// A number with a known standard error, normally distributed.
    ///
    /// # Errors
    /// [`Error::Sample`] when a number is not finite or the error negative.
    pub fn normal(value: f64, error: f64, n: usize) -> Result<Self> {
        sample("normal estimate", &[value, error], 2)?;
        if error < 0.0 {
            return Err(Error::Sample {
                statistic: "normal estimate",
                problem: format!("a standard error of {error}"),
            });
        }
        Ok(Self::with(value, n, Spread::Student { error, df: f64::INFINITY, limits: EVERYWHERE }))
    }

    /// A correlation of `n` pairs, with the intervals of Fisher (1921): exact for Pearson's of normal numbers, a good
    /// approximation for Spearman's.
    ///
    /// # Errors
    /// [`Error::Sample`] for fewer than four pairs or a number outside `[-1, 1]`.
    pub fn correlation(r: f64, n: usize) -> Result<Self> {
        if n < 4 || !(-1.0..=1.0).contains(&r) {
            let problem = format!("{r} of {n} pairs: a number from -1 to 1 and at least 4 pairs are needed");
            return Err(Error::Sample { statistic: "correlation", problem });
        }
        Ok(Self::with(r, n, Spread::Fisher))
    }

    /// The two-sided confidence interval at a level such as 0.95. Higher levels give wider intervals.
    ///
    /// # Panics
    /// When the level is not strictly between 0 and 1.
    pub fn interval(&self, level: f64) -> [f64; 2] {
        assert!(0.0 < level && level < 1.0, "a confidence level lies between 0 and 1, this is {level}");
        let upper = (1.0 + level) / 2.0;
        match &self.spread {
            Spread::None => [self.value, self.value],
            Spread::Student { error, .. } if *error == 0.0 => [self.value, self.value],
            Spread::Student { error, df, limits } => {
                let t = match StudentsT::new(0.0, 1.0, *df) {
                    Ok(student) if df.is_finite() => student.inverse_cdf(upper),
                    _ => Normal::standard().inverse_cdf(upper),
                };
                [(self.value - t * error).max(limits[0]), (self.value + t * error).min(limits[1])]
            }
            Spread::Share(p) => p.interval(level),
            Spread::Fisher => {
                let half = Normal::standard().inverse_cdf(upper) / (self.n as f64 - 3.0).sqrt();
                // A correlation of exactly one has no finite transform.
                let z = self.value.clamp(-1.0 + 1e-15, 1.0 - 1e-15).atanh();
                [(z - half).tanh(), (z + half).tanh()]
            }
            Spread::Resampled(r) => r.interval(level),
        }
    }

    /// The p-value of "it does not lie in the region" against "it does": the smallest `alpha` at which the interval of level
    /// `1 - 2 alpha` lies in the region. For a one-sided region that is the one-sided test, for [`Region::Within`] the
    /// larger p-value of two one-sided tests (Schuirmann 1987). Values above one half are given as 1.
    pub fn p_inside(&self, region: &Region) -> f64 {
        self.smallest(|interval| region.covers(interval))
    }

    /// The p-value of "it lies in the region" against "it does not", likewise.
    pub fn p_outside(&self, region: &Region) -> f64 {
        self.smallest(|interval| region.misses(interval))
    }

    fn smallest(&self, decides: impl Fn([f64; 2]) -> bool) -> f64 {
        let floor = match &self.spread {
            Spread::None => 0.0,
            Spread::Resampled(r) => r.finest(),
            _ => 1e-15,
        };
        let at = |alpha: f64| decides(self.interval(1.0 - 2.0 * alpha));
        if matches!(self.spread, Spread::None) {
            return if at(0.25) { 0.0 } else { 1.0 };
        }
        let (mut no, mut yes) = (floor, 0.5 - 1e-9);
        if !at(yes) {
            return 1.0;
        }
        if at(no) {
            return no;
        }
        // Intervals are nested, so there is one point where the answer changes; halving on a logarithmic scale finds it.
        for _ in 0..100 {
            let middle = (no * yes).sqrt();
            if at(middle) { yes = middle } else { no = middle }
        }
        yes
    }

    /// How many observations it takes until the interval at this level decides about the region, if the number stays what
    /// it is and intervals shrink with the square root; `None` when the number lies on an end of the region.
    pub fn needed(&self, region: &Region, level: f64) -> Option<usize> {
        let [low, high] = self.interval(level);
        let distance = region.distance(self.value);
        let half = (high - self.value).max(self.value - low);
        let needed = (self.n as f64 * (half / distance).powi(2)).ceil();
        (needed.is_finite() && needed < 1e15).then_some((needed as usize).max(self.n))
    }
}

pub(crate) const EVERYWHERE: [f64; 2] = [f64::NEG_INFINITY, f64::INFINITY];
