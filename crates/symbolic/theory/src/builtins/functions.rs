//! The arithmetic functions, by name and number of arguments.
//!
//! Meanings follow ProbLog 2, which computes with the operators of Python; where ISO Prolog differs:
//!
//! | function | here | ISO |
//! | --- | --- | --- |
//! | `7/2`, `4/2` | `3.5`, `2.0`: always a float | may be an integer |
//! | `-7 // 2` | `-4`, rounds down; floats allowed | rounds to zero |
//! | `-7 rem 2` | `1`, the same as `mod`; floats allowed | `-1` |
//! | `2 ** -1`, `2 ^ -1` | `0.5`; both keep integers for natural exponents | `^` is an error |
//! | `integer(2.7)` | `2`, cuts | `3`, rounds |
//! | `round(2.5)` | `2`, halves to even | `3` |
//! | `sign(-2.5)` | `-1`, an integer | `-1.0` |
//!
//! Beyond ProbLog: `gcd`, `msb`, `log2`, `log/2`, `cot`, `acot`, `copysign`, `max_integer`, `min_integer`.

use super::number::Number::{self, Float, Int};
use super::{Code, Fault};

/// A constant such as `pi`.
pub(super) fn constant(name: &str) -> Option<Result<Number, Fault>> {
    Some(Ok(match name {
        "pi" => Float(std::f64::consts::PI),
        "e" => Float(std::f64::consts::E),
        "inf" | "infinite" => Float(f64::INFINITY),
        "epsilon" => Float(f64::EPSILON),
        "max_integer" => Int(i64::MAX),
        "min_integer" => Int(i64::MIN),
        "nan" => return Some(Err(undefined("nan"))),
        "random" | "random_float" | "cputime" | "realtime" => return Some(Err(impure(name))),
        _ => return None,
    }))
}

/// A function of one argument.
pub(super) fn unary(name: &str, x: Number) -> Option<Result<Number, Fault>> {
    let f = |value: f64| Some(finite(value, name, &[x]));
    let v = x.to_f64();
    match name {
        "+" => Some(Ok(x)),
        "-" => Some(match x {
            Int(i) => i.checked_neg().map(Int).ok_or_else(|| overflow(name, &[x])),
            Float(v) => Ok(Float(-v)),
        }),
        "abs" => Some(match x {
            Int(i) => i.checked_abs().map(Int).ok_or_else(|| overflow(name, &[x])),
            Float(v) => Ok(Float(v.abs())),
        }),
        "sign" => Some(Ok(Int(if v > 0.0 {
            1
        } else if v < 0.0 {
            -1
        } else {
            0
        }))),
        "integer" | "truncate" | "float_integer_part" => Some(to_int(x, f64::trunc, name)),
        "round" => Some(to_int(x, f64::round_ties_even, name)),
        "floor" => Some(to_int(x, f64::floor, name)),
        "ceiling" => Some(to_int(x, f64::ceil, name)),
        "float" => Some(Ok(Float(v))),
        "float_fractional_part" => match x {
            Int(_) => Some(Ok(Int(0))),
            Float(v) => f(v.fract()),
        },
        "\\" => Some(int(x, name).map(|i| Int(!i))),
        "msb" => Some(int(x, name).and_then(|i| match i {
            1.. => Ok(Int(i64::from(i.ilog2()))),
            _ => Err(domain(name, &[x])),
        })),
        "random" | "random_float" => Some(Err(impure(name))),
        "sqrt" => f(v.sqrt()),
        "exp" => f(v.exp()),
        "log" if v > 0.0 => f(v.ln()),
        "log2" if v > 0.0 => f(v.log2()),
        "log10" if v > 0.0 => f(v.log10()),
        "log" | "log2" | "log10" => Some(Err(domain(name, &[x]))),
        "sin" => f(v.sin()),
        "cos" => f(v.cos()),
        "tan" => f(v.tan()),
        "cot" if v != 0.0 => f(v.tan().recip()),
        "cot" => Some(Err(domain(name, &[x]))),
        "asin" => f(v.asin()),
        "acos" => f(v.acos()),
        "atan" => f(v.atan()),
        "acot" => f(v.recip().atan()),
        "sinh" => f(v.sinh()),
        "cosh" => f(v.cosh()),
        "tanh" => f(v.tanh()),
        "asinh" => f(v.asinh()),
        "acosh" => f(v.acosh()),
        "atanh" => f(v.atanh()),
        // The poles of the gamma function.
        "gamma" | "lgamma" if v <= 0.0 && v.fract() == 0.0 => Some(Err(domain(name, &[x]))),
        "gamma" => f(libm::tgamma(v)),
        "lgamma" => f(libm::lgamma(v)),
        "erf" => f(libm::erf(v)),
        "erfc" => f(libm::erfc(v)),
        _ => None,
    }
}

