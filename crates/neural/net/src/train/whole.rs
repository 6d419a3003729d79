//! Training on all data at once, by L-BFGS: for small, smooth networks that are to become exact.

use crate::error::{Error, Result};
use crate::network::Network;
use std::cell::RefCell;
use symbolon_tensor::Tensor;
use symbolon_tensor::optim::{Lbfgs, Outcome};

/// Minimises a loss over the parameters that the network trains and that `chosen` keeps; the network holds the best ones at
/// the end. The loss runs the network on all data; its precision is that of the parameters.
///
/// ```
/// use symbolon_net::{Architecture, Network, Trace, parameters_as, train::minimise};
/// use symbolon_tensor::{DType, Device, Rng, optim::Lbfgs};
/// let mut network = "kan(1, 1)".parse::<Architecture>()?.build(&mut Rng::new(0), Device::Cpu)?;
/// parameters_as(&mut *network, DType::F64);
/// let x = Rng::new(1).uniform([200, 1], -1.0, 1.0, DType::F64);
/// let y = (&x * 3.0).sin();
/// let done = minimise(&mut *network, &Lbfgs::default(), &|_| true, |network| {
///     Ok(network.forward(&[x.clone()], &mut Trace::none())?.mse(&y))
/// })?;
/// assert!(done.loss < 1e-5);
/// # Ok::<(), symbolon_net::Error>(())
/// ```
///
/// # Errors
/// What the loss answers, and [`Error::Gradient`] when it is not one number that depends on a parameter.
pub fn minimise<N: Network + ?Sized>(
    network: &mut N,
    how: &Lbfgs,
    chosen: &dyn Fn(&str) -> bool,
    loss: impl Fn(&N) -> Result<Tensor>,
) -> Result<Outcome> {
    let trained: Vec<bool> = network.parameters().iter().map(|(n, _)| network.trains(n) && chosen(n)).collect();
    let pick = |all: Vec<(String, &Tensor)>| -> Vec<Tensor> {
        all.into_iter().zip(&trained).filter(|(_, on)| **on).map(|((_, p), _)| p.detach()).collect()
    };
    let put = |network: &mut N, values: &[Tensor]| {
        let own = network.parameters_mut().into_iter().zip(&trained).filter(|(_, on)| **on);
        own.zip(values).for_each(|(((_, p), _), v)| *p = v.clone());
    };
    let mut values = pick(network.parameters());
    if values.is_empty() {
        return Err(Error::Gradient("of no parameters: none is trained".into()));
    }
    let cell = RefCell::new(network);
    let failed: RefCell<Option<Error>> = RefCell::new(None);
    let outcome = how.minimise(&mut values.iter_mut().collect::<Vec<_>>(), |given| {
        put(&mut cell.borrow_mut(), given);
        let found = loss(&**cell.borrow()).and_then(|loss| match loss.len() == 1 && loss.is_recorded() {
            true => Ok(loss),
            false => Err(Error::Gradient("a loss is one number that depends on a parameter".into())),
        });
        // A loss that is no number ends the search.
        found.unwrap_or_else(|e| {
            failed.borrow_mut().get_or_insert(e);
            given[0].sum() * f64::NAN
        })
    });
    values.iter_mut().for_each(|v| *v = v.detach());
    put(cell.into_inner(), &values);
    match failed.into_inner() {
        Some(e) => Err(e),
        None => Ok(outcome),
    }
}
