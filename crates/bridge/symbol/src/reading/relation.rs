//! Relations: tables whose rows are facts.

use crate::error::{Error, Result};
use crate::facts::{atom, quoted, real};

/// A column of a relation.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Names: atoms.
    Name(Vec<String>),
    /// Whole numbers.
    Int(Vec<i64>),
    /// Real numbers.
    Real(Vec<f64>),
    /// Terms of one functor with whole numbers as arguments, such as `t(3, 17)`; without arguments the functor alone. The
    /// functor is written as it is: an atom.
    Term(String, Vec<Vec<i64>>),
}

impl Column {
    /// How many rows it has.
    pub fn len(&self) -> usize {
        match self {
            Column::Name(v) => v.len(),
            Column::Int(v) => v.len(),
            Column::Real(v) => v.len(),
            Column::Term(_, v) => v.len(),
        }
    }
    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    fn write(&self, row: usize, out: &mut String) {
        match self {
            Column::Name(v) => out.push_str(&quoted(&v[row])),
            Column::Int(v) => out.push_str(&v[row].to_string()),
            Column::Real(v) => out.push_str(&real(v[row])),
            Column::Term(functor, v) => {
                out.push_str(functor);
                let arguments: Vec<String> = v[row].iter().map(i64::to_string).collect();
                if !arguments.is_empty() {
                    out.push('(');
                    out.push_str(&arguments.join(", "));
                    out.push(')');
                }
            }
        }
    }
}

/// A table whose rows are facts.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// Its name.
    pub name: String,
    /// Its columns, all of one length.
    pub columns: Vec<Column>,
}

impl Relation {
    /// A relation.
    ///
    /// # Errors
    /// [`Error::Reading`] without columns or when their lengths differ.
    pub fn new(name: &str, columns: Vec<Column>) -> Result<Relation> {
        let lengths: Vec<usize> = columns.iter().map(Column::len).collect();
        if lengths.is_empty() || lengths.iter().any(|l| *l != lengths[0]) {
            let problem = format!("the columns of relation `{name}` have lengths {lengths:?}; one length is needed");
            return Err(Error::Reading { reading: name.to_owned(), problem });
        }
        let uneven = |c: &Column| matches!(c, Column::Term(_, rows) if rows.iter().any(|r| r.len() != rows[0].len()));
        if columns.iter().any(uneven) {
            let problem = format!("terms in a column of relation `{name}` have different numbers of arguments");
            return Err(Error::Reading { reading: name.to_owned(), problem });
        }
        Ok(Relation { name: name.to_owned(), columns })
    }
    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.columns[0].len()
    }
    /// Appends its facts to the text of a theory.
    pub(super) fn write(&self, out: &mut String) {
        let name = atom(&self.name);
        for row in 0..self.rows() {
            out.push_str(&name);
            out.push('(');
            for (i, column) in self.columns.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                column.write(row, out);
            }
            out.push_str(").\n");
        }
    }
}
