//! Nothing that can be typed makes reading panic, overflow the stack or hang.

use rand::{RngExt, SeedableRng};
use symbolon_theory::theory::Theory;

const PROGRAMS: &[&str] = &[
    "0.4::heads(C) :- coin(C). coin(c1). coin(c2). someHeads :- heads(_). query(someHeads).",
    "1/6::die(1); 1/6::die(2) :- true. odd :- die(X), 1 is X mod 2. evidence(\\+ odd).",
    "path(X,Y) :- edge(X,Y). path(X,Y) :- edge(X,Z), Y \\== Z, path(Z,Y). 0.3::edge(1,2).",
    "nn(net, [X], Y, [0..9]) :: digit(X,Y). t(_)::a. t(0.5, X)::b(X) :- c(X). :- a, \\+ b(1).",
    "l([]). l([H|T]) :- l(T), ( H = \"s\\n\" -> true ; 'it''s'(0'a, 0x1F, 1.0e-5) ), findall(X, (p(X), q), _L).",
    ":- use_module(library(lists)). :- dynamic p/1. /* c */ q(X) :- forall(p(X), aggregate_all(count, p(_), 3)). % end",
    "P::w(X,P) :- s(X,Q), P is Q / 2, call(r, X), X. 0.5::\\+ k(X) :- m(X, {a,b}, sum<X>). m(A, max<B>) :- n(A,B).",
];

const PIECES: &[&str] = &[
    "(", ")", "[", "]", "{", "}", "|", ",", ".", ". ", ";", "::", ":-", "<-", "\\+", "->", "=", "\"", "'", "0'", "%",
    "/*", "*/", " ", "\n", "X", "_", "a", "1", "-", "..", "é", "\u{0}", "\\x", "!", "`", "nn(", "t(", "findall(",
    "<X>", "1e", "not ", "\\",
];

#[test]
fn mangled_programs_are_read_or_refused() {
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(20);
    let (mut read, mut refused) = (0, 0);
    for round in 0..6000 {
        let mut text: Vec<char> = PROGRAMS[round % PROGRAMS.len()].chars().collect();
        for _ in 0..rng.random_range(1..6) {
            let at = rng.random_range(0..=text.len());
            let piece: Vec<char> = PIECES[rng.random_range(0..PIECES.len())].chars().collect();
            match rng.random_range(0..4) {
                0 if at < text.len() => drop(text.remove(at)),
                1 => {
                    let end = (at + rng.random_range(0..12)).min(text.len());
                    text.drain(at..end);
                }
                2 => {
                    let end = (at + rng.random_range(0..20)).min(text.len());
                    let copy: Vec<char> = text[at..end].to_vec();
                    let to = rng.random_range(0..=text.len());
                    text.splice(to..to, copy);
                }
                _ => drop(text.splice(at..at, piece)),
            }
        }
        let text: String = text.into_iter().collect();
        match Theory::parse(&text) {
            Ok(theory) => {
                read += 1;
                // Messages must print too, wherever their spans point.
                assert!(theory.warnings().to_string().len() < 1 << 20);
            }
            Err(d) => {
                refused += 1;
                assert!(d.has_errors() && !d.to_string().is_empty());
            }
        }
    }
    assert!(read > 500 && refused > 500, "{read} read, {refused} refused");
}

#[test]
fn random_bytes_are_read_or_refused() {
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(7);
    for _ in 0..3000 {
        let pieces = rng.random_range(0..40);
        let text: String = (0..pieces).map(|_| PIECES[rng.random_range(0..PIECES.len())]).collect();
        if let Err(d) = Theory::parse(&text) {
            assert!(d.has_errors() && !d.to_string().is_empty(), "{text}");
        }
    }
}

#[test]
fn depth_and_length_do_not_matter() {
    let n = 100_000;
    let nested = format!("a({}x{}).", "f(".repeat(n), ")".repeat(n));
    let list = format!("l([{}]).", (0..1_000_000).map(|i| i.to_string()).collect::<Vec<_>>().join(","));
    let lists = format!("m({}{}).", "[".repeat(n), "]".repeat(n));
    let parens = format!("p(X) :- X = {}1{}.", "(".repeat(n), ")".repeat(n));
    let signs = format!("s(X) :- X = {}1.", "- ".repeat(n));
    let sum = format!("e(X) :- X is {}.", vec!["1"; n].join("+"));
    let right = format!("r(X) :- X = {}.", vec!["1"; n].join("^"));
    for text in [nested, list, lists, parens, signs, sum, right] {
        let theory = Theory::parse(&text).unwrap_or_else(|d| panic!("{}", d.list[0].message));
        assert_eq!(theory.program.preds.iter().filter(|p| p.defined).count(), 1);
    }
    for open in ["(", "[", "f(", "{", "- (", "[a|"] {
        let d = Theory::parse(&format!("a({}", open.repeat(n))).unwrap_err();
        assert!(d.has_errors(), "{open}");
    }
}
