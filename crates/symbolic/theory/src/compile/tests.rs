//! The compiler against brute force: every assignment of all choices, atoms by least fixpoint, on random lineages with
//! multi-valued choices, negation, positive cycles, shared parts, evidence and constraints.

use proptest::prelude::*;

use super::Compiled;
use crate::budget::Budget;
use crate::circuit::{Circuit, Weights};
use crate::diag::Span;
use crate::lineage::{Choice, ChoiceId, Evidence, Leaf, Lineage, Lit, Node, Origin};
use crate::tasks::Impossible;
use crate::term::Term;

/// A choice with these weights; what they leave to 1 is a further value.
pub(crate) fn choice(lineage: &mut Lineage, weights: &[f64]) -> ChoiceId {
    let origin = Origin::Fact(0, lineage.choices.len() as u32);
    let sum: f64 = weights.iter().sum();
    let mut leaves: Vec<Leaf> = weights.iter().map(|&w| Leaf::Const(w)).collect();
    if sum < 1.0 - 1e-12 {
        leaves.push(Leaf::Rest);
    }
    let values = vec![None; leaves.len()];
    let made = lineage.choice_of(&origin, |_| {
        Ok::<_, ()>(Choice { origin: origin.clone(), values, weights: leaves, span: Span::default() })
    });
    made.unwrap_or(ChoiceId(0))
}

