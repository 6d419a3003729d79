//! NumPy archives: a zip file with one npy file for each array.

use crate::error::{Result, format, io};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use symbolon_tensor::{Tensor, io::parse_npy};

/// Reads all arrays of a file written by `numpy.savez` or `numpy.savez_compressed`, by name.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) when the file cannot be read, [`Error::Format`](crate::Error::Format) with the array's
/// name when it is no archive, is damaged, or holds something else than numbers.
pub fn read_npz(path: impl AsRef<Path>) -> Result<BTreeMap<String, Tensor>> {
    const AGAIN: &str = "write it again with numpy.savez";
    let path = path.as_ref();
    let file = std::fs::File::open(path).map_err(io(path))?;
    let stored = file.metadata().map_err(io(path))?.len();
    let mut archive = zip::ZipArchive::new(std::io::BufReader::new(file))
        .map_err(|e| format(path, "archive", e.to_string(), AGAIN))?;
    let mut arrays = BTreeMap::new();
    for index in 0..archive.len() {
        let entry =
            archive.by_index(index).map_err(|e| format(path, format!("entry {index}"), e.to_string(), AGAIN))?;
        let name = entry.name().map_err(|e| format(path, format!("entry {index}"), e.to_string(), AGAIN))?;
        let Some(key) = name.strip_suffix(".npy").map(str::to_owned) else { continue };
        let place = || format!("array `{key}`");
        let size = entry.size();
        if size > stored.saturating_mul(1032) {
            return Err(format(path, place(), format!("{size} bytes are more than the file can hold"), AGAIN));
        }
        let mut bytes = Vec::new();
        let read = entry.take(size.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|e| format(path, place(), e.to_string(), AGAIN))?;
        let array = parse_npy(&key, &bytes).map_err(|e| match e {
            symbolon_tensor::Error::Format { problem, .. } => format(path, place(), problem, "save numbers only"),
            other => other.into(),
        })?;
        if arrays.insert(key.clone(), array).is_some() {
            return Err(format(path, place(), "occurs twice", AGAIN));
        }
    }
    Ok(arrays)
}
