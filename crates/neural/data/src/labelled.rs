//! Pictures with their classes: what most supervised sets come down to.

use crate::error::{Result, format, request};
use crate::idx;
use crate::picture::{Colour, read_pngs};
use crate::source::Source;
use crate::split::Split;
use std::path::{Path, PathBuf};
use symbolon_tensor::{DType, Rng, Tensor};

/// Pictures and the class of each.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// `[items, channels, height, width]`, `F32`, 0 (black) to 1 (white).
    pub images: Tensor,
    /// For each item its class, an index into `classes`.
    pub labels: Vec<usize>,
    /// Names of the classes.
    pub classes: Vec<String>,
}

/// Items to learn from and items to be judged on; none is in both.
#[derive(Clone, Debug)]
pub struct Divided {
    /// For training.
    pub train: Labelled,
    /// Never shown in training.
    pub held_out: Labelled,
}

impl Labelled {
    /// Pictures and labels that belong together.
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) when there are not as many labels as pictures, a label has no class, or
    /// the pictures are not `[items, channels, height, width]`.
    pub fn new(images: Tensor, labels: Vec<usize>, classes: Vec<String>) -> Result<Self> {
        if images.rank() != 4 {
            let problem = format!("pictures of shape {:?}", images.shape());
            return Err(request("pictures", problem, "give [items, channels, height, width]"));
        }
        if images.shape()[0] != labels.len() {
            let problem = format!("{} pictures and {} labels", images.shape()[0], labels.len());
            return Err(request("labels", problem, "give one label for each picture"));
        }
        if let Some(item) = labels.iter().position(|&l| l >= classes.len()) {
            let problem = format!("item {item} has label {}, there are {} classes", labels[item], classes.len());
            return Err(request("labels", problem, "correct the label or name more classes"));
        }
        Ok(Self { images: images.to(DType::F32), labels, classes })
    }
    /// Pictures and labels of two IDX files, plain or gzipped; bytes become numbers from 0 to 1.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) and [`Error::Format`](crate::Error::Format) with the file and the place.
    pub fn read_idx(images: impl AsRef<Path>, labels: impl AsRef<Path>, classes: &[&str]) -> Result<Self> {
        Self::parse_idx(&Source::open(images.as_ref())?, &Source::open(labels.as_ref())?, classes)
    }
    pub(crate) fn parse_idx(images: &Source<'_>, labels: &Source<'_>, classes: &[&str]) -> Result<Self> {
        let (pixels, marks) = (idx::parse(images)?, idx::parse(labels)?);
        let shape = match *pixels.shape() {
            [n, h, w] => [n, 1, h, w],
            [n, c, h, w] => [n, c, h, w],
            _ => {
                let problem = format!("shape {:?} is not that of pictures", pixels.shape());
                return Err(format(images.path, "header", problem, "give [items, height, width]"));
            }
        };
        if pixels.dtype() != DType::U8 {
            let problem = format!("{:?} numbers", pixels.dtype());
            return Err(format(images.path, "header", problem, "give pictures of bytes"));
        }
        if marks.rank() != 1 || !marks.dtype().is_int() {
            let problem = format!("shape {:?} of {:?} is not that of labels", marks.shape(), marks.dtype());
            return Err(format(labels.path, "header", problem, "give one whole number for each picture"));
        }
        if marks.len() != shape[0] {
            let problem = format!("{} labels for {} pictures of {}", marks.len(), shape[0], images.path.display());
            return Err(format(labels.path, "header", problem, "give the two files of one set"));
        }
        let marks = marks.to_vec::<i64>();
        if let Some(item) = marks.iter().position(|&l| l < 0 || l as usize >= classes.len()) {
            let problem = format!("{} is outside 0..{}", marks[item], classes.len());
            return Err(format(labels.path, format!("label {item}"), problem, "correct it or name more classes"));
        }
        Ok(Self {
            images: unit(&pixels.to_vec::<u8>(), &shape)?,
            labels: marks.into_iter().map(|l| l as usize).collect(),
            classes: classes.iter().map(|&c| c.to_owned()).collect(),
        })
    }
    /// A folder with one folder of PNG pictures for each class, in the order of their names.
    ///
    /// Files that start with a dot and files that are not called `*.png` are passed over; all pictures have the size of
    /// the first one.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) and [`Error::Format`](crate::Error::Format) with the file and the place, also when
    /// there are no classes or a class is empty.
    pub fn read_folder(path: impl AsRef<Path>, colour: Colour) -> Result<Self> {
        let path = path.as_ref();
        const LAYOUT: &str = "lay it out as FOLDER/CLASS/PICTURE.png";
        let (mut files, mut labels, mut classes) = (Vec::new(), Vec::new(), Vec::new());
        for class in crate::picture::entries(path)?.into_iter().filter(|p| p.is_dir()) {
            let pictures: Vec<PathBuf> = crate::picture::pngs(&class)?;
            if pictures.is_empty() {
                return Err(format(&class, "folder", "a class without PNG pictures", LAYOUT));
            }
            labels.extend(std::iter::repeat_n(classes.len(), pictures.len()));
            files.extend(pictures);
            classes.push(class.file_name().unwrap_or_default().to_string_lossy().into_owned());
        }
        if classes.is_empty() {
            return Err(format(path, "folder", "no folders of pictures in it", LAYOUT));
        }
        Self::new(read_pngs(&files, colour)?, labels, classes)
    }
    /// How many items there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
    /// Pictures of some items, in the order asked for: `[items, channels, height, width]`.
    ///
    /// # Panics
    /// When an item does not exist.
    #[track_caller]
    pub fn pictures(&self, items: &[usize]) -> Tensor {
        self.images.index_select(0, &indices(items))
    }
    /// Random rows of pictures `[batch, length, channels, height, width]`, and the sums of their labels `[batch, 1]`, `F32`: for what
    /// is learned about single pictures from sums alone.
    ///
    /// # Panics
    /// When there are no items.
    #[track_caller]
    pub fn sums(&self, batch: usize, length: usize, rng: &mut Rng) -> [Tensor; 2] {
        let items: Vec<usize> = (0..batch * length).map(|_| rng.below(self.len())).collect();
        let sum = |row: &[usize]| row.iter().map(|&i| self.labels[i] as f32).sum::<f32>();
        let sums: Vec<f32> = items.chunks(length).map(sum).collect();
        let shape = [&[batch, length], &self.images.shape()[1..]].concat();
        [self.pictures(&items).reshape(shape), Tensor::from(sums).unsqueeze(1)]
    }
    /// Some items, in the order asked for.
    ///
    /// # Panics
    /// When an item does not exist.
    #[track_caller]
    pub fn subset(&self, items: &[usize]) -> Self {
        let labels = items.iter().map(|&i| self.labels[i]).collect();
        Self { images: self.pictures(items), labels, classes: self.classes.clone() }
    }
    /// The items of some classes; the names of all classes are kept.
    pub fn of_classes(&self, classes: &[usize]) -> Self {
        self.subset(&(0..self.len()).filter(|&i| classes.contains(&self.labels[i])).collect::<Vec<_>>())
    }
    /// Labels of tuples of items, tuple by tuple: the worlds that symbolic functions look at.
    ///
    /// # Panics
    /// When an item does not exist.
    #[track_caller]
    pub fn labels_of(&self, tuples: &[Vec<usize>]) -> Vec<usize> {
        tuples.iter().flatten().map(|&i| self.labels[i]).collect()
    }
    /// Labels as indices `[items]`, for losses.
    pub fn targets(&self) -> Tensor {
        indices(&self.labels)
    }
    /// Two sets without a common item, each with every class in its share: see [`Split::stratified`].
    ///
    /// # Errors
    /// As [`Split::stratified`].
    pub fn split(&self, held_out: f64, seed: u64) -> Result<Divided> {
        let split = Split::stratified(&self.labels, held_out, seed)?;
        Ok(Divided { train: self.subset(&split.train), held_out: self.subset(&split.held_out) })
    }
}

/// Item numbers as a tensor of indices, for `index_select`.
pub fn indices(items: &[usize]) -> Tensor {
    Tensor::from(items.iter().map(|&i| i as i64).collect::<Vec<i64>>())
}

/// Bytes as numbers from 0 to 1.
pub(crate) fn unit(pixels: &[u8], shape: &[usize]) -> Result<Tensor> {
    Ok(Tensor::new(pixels.iter().map(|&p| f32::from(p) / 255.0).collect(), shape)?)
}
