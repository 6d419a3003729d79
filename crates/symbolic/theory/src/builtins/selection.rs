//! Taking elements out of lists: `select/3`, `delete/3`, `permutation/2`.
//!
//! `select/4` replaces one element and keeps the others, as in SWI-Prolog.

use super::lists::suffixes;
use super::{Builtin, Call, Fault};
use crate::term::Term;
use crate::unify::unifiable;

pub(super) const TABLE: &[Builtin] = &[
    Builtin::new("select", 3, |c| select(c, false)),
    Builtin::new("selectchk", 3, |c| select(c, true)),
    Builtin::new("select", 4, |c| replace(c, false)),
    Builtin::new("selectchk", 4, |c| replace(c, true)),
    Builtin::new("delete", 3, delete),
    Builtin::new("permutation", 2, permutation),
];

/// `select(X, List, Rest)`: `Rest` is `List` without one element `X`; `first`: only the first solution.
fn select(call: &mut Call<'_>, first: bool) -> Result<(), Fault> {
    let x = call.args[0];
    let (Some(list), Some(rest)) = (call.spine(1), call.spine(2)) else { return Ok(()) };
    if list.is_proper() {
        let ends = suffixes(call.terms, call.args[1]);
        let mut found: Vec<usize> =
            (0..list.items.len()).filter(|&i| unifiable(call.terms, x, list.items[i])).collect();
        if first && rest.tail == call.args[2] {
            found.truncate(1);
        }
        call.reserve(found.len(), found.iter().sum())?;
        for i in found {
            let others = call.terms.partial_list(&list.items[..i], ends[i + 1]);
            if unifiable(call.terms, others, call.args[2]) {
                call.solutions.push(&[(x, list.items[i]), (call.args[2], others)]);
                if first {
                    break;
                }
            }
        }
    } else if rest.is_proper() {
        // The list has one element more than the rest: X at each place.
        let ends = suffixes(call.terms, call.args[2]);
        let n = rest.items.len();
        call.reserve(n + 1, (n + 1).saturating_mul(n) / 2)?;
        for (i, &end) in ends.iter().enumerate() {
            let end = call.terms.cons(x, end);
            let whole = call.terms.partial_list(&rest.items[..i], end);
            if unifiable(call.terms, call.args[1], whole) {
                call.unify(call.args[1], whole);
                if first {
                    break;
                }
            }
        }
    } else {
        return Err(call.endless(1));
    }
    Ok(())
}

/// `select(X, Xs, Y, Ys)`: `Ys` is `Xs` with one element `X` replaced by `Y`.
fn replace(call: &mut Call<'_>, first: bool) -> Result<(), Fault> {
    let (x, y) = (call.args[0], call.args[2]);
    let (Some(xs), Some(ys)) = (call.spine(1), call.spine(3)) else { return Ok(()) };
    // From whichever list has an end; the other one gets the other element.
    let (from, old, to, new) = match (xs.is_proper(), ys.is_proper()) {
        (true, _) => (1, x, 3, y),
        (_, true) => (3, y, 1, x),
        _ => return Err(call.endless(1)),
    };
    let items = if from == 1 { xs.items } else { ys.items };
    let ends = suffixes(call.terms, call.args[from]);
    let found: Vec<usize> = (0..items.len()).filter(|&i| unifiable(call.terms, old, items[i])).collect();
    call.reserve(found.len(), found.iter().sum())?;
    for i in found {
        let end = call.terms.cons(new, ends[i + 1]);
        let whole = call.terms.partial_list(&items[..i], end);
        if unifiable(call.terms, call.args[to], whole) {
            call.solutions.push(&[(old, items[i]), (call.args[to], whole)]);
            if first {
                break;
            }
        }
    }
    Ok(())
}

/// `delete(List, X, Rest)`: `Rest` is `List` without all elements that unify with `X`. Binds nothing in them.
fn delete(call: &mut Call<'_>) -> Result<(), Fault> {
    let Some(mut items) = call.finite(0)? else { return Ok(()) };
    items.retain(|&item| !unifiable(call.terms, item, call.args[1]));
    let rest = call.terms.list(&items);
    call.unify(call.args[2], rest);
    Ok(())
}

