//! The flawed indicator, in closed form and compared with logits.

use super::Group;
use crate::error::{Error, Result};
use std::f64::consts::PI;
use symbolon_check::stats::pearson;
use symbolon_tensor::Tensor;

/// The flawed indicator: the logits that squared neurons with evenly spread phases add up to,
/// `Σ_k s_k (cos w_k (x + y - j) + ½ cos w_k (2x - j) + ½ cos w_k (2y - j))`, for strengths `s_k` of the frequencies from 1. Over all
/// frequencies alike it is `-1 + p/2 [j = x+y] + p/4 [j = 2x] + p/4 [j = 2y]`.
pub fn indicator(p: usize, strengths: &[f64], x: usize, y: usize, j: usize) -> f64 {
    let wave = |k: usize, n: usize| (2.0 * PI * (k * ((n + p - j) % p)) as f64 / p as f64).cos();
    let of = |(i, s): (usize, &f64)| s * (wave(i + 1, x + y) + 0.5 * wave(i + 1, 2 * x) + 0.5 * wave(i + 1, 2 * y));
    strengths.iter().enumerate().map(of).sum()
}

/// The strength of each frequency from 1 to (p-1)/2, as [`indicator`] takes them; frequencies without a group have none.
pub fn strengths(groups: &[Group], p: usize) -> Vec<f64> {
    let mut all = vec![0.0; p / 2];
    groups.iter().filter(|g| (1..=p / 2).contains(&g.frequency)).for_each(|g| all[g.frequency - 1] = g.strength);
    all
}

/// How logits compare with the flawed indicator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Indicated {
    /// The squared correlation of both, each pair's mean logit taken off.
    pub r2: f64,
    /// How far the mean logit at `2x` and `2y` lies above that elsewhere, in units of the answer's `x + y`; pairs of equal numbers,
    /// where the three fall together, are left out.
    pub side: f64,
}

/// Compares the logits `[pairs, p]` of some pairs with the indicator of these strengths.
///
/// # Errors
/// [`Error::Setting`] when there are not as many rows as pairs; [`Error::Check`] when one side is constant.
pub fn against_indicator(logits: &Tensor, pairs: &[[usize; 2]], strengths: &[f64]) -> Result<Indicated> {
    if logits.rank() != 2 || logits.size(0) != pairs.len() {
        let problem = format!("logits of shape {:?} for {} pairs: give [pairs, p]", logits.shape(), pairs.len());
        return Err(Error::Setting { what: "indicator", problem });
    }
    let p = logits.size(1);
    let (mut closed, mut measured) = (Vec::new(), Vec::new());
    let (mut sums, mut counts) = ([0.0; 3], [0.0; 3]);
    for ([x, y], row) in pairs.iter().zip(logits.to_vec::<f64>().chunks(p)) {
        let mean = row.iter().sum::<f64>() / p as f64;
        for (j, l) in row.iter().enumerate() {
            closed.push(indicator(p, strengths, *x, *y, j));
            measured.push(l - mean);
            let side = j == 2 * x % p || j == 2 * y % p;
            let place = if j == (x + y) % p { 0 } else { 2 - usize::from(side) };
            if x != y {
                sums[place] += l;
                counts[place] += 1.0;
            }
        }
    }
    let [answer, side, rest] = [0, 1, 2].map(|i| sums[i] / counts[i]);
    Ok(Indicated { r2: pearson(&closed, &measured)?.powi(2), side: (side - rest) / (answer - rest) })
}
