//! Row 6, "Neuro-Symbolic Frameworks: Conceptual Characterization and Empirical Comparative Analysis": one theory read by three
//! engines (possible worlds, best proofs, declared constraints), with the same network, optimiser and data.
//!
//! Grounding and compilation count as time. The sum of numbers is written digit by digit with a carry, so that all engines can
//! go to three digits; the textbook source, which enumerates both numbers, is measured for its cost alone.

use std::time::{Duration, Instant};

use symbolon_data::{Divided, Tagged, Tuples, indices, mnist};
use symbolon_draw::{Axis, Plot, Table};
use symbolon_learn::declare::{Constraints, Multipliers};
use symbolon_learn::facets::{Cost, Engine, PROBES, cost, effort, find, probe, random_theory};
use symbolon_learn::{Program, Semantics, images, negative_log_probability};
use symbolon_net::train::{Fit, Trainer, prepare, watched};
use symbolon_net::{Architecture, accuracy};
use symbolon_tensor::optim::Adam;
use symbolon_tensor::{DType, Device, Rng, no_grad};
use symbolon_theory::Theory;
use symbolon_theory::budget::Budget;

use crate::{Lab, Numbers, Result};

const ENGINES: [Engine; 3] = [Engine::Exact, Engine::TopK(3), Engine::Declarative];
const SUM: &str = "nn(digit, [X], Y, [0..9]) :: digit(X, Y).
add([], [], C, [C]).
add([A|As], [B|Bs], C, [D|Ds]) :- digit(A, X), digit(B, Y), T is X + Y + C, D is T mod 10, C1 is T // 10, add(As, Bs, C1, Ds).
addition(As, Bs, S) :- add(As, Bs, 0, S).";
const TEXTBOOK: &str = "nn(digit, [X], Y, [0..9]) :: digit(X, Y).
value([], N, N).
value([X|Xs], N0, N) :- digit(X, D), N1 is 10 * N0 + D, value(Xs, N1, N).
addition(As, Bs, S) :- value(As, 0, A), value(Bs, 0, B), S is A + B.";
const DIFFERENCE: &str = "nn(digit, [X], Y, [0..9]) :: digit(X, Y).
addition([A], [B], [S, 0]) :- digit(A, X), digit(B, Y), S is X - Y.";
const TAGS: &str = "nn(tag, [X], Y, [b,i,o]) :: tag(X, Y).
ok([], _).
ok([X|Xs], P) :- tag(X, L), follows(P, L), ok(Xs, L).
follows(b, b). follows(b, i). follows(b, o). follows(i, b). follows(i, i). follows(i, o). follows(o, b). follows(o, o).";

/// Facets, and whether the paper says that each engine has them.
const EXPECTED: [(&str, [bool; 3]); 3] =
    [("recursion", [true, true, false]), ("hard_constraints", [true; 3]), ("aggregates", [true; 3])];

/// Points of a line.
type Curve = Vec<(f64, f64)>;

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    let digits = mnist::digits()?;
    let pairs = lab.pick(3_000, 30_000);
    let (mut n, mut curves) = (Numbers::default(), Vec::new());
    let seeds = lab.first_seeds(5, 10);
    for &seed in &seeds {
        for engine in ENGINES {
            let name = engine.name();
            let curve = lab.keep(&format!("seed {seed}: {name} learns digits from sums"), |_| {
                taught(engine, SUM, &digits, pairs, seed, false)
            })?;
            n.add(name, curve[curve.len() - 1].1);
            curves.push((name, curve));
            n.add(
                format!("{name} breaks"),
                lab.keep(&format!("seed {seed}: {name} learns tags"), |_| tagged(engine, seed))?,
            );
        }
        for (name, theory, random) in [("differences for sums", DIFFERENCE, false), ("random sums", SUM, true)] {
            let control = |_: &mut Lab| taught(Engine::Exact, theory, &digits, pairs, seed, random);
            let curve = lab.keep(&format!("seed {seed}: control, {name}"), control)?;
            n.add(name, curve[curve.len() - 1].1);
        }
    }
    let [gap, over] = lab.keep("random programs", |_| top_k_against_exact(200, seeds[0]))?;
    let cost = lab.keep("cost of one, two and three digits", |_| costs())?;

    let controls = [("wrong theory", "differences for sums"), ("random target", "random sums")];
    lab.all_means(
        &n,
        &[
            ("exact-learns", "exact", &controls),
            ("best-proofs-learn", "best_proofs", &[]),
            ("declarative-learns", "declarative", &[]),
            ("exact-violates", "exact breaks", &[]),
            ("best-proofs-violate", "best_proofs breaks", &[]),
        ],
    )?;
    let times = |what: &str, more: usize| -> Result<f64> { Ok(cost.of(what)?[more] / cost.of(what)?[0]) };
    let told = |facet: &str, engine: Engine| find(facet).is_ok_and(|p| probe(engine, p).accepted);
    let agrees = |(facet, has): &(&str, [bool; 3])| (0..3).filter(|&e| told(facet, ENGINES[e]) == has[e]).count();
    for (id, value) in [
        ("many-proofs-are-exact", gap),
        ("one-proof-is-a-lower-bound", over),
        ("exact-cost-is-super-linear", times("textbook", 1)?.log2()),
        ("best-proofs-stay-cheap", times("update best_proofs", 2)?),
        ("relaxation-stays-cheap", times("update declarative", 2)?),
        ("declared-constraints-hold", n.of("declarative breaks")?.iter().sum()),
        ("probes-are-as-characterised", EXPECTED.iter().map(agrees).sum::<usize>() as f64 / 9.0),
    ] {
        lab.exact(id, value, &[])?;
    }
    show(lab, &curves[..3], &cost)
}

