//! What can go wrong with data: files that are not there or not what they say, and requests that cannot be met.
//!
//! Every message names the file or setting, the place in it, and what to do.

use std::path::Path;

/// Why data could not be read, written or drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file system said no.
    #[error("{file}: {source}{}", advice(source))]
    Io {
        /// The file, as given.
        file: String,
        /// Its answer.
        source: std::io::Error,
    },
    /// A file that is not what it should be.
    #[error("{file}: {place}: {problem}; {remedy}")]
    Format {
        /// The file, as given.
        file: String,
        /// Where in the file: "line 3, column `age`", "header", "label 17".
        place: String,
        /// What is wrong there.
        problem: String,
        /// What to do about it.
        remedy: String,
    },
    /// A data set that is not on this machine.
    #[error("{what} is not here (looked in {}); {remedy}", looked.join(", "))]
    Missing {
        /// The data set.
        what: &'static str,
        /// Folders that were searched.
        looked: Vec<String>,
        /// How to get it.
        remedy: String,
    },
    /// A request that cannot be met.
    #[error("{what}: {problem}; {remedy}")]
    Request {
        /// The setting or operation.
        what: &'static str,
        /// Why not.
        problem: String,
        /// What to do about it.
        remedy: String,
    },
    /// Numbers that make no tensor.
    #[error(transparent)]
    Tensor(#[from] symbolon_tensor::Error),
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;

fn advice(source: &std::io::Error) -> &'static str {
    use std::io::ErrorKind as Kind;
    match source.kind() {
        Kind::NotFound => "; check the path",
        Kind::PermissionDenied => "; check who may read and write there",
        Kind::StorageFull | Kind::QuotaExceeded => "; free some space: what was written before is intact",
        Kind::IsADirectory => "; give a file, not a folder",
        Kind::NotADirectory => "; give a folder, not a file",
        _ => "",
    }
}

pub(crate) fn io(path: &Path) -> impl Fn(std::io::Error) -> Error {
    move |source| Error::Io { file: path.display().to_string(), source }
}

pub(crate) fn format(
    path: &Path,
    place: impl Into<String>,
    problem: impl Into<String>,
    remedy: impl Into<String>,
) -> Error {
    let file = path.display().to_string();
    Error::Format { file, place: place.into(), problem: problem.into(), remedy: remedy.into() }
}

pub(crate) fn request(what: &'static str, problem: impl Into<String>, remedy: impl Into<String>) -> Error {
    Error::Request { what, problem: problem.into(), remedy: remedy.into() }
}
