//! Simpler formulas with the same values: rewriting from the leaves up, over and over until nothing changes.
//!
//! Every rule makes the tree smaller, moves a number outwards, or brings parts into their fixed order, so rewriting ends; a bound
//! on the rounds makes sure of it. Values are kept wherever the given formula has one: the result may be defined in more places
//! (`x/x` is 1 at zero, `exp(log(x))` is `x` for negative numbers), never in fewer.

use crate::expr::Expr;
use crate::function::Function;
use crate::rational::Rational;
use std::collections::BTreeMap;

/// Rounds after which rewriting stops; formulas seen so far take three or four.
const ROUNDS: usize = 40;

impl Expr {
    /// A simpler formula with the same values.
    ///
    /// ```
    /// use symbolon_formula::Expr;
    /// let f = Expr::parse("2*(x + 3) - x*1 + y*y/y^3 + 0*exp(z)")?;
    /// assert_eq!(f.simplify().to_string(), "x + 1/y + 6");
    /// # Ok::<(), symbolon_formula::Error>(())
    /// ```
    pub fn simplify(&self) -> Expr {
        let mut e = self.clone();
        for _ in 0..ROUNDS {
            let next = e.map(&mut once);
            if next == e {
                break;
            }
            e = next;
        }
        e
    }

    /// Measured numbers that are an exact number, or a multiple of pi, but for a `tolerance`: replaced by it and simplified.
    /// Fractions have denominators up to 12. A tolerance of 1e-3 means that 3.1411 becomes `pi`.
    ///
    /// ```
    /// use symbolon_formula::Expr;
    /// let f = Expr::parse("0.9998*sin(3.1416*x) + 0.4999*y^2 + 0.00002")?;
    /// assert_eq!(f.exact(1e-3).to_string(), "1/2*y^2 + sin(pi*x)");
    /// # Ok::<(), symbolon_formula::Error>(())
    /// ```
    pub fn exact(&self, tolerance: f64) -> Expr {
        let near = |x: f64| -> Option<Expr> {
            let within = |r: Rational, x: f64| (r.value() - x).abs() <= tolerance;
            let fraction = |x: f64, most: i64| -> Option<Rational> {
                (1..=most).filter(|_| x.abs() < 1e6).find_map(|d| {
                    let r = Rational::new((x * d as f64).round() as i64, d)?;
                    within(r, x).then_some(r)
                })
            };
            let whole = fraction(x, 1).map(Expr::Exact);
            let pi = || {
                let r = fraction(x / std::f64::consts::PI, 4).filter(|r| *r != Rational::ZERO)?;
                Some(Expr::Exact(r) * Expr::Pi)
            };
            whole.or_else(pi).or_else(|| fraction(x, 12).map(Expr::Exact))
        };
        self.map(&mut |e| match &e {
            Expr::Real(r) => near(r.value()).unwrap_or(e),
            _ => e,
        })
        .simplify()
    }
}

/// One round at one place.
fn once(e: Expr) -> Expr {
    match &e {
        Expr::Sum(terms) => sum(terms),
        Expr::Product(factors) => product(factors),
        Expr::Power(base, exponent) => power(base, exponent),
        Expr::Apply(f, x) => apply(*f, x),
        _ => e,
    }
}

/// The number in front of a term, and the term without it.
fn coefficient(term: &Expr) -> (Number, Expr) {
    match term {
        Expr::Product(factors) => {
            let (mut number, mut others) = (Number::ONE, Vec::new());
            for f in factors.iter() {
                match Number::of(f) {
                    Some(n) => number = number.times(n),
                    None => others.push(f.clone()),
                }
            }
            (number, Expr::product(others))
        }
        _ => match Number::of(term) {
            Some(n) => (n, Expr::whole(1)),
            None => (Number::ONE, term.clone()),
        },
    }
}

/// An exact or measured number.
#[derive(Clone, Copy, PartialEq)]
enum Number {
    Exact(Rational),
    Real(f64),
}

impl Number {
    const ONE: Self = Self::Exact(Rational::ONE);
    fn of(e: &Expr) -> Option<Self> {
        match e {
            Expr::Exact(r) => Some(Self::Exact(*r)),
            Expr::Real(r) => Some(Self::Real(r.value())),
            _ => None,
        }
    }
    fn value(self) -> f64 {
        match self {
            Self::Exact(r) => r.value(),
            Self::Real(x) => x,
        }
    }
    fn both(self, other: Self, exact: fn(Rational, Rational) -> Option<Rational>, real: fn(f64, f64) -> f64) -> Self {
        match (self, other) {
            (Self::Exact(a), Self::Exact(b)) => {
                exact(a, b).map_or_else(|| Self::Real(real(a.value(), b.value())), Self::Exact)
            }
            (a, b) => Self::Real(real(a.value(), b.value())),
        }
    }
    fn plus(self, other: Self) -> Self {
        self.both(other, Rational::plus, |a, b| a + b)
    }
    fn times(self, other: Self) -> Self {
        self.both(other, Rational::times, |a, b| a * b)
    }
    fn is_zero(self) -> bool {
        self.value() == 0.0
    }
    fn expr(self) -> Expr {
        match self {
            Self::Exact(r) => Expr::Exact(r),
            Self::Real(x) => Expr::real(x),
        }
    }
}

