//! The k best proofs: sets of conjunctions over choices.
//!
//! A proof is a conjunction "choice c takes one of these values, and ...". A value is a set of proofs without redundant ones
//! (a proof that demands more than another is dropped), the k most probable of them. Exclusive values are respected: a
//! conjunction that asks for two values of one choice is no proof. The probability of a set of proofs is that of their
//! disjunction, computed exactly by [`TopK::probability`], so it is never above 1.

use super::{Laws, Semiring};
use crate::budget::Budget;
use crate::circuit::{Circuit, Weights};
use crate::lineage::{Choice, ChoiceId, Leaf, Lineage, Lit, Origin};

/// One proof: for each choice it needs, the values that will do. Sorted by choice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Proof {
    /// Choices with the (sorted) values that they may take.
    pub needs: Vec<(ChoiceId, Vec<u32>)>,
}

impl Proof {
    /// Whether a choice takes a value wherever this proof holds: `None` where the proof leaves it open.
    pub fn holds(&self, choice: ChoiceId, value: u32) -> Option<bool> {
        let (_, values) = self.needs.iter().find(|(c, _)| *c == choice)?;
        match values.contains(&value) {
            false => Some(false),
            true => (values.len() == 1).then_some(true),
        }
    }

    /// Both together; `None` if they exclude each other.
    pub fn and(&self, other: &Proof) -> Option<Proof> {
        let mut needs = Vec::with_capacity(self.needs.len() + other.needs.len());
        let (mut i, mut j) = (0, 0);
        loop {
            match (self.needs.get(i), other.needs.get(j)) {
                (Some(a), Some(b)) if a.0 == b.0 => {
                    let both: Vec<u32> = a.1.iter().copied().filter(|v| b.1.binary_search(v).is_ok()).collect();
                    if both.is_empty() {
                        return None;
                    }
                    needs.push((a.0, both));
                    (i, j) = (i + 1, j + 1);
                }
                (Some(a), b) if b.is_none_or(|b| a.0 < b.0) => {
                    needs.push(a.clone());
                    i += 1;
                }
                (_, Some(b)) => {
                    needs.push(b.clone());
                    j += 1;
                }
                _ => return Some(Proof { needs }),
            }
        }
    }

    /// Whether every world of `other` is a world of this one.
    fn covers(&self, other: &Proof) -> bool {
        self.needs.iter().all(|(c, values)| {
            let found = other.needs.binary_search_by_key(c, |n| n.0);
            found.is_ok_and(|i| other.needs[i].1.iter().all(|v| values.binary_search(v).is_ok()))
        })
    }

    /// Its probability.
    pub fn probability(&self, weights: &Weights) -> f64 {
        let part = |(c, values): &(ChoiceId, Vec<u32>)| {
            let row = weights.choice(*c);
            values.iter().map(|&v| row[v as usize]).sum::<f64>()
        };
        self.needs.iter().map(part).product()
    }
}

/// Sets of at most `k` proofs.
///
/// Keeping only the best makes it inexact, and its laws say so: a proof that was dropped may be the only one consistent with
/// the next condition (no distribution, no associative times), or the one that moves up when others turn out to be redundant
/// (no associative plus); and a negated set that was cut short may hold too much. With a large enough `k` nothing is cut,
/// all laws hold, and it is the exact algebra of proofs.
#[derive(Clone, Debug)]
pub struct TopK {
    k: usize,
    weights: Weights,
}

impl TopK {
    /// Keeps the `k` (at least 1) most probable proofs under these weights.
    pub fn new(k: usize, weights: Weights) -> TopK {
        TopK { k: k.max(1), weights }
    }

