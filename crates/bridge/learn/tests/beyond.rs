//! Declared constraints, inference networks, masked diffusion and node rules against brute force and known worlds.

use symbolon_data::Labelled;
use symbolon_data::graph::{KnownLabels, NAMES, Neighbours};
use symbolon_learn::anesi::{Anesi, Settings, drawn, exact, random_beliefs, symbolic};
use symbolon_learn::declare::{Amount, Constraints, Multipliers};
use symbolon_learn::diffusion::{
    Conditioned, Entropy, Process, Sampler, Unmasker, Vote, Weights, commonest, conditional_entropy, independent_loss,
    vote,
};
use symbolon_learn::function::{DigitSum, Function, Plain, all_worlds, beliefs, checked};
use symbolon_learn::node_rules::{NodeClassifier, NodeTask, Rules};
use symbolon_learn::{Error, Lessons, Norm};
use symbolon_net::layers::{Graph, GraphKind};
use symbolon_net::train::{Trainer, descend, prepare};
use symbolon_net::{Architecture, Trace};
use symbolon_tensor::{DType, Device, Rng, Tensor};
use symbolon_theory::Theory;
use symbolon_theory::budget::Budget;

/// Three digits below four: no two neighbours equal, the sum as given, and if the first is 3 the last is 0.
fn three() -> Constraints {
    let mut c = Constraints::new(&[4, 4, 4]);
    for v in 0..2 {
        for x in 0..4 {
            let both = c.at_most(1, &[(v, x), (v + 1, x)]);
            c.require(both);
        }
    }
    let terms: Vec<(usize, usize, i64)> = (0..3).flat_map(|v| (0..4).map(move |x| (v, x, x as i64))).collect();
    let given = Some(Amount::Given(0));
    let sum = c.sum(&terms, given, given);
    c.require(sum);
    let (a, b) = (c.is(0, 3), c.is(2, 0));
    let rule = c.implies(a, b);
    c.require(rule);
    c
}

#[test]
fn declared_inference_is_the_best_of_all_assignments() {
    let c = three();
    let mut rng = Rng::new(0);
    for round in 0..30 {
        let p = rng.normal([3, 4], DType::F64).log_softmax(1);
        let table: Vec<Vec<f64>> = (0..3).map(|v| p.get(v).to_vec()).collect();
        let sum = round % 10;
        let mut best: Option<(f64, Vec<usize>)> = None;
        for w in 0..64usize {
            let a = vec![w / 16, w / 4 % 4, w % 4];
            let score: f64 = a.iter().zip(&table).map(|(x, row)| row[*x]).sum();
            if c.holds(&a, &[sum]).unwrap().into_iter().all(|h| h) && best.as_ref().is_none_or(|b| score > b.0) {
                best = Some((score, a));
            }
        }
        assert_eq!(c.best(&table, &[sum], &Budget::default()).unwrap(), best.map(|b| b.1), "sum {sum}");
    }
}

#[test]
fn truth_at_certain_outputs_is_truth_and_sums_are_exact() {
    let c = three();
    for w in 0..64usize {
        let a = [w / 16, w / 4 % 4, w % 4];
        let p: Vec<Tensor> = a.iter().map(|&x| Tensor::from([x as i64]).one_hot(4, DType::F64)).collect();
        for norm in [Norm::Godel, Norm::Product, Norm::Lukasiewicz] {
            let truth = c.truth(norm, &p, &[vec![5]]).unwrap().to_vec::<f64>();
            let holds: Vec<f64> = c.holds(&a, &[5]).unwrap().into_iter().map(f64::from).collect();
            assert_eq!(truth, holds, "{a:?} {norm:?}");
        }
    }
    // The probability of a sum, by going through all.
    let p: Vec<Tensor> = (0..3).map(|s| Rng::new(s).normal([1, 4], DType::F64).softmax(1)).collect();
    let truth = c.truth(Norm::Product, &p, &[vec![4]]).unwrap().to_vec::<f64>();
    let q: Vec<Vec<f64>> = p.iter().map(Tensor::to_vec).collect();
    let sum: f64 =
        (0..64).filter(|w| w / 16 + w / 4 % 4 + w % 4 == 4).map(|w| q[0][w / 16] * q[1][w / 4 % 4] * q[2][w % 4]).sum();
    assert!((truth[8] - sum).abs() < 1e-12);
}