/// `2*x + 3*x` is `5*x`; numbers become one, at the end; terms are put in order.
fn sum(terms: &[Expr]) -> Expr {
    let mut by_term: BTreeMap<Expr, Number> = BTreeMap::new();
    for term in terms {
        let (number, rest) = coefficient(term);
        by_term.entry(rest).and_modify(|n| *n = n.plus(number)).or_insert(number);
    }
    let constant = by_term.remove(&Expr::whole(1)).filter(|n| !n.is_zero());
    let left = by_term.into_iter().filter(|(_, n)| !n.is_zero());
    let terms = left.map(|(rest, n)| if n == Number::ONE { rest } else { Expr::product([n.expr(), rest]) });
    let mut terms: Vec<Expr> = terms.collect();
    // `y - x` reads better than `-x + y`.
    terms.sort_by_key(Expr::is_negative);
    Expr::sum(terms.into_iter().chain(constant.map(Number::expr)))
}

/// `x*x^2` is `x^3`; numbers become one, at the head, and go into a sum that they alone multiply; factors are put in order.
fn product(factors: &[Expr]) -> Expr {
    let mut number = Number::ONE;
    let mut by_base: BTreeMap<Expr, Vec<Expr>> = BTreeMap::new();
    let mut exponents = Vec::new();
    for factor in factors {
        match (Number::of(factor), factor) {
            (Some(n), _) => number = number.times(n),
            (_, Expr::Power(base, p)) => by_base.entry((**base).clone()).or_default().push((**p).clone()),
            (_, Expr::Apply(Function::Exp, x)) => exponents.push((**x).clone()),
            _ => by_base.entry(factor.clone()).or_default().push(Expr::whole(1)),
        }
    }
    if number.is_zero() {
        return Expr::whole(0);
    }
    let mut all = Vec::new();
    for (base, powers) in by_base {
        // Only whole powers add up for every base: sqrt(x)*sqrt(x) is not defined below zero, but x is, which is allowed; x^a*x^b is
        // left alone where a or b is not exact.
        let (exact, others): (Vec<Expr>, Vec<Expr>) = powers.into_iter().partition(|p| matches!(p, Expr::Exact(_)));
        let total = Expr::sum(exact);
        if total != Expr::whole(0) {
            all.push(if total == Expr::whole(1) { base.clone() } else { base.clone().power(total) });
        }
        all.extend(others.into_iter().map(|p| base.clone().power(p)));
    }
    if !exponents.is_empty() {
        all.push(Expr::apply(Function::Exp, Expr::sum(exponents)));
    }
    all.sort_by_key(|f| (is_below(f), f.clone()));
    if let ([Expr::Sum(terms)], false) = (all.as_slice(), number == Number::ONE) {
        return Expr::sum(terms.iter().map(|t| Expr::product([number.expr(), t.clone()])));
    }
    Expr::product([number.expr()].into_iter().filter(|n| *n != Expr::whole(1)).chain(all))
}

/// Whether it is printed below the line.
fn is_below(e: &Expr) -> bool {
    matches!(e, Expr::Power(_, p) if p.is_negative())
}

fn power(base: &Expr, exponent: &Expr) -> Expr {
    let same = || base.clone().power(exponent.clone());
    if let (Expr::Real(x), Some(p)) = (base, exponent.number()) {
        let value = x.value().powf(p);
        return if value.is_finite() { Expr::real(value) } else { same() };
    }
    // A whole measured exponent is kept as it is: the fit may still move it.
    let Expr::Exact(p) = exponent else { return same() };
    match (base, p.to_whole()) {
        (_, Some(0)) => Expr::whole(1),
        (_, Some(1)) => base.clone(),
        (Expr::Exact(r), Some(n)) => r.power(n).map_or_else(same, Expr::Exact),
        (Expr::Exact(r), None) if *r == Rational::ONE => Expr::whole(1),
        // (x^a)^n is x^(a*n) for whole n, whatever a is; (x^2)^(1/2) is no x.
        (Expr::Power(inner, a), Some(n)) => match &**a {
            Expr::Exact(a) => match a.times(Rational::whole(n)) {
                Some(r) => (**inner).clone().power(Expr::Exact(r)),
                None => same(),
            },
            _ => (**inner).clone().power(Expr::product([Expr::whole(n), (**a).clone()])),
        },
        (Expr::Product(factors), Some(_)) => Expr::product(factors.iter().map(|f| f.clone().power(exponent.clone()))),
        (Expr::Apply(Function::Exp, x), Some(n)) => {
            Expr::apply(Function::Exp, Expr::product([Expr::whole(n), (**x).clone()]))
        }
        (Expr::Apply(Function::Abs, x), Some(n)) if n % 2 == 0 => (**x).clone().power(exponent.clone()),
        (Expr::Sum(_), Some(n)) if n % 2 == 0 && flips(base) => negated(base).power(exponent.clone()),
        _ => same(),
    }
}

