//! The shapes of nodes and the swing of edges in drawings of graphs.

use crate::graph::{Kind, Node};
use crate::layout::Room;
use crate::text::{width as text_width, wrap};
use crate::xml::{Element, el, num};

/// Pixels that a loop takes at the side of its node.
pub(crate) const LOOP: f64 = 14.0;
/// Font size of labels in pixels.
pub(crate) const SIZE: f64 = 13.0;

/// The lines of a node's label and its room.
pub(crate) fn measure(node: &Node) -> (Vec<String>, Vec<String>, Room) {
    let gate = matches!(node.kind, Kind::And | Kind::Or);
    let lines = wrap(&node.label, SIZE, if gate { 90.0 } else { 190.0 }, if gate { 1 } else { 3 });
    let details = wrap(&node.detail, 12.0, 190.0, 2);
    let widest = |lines: &[String], size: f64| lines.iter().map(|l| text_width(l, size)).fold(0.0, f64::max);
    // Goals are written in bold letters.
    let size = if node.kind == Kind::Goal { SIZE * 1.12 } else { SIZE };
    let text = widest(&lines, size).max(widest(&details, 12.0));
    let rows = (lines.len() * 17 + details.len() * 16) as f64;
    let (width, height, ports) = match node.kind {
        Kind::And => {
            let side = text.max(rows).max(18.0) + 14.0;
            (side, side, 0.0)
        }
        // A diamond holds a text whose half-widths add up to its half-diagonals.
        Kind::Or => {
            let side = text + rows.max(18.0) + 10.0;
            (side, side * 0.9, 0.0)
        }
        Kind::Leaf | Kind::Choice | Kind::Network => (text + 34.0, rows + 14.0, text * 0.7),
        Kind::Plain | Kind::Goal => (text + 22.0, rows + 14.0, text * 0.8),
    };
    (lines, details, Room { width: width.max(30.0), height: height.max(26.0), ports })
}

/// The outline of a node around the middle `(x, y)`.
pub(crate) fn shape(kind: Kind, (x, y): (f64, f64), (w, h): (f64, f64)) -> Element {
    let polygon = |points: &[(f64, f64)]| {
        let points: Vec<String> = points.iter().map(|p| format!("{},{}", num(x + p.0), num(y + p.1))).collect();
        el("polygon").at("points", points.join(" "))
    };
    let rounded = |r: f64| crate::xml::rect(x - w / 2.0, y - h / 2.0, w, h).at("rx", r);
    let (a, b) = (w / 2.0, h / 2.0);
    match kind {
        Kind::Plain => rounded(6.0).class("shape"),
        Kind::Goal => rounded(6.0).class("shape strong"),
        Kind::Leaf => rounded(b).class("shape leaf"),
        Kind::And => el("ellipse").at("cx", x).at("cy", y).at("rx", a).at("ry", b).class("shape gate"),
        Kind::Or => polygon(&[(0.0, -b), (a, 0.0), (0.0, b), (-a, 0.0)]).class("shape gate"),
        Kind::Choice => {
            let cut = 10.0f64.min(a / 2.0);
            polygon(&[(-a + cut, -b), (a - cut, -b), (a, 0.0), (a - cut, b), (-a + cut, b), (-a, 0.0)])
                .class("shape leaf")
        }
        Kind::Network => {
            let cut = 10.0f64.min(a / 2.0);
            polygon(&[(-a + cut, -b), (a - cut, -b), (a, b), (-a, b)]).class("shape leaf")
        }
    }
}

/// How many edges of a node are not drawn.
pub(crate) fn plus(node: &Node) -> String {
    format!("+{}", node.hidden)
}

/// The way of an edge: upright at the ends of each swing.
pub(crate) fn swing(points: &[(f64, f64)]) -> String {
    let mut d = String::new();
    for (i, &(x, y)) in points.iter().enumerate() {
        if i == 0 {
            d.push_str(&format!("M{} {}", num(x), num(y)));
            continue;
        }
        let (px, py) = points[i - 1];
        if (px - x).abs() < 0.05 {
            d.push_str(&format!("L{} {}", num(x), num(y)));
        } else {
            let middle = (py + y) / 2.0;
            d.push_str(&format!("C{} {} {} {} {} {}", num(px), num(middle), num(x), num(middle), num(x), num(y)));
        }
    }
    d
}
