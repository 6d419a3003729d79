//! Relations between lists and their elements: `member/2`, `length/2`, `nth0/3`, `reverse/2`, ...
//!
//! These work in every direction that has finitely many solutions. As with their definitions by clauses, something that is
//! not a list simply has no elements, and the goal fails; a list without an end where its end matters is an error.
//! `flatten/2` is as in ProbLog.

use super::args::ListArg;
use super::{Builtin, Call, Fault};
use crate::diag::Code;
use crate::term::{Term, TermStore, sym};
use crate::unify::unifiable;

pub(super) const TABLE: &[Builtin] = &[
    Builtin::new("length", 2, length),
    Builtin::new("proper_length", 2, proper_length),
    Builtin::new("same_length", 2, same_length),
    Builtin::new("member", 2, member),
    Builtin::new("memberchk", 2, memberchk),
    Builtin::new("last", 2, last),
    Builtin::new("nextto", 3, nextto),
    Builtin::new("nth0", 3, |c| nth(c, 0)),
    Builtin::new("nth1", 3, |c| nth(c, 1)),
    Builtin::new("nth0", 4, |c| nth_rest(c, 0)),
    Builtin::new("nth1", 4, |c| nth_rest(c, 1)),
    Builtin::new("reverse", 2, reverse),
    Builtin::new("flatten", 2, flatten),
    Builtin::new("make_list", 3, make_list),
];

/// Longest list that `length/2` and its like make.
pub(super) const MAX_LENGTH: i64 = 10_000_000;

impl Call<'_> {
    /// A list, proper or partial; `None` for anything that cannot become one.
    pub(super) fn spine(&self, i: usize) -> Option<ListArg> {
        let (items, tail) = self.terms.list_parts(self.args[i]);
        let list = ListArg { items, tail };
        (list.is_proper() || list.is_partial()).then_some(list)
    }

    /// The elements of a list that must have an end for the goal to have finitely many solutions; `None` if it is no list.
    pub(super) fn finite(&self, i: usize) -> Result<Option<Vec<Term>>, Fault> {
        match self.spine(i) {
            Some(list) if list.is_partial() => Err(self.endless(i)),
            list => Ok(list.map(|l| l.items)),
        }
    }

    /// `n` new variables.
    pub(super) fn fresh_items(&mut self, n: usize) -> Vec<Term> {
        (0..n).map(|_| self.fresh()).collect()
    }
}

/// What is left of a list after its first `i` elements, for all `i` from 0 to its length.
pub(super) fn suffixes(terms: &TermStore, list: Term) -> Vec<Term> {
    let mut all = vec![list];
    while let Some((_, tail)) = terms.as_cons(all[all.len() - 1]) {
        all.push(tail);
    }
    all
}

/// `length(List, N)`: a list with an end has a length; a list without one is given `N` elements.
fn length(call: &mut Call<'_>) -> Result<(), Fault> {
    let list = call.any_list(0)?;
    let known = list.items.len() as i64;
    match call.int_or_var(1)? {
        n if list.is_proper() => match n {
            Some(n) => call.succeed_if(n == known),
            None => {
                let n = call.terms.int(known);
                call.unify(call.args[1], n);
            }
        },
        None => return Err(call.endless(0)),
        Some(n) if n < known => {}
        Some(n) if n > MAX_LENGTH => return Err(call.wrong(1, &format!("at most {MAX_LENGTH}"))),
        Some(n) => {
            let new = call.fresh_items((n - known) as usize);
            let end = call.terms.list(&new);
            call.unify(list.tail, end);
        }
    }
    Ok(())
}

fn proper_length(call: &mut Call<'_>) -> Result<(), Fault> {
    if let Some(list) = call.spine(0).filter(ListArg::is_proper) {
        let n = call.terms.int(list.items.len() as i64);
        call.unify(call.args[1], n);
    }
    Ok(())
}

