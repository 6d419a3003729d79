//! Arithmetic units: what networks add and multiply far outside of the numbers they were trained on.

use symbolon_check::claim::Evidence;
use symbolon_check::control::over_untrained;
use symbolon_check::stats::Estimate;
use symbolon_data::{NumberTexts, Operation, Slices, mnist};
use symbolon_draw::{Axis as Scale, Plot, Table};
use symbolon_net::layers::{Arithmetic, Nac, Nalu, Pool};
use symbolon_net::train::{Fit, Step, Trainer};
use symbolon_net::{
    Answer, Architecture, Cnn, CnnConfig, Convolution, Memory, Network, Recurrent, RecurrentConfig, TimeDistributed,
    TokenReader, Trace,
};
use symbolon_read::arithmetic_or_why;
use symbolon_tensor::optim::{Adam, Schedule};
use symbolon_tensor::{DType, Device, Rng, Tensor, no_grad};

use crate::{ClaimRow, Lab, Numbers, Result};

/// Training numbers; tests go ten times as far.
const NEAR: [f64; 2] = [0.0, 1.0];
const FAR: [f64; 2] = [0.0, 10.0];
/// Errors of at most this share of a random network's count as none.
const SOLVED: f64 = 1e-3;
const MODELS: [&str; 7] = ["MLP", "tanh", "linear", "NAC", "NALU", "NAU", "NMU"];

/// Steps of Adam whose rate falls to nothing.
fn train<N: Network + ?Sized>(
    net: &mut N,
    steps: usize,
    adam: Adam,
    seed: u64,
    loss: impl FnMut(&N, &mut Step) -> symbolon_net::Result<Tensor>,
) -> Result<()> {
    let fall = Schedule::Cosine { total: steps as u64, floor: 0.02 };
    let mut trainer = Trainer::new(adam).epochs(1).seed(seed).schedule(fall).clip(10.0);
    // A network that ran away has failed; that is a result.
    trainer.run_unless_diverged(&mut Fit::new(net, steps, loss))?;
    Ok(())
}

