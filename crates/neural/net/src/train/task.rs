//! What is trained.

use crate::error::Result;
use crate::network::Network;
use symbolon_tensor::optim::State;
use symbolon_tensor::{Rng, Tensor};

/// What is trained, and towards what.
pub trait Task {
    /// The loss of one step, a single number. It is recorded on a lean tape.
    ///
    /// # Errors
    /// Whatever goes wrong; training stops with it.
    fn loss(&mut self, step: &mut Step) -> Result<Tensor>;
    /// How many steps an epoch has.
    fn batches(&self) -> usize;
    /// Everything that a checkpoint must hold, in a fixed order, under names that are told apart.
    fn parameters(&mut self) -> Vec<(String, &mut Tensor)>;
    /// What is trained, in JSON: a checkpoint of something else is refused.
    fn config(&self) -> serde_json::Value;
    /// Whether a parameter is trained; others stay as they are.
    fn trains(&self, _name: &str) -> bool {
        true
    }
    /// A score after each epoch, the lower the better, for early stopping. Nothing is recorded meanwhile.
    ///
    /// # Errors
    /// Whatever goes wrong; training stops with it.
    fn validate(&mut self) -> Result<Option<f64>> {
        Ok(None)
    }
    /// Numbers that progress shows beside the loss.
    fn metrics(&self) -> Vec<(String, f64)> {
        Vec::new()
    }
    /// What the task itself remembers between steps beside its parameters.
    fn state(&self) -> State {
        State::new()
    }
    /// Continues with what [`state`](Task::state) said.
    ///
    /// # Errors
    /// When that is another task's.
    fn restore(&mut self, _state: &State) -> Result<()> {
        Ok(())
    }
}

/// One step, as a task sees it.
#[derive(Debug)]
pub struct Step {
    /// Steps done before this one.
    pub step: u64,
    /// Epochs done before this one.
    pub epoch: u64,
    /// Batches of this epoch done before this one.
    pub batch: usize,
    /// The same for all steps of an epoch: the order of examples is drawn from this, so that a continued epoch goes on
    /// in the same order.
    pub epoch_seed: u64,
    /// This step's own random numbers.
    pub rng: Rng,
}

/// The task of one network and a function.
pub struct Fit<'n, N: Network + ?Sized, L, V = fn(&N) -> Result<f64>> {
    network: &'n mut N,
    batches: usize,
    loss: L,
    validate: Option<V>,
}

impl<'n, N: Network + ?Sized, L: FnMut(&N, &mut Step) -> Result<Tensor>> Fit<'n, N, L> {
    /// Trains a network by the loss that `loss` says for a step, `batches` steps an epoch.
    pub fn new(network: &'n mut N, batches: usize, loss: L) -> Self {
        Self { network, batches, loss, validate: None }
    }
    /// Scores the network after each epoch, the lower the better.
    pub fn validate<V: FnMut(&N) -> Result<f64>>(self, score: V) -> Fit<'n, N, L, V> {
        Fit { network: self.network, batches: self.batches, loss: self.loss, validate: Some(score) }
    }
}

impl<N, L, V> Task for Fit<'_, N, L, V>
where
    N: Network + ?Sized,
    L: FnMut(&N, &mut Step) -> Result<Tensor>,
    V: FnMut(&N) -> Result<f64>,
{
    fn loss(&mut self, step: &mut Step) -> Result<Tensor> {
        (self.loss)(&*self.network, step)
    }
    fn batches(&self) -> usize {
        self.batches
    }
    fn parameters(&mut self) -> Vec<(String, &mut Tensor)> {
        self.network.parameters_mut()
    }
    fn config(&self) -> serde_json::Value {
        self.network.config()
    }
    fn trains(&self, name: &str) -> bool {
        self.network.trains(name)
    }
    fn validate(&mut self) -> Result<Option<f64>> {
        let network = &*self.network;
        self.validate.as_mut().map(|score| score(network)).transpose()
    }
}
