//! Text tables: comma-separated, or tab-separated when the file is called `.tsv` or `.tab`; plain or gzipped (`.csv.gz`).

use crate::error::{Result, format};
use crate::source::Source;
use std::path::{Path, PathBuf};

/// A text table with a header, every row as long as the header.
#[derive(Clone, Debug)]
pub struct Csv {
    path: PathBuf,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    lines: Vec<u64>,
}

impl Csv {
    /// Reads a file whose first line names the columns. White space around fields is removed.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) when the file cannot be read, [`Error::Format`](crate::Error::Format) with the line
    /// when it is no text, has rows of different lengths, or names a column twice or not at all.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        Self::parse(&Source::open(path.as_ref())?)
    }
    /// The same from bytes that are at hand.
    pub(crate) fn parse(source: &Source<'_>) -> Result<Self> {
        let (path, text) = (source.path, source.text()?);
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        let tab = name.ends_with(".tsv") || name.ends_with(".tab");
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(if tab { b'\t' } else { b',' })
            .trim(csv::Trim::All)
            .flexible(true)
            .from_reader(text.as_bytes());
        let bad = |e: csv::Error| {
            let place = e.position().map_or("content".into(), |p| format!("line {}", p.line()));
            format(path, place, e.to_string(), "correct the line")
        };
        let header: Vec<String> = reader.headers().map_err(bad)?.iter().map(str::to_owned).collect();
        for (at, column) in header.iter().enumerate() {
            let problem = match () {
                () if column.is_empty() => format!("column {} has no name", at + 1),
                () if header[..at].contains(column) => format!("two columns are called `{column}`"),
                () => continue,
            };
            return Err(format(path, "line 1", problem, "name every column differently in the first line"));
        }
        if header.is_empty() {
            return Err(format(path, "line 1", "the file is empty", "name the columns in the first line"));
        }
        let (mut rows, mut lines) = (Vec::new(), Vec::new());
        for record in reader.records() {
            let record = record.map_err(bad)?;
            let line = record.position().map_or(0, csv::Position::line);
            if record.len() != header.len() {
                let problem = format!("{} fields, the header has {}", record.len(), header.len());
                let remedy = "correct the line; quote fields that hold the separator";
                return Err(format(path, format!("line {line}"), problem, remedy));
            }
            rows.push(record.iter().map(str::to_owned).collect());
            lines.push(line);
        }
        Ok(Self { path: path.to_owned(), header, rows, lines })
    }
    /// The file it came from.
    pub fn path(&self) -> &Path {
        &self.path
    }
    /// Names of the columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }
    /// Rows of fields.
    pub fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }
    /// The line of the file on which a row starts, counted from 1.
    pub fn line(&self, row: usize) -> u64 {
        self.lines.get(row).copied().unwrap_or(0)
    }
    /// Where a column stands.
    ///
    /// # Errors
    /// [`Error::Format`](crate::Error::Format) with the columns there are.
    pub fn column(&self, name: &str) -> Result<usize> {
        self.header.iter().position(|h| h == name).ok_or_else(|| {
            let remedy = format!("its columns are {}", self.header.join(", "));
            format(&self.path, "line 1", format!("no column `{name}`"), remedy)
        })
    }
    /// An error about one field, for readers that give fields a meaning.
    pub fn error(
        &self,
        row: usize,
        column: usize,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> crate::Error {
        let name = self.header.get(column).map_or("?", String::as_str);
        format(&self.path, format!("line {}, column `{name}`", self.line(row)), problem, remedy)
    }
}
