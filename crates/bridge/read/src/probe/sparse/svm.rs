//! The inner problem of optimal sparse probing: a class-weighted support vector machine on few columns, solved from both sides.
//!
//! ```text
//! primal  P(b, c) = sum_i w_i max(0, 1 - y_i (x_i b + c)) + |b|^2 / (2 reg)
//! dual    D(a)    = sum_i a_i - reg/2 |sum_i a_i y_i x_i|^2,   0 <= a_i <= w_i,  sum_i a_i y_i = 0
//! ```
//!
//! The hinge is smoothed at its corner, the smooth problem is solved by Newton's method, and the smoothing is taken away step by
//! step. Its multipliers are feasible for the exact dual, so every solution carries a lower bound that is true whatever the
//! solver's accuracy.

/// Examples: `columns` numbers each, row after row; labels of -1 and 1; weights.
pub(super) struct Problem<'a> {
    pub x: &'a [f64],
    pub columns: usize,
    pub y: &'a [f64],
    pub w: &'a [f64],
    pub reg: f64,
}

/// Both sides of a solution.
pub(super) struct Solution {
    /// The exact primal objective of the weights found: an upper bound of the optimum.
    pub primal: f64,
    /// Feasible multipliers.
    pub alpha: Vec<f64>,
}

/// Widths of the smoothed corner, one after the other.
const CORNERS: [f64; 4] = [1.0, 0.1, 0.01, 0.001];
const NEWTON_STEPS: usize = 40;

