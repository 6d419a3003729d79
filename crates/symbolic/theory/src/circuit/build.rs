//! Building circuits from the leaves up: nodes are hash-consed and constants disappear as they are made.

use hashbrown::HashTable;

use super::{Circuit, Kind, NodeIndex};
use crate::lineage::ChoiceId;

/// A circuit under construction.
pub(crate) struct Builder {
    circuit: Circuit,
    /// Whether a node has unknown parts.
    partial: Vec<bool>,
    index: HashTable<NodeIndex>,
    leaf_index: HashTable<NodeIndex>,
}

impl Builder {
    /// The node that is false.
    pub(crate) const FALSE: NodeIndex = 0;
    /// The node that is true.
    pub(crate) const TRUE: NodeIndex = 1;
    /// The node that is not known.
    pub(crate) const UNKNOWN: NodeIndex = 2;

    /// `sizes`: number of values of each choice.
    pub(crate) fn new(sizes: Vec<u32>) -> Builder {
        let circuit = Circuit {
            kinds: vec![Kind::Or, Kind::And, Kind::Unknown],
            starts: vec![0; 4],
            leaf_starts: vec![0],
            sizes,
            ..Circuit::default()
        };
        Builder { circuit, partial: vec![false, false, true], index: HashTable::new(), leaf_index: HashTable::new() }
    }

    pub(crate) fn circuit(&self) -> &Circuit {
        &self.circuit
    }

    /// Whether a node has unknown parts.
    pub(crate) fn is_partial(&self, node: NodeIndex) -> bool {
        self.partial[node as usize]
    }

    /// The leaf "choice takes one of these values" (sorted; none: false).
    pub(crate) fn leaf(&mut self, choice: ChoiceId, values: &[u32]) -> NodeIndex {
        if values.is_empty() {
            return Self::FALSE;
        }
        let c = &self.circuit;
        let of = |c: &Circuit, i: NodeIndex| if let Kind::Leaf(l) = c.kind(i) { l } else { 0 };
        let key = hash(u64::from(choice.0), values);
        let same = |&i: &NodeIndex| {
            let leaf = c.leaf(of(c, i));
            leaf.choice == choice && leaf.values == values
        };
        if let Some(&node) = self.leaf_index.find(key, same) {
            return node;
        }
        let leaf = c.leaves() as u32;
        let c = &mut self.circuit;
        c.leaf_choice.push(choice);
        c.leaf_values.extend_from_slice(values);
        c.leaf_starts.push(c.leaf_values.len() as u32);
        let node = self.push(Kind::Leaf(leaf), &[]);
        let c = &self.circuit;
        self.leaf_index.insert_unique(key, node, |&i| {
            let leaf = c.leaf(of(c, i));
            hash(u64::from(leaf.choice.0), leaf.values)
        });
        node
    }

    /// The product of children over different choices.
    pub(crate) fn and(&mut self, children: &mut Vec<NodeIndex>) -> NodeIndex {
        if children.contains(&Self::FALSE) {
            children.clear();
            return Self::FALSE;
        }
        children.retain(|&c| c != Self::TRUE);
        self.inner(Kind::And, children)
    }

    /// The sum of children that exclude each other.
    pub(crate) fn or(&mut self, children: &mut Vec<NodeIndex>) -> NodeIndex {
        children.retain(|&c| c != Self::FALSE);
        self.inner(Kind::Or, children)
    }

    fn inner(&mut self, kind: Kind, children: &mut Vec<NodeIndex>) -> NodeIndex {
        match children[..] {
            [] => return if kind == Kind::And { Self::TRUE } else { Self::FALSE },
            [only] => {
                children.clear();
                return only;
            }
            _ => {}
        }
        children.sort_unstable();
        let c = &self.circuit;
        let tag = |k: Kind| u64::from(k == Kind::And) | 2;
        let key = hash(tag(kind), children);
        if let Some(&node) = self.index.find(key, |&i| c.kind(i) == kind && c.children(i) == &children[..]) {
            children.clear();
            return node;
        }
        let node = self.push(kind, children);
        let c = &self.circuit;
        self.index.insert_unique(key, node, |&i| hash(tag(c.kind(i)), c.children(i)));
        children.clear();
        node
    }

    fn push(&mut self, kind: Kind, children: &[NodeIndex]) -> NodeIndex {
        let c = &mut self.circuit;
        let node = c.kinds.len() as u32;
        self.partial.push(children.iter().any(|&child| self.partial[child as usize]));
        c.kinds.push(kind);
        c.edges.extend_from_slice(children);
        c.starts.push(c.edges.len() as u32);
        node
    }

    /// The finished circuit with only what the roots need; the roots are renumbered.
    pub(crate) fn finish(self, roots: &mut [NodeIndex]) -> Circuit {
        let old = self.circuit;
        let mut used = vec![false; old.len()];
        roots.iter().for_each(|&r| used[r as usize] = true);
        for i in (0..old.len()).rev() {
            if used[i] {
                old.children(i as u32).iter().for_each(|&c| used[c as usize] = true);
            }
        }
        let mut new = Circuit { starts: vec![0], leaf_starts: vec![0], sizes: old.sizes.clone(), ..Circuit::default() };
        let mut number = vec![u32::MAX; old.len()];
        for i in (0..old.len()).filter(|&i| used[i]) {
            number[i] = new.kinds.len() as u32;
            let mut kind = old.kinds[i];
            if let Kind::Leaf(leaf) = kind {
                let leaf = old.leaf(leaf);
                kind = Kind::Leaf(new.leaf_choice.len() as u32);
                new.leaf_choice.push(leaf.choice);
                new.leaf_values.extend_from_slice(leaf.values);
                new.leaf_starts.push(new.leaf_values.len() as u32);
            }
            new.kinds.push(kind);
            new.edges.extend(old.children(i as u32).iter().map(|&c| number[c as usize]));
            new.starts.push(new.edges.len() as u32);
        }
        roots.iter_mut().for_each(|r| *r = number[*r as usize]);
        new
    }
}

fn hash(tag: u64, list: &[u32]) -> u64 {
    use std::hash::{Hash, Hasher};
    let mut h = rustc_hash::FxHasher::default();
    tag.hash(&mut h);
    list.hash(&mut h);
    h.finish()
}
