//! Measures circuits: evaluation and gradient over batches, and the logic's share of a training step.
//!
//! `circuits export FOLDER` writes the circuits as text for peers; `circuits measure [NAME...]` prints one line for each circuit and
//! batch: name, batch, seconds of a forward pass, seconds of forward and backward; `circuits share` sets the logic of MNIST
//! addition beside the network. `bench/circuits/run.sh` puts it together.

use std::fmt::Write as _;
use std::time::Instant;

use symbolon_learn::{CircuitLayer, Example, Norm, Program, Semantics, negative_log_probability};
use symbolon_tensor::optim::{Adam, Optimiser};
use symbolon_tensor::{DType, Rng, Tensor, Windows, lean, no_grad};
use symbolon_theory::Theory;
use symbolon_theory::budget::Budget;
use symbolon_theory::circuit::{Circuit, Kind, NodeIndex, Weights};
use symbolon_theory::compile::Compiled;
use symbolon_theory::lineage::Lineage;

#[allow(dead_code)]
#[path = "../../../symbolic/theory/benches/lineages/mod.rs"]
mod lineages;

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BATCHES: [usize; 4] = [64, 256, 1024, 4096];

fn circuits() -> Vec<(&'static str, Lineage)> {
    vec![
        ("addition-1", lineages::addition(1)),
        ("addition-2", lineages::addition(2)),
        ("ladder-100", lineages::ladder(100)),
        ("hmm-100", lineages::hmm(100, 2, false)),
        ("smokers-10", lineages::smokers(10, 2, true)),
        ("network-5x5", lineages::grid_network(5, true)),
        ("reliability-20", lineages::reliability(20, 35)),
    ]
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["export", folder] => export(folder),
        ["share"] => share(),
        ["measure", ref names @ ..] => measure(names),
        _ => eprintln!("circuits export FOLDER | circuits measure [NAME...] | circuits share"),
    }
}

fn compile(lineage: &Lineage) -> (Compiled, Weights) {
    let compiled = Circuit::compile(lineage, &Budget::default());
    assert!(compiled.stop.is_none(), "the budget is used up");
    let weights = Weights::of(lineage, &[], &[]).expect("constants");
    (compiled, weights)
}

/// One line for each node, children by line number: `L` and a weight's number, `A` and `O` with children, `R` with the roots at
/// the end; then `W` with the weights.
fn export(folder: &str) {
    std::fs::create_dir_all(folder).expect("the folder can be made");
    for (name, lineage) in circuits() {
        let (compiled, weights) = compile(&lineage);
        let circuit = &compiled.circuit;
        let mut text = String::new();
        let mut lines = 0;
        let mut line_of = vec![0usize; circuit.len()];
        let mut line = |text: &mut String, content: String| {
            writeln!(text, "{content}").expect("text grows");
            lines += 1;
            lines - 1
        };
        let list = |items: &[usize]| items.iter().map(|i| format!(" {i}")).collect::<String>();
        for i in 0..circuit.len() as NodeIndex {
            let children: Vec<usize> = circuit.children(i).iter().map(|&c| line_of[c as usize]).collect();
            line_of[i as usize] = match circuit.kind(i) {
                Kind::Leaf(leaf) => {
                    let leaf = circuit.leaf(leaf);
                    let base = weights.offset(leaf.choice);
                    let own: Vec<usize> =
                        leaf.values.iter().map(|&v| line(&mut text, format!("L {}", base + v as usize))).collect();
                    if own.len() == 1 { own[0] } else { line(&mut text, format!("O{}", list(&own))) }
                }
                Kind::And => line(&mut text, format!("A{}", list(&children))),
                Kind::Or => line(&mut text, format!("O{}", list(&children))),
                Kind::Unknown => unreachable!("complete circuits only"),
            };
        }
        let roots: Vec<usize> = compiled.queries.iter().map(|&q| line_of[q as usize]).collect();
        line(&mut text, format!("R{}", list(&roots)));
        let values: String = weights.flat().iter().map(|w| format!(" {w}")).collect();
        line(&mut text, format!("W{values}"));
        let logs = circuit.log_values(&weights, 0.0);
        let expected: String = compiled.queries.iter().map(|&q| format!(" {}", logs[q as usize])).collect();
        line(&mut text, format!("V{expected}"));
        std::fs::write(format!("{folder}/{name}.txt"), text).expect("the file can be written");
    }
}

/// Seconds on the clock, or with `CLOCK=cpu` those that this thread has worked: right for one thread, whatever else runs here.
fn now() -> f64 {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    let worked = match std::env::var("CLOCK").is_ok_and(|c| c == "cpu") {
        true => std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default(),
        false => String::new(),
    };
    let nanoseconds = worked.split(' ').next().and_then(|n| n.parse::<f64>().ok());
    nanoseconds.map_or_else(|| START.elapsed().as_secs_f64(), |n| n / 1e9)
}

/// The least of several runs' seconds, each long enough to be measured.
fn seconds(mut run: impl FnMut()) -> f64 {
    run();
    // The other clock may tick too slowly for a single run.
    let start = Instant::now();
    run();
    let once = start.elapsed().as_secs_f64().max(1e-7);
    let n = ((0.05 / once) as usize).clamp(1, 10_000);
    let one = |_| {
        let start = now();
        (0..n).for_each(|_| run());
        (now() - start) / n as f64
    };
    (0..7).map(one).fold(f64::INFINITY, f64::min)
}