impl Problem<'_> {
    pub fn solve(&self) -> Solution {
        let k = self.columns;
        let mut beta = vec![0.0; k + 1]; // weights, then the constant
        for corner in CORNERS {
            for _ in 0..NEWTON_STEPS {
                if !self.newton(&mut beta, corner) {
                    break;
                }
            }
        }
        let corner = CORNERS[CORNERS.len() - 1];
        self.centre(&mut beta, corner);
        let alpha = self.multipliers(&beta, corner);
        Solution { primal: self.primal(&beta), alpha }
    }
    fn rows(&self) -> impl Iterator<Item = (&[f64], f64, f64)> {
        self.x.chunks_exact(self.columns).zip(self.y).zip(self.w).map(|((x, y), w)| (x, *y, *w))
    }
    fn value(&self, beta: &[f64], x: &[f64]) -> f64 {
        x.iter().zip(beta).map(|(x, b)| x * b).sum::<f64>() + beta[self.columns]
    }
    fn norm(&self, beta: &[f64]) -> f64 {
        beta[..self.columns].iter().map(|b| b * b).sum::<f64>() / (2.0 * self.reg)
    }
    fn primal(&self, beta: &[f64]) -> f64 {
        self.norm(beta) + self.rows().map(|(x, y, w)| w * (1.0 - y * self.value(beta, x)).max(0.0)).sum::<f64>()
    }
    fn smooth(&self, beta: &[f64], corner: f64) -> f64 {
        let hinge = |z: f64| match z {
            z if z <= 0.0 => 0.0,
            z if z < corner => z * z / (2.0 * corner),
            z => z - corner / 2.0,
        };
        self.norm(beta) + self.rows().map(|(x, y, w)| w * hinge(1.0 - y * self.value(beta, x))).sum::<f64>()
    }
    /// One damped Newton step on the smoothed primal; false when it is solved.
    fn newton(&self, beta: &mut [f64], corner: f64) -> bool {
        let k = self.columns;
        let (mut gradient, mut hessian) = (vec![0.0; k + 1], vec![0.0; (k + 1) * (k + 1)]);
        let mut total = 0.0;
        for j in 0..k {
            gradient[j] = beta[j] / self.reg;
            hessian[j * (k + 2)] = 1.0 / self.reg;
        }
        for (x, y, w) in self.rows() {
            total += w;
            let z = (1.0 - y * self.value(beta, x)) / corner;
            if z <= 0.0 {
                continue;
            }
            let slope = w * y * z.min(1.0);
            x.iter().zip(&mut gradient).for_each(|(x, g)| *g -= slope * x);
            gradient[k] -= slope;
            if z < 1.0 {
                let bend = w / corner;
                for i in 0..=k {
                    let xi = if i < k { x[i] } else { 1.0 };
                    for j in 0..=i {
                        hessian[i * (k + 1) + j] += bend * xi * if j < k { x[j] } else { 1.0 };
                    }
                }
            }
        }
        // Where no example is at the corner the constant has no curvature.
        (0..=k).for_each(|i| hessian[i * (k + 2)] += 1e-9 * total);
        let Some(step) = cholesky_solve(&mut hessian, &gradient) else { return false };
        let slope: f64 = step.iter().zip(&gradient).map(|(s, g)| s * g).sum();
        if slope <= 1e-13 * total {
            return false;
        }
        let before = self.smooth(beta, corner);
        let mut length = 1.0;
        for _ in 0..40 {
            let moved: Vec<f64> = beta.iter().zip(&step).map(|(b, s)| b - length * s).collect();
            if self.smooth(&moved, corner) <= before - 1e-4 * length * slope {
                beta.copy_from_slice(&moved);
                return true;
            }
            length *= 0.5;
        }
        false
    }
    /// The constant for which multipliers of both classes sum to the same, found by halving: the sum falls as it grows.
    fn centre(&self, beta: &mut [f64], corner: f64) {
        let without: Vec<f64> = self.rows().map(|(x, _, _)| self.value(beta, x) - beta[self.columns]).collect();
        let excess = |c: f64| -> f64 {
            let each = without.iter().zip(self.y).zip(self.w);
            each.map(|((f, y), w)| y * w * ((1.0 - y * (f + c)) / corner).clamp(0.0, 1.0)).sum()
        };
        let reach = 2.0 + without.iter().fold(0.0, |m: f64, f| m.max(f.abs()));
        let (mut low, mut high) = (-reach, reach);
        for _ in 0..80 {
            let middle = 0.5 * (low + high);
            if excess(middle) > 0.0 { low = middle } else { high = middle }
        }
        beta[self.columns] = 0.5 * (low + high);
    }
    /// Multipliers of the smoothed problem, with the last rounding of their balance taken out: feasible for the exact dual.
    fn multipliers(&self, beta: &[f64], corner: f64) -> Vec<f64> {
        let mut alpha: Vec<f64> =
            self.rows().map(|(x, y, w)| w * ((1.0 - y * self.value(beta, x)) / corner).clamp(0.0, 1.0)).collect();
        let sum = |alpha: &[f64], sign: f64| -> f64 {
            alpha.iter().zip(self.y).filter(|(_, y)| **y == sign).map(|(a, _)| a).sum()
        };
        let (yes, no) = (sum(&alpha, 1.0), sum(&alpha, -1.0));
        let less = yes.min(no);
        for (a, y) in alpha.iter_mut().zip(self.y) {
            let own = if *y > 0.0 { yes } else { no };
            *a *= if own > 0.0 { less / own } else { 0.0 };
        }
        alpha
    }
}

/// Solves `H s = g` for a symmetric positive definite `H` of which the lower triangle is given; overwrites it.
fn cholesky_solve(h: &mut [f64], g: &[f64]) -> Option<Vec<f64>> {
    let n = g.len();
    for i in 0..n {
        for j in 0..=i {
            let sum: f64 = h[i * n + j] - (0..j).map(|m| h[i * n + m] * h[j * n + m]).sum::<f64>();
            h[i * n + j] = match i == j {
                true if sum > 0.0 => sum.sqrt(),
                true => return None,
                false => sum / h[j * n + j],
            };
        }
    }
    let mut s = g.to_vec();
    for i in 0..n {
        s[i] = (s[i] - (0..i).map(|m| h[i * n + m] * s[m]).sum::<f64>()) / h[i * n + i];
    }
    for i in (0..n).rev() {
        s[i] = (s[i] - (i + 1..n).map(|m| h[m * n + i] * s[m]).sum::<f64>()) / h[i * n + i];
    }
    Some(s)
}
