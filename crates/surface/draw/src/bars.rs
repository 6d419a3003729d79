//! Bars: values for categories, in groups, with error bars. Long category names turn the bars on their side.

use crate::drawing::{Drawing, Svg, notes, usable};
use crate::frame::{Entry, Frame, Side, TICK};
use crate::scale::{Axis, Scale, Spacing};
use crate::table::{Cell, Column, Table};
use crate::text::{count, width as text_width};
use crate::theme::series as series_class;
use crate::xml::{Element, el, group, label, line, num, rect};

/// A bar chart.
///
/// ```
/// use symbolon_draw::{Axis, Bars, Drawing};
/// let bars = Bars::new("Accuracy", ["untrained", "trained"])
///     .axis(Axis::new("digit accuracy").percent())
///     .group_with_errors("test", &[(0.1, 0.09, 0.11), (0.98, 0.976, 0.984)]);
/// assert!(bars.description().contains("trained: 98 %"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    title: String,
    description: Option<String>,
    names: Vec<String>,
    axis: Axis,
    sideways: Option<bool>,
    groups: Vec<Group>,
    notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Group {
    name: String,
    /// Value, lower and upper end of the error bar.
    values: Vec<(f64, f64, f64)>,
}

impl Bars {
    /// A bar chart over these categories.
    pub fn new<S: Into<String>>(title: impl Into<String>, categories: impl IntoIterator<Item = S>) -> Bars {
        Bars {
            title: title.into(),
            description: None,
            names: categories.into_iter().map(Into::into).collect(),
            axis: Axis::default(),
            sideways: None,
            groups: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The axis of the values. Linear axes always contain zero: the length of a bar is its value.
    pub fn axis(mut self, axis: Axis) -> Bars {
        self.axis = axis;
        self
    }

    /// One bar for each category, in order. Values that are not finite have no bar; surplus values are left out.
    pub fn group(self, name: impl Into<String>, values: &[f64]) -> Bars {
        let values: Vec<_> = values.iter().map(|&v| (v, v, v)).collect();
        self.group_with_errors(name, &values)
    }

    /// Several groups, each with its name: see [`group`](Bars::group).
    pub fn groups<N: Into<String>, V: AsRef<[f64]>>(self, groups: impl IntoIterator<Item = (N, V)>) -> Bars {
        groups.into_iter().fold(self, |bars, (name, values)| bars.group(name, values.as_ref()))
    }

    /// Bars with error bars: `(value, low, high)`.
    pub fn group_with_errors(mut self, name: impl Into<String>, values: &[(f64, f64, f64)]) -> Bars {
        self.groups.push(Group { name: name.into(), values: values.to_vec() });
        self
    }

    /// Bars run from left to right. Otherwise they do so only where the names of the categories need it.
    pub fn sideways(mut self) -> Bars {
        self.sideways = Some(true);
        self
    }

    /// A description in place of the one made from the data.
    pub fn describe(mut self, text: impl Into<String>) -> Bars {
        self.description = Some(text.into());
        self
    }

    /// A remark below the chart.
    pub fn note(mut self, text: impl Into<String>) -> Bars {
        self.notes.push(text.into());
        self
    }

    fn shown(&self) -> impl Iterator<Item = (f64, f64, f64)> + '_ {
        let known = self.names.len();
        self.groups.iter().flat_map(move |g| g.values.iter().take(known)).copied().filter(|v| self.axis.shows(v.0))
    }

    fn scale(&self, lies: bool) -> Scale {
        let axis = self.axis.clone().from_zero();
        // There is room for the values beyond the bars.
        axis.scale(self.shown().flat_map(|(v, low, high)| [v, low, high]), if lies { 0.25 } else { 0.14 })
    }

    fn lies(&self, width: f64) -> bool {
        let room = (width - 50.0) / self.names.len().max(1) as f64 - 6.0;
        let needs = self.names.iter().map(|n| text_width(n, TICK)).fold(0.0, f64::max);
        self.sideways.unwrap_or(needs > room)
    }
}

impl Drawing for Bars {
    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        if let Some(text) = &self.description {
            return text.clone();
        }
        let mut text =
            format!("Bar chart of {}. ", count(self.names.len(), "category").replace("categorys", "categories"));
        let heading = self.axis.heading();
        if !heading.is_empty() {
            text.push_str(&format!("Values: {heading}. "));
        }
        for group in &self.groups {
            if !group.name.is_empty() {
                text.push_str(&format!("{}: ", group.name));
            }
            let said: Vec<String> = self
                .names
                .iter()
                .zip(&group.values)
                .take(20)
                .map(|(name, v)| {
                    let interval = if v.1 == v.2 {
                        String::new()
                    } else {
                        format!(" (from {} to {})", self.axis.value(v.1), self.axis.value(v.2))
                    };
                    format!("{name}: {}{interval}", self.axis.value(v.0))
                })
                .collect();
            text.push_str(&said.join("; "));
            text.push_str(if self.names.len() > 20 { "; and so on. " } else { ". " });
        }
        text.trim_end().to_string()
    }