#[test]
fn sampled_mass_approaches_the_probability_and_multipliers_grow_with_violation() {
    let c = three();
    let p: Vec<Tensor> = (0..3).map(|s| Rng::new(s).normal([1, 4], DType::F64).log_softmax(1)).collect();
    let q: Vec<Vec<f64>> = p.iter().map(|t| t.exp().to_vec()).collect();
    let all = (0..64usize).map(|w| [w / 16, w / 4 % 4, w % 4]);
    let mass: f64 = all
        .filter(|a| c.holds(a, &[4]).unwrap().into_iter().all(|h| h))
        .map(|a| (0..3).map(|v| q[v][a[v]]).product::<f64>())
        .sum();
    let (loss, missed) = c.sampled_loss(&p, &[vec![4]], 5_000, &mut Rng::new(1)).unwrap();
    assert_eq!(missed, 0);
    assert!((loss.item() + mass.ln()).abs() < 1e-3, "{} {}", loss.item(), -mass.ln());
    let mut m = Multipliers::new(2, 0.5, 0.6);
    let truth = Tensor::from([[1.0f64, 0.0]]);
    assert_eq!(m.loss(&truth).unwrap().item(), 0.5);
    assert_eq!(m.loss(&truth).unwrap().item(), 0.6);
    assert_eq!(m.values, [0.0, 0.6]);
}

#[test]
fn a_theory_becomes_constraints_unless_it_rests_on_itself() {
    let theory = Theory::parse(
        "nn(net, [X], Y, [0,1,2]) :: digit(X, Y). addition(A, B, S) :- digit(A, X), digit(B, Y), S is X + Y.",
    );
    let declared =
        Constraints::of_theory(&theory.unwrap(), "addition(image(a), image(b), S)", &Budget::default()).unwrap();
    assert_eq!((declared.calls.len(), declared.answers.len()), (2, 5));
    assert!(declared.rows().unwrap_err().to_string().contains("image(a)"));
    assert!(declared.clone().requiring(5).is_err());
    let answer = declared.answers.iter().position(|(a, _)| a.ends_with(",3)")).unwrap();
    let three = declared.requiring(answer).unwrap().constraints;
    let log_p = vec![vec![-0.1, -3.0, -5.0], vec![-3.0, -0.2, -2.0]];
    // 1 + 2: -3 - 2; 2 + 1: -5 - 0.2.
    assert_eq!(three.best(&log_p, &[], &Budget::default()).unwrap().unwrap(), [1, 2]);

    let text = "nn(net, [X], Y, [0,1]) :: bit(X, Y). both(A, B) :- bit(B, 1), bit(A, 1).";
    let theory = Theory::parse(text).unwrap();
    let both = Constraints::of_theory(&theory, "both(image(7), image(4))", &Budget::default()).unwrap();
    assert_eq!(both.rows().unwrap(), [4, 7], "in the order of calls");
    let outputs = Tensor::arange(20).to(DType::F64).reshape([10, 2]);
    assert_eq!(both.outputs(&outputs, 2).unwrap(), [[12.0, 13.0], [18.0, 19.0]]);
    assert!(both.outputs(&outputs, 3).is_err());
    let cyclic = "nn(net, [X], Y, [0,1]) :: road(X, Y). joined(A, B) :- link(A, B, I), road(image(I), 1). link(a, b, 0). link(b, a, 1). link(b, c, 2).
        path(A, B) :- joined(A, B). path(A, C) :- path(A, B), joined(B, C).";
    let refused =
        Constraints::of_theory(&Theory::parse(cyclic).unwrap(), "path(a, c)", &Budget::default()).unwrap_err();
    assert!(refused.to_string().contains("rests on itself"), "{refused}");
}

