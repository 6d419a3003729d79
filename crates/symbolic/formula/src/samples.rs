//! Points drawn at random, and a formula's values there: data whose truth is known.

use crate::error::Result;
use crate::expr::Expr;
use symbolon_tensor::{DType, Rng, Tensor};

/// Points and what a formula, or something else, says of them.
#[derive(Clone, Debug)]
pub struct Samples {
    /// `[points, inputs]`, `F64`.
    pub x: Tensor,
    /// `[points, 1]`, `F64`.
    pub y: Tensor,
}

impl Samples {
    /// The same points with normal noise in place of values: data without a truth.
    pub fn noise(&self, rng: &mut Rng) -> Self {
        Self { x: self.x.clone(), y: rng.normal(self.y.shape(), DType::F64) }
    }
}

impl Expr {
    /// Values at points `[points, inputs]`, `[points, 1]`; each name is that of a column.
    ///
    /// # Errors
    /// [`Error::Variable`](crate::Error::Variable) and [`Error::Data`](crate::Error::Data) when the columns are not the formula's.
    pub fn values(&self, names: &[&str], x: &Tensor) -> Result<Tensor> {
        let columns = columns(x);
        let values = self.program(names)?.evaluate(&columns.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
        Ok(Tensor::from(values).unsqueeze(1))
    }
    /// Points drawn evenly between two numbers, and the values there. Columns are the formula's variables in their order.
    ///
    /// ```
    /// use symbolon_formula::Expr;
    /// use symbolon_tensor::Rng;
    /// let data = Expr::parse("x*y + 1")?.samples(100, [-1.0, 1.0], &mut Rng::new(0))?;
    /// assert_eq!((data.x.shape(), data.y.shape()), (&[100, 2][..], &[100, 1][..]));
    /// let truth = data.x.prod_axis(1, true) + 1.0;
    /// assert!(data.y.is_close(&truth, 1e-12, 0.0));
    /// # Ok::<(), symbolon_formula::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`values`](Self::values).
    pub fn samples(&self, points: usize, [low, high]: [f64; 2], rng: &mut Rng) -> Result<Samples> {
        let names = self.variables();
        let x = rng.uniform([points, names.len()], low, high, DType::F64);
        let y = self.values(&names.iter().map(String::as_str).collect::<Vec<_>>(), &x)?;
        Ok(Samples { x, y })
    }
}

/// The columns of `[rows, columns]`, one list each.
pub fn columns(x: &Tensor) -> Vec<Vec<f64>> {
    (0..x.size(1)).map(|i| x.get((.., i as isize)).to_vec()).collect()
}
