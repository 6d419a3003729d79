//! Comparisons, choices and bounds.
//!
//! Ties are decided once and for all: [`maximum`](Tensor::maximum) and [`minimum`](Tensor::minimum) of equal numbers
//! send half of the cotangent to each side; [`max_axis`](Tensor::max_axis) shares it equally among all equal
//! winners; [`clamp`](Tensor::clamp) lets it through at the bounds themselves.

use super::arith::lifted;
use super::{float, same_kind};
use crate::engine::{self, Compare};
use crate::kernels;
use crate::op::Op;
use crate::shape::broadcast;
use crate::tape::{Keep, record};
use crate::tensor::Tensor;
use smallvec::smallvec;

macro_rules! comparisons {
    ($($(#[$doc:meta])* $name:ident, $scalar:ident = $op:ident;)*) => {
        impl Tensor {
            $($(#[$doc])* /// The answer holds truth values.
            #[track_caller]
            pub fn $name(&self, other: &Tensor) -> Tensor {
                same_kind(stringify!($name), self, other);
                let shape = broadcast(stringify!($name), &self.shape, &other.shape);
                if shape.contains(&0) {
                    return Tensor::full(&shape, 0.0, crate::DType::Bool);
                }
                let (a, b) = (lifted(self, shape.len()), lifted(other, shape.len()));
                Tensor::constant(kernels::arith::compare(Compare::$op, &a, &b).unwrap_or_else(|| {
                    engine::compare(Compare::$op, self.expand(&shape).raw, other.expand(&shape).raw)
                }))
            }
            /// The same comparison with one number.
            pub fn $scalar(&self, c: f64) -> Tensor {
                match self.is_empty() {
                    true => Tensor::full(&self.shape, 0.0, crate::DType::Bool),
                    false => Tensor::constant(engine::compare_scalar(Compare::$op, self.raw.clone(), c)),
                }
            })*
        }
    };
}
comparisons! {
    /// Whether numbers are equal.
    eq, eq_scalar = Eq;
    /// Whether numbers differ.
    ne, ne_scalar = Ne;
    /// Whether the left number is greater.
    gt, gt_scalar = Gt;
    /// Whether the left number is at least the right one.
    ge, ge_scalar = Ge;
    /// Whether the left number is smaller.
    lt, lt_scalar = Lt;
    /// Whether the left number is at most the right one.
    le, le_scalar = Le;
}

impl Tensor {
    /// Whether numbers are not numbers.
    #[track_caller]
    pub fn is_nan(&self) -> Tensor {
        float("is_nan", self);
        Tensor::constant(engine::is_nan(self.raw.clone()))
    }
    /// The other truth value.
    pub fn not(&self) -> Tensor {
        Tensor::constant(engine::not(self.to(crate::DType::Bool).raw))
    }
    /// Whether both are true.
    #[track_caller]
    pub fn and(&self, other: &Tensor) -> Tensor {
        let shape = broadcast("and", &self.shape, &other.shape);
        Tensor::constant(engine::and(self.expand(&shape).raw, other.expand(&shape).raw))
    }
    /// Whether either is true.
    #[track_caller]
    pub fn or(&self, other: &Tensor) -> Tensor {
        let shape = broadcast("or", &self.shape, &other.shape);
        Tensor::constant(engine::or(self.expand(&shape).raw, other.expand(&shape).raw))
    }
    /// Where this truth value holds, `yes`, elsewhere `no`; all three broadcast.
    ///
    /// ```
    /// # use symbolon_tensor::Tensor;
    /// let x = Tensor::from([-1.0f32, 2.0]);
    /// let y = x.gt_scalar(0.0).choose(&x, &(&x * 0.1));
    /// assert_eq!(y.to_vec::<f32>(), [-0.1, 2.0]);
    /// ```
    #[track_caller]
    pub fn choose(&self, yes: &Tensor, no: &Tensor) -> Tensor {
        same_kind("choose", yes, no);
        let shape = broadcast("choose", &broadcast("choose", &self.shape, &yes.shape), &no.shape);
        let mask = self.to(crate::DType::Bool).expand(&shape);
        let (y, n) = (yes.expand(&shape), no.expand(&shape));
        if shape.contains(&0) {
            return y;
        }
        let raw = engine::mask_where(n.raw.clone(), mask.raw.clone(), y.raw.clone());
        if !yes.dtype().is_float() {
            return Tensor::constant(raw);
        }
        record("choose", &[&y, &n], raw, Keep::NOTHING, move |s| {
            let g = s.cotangent();
            let zero = g.zeros_like();
            smallvec![s.needs(0).then(|| mask.choose(g, &zero)), s.needs(1).then(|| mask.choose(&zero, g))]
        })
    }
    /// `value` where the mask is true.
    #[track_caller]
    pub fn mask_fill(&self, mask: &Tensor, value: f64) -> Tensor {
        mask.choose(&Tensor::full_on([], value, self.dtype(), self.device()), self)
    }
    /// This where `by` is positive, zero elsewhere; no gradient flows to `by`.
    pub(crate) fn gate(&self, by: &Tensor) -> Tensor {
        let by = by.detach();
        let raw = match kernels::map::gate(&self.raw, &by.raw) {
            Some(raw) => raw,
            None => by.gt_scalar(0.0).choose(&self.detach(), &self.zeros_like()).raw,
        };
        record("gate", &[self], raw, Keep::NOTHING, move |s| smallvec![Some(s.cotangent().gate(&by))])
    }
    /// The larger number of two; equal numbers share the cotangent.
    #[track_caller]
    pub fn maximum(&self, other: &Tensor) -> Tensor {
        self.extreme("maximum", other)
    }
    /// The smaller number of two; equal numbers share the cotangent.
    #[track_caller]
    pub fn minimum(&self, other: &Tensor) -> Tensor {
        self.extreme("minimum", other)
    }
    #[track_caller]
    fn extreme(&self, name: &'static str, other: &Tensor) -> Tensor {
        same_kind(name, self, other);
        let shape = broadcast(name, &self.shape, &other.shape);
        let (a, b) = (self.expand(&shape), other.expand(&shape));
        let (x, y) = (a.detach(), b.detach());
        let first = if name == "maximum" { x.gt(&y) } else { x.lt(&y) };
        let raw = first.choose(&x, &y).raw;
        if !self.dtype().is_float() {
            return Tensor::constant(raw);
        }
        record(name, &[&a, &b], raw, Keep::NOTHING, move |s| {
            let (g, dtype) = (s.cotangent(), s.cotangent().dtype());
            let half = x.eq(&y).to(dtype) * 0.5;
            let share = first.to(dtype) + half;
            smallvec![Some(g * &share), Some(g * (1.0 - share))]
        })
    }
    /// Numbers below `low` become `low`, above `high` `high`.
    #[track_caller]
    pub fn clamp(&self, low: f64, high: f64) -> Tensor {
        assert!(low <= high, "clamp: {low} is above {high}");
        if self.is_empty() {
            return self.clone();
        }
        let raw = engine::clamp(self.raw.clone(), low, high);
        if !self.dtype().is_float() {
            return Tensor::constant(raw);
        }
        record(Op::new("clamp").real("low", low).real("high", high), &[self], raw, Keep::INPUTS, move |s| {
            let x = s.input(0).detach();
            let inside = x.ge_scalar(low).and(&x.le_scalar(high));
            smallvec![Some(inside.choose(s.cotangent(), &s.cotangent().zeros_like()))]
        })
    }
    /// Numbers below `low` become `low`.
    #[track_caller]
    pub fn clamp_min(&self, low: f64) -> Tensor {
        self.clamp(low, f64::INFINITY)
    }
    /// Numbers above `high` become `high`.
    #[track_caller]
    pub fn clamp_max(&self, high: f64) -> Tensor {
        self.clamp(f64::NEG_INFINITY, high)
    }
    /// The remainder of a division by `c`, with `c`'s sign.
    pub fn remainder(&self, c: f64) -> Tensor {
        let raw = engine::remainder_scalar(self.raw.clone(), c);
        match self.dtype().is_float() {
            true => record("remainder", &[self], raw, Keep::NOTHING, |s| smallvec![Some(s.cotangent().clone())]),
            false => Tensor::constant(raw),
        }
    }
    /// Whether every number lies within `absolute + relative * |other|` of its counterpart; equal infinities agree.
    pub fn is_close(&self, other: &Tensor, absolute: f64, relative: f64) -> bool {
        self.shape == other.shape
            && (self.to_vec::<f64>().iter().zip(other.to_vec::<f64>()))
                .all(|(&a, b)| a == b || (a - b).abs() <= absolute + relative * b.abs())
    }
}
