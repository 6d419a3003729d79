//! The kernels against the theory's own evaluation, over its conformance programs and random ones: every choice of a program
//! becomes a network call, and each example of a batch gets other distributions.

use std::sync::Arc;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use symbolon_tensor::{DType, Tensor, with_threads};
use symbolon_theory::Theory;
use symbolon_theory::budget::Budget;
use symbolon_theory::circuit::{Circuit, Weights};
use symbolon_theory::compile::Compiled;
use symbolon_theory::ground::Options;
use symbolon_theory::lineage::{ChoiceId, Lineage};

use crate::op::{self, Machine, Rows};
use crate::plan::{Base, Plan};

#[allow(dead_code)]
#[path = "../../../symbolic/theory/tests/support/mod.rs"]
mod support;

/// A compiled program whose choices are all inputs.
pub(crate) struct World {
    pub lineage: Lineage,
    pub compiled: Compiled,
    pub plan: Arc<Plan>,
    pub sizes: Vec<u32>,
}

impl World {
    /// `None` for programs that are refused, impossible, or leave nothing to chance.
    pub fn new(text: &str) -> Option<World> {
        let theory = Theory::parse(text).ok()?;
        let lineage = theory.ground(Options::default(), &Budget::default()).ok()?.lineage;
        let compiled = Circuit::compile(&lineage, &Budget::default());
        if lineage.choices.is_empty() || lineage.queries.is_empty() || compiled.circuit.is_false(compiled.evidence) {
            return None;
        }
        let sizes: Vec<u32> = lineage.choices.iter().map(|c| c.weights.len() as u32).collect();
        let base = |c: ChoiceId, v: u32| Base::Input(c.0, v);
        let plan = Plan::new(&compiled.circuit, &compiled.queries, Some(compiled.evidence), sizes.len(), &base);
        Some(World { lineage, compiled, plan: Arc::new(plan), sizes })
    }

    /// Log-distributions `[examples, values]`, one tensor for each choice; some are certain.
    pub fn sources(&self, examples: usize, rng: &mut ChaCha8Rng, zeros: bool) -> Vec<Tensor> {
        let source = |&n: &u32| {
            let mut all = Vec::new();
            for _ in 0..examples {
                let mut row: Vec<f64> = (0..n).map(|_| rng.random_range(0.01..1.0f64)).collect();
                if zeros && rng.random_range(0..4) == 0 {
                    row[rng.random_range(0..n as usize)] = 0.0;
                }
                let sum: f64 = row.iter().sum();
                all.extend(row.iter().map(|x| if sum == 0.0 { (1.0 / f64::from(n)).ln() } else { (x / sum).ln() }));
            }
            Tensor::new(all, [examples, n as usize]).unwrap()
        };
        self.sizes.iter().map(source).collect()
    }

    pub fn rows(&self, examples: usize) -> Arc<Rows> {
        let calls = self.sizes.len();
        let rows = (0..examples as u32).flat_map(|b| std::iter::repeat_n(b, calls)).collect();
        Arc::new(Rows { source: (0..calls as u32).collect(), rows, examples })
    }

    pub fn machine(&self) -> Machine {
        Machine::Circuit(Arc::clone(&self.plan))
    }

    fn weights(&self, sources: &[Vec<f64>], example: usize) -> Weights {
        let mut weights = Weights::uniform(&self.sizes, 0.0);
        for (c, &n) in self.sizes.iter().enumerate() {
            let row = &sources[c][example * n as usize..][..n as usize];
            weights.choice_mut(ChoiceId(c as u32)).iter_mut().zip(row).for_each(|(w, l)| *w = l.exp());
        }
        weights
    }

    /// The log-probabilities of one example by the theory's evaluation.
    fn reference(&self, weights: &Weights) -> Vec<f64> {
        let logs = self.compiled.circuit.log_values(weights, 0.0);
        let given = logs[self.compiled.evidence as usize];
        let conditional = |&q: &u32| match logs[q as usize] {
            f64::NEG_INFINITY => f64::NEG_INFINITY,
            l => l - given,
        };
        self.compiled.queries.iter().map(conditional).collect()
    }
}

