//! Convolution: windows laid out as columns, times a matrix.
//!
//! `unfold` copies every window into a column and `fold` adds columns back into an image; each is the other's
//! backward rule, and the arithmetic is a matrix product. So convolution, its two backward passes, transposed
//! convolution and every higher derivative are the same three operations, and rules for matrix products (LRP's, for
//! instance) hold for convolutions without a word.
//!
//! In `f32` and with steps of one, a fused kernel computes the numbers of a convolution and of its two ways back; where
//! a gradient is recorded or under other rules, the three operations take over.

use super::{float, same_kind};
use crate::calculus::recompute;
use crate::dtype::DType;
use crate::engine::{self, Raw};
use crate::kernels::conv::{self, Plan};
use crate::kernels::window::{self, Grid};
use crate::op::Op;
use crate::tape::{Grads, Keep, Step, is_plain, record};
use crate::tensor::Tensor;
use smallvec::smallvec;

/// How a kernel moves over an image; the same for both axes of an image or given apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Windows {
    /// Step between windows (height, width).
    pub stride: [usize; 2],
    /// Zeros around the image (height, width), on both sides.
    pub padding: [usize; 2],
    /// Distance between neighbours within a window.
    pub dilation: [usize; 2],
    /// Channels fall into this many groups that do not see each other.
    pub groups: usize,
}

impl Default for Windows {
    fn default() -> Self {
        Self { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 }
    }
}

impl Windows {
    /// Steps of this size.
    pub fn stride(n: usize) -> Self {
        Self { stride: [n, n], ..Self::default() }
    }
    /// Zeros around the image.
    pub fn padding(self, n: usize) -> Self {
        Self { padding: [n, n], ..self }
    }
    /// Distance between neighbours within a window.
    pub fn dilation(self, n: usize) -> Self {
        Self { dilation: [n, n], ..self }
    }
    /// Groups of channels.
    pub fn groups(self, n: usize) -> Self {
        Self { groups: n, ..self }
    }
    #[track_caller]
    pub(super) fn grid(&self, op: &str, image: [usize; 2], kernel: [usize; 2]) -> Grid {
        let positive = self.stride.iter().chain(&self.dilation).chain(&kernel).all(|&n| n > 0) && self.groups > 0;
        assert!(positive, "{op}: stride, dilation, groups and kernel sizes are at least one");
        let out = [0, 1].map(|i| {
            let reach = self.dilation[i] * (kernel[i] - 1) + 1;
            let room = image[i] + 2 * self.padding[i];
            assert!(room >= reach, "{op}: kernel {kernel:?} is larger than image {image:?} with padding");
            (room - reach) / self.stride[i] + 1
        });
        Grid { image, kernel, out, stride: self.stride, padding: self.padding, dilation: self.dilation }
    }
}

