//! Many named tensors in one file.

use super::{format, io, replace};
use crate::dtype::DType;
use crate::engine;
use crate::error::Result;
use crate::tensor::Tensor;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

fn kind(d: DType) -> Dtype {
    match d {
        DType::F64 => Dtype::F64,
        DType::F32 => Dtype::F32,
        DType::F16 => Dtype::F16,
        DType::BF16 => Dtype::BF16,
        DType::I64 => Dtype::I64,
        DType::I32 => Dtype::I32,
        DType::U8 => Dtype::U8,
        DType::Bool => Dtype::BOOL,
    }
}

/// Writes named tensors to a file.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) when the file cannot be written.
pub fn save<'a>(path: impl AsRef<Path>, tensors: impl IntoIterator<Item = (&'a str, &'a Tensor)>) -> Result<()> {
    save_with_metadata(path, tensors, None)
}

/// As [`save`], with words about the file.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) when the file cannot be written.
pub fn save_with_metadata<'a>(
    path: impl AsRef<Path>,
    tensors: impl IntoIterator<Item = (&'a str, &'a Tensor)>,
    metadata: Option<BTreeMap<String, String>>,
) -> Result<()> {
    let path = path.as_ref();
    let all: Vec<(&str, &Tensor, Vec<u8>)> = tensors.into_iter().map(|(n, t)| (n, t, t.to_bytes())).collect();
    let views = (all.iter())
        .map(|(name, t, bytes)| Ok((*name, TensorView::new(kind(t.dtype()), t.shape().to_vec(), bytes)?)))
        .collect::<std::result::Result<Vec<_>, safetensors::SafeTensorError>>()
        .map_err(|e| format(path, e.to_string()))?;
    let words = metadata.map(|m| m.into_iter().collect::<HashMap<_, _>>());
    replace(path, |beside| {
        safetensors::serialize_to_file(views, words, beside).map_err(|e| format(path, e.to_string()))
    })
}

/// Reads all tensors of a file.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) when the file cannot be read, [`Error::Format`](crate::Error::Format) when it is no
/// safetensors file or holds numbers of a kind this crate does not know.
pub fn load(path: impl AsRef<Path>) -> Result<BTreeMap<String, Tensor>> {
    load_with_metadata(path).map(|(tensors, _)| tensors)
}

/// As [`load`], with the words about the file.
///
/// # Errors
/// As [`load`].
pub fn load_with_metadata(path: impl AsRef<Path>) -> Result<(BTreeMap<String, Tensor>, BTreeMap<String, String>)> {
    let path = path.as_ref();
    let bytes = std::fs::read(path).map_err(io(path))?;
    let bad = |e: safetensors::SafeTensorError| format(path, e.to_string());
    let file = SafeTensors::deserialize(&bytes).map_err(bad)?;
    let (_, header) = SafeTensors::read_metadata(&bytes).map_err(bad)?;
    let words = header.metadata().clone().unwrap_or_default().into_iter().collect();
    let mut tensors = BTreeMap::new();
    for (name, view) in file.tensors() {
        let dtype = match view.dtype() {
            Dtype::F64 => DType::F64,
            Dtype::F32 => DType::F32,
            Dtype::F16 => DType::F16,
            Dtype::BF16 => DType::BF16,
            Dtype::I64 => DType::I64,
            Dtype::I32 => DType::I32,
            Dtype::U8 => DType::U8,
            Dtype::BOOL => DType::Bool,
            other => return Err(format(path, format!("`{name}` holds {other:?} numbers"))),
        };
        let data = view.data();
        if dtype == DType::Bool && data.iter().any(|&b| b > 1) {
            return Err(format(path, format!("`{name}` holds truth values other than 0 and 1")));
        }
        tensors.insert(name, Tensor::constant(engine::from_bytes(data.to_vec(), view.shape(), dtype)));
    }
    Ok((tensors, words))
}