    fn draw(&self, width: f64) -> Svg {
        let width = usable(width);
        let lies = self.lies(width);
        let scale = self.scale(lies);
        let mut body = Vec::new();
        let legend: Vec<Entry> = self
            .groups
            .iter()
            .enumerate()
            .filter(|(_, g)| !g.name.is_empty() && (self.groups.len() > 1 || g.name != self.axis.label))
            .map(|(i, g)| {
                let sample = group(&series_class(i)).children(bar(i, 3.0, 0.0, 16.0, 12.0, &g.name));
                Entry { sample, name: g.name.clone() }
            })
            .collect();
        let numbers = Side::Values(&self.axis, scale);
        // Names too long to stand beside lying bars stand above them.
        let blank = vec![String::new(); self.names.len()];
        let longest = self.names.iter().map(|n| text_width(n, TICK)).fold(0.0, f64::max);
        let above = lies && longest + 10.0 > width * 0.4;
        let head = if above { 16.0 } else { 0.0 };
        let names = Side::Names("", if above { &blank } else { &self.names });
        let per_name = (self.groups.len().max(1) as f64 * 16.0 + 10.0).max(24.0) + head;
        let plot_height =
            if lies { self.names.len().max(1) as f64 * per_name } else { (width * 0.45).clamp(180.0, 320.0) };
        let sides = if lies { (&numbers, &names) } else { (&names, &numbers) };
        let (frame, bottom) = Frame::around(&mut body, &self.title, &legend, sides, (width, plot_height));

        let share = if lies { frame.height } else { frame.width } / self.names.len().max(1) as f64;
        let thick = ((share - head) * 0.78 / self.groups.len().max(1) as f64).min(56.0);
        // Where bars start: at zero, on a logarithmic axis at its low end.
        let base = scale.place(0.0).unwrap_or(0.0).clamp(0.0, 1.0);
        let along = |place: f64| if lies { frame.x(place) } else { frame.y(place) };
        let mut inside = Vec::new();
        let mut missing = 0;
        // Values are written at all bars or at none.
        let (mut values, mut all_fit) = (Vec::new(), true);
        for (g, group_) in self.groups.iter().enumerate() {
            let mut bars = group(&series_class(g));
            for (i, name) in self.names.iter().enumerate() {
                let Some(&(value, low, high)) = group_.values.get(i) else { continue };
                let Some(place) = scale.place(value).filter(|_| self.axis.shows(value)) else {
                    missing += 1;
                    continue;
                };
                let across =
                    (i as f64 + 0.5) * share + head / 2.0 + (g as f64 - self.groups.len() as f64 / 2.0) * thick;
                let (from, to) = (along(base), along(place));
                let (start, length) = (from.min(to), (from - to).abs());
                let tip = format!(
                    "{name}{}{}: {}",
                    if group_.name.is_empty() { "" } else { ", " },
                    group_.name,
                    self.axis.value(value)
                );
                let gap = (thick * 0.06).min(2.0);
                let drawn = if lies {
                    bar(g, start, across + gap, length, thick - 2.0 * gap, &tip)
                } else {
                    bar(g, across + gap, start, thick - 2.0 * gap, length, &tip)
                };
                bars = bars.children(drawn);
                let middle = across + thick / 2.0;
                let mut reach = (start, start + length);
                if let Some((low, high)) = scale.place(low).zip(scale.place(high)).filter(|_| low != high) {
                    let (a, b) = (along(low), along(high));
                    reach = (reach.0.min(a).min(b), reach.1.max(a).max(b));
                    bars.push(whisker(lies, a, b, middle, (thick * 0.22).min(6.0)));
                }
                // The value stands beyond bar and whisker, on the side away from zero.
                let text = self.axis.value(value);
                let size = text_width(&text, 12.0);
                let away = place >= base;
                let (x, y, anchor) = match (lies, away) {
                    (true, true) => (reach.1 + 5.0, middle + 4.0, "start"),
                    (true, false) => (reach.0 - 5.0, middle + 4.0, "end"),
                    (false, true) => (middle, reach.0 - 4.0, "middle"),
                    (false, false) => (middle, reach.1 + 13.0, "middle"),
                };
                let fits = match anchor {
                    "start" => thick >= 13.0 && x + size <= frame.width,
                    "end" => thick >= 13.0 && x - size >= 0.0,
                    _ => size <= thick && (11.0..=frame.height - 2.0).contains(&y),
                };
                all_fit &= fits;
                values.push(label(x, y, anchor, "small", &text));
            }
            inside.push(bars);
        }
        if all_fit {
            inside.extend(values);
        }
        if above {
            for (i, name) in self.names.iter().enumerate() {
                let y = i as f64 * share + head;
                inside.push(label(4.0, y, "start", "tick", &crate::text::fit(name, TICK, frame.width - 6.0)));
            }
        }
        if self.axis.spacing == Spacing::Linear && base > 0.0 {
            let at = along(base);
            inside.push(if lies {
                line(at, 0.0, at, frame.height, "axis")
            } else {
                line(0.0, at, frame.width, at, "axis")
            });
        }
        body.push(frame.clip(inside));
        let mut remarks = self.notes.clone();
        if missing > 0 {
            let log = self.axis.spacing == Spacing::Log;
            let why = if log { "not finite, or not positive on a logarithmic axis" } else { "not finite" };
            remarks.push(format!("{} without a bar: {why}.", count(missing, "value")));
        }
        if self.groups.is_empty() || self.names.is_empty() {
            remarks.push("No data.".into());
        }
        let height = notes(&mut body, &remarks, width, bottom);
        Svg { width, height: height + 4.0, body }
    }

