//! Steering: a direction pushed, damped or taken out while the network runs (Zou et al. 2023, "Representation engineering").

use symbolon_net::{Activation, Edit, Trace};
use symbolon_tensor::Tensor;

use crate::error::Result;

/// What is done along a direction `v`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Steer {
    /// `r + a v`.
    Linear(f64),
    /// `r + a sign(r . v) v`: away from zero on the side where it is.
    Piecewise(f64),
    /// `r - (r . v / |v|^2) v`: nothing of it is left.
    Remove,
}

impl Steer {
    /// Adds the edit at a site to a trace; a push of zero adds nothing.
    ///
    /// # Errors
    /// As [`Steer::edit`].
    pub fn on(self, trace: Trace, site: &str, direction: &Tensor) -> Result<Trace> {
        let edit = self.edit(direction)?;
        Ok(if matches!(self, Steer::Linear(0.0) | Steer::Piecewise(0.0)) { trace } else { trace.edit(site, edit) })
    }
    /// The edit for a direction `[units]`, wherever it is used.
    ///
    /// ```
    /// use symbolon_net::{Activation, Axis};
    /// use symbolon_read::Steer;
    /// use symbolon_tensor::Tensor;
    /// let x = Activation::new(Tensor::from([[3.0f64, 1.0], [-2.0, 1.0]]), &[Axis::Batch, Axis::Unit])?;
    /// let v = Tensor::from([2.0f64, 0.0]);
    /// let with = |steer: Steer| -> Result<Vec<f64>, symbolon_read::Error> {
    ///     Ok(steer.edit(&v)?.apply(&x)?.tensor().get((.., 0)).to_vec())
    /// };
    /// assert_eq!(with(Steer::Linear(0.5))?, [4.0, -1.0]);
    /// assert_eq!(with(Steer::Piecewise(0.5))?, [4.0, -3.0]);
    /// assert!(with(Steer::Remove)?.iter().all(|r| r.abs() < 1e-12));
    /// # Ok::<(), symbolon_read::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Net`](crate::Error::Net) for a direction without length or with numbers that are not finite.
    pub fn edit(self, direction: &Tensor) -> Result<Edit> {
        let remove = Edit::out_of(&direction.unsqueeze(0))?;
        let v = direction.detach();
        Ok(match self {
            Steer::Linear(a) => Edit::Add(v * a),
            Steer::Remove => remove,
            Steer::Piecewise(a) => Edit::map(move |x: &Activation| {
                let rows = x.rows();
                let v = v.to(rows.dtype()).unsqueeze(0);
                let side = rows.matmul(&v.t()).sign();
                Ok(x.from_rows(&(&rows + side * &v * a))?.into_tensor())
            }),
        })
    }
}