#[test]
fn sums_of_digits_are_right_and_their_pruner_is_complete() {
    let sum = DigitSum::new(2);
    assert_eq!(sum.run(&[9, 9, 9, 9, 0, 7, 1, 5]), [1, 9, 8, 0, 2, 2]);
    let worlds = all_worlds(&sum, 10_000).unwrap();
    let outputs = checked(&sum, &worlds).unwrap();
    let mut rng = Rng::new(0);
    for _ in 0..200 {
        let y = sum.digits_of(rng.below(199));
        let before: Vec<usize> = (0..rng.below(4)).map(|_| rng.below(10)).collect();
        let mut possible = vec![false; 10];
        for (w, o) in worlds.chunks(4).zip(outputs.chunks(3)) {
            if o == y && w.starts_with(&before) {
                possible[w[before.len()]] = true;
            }
        }
        assert_eq!(sum.feasible(&y, &before), possible, "{y:?} after {before:?}");
    }
    let bad = Plain::new(1, 2, &[2], |w| vec![w[0] + 1]);
    assert!(checked(&bad, &[1]).unwrap_err().to_string().contains("output 0 was 2"));
    assert!(checked(&sum, &[10, 0, 0, 0]).unwrap_err().to_string().contains("mask"));
}

#[test]
fn inference_networks_learn_a_small_function_and_prune() {
    // Whether two bits differ, and their and.
    let function = Plain::new(2, 2, &[2, 2], |w| vec![w[0] ^ w[1], w[0] & w[1]]);
    let settings = Settings { width: 32, layers: 2, samples: 128, rate: 3e-3, explain: true, ..Settings::default() };
    let mut rng = Rng::new(0);
    let mut net = Anesi::new(&function, settings, &mut rng).unwrap();
    net.beliefs.remember(&random_beliefs(&function, 500, &mut rng)).unwrap();
    for step in 0..400 {
        if step % 20 == 0 {
            net.beliefs.fit().unwrap();
        }
        net.learn(&mut rng).unwrap();
    }
    let p = random_beliefs(&function, 100, &mut rng);
    let q = net.prediction.table(&p.reshape([100, 4])).unwrap().exp();
    let error = (q - exact(&function, &p).unwrap()).abs().mean().item();
    assert!(error < 0.03, "{error}");
    let sums: f64 = exact(&function, &p).unwrap().sum().item();
    assert!((sums - 100.0).abs() < 1e-3);
    assert_eq!(symbolic(&function, &Tensor::from([[[0.9f32, 0.1], [0.2, 0.8]]])).unwrap(), [1, 0]);
    // A pruner that excludes everything says where.
    struct Never(Plain<fn(&[usize]) -> Vec<usize>>);
    impl Function for Never {
        fn symbols(&self) -> usize {
            2
        }
        fn values(&self) -> usize {
            2
        }
        fn outputs(&self) -> &[usize] {
            self.0.outputs()
        }
        fn run(&self, w: &[usize]) -> Vec<usize> {
            self.0.run(w)
        }
        fn feasible(&self, _: &[usize], before: &[usize]) -> Vec<bool> {
            vec![before.is_empty(); 2]
        }
    }
    let never = Never(Plain::new(2, 2, &[2], |w| vec![w[0]]));
    let net =
        Anesi::new(&never, Settings { width: 4, layers: 1, explain: true, ..Settings::default() }, &mut rng).unwrap();
    let error = net.explain(&random_beliefs(&never, 1, &mut rng), &[0], true).unwrap_err().to_string();
    assert!(error.contains("symbol 1") && error.contains("row 0"), "{error}");
}

