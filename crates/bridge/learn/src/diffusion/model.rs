//! Unmasking models: one for symbols that are perceived alike, and the smallest whose symbols hang together.

use symbolon_net::{Mlp, MlpConfig, Network, Trace, parameters};
use symbolon_tensor::{Rng, Tensor, no_grad};

use super::{Conditioned, Loss, Process, Sampler, Unmask, Weights};
use crate::error::Result;

/// An unmasking model of symbols that are each seen in a picture of their own: an encoder embeds each picture, and a head sees the
/// picture, its own symbol's state and the sum of the others' (disentangled, and equivariant to exchanging symbols).
pub struct Unmasker {
    /// From pictures to embeddings `[pictures, width]`.
    pub encoder: Box<dyn Network>,
    /// From `[rows, width + 2 (values + 1)]` to logits `[rows, values]`.
    pub head: Mlp,
}
parameters!(Unmasker { encoder, head });

impl Unmasker {
    /// A model over an encoder whose embeddings are `width` wide; the head has one hidden layer of `hidden` units.
    ///
    /// # Errors
    /// Sizes that make no network.
    pub fn new(
        encoder: Box<dyn Network>,
        width: usize,
        hidden: usize,
        process: &Process,
        rng: &mut Rng,
    ) -> Result<Self> {
        let values = process.values();
        let sizes = vec![width + 2 * (values + 1), hidden, values];
        let config = MlpConfig { sizes, nonlinearity: Default::default(), dropout: Default::default() };
        Ok(Self { encoder, head: Mlp::new(&config, rng)? })
    }
    /// Embeddings `[examples, symbols, width]` of pictures `[examples * symbols, ..]`: once for each batch, whatever is unmasked.
    ///
    /// # Errors
    /// What the encoder answers.
    pub fn embed(&self, pictures: Tensor, symbols: usize) -> symbolon_net::Result<Tensor> {
        let y = self.encoder.forward(&[pictures], &mut Trace::none())?;
        Ok(y.relu().reshape([y.size(0) / symbols, symbols, y.size(1)]))
    }
    /// [`Process::loss`] of examples whose pictures are given as for [`embed`](Self::embed).
    ///
    /// # Errors
    /// As [`Process::loss`].
    pub fn loss(
        &self,
        process: &Process,
        pictures: Tensor,
        towards: Conditioned,
        weights: &Weights,
        rng: &mut Rng,
    ) -> Result<Loss> {
        let seen = self.embed(pictures, process.symbols())?;
        process.loss(&|e, state| self.unmask(&seen, e, state), seen.size(0), towards, weights, rng)
    }
    /// So many samples of each example, example by example: see [`Process::sample`].
    ///
    /// # Errors
    /// As [`Process::sample`].
    pub fn sample(
        &self,
        process: &Process,
        pictures: Tensor,
        times: usize,
        how: Sampler,
        rng: &mut Rng,
    ) -> Result<Vec<usize>> {
        let seen = no_grad(|| self.embed(pictures, process.symbols()))?;
        let rows: Vec<usize> = (0..seen.size(0)).flat_map(|e| std::iter::repeat_n(e, times)).collect();
        process.sample(&|e, state| self.unmask(&seen, e, state), &rows, how, rng)
    }
    /// Logits `[rows, symbols, values]` for states `[rows, symbols, values + 1]` of these examples: an unmasking model.
    ///
    /// # Errors
    /// What the head answers.
    pub fn unmask(&self, embeddings: &Tensor, examples: &[usize], state: &Tensor) -> Result<Tensor> {
        let seen = embeddings.index_select(0, &symbolon_data::indices(examples));
        let others = state.sum_axis(1, true) - state;
        let x = Tensor::cat(&[&seen, state, &others], 2);
        let y = self.head.forward(&[x.flatten(0, 1)], &mut Trace::none())?;
        Ok(y.reshape([x.size(0), x.size(1), y.size(1)]))
    }
}

impl Process {
    /// The smallest unmasking model whose symbols hang together: logits are linear in the whole state, and the same for every example.
    /// `weight` is `[symbols * (values + 1), symbols * values]`.
    pub fn linear<'w>(&self, weight: &'w Tensor) -> impl Fn(&[usize], &Tensor) -> Result<Tensor> + use<'w> {
        let (symbols, values) = (self.symbols(), self.values());
        move |rows, state| {
            let flat = state.reshape([rows.len(), symbols * (values + 1)]);
            Ok(flat.matmul(weight).reshape([rows.len(), symbols, values]))
        }
    }

    /// The [`joint`](Self::joint) distribution of so many samples of one example.
    ///
    /// # Errors
    /// As [`sample`](Self::sample).
    pub fn sampled_joint(&self, model: &Unmask, times: usize, how: Sampler, rng: &mut Rng) -> Result<Vec<f64>> {
        Ok(self.joint(&self.sample(model, &vec![0; times], how, rng)?))
    }

    /// The joint distribution of samples over all worlds, the last symbol fastest: `values ^ symbols` numbers.
    pub fn joint(&self, samples: &[usize]) -> Vec<f64> {
        let rows = samples.len() / self.symbols();
        let mut shares = vec![0.0; self.values().pow(self.symbols() as u32)];
        for world in samples.chunks(self.symbols()) {
            shares[world.iter().fold(0, |number, value| number * self.values() + value)] += 1.0 / rows as f64;
        }
        shares
    }
}
