//! Re-pairing: tasks such as "the sum of two digits" need tuples of items, and drawing them anew each epoch gives many more
//! examples than pairing once.

use crate::draw::{epoch_rng, shuffle};
use crate::error::{Result, request};

/// Draws tuples of items from a pool, in each epoch others.
///
/// In an epoch every item is used equally often (but for a remainder), and no tuple holds an item twice. Only items of the
/// pool are drawn: give each pool (training, held out) its own `Tuples`.
///
/// ```
/// use symbolon_data::Tuples;
/// let pairs = Tuples::new(0..8, 2, 7)?;
/// let epoch: Vec<Vec<usize>> = pairs.epoch(0);
/// assert_eq!(epoch.len(), 4);                // every item once
/// assert_ne!(epoch, pairs.epoch(1));         // paired anew
/// # Ok::<(), symbolon_data::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Tuples {
    pool: Vec<usize>,
    arity: usize,
    count: usize,
    seed: u64,
}

impl Tuples {
    /// Tuples of `arity` items out of the pool, as many an epoch as use each item once.
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) when the arity is zero or the pool holds fewer items than a tuple.
    pub fn new(pool: impl IntoIterator<Item = usize>, arity: usize, seed: u64) -> Result<Self> {
        let pool: Vec<usize> = pool.into_iter().collect();
        if arity == 0 || pool.len() < arity {
            let problem = format!("{arity} items each from a pool of {}", pool.len());
            return Err(request("tuples", problem, "give an arity of at least 1 and a larger pool"));
        }
        Ok(Self { count: pool.len() / arity, pool, arity, seed })
    }
    /// Draws this many tuples an epoch.
    pub fn count(self, count: usize) -> Self {
        Self { count, ..self }
    }
    /// How many tuples an epoch has.
    pub fn len(&self) -> usize {
        self.count
    }
    /// Whether an epoch has none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
    /// Items in each tuple.
    pub fn arity(&self) -> usize {
        self.arity
    }
    /// The tuples of an epoch, as item numbers.
    pub fn epoch(&self, epoch: u64) -> Vec<Vec<usize>> {
        let (mut rng, mut order) = (epoch_rng(self.seed, epoch), self.pool.clone());
        let mut tuples = Vec::with_capacity(self.count);
        while tuples.len() < self.count {
            shuffle(&mut order, &mut rng);
            // A remainder smaller than a tuple is left out, so that none holds an item twice.
            tuples.extend(order.chunks_exact(self.arity).take(self.count - tuples.len()).map(<[usize]>::to_vec));
        }
        tuples
    }
    /// Batches of `size` tuples without end, epoch after epoch, each epoch's from its end; a remainder smaller than a batch is left
    /// out.
    ///
    /// ```
    /// use symbolon_data::Tuples;
    /// let pairs = Tuples::new(0..20, 2, 7)?; // ten an epoch
    /// let batches: Vec<Vec<Vec<usize>>> = pairs.batches(4)?.take(3).collect();
    /// assert_eq!(batches[0], pairs.epoch(0)[6..]);
    /// assert_eq!(batches[1], pairs.epoch(0)[2..6]);
    /// assert_eq!(batches[2], pairs.epoch(1)[6..]);
    /// assert!(pairs.batches(11).is_err());
    /// # Ok::<(), symbolon_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) when an epoch holds no whole batch.
    pub fn batches(&self, size: usize) -> Result<impl Iterator<Item = Vec<Vec<usize>>> + use<>> {
        if size == 0 || size > self.count {
            let problem = format!("{size} out of {} tuples an epoch", self.count);
            return Err(request("batches of tuples", problem, "give a size from 1 to the tuples of an epoch"));
        }
        let tuples = self.clone();
        Ok((0..).flat_map(move |epoch| {
            tuples.epoch(epoch).rchunks_exact(size).map(<[Vec<usize>]>::to_vec).collect::<Vec<_>>()
        }))
    }
}