/// Truth of every node under one assignment of values to choices: stratified least fixpoint by rounds.
pub(crate) fn truth(lineage: &Lineage, strata: &[u32], values: &[u32]) -> Vec<bool> {
    let mut truth = vec![false; lineage.nodes.len()];
    let top = strata.iter().copied().max().unwrap_or(0);
    for stratum in 0..=top {
        loop {
            let mut changed = false;
            for (i, node) in lineage.nodes.iter().enumerate() {
                if strata[i] != stratum || truth[i] {
                    continue;
                }
                let holds = |l: &Lit| truth[l.node().0 as usize] != l.is_neg();
                let now = match node {
                    Node::True => true,
                    Node::Choice(c, v) => values[c.0 as usize] == *v,
                    Node::Atom { proofs, .. } => proofs.iter().any(holds),
                    Node::Proof { needs, .. } => needs.iter().all(holds),
                };
                if now {
                    truth[i] = true;
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
    }
    truth
}

/// Calls `see` with every assignment and its weight.
pub(crate) fn worlds(weights: &Weights, mut see: impl FnMut(&[u32], f64)) {
    let n = weights.len();
    let mut values = vec![0u32; n];
    loop {
        let weight = (0..n).map(|c| weights.choice(ChoiceId(c as u32))[values[c] as usize]).product();
        see(&values, weight);
        let Some(c) = (0..n).find(|&c| (values[c] as usize) + 1 < weights.choice(ChoiceId(c as u32)).len()) else {
            return;
        };
        values[c] += 1;
        values[..c].fill(0);
    }
}

/// A random lineage and the stratum of each node.
#[derive(Clone, Debug)]
pub(crate) struct Recipe {
    /// Weights of each choice.
    pub choices: Vec<Vec<f64>>,
    /// Number of atoms, and how many form one stratum.
    pub atoms: usize,
    pub stratum: usize,
    /// Proofs: head, and body as (kind, index, negated).
    pub rules: Vec<(usize, Vec<(bool, usize, bool)>)>,
    pub queries: Vec<usize>,
    pub evidence: Vec<(usize, bool)>,
    pub constraints: Vec<usize>,
}

impl Recipe {
    pub(crate) fn build(&self) -> (Lineage, Vec<u32>) {
        let mut lineage = Lineage::new();
        let choices: Vec<ChoiceId> = self.choices.iter().map(|w| choice(&mut lineage, w)).collect();
        let leaves: Vec<Lit> = choices
            .iter()
            .flat_map(|&c| (0..lineage.choice(c).weights.len() as u32).map(move |v| (c, v)))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|(c, v)| lineage.leaf(c, v))
            .collect();
        let atoms: Vec<_> = (0..self.atoms).map(|i| lineage.atom(i as u32, &[], || None)).collect();
        for (head, body) in &self.rules {
            let head = head % self.atoms;
            let level = head / self.stratum;
            let mut needs = Vec::new();
            for &(is_atom, index, negated) in body {
                if is_atom {
                    // Positive: this stratum or below; negative: below.
                    let limit = if negated { level * self.stratum } else { self.atoms.min((level + 1) * self.stratum) };
                    if limit > 0 {
                        let lit = Lit::pos(atoms[index % limit]);
                        needs.push(if negated { !lit } else { lit });
                    }
                } else {
                    let lit = leaves[index % leaves.len()];
                    needs.push(if negated { !lit } else { lit });
                }
            }
            let proof = lineage.and(None, &mut needs);
            lineage.add_proof(atoms[head], proof);
        }
        let mut strata = vec![0u32; lineage.nodes.len()];
        for (i, a) in atoms.iter().enumerate() {
            strata[a.0 as usize] = (i / self.stratum) as u32 + 1;
        }
        // A proof is in the highest stratum of its parts, and one above what it negates.
        for i in 0..lineage.nodes.len() {
            if let Node::Proof { needs, .. } = &lineage.nodes[i] {
                let part = |l: &Lit| strata[l.node().0 as usize] + u32::from(l.is_neg());
                strata[i] = needs.iter().map(part).max().unwrap_or(0);
            }
        }
        let name = |i: usize| Term::from_raw(i as u32);
        for &q in &self.queries {
            let atom = atoms[q % self.atoms];
            lineage.queries.push((name(q), Lit::pos(atom)));
        }
        for &(e, value) in &self.evidence {
            let lit = Lit::pos(atoms[e % self.atoms]);
            lineage.evidence.push(Evidence { atom: name(e), lit, value, span: None });
        }
        for &c in &self.constraints {
            lineage.constraints.push((Lit::pos(atoms[c % self.atoms]), Span::default()));
        }
        (lineage, strata)
    }
}

pub(crate) fn recipe() -> impl Strategy<Value = Recipe> {
    let choice = prop_oneof![
        3 => (0.05f64..0.95).prop_map(|p| vec![p]),
        1 => (0.1f64..0.5, 0.1f64..0.5).prop_map(|(a, b)| vec![a, b]),
        1 => (0.1f64..0.3, 0.1f64..0.3, 0.0f64..0.3).prop_map(|(a, b, c)| vec![a, b, c]),
        1 => (0.1f64..0.9).prop_map(|a| vec![a, (1.0 - a) / 2.0, 1.0 - a - (1.0 - a) / 2.0]),
        1 => Just(vec![0.0, 0.4, 0.6]),
    ];
    let literal = (any::<bool>(), 0usize..100, prop::bool::weighted(0.3));
    let rule = (0usize..100, prop::collection::vec(literal, 1..4));
    (
        prop::collection::vec(choice, 1..7),
        2usize..12,
        1usize..6,
        prop::collection::vec(rule, 2..30),
        prop::collection::vec(0usize..100, 1..4),
        prop::collection::vec((0usize..100, any::<bool>()), 0..3),
        prop::collection::vec(0usize..100, 0..2),
    )
        .prop_map(|(choices, atoms, stratum, rules, queries, evidence, constraints)| Recipe {
            choices,
            atoms,
            stratum,
            rules,
            queries,
            evidence,
            constraints,
        })
}

/// Weight of the worlds where constraints hold, evidence too, and each query too.
pub(crate) fn brute(lineage: &Lineage, strata: &[u32], weights: &Weights) -> (f64, f64, Vec<f64>) {
    let (mut constraints, mut evidence) = (0.0, 0.0);
    let mut queries = vec![0.0; lineage.queries.len()];
    worlds(weights, |values, weight| {
        let truth = truth(lineage, strata, values);
        let holds = |l: Lit| truth[l.node().0 as usize] != l.is_neg();
        if lineage.constraints.iter().any(|c| holds(c.0)) {
            return;
        }
        constraints += weight;
        if lineage.evidence.iter().any(|e| holds(e.lit) != e.value) {
            return;
        }
        evidence += weight;
        for (q, sum) in lineage.queries.iter().zip(&mut queries) {
            *sum += if holds(q.1) { weight } else { 0.0 };
        }
    });
    (constraints, evidence, queries)
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn probabilities_equal_brute_force(recipe in recipe(), method in 0usize..3) {
        let (lineage, strata) = recipe.build();
        let weights = Weights::of(&lineage, &[], &[]).unwrap();
        let (constraints, evidence, queries) = brute(&lineage, &strata, &weights);
        let compiled: Compiled = super::anytime::compile(&lineage, &Budget::unlimited(), method);
        prop_assert_eq!(compiled.stop, None);
        let values = compiled.circuit.values(&weights, 0.5);
        let logs = compiled.circuit.log_values(&weights, 0.5);
        prop_assert!(values.iter().zip(&logs).all(|(v, l)| close(*v, l.exp())));
        // The constraints alone are compiled only where the evidence fails.
        prop_assert!(evidence > 0.0 || (values[compiled.constraints as usize] > 0.0) == (constraints > 0.0));
        prop_assert!(close(values[compiled.evidence as usize], evidence));
        for (&root, &expected) in compiled.queries.iter().zip(&queries) {
            prop_assert!(close(values[root as usize], expected), "{} against {expected}", values[root as usize]);
        }
        match compiled.marginals(&weights) {
            Err(Impossible::Constraints) => prop_assert!(constraints == 0.0),
            Err(Impossible::Evidence) => prop_assert!(constraints > 0.0 && evidence == 0.0),
            Ok(answers) => {
                for (answer, joint) in answers.iter().zip(&queries) {
                    prop_assert!(answer.is_exact() && close(answer.value() * evidence, *joint));
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn bounds_contain_the_truth_at_any_budget(recipe in recipe(), nodes in 0usize..60) {
        let (lineage, strata) = recipe.build();
        let weights = Weights::of(&lineage, &[], &[]).unwrap();
        let (constraints, evidence, queries) = brute(&lineage, &strata, &weights);
        let compiled = Circuit::compile(&lineage, &Budget { nodes, ..Budget::unlimited() });
        match compiled.marginals(&weights) {
            Err(Impossible::Constraints) => prop_assert!(constraints < 1e-12),
            Err(Impossible::Evidence) => prop_assert!(evidence < 1e-12),
            Ok(answers) if evidence > 0.0 => {
                for (answer, joint) in answers.iter().zip(&queries) {
                    let truth = joint / evidence;
                    prop_assert!(answer.lower <= truth + 1e-9 && truth <= answer.upper + 1e-9, "{answer:?} {truth}");
                    prop_assert!(compiled.stop.is_some() || answer.is_exact());
                }
            }
            Ok(_) => prop_assert!(compiled.stop.is_some()),
        }
    }
}

/// `q :- cause_i, works_i.` for many `i`.
#[test]
fn a_long_noisy_or_has_its_closed_form() {
    let n = 3000;
    let mut lineage = Lineage::new();
    let query = lineage.atom(0, &[], || None);
    for _ in 0..n {
        let pair = [0.01, 0.1].map(|p| choice(&mut lineage, &[p]));
        let mut needs = pair.map(|c| lineage.leaf(c, 0)).to_vec();
        let proof = lineage.and(None, &mut needs);
        lineage.add_proof(query, proof);
    }
    lineage.queries.push((Term::var(0), Lit::pos(query)));
    let weights = Weights::of(&lineage, &[], &[]).unwrap();
    let compiled = Circuit::compile(&lineage, &Budget::unlimited());
    let answer = compiled.marginals(&weights).unwrap()[0].value();
    assert!(close(answer, 1.0 - 0.999f64.powi(n)));
    assert!(compiled.circuit.edges() < 20 * n as usize);
}

/// `a(0). a(N) :- a(N-1), fact(N).` is as deep as it is long.
#[test]
fn a_chain_of_a_hundred_thousand_steps() {
    let n = 100_000;
    let mut lineage = Lineage::new();
    let mut last = Lit::TRUE;
    for i in 0..n {
        let fact = choice(&mut lineage, &[0.99999]);
        let mut needs = vec![last, lineage.leaf(fact, 0)];
        let proof = lineage.and(None, &mut needs);
        let atom = lineage.atom(i, &[], || None);
        lineage.add_proof(atom, proof);
        last = Lit::pos(atom);
    }
    lineage.queries.push((Term::var(0), last));
    lineage.queries.push((Term::var(0), !last));
    let weights = Weights::of(&lineage, &[], &[]).unwrap();
    let answers = Circuit::compile(&lineage, &Budget::unlimited()).marginals(&weights).unwrap();
    let expected = 0.99999f64.powi(n as i32);
    assert!(close(answers[0].value(), expected) && close(answers[1].value(), 1.0 - expected));
}

/// The number of heads of 12 coins, by a table of partial counts: mutually exclusive atoms, few states.
#[test]
fn counting_coins_is_binomial() {
    let mut lineage = Lineage::new();
    let mut counts = vec![Lit::TRUE];
    let mut atoms = 0;
    for _ in 0..12 {
        let coin = choice(&mut lineage, &[0.6]);
        let heads = lineage.leaf(coin, 0);
        let next: Vec<_> = (0..=counts.len()).map(|i| lineage.atom(atoms + i as u32, &[], || None)).collect();
        atoms += next.len() as u32;
        for (k, &before) in counts.iter().enumerate() {
            for (to, side) in [(k + 1, heads), (k, !heads)] {
                let proof = lineage.and(None, &mut vec![before, side]);
                lineage.add_proof(next[to], proof);
            }
        }
        counts = next.into_iter().map(Lit::pos).collect();
    }
    counts.iter().for_each(|&c| lineage.queries.push((Term::var(0), c)));
    let weights = Weights::of(&lineage, &[], &[]).unwrap();
    let compiled = Circuit::compile(&lineage, &Budget::unlimited());
    let mut binomial = 1.0;
    for (k, answer) in compiled.marginals(&weights).unwrap().into_iter().enumerate() {
        let expected = binomial * 0.6f64.powi(k as i32) * 0.4f64.powi(12 - k as i32);
        assert!(close(answer.value(), expected));
        binomial *= (12 - k) as f64 / (k + 1) as f64;
    }
}
