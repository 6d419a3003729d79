//! Looking up ground facts: one hash index for each set of bound argument positions that is ever asked for.

use std::hash::Hasher;
use std::sync::Arc;

use hashbrown::HashTable;
use rustc_hash::{FxHashMap, FxHasher};

use crate::program::{Facts, PredId};
use crate::term::Term;

/// The indexes of all predicates, built when first needed.
#[derive(Default)]
pub(super) struct FactIndexes {
    by_mask: FxHashMap<(PredId, u32), Arc<FactIndex>>,
}

/// Rows of one predicate, grouped by their values at the bound positions.
pub(super) struct FactIndex {
    columns: Vec<usize>,
    /// Start and length of a group in `rows`.
    groups: HashTable<(u32, u32)>,
    rows: Vec<u32>,
}

/// Positions beyond this are matched, not indexed.
const INDEXED: usize = 32;

fn hash(values: impl Iterator<Item = Term>) -> u64 {
    let mut h = FxHasher::default();
    values.for_each(|t| h.write_u32(t.raw()));
    h.finish()
}

impl FactIndexes {
    /// The rows that agree with `args` at every position where `bound` says so. Other positions are left to unification.
    pub(super) fn matching(
        &mut self,
        pred: PredId,
        facts: &Facts,
        args: &[Term],
        bound: impl Fn(Term) -> bool,
    ) -> Matches {
        let mut mask = 0u32;
        for (i, &a) in args.iter().enumerate().take(INDEXED) {
            mask |= u32::from(bound(a)) << i;
        }
        if mask == 0 {
            return Matches::All(facts.count as u32);
        }
        let index =
            self.by_mask.entry((pred, mask)).or_insert_with(|| Arc::new(FactIndex::build(facts, args.len(), mask)));
        index.find(facts, args)
    }
}

/// The numbers of some rows.
#[derive(Clone)]
pub(super) enum Matches {
    /// Rows `0..n`.
    All(u32),
    /// These rows of an index.
    Group(Arc<FactIndex>, u32, u32),
}

impl Matches {
    pub(super) fn len(&self) -> u32 {
        match self {
            Matches::All(n) => *n,
            Matches::Group(_, _, len) => *len,
        }
    }

    pub(super) fn row(&self, i: u32) -> usize {
        match self {
            Matches::All(_) => i as usize,
            Matches::Group(index, start, _) => index.rows[(start + i) as usize] as usize,
        }
    }
}

impl FactIndex {
    fn build(facts: &Facts, arity: usize, mask: u32) -> FactIndex {
        let columns: Vec<usize> = (0..arity.min(INDEXED)).filter(|i| mask >> i & 1 == 1).collect();
        let key = |row: usize| columns.iter().map(move |&c| facts.rows[row * arity + c]);
        // First count the rows of each group, then lay the groups out one after another, keeping the order of the facts.
        let mut groups: HashTable<(u32, u32)> = HashTable::new();
        let mut group_of: Vec<u32> = Vec::with_capacity(facts.count);
        let mut first: Vec<u32> = Vec::new();
        let mut sizes: Vec<u32> = Vec::new();
        for row in 0..facts.count {
            let h = hash(key(row));
            let found = groups.find(h, |&(g, _)| key(first[g as usize] as usize).eq(key(row))).copied();
            let g = match found {
                Some((g, _)) => g,
                None => {
                    let g = first.len() as u32;
                    first.push(row as u32);
                    sizes.push(0);
                    groups.insert_unique(h, (g, 0), |&(g, _)| hash(key(first[g as usize] as usize)));
                    g
                }
            };
            sizes[g as usize] += 1;
            group_of.push(g);
        }
        let mut starts: Vec<u32> = sizes
            .iter()
            .scan(0, |next, &size| {
                let start = *next;
                *next += size;
                Some(start)
            })
            .collect();
        for entry in groups.iter_mut() {
            let g = entry.0 as usize;
            *entry = (starts[g], sizes[g]);
        }
        let mut rows = vec![0; facts.count];
        for (row, &g) in group_of.iter().enumerate() {
            let next = &mut starts[g as usize];
            rows[*next as usize] = row as u32;
            *next += 1;
        }
        FactIndex { columns, groups, rows }
    }

    fn find(self: &Arc<Self>, facts: &Facts, args: &[Term]) -> Matches {
        let wanted = || self.columns.iter().map(|&c| args[c]);
        let same = |&(start, _): &(u32, u32)| {
            let row = self.rows[start as usize] as usize;
            self.columns.iter().map(|&c| facts.rows[row * args.len() + c]).eq(wanted())
        };
        match self.groups.find(hash(wanted()), same) {
            Some(&(start, len)) => Matches::Group(self.clone(), start, len),
            None => Matches::All(0),
        }
    }
}
