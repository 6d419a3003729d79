//! Dictionaries in worlds where the truth is known, and in their shuffled versions.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use symbolon_net::train::{Task, Trainer, Why};
use symbolon_net::{Architecture, Edit, Trace};
use symbolon_read::Error;
use symbolon_read::dictionary::{
    Learner, Planted, Recipe, Revive, Rows, Scaling, Sparse, Substitution, independent_components, matched, measure,
    mmcs, next_token_loss, planted, principal_components, shuffled_within, substitute,
};
use symbolon_store::{Passage, Schema, Store, Writer};
use symbolon_symbol::{Dictionary, Normalise, Sparsity};
use symbolon_tensor::optim::project::unit_rows;
use symbolon_tensor::{DType, Device, Rng, Tensor};

const UNITS: usize = 24;
const FEATURES: usize = 40;
const ACTIVE: usize = 3;

fn world() -> Planted {
    planted(UNITS, FEATURES, ACTIVE, 8_000, &mut Rng::new(1)).unwrap()
}

fn learn(rows: &Tensor, recipe: &Recipe) -> Dictionary {
    let mut learner = Learner::new(Rows::of(rows.clone()).unwrap(), recipe).unwrap();
    recipe.trainer().run(&mut learner).unwrap();
    learner.dictionary().unwrap()
}

/// Every kind of recipe, at a setting that suits the world.
fn recipes() -> Vec<(&'static str, Recipe)> {
    let brief = |r: Recipe| Recipe { batch: 256, steps: 1_000, rate: 3e-3, warm_up: 20, dead_after: 100, ..r };
    vec![
        ("tied L1", Recipe { steps: 2_000, ..brief(Recipe::tied(FEATURES, 0.5)) }),
        ("L1", brief(Recipe { scaling: Scaling::None, ..Recipe::l1(FEATURES, 0.3) })),
        ("TopK", brief(Recipe::topk(FEATURES, ACTIVE))),
        ("JumpReLU", Recipe { steps: 1_500, ..brief(Recipe::jump_relu(FEATURES, 0.4)) }),
    ]
}

#[test]
fn every_recipe_finds_what_was_planted_and_nothing_in_shuffled_rows() {
    let world = world();
    let mut rng = Rng::new(2);
    let random = mmcs(&world.directions, &rng.normal([FEATURES, UNITS], DType::F32)).unwrap();
    let shuffled = shuffled_within(&world.rows, &mut rng).unwrap();
    for (name, recipe) in recipes() {
        let found = mmcs(&world.directions, &learn(&world.rows, &recipe).directions()).unwrap();
        assert!(found > 0.85, "{name}: MMCS {found:.3} with what was planted");
        let empty = mmcs(&world.directions, &learn(&shuffled, &recipe).directions()).unwrap();
        assert!(empty < random + 0.1, "{name}: MMCS {empty:.3} in noise, {random:.3} by chance");
    }
}

#[test]
fn a_transcoder_learns_what_becomes_of_features() {
    let world = world();
    let mut rng = Rng::new(3);
    // Each feature becomes a direction of another space; what is active is what the projections say.
    let others = unit_rows(&rng.normal([FEATURES, 17], DType::F32));
    let targets = (world.rows.matmul(&world.directions.t()) - 0.4).relu().matmul(&others);
    let recipe = Recipe { batch: 256, steps: 800, rate: 3e-3, ..Recipe::topk(FEATURES, 6).transcoder() };
    let train = |targets: &Tensor| {
        let rows = Rows::pairs(world.rows.clone(), targets.clone()).unwrap();
        let mut learner = Learner::new(rows, &recipe).unwrap();
        recipe.trainer().run(&mut learner).unwrap();
        measure(&learner.dictionary().unwrap(), &world.rows, Some(targets)).unwrap().explained
    };
    let found = train(&targets);
    assert!(found > 0.85, "explained {found:.3}");
    // Targets of other rows cannot be said from these.
    let other = targets.index_select(0, &rng.permutation(targets.size(0)));
    let empty = train(&other);
    assert!(empty < 0.1, "explained {empty:.3} of targets that belong to other rows");
}

