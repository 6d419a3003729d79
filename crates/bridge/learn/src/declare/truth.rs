//! Degrees of truth of formulas as tensor operations, and the losses made of them.

use std::collections::BTreeMap;

use symbolon_tensor::{DType, Rng, Tensor};

use super::{Constraints, Node, bounds};
use crate::error::{Error, Result};
use crate::fuzzy::Norm;

impl Constraints {
    /// The degree of truth of each required formula, `[batch, formulas]`, under a fuzzy logic; sums are exact, since the variables
    /// are taken as independent. `probabilities[variable]` is `[batch, values]`; `given[example]` the numbers it brings along.
    ///
    /// This is a relaxation, not a probability: formulas that share variables are combined as if they did not.
    ///
    /// # Errors
    /// [`Error::Constraint`] for tensors of the wrong shape or too few given numbers.
    pub fn truth(&self, norm: Norm, probabilities: &[Tensor], given: &[Vec<i64>]) -> Result<Tensor> {
        let batch = self.checked(probabilities)?;
        let dtype = probabilities.first().map_or(DType::F32, Tensor::dtype);
        let (one, zero) = (Tensor::ones([batch], dtype), Tensor::zeros([batch], dtype));
        let mut truth: Vec<Tensor> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let at = |f: &super::Formula| &truth[f.0 as usize];
            let value = match node {
                Node::True => one.clone(),
                Node::Is(v, x) => probabilities[*v].get((.., *x as isize)),
                Node::Not(f) => 1.0 - at(f),
                Node::And(all) => all.iter().map(at).fold(one.clone(), |a, b| and(norm, &a, b)),
                Node::Or(all) => all.iter().map(at).fold(zero.clone(), |a, b| or(norm, &a, b)),
                Node::If(a, b) => or(norm, &(1.0 - at(a)), at(b)),
                Node::Sum { terms, low, high } => {
                    let (sums, distribution) = self.total(terms, probabilities);
                    let mut inside = Vec::with_capacity(batch * sums.len());
                    for example in 0..batch {
                        let [low, high] = bounds(*low, *high, given.get(example).map_or(&[][..], |g| g))?;
                        inside.extend(sums.iter().map(|s| f64::from((low..=high).contains(s))));
                    }
                    let inside = Tensor::new(inside, [batch, sums.len()]).map_err(symbolon_net::Error::from)?.to(dtype);
                    (distribution * inside).sum_axis(1, false)
                }
            };
            truth.push(value);
        }
        let required: Vec<&Tensor> = self.required.iter().map(|f| &truth[f.0 as usize]).collect();
        match required.is_empty() {
            true => Ok(Tensor::zeros([batch, 0], dtype)),
            false => Ok(Tensor::stack(&required, 1)),
        }
    }

    /// The distribution of a weighted sum, `[batch, sums]`, and its values.
    fn total(&self, terms: &[(usize, usize, i64)], probabilities: &[Tensor]) -> (Vec<i64>, Tensor) {
        // What each variable adds, value by value.
        let mut adds: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
        for &(v, x, w) in terms {
            adds.entry(v).or_insert_with(|| vec![0; self.variables[v]])[x] += w;
        }
        let batch = probabilities.first().map_or(0, |p| p.size(0));
        let dtype = probabilities.first().map_or(DType::F32, Tensor::dtype);
        let mut sums: BTreeMap<i64, Tensor> = BTreeMap::from([(0, Tensor::ones([batch], dtype))]);
        for (v, weights) in adds {
            let mut own: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
            weights.iter().enumerate().for_each(|(x, w)| own.entry(*w).or_default().push(x as i64));
            let own: BTreeMap<i64, Tensor> = own
                .into_iter()
                .map(|(w, values)| (w, probabilities[v].index_select(1, &Tensor::from(values)).sum_axis(1, false)))
                .collect();
            let mut next: BTreeMap<i64, Tensor> = BTreeMap::new();
            for (a, p) in &sums {
                for (b, q) in &own {
                    let both = p * q;
                    next.entry(a + b).and_modify(|sum| *sum = &*sum + &both).or_insert(both);
                }
            }
            sums = next;
        }
        let columns: Vec<&Tensor> = sums.values().collect();
        let distribution = Tensor::stack(&columns, 1);
        (sums.keys().copied().collect(), distribution)
    }

    /// Minus the logarithm of the mass of sampled assignments that satisfy everything required, averaged over examples: `samples`
    /// assignments are drawn from the outputs, equal ones counted once, and the probability of those that satisfy is raised. The
    /// mass is a lower bound of the probability that the constraints hold. Examples without such a sample are left out and
    /// counted.
    ///
    /// # Errors
    /// As [`truth`](Self::truth).
    pub fn sampled_loss(
        &self,
        log_p: &[Tensor],
        given: &[Vec<i64>],
        samples: usize,
        rng: &mut Rng,
    ) -> Result<(Tensor, usize)> {
        let batch = self.checked(log_p)?;
        let drawn: Vec<Vec<i64>> = (log_p.iter())
            .map(|p| rng.categorical(&p.detach().exp().repeat_each(samples, 0)).to_vec::<i64>())
            .collect();
        let (mut rows, mut values) = (Vec::new(), Vec::new());
        let mut missed = 0;
        let mut example_of = Vec::new();
        for example in 0..batch {
            let own = given.get(example).map_or(&[][..], |g| g);
            let assignment = |s: usize| drawn.iter().map(|d| d[example * samples + s] as usize).collect();
            let distinct: std::collections::BTreeSet<Vec<usize>> = (0..samples).map(assignment).collect();
            let before = rows.len();
            for assignment in distinct {
                if self.holds(&assignment, own)?.into_iter().all(|h| h) {
                    rows.push(example as i64);
                    values.push(assignment);
                    example_of.push((example - missed) as i64);
                }
            }
            missed += usize::from(rows.len() == before);
        }
        let dtype = log_p.first().map_or(DType::F32, Tensor::dtype);
        if rows.is_empty() {
            return Ok((Tensor::zeros([], dtype), missed));
        }
        let mut total = Tensor::zeros([rows.len()], dtype);
        let at = Tensor::from(rows);
        for (v, p) in log_p.iter().enumerate() {
            let picks = Tensor::from(values.iter().map(|a| a[v] as i64).collect::<Vec<i64>>()).unsqueeze(1);
            total = total + p.index_select(0, &at).gather(1, &picks).squeeze(1);
        }
        let groups = symbolon_tensor::Segments::new(example_of, batch - missed).map_err(symbolon_net::Error::from)?;
        Ok((groups.logsumexp(&total).mean().negative(), missed))
    }

    fn checked(&self, tables: &[Tensor]) -> Result<usize> {
        let batch = tables.first().map_or(0, |t| t.size(0));
        let good = |(t, n): (&Tensor, &usize)| t.shape() == [batch, *n];
        match tables.len() == self.variables.len() && tables.iter().zip(&self.variables).all(good) {
            true => Ok(batch),
            false => Err(Error::Constraint {
                problem: format!(
                    "outputs of shapes {:?} for variables with {:?} values",
                    tables.iter().map(|t| t.shape().to_vec()).collect::<Vec<_>>(),
                    self.variables
                ),
            }),
        }
    }
}

