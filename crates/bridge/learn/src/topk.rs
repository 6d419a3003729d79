//! The k best proofs of each example, and exactly over these.
//!
//! The lineage of a shape is read in the algebra of proofs, example by example, under the networks' present outputs. Which
//! proofs are best differs from example to example but repeats over a training run, so the circuit of each set of proofs is
//! kept. Gradients flow through the probabilities of the chosen proofs, not through the choice.

use std::sync::{Arc, Mutex};

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use symbolon_tensor::Tensor;
use symbolon_theory::budget::Budget;
use symbolon_theory::circuit::{Circuit, Weights};
use symbolon_theory::lineage::{Choice, ChoiceId, Leaf, Lineage, Lit, Origin};
use symbolon_theory::semiring::{Proof, TopK, over_lineage};
use symbolon_theory::term::Term;

use crate::error::{Error, Result};
use crate::op::{self, Machine, Rows};
use crate::plan::{Base, Plan};

/// Circuits that are kept; beyond that the cache starts afresh.
const KEPT: usize = 1 << 14;

/// Proofs of a query with its conditions, and of the conditions alone.
type Sets = (Vec<Proof>, Vec<Proof>);

/// The lineage of a shape, to be read proof by proof.
pub(crate) struct Proofs {
    lineage: Lineage,
    bases: Vec<Vec<Base>>,
    k: usize,
    calls: usize,
    budget: Budget,
    /// Each root with the conditions; the conditions last.
    roots: Vec<Lit>,
    circuits: Mutex<FxHashMap<Sets, Arc<Plan>>>,
}

impl Proofs {
    pub(crate) fn new(mut lineage: Lineage, bases: Vec<Vec<Base>>, k: usize, calls: usize, budget: Budget) -> Proofs {
        let evidence = lineage.evidence.iter().map(|e| if e.value { e.lit } else { !e.lit });
        let conditions: Vec<Lit> = evidence.chain(lineage.constraints.iter().map(|c| !c.0)).collect();
        let queries: Vec<Lit> = lineage.queries.iter().map(|q| q.1).collect();
        let mut roots = Vec::new();
        for query in queries.into_iter().chain([Lit::TRUE]) {
            let mut needs = [&conditions[..], &[query]].concat();
            roots.push(lineage.and(None, &mut needs));
        }
        Proofs { lineage, bases, k, calls, budget, roots, circuits: Mutex::default() }
    }

    /// As [`op::log_probability`].
    pub(crate) fn log_probability(
        &self,
        sources: &[Tensor],
        rows: &Arc<Rows>,
        targets: Option<&Arc<[u32]>>,
        answers: usize,
    ) -> Result<Tensor> {
        let Some(targets) = targets else {
            let one =
                |a: usize| self.log_probability(sources, rows, Some(&vec![a as u32; rows.examples].into()), answers);
            let columns = (0..answers).map(one).collect::<Result<Vec<_>>>()?;
            return Ok(match columns.is_empty() {
                true => Tensor::zeros(
                    [rows.examples, 0],
                    sources.first().map_or(symbolon_tensor::DType::F32, Tensor::dtype),
                ),
                false => Tensor::stack(&columns.iter().collect::<Vec<_>>(), 1),
            });
        };
        let data: Vec<Vec<f64>> = sources.iter().map(Tensor::to_vec::<f64>).collect();
        let widths: Vec<usize> = sources.iter().map(|s| s.size(-1)).collect();
        let plans = (0..rows.examples).into_par_iter().map(|b| {
            let weights = self.weights(&data, &widths, rows, b);
            self.plan(targets[b] as usize, weights)
        });
        let plans = plans.collect::<Result<Vec<_>>>()?;
        // Examples with the same proofs run together.
        let mut groups: Vec<(Arc<Plan>, Vec<usize>)> = Vec::new();
        let mut index: FxHashMap<*const Plan, usize> = FxHashMap::default();
        for (b, plan) in plans.into_iter().enumerate() {
            let at = *index.entry(Arc::as_ptr(&plan)).or_insert_with(|| {
                groups.push((plan, Vec::new()));
                groups.len() - 1
            });
            groups[at].1.push(b);
        }
        let mut order = vec![0i64; rows.examples];
        let mut next = 0;
        let mut parts = Vec::new();
        for (plan, members) in groups {
            for &b in &members {
                order[b] = next;
                next += 1;
            }
            let own = members.iter().flat_map(|&b| &rows.rows[b * self.calls..][..self.calls]).copied().collect();
            let rows = Rows { source: rows.source.clone(), rows: own, examples: members.len() };
            let targets: Arc<[u32]> = vec![0; members.len()].into();
            parts.push(op::log_probability(&Machine::Circuit(plan), sources, &Arc::new(rows), Some(&targets)));
        }
        let all = Tensor::cat(&parts.iter().collect::<Vec<_>>(), 0);
        Ok(all.index_select(0, &Tensor::from(order)))
    }

