//! Formulas as trees in a normal form: sums and products with any number of terms, powers, functions.
//!
//! There is no difference and no quotient: `a - b` is `a + (-1)*b`, `a / b` is `a * b^-1`. The constructors keep the normal form
//! (sums hold no sums, products no products, exact numbers are gathered at the end of a sum and at the head of a product), so that
//! what is printed reads back as the same tree. They change no value; what needs thought is left to
//! [`simplify`](Expr::simplify).

use crate::function::Function;
use crate::rational::Rational;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::ops::{Add, Div, Mul, Neg, Sub};
use std::sync::Arc;

/// A formula. Clones share their parts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Expr {
    /// An exact number: part of what the formula is.
    Exact(Rational),
    /// A measured number: fitted to data.
    Real(Real),
    /// The circle's circumference over its diameter.
    Pi,
    /// An input, by its name.
    Variable(Arc<str>),
    /// A base and its exponent.
    Power(Arc<Expr>, Arc<Expr>),
    /// A function and its argument.
    Apply(Function, Arc<Expr>),
    /// Factors; at least two.
    Product(Arc<[Expr]>),
    /// Terms; at least two.
    Sum(Arc<[Expr]>),
}

/// A finite floating-point number that can be ordered and looked up: two are equal when their bits are.
#[derive(Clone, Copy, Debug)]
pub struct Real(f64);

impl Real {
    /// The number.
    pub fn value(self) -> f64 {
        self.0
    }
}

