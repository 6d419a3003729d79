//! Functions of one or two numbers, applied everywhere.

use super::{Machine, PIECE, Task, f32s, scalar, vectorised, worth_threads};
use crate::engine::{self, Raw, Unary};
use rayon::prelude::*;
use std::mem::MaybeUninit;

/// A function of one or two numbers. A trait rather than a closure: it must be inlined into each width of vectors,
/// and the compiler cannot be told so about a closure (GELU's slope was three times slower as one).
trait Function {
    /// The value; `b` is the second number, or the first again. Must be `#[inline(always)]`.
    fn of(a: f32, b: f32) -> f32;
}

/// A stretch of the numbers.
struct Stretch<'a, F> {
    a: &'a [f32],
    b: &'a [f32],
    out: &'a mut [MaybeUninit<f32>],
    function: std::marker::PhantomData<F>,
}

impl<F: Function> Task for Stretch<'_, F> {
    type Out = ();
    #[inline(always)]
    fn run<M: Machine>(self, _: M) {
        for ((o, &a), &b) in self.out.iter_mut().zip(self.a).zip(self.b) {
            o.write(F::of(a, b));
        }
    }
}

/// Writes the function of every pair of numbers into new memory; equal shapes.
fn pairs<F: Function>(_: F, x: &Raw, y: &Raw) -> Option<Raw> {
    let (x, y) = (f32s(x)?, f32s(y)?);
    let (a, b) = (engine::slice::<f32>(&x), engine::slice::<f32>(&y));
    assert_eq!(a.len(), b.len(), "as many numbers on both sides");
    let n = a.len();
    let mut out: Vec<f32> = Vec::with_capacity(n);
    let room = &mut out.spare_capacity_mut()[..n];
    let stretch = |from: usize, out| {
        let (a, b) = (&a[from..], &b[from..]);
        vectorised(Stretch { a, b, out, function: std::marker::PhantomData::<F> });
    };
    match worth_threads(n) {
        true => room.par_chunks_mut(PIECE).enumerate().for_each(|(i, out)| stretch(i * PIECE, out)),
        false => stretch(0, room),
    }
    // SAFETY: `a` and `b` are `n` numbers each, so every entry of the pieces, which cover `room`, is written, and
    // `f32` needs no drop. Measured on the ReLU of a million numbers: zeroing the memory first takes a third longer.
    unsafe { out.set_len(n) };
    Some(engine::from_vec(out, &engine::shape(&x)))
}

/// The same for functions of one number.
fn each<F: Function>(function: F, x: &Raw) -> Option<Raw> {
    pairs(function, x, x)
}

/// `function!(|a, b| ...)`: a type of its own that is that function.
macro_rules! function {
    (|$a:ident, $b:ident| $value:expr) => {{
        struct Own;
        impl Function for Own {
            #[inline(always)]
            fn of($a: f32, $b: f32) -> f32 {
                $value
            }
        }
        Own
    }};
}

/// Our own version of an elementwise function, if there is one for this kind of tensor.
pub(crate) fn unary(op: Unary, x: &Raw) -> Option<Raw> {
    match op {
        Unary::Exp => each(function!(|x, _b| scalar::exp(x)), x),
        Unary::Log => each(function!(|x, _b| scalar::ln(x)), x),
        Unary::Tanh => each(function!(|x, _b| scalar::tanh(x)), x),
        Unary::Erf => each(function!(|x, _b| scalar::erf(x)), x),
        Unary::Sigmoid => each(function!(|x, _b| scalar::sigmoid(x)), x),
        Unary::Gelu => each(function!(|x, _b| scalar::gelu(x)), x),
        Unary::Relu => each(function!(|x, _b| if x < 0.0 { 0.0 } else { x }), x),
        Unary::Sqrt => each(function!(|x, _b| x.sqrt()), x),
        Unary::Recip => each(function!(|x, _b| 1.0 / x), x),
        Unary::Abs => each(function!(|x, _b| x.abs()), x),
        _ => None,
    }
}

/// `x` where `by` is positive, zero elsewhere.
pub(crate) fn gate(x: &Raw, by: &Raw) -> Option<Raw> {
    pairs(function!(|x, b| if b > 0.0 { x } else { 0.0 }), x, by)
}

macro_rules! kernels {
    ($($(#[$doc:meta])* $name:ident($f:path);)*) => {
        $($(#[$doc])* pub(crate) fn $name(x: &Raw) -> Option<Raw> { each(function!(|x, _b| $f(x)), x) })*
    };
}
kernels! {
    /// `x / (1 + e^-x)`.
    silu(scalar::silu);
    /// GELU through the hyperbolic tangent.
    gelu_tanh(scalar::gelu_tanh);
    /// `ln(1 + e^x)`.
    softplus(scalar::softplus);
}

macro_rules! slopes {
    ($($(#[$doc:meta])* $name:ident($f:path);)*) => {
        $($(#[$doc])* pub(crate) fn $name(x: &Raw, g: &Raw) -> Option<Raw> { pairs(function!(|x, g| g * $f(x)), x, g) })*
    };
}
slopes! {
    /// Cotangent times the slope of GELU.
    gelu_back(scalar::gelu_slope);
    /// Cotangent times the slope of GELU through the hyperbolic tangent.
    gelu_tanh_back(scalar::gelu_tanh_slope);
    /// Cotangent times the slope of SiLU.
    silu_back(scalar::silu_slope);
    /// Cotangent times the slope of softplus.
    softplus_back(scalar::sigmoid);
}
