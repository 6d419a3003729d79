//! Where everything stands in a shard, with checksums: so that one site of one block is read with one seek, and what is read is
//! what was written.
//!
//! A shard is an ordinary Arrow IPC file whose record batches are the blocks. Nothing in it is compressed, so a site's numbers
//! in a block are one stretch of bytes. The index beside it (`.json`) lists these stretches and is what makes a shard count:
//! it is written last.

use crate::error::{Result, broken, io};
use crate::schema::Schema;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use xxhash_rust::xxh3::xxh3_64;

/// A stretch of a shard's bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stretch {
    pub at: u64,
    pub bytes: u64,
    /// XXH3, 64 bits, in hexadecimal.
    pub sum: String,
}

/// A record batch: rows that are read together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Block {
    pub rows: usize,
    /// The provenance columns, from the first document number to the last token string.
    pub tokens: Stretch,
    /// In `tokens`: start and length of documents, positions, token numbers, string offsets, strings.
    pub columns: [[u64; 2]; 5],
    /// For each site its numbers.
    pub sites: Vec<Stretch>,
}

/// What stands where in one shard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Index {
    pub rows: u64,
    /// The file's length.
    pub bytes: u64,
    /// Documents with their numbers of rows, in the order of the rows.
    pub documents: Vec<(u64, u64)>,
    pub blocks: Vec<Block>,
}

/// Where a row comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The document's number.
    pub document: u64,
    /// The position in the document.
    pub position: u32,
    /// The token's number in the vocabulary.
    pub token_id: u32,
    /// The token as text.
    pub token: String,
}

/// Reads a stretch and compares its checksum.
pub(crate) fn read_into(
    file: &mut File,
    path: &Path,
    what: &Stretch,
    bytes: &mut [u8],
    place: &dyn Fn() -> String,
) -> Result<()> {
    let read = file.seek(SeekFrom::Start(what.at)).and_then(|_| file.read_exact(bytes));
    read.map_err(|e| match e.kind() {
        std::io::ErrorKind::UnexpectedEof => broken(path, place(), "the file is cut short"),
        _ => io(path)(e),
    })?;
    match format!("{:016x}", xxh3_64(bytes)) == what.sum {
        true => Ok(()),
        false => Err(broken(path, place(), "the numbers are not those that were written (checksum)")),
    }
}

/// The provenance of a block's rows.
pub(crate) fn read_tokens(file: &mut File, path: &Path, number: usize, block: &Block) -> Result<Vec<Provenance>> {
    let place = || format!("block {number}, tokens");
    let length = usize::try_from(block.tokens.bytes).map_err(|e| broken(path, place(), e))?;
    let mut bytes = vec![0; length];
    read_into(file, path, &block.tokens, &mut bytes, &place)?;
    parse_tokens(&bytes, block).ok_or_else(|| broken(path, place(), "the index does not fit the file"))
}

fn parse_tokens(bytes: &[u8], block: &Block) -> Option<Vec<Provenance>> {
    let part = |n: usize| {
        let [at, length] = block.columns[n].map(|v| usize::try_from(v).ok());
        bytes.get(at?..at?.checked_add(length?)?)
    };
    let words = |n| Some(part(n)?.as_chunks::<4>().0.iter().map(|&b| u32::from_le_bytes(b)).collect::<Vec<_>>());
    let documents: Vec<u64> = part(0)?.as_chunks().0.iter().map(|&b| u64::from_le_bytes(b)).collect();
    let (positions, ids, offsets, text) = (words(1)?, words(2)?, words(3)?, std::str::from_utf8(part(4)?).ok()?);
    (0..block.rows)
        .map(|i| {
            let token = text.get(*offsets.get(i)? as usize..*offsets.get(i + 1)? as usize)?.to_owned();
            Some(Provenance {
                document: *documents.get(i)?,
                position: *positions.get(i)?,
                token_id: *ids.get(i)?,
                token,
            })
        })
        .collect()
}

impl Index {
    /// Reads an index and checks that it can belong to its shard.
    pub fn read(json: &Path, arrow: &Path, schema: &Schema) -> Result<Self> {
        let text = std::fs::read_to_string(json).map_err(io(json))?;
        let index: Self = serde_json::from_str(&text).map_err(|e| broken(json, format!("line {}", e.line()), e))?;
        let found = std::fs::metadata(arrow).map_err(io(arrow))?.len();
        if found != index.bytes {
            return Err(broken(arrow, "length", format!("{found} bytes, its index says {}", index.bytes)));
        }
        let rows = index.blocks.iter().try_fold(0u64, |a, b| a.checked_add(b.rows as u64));
        let of_documents = index.documents.iter().try_fold(0u64, |a, d| a.checked_add(d.1));
        let inside = |s: &Stretch| s.at.checked_add(s.bytes).is_some_and(|end| end <= index.bytes);
        let fits = |block: &Block| {
            block.rows > 0
                && block.sites.len() == schema.sites.len()
                && block.sites.iter().zip(&schema.sites).all(|(stretch, site)| {
                    let wanted = block.rows.checked_mul(site.units).and_then(|n| n.checked_mul(schema.dtype.size()));
                    wanted.is_some_and(|n| n as u64 == stretch.bytes) && inside(stretch)
                })
                && inside(&block.tokens)
        };
        if rows != Some(index.rows) || of_documents != rows || !index.blocks.iter().all(fits) {
            return Err(broken(json, "blocks", "they do not fit the store's schema"));
        }
        Ok(index)
    }

