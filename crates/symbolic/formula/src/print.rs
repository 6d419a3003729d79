//! Formulas to text that reads back as the same formula.

use crate::expr::Expr;
use crate::rational::Rational;
use std::fmt::{self, Write};

/// How tightly what is printed binds.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Binds {
    Sum,
    Product,
    Power,
    Atom,
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(self, f)
    }
}

fn binds(e: &Expr) -> Binds {
    match e {
        Expr::Sum(_) => Binds::Sum,
        Expr::Product(_) => Binds::Product,
        Expr::Power(_, exponent) => match &**exponent {
            Expr::Exact(r) if r.is_negative() => Binds::Product,
            Expr::Exact(r) if *r == half() => Binds::Atom,
            _ => Binds::Power,
        },
        Expr::Exact(r) if r.is_negative() || r.to_whole().is_none() => Binds::Product,
        Expr::Real(r) if r.value().is_sign_negative() => Binds::Product,
        _ => Binds::Atom,
    }
}

fn half() -> Rational {
    Rational::new(1, 2).expect("two is not zero")
}

/// In parentheses unless it binds at least as tightly as asked for.
fn inside(e: &Expr, least: Binds, f: &mut impl Write) -> fmt::Result {
    match binds(e) >= least {
        true => write(e, f),
        false => {
            f.write_char('(')?;
            write(e, f)?;
            f.write_char(')')
        }
    }
}

fn write(e: &Expr, f: &mut impl Write) -> fmt::Result {
    match e {
        Expr::Exact(r) => write!(f, "{r}"),
        Expr::Real(r) => write!(f, "{:?}", r.value()),
        Expr::Pi => f.write_str("pi"),
        Expr::Variable(name) => f.write_str(name),
        Expr::Apply(g, x) => {
            f.write_str(g.name())?;
            f.write_char('(')?;
            write(x, f)?;
            f.write_char(')')
        }
        Expr::Power(base, exponent) => match &**exponent {
            Expr::Exact(r) if *r == half() => {
                f.write_str("sqrt(")?;
                write(base, f)?;
                f.write_char(')')
            }
            Expr::Exact(r) if r.is_negative() => {
                f.write_str("1/")?;
                below(e, f)
            }
            _ => {
                inside(base, Binds::Atom, f)?;
                f.write_char('^')?;
                inside(exponent, Binds::Atom, f)
            }
        },
        Expr::Product(factors) => product(factors, f),
        Expr::Sum(terms) => {
            // `1 - x` reads better than `-x + 1`, and is the same tree.
            let (last, others) = terms.split_last().expect("a sum has terms");
            let turned = terms[0].is_negative() && matches!(last, Expr::Exact(r) if !r.is_negative());
            if turned {
                write(last, f)?;
                return others.iter().try_for_each(|t| term(t, f));
            }
            write(&terms[0], f)?;
            terms[1..].iter().try_for_each(|t| term(t, f))
        }
    }
}

/// A term that is not the first.
fn term(t: &Expr, f: &mut impl Write) -> fmt::Result {
    f.write_str(if t.is_negative() { " - " } else { " + " })?;
    match t {
        _ if !t.is_negative() => write(t, f),
        Expr::Product(factors) => {
            let mut factors = factors.to_vec();
            factors[0] = -factors[0].clone();
            product(&factors, f)
        }
        number => write(&-number.clone(), f),
    }
}

fn product(factors: &[Expr], f: &mut impl Write) -> fmt::Result {
    let (first, others) = factors.split_first().expect("a product has factors");
    let mut started = true;
    match first {
        // A coefficient of one stands there where a term's minus sign was taken off.
        Expr::Exact(r) if *r == Rational::ONE => started = false,
        Expr::Exact(r) if *r == Rational::whole(-1) => {
            f.write_char('-')?;
            started = false;
        }
        Expr::Exact(_) | Expr::Real(_) => write(first, f)?,
        Expr::Power(_, p) if matches!(&**p, Expr::Exact(r) if r.is_negative()) => write(first, f)?,
        _ => inside(first, Binds::Power, f)?,
    }
    for factor in others {
        let over = matches!(factor, Expr::Power(_, p) if matches!(&**p, Expr::Exact(r) if r.is_negative()));
        match (over, started) {
            (true, true) => {
                f.write_char('/')?;
                below(factor, f)?;
            }
            (true, false) => write(factor, f)?,
            (false, true) => {
                f.write_char('*')?;
                inside(factor, Binds::Power, f)?;
            }
            (false, false) => inside(factor, Binds::Power, f)?,
        }
        started = true;
    }
    Ok(())
}

/// What stands below the line for a negative power.
fn below(e: &Expr, f: &mut impl Write) -> fmt::Result {
    let Expr::Power(base, exponent) = e else { return write(e, f) };
    match &**exponent {
        Expr::Exact(r) if *r == Rational::whole(-1) => inside(base, Binds::Power, f),
        Expr::Exact(r) => {
            let up = r.negated().map_or_else(|| Expr::real(-r.value()), Expr::Exact);
            inside(&(**base).clone().power(up), Binds::Power, f)
        }
        _ => write(e, f),
    }
}
