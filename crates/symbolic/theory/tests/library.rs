//! The library predicates at work in programs: applying goals to lists, choosing from lists, aggregates, rules in order.
//!
//! The expected answers are those of ProbLog 2.3, except where a comment says otherwise.

use symbolon_theory::infer;

const WORLD: &str = "
    p(1). p(3).
    inc(X, Y) :- Y is X + 1.
    add(X, A, B) :- B is A + X.
    add2(X, Y, A, B) :- B is A + X + Y.
    order(X, <) :- X < 2.
    order(X, =) :- X =:= 2.
    order(X, >) :- X > 2.
    0.5::coin(1). 0.4::coin(2).
    salary(ann, sales, 10). salary(bob, sales, 20). 0.5::salary(carl, staff, 30).
    r(1, a, b). r(2, a, c). r(3, b, c).
    0.5::rule(1, a). 0.4::rule(2, b). rule(3, c).
";

/// The answers of a query with a probability above 0, in order of their text.
fn answers(goal: &str) -> Vec<(String, f64)> {
    let program = format!("{WORLD}\nquery({goal}).");
    let mut found = infer(&program).unwrap_or_else(|e| panic!("{goal}: {e:?}"));
    found.retain(|a| a.1 > 0.0);
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

fn check(goal: &str, expected: &[(&str, f64)]) {
    let found = answers(goal);
    let same = found.len() == expected.len()
        && found.iter().zip(expected).all(|(f, e)| f.0 == e.0 && (f.1 - e.1).abs() < 1e-12);
    assert!(same, "{goal}: {found:?} instead of {expected:?}");
}

#[test]
fn goals_applied_to_lists() {
    check("maplist(p, [1,3])", &[("maplist(p,[1,3])", 1.0)]);
    check("maplist(p, [1,2])", &[]);
    check("maplist(inc, [1,2,3], L)", &[("maplist(inc,[1,2,3],[2,3,4])", 1.0)]);
    check("maplist(plus(10), [1,2], L)", &[("maplist(plus(10),[1,2],[11,12])", 1.0)]);
    check("maplist(add, [1,2], [10,20], L)", &[("maplist(add,[1,2],[10,20],[11,22])", 1.0)]);
    check("convlist(inc, [1,2], L)", &[("convlist(inc,[1,2],[2,3])", 1.0)]);
    check("include(p, [1,2,3], L)", &[("include(p,[1,2,3],[1,3])", 1.0)]);
    check("exclude(p, [1,2,3], L)", &[("exclude(p,[1,2,3],[2])", 1.0)]);
    check("partition(p, [1,2,3], A, B)", &[("partition(p,[1,2,3],[1,3],[2])", 1.0)]);
    check("partition(order, [1,2,3,2], A, B, C)", &[("partition(order,[1,2,3,2],[1],[2,2],[3])", 1.0)]);
    check("foldl(add, [1,2,3], 0, S)", &[("foldl(add,[1,2,3],0,6)", 1.0)]);
    check("foldl(add2, [1,2], [10,20], 0, S)", &[("foldl(add2,[1,2],[10,20],0,33)", 1.0)]);
    check("foldl_noinit(add, [1,2,3], S)", &[("foldl_noinit(add,[1,2,3],6)", 1.0)]);
    check("scanl(add, [1,2,3], 0, S)", &[("scanl(add,[1,2,3],0,[1,3,6])", 1.0)]);
}

#[test]
fn uncertain_goals_give_one_list_for_each_world() {
    check(
        "include(coin, [1,2,3], L)",
        &[
            ("include(coin,[1,2,3],[1,2])", 0.2),
            ("include(coin,[1,2,3],[1])", 0.3),
            ("include(coin,[1,2,3],[2])", 0.2),
            ("include(coin,[1,2,3],[])", 0.3),
        ],
    );
    check("maplist(coin, [1,2])", &[("maplist(coin,[1,2])", 0.2)]);
}

#[test]
fn choosing_from_a_list() {
    let third = 1.0 / 3.0;
    check(
        "select_uniform(id, [a,b,c], X, R)",
        &[
            ("select_uniform(id,[a,b,c],a,[b,c])", third),
            ("select_uniform(id,[a,b,c],b,[a,c])", third),
            ("select_uniform(id,[a,b,c],c,[a,b])", third),
        ],
    );
    check(
        "select_weighted(id, [1,2,1], [a,b,c], X, R)",
        &[
            ("select_weighted(id,[1,2,1],[a,b,c],a,[b,c])", 0.25),
            ("select_weighted(id,[1,2,1],[a,b,c],b,[a,c])", 0.5),
            ("select_weighted(id,[1,2,1],[a,b,c],c,[a,b])", 0.25),
        ],
    );
    check(
        "select_weighted(id, [(0.2,a),(0.8,b)], X, R)",
        &[("select_weighted(id,[(0.2,a),(0.8,b)],a,[b])", 0.2), ("select_weighted(id,[(0.2,a),(0.8,b)],b,[a])", 0.8)],
    );
    check("sample_uniform1(k, [a,b], X)", &[("sample_uniform1(k,[a,b],a)", 0.5), ("sample_uniform1(k,[a,b],b)", 0.5)]);
    // ProbLog stops here with a division by zero.
    check("select_weighted(id, [1,0,0], [a,b,c], X, R)", &[("select_weighted(id,[1,0,0],[a,b,c],a,[b,c])", 1.0)]);
}

#[test]
fn the_same_name_makes_the_same_choice() {
    let deck = "
        draw(Id, X) :- select_uniform(Id, [a,b,c], X, _).
        same :- draw(one, X), draw(one, X).
        other :- draw(one, X), draw(two, X).
        both(X, Y) :- select_uniform(one, [a,b,c], X, R), select_uniform(two, R, Y, _).
        query(same). query(other). query(both(a, _)).
    ";
    let found = infer(deck).unwrap();
    let p = |name: &str| found.iter().find(|a| a.0 == name).map_or(0.0, |a| a.1);
    assert!((p("same") - 1.0).abs() < 1e-12, "{found:?}");
    assert!((p("other") - 1.0 / 3.0).abs() < 1e-12, "{found:?}");
    assert!((p("both(a,b)") - 1.0 / 6.0).abs() < 1e-12, "{found:?}");
    assert_eq!(p("both(a,a)"), 0.0);
}

#[test]
fn aggregates() {
    let program = |rule: &str| format!("{WORLD}\n{rule}\nquery(q(_, _)).");
    let answers = |rule: &str| {
        let mut found = infer(&program(rule)).unwrap_or_else(|e| panic!("{rule}: {e:?}"));
        found.retain(|a| a.1 > 0.0);
        found.sort_by(|a, b| a.0.cmp(&b.0));
        found
    };
    let expect = |rule: &str, expected: &[(&str, f64)]| {
        let found = answers(rule);
        let expected: Vec<(String, f64)> = expected.iter().map(|&(q, p)| (q.to_owned(), p)).collect();
        assert_eq!(found, expected, "{rule}");
    };
    expect("q(G, S) :- aggregate(sum, V, G, salary(_, G, V), (G, S)).", &[("q(sales,30)", 1.0), ("q(staff,30)", 0.5)]);
    expect(
        "q(G, S) :- aggregate(avg, V, G, salary(_, G, V), (G, S)).",
        &[("q(sales,15.0)", 1.0), ("q(staff,30.0)", 0.5)],
    );
    expect("q(G, S) :- aggregate(max, V, G, salary(_, G, V), (G, S)).", &[("q(sales,20)", 1.0), ("q(staff,30)", 0.5)]);
    expect("q(G, L) :- (salary(_, G, V) => G/list(V, L)).", &[("q(sales,[10,20])", 1.0), ("q(staff,[30])", 0.5)]);
    expect("q(x, L) :- (salary(_, _, V) => list(V, L)).", &[("q(x,[10,20,30])", 0.5), ("q(x,[10,20])", 0.5)]);
}

#[test]
fn rules_in_order() {
    check("cut(r(A, B))", &[("cut(r(a,b))", 1.0)]);
    check("cut(r(a, X))", &[("cut(r(a,b))", 1.0)]);
    check("cut(r(X, c))", &[("cut(r(a,c))", 1.0)]);
    check("cut(r(b, X))", &[("cut(r(b,c))", 1.0)]);
    check("cut(rule(X))", &[("cut(rule(a))", 0.5), ("cut(rule(b))", 0.2), ("cut(rule(c))", 0.3)]);
    check("cut(rule(X), I)", &[("cut(rule(a),1)", 0.5), ("cut(rule(b),2)", 0.2), ("cut(rule(c),3)", 0.3)]);
    check("cut(rule(X), [2,1], I)", &[("cut(rule(a),[2,1],1)", 0.3), ("cut(rule(b),[2,1],2)", 0.4)]);
    check(
        "on_fail(rule(1, X), X = none)",
        &[("on_fail(rule(1,a),a = none)", 0.5), ("on_fail(rule(1,none),none = none)", 0.5)],
    );
}

#[test]
fn definitions_of_the_program_come_first() {
    let own = "
        member(own, _). maplist(own, _).
        check :- include(kept, [1,2], [1]), append([a], [b], [a,b]).
        kept(1).
        query(member(X, [a])). query(maplist(X, [a])). query(check).
    ";
    let mut found: Vec<String> = infer(own).unwrap().into_iter().map(|a| a.0).collect();
    found.sort();
    assert_eq!(found, ["check", "maplist(own,[a])", "member(own,[a])"]);
}

#[test]
fn long_lists_pass_through_goals() {
    let program = "
        next(X, Y) :- Y is X + 1.
        add(X, A, B) :- B is A + X.
        total(S) :- numlist(1, 20000, L), maplist(next, L, M), foldl(add, M, 0, S).
        query(total(S)).
    ";
    assert_eq!(infer(program).unwrap(), [("total(200030000)".to_owned(), 1.0)]);
}
