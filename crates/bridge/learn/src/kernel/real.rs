//! The two kinds of number that kernels work in.

use std::ops::{Add, Div, Mul, Sub};
use symbolon_tensor::{Number, simd};

/// `f32` or `f64`.
pub(crate) trait Real:
    Number
    + Copy
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + 'static
{
    const ZERO: Self;
    const ONE: Self;
    const NEG_INF: Self;
    const INF: Self;
    /// Below this an answer is computed in log space: far enough above the least float that whatever was lost on the way, even
    /// in a million gates, is below the rounding of the answer.
    const TINY: Self;
    /// Above this too; probabilities are never there.
    const HUGE: Self;
    fn exp(self) -> Self;
    fn ln(self) -> Self;
    fn of(x: f64) -> Self;
}

impl Real for f32 {
    const ZERO: f32 = 0.0;
    const ONE: f32 = 1.0;
    const NEG_INF: f32 = f32::NEG_INFINITY;
    const INF: f32 = f32::INFINITY;
    const TINY: f32 = 1e-24;
    const HUGE: f32 = 1e24;
    #[inline(always)]
    fn exp(self) -> f32 {
        simd::exp(self)
    }
    #[inline(always)]
    fn ln(self) -> f32 {
        simd::ln(self)
    }
    #[inline(always)]
    fn of(x: f64) -> f32 {
        x as f32
    }
}

impl Real for f64 {
    const ZERO: f64 = 0.0;
    const ONE: f64 = 1.0;
    const NEG_INF: f64 = f64::NEG_INFINITY;
    const INF: f64 = f64::INFINITY;
    const TINY: f64 = 1e-250;
    const HUGE: f64 = 1e250;
    #[inline(always)]
    fn exp(self) -> f64 {
        self.exp()
    }
    #[inline(always)]
    fn ln(self) -> f64 {
        self.ln()
    }
    #[inline(always)]
    fn of(x: f64) -> f64 {
        x
    }
}
