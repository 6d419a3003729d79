//! Sets of tuples: which rows a relation already has.
//!
//! Every derived tuple is looked up here, so this is where a Datalog engine spends most of its time. Tuples of one or two
//! terms are packed into a `u64` and kept in whichever of two layouts is smaller: an open-addressing hash table of the packed
//! tuples themselves, or a bitmap over the rectangle of handles that occur (dense relations over interned integers and atoms,
//! the usual result of a transitive closure, fit there with one bit a tuple). The choice is made anew whenever the table
//! would grow. Wider tuples hash to the number of their row.

use crate::term::Term;

/// Never the packing of a tuple: no ground term has the handle `u32::MAX`.
const EMPTY: u64 = u64::MAX;
/// Candidates whose home slots are read together, so that their cache misses overlap.
const BLOCK: usize = 64;
/// Slots of a table that still fits in the second-level cache.
const SMALL: usize = 1 << 15;

/// Mixes all bits of a key into the high bits.
#[inline]
pub(super) fn mix(key: u64) -> u64 {
    let wide = u128::from(key ^ 0x9e37_79b9_7f4a_7c15) * 0x5851_f42d_4c95_7f2d;
    (wide >> 64) as u64 ^ wide as u64
}

/// One or two terms as one number.
#[inline]
pub(super) fn pack(high: Term, low: Term) -> u64 {
    u64::from(high.raw()) << 32 | u64::from(low.raw())
}

/// The high and the low term of a packed tuple.
#[inline]
pub(super) fn unpack(key: u64) -> (Term, Term) {
    (Term::from_raw((key >> 32) as u32), Term::from_raw(key as u32))
}

/// A set of packed tuples of one or two terms. A single term is packed with a constant high part.
#[derive(Debug)]
pub(super) struct PackedSet {
    layout: Layout,
    len: usize,
    /// Words that a bitmap needed when that was last looked at: it can only become more.
    area: usize,
}

#[derive(Debug)]
enum Layout {
    /// Open addressing with linear probing; the number of slots is a power of two.
    Hash { slots: Vec<u64>, shift: u32 },
    /// One bit for each pair of `high.start + i`, `low.start + j`.
    Bits { words: Vec<u64>, high: Range, low: Range },
}

/// `len` consecutive handles.
#[derive(Clone, Copy, Debug)]
struct Range {
    start: u32,
    len: usize,
}

impl Range {
    fn covering(min: u32, max: u32) -> Range {
        Range { start: min, len: (max - min) as usize + 1 }
    }

    fn last(self) -> u32 {
        self.start + (self.len - 1) as u32
    }

    /// This range, widened to include `value`, with room to spare on the side where it grew.
    fn widened(self, value: u32) -> Range {
        let spare = (self.len / 4 + 64) as u32;
        let start = if value < self.start { value.saturating_sub(spare) } else { self.start };
        let last = if value > self.last() { value.saturating_add(spare) } else { self.last() };
        Range::covering(start, last)
    }

    #[inline]
    fn position(self, value: u32) -> Option<usize> {
        let at = value.wrapping_sub(self.start) as usize;
        (at < self.len).then_some(at)
    }
}

/// Words of a bitmap over a rectangle, or `None` beyond what a machine can address.
fn words(high: Range, low: Range) -> Option<usize> {
    Some(high.len.checked_mul(low.len)?.div_ceil(64))
}

impl Default for PackedSet {
    fn default() -> Self {
        PackedSet { layout: Layout::hash(16), len: 0, area: 0 }
    }
}

impl Layout {
    fn hash(slots: usize) -> Layout {
        debug_assert!(slots.is_power_of_two() && slots > 1);
        Layout::Hash { slots: vec![EMPTY; slots], shift: 64 - slots.trailing_zeros() }
    }
}

