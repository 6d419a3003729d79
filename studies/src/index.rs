//! The papers: `index.tsv`, one row each.

use std::sync::LazyLock;

/// A paper of the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paper {
    /// The row in the list of papers.
    pub row: u32,
    /// The short name.
    pub slug: &'static str,
    /// The paper's title.
    pub title: &'static str,
    /// What kind of paper it is: method, finding, benchmark, survey, position, system.
    pub kind: &'static str,
    /// Where its capability lives.
    pub home: &'static str,
}

/// All papers, in the order of their rows.
pub fn papers() -> &'static [Paper] {
    static PAPERS: LazyLock<Vec<Paper>> = LazyLock::new(|| {
        let row = |line: &'static str| {
            let mut cells = line.split('\t');
            let mut next = || cells.next().unwrap_or_default();
            Some(Paper { row: next().parse().ok()?, slug: next(), title: next(), kind: next(), home: next() })
        };
        include_str!("index.tsv").lines().filter_map(row).collect()
    });
    &PAPERS
}
