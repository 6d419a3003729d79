//! What each kind of clause becomes.

use symbolon_theory::diag::Code;
use symbolon_theory::program::{ParamId, Weight, Weights};

use crate::{errors, facts, load, pred, refuse, rules, show};

#[test]
fn facts_without_variables_are_rows() {
    let t = load("edge(1,2). edge(a,[x|y]). edge(\"s\",1.5). p. q :- true.");
    assert_eq!(facts(&t, "edge", 2), ["1,2", "a,[x|y]", "\"s\",1.5"]);
    assert_eq!((facts(&t, "p", 0), facts(&t, "q", 0)), (vec![String::new()], vec![String::new()]));
    assert!(t.program.clauses.is_empty());
}

#[test]
fn facts_with_variables_and_rules_are_clauses() {
    let t = load("p(X,X). q(X) :- p(X,Y), r(Y). r(1).");
    assert_eq!(rules(&t, "p", 2), ["(A,A)"]);
    assert_eq!(rules(&t, "q", 1), ["(A) :- p(A,B), r(B)"]);
    let names = &t.program.clauses[1].var_names;
    assert_eq!(names.iter().map(|n| &**n).collect::<Vec<_>>(), ["X", "Y"]);
}

#[test]
fn both_arrows_are_read() {
    let t = load("q(X) <- r(X). r(1).");
    assert_eq!(rules(&t, "q", 1), ["(A) :- r(A)"]);
}

#[test]
fn probabilistic_facts_are_rows_with_a_choice() {
    let t = load("0.3::f(a). 1/4::f(b). f(c). t(_)::f(d). t(0.2)::f(e).");
    assert_eq!(
        facts(&t, "f", 1),
        [
            "a: Const(0.3)",
            "b: Const(0.25)",
            "c",
            "d: Learn { param: ParamId(0), key: [] }",
            "e: Learn { param: ParamId(1), key: [] }"
        ]
    );
    let init: Vec<_> = t.program.params.iter().map(|p| p.init).collect();
    assert_eq!(init, [None, Some(0.2)]);
}

#[test]
fn a_probabilistic_clause_is_a_disjunction_of_one_head() {
    let t = load("0.3::f(X) :- g(X,Y), \\+ h(X,_). g(1,2). h(1,1).");
    // The variable that is local to the negation is not part of the choice.
    assert_eq!(rules(&t, "f", 1), ["(A) :- $body(A,B){(A,B) :- g(A,B), not[0] h(A,C)}"]);
    assert_eq!(t.program.disjunctions[0].vars, 2);
    let t = load("0.3::f(X,_).");
    assert_eq!((rules(&t, "f", 2), t.program.disjunctions[0].vars), (vec!["(A,B)".into()], 2));
}

#[test]
fn heads_of_a_disjunction_share_one_choice() {
    let t = load("1/6::die(X,1); 1/6::die(X,2); t(0.1)::die(X,3) :- throw_(X). throw_(a).");
    let d = &t.program.disjunctions[0];
    let third = 1.0 / 6.0;
    let expected = [Weight::Const(third), Weight::Const(third), Weight::Learn { param: ParamId(0), key: vec![] }];
    assert!(matches!(&d.weights, Weights::Each(w) if **w == expected));
    let values: Vec<_> = t.program.clauses.iter().map(|c| c.choice.map(|(d, v)| (d.0, v))).collect();
    assert_eq!(values, [Some((0, 0)), Some((0, 1)), Some((0, 2))]);
    let heads: Vec<_> = d.heads.iter().map(|(_, args)| show(&t.terms.lock(), args)).collect();
    assert_eq!(heads, ["A,1", "A,2", "A,3"]);
}

#[test]
fn a_ground_disjunction_is_a_choice_too() {
    let t = load("0.4::a; 0.6::b.");
    assert_eq!(t.program.disjunctions.len(), 1);
    assert_eq!((rules(&t, "a", 0), rules(&t, "b", 0)), (vec!["()".to_owned()], vec!["()".to_owned()]));
}

