//! What kind of dictionary is wanted, and how it is trained.

use symbolon_net::train::Trainer;
use symbolon_tensor::optim::{Adam, Schedule};

use crate::error::{Error, Result};

/// How codes are made sparse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sparse {
    /// ReLU, and `weight · ‖code‖₁` in the loss (each code times the length of its decoder row).
    L1 {
        /// What the sum of a row's codes costs.
        weight: f64,
    },
    /// The `k` largest positive inner products of each row.
    TopK {
        /// How many.
        k: usize,
    },
    /// A learned threshold for each feature, and `weight · (number of active features)` in the loss; gradients of thresholds
    /// are estimated in a window around them (Rajamanoharan et al. 2024).
    JumpRelu {
        /// What an active feature costs.
        weight: f64,
        /// Where thresholds start.
        threshold: f64,
        /// Width of the window.
        bandwidth: f64,
    },
}

/// What becomes of features that are never active.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Revive {
    /// They stay dead.
    Never,
    /// Every so many steps they are made anew from rows that are badly reconstructed (Bricken et al. 2023).
    Resample {
        /// How often.
        every: u64,
    },
    /// The strongest dead features of each row learn to say what is left over (Gao et al. 2024).
    Auxiliary {
        /// What their error costs.
        weight: f64,
        /// How many of them for each row.
        keep: usize,
    },
}

/// How rows are scaled before training.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scaling {
    /// Not at all.
    None,
    /// One factor for all rows, so that their mean length is `√units`; the finished dictionary takes rows as they are.
    Mean,
    /// Each row gets the length `√units`.
    Length,
    /// Each row gets mean zero and deviation one.
    Layer,
}

/// Everything about a dictionary but the rows. Losses are means over rows of sums over units.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// How many features.
    pub features: usize,
    /// How codes are made sparse.
    pub sparse: Sparse,
    /// Whether the encoder is the decoder's transpose, so that both get both gradients.
    pub tied: bool,
    /// Whether something learned is subtracted from rows before encoding: the decoder's bias, or for transcoders an offset of
    /// their own.
    pub offset: bool,
    /// Whether the decoder has a bias; it starts at the mean of what is reconstructed.
    pub bias: bool,
    /// Whether decoder rows are brought to length one after every step.
    pub unit_rows: bool,
    /// How rows are scaled.
    pub scaling: Scaling,
    /// Whether each row's squared error is divided by the length of what is reconstructed.
    pub relative: bool,
    /// Rows of a step.
    pub batch: usize,
    /// Steps.
    pub steps: u64,
    /// Adam's rate.
    pub rate: f64,
    /// Steps in which the rate rises to its full height.
    pub warm_up: u64,
    /// Steps in which the cost of active features rises to its full height.
    pub ramp: u64,
    /// Steps without activity after which a feature counts as dead.
    pub dead_after: u64,
    /// What becomes of dead features.
    pub revive: Revive,
    /// Where random numbers start.
    pub seed: u64,
}

impl Recipe {
    /// The autoencoder of Cunningham et al. 2024: tied weights, no bias but the encoder's, ReLU, L1, rows of length one.
    /// `weight` is their α.
    pub fn tied(features: usize, weight: f64) -> Recipe {
        Recipe {
            features,
            sparse: Sparse::L1 { weight },
            tied: true,
            offset: false,
            bias: false,
            unit_rows: true,
            scaling: Scaling::None,
            relative: false,
            batch: 512,
            steps: 1_500,
            rate: 1e-3,
            warm_up: 50,
            ramp: 0,
            dead_after: 200,
            revive: Revive::Never,
            seed: 0,
        }
    }
    /// An untied ReLU autoencoder with L1, offset and rows of length one.
    pub fn l1(features: usize, weight: f64) -> Recipe {
        let revive = Revive::Resample { every: 500 };
        let tied = Recipe::tied(features, weight);
        Recipe { tied: false, offset: true, bias: true, scaling: Scaling::Mean, ramp: 200, revive, ..tied }
    }
    /// The TopK autoencoder of Gao et al. 2024.
    pub fn topk(features: usize, k: usize) -> Recipe {
        let revive = Revive::Auxiliary { weight: 1.0 / 32.0, keep: 2 * k };
        Recipe { sparse: Sparse::TopK { k }, ramp: 0, revive, ..Recipe::l1(features, 0.0) }
    }
    /// The JumpReLU autoencoder of Rajamanoharan et al. 2024.
    pub fn jump_relu(features: usize, weight: f64) -> Recipe {
        let sparse = Sparse::JumpRelu { weight, threshold: 0.1, bandwidth: 0.3 };
        Recipe { sparse, revive: Revive::Never, ..Recipe::l1(features, 0.0) }
    }
    /// The same for a transcoder (Dunefsky et al. 2024): rows are weighed by the length of their targets. Give [`Rows`](super::Rows) with
    /// targets.
    pub fn transcoder(self) -> Recipe {
        Recipe { tied: false, relative: true, ..self }
    }

    /// Refuses what makes no dictionary.
    pub(super) fn check(&self, units: usize, targets: Option<usize>) -> Result<()> {
        let bad = |what, problem: String| Err(Error::Setting { what, problem });
        let positive = |x: f64| x.is_finite() && x > 0.0;
        if self.features == 0 {
            return bad("features", "a dictionary needs at least one".into());
        }
        if self.batch == 0 || self.steps == 0 {
            return bad("batch and steps", "give at least one row and one step".into());
        }
        if !positive(self.rate) {
            return bad("rate", format!("{} is no learning rate; 1e-3 is usual", self.rate));
        }
        match self.sparse {
            Sparse::TopK { k } if k == 0 || k > self.features => {
                return bad("k", format!("{k} of {} features cannot be kept", self.features));
            }
            Sparse::L1 { weight } | Sparse::JumpRelu { weight, .. } if !weight.is_finite() || weight < 0.0 => {
                return bad("weight", format!("{weight} is no cost: give zero or more"));
            }
            Sparse::JumpRelu { threshold, bandwidth, .. } if !positive(threshold) || !positive(bandwidth) => {
                return bad("threshold and bandwidth", "both are above zero".into());
            }
            _ => (),
        }
        if self.tied && targets.is_some() {
            return bad("tied", "a transcoder's encoder and decoder live in different spaces: untie them".into());
        }
        if targets.is_some_and(|t| t != units) && self.scaling == Scaling::Layer {
            return bad("scaling", "each row's mean cannot be undone in another space: use another scaling".into());
        }
        match self.revive {
            Revive::Resample { every: 0 } => bad("resample", "give a number of steps".into()),
            Revive::Auxiliary { weight, keep } if keep == 0 || !positive(weight) => {
                bad("auxiliary loss", format!("weight {weight} and {keep} features do nothing"))
            }
            _ => Ok(()),
        }
    }

    /// A trainer with this recipe's optimiser, schedule, steps and seed; give it a file for checkpoints, a sink for progress or
    /// a flag for interruption.
    pub fn trainer<'a>(&self) -> Trainer<'a> {
        let schedule = Schedule::WarmUp { steps: self.warm_up, then: Box::new(Schedule::Constant) };
        Trainer::new(Adam::new(self.rate)).schedule(schedule).epochs(u64::MAX).steps(self.steps).seed(self.seed)
    }
}
