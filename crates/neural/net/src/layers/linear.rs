//! `x W + b`.

use super::Init;
use crate::parameters;
use symbolon_tensor::{Rng, Tensor};

/// A linear map with an offset, if there is one.
#[derive(Clone, Debug)]
pub struct Linear {
    /// `[inputs, outputs]`: the orientation in which it is multiplied.
    pub weight: Tensor,
    /// `[outputs]`.
    pub bias: Option<Tensor>,
}
parameters!(Linear { weight, bias });

impl Linear {
    /// A layer with weights drawn as `init` says. An offset starts at zero, with [`Init::Uniform`] as the weights do.
    pub fn new(rng: &mut Rng, inputs: usize, outputs: usize, bias: bool, init: Init) -> Self {
        let weight = init.draw(rng, &[inputs, outputs], inputs, outputs);
        let start = if init == Init::Uniform { init } else { Init::Zero };
        let bias = bias.then(|| start.draw(rng, &[outputs], inputs, outputs));
        Self { weight, bias }
    }
    /// `[.., inputs]` to `[.., outputs]`.
    pub fn forward(&self, x: &Tensor) -> Tensor {
        x.linear(&self.weight, self.bias.as_ref())
    }
    /// How long the last axis of its inputs is.
    pub fn inputs(&self) -> usize {
        self.weight.size(0)
    }
    /// How long the last axis of its outputs is.
    pub fn outputs(&self) -> usize {
        self.weight.size(1)
    }
}
