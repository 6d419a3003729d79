//! Wheels and other zip files as sources of model files: nothing lands outside the folder, nothing unpacks to more than
//! was agreed.

use crate::error::{Error, Result, io};
use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::Path;
use zip::ZipArchive;

/// An open zip file.
pub struct Archive {
    path: std::path::PathBuf,
    zip: ZipArchive<BufReader<File>>,
}

/// More entries than any wheel with a model has.
const MOST_ENTRIES: usize = 1 << 16;

impl Archive {
    /// Reads the table of contents.
    ///
    /// # Errors
    /// When the file cannot be read or is no zip file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let file = File::open(path).map_err(io(path))?;
        let zip = ZipArchive::new(BufReader::new(file)).map_err(|e| Error::format(path, "zip", e.to_string()))?;
        if zip.len() > MOST_ENTRIES {
            return Err(Error::format(path, "zip", format!("{} entries; up to {MOST_ENTRIES} are read", zip.len())));
        }
        Ok(Self { path: path.to_path_buf(), zip })
    }

    /// Names and promised sizes of the files inside, in the archive's order.
    ///
    /// # Errors
    /// When an entry cannot be read.
    pub fn entries(&mut self) -> Result<Vec<(String, u64)>> {
        (0..self.zip.len())
            .map(|i| {
                let entry = self.zip.by_index_raw(i).map_err(|e| Error::format(&self.path, "zip", e.to_string()))?;
                let name = entry.name().map_err(|e| Error::format(&self.path, "zip", e.to_string()))?;
                Ok((name.into_owned(), entry.size()))
            })
            .collect()
    }

    /// Writes one entry to a new file, at most `limit` bytes; gives the number of bytes.
    ///
    /// The name is only compared, never used as a path, so it cannot lead anywhere. The promised size is not believed:
    /// what really comes out is counted.
    ///
    /// # Errors
    /// When there is no such entry, it is no plain file, it is damaged, or it holds more than `limit` bytes.
    pub fn extract(&mut self, name: &str, to: &Path, limit: u64) -> Result<u64> {
        let path = self.path.clone();
        let bad = |problem: String| Error::format(&path, name, problem);
        let entry = self.zip.by_name(name).map_err(|e| bad(e.to_string()))?;
        if !entry.is_file() {
            return Err(bad("is no plain file".into()));
        }
        let too_much = || bad(format!("holds more than the {limit} bytes that were expected"));
        if entry.size() > limit {
            return Err(too_much());
        }
        let mut from = entry.take(limit + 1);
        let mut file = File::create(to).map_err(io(to))?;
        let mut buffer = vec![0; 1 << 16];
        let mut total = 0;
        loop {
            let n = from.read(&mut buffer).map_err(|e| bad(e.to_string()))?;
            if n == 0 {
                break;
            }
            total += n as u64;
            if total > limit {
                drop(file);
                let _ = std::fs::remove_file(to);
                return Err(too_much());
            }
            file.write_all(&buffer[..n]).map_err(io(to))?;
        }
        file.sync_all().map_err(io(to))?;
        Ok(total)
    }
}
