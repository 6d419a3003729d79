//! Path methods: the difference to a baseline, distributed along a way.

use symbolon_tensor::Tensor;

use super::between::Between;
use super::manipulate::Manipulation;
use crate::error::{Error, Result};

/// The way from the baseline to the example.
#[derive(Clone, Debug, PartialEq)]
pub enum Path {
    /// A straight line, at the middles of so many equal steps: integrated gradients (Sundararajan et al. 2017).
    Straight {
        /// Gradients computed.
        steps: usize,
    },
    /// A few features at a time: see [`Manipulation`].
    Manipulation(Manipulation),
}

/// Parts of a difference.
#[derive(Clone, Debug)]
pub struct Attribution {
    /// The part of each number at the first place, of its shape.
    pub values: Tensor,
    /// How far the parts' sum is from the difference, as a share of it, for each example: infinite where there is no difference.
    pub gap: Vec<f64>,
    /// Gradients computed of each example, at most.
    pub gradients: usize,
}

impl Between<'_> {
    /// Distributes the difference between the example and `baseline` (of its shape, or one that broadcasts to it) along a path.
    ///
    /// # Errors
    /// [`Error::Setting`] for no steps, a baseline of another shape or equal to the example, a gradient that is not finite.
    pub fn along(&self, baseline: &Tensor, path: Path) -> Result<Attribution> {
        let x = self.start();
        let fits = baseline.rank() <= x.rank()
            && baseline.shape().iter().rev().zip(x.shape().iter().rev()).all(|(b, x)| b == x || *b == 1);
        if !fits {
            let problem = format!("a baseline of shape {:?} for {:?}", baseline.shape(), x.shape());
            return Err(Error::Setting { what: "attribution", problem });
        }
        let baseline = baseline.detach().to(x.dtype()).expand(x.shape());
        if (x - &baseline).abs().max().item() == 0.0 {
            return Err(Error::Setting { what: "attribution", problem: "the baseline is the example itself".into() });
        }
        let (values, gradients) = match &path {
            Path::Straight { steps: 0 } => {
                return Err(Error::Setting { what: "attribution", problem: "no steps; take at least 1".into() });
            }
            Path::Straight { steps } => (self.straight(&baseline, *steps)?, *steps),
            Path::Manipulation(how) => how.run(self, &baseline)?,
        };
        let whole = self.value_at(x)? - self.value_at(&baseline)?;
        let parts = values.reshape([x.size(0), x.len() / x.size(0)]).sum_axis(1, false);
        let gap = whole.to_vec::<f64>().into_iter().zip(parts.to_vec::<f64>());
        let gap =
            gap.map(|(whole, parts)| (parts - whole).abs() / whole.abs()).map(|g| if g.is_nan() { 0.0 } else { g });
        Ok(Attribution { values, gap: gap.collect(), gradients })
    }
    fn straight(&self, baseline: &Tensor, steps: usize) -> Result<Tensor> {
        let way = self.start() - baseline;
        let mut sum = way.zeros_like();
        for step in 0..steps {
            sum = sum + finite(self.gradient_at(&(baseline + &way * ((step as f64 + 0.5) / steps as f64)))?, step)?;
        }
        Ok(sum * (1.0 / steps as f64) * way)
    }
}

/// Refuses gradients that are none.
pub(super) fn finite(gradient: Tensor, step: usize) -> Result<Tensor> {
    match gradient.abs().sum().item().is_finite() {
        true => Ok(gradient),
        false => {
            Err(Error::Setting { what: "attribution", problem: format!("the gradient of step {step} is not finite") })
        }
    }
}
