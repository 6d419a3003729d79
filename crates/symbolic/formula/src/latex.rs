//! Formulas as LaTeX mathematics.

use crate::expr::Expr;
use crate::function::Function;
use crate::rational::Rational;

impl Expr {
    /// LaTeX, without the dollar signs around it.
    ///
    /// ```
    /// let f = symbolon_formula::Expr::parse("exp(-x^2/2) / sqrt(2*pi)").unwrap();
    /// assert_eq!(f.latex(), r"\frac{\exp\left(-\frac{x^{2}}{2}\right)}{\sqrt{2 \pi}}");
    /// ```
    pub fn latex(&self) -> String {
        match self {
            Self::Exact(r) => rational(*r),
            Self::Real(r) => real(r.value()),
            Self::Pi => "\\pi".into(),
            Self::Variable(name) => variable(name),
            Self::Apply(Function::Abs, x) => format!("\\left|{}\\right|", x.latex()),
            Self::Apply(f, x) => format!("{}\\left({}\\right)", f.latex(), x.latex()),
            Self::Power(base, exponent) => match &**exponent {
                Self::Exact(r) if r.is_negative() => product(std::slice::from_ref(self)),
                Self::Exact(r) if Rational::new(1, 2) == Some(*r) => format!("\\sqrt{{{}}}", base.latex()),
                _ => {
                    let atom = match &**base {
                        Self::Variable(_) | Self::Pi => true,
                        Self::Exact(r) => !r.is_negative() && r.to_whole().is_some(),
                        _ => false,
                    };
                    let base = if atom { base.latex() } else { parenthesised(base) };
                    format!("{base}^{{{}}}", exponent.latex())
                }
            },
            Self::Product(factors) => product(factors),
            Self::Sum(terms) => {
                let mut out = terms[0].latex();
                for t in &terms[1..] {
                    let (sign, t) = if t.is_negative() { (" - ", -t.clone()) } else { (" + ", t.clone()) };
                    out = out + sign + &t.latex();
                }
                out
            }
        }
    }
}

fn parenthesised(e: &Expr) -> String {
    format!("\\left({}\\right)", e.latex())
}

fn rational(r: Rational) -> String {
    match r.to_whole() {
        Some(n) => n.to_string(),
        None => {
            let sign = if r.is_negative() { "-" } else { "" };
            format!("{sign}\\frac{{{}}}{{{}}}", r.numerator().unsigned_abs(), r.denominator())
        }
    }
}

fn real(x: f64) -> String {
    let text = format!("{x:?}");
    match text.split_once('e') {
        Some(("1", power)) => format!("10^{{{power}}}"),
        Some((digits, power)) => format!("{digits} \\cdot 10^{{{power}}}"),
        None => text,
    }
}

/// Greek names by their letters, digits at the end and what stands behind `_` as an index.
fn variable(name: &str) -> String {
    const GREEK: [&str; 12] =
        ["alpha", "beta", "gamma", "delta", "theta", "lambda", "mu", "rho", "sigma", "tau", "phi", "omega"];
    let (head, index) = name.split_once('_').unwrap_or_else(|| {
        let digits = name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        name.split_at(digits)
    });
    let head = match head {
        greek if GREEK.contains(&greek) => format!("\\{greek}"),
        one if one.chars().count() == 1 => one.to_owned(),
        long => format!("\\mathrm{{{}}}", long.replace('_', "\\_")),
    };
    match index {
        "" => head,
        index => format!("{head}_{{{}}}", index.replace('_', "\\_")),
    }
}

fn product(factors: &[Expr]) -> String {
    let (mut above, mut below): (Vec<Expr>, Vec<Expr>) = (Vec::new(), Vec::new());
    let mut negative = false;
    for factor in factors {
        match factor {
            Expr::Exact(r) => {
                negative ^= r.is_negative();
                above.extend((r.numerator().unsigned_abs() != 1).then(|| Expr::real_or_whole(r.numerator())));
                below.extend((r.denominator() != 1).then(|| Expr::whole(r.denominator())));
            }
            Expr::Power(base, exponent) => match &**exponent {
                Expr::Exact(r) if r.is_negative() => match r.negated() {
                    Some(up) if up == Rational::ONE => below.push((**base).clone()),
                    Some(up) => below.push((**base).clone().power(Expr::Exact(up))),
                    None => above.push(factor.clone()),
                },
                _ => above.push(factor.clone()),
            },
            _ => above.push(factor.clone()),
        }
    }
    let line = |side: &[Expr]| match side {
        [] => "1".to_owned(),
        [one] => one.latex(),
        [first, others @ ..] => {
            let inner = |e: &Expr| if matches!(e, Expr::Sum(_)) { parenthesised(e) } else { e.latex() };
            others.iter().fold(inner(first), |out, e| {
                let text = if e.is_negative() { parenthesised(e) } else { inner(e) };
                // Digits beside digits would be read as one number.
                let times = if text.starts_with(|c: char| c.is_ascii_digit()) { " \\cdot " } else { " " };
                out + times + &text
            })
        }
    };
    let text = match below.as_slice() {
        [] => match above.as_slice() {
            [Expr::Sum(_)] => parenthesised(&above[0]),
            _ => line(&above),
        },
        _ => format!("\\frac{{{}}}{{{}}}", line(&above), line(&below)),
    };
    if negative { format!("-{text}") } else { text }
}

impl Expr {
    /// The absolute value of a whole number.
    fn real_or_whole(n: i64) -> Expr {
        n.checked_abs().map_or_else(|| Expr::real((n as f64).abs()), Expr::whole)
    }
}
