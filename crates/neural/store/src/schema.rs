//! What a store holds: which sites of which model, how wide, in which kind of number.

use crate::error::{Error, Result, io, request};
use arrow_schema::{DataType, Field, Schema as ArrowSchema};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use symbolon_tensor::DType;

/// The file that names a store's schema.
pub(crate) const FILE: &str = "store.json";
/// Counted up when files are laid out differently.
const FORMAT: u32 = 1;
/// A block of the widest site holds about this many bytes: large enough for the disk, small enough to mix well.
const BLOCK_BYTES: usize = 1 << 20;
/// A shard holds about this many bytes over all sites: what a kill can cost.
const SHARD_BYTES: usize = 128 << 20;

/// One place in the network whose activations are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSite {
    /// Its name: `blocks.3.resid_post`.
    pub name: String,
    /// Numbers in each row.
    pub units: usize,
}

/// What a store holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    format: u32,
    /// The model's fingerprint: activations of different models are never mixed.
    pub model: String,
    /// Kind of number on disk: `F32`, `F16` or `BF16`.
    pub dtype: DType,
    /// The sites, in the order of the columns.
    pub sites: Vec<StoredSite>,
    /// Rows read at once; a batch of random rows is drawn from many blocks.
    pub block_rows: usize,
    /// Rows after which a file is closed, at the end of a document.
    pub shard_rows: usize,
}

impl Schema {
    /// Sites with their widths, the kind of number on disk, and the model's fingerprint. Sizes of blocks and shards are
    /// chosen by the width: see [`sizes`](Schema::sizes).
    ///
    /// # Errors
    /// [`Error::Request`] when there are no sites, one occurs twice, has no units or is called like a column of the
    /// provenance, or the kind of number is not one of the three.
    pub fn new<S: Into<String>>(
        sites: impl IntoIterator<Item = (S, usize)>,
        dtype: DType,
        model: impl Into<String>,
    ) -> Result<Self> {
        let sites = sites.into_iter().map(|(name, units)| StoredSite { name: name.into(), units }).collect();
        let mut schema = Self { format: FORMAT, model: model.into(), dtype, sites, block_rows: 1, shard_rows: 1 };
        schema.check()?;
        let widest = schema.sites.iter().map(|s| s.units).max().unwrap_or(1) * dtype.size();
        let row = schema.sites.iter().map(|s| s.units).sum::<usize>() * dtype.size();
        schema.block_rows = (BLOCK_BYTES / widest).clamp(64, 8192);
        schema.shard_rows = (SHARD_BYTES / row).next_multiple_of(schema.block_rows).max(schema.block_rows);
        Ok(schema)
    }
    /// Other sizes of blocks and shards, in rows.
    ///
    /// # Errors
    /// [`Error::Request`] when one is zero.
    pub fn sizes(self, block_rows: usize, shard_rows: usize) -> Result<Self> {
        let schema = Self { block_rows, shard_rows, ..self };
        schema.check().map(|()| schema)
    }
    /// Where a site's column stands.
    ///
    /// # Errors
    /// [`Error::Request`] with the sites there are.
    pub fn site(&self, name: &str) -> Result<usize> {
        self.sites.iter().position(|s| s.name == name).ok_or_else(|| {
            let known: Vec<&str> = self.sites.iter().map(|s| s.name.as_str()).collect();
            request("site", format!("`{name}` is not stored"), format!("stored are {}", known.join(", ")))
        })
    }
    fn check(&self) -> Result<()> {
        const COLUMNS: &str = "give each site another name and at least one unit";
        if !matches!(self.dtype, DType::F32 | DType::F16 | DType::BF16) {
            return Err(request("kind of number", format!("{:?}", self.dtype), "choose F32, F16 or BF16"));
        }
        if self.block_rows == 0 || self.shard_rows == 0 {
            return Err(request("sizes", "zero rows", "give at least one row"));
        }
        if self.sites.is_empty() {
            return Err(request("sites", "none", "name at least one"));
        }
        for (at, site) in self.sites.iter().enumerate() {
            if site.units == 0 || i32::try_from(site.units).is_err() {
                return Err(request("sites", format!("`{}` has {} units", site.name, site.units), COLUMNS));
            }
            let taken =
                PROVENANCE.contains(&site.name.as_str()) || self.sites[..at].iter().any(|s| s.name == site.name);
            if taken {
                return Err(request("sites", format!("the name `{}` is taken", site.name), COLUMNS));
            }
        }
        Ok(())
    }
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        let text = std::fs::read_to_string(&path).map_err(io(&path))?;
        let refuse = |problem: String, remedy: &str| Error::Format {
            file: path.display().to_string(),
            place: "schema".into(),
            problem,
            remedy: remedy.into(),
        };
        let schema: Self = serde_json::from_str(&text)
            .map_err(|e| refuse(e.to_string(), "restore the file; it is written once, when a store is made"))?;
        if schema.format != FORMAT {
            let problem = format!("format {}, this program reads {FORMAT}", schema.format);
            return Err(refuse(problem, "use the program's version that made the store"));
        }
        schema.check()?;
        Ok(schema)
    }
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        write_json(&folder.join(FILE), self)
    }
    /// The columns of every file: provenance first, then the sites as lists of fixed size.
    pub(crate) fn arrow(&self) -> ArrowSchema {
        let column = |name: &str, kind| Field::new(name, kind, false);
        let mut fields = vec![
            column(PROVENANCE[0], DataType::UInt64),
            column(PROVENANCE[1], DataType::UInt32),
            column(PROVENANCE[2], DataType::UInt32),
            column(PROVENANCE[3], DataType::Utf8),
        ];
        let kind = self.dtype_name();
        for site in &self.sites {
            let list = DataType::FixedSizeList(Arc::new(self.item()), site.units as i32);
            let words = HashMap::from([("symbolon.dtype".to_owned(), kind.to_owned())]);
            fields.push(column(&site.name, list).with_metadata(words));
        }
        let words = [("symbolon.model", self.model.as_str()), ("symbolon.dtype", kind)];
        let words: HashMap<String, String> = words.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        ArrowSchema::new(fields).with_metadata(words)
    }
    /// One number; Arrow has no `BF16`, so its bits are kept as `UInt16` and the column says so.
    pub(crate) fn item(&self) -> Field {
        let kind = match self.dtype {
            DType::F16 => DataType::Float16,
            DType::BF16 => DataType::UInt16,
            _ => DataType::Float32,
        };
        Field::new("item", kind, false)
    }
    fn dtype_name(&self) -> &'static str {
        match self.dtype {
            DType::F16 => "f16",
            DType::BF16 => "bf16",
            _ => "f32",
        }
    }
}

/// Names of the columns that say where a row comes from.
pub(crate) const PROVENANCE: [&str; 4] = ["document", "position", "token_id", "token"];

/// Writes a JSON file as a whole, and has it on the disk before it gets its name.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_vec(value).map_err(|e| io(path)(e.into()))?;
    symbolon_tensor::io::replace(path, |beside| {
        std::fs::write(beside, &text).and_then(|()| std::fs::File::open(beside)?.sync_all()).map_err(io(path))
    })
}
