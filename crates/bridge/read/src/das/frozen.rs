//! What is aligned: a frozen network, examples, a place in it, and how its answer is read off the output.

use symbolon_check::{Part, Proportion};
use symbolon_net::{Activation, Edit, Network, Select, Site, Trace};
use symbolon_tensor::{DType, Tensor, no_grad};

use crate::error::{Error, Result};
use crate::rows::{batch, pick, rows};

/// A base example, for each variable the example that gives its value (`None`: it stays), and the label that the causal model says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The example that is run.
    pub base: usize,
    /// Where each variable's value comes from.
    pub sources: Vec<Option<usize>>,
    /// The expected answer.
    pub label: usize,
}

/// A network that is not trained, with its examples and one vector of it for each example.
pub struct Frozen<'n> {
    pub(super) network: &'n dyn Network,
    pub(super) inputs: Vec<Tensor>,
    pub(super) part: Part,
    pub(super) answer: Box<dyn Fn(&Tensor) -> Tensor + 'n>,
    /// `[examples, units]`: what stands at the place.
    pub(super) vectors: Tensor,
    /// Rows of one example at the site, and which of them is meant.
    pub(super) row: (usize, usize),
    /// Units of the site, and which of them are meant.
    units: (usize, Vec<usize>),
}

impl<'n> Frozen<'n> {
    /// Examples (along the first axis of all inputs) and the place: a part of a site with one row for each example, such as one
    /// position of a residual stream. `answer` reads logits `[examples, classes]` off the network's output.
    ///
    /// To begin at a layer, give a [`Rest`](crate::Rest) and its residual stream.
    ///
    /// # Errors
    /// [`Error::Setting`] when the place has no or several rows for an example; [`Error::Net`] for sites and parts that the
    /// network does not have.
    pub fn new(
        network: &'n dyn Network,
        inputs: &[Tensor],
        part: &Part,
        answer: impl Fn(&Tensor) -> Tensor + 'n,
    ) -> Result<Self> {
        let vectors = rows(network, inputs, part.site.name(), &part.select, AT_ONCE)?;
        let examples = inputs[0].size(0);
        if vectors.size(0) != examples {
            let problem = format!(
                "{} has {} rows for {examples} examples; choose one position (and head) with a `Part`",
                part.site,
                vectors.size(0)
            );
            return Err(Error::Setting { what: "place of an alignment", problem });
        }
        let (row, units) = place(network, &batch(inputs, 0..1), &part.site, &part.select)?;
        Ok(Self { network, inputs: inputs.to_vec(), part: part.clone(), answer: Box::new(answer), vectors, row, units })
    }
    /// How many examples there are.
    pub fn examples(&self) -> usize {
        self.vectors.size(0)
    }
    /// Units of the place.
    pub fn units(&self) -> usize {
        self.vectors.size(1)
    }
    /// The vectors at the place, `[examples, units]`.
    pub fn vectors(&self) -> &Tensor {
        &self.vectors
    }
    /// Axes `[k, units]` of the place as axes of the whole site, zero where the place is not.
    pub(super) fn of_site(&self, axes: &Tensor) -> Tensor {
        let (width, units) = &self.units;
        let places = symbolon_data::indices(units).to_device(axes.device());
        Tensor::zeros([axes.size(0), *width], axes.dtype()).to_device(axes.device()).index_add(1, &places, axes)
    }
    /// Logits `[items, classes]` with these vectors `[items, units]` at the place. Differentiable in the vectors.
    ///
    /// # Errors
    /// Errors of the pass.
    pub fn run_with(&self, items: &[usize], vectors: &Tensor) -> Result<Tensor> {
        let vectors = vectors.clone();
        let edit = Edit::map(move |part: &Activation| Ok(part.from_rows(&vectors)?.into_tensor()));
        let mut trace = Trace::new().edit(self.part.site.name(), edit.at(self.part.select.clone()));
        Ok((self.answer)(&self.network.forward(&self.examples_of(items), &mut trace)?))
    }
    /// How often the network answers as `labels` say, nothing changed: what an alignment can reach at most.
    ///
    /// # Errors
    /// Errors of the pass; [`Error::Setting`] unless there is one label for each example.
    pub fn task_accuracy(&self, labels: &[usize]) -> Result<Proportion> {
        if labels.len() != self.examples() {
            let problem = format!("{} labels for {} examples", labels.len(), self.examples());
            return Err(Error::Setting { what: "task accuracy", problem });
        }
        let mut right = Vec::new();
        for from in (0..labels.len()).step_by(AT_ONCE) {
            let items: Vec<usize> = (from..(from + AT_ONCE).min(labels.len())).collect();
            let y = no_grad(|| self.network.forward(&self.examples_of(&items), &mut Trace::none()))?;
            right.extend(hits(&(self.answer)(&y), items.iter().map(|&i| labels[i])));
        }
        Ok(Proportion::of(right))
    }
    pub(super) fn examples_of(&self, items: &[usize]) -> Vec<Tensor> {
        self.inputs.iter().map(|x| pick(x, items)).collect()
    }
    pub(super) fn check(&self, pairs: &[Pair], variables: usize) -> Result<()> {
        let bad = |problem: String| Err(Error::Setting { what: "pairs", problem });
        if pairs.is_empty() {
            return bad("there are none".into());
        }
        for (i, pair) in pairs.iter().enumerate() {
            if pair.sources.len() != variables {
                return bad(format!(
                    "pair {i} names sources for {} variables, there are {variables}",
                    pair.sources.len()
                ));
            }
            if let Some(e) = pair.sources.iter().flatten().chain([&pair.base]).find(|e| **e >= self.examples()) {
                return bad(format!("pair {i} names example {e} of {}", self.examples()));
            }
        }
        Ok(())
    }
}

/// Examples of one pass.
pub(super) const AT_ONCE: usize = 256;

/// Whether the largest logit of each row is the label's.
pub(super) fn hits(logits: &Tensor, labels: impl Iterator<Item = usize>) -> Vec<bool> {
    logits.argmax(1).to_vec::<i64>().into_iter().zip(labels).map(|(given, label)| given == label as i64).collect()
}

/// How many rows one example has at a site, and which of them a selection means; the same of units.
fn place(
    network: &dyn Network,
    one: &[Tensor],
    site: &Site,
    select: &Select,
) -> Result<((usize, usize), (usize, Vec<usize>))> {
    let mut trace = Trace::new().record(site.name());
    no_grad(|| network.forward(one, &mut trace))?;
    let setting = |problem: String| Error::Setting { what: "place of an alignment", problem };
    let whole = trace.get(&site.without_head()).ok_or_else(|| setting(format!("the network did not pass {site}")))?;
    // Numbers that say where they stand tell which of them are selected.
    let (n, width) = (whole.row_count(), whole.width());
    let numbered = Tensor::arange(n * width).to(DType::F64).reshape([n, width]);
    let numbered = Activation::new(whole.from_rows(&numbered)?.into_tensor(), whole.axes())?;
    let at: Vec<usize> = numbered.select(select)?.rows().to_vec::<f64>().into_iter().map(|x| x as usize).collect();
    let first = *at.first().ok_or_else(|| setting("nothing is selected".into()))?;
    Ok(((n, first / width), (width, at.into_iter().map(|x| x % width).collect())))
}