fn same_length(call: &mut Call<'_>) -> Result<(), Fault> {
    let (Some(a), Some(b)) = (call.spine(0), call.spine(1)) else { return Ok(()) };
    let (long, short) = match (a.is_proper(), b.is_proper()) {
        (true, true) => {
            call.succeed_if(a.items.len() == b.items.len());
            return Ok(());
        }
        (true, false) => (a, b),
        (false, true) => (b, a),
        (false, false) => return Err(call.endless(0)),
    };
    if let Some(missing) = long.items.len().checked_sub(short.items.len()) {
        let new = call.fresh_items(missing);
        let end = call.terms.list(&new);
        call.unify(short.tail, end);
    }
    Ok(())
}

fn member(call: &mut Call<'_>) -> Result<(), Fault> {
    let x = call.args[0];
    for item in call.finite(1)?.unwrap_or_default() {
        if unifiable(call.terms, x, item) {
            call.unify(x, item);
        }
    }
    Ok(())
}

/// `memberchk(X, List)`: the first solution of `member/2`. A list without an end gets `X` as a new element.
fn memberchk(call: &mut Call<'_>) -> Result<(), Fault> {
    let x = call.args[0];
    let mut rest = call.args[1];
    while let Some((head, tail)) = call.terms.as_cons(rest) {
        if unifiable(call.terms, x, head) {
            call.unify(x, head);
            return Ok(());
        }
        rest = tail;
    }
    if rest.is_var() {
        let end = call.fresh();
        let cell = call.terms.cons(x, end);
        call.unify(rest, cell);
    }
    Ok(())
}

fn last(call: &mut Call<'_>) -> Result<(), Fault> {
    if let Some(&last) = call.finite(0)?.unwrap_or_default().last() {
        call.unify(call.args[1], last);
    }
    Ok(())
}

/// `nextto(X, Y, List)`: `Y` comes right after `X`.
fn nextto(call: &mut Call<'_>) -> Result<(), Fault> {
    let items = call.finite(2)?.unwrap_or_default();
    for w in items.windows(2) {
        if unifiable(call.terms, call.args[0], w[0]) && unifiable(call.terms, call.args[1], w[1]) {
            call.solutions.push(&[(call.args[0], w[0]), (call.args[1], w[1])]);
        }
    }
    Ok(())
}

/// The position in argument 0 of `nth0/3` and its relatives, counted from 0: `None` if it is unbound, `Some(None)` if there is
/// no such position.
fn position(call: &Call<'_>, base: i64) -> Result<Option<Option<usize>>, Fault> {
    Ok(call.int_or_var(0)?.map(|n| n.checked_sub(base).and_then(|n| usize::try_from(n).ok())))
}

/// `nth0(I, List, X)` and `nth1(I, List, X)`: `X` is element number `I`.
fn nth(call: &mut Call<'_>, base: i64) -> Result<(), Fault> {
    let (index, x) = (call.args[0], call.args[2]);
    let Some(position) = position(call, base)? else {
        for (i, item) in call.finite(1)?.unwrap_or_default().into_iter().enumerate() {
            if unifiable(call.terms, x, item) {
                let i = call.terms.int(i as i64 + base);
                call.solutions.push(&[(index, i), (x, item)]);
            }
        }
        return Ok(());
    };
    let Some(position) = position else { return Ok(()) };
    let (mut rest, mut left) = (call.args[1], position);
    while let Some((head, tail)) = call.terms.as_cons(rest) {
        if left == 0 {
            call.unify(x, head);
            return Ok(());
        }
        (rest, left) = (tail, left - 1);
    }
    if rest.is_var() {
        // The list has no end yet: it is given elements up to this one.
        call.reserve(1, left)?;
        let mut items = call.fresh_items(left);
        items.push(x);
        let end = call.fresh();
        let cells = call.terms.partial_list(&items, end);
        call.unify(rest, cells);
    }
    Ok(())
}

