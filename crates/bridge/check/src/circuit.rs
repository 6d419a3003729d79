//! Circuits: is a set of parts enough for what a network does, and is it all of it?
//!
//! With `m(S)` the network's performance when only the parts in `S` work and all other candidates are ablated, `M` all
//! candidates and `C` the circuit (Wang et al. 2023; Marks et al. 2025, section 3):
//!
//! - *faithfulness* `(m(C) - m({})) / (m(M) - m({}))`: the share of the behaviour that the circuit keeps alone; 1 is all;
//! - *completeness* `1 - (m(M \ C) - m({})) / (m(M) - m({}))`: the share that is lost without it; 1 when nothing of the
//!   behaviour lives elsewhere.

use symbolon_tensor::{Rng, Tensor};

use crate::ablate::Ablated;
use crate::error::{Error, Result};
use crate::stats::{Bootstrap, Estimate};

/// Performance of each example under the four settings that the two scores need.
#[derive(Clone, Debug, PartialEq)]
pub struct CircuitRuns {
    /// Nothing ablated.
    pub whole: Vec<f64>,
    /// Everything outside the circuit ablated.
    pub circuit: Vec<f64>,
    /// The circuit ablated.
    pub rest: Vec<f64>,
    /// All candidates ablated.
    pub nothing: Vec<f64>,
}

impl CircuitRuns {
    /// Runs the four settings. `circuit` marks which of the candidates belong to it; `metric` answers one number for each
    /// example (a logit difference, the log-probability of the right answer).
    ///
    /// # Errors
    /// [`Error::Request`] when marks do not fit or the metric does not answer one finite number for each example; errors of
    /// the passes.
    pub fn run(
        candidates: &Ablated,
        circuit: &[bool],
        inputs: &[Tensor],
        metric: impl Fn(&Tensor) -> Vec<f64>,
    ) -> Result<Self> {
        let run = |out: Vec<bool>| -> Result<Vec<f64>> {
            let y = candidates.forward(inputs, &out)?;
            let m = metric(&y);
            match m.len() == y.size(0) && m.iter().all(|v| v.is_finite()) {
                true => Ok(m),
                false => {
                    let problem = format!("{} numbers for {} examples, or some are not finite", m.len(), y.size(0));
                    Err(Error::Request { what: "metric of a circuit", problem })
                }
            }
        };
        Ok(Self {
            whole: run(vec![false; candidates.len()])?,
            circuit: run(circuit.iter().map(|c| !c).collect())?,
            rest: run(circuit.to_vec())?,
            nothing: run(vec![true; candidates.len()])?,
        })
    }

    /// The share of the behaviour that the circuit keeps alone, with bootstrap intervals over examples.
    ///
    /// # Errors
    /// [`Error::Sample`] for too few examples, or when ablating everything changes nothing.
    pub fn faithfulness(&self, bootstrap: Bootstrap, rng: &mut Rng) -> Result<Estimate> {
        bootstrap.of(self.whole.len(), rng, |drawn| self.share(&self.circuit, drawn))
    }

    /// The share of the behaviour that is lost without the circuit, likewise.
    ///
    /// # Errors
    /// As [`CircuitRuns::faithfulness`].
    pub fn completeness(&self, bootstrap: Bootstrap, rng: &mut Rng) -> Result<Estimate> {
        bootstrap.of(self.whole.len(), rng, |drawn| 1.0 - self.share(&self.rest, drawn))
    }

    fn share(&self, of: &[f64], drawn: &[usize]) -> f64 {
        let sum = |m: &[f64]| drawn.iter().map(|&i| m[i]).sum::<f64>();
        let nothing = sum(&self.nothing);
        (sum(of) - nothing) / (sum(&self.whole) - nothing)
    }
}
