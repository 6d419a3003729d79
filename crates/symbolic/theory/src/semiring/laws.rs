//! One law suite for every semiring: declared laws hold on random values, undeclared ones have a counterexample.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use super::*;
use crate::circuit::Weights;

/// Runs the suite on values from `strategy`.
fn suite<S: Semiring>(s: &S, strategy: impl Strategy<Value = S::Value>) {
    suite_with(s, strategy, Vec::new());
}

/// The same with some further values: rare counterexamples.
fn suite_with<S: Semiring>(s: &S, strategy: impl Strategy<Value = S::Value>, further: Vec<[S::Value; 3]>) {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(Default::default()),
    );
    let mut draw = || strategy.new_tree(&mut runner).unwrap().current();
    let mut samples: Vec<[S::Value; 3]> = (0..400).map(|_| [draw(), draw(), draw()]).collect();
    samples.extend(further);
    let (zero, one) = (s.zero(), s.one());
    let law = |name: &str, declared: bool, holds: &dyn Fn(&S::Value, &S::Value, &S::Value) -> bool| {
        let broken = samples.iter().find(|[a, b, c]| !holds(a, b, c));
        match (declared, broken) {
            (true, Some(x)) => panic!("{}: {name} fails for {x:?}", s.name()),
            (false, None) => panic!("{}: {name} is not declared but seems to hold", s.name()),
            _ => {}
        }
    };
    let (plus, times) = (|a: &S::Value, b: &S::Value| s.plus(a, b), |a: &S::Value, b: &S::Value| s.times(a, b));
    let laws = s.laws();
    law("plus is a commutative monoid", laws.plus_commutative_monoid, &|a, b, c| {
        s.close(&plus(a, &plus(b, c)), &plus(&plus(a, b), c))
            && s.close(&plus(a, b), &plus(b, a))
            && s.close(&plus(a, &zero), a)
    });
    law("times is a commutative monoid", laws.times_commutative_monoid, &|a, b, c| {
        s.close(&times(a, &times(b, c)), &times(&times(a, b), c))
            && s.close(&times(a, b), &times(b, a))
            && s.close(&times(a, &one), a)
    });
    law("zero annihilates", laws.annihilation, &|a, _, _| s.close(&times(a, &zero), &zero));
    law("times distributes", laws.distributive, &|a, b, c| {
        s.close(&times(a, &plus(b, c)), &plus(&times(a, b), &times(a, c)))
    });
    law("plus is idempotent", laws.idempotent, &|a, _, _| s.close(&plus(a, a), a));
    law("one absorbs", laws.absorptive, &|a, _, _| s.close(&plus(&one, a), &one));
}

#[test]
fn boolean() {
    suite(&Boolean, any::<bool>());
}

#[test]
fn counting() {
    let small = (0u128..50).prop_map(Count::Exact);
    let large = (0u128..3).prop_map(|d| Count::Exact(u128::MAX - d));
    suite(&Counting, prop_oneof![6 => small, 1 => large, 1 => Just(Count::TooMany)]);
    let most = Count::Exact(u128::MAX);
    assert_eq!(Counting.plus(&most, &Counting.one()), Count::TooMany);
    assert_eq!(Counting.times(&most, &Count::Exact(2)), Count::TooMany);
}

fn unit() -> impl Strategy<Value = f64> {
    prop_oneof![6 => 0.0f64..1.0, 1 => Just(0.0), 1 => Just(1.0)]
}

#[test]
fn numbers() {
    suite(&Real, unit());
    suite(&Log, unit().prop_map(f64::ln));
    suite(&Viterbi, unit().prop_map(f64::ln));
    suite(&Bottleneck, unit().prop_map(|p| -p.ln() + 0.0));
}

#[test]
fn fuzzy_logics() {
    suite(&Product, unit());
    suite(&Godel, unit());
    suite(&Lukasiewicz, unit());
    for a in [0.0, 0.3, 1.0] {
        assert!(near(Godel.negate(&Godel.negate(&a).unwrap()).unwrap(), a));
    }
}

