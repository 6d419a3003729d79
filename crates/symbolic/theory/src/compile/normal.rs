//! From a [`Lineage`] to [`Gates`]: strongly connected sets of nodes from the bottom up, each turned into literals over the
//! gates that are there already.

use super::gates::Gates;
use super::loops::{self, In, Part};
use crate::budget::{Meter, Stop};
use crate::graph::Tarjan;
use crate::lineage::{Lineage, Lit, Node, NodeId};

/// The gates of a lineage and the literals that matter.
pub(crate) struct Normal {
    pub gates: Gates,
    /// One literal for each query.
    pub queries: Vec<Lit>,
    /// Literals that evidence makes true, in order.
    pub evidence: Vec<Lit>,
    /// Literals that constraints make true (their negations are forbidden), in order.
    pub constraints: Vec<Lit>,
}

impl Normal {
    /// Normalises the part of a lineage that its queries, evidence and constraints reach, and the nodes of `extra`.
    pub(crate) fn new(lineage: &Lineage, meter: &mut Meter) -> Result<Normal, Stop> {
        let roots = lineage.queries.iter().map(|q| q.1);
        let roots = roots.chain(lineage.evidence.iter().map(|e| e.lit)).chain(lineage.constraints.iter().map(|c| c.0));
        let roots: Vec<u32> = roots.map(|l| l.node().0).collect();
        let mut tarjan = Tarjan::new(lineage.nodes.len());
        tarjan.run(roots, |v, i| lineage.nodes[v as usize].children().get(i as usize).map(|l| l.node().0));

        let mut gates = Gates::new();
        let mut done = vec![Lit::FALSE; lineage.nodes.len()];
        let mut local = vec![u32::MAX; lineage.nodes.len()];
        let mut lits = Vec::new();
        for c in 0..tarjan.count() {
            meter.tick(|| gates.len() * 64)?;
            let members = tarjan.members_of(c);
            let cyclic = members.len() > 1
                || lineage.nodes[members[0] as usize].children().iter().any(|l| l.node().0 == members[0]);
            if !cyclic {
                let v = members[0] as usize;
                lits.clear();
                lits.extend(lineage.nodes[v].children().iter().map(|&l| through(&done, l)));
                done[v] = match lineage.nodes[v] {
                    Node::True => Lit::TRUE,
                    Node::Choice(choice, value) => gates.leaf(lineage, choice, value),
                    Node::Atom { .. } => gates.or(&mut lits),
                    Node::Proof { .. } => gates.and(&mut lits),
                };
                continue;
            }
            for (i, &v) in members.iter().enumerate() {
                local[v as usize] = i as u32;
            }
            let input = |l: Lit| match local[l.node().0 as usize] {
                // A negation inside a cycle is no lineage; the grounder has refused it.
                own if own != u32::MAX && !l.is_neg() => In::Own(own),
                own if own != u32::MAX => In::Out(Lit::FALSE),
                _ => In::Out(through(&done, l)),
            };
            let parts = members.iter().map(|&v| {
                let node = &lineage.nodes[v as usize];
                let mut inputs: Vec<In> = node.children().iter().map(|&l| input(l)).collect();
                inputs.sort_unstable();
                Part { or: matches!(node, Node::Atom { .. }), inputs }
            });
            let built = loops::build(&mut gates, parts.collect());
            for (&v, lit) in members.iter().zip(built) {
                done[v as usize] = lit;
                local[v as usize] = u32::MAX;
            }
        }
        gates.finish();
        let queries = lineage.queries.iter().map(|q| through(&done, q.1)).collect();
        let evidence = lineage.evidence.iter().map(|e| {
            let lit = through(&done, e.lit);
            if e.value { lit } else { !lit }
        });
        let evidence = evidence.collect();
        let constraints = lineage.constraints.iter().map(|c| !through(&done, c.0)).collect();
        Ok(Normal { gates, queries, evidence, constraints })
    }
}

fn through(done: &[Lit], lit: Lit) -> Lit {
    let NodeId(node) = lit.node();
    if lit.is_neg() { !done[node as usize] } else { done[node as usize] }
}
