//! Answer sets against their definition, on random programs and on puzzles whose solutions are counted elsewhere.

use proptest::prelude::*;
use symbolon_theory::asp;
use symbolon_theory::budget::Budget;

fn count(text: &str) -> usize {
    asp::ground(text, &Budget::default()).unwrap().answer_sets(10_000, &Budget::default()).unwrap().len()
}

fn best(text: &str) -> f64 {
    asp::ground(text, &Budget::default()).unwrap().best(&Budget::default()).unwrap().unwrap().cost
}

fn message(text: &str) -> String {
    asp::ground(text, &Budget::default()).unwrap_err().to_string()
}

#[test]
fn puzzles_have_as_many_solutions_as_they_should() {
    let queens = "#const n=6. 1 {q(R,C) : C=1..n} 1 :- R = 1..n.
        :- q(R,C), q(S,C), R<S. :- q(R,C), q(S,D), R<S, |R-S| = |C-D|.";
    assert_eq!(count(queens), 4);
    assert_eq!(count(&queens.replace("n=6", "n=7")), 40);
    let sudoku = "{cell(R,C,V) : V = 1..4} = 1 :- R = 1..4, C = 1..4.
        :- #count{C : cell(R,C,V)} != 1, R = 1..4, V = 1..4.
        :- #count{R : cell(R,C,V)} != 1, C = 1..4, V = 1..4.
        in(B,R,C) :- R = 1..4, C = 1..4, B = 2*((R-1)/2) + (C-1)/2.
        :- #count{R,C : cell(R,C,V), in(B,R,C)} != 1, B = 0..3, V = 1..4.";
    assert_eq!(count(sudoku), 288);
    // Ways through all of four places and back, each of which must be reached: two directions of three cycles.
    let tour = "node(1..4). {go(X,Y) : node(Y), Y != X} = 1 :- node(X). :- #count{X : go(X,Y)} != 1, node(Y).
        reached(1). reached(Y) :- reached(X), go(X,Y). :- node(X), not reached(X).";
    assert_eq!(count(tour), 6);
}

#[test]
fn comparisons_may_begin_with_a_constant() {
    assert_eq!(count("#const n=6. q(1..6). {a}. :- q(X), n/2 < X, a."), 1);
    assert_eq!(count("#const n=6. q(1..6). {a}. :- q(X), n*2 < X, a."), 2);
}

#[test]
fn what_rests_on_itself_does_not_hold() {
    assert_eq!(count("a :- b. b :- a."), 1);
    assert_eq!(count("a :- b. b :- a. :- not a."), 0);
    assert_eq!(count("a :- b. b :- a. b :- c. {c}. :- not a."), 1);
    assert_eq!(count("a :- not b. b :- not a."), 2);
    assert_eq!(count("a :- not a."), 0);
}

#[test]
fn the_cheapest_answer_set_is_found() {
    // Cover a path of five with fewest nodes; ties at 2.
    let cover = "node(1..5). edge(1..4). {in(X)} :- node(X). :- edge(X), not in(X), not in(X+1).";
    assert_eq!(best(&format!("{cover} #minimize{{1,X : in(X)}}.")), 2.0);
    assert_eq!(best(&format!("{cover} :~ in(X). [X,X]")), 6.0);
    assert_eq!(best(&format!("{cover} #maximize{{X,X : in(X); 3 : in(1), in(2)}}.")), -18.0);
    // Equal tuples are charged once.
    assert_eq!(best("a. b. :~ a. [2,x] :~ b. [2,x] :~ b. [2,y]"), 4.0);
}

