//! Gradient descent, with momentum if wanted.

use super::{Group, Optimiser, State, fits, get, list, settings};
use crate::error::Result;
use crate::tape::no_grad;
use crate::tensor::Tensor;

/// `v ← momentum · v + g`, `w ← w - rate · v`; with Nesterov's look-ahead `w ← w - rate · (g + momentum · v)`.
#[derive(Clone, Debug)]
pub struct Sgd {
    rate: f64,
    momentum: f64,
    nesterov: bool,
    decay: f64,
    groups: Vec<Group>,
    factor: f64,
    velocity: Vec<Tensor>,
}

impl Sgd {
    /// Plain gradient descent.
    pub fn new(rate: f64) -> Self {
        Self { rate, momentum: 0.0, nesterov: false, decay: 0.0, groups: Vec::new(), factor: 1.0, velocity: Vec::new() }
    }
    /// With momentum.
    pub fn with_momentum(self, momentum: f64) -> Self {
        Self { momentum, ..self }
    }
    /// With Nesterov's momentum.
    pub fn with_nesterov(self, momentum: f64) -> Self {
        Self { momentum, nesterov: true, ..self }
    }
    /// With `decay · w` added to the gradient.
    pub fn with_decay(self, decay: f64) -> Self {
        Self { decay, ..self }
    }
    /// Another rate and decay for the parameters at these places.
    pub fn group(mut self, places: std::ops::Range<usize>, rate: f64, decay: f64) -> Self {
        self.groups.push(Group { from: places.start, to: places.end, rate, decay });
        self
    }
}

impl Optimiser for Sgd {
    fn step(&mut self, parameters: &mut [&mut Tensor], gradients: &[Tensor]) {
        assert_eq!(parameters.len(), gradients.len(), "sgd: one gradient for each parameter");
        let first = self.velocity.is_empty();
        for (i, (p, g)) in parameters.iter_mut().zip(gradients).enumerate() {
            fits("sgd", i, p, g);
            let (rate, decay) = settings(&self.groups, i, self.rate, self.decay);
            let w = p.detach();
            let new = no_grad(|| {
                let g = if decay == 0.0 { g.detach() } else { g.detach() + &w * decay };
                let step = match self.momentum {
                    0.0 => g,
                    m => {
                        let v = if first { g.clone() } else { &self.velocity[i] * m + &g };
                        let step = if self.nesterov { g + &v * m } else { v.clone() };
                        if first {
                            self.velocity.push(v)
                        } else {
                            self.velocity[i] = v
                        }
                        step
                    }
                };
                w - step * (rate * self.factor)
            });
            p.set_raw(new.raw);
        }
    }
    fn set_factor(&mut self, factor: f64) {
        self.factor = factor;
    }
    fn state(&self) -> State {
        let mut state: State =
            self.velocity.iter().enumerate().map(|(i, v)| (format!("sgd.velocity.{i}"), v.detach())).collect();
        state.insert("sgd.momentum".into(), Tensor::scalar(self.momentum));
        state
    }
    fn restore(&mut self, state: &State) -> Result<()> {
        get(state, "sgd.momentum")?;
        self.velocity = list(state, "sgd.velocity");
        Ok(())
    }
}
