//! Comparing terms: unification, identity, the standard order, subsumption.
//!
//! The standard order is that of [`TermStore::compare`](crate::term::TermStore::compare).

use std::cmp::Ordering;

use rustc_hash::{FxHashMap, FxHashSet};

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
    Builtin::new("=@=", 2, |c| test(c, variants(c.terms, c.args[0], c.args[1]))),
    Builtin::new("\\=@=", 2, |c| test(c, !variants(c.terms, c.args[0], c.args[1]))),
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
    // The specific term stays as it is: a variable that occurs in both may only stand for itself.
    let fixed: FxHashSet<u32> = terms.vars(specific).into_iter().collect();
    let mut meaning = FxHashMap::default();
    matches(terms, general, specific, |v, part| {
        if fixed.contains(&v) { part == Term::var(v) } else { *meaning.entry(v).or_insert(part) == part }
    })
}

/// `A =@= B`: the terms are equal but for the names of their variables.
fn variants(terms: &TermStore, a: Term, b: Term) -> bool {
    let (mut there, mut back) = (FxHashMap::default(), FxHashMap::default());
    matches(terms, a, b, |v, part| {
        part.is_var() && *there.entry(v).or_insert(part) == part && *back.entry(part).or_insert(v) == v
    })
}

/// Whether a term is a pattern of another: the same but for its variables, which `fits` compares with what is there.
fn matches(terms: &TermStore, pattern: Term, term: Term, mut fits: impl FnMut(u32, Term) -> bool) -> bool {
    let mut pairs = vec![(pattern, term)];
    while let Some((p, t)) = pairs.pop() {
        match (terms.view(p), terms.view(t)) {
            (View::Var(v), _) => {
                if !fits(v, t) {
                    return false;
                }
            }
            _ if terms.is_ground(p) => {
                if p != t {
                    return false;
                }
            }
            (View::Compound(f, xs), View::Compound(g, ys)) if f == g && xs.len() == ys.len() => {
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
            ("f(X,Y,X) =@= f(Y,Z,Y)", "yes"),
            ("f(X,Y) =@= f(Z,Z)", ""),
            ("f(X,X) =@= f(Y,Z)", ""),
            ("f(X) =@= f(a)", ""),
            ("f(a) =@= f(a)", "yes"),
            ("f(X) \\=@= f(a)", "yes"),
        ]);
    }
}