#[test]
fn mistakes_are_named_with_their_place() {
    let unsafe_ = message("p(X) :- not q(X).\nq(1).");
    assert!(unsafe_.contains("`X` is bound by no positive goal") && unsafe_.contains(":1:1"), "{unsafe_}");
    assert!(message("a ; b.").contains("disjunction in heads is not supported"));
    assert!(message("a(f(1)).").contains("function terms"));
    assert!(message("-a.").contains("classical negation"));
    assert!(message("a :- b").contains("`.` is expected"));
    assert!(message("n(1). a(X/0) :- n(X).").contains("divides by zero"));
    assert!(message("n(1..3). a(X) :- n(X), #count{Y : a(Y)} < 2.").contains("through an aggregate"));
    assert!(message("n(1..9999999).").contains("longer than"));
    assert!(message(&format!("a({}", "(".repeat(100_000))).contains("levels of nesting"));
    let endless = asp::ground("n(0). n(X+1) :- n(X).", &Budget::with_time(std::time::Duration::from_millis(50)));
    assert!(endless.unwrap_err().to_string().contains("time budget"));
}

#[test]
fn cardinalities_are_read_off_rules() {
    let ground = asp::ground(
        "1 {c(N,K) : K = 1..3} 1 :- N = 1..2. :- c(1,K), c(2,K). :- #count{N : c(N,1)} > 1. :- c(1,1), not d. {d}.",
        &Budget::default(),
    );
    let ground = ground.unwrap();
    let found: Vec<(usize, i64, i64)> = ground.cardinalities().iter().map(|c| (c.atoms.len(), c.low, c.high)).collect();
    assert_eq!(found, [(3, 1, 1), (3, 1, 1), (2, 0, 1), (2, 0, 1), (2, 0, 1), (2, 0, 1)]);
}

/// A ground rule over six atoms: head (none: constraint; choice or not), positive and negative body.
type Plain = (Option<(usize, bool)>, Vec<usize>, Vec<usize>);

fn text(rules: &[Plain]) -> String {
    let mut out = String::new();
    for (head, pos, neg) in rules {
        let body: Vec<String> =
            pos.iter().map(|a| format!("a{a}")).chain(neg.iter().map(|a| format!("not a{a}"))).collect();
        let head = match head {
            None => String::new(),
            Some((h, false)) => format!("a{h}"),
            Some((h, true)) => format!("{{a{h}}}"),
        };
        match (head.is_empty(), body.is_empty()) {
            (true, true) => continue,
            (_, true) => out += &format!("{head}.\n"),
            _ => out += &format!("{head} :- {}.\n", body.join(", ")),
        }
    }
    out
}

/// Whether a set of atoms is the least model of the reduct, word by word as defined.
fn stable(rules: &[Plain], set: u32) -> bool {
    let has = |s: u32, a: &usize| s >> a & 1 == 1;
    let live = |r: &&Plain| !r.2.iter().any(|a| has(set, a));
    let mut least = 0u32;
    loop {
        let before = least;
        for (head, pos, _) in rules.iter().filter(live) {
            if let Some((h, choice)) = head
                && pos.iter().all(|a| has(least, a))
                && (!choice || has(set, h))
            {
                least |= 1 << h;
            }
        }
        if least == before {
            break;
        }
    }
    let broken = |r: &Plain| {
        r.0.is_none()
            && !(r.1.is_empty() && r.2.is_empty())
            && r.1.iter().all(|a| has(set, a))
            && !r.2.iter().any(|a| has(set, a))
    };
    least == set && !rules.iter().any(broken)
}

proptest! {
    #[test]
    fn answer_sets_are_the_stable_models(
        rules in proptest::collection::vec((
            proptest::option::weighted(0.85, (0usize..6, any::<bool>())),
            proptest::collection::vec(0usize..6, 0..3),
            proptest::collection::vec(0usize..6, 0..2),
        ), 1..12),
    ) {
        let ground = asp::ground(&text(&rules), &Budget::default()).unwrap();
        let mut found: Vec<u32> = ground.answer_sets(100, &Budget::default()).unwrap().iter()
            .map(|s| s.atoms().map(|a| 1 << ground.atoms()[a.0 as usize][1..].parse::<u32>().unwrap()).sum())
            .collect();
        found.sort_unstable();
        let all: Vec<u32> = (0..64).filter(|&s| stable(&rules, s)).collect();
        prop_assert_eq!(found, all);
    }
}
