//! For the tests of the builtins: a reader of terms, and tables of goals with their solutions.
//!
//! ```text
//! check(&[("append(X, [c], [a,b,c])", "X=[a,b]"), ("member(X, [a,b])", "X=a; X=b"), ("fail", "")]);
//! ```

use super::{Builtin, Call, Fault, lookup};
use crate::ops::{self, Fixity};
use crate::term::{Term, TermStore, sym};
use crate::unify::{UNBOUND, resolve, unify};

/// Reads terms of a small, well-formed part of the language.
pub(super) struct Reader<'a> {
    terms: &'a mut TermStore,
    text: &'a str,
    /// Names of the variables, by number.
    pub vars: Vec<String>,
}

impl<'a> Reader<'a> {
    pub fn new(terms: &'a mut TermStore, text: &'a str) -> Self {
        Reader { terms, text: text.trim_start(), vars: Vec::new() }
    }

    fn take(&mut self, n: usize) -> &'a str {
        let (token, rest) = self.text.split_at(n);
        self.text = rest.trim_start();
        token
    }

    fn accept(&mut self, token: &str) -> bool {
        let found = self.text.starts_with(token);
        if found {
            self.take(token.len());
        }
        found
    }

    fn expect(&mut self, token: &str) {
        assert!(self.accept(token), "expected {token:?} before {:?}", self.text);
    }

    fn name(&mut self) -> Option<&'a str> {
        let span = |text: &str, f: &dyn Fn(char) -> bool| text.find(|c| !f(c)).unwrap_or(text.len());
        let first = self.text.chars().next()?;
        let n = match first {
            '\'' => 2 + self.text[1..].find('\'').expect("closing quote"),
            ';' | '!' => 1,
            c if c.is_alphabetic() || c == '_' => span(self.text, &|c| c.is_alphanumeric() || c == '_'),
            c if crate::writer::is_symbol_char(c) => span(self.text, &crate::writer::is_symbol_char),
            _ => return None,
        };
        Some(self.take(n))
    }

    pub fn term(&mut self, max: u32) -> Term {
        let mut left = self.primary();
        loop {
            let before = self.text;
            let operator = if self.accept(",") { Some(",") } else { self.name() };
            let Some((name, (priority, fixity))) = operator.and_then(|o| Some((o, ops::infix(o)?))) else {
                self.text = before;
                return left;
            };
            if priority > max {
                self.text = before;
                return left;
            }
            let right = self.term(if fixity == Fixity::Right { priority } else { priority - 1 });
            let f = self.terms.symbol(name);
            left = self.terms.compound(f, &[left, right]);
        }
    }

    fn args(&mut self, close: &str) -> Vec<Term> {
        let mut args = vec![self.term(999)];
        while self.accept(",") {
            args.push(self.term(999));
        }
        self.expect(close);
        args
    }

    fn primary(&mut self) -> Term {
        if self.accept("(") {
            let inner = self.term(1200);
            self.expect(")");
            return inner;
        }
        if self.accept("[") {
            if self.accept("]") {
                return self.terms.nil();
            }
            let mut items = vec![self.term(999)];
            while self.accept(",") {
                items.push(self.term(999));
            }
            let tail = if self.accept("|") { self.term(999) } else { self.terms.nil() };
            self.expect("]");
            return self.terms.partial_list(&items, tail);
        }
        if self.text.starts_with('"') {
            let n = 2 + self.text[1..].find('"').expect("closing quote");
            let text = self.take(n);
            return self.terms.string(&text[1..n - 1]);
        }
        let negative = self.text.starts_with('-') && self.text[1..].starts_with(|c: char| c.is_ascii_digit());
        if negative || self.text.starts_with(|c: char| c.is_ascii_digit()) {
            return self.number(usize::from(negative));
        }
        let name = self.name().unwrap_or_else(|| panic!("a term before {:?}", self.text));
        if name.starts_with(|c: char| c.is_uppercase() || c == '_') {
            let known = self.vars.iter().position(|v| v == name && name != "_");
            let number = known.unwrap_or_else(|| {
                self.vars.push(name.to_owned());
                self.vars.len() - 1
            });
            return Term::var(number as u32);
        }
        let f = self.terms.symbol(name.trim_matches('\''));
        if self.accept("(") {
            let args = self.args(")");
            return self.terms.compound(f, &args);
        }
        if ops::prefix(name).is_some() && !self.text.starts_with([',', ')', ']', '|']) && !self.text.is_empty() {
            let arg = self.term(200);
            return self.terms.compound(f, &[arg]);
        }
        Term::atom(f)
    }

    fn number(&mut self, sign: usize) -> Term {
        let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let mut n = sign + digits(&self.text[sign..]);
        let fraction = self.text[n..].strip_prefix('.').map_or(0, digits);
        if fraction > 0 {
            n += 1 + fraction;
            let exponent = self.text[n..].strip_prefix('e').map_or(0, |e| {
                let sign = usize::from(e.starts_with('-'));
                sign + digits(&e[sign..])
            });
            n += if exponent > 0 { 1 + exponent } else { 0 };
            let value = self.take(n).parse().unwrap();
            return self.terms.float(value);
        }
        let value = self.take(n).parse().unwrap();
        self.terms.int(value)
    }
}