#[test]
fn an_inference_network_that_practised_is_near_the_exact_one() {
    let function = Plain::new(2, 2, &[2], |w| vec![w[0] ^ w[1]]);
    let settings = Settings { width: 32, layers: 2, samples: 128, rate: 3e-3, ..Settings::default() };
    let mut rng = Rng::new(3);
    let mut net = Anesi::new(&function, settings, &mut rng).unwrap();
    let p = random_beliefs(&function, 200, &mut rng);
    let before = net.distance_from_exact(&p).unwrap();
    net.practise(500, 300, &mut rng).unwrap();
    let after = net.distance_from_exact(&p).unwrap();
    assert!(after < 0.5 * before && after < 0.1, "{before} {after}");
    // Worlds come as often as they are believed in.
    let p = Tensor::from([[[0.9f64, 0.1], [0.3, 0.7]]]).expand([2_000, 2, 2]).contiguous();
    let worlds = drawn(&p, &mut rng);
    let share = |symbol: usize| worlds.iter().skip(symbol).step_by(2).filter(|w| **w == 1).count() as f64 / 2_000.0;
    assert!((share(0) - 0.1).abs() < 0.03 && (share(1) - 0.7).abs() < 0.04, "{} {}", share(0), share(1));
}

#[test]
fn lessons_teach_single_pictures_from_outputs_of_tuples() {
    // Two kinds of pictures, black and white, of which only "how many white ones" is told.
    let picture = |i: usize| [(i % 2) as f32 + 0.1 * (i as f32).sin(); 4];
    let images = Tensor::from((0..120).flat_map(picture).collect::<Vec<f32>>()).reshape([120, 1, 2, 2]);
    let classes = vec!["black".into(), "white".into()];
    let data = Labelled::new(images, (0..120).map(|i| i % 2).collect(), classes).unwrap().split(0.25, 3).unwrap();
    let count = Plain::new(2, 2, &[3], |w| vec![w[0] + w[1]]);
    let lessons = Lessons::new(&count, &data, 60, 5).unwrap();
    let mut network = "mlp(4, 8, 2)".parse::<Architecture>().unwrap().build(&mut Rng::new(0), Device::Cpu).unwrap();
    let p = lessons.beliefs(&*network).unwrap();
    assert_eq!(p.shape(), [60, 2, 2]);
    let trainer = Trainer::new(symbolon_tensor::optim::Adam::new(0.02)).epochs(2).seed(1);
    let looks = lessons.teach(&mut *network, trainer, 100, |p, y| independent_loss(&count, p, y, 0.0)).unwrap();
    assert_eq!(looks.iter().map(|l| (l.0, l.1.len())).collect::<Vec<_>>(), [(100, 60), (200, 60)]);
    assert!(looks[1].1.iter().all(|right| *right), "{:?}", looks[1]);
    assert_eq!(lessons.symbolic(&*network).unwrap(), looks[1].1);
    assert_eq!(lessons.right(&[9; 60]), [false; 60]);
}

#[test]
fn the_independent_loss_is_that_of_the_exact_output() {
    let function = Plain::new(2, 2, &[2, 2], |w| vec![w[0] ^ w[1], w[0] & w[1]]);
    let p = Tensor::from([[[0.8f64, 0.2], [0.7, 0.3]]]);
    let loss = |entropy: f64| independent_loss(&function, &p, &[1, 0], entropy).unwrap().item();
    let worlds: [f64; 2] = [0.8 * 0.3, 0.2 * 0.7];
    let all = worlds[0] + worlds[1];
    assert!((loss(0.0) + all.ln()).abs() < 1e-9);
    let spread: f64 = worlds.iter().map(|w| -w / all * (w / all).ln()).sum();
    assert!((loss(1.0) - (-all.ln() - spread / 2.0)).abs() < 1e-6);
}

