//! Windows of images as columns, and columns added back into images.

use super::{PIECE, vectorised, worth_threads, zeros};
use crate::dtype::DType;
use crate::engine::{self, Number, Raw};
use crate::tensor::Tensor;
use rayon::prelude::*;

/// Where the windows lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grid {
    pub(crate) image: [usize; 2],
    pub(crate) kernel: [usize; 2],
    pub(crate) out: [usize; 2],
    pub(crate) stride: [usize; 2],
    pub(crate) padding: [usize; 2],
    pub(crate) dilation: [usize; 2],
}

impl Grid {
    /// Numbers of one channel's image, entries of a window, and windows of one image.
    fn sizes(&self) -> (usize, usize, usize) {
        (self.image[0] * self.image[1], self.kernel[0] * self.kernel[1], self.out[0] * self.out[1])
    }
    /// Windows `a..b` along one axis whose `k`-th neighbour lies inside the image, and where the first one lies.
    fn inside(&self, axis: usize, k: usize) -> (usize, usize, usize) {
        let (s, p, n) = (self.stride[axis], self.padding[axis], self.image[axis]);
        let shift = k * self.dilation[axis];
        let from = p.saturating_sub(shift).div_ceil(s);
        let to = if n + p > shift { (n + p - shift).div_ceil(s).min(self.out[axis]) } else { 0 };
        let to = to.max(from.min(self.out[axis]));
        (from.min(to), to, (from * s + shift).saturating_sub(p))
    }
    /// Calls `f(window, image entry, how many)` for every run of windows whose entry `k` lies inside the image; image
    /// entries of a run lie `stride` apart.
    #[inline(always)]
    fn runs(&self, k: usize, mut f: impl FnMut(usize, usize, usize)) {
        let (y0, y1, top) = self.inside(0, k / self.kernel[1]);
        let (x0, x1, left) = self.inside(1, k % self.kernel[1]);
        if x1 <= x0 {
            return;
        }
        for y in y0..y1 {
            let row = (top + (y - y0) * self.stride[0]) * self.image[1];
            f(y * self.out[1] + x0, row + left, x1 - x0);
        }
    }
}

/// Copies windows into columns: `[batch, channels, ..image]` to `[channels · kernel, batch · windows]`.
pub(crate) fn unfold(x: &Raw, sizes: [usize; 2], grid: Grid) -> Raw {
    match engine::dtype(x) {
        DType::F32 if engine::on_cpu(x) => copy::<f32>(x, sizes, grid),
        DType::F64 if engine::on_cpu(x) => copy::<f64>(x, sizes, grid),
        _ => composed(x, sizes, grid, false),
    }
}

/// Adds columns back into images: the reverse of [`unfold`].
pub(crate) fn fold(x: &Raw, sizes: [usize; 2], grid: Grid) -> Raw {
    match engine::dtype(x) {
        DType::F32 if engine::on_cpu(x) => add::<f32>(x, sizes, grid),
        DType::F64 if engine::on_cpu(x) => add::<f64>(x, sizes, grid),
        _ => composed(x, sizes, grid, true),
    }
}

fn copy<T: Number + Default>(x: &Raw, [batch, channels]: [usize; 2], grid: Grid) -> Raw {
    let x = engine::dense(x);
    let a = engine::slice::<T>(&x);
    let (image, kernel, windows) = grid.sizes();
    let mut out: Vec<T> = zeros(channels * kernel * batch * windows);
    let step = grid.stride[1];
    let row = |(r, out): (usize, &mut [T])| {
        let (c, k) = (r / kernel, r % kernel);
        for (b, o) in out.chunks_exact_mut(windows).enumerate() {
            let a = &a[(b * channels + c) * image..][..image];
            grid.runs(k, |at, from, n| {
                let o = &mut o[at..at + n];
                match step {
                    1 => o.copy_from_slice(&a[from..from + n]),
                    _ => o.iter_mut().zip(a[from..].iter().step_by(step)).for_each(|(o, &v)| *o = v),
                }
            });
        }
    };
    let width = batch * windows;
    match worth_threads(out.len()) {
        true => {
            out.par_chunks_mut(width).enumerate().with_min_len((PIECE / width.max(1)).max(1)).for_each(row);
        }
        false => out.chunks_mut(width.max(1)).enumerate().for_each(row),
    }
    engine::from_vec(out, &[channels * kernel, width])
}

