//! Calibration: does what is said with confidence 0.8 hold in 8 of 10 cases?

use super::{mean, pairs, sample};
use crate::error::{Error, Result};

/// How confidences are put into bins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bins {
    /// Bins of equal width over 0 to 1; a bin holds its upper end.
    Width(usize),
    /// Bins with equally many examples (the first ones hold one more where that does not come out even).
    Mass(usize),
}

/// One bin that holds examples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// Examples in it.
    pub count: usize,
    /// Their mean confidence.
    pub confidence: f64,
    /// The share that is right.
    pub accuracy: f64,
}

/// A reliability diagram and its numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// The expected calibration error (Naeini et al. 2015): the mean gap between confidence and accuracy, by examples.
    pub expected: f64,
    /// The share that is right.
    pub accuracy: f64,
    /// The largest gap of a bin.
    pub largest: f64,
    /// Bins that hold examples, from low confidence to high.
    pub bins: Vec<Bin>,
}

/// How well confidences (0 to 1) agree with what turned out right.
///
/// # Errors
/// [`Error::Sample`] when the lengths differ, there are no examples or no bins, or confidences lie outside `[0, 1]`.
pub fn calibration(confidence: &[f64], right: &[bool], bins: Bins) -> Result<Calibration> {
    let name = "calibration";
    let bad = |problem: String| Error::Sample { statistic: name, problem };
    pairs(name, confidence.len(), right.len())?;
    sample(name, confidence, 1)?;
    if let Some(c) = confidence.iter().find(|c| !(0.0..=1.0).contains(*c)) {
        return Err(bad(format!("{c} is no confidence from 0 to 1")));
    }
    let (Bins::Width(count) | Bins::Mass(count)) = bins;
    if count == 0 {
        return Err(bad("at least one bin is needed".into()));
    }
    let mut order: Vec<usize> = (0..confidence.len()).collect();
    order.sort_by(|&a, &b| confidence[a].total_cmp(&confidence[b]));
    let groups: Vec<&[usize]> = match bins {
        Bins::Width(n) => {
            let bin = |i: usize| ((confidence[i] * n as f64).ceil() as usize).max(1);
            order.chunk_by(|&a, &b| bin(a) == bin(b)).collect()
        }
        Bins::Mass(n) => {
            let (size, extra) = (order.len() / n, order.len() % n);
            let mut rest = &order[..];
            (0..n)
                .map(|i| {
                    let (bin, after) = rest.split_at(size + usize::from(i < extra));
                    rest = after;
                    bin
                })
                .filter(|bin| !bin.is_empty())
                .collect()
        }
    };
    let bins: Vec<Bin> = groups
        .into_iter()
        .map(|group| Bin {
            count: group.len(),
            confidence: mean(&group.iter().map(|&i| confidence[i]).collect::<Vec<_>>()),
            accuracy: group.iter().filter(|&&i| right[i]).count() as f64 / group.len() as f64,
        })
        .collect();
    let gap = |b: &Bin| (b.confidence - b.accuracy).abs();
    let expected = bins.iter().map(|b| b.count as f64 * gap(b)).sum::<f64>() / confidence.len() as f64;
    let accuracy = right.iter().filter(|r| **r).count() as f64 / right.len() as f64;
    Ok(Calibration { accuracy, expected, largest: bins.iter().map(gap).fold(0.0, f64::max), bins })
}
