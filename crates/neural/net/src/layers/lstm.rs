//! Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000).

use super::{Init, Linear};
use crate::parameters;
use symbolon_tensor::{Rng, Tensor};

/// `i, f, o = σ(..)`, `g = tanh(..)`, `c' = f c + i g`, `h' = o tanh(c')`.
#[derive(Clone, Debug)]
pub struct Lstm {
    /// From inputs to the gates, in the order i, f, g, o: `[inputs, 4 hidden]`.
    pub input: Linear,
    /// From the state before.
    pub hidden: Linear,
}
parameters!(Lstm { input, hidden });

impl Lstm {
    /// A layer with weights as PyTorch draws them, and forget gates that start open (their offset is 1).
    pub fn new(rng: &mut Rng, inputs: usize, hidden: usize) -> Self {
        let draw = |rng: &mut Rng, from: usize| Init::Uniform.draw(rng, &[from, 4 * hidden], hidden, 4 * hidden);
        let (from_input, from_hidden) = (draw(rng, inputs), draw(rng, hidden));
        let open = |i: usize| if (hidden..2 * hidden).contains(&i) { 1.0f32 } else { 0.0 };
        let bias = Tensor::from((0..4 * hidden).map(open).collect::<Vec<f32>>());
        Self {
            input: Linear { weight: from_input, bias: Some(bias) },
            hidden: Linear { weight: from_hidden, bias: None },
        }
    }
    /// How many numbers its state has.
    pub fn size(&self) -> usize {
        self.hidden.inputs()
    }
    /// Zeros as a state before the first step: `h` and `c`, `[batch, hidden]`.
    pub fn start(&self, batch: usize) -> [Tensor; 2] {
        let zeros = Tensor::full_on([batch, self.size()], 0.0, self.hidden.weight.dtype(), self.hidden.weight.device());
        [zeros.clone(), zeros]
    }
    /// One step: `x` `[batch, inputs]` and the state before.
    pub fn step(&self, x: &Tensor, [h, c]: [Tensor; 2]) -> [Tensor; 2] {
        self.gated(self.input.forward(x), [h, c])
    }
    fn gated(&self, from_input: Tensor, [h, c]: [Tensor; 2]) -> [Tensor; 2] {
        let n = self.size();
        let all = from_input + self.hidden.forward(&h);
        let part = |i: usize| all.narrow(1, i * n..(i + 1) * n);
        let c = part(1).sigmoid() * c + part(0).sigmoid() * part(2).tanh();
        [part(3).sigmoid() * c.tanh(), c]
    }
    /// States after each step, `[batch, time, inputs]` to `[batch, time, hidden]`.
    pub fn forward(&self, x: &Tensor) -> Tensor {
        // All inputs at once: only the states have to wait for each other.
        let from_input = self.input.forward(x);
        let mut state = self.start(x.size(0));
        let mut all = Vec::with_capacity(x.size(1));
        for t in 0..x.size(1) {
            state = self.gated(from_input.narrow(1, t..t + 1).squeeze(1), state);
            all.push(state[0].clone());
        }
        Tensor::stack(&all.iter().collect::<Vec<_>>(), 1)
    }
}
