//! The area under the receiver operating characteristic: how often a positive example scores above a negative one.

use super::estimate::Spread;
use super::{Estimate, Proportion, pairs, ranks, sample, variance};
use crate::error::{Error, Result};

/// The area under the curve, equal scores counting half, with the standard error of DeLong, DeLong and Clarke-Pearson (1988).
///
/// Perfect separation leaves that error zero, which is no evidence of certainty; intervals are then those of Wilson for as
/// many successes as there are examples of the rarer class.
///
/// # Errors
/// [`Error::Sample`] when the lengths differ, a class has fewer than two examples, or scores are not finite.
pub fn auroc(scores: &[f64], positive: &[bool]) -> Result<Estimate> {
    let name = "area under the curve";
    pairs(name, scores.len(), positive.len())?;
    sample(name, scores, 1)?;
    let of = |class: bool| -> Vec<f64> {
        scores.iter().zip(positive).filter(|(_, p)| **p == class).map(|(s, _)| *s).collect()
    };
    let (yes, no) = (of(true), of(false));
    if yes.len() < 2 || no.len() < 2 {
        let problem = format!("{} positive and {} negative examples; give at least 2 of each", yes.len(), no.len());
        return Err(Error::Sample { statistic: name, problem });
    }
    // A rank among all less the rank within the class counts the examples of the other class below.
    let all: Vec<f64> = yes.iter().chain(&no).copied().collect();
    let among = ranks(&all);
    let beaten = |from: usize, class: &[f64], others: usize| -> Vec<f64> {
        ranks(class).iter().zip(&among[from..]).map(|(within, among)| (among - within) / others as f64).collect()
    };
    let (above, below) = (beaten(0, &yes, no.len()), beaten(yes.len(), &no, yes.len()));
    let value = super::mean(&above);
    let error = (variance(&above) / yes.len() as f64 + variance(&below) / no.len() as f64).sqrt();
    let spread = match value {
        0.0 | 1.0 => {
            let trials = yes.len().min(no.len());
            Spread::Share(Proportion { successes: if value == 1.0 { trials } else { 0 }, trials })
        }
        _ => Spread::Student { error, df: f64::INFINITY, limits: [0.0, 1.0] },
    };
    Ok(Estimate::with(value, scores.len(), spread))
}
