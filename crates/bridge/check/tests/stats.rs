//! Statistics against SciPy, statsmodels and scikit-learn (`known/make.py`), and against their laws.

use proptest::prelude::*;
use serde_json::Value;
use symbolon_check::stats::*;
use symbolon_tensor::Rng;

fn known() -> Value {
    serde_json::from_str(include_str!("known/values.json")).unwrap()
}

fn list(v: &Value, name: &str) -> Vec<f64> {
    v[name].as_array().unwrap_or_else(|| panic!("{name}")).iter().map(|x| x.as_f64().unwrap()).collect()
}

fn one(v: &Value, name: &str) -> f64 {
    v[name].as_f64().unwrap_or_else(|| panic!("{name}"))
}

fn close(found: f64, expected: f64, by: f64) {
    assert!((found - expected).abs() <= by, "found {found}, expected {expected}");
}

fn all_close(found: &[f64], expected: &[f64], by: f64) {
    assert_eq!(found.len(), expected.len());
    found.iter().zip(expected).for_each(|(f, e)| close(*f, *e, by));
}

const TAILS: [Tail; 3] = [Tail::Greater, Tail::Less, Tail::TwoSided];

#[test]
fn correlations_are_scipys() {
    let v = known();
    let (x, y) = (list(&v, "x"), list(&v, "y"));
    let r = Estimate::correlation(pearson(&x, &y).unwrap(), x.len()).unwrap();
    let [low, high] = r.interval(0.9);
    all_close(&[r.value, low, high], &list(&v, "pearson"), 1e-12);
    let (a, b) = (list(&v, "tied"), list(&v, "other"));
    close(spearman(&a, &b).unwrap(), one(&v, "spearman"), 1e-12);
    close(kendall(&a, &b).unwrap(), one(&v, "kendall"), 1e-12);
}

#[test]
fn means_and_equivalence_are_scipys_and_statsmodels() {
    let v = known();
    let (x, y, group) = (list(&v, "x"), list(&v, "y"), list(&v, "group"));
    let row = |e: &Estimate| [e.value, e.interval(0.95)[0], e.interval(0.95)[1]];
    let mean = Estimate::mean(&x).unwrap();
    all_close(&row(&mean), &list(&v, "mean"), 1e-9);
    close(mean.p_inside(&Region::AtLeast(0.1)), one(&v, "above"), 1e-9);
    let welch = Estimate::difference(&x, &group).unwrap();
    all_close(&row(&welch), &list(&v, "welch"), 1e-9);
    let paired = Estimate::paired_difference(&x, &y).unwrap();
    close(paired.p_inside(&Region::Within([-0.9, 0.8])), one(&v, "tost_paired"), 1e-9);
    close(welch.p_inside(&Region::Within([-1.5, 1.4])), one(&v, "tost_welch"), 1e-9);
}

#[test]
fn corrections_are_statsmodels() {
    let v = known();
    let p = list(&v, "p");
    all_close(&holm(&p).unwrap(), &list(&v, "holm"), 1e-12);
    all_close(&benjamini_hochberg(&p).unwrap(), &list(&v, "benjamini_hochberg"), 1e-12);
}

#[test]
fn exact_permutations_are_scipys() {
    let v = known();
    let (small, group) = (list(&v, "small"), list(&v, "group"));
    let mut rng = Rng::new(0);
    for (tail, i) in TAILS.into_iter().zip(0..) {
        let signs = permute_signs(&small, tail, 10_000, &mut rng).unwrap();
        assert!(signs.exact && signs.arrangements == 256);
        close(signs.p, list(&v, "signs")[i], 1e-12);
        let groups = permute_groups(&small, &group, tail, 10_000, &mut rng).unwrap();
        assert!(groups.exact && groups.arrangements == 3003);
        close(groups.p, list(&v, "groups")[i], 1e-12);
        close(sign_test(&list(&v, "x"), tail).unwrap(), list(&v, "sign_test")[i], 1e-12);
        // Drawn arrangements come near the exact answer.
        let drawn = permute_groups(&small, &group, tail, 2_999, &mut rng).unwrap();
        assert!(!drawn.exact);
        close(drawn.p, groups.p, 0.04);
        let drawn = permute_signs(&small, tail, 255, &mut rng).unwrap();
        assert!(!drawn.exact);
        close(drawn.p, signs.p, 0.12);
    }
}

#[test]
fn permuting_labels_counts_every_order_once() {
    let (x, y) = ([1.0, 2.0, 4.0, 8.0, 9.0], [1.0, 3.0, 2.0, 5.0, 9.0]);
    let statistic = |order: &[usize]| order.iter().zip(&x).map(|(&i, x)| x * y[i]).sum::<f64>();
    let test = permute_labels(5, Tail::Greater, 120, &mut Rng::new(0), statistic).unwrap();
    // All orders by brute force: five nested choices.
    let (mut all, mut above) = (0, 0);
    for code in 0..5usize.pow(5) {
        let order: Vec<usize> = (0..5u32).map(|k| code / 5usize.pow(k) % 5).collect();
        if (0..5).all(|i| order.contains(&i)) {
            all += 1;
            above += usize::from(statistic(&order) >= statistic(&[0, 1, 2, 3, 4]));
        }
    }
    assert!(test.exact && test.arrangements == 120 && all == 120);
    close(test.p, above as f64 / 120.0, 1e-12);
    let drawn = permute_labels(5, Tail::Greater, 119, &mut Rng::new(0), statistic).unwrap();
    assert!(!drawn.exact && (drawn.p - test.p).abs() < 0.1);
}

