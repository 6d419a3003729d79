//! A vector for each word, without a network: GloVe and its like.
//!
//! Words that occur in like company have like vectors (Pennington et al. 2014); directions between vectors carry over from
//! one pair of words to another (Mikolov et al. 2013). Likeness is the cosine.

use crate::error::{Error, Result, io};
use crate::local::at_length_one;
use crate::store::Store;
use parquet::column::reader::ColumnReader;
use parquet::data_type::ByteArray;
use parquet::file::reader::{FileReader, SerializedFileReader};
use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use symbolon_tensor::{DType, Tensor, io::read_npy};

/// Words and their vectors.
///
/// ```
/// use symbolon_lm::Embeddings;
/// use symbolon_tensor::Tensor;
/// let vectors = Tensor::from([[1.0f32, 0.0], [1.0, 1.0], [-1.0, 0.1], [-1.0, 1.1]]);
/// let e = Embeddings::new(["man", "king", "woman", "queen"].map(String::from).to_vec(), vectors)?;
/// assert_eq!(e.analogy("man", "king", "woman", 1)?[0].0, "queen");
/// # Ok::<(), symbolon_lm::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Embeddings {
    words: Vec<String>,
    index: HashMap<String, usize>,
    vectors: Tensor,
    /// Vectors at length 1, `[words, width]`.
    unit: Tensor,
}

impl Embeddings {
    /// Words with a row each, `[words, width]`.
    ///
    /// # Errors
    /// When there are not as many rows as words, a number is not finite, or a word occurs twice.
    pub fn new(words: Vec<String>, vectors: Tensor) -> Result<Self> {
        if vectors.rank() != 2 || vectors.size(0) != words.len() || vectors.is_empty() || !vectors.dtype().is_float() {
            let shape = vectors.shape();
            return Err(Error::Request(format!("{} words for vectors of shape {shape:?}", words.len())));
        }
        let vectors = vectors.to(DType::F32);
        if !vectors.abs().max().item().is_finite() {
            return Err(Error::Request("a vector has a number that is not finite".into()));
        }
        let index: HashMap<String, usize> = words.iter().enumerate().map(|(i, w)| (w.clone(), i)).collect();
        if index.len() != words.len() {
            return Err(Error::Request(format!("of {} words only {} are different", words.len(), index.len())));
        }
        let unit = at_length_one(&vectors);
        Ok(Self { words, index, vectors, unit })
    }
    /// Opens a folder with `words.parquet` (or `words.txt`, a word a line) and `vectors.npy`.
    ///
    /// # Errors
    /// When a file is missing, not what it says, or they do not fit together.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let text = folder.join("words.txt");
        let words = match text.exists() {
            true => std::fs::read_to_string(&text).map_err(io(&text))?.lines().map(str::to_owned).collect(),
            false => read_words(&folder.join("words.parquet"))?,
        };
        let made = Self::new(words, read_npy(folder.join("vectors.npy"))?);
        made.map_err(|e| Error::format(folder, "words and vectors", e.to_string()))
    }
    /// Opens vectors of the user's store by name. Fetches nothing.
    ///
    /// # Errors
    /// When they are not there: the message has the command that gets them; as [`Embeddings::open`].
    pub fn named(name: &str) -> Result<Self> {
        Self::open(Store::of_user()?.path(name)?)
    }
    /// How many words there are.
    pub fn len(&self) -> usize {
        self.words.len()
    }
    /// Whether there are none; there always are.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
    /// How long a vector is.
    pub fn width(&self) -> usize {
        self.vectors.size(1)
    }
    /// The words, in the order of the rows; of published vectors the commonest first.
    pub fn words(&self) -> &[String] {
        &self.words
    }
    /// All vectors, `[words, width]`.
    pub fn vectors(&self) -> &Tensor {
        &self.vectors
    }
    /// Whether there is a vector for a word.
    pub fn has(&self, word: &str) -> bool {
        self.index.contains_key(word)
    }
    /// A word's vector, `[width]`.
    ///
    /// # Errors
    /// When there is none: the message has words that are written nearly so.
    pub fn vector(&self, word: &str) -> Result<Tensor> {
        Ok(self.vectors.get(self.place(word)?))
    }
    /// The cosine of two words.
    ///
    /// # Errors
    /// As [`vector`](Embeddings::vector).
    pub fn likeness(&self, a: &str, b: &str) -> Result<f64> {
        Ok(self.unit.get(self.place(a)?).dot(&self.unit.get(self.place(b)?)).item())
    }
    /// The words most like one, with their cosines, most like first; the word itself is left out.
    ///
    /// # Errors
    /// As [`vector`](Embeddings::vector).
    pub fn nearest(&self, word: &str, k: usize) -> Result<Vec<(String, f64)>> {
        let place = self.place(word)?;
        Ok(self.near(&self.unit.get(place), k, &[place]))
    }
    /// The words most like a vector `[width]`, with their cosines, most like first.
    ///
    /// # Errors
    /// When its width is another.
    pub fn nearest_to(&self, vector: &Tensor, k: usize) -> Result<Vec<(String, f64)>> {
        match vector.shape() == [self.width()] {
            true => Ok(self.near(&vector.to(DType::F32), k, &[])),
            false => Err(Error::Request(format!("a vector of shape {:?}, not [{}]", vector.shape(), self.width()))),
        }
    }
    /// What is to `c` as `b` is to `a`: the words most like `b - a + c`, of vectors at length 1; the three are left out.
    ///
    /// # Errors
    /// As [`vector`](Embeddings::vector).
    pub fn analogy(&self, a: &str, b: &str, c: &str, k: usize) -> Result<Vec<(String, f64)>> {
        let places = [self.place(a)?, self.place(b)?, self.place(c)?];
        let [a, b, c] = places.map(|p| self.unit.get(p));
        Ok(self.near(&(b - a + c), k, &places))
    }
    fn near(&self, vector: &Tensor, k: usize, without: &[usize]) -> Vec<(String, f64)> {
        let length = vector.square().sum().item().sqrt().max(1e-12);
        let cosines = self.unit.matmul(&vector.unsqueeze(-1)).squeeze(-1) / length;
        let (values, at) = cosines.topk((k.saturating_add(without.len())).min(self.len()), -1);
        let found = at.to_vec::<i64>().into_iter().map(|i| i as usize).zip(values.to_vec::<f64>());
        let others = found.filter(|(i, _)| !without.contains(i));
        others.take(k).map(|(i, cosine)| (self.words[i].clone(), cosine)).collect()
    }
    fn place(&self, word: &str) -> Result<usize> {
        self.index.get(word).copied().ok_or_else(|| {
            let mut like: Vec<(f64, &String)> = (self.words.iter())
                .filter(|w| w.len().abs_diff(word.len()) <= 2)
                .map(|w| (strsim::normalized_damerau_levenshtein(word, w), w))
                .filter(|(score, _)| *score >= 0.6)
                .collect();
            like.sort_by(|a, b| b.0.total_cmp(&a.0));
            let near: Vec<&str> = like.iter().take(3).map(|(_, w)| w.as_str()).collect();
            let hint = match near[..] {
                [] => format!("there are {} words, in small letters as a rule", self.len()),
                _ => format!("nearest are {}", near.join(", ")),
            };
            Error::Unknown { what: "word", name: word.into(), hint }
        })
    }
}

