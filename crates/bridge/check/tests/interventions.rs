//! Controls, ablation, circuits and the catalogue, on worlds where the truth is known.

use proptest::prelude::*;
use std::slice::from_ref;
use symbolon_check::catalogue::Catalogue;
use symbolon_check::control::{Rotation, over_untrained, random_direction, shuffled, untrained_twin};
use symbolon_check::stats::Bootstrap;
use symbolon_check::{Ablated, Ablation, CircuitRuns, Part, interchange_accuracy, selectivity};
use symbolon_net::{Architecture, Axis, Edit, Network, Select, SiteInfo, Trace, fingerprint, parameters};
use symbolon_symbol::card::{Card, Family, Form, Scope, Stage};
use symbolon_symbol::{Neuron, Symbol};
use symbolon_tensor::{DType, Device, Rng, Tensor};

/// A planted network: its hidden units are its four inputs; unit 0 alone decides the class, unit 1 helps a little, units 2
/// and 3 do nothing.
struct Planted {
    weight: Tensor, // [4, 2]
}
parameters!(Planted { weight });

const ROWS: [Axis; 2] = [Axis::Batch, Axis::Unit];

impl Planted {
    fn new() -> Self {
        Self { weight: Tensor::from([[-2.0f64, 2.0], [-0.25, 0.25], [0.0, 0.0], [0.0, 0.0]]) }
    }
}

impl Network for Planted {
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> symbolon_net::Result<Tensor> {
        let h = trace.at("hidden", &ROWS, inputs[0].clone())?;
        trace.at("logits", &ROWS, h.matmul(&self.weight))
    }
    fn sites(&self) -> Vec<SiteInfo> {
        vec![SiteInfo::new("hidden", &ROWS, &[None, Some(4)]), SiteInfo::new("logits", &ROWS, &[None, Some(2)])]
    }
    fn config(&self) -> serde_json::Value {
        serde_json::json!({ "kind": "planted" })
    }
}

/// How far the second class is ahead.
fn lead(y: &Tensor) -> Vec<f64> {
    y.to_vec::<f64>().chunks(2).map(|l| l[1] - l[0]).collect()
}

fn units() -> Vec<Part> {
    (0..4).map(|unit| Part::unit("hidden", unit).unwrap()).collect()
}