#[test]
fn perception_loss_reaches_perception_and_leaves_the_inference_network_alone() {
    use symbolon_net::Parameters;
    let function = DigitSum::new(1);
    let mut rng = Rng::new(0);
    let net =
        Anesi::new(&function, Settings { width: 8, layers: 1, samples: 16, ..Settings::default() }, &mut rng).unwrap();
    let mut names = Vec::new();
    net.prediction.collect("", &mut names);
    let before: Vec<Vec<u8>> = names.iter().map(|(_, t)| t.to_bytes()).collect();
    let scores = rng.normal([4, 2, 10], DType::F32).variable();
    let loss = net.perception_loss(&scores.softmax(2), &[0, 3, 1, 0, 0, 9, 1, 8]).unwrap();
    assert!(loss.grad(&[&scores])[0].abs().sum().item() > 0.0);
    let mut names = Vec::new();
    net.prediction.collect("", &mut names);
    assert_eq!(before, names.iter().map(|(_, t)| t.to_bytes()).collect::<Vec<_>>());
}

#[test]
fn samplers_agree_and_keep_what_is_revealed() {
    // A joint over three bits that a model with access to revealed symbols can express: exact conditionals of a table.
    let process = Process::new(3, 2).unwrap();
    let joint: Vec<f64> = vec![0.3, 0.02, 0.03, 0.15, 0.05, 0.1, 0.05, 0.3];
    let model = |rows: &[usize], state: &Tensor| -> Result<Tensor, Error> {
        let s = state.to_vec::<f64>();
        let mut logits = Vec::new();
        for r in 0..rows.len() {
            let fits =
                |w: usize| (0..3).all(|i| s[r * 9 + i * 3 + 2] > 0.5 || s[r * 9 + i * 3 + (w >> (2 - i) & 1)] > 0.5);
            for i in 0..3 {
                for v in 0..2 {
                    let p: f64 = (0..8).filter(|&w| fits(w) && (w >> (2 - i) & 1) == v).map(|w| joint[w]).sum();
                    logits.push(p.max(1e-12).ln());
                }
            }
        }
        Ok(Tensor::new(logits, [rows.len(), 3, 2]).unwrap())
    };
    let n = 20_000;
    let distance = |how: Sampler| {
        let found = process.sampled_joint(&model, n, how, &mut Rng::new(5)).unwrap();
        found.iter().zip(&joint).map(|(a, b)| (a - b).abs()).sum::<f64>() / 2.0
    };
    assert!(distance(Sampler::FirstHitting) < 0.02);
    assert!(distance(Sampler::Steps(64)) < 0.03);
    assert!(distance(Sampler::Steps(1)) > 0.2, "all at once, dependence is lost");
    assert!(process.noised(&[0, 1, 0], 0.0, &mut Rng::new(0)).is_err());
    assert_eq!(process.noised(&[0, 1, 0], 1.0, &mut Rng::new(0)).unwrap(), [2, 2, 2]);
    let log_p = process.log_probability(&model, &[0], &[1, 2, 2]).unwrap().exp().to_vec::<f64>();
    assert!((log_p[1] - 1.0).abs() < 1e-9 && log_p[0] < 1e-9, "revealed symbols stay");
}

