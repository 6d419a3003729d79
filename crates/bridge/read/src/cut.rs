//! A language model cut between two layers: the stream is taken there, changed, and sent on, to see what it does to the answers.
//!
//! The first position is left out of rows and edits: nobody needs to attend to it but many do, so that its stream is unlike all
//! others (Sun et al. 2024, "Massive activations").

use symbolon_net::Trace;
use symbolon_net::pretrained::{Pass, Transformer};
use symbolon_tensor::{Tensor, lean, no_grad};

use crate::dictionary::Difference;
use crate::error::{Error, Result};
use crate::rest::Layered;

/// A change of rows `[rows, d_model]`.
pub type RowEdit<'e> = &'e dyn Fn(&Tensor) -> Result<Tensor>;

/// A model and the layer before which it is cut.
#[derive(Clone, Copy)]
pub struct Cut<'m> {
    network: &'m Transformer,
    layer: usize,
}

impl<'m> Cut<'m> {
    /// Cuts a model before a layer.
    ///
    /// # Errors
    /// [`Error::Setting`] when there is no such layer.
    pub fn new(network: &'m Transformer, layer: usize) -> Result<Self> {
        match layer <= network.layers() {
            true => Ok(Self { network, layer }),
            false => {
                let problem = format!("before layer {layer} of {}", network.layers());
                Err(Error::Setting { what: "cut", problem })
            }
        }
    }
    /// The residual stream at the cut, `[batch, position, d_model]`, of tokens `[batch, position]`.
    ///
    /// # Errors
    /// What the pass answers.
    pub fn stream(&self, tokens: &Tensor) -> Result<Tensor> {
        Ok(self.network.before(std::slice::from_ref(tokens), self.layer)?)
    }
    /// Log-probabilities behind a stream: of all positions, `[batch, position, vocabulary]`, or of the last, `[batch, 1, vocabulary]`.
    /// They have slopes if the stream has.
    ///
    /// # Errors
    /// What the pass answers.
    pub fn logs(&self, stream: &Tensor, last_only: bool) -> Result<Tensor> {
        let pass = Pass { from: Some((self.layer, stream.clone())), last_only, ..Pass::default() };
        Ok(self.network.run(&[], pass, &mut Trace::none())?.log_softmax(-1))
    }
    /// Rows `[documents · positions, d_model]` of documents `[documents, position]` without first positions, `at_once` documents in
    /// a pass.
    ///
    /// # Errors
    /// What a pass answers; [`Error::Setting`] for no documents or none at once.
    pub fn rows(&self, documents: &Tensor, at_once: usize) -> Result<Tensor> {
        let parts = self.parts(documents, at_once)?.map(|part| Ok(flat(&part?.narrow(1, 1..))));
        Ok(Tensor::cat(&parts.collect::<Result<Vec<_>>>()?.iter().collect::<Vec<_>>(), 0))
    }
    /// Rows of lists of prompts `[prompts, position]` without first positions, each list in a pass, and for each row the label of its
    /// prompt: prompt `i` of every list has label `i`.
    ///
    /// # Errors
    /// [`Error::Setting`] for no lists, or other than one label for each prompt of a list; what a pass answers.
    pub fn labelled_rows(&self, lists: &[Tensor], labels: &[usize]) -> Result<(Tensor, Vec<usize>)> {
        if lists.is_empty() || lists.iter().any(|l| l.rank() != 2 || l.size(0) != labels.len()) {
            let shapes: Vec<&[usize]> = lists.iter().map(Tensor::shape).collect();
            let problem = format!("{} labels for prompts of shapes {shapes:?}", labels.len());
            return Err(Error::Setting { what: "labelled prompts", problem });
        }
        let (mut rows, mut of_rows) = (Vec::new(), Vec::new());
        for list in lists {
            rows.push(self.rows(list, list.size(0))?);
            of_rows.extend(labels.iter().flat_map(|label| vec![*label; list.size(1) - 1]));
        }
        Ok((Tensor::cat(&rows.iter().collect::<Vec<_>>(), 0), of_rows))
    }
    /// The stream of some tokens with an edit of its rows.
    ///
    /// # Errors
    /// What the pass and the edit answer.
    pub fn edited(&self, tokens: &Tensor, edit: RowEdit<'_>) -> Result<Tensor> {
        behind_first(&self.stream(tokens)?, edit)
    }
    /// The log-odds of one token against another behind each prompt of tokens `[prompts, position]`, with an edit of all rows.
    ///
    /// # Errors
    /// What the pass and the edit answer.
    pub fn log_odds(&self, tokens: &Tensor, [a, b]: [u32; 2], edit: RowEdit<'_>) -> Result<Vec<f64>> {
        let logs = no_grad(|| self.logs(&self.edited(tokens, edit)?, true))?;
        Ok((logs.get((.., 0, a as isize)) - logs.get((.., 0, b as isize))).to_vec())
    }
    /// How much an edit of all rows changes what a model says of documents `[documents, position]`: for each the mean of
    /// `KL(before ‖ after)`, nats a token.
    ///
    /// # Errors
    /// What a pass and the edit answer; [`Error::Setting`] for no documents or none at once.
    pub fn disturbance(&self, documents: &Tensor, at_once: usize, edit: RowEdit<'_>) -> Result<Vec<f64>> {
        let mut all = Vec::new();
        for stream in self.parts(documents, at_once)? {
            let stream = stream?;
            let of = |x: &Tensor| no_grad(|| self.logs(x, false));
            let (p, q) = (of(&stream)?, of(&behind_first(&stream, edit)?)?);
            all.extend(divergence(&p, &q).mean_axis(1, false).to_vec::<f64>());
        }
        Ok(all)
    }
    /// For each pair of prompts `[prompts, position]` the first of `counts` (ascending) of directions that brings the answer of the
    /// first prompt at most half as far (KL) from that of the second as it was, when they are taken from the second one's stream,
    /// the most important first; none where none of them do. `of` splits the difference of rows into directions.
    ///
    /// # Errors
    /// What a pass and `of` answer.
    pub fn needed(
        &self,
        [base, other]: [&Tensor; 2],
        counts: &[usize],
        of: &dyn Fn(&Tensor, &Tensor, usize) -> Result<Difference>,
    ) -> Result<Vec<Option<usize>>> {
        let (a, b) = (self.stream(base)?, self.stream(other)?);
        let target = no_grad(|| self.logs(&b, true))?;
        let from = a.variable();
        let distance = lean(|| Ok::<_, Error>(divergence(&target, &self.logs(&from, true)?)))?;
        let gradient = flat(&distance.negative().sum().grad(&[&from])[0]);
        let start = distance.detach().to_vec::<f64>();
        let difference = of(&flat(&a), &flat(&b), base.size(0))?;
        let ranked = difference.ranked(&gradient);
        let mut first = vec![None; start.len()];
        for &count in counts.iter().rev() {
            let moved = difference.swapped(&flat(&a), &ranked, count).reshape(a.shape());
            let left = no_grad(|| Ok::<_, Error>(divergence(&target, &self.logs(&moved, true)?)))?.to_vec::<f64>();
            (0..start.len()).filter(|&i| left[i] <= 0.5 * start[i]).for_each(|i| first[i] = Some(count));
        }
        Ok(first)
    }
    /// Streams of some documents at a time.
    fn parts(&self, documents: &Tensor, at_once: usize) -> Result<impl Iterator<Item = Result<Tensor>>> {
        if documents.rank() != 2 || documents.is_empty() || at_once == 0 {
            let problem = format!("{at_once} at once of {:?}; give [documents, position]", documents.shape());
            return Err(Error::Setting { what: "documents", problem });
        }
        let (this, documents) = (*self, documents.clone());
        let all = documents.size(0);
        Ok((0..all).step_by(at_once).map(move |i| this.stream(&documents.narrow(0, i..all.min(i + at_once)))))
    }
}

