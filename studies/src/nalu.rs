//! Arithmetic units: what networks add and multiply far outside of the numbers they were trained on.

use std::collections::BTreeMap;

use symbolon_check::claim::Evidence;
use symbolon_check::stats::{Estimate, Proportion};
use symbolon_data::{Labelled, Operation, Slices, mnist, number_tokens};
use symbolon_draw::{Axis as Scale, Cell, Column, Plot, Table};
use symbolon_net::layers::{Arithmetic, ArithmeticLayer, Embedding, Linear, Lstm, Nac, Nalu, Pool};
use symbolon_net::train::{Fit, Step, Trainer};
use symbolon_net::{
    Architecture, ArithmeticConfig, ArithmeticNet, Axis, Cnn, CnnConfig, Convolution, Memory, Network, Recurrent,
    RecurrentConfig, SiteInfo, Trace, parameters,
};
use symbolon_read::arithmetic;
use symbolon_tensor::optim::{Adam, Schedule};
use symbolon_tensor::{DType, Device, Rng, Tensor, no_grad};

use crate::{Lab, Result};

/// Training numbers; tests go ten times as far.
const NEAR: [f64; 2] = [0.0, 1.0];
const FAR: [f64; 2] = [0.0, 10.0];
/// Errors of at most this share of a random network's count as none.
const SOLVED: f64 = 1e-3;
const MODELS: [&str; 7] = ["MLP", "tanh", "linear", "NAC", "NALU", "NAU", "NMU"];
const ROWS: [Axis; 2] = [Axis::Batch, Axis::Unit];

/// An arithmetic network, or another one that answers one number.
enum Model {
    Arithmetic(ArithmeticNet),
    Other(Box<dyn Network>),
}

fn say(net: &(impl Network + ?Sized), x: &Tensor) -> symbolon_net::Result<Tensor> {
    net.forward(std::slice::from_ref(x), &mut Trace::none())
}

/// Steps of Adam whose rate falls to nothing.
fn train<N: Network + ?Sized>(
    net: &mut N,
    steps: usize,
    adam: Adam,
    seed: u64,
    loss: impl FnMut(&N, &mut Step) -> symbolon_net::Result<Tensor>,
) -> Result<()> {
    let fall = Schedule::Cosine { total: steps as u64, floor: 0.02 };
    let trainer =
        Trainer::new(adam).epochs(1).seed(seed).schedule(fall).clip(10.0).run(&mut Fit::new(net, steps, loss));
    // A network that ran away has failed; that is a result.
    match trainer {
        Err(symbolon_net::Error::Diverged { .. }) => Ok(()),
        other => other.map(|_| ()).map_err(Into::into),
    }
}

