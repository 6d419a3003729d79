//! A planted subspace: every kind of alignment search finds it, and finds nothing where labels are shuffled.

mod common;

use common::{Agree, agreeing};
use symbolon_check::control::shuffled;
use symbolon_check::{Part, Proportion};
use symbolon_net::{Transformer, TransformerConfig};
use symbolon_read::das::{Alignment, Causal, Das, Frozen, Pair, Share};
use symbolon_read::{Error, Layered, Rest};
use symbolon_symbol::orthonormality;
use symbolon_tensor::optim::project::orthonormal;
use symbolon_tensor::{DType, Rng, Tensor};

const UNITS: usize = 12;

/// Do the signs of two numbers agree? Variables: both signs.
fn model(variables: &[&str]) -> Causal {
    let rules = "variable(E, first, V) :- input(E, first, V).
        variable(E, second, V) :- input(E, second, V).
        label(E, yes) :- value(E, first, V), value(E, second, V).
        label(E, no) :- value(E, first, V), value(E, second, W), V =\\= W.";
    Causal::new(rules, &["first", "second"], variables, &["no", "yes"])
}

fn world(seed: u64, variables: &[&str]) -> (Agree, Tensor, Vec<Pair>, Vec<Pair>) {
    let mut rng = Rng::new(seed);
    let network = Agree::new(UNITS, &mut rng);
    let (signs, x) = agreeing(200, UNITS, &mut rng);
    let model = model(variables);
    // Test pairs share no example with training pairs.
    let mut pairs = |range: std::ops::Range<usize>, count: usize| {
        let mut pairs = model.pairs(&signs[range.clone()], count, &mut rng).unwrap();
        for p in &mut pairs {
            p.base += range.start;
            p.sources.iter_mut().flatten().for_each(|s| *s += range.start);
        }
        pairs
    };
    let (train, test) = (pairs(0..100, 400), pairs(100..200, 200));
    (network, x, train, test)
}

fn frozen<'n>(network: &'n Agree, x: &Tensor) -> Frozen<'n> {
    Frozen::new(network, std::slice::from_ref(x), &Part::site("hidden").unwrap(), Tensor::clone).unwrap()
}

fn quick() -> Das {
    Das { epochs: 60, batch: 40, rate: 2e-2, mask_rate: 3e-2, penalty: 0.5, temperature: [2.0, 0.05], ..Das::default() }
}

#[test]
fn pairs_are_balanced_and_half_of_them_matter() {
    let mut rng = Rng::new(1);
    let (signs, _) = agreeing(50, 2, &mut rng);
    let model = model(&["first", "second"]);
    let pairs = model.pairs(&signs, 120, &mut rng).unwrap();
    let plain = model.labels(&signs).unwrap();
    assert!(signs.iter().zip(&plain).all(|(s, l)| usize::from(s[0] == s[1]) == *l));
    for label in 0..2 {
        for changed in [false, true] {
            let there = pairs.iter().filter(|p| p.label == label && (p.label != plain[p.base]) == changed).count();
            assert_eq!(there, 30);
        }
    }
    // By hand: each variable is its source's or its own.
    for p in &pairs {
        let [a, b] = [0, 1].map(|v| signs[p.sources[v].unwrap_or(p.base)][v]);
        assert_eq!(p.label, usize::from(a == b));
    }
}