impl PackedSet {
    /// Number of tuples.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        match &self.layout {
            Layout::Hash { slots, .. } => slots.len() * 8,
            Layout::Bits { words, .. } => words.len() * 8,
        }
    }

    /// Whether the tuple is in the set.
    #[inline]
    pub fn contains(&self, key: u64) -> bool {
        match &self.layout {
            Layout::Hash { slots, shift } => {
                let mut at = (mix(key) >> shift) as usize;
                loop {
                    match slots[at] {
                        k if k == key => return true,
                        EMPTY => return false,
                        _ => at = (at + 1) & (slots.len() - 1),
                    }
                }
            }
            Layout::Bits { words, high, low } => {
                let (Some(h), Some(l)) = (high.position((key >> 32) as u32), low.position(key as u32)) else {
                    return false;
                };
                let bit = h * low.len + l;
                words[bit / 64] >> (bit % 64) & 1 == 1
            }
        }
    }

    /// Inserts many tuples, telling `new` of those that were not there, in order.
    pub fn insert_all(&mut self, keys: &[u64], mut new: impl FnMut(u64)) {
        let mut rest = keys;
        while !rest.is_empty() {
            if matches!(self.layout, Layout::Hash { .. }) {
                let (block, later) = rest.split_at(rest.len().min(BLOCK));
                self.reserve(block.len());
                // Making room may have turned the table into a bitmap.
                if matches!(self.layout, Layout::Hash { .. }) {
                    self.insert_block(block, &mut new);
                    rest = later;
                }
            } else {
                let done = self.insert_bits(rest, &mut new);
                rest = &rest[done..];
                if let Some(&key) = rest.first() {
                    self.widen(key);
                }
            }
        }
    }

    /// Inserts up to [`BLOCK`] tuples into a hash table that has room for them.
    fn insert_block(&mut self, keys: &[u64], new: &mut impl FnMut(u64)) {
        let Layout::Hash { slots, shift } = &mut self.layout else { return };
        let mask = slots.len() - 1;
        // Reading all home slots first lets the misses overlap; the second pass then works from the cache.
        let (mut homes, mut seen) = ([0usize; BLOCK], [0u64; BLOCK]);
        for ((home, seen), &key) in homes.iter_mut().zip(&mut seen).zip(keys) {
            *home = (mix(key) >> *shift) as usize;
            *seen = slots[*home & mask];
        }
        for ((&home, &seen), &key) in homes.iter().zip(&seen).zip(keys) {
            if seen == key {
                continue;
            }
            let mut at = home & mask;
            loop {
                let slot = slots[at];
                if slot == key {
                    break;
                }
                if slot == EMPTY {
                    slots[at] = key;
                    self.len += 1;
                    new(key);
                    break;
                }
                at = (at + 1) & mask;
            }
        }
    }

    /// Inserts into the bitmap until a tuple lies outside it; returns how many are done.
    fn insert_bits(&mut self, keys: &[u64], new: &mut impl FnMut(u64)) -> usize {
        let Layout::Bits { words, high, low } = &mut self.layout else { return 0 };
        for (i, &key) in keys.iter().enumerate() {
            let (Some(h), Some(l)) = (high.position((key >> 32) as u32), low.position(key as u32)) else {
                return i;
            };
            let bit = h * low.len + l;
            let (word, mask) = (&mut words[bit / 64], 1u64 << (bit % 64));
            if *word & mask == 0 {
                *word |= mask;
                self.len += 1;
                new(key);
            }
        }
        keys.len()
    }

    /// Makes room in a hash table for `more` tuples, at a load of at most 5/8.
    fn reserve(&mut self, more: usize) {
        let Layout::Hash { slots, .. } = &self.layout else { return };
        let need = self.len + more;
        if need * 8 <= slots.len() * 5 {
            return;
        }
        // Small tables grow faster: moving a few tuples costs more than the room.
        let factor = if slots.len() < SMALL { 4 } else { 2 };
        let size = (need * 8 / 5 + 1).next_power_of_two().max(slots.len() * factor);
        let mut layout = None;
        // The first few tuples say little about the range.
        if self.len >= BLOCK && self.area <= size {
            let mut bounds = Bounds::default();
            slots.iter().filter(|&&k| k != EMPTY).for_each(|&k| bounds.see(k));
            let ranges = bounds.ranges();
            self.area = ranges.and_then(|(high, low)| words(high, low)).unwrap_or(usize::MAX);
            layout = ranges.filter(|_| self.area <= size).map(|(high, low)| bitmap(high, low));
        }
        self.rebuild(layout.unwrap_or_else(|| Layout::hash(size)));
    }

    /// Widens the bitmap to hold `key`, or goes back to a hash table if that is smaller.
    fn widen(&mut self, key: u64) {
        let Layout::Bits { high, low, .. } = &self.layout else { return };
        let fit = |r: Range, v: u32| if r.position(v).is_some() { r } else { r.widened(v) };
        let (high, low) = (fit(*high, (key >> 32) as u32), fit(*low, key as u32));
        // A hash table of this size takes the next block as it is; otherwise growing could bring the old bitmap back.
        let size = ((self.len + BLOCK) * 2).next_power_of_two();
        self.rebuild(match words(high, low) {
            Some(w) if w <= size => bitmap(high, low),
            _ => Layout::hash(size),
        });
    }

    fn rebuild(&mut self, layout: Layout) {
        let old = std::mem::replace(&mut self.layout, layout);
        match (old, &mut self.layout) {
            (Layout::Hash { slots, .. }, Layout::Hash { slots: into, shift }) => {
                let mask = into.len() - 1;
                for key in slots {
                    if key == EMPTY {
                        continue;
                    }
                    let mut at = (mix(key) >> *shift) as usize & mask;
                    while into[at] != EMPTY {
                        at = (at + 1) & mask;
                    }
                    into[at] = key;
                }
            }
            (old, _) => {
                self.len = 0;
                let mut keys = Vec::with_capacity(BLOCK);
                old.for_each(|key| {
                    keys.push(key);
                    if keys.len() == BLOCK {
                        self.insert_all(&keys, |_| ());
                        keys.clear();
                    }
                });
                self.insert_all(&keys, |_| ());
            }
        }
    }
}

