//! Unification over numbered registers.
//!
//! An activation binds variable `i` in `regs[i]`; [`UNBOUND`] marks a free one. Bindings may be other variables or terms with
//! variables, so reading goes through [`deref()`] (one variable) or [`resolve`] (a whole term). Nothing here recurses: terms
//! may be arbitrarily deep.

use crate::term::{Term, TermStore, View};

/// Marks a variable without a value. Never a term of any program.
pub const UNBOUND: Term = Term::var((1 << 30) - 1);

/// Follows variable bindings until an unbound variable or a term that is not a variable.
#[inline]
pub fn deref(regs: &[Term], mut term: Term) -> Term {
    while let Some(v) = term.as_var() {
        match regs[v as usize] {
            UNBOUND => break,
            value => term = value,
        }
    }
    term
}

/// The term with all bound variables replaced by their values.
#[inline]
pub fn resolve(terms: &mut TermStore, regs: &[Term], term: Term) -> Term {
    if terms.is_ground(term) {
        return term;
    }
    let term = deref(regs, term);
    if term.is_var() || terms.is_ground(term) { term } else { resolve_compound(terms, regs, term) }
}

#[cold]
fn resolve_compound(terms: &mut TermStore, regs: &[Term], term: Term) -> Term {
    // Each pass replaces the variables by their bindings, one level; bindings are acyclic, so passes end.
    let mut term = term;
    loop {
        let mut changed = false;
        term = terms.substitute(term, &mut |_, v| {
            let value = deref(regs, Term::var(v));
            changed |= !value.is_var();
            value
        });
        if !changed || terms.is_ground(term) {
            return term;
        }
    }
}

/// Makes `a` and `b` equal by binding variables in `regs`; on `false` some bindings may have been made. Checks that no
/// variable is bound to a term that contains it.
pub fn unify(terms: &TermStore, regs: &mut [Term], a: Term, b: Term) -> bool {
    let (a, b) = (deref(regs, a), deref(regs, b));
    if a == b {
        return true;
    }
    if a.is_var() || b.is_var() {
        return bind(terms, regs, a, b);
    }
    if terms.is_ground(a) && terms.is_ground(b) {
        return false;
    }
    let mut pairs = vec![(a, b)];
    while let Some((a, b)) = pairs.pop() {
        let (a, b) = (deref(regs, a), deref(regs, b));
        if a == b {
            continue;
        }
        if a.is_var() || b.is_var() {
            if !bind(terms, regs, a, b) {
                return false;
            }
            continue;
        }
        match (terms.view(a), terms.view(b)) {
            (View::Compound(f, xs), View::Compound(g, ys)) if f == g && xs.len() == ys.len() => {
                // Ground terms are equal only when their handles are.
                if terms.is_ground(a) && terms.is_ground(b) {
                    return false;
                }
                pairs.extend(xs.iter().copied().zip(ys.iter().copied()).rev());
            }
            _ => return false,
        }
    }
    true
}

/// Binds whichever of two different dereferenced terms is a variable.
#[inline]
fn bind(terms: &TermStore, regs: &mut [Term], a: Term, b: Term) -> bool {
    let (var, value) = match (a.as_var(), b.as_var()) {
        // The younger variable points to the older one: chains stay short and never turn round.
        (Some(x), Some(y)) => {
            if x > y {
                (x, b)
            } else {
                (y, a)
            }
        }
        (Some(x), None) => (x, b),
        (None, Some(y)) => (y, a),
        (None, None) => unreachable!("one side is a variable"),
    };
    if !terms.is_ground(value) && !value.is_var() && occurs(terms, regs, var, value) {
        return false;
    }
    regs[var as usize] = value;
    true
}

fn occurs(terms: &TermStore, regs: &[Term], var: u32, term: Term) -> bool {
    let mut stack = vec![term];
    while let Some(t) = stack.pop() {
        if terms.is_ground(t) {
            continue;
        }
        match terms.view(t) {
            View::Var(v) if v == var => return true,
            View::Var(v) => stack.extend(regs.get(v as usize).filter(|&&value| value != UNBOUND)),
            View::Compound(_, args) => stack.extend(args),
            _ => {}
        }
    }
    false
}

/// Whether two resolved terms unify, without binding anything.
pub fn unifiable(terms: &TermStore, a: Term, b: Term) -> bool {
    if a == b {
        return true;
    }
    if a.is_var() || b.is_var() {
        // A variable against a term that contains it is the one case where a free side does not unify.
        let (v, t) = if a.is_var() { (a, b) } else { (b, a) };
        return terms.is_ground(t) || t.is_var() || !occurs(terms, &[], v.as_var().expect("one side is a variable"), t);
    }
    if terms.is_ground(a) && terms.is_ground(b) {
        return false;
    }
    // Most pairs that do not unify already differ here, before any registers are needed.
    let (View::Compound(f, xs), View::Compound(g, ys)) = (terms.view(a), terms.view(b)) else { return false };
    let differ = |(&x, &y): (&Term, &Term)| x != y && terms.is_ground(x) && terms.is_ground(y);
    if f != g || xs.len() != ys.len() || xs.iter().zip(ys).any(differ) {
        return false;
    }
    let mut top = 0;
    for t in [a, b] {
        terms.for_each_var(t, &mut |v| top = top.max(v + 1));
    }
    unify(terms, &mut vec![UNBOUND; top as usize], a, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unification_binds_and_resolves_through_chains() {
        let mut t = TermStore::new();
        let f = t.symbol("f");
        let (x, y, z) = (Term::var(0), Term::var(1), Term::var(2));
        let a = t.atom("a");
        let (fxy, fyz) = (t.compound(f, &[x, y]), t.compound(f, &[y, z]));
        let mut regs = vec![UNBOUND; 3];
        assert!(unify(&t, &mut regs, fxy, fyz));
        assert!(unify(&t, &mut regs, z, a));
        let resolved = resolve(&mut t, &regs, fxy);
        assert_eq!(t.display(resolved).to_string(), "f(a,a)");
    }

    #[test]
    fn a_variable_is_not_bound_to_a_term_that_contains_it() {
        let mut t = TermStore::new();
        let f = t.symbol("f");
        let fx = t.compound(f, &[Term::var(0)]);
        assert!(!unify(&t, &mut [UNBOUND], Term::var(0), fx));
        assert!(!unifiable(&t, Term::var(0), fx));
        assert!(unifiable(&t, Term::var(1), fx));
    }
}
