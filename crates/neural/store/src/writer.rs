//! Writing: documents go in, whole shards come out.
//!
//! A shard is written under a temporary name, brought to the disk, renamed, and then given its index: a kill at any moment
//! leaves finished shards and nothing half-finished. Documents are never divided between shards, so after a kill the documents
//! of finished shards are complete and all others are not there at all.

use crate::error::{Result, broken, io, request};
use crate::index::Index;
use crate::schema::{FILE, Schema, write_json};
use arrow_array::{ArrayRef, FixedSizeListArray, Float16Array, Float32Array, RecordBatch, StringArray};
use arrow_array::{UInt16Array, UInt32Array, UInt64Array};
use arrow_ipc::writer::FileWriter;
use half::{bf16, f16};
use std::collections::HashSet;
use std::fs::{File, TryLockError};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use symbolon_tensor::{DType, Tensor};

const LOCK: &str = "writer.lock";
const UNFINISHED: &str = "unfinished.arrow.tmp";

/// Rows of one document: where each comes from.
#[derive(Clone, Copy, Debug)]
pub struct Passage<'a> {
    /// The document's number, unique in the store.
    pub document: u64,
    /// For each row its position in the document.
    pub positions: &'a [u32],
    /// For each row its token's number.
    pub ids: &'a [u32],
    /// For each row its token as text.
    pub texts: &'a [&'a str],
}

/// Adds documents to a store; one at a time may be open for a folder.
///
/// Rows are safe when their shard is closed: at [`Schema::shard_rows`] rows, with [`flush`](Writer::flush) or with
/// [`finish`](Writer::finish).
pub struct Writer {
    folder: PathBuf,
    schema: Schema,
    documents: HashSet<u64>,
    next: usize,
    pending: Pending,
    shard: Option<FileWriter<BufWriter<File>>>,
    shard_rows: usize,
    failed: bool,
    _lock: File,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("folder", &self.folder).field("documents", &self.documents.len()).finish()
    }
}

/// Rows that do not fill a block yet.
struct Pending {
    documents: Vec<u64>,
    positions: Vec<u32>,
    ids: Vec<u32>,
    texts: Vec<String>,
    sites: Vec<Numbers>,
}

/// A site's numbers as they are stored.
enum Numbers {
    F32(Vec<f32>),
    F16(Vec<f16>),
    BF16(Vec<u16>),
}

