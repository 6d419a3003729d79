//! Where weights start.

use symbolon_tensor::{DType, Rng, Tensor};

/// How weights are drawn. `inputs` and `outputs` are what one unit sees and feeds (its fan-in and fan-out).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Uniform within `± 1 / sqrt(inputs)`: what PyTorch's linear and convolution layers start from.
    Uniform,
    /// Normal with deviation `sqrt(2 / inputs)`, for ReLU (He and others 2015, equation 10).
    Kaiming,
    /// Uniform within `± sqrt(6 / (inputs + outputs))`, for tanh and the like (Glorot and Bengio 2010, equation 16).
    Xavier,
    /// Normal with this deviation.
    Normal(f64),
    /// Zeros.
    Zero,
}

impl Init {
    /// Draws a tensor.
    pub fn draw(self, rng: &mut Rng, shape: &[usize], inputs: usize, outputs: usize) -> Tensor {
        let inputs = inputs.max(1) as f64;
        let within = |rng: &mut Rng, bound: f64| rng.uniform(shape, -bound, bound, DType::F32);
        match self {
            Self::Uniform => within(rng, 1.0 / inputs.sqrt()),
            Self::Kaiming => rng.normal(shape, DType::F32) * (2.0 / inputs).sqrt(),
            Self::Xavier => within(rng, (6.0 / (inputs + outputs as f64)).sqrt()),
            Self::Normal(deviation) => rng.normal(shape, DType::F32) * deviation,
            Self::Zero => Tensor::zeros(shape, DType::F32),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads_are_those_of_the_papers() {
        let spread = |init: Init| {
            let x = init.draw(&mut Rng::new(0), &[200, 300], 200, 300);
            (x.std_axes(&[], false, 0).item(), x.abs().max().item())
        };
        let near = |a: f64, b: f64| assert!((a - b).abs() < 0.02 * b, "{a} {b}");
        near(spread(Init::Kaiming).0, 0.1);
        near(spread(Init::Normal(0.02)).0, 0.02);
        near(spread(Init::Xavier).0, (2.0f64 / 500.0).sqrt());
        near(spread(Init::Uniform).1, 1.0 / 200f64.sqrt());
        assert_eq!(spread(Init::Zero).1, 0.0);
    }
}
