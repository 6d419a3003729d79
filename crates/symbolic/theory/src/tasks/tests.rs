//! Every task against brute force over all worlds of random lineages, and learning on small known cases.

use proptest::prelude::*;

use super::*;
use crate::budget::Budget;
use crate::circuit::{Circuit, Weights};
use crate::compile::tests::{brute, choice, recipe, truth, worlds};
use crate::diag::{Code, Span};
use crate::lineage::{Choice, ChoiceId, Evidence, Leaf, Lineage, Lit, Origin, ParamInstance};
use crate::program::ParamId;
use crate::semiring::{
    Boolean, Count, Counting, EvaluateError, Godel, Gradient, Log, Real, Viterbi, over_circuit, over_lineage,
};
use crate::term::Term;

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

/// Worlds of positive weight that satisfy constraints and evidence.
fn consistent(lineage: &Lineage, strata: &[u32], weights: &Weights) -> Vec<(Vec<u32>, f64)> {
    let mut out = Vec::new();
    worlds(weights, |values, weight| {
        let truth = truth(lineage, strata, values);
        let holds = |l: Lit| truth[l.node().0 as usize] != l.is_neg();
        let good =
            lineage.constraints.iter().all(|c| !holds(c.0)) && lineage.evidence.iter().all(|e| holds(e.lit) == e.value);
        if good && weight > 0.0 {
            out.push((values.to_vec(), weight));
        }
    });
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn worlds_are_least_fixpoints(recipe in recipe()) {
        let (lineage, strata) = recipe.build();
        let weights = Weights::of(&lineage, &[], &[]).unwrap();
        let evaluator = Worlds::new(&lineage);
        let mut wrong = 0;
        worlds(&weights, |values, _| wrong += usize::from(evaluator.truth(values) != truth(&lineage, &strata, values)));
        prop_assert_eq!(wrong, 0);
    }

    #[test]
    fn most_probable_explanation(recipe in recipe()) {
        let (lineage, strata) = recipe.build();
        let weights = Weights::of(&lineage, &[], &[]).unwrap();
        let best = consistent(&lineage, &strata, &weights).into_iter().map(|w| w.1).fold(0.0, f64::max);
        match Circuit::compile(&lineage, &Budget::unlimited()).most_probable(&lineage, &weights) {
            Err(_) => prop_assert!(best == 0.0),
            Ok(found) => {
                prop_assert!(close(found.log_probability, best.ln()));
                let truth = truth(&lineage, &strata, &found.values);
                let holds = |l: Lit| truth[l.node().0 as usize] != l.is_neg();
                prop_assert!(lineage.evidence.iter().all(|e| holds(e.lit) == e.value));
                prop_assert!(lineage.queries.iter().zip(&found.queries).all(|(q, t)| holds(q.1) == *t));
            }
        }
    }

    #[test]
    fn semirings_over_the_circuit_sum_over_worlds(recipe in recipe()) {
        let (lineage, strata) = recipe.build();
        let weights = Weights::of(&lineage, &[], &[]).unwrap();
        let compiled = Circuit::compile(&lineage, &Budget::unlimited());
        let scope: Vec<ChoiceId> = (0..lineage.choices.len() as u32).map(ChoiceId).collect();
        let roots = [compiled.evidence];
        let good = consistent(&lineage, &strata, &weights);
        let count = over_circuit(&Counting, &compiled.circuit, &roots, &scope, &weights).unwrap();
        prop_assert_eq!(count[0], Count::Exact(good.len() as u128));
        let possible = over_circuit(&Boolean, &compiled.circuit, &roots, &scope, &weights).unwrap();
        prop_assert_eq!(possible[0], !good.is_empty());
        let best = over_circuit(&Viterbi, &compiled.circuit, &roots, &scope, &weights).unwrap();
        prop_assert!(close(best[0].exp(), good.iter().map(|w| w.1).fold(0.0, f64::max)));
        let total: f64 = good.iter().map(|w| w.1).sum();
        prop_assert!(close(over_circuit(&Real, &compiled.circuit, &roots, &scope, &weights).unwrap()[0], total));
        prop_assert!(close(over_circuit(&Log, &compiled.circuit, &roots, &scope, &weights).unwrap()[0].exp(), total));
        // Forward and backward derivatives agree.
        let dual = over_circuit(&Gradient, &compiled.circuit, &roots, &scope, &weights).unwrap().remove(0);
        let values = compiled.circuit.values(&weights, 0.0);
        let mut left = compiled.circuit.derivatives(&weights, &values, compiled.evidence);
        for ((c, v), d) in dual.gradient {
            left[weights.offset(ChoiceId(c)) + v as usize] -= d;
        }
        prop_assert!(close(dual.value, total) && left.iter().all(|d| close(*d, 0.0)));
    }

    #[test]
    fn gradients_equal_finite_differences(recipe in recipe()) {
        let (lineage, strata) = recipe.build();
        let weights = Weights::of(&lineage, &[], &[]).unwrap();
        let compiled = Circuit::compile(&lineage, &Budget::unlimited());
        let Ok(gradients) = compiled.gradients(&lineage, &weights) else { return Ok(()) };
        for (c, choice) in lineage.choices.iter().enumerate() {
            let c = ChoiceId(c as u32);
            let Some(rest) = choice.weights.iter().position(|w| *w == Leaf::Rest) else { continue };
            for v in 0..rest {
                let h = 1e-4;
                let probability = |delta: f64| {
                    let mut moved = weights.clone();
                    moved.choice_mut(c)[v] += delta;
                    moved.choice_mut(c)[rest] -= delta;
                    let (_, evidence, queries) = brute(&lineage, &strata, &moved);
                    queries.into_iter().map(|q| q / evidence).collect::<Vec<f64>>()
                };
                let (up, down) = (probability(h), probability(-h));
                for (q, gradient) in gradients.iter().enumerate() {
                    let expected = (up[q] - down[q]) / (2.0 * h);
                    let got = gradient.weights[weights.offset(c) + v];
                    prop_assert!((got - expected).abs() < 1e-4 * (1.0 + expected.abs()), "{got} against {expected}");
                }
            }
        }
    }

    #[test]
    fn proofs_bound_the_query_from_below_and_all_of_them_are_exact(recipe in recipe()) {
        let (mut lineage, strata) = recipe.build();
        lineage.evidence.clear();
        lineage.constraints.clear();
        let weights = Weights::of(&lineage, &[], &[]).unwrap();
        let query = lineage.queries[0].1;
        let (_, _, exact) = brute(&lineage, &strata, &weights);
        let (proofs, all) = best_proofs(&lineage, query, 100_000, &weights, &Budget::default()).unwrap();
        prop_assert!(close(all, exact[0]), "{all} against {}", exact[0]);
        prop_assert!(proofs.windows(2).all(|w| w[0].probability >= w[1].probability));
        if lineage.nodes.iter().all(|n| n.children().iter().all(|l| !l.is_neg())) {
            let (some, together) = best_proofs(&lineage, query, 2, &weights, &Budget::default()).unwrap();
            prop_assert!(some.len() <= 2 && together <= exact[0] + 1e-9);
        }
    }
}

