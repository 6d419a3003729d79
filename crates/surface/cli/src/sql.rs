//! `symbolon sql`: questions about a store of activations.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value, json};
use symbolon_store::{Cell, Store};
use symbolon_theory::diag::Diagnostics;

use crate::project::plain;
use crate::{DONE, ended, render};

#[derive(Args, Debug)]
pub struct Sql {
    /// A store that `symbolon harvest` wrote
    #[arg(value_name = "DIR")]
    pub store: PathBuf,
    /// The question, such as "select token, value(row, 'blocks.3.resid_post', 17) as v from tokens order by v desc"
    #[arg(value_name = "QUESTION")]
    pub question: String,
    /// Print at most so many rows
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub limit: usize,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Runs the command and returns its exit status.
pub fn run(args: &Sql) -> u8 {
    ended(sql(args), args.json, json!({"rows": []}))
}

fn sql(args: &Sql) -> Result<u8, Diagnostics> {
    let failed = |e: symbolon_store::Error| plain(e.to_string());
    let store = Store::open(&args.store).map_err(failed)?;
    let (mut rows, mut more) = (Vec::new(), false);
    let columns = store.sql(&args.question, &mut |row| {
        more = rows.len() == args.limit;
        if !more {
            rows.push(row.to_vec());
        }
        !more
    });
    let columns = columns.map_err(failed)?;
    if args.json {
        let object = |row: &Vec<Cell>| -> Map<String, Value> {
            columns.iter().cloned().zip(row.iter().map(|c| json!(c))).collect()
        };
        let all: Vec<_> = rows.iter().map(object).collect();
        println!("{}", json!({"columns": columns, "rows": all, "complete": !more}));
        return Ok(DONE);
    }
    let text = |cell: &Cell| match cell {
        Cell::Null => String::new(),
        Cell::Integer(n) => n.to_string(),
        Cell::Real(x) => format!("{x:.6}"),
        // Tokens have line ends and spaces in them.
        Cell::Text(t) => t.escape_debug().to_string(),
    };
    let header: Vec<&str> = columns.iter().map(String::as_str).collect();
    let rows: Vec<Vec<String>> = rows.iter().map(|r| r.iter().map(text).collect()).collect();
    print!("{}", render::table(&header, &rows));
    if more {
        eprintln!("there are more rows; --limit N shows more");
    }
    Ok(DONE)
}
