//! Sequences of begin, inside and outside tags (as for names in a text) behind noise, for learning under a rule: what is inside
//! was begun before.

use symbolon_tensor::{DType, Rng, Tensor};

use crate::labelled::indices;

/// Names of the tags, in the order of their numbers.
pub const TAGS: [&str; 3] = ["b", "i", "o"];

/// Tagged sequences of equal length.
#[derive(Clone, Debug)]
pub struct Tagged {
    /// What is seen of each place: the tag's one-hot with normal noise, `[sequences * length, 3]`.
    pub seen: Tensor,
    /// The tag of each place, a number in [`TAGS`], sequence by sequence.
    pub labels: Vec<usize>,
}

impl Tagged {
    /// Random sequences: after outside a begin or an outside, after the others anything, each with equal chance. `noise` is the
    /// deviation of what is added to what is seen.
    ///
    /// ```
    /// use symbolon_data::Tagged;
    /// use symbolon_tensor::Rng;
    /// let data = Tagged::random(50, 6, 0.1, &mut Rng::new(0));
    /// assert_eq!(data.seen.shape(), [300, 3]);
    /// let begun = |s: &[usize]| s[0] != 1 && s.windows(2).all(|w| w != [2, 1]);
    /// assert!(data.labels.chunks(6).all(begun));
    /// assert_eq!(data.seen.argmax(1).to_vec::<i64>().iter().map(|&l| l as usize).collect::<Vec<_>>(), data.labels);
    /// ```
    pub fn random(sequences: usize, length: usize, noise: f64, rng: &mut Rng) -> Self {
        let mut labels = Vec::with_capacity(sequences * length);
        for _ in 0..sequences {
            let mut before = 2;
            for _ in 0..length {
                before = if before == 2 { [0, 2][rng.below(2)] } else { rng.below(3) };
                labels.push(before);
            }
        }
        let noise = rng.normal([labels.len(), TAGS.len()], DType::F32) * noise;
        Self { seen: indices(&labels).one_hot(TAGS.len(), DType::F32) + noise, labels }
    }
}
