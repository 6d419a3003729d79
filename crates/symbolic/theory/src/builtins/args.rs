//! What an argument must be: reads the arguments of a call as numbers, lists and names, or says what is wrong with them.
//!
//! Every message names the argument by its position, what is expected there and what was found.

use super::{Call, Fault};
use crate::diag::Code;
use crate::term::{Symbol, Term, TermStore, View, sym};

/// Most solutions that one call may have: all are computed before the first is used.
pub(super) const MAX_SOLUTIONS: usize = 10_000_000;

/// Most list cells that the solutions of one call may need together.
pub(super) const MAX_CELLS: usize = 20_000_000;

/// A list argument, cut at its first part that is not a cell.
pub(super) struct ListArg {
    /// The elements that are known.
    pub items: Vec<Term>,
    /// What comes after them: `[]`, a variable, or (not a list at all) anything else.
    pub tail: Term,
}

impl ListArg {
    /// Whether it ends in `[]`.
    pub fn is_proper(&self) -> bool {
        self.tail == Term::atom(sym::NIL)
    }

    /// Whether it ends in a variable.
    pub fn is_partial(&self) -> bool {
        self.tail.is_var()
    }
}

impl Call<'_> {
    /// An error about argument `i` (from 0).
    #[cold]
    pub(super) fn wrong(&self, i: usize, expected: &str) -> Fault {
        wrong(self.terms, &format!("argument {}", i + 1), self.args[i], expected)
    }

    /// An integer.
    #[inline]
    pub(super) fn int(&self, i: usize) -> Result<i64, Fault> {
        self.terms.as_int(self.args[i]).ok_or_else(|| self.wrong(i, "an integer"))
    }

    /// An integer, or `None` for an unbound variable.
    #[inline]
    pub(super) fn int_or_var(&self, i: usize) -> Result<Option<i64>, Fault> {
        if self.args[i].is_var() { Ok(None) } else { self.int(i).map(Some) }
    }

    /// The name of an atom.
    pub(super) fn atom(&self, i: usize) -> Result<Symbol, Fault> {
        self.args[i].as_atom().ok_or_else(|| self.wrong(i, "an atom"))
    }

    /// A list, proper or partial. Anything that cannot become a list is an error.
    pub(super) fn any_list(&self, i: usize) -> Result<ListArg, Fault> {
        let (items, tail) = self.terms.list_parts(self.args[i]);
        let list = ListArg { items, tail };
        if list.is_proper() || list.is_partial() { Ok(list) } else { Err(self.wrong(i, "a list")) }
    }

    /// The elements of a proper list.
    pub(super) fn list(&self, i: usize) -> Result<Vec<Term>, Fault> {
        let list = self.any_list(i)?;
        if list.is_proper() { Ok(list.items) } else { Err(self.wrong(i, "a list with an end")) }
    }

    /// Checks how much the solutions will need before they are made.
    pub(super) fn reserve(&self, solutions: usize, cells: usize) -> Result<(), Fault> {
        if solutions <= MAX_SOLUTIONS && cells <= MAX_CELLS {
            return Ok(());
        }
        let what = if solutions > MAX_SOLUTIONS {
            format!("has more than {MAX_SOLUTIONS} solutions")
        } else {
            format!("has solutions with more than {MAX_CELLS} list cells together")
        };
        Err(Fault::new(Code::Argument, format!("the goal {what}"))
            .help("all solutions are computed at once: bind more of its arguments before it runs"))
    }

    /// An error: the call has infinitely many solutions because of argument `i`.
    #[cold]
    pub(super) fn endless(&self, i: usize) -> Fault {
        let what = if self.args[i].is_var() {
            format!("argument {} is not bound", i + 1)
        } else {
            format!("the list in argument {}, `{}`, has no end yet", i + 1, shown(self.terms, self.args[i]))
        };
        Fault::new(Code::Argument, format!("the goal has infinitely many solutions, because {what}"))
            .help("all solutions are computed at once: move the goal after the one that binds the list")
    }
}

/// An error about a term: what it is called, and what is expected instead.
#[cold]
pub(super) fn wrong(terms: &TermStore, what: &str, term: Term, expected: &str) -> Fault {
    if term.is_var() {
        return Fault::new(Code::Argument, format!("{what} must be {expected}, but it is not bound"))
            .help("move the goal after the one that gives it a value");
    }
    let (_, tail) = terms.list_parts(term);
    let text = shown(terms, term);
    if tail.is_var() && terms.as_cons(term).is_some() {
        return Fault::new(Code::Argument, format!("{what} must be {expected}, but `{text}` has no end yet"))
            .help("move the goal after the one that gives the list its end");
    }
    let kind = match terms.view(term) {
        View::Atom(sym::NIL) => "the empty list",
        View::Atom(_) => "the atom",
        View::Int(_) => "the integer",
        View::Float(_) => "the float",
        View::Str(_) => "the string",
        _ => "the term",
    };
    Fault::new(Code::Argument, format!("{what} must be {expected}, but it is {kind} `{text}`"))
}

/// The start of a term as text, for messages.
pub(super) fn shown(terms: &TermStore, term: Term) -> String {
    const LENGTH: usize = 60;
    let mut out = Clipped { text: String::new(), left: LENGTH };
    // The writer stops with an error when it has seen enough.
    match std::fmt::write(&mut out, format_args!("{}", terms.display(term))) {
        Ok(()) => out.text,
        Err(_) => out.text + "...",
    }
}

struct Clipped {
    text: String,
    left: usize,
}

impl std::fmt::Write for Clipped {
    fn write_str(&mut self, s: &str) -> std::fmt::Result {
        for c in s.chars() {
            self.left = self.left.checked_sub(1).ok_or(std::fmt::Error)?;
            self.text.push(c);
        }
        Ok(())
    }
}
