//! What can go wrong in a study.

use std::path::Path;

/// Why a study has no results.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name that is none of the papers'.
    #[error("there is no paper `{slug}`; nearest are {}", .nearest.join(", "))]
    Unknown {
        /// What was asked for.
        slug: String,
        /// Names that are written nearly so.
        nearest: Vec<String>,
    },
    /// A paper without a study.
    #[error("the study of `{slug}` is not built yet; `STUDIES` lists those that are")]
    NotBuilt {
        /// The paper.
        slug: String,
    },
    /// Settings that make no run.
    #[error("{what}: {problem}")]
    Setting {
        /// The setting.
        what: &'static str,
        /// What is wrong and what to give instead.
        problem: String,
    },
    /// The file system said no.
    #[error("{file}: {source}")]
    Io {
        /// The file.
        file: String,
        /// Its answer.
        source: std::io::Error,
    },
    /// A claim, a statistic or a check.
    #[error(transparent)]
    Check(#[from] symbolon_check::Error),
    /// A network.
    #[error(transparent)]
    Net(#[from] symbolon_net::Error),
    /// A language model.
    #[error(transparent)]
    Lm(#[from] symbolon_lm::Error),
    /// A reader of networks.
    #[error(transparent)]
    Read(#[from] symbolon_read::Error),
    /// A symbol.
    #[error(transparent)]
    Symbol(#[from] symbolon_symbol::Error),
    /// A picture.
    #[error(transparent)]
    Draw(#[from] symbolon_draw::DrawError),
    /// A theory that teaches networks.
    #[error(transparent)]
    Learn(#[from] symbolon_learn::Error),
    /// A formula.
    #[error(transparent)]
    Formula(#[from] symbolon_formula::Error),
    /// Data.
    #[error(transparent)]
    Data(#[from] symbolon_data::Error),
}

impl From<symbolon_theory::diag::Diagnostics> for Error {
    fn from(diagnostics: symbolon_theory::diag::Diagnostics) -> Self {
        Error::Learn(diagnostics.into())
    }
}

impl From<symbolon_tensor::Error> for Error {
    fn from(error: symbolon_tensor::Error) -> Self {
        Error::Net(error.into())
    }
}

impl Error {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
        let file = path.display().to_string();
        move |source| Error::Io { file, source }
    }
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;