/// Whether the other sign is the one that is written: that of the term that comes first whatever its sign is positive.
fn flips(e: &Expr) -> bool {
    match e {
        Expr::Sum(terms) => {
            let terms = terms.iter().filter(|t| Number::of(t).is_none());
            terms.min_by_key(|t| coefficient(t).1).is_some_and(Expr::is_negative)
        }
        _ => e.is_negative(),
    }
}

fn negated(e: &Expr) -> Expr {
    match e {
        Expr::Sum(terms) => Expr::sum(terms.iter().map(|t| -t.clone())),
        _ => -e.clone(),
    }
}

fn apply(f: Function, x: &Expr) -> Expr {
    if let Expr::Real(r) = x {
        let value = f.value(r.value());
        return if value.is_finite() { Expr::real(value) } else { Expr::apply(f, x.clone()) };
    }
    if let Some(turned) = quarter_turns(f, x) {
        return turned;
    }
    match (f, x) {
        (Function::Exp, Expr::Apply(Function::Log, inner)) => (**inner).clone(),
        (Function::Log, Expr::Apply(Function::Exp, inner)) => (**inner).clone(),
        (Function::Abs, Expr::Apply(Function::Abs, _)) => x.clone(),
        // A measured shift of an exponential is a measured factor.
        (Function::Exp, Expr::Sum(terms)) if matches!(terms.last(), Some(Expr::Real(_))) => {
            let (last, others) = terms.split_last().expect("a sum has terms");
            let factor = last.number().unwrap_or(0.0).exp();
            match factor.is_finite() && factor > 0.0 {
                true => Expr::product([Expr::real(factor), Expr::apply(f, Expr::sum(others.to_vec()))]),
                false => Expr::apply(f, x.clone()),
            }
        }
        (_, Expr::Exact(r)) => match (f, r.to_whole()) {
            (Function::Exp | Function::Cos | Function::Cosh, Some(0)) => Expr::whole(1),
            (Function::Log, Some(1)) => Expr::whole(0),
            (Function::Abs, _) if r.is_negative() => r.negated().map_or_else(|| Expr::apply(f, x.clone()), Expr::Exact),
            (Function::Abs, _) => x.clone(),
            (_, Some(0)) if f.even() == Some(false) => Expr::whole(0),
            _ if r.is_negative() => signed(f, x),
            _ => Expr::apply(f, x.clone()),
        },
        _ if flips(x) => signed(f, x),
        _ => Expr::apply(f, x.clone()),
    }
}

/// `cos(pi/2 - x)` is `sin(x)`: sine and cosine take multiples of `pi/2` out of a sum.
fn quarter_turns(f: Function, x: &Expr) -> Option<Expr> {
    let terms = match x {
        Expr::Sum(terms) => terms.to_vec(),
        alone => vec![alone.clone()],
    };
    let turns = |t: &Expr| match coefficient(t) {
        (Number::Exact(r), Expr::Pi) => r.times(Rational::whole(2))?.to_whole(),
        _ => None,
    };
    let at = terms.iter().position(|t| turns(t).is_some())?;
    let k = turns(&terms[at])?.rem_euclid(4);
    let rest = Expr::sum(terms.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, t)| t.clone()));
    // sin, cos, -sin, -cos: each is the next one a quarter of a turn later.
    let from = match f {
        Function::Sin => 0,
        Function::Cos => 1,
        _ => return None,
    };
    let turned = |g| Expr::apply(g, rest);
    Some(match (from + k) % 4 {
        0 => turned(Function::Sin),
        1 => turned(Function::Cos),
        2 => -turned(Function::Sin),
        _ => -turned(Function::Cos),
    })
}

/// The sign taken out of an argument, where the function allows it.
fn signed(f: Function, x: &Expr) -> Expr {
    match f.even() {
        Some(true) => Expr::apply(f, negated(x)),
        Some(false) => -Expr::apply(f, negated(x)),
        None => Expr::apply(f, x.clone()),
    }
}