/// One of [`MODELS`] before training.
fn fresh(name: &str, n: usize, seed: u64) -> Result<Box<dyn Network>> {
    let stack = |a, b| format!(r#"{{"kind":"arithmetic","sizes":[{n},2,1],"layers":["{a}","{b}"]}}"#);
    let text = match name {
        "NAC" => stack("nac", "nac"),
        "NALU" => stack("nalu", "nalu"),
        "NAU" => stack("nau", "nau"),
        "NMU" => stack("nau", "nmu"),
        "linear" => format!("mlp({n}, 1)"),
        "tanh" => format!(r#"{{"kind":"mlp","sizes":[{n},16,16,1],"nonlinearity":"tanh"}}"#),
        _ => format!("mlp({n}, 16, 16, 1)"),
    };
    Ok(text.parse::<Architecture>()?.build(&mut Rng::new(seed), Device::Cpu)?)
}

/// Trains one of [`MODELS`] on fresh numbers; `noise` is added to answers, `decay` pulls weights to zero.
fn trained(name: &str, task: &Slices, steps: usize, seed: u64, [noise, decay]: [f64; 2]) -> Result<Box<dyn Network>> {
    let mut net = fresh(name, task.inputs, seed)?;
    let rate = if MODELS[..3].contains(&name) { 5e-3 } else { 2e-2 };
    train(&mut *net, steps, Adam::new(rate).with_decay(decay), seed, |net, step| {
        // Decisions are asked for in the second fifth of training, and from then on (Madsen and Johansen 2020).
        let asked = ((step.step as f64 / steps as f64 - 0.2) / 0.2).clamp(0.0, 1.0);
        let x = task.inputs(64, NEAR, &mut step.rng);
        let y = task.answers(&x);
        let y = &y + step.rng.normal(y.shape(), DType::F32) * noise;
        let loss = net.answer(&x)?.mse(&y);
        Ok(net.undecided().into_iter().fold(loss, |loss, u| loss + u * (0.1 * asked)))
    })?;
    Ok(net)
}

/// The mean squared error on fresh numbers.
fn error(net: &dyn Network, task: &Slices, range: [f64; 2]) -> Result<f64> {
    let x = task.inputs(2000, range, &mut Rng::new(0x7e57));
    let error = no_grad(|| net.answer(&x))?.mse(&task.answers(&x)).item();
    Ok(if error.is_finite() { error } else { f64::from(f32::MAX) })
}

/// Errors near and far, as shares of what untrained networks of the same kind make.
fn shares(net: &dyn Network, task: &Slices) -> Result<[f64; 2]> {
    let share = |range| over_untrained(net, 1000..1005, |net| error(net, task, range));
    Ok([share(NEAR)?, share(FAR)?])
}

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    let (mut n, mut printed) = (Numbers::default(), Vec::new());
    for seed in lab.seeds() {
        lab.note(&format!("seed {seed}: sums of slices"));
        slices(lab, &mut n, seed, &mut printed)?;
    }
    for seed in lab.first_seeds(3, 10) {
        lab.note(&format!("seed {seed}: digits added up, numbers in words"));
        digits(lab, seed, &mut n)?;
        words(lab.pick(1500, 20_000), seed, &mut n)?;
    }
    show(lab, &n, printed);
    report(lab, n)
}

/// All networks on all operations; with noise; how often products are found; sums over time. What networks of the first seed
/// print is added to `printed`.
fn slices(lab: &Lab, n: &mut Numbers, seed: u64, printed: &mut Vec<String>) -> Result<()> {
    let (inputs, steps) = lab.pick((10, 2500), (100, 50_000));
    let draw = |operation| Slices::draw(inputs, operation, &mut Rng::new(seed ^ 0x51ce));
    for operation in Operation::ALL.into_iter().take(lab.pick(4, 6)) {
        let (task, formula) = (draw(operation)?, operation.formula());
        for name in MODELS {
            let net = trained(name, &task, steps, seed, [0.0, 0.0])?;
            let [near, far] = shares(&*net, &task)?;
            n.add(format!("{name} {formula} near"), near.max(1e-15));
            n.add(format!("{name} {formula} far"), far.max(1e-15));
            if seed == lab.seeds()[0] && MODELS[3..].contains(&name) {
                let said = arithmetic_or_why(&*net, &task.inputs(200, NEAR, &mut Rng::new(1)), 0.05);
                printed.push(format!("{name}, {formula}: {said}"));
            }
        }
    }
    let (sum, product) = (draw(Operation::Add)?, draw(Operation::Multiply)?);
    for name in ["linear", "NAC"] {
        let net = trained(name, &sum, steps, seed, [0.3, 1e-2])?;
        n.add(format!("{name} noisy"), shares(&*net, &sum)?[1]);
    }
    // Fresh seeds for success rates: four more networks a seed.
    for name in ["NALU", "NMU"] {
        for more in 0..4 {
            let net = trained(name, &product, steps, seed * 4 + more + 500, [0.0, 0.0])?;
            n.add_whether(format!("{name} solved"), shares(&*net, &product)?[1] <= SOLVED);
        }
    }
    for (name, hidden, memory) in [("NAC", 2, Memory::Arithmetic(Arithmetic::Nac)), ("LSTM", 16, Memory::Lstm)] {
        let config = RecurrentConfig { inputs, hidden, outputs: 1, memory };
        n.add(format!("{name} sequences"), sequences(&sum, &config, steps / 2, seed)?);
    }
    Ok(())
}

/// A memory that has learned sums over ten steps, asked about a hundred: its error, as a share of the answers' own spread around 0.
fn sequences(task: &Slices, config: &RecurrentConfig, steps: usize, seed: u64) -> Result<f64> {
    let mut net = Recurrent::new(config, &mut Rng::new(seed))?;
    let draw = |batch: usize, time: usize, rng: &mut Rng| rng.uniform([batch, time, task.inputs], 0.0, 1.0, DType::F32);
    train(&mut net, steps, Adam::new(2e-2), seed, |net, step| {
        let x = draw(32, 10, &mut step.rng);
        Ok(net.answer(&x)?.mse(&task.answers(&x)))
    })?;
    let x = draw(100, 100, &mut Rng::new(0x7e57));
    let y = task.answers(&x);
    Ok(no_grad(|| net.answer(&x))?.mse(&y).item() / y.square().mean().item())
}

/// Sums of ten pictured digits, learned from the sums alone; asked about sums of ten and of a hundred.
fn digits(lab: &Lab, seed: u64, n: &mut Numbers) -> Result<()> {
    let all = mnist::digits()?;
    for (name, memory, inputs, hidden) in
        [("NAC", Memory::Arithmetic(Arithmetic::Nac), 1, 1), ("LSTM", Memory::Lstm, 8, 32)]
    {
        let rng = &mut Rng::new(seed);
        let convolution = |channels, kernel| Convolution { channels, kernel, padding: 0, pool: Pool::Max(2) };
        let convolutions = vec![convolution(8, 5), convolution(16, 3)];
        let eye = CnnConfig { convolutions, hidden: vec![32], ..CnnConfig::lenet(28, 28, 1, inputs) };
        let then = Recurrent::new(&RecurrentConfig { inputs, hidden, outputs: 1, memory }, rng)?;
        let mut net = TimeDistributed { each: Box::new(Cnn::new(&eye, rng)?), then: Box::new(then) };
        train(&mut net, lab.pick(400, 4000), Adam::new(4e-3), seed, |net, step| {
            let [x, y] = all.train.sums(16, 10, &mut step.rng);
            Ok(net.answer(&x)?.huber(&y, 10.0))
        })?;
        for length in [10, 100] {
            let [x, y] = all.held_out.sums(1000 / length, length, &mut Rng::new(7));
            n.add(format!("{name} {length} digits"), (no_grad(|| net.answer(&x))? - y).abs().mean().item());
        }
    }
    Ok(())
}

/// Numbers in words: learned from 169 of them, asked about 631 others (200 are kept for choices, of which there were none).
fn words(steps: usize, seed: u64, n: &mut Numbers) -> Result<()> {
    let [known, asked] = NumberTexts::split(169, 631, &mut Rng::new(seed ^ 0x90bd))?;
    let read = |net: &TokenReader, texts: &NumberTexts| {
        net.forward(&[texts.tokens.clone(), texts.last.clone()], &mut Trace::none())
    };
    let [nalu, nac] = [Arithmetic::NaluApart, Arithmetic::Nac].map(Answer::Arithmetic);
    // The linear answer is in hundreds, or a thousand would be far from where weights start.
    for (name, answer) in [("LSTM", Answer::Linear(100.0)), ("NALU", nalu), ("NAC", nac)] {
        let mut net = TokenReader::new(30, 32, answer, &mut Rng::new(seed));
        net.embedding.weight = net.embedding.weight * 20.0;
        train(&mut net, steps, Adam::new(1e-2), seed, |net, _| Ok(read(net, &known)?.huber(&known.values, 1.0)))?;
        for (what, texts) in [("words known", &known), ("words", &asked)] {
            n.add(format!("{name} {what}"), (no_grad(|| read(&net, texts))? - &texts.values).abs().mean().item());
        }
    }
    Ok(())
}

fn report(lab: &mut Lab, mut n: Numbers) -> Result<()> {
    let log = |a: f64, b: f64| (a / b).log10();
    n.derive("NAC sums", ["NAC a + b near", "NAC a + b far"], f64::max)?;
    n.derive("NAC differences", ["NAC a - b near", "NAC a - b far"], f64::max)?;
    n.derive("NAC worst", ["NAC sums", "NAC differences"], f64::max)?;
    n.derive("noise", ["linear noisy", "NAC noisy"], log)?;
    n.derive("MLP leaves", ["MLP a + b far", "MLP a + b near"], log)?;
    n.derive("products", ["NALU a * b far", "MLP a * b far"], log)?;
    n.derive("products without logs", ["NAC a * b far"; 2], |a, _| a.log10())?;
    n.derive("longer", ["NAC 100 digits", "NAC 10 digits"], |a, b| a / b / 10.0)?;
    n.derive("longer than LSTM", ["NAC 100 digits", "LSTM 100 digits"], |a, b| a / b)?;
    n.derive("words over LSTM", ["LSTM words", "NALU words"], |a, b| a / b)?;
    let claims: [ClaimRow<'_>; 9] = [
        ("nac-adds", "NAC worst", &[("plain linear, noisy", "linear noisy")]),
        ("corners-withstand-noise", "noise", &[]),
        ("mlp-stays-near", "MLP leaves", &[]),
        ("nalu-multiplies", "products", &[("no log path", "products without logs")]),
        ("sequences-go-on", "NAC sequences", &[("LSTM", "LSTM sequences")]),
        ("digits-go-on", "longer", &[]),
        ("digits-better-than-lstm", "longer than LSTM", &[]),
        ("words", "NALU words", &[("LSTM and NAC", "NAC words")]),
        ("words-better-than-lstm", "words over LSTM", &[]),
    ];
    lab.all_means(&n, &claims)?;
    lab.all_shares(&n, &[("nalu-is-unsure", "NALU solved", &[]), ("nmu-is-sure", "NMU solved", &[])])?;
    // Weights (1, 1), as exact as it gets.
    let full = |value| Tensor::full([2, 1], value, DType::F32);
    let add = Nac { w_hat: full(20.0), m_hat: full(20.0) };
    let unit = Nalu { add, multiply: None, gate: full(0.0), clip: None };
    let x = Rng::new(3).uniform([2000, 2], -10.0, 10.0, DType::F32);
    lab.report("nalu-loses-signs", Evidence::new(Estimate::exact(unit.wrong_signs(&x))?))
}

fn show(lab: &mut Lab, n: &Numbers, printed: Vec<String>) {
    let columns = MODELS.iter().flat_map(|m| [format!("{m} near"), "far".into()]);
    let rows = Operation::ALL.into_iter().take(lab.pick(4, 6)).map(|operation| {
        let task = operation.formula();
        (task, MODELS.iter().flat_map(|m| ["near", "far"].map(|r| n.median(&format!("{m} {task} {r}")))).collect())
    });
    let table = Table::numbers("Errors as shares of a random network's, medians over seeds.", "task", columns, rows);
    let lengths = Plot::new("Digits added up").x(Scale::new("digits").log()).y(Scale::new("mean error").log());
    let line = |m: &str| [10.0, 100.0].map(|l| (l, n.median(&format!("{m} {l} digits"))));
    let lengths = lengths.lines(&["NAC", "LSTM"].map(|m| (m, line(m))));
    let words = ["LSTM", "NALU", "NAC"].map(|m| {
        let [known, others] = ["words known", "words"].map(|what| n.median(&format!("{m} {what}")));
        format!("{m}: {known:.2} on known numbers, {others:.2} on others")
    });
    lab.show(|report| {
        report
            .section("Sums of slices")
            .table(table)
            .subsection("Layers as formulas")
            .list(printed)
            .section("Pictured digits")
            .figure("Learned from sums of ten; asked about longer ones.", lengths)
            .section("Numbers in words")
            .list(words)
    });
}
