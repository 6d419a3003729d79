//! Games: negation in strata, and worlds that stop.

use super::{close, expect, probability};

#[test]
fn a_position_is_won_if_a_move_leads_to_a_lost_one() {
    // Negation may recur as long as no position depends on its own negation.
    expect(
        r#"
        0.5::move(1, 2).
        0.4::move(1, 3).
        move(2, 3).
        won(X) :- move(X, Y), \+ won(Y).
        query(won(1)).
        query(won(2)).
        query(won(3)).
        "#,
        // 3 is lost, 2 is won, and 1 is won exactly if it can move to 3.
        &[("won(1)", 0.4), ("won(2)", 1.0), ("won(3)", 0.0)],
    );
}

#[test]
fn the_gambler_who_stops() {
    let program = r#"
        0.4::wins(T) :- between(1, 6, T).
        has(0, 2).
        has(T, M) :- between(1, 6, T), S is T - 1, has(S, N), N > 0, N < 4, wins(T), M is N + 1.
        has(T, M) :- between(1, 6, T), S is T - 1, has(S, N), N > 0, N < 4, \+ wins(T), M is N - 1.
        rich :- has(_, 4).
        ruined :- has(_, 0).
        playing :- \+ rich, \+ ruined.
        "#;
    // Two steps at a time: +2 with 0.16, -2 with 0.36, back to the start with 0.48.
    let still = 0.48f64;
    let ends = 1.0 + still + still * still;
    close(probability(program, "rich"), 0.16 * ends, "rich within six rounds");
    close(probability(program, "ruined"), 0.36 * ends, "ruined within six rounds");
    close(probability(program, "playing"), still.powi(3), "still playing");
}

#[test]
fn a_constraint_excludes_worlds() {
    // Rooks on a board of two by two that do not attack each other: of sixteen equally likely worlds seven are left,
    // the empty board, four with one rook, and two with two.
    let program = r#"
        0.5::rook(C, R) :- between(1, 2, C), between(1, 2, R).
        :- rook(C, R), rook(D, R), C < D.
        :- rook(C, R), rook(C, S), R < S.
        two :- rook(1, _), rook(2, _).
        "#;
    close(probability(program, "two"), 2.0 / 7.0, "two rooks");
    close(probability(program, "rook(1, 1)"), 2.0 / 7.0, "a rook in the corner");
}
