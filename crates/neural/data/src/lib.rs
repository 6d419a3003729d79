#![doc = include_str!("../README.md")]

mod batches;
mod by_class;
mod csv;
mod draw;
mod error;
mod fashion;
mod idx;
mod labelled;
pub mod mnist;
mod npz;
mod picture;
mod source;
mod split;
mod table;
mod texts;
mod tuples;
pub mod wikitext;

pub use batches::{Batches, Step};
pub use by_class::ByClass;
pub use csv::Csv;
pub use error::{Error, Result};
pub use fashion::{CLASSES as FASHION_CLASSES, fashion};
pub use idx::read_idx;
pub use labelled::{Divided, Labelled, indices};
pub use npz::read_npz;
pub use picture::{Colour, parse_png, png_bytes, read_png, read_pngs, write_png};
pub use split::Split;
pub use table::{Column, Table};
pub use texts::{emotions, facts, manuals};
pub use tuples::Tuples;
