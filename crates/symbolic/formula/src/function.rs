//! The functions of one argument: name, value, slope, domain.

use crate::expr::Expr;

macro_rules! functions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $latex:literal, $method:ident, |$x:ident| $slope:expr;)*) => {
        /// A function of one argument.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Function { $($(#[$doc])* $variant,)* }

        impl Function {
            /// All of them.
            pub const ALL: &'static [Function] = &[$(Function::$variant,)*];
            /// Its name in text.
            pub fn name(self) -> &'static str {
                match self { $(Function::$variant => $name,)* }
            }
            pub(crate) fn latex(self) -> &'static str {
                match self { $(Function::$variant => $latex,)* }
            }
            /// Its value.
            pub fn value(self, x: f64) -> f64 {
                match self { $(Function::$variant => Value::$method(x),)* }
            }
            /// Its value everywhere.
            pub(crate) fn tensor(self, x: &symbolon_tensor::Tensor) -> symbolon_tensor::Tensor {
                match self { $(Function::$variant => x.$method(),)* }
            }
            /// Its slope at an argument.
            pub fn slope(self, x: &Expr) -> Expr {
                match self { $(Function::$variant => { let $x = x.clone(); $slope })* }
            }
        }
    };
}

/// Methods of numbers, under one roof with those that numbers lack.
struct Value;

macro_rules! methods {
    ($($name:ident)*) => { impl Value { $(fn $name(x: f64) -> f64 { x.$name() })* } };
}
methods! { exp ln sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh abs }

impl Value {
    /// Rust's `signum` calls zero positive.
    fn sign(x: f64) -> f64 {
        if x == 0.0 { 0.0 } else { x.signum() }
    }
}

fn one() -> Expr {
    Expr::whole(1)
}

fn square(x: Expr) -> Expr {
    x.power(Expr::whole(2))
}

functions! {
    /// `e^x`.
    Exp = "exp", "\\exp", exp, |x| Expr::apply(Function::Exp, x);
    /// The natural logarithm.
    Log = "log", "\\ln", ln, |x| x.recip();
    /// Sine.
    Sin = "sin", "\\sin", sin, |x| Expr::apply(Function::Cos, x);
    /// Cosine.
    Cos = "cos", "\\cos", cos, |x| -Expr::apply(Function::Sin, x);
    /// Tangent.
    Tan = "tan", "\\tan", tan, |x| one() + square(Expr::apply(Function::Tan, x));
    /// Arc sine.
    Asin = "asin", "\\arcsin", asin, |x| (one() - square(x)).sqrt().recip();
    /// Arc cosine.
    Acos = "acos", "\\arccos", acos, |x| -(one() - square(x)).sqrt().recip();
    /// Arc tangent.
    Atan = "atan", "\\arctan", atan, |x| (one() + square(x)).recip();
    /// Hyperbolic sine.
    Sinh = "sinh", "\\sinh", sinh, |x| Expr::apply(Function::Cosh, x);
    /// Hyperbolic cosine.
    Cosh = "cosh", "\\cosh", cosh, |x| Expr::apply(Function::Sinh, x);
    /// Hyperbolic tangent.
    Tanh = "tanh", "\\tanh", tanh, |x| one() - square(Expr::apply(Function::Tanh, x));
    /// Inverse hyperbolic sine.
    Asinh = "asinh", "\\operatorname{arsinh}", asinh, |x| (square(x) + one()).sqrt().recip();
    /// Inverse hyperbolic cosine.
    Acosh = "acosh", "\\operatorname{arcosh}", acosh, |x| (square(x) - one()).sqrt().recip();
    /// Inverse hyperbolic tangent.
    Atanh = "atanh", "\\operatorname{artanh}", atanh, |x| (one() - square(x)).recip();
    /// The absolute value.
    Abs = "abs", "", abs, |x| Expr::apply(Function::Sign, x);
    /// `-1`, `0` or `1`. Its slope is zero wherever there is one.
    Sign = "sign", "\\operatorname{sgn}", sign, |_x| Expr::whole(0);
}

impl Function {
    /// The function of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|f| f.name() == name)
    }
    /// The closed interval on which it is defined, infinite at open ends.
    pub fn domain(self) -> [f64; 2] {
        match self {
            Self::Log => [0.0, f64::INFINITY],
            Self::Asin | Self::Acos | Self::Atanh => [-1.0, 1.0],
            Self::Acosh => [1.0, f64::INFINITY],
            _ => [f64::NEG_INFINITY, f64::INFINITY],
        }
    }
    /// Whether `f(-x) = f(x)` (`Some(true)`), `f(-x) = -f(x)` (`Some(false)`), or neither.
    pub(crate) fn even(self) -> Option<bool> {
        match self {
            Self::Cos | Self::Cosh | Self::Abs => Some(true),
            Self::Sin | Self::Tan | Self::Asin | Self::Atan | Self::Sinh => Some(false),
            Self::Tanh | Self::Asinh | Self::Atanh | Self::Sign => Some(false),
            Self::Exp | Self::Log | Self::Acos | Self::Acosh => None,
        }
    }
}
