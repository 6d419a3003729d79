//! Heat maps: a table of numbers as colours, for confusion matrices, attention patterns, correlations.
//!
//! Small maps are made of cells that can show their values; large ones become an image with one pixel a cell. The sequential
//! colour map runs from the background to a strong blue, the diverging one from blue over the background to orange; both
//! are ordered by lightness, so they survive grey printing and colour blindness.

use crate::drawing::{Drawing, Svg, heading, notes, usable};
use crate::error::DrawError;
use crate::pixels::Pixels;
use crate::scale::Scale;
use crate::table::{Cell, Column, Table};
use crate::text::{count, fit, fixed, significant, width as text_width};
use crate::theme;
use crate::xml::{Element, el, label, line, rect};

/// More cells than this are drawn as an image.
const CELLS: usize = 2500;
const SIZE: f64 = 12.0;

/// A grid of numbers drawn as colours.
///
/// ```
/// use symbolon_draw::{Drawing, HeatMap};
/// let map = HeatMap::new("Confusion", 2, 2, &[48.0, 2.0, 1.0, 49.0])?.rows("true digit", ["0", "1"]).columns("read as", ["0", "1"]).values();
/// assert!(map.description().contains("greatest 49"));
/// # Ok::<(), symbolon_draw::DrawError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    title: String,
    description: Option<String>,
    rows: usize,
    columns: usize,
    values: Vec<f64>,
    row_axis: (String, Vec<String>),
    column_axis: (String, Vec<String>),
    unit: String,
    range: Option<(f64, f64)>,
    diverging: bool,
    show_values: bool,
    percent: bool,
    triangle: bool,
    square: bool,
}

impl HeatMap {
    /// A map of `rows` x `columns` values, row after row, the first row on top. Values that are not finite are marked as missing.
    pub fn new(title: impl Into<String>, rows: usize, columns: usize, values: &[f64]) -> Result<HeatMap, DrawError> {
        let title = title.into();
        if rows == 0 || columns == 0 || rows.checked_mul(columns) != Some(values.len()) {
            return Err(DrawError::Shape { what: format!("heat map {title:?}"), rows, columns, given: values.len() });
        }
        let limit = 4096;
        if rows > limit || columns > limit {
            return Err(DrawError::Picture { width: columns, height: rows, limit });
        }
        Ok(HeatMap {
            title,
            description: None,
            rows,
            columns,
            values: values.to_vec(),
            row_axis: Default::default(),
            column_axis: Default::default(),
            unit: String::new(),
            range: None,
            diverging: false,
            show_values: false,
            percent: false,
            triangle: false,
            square: true,
        })
    }

    /// What the rows are and how each is called. Missing names are left blank.
    pub fn rows<S: Into<String>>(mut self, axis: impl Into<String>, names: impl IntoIterator<Item = S>) -> HeatMap {
        self.row_axis = (axis.into(), names.into_iter().map(Into::into).collect());
        self
    }

    /// What the columns are and how each is called. Missing names are left blank.
    pub fn columns<S: Into<String>>(mut self, axis: impl Into<String>, names: impl IntoIterator<Item = S>) -> HeatMap {
        self.column_axis = (axis.into(), names.into_iter().map(Into::into).collect());
        self
    }

    /// What the colours measure.
    pub fn measure(mut self, unit: impl Into<String>) -> HeatMap {
        self.unit = unit.into();
        self
    }

    /// The values at the ends of the colour map; what lies beyond has the colour of the end.
    pub fn range(mut self, low: f64, high: f64) -> HeatMap {
        self.range = (low.is_finite() && high.is_finite() && low != high).then(|| (low.min(high), low.max(high)));
        self
    }

    /// Zero has the colour of the background, negative and positive values have colours of their own.
    pub fn diverging(mut self) -> HeatMap {
        self.diverging = true;
        self
    }

    /// Values are written into the cells where they fit.
    pub fn values(mut self) -> HeatMap {
        self.show_values = true;
        self
    }

    /// Values are fractions and are written as percentages.
    pub fn percent(mut self) -> HeatMap {
        self.percent = true;
        self
    }

    /// Cells above the diagonal are left out: a causal attention pattern.
    pub fn causal(mut self) -> HeatMap {
        self.triangle = true;
        self
    }

    /// Cells fill the width instead of being square.
    pub fn stretched(mut self) -> HeatMap {
        self.square = false;
        self
    }

