//! Dice: annotated disjunctions, that is choices with more than two outcomes.

use super::{answers, close, expect, probability};

const DIE: &str =
    "1/6::die(D, 1); 1/6::die(D, 2); 1/6::die(D, 3); 1/6::die(D, 4); 1/6::die(D, 5); 1/6::die(D, 6) :- thrown(D).";

#[test]
fn the_heads_of_a_disjunction_exclude_each_other() {
    expect(
        r#"
        0.5::red; 0.3::green.
        both :- red, green.
        none :- \+ red, \+ green.
        query(red).
        query(both).
        query(none).
        "#,
        // What is missing to 1 is the probability of none of them.
        &[("red", 0.5), ("both", 0.0), ("none", 0.2)],
    );
}

#[test]
fn two_dice_make_a_triangle() {
    let program =
        format!("{DIE} thrown(red). thrown(blue). sum(S) :- die(red, A), die(blue, B), S is A + B. query(sum(_)).");
    let answers = answers(&program);
    assert_eq!(answers.len(), 11);
    for s in 2..=12i32 {
        let ways = 6 - (s - 7).abs();
        let (_, p) = answers.iter().find(|(q, _)| *q == format!("sum({s})")).unwrap();
        close(*p, f64::from(ways) / 36.0, &format!("sum {s}"));
    }
}

#[test]
fn a_disjunction_with_a_body_is_drawn_where_its_body_holds() {
    // A one is thrown again: the second throw exists only then.
    let program =
        format!("{DIE} thrown(1). thrown(2) :- die(1, 1). last(X) :- die(1, X), X > 1. last(X) :- die(2, X).");
    close(probability(&program, "last(1)"), 1.0 / 36.0, "twice a one");
    close(probability(&program, "last(6)"), 1.0 / 6.0 + 1.0 / 36.0, "a six in the end");
}

#[test]
fn the_highest_of_four_dice_by_negation() {
    let program = format!(
        "{DIE} thrown(D) :- between(1, 4, D). above(F) :- die(_, G), G > F. highest(F) :- die(_, F), \\+ above(F)."
    );
    for f in 1..=6i32 {
        let at_most = |f: i32| (f64::from(f) / 6.0).powi(4);
        close(probability(&program, &format!("highest({f})")), at_most(f) - at_most(f - 1), &format!("highest is {f}"));
    }
}

#[test]
fn probabilities_may_be_looked_up_and_computed() {
    expect(
        r#"
        player(ann, 3).
        player(bob, 1).
        P::serves(X) :- player(X, Strength), P is Strength / 4.
        query(serves(_)).
        "#,
        &[("serves(ann)", 0.75), ("serves(bob)", 0.25)],
    );
}
