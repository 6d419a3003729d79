//! Reports: one HTML file that opens anywhere, needs no network and no script, and can be read, printed and listened to.
//!
//! ```
//! use symbolon_draw::{Axis, Plot, Provenance, Report};
//! let loss = [(0.0, 2.3), (1.0, 0.4), (2.0, 0.1)];
//! let report = Report::new("Digits from sums")
//!     .text("The network never saw a digit label.")
//!     .section("Training")
//!     .figure("Loss of the observed sums.", Plot::new("Training").x(Axis::new("epoch")).y(Axis::new("loss")).line("exact", &loss))
//!     .provenance(Provenance::new().seed(7).command("symbolon demo"));
//! assert!(report.html().starts_with("<!DOCTYPE html>"));
//! ```
//!
//! A content security policy in the file forbids whatever is not in the file; images are data addresses. Figures are drawn twice,
//! for wide and for narrow windows, and the style sheet shows one of them. Numbers behind a figure stand in a table that
//! opens below it.

use std::path::Path;

use crate::drawing::Drawing;
use crate::error::DrawError;
use crate::page::{Writer, section_id};
use crate::pixels::Pixels;
use crate::proof::Proof;
use crate::table::{Mark, Table};
use crate::theme;
use crate::write::whole;
use crate::xml::{Element, el};

/// Where the numbers of a report come from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Provenance {
    entries: Vec<(String, String)>,
}

impl Provenance {
    /// Nothing yet.
    pub fn new() -> Provenance {
        Provenance::default()
    }

    /// The seed of the run.
    pub fn seed(self, seed: u64) -> Provenance {
        self.entry("Seed", seed.to_string())
    }

    /// The version of the program.
    pub fn version(self, version: impl Into<String>) -> Provenance {
        self.entry("Version", version)
    }

    /// A digest of the data, the claims or the program.
    pub fn digest(self, of: impl Into<String>, digest: impl Into<String>) -> Provenance {
        self.entry(format!("Digest of {}", of.into()), digest)
    }

    /// The command that makes this report again.
    pub fn command(self, command: impl Into<String>) -> Provenance {
        self.entry("Command", command)
    }

    /// Anything else.
    pub fn entry(mut self, name: impl Into<String>, value: impl Into<String>) -> Provenance {
        self.entries.push((name.into(), value.into()));
        self
    }
}

/// One example on a card: what went in, what came out, and why.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Card {
    pub(crate) title: String,
    pub(crate) verdict: Option<(Mark, String)>,
    pub(crate) pictures: Vec<(Pixels, String)>,
    pub(crate) lines: Vec<(String, String)>,
    pub(crate) proof: Option<Proof>,
}

impl Card {
    /// An empty card.
    pub fn new(title: impl Into<String>) -> Card {
        Card { title: title.into(), ..Card::default() }
    }

    /// Whether it went well, with a word.
    pub fn verdict(mut self, mark: Mark, word: impl Into<String>) -> Card {
        self.verdict = Some((mark, word.into()));
        self
    }

    /// A picture and what is to be seen in it.
    pub fn picture(mut self, pixels: &Pixels, alt: impl Into<String>) -> Card {
        self.pictures.push((pixels.clone(), alt.into()));
        self
    }

    /// A name and a value.
    pub fn line(mut self, name: impl Into<String>, value: impl Into<String>) -> Card {
        self.lines.push((name.into(), value.into()));
        self
    }

    /// Why: a proof, closed below its first level.
    pub fn proof(mut self, proof: Proof) -> Card {
        self.proof = Some(proof);
        self
    }
}

/// A key number.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) remark: String,
    pub(crate) mark: Option<Mark>,
}

