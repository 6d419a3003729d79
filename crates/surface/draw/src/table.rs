//! Tables: numbers stand under each other by their decimal points, intervals show both ends, verdicts have a sign and a word.

use crate::pixels::Pixels;
use crate::text;
use crate::xml::{Element, el};

/// What a check came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Supported, right, passed.
    Good,
    /// Refuted, wrong, failed.
    Bad,
    /// Inconclusive, skipped, unknown.
    Open,
}

impl Mark {
    /// The sign: its shape alone tells the marks apart.
    pub fn sign(self) -> &'static str {
        match self {
            Mark::Good => "✓",
            Mark::Bad => "✗",
            Mark::Open => "?",
        }
    }

    pub(crate) fn class(self) -> &'static str {
        match self {
            Mark::Good => "good",
            Mark::Bad => "bad",
            Mark::Open => "open",
        }
    }

    /// The sign and a word as HTML.
    pub(crate) fn html(self, word: &str) -> Element {
        el("span")
            .class(&format!("mark-{}", self.class()))
            .child(el("span").at("aria-hidden", "true").text(self.sign()))
            .text(" ")
            .text(word)
    }
}

/// One entry of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Words.
    Text(String),
    /// A program text or an identifier, in a fixed-width font.
    Code(String),
    /// A number; its column says how it is written.
    Number(f64),
    /// An estimate with an interval around it.
    Interval {
        /// The estimate.
        value: f64,
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
    },
    /// A sign and a word.
    Verdict(Mark, String),
    /// Small pictures side by side with a text for those who cannot see them.
    Pictures(Vec<Pixels>, String),
}

impl Cell {
    /// An estimate with its interval.
    pub fn interval(value: f64, low: f64, high: f64) -> Cell {
        Cell::Interval { value, low, high }
    }

    /// A verdict with its word.
    pub fn verdict(mark: Mark, word: impl Into<String>) -> Cell {
        Cell::Verdict(mark, word.into())
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.into())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::Text(text)
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Cell {
        Cell::Number(number)
    }
}

impl From<usize> for Cell {
    fn from(number: usize) -> Cell {
        Cell::Number(number as f64)
    }
}

/// How a column is headed and how its numbers are written.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    heading: String,
    /// Right-aligned, for numbers.
    numeric: bool,
    decimals: Option<usize>,
    percent: bool,
}

impl Column {
    /// A column of texts.
    pub fn text(heading: impl Into<String>) -> Column {
        Column { heading: heading.into(), numeric: false, decimals: None, percent: false }
    }

    /// A column of numbers, with as many decimals as four significant digits of the largest need.
    pub fn number(heading: impl Into<String>) -> Column {
        Column { numeric: true, ..Column::text(heading) }
    }

    /// A column of fractions, written as percentages with one decimal.
    pub fn percent(heading: impl Into<String>) -> Column {
        Column { decimals: Some(1), percent: true, ..Column::number(heading) }
    }

    /// Numbers are written with this many decimals.
    pub fn decimals(mut self, decimals: usize) -> Column {
        self.decimals = Some(decimals);
        self
    }

    fn value(&self, value: f64, decimals: usize) -> String {
        if self.percent {
            // Also the unit belongs to each number: columns are read aloud cell by cell.
            return if value.is_finite() {
                format!("{} %", text::fixed(value * 100.0, decimals))
            } else {
                text::fixed(value, 0)
            };
        }
        let tiny = value != 0.0 && value.abs() < 0.5 * 10f64.powi(-(decimals as i32));
        if value.is_finite() && (value.abs() >= 1e9 || tiny && self.decimals.is_none()) {
            return text::significant(value, 3);
        }
        text::fixed(value, decimals)
    }

    /// The decimals for a column of these numbers.
    fn decimals_for(&self, numbers: &[f64]) -> usize {
        if let Some(decimals) = self.decimals {
            return decimals;
        }
        let finite = || numbers.iter().filter(|n| n.is_finite());
        if finite().all(|n| n.fract() == 0.0) {
            return 0;
        }
        let largest = finite().fold(0.0f64, |m, n| m.max(n.abs()));
        (3.0 - largest.max(1e-300).log10().floor()).clamp(0.0, 6.0) as usize
    }
}

/// A table with a caption.
///
/// ```
/// use symbolon_draw::{Cell, Column, Mark, Table};
/// let table = Table::new("Interchange interventions")
///     .column(Column::text("network"))
///     .column(Column::percent("sum follows"))
///     .column(Column::text("verdict"))
///     .row(["trained".into(), Cell::interval(0.981, 0.972, 0.988), Cell::verdict(Mark::Good, "supported")]);
/// assert!(table.text().contains("98.1 % [97.2, 98.8]"));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    caption: String,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    notes: Vec<String>,
    left_out: usize,
}

/// Rows that [`Table::extend`] takes; the rest is counted.
const ROWS: usize = 200;

impl Table {
    /// An empty table.
    pub fn new(caption: impl Into<String>) -> Table {
        Table { caption: caption.into(), ..Table::default() }
    }

