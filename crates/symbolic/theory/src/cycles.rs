//! Cycles through negation between predicates.
//!
//! A program means something only where no ground atom depends on its own negation. The engine finds that out exactly, atom by
//! atom; here the question is asked of predicates: a strongly connected component of the call graph with a negated (or
//! collecting) call inside is worth a warning, because some atom *may* depend on its own negation.

use std::collections::VecDeque;

use crate::check::indicator;
use crate::diag::{Code, Diagnostic, Span};
use crate::graph::Tarjan;
use crate::library;
use crate::program::{Goal, PredId, Program};
use crate::term::TermStore;

/// A call: whom, whether all of its answers must be known first, and where.
struct Edge {
    to: usize,
    negative: bool,
    collects: bool,
    span: Span,
}

/// One warning for each component that has a negative cycle; the cycle is written out.
pub(crate) fn negative(program: &Program, terms: &TermStore) -> Vec<Diagnostic> {
    let graph = call_graph(program);
    let component = Tarjan::components(graph.len(), |v, i| graph[v as usize].get(i as usize).map(|e| e.to as u32));
    let mut reported = vec![false; graph.len()];
    let mut found = Vec::new();
    for (from, edges) in graph.iter().enumerate() {
        for edge in edges {
            let inside = component[from] == component[edge.to];
            if edge.negative && inside && edge.span.source != library::SOURCE && !reported[component[from] as usize] {
                reported[component[from] as usize] = true;
                found.push(report(program, terms, &graph, &component, from, edge));
            }
        }
    }
    found
}

fn call_graph(program: &Program) -> Vec<Vec<Edge>> {
    let mut graph: Vec<Vec<Edge>> = program.preds.iter().map(|_| Vec::new()).collect();
    for clause in &program.clauses {
        for goal in &clause.body {
            let (pred, negative, collects, span) = match goal {
                Goal::Call { pred, span, .. } => (pred, false, false, span),
                Goal::Not { pred, span, .. } => (pred, true, false, span),
                Goal::Collect { pred, span, .. } => (pred, true, true, span),
                Goal::Builtin { .. } | Goal::Meta { .. } => continue,
            };
            graph[clause.head.0 as usize].push(Edge { to: pred.0 as usize, negative, collects, span: *span });
        }
    }
    graph
}

fn report(
    program: &Program,
    terms: &TermStore,
    graph: &[Vec<Edge>],
    component: &[u32],
    from: usize,
    edge: &Edge,
) -> Diagnostic {
    // The shortest way back from the negated predicate.
    let mut came: Vec<Option<(usize, bool)>> = vec![None; graph.len()];
    let mut queue = VecDeque::from([edge.to]);
    while let Some(node) = queue.pop_front() {
        if node == from {
            break;
        }
        for e in &graph[node] {
            if component[e.to] == component[from] && came[e.to].is_none() && e.to != edge.to {
                came[e.to] = Some((node, e.negative));
                queue.push_back(e.to);
            }
        }
    }
    // The cycle as the predicates called one after the other, from the negated one round to `from`, each with whether it is
    // called under a negation.
    let (mut path, mut node) = (Vec::new(), from);
    while node != edge.to {
        let Some((caller, negative)) = came[node] else { break };
        path.push((node, negative));
        node = caller;
    }
    path.push((edge.to, true));
    path.reverse();
    // Auxiliary predicates are not shown, but the negations on the way to them are; the cycle ends where it is shown to start.
    let visible = |p: usize| !program.preds[p].auxiliary;
    let start = path.iter().rposition(|&(p, _)| visible(p)).unwrap_or(path.len() - 1);
    path.rotate_left(start + 1);
    let (mut text, mut negated) = (String::new(), false);
    for &(p, negative) in &path {
        negated |= negative;
        if visible(p) {
            text.push_str(if negated { " -> \\+ " } else { " -> " });
            text.push_str(&indicator(program, terms, PredId(p as u32)));
            negated = false;
        }
    }
    let name = indicator(program, terms, PredId(path[path.len() - 1].0 as u32));
    let what = if edge.collects { "all answers of itself" } else { "its own negation" };
    Diagnostic::warning(Code::NegativeCycle, edge.span, format!("{name} may depend on {what}: {name}{text}"))
        .help("that is fine as long as no ground atom does; otherwise inference stops there with an error")
}
