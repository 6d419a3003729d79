//! A dictionary: many directions of which few are active at once (sparse autoencoders: Cunningham et al. 2024; TopK: Gao et al.
//! 2024; JumpReLU: Rajamanoharan et al. 2024), or an imitation of a part of the network made of such (transcoders: Dunefsky et
//! al. 2024). It encodes activations into codes and decodes codes; `Feature` and `Features` make symbols of it.

use symbolon_tensor::{DType, Tensor};

use crate::error::{Error, Result};

/// How inner products become a code that is mostly zero.
#[derive(Clone, Debug)]
// There is one of them in a dictionary of millions of numbers.
#[allow(clippy::large_enum_variant)]
pub enum Sparsity {
    /// What is below zero is zero.
    Relu,
    /// The `k` largest numbers of each row, where they are positive.
    TopK(usize),
    /// What is above a threshold `[features]`, zero elsewhere; never negative.
    JumpRelu(Tensor),
}

impl Sparsity {
    /// Codes of inner products `[rows, features]`.
    pub fn apply(&self, inner: &Tensor) -> Tensor {
        match self {
            Sparsity::Relu => inner.relu(),
            Sparsity::TopK(k) => inner.relu().keep_topk((*k).min(inner.size(-1))),
            Sparsity::JumpRelu(threshold) => inner.relu().jump_relu(&threshold.to(inner.dtype())),
        }
    }
}

/// What is done to each row before it is encoded, and undone after decoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Normalise {
    /// Nothing.
    #[default]
    None,
    /// The row gets the length `√units`.
    Length,
    /// The row gets mean zero and deviation one.
    Layer,
}

/// The weights of a dictionary. With `x` a (normalised) row: `code = σ((x - offset) E + b)` and `x̂ = code D + c`.
#[derive(Clone, Debug)]
pub struct Dictionary {
    /// `E`, `[units, features]`.
    pub encoder: Tensor,
    /// `b`, `[features]`.
    pub encoder_bias: Tensor,
    /// `D`, `[features, targets]`; targets are the units again unless it is a transcoder.
    pub decoder: Tensor,
    /// `c`, `[targets]`.
    pub decoder_bias: Tensor,
    /// What is subtracted from a row first, `[units]`.
    pub offset: Tensor,
    /// `σ`.
    pub sparsity: Sparsity,
    /// What is done to each row.
    pub normalise: Normalise,
}

/// Added to deviations before they divide, as SAELens does.
const EPSILON: f64 = 1e-5;

impl Normalise {
    /// The mean and the length or deviation that it takes out of rows `[rows, units]`, each `[rows, 1]`.
    fn taken(self, rows: &Tensor) -> Option<(Tensor, Tensor)> {
        let units = rows.size(1);
        match self {
            Normalise::None => None,
            Normalise::Length => {
                let length = rows.norm(2.0, &[1], true) / (units as f64).sqrt();
                // Nothing can be said about a row of zeros but zeros.
                let length = length.mask_fill(&length.detach().eq_scalar(0.0), 1.0);
                Some((length.zeros_like(), length))
            }
            Normalise::Layer => {
                Some((rows.mean_axis(1, true), rows.var_axes(&[1], true, usize::from(units > 1)).sqrt()))
            }
        }
    }
    /// Rows `[rows, units]` as the encoder gets them. Differentiable.
    pub fn rows(self, rows: &Tensor) -> Tensor {
        match (self.taken(rows), self) {
            (None, _) => rows.clone(),
            (Some((mean, spread)), Normalise::Layer) => (rows - mean) / (spread + EPSILON),
            (Some((_, length)), _) => rows / length,
        }
    }
}

