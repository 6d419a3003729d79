//! The cache of solved components. A key is the exact list of the component's items, written as differences in variable
//! length (about a byte an item); hashes only find candidates, so a hit is always right.

use hashbrown::HashTable;

/// A component that is being solved.
pub(crate) const OPEN: u32 = u32::MAX;

#[derive(Default)]
pub(crate) struct Cache {
    bytes: Vec<u8>,
    /// End of each key in `bytes`, and the circuit node of its component.
    entries: Vec<(u64, u32)>,
    table: HashTable<u32>,
    key: Vec<u8>,
}

impl Cache {
    /// The entry of a component, made with the value [`OPEN`] if it is new. The items come in increasing order; further
    /// numbers (see [`super::search`]) may follow.
    pub(crate) fn entry(&mut self, items: impl Iterator<Item = u32>, further: &[u32]) -> u32 {
        self.key.clear();
        let mut last = 0;
        for item in items {
            push(&mut self.key, item - last);
            last = item;
        }
        // Items increase strictly, so 0 ends them.
        self.key.push(0);
        further.iter().for_each(|&f| push(&mut self.key, f));
        let key = |e: u32| key_of(&self.bytes, &self.entries, e);
        let hash = hash(&self.key);
        if let Some(&entry) = self.table.find(hash, |&e| key(e) == self.key) {
            return entry;
        }
        let entry = self.entries.len() as u32;
        self.bytes.extend_from_slice(&self.key);
        self.entries.push((self.bytes.len() as u64, OPEN));
        let (bytes, entries) = (&self.bytes, &self.entries);
        self.table.insert_unique(hash, entry, |&e| self::hash(key_of(bytes, entries, e)));
        entry
    }

    /// The circuit node of an entry.
    pub(crate) fn get(&self, entry: u32) -> u32 {
        self.entries[entry as usize].1
    }

    /// Stores the circuit node of an entry.
    pub(crate) fn set(&mut self, entry: u32, node: u32) {
        self.entries[entry as usize].1 = node;
    }

    /// Bytes held.
    pub(crate) fn memory(&self) -> usize {
        self.bytes.len() + self.entries.len() * 24
    }
}

fn push(key: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        key.push(number as u8 | 0x80);
        number >>= 7;
    }
    key.push(number as u8);
}

fn key_of<'a>(bytes: &'a [u8], entries: &[(u64, u32)], e: u32) -> &'a [u8] {
    let start = if e == 0 { 0 } else { entries[e as usize - 1].0 };
    &bytes[start as usize..entries[e as usize].0 as usize]
}

fn hash(key: &[u8]) -> u64 {
    use std::hash::Hasher;
    let mut h = rustc_hash::FxHasher::default();
    h.write(key);
    h.finish()
}