    /// A description in place of the one made from the data.
    pub fn describe(mut self, text: impl Into<String>) -> HeatMap {
        self.description = Some(text.into());
        self
    }

    fn shown(&self, row: usize, column: usize) -> bool {
        !self.triangle || column <= row
    }

    /// The finite values that are shown.
    fn finite(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        let shown = move |(i, v): &(usize, &f64)| v.is_finite() && self.shown(i / self.columns, i % self.columns);
        self.values.iter().enumerate().filter(shown).map(|(i, v)| (i, *v))
    }

    /// The values at the ends of the colour map.
    fn ends(&self) -> (f64, f64) {
        if let Some(range) = self.range {
            return range;
        }
        let low = self.finite().map(|v| v.1).fold(f64::INFINITY, f64::min).max(-1e300);
        let high = self.finite().map(|v| v.1).fold(f64::NEG_INFINITY, f64::max).min(1e300);
        if low > high {
            return if self.diverging { (-1.0, 1.0) } else { (0.0, 1.0) };
        }
        if self.diverging {
            let most = low.abs().max(high.abs());
            let most = if most == 0.0 { 1.0 } else { most };
            return (-most, most);
        }
        // Counts and shares are compared with nothing, not with the smallest of them.
        let low = if low > 0.0 { 0.0 } else { low };
        if low < high { (low, high) } else { (low, low + 1.0) }
    }

    /// Place in the colour map: 0 to 1, or -1 to 1 with zero in the middle.
    fn colour(&self, value: f64) -> f64 {
        let (low, high) = self.ends();
        if self.diverging {
            let most = low.abs().max(high.abs());
            (value / most).clamp(-1.0, 1.0)
        } else {
            ((value - low) / (high - low)).clamp(0.0, 1.0)
        }
    }

    fn class(&self, value: f64) -> String {
        let t = self.colour(value);
        if self.diverging { theme::diverging(t) } else { theme::sequential(t) }
    }

    fn written(&self, value: f64) -> String {
        if self.percent { format!("{} %", significant(value * 100.0, 3)) } else { significant(value, 3) }
    }

    fn name(axis: &(String, Vec<String>), i: usize) -> &str {
        axis.1.get(i).map_or("", String::as_str)
    }

    /// A name that says where a cell is, for tips and descriptions.
    fn place(&self, i: usize) -> String {
        let part = |axis: &(String, Vec<String>), i: usize, otherwise: &str| {
            let name = HeatMap::name(axis, i);
            let name = if name.is_empty() { (i + 1).to_string() } else { name.to_string() };
            format!("{} {name}", if axis.0.is_empty() { otherwise } else { &axis.0 })
        };
        let (row, column) = (i / self.columns, i % self.columns);
        format!("{}, {}", part(&self.row_axis, row, "row"), part(&self.column_axis, column, "column"))
    }

    /// The map as cells that can be pointed at.
    fn draw_cells(&self, body: &mut Vec<Element>, (left, top): (f64, f64), (cw, ch): (f64, f64)) {
        // A common share of the width, so that values are shown in all cells or in none.
        let decimals = self.decimals();
        let widest = self.finite().map(|v| text_width(&self.bare(v.1, decimals), 11.0)).fold(0.0, f64::max);
        let write = self.show_values && widest + 4.0 <= cw && ch >= 15.0;
        for (i, &value) in self.values.iter().enumerate() {
            let (row, column) = (i / self.columns, i % self.columns);
            if !self.shown(row, column) {
                continue;
            }
            let (x, y) = (left + column as f64 * cw, top + row as f64 * ch);
            let cell = rect(x, y, cw, ch);
            if !value.is_finite() {
                body.push(cell.class("missing").tip(&format!("{}: no value", self.place(i))));
                body.push(line(x + cw * 0.3, y + ch * 0.7, x + cw * 0.7, y + ch * 0.3, "axis"));
                continue;
            }
            let class = self.class(value);
            body.push(cell.class(&format!("cell {class}")).tip(&format!("{}: {}", self.place(i), self.written(value))));
            if write {
                let text = self.bare(value, decimals);
                let text = label(x + cw / 2.0, y + ch / 2.0 + 4.0, "middle", &format!("on {class}"), &text);
                body.push(text.at("font-size", 11.0));
            }
        }
    }

    /// A value as it is written into a cell: without its unit, which would crowd the cells, and with as many decimals as all
    /// other cells.
    fn bare(&self, value: f64, decimals: usize) -> String {
        let value = if self.percent { value * 100.0 } else { value };
        if value.abs() >= 1e5 { significant(value, 2) } else { fixed(value, decimals) }
    }