#[test]
fn conditioned_samples_have_the_output_and_the_loss_learns_dependence() {
    // Two bits that differ, seen through nothing: the best independent model is a coin each, and wrong half of the time.
    let function = Plain::new(2, 2, &[2], |w| vec![w[0] ^ w[1]]);
    let process = Process::new(2, 2).unwrap();
    let flat = |rows: &[usize], _: &Tensor| Ok(Tensor::zeros([rows.len(), 2, 2], DType::F32));
    let towards = Conditioned { function: &function, outputs: &[1; 50], candidates: 16, beta: 20.0 };
    let (worlds, missed) = process
        .sample_given(&flat, &(0..50).collect::<Vec<_>>(), Sampler::FirstHitting, towards, &mut Rng::new(0))
        .unwrap();
    assert_eq!(missed, 0);
    assert!(worlds.chunks(2).all(|w| w[0] != w[1]), "{worlds:?}");
    let mut weight = Rng::new(1).normal([6, 4], DType::F32) * 0.1;
    let mut adam = symbolon_tensor::optim::Adam::new(0.05);
    let mut rng = Rng::new(2);
    let weights =
        Weights { symbols: 0.05, entropy: 0.02, samples: 32, steps: Sampler::FirstHitting, ..Weights::default() };
    for _ in 0..300 {
        let w = weight.variable();
        let model = process.linear(&w);
        let towards = Conditioned { function: &function, outputs: &[1; 16], candidates: 16, beta: 20.0 };
        let loss = process.loss(&model, 16, towards, &weights, &mut rng).unwrap();
        let g = loss.value.grad(&[&w]);
        symbolon_tensor::optim::Optimiser::step(&mut adam, &mut [&mut weight], &g);
    }
    let model = process.linear(&weight);
    let samples = process.sample(&model, &[0; 500], Sampler::FirstHitting, &mut rng).unwrap();
    let (y, share) = vote(&function, &samples, Vote::FunctionThenWhole).unwrap();
    assert!(y == [1] && share > 0.95, "{y:?} {share}");
    assert!(
        Weights::default().of == Entropy::Unconditional
            && process.loss(&model, 1, towards, &Weights { samples: 1, ..weights }, &mut rng).is_err()
    );
    // Entropy given the output: two worlds with equal weight.
    let h = conditional_entropy(&function, &Tensor::zeros([1, 2, 2], DType::F64).log_softmax(2), &[1]).unwrap().item();
    assert!((h - 2f64.ln()).abs() < 1e-9);
}

#[test]
fn samples_are_counted_as_worlds_and_symbol_by_symbol() {
    let process = Process::new(2, 3).unwrap();
    let samples = [0, 2, 0, 2, 1, 2, 2, 0];
    assert_eq!(process.joint(&samples), [0.0, 0.0, 0.5, 0.0, 0.0, 0.25, 0.25, 0.0, 0.0]);
    assert_eq!(commonest(&samples, 2), [(0, 0.5), (2, 0.75)]);
    assert_eq!(commonest(&[2, 1], 1), [(1, 0.5)], "the least of equally common ones");
}

#[test]
fn an_unmasker_treats_symbols_alike_and_sees_the_others() {
    let process = Process::new(3, 4).unwrap();
    let mut rng = Rng::new(0);
    let encoder = "mlp(5, 8)".parse::<Architecture>().unwrap().build(&mut rng, Device::Cpu).unwrap();
    let model = Unmasker::new(encoder, 8, 16, &process, &mut rng).unwrap();
    let pictures = rng.normal([6, 5], DType::F32);
    let logits = |pictures: &Tensor, states: &[usize]| -> Tensor {
        let seen = model.embed(pictures.clone(), 3).unwrap();
        model.unmask(&seen, &[0, 1], &process.one_hot(states)).unwrap()
    };
    let y = logits(&pictures, &[4, 2, 0, 1, 4, 4]);
    assert_eq!(y.shape(), [2, 3, 4]);
    // Exchanging the first two symbols of both examples exchanges what is said about them.
    let swapped = pictures.index_select(0, &symbolon_data::indices(&[1, 0, 2, 4, 3, 5]));
    let z = logits(&swapped, &[2, 4, 0, 4, 1, 4]).index_select(1, &symbolon_data::indices(&[1, 0, 2]));
    assert!((&y - &z).abs().max().item() < 1e-6);
    // What is said about a symbol changes with what another one is.
    let other = logits(&pictures, &[4, 3, 0, 1, 4, 4]);
    assert!((y.get((0, 0)) - other.get((0, 0))).abs().max().item() > 1e-4);
    assert_eq!(y.get(1).to_vec::<f32>(), other.get(1).to_vec::<f32>());

    // Each example gets its own samples, by its own probabilities.
    let samples = model.sample(&process, pictures.clone(), 2_000, Sampler::Steps(1), &mut rng).unwrap();
    let masked = model.unmask(&model.embed(pictures.clone(), 3).unwrap(), &[0, 1], &process.one_hot(&[4; 6])).unwrap();
    let p = masked.softmax(2);
    for (example, own) in samples.chunks(3 * 2_000).enumerate() {
        let share = own.iter().step_by(3).filter(|v| **v == 2).count() as f64 / 2_000.0;
        assert!((share - p.get((example as isize, 0, 2)).item()).abs() < 0.05);
    }
    let function = Plain::new(3, 4, &[2], |w| vec![usize::from(w[0] == w[1])]);
    let towards = Conditioned { function: &function, outputs: &[1, 0], candidates: 8, beta: 5.0 };
    let loss = model.loss(&process, pictures, towards, &Weights { samples: 8, ..Weights::default() }, &mut rng);
    assert!(loss.unwrap().value.item().is_finite());
}

