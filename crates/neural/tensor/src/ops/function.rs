//! Functions of one number, applied everywhere: powers, exponentials, trigonometry, rounding.

use super::float;
use crate::engine::{self, Raw, Unary};
use crate::kernels;
use crate::op::Op;
use crate::tape::{Grads, Keep, Step, record};
use crate::tensor::Tensor;
use smallvec::smallvec;

/// Applies a function everywhere, with our own kernel where it is faster than the engine's.
#[track_caller]
pub(crate) fn map(name: &'static str, op: Unary, x: &Tensor) -> Raw {
    float(name, x);
    if x.is_empty() {
        return x.raw.clone();
    }
    kernels::map::unary(op, &x.raw).unwrap_or_else(|| engine::unary(op, x.raw.clone()))
}

macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident = $op:ident, keep $keep:expr, |$s:ident| $rule:expr;)*) => {
        impl Tensor {
            $($(#[$doc])*
            #[track_caller]
            pub fn $name(&self) -> Tensor {
                fn rule($s: &Step) -> Grads { smallvec![Some($rule)] }
                let name = stringify!($name);
                record(name, &[self], map(name, Unary::$op, self), $keep, rule)
            })*
        }
    };
}

functions! {
    /// `e^x`.
    exp = Exp, keep Keep::OUTPUT, |s| s.cotangent() * s.output();
    /// The natural logarithm.
    ln = Log, keep Keep::INPUTS, |s| s.cotangent() / s.input(0);
    /// `ln(1 + x)`, exact near zero.
    ln_1p = Log1p, keep Keep::INPUTS, |s| s.cotangent() / (s.input(0) + 1.0);
    /// The square root. Its derivative at zero is infinite.
    sqrt = Sqrt, keep Keep::OUTPUT, |s| s.cotangent() * 0.5 / s.output();
    /// `1 / x`.
    recip = Recip, keep Keep::OUTPUT, |s| -(s.cotangent() * s.output().square());
    /// The absolute value. Its derivative at zero is taken as zero.
    abs = Abs, keep Keep::INPUTS, |s| s.cotangent() * s.input(0).sign();
    /// Sine.
    sin = Sin, keep Keep::INPUTS, |s| s.cotangent() * s.input(0).cos();
    /// Cosine.
    cos = Cos, keep Keep::INPUTS, |s| -(s.cotangent() * s.input(0).sin());
    /// Tangent.
    tan = Tan, keep Keep::OUTPUT, |s| s.cotangent() * (s.output().square() + 1.0);
    /// Hyperbolic sine.
    sinh = Sinh, keep Keep::INPUTS, |s| s.cotangent() * s.input(0).cosh();
    /// Hyperbolic cosine.
    cosh = Cosh, keep Keep::INPUTS, |s| s.cotangent() * s.input(0).sinh();
    /// Arc sine.
    asin = Asin, keep Keep::INPUTS, |s| s.cotangent() / (1.0 - s.input(0).square()).sqrt();
    /// Arc cosine.
    acos = Acos, keep Keep::INPUTS, |s| -(s.cotangent() / (1.0 - s.input(0).square()).sqrt());
    /// Arc tangent.
    atan = Atan, keep Keep::INPUTS, |s| s.cotangent() / (s.input(0).square() + 1.0);
    /// Inverse hyperbolic sine.
    asinh = Asinh, keep Keep::INPUTS, |s| s.cotangent() / (s.input(0).square() + 1.0).sqrt();
    /// Inverse hyperbolic cosine.
    acosh = Acosh, keep Keep::INPUTS, |s| s.cotangent() / (s.input(0).square() - 1.0).sqrt();
    /// Inverse hyperbolic tangent.
    atanh = Atanh, keep Keep::INPUTS, |s| s.cotangent() / (1.0 - s.input(0).square());
    /// The error function.
    erf = Erf, keep Keep::INPUTS, |s| {
        s.cotangent() * (-s.input(0).square()).exp() * std::f64::consts::FRAC_2_SQRT_PI
    };
}