fn add<T: Number + Default + std::ops::AddAssign>(x: &Raw, [batch, channels]: [usize; 2], grid: Grid) -> Raw {
    let x = engine::dense(x);
    let a = engine::slice::<T>(&x);
    let (image, kernel, windows) = grid.sizes();
    let mut out: Vec<T> = zeros(batch * channels * image);
    let step = grid.stride[1];
    let plane = |(p, o): (usize, &mut [T])| {
        let (b, c) = (p / channels, p % channels);
        for k in 0..kernel {
            let a = &a[((c * kernel + k) * batch + b) * windows..][..windows];
            grid.runs(k, |at, into, n| {
                let a = &a[at..at + n];
                match step {
                    1 => o[into..into + n].iter_mut().zip(a).for_each(|(o, &v)| *o += v),
                    _ => o[into..].iter_mut().step_by(step).zip(a).for_each(|(o, &v)| *o += v),
                }
            });
        }
    };
    match worth_threads(a.len()) {
        true => {
            let least = (PIECE / (kernel * windows).max(1)).max(1);
            out.par_chunks_mut(image).enumerate().with_min_len(least).for_each(plane);
        }
        false => out.chunks_mut(image).enumerate().for_each(plane),
    }
    engine::from_vec(out, &[batch, channels, grid.image[0], grid.image[1]])
}

/// The same through index lists, on any device: the reference for the two kernels above.
pub(crate) fn composed(x: &Raw, [batch, channels]: [usize; 2], grid: Grid, back: bool) -> Raw {
    let (image, kernel, windows) = grid.sizes();
    // One entry beyond the image stands for the zeros around it.
    let mut from = vec![image as i64; kernel * windows];
    for k in 0..kernel {
        let list = &mut from[k * windows..][..windows];
        grid.runs(k, |at, entry, n| (0..n).for_each(|i| list[at + i] = (entry + i * grid.stride[1]) as i64));
    }
    let x = Tensor::constant(x.clone());
    let from = Tensor::from(from).to_device(x.device());
    let y = match back {
        false => {
            let columns =
                x.reshape([batch, channels, image]).pad(&[(0, 0), (0, 0), (0, 1)], 0.0).index_select(2, &from);
            columns
                .permute([1, 2, 0])
                .reshape([channels * kernel, windows, batch])
                .permute([0, 2, 1])
                .reshape([channels * kernel, batch * windows])
        }
        true => {
            let zeros = Tensor::full_on([batch, channels, image + 1], 0.0, x.dtype(), x.device());
            let columns = x.reshape([channels, kernel, batch, windows]).permute([2, 0, 1, 3]);
            let sums = zeros.index_add(2, &from, &columns.reshape([batch, channels, kernel * windows]));
            sums.narrow(2, ..image).reshape([batch, channels, grid.image[0], grid.image[1]])
        }
    };
    y.raw
}

