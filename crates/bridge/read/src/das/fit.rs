//! Learning an alignment.

use symbolon_symbol::orthonormality;
use symbolon_tensor::optim::{Adam, Optimiser, Schedule, project};
use symbolon_tensor::{DType, Rng, Tensor};

use super::alignment::Alignment;
use super::frozen::{Frozen, Pair};
use super::orthonormal::{retract, tangent};
use crate::error::{Error, Result};
use crate::rows::pick;

/// Which coordinates belong to which variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Share {
    /// So many for each variable, one after the other (DAS).
    Widths(Vec<usize>),
    /// Learned boundaries for so many variables (Boundless DAS).
    Boundless {
        /// How many variables.
        variables: usize,
        /// Whether each variable begins where the one before it ends, the first at zero; else each has two boundaries of its own.
        chained: bool,
    },
    /// A learned mask over single coordinates for each variable (differentiable binary masks; De Cao et al. 2020).
    Units {
        /// How many variables.
        variables: usize,
    },
}

impl Share {
    fn variables(&self) -> usize {
        match self {
            Share::Widths(widths) => widths.len(),
            Share::Boundless { variables, .. } | Share::Units { variables } => *variables,
        }
    }
}

/// Settings of an alignment search; the defaults are those of Boundless DAS.
#[derive(Clone, Debug)]
pub struct Das {
    /// Orthonormal rows `[coordinates, units]` that stay as they are; without them a rotation is learned from a random start.
    pub axes: Option<Tensor>,
    /// Who owns which.
    pub share: Share,
    /// Passes over the pairs.
    pub epochs: usize,
    /// Pairs of one step.
    pub batch: usize,
    /// Adam's rate for the rotation.
    pub rate: f64,
    /// Adam's rate for boundaries and masks.
    pub mask_rate: f64,
    /// The weight of the sum of all widths, as shares of the coordinates, in the loss.
    pub penalty: f64,
    /// How soft the masks are in the first and in the last step, in coordinates.
    pub temperature: [f64; 2],
    /// Where random numbers start.
    pub seed: u64,
}

impl Default for Das {
    fn default() -> Self {
        Self {
            axes: None,
            share: Share::Boundless { variables: 1, chained: true },
            epochs: 3,
            batch: 64,
            rate: 1e-3,
            mask_rate: 1e-2,
            penalty: 1.0,
            temperature: [50.0, 0.1],
            seed: 0,
        }
    }
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// The alignment, with hard masks.
    pub alignment: Alignment,
    /// The mean cross-entropy of each epoch, without the penalty.
    pub losses: Vec<f64>,
    /// The largest distance of the rotation from orthonormal after any step.
    pub orthonormality: f64,
}

