//! How good a dictionary is: on rows that it was not trained on, and beside another dictionary.

use symbolon_symbol::Dictionary;
use symbolon_tensor::optim::project::unit_rows;
use symbolon_tensor::{DType, Tensor, no_grad};

use super::assignment::assign;
use crate::error::{Error, Result};

/// Rows encoded at a time.
const CHUNK: usize = 1_024;

/// A dictionary measured on rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// How many rows.
    pub rows: usize,
    /// Mean number of active features of a row.
    pub l0: f64,
    /// Share of the variance that is explained: one minus the squared error over the squared distance from the mean row.
    pub explained: f64,
    /// On which share of rows each feature is active.
    pub density: Vec<f64>,
}

impl Measured {
    /// The share of features that are never active.
    pub fn dead(&self) -> f64 {
        self.density.iter().filter(|d| **d == 0.0).count() as f64 / self.density.len() as f64
    }
    /// How many features fall into each decade of density: `[1/10, 1]`, `[1/100, 1/10)`, ..., and at last those that are never
    /// active.
    pub fn histogram(&self) -> Vec<usize> {
        let decades = (self.rows.max(1) as f64).log10().ceil() as usize + 1;
        let mut counts = vec![0; decades + 1];
        for &d in &self.density {
            let decade = if d == 0.0 { decades } else { (-d.log10()).floor().min(decades as f64 - 1.0) as usize };
            counts[decade] += 1;
        }
        counts
    }
}

/// Measures a dictionary on rows `[rows, units]` and what they should become (themselves unless given).
///
/// # Errors
/// [`Error::Setting`] for rows of other widths, none, or such that are all the same.
pub fn measure(dictionary: &Dictionary, inputs: &Tensor, targets: Option<&Tensor>) -> Result<Measured> {
    let outputs = targets.unwrap_or(inputs);
    let fits = |t: &Tensor, width: usize| t.rank() == 2 && t.size(1) == width && t.size(0) == inputs.size(0);
    if !fits(inputs, dictionary.units()) || !fits(outputs, dictionary.targets()) || inputs.size(0) == 0 {
        let (units, targets) = (dictionary.units(), dictionary.targets());
        let (x, y) = (inputs.shape(), outputs.shape());
        let problem = format!("shapes {x:?} and {y:?} for a dictionary from {units} to {targets} units");
        return Err(Error::Setting { what: "rows", problem });
    }
    no_grad(|| {
        let count = inputs.size(0);
        let mean = outputs.mean_axis(0, true);
        let (mut error, mut spread) = (0.0, 0.0);
        let mut active = vec![0.0f64; dictionary.features()];
        for start in (0..count).step_by(CHUNK) {
            let end = (start + CHUNK).min(count);
            let (x, y) = (inputs.narrow(0, start..end), outputs.narrow(0, start..end));
            let codes = dictionary.encode(&x);
            error += (dictionary.decode(&codes, &x) - &y).to(DType::F64).square().sum().item();
            spread += (y - &mean).to(DType::F64).square().sum().item();
            let fired = codes.gt_scalar(0.0).to(DType::F64).sum_axis(0, false).to_vec::<f64>();
            active.iter_mut().zip(fired).for_each(|(a, f)| *a += f);
        }
        if spread == 0.0 {
            return Err(Error::Setting { what: "rows", problem: "all rows are the same: nothing varies".into() });
        }
        let density: Vec<f64> = active.iter().map(|a| a / count as f64).collect();
        Ok(Measured { rows: count, l0: density.iter().sum(), explained: 1.0 - error / spread, density })
    })
}

/// Cosines of all pairs of rows, `[a, b]`.
fn cosines(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    if a.rank() != 2 || b.rank() != 2 || a.size(1) != b.size(1) || a.is_empty() || b.is_empty() {
        let problem = format!("shapes {:?} and {:?}: give directions of one space", a.shape(), b.shape());
        return Err(Error::Setting { what: "directions", problem });
    }
    let unit = |x: &Tensor| unit_rows(&x.detach().to(DType::F64));
    Ok(unit(a).matmul(&unit(b).t()))
}

/// Mean over the directions of `a` (`[a, units]`) of the largest cosine with one of `b` (Sharkey et al. 2022). Not symmetric:
/// with the truth as `a` it says how much of the truth was found.
///
/// # Errors
/// [`Error::Setting`] unless both are directions of one space.
pub fn mmcs(a: &Tensor, b: &Tensor) -> Result<f64> {
    Ok(cosines(a, b)?.max_axis(1, false).mean().item())
}

/// Mean cosine of the best one-to-one match of two dictionaries of equal size.
///
/// # Errors
/// As [`mmcs`]; when sizes differ.
pub fn matched(a: &Tensor, b: &Tensor) -> Result<f64> {
    let all = cosines(a, b)?;
    let n = a.size(0);
    if n != b.size(0) {
        let problem = format!("{n} and {} directions have no one-to-one match: use `mmcs`", b.size(0));
        return Err(Error::Setting { what: "directions", problem });
    }
    let gains = all.to_vec::<f64>();
    Ok(assign(&gains, n).iter().enumerate().map(|(i, &j)| gains[i * n + j]).sum::<f64>() / n as f64)
}
