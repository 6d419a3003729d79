//! What control constructs become, and which variables auxiliary predicates share with their clauses.

use symbolon_theory::diag::{Code, Span};
use symbolon_theory::lower;
use symbolon_theory::term::Term;

use crate::{errors, load, rules};

/// The only rule of `p/1` in a program where `a` to `h` are known.
fn lowered(body: &str) -> String {
    let known: String = ('a'..='h').map(|c| format!(":- dynamic {c}/0, {c}/1, {c}/2. ")).collect();
    let t = load(&format!("{known} p(X) :- {body}."));
    rules(&t, "p", 1)[0].clone()
}

#[test]
fn each_construct_becomes_flat_goals() {
    for (body, expected) in [
        ("a(X), (b(X), c)", "(A) :- a(A), b(A), c()"),
        ("true, a(X)", "(A) :- a(A)"),
        ("(a(X) ; b(X))", "(A) :- $or(A){(A) :- a(A) | (A) :- b(A)}"),
        ("(a(X) ; b(X) ; c)", "(A) :- $or(A){(A) :- a(A) | (A) :- b(A) | (A) :- c()}"),
        // A world where the condition has two solutions has both.
        ("(a(X,Y) -> b(X,Y) ; c(X))", "(A) :- $or(A){(A) :- a(A,B), b(A,B) | (A) :- not[0] a(A,B), c(A)}"),
        ("(a(X) -> b(X))", "(A) :- a(A), b(A)"),
        ("(a(X) *-> b(X) ; c(X))", "(A) :- $or(A){(A) :- a(A), b(A) | (A) :- not[0] a(A), c(A)}"),
        ("\\+ a(X)", "(A) :- not[0] a(A)"),
        ("not a(X)", "(A) :- not[0] a(A)"),
        ("\\+ a(X,_)", "(A) :- not[0] a(A,B)"),
        ("a(Y), \\+ b(X,Y)", "(A) :- a(B), not[0, 1] b(A,B)"),
        ("\\+ (a(X,Y), b(Y))", "(A) :- not[0] $not(A){(A) :- a(A,B), b(B)}"),
        ("\\+ (a(X) ; b)", "(A) :- not[0] $not(A){(A) :- a(A) | (A) :- b()}"),
        ("\\+ \\+ a(X)", "(A) :- not[0] $not(A){(A) :- not[0] a(A)}"),
        ("\\+ X = 1", "(A) :- \\=(A,1)"),
        ("\\+ X < 1", "(A) :- >=(A,1)"),
        ("\\+ atom(X)", "(A) :- not[0] $not(A){(A) :- atom(A)}"),
        ("\\+ fail, a(X)", "(A) :- a(A)"),
        ("\\+ call(a, X)", "(A) :- not[0] a(A)"),
        ("\\+ call(X)", "(A) :- not call(A)"),
        ("\\+ X", "(A) :- not call(A)"),
        ("forall(a(X,Y), b(Y))", "(A) :- not[0] $not(A){(A) :- a(A,B), not[1] b(B)}"),
        ("call(a(X))", "(A) :- a(A)"),
        ("call(a, X)", "(A) :- a(A)"),
        ("call(a(X), X)", "(A) :- a(A,A)"),
        ("call(',', a(X), b)", "(A) :- a(A), b()"),
        ("call((a(X), b))", "(A) :- a(A), b()"),
        ("once(a(X))", "(A) :- a(A)"),
        ("ignore(a(X))", "(A) :- $or(A){(A) :- a(A) | (A) :- not[0] a(A)}"),
        ("X", "(A) :- call(A)"),
        ("call(X)", "(A) :- call(A)"),
        ("call(X, 1)", "(A) :- call(A,1)"),
        ("fail ; a(X)", "(A) :- $or(A){(A) :- $fail(){} | (A) :- a(A)}"),
        ("a(X) | b(X)", "(A) :- $or(A){(A) :- a(A) | (A) :- b(A)}"),
    ] {
        assert_eq!(lowered(body), expected, "{body}");
    }
}