#[test]
fn ablations_put_in_what_they_say() {
    let network = Planted::new();
    let x = Tensor::from([[1.0f64, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]);
    let reference = Tensor::from([[10.0f64, 0.0, 0.0, 0.0], [20.0, 0.0, 0.0, 0.0], [30.0, 0.0, 0.0, 0.0]]);
    let first = [true, false, false, false];
    let leads = |how| {
        let ablated = Ablated::new(&network, from_ref(&reference), &units(), how).unwrap();
        assert_eq!(lead(&ablated.forward(from_ref(&x), &[false; 4]).unwrap()), [5.0, 23.0]);
        lead(&ablated.forward(from_ref(&x), &first).unwrap())
    };
    // A lead is 4 times unit 0 plus half of unit 1.
    assert_eq!(leads(Ablation::Zero), [1.0, 3.0]);
    assert_eq!(leads(Ablation::Mean), [81.0, 83.0]);
    let drawn = leads(Ablation::Resample(3));
    let possible = |l: f64, rest: f64| [40.0, 80.0, 120.0].contains(&(l - rest));
    assert!(possible(drawn[0], 1.0) && possible(drawn[1], 3.0), "{drawn:?}");
    assert_eq!(drawn, leads(Ablation::Resample(3)));
    assert!((0..20).any(|seed| leads(Ablation::Resample(seed)) != drawn));
    // The mean lead falls from 14 to 2.
    let ablated = Ablated::new(&network, from_ref(&reference), &units()[..1], Ablation::Zero).unwrap();
    let rise = ablated.rise(from_ref(&x), &|y, _| lead(y).iter().sum::<f64>() / 2.0).unwrap();
    assert!((rise - (2.0 - 14.0) / 14.0).abs() < 1e-12, "{rise}");
}

#[test]
fn resampled_parts_come_from_one_example() {
    // Unit 1 of the reference is 8 times unit 0 with the sign turned: put in together, they cancel in the lead.
    let network = Planted::new();
    let reference = Tensor::from([[1.0f64, -8.0, 0.0, 0.0], [2.0, -16.0, 0.0, 0.0], [3.0, -24.0, 0.0, 0.0]]);
    let ablated = Ablated::new(&network, &[reference], &units(), Ablation::Resample(9)).unwrap();
    let x = Rng::new(0).normal([50, 4], DType::F64);
    let leads = lead(&ablated.forward(&[x], &[true, true, false, false]).unwrap());
    assert!(leads.iter().all(|l| l.abs() < 1e-12), "{leads:?}");
}

#[test]
fn heads_are_ablated_alone() {
    let network = "decoder(11, 8, 1, 16, 2)".parse::<Architecture>().unwrap();
    let network = network.build(&mut Rng::new(0), Device::Cpu).unwrap();
    let tokens = Tensor::from([[1i64, 2, 3], [4, 5, 6]]);
    let head = Part::site("blocks.0.attn.z[1]").unwrap();
    let ablated = Ablated::new(&*network, from_ref(&tokens), &[head], Ablation::Zero).unwrap();
    let found = ablated.forward(from_ref(&tokens), &[true]).unwrap();
    let mut trace = Trace::new().edit("blocks.0.attn.z[1]", Edit::Zero);
    let expected = network.forward(from_ref(&tokens), &mut trace).unwrap();
    assert_eq!(found.to_vec::<f32>(), expected.to_vec::<f32>());
    assert_ne!(found.to_vec::<f32>(), ablated.forward(from_ref(&tokens), &[false]).unwrap().to_vec::<f32>());
    let mean = Part::of("blocks.0.attn.z", Select::heads([1])).unwrap();
    let ablated = Ablated::new(&*network, from_ref(&tokens), &[mean], Ablation::Mean).unwrap();
    assert!(ablated.forward(&[tokens], &[true]).is_ok());
}

#[test]
fn what_does_not_exist_is_refused() {
    let network = Planted::new();
    let x = [Tensor::zeros([1, 4], DType::F64)];
    let refused = |part: Part| Ablated::new(&network, &x, &[part], Ablation::Zero).err().unwrap().to_string();
    let error = refused(Part::site("hiden").unwrap());
    assert!(error.contains("`hidden`"), "{error}");
    assert!(refused(Part::unit("hidden", 4).unwrap()).contains("outside 0..4"));
    assert!(Part::site("not a site").is_err());
    let ablated = Ablated::new(&network, &x, &units(), Ablation::Zero).unwrap();
    assert!(ablated.forward(&x, &[true]).is_err());
}

#[test]
fn planted_circuits_are_faithful_and_complete() {
    let network = Planted::new();
    let mut rng = Rng::new(1);
    let x = [rng.uniform([200, 4], 0.5, 1.5, DType::F64)];
    let candidates = Ablated::new(&network, &x, &units(), Ablation::Zero).unwrap();
    let scores = |circuit: [bool; 4]| {
        let runs = CircuitRuns::run(&candidates, &circuit, &x, lead).unwrap();
        let mut rng = Rng::new(2);
        let f = runs.faithfulness(Bootstrap::default(), &mut rng).unwrap();
        (f, runs.completeness(Bootstrap::default(), &mut rng).unwrap())
    };
    let (f, c) = scores([true, true, false, false]);
    assert!((f.value - 1.0).abs() < 1e-12 && (c.value - 1.0).abs() < 1e-12);
    // By hand: unit 0 makes 4 of 4.5 parts of the lead.
    let (f, c) = scores([true, false, false, false]);
    let sums: Vec<f64> = x[0].sum_axis(0, false).to_vec();
    let share = 4.0 * sums[0] / (4.0 * sums[0] + 0.5 * sums[1]);
    assert!((f.value - share).abs() < 1e-12 && (c.value - share).abs() < 1e-12);
    let [low, high] = f.interval(0.95);
    assert!(low < share && share < high && high - low < 0.02);
    let (f, c) = scores([false, false, true, true]);
    assert!(f.value.abs() < 1e-12 && c.value.abs() < 1e-12);
    assert!(CircuitRuns::run(&candidates, &[true; 4], &x, |_| vec![1.0]).is_err());
    // A behaviour that no candidate carries has no shares.
    let idle = Ablated::new(&network, &x, &units()[2..], Ablation::Zero).unwrap();
    let runs = CircuitRuns::run(&idle, &[true, false], &x, lead).unwrap();
    assert!(runs.faithfulness(Bootstrap::default(), &mut rng).is_err());
}

#[test]
fn interchange_accuracy_finds_the_planted_unit_only() {
    let network = Planted::new();
    let mut rng = Rng::new(3);
    let [base, source] = [(); 2].map(|()| rng.uniform([300, 4], -1.0, 1.0, DType::F64));
    // The theory: the class is the sign of the planted unit.
    let expected: Vec<usize> = source.get((.., 0)).to_vec::<f64>().iter().map(|v| usize::from(*v > 0.0)).collect();
    let accuracy = |unit| {
        let symbol: std::sync::Arc<dyn Symbol> =
            std::sync::Arc::new(Neuron::new("hidden".parse().unwrap(), unit, 4).unwrap());
        interchange_accuracy(&network, from_ref(&base), from_ref(&source), &symbol, &expected).unwrap()
    };
    assert!(accuracy(0).interval(0.99)[0] > 0.85);
    for idle in 1..4 {
        let [low, high] = accuracy(idle).interval(0.99);
        assert!(low < 0.5 + 0.05 && high > 0.45, "unit {idle}: {low} {high}");
    }
}

#[test]
fn twins_share_the_architecture_alone() {
    let network = "mlp(6, 5, 3)".parse::<Architecture>().unwrap().build(&mut Rng::new(0), Device::Cpu).unwrap();
    let twin = untrained_twin(&*network, &mut Rng::new(1)).unwrap();
    assert_eq!(twin.config(), network.config());
    assert_ne!(fingerprint(&*twin), fingerprint(&*network));
    assert_eq!(fingerprint(&*twin), fingerprint(&*untrained_twin(&*network, &mut Rng::new(1)).unwrap()));
    assert!(untrained_twin(&Planted::new(), &mut Rng::new(1)).is_err());
    // A number that is one for the network and two for each twin.
    let own = fingerprint(&*network);
    let number = |net: &dyn Network| Ok::<_, symbolon_check::Error>(if fingerprint(net) == own { 1.0 } else { 2.0 });
    assert_eq!(over_untrained(&*network, 3..7, number).unwrap(), 0.5);
    assert!(over_untrained(&*network, 3..3, number).is_err());
}

#[test]
fn an_edit_in_other_coordinates_is_one_of_the_space() {
    let network = Planted::new();
    let mut rng = Rng::new(5);
    let x = [rng.normal([20, 4], DType::F64)];
    let turn = Rotation::random(4, &mut rng).unwrap();
    let lead_with = |edit: Edit| {
        let mut trace = Trace::new().edit("hidden", edit);
        lead(&network.forward(&x, &mut trace).unwrap())
    };
    let near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9);
    // All of the space: the same in any coordinates. One unit: not.
    assert!(near(&lead_with(turn.around(Edit::Scale(0.5))), &lead_with(Edit::Scale(0.5))));
    let one = || Edit::Zero.at(Select::units([0]));
    assert!(!near(&lead_with(turn.around(one())), &lead_with(one())));
    // It is the projection out of the new axis.
    let axis = Edit::out_of(&turn.axes().narrow(0, 0..1)).unwrap();
    assert!(near(&lead_with(turn.around(one())), &lead_with(axis)));
    assert!(turn.turn(&Tensor::zeros([2, 3], DType::F64)).is_err() && Rotation::random(0, &mut rng).is_err());
}