impl PartialEq for Real {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}
impl Eq for Real {}
impl Hash for Real {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}
impl Ord for Real {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}
impl PartialOrd for Real {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Making them.
impl Expr {
    /// A whole number.
    pub fn whole(n: i64) -> Self {
        Self::Exact(Rational::whole(n))
    }
    /// A measured number. Numbers that are not finite have no place in a formula and become zero over zero.
    pub fn real(x: f64) -> Self {
        match x.is_finite() {
            true => Self::Real(Real(x)),
            false => Self::Power(Arc::new(Self::whole(0)), Arc::new(Self::whole(-1))),
        }
    }
    /// An input.
    pub fn variable(name: &str) -> Self {
        Self::Variable(name.into())
    }
    /// A function of something.
    pub fn apply(f: Function, x: Expr) -> Self {
        Self::Apply(f, Arc::new(x))
    }
    /// The sum of terms. Sums among them are taken apart; exact numbers become one, at the end.
    pub fn sum(terms: impl IntoIterator<Item = Expr>) -> Self {
        let (mut all, mut number) = (Vec::new(), Rational::ZERO);
        let mut add = |term: Expr| match &term {
            Self::Exact(r) => match number.plus(*r) {
                Some(n) => number = n,
                None => all.push(Self::real(r.value())),
            },
            _ => all.push(term),
        };
        for term in terms {
            match &term {
                Self::Sum(inner) => inner.iter().cloned().for_each(&mut add),
                _ => add(term),
            }
        }
        if number != Rational::ZERO {
            all.push(Self::Exact(number));
        }
        match all.len() {
            0 => Self::whole(0),
            1 => all.remove(0),
            _ => Self::Sum(all.into()),
        }
    }
    /// The product of factors. Products among them are taken apart; exact numbers become one, at the head.
    pub fn product(factors: impl IntoIterator<Item = Expr>) -> Self {
        let (mut all, mut number) = (Vec::new(), Rational::ONE);
        let mut add = |factor: Expr| match &factor {
            Self::Exact(r) => match number.times(*r) {
                Some(n) => number = n,
                None => all.push(Self::real(r.value())),
            },
            _ => all.push(factor),
        };
        for factor in factors {
            match &factor {
                Self::Product(inner) => inner.iter().cloned().for_each(&mut add),
                _ => add(factor),
            }
        }
        match all.first() {
            // `-2.5` is one number.
            Some(Self::Real(r)) if number == Rational::whole(-1) => all[0] = Self::real(-r.0),
            _ if number != Rational::ONE => all.insert(0, Self::Exact(number)),
            _ => {}
        }
        match all.len() {
            0 => Self::whole(1),
            1 => all.remove(0),
            _ => Self::Product(all.into()),
        }
    }
    /// This to the power of something.
    pub fn power(self, exponent: Expr) -> Self {
        match exponent == Self::whole(-1) {
            true => self.recip(),
            false => Self::Power(Arc::new(self), Arc::new(exponent)),
        }
    }
    /// One over this.
    pub fn recip(self) -> Self {
        let negated = |e: &Expr| if let Self::Exact(r) = e { r.negated() } else { None };
        match &self {
            Self::Exact(r) if *r != Rational::ZERO => {
                if let Some(r) = r.recip() {
                    return Self::Exact(r);
                }
            }
            Self::Power(base, exponent) => match negated(exponent) {
                Some(r) if r == Rational::ONE => return (**base).clone(),
                Some(r) if r == Rational::whole(-1) => return (**base).clone().recip(),
                Some(r) => return Self::Power(base.clone(), Arc::new(Self::Exact(r))),
                None => {}
            },
            _ => {}
        }
        Self::Power(Arc::new(self), Arc::new(Self::whole(-1)))
    }
    /// The square root: the power of one half.
    pub fn sqrt(self) -> Self {
        self.power(Self::Exact(Rational::new(1, 2).expect("two is not zero")))
    }
}

/// Looking at them.
impl Expr {
    /// The parts that it is made of.
    pub fn parts(&self) -> Vec<&Expr> {
        match self {
            Self::Sum(parts) | Self::Product(parts) => parts.iter().collect(),
            Self::Power(base, exponent) => vec![base, exponent],
            Self::Apply(_, x) => vec![x],
            _ => Vec::new(),
        }
    }
    /// The same formula with other parts.
    pub(crate) fn with_parts(&self, parts: Vec<Expr>) -> Self {
        let mut parts = parts.into_iter();
        let mut next = || parts.next().unwrap_or_else(|| Self::whole(0));
        match self {
            Self::Sum(_) => Self::sum(parts),
            Self::Product(_) => Self::product(parts),
            Self::Power(..) => {
                let base = next();
                base.power(next())
            }
            Self::Apply(f, _) => Self::apply(*f, next()),
            leaf => leaf.clone(),
        }
    }
    /// Rebuilds it from the leaves up.
    pub(crate) fn map(&self, f: &mut impl FnMut(Expr) -> Expr) -> Expr {
        let parts: Vec<Expr> = self.parts().into_iter().map(|p| p.map(f)).collect();
        let built = self.with_parts(parts);
        f(built)
    }
    /// The number that it is, exact or measured.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Exact(r) => Some(r.value()),
            Self::Real(r) => Some(r.0),
            Self::Pi => Some(std::f64::consts::PI),
            _ => None,
        }
    }
    /// The whole number that it is.
    pub fn to_whole(&self) -> Option<i64> {
        match self {
            Self::Exact(r) => r.to_whole(),
            _ => None,
        }
    }
    /// Whether a minus sign stands before it when it is printed.
    pub(crate) fn is_negative(&self) -> bool {
        match self {
            Self::Exact(r) => r.is_negative(),
            Self::Real(r) => r.0.is_sign_negative(),
            Self::Product(factors) => factors[0].is_negative(),
            _ => false,
        }
    }
    fn visit<'a>(&'a self, f: &mut impl FnMut(&'a Expr)) {
        f(self);
        self.parts().into_iter().for_each(|p| p.visit(f));
    }
    /// The names of its inputs, sorted, each once.
    pub fn variables(&self) -> Vec<String> {
        let mut names = std::collections::BTreeSet::new();
        self.visit(&mut |e| {
            if let Self::Variable(name) = e {
                names.insert(name.to_string());
            }
        });
        names.into_iter().collect()
    }
    /// Its measured numbers, from left to right.
    pub fn constants(&self) -> Vec<f64> {
        let mut all = Vec::new();
        self.visit(&mut |e| {
            if let Self::Real(r) = e {
                all.push(r.0);
            }
        });
        all
    }
    /// The same formula with other measured numbers, given from left to right; those that are missing stay as they are.
    pub fn with_constants(&self, values: &[f64]) -> Self {
        self.constants_from(&mut values.iter())
    }
    fn constants_from(&self, values: &mut std::slice::Iter<'_, f64>) -> Self {
        if let Self::Real(r) = self {
            return Self::real(*values.next().unwrap_or(&r.0));
        }
        // Not through the constructors: they could move a number, and the next call would find another order.
        let mut inner = |p: &Expr| p.constants_from(values);
        match self {
            Self::Sum(parts) => Self::Sum(parts.iter().map(inner).collect()),
            Self::Product(parts) => Self::Product(parts.iter().map(inner).collect()),
            Self::Power(base, exponent) => {
                let base = inner(base);
                Self::Power(Arc::new(base), Arc::new(inner(exponent)))
            }
            Self::Apply(f, x) => Self::apply(*f, inner(x)),
            leaf => leaf.clone(),
        }
    }
    /// Puts a formula in the place of an input.
    pub fn substitute(&self, name: &str, by: &Expr) -> Self {
        self.map(&mut |e| match &e {
            Self::Variable(n) if **n == *name => by.clone(),
            _ => e,
        })
    }
    /// How many leaves and operations it has: a sum of three terms counts two operations.
    pub fn size(&self) -> usize {
        let mut size = 0;
        self.visit(&mut |e| {
            size += match e {
                Self::Sum(p) | Self::Product(p) => p.len() - 1,
                _ => 1,
            };
        });
        size
    }
    /// Its value, with each variable's.
    ///
    /// # Errors
    /// [`Error::Variable`](crate::Error::Variable) for a variable without a value.
    pub fn value(&self, at: &[(&str, f64)]) -> crate::Result<f64> {
        let names: Vec<&str> = at.iter().map(|(n, _)| *n).collect();
        let columns: Vec<[f64; 1]> = at.iter().map(|(_, x)| [*x]).collect();
        let columns: Vec<&[f64]> = columns.iter().map(|c| &c[..]).collect();
        Ok(self.program(&names)?.rows(1, &columns)[0])
    }
}

impl From<i64> for Expr {
    fn from(n: i64) -> Self {
        Self::whole(n)
    }
}
impl From<f64> for Expr {
    fn from(x: f64) -> Self {
        Self::real(x)
    }
}
impl Add for Expr {
    type Output = Expr;
    fn add(self, other: Expr) -> Expr {
        Expr::sum([self, other])
    }
}
impl Sub for Expr {
    type Output = Expr;
    fn sub(self, other: Expr) -> Expr {
        Expr::sum([self, -other])
    }
}
impl Mul for Expr {
    type Output = Expr;
    fn mul(self, other: Expr) -> Expr {
        Expr::product([self, other])
    }
}
impl Div for Expr {
    type Output = Expr;
    fn div(self, other: Expr) -> Expr {
        Expr::product([self, other.recip()])
    }
}
impl Neg for Expr {
    type Output = Expr;
    fn neg(self) -> Expr {
        Expr::product([Expr::whole(-1), self])
    }
}
