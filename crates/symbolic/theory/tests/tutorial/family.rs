//! A family: rules with variables, recursion, and heredity.

use super::{close, expect, probability};

#[test]
fn rules_without_probabilities_are_ordinary_logic() {
    expect(
        r#"
        parent(ann, bob).
        parent(bob, cid).
        parent(bob, dora).
        ancestor(X, Y) :- parent(X, Y).
        ancestor(X, Y) :- parent(X, Z), ancestor(Z, Y).
        sibling(X, Y) :- parent(P, X), parent(P, Y), X \= Y.
        query(ancestor(ann, _)).
        query(sibling(cid, _)).
        "#,
        &[
            ("ancestor(ann,bob)", 1.0),
            ("ancestor(ann,cid)", 1.0),
            ("ancestor(ann,dora)", 1.0),
            ("sibling(cid,dora)", 1.0),
        ],
    );
}

#[test]
fn doubtful_facts_make_doubtful_conclusions() {
    // Through bob 0.9 * 0.8, through eve 0.5 * 0.4, independently.
    expect(
        r#"
        0.9::parent(ann, bob).
        0.8::parent(bob, cid).
        0.5::parent(ann, eve).
        0.4::parent(eve, cid).
        ancestor(X, Y) :- parent(X, Y).
        ancestor(X, Y) :- parent(X, Z), ancestor(Z, Y).
        query(ancestor(ann, cid)).
        "#,
        &[("ancestor(ann,cid)", 1.0 - (1.0 - 0.72) * (1.0 - 0.2))],
    );
}

const GENES: &str = r#"
    % Everyone has one gene from each parent; the first generation draws from the population.
    0.1::gene(P, S, blue); 0.9::gene(P, S, brown) :- founder(P), side(S).
    side(mother).
    side(father).
    founder(gran).
    founder(grandpa).
    founder(dad).
    parent(mum, mother, gran).
    parent(mum, father, grandpa).
    parent(child, mother, mum).
    parent(child, father, dad).
    0.5::passes(X, S, mother); 0.5::passes(X, S, father) :- parent(X, S, _).
    gene(X, S, G) :- parent(X, S, P), passes(X, S, T), gene(P, T, G).
    eyes(X, brown) :- gene(X, _, brown).
    eyes(X, blue) :- gene(X, mother, blue), gene(X, father, blue).
    "#;

#[test]
fn heredity_keeps_the_frequencies_of_the_population() {
    // Blue eyes need two blue genes, each with probability 0.1 in every generation (Hardy and Weinberg).
    close(probability(GENES, "eyes(gran, blue)"), 0.01, "gran has blue eyes");
    close(probability(GENES, "eyes(child, blue)"), 0.01, "the child has blue eyes");
}

#[test]
fn relatives_are_evidence() {
    // Mother and father with blue eyes have two blue genes each: the child must have blue eyes.
    let both = format!("{GENES} evidence(eyes(mum, blue)). evidence(eyes(dad, blue)).");
    close(probability(&both, "eyes(child, blue)"), 1.0, "the child of two blue-eyed parents");
    // A blue-eyed mother passes a blue gene; the father's is blue with 0.1.
    let one = format!("{GENES} evidence(eyes(mum, blue)).");
    close(probability(&one, "eyes(child, blue)"), 0.1, "the child of a blue-eyed mother");
}
