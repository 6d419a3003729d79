//! One world: the truth of every atom once all choices are made.

use crate::graph::Tarjan;
use crate::lineage::{Lineage, Lit, Node};

/// Evaluates worlds of one lineage, in time linear in its size each: strongly connected sets from the bottom up, least
/// fixpoints inside them.
pub struct Worlds<'a> {
    lineage: &'a Lineage,
    members: Vec<u32>,
    starts: Vec<u32>,
    component: Vec<u32>,
    /// Nodes that each node is a positive child of, inside its set.
    users: Vec<Vec<u32>>,
}

impl<'a> Worlds<'a> {
    /// Prepares a lineage.
    pub fn new(lineage: &'a Lineage) -> Worlds<'a> {
        let n = lineage.nodes.len();
        let mut tarjan = Tarjan::new(n);
        let child = |v: u32, i: u32| lineage.nodes[v as usize].children().get(i as usize).map(|l| l.node().0);
        tarjan.run(0..n as u32, child);
        let mut users = vec![Vec::new(); n];
        for (v, node) in lineage.nodes.iter().enumerate() {
            for l in node.children() {
                if tarjan.component[l.node().0 as usize] == tarjan.component[v] {
                    users[l.node().0 as usize].push(v as u32);
                }
            }
        }
        Worlds { lineage, members: tarjan.members, starts: tarjan.starts, component: tarjan.component, users }
    }

    /// Truth of every node where choice `c` takes value `values[c]`.
    pub fn truth(&self, values: &[u32]) -> Vec<bool> {
        let n = self.lineage.nodes.len();
        let mut truth = vec![false; n];
        let mut missing = vec![0u32; n];
        let mut queue = Vec::new();
        for c in 0..self.starts.len() - 1 {
            let members = &self.members[self.starts[c] as usize..self.starts[c + 1] as usize];
            for &v in members {
                let node = &self.lineage.nodes[v as usize];
                let outside = |l: &&Lit| self.component[l.node().0 as usize] != c as u32;
                let holds = |l: &Lit| truth[l.node().0 as usize] != l.is_neg();
                let now = match node {
                    Node::True => true,
                    Node::Choice(choice, value) => values[choice.0 as usize] == *value,
                    Node::Atom { proofs, .. } => {
                        missing[v as usize] = 1;
                        proofs.iter().filter(outside).any(holds)
                    }
                    Node::Proof { needs, .. } => {
                        let inside = needs.iter().filter(|l| !outside(l)).count() as u32;
                        let open = needs.iter().filter(outside).any(|l| !holds(l));
                        missing[v as usize] = if open { u32::MAX } else { inside };
                        !open && inside == 0
                    }
                };
                if now {
                    queue.push(v);
                }
            }
            while let Some(v) = queue.pop() {
                if truth[v as usize] {
                    continue;
                }
                truth[v as usize] = true;
                for &u in &self.users[v as usize] {
                    let m = &mut missing[u as usize];
                    if *m != u32::MAX && *m > 0 {
                        *m -= 1;
                        if *m == 0 {
                            queue.push(u);
                        }
                    }
                }
            }
        }
        truth
    }

    /// Truth of the queries in such a world.
    pub fn queries(&self, values: &[u32]) -> Vec<bool> {
        let truth = self.truth(values);
        self.lineage.queries.iter().map(|q| truth[q.1.node().0 as usize] != q.1.is_neg()).collect()
    }
}