impl Model {
    fn new(name: &str, n: usize, seed: u64) -> Result<Self> {
        let rng = &mut Rng::new(seed);
        let stack = |layers: [Arithmetic; 2]| ArithmeticConfig { sizes: vec![n, 2, 1], layers: layers.into() };
        let config = match name {
            "NAC" => stack([Arithmetic::Nac; 2]),
            "NALU" => stack([Arithmetic::Nalu; 2]),
            "NAU" => stack([Arithmetic::Nau; 2]),
            "NMU" => stack([Arithmetic::Nau, Arithmetic::Nmu]),
            other => {
                let text = match other {
                    "linear" => format!("mlp({n}, 1)"),
                    "tanh" => format!(r#"{{"kind":"mlp","sizes":[{n},16,16,1],"nonlinearity":"tanh"}}"#),
                    _ => format!("mlp({n}, 16, 16, 1)"),
                };
                return Ok(Self::Other(text.parse::<Architecture>()?.build(rng, Device::Cpu)?));
            }
        };
        Ok(Self::Arithmetic(ArithmeticNet::new(&config, rng)?))
    }
    /// Trains on fresh numbers; `noise` is added to answers, `decay` pulls weights to zero.
    fn trained(name: &str, task: &Slices, steps: usize, seed: u64, noise: f64, decay: f64) -> Result<Self> {
        let mut made = Self::new(name, task.inputs, seed)?;
        let batch = |step: &mut Step| {
            let x = task.inputs(64, NEAR, &mut step.rng);
            let y = task.answers(&x);
            let y = &y + step.rng.normal(y.shape(), DType::F32) * noise;
            (x, y)
        };
        let adam = |rate| Adam::new(rate).with_decay(decay);
        match &mut made {
            Self::Arithmetic(net) => train(net, steps, adam(2e-2), seed, |net, step| {
                // Decisions are asked for in the second fifth of training, and from then on (Madsen and Johansen 2020).
                let asked = ((step.step as f64 / steps as f64 - 0.2) / 0.2).clamp(0.0, 1.0);
                let (x, y) = batch(step);
                let loss = say(net, &x)?.mse(&y);
                Ok(net.undecided().into_iter().fold(loss, |loss, u| loss + u * (0.1 * asked)))
            })?,
            Self::Other(net) => train(&mut **net, steps, adam(5e-3), seed, |net, step| {
                let (x, y) = batch(step);
                Ok(say(net, &x)?.mse(&y))
            })?,
        }
        Ok(made)
    }
    /// The mean squared error on fresh numbers.
    fn error(&self, task: &Slices, range: [f64; 2]) -> Result<f64> {
        let x = task.inputs(2000, range, &mut Rng::new(0x7e57));
        let y = match self {
            Self::Arithmetic(net) => no_grad(|| say(net, &x))?,
            Self::Other(net) => no_grad(|| say(&**net, &x))?,
        };
        let error = y.mse(&task.answers(&x)).item();
        Ok(if error.is_finite() { error } else { f64::from(f32::MAX) })
    }
    /// Errors near and far, as shares of what untrained networks of its kind make.
    fn shares(&self, name: &str, task: &Slices) -> Result<[f64; 2]> {
        let share = |range| -> Result<f64> {
            let random = (0..5).map(|s| Self::new(name, task.inputs, 1000 + s)?.error(task, range));
            let random = random.collect::<Result<Vec<f64>>>()?;
            Ok(self.error(task, range)? / (random.iter().sum::<f64>() / 5.0))
        };
        Ok([share(NEAR)?, share(FAR)?])
    }
}

/// Numbers of several seeds, by what they are.
type Numbers = BTreeMap<String, Vec<f64>>;

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    let (inputs, steps) = lab.pick((10, 2500), (100, 50_000));
    let (seeds, mut n) = (lab.seeds(), Numbers::new());
    let mut add = |name: &str, value: f64| n.entry(name.to_owned()).or_default().push(value);
    let four = [Operation::Add, Operation::Subtract, Operation::Multiply, Operation::Divide];
    let mut printed = Vec::new();
    for &seed in &seeds {
        lab.note(&format!("seed {seed}: sums of slices"));
        for operation in lab.pick(four.to_vec(), Operation::ALL.to_vec()) {
            let task = Slices::draw(inputs, operation, &mut Rng::new(seed ^ 0x51ce))?;
            for name in MODELS {
                let made = Model::trained(name, &task, steps, seed, 0.0, 0.0)?;
                let [near, far] = made.shares(name, &task)?;
                add(&format!("{name} {} near", operation.formula()), near.max(1e-15));
                add(&format!("{name} {} far", operation.formula()), far.max(1e-15));
                if let (Model::Arithmetic(net), true) = (&made, seed == seeds[0]) {
                    let names: Vec<String> = (0..inputs).map(|i| format!("x{i}")).collect();
                    let x = task.inputs(200, NEAR, &mut Rng::new(1));
                    let said = arithmetic(net, &x, &names.iter().map(String::as_str).collect::<Vec<_>>(), 0.05);
                    let said = said.map_or_else(|e| format!("refused: {e}"), |f| f[0].to_string());
                    printed.push((name, operation.formula(), said));
                }
            }
        }
        let task = Slices::draw(inputs, Operation::Add, &mut Rng::new(seed ^ 0x51ce))?;
        for name in ["linear", "NAC"] {
            let made = Model::trained(name, &task, steps, seed, 0.3, 1e-2)?;
            add(&format!("{name} noisy"), made.shares(name, &task)?[1]);
        }
        let [product, sum] =
            [Operation::Multiply, Operation::Add].map(|operation| Slices { operation, ..task.clone() });
        // Fresh seeds for success rates: four more networks a seed.
        for name in ["NALU", "NMU"] {
            for more in 0..4 {
                let made = Model::trained(name, &product, steps, seed * 4 + more + 500, 0.0, 0.0)?;
                add(&format!("{name} solved"), f64::from(u8::from(made.shares(name, &product)?[1] <= SOLVED)));
            }
        }
        for memory in [Memory::Arithmetic(Arithmetic::Nac), Memory::Lstm] {
            let name = if memory == Memory::Lstm { "LSTM" } else { "NAC" };
            add(&format!("{name} sequences"), sequences(&sum, memory, steps / 2, seed)?);
        }
    }
    add(
        "signs",
        wrong_signs(&Nalu { add: corner(), multiply: None, gate: Tensor::full([2, 1], 0.0, DType::F32), clip: None })?,
    );
    for &seed in seeds.iter().take(lab.pick(3, 10)) {
        lab.note(&format!("seed {seed}: digits added up, numbers in words"));
        digits(lab, seed, &mut add)?;
        words(lab.pick(1500, 20_000), seed, &mut add)?;
    }
    show(lab, &n, &printed);
    report(lab, &n)
}

