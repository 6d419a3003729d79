//! Two-dimensional convolution with steps of one, without laying windows out as columns.
//!
//! An image with its zeros around it lies row behind row. A kernel entry's neighbour of position `p` is then position
//! `p` plus a fixed distance, for all positions at once, row ends included: what is computed there belongs to no
//! window and is left out of the result. So convolution is a small product of weights with shifted stretches of the
//! image ([`tile`](super::tile)), which lies in the nearest cache while all output channels are computed.
//!
//! The way back to the image is a convolution of the cotangent with the kernel turned round; the way back to the
//! weights sums, over windows, products of image entries with the cotangents of all output channels.

use super::machine::LANES;
use super::rows::sum_of;
use super::tile::{accumulate, nothing, read, write};
use super::window::Grid;
use super::{Machine, PIECE, Task, vectorised, worth_threads, zeros};
use rayon::prelude::*;

/// Sizes of a convolution. Images are `[batch, groups · channels, ..]`, weights `[groups · outputs, channels, ..]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) batch: usize,
    pub(crate) groups: usize,
    /// Channels and outputs of one group.
    pub(crate) channels: usize,
    pub(crate) outputs: usize,
    /// Steps are of one.
    pub(crate) grid: Grid,
}

impl Plan {
    /// Height and width of an image with its zeros.
    fn padded(&self) -> [usize; 2] {
        [0, 1].map(|i| self.grid.image[i] + 2 * self.grid.padding[i])
    }
    fn kernel(&self) -> usize {
        self.grid.kernel[0] * self.grid.kernel[1]
    }
    fn windows(&self) -> usize {
        self.grid.out[0] * self.grid.out[1]
    }
    fn image(&self) -> usize {
        self.grid.image[0] * self.grid.image[1]
    }
    /// Positions from the first window to the last, row ends included.
    fn positions(&self) -> usize {
        (self.grid.out[0] - 1) * self.padded()[1] + self.grid.out[1]
    }
    /// Where the entries of a window lie in a padded image of one group, seen from the window's position.
    fn offsets(&self) -> Vec<usize> {
        let [height, width] = self.padded();
        let [_, across] = self.grid.kernel;
        let [down, right] = self.grid.dilation;
        let at = |k: usize| k / across * down * width + k % across * right;
        (0..self.channels).flat_map(|c| (0..self.kernel()).map(move |k| c * height * width + at(k))).collect()
    }
    /// One group's channels of an image with zeros around, and with room behind for a last whole vector.
    fn surround(&self, image: &[f32], out: &mut Vec<f32>) {
        let [height, width] = self.padded();
        let [top, left] = self.grid.padding;
        out.clear();
        out.resize(self.channels * height * width + 2 * LANES, 0.0);
        let planes = image.chunks_exact(self.image()).zip(out.chunks_exact_mut(height * width));
        for (from, to) in planes {
            let rows = from.chunks_exact(self.grid.image[1]).zip(to[top * width..].chunks_exact_mut(width));
            rows.for_each(|(from, to)| to[left..left + from.len()].copy_from_slice(from));
        }
    }
    /// Images of one piece of work.
    fn piece(&self) -> usize {
        let steps = self.groups * self.outputs * self.channels * self.kernel() * self.windows() / LANES;
        (PIECE / steps.max(1)).clamp(1, self.batch.max(1))
    }
    fn many(&self) -> bool {
        worth_threads(self.batch * self.groups * self.outputs * self.channels * self.kernel() * self.windows() / LANES)
    }
    /// The convolution that carries cotangents back to the image; `None` if zeros reach beyond the kernel.
    fn reversed(&self) -> Option<Plan> {
        let Grid { image, kernel, out, padding, dilation, .. } = self.grid;
        let mut around = [0; 2];
        for i in 0..2 {
            around[i] = (dilation[i] * (kernel[i] - 1)).checked_sub(padding[i])?;
        }
        let grid = Grid { image: out, out: image, padding: around, ..self.grid };
        Some(Plan { channels: self.outputs, outputs: self.channels, grid, ..*self })
    }
}

/// Convolution, with one offset for each output channel. Relative error below 1e-6 of the sum of absolute products.
pub(crate) fn forward(x: &[f32], weight: &[f32], bias: Option<&[f32]>, plan: &Plan) -> Vec<f32> {
    let (from, to) = (plan.groups * plan.channels * plan.image(), plan.groups * plan.outputs * plan.windows());
    let mut out: Vec<f32> = zeros(plan.batch * to);
    let (piece, offsets) = (plan.piece(), plan.offsets());
    let job = |(i, out): (usize, &mut [f32])| {
        let x = &x[i * piece * from..][..out.len() / to * from];
        vectorised(Forward { plan, x, weight, bias, offsets: &offsets, out });
    };
    match plan.many() {
        true => out.par_chunks_mut(piece * to).enumerate().for_each(job),
        false => out.chunks_mut(piece * to).enumerate().for_each(job),
    }
    out
}