/// A function of two arguments.
pub(super) fn binary(name: &str, x: Number, y: Number) -> Option<Result<Number, Fault>> {
    let both = [x, y];
    Some(match name {
        "+" => add(x, y),
        "-" => sub(x, y),
        "*" => mul(x, y),
        "/" if y.to_f64() == 0.0 => Err(by_zero(name, &both)),
        "/" => finite(x.to_f64() / y.to_f64(), name, &both),
        "//" => floor_div(x, y, name),
        "mod" | "rem" => floor_mod(x, y, name),
        "div" => floor_mod(x, y, name).and_then(|m| sub(x, m)).and_then(|d| floor_div(d, y, name)),
        "**" | "^" => power(x, y, name),
        "exp" => finite(x.to_f64().powf(y.to_f64()), name, &both),
        // As in Python the first of two equal numbers is taken: `max(1, 1.0)` is 1.
        "min" => Ok(if y.order(x).is_lt() { y } else { x }),
        "max" => Ok(if y.order(x).is_gt() { y } else { x }),
        "atan" | "atan2" => Ok(Float(x.to_f64().atan2(y.to_f64()))),
        "copysign" => Ok(Float(x.to_f64().copysign(y.to_f64()))),
        "log" if x.to_f64() > 0.0 && x.to_f64() != 1.0 && y.to_f64() > 0.0 => {
            finite(y.to_f64().ln() / x.to_f64().ln(), name, &both)
        }
        "log" => Err(domain(name, &both)),
        "/\\" => bits(x, y, name, |a, b| Some(a & b)),
        "\\/" => bits(x, y, name, |a, b| Some(a | b)),
        "xor" | "#" | "><" => bits(x, y, name, |a, b| Some(a ^ b)),
        "<<" => bits(x, y, name, shift_left),
        ">>" => bits(x, y, name, |a, b| (b >= 0).then(|| a >> b.min(63))),
        "gcd" => bits(x, y, name, |a, b| i64::try_from(gcd(a.unsigned_abs(), b.unsigned_abs())).ok()),
        "random" | "random_between" => Err(impure(name)),
        _ => return None,
    })
}

/// `x + y`.
#[inline]
pub(super) fn add(x: Number, y: Number) -> Result<Number, Fault> {
    match (x, y) {
        (Int(a), Int(b)) => a.checked_add(b).map(Int).ok_or_else(|| overflow("+", &[x, y])),
        _ => finite(x.to_f64() + y.to_f64(), "+", &[x, y]),
    }
}

/// `x - y`.
#[inline]
pub(super) fn sub(x: Number, y: Number) -> Result<Number, Fault> {
    match (x, y) {
        (Int(a), Int(b)) => a.checked_sub(b).map(Int).ok_or_else(|| overflow("-", &[x, y])),
        _ => finite(x.to_f64() - y.to_f64(), "-", &[x, y]),
    }
}

/// `x * y`.
#[inline]
pub(super) fn mul(x: Number, y: Number) -> Result<Number, Fault> {
    match (x, y) {
        (Int(a), Int(b)) => a.checked_mul(b).map(Int).ok_or_else(|| overflow("*", &[x, y])),
        _ => finite(x.to_f64() * y.to_f64(), "*", &[x, y]),
    }
}

/// Division that rounds down.
fn floor_div(x: Number, y: Number, name: &str) -> Result<Number, Fault> {
    match (x, y) {
        (_, Int(0)) => Err(by_zero(name, &[x, y])),
        (Int(a), Int(b)) => {
            let q = a.checked_div(b).ok_or_else(|| overflow(name, &[x, y]))?;
            Ok(Int(if a % b != 0 && (a < 0) != (b < 0) { q - 1 } else { q }))
        }
        _ if y.to_f64() == 0.0 => Err(by_zero(name, &[x, y])),
        // Through the remainder: rounding `a / b` down directly is wrong when the quotient rounds up to an integer.
        _ => {
            let (a, b) = (x.to_f64(), y.to_f64());
            finite(((a - float_mod(a, b)) / b).round(), name, &[x, y])
        }
    }
}

/// The remainder of the division that rounds down: it has the sign of `y`.
fn floor_mod(x: Number, y: Number, name: &str) -> Result<Number, Fault> {
    match (x, y) {
        (_, Int(0)) => Err(by_zero(name, &[x, y])),
        (Int(_), Int(-1)) => Ok(Int(0)),
        (Int(a), Int(b)) => {
            let r = a % b;
            Ok(Int(if r != 0 && (r < 0) != (b < 0) { r + b } else { r }))
        }
        _ if y.to_f64() == 0.0 => Err(by_zero(name, &[x, y])),
        _ => finite(float_mod(x.to_f64(), y.to_f64()), name, &[x, y]),
    }
}