/// `a :- b. b :- a. a :- c1. b :- c2.` with two coins.
fn cycle() -> (Lineage, Lit, Weights) {
    let mut lineage = Lineage::new();
    let coins = [choice(&mut lineage, &[0.3]), choice(&mut lineage, &[0.6])];
    let leaves = coins.map(|c| lineage.leaf(c, 0));
    let atoms = [0, 1].map(|i| lineage.atom(i, &[], || None));
    for i in 0..2 {
        lineage.add_proof(atoms[i], Lit::pos(atoms[1 - i]));
        lineage.add_proof(atoms[i], leaves[i]);
    }
    let query = Lit::pos(atoms[0]);
    lineage.queries.push((Term::var(0), query));
    let weights = Weights::of(&lineage, &[], &[]).unwrap();
    (lineage, query, weights)
}

#[test]
fn cyclic_proofs_have_values_where_the_semiring_allows_it() {
    let (lineage, query, weights) = cycle();
    let budget = Budget::default();
    assert_eq!(over_lineage(&Godel, &lineage, &[query], &weights, &budget).unwrap(), [0.6]);
    let best = over_lineage(&Viterbi, &lineage, &[query], &weights, &budget).unwrap();
    assert!(close(best[0].exp(), 0.6));
    let error = over_lineage(&Counting, &lineage, &[query], &weights, &budget).unwrap_err();
    assert_eq!(error, EvaluateError::Cycle("counting"));
    let compiled = Circuit::compile(&lineage, &budget);
    assert!(close(compiled.marginals(&weights).unwrap()[0].value(), 1.0 - 0.7 * 0.4));
    let error = over_circuit(&crate::semiring::Product, &compiled.circuit, &compiled.queries, &[], &weights);
    assert_eq!(error, Err(EvaluateError::NotDistributive("product")));
}

