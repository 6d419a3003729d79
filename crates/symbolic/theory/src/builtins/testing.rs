//! For the tests of the builtins: tables of goals with their solutions.
//!
//! ```text
//! check(&[("append(X, [c], [a,b,c])", "X=[a,b]"), ("member(X, [a,b])", "X=a; X=b"), ("fail", "")]);
//! ```

use std::sync::Arc;

use super::{Builtin, Call, Fault, lookup};
use crate::term::{Term, TermStore};
use crate::theory::read_term;
use crate::unify::{UNBOUND, resolve, unify};

/// Reads one term; its variables are numbered in order of occurrence.
pub(super) fn read(terms: &mut TermStore, text: &str) -> Term {
    named(terms, text).0
}

fn named(terms: &mut TermStore, text: &str) -> (Term, Vec<Arc<str>>) {
    let (term, names, _) = read_term(terms, text, 0).unwrap_or_else(|d| panic!("{text}: {d:?}"));
    (term, names)
}

/// Name and arguments of a goal, and the names of its variables.
fn goal(terms: &mut TermStore, text: &str) -> (&'static Builtin, Vec<Term>, Vec<Arc<str>>) {
    let (term, vars) = named(terms, text);
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
fn shown(terms: &mut TermStore, term: Term, names: &[Arc<str>]) -> String {
    let mut renamed = Vec::new();
    let named = terms.substitute(term, &mut |terms, v| {
        let name = names.get(v as usize).map(|name| name.to_string()).unwrap_or_else(|| {
            let n = renamed.iter().position(|&r| r == v).unwrap_or_else(|| {
                renamed.push(v);
                renamed.len() - 1
            });
            format!("_{n}")
        });
        terms.atom(&name)
    });
    let mut text = terms.display(named).to_string();
    for name in names.iter().map(|n| n.to_string()).chain((0..renamed.len()).map(|n| format!("_{n}"))) {
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

/// A list of the integers from 0 to `n - 1`.
pub(super) fn long_list(terms: &mut TermStore, n: i64) -> Term {
    let items: Vec<Term> = (0..n).map(|i| terms.int(i)).collect();
    terms.list(&items)
}

/// The value of the last argument, a new variable, in each solution of a call with these arguments before it.
pub(super) fn answers(terms: &mut TermStore, name: &str, args: &[Term]) -> Vec<Term> {
    let mut next = 0;
    for &a in args {
        terms.for_each_var(a, &mut |v| next = next.max(v + 1));
    }
    let args = [args, &[Term::var(next)]].concat();
    let builtin = lookup(name, args.len() as u32).expect("a builtin");
    let mut call = Call::new(terms, &args, next + 1);
    builtin.solve(&mut call).unwrap_or_else(|fault| panic!("{fault:?}"));
    let (solutions, count) = (call.solutions, call.next_var);
    let mut values = Vec::new();
    for i in 0..solutions.len() {
        let mut regs = vec![UNBOUND; count as usize];
        if solutions.get(i).iter().all(|&(a, b)| unify(terms, &mut regs, a, b)) {
            values.push(resolve(terms, &regs, Term::var(next)));
        }
    }
    values
}
