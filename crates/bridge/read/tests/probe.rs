//! A planted direction and planted neurons: every probe finds them, and nothing where labels are shuffled.

use symbolon_check::control::Rotation;
use symbolon_read::Error;
use symbolon_read::probe::sparse::{Ranking, Search, SparseProbe, certify, curve, enough, planted, pruned};
use symbolon_read::probe::{Concept, Examples, Pairs, Probe, Reader, best_layer, with_control};
use symbolon_tensor::{DType, Rng, Tensor};

/// Normal rows; the property is written along a random direction, a shift of three deviations.
fn world(n: usize, units: usize, rng: &mut Rng) -> (Examples, Tensor) {
    let direction = rng.normal([units], DType::F64);
    let direction = &direction / direction.norm(2.0, &[0], false);
    let labels: Vec<bool> = (0..n).map(|_| rng.below(3) == 0).collect();
    let shift: Vec<f64> = labels.iter().map(|l| if *l { 2.0 } else { -2.0 }).collect();
    let rows = rng.normal([n, units], DType::F64) + Tensor::from(shift).unsqueeze(1) * direction.unsqueeze(0);
    (Examples::new(rows, labels).unwrap(), direction)
}

fn cosine(a: &Tensor, b: &Tensor) -> f64 {
    ((a * b).sum() / (a.norm(2.0, &[0], false) * b.norm(2.0, &[0], false))).item()
}

#[test]
fn every_dense_probe_finds_the_planted_direction_and_none_in_shuffled_labels() {
    let mut rng = Rng::new(1);
    let (all, truth) = world(600, 20, &mut rng);
    let (train, test) = all.split(0.7, &mut rng).unwrap();
    assert_eq!((train.len(), test.len()), (420, 180));
    let fits: [fn(&Examples) -> symbolon_read::Result<Probe>; 3] =
        [|e| Probe::logistic(e, 1e-2), |e| Probe::ridge(e, 1e-2), Probe::difference_of_means];
    for fit in fits {
        let probe = fit(&train).unwrap();
        assert!(cosine(&probe.weights, &truth) > 0.9);
        let (real, control) = with_control(&train, &test, fit, &mut rng).unwrap();
        assert!(real.f1 > 0.93 && real.average_precision > 0.97, "{real:?}");
        assert!(control.matthews.abs() < 0.25, "{control:?}");
        let symbol = probe.direction("fc1".parse().unwrap()).unwrap();
        assert!(cosine(&symbol.vector(), &truth) > 0.9);
        let random = probe.random(&train, &mut rng).unwrap().test(&test).unwrap();
        assert!(random.matthews < real.matthews - 0.2);
    }
}

#[test]
fn logistic_and_ridge_solve_their_own_equations() {
    let mut rng = Rng::new(2);
    let (e, _) = world(200, 4, &mut rng);
    // The penalty is on weights of standardised units: there the gradient must vanish.
    let spread = e.rows().std_axes(&[0], false, 0);
    let balance = Tensor::from(e.balance());
    let y = Tensor::from(e.labels().iter().map(|l| if *l { 1.0 } else { -1.0 }).collect::<Vec<f64>>());
    let z = (e.rows() - e.rows().mean_axis(0, true)) / spread.unsqueeze(0);
    let scores = |p: &Probe| Tensor::from(p.scores(e.rows()).unwrap());
    let p = Probe::logistic(&e, 0.05).unwrap();
    let pull = (-scores(&p) * &y).sigmoid() * &y * &balance * -1.0;
    let gradient = (&z * pull.unsqueeze(1)).mean_axis(0, false) + &p.weights * &spread * 0.05;
    assert!(gradient.abs().max().item() < 1e-4 && pull.mean().item().abs() < 1e-4);
    let p = Probe::ridge(&e, 0.05).unwrap();
    let residual = (scores(&p) - &y) * &balance;
    let gradient = (&z * residual.unsqueeze(1)).mean_axis(0, false) + &p.weights * &spread * 0.05;
    assert!(gradient.abs().max().item() < 1e-9 && residual.mean().item().abs() < 1e-9);
}