#[test]
fn samples_follow_the_posterior() {
    let (mut lineage, query, weights) = cycle();
    lineage.evidence.push(Evidence { atom: Term::var(0), lit: query, value: true, span: None });
    let compiled = Circuit::compile(&lineage, &Budget::default());
    let draw = |seed| {
        let mut sampler = compiled.sampler(&weights, seed).unwrap();
        (0..20_000).map(|_| sampler.world()).collect::<Vec<_>>()
    };
    let worlds = draw(1);
    assert_eq!(worlds, draw(1));
    assert_ne!(worlds, draw(2));
    // P(c1, c2 | a): of 0.72 in all.
    for (values, probability) in [([0, 0], 0.18), ([0, 1], 0.12), ([1, 0], 0.42), ([1, 1], 0.0)] {
        let share = worlds.iter().filter(|w| **w == values).count() as f64 / 20_000.0;
        // Four standard deviations.
        assert!((share - probability / 0.72).abs() < 0.015, "{values:?} {share}");
    }
}

#[test]
fn impossible_evidence_is_named() {
    let (mut lineage, query, weights) = cycle();
    let span = |start| Some(Span { source: 0, start, end: start + 1 });
    for (i, (lit, value)) in [(query, true), (Lit::TRUE, true), (query, false), (query, true)].into_iter().enumerate() {
        lineage.evidence.push(Evidence { atom: Term::var(0), lit, value, span: span(i as u32) });
    }
    let compiled = Circuit::compile(&lineage, &Budget::default());
    let impossible = compiled.marginals(&weights).unwrap_err();
    assert_eq!(impossible, Impossible::Evidence);
    let diagnostic = diagnose(&lineage, impossible, &Budget::default());
    assert_eq!((diagnostic.code, diagnostic.span), (Code::ImpossibleEvidence, span(2)));

    lineage.evidence.clear();
    lineage.constraints = vec![(!query, span(7).unwrap()), (query, span(8).unwrap())];
    let compiled = Circuit::compile(&lineage, &Budget::default());
    let impossible = compiled.marginals(&weights).unwrap_err();
    assert_eq!(impossible, Impossible::Constraints);
    let diagnostic = diagnose(&lineage, impossible, &Budget::default());
    assert_eq!((diagnostic.code, diagnostic.span), (Code::Contradiction, span(8)));
}

/// A choice whose weights are parameters `from..from + count`, and a rest.
fn learnable(lineage: &mut Lineage, id: u32, from: u32, count: u32) -> ChoiceId {
    while (lineage.params.len() as u32) < from + count {
        let param = ParamId(lineage.params.len() as u32);
        lineage.params.push(ParamInstance { param, key: Box::new([]), init: None });
    }
    let origin = Origin::Fact(1, id);
    let mut weights: Vec<Leaf> = (from..from + count).map(Leaf::Param).collect();
    weights.push(Leaf::Rest);
    let values = vec![None; weights.len()];
    let make = Choice { origin: origin.clone(), values, weights, span: Span::default() };
    lineage.choice_of(&origin, |_| Ok::<_, ()>(make)).unwrap()
}

#[test]
fn learning_from_complete_data_counts() {
    // A three-valued choice seen 5, 3 and 2 times.
    let example = |value: u32| {
        let mut lineage = Lineage::new();
        let c = learnable(&mut lineage, 0, 0, 2);
        let lit = lineage.leaf(c, value);
        lineage.evidence.push(Evidence { atom: Term::var(0), lit, value: true, span: None });
        lineage
    };
    let lineages: Vec<Lineage> = [0, 0, 1, 0, 2, 1, 0, 2, 1, 0].map(example).into();
    let examples: Vec<Example> = lineages.iter().map(|lineage| Example { lineage, neural: &[], count: 1.0 }).collect();
    let fit = fit(&examples, &FitOptions::default()).unwrap();
    assert!(close(fit.params[0].2, 0.5) && close(fit.params[1].2, 0.3));
    let expected = 5.0 * 0.5f64.ln() + 3.0 * 0.3f64.ln() + 2.0 * 0.2f64.ln();
    assert!(close(*fit.log_likelihood.last().unwrap(), expected));
}

