//! Formulas over tensors: differentiable in the inputs and in the measured numbers, as often as one likes.

use crate::expr::Expr;
use crate::function::Function;
use crate::program::{Program, Step};
use crate::rational::Rational;
use symbolon_tensor::Tensor;

/// What happens where a function is not defined.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum Guard {
    /// Results are not numbers there.
    #[default]
    None,
    /// Functions go on as straight lines with the slope that they have this far inside of the end of their domain; reciprocals
    /// pass through zero in a line. A fit can come back from there; a formula must not be believed there.
    Within(f64),
}

impl Program {
    /// The measured numbers, `[constants]`, to start a fit from.
    pub fn constants(&self) -> Tensor {
        Tensor::from(self.constants.clone())
    }
    /// The formula of the inputs, which share a shape or can be expanded to one. `constants` `[constants]` stand in the place
    /// of the measured numbers, from left to right.
    ///
    /// ```
    /// use symbolon_formula::{Expr, Guard};
    /// use symbolon_tensor::Tensor;
    /// let f = Expr::parse("2.0*x^2")?.program(&["x"])?;
    /// let x = Tensor::from([3.0f64]).variable();
    /// let c = f.constants().variable();
    /// let y = f.forward(&[x.clone()], &c, Guard::None);
    /// let slopes: Vec<f64> = y.sum().grad(&[&x, &c]).iter().map(Tensor::item).collect();
    /// assert_eq!(slopes, [12.0, 9.0]);
    /// # Ok::<(), symbolon_formula::Error>(())
    /// ```
    ///
    /// # Panics
    /// When there are not as many inputs or constants as the formula has, or when their shapes do not go together.
    #[track_caller]
    pub fn forward(&self, inputs: &[Tensor], constants: &Tensor, guard: Guard) -> Tensor {
        assert_eq!(inputs.len(), self.inputs, "forward: inputs of the formula");
        assert_eq!(constants.len(), self.constants.len(), "forward: constants of the formula");
        let kind = inputs.first().map_or(constants.dtype(), Tensor::dtype);
        let constants = constants.to(kind);
        let mut done: Vec<Tensor> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let next = match step {
                Step::Number(x) => Tensor::full([], *x, kind),
                Step::Constant(i) => constants.get(*i as isize),
                Step::Input(i) => inputs[*i].clone(),
                Step::Sum(parts) => parts[1..].iter().fold(done[parts[0]].clone(), |a, &p| a + &done[p]),
                Step::Product(parts) => parts[1..].iter().fold(done[parts[0]].clone(), |a, &p| a * &done[p]),
                Step::Exact(base, r) => exact(&done[*base], *r, guard),
                Step::Power(base, exponent) => done[*base].pow(&done[*exponent]),
                Step::Apply(f, x) => apply(*f, &done[*x], guard),
            };
            done.push(next);
        }
        let y = done.pop().expect("a formula has a step");
        // A formula without inputs is still asked for all rows.
        match inputs.first() {
            Some(x) if x.rank() > y.rank() => y.expand(x.shape()),
            _ => y,
        }
    }
}

fn apply(f: Function, x: &Tensor, guard: Guard) -> Tensor {
    let (Guard::Within(margin), [low, high]) = (guard, f.domain()) else { return f.tensor(x) };
    if !low.is_finite() && !high.is_finite() {
        return f.tensor(x);
    }
    let slope = |x: &Tensor| {
        let slope = f.slope(&Expr::variable("x")).program(&["x"]).expect("a slope has one variable");
        slope.forward(std::slice::from_ref(x), &slope.constants(), Guard::None)
    };
    straightened(x, low + margin, high - margin, |x| f.tensor(x), slope)
}

/// The function between two ends, and straight lines beyond.
fn straightened(
    x: &Tensor,
    low: f64,
    high: f64,
    f: impl Fn(&Tensor) -> Tensor,
    slope: impl Fn(&Tensor) -> Tensor,
) -> Tensor {
    let inside = x.clamp(low, high);
    f(&inside) + slope(&inside) * (x - &inside)
}

fn exact(x: &Tensor, r: Rational, guard: Guard) -> Tensor {
    let p = r.value();
    let plain = |x: &Tensor| match (r.numerator(), r.denominator()) {
        (2, 1) => x.square(),
        (-1, 1) => x.recip(),
        (1, 2) => x.sqrt(),
        _ => x.powf(p),
    };
    match guard {
        Guard::Within(margin) if r.to_whole().is_none() => {
            straightened(x, margin, f64::INFINITY, plain, |x| x.powf(p - 1.0) * p)
        }
        Guard::Within(margin) if p < 0.0 => {
            let far = x.abs().ge_scalar(margin);
            // Near zero, a line through zero, or the value at the margin for even powers.
            let near = if r.numerator() % 2 == 0 { x.full_like(margin.powf(p)) } else { x * margin.powf(p - 1.0) };
            let safe = far.choose(x, &x.full_like(margin));
            far.choose(&plain(&safe), &near)
        }
        _ => plain(x),
    }
}