fn float_mod(a: f64, b: f64) -> f64 {
    let r = a % b;
    if r != 0.0 && (r < 0.0) != (b < 0.0) { r + b } else { r }
}

fn power(x: Number, y: Number, name: &str) -> Result<Number, Fault> {
    if x.to_f64() == 0.0 && y.to_f64() < 0.0 {
        return Err(by_zero(name, &[x, y]));
    }
    match (x, y) {
        (Int(a @ (0 | 1)), Int(b)) => Ok(Int(if b == 0 { 1 } else { a })),
        (Int(a), Int(b @ 0..)) => {
            let value = match (a, u32::try_from(b)) {
                (-1, _) => Some(if b % 2 == 0 { 1 } else { -1 }),
                (_, Ok(b)) => a.checked_pow(b),
                (_, Err(_)) => None,
            };
            value.map(Int).ok_or_else(|| overflow(name, &[x, y]))
        }
        _ => finite(x.to_f64().powf(y.to_f64()), name, &[x, y]),
    }
}

fn shift_left(a: i64, by: i64) -> Option<i64> {
    if a == 0 && by >= 0 {
        return Some(0);
    }
    let by = u32::try_from(by).ok().filter(|&b| b < 64)?;
    let shifted = a << by;
    (shifted >> by == a).then_some(shifted)
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn bits(x: Number, y: Number, name: &str, f: impl Fn(i64, i64) -> Option<i64>) -> Result<Number, Fault> {
    let (a, b) = (int(x, name)?, int(y, name)?);
    if b < 0 && matches!(name, "<<" | ">>") {
        return Err(domain(name, &[x, y]));
    }
    f(a, b).map(Int).ok_or_else(|| overflow(name, &[x, y]))
}

fn int(x: Number, name: &str) -> Result<i64, Fault> {
    match x {
        Int(i) => Ok(i),
        Float(_) => Err(Fault::new(Code::Arithmetic, format!("`{name}` needs integers, but got {x}"))
            .help("convert it with integer/1, round/1, floor/1 or ceiling/1")),
    }
}

fn to_int(x: Number, round: impl Fn(f64) -> f64, name: &str) -> Result<Number, Fault> {
    match x {
        Int(_) => Ok(x),
        Float(v) => {
            let r = round(v);
            // -2^63 is a float, 2^63 - 1 is not: the upper bound is exclusive.
            let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&r);
            if fits { Ok(Int(r as i64)) } else { Err(overflow(name, &[x])) }
        }
    }
}

/// Refuses NaN, and infinities that do not come from infinite arguments.
#[inline]
fn finite(value: f64, name: &str, args: &[Number]) -> Result<Number, Fault> {
    if value.is_finite() {
        return Ok(Float(value));
    }
    if value.is_nan() {
        Err(domain(name, args))
    } else if args.iter().any(|a| a.to_f64().is_infinite()) {
        Ok(Float(value))
    } else {
        Err(overflow(name, args))
    }
}

fn written(name: &str, args: &[Number]) -> String {
    let args: Vec<String> = args.iter().map(ToString::to_string).collect();
    match &args[..] {
        [a, b] if name.chars().all(|c| !c.is_alphabetic()) || matches!(name, "mod" | "rem" | "div" | "xor") => {
            format!("{a} {name} {b}")
        }
        _ => format!("{name}({})", args.join(", ")),
    }
}

#[cold]
fn overflow(name: &str, args: &[Number]) -> Fault {
    let integers = args.iter().all(|a| matches!(a, Int(_)));
    let help = if integers {
        "integers have 64 bits; compute with floats (write 1.0 instead of 1) or with logarithms"
    } else {
        "the result is too large for its type; compute with logarithms"
    };
    Fault::new(Code::Arithmetic, format!("`{}` overflows", written(name, args))).help(help)
}

#[cold]
fn domain(name: &str, args: &[Number]) -> Fault {
    undefined(&written(name, args))
}

#[cold]
fn undefined(what: &str) -> Fault {
    Fault::new(Code::Arithmetic, format!("`{what}` is not defined"))
}

#[cold]
fn by_zero(name: &str, args: &[Number]) -> Fault {
    Fault::new(Code::Arithmetic, format!("division by zero in `{}`", written(name, args)))
        .help("test the divisor first, for instance `Y =\\= 0`")
}

#[cold]
fn impure(name: &str) -> Fault {
    Fault::new(
        Code::Unsupported,
        format!("`{name}` would give another value each time, so no probability could be computed"),
    )
    .help("state the random choice: `0.5::heads.`, or `1/6::die(1); 1/6::die(2); ...`")
}
