//! Rows of a site with a label each.

use symbolon_check::control::Rotation;
use symbolon_tensor::{DType, Rng, Tensor};

use crate::error::{Error, Result};
use crate::rows::pick;

/// Rows `[examples, units]`, each with a label: has it the property or not?
#[derive(Clone, Debug)]
pub struct Examples {
    rows: Tensor,
    labels: Vec<bool>,
}

impl Examples {
    /// Rows and their labels.
    ///
    /// # Errors
    /// [`Error::Setting`] unless there is one label for each row, both labels occur, and all numbers are finite.
    pub fn new(rows: Tensor, labels: Vec<bool>) -> Result<Self> {
        let bad = |problem: String| Err(Error::Setting { what: "examples of a probe", problem });
        if rows.rank() != 2 || rows.size(0) != labels.len() || rows.size(1) == 0 {
            return bad(format!("{} labels for rows of shape {:?}", labels.len(), rows.shape()));
        }
        let positive = labels.iter().filter(|l| **l).count();
        if positive == 0 || positive == labels.len() {
            return bad(format!("{positive} of {} have the property; both kinds are needed", labels.len()));
        }
        if !rows.abs().sum().item().is_finite() {
            let at = rows.to_vec::<f64>().iter().position(|x| !x.is_finite()).unwrap_or(0);
            return bad(format!("row {}, unit {} is not finite", at / rows.size(1), at % rows.size(1)));
        }
        let rows = if rows.dtype().is_float() { rows.detach() } else { rows.to(DType::F64) };
        Ok(Self { rows, labels })
    }
    /// The rows, `[examples, units]`.
    pub fn rows(&self) -> &Tensor {
        &self.rows
    }
    /// The labels.
    pub fn labels(&self) -> &[bool] {
        &self.labels
    }
    /// How many there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }
    /// Never: there are examples of both kinds.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
    /// How many units a row has.
    pub fn units(&self) -> usize {
        self.rows.size(1)
    }
    /// How many have the property.
    pub fn positive(&self) -> usize {
        self.labels.iter().filter(|l| **l).count()
    }
    /// These examples, in this order.
    ///
    /// # Errors
    /// As [`Examples::new`]; examples that do not exist.
    pub fn subset(&self, items: &[usize]) -> Result<Self> {
        if let Some(i) = items.iter().find(|i| **i >= self.len()) {
            let problem = format!("example {i} of {}", self.len());
            return Err(Error::Setting { what: "examples of a probe", problem });
        }
        Self::new(pick(&self.rows, items), items.iter().map(|&i| self.labels[i]).collect())
    }
    /// These units only, in this order.
    ///
    /// # Errors
    /// [`Error::Setting`] for units that do not exist or none.
    pub fn columns(&self, units: &[usize]) -> Result<Self> {
        if units.is_empty() || units.iter().any(|u| *u >= self.units()) {
            let problem = format!("units {units:?} of {}", self.units());
            return Err(Error::Setting { what: "examples of a probe", problem });
        }
        let rows = self.rows.index_select(1, &symbolon_data::indices(units).to_device(self.rows.device()));
        Ok(Self { rows, labels: self.labels.clone() })
    }
    /// The same rows with these labels.
    ///
    /// # Errors
    /// As [`Examples::new`].
    pub fn labelled(&self, labels: Vec<bool>) -> Result<Self> {
        Self::new(self.rows.clone(), labels)
    }
    /// Training and test examples: `share` of each kind for training, drawn at random.
    ///
    /// # Errors
    /// [`Error::Setting`] when a part has no example of a kind.
    pub fn split(&self, share: f64, rng: &mut Rng) -> Result<(Self, Self)> {
        let (mut train, mut test) = (Vec::new(), Vec::new());
        for kind in [false, true] {
            let mut of: Vec<usize> = (0..self.len()).filter(|&i| self.labels[i] == kind).collect();
            (1..of.len()).rev().for_each(|i| of.swap(i, rng.below(i + 1)));
            let cut = (of.len() as f64 * share.clamp(0.0, 1.0)).round() as usize;
            train.extend_from_slice(&of[..cut]);
            test.extend_from_slice(&of[cut..]);
        }
        Ok((self.subset(&train)?, self.subset(&test)?))
    }
    /// Those that `train` says of, and the others: for examples that belong together, as tokens of a text do.
    ///
    /// # Errors
    /// [`Error::Setting`] when a part has no example of a kind.
    pub fn split_by(&self, train: impl Fn(usize) -> bool) -> Result<(Self, Self)> {
        let (train, test): (Vec<usize>, Vec<usize>) = (0..self.len()).partition(|&i| train(i));
        Ok((self.subset(&train)?, self.subset(&test)?))
    }
    /// The same examples in the coordinates of a rotation.
    ///
    /// # Errors
    /// [`Error::Check`] for a rotation of another number of units.
    pub fn turned(&self, turn: &Rotation) -> Result<Self> {
        Self::new(turn.turn(&self.rows)?, self.labels.clone())
    }
    /// A weight for each example that makes both kinds weigh as much together; the weights sum to the number of examples.
    pub fn balance(&self) -> Vec<f64> {
        let (n, positive) = (self.len() as f64, self.positive() as f64);
        self.labels.iter().map(|l| n / (2.0 * if *l { positive } else { n - positive })).collect()
    }
    /// Means of each unit over those with and those without the property, `[units]` each, in `f64`.
    pub fn means(&self) -> (Tensor, Tensor) {
        let rows = self.rows.to(DType::F64);
        let mean = |kind: bool| {
            let of: Vec<usize> = (0..self.len()).filter(|&i| self.labels[i] == kind).collect();
            pick(&rows, &of).mean_axis(0, false)
        };
        (mean(true), mean(false))
    }
}
