//! A store as a table that SQL can query.
//!
//! The table `tokens` has a row for each row of the store: `row`, `document`, `position`, `token_id`, `token`. Numbers are
//! reached by functions, so that a site of a thousand units is not a thousand columns: `value(row, site, unit)`,
//! `norm(row, site)`, and `list(row, site)` for all of them as a JSON array. The table `sites` has `site` and `units`.
//!
//! ```sql
//! select token, document, position, value(row, 'blocks.3.resid_post', 17) as v
//! from tokens where v > 4 order by v desc limit 20
//! ```
//!
//! # Why SQLite, and not DataFusion
//!
//! The files are Arrow, which DataFusion reads without any code of ours. But `datafusion` 55 with nothing but its feature
//! `sql` is 237 crates and took 377 seconds of processor time to build unoptimised (2 cores of a Zen 4, November 2026), more
//! than everything else here together, and brings an asynchronous runtime. SQLite takes a tenth of it. Who wants DataFusion,
//! DuckDB or Polars on many machines opens the same files: [`Store::files`](crate::Store::files).
//!
//! Rows are streamed: a query that does not sort or group needs memory for one block of each site it names. Conditions on
//! `row` and equality on `document` read only the blocks concerned.

use crate::error::{Error, Result, request};
use crate::store::{Inner, Store};
use crate::table::Tokens;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::vtab::Module;
use rusqlite::{Connection, Error as Sql};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One value of an answer.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(untagged)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A number.
    Real(f64),
    /// A text.
    Text(String),
}

impl Store {
    /// Asks one question in SQL (SQLite's dialect) and hands on the rows of the answer one by one, until there are no more
    /// or `each` answers `false`. Gives the names of the columns. Nothing can be changed.
    ///
    /// # Errors
    /// [`Error::Request`] when the text is no question, or names tables, columns, sites or units that are not there;
    /// [`Error::Format`] and [`Error::Io`] as for reading.
    pub fn sql(&self, question: &str, each: &mut dyn FnMut(&[Cell]) -> bool) -> Result<Vec<String>> {
        let broken: Broken = Arc::default();
        let answer = self.answer(question, each, &broken);
        // What the store itself found wrong tells more than that the query failed.
        match take(&broken) {
            Some(e) => Err(e),
            None => answer.map_err(|e| told(&e)),
        }
    }

    fn answer(
        &self,
        question: &str,
        each: &mut dyn FnMut(&[Cell]) -> bool,
        broken: &Broken,
    ) -> std::result::Result<Vec<String>, Sql> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch("create table sites (site text, units integer)")?;
        for site in &self.schema().sites {
            connection.execute("insert into sites values (?1, ?2)", (&site.name, site.units as i64))?;
        }
        const MODULE: Module<'static, Tokens> = Module::eponymous_only_module();
        connection.create_module(c"tokens", &MODULE, Some((self.inner.clone(), broken.clone())))?;
        self.functions(&connection, broken)?;
        connection.execute_batch("pragma query_only = on")?;
        let mut statement = connection.prepare(question)?;
        let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
        if names.is_empty() || !statement.readonly() {
            return Err(fault("only questions can be asked: select .. from tokens"));
        }
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let cell = |i: usize| {
                Ok(match row.get_ref(i)? {
                    ValueRef::Null => Cell::Null,
                    ValueRef::Integer(n) => Cell::Integer(n),
                    ValueRef::Real(x) => Cell::Real(x),
                    ValueRef::Text(t) | ValueRef::Blob(t) => Cell::Text(String::from_utf8_lossy(t).into_owned()),
                })
            };
            let cells = (0..names.len()).map(cell).collect::<std::result::Result<Vec<_>, Sql>>()?;
            if !each(&cells) {
                break;
            }
        }
        Ok(names)
    }

    fn functions(&self, connection: &Connection, broken: &Broken) -> std::result::Result<(), Sql> {
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
        // One for all functions, so that a block is read once.
        let numbers = Arc::new(Numbers { store: self.inner.clone(), blocks: Mutex::default(), broken: broken.clone() });
        let all = numbers.clone();
        connection.create_scalar_function(c"value", 3, flags, move |at| {
            let unit: i64 = at.get(2)?;
            all.row(at, |site, row| {
                let found = usize::try_from(unit).ok().and_then(|u| row.get(u).copied());
                found.map(f64::from).ok_or_else(|| fault(&format!("`{site}` has units 0 to {}", row.len() - 1)))
            })
        })?;
        let all = numbers.clone();
        connection.create_scalar_function(c"norm", 2, flags, move |at| {
            all.row(at, |_, row| Ok(row.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt()))
        })?;
        let all = numbers;
        connection.create_scalar_function(c"list", 2, flags, move |at| {
            all.row(at, |_, row| serde_json::to_string(row).map_err(|e| fault(&e.to_string())))
        })
    }
}

