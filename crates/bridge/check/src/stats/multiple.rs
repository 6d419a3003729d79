//! Many questions at once: p-values adjusted for how many were asked.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// How a family of claims is corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Correction {
    /// Holm (1979): the chance of even one false decision is bounded, whatever the dependence.
    #[default]
    Holm,
    /// Benjamini and Hochberg (1995): the expected share of false decisions is bounded; for screening.
    BenjaminiHochberg,
}

impl Correction {
    /// Adjusted p-values, in the order of `p`.
    ///
    /// # Errors
    /// [`Error::Sample`] for numbers outside `[0, 1]`.
    pub fn adjust(self, p: &[f64]) -> Result<Vec<f64>> {
        match self {
            Self::Holm => holm(p),
            Self::BenjaminiHochberg => benjamini_hochberg(p),
        }
    }
}

fn order(statistic: &'static str, p: &[f64]) -> Result<Vec<usize>> {
    if let Some(bad) = p.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        return Err(Error::Sample { statistic, problem: format!("{bad} is no p-value") });
    }
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    Ok(order)
}

/// Holm's step-down adjustment: the `i`-th smallest of `m` is multiplied by `m - i + 1`, and none is smaller than the one
/// before it.
///
/// # Errors
/// [`Error::Sample`] for numbers outside `[0, 1]`.
pub fn holm(p: &[f64]) -> Result<Vec<f64>> {
    let (mut adjusted, mut largest) = (vec![0.0; p.len()], 0.0f64);
    for (rank, i) in order("Holm's correction", p)?.into_iter().enumerate() {
        largest = largest.max((p[i] * (p.len() - rank) as f64).min(1.0));
        adjusted[i] = largest;
    }
    Ok(adjusted)
}

/// The step-up adjustment of Benjamini and Hochberg: the `i`-th smallest of `m` is multiplied by `m / i`, and none is larger
/// than the one after it.
///
/// # Errors
/// [`Error::Sample`] for numbers outside `[0, 1]`.
pub fn benjamini_hochberg(p: &[f64]) -> Result<Vec<f64>> {
    let (mut adjusted, mut smallest) = (vec![0.0; p.len()], 1.0f64);
    for (rank, i) in order("Benjamini and Hochberg's correction", p)?.into_iter().enumerate().rev() {
        smallest = smallest.min(p[i] * p.len() as f64 / (rank + 1) as f64);
        adjusted[i] = smallest;
    }
    Ok(adjusted)
}
