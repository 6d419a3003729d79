//! The shipped digits are what their notice says; Fashion-MNIST is found or its absence explained.

use std::collections::BTreeSet;
use symbolon_data::{Error, fashion, mnist};

#[test]
fn ten_thousand_different_digits() {
    let digits = mnist::digits().unwrap();
    let (train, held_out) = (&digits.train, &digits.held_out);
    assert_eq!(train.images.shape(), [8000, 1, 28, 28]);
    assert_eq!(held_out.images.shape(), [2000, 1, 28, 28]);
    let pictures = |set: &symbolon_data::Labelled| -> BTreeSet<Vec<u8>> {
        let bytes: Vec<u8> = set.images.to_vec::<f32>().iter().map(|v| (v * 255.0).round() as u8).collect();
        bytes.chunks_exact(784).map(<[u8]>::to_vec).collect()
    };
    let (a, b) = (pictures(train), pictures(held_out));
    assert_eq!((a.len(), b.len()), (8000, 2000), "no picture twice");
    assert!(a.is_disjoint(&b), "no training picture is held out");
}

#[test]
fn classes_come_in_their_shares_in_every_prefix() {
    let digits = mnist::digits().unwrap();
    let all: Vec<usize> = digits.train.labels.iter().chain(&digits.held_out.labels).copied().collect();
    let sizes = [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]; // of the package's ten files
    let mut seen = [0usize; 10];
    for (n, &label) in all.iter().enumerate() {
        seen[label] += 1;
        let share = sizes[label] as f64 * (n + 1) as f64 / 10_000.0;
        assert!((seen[label] as f64 - share).abs() < 2.0, "{} digits {label} in the first {}", seen[label], n + 1);
    }
    assert_eq!(seen, sizes);
}

/// A classifier that cannot know anything but the labels' truth: the mean picture of each class, nearest one wins. Known to
/// reach about 82% on MNIST; swapped or shifted labels would reach 10%.
#[test]
fn labels_belong_to_their_pictures() {
    let digits = mnist::digits().unwrap();
    let train: Vec<f32> = digits.train.images.to_vec();
    let mut means = vec![vec![0f32; 784]; 10];
    let mut counts = [0f32; 10];
    for (picture, &label) in train.chunks_exact(784).zip(&digits.train.labels) {
        means[label].iter_mut().zip(picture).for_each(|(m, p)| *m += p);
        counts[label] += 1.0;
    }
    means.iter_mut().zip(counts).for_each(|(m, n)| m.iter_mut().for_each(|v| *v /= n));
    let held_out: Vec<f32> = digits.held_out.images.to_vec();
    let right = held_out.chunks_exact(784).zip(&digits.held_out.labels).filter(|(picture, label)| {
        let far = |m: &Vec<f32>| m.iter().zip(*picture).map(|(a, b)| (a - b) * (a - b)).sum::<f32>();
        (0..10).min_by(|&a, &b| far(&means[a]).total_cmp(&far(&means[b]))) == Some(**label)
    });
    let accuracy = right.count() as f64 / 2000.0;
    assert!((0.78..0.88).contains(&accuracy), "{accuracy}");
}

#[test]
fn subsets_and_splits_keep_pictures_with_their_labels() {
    let set = mnist::digits().unwrap().held_out;
    let some = set.subset(&[5, 0, 5]);
    assert_eq!(some.labels, [set.labels[5], set.labels[0], set.labels[5]]);
    assert_eq!(some.images.get(1).to_vec::<f32>(), set.images.get(0).to_vec::<f32>());
    assert_eq!(some.targets().to_vec::<i64>()[0] as usize, set.labels[5]);
    let divided = set.split(0.25, 3).unwrap();
    assert_eq!(divided.train.len() + divided.held_out.len(), 2000);
    assert!((498..=502).contains(&divided.held_out.len()));
}

#[test]
fn fashion_is_missing_with_advice_or_read() {
    let empty = tempfile::tempdir().unwrap();
    let missing = fashion(Some(empty.path())).unwrap_err();
    assert!(matches!(missing, Error::Missing { .. }));
    assert!(missing.to_string().contains("apt install dataset-fashion-mnist"), "{missing}");
    assert!(missing.to_string().contains(&empty.path().display().to_string()));
    // Four small files in the published layout.
    for (kind, n) in [("train", 3u8), ("t10k", 2)] {
        let pictures = [vec![0, 0, 8, 3, 0, 0, 0, n, 0, 0, 0, 1, 0, 0, 0, 2], vec![255; 2 * usize::from(n)]].concat();
        let labels = [vec![0, 0, 8, 1, 0, 0, 0, n], (0..n).collect()].concat();
        std::fs::write(empty.path().join(format!("{kind}-images-idx3-ubyte")), pictures).unwrap();
        std::fs::write(empty.path().join(format!("{kind}-labels-idx1-ubyte")), labels).unwrap();
    }
    let set = fashion(Some(empty.path())).unwrap();
    assert_eq!(set.train.images.shape(), [3, 1, 1, 2]);
    assert_eq!(set.held_out.labels, [0, 1]);
    assert_eq!(set.train.classes[set.train.labels[2]], "Pullover");
}

/// The published set, where the machine has it.
#[test]
fn the_installed_fashion_set_has_its_published_sizes() {
    let set = match fashion(None) {
        Ok(set) => set,
        Err(Error::Missing { .. }) => return,
        Err(other) => panic!("{other}"),
    };
    assert_eq!(set.train.images.shape(), [60_000, 1, 28, 28]);
    for label in 0..10 {
        assert_eq!(set.held_out.labels.iter().filter(|&&l| l == label).count(), 1000);
    }
}
