//! Rows of a site: the one way in which readers get their data out of a network.

use symbolon_net::{Network, Select, Site, Trace};
use symbolon_tensor::{Tensor, no_grad};

use crate::error::{Error, Result};

/// Activations `[rows, units]` of a part of a site on `inputs`, the examples of the first axis run `at_once` at a time.
///
/// ```
/// use symbolon_net::{Architecture, Select};
/// use symbolon_read::rows;
/// use symbolon_tensor::{DType, Device, Rng};
/// let network = "mlp(4, 8, 2)".parse::<Architecture>()?.build(&mut Rng::new(0), Device::Cpu)?;
/// let x = Rng::new(1).normal([10, 4], DType::F32);
/// assert_eq!(rows(&*network, &[x], "fc1", &Select::all(), 3)?.shape(), [10, 8]);
/// # Ok::<(), symbolon_read::Error>(())
/// ```
///
/// # Errors
/// [`Error::Net`] for sites and parts that the network does not have and errors of the pass; [`Error::Setting`] for no input
/// or nothing at once.
pub fn rows(network: &dyn Network, inputs: &[Tensor], site: &str, select: &Select, at_once: usize) -> Result<Tensor> {
    let setting = |problem: &str| Error::Setting { what: "rows of a site", problem: problem.to_owned() };
    let site = Site::new(site)?;
    let examples = inputs.first().filter(|x| x.rank() > 0 && !x.is_empty()).ok_or_else(|| setting("there is no input"))?.size(0);
    if at_once == 0 {
        return Err(setting("no examples at once; give at least 1"));
    }
    let mut parts = Vec::new();
    for from in (0..examples).step_by(at_once) {
        let mut trace = Trace::new().record(site.to_string().as_str());
        if from == 0 {
            trace.check(&network.sites())?;
        }
        no_grad(|| network.forward(&batch(inputs, from..(from + at_once).min(examples)), &mut trace))?;
        let activation = trace.get(&site).ok_or_else(|| setting(&format!("the network did not pass its site {site}")))?;
        parts.push(activation.detach().select(select)?.rows());
    }
    Ok(Tensor::cat(&parts.iter().collect::<Vec<_>>(), 0))
}

/// Some examples of all inputs.
pub(crate) fn batch(inputs: &[Tensor], range: std::ops::Range<usize>) -> Vec<Tensor> {
    inputs.iter().map(|x| x.narrow(0, range.clone())).collect()
}

/// Examples of a tensor by their numbers, in this order.
pub(crate) fn pick(x: &Tensor, items: &[usize]) -> Tensor {
    x.index_select(0, &symbolon_data::indices(items).to_device(x.device()))
}
