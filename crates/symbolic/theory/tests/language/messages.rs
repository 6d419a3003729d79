//! Messages: their text, their place and their remedy.

use std::fs;
use std::path::PathBuf;

use symbolon_theory::diag::{Code, Severity};
use symbolon_theory::theory::Theory;

use crate::{errors, load, refuse};

fn rendered(text: &str) -> String {
    match Theory::parse_named("file.pl", text) {
        Ok(theory) => theory.warnings().to_string(),
        Err(diagnostics) => diagnostics.to_string(),
    }
}

#[test]
fn a_bracket_that_is_not_closed() {
    assert_eq!(
        rendered("a.\np :- q(X, r(Y).\nb."),
        "\
error: this `(` is never closed
 --> file.pl:2:7
  |
2 | p :- q(X, r(Y).
  |       ^
   = help: the clause ends before its `)`
"
    );
}

#[test]
fn a_bracket_of_the_other_kind() {
    assert_eq!(
        rendered("p([a, f(b])."),
        "\
error: expected `)`, found `]`
 --> file.pl:1:10
  |
1 | p([a, f(b]).
  |          ^
   = note: this `(` is still open
 --> file.pl:1:8
  |
1 | p([a, f(b]).
  |        ^
   = help: close it before the `]`
"
    );
}

#[test]
fn a_dot_that_is_missing() {
    // Reading goes on with the clause that starts where the dot is missing.
    assert_eq!(
        rendered("p :- q\nq.\nr(1)\nr(2).\n:- s t."),
        "\
error: the end of this clause is missing
 --> file.pl:1:6
  |
1 | p :- q
  |      ^
   = help: put a `.` here, before `q`

error: the end of this clause is missing
 --> file.pl:3:4
  |
3 | r(1)
  |    ^
   = help: put a `.` here, before `r`

error: expected an operator, `,` or `.` before `t`
 --> file.pl:5:6
  |
5 | :- s t.
  |      ^
"
    );
}

#[test]
fn probabilities_that_sum_above_one() {
    assert_eq!(
        rendered("0.6::red(X); 0.6::blue(X) :- ball(X). ball(1)."),
        "\
error: the probabilities of this disjunction sum to 1.2
 --> file.pl:1:1
  |
1 | 0.6::red(X); 0.6::blue(X) :- ball(X). ball(1).
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   = help: they must sum to at most 1; what is missing to 1 means \"none of them\"
"
    );
}

#[test]
fn a_negative_cycle_is_written_out() {
    assert_eq!(
        rendered("p(X) :- q(X), r(X).\nr(X) :- ( q(X) ; \\+ (q(X), p(X)) ).\nq(1)."),
        "\
warning: r/1 may depend on its own negation: r/1 -> \\+ p/1 -> r/1
 --> file.pl:2:18
  |
2 | r(X) :- ( q(X) ; \\+ (q(X), p(X)) ).
  |                  ^^^^^^^^^^^^^^^
   = help: that is fine as long as no ground atom does; otherwise inference stops there with an error
"
    );
    let collected = rendered("p(L) :- findall(X, p(X), L).");
    assert!(collected.starts_with("warning: p/1 may depend on all answers of itself: p/1 -> \\+ p/1"), "{collected}");
    assert_eq!(rendered("p :- \\+ q. q :- r. r :- \\+ s. s."), "");
}

#[test]
fn unknown_predicates_are_named_with_what_may_be_meant() {
    for (text, message, help) in [
        ("p :- frend(a). friend(a).", "nothing defines frend/1", "is friend/1 meant?"),
        ("p :- friend(a). friend(a,b).", "nothing defines friend/1", "is friend/2 meant?"),
        ("p(L) :- lenght(L, 2).", "nothing defines lenght/2", "is length/2 meant?"),
        ("p(L) :- mapList(q, L). q(1).", "nothing defines mapList/2", "is maplist/2 meant?"),
        (
            "p :- xyzzy(1).",
            "nothing defines xyzzy/1",
            "define it, or write `:- dynamic xyzzy/1.` if it may be without clauses",
        ),
    ] {
        let theory = load(text);
        let warnings = theory.warnings();
        let [only] = &warnings.list[..] else { panic!("{warnings}") };
        assert_eq!((only.severity, only.code), (Severity::Warning, Code::UnknownPredicate));
        assert_eq!((only.message.as_str(), only.help.as_deref()), (message, Some(help)));
    }
    assert!(load("p :- q. :- dynamic q/0.").warnings().list.is_empty());
}

#[test]
fn variables_without_a_value() {
    assert_eq!(
        errors("p(X) :- q(X), Y is Z + 1, r(Y). q(1). r(1).").first(),
        Some(&(Code::UnsafeVariable, "Y is Z + 1".into()))
    );
    let warned = |text: &str| load(text).warnings().list.iter().map(|d| d.code).collect::<Vec<_>>();
    assert_eq!(warned("p(X) :- X > Y, q(Y). q(1)."), [Code::UnsafeVariable]);
    assert_eq!(warned("p(X) :- \\+ q(X,Y), r(Y). q(1,1). r(1)."), [Code::UnsafeVariable]);
    // The head may be called with a value.
    assert!(warned("p(X,Y) :- Y is X + 1. q(X) :- \\+ r(X). r(1).").is_empty());
    assert!(warned("p(X) :- ( q(Y), Z = Y ; Z = 1 ), X is Z + 1. q(1).").is_empty());
}

#[test]
fn variables_that_occur_once() {
    let theory = load("p(X,Y) :- q(X,_), r(_Z). q(1,2). r(1).");
    let warnings = theory.warnings();
    assert_eq!(warnings.list.len(), 1);
    assert_eq!(warnings.sources.text(warnings.list[0].span.unwrap()), "Y");
}

#[test]
fn mistakes_of_other_languages_are_recognised() {
    for (text, place, help) in [
        ("p(X) :- X <= 3.", "<=", "less or equal is written `=<`"),
        ("p(X) :- X != 3.", "!=", "different is written `\\=`, or `=\\=` for numbers"),
        ("p(X) :- q(X) && r(X).", "&&", "`and` is written `,`"),
        ("p(X) :- X := 3.", ":=", "there is no assignment; `New is Old + 1` computes a new value"),
        ("p(X) :- q (X).", "(", "no blank may stand between a name and its `(`"),
        ("p() :- q.", ")", "a predicate without arguments is written without parentheses"),
        ("p(X) :- Q(X).", "Q", "to call what a variable stands for, write call(Q, ...)"),
        ("p :- q,.", ".", "is the `,` before it too many?"),
        ("p(a,).", ")", "is the `,` before it too many?"),
        ("p :- ¬q.", "¬", "negation is written `\\+`"),
        ("p(‘a’).", "‘", "quoted atoms are written with straight quotes: '...'"),
        ("p :- q :- r.", ":-", "is the `.` at the end of the clause before it missing?"),
        ("p(X) :- 1 < X < 3.", "<", "comparisons do not chain: write A < B, B < C"),
        ("p :- a.b.", ".", "the dot that ends a clause needs a blank or a new line behind it"),
        ("p('abc).\nq.", "'", "end it with `'`; inside it, write `\\'` for the quote itself"),
        ("p. /* q.", "/*", "end it with `*/`"),
        (
            "p(99999999999999999999).",
            "99999999999999999999",
            "write it as a float, 99999999999999999999.0, if it need not be exact",
        ),
        ("?- p.", "?- p", "write `query(goal).`"),
        ("s --> a, b.", "s --> a, b", "write the rule over two list arguments"),
        (":- query(p).", ":- query(p)", "write it as a fact: `query(p).`"),
        (":- dynamic p.", "p", "write :- dynamic p/2."),
        ("[a|b|c].", "|", ""),
    ] {
        let d = refuse(text);
        let first = d.list.iter().find(|d| d.severity == Severity::Error).unwrap();
        assert_eq!(d.sources.text(first.span.unwrap()), place, "{text}\n{d}");
        assert_eq!(first.help.as_deref().unwrap_or(""), help, "{text}\n{d}");
    }
}

#[test]
fn all_errors_of_a_text_are_reported_up_to_a_limit() {
    assert_eq!(errors("a(. b. c). d. e f. g.").iter().filter(|e| e.0 == Code::Syntax).count(), 3);
    let many = "p q. ".repeat(100);
    assert_eq!(errors(&many).len(), 21);
    assert!(refuse(&many).list.last().unwrap().message.contains("too many errors"));
}

#[test]
fn errors_in_queries_point_into_the_query() {
    let mut theory = load("p(1).");
    let error = theory.parse_query("p(X,").unwrap_err().to_string();
    assert!(error.contains("--> <query>:1:4"), "{error}");
    assert!(theory.parse_query("").is_err() && theory.parse_query("p(X). p(Y).").is_err());
    let query = theory.parse_query("p(X).").unwrap();
    assert_eq!((theory.terms.show(query.goal), &*query.vars[0]), ("p(A)".into(), "X"));
}

#[test]
fn evidence_can_be_written_in_several_ways() {
    let mut theory = load("p(1). q.");
    for (text, goal, value) in [
        ("p(1)", "p(1)", true),
        ("\\+p(1)", "p(1)", false),
        ("\\+ \\+ q", "q", true),
        ("q=false", "q", false),
        ("q = true", "q", true),
        ("not q = false", "q", true),
        ("evidence(q, false).", "q", false),
        ("evidence(\\+q).", "q", false),
    ] {
        let found = theory.parse_evidence(text).unwrap();
        assert_eq!((theory.terms.show(found.query.goal), found.value), (goal.to_owned(), value), "{text}");
    }
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Folder {
        let folder = std::env::temp_dir().join(format!("symbolon-{name}-{}", std::process::id()));
        for (file, text) in files {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn files_consult_each_other_once_and_relative_to_themselves() {
    let folder = Folder::new(
        "consult",
        &[
            ("main.pl", ":- consult('parts/one.pl'). :- [more]. a."),
            ("parts/one.pl", ":- consult(two). :- ensure_loaded('../main.pl'). 0.5::b."),
            ("parts/two.pl", "c."),
            ("more.pl", "d."),
        ],
    );
    let theory = Theory::read(folder.0.join("main.pl")).unwrap_or_else(|d| panic!("{d}"));
    for name in ["a", "b", "c", "d"] {
        assert_eq!(crate::facts(&theory, name, 0).len(), 1, "{name}");
    }
}

#[test]
fn files_that_cannot_be_read() {
    let folder =
        Folder::new("missing", &[("main.pl", "a.\n:- consult('nowhere.pl').\n:- use_module(library('x.py')).")]);
    let d = Theory::read(folder.0.join("main.pl")).unwrap_err();
    let found: Vec<_> = d.list.iter().map(|e| (e.code, d.sources.text(e.span.unwrap()))).collect();
    assert_eq!(found, [(Code::File, "'nowhere.pl'"), (Code::Unsupported, "library('x.py')")]);
    assert!(d.list[0].message.ends_with("nowhere.pl cannot be read: there is no such file"), "{d}");
    assert_eq!(Theory::read(folder.0.join("gone.pl")).unwrap_err().list[0].code, Code::File);
    fs::write(folder.0.join("latin.pl"), b"p('\xe9').").unwrap();
    assert!(Theory::read(folder.0.join("latin.pl")).unwrap_err().list[0].message.contains("not UTF-8"));
}
