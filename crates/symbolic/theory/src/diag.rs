//! Diagnostics: what is wrong with a program, where, and what to do about it.
//!
//! Every message carries a [`Span`] into one of the [`Sources`] of a theory and prints with the source line and a caret:
//!
//! ```text
//! error: the probabilities of this disjunction sum to 1.2
//!   --> dice.pl:3:1
//!    |
//!  3 | 0.6::red(X); 0.6::blue(X) :- ball(X).
//!    | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
//!    = help: they must sum to at most 1; what is missing to 1 means "none of them"
//! ```

use std::fmt;
use std::sync::Arc;

/// A range of bytes in one source text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// Index into [`Sources`].
    pub source: u32,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// From the start of this span to the end of the other.
    pub fn to(self, other: Span) -> Span {
        Span { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// One program text and the name it goes by in messages.
#[derive(Clone, Debug)]
pub struct Source {
    /// A path as the user gave it, or a name in angle brackets such as `<query>`.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// The texts a theory was read from, in reading order.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    list: Vec<Arc<Source>>,
}

impl Sources {
    /// Adds a text and returns its number.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> u32 {
        self.list.push(Arc::new(Source { name: name.into(), text: text.into() }));
        (self.list.len() - 1) as u32
    }

    /// The source of a number.
    pub fn get(&self, source: u32) -> Option<&Arc<Source>> {
        self.list.get(source as usize)
    }

    /// The text that a span covers; empty if it lies outside.
    pub fn text(&self, span: Span) -> &str {
        let source = self.get(span.source);
        source.and_then(|s| s.text.get(span.start as usize..span.end as usize)).unwrap_or("")
    }

    /// Line and column, both from 1, of the start of a span; columns count characters.
    pub fn position(&self, span: Span) -> (usize, usize) {
        let Some(source) = self.get(span.source) else {
            return (1, 1);
        };
        let before = &source.text[..floor(&source.text, span.start as usize)];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A number for a message: rounded to nine decimals, without trailing zeros.
pub(crate) fn rounded(x: f64) -> String {
    let text = format!("{x:.9}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The program cannot be used.
    Error,
    /// The program can be used but probably does not say what was meant.
    Warning,
}

/// What kind of thing is wrong: stable names that tests and tools can match on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// The text is not in the language.
    Syntax,
    /// A variable that no positive goal can bind.
    UnsafeVariable,
    /// Recursion through negation.
    NegativeCycle,
    /// A probability outside [0, 1].
    Probability,
    /// A disjunction whose probabilities sum above 1.
    DisjunctionSum,
    /// Arithmetic on an unbound variable or on something that is not a number.
    Arithmetic,
    /// An argument of the wrong kind, or not instantiated enough.
    Argument,
    /// A call of a predicate that nothing defines.
    UnknownPredicate,
    /// A file that cannot be read.
    File,
    /// A feature of Prolog or ProbLog that is not supported.
    Unsupported,
    /// Evidence that cannot be true.
    ImpossibleEvidence,
    /// Constraints that cannot hold together.
    Contradiction,
    /// A probabilistic atom that is not ground.
    NonGround,
    /// A directive that is malformed.
    Directive,
    /// A neural predicate without probabilities, or with wrong ones.
    Neural,
    /// A variable that occurs once.
    Singleton,
    /// A file of examples that is malformed.
    Examples,
    /// A budget is used up where no partial result is of use.
    Budget,
    /// An error that the program itself raises, with `error/1`.
    Program,
}

/// One message.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// The kind.
    pub code: Code,
    /// What is wrong, without a full stop.
    pub message: String,
    /// Where. `None` when it has no place in a text.
    pub span: Option<Span>,
    /// Further places, each with a word on it.
    pub notes: Vec<(Option<Span>, String)>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: Code, span: impl Into<Option<Span>>, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            code,
            message: message.into(),
            span: span.into(),
            notes: Vec::new(),
            help: None,
        }
    }

    /// A warning at a place.
    pub fn warning(code: Code, span: impl Into<Option<Span>>, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, span, message) }
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// Adds a further place or remark.
    #[must_use]
    pub fn note(mut self, span: impl Into<Option<Span>>, note: impl Into<String>) -> Diagnostic {
        self.notes.push((span.into(), note.into()));
        self
    }
}

/// All that is wrong with a program, with the texts needed to show it.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    /// The messages, in source order.
    pub list: Vec<Diagnostic>,
    /// The texts they point into.
    pub sources: Sources,
}

impl Diagnostics {
    /// One message with its texts.
    pub fn one(diagnostic: Diagnostic, sources: &Sources) -> Diagnostics {
        Diagnostics { list: vec![diagnostic], sources: sources.clone() }
    }

    /// Whether any message is an error.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }
}

impl std::error::Error for Diagnostics {}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, d) in self.list.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            let word = if d.severity == Severity::Error { "error" } else { "warning" };
            writeln!(f, "{word}: {}", d.message)?;
            if let Some(span) = d.span {
                self.write_place(f, span)?;
            }
            for (span, note) in &d.notes {
                writeln!(f, "   = note: {note}")?;
                if let Some(span) = span {
                    self.write_place(f, *span)?;
                }
            }
            if let Some(help) = &d.help {
                writeln!(f, "   = help: {help}")?;
            }
        }
        Ok(())
    }
}

impl Diagnostics {
    fn write_place(&self, f: &mut fmt::Formatter<'_>, span: Span) -> fmt::Result {
        let Some(source) = self.sources.get(span.source) else {
            return Ok(());
        };
        let (line, column) = self.sources.position(span);
        let text = source.text.lines().nth(line - 1).unwrap_or("");
        // A caret line no longer than the source line: a span over several lines is marked on its first.
        let width = self.sources.text(span).lines().next().unwrap_or("").chars().count().max(1);
        let number = line.to_string();
        let pad = " ".repeat(number.len());
        writeln!(f, "{pad}--> {}:{line}:{column}", source.name)?;
        writeln!(f, "{pad} |")?;
        writeln!(f, "{number} | {text}")?;
        // Tabs keep their width in the caret line.
        let lead: String = text.chars().take(column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        writeln!(f, "{pad} | {lead}{}", "^".repeat(width))
    }
}
