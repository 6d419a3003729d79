//! Regions of the real line: what a claim predicts about a number.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a number should lie. As data: `{ at_least = 0.9 }`, `{ at_most = 0.1 }`, `{ within = [-0.02, 0.02] }`.
///
/// The bound carries direction and minimum effect at once: "at least 0.1 above the baseline" is `AtLeast(0.1)` of the
/// difference. "No effect" is `Within`, never a test that failed to find one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
    /// Between the two, both included.
    Within([f64; 2]),
}

impl Region {
    /// Lower and upper end; an end that is missing is infinite.
    pub fn ends(&self) -> [f64; 2] {
        match *self {
            Region::AtLeast(low) => [low, f64::INFINITY],
            Region::AtMost(high) => [f64::NEG_INFINITY, high],
            Region::Within(ends) => ends,
        }
    }
    /// Whether a number lies in it.
    pub fn contains(&self, x: f64) -> bool {
        let [low, high] = self.ends();
        low <= x && x <= high
    }
    /// Whether all of an interval lies in it.
    pub fn covers(&self, interval: [f64; 2]) -> bool {
        self.contains(interval[0]) && self.contains(interval[1])
    }
    /// Whether none of an interval lies in it.
    pub fn misses(&self, interval: [f64; 2]) -> bool {
        let [low, high] = self.ends();
        interval[1] < low || interval[0] > high
    }
    /// How far a number is from the nearest end.
    pub fn distance(&self, x: f64) -> f64 {
        self.ends().into_iter().map(|end| (x - end).abs()).fold(f64::INFINITY, f64::min)
    }
    /// What is wrong with it, if anything: ends that are not finite numbers or the wrong way round.
    pub(crate) fn problem(&self) -> Option<String> {
        match *self {
            Region::AtLeast(x) | Region::AtMost(x) if !x.is_finite() => Some(format!("{x} bounds nothing")),
            Region::Within([low, high]) if !(low.is_finite() && high.is_finite() && low <= high) => {
                Some(format!("{low} to {high} is no range of numbers"))
            }
            _ => None,
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Region::AtLeast(x) => write!(f, "at least {x}"),
            Region::AtMost(x) => write!(f, "at most {x}"),
            Region::Within([low, high]) => write!(f, "from {low} to {high}"),
        }
    }
}
