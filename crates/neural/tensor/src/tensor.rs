//! The tensor: numbers in any number of axes, cheap to clone, knowing how they were made.

use crate::device::Device;
use crate::dtype::DType;
use crate::engine::{self, Number, Raw};
use crate::error::{Error, Result};
use crate::shape::{Shape, count};
use crate::tape::{Keep, Node, record, record_named};
use smallvec::smallvec;
use std::sync::Arc;

/// Numbers of one kind along any number of axes.
///
/// A clone shares the numbers. Results know how they were made while a [`variable`](Tensor::variable) is among their
/// ancestors; see [`tape`](crate::tape). Nothing changes a tensor's numbers while somebody else can see them.
///
/// ```
/// use symbolon_tensor::Tensor;
/// let x = Tensor::from([[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]]);
/// let y = &x * 2.0 + x.sum_axis(-1, true);
/// assert_eq!(y.shape(), [2, 3]);
/// assert_eq!(y.get((0, 1..)).to_vec::<f32>(), [10.0, 12.0]);
/// ```
#[derive(Clone)]
pub struct Tensor {
    pub(crate) raw: Raw,
    pub(crate) shape: Shape,
    pub(crate) node: Option<Arc<Node>>,
}

/// What it is.
impl Tensor {
    pub(crate) fn constant(raw: Raw) -> Self {
        let shape = engine::shape(&raw);
        Self { raw, shape, node: None }
    }
    /// Sizes along each axis.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }
    /// How many axes there are.
    pub fn rank(&self) -> usize {
        self.shape.len()
    }
    /// The size along one axis, which may count from the back.
    #[track_caller]
    pub fn size(&self, axis: isize) -> usize {
        self.shape[crate::shape::axis("size", &self.shape, axis)]
    }
    /// How many numbers there are.
    pub fn len(&self) -> usize {
        count(&self.shape)
    }
    /// Whether some axis has length zero.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The kind of number.
    pub fn dtype(&self) -> DType {
        engine::dtype(&self.raw)
    }
    /// Where the numbers live.
    pub fn device(&self) -> Device {
        engine::device(&self.raw)
    }
    /// Whether the tape knows how this was made, so that it can be differentiated.
    pub fn is_recorded(&self) -> bool {
        self.node.is_some()
    }
    /// The name given with [`named`](Tensor::named) or [`variable_named`](Tensor::variable_named).
    pub fn name(&self) -> Option<&str> {
        self.node.as_ref().and_then(|n| n.name.as_deref())
    }
}

