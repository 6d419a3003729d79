//! Weather: Markov chains and hidden Markov models are rules that look one day back.

use super::{close, probability};

const DAYS: &str = r#"
    0.5::weather(0, sun); 0.5::weather(0, rain).
    0.8::weather(T, sun); 0.2::weather(T, rain) :- T > 0, S is T - 1, weather(S, sun).
    0.3::weather(T, sun); 0.7::weather(T, rain) :- T > 0, S is T - 1, weather(S, rain).
    0.1::umbrella(T) :- weather(T, sun).
    0.9::umbrella(T) :- weather(T, rain).
    "#;

/// Probability of sun after a number of days, from the probability on the day before: one product with the matrix a day.
fn forward(mut sun: f64, days: usize) -> f64 {
    for _ in 0..days {
        sun = 0.8 * sun + 0.3 * (1.0 - sun);
    }
    sun
}

#[test]
fn a_markov_chain_forgets_its_start() {
    close(probability(DAYS, "weather(1, sun)"), forward(0.5, 1), "tomorrow");
    close(probability(DAYS, "weather(30, sun)"), forward(0.5, 30), "in a month");
    assert!((forward(0.5, 30) - 0.6).abs() < 1e-9, "0.6 is what the chain settles at");
}

#[test]
fn an_umbrella_is_evidence_of_rain() {
    let seen = format!("{DAYS} evidence(umbrella(0)).");
    close(probability(&seen, "weather(0, rain)"), 0.9 / (0.9 + 0.1), "rain, given an umbrella");
}

#[test]
fn filtering_agrees_with_the_forward_algorithm() {
    let umbrellas = [true, true, false, true, false, false, true, true, true, false];
    let mut program = DAYS.to_string();
    let mut sun = 0.5;
    for (day, &umbrella) in umbrellas.iter().enumerate() {
        let t = day + 1;
        program += &format!("evidence(umbrella({t}), {umbrella}). ");
        // Predict, then weigh by how well each weather explains what was seen.
        sun = forward(sun, 1);
        let (if_sun, if_rain) = if umbrella { (0.1, 0.9) } else { (0.9, 0.1) };
        sun = sun * if_sun / (sun * if_sun + (1.0 - sun) * if_rain);
    }
    close(probability(&program, "weather(10, sun)"), sun, "sun on the tenth day");
}

#[test]
fn smoothing_looks_back_from_the_end() {
    // One day and its successor, both with umbrellas: P(rain on day 1 | both).
    let seen = format!("{DAYS} evidence(umbrella(1)). evidence(umbrella(2)).");
    let ahead = |sun: f64| sun * 0.1 + (1.0 - sun) * 0.9;
    let sun = forward(0.5, 1);
    let (s, r) = (sun * 0.1 * ahead(0.8), (1.0 - sun) * 0.9 * ahead(0.3));
    close(probability(&seen, "weather(1, rain)"), r / (r + s), "rain on the first of two days");
}
