//! Rows of a site: the one way in which readers get their data out of a network.

use symbolon_net::{Activation, Network, Select, Site, Trace};
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
    Ok(rows_of(network, inputs, &[site.to_owned()], select, at_once)?.remove(0))
}

/// The same part of several sites, from the same passes.
///
/// # Errors
/// As [`rows`]; [`Error::Setting`] for no sites.
pub fn rows_of(
    network: &dyn Network,
    inputs: &[Tensor],
    sites: &[String],
    select: &Select,
    at_once: usize,
) -> Result<Vec<Tensor>> {
    let setting = |problem: &str| Error::Setting { what: "rows of a site", problem: problem.to_owned() };
    let names: Vec<Site> = sites.iter().map(|s| Site::new(s)).collect::<symbolon_net::Result<_>>()?;
    let first = inputs.first().filter(|x| x.rank() > 0 && !x.is_empty());
    let examples = first.ok_or_else(|| setting("there is no input"))?.size(0);
    if at_once == 0 || sites.is_empty() {
        return Err(setting("no sites, or no examples at once; give at least 1"));
    }
    let mut parts: Vec<Vec<Tensor>> = vec![Vec::new(); sites.len()];
    for from in (0..examples).step_by(at_once) {
        let mut trace = names.iter().fold(Trace::new(), |t, s| t.record(s));
        if from == 0 {
            trace.check(&network.sites())?;
        }
        no_grad(|| network.forward(&batch(inputs, from..(from + at_once).min(examples)), &mut trace))?;
        for (part, site) in parts.iter_mut().zip(&names) {
            part.push(passed(&trace, site, "rows of a site")?.detach().select(select)?.rows());
        }
    }
    Ok(parts.iter().map(|p| Tensor::cat(&p.iter().collect::<Vec<_>>(), 0)).collect())
}

/// What a pass kept of a site.
pub(crate) fn passed<'t>(trace: &'t Trace, site: &Site, what: &'static str) -> Result<&'t Activation> {
    let problem = || format!("the network did not pass its site {site}");
    trace.get(site).ok_or_else(|| Error::Setting { what, problem: problem() })
}

/// Some examples of all inputs.
pub(crate) fn batch(inputs: &[Tensor], range: std::ops::Range<usize>) -> Vec<Tensor> {
    inputs.iter().map(|x| x.narrow(0, range.clone())).collect()
}

/// Examples of a tensor by their numbers, in this order.
pub(crate) fn pick(x: &Tensor, items: &[usize]) -> Tensor {
    x.index_select(0, &symbolon_data::indices(items).to_device(x.device()))
}

/// Activations `[sequences, units]` of several sites at the last position of each sequence of tokens, whatever its length:
/// sequences of one length are run together, `at_once` at a time.
///
/// # Errors
/// As [`rows`]; [`Error::Setting`] for an empty sequence.
pub fn last_rows(
    network: &dyn Network,
    sequences: &[Vec<u32>],
    sites: &[String],
    at_once: usize,
) -> Result<Vec<Tensor>> {
    let setting = |problem: &str| Error::Setting { what: "rows of sequences", problem: problem.to_owned() };
    if sequences.is_empty() || sequences.iter().any(Vec::is_empty) || at_once == 0 || sites.is_empty() {
        return Err(setting("no sequences, an empty one, no sites, or none at once"));
    }
    let names: Vec<Site> = sites.iter().map(|s| Site::new(s)).collect::<symbolon_net::Result<_>>()?;
    let ask = || names.iter().fold(Trace::new(), |t, s| t.record(s));
    ask().check(&network.sites())?;
    let mut order: Vec<usize> = (0..sequences.len()).collect();
    order.sort_by_key(|&i| (sequences[i].len(), i));
    let mut parts: Vec<Vec<Tensor>> = vec![Vec::new(); sites.len()];
    for same in order.chunk_by(|&a, &b| sequences[a].len() == sequences[b].len()) {
        for some in same.chunks(at_once) {
            let flat: Vec<i64> = some.iter().flat_map(|&i| sequences[i].iter().map(|&t| i64::from(t))).collect();
            let tokens = Tensor::new(flat, [some.len(), sequences[some[0]].len()])?;
            let mut trace = ask();
            no_grad(|| network.forward(&[tokens], &mut trace))?;
            for (part, site) in parts.iter_mut().zip(&names) {
                let found = passed(&trace, site, "rows of sequences")?;
                part.push(found.detach().select(&Select::positions([-1]))?.rows());
            }
        }
    }
    // Back into the order of the sequences.
    let mut back = vec![0; order.len()];
    order.iter().enumerate().for_each(|(at, &i)| back[i] = at);
    Ok(parts.iter().map(|p| pick(&Tensor::cat(&p.iter().collect::<Vec<_>>(), 0), &back)).collect())
}
