//! Which part of an activation is meant: some rows of the batch, positions, heads or units.

use crate::activation::{Activation, Role};
use crate::error::{Error, Result};
use symbolon_tensor::Tensor;

/// A part of an activation, chosen by rows, positions, heads and units. What is not restricted is meant whole.
///
/// Indices may count from the back (`-1` is the last). In images positions are pixels (`row * width + column`) and
/// units are channels; in attention patterns positions are queries and units are keys.
///
/// ```
/// use symbolon_net::{Activation, Axis, Select};
/// use symbolon_tensor::Tensor;
/// let x = Activation::new(Tensor::from([[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]]), &[Axis::Batch, Axis::Unit])?;
/// let last = Select::rows([-1]).and(Select::units(1..3));
/// assert_eq!(x.select(&last)?.tensor().to_vec::<f32>(), [5.0, 6.0]);
/// let y = x.with_selected(&last, &Tensor::from([[0.0f32, 0.0]]))?;
/// assert_eq!(y.tensor().to_vec::<f32>(), [1.0, 2.0, 3.0, 4.0, 0.0, 0.0]);
/// # Ok::<(), symbolon_net::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Select {
    /// Restrictions in the order in which they were made; each narrows what the ones before it left.
    parts: Vec<(Role, Vec<i64>)>,
}

impl Select {
    /// Everything.
    pub fn all() -> Self {
        Self::default()
    }
    /// These examples of the batch.
    pub fn rows<I: TryInto<i64>>(indices: impl IntoIterator<Item = I>) -> Self {
        Self::of(Role::Document, indices)
    }
    /// These positions.
    pub fn positions<I: TryInto<i64>>(indices: impl IntoIterator<Item = I>) -> Self {
        Self::of(Role::Position, indices)
    }
    /// These heads.
    pub fn heads<I: TryInto<i64>>(indices: impl IntoIterator<Item = I>) -> Self {
        Self::of(Role::Head, indices)
    }
    /// These units (channels, keys).
    pub fn units<I: TryInto<i64>>(indices: impl IntoIterator<Item = I>) -> Self {
        Self::of(Role::Unit, indices)
    }
    fn of<I: TryInto<i64>>(role: Role, indices: impl IntoIterator<Item = I>) -> Self {
        // What does not fit into 63 bits is out of range wherever it is used, and reported there.
        let indices = indices.into_iter().map(|i| i.try_into().unwrap_or(i64::MAX)).collect();
        Self { parts: vec![(role, indices)] }
    }
    /// Both restrictions. A second one of the same kind counts within the first: `units([3, 5]).and(units([1]))` is
    /// unit 5.
    pub fn and(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self
    }
    /// Whether nothing is restricted.
    pub fn is_all(&self) -> bool {
        self.parts.is_empty()
    }
    /// Checks indices against sizes that are known beforehand.
    pub(crate) fn check(&self, size: impl Fn(Role) -> Option<usize>, has: impl Fn(Role) -> bool) -> Result<()> {
        for (i, (role, indices)) in self.parts.iter().enumerate() {
            if !has(*role) {
                return Err(Error::Selection {
                    site: "selection".into(),
                    problem: format!("there is no {role:?} axis"),
                });
            }
            let before = self.parts[..i].iter().rfind(|(r, _)| r == role).map(|(_, list)| list.len());
            if let Some(n) = before.or_else(|| size(*role)) {
                resolve(*role, indices, n)?;
            }
        }
        Ok(())
    }
}

/// Indices that count from the front, each within the axis and none twice.
fn resolve(role: Role, indices: &[i64], n: usize) -> Result<Vec<usize>> {
    let bad = |problem: String| Error::Selection { site: "selection".into(), problem };
    let mut seen = vec![false; n];
    let one = |&i: &i64| {
        let from_front = if i < 0 { i.checked_add(n as i64) } else { Some(i) };
        let at = from_front.and_then(|i| usize::try_from(i).ok()).filter(|&i| i < n);
        let at = at.ok_or_else(|| bad(format!("{role:?} index {i} is outside 0..{n}")))?;
        match std::mem::replace(&mut seen[at], true) {
            true => Err(bad(format!("{role:?} index {i} is given twice"))),
            false => Ok(at),
        }
    };
    indices.iter().map(one).collect()
}

/// One restriction on its way: the activation before it, the axis, and the indices along it.
struct Level {
    before: Activation,
    axis: usize,
    indices: Vec<usize>,
}

impl Activation {
    /// The selected part, with the same axes (height and width become positions where positions are selected).
    /// Differentiable.
    ///
    /// # Errors
    /// [`Error::Selection`] when an axis is missing, or an index outside it or given twice.
    pub fn select(&self, select: &Select) -> Result<Self> {
        Ok(self.levels(select)?.1)
    }
    /// This with the selected part replaced; `part` has the part's shape. All else stays as it is, to the last bit.
    /// Differentiable in both.
    ///
    /// # Errors
    /// As [`select`](Activation::select); [`Error::Shape`] when `part` has another shape.
    pub fn with_selected(&self, select: &Select, part: &Tensor) -> Result<Self> {
        let (levels, inner) = self.levels(select)?;
        if inner.shape() != part.shape() {
            return Err(inner.misfit("a part", part.shape()));
        }
        let put = levels.iter().rev().fold(part.clone(), |part, level| level.put(&part));
        self.with_tensor(put.reshape(self.shape()))
    }
    fn levels(&self, select: &Select) -> Result<(Vec<Level>, Self)> {
        let mut levels = Vec::with_capacity(select.parts.len());
        let mut inner = self.clone();
        for (role, indices) in &select.parts {
            let (before, axis) = inner.merged(*role)?;
            let indices = resolve(*role, indices, before.shape()[axis])?;
            let list: Vec<i64> = indices.iter().map(|&i| i as i64).collect();
            let at = Tensor::from(list).to_device(before.tensor().device());
            inner = Activation::new(before.tensor().index_select(axis as isize, &at), before.axes())?;
            levels.push(Level { before, axis, indices });
        }
        Ok((levels, inner))
    }
}

