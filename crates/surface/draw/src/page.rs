//! The blocks of a report as HTML.

use crate::drawing::Drawing;
use crate::report::{Block, Card, Fact};
use crate::table::{Mark, pictures_html};
use crate::xml::{Element, el};

/// Width of the drawing that narrow windows show: it fits phones of 360 pixels.
const NARROW: f64 = 328.0;
/// Drawings whose text is longer than this are drawn once.
const HEAVY: usize = 300_000;

/// The id of a section or of a part of it.
pub(crate) fn section_id(section: usize, part: usize) -> String {
    if part == 0 { format!("s{section}") } else { format!("s{section}-{part}") }
}

/// Writes blocks and numbers what is numbered.
#[derive(Default)]
pub(crate) struct Writer {
    figures: usize,
    tables: usize,
    section: usize,
    part: usize,
}

impl Writer {
    /// The `<main>` element.
    pub fn main(mut self, blocks: &[Block]) -> Element {
        let mut main = el("main").at("id", "main");
        let mut section: Option<Element> = None;
        let mut row: Option<Element> = None;
        for block in blocks {
            // Figures gather in a row; anything else ends it.
            if let Block::Figure { caption, wide, drawing } = block {
                let figure = self.figure(caption, *wide, drawing.as_ref());
                row = Some(row.unwrap_or_else(|| el("div").class("figures")).child(figure));
                continue;
            }
            let target = section.as_mut().unwrap_or(&mut main);
            if let Some(row) = row.take() {
                target.push(row);
            }
            if let Block::Section(heading) = block {
                if let Some(done) = section.take() {
                    main.push(done);
                }
                (self.section, self.part) = (self.section + 1, 0);
                let id = section_id(self.section, 0);
                let heading_id = format!("{id}-h");
                let begun = el("section").at("id", &id).at("aria-labelledby", &heading_id);
                section = Some(begun.child(el("h2").at("id", &heading_id).text(heading)));
            } else {
                let written = self.block(block);
                target.push(written);
            }
        }
        if let Some(row) = row {
            section.as_mut().unwrap_or(&mut main).push(row);
        }
        if let Some(done) = section {
            main.push(done);
        }
        main
    }

    fn block(&mut self, block: &Block) -> Element {
        match block {
            // Sections and figures are written where they are gathered.
            Block::Section(_) | Block::Figure { .. } => el("div"),
            Block::Subsection(heading) => {
                self.part += 1;
                el("h3").at("id", section_id(self.section, self.part)).text(heading)
            }
            Block::Paragraphs(text) => {
                let paragraphs = text.split("\n\n").filter(|p| !p.trim().is_empty());
                el("div").class("prose").children(paragraphs.map(|p| marked(el("p"), p.trim())))
            }
            Block::List(items) => el("ul").class("prose").children(items.iter().map(|i| marked(el("li"), i))),
            Block::Facts(facts) => el("dl").class("facts").children(facts.iter().map(fact)),
            Block::Table(table) => {
                self.tables += 1;
                table.html(Some(self.tables))
            }
            Block::Proof(caption, proof) => {
                let mut block = el("div").class("proof-block");
                if !caption.is_empty() {
                    block.push(marked(el("p").class("caption"), caption));
                }
                block.child(scroll(if caption.is_empty() { "Proof" } else { caption }, proof.html(3)))
            }
            Block::Cards(cards) => el("div").class("cards").children(cards.iter().map(card)),
            Block::Code(caption, text) => {
                let mut block = el("div").class("code-block");
                if !caption.is_empty() {
                    block.push(marked(el("p").class("caption"), caption));
                }
                let name = if caption.is_empty() { "Program text" } else { caption };
                block.child(scroll(name, el("pre").child(el("code").text(text))))
            }
            Block::Callout(mark, text) => {
                let sign = el("span")
                    .class(&format!("sign mark-{}", mark.class()))
                    .at("aria-hidden", "true")
                    .text(mark.sign());
                el("div").class("callout").child(sign).child(marked(el("p"), text))
            }
        }
    }