#[test]
fn misfits_are_named() {
    let mut rng = Rng::new(1);
    let (signs, x) = agreeing(10, UNITS, &mut rng);
    let broken = Causal::new("label(E, maybe) :- asked(E).", &["first", "second"], &["first"], &["no", "yes"]);
    assert!(broken.labels(&signs).unwrap_err().to_string().contains("none of the labels"));
    let unread = Causal::new("label(E, ", &["first", "second"], &["first"], &["no", "yes"]);
    assert!(matches!(unread.labels(&signs), Err(Error::Theory(_))));
    let constant = Causal::new(
        "variable(E, v, 1) :- asked(E). label(E, no) :- asked(E).",
        &["first", "second"],
        &["v"],
        &["no", "yes"],
    );
    assert!(constant.pairs(&signs, 10, &mut rng).unwrap_err().to_string().contains("do not matter"));
    let network = Agree::new(UNITS, &mut rng);
    let frozen = frozen(&network, &x);
    let pair = |base, sources: &[Option<usize>], label| Pair { base, sources: sources.to_vec(), label };
    for wrong in [vec![], vec![pair(10, &[None], 0)], vec![pair(0, &[None, None], 0)], vec![pair(0, &[Some(1)], 7)]] {
        assert!(matches!(quick().fit(&frozen, &wrong), Err(Error::Setting { .. })), "{wrong:?}");
    }
    let wide = Das { share: Share::Widths(vec![UNITS + 1]), ..quick() };
    assert!(wide.fit(&frozen, &[pair(0, &[Some(1)], 0)]).is_err());
    let skewed = Das { axes: Some(Tensor::ones([2, UNITS], DType::F64)), ..quick() };
    assert!(skewed.fit(&frozen, &[pair(0, &[Some(1)], 0)]).is_err());
    let site = "hidden".parse::<symbolon_net::Site>().unwrap();
    assert!(Alignment::new(site, &Tensor::eye(UNITS, DType::F64), vec![vec![0], vec![0]]).is_err());
}

#[test]
fn the_planted_direction_is_found() {
    let (network, x, train, test) = world(3, &["first"]);
    let frozen = frozen(&network, &x);
    let truth = network.axes.narrow(0, ..1);
    for share in [
        Share::Widths(vec![1]),
        Share::Boundless { variables: 1, chained: true },
        Share::Boundless { variables: 1, chained: false },
    ] {
        let fitted = Das { share: share.clone(), ..quick() }.fit(&frozen, &train).unwrap();
        let accuracy = fitted.alignment.accuracy(&frozen, &test).unwrap().share();
        let angle = fitted.alignment.angle_to(0, &truth).unwrap().unwrap();
        // Boundaries that are still moving leave a few more coordinates than one, and some harm in them.
        let least = if matches!(share, Share::Widths(_)) { 0.98 } else { 0.88 };
        assert!(
            accuracy >= least && angle < 10.0,
            "{share:?}: {accuracy}, {angle} degrees, {:?} {:?}",
            fitted.alignment.widths(),
            fitted.losses
        );
        assert!(fitted.orthonormality < 1e-6);
        assert!(fitted.alignment.widths()[0] <= UNITS / 2, "{:?}", fitted.alignment.widths());
    }
    // A known rotation needs a mask only.
    let axes = Some(network.axes.clone());
    let fitted = Das { axes, share: Share::Units { variables: 1 }, ..quick() }.fit(&frozen, &train).unwrap();
    assert_eq!(fitted.alignment.axes(0).unwrap().to_vec::<f64>(), truth.to_vec::<f64>());
}

#[test]
fn two_variables_get_a_direction_each() {
    let (network, x, train, test) = world(5, &["first", "second"]);
    let frozen = frozen(&network, &x);
    let fitted = Das { share: Share::Widths(vec![1, 1]), ..quick() }.fit(&frozen, &train).unwrap();
    let accuracy = fitted.alignment.accuracy(&frozen, &test).unwrap().share();
    assert!(accuracy >= 0.98, "{accuracy} {:?}", fitted.losses);
    for v in 0..2 {
        assert!(fitted.alignment.angle_to(v, &network.axes.narrow(0, v..v + 1)).unwrap().unwrap() < 10.0);
    }
    assert!(orthonormality(fitted.alignment.rotation()) < 1e-6);
}