/// Making them.
impl Tensor {
    /// A tensor from its numbers in row-major order (the last axis runs fastest).
    ///
    /// # Errors
    /// [`Error::Length`] when there are more or fewer numbers than the shape asks for.
    pub fn new<T: Number>(values: Vec<T>, shape: impl AsRef<[usize]>) -> Result<Self> {
        let shape = shape.as_ref();
        let asked = shape.iter().try_fold(1usize, |a, &b| a.checked_mul(b));
        match asked == Some(values.len()) {
            true => Ok(Self::constant(engine::from_vec(values, shape))),
            false => Err(Error::Length { shape: shape.to_vec(), found: values.len() }),
        }
    }
    /// As [`Tensor::new`], for lists whose length is known to be right.
    #[track_caller]
    pub(crate) fn of<T: Number>(values: Vec<T>, shape: &[usize]) -> Self {
        assert_eq!(values.len(), count(shape), "{} values for shape {shape:?}", values.len());
        Self::constant(engine::from_vec(values, shape))
    }
    /// A matrix from rows.
    ///
    /// # Errors
    /// [`Error::Ragged`] when the rows have different lengths.
    pub fn from_rows<T: Number>(rows: &[Vec<T>]) -> Result<Self> {
        let expected = rows.first().map_or(0, Vec::len);
        if let Some((row, r)) = rows.iter().enumerate().find(|(_, r)| r.len() != expected) {
            return Err(Error::Ragged { row, found: r.len(), expected });
        }
        Self::new(rows.concat(), [rows.len(), expected])
    }
    /// Truth values in row-major order.
    ///
    /// # Errors
    /// [`Error::Length`] when there are more or fewer values than the shape asks for.
    pub fn from_bools(values: Vec<bool>, shape: impl AsRef<[usize]>) -> Result<Self> {
        let shape = shape.as_ref();
        match count(shape) == values.len() {
            true => Ok(Self::constant(engine::from_bools(values, shape))),
            false => Err(Error::Length { shape: shape.to_vec(), found: values.len() }),
        }
    }
    /// A single number, rank 0.
    pub fn scalar<T: Number>(value: T) -> Self {
        Self::of(vec![value], &[])
    }
    /// The same number everywhere.
    pub fn full(shape: impl AsRef<[usize]>, value: f64, dtype: DType) -> Self {
        Self::full_on(shape, value, dtype, Device::Cpu)
    }
    /// The same number everywhere, on a device.
    pub fn full_on(shape: impl AsRef<[usize]>, value: f64, dtype: DType, device: Device) -> Self {
        Self::constant(engine::full(shape.as_ref(), value, dtype, device))
    }
    /// Zeros.
    pub fn zeros(shape: impl AsRef<[usize]>, dtype: DType) -> Self {
        Self::full(shape, 0.0, dtype)
    }
    /// Ones.
    pub fn ones(shape: impl AsRef<[usize]>, dtype: DType) -> Self {
        Self::full(shape, 1.0, dtype)
    }
    /// Zeros with this tensor's shape, kind and device.
    pub fn zeros_like(&self) -> Self {
        self.full_like(0.0)
    }
    /// Ones with this tensor's shape, kind and device.
    pub fn ones_like(&self) -> Self {
        self.full_like(1.0)
    }
    /// The same number everywhere, with this tensor's shape, kind and device.
    pub fn full_like(&self, value: f64) -> Self {
        Self::full_on(&self.shape, value, self.dtype(), self.device())
    }
    /// `0, 1, .., n-1` as indices.
    pub fn arange(n: usize) -> Self {
        Self::of((0..n as i64).collect(), &[n])
    }
    /// `n` numbers from `from` to `to`, both included, equally spaced.
    pub fn linspace(from: f64, to: f64, n: usize, dtype: DType) -> Self {
        let step = if n > 1 { (to - from) / (n - 1) as f64 } else { 0.0 };
        Self::of((0..n).map(|i| from + step * i as f64).collect::<Vec<f64>>(), &[n]).to(dtype)
    }
    /// The identity matrix.
    pub fn eye(n: usize, dtype: DType) -> Self {
        let mut v = vec![0.0f64; n * n];
        v.iter_mut().step_by(n + 1).for_each(|x| *x = 1.0);
        Self::of(v, &[n, n]).to(dtype)
    }
}

/// Numbers out.
impl Tensor {
    /// All numbers in row-major order, converted to `T` where the kinds differ.
    pub fn to_vec<T: Number>(&self) -> Vec<T> {
        let raw = engine::dense(&engine::cast(self.raw.clone(), T::DTYPE));
        engine::slice::<T>(&raw).to_vec()
    }
    /// Truth values in row-major order; numbers count as true unless they are zero.
    pub fn to_bools(&self) -> Vec<bool> {
        let raw = engine::dense(&engine::cast(self.raw.clone(), DType::Bool));
        engine::bytes(&raw).iter().map(|&b| b != 0).collect()
    }
    /// The only number.
    ///
    /// # Panics
    /// When there are several or none.
    #[track_caller]
    pub fn item(&self) -> f64 {
        assert_eq!(self.len(), 1, "item: shape {:?} holds {} numbers, not one", self.shape, self.len());
        self.to_vec::<f64>()[0]
    }
    /// Bytes of the numbers in row-major order, in the machine's byte order.
    pub fn to_bytes(&self) -> Vec<u8> {
        engine::bytes(&engine::dense(&self.raw)).to_vec()
    }
}