/// All numbers of a learner.
fn numbers(learner: &mut Learner<'_>) -> Vec<(String, Vec<f32>)> {
    learner.parameters().into_iter().map(|(name, p)| (name, p.to_vec())).collect()
}

fn source<'s>(store: &'s Store, rows: &Tensor, stored: bool) -> Rows<'s> {
    if stored { Rows::stored(store, "fc1").unwrap() } else { Rows::of(rows.clone()).unwrap() }
}

#[test]
fn training_goes_on_to_the_bit_from_memory_and_from_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let rows = planted(12, 20, 3, 300, &mut Rng::new(4)).unwrap().rows;
    let schema = Schema::new([("fc1", 12)], DType::F32, "of a network").unwrap();
    let mut writer = Writer::open(folder.path().join("store"), &schema).unwrap();
    for document in 0..30 {
        let part = rows.narrow(0, document * 10..document * 10 + 10);
        let (positions, ids) = ((0..10).collect::<Vec<_>>(), vec![0; 10]);
        let passage = Passage { document: document as u64, positions: &positions, ids: &ids, texts: &["x"; 10] };
        writer.append(&passage, &[("fc1", &part)]).unwrap();
    }
    writer.finish().unwrap();
    let store = Store::open(folder.path().join("store")).unwrap();
    let recipes = [
        Recipe { revive: Revive::Resample { every: 7 }, dead_after: 3, ..Recipe::l1(20, 0.5) },
        Recipe { dead_after: 2, ..Recipe::topk(20, 2) },
        Recipe::jump_relu(20, 0.1),
        Recipe::tied(20, 0.1),
    ];
    for (i, recipe) in recipes.into_iter().enumerate() {
        let recipe = Recipe { batch: 64, steps: 23, ..recipe };
        for stored in [false, true] {
            let source = || source(&store, &rows, stored);
            let mut whole = Learner::new(source(), &recipe).unwrap();
            recipe.trainer().run(&mut whole).unwrap();
            let file = folder.path().join(format!("{i}-{stored}.safetensors"));
            let mut part = Learner::new(source(), &recipe).unwrap();
            recipe.trainer().steps(11).checkpoint(&file).run(&mut part).unwrap();
            let mut rest = Learner::new(source(), &recipe).unwrap();
            recipe.trainer().checkpoint(&file).resume(&mut rest, &file).unwrap();
            assert_eq!(numbers(&mut whole), numbers(&mut rest), "recipe {i}, stored {stored}");
            assert_ne!(numbers(&mut part), numbers(&mut rest));
            // A checkpoint of another dictionary is refused.
            let other = Recipe { features: 21, ..recipe.clone() };
            let mut other = Learner::new(source(), &other).unwrap();
            assert!(recipe.trainer().resume(&mut other, &file).is_err());
        }
    }
}

#[test]
fn a_raised_flag_stops_training_and_progress_is_told() {
    let recipe = Recipe { batch: 64, steps: 50, ..Recipe::topk(20, 2) };
    let rows = planted(12, 20, 3, 300, &mut Rng::new(4)).unwrap().rows;
    let mut learner = Learner::new(Rows::of(rows).unwrap(), &recipe).unwrap();
    let flag = Arc::new(AtomicBool::new(false));
    let raise = flag.clone();
    let mut told = Vec::new();
    let mut trainer: Trainer<'_> = recipe.trainer().stop_on(flag).progress(|r: &symbolon_net::train::Report| {
        told.push(r.metrics.clone());
        raise.store(r.step == 5, std::sync::atomic::Ordering::Relaxed);
    });
    let outcome = trainer.run(&mut learner).unwrap();
    assert_eq!((outcome.why, outcome.steps), (Why::Stopped, 5));
    drop(trainer);
    assert!(told.iter().all(|m| m[0].0 == "L0" && m[0].1 <= 2.0 && m[1].1 < 1.0));
}

