//! The provenance of a store's rows as a virtual table of SQLite: blocks are read as a query comes to them.
//!
//! The two `unsafe impl`s are rusqlite's way to a virtual table: SQLite is handed pointers to these structs, and takes them
//! for structs that begin with its own. The promise made by `unsafe` is just that: `repr(C)`, and SQLite's struct first.

use crate::index::Provenance;
use crate::sql::{Broken, noted};
use crate::store::Inner;
use rusqlite::ffi::{sqlite3_vtab, sqlite3_vtab_cursor};
use rusqlite::types::Value;
use rusqlite::vtab::{Context, Filters, IndexConstraintOp, IndexInfo, VTab, VTabConnection, VTabCursor};
use std::borrow::Cow;
use std::ffi::{CStr, c_int};
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

type Outcome<T> = std::result::Result<T, rusqlite::Error>;

/// The table.
#[repr(C)]
pub(crate) struct Tokens {
    base: sqlite3_vtab,
    store: Arc<Inner>,
    broken: Broken,
}

/// A way through it.
#[repr(C)]
pub(crate) struct Walk<'a> {
    base: sqlite3_vtab_cursor,
    store: Arc<Inner>,
    broken: Broken,
    /// Rows to go through; the first begins with the present one.
    rows: Range<u64>,
    /// Shard, number, and the provenance of the block's rows.
    block: Option<(usize, usize, Vec<Provenance>)>,
    within: usize,
    table: PhantomData<&'a Tokens>,
}

const ROW: c_int = 0;
const DOCUMENT: c_int = 1;

/// Conditions that a walk makes use of, in the order in which their values are given; SQLite checks them all again.
const CONDITIONS: [(c_int, IndexConstraintOp); 6] = [
    (DOCUMENT, IndexConstraintOp::SQLITE_INDEX_CONSTRAINT_EQ),
    (ROW, IndexConstraintOp::SQLITE_INDEX_CONSTRAINT_EQ),
    (ROW, IndexConstraintOp::SQLITE_INDEX_CONSTRAINT_GE),
    (ROW, IndexConstraintOp::SQLITE_INDEX_CONSTRAINT_GT),
    (ROW, IndexConstraintOp::SQLITE_INDEX_CONSTRAINT_LE),
    (ROW, IndexConstraintOp::SQLITE_INDEX_CONSTRAINT_LT),
];

// SQLite's struct stands first, and the layout is C's.
unsafe impl<'a> VTab<'a> for Tokens {
    type Aux = (Arc<Inner>, Broken);
    type Cursor = Walk<'a>;

    fn connect(
        _: &mut VTabConnection,
        aux: Option<&Self::Aux>,
        _: &[u8],
        _: &[u8],
        _: &[u8],
        _: &[&[u8]],
    ) -> Outcome<(Cow<'static, CStr>, Self)> {
        let Some((store, broken)) = aux.cloned() else {
            return Err(rusqlite::Error::ModuleError("no store".into()));
        };
        let columns = c"create table x (row integer, document integer, position integer, token_id integer, token text)";
        Ok((Cow::Borrowed(columns), Self { base: sqlite3_vtab::default(), store, broken }))
    }

    fn best_index(&self, info: &mut IndexInfo) -> Outcome<bool> {
        let given: Vec<(c_int, IndexConstraintOp, bool)> =
            info.constraints().map(|c| (c.column(), c.operator(), c.is_usable())).collect();
        let (mut used, mut next) = (0, 1);
        for (bit, (column, operator)) in CONDITIONS.iter().enumerate() {
            let at = given.iter().position(|(c, o, usable)| *usable && c == column && o == operator);
            if let Some(at) = at {
                info.constraint_usage(at).set_argv_index(next);
                used |= 1 << bit;
                next += 1;
            }
        }
        info.set_idx_num(used);
        let rows = self.store.rows as f64;
        let expected = match used {
            0 => rows,
            u if u & 2 != 0 => 1.0,
            u if u & 1 != 0 => (rows / 100.0).max(1.0),
            _ => rows / 4.0,
        };
        info.set_estimated_cost(expected);
        info.set_estimated_rows(expected as i64);
        Ok(true)
    }

    fn open(&'a mut self) -> Outcome<Walk<'a>> {
        Ok(Walk {
            base: sqlite3_vtab_cursor::default(),
            store: self.store.clone(),
            broken: self.broken.clone(),
            rows: 0..0,
            block: None,
            within: 0,
            table: PhantomData,
        })
    }
}

impl Walk<'_> {
    /// Has the present row's block in memory.
    fn load(&mut self) -> Outcome<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let (shard, number, within) = self.store.locate(self.rows.start);
        self.within = within;
        if self.block.as_ref().is_some_and(|b| (b.0, b.1) == (shard, number)) {
            return Ok(());
        }
        let tokens = self.store.tokens(shard, number).map_err(noted(&self.broken))?;
        self.block = Some((shard, number, tokens));
        Ok(())
    }
    fn here(&self) -> Outcome<&Provenance> {
        let found = self.block.as_ref().and_then(|(_, _, tokens)| tokens.get(self.within));
        found.ok_or_else(|| rusqlite::Error::ModuleError("no row".into()))
    }
}

// SQLite's struct stands first, and the layout is C's.
unsafe impl VTabCursor for Walk<'_> {
    fn filter(&mut self, used: c_int, _: Option<&str>, given: &Filters<'_>) -> Outcome<()> {
        let mut rows = 0..self.store.rows;
        let mut values = given.iter();
        for (bit, (column, operator)) in CONDITIONS.iter().enumerate() {
            if used & (1 << bit) == 0 {
                continue;
            }
            let Some(value) = values.next() else { break };
            // Other kinds of value narrow nothing here; SQLite compares them itself.
            let Ok(Value::Integer(n)) = Value::try_from(value) else { continue };
            let n = u64::try_from(n).unwrap_or(0);
            let part = match (*column, operator) {
                (DOCUMENT, _) => self.store.documents().find(|d| d.0 == n).map_or(0..0, |d| d.1),
                (_, IndexConstraintOp::SQLITE_INDEX_CONSTRAINT_EQ) => n..n.saturating_add(1),
                (_, IndexConstraintOp::SQLITE_INDEX_CONSTRAINT_GE | IndexConstraintOp::SQLITE_INDEX_CONSTRAINT_GT) => {
                    n..u64::MAX
                }
                _ => 0..n.saturating_add(1),
            };
            rows = rows.start.max(part.start)..rows.end.min(part.end);
        }
        self.rows = rows;
        self.load()
    }
    fn next(&mut self) -> Outcome<()> {
        self.rows.start += 1;
        self.load()
    }
    fn eof(&self) -> bool {
        self.rows.is_empty()
    }
    fn column(&self, context: &mut Context, column: c_int) -> Outcome<()> {
        let from = self.here()?;
        match column {
            ROW => context.set_result(&(self.rows.start as i64)),
            DOCUMENT => context.set_result(&(from.document as i64)),
            2 => context.set_result(&from.position),
            3 => context.set_result(&from.token_id),
            _ => context.set_result(&from.token),
        }
    }
    fn rowid(&self) -> Outcome<i64> {
        Ok(self.rows.start as i64)
    }
}
