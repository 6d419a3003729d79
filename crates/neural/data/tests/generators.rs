//! Generated sets: what belongs together stays together, words say their number.

use symbolon_data::{Modular, Operation, Slices, number_text, number_tokens};
use symbolon_tensor::{Rng, Tensor};

#[test]
fn mirrored_pairs_never_cross_the_split() {
    let [train, test] = Modular::split(23, 0.75, 3).unwrap();
    assert_eq!(train.pairs.len() + test.pairs.len(), 23 * 24 / 2);
    assert!(test.pairs.iter().all(|[x, y]| !train.pairs.contains(&[*x, *y]) && !train.pairs.contains(&[*y, *x])));
    assert_eq!(train.weights.iter().chain(&test.weights).sum::<f64>(), 529.0);
    let [train, test] = Modular::leaky_split(23, 0.75, 3).unwrap();
    assert_eq!(train.pairs.len() + test.pairs.len(), 529);
    let leaked = test.pairs.iter().filter(|[x, y]| train.pairs.contains(&[*y, *x])).count();
    assert!(leaked > test.pairs.len() / 2, "{leaked}");
    for pair in [&train, &test] {
        let x = pair.inputs();
        assert!(x.sum_axis(1, false).to_vec::<f32>().iter().all(|s| *s == 2.0));
        assert!((pair.shares().sum().item() - 1.0).abs() < 1e-5);
        assert_eq!(pair.sums()[0], (pair.pairs[0][0] + pair.pairs[0][1]) % 23);
    }
    for (p, share) in [(22, 0.5), (1, 0.5), (5, 0.0), (5, 1.0), (5, f64::NAN)] {
        assert!(Modular::split(p, share, 0).is_err(), "{p} {share}");
    }
}

#[test]
fn accuracy_counts_ordered_pairs() {
    let all = Modular::all(5).unwrap();
    let sums: Vec<i64> = all.sums().into_iter().map(|s| s as i64).collect();
    let right = Tensor::from(sums).one_hot(5, symbolon_tensor::DType::F32);
    assert_eq!(all.accuracy(&right), 1.0);
    // Logits that are all alike say zero: of 25 ordered pairs five have that sum.
    assert_eq!(all.accuracy(&right.zeros_like()), 0.2);
}

#[test]
fn words_are_told_apart() {
    let mut seen: Vec<Vec<usize>> = (0..1000).map(number_tokens).collect();
    assert_eq!(number_text(0), "zero");
    assert_eq!(number_text(700), "seven hundred");
    assert_eq!(number_text(919), "nine hundred and nineteen");
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 1000);
}

#[test]
fn slices_are_added_up_also_over_time() {
    let task = Slices { inputs: 4, operation: Operation::Multiply, slices: [0..2, 1..3] };
    let x = Tensor::from([[1.0f32, 2.0, 3.0, 100.0]]);
    assert_eq!(task.answers(&x).item(), 15.0);
    let twice = Tensor::stack(&[&x, &x], 1);
    assert_eq!(task.answers(&twice).item(), 60.0);
    let mut rng = Rng::new(1);
    for _ in 0..50 {
        let task = Slices::draw(10, Operation::Add, &mut rng).unwrap();
        assert!(task.slices[0] != task.slices[1] && task.slices.iter().all(|s| s.end <= 10 && s.len() == 3));
    }
    assert!(Slices::draw(1, Operation::Add, &mut rng).is_err());
    assert_eq!(Slices::draw(2, Operation::Add, &mut rng).unwrap().slices.map(|s| s.len()), [1, 1]);
}
