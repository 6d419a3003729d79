//! Row 82, "Neurosymbolic Diffusion Models": symbols unmasked a few at a time, so that a model can be torn between combinations.
//!
//! MNIST-Half shows digits 0 to 4 and their sum for four kinds of pairs only; digits cannot all be told from that, and a good
//! model knows it. Even-Odd and the paths over grids of tiles are not part of this study.

use symbolon_check::Proportion;
use symbolon_check::claim::Evidence;
use symbolon_check::stats::{Bins, Estimate, calibration};
use symbolon_data::{Labelled, Tuples, mnist};
use symbolon_draw::{Axis, HeatMap, Plot};
use symbolon_learn::anesi::{exact, right, symbolic};
use symbolon_learn::diffusion::{Conditioned, Entropy, Process, Sampler, Vote, Weights, conditional_entropy, vote};
use symbolon_learn::function::{DigitSum, Function, Plain};
use symbolon_net::train::{Fit, Trainer, descend, prepare};
use symbolon_net::{Architecture, Mlp, MlpConfig, Network, SiteInfo, Trace, parameters};
use symbolon_tensor::optim::{Adam, Optimiser};
use symbolon_tensor::{DType, Device, Rng, Tensor, no_grad};

use crate::a_nesi::{beliefs, worlds};
use crate::{Lab, Result};

/// An unmasking model of pairs: an encoder of each picture, and a head that sees its own state, the other's state and the picture
/// (disentangled, and equivariant to exchanging the two).
struct Pairs {
    encoder: Box<dyn Network>,
    head: Mlp,
}
parameters!(Pairs { encoder, head });

impl Network for Pairs {
    /// Embeddings `[pictures, 64]`.
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> symbolon_net::Result<Tensor> {
        self.encoder.forward(inputs, trace)
    }
    fn sites(&self) -> Vec<SiteInfo> {
        self.encoder.sites()
    }
    fn config(&self) -> serde_json::Value {
        serde_json::json!({ "kind": "unmasking pairs", "encoder": self.encoder.config(), "head": self.head.config() })
    }
}

impl Pairs {
    fn new(values: usize, seed: u64) -> Result<Self> {
        let mut rng = Rng::new(seed);
        let sizes = vec![64 + 2 * (values + 1), 64, values];
        let config = MlpConfig { sizes, nonlinearity: Default::default(), dropout: Default::default() };
        Ok(Self {
            encoder: "lenet(64)".parse::<Architecture>()?.build(&mut rng, Device::Cpu)?,
            head: Mlp::new(&config, &mut rng)?,
        })
    }
    /// Logits for states of pairs whose embeddings are `[pairs, 2, 64]`.
    fn unmask(&self, embeddings: &Tensor, examples: &[usize], state: &Tensor) -> symbolon_learn::Result<Tensor> {
        let seen = embeddings.index_select(0, &symbolon_data::indices(examples));
        let x = Tensor::cat(&[&seen, state, &state.flip(&[1])], 2);
        let rows = x.reshape([x.size(0) * 2, x.size(2)]);
        let y = self.head.forward(&[rows], &mut Trace::none())?;
        Ok(y.reshape([x.size(0), 2, y.size(1)]))
    }
    fn embed(&self, data: &Labelled, pairs: &[Vec<usize>]) -> symbolon_net::Result<Tensor> {
        let y = self.forward(&[data.pictures(&pairs.concat())], &mut Trace::none())?;
        Ok(y.relu().reshape([pairs.len(), 2, 64]))
    }
}

