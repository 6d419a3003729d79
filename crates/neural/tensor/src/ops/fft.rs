//! Fourier transforms of real signals.
//!
//! Spectra are real tensors with a last axis of two: real and imaginary part.

use super::float;
use crate::engine::{self, Number};
use crate::shape::Shape;
use crate::tape::{Keep, record};
use crate::tensor::Tensor;
use rustfft::{FftNum, FftPlanner, num_complex::Complex};
use smallvec::smallvec;

impl Tensor {
    /// The spectrum of a real signal along the last axis: `[.., n]` to `[.., n/2 + 1, 2]`.
    #[track_caller]
    pub fn rfft(&self) -> Tensor {
        float("rfft", self);
        let n = self.size(-1);
        assert!(n > 0, "rfft: a signal of no length");
        let mut to = self.shape.clone();
        *to.last_mut().expect("has an axis") = n / 2 + 1;
        to.push(2);
        let raw = match self.dtype() {
            crate::DType::F64 => forward::<f64>(self, n, &to),
            _ => forward::<f32>(self, n, &to),
        };
        record("rfft", &[self], raw, Keep::NOTHING, move |s| smallvec![Some(s.cotangent().rfft_transposed(n))])
    }
    /// The real signal of length `n` with this spectrum: `[.., n/2 + 1, 2]` to `[.., n]`. Imaginary parts that a real
    /// signal cannot have (of the first and, for even `n`, the last entry) are ignored.
    #[track_caller]
    pub fn irfft(&self, n: usize) -> Tensor {
        float("irfft", self);
        let fits = n > 0 && self.rank() >= 2 && self.size(-1) == 2 && self.size(-2) == n / 2 + 1;
        assert!(fits, "irfft: {:?} is no spectrum of a signal of length {n}", self.shape);
        let twice = (0..=n / 2).map(|k| if k == 0 || 2 * k == n { 1.0 } else { 2.0 } / n as f64).collect::<Vec<_>>();
        let weights = Tensor::from(twice).to(self.dtype()).to_device(self.device()).unsqueeze(-1);
        (self * weights).rfft_transposed(n)
    }
    /// The transpose of [`rfft`](Tensor::rfft) as a linear map: `Σ_k Re(y_k e^{iθjk})` over the half spectrum.
    fn rfft_transposed(&self, n: usize) -> Tensor {
        let mut to: Shape = self.shape[..self.rank() - 1].into();
        *to.last_mut().expect("has an axis") = n;
        let raw = match self.dtype() {
            crate::DType::F64 => transposed::<f64>(self, n, &to),
            _ => transposed::<f32>(self, n, &to),
        };
        record("rfft_transposed", &[self], raw, Keep::NOTHING, |s| smallvec![Some(s.cotangent().rfft())])
    }
}

fn forward<T: FftNum + Number>(x: &Tensor, n: usize, to: &[usize]) -> engine::Raw {
    let plan = FftPlanner::<T>::new().plan_fft_forward(n);
    let mut out = Vec::with_capacity(crate::shape::count(to));
    for row in x.to_vec::<T>().chunks_exact(n) {
        let mut line: Vec<Complex<T>> = row.iter().map(|&v| Complex::new(v, T::zero())).collect();
        plan.process(&mut line);
        out.extend(line[..n / 2 + 1].iter().flat_map(|c| [c.re, c.im]));
    }
    back_to(x, out, to)
}

fn transposed<T: FftNum + Number>(y: &Tensor, n: usize, to: &[usize]) -> engine::Raw {
    let plan = FftPlanner::<T>::new().plan_fft_inverse(n);
    let mut out = Vec::with_capacity(crate::shape::count(to));
    for half in y.to_vec::<T>().chunks_exact(2 * (n / 2 + 1)) {
        let mut line = vec![Complex::new(T::zero(), T::zero()); n];
        line.iter_mut().zip(half.chunks_exact(2)).for_each(|(c, p)| *c = Complex::new(p[0], p[1]));
        plan.process(&mut line);
        out.extend(line.iter().map(|c| c.re));
    }
    back_to(y, out, to)
}

fn back_to<T: Number>(like: &Tensor, out: Vec<T>, to: &[usize]) -> engine::Raw {
    Tensor::of(out, to).to(like.dtype()).to_device(like.device()).raw
}
