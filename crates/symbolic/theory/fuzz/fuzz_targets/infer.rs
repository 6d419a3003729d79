//! Any text whatever: parse, ground, compile, evaluate. No panic, nothing beyond the budget, bounds that are probabilities.
//!
//! `cargo +nightly fuzz run infer corpus/infer ../tests/conformance` starts from the conformance programs.
#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use symbolon_theory::Theory;
use symbolon_theory::budget::Budget;

fuzz_target!(|text: &str| {
    let budget = Budget {
        time: Duration::from_millis(200),
        memory: 256 << 20,
        nodes: 100_000,
        depth: 10_000,
        ..Budget::default()
    };
    let Ok(theory) = Theory::parse(text) else { return };
    let Ok(inference) = theory.inference(&|_, _| None, &budget) else { return };
    let Ok(answers) = inference.answers(&theory) else { return };
    for answer in answers {
        let p = answer.probability;
        assert!(0.0 <= p.lower && p.lower <= p.upper && p.upper <= 1.0 + 1e-9);
    }
});
