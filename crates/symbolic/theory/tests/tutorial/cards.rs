//! Cards: drawing without replacement.

use super::{close, expect, probability};

const DECK: &str = r#"
    :- use_module(library(lists)).
    deck([c(h, 1), c(h, 2), c(h, 3), c(s, 1), c(s, 2), c(s, 3)]).
    % A draw has a name: the same name is the same draw, another name another one.
    first(C, Rest) :- deck(D), select_uniform(first, D, C, Rest).
    hand(C, E) :- first(C, Rest), select_uniform(second(C), Rest, E, _).
    "#;

#[test]
fn one_card() {
    close(probability(DECK, "first(c(h, 1), _)"), 1.0 / 6.0, "the ace of hearts");
}

#[test]
fn a_pair_and_a_flush() {
    let program = format!("{DECK} pair :- hand(c(_, R), c(_, R)). flush :- hand(c(S, _), c(S, _)).");
    close(probability(&program, "pair"), 1.0 / 5.0, "one of five makes the pair");
    close(probability(&program, "flush"), 2.0 / 5.0, "two of five have the suit");
}

#[test]
fn seeing_one_card_changes_the_odds_of_the_other() {
    let program = format!("{DECK} red :- hand(c(h, _), _). second_red :- hand(_, c(h, _)).");
    close(probability(&program, "second_red"), 0.5, "before");
    close(probability(&format!("{program} evidence(red)."), "second_red"), 2.0 / 5.0, "after a red card");
}

#[test]
fn an_urn_with_weights() {
    expect(
        r#"
        :- use_module(library(lists)).
        ball(X) :- select_weighted(draw, [1, 2, 5], [red, green, blue], X, _).
        query(ball(_)).
        "#,
        &[("ball(red)", 0.125), ("ball(green)", 0.25), ("ball(blue)", 0.625)],
    );
}