    fn numbers(&self) -> Option<Table> {
        let mut table = Table::new("").column(Column::text(""));
        for group in &self.groups {
            let name = if group.name.is_empty() { self.axis.heading() } else { group.name.clone() };
            table = table.column(if self.axis.percent { Column::percent(name) } else { Column::number(name) });
        }
        let cell = |group: &Group, i: usize| match group.values.get(i) {
            None => Cell::Empty,
            Some(&(v, low, high)) if low == high => v.into(),
            Some(&(v, low, high)) => Cell::interval(v, low, high),
        };
        let row = |(i, name): (usize, &String)| {
            std::iter::once(name.as_str().into()).chain(self.groups.iter().map(|g| cell(g, i))).collect()
        };
        (!self.groups.is_empty()).then(|| table.extend(self.names.iter().enumerate().map(row)))
    }
}

/// An error bar from `a` to `b` along the bar whose middle line is at `middle`.
fn whisker(lies: bool, a: f64, b: f64, middle: f64, half: f64) -> Element {
    let d = if lies {
        let cap = |x: f64| format!("M{} {}V{}", num(x), num(middle - half), num(middle + half));
        format!("M{} {}H{}{}{}", num(a), num(middle), num(b), cap(a), cap(b))
    } else {
        let cap = |y: f64| format!("M{} {}H{}", num(middle - half), num(y), num(middle + half));
        format!("M{} {}V{}{}{}", num(middle), num(a), num(b), cap(a), cap(b))
    };
    el("path").at("d", d).class("error")
}

/// A bar with the pattern of its group: plain, slanted lines, or level lines.
fn bar(group: usize, x: f64, y: f64, width: f64, height: f64, tip: &str) -> Vec<Element> {
    let mut parts = vec![rect(x, y, width, height).class("bar").tip(tip)];
    if !group.is_multiple_of(3) && width > 0.0 && height > 0.0 {
        let mut d = String::new();
        let mut at = 4.0;
        let limit = if group % 3 == 1 { width + height } else { height };
        while at < limit.min(4000.0) {
            if group % 3 == 1 {
                let (x1, y1) = (at.min(width), (at - width).max(0.0));
                let (x2, y2) = ((at - height).max(0.0), at.min(height));
                d.push_str(&format!("M{} {}L{} {}", num(x + x1), num(y + y1), num(x + x2), num(y + y2)));
            } else {
                d.push_str(&format!("M{} {}H{}", num(x), num(y + at), num(x + width)));
            }
            at += 6.0;
        }
        parts.push(el("path").at("d", d).class("hatch"));
    }
    parts
}
