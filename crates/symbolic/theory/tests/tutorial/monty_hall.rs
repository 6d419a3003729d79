//! Monty Hall: a prize behind one of three doors. The player has chosen door 1; the host, who knows, opens another one.

use super::expect;

#[test]
fn changing_the_door_wins_twice_as_often() {
    // The host has a choice only where the first door was right.
    expect(
        r#"
        1/3::prize(1); 1/3::prize(2); 1/3::prize(3).
        0.5::opens(2); 0.5::opens(3) :- prize(1).
        opens(3) :- prize(2).
        opens(2) :- prize(3).
        win_keep :- prize(1).
        win_change :- prize(D), D \= 1, \+ opens(D).
        query(win_keep).
        query(win_change).
        "#,
        &[("win_keep", 1.0 / 3.0), ("win_change", 2.0 / 3.0)],
    );
}

#[test]
fn seeing_the_host_open_a_door_is_evidence() {
    expect(
        r#"
        1/3::prize(1); 1/3::prize(2); 1/3::prize(3).
        0.5::opens(2); 0.5::opens(3) :- prize(1).
        opens(3) :- prize(2).
        opens(2) :- prize(3).
        evidence(opens(3)).
        query(prize(1)).
        query(prize(2)).
        query(prize(3)).
        "#,
        &[("prize(1)", 1.0 / 3.0), ("prize(2)", 2.0 / 3.0), ("prize(3)", 0.0)],
    );
}

#[test]
fn a_host_who_does_not_know_tells_less() {
    // If the host opens one of the other doors at random and there happens to be no prize, both doors are as good.
    expect(
        r#"
        1/3::prize(1); 1/3::prize(2); 1/3::prize(3).
        0.5::opens(2); 0.5::opens(3).
        evidence(opens(3)).
        evidence(\+ prize(3)).
        query(prize(1)).
        query(prize(2)).
        "#,
        &[("prize(1)", 0.5), ("prize(2)", 0.5)],
    );
}