#[test]
fn wrong_examples_are_named() {
    let rows = Tensor::zeros([4, 2], DType::F64);
    assert!(Examples::new(rows.clone(), vec![true; 4]).unwrap_err().to_string().contains("both kinds"));
    assert!(Examples::new(rows.clone(), vec![true, false]).is_err());
    let broken = Tensor::from([[0.0f64, f64::NAN], [1.0, 2.0]]);
    assert!(Examples::new(broken, vec![true, false]).unwrap_err().to_string().contains("row 0, unit 1"));
    let e = Examples::new(rows, vec![true, false, true, false]).unwrap();
    // Constant units: probes are still made, and say nothing.
    assert!(Probe::logistic(&e, 1.0).unwrap().weights.abs().max().item() < 1e-9);
    assert!(Probe::difference_of_means(&e).is_err() && Probe::logistic(&e, 0.0).is_err());
    for k in [0, 3] {
        assert!(matches!(Ranking::MeanDifference.choose(&e, k), Err(Error::Setting { .. })));
    }
    assert!(Search::new(&e, &[0, 0]).is_err() && Search::new(&e, &[0, 1]).unwrap().best(3, 1e-3, 10).is_err());
}

/// The property is the or of three neurons' activity, with noise in labels.
fn any_of_three(n: usize, units: usize, rng: &mut Rng) -> (Examples, [usize; 3]) {
    let order = rng.permutation(units).to_vec::<i64>();
    let planted = [0, 1, 2].map(|i| order[i] as usize);
    let active = rng.bernoulli([n, units], 0.25).to(DType::F64);
    let rows = &active + rng.normal([n, units], DType::F64) * 0.3;
    let active = active.to_vec::<f64>();
    let labels = (0..n).map(|i| planted.iter().any(|u| active[i * units + u] > 0.5) != (rng.unit() < 0.05)).collect();
    (Examples::new(rows, labels).unwrap(), planted)
}

#[test]
fn planted_neurons_are_recovered() {
    let (mut exact, mut adaptive, draws) = (0, 0, 12usize);
    for seed in 0..draws as u64 {
        let mut rng = Rng::new(seed);
        let (e, mut planted) = any_of_three(500, 60, &mut rng);
        planted.sort_unstable();
        let near = Ranking::MeanDifference.choose(&e, 20).unwrap();
        let found = Search::new(&e, &near).unwrap().best(3, 1e-3, 500).unwrap();
        exact += usize::from(found.support == planted);
        let mut found = Ranking::Adaptive.choose(&e, 3).unwrap();
        found.sort_unstable();
        adaptive += usize::from(found == planted);
    }
    assert!(exact == draws && adaptive == draws, "{exact} and {adaptive} of {draws}");
}

#[test]
fn a_decoy_fools_the_difference_of_means_only() {
    // A copy of a strong cue tells nothing new; a weak helper tells what the cue's noise was.
    let mut rng = Rng::new(4);
    let n = 800;
    let labels: Vec<bool> = (0..n).map(|_| rng.below(2) == 0).collect();
    let y = Tensor::from(labels.iter().map(|l| if *l { 1.0 } else { -1.0 }).collect::<Vec<f64>>());
    let noise = rng.normal([n], DType::F64) * 1.5;
    let cue = &y + &noise;
    let copy = &cue + rng.normal([n], DType::F64) * 0.3;
    let helper = &noise + &y * 0.15 + rng.normal([n], DType::F64) * 0.2;
    let e = Examples::new(Tensor::stack(&[&cue, &copy, &helper], 1), labels).unwrap();
    let choice = |ranking: Ranking| {
        let mut support = ranking.choose(&e, 2).unwrap();
        support.sort_unstable();
        support
    };
    assert_eq!(choice(Ranking::MeanDifference), [0, 1]);
    assert_eq!(choice(Ranking::Adaptive), [0, 2]);
}

