//! Reading: symbols found in networks that are already trained.
//!
//! Every reader takes activations (or a network and inputs) and gives symbols: probes give directions, dictionaries give features,
//! interchange gives subspaces, attribution gives weights. What was found is checked by `symbolon-check`.

mod arithmetic;
pub mod attribution;
mod cards;
mod cut;
pub mod das;
pub mod describe;
pub mod dictionary;
mod discover;
mod entry;
pub mod erase;
mod error;
mod flow;
pub mod fourier;
pub mod lens;
pub mod patch;
pub mod paths;
pub mod probe;
mod rest;
mod rows;
mod steer;
mod symbolify;

pub use arithmetic::{arithmetic, arithmetic_or_why};
pub use cards::CARDS;
pub use cut::{Cut, RowEdit};
pub use discover::{Discover, Discovered};
pub use entry::Entry;
pub use error::{Error, Result};
pub use flow::integrate;
pub use rest::{Continued, Layered, Rest, last_rows_shared};
pub use rows::{last_rows, rows, rows_of};
pub use steer::Steer;
pub use symbolify::{NamedEdge, Symbolified, Symbolify, refit_exactly};
