//! Statistics: what numbers allow to conclude.
//!
//! The centre is the [`Estimate`]: a number together with all its confidence intervals. Means, shares, correlations, areas
//! under curves and bootstrapped statistics of any kind become estimates; a [`Region`] is what a claim predicts; and the one
//! question asked of both is how surely the number lies inside the region, or outside. Tests of superiority, of
//! equivalence (two one-sided tests) and verdicts are all that question.
//!
//! ```
//! use symbolon_check::stats::{Estimate, Region};
//! let gain = Estimate::mean(&[0.11, 0.14, 0.09, 0.12, 0.13])?;
//! let [low, high] = gain.interval(0.95);
//! assert!(low < 0.118 && 0.118 < high);
//! // Student's one-sided test of "the mean is at least 0.095" against "it is less".
//! assert!(gain.p_inside(&Region::AtLeast(0.095)) < 0.05);
//! // Two one-sided tests: is it practically nothing?
//! assert_eq!(gain.p_inside(&Region::Within([-0.05, 0.05])), 1.0);
//! # Ok::<(), symbolon_check::Error>(())
//! ```

mod bootstrap;
mod calibration;
mod correlation;
mod effect;
mod estimate;
mod information;
mod multiple;
mod permutation;
mod proportion;
mod region;
mod roc;
mod simple;

pub use bootstrap::{Bootstrap, Interval};
pub use calibration::{Bin, Bins, Calibration, calibration};
pub use correlation::{kendall, pearson, ranks, spearman};
pub use effect::{cliffs_delta, cohens_d, hedges_g};
pub use estimate::Estimate;
pub use information::{total_variation, uncertainty_coefficient};
pub use multiple::{Correction, benjamini_hochberg, holm};
pub use permutation::{Permutation, Tail, permute_groups, permute_labels, permute_signs, sign_test};
pub use proportion::Proportion;
pub use region::Region;
pub use roc::auroc;
pub use simple::{scaling_exponent, slope, upper_median};

use crate::error::{Error, Result};

/// Refuses samples that are too small or hold numbers that are not finite.
pub(crate) fn sample(statistic: &'static str, x: &[f64], least: usize) -> Result<()> {
    if x.len() < least {
        let problem = format!("{} numbers are too few, at least {least} are needed", x.len());
        return Err(Error::Sample { statistic, problem });
    }
    if let Some(at) = x.iter().position(|v| !v.is_finite()) {
        return Err(Error::Sample { statistic, problem: format!("number {at} is {}", x[at]) });
    }
    Ok(())
}

/// Refuses two samples that are not of equal length.
pub(crate) fn pairs(statistic: &'static str, x: usize, y: usize) -> Result<()> {
    match x == y {
        true => Ok(()),
        false => Err(Error::Sample { statistic, problem: format!("{x} numbers and {y} do not make pairs") }),
    }
}

/// The mean.
pub(crate) fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

/// The unbiased variance.
pub(crate) fn variance(x: &[f64]) -> f64 {
    let m = mean(x);
    x.iter().map(|v| (v - m) * (v - m)).sum::<f64>() / (x.len() as f64 - 1.0)
}
