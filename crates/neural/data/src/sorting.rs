//! Sequences to be sorted: the smallest task for which a network has to look at all positions at once.

use symbolon_tensor::{Rng, Tensor};

/// Random sequences of labels below `labels`, and the same ones sorted: both `[sequences, length]`, `I64`.
///
/// ```
/// let [x, sorted] = symbolon_data::sorting(20, 8, 10, &mut symbolon_tensor::Rng::new(1));
/// for (x, sorted) in x.to_vec::<i64>().chunks(8).zip(sorted.to_vec::<i64>().chunks(8)) {
///     assert!(sorted.is_sorted() && x.iter().all(|l| (0..10).contains(l)));
///     let count = |list: &[i64], l: i64| list.iter().filter(|v| **v == l).count();
///     assert!((0..10).all(|l| count(x, l) == count(sorted, l)));
/// }
/// ```
///
/// # Panics
/// When there are no labels.
#[track_caller]
pub fn sorting(sequences: usize, length: usize, labels: usize, rng: &mut Rng) -> [Tensor; 2] {
    let x: Vec<i64> = (0..sequences * length).map(|_| rng.below(labels) as i64).collect();
    let mut sorted = x.clone();
    sorted.chunks_mut(length.max(1)).for_each(<[i64]>::sort_unstable);
    [x, sorted].map(|list| Tensor::from(list).reshape([sequences, length]))
}