/// The first thing that was wrong with the store while a query ran.
pub(crate) type Broken = Arc<Mutex<Option<Error>>>;

fn take(broken: &Broken) -> Option<Error> {
    lock(broken).take()
}

/// A panic elsewhere leaves these values whole.
fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes an error of the store and ends the query.
pub(crate) fn noted(broken: &Broken) -> impl Fn(Error) -> Sql + '_ {
    move |e| {
        let text = e.to_string();
        lock(broken).get_or_insert(e);
        fault(&text)
    }
}

fn fault(problem: &str) -> Sql {
    Sql::UserFunctionError(problem.into())
}

fn told(e: &Sql) -> Error {
    let problem = match e {
        Sql::SqlInputError { msg, sql, offset, .. } => {
            let at = usize::try_from(*offset).ok().and_then(|o| sql.get(o..)).unwrap_or_default();
            let near: String = at.chars().take(20).collect();
            if near.is_empty() { msg.clone() } else { format!("{msg} (at `{near}`)") }
        }
        Sql::SqliteFailure(_, Some(msg)) => msg.clone(),
        Sql::UserFunctionError(e) => e.to_string(),
        other => other.to_string(),
    };
    request(
        "sql",
        problem,
        "tables are tokens(row, document, position, token_id, token) and sites(site, units); functions are \
         value(row, site, unit), norm(row, site) and list(row, site)",
    )
}

/// Rows of sites, read a block at a time.
struct Numbers {
    store: Arc<Inner>,
    /// For each site the block in memory: shard, number, values.
    blocks: Mutex<Vec<Option<(usize, usize, Vec<f32>)>>>,
    broken: Broken,
}

impl Numbers {
    /// What `f` makes of the row and the site that a call names.
    fn row<T>(
        &self,
        at: &Context<'_>,
        f: impl FnOnce(&str, &[f32]) -> std::result::Result<T, Sql>,
    ) -> std::result::Result<T, Sql> {
        let (row, site): (i64, String) = (at.get(0)?, at.get(1)?);
        let note = noted(&self.broken);
        let place = self.store.schema.site(&site).map_err(&note)?;
        let units = self.store.schema.sites[place].units;
        let Some(row) = u64::try_from(row).ok().filter(|r| *r < self.store.rows) else {
            return Err(fault(&format!("there is no row {row}; the store has {}", self.store.rows)));
        };
        let (shard, block, within) = self.store.locate(row);
        let mut blocks = lock(&self.blocks);
        blocks.resize(self.store.schema.sites.len(), None);
        if blocks[place].as_ref().is_none_or(|b| (b.0, b.1) != (shard, block)) {
            let mut values = vec![0.0; self.store.size(shard, block, place)];
            self.store.block(shard, block, place, &mut values).map_err(&note)?;
            blocks[place] = Some((shard, block, values));
        }
        match &blocks[place] {
            Some((_, _, values)) => f(&site, &values[within * units..(within + 1) * units]),
            None => Err(fault("no block")),
        }
    }
}