impl Tensor {
    /// Windows as columns: `[batch, channels, height, width]` to `[batch, channels · kernel, windows]`.
    #[track_caller]
    pub fn unfold(&self, kernel: [usize; 2], windows: Windows) -> Tensor {
        float("unfold", self);
        assert_eq!(self.rank(), 4, "unfold: {:?} is not [batch, channels, height, width]", self.shape);
        let grid = windows.grid("unfold", [self.size(2), self.size(3)], kernel);
        let (b, at) = (self.size(0), grid.out[0] * grid.out[1]);
        let columns = self.columns(grid);
        columns.reshape([columns.size(0), b, at]).permute([1, 0, 2])
    }
    /// Columns of all images side by side: `[channels · kernel, batch · windows]`.
    fn columns(&self, grid: Grid) -> Tensor {
        let (b, c) = (self.size(0), self.size(1));
        let raw = match self.is_empty() {
            true => {
                let to = [c * grid.kernel[0] * grid.kernel[1], b * grid.out[0] * grid.out[1]];
                engine::full(&to, 0.0, self.dtype(), self.device())
            }
            false => window::unfold(&self.raw, [b, c], grid),
        };
        let op = Op::new("unfold").ints("kernel", grid.kernel).ints("stride", grid.stride);
        record(op, &[self], raw, Keep::NOTHING, move |s| smallvec![Some(s.cotangent().images(b, c, grid))])
    }
    /// The reverse of [`columns`](Tensor::columns).
    fn images(&self, b: usize, c: usize, grid: Grid) -> Tensor {
        let raw = match self.is_empty() {
            true => engine::full(&[b, c, grid.image[0], grid.image[1]], 0.0, self.dtype(), self.device()),
            false => window::fold(&self.raw, [b, c], grid),
        };
        let op = Op::new("fold").ints("kernel", grid.kernel).ints("stride", grid.stride);
        record(op, &[self], raw, Keep::NOTHING, move |s| smallvec![Some(s.cotangent().columns(grid))])
    }
    /// Columns added back into an image: the reverse of [`unfold`](Tensor::unfold) (overlaps add up).
    #[track_caller]
    pub fn fold(&self, image: [usize; 2], kernel: [usize; 2], windows: Windows) -> Tensor {
        float("fold", self);
        let grid = windows.grid("fold", image, kernel);
        let fits = self.rank() == 3
            && self.size(1).is_multiple_of(kernel[0] * kernel[1])
            && self.size(2) == grid.out[0] * grid.out[1];
        assert!(fits, "fold: {:?} does not fold into {image:?} with kernel {kernel:?}", self.shape);
        let (b, rows, at) = (self.size(0), self.size(1), self.size(2));
        let columns = self.permute([1, 0, 2]).reshape([rows, b * at]);
        columns.images(b, rows / (kernel[0] * kernel[1]), grid)
    }
    /// Two-dimensional convolution of `[batch, channels, height, width]` with `[outputs, channels / groups, height,
    /// width]`.
    #[track_caller]
    pub fn conv2d(&self, weight: &Tensor, bias: Option<&Tensor>, windows: Windows) -> Tensor {
        same_kind("conv2d", self, weight);
        let fits = self.rank() == 4
            && weight.rank() == 4
            && self.size(1) == weight.size(1) * windows.groups
            && weight.size(0).is_multiple_of(windows.groups.max(1));
        assert!(fits, "conv2d: image {:?} and kernel {:?} do not fit together", self.shape, weight.shape);
        let grid = windows.grid("conv2d", [self.size(2), self.size(3)], [weight.size(2), weight.size(3)]);
        if let Some(b) = bias {
            same_kind("conv2d", self, b);
            assert_eq!(b.shape(), [weight.size(0)], "conv2d: one offset for each output channel");
        }
        let groups = windows.groups;
        let plan =
            Plan { batch: self.size(0), groups, channels: weight.size(1), outputs: weight.size(0) / groups, grid };
        let fused = grid.stride == [1, 1]
            && self.dtype() == DType::F32
            && engine::on_cpu(&self.raw)
            && !self.is_empty()
            && !weight.is_empty();
        match fused {
            true => fused_conv(self, weight, bias, plan),
            false => composed_conv(self, weight, bias, plan),
        }
    }
    /// Transposed two-dimensional convolution: `[batch, inputs, height, width]` with `[inputs, outputs / groups,
    /// height, width]`; `extra` rows and columns are added at the end of the result.
    #[track_caller]
    pub fn conv_transpose2d(
        &self,
        weight: &Tensor,
        bias: Option<&Tensor>,
        windows: Windows,
        extra: [usize; 2],
    ) -> Tensor {
        same_kind("conv_transpose2d", self, weight);
        let groups = windows.groups.max(1);
        let fits = self.rank() == 4
            && weight.rank() == 4
            && self.size(1) == weight.size(0)
            && self.size(1).is_multiple_of(groups);
        assert!(fits, "conv_transpose2d: image {:?} and kernel {:?} do not fit together", self.shape, weight.shape);
        let kernel = [weight.size(2), weight.size(3)];
        let short = (0..2).all(|i| extra[i] < windows.stride[i].max(windows.dilation[i]));
        assert!(short, "conv_transpose2d: {extra:?} extra rows and columns are not fewer than the stride");
        let image = [0, 1].map(|i| {
            let full = (self.shape[2 + i].max(1) - 1) * windows.stride[i] + windows.dilation[i] * (kernel[i] - 1) + 1;
            (full + extra[i])
                .checked_sub(2 * windows.padding[i])
                .unwrap_or_else(|| panic!("conv_transpose2d: padding {:?} is larger than the result", windows.padding))
        });
        let grid = windows.grid("conv_transpose2d", image, kernel);
        assert_eq!(grid.out, [self.size(2), self.size(3)], "conv_transpose2d: extra rows and columns do not fit");
        let (b, c, o) = (self.size(0), self.size(1), weight.size(1));
        let wide = b * self.size(2) * self.size(3);
        let inner = o * kernel[0] * kernel[1];
        let x = self.transpose(0, 1);
        let columns = match groups {
            1 => weight.reshape([c, inner]).t().matmul(&x.reshape([c, wide])),
            g => weight.reshape([g, c / g, inner]).t().matmul(&x.reshape([g, c / g, wide])),
        };
        let y = columns.reshape([groups * inner, wide]).images(b, groups * o, grid);
        add_channels(y, bias)
    }
    /// One-dimensional convolution of `[batch, channels, length]` with `[outputs, channels / groups, length]`; the
    /// second entries of `windows` count.
    #[track_caller]
    pub fn conv1d(&self, weight: &Tensor, bias: Option<&Tensor>, windows: Windows) -> Tensor {
        self.unsqueeze(2).conv2d(&weight.unsqueeze(2), bias, windows.flat()).squeeze(2)
    }
    /// Transposed one-dimensional convolution; the second entries of `windows` count.
    #[track_caller]
    pub fn conv_transpose1d(&self, weight: &Tensor, bias: Option<&Tensor>, windows: Windows, extra: usize) -> Tensor {
        self.unsqueeze(2).conv_transpose2d(&weight.unsqueeze(2), bias, windows.flat(), [0, extra]).squeeze(2)
    }
}

