//! Sets of gates that are compared by number: hash-consed binary tries over words of 32 gates with two bits each. Equal sets
//! have equal numbers, whatever way led to them, and a set that differs in a few gates costs a few nodes.

use hashbrown::HashTable;

/// Number of a set (or of a part of one).
pub(crate) type Set = u32;

/// The empty set.
pub(crate) const EMPTY: Set = 0;

pub(crate) struct Sets {
    /// Two halves, or the two halves of a word.
    nodes: Vec<(u32, u32, bool)>,
    index: HashTable<u32>,
    /// Height of the tries: `2^height` words.
    height: u32,
}

impl Sets {
    /// Sets of gates `0..gates`.
    pub(crate) fn new(gates: usize) -> Sets {
        let words = gates.div_ceil(32).max(1);
        let height = words.next_power_of_two().trailing_zeros();
        Sets { nodes: vec![(0, 0, true)], index: HashTable::new(), height }
    }

    /// The set with some words (index and content, sorted by index) replaced.
    pub(crate) fn replace(&mut self, set: Set, words: &[(u32, u64)]) -> Set {
        self.replace_in(set, self.height, 0, words)
    }

    // The depth of this recursion is the height of the trie, at most 27.
    fn replace_in(&mut self, set: Set, height: u32, base: u32, words: &[(u32, u64)]) -> Set {
        match words {
            [] => set,
            [(_, word)] if height == 0 => self.node(*word as u32, (*word >> 32) as u32, true),
            _ => {
                let middle = base + (1 << (height - 1));
                let (low, high) = words.split_at(words.partition_point(|w| w.0 < middle));
                let (left, right, _) = if set == EMPTY { (EMPTY, EMPTY, false) } else { self.nodes[set as usize] };
                let left = self.replace_in(left, height - 1, base, low);
                let right = self.replace_in(right, height - 1, middle, high);
                self.node(left, right, false)
            }
        }
    }

    fn node(&mut self, left: u32, right: u32, word: bool) -> u32 {
        if left == 0 && right == 0 {
            return EMPTY;
        }
        let key = (left, right, word);
        let nodes = &self.nodes;
        let hash = hash(key);
        if let Some(&n) = self.index.find(hash, |&n| nodes[n as usize] == key) {
            return n;
        }
        let n = self.nodes.len() as u32;
        self.nodes.push(key);
        let nodes = &self.nodes;
        self.index.insert_unique(hash, n, |&n| self::hash(nodes[n as usize]));
        n
    }

    /// Bytes held.
    pub(crate) fn memory(&self) -> usize {
        self.nodes.len() * 20
    }
}

fn hash(key: (u32, u32, bool)) -> u64 {
    use std::hash::{Hash, Hasher};
    let mut h = rustc_hash::FxHasher::default();
    key.hash(&mut h);
    h.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_sets_are_equal_numbers() {
        let mut sets = Sets::new(1000);
        let a = sets.replace(EMPTY, &[(0, 5), (7, 1 << 40), (31, 9)]);
        let b = sets.replace(EMPTY, &[(31, 9)]);
        let b = sets.replace(b, &[(0, 5), (1, 3)]);
        assert_ne!(a, b);
        let b = sets.replace(b, &[(1, 0), (7, 1 << 40)]);
        assert_eq!(a, b);
        assert_eq!(sets.replace(a, &[(0, 0), (7, 0), (31, 0)]), EMPTY);
    }
}