/// A question about pictures of the digits of two numbers, least significant first.
fn query(items: &[usize], sum: &str) -> String {
    let (a, b) = items.split_at(items.len() / 2);
    format!("addition({},{},{sum})", images(a.iter().copied()), images(b.iter().copied()))
}

/// The digits of a sum, least significant first, as a list.
fn digits_of(sum: usize, places: u32) -> String {
    let digits: Vec<String> = (0..places).map(|i| (sum / 10usize.pow(i) % 10).to_string()).collect();
    format!("[{}]", digits.join(","))
}

/// After each epoch the seconds that training took, compilation included, and the accuracy on single held-out digits. With `random` the
/// sums say nothing of the pictures.
fn taught(engine: Engine, theory: &str, digits: &Divided, pairs: usize, seed: u64, random: bool) -> Result<Curve> {
    let began = Instant::now();
    let (train, test) = (&digits.train, &digits.held_out);
    let mut program = Program::new(Theory::parse(theory)?).with_semantics(engine.semantics());
    let mut network = "lenet(10)".parse::<Architecture>()?.build(&mut Rng::new(seed), Device::Cpu)?;
    let all = Tuples::new(0..train.len(), 2, seed)?.count(pairs).epoch(0);
    let batches: Vec<&[Vec<usize>]> = all.chunks(32).collect();
    let mut multipliers = Multipliers::new(1, 0.05, 2.0);
    let mut rng = Rng::new(!seed);
    let trainer = Trainer::new(Adam::new(2e-3)).epochs(10).seed(seed);
    let curve = watched(
        trainer,
        &mut *network,
        batches.len(),
        |network, step| {
            let mut examples = Vec::new();
            for pair in batches[step.batch] {
                let sum = if random { rng.below(19) } else { train.labels[pair[0]] + train.labels[pair[1]] };
                examples.push(program.example(&query(pair, &digits_of(sum, 2)))?);
            }
            let log_p = program.log_probability_of_rows(&examples, network, &train.images)?;
            let loss = negative_log_probability(&log_p).value;
            Ok(match engine {
                Engine::Declarative => loss + multipliers.loss(&log_p.exp().unsqueeze(1))?,
                _ => loss,
            })
        },
        |network, _| Ok((began.elapsed().as_secs_f64(), accuracy(network, &test.images, &test.labels)?)),
        |_| false,
    )?;
    Ok(curve)
}

/// The largest difference between many proofs and all, and how far one proof ever lies above the exact probability, on random programs.
fn top_k_against_exact(programs: usize, seed: u64) -> Result<[f64; 2]> {
    let mut rng = Rng::new(seed ^ 0x70bc);
    let (mut gap, mut over) = (0.0f64, f64::NEG_INFINITY);
    for _ in 0..programs {
        let theory = Theory::parse(&random_theory(&mut rng))?;
        let ask = |semantics| Program::new(theory.clone()).with_semantics(semantics).probability("q");
        let exact = ask(Semantics::Exact)?;
        gap = gap.max((ask(Semantics::TopK(10_000))? - exact).abs());
        over = over.max(ask(Semantics::TopK(1))? - exact);
    }
    Ok([gap, over])
}

/// Seconds, by engine and number of digits: `compile`, until the first batch is ready; `update`, of 32 examples; `textbook`, of compilation
/// and 50 updates of that source, read exactly.
fn costs() -> Result<Numbers> {
    let one = |engine: Engine, source: &str, digits: usize| -> Result<Cost> {
        let mut rng = Rng::new(0);
        let mut network = "lenet(10)".parse::<Architecture>()?.build(&mut rng, Device::Cpu)?;
        prepare(&mut network);
        let pictures = rng.uniform([64 * digits, 1, 28, 28], 0.0, 1.0, DType::F32);
        let mut ask = |example: usize| {
            let items: Vec<usize> = (0..2 * digits).map(|i| example * 2 * digits + i).collect();
            let sum = (0..digits).map(|i| rng.below(19) * 10usize.pow(i as u32)).sum::<usize>();
            query(&items, &if source == TEXTBOOK { sum.to_string() } else { digits_of(sum, digits as u32 + 1) })
        };
        let queries: Vec<String> = (0..32).map(&mut ask).collect();
        Ok(cost(engine, source, &queries, &*network, &pictures, &Budget::with_time(Duration::from_secs(900)), 6)?)
    };
    let mut seconds = Numbers::default();
    for (engine, digits) in ENGINES.into_iter().flat_map(|e| (1..=3).map(move |n| (e, n))) {
        let found = one(engine, SUM, digits)?;
        seconds.add(format!("compile {}", engine.name()), found.compile);
        seconds.add(format!("update {}", engine.name()), found.update);
    }
    for digits in 1..=2 {
        let found = one(Engine::Exact, TEXTBOOK, digits)?;
        seconds.add("textbook", found.compile + 50.0 * found.update);
    }
    Ok(seconds)
}

