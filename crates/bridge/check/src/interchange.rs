//! Interchange interventions: what a network would have said, had a symbol had the value that it has in another run
//! (Geiger et al. 2021, "Causal abstractions of neural networks").

use std::sync::Arc;

use symbolon_net::{Network, Trace};
use symbolon_symbol::{Error as SymbolError, Symbol, SymbolEdit, Values, Which};
use symbolon_tensor::{Tensor, no_grad};

use crate::error::{Error, Result};
use crate::stats::Proportion;

/// Values to be written through a symbol.
#[derive(Clone)]
pub struct Intervention {
    /// Where and how.
    pub symbol: Arc<dyn Symbol>,
    /// One value for each row of the activation.
    pub values: Values,
    /// Which rows are written.
    pub which: Which,
}

/// Runs the network on `inputs` while values are written through symbols.
///
/// # Errors
/// Sites that the network does not have, values that do not fit, and errors of the pass.
pub fn intervene(network: &dyn Network, inputs: &[Tensor], interventions: &[Intervention]) -> Result<Tensor> {
    let mut trace = Trace::new();
    for i in interventions {
        trace = trace
            .edit(i.symbol.site().to_string().as_str(), i.symbol.clone().writing(i.values.clone(), i.which.clone()));
    }
    trace.check(&network.sites())?;
    Ok(no_grad(|| network.forward(inputs, &mut trace))?)
}

/// Reads a symbol in a run on `inputs`.
///
/// # Errors
/// A site that the network does not have, and errors of the pass.
pub fn read(network: &dyn Network, inputs: &[Tensor], symbol: &dyn Symbol) -> Result<Values> {
    let mut trace = Trace::new().record(symbol.site().to_string().as_str());
    trace.check(&network.sites())?;
    no_grad(|| network.forward(inputs, &mut trace))?;
    let Some(activation) = trace.get(symbol.site()) else {
        return Err(SymbolError::Definition(format!("the network did not pass its site {}", symbol.site())).into());
    };
    Ok(symbol.read(&activation.detach())?)
}

/// The output on `base` with the symbol's values taken from the run on `source`, row by row.
///
/// # Errors
/// As [`intervene`].
pub fn interchange(
    network: &dyn Network,
    base: &[Tensor],
    source: &[Tensor],
    symbol: &Arc<dyn Symbol>,
) -> Result<Tensor> {
    let values = read(network, source, &**symbol)?;
    intervene(network, base, &[Intervention { symbol: symbol.clone(), values, which: Which::All }])
}

/// Interchange-intervention accuracy: how often the network, with the symbol's value taken from `source`, gives the answer
/// that the theory expects. The output is `[examples, classes]`, the answer its largest entry.
///
/// # Errors
/// As [`interchange`]; [`Error::Request`](crate::Error::Request) unless there is one expected answer for each example.
pub fn interchange_accuracy(
    network: &dyn Network,
    base: &[Tensor],
    source: &[Tensor],
    symbol: &Arc<dyn Symbol>,
    expected: &[usize],
) -> Result<Proportion> {
    let y = interchange(network, base, source, symbol)?;
    if y.rank() != 2 || y.size(0) != expected.len() {
        let problem = format!("{} expected answers for an output of shape {:?}", expected.len(), y.shape());
        return Err(Error::Request { what: "interchange accuracy", problem });
    }
    let given = y.argmax(1).to_vec::<i64>();
    Ok(Proportion::of(given.iter().zip(expected).map(|(&given, &expected)| given == expected as i64)))
}
