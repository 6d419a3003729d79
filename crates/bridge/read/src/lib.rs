//! Reading: symbols found in networks that are already trained.
//!
//! Every reader takes activations (or a network and inputs) and gives symbols: probes give directions, dictionaries give features,
//! interchange gives subspaces, attribution gives weights. What was found is checked by `symbolon-check`.

pub mod attribution;
mod cards;
pub mod das;
mod entry;
mod error;
pub mod lens;
pub mod patch;
pub mod paths;
pub mod probe;
mod rest;
mod rows;
mod steer;

pub use cards::CARDS;
pub use entry::Entry;
pub use error::{Error, Result};
pub use rest::{Continued, Layered, Rest};
pub use rows::{last_rows, rows, rows_of};
pub use steer::Steer;
