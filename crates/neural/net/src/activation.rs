//! Activations: tensors with named axes, seen by readers as rows of units.
//!
//! Networks keep whatever order of axes is fast; methods that read or write activations are written once, over
//! `[rows, units]`. Each row knows where it comes from: which document (entry of the batch), position and head.
//!
//! ```
//! use symbolon_net::{Activation, Axis};
//! use symbolon_tensor::{DType, Rng};
//! let z = Rng::new(0).normal([2, 4, 3, 8], DType::F32);
//! let z = Activation::new(z, &[Axis::Batch, Axis::Head, Axis::Position, Axis::Unit])?;
//! let rows = z.rows();
//! assert_eq!(rows.shape(), [2 * 4 * 3, 8]);
//! let from = z.provenance(7);
//! assert_eq!((from.document, from.head, from.position), (0, Some(2), Some(1)));
//! assert_eq!(z.from_rows(&rows)?.tensor().to_vec::<f32>(), z.tensor().to_vec::<f32>());
//! # Ok::<(), symbolon_net::Error>(())
//! ```

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use symbolon_tensor::Tensor;

/// What an axis of an activation counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Axis {
    /// Examples of the batch.
    Batch,
    /// Places in a sequence.
    Position,
    /// Attention heads (key and value heads at `k` and `v`).
    Head,
    /// Neurons, features, coordinates.
    Unit,
    /// Channels of an image.
    Channel,
    /// Rows of an image.
    Height,
    /// Columns of an image.
    Width,
    /// The position that looks, in an attention pattern.
    Query,
    /// The position that is looked at, in an attention pattern.
    Key,
}

/// What an axis is to readers of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The example: batch.
    Document,
    /// The place in the example: position, query, or height and width together.
    Position,
    /// The head.
    Head,
    /// The numbers of a row: units, channels or keys.
    Unit,
}

impl Axis {
    /// What this axis is to readers of rows.
    pub fn role(self) -> Role {
        match self {
            Self::Batch => Role::Document,
            Self::Position | Self::Height | Self::Width | Self::Query => Role::Position,
            Self::Head => Role::Head,
            Self::Unit | Self::Channel | Self::Key => Role::Unit,
        }
    }
}

/// Where a row of an activation comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Provenance {
    /// Which example of the batch.
    pub document: usize,
    /// Which position; in images `row * width + column`.
    pub position: Option<usize>,
    /// Which head.
    pub head: Option<usize>,
}

/// A tensor with named axes. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Activation {
    tensor: Tensor,
    axes: Vec<Axis>,
}

