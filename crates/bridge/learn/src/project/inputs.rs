//! What networks look at: terms of the theory as rows of numbers.
//!
//! | term | what it is |
//! | --- | --- |
//! | `image("a.png")` | a picture, relative to the project's folder; grey, or `image("a.png", colour)` |
//! | `mnist(17)` | a digit of the shipped set: 0 to 7999 are for training, 8000 to 9999 held out |
//! | `vector([0.5, 1])` | numbers |
//!
//! Each is loaded once. A network with several inputs sees pictures as channels of one, and vectors end to end.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;
use symbolon_data::{Colour, mnist, read_png};
use symbolon_tensor::{DType, Tensor};
use symbolon_theory::term::{Term, TermStore, View};

use crate::error::{Error, Result};

/// Functors whose terms are data.
pub(crate) const FUNCTORS: &[&str] = &["image", "mnist", "vector"];

/// One datum: its shape and its numbers.
#[derive(Clone, Debug)]
struct Datum {
    /// `[channels, height, width]` or `[numbers]`.
    shape: Vec<usize>,
    values: Box<[f32]>,
}

/// All data that the terms met so far stand for.
pub struct Inputs {
    folder: PathBuf,
    data: FxHashMap<Term, Datum>,
    /// The shipped digits, once one is asked for: `[10000, 1, 28, 28]`.
    digits: Option<Vec<f32>>,
}

impl Inputs {
    /// No data yet; file names are relative to `folder`.
    pub fn new(folder: &Path) -> Inputs {
        Inputs { folder: folder.to_owned(), data: FxHashMap::default(), digits: None }
    }

    /// Loads what these terms stand for. Terms that are known, or that are no data, are passed over.
    ///
    /// # Errors
    /// Pictures that cannot be read, and terms that look like data and are none.
    pub fn load(&mut self, terms: &TermStore, items: &[Term]) -> Result<()> {
        for &item in items {
            if !self.data.contains_key(&item)
                && let Some(datum) = self.datum(terms, item)?
            {
                self.data.insert(item, datum);
            }
        }
        Ok(())
    }

    fn datum(&mut self, terms: &TermStore, item: Term) -> Result<Option<Datum>> {
        let bad =
            |problem: &str| Err(Error::Project { place: terms.display(item).to_string(), problem: problem.to_owned() });
        let View::Compound(name, args) = terms.view(item) else { return Ok(None) };
        match (terms.name(name), args) {
            ("image", &[file, ref colour @ ..]) if colour.len() < 2 => {
                let file = match terms.view(file) {
                    View::Str(text) => text,
                    View::Atom(name) => terms.name(name),
                    _ => return bad("a picture is named by a text: image(\"a.png\")"),
                };
                let colour = match colour.first().map(|&c| terms.display(c).to_string()).as_deref() {
                    None | Some("grey") => Colour::Grey,
                    Some("colour") => Colour::Rgb,
                    Some(_) => return bad("a picture is grey or colour"),
                };
                let picture = read_png(self.folder.join(file), colour)?;
                Ok(Some(Datum { shape: picture.shape().to_vec(), values: picture.to_vec::<f32>().into() }))
            }
            ("mnist", &[number]) => {
                let digits = match &mut self.digits {
                    Some(digits) => digits,
                    none => none.insert(all_digits()?),
                };
                let count = digits.len() / PIXELS;
                match terms.as_int(number).and_then(|n| usize::try_from(n).ok()).filter(|n| *n < count) {
                    Some(n) => {
                        let values = digits[n * PIXELS..][..PIXELS].into();
                        Ok(Some(Datum { shape: vec![1, SIDE, SIDE], values }))
                    }
                    None => bad(&format!("the shipped digits have the numbers 0 to {}", count - 1)),
                }
            }
            ("vector", &[list]) => {
                let numbers = terms.as_list(list).unwrap_or_default();
                let numbers: Option<Vec<f32>> = numbers.iter().map(|&n| Some(terms.as_number(n)? as f32)).collect();
                match numbers.filter(|n| !n.is_empty()) {
                    Some(values) => Ok(Some(Datum { shape: vec![values.len()], values: values.into() })),
                    None => bad("a vector is a list of numbers: vector([0.5, 1])"),
                }
            }
            _ => Ok(None),
        }
    }

    /// The numbers of one datum, with its shape, if it was loaded.
    pub fn get(&self, item: Term) -> Option<(&[usize], &[f32])> {
        self.data.get(&item).map(|d| (&*d.shape, &*d.values))
    }

    /// The data of calls as one tensor, `[calls, channels, height, width]` or `[calls, numbers]`. `shift` gives the rows and
    /// columns by which each picture is moved.
    ///
    /// # Errors
    /// Terms that stand for nothing, and data of different shapes.
    pub fn batch(&self, terms: &TermStore, calls: &[&[Term]], shift: &mut dyn FnMut() -> [i32; 2]) -> Result<Tensor> {
        let bad = |term: Term, problem: String| Error::Project { place: terms.display(term).to_string(), problem };
        let mut values = Vec::new();
        let mut first: Option<Vec<usize>> = None;
        for call in calls {
            let mut whole: Vec<usize> = Vec::new();
            for &item in *call {
                let Some(datum) = self.data.get(&item) else {
                    let problem = "is nothing that a network can look at: there are image(\"a.png\"), mnist(17) and vector([0.5, 1])";
                    return Err(bad(item, problem.into()));
                };
                match whole.split_first_mut() {
                    None => whole = datum.shape.clone(),
                    Some((channels, rest)) if *rest == datum.shape[1..] => *channels += datum.shape[0],
                    Some(_) => {
                        let problem = format!("has shape {:?}, the input before it {whole:?}", datum.shape);
                        return Err(bad(item, problem));
                    }
                }
                moved(datum, shift, &mut values);
            }
            if let Some(first) = first.as_ref().filter(|f| **f != whole) {
                let problem = format!("has shape {whole:?}, others have {first:?}: make all pictures the same size");
                return Err(bad(call[0], problem));
            }
            first.get_or_insert(whole);
        }
        let shape: Vec<usize> = [calls.len()].into_iter().chain(first.unwrap_or_default()).collect();
        Ok(Tensor::new(values, shape).map_err(symbolon_net::Error::from)?)
    }
}

const SIDE: usize = 28;
const PIXELS: usize = SIDE * SIDE;

fn all_digits() -> Result<Vec<f32>> {
    let digits = mnist::digits()?;
    let mut all = digits.train.images.to(DType::F32).to_vec::<f32>();
    all.extend(digits.held_out.images.to(DType::F32).to_vec::<f32>());
    Ok(all)
}

/// Adds a datum's numbers; a picture is moved, and what comes in at its edge is zero.
fn moved(datum: &Datum, shift: &mut dyn FnMut() -> [i32; 2], into: &mut Vec<f32>) {
    let [down, right] = if datum.shape.len() == 3 { shift() } else { [0, 0] };
    if [down, right] == [0, 0] {
        return into.extend_from_slice(&datum.values);
    }
    let (height, width) = (datum.shape[1], datum.shape[2]);
    for channel in datum.values.chunks(height * width) {
        for y in 0..height as i32 {
            let from =
                (0..height as i32).contains(&(y - down)).then(|| &channel[(y - down) as usize * width..][..width]);
            let row = |x: i32| from.and_then(|f| f.get(usize::try_from(x - right).ok()?)).copied().unwrap_or(0.0);
            into.extend((0..width as i32).map(row));
        }
    }
}