/// What is measured of a model of halves: label accuracy, then concept accuracy and calibration error in distribution and out of it.
type Numbers = [f64; 5];

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    let digits = mnist::digits()?;
    let seeds: Vec<u64> = lab.seeds().into_iter().take(lab.pick(3, 10)).collect();
    let small = |data: &Labelled| data.subset(&(0..data.len()).filter(|&i| data.labels[i] < 5).collect::<Vec<_>>());
    let (train, test) = (small(&digits.train), small(&digits.held_out));
    let steps = lab.pick(2_500, 20_000);
    let [mut own, mut sure, mut once, mut independent, mut spread] = [(); 5].map(|()| Vec::<Numbers>::new());
    for &seed in &seeds {
        lab.note(&format!("seed {seed}: halves, diffusion"));
        let both = lab.keep(&format!("diffusion {seed}"), |_| diffusion(&train, &test, 1.6, steps, seed))?;
        own.push(both[0]);
        once.push(both[1]);
        lab.note(&format!("seed {seed}: halves, diffusion without entropy"));
        sure.push(lab.keep(&format!("no entropy {seed}"), |_| Ok(diffusion(&train, &test, 0.0, steps, seed)?[0]))?);
        lab.note(&format!("seed {seed}: halves, independent"));
        independent.push(lab.keep(&format!("independent {seed}"), |_| wmc(&train, &test, 0.0, steps, seed))?);
        spread.push(lab.keep(&format!("independent, entropy {seed}"), |_| wmc(&train, &test, 1.6, steps, seed))?);
    }
    let mut joints = Vec::new();
    for &seed in &seeds {
        joints.push(lab.keep(&format!("dependence {seed}"), |_| dependence(seed))?);
    }
    let joint = &joints[0];
    let mut sums = [[0usize; 2]; 2];
    for &seed in &seeds[..seeds.len().min(lab.pick(1, 10))] {
        lab.note(&format!("seed {seed}: sums of four digits"));
        let steps = lab.pick(2_500, 40_000);
        let pair = lab.keep(&format!("sums {seed}"), |_| four_digits(&digits.train, &digits.held_out, steps, seed))?;
        (0..2).for_each(|i| sums[i].iter_mut().zip(pair[i]).for_each(|(s, p)| *s += p));
    }

    let of = |runs: &[Numbers], i: usize| runs.iter().map(|r| r[i]).collect::<Vec<f64>>();
    let less = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<f64>>();
    lab.means("labels-are-learned", &of(&own, 0), &[("all at once", &of(&once, 0))])?;
    lab.means("concepts-are-calibrated", &of(&own, 2), &[("all at once", &of(&once, 2))])?;
    let third: Vec<f64> = of(&own, 2).iter().zip(of(&independent, 2)).map(|(a, b)| a / b.max(1e-9)).collect();
    lab.means("better-calibrated-than-independent", &third, &[])?;
    lab.means("concepts-beat-independent", &less(&of(&own, 1), &of(&independent, 1)), &[])?;
    lab.means("concepts-beat-independent-elsewhere", &less(&of(&own, 3), &of(&independent, 3)), &[])?;
    lab.means("entropy-calibrates", &less(&of(&sure, 2), &of(&own, 2)), &[])?;
    let told = |f: fn(&(Vec<f64>, Vec<f64>)) -> &Vec<f64>| joints.iter().map(|j| information(f(j))).collect::<Vec<_>>();
    lab.means("dependence-is-learned", &told(|j| &j.0), &[("all at once", &told(|j| &j.1))])?;
    let [a, b] = sums.map(|[hits, all]| Proportion { successes: hits, trials: all });
    lab.report("sums-as-good-as-a-nesi", Evidence::new(Estimate::share_difference(a, b)?))?;
    let apart = lab.keep("samplers", |_| samplers(40_000))?;
    lab.report("samplers-agree", Evidence::new(Estimate::exact(apart)?))?;
    lab.not_measured("paths-are-optimal", "grids of tiles are not built")?;

    let names = ["diffusion", "diffusion, all at once", "diffusion, no entropy", "independent", "independent, entropy"];
    let mut plot = Plot::new("Accuracy of digits against their calibration error")
        .x(Axis::new("calibration error").range(0.0, 1.0))
        .y(Axis::new("accuracy").percent());
    for (name, runs) in names.into_iter().zip([&own, &once, &sure, &independent, &spread]) {
        plot = plot.points(name, &runs.iter().map(|r| (r[2], r[1])).collect::<Vec<_>>());
    }
    let map = |title: &str, joint: &[f64]| HeatMap::new(title, 10, 10, joint);
    let (many, one) = (map("One after the other", &joint.0)?, map("All at once", &joint.1)?);
    lab.show(|report| {
        report
            .section("MNIST-Half: digits that cannot be told apart")
            .figure(
                "A model should be accurate (top) and know when it is not (left). Each point is a trained model.",
                plot,
            )
            .section("Two symbols that sum to nine")
            .figure("Joint distribution of samples when the second symbol sees the first.", many)
            .figure("The same model when both are revealed at once: dependence is lost.", one)
    });
    Ok(())
}

