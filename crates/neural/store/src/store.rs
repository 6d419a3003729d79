//! Reading: rows in order, rows at random, and where they come from.

use crate::batches::Batches;
use crate::error::{Result, broken, io, request};
use crate::index::{Block, Index, Provenance, Stretch, read_into, read_tokens};
use crate::schema::Schema;
use crate::writer::{Writer, paths, same, shards};
use half::slice::HalfFloatSliceExt;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use symbolon_tensor::{DType, Tensor};

/// Activations on disk. Rows are numbered from 0 in the order in which they were added; adding more changes no number.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub schema: Schema,
    pub shards: Vec<Shard>,
    pub rows: u64,
}

#[derive(Debug)]
pub(crate) struct Shard {
    pub arrow: PathBuf,
    pub first: u64,
    pub index: Index,
    /// Rows before each block.
    pub starts: Vec<u64>,
}

impl Store {
    /// Opens a store for reading. Sizes of all files are checked against their indexes; numbers are checked when they are
    /// read, or all at once by [`verify`](Store::verify).
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) and [`Error::Format`](crate::Error::Format) with the file and the place.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        if cfg!(target_endian = "big") {
            return Err(request("store", "this machine stores numbers high byte first", "use one that does not"));
        }
        let schema = Schema::read(folder)?;
        let (mut all, mut rows) = (Vec::new(), 0u64);
        for number in shards(folder)? {
            let (arrow, json) = paths(folder, number);
            let index = Index::read(&json, &arrow, &schema)?;
            let mut at = 0;
            let starts = (index.blocks.iter())
                .map(|b| {
                    at += b.rows as u64;
                    at - b.rows as u64
                })
                .collect();
            let first = rows;
            rows += index.rows;
            all.push(Shard { arrow, first, index, starts });
        }
        Ok(Self { inner: Arc::new(Inner { schema, shards: all, rows }) })
    }
    /// What the store holds.
    pub fn schema(&self) -> &Schema {
        &self.inner.schema
    }
    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.inner.rows
    }
    /// Documents and their rows, in the order of the rows.
    pub fn documents(&self) -> impl Iterator<Item = (u64, Range<u64>)> + '_ {
        self.inner.documents()
    }
    /// The Arrow files, for tools that read tables.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.inner.shards.iter().map(|s| s.arrow.as_path())
    }
    /// Rows of a site in their order, `[rows, units]`, `F32`.
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) for an unknown site or rows beyond the end,
    /// [`Error::Format`](crate::Error::Format) when what is read is not what was written.
    pub fn read(&self, site: &str, rows: Range<u64>) -> Result<Tensor> {
        let at = self.inner.schema.site(site)?;
        let units = self.inner.schema.sites[at].units;
        self.inner.check(rows.end)?;
        let count = usize::try_from(rows.end.saturating_sub(rows.start)).unwrap_or(usize::MAX);
        let mut out = Vec::new();
        let mut row = rows.start;
        while row < rows.end {
            let (shard, block, within) = self.inner.locate(row);
            let mut values = vec![0.0; self.inner.size(shard, block, at)];
            self.inner.block(shard, block, at, &mut values)?;
            let here = &values[within * units..];
            let take = here.len().min((rows.end - row) as usize * units);
            out.extend_from_slice(&here[..take]);
            row += (take / units) as u64;
        }
        Ok(Tensor::new(out, [count, units])?)
    }
    /// Where a row comes from.
    ///
    /// # Errors
    /// As [`provenances`](Store::provenances).
    pub fn provenance(&self, row: u64) -> Result<Provenance> {
        Ok(self.provenances(&[row])?.remove(0))
    }
    /// Where rows come from, in the order asked for; each block is read once.
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) for a row beyond the end, [`Error::Format`](crate::Error::Format) when
    /// what is read is not what was written.
    pub fn provenances(&self, rows: &[u64]) -> Result<Vec<Provenance>> {
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|&i| rows[i]);
        let mut found: Vec<(usize, Provenance)> = Vec::with_capacity(rows.len());
        let mut open: Option<((usize, usize), Vec<Provenance>)> = None;
        for i in order {
            self.inner.check(rows[i].saturating_add(1))?;
            let (shard, block, within) = self.inner.locate(rows[i]);
            if open.as_ref().is_none_or(|(at, _)| *at != (shard, block)) {
                open = Some(((shard, block), self.inner.tokens(shard, block)?));
            }
            if let Some((_, tokens)) = &open {
                found.push((i, tokens[within].clone()));
            }
        }
        found.sort_by_key(|(i, _)| *i);
        Ok(found.into_iter().map(|(_, p)| p).collect())
    }
    /// Random batches of rows, for one or more sites: see [`Batches`].
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) for an unknown site, no sites, batches of no rows, or a store without rows.
    pub fn batches(&self, sites: &[&str], rows: usize, seed: u64) -> Result<Batches> {
        Batches::new(self, sites, rows, seed)
    }
    /// Reads everything and compares all checksums; answers the number of bytes read.
    ///
    /// # Errors
    /// The first file and place that is not what was written.
    pub fn verify(&self) -> Result<u64> {
        let mut read = 0;
        for shard in &self.inner.shards {
            let found = Index::of(&shard.arrow, &self.inner.schema)?;
            for (number, (found, wanted)) in found.blocks.iter().zip(&shard.index.blocks).enumerate() {
                if found != wanted {
                    let site = found.sites.iter().zip(&wanted.sites).position(|(a, b)| a != b);
                    let part = site.map_or("tokens", |s| &self.inner.schema.sites[s].name);
                    let place = format!("block {number}, {part}");
                    return Err(broken(&shard.arrow, place, "the numbers are not those that were written (checksum)"));
                }
            }
            if found != shard.index {
                return Err(broken(&shard.arrow, "blocks", "not as many as were written"));
            }
            read += found.bytes;
        }
        Ok(read)
    }
    /// Brings stores of the same model and sites (the parts of many machines, say) together in one folder.
    ///
    /// Files are linked where the file system can, copied otherwise; parts stay as they are. A merge that was interrupted
    /// goes on when it is started again.
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) when the stores hold different things or a document is in two of them.
    pub fn merge<P: AsRef<Path>>(into: impl AsRef<Path>, parts: &[P]) -> Result<Self> {
        let stores = parts.iter().map(Store::open).collect::<Result<Vec<_>>>()?;
        let Some(first) = stores.first() else { return Err(request("merge", "no parts", "name at least one store")) };
        for (store, part) in stores.iter().zip(parts) {
            same(store.schema(), first.schema(), part.as_ref())?;
        }
        let mut writer = Writer::open(&into, first.schema())?;
        let present = Store::open(&into)?;
        for (store, part) in stores.iter().zip(parts) {
            for shard in &store.inner.shards {
                if present.inner.shards.iter().any(|s| s.index == shard.index) {
                    continue;
                }
                if let Some((document, _)) = shard.index.documents.iter().find(|d| writer.has(d.0)) {
                    let problem = format!("document {document} of {} is already there", part.as_ref().display());
                    return Err(request(
                        "merge",
                        problem,
                        "harvest each document once: one --shard i/n for each machine",
                    ));
                }
                writer.adopt(&shard.arrow, &shard.index)?;
            }
        }
        writer.finish()?;
        Self::open(into)
    }
}

