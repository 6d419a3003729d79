//! Weights by name, wherever they are stored: a GGUF file, a safetensors file, or a model folder with one or many.
//!
//! Opening reads headers only. Each tensor is read when it is asked for, straight into its final place.

use crate::error::{Error, Result, io};
use crate::gguf::Gguf;
use crate::tokenizer::read_json;
use safetensors::tensor::{Dtype, Metadata, SafeTensors};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use symbolon_tensor::{DType, Tensor};

/// Tensors of a checkpoint by name.
#[derive(Clone, Debug)]
pub enum Weights {
    /// One GGUF file.
    Gguf(Gguf),
    /// Safetensors files: one, or the pieces of a folder.
    Safetensors(Shards),
}

impl Weights {
    /// Opens a `.gguf` file, a `.safetensors` file, or a folder with `model.safetensors`, with
    /// `model.safetensors.index.json` and its pieces, or with one GGUF file.
    ///
    /// # Errors
    /// When there is no such thing there, or a file is not what its name says.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        if path.is_dir() {
            return Self::open_folder(path);
        }
        match path.extension().and_then(|e| e.to_str()) {
            Some("gguf") => Ok(Self::Gguf(Gguf::open(path)?)),
            Some("safetensors") => Ok(Self::Safetensors(Shards::open(&[path.to_path_buf()])?)),
            _ => Err(Error::Unsupported {
                file: path.display().to_string(),
                what: "kind of file",
                name: path.extension().unwrap_or_default().to_string_lossy().into_owned(),
                supported: "gguf, safetensors, a model folder".into(),
            }),
        }
    }

    fn open_folder(folder: &Path) -> Result<Self> {
        let index = folder.join("model.safetensors.index.json");
        if index.exists() {
            return Ok(Self::Safetensors(Shards::of_index(&index)?));
        }
        let one = folder.join("model.safetensors");
        if one.exists() {
            return Ok(Self::Safetensors(Shards::open(&[one])?));
        }
        let mut found = BTreeSet::new();
        for item in std::fs::read_dir(folder).map_err(io(folder))? {
            let path = item.map_err(io(folder))?.path();
            if path.extension().is_some_and(|e| e == "gguf") {
                found.insert(path);
            }
        }
        match (found.pop_first(), found.is_empty()) {
            (Some(path), true) => Ok(Self::Gguf(Gguf::open(path)?)),
            (Some(_), false) => Err(Error::format(folder, "folder", "holds several GGUF files; name one of them")),
            (None, _) => Err(Error::format(
                folder,
                "folder",
                "holds no model.safetensors, model.safetensors.index.json or GGUF file",
            )),
        }
    }

    /// What the weights were read from.
    pub fn path(&self) -> &Path {
        match self {
            Self::Gguf(g) => g.path(),
            Self::Safetensors(s) => &s.place,
        }
    }
    /// Names of all tensors, sorted.
    pub fn names(&self) -> Vec<&str> {
        match self {
            Self::Gguf(g) => {
                let mut names: Vec<&str> = g.tensors().iter().map(|t| &*t.name).collect();
                names.sort_unstable();
                names
            }
            Self::Safetensors(s) => s.tensors.keys().map(|n| &**n).collect(),
        }
    }
    /// The shape of a tensor.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        match self {
            Self::Gguf(g) => Some(&g.tensor(name)?.shape),
            Self::Safetensors(s) => Some(&s.tensors.get(name)?.shape),
        }
    }
    /// A tensor's numbers as `f32`.
    ///
    /// # Errors
    /// When there is no such tensor, it holds no numbers, or the file cannot be read.
    pub fn read(&self, name: &str) -> Result<Tensor> {
        match self {
            Self::Gguf(g) => g.read(name),
            Self::Safetensors(s) => s.read(name),
        }
    }
}

/// Safetensors files read as one.
#[derive(Clone, Debug)]
pub struct Shards {
    place: PathBuf,
    files: Vec<PathBuf>,
    tensors: BTreeMap<String, Stored>,
}

#[derive(Clone, Debug)]
struct Stored {
    file: usize,
    kind: Dtype,
    shape: Vec<usize>,
    offset: u64,
    bytes: usize,
}

/// The largest header the format allows.
const HEADER_LIMIT: u64 = 100_000_000;

impl Shards {
    /// Opens files; a name may occur in only one of them.
    ///
    /// # Errors
    /// When a file is no safetensors file, is cut off, or repeats a name.
    pub fn open(files: &[PathBuf]) -> Result<Self> {
        let place = files.first().cloned().unwrap_or_default();
        let mut tensors = BTreeMap::new();
        for (i, path) in files.iter().enumerate() {
            for (name, stored) in header(path, i)? {
                if tensors.insert(name.clone(), stored).is_some() {
                    return Err(Error::format(path, name, "the tensor occurs in another file too"));
                }
            }
        }
        Ok(Self { place, files: files.to_vec(), tensors })
    }

