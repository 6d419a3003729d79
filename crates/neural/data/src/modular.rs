//! Addition modulo a prime: all pairs, as the sum of two one-hot vectors.
//!
//! The input of `(x, y)` is the input of `(y, x)`: a split that puts them on different sides tells a network the answers of the
//! other side. [`Modular::split`] keeps them together; [`Modular::leaky_split`] does what released code did, to show the leak.

use crate::draw::{epoch_rng, shuffle};
use crate::error::{Result, request};
use symbolon_tensor::Tensor;

/// Pairs of numbers below `p`, and their sums modulo `p`.
#[derive(Clone, Debug, PartialEq)]
pub struct Modular {
    /// The modulus.
    pub p: usize,
    /// Pairs.
    pub pairs: Vec<[usize; 2]>,
    /// How often each pair counts in a mean: 2 where it stands for `(x, y)` and `(y, x)`.
    pub weights: Vec<f64>,
}

impl Modular {
    /// Every pair `x <= y` once.
    ///
    /// ```
    /// let all = symbolon_data::Modular::all(5)?;
    /// assert_eq!(all.pairs.len(), 15);
    /// assert_eq!(all.weights.iter().sum::<f64>(), 25.0);
    /// assert_eq!(all.inputs().get(1).to_vec::<f32>(), [1.0, 1.0, 0.0, 0.0, 0.0]);
    /// # Ok::<(), symbolon_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) for a modulus that is even or below 3: its frequencies do not come in pairs.
    pub fn all(p: usize) -> Result<Self> {
        if p < 3 || p.is_multiple_of(2) {
            return Err(request("modulus", p.to_string(), "give an odd number of at least 3"));
        }
        let pairs: Vec<[usize; 2]> = (0..p).flat_map(|x| (x..p).map(move |y| [x, y])).collect();
        Ok(Self::of(p, pairs, both_orders))
    }
    fn of(p: usize, pairs: Vec<[usize; 2]>, weight: impl Fn(&[usize; 2]) -> f64) -> Self {
        let weights = pairs.iter().map(weight).collect();
        Self { p, pairs, weights }
    }
    /// Two sets that have no pair in common, in either order; the first has a `share` of them.
    ///
    /// # Errors
    /// As [`Modular::all`], and when a side would be empty.
    pub fn split(p: usize, share: f64, seed: u64) -> Result<[Self; 2]> {
        let all = Self::all(p)?;
        let [first, second] = cut(all.pairs, share, seed)?;
        Ok([Self::of(p, first, both_orders), Self::of(p, second, both_orders)])
    }
    /// Ordered pairs split at random: of most pairs in the second set, the first has the mirror image, which is the same input.
    ///
    /// # Errors
    /// As [`Modular::split`].
    pub fn leaky_split(p: usize, share: f64, seed: u64) -> Result<[Self; 2]> {
        let all = Self::all(p)?;
        let both = all.pairs.iter().flat_map(|&[x, y]| if x == y { vec![[x, y]] } else { vec![[x, y], [y, x]] });
        let [first, second] = cut(both.collect(), share, seed)?;
        Ok([Self::of(p, first, |_| 1.0), Self::of(p, second, |_| 1.0)])
    }
    /// Sums of two one-hot vectors, `[pairs, p]`.
    pub fn inputs(&self) -> Tensor {
        let mut rows = vec![0.0f32; self.pairs.len() * self.p];
        for (row, pair) in rows.chunks_mut(self.p).zip(&self.pairs) {
            pair.iter().for_each(|&x| row[x] += 1.0);
        }
        Tensor::new(rows, [self.pairs.len(), self.p]).expect("a row for each pair")
    }
    /// `(x + y) mod p` of each pair.
    pub fn sums(&self) -> Vec<usize> {
        self.pairs.iter().map(|[x, y]| (x + y) % self.p).collect()
    }
    /// The share of ordered pairs whose largest logit is their sum's; logits are `[pairs, p]`.
    pub fn accuracy(&self, logits: &Tensor) -> f64 {
        let right =
            logits.argmax(1).to_vec::<i64>().into_iter().zip(self.sums()).map(|(a, b)| f64::from(a == b as i64));
        right.zip(&self.weights).map(|(r, w)| r * w).sum::<f64>() / self.weights.iter().sum::<f64>()
    }
    /// The mean cross-entropy over ordered pairs, one number; logits are `[pairs, p]`.
    pub fn loss(&self, logits: &Tensor) -> Tensor {
        let sums = crate::labelled::indices(&self.sums()).unsqueeze(1);
        let losses = logits.logsumexp(1, false) - logits.gather(1, &sums).squeeze(1);
        (losses * self.shares()).sum()
    }
    /// Weights that add up to one, `[pairs]`: the mean over ordered pairs.
    pub fn shares(&self) -> Tensor {
        let total: f64 = self.weights.iter().sum();
        Tensor::from(self.weights.iter().map(|w| (w / total) as f32).collect::<Vec<f32>>())
    }
}

/// How many ordered pairs a pair `x <= y` stands for.
fn both_orders([x, y]: &[usize; 2]) -> f64 {
    if x == y { 1.0 } else { 2.0 }
}

fn cut(mut pairs: Vec<[usize; 2]>, share: f64, seed: u64) -> Result<[Vec<[usize; 2]>; 2]> {
    shuffle(&mut pairs, &mut epoch_rng(seed, 0));
    let first = (pairs.len() as f64 * share).round() as usize;
    if !(share.is_finite() && 0 < first && first < pairs.len()) {
        return Err(request(
            "share",
            share.to_string(),
            "give a number between 0 and 1 that leaves pairs on both sides",
        ));
    }
    let second = pairs.split_off(first);
    Ok([pairs, second])
}
