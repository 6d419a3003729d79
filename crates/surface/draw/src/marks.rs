//! How the series of a plot are drawn inside its axes: lines and bands, clouds, histograms, arrows.
//!
//! Large series are thinned here: a line keeps the extremes of each column of pixels, a cloud every k-th point.

use crate::frame::{Frame, marker};
use crate::scale::Scale;
use crate::xml::{Element, el, group, num};

/// More points than this are thinned: an eye cannot tell, and the file stays small.
const MOST_POINTS: usize = 10_000;

/// A line through at most this many points has a mark at each.
pub(crate) const MARKED: usize = 15;

/// What a series turns into once its values are on the axes.
pub(crate) struct Drawn {
    pub inside: Vec<Element>,
    /// Values without a place.
    pub lost: usize,
    /// Points thinned away.
    pub thinned: usize,
}

/// From a point of the data to its pixel, if it has one.
pub(crate) type To<'a> = dyn Fn((f64, f64)) -> Option<(f64, f64)> + 'a;

pub(crate) fn draw_line(index: usize, points: &[(f64, f64)], band: &[(f64, f64)], to: &To<'_>, all: usize) -> Drawn {
    let mut inside = Vec::new();
    let places: Vec<Option<(f64, f64)>> = points.iter().map(|&p| to(p)).collect();
    let lost = places.iter().filter(|p| p.is_none()).count();
    if !band.is_empty() {
        let edge = |i: usize| Some((to((points[i].0, band[i].0))?, to((points[i].0, band[i].1))?));
        let edges: Vec<Option<((f64, f64), (f64, f64))>> = (0..points.len().min(band.len())).map(edge).collect();
        for run in edges.split(Option::is_none).filter(|r| r.len() > 1) {
            let low = thin(&run.iter().flatten().map(|e| e.0).collect::<Vec<_>>());
            let mut high = thin(&run.iter().flatten().map(|e| e.1).collect::<Vec<_>>());
            high.reverse();
            let outline: Vec<(f64, f64)> = low.into_iter().chain(high).collect();
            inside.push(el("path").at("d", path(&outline) + "Z").class("band"));
        }
    }
    for run in places.split(Option::is_none).filter(|r| !r.is_empty()) {
        let run: Vec<(f64, f64)> = run.iter().flatten().copied().collect();
        if run.len() > 1 {
            inside.push(el("path").at("d", path(&thin(&run))).class("stroke"));
        }
    }
    // Few points are all marked; long lines carry a few marks, staggered so that lines on top of each other both show.
    let shown: Vec<(f64, f64)> = places.iter().flatten().copied().collect();
    let lonely = |i: usize| {
        let near = |j: usize| places.get(j).is_some_and(Option::is_some);
        places[i].is_some() && !(i > 0 && near(i - 1)) && !near(i + 1)
    };
    if shown.len() <= MARKED {
        inside.extend(shown.iter().map(|p| marker(index, p.0, p.1, 3.6)));
    } else {
        inside.extend(
            (0..places.len()).filter(|&i| lonely(i)).filter_map(|i| places[i]).map(|p| marker(index, p.0, p.1, 2.5)),
        );
        if all > 1 {
            let stride = shown.len() as f64 / 5.0;
            let offset = stride * (0.2 + 0.6 * index as f64 / all as f64);
            let marks = (0..5).map(|k| (offset + f64::from(k) * stride) as usize).filter_map(|i| shown.get(i));
            inside.extend(marks.map(|p| marker(index, p.0, p.1, 3.6)));
        }
    }
    Drawn { inside, lost, thinned: 0 }
}

/// At most four points for each column of pixels: first, least, greatest, last. The picture stays the same.
fn thin(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let rising = points.windows(2).all(|w| w[0].0 <= w[1].0);
    if points.len() < 1000 || !rising {
        return points.to_vec();
    }
    let mut kept = Vec::new();
    for column in points.chunk_by(|a, b| a.0.floor() == b.0.floor()) {
        let extreme = |sign: f64| {
            (0..column.len()).max_by(|&a, &b| (sign * column[a].1).total_cmp(&(sign * column[b].1))).unwrap_or(0)
        };
        let mut chosen = [0, extreme(-1.0), extreme(1.0), column.len() - 1];
        chosen.sort_unstable();
        for (k, &i) in chosen.iter().enumerate() {
            if k == 0 || chosen[k - 1] != i {
                kept.push(column[i]);
            }
        }
    }
    kept
}