/// `nth0(I, List, X, Rest)` and `nth1(I, List, X, Rest)`: `Rest` is `List` without its element number `I`, which is `X`.
fn nth_rest(call: &mut Call<'_>, base: i64) -> Result<(), Fault> {
    let (index, x) = (call.args[0], call.args[2]);
    let (Some(list), Some(rest)) = (call.spine(1), call.spine(3)) else { return Ok(()) };
    let taking = list.is_proper();
    let fixed = match position(call, base)? {
        Some(None) => return Ok(()),
        Some(Some(position)) => Some(position),
        None if taking || rest.is_proper() => None,
        None => return Err(call.endless(1)),
    };
    if taking || fixed.is_some_and(|p| p < list.items.len()) {
        let ends = suffixes(call.terms, call.args[1]);
        let all = fixed.map_or(0..list.items.len(), |p| p..(p + 1).min(list.items.len()));
        let found: Vec<usize> = all.filter(|&i| unifiable(call.terms, x, list.items[i])).collect();
        call.reserve(found.len(), found.iter().sum())?;
        for i in found {
            let others = call.terms.partial_list(&list.items[..i], ends[i + 1]);
            let i_term = call.terms.int(i as i64 + base);
            if unifiable(call.terms, call.args[3], others) {
                call.solutions.push(&[(index, i_term), (x, list.items[i]), (call.args[3], others)]);
            }
        }
        return Ok(());
    }
    // Insert X into Rest.
    let ends = suffixes(call.terms, call.args[3]);
    let all = fixed.map_or(0..rest.items.len() + 1, |p| p..p + 1);
    if all.end > ends.len() && rest.is_proper() {
        return Ok(());
    }
    if all.end > ends.len() {
        return Err(call.endless(3));
    }
    call.reserve(all.len(), all.clone().sum())?;
    for i in all {
        let end = call.terms.cons(x, ends[i]);
        let whole = call.terms.partial_list(&rest.items[..i], end);
        if unifiable(call.terms, call.args[1], whole) {
            let i_term = call.terms.int(i as i64 + base);
            call.solutions.push(&[(index, i_term), (call.args[1], whole)]);
        }
    }
    Ok(())
}

/// `reverse(A, B)`: one of them must have an end.
fn reverse(call: &mut Call<'_>) -> Result<(), Fault> {
    let (Some(a), Some(b)) = (call.spine(0), call.spine(1)) else { return Ok(()) };
    let (mut items, other) = match (a.is_proper(), b.is_proper()) {
        (true, _) => (a.items, 1),
        (_, true) => (b.items, 0),
        _ => return Err(call.endless(0)),
    };
    items.reverse();
    let reversed = call.terms.list(&items);
    call.unify(call.args[other], reversed);
    Ok(())
}

/// `flatten(Nested, Flat)`: the elements of all lists inside lists; variables and non-lists stay as they are.
fn flatten(call: &mut Call<'_>) -> Result<(), Fault> {
    let (mut left, mut flat) = (vec![call.args[0]], Vec::new());
    while let Some(t) = left.pop() {
        match call.terms.as_cons(t) {
            Some((head, tail)) => left.extend([tail, head]),
            None if t == Term::atom(sym::NIL) => {}
            None => flat.push(t),
        }
    }
    let flat = call.terms.list(&flat);
    call.unify(call.args[1], flat);
    Ok(())
}

