//! A neuron: one unit of a site. Reading is the coordinate, writing clamps it.

use symbolon_net::{Activation, Site};

use crate::error::{Error, Result};
use crate::reading::Parts;
use crate::subspace::{rows_for, width_for};
use crate::values::{Domain, Values};
use crate::{Direction, Symbol};
use symbolon_tensor::{DType, Tensor};

/// Unit `unit` of a site with `width` units, as a real number.
#[derive(Clone, Debug)]
pub struct Neuron {
    site: Site,
    unit: usize,
    width: usize,
}

impl Neuron {
    /// A unit of a site.
    ///
    /// # Errors
    /// [`Error::Definition`] when there is no such unit.
    pub fn new(site: Site, unit: usize, width: usize) -> Result<Neuron> {
        if unit >= width {
            return Err(Error::Definition(format!("{site} has {width} units, there is no unit {unit}")));
        }
        Ok(Neuron { site, unit, width })
    }

    /// The same as a direction.
    pub fn direction(&self) -> Result<Direction> {
        let at = Tensor::new(vec![self.unit as i64], [1])?;
        Direction::new(self.site.clone(), &at.one_hot(self.width, DType::F64).reshape([self.width]))
    }
}

impl Symbol for Neuron {
    fn site(&self) -> &Site {
        &self.site
    }

    fn domain(&self) -> &Domain {
        &Domain::Real
    }

    fn read(&self, activation: &Activation) -> Result<Values> {
        width_for(&self.site, activation, self.width)?;
        Ok(Values::Real(activation.rows().get((.., self.unit as isize))))
    }

    fn write(&self, activation: &Activation, values: &Values) -> Result<Activation> {
        width_for(&self.site, activation, self.width)?;
        let rows = activation.rows();
        let new = rows_for(activation, values.real()?, values)?.unsqueeze(1);
        let (unit, width) = (self.unit as isize, self.width as isize);
        let parts = [rows.get((.., 0..unit)), new, rows.get((.., unit + 1..width))];
        Ok(activation.from_rows(&Tensor::cat(&parts.iter().collect::<Vec<_>>(), 1))?)
    }

    fn parts(&self) -> Option<Parts> {
        Some(Parts::new("neuron", serde_json::json!({"unit": self.unit, "width": self.width})))
    }
}