    /// Makes the index of a finished Arrow file by looking into it.
    pub fn of(arrow: &Path, schema: &Schema) -> Result<Self> {
        let mut file = File::open(arrow).map_err(io(arrow))?;
        let bytes = file.metadata().map_err(io(arrow))?.len();
        let bad = |place: &str, problem: &dyn std::fmt::Display| broken(arrow, place, problem);
        let mut tail = [0; 10];
        let end = bytes.checked_sub(10).ok_or_else(|| bad("footer", &"the file is too short"))?;
        file.seek(SeekFrom::Start(end)).and_then(|_| file.read_exact(&mut tail)).map_err(io(arrow))?;
        let length = arrow_ipc::reader::read_footer_length(tail).map_err(|e| bad("footer", &e))? as u64;
        let start = end.checked_sub(length).ok_or_else(|| bad("footer", &"it is longer than the file"))?;
        let footer = stretch(&mut file, arrow, start, length)?;
        let footer = arrow_ipc::root_as_footer(&footer).map_err(|e| bad("footer", &e))?;
        let mut index = Self { rows: 0, bytes, documents: Vec::new(), blocks: Vec::new() };
        for (number, at) in footer.recordBatches().into_iter().flatten().enumerate() {
            let place = format!("block {number}");
            let bad = |problem: &dyn std::fmt::Display| broken(arrow, &place, problem);
            let (offset, meta) = (at.offset().max(0) as u64, at.metaDataLength().max(0) as u64);
            let header = stretch(&mut file, arrow, offset, meta.min(bytes))?;
            // Four bytes that mark a message, four with its length, then the message.
            let message = header.get(8..).ok_or_else(|| bad(&"no header"))?;
            let message = arrow_ipc::root_as_message(message).map_err(|e| bad(&e))?;
            let batch = message.header_as_record_batch().ok_or_else(|| bad(&"no record batch"))?;
            let body = offset + meta;
            let buffers: Vec<(u64, u64)> = (batch.buffers().into_iter().flatten())
                .map(|b| (b.offset().max(0) as u64, b.length().max(0) as u64))
                .collect();
            // Validity and values of three columns; validity, offsets and text of one; list validity, item validity and
            // values of each site.
            if buffers.len() != 9 + 3 * schema.sites.len() || batch.compression().is_some() {
                return Err(bad(&"other columns than the schema's"));
            }
            let tokens = [1, 3, 5, 7, 8].map(|i| buffers[i]);
            let (first, last) = (tokens[0].0, tokens[4].0.saturating_add(tokens[4].1));
            let mut sum = |from: u64, length: u64| -> Result<Stretch> {
                let at = body.saturating_add(from);
                let sum = format!("{:016x}", xxh3_64(&stretch(&mut file, arrow, at, length)?));
                Ok(Stretch { at, bytes: length, sum })
            };
            let block = Block {
                rows: usize::try_from(batch.length()).map_err(|e| bad(&e))?,
                tokens: sum(first, last.saturating_sub(first))?,
                columns: tokens.map(|(at, length)| [at.saturating_sub(first), length]),
                sites: (0..schema.sites.len())
                    .map(|s| buffers[9 + 3 * s + 2])
                    .map(|(at, length)| sum(at, length))
                    .collect::<Result<_>>()?,
            };
            index.rows += block.rows as u64;
            for row in read_tokens(&mut file, arrow, number, &block)? {
                match index.documents.last_mut() {
                    Some((document, rows)) if *document == row.document => *rows += 1,
                    _ => index.documents.push((row.document, 1)),
                }
            }
            index.blocks.push(block);
        }
        Ok(index)
    }
}

fn stretch(file: &mut File, path: &Path, at: u64, length: u64) -> Result<Vec<u8>> {
    let end = file.metadata().map_err(io(path))?.len();
    if at.checked_add(length).is_none_or(|e| e > end) {
        return Err(broken(path, format!("byte {at}"), "the file is cut short"));
    }
    let mut bytes = vec![0; length as usize];
    file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(&mut bytes)).map_err(io(path))?;
    Ok(bytes)
}
