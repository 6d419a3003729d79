//! Tables: one for each distinct call of a predicate, with the answers found so far and who waits for them.
//!
//! A call is kept in canonical form: its variables are numbered in order of first occurrence, so `p(X,a,X)` and `p(Y,a,Y)` are
//! the same call. An answer is a row with the values of those variables, and the literal that makes it true.

use std::hash::Hasher;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

use crate::lineage::Lit;
use crate::program::PredId;
use crate::term::{Term, TermStore};

/// Number of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct TableId(pub(super) u32);

/// One call and its answers.
pub(super) struct Table {
    pub(super) pred: PredId,
    /// Where the canonical arguments start in [`Tables::args`].
    start: u32,
    /// Number of distinct variables in the call.
    pub(super) vars: u32,
    /// Keeps one row for each proof rather than one for each answer; see [`super::collect`].
    pub(super) bag: bool,
    /// Was called again while it was incomplete.
    pub(super) recursive: bool,
    /// All answers are known.
    pub(super) complete: bool,
    /// Position in the completion stack, while incomplete.
    pub(super) position: u32,
    pub(super) answers: Answers,
    /// Activations that take every answer, by number.
    pub(super) consumers: Vec<u32>,
    /// Activations that wait for completion (negation, collection), by number.
    pub(super) waiters: Vec<u32>,
}

/// The answers of a table, in the order in which they were found.
#[derive(Default)]
pub(super) struct Answers {
    rows: Vec<Term>,
    /// What makes each answer true.
    pub(super) lits: Vec<Lit>,
    /// Row numbers by value, once there are more than a few.
    index: HashTable<u32>,
}

/// Up to this many rows are searched one by one.
const SMALL: usize = 8;

fn hash_row(row: &[Term]) -> u64 {
    let mut h = FxHasher::default();
    row.iter().for_each(|t| h.write_u32(t.raw()));
    h.finish()
}

impl Answers {
    pub(super) fn len(&self) -> usize {
        self.lits.len()
    }

    pub(super) fn row(&self, i: usize, width: usize) -> &[Term] {
        &self.rows[i * width..(i + 1) * width]
    }

    /// Adds a row that may be there already.
    fn push(&mut self, row: &[Term]) -> usize {
        self.rows.extend_from_slice(row);
        self.lits.push(Lit::FALSE);
        self.lits.len() - 1
    }

    /// The number of this row and whether it is new. A new one gets the literal `false` until its proof is known.
    pub(super) fn insert(&mut self, row: &[Term]) -> (usize, bool) {
        let (n, width) = (self.lits.len(), row.len());
        let at = |rows: &[Term], i: usize| -> bool { rows[i * width..(i + 1) * width] == *row };
        let found = if n <= SMALL {
            (0..n).find(|&i| at(&self.rows, i))
        } else {
            self.index.find(hash_row(row), |&i| at(&self.rows, i as usize)).map(|&i| i as usize)
        };
        if let Some(i) = found {
            return (i, false);
        }
        self.rows.extend_from_slice(row);
        self.lits.push(Lit::FALSE);
        let rows = &self.rows;
        let rehash = |&i: &u32| hash_row(&rows[i as usize * width..(i as usize + 1) * width]);
        if n == SMALL {
            for i in 0..=n as u32 {
                self.index.insert_unique(rehash(&i), i, rehash);
            }
        } else if n > SMALL {
            self.index.insert_unique(hash_row(row), n as u32, rehash);
        }
        (n, true)
    }

    /// Takes all answers out, as rows with their literals.
    pub(super) fn take(&mut self, width: usize) -> Vec<(Vec<Term>, Lit)> {
        let taken = std::mem::take(self);
        taken.lits.iter().enumerate().map(|(i, &lit)| (taken.row(i, width).to_vec(), lit)).collect()
    }

    fn bytes(&self) -> usize {
        self.rows.len() * 4 + self.lits.len() * 4 + self.index.len() * 8
    }
}

/// All tables of one grounding.
#[derive(Default)]
pub(super) struct Tables {
    list: Vec<Table>,
    args: Vec<Term>,
    index: HashTable<u32>,
    answer_bytes: usize,
}

fn hash_call(pred: PredId, bag: bool, args: &[Term]) -> u64 {
    let mut h = FxHasher::default();
    h.write_u32(pred.0 << 1 | u32::from(bag));
    args.iter().for_each(|t| h.write_u32(t.raw()));
    h.finish()
}

