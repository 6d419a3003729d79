//! Row 6, "Neuro-Symbolic Frameworks: Conceptual Characterization and Empirical Comparative Analysis": one theory read by three
//! engines (possible worlds, best proofs, declared constraints), with the same network, optimiser and data.
//!
//! Grounding and compilation count as time. The sum of numbers is written digit by digit with a carry, so that all engines can
//! go to three digits; the textbook source, which enumerates both numbers, is measured for its cost alone.

use std::time::Instant;

use symbolon_check::claim::Evidence;
use symbolon_check::stats::Estimate;
use symbolon_data::{Labelled, Tuples, mnist};
use symbolon_draw::{Axis, Cell, Column, Plot, Table};
use symbolon_learn::declare::{Constraints, Multipliers};
use symbolon_learn::facets::{Engine, PROBES, effort, probe};
use symbolon_learn::{Program, Semantics, negative_log_probability};
use symbolon_net::train::{Fit, Trainer, prepare};
use symbolon_net::{Architecture, Network, Trace};
use symbolon_tensor::optim::Adam;
use symbolon_tensor::{DType, Device, Rng, Tensor, no_grad};
use symbolon_theory::Theory;
use symbolon_theory::budget::Budget;

use crate::{Lab, Result};

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

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    let digits = mnist::digits()?;
    let seeds: Vec<u64> = lab.seeds().into_iter().take(lab.pick(5, 10)).collect();
    let pairs = lab.pick(3_000, 30_000);
    let (mut accuracy, mut curves) = (vec![Vec::new(); 3], Vec::new());
    let (mut wrong, mut random, mut violations) = (Vec::new(), Vec::new(), vec![Vec::new(); 3]);
    for &seed in &seeds {
        for (e, engine) in ENGINES.into_iter().enumerate() {
            lab.note(&format!("seed {seed}: {} learns digits from sums", engine.name()));
            let curve = lab.keep(&format!("sums {} {seed}", engine.name()), |_| {
                taught(engine, SUM, &digits.train, &digits.held_out, pairs, seed, Target::Sum)
            })?;
            accuracy[e].push(curve[curve.len() - 1].1);
            curves.push((engine, curve));
            violations[e].push(lab.keep(&format!("tags {} {seed}", engine.name()), |_| tagged(engine, seed))?);
        }
        let mut control = |name: &str, theory, target| -> Result<f64> {
            lab.note(&format!("seed {seed}: control, {name}"));
            let part = (&digits.train, &digits.held_out);
            let curve = lab.keep(&format!("{name} {seed}"), |_| {
                taught(Engine::Exact, theory, part.0, part.1, pairs, seed, target)
            })?;
            Ok(curve[curve.len() - 1].1)
        };
        wrong.push(control("differences for sums", DIFFERENCE, Target::Sum)?);
        random.push(control("random sums", SUM, Target::Random)?);
    }
    let [gap, over] = lab.keep("random programs", |_| top_k_against_exact(200, seeds[0]))?;
    lab.note("cost of one, two and three digits");
    let cost = lab.keep("cost", |_| costs())?;

    for (e, id) in ["exact-learns", "best-proofs-learn", "declarative-learns"].into_iter().enumerate() {
        let controls = [("wrong theory", &wrong[..]), ("random target", &random[..])];
        lab.means(id, &accuracy[e], if e == 0 { &controls } else { &[] })?;
    }
    lab.report("many-proofs-are-exact", Evidence::new(Estimate::exact(gap)?))?;
    lab.report("one-proof-is-a-lower-bound", Evidence::new(Estimate::exact(over)?))?;
    let exponent = |a: f64, b: f64| (b / a).log2();
    lab.report(
        "exact-cost-is-super-linear",
        Evidence::new(Estimate::exact(exponent(cost.textbook[0], cost.textbook[1]))?),
    )?;
    for (id, e) in [("best-proofs-stay-cheap", 1), ("relaxation-stays-cheap", 2)] {
        lab.report(id, Evidence::new(Estimate::exact(cost.update[e][2] / cost.update[e][0])?))?;
    }
    for (e, id) in ["exact-violates", "best-proofs-violate"].into_iter().enumerate() {
        lab.means(id, &violations[e], &[])?;
    }
    lab.report("declared-constraints-hold", Evidence::new(Estimate::exact(violations[2].iter().sum::<f64>())?))?;
    let told =
        |facet: &str, e: usize| PROBES.iter().find(|p| p.facet == facet).is_some_and(|p| probe(ENGINES[e], p).accepted);
    let expected = [
        ("recursion", [true, true, false]),
        ("hard_constraints", [true, true, true]),
        ("aggregates", [true, true, true]),
    ];
    let right =
        expected.iter().flat_map(|(f, w)| w.iter().enumerate().map(|(e, w)| told(f, e) == *w)).filter(|r| *r).count();
    lab.report("probes-are-as-characterised", Evidence::new(Estimate::exact(right as f64 / 9.0)?))?;
    show(lab, &curves, &cost);
    Ok(())
}

