//! L-BFGS with a strong Wolfe line search (Nocedal and Wright, *Numerical Optimization*, algorithms 7.4, 3.5, 3.6).

use crate::tensor::Tensor;
use std::collections::VecDeque;

/// Limited-memory quasi-Newton descent for smooth losses on all data. Computes in `f64` whatever the parameters are.
///
/// ```
/// use symbolon_tensor::{Tensor, optim::{Lbfgs, Why}};
/// let mut x = Tensor::from([-1.2f64, 1.0]).variable();
/// let out = Lbfgs::default().minimise(&mut [&mut x], |p| {
///     let (a, b) = (p[0].get(0), p[0].get(1));
///     (1.0 - &a).square() + (b - a.square()).square() * 100.0
/// });
/// assert_eq!(out.why, Why::Gradient);
/// assert!(x.is_close(&Tensor::from([1.0f64, 1.0]), 1e-6, 0.0));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Lbfgs {
    /// How many pairs of steps and gradient changes are remembered.
    pub memory: usize,
    /// Most iterations.
    pub iterations: usize,
    /// Stops when no entry of the gradient is larger.
    pub gradient: f64,
    /// Stops when a step improves the loss by less than this part of it.
    pub improvement: f64,
    /// Sufficient decrease: the first Wolfe constant.
    pub decrease: f64,
    /// Curvature: the second Wolfe constant.
    pub curvature: f64,
}

impl Default for Lbfgs {
    fn default() -> Self {
        Self { memory: 10, iterations: 500, gradient: 1e-8, improvement: 1e-14, decrease: 1e-4, curvature: 0.9 }
    }
}

/// How a minimisation ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The loss at the end.
    pub loss: f64,
    /// The largest entry of the gradient at the end.
    pub gradient: f64,
    /// Iterations made.
    pub iterations: usize,
    /// How often loss and gradient were computed.
    pub evaluations: usize,
    /// Why it stopped.
    pub why: Why,
}

/// Why a minimisation stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The gradient is small enough.
    Gradient,
    /// Steps no longer improve the loss.
    Improvement,
    /// All iterations were used.
    Iterations,
    /// No step length satisfied the Wolfe conditions, or the loss was not finite.
    LineSearch,
}

/// A point on the search line.
#[derive(Clone)]
struct Point {
    at: f64,
    loss: f64,
    slope: f64,
    gradient: Vec<f64>,
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// The largest absolute value; not a number if one of them is none.
fn largest(g: &[f64]) -> f64 {
    g.iter().fold(0.0, |m: f64, v| if v.is_nan() || m.is_nan() { f64::NAN } else { v.abs().max(m) })
}

impl Lbfgs {
    /// Minimises `loss` over the variables, which hold the best point at the end.
    ///
    /// # Panics
    /// When the loss is more than one number.
    pub fn minimise(&self, parameters: &mut [&mut Tensor], loss: impl Fn(&[Tensor]) -> Tensor) -> Outcome {
        let like: Vec<Tensor> = parameters.iter().map(|p| p.detach()).collect();
        let mut evaluations = 0;
        let mut evaluate = |x: &[f64]| -> (f64, Vec<f64>) {
            evaluations += 1;
            let vars: Vec<Tensor> = spread(x, &like).iter().map(Tensor::variable).collect();
            let y = crate::tape::recording(true, || loss(&vars));
            let grads = y.grad(&vars.iter().collect::<Vec<_>>());
            (y.item(), grads.iter().flat_map(|g| g.to_vec::<f64>()).collect())
        };
        let mut x: Vec<f64> = like.iter().flat_map(|p| p.to_vec::<f64>()).collect();
        let (mut f, mut g) = evaluate(&x);
        let mut pairs: VecDeque<(Vec<f64>, Vec<f64>)> = VecDeque::new();
        let mut iterations = 0;
        let why = loop {
            if largest(&g) <= self.gradient {
                break Why::Gradient;
            }
            if iterations == self.iterations {
                break Why::Iterations;
            }
            if !f.is_finite() {
                break Why::LineSearch;
            }
            let mut d = direction(&g, &pairs);
            if dot(&d, &g) >= 0.0 {
                pairs.clear();
                d = g.iter().map(|v| -v).collect();
            }
            let first = if pairs.is_empty() { 1.0f64.min(1.0 / largest(&g)) } else { 1.0 };
            let start = Point { at: 0.0, loss: f, slope: dot(&d, &g), gradient: g.clone() };
            let found = self.search(start, first, |t| {
                let moved: Vec<f64> = x.iter().zip(&d).map(|(x, d)| x + t * d).collect();
                let (loss, gradient) = evaluate(&moved);
                Point { at: t, loss, slope: dot(&gradient, &d), gradient }
            });
            let Some(p) = found else { break Why::LineSearch };
            iterations += 1;
            let step: Vec<f64> = d.iter().map(|d| p.at * d).collect();
            let change: Vec<f64> = p.gradient.iter().zip(&g).map(|(a, b)| a - b).collect();
            x.iter_mut().zip(&step).for_each(|(x, s)| *x += s);
            if dot(&step, &change) > 1e-14 * dot(&change, &change) {
                pairs.push_back((step, change));
                if pairs.len() > self.memory {
                    pairs.pop_front();
                }
            }
            let gain = f - p.loss;
            (f, g) = (p.loss, p.gradient);
            if gain <= self.improvement * f.abs() && largest(&g) > self.gradient {
                break Why::Improvement;
            }
        };
        for (p, v) in parameters.iter_mut().zip(spread(&x, &like)) {
            p.set_raw(v.raw);
        }
        Outcome { loss: f, gradient: largest(&g), iterations, evaluations, why }
    }

