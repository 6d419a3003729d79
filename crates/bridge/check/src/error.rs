//! What can go wrong while checking.

use std::path::Path;

/// Why a check cannot be made, or its result cannot be kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Numbers on which a statistic is not defined.
    #[error("{statistic}: {problem}")]
    Sample {
        /// What was to be computed.
        statistic: &'static str,
        /// What is wrong with the numbers, and what is needed.
        problem: String,
    },
    /// A claim that says too little, or contradicts itself.
    #[error("claim `{id}`: {problem}")]
    Claim {
        /// The claim.
        id: String,
        /// What is wrong and what to write instead.
        problem: String,
    },
    /// A claim that nobody registered.
    #[error("claim `{id}` is not registered{}; register it before the run", nearest_words(.nearest))]
    Unregistered {
        /// What was asked for.
        id: String,
        /// Registered claims with similar names.
        nearest: Vec<String>,
    },
    /// A claim that is not what was registered under its name.
    #[error(
        "claim `{id}` was altered: registered as {registered:.12}, it is now {found:.12}; restore it, or amend it with a reason"
    )]
    Altered {
        /// The claim.
        id: String,
        /// The digest it was registered with.
        registered: String,
        /// The digest of what was given.
        found: String,
    },
    /// Registered claims without a result.
    #[error("no result for {}; report each registered claim, or say why it could not be measured", list(.ids))]
    Unreported {
        /// The claims.
        ids: Vec<String>,
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
        remedy: &'static str,
    },
    /// The file system said no.
    #[error("{file}: {source}")]
    Io {
        /// The file.
        file: String,
        /// Its answer.
        source: std::io::Error,
    },
    /// A method's card that cannot be part of the catalogue.
    #[error("card `{method}`: {problem}")]
    Card {
        /// The method.
        method: String,
        /// What is wrong.
        problem: String,
    },
    /// Parts of a network or data that do not fit together.
    #[error("{what}: {problem}")]
    Request {
        /// What was asked for.
        what: &'static str,
        /// Why not, and what to do.
        problem: String,
    },
    /// An error of a symbol.
    #[error(transparent)]
    Symbol(#[from] symbolon_symbol::Error),
    /// A file that could not be put in its place.
    #[error(transparent)]
    Tensor(#[from] symbolon_tensor::Error),
    /// An error of the network.
    #[error(transparent)]
    Net(#[from] symbolon_net::Error),
}

impl Error {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
        let file = path.display().to_string();
        move |source| Error::Io { file, source }
    }
}

/// The most similar names, best first, for messages.
pub(crate) fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut scored: Vec<(f64, &str)> =
        names.into_iter().map(|n| (strsim::jaro_winkler(name, n), n)).filter(|(s, _)| *s > 0.7).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.into_iter().take(3).map(|(_, n)| n.to_owned()).collect()
}

fn list(names: &[String]) -> String {
    names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}

fn nearest_words(nearest: &[String]) -> String {
    match nearest {
        [] => String::new(),
        some => format!(" (nearest are {})", list(some)),
    }
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;
