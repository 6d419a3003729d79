//! Layouts and files of circuits; what they mean is tested in [`crate::compile`] and [`crate::tasks`].

use proptest::prelude::*;

use super::{Circuit, Weights};
use crate::budget::Budget;
use crate::compile::tests::recipe;
use crate::lineage::ChoiceId;

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn layers_and_files_keep_the_values(recipe in recipe()) {
        let (lineage, _) = recipe.build();
        let weights = Weights::of(&lineage, &[], &[]).unwrap();
        let circuit = Circuit::compile(&lineage, &Budget::unlimited()).circuit;
        let values = circuit.values(&weights, 0.0);
        let layers = circuit.layers(&weights);
        let by_layers = layers.values(&weights);
        for (i, v) in values.iter().enumerate() {
            prop_assert!((by_layers[layers.slots[i] as usize] - v).abs() < 1e-12);
        }
        for layer in &layers.layers {
            prop_assert!(layer.inputs.iter().all(|&slot| slot < layer.first));
        }
        let text = circuit.to_json().unwrap();
        prop_assert_eq!(Circuit::from_json(&text).unwrap(), circuit);
    }

    #[test]
    fn a_damaged_file_is_an_error_or_a_circuit_that_evaluates(recipe in recipe(), at in any::<prop::sample::Index>(), with in "[-0-9\\[\\],a-zA-Z]") {
        let (lineage, _) = recipe.build();
        let weights = Weights::of(&lineage, &[], &[]).unwrap();
        let mut text = Circuit::compile(&lineage, &Budget::unlimited()).circuit.to_json().unwrap();
        let at = at.index(text.len());
        text.replace_range(at..at + 1, &with);
        let Ok(circuit) = Circuit::from_json(&text) else { return Ok(()) };
        let row = |c: usize| weights.choice(ChoiceId(c as u32)).len() as u32;
        if circuit.choice_sizes().iter().copied().eq((0..weights.len()).map(row)) {
            prop_assert_eq!(circuit.values(&weights, 0.0).len(), circuit.len());
            prop_assert_eq!(circuit.layers(&weights).values(&weights).len(), circuit.len());
        }
    }
}
