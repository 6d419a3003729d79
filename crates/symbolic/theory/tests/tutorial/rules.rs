//! Rules about rules: goals as data, conditions, and quantifiers.

use super::{close, expect, probability};

#[test]
fn disjunction_and_condition_in_a_body() {
    expect(
        r#"
        0.3::rain.
        0.5::bus.
        outside :- \+ rain ; bus.
        goes(by(X)) :- (rain -> X = bus ; X = bike).
        query(outside).
        query(goes(_)).
        "#,
        &[("outside", 0.85), ("goes(by(bus))", 0.3), ("goes(by(bike))", 0.7)],
    );
}

#[test]
fn a_goal_may_be_an_argument() {
    expect(
        r#"
        0.3::likes(ann, tea).
        0.6::likes(bob, tea).
        all_of([], _).
        all_of([X | Xs], P) :- call(P, X), all_of(Xs, P).
        fan(X) :- likes(X, tea).
        query(all_of([ann, bob], fan)).
        "#,
        &[("all_of([ann,bob],fan)", 0.18)],
    );
}

#[test]
fn forall_means_no_counterexample() {
    // Part 3 is only there half of the time; where it is missing it cannot be broken.
    let program = r#"
        part(1).
        part(2).
        0.5::part(3).
        0.9::ok(X) :- between(1, 3, X).
        works :- forall(part(X), ok(X)).
        "#;
    close(probability(program, "works"), 0.9 * 0.9 * (0.5 + 0.5 * 0.9), "the machine works");
}

#[test]
fn a_variable_below_a_negation_means_there_is_none() {
    expect(
        r#"
        0.3::bird(1).
        0.6::bird(2).
        silence :- \+ bird(_).
        query(silence).
        "#,
        &[("silence", 0.28)],
    );
}