impl Das {
    /// Learns on pairs; score the result on others, of other examples.
    ///
    /// # Errors
    /// [`Error::Setting`] for settings or pairs that do not fit the place; errors of the passes.
    pub fn fit(&self, frozen: &Frozen, pairs: &[Pair]) -> Result<Fitted> {
        let variables = self.share.variables();
        self.check(frozen)?;
        frozen.check(pairs, variables)?;
        let mut rng = Rng::new(self.seed);
        let dtype = frozen.vectors.dtype();
        let (mut rotation, learned) = match &self.axes {
            Some(axes) => (axes.to(dtype).detach(), false),
            None => {
                let count = match &self.share {
                    Share::Widths(widths) => widths.iter().sum(),
                    _ => frozen.units(),
                };
                let start = project::orthonormal(&rng.normal([count, frozen.units()], DType::F64));
                (start?.to(dtype).variable(), true)
            }
        };
        let coordinates = rotation.size(0);
        let mut bounds = self.start(coordinates, dtype).variable();
        let masked = !matches!(self.share, Share::Widths(_));
        let batch = self.batch.min(pairs.len());
        let steps = (pairs.len() / batch * self.epochs) as u64;
        let warm = steps / 10;
        let schedule = Schedule::Linear { total: steps - warm, floor: 0.0 }.after_warm_up(warm);
        let mut adam = Adam::new(self.rate).group(usize::from(learned)..2, self.mask_rate, 0.0);
        let (mut losses, mut step, mut worst) = (Vec::new(), 0u64, 0.0f64);
        for _ in 0..self.epochs {
            let order = rng.permutation(pairs.len()).to_vec::<i64>();
            let mut sum = 0.0;
            for some in order.chunks_exact(batch) {
                let some: Vec<&Pair> = some.iter().map(|&i| &pairs[i as usize]).collect();
                let done = step as f64 / (steps - 1).max(1) as f64;
                let masks = self.masks(
                    &bounds,
                    coordinates,
                    self.temperature[0] + done * (self.temperature[1] - self.temperature[0]),
                );
                let y = interchanged(frozen, &rotation, &masks, &some)?;
                let labels: Vec<usize> = some.iter().map(|p| p.label).collect();
                if let Some(l) = labels.iter().find(|l| **l >= y.size(1)) {
                    let problem = format!("label {l} for an answer of {} classes", y.size(1));
                    return Err(Error::Setting { what: "pairs", problem });
                }
                let fit = y.cross_entropy(&symbolon_data::indices(&labels));
                sum += fit.item();
                let loss = match masked {
                    true => fit + self.widths(&bounds, &masks).sum() * self.penalty,
                    false => fit,
                };
                let rotation_now = rotation.detach();
                let mut parameters: Vec<&mut Tensor> = Vec::new();
                if learned {
                    parameters.push(&mut rotation);
                }
                if masked {
                    parameters.push(&mut bounds);
                }
                if !parameters.is_empty() {
                    let mut gradients = loss.grad(&parameters.iter().map(|p| &**p).collect::<Vec<_>>());
                    if learned {
                        gradients[0] = tangent(&rotation_now, &gradients[0]);
                    }
                    drop((loss, y, masks));
                    adam.set_factor(schedule.at(step));
                    adam.step(&mut parameters, &gradients);
                }
                if learned {
                    rotation = retract(&rotation)?.variable();
                    worst = worst.max(orthonormality(&rotation));
                }
                if matches!(self.share, Share::Boundless { .. }) {
                    bounds.update(|b| b.clamp(0.0, 1.0));
                }
                step += 1;
            }
            losses.push(sum / (pairs.len() / batch) as f64);
        }
        let alignment = Alignment::new(frozen.part.site.clone(), &rotation, self.owned(&bounds, coordinates))?;
        Ok(Fitted { alignment, losses, orthonormality: worst })
    }

    fn check(&self, frozen: &Frozen) -> Result<()> {
        let bad = |problem: String| Err(Error::Setting { what: "alignment search", problem });
        let coordinates = match &self.axes {
            None => frozen.units(),
            Some(axes) => {
                let off = if axes.rank() == 2 { orthonormality(axes) } else { f64::NAN };
                if off.is_nan() || off > 1e-4 || axes.size(1) != frozen.units() {
                    return bad(format!("axes {:?} are no orthonormal rows of {} units", axes.shape(), frozen.units()));
                }
                axes.size(0)
            }
        };
        match &self.share {
            Share::Widths(w) if w.is_empty() || w.contains(&0) || w.iter().sum::<usize>() > coordinates => {
                return bad(format!(
                    "widths {w:?} of {coordinates} coordinates; each is at least 1, together they fit"
                ));
            }
            s if s.variables() == 0 => return bad("no variables".into()),
            _ => {}
        }
        let [from, to] = self.temperature;
        if !(from > 0.0 && to > 0.0 && self.rate > 0.0 && self.mask_rate > 0.0 && self.penalty >= 0.0) {
            return bad("rates and temperatures are above zero, the penalty is not below".into());
        }
        if self.epochs == 0 || self.batch == 0 {
            return bad("no epochs or empty batches".into());
        }
        Ok(())
    }

    /// Boundaries as shares of all coordinates, or logits of masks.
    fn start(&self, coordinates: usize, dtype: DType) -> Tensor {
        match &self.share {
            Share::Widths(_) => Tensor::zeros([1], dtype),
            // One variable ends in the middle, several have equal shares.
            Share::Boundless { variables: 1, chained: true } => Tensor::full([1], 0.5, dtype),
            Share::Boundless { variables, chained } => {
                let equal = Tensor::linspace(0.0, 1.0, variables + 1, dtype);
                let ends = equal.narrow(0, 1..);
                match chained {
                    true => ends,
                    false => Tensor::cat(&[&equal.narrow(0, ..*variables), &ends], 0),
                }
            }
            Share::Units { variables } => Tensor::zeros([*variables, coordinates], dtype),
        }
    }

    /// Where each variable begins and ends, `[variables]` each, as shares.
    fn ends(&self, bounds: &Tensor, variables: usize, chained: bool) -> (Tensor, Tensor) {
        match chained {
            false => (bounds.narrow(0, ..variables), bounds.narrow(0, variables..)),
            true if variables == 1 => (bounds.zeros_like(), bounds.clone()),
            true => {
                let zero = Tensor::zeros([1], bounds.dtype());
                (Tensor::cat(&[&zero, &bounds.narrow(0, ..variables - 1)], 0), bounds.clone())
            }
        }
    }

