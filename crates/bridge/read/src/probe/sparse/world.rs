//! Planted neurons: rows of which it is known which units make the property.

use symbolon_tensor::{DType, Rng};

use crate::error::Result;
use crate::probe::Examples;

/// Examples of a property that holds where one of `k` units is active, and these units, sorted.
///
/// Each unit is active in a quarter of the `n` rows; a tenth of a unit's variance is noise, and one label in twenty is wrong.
///
/// # Errors
/// As [`Examples::new`], when one kind of example is missing.
pub fn planted(n: usize, units: usize, k: usize, rng: &mut Rng) -> Result<(Examples, Vec<usize>)> {
    let active = rng.bernoulli([n, units], 0.25).to(DType::F64);
    let rows = &active + rng.normal([n, units], DType::F64) * 0.3;
    let order: Vec<i64> = rng.permutation(units).to_vec();
    let mut truth: Vec<usize> = order.into_iter().take(k).map(|u| u as usize).collect();
    truth.sort_unstable();
    let on = active.to_vec::<f64>();
    let labels = (0..n).map(|i| truth.iter().any(|u| on[i * units + u] > 0.5) != (rng.unit() < 0.05)).collect();
    Ok((Examples::new(rows, labels)?, truth))
}