    /// Numbers in rows: a column with the name of each row, headed by `rows`, then one for each of `columns`.
    ///
    /// ```
    /// use symbolon_draw::Table;
    /// let table = Table::numbers("Errors", "task", ["near", "far"], [("a + b", vec![0.5, 2.0])]);
    /// assert!(table.text().contains("a + b"));
    /// ```
    pub fn numbers<C: Into<String>, R: Into<String>>(
        caption: impl Into<String>,
        rows: impl Into<String>,
        columns: impl IntoIterator<Item = C>,
        values: impl IntoIterator<Item = (R, Vec<f64>)>,
    ) -> Table {
        let table = Table::new(caption).column(Column::text(rows));
        let table = columns.into_iter().fold(table, |t, c| t.column(Column::number(c)));
        let row = |(name, values): (R, Vec<f64>)| {
            [Cell::Text(name.into())].into_iter().chain(values.into_iter().map(Cell::Number)).collect::<Vec<_>>()
        };
        table.extend(values.into_iter().map(row))
    }
    /// Texts in rows, a column for each heading.
    ///
    /// ```
    /// use symbolon_draw::Table;
    /// let table = Table::texts("Engines", ["facet", "exact"], [vec!["recursion".to_owned(), "runs".to_owned()]]);
    /// assert!(table.text().contains("recursion") && table.text().contains("facet"));
    /// ```
    pub fn texts<C: Into<String>>(
        caption: impl Into<String>,
        columns: impl IntoIterator<Item = C>,
        rows: impl IntoIterator<Item = Vec<String>>,
    ) -> Table {
        let table = columns.into_iter().fold(Table::new(caption), |t, c| t.column(Column::text(c)));
        table.extend(rows.into_iter().map(|row| row.into_iter().map(Cell::Text).collect()))
    }

    /// Adds a column.
    pub fn column(mut self, column: Column) -> Table {
        self.columns.push(column);
        self
    }

    /// Adds a row. Missing cells are empty; surplus ones get columns without headings.
    pub fn row(mut self, cells: impl IntoIterator<Item = Cell>) -> Table {
        self.rows.push(cells.into_iter().collect());
        self
    }

    /// Adds rows, at most 200 in all; how many more there were is said below the table.
    pub fn extend(mut self, rows: impl IntoIterator<Item = Vec<Cell>>) -> Table {
        for row in rows {
            if self.rows.len() < ROWS {
                self.rows.push(row);
            } else {
                self.left_out += 1;
            }
        }
        self
    }

    /// Adds a remark below the table.
    pub fn note(mut self, note: impl Into<String>) -> Table {
        self.notes.push(note.into());
        self
    }

    /// The caption.
    pub fn caption(&self) -> &str {
        &self.caption
    }

    /// Columns, surplus cells included.
    fn all_columns(&self) -> Vec<Column> {
        let mut columns = self.columns.clone();
        let widest = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        while columns.len() < widest {
            columns.push(Column::text(""));
        }
        columns
    }

    fn decimals(&self, columns: &[Column]) -> Vec<usize> {
        let numbers = |i: usize| {
            let mut numbers = Vec::new();
            for row in &self.rows {
                match row.get(i) {
                    Some(Cell::Number(n)) => numbers.push(*n),
                    Some(Cell::Interval { value, low, high }) => numbers.extend([*value, *low, *high]),
                    _ => {}
                }
            }
            numbers
        };
        columns.iter().enumerate().map(|(i, c)| c.decimals_for(&numbers(i))).collect()
    }

    fn remarks(&self) -> Vec<String> {
        let mut remarks = self.notes.clone();
        if self.left_out > 0 {
            remarks.push(format!("{} not shown.", text::count(self.left_out, "more row")));
        }
        remarks
    }

    /// The `<table>` in a frame that scrolls sideways where the page is narrow; with a number, also its caption.
    pub(crate) fn html(&self, number: Option<usize>) -> Element {
        let columns = self.all_columns();
        let decimals = self.decimals(&columns);
        let mut table = el("table");
        // The caption stands outside of the frame: it must not scroll away with wide tables.
        let mut caption = None;
        if let Some(number) = number {
            let id = format!("table-{number}");
            let words = el("p").class("caption").at("id", &id).child(el("b").text(&format!("Table {number}.")));
            caption = Some(words.text(" ").text(&self.caption));
            table = table.at("aria-labelledby", &id);
        }
        let heads = columns.iter().map(|c| {
            let head = el("th").at("scope", "col").text(&c.heading);
            if c.numeric { head.class("n") } else { head }
        });
        table.push(el("thead").child(el("tr").children(heads)));
        let mut body = el("tbody");
        for row in &self.rows {
            let cells = columns.iter().zip(&decimals).enumerate().map(|(i, (column, &decimals))| {
                let cell = row.get(i).unwrap_or(&Cell::Empty);
                let td = if i == 0 && !column.numeric { el("th").at("scope", "row") } else { el("td") };
                let td = if column.numeric { td.class("n") } else { td };
                cell_html(td, cell, column, decimals)
            });
            body.push(el("tr").children(cells));
        }
        table.push(body);
        let name = if self.caption.is_empty() { "Table" } else { self.caption.as_str() };
        let frame =
            el("div").class("scroll").at("tabindex", "0").at("role", "region").at("aria-label", name).child(table);
        let remarks = self.remarks().into_iter().map(|r| el("p").class("remark").text(&r));
        el("div").class("table").children(caption).child(frame).children(remarks)
    }