fn path(points: &[(f64, f64)]) -> String {
    let mut d = String::with_capacity(points.len() * 12);
    for (i, p) in points.iter().enumerate() {
        d.push(if i == 0 { 'M' } else { 'L' });
        d.push_str(&num(p.0));
        d.push(' ');
        d.push_str(&num(p.1));
    }
    d
}

pub(crate) fn draw_points(index: usize, points: &[(f64, f64)], to: &To<'_>) -> Drawn {
    let shown: Vec<(f64, f64)> = points.iter().filter_map(|&p| to(p)).collect();
    let stride = shown.len().div_ceil(MOST_POINTS).max(1);
    let r = if shown.len() > 2000 {
        2.0
    } else if shown.len() > 300 {
        2.8
    } else {
        4.0
    };
    let inside: Vec<Element> = shown.iter().step_by(stride).map(|p| marker(index, p.0, p.1, r)).collect();
    let (lost, thinned) = (points.len() - shown.len(), shown.len() - inside.len());
    let class = if shown.len() > 300 { "faint" } else { "" };
    Drawn { inside: vec![group(class).children(inside)], lost, thinned }
}

pub(crate) fn draw_histogram(
    values: &[f64],
    edges: &[f64],
    counts: &[usize],
    frame: &Frame,
    x: &Scale,
    y: &Scale,
) -> Drawn {
    let floor = frame.y(y.place(0.0).unwrap_or(0.0));
    let mut outline = Vec::new();
    for (bin, &n) in edges.windows(2).zip(counts) {
        let at = |v: f64| frame.x(x.place(v).unwrap_or(0.0));
        let top = y.place(n as f64).map_or(floor, |p| frame.y(p));
        outline.extend([(at(bin[0]), top), (at(bin[1]), top)]);
    }
    let mut inside = Vec::new();
    if let (Some(first), Some(last)) = (outline.first().copied(), outline.last().copied()) {
        let closed: Vec<(f64, f64)> =
            std::iter::once((first.0, floor)).chain(outline).chain(std::iter::once((last.0, floor))).collect();
        inside.push(el("path").at("d", path(&closed) + "Z").class("band"));
        inside.push(el("path").at("d", path(&closed)).class("stroke"));
    }
    let counted: usize = counts.iter().sum();
    Drawn { inside, lost: values.len() - counted, thinned: 0 }
}

pub(crate) fn draw_arrows(arrows: &[(f64, f64, f64, f64)], to: &To<'_>, frame: &Frame) -> Drawn {
    // Directions are taken between places, so they hold on logarithmic axes and with different units as well.
    let step = 1e-3;
    let largest = arrows.iter().map(|a| a.2.abs().max(a.3.abs())).filter(|v| v.is_finite()).fold(0.0, f64::max);
    let mut vectors = Vec::new();
    let mut lost = 0;
    for &(x, y, dx, dy) in arrows {
        let h = if largest > 0.0 { step / largest } else { 0.0 };
        match (to((x, y)), to((x + dx * h, y + dy * h))) {
            (Some(a), Some(b)) if dx.is_finite() && dy.is_finite() => vectors.push((a, (b.0 - a.0, b.1 - a.1))),
            _ => lost += 1,
        }
    }
    let longest = vectors.iter().map(|(_, v)| v.0.hypot(v.1)).fold(0.0, f64::max);
    let apart = (frame.width * frame.height / vectors.len().max(1) as f64).sqrt().min(60.0) * 0.9;
    let inside = vectors
        .iter()
        .filter(|(_, v)| v.0.hypot(v.1) > longest * 1e-3)
        .map(|&((x, y), (dx, dy))| {
            // Square roots let slow regions keep a visible direction.
            let length = dx.hypot(dy);
            let s = apart * (length / longest).sqrt() / length;
            arrow(x - dx * s / 2.0, y - dy * s / 2.0, x + dx * s / 2.0, y + dy * s / 2.0)
        })
        .collect();
    Drawn { inside, lost, thinned: 0 }
}

pub(crate) fn arrow(x1: f64, y1: f64, x2: f64, y2: f64) -> Element {
    let (dx, dy) = (x2 - x1, y2 - y1);
    let length = dx.hypot(dy).max(1e-9);
    let (ux, uy) = (dx / length, dy / length);
    let head = (length * 0.45).min(6.0);
    let wing = |side: f64| (x2 - head * (ux - side * uy * 0.6), y2 - head * (uy + side * ux * 0.6));
    let (a, b) = (wing(1.0), wing(-1.0));
    el("path").at("d", path(&[(x1, y1), (x2, y2)]) + &path(&[a, (x2, y2), b])).class("stroke thin")
}
