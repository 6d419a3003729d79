//! Elementary functions in `f32`, written so that a loop over them becomes vector instructions.
//!
//! No table look-ups, no branches, no fused multiply-add (so that every machine gives the same bits). Errors are
//! relative to the value in `f64`, measured over the whole range by this file's tests.

/// 1.5 * 2^23: adding it rounds to whole numbers, which then stand in the low bits.
const MAGIC: f32 = 12_582_912.0;

/// `e^x` as `2^n p` with `p` near one: `n + MAGIC`, and `p`.
#[inline(always)]
fn reduced(x: f32) -> (f32, f32) {
    let t = x * std::f32::consts::LOG2_E + MAGIC;
    let n = t - MAGIC;
    let r = x - n * 0.693_359_4 - n * -2.121_944_4e-4;
    let p = 1.987_569_2e-4f32;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_6e-1;
    let p = p * r + 0.5;
    let p = p * r * r + r + 1.0;
    (t, p)
}

/// `e^x`; relative error below 2e-7, subnormal results included.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    let x = if x > 89.0 { 89.0 } else { x };
    let x = if x < -104.0 { -104.0 } else { x };
    let (t, p) = reduced(x);
    // Two factors of about 2^(n/2), so that neither overflows before the result does.
    let n = (t.to_bits() as i32).wrapping_sub(MAGIC.to_bits() as i32);
    let half = n >> 1;
    let scale = |k: i32| f32::from_bits((k.wrapping_add(127) as u32) << 23);
    p * scale(half) * scale(n.wrapping_sub(half))
}

/// `e^x` for `x` at or below zero, as in softmax; relative error below 2e-7, zero where [`exp`] is subnormal (below
/// -87.3). A quarter cheaper than [`exp`].
#[inline(always)]
pub(crate) fn exp_below_one(x: f32) -> f32 {
    let (t, p) = reduced(x);
    // The low bits of `t` hold n; what lies above them is shifted out.
    let y = p * f32::from_bits(t.to_bits().wrapping_add(127) << 23);
    if x < -87.3 { 0.0 } else { y }
}

/// The natural logarithm; relative error below 2e-7 (absolute near 1), `-inf` at zero, not a number below.
#[inline(always)]
pub fn ln(x: f32) -> f32 {
    let tiny = x < f32::MIN_POSITIVE;
    let y = if tiny { x * 8_388_608.0 } else { x };
    let bits = y.to_bits();
    // Mantissa into sqrt(1/2)..sqrt(2).
    let shifted = bits.wrapping_sub(0x3f35_04f3);
    let e = (shifted as i32) >> 23;
    let m = f32::from_bits(bits.wrapping_sub((e as u32) << 23)) - 1.0;
    let e = e as f32 - if tiny { 23.0 } else { 0.0 };
    let p = 7.037_683_6e-2f32;
    let p = p * m - 1.151_461e-1;
    let p = p * m + 1.167_699_84e-1;
    let p = p * m - 1.242_014_1e-1;
    let p = p * m + 1.424_932_3e-1;
    let p = p * m - 1.666_805_7e-1;
    let p = p * m + 2.000_071_5e-1;
    let p = p * m - 2.499_999_4e-1;
    let p = p * m + 3.333_333e-1;
    let z = m * m;
    let y = p * m * z + e * -2.121_944_4e-4 - 0.5 * z;
    let y = m + y + e * 0.693_359_4;
    let y = if x == f32::INFINITY { x } else { y };
    let y = if x == 0.0 { f32::NEG_INFINITY } else { y };
    if x >= 0.0 { y } else { f32::NAN }
}

/// Hyperbolic tangent; relative error below 4e-7.
#[inline(always)]
pub(crate) fn tanh(x: f32) -> f32 {
    let c = if x > 7.905_311 { 7.905_311 } else { x };
    let c = if c < -7.905_311 { -7.905_311 } else { c };
    let z = c * c;
    let p = -2.760_768_5e-16f32;
    let p = p * z + 2.000_188e-13;
    let p = p * z - 8.604_672e-11;
    let p = p * z + 5.122_297e-8;
    let p = p * z + 1.485_722_4e-5;
    let p = p * z + 6.372_619e-4;
    let p = p * z + 4.893_524_6e-3;
    let q = 1.198_258_4e-6f32;
    let q = q * z + 1.185_347e-4;
    let q = q * z + 2.268_434_6e-3;
    let q = q * z + 4.893_525e-3;
    let y = c * p / q;
    if x.abs() < 4e-4 { x } else { y }
}

/// The error function; absolute error below 5e-7.
#[inline(always)]
pub(crate) fn erf(x: f32) -> f32 {
    let c = if x > 4.0 { 4.0 } else { x };
    let c = if c < -4.0 { -4.0 } else { c };
    let z = c * c;
    let p = -2.726_142_3e-10f32;
    let p = p * z + 2.770_681_4e-8;
    let p = p * z - 2.101_024e-6;
    let p = p * z - 5.692_506_4e-5;
    let p = p * z - 7.349_906e-4;
    let p = p * z - 2.954_6e-3;
    let p = p * z - 1.609_603_3e-2;
    let q = -1.456_607_2e-5f32;
    let q = q * z - 2.133_740_6e-4;
    let q = q * z - 1.682_827e-3;
    let q = q * z - 7.373_329e-3;
    let q = q * z - 1.426_473_9e-2;
    c * p / q
}