#[test]
fn dead_features_come_back() {
    let world = world();
    // Encoder biases so low that half of the features start dead.
    let dead_share = |revive| {
        let recipe = Recipe { batch: 256, steps: 500, rate: 3e-3, dead_after: 50, revive, ..Recipe::topk(FEATURES, 3) };
        let mut learner = Learner::new(Rows::of(world.rows.clone()).unwrap(), &recipe).unwrap();
        for (name, p) in learner.parameters() {
            if name == "encoder_bias" {
                let low = (0..FEATURES).map(|f| if f % 2 == 0 { -100.0f32 } else { 0.0 }).collect::<Vec<_>>();
                *p = Tensor::from(low);
            }
        }
        recipe.trainer().run(&mut learner).unwrap();
        measure(&learner.dictionary().unwrap(), &world.rows, None).unwrap().dead()
    };
    assert!(dead_share(Revive::Never) >= 0.5);
    assert!(dead_share(Revive::Resample { every: 100 }) < 0.1);
}

#[test]
fn measures_are_what_they_say() {
    let d = Dictionary {
        encoder: Tensor::eye(2, DType::F64),
        encoder_bias: Tensor::from([0.0f64, -1.0]),
        decoder: Tensor::from([[1.0f64, 0.0], [0.0, 2.0]]),
        decoder_bias: Tensor::zeros([2], DType::F64),
        offset: Tensor::zeros([2], DType::F64),
        sparsity: Sparsity::Relu,
        normalise: Normalise::None,
    };
    let x = Tensor::from([[1.0f64, 3.0], [3.0, 1.0], [-1.0, -4.0]]);
    let m = measure(&d, &x, None).unwrap();
    // Reconstructions (1, 4), (3, 0), (0, 0); the mean row is (1, 0).
    let error = 1.0 + 1.0 + (1.0 + 16.0);
    let spread = 9.0 + (4.0 + 1.0) + (4.0 + 16.0);
    assert!((m.explained - (1.0 - error / spread)).abs() < 1e-12);
    assert_eq!((m.l0, m.density.clone(), m.dead()), (1.0, vec![2.0 / 3.0, 1.0 / 3.0], 0.0));
    assert_eq!(m.histogram().iter().sum::<usize>(), 2);
    let (a, b) = (Tensor::from([[1.0f64, 0.0], [0.0, 2.0]]), Tensor::from([[0.0f64, 5.0], [3.0, 4.0]]));
    // The first direction of `a` is nearest to (0.6, 0.8), the second to (0, 1).
    assert!((mmcs(&a, &b).unwrap() - (0.6 + 1.0) / 2.0).abs() < 1e-12);
    assert!((matched(&a, &b).unwrap() - 0.8).abs() < 1e-12);
    assert!(matched(&a, &Tensor::zeros([3, 2], DType::F64)).is_err() && mmcs(&a, &x.t()).is_err());
}

#[test]
fn scales_are_folded_in() {
    let rows = &world().rows * 37.0 + 5.0;
    for scaling in [Scaling::Mean, Scaling::Length, Scaling::Layer] {
        let recipe = Recipe { batch: 256, steps: 300, rate: 3e-3, scaling, ..Recipe::topk(FEATURES, 6) };
        let explained = measure(&learn(&rows, &recipe), &rows, None).unwrap().explained;
        assert!(explained > 0.7, "{scaling:?}: {explained:.3}");
    }
}

#[test]
fn components_are_found_where_they_are() {
    let mut rng = Rng::new(7);
    // Three independent, far from Gaussian sources mixed by a random matrix.
    let sources = rng.uniform([4_000, 3], -1.0, 1.0, DType::F64);
    let mixing = rng.normal([3, 3], DType::F64);
    let rows = sources.matmul(&mixing);
    let found = independent_components(&rows, 3, 100, &mut rng).unwrap();
    let unmixing = unit_rows(&mixing.inverse().unwrap().t());
    let all = unmixing.matmul(&found.t()).abs().max_axis(1, false).min().item();
    assert!(all > 0.98, "{all}");
    // A long axis is the first principal component.
    let stretched = rng.normal([2_000, 3], DType::F64) * Tensor::from([1.0f64, 9.0, 3.0]);
    let axes = principal_components(&stretched, 2).unwrap().abs().to_vec::<f64>();
    assert!(axes[1] > 0.99 && axes[5] > 0.99, "{axes:?}");
    assert!(principal_components(&rows, 4).is_err());
}