#[test]
fn the_exact_search_is_brute_force_with_a_certificate() {
    let all: Vec<usize> = (0..15).collect();
    for (seed, reg) in [(0, 300f64.sqrt().recip()), (1, 1.0), (2, 30.0)] {
        let mut rng = Rng::new(seed);
        // Correlated columns, so that rankings go wrong.
        let mix = rng.normal([15, 15], DType::F64);
        let (e, _) = any_of_three(300, 15, &mut rng);
        let rows = e.rows() + e.rows().matmul(&mix) * 0.15;
        let e = Examples::new(rows, e.labels().to_vec()).unwrap();
        let mut search = Search::with_reg(&e, &all, reg).unwrap();
        for k in 1..=3 {
            let found = search.best(k, 1e-3, 2_000).unwrap();
            assert!(!found.stopped && found.gap() <= 1e-3, "{reg}: {found:?}");
            let mut brute = Search::with_reg(&e, &all, reg).unwrap();
            let mut best = f64::INFINITY;
            for bits in (0u32..1 << 15).filter(|b| b.count_ones() as usize == k) {
                let support: Vec<usize> = (0..15).filter(|j| bits >> j & 1 == 1).collect();
                best = best.min(brute.objective(&support).unwrap());
            }
            assert!(found.bound <= best * (1.0 + 1e-9) && found.objective <= best * (1.0 + 1e-3), "{found:?} {best}");
            for ranking in Ranking::ALL {
                let support = ranking.choose(&e, k).unwrap();
                assert_eq!(support.len(), k);
                assert!(search.objective(&support).unwrap() >= found.objective * (1.0 - 1e-3), "{}", ranking.name());
            }
        }
        // A search that may solve one support says what it knows by then.
        let early = Search::with_reg(&e, &all, reg).unwrap().best(3, 0.0, 1).unwrap();
        assert!(
            early.bound <= early.objective && early.solved == 1 && (early.stopped || early.gap() < 1e-9),
            "{early:?}"
        );
    }
}

#[test]
fn quality_grows_with_k_and_rotation_hides_neurons() {
    let mut rng = Rng::new(9);
    let (e, planted) = any_of_three(900, 40, &mut rng);
    let (train, test) = e.split(0.7, &mut rng).unwrap();
    let f1 = |train: &Examples, test: &Examples, k| curve(train, test, Ranking::MeanDifference, &[k]).unwrap()[0].f1;
    assert!(f1(&train, &test, 3) > f1(&train, &test, 1) + 0.1);
    let turn = Rotation::random(40, &mut rng).unwrap();
    let turned = |e: &Examples| Examples::new(turn.turn(e.rows()).unwrap(), e.labels().to_vec()).unwrap();
    assert!(f1(&turned(&train), &turned(&test), 3) < f1(&train, &test, 3) - 0.1);
    let dense = |train, test| Probe::logistic(train, 1e-2).unwrap().test(test).unwrap().f1;
    assert!((dense(&turned(&train), &turned(&test)) - dense(&train, &test)).abs() < 0.03);
    // Taken out one by one, the planted neurons come first; after them there is a cliff.
    let rounds = pruned(&train, &test, 2, 4, 12, 200).unwrap();
    let mut first: Vec<usize> = rounds[..3].iter().map(|r| r.0).collect();
    first.sort_unstable();
    let mut expected = planted;
    expected.sort_unstable();
    assert_eq!(first, expected);
    assert!(rounds[3].1.matthews < 0.2 && rounds[0].1.matthews > 0.4, "{rounds:?}");
    let neurons = SparseProbe::on(&train, &planted).unwrap().neurons(&"fc1".parse().unwrap(), 40).unwrap();
    assert_eq!(neurons.len(), 3);
}

