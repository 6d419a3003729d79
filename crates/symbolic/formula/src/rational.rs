//! Exact fractions. Whatever does not fit into 64 bits is `None`, never wrapped around.

use std::cmp::Ordering;
use std::fmt;

/// A fraction in lowest terms, with a positive denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rational {
    numerator: i64,
    denominator: i64,
}

fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Rational {
    /// Zero.
    pub const ZERO: Self = Self::whole(0);
    /// One.
    pub const ONE: Self = Self::whole(1);

    /// A whole number.
    pub const fn whole(n: i64) -> Self {
        Self { numerator: n, denominator: 1 }
    }
    /// A fraction; `None` for a denominator of zero.
    pub fn new(numerator: i64, denominator: i64) -> Option<Self> {
        Self::reduced(numerator.into(), denominator.into())
    }
    fn reduced(n: i128, d: i128) -> Option<Self> {
        let by = gcd(n, d);
        if d == 0 {
            return None;
        }
        let by = if d < 0 { -by } else { by };
        Some(Self { numerator: i64::try_from(n / by).ok()?, denominator: i64::try_from(d / by).ok()? })
    }
    /// Above the line.
    pub fn numerator(self) -> i64 {
        self.numerator
    }
    /// Below the line, positive.
    pub fn denominator(self) -> i64 {
        self.denominator
    }
    /// The whole number that it is, if it is one.
    pub fn to_whole(self) -> Option<i64> {
        (self.denominator == 1).then_some(self.numerator)
    }
    /// The nearest floating-point number.
    pub fn value(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.numerator < 0
    }
    fn wide(self) -> (i128, i128) {
        (self.numerator.into(), self.denominator.into())
    }
    /// The sum, if it fits.
    pub fn plus(self, other: Self) -> Option<Self> {
        let ((a, b), (c, d)) = (self.wide(), other.wide());
        Self::reduced(a * d + c * b, b * d)
    }
    /// The product, if it fits.
    pub fn times(self, other: Self) -> Option<Self> {
        let ((a, b), (c, d)) = (self.wide(), other.wide());
        Self::reduced(a * c, b * d)
    }
    /// One over it; `None` for zero.
    pub fn recip(self) -> Option<Self> {
        Self::reduced(self.denominator.into(), self.numerator.into())
    }
    /// The same with the other sign; `None` where that does not fit.
    pub fn negated(self) -> Option<Self> {
        self.times(Self::whole(-1))
    }
    /// A whole power, if it fits.
    pub fn power(self, n: i64) -> Option<Self> {
        let base = if n < 0 { self.recip()? } else { self };
        // Beyond 64 only powers of zero, one and minus one fit, and these depend on nothing but whether `n` is even.
        let n = n.unsigned_abs();
        let times = if n > 64 { 64 + n % 2 } else { n };
        (0..times).try_fold(Self::ONE, |out, _| out.times(base))
    }
}

impl Ord for Rational {
    fn cmp(&self, other: &Self) -> Ordering {
        let ((a, b), (c, d)) = (self.wide(), other.wide());
        (a * d).cmp(&(c * b))
    }
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.denominator {
            1 => write!(f, "{}", self.numerator),
            d => write!(f, "{}/{d}", self.numerator),
        }
    }
}