    /// Decimals for the cells: two significant digits of the largest, none for whole numbers.
    fn decimals(&self) -> usize {
        let factor = if self.percent { 100.0 } else { 1.0 };
        if self.finite().all(|v| (v.1 * factor).fract() == 0.0) {
            return 0;
        }
        let largest = self.finite().map(|v| (v.1 * factor).abs()).fold(0.0, f64::max);
        // A largest value just below a power of ten is as wide as the power itself.
        (1.0 - (largest * 1.01).max(1e-300).log10().floor()).clamp(0.0, 3.0) as usize + usize::from(largest <= 1.0)
    }

    /// The map as an image, once in the colours of each theme.
    fn draw_image(&self, body: &mut Vec<Element>, (x, y): (f64, f64), (w, h): (f64, f64)) {
        for (dark, class) in [(false, "pixels light-only"), (true, "pixels dark-only")] {
            let map = theme::map(dark, self.diverging);
            let blank = if dark { [0x14, 0x18, 0x1f] } else { [0xff; 3] };
            let mut bytes = Vec::with_capacity(self.values.len() * 3);
            for (i, &value) in self.values.iter().enumerate() {
                let t = self.colour(value);
                let t = if self.diverging { (t + 1.0) / 2.0 } else { t };
                let seen = value.is_finite() && self.shown(i / self.columns, i % self.columns);
                bytes.extend(if seen { map[theme::level(t)] } else { blank });
            }
            // The sides were checked when the map was made.
            if let Ok(pixels) = Pixels::rgb(self.columns, self.rows, &bytes) {
                let image = el("image").class(class).at("x", x).at("y", y).at("width", w).at("height", h);
                body.push(image.at("preserveAspectRatio", "none").at("href", pixels.uri()));
            }
        }
    }

    /// The colour bar below the map; returns what is below it.
    fn draw_bar(&self, body: &mut Vec<Element>, width: f64, left: f64, top: f64) -> f64 {
        let (low, high) = self.ends();
        let length = (width - left - 20.0).clamp(60.0, 220.0);
        let mut y = top;
        if !self.unit.is_empty() {
            body.push(label(left, y + 12.0, "start", "small muted", &fit(&self.unit, SIZE, width - left)));
            y += 18.0;
        }
        let steps = theme::LEVELS;
        for i in 0..steps {
            let value = low + (high - low) * (i as f64 / (steps - 1) as f64);
            let step = length / steps as f64;
            // A little overlap hides the seams.
            let over = if i + 1 < steps { 0.6 } else { 0.0 };
            body.push(rect(left + i as f64 * step, y, step + over, 10.0).class(&self.class(value)));
        }
        body.push(rect(left, y, length, 10.0).class("frame"));
        let (low, high) = if self.percent { (low * 100.0, high * 100.0) } else { (low, high) };
        let scale = Scale::linear(low, high);
        for tick in scale.ticks_side_by_side(length, SIZE) {
            let at = left + tick.at * length;
            body.push(line(at, y + 10.0, at, y + 14.0, "axis"));
            let text = if self.percent { format!("{} %", tick.label) } else { tick.label };
            let half = text_width(&text, SIZE) / 2.0;
            body.push(label(at.max(half).min((width - half).max(half)), y + 27.0, "middle", "tick", &text));
        }
        y + 32.0
    }
}

