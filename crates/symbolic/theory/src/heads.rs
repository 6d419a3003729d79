//! Heads that are more than an atom: negated ones and aggregates.
//!
//! *Negated heads*, `0.5::\+ a :- c`: an atom holds where some clause makes it true and no clause with a negated head denies
//! it. Where a predicate has negated heads, its clauses move to an auxiliary predicate, those with negated heads make up
//! another one, and the predicate itself becomes `p(X) :- 'p holds'(X), \+ 'p is denied'(X)`.
//!
//! *Aggregates*, `total(Group, sum<X>) :- body`: a call of the library's `aggregate/5` over the answers of the body.

use std::sync::Arc;

use crate::clause::arguments;
use crate::lower::{Lower, Scope};
use crate::program::{Clause, Goal, PredId, Program};
use crate::term::{Symbol, Term, TermStore};
use crate::tree::Tree;

/// What the parser makes of `sum<X>`: this functor over the name and the variable.
pub(crate) const AGGREGATE: &str = "<>";

const DENIED: &str = "$denied ";

/// The predicate that collects what negated heads deny of a predicate.
pub(crate) fn denied(lower: &mut Lower<'_>, pred: PredId) -> PredId {
    let (name, arity, span) = {
        let p = lower.program.get(pred);
        (format!("{DENIED}{}", lower.terms.name(p.name)), p.arity, p.span)
    };
    let name = lower.terms.symbol(&name);
    let id = lower.program.pred(name, arity, span);
    let p = &mut lower.program.preds[id.0 as usize];
    (p.auxiliary, p.defined) = (true, true);
    id
}

/// Gives predicates with negated heads their final form; see the [module documentation](self).
pub(crate) fn join_denied(program: &mut Program, terms: &mut TermStore) {
    for id in 0..program.preds.len() {
        let Some(name) = terms.name(program.preds[id].name).strip_prefix(DENIED) else { continue };
        let (holds, name) = (format!("$holds {name}"), name.to_owned());
        let (arity, span) = (program.preds[id].arity, program.preds[id].span);
        let Some(&pred) = terms.find_symbol(&name).and_then(|n| program.index.get(&(n, arity))) else { continue };
        let holds = terms.symbol(&holds);
        let holds = program.pred(holds, arity, span);
        let (facts, clauses) = {
            let p = &mut program.preds[pred.0 as usize];
            (std::mem::take(&mut p.facts), std::mem::take(&mut p.clauses))
        };
        for &c in &clauses {
            Arc::make_mut(&mut program.clauses[c.0 as usize]).head = holds;
        }
        let p = &mut program.preds[holds.0 as usize];
        (p.auxiliary, p.defined, p.facts, p.clauses) = (true, true, facts, clauses);
        let args: Vec<Term> = (0..arity).map(Term::var).collect();
        let body = vec![
            Goal::Call { pred: holds, args: args.clone(), span },
            Goal::Not { pred: PredId(id as u32), args: args.clone(), shared: (0..arity).collect(), span },
        ];
        let var_names = vec!["_".into(); arity as usize];
        program.add_clause(Clause { head: pred, args, body, vars: arity, var_names, choice: None, span });
    }
}

/// The name and the variable of the aggregate that the last argument of a head is, if it is one.
pub(crate) fn aggregate(lower: &Lower<'_>, atom: usize) -> Option<(Symbol, Term)> {
    let last = *lower.forest.children(atom).last()?;
    let (name, arity) = lower.forest.functor(last)?;
    if lower.terms.name(name) != AGGREGATE || arity != 2 {
        return None;
    }
    let (function, variable) = lower.forest.pair(last);
    Some((lower.forest.functor(function)?.0, Term::var(lower.forest.var(variable)?)))
}

/// Lowers a clause whose head ends in an aggregate.
pub(crate) fn aggregation(
    lower: &mut Lower<'_>,
    tree: &Tree,
    scope: &mut Scope,
    pred: PredId,
    atom: usize,
    (function, variable): (Symbol, Term),
    body: usize,
) {
    let mut args = arguments(lower, atom);
    args.pop();
    let answers = lower.answers(scope, body, tree.span);
    let group = lower.terms.list(&args);
    let result = Term::var(scope.names.len() as u32);
    scope.names.push("_".into());
    let pair = lower.terms.compound(crate::term::sym::COMMA, &[group, result]);
    args.push(result);
    let name = lower.terms.symbol("aggregate");
    let goals = lower.goal_of(name, vec![Term::atom(function), variable, group, answers, pair], tree.span);
    lower.add_clause(scope, pred, args, goals, tree.span);
}
