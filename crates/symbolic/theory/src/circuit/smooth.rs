//! Smoothing: making free choices explicit.
//!
//! A circuit is *smooth* when all children of an or-node speak about the same choices. Probabilities do not need it (the
//! weights of a free choice sum to 1), but counting, maximising and every other semiring where a free choice counts does.

use rustc_hash::FxHashMap;

use super::{Builder, Circuit, Kind, NodeIndex};
use crate::lineage::ChoiceId;

impl Circuit {
    /// A smooth circuit with the same meaning: every root speaks about all choices of `scope`, and every child of an or-node
    /// about what the others speak about. Renumbers the roots. The result can be larger by a factor of the number of choices.
    pub fn smooth(&self, scope: &[ChoiceId], roots: &mut [NodeIndex]) -> Circuit {
        let mut builder = Builder::new(self.sizes.clone());
        let mut scopes = Scopes::default();
        let all = scopes.set(scope.iter().map(|c| c.0).collect());
        // For each node its copy and the number of its set of choices.
        let mut done: Vec<(NodeIndex, u32)> = Vec::with_capacity(self.len());
        let mut list = Vec::new();
        for i in 0..self.len() as NodeIndex {
            let children = self.children(i);
            let made = match self.kind(i) {
                Kind::Leaf(leaf) => {
                    let leaf = self.leaf(leaf);
                    (builder.leaf(leaf.choice, leaf.values), scopes.set(vec![leaf.choice.0]))
                }
                Kind::Unknown => (Builder::UNKNOWN, scopes.set(Vec::new())),
                kind => {
                    let union = scopes.union(children.iter().map(|&c| done[c as usize].1));
                    list.clear();
                    for &c in children {
                        let (node, own) = done[c as usize];
                        let node = if kind == Kind::Or { scopes.fill(&mut builder, node, own, union) } else { node };
                        list.push(node);
                    }
                    let node = if kind == Kind::Or { builder.or(&mut list) } else { builder.and(&mut list) };
                    (node, union)
                }
            };
            done.push(made);
        }
        for root in roots.iter_mut() {
            let (node, own) = done[*root as usize];
            *root = scopes.fill(&mut builder, node, own, all);
        }
        builder.finish(roots)
    }
}

/// Sets of choices, numbered.
#[derive(Default)]
struct Scopes {
    sets: Vec<Vec<u32>>,
    index: FxHashMap<Vec<u32>, u32>,
    /// Products of free choices: from one set to a larger one.
    gaps: FxHashMap<(u32, u32), NodeIndex>,
}

impl Scopes {
    fn set(&mut self, mut set: Vec<u32>) -> u32 {
        set.sort_unstable();
        set.dedup();
        if let Some(&number) = self.index.get(&set) {
            return number;
        }
        let number = self.sets.len() as u32;
        self.sets.push(set.clone());
        self.index.insert(set, number);
        number
    }

    fn union(&mut self, parts: impl Iterator<Item = u32>) -> u32 {
        let mut parts: Vec<u32> = parts.collect();
        parts.sort_unstable();
        parts.dedup();
        match parts[..] {
            [only] => only,
            _ => {
                let all = parts.iter().flat_map(|&p| self.sets[p as usize].iter().copied()).collect();
                self.set(all)
            }
        }
    }

    /// The node times all free choices of `whole` that `own` lacks.
    fn fill(&mut self, builder: &mut Builder, node: NodeIndex, own: u32, whole: u32) -> NodeIndex {
        if own == whole || node == Builder::FALSE {
            return node;
        }
        let gap = match self.gaps.get(&(own, whole)) {
            Some(&gap) => gap,
            None => {
                let has = &self.sets[own as usize];
                let missing = self.sets[whole as usize].iter().filter(|c| has.binary_search(c).is_err());
                let mut leaves: Vec<NodeIndex> = missing
                    .map(|&c| {
                        let values: Vec<u32> = (0..builder.circuit().sizes[c as usize]).collect();
                        builder.leaf(ChoiceId(c), &values)
                    })
                    .collect();
                let gap = builder.and(&mut leaves);
                self.gaps.insert((own, whole), gap);
                gap
            }
        };
        builder.and(&mut vec![node, gap])
    }
}
