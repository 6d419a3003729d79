//! Which items to learn from and which to be judged on.

use crate::draw::{epoch_rng, shuffle};
use crate::error::{Result, request};
use std::collections::BTreeSet;
use symbolon_tensor::Rng;

/// Item numbers in two parts without a common item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// For training, in random order.
    pub train: Vec<usize>,
    /// Held out, in random order.
    pub held_out: Vec<usize>,
}

/// Random items, each in one of several parts of these sizes; where there are too few, the last parts are smaller.
///
/// ```
/// let [fit, test] = symbolon_data::parts(10, [6, 6], &mut symbolon_tensor::Rng::new(1));
/// assert_eq!((fit.len(), test.len()), (6, 4));
/// assert!(test.iter().all(|i| *i < 10 && !fit.contains(i)));
/// ```
pub fn parts<const N: usize>(items: usize, sizes: [usize; N], rng: &mut Rng) -> [Vec<usize>; N] {
    let mut order = rng.permutation(items).to_vec::<i64>().into_iter().map(|i| i as usize);
    sizes.map(|size| order.by_ref().take(size).collect())
}

/// Marks `share` of the items of each kind, rounded down, at random: whether an item is for training, where items of a kind
/// belong together.
///
/// ```
/// let marked = symbolon_data::of_each_kind(&["a", "b", "a", "b", "b", "a"], 0.7, &mut symbolon_tensor::Rng::new(1));
/// assert_eq!([0, 2, 5].iter().filter(|i| marked[**i]).count(), 2);
/// assert_eq!(marked.iter().filter(|m| **m).count(), 4);
/// ```
pub fn of_each_kind<T: Ord>(kinds: &[T], share: f64, rng: &mut Rng) -> Vec<bool> {
    let mut marked = vec![false; kinds.len()];
    for kind in kinds.iter().collect::<BTreeSet<_>>() {
        let of: Vec<usize> = (0..kinds.len()).filter(|&i| kinds[i] == *kind).collect();
        // A share that is whole in theory must not be cut by rounding.
        let count = (of.len() as f64 * share + 1e-9) as usize;
        let order = rng.permutation(of.len()).to_vec::<i64>();
        order.into_iter().take(count).for_each(|i| marked[of[i as usize]] = true);
    }
    marked
}

impl Split {
    /// Holds out a share (0 to 1) of the items, of each class the same share, rounded to whole items of each class.
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) when the share is not between 0 and 1.
    ///
    /// ```
    /// let split = symbolon_data::Split::stratified(&[0, 0, 0, 0, 1, 1, 1, 1], 0.25, 7).unwrap();
    /// assert_eq!((split.train.len(), split.held_out.len()), (6, 2)); // one of each class is held out
    /// ```
    pub fn stratified(labels: &[usize], held_out: f64, seed: u64) -> Result<Self> {
        if !(0.0..=1.0).contains(&held_out) {
            return Err(request("held-out share", held_out.to_string(), "give a number from 0 to 1"));
        }
        let mut rng = epoch_rng(seed, 0);
        let mut order: Vec<usize> = (0..labels.len()).collect();
        shuffle(&mut order, &mut rng);
        order.sort_by_key(|&i| labels[i]);
        let mut split = Self { train: Vec::new(), held_out: Vec::new() };
        for class in order.chunk_by(|&a, &b| labels[a] == labels[b]) {
            let (out, kept) = class.split_at((class.len() as f64 * held_out).round() as usize);
            split.held_out.extend(out);
            split.train.extend(kept);
        }
        shuffle(&mut split.train, &mut rng);
        shuffle(&mut split.held_out, &mut rng);
        Ok(split)
    }
    /// Fold `fold` of `folds`: every so-many-th of `items` numbers is held out, in order.
    ///
    /// ```
    /// use symbolon_data::Split;
    /// let folds = [0, 1, 2].map(|fold| Split::fold(7, 3, fold));
    /// assert_eq!(folds[1].held_out, [1, 4]);
    /// assert_eq!(folds[1].train, [0, 2, 3, 5, 6]);
    /// ```
    ///
    /// # Panics
    /// When there are no folds.
    pub fn fold(items: usize, folds: usize, fold: usize) -> Self {
        let (held_out, train) = (0..items).partition(|i| i % folds == fold);
        Self { train, held_out }
    }
}
