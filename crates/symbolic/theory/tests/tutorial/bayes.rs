//! Bayesian networks: a rule for each row of each table.

use super::{close, expect, probability};

const SPRINKLER: &str = r#"
    0.5::cloudy.
    0.1::sprinkler :- cloudy.
    0.5::sprinkler :- \+ cloudy.
    0.8::rain :- cloudy.
    0.2::rain :- \+ cloudy.
    0.99::wet :- sprinkler, rain.
    0.9::wet :- sprinkler, \+ rain.
    0.9::wet :- \+ sprinkler, rain.
    "#;

#[test]
fn forwards_from_causes_to_effects() {
    // P(wet) = sum over cloudy, sprinkler, rain.
    let mut wet = 0.0;
    for (cloudy, s, r) in [(0.5, 0.1, 0.8), (0.5, 0.5, 0.2)] {
        wet += cloudy * (s * r * 0.99 + s * (1.0 - r) * 0.9 + (1.0 - s) * r * 0.9);
    }
    close(probability(SPRINKLER, "wet"), wet, "the lawn is wet");
}

#[test]
fn backwards_from_effects_to_causes() {
    // The textbook's numbers: P(sprinkler | wet) = 0.2781 / 0.6471 and P(rain | wet) = 0.4581 / 0.6471.
    let seen = format!("{SPRINKLER} evidence(wet).");
    close(probability(&seen, "sprinkler"), 0.2781 / 0.6471, "the sprinkler was on");
    close(probability(&seen, "rain"), 0.4581 / 0.6471, "it rained");
}

#[test]
fn one_cause_explains_another_away() {
    let wet = probability(&format!("{SPRINKLER} evidence(wet)."), "sprinkler");
    let wet_and_rain = probability(&format!("{SPRINKLER} evidence(wet). evidence(rain)."), "sprinkler");
    close(wet_and_rain, 0.0891 / 0.4581, "the sprinkler, given rain");
    assert!(wet_and_rain < wet);
}

#[test]
fn variables_with_more_than_two_values_are_disjunctions() {
    // P(letter) = 0.6 (0.3 * 0.9 + 0.4 * 0.6) + 0.4 (0.05 * 0.9 + 0.25 * 0.6).
    expect(
        r#"
        0.6::test(easy); 0.4::test(hard).
        0.3::grade(a); 0.4::grade(b); 0.3::grade(c) :- test(easy).
        0.05::grade(a); 0.25::grade(b); 0.7::grade(c) :- test(hard).
        0.9::letter :- grade(a).
        0.6::letter :- grade(b).
        query(letter).
        query(grade(_)).
        "#,
        &[("letter", 0.384), ("grade(a)", 0.2), ("grade(b)", 0.34), ("grade(c)", 0.46)],
    );
}

#[test]
fn several_rules_for_one_head_are_a_noisy_or() {
    // Each cause fails on its own: 1 - (1 - 0.3 * 0.9) (1 - 0.2 * 0.8) (1 - 0.01).
    expect(
        r#"
        0.3::fire.
        0.2::burglar.
        0.9::alarm :- fire.
        0.8::alarm :- burglar.
        0.01::alarm.
        query(alarm).
        "#,
        &[("alarm", 1.0 - (1.0 - 0.27) * (1.0 - 0.16) * 0.99)],
    );
}
