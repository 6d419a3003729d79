//! Layers that add, subtract, multiply and divide exactly, once their weights have found their corners.
//!
//! NAC and NALU (Trask et al. 2018, "Neural Arithmetic Logic Units", equations 1 and 2); NAU and NMU (Madsen and Johansen 2020,
//! "Neural Arithmetic Units"). None of them has an offset: zero inputs stay zero.

use super::Init;
use crate::error::{Error, Result};
use crate::parameters;
use serde::{Deserialize, Serialize};
use symbolon_tensor::{Rng, Tensor};

/// Added to absolute values before their logarithm is taken.
const EPSILON: f64 = 1e-7;

/// Sums and differences: `y = x W` with `W = tanh(Ŵ) σ(M̂)`, biased towards -1, 0 and 1.
#[derive(Clone, Debug)]
pub struct Nac {
    /// `Ŵ`, `[inputs, outputs]`.
    pub w_hat: Tensor,
    /// `M̂`, `[inputs, outputs]`.
    pub m_hat: Tensor,
}
parameters!(Nac { w_hat, m_hat });

impl Nac {
    /// Weights drawn as `init` says.
    pub fn new(rng: &mut Rng, inputs: usize, outputs: usize, init: Init) -> Self {
        let mut draw = || init.draw(rng, &[inputs, outputs], inputs, outputs);
        Self { w_hat: draw(), m_hat: draw() }
    }
    /// `W`, `[inputs, outputs]`.
    pub fn weight(&self) -> Tensor {
        self.w_hat.tanh() * self.m_hat.sigmoid()
    }
    /// `[batch, inputs]` to `[batch, outputs]`.
    pub fn forward(&self, x: &Tensor) -> Tensor {
        x.matmul(&self.weight())
    }
}

/// Sums beside products and powers, `m = exp(log(|x| + ε) W)`, and a gate between them: `y = g a + (1 - g) m`. The products are of
/// absolute values: signs are lost.
#[derive(Clone, Debug)]
pub struct Nalu {
    /// The sums, and the exponents of the products unless these have weights of their own.
    pub add: Nac,
    /// Exponents of the products, where they are not those of the sums.
    pub multiply: Option<Nac>,
    /// `G`, `[inputs, outputs]`.
    pub gate: Tensor,
    /// The largest exponent; infinite products are not held back without it.
    pub clip: Option<f64>,
}
parameters!(Nalu { add, multiply, gate });

impl Nalu {
    /// Weights drawn as `init` says; with `shared`, sums and products have the same, as in the paper.
    pub fn new(rng: &mut Rng, inputs: usize, outputs: usize, shared: bool, init: Init) -> Self {
        let add = Nac::new(rng, inputs, outputs, init);
        let multiply = (!shared).then(|| Nac::new(rng, inputs, outputs, init));
        Self { add, multiply, gate: init.draw(rng, &[inputs, outputs], inputs, outputs), clip: None }
    }
    /// The gate's openness for sums, `[batch, outputs]`.
    pub fn openness(&self, x: &Tensor) -> Tensor {
        x.matmul(&self.gate).sigmoid()
    }
    /// `[batch, inputs]` to `[batch, outputs]`.
    pub fn forward(&self, x: &Tensor) -> Tensor {
        let product = self.products(x);
        let open = self.openness(x);
        &open * self.add.forward(x) + (1.0 - &open) * product
    }
    /// The product side alone, `[batch, outputs]`, whatever the gate lets through.
    pub fn products(&self, x: &Tensor) -> Tensor {
        let exponent = (x.abs() + EPSILON).ln().matmul(&self.multiply.as_ref().unwrap_or(&self.add).weight());
        let exponent = match self.clip {
            Some(most) => exponent.clamp_max(most),
            None => exponent,
        };
        exponent.exp()
    }
    /// The share of inputs `[batch, inputs]` with a negative product whose product the first output gives the wrong sign; not a
    /// number where no product is negative.
    pub fn wrong_signs(&self, x: &Tensor) -> f64 {
        let said = self.products(x).get((.., 0)).to_vec::<f64>();
        let negative = x.prod_axis(1, false).to_vec::<f64>().into_iter().zip(said).filter(|(truth, _)| *truth < 0.0);
        let (wrong, all) =
            negative.fold((0usize, 0usize), |(wrong, all), (_, y)| (wrong + usize::from(y > 0.0), all + 1));
        wrong as f64 / all as f64
    }
    /// As [`forward`](Nalu::forward), but refuses what products get wrong: inputs of zero or below, results that are not finite.
    ///
    /// # Errors
    /// [`Error::Input`] with the row of the batch.
    pub fn strict(&self, x: &Tensor) -> Result<Tensor> {
        let refuse = |problem: String| Err(Error::Input { network: "nalu".into(), problem });
        let inputs = x.size(1).max(1);
        if let Some(at) = x.to_vec::<f64>().iter().position(|x| x.is_nan() || *x <= 0.0) {
            return refuse(format!(
                "row {} has an input of zero or below, which a logarithm has no answer to",
                at / inputs
            ));
        }
        let y = self.forward(x);
        match y.to_vec::<f64>().iter().position(|y| !y.is_finite()) {
            Some(at) => refuse(format!("row {} gives no finite number; `clip` holds exponents back", at / y.size(1))),
            None => Ok(y),
        }
    }
}

