//! Relations: rows of terms in order of insertion, with a set that keeps them distinct and indexes made on demand.
//!
//! Rows are never removed and never move, so "what is new since" is a range of row numbers; semi-naive evaluation needs no
//! other book-keeping. The facts of a program are shared with it, not copied.

use std::sync::Arc;

use super::index::Index;
use super::set::{PackedSet, WideSet, pack, unpack};
use crate::program::Facts;
use crate::term::Term;

/// Most rows of one relation: keeps every position in an index within 32 bits.
pub(super) const MAX_ROWS: usize = 1 << 29;

/// Number of a relation in the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct RelId(pub u32);

/// A set of rows.
#[derive(Debug)]
pub(super) struct Relation {
    /// Number of columns.
    pub arity: usize,
    /// What it can be asked by.
    pub indexes: Vec<Index>,
    /// Whether rows can be added.
    pub growing: bool,
    rows: Rows,
    count: usize,
    set: Option<Set>,
    /// Packed candidates of one batch.
    keys: Vec<u64>,
}

#[derive(Debug)]
enum Rows {
    Shared(Arc<Facts>),
    Own(Vec<Term>),
}

#[derive(Debug)]
enum Set {
    /// Of no columns: there is at most the empty row.
    Nullary,
    Packed(PackedSet),
    Wide(WideSet),
}

fn empty_set(arity: usize) -> Set {
    match arity {
        0 => Set::Nullary,
        1 | 2 => Set::Packed(PackedSet::default()),
        _ => Set::Wide(WideSet::default()),
    }
}

fn pack_row(row: &[Term]) -> u64 {
    match *row {
        [a, b] => pack(a, b),
        [a] => pack(Term::from_raw(0), a),
        _ => 0,
    }
}

impl Relation {
    /// An empty relation that rows can be added to.
    pub fn growing(arity: usize) -> Relation {
        Relation {
            arity,
            indexes: Vec::new(),
            growing: true,
            rows: Rows::Own(Vec::new()),
            count: 0,
            set: Some(empty_set(arity)),
            keys: Vec::new(),
        }
    }

