//! Which predicates the relational engine can evaluate, and in which order they depend on each other.
//!
//! A predicate is *relational* if everything it depends on is: certain ground facts, and certain rules whose arguments are
//! variables or ground terms, whose negated goals and computations have their variables bound by what stands before them and
//! print nothing, whose head variables occur in the body, and which do not recurse through negation.

use crate::builtins;
use crate::graph::Tarjan;
use crate::program::{Clause, Goal, PredId, Program};
use crate::term::{Term, TermStore};

use super::relation::MAX_ROWS;

/// The arguments of a call are described by one bit each.
const MAX_ARITY: u32 = 64;

/// For each predicate whether the relational engine can evaluate it.
pub fn relational(program: &Program, terms: &TermStore) -> Vec<bool> {
    Strata::new(program, terms).relational
}

/// The strongly connected components of the dependency graph.
#[derive(Clone, Debug)]
pub(super) struct Strata {
    /// By predicate: whether it is relational.
    pub relational: Vec<bool>,
    /// By predicate: its component. A predicate depends on its own component and lower ones only.
    pub component: Vec<u32>,
}

impl Strata {
    pub fn new(program: &Program, terms: &TermStore) -> Strata {
        let edges: Vec<Vec<(PredId, bool)>> = program.preds.iter().map(|p| dependencies(program, &p.clauses)).collect();
        let mut graph = Tarjan::new(edges.len());
        graph.run(0..edges.len() as u32, |p, i| edges[p as usize].get(i as usize).map(|&(q, _)| q.0));
        let mut relational = vec![false; edges.len()];
        for number in 0..graph.count() {
            let members = graph.members_of(number);
            let fits = members.iter().all(|&p| {
                fits_alone(program, terms, p as usize)
                    && edges[p as usize].iter().all(|&(q, negated)| {
                        let inside = graph.component[q.0 as usize] == number as u32;
                        if inside { !negated } else { relational[q.0 as usize] }
                    })
            });
            for &p in members {
                relational[p as usize] = fits;
            }
        }
        let component = graph.component;
        Strata { relational, component }
    }
}

/// The predicates that some clauses call, and whether under negation.
fn dependencies(program: &Program, clauses: &[crate::program::ClauseId]) -> Vec<(PredId, bool)> {
    let goals = clauses.iter().flat_map(|&c| &program.clause(c).body);
    let mut calls: Vec<(PredId, bool)> = goals
        .filter_map(|goal| match goal {
            Goal::Call { pred, .. } => Some((*pred, false)),
            Goal::Not { pred, .. } | Goal::Collect { pred, .. } => Some((*pred, true)),
            Goal::Builtin { .. } | Goal::Meta { .. } => None,
        })
        .collect();
    calls.sort_unstable();
    calls.dedup();
    calls
}

/// Whether a predicate is relational as far as its own facts and clauses go.
fn fits_alone(program: &Program, terms: &TermStore, pred: usize) -> bool {
    let pred = &program.preds[pred];
    pred.defined
        && pred.arity <= MAX_ARITY
        && pred.facts.count <= MAX_ROWS
        && pred.facts.probabilistic.is_empty()
        && pred.clauses.iter().all(|&c| clause_fits(program.clause(c), terms))
}

fn flat(terms: &TermStore, args: &[Term]) -> bool {
    args.iter().all(|&a| a.is_var() || terms.is_ground(a))
}

/// Whether a clause can be run set at a time: see the [module documentation](self).
fn clause_fits(clause: &Clause, terms: &TermStore) -> bool {
    let mut bound = vec![false; clause.vars as usize];
    let known = |bound: &[bool], term: Term| {
        let mut all = true;
        terms.for_each_var(term, &mut |v| all &= bound[v as usize]);
        all
    };
    let bind = |bound: &mut [bool], args: &[Term]| {
        for &arg in args {
            terms.for_each_var(arg, &mut |v| bound[v as usize] = true);
        }
    };
    for goal in &clause.body {
        match goal {
            Goal::Call { args, .. } => {
                if !flat(terms, args) {
                    return false;
                }
                bind(&mut bound, args);
            }
            Goal::Not { args, shared, .. } => {
                if !flat(terms, args) || !shared.iter().all(|&v| bound[v as usize]) {
                    return false;
                }
            }
            Goal::Builtin { builtin, args, .. } => {
                // Which arguments must be bound so that the result binds all others to ground terms.
                let runs = match (builtin.name, &args[..]) {
                    // Joins are reordered and tests made early, which must not be seen.
                    _ if builtins::has_effect(builtin) => false,
                    ("is", &[_, expr]) => known(&bound, expr),
                    ("=", &[a, b]) => known(&bound, a) || known(&bound, b),
                    ("between", &[low, high, _]) => known(&bound, low) && known(&bound, high),
                    ("succ", &[a, b]) => known(&bound, a) || known(&bound, b),
                    _ => args.iter().all(|&a| known(&bound, a)),
                };
                if !runs {
                    return false;
                }
                bind(&mut bound, args);
            }
            Goal::Meta { .. } | Goal::Collect { .. } => return false,
        }
    }
    clause.choice.is_none() && flat(terms, &clause.args) && clause.args.iter().all(|&a| known(&bound, a))
}
