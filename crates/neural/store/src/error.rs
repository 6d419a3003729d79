//! What can go wrong with a store; every message names the file or setting, the place, and what to do.

use std::path::Path;

/// Why activations could not be stored or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file system said no.
    #[error("{file}: {source}{}", advice(source))]
    Io {
        /// The file.
        file: String,
        /// Its answer.
        source: std::io::Error,
    },
    /// A file that is not what it should be.
    #[error("{file}: {place}: {problem}; {remedy}")]
    Format {
        /// The file.
        file: String,
        /// Where in the file.
        place: String,
        /// What is wrong there.
        problem: String,
        /// What to do about it.
        remedy: String,
    },
    /// A request that does not fit the store.
    #[error("{what}: {problem}; {remedy}")]
    Request {
        /// What was asked for.
        what: &'static str,
        /// Why not.
        problem: String,
        /// What to do about it.
        remedy: String,
    },
    /// Drawing the order of reading failed.
    #[error(transparent)]
    Data(#[from] symbolon_data::Error),
    /// Numbers that make no tensor, or a file that could not be put in its place.
    #[error(transparent)]
    Tensor(#[from] symbolon_tensor::Error),
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;

fn advice(source: &std::io::Error) -> &'static str {
    use std::io::ErrorKind as Kind;
    match source.kind() {
        Kind::NotFound => "; check the path",
        Kind::StorageFull | Kind::QuotaExceeded => "; free some space and go on: finished shards are intact",
        Kind::PermissionDenied => "; check who may read and write there",
        _ => "",
    }
}

pub(crate) fn io(path: &Path) -> impl Fn(std::io::Error) -> Error {
    move |source| Error::Io { file: path.display().to_string(), source }
}

pub(crate) fn broken(path: &Path, place: impl Into<String>, problem: impl ToString) -> Error {
    const REMEDY: &str = "restore the file, or remove this shard's .arrow and .json and harvest its documents again";
    Error::Format {
        file: path.display().to_string(),
        place: place.into(),
        problem: problem.to_string(),
        remedy: REMEDY.into(),
    }
}

pub(crate) fn request(what: &'static str, problem: impl Into<String>, remedy: impl Into<String>) -> Error {
    Error::Request { what, problem: problem.into(), remedy: remedy.into() }
}
