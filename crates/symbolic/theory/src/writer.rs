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
    /// An infix operator. Between its arguments even `,` and `|` go without quotes.
    Infix(Symbol),
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut steps = vec![Step::Term(self.term, 1200)];
        while let Some(step) = steps.pop() {
            match step {
                Step::Text(text) => f.write_str(text)?,
                Step::Infix(name) => f.write_str(self.terms.name(name))?,
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
            View::Float(v) if v.is_infinite() => f.write_str(if v > 0.0 { "1.0Inf" } else { "-1.0Inf" }),
            View::Float(v) => write!(f, "{v:?}"),
            View::Str(text) => write_quoted(f, text, '"'),
            View::Atom(name) => {
                let text = self.terms.name(name);
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
                self.push_operand(steps, right, r);
                let tight = matches!(text, "," | "::" | ":" | "+" | "-" | "*" | "/" | "^" | "**" | "|");
                if tight {
                    // `1 - -2` and `a- -b`: a sign must not glue to the operator before it.
                    let gap = if self.starts_with_symbol(right, r) { " " } else { "" };
                    steps.extend([Step::Text(gap), Step::Infix(name)]);
                } else {
                    steps.extend([Step::Text(" "), Step::Infix(name), Step::Text(" ")]);
                }
                self.push_operand(steps, left, l);
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
                self.push_operand(steps, inner, below);
                Ok(())
            }
            View::Compound(name, args) => {
                match self.terms.name(name) {
                    // Without quotes these are terms of their own.
                    text @ ("[]" | "{}") => write_quoted(f, text, '\'')?,
                    text => write_atom(f, text)?,
                }
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

    /// An argument of an operator. An operator as an atom stands in parentheses there, `- (-)`; elsewhere it does not, `p(-)`.
    fn push_operand(&self, steps: &mut Vec<Step>, term: Term, max: u32) {
        match term.as_atom() {
            Some(name) if ops::is_operator(self.terms.name(name)) && is_plain(self.terms.name(name)) => {
                steps.extend([Step::Text(")"), Step::Term(term, max), Step::Text("(")]);
            }
            _ => steps.push(Step::Term(term, max)),
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

    /// Whether a term is written with a symbol character or a minus in front.
    fn starts_with_symbol(&self, term: Term, max: u32) -> bool {
        let (mut term, mut max) = (term, max);
        loop {
            match self.terms.view(term) {
                View::Int(v) => return v < 0,
                View::Float(v) => return v < 0.0,
                // Operators as atoms stand in parentheses, other symbol atoms in quotes.
                View::Compound(name, args) => {
                    let text = self.terms.name(name);
                    match (args, ops::infix(text), ops::prefix(text)) {
                        (&[left, _], Some((priority, fixity)), _) => {
                            if priority > max {
                                return false;
                            }
                            (term, max) = (left, if fixity == Fixity::Left { priority } else { priority - 1 });
                        }
                        ([_], _, Some((priority, _))) => return priority <= max && text.starts_with(is_symbol_char),
                        _ => return text.starts_with(is_symbol_char),
                    }
                }
                _ => return false,
            }
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
    if is_plain(text) { f.write_str(text) } else { write_quoted(f, text, '\'') }
}

/// Whether an atom is read back without quotes.
fn is_plain(text: &str) -> bool {
    let mut chars = text.chars();
    match chars.next() {
        Some(c) if c.is_lowercase() => chars.all(|c| c.is_alphanumeric() || c == '_'),
        // Of symbol atoms only operators: a run of other symbols could be cut where an operator is found in it.
        Some(c) if is_symbol_char(c) => text.chars().all(is_symbol_char) && ops::is_operator(text),
        _ => matches!(text, "[]" | "{}" | "!" | ";"),
    }
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