#[test]
fn bootstrap_intervals_are_scipys() {
    let v = known();
    let tied = list(&v, "tied");
    let squares: Vec<f64> = tied.iter().map(|x| x * x).collect();
    let mean = |x: &[f64], drawn: &[usize]| drawn.iter().map(|&i| x[i]).sum::<f64>() / drawn.len() as f64;
    let settings = |interval| Bootstrap { resamples: 40_000, interval };
    for (interval, name) in [(Interval::Bca, "bca_skewed"), (Interval::Percentile, "percentile_skewed")] {
        let e = settings(interval).of(14, &mut Rng::new(3), |d| mean(&squares, d)).unwrap();
        // The numbers reach from 1 to 81; two runs of SciPy differ by 0.1.
        all_close(&e.interval(0.9), &list(&v, name), 0.25);
    }
    let group = list(&v, "group");
    let difference = |d: &[Vec<usize>]| mean(&tied, &d[0]) - mean(&group, &d[1]);
    let e = settings(Interval::Bca).groups(&[14, 6], &mut Rng::new(3), difference).unwrap();
    all_close(&e.interval(0.9), &list(&v, "bca_groups"), 0.03);
}

#[test]
fn areas_effects_and_calibration_are_as_computed_elsewhere() {
    let v = known();
    let positive: Vec<bool> = list(&v, "label").iter().map(|l| *l == 1.0).collect();
    let area = auroc(&list(&v, "scores"), &positive).unwrap();
    let [value, error] = list(&v, "auroc")[..] else { panic!() };
    close(area.value, value, 1e-12);
    let normal = Estimate::normal(value, error, 12).unwrap();
    close(area.interval(0.8)[0], normal.interval(0.8)[0], 1e-12);
    let [d, g, delta] = list(&v, "effect")[..] else { panic!() };
    close(cohens_d(&list(&v, "x"), &list(&v, "group")).unwrap(), d, 1e-12);
    close(hedges_g(&list(&v, "x"), &list(&v, "group")).unwrap(), g, 1e-12);
    close(cliffs_delta(&list(&v, "tied"), &list(&v, "other")).unwrap(), delta, 1e-12);
    let right: Vec<bool> = list(&v, "correct").iter().map(|l| *l == 1.0).collect();
    let by = |bins| calibration(&list(&v, "confidence"), &right, bins).unwrap().expected;
    all_close(&[by(Bins::Width(10)), by(Bins::Mass(5))], &list(&v, "calibration"), 1e-12);
}

#[test]
fn perfect_separation_is_not_certainty() {
    let area = auroc(&[0.1, 0.2, 0.8, 0.9], &[false, false, true, true]).unwrap();
    assert_eq!(area.value, 1.0);
    assert!(area.interval(0.95)[0] < 0.5 && area.interval(0.95)[1] == 1.0);
}

#[test]
fn undefined_statistics_are_refused() {
    let mut rng = Rng::new(0);
    assert!(Estimate::mean(&[1.0]).is_err() && Estimate::mean(&[1.0, f64::NAN]).is_err());
    assert!(pearson(&[1.0, 1.0], &[0.0, 1.0]).is_err() && spearman(&[1.0], &[0.0, 1.0]).is_err());
    assert!(Estimate::share(Proportion::default()).is_err() && Estimate::exact(f64::INFINITY).is_err());
    assert!(auroc(&[0.1, 0.2, 0.3], &[true, true, true]).is_err());
    assert!(calibration(&[1.2], &[true], Bins::Width(3)).is_err());
    assert!(calibration(&[0.2], &[true], Bins::Mass(0)).is_err());
    assert!(holm(&[0.1, 1.1]).is_err() && sign_test(&[0.0, 0.0], Tail::Less).is_err());
    assert!(permute_signs(&[1.0], Tail::Less, 1, &mut rng).is_err());
    assert!(Bootstrap::default().of(1, &mut rng, |_| 0.0).is_err());
    assert!(Bootstrap::default().of(5, &mut rng, |_| f64::NAN).is_err());
    let message = cohens_d(&[1.0, 1.0], &[1.0, 1.0]).unwrap_err().to_string();
    assert_eq!(message, "Cohen's d: the numbers do not vary");
}

#[test]
fn bootstrap_intervals_hold_the_truth_as_often_as_they_say() {
    // Means of 30 exponential numbers: skewed, true mean 1. Efron's intervals of level 0.9 cover a little less.
    let mut rng = Rng::new(5);
    let settings = Bootstrap { resamples: 300, interval: Interval::Bca };
    let covered = (0..400).filter(|_| {
        let x: Vec<f64> = (0..30).map(|_| -(1.0 - rng.unit()).ln()).collect();
        let e = settings.of(30, &mut rng.fork(), |d| d.iter().map(|&i| x[i]).sum::<f64>() / 30.0).unwrap();
        let [low, high] = e.interval(0.9);
        low <= 1.0 && 1.0 <= high
    });
    let share = covered.count() as f64 / 400.0;
    assert!((0.83..=0.94).contains(&share), "{share}");
}

