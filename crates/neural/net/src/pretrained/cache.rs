//! Keys and values of the positions so far, so that the next one costs one position.

use symbolon_tensor::Tensor;

/// Keys and values of every layer for the positions that have been run.
///
/// A prefix that many continuations share is run once: clone the cache (which shares the numbers), or
/// [`repeat`](Cache::repeat) it for a batch.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    pub(super) layers: Vec<Kept>,
    pub(super) length: usize,
}

/// One layer's keys and values, `[batch, groups, position, head_width]`.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    keys_values: Option<(Tensor, Tensor)>,
}

impl Cache {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
    /// How many positions it holds.
    pub fn len(&self) -> usize {
        self.length
    }
    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }
    /// The same prefix for each of `n` sequences; from a cache of one sequence.
    pub fn repeat(&self, n: usize) -> Self {
        let wide = |x: &Tensor| x.expand([n, x.size(1), x.size(2), x.size(3)]);
        let layers =
            self.layers.iter().map(|l| Kept { keys_values: l.keys_values.as_ref().map(|(k, v)| (wide(k), wide(v))) });
        Self { layers: layers.collect(), length: self.length }
    }
    /// Forgets all positions from `length` on.
    pub fn truncate(&mut self, length: usize) {
        if length < self.length {
            for kept in &mut self.layers {
                kept.keys_values = match kept.keys_values.take() {
                    Some((k, v)) if length > 0 => Some((k.narrow(2, ..length), v.narrow(2, ..length))),
                    _ => None,
                };
            }
            self.length = length;
        }
    }
    pub(super) fn batch(&self) -> Option<usize> {
        self.layers.iter().find_map(|l| l.keys_values.as_ref()).map(|(k, _)| k.size(0))
    }
}

impl Kept {
    /// Adds new positions; gives all.
    pub fn append(&mut self, k: Tensor, v: Tensor) -> (Tensor, Tensor) {
        let (k, v) = match self.keys_values.take() {
            Some((before_k, before_v)) => (Tensor::cat(&[&before_k, &k], 2), Tensor::cat(&[&before_v, &v], 2)),
            None => (k, v),
        };
        self.keys_values = Some((k.clone(), v.clone()));
        (k, v)
    }
}
