//! The engine: the file that calls burn (`device.rs` and `dtype.rs` only translate names).
//!
//! A [`Raw`] is burn's rank-free handle on numbers, on whatever device, with no gradients. Everything above this file
//! speaks of [`Tensor`](crate::Tensor)s; everything burn does for us is listed here, thin and unrecorded. On the
//! processor the numbers can also be reached as slices ([`slice`]), which is how our own kernels work.

use crate::device::Device;
use crate::dtype::DType;
use crate::shape::Shape;
use burn::backend::ops::{ActivationOps, BoolTensorOps, FloatTensorOps, IntTensorOps};
use burn::backend::{
    BackendTensor, BoolDType, Bytes, Dispatch, DispatchTensor, DispatchTensorKind, Element, FloatDType, IntDType,
    Scalar, Slice, TensorData, TensorMetadata, flex::FlexTensor,
};

use burn::tensor::Shape as BurnShape;

pub(crate) use burn::backend::{bf16, f16};
pub(crate) use burn::tensor::IndexingUpdateOp as Update;

/// Numbers somewhere, without history.
pub(crate) type Raw = DispatchTensor;

/// Rust types that tensors can hold.
pub trait Number: Element + bytemuck::Pod + Copy + PartialOrd + Send + Sync + 'static {
    /// The tensor kind that holds it.
    const DTYPE: DType;
}
macro_rules! numbers { ($($t:ty => $d:ident),*) => { $(impl Number for $t { const DTYPE: DType = DType::$d; })* } }
numbers!(f64 => F64, f32 => F32, f16 => F16, bf16 => BF16, i64 => I64, i32 => I32, u8 => U8);

pub(crate) fn dtype(x: &Raw) -> DType {
    DType::of(x.dtype())
}

pub(crate) fn shape(x: &Raw) -> Shape {
    x.shape().iter().copied().collect()
}

pub(crate) fn device(x: &Raw) -> Device {
    match &x.kind {
        DispatchTensorKind::Flex(_) => Device::Cpu,
        #[cfg(feature = "vulkan")]
        _ => Device::of(&x.device()),
    }
}

fn float_dtype(d: DType) -> FloatDType {
    d.burn().into()
}

fn int_dtype(d: DType) -> IntDType {
    d.burn().into()
}

/// How true and false are stored beside these numbers: a byte each, or a word each on graphics cards.
fn bools(x: &Raw) -> BoolDType {
    bools_on(device(x))
}

fn bools_on(device: Device) -> BoolDType {
    match device {
        Device::Cpu => BoolDType::Native,
        Device::Gpu(_) => BoolDType::U32,
    }
}

const INDEX: IntDType = IntDType::I64;

fn burn_shape(s: &[usize]) -> BurnShape {
    BurnShape::from(s.to_vec())
}

fn wrap(x: FlexTensor) -> Raw {
    let kind = match DType::of(x.dtype()) {
        d if d.is_float() => BackendTensor::Float(x),
        DType::Bool => BackendTensor::Bool(x),
        _ => BackendTensor::Int(x),
    };
    DispatchTensor { kind: DispatchTensorKind::Flex(kind), autodiff: Default::default() }
}

fn flex(x: &Raw) -> Option<&FlexTensor> {
    match &x.kind {
        DispatchTensorKind::Flex(BackendTensor::Float(t) | BackendTensor::Int(t) | BackendTensor::Bool(t)) => Some(t),
        _ => None,
    }
}

fn flex_mut(x: &mut Raw) -> Option<&mut FlexTensor> {
    match &mut x.kind {
        DispatchTensorKind::Flex(BackendTensor::Float(t) | BackendTensor::Int(t) | BackendTensor::Bool(t)) => Some(t),
        _ => None,
    }
}

/// A tensor on the processor from its numbers in row-major order.
pub(crate) fn from_vec<T: Number>(values: Vec<T>, shape: &[usize]) -> Raw {
    debug_assert_eq!(values.len(), crate::shape::count(shape));
    wrap(FlexTensor::from_data(TensorData::new(values, burn_shape(shape))))
}

/// True and false, one byte each.
pub(crate) fn from_bools(values: Vec<bool>, shape: &[usize]) -> Raw {
    wrap(FlexTensor::from_data(TensorData::new(values, burn_shape(shape))))
}