    /// Opens the pieces that an index lists.
    fn of_index(index: &Path) -> Result<Self> {
        let json = read_json(index)?;
        let map = json["weight_map"].as_object().ok_or_else(|| Error::format(index, "weight_map", "is missing"))?;
        let mut names = BTreeSet::new();
        for (tensor, file) in map {
            let file = file.as_str().unwrap_or_default();
            // A piece lies beside its index; anything else would read files that are nobody's business.
            if Path::new(file).file_name().is_none_or(|n| n != file) || file.contains('\\') {
                return Err(Error::format(index, tensor, format!("`{file}` is no name of a file beside the index")));
            }
            names.insert(file.to_string());
        }
        let files: Vec<PathBuf> = names.iter().map(|f| index.with_file_name(f)).collect();
        let mut all = Self::open(&files)?;
        for (tensor, file) in map {
            let is =
                all.tensors.get(tensor).map(|t| all.files[t.file].file_name().unwrap_or_default().to_string_lossy());
            if is.as_deref() != file.as_str() {
                let file = file.as_str().unwrap_or_default();
                return Err(Error::format(index, tensor, format!("is to be in `{file}`, which does not have it")));
            }
        }
        all.place = index.to_path_buf();
        Ok(all)
    }

    fn read(&self, name: &str) -> Result<Tensor> {
        let t = self.tensors.get(name).ok_or_else(|| Error::format(&self.place, name, "there is no such tensor"))?;
        let path = &self.files[t.file];
        let kind = match t.kind {
            Dtype::F32 => DType::F32,
            Dtype::F16 => DType::F16,
            Dtype::BF16 => DType::BF16,
            Dtype::F64 => DType::F64,
            other => {
                return Err(Error::Unsupported {
                    file: path.display().to_string(),
                    what: "kind of number",
                    name: format!("{other:?} (tensor {name})"),
                    supported: "F32, F16, BF16, F64".into(),
                });
            }
        };
        let mut file = File::open(path).map_err(io(path))?;
        file.seek(SeekFrom::Start(t.offset)).map_err(io(path))?;
        let mut numbers = vec![0f32; t.bytes / kind.size()];
        let mut piece = vec![0u8; (1 << 20).min(t.bytes)];
        for to in numbers.chunks_mut((1 << 20) / kind.size()) {
            let from = &mut piece[..to.len() * kind.size()];
            file.read_exact(from).map_err(io(path))?;
            let each = from.chunks_exact(kind.size()).zip(to);
            match kind {
                DType::F32 => each.for_each(|(b, y)| *y = f32::from_le_bytes([b[0], b[1], b[2], b[3]])),
                DType::F16 => each.for_each(|(b, y)| *y = half::f16::from_le_bytes([b[0], b[1]]).to_f32()),
                DType::BF16 => each.for_each(|(b, y)| *y = half::bf16::from_le_bytes([b[0], b[1]]).to_f32()),
                _ => each.for_each(|(b, y)| {
                    *y = f64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]) as f32;
                }),
            }
        }
        Ok(Tensor::new(numbers, &t.shape)?)
    }
}

/// The table of one safetensors file, held against the file's length.
fn header(path: &Path, number: usize) -> Result<Vec<(String, Stored)>> {
    let bad = |problem: String| Error::format(path, "header", problem);
    let mut file = File::open(path).map_err(io(path))?;
    let length = file.metadata().map_err(io(path))?.len();
    let mut size = [0; 8];
    if length < 8 {
        return Err(bad(format!("the file has {length} bytes: cut off?")));
    }
    file.read_exact(&mut size).map_err(io(path))?;
    let size = u64::from_le_bytes(size);
    if size > HEADER_LIMIT || size + 8 > length {
        return Err(bad(format!("promises {size} bytes, the file has {length}: no safetensors file, or cut off")));
    }
    let mut bytes = vec![0; size as usize + 8];
    bytes[..8].copy_from_slice(&size.to_le_bytes());
    file.read_exact(&mut bytes[8..]).map_err(io(path))?;
    // The library's map keeps the last of two equal names; an honest file has none.
    repeated(&bytes[8..]).map_or(Ok(()), |name| Err(Error::format(path, name, "the tensor occurs twice")))?;
    let (_, table): (usize, Metadata) = SafeTensors::read_metadata(&bytes).map_err(|e| bad(e.to_string()))?;
    if 8 + size + table.data_len() as u64 != length {
        let want = 8 + size + table.data_len() as u64;
        return Err(bad(format!("the tensors need {want} bytes, the file has {length}: cut off?")));
    }
    let all = table.tensors();
    let mut out: Vec<(String, Stored)> = (all.into_iter())
        .map(|(name, t)| {
            let (from, to) = t.data_offsets;
            let stored = Stored {
                file: number,
                kind: t.dtype,
                shape: t.shape.clone(),
                offset: 8 + size + from as u64,
                bytes: to - from,
            };
            (name, stored)
        })
        .collect();
    out.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(out)
}

/// The first key that occurs twice in a JSON object.
fn repeated(json: &[u8]) -> Option<String> {
    struct Keys(Option<String>);
    impl<'de> serde::Deserialize<'de> for Keys {
        fn deserialize<D: serde::Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
            struct Visitor;
            impl<'de> serde::de::Visitor<'de> for Visitor {
                type Value = Keys;
                fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                    f.write_str("an object")
                }
                fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> std::result::Result<Keys, A::Error> {
                    let (mut seen, mut twice) = (BTreeSet::new(), None);
                    while let Some(key) = map.next_key::<String>()? {
                        map.next_value::<serde::de::IgnoredAny>()?;
                        if !seen.insert(key.clone()) {
                            twice.get_or_insert(key);
                        }
                    }
                    Ok(Keys(twice))
                }
            }
            d.deserialize_map(Visitor)
        }
    }
    serde_json::from_slice::<Keys>(json).ok()?.0
}