/// The first column of a Parquet file, texts.
fn read_words(path: &Path) -> Result<Vec<String>> {
    let bad = |problem: String| Error::format(path, "words", problem);
    let file = File::open(path).map_err(io(path))?;
    // The library stops the program on some damaged files.
    let read = std::panic::catch_unwind(|| -> std::result::Result<Vec<String>, String> {
        let reader = SerializedFileReader::new(file).map_err(|e| e.to_string())?;
        let mut words = Vec::new();
        for group in 0..reader.num_row_groups() {
            let group = reader.get_row_group(group).map_err(|e| e.to_string())?;
            let rows = usize::try_from(group.metadata().num_rows()).map_err(|e| e.to_string())?;
            let ColumnReader::ByteArrayColumnReader(mut column) =
                group.get_column_reader(0).map_err(|e| e.to_string())?
            else {
                return Err("the first column holds no texts".into());
            };
            let first = words.len();
            loop {
                let (mut values, mut levels) = (Vec::<ByteArray>::new(), Vec::new());
                let read = column.read_records(1 << 14, Some(&mut levels), None, &mut values);
                let (records, present, _) = read.map_err(|e| e.to_string())?;
                if records == 0 {
                    break;
                }
                if present != records {
                    return Err("a word is missing".into());
                }
                for v in &values {
                    words.push(v.as_utf8().map_err(|e| e.to_string())?.to_owned());
                }
            }
            if words.len() - first != rows {
                return Err(format!("{} words, the file announces {rows}", words.len() - first));
            }
        }
        Ok(words)
    });
    match read {
        Ok(words) => words.map_err(bad),
        Err(_) => Err(bad("the file cannot be read".into())),
    }
}
