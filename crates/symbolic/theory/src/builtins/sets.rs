//! Lists as sets: `union/3`, `subtract/3`, `list_to_set/2`, and the ordered sets `ord_union/3`, ...
//!
//! `union/3`, `intersection/3`, `subtract/3` and `subset/2` find an element with `memberchk/2`: variables in it may be bound.
//! All others compare by identity (`==`) and bind nothing inside the elements.

use rustc_hash::FxHashSet;

use super::sorting::sort_unique;
use super::{Builtin, Call, Fault};
use crate::term::{Term, TermStore};
use crate::unify::{UNBOUND, resolve, unifiable, unify};

pub(super) const TABLE: &[Builtin] = &[
    Builtin::new("union", 3, union),
    Builtin::new("intersection", 3, |c| keep(c, true)),
    Builtin::new("subtract", 3, |c| keep(c, false)),
    Builtin::new("subset", 2, subset),
    Builtin::new("is_set", 1, is_set),
    Builtin::new("list_to_set", 2, list_to_set),
    Builtin::new("ord_union", 2, ord_union_all),
    Builtin::new("ord_union", 3, |c| ordered(c, |a, b| a || b)),
    Builtin::new("ord_intersection", 3, |c| ordered(c, |a, b| a && b)),
    Builtin::new("ord_subtract", 3, |c| ordered(c, |a, b| a && !b)),
    Builtin::new("ord_symdiff", 3, |c| ordered(c, |a, b| a != b)),
    Builtin::new("ord_add_element", 3, |c| change(c, true)),
    Builtin::new("ord_insert", 3, |c| change(c, true)),
    Builtin::new("ord_del_element", 3, |c| change(c, false)),
    Builtin::new("ord_memberchk", 2, ord_memberchk),
    Builtin::new("ord_subset", 2, |c| relation(c, |a, b| a.is_subset(b))),
    Builtin::new("ord_disjoint", 2, |c| relation(c, |a, b| a.is_disjoint(b))),
    Builtin::new("ord_seteq", 2, |c| relation(c, |a, b| a == b)),
];

/// A list that is asked for members, with the bindings that the answers have made so far.
struct Members {
    items: Vec<Term>,
    /// All items, when none has variables: then a ground element is a member exactly when it is one of these.
    ground: Option<FxHashSet<Term>>,
    regs: Vec<Term>,
}

impl Members {
    fn new(call: &Call<'_>, items: Vec<Term>) -> Members {
        let ground = items.iter().all(|&t| call.terms.is_ground(t)).then(|| items.iter().copied().collect());
        Members { items, ground, regs: vec![UNBOUND; call.next_var as usize] }
    }

    /// `memberchk(x, items)`: binds the variables that make `x` equal to the first item it unifies with.
    fn contains(&mut self, terms: &mut TermStore, x: Term) -> bool {
        let x = resolve(terms, &self.regs, x);
        if let Some(ground) = self.ground.as_ref().filter(|_| terms.is_ground(x)) {
            return ground.contains(&x);
        }
        for &item in &self.items {
            let item = resolve(terms, &self.regs, item);
            if unifiable(terms, x, item) {
                return unify(terms, &mut self.regs, x, item);
            }
        }
        false
    }

    /// One solution: the bindings made, and this result.
    fn solve(self, call: &mut Call<'_>, result: Option<(usize, Vec<Term>)>) {
        let bound = self.regs.iter().enumerate().filter(|&(_, &value)| value != UNBOUND);
        let mut pairs: Vec<(Term, Term)> = bound.map(|(v, &value)| (Term::var(v as u32), value)).collect();
        if let Some((i, items)) = result {
            pairs.push((call.args[i], call.terms.list(&items)));
        }
        call.solutions.push(&pairs);
    }
}

/// `intersection(A, B, C)` and `subtract(A, B, C)`: the elements of `A` that are, or are not, in `B`.
fn keep(call: &mut Call<'_>, inside: bool) -> Result<(), Fault> {
    let (Some(mut items), Some(other)) = (call.finite(0)?, call.finite(1)?) else { return Ok(()) };
    let mut members = Members::new(call, other);
    items.retain(|&x| members.contains(call.terms, x) == inside);
    members.solve(call, Some((2, items)));
    Ok(())
}

/// `union(A, B, C)`: the elements of `A` that are not in `B`, then `B`.
fn union(call: &mut Call<'_>) -> Result<(), Fault> {
    let (Some(mut items), Some(other)) = (call.finite(0)?, call.finite(1)?) else { return Ok(()) };
    let mut members = Members::new(call, other);
    items.retain(|&x| !members.contains(call.terms, x));
    items.extend_from_slice(&members.items);
    members.solve(call, Some((2, items)));
    Ok(())
}

fn subset(call: &mut Call<'_>) -> Result<(), Fault> {
    let (Some(items), Some(other)) = (call.finite(0)?, call.finite(1)?) else { return Ok(()) };
    let mut members = Members::new(call, other);
    if items.into_iter().all(|x| members.contains(call.terms, x)) {
        members.solve(call, None);
    }
    Ok(())
}

/// A list without doubles; anything else fails.
fn is_set(call: &mut Call<'_>) -> Result<(), Fault> {
    let mut seen = FxHashSet::default();
    let holds = call.terms.as_list(call.args[0]).is_some_and(|items| items.into_iter().all(|x| seen.insert(x)));
    call.succeed_if(holds);
    Ok(())
}