fn and(norm: Norm, a: &Tensor, b: &Tensor) -> Tensor {
    match norm {
        Norm::Godel => a.minimum(b),
        Norm::Product => a * b,
        Norm::Lukasiewicz => (a + b - 1.0).clamp_min(0.0),
    }
}

fn or(norm: Norm, a: &Tensor, b: &Tensor) -> Tensor {
    match norm {
        Norm::Godel => a.maximum(b),
        Norm::Product => a + b - a * b,
        Norm::Lukasiewicz => (a + b).clamp_max(1.0),
    }
}

/// Weights of constraints that grow with their violation: `λ ← clip(λ + rate · violation, 0, most)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Multipliers {
    /// One for each constraint.
    pub values: Vec<f64>,
    /// How fast they grow.
    pub rate: f64,
    /// How large they become at most.
    pub most: f64,
}

impl Multipliers {
    /// All zero.
    pub fn new(constraints: usize, rate: f64, most: f64) -> Self {
        Self { values: vec![0.0; constraints], rate, most }
    }
    /// `Σ λ_j v_j` for the mean violations `v_j = 1 - truth_j`, and the dual step. `truth` is `[batch, constraints]`.
    ///
    /// # Errors
    /// [`Error::Constraint`] when there are not as many constraints.
    pub fn loss(&mut self, truth: &Tensor) -> Result<Tensor> {
        if truth.rank() != 2 || truth.size(1) != self.values.len() {
            let problem = format!("truth of shape {:?} for {} multipliers", truth.shape(), self.values.len());
            return Err(Error::Constraint { problem });
        }
        let violation = 1.0 - truth.mean_axis(0, false);
        for (value, v) in self.values.iter_mut().zip(violation.to_vec::<f64>()) {
            *value = (*value + self.rate * v).clamp(0.0, self.most);
        }
        Ok((violation * Tensor::from(self.values.clone()).to(truth.dtype())).sum())
    }
}