#[test]
fn collections() {
    for (body, expected) in [
        ("findall(Y, a(X,Y), L), b(L)", "(A) :- Findall(B,a(A,B),C), b(C)"),
        // All variables of the goal count, so that equal values of Y from different Z are all collected.
        (
            "findall(Y, (a(X,Y), b(Y,Z), c(Z)), L), d(L)",
            "(A) :- Findall(B,$goal(A,B,C){(A,B,C) :- a(A,B), b(B,C), c(C)},D), d(D)",
        ),
        ("findall(Y, Z^a(Y,Z), X)", "(A) :- Findall(B,a(B,C),A)"),
        ("findall(Y, (a(Y), \\+ b(Y,_)), X)", "(A) :- Findall(B,$goal(B){(A) :- a(A), not[0] b(A,B)},A)"),
        ("findall(Y, member(Y,[1,2]), X)", "(A) :- Findall(B,$goal(B){(A) :- member(A,[1,2])},A)"),
        ("findall(Y, call(a,Y), X)", "(A) :- Findall(B,a(B),A)"),
        ("findall(Y, X, [Y])", "(A) :- Findall(B,$goal(A){(A) :- call(A)},[B])"),
        ("findall(Y, (a(Y) ; b(Z), c(Z)), X)", "(A) :- Findall(B,$goal(B){(A) :- a(A) | (A) :- b(B), c(B)},A)"),
        ("all(Y, a(Y), X)", "(A) :- All(B,a(B),A)"),
        ("all_or_none(Y, a(Y), X)", "(A) :- AllOrNone(B,a(B),A)"),
        ("aggregate_all(count, a(_), X)", "(A) :- Count(true,a(B),A)"),
        ("aggregate_all(sum(Y), a(Y), X)", "(A) :- Sum(B,a(B),A)"),
        ("aggregate_all(max(Y), a(Y), X)", "(A) :- Max(B,a(B),A)"),
        ("aggregate_all(min(Y*2), a(Y), X)", "(A) :- Min(B*2,a(B),A)"),
        ("aggregate_all(bag(Y), a(Y), X)", "(A) :- Findall(B,a(B),A)"),
        ("aggregate_all(set(Y), a(Y), X)", "(A) :- Findall(B,a(B),C), sort(C,A)"),
    ] {
        // In the text of a rule variables are numbered as they occur in it; template and result come before the goal.
        assert_eq!(renumbered(&lowered(body)), renumbered(expected), "{body}");
    }
}

/// Names of variables by order of occurrence, separately in each clause of the text.
fn renumbered(text: &str) -> String {
    let (mut out, mut scopes): (String, Vec<Vec<char>>) = (String::new(), vec![Vec::new()]);
    let chars: Vec<char> = text.chars().collect();
    for (i, &c) in chars.iter().enumerate() {
        let word = |j: Option<&char>| j.is_some_and(|c| c.is_alphanumeric());
        let alone = !word(i.checked_sub(1).and_then(|i| chars.get(i))) && !word(chars.get(i + 1));
        match c {
            '{' => scopes.push(Vec::new()),
            '}' => drop(scopes.pop()),
            '|' => scopes.last_mut().unwrap().clear(),
            _ => {}
        }
        if c.is_ascii_uppercase() && alone {
            let scope = scopes.last_mut().unwrap();
            let at = scope.iter().position(|&d| d == c).unwrap_or_else(|| {
                scope.push(c);
                scope.len() - 1
            });
            out.push((b'A' + at as u8) as char);
        } else {
            out.push(c);
        }
    }
    out
}

#[test]
fn sides_of_a_disjunction_do_not_see_each_others_variables() {
    // Y is local to the negation in the first side, although the second side has a Y as well.
    assert_eq!(
        lowered("( a(X), \\+ b(X,Y) ; c(Y), d(Y) )"),
        "(A) :- $or(A){(A) :- a(A), not[0] b(A,B) | (A) :- c(B), d(B)}"
    );
    // Outside, it is shared.
    assert_eq!(
        lowered("( a(X), \\+ b(X,Y) ; c(Y) ), d(Y)"),
        "(A) :- $or(A,B){(A,B) :- a(A), not[0, 1] b(A,B) | (A,B) :- c(B)}, d(B)"
    );
}

