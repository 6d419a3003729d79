//! Windows of images as columns, and columns added back into images.

use super::{PIECE, worth_threads};
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
    /// Numbers of one channel's image and of its columns.
    fn sizes(&self) -> (usize, usize) {
        let k = self.kernel[0] * self.kernel[1];
        (self.image[0] * self.image[1], k * self.out[0] * self.out[1])
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
    /// Calls `f(column entry, image entry, how many)` for every run of windows; image entries lie `stride` apart.
    #[inline(always)]
    fn runs(&self, mut f: impl FnMut(usize, usize, usize)) {
        let [oh, ow] = self.out;
        for ky in 0..self.kernel[0] {
            let (y0, y1, top) = self.inside(0, ky);
            for kx in 0..self.kernel[1] {
                let (x0, x1, left) = self.inside(1, kx);
                if x1 <= x0 {
                    continue;
                }
                let column = (ky * self.kernel[1] + kx) * oh * ow;
                for y in y0..y1 {
                    let row = (top + (y - y0) * self.stride[0]) * self.image[1];
                    f(column + y * ow + x0, row + left, x1 - x0);
                }
            }
        }
    }
}

/// Copies windows of `planes` images (batch times channels) into columns.
pub(crate) fn unfold(x: &Raw, planes: usize, grid: Grid, to: &[usize]) -> Raw {
    match engine::dtype(x) {
        DType::F32 if engine::on_cpu(x) => copy::<f32>(x, planes, grid, to),
        DType::F64 if engine::on_cpu(x) => copy::<f64>(x, planes, grid, to),
        _ => composed(x, planes, grid, to, false),
    }
}

/// Adds columns back into `planes` images.
pub(crate) fn fold(x: &Raw, planes: usize, grid: Grid, to: &[usize]) -> Raw {
    match engine::dtype(x) {
        DType::F32 if engine::on_cpu(x) => add::<f32>(x, planes, grid, to),
        DType::F64 if engine::on_cpu(x) => add::<f64>(x, planes, grid, to),
        _ => composed(x, planes, grid, to, true),
    }
}

fn copy<T: Number + Default>(x: &Raw, planes: usize, grid: Grid, to: &[usize]) -> Raw {
    let x = engine::dense(x);
    let a = engine::slice::<T>(&x);
    let (image, columns) = grid.sizes();
    let mut out = vec![T::default(); planes * columns];
    let step = grid.stride[1];
    let one = |(o, a): (&mut [T], &[T])| {
        grid.runs(|at, from, n| {
            let o = &mut o[at..at + n];
            match step {
                1 => o.copy_from_slice(&a[from..from + n]),
                _ => o.iter_mut().zip(a[from..].iter().step_by(step)).for_each(|(o, &v)| *o = v),
            }
        });
    };
    match worth_threads(out.len()) {
        true => {
            let least = (PIECE / columns.max(1)).max(1);
            out.par_chunks_mut(columns).zip(a.par_chunks(image)).with_min_len(least).for_each(one);
        }
        false => out.chunks_mut(columns).zip(a.chunks(image)).for_each(one),
    }
    engine::from_vec(out, to)
}

fn add<T: Number + Default + std::ops::AddAssign>(x: &Raw, planes: usize, grid: Grid, to: &[usize]) -> Raw {
    let x = engine::dense(x);
    let a = engine::slice::<T>(&x);
    let (image, columns) = grid.sizes();
    let mut out = vec![T::default(); planes * image];
    let step = grid.stride[1];
    let one = |(o, a): (&mut [T], &[T])| {
        grid.runs(|at, into, n| {
            let a = &a[at..at + n];
            match step {
                1 => o[into..into + n].iter_mut().zip(a).for_each(|(o, &v)| *o += v),
                _ => o[into..].iter_mut().step_by(step).zip(a).for_each(|(o, &v)| *o += v),
            }
        });
    };
    match worth_threads(a.len()) {
        true => {
            let least = (PIECE / columns.max(1)).max(1);
            out.par_chunks_mut(image).zip(a.par_chunks(columns)).with_min_len(least).for_each(one);
        }
        false => out.chunks_mut(image).zip(a.chunks(columns)).for_each(one),
    }
    engine::from_vec(out, to)
}

/// The same through index lists, on any device: the reference for the two kernels above.
pub(crate) fn composed(x: &Raw, planes: usize, grid: Grid, to: &[usize], back: bool) -> Raw {
    let (image, columns) = grid.sizes();
    // One entry beyond the image stands for the zeros around it.
    let mut from = vec![image as i64; columns];
    grid.runs(|at, entry, n| (0..n).for_each(|i| from[at + i] = (entry + i * grid.stride[1]) as i64));
    let x = Tensor::constant(x.clone());
    let from = Tensor::from(from).to_device(x.device());
    let y = match back {
        false => x.reshape([planes, image]).pad(&[(0, 0), (0, 1)], 0.0).index_select(1, &from),
        true => {
            let zeros = Tensor::full_on([planes, image + 1], 0.0, x.dtype(), x.device());
            zeros.index_add(1, &from, &x.reshape([planes, columns])).narrow(1, ..image)
        }
    };
    y.reshape(to).raw
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
    let (image, _) = grid.sizes();
    let windows = grid.out[0] * grid.out[1];
    let mut out = vec![-1i64; planes * windows];
    let one = |(o, a): (&mut [i64], &[T])| {
        let mut top = vec![lowest; windows];
        grid.runs(|at, from, n| {
            let at = at % windows;
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
    };
    if windows > 0 && image > 0 {
        match worth_threads(a.len()) {
            true => out.par_chunks_mut(windows).zip(a.par_chunks(image)).for_each(one),
            false => out.chunks_mut(windows).zip(a.chunks(image)).for_each(one),
        }
    }
    out
}
