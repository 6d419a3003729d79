//! Networks over a cyclic group, read as waves: which frequency a neuron hears, with which phase, and what it says.
//!
//! A row of weights over `Z_p` is a sum of waves `A_k cos(2π k j / p + φ_k)`, `k = 1..(p-1)/2`. After training on modular addition a
//! neuron's input weights are one wave `α cos(2π k j / p + φ)` and its output weights another of the same frequency,
//! `β cos(2π k j / p + ψ)` with `ψ = 2 φ`. [`Neuron`]s can be changed (turned, silenced, put in phase) and written back as
//! weights: reading is tested by intervention.

mod indicator;
mod two_layers;

pub use indicator::{Indicated, against_indicator, indicator, strengths};
pub use two_layers::TwoLayers;

use crate::error::{Error, Result};
use std::f64::consts::PI;
use symbolon_check::stats::upper_median;
use symbolon_tensor::{DType, Tensor};

/// The waves of rows of weights.
#[derive(Clone, Debug)]
pub struct Waves {
    /// How many numbers a row has.
    pub p: usize,
    /// For each row and frequency (from 1) amplitude and phase.
    pub rows: Vec<Vec<(f64, f64)>>,
}

impl Waves {
    /// Of rows `[rows, p]`.
    ///
    /// # Errors
    /// [`Error::Setting`] for an even or too small `p`, or no rows.
    pub fn of(rows: &Tensor) -> Result<Self> {
        let odd = rows.rank() == 2 && rows.size(1) >= 3 && rows.size(1) % 2 == 1 && rows.size(0) > 0;
        if !odd {
            let problem = format!("rows of shape {:?}: give [rows, p] with an odd p of at least 3", rows.shape());
            return Err(Error::Setting { what: "waves", problem });
        }
        let p = rows.size(1);
        let spectrum = rows.detach().to(DType::F64).rfft().to_vec::<f64>();
        // X_k = Σ_j x_j e^{-2πikj/p} = (p/2) A e^{iφ}
        let wave = |c: &[f64]| (c[0].hypot(c[1]) * 2.0 / p as f64, c[1].atan2(c[0]));
        let of_row = |row: &[f64]| row.chunks(2).skip(1).map(wave).collect();
        Ok(Self { p, rows: spectrum.chunks(p / 2 * 2 + 2).map(of_row).collect() })
    }
    /// The strongest frequency of a row.
    pub fn dominant(&self, row: usize) -> usize {
        let strongest = self.rows[row].iter().enumerate().max_by(|a, b| a.1.0.total_cmp(&b.1.0));
        1 + strongest.map_or(0, |(k, _)| k)
    }
    /// How much of a row is one wave: `Σ A^4 / (Σ A^2)^2`, from `2 / (p - 1)` (all alike) to 1. Zero for a row of zeros.
    pub fn concentration(&self, row: usize) -> f64 {
        let power = |n: i32| self.rows[row].iter().map(|(a, _)| a.powi(n)).sum::<f64>();
        let total = power(2).powi(2);
        if total > 0.0 { power(4) / total } else { 0.0 }
    }
    /// The mean of that over all rows.
    pub fn mean_concentration(&self) -> f64 {
        (0..self.rows.len()).map(|r| self.concentration(r)).sum::<f64>() / self.rows.len() as f64
    }
}

/// A neuron as two waves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neuron {
    /// The frequency of its input weights, 1 to (p-1)/2.
    pub frequency: usize,
    /// Amplitude of the input weights at this frequency.
    pub alpha: f64,
    /// Their phase.
    pub phi: f64,
    /// Amplitude of the output weights.
    pub beta: f64,
    /// Their phase.
    pub psi: f64,
}

impl Neuron {
    /// `D = 2 φ - ψ`, from -π to π: zero when the neuron says what it hears twice.
    pub fn misalignment(&self) -> f64 {
        wrapped(2.0 * self.phi - self.psi)
    }
}

/// Neurons whose input is at least this share as loud as the loudest one's.
pub fn loud(neurons: &[Neuron], share: f64) -> Vec<Neuron> {
    let loudest = neurons.iter().map(|n| n.alpha).fold(0.0, f64::max);
    neurons.iter().filter(|n| n.alpha >= share * loudest).copied().collect()
}

/// The median absolute misalignment; zero of no neurons.
pub fn median_misalignment(neurons: &[Neuron]) -> f64 {
    upper_median(&neurons.iter().map(|n| n.misalignment().abs()).collect::<Vec<_>>()).unwrap_or(0.0)
}

/// An angle from -π to π.
pub fn wrapped(angle: f64) -> f64 {
    let turns = angle.rem_euclid(2.0 * PI);
    if turns > PI { turns - 2.0 * PI } else { turns }
}

