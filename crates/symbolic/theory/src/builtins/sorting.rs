//! Sorting, in the standard order of terms, and lists of `Key-Value` pairs.

use std::cmp::Ordering;

use super::args::wrong;
use super::{Builtin, Call, Fault};
use crate::term::{Term, TermStore, View, sym};

pub(super) const TABLE: &[Builtin] = &[
    Builtin::new("sort", 2, sort),
    Builtin::new("msort", 2, msort),
    Builtin::new("sort", 4, sort_by),
    Builtin::new("keysort", 2, keysort),
    Builtin::new("list_to_ord_set", 2, sort),
    Builtin::new("pairs_keys_values", 3, pairs_keys_values),
    Builtin::new("pairs_keys", 2, |c| pairs_part(c, 0)),
    Builtin::new("pairs_values", 2, |c| pairs_part(c, 1)),
];

/// Sorts and drops doubles. Equal terms are the same handle.
pub(super) fn sort_unique(terms: &TermStore, items: &mut Vec<Term>) {
    items.sort_by(|&a, &b| terms.compare(a, b));
    items.dedup();
}

fn sort(call: &mut Call<'_>) -> Result<(), Fault> {
    let mut items = call.list(0)?;
    sort_unique(call.terms, &mut items);
    let sorted = call.terms.list(&items);
    call.unify(call.args[1], sorted);
    Ok(())
}

/// `msort(List, Sorted)`: keeps doubles.
fn msort(call: &mut Call<'_>) -> Result<(), Fault> {
    let mut items = call.list(0)?;
    items.sort_by(|&a, &b| call.terms.compare(a, b));
    let sorted = call.terms.list(&items);
    call.unify(call.args[1], sorted);
    Ok(())
}

/// `sort(Key, Order, List, Sorted)`: by the argument number `Key` of each element (0: the whole element). `@<` and `@>` drop
/// all but the first of the elements with equal keys; `@=<` and `@>=` keep them in their order.
fn sort_by(call: &mut Call<'_>) -> Result<(), Fault> {
    let key = usize::try_from(call.int(0)?).map_err(|_| call.wrong(0, "a natural number"))?;
    let order = call.args[1].as_atom().map(|a| call.terms.name(a));
    let (descending, unique) = match order {
        Some("@<") => (false, true),
        Some("@=<") => (false, false),
        Some("@>") => (true, true),
        Some("@>=") => (true, false),
        _ => return Err(call.wrong(1, "one of `@<`, `@=<`, `@>` and `@>=`")),
    };
    let mut keyed = Vec::new();
    for item in call.list(2)? {
        let k = match (key, call.terms.view(item)) {
            (0, _) => item,
            (n, View::Compound(_, args)) if n <= args.len() => args[n - 1],
            _ => return Err(wrong(call.terms, "each element", item, &format!("a term with at least {key} arguments"))),
        };
        keyed.push((k, item));
    }
    keyed.sort_by(|&(a, _), &(b, _)| {
        let order = call.terms.compare(a, b);
        if descending { order.reverse() } else { order }
    });
    if unique {
        keyed.dedup_by_key(|&mut (k, _)| k);
    }
    let items: Vec<Term> = keyed.into_iter().map(|(_, item)| item).collect();
    let sorted = call.terms.list(&items);
    call.unify(call.args[3], sorted);
    Ok(())
}

/// The parts of a pair `Key-Value`.
pub(super) fn pair(terms: &TermStore, item: Term) -> Result<(Term, Term), Fault> {
    match terms.view(item) {
        View::Compound(sym::MINUS, &[k, v]) => Ok((k, v)),
        _ => Err(wrong(terms, "each element", item, "a pair `Key-Value`")),
    }
}

/// `keysort(Pairs, Sorted)`: by key; pairs with equal keys keep their order.
fn keysort(call: &mut Call<'_>) -> Result<(), Fault> {
    let mut keyed = Vec::new();
    for item in call.list(0)? {
        keyed.push((pair(call.terms, item)?.0, item));
    }
    keyed.sort_by(|&(a, _), &(b, _)| -> Ordering { call.terms.compare(a, b) });
    let items: Vec<Term> = keyed.into_iter().map(|(_, item)| item).collect();
    let sorted = call.terms.list(&items);
    call.unify(call.args[1], sorted);
    Ok(())
}

