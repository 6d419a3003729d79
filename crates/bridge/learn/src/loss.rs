//! Losses on log-probabilities: what is observed should be probable.

use symbolon_tensor::Tensor;

/// A loss over a batch.
#[derive(Clone, Debug)]
pub struct Loss {
    /// The mean over the examples that are possible: a single number. Zero, without a history, if there is none.
    pub value: Tensor,
    /// Examples of probability zero, which have no gradient and are not in the mean: a proof is missing, or the networks exclude
    /// every one.
    pub impossible: Vec<usize>,
}

/// The mean negative log-probability of what was observed; `log_probability` `[examples]`.
///
/// With targets that are queries this is the likelihood loss of learning from entailment; with a constraint as the target it
/// is the semantic loss, the negative logarithm of the probability that independent outputs satisfy it (Xu et al. 2018).
pub fn negative_log_probability(log_probability: &Tensor) -> Loss {
    mean(log_probability, |possible| possible.negative())
}

/// Binary cross-entropy against degrees of belief: `-(y ln p + (1 - y) ln (1 - p))`, averaged; `truth` has one number in `[0, 1]` for
/// each example. For hard labels give negated queries to [`crate::Program::example`] instead: their circuits keep every digit
/// where `p` is close to one.
///
/// # Panics
/// When there are not as many truth values as examples.
pub fn binary_cross_entropy(log_probability: &Tensor, truth: &[f64]) -> Loss {
    assert_eq!(log_probability.len(), truth.len(), "one truth value for each example");
    let logs = log_probability.to_vec::<f64>();
    let impossible: Vec<usize> = (0..truth.len())
        .filter(|&i| (logs[i] == f64::NEG_INFINITY && truth[i] > 0.0) || (logs[i] >= 0.0 && truth[i] < 1.0))
        .collect();
    let kept: Vec<i64> = (0..truth.len() as i64).filter(|i| !impossible.contains(&(*i as usize))).collect();
    if kept.is_empty() {
        return Loss { value: Tensor::full([], 0.0, log_probability.dtype()), impossible };
    }
    let dtype = log_probability.dtype();
    let y = Tensor::from(kept.iter().map(|&i| truth[i as usize]).collect::<Vec<f64>>()).to(dtype);
    let log_p = log_probability.index_select(0, &Tensor::from(kept));
    // Where a side has no weight its logarithm may be infinite: it is put out of the way before it is multiplied.
    let no = y.eq_scalar(0.0);
    let yes = y.eq_scalar(1.0);
    let other = log_not(&log_p.mask_fill(&yes, -1.0));
    let loss = &y * log_p.mask_fill(&no, 0.0) + (1.0 - &y) * other;
    Loss { value: loss.mean().negative(), impossible }
}

/// `ln(1 - e^x)` for `x <= 0`, without losing digits at either end (Mächler 2012).
pub(crate) fn log_not(x: &Tensor) -> Tensor {
    let near = x.detach().gt_scalar(-std::f64::consts::LN_2);
    // Each branch sees only numbers that it can bear, so that its unused gradient is finite.
    let a = near.choose(x, &x.full_like(-std::f64::consts::LN_2));
    let b = near.choose(&x.full_like(-std::f64::consts::LN_2), x);
    let by_difference = a.exp_m1().negative().ln();
    let by_log1p = (1.0 - b.exp()).ln();
    near.choose(&by_difference, &by_log1p)
}

fn mean(log_probability: &Tensor, f: impl FnOnce(&Tensor) -> Tensor) -> Loss {
    let logs = log_probability.to_vec::<f64>();
    let impossible: Vec<usize> = (0..logs.len()).filter(|&i| logs[i] == f64::NEG_INFINITY).collect();
    if impossible.len() == logs.len() {
        return Loss { value: Tensor::full([], 0.0, log_probability.dtype()), impossible };
    }
    if impossible.is_empty() {
        return Loss { value: f(log_probability).mean(), impossible };
    }
    let possible = (0..logs.len() as i64).filter(|&i| logs[i as usize] != f64::NEG_INFINITY).collect::<Vec<i64>>();
    let possible = log_probability.index_select(0, &Tensor::from(possible));
    Loss { value: f(&possible).mean(), impossible }
}
