//! Picking numbers out and adding them back: ranges, index lists, embeddings.
//!
//! Indices are `I64` tensors. An index beyond its axis is a programmer's error and stops with the operation named;
//! check indices that come from users with [`Tensor::checked_indices`].

use super::view::Ranges;
use crate::dtype::DType;
use crate::engine::{self, Update};
use crate::error::{Error, Result};
use crate::kernels;
use crate::op::Op;
use crate::shape::{self, Shape};
use crate::tape::{Keep, record};
use crate::tensor::Tensor;
use smallvec::{SmallVec, smallvec};
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo};

/// What to take of one axis: an entry (the axis disappears) or a range of them. Negative numbers count from the back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// One entry.
    At(isize),
    /// From, to (not included; `None` is the end), step.
    Range(isize, Option<isize>, usize),
}

/// What to take of the leading axes: one [`Cut`] or a tuple of them; axes that are not named are taken whole.
pub trait Cuts {
    /// The cuts in order.
    fn cuts(self) -> SmallVec<[Cut; 6]>;
}

impl Cuts for Cut {
    fn cuts(self) -> SmallVec<[Cut; 6]> {
        smallvec![self]
    }
}
impl From<RangeFull> for Cut {
    fn from(_: RangeFull) -> Self {
        Cut::Range(0, None, 1)
    }
}
macro_rules! cut_from {
    ($($t:ty),*) => { $(
        impl From<$t> for Cut { fn from(i: $t) -> Self { Cut::At(i as isize) } }
        impl From<Range<$t>> for Cut { fn from(r: Range<$t>) -> Self { Cut::Range(r.start as isize, Some(r.end as isize), 1) } }
        impl From<RangeInclusive<$t>> for Cut {
            fn from(r: RangeInclusive<$t>) -> Self {
                let end = *r.end() as isize;
                Cut::Range(*r.start() as isize, (end != -1).then_some(end + 1), 1)
            }
        }
        impl From<RangeFrom<$t>> for Cut { fn from(r: RangeFrom<$t>) -> Self { Cut::Range(r.start as isize, None, 1) } }
        impl From<RangeTo<$t>> for Cut { fn from(r: RangeTo<$t>) -> Self { Cut::Range(0, Some(r.end as isize), 1) } }
        single!($t, Range<$t>, RangeInclusive<$t>, RangeFrom<$t>, RangeTo<$t>);
    )* };
}
macro_rules! single {
    ($($t:ty),*) => { $(impl Cuts for $t { fn cuts(self) -> SmallVec<[Cut; 6]> { smallvec![self.into()] } })* };
}
single!(RangeFull);
cut_from!(usize, isize, i32);
macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: Into<Cut>),*> Cuts for ($($name,)*) {
            #[allow(non_snake_case)]
            fn cuts(self) -> SmallVec<[Cut; 6]> {
                let ($($name,)*) = self;
                smallvec![$($name.into()),*]
            }
        }
    };
}
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);

/// Ranges for every axis, and which axes disappear.
#[track_caller]
pub(crate) fn resolve(op: &str, shape: &[usize], at: impl Cuts) -> (Ranges, SmallVec<[usize; 6]>) {
    let cuts = at.cuts();
    assert!(cuts.len() <= shape.len(), "{op}: {} cuts for shape {shape:?}", cuts.len());
    let mut gone = SmallVec::new();
    let mut ranges: Ranges = shape.iter().map(|&n| (0, n, 1)).collect();
    for (i, cut) in cuts.into_iter().enumerate() {
        let n = shape[i] as isize;
        let from_back = |k: isize| if k < 0 { k + n } else { k };
        match cut {
            Cut::At(k) => {
                let at = from_back(k);
                assert!((0..n).contains(&at), "{op}: entry {k} of axis {i} is outside shape {shape:?}");
                ranges[i] = (at as usize, at as usize + 1, 1);
                gone.push(i);
            }
            Cut::Range(a, b, by) => {
                let (a, b) = (from_back(a), b.map_or(n, from_back));
                assert!(
                    0 <= a && a <= b && b <= n && by > 0,
                    "{op}: range {a}..{b} of axis {i} is outside shape {shape:?}"
                );
                ranges[i] = (a as usize, b as usize, by);
            }
        }
    }
    (ranges, gone)
}