    /// The facts of a predicate. Equal facts are kept as often as they are written; deriving from them does no harm.
    pub fn of_facts(facts: Arc<Facts>, arity: usize) -> Relation {
        Relation {
            arity,
            indexes: Vec::new(),
            growing: false,
            count: facts.count,
            rows: Rows::Shared(facts),
            set: None,
            keys: Vec::new(),
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.count
    }

    /// All rows, one after the other.
    pub fn rows(&self) -> &[Term] {
        match &self.rows {
            Rows::Shared(facts) => &facts.rows,
            Rows::Own(rows) => rows,
        }
    }

    /// About how many rows agree in the columns `key` with a row that is there: all rows over the number of distinct keys,
    /// estimated from evenly spaced rows.
    pub fn matches(&self, key: &[usize]) -> usize {
        const SAMPLE: usize = 512;
        if key.is_empty() || self.count == 0 {
            return self.count;
        }
        let sampled = self.count.min(SAMPLE);
        let mut keys: Vec<Vec<Term>> = (0..sampled)
            .map(|i| {
                let row = i * self.count / sampled;
                key.iter().map(|&c| self.rows()[row * self.arity + c]).collect()
            })
            .collect();
        keys.sort_unstable();
        keys.dedup();
        // Where most sampled keys differ, the others probably differ too; where few do, these are probably all.
        let distinct = if keys.len() * 2 > sampled { self.count * keys.len() / sampled } else { keys.len() };
        self.count.div_ceil(distinct)
    }

    /// Bytes held, without the facts that are shared with the program.
    pub fn bytes(&self) -> usize {
        let rows = if let Rows::Own(rows) = &self.rows { rows.capacity() * 4 } else { 0 };
        let set = match &self.set {
            Some(Set::Packed(set)) => set.bytes(),
            Some(Set::Wide(set)) => set.bytes(),
            _ => 0,
        };
        rows + set + self.indexes.iter().map(Index::bytes).sum::<usize>()
    }

    /// The number of the index by these columns (ascending, neither none nor all), made if it is new.
    pub fn index_by(&mut self, key: &[usize]) -> usize {
        let known = self.indexes.iter().position(|i| i.key == key);
        known.unwrap_or_else(|| {
            self.indexes.push(Index::new(key.to_vec(), self.arity, self.growing));
            self.indexes.len() - 1
        })
    }

    /// Makes an index cover the first `upto` rows.
    pub fn absorb(&mut self, index: usize, upto: usize) {
        let rows = match &self.rows {
            Rows::Shared(facts) => &facts.rows,
            Rows::Own(rows) => rows,
        };
        self.indexes[index].absorb(rows, upto);
    }

    /// Makes [`Relation::contains`] work for facts, whose set is only built when somebody asks.
    pub fn build_set(&mut self) {
        if self.set.is_some() {
            return;
        }
        let mut set = empty_set(self.arity);
        match &mut set {
            Set::Nullary => {}
            Set::Packed(set) => {
                let mut keys = Vec::with_capacity(1024);
                for rows in self.rows().chunks(1024 * self.arity) {
                    keys.clear();
                    keys.extend(rows.chunks_exact(self.arity).map(pack_row));
                    set.insert_all(&keys, |_| ());
                }
            }
            Set::Wide(set) => {
                for number in 0..self.count {
                    set.insert_stored(number, self.rows(), self.arity);
                }
            }
        }
        self.set = Some(set);
    }

    /// Whether a row is there. For facts, [`Relation::build_set`] comes first.
    #[inline]
    pub fn contains(&self, row: &[Term]) -> bool {
        match &self.set {
            Some(Set::Nullary) => self.count > 0,
            Some(Set::Packed(set)) => set.contains(pack_row(row)),
            Some(Set::Wide(set)) => set.find(row, self.rows()).is_some(),
            None => {
                debug_assert!(false, "the set of a relation of facts was not built");
                false
            }
        }
    }

    /// Adds one row; whether it is new.
    pub fn insert(&mut self, row: &[Term]) -> bool {
        let before = self.count;
        let columns: Vec<&[Term]> = row.chunks(1).collect();
        self.insert_columns(&columns, 1);
        self.count > before
    }

    /// Adds the `count` rows that lie side by side in `columns`, in order, those that are new.
    pub fn insert_columns(&mut self, columns: &[&[Term]], count: usize) {
        let Rows::Own(rows) = &mut self.rows else {
            debug_assert!(false, "facts do not grow");
            return;
        };
        let keys = &mut self.keys;
        match (self.set.as_mut(), columns) {
            (Some(Set::Nullary), _) => self.count = self.count.max(count.min(1)),
            (Some(Set::Packed(set)), [column]) => {
                keys.clear();
                keys.extend(column[..count].iter().map(|&t| pack(Term::from_raw(0), t)));
                set.insert_all(keys, |key| rows.push(unpack(key).1));
                self.count = set.len();
            }
            (Some(Set::Packed(set)), [first, second]) => {
                keys.clear();
                keys.extend(first[..count].iter().zip(&second[..count]).map(|(&a, &b)| pack(a, b)));
                set.insert_all(keys, |key| {
                    let (a, b) = unpack(key);
                    rows.extend_from_slice(&[a, b]);
                });
                self.count = set.len();
            }
            (Some(Set::Wide(set)), _) => {
                let mut row = Vec::with_capacity(self.arity);
                for i in 0..count {
                    row.clear();
                    row.extend(columns.iter().map(|c| c[i]));
                    set.insert(&row, rows);
                }
                self.count = rows.len() / self.arity;
            }
            _ => debug_assert!(false, "as many columns as the relation has"),
        }
    }
}