impl Writer {
    /// Opens a folder for writing: makes the store when there is none, goes on with it when there is one.
    ///
    /// What an interrupted writer left unfinished is removed. Ask [`has`](Writer::has) which documents are already there.
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) when the store holds other sites, another kind of number or another model,
    /// or another program writes to it; [`Error::Io`](crate::Error::Io) and [`Error::Format`](crate::Error::Format) for the
    /// files there.
    pub fn open(folder: impl AsRef<Path>, schema: &Schema) -> Result<Self> {
        let folder = folder.as_ref().to_owned();
        std::fs::create_dir_all(&folder).map_err(io(&folder))?;
        let lock = folder.join(LOCK);
        let file = File::create(&lock).map_err(io(&lock))?;
        file.try_lock().map_err(|e| match e {
            TryLockError::WouldBlock => {
                let problem = format!("another program writes to {}", folder.display());
                request("store", problem, "wait for it, or write to another folder and merge")
            }
            TryLockError::Error(e) => io(&lock)(e),
        })?;
        if folder.join(FILE).exists() {
            same(&Schema::read(&folder)?, schema, &folder)?;
        } else {
            schema.write(&folder)?;
        }
        let schema = Schema::read(&folder)?;
        remove_if_there(&folder.join(UNFINISHED))?;
        let mut documents = HashSet::new();
        let numbers = shards(&folder)?;
        for &number in &numbers {
            let (arrow, json) = paths(&folder, number);
            documents.extend(Index::read(&json, &arrow, &schema)?.documents.iter().map(|d| d.0));
        }
        let next = numbers.last().map_or(0, |n| n + 1);
        // Killed between a shard's two renames: its documents do not count yet, and are written again.
        remove_if_there(&paths(&folder, next).0)?;
        let pending = Pending::new(&schema);
        Ok(Self { folder, schema, documents, next, pending, shard: None, shard_rows: 0, failed: false, _lock: file })
    }
    /// What the store holds.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }
    /// Whether a document was already added, now or by an earlier writer.
    pub fn has(&self, document: u64) -> bool {
        self.documents.contains(&document)
    }
    /// Adds a document's rows with the activations of every site, `[rows, units]` each.
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) when the document is already there, a site is missing, unknown or of the
    /// wrong shape, or a number is NaN or infinite or too large for the store's kind of number: nothing is added then.
    /// [`Error::Io`](crate::Error::Io) when the disk refuses: shards that were closed stay; open the store again to go on.
    pub fn append(&mut self, passage: &Passage<'_>, activations: &[(&str, &Tensor)]) -> Result<()> {
        self.usable()?;
        let rows = passage.positions.len();
        let what =
            |problem: String, remedy: &str| request("document", format!("{}: {problem}", passage.document), remedy);
        if self.has(passage.document) {
            return Err(what("it is already in the store".into(), "skip documents that Writer::has knows"));
        }
        if rows == 0 {
            return Err(what("it has no rows".into(), "leave empty documents out"));
        }
        if passage.ids.len() != rows || passage.texts.len() != rows {
            let found = format!("{rows} positions, {} token numbers, {} texts", passage.ids.len(), passage.texts.len());
            return Err(what(found, "give one of each for every row"));
        }
        if let Some((name, _)) = activations.iter().find(|(name, _)| self.schema.site(name).is_err()) {
            self.schema.site(name)?;
        }
        let mut columns = Vec::new();
        for site in &self.schema.sites {
            let Some((_, x)) = activations.iter().find(|(name, _)| *name == site.name) else {
                return Err(what(format!("no activations of `{}`", site.name), "give those of every stored site"));
            };
            if x.shape() != [rows, site.units] {
                let problem = format!("`{}` has shape {:?}, not [{rows}, {}]", site.name, x.shape(), site.units);
                return Err(what(problem, "give [rows, units] with a row for each position"));
            }
            let numbers = Numbers::of(x, self.schema.dtype);
            if let Some(at) = numbers.first_not_finite() {
                let value = x.to_vec::<f64>()[at];
                let place = format!("`{}`, row {}, unit {}", site.name, at / site.units, at % site.units);
                return Err(match value.is_finite() {
                    true => what(format!("{place}: {value} does not fit {:?}", self.schema.dtype), "store F32 or BF16"),
                    false => what(format!("{place}: {value}"), "repair the model's run"),
                });
            }
            columns.push(numbers);
        }
        self.documents.insert(passage.document);
        self.pending.documents.extend(std::iter::repeat_n(passage.document, rows));
        self.pending.positions.extend(passage.positions);
        self.pending.ids.extend(passage.ids);
        self.pending.texts.extend(passage.texts.iter().map(|&t| t.to_owned()));
        self.pending.sites.iter_mut().zip(columns).for_each(|(all, new)| all.extend(new));
        while self.pending.documents.len() >= self.schema.block_rows {
            self.write_block(self.schema.block_rows)?;
        }
        match self.shard_rows + self.pending.documents.len() >= self.schema.shard_rows {
            true => self.flush(),
            false => Ok(()),
        }
    }
    /// Closes the shard in work: all rows added so far are safe.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) when the disk refuses.
    pub fn flush(&mut self) -> Result<()> {
        self.usable()?;
        let rest = self.pending.documents.len();
        if rest > 0 {
            self.write_block(rest)?;
        }
        let Some(shard) = self.shard.take() else { return Ok(()) };
        let closed = self.close(shard);
        self.failed = closed.is_err();
        closed?;
        self.next += 1;
        self.shard_rows = 0;
        Ok(())
    }
    /// Closes the shard in work and the writer.
    ///
    /// # Errors
    /// As [`flush`](Writer::flush).
    pub fn finish(mut self) -> Result<()> {
        self.flush()
    }
    fn usable(&self) -> Result<()> {
        match self.failed {
            true => Err(request("store", "writing failed earlier", "open the store again: finished shards are intact")),
            false => Ok(()),
        }
    }
    fn write_block(&mut self, rows: usize) -> Result<()> {
        let path = self.folder.join(UNFINISHED);
        let batch = self.pending.take(rows, &self.schema);
        let written = batch.map_err(|e| broken(&path, "block", e)).and_then(|batch| {
            if self.shard.is_none() {
                let file = File::create(&path).map_err(io(&path))?;
                let file = BufWriter::with_capacity(1 << 20, file);
                self.shard = Some(FileWriter::try_new(file, &self.schema.arrow()).map_err(|e| arrow(&path, e))?);
            }
            let shard = self.shard.as_mut().expect("made above");
            shard.write(&batch).map_err(|e| arrow(&path, e))
        });
        self.failed = written.is_err();
        self.shard_rows += rows;
        written
    }
    fn close(&self, shard: FileWriter<BufWriter<File>>) -> Result<()> {
        let path = self.folder.join(UNFINISHED);
        let file = shard.into_inner().map_err(|e| arrow(&path, e))?;
        let file = file.into_inner().map_err(|e| io(&path)(e.into_error()))?;
        file.sync_all().map_err(io(&path))?;
        drop(file);
        let index = Index::of(&path, &self.schema)?;
        let (arrow, json) = paths(&self.folder, self.next);
        std::fs::rename(&path, &arrow).map_err(io(&arrow))?;
        write_json(&json, &index)
    }
    /// Takes a finished shard of another store over; its file is linked where the file system can, copied otherwise.
    pub(crate) fn adopt(&mut self, from: &Path, index: &Index) -> Result<()> {
        self.flush()?;
        let (arrow, json) = paths(&self.folder, self.next);
        if std::fs::hard_link(from, &arrow).is_err() {
            symbolon_tensor::io::replace(&arrow, |beside| {
                std::fs::copy(from, beside).and_then(|_| File::open(beside)?.sync_all()).map_err(io(&arrow))
            })?;
        }
        write_json(&json, index)?;
        self.documents.extend(index.documents.iter().map(|d| d.0));
        self.next += 1;
        Ok(())
    }
}

