//! Arithmetic: evaluating expressions, `is/2` and the comparisons of values.
//!
//! Expressions may be nested arbitrarily deep: evaluation has a stack of its own. See the `functions` module for what the
//! functions mean.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use super::args::shown;
use super::number::Number;
use super::{Builtin, Call, Fault, functions};
use crate::diag::Code;
use crate::term::{Symbol, Term, TermStore, View, sym};

pub(super) const TABLE: &[Builtin] = &[
    Builtin::new("is", 2, is),
    Builtin::new("=:=", 2, |c| compare(c, Ordering::is_eq)),
    Builtin::new("=\\=", 2, |c| compare(c, Ordering::is_ne)),
    Builtin::new("<", 2, |c| compare(c, Ordering::is_lt)),
    Builtin::new(">", 2, |c| compare(c, Ordering::is_gt)),
    Builtin::new("=<", 2, |c| compare(c, Ordering::is_le)),
    Builtin::new(">=", 2, |c| compare(c, Ordering::is_ge)),
];

/// The value of an arithmetic expression.
///
/// # Errors
/// [`Code::Arithmetic`] for an unbound variable, something that is not a number, an unknown function, division by zero, an
/// undefined or overflowing result.
#[inline]
pub fn eval(terms: &TermStore, expr: Term) -> Result<Number, Fault> {
    // Almost all expressions are a number, or a function of two numbers.
    match terms.view(expr) {
        View::Int(v) => Ok(Number::Int(v)),
        View::Float(v) => Ok(Number::Float(v)),
        View::Compound(name, &[a, b]) => match (Number::of(terms, a), Number::of(terms, b)) {
            (Some(a), Some(b)) => binary(terms, name, a, b),
            _ => eval_nested(terms, expr),
        },
        _ => eval_nested(terms, expr),
    }
}

/// The value of an expression as a probability. A value that misses [0, 1] by no more than rounding (1e-9) is 0 or 1.
///
/// # Errors
/// Those of [`eval`], and [`Code::Probability`] for a value outside [0, 1].
pub fn probability(terms: &TermStore, expr: Term) -> Result<f64, Fault> {
    let value = eval(terms, expr)?.to_f64();
    // Sums of fractions such as 1/3 may miss 1.
    const SLACK: f64 = 1e-9;
    if (0.0..=1.0).contains(&value) {
        Ok(value)
    } else if (-SLACK..=1.0 + SLACK).contains(&value) {
        Ok(value.clamp(0.0, 1.0))
    } else {
        Err(Fault::new(Code::Probability, format!("the probability `{}` is {value}", shown(terms, expr)))
            .help("a probability lies between 0 and 1"))
    }
}

enum Step {
    Visit(Term),
    Apply(Term),
}

/// `a + b`, with the errors of `is/2`.
pub fn add(a: Number, b: Number) -> Result<Number, Fault> {
    functions::add(a, b)
}

#[cold]
fn eval_nested(terms: &TermStore, expr: Term) -> Result<Number, Fault> {
    // Terms are shared, so an expression of n nodes can be 2^n long when written out: long evaluations keep the values of
    // the parts they have seen.
    const SHORT: usize = 1000;
    let mut seen: FxHashMap<Term, Number> = FxHashMap::default();
    let (mut steps, mut values, mut count) = (vec![Step::Visit(expr)], Vec::new(), 0);
    while let Some(step) = steps.pop() {
        count += 1;
        match step {
            Step::Visit(t) => match terms.view(t) {
                View::Int(v) => values.push(Number::Int(v)),
                View::Float(v) => values.push(Number::Float(v)),
                View::Atom(name) => values.push(constant(terms, name)?),
                View::Compound(sym::CONS, _) => return Err(not_a_number(terms, t)),
                View::Compound(_, args) => match seen.get(&t) {
                    Some(&value) => values.push(value),
                    None => {
                        steps.push(Step::Apply(t));
                        steps.extend(args.iter().rev().map(|&a| Step::Visit(a)));
                    }
                },
                View::Var(_) => return Err(unbound()),
                View::Str(_) => return Err(not_a_number(terms, t)),
            },
            Step::Apply(t) => {
                let View::Compound(name, args) = terms.view(t) else { unreachable!("only compound terms are applied") };
                let start = values.len() - args.len();
                let known = match values[start..] {
                    [x] => functions::unary(terms.name(name), x),
                    [x, y] => Some(binary(terms, name, x, y)),
                    _ => None,
                };
                let value = known.unwrap_or_else(|| Err(no_function(terms.name(name), args.len())))?;
                values.truncate(start);
                values.push(value);
                if count > SHORT {
                    seen.insert(t, value);
                }
            }
        }
    }
    Ok(values[0])
}