/// All programs to be tried, with their names.
pub(crate) fn worlds() -> Vec<(String, World)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../symbolic/theory/tests/conformance");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    let mut all = Vec::new();
    for path in paths.iter().filter(|p| p.extension().is_some_and(|e| e == "pl")) {
        let text = std::fs::read_to_string(path).unwrap();
        all.extend(World::new(&text).map(|w| (path.file_name().unwrap().to_string_lossy().into_owned(), w)));
    }
    assert!(all.len() > 80, "only {} conformance programs have choices", all.len());
    let random = (0..300).map(|seed| (format!("random {seed}"), support::random::program(seed).to_string()));
    all.extend(random.filter_map(|(name, text)| Some((name, World::new(&text)?))));
    assert!(all.len() > 250, "only {} programs", all.len());
    all
}

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    a == b || (a - b).abs() <= tolerance * (1.0 + b.abs())
}

#[test]
fn values_are_those_of_the_theory() {
    const EXAMPLES: usize = 19;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for (name, world) in worlds() {
        let sources = world.sources(EXAMPLES, &mut rng, true);
        let data: Vec<Vec<f64>> = sources.iter().map(Tensor::to_vec).collect();
        for (dtype, tolerance) in [(DType::F64, 1e-10), (DType::F32, 1e-5)] {
            let inputs: Vec<Tensor> = sources.iter().map(|s| s.to(dtype)).collect();
            let found = op::log_probability(&world.machine(), &inputs, &world.rows(EXAMPLES), None).to_vec::<f64>();
            for b in 0..EXAMPLES {
                let weights = world.weights(&data, b);
                let expected = world.reference(&weights);
                for (i, e) in expected.iter().enumerate() {
                    let f = found[b * expected.len() + i];
                    assert!(close(f, *e, tolerance), "{name} {dtype:?} example {b} query {i}: {f}, not {e}");
                }
            }
        }
    }
}

/// The derivative with respect to logits, which is free of the multiples of ones that normalised inputs leave open.
fn centred(weights: &Weights, sizes: &[u32], slopes: &[f64]) -> Vec<f64> {
    let mut out = slopes.to_vec();
    for c in 0..sizes.len() {
        let row = weights.choice(ChoiceId(c as u32));
        let at = weights.offset(ChoiceId(c as u32));
        let total: f64 = slopes[at..at + row.len()].iter().sum();
        out[at..at + row.len()].iter_mut().zip(row).for_each(|(o, w)| *o -= w * total);
    }
    out
}

#[test]
fn slopes_are_those_of_the_theory() {
    const EXAMPLES: usize = 5;
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut compared = 0;
    for (name, world) in worlds() {
        let queries = world.lineage.queries.len();
        let sources = world.sources(EXAMPLES, &mut rng, false);
        let data: Vec<Vec<f64>> = sources.iter().map(Tensor::to_vec).collect();
        let targets: Arc<[u32]> = (0..EXAMPLES).map(|b| (b % queries) as u32).collect();
        for (dtype, tolerance) in [(DType::F64, 1e-9), (DType::F32, 2e-5)] {
            let inputs: Vec<Tensor> = sources.iter().map(|s| s.to(dtype).variable()).collect();
            let refs: Vec<&Tensor> = inputs.iter().collect();
            let y = op::log_probability(&world.machine(), &inputs, &world.rows(EXAMPLES), Some(&targets));
            let by_target: Vec<Vec<f64>> = y.sum().grad(&refs).iter().map(Tensor::to_vec).collect();
            // The same through all answers, each example's own one picked.
            let all = op::log_probability(&world.machine(), &inputs, &world.rows(EXAMPLES), None);
            let picks = Tensor::from(targets.iter().map(|&t| i64::from(t)).collect::<Vec<_>>()).reshape([EXAMPLES, 1]);
            let seeds = all.zeros_like().scatter(1, &picks, &Tensor::ones([EXAMPLES, 1], dtype));
            let by_all = symbolon_tensor::grad(&[&all], &[&seeds], &refs, symbolon_tensor::Create::None);
            for b in 0..EXAMPLES {
                let weights = world.weights(&data, b);
                let values = world.compiled.circuit.values(&weights, 0.0);
                let root = world.compiled.queries[targets[b] as usize];
                let (p, given) = (values[root as usize], values[world.compiled.evidence as usize]);
                if p < 1e-200 {
                    continue;
                }
                let d = world.compiled.circuit.derivatives(&weights, &values, root);
                let e = world.compiled.circuit.derivatives(&weights, &values, world.compiled.evidence);
                let slopes: Vec<f64> =
                    weights.flat().iter().enumerate().map(|(i, w)| w * (d[i] / p - e[i] / given)).collect();
                let expected = centred(&weights, &world.sizes, &slopes);
                for (how, found) in
                    [("target", &by_target), ("all", &by_all.iter().map(|g| g.as_ref().unwrap().to_vec()).collect())]
                {
                    let flat: Vec<f64> = (0..world.sizes.len())
                        .flat_map(|c| found[c][b * world.sizes[c] as usize..][..world.sizes[c] as usize].to_vec())
                        .collect();
                    for (f, e) in centred(&weights, &world.sizes, &flat).iter().zip(&expected) {
                        assert!(close(*f, *e, tolerance), "{name} {dtype:?} by {how}, example {b}: {f}, not {e}");
                        compared += 1;
                    }
                }
            }
        }
    }
    assert!(compared > 10_000);
}