    fn best(&self, mut proofs: Vec<Proof>) -> Vec<Proof> {
        proofs.sort_unstable();
        proofs.dedup();
        let keep: Vec<bool> =
            (0..proofs.len()).map(|i| !(0..proofs.len()).any(|j| i != j && proofs[j].covers(&proofs[i]))).collect();
        let mut keep = keep.into_iter();
        proofs.retain(|_| keep.next() == Some(true));
        let mut rated: Vec<(f64, Proof)> = proofs.into_iter().map(|p| (p.probability(&self.weights), p)).collect();
        rated.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        rated.truncate(self.k);
        let mut proofs: Vec<Proof> = rated.into_iter().map(|r| r.1).collect();
        proofs.sort_unstable();
        proofs
    }

    /// The exact probability that at least one of the proofs holds.
    pub fn probability(&self, proofs: &[Proof]) -> f64 {
        let mut lineage = Lineage::new();
        let leaf = |lineage: &mut Lineage, choice: ChoiceId, value: u32| {
            let origin = Origin::Fact(0, choice.0);
            let row = self.weights.choice(choice);
            let made = lineage.choice_of(&origin, |_| {
                Ok::<_, std::convert::Infallible>(Choice {
                    origin: origin.clone(),
                    values: vec![None; row.len()],
                    weights: row.iter().map(|&w| Leaf::Const(w)).collect(),
                    span: Default::default(),
                })
            });
            match made {
                Ok(c) => lineage.leaf(c, value),
                Err(never) => match never {},
            }
        };
        let mut alternatives = Vec::new();
        for proof in proofs {
            let mut needs = Vec::new();
            for (choice, values) in &proof.needs {
                let mut one: Vec<Lit> = values.iter().map(|&v| leaf(&mut lineage, *choice, v)).collect();
                needs.push(match one[..] {
                    [only] => only,
                    _ => Lit::pos(lineage.anonymous(std::mem::take(&mut one))),
                });
            }
            alternatives.push(lineage.and(None, &mut needs));
        }
        let any = lineage.anonymous(alternatives);
        lineage.queries.push((crate::term::Term::var(0), Lit::pos(any)));
        let compiled = Circuit::compile(&lineage, &Budget::default());
        let weights = Weights::of(&lineage, &[], &[]);
        let answer = weights.ok().and_then(|w| compiled.marginals(&w).ok());
        answer.and_then(|a| a.first().map(|p| p.value())).unwrap_or(0.0)
    }
}

impl Semiring for TopK {
    type Value = Vec<Proof>;

    fn name(&self) -> &'static str {
        "top-k proofs"
    }
    fn laws(&self) -> Laws {
        Laws {
            plus_commutative_monoid: false,
            times_commutative_monoid: false,
            distributive: false,
            ..Laws::ABSORPTIVE
        }
    }
    fn zero(&self) -> Vec<Proof> {
        Vec::new()
    }
    fn one(&self) -> Vec<Proof> {
        vec![Proof::default()]
    }
    fn plus(&self, a: &Vec<Proof>, b: &Vec<Proof>) -> Vec<Proof> {
        self.best(a.iter().chain(b).cloned().collect())
    }
    fn times(&self, a: &Vec<Proof>, b: &Vec<Proof>) -> Vec<Proof> {
        self.best(a.iter().flat_map(|x| b.iter().filter_map(|y| x.and(y))).collect())
    }
    fn label(&self, choice: ChoiceId, value: u32, weight: f64) -> Vec<Proof> {
        if weight > 0.0 { vec![Proof { needs: vec![(choice, vec![value])] }] } else { Vec::new() }
    }
    /// By De Morgan: each proof fails by one of its choices taking another value.
    fn negate(&self, a: &Vec<Proof>) -> Option<Vec<Proof>> {
        let mut out = self.one();
        for proof in a {
            let fails = proof.needs.iter().filter_map(|(c, values)| {
                let size = self.weights.choice(*c).len() as u32;
                let others: Vec<u32> = (0..size).filter(|v| values.binary_search(v).is_err()).collect();
                (!others.is_empty()).then(|| Proof { needs: vec![(*c, others)] })
            });
            out = self.times(&out, &fails.collect());
        }
        Some(out)
    }
}
