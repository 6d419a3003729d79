//! What the theory engine makes, as what can be drawn: proofs and circuits.

use symbolon_draw::{Because, DrawError, Edge, Graph, Kind, Node, Proof, Step};
use symbolon_theory::Theory;
use symbolon_theory::budget::Budget;
use symbolon_theory::circuit::{self, NodeIndex};
use symbolon_theory::diag::Diagnostics;
use symbolon_theory::explain::{Reason, Tree, derive};
use symbolon_theory::ground::Options;
use symbolon_theory::infer::{Inference, Network};
use symbolon_theory::lineage::{ChoiceId, Leaf, Lineage, Node as LineageNode, NodeId};
use symbolon_theory::tasks::best_proofs;
use symbolon_theory::term::TermStore;

use crate::render::probability;

/// The most probable proof of the first query of a theory, and its probability; `None` if there is none.
pub fn best_proof(
    theory: &Theory,
    network: &Network<'_>,
    budget: &Budget,
) -> Result<Option<(Proof, f64)>, Diagnostics> {
    let traced = theory.ground(Options { trace: true }, budget)?;
    let weights = theory.weights(&traced, network)?;
    let lineage = &traced.lineage;
    let Some(&(_, query)) = lineage.queries.first() else { return Ok(None) };
    let found = best_proofs(lineage, query, 1, &weights, budget);
    let Some(best) = found.ok().and_then(|(mut proofs, _)| (!proofs.is_empty()).then(|| proofs.swap_remove(0))) else {
        return Ok(None);
    };
    let Some(tree) = derive(lineage, query, &|c, v| best.proof.holds(c, v)) else { return Ok(None) };
    let weight = |c: ChoiceId, v: u32| weights.choice(c)[v as usize];
    let steps = steps(theory, lineage, &tree, &weight);
    Ok(Proof::new(steps).ok().map(|proof| (proof, best.probability)))
}

/// A derivation as the steps of a drawn proof: auxiliary atoms are passed over, each other step keeps its order.
fn steps(theory: &Theory, lineage: &Lineage, tree: &Tree, weight: &dyn Fn(ChoiceId, u32) -> f64) -> Vec<Step> {
    let terms = theory.terms.lock();
    let shown: Vec<Option<Step>> = tree.steps.iter().map(|s| step(theory, lineage, &terms, s.reason, weight)).collect();
    // The root is always shown.
    let kept = |i: usize| i == 0 || shown[i].is_some();
    let mut place = vec![usize::MAX; shown.len()];
    let mut next = 0;
    for (i, p) in place.iter_mut().enumerate() {
        if kept(i) {
            *p = next;
            next += 1;
        }
    }
    let mut out = Vec::with_capacity(next);
    for (i, step) in shown.iter().enumerate().filter(|(i, _)| kept(*i)) {
        let mut step = step.clone().unwrap_or_else(|| Step::new("this holds", []));
        let mut open: Vec<usize> = tree.steps[i].needs.iter().rev().copied().collect();
        while let Some(n) = open.pop() {
            match kept(n) {
                true => step.needs.push(place[n]),
                false => open.extend(tree.steps[n].needs.iter().rev()),
            }
        }
        out.push(step);
    }
    out
}

fn step(
    theory: &Theory,
    lineage: &Lineage,
    terms: &TermStore,
    reason: Reason,
    weight: &dyn Fn(ChoiceId, u32) -> f64,
) -> Option<Step> {
    let atom = |n: NodeId| match lineage.node(n) {
        LineageNode::Atom { term: Some(t), .. } => Some(terms.display(*t).to_string()),
        _ => None,
    };
    let because = |c: ChoiceId| match lineage.choice(c).weights.first() {
        Some(Leaf::Neural(..)) => Because::Network,
        _ => Because::Choice,
    };
    match reason {
        Reason::Choice(c, v) => {
            Some(Step::leaf(because(c), lineage.value_text(terms, c, v)).weight(probability(weight(c, v))))
        }
        Reason::Avoided(c, v) => {
            let text = format!("\\+ {}", lineage.value_text(terms, c, v));
            Some(Step::leaf(because(c), text).weight(probability(1.0 - weight(c, v))))
        }
        Reason::Absent(n) => Some(Step::leaf(Because::Absent, format!("\\+ {}", atom(n)?))),
        Reason::Above(n) => Some(Step::new(format!("{} (shown above)", atom(n)?), [])),
        Reason::Atom(n, None) => Some(Step::new(atom(n)?, [])),
        Reason::Atom(n, Some(rule)) => {
            let clause = theory.program.clause(rule);
            let step = Step::new(atom(n)?, []);
            if theory.program.get(clause.head).auxiliary {
                return Some(step);
            }
            let text: Vec<&str> = theory.sources.text(clause.span).split_whitespace().collect();
            Some(step.rule(text.join(" ")))
        }
    }
}

/// The circuit of one root: its leaves are named as the choices' values, gates carry their value.
pub fn circuit(theory: &Theory, inference: &Inference, root: NodeIndex, title: &str) -> Result<Graph, DrawError> {
    let (lineage, circuit) = (&inference.grounding.lineage, &inference.compiled.circuit);
    let values = circuit.values(&inference.weights, 0.0);
    let terms = theory.terms.lock();
    let mut graph = Graph::new(title)
        .explain(Kind::And, "all of these: a product")
        .explain(Kind::Or, "one of these, which exclude each other: a sum")
        .explain(Kind::Network, "read by the network");
    let mut node_of = std::collections::HashMap::new();
    let mut open = vec![(root, None)];
    // Parents come first, so that the drawing starts at the root.
    let mut at = 0;
    while at < open.len() {
        let (i, parent): (NodeIndex, Option<usize>) = open[at];
        at += 1;
        let known = node_of.get(&i).copied();
        let node = known.unwrap_or_else(|| {
            let value = probability(values[i as usize]);
            graph.node(match circuit.kind(i) {
                circuit::Kind::And => Node::and().detail(value),
                circuit::Kind::Or => Node::or().detail(value),
                circuit::Kind::Unknown => Node::new(Kind::Plain, "not compiled"),
                circuit::Kind::Leaf(leaf) => {
                    let leaf = circuit.leaf(leaf);
                    let names: Vec<String> =
                        leaf.values.iter().map(|&v| lineage.value_text(&terms, leaf.choice, v)).collect();
                    let neural = matches!(lineage.choice(leaf.choice).weights.first(), Some(Leaf::Neural(..)));
                    let kind = if neural { Kind::Network } else { Kind::Choice };
                    Node::new(kind, names.join(" or ")).detail(value)
                }
            })
        });
        if let Some(parent) = parent {
            graph.edge(Edge::new(parent, node))?;
        }
        if known.is_none() {
            node_of.insert(i, node);
            open.extend(circuit.children(i).iter().map(|&c| (c, Some(node))));
        }
    }
    Ok(graph)
}
