//! The law suite: every kind of symbol is measured by the same three equations.

use symbolon_net::Activation;
use symbolon_tensor::Tensor;

use crate::Symbol;
use crate::error::Result;
use crate::values::Values;

/// Whether a law holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// Up to rounding.
    Exact,
    /// Not exactly; [`measure`] says how far off.
    Approximate,
}

/// Which laws a symbol keeps; see [`Symbol`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Laws {
    /// `read(write(a, v)) == v`.
    pub put_get: Law,
    /// `write(a, read(a)) == a`.
    pub get_put: Law,
    /// `write(write(a, v), w) == write(a, w)`.
    pub put_put: Law,
}

impl Laws {
    /// All of them.
    pub const EXACT: Laws = Laws { put_get: Law::Exact, get_put: Law::Exact, put_put: Law::Exact };
}

/// How far each law is from holding: the largest difference, as a share of the largest number involved (at least 1).
/// Distributions are compared as probabilities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaps {
    /// Of `read(write(a, v))` and `v`.
    pub put_get: f64,
    /// Of `write(a, read(a))` and `a`.
    pub get_put: f64,
    /// Of `write(write(a, v), w)` and `write(a, w)`.
    pub put_put: f64,
}

impl Gaps {
    /// The laws that a symbol claims and does not keep within `tolerance`.
    pub fn broken(&self, claimed: Laws, tolerance: f64) -> Vec<&'static str> {
        [
            ("PutGet", claimed.put_get, self.put_get),
            ("GetPut", claimed.get_put, self.get_put),
            ("PutPut", claimed.put_put, self.put_put),
        ]
        .into_iter()
        // A gap that is no number is a broken law too.
        .filter(|(_, law, gap)| *law == Law::Exact && (gap.is_nan() || *gap > tolerance))
        .map(|(name, _, _)| name)
        .collect()
    }
}

/// Measures the laws of a symbol at an activation, with values `v` and `w`.
///
/// # Errors
/// What reading and writing answer.
pub fn measure(symbol: &dyn Symbol, a: &Activation, v: &Values, w: &Values) -> Result<Gaps> {
    let with_v = symbol.write(a, v)?;
    let read_back = symbol.read(&with_v)?;
    let rewritten = symbol.write(a, &symbol.read(a)?)?;
    let (twice, once) = (symbol.write(&with_v, w)?, symbol.write(a, w)?);
    Ok(Gaps {
        put_get: gap(&comparable(&read_back), &comparable(v)),
        get_put: gap(rewritten.tensor(), a.tensor()),
        put_put: gap(twice.tensor(), once.tensor()),
    })
}

fn comparable(values: &Values) -> Tensor {
    match values {
        Values::Categorical(log) => log.exp(),
        other => other.tensor().clone(),
    }
}

fn gap(x: &Tensor, y: &Tensor) -> f64 {
    if x.is_empty() {
        return 0.0;
    }
    let y = y.to(x.dtype());
    (x - &y).abs().max().item() / y.abs().max().item().max(1.0)
}
