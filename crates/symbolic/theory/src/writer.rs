//! Writing terms in program syntax: quotes where they are needed, operators between their arguments, lists in brackets.
//!
//! Works with a stack of its own, so a term nested 100,000 deep is written like any other.

use std::fmt;
use std::sync::Arc;

use crate::ops::{self, Fixity};
use crate::term::{Symbol, Term, TermStore, View, sym};

pub(crate) struct Shown<'a> {
    terms: &'a TermStore,
    term: Term,
    /// Names of the variables, where they are known.
    names: &'a [Arc<str>],
}

impl<'a> Shown<'a> {
    pub(crate) fn new(terms: &'a TermStore, term: Term, names: &'a [Arc<str>]) -> Self {
        Shown { terms, term, names }
    }
}

enum Step {
    /// A term that may have at most this priority without parentheses.
    Term(Term, u32),
    /// The rest of a list after an element: `,next...`, `|tail]` or `]`.
    Tail(Term),
    Text(&'static str),
    Name(Symbol),
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut steps = vec![Step::Term(self.term, 1200)];
        while let Some(step) = steps.pop() {
            match step {
                Step::Text(text) => f.write_str(text)?,
                Step::Name(name) => write_atom(f, self.terms.name(name))?,
                Step::Tail(tail) => match self.terms.view(tail) {
                    View::Atom(sym::NIL) => f.write_str("]")?,
                    View::Compound(sym::CONS, &[head, rest]) => {
                        f.write_str(",")?;
                        steps.extend([Step::Tail(rest), Step::Term(head, 999)]);
                    }
                    _ => {
                        f.write_str("|")?;
                        steps.extend([Step::Text("]"), Step::Term(tail, 999)]);
                    }
                },
                Step::Term(term, max) => self.write_term(f, term, max, &mut steps)?,
            }
        }
        Ok(())
    }
}