#[test]
fn composed_operations_agree_and_carry_second_derivatives() {
    const EXAMPLES: usize = 3;
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for (name, world) in worlds().into_iter().step_by(7) {
        let rows = world.rows(EXAMPLES);
        let queries = world.lineage.queries.len();
        let targets: Arc<[u32]> = (0..EXAMPLES).map(|b| (b % queries) as u32).collect();
        for zeros in [true, false] {
            let sources = world.sources(EXAMPLES, &mut rng, zeros);
            for targets in [None, Some(&targets)] {
                let fast = op::log_probability(&world.machine(), &sources, &rows, targets);
                let slow = op::composed(&world.machine(), &sources, &rows, targets.map(|t| &t[..]));
                for (a, b) in fast.to_vec::<f64>().iter().zip(slow.to_vec::<f64>()) {
                    assert!(close(*a, b, 1e-10), "{name}: {a}, not {b}");
                }
            }
            // The gradient of the squared gradient: through the recorded backward pass, and by differences.
            if zeros {
                continue;
            }
            let x: Vec<Tensor> = sources.iter().map(Tensor::variable).collect();
            let refs: Vec<&Tensor> = x.iter().collect();
            let energy = |x: &[Tensor]| {
                let refs: Vec<&Tensor> = x.iter().collect();
                let y = op::log_probability(&world.machine(), x, &rows, Some(&targets));
                // Impossible ones have no slope.
                y.sum().grad_graph(&refs).iter().map(|g| g.square().sum()).reduce(|a, b| a + b).unwrap()
            };
            let first = energy(&x);
            if !first.is_recorded() {
                continue;
            }
            let second = first.grad(&refs);
            let h = 1e-5;
            let bump = |d: f64| {
                let mut moved: Vec<Tensor> = x.iter().map(Tensor::detach).collect();
                let mut v = moved[0].to_vec::<f64>();
                v[0] += d;
                moved[0] = Tensor::new(v, moved[0].shape()).unwrap();
                energy(&moved.iter().map(Tensor::variable).collect::<Vec<_>>()).item()
            };
            let numeric = (bump(h) - bump(-h)) / (2.0 * h);
            let found = second[0].to_vec::<f64>()[0];
            assert!(close(found, numeric, 1e-5), "{name}: {found}, by differences {numeric}");
        }
    }
}

