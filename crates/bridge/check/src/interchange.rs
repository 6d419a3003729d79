//! Interchange interventions: what a network would have said, had a symbol had the value that it has in another run
//! (Geiger et al. 2021, "Causal abstractions of neural networks").

use std::sync::Arc;

use symbolon_net::{Network, Trace};
use symbolon_symbol::{Error, Result, Symbol, SymbolEdit, Values, Which};
use symbolon_tensor::{Tensor, no_grad};

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
        return Err(Error::Definition(format!("the network did not pass its site {}", symbol.site())));
    };
    symbol.read(&activation.detach())
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