/// `list_to_set(List, Set)`: the first of equal elements stays.
fn list_to_set(call: &mut Call<'_>) -> Result<(), Fault> {
    let Some(mut items) = call.finite(0)? else { return Ok(()) };
    let mut seen = FxHashSet::default();
    items.retain(|&x| seen.insert(x));
    let set = call.terms.list(&items);
    call.unify(call.args[1], set);
    Ok(())
}

/// One solution: argument `i` is the ordered set of these.
fn unify_set(call: &mut Call<'_>, i: usize, mut items: Vec<Term>) {
    sort_unique(call.terms, &mut items);
    let set = call.terms.list(&items);
    call.unify(call.args[i], set);
}

/// Set operations by whether an element is in the first and in the second set.
fn ordered(call: &mut Call<'_>, inside: impl Fn(bool, bool) -> bool) -> Result<(), Fault> {
    let (a, b) = (call.list(0)?, call.list(1)?);
    let (in_a, in_b): (FxHashSet<Term>, FxHashSet<Term>) = (a.iter().copied().collect(), b.iter().copied().collect());
    let all = a.into_iter().chain(b);
    let items = all.filter(|x| inside(in_a.contains(x), in_b.contains(x))).collect();
    unify_set(call, 2, items);
    Ok(())
}

/// `ord_union(Sets, Set)`.
fn ord_union_all(call: &mut Call<'_>) -> Result<(), Fault> {
    let mut items = Vec::new();
    for set in call.list(0)? {
        let elements = call.terms.as_list(set);
        items
            .extend(elements.ok_or_else(|| super::args::wrong(call.terms, "each element", set, "a list with an end"))?);
    }
    unify_set(call, 1, items);
    Ok(())
}

/// `ord_add_element(Set, X, New)` and `ord_del_element(Set, X, New)`.
fn change(call: &mut Call<'_>, add: bool) -> Result<(), Fault> {
    let (mut items, x) = (call.list(0)?, call.args[1]);
    items.retain(|&item| item != x);
    if add {
        items.push(x);
    }
    unify_set(call, 2, items);
    Ok(())
}

fn ord_memberchk(call: &mut Call<'_>) -> Result<(), Fault> {
    let holds = call.list(1)?.contains(&call.args[0]);
    call.succeed_if(holds);
    Ok(())
}

fn relation(call: &mut Call<'_>, holds: impl Fn(&FxHashSet<Term>, &FxHashSet<Term>) -> bool) -> Result<(), Fault> {
    let (a, b) = (call.list(0)?.into_iter().collect(), call.list(1)?.into_iter().collect());
    call.succeed_if(holds(&a, &b));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn sets_by_memberchk() {
        check(&[
            ("union([a,b], [b,c], S)", "S=[a,b,c]"),
            ("intersection([a,b,c], [c,a], S)", "S=[a,c]"),
            ("subtract([1,2,3], [2], S)", "S=[1,3]"),
            ("subset([a,b], [b,c,a])", "yes"),
            ("subset([a,d], [b,c,a])", ""),
            ("subset([], [])", "yes"),
            // memberchk binds variables, and the binding holds for the elements that follow.
            ("subset([X,b], [a,b])", "X=a"),
            ("subset([f(X),g(X)], [f(1),g(2)])", ""),
            ("subset([f(X),g(X)], [f(1),g(1)])", "X=1"),
            ("intersection([a,X], [b,a], S)", "X=b S=[a,b]"),
            ("subtract([a,b], [X], S)", "X=a S=[b]"),
            ("union([a|T], [b], S)", "!has no end yet"),
            ("union([a], foo, S)", ""),
        ]);
    }

    #[test]
    fn sets_by_identity() {
        check(&[
            ("is_set([a,b])", "yes"),
            ("is_set([a,b,a])", ""),
            ("is_set([X,Y])", "yes"),
            ("is_set([a|T])", ""),
            ("list_to_set([b,a,b,c,a], S)", "S=[b,a,c]"),
            ("list_to_set([X,Y,X], S)", "S=[X,Y]"),
            ("list_to_set([1,1.0], S)", "S=[1,1.0]"),
        ]);
    }

    #[test]
    fn ordered_sets() {
        check(&[
            ("list_to_ord_set([b,a,b], S)", "S=[a,b]"),
            ("ord_union([a,c], [b,c], S)", "S=[a,b,c]"),
            ("ord_union([[a],[b],[a]], S)", "S=[a,b]"),
            ("ord_intersection([a,c], [b,c], S)", "S=[c]"),
            ("ord_subtract([a,b,c], [b], S)", "S=[a,c]"),
            ("ord_symdiff([a,b], [b,c], S)", "S=[a,c]"),
            ("ord_add_element([a,c], b, S)", "S=[a,b,c]"),
            ("ord_del_element([a,b,c], b, S)", "S=[a,c]"),
            ("ord_memberchk(b, [a,b])", "yes"),
            ("ord_memberchk(X, [a,b])", ""),
            ("ord_subset([a], [a,b])", "yes"),
            ("ord_disjoint([a], [b])", "yes"),
            ("ord_seteq([a], [b])", ""),
            ("ord_union(a, [b], S)", "!argument 1 must be a list, but it is the atom `a`"),
        ]);
    }
}