#[test]
fn beliefs_are_those_of_each_picture() {
    let digits = symbolon_data::mnist::digits().unwrap().held_out;
    let network = "lenet(10)".parse::<Architecture>().unwrap().build(&mut Rng::new(0), Device::Cpu).unwrap();
    let p = beliefs(&*network, &digits, &[vec![4, 7, 4], vec![1, 2, 3]]).unwrap();
    assert_eq!(p.shape(), [2, 3, 10]);
    let alone = network.forward(&[digits.pictures(&[7])], &mut Trace::none()).unwrap().softmax(1);
    assert!((p.get((0, 1)) - alone.get(0)).abs().max().item() < 1e-6);
    assert!((p.get((0, 0)) - p.get((0, 2))).abs().max().item() < 1e-6);
    assert!(beliefs(&*network, &digits, &[vec![4], vec![1, 2]]).is_err());
}

#[test]
fn rules_print_a_theory_that_gives_their_truth() {
    let rules = Rules::thresholds(&[0.4, 0.1, 0.8]);
    let features = [0.7, 0.05, 0.8];
    let text = rules.theory(&NAMES[..3], &features).unwrap();
    let answers = rules.executed(&NAMES[..3], &features).unwrap();
    assert_eq!(answers.len(), 3);
    let row = Tensor::from([features.map(|f| f as f32)]);
    for (a, t) in answers.iter().zip(rules.truth(&row).to_vec::<f64>()) {
        assert!((a - t).abs() < 1e-5, "{text} {answers:?}");
    }
    assert_eq!(rules.sentences(&NAMES[..3], &features).unwrap()[0], "degree 0.70 > 0.40 (truth 0.82)");
    assert!(Rules::gaussians(2, &row, &mut Rng::new(0)).theory(&NAMES[..3], &features).is_err());
}

