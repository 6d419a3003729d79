//! The task of training a dictionary: parameters, loss, what it remembers.

use serde_json::{Value, json};
use symbolon_net::train::{Step, Task};
use symbolon_symbol::{Dictionary, Normalise, Sparsity};
use symbolon_tensor::optim::State;
use symbolon_tensor::optim::project::unit_rows;
use symbolon_tensor::{DType, Rng, Tensor, custom_vjp, no_grad};

use super::recipe::{Recipe, Revive, Scaling, Sparse};
use super::revive;
use super::rows::Rows;
use super::step::{Weights, code, code_of};
use crate::error::{Error, Result};

/// Rows that means and scales are taken from.
const SAMPLE: usize = 8_192;
/// After so many steps without any activity training stops: nothing would ever change again.
const COLLAPSED: u64 = 100;

/// A dictionary on its way, as a [`Task`]: give it to [`Recipe::trainer`], then take the [`Learner::dictionary`].
pub struct Learner<'a> {
    pub(super) recipe: Recipe,
    rows: Rows<'a>,
    /// `[features, units]`.
    pub(super) encoder: Tensor,
    /// `[features]`.
    pub(super) encoder_bias: Tensor,
    /// `[features, targets]`; absent when tied.
    pub(super) decoder: Option<Tensor>,
    /// `[targets]`.
    decoder_bias: Option<Tensor>,
    /// `[units]`, of transcoders.
    offset: Option<Tensor>,
    /// Logarithms of thresholds, `[features]`.
    threshold: Option<Tensor>,
    /// What rows and targets are multiplied with.
    factors: [f64; 2],
    /// Whether there are targets apart from the rows.
    apart: bool,
    /// Steps since each feature was active.
    pub(super) quiet: Vec<i64>,
    /// Steps since any was.
    silent: u64,
    seen: Seen,
}

/// Numbers of the last step.
#[derive(Clone, Copy, Default)]
struct Seen {
    active: f64,
    unexplained: f64,
}

/// Trains a dictionary of rows `[rows, units]` by its recipe.
///
/// # Errors
/// As [`Learner::new`] and the trainer.
pub fn learn(rows: &Tensor, recipe: &Recipe) -> Result<Dictionary> {
    let mut learner = Learner::new(Rows::of(rows.clone())?, recipe)?;
    recipe.trainer().run(&mut learner)?;
    learner.dictionary()
}

