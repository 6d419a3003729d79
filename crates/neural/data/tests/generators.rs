//! Generated sets: what belongs together stays together, words say their number.

use symbolon_data::{Labelled, Modular, NumberTexts, Operation, Slices, number_text, number_tokens};
use symbolon_data::{MEN, NAME_NEXT, PRONOUN_NEXT, WOMEN};
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
    assert!((all.loss(&right.zeros_like()).item() - 5f64.ln()).abs() < 1e-6);
    // Ordered pairs count alike: as the mean over all of them, one by one.
    let logits = Rng::new(1).normal([15, 5], symbolon_tensor::DType::F32);
    let each = |[x, y]: [usize; 2]| {
        let row = all.pairs.iter().position(|p| *p == [x.min(y), x.max(y)]).unwrap();
        let sum = symbolon_data::indices(&[(x + y) % 5]);
        logits.narrow(0, row..row + 1).cross_entropy(&sum).item()
    };
    let mean = (0..5).flat_map(|x| (0..5).map(move |y| [x, y])).map(each).sum::<f64>() / 25.0;
    assert!((all.loss(&logits).item() - mean).abs() < 1e-5);
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

#[test]
fn numbers_are_split_with_every_word_known() {
    let [known, asked] = NumberTexts::split(169, 631, &mut Rng::new(4)).unwrap();
    assert_eq!((known.tokens.shape(), asked.tokens.shape()), (&[169, 5][..], &[631, 5][..]));
    let values = |t: &NumberTexts| t.values.to_vec::<f32>();
    assert!(values(&known).iter().all(|v| !values(&asked).contains(v)));
    let seen = known.tokens.to_vec::<i64>();
    assert!((0..30).all(|token| seen.contains(&token)));
    for (i, value) in values(&asked).iter().enumerate() {
        let row = asked.tokens.get(i as isize).to_vec::<i64>();
        let last = asked.last.get(i as isize).item() as usize;
        let words: Vec<usize> = row[..=last].iter().map(|t| *t as usize).collect();
        assert_eq!(words, number_tokens(*value as usize));
        assert!(row[last + 1..].iter().all(|t| *t == 0));
    }
    assert!(NumberTexts::split(28, 10, &mut Rng::new(4)).is_err());
    assert!(NumberTexts::split(500, 501, &mut Rng::new(4)).is_err());
}

#[test]
fn sums_are_those_of_the_pictures() {
    // Each picture is filled with its label.
    let labels: Vec<usize> = (0..6).collect();
    let images = Tensor::from(vec![0.0f32, 1.0, 2.0, 3.0, 4.0, 5.0]).reshape([6, 1, 1, 1]).expand([6, 1, 2, 3]);
    let set = Labelled::new(images.contiguous(), labels, (0..6).map(|c| c.to_string()).collect()).unwrap();
    let [pictures, sums] = set.sums(4, 3, &mut Rng::new(5));
    assert_eq!((pictures.shape(), sums.shape()), (&[4, 3, 1, 2, 3][..], &[4, 1][..]));
    let shown = pictures.mean_axis(-1, false).mean_axis(-1, false).squeeze(2).sum_axis(1, true);
    assert!(shown.is_close(&sums, 1e-6, 1e-6));
}

#[test]
fn names_are_of_one_kind_and_sentences_have_places_for_them() {
    let mut all: Vec<&str> = WOMEN.iter().chain(&MEN).copied().collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 32);
    // A name stands alone between what comes before and behind: each later part begins with a space.
    let spaced = |parts: &[&str]| !parts[0].ends_with(' ') && parts[1..].iter().all(|p| p.starts_with(' '));
    assert!(PRONOUN_NEXT.iter().all(|p| spaced(p)) && NAME_NEXT.iter().all(|p| spaced(p)));
}