    /// The table in characters, for a terminal.
    pub fn text(&self) -> String {
        let columns = self.all_columns();
        let decimals = self.decimals(&columns);
        let mut lines: Vec<Vec<String>> = vec![columns.iter().map(|c| c.heading.clone()).collect()];
        for row in &self.rows {
            let cell = |(i, c): (usize, &Column)| cell_text(row.get(i).unwrap_or(&Cell::Empty), c, decimals[i]);
            lines.push(columns.iter().enumerate().map(cell).collect());
        }
        let widths: Vec<usize> =
            (0..columns.len()).map(|i| lines.iter().map(|l| l[i].chars().count()).max().unwrap_or(0)).collect();
        let mut out = String::new();
        if !self.caption.is_empty() {
            out.push_str(&self.caption);
            out.push('\n');
        }
        for line in lines {
            let mut written = String::new();
            for (i, cell) in line.iter().enumerate() {
                let gap = " ".repeat(widths[i] - cell.chars().count());
                let parts = if columns[i].numeric { [gap.as_str(), cell] } else { [cell, gap.as_str()] };
                written.push_str(&parts.concat());
                written.push_str("  ");
            }
            out.push_str(written.trim_end());
            out.push('\n');
        }
        for remark in self.remarks() {
            out.push_str(&remark);
            out.push('\n');
        }
        out
    }
}

fn interval(column: &Column, decimals: usize, low: f64, high: f64) -> String {
    let bare = |v: f64| column.value(v, decimals).trim_end_matches(" %").to_string();
    format!("[{}, {}]", bare(low), bare(high))
}

fn cell_text(cell: &Cell, column: &Column, decimals: usize) -> String {
    let line = |t: &str| t.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(t) | Cell::Code(t) | Cell::Pictures(_, t) => line(t),
        Cell::Number(n) => column.value(*n, decimals),
        Cell::Interval { value, low, high } => {
            format!("{} {}", column.value(*value, decimals), interval(column, decimals, *low, *high))
        }
        Cell::Verdict(mark, word) => format!("{} {}", mark.sign(), line(word)),
    }
}

fn cell_html(td: Element, cell: &Cell, column: &Column, decimals: usize) -> Element {
    match cell {
        Cell::Empty => td,
        Cell::Text(t) => td.text(t),
        Cell::Code(t) => td.child(el("code").text(t)),
        Cell::Number(n) => td.text(&column.value(*n, decimals)),
        Cell::Interval { value, low, high } => td
            .text(&column.value(*value, decimals))
            .text(" ")
            .child(el("span").class("interval").text(&interval(column, decimals, *low, *high))),
        Cell::Verdict(mark, word) => td.child(mark.html(word)),
        Cell::Pictures(pictures, alt) => td.children(pictures_html(pictures, alt)),
    }
}

/// Small pictures in running HTML; the first carries the text for all of them.
pub(crate) fn pictures_html<'a>(pictures: &'a [Pixels], alt: &'a str) -> impl Iterator<Item = Element> + 'a {
    pictures.iter().enumerate().map(move |(i, p)| {
        el("img")
            .class("pixels")
            .at("src", p.uri())
            .at("alt", if i == 0 { alt } else { "" })
            .at("width", 56.0)
            .at("height", (56.0 * p.height() as f64 / p.width() as f64).clamp(8.0, 112.0).round())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_a_column_have_the_same_decimals() {
        let table = Table::new("t")
            .column(Column::text("name"))
            .column(Column::number("loss"))
            .column(Column::percent("share"))
            .row(["a".into(), 1.5.into(), 0.5.into()])
            .row(["b".into(), 12.25.into(), f64::NAN.into()])
            .row(["c".into(), 1e-9.into()]);
        assert_eq!(table.text(), "t\nname   loss   share\na      1.50  50.0 %\nb     12.25     n/a\nc      10⁻⁹\n");
    }

    #[test]
    fn ragged_rows_and_long_tables() {
        let table = Table::new("t").column(Column::text("a")).row(["x".into(), "surplus".into()]).row([]);
        let page = table.html(Some(1)).render();
        let parsed = roxmltree::Document::parse(&page).unwrap();
        for row in parsed.descendants().filter(|n| n.has_tag_name("tr")) {
            assert_eq!(row.children().filter(|n| n.is_element()).count(), 2);
        }
        let long = Table::new("").column(Column::number("i")).extend((0..1250).map(|i: usize| vec![i.into()]));
        assert!(long.text().ends_with("199\n1,050 more rows not shown.\n"));
    }
}
