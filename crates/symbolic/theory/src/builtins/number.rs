//! Numbers of the language: 64-bit integers and floats.
//!
//! The two kinds are different terms (`1 == 1.0` fails) but compare by value in arithmetic (`1 =:= 1.0` holds). Integers are
//! never rounded silently: a result that does not fit 64 bits is an error.

use std::cmp::Ordering;

use crate::term::{Term, TermStore, View};

/// The value of an arithmetic expression. A float is never NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// An integer.
    Int(i64),
    /// A floating-point number; may be infinite.
    Float(f64),
}

impl Number {
    /// The number that a term is, if it is one.
    #[inline]
    pub fn of(terms: &TermStore, term: Term) -> Option<Number> {
        match terms.view(term) {
            View::Int(v) => Some(Number::Int(v)),
            View::Float(v) => Some(Number::Float(v)),
            _ => None,
        }
    }

    /// As a term.
    #[inline]
    pub fn term(self, terms: &mut TermStore) -> Term {
        match self {
            Number::Int(v) => terms.int(v),
            Number::Float(v) => terms.float(v),
        }
    }

    /// As a float; large integers are rounded.
    #[inline]
    pub fn to_f64(self) -> f64 {
        match self {
            Number::Int(v) => v as f64,
            Number::Float(v) => v,
        }
    }

    /// Order by value, exact also between large integers and floats.
    #[inline]
    pub fn order(self, other: Number) -> Ordering {
        match (self, other) {
            (Number::Int(a), Number::Int(b)) => a.cmp(&b),
            (Number::Int(a), Number::Float(b)) => order_int_float(a, b),
            (Number::Float(a), Number::Int(b)) => order_int_float(b, a).reverse(),
            (Number::Float(a), Number::Float(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
        }
    }
}

fn order_int_float(a: i64, b: f64) -> Ordering {
    const TWO_63: f64 = 9_223_372_036_854_775_808.0;
    if b >= TWO_63 {
        Ordering::Less
    } else if b < -TWO_63 {
        Ordering::Greater
    } else {
        // The integer part of `b` fits; where it equals `a`, the fraction decides.
        a.cmp(&(b.trunc() as i64)).then_with(|| 0.0f64.partial_cmp(&b.fract()).unwrap_or(Ordering::Equal))
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Number::Int(v) => write!(f, "{v}"),
            Number::Float(v) => write!(f, "{v:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_floats_are_ordered_exactly() {
        use Number::{Float, Int};
        let big = 1i64 << 53;
        assert_eq!(Int(big + 1).order(Float(big as f64)), Ordering::Greater);
        assert_eq!(Int(big).order(Float(big as f64)), Ordering::Equal);
        assert_eq!(Int(i64::MAX).order(Float(i64::MAX as f64)), Ordering::Less);
        assert_eq!(Int(i64::MIN).order(Float(i64::MIN as f64)), Ordering::Equal);
        assert_eq!(Float(-0.5).order(Int(0)), Ordering::Less);
        assert_eq!(Float(0.5).order(Int(0)), Ordering::Greater);
        assert_eq!(Int(i64::MIN).order(Float(f64::NEG_INFINITY)), Ordering::Greater);
    }
}
