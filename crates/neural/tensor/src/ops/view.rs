//! Other shapes for the same numbers: reshape, permute, expand, cut, join, pad, flip, roll.
//!
//! Where the memory layout allows it these share the numbers instead of copying them.

use crate::engine::{self, Raw};
use crate::op::Op;
use crate::shape::{self, REST, Shape, count, lift, try_broadcast};
use crate::tape::{Keep, record};
use crate::tensor::Tensor;
use smallvec::{SmallVec, smallvec};
use std::ops::{Bound, RangeBounds};

/// Start, end and step along each axis.
pub(crate) type Ranges = SmallVec<[(usize, usize, usize); 6]>;

/// Records a view of floating-point numbers; other kinds have no history.
fn view(op: Op, x: &Tensor, raw: Raw, back: impl Fn(&Tensor, &[usize]) -> Tensor + Send + Sync + 'static) -> Tensor {
    match x.dtype().is_float() {
        true => record(op, &[x], raw, Keep::NOTHING, move |s| smallvec![Some(back(s.cotangent(), s.input_shape(0)))]),
        false => Tensor::constant(raw),
    }
}

impl Tensor {
    /// The same numbers in another shape; one entry may be [`REST`](crate::REST).
    #[track_caller]
    pub fn reshape(&self, to: impl AsRef<[usize]>) -> Tensor {
        let mut to: Shape = to.as_ref().into();
        if let Some(i) = to.iter().position(|&n| n == REST) {
            to[i] = 1;
            let known = count(&to);
            assert!(
                known > 0 && self.len().is_multiple_of(known),
                "reshape: {:?} does not divide into {to:?}",
                self.shape
            );
            to[i] = self.len() / known;
        }
        assert_eq!(count(&to), self.len(), "reshape: {:?} does not fit into {to:?}", self.shape);
        if self.shape == to {
            return self.clone();
        }
        let raw = engine::reshape(self.raw.clone(), &to);
        view(Op::new("reshape"), self, raw, |g, was| g.reshape(was))
    }
    /// The axes in another order.
    #[track_caller]
    pub fn permute(&self, order: impl AsRef<[isize]>) -> Tensor {
        let order: SmallVec<[usize; 6]> =
            order.as_ref().iter().map(|&a| shape::axis("permute", &self.shape, a)).collect();
        let mut inverse: SmallVec<[isize; 6]> = smallvec![-1; self.rank()];
        for (i, &a) in order.iter().enumerate() {
            inverse[a] = i as isize;
        }
        let complete = order.len() == self.rank() && inverse.iter().all(|&i| i >= 0);
        assert!(complete, "permute: {order:?} is no order of the axes of {:?}", self.shape);
        if order.iter().enumerate().all(|(i, &a)| i == a) {
            return self.clone();
        }
        let raw = engine::permute(self.raw.clone(), &order);
        view(Op::new("permute").ints("axes", order), self, raw, move |g, _| g.permute(&inverse))
    }
    /// Two axes exchanged.
    #[track_caller]
    pub fn transpose(&self, a: isize, b: isize) -> Tensor {
        let (a, b) = (shape::axis("transpose", &self.shape, a), shape::axis("transpose", &self.shape, b));
        let mut order: SmallVec<[isize; 6]> = (0..self.rank() as isize).collect();
        order.swap(a, b);
        self.permute(&order)
    }
    /// The last two axes exchanged.
    #[track_caller]
    pub fn t(&self) -> Tensor {
        self.transpose(-2, -1)
    }
    /// Stretched to a larger shape, as broadcasting does it.
    #[track_caller]
    pub fn expand(&self, to: impl AsRef<[usize]>) -> Tensor {
        let to = to.as_ref();
        if self.shape() == to {
            return self.clone();
        }
        let fits = try_broadcast(&self.shape, to).is_some_and(|s| s.as_slice() == to);
        assert!(fits, "expand: {:?} does not stretch to {to:?}", self.shape);
        if count(to) == 0 {
            let raw = engine::full(to, 0.0, self.dtype(), self.device());
            return view(Op::new("expand"), self, raw, |g, was| g.sum_to(was));
        }
        let raw = engine::expand(engine::reshape(self.raw.clone(), &lift(&self.shape, to.len())), to);
        view(Op::new("expand"), self, raw, |g, was| g.sum_to(was))
    }
    /// A new axis of length one.
    #[track_caller]
    pub fn unsqueeze(&self, axis: isize) -> Tensor {
        let mut to = self.shape.clone();
        let at = if axis < 0 { axis + self.rank() as isize + 1 } else { axis };
        assert!((0..=self.rank() as isize).contains(&at), "unsqueeze: no place {axis} in {:?}", self.shape);
        to.insert(at as usize, 1);
        self.reshape(to)
    }
    /// Without an axis of length one.
    #[track_caller]
    pub fn squeeze(&self, axis: isize) -> Tensor {
        let at = shape::axis("squeeze", &self.shape, axis);
        assert_eq!(self.shape[at], 1, "squeeze: axis {axis} of {:?} is longer than one", self.shape);
        let mut to = self.shape.clone();
        to.remove(at);
        self.reshape(to)
    }
    /// All axes from `from` to `to`, both included, as one.
    #[track_caller]
    pub fn flatten(&self, from: isize, to: isize) -> Tensor {
        let (a, b) = (shape::axis("flatten", &self.shape, from), shape::axis("flatten", &self.shape, to));
        assert!(a <= b, "flatten: axis {from} comes after {to}");
        let mut s: Shape = self.shape[..a].into();
        s.push(count(&self.shape[a..=b]));
        s.extend_from_slice(&self.shape[b + 1..]);
        self.reshape(s)
    }
    /// Part of an axis.
    ///
    /// ```
    /// # use symbolon_tensor::Tensor;
    /// let x = Tensor::arange(6);
    /// assert_eq!(x.narrow(0, 2..4).to_vec::<i64>(), [2, 3]);
    /// ```
    #[track_caller]
    pub fn narrow(&self, axis: isize, range: impl RangeBounds<usize>) -> Tensor {
        let at = shape::axis("narrow", &self.shape, axis);
        let from = match range.start_bound() {
            Bound::Included(&a) => a,
            Bound::Excluded(&a) => a + 1,
            Bound::Unbounded => 0,
        };
        let to = match range.end_bound() {
            Bound::Included(&b) => b + 1,
            Bound::Excluded(&b) => b,
            Bound::Unbounded => self.shape[at],
        };
        let mut ranges = self.whole();
        ranges[at] = (from, to, 1);
        self.cut(ranges)
    }
    pub(crate) fn whole(&self) -> Ranges {
        self.shape.iter().map(|&n| (0, n, 1)).collect()
    }
    /// One range with a step along each axis.
    #[track_caller]
    pub(crate) fn cut(&self, ranges: Ranges) -> Tensor {
        for (i, &(a, b, by)) in ranges.iter().enumerate() {
            let n = self.shape[i];
            assert!(a <= b && b <= n && by > 0, "slice: {a}..{b} of axis {i} is outside shape {:?}", self.shape);
        }
        if ranges.iter().zip(&self.shape).all(|(&(a, b, by), &n)| a == 0 && b == n && by == 1) {
            return self.clone();
        }
        let to: Shape = ranges.iter().map(|&(a, b, by)| (b - a).div_ceil(by)).collect();
        let raw = match count(&to) {
            0 => engine::full(&to, 0.0, self.dtype(), self.device()),
            _ => engine::cut(self.raw.clone(), &ranges),
        };
        let op = Op::new("slice").ints("start", ranges.iter().map(|r| r.0)).ints("end", ranges.iter().map(|r| r.1));
        view(op, self, raw, move |g, was| g.place(&ranges, was, 0.0))
    }
    /// These numbers inside a larger tensor that is `fill` everywhere else.
    #[track_caller]
    pub(crate) fn place(&self, ranges: &Ranges, into: &[usize], fill: f64) -> Tensor {
        let around = engine::full(into, fill, self.dtype(), self.device());
        let raw = if self.is_empty() { around } else { engine::put(around, ranges, self.raw.clone()) };
        let back = ranges.clone();
        view(Op::new("place"), self, raw, move |g, _| g.cut(back.clone()))
    }
    /// This with part of its numbers replaced: `at` as in [`get`](Tensor::get), `value` broadcasts.
    ///
    /// ```
    /// # use symbolon_tensor::Tensor;
    /// let x = Tensor::from([[1.0f32, 2.0], [3.0, 4.0]]);
    /// let y = x.set((.., 1), &Tensor::scalar(0.0f32));
    /// assert_eq!(y.to_vec::<f32>(), [1.0, 0.0, 3.0, 0.0]);
    /// ```
    #[track_caller]
    pub fn set(&self, at: impl super::Cuts, value: &Tensor) -> Tensor {
        let (ranges, value) = self.part(at, value);
        if value.is_empty() {
            return self.clone();
        }
        let raw = engine::put(self.raw.clone(), &ranges, value.raw.clone());
        if !self.dtype().is_float() {
            return Tensor::constant(raw);
        }
        record("set", &[self, &value], raw, Keep::NOTHING, move |s| {
            let g = s.cotangent();
            let zeros = Tensor::zeros(s.input_shape(1), g.dtype()).to_device(g.device());
            let hole = engine::put(g.ones_like().raw, &ranges, zeros.raw);
            smallvec![s.needs(0).then(|| g * Tensor::constant(hole)), s.needs(1).then(|| g.cut(ranges.clone()))]
        })
    }
    /// As [`set`](Tensor::set), but writes into this tensor's own memory where nobody else sees its numbers: for buffers
    /// that are filled bit by bit, whose cost is then that of the bits. Copies like `set` otherwise, also where the
    /// history of one of the two is recorded.
    ///
    /// ```
    /// # use symbolon_tensor::{DType, Tensor};
    /// let seen = Tensor::zeros([2, 2], DType::F32);
    /// let filled = seen.clone().set_owned((.., 1), &Tensor::scalar(7.0f32));
    /// assert_eq!(filled.to_vec::<f32>(), [0.0, 7.0, 0.0, 7.0]);
    /// assert_eq!(seen.to_vec::<f32>(), [0.0; 4]);
    /// ```
    #[track_caller]
    pub fn set_owned(self, at: impl super::Cuts, value: &Tensor) -> Tensor {
        if self.is_recorded() || value.is_recorded() {
            return self.set(at, value);
        }
        let (ranges, value) = self.part(at, value);
        match value.is_empty() {
            true => self,
            false => Tensor::constant(engine::put(self.raw, &ranges, value.raw)),
        }
    }
    /// Where a part is, and what is to stand there in the part's shape.
    #[track_caller]
    fn part(&self, at: impl super::Cuts, value: &Tensor) -> (Ranges, Tensor) {
        super::same_kind("set", self, value);
        let (ranges, _) = super::index::resolve("set", &self.shape, at);
        let part: Shape = ranges.iter().map(|&(a, b, by)| (b - a).div_ceil(by)).collect();
        let kept: Shape = super::index::resolve_shape(&ranges, &part, &self.shape);
        let value = value.expand(match try_broadcast(value.shape(), &part).is_some_and(|s| s == part) {
            true => part.clone(),
            false => kept,
        });
        (ranges, value.reshape(&part))
    }
    /// Numbers added before and after along each axis.
    ///
    /// # Panics
    /// Unless there is one pair for each axis.
    #[track_caller]
    pub fn pad(&self, around: &[(usize, usize)], value: f64) -> Tensor {
        assert_eq!(around.len(), self.rank(), "pad: one pair for each axis of {:?}", self.shape);
        let ranges: Ranges = around.iter().zip(&self.shape).map(|(&(a, _), &n)| (a, a + n, 1)).collect();
        let into: Shape = around.iter().zip(&self.shape).map(|(&(a, b), &n)| a + n + b).collect();
        self.place(&ranges, &into, value)
    }
    /// Axes read backwards.
    #[track_caller]
    pub fn flip(&self, axes: &[isize]) -> Tensor {
        let at = shape::axes("flip", &self.shape, axes);
        if self.is_empty() || at.is_empty() {
            return self.clone();
        }
        let raw = engine::flip(self.raw.clone(), &at);
        let axes = axes.to_vec();
        view(Op::new("flip").ints("axes", at), self, raw, move |g, _| g.flip(&axes))
    }
    /// Moved along an axis; what falls off the end comes back at the start.
    #[track_caller]
    pub fn roll(&self, by: isize, axis: isize) -> Tensor {
        let n = self.size(axis);
        if n == 0 {
            return self.clone();
        }
        let cut = (-by).rem_euclid(n as isize) as usize;
        Tensor::cat(&[&self.narrow(axis, cut..), &self.narrow(axis, ..cut)], axis)
    }
    /// Tensors one behind the other along an axis.
    ///
    /// # Panics
    /// When there is none, or when their other axes differ.
    #[track_caller]
    pub fn cat(parts: &[&Tensor], axis: isize) -> Tensor {
        let first = *parts.first().expect("cat: nothing to join");
        let at = shape::axis("cat", &first.shape, axis);
        for p in parts {
            super::same_kind("cat", first, p);
            let fits = p.rank() == first.rank() && (0..p.rank()).all(|i| i == at || p.shape[i] == first.shape[i]);
            assert!(fits, "cat: shapes {:?} and {:?} differ beside axis {axis}", first.shape, p.shape);
        }
        let sizes: SmallVec<[usize; 8]> = parts.iter().map(|p| p.shape[at]).collect();
        let mut to = first.shape.clone();
        to[at] = sizes.iter().sum();
        let full: Vec<Raw> = parts.iter().filter(|p| !p.is_empty()).map(|p| p.raw.clone()).collect();
        let raw = match full.is_empty() {
            true => engine::full(&to, 0.0, first.dtype(), first.device()),
            false => engine::cat(full, at),
        };
        if !first.dtype().is_float() {
            return Tensor::constant(raw);
        }
        record(Op::new("cat").ints("axis", [at]), parts, raw, Keep::NOTHING, move |s| {
            let mut from = 0;
            (sizes.iter().enumerate())
                .map(|(i, &n)| {
                    from += n;
                    s.needs(i).then(|| s.cotangent().narrow(at as isize, from - n..from))
                })
                .collect()
        })
    }
    /// Tensors of one shape along a new axis.
    #[track_caller]
    pub fn stack(parts: &[&Tensor], axis: isize) -> Tensor {
        let parts: Vec<Tensor> = parts.iter().map(|p| p.unsqueeze(axis)).collect();
        let refs: Vec<&Tensor> = parts.iter().collect();
        Tensor::cat(&refs, axis)
    }
    /// Pieces of an axis, each `n` long; the last may be shorter.
    #[track_caller]
    pub fn chunks(&self, n: usize, axis: isize) -> Vec<Tensor> {
        assert!(n > 0, "chunks: pieces of length zero");
        let size = self.size(axis);
        (0..size).step_by(n).map(|a| self.narrow(axis, a..(a + n).min(size))).collect()
    }
    /// The whole axis, `times` times over.
    #[track_caller]
    pub fn tile(&self, times: usize, axis: isize) -> Tensor {
        let at = shape::axis("tile", &self.shape, axis);
        let mut wide = self.shape.clone();
        wide.insert(at, times);
        let mut to = self.shape.clone();
        to[at] *= times;
        self.unsqueeze(at as isize).expand(wide).reshape(to)
    }
    /// Each entry of the axis `times` times.
    #[track_caller]
    pub fn repeat_each(&self, times: usize, axis: isize) -> Tensor {
        let at = shape::axis("repeat_each", &self.shape, axis);
        let mut wide = self.shape.clone();
        wide.insert(at + 1, times);
        let mut to = self.shape.clone();
        to[at] *= times;
        self.unsqueeze(at as isize + 1).expand(wide).reshape(to)
    }
    /// The same numbers in memory of their own, in row-major order.
    pub fn contiguous(&self) -> Tensor {
        match engine::on_cpu(&self.raw) {
            true => Tensor { raw: engine::dense(&self.raw), ..self.clone() },
            false => self.clone(),
        }
    }
    /// Numbers on or below the `k`-th diagonal of the last two axes, zero above.
    #[track_caller]
    pub fn tril(&self, k: isize) -> Tensor {
        self.below(k).choose(self, &self.zeros_like())
    }
    /// Numbers on or above the `k`-th diagonal of the last two axes, zero below.
    #[track_caller]
    pub fn triu(&self, k: isize) -> Tensor {
        self.below(k - 1).choose(&self.zeros_like(), self)
    }
    #[track_caller]
    fn below(&self, k: isize) -> Tensor {
        let (m, n) = (self.size(-2), self.size(-1));
        let keep = (0..m).flat_map(|i| (0..n).map(move |j| j as isize <= i as isize + k)).collect();
        Tensor::from_bools(keep, [m, n]).expect("as many as asked for").to_device(self.device())
    }
    /// The diagonal of the last two axes.
    #[track_caller]
    pub fn diagonal(&self) -> Tensor {
        let (m, n) = (self.size(-2), self.size(-1));
        let d = m.min(n);
        let at: Vec<i64> = (0..d).map(|i| (i * n + i) as i64).collect();
        self.flatten(-2, -1).index_select(-1, &Tensor::from(at).to_device(self.device()))
    }
}