/// `±` every unit: says everything.
fn perfect(units: usize) -> Dictionary {
    let eye = Tensor::eye(units, DType::F32);
    let both = Tensor::cat(&[&eye, &eye.negative()], 0);
    let zeros = |n| Tensor::zeros([n], DType::F32);
    Dictionary {
        encoder: both.t().contiguous(),
        encoder_bias: zeros(2 * units),
        decoder: both,
        decoder_bias: zeros(units),
        offset: zeros(units),
        sparsity: Sparsity::Relu,
        normalise: Normalise::None,
    }
}

#[test]
fn substituted_losses_lie_between_all_and_nothing() {
    let network = "decoder(11, 8, 2, 8, 2)".parse::<Architecture>().unwrap();
    let network = network.build(&mut Rng::new(5), Device::Cpu).unwrap();
    let batches = vec![vec![Rng::new(6).indices([3, 7], 11)], vec![Rng::new(7).indices([2, 5], 11)]];
    let losses = |what: &Substitution| substitute(&*network, &batches, what, &Edit::Zero, &next_token_loss).unwrap();
    let mut what = Substitution::at("blocks.1.resid_post".parse().unwrap(), Arc::new(perfect(8)));
    let all = losses(&what);
    assert!((all.recovered() - 1.0).abs() < 1e-5 && all.original != all.ablated, "{all:?}");
    let nothing = Dictionary { decoder: Tensor::zeros([16, 8], DType::F32), ..perfect(8) };
    what.dictionary = Arc::new(nothing);
    assert!(losses(&what).recovered().abs() < 1e-6);
    // Positions that are skipped stay as they are.
    what.skip = 7;
    let kept = substitute(&*network, &batches[..1], &what, &Edit::Zero, &next_token_loss).unwrap();
    assert_eq!(kept.original, kept.substituted);
    // A transcoder of a part that does nothing new: the residual stream before a block, said at the end of it.
    let between = Substitution {
        input: "blocks.0.resid_post".parse().unwrap(),
        target: "blocks.1.resid_pre".parse().unwrap(),
        dictionary: Arc::new(perfect(8)),
        skip: 0,
    };
    let original = network.forward(&batches[0], &mut Trace::none()).unwrap();
    assert!(between.run(&*network, &batches[0]).unwrap().is_close(&original, 1e-5, 1e-5));
    let lost = Substitution::at("blocks.9.resid_post".parse().unwrap(), Arc::new(perfect(8)));
    assert!(lost.run(&*network, &batches[0]).is_err());
}

#[test]
fn what_makes_no_dictionary_is_refused() {
    let rows = Rng::new(1).normal([10, 4], DType::F32);
    let refused = |rows: Tensor, recipe: Recipe| {
        let made = Rows::of(rows).and_then(|rows| Learner::new(rows, &recipe).map(|_| ()));
        made.unwrap_err().to_string()
    };
    assert!(refused(rows.clone(), Recipe::topk(0, 1)).contains("at least one"));
    assert!(refused(rows.clone(), Recipe::topk(3, 4)).contains("4 of 3 features"));
    assert!(refused(rows.clone(), Recipe::l1(3, f64::NAN)).contains("NaN is no cost"));
    assert!(refused(&rows * f64::NAN, Recipe::topk(3, 1)).contains("not finite"));
    assert!(refused(Tensor::ones([10, 4], DType::F32), Recipe::topk(3, 1)).contains("all rows are the same"));
    assert!(refused(rows.get(0), Recipe::topk(3, 1)).contains("shape [4]"));
    let tied = Learner::new(Rows::pairs(rows.clone(), rows.clone()).unwrap(), &Recipe::tied(3, 0.1));
    assert!(matches!(tied, Err(Error::Setting { what: "tied", .. })));
    assert!(Rows::pairs(rows.clone(), rows.narrow(0, ..3)).is_err());
    // Activity that costs too much ends in an error, not in a dictionary of nothing.
    let recipe = Recipe { steps: 2_000, rate: 0.05, sparse: Sparse::L1 { weight: 1e3 }, ..Recipe::tied(3, 0.0) };
    let mut learner = Learner::new(Rows::of(rows).unwrap(), &recipe).unwrap();
    let error = recipe.trainer().run(&mut learner).unwrap_err().to_string();
    assert!(error.contains("L0 is 0"), "{error}");
}
