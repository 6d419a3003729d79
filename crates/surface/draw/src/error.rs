//! What can be wrong with what is to be drawn, and with the place it is written to.

use std::path::PathBuf;

/// Why something could not be drawn or written.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    /// The values do not fill the grid they are said to fill.
    #[error("{what}: {rows} x {columns} needs {} values, {given} were given", rows.saturating_mul(*columns))]
    Shape {
        /// What was to be drawn.
        what: String,
        /// Rows (or height in pixels).
        rows: usize,
        /// Columns (or values in a row of pixels).
        columns: usize,
        /// How many values came.
        given: usize,
    },
    /// A picture that no PNG can hold.
    #[error("a picture of {width} x {height} pixels cannot be drawn: both sides must be between 1 and {limit}")]
    Picture {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// The longest side that is accepted.
        limit: usize,
    },
    /// The PNG encoder failed.
    #[error("a picture could not be encoded as PNG: {0}")]
    Encode(String),
    /// An edge or a proof step points to something that is not there.
    #[error("{what} {from} points to {to}, but {rule}")]
    Reference {
        /// `edge from node`, `proof step`.
        what: &'static str,
        /// Where the reference stands.
        from: usize,
        /// Where it points.
        to: usize,
        /// What references must obey.
        rule: &'static str,
    },
    /// A file could not be written; nothing was left half-written.
    #[error("{}: could not be written: {source}; check that the folder exists and has room", path.display())]
    Write {
        /// The file that was to be written.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
