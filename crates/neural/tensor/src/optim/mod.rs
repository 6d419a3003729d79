//! Optimisers, schedules and what goes with them.
//!
//! An [`Optimiser`] changes variables in place, given their gradients in the same order; it never looks at a graph.
//! Moments are kept in the parameters' own kind of number. Its whole state is a map of tensors, which goes into a
//! safetensors file and comes back bit for bit.
//!
//! ```
//! use symbolon_tensor::{DType, Tensor, optim::{Adam, Optimiser}};
//! let mut w = Tensor::zeros([2], DType::F32).variable();
//! let target = Tensor::from([1.0f32, -2.0]);
//! let mut adam = Adam::new(0.1);
//! for _ in 0..300 {
//!     let loss = (&w - &target).square().sum();
//!     let grads = loss.grad(&[&w]);
//!     drop(loss); // nothing else looks at `w`: it is changed where it lies
//!     adam.step(&mut [&mut w], &grads);
//! }
//! assert!(w.is_close(&target, 1e-3, 0.0));
//! ```

mod adam;
mod average;
mod clip;
mod lbfgs;
pub mod project;
mod schedule;
mod sgd;

pub use adam::Adam;
pub use average::Average;
pub use clip::{clip_norm, clip_value};
pub use lbfgs::{Lbfgs, Outcome, Why};
pub use schedule::Schedule;
pub use sgd::Sgd;

use crate::engine;
use crate::error::{Error, Result};
use crate::tensor::Tensor;
use std::collections::BTreeMap;

/// Everything an optimiser remembers, by name.
pub type State = BTreeMap<String, Tensor>;

/// Something that improves variables from their gradients.
pub trait Optimiser {
    /// One step: changes the variables in place. Parameters come in the same order every time.
    ///
    /// # Panics
    /// When a gradient's shape or kind is not its parameter's, or when the number of parameters changes.
    fn step(&mut self, parameters: &mut [&mut Tensor], gradients: &[Tensor]);
    /// Multiplies every rate from now on: what a [`Schedule`] says. 1 at the start.
    fn set_factor(&mut self, factor: f64);
    /// Everything it remembers.
    fn state(&self) -> State;
    /// Continues from a saved state.
    ///
    /// # Errors
    /// [`Error::State`] when the state is another optimiser's or incomplete.
    fn restore(&mut self, state: &State) -> Result<()>;
}

/// Settings for some of the parameters.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) rate: f64,
    pub(crate) decay: f64,
}

/// The rate and decay of parameter `i`: the last group that names it, else the defaults.
pub(crate) fn settings(groups: &[Group], i: usize, rate: f64, decay: f64) -> (f64, f64) {
    groups.iter().rev().find(|g| (g.from..g.to).contains(&i)).map_or((rate, decay), |g| (g.rate, g.decay))
}

#[track_caller]
pub(crate) fn fits(name: &str, i: usize, p: &Tensor, g: &Tensor) {
    assert_eq!(p.shape(), g.shape(), "{name}: gradient of parameter {i}");
    assert_eq!(p.dtype(), g.dtype(), "{name}: kind of the gradient of parameter {i}");
}

pub(crate) fn get<'a>(state: &'a State, name: &str) -> Result<&'a Tensor> {
    state.get(name).ok_or_else(|| Error::State(format!("there is no `{name}`")))
}

/// Takes lists `name.0`, `name.1`, .. out of a state.
pub(crate) fn list(state: &State, name: &str) -> Vec<Tensor> {
    (0..).map_while(|i| state.get(&format!("{name}.{i}")).map(Tensor::detach)).collect()
}

impl Tensor {
    /// Replaces a variable's numbers by `f` of them, outside the tape: for projections and edits between steps.
    ///
    /// # Panics
    /// When `f` changes shape or kind.
    #[track_caller]
    pub fn update(&mut self, f: impl FnOnce(&Tensor) -> Tensor) {
        let new = crate::tape::no_grad(|| f(&self.detach()));
        assert_eq!((new.shape(), new.dtype()), (self.shape(), self.dtype()), "update: shape and kind stay the same");
        self.set_raw(new.raw);
    }
    /// Changes the numbers where they lie if nobody else holds them.
    pub(crate) fn modify<T: engine::Number>(&mut self, f: impl FnOnce(&mut [T])) {
        engine::modify(&mut self.raw, f);
    }
}