#[test]
fn reading_vectors_and_the_trap_of_ordered_pairs() {
    let mut rng = Rng::new(3);
    let (units, n) = (200, 240);
    let direction = rng.normal([units], DType::F64);
    let direction = &direction / direction.norm(2.0, &[0], false);
    let base = rng.normal([n, units], DType::F64) * 0.5;
    let step = |sign: f64, rng: &mut Rng| {
        &base + (&direction * (1.5 * sign)).unsqueeze(0) + rng.normal([n, units], DType::F64) * 0.4
    };
    let (shown, hidden) = (step(1.0, &mut rng), step(-1.0, &mut rng));
    let half = |x: &Tensor, train: bool| if train { x.narrow(0, ..n / 2) } else { x.narrow(0, n / 2..) };
    let train = Pairs::new(&half(&shown, true), &half(&hidden, true), &mut rng).unwrap();
    let test = Pairs::new(&half(&shown, false), &half(&hidden, false), &mut rng).unwrap();
    let accuracy = |c: &Concept| c.pair_accuracy(&test).unwrap().share();
    for reader in [Reader::Pca, Reader::MeanDifference, Reader::Logistic(0.1)] {
        let concept = train.read(reader).unwrap();
        assert!(accuracy(&concept) > 0.95 && cosine(&concept.vector, &direction) > 0.7, "{reader:?}");
    }
    assert!(train.read(Reader::KMeans).is_ok());
    let random: Vec<f64> = (0..40).map(|s| accuracy(&train.read(Reader::Random(s)).unwrap())).collect();
    assert!((random.iter().sum::<f64>() / 40.0 - 0.5).abs() < 0.2);
    let shuffled = train.relabelled(&mut rng).read(Reader::MeanDifference).unwrap();
    assert!(cosine(&shuffled.vector, &direction).abs() < 0.9);
    // In order, centring takes the concept away.
    let trap = Pairs::in_order(&half(&shown, true), &half(&hidden, true)).unwrap().read(Reader::Pca).unwrap();
    assert!(cosine(&trap.vector, &direction).abs() < 0.5);
    assert!(Pairs::new(&shown, &hidden.narrow(0, 1..), &mut rng).is_err());
}

#[test]
fn planted_neurons_are_certified_counted_and_turned_away() {
    let mut rng = Rng::new(11);
    let (all, truth) = planted(600, 30, 3, &mut rng).unwrap();
    let near = Ranking::MeanDifference.choose(&all, 20).unwrap();
    assert_eq!(Search::new(&all, &near).unwrap().best(3, 1e-3, 1_000).unwrap().support, truth);
    let certificate = certify(&all, 20, &[1, 3], 1_000).unwrap();
    assert!(certificate.gap <= 1e-3 + 1e-9 && (0.0..=1e-3).contains(&certificate.lead), "{certificate:?}");
    // Tokens of a span stay together.
    let (train, test) = all.split_by(|i| i / 10 % 3 != 0).unwrap();
    assert_eq!((train.len(), test.len()), (400, 200));
    assert!(train.rows().get(0).is_close(&all.rows().get(10), 0.0, 0.0));
    let single = SparseProbe::best_single(&train, 10).unwrap();
    assert!(truth.contains(&single.support[0]));
    let best = single.test(&train).unwrap().f1;
    for unit in Ranking::MeanDifference.choose(&train, 10).unwrap() {
        assert!(SparseProbe::on(&train, &[unit]).unwrap().test(&train).unwrap().f1 <= best);
    }
    assert!(SparseProbe::best_single(&train, 0).is_err());
    let sizes = [1, 2, 3, 5];
    let f1: Vec<f64> = curve(&train, &test, Ranking::MeanDifference, &sizes).unwrap().iter().map(|q| q.f1).collect();
    let first = sizes.iter().zip(&f1).find(|(_, f)| **f >= f1[2]).map(|(k, _)| *k);
    assert_eq!(enough(&train, &test, Ranking::MeanDifference, &sizes, f1[2]).unwrap(), first);
    assert_eq!(enough(&train, &test, Ranking::MeanDifference, &sizes, 1.1).unwrap(), None);
    // A rotation takes single neurons away; for one neuron among many that is a fall.
    let (one, _) = planted(900, 30, 1, &mut rng).unwrap();
    let turn = Rotation::random(30, &mut rng).unwrap();
    let [straight, turned] = [one.clone(), one.turned(&turn).unwrap()].map(|e| {
        let (train, test) = e.split_by(|i| i < 600).unwrap();
        SparseProbe::best_single(&train, 10).unwrap().test(&test).unwrap().f1
    });
    assert!(turned < straight - 0.1, "{turned} {straight}");
    assert!(train.turned(&Rotation::random(4, &mut rng).unwrap()).is_err());
}

