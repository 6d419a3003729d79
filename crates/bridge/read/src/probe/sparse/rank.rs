//! Rankings: cheap ways to choose `k` neurons.

use symbolon_tensor::optim::Lbfgs;
use symbolon_tensor::{DType, Rng, Tensor};

use crate::error::{Error, Result};
use crate::probe::linear::{signs, standardised, weights};
use crate::probe::{Examples, Probe};

/// A way to choose neurons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ranking {
    /// The largest absolute differences of class means, in deviations of the unit.
    MeanDifference,
    /// The largest F statistics of an analysis of variance.
    FStatistic,
    /// The largest mutual information with the label, of ten bins with as many examples each.
    MutualInformation,
    /// The largest weights of the first logistic regression on the path of L1 penalties that has enough of them.
    L1Logistic,
    /// The largest weights of a support vector machine (squared hinge).
    LinearSvm,
    /// Adaptive thresholding: from the 512 largest differences of means, refit a logistic regression and keep the largest weights,
    /// with supports that shrink geometrically.
    Adaptive,
    /// At random, with this seed: the control.
    Random(u64),
}

impl Ranking {
    /// All of them, the random one with seed 0.
    pub const ALL: [Ranking; 7] = [
        Ranking::MeanDifference,
        Ranking::FStatistic,
        Ranking::MutualInformation,
        Ranking::L1Logistic,
        Ranking::LinearSvm,
        Ranking::Adaptive,
        Ranking::Random(0),
    ];
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Ranking::MeanDifference => "mean difference",
            Ranking::FStatistic => "F statistic",
            Ranking::MutualInformation => "mutual information",
            Ranking::L1Logistic => "L1 logistic",
            Ranking::LinearSvm => "linear SVM",
            Ranking::Adaptive => "adaptive thresholding",
            Ranking::Random(_) => "random",
        }
    }
    /// Exactly `k` units, the best first. Only the given (training) examples are looked at.
    ///
    /// # Errors
    /// [`Error::Setting`] when `k` is zero or more than there are units.
    pub fn choose(self, examples: &Examples, k: usize) -> Result<Vec<usize>> {
        if k == 0 || k > examples.units() {
            let problem = format!("k = {k} of {} units", examples.units());
            return Err(Error::Setting { what: "sparse probe", problem });
        }
        Ok(match self {
            Ranking::MeanDifference => largest(&differences(examples), k),
            Ranking::FStatistic => largest(&f_statistics(examples), k),
            Ranking::MutualInformation => largest(&information(examples), k),
            Ranking::L1Logistic => l1(examples, k),
            Ranking::LinearSvm => largest(&svm(examples), k),
            Ranking::Adaptive => adaptive(examples, k)?,
            Ranking::Random(seed) => {
                let order = Rng::new(seed).permutation(examples.units()).to_vec::<i64>();
                order.into_iter().take(k).map(|u| u as usize).collect()
            }
        })
    }
}

/// Places of the `k` largest absolute values, the largest first; of equal ones the earlier.
fn largest(scores: &[f64], k: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].abs().total_cmp(&scores[a].abs()).then(a.cmp(&b)));
    order.truncate(k);
    order
}

fn differences(examples: &Examples) -> Vec<f64> {
    let (yes, no) = examples.means();
    let spread = examples.rows().to(DType::F64).std_axes(&[0], false, 0);
    let scale = spread.mask_fill(&spread.le_scalar(1e-12), f64::INFINITY);
    ((yes - no) / scale).to_vec()
}

fn f_statistics(examples: &Examples) -> Vec<f64> {
    let n = examples.len() as f64;
    let (a, b) = (examples.positive() as f64, n - examples.positive() as f64);
    let (yes, no) = examples.means();
    let rows = examples.rows().to(DType::F64);
    let total = rows.var_axes(&[0], false, 0) * n;
    let between = (yes - no).square() * (a * b / n);
    // Two groups: one degree of freedom between, n - 2 within.
    let within = (total - &between).clamp_min(1e-12) * (1.0 / (n - 2.0).max(1.0));
    (between / within).to_vec()
}

/// Bins of equal numbers of examples.
const BINS: usize = 10;

