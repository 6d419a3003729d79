//! Lists and terms: programs in the ordinary sense, with uncertain data.

use super::{answers, close, expect, probability};

#[test]
fn recursion_over_lists() {
    expect(
        r#"
        concat([], L, L).
        concat([H | T], L, [H | R]) :- concat(T, L, R).
        query(concat([1, 2], [3], _)).
        query(concat(_, [3], [1, 2, 3])).
        "#,
        &[("concat([1,2],[3],[1,2,3])", 1.0)],
    );
}

#[test]
fn the_list_library_is_there() {
    expect(
        r#"
        :- use_module(library(lists)).
        sorted(L) :- sort([3, 1, 2, 1], L).
        back(L) :- reverse([1, 2, 3], L).
        total(S) :- sum_list([1, 2, 3], S).
        last_of(X) :- last([a, b, c], X).
        query(sorted(_)).
        query(back(_)).
        query(total(_)).
        query(last_of(_)).
        "#,
        &[("sorted([1,2,3])", 1.0), ("back([3,2,1])", 1.0), ("total(6)", 1.0), ("last_of(c)", 1.0)],
    );
}

#[test]
fn a_list_may_be_random() {
    // The list grows with 0.5 at each step and ends after three.
    expect(
        r#"
        0.5::more(N) :- between(1, 3, N).
        list(4, []).
        list(N, []) :- N =< 3, \+ more(N).
        list(N, [N | T]) :- N =< 3, more(N), M is N + 1, list(M, T).
        query(list(1, _)).
        "#,
        &[("list(1,[])", 0.5), ("list(1,[1])", 0.25), ("list(1,[1,2])", 0.125), ("list(1,[1,2,3])", 0.125)],
    );
}

#[test]
fn findall_collects_one_list_in_each_possible_world() {
    let program = r#"
        0.5::in(1). 0.4::in(2). 0.3::in(3).
        bag(L) :- findall(X, in(X), L).
        size(N) :- bag(L), length(L, N).
        query(bag(_)).
        "#;
    let bags = answers(program);
    assert_eq!(bags.len(), 8, "every subset is possible");
    close(bags.iter().map(|(_, p)| p).sum(), 1.0, "all lists together");
    // Exactly two of three: one is missing.
    let two = 0.5 * 0.4 * 0.7 + 0.5 * 0.6 * 0.3 + 0.5 * 0.4 * 0.3;
    let program = program.replace("query(bag(_)).", "");
    close(probability(&program, "size(2)"), two, "two of three");
}

#[test]
fn long_lists_are_no_problem() {
    let program = r#"
        0.25::offset(1); 0.75::offset(0).
        numbers(N, N, [N]).
        numbers(I, N, [I | T]) :- I < N, J is I + 1, numbers(J, N, T).
        total([], S) :- offset(S).
        total([X | T], S) :- total(T, R), S is R + X.
        sum(S) :- numbers(1, 2000, L), total(L, S).
        "#;
    close(probability(program, "sum(2001000)"), 0.75, "1 + 2 + ... + 2000");
    close(probability(program, "sum(2001001)"), 0.25, "one more");
}

#[test]
fn functions_over_lists_take_predicates() {
    expect(
        r#"
        :- use_module(library(apply)).
        0.9::works(lamp).
        0.8::works(bell).
        all_work :- maplist(works, [lamp, bell]).
        working(L) :- include(works, [lamp, bell], L).
        query(all_work).
        query(working(_)).
        "#,
        &[
            ("all_work", 0.72),
            ("working([lamp,bell])", 0.72),
            ("working([lamp])", 0.18),
            ("working([bell])", 0.08),
            ("working([])", 0.02),
        ],
    );
}
