//! Correlations of pairs: linear (Pearson), of ranks (Spearman), of orders (Kendall's tau-b).

use super::{mean, pairs, sample};
use crate::error::{Error, Result};

fn checked(name: &'static str, x: &[f64], y: &[f64]) -> Result<()> {
    pairs(name, x.len(), y.len())?;
    for side in [x, y] {
        sample(name, side, 2)?;
        if side.iter().all(|v| *v == side[0]) {
            return Err(Error::Sample { statistic: name, problem: format!("all numbers of one side are {}", side[0]) });
        }
    }
    Ok(())
}

/// Pearson's correlation, from -1 to 1.
///
/// # Errors
/// [`Error::Sample`] when the lengths differ, for fewer than two pairs, a constant side, or numbers that are not finite.
pub fn pearson(x: &[f64], y: &[f64]) -> Result<f64> {
    checked("Pearson's correlation", x, y)?;
    Ok(linear(x, y))
}

fn linear(x: &[f64], y: &[f64]) -> f64 {
    let (mx, my) = (mean(x), mean(y));
    let sum = |f: fn(f64, f64) -> f64| x.iter().zip(y).map(|(a, b)| f(a - mx, b - my)).sum::<f64>();
    (sum(|a, b| a * b) / (sum(|a, _| a * a).sqrt() * sum(|_, b| b * b).sqrt())).clamp(-1.0, 1.0)
}

/// Spearman's correlation: Pearson's of the ranks, equal numbers sharing their mean rank.
///
/// # Errors
/// As [`pearson`].
pub fn spearman(x: &[f64], y: &[f64]) -> Result<f64> {
    checked("Spearman's correlation", x, y)?;
    Ok(linear(&ranks(x), &ranks(y)))
}

/// Kendall's tau-b: concordant minus discordant pairs of pairs, corrected for ties. Takes time quadratic in the length.
///
/// # Errors
/// As [`pearson`].
pub fn kendall(x: &[f64], y: &[f64]) -> Result<f64> {
    checked("Kendall's correlation", x, y)?;
    let sign = |a: f64, b: f64| i64::from(a > b) - i64::from(a < b);
    let (mut agree, mut of_x, mut of_y) = (0i64, 0i64, 0i64);
    for i in 0..x.len() {
        for j in 0..i {
            let (a, b) = (sign(x[i], x[j]), sign(y[i], y[j]));
            agree += a * b;
            of_x += a * a;
            of_y += b * b;
        }
    }
    Ok(agree as f64 / ((of_x as f64).sqrt() * (of_y as f64).sqrt()))
}

/// Ranks from 1; equal numbers share their mean rank.
pub fn ranks(x: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|&a, &b| x[a].total_cmp(&x[b]));
    let (mut ranks, mut done) = (vec![0.0; x.len()], 0);
    // Zeros of both signs are equal numbers.
    for equal in order.chunk_by(|&a, &b| x[a] == x[b]) {
        let shared = done as f64 + (equal.len() as f64 + 1.0) / 2.0;
        equal.iter().for_each(|&i| ranks[i] = shared);
        done += equal.len();
    }
    ranks
}
