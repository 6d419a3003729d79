//! The room in which points and bars are drawn: title, legend, axes and grid around a plotting area.
//!
//! The legend stands between title and plotting area, in as many lines as it needs, so it can never cover data. The name of
//! the vertical axis stands above the axis, not along it: nobody has to tilt their head.

use crate::drawing::heading;
use crate::scale::{Axis, Scale, Tick};
use crate::text::{fit, width};
use crate::xml::{Element, el, group, label, line};

/// Font size of tick labels in pixels.
pub(crate) const TICK: f64 = 12.0;

/// One direction of a frame.
pub(crate) enum Side<'a> {
    /// Numbers.
    Values(&'a Axis, Scale),
    /// Categories, each with an equal share of the length, in order from the left or from the top.
    Names(&'a str, &'a [String]),
}

/// A legend entry: how its sample is drawn (into a box of 22 x 12 pixels) and its name.
pub(crate) struct Entry {
    pub sample: Element,
    pub name: String,
}

/// The plotting area in pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

impl Frame {
    /// Horizontal pixel inside the plotting area for a place between 0 and 1.
    pub fn x(&self, place: f64) -> f64 {
        (place * self.width).clamp(-1e5, 1e5)
    }

    /// Vertical pixel inside the plotting area; place 0 is the lower edge.
    pub fn y(&self, place: f64) -> f64 {
        ((1.0 - place) * self.height).clamp(-1e5, 1e5)
    }

    /// The data, cut off at the edges of the plotting area. An inner `<svg>` clips without needing an id.
    pub fn clip(&self, inside: Vec<Element>) -> Element {
        el("svg")
            .at("x", self.left)
            .at("y", self.top)
            .at("width", self.width)
            .at("height", self.height)
            .at("overflow", "hidden")
            .children(inside)
    }

    /// Draws everything around the data into `body` and returns the plotting area and the picture's height.
    pub fn around(
        body: &mut Vec<Element>,
        title: &str,
        legend: &[Entry],
        (x, y): (&Side<'_>, &Side<'_>),
        (full_width, plot_height): (f64, f64),
    ) -> (Frame, f64) {
        let mut top = heading(body, title, full_width);
        top = draw_legend(body, legend, full_width, top);
        let y_heading = match y {
            Side::Values(axis, _) => axis.heading(),
            Side::Names(name, _) => (*name).to_string(),
        };
        if !y_heading.is_empty() {
            body.push(label(0.0, top + 13.0, "start", "small muted", &fit(&y_heading, TICK, full_width)));
            top += 20.0;
        }
        top += 6.0;

        let y_ticks = match y {
            Side::Values(_, scale) => scale.ticks((plot_height / 44.0) as usize),
            Side::Names(_, names) => names_as_ticks(names, true),
        };
        let widest = y_ticks.iter().map(|t| width(&t.label, TICK)).fold(0.0, f64::max);
        let left = (widest + 10.0).min(full_width * 0.42);
        let area_width = (full_width - left - 14.0).max(20.0);
        let frame = Frame { left, top, width: area_width, height: plot_height };
        let x_ticks = match x {
            Side::Values(_, scale) => scale.ticks_side_by_side(area_width, TICK),
            Side::Names(_, names) => names_as_ticks(names, false),
        };

        let (bottom, right) = (top + plot_height, left + area_width);
        let mut grid = group("");
        if let Side::Values(..) = y {
            for tick in &y_ticks {
                let at = top + frame.y(tick.at);
                grid.push(line(left, at, right, at, "grid"));
            }
        }
        if let Side::Values(..) = x {
            for tick in &x_ticks {
                let at = left + frame.x(tick.at);
                grid.push(line(at, top, at, bottom, "grid"));
            }
        }
        body.push(grid);
        body.push(line(left, bottom, right, bottom, "axis"));
        body.push(line(left, top, left, bottom, "axis"));
        for tick in y_ticks.iter().filter(|t| !t.label.is_empty()) {
            let at = top + frame.y(tick.at);
            body.push(label(left - 7.0, at + 4.0, "end", "tick", &fit(&tick.label, TICK, left - 8.0)));
        }
        let room = match x {
            Side::Names(_, names) => area_width / names.len().max(1) as f64 - 4.0,
            Side::Values(..) => f64::INFINITY,
        };
        for tick in x_ticks.iter().filter(|t| !t.label.is_empty()) {
            let text = fit(&tick.label, TICK, room);
            // Labels at the ends stay inside the picture.
            let half = width(&text, TICK) / 2.0;
            let at = (left + frame.x(tick.at)).min(full_width - half).max(half);
            body.push(label(at, bottom + 17.0, "middle", "tick", &text));
        }
        let mut below = bottom + 22.0;
        let x_heading = match x {
            Side::Values(axis, _) => axis.heading(),
            Side::Names(name, _) => (*name).to_string(),
        };
        if !x_heading.is_empty() {
            let text = fit(&x_heading, TICK, area_width);
            body.push(label(left + area_width / 2.0, below + 13.0, "middle", "small muted", &text));
            below += 20.0;
        }
        (frame, below + 2.0)
    }
}

