//! Learnable functions on edges: `y_j = Σ_i m_ij (s^b_ij silu(x_i) + s^p_ij spline_ij(x_i))` (Liu et al. 2024, "KAN", equations
//! 2.10 to 2.12).

use super::spline;
use crate::parameters;
use symbolon_tensor::{DType, Rng, Tensor};

/// A layer whose every edge is a B-spline and a SiLU.
#[derive(Clone, Debug)]
pub struct KanLinear {
    /// Knots of each input, `[inputs, G + 2k + 1]`. Not trained: see [`update_grid`](KanLinear::update_grid).
    pub grid: Tensor,
    /// Which edges there are, `[inputs, outputs]` of ones and zeros. Not trained.
    pub mask: Tensor,
    /// Coefficients of the splines, `[inputs, G + k, outputs]`: the orientation in which they are multiplied.
    pub coef: Tensor,
    /// `s^p`, `[inputs, outputs]`.
    pub scale_spline: Tensor,
    /// `s^b`, `[inputs, outputs]`.
    pub scale_base: Tensor,
    degree: usize,
}
parameters!(KanLinear { grid, mask, coef, scale_spline, scale_base });

/// What became of a grid that was moved or refined.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Regrid {
    /// Inputs that were constant: their knots would all be equal, so their grid was kept.
    pub constant: Vec<usize>,
    /// Inputs whose samples did not determine all coefficients: the smallest ones were taken (ridge).
    pub ridge: Vec<usize>,
    /// The largest change of any edge's spline at the samples.
    pub change: f64,
}