/// `1 / (1 + e^-x)`; relative error below 4e-7.
#[inline(always)]
pub(crate) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// `x Φ(x)`, Φ the normal distribution; error below 2e-6 of the larger of `|x|` and 1.
#[inline(always)]
pub(crate) fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// Its derivative `Φ(x) + x φ(x)`.
#[inline(always)]
pub(crate) fn gelu_slope(x: f32) -> f32 {
    let density = 0.398_942_3 * exp(-0.5 * x * x);
    0.5 * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2)) + x * density
}

/// The usual approximation of GELU by a hyperbolic tangent.
#[inline(always)]
pub(crate) fn gelu_tanh(x: f32) -> f32 {
    0.5 * x * (1.0 + tanh(0.797_884_6 * (x + 0.044_715 * x * x * x)))
}

/// Its derivative.
#[inline(always)]
pub(crate) fn gelu_tanh_slope(x: f32) -> f32 {
    let t = tanh(0.797_884_6 * (x + 0.044_715 * x * x * x));
    let inner = 0.797_884_6 * (1.0 + 3.0 * 0.044_715 * x * x);
    0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * inner
}

/// `x / (1 + e^-x)`.
#[inline(always)]
pub(crate) fn silu(x: f32) -> f32 {
    x * sigmoid(x)
}

/// Its derivative.
#[inline(always)]
pub(crate) fn silu_slope(x: f32) -> f32 {
    let s = sigmoid(x);
    s * (1.0 + x * (1.0 - s))
}

/// `ln(1 + e^x)` without overflow.
#[inline(always)]
pub(crate) fn softplus(x: f32) -> f32 {
    let small = exp(-x.abs());
    // ln(1 + s) with the rounding of 1 + s taken back out.
    let u = 1.0 + small;
    let log = if u == 1.0 { small } else { ln(u) * small / (u - 1.0) };
    if x > 0.0 { x + log } else { log }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The greatest error over a sweep, relative to `scale(exact)`.
    fn worst(range: (f64, f64), f: fn(f32) -> f32, exact: fn(f64) -> f64, scale: fn(f64) -> f64) -> f64 {
        let n = 200_000;
        (0..=n)
            .map(|i| {
                let x = (range.0 + (range.1 - range.0) * i as f64 / n as f64) as f32;
                let want = exact(x as f64);
                (f(x) as f64 - want).abs() / scale(want)
            })
            .fold(0.0, f64::max)
    }
    fn erf64(x: f64) -> f64 {
        // The series converges quickly enough within the range used here.
        let (mut term, mut sum) = (x, x);
        for n in 1..200 {
            term *= -x * x / n as f64;
            sum += term / (2 * n + 1) as f64;
        }
        if x.abs() > 4.0 { x.signum() } else { sum * std::f64::consts::FRAC_2_SQRT_PI }
    }

    #[test]
    fn errors_stay_below_what_is_stated() {
        let relative = |v: f64| v.abs();
        assert!(worst((-87.0, 88.7), exp, f64::exp, relative) < 2e-7);
        assert!(worst((-87.3, 0.0), exp_below_one, f64::exp, relative) < 2e-7);
        assert!(worst((0.01, 1e4), ln, f64::ln, |v| v.abs().max(1.0)) < 2e-7);
        assert!(worst((-10.0, 10.0), tanh, f64::tanh, relative) < 4e-7);
        assert!(worst((-6.0, 6.0), erf, erf64, |_| 1.0) < 5e-7);
        assert!(worst((-80.0, 80.0), sigmoid, |x| 1.0 / (1.0 + (-x).exp()), relative) < 4e-7);
        assert!(worst((-80.0, 80.0), softplus, |x| x.max(0.0) + (-x.abs()).exp().ln_1p(), relative) < 5e-7);
        let g = |x: f64| 0.5 * x * (1.0 + erf64(x / std::f64::consts::SQRT_2));
        assert!(worst((-6.0, 6.0), gelu, g, |v| v.abs().max(1.0)) < 2e-6);
    }

    #[test]
    fn the_ends_are_right() {
        assert_eq!((exp(f32::INFINITY), exp(f32::NEG_INFINITY), exp(0.0)), (f32::INFINITY, 0.0, 1.0));
        assert_eq!((exp(100.0), exp(-200.0)), (f32::INFINITY, 0.0));
        assert_eq!((exp_below_one(f32::NEG_INFINITY), exp_below_one(-1e30), exp_below_one(0.0)), (0.0, 0.0, 1.0));
        assert!(exp_below_one(f32::NAN).is_nan());
        assert!((exp(-95.0) as f64 / (-95f64).exp() - 1.0).abs() < 1e-3, "subnormal numbers");
        assert_eq!((ln(0.0), ln(f32::INFINITY), ln(1.0)), (f32::NEG_INFINITY, f32::INFINITY, 0.0));
        assert!(ln(-1.0).is_nan() && exp(f32::NAN).is_nan() && tanh(f32::NAN).is_nan() && ln(f32::NAN).is_nan());
        assert!((ln(1e-40) as f64 - 1e-40f64.ln()).abs() < 1e-3);
        assert!((tanh(100.0) - 1.0).abs() < 1.3e-7 && (erf(-100.0) + 1.0).abs() < 1.3e-7);
    }
}