#[test]
fn gradient() {
    let entry = ((0u32..3, 0u32..2), -2.0f64..2.0);
    let dual = (unit(), prop::collection::btree_map(entry.0, entry.1, 0..4));
    suite(&Gradient, dual.prop_map(|(value, g)| Dual { value, gradient: g.into_iter().collect() }));
}

/// Three choices of two or three values.
fn weights() -> Weights {
    let mut weights = Weights::uniform(&[2, 3, 2], 0.0);
    for (c, row) in [vec![0.3, 0.7], vec![0.2, 0.5, 0.3], vec![0.9, 0.1]].into_iter().enumerate() {
        weights.choice_mut(ChoiceId(c as u32)).copy_from_slice(&row);
    }
    weights
}

#[test]
fn top_k_proofs() {
    let k1 = TopK::new(1, weights());
    let label = |s: &TopK, c: u32, v: u32| s.label(ChoiceId(c), v, weights().choice(ChoiceId(c))[v as usize]);
    let any_value = |s: TopK| {
        prop::collection::vec(prop::collection::vec((0u32..3, 0u32..2), 0..3), 0..4).prop_map(move |sums| {
            sums.iter().fold(s.zero(), |sum, product| {
                let product = product.iter().fold(s.one(), |p, &(c, v)| s.times(&p, &label(&s, c, v)));
                s.plus(&sum, &product)
            })
        })
    };
    let k2 = TopK::new(2, weights());
    // Plus is not associative when cut short: the weak proof is dropped before both better ones turn out to be redundant.
    let both = |x: (u32, u32), y: (u32, u32)| k2.times(&label(&k2, x.0, x.1), &label(&k2, y.0, y.1));
    let redundant = k2.plus(&both((0, 0), (2, 0)), &both((0, 0), (1, 1)));
    let example = [redundant, both((1, 2), (2, 1)), label(&k2, 0, 0)];
    suite_with(&k2, any_value(k2.clone()), vec![example]);
    // Why it does not distribute when cut short: the proof that was dropped is the one that is consistent.
    let a = k1.plus(&label(&k1, 2, 0), &label(&k1, 1, 1));
    let not_a = label(&k1, 2, 1);
    assert_eq!(k1.times(&a, &not_a), k1.zero());
    let kept = k1.plus(&k1.times(&label(&k1, 2, 0), &not_a), &k1.times(&label(&k1, 1, 1), &not_a));
    assert_ne!(kept, k1.zero());
    // Uncut, every declared law holds.
    let all = TopK::new(1000, weights());
    struct Uncut(TopK);
    impl Semiring for Uncut {
        type Value = Vec<Proof>;
        fn name(&self) -> &'static str {
            "all proofs"
        }
        fn laws(&self) -> Laws {
            Laws::ABSORPTIVE
        }
        fn zero(&self) -> Self::Value {
            self.0.zero()
        }
        fn one(&self) -> Self::Value {
            self.0.one()
        }
        fn plus(&self, a: &Self::Value, b: &Self::Value) -> Self::Value {
            self.0.plus(a, b)
        }
        fn times(&self, a: &Self::Value, b: &Self::Value) -> Self::Value {
            self.0.times(a, b)
        }
        fn label(&self, c: ChoiceId, v: u32, w: f64) -> Self::Value {
            self.0.label(c, v, w)
        }
    }
    suite(&Uncut(all.clone()), any_value(all.clone()));
    // Exclusive values contradict each other, and together they are certain.
    assert_eq!(all.times(&label(&all, 1, 0), &label(&all, 1, 2)), all.zero());
    let some = all.plus(&all.plus(&label(&all, 1, 0), &label(&all, 1, 1)), &label(&all, 1, 2));
    assert!((all.probability(&some) - 1.0).abs() < 1e-12);
    let two = all.plus(&label(&all, 0, 0), &label(&all, 2, 0));
    assert!((all.probability(&two) - (1.0 - 0.7 * 0.1)).abs() < 1e-12);
    assert!((all.probability(&all.negate(&two).unwrap()) - 0.7 * 0.1).abs() < 1e-12);
}