#[test]
fn a_task_of_nodes_is_learned_and_its_rules_are_intervened_on() {
    // Three clouds that differ in their first numbers.
    let mut rng = Rng::new(0);
    let labels: Vec<usize> = (0..150).map(|i| i % 3).collect();
    let centres = symbolon_data::indices(&labels).one_hot(3, DType::F32) * 2.0;
    let rows = Tensor::cat(&[&centres, &Tensor::zeros([150, 2], DType::F32)], 1) + rng.normal([150, 5], DType::F32);
    let task = NodeTask::new(&rows, &labels, 3, 4, 7).unwrap();
    assert_eq!((task.train.len(), task.validation.len(), task.test.len()), (90, 30, 30));
    let only_to_train = |u: &usize| task.neighbours.of[*u].iter().all(|e| task.train.contains(&e.0));
    assert!(task.test.iter().chain(&task.validation).all(only_to_train));
    let turned = task.test_labels_turned();
    assert_ne!(turned, labels);
    assert!(task.train.iter().all(|&u| turned[u] == labels[u]));
    let described = task.descriptors(&labels).unwrap();
    assert_eq!(task.descriptors(&turned).unwrap().to_bytes(), described.to_bytes());

    let features = described.narrow(1, ..3);
    let medians = Rules::medians(&features.index_select(0, &task.rows));
    let low = |v: &f64| task.train.iter().filter(|&&u| features.get((u as isize, 0)).item() < *v).count();
    assert!(low(&medians[0]) <= 45 && low(&(medians[0] + 1e-6)) > 45);
    let fit = |rules: Option<Rules>, rng: &mut Rng| {
        let network = NodeClassifier::new(GraphKind::Gcn, 5, 16, 3, rules, 0, rng).unwrap();
        let mut adam = symbolon_tensor::optim::Adam::new(0.01);
        task.fit(network, &features, &described.narrow(1, 2..4), &mut adam, 30, rng)
    };
    let (plain, accuracy) = fit(None, &mut rng);
    assert!(accuracy > 0.7, "{accuracy}");
    assert!(task.effects(&plain, &features, &medians, 0.2).is_none());
    let (network, accuracy) = fit(Some(Rules::thresholds(&medians)), &mut rng);
    let logits = task.pass(&network, &features, None).logits;
    assert_eq!(task.accuracy(&logits, &task.test), accuracy, "the epoch that was kept");
    let found = task.effects(&network, &features, &medians, 0.0).unwrap();
    assert!(found.moved > 0.0 && found.important > 0 && found.lowered <= found.important && found.matter <= 3);
    // Rules that nothing listens to do nothing.
    let mut deaf = network.clone();
    let fusion = deaf.fusion.as_mut().unwrap();
    fusion.gate.weight = fusion.gate.weight.zeros_like();
    fusion.lift.weight = fusion.lift.weight.zeros_like();
    let none = task.effects(&deaf, &features, &medians, 1e-6).unwrap();
    assert_eq!((none.important, none.matter), (0, 0));
}

#[test]
fn a_node_classifier_learns_and_its_clamp_is_counterfactual() {
    // Two cliques joined by one edge; classes are the cliques.
    let edges: Vec<(usize, usize, f32)> = (0..12)
        .flat_map(|u| (0..u).map(move |v| (v, u, 1.0)))
        .filter(|e| e.0 / 6 == e.1 / 6 || (e.0, e.1) == (0, 6))
        .collect();
    let near = Neighbours::new(12, &edges).unwrap();
    let labels: Vec<usize> = (0..12).map(|u| u / 6).collect();
    let train = [0usize, 1, 2, 6, 7, 8];
    let known = KnownLabels::new(&labels, &train, 2).unwrap();
    let features = near.descriptors(&known).unwrap().narrow(1, ..3);
    let graph = Graph::new(&near.of).unwrap();
    let mut rng = Rng::new(0);
    let x = rng.normal([12, 4], DType::F32);
    let rows = symbolon_data::indices(&train);
    for kind in [GraphKind::Gcn, GraphKind::Gat(2), GraphKind::Gin] {
        let rules = Rules::thresholds(&[0.5, 0.5, 0.5]);
        let mut net = NodeClassifier::new(kind, 4, 8, 2, Some(rules), 2, &mut rng).unwrap();
        prepare(&mut net);
        let mut adam = symbolon_tensor::optim::Adam::new(0.02);
        let target = symbolon_data::indices(&train.map(|u| u / 6));
        for _ in 0..60 {
            let out = net.forward(&graph, &x, &features, &rows, None, &mut Trace::none());
            let aside = out.auxiliary.map(|a| a.square().mean()).unwrap();
            let loss = out.logits.index_select(0, &rows).cross_entropy(&target) + aside;
            descend(&mut net, &mut adam, loss);
        }
        let out = net.forward(&graph, &x, &features, &rows, None, &mut Trace::none());
        let found = out.logits.index_select(0, &rows).argmax(1).to_vec::<i64>();
        assert_eq!(found, train.map(|u| u as i64 / 6), "{kind:?}");
        let other = net.forward(&graph, &x, &features, &rows, Some((1, 0.0)), &mut Trace::none());
        assert_ne!(other.logits.to_vec::<f32>(), out.logits.to_vec::<f32>());
        let gate = out.gate.unwrap().mean().item();
        assert!(0.01 < gate && gate < 0.99);
    }
}