macro_rules! steps {
    ($($(#[$doc:meta])* $name:ident = $op:ident;)*) => {
        impl Tensor {
            $($(#[$doc])* /// Its derivative is zero wherever there is one.
            #[track_caller]
            pub fn $name(&self) -> Tensor {
                match self.dtype().is_float() {
                    true => Tensor::constant(map(stringify!($name), Unary::$op, self)),
                    false => self.detach(),
                }
            })*
        }
    };
}

steps! {
    /// The nearest whole number, halves to the even one.
    round = Round;
    /// The next whole number below.
    floor = Floor;
    /// The next whole number above.
    ceil = Ceil;
    /// The whole part.
    trunc = Trunc;
}

impl Tensor {
    /// `-1`, `0` or `1`. Its derivative is zero wherever there is one.
    #[track_caller]
    pub fn sign(&self) -> Tensor {
        Tensor::constant(map("sign", Unary::Sign, self))
    }
    /// `x * x`.
    #[track_caller]
    pub fn square(&self) -> Tensor {
        let raw = match self.is_empty() {
            true => self.raw.clone(),
            false => kernels::arith::arith(engine::Arith::Mul, &self.raw, &self.raw)
                .unwrap_or_else(|| engine::arith(engine::Arith::Mul, self.raw.clone(), self.raw.clone())),
        };
        record("square", &[self], raw, Keep::INPUTS, |s| smallvec![Some(s.cotangent() * s.input(0) * 2.0)])
    }
    /// `1 / sqrt(x)`.
    #[track_caller]
    pub fn rsqrt(&self) -> Tensor {
        self.sqrt().recip()
    }
    /// `e^x - 1`, exact near zero.
    #[track_caller]
    pub fn exp_m1(&self) -> Tensor {
        // e^x - 1 = 2 t / (1 - t) with t = tanh(x / 2), which loses nothing near zero.
        let t = (self * 0.5).tanh();
        &t * 2.0 / (1.0 - &t)
    }
    /// Base-two logarithm.
    #[track_caller]
    pub fn log2(&self) -> Tensor {
        self.ln() * std::f64::consts::LOG2_E
    }
    /// Base-ten logarithm.
    #[track_caller]
    pub fn log10(&self) -> Tensor {
        self.ln() * std::f64::consts::LOG10_E
    }
    /// `x^p` for a fixed power.
    #[track_caller]
    pub fn powf(&self, p: f64) -> Tensor {
        float("powf", self);
        match p {
            0.0 => return self.ones_like(),
            1.0 => return self.clone(),
            2.0 => return self.square(),
            _ if self.is_empty() => return self.clone(),
            _ => {}
        }
        record(
            Op::new("powf").real("power", p),
            &[self],
            engine::pow_scalar(self.raw.clone(), p),
            Keep::INPUTS,
            move |s| smallvec![Some(s.cotangent() * s.input(0).powf(p - 1.0) * p)],
        )
    }
    /// `x^p`, both tensors. The derivative in `p` is taken as zero where `x` is zero.
    #[track_caller]
    pub fn pow(&self, p: &Tensor) -> Tensor {
        super::same_kind("pow", self, p);
        let shape = crate::shape::broadcast("pow", self.shape(), p.shape());
        let (x, p) = (self.expand(&shape), p.expand(&shape));
        if x.is_empty() {
            return x;
        }
        record("pow", &[&x, &p], engine::pow(x.raw.clone(), p.raw.clone()), Keep::ALL, |s| {
            let (g, x, p) = (s.cotangent(), s.input(0), s.input(1));
            smallvec![
                s.needs(0).then(|| g * &p * x.pow(&(&p - 1.0))),
                s.needs(1).then(|| {
                    let zero = x.eq_scalar(0.0);
                    g * s.output() * zero.choose(&x.ones_like(), &x).ln()
                })
            ]
        })
    }
    /// The angle of the point `(x, self)`, in `-π..π`.
    #[track_caller]
    pub fn atan2(&self, x: &Tensor) -> Tensor {
        super::same_kind("atan2", self, x);
        let shape = crate::shape::broadcast("atan2", self.shape(), x.shape());
        let (y, x) = (self.expand(&shape), x.expand(&shape));
        if x.is_empty() {
            return x;
        }
        record("atan2", &[&y, &x], engine::atan2(y.raw.clone(), x.raw.clone()), Keep::INPUTS, |s| {
            let (y, x) = (s.input(0), s.input(1));
            let g = s.cotangent() / (x.square() + y.square());
            smallvec![Some(&g * x), Some(-(g * y))]
        })
    }
}
