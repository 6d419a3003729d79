//! What can go wrong between a theory and the networks it teaches.

use symbolon_theory::budget::Stop;
use symbolon_theory::diag::Diagnostics;

/// Why a query cannot be learned from.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The theory or a query is wrong: prints with the line, a caret and a remedy.
    #[error(transparent)]
    Theory(#[from] Diagnostics),
    /// Grounding or compilation ran out of its budget.
    #[error(
        "{shape}: {stop} while it was {stage}; give the program a larger budget, ask a smaller query, or keep only the best \
         proofs with `Semantics::TopK`"
    )]
    Stopped {
        /// The shape of query.
        shape: String,
        /// Which limit was reached.
        stop: Stop,
        /// `grounded` or `compiled`.
        stage: &'static str,
    },
    /// Evidence or constraints that hold in no world, whatever the networks say.
    #[error("{shape}: the evidence and the constraints of the theory contradict each other in every world; {help}")]
    Contradiction {
        /// The shape of query.
        shape: String,
        /// What to do.
        help: &'static str,
    },
    /// A query with variables where one ground atom is needed.
    #[error(
        "{query} is not ground, so it cannot be true or false; write values for its variables, or ask for `Program::layer`"
    )]
    Open {
        /// The query.
        query: String,
    },
    /// Outputs of the networks that do not fit the batch.
    #[error("{network}: {problem}")]
    Outputs {
        /// The network.
        network: String,
        /// What was given and what was expected.
        problem: String,
    },
    /// What this way of reading a theory cannot express.
    #[error("{semantics}: {problem}")]
    Semantics {
        /// The name of the semantics.
        semantics: &'static str,
        /// What is in its way, and what to do.
        problem: String,
    },
    /// A symbolic function, or what learns through it, that is given or answers what it must not.
    #[error("symbolic function: {problem}")]
    Function {
        /// What is wrong, and where.
        problem: String,
    },
    /// Constraints that were declared over something else than what they are given.
    #[error("declared constraints: {problem}")]
    Constraint {
        /// What was given and what was expected.
        problem: String,
    },
    /// An example that belongs to another program or another kind of program.
    #[error("example {example}: {problem}")]
    Example {
        /// Its number in the batch.
        example: usize,
        /// What is wrong.
        problem: String,
    },
    /// A project that is not complete, or data in it that are none.
    #[error("{place}: {problem}")]
    Project {
        /// The folder, file or term.
        place: String,
        /// What is wrong.
        problem: String,
    },
    /// Data that cannot be read.
    #[error(transparent)]
    Data(#[from] symbolon_data::Error),
    /// An error of networks or of training.
    #[error(transparent)]
    Net(#[from] symbolon_net::Error),
}

/// So that losses of a training loop are made of this crate's parts with `?`.
impl From<Error> for symbolon_net::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Net(own) => own,
            other => Self::other(other),
        }
    }
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;
