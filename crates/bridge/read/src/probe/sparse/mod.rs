//! Sparse probing: how well can exactly `k` neurons of a layer tell a property, and which are they? (Gurnee et al. 2023, "Finding
//! neurons in a haystack".)
//!
//! A [`Ranking`] or the exact [`Search`] chooses a support on training examples; [`SparseProbe::on`] fits the final probe, a
//! class-balanced logistic regression on that support. How quality grows with `k` ([`curve`]) tells how sparsely a layer stores
//! the property.

mod exact;
mod rank;
mod svm;
mod world;

pub use exact::{Optimum, Search};
pub use rank::Ranking;
pub use world::planted;

use symbolon_net::Site;
use symbolon_symbol::Neuron;

use super::{Examples, Probe, Quality};
use crate::error::{Error, Result};

/// The penalty of final probes.
const PENALTY: f64 = 1e-3;

/// A probe on some neurons.
#[derive(Clone, Debug)]
pub struct SparseProbe {
    /// The neurons, as numbers of the layer's units.
    pub support: Vec<usize>,
    /// A classifier of exactly these, in this order.
    pub probe: Probe,
}

impl SparseProbe {
    /// A logistic regression with classes of equal weight on a support.
    ///
    /// # Errors
    /// [`Error::Setting`] for units that do not exist, or none.
    pub fn on(train: &Examples, support: &[usize]) -> Result<Self> {
        let probe = Probe::logistic(&train.columns(support)?, PENALTY)?;
        Ok(Self { support: support.to_vec(), probe })
    }
    /// A probe on the one neuron that is best (F1) on the training examples, of the `candidates` with the largest differences of
    /// means.
    ///
    /// # Errors
    /// [`Error::Setting`] for no candidates.
    pub fn best_single(train: &Examples, candidates: usize) -> Result<Self> {
        let near = Ranking::MeanDifference.choose(train, candidates.min(train.units()))?;
        let mut best: Option<(f64, Self)> = None;
        for unit in near {
            let probe = Self::on(train, &[unit])?;
            let f1 = probe.test(train)?.f1;
            if best.as_ref().is_none_or(|b| f1 > b.0) {
                best = Some((f1, probe));
            }
        }
        best.map(|b| b.1)
            .ok_or_else(|| Error::Setting { what: "sparse probe", problem: "there are no candidates".into() })
    }
    /// How good it is on examples of all units.
    ///
    /// # Errors
    /// As [`SparseProbe::on`].
    pub fn test(&self, test: &Examples) -> Result<Quality> {
        self.probe.test(&test.columns(&self.support)?)
    }
    /// Its neurons at a site, as symbols.
    ///
    /// # Errors
    /// [`Error::Symbol`] when the site has fewer units.
    pub fn neurons(&self, site: &Site, width: usize) -> Result<Vec<Neuron>> {
        self.support.iter().map(|&u| Ok(Neuron::new(site.clone(), u, width)?)).collect()
    }
}

/// The quality on test examples of probes on `k` neurons, for each `k`, chosen by a ranking on training examples.
///
/// # Errors
/// [`Error::Setting`] for a `k` that is zero or more than there are units.
pub fn curve(train: &Examples, test: &Examples, ranking: Ranking, sizes: &[usize]) -> Result<Vec<Quality>> {
    sizes.iter().map(|&k| SparseProbe::on(train, &ranking.choose(train, k)?)?.test(test)).collect()
}

/// The first of these sizes whose probe, chosen by a ranking on training examples, reaches an F1 on test examples; none where none
/// does.
///
/// # Errors
/// As [`curve`].
pub fn enough(train: &Examples, test: &Examples, ranking: Ranking, sizes: &[usize], f1: f64) -> Result<Option<usize>> {
    for &k in sizes {
        if SparseProbe::on(train, &ranking.choose(train, k)?)?.test(test)?.f1 >= f1 {
            return Ok(Some(k));
        }
    }
    Ok(None)
}

/// What the exact search says of supports that it and the rankings choose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Certificate {
    /// The largest gap between an optimum and its bound: see [`Optimum::gap`].
    pub gap: f64,
    /// The largest share by which a ranking's support beats the search's; zero where none does.
    pub lead: f64,
}

/// Searches the best supports of each size among the `candidates` with the largest differences of means, within a gap of a
/// thousandth and `most` solved supports, and compares them with those that each ranking chooses there.
///
/// # Errors
/// As [`Ranking::choose`] and [`Search::new`].
pub fn certify(train: &Examples, candidates: usize, sizes: &[usize], most: usize) -> Result<Certificate> {
    let near = Ranking::MeanDifference.choose(train, candidates)?;
    let (mut search, columns) = (Search::new(train, &near)?, train.columns(&near)?);
    let mut certificate = Certificate { gap: 0.0, lead: 0.0 };
    for &k in sizes {
        let found = search.best(k, 1e-3, most)?;
        certificate.gap = certificate.gap.max(found.gap());
        for ranking in Ranking::ALL {
            let support: Vec<usize> = ranking.choose(&columns, k)?.into_iter().map(|at| near[at]).collect();
            certificate.lead = certificate.lead.max(found.objective / search.objective(&support)? - 1.0);
        }
    }
    Ok(certificate)
}

/// The test quality of probes on `k` neurons when the best single neuron is taken out again and again: flat where many neurons
/// carry the property, a cliff where one is dedicated to it. The neurons taken out are named, in order. Supports are the exact
/// search's among the `candidates` best by difference of means, each search within `most` solved supports.
///
/// # Errors
/// [`Error::Setting`] when fewer than `k + rounds` units are left.
pub fn pruned(
    train: &Examples,
    test: &Examples,
    k: usize,
    rounds: usize,
    candidates: usize,
    most: usize,
) -> Result<Vec<(usize, Quality)>> {
    let mut left: Vec<usize> = (0..train.units()).collect();
    let mut found = Vec::new();
    for _ in 0..rounds {
        let columns = train.columns(&left)?;
        let near = Ranking::MeanDifference.choose(&columns, candidates.min(left.len()))?;
        let support = Search::new(&columns, &near)?.best(k, 1e-3, most)?.support;
        let support: Vec<usize> = support.into_iter().map(|at| left[at]).collect();
        let quality = SparseProbe::on(train, &support)?.test(test)?;
        let mut single = Search::new(train, &support)?;
        let best = single.best(1, 0.0, support.len())?.support[0];
        left.retain(|u| *u != best);
        found.push((best, quality));
    }
    Ok(found)
}