fn bitmap(high: Range, low: Range) -> Layout {
    Layout::Bits { words: vec![0; words(high, low).expect("checked against the size of a hash table")], high, low }
}

impl Layout {
    fn for_each(&self, mut see: impl FnMut(u64)) {
        match self {
            Layout::Hash { slots, .. } => slots.iter().copied().filter(|&k| k != EMPTY).for_each(see),
            Layout::Bits { words, high, low } => {
                for (i, &word) in words.iter().enumerate() {
                    let mut left = word;
                    while left != 0 {
                        let bit = i * 64 + left.trailing_zeros() as usize;
                        left &= left - 1;
                        let (h, l) = ((bit / low.len) as u32, (bit % low.len) as u32);
                        see(u64::from(high.start + h) << 32 | u64::from(low.start + l));
                    }
                }
            }
        }
    }
}

/// The smallest rectangle around some tuples.
#[derive(Default)]
struct Bounds {
    rectangle: Option<[u32; 4]>,
}

impl Bounds {
    fn see(&mut self, key: u64) {
        let (h, l) = ((key >> 32) as u32, key as u32);
        let [h0, h1, l0, l1] = self.rectangle.unwrap_or([h, h, l, l]);
        self.rectangle = Some([h0.min(h), h1.max(h), l0.min(l), l1.max(l)]);
    }

    fn ranges(&self) -> Option<(Range, Range)> {
        self.rectangle.map(|[h0, h1, l0, l1]| (Range::covering(h0, h1), Range::covering(l0, l1)))
    }
}

/// A set of tuples of three or more terms that live in a row store; a slot holds half a hash and the number of the row.
#[derive(Debug, Default)]
pub(super) struct WideSet {
    slots: Vec<u64>,
    len: usize,
}

/// The hash of a row of any width.
#[inline]
pub(super) fn hash_row(row: &[Term]) -> u64 {
    row.iter().fold(0, |hash, &term| mix(hash ^ u64::from(term.raw())))
}

impl WideSet {
    /// Bytes held, without the rows.
    pub fn bytes(&self) -> usize {
        self.slots.len() * 8
    }

