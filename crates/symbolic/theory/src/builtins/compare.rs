//! Comparing terms: unification, identity, the standard order, subsumption.
//!
//! The standard order is that of [`TermStore::compare`](crate::term::TermStore::compare).

use std::cmp::Ordering;

use super::{Builtin, Call, Fault};
use crate::term::{Term, TermStore, View};
use crate::unify::unifiable;

pub(super) const TABLE: &[Builtin] = &[
    Builtin::new("true", 0, |c| test(c, true)),
    Builtin::new("fail", 0, |c| test(c, false)),
    Builtin::new("false", 0, |c| test(c, false)),
    Builtin::new("=", 2, equal),
    Builtin::new("\\=", 2, |c| test(c, !unifiable(c.terms, c.args[0], c.args[1]))),
    Builtin::new("==", 2, |c| test(c, c.args[0] == c.args[1])),
    Builtin::new("\\==", 2, |c| test(c, c.args[0] != c.args[1])),
    Builtin::new("@<", 2, |c| order(c, Ordering::is_lt)),
    Builtin::new("@>", 2, |c| order(c, Ordering::is_gt)),
    Builtin::new("@=<", 2, |c| order(c, Ordering::is_le)),
    Builtin::new("@>=", 2, |c| order(c, Ordering::is_ge)),
    Builtin::new("compare", 3, compare),
    Builtin::new("unify_with_occurs_check", 2, equal),
    Builtin::new("subsumes_term", 2, subsumes),
    Builtin::new("subsumes_chk", 2, subsumes),
];

fn test(call: &mut Call<'_>, holds: bool) -> Result<(), Fault> {
    call.succeed_if(holds);
    Ok(())
}

/// `A = B`. Unification always has the occurs check, so this is `unify_with_occurs_check/2` too.
fn equal(call: &mut Call<'_>) -> Result<(), Fault> {
    let (a, b) = (call.args[0], call.args[1]);
    if a == b {
        call.succeed();
    } else if a.is_var() || b.is_var() || !(call.terms.is_ground(a) && call.terms.is_ground(b)) {
        call.unify(a, b);
    }
    Ok(())
}

fn order(call: &mut Call<'_>, holds: impl Fn(Ordering) -> bool) -> Result<(), Fault> {
    test(call, holds(call.terms.compare(call.args[0], call.args[1])))
}

/// `compare(Order, A, B)`: `Order` is `<`, `=` or `>`.
fn compare(call: &mut Call<'_>) -> Result<(), Fault> {
    let name = match call.terms.compare(call.args[1], call.args[2]) {
        Ordering::Less => "<",
        Ordering::Equal => "=",
        Ordering::Greater => ">",
    };
    let given = call.args[0];
    let known = |c: &Call<'_>| given.as_atom().is_some_and(|a| matches!(c.terms.name(a), "<" | "=" | ">"));
    if !given.is_var() && !known(call) {
        return Err(call.wrong(0, "one of `<`, `=` and `>`"));
    }
    let found = call.terms.atom(name);
    if given.is_var() {
        call.unify(given, found);
    } else {
        call.succeed_if(given == found);
    }
    Ok(())
}

/// `subsumes_term(General, Specific)`: binding variables of `General` alone makes it equal to `Specific`.
fn subsumes(call: &mut Call<'_>) -> Result<(), Fault> {
    let holds = subsumes_term(call.terms, call.args[0], call.args[1]);
    test(call, holds)
}

fn subsumes_term(terms: &TermStore, general: Term, specific: Term) -> bool {
    // The general term's variables are matched against parts of the specific term, which stay as they are. A variable that
    // occurs in both may only be matched with itself.
    let fixed: rustc_hash::FxHashSet<u32> = {
        let mut vars = rustc_hash::FxHashSet::default();
        terms.for_each_var(specific, &mut |v| {
            vars.insert(v);
        });
        vars
    };
    let mut bound = rustc_hash::FxHashMap::default();
    let mut pairs = vec![(general, specific)];
    while let Some((g, s)) = pairs.pop() {
        match (terms.view(g), terms.view(s)) {
            (View::Var(v), _) if fixed.contains(&v) => {
                if g != s {
                    return false;
                }
            }
            (View::Var(v), _) => {
                if *bound.entry(v).or_insert(s) != s {
                    return false;
                }
            }
            _ if g == s && terms.is_ground(g) => {}
            (View::Compound(f, xs), View::Compound(h, ys)) if f == h && xs.len() == ys.len() => {
                pairs.extend(xs.iter().copied().zip(ys.iter().copied()));
            }
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn equality() {
        check(&[
            ("f(X,b) = f(a,Y)", "X=a Y=b"),
            ("X = X", "yes"),
            ("X = f(X)", ""),
            ("a = b", ""),
            ("f(a) \\= f(X)", ""),
            ("f(a) \\= f(b)", "yes"),
            ("X == Y", ""),
            ("f(X) == f(X)", "yes"),
            ("1 == 1.0", ""),
            ("X \\== Y", "yes"),
        ]);
    }

    #[test]
    fn order() {
        check(&[
            ("a @< b", "yes"),
            ("b @=< a", ""),
            ("f(a) @> b", "yes"),
            ("1.0 @< 1", "yes"),
            ("a @>= a", "yes"),
            ("compare(O, 1, 2)", "O=<"),
            ("compare(O, a, a)", "O=="),
            ("compare('<', b, a)", ""),
            ("compare(foo, b, a)", "!argument 1 must be one of"),
        ]);
    }

    #[test]
    fn subsumption() {
        check(&[
            ("subsumes_term(f(_), f(a))", "yes"),
            ("subsumes_term(f(X,X), f(a,b))", ""),
            ("subsumes_term(f(X,X), f(Y,Y))", "yes"),
            ("subsumes_term(f(X), f(g(X)))", ""),
            ("subsumes_term(f(a), f(X))", ""),
            ("subsumes_chk(X, a)", "yes"),
        ]);
    }
}