fn flat(stream: &Tensor) -> Tensor {
    stream.reshape([stream.size(0) * stream.size(1), stream.size(2)])
}

/// The stream with an edit of the rows behind the first position.
fn behind_first(stream: &Tensor, edit: RowEdit<'_>) -> Result<Tensor> {
    let rest = stream.narrow(1, 1..);
    let edited = edit(&flat(&rest))?.reshape(rest.shape());
    Ok(Tensor::cat(&[&stream.narrow(1, ..1), &edited], 1))
}

/// `KL(p ‖ q)` of log-probabilities, over the last axis.
fn divergence(p: &Tensor, q: &Tensor) -> Tensor {
    (p.exp() * (p - q)).sum_axis(-1, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use symbolon_net::Network;
    use symbolon_net::pretrained::Config;
    use symbolon_tensor::{DType, Rng};

    fn network() -> Transformer {
        let config = serde_json::json!({
            "model_type": "llama", "vocab_size": 40, "hidden_size": 16, "num_hidden_layers": 3, "num_attention_heads": 2,
            "intermediate_size": 24, "tie_word_embeddings": true
        });
        Transformer::random(&Config::from_json(&config).unwrap(), &mut Rng::new(2)).unwrap()
    }

    #[test]
    fn what_is_cut_fits_together_and_edits_disturb() {
        let (network, tokens) = (network(), Rng::new(3).indices([5, 6], 40));
        let cut = Cut::new(&network, 2).unwrap();
        let whole = network.answer(&tokens).unwrap().log_softmax(-1);
        assert!(cut.logs(&cut.stream(&tokens).unwrap(), false).unwrap().is_close(&whole, 1e-5, 1e-4));
        assert_eq!(cut.rows(&tokens, 2).unwrap().shape(), [25, 16]);
        assert!(cut.rows(&tokens, 2).unwrap().is_close(&cut.rows(&tokens, 5).unwrap(), 1e-5, 1e-4));
        let (rows, labels) = cut.labelled_rows(&[tokens.clone(), tokens.narrow(1, ..3)], &[0, 1, 0, 1, 1]).unwrap();
        assert!(rows.narrow(0, ..25).is_close(&cut.rows(&tokens, 5).unwrap(), 0.0, 0.0));
        assert_eq!(
            (rows.size(0), &labels[..11], &labels[25..29]),
            (35, &[0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0][..], &[0, 0, 1, 1][..])
        );
        assert!(cut.labelled_rows(std::slice::from_ref(&tokens), &[0, 1]).is_err());
        let nothing = cut.disturbance(&tokens, 2, &|x| Ok(x.clone())).unwrap();
        assert!(nothing.len() == 5 && nothing.iter().all(|kl| kl.abs() < 1e-6), "{nothing:?}");
        assert!(cut.disturbance(&tokens, 2, &|x| Ok(x * 0.0)).unwrap().iter().all(|kl| *kl > 1e-6));
        let edited = cut.edited(&tokens, &|x| Ok(x * 0.0)).unwrap();
        let first = cut.stream(&tokens).unwrap().narrow(1, ..1);
        assert!(edited.narrow(1, ..1).is_close(&first, 0.0, 0.0) && edited.narrow(1, 1..).abs().max().item() == 0.0);
        let odds = cut.log_odds(&tokens, [3, 7], &|x| Ok(x.clone())).unwrap();
        for (i, odds) in odds.into_iter().enumerate() {
            let truth = whole.get((i as isize, -1, 3)).item() - whole.get((i as isize, -1, 7)).item();
            assert!((odds - truth).abs() < 1e-4, "{odds} {truth}");
        }
        assert!(Cut::new(&network, 4).is_err() && cut.rows(&tokens, 0).is_err());
    }

    #[test]
    fn all_directions_of_a_basis_bring_the_other_answer() {
        let (network, mut rng) = (network(), Rng::new(4));
        let [base, other] = [0, 1].map(|_| rng.indices([4, 6], 40));
        let cut = Cut::new(&network, 1).unwrap();
        let basis = rng.normal([16, 16], DType::F32).qr().unwrap().0;
        let of = |a: &Tensor, b: &Tensor, n: usize| Difference::in_basis(&basis, a, b, n);
        let few = cut.needed([&base, &other], &[1, 4, 16], &of).unwrap();
        assert!(few.iter().all(Option::is_some), "{few:?}");
        assert_eq!(cut.needed([&base, &other], &[16], &of).unwrap(), [Some(16); 4]);
        assert_eq!(cut.needed([&base, &other], &[0], &of).unwrap(), [None; 4]);
    }
}
