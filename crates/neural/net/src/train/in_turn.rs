//! Parts of a task learned one after the other: what is left of the earlier ones?

use crate::error::Result;

/// Errors on parts that were learned in turn.
#[derive(Clone, Debug, PartialEq)]
pub struct InTurn {
    /// On each part right after it was learned.
    pub then: Vec<f64>,
    /// On each part after the last one was learned.
    pub now: Vec<f64>,
}

impl InTurn {
    /// By which factor the errors on all parts but the last one have grown since they were learned; 1 where nothing was forgotten.
    pub fn forgotten(&self) -> f64 {
        let earlier = self.then.len().saturating_sub(1);
        self.now[..earlier].iter().sum::<f64>() / self.then[..earlier].iter().sum::<f64>()
    }
}

/// Learns so many parts one after the other, each without the others, and asks for the error on each.
///
/// ```
/// use symbolon_net::train::in_turn;
/// // A memory of two numbers, the oldest of which makes room: the error is whether a number is gone.
/// let mut memory = vec![];
/// let learn = |memory: &mut Vec<usize>, part| {
///     memory.push(part);
///     if memory.len() > 2 {
///         memory.remove(0);
///     }
///     Ok(())
/// };
/// let result = in_turn(&mut memory, 3, learn, |memory, part| Ok(if memory.contains(&part) { 0.5 } else { 1.0 }))?;
/// assert_eq!(result.now, [1.0, 0.5, 0.5]);
/// assert_eq!(result.forgotten(), 1.5);
/// # Ok::<(), symbolon_net::Error>(())
/// ```
///
/// # Errors
/// Whatever learning and asking answer.
pub fn in_turn<N>(
    network: &mut N,
    parts: usize,
    mut learn: impl FnMut(&mut N, usize) -> Result<()>,
    error: impl Fn(&N, usize) -> Result<f64>,
) -> Result<InTurn> {
    let mut then = Vec::with_capacity(parts);
    for part in 0..parts {
        learn(network, part)?;
        then.push(error(network, part)?);
    }
    let now = (0..parts).map(|part| error(network, part)).collect::<Result<_>>()?;
    Ok(InTurn { then, now })
}
