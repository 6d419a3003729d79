//! Training that is looked at: what was seen is kept, and says when it is enough.

use super::{Fit, Step, Trainer};
use crate::error::Result;
use crate::network::Network;
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use symbolon_tensor::Tensor;

/// Trains a network, looks at it after every `between` steps (an epoch of the trainer), and stops when `enough` says so of all
/// looks so far, or when the trainer's epochs are over. The looks, in order; each is told how many steps were made before it.
///
/// ```
/// use symbolon_net::train::{Trainer, watched};
/// use symbolon_net::{Architecture, Network};
/// use symbolon_tensor::{DType, Device, Rng, optim::Adam};
/// let mut network = "mlp(2, 1)".parse::<Architecture>()?.build(&mut Rng::new(0), Device::Cpu)?;
/// let x = Rng::new(1).normal([50, 2], DType::F32);
/// let y = x.sum_axis(1, true);
/// let error = |n: &dyn Network| Ok(n.answer(&x)?.mse(&y));
/// let trainer = Trainer::new(Adam::new(0.05)).epochs(100);
/// let looks = watched(trainer, &mut *network, 10, |n, _| error(n), |n, step| Ok((step, error(n)?.item())), |looks| {
///     looks.last().is_some_and(|l| l.1 < 1e-3)
/// })?;
/// assert_eq!(looks[0].0, 10);
/// assert!(looks.len() < 100 && looks[looks.len() - 1].1 < 1e-3 && looks[looks.len() - 2].1 >= 1e-3);
/// # Ok::<(), symbolon_net::Error>(())
/// ```
///
/// # Errors
/// As [`Trainer::run`], and what a look answers.
pub fn watched<N: Network + ?Sized, T>(
    trainer: Trainer<'_>,
    network: &mut N,
    between: usize,
    loss: impl FnMut(&N, &mut Step) -> Result<Tensor>,
    look: impl Fn(&N, usize) -> Result<T>,
    enough: impl Fn(&[T]) -> bool,
) -> Result<Vec<T>> {
    let looks: RefCell<Vec<T>> = RefCell::default();
    let stop = Arc::new(AtomicBool::new(false));
    let mut task = Fit::new(network, between, loss).validate(|network: &N| {
        let mut looks = looks.borrow_mut();
        let seen = look(network, (looks.len() + 1) * between)?;
        looks.push(seen);
        stop.store(enough(&looks), Ordering::Relaxed);
        // No score: patience has nothing to go by.
        Ok(f64::NAN)
    });
    trainer.stop_on(stop.clone()).run(&mut task)?;
    Ok(looks.into_inner())
}
