//! Edits: what is done to an activation on its way through the network.
//!
//! Edits are ordinary tensor operations, so gradients flow through them. An edit of a part says so with
//! [`Edit::at`]: `Edit::Zero.at(Select::heads([5]).and(Select::positions([-1])))`.

use crate::activation::{Activation, Role};
use crate::error::{Error, Result};
use crate::select::Select;
use std::fmt;
use std::sync::Arc;
use symbolon_tensor::{Rng, Tensor};

/// A function from an activation to one of the same shape.
///
/// Tensors given to an edit are converted to the activation's kind of number and device.
///
/// ```
/// use symbolon_net::{Activation, Axis, Edit, Select};
/// use symbolon_tensor::Tensor;
/// let x = Activation::new(Tensor::from([[1.0f32, 2.0], [3.0, 4.0]]), &[Axis::Batch, Axis::Unit])?;
/// let y = Edit::Zero.at(Select::units([1])).apply(&x)?;
/// assert_eq!(y.tensor().to_vec::<f32>(), [1.0, 0.0, 3.0, 0.0]);
/// # Ok::<(), symbolon_net::Error>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub enum Edit {
    /// Other numbers; the tensor broadcasts to the activation's shape.
    Replace(Tensor),
    /// Numbers added; the tensor broadcasts. A steering vector is `[units]`.
    Add(Tensor),
    /// Times a number.
    Scale(f64),
    /// Keeps what lies in a subspace (`keep`) or what lies outside it. The rows of `basis` (`[k, units]`) are
    /// orthonormal: [`Edit::onto`] and [`Edit::out_of`] see to that.
    Project {
        /// Orthonormal rows, `[k, units]`.
        basis: Tensor,
        /// Whether the part inside stays, or the part outside.
        keep: bool,
    },
    /// Zeros.
    Zero,
    /// The same unit values `[units]` everywhere: mean ablation with a mean that was measured before.
    Mean(Tensor),
    /// The mean over the examples of this pass, for each example.
    BatchMean,
    /// Each example gets another example's activation: example `i` that of `from[i]`.
    Resample(Vec<usize>),
    /// As [`Resample`](Edit::Resample), with a random order of the examples drawn from this seed: the same at every
    /// site of a pass.
    Shuffle(u64),
    /// The activation of another run, of the same shape. With [`at`](Edit::at), the same part of it is taken.
    Swap(Activation),
    /// Whatever a function makes of it; the result has the same shape.
    Map(Arc<dyn Fn(&Activation) -> Result<Tensor> + Send + Sync>),
    /// An edit of a part.
    At(Select, Box<Edit>),
}

impl Edit {
    /// The same edit of a part only.
    pub fn at(self, select: Select) -> Self {
        match select.is_all() {
            true => self,
            false => Self::At(select, Box::new(self)),
        }
    }
    /// An edit from a function.
    pub fn map(f: impl Fn(&Activation) -> Result<Tensor> + Send + Sync + 'static) -> Self {
        Self::Map(Arc::new(f))
    }
    /// Keeps only what lies in the space spanned by the rows of `directions` (`[k, units]`, linearly independent).
    ///
    /// # Errors
    /// [`Error::Selection`] when the rows are no matrix, more than there are units, or not independent.
    pub fn onto(directions: &Tensor) -> Result<Self> {
        Ok(Self::Project { basis: orthonormal(directions)?, keep: true })
    }
    /// Removes what lies in the space spanned by the rows of `directions` (`[k, units]`, linearly independent).
    ///
    /// # Errors
    /// As [`Edit::onto`].
    pub fn out_of(directions: &Tensor) -> Result<Self> {
        Ok(Self::Project { basis: orthonormal(directions)?, keep: false })
    }
    /// The edited activation.
    ///
    /// # Errors
    /// [`Error::Shape`] and [`Error::Selection`] when the edit does not fit; what a mapped function answers.
    pub fn apply(&self, x: &Activation) -> Result<Activation> {
        let t = x.tensor();
        let like = |given: &Tensor| given.to(t.dtype()).to_device(t.device());
        let wide = |what: &str, given: &Tensor| match fits(given.shape(), t.shape()) {
            true => Ok(like(given)),
            false => Err(x.misfit(what, given.shape())),
        };
        let edited = match self {
            Self::Replace(with) => wide("the replacement", with)?.expand(t.shape()),
            Self::Add(what) => t + wide("what is added", what)?,
            Self::Scale(by) if *by == 1.0 => t.clone(),
            Self::Scale(by) => t * *by,
            Self::Project { basis, keep } => {
                if basis.rank() != 2 || basis.size(1) != x.width() {
                    return Err(x.misfit("the basis [k, units]", basis.shape()));
                }
                let (rows, basis) = (x.rows(), like(basis));
                let inside = rows.matmul(&basis.t()).matmul(&basis);
                x.from_rows(&if *keep { inside } else { rows - inside })?.into_tensor()
            }
            Self::Zero => t.zeros_like(),
            Self::Mean(mean) => {
                if mean.shape() != [x.width()] {
                    return Err(x.misfit("the mean [units]", mean.shape()));
                }
                let rows = like(mean).unsqueeze(0).expand([x.row_count(), x.width()]);
                x.from_rows(&rows)?.into_tensor()
            }
            Self::BatchMean => {
                let (_, axis) = x.merged(Role::Document)?;
                t.mean_axis(axis as isize, true).expand(t.shape())
            }
            Self::Resample(from) => resample(x, from)?,
            Self::Shuffle(seed) => {
                let from = Rng::new(*seed).permutation(x.size(Role::Document)).to_vec::<i64>();
                resample(x, &from.into_iter().map(|i| i as usize).collect::<Vec<_>>())?
            }
            Self::Swap(other) => {
                if other.axes() != x.axes() || other.shape() != x.shape() {
                    return Err(x.misfit(&format!("the activation swapped in {:?}", other.axes()), other.shape()));
                }
                like(other.tensor())
            }
            Self::Map(f) => {
                let y = f(x)?;
                match y.shape() == t.shape() {
                    true => like(&y),
                    false => return Err(x.misfit("the result of the mapped function", y.shape())),
                }
            }
            Self::At(select, edit) => {
                let part = edit.within(select, x)?.apply(&x.select(select)?)?;
                return x.with_selected(select, part.tensor());
            }
        };
        x.with_tensor(edited)
    }
    /// This edit as it is to be applied to a selected part of `x`: activations of other runs are cut likewise.
    fn within(&self, select: &Select, x: &Activation) -> Result<Self> {
        Ok(match self {
            Self::Swap(other) if other.shape() == x.shape() => Self::Swap(other.select(select)?),
            Self::At(inner, edit) => Self::At(inner.clone(), Box::new(edit.within(select, x)?)),
            other => other.clone(),
        })
    }
    /// Whether it would fit a site whose sizes are known but for some, as far as that can be said.
    pub(crate) fn check(&self, sizes: &[Option<usize>], width: Option<usize>) -> std::result::Result<(), Misfit> {
        let refuse = |what: &'static str, t: &Tensor| Err(Misfit { what, found: t.shape().to_vec() });
        let wide = |what, t: &Tensor| {
            let lined_up = t.rank() <= sizes.len()
                && t.shape().iter().rev().zip(sizes.iter().rev()).all(|(&n, s)| n == 1 || s.is_none_or(|s| s == n));
            if lined_up { Ok(()) } else { refuse(what, t) }
        };
        match self {
            Self::Replace(t) => wide("the replacement", t),
            Self::Add(t) => wide("what is added", t),
            Self::Mean(t) if t.rank() != 1 || width.is_some_and(|w| w != t.len()) => refuse("the mean [units]", t),
            Self::Project { basis, .. } if basis.rank() != 2 || width.is_some_and(|w| w != basis.size(1)) => {
                refuse("the basis [k, units]", basis)
            }
            Self::Swap(other) => wide("the activation swapped in", other.tensor()),
            _ => Ok(()),
        }
    }
}

