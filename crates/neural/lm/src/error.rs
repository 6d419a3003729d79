//! What can go wrong with files, downloads, texts and grammars that come from outside.
//!
//! Every message names the file (or the address), the place in it, what is wrong there and, where there is one, the
//! remedy. Nothing that is read can stop the program.

use std::path::Path;

/// Why a model could not be found, fetched, read or run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system said no.
    #[error("{file}: {source}")]
    Io {
        /// The file, as given.
        file: String,
        /// Its answer.
        source: std::io::Error,
    },
    /// A file that is not what its name says.
    #[error("{file}: {place}: {problem}")]
    Format {
        /// The file, as given.
        file: String,
        /// Where in it: a tensor, a key, an entry.
        place: String,
        /// What is wrong there.
        problem: String,
    },
    /// Something this version does not know, with what it does know.
    #[error("{file}: {what} `{name}` is not supported; supported: {supported}")]
    Unsupported {
        /// The file, as given.
        file: String,
        /// What kind of thing: a quantisation, an architecture, a tokenizer.
        what: &'static str,
        /// Its name in the file.
        name: String,
        /// What would work.
        supported: String,
    },
    /// A name that nothing here has.
    #[error("there is no {what} `{name}`; {hint}")]
    Unknown {
        /// What was looked for.
        what: &'static str,
        /// The name given.
        name: String,
        /// What there is instead.
        hint: String,
    },
    /// A download that did not work.
    #[error("{url}: {problem}")]
    Network {
        /// The address, without any password in it.
        url: String,
        /// What happened, and what may help.
        problem: String,
    },
    /// A file whose contents are not the published ones.
    #[error("{file}: the SHA-256 digest is {found}, expected {expected}; remove the file and fetch it again")]
    Digest {
        /// The file.
        file: String,
        /// What the catalogue or the index promises.
        expected: String,
        /// What the file has.
        found: String,
    },
    /// A file that is in the way or not where it should be.
    #[error("{0}")]
    Store(String),
    /// Text that the tokenizer cannot take, or tokens it does not have.
    #[error("tokenizer: {0}")]
    Text(String),
    /// A chat template or the conversation given to it.
    #[error("chat template: {0}")]
    Template(String),
    /// A grammar, schema or regular expression for constrained decoding.
    #[error("grammar: {0}")]
    Grammar(String),
    /// A request that does not fit the model.
    #[error("{0}")]
    Request(String),
    /// Settings for sampling, or logits that nothing can be sampled from.
    #[error("sampling: {0}")]
    Sampling(String),
    /// What the network answers: inputs that do not fit, weights that contradict the config, unknown sites.
    #[error(transparent)]
    Net(#[from] symbolon_net::Error),
    /// Activations that could not be stored or read.
    #[error(transparent)]
    Activations(#[from] symbolon_store::Error),
    /// Tensors that could not be made.
    #[error(transparent)]
    Tensor(#[from] symbolon_tensor::Error),
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn format(file: &Path, place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Format { file: file.display().to_string(), place: place.into(), problem: problem.into() }
    }
}

/// For `map_err`: the file system's answer with the file's name.
pub(crate) fn io(file: &Path) -> impl Fn(std::io::Error) -> Error {
    let file = file.display().to_string();
    move |source| Error::Io { file: file.clone(), source }
}
