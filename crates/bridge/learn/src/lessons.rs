//! Learning to see single pictures from what a symbolic function makes of several: no picture has a label of its own.

use symbolon_data::{Batches, Divided, Labelled, Tuples};
use symbolon_net::Network;
use symbolon_net::train::{Fit, Outcome, Trainer, watched};
use symbolon_tensor::{Tensor, no_grad};

use crate::anesi::{right, symbolic};
use crate::error::Result;
use crate::function::{Function, beliefs, checked};

/// Tuples of pictures in a batch.
const BATCH: usize = 16;

/// Trains a classifier on labelled pictures by cross-entropy, in batches of `size` that are drawn by the seed.
///
/// ```
/// use symbolon_data::mnist;
/// use symbolon_learn::classify;
/// use symbolon_net::{Architecture, accuracy, train::Trainer};
/// use symbolon_tensor::{Device, Rng, optim::Adam};
/// let digits = mnist::digits()?.train;
/// let (some, others) = (digits.subset(&Vec::from_iter(0..400)), digits.subset(&Vec::from_iter(400..600)));
/// let mut network = "mlp(784, 16, 10)".parse::<Architecture>()?.build(&mut Rng::new(0), Device::Cpu)?;
/// classify(&mut *network, &some, 50, Trainer::new(Adam::new(0.01)).epochs(5), 0)?;
/// assert!(accuracy(&*network, &others.images, &others.labels)? > 0.7);
/// # Ok::<(), symbolon_learn::Error>(())
/// ```
///
/// # Errors
/// As [`Trainer::run`], and [`Error::Data`](crate::Error::Data) for no pictures or an empty batch.
pub fn classify(
    network: &mut dyn Network,
    data: &Labelled,
    size: usize,
    mut trainer: Trainer<'_>,
    seed: u64,
) -> Result<Outcome> {
    let batches = Batches::new(data.len(), size, seed)?;
    let mut task = Fit::new(network, batches.steps(), |network, step| {
        let items = data.subset(&batches.batch(step.epoch, step.batch));
        Ok(network.answer(&items.images)?.cross_entropy(&items.targets()))
    });
    Ok(trainer.run(&mut task)?)
}

/// Tuples of training pictures with the outputs of a function, and held-out tuples to be judged on.
pub struct Lessons<'a> {
    function: &'a dyn Function,
    data: &'a Divided,
    tuples: Tuples,
    tests: Vec<Vec<usize>>,
    wanted: Vec<usize>,
}

impl<'a> Lessons<'a> {
    /// As many `tests` of held-out pictures as asked for; everything is drawn by the seed.
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) for fewer pictures than a tuple has; [`Error::Function`](crate::Error::Function) when the
    /// labels are no worlds of the function.
    pub fn new(function: &'a dyn Function, data: &'a Divided, tests: usize, seed: u64) -> Result<Self> {
        let n = function.symbols();
        let tuples = Tuples::new(0..data.train.len(), n, seed)?;
        let tests = Tuples::new(0..data.held_out.len(), n, !seed)?.count(tests).epoch(0);
        let wanted = checked(function, &data.held_out.labels_of(&tests))?;
        Ok(Self { function, data, tuples, tests, wanted })
    }
    /// What a network believes about the tests, `[tests, symbols, values]`.
    ///
    /// # Errors
    /// What the network answers.
    pub fn beliefs(&self, network: &dyn Network) -> Result<Tensor> {
        Ok(no_grad(|| beliefs(network, &self.data.held_out, &self.tests))?)
    }
    /// Whether each test's outputs are right.
    pub fn right(&self, outputs: &[usize]) -> Vec<bool> {
        right(outputs, &self.wanted, self.function.outputs().len())
    }
    /// Whether the function of the most believed values is right, test by test: the symbolic prediction.
    ///
    /// # Errors
    /// What the network answers.
    pub fn symbolic(&self, network: &dyn Network) -> Result<Vec<bool>> {
        Ok(self.right(&symbolic(self.function, &self.beliefs(network)?)?))
    }
    /// Trains a classifier of single pictures, sixteen tuples a step: `loss` is told its beliefs `[tuples, symbols, values]` and the
    /// outputs of the function. After every `between` steps (an epoch of the trainer): the steps made, and which tests are right.
    ///
    /// # Errors
    /// As [`Trainer::run`]; what the loss answers; too few pictures for a batch.
    pub fn teach(
        &self,
        network: &mut dyn Network,
        trainer: Trainer<'_>,
        between: usize,
        mut loss: impl FnMut(&Tensor, &[usize]) -> Result<Tensor>,
    ) -> Result<Vec<(usize, Vec<bool>)>> {
        let train: &Labelled = &self.data.train;
        let mut batches = self.tuples.batches(BATCH)?;
        let looks = watched(
            trainer,
            network,
            between,
            |network, _| {
                let batch = batches.next().unwrap_or_default();
                let outputs = checked(self.function, &train.labels_of(&batch))?;
                Ok(loss(&beliefs(network, train, &batch)?, &outputs)?)
            },
            |network, steps| Ok((steps, self.symbolic(network)?)),
            |_| false,
        )?;
        Ok(looks)
    }
}
