//! What can go wrong with data that comes from outside: files, user lists, devices that are not there.
//!
//! Shape mistakes between tensors are a programmer's error and panic with the operation and shapes; everything that
//! reads user input validates first and returns [`Error`].

/// Why a tensor could not be made, read, written or moved.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The number of values is not what the shape asks for.
    #[error("shape {shape:?} holds {} values, {found} were given", crate::shape::count(shape))]
    Length {
        /// The shape asked for.
        shape: Vec<usize>,
        /// How many values there were.
        found: usize,
    },
    /// Rows of different lengths in a nested list.
    #[error("row {row} has {found} values, the first row has {expected}")]
    Ragged {
        /// The offending row.
        row: usize,
        /// Its length.
        found: usize,
        /// The first row's length.
        expected: usize,
    },
    /// An index beyond the end of its axis.
    #[error("{op}: index {index} is outside 0..{size}")]
    Index {
        /// The operation that was asked for.
        op: &'static str,
        /// The offending index.
        index: i64,
        /// How many entries the axis has.
        size: usize,
    },
    /// A file that is not what its name says.
    #[error("{file}: {problem}")]
    Format {
        /// The file, as given.
        file: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The file system said no.
    #[error("{file}: {source}")]
    Io {
        /// The file, as given.
        file: String,
        /// Its answer.
        source: std::io::Error,
    },
    /// A matrix that has no such decomposition or solution.
    #[error("{op}: {problem}")]
    Numerical {
        /// The operation that was asked for.
        op: &'static str,
        /// Why it has no answer.
        problem: String,
    },
    /// A device that this build or this machine does not have.
    #[error("device: {0}")]
    Device(String),
    /// Saved state that does not belong to this optimiser or these parameters.
    #[error("state: {0}")]
    State(String),
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;