#[test]
fn what_is_not_supported_is_an_error_at_its_place() {
    for (body, place) in [
        ("a, !, b", "!"),
        ("assertz(f(X))", "assertz(f(X))"),
        ("a, \\+ retract(b)", "retract(b)"),
        ("bagof(Y, b(Y), X)", "bagof(Y, b(Y), X)"),
        ("findall(Y, read(Y), X)", "read(Y)"),
        ("subquery(a, X)", "subquery(a, X)"),
        ("aggregate_all(max(Y,Z), b(Y,Z), X)", "max(Y,Z)"),
        ("nb_setval(k, X)", "nb_setval(k, X)"),
    ] {
        let found = errors(&format!("p(X) :- {body}. a. b."));
        assert!(found.contains(&(Code::Unsupported, place.into())), "{body}: {found:?}");
    }
    for (body, place) in [("a, 1", "1"), ("\"s\"", "\"s\""), ("\\+ [a]", "[a]"), ("call(1, 2)", "1")] {
        assert!(errors(&format!("p :- {body}. a.")).contains(&(Code::Syntax, place.into())), "{body}");
    }
    // A definition of the program's own is no problem.
    load("read(1). p(X) :- read(X). open(a,b,c). q :- open(a,b,c).");
}

#[test]
fn goals_at_run_time() {
    let mut t = load("a(1). b(2,3). c(X) :- a(X).");
    let mut goal = |text: &str| -> Result<(String, String), Code> {
        let (term, _) = t.parse_term(text).unwrap();
        let mut terms = t.terms.lock();
        let (pred, args) = lower::goal(&mut t.program, &mut terms, term, Span::default()).map_err(|e| e.code)?;
        let name = terms.name(t.program.get(pred).name).to_owned();
        Ok((name.clone(), args.iter().map(|&a| terms.display(a).to_string()).collect::<Vec<_>>().join(",")))
    };
    assert_eq!(goal("b(X,3)"), Ok(("b".into(), "A,3".into())));
    assert_eq!(goal("call(b, X, Y)"), Ok(("b".into(), "A,B".into())));
    let (first, args) = goal("a(X), \\+ b(X,_)").unwrap();
    assert!(first.starts_with("$goal ") && args == "A");
    // The same goal again, with other variables: no second predicate.
    assert_eq!(goal("a(Z), \\+ b(Z,_)").unwrap(), (first.clone(), "A".into()));
    assert!(goal("a(Z), \\+ b(_,Z)").unwrap().0 != first);
    assert_eq!(goal("X = 1").unwrap().1, "A");
    assert_eq!(goal("(a(X) ; a(Y))").unwrap().1, "A,B");
    assert_eq!(goal("assertz(a)"), Err(Code::Unsupported));
    assert_eq!(goal("1"), Err(Code::Syntax));
    // Library predicates come in on demand.
    assert_eq!(goal("maplist(a, L)").unwrap(), ("maplist".into(), "a,A".into()));
    assert_eq!(rules(&t, "maplist", 2).len(), 2);
}

#[test]
fn a_run_time_goal_keeps_its_variables() {
    let mut t = load("a(1).");
    let mut terms = t.terms.lock();
    let a = terms.symbol("a");
    let (x, y) = (terms.compound(a, &[Term::var(70)]), terms.compound(a, &[Term::var(3)]));
    let both = terms.compound(symbolon_theory::term::sym::COMMA, &[x, y]);
    let (_, args) = lower::goal(&mut t.program, &mut terms, both, Span::default()).unwrap();
    assert_eq!(args, [Term::var(70), Term::var(3)]);
}

#[test]
fn long_and_deep_bodies() {
    let long = (0..20_000).map(|i| format!("a(X{i})")).collect::<Vec<_>>();
    load(&format!(":- dynamic a/1. p :- {}. q :- {}.", long.join(","), long.join(";")));
    // A long chain of else-ifs is a spine as well.
    let chain = (0..1000).map(|i| format!("a({i}) -> a(x)")).collect::<Vec<_>>().join(" ; ");
    load(&format!(":- dynamic a/1. p :- ({chain} ; a(y))."));
    let deep = format!("p :- {}a{}. a.", "\\+ (b, ".repeat(10_000), ")".repeat(10_000));
    assert!(errors(&deep).iter().any(|e| e.0 == Code::Unsupported));
}