/// What a pair of pictures is said to sum to.
#[derive(Clone, Copy, PartialEq)]
enum Target {
    Sum,
    Random,
}

fn query(items: &[usize], sum: usize) -> String {
    let n = items.len() / 2;
    let list = |part: &[usize]| part.iter().map(|i| format!("image({i})")).collect::<Vec<_>>().join(",");
    let digits: Vec<String> = (0..=n).map(|i| (sum / 10usize.pow(i as u32) % 10).to_string()).collect();
    format!("addition([{}],[{}],[{}])", list(&items[..n]), list(&items[n..]), digits.join(","))
}

/// The sum of two numbers, each given by its digits, least significant first.
fn sum_of(labels: &[usize], items: &[usize]) -> usize {
    let n = items.len() / 2;
    items.iter().enumerate().map(|(i, item)| labels[*item] * 10usize.pow((i % n) as u32)).sum()
}

/// Accuracy on single held-out digits after each epoch, with the seconds that training took, compilation included.
fn taught(
    engine: Engine,
    theory: &str,
    train: &Labelled,
    test: &Labelled,
    pairs: usize,
    seed: u64,
    target: Target,
) -> Result<Vec<(f64, f64)>> {
    let began = Instant::now();
    let mut program = Program::new(Theory::parse(theory)?).with_semantics(engine.semantics());
    let mut network = "lenet(10)".parse::<Architecture>()?.build(&mut Rng::new(seed), Device::Cpu)?;
    let tuples = Tuples::new(0..train.len(), 2, seed)?.count(pairs);
    let mut multipliers = Multipliers::new(1, 0.05, 2.0);
    let mut rng = Rng::new(!seed);
    let mut trainer = Trainer::new(Adam::new(2e-3)).epochs(1).seed(seed);
    let mut curve = Vec::new();
    for _ in 0..10 {
        let all = tuples.epoch(0);
        let mut next = all.chunks(32);
        let steps = next.len();
        let mut task = Fit::new(&mut *network, steps, |network, _| {
            let items = next.next().unwrap_or_default();
            let mut examples = Vec::new();
            for pair in items {
                let sum = if target == Target::Sum { sum_of(&train.labels, pair) } else { rng.below(19) };
                examples.push(program.example(&query(pair, sum)).map_err(symbolon_net::Error::other)?);
            }
            let log_p = called(&program, &examples, network, &train.images).map_err(symbolon_net::Error::other)?;
            let loss = negative_log_probability(&log_p).value;
            Ok(match engine {
                Engine::Declarative => {
                    loss + multipliers.loss(&log_p.exp().unsqueeze(1)).map_err(symbolon_net::Error::other)?
                }
                _ => loss,
            })
        });
        trainer.run(&mut task)?;
        curve.push((began.elapsed().as_secs_f64(), accuracy(&*network, test)?));
    }
    Ok(curve)
}

/// Log-probabilities of examples over numbered pictures.
fn called(
    program: &Program,
    examples: &[symbolon_learn::Example],
    network: &dyn Network,
    images: &Tensor,
) -> Result<Tensor> {
    let batch = program.batch(examples);
    let mut outputs = Vec::new();
    for calls in &batch.calls {
        let number = |inputs: &Vec<symbolon_theory::term::Term>| {
            let text = program.show(inputs[0]);
            text.chars().filter(char::is_ascii_digit).collect::<String>().parse::<usize>().unwrap_or(0)
        };
        let rows: Vec<usize> = calls.inputs.iter().map(number).collect();
        let x = images.index_select(0, &symbolon_data::indices(&rows));
        outputs.push(network.forward(&[x], &mut Trace::none())?.log_softmax(1));
    }
    Ok(program.log_probability(&batch, &outputs, &program.parameters(DType::F32))?)
}

fn accuracy(network: &dyn Network, test: &Labelled) -> Result<f64> {
    let y = no_grad(|| network.forward(std::slice::from_ref(&test.images), &mut Trace::none()))?;
    let right = y.argmax(1).to_vec::<i64>().iter().zip(&test.labels).filter(|(g, l)| **g == **l as i64).count();
    Ok(right as f64 / test.len() as f64)
}

