//! Normalisation of vectors.

use crate::parameters;
use symbolon_tensor::{DType, Tensor};

/// `(x - mean) / sqrt(variance + ε) · weight + bias` over the last axis (Ba and others 2016).
#[derive(Clone, Debug)]
pub struct LayerNorm {
    /// `[width]`.
    pub weight: Tensor,
    /// `[width]`.
    pub bias: Option<Tensor>,
    /// Keeps the root away from zero.
    pub epsilon: f64,
}
parameters!(LayerNorm { weight, bias });

impl LayerNorm {
    /// Weight one, offset zero.
    pub fn new(width: usize, epsilon: f64) -> Self {
        let [weight, bias] = [Tensor::ones([width], DType::F32), Tensor::zeros([width], DType::F32)];
        Self { weight, bias: Some(bias), epsilon }
    }
    /// Same shape.
    pub fn forward(&self, x: &Tensor) -> Tensor {
        x.layer_norm(Some(&self.weight), self.bias.as_ref(), self.epsilon)
    }
}

/// `x / sqrt(mean of squares + ε) · weight` over the last axis (Zhang and Sennrich 2019).
#[derive(Clone, Debug)]
pub struct RmsNorm {
    /// `[width]`.
    pub weight: Tensor,
    /// Keeps the root away from zero.
    pub epsilon: f64,
}
parameters!(RmsNorm { weight });

impl RmsNorm {
    /// Weight one.
    pub fn new(width: usize, epsilon: f64) -> Self {
        Self { weight: Tensor::ones([width], DType::F32), epsilon }
    }
    /// Same shape.
    pub fn forward(&self, x: &Tensor) -> Tensor {
        x.rms_norm(Some(&self.weight), self.epsilon)
    }
}

/// Either.
// A network holds a few dozen: boxes would save nothing that counts.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug)]
pub enum Norm {
    /// With a mean.
    Layer(LayerNorm),
    /// Without.
    Rms(RmsNorm),
}

impl Norm {
    /// Same shape.
    pub fn forward(&self, x: &Tensor) -> Tensor {
        match self {
            Self::Layer(norm) => norm.forward(x),
            Self::Rms(norm) => norm.forward(x),
        }
    }
}

parameters!(
    enum Norm {
        Layer(norm),
        Rms(norm),
    }
);
