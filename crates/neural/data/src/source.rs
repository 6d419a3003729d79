//! Bytes of a file, gzipped or not, without trusting what the file says about its size.

use crate::error::{Result, format, io};
use flate2::read::MultiGzDecoder;
use std::io::Read;
use std::path::Path;

/// One byte of a deflate stream yields at most this many (RFC 1951: a match of 258 bytes costs at least two bits).
const MOST_PER_BYTE: u64 = 1032;
/// More text than this is not read into memory at once.
const MOST_TEXT: u64 = 1 << 30;

/// A file's bytes as stored, which may be gzipped, with a name for messages.
pub(crate) struct Source<'a> {
    pub path: &'a Path,
    stored: std::borrow::Cow<'a, [u8]>,
}

impl<'a> Source<'a> {
    pub fn open(path: &'a Path) -> Result<Self> {
        Ok(Self { path, stored: std::fs::read(path).map_err(io(path))?.into() })
    }
    /// Bytes that are part of the program; the name is for messages.
    pub fn embedded(path: &'a Path, stored: &'a [u8]) -> Self {
        Self { path, stored: stored.into() }
    }
    fn is_gzip(&self) -> bool {
        self.stored.starts_with(&[0x1f, 0x8b])
    }
    /// The content, decompressed as it is read.
    pub fn reader(&self) -> Box<dyn Read + '_> {
        match self.is_gzip() {
            true => Box::new(MultiGzDecoder::new(&*self.stored)),
            false => Box::new(&*self.stored),
        }
    }
    /// The most bytes that the content can have: a claim of more is false, whatever the header says.
    pub fn most(&self) -> u64 {
        match self.is_gzip() {
            true => (self.stored.len() as u64).saturating_mul(MOST_PER_BYTE),
            false => self.stored.len() as u64,
        }
    }
    /// The whole content as text, without a byte order mark.
    pub fn text(&self) -> Result<String> {
        let mut bytes = Vec::new();
        let read = self.reader().take(MOST_TEXT + 1).read_to_end(&mut bytes);
        read.map_err(|e| format(self.path, format!("byte {}", bytes.len()), e.to_string(), "get the file again"))?;
        if bytes.len() as u64 > MOST_TEXT {
            return Err(format(self.path, "content", "more than 1 GiB of text", "split the file"));
        }
        let text = String::from_utf8(bytes).map_err(|e| {
            let at = e.utf8_error().valid_up_to();
            let line = e.as_bytes()[..at].iter().filter(|&&b| b == b'\n').count() + 1;
            format(self.path, format!("line {line}"), "this is no UTF-8 text", "save the file as UTF-8")
        })?;
        Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
    }
}
