//! Controls: what a method is shown to make sure that it does not find something in everything.
//!
//! | control | rules out that the finding comes from |
//! | --- | --- |
//! | [`untrained_twin`] | the architecture and the inputs, not what was learned |
//! | [`shuffled`] labels | the method's freedom to fit anything |
//! | [`random_direction`] of equal norm | any disturbance of this size |
//! | [`Rotation`] of the basis | the space, where the axes are said to matter |

use symbolon_net::{Activation, Architecture, Edit, Network};
use symbolon_tensor::{DType, Device, Rng, Tensor};

use crate::error::{Error, Result};

/// The same network with fresh weights: architecture and sizes are kept, what was learned is not.
///
/// # Errors
/// [`Error::Net`] when the network is none of the built-in architectures; build such a twin by hand.
pub fn untrained_twin(network: &dyn Network, rng: &mut Rng) -> Result<Box<dyn Network>> {
    let device = network.parameters().first().map_or(Device::Cpu, |(_, p)| p.device());
    Ok(Architecture::from_json(&network.config())?.build(rng, device)?)
}

/// A number of a network as a share of the mean of what untrained twins say, one twin for each seed: an error that does not depend
/// on the scale of a task.
///
/// # Errors
/// [`Error::Request`] for no seeds; as [`untrained_twin`]; what `number` answers.
pub fn over_untrained<E: From<Error>>(
    network: &dyn Network,
    seeds: std::ops::Range<u64>,
    number: impl Fn(&dyn Network) -> std::result::Result<f64, E>,
) -> std::result::Result<f64, E> {
    let (count, mut sum) = (seeds.clone().count(), 0.0);
    if count == 0 {
        return Err(Error::Request { what: "untrained twins", problem: "no seeds; give at least one".into() }.into());
    }
    for seed in seeds {
        sum += number(&*untrained_twin(network, &mut Rng::new(seed))?)?;
    }
    Ok(number(network)? / (sum / count as f64))
}

/// Labels dealt out again at random: how many there are of each stays, which example has which does not.
pub fn shuffled<T: Clone>(labels: &[T], rng: &mut Rng) -> Vec<T> {
    rng.permutation(labels.len()).to_vec::<i64>().into_iter().map(|i| labels[i as usize].clone()).collect()
}

/// A direction `[units]` drawn evenly from all directions, as long as `like`.
///
/// # Errors
/// [`Error::Request`] when `like` is no vector with numbers in it, or has no length.
pub fn random_direction(like: &Tensor, rng: &mut Rng) -> Result<Tensor> {
    let length = match like.rank() == 1 && !like.is_empty() {
        true => like.to(DType::F64).norm(2.0, &[0], false).item(),
        false => f64::NAN,
    };
    if !(length.is_finite() && length > 0.0) {
        let problem = format!("shape {:?} of length {length}: give a vector [units] other than zero", like.shape());
        return Err(Error::Request { what: "random direction", problem });
    }
    let drawn = rng.normal(like.shape(), DType::F64);
    let norm = drawn.norm(2.0, &[0], false).item();
    Ok((drawn * (length / norm)).to(like.dtype()).to_device(like.device()))
}

/// A random rotation of a site's units. Whatever holds for the space holds after it as before; whatever holds for single
/// units does not.
///
/// ```
/// use symbolon_check::control::Rotation;
/// use symbolon_tensor::{DType, Rng};
/// let mut rng = Rng::new(4);
/// let rows = rng.normal([10, 6], DType::F64);
/// let turn = Rotation::random(6, &mut rng)?;
/// assert!(turn.undo(&turn.turn(&rows)?)?.is_close(&rows, 1e-9, 1e-9));
/// # Ok::<(), symbolon_check::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Rotation {
    /// Orthonormal rows `[units, units]`, the new axes.
    axes: Tensor,
}

impl Rotation {
    /// One drawn evenly from all orthogonal matrices: the `Q` of a matrix of normal numbers, with the signs of `R` taken out
    /// (Mezzadri 2007).
    ///
    /// # Errors
    /// [`Error::Request`] for no units.
    pub fn random(units: usize, rng: &mut Rng) -> Result<Self> {
        if units == 0 {
            return Err(Error::Request { what: "rotation", problem: "there are no units to rotate".into() });
        }
        let (q, r) = rng.normal([units, units], DType::F64).qr().map_err(symbolon_net::Error::from)?;
        let signs: Vec<f64> = r.diagonal().to_vec::<f64>().iter().map(|d| d.signum()).collect();
        Ok(Self { axes: (q * Tensor::from(signs).unsqueeze(0)).t().contiguous() })
    }
    /// The new axes, orthonormal rows `[units, units]`.
    pub fn axes(&self) -> &Tensor {
        &self.axes
    }
    fn fitting(&self, rows: &Tensor) -> Result<Tensor> {
        match rows.rank() == 2 && rows.size(1) == self.axes.size(0) {
            true => Ok(self.axes.to(rows.dtype()).to_device(rows.device())),
            false => {
                let problem = format!("rows of shape {:?} for {} units", rows.shape(), self.axes.size(0));
                Err(Error::Request { what: "rotation", problem })
            }
        }
    }
    /// Rows `[rows, units]` in the new coordinates.
    ///
    /// # Errors
    /// [`Error::Request`] for another number of units.
    pub fn turn(&self, rows: &Tensor) -> Result<Tensor> {
        Ok(rows.matmul(&self.fitting(rows)?.t()))
    }
    /// Rows in new coordinates `[rows, units]` in the old ones.
    ///
    /// # Errors
    /// [`Error::Request`] for another number of units.
    pub fn undo(&self, rows: &Tensor) -> Result<Tensor> {
        Ok(rows.matmul(&self.fitting(rows)?))
    }
    /// An edit made in the new coordinates: the activation is turned, edited as `edit` says, and turned back.
    pub fn around(&self, edit: Edit) -> Edit {
        let this = self.clone();
        Edit::map(move |x: &Activation| {
            let turned = this.turn(&x.rows()).map_err(symbolon_net::Error::other)?;
            let edited = edit.apply(&x.from_rows(&turned)?)?;
            let back = this.undo(&edited.rows()).map_err(symbolon_net::Error::other)?;
            Ok(x.from_rows(&back)?.into_tensor())
        })
    }
}