fn information(examples: &Examples) -> Vec<f64> {
    let n = examples.len();
    let columns = examples.rows().t().contiguous();
    let part = |x: f64, total: f64| if x > 0.0 { x / total * (x / total).ln() } else { 0.0 };
    let entropy = |counts: &[f64]| -> f64 { -counts.iter().map(|c| part(*c, n as f64)).sum::<f64>() };
    let positive = examples.positive() as f64;
    let of_labels = entropy(&[positive, n as f64 - positive]);
    (0..examples.units())
        .map(|u| {
            let x = columns.get(u).to_vec::<f64>();
            let mut order: Vec<usize> = (0..n).collect();
            order.sort_by(|&a, &b| x[a].total_cmp(&x[b]));
            let mut joint = [[0.0; 2]; BINS];
            let mut bin = 0;
            for (rank, &i) in order.iter().enumerate() {
                // Equal values stay in one bin, or the bins would depend on the order of examples.
                if rank > 0 && x[order[rank - 1]] != x[i] {
                    bin = rank * BINS / n;
                }
                joint[bin][usize::from(examples.labels()[i])] += 1.0;
            }
            let of_bins: Vec<f64> = joint.iter().map(|j| j[0] + j[1]).collect();
            of_labels + entropy(&of_bins) - entropy(joint.as_flattened())
        })
        .collect()
}

fn svm(examples: &Examples) -> Vec<f64> {
    let (_, z) = standardised(examples);
    let (y, w) = (signs(examples).to(z.dtype()), weights(examples).to(z.dtype()));
    let mut beta = Tensor::zeros([z.size(1) + 1], z.dtype());
    let solver = Lbfgs { iterations: 100, gradient: 1e-5, improvement: 1e-7, ..Lbfgs::default() };
    solver.minimise(&mut [&mut beta], |p| {
        let (b, c) = (p[0].get(1..), p[0].get(0));
        let margins = (z.matmul(&b.unsqueeze(1)).squeeze(1) + c) * &y;
        ((1.0 - margins).relu().square() * &w).mean() + b.square().sum() * 5e-3
    });
    beta.narrow(0, 1..).to_vec()
}

/// Proximal gradient with momentum (Beck and Teboulle 2009) along a falling penalty, until enough weights are not zero.
fn l1(examples: &Examples, k: usize) -> Vec<usize> {
    let (_, z) = standardised(examples);
    let (y, w) = (signs(examples).to(z.dtype()), weights(examples).to(z.dtype()));
    let (n, d) = (z.size(0) as f64, z.size(1));
    let slopes = |beta: &Tensor, c: f64| -> (Tensor, f64) {
        let margins = (z.matmul(&beta.unsqueeze(1)).squeeze(1) + c) * &y;
        let pull = (-margins).sigmoid() * &y * &w * (-1.0 / n);
        (z.t().matmul(&pull.unsqueeze(1)).squeeze(1), pull.sum().item())
    };
    // The curvature of the loss is at most a quarter of the largest eigenvalue of the weighed covariance.
    let mut u = Tensor::ones([d], z.dtype());
    let mut eigen = 1.0;
    for _ in 0..20 {
        let v = z.t().matmul(&(z.matmul(&u.unsqueeze(1)) * w.unsqueeze(1))).squeeze(1) * (1.0 / n);
        eigen = v.norm(2.0, &[0], false).item().max(1e-12);
        u = v / eigen;
    }
    let step = 4.0 / (eigen * 1.1 + 1.0);
    let (mut beta, mut c) = (Tensor::zeros([d], z.dtype()), 0.0);
    let mut penalty = slopes(&beta, c).0.abs().max().item();
    loop {
        penalty *= 0.7;
        let (mut ahead, mut ahead_c, mut t) = (beta.clone(), c, 1.0f64);
        for _ in 0..40 {
            let (g, g_c) = slopes(&ahead, ahead_c);
            let moved = &ahead - g * step;
            let next = moved.sign() * (moved.abs() - step * penalty).relu();
            let next_c = ahead_c - step * g_c;
            let t_next = (1.0 + (1.0 + 4.0 * t * t).sqrt()) / 2.0;
            ahead = &next + (&next - &beta) * ((t - 1.0) / t_next);
            ahead_c = next_c + (next_c - c) * ((t - 1.0) / t_next);
            (beta, c, t) = (next, next_c, t_next);
        }
        let found = beta.to_vec::<f64>();
        let there = found.iter().filter(|b| **b != 0.0).count();
        if there >= k || penalty < 1e-6 {
            return largest(&found, k);
        }
    }
}

fn adaptive(examples: &Examples, k: usize) -> Result<Vec<usize>> {
    let mut support = largest(&differences(examples), 512.min(examples.units()).max(k));
    while support.len() > k {
        let columns = examples.columns(&support)?;
        let probe = Probe::logistic(&columns, 1e-3)?;
        let spread = columns.rows().to(DType::F64).std_axes(&[0], false, 0);
        let weight = (probe.weights * spread).to_vec::<f64>();
        let keep = (support.len() / 2).max(k);
        support = largest(&weight, keep).into_iter().map(|at| support[at]).collect();
    }
    Ok(support)
}
