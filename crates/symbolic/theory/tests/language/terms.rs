//! Reading and writing terms.

use proptest::prelude::*;
use symbolon_theory::term::{Symbol, Term, TermStore, View};
use symbolon_theory::theory::Theory;

/// Reads a term and shows its structure: every compound as `name(args)`, atoms in angle brackets.
fn structure(text: &str) -> String {
    let mut theory = Theory::parse("").unwrap();
    let (term, names) = theory.parse_term(text).unwrap_or_else(|d| panic!("{text}: {d}"));
    let terms = theory.terms.lock();
    plain(&terms, term, &names.iter().map(|n| n.to_string()).collect::<Vec<_>>())
}

fn plain(terms: &TermStore, term: Term, names: &[String]) -> String {
    match terms.view(term) {
        View::Var(v) => names[v as usize].clone(),
        View::Atom(a) => terms.name(a).to_owned(),
        View::Int(i) => i.to_string(),
        View::Float(x) => format!("{x:?}"),
        View::Str(s) => format!("{s:?}"),
        View::Compound(f, args) => {
            let args: Vec<String> = args.iter().map(|&a| plain(terms, a, names)).collect();
            format!("{}({})", terms.name(f), args.join(" "))
        }
    }
}

fn check(table: &[(&str, &str)]) {
    for (text, expected) in table {
        assert_eq!(structure(text), *expected, "{text}");
    }
}