    /// Algorithm 3.5: brackets a step length that satisfies the strong Wolfe conditions.
    fn search(&self, start: Point, first: f64, mut evaluate: impl FnMut(f64) -> Point) -> Option<Point> {
        let (mut before, mut t) = (start.clone(), first);
        for i in 0..30 {
            let p = evaluate(t);
            if !p.loss.is_finite() {
                t = 0.5 * (before.at + t);
                continue;
            }
            let too_high = p.loss > start.loss + self.decrease * t * start.slope;
            if too_high || (i > 0 && p.loss >= before.loss) {
                return self.zoom(&start, before, p, evaluate);
            }
            if p.slope.abs() <= -self.curvature * start.slope {
                return Some(p);
            }
            if p.slope >= 0.0 {
                return self.zoom(&start, p, before, evaluate);
            }
            before = p;
            t *= 2.5;
        }
        None
    }

    /// Algorithm 3.6: shrinks the bracket by cubic interpolation.
    fn zoom(
        &self,
        start: &Point,
        mut low: Point,
        mut high: Point,
        mut evaluate: impl FnMut(f64) -> Point,
    ) -> Option<Point> {
        for _ in 0..40 {
            let width = high.at - low.at;
            let cubic = {
                let d1 = low.slope + high.slope - 3.0 * (low.loss - high.loss) / (low.at - high.at);
                let root = d1 * d1 - low.slope * high.slope;
                let d2 = width.signum() * root.max(0.0).sqrt();
                high.at - width * (high.slope + d2 - d1) / (high.slope - low.slope + 2.0 * d2)
            };
            let (a, b) = (low.at + 0.1 * width, high.at - 0.1 * width);
            let inside = cubic.is_finite() && (a.min(b)..=a.max(b)).contains(&cubic);
            let p = evaluate(if inside { cubic } else { low.at + 0.5 * width });
            let too_high = p.loss > start.loss + self.decrease * p.at * start.slope;
            if !p.loss.is_finite() || too_high || p.loss >= low.loss {
                high = p;
            } else {
                if p.slope.abs() <= -self.curvature * start.slope {
                    return Some(p);
                }
                if p.slope * width >= 0.0 {
                    high = low;
                }
                low = p;
            }
            if (high.at - low.at).abs() <= 1e-12 * low.at.abs().max(1e-12) {
                break;
            }
        }
        // Rounding can hide the curvature condition; a decrease is still worth taking.
        (low.at > 0.0 && low.loss < start.loss).then_some(low)
    }
}

/// Algorithm 7.4: the two loops over remembered pairs.
fn direction(g: &[f64], pairs: &VecDeque<(Vec<f64>, Vec<f64>)>) -> Vec<f64> {
    let mut q: Vec<f64> = g.iter().map(|v| -v).collect();
    let mut alphas = Vec::with_capacity(pairs.len());
    for (s, y) in pairs.iter().rev() {
        let a = dot(s, &q) / dot(s, y);
        q.iter_mut().zip(y).for_each(|(q, y)| *q -= a * y);
        alphas.push(a);
    }
    if let Some((s, y)) = pairs.back() {
        let scale = dot(s, y) / dot(y, y);
        q.iter_mut().for_each(|q| *q *= scale);
    }
    for ((s, y), a) in pairs.iter().zip(alphas.into_iter().rev()) {
        let b = dot(y, &q) / dot(s, y);
        q.iter_mut().zip(s).for_each(|(q, s)| *q += (a - b) * s);
    }
    q
}

/// One long list as tensors of the given shapes and kinds.
fn spread(x: &[f64], like: &[Tensor]) -> Vec<Tensor> {
    let mut rest = x;
    (like.iter())
        .map(|p| {
            let (own, after) = rest.split_at(p.len());
            rest = after;
            Tensor::of(own.to_vec(), p.shape()).to(p.dtype()).to_device(p.device())
        })
        .collect()
}
