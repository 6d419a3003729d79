//! Tables of observations: each row is a query that was seen to be true, or false.
//!
//! With a template, `addition(mnist(A), mnist(B), S)`, the columns are its variables: numbers are numbers, lists and compound
//! terms are read as such, anything else is an atom, or a string where a file name is meant. Without one, the column `query`
//! holds whole queries. A column `truth` (true or false) is optional.

use std::path::Path;

use symbolon_data::Csv;
use symbolon_theory::term::{Term, TermStore};

use super::Observations;
use super::declared::{DeclaredTable, wrong};
use crate::error::Result;
use crate::program::Program;

/// Reads a table.
///
/// # Errors
/// A table that cannot be read, lacks a column, or holds something that is no query, with file and line.
pub(crate) fn read(program: &mut Program, folder: &Path, table: &DeclaredTable) -> Result<Observations> {
    let csv = Csv::read(folder.join(&table.file))?;
    let file = table.file.display();
    let truth = csv.header().iter().position(|c| c == "truth");
    let columns: Vec<usize> = match table.template {
        Some(_) => {
            let found: std::result::Result<_, _> = table.vars.iter().map(|v| csv.column(v)).collect();
            found
                .map_err(|e| wrong(program.theory(), table.span, e.to_string(), "name the variables as the columns"))?
        }
        None => vec![csv.column("query")?],
    };
    let mut read = Observations::default();
    for (row, fields) in csv.rows().iter().enumerate() {
        let value = match truth.map(|c| (c, fields[c].as_str())) {
            None | Some((_, "" | "true" | "1")) => true,
            Some((_, "false" | "0")) => false,
            Some((c, other)) => {
                return Err(csv.error(row, c, format!("`{other}` is no truth"), "write true or false").into());
            }
        };
        let bad = |e: crate::Error| csv.error(row, columns[0], e.to_string(), "correct the row");
        let example = match table.template {
            Some(template) => {
                let mut values = Vec::with_capacity(columns.len());
                for &c in &columns {
                    values.push(term(program, &fields[c]).map_err(|p| csv.error(row, c, p, "write a term"))?);
                }
                let goal = {
                    let mut terms = program.theory().terms.lock();
                    terms.substitute(template, &mut |_, v| values[v as usize])
                };
                program.observed(goal, value)
            }
            None if value => program.example(&fields[columns[0]]),
            None => program.example(&format!("\\+ ({})", fields[columns[0]])),
        };
        let example = match example {
            Ok(example) => example,
            // Words about one query come with the place; a theory that is wrong speaks for itself.
            Err(e @ (crate::Error::Open { .. } | crate::Error::Stopped { .. })) => return Err(bad(e).into()),
            Err(e) => return Err(e),
        };
        let query = match table.template {
            Some(template) => {
                let named: Vec<std::sync::Arc<str>> = columns.iter().map(|&c| fields[c].as_str().into()).collect();
                program.theory().terms.lock().display_with(template, &named).to_string()
            }
            None => fields[columns[0]].clone(),
        };
        let not = if value { "" } else { "\\+ " };
        read.push(example, format!("{not}{query}"), format!("{file}:{}", csv.line(row)));
    }
    Ok(read)
}

/// A field as a term.
fn term(program: &mut Program, field: &str) -> std::result::Result<Term, String> {
    let mut terms = program.theory().terms.lock();
    if let Some(term) = plain(&mut terms, field) {
        return Ok(term);
    }
    drop(terms);
    program.term(field).map_err(|e| e.to_string())
}

/// What needs no parser: numbers, names, file names.
fn plain(terms: &mut TermStore, field: &str) -> Option<Term> {
    if let Ok(n) = field.parse::<i64>() {
        return Some(terms.int(n));
    }
    if let Some(x) = field.parse::<f64>().ok().filter(|x| x.is_finite()) {
        return Some(terms.float(x));
    }
    let name = |c: char| c.is_alphanumeric() || c == '_';
    if field.starts_with(char::is_lowercase) && field.chars().all(name) {
        return Some(terms.atom(field));
    }
    // Anything but a list, a compound term or a quoted text is a name of something outside, such as a file.
    let structured =
        field.starts_with(['[', '"', '\'']) || (field.starts_with(char::is_lowercase) && field.ends_with(')'));
    (!structured).then(|| terms.string(field))
}