/// Some images.
struct Forward<'a> {
    plan: &'a Plan,
    x: &'a [f32],
    weight: &'a [f32],
    bias: Option<&'a [f32]>,
    offsets: &'a [usize],
    out: &'a mut [f32],
}

impl Task for Forward<'_> {
    type Out = ();
    #[inline(always)]
    fn run<M: Machine>(self, m: M) {
        let plan = self.plan;
        let inner = self.offsets.len();
        let mut image = Vec::new();
        // Eight output channels at all positions.
        let mut strip: Vec<f32> = zeros(8 * plan.positions().next_multiple_of(2 * LANES));
        let groups = self.x.chunks_exact(plan.channels * plan.image());
        let outs = self.out.chunks_exact_mut(plan.outputs * plan.windows());
        for (i, (x, out)) in groups.zip(outs).enumerate() {
            let first = i % plan.groups * plan.outputs;
            plan.surround(x, &mut image);
            let weight = &self.weight[first * inner..][..plan.outputs * inner];
            let mut o = 0;
            while o < plan.outputs {
                let (w, offsets) = (&weight[o * inner..], self.offsets);
                let n = match plan.outputs - o {
                    8.. if M::MANY => self::strip::<M, 8, 2>(m, &image, w, offsets, &mut strip),
                    4.. if M::MANY => self::strip::<M, 4, 2>(m, &image, w, offsets, &mut strip),
                    4.. => self::strip::<M, 4, 1>(m, &image, w, offsets, &mut strip),
                    2.. => self::strip::<M, 2, 2>(m, &image, w, offsets, &mut strip),
                    _ => self::strip::<M, 1, 2>(m, &image, w, offsets, &mut strip),
                };
                for r in 0..n {
                    let bias = self.bias.map_or(0.0, |b| b[first + o + r]);
                    let rows = strip[r * (strip.len() / 8)..].chunks(plan.padded()[1]);
                    for (out, row) in
                        out[(o + r) * plan.windows()..][..plan.windows()].chunks_exact_mut(plan.grid.out[1]).zip(rows)
                    {
                        for (o, &v) in out.iter_mut().zip(row) {
                            *o = v + bias;
                        }
                    }
                }
                o += n;
            }
        }
    }
}

/// `R` output channels at all positions; answers `R`.
#[inline(always)]
fn strip<M: Machine, const R: usize, const N: usize>(
    m: M,
    image: &[f32],
    weight: &[f32],
    offsets: &[usize],
    strip: &mut [f32],
) -> usize {
    let inner = offsets.len();
    let weight: [&[f32]; R] = std::array::from_fn(|r| &weight[r * inner..][..inner]);
    let long = strip.len() / 8;
    for at in (0..long).step_by(N * LANES) {
        let image = &image[at..];
        let sums = accumulate::<M, R, N>(m, nothing(m), inner, |k, r| weight[r][k], |k| &image[offsets[k]..]);
        for (r, s) in sums.into_iter().enumerate() {
            write(m, s, &mut strip[r * long + at..][..N * LANES]);
        }
    }
    R
}

/// The image's cotangent; `None` where zeros around the image reach beyond the kernel.
pub(crate) fn back_to_image(g: &[f32], weight: &[f32], plan: &Plan) -> Option<Vec<f32>> {
    let reversed = plan.reversed()?;
    let (kernel, channels, outputs) = (plan.kernel(), plan.channels, plan.outputs);
    let mut turned: Vec<f32> = zeros(weight.len());
    for (w, t) in
        weight.chunks_exact(outputs * channels * kernel).zip(turned.chunks_exact_mut(outputs * channels * kernel))
    {
        for o in 0..outputs {
            for c in 0..channels {
                let (from, to) =
                    (&w[(o * channels + c) * kernel..][..kernel], &mut t[(c * outputs + o) * kernel..][..kernel]);
                to.iter_mut().rev().zip(from).for_each(|(t, &w)| *t = w);
            }
        }
    }
    Some(forward(g, &turned, None, &reversed))
}

