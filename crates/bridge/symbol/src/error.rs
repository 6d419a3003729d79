//! What can go wrong with symbols.

use crate::values::Domain;

/// Why a symbol cannot be made, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An activation of another width.
    #[error("the symbol at {site} is made for {expected} units, the activation has {found}")]
    Width {
        /// The symbol's site.
        site: String,
        /// Units it is made for.
        expected: usize,
        /// Units of the activation.
        found: usize,
    },
    /// Values of another kind.
    #[error("{expected} values are expected here, these are {found}")]
    Kind {
        /// The domain of the symbol.
        expected: String,
        /// What was given.
        found: String,
    },
    /// Not one value for each row.
    #[error("the activation has {rows} rows, the values are for {found}: give one value for each row")]
    Rows {
        /// Rows of the activation.
        rows: usize,
        /// Rows of the values.
        found: usize,
    },
    /// A value that is none of the domain's.
    #[error("`{value}` is not {domain}")]
    Value {
        /// What was given.
        value: String,
        /// What there is.
        domain: Domain,
    },
    /// A symbol that cannot be made like this.
    #[error("{0}")]
    Definition(String),
    /// A reading that does not hang together, or a folder that holds none.
    #[error("the reading {reading}: {problem}")]
    Reading {
        /// Its name or its folder.
        reading: String,
        /// What is wrong and what to do.
        problem: String,
    },
    /// A reading of another model.
    #[error(
        "the reading {reading} was made from {model} ({expected}), not from this model ({found}): load that one, or read this one anew"
    )]
    OtherModel {
        /// The reading.
        reading: String,
        /// What the model was called.
        model: String,
        /// The fingerprint of the model that was read.
        expected: String,
        /// The fingerprint of the model at hand.
        found: String,
    },
    /// The file system said no.
    #[error("{file}: {source}")]
    Io {
        /// The file.
        file: String,
        /// Its answer.
        source: std::io::Error,
    },
    /// An error of the network.
    #[error(transparent)]
    Net(#[from] symbolon_net::Error),
}

impl From<symbolon_tensor::Error> for Error {
    fn from(error: symbolon_tensor::Error) -> Error {
        Error::Net(error.into())
    }
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;
