//! Plots over two numeric axes: lines with confidence bands, points, histograms, arrows and reference lines, in any combination.
//!
//! ```
//! use symbolon_draw::{Axis, Drawing, Plot};
//! let loss: Vec<(f64, f64)> = (1..100).map(|step| (f64::from(step), 2.0 / f64::from(step))).collect();
//! let plot = Plot::new("Training").x(Axis::new("step")).y(Axis::new("loss").unit("nats").log()).line("exact", &loss);
//! assert!(plot.svg().contains("loss (nats)"));
//! ```
//!
//! Nothing disappears silently: values without a place on their axis (infinite, missing, not positive on a logarithmic axis) and
//! points left out of very large clouds are counted below the plot.

use crate::bins::{self, Bins};
use crate::drawing::{Drawing, Svg, notes};
use crate::frame::{Entry, Frame, Side, marker};
use crate::marks::{MARKED, arrow, draw_arrows, draw_histogram, draw_line, draw_points};
use crate::scale::{Axis, Scale, Spacing};
use crate::table::{Cell, Column, Table};
use crate::text::{count, significant};
use crate::theme::series as series_class;
use crate::xml::{Element, el, group, line};

/// A plot over two numeric axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    title: String,
    description: Option<String>,
    x: Axis,
    y: Axis,
    height: Option<f64>,
    bins: Bins,
    series: Vec<Series>,
    rules: Vec<Rule>,
    notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Series {
    name: String,
    shape: Shape,
}

#[derive(Clone, Debug, PartialEq)]
enum Shape {
    /// `(x, y)` in order, with bands `(low, high)` where there are any.
    Line(Vec<(f64, f64)>, Vec<(f64, f64)>),
    Points(Vec<(f64, f64)>),
    /// Values along the horizontal axis.
    Histogram(Vec<f64>),
    /// `(x, y, dx, dy)`
    Arrows(Vec<(f64, f64, f64, f64)>),
}

#[derive(Clone, Debug, PartialEq)]
struct Rule {
    name: String,
    at: f64,
    horizontal: bool,
}

