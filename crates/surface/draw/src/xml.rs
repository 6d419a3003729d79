//! The one writer behind every picture and page: a tree of elements whose texts and attribute values are always escaped.
//!
//! What comes out is both XML and HTML: every element is closed, no entity beyond the five of XML is used, and characters that
//! XML forbids (most control characters) are replaced by U+FFFD. So an SVG opens alone as well as inside a page, and tests can
//! parse whole reports with a strict parser. Text can reach the output only through [`escape`]; only style sheets, which this
//! crate ships itself, are written as they are.

use std::fmt::Write as _;

/// An element with attributes and children.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    children: Vec<Child>,
}

#[derive(Clone, Debug, PartialEq)]
enum Child {
    Element(Element),
    Text(String),
    /// A style sheet of this crate; never anything that came from outside.
    Style(String),
}

/// Something an attribute can be set to.
pub trait Value {
    /// Its text, not yet escaped.
    fn text(self) -> String;
}

impl Value for &str {
    fn text(self) -> String {
        self.to_string()
    }
}

impl Value for String {
    fn text(self) -> String {
        self
    }
}

impl Value for &String {
    fn text(self) -> String {
        self.clone()
    }
}

/// Coordinates, see [`num`].
impl Value for f64 {
    fn text(self) -> String {
        num(self)
    }
}

impl Value for usize {
    fn text(self) -> String {
        self.to_string()
    }
}

/// An element without attributes and children.
pub fn el(name: &'static str) -> Element {
    Element { name, attributes: Vec::new(), children: Vec::new() }
}

/// A `<g>` of a class.
pub fn group(class: &str) -> Element {
    el("g").class(class)
}

/// A line of SVG text that starts, is centred or ends at `(x, y)`; `anchor` is `start`, `middle` or `end`.
pub fn label(x: f64, y: f64, anchor: &'static str, class: &str, text: &str) -> Element {
    let mut label = el("text").at("x", x).at("y", y);
    if anchor != "start" {
        label = label.at("text-anchor", anchor);
    }
    if !class.is_empty() {
        label = label.class(class);
    }
    label.text(text)
}

/// A straight SVG line.
pub fn line(x1: f64, y1: f64, x2: f64, y2: f64, class: &str) -> Element {
    el("line").at("x1", x1).at("y1", y1).at("x2", x2).at("y2", y2).class(class)
}

/// An SVG rectangle. Negative sizes become zero.
pub fn rect(x: f64, y: f64, width: f64, height: f64) -> Element {
    el("rect").at("x", x).at("y", y).at("width", width.max(0.0)).at("height", height.max(0.0))
}

impl Element {
    /// Sets an attribute.
    pub fn at(mut self, name: &'static str, value: impl Value) -> Element {
        self.attributes.push((name, value.text()));
        self
    }

    /// Sets the class.
    pub fn class(self, class: &str) -> Element {
        self.at("class", class)
    }

    /// Adds a child.
    pub fn child(mut self, child: Element) -> Element {
        self.children.push(Child::Element(child));
        self
    }

    /// Adds children.
    pub fn children(mut self, children: impl IntoIterator<Item = Element>) -> Element {
        self.children.extend(children.into_iter().map(Child::Element));
        self
    }

    /// Adds text, which is escaped when written.
    pub fn text(mut self, text: &str) -> Element {
        self.children.push(Child::Text(text.to_string()));
        self
    }

    /// Adds a `<title>`, which browsers show when the pointer rests on the element.
    pub fn tip(self, text: &str) -> Element {
        self.child(el("title").text(text))
    }

    /// A `<style>` element.
    pub(crate) fn style(css: &str) -> Element {
        Element { name: "style", attributes: Vec::new(), children: vec![Child::Style(css.to_string())] }
    }

    /// Adds a child in place.
    pub fn push(&mut self, child: Element) {
        self.children.push(Child::Element(child));
    }

    /// Whether nothing is inside.
    pub fn is_empty(&self) -> bool {
        self.children.is_empty()
    }

    /// The element as text.
    pub fn render(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    /// Appends the element's text.
    ///
    /// Recursion follows the nesting that this crate builds, which is bounded ([`crate::proof`] cuts deep proofs).
    fn write(&self, out: &mut String) {
        let _ = write!(out, "<{}", self.name);
        for (name, value) in &self.attributes {
            let _ = write!(out, " {name}=\"{}\"", escape(value));
        }
        if self.children.is_empty() && closes_itself(self.name) {
            out.push_str("/>");
            return;
        }
        out.push('>');
        let mut broken = false;
        for child in &self.children {
            match child {
                Child::Element(element) => {
                    if breaks(element.name) {
                        out.push('\n');
                        broken = true;
                    }
                    element.write(out);
                }
                Child::Text(text) => out.push_str(&escape(text)),
                Child::Style(css) => out.push_str(css),
            }
        }
        if broken {
            out.push('\n');
        }
        let _ = write!(out, "</{}>", self.name);
    }
}

/// HTML's void elements, and SVG elements that are usually empty. All others get a closing tag, as HTML wants it.
fn closes_itself(name: &str) -> bool {
    const NAMES: [&str; 14] = [
        "meta", "link", "br", "hr", "img", "col", "rect", "line", "circle", "ellipse", "path", "polygon", "polyline",
        "image",
    ];
    NAMES.contains(&name)
}

/// Elements that start a line of the file; inside running text a line break would be a space.
fn breaks(name: &str) -> bool {
    !matches!(name, "b" | "strong" | "em" | "code" | "span" | "a" | "tspan" | "title" | "bdi" | "small" | "sup" | "img")
}

/// Text made safe for element content and for attribute values in double quotes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            '\r' => out.push('\n'),
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

/// A coordinate: two decimals at most, no trailing zeros, no minus zero; what is far outside any picture is clamped.
pub fn num(value: f64) -> String {
    if !value.is_finite() {
        return "0".into();
    }
    let mut text = format!("{:.2}", value.clamp(-1e6, 1e6));
    while text.ends_with('0') {
        text.pop();
    }
    if text.ends_with('.') {
        text.pop();
    }
    if text == "-0" { "0".into() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (value, text) in [(1.0, "1"), (0.126, "0.13"), (-0.001, "0"), (10.0, "10"), (-3.5, "-3.5"), (f64::NAN, "0")]
        {
            assert_eq!(num(value), text);
        }
        assert_eq!(num(f64::MAX), "1000000");
    }

    #[test]
    fn nothing_breaks_out_of_a_text() {
        let hostile = "</text><script>alert('1')</script>\u{0}\" onload=\"x";
        let written = el("text").at("x", hostile).text(hostile).render();
        let parsed = roxmltree::Document::parse(&written).unwrap();
        assert_eq!(parsed.descendants().filter(|n| n.is_element()).count(), 1);
        assert_eq!(parsed.root_element().text().unwrap(), hostile.replace('\0', "\u{fffd}"));
        assert_eq!(parsed.root_element().attributes().count(), 1);
    }
}