/// Rows that were added and not yet closed are closed, as well as it goes; [`Writer::finish`] says when it does not.
impl Drop for Writer {
    fn drop(&mut self) {
        if !self.failed && !std::thread::panicking() {
            let _ = self.flush();
        }
        let _ = std::fs::remove_file(self.folder.join(UNFINISHED));
    }
}

impl Pending {
    fn new(schema: &Schema) -> Self {
        let empty = || match schema.dtype {
            DType::F16 => Numbers::F16(Vec::new()),
            DType::BF16 => Numbers::BF16(Vec::new()),
            _ => Numbers::F32(Vec::new()),
        };
        Self {
            documents: Vec::new(),
            positions: Vec::new(),
            ids: Vec::new(),
            texts: Vec::new(),
            sites: schema.sites.iter().map(|_| empty()).collect(),
        }
    }
    /// The first rows as a record batch.
    fn take(&mut self, rows: usize, schema: &Schema) -> std::result::Result<RecordBatch, arrow_schema::ArrowError> {
        fn first<T>(from: &mut Vec<T>, n: usize) -> Vec<T> {
            let rest = from.split_off(n);
            std::mem::replace(from, rest)
        }
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(UInt64Array::from(first(&mut self.documents, rows))),
            Arc::new(UInt32Array::from(first(&mut self.positions, rows))),
            Arc::new(UInt32Array::from(first(&mut self.ids, rows))),
            Arc::new(StringArray::from(first(&mut self.texts, rows))),
        ];
        for (numbers, site) in self.sites.iter_mut().zip(&schema.sites) {
            let n = rows * site.units;
            let values: ArrayRef = match numbers {
                Numbers::F32(v) => Arc::new(Float32Array::from(first(v, n))),
                Numbers::F16(v) => Arc::new(Float16Array::from(first(v, n))),
                Numbers::BF16(v) => Arc::new(UInt16Array::from(first(v, n))),
            };
            let list = FixedSizeListArray::try_new(Arc::new(schema.item()), site.units as i32, values, None)?;
            columns.push(Arc::new(list));
        }
        RecordBatch::try_new(Arc::new(schema.arrow()), columns)
    }
}

impl Numbers {
    fn of(x: &Tensor, dtype: DType) -> Self {
        match dtype {
            DType::F16 => Self::F16(x.to_vec()),
            DType::BF16 => Self::BF16(x.to_vec::<bf16>().into_iter().map(bf16::to_bits).collect()),
            _ => Self::F32(x.to_vec()),
        }
    }
    fn first_not_finite(&self) -> Option<usize> {
        match self {
            Self::F32(v) => v.iter().position(|x| !x.is_finite()),
            Self::F16(v) => v.iter().position(|x| !x.is_finite()),
            Self::BF16(v) => v.iter().position(|&x| !bf16::from_bits(x).is_finite()),
        }
    }
    fn extend(&mut self, new: Self) {
        match (self, new) {
            (Self::F32(a), Self::F32(b)) => a.extend(b),
            (Self::F16(a), Self::F16(b)) => a.extend(b),
            (Self::BF16(a), Self::BF16(b)) => a.extend(b),
            _ => unreachable!("a store has one kind of number"),
        }
    }
}

/// The two files of a shard.
pub(crate) fn paths(folder: &Path, number: usize) -> (PathBuf, PathBuf) {
    let file = |kind| folder.join(format!("shard-{number:06}.{kind}"));
    (file("arrow"), file("json"))
}

/// Numbers of the shards that count, in order.
pub(crate) fn shards(folder: &Path) -> Result<Vec<usize>> {
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io(folder))? {
        let name = entry.map_err(io(folder))?.file_name();
        let number = name.to_str().and_then(|n| n.strip_prefix("shard-")?.strip_suffix(".json")?.parse::<usize>().ok());
        numbers.extend(number);
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Stores whose rows may stand side by side.
pub(crate) fn same(there: &Schema, wanted: &Schema, folder: &Path) -> Result<()> {
    const OTHER: &str = "choose another folder";
    let place = folder.display();
    if there.model != wanted.model {
        let problem = format!("{place} holds activations of model {}, not of {}", there.model, wanted.model);
        return Err(request("store", problem, OTHER));
    }
    if there.dtype != wanted.dtype || there.sites != wanted.sites {
        let say = |s: &Schema| {
            let sites: Vec<String> = s.sites.iter().map(|s| format!("{} [{}]", s.name, s.units)).collect();
            format!("{} in {:?}", sites.join(", "), s.dtype)
        };
        return Err(request("store", format!("{place} holds {}, not {}", say(there), say(wanted)), OTHER));
    }
    Ok(())
}

fn remove_if_there(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(io(path)(e)),
        _ => Ok(()),
    }
}

fn arrow(path: &Path, e: arrow_schema::ArrowError) -> crate::Error {
    match e {
        arrow_schema::ArrowError::IoError(_, source) => io(path)(source),
        other => broken(path, "block", other),
    }
}
