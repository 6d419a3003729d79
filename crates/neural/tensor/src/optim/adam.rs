//! Adam and AdamW (Kingma and Ba 2015; Loshchilov and Hutter 2019), fused into one pass over memory.

use super::{Group, Optimiser, State, fits, get, list, settings};
use crate::dtype::DType;
use crate::engine::{self, Number};
use crate::error::{Error, Result};
use crate::kernels::{PIECE, vectorised, worth_threads};
use crate::tensor::Tensor;
use rayon::prelude::*;
use rustfft::num_traits::Float;

/// Adam: steps of the size of the rate, in the direction of the mean gradient over its spread.
#[derive(Clone, Debug)]
pub struct Adam {
    rate: f64,
    betas: [f64; 2],
    epsilon: f64,
    decay: f64,
    decoupled: bool,
    groups: Vec<Group>,
    factor: f64,
    steps: u64,
    mean: Vec<Tensor>,
    square: Vec<Tensor>,
}

impl Adam {
    /// Adam with β = (0.9, 0.999) and ε = 1e-8.
    pub fn new(rate: f64) -> Self {
        Self {
            rate,
            betas: [0.9, 0.999],
            epsilon: 1e-8,
            decay: 0.0,
            decoupled: true,
            groups: Vec::new(),
            factor: 1.0,
            steps: 0,
            mean: Vec::new(),
            square: Vec::new(),
        }
    }
    /// AdamW: weights shrink by `rate * decay` each step, apart from the gradient.
    pub fn with_decay(self, decay: f64) -> Self {
        Self { decay, decoupled: true, ..self }
    }
    /// Decay as an addition to the gradient, as in the first Adam.
    pub fn with_penalty(self, decay: f64) -> Self {
        Self { decay, decoupled: false, ..self }
    }
    /// Other running means.
    pub fn with_betas(self, first: f64, second: f64) -> Self {
        Self { betas: [first, second], ..self }
    }
    /// Another stabiliser.
    pub fn with_epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }
    /// Another rate and decay for the parameters at these places.
    pub fn group(mut self, places: std::ops::Range<usize>, rate: f64, decay: f64) -> Self {
        self.groups.push(Group { from: places.start, to: places.end, rate, decay });
        self
    }
}

/// What one pass needs to know.
#[derive(Clone, Copy)]
struct Pass<T> {
    b1: T,
    b2: T,
    /// Rate over the first correction.
    step: T,
    /// One over the root of the second correction.
    root: T,
    epsilon: T,
    /// What weights are multiplied with.
    keep: T,
    /// What of the weight is added to the gradient.
    penalty: T,
}

impl<T: Float> Pass<T> {
    #[inline(always)]
    fn run(self, w: &mut [T], g: &[T], m: &mut [T], v: &mut [T]) {
        let one = T::one();
        for (((w, &g), m), v) in w.iter_mut().zip(g).zip(m).zip(v) {
            let g = g + self.penalty * *w;
            *m = self.b1 * *m + (one - self.b1) * g;
            *v = self.b2 * *v + (one - self.b2) * g * g;
            *w = *w * self.keep - self.step * *m / ((*v).sqrt() * self.root + self.epsilon);
        }
    }
}

