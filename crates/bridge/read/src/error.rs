//! What can go wrong while reading a network.

/// Why nothing was read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Settings or data that make no reading.
    #[error("{what}: {problem}")]
    Setting {
        /// The setting.
        what: &'static str,
        /// What is wrong and what to give instead.
        problem: String,
    },
    /// A weight or gate that is not at a corner, where a formula was asked for.
    #[error(
        "{place} is {value:.3}, which is none of -1, 0 and 1: no formula; train longer, or with more pressure to decide"
    )]
    Undecided {
        /// Which.
        place: String,
        /// What it is; how far a gate is from its corner.
        value: f64,
    },
    /// A formula.
    #[error(transparent)]
    Formula(#[from] symbolon_formula::Error),
    /// A network.
    #[error(transparent)]
    Net(#[from] symbolon_net::Error),
    /// Data.
    #[error(transparent)]
    Data(#[from] symbolon_data::Error),
    /// A store of activations.
    #[error(transparent)]
    Store(#[from] symbolon_store::Error),
    /// A symbol.
    #[error(transparent)]
    Symbol(#[from] symbolon_symbol::Error),
    /// An intervention or a statistic.
    #[error(transparent)]
    Check(#[from] symbolon_check::Error),
    /// A causal model's theory.
    #[error("{0}")]
    Theory(#[from] symbolon_theory::diag::Diagnostics),
}

impl From<symbolon_tensor::Error> for Error {
    fn from(error: symbolon_tensor::Error) -> Error {
        Error::Net(error.into())
    }
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;