/// Their place on the tape.
impl Tensor {
    /// The same numbers as the start of a recording: gradients can be asked for with respect to the result.
    ///
    /// # Panics
    /// When the numbers are not floating point.
    #[track_caller]
    pub fn variable(&self) -> Self {
        self.leaf(None)
    }
    /// As [`variable`](Tensor::variable), with a name for listings and rules.
    #[track_caller]
    pub fn variable_named(&self, name: &str) -> Self {
        self.leaf(Some(name.into()))
    }
    #[track_caller]
    fn leaf(&self, name: Option<Arc<str>>) -> Self {
        assert!(self.dtype().is_float(), "variable: {:?} numbers have no gradient", self.dtype());
        let x = self.detach();
        let node = Node::leaf(&x, name);
        Self { node: Some(node), ..x }
    }
    /// The same numbers without history: no gradient flows back through the result.
    pub fn detach(&self) -> Self {
        Self { raw: self.raw.clone(), shape: self.shape.clone(), node: None }
    }
    /// The same numbers under a name, as a node of its own: a site that gradients, rules and listings can refer to.
    pub fn named(&self, name: &str) -> Self {
        self.alias(Some(name.into()))
    }
    /// The same numbers as a new node.
    pub(crate) fn alias(&self, name: Option<Arc<str>>) -> Self {
        record_named("identity", name, &[self], self.raw.clone(), Keep::NOTHING, |s| {
            smallvec![Some(s.cotangent().clone())]
        })
    }
    /// Replaces the numbers of a variable after an optimiser step; the variable keeps its place on the tape.
    pub(crate) fn set_raw(&mut self, raw: Raw) {
        debug_assert_eq!(engine::shape(&raw), self.shape);
        self.raw = raw;
    }
}

/// Other kinds and places.
impl Tensor {
    /// The same numbers in another kind; floating point to whole numbers cuts towards zero.
    pub fn to(&self, dtype: DType) -> Self {
        let from = self.dtype();
        if from == dtype {
            return self.clone();
        }
        let raw = engine::cast(self.raw.clone(), dtype);
        if !(from.is_float() && dtype.is_float()) {
            return Self::constant(raw);
        }
        record("to", &[self], raw, Keep::NOTHING, move |s| smallvec![Some(s.cotangent().to(from))])
    }
    /// The same numbers on another device.
    pub fn to_device(&self, device: Device) -> Self {
        let from = self.device();
        if from == device {
            return self.clone();
        }
        let raw = engine::to_device(self.raw.clone(), device);
        match self.dtype().is_float() {
            true => record("to_device", &[self], raw, Keep::NOTHING, move |s| {
                smallvec![Some(s.cotangent().to_device(from))]
            }),
            false => Self::constant(raw),
        }
    }
}

impl<T: Number> From<T> for Tensor {
    fn from(x: T) -> Self {
        Self::scalar(x)
    }
}
impl<T: Number, const A: usize> From<[T; A]> for Tensor {
    fn from(x: [T; A]) -> Self {
        Self::of(x.to_vec(), &[A])
    }
}
impl<T: Number, const A: usize, const B: usize> From<[[T; B]; A]> for Tensor {
    fn from(x: [[T; B]; A]) -> Self {
        Self::of(x.into_iter().flatten().collect(), &[A, B])
    }
}
impl<T: Number, const A: usize, const B: usize, const C: usize> From<[[[T; C]; B]; A]> for Tensor {
    fn from(x: [[[T; C]; B]; A]) -> Self {
        Self::of(x.into_iter().flatten().flatten().collect(), &[A, B, C])
    }
}
impl<T: Number> From<Vec<T>> for Tensor {
    fn from(x: Vec<T>) -> Self {
        let n = x.len();
        Self::of(x, &[n])
    }
}
impl<T: Number> From<&[T]> for Tensor {
    fn from(x: &[T]) -> Self {
        Self::of(x.to_vec(), &[x.len()])
    }
}
