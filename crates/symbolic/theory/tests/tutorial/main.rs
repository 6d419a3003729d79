//! A tour of the language in little worlds. Each file is one world, each test one idea, in the order a newcomer needs them:
//! [`coins`], [`dice`], [`monty_hall`], [`bayes`], [`family`], [`graphs`], [`smokers`], [`weather`], [`lists`], [`cards`],
//! [`games`], [`rules`].
//!
//! Every expected number is derived in a comment beside it or computed by the test itself.

mod bayes;
mod cards;
mod coins;
mod dice;
mod family;
mod games;
mod graphs;
mod lists;
mod monty_hall;
mod rules;
mod smokers;
mod weather;

/// The answers of a program, in the order in which they come.
fn answers(program: &str) -> Vec<(String, f64)> {
    symbolon_theory::infer(program).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// The probability of one query that is added to a program.
fn probability(program: &str, query: &str) -> f64 {
    let answers = answers(&format!("{program}\nquery({query})."));
    match answers.as_slice() {
        [(_, p)] => *p,
        [] => 0.0,
        _ => panic!("{query} has several answers: {answers:?}"),
    }
}

/// Checks that the program's answers are exactly these, up to order.
fn expect(program: &str, expected: &[(&str, f64)]) {
    let mut found = answers(program);
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let mut sorted = expected.to_vec();
    sorted.sort_by(|a, b| a.0.cmp(b.0));
    let names = |list: &[(&str, f64)]| list.iter().map(|a| a.0.to_string()).collect::<Vec<_>>();
    assert_eq!(found.iter().map(|a| a.0.clone()).collect::<Vec<_>>(), names(&sorted), "in\n{program}");
    for ((query, p), (_, q)) in found.iter().zip(&sorted) {
        close(*p, *q, query);
    }
}

/// Checks a number to nine digits.
fn close(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() < 1e-9, "{what} should be {expected} but is {found}");
}