/// The largest difference between many proofs and all, and how far one proof ever lies above the exact probability, on random programs.
fn top_k_against_exact(programs: usize, seed: u64) -> Result<[f64; 2]> {
    let mut rng = Rng::new(seed ^ 0x70bc);
    let (mut gap, mut over) = (0.0f64, f64::NEG_INFINITY);
    for _ in 0..programs {
        let mut text = String::from("0.3::c(1); 0.4::c(2); 0.2::c(3).\n");
        (0..5).for_each(|i| text += &format!("{:.2}::f{i}.\n", 0.05 + 0.9 * rng.unit()));
        for _ in 0..6 {
            let leaf = |rng: &mut Rng| match rng.below(3) {
                0 => format!("c({})", 1 + rng.below(3)),
                1 => format!("f{}", rng.below(5)),
                _ => format!("\\+ f{}", rng.below(5)),
            };
            let head = rng.below(3);
            let second = if rng.below(3) == 0 { format!("r{}", rng.below(3)) } else { leaf(&mut rng) };
            text += &format!("r{head} :- {}, {second}.\n", leaf(&mut rng));
        }
        text += "q :- r0. q :- r1. q :- r2. r0 :- fail. r1 :- fail. r2 :- fail.";
        let ask = |semantics| -> Result<f64> {
            let theory = Theory::parse(&text)?;
            let mut program = Program::new(theory).with_semantics(semantics);
            let example = program.example("q")?;
            let batch = program.batch([&example]);
            Ok(program.log_probability(&batch, &[], &program.parameters(DType::F64))?.exp().to_vec::<f64>()[0])
        };
        let exact = ask(Semantics::Exact)?;
        gap = gap.max((ask(Semantics::TopK(10_000))? - exact).abs());
        over = over.max(ask(Semantics::TopK(1))? - exact);
    }
    Ok([gap, over])
}

/// Seconds.
#[derive(serde::Serialize, serde::Deserialize)]
struct Cost {
    /// Until the first example is ready, by engine and number of digits.
    compile: Vec<Vec<f64>>,
    /// Of an update with 32 examples, by engine and number of digits.
    update: Vec<Vec<f64>>,
    /// Of compilation and 50 updates of the textbook source, read exactly, with one and two digits.
    textbook: Vec<f64>,
}

fn costs() -> Result<Cost> {
    let one = |engine: Engine, source: &str, digits: usize| -> Result<[f64; 2]> {
        let began = Instant::now();
        let theory = Theory::parse(source)?;
        let mut program = Program::new(theory)
            .with_semantics(engine.semantics())
            .with_budget(Budget::with_time(std::time::Duration::from_secs(900)));
        let mut rng = Rng::new(0);
        let mut network = "lenet(10)".parse::<Architecture>()?.build(&mut rng, Device::Cpu)?;
        prepare(&mut network);
        let images = rng.uniform([64 * digits, 1, 28, 28], 0.0, 1.0, DType::F32);
        let mut examples = Vec::new();
        for e in 0..32 {
            let items: Vec<usize> = (0..2 * digits).map(|i| e * 2 * digits + i).collect();
            let sum = (0..digits).map(|i| rng.below(19) * 10usize.pow(i as u32)).sum::<usize>();
            let text = match source == TEXTBOOK {
                true => {
                    query(&items, 0).replace(&format!(",[{}])", vec!["0"; digits + 1].join(",")), &format!(",{sum})"))
                }
                false => query(&items, sum),
            };
            examples.push(program.example(&text)?);
        }
        let compiled = began.elapsed().as_secs_f64();
        let step = || -> Result<f64> {
            let began = Instant::now();
            let loss = negative_log_probability(&called(&program, &examples, &*network, &images)?).value;
            let parameters = network.parameters();
            loss.grad(&parameters.iter().map(|(_, p)| *p).collect::<Vec<_>>());
            Ok(began.elapsed().as_secs_f64())
        };
        // The best of a few: whatever else the machine does only adds.
        let mut best = f64::INFINITY;
        for _ in 0..6 {
            best = best.min(step()?);
        }
        Ok([compiled, best])
    };
    let mut cost = Cost { compile: Vec::new(), update: Vec::new(), textbook: Vec::new() };
    for engine in ENGINES {
        let all = (1..=3).map(|n| one(engine, SUM, n)).collect::<Result<Vec<_>>>()?;
        cost.compile.push(all.iter().map(|a| a[0]).collect());
        cost.update.push(all.iter().map(|a| a[1]).collect());
    }
    for n in 1..=2 {
        let [compile, update] = one(Engine::Exact, TEXTBOOK, n)?;
        cost.textbook.push(compile + 50.0 * update);
    }
    Ok(cost)
}

