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

/// One layer's keys and values in buffers `[batch, groups, room, head_width]` of which the first `length` positions count:
/// a new position is written into the room that is left, and buffers are doubled when there is none.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    keys_values: Option<(Tensor, Tensor)>,
    length: usize,
}

/// The smallest room of a buffer that is not as long as what it holds.
const ROOM: usize = 64;

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
        let wide = |x: Tensor| x.expand([n, x.size(1), x.size(2), x.size(3)]);
        let one = |kept: &Kept| {
            let keys_values = kept.filled().map(|(k, v)| (wide(k), wide(v)));
            Kept { keys_values, length: kept.length }
        };
        Self { layers: self.layers.iter().map(one).collect(), length: self.length }
    }
    /// Forgets all positions from `length` on.
    pub fn truncate(&mut self, length: usize) {
        for kept in &mut self.layers {
            kept.length = kept.length.min(length);
            if length == 0 {
                kept.keys_values = None;
            }
        }
        self.length = self.length.min(length);
    }
    pub(super) fn batch(&self) -> Option<usize> {
        self.layers.iter().find_map(|l| l.keys_values.as_ref()).map(|(k, _)| k.size(0))
    }
}

impl Kept {
    /// Keys and values so far.
    fn filled(&self) -> Option<(Tensor, Tensor)> {
        let (k, v) = self.keys_values.as_ref()?;
        Some((first(k, self.length), first(v, self.length)))
    }
    /// Adds new positions; gives all.
    pub fn append(&mut self, k: Tensor, v: Tensor) -> (Tensor, Tensor) {
        let before = self.length;
        self.length += k.size(2);
        let (k, v) = match self.keys_values.take() {
            None => (k, v),
            Some((all_k, all_v)) => (grown(all_k, before, &k), grown(all_v, before, &v)),
        };
        let all = (first(&k, self.length), first(&v, self.length));
        self.keys_values = Some((k, v));
        all
    }
}

/// The first positions, `[batch, groups, length, head_width]`.
fn first(x: &Tensor, length: usize) -> Tensor {
    if x.size(2) == length { x.clone() } else { x.narrow(2, ..length) }
}

/// A buffer with new positions behind the first `before` ones.
fn grown(buffer: Tensor, before: usize, new: &Tensor) -> Tensor {
    let length = before + new.size(2);
    if buffer.is_recorded() || new.is_recorded() {
        return Tensor::cat(&[&first(&buffer, before), new], 2);
    }
    let room = match length <= buffer.size(2) {
        true => buffer,
        false => {
            let room = length.next_power_of_two().max(ROOM);
            let shape = [buffer.size(0), buffer.size(1), room, buffer.size(3)];
            let larger = Tensor::full_on(shape, 0.0, buffer.dtype(), buffer.device());
            larger.set_owned((.., .., ..before), &first(&buffer, before))
        }
    };
    room.set_owned((.., .., before..length), new)
}
