//! Where a dictionary's rows come from: a tensor, or a store of activations larger than memory.

use symbolon_data::Batches;
use symbolon_store::Store;
use symbolon_tensor::{DType, Tensor};

use crate::error::{Error, Result};

/// Rows to encode and what they are to become: the same rows again, or those of another site.
pub struct Rows<'a> {
    kept: Kept<'a>,
}

// One for each training run: its size does not matter.
#[allow(clippy::large_enum_variant)]
enum Kept<'a> {
    Memory {
        inputs: Tensor,
        targets: Option<Tensor>,
    },
    Stored {
        store: &'a Store,
        sites: Vec<String>,
        /// The epoch and the number of the next batch of what is being read.
        reading: Option<(u64, usize, symbolon_store::Batches)>,
    },
}

impl Rows<'static> {
    /// Rows `[rows, units]` in memory.
    ///
    /// # Errors
    /// [`Error::Setting`] for what is no matrix, holds numbers that are not finite, or the same row everywhere.
    pub fn of(inputs: Tensor) -> Result<Rows<'static>> {
        Ok(Rows { kept: Kept::Memory { inputs: sound(inputs, "rows")?, targets: None } })
    }
    /// Rows `[rows, units]` and what a transcoder is to make of them, `[rows, targets]`.
    ///
    /// # Errors
    /// As [`Rows::of`]; when there are not as many targets.
    pub fn pairs(inputs: Tensor, targets: Tensor) -> Result<Rows<'static>> {
        let (inputs, targets) = (sound(inputs, "rows")?, sound(targets, "targets")?);
        if inputs.size(0) != targets.size(0) {
            let problem = format!("{} rows and {} targets", inputs.size(0), targets.size(0));
            return Err(Error::Setting { what: "targets", problem });
        }
        Ok(Rows { kept: Kept::Memory { inputs, targets: Some(targets) } })
    }
}

impl<'a> Rows<'a> {
    /// Rows of a site of a store, read in random order.
    ///
    /// # Errors
    /// [`Error::Store`] for an unknown site or an empty store; [`Error::Setting`] as [`Rows::of`], of the first rows.
    pub fn stored(store: &'a Store, site: &str) -> Result<Rows<'a>> {
        Rows::listed(store, &[site])
    }
    /// Rows of one site of a store and what they become at another.
    ///
    /// # Errors
    /// As [`Rows::stored`].
    pub fn stored_pairs(store: &'a Store, input: &str, target: &str) -> Result<Rows<'a>> {
        Rows::listed(store, &[input, target])
    }
    fn listed(store: &'a Store, sites: &[&str]) -> Result<Rows<'a>> {
        // Asks for a batch, so that an unknown site or an empty store is found now.
        store.batches(sites, 1, 0)?;
        let rows = Rows {
            kept: Kept::Stored { store, sites: sites.iter().map(|s| (*s).to_owned()).collect(), reading: None },
        };
        let (inputs, targets) = rows.first(256)?;
        sound(inputs, "rows")?;
        targets.map(|t| sound(t, "targets")).transpose()?;
        Ok(rows)
    }
    /// How many rows there are.
    pub fn count(&self) -> usize {
        match &self.kept {
            Kept::Memory { inputs, .. } => inputs.size(0),
            Kept::Stored { store, .. } => usize::try_from(store.rows()).unwrap_or(usize::MAX),
        }
    }
    /// The first rows at most, and their targets where they have some: for means and scales.
    pub(super) fn first(&self, most: usize) -> Result<(Tensor, Option<Tensor>)> {
        match &self.kept {
            Kept::Memory { inputs, targets } => {
                let n = most.min(inputs.size(0));
                Ok((inputs.narrow(0, ..n), targets.as_ref().map(|t| t.narrow(0, ..n))))
            }
            Kept::Stored { store, sites, .. } => {
                let n = (most as u64).min(store.rows());
                let targets = sites.get(1).map(|s| store.read(s, 0..n)).transpose()?;
                Ok((store.read(&sites[0], 0..n)?, targets))
            }
        }
    }
    /// A batch of an epoch, and its targets where there are some. Every row comes once in an epoch, in an order that depends
    /// on the seed and the epoch.
    pub(super) fn batch(
        &mut self,
        size: usize,
        seed: u64,
        epoch: u64,
        number: usize,
    ) -> Result<(Tensor, Option<Tensor>)> {
        match &mut self.kept {
            Kept::Memory { inputs, targets } => {
                let items = Batches::new(inputs.size(0), size, seed)?.batch(epoch, number);
                let items = symbolon_data::indices(&items);
                Ok((inputs.index_select(0, &items), targets.as_ref().map(|t| t.index_select(0, &items))))
            }
            Kept::Stored { store, sites, reading } => {
                if !matches!(reading, Some((e, n, _)) if (*e, *n) == (epoch, number)) {
                    let names: Vec<&str> = sites.iter().map(String::as_str).collect();
                    let batches = store.batches(&names, size, seed)?.epoch(epoch).starting_at(number as u64);
                    *reading = Some((epoch, number, batches));
                }
                let Some((_, next, batches)) = reading else { unreachable!("it was just begun") };
                *next += 1;
                let Some(batch) = batches.next().transpose()? else {
                    let problem = format!("epoch {epoch} has no batch {number}: the store was changed meanwhile");
                    return Err(Error::Setting { what: "store", problem });
                };
                let mut values = batch.values.into_iter();
                let Some(inputs) = values.next() else { unreachable!("a site was asked for") };
                Ok((inputs, values.next()))
            }
        }
    }
}

/// A matrix of finite numbers in which rows differ, as `F32` unless it is `F64`.
fn sound(rows: Tensor, what: &'static str) -> Result<Tensor> {
    let bad = |problem: String| Err(Error::Setting { what, problem });
    if rows.rank() != 2 || rows.size(0) < 2 || rows.size(1) == 0 {
        return bad(format!("shape {:?}: at least two rows [rows, units] are needed", rows.shape()));
    }
    let rows = match rows.dtype() {
        DType::F64 => rows.detach(),
        _ => rows.detach().to(DType::F32),
    };
    if !rows.abs().sum().item().is_finite() {
        return bad("some numbers are not finite: look for the row where the network overflowed".into());
    }
    if (&rows - rows.narrow(0, ..1)).abs().max().item() == 0.0 {
        return bad("all rows are the same: there is nothing to be learned".into());
    }
    Ok(rows)
}
