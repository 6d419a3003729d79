//! Learning from cells of which some have no label, where rules make up for what is hidden (ASPER).

use symbolon_tensor::Tensor;
use symbolon_theory::asp::AnswerSet;

use super::{Expectations, ValuedProgram};
use crate::error::{Error, Result};

/// An example whose cells have labels in part.
#[derive(Clone, Debug)]
pub struct Partial {
    /// The value of each cell, from 0.
    pub labels: Vec<usize>,
    /// Which labels are shown.
    pub visible: Vec<bool>,
    /// What is given for certain, `[cells * values]`: 1 or 0, or [`f64::NAN`] where nothing is.
    pub known: Vec<f64>,
    /// Its program with the answer sets to learn from, if any.
    pub sets: Option<(ValuedProgram, Vec<AnswerSet>)>,
}

/// What is in the loss beside cross-entropy; the answer sets of examples that bring them are in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// [`Expectations::absolute`]: every group has each value once.
    pub absolute: bool,
    /// [`Expectations::remaining`]: the same of what is left to decide.
    pub remaining: bool,
}

/// The loss of a batch: the mean cross-entropy of the labels that are shown, the chosen terms of the rules, and for each example with
/// answer sets their loss over all cells of the batch. `log_p` is `[examples, cells, values]`.
///
/// # Errors
/// [`Error::Constraint`] for log-probabilities of another shape, or a batch without any label; as the terms.
pub fn partial_loss(log_p: &Tensor, examples: &[&Partial], rules: &Expectations, terms: Terms) -> Result<Tensor> {
    let &[batch, cells, values] = log_p.shape() else {
        return Err(Error::Constraint { problem: format!("log-probabilities {:?} of cells", log_p.shape()) });
    };
    let labels: Vec<usize> = examples.iter().flat_map(|e| e.labels.iter().copied()).collect();
    let mask: Vec<f32> = examples.iter().flat_map(|e| &e.visible).map(|&v| f32::from(u8::from(v))).collect();
    let count: f32 = mask.iter().sum();
    if batch != examples.len() || labels.len() != batch * cells || mask.len() != labels.len() || count == 0.0 {
        let problem =
            format!("{} labels, {count} of them shown, for log-probabilities {:?}", labels.len(), log_p.shape());
        return Err(Error::Constraint { problem });
    }
    let picks = symbolon_data::indices(&labels).reshape([batch, cells, 1]);
    let mask = Tensor::new(mask, [batch, cells]).map_err(symbolon_net::Error::from)?.to(log_p.dtype());
    let mut loss = (log_p.gather(2, &picks).squeeze(2) * mask).sum() * (-1.0 / f64::from(count));
    let flat = log_p.reshape([batch, cells * values]);
    if terms.absolute {
        loss = loss + rules.absolute(&flat.exp());
    }
    if terms.remaining {
        let known: Vec<f64> = examples.iter().flat_map(|e| e.known.iter().copied()).collect();
        loss = loss + rules.remaining(&flat.exp(), &known)?;
    }
    for (row, example) in examples.iter().enumerate() {
        if let Some((program, sets)) = &example.sets {
            loss = loss + program.loss(&flat.get(row as isize), sets)? * (1.0 / (batch * cells) as f64);
        }
    }
    Ok(loss)
}

#[cfg(test)]
mod tests {
    use super::*;
    use symbolon_theory::budget::Budget;

    /// Two cells that share two values, of which one label is shown: each term by hand.
    #[test]
    fn terms_are_what_they_say() {
        let text = "{is(C,V) : V = 1..2} = 1 :- C = 1..2. :- #count{C : is(C,V)} != 1, V = 1..2.";
        let atoms = (1..=2).flat_map(|c| (1..=2).map(move |v| format!("is({c},{v})")));
        let program = ValuedProgram::new(text, atoms, 2, &Budget::default()).unwrap();
        let sets = program.answer_sets(10, &Budget::default()).unwrap();
        let rules = Expectations::each_value_once(2, 2, &[vec![0, 1]]).unwrap();
        let unknown = vec![f64::NAN; 4];
        let mut example = Partial { labels: vec![0, 1], visible: vec![true, false], known: unknown, sets: None };
        let log_p = Tensor::from([[[0.8f64, 0.2], [0.6, 0.4]]]).ln();
        let loss = |e: &Partial, absolute, remaining| {
            partial_loss(&log_p, &[e], &rules, Terms { absolute, remaining }).unwrap().item()
        };
        let labels = -0.8f64.ln();
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        close(loss(&example, false, false), labels);
        // The values are expected 1.4 and 0.6 times.
        close(loss(&example, true, false), labels + 0.4);
        close(loss(&example, false, true), labels + 0.16);
        // With the first cell given they are 1.6 and 0.4.
        example.known = vec![1.0, 0.0, f64::NAN, f64::NAN];
        close(loss(&example, false, true), labels + 0.36);
        example.sets = Some((program, sets));
        close(loss(&example, false, false), labels - (0.8f64 * 0.4 + 0.2 * 0.6).ln() / 2.0);
        example.visible = vec![false, false];
        assert!(partial_loss(&log_p, &[&example], &rules, Terms::default()).is_err());
        assert!(partial_loss(&log_p, &[], &rules, Terms::default()).is_err());
    }
}
