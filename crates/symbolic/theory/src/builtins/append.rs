//! Concatenation of lists, in every direction: `append/3`, `append/2`, `prefix/2`.
//!
//! What is known of the parts and of the whole is compared element by element; where a part has no end yet, it takes every
//! length that fits. Only a call with infinitely many solutions is refused.

use super::args::ListArg;
use super::lists::suffixes;
use super::{Builtin, Call, Fault};
use crate::term::Term;
use crate::unify::unifiable;

pub(super) const TABLE: &[Builtin] = &[
    Builtin::new("append", 3, |c| append(c, 0, c.args[1], 2)),
    Builtin::new("append", 2, append_all),
    Builtin::new("prefix", 2, |c| {
        let rest = c.fresh();
        append(c, 0, rest, 1)
    }),
];

/// `append(A, B, C)` with `A` and `C` by position.
fn append(call: &mut Call<'_>, a: usize, b: Term, c: usize) -> Result<(), Fault> {
    let Some(front) = call.spine(a) else { return Ok(()) };
    let mut whole = call.args[c];
    // The known elements of A are the first of C.
    let mut pairs = Vec::new();
    let mut known = front.items.iter();
    while let (Some((head, tail)), Some(&item)) = (call.terms.as_cons(whole), known.as_slice().first()) {
        if !unifiable(call.terms, item, head) {
            return Ok(());
        }
        if item != head {
            pairs.push((item, head));
        }
        whole = tail;
        known.next();
    }
    let left = known.as_slice();
    if front.is_proper() {
        if left.is_empty() || whole.is_var() {
            let rest = call.terms.partial_list(left, b);
            if unifiable(call.terms, whole, rest) {
                pairs.push((whole, rest));
                call.solutions.push(&pairs);
            }
        }
        return Ok(());
    }
    let splits = suffixes(call.terms, whole);
    if splits[splits.len() - 1].is_var() {
        return Err(call.endless(a));
    }
    if !left.is_empty() {
        return Ok(());
    }
    let matching: Vec<usize> = (0..splits.len()).filter(|&i| unifiable(call.terms, b, splits[i])).collect();
    call.reserve(matching.len(), matching.iter().sum())?;
    let (items, _) = call.terms.list_parts(whole);
    let shared = pairs.len();
    for i in matching {
        let start = call.terms.list(&items[..i]);
        pairs.extend([(front.tail, start), (b, splits[i])]);
        call.solutions.push(&pairs);
        pairs.truncate(shared);
    }
    Ok(())
}

/// `append(Lists, List)`: the concatenation of a list of lists. Where some of those have no end, all ways to cut `List`.
fn append_all(call: &mut Call<'_>) -> Result<(), Fault> {
    let Some(parts) = call.finite(0)? else { return Ok(()) };
    let mut lists = Vec::with_capacity(parts.len());
    for &part in &parts {
        let (items, tail) = call.terms.list_parts(part);
        lists.push(ListArg { items, tail });
    }
    // The last part may end in anything: it is the end of the result.
    let closed = lists.len().saturating_sub(1);
    if lists[..closed].iter().all(ListArg::is_proper) {
        let all: Vec<Term> = lists[..closed].iter().flat_map(|l| l.items.iter().copied()).collect();
        let end = parts.last().copied().unwrap_or(call.terms.nil());
        let whole = call.terms.partial_list(&all, end);
        call.unify(call.args[1], whole);
        return Ok(());
    }
    if lists.iter().any(|l| !l.is_proper() && !l.is_partial()) {
        return Ok(());
    }
    let Some(whole) = call.finite(1)? else { return Ok(()) };
    cut_into(call, &lists, &whole)
}

/// All ways to give the parts lengths that sum to that of the whole.
fn cut_into(call: &mut Call<'_>, lists: &[ListArg], whole: &[Term]) -> Result<(), Fault> {
    let least: Vec<usize> = lists.iter().map(|l| l.items.len()).collect();
    let open: Vec<usize> = (0..lists.len()).filter(|&i| lists[i].is_partial()).collect();
    let Some(spare) = whole.len().checked_sub(least.iter().sum()) else { return Ok(()) };
    // Extra length of each open part but the last, which takes what is left; counted up in lexicographic order.
    let mut extra = vec![0usize; open.len() - 1];
    let mut cells = 0usize;
    loop {
        cells = cells.saturating_add(whole.len());
        call.reserve(call.solutions.len(), cells)?;
        let (mut at, mut pairs, mut turn) = (0, Vec::new(), 0);
        for list in lists {
            pairs.extend(list.items.iter().copied().zip(whole[at..].iter().copied()));
            at += list.items.len();
            if list.is_partial() {
                let more = extra.get(turn).copied().unwrap_or_else(|| spare - extra.iter().sum::<usize>());
                pairs.push((list.tail, call.terms.list(&whole[at..at + more])));
                (at, turn) = (at + more, turn + 1);
            }
        }
        if pairs.iter().all(|&(a, b)| unifiable(call.terms, a, b)) {
            call.solutions.push(&pairs);
        }
        let Some(i) = (0..extra.len()).rev().find(|&i| extra[..=i].iter().sum::<usize>() < spare) else {
            return Ok(());
        };
        extra[i] += 1;
        extra[i + 1..].fill(0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn appending_in_every_direction() {
        check(&[
            ("append([a], [b], C)", "C=[a,b]"),
            ("append([a], B, [a,b,c])", "B=[b,c]"),
            ("append([X], [b], [a,b])", "X=a"),
            ("append([a], [b], [a|T])", "T=[b]"),
            ("append([a], B, C)", "C=[a|B]"),
            ("append([], foo, X)", "X=foo"),
            ("append([a,b], B, [a])", ""),
            ("append([a], [b], [a,c])", ""),
            ("append(A, B, [1,2])", "A=[] B=[1,2]; A=[1] B=[2]; A=[1,2] B=[]"),
            ("append(A, [3], [1,2,3])", "A=[1,2]"),
            ("append([1|A], B, [1,2])", "A=[] B=[2]; A=[2] B=[]"),
            ("append([2|A], B, [1,2])", ""),
            ("append(A, A, [1,2,1,2])", "A=[1,2]"),
            ("append(A, B, foo)", "A=[] B=foo"),
            ("append(foo, B, C)", ""),
            ("append(A, [a], C)", "!infinitely many solutions, because argument 1 is not bound"),
            ("append([1|A], B, [2|C])", ""),
            ("append([[a],[b,c],[]], L)", "L=[a,b,c]"),
            ("append([[a],[b|T]], L)", "L=[a,b|T]"),
            ("append([], L)", "L=[]"),
            ("append([X,[c],Y], [a,c,c])", "X=[a] Y=[c]; X=[a,c] Y=[]"),
            ("append([X,Y,Z], [a])", "X=[] Y=[] Z=[a]; X=[] Y=[a] Z=[]; X=[a] Y=[] Z=[]"),
            ("prefix(P, [a,b])", "P=[]; P=[a]; P=[a,b]"),
            ("prefix([a], [a,b])", "yes"),
        ]);
    }
}
