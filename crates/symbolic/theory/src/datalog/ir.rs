//! Rules over relations: what the demand transformation makes of clauses, and what is planned and run.

use super::relation::RelId;
use crate::builtins::Builtin;
use crate::diag::Span;
use crate::term::Term;

/// A relation applied to variables and ground terms.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Atom {
    pub rel: RelId,
    pub args: Vec<Term>,
}

/// One condition of a rule.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    /// The row is in the relation.
    Atom(Atom),
    /// No matching row is. Variables that occur nowhere else match anything.
    Absent(Atom),
    /// The builtin succeeds. Variables that nothing before it binds are its results.
    Compute(Compute),
}

/// A call of a builtin.
#[derive(Clone, Debug)]
pub(super) struct Compute {
    pub builtin: &'static Builtin,
    pub args: Vec<Term>,
    pub span: Span,
}

impl PartialEq for Compute {
    fn eq(&self, other: &Compute) -> bool {
        std::ptr::eq(self.builtin, other.builtin) && self.args == other.args && self.span == other.span
    }
}

/// A rule.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub head: Atom,
    pub body: Vec<Literal>,
    /// A relation without columns that must hold for the rule to run at all.
    pub gate: Option<RelId>,
    /// When it runs: rules of a lower number run to their fixpoint first. See [`super::schedule`].
    pub priority: u32,
    /// Number of variables.
    pub vars: u32,
}
