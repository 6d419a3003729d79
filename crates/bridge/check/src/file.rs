//! Files are written all or nothing: to a name beside the target, then renamed.

use std::io::Write;
use std::path::Path;

use crate::error::{Error, Result};

/// Writes a whole file, all or nothing. On failure an older file of that name is as it was, and nothing else is left behind.
///
/// # Errors
/// [`Error::Io`] with the file.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut beside = path.as_os_str().to_owned();
    // The process number keeps two programs that write the same file apart.
    beside.push(format!(".{}.part", std::process::id()));
    let done = std::fs::File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    });
    done.map_err(|source| {
        let _ = std::fs::remove_file(&beside);
        Error::io(path)(source)
    })
}

/// SHA-256 in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
