//! Patching: which parts of a network carry the difference between two runs?
//!
//! Two inputs that should differ in one thing are run, a *clean* and a *corrupted* one. Put the clean run's activation of a part
//! into the corrupted run: as far as the output comes back, the part carries what differs (Vig et al. 2020; Meng et al. 2022).
//!
//! - [`Patching::activation`] does so for each part: exact, one pass a part;
//! - [`Patching::attribution`] approximates all parts at once from one gradient (Nanda 2023; with several steps along the line
//!   between the runs, as Hanna et al. 2024);
//! - [`Patching::path`] patches one edge: what a sender writes, as a receiver reads it, everything between frozen (Wang et al. 2023).
//!
//! Effects are shares of the whole difference: 0 when nothing comes back, 1 when all does. [`Grid`] lists parts to scan: heads,
//! layers, layers by positions. Give a [`Rest`](crate::Rest) as the network to scan from a layer on with the prefix run once.

mod grid;
mod path;

pub use grid::{Cell, Grid};
pub use path::Sender;

use symbolon_check::Part;
use symbolon_net::{Activation, Edit, Network, Site, Trace};
use symbolon_tensor::{Tensor, no_grad};

use crate::error::{Error, Result};

/// A clean and a corrupted run of the same examples, and what is measured.
///
/// ```
/// use symbolon_check::Part;
/// use symbolon_net::{Architecture, Select};
/// use symbolon_read::patch::Patching;
/// use symbolon_tensor::{DType, Device, Rng};
/// let network = "mlp(4, 8, 2)".parse::<Architecture>()?.build(&mut Rng::new(0), Device::Cpu)?;
/// let (clean, corrupted) = (Rng::new(1).normal([6, 4], DType::F32), Rng::new(2).normal([6, 4], DType::F32));
/// let metric = |y: &symbolon_tensor::Tensor| y.get((.., 1)) - y.get((.., 0));
/// let patching = Patching::new(&*network, &[clean], &[corrupted], &metric)?;
/// // All of the hidden layer brings everything back.
/// let whole = patching.activation(&[Part::site("fc1")?])?;
/// assert!((whole[0] - 1.0).abs() < 1e-5);
/// # Ok::<(), symbolon_read::Error>(())
/// ```
pub struct Patching<'n> {
    network: &'n dyn Network,
    clean: Vec<Tensor>,
    corrupted: Vec<Tensor>,
    metric: &'n dyn Fn(&Tensor) -> Tensor,
    /// The metric's mean in both runs.
    ends: [f64; 2],
}

