//! Smokers: people influence their friends, and friendship runs in circles.

use super::{close, probability};

const SMOKERS: &str = r#"
    0.3::stress(X) :- person(X).
    0.2::influences(X, Y) :- person(X), person(Y).
    smokes(X) :- stress(X).
    smokes(X) :- friend(X, Y), influences(Y, X), smokes(Y).
    0.4::asthma(X) :- smokes(X).
    friend(X, Y) :- knows(X, Y).
    friend(X, Y) :- knows(Y, X).
    "#;

#[test]
fn two_friends_influence_each_other() {
    let pair = format!("{SMOKERS} person(ann). person(bob). knows(ann, bob).");
    // Ann smokes by herself, or because Bob does by himself and influences her.
    let smokes = 1.0 - 0.7 * (1.0 - 0.3 * 0.2);
    close(probability(&pair, "smokes(ann)"), smokes, "ann smokes");
    close(probability(&pair, "asthma(ann)"), 0.4 * smokes, "ann has asthma");
}

#[test]
fn seeing_a_smoker_makes_the_friend_suspect() {
    let pair = format!("{SMOKERS} person(ann). person(bob). knows(ann, bob). evidence(smokes(ann)).");
    // Both smoke: both stressed, or one stressed and influencing the other.
    let both = 0.3 * 0.3 + 2.0 * 0.3 * 0.7 * 0.2;
    close(probability(&pair, "smokes(bob)"), both / (1.0 - 0.7 * (1.0 - 0.3 * 0.2)), "bob, given ann");
}

#[test]
fn a_ring_of_three_is_worked_out_by_hand() {
    let ring = format!("{SMOKERS} person(1). person(2). person(3). knows(1, 2). knows(2, 3). knows(3, 1).");
    // 1 does not smoke: no stress, and nothing reaches it from 2 and 3. With p = 0.2 and q = 1 - p: if only 2 is stressed,
    // 2->1 must fail and not (2->3 and 3->1); if both are stressed, 2->1 and 3->1 must fail.
    let (p, q) = (0.2, 0.8);
    let one = q * (1.0 - p * p);
    let not = 0.7 * (0.7 * 0.7 + 2.0 * 0.3 * 0.7 * one + 0.3 * 0.3 * q * q);
    close(probability(&ring, "smokes(1)"), 1.0 - not, "1 smokes");
}

#[test]
fn strangers_do_not_matter() {
    let pair = format!("{SMOKERS} person(ann). person(bob). person(zoe). knows(ann, bob). evidence(smokes(zoe)).");
    close(probability(&pair, "smokes(ann)"), 1.0 - 0.7 * (1.0 - 0.3 * 0.2), "ann, whatever zoe does");
}