/// Sums of two digits below five.
fn half() -> Plain<fn(&[usize]) -> Vec<usize>> {
    Plain::new(2, 5, &[9], |w| vec![w[0] + w[1]])
}

/// Pairs of the kinds that are shown in training, or of all others.
fn pairs(data: &Labelled, shown: bool, count: usize, seed: u64) -> Result<Vec<Vec<usize>>> {
    const KINDS: [[usize; 2]; 4] = [[0, 0], [0, 1], [2, 3], [2, 4]];
    let is = |p: &Vec<usize>| {
        let [a, b] = [data.labels[p[0]], data.labels[p[1]]];
        KINDS.contains(&[a, b]) || KINDS.contains(&[b, a])
    };
    let all = Tuples::new(0..data.len(), 2, seed)?.count(12 * count).epoch(0);
    Ok(all.into_iter().filter(|p| is(p) == shown).take(count).collect())
}

/// Sampled one by one and all at once.
fn diffusion(train: &Labelled, test: &Labelled, entropy: f64, steps: usize, seed: u64) -> Result<[Numbers; 2]> {
    let (process, function) = (Process::new(2, 5)?, half());
    let shown = pairs(train, true, 2_000, seed)?;
    let mut network = Pairs::new(5, seed)?;
    prepare(&mut network);
    let weights = Weights {
        symbols: 1.5e-6,
        entropy,
        of: Entropy::Conditional,
        samples: 64,
        steps: Sampler::FirstHitting,
        ..Weights::default()
    };
    let model = |network: &Pairs, batch: &[Vec<usize>], rng: &mut Rng| -> symbolon_learn::Result<Tensor> {
        let outputs = function.run(&worlds(train, batch));
        let embedded = network.embed(train, batch)?;
        let towards = Conditioned { function: &function, outputs: &outputs, candidates: 64, beta: 10.0 };
        Ok(process.loss(&|e, s| network.unmask(&embedded, e, s), batch.len(), towards, &weights, rng)?.value)
    };
    let mut adam = Adam::new(1e-3);
    let mut rng = Rng::new(!seed);
    for step in 0..steps {
        let at = step * 16 % (shown.len() - 16);
        let loss = model(&network, &shown[at..at + 16], &mut rng)?;
        descend(&mut network, &mut adam, loss);
    }
    let measure = |how: Sampler| -> Result<Numbers> {
        let mut out = [0.0; 5];
        for (part, known) in [(0, true), (1, false)] {
            let batch = pairs(test, known, 300, !seed)?;
            let truth = worlds(test, &batch);
            let embedded = no_grad(|| network.embed(test, &batch))?;
            let rows: Vec<usize> = (0..batch.len()).flat_map(|e| std::iter::repeat_n(e, 100)).collect();
            let samples = process.sample(&|e, s| network.unmask(&embedded, e, s), &rows, how, &mut Rng::new(seed))?;
            let (mut sure, mut hits, mut labels) = (Vec::new(), Vec::new(), 0);
            for (e, own) in samples.chunks(200).enumerate() {
                let wanted = function.run(&truth[2 * e..][..2]);
                labels += usize::from(vote(&function, own, Vote::FunctionThenWhole)?.0 == wanted);
                for i in 0..2 {
                    let votes = |v: usize| own.iter().skip(i).step_by(2).filter(|w| **w == v).count();
                    let best = (0..5).max_by_key(|&v| (votes(v), 5 - v)).unwrap_or(0);
                    sure.push(votes(best) as f64 / 100.0);
                    hits.push(best == truth[2 * e + i]);
                }
            }
            if part == 0 {
                out[0] = labels as f64 / batch.len() as f64;
            }
            out[1 + 2 * part] = hits.iter().filter(|h| **h).count() as f64 / hits.len() as f64;
            out[2 + 2 * part] = calibration(&sure, &hits, Bins::Width(10))?.expected;
        }
        Ok(out)
    };
    Ok([measure(Sampler::FirstHitting)?, measure(Sampler::Steps(1))?])
}