/// `w` within bounds; gradients pass as if there were none, so that a weight outside can come back.
fn bounded(w: &Tensor, low: f64, high: f64) -> Tensor {
    w + (w.detach().clamp(low, high) - w.detach())
}

/// Sums and differences with weights from -1 to 1 themselves: `y = x W`.
#[derive(Clone, Debug)]
pub struct Nau {
    /// `[inputs, outputs]`; used within -1 and 1.
    pub weight: Tensor,
}
parameters!(Nau { weight });

impl Nau {
    /// Weights uniform within `± min(1/2, sqrt(6 / (inputs + outputs)))`.
    pub fn new(rng: &mut Rng, inputs: usize, outputs: usize) -> Self {
        let bound = (6.0 / (inputs + outputs) as f64).sqrt().min(0.5);
        Self { weight: rng.uniform([inputs, outputs], -bound, bound, symbolon_tensor::DType::F32) }
    }
    /// The weights in use.
    pub fn weight(&self) -> Tensor {
        bounded(&self.weight, -1.0, 1.0)
    }
    /// `[batch, inputs]` to `[batch, outputs]`.
    pub fn forward(&self, x: &Tensor) -> Tensor {
        x.matmul(&self.weight())
    }
    /// How far weights are from -1, 0 and 1: the mean of `min(|w|, |1 - |w||)`.
    pub fn undecided(&self) -> Tensor {
        let w = self.weight().abs();
        w.minimum(&(1.0 - &w).abs()).mean()
    }
}

/// Products of a choice of inputs: `y_o = Π_i (W_io x_i + 1 - W_io)`.
#[derive(Clone, Debug)]
pub struct Nmu {
    /// `[inputs, outputs]`; used within 0 and 1.
    pub weight: Tensor,
}
parameters!(Nmu { weight });

impl Nmu {
    /// Weights uniform around one half, within `min(1/4, sqrt(3 / (inputs + outputs)))`.
    pub fn new(rng: &mut Rng, inputs: usize, outputs: usize) -> Self {
        let bound = (3.0 / (inputs + outputs) as f64).sqrt().min(0.25);
        Self { weight: rng.uniform([inputs, outputs], 0.5 - bound, 0.5 + bound, symbolon_tensor::DType::F32) }
    }
    /// The weights in use.
    pub fn weight(&self) -> Tensor {
        bounded(&self.weight, 0.0, 1.0)
    }
    /// `[batch, inputs]` to `[batch, outputs]`.
    pub fn forward(&self, x: &Tensor) -> Tensor {
        let w = self.weight().unsqueeze(0);
        (x.unsqueeze(-1) * &w + (1.0 - &w)).prod_axis(1, false)
    }
    /// How far weights are from 0 and 1: the mean of `min(w, 1 - w)`.
    pub fn undecided(&self) -> Tensor {
        let w = self.weight();
        w.minimum(&(1.0 - &w)).mean()
    }
}

/// Which arithmetic a layer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arithmetic {
    /// [`Nac`].
    Nac,
    /// [`Nalu`] with the same weights for sums and products.
    Nalu,
    /// [`Nalu`] with weights of their own for products, and exponents of at most 20.
    NaluApart,
    /// [`Nau`].
    Nau,
    /// [`Nmu`].
    Nmu,
}

/// A layer of any arithmetic.
// A network holds a handful: what the largest kind wastes in the others does not matter.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug)]
pub enum ArithmeticLayer {
    /// Sums and differences.
    Nac(Nac),
    /// Sums, products and a gate.
    Nalu(Nalu),
    /// Sums and differences.
    Nau(Nau),
    /// Products.
    Nmu(Nmu),
}

impl Arithmetic {
    /// A layer with weights of its own, drawn as its paper says.
    pub fn build(self, rng: &mut Rng, inputs: usize, outputs: usize) -> ArithmeticLayer {
        match self {
            Self::Nac => ArithmeticLayer::Nac(Nac::new(rng, inputs, outputs, Init::Xavier)),
            Self::Nalu => ArithmeticLayer::Nalu(Nalu::new(rng, inputs, outputs, true, Init::Xavier)),
            Self::NaluApart => {
                let apart = Nalu::new(rng, inputs, outputs, false, Init::Xavier);
                ArithmeticLayer::Nalu(Nalu { clip: Some(20.0), ..apart })
            }
            Self::Nau => ArithmeticLayer::Nau(Nau::new(rng, inputs, outputs)),
            Self::Nmu => ArithmeticLayer::Nmu(Nmu::new(rng, inputs, outputs)),
        }
    }
}

impl ArithmeticLayer {
    /// `[batch, inputs]` to `[batch, outputs]`.
    pub fn forward(&self, x: &Tensor) -> Tensor {
        match self {
            Self::Nac(l) => l.forward(x),
            Self::Nalu(l) => l.forward(x),
            Self::Nau(l) => l.forward(x),
            Self::Nmu(l) => l.forward(x),
        }
    }
    /// How far its weights are from where they should end, where training has to push them: NAU and NMU.
    pub fn undecided(&self) -> Option<Tensor> {
        match self {
            Self::Nau(l) => Some(l.undecided()),
            Self::Nmu(l) => Some(l.undecided()),
            Self::Nac(_) | Self::Nalu(_) => None,
        }
    }
}

parameters!(
    enum ArithmeticLayer {
        Nac(l),
        Nalu(l),
        Nau(l),
        Nmu(l),
    }
);
