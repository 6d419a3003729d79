//! Exactness: the engine against brute force over all possible worlds, on thousands of random programs.
//!
//! A disagreement is reported as the smallest program that still shows it. `SYMBOLON_ORACLE=100000 cargo test -p
//! symbolon-theory --test oracle` runs that many programs instead of the default number.

mod support;

use std::collections::BTreeMap;

use support::syntax::Program;
use support::worlds::Worlds;
use support::{random, shrink};
use symbolon_theory::budget::Budget;
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

/// The engine refuses to make more lists than it could, and says so. That is no disagreement, but must be rare.
const TOO_MANY_LISTS: &str = "possible lists";

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
    let (mut tried, mut last, mut impossible, mut refused) = (0, 0, 0, 0);
    for (seed, program, worlds) in programs().take(number() as usize) {
        (tried, last) = (tried + 1, seed);
        impossible += u64::from(worlds.infer().is_none());
        if let Some(first) = disagreement(&program) {
            if first.contains(TOO_MANY_LISTS) {
                refused += 1;
                continue;
            }
            // Shrinking must not lead from one failure to another kind of failure, nor to more worlds.
            let kind = first.starts_with("the engine refuses");
            let small = shrink::shrink(&program, &mut |p| {
                Worlds::new(p).count() <= WORLDS
                    && disagreement(p).is_some_and(|d| d.starts_with("the engine refuses") == kind)
            });
            let why = disagreement(&small).unwrap_or(first);
            panic!("seed {seed}: {why}\nin\n{small}");
        }
    }
    // The generator must not drift into programs that say nothing.
    assert!(refused * 1000 <= tried, "{refused} of {tried} refused");
    assert!(last < 2 * tried && impossible * 5 < tried, "{impossible} of {tried} impossible, {last} made");
}

/// The random programs that are small enough, with their seeds.
fn programs() -> impl Iterator<Item = (u64, Program, Worlds)> {
    (1..).filter_map(|seed| {
        let program = random::program(seed);
        let worlds = Worlds::new(&program);
        (worlds.count() <= WORLDS).then_some((seed, program, worlds))
    })
}

#[test]
fn gradients_agree_with_finite_differences() {
    let mut compared = 0;
    for (seed, mut program, worlds) in programs().take(number() as usize / 5) {
        // Each seed looks at one clause. Where the first head or "none" has probability 0, there are no two sides.
        let open = |c: &usize| {
            let weights = program.clauses[*c].heads.iter().map(|h| h.0.unwrap_or(1000));
            program.clauses[*c].heads[0].0.is_some_and(|w| w > 0) && weights.sum::<u32>() < 1000
        };
        let candidates: Vec<usize> = (0..program.clauses.len()).filter(open).collect();
        if candidates.is_empty() || worlds.infer().is_none() {
            continue;
        }
        let clause = candidates[seed as usize % candidates.len()];
        program.learnable = Some(clause);
        // Brute force with the weight a little up and a little down; "none" pays for it.
        let shifted = |by: f64| {
            let mut worlds = Worlds::new(&program);
            for (choice, _) in worlds.origins.clone().iter().enumerate().filter(|(_, origin)| **origin == clause) {
                let none = worlds.choices[choice].len() - 1;
                worlds.choices[choice][0] += by;
                worlds.choices[choice][none] -= by;
            }
            worlds.infer()
        };
        let step = 1e-5;
        let (Some(up), Some(down)) = (shifted(step), shifted(-step)) else { continue };
        let text = program.to_string();
        let theory = symbolon_theory::Theory::parse(&text).unwrap_or_else(|e| panic!("{e}"));
        let inference = match theory.inference(&|_, _| None, &Budget::default()) {
            Ok(inference) => inference,
            Err(refused) if refused.to_string().contains(TOO_MANY_LISTS) => continue,
            Err(wrong) => panic!("{wrong}\nin\n{text}"),
        };
        let lineage = &inference.grounding.lineage;
        let gradients = inference.compiled.gradients(lineage, &inference.weights).unwrap();
        for ((atom, _), gradient) in lineage.queries.iter().zip(gradients) {
            let query = theory.terms.show(*atom);
            // An open query without answers stands for itself and is no atom of the oracle.
            let (Some(a), Some(b)) = (up.get(&query), down.get(&query)) else { continue };
            let expected = (a - b) / (2.0 * step);
            let found = gradient.params.first().copied().unwrap_or(0.0);
            let close = (found - expected).abs() < 1e-5 * (1.0 + expected.abs());
            assert!(close, "seed {seed}: d {query} is {found}, by differences {expected}, in\n{text}");
            compared += usize::from(expected.abs() > 1e-3);
        }
    }
    assert!(compared * 10 > number() as usize / 5, "only {compared} derivatives that are not 0");
}

#[test]
fn bounds_contain_the_truth_whatever_the_budget() {
    let mut open = 0;
    for (seed, program, worlds) in programs().take(number() as usize / 3) {
        let Some(expected) = worlds.infer() else { continue };
        let budget = Budget { nodes: 1 << (seed % 9), ..Budget::default() };
        let theory = symbolon_theory::Theory::parse(&program.to_string()).unwrap_or_else(|e| panic!("{e}"));
        // Evidence that a cut-off search has not found yet is not a mistake of the bounds.
        let Ok(inference) = theory.inference(&|_, _| None, &budget) else { continue };
        let Ok(answers) = inference.answers(&theory) else { continue };
        for answer in answers {
            let Some(p) = expected.get(&answer.query) else { continue };
            let (low, high) = (answer.probability.lower, answer.probability.upper);
            let inside = low - TOLERANCE <= *p && *p <= high + TOLERANCE;
            assert!(inside, "seed {seed}: {} is {p}, bounds {low} .. {high}, in\n{program}", answer.query);
            open += usize::from(high - low > TOLERANCE);
        }
    }
    assert!(open * 10 > number() as usize / 3, "only {open} answers are bounds");
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
        learnable: None,
    };
    let answers = Worlds::new(&program).infer().unwrap();
    assert!((answers["p0"] - 0.65).abs() < 1e-12);
    assert!((answers["p2"] - 0.35).abs() < 1e-12);
}
