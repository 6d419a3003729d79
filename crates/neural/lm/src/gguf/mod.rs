//! GGUF: a whole model in one file, numbers quantised in blocks, settings and tokenizer in its header.
//!
//! [`Gguf::open`] reads the header only; [`Gguf::read`] streams one tensor and turns its blocks into `f32` on the way,
//! so memory holds the numbers once. Versions 2 and 3, little-endian.
//!
//! ```no_run
//! # fn main() -> Result<(), symbolon_lm::Error> {
//! let file = symbolon_lm::gguf::Gguf::open("SmolLM2-135M-Instruct.Q4_1.gguf")?;
//! println!("{:?}", file.text("general.name"));
//! for t in file.tensors() {
//!     println!("{} {:?} {}", t.name, t.shape, t.kind.name());
//! }
//! let embedding = file.read("token_embd.weight")?; // [vocabulary, d_model]
//! # Ok(()) }
//! ```

mod blocks;
mod tokenizer;
mod value;

pub use blocks::Kind;
pub use value::Value;

use crate::error::{Error, Result, io};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use symbolon_tensor::Tensor;

/// One tensor of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorInfo {
    /// The name, such as `blk.0.attn_q.weight`.
    pub name: String,
    /// Sizes with the last axis running fastest (the file lists them the other way round).
    pub shape: Vec<usize>,
    /// The number format.
    pub kind: Kind,
    /// Where its bytes start, from the beginning of the file.
    pub offset: u64,
    /// How many bytes it takes.
    pub bytes: u64,
}

/// An open GGUF file: its settings and its table of tensors.
#[derive(Clone, Debug)]
pub struct Gguf {
    path: PathBuf,
    metadata: BTreeMap<String, Value>,
    tensors: Vec<TensorInfo>,
    by_name: BTreeMap<String, usize>,
}

/// More metadata than any real model has: a bound on what a header may cost.
const HEADER_LIMIT: u64 = 256 << 20;
/// Bytes read at a time; a whole number of blocks of every kind is cut from it.
const PIECE: usize = 1 << 20;

impl Gguf {
    /// Reads the header and checks that every tensor lies inside the file.
    ///
    /// # Errors
    /// When the file cannot be read, is no GGUF file of version 2 or 3, is cut off, or contradicts itself: the message
    /// names the key or tensor.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let file = File::open(path).map_err(io(path))?;
        let length = file.metadata().map_err(io(path))?.len();
        Self::parse(path, file, length)
    }

    fn parse(path: &Path, file: impl Read, length: u64) -> Result<Self> {
        let mut h =
            Header { path, source: BufReader::new(Box::new(file)), at: 0, end: length.min(HEADER_LIMIT), length };
        if &h.take::<4>()? != b"GGUF" {
            return Err(h.bad("start", "this is no GGUF file (it does not begin with `GGUF`)"));
        }
        let version = h.u32()?;
        if !(2..=3).contains(&version) {
            let why = match version.swap_bytes() {
                2 | 3 => "big-endian files are not supported".to_string(),
                _ => format!("version {version}; versions 2 and 3 can be read"),
            };
            return Err(h.bad("version", why));
        }
        let (tensor_count, key_count) = (h.u64()?, h.u64()?);
        // A tensor's entry takes at least 32 bytes, a key's at least 13; the largest models have some thousands.
        for (what, count, least, most) in [("tensors", tensor_count, 32, 1 << 20), ("keys", key_count, 13, 1 << 16)] {
            if count > most {
                return Err(h.bad("header", format!("promises {count} {what}; up to {most} are read")));
            }
            if count.checked_mul(least).is_none_or(|b| b > h.left()) {
                return Err(h.bad("header", format!("promises {count} {what}, the file ends before them")));
            }
        }
        let mut metadata = BTreeMap::new();
        for _ in 0..key_count {
            let key = h.string("a key's name")?;
            let value = Value::read(&mut h, &key)?;
            if metadata.insert(key.clone(), value).is_some() {
                return Err(h.bad(&key, "the key occurs twice"));
            }
        }
        let align = match metadata.get("general.alignment") {
            None => 32,
            Some(v) => match v.count() {
                Some(n) if n.is_power_of_two() && n <= 1 << 20 => n as u64,
                _ => return Err(h.bad("general.alignment", "no power of two up to 2^20")),
            },
        };
        let mut tensors = (0..tensor_count).map(|_| h.tensor()).collect::<Result<Vec<_>>>()?;
        let start = h.at.next_multiple_of(align);
        let by_name: BTreeMap<String, usize> = tensors.iter().enumerate().map(|(i, t)| (t.name.clone(), i)).collect();
        if by_name.len() != tensors.len() {
            let twice = tensors.iter().enumerate().find(|(i, t)| by_name[&t.name] != *i).expect("one is hidden").1;
            return Err(h.bad(&twice.name, "the tensor occurs twice"));
        }
        for t in &mut tensors {
            if t.offset % align != 0 {
                return Err(h.bad(&t.name, format!("offset {} is no multiple of the alignment {align}", t.offset)));
            }
            let end = start.checked_add(t.offset).and_then(|o| o.checked_add(t.bytes));
            if end.is_none_or(|e| e > length) {
                return Err(h.bad(
                    &t.name,
                    format!(
                        "needs {} bytes at {}, the file has {length}: cut off?",
                        t.bytes,
                        start.saturating_add(t.offset)
                    ),
                ));
            }
            t.offset += start;
        }
        let mut order: Vec<&TensorInfo> = tensors.iter().collect();
        order.sort_by_key(|t| t.offset);
        if let Some(pair) = order.windows(2).find(|p| p[0].offset + p[0].bytes > p[1].offset) {
            return Err(h.bad(&pair[1].name, format!("lies on top of `{}`", pair[0].name)));
        }
        Ok(Self { path: path.to_path_buf(), metadata, tensors, by_name })
    }

    /// The file's name, as given.
    pub fn path(&self) -> &Path {
        &self.path
    }
    /// All settings, sorted by key.
    pub fn metadata(&self) -> &BTreeMap<String, Value> {
        &self.metadata
    }
    /// The tensors in the order of the file.
    pub fn tensors(&self) -> &[TensorInfo] {
        &self.tensors
    }
    /// A tensor's entry.
    pub fn tensor(&self, name: &str) -> Option<&TensorInfo> {
        self.by_name.get(name).map(|&i| &self.tensors[i])
    }

    /// A text setting.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.metadata.get(key)?.text()
    }
    /// A setting that must be a count.
    ///
    /// # Errors
    /// When it is missing or something else.
    pub fn count(&self, key: &str) -> Result<usize> {
        self.need(key, "a count", Value::count)
    }
    /// A setting that must be a number.
    ///
    /// # Errors
    /// When it is missing or something else.
    pub fn float(&self, key: &str) -> Result<f64> {
        self.need(key, "a number", Value::float)
    }
    fn need<T>(&self, key: &str, what: &str, read: impl Fn(&Value) -> Option<T>) -> Result<T> {
        let v = self.metadata.get(key).ok_or_else(|| Error::format(&self.path, key, "the setting is missing"))?;
        read(v).ok_or_else(|| Error::format(&self.path, key, format!("is {v:?}, not {what}")))
    }

    /// A tensor's numbers as `f32`.
    ///
    /// # Errors
    /// When there is no such tensor or the file cannot be read.
    pub fn read(&self, name: &str) -> Result<Tensor> {
        let t = self.tensor(name).ok_or_else(|| Error::format(&self.path, name, "there is no such tensor"))?;
        let mut file = File::open(&self.path).map_err(io(&self.path))?;
        file.seek(SeekFrom::Start(t.offset)).map_err(io(&self.path))?;
        let mut numbers = vec![0f32; t.shape.iter().product()];
        let (block, bytes) = (t.kind.block(), t.kind.bytes());
        let blocks = PIECE / bytes;
        let mut piece = vec![0u8; blocks * bytes];
        for to in numbers.chunks_mut(blocks * block) {
            let from = &mut piece[..to.len() / block * bytes];
            file.read_exact(from).map_err(io(&self.path))?;
            t.kind.dequantise(from, to);
        }
        Ok(Tensor::new(numbers, &t.shape)?)
    }
}