impl Inner {
    fn check(&self, end: u64) -> Result<()> {
        match end <= self.rows {
            true => Ok(()),
            false => Err(request("rows", format!("row {} of {}", end - 1, self.rows), "ask for rows that are there")),
        }
    }
    /// Documents and their rows, in the order of the rows.
    pub fn documents(&self) -> impl Iterator<Item = (u64, Range<u64>)> + '_ {
        self.shards.iter().flat_map(|shard| {
            let mut at = shard.first;
            shard.index.documents.iter().map(move |&(document, rows)| {
                at += rows;
                (document, at - rows..at)
            })
        })
    }
    /// Where the rows of a block come from.
    pub fn tokens(&self, shard: usize, number: usize) -> Result<Vec<Provenance>> {
        let shard = &self.shards[shard];
        let mut file = File::open(&shard.arrow).map_err(io(&shard.arrow))?;
        read_tokens(&mut file, &shard.arrow, number, &shard.index.blocks[number])
    }
    /// Shard, block and row in the block.
    pub fn locate(&self, row: u64) -> (usize, usize, usize) {
        let shard = self.shards.partition_point(|s| s.first <= row) - 1;
        let within = row - self.shards[shard].first;
        let block = self.shards[shard].starts.partition_point(|&s| s <= within) - 1;
        (shard, block, (within - self.shards[shard].starts[block]) as usize)
    }
    /// How many numbers a block has of one site.
    pub fn size(&self, shard: usize, number: usize, site: usize) -> usize {
        self.shards[shard].index.blocks[number].rows * self.schema.sites[site].units
    }
    /// A block's numbers of one site, checked; the target has room for just these.
    pub fn block(&self, shard: usize, number: usize, site: usize, target: &mut [f32]) -> Result<()> {
        let shard = &self.shards[shard];
        let block: &Block = &shard.index.blocks[number];
        let stretch: &Stretch = &block.sites[site];
        let mut file = File::open(&shard.arrow).map_err(io(&shard.arrow))?;
        let place = || format!("block {number}, {}", self.schema.sites[site].name);
        if self.schema.dtype == DType::F32 {
            return read_into(&mut file, &shard.arrow, stretch, bytemuck::cast_slice_mut(target), &place);
        }
        let mut bits = vec![0u16; target.len()];
        read_into(&mut file, &shard.arrow, stretch, bytemuck::cast_slice_mut(&mut bits), &place)?;
        match self.schema.dtype {
            DType::F16 => bytemuck::cast_slice::<u16, half::f16>(&bits).convert_to_f32_slice(target),
            _ => bytemuck::cast_slice::<u16, half::bf16>(&bits).convert_to_f32_slice(target),
        }
        Ok(())
    }
}
