//! How good a classifier is where one kind may be rare.

use crate::error::{Error, Result};

/// Numbers of a classifier on held-out examples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quality {
    /// Share of right answers.
    pub accuracy: f64,
    /// Share of those called positive that are; 0 when none is.
    pub precision: f64,
    /// Share of the positive that are called so.
    pub recall: f64,
    /// The harmonic mean of precision and recall.
    pub f1: f64,
    /// Matthews' correlation of answers and labels, 0 when answers are constant.
    pub matthews: f64,
    /// The mean precision over all thresholds at which a positive is found; equal scores count together.
    pub average_precision: f64,
}

impl Quality {
    /// Of scores (positive when above zero) against labels.
    ///
    /// # Errors
    /// [`Error::Setting`] when lengths differ, scores are not finite or no example is positive.
    pub fn of(scores: &[f64], labels: &[bool]) -> Result<Self> {
        let positive = labels.iter().filter(|l| **l).count();
        if scores.len() != labels.len() || positive == 0 || scores.iter().any(|s| !s.is_finite()) {
            let problem = format!("{} scores for {} labels, {positive} of them positive", scores.len(), labels.len());
            return Err(Error::Setting { what: "quality of a probe", problem });
        }
        let count = |said: bool, is: bool| {
            scores.iter().zip(labels).filter(|(s, l)| (**s > 0.0) == said && **l == is).count() as f64
        };
        let [hit, alarm, miss, rest] = [count(true, true), count(true, false), count(false, true), count(false, false)];
        let share = |a: f64, b: f64| if b > 0.0 { a / b } else { 0.0 };
        let spread = ((hit + alarm) * (hit + miss) * (rest + alarm) * (rest + miss)).sqrt();
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
        let (mut seen, mut found, mut area) = (0usize, 0usize, 0.0);
        for equal in order.chunk_by(|&a, &b| scores[a] == scores[b]) {
            let more = equal.iter().filter(|&&i| labels[i]).count();
            seen += equal.len();
            found += more;
            area += more as f64 * found as f64 / seen as f64;
        }
        Ok(Self {
            accuracy: share(hit + rest, labels.len() as f64),
            precision: share(hit, hit + alarm),
            recall: share(hit, hit + miss),
            f1: share(2.0 * hit, 2.0 * hit + alarm + miss),
            matthews: share(hit * rest - alarm * miss, spread),
            average_precision: area / positive as f64,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        // scikit-learn 1.5: precision_score, recall_score, f1_score, matthews_corrcoef, average_precision_score.
        let scores = [0.9, 0.8, 0.35, 0.4, 0.3, -0.1, -0.2, -0.9];
        let labels = [true, false, true, true, false, true, false, false];
        let q = Quality::of(&scores, &labels).unwrap();
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
        close(q.precision, 0.6);
        close(q.recall, 0.75);
        close(q.f1, 2.0 / 3.0);
        close(q.matthews, 0.258_198_889_747_161_1);
        close(q.average_precision, (1.0 + 2.0 / 3.0 + 0.75 + 4.0 / 6.0) / 4.0);
        let constant = Quality::of(&[1.0, 1.0], &[true, false]).unwrap();
        assert_eq!((constant.matthews, constant.average_precision), (0.0, 0.5));
        assert!(Quality::of(&[1.0], &[false]).is_err() && Quality::of(&[f64::NAN], &[true]).is_err());
    }
}
