//! Lenses: inner states and weights read as words of the vocabulary.
//!
//! The logit lens (nostalgebraist 2020) sends a residual stream through the final norm and the unembedding, as if the network
//! ended there. The same unembedding, without the norm, reads rows of weights: what a neuron writes, which words a direction
//! promotes. A vocabulary is wide, so logits are never held for more than some rows at once: what is kept are the `k` best tokens.
//!
//! ```
//! use symbolon_net::{Transformer, TransformerConfig};
//! use symbolon_read::lens::{Readout, top};
//! use symbolon_tensor::{DType, Rng};
//! let network = Transformer::new(&TransformerConfig::decoder(50, 8, 2, 16, 2), &mut Rng::new(0))?;
//! let stream = Rng::new(1).normal([10, 16], DType::F32);
//! let best = top(&network, &stream, Readout::Stream, 3)?;
//! assert_eq!((best.len(), best[0].len()), (10, 3));
//! # Ok::<(), symbolon_read::Error>(())
//! ```

use symbolon_net::{Transformer, pretrained};
use symbolon_tensor::{Tensor, no_grad};

use crate::error::{Error, Result};

/// What rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readout {
    /// Residual streams: they go through the final norm.
    Stream,
    /// Rows of weights or directions, which are added to the stream: they do not.
    Weights,
}

/// A network with a vocabulary.
pub trait Vocabulary {
    /// How wide its residual stream is.
    fn width(&self) -> usize;
    /// Logits `[rows, vocabulary]` of rows `[rows, d_model]`.
    ///
    /// # Errors
    /// When the network gives no logits.
    fn logits(&self, rows: &Tensor, readout: Readout) -> symbolon_net::Result<Tensor>;
}

impl Vocabulary for pretrained::Transformer {
    fn width(&self) -> usize {
        self.config.d_model
    }
    fn logits(&self, rows: &Tensor, readout: Readout) -> symbolon_net::Result<Tensor> {
        match readout {
            Readout::Stream => self.lens(rows),
            Readout::Weights => Ok(match &self.unembed {
                Some(unembed) => rows.matmul(&unembed.weight),
                None => rows.matmul(&self.embed.weight.t()),
            }),
        }
    }
}

impl Vocabulary for Transformer {
    fn width(&self) -> usize {
        (**self).width()
    }
    fn logits(&self, rows: &Tensor, readout: Readout) -> symbolon_net::Result<Tensor> {
        (**self).logits(rows, readout)
    }
}

/// A token with its logit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Token {
    /// Its number in the vocabulary.
    pub token: usize,
    /// Its logit.
    pub logit: f64,
    /// The natural logarithm of its probability among all tokens.
    pub log_probability: f64,
}

/// Logits held at once, at most about this many numbers.
const NUMBERS_AT_ONCE: usize = 1 << 22;

/// The `k` tokens with the largest logits for each row `[rows, d_model]`, the largest first.
///
/// # Errors
/// [`Error::Setting`] for rows of another width or no `k`; [`Error::Net`] when the network gives no logits.
pub fn top(network: &dyn Vocabulary, rows: &Tensor, readout: Readout, k: usize) -> Result<Vec<Vec<Token>>> {
    let mut best = Vec::new();
    each(network, rows, readout, k, |logits, k| {
        let k = k.min(logits.size(1));
        let (values, tokens) = logits.topk(k, 1);
        let (values, tokens) = (values.to_vec::<f64>(), tokens.to_vec::<i64>());
        let total = logits.logsumexp(1, false).to_vec::<f64>();
        for (i, total) in total.iter().enumerate() {
            let row = (i * k..(i + 1) * k).map(|at| Token {
                token: tokens[at] as usize,
                logit: values[at],
                log_probability: values[at] - total,
            });
            best.push(row.collect());
        }
    })?;
    Ok(best)
}

/// The log-probability that each row gives to a token of its own, `[rows]`.
///
/// # Errors
/// As [`top`]; [`Error::Setting`] unless there is one token of the vocabulary for each row.
pub fn log_probabilities(network: &dyn Vocabulary, rows: &Tensor, tokens: &[usize]) -> Result<Vec<f64>> {
    if rows.rank() != 2 || rows.size(0) != tokens.len() {
        let problem = format!("{} tokens for rows of shape {:?}", tokens.len(), rows.shape());
        return Err(Error::Setting { what: "lens", problem });
    }
    let mut found = Vec::new();
    let mut unknown = None;
    each(network, rows, Readout::Stream, 1, |logits, _| {
        let here = &tokens[found.len()..found.len() + logits.size(0)];
        match here.iter().find(|t| **t >= logits.size(1)) {
            Some(t) => {
                unknown = Some(*t);
                found.extend(here.iter().map(|_| f64::NAN));
            }
            None => {
                let at = symbolon_data::indices(here).unsqueeze(1).to_device(logits.device());
                found.extend(logits.log_softmax(1).gather(1, &at).squeeze(1).to_vec::<f64>());
            }
        }
    })?;
    match unknown {
        Some(t) => Err(Error::Setting { what: "lens", problem: format!("token {t} is none of the vocabulary's") }),
        None => Ok(found),
    }
}

fn each(
    network: &dyn Vocabulary,
    rows: &Tensor,
    readout: Readout,
    k: usize,
    mut take: impl FnMut(&Tensor, usize),
) -> Result<()> {
    if rows.rank() != 2 || rows.size(1) != network.width() || k == 0 {
        let problem =
            format!("the {k} best tokens of rows of shape {:?}; their width is {}", rows.shape(), network.width());
        return Err(Error::Setting { what: "lens", problem });
    }
    let n = rows.size(0);
    let (mut at, mut chunk) = (0, 1);
    // The first row tells how wide the vocabulary is.
    while at < n {
        let some = rows.narrow(0, at..(at + chunk).min(n));
        let logits = no_grad(|| network.logits(&some, readout))?;
        take(&logits, k);
        at += chunk;
        chunk = (NUMBERS_AT_ONCE / logits.size(1).max(1)).max(1);
    }
    Ok(())
}