/// `make_list(N, X, List)`: `N` times `X`.
fn make_list(call: &mut Call<'_>) -> Result<(), Fault> {
    match call.int(0)? {
        ..0 => {}
        n if n > MAX_LENGTH => {
            return Err(Fault::new(Code::Argument, format!("a list of {n} elements is longer than {MAX_LENGTH}")));
        }
        n => {
            let list = call.terms.list(&vec![call.args[1]; n as usize]);
            call.unify(call.args[2], list);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn lengths() {
        check(&[
            ("length([a,b], N)", "N=2"),
            ("length([], 0)", "yes"),
            ("length([a], 2)", ""),
            ("length(L, 2)", "L=[_0,_1]"),
            ("length([a|T], 3)", "T=[_0,_1]"),
            ("length([a|T], 0)", ""),
            ("length(L, -1)", ""),
            ("length(L, N)", "!length/2: the goal has infinitely many solutions, because argument 1 is not bound"),
            ("length(foo, N)", "!argument 1 must be a list, but it is the atom `foo`"),
            ("length([a], b)", "!argument 2 must be an integer"),
            ("length(L, 1000000000000)", "!at most"),
            ("proper_length([a|_], N)", ""),
            ("proper_length([a], N)", "N=1"),
            ("same_length([a,b], [c,d])", "yes"),
            ("same_length([a,b], [c|T])", "T=[_0]"),
            ("same_length(L, [c])", "L=[_0]"),
            ("same_length([a,b|L], [c])", ""),
        ]);
    }

    #[test]
    fn members() {
        check(&[
            ("member(X, [a,b,a])", "X=a; X=b; X=a"),
            ("member(f(X), [f(1),g(2),f(3)])", "X=1; X=3"),
            ("member(a, [b,X])", "X=a"),
            ("member(c, [a,b])", ""),
            ("member(X, foo)", ""),
            ("member(a, L)", "!infinitely many solutions, because argument 2 is not bound"),
            ("member(a, [b|T])", "!the list in argument 2, `[b|A]`, has no end yet"),
            ("memberchk(X, [a,b])", "X=a"),
            ("memberchk(b, [a,b,b])", "yes"),
            ("memberchk(b, [a|T])", "T=[b|_0]"),
            ("memberchk(b, [a])", ""),
        ]);
    }

    #[test]
    fn positions() {
        check(&[
            ("nth0(1, [a,b], X)", "X=b"),
            ("nth1(1, [a,b], X)", "X=a"),
            ("nth1(0, [a,b], X)", ""),
            ("nth0(-1, [a,b], X)", ""),
            ("nth0(2, [a,b], X)", ""),
            ("nth0(I, [a,b,a], a)", "I=0; I=2"),
            ("nth1(I, [a,b], X)", "I=1 X=a; I=2 X=b"),
            ("nth0(2, [a|T], x)", "T=[_0,x|_1]"),
            ("nth0(x, [a], A)", "!argument 1 must be an integer"),
            ("nth0(1, [a,b,c], X, R)", "X=b R=[a,c]"),
            ("nth1(I, [a,b], X, R)", "I=1 X=a R=[b]; I=2 X=b R=[a]"),
            ("nth0(1, L, x, [a,b])", "L=[a,x,b]"),
            ("nth0(3, L, x, [a,b])", ""),
            ("nth1(I, L, x, [a])", "I=1 L=[x,a]; I=2 L=[a,x]"),
            ("nth0(I, L, x, R)", "!infinitely many"),
            ("last([a,b], X)", "X=b"),
            ("last([], X)", ""),
            ("last(L, X)", "!infinitely many"),
            ("nextto(X, Y, [1,2,3])", "X=1 Y=2; X=2 Y=3"),
            ("nextto(2, Y, [1,2,3])", "Y=3"),
        ]);
    }

    #[test]
    fn whole_lists() {
        check(&[
            ("reverse([a,b,c], R)", "R=[c,b,a]"),
            ("reverse(L, [a,b])", "L=[b,a]"),
            ("reverse([X|T], [a,b])", "X=b T=[a]"),
            ("reverse([a], [b])", ""),
            ("flatten([a,[b,[],c],d], F)", "F=[a,b,c,d]"),
            ("flatten(a, F)", "F=[a]"),
            ("flatten([[[]]], F)", "F=[]"),
            ("flatten([a,X,[b]], F)", "F=[a,X,b]"),
            ("make_list(2, z, L)", "L=[z,z]"),
            ("make_list(0, z, L)", "L=[]"),
        ]);
    }
}