/// `pairs_keys_values(Pairs, Keys, Values)`: takes pairs apart, or makes them.
fn pairs_keys_values(call: &mut Call<'_>) -> Result<(), Fault> {
    join_or_split(call, [0, 1, 2], sym::MINUS)
}

/// The relation between a list of terms `name(A, B)`, the list of the `A` and the list of the `B`, at these arguments.
pub(super) fn join_or_split(call: &mut Call<'_>, at: [usize; 3], name: crate::term::Symbol) -> Result<(), Fault> {
    let [Some(pairs), Some(left), Some(right)] = at.map(|i| call.spine(i)) else { return Ok(()) };
    let known = [&pairs, &left, &right].into_iter().find(|l| l.is_proper()).map(|l| l.items.len());
    let Some(n) = known else { return Err(call.endless(at[0])) };
    if [&pairs, &left, &right].into_iter().any(|l| l.items.len() > n || l.is_proper() && l.items.len() != n) {
        return Ok(());
    }
    // Elements that are not known yet are new variables; unification with the arguments does the rest.
    let (mut as_, mut bs, mut joined) = (Vec::with_capacity(n), Vec::with_capacity(n), Vec::with_capacity(n));
    for i in 0..n {
        let given = match pairs.items.get(i) {
            Some(&p) => match call.terms.view(p) {
                View::Compound(f, &[a, b]) if f == name => Some((a, b)),
                View::Var(_) => None,
                _ => return Ok(()),
            },
            None => None,
        };
        let (a, b) = match given {
            Some(parts) => parts,
            None => {
                let a = left.items.get(i).copied().unwrap_or_else(|| call.fresh());
                let b = right.items.get(i).copied().unwrap_or_else(|| call.fresh());
                (a, b)
            }
        };
        as_.push(a);
        bs.push(b);
        joined.push(call.terms.compound(name, &[a, b]));
    }
    let lists = [joined, as_, bs].map(|items| call.terms.list(&items));
    let wanted: Vec<(Term, Term)> = at.iter().map(|&i| call.args[i]).zip(lists).filter(|(a, b)| a != b).collect();
    call.solutions.push(&wanted);
    Ok(())
}

fn pairs_part(call: &mut Call<'_>, part: usize) -> Result<(), Fault> {
    let mut parts = Vec::new();
    for item in call.list(0)? {
        let (k, v) = pair(call.terms, item)?;
        parts.push(if part == 0 { k } else { v });
    }
    let list = call.terms.list(&parts);
    call.unify(call.args[1], list);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn sorting() {
        check(&[
            ("sort([c,1,a,2.0,f(x),2,c], L)", "L=[1,2.0,2,a,c,f(x)]"),
            ("sort([], L)", "L=[]"),
            ("sort([X,Y,X], L)", "L=[X,Y]"),
            ("msort([b,a,b], L)", "L=[a,b,b]"),
            ("sort(0, @>=, [1,3,2,3], L)", "L=[3,3,2,1]"),
            ("sort(0, @>, [1,3,2,3], L)", "L=[3,2,1]"),
            ("sort(1, @<, [f(2,a),f(1,b),f(2,c)], L)", "L=[f(1,b),f(2,a)]"),
            ("sort(1, @=<, [f(2,b),f(1,b),f(2,a)], L)", "L=[f(1,b),f(2,b),f(2,a)]"),
            ("sort(1, @<, [a], L)", "!each element must be a term with at least 1 arguments"),
            ("sort(0, foo, [a], L)", "!argument 2 must be one of"),
            ("sort([a|T], L)", "!argument 1 must be a list with an end, but `[a|A]` has no end yet"),
            ("sort(L, M)", "!argument 1 must be a list with an end, but it is not bound"),
        ]);
    }

    #[test]
    fn pairs() {
        check(&[
            ("keysort([b-1,a-2,b-0], L)", "L=[a-2,b-1,b-0]"),
            ("keysort([a], L)", "!each element must be a pair"),
            ("pairs_keys_values([a-1,b-2], K, V)", "K=[a,b] V=[1,2]"),
            ("pairs_keys_values(P, [a,b], [1,2])", "P=[a-1,b-2]"),
            ("pairs_keys_values(P, [a,b], V)", "P=[a-_0,b-_1] V=[_0,_1]"),
            ("pairs_keys_values(P, [a], [1,2])", ""),
            ("pairs_keys([a-1,b-2], K)", "K=[a,b]"),
            ("pairs_values([a-1,b-2], V)", "V=[1,2]"),
        ]);
    }
}