/// The share of tagged test sequences that break a rule (an inside without a begin), by an engine that learned from a few labels and
/// the rule; the declarative engine infers under the rule.
fn tagged(engine: Engine, seed: u64) -> Result<f64> {
    const LENGTH: usize = 6;
    let mut rng = Rng::new(seed ^ 0x7a65);
    let sequences = 300;
    let mut labels = Vec::new();
    for _ in 0..sequences {
        let mut before = 2;
        for _ in 0..LENGTH {
            before = if before == 2 { [0, 2][rng.below(2)] } else { rng.below(3) };
            labels.push(before);
        }
    }
    let noise = rng.normal([labels.len(), 3], DType::F32) * 0.7;
    let x = symbolon_data::indices(&labels).one_hot(3, DType::F32) + noise;
    let mut network = "mlp(3, 16, 3)".parse::<Architecture>()?.build(&mut Rng::new(seed), Device::Cpu)?;
    let theory = Theory::parse(TAGS)?;
    let mut program = Program::new(theory.clone()).with_semantics(engine.semantics());
    let text = |s: usize| {
        let list: Vec<String> = (s * LENGTH..(s + 1) * LENGTH).map(|i| format!("image({i})")).collect();
        format!("ok([{}],o)", list.join(","))
    };
    let (known, seen) = (20, 100);
    let examples = (0..seen).map(|s| program.example(&text(s))).collect::<symbolon_learn::Result<Vec<_>>>()?;
    let mut task = Fit::new(&mut *network, 100, |network, _| {
        let rule =
            negative_log_probability(&called(&program, &examples, network, &x).map_err(symbolon_net::Error::other)?);
        let y = network.forward(&[x.narrow(0, ..known * LENGTH)], &mut Trace::none())?;
        Ok(y.cross_entropy(&symbolon_data::indices(&labels[..known * LENGTH])) + rule.value * 0.2)
    });
    Trainer::new(Adam::new(1e-2)).epochs(1).seed(seed).run(&mut task)?;
    let log_p = no_grad(|| network.forward(std::slice::from_ref(&x), &mut Trace::none()))?.log_softmax(1);
    let rows: Vec<Vec<f64>> = log_p.to_vec::<f64>().chunks(3).map(<[f64]>::to_vec).collect();
    let declared = Constraints::of_theory(&theory, &text(0), &Budget::default())?;
    let mut constraints = declared.constraints;
    constraints.require(declared.answers[0].1);
    let mut broken = 0;
    for s in seen..sequences {
        // Calls in the order in which the theory made them.
        let of_call = |c: &(String, Vec<String>)| {
            let i: usize = c.1[0].chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
            rows[s * LENGTH + i].clone()
        };
        let table: Vec<Vec<f64>> = declared.calls.iter().map(of_call).collect();
        let best = |row: &Vec<f64>| (0..3).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap_or(0);
        let tags = match engine {
            Engine::Declarative => constraints.best(&table, &[], &Budget::default())?.unwrap_or_default(),
            _ => table.iter().map(best).collect(),
        };
        broken += usize::from(!constraints.holds(&tags, &[])?.into_iter().all(|h| h));
    }
    Ok(broken as f64 / (sequences - seen) as f64)
}

fn show(lab: &mut Lab, curves: &[(Engine, Vec<(f64, f64)>)], cost: &Cost) {
    let mut plot = Plot::new("Digit accuracy against training time")
        .x(Axis::new("time").unit("s"))
        .y(Axis::new("accuracy").percent());
    for (engine, curve) in curves.iter().take(3) {
        plot = plot.line(engine.name(), curve);
    }
    let facets = PROBES.iter().map(|p| {
        let cell = |e: Engine| {
            let found = probe(e, p);
            Cell::Text(format!(
                "{}: {}",
                if found.accepted { "runs" } else { "refuses" },
                found.said.lines().next().unwrap_or_default()
            ))
        };
        vec![Cell::Text(format!("{} ({})", p.facet, p.meaning)), cell(ENGINES[0]), cell(ENGINES[1]), cell(ENGINES[2])]
    });
    let facets = Table::new(
        "What each engine accepts. Every cell is what the engine did with a probe program when this page was made.",
    )
    .column(Column::text("facet"))
    .column(Column::text("exact"))
    .column(Column::text("three best proofs"))
    .column(Column::text("declared constraints"))
    .extend(facets);
    let times = ENGINES.iter().enumerate().map(|(e, engine)| {
        let mut row = vec![Cell::Text(engine.name().to_owned())];
        row.extend(cost.compile[e].iter().chain(&cost.update[e]).map(|s| Cell::Number(1e3 * s)));
        row
    });
    let mut times = Table::new(
        "Milliseconds until the first batch is compiled, and for one update of 32 examples, network included.",
    )
    .extend(times);
    times = ["engine"].iter().fold(times, |t, h| t.column(Column::text(*h)));
    times = ["compile, 1 digit", "2 digits", "3 digits", "update, 1 digit", "2 digits", "3 digits"]
        .iter()
        .fold(times, |t, h| t.column(Column::number(*h).decimals(1)));
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
}