#[test]
fn computed_probabilities_are_expressions_over_the_clause() {
    let t = load("P::f(X,P) :- w(X,P). Q/10::g(Q). w(a,0.5).");
    let weights: Vec<_> = t
        .program
        .disjunctions
        .iter()
        .map(|d| match &d.weights {
            Weights::Each(w) => match &w[0] {
                Weight::Expr(e) => t.terms.show(*e),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(weights.len(), 2);
    assert!(weights.contains(&"B".to_owned()) && weights.contains(&"A/10".to_owned()), "{weights:?}");
}

#[test]
fn keyed_parameters_have_one_instance_for_each_key() {
    let t = load("t(_, X)::f(X) :- g(X). t(0.5, k)::h. g(1).");
    let weights: Vec<_> = t.program.disjunctions.iter().map(|d| &d.weights).collect();
    assert!(
        matches!(weights[..], [Weights::Each(w)] if matches!(&w[..], [Weight::Learn { key, .. }] if key.len() == 1))
    );
    assert_eq!(t.program.params.len(), 2);
    assert_eq!(facts(&t, "h", 0).len(), 1);
}

#[test]
fn a_neural_predicate_has_one_clause_for_each_value() {
    let t = load("nn(net, [X], Y, [0..2, many]) :: digit(X,Y) :- image(X). image(1). nn(gate, [X]) :: open(X).");
    assert_eq!(
        rules(&t, "digit", 2),
        ["(A,0) :- image(A)", "(A,1) :- image(A)", "(A,2) :- image(A)", "(A,many) :- image(A)"]
    );
    assert_eq!(rules(&t, "open", 1), ["(A)"]);
    let neural: Vec<_> = t
        .program
        .disjunctions
        .iter()
        .map(|d| match &d.weights {
            Weights::Neural { net, inputs, domain } => {
                let terms = t.terms.lock();
                format!("{}({}) {}", terms.name(*net), show(&terms, inputs), show(&terms, domain))
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(neural.contains(&"net(A) 0,1,2,many".to_owned()), "{neural:?}");
    assert!(neural.contains(&"gate(A) true,false".to_owned()), "{neural:?}");
}

#[test]
fn a_neural_output_is_replaced_in_the_body() {
    let t = load("nn(net, [X], Y, [0,1]) :: f(X,Z) :- ( g(X,Y) ; h(Y) ), Z = Y. g(1,1). h(0).");
    let found = rules(&t, "f", 2);
    assert!(found[0].ends_with("=(B,0)") && found[1].ends_with("=(B,1)"), "{found:?}");
    assert!(found[1].contains("$or(A,1)"), "{found:?}");
}

#[test]
fn constraints_are_predicates_that_must_be_false() {
    let t = load("a. b(1). :- a, \\+ b(_).");
    let (pred, span) = t.program.constraints[0];
    assert_eq!(t.program.get(pred).arity, 0);
    assert_eq!(t.sources.text(span), ":- a, \\+ b(_)");
}

#[test]
fn negated_heads_deny_what_other_clauses_say() {
    let t = load("0.5::a(X) :- b(X). 0.5::\\+a(X) :- c(X). b(1). c(1).");
    assert_eq!(rules(&t, "a", 1), ["(A) :- $holds(A){(A) :- b(A)}, not[0] $denied(A){(A) :- c(A)}"]);
}

#[test]
fn aggregates_in_heads_call_the_library() {
    let t = load("total(G, sum<X>) :- item(G, X), good(X). item(a, 1). good(1).");
    assert_eq!(rules(&t, "total", 2).len(), 1);
    assert!(
        rules(&t, "total", 2)[0].starts_with("(A,B) :- aggregate(sum,C,[A],'$goal "),
        "{:?}",
        rules(&t, "total", 2)
    );
    // A comparison is not an aggregate.
    assert_eq!(rules(&load("p(X) :- q(a<X, b<X). q(_,_)."), "p", 1), ["(A) :- q(a<A,b<A)".replace('<', " < ")]);
}

#[test]
fn queries_and_evidence_are_ordinary_predicates() {
    let t = load("query(p(X)). query(q) :- r. r. evidence(\\+ p(1)). evidence(r, true). p(1). q.");
    // Also those without variables are clauses: they keep their order and their places.
    assert_eq!(rules(&t, "query", 1), ["(p(A))", "(q) :- r()"]);
    assert_eq!(
        (rules(&t, "evidence", 1), rules(&t, "evidence", 2)),
        (vec!["(\\+p(1))".into()], vec!["(r,true)".into()])
    );
}

#[test]
fn directives_are_accepted() {
    let t = load(
        ":- use_module(library(lists)). :- use_module(library(apply), [maplist/3]). :- dynamic foo/1, bar/2.
         :- discontiguous baz/3. :- table path/2. :- initialization(main). :- dynamic([qux/0]).",
    );
    for (name, arity) in [("foo", 1), ("bar", 2), ("baz", 3), ("qux", 0)] {
        assert!(t.program.get(pred(&t, name, arity)).defined, "{name}/{arity}");
    }
    assert!(t.program.constraints.is_empty() && t.warnings().list.is_empty());
}

#[test]
fn library_predicates_are_loaded_when_they_are_called_and_give_way_to_the_program() {
    let t = load("p(L) :- maplist(q, [1,2], L). q(X, Y) :- Y is X + 1.");
    assert_eq!(rules(&t, "maplist", 3).len(), 2);
    assert!(load("p.").program.preds.iter().all(|p| !p.defined || p.arity == 0));
    // A definition of the program's own wins, also over builtins that are not part of the language proper.
    let t = load("p(X) :- member(X, odd). member(1, odd).");
    assert_eq!(rules(&t, "p", 1), ["(A) :- member(A,odd)"]);
    assert_eq!(facts(&t, "member", 2), ["1,odd"]);
    // The library goes on using its own predicates.
    let t = load("foldl(mine, _, _, _). p(S) :- foldl_noinit(q, [1,2], S). q(X, Y, Z) :- Z is X + Y.");
    let library = &rules(&t, "foldl_noinit", 3)[1];
    assert_eq!(library, "(A,[B|C],D) :- library:foldl(A,C,B,D)");
}

#[test]
fn what_is_built_in_cannot_be_defined() {
    for text in
        ["X is Y.", "a = b.", "X < Y :- p(X, Y).", "true.", "findall(a,b,c).", "call(X) :- X.", "a, b.", "(a -> b)."]
    {
        assert!(refuse(text).list.iter().any(|d| d.code == Code::Syntax), "{text}");
    }
    assert_eq!(errors("(a ; b)."), [(Code::Syntax, "a".into())]);
}

#[test]
fn probabilities_are_checked_when_they_are_constant() {
    let table = [
        ("1.5::a.", Code::Probability, "1.5"),
        ("-0.1::a.", Code::Probability, "-0.1"),
        ("3/2::a :- b.", Code::Probability, "3/2"),
        ("t(2)::a.", Code::Probability, "2"),
        ("x::a.", Code::Probability, "x"),
        ("?::a.", Code::Probability, "?"),
        ("normal(0,1)::a.", Code::Probability, "normal(0,1)"),
        ("0.6::a; 0.6::b.", Code::DisjunctionSum, "0.6::a; 0.6::b"),
        ("P::a.", Code::UnsafeVariable, "P"),
        ("0.5::a; b.", Code::Syntax, "b"),
    ];
    for (text, code, place) in table {
        assert!(errors(text).contains(&(code, place.into())), "{text}: {:?}", errors(text));
    }
    // Thirds written in decimals may sum a little above 1.
    load("0.3333333334::a; 0.3333333333::b; 0.3333333333::c.");
}

#[test]
fn neural_predicates_are_checked() {
    for (text, code) in [
        ("nn(net, [X], Y) :: f(X,Y).", Code::Unsupported),
        ("nn(net, [X], Y, []) :: f(X,Y).", Code::Neural),
        ("nn(net, [X], Y, D) :: f(X,Y,D).", Code::Neural),
        ("nn(net, [X], 1, [1,2]) :: f(X).", Code::Neural),
        ("nn(1, [X], Y, [1,2]) :: f(X,Y).", Code::Neural),
        ("nn(net) :: f.", Code::Neural),
    ] {
        assert_eq!(errors(text).iter().filter(|e| e.0 == code).count(), 1, "{text}: {:?}", errors(text));
    }
}

#[test]
fn declarations_are_kept_for_whoever_binds_networks() {
    let t = load(
        ":- network(digit, lenet(10)). :- train(\"pairs.csv\", sum(image(A), image(B), S)). :- other(1). other(2).",
    );
    let shown: Vec<String> = t.program.declarations.iter().map(|d| t.terms.show(d.term)).collect();
    assert_eq!(shown, ["network(digit,lenet(10))", "train(\"pairs.csv\",sum(image(A),image(B),C))"]);
    let names: Vec<&str> = t.program.declarations[1].vars.iter().map(|n| &**n).collect();
    assert_eq!(names, ["A", "B", "S"]);
    // Whatever else stands after an arrow stays a constraint.
    assert_eq!(t.program.constraints.len(), 1);
}
