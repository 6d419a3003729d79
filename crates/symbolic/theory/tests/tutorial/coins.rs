//! Coins: probabilistic facts, rules, and what happens when proofs overlap.

use super::{close, expect, probability};

#[test]
fn a_fact_with_a_probability_is_an_independent_coin() {
    // At least one head: 1 - 0.6 * 0.3. Both: 0.4 * 0.7.
    expect(
        r#"
        0.4::heads(c1).
        0.7::heads(c2).
        some :- heads(_).
        both :- heads(c1), heads(c2).
        query(some).
        query(both).
        "#,
        &[("some", 0.82), ("both", 0.28)],
    );
}

#[test]
fn a_query_with_a_variable_lists_its_answers() {
    expect(
        r#"
        0.4::heads(c1).
        0.7::heads(c2).
        query(heads(_)).
        "#,
        &[("heads(c1)", 0.4), ("heads(c2)", 0.7)],
    );
}

#[test]
fn a_rule_with_a_probability_flips_a_coin_for_every_instance() {
    // Ten coins of one kind: all heads with 0.6 to the power of ten.
    let program = r#"
        coin(N) :- between(1, 10, N).
        0.6::heads(N) :- coin(N).
        all_heads :- forall(coin(N), heads(N)).
        "#;
    close(probability(program, "all_heads"), 0.6f64.powi(10), "all ten heads");
}

#[test]
fn evidence_turns_the_question_around() {
    // One of two bags was taken: Bayes' rule with three heads seen, 0.5 * 0.9^3 against 0.5 * 0.5^3.
    let program = r#"
        0.5::fair.
        flip(N) :- between(1, 4, N).
        0.5::heads(N) :- flip(N), fair.
        0.9::heads(N) :- flip(N), \+ fair.
        evidence(heads(1)).
        evidence(heads(2)).
        evidence(heads(3)).
        "#;
    let (fair, biased) = (0.5f64.powi(3), 0.9f64.powi(3));
    let posterior = fair / (fair + biased);
    close(probability(program, "fair"), posterior, "the coin is fair");
    close(probability(program, "heads(4)"), posterior * 0.5 + (1.0 - posterior) * 0.9, "the next flip");
}

#[test]
fn negation_is_the_other_side_of_the_coin() {
    expect(
        r#"
        0.3::rain.
        dry :- \+ rain.
        query(dry).
        query(\+ dry).
        "#,
        &[("dry", 0.7), ("\\+dry", 0.3)],
    );
}

#[test]
fn the_same_fact_twice_is_two_coins() {
    // Two chances of rain: 1 - 0.7 * 0.6.
    expect(
        r#"
        0.3::rain.
        0.4::rain.
        query(rain).
        "#,
        &[("rain", 0.58)],
    );
}
