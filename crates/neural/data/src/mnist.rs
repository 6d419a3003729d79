//! Ten thousand real handwritten digits, part of the program: no download, no path.
//!
//! The files lie in `data/mnist` of the repository with their source, licence and the script that made them.

use crate::error::Result;
use crate::labelled::{Divided, Labelled};
use crate::source::Source;
use std::path::Path;

const IMAGES: &[u8] = include_bytes!("../../../../data/mnist/images-idx3-ubyte.gz");
const LABELS: &[u8] = include_bytes!("../../../../data/mnist/labels-idx1-ubyte.gz");
/// The first so many digits are for training, the others are held out.
const TRAIN: usize = 8_000;

/// The shipped digits with their fixed split: 8,000 for training, `[8000, 1, 28, 28]`, and 2,000 held out, with each class in
/// the same share. White strokes on black, numbers from 0 to 1.
///
/// The order is shuffled, and any prefix holds each class in its share, so `train.subset(..n)` is a fair smaller set.
///
/// ```
/// let digits = symbolon_data::mnist::digits().unwrap();
/// assert_eq!(digits.train.images.shape(), [8000, 1, 28, 28]);
/// assert_eq!(digits.held_out.len(), 2000);
/// assert_eq!(digits.train.classes[7], "7");
/// ```
///
/// # Errors
/// [`Error::Format`](crate::Error::Format) when the program was built from damaged files.
pub fn digits() -> Result<Divided> {
    let all = Labelled::parse_idx(
        &Source::embedded(Path::new("data/mnist/images-idx3-ubyte.gz"), IMAGES),
        &Source::embedded(Path::new("data/mnist/labels-idx1-ubyte.gz"), LABELS),
        &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    )?;
    let (train, held_out) = all.labels.split_at(TRAIN.min(all.len()));
    let part = |range: std::ops::Range<usize>, labels: &[usize]| Labelled {
        images: all.images.narrow(0, range),
        labels: labels.to_vec(),
        classes: all.classes.clone(),
    };
    Ok(Divided { train: part(0..train.len(), train), held_out: part(train.len()..all.len(), held_out) })
}
