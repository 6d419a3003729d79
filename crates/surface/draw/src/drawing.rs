//! What every picture has in common: it can be drawn at a width, says in words what it shows, and may give its numbers as a table.

use std::path::Path;

use crate::error::DrawError;
use crate::table::Table;
use crate::text;
use crate::theme;
use crate::xml::{Element, el, label};

/// Anything that can be drawn.
///
/// Laws (held by the tests for every kind of drawing of this crate): drawing twice gives the same bytes; nothing that is drawn
/// reaches outside the picture; any text and any number, infinite and missing ones included, can be drawn.
pub trait Drawing {
    /// What the picture is about; a screen reader says it first.
    fn title(&self) -> &str;

    /// What somebody who cannot see the picture should know: a few sentences.
    fn description(&self) -> String;

    /// Draws into `width` pixels. A drawing that would be unreadable at this width comes out wider.
    fn draw(&self, width: f64) -> Svg;

    /// The width at which the drawing looks best in pixels.
    fn natural_width(&self) -> f64 {
        456.0
    }

    /// The numbers behind the picture.
    fn numbers(&self) -> Option<Table> {
        None
    }

    /// A complete SVG file at the natural width.
    fn svg(&self) -> String {
        self.draw(self.natural_width()).document(self.title(), &self.description())
    }

    /// Writes [`Drawing::svg`] to a file, all or nothing.
    fn write_svg(&self, path: &Path) -> Result<(), DrawError> {
        crate::write::whole(path, self.svg().as_bytes())
    }
}

/// A picture: its size in pixels and what is in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Svg {
    /// Pixels from left to right.
    pub width: f64,
    /// Pixels from top to bottom.
    pub height: f64,
    pub(crate) body: Vec<Element>,
}

impl Svg {
    /// The `<svg>` element. `id` must be unique in the page: title and description get ids made of it.
    pub fn element(&self, id: &str, title: &str, description: &str) -> Element {
        let (title_id, description_id) = (format!("{id}-t"), format!("{id}-d"));
        el("svg")
            .at("xmlns", "http://www.w3.org/2000/svg")
            .class("sy")
            .at("width", self.width.ceil())
            .at("height", self.height.ceil())
            .at(
                "viewBox",
                format!("0 0 {} {}", crate::xml::num(self.width.ceil()), crate::xml::num(self.height.ceil())),
            )
            .at("role", "img")
            .at("aria-labelledby", &title_id)
            .at("aria-describedby", &description_id)
            .child(el("title").at("id", &title_id).text(title))
            .child(el("desc").at("id", &description_id).text(description))
            .children(self.body.iter().cloned())
    }

    /// A file of its own, style sheet included.
    pub fn document(&self, title: &str, description: &str) -> String {
        let mut svg = self.element("picture", title, description);
        svg.push(Element::style(&theme::css(":root")));
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", svg.render())
    }
}

/// A width that can be drawn into: between 200 and 4000 pixels.
pub(crate) fn usable(width: f64) -> f64 {
    if width.is_finite() { width.clamp(200.0, 4000.0) } else { 456.0 }
}

/// Size of titles in pixels.
const TITLE: f64 = 15.0;

/// Draws the title in at most two lines; returns what is below it.
pub(crate) fn heading(body: &mut Vec<Element>, title: &str, width: f64) -> f64 {
    let mut y = 0.0;
    for part in text::wrap(title, TITLE * 1.05, width, 2) {
        y += 20.0;
        body.push(label(0.0, y - 5.0, "start", "title", &part));
    }
    if y > 0.0 { y + 6.0 } else { 4.0 }
}

/// Draws remarks below a picture, from `y` on; returns what is below them.
pub(crate) fn notes(body: &mut Vec<Element>, notes: &[String], width: f64, mut y: f64) -> f64 {
    for note in notes {
        for part in text::wrap(note, 12.0, width, 3) {
            y += 17.0;
            body.push(label(0.0, y - 4.0, "start", "note", &part));
        }
    }
    y
}