/// All neurons between input weights and output weights, both `[neurons, p]`.
///
/// # Errors
/// [`Error::Setting`] as [`Waves::of`], and when there are not as many rows of both.
pub fn neurons(input: &Tensor, output: &Tensor) -> Result<Vec<Neuron>> {
    if input.shape() != output.shape() {
        let problem = format!("input weights {:?}, output weights {:?}", input.shape(), output.shape());
        return Err(Error::Setting { what: "neurons", problem });
    }
    let (heard, said) = (Waves::of(input)?, Waves::of(output)?);
    Ok((0..heard.rows.len())
        .map(|m| {
            let frequency = heard.dominant(m);
            let ((alpha, phi), (beta, psi)) = (heard.rows[m][frequency - 1], said.rows[m][frequency - 1]);
            Neuron { frequency, alpha, phi, beta, psi }
        })
        .collect())
}

/// Input and output weights `[neurons, p]` that are these waves and nothing else.
pub fn written(neurons: &[Neuron], p: usize) -> [Tensor; 2] {
    let rows = |wave: &dyn Fn(&Neuron) -> (f64, f64)| {
        let row = |n: &Neuron| {
            let (a, phase) = wave(n);
            let w = 2.0 * PI * n.frequency as f64 / p as f64;
            (0..p).map(move |j| (a * (w * j as f64 + phase).cos()) as f32).collect::<Vec<f32>>()
        };
        Tensor::new(neurons.iter().flat_map(row).collect(), [neurons.len(), p]).expect("p numbers for each neuron")
    };
    [rows(&|n| (n.alpha, n.phi)), rows(&|n| (n.beta, n.psi))]
}

/// The neurons of one frequency.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Which frequency.
    pub frequency: usize,
    /// How many neurons.
    pub neurons: usize,
    /// `|mean e^{i n φ}|` for n = 1 to 4: near zero when phases are spread evenly.
    pub means: [f64; 4],
    /// `Σ α^2 β`: how loud the frequency is in the output.
    pub strength: f64,
}

/// Neurons by frequency, the lowest first; frequencies without neurons are left out.
pub fn groups(neurons: &[Neuron]) -> Vec<Group> {
    let mut frequencies: Vec<usize> = neurons.iter().map(|n| n.frequency).collect();
    frequencies.sort_unstable();
    frequencies.dedup();
    let group = |frequency: usize| {
        let own: Vec<&Neuron> = neurons.iter().filter(|n| n.frequency == frequency).collect();
        let mean = |n: f64| {
            let of = |f: fn(f64) -> f64| own.iter().map(|m| f(n * m.phi)).sum::<f64>() / own.len() as f64;
            of(f64::cos).hypot(of(f64::sin))
        };
        let strength = own.iter().map(|m| m.alpha * m.alpha * m.beta).sum();
        Group { frequency, neurons: own.len(), means: [1.0, 2.0, 3.0, 4.0].map(mean), strength }
    };
    frequencies.into_iter().map(group).collect()
}

/// Which frequency wins a neuron: the one whose copy of the early training flow blows up first. With `u = α e^{iφ}` and
/// `v = β e^{iψ}` the flow of a squared neuron is `u' = 2 ū v`, `v' = u²`, the same as `α' = 2αβ cos D`, `β' = α² cos D`,
/// `D' = -(4β + α²/β) sin D`.
pub fn winner(input: &[(f64, f64)], output: &[(f64, f64)]) -> usize {
    let times = input.iter().zip(output).map(|(&(alpha, phi), &(beta, psi))| blow_up(alpha, phi, beta, psi));
    let first = times.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
    1 + first.map_or(0, |(k, _)| k)
}

/// When the flow of one frequency reaches a thousand times its start.
fn blow_up(alpha: f64, phi: f64, beta: f64, psi: f64) -> f64 {
    let slope = |[a, b, c, d]: [f64; 4]| [2.0 * (a * c + b * d), 2.0 * (a * d - b * c), a * a - b * b, 2.0 * a * b];
    let start = [alpha * phi.cos(), alpha * phi.sin(), beta * psi.cos(), beta * psi.sin()];
    let size = |y: &[f64; 4]| y.iter().map(|v| v * v).sum::<f64>().sqrt();
    let end = 1e3 * size(&start);
    let run = |[x, y, u, v]: [f64; 4], t: f64| {
        crate::flow::integrate([x, y, u, v], t, slope, |y| 0.02 / size(y), |y| size(y) < end)
    };
    match size(&start) > 0.0 {
        true => run(start, 0.0).1,
        false => f64::INFINITY,
    }
}