impl KanLinear {
    /// A layer as the released code starts it: splines near zero, `s^p = 1 / sqrt(inputs)`, `s^b` uniform within
    /// `± 1 / sqrt(inputs)`, a grid over `range`.
    pub fn new(rng: &mut Rng, inputs: usize, outputs: usize, grid: usize, degree: usize, range: [f64; 2]) -> Self {
        let knots = spline::uniform(inputs, range, grid, degree);
        let points = Tensor::linspace(range[0], range[1], grid + 1, DType::F64).unsqueeze(1).expand([grid + 1, inputs]);
        let noise = rng.uniform([grid + 1, inputs, outputs], -0.15, 0.15, DType::F64) / grid as f64;
        let (coef, _) = spline::fitted(&points, &noise, &knots, degree);
        let size = 1.0 / (inputs as f64).sqrt();
        let single = |x: Tensor| x.to(DType::F32);
        Self {
            grid: single(knots),
            mask: Tensor::ones([inputs, outputs], DType::F32),
            coef: single(coef),
            scale_spline: Tensor::full([inputs, outputs], size, DType::F32),
            scale_base: rng.uniform([inputs, outputs], -size, size, DType::F32),
            degree,
        }
    }
    /// How many inputs there are.
    pub fn inputs(&self) -> usize {
        self.mask.size(0)
    }
    /// How many outputs there are.
    pub fn outputs(&self) -> usize {
        self.mask.size(1)
    }
    /// Degree of the splines.
    pub fn degree(&self) -> usize {
        self.degree
    }
    /// Intervals of the grid.
    pub fn intervals(&self) -> usize {
        self.grid.size(1) - 2 * self.degree - 1
    }
    /// `[batch, inputs]` to `[batch, outputs]`.
    pub fn forward(&self, x: &Tensor) -> Tensor {
        let (batch, inputs, outputs) = (x.size(0), self.inputs(), self.outputs());
        let mask = self.mask.detach();
        let count = self.coef.size(1);
        let weights = &self.coef * (&self.scale_spline * &mask).unsqueeze(1);
        let bumps = spline::basis(x, &self.grid, self.degree, 0).reshape([batch, inputs * count]);
        bumps.matmul(&weights.reshape([inputs * count, outputs])) + x.silu().matmul(&(&self.scale_base * &mask))
    }
    /// What each edge adds, `[batch, inputs, outputs]`: the layer before its sums.
    pub fn edges(&self, x: &Tensor) -> Tensor {
        let mask = self.mask.detach();
        let base = x.silu().unsqueeze(-1) * (&self.scale_base * &mask).unsqueeze(0);
        base + self.splines(x) * (&self.scale_spline * &mask).unsqueeze(0)
    }
    /// Splines without scales, `[batch, inputs, outputs]`.
    fn splines(&self, x: &Tensor) -> Tensor {
        // One product for each input.
        let bumps = spline::basis(x, &self.grid, self.degree, 0).permute([1, 0, 2]);
        bumps.matmul(&self.coef).permute([1, 0, 2])
    }
    /// The share of numbers outside of their grid, where splines fade to zero.
    pub fn outside(&self, x: &Tensor) -> f64 {
        let width = self.grid.size(1);
        let knots = self.grid.to_vec::<f64>();
        let (k, n) = (self.degree, self.inputs());
        let values = x.to_vec::<f64>();
        let out = values.iter().enumerate().filter(|(i, x)| {
            let t = &knots[(i % n) * width..(i % n + 1) * width];
            !(t[k] <= **x && **x <= t[width - 1 - k])
        });
        out.count() as f64 / values.len().max(1) as f64
    }
    /// Moves the grid to where samples `[batch, inputs]` lie: `blend` of an even grid (0.02 in the released code), the rest
    /// the samples' quantiles. Coefficients are fitted anew, so that the splines stay what they are at the samples.
    pub fn update_grid(&mut self, x: &Tensor, blend: f64) -> Regrid {
        let intervals = self.intervals();
        let mut constant = Vec::new();
        let knots = self.rows(|i, old, degree| {
            let mut column = x.narrow(1, i..i + 1).to_vec::<f64>();
            match spline::following(&mut column, intervals, blend) {
                Some(grid) => spline::extended(&grid, degree),
                None => {
                    constant.push(i);
                    old.to_vec()
                }
            }
        });
        Regrid { constant, ..self.replace(knots, x) }
    }
    /// A grid of `intervals` over the same range, with splines that are nearest to the old ones at the samples
    /// `[batch, inputs]`. A multiple of the old number keeps every spline as it is.
    pub fn refine(&mut self, intervals: usize, x: &Tensor) -> Regrid {
        let knots = self
            .rows(|_, old, degree| spline::extended(&spline::resampled(spline::inner(old, degree), intervals), degree));
        self.replace(knots, x)
    }
    fn rows(&self, mut f: impl FnMut(usize, &[f64], usize) -> Vec<f64>) -> Tensor {
        let (width, knots) = (self.grid.size(1), self.grid.to_vec::<f64>());
        let rows: Vec<Vec<f64>> = knots.chunks(width).enumerate().map(|(i, t)| f(i, t, self.degree)).collect();
        Tensor::from_rows(&rows).expect("all inputs have the same grid size")
    }
    fn replace(&mut self, knots: Tensor, x: &Tensor) -> Regrid {
        let x = x.detach();
        let before = self.splines(&x).detach();
        let (coef, ridge) = spline::fitted(&x, &before, &knots, self.degree);
        self.grid = knots.to(self.grid.dtype());
        self.coef = coef.to(self.coef.dtype());
        let change = (self.splines(&x).detach() - before).abs();
        Regrid { constant: Vec::new(), ridge, change: if change.is_empty() { 0.0 } else { change.max().item() } }
    }
    /// The layer between some of its inputs and some of its outputs.
    pub fn part(&self, inputs: &[usize], outputs: &[usize]) -> Self {
        let index = |list: &[usize]| Tensor::from(list.iter().map(|&i| i as i64).collect::<Vec<i64>>());
        let (rows, columns) = (index(inputs), index(outputs));
        let both = |x: &Tensor, axis: isize| x.detach().index_select(0, &rows).index_select(axis, &columns);
        Self {
            grid: self.grid.detach().index_select(0, &rows),
            mask: both(&self.mask, 1),
            coef: both(&self.coef, 2),
            scale_spline: both(&self.scale_spline, 1),
            scale_base: both(&self.scale_base, 1),
            degree: self.degree,
        }
    }
}