/// What does not fit, found before a pass.
pub(crate) struct Misfit {
    pub(crate) what: &'static str,
    pub(crate) found: Vec<usize>,
}

/// Whether a shape broadcasts to another without changing it.
fn fits(from: &[usize], to: &[usize]) -> bool {
    from.len() <= to.len() && from.iter().rev().zip(to.iter().rev()).all(|(&a, &b)| a == b || a == 1)
}

fn resample(x: &Activation, from: &[usize]) -> Result<Tensor> {
    let (_, axis) = x.merged(Role::Document)?;
    let n = x.shape()[axis];
    if from.len() != n {
        let problem = format!("resampling names {} examples, the batch has {n}", from.len());
        return Err(Error::Selection { site: "edit".into(), problem });
    }
    let indices = Tensor::checked_indices(from.iter().map(|&i| i as i64).collect(), [n], n)?;
    Ok(x.tensor().index_select(axis as isize, &indices.to_device(x.tensor().device())))
}

/// Orthonormal rows that span what the given rows span.
fn orthonormal(directions: &Tensor) -> Result<Tensor> {
    let bad = |problem: String| Error::Selection { site: "projection".into(), problem };
    let shape = directions.shape();
    if shape.len() != 2 || shape[0] == 0 || shape[0] > shape[1] {
        return Err(bad(format!("shape {shape:?} is not [k, units] with 1 <= k <= units")));
    }
    let wide = directions.detach().to(symbolon_tensor::DType::F64);
    if wide.to_vec::<f64>().iter().any(|v| !v.is_finite()) {
        return Err(bad("the directions hold numbers that are not finite".into()));
    }
    let (q, r) = wide.t().qr()?;
    let diagonal: Vec<f64> = r.diagonal().abs().to_vec();
    let largest = diagonal.iter().copied().fold(0.0, f64::max);
    if diagonal.iter().any(|&d| d <= 1e-9 * largest) {
        return Err(bad("the directions are not linearly independent".into()));
    }
    Ok(q.t().contiguous())
}

impl fmt::Debug for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Replace(t) => write!(f, "Replace({:?})", t.shape()),
            Self::Add(t) => write!(f, "Add({:?})", t.shape()),
            Self::Scale(by) => write!(f, "Scale({by})"),
            Self::Project { basis, keep } => write!(f, "Project({:?}, keep: {keep})", basis.shape()),
            Self::Zero => write!(f, "Zero"),
            Self::Mean(t) => write!(f, "Mean({:?})", t.shape()),
            Self::BatchMean => write!(f, "BatchMean"),
            Self::Resample(from) => write!(f, "Resample({from:?})"),
            Self::Shuffle(seed) => write!(f, "Shuffle({seed})"),
            Self::Swap(a) => write!(f, "Swap({:?})", a.shape()),
            Self::Map(_) => write!(f, "Map(..)"),
            Self::At(select, edit) => write!(f, "{edit:?} at {select:?}"),
        }
    }
}
