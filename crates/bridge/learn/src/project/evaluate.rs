//! How well a project answers: observations against what networks and theory say together.

use symbolon_tensor::no_grad;

use super::{Project, still};
use crate::error::Result;
use crate::program::{Example, Target};

/// Examples that are evaluated together.
const AT_ONCE: usize = 500;

/// What is said about one observation.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// The most probable answer, or `true` or `false` where there is one to be judged.
    pub answer: String,
    /// Whether that is what was observed.
    pub correct: bool,
    /// The natural logarithm of the probability of what was observed; minus infinity where no proof explains it.
    pub log_probability: f64,
}

/// What is said about many observations.
#[derive(Clone, Debug, Default)]
pub struct Evaluation {
    /// One for each observation, in order.
    pub predictions: Vec<Prediction>,
}

impl Evaluation {
    /// Share of right answers; those that no proof explains count as wrong. Not a number without any.
    pub fn accuracy(&self) -> f64 {
        self.predictions.iter().filter(|p| p.correct).count() as f64 / self.predictions.len() as f64
    }

    /// Mean over the observations that have a probability; not a number without any.
    pub fn mean_log_probability(&self) -> f64 {
        let finite: Vec<f64> = self.predictions.iter().map(|p| p.log_probability).filter(|l| l.is_finite()).collect();
        finite.iter().sum::<f64>() / finite.len() as f64
    }

    /// How many have no probability at all.
    pub fn impossible(&self) -> usize {
        self.predictions.iter().filter(|p| p.log_probability == f64::NEG_INFINITY).count()
    }
}

impl Project {
    /// Judges networks and theory on observations. An observation with other possible answers, such as a sum, is judged by the
    /// most probable one; one that is true or false by which of the two is more probable.
    ///
    /// # Errors
    /// Data that was not loaded; outputs that do not fit.
    pub fn judge<'e>(&self, examples: impl IntoIterator<Item = &'e Example>) -> Result<Evaluation> {
        let examples: Vec<&Example> = examples.into_iter().collect();
        let mut all = Evaluation::default();
        for some in examples.chunks(AT_ONCE) {
            all.predictions.extend(no_grad(|| self.judge_some(some))?);
        }
        Ok(all)
    }

    fn judge_some(&self, examples: &[&Example]) -> Result<Vec<Prediction>> {
        let mut judged = vec![None; examples.len()];
        // Those with several answers are asked for all of them: the one that was observed is among them.
        let (open, closed): (Vec<usize>, Vec<usize>) = (0..examples.len()).partition(|&i| asks_which(examples[i]));
        let questions: Vec<Example> =
            open.iter().map(|&i| Example { target: Target::All, ..examples[i].clone() }).collect();
        let batch = self.program.batch(&questions);
        let outputs = self.outputs(&batch, &mut still)?;
        for answers in self.program.answers(&batch, &outputs, &self.logits)? {
            let count = answers.layer.answers.len();
            let logs = answers.log_probability.to_vec::<f64>();
            let winners = answers.log_probability.argmax(1).to_vec::<i64>();
            for (row, (&e, winner)) in answers.examples.iter().zip(winners).enumerate() {
                let example = examples[open[e]];
                let log_probability = match example.target {
                    Target::Answer(observed) => logs[row * count + observed as usize],
                    _ => f64::NEG_INFINITY,
                };
                let best = answers.layer.answers[winner as usize];
                judged[open[e]] = Some(Prediction {
                    answer: self.program.show(self.program.about_data(best, &example.items)),
                    correct: example.target == Target::Answer(winner as u32),
                    log_probability,
                });
            }
        }
        let observed = self.log_probabilities(closed.iter().map(|&i| examples[i]), &mut still)?.to_vec::<f64>();
        for (&i, log_probability) in closed.iter().zip(observed) {
            let correct = log_probability > 0.5f64.ln();
            let seen = !matches!(examples[i].target, Target::Root(_));
            judged[i] = Some(Prediction { answer: (seen == correct).to_string(), correct, log_probability });
        }
        // Each is either open or closed.
        Ok(judged.into_iter().flatten().collect())
    }
}

/// Whether there are answers to choose from.
fn asks_which(example: &Example) -> bool {
    !example.layer.closed
        && !example.layer.answers.is_empty()
        && matches!(example.target, Target::Answer(_) | Target::Impossible)
}