const CARD: Card = Card {
    method: "interchange",
    summary: "it's what a network \\ would have said",
    home: "symbolon_check::interchange",
    families: &[Family::Causal, Family::Circuit],
    forms: &[Form::Counterfactual],
    scope: Scope::Both,
    stage: Stage::PostHoc,
    works_on: &["images", "text"],
    guarantees: &["interventional"],
    limits: &[],
    row: 132,
    study: "boundless-das",
};

#[test]
fn the_catalogue_answers_queries() {
    let rule = Card { method: "fuzzy_rules", families: &[Family::Rule], guarantees: &["exact"], row: 2, ..CARD };
    let catalogue = Catalogue::new([CARD, rule]).unwrap();
    let ask = |query: &str| -> Vec<String> {
        let text = format!("{}answer(M) :- {query}. query(answer(_)).", catalogue.facts());
        let answers = symbolon_theory::infer(&text).unwrap_or_else(|e| panic!("{e:?}\n{text}"));
        answers.into_iter().filter(|(_, p)| *p == 1.0).map(|(a, _)| a).collect()
    };
    assert_eq!(ask("card(M), family(M, rule), guarantee(M, exact)"), ["answer(fuzzy_rules)"]);
    assert_eq!(ask("card(M), family(M, causal), works_on(M, text), row(M, N), N > 100"), ["answer(interchange)"]);
    assert_eq!(ask("card(M), scope(M, both), stage(M, post_hoc)").len(), 2);
    assert_eq!(ask("card(M), limit(M, _)"), Vec::<String>::new());
    assert_eq!(ask("summary(M, 'it''s what a network \\\\ would have said'), home(M, _)").len(), 2);
}