impl Shown<'_> {
    fn write_term(&self, f: &mut fmt::Formatter<'_>, term: Term, max: u32, steps: &mut Vec<Step>) -> fmt::Result {
        match self.terms.view(term) {
            View::Var(v) => match self.names.get(v as usize) {
                Some(name) => f.write_str(name),
                None => write_var(f, v),
            },
            View::Int(v) => write!(f, "{v}"),
            View::Float(v) => write!(f, "{v:?}"),
            View::Str(text) => write_quoted(f, text, '"'),
            View::Atom(name) => {
                let text = self.terms.name(name);
                if max < 999 && ops::is_operator(text) {
                    f.write_str("(")?;
                    write_atom(f, text)?;
                    return f.write_str(")");
                }
                write_atom(f, text)
            }
            View::Compound(sym::CONS, &[head, tail]) => {
                f.write_str("[")?;
                steps.extend([Step::Tail(tail), Step::Term(head, 999)]);
                Ok(())
            }
            View::Compound(sym::CURLY, &[inner]) => {
                f.write_str("{")?;
                steps.extend([Step::Text("}"), Step::Term(inner, 1200)]);
                Ok(())
            }
            View::Compound(name, &[left, right]) if ops::infix(self.terms.name(name)).is_some() => {
                let text = self.terms.name(name);
                let (priority, fixity) = ops::infix(text).expect("checked by the guard");
                let (l, r) = match fixity {
                    Fixity::Left => (priority, priority - 1),
                    Fixity::Right => (priority - 1, priority),
                    Fixity::None => (priority - 1, priority - 1),
                };
                if priority > max {
                    f.write_str("(")?;
                    steps.push(Step::Text(")"));
                }
                steps.push(Step::Term(right, r));
                let tight = matches!(text, "," | "::" | ":" | "+" | "-" | "*" | "/" | "^" | "**" | "|");
                if tight {
                    // `1 - -2` and `a- -b`: a sign must not glue to the operator before it.
                    let sign = matches!(self.terms.view(right), View::Int(v) if v < 0)
                        || matches!(self.terms.view(right), View::Float(v) if v < 0.0)
                        || self.starts_with_symbol(right);
                    steps.extend([Step::Text(if sign { " " } else { "" }), Step::Name(name)]);
                } else {
                    steps.extend([Step::Text(" "), Step::Name(name), Step::Text(" ")]);
                }
                steps.push(Step::Term(left, l));
                Ok(())
            }
            View::Compound(name, &[inner]) if ops::prefix(self.terms.name(name)).is_some() => {
                let (priority, fixity) = ops::prefix(self.terms.name(name)).expect("checked by the guard");
                let below = if fixity == Fixity::Right { priority } else { priority - 1 };
                if priority > max {
                    f.write_str("(")?;
                    steps.push(Step::Text(")"));
                }
                write_atom(f, self.terms.name(name))?;
                // `- 1` is the term -(1), `-1` the number; `\+ (a,b)` is one argument, `\+(a,b)` two.
                let glued = self.terms.name(name).starts_with(is_symbol_char) && self.starts_with_letter(inner);
                f.write_str(if glued { "" } else { " " })?;
                steps.push(Step::Term(inner, below));
                Ok(())
            }
            View::Compound(name, args) => {
                write_atom(f, self.terms.name(name))?;
                f.write_str("(")?;
                steps.push(Step::Text(")"));
                for (i, &a) in args.iter().enumerate().rev() {
                    steps.push(Step::Term(a, 999));
                    if i > 0 {
                        steps.push(Step::Text(","));
                    }
                }
                Ok(())
            }
        }
    }

    /// Whether a term is written with a letter first, so that a symbol before it needs no space.
    fn starts_with_letter(&self, term: Term) -> bool {
        match self.terms.callable(term) {
            Some((name, args)) => {
                let text = self.terms.name(name);
                let operator = (args.len() == 2 && ops::infix(text).is_some()) || ops::is_operator(text);
                !operator && text.starts_with(char::is_lowercase)
            }
            None => term.is_var(),
        }
    }

    fn starts_with_symbol(&self, term: Term) -> bool {
        match self.terms.view(term) {
            View::Compound(name, args) => {
                let text = self.terms.name(name);
                args.len() == 1 && ops::prefix(text).is_some() && text.starts_with(is_symbol_char)
            }
            _ => false,
        }
    }
}

/// Characters that symbol atoms such as `:-` or `=<` are made of.
pub(crate) fn is_symbol_char(c: char) -> bool {
    "+-*/\\^<>=~:.?@#&$".contains(c)
}

fn write_var(f: &mut fmt::Formatter<'_>, v: u32) -> fmt::Result {
    match v {
        0..26 => write!(f, "{}", char::from(b'A' + v as u8)),
        _ => write!(f, "{}{}", char::from(b'A' + (v % 26) as u8), v / 26),
    }
}

/// Writes an atom, in quotes when it could not be read back without them.
pub(crate) fn write_atom(f: &mut impl fmt::Write, text: &str) -> fmt::Result {
    let solo = matches!(text, "[]" | "{}" | "!" | ";" | ",");
    let mut chars = text.chars();
    let plain = match chars.next() {
        Some(c) if c.is_lowercase() => chars.all(|c| c.is_alphanumeric() || c == '_'),
        Some(c) if is_symbol_char(c) => text.chars().all(is_symbol_char) && text != ".",
        _ => false,
    };
    if solo || plain { f.write_str(text) } else { write_quoted(f, text, '\'') }
}

fn write_quoted(f: &mut impl fmt::Write, text: &str, quote: char) -> fmt::Result {
    f.write_char(quote)?;
    for c in text.chars() {
        match c {
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            '\r' => f.write_str("\\r")?,
            c if c == quote => write!(f, "\\{c}")?,
            c if c.is_control() => write!(f, "\\x{:x}\\", c as u32)?,
            c => f.write_char(c)?,
        }
    }
    f.write_char(quote)
}
