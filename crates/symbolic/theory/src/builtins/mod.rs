//! Predicates that are computed rather than proved: arithmetic, comparison, type tests, terms, lists, text.
//!
//! A builtin is a function from resolved arguments to solutions; a solution is a list of pairs of terms to be unified. It
//! never sees activations, choices or tables, so each can be read and tested on its own. Variables in the arguments are
//! numbered as in the calling activation; [`Call::fresh`] makes new ones.
//!
//! Each file holds one family and a table of its predicates; [`lookup`] knows them all. All solutions of a call are computed
//! at once, so a call with infinitely many (`member(a, L)` with `L` unbound) is a [`Fault`] that says so instead of a hang.
//! Where ProbLog 2 and ISO Prolog disagree, ProbLog is followed, except where it is plainly in error; the family's
//! documentation names the places. Predicates that call goals (`maplist/3`, `foldl/4`, ...) are written in the language
//! itself: see `library.pl`.

mod append;
mod args;
pub mod arith;
mod compare;
mod functions;
mod groups;
mod integers;
mod lists;
pub mod number;
mod output;
mod selection;
mod sets;
mod sorting;
mod structure;
mod subtext;
mod text;
mod totals;
mod types;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod testing;

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

pub use arith::{eval, probability};
pub use number::Number;

use crate::diag::Code;
use crate::term::{Term, TermStore};

/// One builtin predicate.
pub struct Builtin {
    /// Its name.
    pub name: &'static str,
    /// Its number of arguments.
    pub arity: u32,
    /// What it does. (To call it, use [`Builtin::solve`], which names the predicate in errors.)
    pub run: fn(&mut Call<'_>) -> Result<(), Fault>,
}

impl Builtin {
    const fn new(name: &'static str, arity: u32, run: fn(&mut Call<'_>) -> Result<(), Fault>) -> Builtin {
        Builtin { name, arity, run }
    }

    /// Runs the builtin. Messages of faults begin with its name and arity.
    #[inline]
    pub fn solve(&self, call: &mut Call<'_>) -> Result<(), Fault> {
        (self.run)(call).map_err(|fault| Fault { message: format!("{self:?}: {}", fault.message), ..fault })
    }
}

impl std::fmt::Debug for Builtin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.name, self.arity)
    }
}

/// One call of a builtin.
pub struct Call<'a> {
    /// The store that the terms live in.
    pub terms: &'a mut TermStore,
    /// The arguments, with all bound variables replaced by their values.
    pub args: &'a [Term],
    /// The smallest variable number that the activation does not use.
    pub next_var: u32,
    /// Where solutions go.
    pub solutions: Solutions,
    /// What `write/1` and its relatives print. During inference a goal may run once for many proofs, or never, so the text
    /// has no reliable order; the engine hands it on or drops it.
    pub output: String,
}

impl<'a> Call<'a> {
    /// A call with no solutions yet.
    pub fn new(terms: &'a mut TermStore, args: &'a [Term], next_var: u32) -> Call<'a> {
        Call { terms, args, next_var, solutions: Solutions::default(), output: String::new() }
    }

    /// A new variable.
    pub fn fresh(&mut self) -> Term {
        self.next_var += 1;
        Term::var(self.next_var - 1)
    }

    /// Succeeds once without binding anything.
    pub fn succeed(&mut self) {
        self.solutions.push(&[]);
    }

    /// Succeeds once if `test` holds.
    pub fn succeed_if(&mut self, test: bool) {
        if test {
            self.succeed();
        }
    }

    /// One solution: `a` and `b` unify.
    pub fn unify(&mut self, a: Term, b: Term) {
        self.solutions.push(&[(a, b)]);
    }
}

/// The solutions of a call, each a list of unifications, in one flat buffer.
#[derive(Clone, Debug, Default)]
pub struct Solutions {
    pairs: Vec<(Term, Term)>,
    ends: Vec<u32>,
}

impl Solutions {
    /// Adds a solution.
    pub fn push(&mut self, pairs: &[(Term, Term)]) {
        self.pairs.extend_from_slice(pairs);
        self.ends.push(self.pairs.len() as u32);
    }

    /// Forgets all solutions but keeps the buffers.
    pub fn clear(&mut self) {
        self.pairs.clear();
        self.ends.clear();
    }

    /// The number of solutions.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether the call fails.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The unifications of solution `i`.
    pub fn get(&self, i: usize) -> &[(Term, Term)] {
        let start = if i == 0 { 0 } else { self.ends[i - 1] as usize };
        &self.pairs[start..self.ends[i] as usize]
    }
}

/// Why a builtin cannot run. The engine adds the place.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The kind of error.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Fault {
    /// An error of this kind.
    pub fn new(code: Code, message: impl Into<String>) -> Fault {
        Fault { code, message: message.into(), help: None }
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Fault {
        self.help = Some(help.into());
        self
    }
}

const TABLES: &[&[Builtin]] = &[
    arith::TABLE,
    integers::TABLE,
    compare::TABLE,
    types::TABLE,
    structure::TABLE,
    lists::TABLE,
    append::TABLE,
    selection::TABLE,
    sorting::TABLE,
    sets::TABLE,
    totals::TABLE,
    groups::TABLE,
    text::TABLE,
    subtext::TABLE,
    output::TABLE,
];

static INDEX: LazyLock<FxHashMap<(&'static str, u32), &'static Builtin>> =
    LazyLock::new(|| all().map(|b| ((b.name, b.arity), b)).collect());

/// All builtins, family by family.
pub fn all() -> impl Iterator<Item = &'static Builtin> {
    TABLES.iter().flat_map(|table| table.iter())
}

/// The builtin of this name and arity. A definition of the same name in the program comes before it.
pub fn lookup(name: &str, arity: u32) -> Option<&'static Builtin> {
    INDEX.get(&(name, arity)).copied()
}

/// Whether a builtin prints or ends the program, so that it matters when and how often it runs.
pub fn has_effect(builtin: &Builtin) -> bool {
    output::TABLE.iter().any(|b| b.name == builtin.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_builtin_is_found_by_its_name_and_no_two_share_one() {
        for builtin in all() {
            assert!(
                std::ptr::eq(lookup(builtin.name, builtin.arity).unwrap(), builtin),
                "{builtin:?} is defined twice"
            );
        }
        assert!(lookup("append", 7).is_none());
    }
}
