//! What classifiers answer, as classes to count with.

use crate::error::{Error, Result};
use crate::network::Network;
use symbolon_tensor::{Tensor, no_grad};

/// The most probable class of each example `[examples, ..]`, all in one pass; nothing is recorded.
///
/// # Errors
/// What the network answers.
pub fn classes(network: &dyn Network, examples: &Tensor) -> Result<Vec<usize>> {
    let logits = no_grad(|| network.answer(examples))?;
    Ok(logits.argmax(-1).to_vec::<i64>().into_iter().map(|class| class as usize).collect())
}

/// The share of examples `[examples, ..]` whose most probable class is their label.
///
/// ```
/// use symbolon_net::{Architecture, accuracy, classes};
/// use symbolon_tensor::{DType, Device, Rng};
/// let network = "mlp(4, 8, 3)".parse::<Architecture>()?.build(&mut Rng::new(0), Device::Cpu)?;
/// let x = Rng::new(1).normal([10, 4], DType::F32);
/// let mut labels = classes(&*network, &x)?;
/// assert_eq!(accuracy(&*network, &x, &labels)?, 1.0);
/// labels[3] = (labels[3] + 1) % 3;
/// assert_eq!(accuracy(&*network, &x, &labels)?, 0.9);
/// assert!(accuracy(&*network, &x, &labels[..9]).is_err());
/// # Ok::<(), symbolon_net::Error>(())
/// ```
///
/// # Errors
/// What the network answers; [`Error::Input`] when there is not one label for each example, or no example at all.
pub fn accuracy(network: &dyn Network, examples: &Tensor, labels: &[usize]) -> Result<f64> {
    let found = classes(network, examples)?;
    if found.len() != labels.len() || labels.is_empty() {
        let problem = format!("{} labels for {} answers; accuracy needs one label for each", labels.len(), found.len());
        return Err(Error::Input { network: "classifier".into(), problem });
    }
    let right = found.iter().zip(labels).filter(|(f, l)| f == l).count();
    Ok(right as f64 / labels.len() as f64)
}