/// A memory that has learned sums over ten steps, asked about a hundred: its error, as a share of the answers' own spread around 0.
fn sequences(task: &Slices, memory: Memory, steps: usize, seed: u64) -> Result<f64> {
    let config = RecurrentConfig {
        inputs: task.inputs,
        hidden: if memory == Memory::Lstm { 16 } else { 2 },
        outputs: 1,
        memory,
    };
    let mut net = Recurrent::new(&config, &mut Rng::new(seed))?;
    let draw = |batch: usize, time: usize, rng: &mut Rng| rng.uniform([batch, time, task.inputs], 0.0, 1.0, DType::F32);
    train(&mut net, steps, Adam::new(2e-2), seed, |net, step| {
        let x = draw(32, 10, &mut step.rng);
        Ok(say(net, &x)?.mse(&task.answers(&x)))
    })?;
    let x = draw(100, 100, &mut Rng::new(0x7e57));
    let y = task.answers(&x);
    Ok(no_grad(|| say(&net, &x))?.mse(&y).item() / y.square().mean().item())
}

/// `W = (1, 1)`, as exact as it gets.
fn corner() -> Nac {
    Nac { w_hat: Tensor::full([2, 1], 20.0, DType::F32), m_hat: Tensor::full([2, 1], 20.0, DType::F32) }
}

/// The share of negative products to which the product side of a unit gives the wrong sign.
fn wrong_signs(unit: &Nalu) -> Result<f64> {
    let x = Rng::new(3).uniform([2000, 2], -10.0, 10.0, DType::F32);
    let (half, truth) = (unit.forward(&x) - unit.add.forward(&x) * 0.5, x.prod_axis(1, false).to_vec::<f64>());
    let negative = truth.iter().zip(half.to_vec::<f64>()).filter(|(t, _)| **t < 0.0);
    let (wrong, all) = negative.fold((0.0, 0.0), |(w, n), (_, y)| (w + f64::from(u8::from(y > 0.0)), n + 1.0));
    Ok(wrong / all)
}

/// Pictures to numbers, numbers to a sum.
struct Summer {
    eye: Cnn,
    memory: Recurrent,
}
parameters!(Summer { eye, memory });

impl Network for Summer {
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> symbolon_net::Result<Tensor> {
        let (x, s) = (&inputs[0], inputs[0].shape().to_vec());
        let seen = self.eye.forward(&[x.reshape([s[0] * s[1], 1, s[3], s[4]])], &mut Trace::none())?;
        self.memory.forward(&[seen.reshape([s[0], s[1], seen.size(1)])], trace)
    }
    fn sites(&self) -> Vec<SiteInfo> {
        self.memory.sites()
    }
    fn config(&self) -> serde_json::Value {
        serde_json::json!({ "kind": "summer", "eye": self.eye.config(), "memory": self.memory.config() })
    }
}

/// Sums of ten pictured digits, learned from the sums alone; asked about sums of ten and of a hundred.
fn digits(lab: &mut Lab, seed: u64, add: &mut impl FnMut(&str, f64)) -> Result<()> {
    let all = mnist::digits()?;
    let draw = |set: &Labelled, batch: usize, length: usize, rng: &mut Rng| {
        let items: Vec<usize> = (0..batch * length).map(|_| rng.below(set.len())).collect();
        let sum = |row: &[usize]| row.iter().map(|&i| set.labels[i] as f32).sum::<f32>();
        let sums: Vec<f32> = items.chunks(length).map(sum).collect();
        (set.pictures(&items).reshape([batch, length, 1, 28, 28]), Tensor::from(sums).unsqueeze(1))
    };
    for (name, memory, hidden) in [("NAC", Memory::Arithmetic(Arithmetic::Nac), 1), ("LSTM", Memory::Lstm, 32)] {
        let rng = &mut Rng::new(seed);
        let convolution = |channels, kernel| Convolution { channels, kernel, padding: 0, pool: Pool::Max(2) };
        let eye = Architecture::Cnn(CnnConfig {
            convolutions: vec![convolution(8, 5), convolution(16, 3)],
            hidden: vec![32],
            ..CnnConfig::lenet(28, 28, 1, if hidden == 1 { 1 } else { 8 })
        });
        let Architecture::Cnn(eye) = eye else { continue };
        let inputs = eye.classes;
        let memory = Recurrent::new(&RecurrentConfig { inputs, hidden, outputs: 1, memory }, rng)?;
        let mut net = Summer { eye: Cnn::new(&eye, rng)?, memory };
        train(&mut net, lab.pick(400, 4000), Adam::new(4e-3), seed, |net, step| {
            let (x, y) = draw(&all.train, 16, 10, &mut step.rng);
            Ok(say(net, &x)?.huber(&y, 10.0))
        })?;
        for length in [10, 100] {
            let (x, y) = draw(&all.held_out, 1000 / length, length, &mut Rng::new(7));
            let error = (no_grad(|| say(&net, &x))? - y).abs().mean().item();
            add(&format!("{name} {length} digits"), error);
        }
    }
    Ok(())
}

