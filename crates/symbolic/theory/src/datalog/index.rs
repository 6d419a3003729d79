//! Indexes: the rows of a relation grouped by some of their columns.
//!
//! An index maps a key (the values of its key columns) to a *group*: the other columns of all rows with that key, stored one
//! after the other, so that following an edge reads consecutive memory and never goes back to the rows. Where the keys
//! are one column of nearly consecutive handles (interned integers and atoms usually are), finding the group is an array
//! access; otherwise it is a hash table. Static relations are laid out in one pass by counting; groups of growing ones
//! double their room when they fill up and leave the old room to smaller groups.

use super::set::{WideSet, mix, pack};
use crate::term::Term;

/// Where a group lies: entries `start .. start + len` of the payload.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Group {
    start: u32,
    len: u32,
}

impl Group {
    /// First entry.
    #[inline]
    pub fn start(self) -> usize {
        self.start as usize
    }

    /// Number of entries.
    #[inline]
    pub fn len(self) -> usize {
        self.len as usize
    }
}

/// An index over the first rows of a relation: as many as it has absorbed.
#[derive(Debug)]
pub(super) struct Index {
    /// The key columns, ascending.
    pub key: Vec<usize>,
    /// The other columns, ascending; an entry of the payload holds them in this order.
    pub rest: Vec<usize>,
    directory: Directory,
    payload: Vec<Term>,
    /// Entries in use at the end of the payload.
    entries: u32,
    /// Abandoned room, by the power of two of its size.
    free: Vec<Vec<u32>>,
    absorbed: usize,
    growing: bool,
}

#[derive(Debug)]
enum Directory {
    /// The group of handle `base + i` is number `i`.
    Direct { base: u32, groups: Vec<Group> },
    /// Open addressing from one or two packed key columns.
    Hash { slots: Vec<Slot>, shift: u32, used: usize },
    /// Three or more key columns: the set numbers the distinct keys.
    Wide { keys: Vec<Term>, set: WideSet, groups: Vec<Group> },
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    key: u64,
    group: Group,
}

const FREE: Slot = Slot { key: u64::MAX, group: Group { start: 0, len: 0 } };

/// Handles that a direct directory may span for so many rows.
fn direct_span(rows: usize) -> usize {
    rows * 8 + 1024
}

impl Index {
    /// An index by `key` (ascending, neither empty nor all columns). `growing` if the relation can get more rows.
    pub fn new(key: Vec<usize>, arity: usize, growing: bool) -> Index {
        let rest = (0..arity).filter(|c| !key.contains(c)).collect();
        let directory = match key.len() {
            1 => Directory::Direct { base: 0, groups: Vec::new() },
            2 => Directory::hash(16),
            _ => Directory::Wide { keys: Vec::new(), set: WideSet::default(), groups: Vec::new() },
        };
        Index { key, rest, directory, payload: Vec::new(), entries: 0, free: Vec::new(), absorbed: 0, growing }
    }

    /// The other columns of all covered rows, [`Index::rest`]`.len()` terms an entry.
    pub fn payload(&self) -> &[Term] {
        &self.payload
    }

    /// The entries of a group.
    pub fn entries(&self, group: Group) -> impl Iterator<Item = &[Term]> {
        let width = self.rest.len();
        self.payload[group.start() * width..(group.start() + group.len()) * width].chunks_exact(width)
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        let directory = match &self.directory {
            Directory::Direct { groups, .. } => groups.capacity() * 8,
            Directory::Hash { slots, .. } => slots.len() * 16,
            Directory::Wide { keys, set, groups } => keys.capacity() * 4 + set.bytes() + groups.capacity() * 8,
        };
        directory + self.payload.capacity() * 4
    }

    /// Calls `found(i, group)` for each of the `count` keys, in order, while it returns `true`. `columns` are the key columns.
    #[inline]
    pub fn lookup(&self, columns: &[&[Term]], count: usize, mut found: impl FnMut(usize, Group) -> bool) {
        match (&self.directory, columns) {
            (Directory::Direct { base, groups }, [keys]) => {
                for (i, key) in keys[..count].iter().enumerate() {
                    let at = key.raw().wrapping_sub(*base) as usize;
                    if !found(i, groups.get(at).copied().unwrap_or_default()) {
                        return;
                    }
                }
            }
            (Directory::Hash { slots, shift, .. }, [keys]) => {
                for (i, &key) in keys[..count].iter().enumerate() {
                    if !found(i, find(slots, *shift, pack(Term::from_raw(0), key))) {
                        return;
                    }
                }
            }
            (Directory::Hash { slots, shift, .. }, [first, second]) => {
                for (i, (&a, &b)) in first[..count].iter().zip(&second[..count]).enumerate() {
                    if !found(i, find(slots, *shift, pack(a, b))) {
                        return;
                    }
                }
            }
            (Directory::Wide { keys, set, groups }, _) => {
                let mut row = Vec::with_capacity(columns.len());
                for i in 0..count {
                    row.clear();
                    row.extend(columns.iter().map(|c| c[i]));
                    if !found(i, set.find(&row, keys).map_or(Group::default(), |number| groups[number])) {
                        return;
                    }
                }
            }
            _ => debug_assert!(false, "a directory for another number of key columns"),
        }
    }