impl Fact {
    /// A number that is already written as it is to be read.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Fact {
        Fact { name: name.into(), value: value.into(), remark: String::new(), mark: None }
    }

    /// What the number is compared with.
    pub fn remark(mut self, remark: impl Into<String>) -> Fact {
        self.remark = remark.into();
        self
    }

    /// Whether it is as it should be.
    pub fn mark(mut self, mark: Mark) -> Fact {
        self.mark = Some(mark);
        self
    }
}

/// What a report is made of.
pub(crate) enum Block {
    Section(String),
    Subsection(String),
    Paragraphs(String),
    List(Vec<String>),
    Facts(Vec<Fact>),
    Figure { caption: String, wide: bool, drawing: Box<dyn Drawing> },
    Table(Table),
    Proof(String, Proof),
    Cards(Vec<Card>),
    Code(String, String),
    Callout(Mark, String),
}

/// A report in the making. Blocks appear in the order in which they are added; figures that follow each other share a row where
/// the window is wide enough.
pub struct Report {
    title: String,
    subtitle: String,
    blocks: Vec<Block>,
    provenance: Provenance,
}

impl Report {
    /// An empty report.
    pub fn new(title: impl Into<String>) -> Report {
        Report { title: title.into(), subtitle: String::new(), blocks: Vec::new(), provenance: Provenance::new() }
    }

    /// A line below the title.
    pub fn subtitle(mut self, subtitle: impl Into<String>) -> Report {
        self.subtitle = subtitle.into();
        self
    }

    fn block(mut self, block: Block) -> Report {
        self.blocks.push(block);
        self
    }

    /// Begins a section, which the table of contents lists.
    pub fn section(self, heading: impl Into<String>) -> Report {
        self.block(Block::Section(heading.into()))
    }

    /// Begins a part of a section.
    pub fn subsection(self, heading: impl Into<String>) -> Report {
        self.block(Block::Subsection(heading.into()))
    }

    /// Prose: paragraphs are separated by empty lines, `` `code` `` and `**strong**` are marked.
    pub fn text(self, text: impl Into<String>) -> Report {
        self.block(Block::Paragraphs(text.into()))
    }

    /// A list, with the same marks as [`Report::text`].
    pub fn list<S: Into<String>>(self, items: impl IntoIterator<Item = S>) -> Report {
        self.block(Block::List(items.into_iter().map(Into::into).collect()))
    }

    /// Key numbers side by side.
    pub fn facts(self, facts: impl IntoIterator<Item = Fact>) -> Report {
        self.block(Block::Facts(facts.into_iter().collect()))
    }

    /// A drawing with a caption.
    pub fn figure(self, caption: impl Into<String>, drawing: impl Drawing + 'static) -> Report {
        self.block(Block::Figure { caption: caption.into(), wide: false, drawing: Box::new(drawing) })
    }

    /// A drawing that gets a row of its own.
    pub fn wide_figure(self, caption: impl Into<String>, drawing: impl Drawing + 'static) -> Report {
        self.block(Block::Figure { caption: caption.into(), wide: true, drawing: Box::new(drawing) })
    }

    /// A table; its caption is numbered.
    pub fn table(self, table: Table) -> Report {
        self.block(Block::Table(table))
    }

    /// A proof that opens and closes, with a caption.
    pub fn proof(self, caption: impl Into<String>, proof: Proof) -> Report {
        self.block(Block::Proof(caption.into(), proof))
    }

    /// Examples.
    pub fn cards(self, cards: impl IntoIterator<Item = Card>) -> Report {
        self.block(Block::Cards(cards.into_iter().collect()))
    }

    /// A program text with a caption, which may be empty.
    pub fn code(self, caption: impl Into<String>, text: impl Into<String>) -> Report {
        self.block(Block::Code(caption.into(), text.into()))
    }

    /// A verdict or warning that must not be overlooked.
    pub fn callout(self, mark: Mark, text: impl Into<String>) -> Report {
        self.block(Block::Callout(mark, text.into()))
    }

    /// The blocks of another report, after those that are there.
    pub fn append(mut self, other: Report) -> Report {
        self.blocks.extend(other.blocks);
        self
    }

