//! Manipulation paths: a few features are moved to their end at a time, and which ones is a choice. SAMP chooses those whose move
//! changes the number most, so that few features carry the difference (Zhang et al. 2024, "Path choice matters for clear attribution
//! in path methods").

use symbolon_tensor::{Rng, Tensor};

use super::between::Between;
use super::path::finite;
use crate::error::{Error, Result};

/// Which features move first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Those that change the number most on the way: up towards the example, down towards the baseline (SAMP).
    Greedy,
    /// At random, with this seed: the control.
    Random(u64),
}

/// Settings of a manipulation path. The defaults are those of SAMP++ for small images.
#[derive(Clone, Debug, PartialEq)]
pub struct Manipulation {
    /// How many features move in a step.
    pub features: usize,
    /// The infinitesimal constraint: the largest sum of moves of a step, in units of the features.
    pub eta: Option<f64>,
    /// The weight of past gradients in the choice (not in the sum, which would break completeness).
    pub momentum: f64,
    /// Which move first.
    pub order: Order,
    /// Whether the way back, from the example to the baseline, is averaged in.
    pub both_ways: bool,
}

impl Default for Manipulation {
    fn default() -> Self {
        Self { features: 10, eta: Some(1.5), momentum: 0.5, order: Order::Greedy, both_ways: true }
    }
}

impl Manipulation {
    /// Parts of the difference, and how many gradients were computed.
    pub(super) fn run(&self, between: &Between, baseline: &Tensor) -> Result<(Tensor, usize)> {
        let x = between.start();
        let features = x.len() / x.size(0);
        let bad = |problem: String| Err(Error::Setting { what: "manipulation path", problem });
        if self.features == 0 || self.features > features {
            return bad(format!("{} features in a step of {features}", self.features));
        }
        if self.eta.is_some_and(|e| e.is_nan() || e <= 0.0) || !(0.0..1.0).contains(&self.momentum) {
            return bad(format!("eta {:?} is above zero, momentum {} from 0 up to 1", self.eta, self.momentum));
        }
        let (there, steps) = self.walk(between, baseline, x, 1.0)?;
        match self.both_ways {
            false => Ok((there, steps)),
            true => {
                let (back, more) = self.walk(between, x, baseline, -1.0)?;
                Ok(((there - back) * 0.5, steps + more))
            }
        }
    }
    /// From `from` to `to`; `sign` is 1 where the number should rise fast and -1 where it should fall fast.
    fn walk(&self, between: &Between, from: &Tensor, to: &Tensor, sign: f64) -> Result<(Tensor, usize)> {
        let (n, d) = (from.size(0), from.len() / from.size(0));
        let flat = |x: &Tensor| x.reshape([n, d]).to_vec::<f64>();
        let (mut at, end) = (flat(from), flat(to));
        let (mut parts, mut mean) = (vec![0.0; n * d], vec![0.0; n * d]);
        let mut rngs: Vec<Rng> = match self.order {
            Order::Random(seed) => (0..n as u64).map(|i| Rng::new(seed.wrapping_add(i))).collect(),
            Order::Greedy => Vec::new(),
        };
        let mut steps = 0;
        while at != end {
            let now = Tensor::new(at.clone(), from.shape())?.to(from.dtype());
            let gradient = flat(&finite(between.gradient_at(&now)?, steps)?);
            for i in 0..n {
                let row = i * d..(i + 1) * d;
                let (at, end) = (&mut at[row.clone()], &end[row.clone()]);
                let (g, m, parts) = (&gradient[row.clone()], &mut mean[row.clone()], &mut parts[row]);
                let keep = if steps == 0 { 0.0 } else { self.momentum };
                m.iter_mut().zip(g).for_each(|(m, g)| *m = keep * *m + (1.0 - keep) * g);
                let mut open: Vec<usize> = (0..d).filter(|&f| at[f] != end[f]).collect();
                match rngs.get_mut(i) {
                    Some(rng) => {
                        let n = open.len();
                        (0..self.features.min(n)).for_each(|a| open.swap(a, a + rng.below(n - a)));
                    }
                    None => {
                        let gain = |f: usize| sign * m[f] * (end[f] - at[f]);
                        open.sort_by(|&a, &b| gain(b).total_cmp(&gain(a)).then(a.cmp(&b)));
                    }
                }
                open.truncate(self.features);
                let length: f64 = open.iter().map(|&f| (end[f] - at[f]).abs()).sum();
                let part = self.eta.map_or(1.0, |eta| (eta / length).min(1.0));
                for f in open {
                    let moved = (end[f] - at[f]) * part;
                    parts[f] += g[f] * moved;
                    at[f] = if part == 1.0 { end[f] } else { at[f] + moved };
                }
            }
            steps += 1;
        }
        Ok((Tensor::new(parts, from.shape())?.to(from.dtype()), steps))
    }
}