#[inline]
fn binary(terms: &TermStore, name: Symbol, x: Number, y: Number) -> Result<Number, Fault> {
    match name {
        sym::PLUS => functions::add(x, y),
        sym::MINUS => functions::sub(x, y),
        sym::STAR => functions::mul(x, y),
        _ => functions::binary(terms.name(name), x, y).unwrap_or_else(|| Err(no_function(terms.name(name), 2))),
    }
}

fn constant(terms: &TermStore, name: Symbol) -> Result<Number, Fault> {
    let text = terms.name(name);
    functions::constant(text).unwrap_or_else(|| Err(not_a_number(terms, Term::atom(name))))
}

#[cold]
fn unbound() -> Fault {
    Fault::new(Code::Arithmetic, "arithmetic on a variable that is not bound")
        .help("move the goal after the one that gives the variable a value")
}

#[cold]
fn not_a_number(terms: &TermStore, term: Term) -> Fault {
    Fault::new(Code::Arithmetic, format!("`{}` is not a number", shown(terms, term)))
        .help("arithmetic needs numbers; compare other terms with `=`, `==` or `@<`")
}

#[cold]
fn no_function(name: &str, arity: usize) -> Fault {
    let help = match name {
        "::" => "a probability cannot be part of an expression",
        _ => "to use a predicate, call it first and compute with its result",
    };
    Fault::new(Code::Arithmetic, format!("there is no arithmetic function {name}/{arity}")).help(help)
}

fn is(call: &mut Call<'_>) -> Result<(), Fault> {
    let value = eval(call.terms, call.args[1])?.term(call.terms);
    if call.args[0] == value {
        call.succeed();
    } else if call.args[0].is_var() {
        call.unify(call.args[0], value);
    }
    Ok(())
}