impl Adam {
    fn pass<T: Float>(&self, i: usize) -> Pass<T> {
        let of = |x: f64| T::from(x).expect("a real number");
        let (rate, decay) = settings(&self.groups, i, self.rate, self.decay);
        let (rate, t) = (rate * self.factor, self.steps as f64);
        let [b1, b2] = self.betas;
        Pass {
            b1: of(b1),
            b2: of(b2),
            step: of(rate / (1.0 - b1.powf(t))),
            root: of(1.0 / (1.0 - b2.powf(t)).sqrt()),
            epsilon: of(self.epsilon),
            keep: of(if self.decoupled { 1.0 - rate * decay } else { 1.0 }),
            penalty: of(if self.decoupled { 0.0 } else { decay }),
        }
    }
    fn apply<T: Number + Float>(&mut self, i: usize, p: &mut Tensor, g: &Tensor) {
        let pass = self.pass::<T>(i);
        let g = engine::dense(&g.raw);
        let g = engine::slice::<T>(&g);
        let (mean, square) = (&mut self.mean[i], &mut self.square[i]);
        p.modify::<T>(|w| {
            mean.modify::<T>(|m| {
                square.modify::<T>(|v| match worth_threads(w.len()) {
                    true => (w.par_chunks_mut(PIECE).zip(g.par_chunks(PIECE)))
                        .zip(m.par_chunks_mut(PIECE).zip(v.par_chunks_mut(PIECE)))
                        .for_each(|((w, g), (m, v))| vectorised(|| pass.run(w, g, m, v))),
                    false => vectorised(|| pass.run(w, g, m, v)),
                });
            });
        });
    }
    /// The same through tensor operations, for other devices: the reference of the fused pass.
    fn apply_composed(&mut self, i: usize, p: &mut Tensor, g: &Tensor) {
        let c = self.pass::<f64>(i);
        let w = p.detach();
        let g = g.detach() + &w * c.penalty;
        self.mean[i] = &self.mean[i] * c.b1 + &g * (1.0 - c.b1);
        self.square[i] = &self.square[i] * c.b2 + g.square() * (1.0 - c.b2);
        let step = &self.mean[i] * c.step / (self.square[i].sqrt() * c.root + c.epsilon);
        p.set_raw((w * c.keep - step).raw);
    }
}

impl Optimiser for Adam {
    fn step(&mut self, parameters: &mut [&mut Tensor], gradients: &[Tensor]) {
        assert_eq!(parameters.len(), gradients.len(), "adam: one gradient for each parameter");
        if self.mean.is_empty() {
            self.mean = parameters.iter().map(|p| p.zeros_like()).collect();
            self.square = self.mean.iter().map(Tensor::zeros_like).collect();
        }
        assert_eq!(self.mean.len(), parameters.len(), "adam: the number of parameters changed");
        self.steps += 1;
        for (i, (p, g)) in parameters.iter_mut().zip(gradients).enumerate() {
            fits("adam", i, p, g);
            match (engine::on_cpu(&p.raw), p.dtype()) {
                (true, DType::F32) => self.apply::<f32>(i, p, g),
                (true, DType::F64) => self.apply::<f64>(i, p, g),
                _ => self.apply_composed(i, p, g),
            }
        }
    }
    fn set_factor(&mut self, factor: f64) {
        self.factor = factor;
    }
    fn state(&self) -> State {
        let mut state = State::new();
        state.insert("adam.steps".into(), Tensor::scalar(self.steps as i64));
        for (i, (m, v)) in self.mean.iter().zip(&self.square).enumerate() {
            state.insert(format!("adam.mean.{i}"), m.detach());
            state.insert(format!("adam.square.{i}"), v.detach());
        }
        state
    }
    fn restore(&mut self, state: &State) -> Result<()> {
        let steps = get(state, "adam.steps")?.to_vec::<i64>();
        let (mean, square) = (list(state, "adam.mean"), list(state, "adam.square"));
        let same = mean.len() == square.len() && mean.iter().zip(&square).all(|(m, v)| m.shape() == v.shape());
        match (steps.as_slice(), same) {
            ([n], true) if *n >= 0 => {
                (self.steps, self.mean, self.square) = (*n as u64, mean, square);
                Ok(())
            }
            _ => Err(Error::State("means and squares do not belong together".into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fused_pass_is_the_composed_one() {
        for (adam, dtype) in [
            (Adam::new(0.01).with_decay(0.1), DType::F64),
            (Adam::new(0.01).with_penalty(0.1), DType::F64),
            (Adam::new(0.01).group(0..1, 0.02, 0.3), DType::F32),
        ] {
            let (mut a, mut b) = (adam.clone(), adam);
            let mut rng = crate::Rng::new(1);
            let start = rng.normal([50_000], dtype);
            let (mut x, mut y) = (start.variable(), start.variable());
            b.mean = vec![start.zeros_like()];
            b.square = vec![start.zeros_like()];
            for _ in 0..3 {
                let g = rng.normal([50_000], dtype);
                a.step(&mut [&mut x], std::slice::from_ref(&g));
                b.steps += 1;
                b.apply_composed(0, &mut y, &g);
            }
            assert!(x.is_close(&y, 1e-6, 1e-6));
        }
    }
}