impl Plot {
    /// An empty plot.
    pub fn new(title: impl Into<String>) -> Plot {
        Plot {
            title: title.into(),
            description: None,
            x: Axis::default(),
            y: Axis::default(),
            height: None,
            bins: Bins::Auto,
            series: Vec::new(),
            rules: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The horizontal axis.
    pub fn x(mut self, axis: Axis) -> Plot {
        self.x = axis;
        self
    }

    /// The vertical axis.
    pub fn y(mut self, axis: Axis) -> Plot {
        self.y = axis;
        self
    }

    /// Height of the plotting area in pixels (60 to 2000); otherwise it follows from the width.
    pub fn height(mut self, pixels: f64) -> Plot {
        self.height = pixels.is_finite().then(|| pixels.clamp(60.0, 2000.0));
        self
    }

    /// A description in place of the one made from the data.
    pub fn describe(mut self, text: impl Into<String>) -> Plot {
        self.description = Some(text.into());
        self
    }

    /// A remark below the plot.
    pub fn note(mut self, text: impl Into<String>) -> Plot {
        self.notes.push(text.into());
        self
    }

    /// A line through points in the order given; a point that has no place leaves a gap.
    pub fn line(self, name: impl Into<String>, points: &[(f64, f64)]) -> Plot {
        self.series(name, Shape::Line(points.to_vec(), Vec::new()))
    }

    /// Lines, each with its name: see [`line`](Plot::line).
    pub fn lines<N: AsRef<str>, P: AsRef<[(f64, f64)]>>(self, lines: &[(N, P)]) -> Plot {
        lines.iter().fold(self, |plot, (name, points)| plot.line(name.as_ref(), points.as_ref()))
    }
    /// A line inside a band: `(x, y, low, high)`.
    pub fn band(self, name: impl Into<String>, points: &[(f64, f64, f64, f64)]) -> Plot {
        let line = points.iter().map(|&(x, y, _, _)| (x, y)).collect();
        let band = points.iter().map(|&(_, _, low, high)| (low, high)).collect();
        self.series(name, Shape::Line(line, band))
    }

    /// A cloud of points.
    pub fn points(self, name: impl Into<String>, points: &[(f64, f64)]) -> Plot {
        self.series(name, Shape::Points(points.to_vec()))
    }

    /// How often values of the horizontal axis occur. All histograms of a plot share their bins.
    pub fn histogram(self, name: impl Into<String>, values: &[f64]) -> Plot {
        self.series(name, Shape::Histogram(values.to_vec()))
    }

    /// The bins of the histograms.
    pub fn bins(mut self, bins: Bins) -> Plot {
        self.bins = bins;
        self
    }

    /// A vector field: arrows from `(x, y)` in the direction `(dx, dy)`, `(x, y, dx, dy)` each. Lengths are scaled so that the
    /// longest is about as long as the arrows are apart.
    pub fn arrows(self, name: impl Into<String>, arrows: &[(f64, f64, f64, f64)]) -> Plot {
        self.series(name, Shape::Arrows(arrows.to_vec()))
    }

    /// A dashed line at a height, explained in the legend.
    pub fn level(mut self, y: f64, name: impl Into<String>) -> Plot {
        self.rules.push(Rule { name: name.into(), at: y, horizontal: true });
        self
    }

    /// A dashed line at a horizontal place, explained in the legend.
    pub fn moment(mut self, x: f64, name: impl Into<String>) -> Plot {
        self.rules.push(Rule { name: name.into(), at: x, horizontal: false });
        self
    }

    fn series(mut self, name: impl Into<String>, shape: Shape) -> Plot {
        self.series.push(Series { name: name.into(), shape });
        self
    }

    fn has_histogram(&self) -> bool {
        self.series.iter().any(|s| matches!(s.shape, Shape::Histogram(_)))
    }

    /// Edges of the bins and, for each series, the counts (empty for what is no histogram).
    fn counts(&self) -> (Vec<f64>, Vec<Vec<usize>>) {
        let sets: Vec<&[f64]> = self
            .series
            .iter()
            .map(|s| match &s.shape {
                Shape::Histogram(values) => values.as_slice(),
                _ => &[],
            })
            .collect();
        let edges = if self.has_histogram() { bins::edges(&sets, self.bins, &self.x) } else { Vec::new() };
        let counts = sets.iter().map(|set| bins::count(set, &edges)).collect();
        (edges, counts)
    }

    fn y_axis(&self) -> Axis {
        let mut axis = self.y.clone();
        if self.has_histogram() {
            if axis.label.is_empty() {
                axis.label = "count".into();
            }
            axis.zero = true;
        }
        axis
    }

    /// The scales of both axes; `pad` leaves room around the data.
    fn scales(&self, edges: &[f64], counts: &[Vec<usize>], pad: bool) -> (Scale, Scale) {
        let marked = |s: &Series| match &s.shape {
            Shape::Points(_) | Shape::Arrows(_) => true,
            Shape::Line(points, _) => points.len() <= MARKED,
            Shape::Histogram(_) => false,
        };
        let clouds = self.series.iter().any(marked);
        let (mut xs, mut ys): (Vec<f64>, Vec<f64>) = (edges.to_vec(), Vec::new());
        for (series, counts) in self.series.iter().zip(counts) {
            match &series.shape {
                Shape::Line(points, band) => {
                    let both = |(&(x, y), i): (&(f64, f64), usize)| {
                        let (low, high) = band.get(i).copied().unwrap_or((y, y));
                        (x, [y, low, high])
                    };
                    // A point counts only with both coordinates: otherwise it is not drawn.
                    for (x, values) in points.iter().zip(0..).map(both) {
                        if self.x.shows(x) && self.y.shows(values[0]) {
                            xs.push(x);
                            ys.extend(values);
                        }
                    }
                }
                Shape::Points(points) => {
                    for &(x, y) in points.iter().filter(|p| self.x.shows(p.0) && self.y.shows(p.1)) {
                        xs.push(x);
                        ys.push(y);
                    }
                }
                Shape::Arrows(arrows) => {
                    for &(x, y, ..) in arrows.iter().filter(|p| self.x.shows(p.0) && self.y.shows(p.1)) {
                        xs.push(x);
                        ys.push(y);
                    }
                }
                Shape::Histogram(_) => ys.extend(counts.iter().map(|&n| n as f64)),
            }
        }
        for rule in &self.rules {
            if rule.horizontal { ys.push(rule.at) } else { xs.push(rule.at) }
        }
        // Lines and bins may end at the edge; marks would be cut in half.
        let (across, up) = (if clouds && pad { 0.04 } else { 0.0 }, if pad { 0.05 } else { 0.0 });
        (self.x.scale(xs.into_iter(), across), self.y_axis().scale(ys.into_iter(), up))
    }

    fn legend(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        for (i, series) in self.series.iter().enumerate().filter(|(_, s)| !s.name.is_empty()) {
            let sample = group(&series_class(i));
            let sample = match &series.shape {
                Shape::Line(_, band) => {
                    let back =
                        if band.is_empty() { None } else { Some(crate::xml::rect(0.0, 0.0, 22.0, 12.0).class("band")) };
                    let sample = sample.children(back).child(line(1.0, 6.0, 21.0, 6.0, "stroke"));
                    sample.child(marker(i, 11.0, 6.0, 3.6))
                }
                Shape::Points(_) => sample.child(marker(i, 11.0, 6.0, 4.2)),
                Shape::Histogram(_) => sample
                    .child(crate::xml::rect(3.0, 1.0, 16.0, 10.0).class("band"))
                    .child(el("path").at("d", "M3 11V1H19V11").class("stroke")),
                Shape::Arrows(_) => sample.child(arrow(2.0, 6.0, 20.0, 6.0)),
            };
            entries.push(Entry { sample, name: series.name.clone() });
        }
        for rule in self.rules.iter().filter(|r| !r.name.is_empty()) {
            let axis = if rule.horizontal { &self.y } else { &self.x };
            let sample =
                if rule.horizontal { line(0.0, 6.0, 22.0, 6.0, "rule") } else { line(11.0, -1.0, 11.0, 13.0, "rule") };
            entries.push(Entry { sample, name: format!("{} ({})", rule.name, axis.value(rule.at)) });
        }
        entries
    }

    /// The dashes of reference lines, behind the data.
    fn draw_rules(&self, frame: &Frame, x: &Scale, y: &Scale) -> Vec<Element> {
        let place = |rule: &Rule| {
            if rule.horizontal {
                y.place(rule.at).map(|p| line(0.0, frame.y(p), frame.width, frame.y(p), "rule"))
            } else {
                x.place(rule.at).map(|p| line(frame.x(p), 0.0, frame.x(p), frame.height, "rule"))
            }
        };
        self.rules.iter().filter_map(place).collect()
    }
}

impl Drawing for Plot {
    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        if let Some(text) = &self.description {
            return text.clone();
        }
        let (edges, counts) = self.counts();
        let (x, y) = self.scales(&edges, &counts, false);
        let side = |name: &str, axis: &Axis, scale: &Scale| {
            let (low, high) = scale.ends();
            let log = if axis.spacing == Spacing::Log { ", logarithmic" } else { "" };
            let heading = axis.heading();
            let heading = if heading.is_empty() { String::new() } else { format!("{heading}, ") };
            format!("{name} axis: {heading}{} to {}{log}. ", axis.value(low), axis.value(high))
        };
        let y_axis = self.y_axis();
        let mut text = side("Horizontal", &self.x, &x) + &side("Vertical", &y_axis, &y);
        for (series, counts) in self.series.iter().zip(&counts) {
            let name = if series.name.is_empty() { "Data" } else { series.name.as_str() };
            text.push_str(&format!("{name}: "));
            let points = match &series.shape {
                Shape::Line(points, _) | Shape::Points(points) => points,
                Shape::Arrows(arrows) => {
                    text.push_str(&format!("{}. ", count(arrows.len(), "arrow")));
                    continue;
                }
                Shape::Histogram(values) => {
                    let most = counts.iter().enumerate().max_by_key(|(i, n)| (**n, usize::MAX - i));
                    text.push_str(&count(values.len(), "value"));
                    if let Some((i, n)) = most {
                        let (low, high) = (self.x.value(edges[i]), self.x.value(edges[i + 1]));
                        text.push_str(&format!(", most ({n}) between {low} and {high}"));
                    }
                    text.push_str(". ");
                    continue;
                }
            };
            text.push_str(&count(points.len(), "point"));
            let shown: Vec<(f64, f64)> =
                points.iter().copied().filter(|p| self.x.shows(p.0) && self.y.shows(p.1)).collect();
            if let (Some(first), Some(last), Shape::Line(..)) = (shown.first(), shown.last(), &series.shape) {
                text.push_str(&format!(", from {} to {}", self.y.value(first.1), self.y.value(last.1)));
            }
            let least = shown.iter().min_by(|a, b| a.1.total_cmp(&b.1));
            let most = shown.iter().max_by(|a, b| a.1.total_cmp(&b.1));
            if let (Some(least), Some(most)) = (least, most) {
                let at = |p: &(f64, f64)| format!("{} at {}", self.y.value(p.1), self.x.value(p.0));
                text.push_str(&format!(", least {}, greatest {}", at(least), at(most)));
            }
            text.push_str(". ");
        }
        for rule in &self.rules {
            text.push_str(&format!("Reference {}: {}. ", rule.name, significant(rule.at, 4)));
        }
        text.trim_end().to_string()
    }

    fn draw(&self, width: f64) -> Svg {
        let width = crate::drawing::usable(width);
        let (edges, counts) = self.counts();
        let (x, y) = self.scales(&edges, &counts, true);
        let y_axis = self.y_axis();
        let mut body = Vec::new();
        let plot_height = self.height.unwrap_or_else(|| (width * 0.48).clamp(190.0, 340.0));
        let sides = (&Side::Values(&self.x, x), &Side::Values(&y_axis, y));
        let (frame, bottom) = Frame::around(&mut body, &self.title, &self.legend(), sides, (width, plot_height));
        let mut inside = self.draw_rules(&frame, &x, &y);
        let (mut lost, mut thinned) = (0, 0);
        for (i, series) in self.series.iter().enumerate() {
            let to = |p: (f64, f64)| Some((frame.x(x.place(p.0)?), frame.y(y.place(p.1)?)));
            let drawn = match &series.shape {
                Shape::Line(points, band) => draw_line(i, points, band, &to, self.series.len()),
                Shape::Points(points) => draw_points(i, points, &to),
                Shape::Histogram(values) => draw_histogram(values, &edges, &counts[i], &frame, &x, &y),
                Shape::Arrows(arrows) => draw_arrows(arrows, &to, &frame),
            };
            inside.push(group(&series_class(i)).children(drawn.inside));
            lost += drawn.lost;
            thinned += drawn.thinned;
        }
        body.push(frame.clip(inside));
        let mut remarks = self.notes.clone();
        if lost > 0 {
            let log = [&self.x, &self.y].iter().any(|a| a.spacing == Spacing::Log);
            let why = if log { "not finite, or not positive on a logarithmic axis" } else { "not finite" };
            remarks.push(format!("{} not shown: {why}.", count(lost, "value")));
        }
        if thinned > 0 {
            remarks.push(format!("{} not drawn, evenly left out.", count(thinned, "further point")));
        }
        if self.series.is_empty() {
            remarks.push("No data.".into());
        }
        let height = notes(&mut body, &remarks, width, bottom);
        Svg { width, height: height + 4.0, body }
    }

    fn numbers(&self) -> Option<Table> {
        if self.series.is_empty() {
            return None;
        }
        let (edges, counts) = self.counts();
        let name = |axis: &Axis, otherwise: &str| {
            let heading = axis.heading();
            if heading.is_empty() { otherwise.to_string() } else { heading }
        };
        let column = |axis: &Axis, otherwise: &str| {
            if axis.percent { Column::percent(name(axis, otherwise)) } else { Column::number(name(axis, otherwise)) }
        };
        let mut table = Table::new("").column(Column::text("series")).column(column(&self.x, "x"));
        table = table.column(column(&self.y_axis(), "y"));
        // A long series gives every k-th of its points, so that all series get a share of the rows.
        let share = (180 / self.series.len()).max(10);
        let mut thinned = false;
        for (series, counts) in self.series.iter().zip(&counts) {
            let mut rows: Vec<Vec<Cell>> = Vec::new();
            let mut add = |x: Cell, y: Cell| rows.push(vec![series.name.as_str().into(), x, y]);
            match &series.shape {
                Shape::Line(points, band) => {
                    for (i, &(x, y)) in points.iter().enumerate() {
                        let y = match band.get(i) {
                            Some(&(low, high)) => Cell::interval(y, low, high),
                            None => y.into(),
                        };
                        add(x.into(), y);
                    }
                }
                Shape::Points(points) => points.iter().for_each(|&(x, y)| add(x.into(), y.into())),
                Shape::Arrows(arrows) => arrows.iter().for_each(|&(x, y, ..)| add(x.into(), y.into())),
                Shape::Histogram(_) => edges.windows(2).zip(counts).for_each(|(bin, &n)| {
                    add(Cell::interval((bin[0] + bin[1]) / 2.0, bin[0], bin[1]), n.into());
                }),
            }
            let stride = rows.len().div_ceil(share).max(1);
            thinned |= stride > 1;
            let last = rows.len().saturating_sub(1);
            let kept = rows.into_iter().enumerate().filter(|(i, _)| i % stride == 0 || *i == last).map(|(_, r)| r);
            table = table.extend(kept);
        }
        Some(if thinned { table.note("Long series: evenly chosen points.") } else { table })
    }
}