/// Words to a number.
struct Reader {
    embedding: Embedding,
    lstm: Lstm,
    head: Option<Linear>,
    unit: Option<ArithmeticLayer>,
}
parameters!(Reader { embedding, lstm, head, unit });

impl Network for Reader {
    /// Tokens `[batch, longest]` and the place of each one's last token `[batch]`.
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> symbolon_net::Result<Tensor> {
        let states = self.lstm.forward(&self.embedding.forward(&inputs[0]));
        let [batch, size] = [states.size(0), states.size(2)];
        let last = states.gather(1, &inputs[1].reshape([batch, 1, 1]).expand([batch, 1, size])).squeeze(1);
        let out = match (&self.head, &self.unit) {
            // In hundreds, or a thousand would be far from where weights start.
            (Some(head), _) => head.forward(&last) * 100.0,
            (_, Some(unit)) => unit.forward(&last),
            _ => last,
        };
        trace.at("logits", &ROWS, out)
    }
    fn sites(&self) -> Vec<SiteInfo> {
        vec![SiteInfo::new("logits", &ROWS, &[None, Some(1)])]
    }
    fn config(&self) -> serde_json::Value {
        serde_json::json!({ "kind": "reader", "arithmetic": self.unit.is_some() })
    }
}

/// Numbers in words: learned from 169 of them, asked about 631 others (200 are kept for choices, of which there were none).
fn words(steps: usize, seed: u64, add: &mut impl FnMut(&str, f64)) -> Result<()> {
    // Every word stands alone once; the others are drawn.
    let alone: Vec<usize> = (0..20).chain((20..100).step_by(10)).chain([100]).collect();
    let order = Rng::new(seed ^ 0x90bd).permutation(1000).to_vec::<i64>();
    let others: Vec<usize> = order.into_iter().map(|i| i as usize).filter(|i| !alone.contains(i)).collect();
    let known: Vec<usize> = alone.iter().chain(&others[..169 - alone.len()]).copied().collect();
    let batch = |numbers: &[usize]| {
        let rows: Vec<Vec<usize>> = numbers.iter().map(|n| number_tokens(*n)).collect();
        let tokens =
            rows.iter().flat_map(|r| (0..5).map(move |i| *r.get(i).unwrap_or(&0) as i64)).collect::<Vec<i64>>();
        let last = rows.iter().map(|r| r.len() as i64 - 1).collect::<Vec<i64>>();
        let tokens = Tensor::new(tokens, [rows.len(), 5]).map_err(symbolon_net::Error::from)?;
        let truth = Tensor::from(numbers.iter().map(|n| *n as f32).collect::<Vec<f32>>()).unsqueeze(1);
        Ok::<_, symbolon_net::Error>(([tokens, Tensor::from(last)], truth))
    };
    let ((inputs, truth), (asked, answers)) = (batch(&known)?, batch(&others[others.len() - 631..])?);
    for (name, unit) in [("LSTM", None), ("NALU", Some(Arithmetic::NaluApart)), ("NAC", Some(Arithmetic::Nac))] {
        let rng = &mut Rng::new(seed);
        let mut embedding = Embedding::new(rng, 30, 32);
        embedding.weight = embedding.weight * 20.0;
        let mut net = Reader {
            embedding,
            lstm: Lstm::new(rng, 32, 32),
            head: unit.is_none().then(|| Linear::new(rng, 32, 1, true, symbolon_net::layers::Init::Uniform)),
            unit: unit.map(|u| u.build(rng, 32, 1)),
        };
        train(&mut net, steps, Adam::new(1e-2), seed, |net, _| {
            let y = net.forward(&inputs, &mut Trace::none())?;
            Ok(y.huber(&truth, 1.0))
        })?;
        let error = |inputs: &[Tensor], truth: &Tensor| -> Result<f64> {
            Ok((no_grad(|| net.forward(inputs, &mut Trace::none()))? - truth).abs().mean().item())
        };
        add(&format!("{name} words known"), error(&inputs, &truth)?);
        add(&format!("{name} words"), error(&asked, &answers)?);
    }
    Ok(())
}