/// The header while it is read: where we are, and how far we may go.
struct Header<'a> {
    path: &'a Path,
    source: BufReader<Box<dyn Read + 'a>>,
    at: u64,
    end: u64,
    length: u64,
}

impl Header<'_> {
    fn bad(&self, place: &str, problem: impl Into<String>) -> Error {
        Error::format(self.path, place.chars().take(200).collect::<String>(), problem)
    }
    fn left(&self) -> u64 {
        self.end - self.at
    }
    fn need(&self, n: u64) -> Result<()> {
        match n <= self.left() {
            true => Ok(()),
            false if self.end < self.length => {
                Err(self.bad("header", format!("is larger than {} MiB", HEADER_LIMIT >> 20)))
            }
            false => {
                Err(self.bad("header", format!("the file ends at byte {}, inside its header: cut off?", self.end)))
            }
        }
    }
    fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.need(N as u64)?;
        let mut bytes = [0; N];
        self.source.read_exact(&mut bytes).map_err(io(self.path))?;
        self.at += N as u64;
        Ok(bytes)
    }
    fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.take()?))
    }
    fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.take()?))
    }
    fn string(&mut self, place: &str) -> Result<String> {
        let n = self.u64()?;
        if n > self.left() {
            return Err(self.bad(place, format!("text of {n} bytes, the file ends before that")));
        }
        let mut bytes = vec![0; n as usize];
        self.source.read_exact(&mut bytes).map_err(io(self.path))?;
        self.at += n;
        String::from_utf8(bytes).map_err(|_| self.bad(place, "the text is not UTF-8"))
    }
    fn tensor(&mut self) -> Result<TensorInfo> {
        let name = self.string("a tensor's name")?;
        let rank = self.u32()?;
        if !(1..=8).contains(&rank) {
            return Err(self.bad(&name, format!("{rank} axes; 1 to 8 can be read")));
        }
        let mut shape = (0..rank).map(|_| self.u64()).collect::<Result<Vec<u64>>>()?;
        let number = self.u32()?;
        let kind = Kind::of(number).map_err(|other| Error::Unsupported {
            file: self.path.display().to_string(),
            what: "quantisation",
            name: format!("{other} (tensor {name})"),
            supported: Kind::supported(),
        })?;
        let offset = self.u64()?;
        let (block, bytes) = (kind.block() as u64, kind.bytes() as u64);
        if shape[0] % block != 0 || shape.contains(&0) {
            return Err(self.bad(&name, format!("sizes {shape:?} do not cut into {} blocks of {block}", kind.name())));
        }
        let count = shape.iter().try_fold(1u64, |a, &b| a.checked_mul(b));
        let size = count.and_then(|n| (n / block).checked_mul(bytes)).filter(|&b| b <= self.length);
        let Some(size) = size else {
            return Err(self.bad(&name, format!("sizes {shape:?} need more bytes than the file has")));
        };
        shape.reverse();
        Ok(TensorInfo { name, shape: shape.into_iter().map(|n| n as usize).collect(), kind, offset, bytes: size })
    }
}
