//! Convolution and pooling of images `[batch, channels, height, width]`.

use super::Init;
use crate::parameters;
use serde::{Deserialize, Serialize};
use symbolon_tensor::{Rng, Tensor, Windows};

/// A convolution.
#[derive(Clone, Debug)]
pub struct Conv2d {
    /// `[outputs, inputs / groups, height, width]`.
    pub weight: Tensor,
    /// `[outputs]`.
    pub bias: Option<Tensor>,
    /// Stride, padding, dilation and groups.
    pub windows: Windows,
}
parameters!(Conv2d { weight, bias });

impl Conv2d {
    /// A square kernel with weights drawn as `init` says; the offset starts as in [`Linear`](super::Linear).
    pub fn new(rng: &mut Rng, inputs: usize, outputs: usize, kernel: usize, windows: Windows, init: Init) -> Self {
        let seen = inputs / windows.groups.max(1);
        let (fan_in, fan_out) = (seen * kernel * kernel, outputs * kernel * kernel);
        let weight = init.draw(rng, &[outputs, seen, kernel, kernel], fan_in, fan_out);
        let start = if init == Init::Uniform { init } else { Init::Zero };
        Self { weight, bias: Some(start.draw(rng, &[outputs], fan_in, fan_out)), windows }
    }
    /// `[batch, inputs, height, width]` to `[batch, outputs, height', width']`.
    pub fn forward(&self, x: &Tensor) -> Tensor {
        x.conv2d(&self.weight, self.bias.as_ref(), self.windows)
    }
}

/// Square windows beside each other, each of which becomes one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pool {
    /// The largest.
    Max(usize),
    /// The mean.
    Mean(usize),
}

impl Pool {
    /// How high and wide a window is.
    pub fn size(self) -> usize {
        match self {
            Self::Max(n) | Self::Mean(n) => n,
        }
    }
    /// `[batch, channels, height, width]` to `[batch, channels, height / size, width / size]`, rounded down.
    pub fn forward(self, x: &Tensor) -> Tensor {
        match self {
            Self::Max(n) | Self::Mean(n) if n <= 1 => x.clone(),
            Self::Max(n) => x.max_pool2d([n, n], Windows::stride(n)),
            Self::Mean(n) => x.avg_pool2d([n, n], Windows::stride(n)),
        }
    }
}
