//! Running totals and order: cumulative sums and products, sorting, the largest few.

use super::float;
use crate::engine;
use crate::kernels;
use crate::op::Op;
use crate::shape;
use crate::tape::{Keep, record};
use crate::tensor::Tensor;
use smallvec::smallvec;

impl Tensor {
    /// Running sums along an axis.
    #[track_caller]
    pub fn cumsum(&self, axis: isize) -> Tensor {
        let at = shape::axis("cumsum", &self.shape, axis);
        let raw = if self.is_empty() { self.raw.clone() } else { engine::cumsum(self.raw.clone(), at) };
        if !self.dtype().is_float() {
            return Tensor::constant(raw);
        }
        record(Op::new("cumsum").ints("axis", [at]), &[self], raw, Keep::NOTHING, move |s| {
            let a = at as isize;
            smallvec![Some(s.cotangent().flip(&[a]).cumsum(a).flip(&[a]))]
        })
    }
    /// Running products along an axis.
    #[track_caller]
    pub fn cumprod(&self, axis: isize) -> Tensor {
        float("cumprod", self);
        let at = shape::axis("cumprod", &self.shape, axis);
        let raw = if self.is_empty() { self.raw.clone() } else { engine::cumprod(self.raw.clone(), at) };
        record(Op::new("cumprod").ints("axis", [at]), &[self], raw, Keep::ALL, move |s| {
            let (x, g, a) = (s.input(0), s.cotangent(), at as isize);
            if !x.detach().eq_scalar(0.0).to_bools().contains(&true) {
                return smallvec![Some((g * s.output()).flip(&[a]).cumsum(a).flip(&[a]) / x)];
            }
            // Where a number is zero the quotient above has no meaning: differentiate products of prefixes instead.
            smallvec![crate::calculus::local(&[&x], g, |x| x[0].products_of_prefixes(at)).remove(0)]
        })
    }
    /// As `cumprod`, through one product for each prefix.
    fn products_of_prefixes(&self, at: usize) -> Tensor {
        let n = self.shape[at];
        let last = self.transpose(at as isize, -1);
        let mut wide = last.shape.clone();
        wide.push(n);
        let prefix = Tensor::ones([n, n], crate::DType::F32).tril(0).to(crate::DType::Bool).to_device(self.device());
        let rows = last.unsqueeze(-2).expand(&wide);
        let masked = prefix.choose(&rows, &rows.ones_like());
        masked.prod_axis(-1, false).transpose(at as isize, -1)
    }
    /// The numbers along an axis in order, and where each of them was.
    ///
    /// Gradients go back to where the numbers came from; equal numbers keep their order.
    #[track_caller]
    pub fn sort(&self, axis: isize, descending: bool) -> (Tensor, Tensor) {
        let at = shape::axis("sort", &self.shape, axis);
        if self.is_empty() {
            return (self.clone(), self.to(crate::DType::I64));
        }
        let (_, order) = engine::sort(self.raw.clone(), at, descending);
        let order = Tensor::constant(order);
        (self.gather(axis, &order), order)
    }
    /// Where the numbers along an axis stand in order.
    #[track_caller]
    pub fn argsort(&self, axis: isize, descending: bool) -> Tensor {
        self.detach().sort(axis, descending).1
    }
    /// The `k` largest numbers along an axis, largest first, and where they were; equal numbers keep their order.
    ///
    /// # Panics
    /// When the axis is shorter than `k`.
    #[track_caller]
    pub fn topk(&self, k: usize, axis: isize) -> (Tensor, Tensor) {
        let at = shape::axis("topk", &self.shape, axis);
        assert!(k <= self.shape[at], "topk: {k} of axis {axis} of shape {:?}", self.shape);
        let last = self.detach().transpose(at as isize, -1);
        let places = match kernels::order::top(&last.raw, k) {
            Some(raw) => Tensor::constant(raw).transpose(at as isize, -1),
            None => self.argsort(axis, true).narrow(axis, ..k),
        };
        (self.gather(axis, &places), places)
    }
    /// Where the largest number along an axis stands; the first of equals.
    #[track_caller]
    pub fn argmax(&self, axis: isize) -> Tensor {
        let at = shape::axis("argmax", &self.shape, axis);
        assert!(self.shape[at] > 0, "argmax: nothing to choose from along axis {axis} of shape {:?}", self.shape);
        let to = shape::reduced(&self.shape, &[at], false);
        match self.is_empty() {
            true => Tensor::zeros(to, crate::DType::I64),
            false => Tensor::constant(engine::reshape(engine::argmax(self.raw.clone(), at), &to)),
        }
    }
    /// Where the smallest number along an axis stands; the first of equals.
    #[track_caller]
    pub fn argmin(&self, axis: isize) -> Tensor {
        self.detach().negative().argmax(axis)
    }
}
