//! Probabilities as written: numbers, expressions over the variables of a clause, and learnable parameters `t(_)`.

use crate::builtins::arith;
use crate::clause::Head;
use crate::diag::{Code, Span};
use crate::lower::{Lower, Scope};
use crate::program::{Param, ParamId, Weight};
use crate::term::sym;
use crate::tree::Tree;

/// Reads a probability. `None` after a message.
pub(crate) fn weight(
    lower: &mut Lower<'_>,
    tree: &Tree,
    scope: &Scope,
    node: usize,
    heads: &[Head],
    body: Option<usize>,
) -> Option<Weight> {
    let span = lower.forest.span(tree.source, node);
    let functor = lower.forest.functor(node);
    if let Some((sym::T, 1..)) = functor {
        return learnable(lower, tree, node, span);
    }
    let vars = lower.node_vars(node);
    if vars.is_empty() {
        return constant(lower, node, span).map(Weight::Const);
    }
    let known = |v: &u32| {
        let in_node = |n: usize| {
            let mut found = false;
            lower.forest.for_each_var(lower.terms, n, &mut |w| found |= w == *v);
            found
        };
        heads.iter().any(|h| in_node(h.atom)) || body.is_some_and(in_node)
    };
    if let Some(&v) = vars.iter().find(|v| !known(v)) {
        let name = scope.names[v as usize].clone();
        lower.error(
            Code::UnsafeVariable,
            span,
            format!("nothing gives the probability {name} a value"),
            "let a goal of the body bind it, or write t(_) for a probability that is to be learnt",
        );
        return None;
    }
    Some(Weight::Expr(lower.forest.term(lower.terms, node)))
}

/// `t(_)`, `t(0.3)`, `t(_, Key...)`.
fn learnable(lower: &mut Lower<'_>, tree: &Tree, node: usize, span: Span) -> Option<Weight> {
    let children = lower.forest.children(node);
    let init = match lower.forest.var(children[0]) {
        Some(_) => None,
        None => {
            let place = lower.forest.span(tree.source, children[0]);
            Some(constant(lower, children[0], place)?)
        }
    };
    let key = children[1..].iter().map(|&c| lower.forest.term(lower.terms, c)).collect();
    let param = ParamId(lower.program.params.len() as u32);
    lower.program.params.push(Param { init, span });
    Some(Weight::Learn { param, key })
}

/// The value of an expression without variables, as a probability.
fn constant(lower: &mut Lower<'_>, node: usize, span: Span) -> Option<f64> {
    let expression = lower.forest.term(lower.terms, node);
    let fault = match arith::probability(lower.terms, expression) {
        Ok(p) => return Some(p),
        Err(fault) => fault,
    };
    if fault.code == Code::Probability {
        lower.error(Code::Probability, span, fault.message, fault.help.as_deref().unwrap_or(""));
        return None;
    }
    let help = match lower.forest.functor(node).map(|(name, arity)| (lower.terms.name(name), arity)) {
        Some(("?", 0)) => "decision theory is not supported; give each decision a probability",
        Some(("normal" | "gaussian" | "beta" | "gamma" | "uniform" | "exponential" | "poisson" | "laplace", 1..)) => {
            "continuous distributions are not supported; list the values with their probabilities"
        }
        _ => "write a number, an expression such as 1/6, a variable that the body binds, or t(_) to learn it",
    };
    lower.error(Code::Probability, span, "this is not a probability", help);
    None
}