/// Reads one term; its variables are numbered in order of occurrence.
pub(super) fn read(terms: &mut TermStore, text: &str) -> Term {
    let mut reader = Reader::new(terms, text);
    let term = reader.term(1200);
    assert!(reader.text.is_empty(), "text after the term: {:?}", reader.text);
    term
}

/// Name and arguments of a goal, and the names of its variables.
fn goal(terms: &mut TermStore, text: &str) -> (&'static Builtin, Vec<Term>, Vec<String>) {
    let mut reader = Reader::new(terms, text);
    let term = reader.term(1200);
    let vars = reader.vars;
    let (name, args) = terms.callable(term).expect("a goal");
    let (name, args) = (terms.name(name), args.to_vec());
    let builtin = lookup(name, args.len() as u32).unwrap_or_else(|| panic!("no builtin {name}/{}", args.len()));
    (builtin, args, vars)
}

/// What a goal that succeeds prints.
pub(super) fn printed(text: &str) -> String {
    let mut terms = TermStore::new();
    let (builtin, args, vars) = goal(&mut terms, text);
    let mut call = Call::new(&mut terms, &args, vars.len() as u32);
    builtin.solve(&mut call).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
    assert_eq!(call.solutions.len(), 1, "{text}");
    call.output
}

/// Calls a builtin. Gives each solution as the values of the goal's variables.
pub(super) fn solve(terms: &mut TermStore, text: &str) -> Result<Vec<String>, Fault> {
    let (builtin, args, vars) = goal(terms, text);
    let mut call = Call::new(terms, &args, vars.len() as u32);
    builtin.solve(&mut call)?;
    let (solutions, count) = (call.solutions, call.next_var);
    let mut found = Vec::new();
    for i in 0..solutions.len() {
        let mut regs = vec![UNBOUND; count as usize];
        if solutions.get(i).iter().all(|&(a, b)| unify(terms, &mut regs, a, b)) {
            let mut bindings = Vec::new();
            for (v, name) in vars.iter().enumerate() {
                let value = resolve(terms, &regs, Term::var(v as u32));
                if value != Term::var(v as u32) && !name.starts_with('_') {
                    bindings.push(format!("{name}={}", shown(terms, value, &vars)));
                }
            }
            found.push(if bindings.is_empty() { "yes".to_owned() } else { bindings.join(" ") });
        }
    }
    Ok(found)
}

/// A term with the names of its variables; new ones are called `_0`, `_1`, ... in order of occurrence.
fn shown(terms: &mut TermStore, term: Term, names: &[String]) -> String {
    let mut renamed = Vec::new();
    let named = terms.substitute(term, &mut |terms, v| {
        let name = names.get(v as usize).cloned().unwrap_or_else(|| {
            let n = renamed.iter().position(|&r| r == v).unwrap_or_else(|| {
                renamed.push(v);
                renamed.len() - 1
            });
            format!("_{n}")
        });
        terms.atom(&name)
    });
    let mut text = terms.display(named).to_string();
    for name in names.iter().cloned().chain((0..renamed.len()).map(|n| format!("_{n}"))) {
        text = text.replace(&format!("'{name}'"), &name);
    }
    text
}

/// Checks goals against their solutions: bindings separated by blanks, solutions by `; `, `yes` for one without bindings,
/// nothing for failure. `!text` expects a fault whose message contains the text.
pub(super) fn check(table: &[(&str, &str)]) {
    for &(goal, expected) in table {
        let mut terms = TermStore::new();
        match (solve(&mut terms, goal), expected.strip_prefix('!')) {
            (Ok(found), None) => assert_eq!(found.join("; "), expected, "solutions of {goal}"),
            (Ok(found), Some(_)) => panic!("{goal} gave {found:?} instead of a fault"),
            (Err(fault), Some(part)) => assert!(fault.message.contains(part), "{goal}: {fault:?}"),
            (Err(fault), None) => panic!("{goal}: {fault:?}"),
        }
    }
}

/// A list of the integers from 0.
#[allow(dead_code)]
pub(super) fn long_list(terms: &mut TermStore, n: i64) -> Term {
    let items: Vec<Term> = (0..n).map(|i| terms.int(i)).collect();
    terms.list(&items)
}

/// Runs a builtin on terms; the solutions must exist.
#[allow(dead_code)]
pub(super) fn run<'a>(terms: &'a mut TermStore, name: &str, args: &'a [Term], next_var: u32) -> Call<'a> {
    let builtin = lookup(name, args.len() as u32).expect("a builtin");
    let mut call = Call::new(terms, args, next_var);
    builtin.solve(&mut call).unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
    call
}

#[test]
fn the_reader_reads_what_the_writer_writes() {
    let mut terms = TermStore::new();
    for text in ["f(A,[1,2|B])", "1+2*3", "(1+2)*3", "a-b", "[x=1,\"s\",'A b']", "-1", "- a", "\\+a", "1.5e10", "{}"] {
        if text == "{}" {
            assert_eq!(terms.display(Term::atom(sym::CURLY)).to_string(), text);
            continue;
        }
        let term = read(&mut terms, text);
        let written = terms.display(term).to_string();
        assert_eq!(read(&mut terms, &written), term, "{text} written as {written}");
    }
}
