//! Dropout, which is there in training only.

use crate::trace::Trace;
use serde::{Deserialize, Serialize};
use symbolon_tensor::Tensor;

/// Zeros with this probability, what remains scaled up (Srivastava and others 2014). Passes whose [`Trace`] has a
/// source of noise ([`Trace::with_noise`]) are training passes; in all others it changes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Dropout(pub f64);

impl Dropout {
    /// Same shape.
    pub fn forward(self, x: Tensor, trace: &mut Trace) -> Tensor {
        match trace.noise() {
            Some(rng) if self.0 > 0.0 => rng.dropout(&x, self.0),
            _ => x,
        }
    }
}