fn estimates() -> impl Strategy<Value = Estimate> {
    let numbers = prop::collection::vec(-5.0..5.0f64, 5..30);
    prop_oneof![
        numbers.clone().prop_map(|x| Estimate::mean(&x).unwrap()),
        (1usize..50, 0.0..=1.0f64).prop_map(|(trials, share)| {
            let successes = (share * trials as f64) as usize;
            Estimate::share(Proportion { successes, trials }).unwrap()
        }),
        (-1.0..=1.0f64, 4usize..50).prop_map(|(r, n)| Estimate::correlation(r, n).unwrap()),
        numbers.prop_map(|x| {
            let mean = |d: &[usize]| d.iter().map(|&i| x[i]).sum::<f64>() / d.len() as f64;
            Bootstrap { resamples: 200, ..Default::default() }.of(x.len(), &mut Rng::new(1), mean).unwrap()
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn intervals_are_nested_and_decide_as_p_says(e in estimates(), bound in -2.0..2.0f64, width in 0.0..2.0f64) {
        let levels = [0.1, 0.5, 0.9, 0.99];
        for pair in levels.windows(2) {
            let ([a, b], [c, d]) = (e.interval(pair[0]), e.interval(pair[1]));
            prop_assert!(c <= a + 1e-12 && b <= d + 1e-12);
        }
        for region in [Region::AtLeast(bound), Region::AtMost(bound), Region::Within([bound, bound + width])] {
            let (inside, outside) = (e.p_inside(&region), e.p_outside(&region));
            prop_assert!(inside.max(outside) > 0.5 || inside == outside);
            let alpha = 0.05;
            prop_assert_eq!(inside <= alpha, region.covers(e.interval(1.0 - 2.0 * alpha)));
            prop_assert_eq!(outside <= alpha, region.misses(e.interval(1.0 - 2.0 * alpha)));
        }
    }

    #[test]
    fn adjusted_values_are_laws(p in prop::collection::vec(0.0..=1.0f64, 1..12)) {
        let (h, b) = (holm(&p).unwrap(), benjamini_hochberg(&p).unwrap());
        let m = p.len() as f64;
        for i in 0..p.len() {
            prop_assert!(p[i] <= b[i] + 1e-15 && b[i] <= h[i] + 1e-15 && h[i] <= (m * p[i]).min(1.0) + 1e-15);
            for j in 0..p.len() {
                prop_assert!(p[i] > p[j] || (h[i] <= h[j] && b[i] <= b[j]));
            }
        }
        // Against the definition: reject the smallest ones as long as each passes its own threshold.
        let mut sorted = p.clone();
        sorted.sort_by(f64::total_cmp);
        let rejected = sorted.iter().zip(0..).take_while(|(p, i)| **p * (m - *i as f64) <= 0.05).count();
        prop_assert_eq!(h.iter().filter(|a| **a <= 0.05).count(), rejected);
        let rejected = (1..=p.len()).rev().find(|&k| sorted[k - 1] * m / k as f64 <= 0.05).unwrap_or(0);
        prop_assert_eq!(b.iter().filter(|a| **a <= 0.05).count(), rejected);
    }

    #[test]
    fn orders_alone_matter(pairs in prop::collection::vec((0..6i32, 0..6i32), 4..20)) {
        let x: Vec<f64> = pairs.iter().map(|p| f64::from(p.0)).collect();
        let y: Vec<f64> = pairs.iter().map(|p| f64::from(p.1)).collect();
        let bent: Vec<f64> = x.iter().map(|v| v.exp()).collect();
        if let (Ok(s), Ok(k)) = (spearman(&x, &y), kendall(&x, &y)) {
            prop_assert!((spearman(&bent, &y).unwrap() - s).abs() < 1e-12);
            prop_assert!((kendall(&bent, &y).unwrap() - k).abs() < 1e-12);
            prop_assert!((spearman(&y, &x).unwrap() - s).abs() < 1e-12);
        }
        let delta = cliffs_delta(&x, &y).unwrap();
        let brute: f64 = x.iter().flat_map(|a| y.iter().map(move |b| (a - b).signum() * f64::from(u8::from(a != b)))).sum();
        prop_assert!((delta - brute / (x.len() * y.len()) as f64).abs() < 1e-12);
        let labels: Vec<bool> = y.iter().map(|v| *v > 2.0).collect();
        if let Ok(area) = auroc(&x, &labels) {
            let of = |c: bool| x.iter().zip(&labels).filter(|p| *p.1 == c).map(|p| *p.0).collect::<Vec<_>>();
            prop_assert!((area.value - (cliffs_delta(&of(true), &of(false)).unwrap() + 1.0) / 2.0).abs() < 1e-12);
        }
    }
}