/// A tensor from bytes in the machine's order; the length has been checked.
pub(crate) fn from_bytes(bytes: Vec<u8>, shape: &[usize], dtype: DType) -> Raw {
    wrap(FlexTensor::from_data(TensorData::from_bytes(Bytes::from_bytes_vec(bytes), burn_shape(shape), dtype.burn())))
}

/// The numbers in row-major order and memory of their own, on the processor.
pub(crate) fn dense(x: &Raw) -> Raw {
    match flex(x) {
        Some(t) if t.as_slice_any() => x.clone(),
        Some(t) => {
            let copied = match dtype(x) {
                DType::F32 => runs::<f32>(t),
                DType::F64 => runs::<f64>(t),
                DType::I64 => runs::<i64>(t),
                _ => None,
            };
            copied.unwrap_or_else(|| wrap(t.to_contiguous()))
        }
        None => to_device(x.clone(), Device::Cpu),
    }
}

/// Copies a layout whose last axis lies in one piece, run by run; `None` for others. Runs this way are six times as
/// fast as the engine's own copy.
fn runs<T: Number>(t: &FlexTensor) -> Option<Raw> {
    let (shape, strides) = (t.layout().shape(), t.layout().strides());
    let run = *shape.iter().last()?;
    let n: usize = shape.iter().product();
    if strides.last() != Some(&1) || run < 8 || n == 0 {
        return None;
    }
    let outer = shape.num_dims() - 1;
    let from = t.storage::<T>();
    let mut out = Vec::with_capacity(n);
    let mut at = vec![0usize; outer];
    let mut offset = t.layout().start_offset() as isize;
    'all: loop {
        out.extend_from_slice(&from[offset as usize..offset as usize + run]);
        for axis in (0..outer).rev() {
            at[axis] += 1;
            offset += strides[axis];
            if at[axis] < shape[axis] {
                continue 'all;
            }
            offset -= strides[axis] * shape[axis] as isize;
            at[axis] = 0;
        }
        break;
    }
    Some(from_vec(out, &self::shape_of(t)))
}

fn shape_of(t: &FlexTensor) -> Shape {
    t.layout().shape().iter().copied().collect()
}

trait Dense {
    fn as_slice_any(&self) -> bool;
}
impl Dense for FlexTensor {
    fn as_slice_any(&self) -> bool {
        self.layout().contiguous_offsets().is_some()
    }
}

/// The numbers of a dense tensor on the processor (see [`dense`]).
pub(crate) fn slice<T: Number>(x: &Raw) -> &[T] {
    flex(x).and_then(|t| t.as_slice::<T>()).expect("a dense tensor of this kind on the processor")
}

/// How the numbers of a tensor on the processor lie: from its first number on, and how far apart along each axis.
pub(crate) struct Laid<'a, T> {
    pub(crate) numbers: &'a [T],
    pub(crate) steps: Shape,
}

/// Where the numbers are, whatever their order; `None` elsewhere than on the processor and for axes that run backwards.
pub(crate) fn laid<T: Number>(x: &Raw) -> Option<Laid<'_, T>> {
    let t = flex(x)?;
    let steps = t.layout().strides().iter().map(|&s| usize::try_from(s).ok()).collect::<Option<Shape>>()?;
    Some(Laid { numbers: &t.storage::<T>()[t.layout().start_offset()..], steps })
}

/// Bytes of a dense tensor on the processor, booleans as 0 and 1.
pub(crate) fn bytes(x: &Raw) -> &[u8] {
    let t = flex(x).expect("a tensor on the processor");
    let (from, to) = t.layout().contiguous_offsets().expect("a dense tensor");
    let size = dtype(x).size();
    &t.bytes()[from * size..to * size]
}

/// Runs `f` on the numbers in place, copying them first if anything else holds them.
pub(crate) fn modify<T: Number>(x: &mut Raw, f: impl FnOnce(&mut [T])) {
    let n = crate::shape::count(&shape(x));
    let fits = flex(x).is_some_and(|t| {
        t.layout().contiguous_offsets() == Some((0, n)) && t.bytes().len() == n * std::mem::size_of::<T>()
    });
    if !fits {
        let copy = slice::<T>(&dense(x)).to_vec();
        *x = from_vec(copy, &shape(x));
    }
    f(flex_mut(x).expect("a tensor on the processor").storage_mut::<T>())
}

