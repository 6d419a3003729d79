//! Symbolic values: what is read off an activation, one for each row.

use std::fmt;
use std::sync::Arc;

use symbolon_tensor::{DType, Tensor};

use crate::error::{Error, Result};

/// What the values of a symbol are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Domain {
    /// True or false.
    Boolean,
    /// A number.
    Real,
    /// One of these, with a probability each.
    Categorical(Arc<[String]>),
    /// This many numbers.
    Vector(usize),
}

impl Domain {
    /// The domain with these values.
    pub fn categorical<S: Into<String>>(values: impl IntoIterator<Item = S>) -> Domain {
        Domain::Categorical(values.into_iter().map(Into::into).collect())
    }

    /// The number of a value, by its name.
    ///
    /// # Errors
    /// [`Error::Value`] when the domain has no such value.
    pub fn index(&self, value: &str) -> Result<usize> {
        let found = match self {
            Domain::Categorical(values) => values.iter().position(|v| v == value),
            Domain::Boolean => ["false", "true"].iter().position(|v| *v == value),
            _ => None,
        };
        found.ok_or_else(|| Error::Value { value: value.to_owned(), domain: self.clone() })
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Domain::Boolean => f.write_str("true or false"),
            Domain::Real => f.write_str("real numbers"),
            Domain::Categorical(values) if values.len() <= 12 => write!(f, "one of {}", values.join(", ")),
            Domain::Categorical(values) => {
                write!(f, "one of {} values, {} to {}", values.len(), values[0], values[values.len() - 1])
            }
            Domain::Vector(n) => write!(f, "vectors of {n} numbers"),
        }
    }
}

/// How unlikely what is not observed is, as a logarithm: small enough to be nothing, large enough for finite gradients.
const UNOBSERVED: f64 = -25.0;

/// Values, one for each row of an activation.
#[derive(Clone, Debug)]
pub enum Values {
    /// `[rows]`, 0 or 1; what lies between is a degree.
    Boolean(Tensor),
    /// `[rows]`.
    Real(Tensor),
    /// `[rows, n]`.
    Vector(Tensor),
    /// Log-probabilities `[rows, values]`, each row a distribution.
    Categorical(Tensor),
}

impl Values {
    /// The observation of one value in each row: nearly all probability on it.
    ///
    /// # Errors
    /// [`Error::Value`] for a label that is not below `size`.
    pub fn observed(labels: &[usize], size: usize) -> Result<Values> {
        let mut log = vec![UNOBSERVED; labels.len() * size];
        let rest = (size.saturating_sub(1)) as f64 * UNOBSERVED.exp();
        for (row, &label) in labels.iter().enumerate() {
            if label >= size {
                let domain = Domain::categorical((0..size).map(|i| i.to_string()));
                return Err(Error::Value { value: label.to_string(), domain });
            }
            log[row * size + label] = (-rest).ln_1p();
        }
        let tensor = Tensor::new(log, [labels.len(), size])?;
        Ok(Values::Categorical(tensor))
    }

    /// For how many rows there are values.
    pub fn rows(&self) -> usize {
        self.tensor().size(0)
    }

    /// The numbers, as each kind has them.
    pub fn tensor(&self) -> &Tensor {
        match self {
            Values::Boolean(t) | Values::Real(t) | Values::Vector(t) | Values::Categorical(t) => t,
        }
    }

    /// The same kind of values with other numbers.
    pub fn with_tensor(&self, tensor: Tensor) -> Values {
        match self {
            Values::Boolean(_) => Values::Boolean(tensor),
            Values::Real(_) => Values::Real(tensor),
            Values::Vector(_) => Values::Vector(tensor),
            Values::Categorical(_) => Values::Categorical(tensor),
        }
    }

    /// The values of these rows, in this order.
    ///
    /// # Errors
    /// [`Error::Rows`] for a row that does not exist.
    pub fn select(&self, rows: &[usize]) -> Result<Values> {
        let indices = rows.iter().map(|&r| r as i64).collect();
        let indices = Tensor::checked_indices(indices, [rows.len()], self.rows())
            .map_err(|_| Error::Rows { rows: self.rows(), found: rows.iter().max().map_or(0, |m| m + 1) })?;
        Ok(self.with_tensor(self.tensor().index_select(0, &indices)))
    }

    /// The most probable value of each row.
    ///
    /// # Errors
    /// [`Error::Kind`] unless these are categorical or boolean.
    pub fn labels(&self) -> Result<Vec<usize>> {
        match self {
            Values::Categorical(t) => Ok(t.argmax(1).to_vec::<i64>().into_iter().map(|i| i as usize).collect()),
            Values::Boolean(t) => Ok(t.to(DType::F64).to_vec::<f64>().iter().map(|&p| usize::from(p > 0.5)).collect()),
            other => Err(other.kind("categorical")),
        }
    }

    /// The numbers `[rows]` of real values.
    ///
    /// # Errors
    /// [`Error::Kind`] for other kinds.
    pub fn real(&self) -> Result<&Tensor> {
        match self {
            Values::Real(t) => Ok(t),
            other => Err(other.kind("real")),
        }
    }

    /// The numbers `[rows, n]` of vectors.
    ///
    /// # Errors
    /// [`Error::Kind`] for other kinds.
    pub fn vector(&self) -> Result<&Tensor> {
        match self {
            Values::Vector(t) => Ok(t),
            other => Err(other.kind("vector")),
        }
    }

    /// Log-probabilities `[rows, values]` of categorical values.
    ///
    /// # Errors
    /// [`Error::Kind`] for other kinds.
    pub fn categorical(&self) -> Result<&Tensor> {
        match self {
            Values::Categorical(t) => Ok(t),
            other => Err(other.kind("categorical")),
        }
    }

    fn kind(&self, expected: &str) -> Error {
        let found = match self {
            Values::Boolean(_) => "boolean",
            Values::Real(_) => "real",
            Values::Vector(_) => "vectors",
            Values::Categorical(_) => "categorical",
        };
        Error::Kind { expected: expected.to_owned(), found: found.to_owned() }
    }
}
