//! Sparse probing: how well can exactly `k` neurons of a layer tell a property, and which are they? (Gurnee et al. 2023, "Finding
//! neurons in a haystack".)
//!
//! A [`Ranking`] or the exact [`Search`] chooses a support on training examples; [`SparseProbe::on`] fits the final probe, a
//! class-balanced logistic regression on that support. How quality grows with `k` ([`curve`]) tells how sparsely a layer stores
//! the property.

mod exact;
mod rank;
mod svm;

pub use exact::{Optimum, Search};
pub use rank::Ranking;

use symbolon_net::Site;
use symbolon_symbol::Neuron;

use super::{Examples, Probe, Quality};
use crate::error::Result;

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
    /// [`Error::Setting`](crate::Error::Setting) for units that do not exist, or none.
    pub fn on(train: &Examples, support: &[usize]) -> Result<Self> {
        let probe = Probe::logistic(&train.columns(support)?, PENALTY)?;
        Ok(Self { support: support.to_vec(), probe })
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
    /// [`Error::Symbol`](crate::Error::Symbol) when the site has fewer units.
    pub fn neurons(&self, site: &Site, width: usize) -> Result<Vec<Neuron>> {
        self.support.iter().map(|&u| Ok(Neuron::new(site.clone(), u, width)?)).collect()
    }
}

/// The quality on test examples of probes on `k` neurons, for each `k`, chosen by a ranking on training examples.
///
/// # Errors
/// [`Error::Setting`](crate::Error::Setting) for a `k` that is zero or more than there are units.
pub fn curve(train: &Examples, test: &Examples, ranking: Ranking, sizes: &[usize]) -> Result<Vec<Quality>> {
    sizes.iter().map(|&k| SparseProbe::on(train, &ranking.choose(train, k)?)?.test(test)).collect()
}

/// The test quality of probes on `k` neurons when the best single neuron is taken out again and again: flat where many neurons
/// carry the property, a cliff where one is dedicated to it. The neurons taken out are named, in order. Supports are the exact
/// search's among the `candidates` best by difference of means, each search within `most` solved supports.
///
/// # Errors
/// [`Error::Setting`](crate::Error::Setting) when fewer than `k + rounds` units are left.
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
