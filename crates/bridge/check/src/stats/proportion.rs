//! Shares of successes, with what they allow to conclude.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

/// How often something succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Proportion {
    /// Successes.
    pub successes: usize,
    /// Trials.
    pub trials: usize,
}

impl Proportion {
    /// Counts the successes.
    pub fn of(outcomes: impl IntoIterator<Item = bool>) -> Proportion {
        outcomes.into_iter().fold(Proportion::default(), |p, success| Proportion {
            successes: p.successes + usize::from(success),
            trials: p.trials + 1,
        })
    }

    /// How often two lists agree, place by place.
    pub fn agreement<T: PartialEq>(said: &[T], right: &[T]) -> Proportion {
        Self::of(said.iter().zip(right).map(|(a, b)| a == b))
    }

    /// Successes divided by trials; not a number without trials.
    pub fn share(&self) -> f64 {
        self.successes as f64 / self.trials as f64
    }

    /// The interval of Wilson (1927) for the probability of success, at a level such as 0.95: unlike the textbook interval it
    /// is right for shares near 0 and 1. Without trials it is all of `[0, 1]`.
    ///
    /// # Panics
    /// When the level is not strictly between 0 and 1.
    pub fn interval(&self, level: f64) -> [f64; 2] {
        assert!(0.0 < level && level < 1.0, "a confidence level lies between 0 and 1, this is {level}");
        if self.trials == 0 {
            return [0.0, 1.0];
        }
        let z = Normal::standard().inverse_cdf((1.0 + level) / 2.0);
        let (n, p) = (self.trials as f64, self.share());
        let scale = 1.0 + z * z / n;
        let centre = (p + z * z / (2.0 * n)) / scale;
        let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt() / scale;
        [(centre - half).max(0.0), (centre + half).min(1.0)]
    }
}

/// Pooled: all successes of all trials.
impl std::iter::Sum for Proportion {
    fn sum<I: Iterator<Item = Proportion>>(parts: I) -> Proportion {
        parts.fold(Proportion::default(), |all, p| Proportion {
            successes: all.successes + p.successes,
            trials: all.trials + p.trials,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_intervals() {
        // Newcombe (1998), table I: Wilson's score intervals.
        for (successes, trials, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let [l, h] = Proportion { successes, trials }.interval(0.95);
            assert!((l - low).abs() < 6e-5 && (h - high).abs() < 6e-5, "{successes}/{trials}: {l} {h}");
        }
        assert_eq!(Proportion::agreement(&[1, 2, 3], &[1, 0, 3]), Proportion { successes: 2, trials: 3 });
        assert_eq!(Proportion::default().interval(0.95), [0.0, 1.0]);
        let two = Proportion::of([true, false, true]);
        assert_eq!(two, Proportion { successes: 2, trials: 3 });
        assert_eq!([two, two].into_iter().sum::<Proportion>(), Proportion { successes: 4, trials: 6 });
    }
}
