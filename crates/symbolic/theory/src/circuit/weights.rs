//! The weight of each value of each choice: constants of the program, parameters, outputs of networks.

use crate::diag::{Code, Diagnostic};
use crate::lineage::{ChoiceId, Leaf, Lineage};

/// A table `[choice][value]` of weights, usually probabilities.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    starts: Vec<u32>,
    values: Vec<f64>,
}

impl Weights {
    /// All values of all choices weigh the same.
    pub fn uniform(sizes: &[u32], weight: f64) -> Weights {
        let mut starts = vec![0];
        for s in sizes {
            starts.push(starts[starts.len() - 1] + s);
        }
        let total = starts[starts.len() - 1] as usize;
        Weights { starts, values: vec![weight; total] }
    }

    /// The weights of a lineage, with `params[i]` the probability of parameter instance `i` and `neural[i][j]` output `j` of
    /// network call `i`. Fails where a network's outputs are missing, of the wrong number, or not probabilities.
    pub fn of(lineage: &Lineage, params: &[f64], neural: &[Vec<f64>]) -> Result<Weights, Diagnostic> {
        let sizes: Vec<u32> = lineage.choices.iter().map(|c| c.weights.len() as u32).collect();
        let mut table = Weights::uniform(&sizes, 0.0);
        let good = |p: f64| (0.0..=1.0 + 1e-9).contains(&p);
        for (c, choice) in lineage.choices.iter().enumerate() {
            let row = table.choice_mut(ChoiceId(c as u32));
            let mut sum = 0.0;
            for (w, leaf) in row.iter_mut().zip(&choice.weights) {
                *w = match *leaf {
                    Leaf::Const(p) => p,
                    Leaf::Rest => continue,
                    Leaf::Param(i) => *params.get(i as usize).ok_or_else(|| {
                        let message = "no probability is given for a learnable parameter";
                        Diagnostic::error(Code::Probability, choice.span, message)
                            .help("learn it first, or write t(0.5)")
                    })?,
                    Leaf::Neural(call, at) => {
                        let output = neural.get(call as usize).and_then(|o| o.get(at as usize)).ok_or_else(|| {
                            let message = "this neural predicate has no output for one of its values";
                            Diagnostic::error(Code::Neural, choice.span, message)
                                .help("give one probability for each element of its domain")
                        })?;
                        if !good(*output) {
                            let message = format!("a network gives the probability {output}");
                            return Err(Diagnostic::error(Code::Neural, choice.span, message)
                                .help("outputs must lie in [0, 1]: use a softmax or a sigmoid"));
                        }
                        *output
                    }
                };
                if !good(*w) {
                    let message = format!("the probability {w} is not in [0, 1]");
                    return Err(Diagnostic::error(Code::Probability, choice.span, message));
                }
                sum += *w;
            }
            for (w, leaf) in row.iter_mut().zip(&choice.weights) {
                if *leaf == Leaf::Rest {
                    *w = (1.0 - sum).max(0.0);
                }
            }
        }
        Ok(table)
    }

    /// Start values of the parameters of a lineage: `default` where the program gives none.
    pub fn initial_params(lineage: &Lineage, default: f64) -> Vec<f64> {
        lineage.params.iter().map(|p| p.init.unwrap_or(default)).collect()
    }

    /// The weights of a choice.
    #[inline]
    pub fn choice(&self, choice: ChoiceId) -> &[f64] {
        let c = choice.0 as usize;
        &self.values[self.starts[c] as usize..self.starts[c + 1] as usize]
    }

    /// The weights of a choice, to be changed.
    pub fn choice_mut(&mut self, choice: ChoiceId) -> &mut [f64] {
        let c = choice.0 as usize;
        &mut self.values[self.starts[c] as usize..self.starts[c + 1] as usize]
    }

    /// Number of choices.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there are no choices.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All weights in a row: value `v` of choice `c` is at [`Weights::offset`]`(c) + v`.
    pub fn flat(&self) -> &[f64] {
        &self.values
    }

    /// Where the weights of a choice start in [`Weights::flat`].
    pub fn offset(&self, choice: ChoiceId) -> usize {
        self.starts[choice.0 as usize] as usize
    }
}
