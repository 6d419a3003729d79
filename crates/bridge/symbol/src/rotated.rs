//! Rotated coordinates of a site with a soft mask, as in distributed alignment search (Geiger et al. 2024; boundless masks: Wu
//! et al. 2023). The rotation and the mask may be variables, so an interchange through this symbol can be trained; once the mask
//! is hard, [`Rotated::harden`] gives the [`Subspace`] that it stands for.

use symbolon_net::{Activation, Site};
use symbolon_tensor::{DType, Tensor, no_grad};

use crate::error::{Error, Result};
use crate::subspace::{rows_for, width_for};
use crate::values::{Domain, Values};
use crate::{Law, Laws, Subspace, Symbol};

/// How far rows may be from orthonormal before a rotation is refused.
pub(crate) const TOLERANCE: f64 = 1e-4;

/// All coordinates `y = R h` of a site; writing moves each as far towards its new value as the mask says:
/// `h + R^T (m * (v - R h))`.
#[derive(Clone, Debug)]
pub struct Rotated {
    site: Site,
    /// Orthonormal rows `[coordinates, units]`.
    rotation: Tensor,
    /// `[coordinates]`, from 0 (stays) to 1 (is written).
    mask: Tensor,
    domain: Domain,
}

impl Rotated {
    /// Coordinates along the rows of `rotation` (`[coordinates, units]`, orthonormal), written as far as `mask`
    /// (`[coordinates]`, from 0 to 1) says. Both keep their history: gradients reach them.
    ///
    /// # Errors
    /// [`Error::Definition`] for rows that are not orthonormal up to 1e-4, or a mask that does not fit or leaves `[0, 1]`.
    pub fn new(site: Site, rotation: &Tensor, mask: &Tensor) -> Result<Rotated> {
        let bad = |what: String| Err(Error::Definition(format!("rotated coordinates at {site}: {what}")));
        if rotation.rank() != 2 || rotation.size(0) == 0 || mask.shape() != [rotation.size(0)] {
            return bad(format!("a rotation {:?} with a mask {:?}", rotation.shape(), mask.shape()));
        }
        let off = orthonormality(rotation);
        if off.is_nan() || off > TOLERANCE {
            return bad(format!("its rows are {off:.1e} away from orthonormal; at most {TOLERANCE:.0e} is taken"));
        }
        if let Some(m) = mask.to_vec::<f64>().into_iter().find(|m| !(0.0..=1.0).contains(m)) {
            return bad(format!("a mask entry of {m}; entries lie from 0 to 1"));
        }
        let domain = Domain::Vector(rotation.size(0));
        Ok(Rotated { site, rotation: rotation.clone(), mask: mask.clone(), domain })
    }

    /// The rows, `[coordinates, units]`.
    pub fn rotation(&self) -> &Tensor {
        &self.rotation
    }

    /// The mask, `[coordinates]`.
    pub fn mask(&self) -> &Tensor {
        &self.mask
    }

    /// The space of the coordinates whose mask is above one half.
    ///
    /// # Errors
    /// [`Error::Definition`] when there is none.
    pub fn harden(&self) -> Result<Subspace> {
        let chosen: Vec<i64> =
            (0i64..).zip(self.mask.to_vec::<f64>()).filter(|(_, m)| *m > 0.5).map(|(i, _)| i).collect();
        if chosen.is_empty() {
            let what = format!("rotated coordinates at {}: no entry of the mask is above one half", self.site);
            return Err(Error::Definition(what));
        }
        let basis = self.rotation.detach().index_select(0, &Tensor::from(chosen).to_device(self.rotation.device()));
        Ok(Subspace::of(self.site.clone(), basis))
    }
}

/// The largest entry of `|R R^T - 1|`: how far rows `[k, units]` are from orthonormal.
pub fn orthonormality(rows: &Tensor) -> f64 {
    no_grad(|| {
        let rows = rows.detach().to(DType::F64);
        (rows.matmul(&rows.t()) - Tensor::eye(rows.size(0), DType::F64).to_device(rows.device())).abs().max().item()
    })
}

impl Symbol for Rotated {
    fn site(&self) -> &Site {
        &self.site
    }

    fn domain(&self) -> &Domain {
        &self.domain
    }

    fn read(&self, activation: &Activation) -> Result<Values> {
        width_for(&self.site, activation, self.rotation.size(1))?;
        let rows = activation.rows();
        Ok(Values::Vector(rows.matmul(&self.rotation.to(rows.dtype()).t())))
    }

    fn write(&self, activation: &Activation, values: &Values) -> Result<Activation> {
        let old = self.read(activation)?;
        let (rows, new) = (activation.rows(), rows_for(activation, values.vector()?, values)?);
        if new.size(1) != self.rotation.size(0) {
            let found = format!("vectors of {} numbers", new.size(1));
            return Err(Error::Kind { expected: self.domain.to_string(), found });
        }
        let moved = (new - old.vector()?) * self.mask.to(rows.dtype()).unsqueeze(0);
        Ok(activation.from_rows(&(&rows + moved.matmul(&self.rotation.to(rows.dtype()))))?)
    }

    /// What is read includes coordinates that writing leaves alone, so only writing back what was read is exact.
    fn laws(&self) -> Laws {
        Laws { put_get: Law::Approximate, get_put: Law::Exact, put_put: Law::Approximate }
    }
}
