//! Exact derivatives.

use crate::expr::Expr;
use crate::function::Function;

impl Expr {
    /// The derivative with respect to an input, hardly simplified: see [`simplify`](Expr::simplify).
    ///
    /// ```
    /// let f = symbolon_formula::Expr::parse("x^3 * log(x)").unwrap();
    /// assert_eq!(f.derivative("x").simplify().to_string(), "x^2 + 3*x^2*log(x)");
    /// ```
    pub fn derivative(&self, name: &str) -> Expr {
        let zero = Expr::whole(0);
        match self {
            Expr::Exact(_) | Expr::Real(_) | Expr::Pi => zero,
            Expr::Variable(n) => Expr::whole((**n == *name).into()),
            Expr::Sum(terms) => Expr::sum(terms.iter().map(|t| t.derivative(name))),
            Expr::Product(factors) => Expr::sum((0..factors.len()).filter_map(|i| {
                let inner = factors[i].derivative(name);
                let others = factors.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, f)| f.clone());
                (inner != zero).then(|| Expr::product(others.chain([inner])))
            })),
            Expr::Power(base, exponent) => {
                let (b, p) = ((**base).clone(), (**exponent).clone());
                // `x/x` is no constant by its form, but has a derivative of zero.
                let (of_base, of_exponent) = (b.derivative(name), p.derivative(name).simplify());
                let less = p.clone() - Expr::whole(1);
                let lower = if less == Expr::whole(1) { b.clone() } else { b.clone().power(less) };
                let first = Expr::product([p, lower, of_base.clone()]);
                let second = Expr::product([self.clone(), Expr::apply(Function::Log, b), of_exponent.clone()]);
                // Only what there is: `log(base)` would ask for a positive base where none is needed.
                match (of_base == zero, of_exponent == zero) {
                    (true, true) => zero,
                    (false, true) => first,
                    (true, false) => second,
                    _ => first + second,
                }
            }
            Expr::Apply(f, x) => match x.derivative(name) {
                inner if inner == zero => zero,
                inner => Expr::product([f.slope(x), inner]),
            },
        }
    }
}