    /// Where the numbers come from; stands at the foot.
    pub fn provenance(mut self, provenance: Provenance) -> Report {
        self.provenance = provenance;
        self
    }

    /// The drawings of all figures, in their order: each can be written as a file of its own ([`Drawing::write_svg`]).
    pub fn drawings(&self) -> impl Iterator<Item = &dyn Drawing> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Figure { drawing, .. } => Some(&**drawing),
            _ => None,
        })
    }

    /// The whole file.
    pub fn html(&self) -> String {
        let mut head = el("head").child(el("meta").at("charset", "utf-8"));
        head.push(el("meta").at("name", "viewport").at("content", "width=device-width,initial-scale=1"));
        head.push(el("meta").at("http-equiv", "Content-Security-Policy").at("content", POLICY));
        head.push(el("meta").at("name", "color-scheme").at("content", "light dark"));
        head.push(el("title").text(&self.title));
        head.push(Element::style(&format!("{}{}", theme::css(":root"), include_str!("report.css"))));
        let mut body = el("body").child(el("a").class("skip").at("href", "#main").text("Skip to the content"));
        let mut header = el("header").child(el("h1").text(&self.title));
        if !self.subtitle.is_empty() {
            header.push(el("p").class("subtitle").text(&self.subtitle));
        }
        body.push(header);
        let main = Writer::default().main(&self.blocks);
        let contents = self.contents();
        let mut page = el("div").class("page");
        if let Some(contents) = contents {
            page.push(contents);
        }
        page.push(main);
        body.push(page);
        body.push(self.footer());
        format!("<!DOCTYPE html>\n{}\n", el("html").at("lang", "en").child(head).child(body).render())
    }

    /// Writes the file, all or nothing.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), DrawError> {
        whole(path.as_ref(), self.html().as_bytes())
    }

    /// The table of contents, if there are sections to choose from.
    fn contents(&self) -> Option<Element> {
        let mut items: Vec<Element> = Vec::new();
        let mut parts: Vec<Element> = Vec::new();
        let mut open: Option<Element> = None;
        let (mut section, mut part) = (0, 0);
        let link = |id: &str, text: &str| el("a").at("href", format!("#{id}")).text(text);
        let close = |open: &mut Option<Element>, parts: &mut Vec<Element>, items: &mut Vec<Element>| {
            if let Some(item) = open.take() {
                let parts = std::mem::take(parts);
                items.push(if parts.is_empty() { item } else { item.child(el("ol").children(parts)) });
            }
        };
        for block in &self.blocks {
            match block {
                Block::Section(heading) => {
                    close(&mut open, &mut parts, &mut items);
                    (section, part) = (section + 1, 0);
                    open = Some(el("li").child(link(&section_id(section, 0), heading)));
                }
                Block::Subsection(heading) => {
                    part += 1;
                    let item = el("li").child(link(&section_id(section, part), heading));
                    if open.is_some() { parts.push(item) } else { items.push(item) }
                }
                _ => {}
            }
        }
        close(&mut open, &mut parts, &mut items);
        (section > 1).then(|| {
            let nav = el("nav").at("aria-label", "Contents");
            nav.child(el("p").class("contents").text("Contents")).child(el("ol").children(items))
        })
    }

    fn footer(&self) -> Element {
        let mut footer = el("footer");
        if !self.provenance.entries.is_empty() {
            let mut list = el("dl");
            for (name, value) in &self.provenance.entries {
                list.push(el("dt").text(name));
                list.push(el("dd").child(el("code").text(value)));
            }
            footer.push(el("h2").text("Provenance"));
            footer.push(list);
        }
        footer.child(
            el("p").text("Made with Symbolon. This file is complete in itself: it loads nothing and runs no script."),
        )
    }
}

/// What a browser may load for a report: only what stands in it.
const POLICY: &str =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'";
