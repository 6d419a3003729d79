//! Tables for supervised learning: columns of numbers and columns of categories.

use crate::csv::Csv;
use crate::error::Result;
use std::path::Path;
use symbolon_tensor::{DType, Tensor};

/// What a column holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Numbers; an empty field is NaN.
    Numbers(Vec<f64>),
    /// Categories: for each row an index into the names, which are sorted. An empty field is a category of its own.
    Categories {
        /// For each row its category.
        codes: Vec<usize>,
        /// Names of the categories.
        names: Vec<String>,
    },
}

/// A table with typed columns.
///
/// A column whose non-empty fields are all finite numbers holds numbers, any other holds categories.
#[derive(Clone, Debug)]
pub struct Table {
    csv: Csv,
    columns: Vec<Column>,
}

impl Table {
    /// Reads a comma- or tab-separated file: see [`Csv::read`].
    ///
    /// # Errors
    /// As [`Csv::read`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        Ok(Self::from(Csv::read(path)?))
    }
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.csv.rows().len()
    }
    /// Names of the columns.
    pub fn header(&self) -> &[String] {
        self.csv.header()
    }
    /// A column.
    ///
    /// # Errors
    /// [`Error::Format`](crate::Error::Format) with the columns there are.
    pub fn column(&self, name: &str) -> Result<&Column> {
        Ok(&self.columns[self.csv.column(name)?])
    }
    /// Columns of numbers as `[rows, columns]`, `F32`.
    ///
    /// # Errors
    /// [`Error::Format`](crate::Error::Format) with the line of the first empty field or of the first field that is no number.
    pub fn numbers(&self, names: &[&str]) -> Result<Tensor> {
        let columns = names.iter().map(|n| self.csv.column(n)).collect::<Result<Vec<_>>>()?;
        let mut values = Vec::with_capacity(self.rows() * columns.len());
        for row in 0..self.rows() {
            for &column in &columns {
                let field = &self.csv.rows()[row][column];
                values.push(number(field).ok_or_else(|| {
                    let problem = if field.is_empty() { "is empty".into() } else { format!("`{field}` is no number") };
                    self.csv.error(row, column, problem, "correct it, remove the row, or read the column as categories")
                })?);
            }
        }
        Ok(Tensor::new(values, [self.rows(), columns.len()])?.to(DType::F32))
    }
    /// A column as categories whatever it holds: codes for each row, and the names, numbers in their order before words.
    ///
    /// # Errors
    /// [`Error::Format`](crate::Error::Format) with the columns there are.
    pub fn categories(&self, name: &str) -> Result<(Vec<usize>, Vec<String>)> {
        let at = self.csv.column(name)?;
        Ok(categories(self.csv.rows().iter().map(|r| r[at].as_str())))
    }
}

impl From<Csv> for Table {
    fn from(csv: Csv) -> Self {
        let column = |at: usize| {
            let fields = || csv.rows().iter().map(|r| r[at].as_str());
            match fields().all(|f| f.is_empty() || number(f).is_some()) {
                true => Column::Numbers(fields().map(|f| number(f).unwrap_or(f64::NAN)).collect()),
                false => {
                    let (codes, names) = categories(fields());
                    Column::Categories { codes, names }
                }
            }
        };
        let columns = (0..csv.header().len()).map(column).collect();
        Self { csv, columns }
    }
}

fn number(field: &str) -> Option<f64> {
    field.parse().ok().filter(|v: &f64| v.is_finite())
}

fn categories<'a>(fields: impl Iterator<Item = &'a str> + Clone) -> (Vec<usize>, Vec<String>) {
    let order = |a: &&str, b: &&str| match (number(a), number(b)) {
        (Some(x), Some(y)) => x.total_cmp(&y).then_with(|| a.cmp(b)),
        (x, y) => x.is_none().cmp(&y.is_none()).then_with(|| a.cmp(b)),
    };
    let mut names: Vec<&str> = fields.clone().collect();
    names.sort_by(order);
    names.dedup();
    let codes = fields.map(|f| names.binary_search_by(|n| order(n, &f)).unwrap_or(0)).collect();
    (codes, names.into_iter().map(str::to_owned).collect())
}