/// The independent model: exact probability of the label, symbols independent given the pictures.
fn wmc(train: &Labelled, test: &Labelled, entropy: f64, steps: usize, seed: u64) -> Result<Numbers> {
    let function = half();
    let shown = pairs(train, true, 2_000, seed)?;
    let mut network = "lenet(5)".parse::<Architecture>()?.build(&mut Rng::new(seed), Device::Cpu)?;
    let mut at = 0;
    let mut task = Fit::new(&mut *network, steps, |network, _| {
        let batch = &shown[at..at + 16];
        at = (at + 16) % (shown.len() - 16);
        let outputs = function.run(&worlds(train, batch));
        let p = beliefs(network, train, batch)?;
        let learn = symbolon_net::Error::other;
        let of_label = exact(&function, &p).map_err(learn)?.gather(1, &symbolon_data::indices(&outputs).unsqueeze(1));
        let spread = conditional_entropy(&function, &p.clamp_min(1e-12).ln(), &outputs).map_err(learn)?;
        Ok(of_label.clamp_min(1e-12).ln().mean().negative() - spread * (0.5 * entropy))
    });
    Trainer::new(Adam::new(1e-3)).epochs(1).seed(seed).run(&mut task)?;
    let mut out = [0.0; 5];
    for (part, known) in [(0, true), (1, false)] {
        let batch = pairs(test, known, 300, !seed)?;
        let truth = worlds(test, &batch);
        let p = no_grad(|| beliefs(&*network, test, &batch))?;
        if part == 0 {
            let hits = right(&symbolic(&function, &p)?, &function.run(&truth), 1);
            out[0] = hits.iter().filter(|h| **h).count() as f64 / hits.len() as f64;
        }
        let hits: Vec<bool> = p.argmax(2).to_vec::<i64>().iter().zip(&truth).map(|(g, t)| *g == *t as i64).collect();
        out[1 + 2 * part] = hits.iter().filter(|h| **h).count() as f64 / hits.len() as f64;
        let sure: Vec<f64> = p.max_axis(2, false).to_vec::<f64>().into_iter().map(|s| s.min(1.0)).collect();
        out[2 + 2 * part] = calibration(&sure, &hits, Bins::Width(10))?.expected;
    }
    Ok(out)
}

/// Joint distributions of two symbols that sum to nine, learned from that alone: sampled one by one, and at once. The entropy weighs
/// what it does for MNIST-Half; with a fifth of it the model settles on a single pair, which needs no dependence.
fn dependence(seed: u64) -> Result<(Vec<f64>, Vec<f64>)> {
    let process = Process::new(2, 10)?;
    let function = Plain::new(2, 10, &[2], |w: &[usize]| vec![usize::from(w[0] + w[1] == 9)]);
    let mut rng = Rng::new(seed ^ 0xde9);
    let mut weight = rng.normal([22, 20], DType::F32) * 0.05;
    let mut adam = Adam::new(0.03);
    let weights = Weights {
        symbols: 1.0,
        entropy: 1.6,
        of: Entropy::Conditional,
        samples: 32,
        steps: Sampler::FirstHitting,
        ..Weights::default()
    };
    for _ in 0..800 {
        let w = weight.variable();
        let model =
            |rows: &[usize], s: &Tensor| Ok(s.reshape([rows.len(), 22]).matmul(&w).reshape([rows.len(), 2, 10]));
        let towards = Conditioned { function: &function, outputs: &[1; 32], candidates: 64, beta: 20.0 };
        let loss = process.loss(&model, 32, towards, &weights, &mut rng)?.value;
        let gradient = loss.grad(&[&w]);
        adam.step(&mut [&mut weight], &gradient);
    }
    let model =
        |rows: &[usize], s: &Tensor| Ok(s.reshape([rows.len(), 22]).matmul(&weight).reshape([rows.len(), 2, 10]));
    let mut joint = |how| -> Result<Vec<f64>> {
        let mut counts = vec![0.0; 100];
        let samples = process.sample(&model, &[0; 20_000], how, &mut rng)?;
        samples.chunks(2).for_each(|w| counts[10 * w[0] + w[1]] += 1.0 / 20_000.0);
        Ok(counts)
    };
    Ok((joint(Sampler::FirstHitting)?, joint(Sampler::Steps(1))?))
}