/// Whether our own slice kernels can work on it.
pub(crate) fn on_cpu(x: &Raw) -> bool {
    flex(x).is_some()
}

pub(crate) fn to_device(x: Raw, device: Device) -> Raw {
    let there = device.burn();
    match dtype(&x) {
        d if d.is_float() => Dispatch::float_to_device(x, &there),
        // Stored in another way there: carried over as numbers.
        DType::Bool if self::device(&x) != device => {
            let numbers = Dispatch::bool_into_int(x, IntDType::I32);
            let numbers = Dispatch::int_to_device(numbers, &there);
            Dispatch::int_not_equal_elem(numbers, Scalar::Int(0), bools_on(device))
        }
        DType::Bool => x,
        _ => Dispatch::int_to_device(x, &there),
    }
}

pub(crate) fn full(shape: &[usize], value: f64, dtype: DType, device: Device) -> Raw {
    let (s, there) = (burn_shape(shape), device.burn());
    match dtype {
        d if d.is_float() => Dispatch::float_full(s, Scalar::Float(value), &there, float_dtype(d)),
        DType::Bool if value == 0.0 => Dispatch::bool_zeros(s, &there, bools_on(device)),
        DType::Bool => Dispatch::bool_ones(s, &there, bools_on(device)),
        d => Dispatch::int_full(s, Scalar::Int(value as i64), &there, int_dtype(d)),
    }
}

pub(crate) fn cast(x: Raw, to: DType) -> Raw {
    let (from, bools) = (dtype(&x), bools(&x));
    match (from, to) {
        (a, b) if a == b => x,
        (a, b) if a.is_float() && b.is_float() => Dispatch::float_cast(x, float_dtype(b)),
        (a, b) if a.is_float() && b.is_int() => Dispatch::float_into_int(x, int_dtype(b)),
        (a, DType::Bool) if a.is_float() => Dispatch::float_not_equal_elem(x, Scalar::Float(0.0), bools),
        (DType::Bool, b) if b.is_float() => Dispatch::bool_into_float(x, float_dtype(b)),
        (DType::Bool, b) => Dispatch::bool_into_int(x, int_dtype(b)),
        (_, DType::Bool) => Dispatch::int_not_equal_elem(x, Scalar::Int(0), bools),
        (_, b) if b.is_float() => Dispatch::int_into_float(x, float_dtype(b)),
        (_, b) => Dispatch::int_cast(x, int_dtype(b)),
    }
}

/// One structural operation for all three kinds of tensor.
macro_rules! any {
    ($x:expr, $float:ident, $int:ident, $bool:ident $(, $arg:expr)*) => {{
        let x = $x;
        match dtype(&x) {
            d if d.is_float() => Dispatch::$float(x $(, $arg)*),
            DType::Bool => Dispatch::$bool(x $(, $arg)*),
            _ => Dispatch::$int(x $(, $arg)*),
        }
    }};
}

