//! The same programs for the relational engine: rules read from text, facts put in as rows.

use std::sync::Arc;

use symbolon_theory::Theory;
use symbolon_theory::diag::Span;
use symbolon_theory::program::{Facts, PredId};

/// Transitive closure, right-recursive as the peer's.
pub const CLOSURE: &str = "path(X,Y) :- edge(X,Y).  path(X,Y) :- edge(X,Z), path(Z,Y).";
/// The same, left-recursive.
pub const CLOSURE_LEFT: &str = "path(X,Y) :- edge(X,Y).  path(X,Y) :- path(X,Z), edge(Z,Y).";
/// Nodes by the number of steps in which they are reached.
pub const HOPS: &str = "hop(0,0).  hop(Y,M) :- hop(X,N), N < 10, edge(X,Y), M is N+1.";
/// Same generation.
pub const GENERATION: &str = "sg(X,Y) :- parent(X,P), parent(Y,P).  sg(X,Y) :- parent(X,A), sg(A,B), parent(Y,B).";
/// Andersen's points-to analysis with fields.
pub const POINTS_TO: &str = "
    pt(V,O) :- alloc(V,O).
    pt(V,O) :- assign(V,W), pt(W,O).
    heap(B,F,O) :- store(U,F,W), pt(U,B), pt(W,O).
    pt(V,O) :- load(V,U,F), pt(U,B), heap(B,F,O).";

/// A program without its facts.
pub fn rules(text: &str) -> Theory {
    Theory::parse(text).unwrap_or_else(|errors| panic!("{errors}"))
}

/// The predicate of this name.
pub fn pred(theory: &mut Theory, name: &str, arity: usize) -> PredId {
    let name = theory.terms.lock().symbol(name);
    theory.program.pred(name, arity as u32, Span::default())
}

/// Gives a predicate its facts.
pub fn facts<const N: usize>(theory: &mut Theory, name: &str, rows: impl Iterator<Item = [u32; N]>) {
    let pred = pred(theory, name, N);
    let mut facts = Facts::default();
    let mut terms = theory.terms.lock();
    for row in rows {
        facts.push(&row.map(|v| terms.int(i64::from(v))), None);
    }
    let pred = &mut theory.program.preds[pred.0 as usize];
    (pred.facts, pred.defined) = (Arc::new(facts), true);
}
