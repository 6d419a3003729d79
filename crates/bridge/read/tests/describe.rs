//! Descriptions find what was planted; erasure leaves nothing to be read.

use symbolon_read::describe::{Corpus, Fragments, Rule, Scores, correlation, describe};
use symbolon_read::erase::{Eraser, by_difference};
use symbolon_tensor::{DType, Rng, Tensor};

fn corpus(rng: &mut Rng) -> (Corpus, Vec<u32>) {
    let words = [" the", " cat", "s", " Paris", " 17", ",", " running", " sat", " on", "ing"];
    let ids: Vec<u32> = (0..3_200).map(|_| rng.below(words.len()) as u32).collect();
    let texts = ids.iter().map(|&i| words[i as usize].to_owned()).collect();
    (Corpus::new(ids.clone(), texts, 64, 16).unwrap(), ids)
}

#[test]
fn planted_rules_are_found_and_noise_has_none() {
    let mut rng = Rng::new(1);
    let (corpus, ids) = corpus(&mut rng);
    let noise: Vec<f32> = rng.normal([ids.len()], DType::F32).to_vec();
    let planted: [(Rule, &dyn Fn(usize) -> bool); 4] = [
        (Rule::Token, &|r| ids[r] == 3),
        (Rule::Before, &|r| r % 64 > 0 && ids[r - 1] == 5),
        // Both end in "ing".
        (Rule::Ending, &|r| ids[r] == 6 || ids[r] == 9),
        (Rule::Position, &|r| r % 64 < 3),
    ];
    for (rule, active) in planted {
        let values: Vec<f32> = (0..ids.len()).map(|r| if active(r) { 2.0 } else { 0.0 } + 0.1 * noise[r]).collect();
        let found = describe(&corpus, &values, Fragments::default(), &mut rng).unwrap().unwrap();
        let r = correlation(&found.description, &corpus, &values, &found.held_out);
        assert!(r > 0.8, "{rule:?}: {r:.2} by {:?}", found.description.rule);
        // A token alone is found as well by its ending where no other ends so.
        if rule != Rule::Token {
            assert_eq!(found.description.rule, rule, "{}", found.description.words(&corpus, 3));
        }
        // Nothing that was described is scored.
        let of_other = describe(&corpus, &noise, Fragments::default(), &mut rng).unwrap().unwrap();
        let crossed = correlation(&of_other.description, &corpus, &values, &found.held_out);
        assert!(crossed.abs() < 0.35, "a description of something else: {crossed:.2}");
    }
    // A token, noise, and nothing at all, side by side.
    let token: Vec<f32> = ids.iter().map(|id| if *id == 3 { 2.0 } else { 0.0 }).collect();
    let columns = [token, noise.clone(), vec![0.0; ids.len()]].map(Tensor::from);
    let values = Tensor::stack(&columns.iter().collect::<Vec<_>>(), 1);
    let scores = Scores::of(&corpus, &values, Fragments::default(), &mut rng).unwrap();
    assert!(scores.own[0] > 0.8 && scores.own[1].abs() < 0.25 && scores.own[2] == 0.0, "{:?}", scores.own);
    assert!(scores.crossed[0].abs() < 0.35 && scores.crossed[2] == 0.0, "{:?}", scores.crossed);
    let best = scores.best(&corpus, 2);
    assert!(best.len() == 2 && best[0].0 == 0 && best[0].2.contains("Paris"), "{best:?}");
    let found = describe(&corpus, &noise, Fragments::default(), &mut rng).unwrap().unwrap();
    let r = correlation(&found.description, &corpus, &noise, &found.held_out);
    assert!(r.abs() < 0.25, "noise: {r:.2}");
    assert!(describe(&corpus, &vec![0.0; ids.len()], Fragments::default(), &mut rng).unwrap().is_none());
    assert!(describe(&corpus, &[1.0], Fragments::default(), &mut rng).is_err());
}

#[test]
fn erased_concepts_have_no_covariance_left_and_the_rest_stays() {
    let mut rng = Rng::new(2);
    let labels: Vec<usize> = (0..600).map(|_| rng.below(3)).collect();
    let means = rng.normal([3, 8], DType::F64) * 2.0;
    // Correlated units: whitening matters.
    let noise = rng.normal([600, 8], DType::F64).matmul(&rng.normal([8, 8], DType::F64));
    let rows = means.index_select(0, &symbolon_data::indices(&labels)) + noise;
    let covariance = |rows: &Tensor| {
        let z = symbolon_data::indices(&labels).one_hot(3, DType::F64);
        let z = &z - z.mean_axis(0, true);
        (rows.t().matmul(&z) / 600.0).abs().max().item()
    };
    let eraser = Eraser::leace(&rows, &labels).unwrap();
    let erased = eraser.erase(&rows);
    assert!(covariance(&rows) > 0.1 && covariance(&erased) < 1e-9);
    assert!(eraser.erase(&erased).is_close(&erased, 1e-8, 1e-8), "erasing twice changes nothing more");
    // Two of eight dimensions are gone, no more.
    let change = (&rows - &erased).svd().unwrap().s.to_vec::<f64>();
    assert!(change[1] > 1e-3 && change[2] < 1e-8, "{change:?}");
    let two: Vec<usize> = labels.iter().map(|&l| usize::from(l == 0)).collect();
    // Both leave nothing; leaving out the direction of the means changes more.
    let [leace, mean] = [Eraser::leace(&rows, &two).unwrap(), Eraser::mean_difference(&rows, &two).unwrap()];
    let change = |e: &Eraser| (&rows - e.erase(&rows)).square().sum().item();
    assert!(change(&leace) < 0.99 * change(&mean), "{} and {}", change(&leace), change(&mean));
    let between = |rows: &Tensor| {
        let z = symbolon_data::indices(&two).to(DType::F64).unsqueeze(1);
        (rows.t().matmul(&(&z - z.mean_axis(0, true))) / 600.0).abs().max().item()
    };
    assert!(between(&leace.erase(&rows)) < 1e-9 && between(&mean.erase(&rows)) < 1e-9);
    // Two directions that were left out hold the mean, and nothing else changed.
    let axes = Tensor::eye(8, DType::F64).narrow(0, 2..4);
    let without = Eraser::along(&axes, &rows).erase(&rows);
    assert!((&without - rows.mean_axis(0, true)).narrow(1, 2..4).abs().max().item() < 1e-12);
    assert!(without.narrow(1, 4..).is_close(&rows.narrow(1, 4..), 1e-12, 0.0));
    // A unit that is far apart, one that is less so, others that are not.
    let shift =
        symbolon_data::indices(&two).to(DType::F64).unsqueeze(1) * Tensor::from([0.0, 3.0, 0.0, -9.0]).unsqueeze(0);
    let order = by_difference(&(shift + rng.normal([600, 4], DType::F64)), &two).unwrap();
    assert_eq!(order[..2], [3, 1]);
    assert!(by_difference(&rows, &two[..10]).is_err());
    assert!(Eraser::leace(&rows, &two[..10]).is_err() && Eraser::mean_difference(&rows, &labels).is_err());
}