pub(crate) fn reshape(x: Raw, to: &[usize]) -> Raw {
    any!(x, float_reshape, int_reshape, bool_reshape, burn_shape(to))
}
pub(crate) fn permute(x: Raw, axes: &[usize]) -> Raw {
    any!(x, float_permute, int_permute, bool_permute, axes)
}
pub(crate) fn expand(x: Raw, to: &[usize]) -> Raw {
    any!(x, float_expand, int_expand, bool_expand, burn_shape(to))
}
pub(crate) fn flip(x: Raw, axes: &[usize]) -> Raw {
    any!(x, float_flip, int_flip, bool_flip, axes)
}
/// One range with a step along each axis.
pub(crate) fn cut(x: Raw, ranges: &[(usize, usize, usize)]) -> Raw {
    let s: Vec<Slice> =
        ranges.iter().map(|&(a, b, by)| Slice::new(a as isize, Some(b as isize), by as isize)).collect();
    any!(x, float_slice, int_slice, bool_slice, &s)
}
/// `x` with the numbers of such a range replaced.
pub(crate) fn put(x: Raw, ranges: &[(usize, usize, usize)], value: Raw) -> Raw {
    let s: Vec<Slice> =
        ranges.iter().map(|&(a, b, by)| Slice::new(a as isize, Some(b as isize), by as isize)).collect();
    any!(x, float_slice_assign, int_slice_assign, bool_slice_assign, &s, value)
}
pub(crate) fn cat(parts: Vec<Raw>, axis: usize) -> Raw {
    match dtype(&parts[0]) {
        d if d.is_float() => Dispatch::float_cat(parts, axis),
        DType::Bool => Dispatch::bool_cat(parts, axis),
        _ => Dispatch::int_cat(parts, axis),
    }
}
/// Whole slices along an axis, chosen by a list of indices.
pub(crate) fn select(x: Raw, axis: usize, indices: Raw) -> Raw {
    any!(x, float_select, int_select, bool_select, axis, indices)
}
/// Adds `value`'s slices to the chosen slices of `x`.
pub(crate) fn select_add(x: Raw, axis: usize, indices: Raw, value: Raw) -> Raw {
    match dtype(&x).is_float() {
        true => Dispatch::float_select_assign(x, axis, indices, value, Update::Add),
        false => Dispatch::int_select_assign(x, axis, indices, value, Update::Add),
    }
}
pub(crate) fn gather(x: Raw, axis: usize, indices: Raw) -> Raw {
    match dtype(&x) {
        d if d.is_float() => Dispatch::float_gather(axis, x, indices),
        DType::Bool => Dispatch::bool_gather(axis, x, indices),
        _ => Dispatch::int_gather(axis, x, indices),
    }
}
pub(crate) fn scatter(x: Raw, axis: usize, indices: Raw, value: Raw, update: Update) -> Raw {
    match dtype(&x).is_float() {
        true => Dispatch::float_scatter(axis, x, indices, value, update),
        false => Dispatch::int_scatter(axis, x, indices, value, update),
    }
}
/// `value` where the mask is true, `x` elsewhere; equal shapes.
pub(crate) fn mask_where(x: Raw, mask: Raw, value: Raw) -> Raw {
    any!(x, float_mask_where, int_mask_where, bool_mask_where, mask, value)
}

/// The four elementwise operations of two tensors, broadcasting equal ranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arith {
    Add,
    Sub,
    Mul,
    Div,
}

pub(crate) fn arith(op: Arith, a: Raw, b: Raw) -> Raw {
    match (op, dtype(&a).is_float()) {
        (Arith::Add, true) => Dispatch::float_add(a, b),
        (Arith::Sub, true) => Dispatch::float_sub(a, b),
        (Arith::Mul, true) => Dispatch::float_mul(a, b),
        (Arith::Div, true) => Dispatch::float_div(a, b),
        (Arith::Add, false) => Dispatch::int_add(a, b),
        (Arith::Sub, false) => Dispatch::int_sub(a, b),
        (Arith::Mul, false) => Dispatch::int_mul(a, b),
        (Arith::Div, false) => Dispatch::int_div(a, b),
    }
}

/// As [`arith`], with a number on the right.
pub(crate) fn arith_scalar(op: Arith, a: Raw, b: f64) -> Raw {
    let (f, i) = (Scalar::Float(b), Scalar::Int(b as i64));
    match (op, dtype(&a).is_float()) {
        (Arith::Add, true) => Dispatch::float_add_scalar(a, f),
        (Arith::Sub, true) => Dispatch::float_sub_scalar(a, f),
        (Arith::Mul, true) => Dispatch::float_mul_scalar(a, f),
        (Arith::Div, true) => Dispatch::float_div_scalar(a, f),
        (Arith::Add, false) => Dispatch::int_add_scalar(a, i),
        (Arith::Sub, false) => Dispatch::int_sub_scalar(a, i),
        (Arith::Mul, false) => Dispatch::int_mul_scalar(a, i),
        (Arith::Div, false) => Dispatch::int_div_scalar(a, i),
    }
}

/// Comparisons; the answer is a boolean tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compare {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