/// The part's shape without axes cut down to one entry, for values given in that form.
pub(crate) fn resolve_shape(ranges: &Ranges, part: &[usize], whole: &[usize]) -> Shape {
    (0..part.len())
        .filter(|&i| part[i] != 1 || (whole[i] == 1 && ranges[i].1 - ranges[i].0 == 1))
        .map(|i| part[i])
        .collect()
}

impl Tensor {
    /// Entries and ranges of the leading axes: `x.get(0)`, `x.get((.., 1..3))`, `x.get((0, .., -1))`.
    ///
    /// # Panics
    /// When an entry or range lies outside its axis.
    #[track_caller]
    pub fn get(&self, at: impl Cuts) -> Tensor {
        let (ranges, gone) = resolve("get", &self.shape, at);
        let part = self.cut(ranges);
        let to: Shape = (0..part.rank()).filter(|i| !gone.contains(i)).map(|i| part.shape[i]).collect();
        part.reshape(to)
    }
    /// Indices from user data, each checked to lie in `0..size`.
    ///
    /// # Errors
    /// [`Error::Index`] for the first one that does not, [`Error::Length`] when the shape does not fit.
    pub fn checked_indices(values: Vec<i64>, shape: impl AsRef<[usize]>, size: usize) -> Result<Tensor> {
        match values.iter().find(|&&v| v < 0 || v as usize >= size) {
            Some(&index) => Err(Error::Index { op: "indices", index, size }),
            None => Tensor::new(values, shape),
        }
    }
    #[track_caller]
    fn check_indices(op: &'static str, indices: &Tensor, size: usize) {
        assert_eq!(indices.dtype(), DType::I64, "{op}: indices are I64 numbers");
        if engine::on_cpu(&indices.raw) {
            let dense = engine::dense(&indices.raw);
            let bad = engine::slice::<i64>(&dense).iter().find(|&&i| i < 0 || i as usize >= size);
            assert!(bad.is_none(), "{op}: index {} is outside 0..{size}", bad.unwrap());
        }
    }
    /// Whole slices along an axis, in the order of a list of indices.
    #[track_caller]
    pub fn index_select(&self, axis: isize, indices: &Tensor) -> Tensor {
        let at = shape::axis("index_select", &self.shape, axis);
        assert_eq!(indices.rank(), 1, "index_select: indices form a list, not shape {:?}", indices.shape);
        Self::check_indices("index_select", indices, self.shape[at]);
        let mut to = self.shape.clone();
        to[at] = indices.len();
        let raw = match shape::count(&to) {
            0 => engine::full(&to, 0.0, self.dtype(), self.device()),
            _ => engine::select(self.raw.clone(), at, indices.raw.clone()),
        };
        if !self.dtype().is_float() {
            return Tensor::constant(raw);
        }
        let indices = indices.clone();
        record(Op::new("index_select").ints("axis", [at]), &[self], raw, Keep::NOTHING, move |s| {
            let g = s.cotangent();
            let zeros = Tensor::full_on(s.input_shape(0), 0.0, g.dtype(), g.device());
            smallvec![Some(zeros.index_add(at as isize, &indices, g))]
        })
    }
    /// This with slices of `source` added along an axis; an index may occur several times.
    #[track_caller]
    pub fn index_add(&self, axis: isize, indices: &Tensor, source: &Tensor) -> Tensor {
        let at = shape::axis("index_add", &self.shape, axis);
        super::same_kind("index_add", self, source);
        Self::check_indices("index_add", indices, self.shape[at]);
        let mut want = self.shape.clone();
        want[at] = indices.len();
        assert_eq!(source.shape(), want.as_slice(), "index_add: source's shape for {:?}", self.shape);
        if source.is_empty() {
            return self.clone();
        }
        let raw = kernels::rows::index_add(&self.raw, at, &indices.raw, &source.raw)
            .unwrap_or_else(|| engine::select_add(self.raw.clone(), at, indices.raw.clone(), source.raw.clone()));
        if !self.dtype().is_float() {
            return Tensor::constant(raw);
        }
        let indices = indices.clone();
        record(Op::new("index_add").ints("axis", [at]), &[self, source], raw, Keep::NOTHING, move |s| {
            let g = s.cotangent();
            smallvec![s.needs(0).then(|| g.clone()), s.needs(1).then(|| g.index_select(at as isize, &indices))]
        })
    }
    /// One number for each index: `out[i][j] = self[i][indices[i][j]]` along the axis.
    ///
    /// # Panics
    /// Unless the index tensor has this tensor's shape beside the axis.
    #[track_caller]
    pub fn gather(&self, axis: isize, indices: &Tensor) -> Tensor {
        let at = self.beside("gather", axis, indices);
        let raw = match indices.is_empty() {
            true => engine::full(&indices.shape, 0.0, self.dtype(), self.device()),
            false => engine::gather(self.raw.clone(), at, indices.raw.clone()),
        };
        if !self.dtype().is_float() {
            return Tensor::constant(raw);
        }
        let indices = indices.clone();
        record(Op::new("gather").ints("axis", [at]), &[self], raw, Keep::NOTHING, move |s| {
            let g = s.cotangent();
            let zeros = Tensor::full_on(s.input_shape(0), 0.0, g.dtype(), g.device());
            smallvec![Some(zeros.scatter_add(at as isize, &indices, g))]
        })
    }
    #[track_caller]
    fn beside(&self, op: &'static str, axis: isize, indices: &Tensor) -> usize {
        let at = shape::axis(op, &self.shape, axis);
        let fits =
            indices.rank() == self.rank() && (0..self.rank()).all(|i| i == at || indices.shape[i] == self.shape[i]);
        assert!(fits, "{op}: index shape {:?} differs from {:?} beside axis {axis}", indices.shape, self.shape);
        Self::check_indices(op, indices, self.shape[at]);
        at
    }
    /// This with numbers added where the indices say; the reverse of [`gather`](Tensor::gather).
    #[track_caller]
    pub fn scatter_add(&self, axis: isize, indices: &Tensor, source: &Tensor) -> Tensor {
        let at = self.beside("scatter_add", axis, indices);
        super::same_kind("scatter_add", self, source);
        assert_eq!(source.shape, indices.shape, "scatter_add: source and index shapes");
        if source.is_empty() {
            return self.clone();
        }
        let raw = engine::scatter(self.raw.clone(), at, indices.raw.clone(), source.raw.clone(), Update::Add);
        if !self.dtype().is_float() {
            return Tensor::constant(raw);
        }
        let indices = indices.clone();
        record(Op::new("scatter_add").ints("axis", [at]), &[self, source], raw, Keep::NOTHING, move |s| {
            let g = s.cotangent();
            smallvec![s.needs(0).then(|| g.clone()), s.needs(1).then(|| g.gather(at as isize, &indices))]
        })
    }
    /// This with numbers replaced where the indices say. An index that occurs twice keeps one of its values.
    #[track_caller]
    pub fn scatter(&self, axis: isize, indices: &Tensor, source: &Tensor) -> Tensor {
        let at = self.beside("scatter", axis, indices);
        super::same_kind("scatter", self, source);
        assert_eq!(source.shape, indices.shape, "scatter: source and index shapes");
        if source.is_empty() {
            return self.clone();
        }
        let raw = engine::scatter(self.raw.clone(), at, indices.raw.clone(), source.raw.clone(), Update::Assign);
        if !self.dtype().is_float() {
            return Tensor::constant(raw);
        }
        let indices = indices.clone();
        record(Op::new("scatter").ints("axis", [at]), &[self, source], raw, Keep::NOTHING, move |s| {
            let g = s.cotangent();
            let zeros = Tensor::full_on(indices.shape(), 0.0, g.dtype(), g.device());
            smallvec![
                s.needs(0).then(|| g.scatter(at as isize, &indices, &zeros)),
                s.needs(1).then(|| g.gather(at as isize, &indices))
            ]
        })
    }
    /// Rows of a table, one for each index: shape `[..indices, width]`.
    ///
    /// # Panics
    /// Unless the table is a matrix and every index lies within it.
    #[track_caller]
    pub fn embedding(&self, indices: &Tensor) -> Tensor {
        assert_eq!(self.rank(), 2, "embedding: a table has two axes, not shape {:?}", self.shape);
        let mut to: Shape = indices.shape.clone();
        to.push(self.shape[1]);
        self.index_select(0, &indices.reshape([indices.len()])).reshape(to)
    }
    /// Ones where the index says, zeros elsewhere, along a new last axis of length `n`.
    ///
    /// # Panics
    /// When an index is outside `0..n`.
    #[track_caller]
    pub fn one_hot(&self, n: usize, dtype: DType) -> Tensor {
        Self::check_indices("one_hot", self, n);
        let classes = Tensor::arange(n).to_device(self.device());
        self.unsqueeze(-1).eq(&classes).to(dtype)
    }
}
