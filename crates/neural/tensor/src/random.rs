//! Random numbers: drawn on the processor from an explicit seed, the same on every machine.

use crate::dtype::DType;
use crate::shape::count;
use crate::tensor::Tensor;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng};

/// A seeded source of random tensors. The same seed and the same calls give the same bits.
///
/// ```
/// use symbolon_tensor::{DType, Rng};
/// let (mut a, mut b) = (Rng::new(7), Rng::new(7));
/// assert_eq!(a.normal([2, 3], DType::F32).to_vec::<f32>(), b.normal([2, 3], DType::F32).to_vec::<f32>());
/// let mut c = a.fork(); // an independent stream
/// assert_ne!(a.next_u64(), c.next_u64());
/// ```
#[derive(Clone, Debug)]
pub struct Rng {
    inner: ChaCha8Rng,
}

impl Rng {
    /// A source with this seed.
    pub fn new(seed: u64) -> Self {
        Self { inner: ChaCha8Rng::seed_from_u64(seed) }
    }
    /// Another source whose numbers have nothing to do with this one's.
    pub fn fork(&mut self) -> Self {
        Self::new(self.next_u64())
    }
    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.inner.next_u64()
    }
    /// A number from 0 (included) to 1 (not included).
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }
    /// A whole number below `n`, every one equally likely.
    ///
    /// # Panics
    /// When `n` is zero.
    pub fn below(&mut self, n: usize) -> usize {
        assert!(n > 0, "below: nothing lies below zero");
        // Numbers of the last, incomplete round are drawn again.
        let n = n as u64;
        let end = u64::MAX - (u64::MAX % n + 1) % n;
        loop {
            let v = self.next_u64();
            if v <= end {
                return (v % n) as usize;
            }
        }
    }
    /// Two numbers from the normal distribution (Box and Muller).
    pub fn pair(&mut self) -> [f64; 2] {
        let r = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        let (sin, cos) = (std::f64::consts::TAU * self.unit()).sin_cos();
        [r * cos, r * sin]
    }
    /// Numbers between `low` (included) and `high`, equally likely.
    pub fn uniform(&mut self, shape: impl AsRef<[usize]>, low: f64, high: f64, dtype: DType) -> Tensor {
        let shape = shape.as_ref();
        let v: Vec<f64> = (0..count(shape)).map(|_| low + (high - low) * self.unit()).collect();
        Tensor::of(v, shape).to(dtype)
    }
    /// Numbers from the normal distribution with mean 0 and deviation 1.
    pub fn normal(&mut self, shape: impl AsRef<[usize]>, dtype: DType) -> Tensor {
        let shape = shape.as_ref();
        let n = count(shape);
        let v: Vec<f64> = (0..n.div_ceil(2)).flat_map(|_| self.pair()).take(n).collect();
        Tensor::of(v, shape).to(dtype)
    }
    /// Truth values, true with probability `p`.
    pub fn bernoulli(&mut self, shape: impl AsRef<[usize]>, p: f64) -> Tensor {
        let shape = shape.as_ref();
        let v = (0..count(shape)).map(|_| self.unit() < p).collect();
        Tensor::from_bools(v, shape).expect("as many as asked for")
    }
    /// Indices below `n`.
    pub fn indices(&mut self, shape: impl AsRef<[usize]>, n: usize) -> Tensor {
        let shape = shape.as_ref();
        let v: Vec<i64> = (0..count(shape)).map(|_| self.below(n) as i64).collect();
        Tensor::of(v, shape)
    }
    /// `0..n` in random order.
    pub fn permutation(&mut self, n: usize) -> Tensor {
        let mut v: Vec<i64> = (0..n as i64).collect();
        for i in (1..n).rev() {
            v.swap(i, self.below(i + 1));
        }
        Tensor::from(v)
    }
    /// Samples indices from rows of probabilities `[.., classes]`.
    pub fn categorical(&mut self, probabilities: &Tensor) -> Tensor {
        let classes = probabilities.size(-1);
        let rows = probabilities.to_vec::<f64>();
        let drawn: Vec<i64> = (rows.chunks_exact(classes.max(1)))
            .map(|row| {
                let mut left = self.unit() * row.iter().sum::<f64>();
                let hit = row.iter().position(|p| {
                    left -= p;
                    left < 0.0
                });
                hit.unwrap_or_else(|| row.iter().rposition(|&p| p > 0.0).unwrap_or(0)) as i64
            })
            .collect();
        Tensor::of(drawn, &probabilities.shape()[..probabilities.rank() - 1])
    }
    /// Zeros with probability `p`, what remains scaled up to keep the mean.
    pub fn dropout(&mut self, x: &Tensor, p: f64) -> Tensor {
        if p <= 0.0 {
            return x.clone();
        }
        let keep = self.bernoulli(x.shape(), 1.0 - p).to_device(x.device()).to(x.dtype());
        x * (keep / (1.0 - p))
    }
    /// Where the source stands, for saving: see [`Rng::resume`].
    pub fn state(&self) -> ([u8; 32], u64, u128) {
        (self.inner.get_seed(), self.inner.get_stream(), self.inner.get_word_pos())
    }
    /// Continues where a saved source stood.
    pub fn resume(state: ([u8; 32], u64, u128)) -> Self {
        let mut inner = ChaCha8Rng::from_seed(state.0);
        inner.set_stream(state.1);
        inner.set_word_pos(state.2);
        Self { inner }
    }
}