fn report(lab: &mut Lab, n: &Numbers) -> Result<()> {
    let get = |name: &str| n[name].clone();
    let each =
        |a: &str, b: &str, f: fn(f64, f64) -> f64| get(a).into_iter().zip(get(b)).map(|(a, b)| f(a, b)).collect();
    let worst = ["a + b near", "a + b far", "a - b near", "a - b far"].map(|what| get(&format!("NAC {what}")));
    let worst = (0..worst[0].len()).map(|i| worst.iter().map(|w| w[i]).fold(0.0, f64::max)).collect();
    let log = |a: f64, b: f64| (a / b).log10();
    let alone = |name: &str| get(name).into_iter().map(f64::log10).collect::<Vec<f64>>();
    let claims: [(&str, Vec<f64>, Vec<(&str, Vec<f64>)>); 9] = [
        ("nac-adds", worst, vec![("plain linear, noisy", get("linear noisy"))]),
        ("corners-withstand-noise", each("linear noisy", "NAC noisy", log), vec![]),
        ("mlp-stays-near", each("MLP a + b far", "MLP a + b near", log), vec![]),
        (
            "nalu-multiplies",
            each("NALU a * b far", "MLP a * b far", log),
            vec![("no log path", alone("NAC a * b far"))],
        ),
        ("sequences-go-on", get("NAC sequences"), vec![("LSTM", get("LSTM sequences"))]),
        ("digits-go-on", each("NAC 100 digits", "NAC 10 digits", |a, b| a / b / 10.0), vec![]),
        ("digits-better-than-lstm", each("NAC 100 digits", "LSTM 100 digits", |a, b| a / b), vec![]),
        ("words", get("NALU words"), vec![("LSTM and NAC", get("NAC words"))]),
        ("words-better-than-lstm", each("LSTM words", "NALU words", |a, b| a / b), vec![]),
    ];
    for (id, values, controls) in claims {
        let controls: Vec<(&str, &[f64])> = controls.iter().map(|(c, v)| (*c, &v[..])).collect();
        lab.means(id, &values, &controls)?;
    }
    let solved = |name: &str| Estimate::share(Proportion::of(get(name).into_iter().map(|s| s > 0.0)));
    lab.report("nalu-is-unsure", Evidence::new(solved("NALU solved")?))?;
    lab.report("nmu-is-sure", Evidence::new(solved("NMU solved")?))?;
    lab.report("nalu-loses-signs", Evidence::new(Estimate::exact(n["signs"][0])?))
}

fn show(lab: &mut Lab, n: &Numbers, printed: &[(&str, &str, String)]) {
    let middle = |name: &str| {
        let mut x = n.get(name).cloned().unwrap_or_default();
        x.sort_by(f64::total_cmp);
        x.get(x.len() / 2).copied().unwrap_or(f64::NAN)
    };
    let tasks = Operation::ALL.map(Operation::formula).into_iter().filter(|f| n.contains_key(&format!("NAC {f} far")));
    let mut table =
        Table::new("Errors as shares of a random network's, medians over seeds.").column(Column::text("task"));
    table =
        MODELS.iter().fold(table, |t, m| t.column(Column::number(format!("{m} near"))).column(Column::number("far")));
    for task in tasks {
        let cells =
            MODELS.iter().flat_map(|m| ["near", "far"].map(|r| Cell::Number(middle(&format!("{m} {task} {r}")))));
        table = table.row([Cell::Text(task.into())].into_iter().chain(cells));
    }
    let lengths = Plot::new("Digits added up").x(Scale::new("digits").log()).y(Scale::new("mean error").log());
    let line = |m: &str| [10.0, 100.0].map(|l| (l, middle(&format!("{m} {l} digits"))));
    let lengths = lengths.line("NAC", &line("NAC")).line("LSTM", &line("LSTM"));
    let words = ["LSTM", "NALU", "NAC"].map(|m| {
        format!(
            "{m}: {:.2} on known numbers, {:.2} on others",
            middle(&format!("{m} words known")),
            middle(&format!("{m} words"))
        )
    });
    let read = printed.iter().map(|(name, task, said)| format!("{name}, {task}: {said}"));
    lab.show(|report| {
        report
            .section("Sums of slices")
            .table(table)
            .subsection("Layers as formulas")
            .list(read)
            .section("Pictured digits")
            .figure("Learned from sums of ten; asked about longer ones.", lengths)
            .section("Numbers in words")
            .list(words)
    });
}
