//! Files are written all or nothing: to a name beside the target, then renamed.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use symbolon_tensor::io::replace;

use crate::error::{Error, Result};

/// Writes a whole file, all or nothing. On failure an older file of that name is as it was, and nothing else is left behind.
///
/// # Errors
/// [`Error::Io`] with the file.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    replace(path, |beside| {
        let written = File::create(beside).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        written.map_err(Error::io(path))
    })
}

/// SHA-256 in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
