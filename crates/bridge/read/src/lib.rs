//! Reading: symbols found in networks that are already trained.
//!
//! Every reader takes activations (or a network and inputs) and gives symbols: probes give directions, dictionaries give features,
//! interchange gives subspaces, attribution gives weights. What was found is checked by `symbolon-check`.

mod arithmetic;
mod cards;
pub mod describe;
pub mod dictionary;
pub mod erase;
mod error;
mod flow;
pub mod fourier;
pub mod paths;
mod symbolify;

pub use arithmetic::arithmetic;
pub use cards::CARDS;
pub use error::{Error, Result};
pub use flow::integrate;
pub use symbolify::{NamedEdge, Symbolified, Symbolify, refit_exactly};