    /// Soft masks `[variables, coordinates]`.
    fn masks(&self, bounds: &Tensor, coordinates: usize, temperature: f64) -> Tensor {
        match &self.share {
            Share::Widths(widths) => hard(&blocks(widths), coordinates, bounds.dtype()),
            Share::Units { .. } => (bounds * (1.0 / temperature)).sigmoid(),
            Share::Boundless { variables, chained } => {
                let (low, high) = self.ends(bounds, *variables, *chained);
                let d = coordinates as f64;
                let at = Tensor::arange(coordinates).to(bounds.dtype()).unsqueeze(0) + 0.5;
                let above = ((&at - low.unsqueeze(1) * d) * (1.0 / temperature)).sigmoid();
                let below = ((high.unsqueeze(1) * d - &at) * (1.0 / temperature)).sigmoid();
                above * below
            }
        }
    }

    /// How much each variable owns, as a share of all coordinates, `[variables]`.
    fn widths(&self, bounds: &Tensor, masks: &Tensor) -> Tensor {
        match &self.share {
            Share::Boundless { variables, chained } => {
                let (low, high) = self.ends(bounds, *variables, *chained);
                (high - low).clamp_min(0.0)
            }
            _ => masks.mean_axis(1, false),
        }
    }

    /// The coordinates of each variable once masks are hard; where two claim one, the first has it.
    fn owned(&self, bounds: &Tensor, coordinates: usize) -> Vec<Vec<usize>> {
        let claims: Vec<Vec<usize>> = match &self.share {
            Share::Widths(widths) => blocks(widths),
            Share::Units { variables } => {
                let logits = bounds.detach().to_vec::<f64>();
                (0..*variables)
                    .map(|v| (0..coordinates).filter(|c| logits[v * coordinates + c] > 0.0).collect())
                    .collect()
            }
            Share::Boundless { variables, chained } => {
                let (low, high) = self.ends(&bounds.detach(), *variables, *chained);
                let d = coordinates as f64;
                let inside = |l: f64, h: f64| {
                    (0..coordinates).filter(|&c| l * d < c as f64 + 0.5 && c as f64 + 0.5 < h * d).collect()
                };
                low.to_vec::<f64>().into_iter().zip(high.to_vec::<f64>()).map(|(l, h)| inside(l, h)).collect()
            }
        };
        let mut taken = vec![false; coordinates];
        let mut free = |c: &usize| !std::mem::replace(&mut taken[*c], true);
        claims.into_iter().map(|list| list.into_iter().filter(|c| free(c)).collect()).collect()
    }
}

/// Coordinates one after the other.
fn blocks(widths: &[usize]) -> Vec<Vec<usize>> {
    let mut from = 0;
    widths
        .iter()
        .map(|w| {
            from += w;
            (from - w..from).collect()
        })
        .collect()
}

/// Masks `[variables, coordinates]` of ones and zeros.
fn hard(owned: &[Vec<usize>], coordinates: usize, dtype: DType) -> Tensor {
    let mut mask = vec![0.0; owned.len() * coordinates];
    owned.iter().enumerate().for_each(|(v, list)| list.iter().for_each(|c| mask[v * coordinates + c] = 1.0));
    Tensor::from(mask).reshape([owned.len(), coordinates]).to(dtype)
}

/// The network's logits with `h + (sum_j m_j * (h_source_j - h) R^T) R` at the place.
fn interchanged(frozen: &Frozen, rotation: &Tensor, masks: &Tensor, pairs: &[&Pair]) -> Result<Tensor> {
    let bases: Vec<usize> = pairs.iter().map(|p| p.base).collect();
    let base = pick(&frozen.vectors, &bases);
    let mut change: Option<Tensor> = None;
    for v in 0..masks.size(0) {
        let sources: Vec<usize> = pairs.iter().map(|p| p.sources[v].unwrap_or(p.base)).collect();
        let part = (pick(&frozen.vectors, &sources) - &base).matmul(&rotation.t()) * masks.get(v).unsqueeze(0);
        change = Some(match change {
            Some(c) => c + part,
            None => part,
        });
    }
    let change = change.expect("there are variables");
    frozen.run_with(&bases, &(base + change.matmul(rotation)))
}