    /// Covers the first `upto` of `rows`. Rows are only ever appended, so what is covered stays right.
    pub fn absorb(&mut self, rows: &[Term], upto: usize) {
        if upto <= self.absorbed {
            return;
        }
        let arity = self.key.len() + self.rest.len();
        let new = &rows[self.absorbed * arity..upto * arity];
        if self.absorbed == 0 {
            self.build(new, arity);
        } else {
            for row in new.chunks_exact(arity) {
                self.append(row);
            }
        }
        self.absorbed = upto;
    }

    /// Lays out the first rows in two passes: count the groups, then fill them.
    fn build(&mut self, rows: &[Term], arity: usize) {
        let count = rows.len() / arity;
        if let [column] = *self.key {
            let keys = || rows.iter().skip(column).step_by(arity).map(|t| t.raw());
            let (min, max) = keys().fold((u32::MAX, 0), |(min, max), k| (min.min(k), max.max(k)));
            self.directory = if (max - min) as usize <= direct_span(count) {
                Directory::Direct { base: min, groups: vec![Group::default(); (max - min) as usize + 1] }
            } else {
                Directory::hash(16)
            };
        }
        for row in rows.chunks_exact(arity) {
            self.group(row).len += 1;
        }
        let (mut next, growing) = (0u32, self.growing);
        self.directory.for_each(|group| {
            group.start = next;
            next += if growing && group.len > 0 { group.len.next_power_of_two() } else { group.len };
            group.len = 0;
        });
        self.entries = next;
        self.payload.resize(next as usize * self.rest.len(), Term::from_raw(0));
        for row in rows.chunks_exact(arity) {
            let group = self.group(row);
            let entry = group.start + group.len;
            group.len += 1;
            self.write(entry, row);
        }
    }

    /// Adds one row of a growing relation.
    fn append(&mut self, row: &[Term]) {
        let mut group = *self.group(row);
        if group.len == 0 || group.len.is_power_of_two() {
            group.start = self.relocate(group);
        }
        let entry = group.start + group.len;
        group.len += 1;
        *self.group(row) = group;
        self.write(entry, row);
    }

    #[inline]
    fn write(&mut self, entry: u32, row: &[Term]) {
        let at = entry as usize * self.rest.len();
        for (slot, &column) in self.payload[at..at + self.rest.len()].iter_mut().zip(&self.rest) {
            *slot = row[column];
        }
    }

    /// Moves a full group to twice its room (a first group to room for one); returns where it starts now.
    fn relocate(&mut self, group: Group) -> u32 {
        let class = if group.len == 0 { 0 } else { group.len.trailing_zeros() as usize + 1 };
        if self.free.len() <= class {
            self.free.resize(class + 1, Vec::new());
        }
        let width = self.rest.len();
        let start = self.free[class].pop().unwrap_or_else(|| {
            let start = self.entries;
            self.entries += 1 << class;
            self.payload.resize(self.entries as usize * width, Term::from_raw(0));
            start
        });
        if group.len > 0 {
            let from = group.start() * width;
            self.payload.copy_within(from..from + group.len() * width, start as usize * width);
            self.free[class - 1].push(group.start);
        }
        start
    }

    /// The group of a row's key, made if it is new.
    #[inline]
    fn group(&mut self, row: &[Term]) -> &mut Group {
        if let (Directory::Direct { base, groups }, [column]) = (&mut self.directory, &*self.key) {
            let key = row[*column].raw();
            if key.wrapping_sub(*base) as usize >= groups.len() {
                self.directory.make_room(key, self.absorbed);
            }
        }
        match (&mut self.directory, &*self.key) {
            (Directory::Direct { base, groups }, [column]) => &mut groups[(row[*column].raw() - *base) as usize],
            (Directory::Wide { keys, set, groups }, columns) => {
                let key: Vec<Term> = columns.iter().map(|&c| row[c]).collect();
                let (number, new) = set.insert(&key, keys);
                if new {
                    groups.push(Group::default());
                }
                &mut groups[number]
            }
            (directory, columns) => {
                let key = match *columns {
                    [a, b] => pack(row[a], row[b]),
                    [a, ..] => pack(Term::from_raw(0), row[a]),
                    [] => 0,
                };
                directory.entry(key)
            }
        }
    }
}

#[inline]
fn find(slots: &[Slot], shift: u32, key: u64) -> Group {
    let mut at = (mix(key) >> shift) as usize;
    loop {
        let slot = &slots[at];
        if slot.key == key {
            return slot.group;
        }
        if slot.key == FREE.key {
            return Group::default();
        }
        at = (at + 1) & (slots.len() - 1);
    }
}

