//! Sharing a corpus out among machines.

use crate::error::{Error, Result, request};

/// One machine's share of the documents: every `of`-th one, `i/n` on the command line with `i` from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    index: u64,
    of: u64,
}

impl Part {
    /// All documents.
    pub const ALL: Self = Self { index: 0, of: 1 };

    /// Whether a document belongs to this part.
    pub fn holds(self, document: u64) -> bool {
        document % self.of == self.index
    }
}

impl std::str::FromStr for Part {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let numbers = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((index, of)) if index < of => Ok(Self { index, of }),
            _ => Err(request("part", format!("`{text}`"), "give i/n with i from 0 to n-1, such as 0/4")),
        }
    }
}