#[test]
fn cards_out_of_order_are_refused() {
    let refused = |card: Card| Catalogue::new([card]).unwrap_err().to_string();
    assert!(refused(Card { method: "Upper", ..CARD }).contains("no atom"));
    assert!(refused(Card { guarantees: &["two words"], ..CARD }).contains("`two words`"));
    assert!(refused(Card { families: &[], ..CARD }).contains("family"));
    assert!(Catalogue::new([CARD, CARD]).unwrap_err().to_string().contains("two methods"));
    let error = Catalogue::new([CARD]).unwrap().card("interchnge").unwrap_err().to_string();
    assert!(error.contains("nearest are interchange"), "{error}");
    let none = Catalogue::new([]).unwrap().facts() + "query(card(_)).";
    assert!(symbolon_theory::infer(&none).unwrap().iter().all(|(_, p)| *p == 0.0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_directions_have_the_length_and_nothing_else(v in prop::collection::vec(-3.0..3.0f64, 2..40), seed: u64) {
        let like = Tensor::from(v);
        prop_assume!(like.norm(2.0, &[0], false).item() > 1e-3);
        let mut rng = Rng::new(seed);
        let found = random_direction(&like, &mut rng).unwrap();
        let length = |t: &Tensor| t.norm(2.0, &[0], false).item();
        prop_assert!((length(&found) - length(&like)).abs() < 1e-9 && found.shape() == like.shape());
        let other = random_direction(&like, &mut rng).unwrap();
        prop_assert!(!found.is_close(&other, 1e-9, 1e-9));
    }

    #[test]
    fn rotations_keep_lengths_and_angles(units in 1usize..12, seed: u64) {
        let turn = Rotation::random(units, &mut Rng::new(seed)).unwrap();
        let axes = turn.axes();
        prop_assert!(axes.matmul(&axes.t()).is_close(&Tensor::eye(units, DType::F64), 1e-9, 1e-9));
        let x = Rng::new(seed ^ 1).normal([5, units], DType::F64);
        let y = turn.turn(&x).unwrap();
        prop_assert!(y.matmul(&y.t()).is_close(&x.matmul(&x.t()), 1e-8, 1e-8));
        prop_assert!(turn.undo(&y).unwrap().is_close(&x, 1e-9, 1e-9));
    }

    #[test]
    fn selectivity_is_what_loops_say(labels in prop::collection::vec(0..4usize, 4..30), seed: u64) {
        let rows = Rng::new(seed).uniform([labels.len(), 3], 0.0, 2.0, DType::F64);
        let classes: Vec<usize> = (0..4).filter(|c| labels.contains(c)).collect();
        if classes.len() < 2 {
            prop_assert!(selectivity(&rows, &labels).is_err());
            return Ok(());
        }
        let found = selectivity(&rows, &labels).unwrap().to_vec::<f64>();
        for (unit, found) in found.into_iter().enumerate() {
            let column = rows.get((.., unit as isize)).to_vec::<f64>();
            let mean = |class: usize| {
                let of: Vec<f64> = column.iter().zip(&labels).filter(|p| *p.1 == class).map(|p| *p.0).collect();
                of.iter().sum::<f64>() / of.len() as f64
            };
            let means: Vec<f64> = classes.iter().map(|c| mean(*c)).collect();
            let largest = means.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let rest = (means.iter().sum::<f64>() - largest) / (means.len() as f64 - 1.0);
            prop_assert!((found - (largest - rest) / (largest + rest + 1e-6)).abs() < 1e-9);
        }
    }

    #[test]
    fn shuffled_labels_are_the_same_labels(labels in prop::collection::vec(0..5u8, 0..50), seed: u64) {
        let mut mixed = shuffled(&labels, &mut Rng::new(seed));
        let mut sorted = labels.clone();
        mixed.sort_unstable();
        sorted.sort_unstable();
        prop_assert_eq!(mixed, sorted);
    }
}