/// Convolution as columns times a matrix.
fn composed_conv(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, plan: Plan) -> Tensor {
    let (o, g, out) = (weight.size(0), plan.groups, plan.grid.out);
    let columns = x.columns(plan.grid);
    let (inner, wide) = (columns.size(0) / g, columns.size(1));
    let y = match g {
        1 => weight.reshape([o, inner]).matmul(&columns),
        _ => weight.reshape([g, o / g, inner]).matmul(&columns.reshape([g, inner, wide])),
    };
    add_channels(y.reshape([o, plan.batch, out[0], out[1]]).transpose(0, 1), bias)
}

/// The same numbers in one kernel.
fn fused_conv(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, plan: Plan) -> Tensor {
    let dense: Vec<Raw> = std::iter::once(x).chain([weight]).chain(bias).map(|t| engine::dense(&t.raw)).collect();
    let parts: Vec<&[f32]> = dense.iter().map(engine::slice::<f32>).collect();
    let y = conv::forward(parts[0], parts[1], parts.get(2).copied(), &plan);
    let out = plan.grid.out;
    let raw = engine::from_vec(y, &[plan.batch, weight.size(0), out[0], out[1]]);
    let op = Op::new("conv2d").ints("padding", plan.grid.padding).ints("dilation", plan.grid.dilation);
    let inputs: Vec<&Tensor> = std::iter::once(x).chain([weight]).chain(bias).collect();
    record(op.ints("groups", [plan.groups]), &inputs, raw, Keep::INPUTS, move |s| {
        match is_plain().then(|| fused_back(s, &plan)).flatten() {
            Some(grads) => grads,
            None => recompute(s, |t| composed_conv(&t[0], &t[1], t.get(2), plan)),
        }
    })
}

/// Cotangents of image, weights and offsets, as far as they are asked for.
fn fused_back(s: &Step, plan: &Plan) -> Option<Grads> {
    let [x, w, g] = [&s.input(0).raw, &s.input(1).raw, &s.cotangent().raw].map(engine::dense);
    let [x, w, g] = [&x, &w, &g].map(engine::slice::<f32>);
    let mut grads: Grads = smallvec![None; s.operands()];
    if s.needs(0) {
        let dx = conv::back_to_image(g, w, plan)?;
        grads[0] = Some(Tensor::constant(engine::from_vec(dx, s.input_shape(0))));
    }
    if (1..s.operands()).any(|i| s.needs(i)) {
        let (dw, db) = conv::back_to_weights(x, g, plan);
        grads[1] = Some(Tensor::constant(engine::from_vec(dw, s.input_shape(1))));
        if s.operands() > 2 {
            grads[2] = Some(Tensor::constant(engine::from_vec(db, s.input_shape(2))));
        }
    }
    Some(grads)
}

impl Windows {
    /// The same along the second axis only, for rows taken as images of height one.
    pub(super) fn flat(self) -> Self {
        let one = |first: usize, pair: [usize; 2]| [first, pair[1]];
        Self {
            stride: one(1, self.stride),
            padding: one(0, self.padding),
            dilation: one(1, self.dilation),
            groups: self.groups,
        }
    }
}

#[track_caller]
fn add_channels(y: Tensor, bias: Option<&Tensor>) -> Tensor {
    match bias {
        None => y,
        Some(b) => {
            assert_eq!(b.shape(), [y.size(1)], "conv: one offset for each output channel");
            y + b.reshape([1, b.len(), 1, 1])
        }
    }
}