#[test]
fn learning_from_partial_data_climbs_to_the_maximum() {
    // alarm :- burglary. alarm :- earthquake. Only the alarm is seen, and burglary in half of the cases.
    let example = |burglary: Option<bool>, alarm: bool| {
        let mut lineage = Lineage::new();
        let causes = [0, 1].map(|i| {
            let c = learnable(&mut lineage, i, i, 1);
            lineage.leaf(c, 0)
        });
        let atom = lineage.atom(0, &[], || None);
        for &c in &causes {
            lineage.add_proof(atom, c);
        }
        let see = |lit, value| Evidence { atom: Term::var(0), lit, value, span: None };
        lineage.evidence.push(see(Lit::pos(atom), alarm));
        lineage.evidence.extend(burglary.map(|b| see(causes[0], b)));
        lineage
    };
    let seen = [
        (Some(true), true, 2.0),
        (Some(false), true, 1.0),
        (Some(false), false, 7.0),
        (None, true, 5.0),
        (None, false, 5.0),
    ];
    let lineages: Vec<Lineage> = seen.iter().map(|s| example(s.0, s.1)).collect();
    let examples: Vec<Example> =
        lineages.iter().zip(seen).map(|(lineage, s)| Example { lineage, neural: &[], count: s.2 }).collect();
    for seed in 0..3 {
        let fit = fit(&examples, &FitOptions { seed, tolerance: 1e-13, ..FitOptions::default() }).unwrap();
        assert!(fit.log_likelihood.windows(2).all(|w| w[1] >= w[0] - 1e-12), "{:?}", fit.log_likelihood);
        let (b, e) = (fit.params[0].2, fit.params[1].2);
        let likelihood = |b: f64, e: f64| {
            let none = (1.0 - b) * (1.0 - e);
            2.0 * b.ln() + ((1.0 - b) * e).ln() + 12.0 * none.ln() + 5.0 * (1.0 - none).ln()
        };
        let top = likelihood(b, e);
        assert!((top - fit.log_likelihood.last().unwrap()).abs() < 1e-6);
        for (db, de) in [(1e-3, 0.0), (-1e-3, 0.0), (0.0, 1e-3), (0.0, -1e-3)] {
            assert!(likelihood(b + db, e + de) < top, "seed {seed}: {b} {e}");
        }
    }
}

#[test]
fn an_impossible_example_is_named() {
    let mut lineage = Lineage::new();
    learnable(&mut lineage, 0, 0, 1);
    lineage.evidence.push(Evidence { atom: Term::var(0), lit: Lit::FALSE, value: true, span: None });
    let examples = [Example { lineage: &lineage, neural: &[], count: 1.0 }];
    assert!(matches!(fit(&examples, &FitOptions::default()), Err(LearnError::Impossible(0))));
}

/// A thousand improbable observations of independent coins, each on the query's side or not.
#[test]
fn improbable_evidence_does_not_underflow() {
    let mut lineage = Lineage::new();
    let coin = choice(&mut lineage, &[0.2]);
    let query = lineage.leaf(coin, 0);
    for i in 0..1000 {
        let (if_true, if_false) = (choice(&mut lineage, &[0.3]), choice(&mut lineage, &[0.3]));
        let atom = lineage.atom(i, &[], || None);
        for (side, other) in [(query, if_true), (!query, if_false)] {
            let mut needs = vec![side, lineage.leaf(other, 0)];
            let proof = lineage.and(None, &mut needs);
            lineage.add_proof(atom, proof);
        }
        lineage.evidence.push(Evidence { atom: Term::var(0), lit: Lit::pos(atom), value: true, span: None });
    }
    lineage.queries.push((Term::var(0), query));
    let weights = Weights::of(&lineage, &[], &[]).unwrap();
    let compiled = Circuit::compile(&lineage, &Budget::default());
    assert_eq!(compiled.circuit.values(&weights, 0.0)[compiled.evidence as usize], 0.0);
    assert!(close(compiled.marginals(&weights).unwrap()[0].value(), 0.2));
    let gradient = compiled.gradients(&lineage, &weights).unwrap().remove(0);
    // P(q | e) = p a / (p a + (1 - p) b) with a = b: its derivative is 1 by p, and p (1 - p) / 0.3 by each observation.
    assert!((gradient.weights[weights.offset(coin)] - 1.0).abs() < 1e-6);
    let first = gradient.weights[weights.offset(ChoiceId(1))];
    assert!((first - 0.2 * 0.8 / 0.3).abs() < 1e-6, "{first}");
    assert!((compiled.most_probable(&lineage, &weights).unwrap().log_probability.is_finite()));
}
