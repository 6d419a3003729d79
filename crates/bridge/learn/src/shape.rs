//! Shapes of queries: the same question about other data.
//!
//! `addition(image("a.png"), image("b.png"), 7)` and `addition(image("c.png"), image("d.png"), 3)` need the same circuit. Terms
//! such as `image(...)` stand for data that only networks look into; in a shape they are numbered, `image('$1')`, in order of
//! first occurrence. The same datum twice gets one number, so that a query about one picture twice is a shape of its own.

use rustc_hash::FxHashMap;
use symbolon_theory::term::{Symbol, Term, TermStore, View};

/// Rebuilds a term with some subterms exchanged. `replace` is asked from the outside in and answers `None` to go inside. Uses a
/// stack of its own, so deep terms are safe.
pub(crate) fn rewrite(
    terms: &mut TermStore,
    term: Term,
    replace: &mut dyn FnMut(&mut TermStore, Term) -> Option<Term>,
) -> Term {
    enum Step {
        Visit(Term),
        Build(Symbol, usize),
    }
    let mut steps = vec![Step::Visit(term)];
    let mut done: Vec<Term> = Vec::new();
    while let Some(step) = steps.pop() {
        match step {
            Step::Build(name, arity) => {
                let args = done.split_off(done.len() - arity);
                done.push(terms.compound(name, &args));
            }
            Step::Visit(term) => {
                if let Some(new) = replace(terms, term) {
                    done.push(new);
                    continue;
                }
                match terms.view(term) {
                    View::Compound(name, args) => {
                        steps.push(Step::Build(name, args.len()));
                        steps.extend(args.iter().rev().map(|&a| Step::Visit(a)));
                    }
                    _ => done.push(term),
                }
            }
        }
    }
    done[0]
}

/// A query with its data taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Abstracted {
    /// The query with numbered data.
    pub shape: Term,
    /// The data, by number.
    pub items: Vec<Term>,
}

/// Takes out all ground terms with one of these functors.
pub(crate) fn abstracted(terms: &mut TermStore, query: Term, functors: &[Symbol]) -> Abstracted {
    let mut items: Vec<Term> = Vec::new();
    let mut number: FxHashMap<Term, usize> = FxHashMap::default();
    let shape = rewrite(terms, query, &mut |terms, t| {
        let View::Compound(name, args) = terms.view(t) else { return None };
        let arity = args.len();
        // The query itself is an atom of the theory, whatever it is called.
        if t == query || !functors.contains(&name) || !terms.is_ground(t) {
            return None;
        }
        let next = items.len();
        let n = *number.entry(t).or_insert(next);
        if n == next {
            items.push(t);
        }
        Some(placeholder(terms, name, arity, n))
    });
    Abstracted { shape, items }
}

/// Datum number `n` (from 0) as a term of the same functor and arity: `image('$1')` for the first.
fn placeholder(terms: &mut TermStore, functor: Symbol, arity: usize, n: usize) -> Term {
    let name = terms.atom(&format!("${}", n + 1));
    terms.compound(functor, &vec![name; arity])
}

/// The number of a placeholder, if the term is one.
pub(crate) fn number(terms: &TermStore, term: Term, functors: &[Symbol]) -> Option<usize> {
    let View::Compound(name, &[inner, ..]) = terms.view(term) else { return None };
    let inner = terms.name(inner.as_atom().filter(|_| functors.contains(&name))?);
    inner.strip_prefix('$')?.parse::<usize>().ok()?.checked_sub(1)
}

/// The query with its last argument opened, where that is ground and holds no data: the argument that a functional predicate
/// computes. `None` where there is nothing to open.
pub(crate) fn opened(terms: &mut TermStore, shape: Term, functors: &[Symbol]) -> Option<Term> {
    let View::Compound(name, args) = terms.view(shape) else { return None };
    let (&last, others) = args.split_last()?;
    let mut data = false;
    let (name, mut args) = (name, [others, &[last]].concat());
    if !terms.is_ground(shape) || args.len() < 2 {
        return None;
    }
    rewrite(terms, last, &mut |terms, t| {
        data |= number(terms, t, functors).is_some();
        None
    });
    *args.last_mut()? = Term::var(0);
    (!data).then(|| terms.compound(name, &args))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> (String, Vec<String>, Option<String>) {
        let mut theory = symbolon_theory::Theory::parse("a.").unwrap();
        let (term, _) = theory.parse_term(text).unwrap();
        let mut terms = theory.terms.lock();
        let functors = [terms.symbol("image")];
        let found = abstracted(&mut terms, term, &functors);
        let open = opened(&mut terms, found.shape, &functors);
        let show = |t: Term| terms.display(t).to_string();
        (show(found.shape), found.items.iter().map(|&t| show(t)).collect(), open.map(show))
    }

    #[test]
    fn data_is_numbered_in_order_and_equal_data_alike() {
        let (shape_, items, open) = shape("addition([image(\"a\"),image(b)],[image(\"a\")],7)");
        assert_eq!(shape_, "addition([image('$1'),image('$2')],[image('$1')],7)");
        assert_eq!(items, ["image(\"a\")", "image(b)"]);
        assert_eq!(open.as_deref(), Some("addition([image('$1'),image('$2')],[image('$1')],A)"));
    }

    #[test]
    fn only_a_ground_last_argument_without_data_is_opened() {
        assert_eq!(shape("less(image(a),image(b))").2, None);
        assert_eq!(shape("valid(image(a))").2, None);
        assert_eq!(shape("sum(image(a),S)").2, None);
        assert_eq!(shape("image(3)").0, "image(3)", "a query is no datum");
    }
}