/// The share of tagged test sequences that break a rule (an inside without a begin), by an engine that learned from a few labels and
/// the rule; the declarative engine infers under the rule.
fn tagged(engine: Engine, seed: u64) -> Result<f64> {
    const LENGTH: usize = 6;
    let (known, seen, sequences) = (20, 100, 300);
    let data = Tagged::random(sequences, LENGTH, 0.7, &mut Rng::new(seed ^ 0x7a65));
    let mut network = "mlp(3, 16, 3)".parse::<Architecture>()?.build(&mut Rng::new(seed), Device::Cpu)?;
    let theory = Theory::parse(TAGS)?;
    let mut program = Program::new(theory.clone()).with_semantics(engine.semantics());
    let text = |s: usize| format!("ok({},o)", images(s * LENGTH..(s + 1) * LENGTH));
    let examples = (0..seen).map(|s| program.example(&text(s))).collect::<symbolon_learn::Result<Vec<_>>>()?;
    let mut task = Fit::new(&mut *network, 100, |network, _| {
        let rule = negative_log_probability(&program.log_probability_of_rows(&examples, network, &data.seen)?);
        let y = network.answer(&data.seen.narrow(0, ..known * LENGTH))?;
        Ok(y.cross_entropy(&indices(&data.labels[..known * LENGTH])) + rule.value * 0.2)
    });
    Trainer::new(Adam::new(1e-2)).epochs(1).seed(seed).run(&mut task)?;
    let log_p = no_grad(|| network.answer(&data.seen))?.log_softmax(1);
    let declared = Constraints::of_theory(&theory, &text(0), &Budget::default())?.requiring(0)?;
    let rule = &declared.constraints;
    let best = |row: &Vec<f64>| (0..3).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap_or(0);
    let mut broken = 0;
    for s in seen..sequences {
        let table = declared.outputs(&log_p, s * LENGTH)?;
        let tags = match engine {
            Engine::Declarative => rule.best(&table, &[], &Budget::default())?.unwrap_or_default(),
            _ => table.iter().map(best).collect(),
        };
        broken += usize::from(rule.holds(&tags, &[])?.contains(&false));
    }
    Ok(broken as f64 / (sequences - seen) as f64)
}

fn show(lab: &mut Lab, curves: &[(&str, Curve)], cost: &Numbers) -> Result<()> {
    let plot = Plot::new("Digit accuracy against training time")
        .x(Axis::new("time").unit("s"))
        .y(Axis::new("accuracy").percent())
        .lines(curves);
    let facets = PROBES.iter().map(|p| {
        let cell = |e: Engine| {
            let found = probe(e, p);
            let said = found.said.lines().next().unwrap_or_default();
            format!("{}: {said}", if found.accepted { "runs" } else { "refuses" })
        };
        [format!("{} ({})", p.facet, p.meaning)].into_iter().chain(ENGINES.map(cell)).collect()
    });
    let facets = Table::texts(
        "What each engine accepts. Every cell is what the engine did with a probe program when this page was made.",
        ["facet", "exact", "three best proofs", "declared constraints"],
        facets,
    );
    let milliseconds = |e: Engine| -> Result<(&str, Vec<f64>)> {
        let of = |what: &str| cost.of(&format!("{what} {}", e.name()));
        Ok((e.name(), of("compile")?.iter().chain(of("update")?).map(|s| 1e3 * s).collect()))
    };
    let times = Table::numbers(
        "Milliseconds until the first batch is compiled, and for one update of 32 examples, network included.",
        "engine",
        ["compile, 1 digit", "2 digits", "3 digits", "update, 1 digit", "2 digits", "3 digits"],
        ENGINES.into_iter().map(milliseconds).collect::<Result<Vec<_>>>()?,
    );
    let (lines, tokens) = effort(SUM);
    lab.show(|report| {
        report
            .section("One theory, three engines")
            .code("The theory that all three were given.", SUM)
            .text(format!("{lines} lines and {tokens} tokens, and no function besides."))
            .figure("The same network, optimiser, batches and number of pairs; the first point holds grounding and compilation.", plot)
            .table(times)
            .section("What they can express")
            .table(facets)
    });
    Ok(())
}