impl Dictionary {
    /// Checks shapes and numbers.
    ///
    /// # Errors
    /// [`Error::Definition`] with the part that does not fit.
    pub fn checked(self) -> Result<Dictionary> {
        let bad = |problem: String| Err(Error::Definition(format!("dictionary: {problem}")));
        if self.encoder.rank() != 2 || self.decoder.rank() != 2 || self.encoder.is_empty() || self.decoder.is_empty() {
            let (e, d) = (self.encoder.shape(), self.decoder.shape());
            return bad(format!(
                "encoder [units, features] and decoder [features, targets] have shapes {e:?} and {d:?}"
            ));
        }
        let (units, features, targets) = (self.units(), self.features(), self.targets());
        let mut parts = vec![
            ("decoder", &self.decoder, vec![features, targets]),
            ("encoder bias", &self.encoder_bias, vec![features]),
            ("decoder bias", &self.decoder_bias, vec![targets]),
            ("offset", &self.offset, vec![units]),
            ("encoder", &self.encoder, vec![units, features]),
        ];
        match &self.sparsity {
            Sparsity::JumpRelu(threshold) => parts.push(("threshold", threshold, vec![features])),
            Sparsity::TopK(k) if *k == 0 || *k > features => {
                return bad(format!("{k} of {features} features cannot be kept: give k from 1 to {features}"));
            }
            _ => (),
        }
        for (name, tensor, shape) in parts {
            if tensor.shape() != shape {
                return bad(format!("its {name} has shape {:?}, {shape:?} is expected", tensor.shape()));
            }
            if !tensor.dtype().is_float() || !tensor.detach().abs().sum().item().is_finite() {
                return bad(format!("numbers of its {name} are not finite"));
            }
        }
        if targets != units && self.normalise == Normalise::Layer {
            return bad("layer normalisation cannot be undone where the targets are not the units".to_owned());
        }
        Ok(self)
    }
    /// Units of what is encoded.
    pub fn units(&self) -> usize {
        self.encoder.size(0)
    }
    /// How many features there are.
    pub fn features(&self) -> usize {
        self.encoder.size(1)
    }
    /// Units of what is decoded.
    pub fn targets(&self) -> usize {
        self.decoder.size(1)
    }
    /// Each feature's direction with length one, `[features, targets]`; a zero row stays zero.
    pub fn directions(&self) -> Tensor {
        symbolon_tensor::optim::project::unit_rows(&self.decoder.detach())
    }
    /// Inner products with the encoder `[rows, features]`, of rows as they are in the network.
    pub fn inner(&self, rows: &Tensor) -> Tensor {
        self.products(rows, &self.encoder, &self.encoder_bias)
    }
    fn products(&self, rows: &Tensor, encoder: &Tensor, bias: &Tensor) -> Tensor {
        let kind = rows.dtype();
        let x = self.normalise.rows(rows) - self.offset.to(kind);
        x.matmul(&encoder.to(kind)) + bias.to(kind)
    }
    /// Codes `[rows, features]` of rows `[rows, units]`. Differentiable.
    pub fn encode(&self, rows: &Tensor) -> Tensor {
        self.sparsity.apply(&self.inner(rows))
    }
    /// Codes of some features only, `[rows, which]`.
    pub(crate) fn encode_some(&self, rows: &Tensor, which: &Tensor) -> Tensor {
        if let Sparsity::TopK(_) = self.sparsity {
            return self.encode(rows).index_select(1, which);
        }
        let (encoder, bias) = (self.encoder.index_select(1, which), self.encoder_bias.index_select(0, which));
        let inner = self.products(rows, &encoder, &bias);
        match &self.sparsity {
            Sparsity::JumpRelu(threshold) => Sparsity::JumpRelu(threshold.index_select(0, which)).apply(&inner),
            other => other.apply(&inner),
        }
    }
    /// What codes stand for, `[rows, targets]`; `rows` are those that were encoded, whose normalisation is undone.
    pub fn decode(&self, codes: &Tensor, rows: &Tensor) -> Tensor {
        let kind = codes.dtype();
        let y = codes.matmul(&self.decoder.to(kind)) + self.decoder_bias.to(kind);
        match self.normalise.taken(rows) {
            None => y,
            Some((mean, spread)) => y * spread + mean,
        }
    }
    /// Rows as far as the dictionary can say them, `[rows, targets]`. Differentiable.
    pub fn reconstruct(&self, rows: &Tensor) -> Tensor {
        self.decode(&self.encode(rows), rows)
    }
    /// What a change of some codes `[rows, which]` changes in rows of the network, `[rows, targets]`.
    pub(crate) fn moved(&self, change: &Tensor, which: &Tensor, rows: &Tensor) -> Tensor {
        let y = change.matmul(&self.decoder.index_select(0, which).to(change.dtype()));
        match self.normalise.taken(rows) {
            None => y,
            Some((_, spread)) => y * spread,
        }
    }
    /// The same in another kind of number.
    pub fn to(&self, kind: DType) -> Dictionary {
        let sparsity = match &self.sparsity {
            Sparsity::JumpRelu(threshold) => Sparsity::JumpRelu(threshold.to(kind)),
            other => other.clone(),
        };
        Dictionary {
            encoder: self.encoder.to(kind),
            encoder_bias: self.encoder_bias.to(kind),
            decoder: self.decoder.to(kind),
            decoder_bias: self.decoder_bias.to(kind),
            offset: self.offset.to(kind),
            sparsity,
            normalise: self.normalise,
        }
    }
}
