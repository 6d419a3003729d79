//! The relational engine side by side with compiled ascent programs.
//!
//! `cargo run --release -- [--runs N] [--only TEXT] [--small]` measures every case in processes of their own, one engine
//! after the other in each round, and prints medians as a markdown table. Facts are loaded before the clock starts; building
//! indexes counts, for all engines.

mod ours;
mod peer;
mod worlds;

use std::process::Command;
use std::time::Instant;

use symbolon_theory::budget::Budget;
use symbolon_theory::datalog::Relational;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The cases: what is computed, over which facts.
const CASES: &[&str] = &[
    "closure sparse 10000",
    "closure sparse 100000",
    "closure sparse 1000000",
    "closure dense 10000",
    "closure chains 10000",
    "closure chains 100000",
    "closure chains 1000000",
    "closure grids 10000",
    "closure grids 100000",
    "closure grids 1000000",
    "reach right 10000",
    "reach right 100000",
    "reach right 1000000",
    "reach left 1000000",
    "hops random 10000",
    "hops random 100000",
    "hops random 1000000",
    "generation trees 10000",
    "generation trees 100000",
    "generation trees 1000000",
    "pointsto program 10000",
    "pointsto program 100000",
    "pointsto program 1000000",
];

const ENGINES: &[&str] = &["symbolon", "ascent", "ascent_par"];

/// What one process measured.
#[derive(Clone, Copy, Debug)]
struct Outcome {
    load: f64,
    seconds: f64,
    /// Processor time of the first thread, in seconds: what a busy machine does not disturb. Says nothing of parallel runs.
    cpu: f64,
    answers: usize,
    /// Largest resident set, in MiB.
    peak: f64,
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let option = |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).cloned();
    if let (Some(case), Some(engine)) = (option("--case"), option("--engine")) {
        let o = measure(&case, &engine);
        println!("{} {} {} {} {}", o.load, o.seconds, o.cpu, o.answers, o.peak);
        return;
    }
    let runs: usize = option("--runs").and_then(|r| r.parse().ok()).unwrap_or(3);
    let only = option("--only").unwrap_or_default();
    let small = args.iter().any(|a| a == "--small");
    println!(
        "| case | facts | answers | symbolon s | ascent s | ascent_par s (2 threads) | ratio | ratio cpu | ratio par | load s | symbolon MiB | ascent MiB |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for case in CASES.iter().filter(|c| c.contains(&only) && !(small && c.ends_with("1000000"))) {
        let mut outcomes: Vec<Vec<Outcome>> = vec![Vec::new(); ENGINES.len()];
        for _ in 0..runs {
            for (engine, outcomes) in ENGINES.iter().zip(&mut outcomes) {
                outcomes.push(spawn(case, engine));
            }
        }
        let answers = outcomes[0][0].answers;
        assert!(outcomes.iter().flatten().all(|o| o.answers == answers), "{case}: the engines disagree: {outcomes:?}");
        let median = |engine: usize, of: fn(&Outcome) -> f64| {
            let mut values: Vec<f64> = outcomes[engine].iter().map(of).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        let seconds: Vec<f64> = (0..3).map(|e| median(e, |o| o.seconds)).collect();
        let (name, facts) = case.rsplit_once(' ').expect("the number of facts comes last");
        println!(
            "| {name} | {facts} | {answers} | {:.4} | {:.4} | {:.4} | {:.2} | {:.2} | {:.2} | {:.3} | {:.0} | {:.0} |",
            seconds[0],
            seconds[1],
            seconds[2],
            seconds[0] / seconds[1],
            median(0, |o| o.cpu) / median(1, |o| o.cpu),
            seconds[0] / seconds[2],
            median(0, |o| o.load),
            median(0, |o| o.peak),
            median(1, |o| o.peak),
        );
    }
}

fn spawn(case: &str, engine: &str) -> Outcome {
    let program = std::env::current_exe().expect("this program has a path");
    let output = Command::new(program)
        .args(["--case", case, "--engine", engine])
        .env("RAYON_NUM_THREADS", "2")
        .output()
        .expect("this program runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let fields: Vec<f64> = text.split_whitespace().filter_map(|f| f.parse().ok()).collect();
    let &[load, seconds, cpu, answers, peak] = &fields[..] else {
        panic!("{case} on {engine}: {text}{}", String::from_utf8_lossy(&output.stderr))
    };
    Outcome { load, seconds, cpu, answers: answers as usize, peak }
}

/// Processor time of the first thread so far, in seconds.
fn cpu() -> f64 {
    let status = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    status.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1e9
}

/// Largest resident set of this process so far, in MiB.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.trim().trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or(f64::NAN) / 1024.0
}

