//! A tiny syntax of its own: programs over a finite domain that print themselves as program text.
//!
//! It shares nothing with the crate under test, so that a mistake in the crate cannot hide in its own oracle.

use std::fmt;

/// An argument: a constant of the domain or a variable of the clause, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arg {
    Const(usize),
    Var(usize),
}

/// A predicate applied to arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Atom {
    pub pred: usize,
    pub args: Vec<Arg>,
}

/// One condition of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// The atom holds.
    Pos(Atom),
    /// The atom does not hold. A variable that occurs nowhere else is existential.
    Neg(Atom),
    /// Two arguments differ.
    Differ(Arg, Arg),
    /// At least so many constants satisfy a predicate of one argument.
    AtLeast(usize, usize),
}

/// Heads with probabilities in thousandths (`None`: certain) and a body.
#[derive(Clone, Debug)]
pub struct Clause {
    pub heads: Vec<(Option<u32>, Atom)>,
    pub body: Vec<Literal>,
}

/// A whole program.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Number of constants: a, b, c, ...
    pub domain: usize,
    /// For each predicate its arity and its stratum: negation only reaches lower strata.
    pub preds: Vec<(usize, usize)>,
    pub clauses: Vec<Clause>,
    /// Ground atoms and their observed values.
    pub evidence: Vec<(Atom, bool)>,
    /// Bodies that must not hold.
    pub constraints: Vec<Vec<Literal>>,
    /// Atoms asked for; variables stand for all values.
    pub queries: Vec<Atom>,
    /// The clause whose first probability is printed as a learnable one, `t(0.3)::`.
    pub learnable: Option<usize>,
}

impl fmt::Display for Arg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Arg::Const(c) => write!(f, "{}", (b'a' + c as u8) as char),
            Arg::Var(v) => write!(f, "{}", (b'U' + v as u8) as char),
        }
    }
}

impl fmt::Display for Atom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p{}", self.pred)?;
        for (i, arg) in self.args.iter().enumerate() {
            write!(f, "{}{arg}", if i == 0 { "(" } else { "," })?;
        }
        f.write_str(if self.args.is_empty() { "" } else { ")" })
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Pos(atom) => write!(f, "{atom}"),
            Literal::Neg(atom) => write!(f, "\\+ {atom}"),
            Literal::Differ(a, b) => write!(f, "{a} \\= {b}"),
            Literal::AtLeast(n, pred) => {
                write!(f, "findall(F{pred}, p{pred}(F{pred}), L{pred}), sort(L{pred}, S{pred}), ")?;
                write!(f, "length(S{pred}, N{pred}), N{pred} >= {n}")
            }
        }
    }
}

fn write_body(f: &mut fmt::Formatter<'_>, body: &[Literal]) -> fmt::Result {
    for (i, literal) in body.iter().enumerate() {
        write!(f, "{}{literal}", if i == 0 { " :- " } else { ", " })?;
    }
    writeln!(f, ".")
}

fn write_clause(f: &mut fmt::Formatter<'_>, clause: &Clause, learnable: bool) -> fmt::Result {
    for (i, (weight, head)) in clause.heads.iter().enumerate() {
        f.write_str(if i == 0 { "" } else { "; " })?;
        match weight {
            Some(w) if learnable && i == 0 => write!(f, "t({}.{:03})::{head}", w / 1000, w % 1000)?,
            Some(w) => write!(f, "{}.{:03}::{head}", w / 1000, w % 1000)?,
            None => write!(f, "{head}")?,
        }
    }
    write_body(f, &clause.body)
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (pred, (arity, _)) in self.preds.iter().enumerate() {
            // A predicate that lost its last clause is still known.
            if !self.clauses.iter().any(|c| c.heads.iter().any(|(_, h)| h.pred == pred)) {
                writeln!(f, ":- dynamic(p{pred}/{arity}).")?;
            }
        }
        for (i, clause) in self.clauses.iter().enumerate() {
            write_clause(f, clause, self.learnable == Some(i))?;
        }
        for body in &self.constraints {
            f.write_str(":-")?;
            for (i, literal) in body.iter().enumerate() {
                write!(f, "{}{literal}", if i == 0 { " " } else { ", " })?;
            }
            writeln!(f, ".")?;
        }
        for (atom, value) in &self.evidence {
            writeln!(f, "evidence({atom}, {value}).")?;
        }
        for atom in &self.queries {
            writeln!(f, "query({atom}).")?;
        }
        Ok(())
    }
}