#[test]
fn shuffled_labels_and_random_axes_come_out_empty() {
    let (network, x, train, test) = world(7, &["first"]);
    let frozen = frozen(&network, &x);
    let labels: Vec<usize> = train.iter().map(|p| p.label).collect();
    let dealt = shuffled(&labels, &mut Rng::new(1));
    let mixed: Vec<Pair> = train.iter().zip(dealt).map(|(p, label)| Pair { label, ..p.clone() }).collect();
    let das = Das { share: Share::Widths(vec![1]), ..quick() };
    let empty = das.fit(&frozen, &mixed).unwrap();
    let chance = |p: Proportion| assert!(p.interval(0.999)[0] <= 0.5 && p.share() < 0.65, "{p:?}");
    chance(empty.alignment.accuracy(&frozen, &test).unwrap());
    let random = orthonormal(&Rng::new(2).normal([UNITS, UNITS], DType::F64)).unwrap();
    let random = Alignment::new("hidden".parse().unwrap(), &random, vec![vec![0]]).unwrap();
    chance(random.accuracy(&frozen, &test).unwrap());
    // Owning nothing changes nothing: exactly the half of the pairs that change no label comes out right.
    let nothing = Alignment::new("hidden".parse().unwrap(), &network.axes, vec![vec![]]).unwrap();
    assert_eq!(nothing.accuracy(&frozen, &test).unwrap().share(), 0.5);
}

#[test]
fn some_units_of_a_site_are_a_place_too() {
    let (network, x, _, test) = world(9, &["first"]);
    // Turned so that the two numbers are units themselves: the first lies among units 0 to 3.
    let plain = Agree { axes: Tensor::eye(UNITS, DType::F64) };
    let part = Part::of("hidden", symbolon_net::Select::units(0..4)).unwrap();
    let some = Frozen::new(&plain, std::slice::from_ref(&x), &part, Tensor::clone).unwrap();
    assert_eq!(some.units(), 4);
    let site: symbolon_net::Site = "hidden".parse().unwrap();
    let axes = Tensor::eye(4, DType::F64);
    let right = Alignment::new(site.clone(), &axes, vec![vec![0]]).unwrap();
    assert_eq!(right.accuracy(&some, &test).unwrap().share(), 1.0);
    let wrong = Alignment::new(site, &axes, vec![vec![2]]).unwrap();
    assert_eq!(wrong.accuracy(&some, &test).unwrap().share(), 0.5);
    // Axes of another width are refused.
    assert!(right.accuracy(&frozen(&network, &x), &test).is_err());
}

#[test]
fn one_position_of_the_rest_of_a_transformer() {
    let mut rng = Rng::new(2);
    let network = Transformer::new(&TransformerConfig::decoder(9, 6, 3, 16, 2), &mut rng).unwrap();
    let tokens = rng.indices([20, 5], 9);
    let part = Part::of("blocks.1.resid_pre", symbolon_net::Select::positions([2])).unwrap();
    let last = |y: &Tensor| y.get((.., -1));
    let whole = Frozen::new(&network, std::slice::from_ref(&tokens), &part, last).unwrap();
    let stream = network.before(&[tokens], 1).unwrap();
    let rest = Rest::new(&network, 1).unwrap();
    let from = Frozen::new(&rest, &[stream], &part, last).unwrap();
    assert!(whole.vectors().is_close(from.vectors(), 1e-6, 0.0));
    // What comes out when everything at the place is swapped, against copying the position by hand.
    let pairs: Vec<Pair> = (0..10).map(|i| Pair { base: i, sources: vec![Some(i + 10)], label: 0 }).collect();
    let all =
        Alignment::new("blocks.1.resid_pre".parse().unwrap(), &Tensor::eye(16, DType::F32), vec![(0..16).collect()])
            .unwrap();
    let swapped = whole.run_with(&(0..10).collect::<Vec<_>>(), &whole.vectors().narrow(0, 10..20)).unwrap();
    let right = swapped.argmax(1).to_vec::<i64>().iter().filter(|l| **l == 0).count();
    for frozen in [&whole, &from] {
        assert_eq!(all.accuracy(frozen, &pairs).unwrap().successes, right);
    }
    let everywhere = Part::site("blocks.1.resid_pre").unwrap();
    assert!(Frozen::new(&network, &[rng.indices([4, 5], 9)], &everywhere, last).is_err());
    assert!(Rest::new(&network, 4).is_err());
}
