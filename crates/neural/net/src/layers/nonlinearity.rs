//! What stands between linear maps.

use serde::{Deserialize, Serialize};
use symbolon_tensor::Tensor;

/// A function of single numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nonlinearity {
    /// `max(x, 0)`.
    #[default]
    Relu,
    /// `x Φ(x)` (Hendrycks and Gimpel 2016).
    Gelu,
    /// The approximation of GELU by a hyperbolic tangent, which GPT-2 uses.
    GeluTanh,
    /// `x σ(x)`, also called swish.
    Silu,
    /// Hyperbolic tangent.
    Tanh,
    /// `1 / (1 + e^-x)`.
    Sigmoid,
}

impl Nonlinearity {
    /// Same shape.
    pub fn forward(self, x: &Tensor) -> Tensor {
        match self {
            Self::Relu => x.relu(),
            Self::Gelu => x.gelu(),
            Self::GeluTanh => x.gelu_tanh(),
            Self::Silu => x.silu(),
            Self::Tanh => x.tanh(),
            Self::Sigmoid => x.sigmoid(),
        }
    }
}
