//! MNIST-Half (Marconato and others 2023): sums of two digits below five, of which training shows four kinds of pairs only.
//!
//! The shown sums are explained by several readings of the digits, so that digits cannot all be told apart; a good model knows which.

use crate::error::Result;
use crate::{Labelled, Tuples};

/// The digits that occur.
pub const DIGITS: [usize; 5] = [0, 1, 2, 3, 4];

/// The pairs that training shows, in either order.
pub const SHOWN: [[usize; 2]; 4] = [[0, 0], [0, 1], [2, 3], [2, 4]];

/// At most `count` pairs of items, of the kinds that are [`SHOWN`] in training, or of all others; the first ones out of twelve
/// times as many random pairs.
///
/// ```
/// use symbolon_data::{half, mnist};
/// let digits = mnist::digits()?.train.of_classes(&half::DIGITS);
/// let (shown, others) = (half::pairs(&digits, true, 50, 7)?, half::pairs(&digits, false, 50, 7)?);
/// assert_eq!((shown.len(), others.len()), (50, 50));
/// let sum = |p: &Vec<usize>| digits.labels[p[0]] + digits.labels[p[1]];
/// assert!(shown.iter().all(|p| [0, 1, 5, 6].contains(&sum(p))));
/// assert!(others.iter().any(|p| sum(p) == 4));
/// # Ok::<(), symbolon_data::Error>(())
/// ```
///
/// # Errors
/// [`Error::Request`](crate::Error::Request) for fewer than two items.
pub fn pairs(data: &Labelled, shown: bool, count: usize, seed: u64) -> Result<Vec<Vec<usize>>> {
    let is_shown = |p: &Vec<usize>| {
        let [a, b] = [data.labels[p[0]], data.labels[p[1]]];
        SHOWN.contains(&[a, b]) || SHOWN.contains(&[b, a])
    };
    let all = Tuples::new(0..data.len(), 2, seed)?.count(12 * count).epoch(0);
    Ok(all.into_iter().filter(|p| is_shown(p) == shown).take(count).collect())
}