impl Tables {
    /// The table of a canonical call with `vars` variables, and whether it is new. A `bag` keeps one row for each proof.
    pub(super) fn of(&mut self, pred: PredId, bag: bool, args: &[Term], vars: u32) -> (TableId, bool) {
        let hash = hash_call(pred, bag, args);
        let key = |list: &[Table], all: &[Term], i: u32| -> bool {
            let t = &list[i as usize];
            t.pred == pred && t.bag == bag && all[t.start as usize..t.start as usize + args.len()] == *args
        };
        if let Some(&i) = self.index.find(hash, |&i| key(&self.list, &self.args, i)) {
            return (TableId(i), false);
        }
        let id = self.list.len() as u32;
        let start = self.args.len() as u32;
        self.args.extend_from_slice(args);
        self.list.push(Table {
            pred,
            start,
            vars,
            bag,
            recursive: false,
            complete: false,
            position: 0,
            answers: Answers::default(),
            consumers: Vec::new(),
            waiters: Vec::new(),
        });
        let (list, all) = (&self.list, &self.args);
        self.index.insert_unique(hash, id, |&i| {
            let t = &list[i as usize];
            // The arity is what lies between this start and the next table's.
            let end = list.get(i as usize + 1).map_or(all.len(), |n| n.start as usize);
            hash_call(t.pred, t.bag, &all[t.start as usize..end])
        });
        (TableId(id), true)
    }

    /// The canonical arguments of a call.
    pub(super) fn args(&self, id: TableId, arity: u32) -> &[Term] {
        let start = self.list[id.0 as usize].start as usize;
        &self.args[start..start + arity as usize]
    }

    /// Notes growth of answers, for [`Tables::bytes`].
    pub(super) fn insert(&mut self, id: TableId, row: &[Term]) -> (usize, bool) {
        let Table { answers, bag, .. } = &mut self.list[id.0 as usize];
        let bag = *bag;
        let before = answers.bytes();
        let result = if bag { (answers.push(row), true) } else { answers.insert(row) };
        self.answer_bytes += answers.bytes() - before;
        result
    }

    pub(super) fn bytes(&self) -> usize {
        self.list.len() * (size_of::<Table>() + 16) + self.args.len() * 4 + self.answer_bytes
    }
}

impl std::ops::Index<TableId> for Tables {
    type Output = Table;
    fn index(&self, id: TableId) -> &Table {
        &self.list[id.0 as usize]
    }
}

impl std::ops::IndexMut<TableId> for Tables {
    fn index_mut(&mut self, id: TableId) -> &mut Table {
        &mut self.list[id.0 as usize]
    }
}

/// Renumbers the variables of resolved arguments in order of first occurrence, in place. `vars` receives the original numbers:
/// canonical variable `i` is `vars[i]`.
pub(super) fn canonicalise(terms: &mut TermStore, args: &mut [Term], vars: &mut Vec<u32>) {
    vars.clear();
    let mut number = |v: u32| match vars.iter().position(|&w| w == v) {
        Some(i) => Term::var(i as u32),
        None => {
            vars.push(v);
            Term::var(vars.len() as u32 - 1)
        }
    };
    for arg in args {
        if let Some(v) = arg.as_var() {
            *arg = number(v);
        } else if !terms.is_ground(*arg) {
            *arg = terms.substitute(*arg, &mut |_, v| number(v));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_of_a_call_share_a_table() {
        let mut terms = TermStore::new();
        let mut tables = Tables::default();
        let f = terms.symbol("f");
        let p = PredId(0);
        let mut call = |args: [Term; 2]| {
            let (mut args, mut vars) = (args, Vec::new());
            canonicalise(&mut terms, &mut args, &mut vars);
            tables.of(p, false, &args, vars.len() as u32)
        };
        let (a, new) = call([Term::var(7), Term::var(3)]);
        assert!(new);
        assert_eq!(call([Term::var(1), Term::var(9)]), (a, false));
        assert!(call([Term::var(1), Term::var(1)]).1);
        let mut f_of = |v| TermStore::compound(&mut terms, f, &[Term::var(v), Term::var(v + 1)]);
        let (t, u) = (f_of(4), f_of(8));
        let mut vars = Vec::new();
        let (mut x, mut y) = ([t], [u]);
        canonicalise(&mut terms, &mut x, &mut vars);
        canonicalise(&mut terms, &mut y, &mut vars);
        assert_eq!((x, vars.as_slice()), (y, &[8, 9][..]));
    }

    #[test]
    fn answers_are_a_set_in_order_of_arrival() {
        let mut answers = Answers::default();
        for i in 0..100u32 {
            let (at, new) = answers.insert(&[Term::var(i % 50), Term::var(i % 50 % 7)]);
            assert_eq!((at, new), (i as usize % 50, i < 50));
        }
        for i in 0..answers.len() {
            let row: Vec<Term> = answers.row(i, 2).to_vec();
            assert_eq!(answers.insert(&row), (i, false));
        }
    }
}