pub(crate) fn compare(op: Compare, a: Raw, b: Raw) -> Raw {
    let bools = bools(&a);
    match (op, dtype(&a).is_float()) {
        (Compare::Eq, true) => Dispatch::float_equal(a, b, bools),
        (Compare::Ne, true) => Dispatch::float_not_equal(a, b, bools),
        (Compare::Gt, true) => Dispatch::float_greater(a, b, bools),
        (Compare::Ge, true) => Dispatch::float_greater_equal(a, b, bools),
        (Compare::Lt, true) => Dispatch::float_lower(a, b, bools),
        (Compare::Le, true) => Dispatch::float_lower_equal(a, b, bools),
        (Compare::Eq, false) => Dispatch::int_equal(a, b, bools),
        (Compare::Ne, false) => Dispatch::int_not_equal(a, b, bools),
        (Compare::Gt, false) => Dispatch::int_greater(a, b, bools),
        (Compare::Ge, false) => Dispatch::int_greater_equal(a, b, bools),
        (Compare::Lt, false) => Dispatch::int_lower(a, b, bools),
        (Compare::Le, false) => Dispatch::int_lower_equal(a, b, bools),
    }
}

pub(crate) fn compare_scalar(op: Compare, a: Raw, b: f64) -> Raw {
    let bools = bools(&a);
    let (f, i) = (Scalar::Float(b), Scalar::Int(b as i64));
    match (op, dtype(&a).is_float()) {
        (Compare::Eq, true) => Dispatch::float_equal_elem(a, f, bools),
        (Compare::Ne, true) => Dispatch::float_not_equal_elem(a, f, bools),
        (Compare::Gt, true) => Dispatch::float_greater_elem(a, f, bools),
        (Compare::Ge, true) => Dispatch::float_greater_equal_elem(a, f, bools),
        (Compare::Lt, true) => Dispatch::float_lower_elem(a, f, bools),
        (Compare::Le, true) => Dispatch::float_lower_equal_elem(a, f, bools),
        (Compare::Eq, false) => Dispatch::int_equal_elem(a, i, bools),
        (Compare::Ne, false) => Dispatch::int_not_equal_elem(a, i, bools),
        (Compare::Gt, false) => Dispatch::int_greater_elem(a, i, bools),
        (Compare::Ge, false) => Dispatch::int_greater_equal_elem(a, i, bools),
        (Compare::Lt, false) => Dispatch::int_lower_elem(a, i, bools),
        (Compare::Le, false) => Dispatch::int_lower_equal_elem(a, i, bools),
    }
}

pub(crate) fn not(x: Raw) -> Raw {
    Dispatch::bool_not(x)
}
pub(crate) fn and(a: Raw, b: Raw) -> Raw {
    Dispatch::bool_and(a, b)
}
pub(crate) fn or(a: Raw, b: Raw) -> Raw {
    Dispatch::bool_or(a, b)
}

/// Elementwise functions that burn evaluates; the fast ones of ours live in [`crate::kernels`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unary {
    Recip,
    Exp,
    Log,
    Log1p,
    Sqrt,
    Abs,
    Sign,
    Sin,
    Cos,
    Tan,
    Sinh,
    Cosh,
    Tanh,
    Asin,
    Acos,
    Atan,
    Asinh,
    Acosh,
    Atanh,
    Erf,
    Relu,
    Sigmoid,
    Gelu,
    Round,
    Floor,
    Ceil,
    Trunc,
}

