//! Many numbers into one: sums, means, variances, norms, products, maxima, log-sum-exp.
//!
//! An empty list of axes means all of them. `keep` leaves reduced axes in place with length one, so that the result
//! broadcasts against what it came from.

use super::float;
use crate::engine::{self, Raw};
use crate::kernels;
use crate::op::Op;
use crate::shape::{self, Shape, count, reduced};
use crate::tape::{Keep, record};
use crate::tensor::Tensor;
use smallvec::{SmallVec, smallvec};

/// Reduces the axes one after the other, the last first; each stays with length one.
fn each(x: &Tensor, axes: &[usize], empty: f64, f: impl Fn(Raw, usize) -> Raw) -> Raw {
    let shape = reduced(&x.shape, axes, true);
    if x.is_empty() {
        return engine::full(&shape, empty, x.dtype(), x.device());
    }
    axes.iter().rev().fold(x.raw.clone(), |r, &a| if engine::shape(&r)[a] == 1 { r } else { f(r, a) })
}

fn sum_raw(x: &Tensor, axes: &[usize]) -> Raw {
    match kernels::rows::sum(&x.raw, &x.shape, axes) {
        Some(raw) => raw,
        None => each(x, axes, 0.0, engine::sum_axis),
    }
}

impl Tensor {
    /// The sum over some axes.
    #[track_caller]
    pub fn sum_axes(&self, axes: &[isize], keep: bool) -> Tensor {
        let at = shape::axes("sum", &self.shape, axes);
        if at.is_empty() {
            return self.clone();
        }
        let to = reduced(&self.shape, &at, keep);
        let raw = engine::reshape(sum_raw(self, &at), &to);
        if !self.dtype().is_float() {
            return Tensor::constant(raw);
        }
        record(Op::new("sum").ints("axes", at.iter().copied()), &[self], raw, Keep::NOTHING, move |s| {
            let was = s.input_shape(0);
            smallvec![Some(s.cotangent().reshape(reduced(was, &at, true)).expand(was))]
        })
    }
    /// The sum of all numbers.
    pub fn sum(&self) -> Tensor {
        self.sum_axes(&[], false)
    }
    /// The sum over one axis.
    #[track_caller]
    pub fn sum_axis(&self, axis: isize, keep: bool) -> Tensor {
        self.sum_axes(&[axis], keep)
    }
    /// The mean over some axes; not a number where there is nothing.
    #[track_caller]
    pub fn mean_axes(&self, axes: &[isize], keep: bool) -> Tensor {
        float("mean", self);
        let at = shape::axes("mean", &self.shape, axes);
        let n: usize = at.iter().map(|&a| self.shape[a]).product();
        self.sum_axes(axes, keep).div_scalar(n as f64)
    }
    /// The mean of all numbers.
    #[track_caller]
    pub fn mean(&self) -> Tensor {
        self.mean_axes(&[], false)
    }
    /// The mean over one axis.
    #[track_caller]
    pub fn mean_axis(&self, axis: isize, keep: bool) -> Tensor {
        self.mean_axes(&[axis], keep)
    }
    /// The variance over some axes, divided by `n - less`: 0 for the population's, 1 for the sample's.
    #[track_caller]
    pub fn var_axes(&self, axes: &[isize], keep: bool, less: usize) -> Tensor {
        let at = shape::axes("var", &self.shape, axes);
        let n: usize = at.iter().map(|&a| self.shape[a]).product();
        let centred = self - self.mean_axes(axes, true);
        centred.square().sum_axes(axes, keep).div_scalar(n as f64 - less as f64)
    }
    /// The standard deviation, as [`var_axes`](Tensor::var_axes).
    #[track_caller]
    pub fn std_axes(&self, axes: &[isize], keep: bool, less: usize) -> Tensor {
        self.var_axes(axes, keep, less).sqrt()
    }
    /// The p-norm over some axes; `f64::INFINITY` gives the largest absolute value. At zero its gradient is zero.
    #[track_caller]
    pub fn norm(&self, p: f64, axes: &[isize], keep: bool) -> Tensor {
        match p {
            1.0 => self.abs().sum_axes(axes, keep),
            f64::INFINITY => self.abs().max_axes(axes, keep),
            _ => {
                let sum = if p == 2.0 { self.square() } else { self.abs().powf(p) }.sum_axes(axes, keep);
                let zero = sum.eq_scalar(0.0);
                let root = zero.choose(&sum.ones_like(), &sum);
                let root = if p == 2.0 { root.sqrt() } else { root.powf(1.0 / p) };
                zero.choose(&sum.zeros_like(), &root)
            }
        }
    }
    /// The product over one axis.
    #[track_caller]
    pub fn prod_axis(&self, axis: isize, keep: bool) -> Tensor {
        float("prod", self);
        let at = shape::axis("prod", &self.shape, axis);
        let to = reduced(&self.shape, &[at], keep);
        let raw = engine::reshape(each(self, &[at], 1.0, engine::prod_axis), &to);
        record(Op::new("prod").ints("axis", [at]), &[self], raw, Keep::ALL, move |s| {
            let (x, g) = (s.input(0), s.cotangent());
            let kept = reduced(x.shape(), &[at], true);
            let g = g.reshape(&kept);
            let zero = x.detach().eq_scalar(0.0).to_bools().contains(&true);
            smallvec![Some(match zero {
                false => g * s.output().reshape(&kept) / x,
                true => g * x.prod_of_others(at),
            })]
        })
    }
    /// For each number, the product of the others along the axis; right also where numbers are zero.
    fn prod_of_others(&self, at: usize) -> Tensor {
        let n = self.shape[at];
        let last = self.transpose(at as isize, -1);
        let mut wide = last.shape.clone();
        wide.push(n);
        let diagonal = Tensor::eye(n, crate::DType::F32).to(crate::DType::Bool).to_device(self.device());
        let rows = last.unsqueeze(-2).expand(&wide);
        let others = diagonal.choose(&rows.ones_like(), &rows);
        others.prod_axis(-1, false).transpose(at as isize, -1)
    }
    /// The product of all numbers.
    #[track_caller]
    pub fn prod(&self) -> Tensor {
        self.reshape([self.len()]).prod_axis(0, false)
    }
    /// The largest number over some axes; equal winners share the cotangent.
    ///
    /// # Panics
    /// When there is nothing to choose from.
    #[track_caller]
    pub fn max_axes(&self, axes: &[isize], keep: bool) -> Tensor {
        self.extreme_axes("max", axes, keep, engine::max_axis)
    }
    /// The smallest number over some axes; equal winners share the cotangent.
    ///
    /// # Panics
    /// When there is nothing to choose from.
    #[track_caller]
    pub fn min_axes(&self, axes: &[isize], keep: bool) -> Tensor {
        self.extreme_axes("min", axes, keep, engine::min_axis)
    }
    /// The largest number along one axis.
    #[track_caller]
    pub fn max_axis(&self, axis: isize, keep: bool) -> Tensor {
        self.max_axes(&[axis], keep)
    }
    /// The smallest number along one axis.
    #[track_caller]
    pub fn min_axis(&self, axis: isize, keep: bool) -> Tensor {
        self.min_axes(&[axis], keep)
    }
    /// The largest number.
    #[track_caller]
    pub fn max(&self) -> Tensor {
        self.max_axes(&[], false)
    }
    /// The smallest number.
    #[track_caller]
    pub fn min(&self) -> Tensor {
        self.min_axes(&[], false)
    }
    #[track_caller]
    fn extreme_axes(&self, name: &'static str, axes: &[isize], keep: bool, f: fn(Raw, usize) -> Raw) -> Tensor {
        let at = shape::axes(name, &self.shape, axes);
        let chosen = at.iter().all(|&a| self.shape[a] > 0);
        assert!(chosen, "{name}: nothing to choose from along axes {at:?} of shape {:?}", self.shape);
        if at.is_empty() {
            return self.clone();
        }
        let to = reduced(&self.shape, &at, keep);
        let raw = engine::reshape(each(self, &at, 0.0, f), &to);
        if !self.dtype().is_float() {
            return Tensor::constant(raw);
        }
        record(Op::new(name).ints("axes", at.iter().copied()), &[self], raw, Keep::ALL, move |s| {
            let (x, y, g) = (s.input(0).detach(), s.output().detach(), s.cotangent());
            let kept = reduced(x.shape(), &at, true);
            let axes: SmallVec<[isize; 6]> = at.iter().map(|&a| a as isize).collect();
            let winners = x.eq(&y.reshape(&kept)).to(g.dtype());
            let share = &winners / winners.sum_axes(&axes, true);
            smallvec![Some(g.reshape(&kept) * share)]
        })
    }
    /// `ln Σ e^x` over one axis without overflow; minus infinity where there is nothing.
    #[track_caller]
    pub fn logsumexp(&self, axis: isize, keep: bool) -> Tensor {
        float("logsumexp", self);
        let at = shape::axis("logsumexp", &self.shape, axis);
        let kept = reduced(&self.shape, &[at], true);
        let to: Shape = if keep { kept.clone() } else { reduced(&self.shape, &[at], false) };
        let raw = match count(&self.shape) {
            0 => engine::full(&kept, f64::NEG_INFINITY, self.dtype(), self.device()),
            _ => {
                let x = self.detach();
                let top = x.max_axis(axis, true);
                let safe = top.eq(&top.full_like(f64::NEG_INFINITY)).choose(&top.zeros_like(), &top);
                ((x - &safe).exp().sum_axis(axis, true).ln() + safe).raw
            }
        };
        let raw = engine::reshape(raw, &to);
        record(Op::new("logsumexp").ints("axis", [at]), &[self], raw, Keep::ALL, move |s| {
            let y = s.output().reshape(&kept);
            let nothing = y.detach().eq_scalar(f64::NEG_INFINITY);
            let y = nothing.choose(&y.zeros_like(), &y);
            smallvec![Some(s.cotangent().reshape(&kept) * (s.input(0) - y).exp())]
        })
    }
}