#[test]
fn the_layer_that_holds_a_concept_is_found_and_the_concept_removed() {
    let mut rng = Rng::new(12);
    let direction = rng.normal([1, 8], DType::F64);
    // Only the third of four layers holds it.
    let mut pairs = |n: usize| -> Vec<Pairs> {
        (0..4)
            .map(|layer| {
                let [a, b] = [1.0, -1.0].map(|side| {
                    rng.normal([n, 8], DType::F64) + &direction * (if layer == 2 { 2.0 * side } else { 0.0 })
                });
                Pairs::new(&a, &b, &mut rng).unwrap()
            })
            .collect()
    };
    let (train, validation, test) = (pairs(60), pairs(40), pairs(60));
    for reader in [Reader::Pca, Reader::MeanDifference] {
        let best = best_layer(&train, &validation, reader).unwrap();
        assert_eq!((best.layer, best.accuracies.len()), (2, 4));
        let [before, after] =
            best.concept.removal(&train[2].examples().unwrap(), &test[2].examples().unwrap()).unwrap();
        assert!(before > 0.95 && after < 0.75, "{reader:?}: {before} {after}");
    }
    let controls = train[2].controls(&test[2], 0..20, 10, &mut rng).unwrap();
    let best = best_layer(&train, &validation, Reader::Pca).unwrap();
    let real = best.concept.pair_accuracy(&test[2]).unwrap().share();
    assert!(real > 0.95 && controls.shuffled < 0.85 && controls.random < real, "{controls:?}");
    assert!(train[2].controls(&test[2], 0..0, 10, &mut rng).is_err());
    let [a, b] = [1, 2].map(|seed| Rng::new(seed).normal([9, 4], DType::F32));
    let (mixed, straight) = (Pairs::new(&a, &b, &mut rng).unwrap(), Pairs::in_order(&a, &b).unwrap());
    let [found, expected] = [mixed.ordered(), straight].map(|p| p.examples().unwrap());
    assert_eq!(found.labels(), expected.labels());
    assert!(found.rows().is_close(expected.rows(), 0.0, 0.0));
    assert!(best_layer(&[], &[], Reader::Pca).is_err());
}

#[test]
fn classes_are_contrasted_with_each_other() {
    // A stimulus is its class, its number, its layer.
    let class = |c: usize, n: usize| -> Vec<Tensor> {
        let rows = |l: usize| Tensor::from((0..n).flat_map(|i| [c as f64, i as f64, l as f64]).collect::<Vec<_>>());
        (0..2).map(|l| rows(l).reshape([n, 3])).collect()
    };
    let classes = vec![class(0, 6), class(1, 6), class(2, 4)];
    let pairs = Pairs::against_others(&classes, 1, &[5, 0, 3], &mut Rng::new(1)).unwrap();
    assert_eq!(pairs.len(), 2);
    for (l, pairs) in pairs.iter().enumerate() {
        let e = pairs.examples().unwrap();
        let rows = e.rows().to_vec::<f64>();
        let rows: Vec<&[f64]> = rows.chunks(3).collect();
        for (i, item) in [5.0, 0.0, 3.0].into_iter().enumerate() {
            let (own, other) = if e.labels()[i] { (rows[i], rows[i + 3]) } else { (rows[i + 3], rows[i]) };
            assert_eq!(own, [1.0, item, l as f64]);
            let number = if other[0] == 2.0 { item % 4.0 } else { item };
            assert!(other[0] != 1.0 && other[1..] == [number, l as f64], "{other:?}");
        }
    }
    assert!(Pairs::against_others(&classes, 3, &[0, 1], &mut Rng::new(1)).is_err());
    let pairs = Pairs::at_layers(&classes[0], &classes[1], &[1, 4], &mut Rng::new(2)).unwrap();
    assert!(pairs.len() == 2 && pairs.iter().all(|p| p.len() == 2));
    assert!(Pairs::at_layers(&classes[0], &classes[1][..1], &[1, 4], &mut Rng::new(2)).is_err());
}
