//! Laws of what comes when: batches, tuples, items by class, splits.

use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use symbolon_data::{Batches, ByClass, Split, Tuples};

proptest! {
    #[test]
    fn an_epoch_is_a_permutation_cut_into_batches(n in 1usize..200, size in 1usize..70, seed: u64, epoch in 0u64..5) {
        let batches = Batches::new(n, size, seed).unwrap();
        let all: Vec<Vec<usize>> = batches.epoch(epoch).collect();
        prop_assert_eq!(all.len(), batches.steps());
        prop_assert!(all[..all.len() - 1].iter().all(|b| b.len() == size));
        let mut items = all.concat();
        items.sort_unstable();
        prop_assert_eq!(items, (0..n).collect::<Vec<_>>());
    }

    #[test]
    fn training_resumes_at_any_step(n in 1usize..60, size in 1usize..20, seed: u64, skip in 0usize..40) {
        let batches = Batches::new(n, size, seed).unwrap();
        let whole: Vec<_> = batches.from(0, 0).take(skip + 5).collect();
        let (epoch, step) = (skip / batches.steps(), skip % batches.steps());
        let resumed: Vec<_> = batches.from(epoch as u64, step).take(5).collect();
        prop_assert_eq!(&whole[skip..], &resumed[..]);
        prop_assert_eq!(&batches.batch(epoch as u64, step), &resumed[0].items);
    }

    #[test]
    fn dropping_the_last_batch_leaves_whole_ones(n in 1usize..100, size in 1usize..100, seed: u64) {
        match Batches::new(n, size, seed).unwrap().drop_last() {
            Ok(batches) => {
                prop_assert_eq!(batches.epoch(3).count(), n / size);
                prop_assert!(batches.epoch(3).all(|b| b.len() == size));
            }
            Err(e) => {
                prop_assert!(size > n);
                prop_assert!(e.to_string().contains("make batches smaller"));
            }
        }
    }

    #[test]
    fn tuples_use_the_pool_evenly_and_nothing_else(
        pool in prop::collection::btree_set(0usize..1000, 1..60), arity in 1usize..6, count in 0usize..80, seed: u64
    ) {
        let Ok(tuples) = Tuples::new(pool.iter().copied(), arity, seed) else {
            prop_assert!(pool.len() < arity);
            return Ok(());
        };
        let default = tuples.epoch(1);
        prop_assert_eq!(default.len(), pool.len() / arity);
        prop_assert_eq!(default.iter().flatten().collect::<BTreeSet<_>>().len(), default.len() * arity, "each item once");
        let tuples = tuples.count(count);
        let drawn = tuples.epoch(2);
        prop_assert_eq!(&drawn, &tuples.epoch(2));
        prop_assert_eq!(drawn.len(), count);
        let mut uses: BTreeMap<usize, usize> = pool.iter().map(|&i| (i, 0)).collect();
        for tuple in &drawn {
            prop_assert_eq!(tuple.iter().collect::<BTreeSet<_>>().len(), arity, "no item twice in a tuple");
            for item in tuple {
                prop_assert!(pool.contains(item), "drawn from the pool");
                *uses.get_mut(item).unwrap() += 1;
            }
        }
        // Every full round uses an item at most once; a round leaves out fewer items than a tuple has.
        let rounds = count.div_ceil(pool.len() / arity);
        prop_assert!(uses.values().all(|&u| u <= rounds));
    }

    #[test]
    fn split_parts_are_disjoint_complete_and_fair(
        labels in prop::collection::vec(0usize..5, 0..200), share in 0.0f64..=1.0, seed: u64
    ) {
        let split = Split::stratified(&labels, share, seed).unwrap();
        let (train, out): (BTreeSet<_>, BTreeSet<_>) = (split.train.iter().collect(), split.held_out.iter().collect());
        prop_assert!(train.is_disjoint(&out));
        prop_assert_eq!(train.len() + out.len(), labels.len());
        for class in 0..5 {
            let all = labels.iter().filter(|&&l| l == class).count() as f64;
            let held = split.held_out.iter().filter(|&&i| labels[i] == class).count() as f64;
            prop_assert!((held - all * share).abs() <= 0.5);
        }
    }

    #[test]
    fn boards_show_what_they_should_with_items_of_the_pool(
        labels in prop::collection::vec(0usize..4, 20..80), cut in 10usize..20, seed: u64,
        grids in prop::collection::vec(prop::collection::vec(0usize..4, 0..16), 0..12)
    ) {
        let (train, held_out) = (ByClass::new(&labels, 0..cut, seed).unwrap(), ByClass::new(&labels, cut..labels.len(), seed).unwrap());
        for (pool, source) in [(0..cut, train), (cut..labels.len(), held_out)] {
            match source.epoch(4, &grids) {
                Ok(boards) => {
                    for (board, grid) in boards.iter().zip(&grids) {
                        prop_assert_eq!(&board.iter().map(|&i| labels[i]).collect::<Vec<_>>(), grid);
                        prop_assert!(board.iter().all(|i| pool.contains(i)));
                    }
                    for class in 0..4 {
                        let members = pool.clone().filter(|&i| labels[i] == class).count();
                        let mut uses = BTreeMap::new();
                        boards.iter().flatten().filter(|&&i| labels[i] == class).for_each(|&i| *uses.entry(i).or_insert(0usize) += 1);
                        let drawn: usize = uses.values().sum();
                        prop_assert!(uses.values().all(|&u| u <= drawn.div_ceil(members.max(1))), "in turn");
                    }
                }
                Err(e) => {
                    prop_assert!(e.to_string().contains("no item of class"));
                    let wanted: BTreeSet<_> = grids.iter().flatten().collect();
                    prop_assert!(wanted.iter().any(|&&c| pool.clone().all(|i| labels[i] != c)));
                }
            }
        }
    }
}

#[test]
fn epochs_and_seeds_differ() {
    let order = |seed, epoch| Batches::new(100, 10, seed).unwrap().order(epoch);
    assert_ne!(order(1, 0), order(1, 1));
    assert_ne!(order(1, 0), order(2, 0));
    assert_eq!(Batches::new(5, 2, 1).unwrap().in_order().order(3), [0, 1, 2, 3, 4]);
    let pairs = |seed, epoch| Tuples::new(0..100, 2, seed).unwrap().epoch(epoch);
    assert_ne!(pairs(1, 0), pairs(1, 1));
    assert_ne!(pairs(1, 0), pairs(2, 0));
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let said = |e: symbolon_data::Error| e.to_string();
    assert_eq!(said(Batches::new(0, 4, 0).unwrap_err()), "batches: no items; give a set that is not empty");
    assert_eq!(said(Batches::new(4, 0, 0).unwrap_err()), "batch size: zero; give 1 or more");
    assert!(said(Tuples::new(0..1, 2, 0).unwrap_err()).contains("2 items each from a pool of 1"));
    assert!(said(Split::stratified(&[0], f64::NAN, 0).unwrap_err()).contains("from 0 to 1"));
    assert!(said(ByClass::new(&[0, 1], 0..3, 0).unwrap_err()).contains("item 2 of the pool"));
    let board = ByClass::new(&[0, 1], 0..2, 0).unwrap().epoch(0, &[vec![0], vec![1, 7]]).unwrap_err();
    assert!(said(board).contains("grid 1, cell 1: no item of class 7"));
}
