//! A subspace: rotated coordinates of a site (DAS: Geiger et al. 2024; RAVEL: Huang et al. 2024). Reading gives the
//! coordinates, writing replaces them and leaves what is orthogonal to the subspace as it is.

use symbolon_net::{Activation, Edit, Site};
use symbolon_tensor::Tensor;

use crate::Symbol;
use crate::error::{Error, Result};
use crate::reading::Parts;
use crate::values::{Domain, Values};

/// The space spanned by some directions of a site.
#[derive(Clone, Debug)]
pub struct Subspace {
    site: Site,
    /// Orthonormal rows `[k, units]`.
    basis: Tensor,
    domain: Domain,
}

impl Subspace {
    /// The span of the rows of `directions` (`[k, units]`), with orthonormal coordinates.
    ///
    /// # Errors
    /// [`Error::Net`] unless there are at least one and at most `units` rows, linearly independent and finite.
    pub fn new(site: Site, directions: &Tensor) -> Result<Subspace> {
        let Edit::Project { basis, .. } = Edit::onto(directions)? else { unreachable!("`onto` makes a projection") };
        Ok(Subspace::of(site, basis))
    }

    /// The subspace of rows that are known to be orthonormal.
    pub(crate) fn of(site: Site, basis: Tensor) -> Subspace {
        Subspace { domain: Domain::Vector(basis.size(0)), site, basis }
    }

    /// Orthonormal rows, `[k, units]`.
    pub fn basis(&self) -> &Tensor {
        &self.basis
    }
}

impl Symbol for Subspace {
    fn site(&self) -> &Site {
        &self.site
    }

    fn domain(&self) -> &Domain {
        &self.domain
    }

    fn read(&self, activation: &Activation) -> Result<Values> {
        width_for(&self.site, activation, self.basis.size(1))?;
        let rows = activation.rows();
        Ok(Values::Vector(rows.matmul(&self.basis.to(rows.dtype()).t())))
    }

    fn write(&self, activation: &Activation, values: &Values) -> Result<Activation> {
        let old = self.read(activation)?;
        let (rows, new) = (activation.rows(), rows_for(activation, values.vector()?, values)?);
        if new.size(1) != self.basis.size(0) {
            let found = format!("vectors of {} numbers", new.size(1));
            return Err(Error::Kind { expected: self.domain.to_string(), found });
        }
        let change = (new - old.vector()?).matmul(&self.basis.to(rows.dtype()));
        Ok(activation.from_rows(&(rows + change))?)
    }

    fn parts(&self) -> Option<Parts> {
        Some(Parts::new("subspace", serde_json::Value::Null).with("basis", &self.basis))
    }
}

/// Checks that an activation has the width a symbol is made for.
pub(crate) fn width_for(site: &Site, activation: &Activation, width: usize) -> Result<()> {
    match activation.width() {
        w if w == width => Ok(()),
        found => Err(Error::Width { site: site.to_string(), expected: width, found }),
    }
}

/// The numbers of values as the activation's kind of number, one for each row.
pub(crate) fn rows_for(activation: &Activation, numbers: &Tensor, values: &Values) -> Result<Tensor> {
    match activation.row_count() {
        rows if rows == values.rows() => Ok(numbers.to(activation.tensor().dtype())),
        rows => Err(Error::Rows { rows, found: values.rows() }),
    }
}
