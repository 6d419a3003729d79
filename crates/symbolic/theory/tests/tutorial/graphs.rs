//! Graphs whose edges may fail: recursion through cycles.

use super::{answers, close, expect, probability};

const PATH: &str = r#"
    path(X, Y) :- edge(X, Y).
    path(X, Y) :- edge(X, Z), path(Z, Y).
    "#;

#[test]
fn two_ways_may_share_an_edge() {
    // a-b and then b-d directly or over c: 0.8 * (1 - 0.4 * (1 - 0.5 * 0.7)).
    let graph = "0.8::edge(a, b). 0.6::edge(b, d). 0.5::edge(b, c). 0.7::edge(c, d).";
    close(probability(&format!("{PATH}{graph}"), "path(a, d)"), 0.8 * (1.0 - 0.4 * 0.65), "a to d");
}

#[test]
fn a_circle_proves_nothing_by_itself() {
    // b and c support each other, but only an edge from a gives them a ground.
    let graph = "0.3::edge(a, b). edge(b, c). edge(c, b).";
    expect(&format!("{PATH}{graph} query(path(a, _))."), &[("path(a,b)", 0.3), ("path(a,c)", 0.3)]);
}

#[test]
fn left_recursion_and_double_recursion_are_the_same_relation() {
    let edges = "0.6::edge(1, 2). 0.7::edge(2, 3). 0.8::edge(3, 1). 0.5::edge(3, 4). query(path(_, _)).";
    let right = answers(&format!("{PATH}{edges}"));
    let left = "path(X, Y) :- edge(X, Y). path(X, Y) :- path(X, Z), edge(Z, Y).";
    let double = "path(X, Y) :- edge(X, Y). path(X, Y) :- path(X, Z), path(Z, Y).";
    for other in [left, double] {
        let others = answers(&format!("{other} {edges}"));
        assert_eq!(others.len(), right.len());
        for (query, p) in &right {
            let (_, q) = others.iter().find(|(o, _)| o == query).unwrap();
            close(*q, *p, query);
        }
    }
}

#[test]
fn undirected_edges_and_the_bridge_network() {
    // The classic bridge: condition on the bridge a-b. If it works, (1 - 0.1 * 0.2) (1 - 0.15 * 0.25); if it fails, the two
    // ways are independent: 1 - (1 - 0.9 * 0.85) (1 - 0.8 * 0.75).
    let bridge = r#"
        0.9::line(s, a). 0.8::line(s, b). 0.7::line(a, b). 0.85::line(a, t). 0.75::line(b, t).
        edge(X, Y) :- line(X, Y).
        edge(X, Y) :- line(Y, X).
        "#;
    let works = (1.0 - 0.1 * 0.2) * (1.0 - 0.15 * 0.25);
    let fails = 1.0 - (1.0 - 0.9 * 0.85) * (1.0 - 0.8 * 0.75);
    close(probability(&format!("{PATH}{bridge}"), "path(s, t)"), 0.7 * works + 0.3 * fails, "s to t");
}

#[test]
fn negation_asks_for_the_cut() {
    let graph = "0.8::edge(a, b). 0.5::edge(b, c). cut(X, Y) :- \\+ path(X, Y).";
    close(probability(&format!("{PATH}{graph}"), "cut(a, c)"), 1.0 - 0.8 * 0.5, "no way from a to c");
}

#[test]
fn a_way_that_was_seen_says_something_about_its_edges() {
    // Given a way from a to c: directly 0.3, over b 0.8 * 0.5.
    let graph = "0.3::edge(a, c). 0.8::edge(a, b). 0.5::edge(b, c). evidence(path(a, c)).";
    let way = 1.0 - 0.7 * (1.0 - 0.4);
    close(probability(&format!("{PATH}{graph}"), "edge(a, c)"), 0.3 / way, "the direct edge");
}