    /// The number of the row equal to `row`, if it is there. `rows` is the store, row after row.
    pub fn find(&self, row: &[Term], rows: &[Term]) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        self.probe(hash_row(row), row, rows).ok()
    }

    /// Inserts a row, appending it to the store if it is new; returns its number and whether it is new.
    pub fn insert(&mut self, row: &[Term], rows: &mut Vec<Term>) -> (usize, bool) {
        self.reserve(rows, row.len());
        let hash = hash_row(row);
        match self.probe(hash, row, rows) {
            Ok(number) => (number, false),
            Err(at) => {
                let number = rows.len() / row.len();
                self.occupy(at, hash, number);
                rows.extend_from_slice(row);
                (number, true)
            }
        }
    }

    /// Inserts the row of this number, which is in the store already; whether no equal row was inserted before.
    pub fn insert_stored(&mut self, number: usize, rows: &[Term], arity: usize) -> bool {
        self.reserve(rows, arity);
        let row = &rows[number * arity..(number + 1) * arity];
        let hash = hash_row(row);
        match self.probe(hash, row, rows) {
            Ok(_) => false,
            Err(at) => {
                self.occupy(at, hash, number);
                true
            }
        }
    }

    fn occupy(&mut self, at: usize, hash: u64, number: usize) {
        self.slots[at] = hash >> 32 << 32 | number as u64;
        self.len += 1;
    }

    /// The number of an equal row, or the free slot where it belongs.
    #[inline]
    fn probe(&self, hash: u64, row: &[Term], rows: &[Term]) -> Result<usize, usize> {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot == EMPTY {
                return Err(at);
            }
            if slot >> 32 == hash >> 32 {
                let number = slot as u32 as usize;
                if rows[number * row.len()..][..row.len()] == *row {
                    return Ok(number);
                }
            }
            at = (at + 1) & mask;
        }
    }

    fn reserve(&mut self, rows: &[Term], arity: usize) {
        if self.len * 8 < self.slots.len() * 5 {
            return;
        }
        let size = (self.slots.len() * 2).max(16);
        for slot in std::mem::replace(&mut self.slots, vec![EMPTY; size]) {
            if slot == EMPTY {
                continue;
            }
            let hash = hash_row(&rows[slot as u32 as usize * arity..][..arity]);
            let mut at = hash as usize & (size - 1);
            while self.slots[at] != EMPTY {
                at = (at + 1) & (size - 1);
            }
            self.slots[at] = slot;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn check(keys: &[u64]) {
        let (mut set, mut model) = (PackedSet::default(), HashSet::new());
        for chunk in keys.chunks(37) {
            let mut new = Vec::new();
            set.insert_all(chunk, |k| new.push(k));
            let expected: Vec<u64> = chunk.iter().copied().filter(|&k| model.insert(k)).collect();
            assert_eq!(new, expected);
        }
        assert_eq!(set.len(), model.len());
        for &k in keys {
            assert!(set.contains(k));
            assert_eq!(set.contains(k ^ 1), model.contains(&(k ^ 1)));
            assert_eq!(set.contains(k ^ 1 << 33), model.contains(&(k ^ 1 << 33)));
        }
    }

    #[test]
    fn a_dense_rectangle_becomes_a_bitmap_and_a_far_tuple_a_hash_table_again() {
        let mut set = PackedSet::default();
        let keys: Vec<u64> = (0..100u64).flat_map(|h| (0..100u64).map(move |l| (h + 5) << 32 | (l + 7))).collect();
        set.insert_all(&keys, |_| ());
        assert!(matches!(set.layout, Layout::Bits { .. }));
        set.insert_all(&[3 << 62], |_| ());
        assert!(matches!(set.layout, Layout::Hash { .. }));
        assert_eq!(set.len(), 10_001);
        assert!(keys.iter().all(|&k| set.contains(k) && !set.contains(k | 1 << 20)));
    }

    proptest! {
        #[test]
        fn packed_sets_behave_like_sets(
            dense in proptest::collection::vec((0u64..90, 0u64..90), 0..3000),
            sparse in proptest::collection::vec((0u64..u64::from(u32::MAX), 0u64..u64::from(u32::MAX)), 0..40),
            offset in 0u64..(1 << 31),
        ) {
            let dense: Vec<u64> = dense.iter().map(|&(h, l)| (h + offset) << 32 | (l + offset / 2)).collect();
            let sparse: Vec<u64> = sparse.iter().map(|&(h, l)| h << 32 | l).collect();
            check(&dense);
            check(&[dense.clone(), sparse.clone()].concat());
            check(&[sparse, dense].concat());
        }

        #[test]
        fn wide_sets_number_rows_in_order_of_insertion(
            rows in proptest::collection::vec([0u32..4, 0u32..4, 0u32..4, 0u32..4], 0..300),
        ) {
            let (mut set, mut store, mut model) = (WideSet::default(), Vec::new(), Vec::new());
            for row in &rows {
                let terms = row.map(Term::from_raw);
                let known = model.iter().position(|r| r == row);
                prop_assert_eq!(set.find(&terms, &store), known);
                let (number, new) = set.insert(&terms, &mut store);
                prop_assert_eq!(new, known.is_none());
                prop_assert_eq!(number, known.unwrap_or(model.len()));
                if new {
                    model.push(*row);
                }
            }
        }
    }
}