impl Level {
    /// The activation before with a new part in the place of the selected one: the part is laid behind the whole, and
    /// each place along the axis is taken from where it now stands.
    fn put(&self, part: &Tensor) -> Tensor {
        let whole = self.before.tensor();
        let n = whole.shape()[self.axis];
        let mut from: Vec<i64> = (0..n as i64).collect();
        self.indices.iter().enumerate().for_each(|(j, &i)| from[i] = (n + j) as i64);
        // Merging may have changed the part's shape at levels further in; the number of entries is the same.
        let mut shape = whole.shape().to_vec();
        shape[self.axis] = self.indices.len();
        let axis = self.axis as isize;
        let from = Tensor::from(from).to_device(whole.device());
        Tensor::cat(&[whole, &part.reshape(shape)], axis).index_select(axis, &from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activation::Axis;
    use symbolon_tensor::{DType, Rng};

    fn heads() -> Activation {
        let x = Rng::new(3).normal([2, 3, 4, 5], DType::F64);
        Activation::new(x, &[Axis::Batch, Axis::Head, Axis::Position, Axis::Unit]).unwrap()
    }

    #[test]
    fn parts_are_what_loops_say() {
        let a = heads();
        let select =
            Select::units([4, 0]).and(Select::heads([1])).and(Select::positions([-1, 0])).and(Select::rows([1]));
        let part = a.select(&select).unwrap();
        assert_eq!(part.shape(), [1, 1, 2, 2]);
        let expected: Vec<f64> =
            [(3, 4), (3, 0), (0, 4), (0, 0)].map(|(p, u)| a.tensor().get((1, 1, p, u)).item()).to_vec();
        assert_eq!(part.tensor().to_vec::<f64>(), expected);
        let put = a.with_selected(&select, &Tensor::full([1, 1, 2, 2], 9.0, DType::F64)).unwrap();
        let mut slow = a.tensor().to_vec::<f64>();
        for (p, u) in [(3, 4), (3, 0), (0, 4), (0, 0)] {
            slow[((3 + 1) * 4 + p) * 5 + u] = 9.0;
        }
        assert_eq!(put.tensor().to_vec::<f64>(), slow);
    }

    #[test]
    fn pixels_are_positions() {
        let x = Rng::new(3).normal([1, 2, 3, 3], DType::F64);
        let a = Activation::new(x, &[Axis::Batch, Axis::Channel, Axis::Height, Axis::Width]).unwrap();
        let centre = Select::positions([4]).and(Select::units([1]));
        assert_eq!(a.select(&centre).unwrap().tensor().item(), a.tensor().get((0, 1, 1, 1)).item());
        let put = a.with_selected(&centre, &Tensor::full([1, 1, 1], 7.0, DType::F64)).unwrap();
        assert_eq!(put.shape(), [1, 2, 3, 3]);
        assert_eq!(put.tensor().get((0, 1, 1, 1)).item(), 7.0);
        assert_eq!((put.tensor() - a.tensor()).abs().gt_scalar(0.0).to_bools().iter().filter(|b| **b).count(), 1);
    }

    #[test]
    fn a_second_restriction_counts_within_the_first() {
        let a = heads();
        let twice = Select::units([3, 4]).and(Select::units([1]));
        let once = Select::units([4]);
        assert_eq!(
            a.select(&twice).unwrap().tensor().to_vec::<f64>(),
            a.select(&once).unwrap().tensor().to_vec::<f64>()
        );
    }

    #[test]
    fn wrong_indices_are_errors() {
        let a = heads();
        for wrong in [Select::heads([3]), Select::heads([-4]), Select::units([1, 1]), Select::units([u64::MAX])] {
            assert!(a.select(&wrong).is_err(), "{wrong:?}");
        }
        let flat = Activation::new(Tensor::zeros([2, 2], DType::F32), &[Axis::Batch, Axis::Unit]).unwrap();
        let error = flat.select(&Select::heads([0])).unwrap_err();
        assert!(error.to_string().contains("Head"), "{error}");
    }

    #[test]
    fn gradients_reach_whole_and_part() {
        let a = heads();
        let (x, part) = (a.tensor().variable(), Tensor::ones([2, 1, 4, 5], DType::F64).variable());
        let b = a.with_tensor(x.clone()).unwrap();
        let y = b.with_selected(&Select::heads([1]), &part).unwrap().into_tensor().sum();
        let g = y.grad(&[&x, &part]);
        assert_eq!(g[0].sum_axes(&[0, 2, 3], false).to_vec::<f64>(), [40.0, 0.0, 40.0]);
        assert_eq!(g[1].to_vec::<f64>(), vec![1.0; 40]);
    }
}
