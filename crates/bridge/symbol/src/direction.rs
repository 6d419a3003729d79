//! A direction: a concept as a line through a site (probes, difference of means, representation engineering). Reading is
//! the projection, writing moves along the line.

use symbolon_net::{Activation, Site};
use symbolon_tensor::Tensor;

use crate::Symbol;
use crate::error::{Error, Result};
use crate::reading::Parts;
use crate::subspace::Subspace;
use crate::values::{Domain, Values};

/// A unit vector at a site; its value is a real number, the length of the activation's projection.
#[derive(Clone, Debug)]
pub struct Direction(Subspace);

impl Direction {
    /// The direction of a vector `[units]`, whatever its length.
    ///
    /// # Errors
    /// [`Error::Definition`] for a vector of length zero or with numbers that are not finite.
    pub fn new(site: Site, vector: &Tensor) -> Result<Direction> {
        let bad = |what: String| Error::Definition(format!("a direction at {site}: {what}"));
        if vector.rank() != 1 || vector.is_empty() {
            return Err(bad(format!("a vector [units] is expected, got shape {:?}", vector.shape())));
        }
        let length = vector.norm(2.0, &[0], false).item();
        if !(length.is_finite() && length > 0.0) {
            return Err(bad(format!("its length is {length}")));
        }
        Ok(Direction(Subspace::of(site, (vector.detach() / length).unsqueeze(0))))
    }

    /// The line that a subspace of one dimension is.
    pub(crate) fn of(line: Subspace) -> Direction {
        Direction(line)
    }

    /// The unit vector, `[units]`.
    pub fn vector(&self) -> Tensor {
        self.0.basis().get(0)
    }
}

impl Symbol for Direction {
    fn site(&self) -> &Site {
        self.0.site()
    }

    fn domain(&self) -> &Domain {
        &Domain::Real
    }

    fn read(&self, activation: &Activation) -> Result<Values> {
        let line = self.0.read(activation)?;
        Ok(Values::Real(line.vector()?.get((.., 0))))
    }

    fn write(&self, activation: &Activation, values: &Values) -> Result<Activation> {
        self.0.write(activation, &Values::Vector(values.real()?.unsqueeze(1)))
    }

    fn parts(&self) -> Option<Parts> {
        Some(Parts::new("direction", serde_json::Value::Null).with("vector", &self.vector()))
    }
}
