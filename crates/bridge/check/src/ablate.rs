//! Ablation: what is left of a network's behaviour when a part of it is taken out.
//!
//! Three ways to take something out, from crude to careful. *Zero* puts the network where it never was; the *mean* removes
//! what varies and keeps what is always there; *resampling* puts in the value from another example, so that every single
//! activation is one that occurs (Chan et al. 2022, "Causal scrubbing"). A result that depends on the choice is no result:
//! say which one is meant before the run.

use symbolon_net::{Activation, Edit, Network, Select, Site, Trace};
use symbolon_tensor::{Rng, Tensor, no_grad};

use crate::error::{Error, Result};

/// A part of a network: a site, and perhaps only some heads, positions or units of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The site; one head of it is `blocks.3.attn.z[5]`.
    pub site: Site,
    /// Which part of it.
    pub select: Select,
}

impl Part {
    /// A whole site, by its name.
    ///
    /// # Errors
    /// [`Error::Net`] when this is no site's name.
    pub fn site(name: &str) -> Result<Self> {
        Self::of(name, Select::all())
    }
    /// A part of a site.
    ///
    /// # Errors
    /// [`Error::Net`] when this is no site's name.
    pub fn of(name: &str, select: Select) -> Result<Self> {
        let site = Site::new(name)?;
        // A head in the name and a head that is selected are the same thing.
        let select = site.head().map_or_else(Select::all, |h| Select::heads([h])).and(select);
        Ok(Self { site: site.without_head(), select })
    }
    /// One unit of a site.
    ///
    /// # Errors
    /// [`Error::Net`] when this is no site's name.
    pub fn unit(name: &str, unit: usize) -> Result<Self> {
        Self::of(name, Select::units([unit]))
    }
}

/// What is put in the place of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ablation {
    /// Zeros.
    Zero,
    /// The mean of each unit over the reference run.
    Mean,
    /// The activation of an example of the reference run, drawn with this seed: the same example at all parts.
    Resample(u64),
}

/// Ablations measured on a reference run and ready to be applied: the mean does not change with the batch that is tested.
pub struct Ablated<'n> {
    network: &'n dyn Network,
    how: Ablation,
    parts: Vec<(Part, Option<Activation>)>,
}

impl<'n> Ablated<'n> {
    /// Measures what is to be put in the place of each of `parts` on a run on `reference`.
    ///
    /// # Errors
    /// [`Error::Net`] for sites, heads or units that the network does not have, and errors of the pass.
    pub fn new(network: &'n dyn Network, reference: &[Tensor], parts: &[Part], how: Ablation) -> Result<Self> {
        let mut trace = Trace::new();
        for part in parts {
            trace = trace.record(part.site.name()).edit(part.site.name(), Edit::Scale(1.0).at(part.select.clone()));
        }
        trace.check(&network.sites())?;
        let parts = match how {
            Ablation::Zero => parts.iter().map(|p| (p.clone(), None)).collect(),
            _ => {
                let mut trace = Trace::new();
                for part in parts {
                    trace = trace.record(part.site.name());
                }
                no_grad(|| network.forward(reference, &mut trace))?;
                let of = |part: &Part| match trace.get(&part.site) {
                    Some(activation) => Ok((part.clone(), Some(activation.detach()))),
                    None => {
                        let problem = format!("the network did not pass its site {}", part.site);
                        Err(Error::Request { what: "ablation", problem })
                    }
                };
                parts.iter().map(of).collect::<Result<_>>()?
            }
        };
        Ok(Self { network, how, parts })
    }

    /// How many parts can be ablated.
    pub fn len(&self) -> usize {
        self.parts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The output on `inputs` with those parts ablated that `out` marks.
    ///
    /// # Errors
    /// [`Error::Request`] unless there is one mark for each part; [`Error::Net`] of the pass.
    pub fn forward(&self, inputs: &[Tensor], out: &[bool]) -> Result<Tensor> {
        if out.len() != self.parts.len() {
            let problem = format!("{} marks for {} parts", out.len(), self.parts.len());
            return Err(Error::Request { what: "ablation", problem });
        }
        let mut trace = Trace::new();
        for ((part, reference), _) in self.parts.iter().zip(out).filter(|(_, out)| **out) {
            trace = trace.edit(part.site.name(), self.edit(part, reference.as_ref())?);
        }
        Ok(no_grad(|| self.network.forward(inputs, &mut trace))?)
    }

    /// By which share a loss of the output rises when all parts are taken out; the loss is told the output and the inputs.
    ///
    /// # Errors
    /// As [`forward`](Ablated::forward).
    pub fn rise(&self, inputs: &[Tensor], loss: &dyn Fn(&Tensor, &[Tensor]) -> f64) -> Result<f64> {
        let of = |out: bool| Ok::<_, Error>(loss(&self.forward(inputs, &vec![out; self.len()])?, inputs));
        let before = of(false)?;
        Ok((of(true)? - before) / before)
    }

    fn edit(&self, part: &Part, reference: Option<&Activation>) -> Result<Edit> {
        let select = part.select.clone();
        let Some(reference) = reference else { return Ok(Edit::Zero.at(select)) };
        let part = reference.select(&select)?;
        Ok(match self.how {
            Ablation::Zero => Edit::Zero.at(select),
            Ablation::Mean => Edit::Mean(part.rows().mean_axis(0, false)).at(select),
            Ablation::Resample(seed) => Edit::map(move |x: &Activation| resampled(x, &part, seed)).at(select),
        })
    }
}

/// For each example of `x` one of `reference`, drawn in the order of the examples.
fn resampled(x: &Activation, reference: &Activation, seed: u64) -> symbolon_net::Result<Tensor> {
    let (mine, theirs) = (x.documents(), reference.documents());
    if mine.size(1) != theirs.size(1) || theirs.size(0) == 0 {
        return Err(symbolon_net::Error::Shape {
            site: "resampling".into(),
            what: "an example of the reference run".into(),
            expected: vec![mine.size(1)],
            found: theirs.shape().to_vec(),
        });
    }
    let from = Rng::new(seed).indices([mine.size(0)], theirs.size(0)).to_device(theirs.device());
    Ok(x.from_documents(&theirs.index_select(0, &from))?.into_tensor())
}