    fn figure(&mut self, caption: &str, wide: bool, drawing: &dyn Drawing) -> Element {
        self.figures += 1;
        let number = self.figures;
        let (title, description) = (drawing.title(), drawing.description());
        let natural = drawing.natural_width();
        let picture = drawing.draw(natural);
        let large = picture.element(&format!("f{number}"), title, &description);
        let name = if title.is_empty() { caption } else { title };
        let narrow = (picture.width > NARROW).then(|| drawing.draw(NARROW)).filter(|n| n.width <= NARROW * 1.05);
        let narrow = narrow.map(|n| n.element(&format!("f{number}n"), title, &description));
        let shown = match narrow.filter(|_| large.render().len() <= HEAVY) {
            Some(narrow) => {
                vec![el("div").class("when-wide").child(large), el("div").class("when-narrow").child(narrow)]
            }
            None if picture.width <= NARROW => vec![el("div").child(large)],
            // The drawing shrinks as far as its text stays readable, then it scrolls.
            None => {
                let least = format!("min-width:{}px", (picture.width * 0.7).ceil());
                vec![scroll(name, large.at("style", least))]
            }
        };
        let figure = el("figure").at("id", format!("figure-{number}"));
        // Two figures fit a row only up to this width.
        let mut figure = if wide || picture.width > 640.0 { figure.class("wide") } else { figure }.children(shown);
        let figcaption = el("figcaption").child(el("b").text(&format!("Figure {number}."))).text(" ");
        figure.push(marked(figcaption, caption));
        if let Some(table) = drawing.numbers() {
            let label = format!("Numbers of figure {number}");
            let summary = el("summary").at("aria-label", &label).text("Numbers");
            figure.push(el("details").class("numbers").child(summary).child(table.html(None)));
        }
        figure
    }
}

/// A frame that scrolls sideways where the page is too narrow, for the keyboard as well.
fn scroll(name: &str, inside: Element) -> Element {
    el("div").class("scroll").at("tabindex", "0").at("role", "group").at("aria-label", name).child(inside)
}

fn fact(fact: &Fact) -> Element {
    let mut value = el("dd").class("value");
    if let Some(mark) = fact.mark {
        let words = match mark {
            Mark::Good => "good: ",
            Mark::Bad => "bad: ",
            Mark::Open => "open: ",
        };
        value
            .push(el("span").class(&format!("sign mark-{}", mark.class())).at("aria-hidden", "true").text(mark.sign()));
        value = value.text(" ").child(el("span").class("aloud").text(words));
    }
    let mut tile = el("div").child(el("dt").text(&fact.name)).child(value.text(&fact.value));
    if !fact.remark.is_empty() {
        tile.push(el("dd").class("remark").text(&fact.remark));
    }
    tile
}

fn card(card: &Card) -> Element {
    let mut out = el("article").class("card");
    let mut heading = el("p").class("card-title").child(el("strong").text(&card.title));
    if let Some((mark, word)) = &card.verdict {
        heading = heading.text(" ").child(mark.html(word));
    }
    out.push(heading);
    if !card.pictures.is_empty() {
        let pictures =
            card.pictures.iter().flat_map(|(p, alt)| pictures_html(std::slice::from_ref(p), alt).collect::<Vec<_>>());
        out.push(el("p").class("card-pictures").children(pictures));
    }
    if !card.lines.is_empty() {
        let mut list = el("dl");
        for (name, value) in &card.lines {
            list.push(el("div").child(el("dt").text(name)).child(el("dd").text(value)));
        }
        out.push(list);
    }
    if let Some(proof) = &card.proof {
        out.push(scroll(&format!("Proof of {}", proof.goal()), proof.html(1)));
    }
    out
}

/// Text with `` `code` `` and `**strong**` marked. A mark without its partner is an ordinary character.
fn marked(mut into: Element, text: &str) -> Element {
    let mut rest = text;
    loop {
        let code = rest.find('`').and_then(|a| Some((a, a + 1 + rest[a + 1..].find('`')?, 1)));
        let strong = rest.find("**").and_then(|a| Some((a, a + 2 + rest[a + 2..].find("**")?, 2)));
        let first = [code, strong].into_iter().flatten().min_by_key(|m| m.0);
        let Some((start, end, length)) = first else { return into.text(rest) };
        if start > 0 {
            into = into.text(&rest[..start]);
        }
        let name = if length == 1 { "code" } else { "strong" };
        into = into.child(el(name).text(&rest[start + length..end]));
        rest = &rest[end + length..];
    }
}
