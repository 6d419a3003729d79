//! Laws of parts and rows, over activations of any axes: what is written is what is read, and nothing else changes.

use proptest::prelude::*;
use symbolon_net::{Activation, Axis, Role, Select};
use symbolon_tensor::{DType, Rng, Tensor};

/// Axes of sequences, images or patterns, in any order in which image axes stay together, with sizes of 1 to 4.
fn activation() -> impl Strategy<Value = Activation> {
    let groups: [&[&[Axis]]; 4] = [
        &[&[Axis::Batch], &[Axis::Unit]],
        &[&[Axis::Batch], &[Axis::Position], &[Axis::Head], &[Axis::Unit]],
        &[&[Axis::Batch], &[Axis::Channel], &[Axis::Height, Axis::Width]],
        &[&[Axis::Batch], &[Axis::Head], &[Axis::Query], &[Axis::Key]],
    ];
    let order = prop::sample::select(groups.to_vec()).prop_flat_map(|g| Just(g.to_vec()).prop_shuffle());
    (order, prop::collection::vec(1usize..5, 4), any::<u64>()).prop_map(|(order, sizes, seed)| {
        let axes: Vec<Axis> = order.concat();
        let x = Rng::new(seed).normal(&sizes[..axes.len()], DType::F32);
        Activation::new(x, &axes).unwrap()
    })
}

/// Some of the indices of each role, in any order.
fn part(a: &Activation, seed: u64) -> Select {
    let mut rng = Rng::new(seed);
    let mut select = Select::all();
    for (role, some) in [
        (Role::Document, Select::rows::<i64> as fn(Vec<i64>) -> Select),
        (Role::Position, Select::positions::<i64>),
        (Role::Head, Select::heads::<i64>),
        (Role::Unit, Select::units::<i64>),
    ] {
        if a.axes().iter().any(|x| x.role() == role) && rng.unit() < 0.6 {
            let n = a.size(role);
            let take = 1 + rng.below(n);
            select = select.and(some(rng.permutation(n).to_vec::<i64>()[..take].to_vec()));
        }
    }
    select
}

fn bits(x: &Tensor) -> Vec<u32> {
    x.to_vec::<f32>().into_iter().map(f32::to_bits).collect()
}

proptest! {
    #[test]
    fn parts_are_lenses(a in activation(), seed in any::<u64>()) {
        let select = part(&a, seed);
        let here = a.select(&select).unwrap();
        // Writing back what was read changes nothing.
        prop_assert_eq!(bits(a.with_selected(&select, here.tensor()).unwrap().tensor()), bits(a.tensor()));
        // What is written is what is read; a second writing wins.
        let [first, second] = [1, 2].map(|s| Rng::new(s).normal(here.shape(), DType::F32));
        let once = a.with_selected(&select, &second).unwrap();
        prop_assert_eq!(bits(once.select(&select).unwrap().tensor()), bits(&second));
        let twice = a.with_selected(&select, &first).unwrap().with_selected(&select, &second).unwrap();
        prop_assert_eq!(bits(twice.tensor()), bits(once.tensor()));
        // As many numbers differ as were written.
        let differ = bits(once.tensor()).iter().zip(bits(a.tensor())).filter(|(x, y)| *x != y).count();
        prop_assert_eq!(differ, here.tensor().len());
    }

    #[test]
    fn rows_and_documents_come_back(a in activation()) {
        let rows = a.rows();
        prop_assert_eq!(rows.shape(), [a.row_count(), a.width()]);
        prop_assert_eq!(bits(a.from_rows(&rows).unwrap().tensor()), bits(a.tensor()));
        prop_assert_eq!(bits(a.from_documents(&a.documents()).unwrap().tensor()), bits(a.tensor()));
        // A row is what is selected by its provenance.
        for (i, from) in a.provenances().enumerate() {
            let mut select = Select::rows([from.document]);
            if let Some(p) = from.position {
                select = select.and(Select::positions([p]));
            }
            if let Some(h) = from.head {
                select = select.and(Select::heads([h]));
            }
            prop_assert_eq!(bits(a.select(&select).unwrap().tensor()), bits(&rows.get(i)));
        }
    }
}
