//! Exactness: the engine against brute force over all possible worlds, on thousands of random programs.
//!
//! A disagreement is reported as the smallest program that still shows it. `SYMBOLON_ORACLE=100000 cargo test -p
//! symbolon-theory --test oracle` runs that many programs instead of the default number.

mod support;

use std::collections::BTreeMap;

use support::syntax::Program;
use support::worlds::Worlds;
use support::{random, shrink};
use symbolon_theory::diag::Code;

/// Programs with more possible worlds than this are left to others: the oracle visits every one.
const WORLDS: f64 = 3000.0;
const TOLERANCE: f64 = 1e-9;

/// How many programs to try.
fn number() -> u64 {
    std::env::var("SYMBOLON_ORACLE").ok().and_then(|n| n.parse().ok()).unwrap_or(3000)
}

/// What the engine says: probabilities, or `None` when no world satisfies evidence and constraints.
fn engine(program: &Program) -> Result<Option<BTreeMap<String, f64>>, String> {
    match symbolon_theory::infer(&program.to_string()) {
        Ok(answers) => Ok(Some(answers.into_iter().collect())),
        Err(wrong) if wrong.list.iter().all(|d| impossible(d.code) || !is_error(d)) && wrong.has_errors() => Ok(None),
        Err(wrong) => Err(format!("the engine refuses the program:\n{wrong}")),
    }
}

fn is_error(d: &symbolon_theory::diag::Diagnostic) -> bool {
    d.severity == symbolon_theory::diag::Severity::Error
}

fn impossible(code: Code) -> bool {
    matches!(code, Code::ImpossibleEvidence | Code::Contradiction)
}

/// Why engine and brute force disagree, if they do.
fn disagreement(program: &Program) -> Option<String> {
    let expected = Worlds::new(program).infer();
    let found = match engine(program) {
        Ok(found) => found,
        Err(why) => return Some(why),
    };
    let (expected, found) = match (expected, found) {
        (None, None) => return None,
        (Some(_), None) => {
            return Some("the engine says that evidence or constraints are impossible; they are not".into());
        }
        (None, Some(_)) => {
            return Some("no world satisfies evidence and constraints; the engine does not notice".into());
        }
        (Some(e), Some(f)) => (e, f),
    };
    // An answer that the engine leaves out counts as impossible.
    let wrong = |(query, p): (&String, &f64)| {
        let q = found.get(query).copied().unwrap_or(0.0);
        ((p - q).abs() > TOLERANCE || q.is_nan()).then(|| format!("{query}: {p} by brute force, {q} by the engine"))
    };
    // An open query without answers is answered by itself, with probability 0.
    let unasked = found.iter().find(|(q, p)| **p != 0.0 && !expected.contains_key(*q));
    let unasked = unasked.map(|(q, p)| format!("{q}: {p} by the engine, but it is no answer of the program"));
    expected.iter().find_map(wrong).or(unasked)
}

#[test]
fn random_programs_agree_with_brute_force() {
    let (mut tried, mut skipped, mut impossible) = (0, 0, 0);
    let mut seed = 0;
    while tried < number() {
        seed += 1;
        let program = random::program(seed);
        let worlds = Worlds::new(&program);
        if worlds.count() > WORLDS {
            skipped += 1;
            continue;
        }
        tried += 1;
        impossible += usize::from(worlds.infer().is_none());
        if let Some(first) = disagreement(&program) {
            // Shrinking must not lead from one failure to another kind of failure, nor to more worlds.
            let refused = first.starts_with("the engine refuses");
            let small = shrink::shrink(&program, &mut |p| {
                Worlds::new(p).count() <= WORLDS
                    && disagreement(p).is_some_and(|d| d.starts_with("the engine refuses") == refused)
            });
            let why = disagreement(&small).unwrap_or(first);
            panic!("seed {seed}: {why}\nin\n{small}");
        }
    }
    // The generator must not drift into programs that say nothing.
    assert!(
        skipped < tried && impossible * 5 < tried as usize,
        "{skipped} skipped, {impossible} impossible of {tried}"
    );
}

#[test]
fn the_oracle_knows_the_textbook() {
    // The oracle itself, on a program whose answers are computed by hand: 0.3 + 0.7 * 0.5 and 1 - that.
    use support::syntax::{Arg, Atom, Clause, Literal};
    let atom = |pred, args: &[Arg]| Atom { pred, args: args.to_vec() };
    let program = Program {
        domain: 1,
        preds: vec![(0, 0), (1, 0), (0, 1)],
        clauses: vec![
            Clause { heads: vec![(Some(300), atom(0, &[]))], body: vec![] },
            Clause { heads: vec![(Some(500), atom(1, &[Arg::Const(0)]))], body: vec![] },
            Clause { heads: vec![(None, atom(0, &[]))], body: vec![Literal::Pos(atom(1, &[Arg::Var(0)]))] },
            Clause { heads: vec![(None, atom(2, &[]))], body: vec![Literal::Neg(atom(0, &[]))] },
        ],
        evidence: vec![],
        constraints: vec![],
        queries: vec![atom(0, &[]), atom(2, &[])],
    };
    let answers = Worlds::new(&program).infer().unwrap();
    assert!((answers["p0"] - 0.65).abs() < 1e-12);
    assert!((answers["p2"] - 0.35).abs() < 1e-12);
}
