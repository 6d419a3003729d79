//! Random batches out of more rows than memory holds.
//!
//! Blocks (whole stretches of the disk) are read in random order into a pool of limited size, and batches are drawn at random
//! from the pool while the next one is being read. With many blocks in a pool, a batch mixes rows of many documents; the
//! order depends on the seed, the epoch and the pool's size only, and any batch can be started at.

use crate::error::{Error, Result, request};
use crate::store::{Inner, Store};
use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use symbolon_tensor::{Rng, Tensor};

/// Memory for pools unless another amount is set.
const POOL_BYTES: usize = 256 << 20;

/// Rows at random from one or more sites, every row once; the last batch may be smaller.
///
/// An iterator: each item is a [`Batch`], or the error that ended reading.
#[derive(Debug)]
pub struct Batches {
    store: Arc<Inner>,
    sites: Vec<usize>,
    rows: usize,
    seed: u64,
    epoch: u64,
    pool_bytes: usize,
    start: u64,
    reading: Option<Reading>,
}

/// Rows that belong together.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Numbers of the rows in the store: ask [`Store::provenances`] where they come from.
    pub rows: Vec<u64>,
    /// For each site that was asked for, in that order, `[rows, units]`, `F32`.
    pub values: Vec<Tensor>,
}

/// Blocks in memory, and the order in which their rows leave.
#[derive(Default)]
struct Pool {
    rows: Vec<u64>,
    order: Vec<u32>,
    values: Vec<Vec<f32>>,
}

struct Reading {
    pools: Receiver<Result<Pool>>,
    /// Pools that are used up go back: their memory serves again.
    used: Sender<Pool>,
    pool: Option<Pool>,
    /// How many rows of the pool have left.
    at: usize,
    /// Rows to pass over before the first batch.
    skip: usize,
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reading").field("at", &self.at).finish_non_exhaustive()
    }
}

impl Batches {
    pub(crate) fn new(store: &Store, sites: &[&str], rows: usize, seed: u64) -> Result<Self> {
        let named = sites.iter().map(|s| store.schema().site(s)).collect::<Result<Vec<_>>>()?;
        if named.is_empty() || rows == 0 {
            return Err(request("batches", "no sites or no rows", "name a site and give batches at least one row"));
        }
        if store.rows() == 0 {
            return Err(request("batches", "the store has no rows yet", "harvest some first"));
        }
        Ok(Self {
            store: store.inner.clone(),
            sites: named,
            rows,
            seed,
            epoch: 0,
            pool_bytes: POOL_BYTES,
            start: 0,
            reading: None,
        })
    }
    /// Another order for each epoch; 0 unless set.
    pub fn epoch(self, epoch: u64) -> Self {
        Self { epoch, reading: None, ..self }
    }
    /// Memory for rows in waiting; half of it holds the pool in use, half the one being read. A pool holds at least one
    /// block. 256 MiB unless set.
    pub fn pool_bytes(self, pool_bytes: usize) -> Self {
        Self { pool_bytes, reading: None, ..self }
    }
    /// Starts at this batch (counted from 0), as if the earlier ones had been taken; blocks that are not needed are not read.
    pub fn starting_at(self, batch: u64) -> Self {
        Self { start: batch, reading: None, ..self }
    }
    /// How many batches an epoch has.
    pub fn steps(&self) -> u64 {
        self.store.rows.div_ceil(self.rows as u64)
    }
    /// The pools of this epoch, each a list of (shard, block).
    fn plan(&self) -> Result<Vec<Vec<(usize, usize)>>> {
        let all: Vec<(usize, usize)> = (self.store.shards.iter().enumerate())
            .flat_map(|(s, shard)| (0..shard.index.blocks.len()).map(move |b| (s, b)))
            .collect();
        let order = symbolon_data::Batches::new(all.len(), 1, self.seed)?.order(self.epoch);
        let row_bytes = self.sites.iter().map(|&s| self.store.schema.sites[s].units * 4).sum::<usize>() + 12;
        let room = (self.pool_bytes / 2 / row_bytes).min(u32::MAX as usize);
        let (mut pools, mut filled) = (Vec::<Vec<(usize, usize)>>::new(), usize::MAX);
        for (shard, block) in order.into_iter().map(|i| all[i]) {
            let rows = self.store.shards[shard].index.blocks[block].rows;
            match pools.last_mut() {
                Some(pool) if filled.saturating_add(rows) <= room => {
                    pool.push((shard, block));
                    filled += rows;
                }
                _ => {
                    pools.push(vec![(shard, block)]);
                    filled = rows;
                }
            }
        }
        Ok(pools)
    }
    fn begin(&self) -> Result<Reading> {
        let pools = self.plan()?;
        let rows_of = |pool: &[(usize, usize)]| -> u64 {
            pool.iter().map(|&(s, b)| self.store.shards[s].index.blocks[b].rows as u64).sum()
        };
        // Whole pools before the first batch are never read.
        let (mut skip, mut first) = (self.start.saturating_mul(self.rows as u64), 0);
        while first < pools.len() && rows_of(&pools[first]) <= skip {
            skip -= rows_of(&pools[first]);
            first += 1;
        }
        let (store, sites, seed, epoch) = (self.store.clone(), self.sites.clone(), self.seed, self.epoch);
        // Nothing is kept in the channel: one pool is in use, one is ready or being read.
        let (send, receive) = sync_channel(0);
        let (used, again) = channel();
        let work = move || {
            for (number, blocks) in pools.iter().enumerate().skip(first) {
                let mut pool: Pool = again.try_recv().unwrap_or_default();
                let read = fill(&mut pool, &store, &sites, blocks, seed, epoch, number as u64);
                let failed = read.is_err();
                // The other side went away: nobody wants the rest.
                if send.send(read.map(|()| pool)).is_err() || failed {
                    return;
                }
            }
        };
        let started = std::thread::Builder::new().name("activation store".into()).spawn(work);
        started.map_err(|source| Error::Io { file: "a thread for reading".into(), source })?;
        Ok(Reading { pools: receive, used, pool: None, at: 0, skip: skip as usize })
    }
}