impl Activation {
    /// Names the axes of a tensor.
    ///
    /// # Errors
    /// [`Error::Selection`] unless there is one name for each axis and no name occurs twice.
    pub fn new(tensor: Tensor, axes: &[Axis]) -> Result<Self> {
        let bad = |problem: String| Error::Selection { site: "activation".into(), problem };
        if tensor.rank() != axes.len() {
            return Err(bad(format!("axes {axes:?} are named for shape {:?}", tensor.shape())));
        }
        if let Some(axis) = axes.iter().enumerate().find_map(|(i, a)| axes[..i].contains(a).then_some(a)) {
            return Err(bad(format!("axis {axis:?} is named twice")));
        }
        Ok(Self { tensor, axes: axes.to_vec() })
    }
    /// The numbers, in the network's own order of axes.
    pub fn tensor(&self) -> &Tensor {
        &self.tensor
    }
    /// The numbers, in the network's own order of axes.
    pub fn into_tensor(self) -> Tensor {
        self.tensor
    }
    /// What each axis counts.
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }
    /// Sizes along each axis.
    pub fn shape(&self) -> &[usize] {
        self.tensor.shape()
    }
    /// The same axes around other numbers of the same shape.
    ///
    /// # Errors
    /// [`Error::Shape`] when the shapes differ.
    pub fn with_tensor(&self, tensor: Tensor) -> Result<Self> {
        match tensor.shape() == self.shape() {
            true => Ok(Self { tensor, axes: self.axes.clone() }),
            false => Err(self.misfit("a tensor", tensor.shape())),
        }
    }
    /// The same numbers without history.
    pub fn detach(&self) -> Self {
        Self { tensor: self.tensor.detach(), axes: self.axes.clone() }
    }
    /// How many numbers there are along the axes of one role.
    pub fn size(&self, role: Role) -> usize {
        self.of(role).map(|i| self.shape()[i]).product()
    }
    /// How many rows [`rows`](Activation::rows) has.
    pub fn row_count(&self) -> usize {
        self.tensor.len().checked_div(self.width()).unwrap_or_else(|| {
            self.axes.iter().zip(self.shape()).filter(|(a, _)| a.role() != Role::Unit).map(|(_, n)| n).product()
        })
    }
    /// How many units a row has.
    pub fn width(&self) -> usize {
        self.size(Role::Unit)
    }
    /// The numbers as `[rows, units]`: units (or channels, or keys) of each document, head and position, in the
    /// network's order of these axes. Differentiable.
    pub fn rows(&self) -> Tensor {
        let order = self.order(&[Role::Unit]);
        self.tensor.permute(&order).reshape([self.row_count(), self.width()])
    }
    /// An activation with this one's axes and shape whose [`rows`](Activation::rows) are these. Differentiable.
    ///
    /// # Errors
    /// [`Error::Shape`] when there are not as many rows or units.
    pub fn from_rows(&self, rows: &Tensor) -> Result<Self> {
        let expected = [self.row_count(), self.width()];
        if rows.shape() != expected {
            return Err(Error::Shape {
                site: "activation".into(),
                what: "a tensor of rows".into(),
                expected: expected.to_vec(),
                found: rows.shape().to_vec(),
            });
        }
        Ok(self.unordered(rows, &[Role::Unit]))
    }
    /// The numbers as `[documents, everything else]`, for readers that look at whole examples. Differentiable.
    pub fn documents(&self) -> Tensor {
        let order = self.order(&[Role::Position, Role::Head, Role::Unit]);
        let documents = self.size(Role::Document);
        let rest = self.axes.iter().zip(self.shape()).filter(|(a, _)| a.role() != Role::Document).map(|(_, n)| n);
        self.tensor.permute(&order).reshape([documents, rest.product()])
    }
    /// An activation with this one's axes and shape whose [`documents`](Activation::documents) are these.
    /// Differentiable.
    ///
    /// # Errors
    /// [`Error::Shape`] when shapes differ.
    pub fn from_documents(&self, documents: &Tensor) -> Result<Self> {
        let expected = self.documents();
        if documents.shape() != expected.shape() {
            return Err(Error::Shape {
                site: "activation".into(),
                what: "a tensor of documents".into(),
                expected: expected.shape().to_vec(),
                found: documents.shape().to_vec(),
            });
        }
        Ok(self.unordered(documents, &[Role::Position, Role::Head, Role::Unit]))
    }
    /// Where a row of [`rows`](Activation::rows) comes from.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn provenance(&self, row: usize) -> Provenance {
        assert!(row < self.row_count(), "provenance: row {row} of {}", self.row_count());
        let mut from = Provenance { document: 0, position: None, head: None };
        let mut left = row;
        let mut stride = 1;
        // Axes from the last to the first: height follows width, so positions are built up from the fast end.
        for (axis, &n) in self.axes.iter().zip(self.shape()).rev() {
            let at = left % n.max(1);
            match axis.role() {
                Role::Unit => continue,
                Role::Document => from.document = at,
                Role::Head => from.head = Some(at),
                Role::Position => {
                    from.position = Some(from.position.unwrap_or(0) + at * stride);
                    stride *= n;
                }
            }
            left /= n.max(1);
        }
        from
    }
    /// Where each row of [`rows`](Activation::rows) comes from.
    pub fn provenances(&self) -> impl Iterator<Item = Provenance> + '_ {
        (0..self.row_count()).map(|row| self.provenance(row))
    }

    /// The axes of one role, by place.
    pub(crate) fn of(&self, role: Role) -> impl Iterator<Item = usize> + '_ {
        self.axes.iter().enumerate().filter(move |(_, a)| a.role() == role).map(|(i, _)| i)
    }
    /// The order of axes in which those of the `last` roles come last.
    fn order(&self, last: &[Role]) -> Vec<isize> {
        let (front, back): (Vec<usize>, Vec<usize>) =
            (0..self.axes.len()).partition(|&i| !last.contains(&self.axes[i].role()));
        front.into_iter().chain(back).map(|i| i as isize).collect()
    }
    /// Undoes [`order`](Activation::order) on something that was reshaped after it.
    fn unordered(&self, flat: &Tensor, last: &[Role]) -> Self {
        let order = self.order(last);
        let ordered: Vec<usize> = order.iter().map(|&i| self.shape()[i as usize]).collect();
        let mut back = vec![0isize; order.len()];
        order.iter().enumerate().for_each(|(to, &from)| back[from as usize] = to as isize);
        Self { tensor: flat.reshape(ordered).permute(&back), axes: self.axes.clone() }
    }
    /// The axes of one role made one axis (height and width become positions); its place, if there is such an axis.
    pub(crate) fn merged(&self, role: Role) -> Result<(Self, usize)> {
        let at: Vec<usize> = self.of(role).collect();
        let bad = |problem: String| Error::Selection { site: "activation".into(), problem };
        let (Some(&first), Some(&last)) = (at.first(), at.last()) else {
            return Err(bad(format!("axes {:?} have none for {role:?}", self.axes)));
        };
        if first == last {
            return Ok((self.clone(), first));
        }
        if last - first + 1 != at.len() {
            return Err(bad(format!("the {role:?} axes of {:?} are not neighbours", self.axes)));
        }
        let mut shape = self.shape().to_vec();
        let together = shape.drain(first..=last).product();
        shape.insert(first, together);
        let mut axes = self.axes.clone();
        axes.drain(first..=last);
        axes.insert(first, if role == Role::Position { Axis::Position } else { Axis::Unit });
        Ok((Self { tensor: self.tensor.reshape(shape), axes }, first))
    }
    pub(crate) fn misfit(&self, what: &str, found: &[usize]) -> Error {
        Error::Shape {
            site: "activation".into(),
            what: what.to_owned(),
            expected: self.shape().to_vec(),
            found: found.to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use symbolon_tensor::DType;

    fn counted(shape: &[usize], axes: &[Axis]) -> Activation {
        let n = shape.iter().product();
        Activation::new(Tensor::arange(n).to(DType::F64).reshape(shape), axes).unwrap()
    }

    #[test]
    fn rows_of_an_image_are_its_pixels() {
        let a = counted(&[2, 3, 2, 2], &[Axis::Batch, Axis::Channel, Axis::Height, Axis::Width]);
        let rows = a.rows();
        assert_eq!(rows.shape(), [8, 3]);
        // Document 1, pixel (1, 0): numbers 12 + channel * 4 + 2.
        assert_eq!(rows.get(6).to_vec::<f64>(), [14.0, 18.0, 22.0]);
        assert_eq!(a.provenance(6), Provenance { document: 1, position: Some(2), head: None });
        let back = a.from_rows(&rows).unwrap();
        assert_eq!(back.tensor().to_vec::<f64>(), a.tensor().to_vec::<f64>());
    }

    #[test]
    fn every_row_is_where_its_provenance_says() {
        let axes = [Axis::Batch, Axis::Head, Axis::Query, Axis::Key];
        let a = counted(&[2, 3, 4, 5], &axes);
        let rows = a.rows();
        for (row, from) in a.provenances().enumerate() {
            let at = (from.document, from.head.unwrap(), from.position.unwrap());
            assert_eq!(rows.get(row).to_vec::<f64>(), a.tensor().get(at).to_vec::<f64>());
        }
        let a = counted(&[2, 4, 3, 5], &[Axis::Batch, Axis::Position, Axis::Head, Axis::Unit]);
        let rows = a.rows();
        for (row, from) in a.provenances().enumerate() {
            let at = (from.document, from.position.unwrap(), from.head.unwrap());
            assert_eq!(rows.get(row).to_vec::<f64>(), a.tensor().get(at).to_vec::<f64>());
        }
    }

    #[test]
    fn documents_come_back() {
        let a = counted(&[2, 3, 2, 2], &[Axis::Channel, Axis::Batch, Axis::Height, Axis::Width]);
        let documents = a.documents();
        assert_eq!(documents.shape(), [3, 8]);
        assert_eq!(documents.get(1).to_vec::<f64>(), [4.0, 5.0, 6.0, 7.0, 16.0, 17.0, 18.0, 19.0]);
        assert_eq!(a.from_documents(&documents).unwrap().tensor().to_vec::<f64>(), a.tensor().to_vec::<f64>());
    }

    #[test]
    fn misfits_are_errors() {
        let x = Tensor::zeros([2, 3], DType::F32);
        assert!(Activation::new(x.clone(), &[Axis::Batch]).is_err());
        assert!(Activation::new(x.clone(), &[Axis::Batch, Axis::Batch]).is_err());
        let a = Activation::new(x.clone(), &[Axis::Batch, Axis::Unit]).unwrap();
        assert!(a.from_rows(&x.t()).is_err() && a.with_tensor(x.t()).is_err() && a.from_documents(&x.t()).is_err());
    }

    #[test]
    fn empty_activations_have_rows_too() {
        let a = counted(&[2, 0], &[Axis::Batch, Axis::Unit]);
        assert_eq!((a.row_count(), a.rows().shape().to_vec()), (2, vec![2, 0]));
        let a = counted(&[0, 3], &[Axis::Batch, Axis::Unit]);
        assert_eq!((a.row_count(), a.rows().shape().to_vec()), (0, vec![0, 3]));
    }
}