impl Drawing for HeatMap {
    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        if let Some(text) = &self.description {
            return text.clone();
        }
        let mut text = format!("Heat map of {} x {} values", self.rows, self.columns);
        if !self.unit.is_empty() {
            text.push_str(&format!(" ({})", self.unit));
        }
        for (axis, side) in [(&self.row_axis, "rows"), (&self.column_axis, "columns")] {
            if !axis.0.is_empty() {
                text.push_str(&format!("; {side}: {}", axis.0));
            }
        }
        let least = self.finite().min_by(|a, b| a.1.total_cmp(&b.1));
        let most = self.finite().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        if let (Some(least), Some(most)) = (least, most) {
            let said = |v: (usize, f64)| format!("{} ({})", self.written(v.1), self.place(v.0));
            text.push_str(&format!("; least {}, greatest {}", said(least), said(most)));
        }
        text.push('.');
        text
    }

    fn natural_width(&self) -> f64 {
        (self.columns as f64 * 44.0 + 90.0).clamp(300.0, 456.0)
    }

    fn draw(&self, width: f64) -> Svg {
        let width = usable(width);
        let mut body = Vec::new();
        let mut top = heading(&mut body, &self.title, width);
        let widest = self.row_axis.1.iter().take(self.rows).map(|n| text_width(n, SIZE)).fold(0.0, f64::max);
        let left = if widest > 0.0 { (widest + 10.0).min(width * 0.35) } else { 2.0 };
        let axes = [(&self.row_axis.0, "↓ "), (&self.column_axis.0, "→ ")];
        for (axis, direction) in axes.into_iter().filter(|(a, _)| !a.is_empty()) {
            let text = fit(&format!("{direction}{axis}"), SIZE, width);
            body.push(label(0.0, top + 12.0, "start", "small muted", &text));
            top += 18.0;
        }
        let room = width - left - 2.0;
        let mut cw = room / self.columns as f64;
        let mut ch = if self.square { cw } else { (320.0 / self.rows as f64).clamp(16.0, 40.0) };
        if self.square {
            // A map with few columns need not be tall to be wide.
            cw = cw.min(56.0).min(f64::max(560.0 / self.rows as f64, 4.0)).min(room / self.columns as f64);
            ch = cw;
        }
        let names = &self.column_axis.1;
        let tallest = names.iter().take(self.columns).map(|n| text_width(n, SIZE)).fold(0.0, f64::max);
        let upright = tallest > cw - 5.0;
        let skip = (14.0 / cw).ceil().max(1.0) as usize;
        if tallest > 0.0 {
            let high = if upright { tallest.min(110.0) } else { 12.0 };
            for column in (0..self.columns).step_by(if upright { skip } else { 1 }) {
                let x = left + (column as f64 + 0.5) * cw;
                let name = HeatMap::name(&self.column_axis, column);
                if upright {
                    let text = fit(name, SIZE, 110.0);
                    let at = format!("rotate(-90 {} {})", crate::xml::num(x + 4.0), crate::xml::num(top + high));
                    body.push(label(x + 4.0, top + high, "start", "tick", &text).at("transform", at));
                } else {
                    body.push(label(x, top + high, "middle", "tick", name));
                }
            }
            top += high + 7.0;
        }
        let skip = (13.0 / ch).ceil().max(1.0) as usize;
        for row in (0..self.rows.min(self.row_axis.1.len())).step_by(skip) {
            let y = top + (row as f64 + 0.5) * ch + 4.0;
            let text = fit(HeatMap::name(&self.row_axis, row), SIZE, left - 7.0);
            if widest > 0.0 {
                body.push(label(left - 7.0, y, "end", "tick", &text));
            }
        }
        if self.values.len() > CELLS {
            self.draw_image(&mut body, (left, top), (cw * self.columns as f64, ch * self.rows as f64));
        } else {
            self.draw_cells(&mut body, (left, top), (cw, ch));
        }
        let (map_width, map_height) = (cw * self.columns as f64, ch * self.rows as f64);
        if !self.triangle {
            body.push(rect(left, top, map_width, map_height).class("frame"));
        }
        let mut bottom = top + map_height + 12.0;
        bottom = self.draw_bar(&mut body, width, left, bottom);
        let missing = self.values.iter().filter(|v| !v.is_finite()).count();
        let remarks: Vec<String> = (missing > 0)
            .then(|| format!("{} missing, marked with a stroke.", count(missing, "value")))
            .into_iter()
            .collect();
        let height = notes(&mut body, &remarks, width, bottom);
        Svg { width, height: height + 4.0, body }
    }

    fn numbers(&self) -> Option<Table> {
        if self.values.len() > CELLS {
            return None;
        }
        let name = |axis: &(String, Vec<String>), i: usize| match HeatMap::name(axis, i) {
            "" => (i + 1).to_string(),
            name => name.to_string(),
        };
        let mut table = Table::new("").column(Column::text(&self.row_axis.0));
        for column in 0..self.columns {
            let heading = name(&self.column_axis, column);
            table = table.column(if self.percent { Column::percent(heading) } else { Column::number(heading) });
        }
        let row = |row: usize| {
            let cell = |column: usize| match self.values.get(row * self.columns + column) {
                Some(&v) if self.shown(row, column) => v.into(),
                _ => Cell::Empty,
            };
            std::iter::once(name(&self.row_axis, row).into()).chain((0..self.columns).map(cell)).collect()
        };
        Some(table.extend((0..self.rows).map(row)))
    }
}