/// The weights' and the offsets' cotangents, summed over pieces of several images in their order.
pub(crate) fn back_to_weights(x: &[f32], g: &[f32], plan: &Plan) -> (Vec<f32>, Vec<f32>) {
    let (from, to) = (plan.groups * plan.channels * plan.image(), plan.groups * plan.outputs * plan.windows());
    // At least a few images each: every piece has sums of its own.
    let piece = plan.piece().max(4).min(plan.batch);
    let offsets = plan.offsets();
    let job = |(x, g): (&[f32], &[f32])| vectorised(Weights { plan, x, g, offsets: &offsets });
    let parts: Vec<Vec<f32>> = match plan.many() {
        true => x.par_chunks(piece * from).zip(g.par_chunks(piece * to)).map(job).collect(),
        false => x.chunks(piece * from).zip(g.chunks(piece * to)).map(job).collect(),
    };
    let mut parts = parts.into_iter();
    let mut sums = parts.next().unwrap_or_default();
    parts.for_each(|p| sums.iter_mut().zip(p).for_each(|(s, v)| *s += v));
    // Each group: one row of outputs for each entry of a window, then one for the offsets.
    let (wide, inner) = (plan.outputs.next_multiple_of(LANES), offsets.len());
    let (mut dw, mut db) = (zeros(plan.groups * plan.outputs * inner), zeros(plan.groups * plan.outputs));
    for (group, sums) in sums.chunks_exact((inner + 1) * wide).enumerate() {
        for o in 0..plan.outputs {
            let at = group * plan.outputs + o;
            let row = &mut dw[at * inner..][..inner];
            row.iter_mut().enumerate().for_each(|(k, w)| *w = sums[k * wide + o]);
            db[at] = sums[inner * wide + o];
        }
    }
    (dw, db)
}

/// Some images: their sums of products, entry of the window by output channel, and of cotangents.
struct Weights<'a> {
    plan: &'a Plan,
    x: &'a [f32],
    g: &'a [f32],
    offsets: &'a [usize],
}

impl Task for Weights<'_> {
    type Out = Vec<f32>;
    #[inline(always)]
    fn run<M: Machine>(self, m: M) -> Vec<f32> {
        let plan = self.plan;
        let (inner, wide, windows) = (self.offsets.len(), plan.outputs.next_multiple_of(LANES), plan.windows());
        let mut sums: Vec<f32> = zeros(plan.groups * (inner + 1) * wide);
        let mut image = Vec::new();
        // Cotangents with the output channels of a window side by side.
        let mut turned: Vec<f32> = zeros(windows * wide);
        let images = self.x.chunks_exact(plan.channels * plan.image());
        for (i, (x, g)) in images.zip(self.g.chunks_exact(plan.outputs * windows)).enumerate() {
            let sums = &mut sums[i % plan.groups * (inner + 1) * wide..][..(inner + 1) * wide];
            plan.surround(x, &mut image);
            for (o, g) in g.chunks_exact(windows).enumerate() {
                g.iter().enumerate().for_each(|(p, &g)| turned[p * wide + o] = g);
                sums[inner * wide + o] += sum_of(g, |v| v);
            }
            for at in (0..wide).step_by(LANES) {
                let mut k = 0;
                while k < inner {
                    let (sums, offsets, turned) = (&mut sums[k * wide + at..], &self.offsets[k..], &turned[at..]);
                    k += match inner - k {
                        8.. if M::MANY => gather::<M, 8>(m, plan, &image, turned, offsets, sums),
                        4.. => gather::<M, 4>(m, plan, &image, turned, offsets, sums),
                        2.. => gather::<M, 2>(m, plan, &image, turned, offsets, sums),
                        _ => gather::<M, 1>(m, plan, &image, turned, offsets, sums),
                    };
                }
            }
        }
        sums
    }
}

/// Adds an image's products for `R` entries of the window and one vector of output channels; answers `R`.
#[inline(always)]
fn gather<M: Machine, const R: usize>(
    m: M,
    plan: &Plan,
    image: &[f32],
    turned: &[f32],
    offsets: &[usize],
    sums: &mut [f32],
) -> usize {
    let wide = plan.outputs.next_multiple_of(LANES);
    let ([_, width], [height, across]) = (plan.padded(), plan.grid.out);
    let mut block: [[M::Vector; 1]; R] = std::array::from_fn(|r| read(m, &sums[r * wide..]));
    for y in 0..height {
        let rows: [&[f32]; R] = std::array::from_fn(|r| &image[offsets[r] + y * width..][..across]);
        let turned = &turned[y * across * wide..];
        block = accumulate::<M, R, 1>(m, block, across, |k, r| rows[r][k], |k| &turned[k * wide..]);
    }
    for (r, b) in block.into_iter().enumerate() {
        write(m, b, &mut sums[r * wide..][..LANES]);
    }
    R
}
