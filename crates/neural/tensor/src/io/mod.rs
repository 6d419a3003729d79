//! Tensors in files: safetensors for many, NumPy's npy for one.
//!
//! Files are written under a temporary name and renamed, so a reader never sees half of one. Files that are not what
//! they say are refused with the reason; nothing read from a file can stop the program.

mod npy;
mod safetensors;

pub use npy::{read_npy, write_npy};
pub use safetensors::{load, load_with_metadata, save, save_with_metadata};

use crate::error::{Error, Result};
use std::path::Path;

fn io(path: &Path) -> impl Fn(std::io::Error) -> Error {
    let file = path.display().to_string();
    move |source| Error::Io { file: file.clone(), source }
}

fn format(path: &Path, problem: impl Into<String>) -> Error {
    Error::Format { file: path.display().to_string(), problem: problem.into() }
}

/// Writes beside the target and renames.
fn replace(path: &Path, write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(name);
    let done = write(&beside).and_then(|()| std::fs::rename(&beside, path).map_err(io(path)));
    if done.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    done
}
