//! Pictures side by side with captions: what a network saw, and what it said.

use crate::drawing::{Drawing, Svg, heading, notes, usable};
use crate::pixels::Pixels;
use crate::table::Mark;
use crate::text::{count, wrap};
use crate::xml::{Element, el, label, rect};

/// More pictures than this are counted, not drawn.
const MOST: usize = 400;

/// A grid of pictures.
///
/// ```
/// use symbolon_draw::{Drawing, Gallery, Mark, Pixels};
/// let digit = Pixels::grey(2, 2, &[0, 255, 255, 0])?;
/// let gallery = Gallery::new("Held-out digits").picture(&digit, "7").marked(&digit, Mark::Bad, "read as 1, is 7");
/// assert!(gallery.description().contains("read as 1, is 7 (✗)"));
/// # Ok::<(), symbolon_draw::DrawError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Gallery {
    title: String,
    description: Option<String>,
    side: f64,
    pictures: Vec<(Pixels, Option<Mark>, String)>,
}

impl Gallery {
    /// An empty grid.
    pub fn new(title: impl Into<String>) -> Gallery {
        Gallery { title: title.into(), description: None, side: 72.0, pictures: Vec::new() }
    }

    /// The width of each picture (16 to 600 pixels, 72 without this).
    pub fn side(mut self, pixels: f64) -> Gallery {
        self.side = if pixels.is_finite() { pixels.clamp(16.0, 600.0) } else { self.side };
        self
    }

    /// Adds a picture with a caption.
    pub fn picture(mut self, pixels: &Pixels, caption: impl Into<String>) -> Gallery {
        self.pictures.push((pixels.clone(), None, caption.into()));
        self
    }

    /// Adds a picture with a verdict and a caption.
    pub fn marked(mut self, pixels: &Pixels, mark: Mark, caption: impl Into<String>) -> Gallery {
        self.pictures.push((pixels.clone(), Some(mark), caption.into()));
        self
    }

    /// A description in place of the one made from the captions.
    pub fn describe(mut self, text: impl Into<String>) -> Gallery {
        self.description = Some(text.into());
        self
    }
}

impl Drawing for Gallery {
    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        if let Some(text) = &self.description {
            return text.clone();
        }
        let mut text = format!("{}. ", count(self.pictures.len(), "picture"));
        let caption = |(_, mark, caption): &(Pixels, Option<Mark>, String)| match mark {
            Some(mark) => format!("{caption} ({})", mark.sign()),
            None => caption.clone(),
        };
        let captions: Vec<String> = self.pictures.iter().take(40).map(caption).filter(|c| !c.is_empty()).collect();
        text.push_str(&captions.join("; "));
        if self.pictures.len() > 40 {
            text.push_str("; and so on");
        }
        text
    }

    fn natural_width(&self) -> f64 {
        let n = self.pictures.len().clamp(1, 10) as f64;
        (n * (self.side + 14.0)).clamp(280.0, 860.0)
    }

    fn draw(&self, width: f64) -> Svg {
        let width = usable(width);
        let mut body = Vec::new();
        let mut y = heading(&mut body, &self.title, width);
        let gap = 14.0;
        // Pictures may shrink a little to let one more into the row.
        let room = width - 2.0 + gap;
        let columns = ((room / (self.side * 0.96 + gap)) as usize).max(1);
        let side = self.side.min(room / columns as f64 - gap);
        let drawn = &self.pictures[..self.pictures.len().min(MOST)];
        for row in drawn.chunks(columns) {
            let height = |p: &Pixels| (side * p.height() as f64 / p.width() as f64).min(side * 4.0);
            let tallest = row.iter().map(|(p, ..)| height(p)).fold(0.0, f64::max);
            let mut lines = 0;
            for (i, (pixels, mark, caption)) in row.iter().enumerate() {
                let x = 1.0 + i as f64 * (side + gap);
                let high = height(pixels);
                let image = el("image").class("pixels").at("x", x).at("y", y).at("width", side).at("height", high);
                let image = image.at("preserveAspectRatio", "none").at("href", pixels.uri());
                body.push(if caption.is_empty() { image } else { image.tip(caption) });
                body.push(rect(x, y, side, high).class("frame"));
                let mut top = y + tallest + 15.0;
                let mut room = side + gap - 4.0;
                let mut start = x;
                if let Some(mark) = mark {
                    body.push(sign(*mark, x, top));
                    start += 15.0;
                    room -= 15.0;
                }
                let parts = wrap(caption, 12.0, room, 3);
                lines = lines.max(parts.len()).max(usize::from(mark.is_some()));
                for part in parts {
                    body.push(label(start, top, "start", "small", &part));
                    top += 15.0;
                }
            }
            y += tallest + lines as f64 * 15.0 + if lines > 0 { 18.0 } else { gap };
        }
        let mut remarks = Vec::new();
        if self.pictures.len() > drawn.len() {
            remarks.push(format!("{} not shown.", count(self.pictures.len() - drawn.len(), "more picture")));
        }
        if self.pictures.is_empty() {
            remarks.push("No pictures.".into());
        }
        let height = notes(&mut body, &remarks, width, y);
        Svg { width, height: height + 4.0, body }
    }
}

/// A verdict's sign.
fn sign(mark: Mark, x: f64, y: f64) -> Element {
    label(x, y, "start", &format!("b {}", mark.class()), mark.sign())
}
