//! Measured numbers, fitted to data.

use crate::error::{Error, Result};
use crate::expr::Expr;
use crate::tensor::Guard;
use symbolon_tensor::Tensor;
use symbolon_tensor::optim::Lbfgs;

/// What a fit of constants found.
#[derive(Clone, Debug)]
pub struct Refit {
    /// The formula with the constants found.
    pub formula: Expr,
    /// Root of the mean squared error before.
    pub before: f64,
    /// And with them.
    pub rmse: f64,
    /// The share of rows for which the formula found has no value.
    pub undefined: f64,
}

impl Expr {
    /// Fits the measured numbers by least squares, starting from what they are (L-BFGS with a strong Wolfe line search). Exact
    /// numbers stay. Where the formula is not defined on the way, its functions go on in straight lines
    /// ([`Guard::Within`] 1e-3): `undefined` says if the result ended there.
    ///
    /// ```
    /// use symbolon_formula::Expr;
    /// let x: Vec<f64> = (0..50).map(|i| f64::from(i) / 25.0 - 1.0).collect();
    /// let y: Vec<f64> = x.iter().map(|x| 1.5 * (2.5 * x + 0.25).sin() - 3.0).collect();
    /// let found = Expr::parse("1.0*sin(2.0*x + 0.0) + 0.0")?.refit(&["x"], &[&x], &y, 500)?;
    /// assert!(found.rmse < 1e-7);
    /// assert_eq!(found.formula.exact(1e-6).to_string(), "3/2*sin(5/2*x + 1/4) - 3");
    /// # Ok::<(), symbolon_formula::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Variable`] and [`Error::Data`] when the columns are not the formula's, or hold numbers that are not finite.
    pub fn refit(&self, inputs: &[&str], columns: &[&[f64]], target: &[f64], iterations: usize) -> Result<Refit> {
        let program = self.program(inputs)?;
        let n = program.rows_of(columns)?;
        if target.len() != n || n == 0 {
            let problem = format!("{} numbers for {n} rows", target.len());
            return Err(Error::Data { what: "target".into(), problem });
        }
        for (name, column) in inputs.iter().zip(columns).chain([(&"target", &target)]) {
            if let Some(row) = column.iter().position(|x| !x.is_finite()) {
                return Err(Error::Data { what: (*name).into(), problem: format!("row {row} is {}", column[row]) });
            }
        }
        let before = rmse(&program.rows(n, columns), target).0;
        let xs: Vec<Tensor> = columns.iter().map(|c| Tensor::from(*c)).collect();
        let y = Tensor::from(target);
        let mut constants = program.constants().variable();
        if !constants.is_empty() {
            let how = Lbfgs { iterations, gradient: 1e-13, improvement: 1e-15, memory: 20, ..Lbfgs::default() };
            how.minimise(&mut [&mut constants], |c| program.forward(&xs, &c[0], Guard::Within(1e-3)).mse(&y));
        }
        let formula = self.with_constants(&constants.to_vec::<f64>());
        let (rmse, undefined) = rmse(&formula.program(inputs)?.rows(n, columns), target);
        // A fit that the guard led astray is no improvement.
        match before.is_finite() && (rmse.is_nan() || rmse > before) {
            true => Ok(Refit { formula: self.clone(), before, rmse: before, undefined: 0.0 }),
            false => Ok(Refit { formula, before, rmse, undefined }),
        }
    }
}

/// The error over all rows, which is no number if one of them has no value; and the share of those.
fn rmse(values: &[f64], target: &[f64]) -> (f64, f64) {
    let n = target.len() as f64;
    let squares: f64 = values.iter().zip(target).map(|(v, t)| (v - t).powi(2)).sum();
    ((squares / n).sqrt(), values.iter().filter(|v| !v.is_finite()).count() as f64 / n)
}
