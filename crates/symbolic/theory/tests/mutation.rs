//! Mangled programs: whatever comes in, the way from text to probabilities neither panics nor runs on beyond its budget.
//!
//! The programs of `tests/conformance` are cut, spliced and sprinkled with symbols that matter to the language, from fixed
//! seeds. Each goes through everything: parse, ground, compile, evaluate. Most are refused, many still run, and some of
//! those loop or explode: that is what the budget is for.
//!
//! `SYMBOLON_MUTANTS=100000 cargo test -p symbolon-theory --test mutation` tries that many. The program that is being tried
//! is kept in a file, whose name the test prints when it fails, so that it is not lost even if the process dies.

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use symbolon_theory::Theory;
use symbolon_theory::budget::Budget;

/// What a mutant may use. Small: there are many of them.
fn budget() -> Budget {
    Budget { time: Duration::from_millis(100), memory: 256 << 20, nodes: 100_000, depth: 10_000, ..Budget::default() }
}

/// A mutant that is still running after this long has escaped its budget.
const HANGS: Duration = Duration::from_secs(60);

/// What gets sprinkled in.
const SYMBOLS: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "|",
    ",",
    ".",
    ". ",
    ";",
    ":-",
    "::",
    "0.5::",
    "\\+ ",
    "->",
    "<-",
    "=",
    "is ",
    "\\=",
    "==",
    "'",
    "\"",
    "%",
    "/*",
    "*/",
    "0'",
    "_",
    "X",
    "Y",
    "a",
    "p(X)",
    "p(_, _)",
    "query(",
    "evidence(",
    "0",
    "1",
    "-1",
    "1.5",
    "1e309",
    "99999999999999999999",
    "+",
    "-",
    "*",
    "/",
    "//",
    "**",
    " mod ",
    "findall(X, ",
    "forall(",
    "call(",
    "not ",
    "nn(net, [X], Y, [a, b]) :: ",
    "t(_)::",
    ":- ",
    "\n",
    " ",
    "\t",
    "\u{0}",
    "é",
    "\\",
    "!",
    "@<",
    "=..",
    "length(L, N)",
    "between(1, inf, X)",
    "[H | T]",
];

fn corpus() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let mut paths = Vec::new();
    for folder in [folder.join("errors"), folder] {
        paths.extend(std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()));
    }
    paths.retain(|p| p.extension() == Some("pl".as_ref()));
    paths.sort();
    paths.iter().map(|p| std::fs::read_to_string(p).unwrap()).collect()
}

/// The mutant of a seed.
fn mutant(corpus: &[String], seed: u64) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut text: Vec<char> = corpus[rng.random_range(0..corpus.len())].chars().collect();
    for _ in 0..rng.random_range(1..6) {
        let at = rng.random_range(0..=text.len());
        let end = (at + rng.random_range(1..12)).min(text.len());
        let symbol = SYMBOLS[rng.random_range(0..SYMBOLS.len())].chars();
        match rng.random_range(0..7) {
            0 => drop(text.drain(at..end)),
            1 | 2 => drop(text.splice(at..at, symbol)),
            3 => drop(text.splice(at..end.min(at + 1), symbol)),
            4 => {
                let copy = text[at..end].to_vec();
                let to = rng.random_range(0..=text.len());
                text.splice(to..to, copy);
            }
            5 => {
                // A line of another program.
                let other = &corpus[rng.random_range(0..corpus.len())];
                let lines: Vec<&str> = other.lines().collect();
                let line = lines[rng.random_range(0..lines.len())];
                let start = text[..at].iter().rposition(|&c| c == '\n').map_or(0, |i| i + 1);
                text.splice(start..start, format!("{line}\n").chars());
            }
            _ => {
                // Two variables become one.
                let names: Vec<usize> = (0..text.len()).filter(|&i| text[i].is_ascii_uppercase()).collect();
                if names.len() > 1 {
                    let (a, b) = (names[rng.random_range(0..names.len())], names[rng.random_range(0..names.len())]);
                    text[a] = text[b];
                }
            }
        }
    }
    text.into_iter().collect()
}

/// Everything from text to numbers. Returns whether the program could be used.
fn run(text: &str) -> bool {
    let Ok(theory) = Theory::parse(text) else { return false };
    let Ok(inference) = theory.inference(&|_, _| None, &budget()) else { return false };
    let Ok(answers) = inference.answers(&theory) else { return false };
    for answer in answers {
        let p = answer.probability;
        assert!(0.0 <= p.lower && p.lower <= p.upper && p.upper <= 1.0 + 1e-9, "{}: {p:?}", answer.query);
    }
    true
}

#[test]
fn mangled_programs_neither_panic_nor_hang() {
    let number = std::env::var("SYMBOLON_MUTANTS").ok().and_then(|n| n.parse().ok()).unwrap_or(1500);
    let corpus = corpus();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutant.pl");
    let kept = file.clone();
    let (done, progress) = mpsc::channel();
    let worker = std::thread::spawn(move || {
        let mut usable = 0;
        for seed in 0..number {
            let text = mutant(&corpus, seed);
            std::fs::write(&kept, &text).unwrap();
            usable += u64::from(run(&text));
            done.send(()).unwrap();
        }
        usable
    });
    for seed in 0..number {
        match progress.recv_timeout(HANGS) {
            Ok(()) => {}
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("mutant {seed} hangs: see {}", file.display()),
            Err(mpsc::RecvTimeoutError::Disconnected) => panic!("mutant {seed} panics: see {}", file.display()),
        }
    }
    // Mangling must leave a good part of the programs usable, or nothing beyond the parser is tried.
    let usable = worker.join().unwrap();
    assert!(usable * 10 > number, "only {usable} of {number} mutants run");
}
