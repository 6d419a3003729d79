//! Vectors for tokens and positions.

use super::Init;
use crate::parameters;
use symbolon_tensor::{Rng, Tensor};

/// One vector for each of a number of things.
#[derive(Clone, Debug)]
pub struct Embedding {
    /// `[things, width]`.
    pub weight: Tensor,
}
parameters!(Embedding { weight });

impl Embedding {
    /// Normal vectors with deviation 0.02 (Radford and others 2019).
    pub fn new(rng: &mut Rng, things: usize, width: usize) -> Self {
        Self { weight: Init::Normal(0.02).draw(rng, &[things, width], things, width) }
    }
    /// Numbers `[..]` (`I64`, each below [`len`](Embedding::len)) to vectors `[.., width]`.
    pub fn forward(&self, indices: &Tensor) -> Tensor {
        self.weight.embedding(indices)
    }
    /// How many vectors there are.
    pub fn len(&self) -> usize {
        self.weight.size(0)
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// How long a vector is.
    pub fn width(&self) -> usize {
        self.weight.size(1)
    }
}
