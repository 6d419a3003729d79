//! Batches of item numbers: shuffled anew in each epoch, the same for the same seed, and enterable at any (epoch, step), so
//! that a training run goes on where it stopped.

use crate::draw::{epoch_rng, shuffle};
use crate::error::{Result, request};

/// Cuts `n` items into batches, in a new random order each epoch.
///
/// ```
/// use symbolon_data::Batches;
/// let batches = Batches::new(10, 4, 7)?;
/// assert_eq!(batches.steps(), 3);
/// let sizes: Vec<usize> = batches.epoch(0).map(|items| items.len()).collect();
/// assert_eq!(sizes, [4, 4, 2]);
/// let resumed = batches.from(0, 2).next().unwrap(); // epoch 0, step 2
/// assert_eq!(resumed.items, batches.batch(0, 2));
/// # Ok::<(), symbolon_data::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Batches {
    items: usize,
    size: usize,
    seed: u64,
    shuffled: bool,
    drop_last: bool,
}

/// One step of training.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The epoch, from 0.
    pub epoch: u64,
    /// The step in the epoch, from 0.
    pub step: usize,
    /// Which items.
    pub items: Vec<usize>,
}

impl Batches {
    /// Batches of `size` out of `n` items.
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) when there are no items or the size is zero.
    pub fn new(n: usize, size: usize, seed: u64) -> Result<Self> {
        match (n, size) {
            (0, _) => Err(request("batches", "no items", "give a set that is not empty")),
            (_, 0) => Err(request("batch size", "zero", "give 1 or more")),
            _ => Ok(Self { items: n, size, seed, shuffled: true, drop_last: false }),
        }
    }
    /// Keeps the items in their order: for evaluation.
    pub fn in_order(self) -> Self {
        Self { shuffled: false, ..self }
    }
    /// Leaves out the last, smaller batch of an epoch; the items in it differ from epoch to epoch.
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) when that would leave nothing.
    pub fn drop_last(self) -> Result<Self> {
        if self.size > self.items {
            let problem = format!("{} with only {} items and the last batch dropped", self.size, self.items);
            return Err(request("batch size", problem, "make batches smaller or keep the last one"));
        }
        Ok(Self { drop_last: true, ..self })
    }
    /// How many batches an epoch has.
    pub fn steps(&self) -> usize {
        match self.drop_last {
            true => self.items / self.size,
            false => self.items.div_ceil(self.size),
        }
    }
    /// All items in an epoch's order.
    pub fn order(&self, epoch: u64) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.items).collect();
        if self.shuffled {
            shuffle(&mut order, &mut epoch_rng(self.seed, epoch));
        }
        order
    }
    /// The batches of one epoch.
    pub fn epoch(&self, epoch: u64) -> impl Iterator<Item = Vec<usize>> + use<> {
        let (order, size) = (self.order(epoch), self.size);
        (0..self.steps()).map(move |step| order[step * size..order.len().min((step + 1) * size)].to_vec())
    }
    /// One batch; empty when the epoch has no such step.
    pub fn batch(&self, epoch: u64, step: usize) -> Vec<usize> {
        self.epoch(epoch).nth(step).unwrap_or_default()
    }
    /// Steps without end, beginning at an epoch and a step in it.
    pub fn from(&self, epoch: u64, step: usize) -> impl Iterator<Item = Step> + use<> {
        let batches = self.clone();
        (epoch..).flat_map(move |e| {
            let first = if e == epoch { step } else { 0 };
            batches.epoch(e).enumerate().skip(first).map(move |(step, items)| Step { epoch: e, step, items })
        })
    }
}
