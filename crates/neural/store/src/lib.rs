#![doc = include_str!("../README.md")]

mod batches;
mod error;
mod index;
mod part;
mod schema;
mod sql;
mod store;
mod table;
mod writer;

pub use batches::{Batch, Batches};
pub use error::{Error, Result};
pub use index::Provenance;
pub use part::Part;
pub use schema::{Schema, StoredSite};
pub use sql::Cell;
pub use store::Store;
pub use writer::{Passage, Writer};