/// The largest number of each window, not-a-number where there is one: `[planes, ..image]` to `[planes, windows]`.
pub(crate) fn largest(x: &Raw, planes: usize, grid: Grid) -> Option<Raw> {
    let x = super::f32s(x)?;
    let a = engine::slice::<f32>(&x);
    let (image, kernel, windows) = grid.sizes();
    let mut out: Vec<f32> = zeros(planes * windows);
    let step = grid.stride[1];
    let some = |(a, o): (&[f32], &mut [f32])| {
        vectorised(
            #[inline(always)]
            || {
                for (a, o) in a.chunks_exact(image).zip(o.chunks_exact_mut(windows)) {
                    o.fill(f32::NEG_INFINITY);
                    for k in 0..kernel {
                        grid.runs(k, |at, from, n| {
                            let o = &mut o[at..at + n];
                            let larger = |(o, &v): (&mut f32, &f32)| *o = if v <= *o || o.is_nan() { *o } else { v };
                            match step {
                                1 => o.iter_mut().zip(&a[from..from + n]).for_each(larger),
                                // Written out for the commonest step, so that it becomes vector instructions.
                                2 => o.iter_mut().zip(a[from..].chunks(2).map(|pair| &pair[0])).for_each(larger),
                                _ => o.iter_mut().zip(a[from..].iter().step_by(step)).for_each(larger),
                            }
                        });
                    }
                }
            },
        );
    };
    if image > 0 && windows > 0 {
        let many = (PIECE / image).max(1);
        match worth_threads(a.len()) {
            true => a.par_chunks(many * image).zip(out.par_chunks_mut(many * windows)).for_each(some),
            false => some((a, &mut out)),
        }
    }
    Some(engine::from_vec(out, &[planes, windows]))
}

/// Where in each image the largest number of each window stands, the first among equals: `[planes, windows]`.
pub(crate) fn winners(x: &Tensor, planes: usize, grid: Grid) -> Tensor {
    let [oh, ow] = grid.out;
    let places = match x.dtype() {
        DType::F32 => best(engine::slice::<f32>(&engine::dense(&x.raw)), planes, grid, f32::NEG_INFINITY),
        _ => best(&x.to_vec::<f64>(), planes, grid, f64::NEG_INFINITY),
    };
    Tensor::of(places, &[planes, oh * ow])
}

fn best<T: Number>(a: &[T], planes: usize, grid: Grid, lowest: T) -> Vec<i64> {
    let (image, kernel, windows) = grid.sizes();
    let mut out = vec![-1i64; planes * windows];
    let one = |(o, a): (&mut [i64], &[T])| {
        let mut top = vec![lowest; windows];
        for k in 0..kernel {
            grid.runs(k, |at, from, n| {
                for i in 0..n {
                    let from = from + i * grid.stride[1];
                    let v = a[from];
                    // The first number seen stands in even if it is the lowest there is; not-a-number wins and stays.
                    let now = top[at + i];
                    let nan = v.partial_cmp(&v).is_none() && now.partial_cmp(&now).is_some();
                    if o[at + i] < 0 || v > now || nan {
                        top[at + i] = v;
                        o[at + i] = from as i64;
                    }
                }
            });
        }
    };
    if windows > 0 && image > 0 {
        match worth_threads(a.len()) {
            true => out.par_chunks_mut(windows).zip(a.par_chunks(image)).for_each(one),
            false => out.chunks_mut(windows).zip(a.chunks(image)).for_each(one),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_what_index_lists_say() {
        let mut rng = crate::Rng::new(1);
        for (stride, padding, dilation) in
            [([1, 1], [0, 0], [1, 1]), ([2, 1], [1, 2], [1, 2]), ([3, 2], [2, 0], [2, 1])]
        {
            let (image, kernel) = ([7, 9], [3, 2]);
            let out = [0, 1].map(|i| (image[i] + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1) / stride[i] + 1);
            let grid = Grid { image, kernel, out, stride, padding, dilation };
            let x = rng.normal([2, 3, 7, 9], DType::F64);
            let columns = unfold(&x.raw, [2, 3], grid);
            assert_eq!(
                engine::slice::<f64>(&columns),
                Tensor::constant(composed(&x.raw, [2, 3], grid, false)).to_vec::<f64>()
            );
            let back = Tensor::constant(fold(&columns, [2, 3], grid));
            assert!(back.is_close(&Tensor::constant(composed(&columns, [2, 3], grid, true)), 1e-12, 0.0));
        }
    }
}
