//! Dead features made anew (Bricken et al. 2023): each takes the direction of a row that is badly reconstructed.
//!
//! Adam's memory of them is left as it is: it has faded while they were dead.

use symbolon_tensor::optim::project::unit_rows;
use symbolon_tensor::{Rng, Tensor, no_grad};

use super::learner::{Learner, put};
use super::recipe::Sparse;
use super::step::{Weights, code};

/// How long encoder rows of new features are, beside the mean of the living; among the k largest a short one would never be.
const SHARE: f64 = 0.2;

/// Makes dead features anew from this batch of rows `x` that should become `y`, both scaled.
pub(super) fn resample(learner: &mut Learner<'_>, x: &Tensor, y: &Tensor, rng: &mut Rng) {
    let dead = learner.dead();
    if dead.is_empty() {
        return;
    }
    let apart = learner.decoder.is_some();
    let (x, left, chances) = no_grad(|| {
        let (x, output) = learner.reconstructed(x);
        let left = y - output;
        // Chosen with probability in proportion to the squared loss.
        let chances = left.square().sum_axis(1, false).square().to_vec::<f64>();
        (x, left, chances)
    });
    let total: f64 = chances.iter().sum();
    if !(total.is_finite() && total > 0.0) {
        return;
    }
    let mut draw = || {
        let mut at = rng.unit() * total;
        let row = chances.iter().position(|c| {
            at -= c;
            at < 0.0
        });
        row.unwrap_or(chances.len() - 1)
    };
    let drawn: Vec<usize> = dead.iter().map(|_| draw()).collect();
    let picked = symbolon_data::indices(&drawn);
    let (encoder, decoder) = no_grad(|| {
        let limit = learner.recipe.dead_after as i64;
        let living: Vec<usize> = (0..learner.quiet.len()).filter(|&f| learner.quiet[f] < limit).collect();
        let length = match living.is_empty() {
            true => 1.0,
            false => {
                let rows = learner.encoder.detach().index_select(0, &symbolon_data::indices(&living));
                rows.norm(2.0, &[1], false).mean().item()
            }
        };
        let length = match (apart, learner.recipe.sparse) {
            (false, _) => 1.0,
            (true, Sparse::TopK { .. }) => length,
            (true, _) => SHARE * length,
        };
        (unit_rows(&x.index_select(0, &picked)) * length, unit_rows(&left.index_select(0, &picked)))
    });
    put(&mut learner.encoder, &dead, &encoder);
    let zeros = Tensor::zeros([dead.len()], encoder.dtype());
    put(&mut learner.encoder_bias, &dead, &zeros);
    if let Some(rows) = &mut learner.decoder {
        put(rows, &dead, &decoder);
    }
    dead.iter().for_each(|&f| learner.quiet[f] = 0);
}

impl Learner<'_> {
    /// Scaled rows without offset, and what they are reconstructed as.
    fn reconstructed(&self, x: &Tensor) -> (Tensor, Tensor) {
        let x = self.offset().map_or_else(|| x.clone(), |o| x - o.detach());
        let weights = Weights {
            encoder: &self.encoder,
            encoder_bias: &self.encoder_bias,
            decoder: self.decoder_rows(),
            decoder_bias: self.decoder_bias(),
            threshold: self.threshold(),
        };
        let output = code(&x, &weights, self.recipe.sparse, 0.0, true).output;
        (x, output)
    }
}
