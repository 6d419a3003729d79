//! Knowledge compilation: from a [`Lineage`] to a deterministic decomposable [`Circuit`].
//!
//! The compiler works on the and/or graph itself, not on clauses. Every gate is a function of the choices, so only gates
//! that some open obligation can still see matter; everything else is free. The search (see [`search`]) decides gates and
//! choices, draws consequences, splits what is left into independent components, and looks each component up in a cache.
//!
//! | file | what it does |
//! | --- | --- |
//! | [`normal`], [`gates`] | the lineage as hash-consed and-gates |
//! | [`loops`], [`founded`] | positive cycles mean least fixpoints: before and during the search |
//! | [`order`] | the order of decisions from a tree decomposition |
//! | [`state`] | values, propagation, undo |
//! | [`search`] | decide, split, look up |
//! | [`cache`] | solved components |
//! | [`sweep`], [`sets`] | a search for long programs without cycles |

pub(crate) mod cache;
pub(crate) mod founded;
pub(crate) mod gates;
pub(crate) mod graph;
pub(crate) mod loops;
pub(crate) mod normal;
pub(crate) mod order;
pub(crate) mod search;
pub(crate) mod sets;
pub(crate) mod state;
pub(crate) mod sweep;

#[cfg(test)]
pub(crate) mod tests;

use crate::budget::{Budget, Stop};
use crate::circuit::{Circuit, NodeIndex};
use crate::lineage::{Lineage, Lit};

/// A compiled lineage.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The circuit of all roots.
    pub circuit: Circuit,
    /// Root of the constraints alone.
    pub constraints: NodeIndex,
    /// Root of evidence and constraints.
    pub evidence: NodeIndex,
    /// For each query the root of query, evidence and constraints.
    pub queries: Vec<NodeIndex>,
    /// Why compilation stopped early, if it did: then some roots have unknown parts and give bounds.
    pub stop: Option<Stop>,
}

impl Circuit {
    /// Compiles evidence, constraints and all queries of a lineage into one circuit that shares their common parts.
    ///
    /// Beyond the budget the rest is left open ([`crate::circuit::Kind::Unknown`]), so that evaluation still gives bounds.
    pub fn compile(lineage: &Lineage, budget: &Budget) -> Compiled {
        compile(lineage, budget, search::SWEEP)
    }
}

/// Compiles, starting with one of the methods of [`search`].
fn compile(lineage: &Lineage, budget: &Budget, method: usize) -> Compiled {
    let mut meter = budget.start();
    let sizes = lineage.choices.iter().map(|c| c.weights.len() as u32).collect();
    let normal = match normal::Normal::new(lineage, &mut meter) {
        Ok(normal) => normal,
        Err(stop) => return Compiled::unknown(lineage, sizes, stop),
    };
    let mut search = search::Search::new(&normal, sizes, meter, method);
    let mut base: Vec<Lit> = normal.constraints.clone();
    let constraints = search.compile(&base);
    base.extend_from_slice(&normal.evidence);
    let evidence = if normal.evidence.is_empty() { constraints } else { search.compile(&base) };
    let mut roots = vec![constraints, evidence];
    for &query in &normal.queries {
        base.push(query);
        roots.push(search.compile(&base));
        base.pop();
    }
    let (circuit, stop) = search.finish(&mut roots);
    Compiled { circuit, constraints: roots[0], evidence: roots[1], queries: roots.split_off(2), stop }
}

impl Compiled {
    fn unknown(lineage: &Lineage, sizes: Vec<u32>, stop: Stop) -> Compiled {
        let builder = crate::circuit::Builder::new(sizes);
        let mut roots = [crate::circuit::Builder::UNKNOWN];
        let circuit = builder.finish(&mut roots);
        let root = roots[0];
        Compiled {
            circuit,
            constraints: root,
            evidence: root,
            queries: vec![root; lineage.queries.len()],
            stop: Some(stop),
        }
    }
}