impl<'a> Learner<'a> {
    /// Draws the first weights of a dictionary of these rows.
    ///
    /// # Errors
    /// [`Error::Setting`] for a recipe that makes no dictionary of them.
    pub fn new(rows: Rows<'a>, recipe: &Recipe) -> Result<Learner<'a>> {
        let (inputs, targets) = rows.first(SAMPLE)?;
        let units = inputs.size(1);
        recipe.check(units, targets.as_ref().map(|t| t.size(1)))?;
        let apart = targets.is_some();
        let outputs = targets.as_ref().unwrap_or(&inputs);
        let factor = |rows: &Tensor| match recipe.scaling {
            Scaling::Mean => (rows.size(1) as f64).sqrt() / rows.norm(2.0, &[1], false).mean().item(),
            _ => 1.0,
        };
        let factors = [factor(&inputs), factor(outputs)];
        let kind = inputs.dtype();
        let mut rng = Rng::new(recipe.seed ^ 0x5ae0);
        let decoder = unit_rows(&rng.normal([recipe.features, outputs.size(1)], kind));
        let encoder = match apart {
            false => decoder.clone(),
            true => unit_rows(&rng.normal([recipe.features, units], kind)),
        };
        let zeros = |n: usize| Tensor::zeros([n], kind);
        let scaled = |rows: &Tensor, factor: f64| normalise(recipe.scaling, rows, factor);
        let threshold = match recipe.sparse {
            Sparse::JumpRelu { threshold, .. } => Some(Tensor::full([recipe.features], threshold.ln(), kind)),
            _ => None,
        };
        Ok(Learner {
            encoder,
            encoder_bias: zeros(recipe.features),
            decoder_bias: recipe.bias.then(|| scaled(outputs, factors[1]).mean_axis(0, false)),
            offset: (recipe.offset && (apart || !recipe.bias)).then(|| scaled(&inputs, factors[0]).mean_axis(0, false)),
            decoder: (!recipe.tied).then_some(decoder),
            threshold,
            factors,
            apart,
            quiet: vec![0; recipe.features],
            silent: 0,
            seen: Seen::default(),
            recipe: recipe.clone(),
            rows,
        })
    }
    pub(super) fn decoder_rows(&self) -> &Tensor {
        self.decoder.as_ref().unwrap_or(&self.encoder)
    }
    pub(super) fn decoder_bias(&self) -> Option<&Tensor> {
        self.decoder_bias.as_ref()
    }
    pub(super) fn threshold(&self) -> Option<&Tensor> {
        self.threshold.as_ref()
    }
    /// What is subtracted before encoding: an own offset, or the decoder's bias.
    pub(super) fn offset(&self) -> Option<&Tensor> {
        let shared = if self.recipe.offset && !self.apart { self.decoder_bias.as_ref() } else { None };
        self.offset.as_ref().or(shared)
    }
    /// Features that were not active for as long as the recipe calls dead.
    pub fn dead(&self) -> Vec<usize> {
        let limit = self.recipe.dead_after as i64;
        (0..self.quiet.len()).filter(|&f| self.quiet[f] >= limit).collect()
    }
    /// The dictionary as it is now: scales are folded into the weights, decoder rows have length one where the recipe says so.
    ///
    /// # Errors
    /// [`Error::Symbol`] when training left numbers that are not finite.
    pub fn dictionary(&self) -> Result<Dictionary> {
        let [from, to] = self.factors;
        let plain = |x: &Tensor| x.detach();
        let unit = |x: &Tensor| if self.recipe.unit_rows { unit_rows(&x.detach()) } else { x.detach() };
        let decoder = unit(self.decoder_rows());
        let encoder = if self.decoder.is_some() { plain(&self.encoder) } else { decoder.clone() };
        let kind = encoder.dtype();
        let zeros = |n: usize| Tensor::zeros([n], kind);
        let bias = self.decoder_bias.as_ref().map_or_else(|| zeros(decoder.size(1)), plain);
        let offset = self.offset().map_or_else(|| zeros(encoder.size(1)), plain);
        let sparsity = match (self.recipe.sparse, &self.threshold) {
            (Sparse::TopK { k }, _) => Sparsity::TopK(k),
            (_, Some(log)) => Sparsity::JumpRelu(log.detach().exp()),
            _ => Sparsity::Relu,
        };
        let normalise = match self.recipe.scaling {
            Scaling::None | Scaling::Mean => Normalise::None,
            Scaling::Length => Normalise::Length,
            Scaling::Layer => Normalise::Layer,
        };
        let made = Dictionary {
            encoder: (encoder * from).t().contiguous(),
            encoder_bias: self.encoder_bias.detach(),
            decoder: decoder / to,
            decoder_bias: bias / to,
            offset: offset / from,
            sparsity,
            normalise,
        };
        Ok(made.checked()?)
    }
    /// Rows of length one again, after the optimiser moved them.
    fn keep_unit_rows(&mut self) {
        if self.recipe.unit_rows {
            self.decoder.as_mut().unwrap_or(&mut self.encoder).update(unit_rows);
        }
    }
    fn step(&mut self, step: &mut Step) -> Result<Tensor> {
        let recipe = self.recipe.clone();
        if step.step > 0 {
            self.keep_unit_rows();
        }
        let (inputs, targets) = self.rows.batch(recipe.batch, recipe.seed, step.epoch, step.batch)?;
        let x = normalise(recipe.scaling, &inputs, self.factors[0]);
        let y = targets.map_or_else(|| x.clone(), |t| normalise(recipe.scaling, &t, self.factors[1]));
        if let Revive::Resample { every } = recipe.revive
            && step.step > 0
            && step.step.is_multiple_of(every)
        {
            revive::resample(self, &x, &y, &mut step.rng);
        }
        let x = self.offset().map_or_else(|| x.clone(), |o| &x - o);
        // The way back through `round` forgets what would only change lengths, which are restored anyway.
        let own = self.decoder.as_ref().map(|d| if recipe.unit_rows { round(d) } else { d.clone() });
        let weights = Weights {
            encoder: &self.encoder,
            encoder_bias: &self.encoder_bias,
            decoder: own.as_ref().unwrap_or(&self.encoder),
            decoder_bias: self.decoder_bias(),
            threshold: self.threshold(),
        };
        let weight = match recipe.sparse {
            Sparse::L1 { weight } | Sparse::JumpRelu { weight, .. } => weight * ramp(step.step, recipe.ramp),
            Sparse::TopK { .. } => 0.0,
        };
        let coded = code(&x, &weights, recipe.sparse, weight, recipe.unit_rows);
        let rows = y.size(0) as f64;
        let error = &coded.output - &y;
        let squared = error.square();
        let loss = match recipe.relative {
            true => {
                let lengths = y.norm(2.0, &[1], true);
                (&squared / lengths.mask_fill(&lengths.eq_scalar(0.0), 1.0)).sum()
            }
            false => squared.sum(),
        };
        let mut loss = coded.cost.map_or_else(|| loss.clone(), |c| &loss + c) / rows;
        if let Revive::Auxiliary { weight, keep } = recipe.revive {
            let dead = self.dead();
            if !dead.is_empty() {
                let left = error.detach().negative();
                let said = code_of(&x, &weights, &coded.inner, &dead, keep);
                loss = loss + (said - left).square().sum() * (weight / rows);
            }
        }
        let spread = (&y - y.mean_axis(0, true)).square().sum().item();
        let active: u64 = coded.fired.iter().map(|&n| u64::from(n)).sum();
        self.seen = Seen { active: active as f64 / rows, unexplained: squared.detach().sum().item() / spread };
        for (quiet, fired) in self.quiet.iter_mut().zip(&coded.fired) {
            *quiet = if *fired > 0 { 0 } else { *quiet + 1 };
        }
        self.silent = if active > 0 { 0 } else { self.silent + 1 };
        if self.silent >= COLLAPSED {
            let problem = format!(
                "no feature was active in {COLLAPSED} steps (L0 is 0): activity costs too much, give a smaller weight or a longer ramp"
            );
            return Err(Error::Setting { what: "sparsity", problem });
        }
        Ok(loss)
    }
}

/// The share of its cost that activity has at a step.
fn ramp(step: u64, steps: u64) -> f64 {
    if step >= steps { 1.0 } else { (step + 1) as f64 / steps as f64 }
}

/// Rows as they are learned from.
fn normalise(scaling: Scaling, rows: &Tensor, factor: f64) -> Tensor {
    match scaling {
        Scaling::None => rows.clone(),
        Scaling::Mean => rows * factor,
        Scaling::Length => Normalise::Length.rows(rows),
        Scaling::Layer => Normalise::Layer.rows(rows),
    }
}

/// Rows of length one, unchanged; what would move them along themselves is taken out of their gradient.
fn round(rows: &Tensor) -> Tensor {
    custom_vjp(
        "round",
        &[rows],
        |t| t[0].clone(),
        |s| {
            let (d, g) = (s.input(0), s.cotangent());
            vec![Some(g - &d * (g * &d).sum_axis(1, true))]
        },
    )
}

impl Task for Learner<'_> {
    fn loss(&mut self, step: &mut Step) -> symbolon_net::Result<Tensor> {
        self.step(step).map_err(symbolon_net::Error::other)
    }
    fn batches(&self) -> usize {
        self.rows.count().div_ceil(self.recipe.batch)
    }
    fn parameters(&mut self) -> Vec<(String, &mut Tensor)> {
        let always = [("encoder", Some(&mut self.encoder)), ("encoder_bias", Some(&mut self.encoder_bias))];
        let some = [
            ("decoder", self.decoder.as_mut()),
            ("decoder_bias", self.decoder_bias.as_mut()),
            ("offset", self.offset.as_mut()),
            ("threshold", self.threshold.as_mut()),
        ];
        always.into_iter().chain(some).filter_map(|(name, p)| Some((name.to_owned(), p?))).collect()
    }
    fn config(&self) -> Value {
        json!({
            "name": format!("a dictionary of {} features over {} units", self.recipe.features, self.encoder.size(1)),
            "features": self.recipe.features,
            "units": self.encoder.size(1),
            "targets": self.decoder_rows().size(1),
            "sparse": format!("{:?}", self.recipe.sparse),
            "scaling": format!("{:?}", self.recipe.scaling),
            "tied": self.recipe.tied,
            "batch": self.recipe.batch,
            "factors": self.factors.map(f64::to_bits),
        })
    }
    fn metrics(&self) -> Vec<(String, f64)> {
        let dead = self.dead().len() as f64 / self.recipe.features as f64;
        let Seen { active, unexplained } = self.seen;
        vec![("L0".into(), active), ("explained".into(), 1.0 - unexplained), ("dead".into(), dead)]
    }
    fn state(&self) -> State {
        let silent = Tensor::from(self.silent as i64);
        State::from([("quiet".to_owned(), Tensor::from(self.quiet.clone())), ("silent".to_owned(), silent)])
    }
    fn restore(&mut self, state: &State) -> symbolon_net::Result<()> {
        let wrong = |what: &str| {
            let problem = format!("its `{what}` is not that of {} features", self.recipe.features);
            symbolon_net::Error::Mismatch { problem }
        };
        let quiet = state.get("quiet").filter(|q| q.dtype() == DType::I64 && q.len() == self.quiet.len());
        let quiet = quiet.ok_or_else(|| wrong("quiet"))?.to_vec();
        let silent = state.get("silent").filter(|s| s.len() == 1).ok_or_else(|| wrong("silent"))?;
        self.silent = silent.item() as u64;
        self.quiet = quiet;
        Ok(())
    }
}

/// Puts other rows (of the first axis) in the place of some; used between steps.
pub(super) fn put(tensor: &mut Tensor, rows: &[usize], with: &Tensor) {
    let at = symbolon_data::indices(rows);
    tensor.update(|old| {
        no_grad(|| {
            let kept = old.index_select(0, &at);
            old.index_add(0, &at, &(with - kept))
        })
    });
}