fn measure(names: &[&str]) {
    for (name, lineage) in circuits() {
        if !names.is_empty() && !names.contains(&name) {
            continue;
        }
        let (compiled, weights) = compile(&lineage);
        let layer = CircuitLayer::new(&compiled.circuit, &compiled.queries).expect("complete");
        let row = Tensor::from(weights.flat().iter().map(|w| w.max(1e-6).ln() as f32).collect::<Vec<f32>>());
        for batch in BATCHES {
            let x = row.reshape([1, row.len()]).expand([batch, row.len()]).contiguous().variable();
            let forward = seconds(|| drop(no_grad(|| layer.log_values(&x))));
            let both = seconds(|| drop(layer.log_values(&x).sum().grad(&[&x])));
            println!("{name}\t{batch}\t{forward:.9}\t{both:.9}\t{}", layer.edges());
        }
    }
}

fn lenet(p: &[Tensor], x: &Tensor) -> Tensor {
    let h = x.conv2d(&p[0], Some(&p[1]), Windows::default()).relu().max_pool2d([2, 2], Windows::stride(2));
    let h = h.conv2d(&p[2], Some(&p[3]), Windows::default()).relu().max_pool2d([2, 2], Windows::stride(2));
    let h = h.flatten(1, 3).linear(&p[4], Some(&p[5])).relu();
    h.linear(&p[6], Some(&p[7])).relu().linear(&p[8], Some(&p[9])).log_softmax(-1)
}

/// Pairs of pictures with observed sums.
fn sums_of(text: &str, sums: &[i64], semantics: Semantics) -> (Program, Vec<Example>) {
    let mut program = Program::new(Theory::parse(text).expect("a theory")).with_semantics(semantics);
    let example = |(i, s): (usize, &i64)| {
        program.example(&format!("addition(image({}), image({}), {s})", 2 * i, 2 * i + 1)).expect("a sum")
    };
    let examples = sums.iter().enumerate().map(example).collect();
    (program, examples)
}

/// A training step of MNIST addition beside the same step on direct labels, which is the limit.
fn share() {
    let text = "nn(digit, [X], Y, [0..9]) :: digit(X, Y). addition(A, B, S) :- digit(A, X), digit(B, Y), S is X + Y.";
    let mut rng = Rng::new(0);
    for pairs in [64usize, 256, 1024] {
        let sums = rng.indices([pairs], 19).to_vec::<i64>();
        let (program, examples) = sums_of(text, &sums, Semantics::Exact);
        let images = rng.normal([2 * pairs, 1, 28, 28], DType::F32);
        let labels = rng.indices([2 * pairs], 10);
        let none = program.parameters(DType::F32);
        let p: Vec<Tensor> = [
            vec![6, 1, 5, 5],
            vec![6],
            vec![16, 6, 5, 5],
            vec![16],
            vec![256, 120],
            vec![120],
            vec![120, 84],
            vec![84],
            vec![84, 10],
            vec![10],
        ]
        .iter()
        .map(|shape| rng.normal(shape, DType::F32).mul_scalar(0.05).variable())
        .collect();
        // Each starts from the same weights, and they take turns: the least of three is not whoever came last.
        let start = p.clone();
        let step = |loss: &dyn Fn(&Tensor) -> Tensor| {
            let mut p: Vec<Tensor> = start.iter().map(|p| p.detach().variable()).collect();
            let mut adam = Adam::new(1e-3);
            seconds(|| {
                let loss = lean(|| loss(&lenet(&p, &images)));
                let grads = loss.grad(&p.iter().collect::<Vec<_>>());
                adam.step(&mut p.iter_mut().collect::<Vec<_>>(), &grads);
            })
        };
        let (mut direct, mut taught) = (f64::INFINITY, f64::INFINITY);
        for _ in 0..3 {
            let columns = labels.reshape([2 * pairs, 1]);
            direct = step(&|logs| logs.gather(1, &columns).mean().negative()).min(direct);
            let through = |logs: &Tensor| {
                let batch = program.batch(&examples);
                let y = program.log_probability(&batch, std::slice::from_ref(logs), &none).expect("outputs fit");
                negative_log_probability(&y).value
            };
            taught = step(&through).min(taught);
        }
        let logs = rng.normal([2 * pairs, 10], DType::F32).log_softmax(-1).variable();
        let [logic, proofs, fuzzy] =
            [Semantics::Exact, Semantics::TopK(3), Semantics::Fuzzy(Norm::Product)].map(|semantics| {
                let (program, examples) = sums_of(text, &sums, semantics);
                seconds(|| {
                    let batch = program.batch(&examples);
                    let y = program.log_probability(&batch, std::slice::from_ref(&logs), &none).expect("outputs fit");
                    drop(negative_log_probability(&y).value.grad(&[&logs]));
                })
            });
        println!(
            "{pairs} pairs: direct labels {:.3} ms, through the theory {:.3} ms, the logic alone {:.4} ms: {:.2}% of a step, {:.0} pairs/s; with the best 3 proofs {:.3} ms, fuzzy {:.3} ms",
            direct * 1e3,
            taught * 1e3,
            logic * 1e3,
            100.0 * logic / direct,
            pairs as f64 / taught,
            proofs * 1e3,
            fuzzy * 1e3
        );
    }
}
