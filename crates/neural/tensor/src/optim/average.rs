//! Running averages of parameters, which often answer better than the parameters themselves.

use super::State;
use crate::tape::no_grad;
use crate::tensor::Tensor;

/// `average ← decay · average + (1 - decay) · parameter`.
#[derive(Clone, Debug)]
pub struct Average {
    decay: f64,
    values: Vec<Tensor>,
}

impl Average {
    /// Starts at the first parameters it sees.
    pub fn new(decay: f64) -> Self {
        Self { decay, values: Vec::new() }
    }
    /// Takes the parameters after a step in; they come in the same order every time.
    pub fn add(&mut self, parameters: &[&Tensor]) {
        if self.values.is_empty() {
            self.values = parameters.iter().map(|p| p.detach()).collect();
            return;
        }
        assert_eq!(self.values.len(), parameters.len(), "average: the number of parameters changed");
        no_grad(|| {
            for (a, p) in self.values.iter_mut().zip(parameters) {
                *a = &*a * self.decay + p.detach() * (1.0 - self.decay);
            }
        });
    }
    /// The averages, in the parameters' order.
    pub fn values(&self) -> &[Tensor] {
        &self.values
    }
    /// Everything it remembers.
    pub fn state(&self) -> State {
        self.values.iter().enumerate().map(|(i, v)| (format!("average.{i}"), v.clone())).collect()
    }
    /// Continues from a saved state.
    pub fn restore(&mut self, state: &State) {
        self.values = super::list(state, "average");
    }
}
