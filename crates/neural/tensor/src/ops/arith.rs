//! `+ - * /`, with each other and with numbers, broadcasting as NumPy does.

use super::same_kind;
use crate::engine::{self, Arith, Raw};
use crate::kernels::arith;
use crate::shape::{broadcast, lift};
use crate::tape::{Keep, record};
use crate::tensor::Tensor;
use smallvec::smallvec;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// The raw numbers with as many axes as needed, ones in front.
pub(crate) fn lifted(x: &Tensor, rank: usize) -> Raw {
    match x.rank() == rank {
        true => x.raw.clone(),
        false => engine::reshape(x.raw.clone(), &lift(&x.shape, rank)),
    }
}

#[track_caller]
fn both(op: Arith, name: &'static str, a: &Tensor, b: &Tensor) -> Raw {
    same_kind(name, a, b);
    let shape = broadcast(name, &a.shape, &b.shape);
    if shape.contains(&0) {
        return engine::full(&shape, 0.0, a.dtype(), a.device());
    }
    let (a, b) = (lifted(a, shape.len()), lifted(b, shape.len()));
    arith::arith(op, &a, &b).unwrap_or_else(|| engine::arith(op, a, b))
}

impl Tensor {
    /// `self + other`.
    #[track_caller]
    pub fn plus(&self, other: &Tensor) -> Tensor {
        self.plus_given(other, both(Arith::Add, "add", self, other))
    }
    /// Records `raw` as the sum of the two.
    pub(crate) fn plus_given(&self, other: &Tensor, raw: Raw) -> Tensor {
        record("add", &[self, other], raw, Keep::NOTHING, |s| {
            let g = s.cotangent();
            smallvec![s.needs(0).then(|| g.sum_to(s.input_shape(0))), s.needs(1).then(|| g.sum_to(s.input_shape(1)))]
        })
    }
    /// `self - other`.
    #[track_caller]
    pub fn minus(&self, other: &Tensor) -> Tensor {
        record("sub", &[self, other], both(Arith::Sub, "sub", self, other), Keep::NOTHING, |s| {
            let g = s.cotangent();
            smallvec![s.needs(0).then(|| g.sum_to(s.input_shape(0))), s.needs(1).then(|| (-g).sum_to(s.input_shape(1)))]
        })
    }
    /// `self * other`, number by number.
    #[track_caller]
    pub fn times(&self, other: &Tensor) -> Tensor {
        record("mul", &[self, other], both(Arith::Mul, "mul", self, other), Keep::INPUTS, |s| {
            let g = s.cotangent();
            smallvec![
                s.needs(0).then(|| (g * s.input(1)).sum_to(s.input_shape(0))),
                s.needs(1).then(|| (g * s.input(0)).sum_to(s.input_shape(1)))
            ]
        })
    }
    /// `self / other`, number by number. Whole numbers divide towards zero.
    #[track_caller]
    pub fn over(&self, other: &Tensor) -> Tensor {
        let raw = both(Arith::Div, "div", self, other);
        record("div", &[self, other], raw, Keep::only(&[1]).and_output(), |s| {
            let g = s.cotangent() / s.input(1);
            smallvec![
                s.needs(0).then(|| g.sum_to(s.input_shape(0))),
                s.needs(1).then(|| (-(&g * s.output())).sum_to(s.input_shape(1)))
            ]
        })
    }
    /// `self + c`.
    pub fn add_scalar(&self, c: f64) -> Tensor {
        record("add_scalar", &[self], self.with(Arith::Add, c), Keep::NOTHING, |s| {
            smallvec![Some(s.cotangent().clone())]
        })
    }
    /// `self * c`.
    pub fn mul_scalar(&self, c: f64) -> Tensor {
        record("mul_scalar", &[self], self.with(Arith::Mul, c), Keep::NOTHING, move |s| {
            smallvec![Some(s.cotangent().mul_scalar(c))]
        })
    }
    /// `self / c`.
    pub fn div_scalar(&self, c: f64) -> Tensor {
        record("div_scalar", &[self], self.with(Arith::Div, c), Keep::NOTHING, move |s| {
            smallvec![Some(s.cotangent().div_scalar(c))]
        })
    }
    fn with(&self, op: Arith, c: f64) -> Raw {
        match self.is_empty() {
            true => self.raw.clone(),
            false => {
                arith::with_number(op, &self.raw, c).unwrap_or_else(|| engine::arith_scalar(op, self.raw.clone(), c))
            }
        }
    }
    /// `-self`.
    pub fn negative(&self) -> Tensor {
        record("neg", &[self], self.with(Arith::Mul, -1.0), Keep::NOTHING, |s| {
            smallvec![Some(s.cotangent().negative())]
        })
    }
    /// Adds up two cotangents, reusing memory that nobody else holds.
    pub(crate) fn plus_owned(self, other: Tensor) -> Tensor {
        match self.node.is_none() && other.node.is_none() && !self.is_empty() {
            true => {
                let raw = match arith::fits_into(&self.raw, &other.raw) {
                    true => arith::add_into(self.raw, &other.raw),
                    false => engine::arith(Arith::Add, self.raw, other.raw),
                };
                Tensor { raw, shape: self.shape, node: None }
            }
            false => self.plus(&other),
        }
    }
    /// Adds up whatever was stretched from `shape`, undoing a broadcast.
    #[track_caller]
    pub fn sum_to(&self, shape: &[usize]) -> Tensor {
        if self.shape() == shape {
            return self.clone();
        }
        let lifted = lift(shape, self.rank());
        let axes: Vec<isize> =
            (0..self.rank()).filter(|&i| lifted[i] == 1 && self.shape[i] != 1).map(|i| i as isize).collect();
        match axes.is_empty() {
            true => self.reshape(shape),
            false => self.sum_axes(&axes, true).reshape(shape),
        }
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $both:ident, $scalar:expr, $left:expr) => {
        impl $trait<&Tensor> for &Tensor {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, other: &Tensor) -> Tensor {
                self.$both(other)
            }
        }
        impl $trait<Tensor> for &Tensor {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, other: Tensor) -> Tensor {
                self.$both(&other)
            }
        }
        impl $trait<&Tensor> for Tensor {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, other: &Tensor) -> Tensor {
                (&self).$both(other)
            }
        }
        impl $trait<Tensor> for Tensor {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, other: Tensor) -> Tensor {
                (&self).$both(&other)
            }
        }
        impl $trait<f64> for &Tensor {
            type Output = Tensor;
            fn $method(self, c: f64) -> Tensor {
                $scalar(self, c)
            }
        }
        impl $trait<f64> for Tensor {
            type Output = Tensor;
            fn $method(self, c: f64) -> Tensor {
                $scalar(&self, c)
            }
        }
        impl $trait<&Tensor> for f64 {
            type Output = Tensor;
            fn $method(self, x: &Tensor) -> Tensor {
                $left(self, x)
            }
        }
        impl $trait<Tensor> for f64 {
            type Output = Tensor;
            fn $method(self, x: Tensor) -> Tensor {
                $left(self, &x)
            }
        }
    };
}
operator!(Add, add, plus, Tensor::add_scalar, |c, x: &Tensor| x.add_scalar(c));
operator!(Sub, sub, minus, |x: &Tensor, c: f64| x.add_scalar(-c), |c, x: &Tensor| x.negative().add_scalar(c));
operator!(Mul, mul, times, Tensor::mul_scalar, |c, x: &Tensor| x.mul_scalar(c));
operator!(Div, div, over, Tensor::div_scalar, |c: f64, x: &Tensor| x.recip().mul_scalar(c));

impl Neg for &Tensor {
    type Output = Tensor;
    fn neg(self) -> Tensor {
        self.negative()
    }
}
impl Neg for Tensor {
    type Output = Tensor;
    fn neg(self) -> Tensor {
        self.negative()
    }
}