/// Reads blocks into a pool, whose former content goes, and draws the order of its rows.
fn fill(
    pool: &mut Pool,
    store: &Inner,
    sites: &[usize],
    blocks: &[(usize, usize)],
    seed: u64,
    epoch: u64,
    number: u64,
) -> Result<()> {
    pool.rows.clear();
    for &(s, b) in blocks {
        let shard = &store.shards[s];
        let first = shard.first + shard.starts[b];
        pool.rows.extend(first..first + shard.index.blocks[b].rows as u64);
    }
    let count = pool.rows.len();
    pool.values.resize(sites.len(), Vec::new());
    for (&site, values) in sites.iter().zip(&mut pool.values) {
        values.resize(count * store.schema.sites[site].units, 0.0);
        let mut rest = values.as_mut_slice();
        for &(s, b) in blocks {
            let (target, more) = rest.split_at_mut(store.size(s, b, site));
            store.block(s, b, site, target)?;
            rest = more;
        }
    }
    // A stream of its own for each pool of each epoch, and another key than that of the blocks' order.
    let (key, _, _) = Rng::new(seed ^ 0x5bd1_e995).state();
    let mut rng = Rng::resume((key, epoch, u128::from(number) << 36));
    pool.order.clear();
    pool.order.extend(0..count as u32);
    for i in (1..count).rev() {
        pool.order.swap(i, rng.below(i + 1));
    }
    Ok(())
}

impl Reading {
    /// Rows of the pool in use that may leave next; an empty range at the end.
    fn available(&mut self, wanted: usize) -> Result<Range<usize>> {
        loop {
            let there = self.pool.as_ref().map_or(0, |p| p.order.len());
            let passed = self.skip.min(there - self.at);
            self.at += passed;
            self.skip -= passed;
            if self.at < there {
                let range = self.at..there.min(self.at + wanted);
                self.at = range.end;
                return Ok(range);
            }
            match self.pools.recv() {
                Ok(pool) => {
                    let used = self.pool.replace(pool?);
                    self.at = 0;
                    // The reader may be through already; then the memory just goes.
                    used.into_iter().for_each(|p| drop(self.used.send(p)));
                }
                Err(_) => return Ok(0..0),
            }
        }
    }
}

impl Iterator for Batches {
    type Item = Result<Batch>;
    fn next(&mut self) -> Option<Self::Item> {
        let next = self.next_batch();
        if next.is_err() {
            // An error ends reading: an empty channel answers from now on.
            self.reading = Some(Reading { pools: sync_channel(0).1, used: channel().0, pool: None, at: 0, skip: 0 });
        }
        next.transpose()
    }
}

impl Batches {
    fn next_batch(&mut self) -> Result<Option<Batch>> {
        if self.reading.is_none() {
            self.reading = Some(self.begin()?);
        }
        let Some(reading) = self.reading.as_mut() else { return Ok(None) };
        let units: Vec<usize> = self.sites.iter().map(|&s| self.store.schema.sites[s].units).collect();
        let mut rows = Vec::with_capacity(self.rows);
        let mut values: Vec<Vec<f32>> = units.iter().map(|u| Vec::with_capacity(u * self.rows)).collect();
        while rows.len() < self.rows {
            let range = reading.available(self.rows - rows.len())?;
            let Some(pool) = reading.pool.as_ref().filter(|_| !range.is_empty()) else { break };
            for &i in &pool.order[range] {
                let i = i as usize;
                rows.push(pool.rows[i]);
                for ((out, from), &u) in values.iter_mut().zip(&pool.values).zip(&units) {
                    out.extend_from_slice(&from[i * u..(i + 1) * u]);
                }
            }
        }
        if rows.is_empty() {
            return Ok(None);
        }
        let values = values.into_iter().zip(units).map(|(v, u)| Ok(Tensor::new(v, [rows.len(), u])?));
        let values = values.collect::<Result<Vec<_>>>()?;
        Ok(Some(Batch { rows, values }))
    }
}