pub(crate) fn unary(op: Unary, x: Raw) -> Raw {
    match op {
        Unary::Recip => Dispatch::float_recip(x),
        Unary::Exp => Dispatch::float_exp(x),
        Unary::Log => Dispatch::float_log(x),
        Unary::Log1p => Dispatch::float_log1p(x),
        Unary::Sqrt => Dispatch::float_sqrt(x),
        Unary::Abs => Dispatch::float_abs(x),
        Unary::Sign => Dispatch::float_sign(x),
        Unary::Sin => Dispatch::float_sin(x),
        Unary::Cos => Dispatch::float_cos(x),
        Unary::Tan => Dispatch::float_tan(x),
        Unary::Sinh => Dispatch::float_sinh(x),
        Unary::Cosh => Dispatch::float_cosh(x),
        Unary::Tanh => Dispatch::float_tanh(x),
        Unary::Asin => Dispatch::float_asin(x),
        Unary::Acos => Dispatch::float_acos(x),
        Unary::Atan => Dispatch::float_atan(x),
        Unary::Asinh => Dispatch::float_asinh(x),
        Unary::Acosh => Dispatch::float_acosh(x),
        Unary::Atanh => Dispatch::float_atanh(x),
        Unary::Erf => Dispatch::float_erf(x),
        Unary::Relu => Dispatch::relu(x),
        Unary::Sigmoid => Dispatch::sigmoid(x),
        Unary::Gelu => Dispatch::gelu(x),
        Unary::Round => Dispatch::float_round(x),
        Unary::Floor => Dispatch::float_floor(x),
        Unary::Ceil => Dispatch::float_ceil(x),
        Unary::Trunc => Dispatch::float_trunc(x),
    }
}

pub(crate) fn pow(a: Raw, b: Raw) -> Raw {
    Dispatch::float_powf(a, b)
}
pub(crate) fn pow_scalar(a: Raw, b: f64) -> Raw {
    Dispatch::float_powf_scalar(a, Scalar::Float(b))
}
pub(crate) fn atan2(a: Raw, b: Raw) -> Raw {
    Dispatch::float_atan2(a, b)
}
pub(crate) fn clamp(x: Raw, low: f64, high: f64) -> Raw {
    match dtype(&x).is_float() {
        true => Dispatch::float_clamp(x, Scalar::Float(low), Scalar::Float(high)),
        false => Dispatch::int_clamp(x, Scalar::Int(low as i64), Scalar::Int(high as i64)),
    }
}
pub(crate) fn remainder_scalar(x: Raw, by: f64) -> Raw {
    match dtype(&x).is_float() {
        true => Dispatch::float_remainder_scalar(x, Scalar::Float(by)),
        false => Dispatch::int_remainder_scalar(x, Scalar::Int(by as i64)),
    }
}
pub(crate) fn is_nan(x: Raw) -> Raw {
    let bools = bools(&x);
    Dispatch::float_is_nan(x, bools)
}

/// Reductions along one axis, which stays with length one.
pub(crate) fn sum_axis(x: Raw, axis: usize) -> Raw {
    match dtype(&x).is_float() {
        true => Dispatch::float_sum_dim(x, axis),
        false => Dispatch::int_sum_dim(x, axis),
    }
}
pub(crate) fn prod_axis(x: Raw, axis: usize) -> Raw {
    Dispatch::float_prod_dim(x, axis)
}
pub(crate) fn max_axis(x: Raw, axis: usize) -> Raw {
    match dtype(&x).is_float() {
        true => Dispatch::float_max_dim(x, axis),
        false => Dispatch::int_max_dim(x, axis),
    }
}
pub(crate) fn min_axis(x: Raw, axis: usize) -> Raw {
    match dtype(&x).is_float() {
        true => Dispatch::float_min_dim(x, axis),
        false => Dispatch::int_min_dim(x, axis),
    }
}
pub(crate) fn argmax(x: Raw, axis: usize) -> Raw {
    match dtype(&x).is_float() {
        true => Dispatch::float_argmax(x, axis, INDEX),
        false => Dispatch::int_argmax(x, axis),
    }
}
pub(crate) fn cumsum(x: Raw, axis: usize) -> Raw {
    match dtype(&x).is_float() {
        true => Dispatch::float_cumsum(x, axis),
        false => Dispatch::int_cumsum(x, axis),
    }
}
pub(crate) fn cumprod(x: Raw, axis: usize) -> Raw {
    Dispatch::float_cumprod(x, axis)
}
pub(crate) fn sort(x: Raw, axis: usize, descending: bool) -> (Raw, Raw) {
    match dtype(&x).is_float() {
        true => Dispatch::float_sort_with_indices(x, axis, descending, INDEX),
        false => Dispatch::int_sort_with_indices(x, axis, descending),
    }
}
pub(crate) fn matmul(a: Raw, b: Raw) -> Raw {
    match dtype(&a).is_float() {
        true => Dispatch::float_matmul(a, b),
        false => Dispatch::int_matmul(a, b),
    }
}
