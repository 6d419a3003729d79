//! What can go wrong, in words that name the place and the remedy.

/// Why a pass, an edit, a file or a training run did not work out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Text that is no site name.
    #[error("`{text}` is no site name: {problem}; a name looks like `blocks.3.attn.z` or `blocks.3.attn.z[5]`")]
    Site {
        /// What was given.
        text: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Text that is no pattern of site names.
    #[error(
        "`{text}` is no site pattern: {problem}; patterns look like `blocks.*.resid_post` or `blocks.{{0,3}}.attn.*`"
    )]
    Pattern {
        /// What was given.
        text: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A pattern that no site of the network matches.
    #[error("no site matches `{pattern}`{}", nearest_words(.nearest))]
    UnknownSite {
        /// The pattern.
        pattern: String,
        /// Names that are written nearly so.
        nearest: Vec<String>,
    },
    /// Text that is no edit.
    #[error(
        "`{text}` is no edit: {problem}; edits look like `zero`, `scale(0.5)`, `add(0.1)`, `add(vector.npy)`, \
         `replace(..)`, `mean(..)`, `out_of(..)`, `onto(..)`, `batch_mean`, with a part as in `zero@heads=1,2;positions=-1`"
    )]
    Edit {
        /// What was given.
        text: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A tensor whose shape does not fit where it is put.
    #[error("{site}: {what} has shape {found:?}, the activation there has shape {expected:?}")]
    Shape {
        /// Where.
        site: String,
        /// What was put there.
        what: String,
        /// The activation's shape.
        expected: Vec<usize>,
        /// The shape that was given.
        found: Vec<usize>,
    },
    /// Indices or axes that an activation does not have.
    #[error("{site}: {problem}")]
    Selection {
        /// Where.
        site: String,
        /// What is wrong.
        problem: String,
    },
    /// An input that the network cannot take.
    #[error("{network}: {problem}")]
    Input {
        /// Which network.
        network: String,
        /// What it expects and what it got.
        problem: String,
    },
    /// Text that names no network, or sizes that make none.
    #[error("{text}: {problem}")]
    Architecture {
        /// What was asked for.
        text: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Gradients asked for where none flow.
    #[error("gradients: {0}")]
    Gradient(String),
    /// A checkpoint file that cannot be written or is none.
    #[error("{file}: {problem}")]
    Checkpoint {
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// A checkpoint of something else.
    #[error("the checkpoint does not fit: {problem}")]
    Mismatch {
        /// What it holds and what was asked for.
        problem: String,
    },
    /// Training that ran away.
    #[error("{problem} at step {step} of epoch {epoch}{kept}; a lower rate, warm-up or clipped gradients may help")]
    Diverged {
        /// What is not finite.
        problem: String,
        /// Steps done before.
        step: u64,
        /// Epochs done before.
        epoch: u64,
        /// Where the last good checkpoint is, if there is one.
        kept: String,
    },
    /// A published model's settings or weights that do not fit.
    #[error("{place}: {problem}")]
    Model {
        /// The file and the tensor, or the setting.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Something that the tensors below refused.
    #[error(transparent)]
    Tensor(#[from] symbolon_tensor::Error),
    /// An error of code that was handed in: an edit's function, a training step, a progress sink.
    #[error(transparent)]
    Other(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Wraps an error of code that is handed to this crate.
    pub fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Other(error.into())
    }
}

impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

fn nearest_words(nearest: &[String]) -> String {
    match nearest {
        [] => "; `sites()` lists what there is".to_owned(),
        some => format!("; nearest are {}", some.iter().map(|s| format!("`{s}`")).collect::<Vec<_>>().join(", ")),
    }
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;
