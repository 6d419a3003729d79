//! Worlds in which the truth is planted.
#![allow(dead_code)] // each test file uses some of it

use symbolon_net::{Axis, Network, Result, SiteInfo, Trace, parameters};
use symbolon_tensor::optim::project::orthonormal;
use symbolon_tensor::{DType, Rng, Tensor};

const ROWS: [Axis; 2] = [Axis::Batch, Axis::Unit];

/// Turns its input by a rotation (site `hidden`), turns it back and answers whether the first two numbers agree in sign: each of
/// the two lives in one direction of `hidden`, everything else there is noise.
pub struct Agree {
    /// Orthonormal rows `[units, units]`: rows 0 and 1 hold the two numbers.
    pub axes: Tensor,
}
parameters!(Agree { axes });

impl Agree {
    pub fn new(units: usize, rng: &mut Rng) -> Self {
        Self { axes: orthonormal(&rng.normal([units, units], DType::F64)).unwrap() }
    }
}

impl Network for Agree {
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> Result<Tensor> {
        let h = trace.at("hidden", &ROWS, inputs[0].matmul(&self.axes))?;
        let z = h.matmul(&self.axes.t());
        let agree = z.get((.., 0)) * z.get((.., 1)) * 3.0;
        trace.at("logits", &ROWS, Tensor::stack(&[&-&agree, &agree], 1))
    }
    fn sites(&self) -> Vec<SiteInfo> {
        let units = Some(self.axes.size(0));
        vec![SiteInfo::new("hidden", &ROWS, &[None, units]), SiteInfo::new("logits", &ROWS, &[None, Some(2)])]
    }
    fn config(&self) -> serde_json::Value {
        serde_json::json!({ "kind": "agree", "units": self.axes.size(0) })
    }
}

/// Signs of two numbers for each example, and inputs of an [`Agree`] network that carry them beside noise.
pub fn agreeing(examples: usize, units: usize, rng: &mut Rng) -> (Vec<Vec<i64>>, Tensor) {
    let signs: Vec<Vec<i64>> = (0..examples).map(|_| (0..2).map(|_| 2 * rng.below(2) as i64 - 1).collect()).collect();
    let mut x = rng.normal([examples, units], DType::F64).to_vec::<f64>();
    for (row, s) in x.chunks_mut(units).zip(&signs) {
        (0..2).for_each(|i| row[i] = s[i] as f64 * (1.0 + 0.1 * row[i]));
    }
    (signs, Tensor::new(x, [examples, units]).unwrap())
}
