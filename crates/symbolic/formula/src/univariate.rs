//! Which function is this curve? A library of functions of one argument, each stretched and shifted to fit: `c f(a x + b) + d`
//! (Liu et al. 2024, "KAN", section 2.5.1; the released code's search and complexities).

use crate::expr::Expr;

/// A function of the library.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Univariate {
    /// Its formula in `x`.
    pub formula: &'static str,
    /// What choosing it costs, in the units of [`score`].
    pub complexity: u32,
}

const fn f(formula: &'static str, complexity: u32) -> Univariate {
    Univariate { formula, complexity }
}

/// The library and complexities of the KAN paper's code.
pub const LIBRARY: &[Univariate] = &[
    f("0", 0),
    f("x", 1),
    f("x^2", 2),
    f("x^3", 3),
    f("x^4", 3),
    f("x^5", 3),
    f("1/x", 2),
    f("1/x^2", 2),
    f("sqrt(x)", 2),
    f("1/sqrt(x)", 2),
    f("exp(x)", 2),
    f("log(x)", 2),
    f("sin(x)", 2),
    f("cos(x)", 2),
    f("abs(x)", 3),
    f("tan(x)", 3),
    f("tanh(x)", 3),
    f("exp(-x^2)", 3),
    f("asin(x)", 4),
    f("acos(x)", 4),
    f("atan(x)", 4),
    f("atanh(x)", 4),
];

impl Univariate {
    /// Its formula.
    pub fn expr(&self) -> Expr {
        Expr::parse(self.formula).unwrap_or_else(|_| Expr::variable("x"))
    }
}

/// `c f(a x + b) + d`, and how well it fits.
#[derive(Clone, Debug, PartialEq)]
pub struct AffineFit {
    /// Which function.
    pub function: Univariate,
    /// Stretches the argument.
    pub a: f64,
    /// Shifts the argument.
    pub b: f64,
    /// Stretches the value.
    pub c: f64,
    /// Shifts the value.
    pub d: f64,
    /// The share of the variance that is explained.
    pub r2: f64,
}

impl AffineFit {
    /// The formula in a given argument, with `a`, `b`, `c`, `d` as measured numbers.
    pub fn of(&self, argument: &Expr) -> Expr {
        let real = Expr::real;
        match self.function.formula {
            "0" => real(self.d),
            "x" => real(self.a * self.c) * argument.clone() + real(self.b * self.c + self.d),
            _ => {
                let inner = real(self.a) * argument.clone() + real(self.b);
                real(self.c) * self.function.expr().substitute("x", &inner) + real(self.d)
            }
        }
    }
}

/// How the grid of `a` and `b` is searched.
#[derive(Clone, Copy, Debug)]
pub struct Zoom {
    /// `a` and `b` start within plus and minus this.
    pub range: f64,
    /// Points of each axis.
    pub points: usize,
    /// How often the grid is laid anew around the best point.
    pub rounds: usize,
    /// At most so many of the data are looked at while searching; the last word have all of them.
    pub rows: usize,
}

impl Default for Zoom {
    fn default() -> Self {
        Self { range: 10.0, points: 41, rounds: 9, rows: 60 }
    }
}

/// The best `c f(a x + b) + d`, or `None` where no `a` and `b` of the grid give values for all `x`.
pub fn fit_affine(function: Univariate, x: &[f64], y: &[f64], zoom: Zoom) -> Option<AffineFit> {
    if x.is_empty() || x.len() != y.len() || x.iter().chain(y).any(|v| !v.is_finite()) {
        return None;
    }
    let program = Expr::parse(function.formula).ok()?.program(&["x"]).ok()?;
    let all = |a: f64, b: f64, x: &[f64]| {
        let inner: Vec<f64> = x.iter().map(|x| a * x + b).collect();
        program.rows(inner.len(), &[&inner])
    };
    let fitted = |a: f64, b: f64| {
        let (c, d, r2) = line(&all(a, b, x), y)?;
        Some(AffineFit { function, a, b, c, d, r2 })
    };
    // These do not depend on where the argument is shifted.
    if matches!(function.formula, "0" | "x") {
        return fitted(1.0, 0.0);
    }
    let by = x.len().div_ceil(zoom.rows.max(2));
    let (few_x, few_y): (Vec<f64>, Vec<f64>) = x.iter().zip(y).step_by(by).unzip();
    let ends = x.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[l, h], &x| [l.min(x), h.max(x)]);
    let (mut centre, mut reach) = ([0.0, 0.0], zoom.range);
    let mut best: Option<(f64, [f64; 2])> = None;
    for _ in 0..zoom.rounds {
        let step = 2.0 * reach / (zoom.points.max(3) - 1) as f64;
        let at = |middle: f64, i: usize| middle - reach + step * i as f64;
        for i in 0..zoom.points.max(3) {
            for j in 0..zoom.points.max(3) {
                let (a, b) = (at(centre[0], i), at(centre[1], j));
                // Not defined at an end of the data: not worth more.
                if a == 0.0 || !all(a, b, &ends).iter().all(|v| v.is_finite()) {
                    continue;
                }
                if let Some((_, _, r2)) = line(&all(a, b, &few_x), &few_y)
                    && best.is_none_or(|(most, _)| r2 > most)
                {
                    best = Some((r2, [a, b]));
                }
            }
        }
        centre = best?.1;
        reach = 2.0 * step;
    }
    fitted(centre[0], centre[1])
}

/// `y` as a line in `f`: slope, offset, share of variance explained. `None` for values that are not finite.
fn line(f: &[f64], y: &[f64]) -> Option<(f64, f64, f64)> {
    let n = f.len() as f64;
    let (mf, my) = (f.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let (mut ff, mut fy, mut yy) = (0.0, 0.0, 0.0);
    for (f, y) in f.iter().zip(y) {
        ff += (f - mf) * (f - mf);
        fy += (f - mf) * (y - my);
        yy += (y - my) * (y - my);
    }
    if !ff.is_finite() {
        return None;
    }
    // A function that is flat here explains nothing; a flat curve needs no explanation.
    let flat = ff <= 1e-24 * n * (1.0 + mf * mf);
    let slope = if flat { 0.0 } else { fy / ff };
    let r2 = if yy <= 1e-24 * n * (1.0 + my * my) { 1.0 } else { slope * fy / yy };
    Some((slope, my - slope * mf, r2))
}

/// What choosing a fit costs: `w * complexity + (1 - w) * log2(1 + 1e-5 - R^2)`; the paper's code has `w = 0.8`.
pub fn score(fit: &AffineFit, simplicity: f64) -> f64 {
    let lost = (1.0 + 1e-5 - fit.r2).max(1e-12);
    simplicity * f64::from(fit.function.complexity) + (1.0 - simplicity) * lost.log2()
}

/// All fits of a library, the cheapest first; ties keep the library's order.
pub fn choose(library: &[Univariate], x: &[f64], y: &[f64], simplicity: f64, zoom: Zoom) -> Vec<AffineFit> {
    let mut fits: Vec<AffineFit> = library.iter().filter_map(|f| fit_affine(*f, x, y, zoom)).collect();
    fits.sort_by(|a, b| score(a, simplicity).total_cmp(&score(b, simplicity)));
    fits
}
