//! Grouping values by keys, and lists of pairs `(A, B)`: `enum_groups/3`, `groupby/2`, `zip/3`.
//!
//! These are ProbLog's; its aggregates are built on them.

use rustc_hash::FxHashMap;

use super::args::wrong;
use super::sorting::join_or_split;
use super::{Builtin, Call, Fault};
use crate::term::{Term, View, sym};
use crate::unify::unifiable;

pub(super) const TABLE: &[Builtin] = &[
    Builtin::new("enum_groups", 3, |c| {
        let mut pairs = Vec::new();
        for item in c.list(0)? {
            match c.terms.view(item) {
                View::Compound(_, &[k, v]) => pairs.push((k, v)),
                _ => return Err(wrong(c.terms, "each element", item, "a pair")),
            }
        }
        groups(c, pairs, 1)
    }),
    Builtin::new("enum_groups", 4, |c| {
        let pairs = c.list(0)?.into_iter().zip(c.list(1)?).collect();
        groups(c, pairs, 2)
    }),
    Builtin::new("groupby", 2, group_runs),
    Builtin::new("zip", 3, |c| join_or_split(c, [2, 0, 1], sym::COMMA)),
    Builtin::new("unzip", 3, |c| join_or_split(c, [0, 1, 2], sym::COMMA)),
];

/// One solution for each key, in order of first occurrence: argument `at` is the key, the next one the list of its values.
fn groups(call: &mut Call<'_>, pairs: Vec<(Term, Term)>, at: usize) -> Result<(), Fault> {
    let mut index: FxHashMap<Term, usize> = FxHashMap::default();
    let mut groups: Vec<(Term, Vec<Term>)> = Vec::new();
    for (key, value) in pairs {
        let i = *index.entry(key).or_insert_with(|| {
            groups.push((key, Vec::new()));
            groups.len() - 1
        });
        groups[i].1.push(value);
    }
    for (key, values) in groups {
        if unifiable(call.terms, call.args[at], key) {
            let values = call.terms.list(&values);
            call.solutions.push(&[(call.args[at], key), (call.args[at + 1], values)]);
        }
    }
    Ok(())
}

/// `groupby([[Key|Rest], ...], Groups)`: gathers neighbours with equal keys as `[Key, Rests]`, the last one first.
fn group_runs(call: &mut Call<'_>) -> Result<(), Fault> {
    let mut groups: Vec<(Term, Vec<Term>)> = Vec::new();
    for item in call.list(0)? {
        let Some((key, rest)) = call.terms.as_cons(item) else {
            return Err(wrong(call.terms, "each element", item, "a list with a key"));
        };
        match groups.last_mut().filter(|(k, _)| *k == key) {
            Some((_, rests)) => rests.push(rest),
            None => groups.push((key, vec![rest])),
        }
    }
    let mut lists = Vec::new();
    for (key, mut rests) in groups {
        rests.reverse();
        let rests = call.terms.list(&rests);
        lists.push(call.terms.list(&[key, rests]));
    }
    let lists = call.terms.list(&lists);
    call.unify(call.args[1], lists);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn groups() {
        check(&[
            ("enum_groups([a-1,b-2,a-3], G, V)", "G=a V=[1,3]; G=b V=[2]"),
            ("enum_groups([(a,1),(b,2),(a,3)], a, V)", "V=[1,3]"),
            ("enum_groups([], G, V)", ""),
            ("enum_groups([a], G, V)", "!each element must be a pair"),
            ("enum_groups([a,b,a], [1,2,3], G, V)", "G=a V=[1,3]; G=b V=[2]"),
            ("groupby([[a,1],[a,2],[b,3]], G)", "G=[[a,[[2],[1]]],[b,[[3]]]]"),
            ("groupby([], G)", "G=[]"),
            ("zip([a,b], [1,2], Z)", "Z=[(a,1),(b,2)]"),
            ("zip(A, B, [(a,1)])", "A=[a] B=[1]"),
            ("unzip([(a,1),(b,2)], A, B)", "A=[a,b] B=[1,2]"),
            ("unzip(Z, [a], [1,2])", ""),
            ("unzip(Z, A, B)", "!infinitely many"),
        ]);
    }
}
