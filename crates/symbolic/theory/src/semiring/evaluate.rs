//! The two evaluators: over a compiled circuit, and directly over the lineage.

use super::Semiring;
use crate::budget::{Budget, Stop};
use crate::circuit::{Circuit, Kind, NodeIndex, Weights};
use crate::lineage::{ChoiceId, Lineage, Lit, Node, NodeId};

/// Why a lineage has no value in a semiring.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvaluateError {
    /// The circuit needs a law that the semiring lacks.
    #[error("the {0} semiring does not distribute: evaluate it on the proofs (over the lineage), not on a circuit")]
    NotDistributive(&'static str),
    /// Negation is used but the semiring has none.
    #[error("the {0} semiring has no negation, and the program uses \\+: evaluate it on a compiled circuit")]
    Negation(&'static str),
    /// The proofs form a cycle, where this semiring has no value.
    #[error(
        "proofs go in a cycle, so there are infinitely many, and the {0} semiring counts each: evaluate it on a compiled circuit"
    )]
    Cycle(&'static str),
    /// Unknown parts of a circuit that stopped at its budget.
    #[error("the circuit is not complete: compile with a larger budget")]
    Incomplete,
    /// The budget is used up.
    #[error(transparent)]
    Stop(#[from] Stop),
}

/// The value of each root of a circuit. Smooths it first, with respect to the choices of `scope` (those that should count even
/// where they are free; usually all of [`crate::lineage::Lineage::choices`], or none if free choices should not matter).
pub fn over_circuit<S: Semiring>(
    semiring: &S,
    circuit: &Circuit,
    roots: &[NodeIndex],
    scope: &[ChoiceId],
    weights: &Weights,
) -> Result<Vec<S::Value>, EvaluateError> {
    if !semiring.laws().distributive {
        return Err(EvaluateError::NotDistributive(semiring.name()));
    }
    let mut roots = roots.to_vec();
    let circuit = circuit.smooth(scope, &mut roots);
    let mut values: Vec<S::Value> = Vec::with_capacity(circuit.len());
    for i in 0..circuit.len() as NodeIndex {
        let children = circuit.children(i).iter().map(|&c| &values[c as usize]);
        let value = match circuit.kind(i) {
            Kind::And => children.fold(semiring.one(), |a, b| semiring.times(&a, b)),
            Kind::Or => children.fold(semiring.zero(), |a, b| semiring.plus(&a, b)),
            Kind::Leaf(leaf) => {
                let leaf = circuit.leaf(leaf);
                let row = weights.choice(leaf.choice);
                leaf.values.iter().fold(semiring.zero(), |sum, &v| {
                    semiring.plus(&sum, &semiring.label(leaf.choice, v, row[v as usize]))
                })
            }
            Kind::Unknown => return Err(EvaluateError::Incomplete),
        };
        values.push(value);
    }
    Ok(roots.into_iter().map(|r| values[r as usize].clone()).collect())
}

/// The value of each literal of `roots`, read proof by proof: plus over the proofs of an atom, times over the needs of a
/// proof. Cycles are iterated from zero until nothing changes, where the semiring allows it.
pub fn over_lineage<S: Semiring>(
    semiring: &S,
    lineage: &Lineage,
    roots: &[Lit],
    weights: &Weights,
    budget: &Budget,
) -> Result<Vec<S::Value>, EvaluateError> {
    let mut meter = budget.start();
    let mut values: Vec<S::Value> = vec![semiring.zero(); lineage.nodes.len()];
    for members in lineage.components(roots) {
        let inside = |l: &Lit| members.binary_search(&l.node()).is_ok();
        let cyclic = members.iter().any(|&v| lineage.node(v).children().iter().any(inside));
        if cyclic && !semiring.laws().fixpoints {
            return Err(EvaluateError::Cycle(semiring.name()));
        }
        loop {
            let mut changed = false;
            for &NodeId(v) in &members {
                meter.tick(|| 0)?;
                let value = node_value(semiring, lineage, weights, &values, v)?;
                if !semiring.close(&value, &values[v as usize]) {
                    changed = true;
                }
                values[v as usize] = value;
            }
            if !cyclic || !changed {
                break;
            }
        }
    }
    roots.iter().map(|&l| literal(semiring, lineage, weights, &values, l)).collect()
}

fn node_value<S: Semiring>(
    semiring: &S,
    lineage: &Lineage,
    weights: &Weights,
    values: &[S::Value],
    v: u32,
) -> Result<S::Value, EvaluateError> {
    Ok(match &lineage.nodes[v as usize] {
        Node::True => semiring.one(),
        Node::Choice(c, value) => semiring.label(*c, *value, weights.choice(*c)[*value as usize]),
        Node::Atom { proofs, .. } => {
            let mut sum = semiring.zero();
            for &p in proofs {
                sum = semiring.plus(&sum, &literal(semiring, lineage, weights, values, p)?);
            }
            sum
        }
        Node::Proof { needs, .. } => {
            let mut product = semiring.one();
            for &n in needs.iter() {
                product = semiring.times(&product, &literal(semiring, lineage, weights, values, n)?);
            }
            product
        }
    })
}

fn literal<S: Semiring>(
    semiring: &S,
    lineage: &Lineage,
    weights: &Weights,
    values: &[S::Value],
    lit: Lit,
) -> Result<S::Value, EvaluateError> {
    let value = &values[lit.node().0 as usize];
    if !lit.is_neg() {
        return Ok(value.clone());
    }
    match *lineage.node(lit.node()) {
        Node::True => Ok(semiring.zero()),
        // Not this value is one of the others: the alternatives exclude each other, so every semiring can say it.
        Node::Choice(c, v) if semiring.negate(value).is_none() => {
            let row = weights.choice(c).iter().enumerate().filter(|(w, _)| *w != v as usize);
            Ok(row.fold(semiring.zero(), |sum, (w, &p)| semiring.plus(&sum, &semiring.label(c, w as u32, p))))
        }
        // True and false are each other's negation in every semiring.
        _ if *value == semiring.zero() => Ok(semiring.one()),
        _ if *value == semiring.one() && semiring.laws().absorptive => Ok(semiring.zero()),
        _ => semiring.negate(value).ok_or(EvaluateError::Negation(semiring.name())),
    }
}
