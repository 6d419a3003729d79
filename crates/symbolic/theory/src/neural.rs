//! Neural predicates `nn(net, [Inputs], Output, Domain) :: head`: a disjunction whose probabilities a network gives.
//!
//! There is one clause for each value of the domain, with the output variable replaced by it. All clauses share one
//! [`Disjunction`]; its instances are the ground inputs of the network.

use crate::clause::{Head, arguments, define, each_term, hide_local_variables};
use crate::diag::Code;
use crate::lower::{Lower, Renumber, Scope};
use crate::program::{Clause, Disjunction, DisjunctionId, Goal, PredId, Weights};
use crate::term::{Symbol, Term, View, sym};
use crate::tree::Tree;

/// `nn(net, [Inputs], Output, Domain) :: head` and `nn(net, [Inputs]) :: head`.
pub(crate) fn neural(
    lower: &mut Lower<'_>,
    tree: &Tree,
    scope: &mut Scope,
    node: usize,
    head: Head,
    body: Option<usize>,
) {
    let Some(pred) = define(lower, tree.source, head) else { return };
    let atom = head.atom;
    let span = lower.forest.span(tree.source, node);
    let parts: Vec<Term> = arguments(lower, node);
    let wrong = |lower: &mut Lower<'_>, message: &str| {
        lower.error(
            Code::Neural,
            span,
            message,
            "write nn(net, [Input], Output, [value1, value2]) :: head(Input, Output)",
        );
    };
    let (net, inputs) = match parts[..] {
        [net, inputs] | [net, inputs, _, _] => (net, inputs),
        [_, _, _] => {
            return lower.error(
                Code::Unsupported,
                span,
                "nn/3 gives an embedding, which is not supported here",
                "embeddings come with networks; give the values of the output: nn(net, [Input], Output, [value1, value2])",
            );
        }
        _ => return wrong(lower, "a neural predicate has a network, inputs, an output and its values"),
    };
    let net = match lower.terms.view(net) {
        View::Atom(name) => name,
        View::Str(text) => {
            let text = text.to_owned();
            lower.terms.symbol(&text)
        }
        _ => return wrong(lower, "the name of a network is an atom"),
    };
    // Anything but a list is the one input.
    let inputs = lower.terms.as_list(inputs).unwrap_or_else(|| vec![inputs]);
    let (output, domain) = match parts[..] {
        [_, _, output, values] => {
            let Some(v) = output.as_var() else {
                return wrong(lower, "the output of a neural predicate is a variable");
            };
            match domain(lower, values) {
                Some(domain) => (Some(v), domain),
                None => return wrong(lower, "the values of a neural predicate are a list without variables"),
            }
        }
        _ => (None, vec![Term::atom(sym::TRUE), Term::atom(sym::FALSE)]),
    };
    let args = arguments(lower, atom);
    let mut outer = lower.node_vars(atom);
    outer.extend(lower.node_vars(node));
    let goals = body.map_or(Vec::new(), |b| lower.body(scope, b, &outer));
    let weights = Weights::Neural { net, inputs, domain: domain.clone() };
    let goals = hide_local_variables(lower, scope, &weights, &[(pred, args.clone())], goals, tree.span);
    neural_clauses(lower, tree, scope, weights, (pred, args), goals, output, &domain);
}

/// One clause for each value of a neural predicate, the output variable replaced by it.
fn neural_clauses(
    lower: &mut Lower<'_>,
    tree: &Tree,
    scope: &Scope,
    weights: Weights,
    head: (PredId, Vec<Term>),
    goals: Vec<Goal>,
    output: Option<u32>,
    domain: &[Term],
) {
    let mut renumber = Renumber::default();
    let mut weights = weights;
    each_term(&mut weights, &mut |t| *t = renumber.term(lower.terms, *t));
    let id = DisjunctionId(lower.program.disjunctions.len() as u32);
    let mut heads = Vec::new();
    let values = if output.is_some() { domain } else { &domain[..1] };
    for (number, &value) in values.iter().enumerate() {
        renumber.replace = output.map(|v| (v, value));
        let args: Vec<Term> = head.1.iter().map(|&a| renumber.term(lower.terms, a)).collect();
        let mut body = goals.clone();
        body.iter_mut().for_each(|g| renumber.goal(lower.terms, g));
        let var_names = renumber.names(scope);
        heads.push((head.0, args.clone()));
        lower.program.add_clause(Clause {
            head: head.0,
            args,
            body,
            vars: var_names.len() as u32,
            var_names,
            choice: Some((id, number as u32)),
            span: tree.span,
        });
    }
    let vars = renumber.names(scope).len() as u32;
    lower.program.disjunctions.push(Disjunction { weights, heads, vars, span: tree.span }.into());
}

/// The values of a neural predicate: a list; `Low..High` in it stands for the integers between.
fn domain(lower: &mut Lower<'_>, values: Term) -> Option<Vec<Term>> {
    let items = match lower.terms.as_list(values) {
        Some(items) => items,
        None => vec![values],
    };
    let range: Symbol = lower.terms.symbol("..");
    let mut domain = Vec::new();
    for item in items {
        let ends = match lower.terms.view(item) {
            View::Compound(name, &[low, high]) if name == range => {
                Some((lower.terms.as_int(low)?, lower.terms.as_int(high)?))
            }
            _ => None,
        };
        match ends {
            Some((low, high)) if high.checked_sub(low)? < 10_000_000 => {
                domain.extend((low..=high).map(|v| lower.terms.int(v)));
            }
            Some(_) => return None,
            None if lower.terms.is_ground(item) => domain.push(item),
            None => return None,
        }
    }
    (!domain.is_empty() && (domain.len() > 1 || lower.terms.as_list(values).is_some())).then_some(domain)
}