#[inline]
fn compare(call: &mut Call<'_>, holds: impl Fn(Ordering) -> bool) -> Result<(), Fault> {
    let (a, b) = (eval(call.terms, call.args[0])?, eval(call.terms, call.args[1])?);
    call.succeed_if(holds(a.order(b)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, read};
    use super::*;

    #[test]
    fn functions_have_the_values_of_problog() {
        // Each expected value was printed by ProbLog 2.3.
        check(&[
            ("X is 4/2", "X=2.0"),
            ("X is 5/2", "X=2.5"),
            ("2 is 4/2", ""),
            ("X is -7 // 2", "X=-4"),
            ("X is -7 rem 2", "X=1"),
            ("X is 2 ** (-1)", "X=0.5"),
            ("X is 2 ** 3", "X=8"),
            ("X is 2.0 ** 3", "X=8.0"),
            ("X is 10 ** 2.0", "X=100.0"),
            ("X is round(2.5)", "X=2"),
            ("X is integer(2.7)", "X=2"),
            ("X is max(1, 1.0)", "X=1"),
            ("X is min(2.0, 2)", "X=2.0"),
            ("X is 7.5 // 2", "X=3.0"),
            ("X is 5.5 mod 2", "X=1.5"),
            ("X is -2.5 div 2", "X=-2.0"),
            ("X is float_integer_part(-2.5)", "X=-2"),
            ("X is truncate(-2.5)", "X=-2"),
            ("X is sign(-2.5)", "X=-1"),
            ("X is 1.0*3", "X=3.0"),
        ]);
    }

    #[test]
    fn functions_have_the_values_of_the_mathematics() {
        check(&[
            ("X is 1+2*3-4", "X=3"),
            ("X is -(3)", "X=-3"),
            ("X is +(3)", "X=3"),
            ("X is abs(-3)", "X=3"),
            ("X is abs(-3.5)", "X=3.5"),
            ("X is sqrt(16)", "X=4.0"),
            ("X is exp(0)", "X=1.0"),
            ("X is exp(2,3)", "X=8.0"),
            ("X is log(e)", "X=1.0"),
            ("X is log2(8)", "X=3.0"),
            ("X is log(2, 8)", "X=3.0"),
            ("X is log10(1000.0)", "X=3.0"),
            ("X is sin(0)+cos(0)+tan(0)", "X=1.0"),
            ("X is asin(0)+acos(1)+atan(0)+sinh(0)+tanh(0)+asinh(0)+acosh(1)+atanh(0)", "X=0.0"),
            ("X is cosh(0)", "X=1.0"),
            ("X is atan2(0, 1)", "X=0.0"),
            ("X is 4*atan(1,1) - pi", "X=0.0"),
            ("X is round(gamma(5))", "X=24"),
            ("X is lgamma(1)", "X=0.0"),
            ("X is erf(0)+erfc(0)", "X=1.0"),
            ("X is floor(-2.5)", "X=-3"),
            ("X is ceiling(-2.5)", "X=-2"),
            ("X is round(3.5)", "X=4"),
            ("X is float(3)", "X=3.0"),
            ("X is float_fractional_part(2.25)", "X=0.25"),
            ("X is 7 mod -2", "X=-1"),
            ("X is -7 mod 2", "X=1"),
            ("X is -7 div 2", "X=-4"),
            ("X is 5 /\\ 6", "X=4"),
            ("X is 5 \\/ 6", "X=7"),
            ("X is 5 xor 6", "X=3"),
            ("X is \\5", "X=-6"),
            ("X is 1 << 10", "X=1024"),
            ("X is -1024 >> 3", "X=-128"),
            ("X is 1 >> 100", "X=0"),
            ("X is gcd(12, -18)", "X=6"),
            ("X is msb(1000)", "X=9"),
            ("X is copysign(2, -1)", "X=-2.0"),
            ("X is 0 ** 0", "X=1"),
            ("X is (-1) ** 1000001", "X=-1"),
            ("X is 1 ^ -5", "X=1"),
            ("X is 9223372036854775807", "X=9223372036854775807"),
            ("X is max_integer + min_integer", "X=-1"),
            ("X is min(3, inf)", "X=3"),
        ]);
    }

    #[test]
    fn values_are_compared_and_terms_are_not() {
        check(&[
            ("1 =:= 1.0", "yes"),
            ("1 =\\= 1.0", ""),
            ("1+1 < 3", "yes"),
            ("3 < 1+1", ""),
            ("3 > 1+1", "yes"),
            ("2 >= 2.0", "yes"),
            ("2 =< 1", ""),
            ("9007199254740993 =:= 9007199254740992.0", ""),
        ]);
    }

    #[test]
    fn errors_say_what_is_wrong() {
        check(&[
            ("X is Y+1", "!is/2: arithmetic on a variable that is not bound"),
            ("X is a+1", "!`a` is not a number"),
            ("X is \"a\"+1", "!`\"a\"` is not a number"),
            ("X is [1]+1", "!`[1]` is not a number"),
            ("X is foo(1,2)", "!there is no arithmetic function foo/2"),
            ("X is foo(1,2,3)", "!there is no arithmetic function foo/3"),
            ("X is 1/0", "!division by zero in `1 / 0`"),
            ("X is 1 mod 0", "!division by zero"),
            ("X is 1.0 // 0.0", "!division by zero"),
            ("X is 0 ** (-1)", "!division by zero"),
            ("X is 9223372036854775807 + 1", "!`9223372036854775807 + 1` overflows"),
            ("X is 10 ** 30", "!overflows"),
            ("X is 1 << 63", "!overflows"),
            ("X is abs(min_integer)", "!overflows"),
            ("X is min_integer // -1", "!overflows"),
            ("X is exp(1000)", "!overflows"),
            ("X is floor(1.0e30)", "!overflows"),
            ("X is sqrt(-1)", "!`sqrt(-1)` is not defined"),
            ("X is log(0)", "!`log(0)` is not defined"),
            ("X is inf-inf", "!`inf - inf` is not defined"),
            ("X is nan", "!`nan` is not defined"),
            ("X is gamma(-2)", "!not defined"),
            ("X is 1 >> -1", "!not defined"),
            ("X is 1.5 /\\ 1", "!`/\\` needs integers, but got 1.5"),
            ("X is random", "!another value each time"),
            ("a < 1", "!`a` is not a number"),
        ]);
    }

    #[test]
    fn deep_and_shared_expressions() {
        let mut terms = TermStore::new();
        let one = terms.int(1);
        let mut deep = one;
        for _ in 0..200_000 {
            deep = terms.compound(sym::PLUS, &[deep, one]);
        }
        assert_eq!(eval(&terms, deep), Ok(Number::Int(200_001)));
        // 2^60 additions when written out.
        let mut doubled = one;
        for _ in 0..60 {
            doubled = terms.compound(sym::PLUS, &[doubled, doubled]);
        }
        assert_eq!(eval(&terms, doubled), Ok(Number::Int(1 << 60)));
    }

    #[test]
    fn probabilities_lie_between_0_and_1() {
        let mut terms = TermStore::new();
        let mut value = |text: &str| {
            let expr = read(&mut terms, text);
            probability(&terms, expr)
        };
        assert_eq!(value("1/4"), Ok(0.25));
        assert_eq!(value("1"), Ok(1.0));
        assert_eq!(value("0.1+0.2+0.7"), Ok(1.0));
        assert_eq!(value("3/2").unwrap_err().code, Code::Probability);
        assert_eq!(value("0-0.1").unwrap_err().code, Code::Probability);
        assert_eq!(value("X/2").unwrap_err().code, Code::Arithmetic);
    }
}