/// `permutation(A, B)`: one of them must have an end.
fn permutation(call: &mut Call<'_>) -> Result<(), Fault> {
    let (Some(a), Some(b)) = (call.spine(0), call.spine(1)) else { return Ok(()) };
    let (from, to) = match (a.is_proper(), b.is_proper()) {
        (true, true) if a.items.len() != b.items.len() => return Ok(()),
        (true, true) if call.terms.is_ground(call.args[0]) && call.terms.is_ground(call.args[1]) => {
            let sorted = |mut items: Vec<Term>| {
                items.sort_unstable();
                items
            };
            call.succeed_if(sorted(a.items) == sorted(b.items));
            return Ok(());
        }
        (true, _) => (a.items, call.args[1]),
        (_, true) => (b.items, call.args[0]),
        _ => return Err(call.endless(0)),
    };
    let n = from.len();
    let count = (1..=n).try_fold(1usize, usize::checked_mul).unwrap_or(usize::MAX);
    call.reserve(count, count.saturating_mul(n))?;
    // Orders of positions, in lexicographic order: that of choosing one element after the other.
    let mut order: Vec<usize> = (0..n).collect();
    let mut items = from.clone();
    loop {
        let list = call.terms.list(&items);
        if unifiable(call.terms, to, list) {
            call.unify(to, list);
        }
        let Some(i) = (1..n).rev().find(|&i| order[i - 1] < order[i]) else { return Ok(()) };
        let j = (i..n).rev().find(|&j| order[j] > order[i - 1]).expect("position i itself is larger");
        order.swap(i - 1, j);
        order[i..].reverse();
        for (item, &o) in items[i - 1..].iter_mut().zip(&order[i - 1..]) {
            *item = from[o];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn taking_out() {
        check(&[
            ("select(a, [a,b,a], R)", "R=[b,a]; R=[a,b]"),
            ("select(X, [a,b], R)", "X=a R=[b]; X=b R=[a]"),
            ("select(X, [a,b,c], [a,c])", "X=b"),
            ("select(x, L, [a,b])", "L=[x,a,b]; L=[a,x,b]; L=[a,b,x]"),
            ("select(x, [a|T], [a])", "T=[x]"),
            ("select(x, L, R)", "!infinitely many"),
            ("selectchk(a, [a,b,a], R)", "R=[b,a]"),
            ("selectchk(X, [a,b,c], [a,c])", "X=b"),
            ("select(a, [a,b,a], z, R)", "R=[z,b,a]; R=[a,b,z]"),
            ("select(X, [a,b], z, [z,b])", "X=a"),
            ("select(a, L, z, [a,z])", "L=[a,a]"),
            ("select(x, [a,b], z, R)", ""),
            ("selectchk(a, [a,b,a], z, R)", "R=[z,b,a]"),
            ("delete([a,b,a], a, R)", "R=[b]"),
            ("delete([f(1),g,X], f(_), R)", "R=[g]"),
            ("delete([], a, R)", "R=[]"),
        ]);
    }

    #[test]
    fn permutations() {
        check(&[
            ("permutation([1,2,3], P)", "P=[1,2,3]; P=[1,3,2]; P=[2,1,3]; P=[2,3,1]; P=[3,1,2]; P=[3,2,1]"),
            ("permutation([], P)", "P=[]"),
            ("permutation(P, [a,b])", "P=[a,b]; P=[b,a]"),
            ("permutation([1,2,3], [3,1,2])", "yes"),
            ("permutation([1,2,3], [3,1,1])", ""),
            ("permutation([1,2,3], [3,X|T])", "X=1 T=[2]; X=2 T=[1]"),
            ("permutation([1,2], [1,2,3])", ""),
            ("permutation(A, B)", "!infinitely many"),
            ("permutation([1,2,3,4,5,6,7,8,9,10,11,12], P)", "!has more than 10000000 solutions"),
        ]);
    }
}
