//! Shared by the tests: random numbers without any library, and gradients against central differences.
#![allow(dead_code)]

use symbolon_tensor::{Create, DType, Tensor, grad, lean};

/// A small generator of its own, so that tests do not lean on the code they test.
pub struct Dice(pub u64);

impl Dice {
    /// Between -1 and 1.
    pub fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
    /// A tensor of numbers between `low` and `high`.
    pub fn tensor(&mut self, shape: &[usize], low: f64, high: f64) -> Tensor {
        let n = shape.iter().product();
        let v: Vec<f64> = (0..n).map(|_| low + (high - low) * (self.roll() + 1.0) / 2.0).collect();
        Tensor::new(v, shape).unwrap()
    }
}

/// The same numbers with the axes laid out in memory the other way round.
pub fn scrambled(x: &Tensor) -> Tensor {
    let back: Vec<isize> = (0..x.rank() as isize).rev().collect();
    Tensor::new(x.permute(&back).to_vec::<f64>(), x.permute(&back).shape()).unwrap().permute(&back)
}

pub type F<'a> = &'a dyn Fn(&[Tensor]) -> Tensor;

/// `Σ weights * f(x)`, which tells every output apart.
fn scalar(f: F, xs: &[Tensor], seed: u64) -> Tensor {
    let y = f(xs);
    assert_eq!(y.dtype(), DType::F64);
    (&y * Dice(seed).tensor(y.shape(), -1.0, 1.0)).sum()
}

fn variables(xs: &[Tensor]) -> Vec<Tensor> {
    xs.iter().map(Tensor::variable).collect()
}

fn moved(xs: &[Tensor], which: usize, entry: usize, by: f64) -> Vec<Tensor> {
    let mut xs = xs.to_vec();
    let mut v = xs[which].to_vec::<f64>();
    v[entry] += by;
    xs[which] = Tensor::new(v, xs[which].shape()).unwrap();
    xs
}

/// `g(x)`, a number, differentiated by central differences with respect to every entry of every input.
fn differences(g: &dyn Fn(&[Tensor]) -> f64, xs: &[Tensor], h: f64) -> Vec<Vec<f64>> {
    (0..xs.len())
        .map(|i| (0..xs[i].len()).map(|j| (g(&moved(xs, i, j, h)) - g(&moved(xs, i, j, -h))) / (2.0 * h)).collect())
        .collect()
}

fn compare(name: &str, order: usize, found: &[Tensor], want: &[Vec<f64>], tolerance: f64) {
    for (i, (g, w)) in found.iter().zip(want).enumerate() {
        for (j, (a, b)) in g.to_vec::<f64>().iter().zip(w).enumerate() {
            let close = (a - b).abs() <= tolerance * (1.0 + b.abs());
            assert!(close, "{name}: derivative {order}, input {i}, entry {j}: {a} but differences say {b}");
        }
    }
}

/// A fixed direction for each input.
fn directions(xs: &[Tensor], seed: u64) -> Vec<Tensor> {
    xs.iter().enumerate().map(|(i, x)| Dice(seed + i as u64).tensor(x.shape(), -1.0, 1.0)).collect()
}

/// `order`-th directional derivative as a number on the tape: each order contracts the gradient with a direction.
fn contracted(f: F, xs: &[Tensor], order: usize) -> Tensor {
    let mut y = scalar(f, xs, 7);
    let refs: Vec<&Tensor> = xs.iter().collect();
    for k in 0..order {
        let zero = Tensor::scalar(0.0f64);
        let grads = match y.is_recorded() {
            true => grad(&[&y], &[&Tensor::scalar(1.0f64)], &refs, Create::Graph),
            false => vec![None; refs.len()],
        };
        y = zero;
        for (g, d) in grads.iter().zip(directions(xs, 100 + 10 * k as u64)) {
            if let Some(g) = g {
                y = y + (g * d).sum();
            }
        }
    }
    y
}

/// Checks derivatives up to `orders` against central differences, on a full and on a lean tape.
pub fn check(name: &str, f: F, xs: &[Tensor], orders: usize) {
    for is_lean in [false, true] {
        let run = |g: &dyn Fn() -> Tensor| if is_lean { lean(g) } else { g() };
        for order in 0..orders {
            let value = |xs: &[Tensor]| run(&|| contracted(f, &variables(xs), order)).item();
            let want = differences(&value, xs, 1e-5);
            let vs = variables(xs);
            let refs: Vec<&Tensor> = vs.iter().collect();
            let y = run(&|| contracted(f, &vs, order));
            let found = match y.is_recorded() {
                true => y.grad(&refs),
                false => xs.iter().map(Tensor::zeros_like).collect(),
            };
            compare(name, order + 1, &found, &want, 3e-6 * 10f64.powi(order as i32));
        }
    }
}
