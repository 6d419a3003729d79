//! Pooling and up-sampling of images `[batch, channels, height, width]` and pooling of rows `[batch, channels,
//! length]`.
//!
//! Maxima are picked by place, so their cotangent goes to the first of equal winners in a window; averages and
//! interpolations are linear maps and are written as products with small constant matrices.

use super::{Windows, float};
use crate::device::Device;
use crate::engine;
use crate::kernels::window;
use crate::op::Op;
use crate::tape::{Keep, record};
use crate::tensor::Tensor;
use smallvec::smallvec;

#[track_caller]
fn image(op: &str, x: &Tensor) -> [usize; 4] {
    float(op, x);
    assert_eq!(x.rank(), 4, "{op}: {:?} is not [batch, channels, height, width]", x.shape);
    [x.size(0), x.size(1), x.size(2), x.size(3)]
}

#[track_caller]
fn row(op: &str, x: &Tensor) {
    assert_eq!(x.rank(), 3, "{op}: {:?} is not [batch, channels, length]", x.shape);
}

impl Tensor {
    /// The largest number of each window. Padding never wins.
    #[track_caller]
    pub fn max_pool2d(&self, kernel: [usize; 2], windows: Windows) -> Tensor {
        let [b, c, h, w] = image("max_pool2d", self);
        let grid = windows.grid("max_pool2d", [h, w], kernel);
        assert!(
            (0..2).all(|i| windows.padding[i] * 2 <= kernel[i]),
            "max_pool2d: padding is more than half the kernel"
        );
        let stride = windows.stride;
        let (planes, image, windows) = (b * c, h * w, grid.out[0] * grid.out[1]);
        // In each image the place of each window's largest number.
        let places =
            move |x: &Tensor| window::winners(&x.detach().to_device(Device::Cpu), planes, grid).to_device(x.device());
        let to = [b, c, grid.out[0], grid.out[1]];
        let raw = match window::largest(&self.raw, planes, grid) {
            Some(raw) => engine::reshape(raw, &to),
            None => self.detach().reshape([planes, image]).gather(1, &places(self)).reshape(to).raw,
        };
        let op = Op::new("max_pool2d").ints("kernel", kernel).ints("stride", stride);
        record(op, &[self], raw, Keep::INPUTS, move |s| {
            let (x, g) = (s.input(0), s.cotangent());
            let spread = Tensor::full_on([planes, image], 0.0, g.dtype(), g.device());
            smallvec![Some(spread.scatter_add(1, &places(&x), &g.reshape([planes, windows])).reshape(x.shape()))]
        })
    }
    /// The mean of each window; zeros of the padding count.
    #[track_caller]
    pub fn avg_pool2d(&self, kernel: [usize; 2], windows: Windows) -> Tensor {
        let [b, c, h, w] = image("avg_pool2d", self);
        let grid = windows.grid("avg_pool2d", [h, w], kernel);
        let columns = self.unfold(kernel, windows).reshape([b, c, kernel[0] * kernel[1], grid.out[0] * grid.out[1]]);
        columns.mean_axis(2, false).reshape([b, c, grid.out[0], grid.out[1]])
    }
    /// Means over windows that divide the image into `to` rows and columns as evenly as they can.
    #[track_caller]
    pub fn adaptive_avg_pool2d(&self, to: [usize; 2]) -> Tensor {
        let [_, _, h, w] = image("adaptive_avg_pool2d", self);
        self.stretched(&averages(h, to[0]), &averages(w, to[1]))
    }
    /// Maxima over windows that divide the image into `to` rows and columns as evenly as they can.
    #[track_caller]
    pub fn adaptive_max_pool2d(&self, to: [usize; 2]) -> Tensor {
        let [_, _, h, w] = image("adaptive_max_pool2d", self);
        let rows: Vec<Tensor> =
            (spans(h, to[0]).into_iter()).map(|(a, b)| self.narrow(2, a..b).max_axis(2, true)).collect();
        let tall = Tensor::cat(&rows.iter().collect::<Vec<_>>(), 2);
        let columns: Vec<Tensor> =
            (spans(w, to[1]).into_iter()).map(|(a, b)| tall.narrow(3, a..b).max_axis(3, true)).collect();
        Tensor::cat(&columns.iter().collect::<Vec<_>>(), 3)
    }
    /// The largest number of each window of `[batch, channels, length]`; the second entries of `windows` count.
    #[track_caller]
    pub fn max_pool1d(&self, kernel: usize, windows: Windows) -> Tensor {
        row("max_pool1d", self);
        self.unsqueeze(2).max_pool2d([1, kernel], windows.flat()).squeeze(2)
    }
    /// The mean of each window of `[batch, channels, length]`; zeros of the padding count, the second entries of
    /// `windows` are used.
    #[track_caller]
    pub fn avg_pool1d(&self, kernel: usize, windows: Windows) -> Tensor {
        row("avg_pool1d", self);
        self.unsqueeze(2).avg_pool2d([1, kernel], windows.flat()).squeeze(2)
    }
    /// Means over windows that divide `[batch, channels, length]` into `to` parts as evenly as they can.
    #[track_caller]
    pub fn adaptive_avg_pool1d(&self, to: usize) -> Tensor {
        row("adaptive_avg_pool1d", self);
        self.unsqueeze(2).adaptive_avg_pool2d([1, to]).squeeze(2)
    }
    /// Maxima over windows that divide `[batch, channels, length]` into `to` parts as evenly as they can.
    #[track_caller]
    pub fn adaptive_max_pool1d(&self, to: usize) -> Tensor {
        row("adaptive_max_pool1d", self);
        self.unsqueeze(2).adaptive_max_pool2d([1, to]).squeeze(2)
    }
    /// Larger or smaller images by repeating the nearest number.
    #[track_caller]
    pub fn resize_nearest(&self, to: [usize; 2]) -> Tensor {
        let [_, _, h, w] = image("resize_nearest", self);
        let list = |n: usize, m: usize| {
            Tensor::from((0..m).map(|i| (i * n / m) as i64).collect::<Vec<_>>()).to_device(self.device())
        };
        self.index_select(2, &list(h, to[0])).index_select(3, &list(w, to[1]))
    }
    /// Larger or smaller images by straight lines between neighbours, corners not aligned (as PyTorch's default).
    #[track_caller]
    pub fn resize_bilinear(&self, to: [usize; 2]) -> Tensor {
        let [_, _, h, w] = image("resize_bilinear", self);
        self.stretched(&lines(h, to[0]), &lines(w, to[1]))
    }
    /// Longer or shorter rows `[batch, channels, length]` by repeating the nearest number.
    #[track_caller]
    pub fn resize_nearest1d(&self, to: usize) -> Tensor {
        row("resize_nearest1d", self);
        self.unsqueeze(2).resize_nearest([1, to]).squeeze(2)
    }
    /// Longer or shorter rows `[batch, channels, length]` by straight lines between neighbours, ends not aligned (as
    /// PyTorch's default).
    #[track_caller]
    pub fn resize_linear1d(&self, to: usize) -> Tensor {
        row("resize_linear1d", self);
        self.unsqueeze(2).resize_bilinear([1, to]).squeeze(2)
    }
    /// `R x Cᵀ` for every image.
    fn stretched(&self, rows: &Tensor, columns: &Tensor) -> Tensor {
        let like = |m: &Tensor| m.to(self.dtype()).to_device(self.device());
        like(rows).matmul(self).matmul(&like(columns).t())
    }
}

/// Start and end of each of `to` windows over `from` entries.
fn spans(from: usize, to: usize) -> Vec<(usize, usize)> {
    (0..to).map(|i| (i * from / to, ((i + 1) * from).div_ceil(to))).collect()
}

fn averages(from: usize, to: usize) -> Tensor {
    let mut m = vec![0f64; to * from];
    for (i, (a, b)) in spans(from, to).into_iter().enumerate() {
        m[i * from + a..i * from + b].fill(1.0 / (b - a) as f64);
    }
    Tensor::of(m, &[to, from])
}

fn lines(from: usize, to: usize) -> Tensor {
    let mut m = vec![0f64; to * from];
    for i in 0..to {
        let at = ((i as f64 + 0.5) * from as f64 / to as f64 - 0.5).max(0.0);
        let low = (at as usize).min(from - 1);
        let high = (low + 1).min(from - 1);
        let t = at - low as f64;
        m[i * from + low] += 1.0 - t;
        m[i * from + high] += t;
    }
    Tensor::of(m, &[to, from])
}