impl<'n> Patching<'n> {
    /// `metric` makes one number `[examples]` of the output: a logit difference, the log-probability of the clean answer.
    ///
    /// # Errors
    /// [`Error::Setting`] when the inputs differ in shape, the metric is no number, or both runs have the same mean metric: then
    /// there is nothing to bring back.
    pub fn new(
        network: &'n dyn Network,
        clean: &[Tensor],
        corrupted: &[Tensor],
        metric: &'n dyn Fn(&Tensor) -> Tensor,
    ) -> Result<Self> {
        let bad = |problem: String| Err(Error::Setting { what: "patching", problem });
        let shapes = |x: &[Tensor]| x.iter().map(|x| x.shape().to_vec()).collect::<Vec<_>>();
        if clean.is_empty() || shapes(clean) != shapes(corrupted) {
            return bad(format!(
                "clean inputs {:?} and corrupted inputs {:?} differ in shape",
                shapes(clean),
                shapes(corrupted)
            ));
        }
        let mut this = Self { network, clean: clean.to_vec(), corrupted: corrupted.to_vec(), metric, ends: [0.0; 2] };
        for (end, inputs) in [(0, clean), (1, corrupted)] {
            this.ends[end] = this.measure(inputs, &mut Trace::none())?;
        }
        let [a, b] = this.ends;
        match (a - b).abs() > 1e-9 * a.abs().max(b.abs()) && (a - b).is_finite() {
            true => Ok(this),
            false => {
                bad(format!("the metric is {a} on clean and {b} on corrupted inputs: there is nothing to bring back"))
            }
        }
    }
    /// The metric's mean on the clean and on the corrupted run.
    pub fn ends(&self) -> [f64; 2] {
        self.ends
    }
    fn measure(&self, inputs: &[Tensor], trace: &mut Trace) -> Result<f64> {
        let y = no_grad(|| self.network.forward(inputs, trace))?;
        self.mean(&y).map(|m| m.item())
    }
    fn mean(&self, y: &Tensor) -> Result<Tensor> {
        let m = (self.metric)(y);
        match m.rank() == 1 && !m.is_empty() {
            true => Ok(m.mean()),
            false => {
                let problem = format!("the metric has shape {:?}, not [examples]", m.shape());
                Err(Error::Setting { what: "patching", problem })
            }
        }
    }
    fn share(&self, m: f64) -> f64 {
        (m - self.ends[1]) / (self.ends[0] - self.ends[1])
    }
    /// A run on inputs with all these sites kept.
    fn kept(&self, inputs: &[Tensor], sites: &[&Site]) -> Result<Trace> {
        let mut trace = sites.iter().fold(Trace::new(), |t, s| t.record(s.name()));
        trace.check(&self.network.sites())?;
        no_grad(|| self.network.forward(inputs, &mut trace))?;
        Ok(trace)
    }
    /// How much of the difference each part brings back when it alone holds what it holds in the clean run.
    ///
    /// # Errors
    /// [`Error::Net`] for parts that the network does not have, and errors of the passes.
    pub fn activation(&self, parts: &[Part]) -> Result<Vec<f64>> {
        let clean = self.kept(&self.clean, &sites(parts))?;
        let one = |part: &Part| -> Result<f64> {
            let edit = Edit::Swap(found(&clean, &part.site)?).at(part.select.clone());
            let mut trace = Trace::new().edit(part.site.name(), edit);
            Ok(self.share(self.measure(&self.corrupted, &mut trace)?))
        };
        parts.iter().map(one).collect()
    }
    /// The same as a tangent sees it, for all parts from `steps` gradients: the change of the part times the gradient of the metric,
    /// averaged over points on the line between the corrupted (first) and the clean inputs' activations. One step takes the gradient
    /// in the corrupted run alone.
    ///
    /// More than one step moves one site at a time, so it costs `steps` passes a site.
    ///
    /// # Errors
    /// As [`Patching::activation`]; [`Error::Setting`] for no steps.
    pub fn attribution(&self, parts: &[Part], steps: usize) -> Result<Vec<f64>> {
        if steps == 0 {
            return Err(Error::Setting { what: "attribution patching", problem: "no steps; take at least 1".into() });
        }
        let sites = sites(parts);
        let (clean, corrupted) = (self.kept(&self.clean, &sites)?, self.kept(&self.corrupted, &sites)?);
        let mut slopes: Vec<(Site, Activation)> = Vec::new();
        match steps {
            1 => {
                let mut trace = sites.iter().fold(Trace::new(), |t, s| t.grad(s.name()));
                let y = self.network.forward(&self.corrupted, &mut trace)?;
                slopes = trace.gradients(&self.mean(&y)?)?;
            }
            _ => {
                for site in &sites {
                    let (a, b) = (found(&corrupted, site)?, found(&clean, site)?);
                    let mut sum: Option<Tensor> = None;
                    for step in 0..steps {
                        let part = step as f64 / steps as f64;
                        let at = a.tensor() + (b.tensor() - a.tensor()) * part;
                        let mut trace = Trace::new().edit(site.name(), Edit::Replace(at)).grad(site.name());
                        let y = self.network.forward(&self.corrupted, &mut trace)?;
                        let g = trace.gradients(&self.mean(&y)?)?.remove(0).1.into_tensor();
                        sum = Some(match sum {
                            Some(s) => s + g,
                            None => g,
                        });
                    }
                    if let Some(sum) = sum {
                        slopes.push(((*site).clone(), a.with_tensor(sum * (1.0 / steps as f64))?));
                    }
                }
            }
        }
        let one = |part: &Part| -> Result<f64> {
            let slope = slopes.iter().find(|(site, _)| *site == part.site).map(|(_, s)| s);
            let slope = slope.ok_or_else(|| missing(&part.site))?.select(&part.select)?;
            let change = found(&clean, &part.site)?.select(&part.select)?.into_tensor()
                - found(&corrupted, &part.site)?.select(&part.select)?.into_tensor();
            Ok((change * slope.tensor()).sum().item() / (self.ends[0] - self.ends[1]))
        };
        parts.iter().map(one).collect()
    }
}

/// Each site of the parts once, in their order.
fn sites(parts: &[Part]) -> Vec<&Site> {
    let mut sites: Vec<&Site> = Vec::new();
    for part in parts {
        if !sites.contains(&&part.site) {
            sites.push(&part.site);
        }
    }
    sites
}

fn found(trace: &Trace, site: &Site) -> Result<Activation> {
    trace.get(site).map(Activation::detach).ok_or_else(|| missing(site))
}

fn missing(site: &Site) -> Error {
    Error::Setting { what: "patching", problem: format!("the network did not pass its site {site}") }
}
