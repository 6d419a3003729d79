//! Distributions over several variables, one factor after the other.

use symbolon_net::{Mlp, MlpConfig, Network, parameters};
use symbolon_tensor::{Rng, Tensor};

use crate::error::{Error, Result};

/// `q(z | x) = Π_j q(z_j | z_<j, x)`: for each variable a multi-layer perceptron that sees the context and the variables before.
pub struct Chain {
    /// One for each variable.
    pub factors: Vec<Mlp>,
    context: usize,
    sizes: Vec<usize>,
}
parameters!(Chain { factors });

/// Which values of the next variable are allowed in a row, given those before.
pub type Mask<'a> = dyn Fn(usize, &[usize]) -> Vec<bool> + 'a;

impl Chain {
    /// Factors over variables with so many values each, on a context of so many numbers.
    ///
    /// # Errors
    /// [`Error::Net`] for sizes that make no network.
    pub fn new(context: usize, sizes: &[usize], hidden: &[usize], rng: &mut Rng) -> Result<Self> {
        let mut before = context;
        let mut factors = Vec::new();
        for &size in sizes {
            let sizes = [&[before], hidden, &[size]].concat();
            let config = MlpConfig { sizes, nonlinearity: Default::default(), dropout: Default::default() };
            factors.push(Mlp::new(&config, rng)?);
            before += size;
        }
        Ok(Self { factors, context, sizes: sizes.to_vec() })
    }

    /// `log q(z | x)`, `[batch]`; `x` is `[batch, context]`, `values` are `[batch, variables]`, row by row.
    ///
    /// # Errors
    /// [`Error::Function`] for values out of range or a context of another size.
    pub fn log_probability(&self, x: &Tensor, values: &[usize]) -> Result<Tensor> {
        let (batch, n) = (x.size(0), self.sizes.len());
        self.fits(x)?;
        if values.len() != batch * n {
            return Err(Error::Function { problem: format!("{} values for {batch} rows of {n}", values.len()) });
        }
        let mut seen = x.clone();
        let mut total = Tensor::zeros([batch], x.dtype());
        for (j, factor) in self.factors.iter().enumerate() {
            let column: Vec<usize> = values.iter().skip(j).step_by(n).copied().collect();
            if let Some(bad) = column.iter().find(|v| **v >= self.sizes[j]) {
                return Err(Error::Function {
                    problem: format!("value {bad} of a variable with {} values", self.sizes[j]),
                });
            }
            let picks = symbolon_data::indices(&column);
            let log_q = factor.answer(&seen)?.log_softmax(1);
            total = total + log_q.gather(1, &picks.unsqueeze(1)).squeeze(1);
            if j + 1 < n {
                seen = Tensor::cat(&[&seen, &picks.one_hot(self.sizes[j], x.dtype())], 1);
            }
        }
        Ok(total)
    }

    /// The most probable value of each variable given those before, row by row; among those that a mask allows.
    ///
    /// # Errors
    /// [`Error::Function`] when a mask allows none: it names the row and the values before.
    pub fn greedy(&self, x: &Tensor, mask: Option<&Mask>) -> Result<Vec<usize>> {
        let (batch, n) = (x.size(0), self.sizes.len());
        self.fits(x)?;
        let mut seen = x.clone();
        let mut rows: Vec<Vec<usize>> = vec![Vec::with_capacity(n); batch];
        for (j, factor) in self.factors.iter().enumerate() {
            let size = self.sizes[j];
            let logits = factor.answer(&seen)?.to_vec::<f64>();
            for (r, row) in rows.iter_mut().enumerate() {
                let allowed = mask.map_or_else(|| vec![true; size], |m| m(r, row));
                let scores = &logits[r * size..][..size];
                let best =
                    (0..size).filter(|&v| allowed[v]).max_by(|&a, &b| scores[a].total_cmp(&scores[b]).then(b.cmp(&a)));
                row.push(best.ok_or_else(|| Error::Function {
                    problem: format!("row {r}: the pruner leaves no value for symbol {j} after {row:?}"),
                })?);
            }
            if j + 1 < n {
                let column: Vec<usize> = rows.iter().map(|r| r[j]).collect();
                seen = Tensor::cat(&[&seen, &symbolon_data::indices(&column).one_hot(size, x.dtype())], 1);
            }
        }
        Ok(rows.concat())
    }

    /// All log-probabilities `[batch, combinations]`, numbered as mixed-radix numbers of the variables' values. For few variables.
    ///
    /// # Errors
    /// [`Error::Function`] for a context of another size or more than 100,000 combinations.
    pub fn table(&self, x: &Tensor) -> Result<Tensor> {
        let Some(values) = crate::function::combinations(&self.sizes, 100_000) else {
            let problem = format!("variables with {:?} values have too many combinations for a table", self.sizes);
            return Err(Error::Function { problem });
        };
        let (batch, count) = (x.size(0), self.sizes.iter().product::<usize>());
        let rows = x.repeat_each(count, 0);
        let values = values.repeat(batch);
        Ok(self.log_probability(&rows, &values)?.reshape([batch, count]))
    }

    fn fits(&self, x: &Tensor) -> Result<()> {
        match x.rank() == 2 && x.size(1) == self.context {
            true => Ok(()),
            false => Err(Error::Function {
                problem: format!("a context of shape {:?}, not [batch, {}]", x.shape(), self.context),
            }),
        }
    }
}
