//! Numbers by name, one for each seed: what a study collects while it runs, and asks for when it reports.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use symbolon_check::stats::upper_median;

use crate::error::{Error, Result};

/// What was measured, by name; the order under a name is that of adding.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Numbers(BTreeMap<String, Vec<f64>>);

impl Numbers {
    /// Adds a number.
    pub fn add(&mut self, name: impl Into<String>, value: f64) {
        self.0.entry(name.into()).or_default().push(value);
    }
    /// Adds several, each under its name.
    pub fn add_all<S: Into<String>>(&mut self, values: impl IntoIterator<Item = (S, f64)>) {
        values.into_iter().for_each(|(name, value)| self.add(name, value));
    }
    /// Adds a yes as one, a no as zero: see [`Lab::all_shares`](crate::Lab::all_shares).
    pub fn add_whether(&mut self, name: impl Into<String>, holds: bool) {
        self.add(name, f64::from(u8::from(holds)));
    }
    /// Adds a curve: each value under the name and its place.
    pub fn add_curve(&mut self, name: &str, values: &[f64]) {
        self.add_all(values.iter().enumerate().map(|(i, v)| (format!("{name} {i}"), *v)));
    }
    /// All numbers of a name.
    ///
    /// # Errors
    /// [`Error::Setting`] where there is none.
    pub fn of(&self, name: &str) -> Result<&[f64]> {
        let none = || Error::Setting { what: "numbers", problem: format!("none are called `{name}`; add them first") };
        self.0.get(name).map(Vec::as_slice).ok_or_else(none)
    }
    /// Adds under a new name what `f` makes of two others, pair by pair.
    ///
    /// # Errors
    /// [`Error::Setting`] where one of them has no numbers.
    pub fn derive(&mut self, name: &str, [a, b]: [&str; 2], f: impl Fn(f64, f64) -> f64) -> Result<()> {
        let made: Vec<f64> = self.of(a)?.iter().zip(self.of(b)?).map(|(a, b)| f(*a, *b)).collect();
        self.0.entry(name.to_owned()).or_default().extend(made);
        Ok(())
    }
    /// The mean under a name; not a number where there is none.
    pub fn mean(&self, name: &str) -> f64 {
        let x = self.of(name).unwrap_or_default();
        x.iter().sum::<f64>() / x.len() as f64
    }
    /// The median under a name; not a number where there is none.
    pub fn median(&self, name: &str) -> f64 {
        self.of(name).ok().and_then(upper_median).unwrap_or(f64::NAN)
    }
    /// The largest number under a name; not a number where there is none.
    pub fn largest(&self, name: &str) -> f64 {
        self.of(name).unwrap_or_default().iter().copied().fold(f64::NAN, f64::max)
    }
    /// The mean curve under a name, above these arguments; see [`add_curve`](Self::add_curve).
    pub fn curve(&self, name: &str, x: impl IntoIterator<Item = f64>) -> Vec<(f64, f64)> {
        x.into_iter().enumerate().map(|(i, x)| (x, self.mean(&format!("{name} {i}")))).collect()
    }
}

/// Numbers of several seeds behind each other.
impl FromIterator<Numbers> for Numbers {
    fn from_iter<I: IntoIterator<Item = Numbers>>(all: I) -> Self {
        let mut joined = Self::default();
        for (name, values) in all.into_iter().flat_map(|one| one.0) {
            joined.0.entry(name).or_default().extend(values);
        }
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_seeds_are_joined_and_asked_for() {
        let seed = |s: f64| {
            let mut n = Numbers::default();
            n.add_all([("a", s), ("b", 2.0)]);
            n.add_whether("odd", s % 2.0 == 1.0);
            n.add_curve("c", &[s, 10.0 * s]);
            n
        };
        let mut n: Numbers = [1.0, 2.0, 6.0].map(seed).into_iter().collect();
        n.derive("sum", ["a", "b"], |a, b| a + b).unwrap();
        assert_eq!(n.of("sum").unwrap(), [3.0, 4.0, 8.0]);
        assert_eq!(n.of("odd").unwrap(), [1.0, 0.0, 0.0]);
        assert_eq!((n.mean("a"), n.median("a"), n.largest("a")), (3.0, 2.0, 6.0));
        assert_eq!(n.curve("c", [0.5, 0.6]), [(0.5, 3.0), (0.6, 30.0)]);
        assert!(n.of("d").unwrap_err().to_string().contains("`d`"));
        assert!(n.mean("d").is_nan() && n.median("d").is_nan() && n.largest("d").is_nan());
        // What is kept on disk comes back.
        #[derive(Serialize, Deserialize)]
        struct Kept {
            value: Numbers,
        }
        let text = toml::to_string(&Kept { value: n.clone() }).unwrap();
        assert_eq!(toml::from_str::<Kept>(&text).unwrap().value, n);
    }
}