/// Times `$run` after `$load`; both see the same variable.
macro_rules! timed {
    ($load:expr, |$program:ident| $run:expr) => {{
        let start = Instant::now();
        #[allow(unused_mut)]
        let mut $program = $load;
        let load = start.elapsed().as_secs_f64();
        let (start, used) = (Instant::now(), cpu());
        let answers: usize = $run;
        Outcome { load, seconds: start.elapsed().as_secs_f64(), cpu: cpu() - used, answers, peak: peak() }
    }};
}

/// A program with some of its relations filled.
macro_rules! fill {
    ($program:ident, $($relation:ident: $rows:expr),*) => {{
        let mut program = $program::default();
        $(program.$relation = $rows;)*
        program
    }};
}

fn measure(case: &str, engine: &str) -> Outcome {
    let words: Vec<&str> = case.split(' ').collect();
    let facts: usize = words[2].parse().expect("a number of facts");
    let pairs = match (words[0], words[1]) {
        ("closure", "sparse") => worlds::sparse(facts),
        ("closure", "dense") => worlds::random(facts, 1000),
        ("closure", "chains") => worlds::chains(facts, 30),
        ("closure", "grids") => worlds::grids(facts, 8),
        ("reach" | "hops", _) => worlds::random(facts, facts / 4),
        ("generation", _) => worlds::trees(facts),
        _ => Vec::new(),
    };
    macro_rules! peer {
        ($module:ident, $collect:expr) => {{
            use peer::$module::*;
            match words[0] {
                "closure" => timed!(fill!(Closure, edge: $collect(pairs)), |p| {
                    p.run();
                    p.path.len()
                }),
                "reach" => timed!(fill!(Reach, edge: $collect(pairs), start: $collect(vec![(0,)])), |p| {
                    p.run();
                    p.reach.len()
                }),
                "hops" => timed!(fill!(Hops, edge: $collect(pairs), hop: $collect(vec![(0, 0)])), |p| {
                    p.run();
                    p.hop.len()
                }),
                "generation" => timed!(fill!(Generation, parent: $collect(pairs)), |p| {
                    p.run();
                    p.sg.len()
                }),
                _ => {
                    let s = worlds::statements(facts);
                    timed!(
                        fill!(
                            PointsTo,
                            alloc: $collect(s.alloc),
                            assign: $collect(s.assign),
                            load: $collect(s.load),
                            store: $collect(s.store)
                        ),
                        |p| {
                            p.run();
                            p.pt.len()
                        }
                    )
                }
            }
        }};
    }
    match engine {
        "ascent" => peer!(sequential, |v| v),
        "ascent_par" => peer!(parallel, |v: Vec<_>| v.into_iter().collect()),
        _ => measure_ours(&words, facts, &pairs),
    }
}

fn measure_ours(words: &[&str], facts: usize, pairs: &worlds::Pairs) -> Outcome {
    let of = |pairs: &worlds::Pairs| pairs.iter().map(|&(a, b)| [a, b]).collect::<Vec<_>>().into_iter();
    let load = || match words[0] {
        "closure" | "reach" | "hops" => {
            let mut theory = ours::rules(match words {
                ["hops", ..] => ours::HOPS,
                [_, "left", ..] => ours::CLOSURE_LEFT,
                _ => ours::CLOSURE,
            });
            ours::facts(&mut theory, "edge", of(pairs));
            theory
        }
        "generation" => {
            let mut theory = ours::rules(ours::GENERATION);
            ours::facts(&mut theory, "parent", of(pairs));
            theory
        }
        _ => {
            let mut theory = ours::rules(ours::POINTS_TO);
            let s = worlds::statements(facts);
            ours::facts(&mut theory, "alloc", of(&s.alloc));
            ours::facts(&mut theory, "assign", of(&s.assign));
            ours::facts(&mut theory, "load", s.load.iter().map(|&(a, b, c)| [a, b, c]));
            ours::facts(&mut theory, "store", s.store.iter().map(|&(a, b, c)| [a, b, c]));
            theory
        }
    };
    timed!(load(), |theory| {
        let (name, start) = match words[0] {
            "closure" => ("path", None),
            "reach" => ("path", Some(0)),
            "hops" => ("hop", None),
            "generation" => ("sg", None),
            _ => ("pt", None),
        };
        let pred = ours::pred(&mut theory, name, 2);
        let mut terms = theory.terms.lock();
        let args = [start.map(|v| terms.int(v)), None];
        let mut engine = Relational::new(&theory.program, &terms);
        let mut meter = Budget::unlimited().start();
        let answers = engine.call(&mut terms, pred, &args, &mut meter).expect("no budget to run out of").len();
        // Freeing the relations is not part of the answer, for any engine.
        std::mem::forget(engine);
        answers
    })
}
