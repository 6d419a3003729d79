//! Effect sizes: differences in units that can be compared between studies.

use statrs::function::gamma::ln_gamma;

use super::{mean, sample, variance};
use crate::error::{Error, Result};

/// Cohen's d: the difference of two means, `a - b`, in pooled standard deviations.
///
/// # Errors
/// [`Error::Sample`] when a group has fewer than two numbers, numbers are not finite, or nothing varies.
pub fn cohens_d(a: &[f64], b: &[f64]) -> Result<f64> {
    let name = "Cohen's d";
    sample(name, a, 2)?;
    sample(name, b, 2)?;
    let (n, m) = (a.len() as f64 - 1.0, b.len() as f64 - 1.0);
    let pooled = ((n * variance(a) + m * variance(b)) / (n + m)).sqrt();
    match pooled > 0.0 {
        true => Ok((mean(a) - mean(b)) / pooled),
        false => Err(Error::Sample { statistic: name, problem: "the numbers do not vary".into() }),
    }
}

/// Hedges' g: Cohen's d without its bias in small groups, by the exact factor (Hedges 1981).
///
/// # Errors
/// As [`cohens_d`].
pub fn hedges_g(a: &[f64], b: &[f64]) -> Result<f64> {
    let half = (a.len() + b.len()) as f64 / 2.0 - 1.0;
    let d = cohens_d(a, b)?;
    Ok(d * (ln_gamma(half) - ln_gamma(half - 0.5)).exp() / half.sqrt())
}

/// Cliff's delta: how much more often a number of `a` exceeds one of `b` than the other way round, from -1 to 1.
///
/// # Errors
/// [`Error::Sample`] for an empty group or numbers that are not finite.
pub fn cliffs_delta(a: &[f64], b: &[f64]) -> Result<f64> {
    let name = "Cliff's delta";
    sample(name, a, 1)?;
    sample(name, b, 1)?;
    let mut sorted = b.to_vec();
    sorted.sort_by(f64::total_cmp);
    let more = |x: &f64| {
        let (below, upto) = (sorted.partition_point(|y| y < x), sorted.partition_point(|y| y <= x));
        below as f64 - (sorted.len() - upto) as f64
    };
    Ok(a.iter().map(more).sum::<f64>() / (a.len() * b.len()) as f64)
}
