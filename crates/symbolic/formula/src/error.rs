//! What can go wrong with formulas, in words that name the place and the remedy.

use std::ops::Range;

/// Why a formula could not be read, evaluated or fitted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Text that is no formula.
    #[error("{problem}\n{}{help}", pointed(.text, .at))]
    Parse {
        /// What was given.
        text: String,
        /// The bytes that are wrong.
        at: Range<usize>,
        /// What is wrong with them.
        problem: String,
        /// What to write instead.
        help: String,
    },
    /// A variable without a value.
    #[error("the formula has the variable `{name}`, values are given for {}", listed(.given))]
    Variable {
        /// The variable.
        name: String,
        /// What there are values for.
        given: Vec<String>,
    },
    /// Columns that are not as many or not as long as they must be.
    #[error("{what}: {problem}")]
    Data {
        /// Which of them.
        what: String,
        /// What is wrong.
        problem: String,
    },
}

/// The line with the place under it marked by carets.
fn pointed(text: &str, at: &Range<usize>) -> String {
    let start = text[..at.start].rfind('\n').map_or(0, |i| i + 1);
    let line = text[start..].lines().next().unwrap_or("");
    let before: String = text[start..at.start].chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    let end = at.end.min(start + line.len()).max(at.start);
    let width = text[at.start..end].chars().count().max(1);
    format!("  {line}\n  {before}{}\n", "^".repeat(width))
}

fn listed(names: &[String]) -> String {
    match names {
        [] => "none".into(),
        some => some.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", "),
    }
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;