/// The mutual information of two symbols over the entropy of the first.
fn information(joint: &[f64]) -> f64 {
    let row = |i: usize| joint[10 * i..10 * i + 10].iter().sum::<f64>();
    let column = |j: usize| (0..10).map(|i| joint[10 * i + j]).sum::<f64>();
    let part = |p: f64, q: f64| if p > 0.0 { p * (p / q).ln() } else { 0.0 };
    let mutual: f64 = (0..100).map(|c| part(joint[c], row(c / 10) * column(c % 10))).sum();
    let entropy: f64 = (0..10).map(|i| -part(row(i), 1.0)).sum();
    mutual / entropy.max(1e-12)
}

/// Right sums of numbers of four digits: diffusion (which shows its model nothing revealed, as in the paper), and an inference network
/// with the same data and steps.
fn four_digits(train: &Labelled, test: &Labelled, steps: usize, seed: u64) -> Result<[[usize; 2]; 2]> {
    let sum = DigitSum::new(4);
    let process = Process::new(8, 10)?;
    let tuples = Tuples::new(0..train.len(), 8, seed)?;
    let tests = Tuples::new(0..test.len(), 8, !seed)?.count(500).epoch(0);
    let wanted = sum.run(&worlds(test, &tests));
    let weights = Weights { samples: 256, reveal: false, steps: Sampler::Steps(1), ..Weights::default() };
    let mut out = [[0; 2]; 2];
    for (which, hits) in out.iter_mut().enumerate() {
        let mut network = "lenet(10)".parse::<Architecture>()?.build(&mut Rng::new(seed), Device::Cpu)?;
        let mut rng = Rng::new(!seed);
        let settings = symbolon_learn::anesi::Settings { width: 128, samples: 300, ..Default::default() };
        let mut inference = symbolon_learn::anesi::Anesi::new(&sum, settings, &mut rng)?;
        let (mut epoch, mut queue) = (0, Vec::new());
        let mut task = Fit::new(&mut *network, steps, |network, _| {
            if queue.len() < 16 {
                queue = tuples.epoch(epoch);
                epoch += 1;
            }
            let batch = queue.split_off(queue.len() - 16);
            let outputs = sum.run(&worlds(train, &batch));
            let p = beliefs(network, train, &batch)?;
            let learn = symbolon_net::Error::other;
            if which == 1 {
                inference.follow(&p, &mut rng).map_err(learn)?;
                return inference.perception_loss(&p, &outputs).map_err(learn);
            }
            let logits = p.clamp_min(1e-12).ln();
            let towards = Conditioned { function: &sum, outputs: &outputs, candidates: 256, beta: 20.0 };
            let model = |e: &[usize], _: &Tensor| Ok(logits.index_select(0, &symbolon_data::indices(e)));
            Ok(process.loss(&model, 16, towards, &weights, &mut rng).map_err(learn)?.value)
        });
        Trainer::new(Adam::new(1e-3)).epochs(1).seed(seed).run(&mut task)?;
        let p = no_grad(|| beliefs(&*network, test, &tests))?;
        let all = right(&symbolic(&sum, &p)?, &wanted, 5);
        *hits = [all.iter().filter(|h| **h).count(), all.len()];
    }
    Ok(out)
}

/// The total variation between first hitting and 128 steps on three symbols that hang together.
fn samplers(count: usize) -> Result<f64> {
    let process = Process::new(3, 2)?;
    let coupling = Rng::new(7).normal([9, 6], DType::F32);
    let model =
        |rows: &[usize], s: &Tensor| Ok(s.reshape([rows.len(), 9]).matmul(&coupling).reshape([rows.len(), 3, 2]));
    let table = |how, seed| -> Result<Vec<f64>> {
        let mut counts = vec![0.0; 8];
        let samples = process.sample(&model, &vec![0; count], how, &mut Rng::new(seed))?;
        samples.chunks(3).for_each(|w| counts[4 * w[0] + 2 * w[1] + w[2]] += 1.0 / count as f64);
        Ok(counts)
    };
    let (a, b) = (table(Sampler::FirstHitting, 1)?, table(Sampler::Steps(128), 2)?);
    Ok(a.iter().zip(&b).map(|(a, b)| (a - b).abs()).sum::<f64>() / 2.0)
}