impl Directory {
    fn hash(slots: usize) -> Directory {
        debug_assert!(slots.is_power_of_two() && slots > 1);
        Directory::Hash { slots: vec![FREE; slots], shift: 64 - slots.trailing_zeros(), used: 0 }
    }

    /// Calls `see` for every group, in the order of the directory.
    fn for_each(&mut self, see: impl FnMut(&mut Group)) {
        match self {
            Directory::Direct { groups, .. } | Directory::Wide { groups, .. } => groups.iter_mut().for_each(see),
            Directory::Hash { slots, .. } => {
                slots.iter_mut().filter(|s| s.key != FREE.key).map(|s| &mut s.group).for_each(see);
            }
        }
    }

    /// The group of a packed key in a hash directory, made if it is new.
    #[inline]
    fn entry(&mut self, key: u64) -> &mut Group {
        if let Directory::Hash { slots, used, .. } = self
            && (*used + 1) * 8 > slots.len() * 5
        {
            let mut larger = Directory::hash(slots.len() * 2);
            for slot in slots.iter().filter(|s| s.key != FREE.key) {
                *larger.entry(slot.key) = slot.group;
            }
            *self = larger;
        }
        let Directory::Hash { slots, shift, used } = self else { unreachable!("only called on hash directories") };
        let mask = slots.len() - 1;
        let mut at = (mix(key) >> *shift) as usize;
        while slots[at].key != key {
            if slots[at].key == FREE.key {
                slots[at].key = key;
                *used += 1;
                break;
            }
            at = (at + 1) & mask;
        }
        &mut slots[at].group
    }

    /// Extends a direct directory to `key`, or turns it into a hash table if that would span too much.
    fn make_room(&mut self, key: u32, rows: usize) {
        let Directory::Direct { base, groups } = self else { return };
        let (first, last) = if groups.is_empty() {
            (key, key)
        } else {
            ((*base).min(key), (*base + (groups.len() - 1) as u32).max(key))
        };
        let span = (last - first) as usize + 1;
        if span <= direct_span(rows) {
            // Some room on the growing side, so that a counter does not move the directory at every step.
            let spare = (span / 2).min(direct_span(rows) - span) as u32;
            let first = if groups.is_empty() || first < *base { first.saturating_sub(spare) } else { first };
            let last = if last == key { last.saturating_add(spare) } else { last };
            let mut wider = vec![Group::default(); (last - first) as usize + 1];
            let shift = if groups.is_empty() { 0 } else { (*base - first) as usize };
            wider[shift..shift + groups.len()].copy_from_slice(groups);
            *self = Directory::Direct { base: first, groups: wider };
        } else {
            let mut hash = Directory::hash(16);
            for (key, group) in (*base..).zip(groups.iter()).filter(|(_, g)| g.len > 0) {
                *hash.entry(u64::from(key)) = *group;
            }
            *self = hash;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every key finds exactly the rows that a scan finds, in the same order.
    fn agrees_with_a_scan(rows: &[[u32; 4]], key: &[usize], steps: &[usize], growing: bool) {
        let flat: Vec<Term> = rows.iter().flatten().map(|&v| Term::from_raw(v)).collect();
        let mut index = Index::new(key.to_vec(), 4, growing);
        for &upto in steps.iter().chain([&rows.len()]) {
            let upto = upto.min(rows.len()).max(index.absorbed);
            index.absorb(&flat, upto);
            for probe in rows {
                let columns: Vec<[Term; 1]> = key.iter().map(|&c| [Term::from_raw(probe[c])]).collect();
                let columns: Vec<&[Term]> = columns.iter().map(|c| &c[..]).collect();
                let mut found = Vec::new();
                index.lookup(&columns, 1, |_, group| {
                    found.extend(index.entries(group).map(|e| e.iter().map(|t| t.raw()).collect::<Vec<_>>()));
                    true
                });
                let expected: Vec<Vec<u32>> = rows[..upto]
                    .iter()
                    .filter(|r| key.iter().all(|&c| r[c] == probe[c]))
                    .map(|r| index.rest.iter().map(|&c| r[c]).collect())
                    .collect();
                assert_eq!(found, expected);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn lookups_agree_with_a_scan(
            mut rows in proptest::collection::vec([0u32..5, 0u32..5, 0u32..3, 0u32..100], 1..80),
            far in proptest::collection::vec((0usize..80, 0usize..4, 0u32..1 << 31), 0..6),
            mut steps in proptest::collection::vec(0usize..80, 0..4),
            mask in 1usize..15,
        ) {
            for (row, column, value) in far {
                let at = row % rows.len();
                rows[at][column] = value;
            }
            steps.sort_unstable();
            let key: Vec<usize> = (0..4).filter(|c| mask >> c & 1 == 1).collect();
            agrees_with_a_scan(&rows, &key, &steps, true);
            agrees_with_a_scan(&rows, &key, &[], false);
        }
    }
}