/// Categories at the middle of their shares; the first is at the left or at the top.
fn names_as_ticks(names: &[String], downwards: bool) -> Vec<Tick> {
    let n = names.len().max(1) as f64;
    let at = |i: usize| (i as f64 + 0.5) / n;
    let place = |i: usize| if downwards { 1.0 - at(i) } else { at(i) };
    names.iter().enumerate().map(|(i, name)| Tick { at: place(i), label: name.clone() }).collect()
}

fn draw_legend(body: &mut Vec<Element>, legend: &[Entry], full_width: f64, top: f64) -> f64 {
    let (mut x, mut y) = (0.0, top);
    for entry in legend {
        let text = fit(&entry.name, 13.0, full_width - 30.0);
        let needs = 28.0 + width(&text, 13.0) + 16.0;
        if x > 0.0 && x + needs - 16.0 > full_width {
            x = 0.0;
            y += 20.0;
        }
        let place = format!("translate({} {})", crate::xml::num(x), crate::xml::num(y + 3.0));
        body.push(el("g").at("transform", place).child(entry.sample.clone()));
        body.push(label(x + 28.0, y + 13.0, "start", "", &text));
        x += needs;
    }
    if legend.is_empty() { top } else { y + 24.0 }
}

/// The sign of a series: its shape tells series apart without colour. When colours start again, shapes are shifted by one, so 36
/// series look different.
pub(crate) fn marker(series: usize, x: f64, y: f64, r: f64) -> Element {
    let path = |d: String, class: &str| el("path").at("d", d).class(class);
    let p = |dx: f64, dy: f64| format!("{} {}", crate::xml::num(x + dx * r), crate::xml::num(y + dy * r));
    match (series + series / crate::theme::SERIES) % 6 {
        0 => el("circle").at("cx", x).at("cy", y).at("r", r).class("mark"),
        1 => path(format!("M{}L{}L{}L{}Z", p(-0.9, -0.9), p(0.9, -0.9), p(0.9, 0.9), p(-0.9, 0.9)), "mark"),
        2 => path(format!("M{}L{}L{}Z", p(0.0, -1.2), p(1.1, 0.8), p(-1.1, 0.8)), "mark"),
        3 => path(format!("M{}L{}L{}L{}Z", p(0.0, -1.3), p(1.3, 0.0), p(0.0, 1.3), p(-1.3, 0.0)), "mark"),
        4 => path(format!("M{}L{}M{}L{}", p(-0.9, -0.9), p(0.9, 0.9), p(-0.9, 0.9), p(0.9, -0.9)), "cross"),
        _ => path(format!("M{}L{}M{}L{}", p(-1.1, 0.0), p(1.1, 0.0), p(0.0, -1.1), p(0.0, 1.1)), "cross"),
    }
}
