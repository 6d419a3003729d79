//! Tensors in files: safetensors for many, NumPy's npy for one.
//!
//! Files are written under a temporary name and renamed, so a reader never sees half of one. Files that are not what
//! they say are refused with the reason; nothing read from a file can stop the program.

mod npy;
mod safetensors;

pub use npy::{parse_npy, read_npy, write_npy};
pub use safetensors::{load, load_with_metadata, save, save_with_metadata};

use crate::error::Error;
use std::path::Path;

fn io(path: &Path) -> impl Fn(std::io::Error) -> Error {
    let file = path.display().to_string();
    move |source| Error::Io { file: file.clone(), source }
}

fn format(path: &Path, problem: impl Into<String>) -> Error {
    Error::Format { file: path.display().to_string(), problem: problem.into() }
}

/// Writes a file as a whole: `write` gets a temporary name beside the target, which is renamed when it succeeded and
/// removed when it did not. Whatever was there before stays until then.
///
/// # Errors
/// What `write` answers; [`Error::Io`] when the file cannot be renamed.
pub fn replace<E: From<Error>>(
    path: impl AsRef<Path>,
    write: impl FnOnce(&Path) -> std::result::Result<(), E>,
) -> std::result::Result<(), E> {
    let path = path.as_ref();
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(name);
    let done = write(&beside).and_then(|()| std::fs::rename(&beside, path).map_err(|e| io(path)(e).into()));
    if done.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    done
}