    /// The weight of every value of every choice in one example.
    fn weights(&self, data: &[Vec<f64>], widths: &[usize], rows: &Rows, example: usize) -> Weights {
        let sizes: Vec<u32> = self.bases.iter().map(|b| b.len() as u32).collect();
        let mut weights = Weights::uniform(&sizes, 0.0);
        for (c, bases) in self.bases.iter().enumerate() {
            for (w, base) in weights.choice_mut(ChoiceId(c as u32)).iter_mut().zip(bases) {
                *w = match *base {
                    Base::Const(p) => p,
                    Base::Input(call, column) => {
                        let source = rows.source[call as usize] as usize;
                        let row = rows.rows[example * self.calls + call as usize] as usize;
                        data[source][row * widths[source] + column as usize].exp()
                    }
                };
            }
        }
        weights
    }

    /// The circuit of the best proofs of a root.
    fn plan(&self, root: usize, weights: Weights) -> Result<Arc<Plan>> {
        let ask = [self.roots[root], self.roots[self.roots.len() - 1]];
        let semiring = TopK::new(self.k, weights.clone());
        let found = over_lineage(&semiring, &self.lineage, &ask, &weights, &self.budget)
            .map_err(|e| Error::Semantics { semantics: "the best proofs", problem: e.to_string() })?;
        let [query, conditions]: [Vec<Proof>; 2] = found.try_into().expect("two were asked for");
        let sets = (query, conditions);
        if let Some(plan) = self.lock().get(&sets) {
            return Ok(Arc::clone(plan));
        }
        let plan = Arc::new(self.compile(&sets)?);
        let mut circuits = self.lock();
        if circuits.len() >= KEPT {
            circuits.clear();
        }
        // Another thread may have been faster: all examples with the same proofs share one plan.
        Ok(Arc::clone(circuits.entry(sets).or_insert(plan)))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, FxHashMap<Sets, Arc<Plan>>> {
        self.circuits.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Choices keep their numbers, so that the leaves of the circuit mean the same.
    fn compile(&self, sets: &Sets) -> Result<Plan> {
        let mut lineage = Lineage::new();
        for (c, bases) in self.bases.iter().enumerate() {
            let origin = Origin::Fact(0, c as u32);
            let choice = Choice {
                origin: origin.clone(),
                values: vec![None; bases.len()],
                weights: vec![Leaf::Const(1.0 / bases.len() as f64); bases.len()],
                span: Default::default(),
            };
            let Ok(_) = lineage.choice_of(&origin, |_| Ok::<_, std::convert::Infallible>(choice));
        }
        for set in [&sets.0, &sets.1] {
            let proofs = set.iter().map(|proof| {
                let mut needs = Vec::new();
                for (choice, values) in &proof.needs {
                    let one = values.iter().map(|&v| lineage.leaf(*choice, v)).collect();
                    needs.push(lineage.any(one));
                }
                lineage.and(None, &mut needs)
            });
            let proofs = proofs.collect();
            let any = lineage.any(proofs);
            lineage.queries.push((Term::var(0), any));
        }
        let compiled = Circuit::compile(&lineage, &self.budget);
        if let Some(stop) = compiled.stop {
            return Err(Error::Stopped { shape: format!("{} proofs", sets.0.len()), stop, stage: "compiled" });
        }
        let base = |c: ChoiceId, v: u32| self.bases[c.0 as usize][v as usize];
        let [query, conditions] = [0, 1].map(|i| compiled.queries[i]);
        Ok(Plan::new(&compiled.circuit, &[query], Some(conditions), self.calls, &base))
    }
}