#[test]
fn neither_tiles_nor_threads_change_a_bit() {
    const EXAMPLES: usize = 333;
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let text = "0.3::a(1..4). p :- a(1), a(2). 1/3::c(1); 1/3::c(2); 1/3::c(3). \
                0.5::e(1). 0.4::e(2). 0.1::e(3). r(X,Y) :- c(X), e(Y). s(Z) :- r(X,Y), Z is X+Y. query(s(_)).";
    let world = World::new(text).unwrap();
    let sources: Vec<Tensor> = world.sources(EXAMPLES, &mut rng, true).iter().map(|s| s.to(DType::F32)).collect();
    let queries = world.lineage.queries.len() as u32;
    let targets: Arc<[u32]> = (0..EXAMPLES as u32).map(|b| b % queries).collect();
    let run = |sources: &[Tensor], rows: &Arc<Rows>, targets: &Arc<[u32]>| {
        let x: Vec<Tensor> = sources.iter().map(Tensor::variable).collect();
        let y = op::log_probability(&world.machine(), &x, rows, Some(targets));
        let mut bits: Vec<u32> = y.to_vec::<f32>().iter().map(|v| v.to_bits()).collect();
        let slopes = y.sum().grad(&x.iter().collect::<Vec<_>>());
        bits.extend(slopes.iter().flat_map(|g| g.to_vec::<f32>()).map(f32::to_bits));
        bits
    };
    let rows = world.rows(EXAMPLES);
    let alone = with_threads(1, || run(&sources, &rows, &targets)).unwrap();
    for threads in [2, 5] {
        assert_eq!(with_threads(threads, || run(&sources, &rows, &targets)).unwrap(), alone);
    }
    for b in [0, 17, EXAMPLES - 1] {
        let part: Vec<Tensor> = sources.iter().map(|s| s.narrow(0, b..b + 1)).collect();
        let one = run(&part, &world.rows(1), &vec![targets[b]].into());
        assert_eq!(one[0], alone[b], "example {b} alone");
    }
}

#[test]
fn what_a_float_cannot_hold_is_computed_in_logarithms() {
    // A chain of 300 switches that all stay: 10^-300 and less.
    let text: String = (0..300).map(|i| format!("0.1::s({i}). ")).collect::<String>()
        + "all(0) :- s(0). all(N) :- N > 0, s(N), M is N-1, all(M). query(all(299)). query(all(5)).";
    let world = World::new(&text).unwrap();
    assert!(world.plan.deep);
    // Not deep by its shape, but here in its numbers.
    let shallow = World::new("0.5::a. 0.5::b. 0.5::c. q :- a, b. q :- c. query(q).").unwrap();
    assert!(!shallow.plan.deep);
    for (world, p) in [(&world, 1e-3), (&shallow, 1e-30)] {
        for dtype in [DType::F32, DType::F64] {
            let row = Tensor::from([[f64::ln(p), f64::ln_1p(-p)], [0.5f64.ln(), 0.5f64.ln()]]).to(dtype);
            let x: Vec<Tensor> = world.sizes.iter().map(|_| row.variable()).collect();
            let targets: Arc<[u32]> = vec![0, 0].into();
            let y = op::log_probability(&world.machine(), &x, &world.rows(2), Some(&targets));
            let data: Vec<Vec<f64>> = x.iter().map(Tensor::to_vec).collect();
            for b in 0..2 {
                let expected = world.reference(&world.weights(&data, b))[0];
                let found = y.to_vec::<f64>()[b];
                assert!(expected.is_finite() && close(found, expected, 1e-5), "{found}, not {expected}");
            }
            let slopes: Vec<f64> =
                y.sum().grad(&x.iter().collect::<Vec<_>>()).iter().flat_map(Tensor::to_vec::<f64>).collect();
            assert!(slopes.iter().all(|s| s.is_finite()) && slopes.iter().any(|s| *s > 0.3));
        }
    }
}

#[test]
fn impossible_is_minus_infinity_with_zero_slope() {
    let world = World::new("0.5::a. 0.5::b. q :- a, b. query(q). query(a). evidence(\\+ (a, b), false).").unwrap();
    let never = Tensor::from([[f64::NEG_INFINITY, 0.0], [0.0, f64::NEG_INFINITY], [f64::NEG_INFINITY, 0.0]]);
    for dtype in [DType::F32, DType::F64] {
        let x = [never.to(dtype).variable(), never.to(dtype).variable()];
        for targets in [None, Some(Arc::from(vec![0u32, 0, 1]))] {
            let y = op::log_probability(&world.machine(), &x, &world.rows(3), targets.as_ref());
            let values = y.to_vec::<f64>();
            assert!(values.iter().all(|v| *v == f64::NEG_INFINITY || *v == 0.0), "{values:?}");
            for g in y.sum().grad(&[&x[0], &x[1]]) {
                assert!(g.to_vec::<f64>().iter().all(|v| v.is_finite()));
            }
        }
    }
}