#[test]
fn numbers() {
    check(&[
        ("1_000", "1000"),
        ("0x1F", "31"),
        ("0o17", "15"),
        ("0b101", "5"),
        ("0'a", "97"),
        ("0'\\n", "10"),
        ("0'''", "39"),
        ("1.0e-5", "1e-5"),
        ("1e21", "1e21"),
        ("1.5E3", "1500.0"),
        (".5", "0.5"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("9223372036854775807", "9223372036854775807"),
        ("-1", "-1"),
        ("- 1", "-(1)"),
        ("-(1)", "-(1)"),
        ("- -1", "-(-1)"),
        ("a-1", "-(a 1)"),
        ("a - 1", "-(a 1)"),
        ("a- -1", "-(a -1)"),
        ("a--1", "-(a -1)"),
        ("2*-1", "*(2 -1)"),
        ("-1^2", "^(-1 2)"),
        ("- 1^2", "-(^(1 2))"),
        ("1.0Inf", "inf"),
        ("f(0 ,1)", "f(0 1)"),
    ]);
}

#[test]
fn operators_bind_as_their_table_says() {
    check(&[
        ("a:-b,c;d->e", ":-(a ;(,(b c) ->(d e)))"),
        ("a<-b", "<-(a b)"),
        ("0.3::a;0.7::b:-c", ":-(;(::(0.3 a) ::(0.7 b)) c)"),
        ("1/6::a", "::(/(1 6) a)"),
        ("1+2+3", "+(+(1 2) 3)"),
        ("1-2*3-4", "-(-(1 *(2 3)) 4)"),
        ("2^3^4", "^(2 ^(3 4))"),
        ("2**3", "**(2 3)"),
        ("a,b,c", ",(a ,(b c))"),
        ("a:b:c", ":(a :(b c))"),
        ("\\+a,b", ",(\\+(a) b)"),
        ("\\+ \\+a", "\\+(\\+(a))"),
        ("a:-\\+b", ":-(a \\+(b))"),
        ("not a = b", "not(=(a b))"),
        ("not(a)", "not(a)"),
        ("\\+ (a,b)", "\\+(,(a b))"),
        ("\\+(a,b)", "\\+(a b)"),
        ("X is Y mod 2", "is(X mod(Y 2))"),
        ("X=..L", "=..(X L)"),
        ("X=\\=Y", "=\\=(X Y)"),
        ("X=-1", "=(X -1)"),
        ("a=\\+b", "=(a \\+(b))"),
        ("-a", "-(a)"),
        ("-(-(a))", "-(-(a))"),
        ("\\a", "\\(a)"),
        ("a=>b/c", "=>(a /(b c))"),
        ("0..9", "..(0 9)"),
        ("a|b", "|(a b)"),
    ]);
}

#[test]
fn operators_are_atoms_where_they_have_nothing_to_apply_to() {
    check(&[
        ("f(+, -)", "f(+ -)"),
        ("[-]", "[|](- [])"),
        ("[+|-]", "[|](+ -)"),
        ("X = (-)", "=(X -)"),
        ("- = x", "=(- x)"),
        ("maplist(=<, A)", "maplist(=< A)"),
        ("(:-)", ":-"),
        ("+(1,2)", "+(1 2)"),
        ("=(a,b)", "=(a b)"),
        ("f(;)", "f(;)"),
        ("dynamic", "dynamic"),
    ]);
}

#[test]
fn lists_curly_terms_and_quotes() {
    check(&[
        ("[]", "[]"),
        ("[ ]", "[]"),
        ("{}", "{}"),
        ("[a,b|T]", "[|](a [|](b T))"),
        ("[a|[b]]", "[|](a [|](b []))"),
        ("[(a,b)]", "[|](,(a b) [])"),
        ("{a,b}", "{}(,(a b))"),
        ("'it''s'", "it's"),
        ("'it\\'s'", "it's"),
        ("'a\\x41\\b'", "aAb"),
        ("'a\\101\\b'", "aAb"),
        ("'\\u0041'", "A"),
        ("'one \\\ntwo'", "one two"),
        ("\"s\\\"t\\n\"", "\"s\\\"t\\n\""),
        ("'\\d'", "\\d"),
        ("'Hello World'(x)", "Hello World(x)"),
        ("'='", "="),
        ("f(A, B, A, _x)", "f(A B A _x)"),
        ("größe(Änderung)", "größe(Änderung)"),
        ("a /* in between */ + % to the end\n b", "+(a b)"),
    ]);
}

/// A random term over few names, many of them troublesome.
fn arbitrary_term() -> impl Strategy<Value = Tree> {
    let names = prop::sample::select(vec![
        "a", "foo", "[]", "{}", "!", ";", ",", "|", "-", "+", "\\+", "not", ":-", "=", "is", "mod", "A", "a b", "'",
        "\\", "", "é", "*", "&", "&-", ".", "..", "::", "<-", "dynamic", "é b", "\n", "0", "_", "->", "=..", "%", "/*",
        "~", "ÄA", ":",
    ]);
    let leaf = prop_oneof![
        (0..5u32).prop_map(Tree::Var),
        names.clone().prop_map(|n| Tree::Compound(n, Vec::new())),
        any::<i64>().prop_map(Tree::Int),
        (-3..3i64).prop_map(Tree::Int),
        any::<f64>().prop_filter("a number", |x| !x.is_nan()).prop_map(Tree::Float),
        prop::sample::select(vec![0.0, -0.5, 1e21, 1e-7, 100.0]).prop_map(Tree::Float),
        ".{0,4}".prop_map(Tree::Str),
    ];
    leaf.prop_recursive(6, 40, 3, move |inner| {
        prop_oneof![
            4 => (names.clone(), prop::collection::vec(inner.clone(), 1..4)).prop_map(|(n, a)| Tree::Compound(n, a)),
            1 => (prop::collection::vec(inner.clone(), 1..4), inner).prop_map(|(items, tail)| Tree::List(items, tail.into())),
        ]
    })
}

#[derive(Clone, Debug)]
enum Tree {
    Var(u32),
    Int(i64),
    Float(f64),
    Str(String),
    Compound(&'static str, Vec<Tree>),
    List(Vec<Tree>, Box<Tree>),
}

fn build(terms: &mut TermStore, tree: &Tree) -> Term {
    match tree {
        Tree::Var(v) => Term::var(*v),
        Tree::Int(v) => terms.int(*v),
        Tree::Float(v) => terms.float(*v),
        Tree::Str(s) => terms.string(s),
        Tree::Compound(name, args) => {
            let args: Vec<Term> = args.iter().map(|a| build(terms, a)).collect();
            let name: Symbol = terms.symbol(name);
            terms.compound(name, &args)
        }
        Tree::List(items, tail) => {
            let items: Vec<Term> = items.iter().map(|a| build(terms, a)).collect();
            let tail = build(terms, tail);
            terms.partial_list(&items, tail)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]
    #[test]
    fn what_is_written_is_read_back(tree in arbitrary_term()) {
        let mut theory = Theory::parse("").unwrap();
        let (text, term) = {
            let mut terms = theory.terms.lock();
            let term = build(&mut terms, &tree);
            // Variables are numbered in order of occurrence, as reading numbers them.
            let order = terms.vars(term);
            let term = terms.substitute(term, &mut |_, v| Term::var(order.iter().position(|&w| w == v).unwrap() as u32));
            (terms.display(term).to_string(), term)
        };
        match theory.parse_term(&text) {
            Ok((read, _)) => prop_assert_eq!(read, term, "{} was read as {}", text, theory.terms.show(read)),
            Err(d) => return Err(TestCaseError::fail(format!("{text}\n{d}"))),
        }
    }
}
