//! Row 82, "Neurosymbolic Diffusion Models": symbols unmasked a few at a time, so that a model can be torn between combinations.
//!
//! MNIST-Half shows digits 0 to 4 and their sum for four kinds of pairs only; digits cannot all be told from that, and a good
//! model knows it. Even-Odd and the paths over grids of tiles are not part of this study.

use symbolon_check::Proportion;
use symbolon_check::stats::{Bins, calibration, total_variation, uncertainty_coefficient};
use symbolon_data::{Divided, Labelled, half, mnist};
use symbolon_draw::{Axis, HeatMap, Plot};
use symbolon_learn::Lessons;
use symbolon_learn::anesi::{Anesi, Settings, right, symbolic};
use symbolon_learn::diffusion::{
    Conditioned, Process, Sampler, Unmasker, Vote, Weights, commonest, independent_loss, vote,
};
use symbolon_learn::function::{DigitSum, Function, Plain, beliefs, sum};
use symbolon_net::Architecture;
use symbolon_net::train::{Fit, Trainer, descend, prepare};
use symbolon_tensor::optim::{Adam, Optimiser};
use symbolon_tensor::{DType, Device, Rng, Tensor, no_grad};

use crate::{Lab, Numbers, Result};

/// What is measured of a model of halves: label accuracy, then concept accuracy and calibration error in distribution and out of it.
type Half = [f64; 5];
const MEASURED: [&str; 5] = ["labels", "concepts", "error", "concepts elsewhere", "error elsewhere"];

/// The models, and what they are called in the figure.
const MODELS: [(&str, &str); 5] = [
    ("own", "diffusion"),
    ("once", "diffusion, all at once"),
    ("sure", "diffusion, no entropy"),
    ("independent", "independent"),
    ("spread", "independent, entropy"),
];

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    let digits = mnist::digits()?;
    let [train, test] = [&digits.train, &digits.held_out].map(|data| data.of_classes(&half::DIGITS));
    let steps = lab.pick(2_500, 20_000);
    let (mut n, mut joints) = (Numbers::default(), Vec::new());
    let seeds = lab.first_seeds(3, 10);
    for &seed in &seeds {
        let [own, once] =
            lab.keep(&format!("seed {seed}: halves, diffusion"), |_| diffusion(&train, &test, 1.6, steps, seed))?;
        let sure = lab.keep(&format!("seed {seed}: halves, no entropy"), |_| {
            Ok(diffusion(&train, &test, 0.0, steps, seed)?[0])
        })?;
        let independent =
            lab.keep(&format!("seed {seed}: halves, independent"), |_| wmc(&train, &test, 0.0, steps, seed))?;
        let spread =
            lab.keep(&format!("seed {seed}: halves, independent, entropy"), |_| wmc(&train, &test, 1.6, steps, seed))?;
        for ((model, _), measured) in MODELS.iter().zip([own, once, sure, independent, spread]) {
            n.add_all(MEASURED.iter().zip(measured).map(|(what, value)| (format!("{model} {what}"), value)));
        }
        let joint: [Vec<f64>; 2] = lab.keep(&format!("seed {seed}: dependence"), |_| dependence(seed))?;
        n.add("dependence", uncertainty_coefficient(&joint[0], 10)?);
        n.add("dependence once", uncertainty_coefficient(&joint[1], 10)?);
        joints.push(joint);
    }
    let mut sums = [Proportion::default(); 2];
    for &seed in &lab.first_seeds(1, 10) {
        let steps = lab.pick(2_500, 40_000);
        let pair = lab.keep(&format!("seed {seed}: sums of four digits"), |_| four_digits(&digits, steps, seed))?;
        (0..2).for_each(|i| sums[i] = [sums[i], pair[i]].into_iter().sum());
    }

    n.derive("third", ["own error", "independent error"], |a, b| a / b.max(1e-9))?;
    n.derive("gain", ["own concepts", "independent concepts"], |a, b| a - b)?;
    n.derive("gain elsewhere", ["own concepts elsewhere", "independent concepts elsewhere"], |a, b| a - b)?;
    n.derive("by entropy", ["sure error", "own error"], |a, b| a - b)?;
    lab.all_means(
        &n,
        &[
            ("labels-are-learned", "own labels", &[("all at once", "once labels")]),
            ("concepts-are-calibrated", "own error", &[("all at once", "once error")]),
            ("better-calibrated-than-independent", "third", &[]),
            ("concepts-beat-independent", "gain", &[]),
            ("concepts-beat-independent-elsewhere", "gain elsewhere", &[]),
            ("entropy-calibrates", "by entropy", &[]),
            ("dependence-is-learned", "dependence", &[("all at once", "dependence once")]),
        ],
    )?;
    lab.share_difference("sums-as-good-as-a-nesi", sums[0], sums[1])?;
    let apart = lab.keep("samplers", |_| samplers(40_000))?;
    lab.exact("samplers-agree", apart, &[])?;
    lab.not_measured("paths-are-optimal", "grids of tiles are not built")?;

    let mut plot = Plot::new("Accuracy of digits against their calibration error")
        .x(Axis::new("calibration error").range(0.0, 1.0))
        .y(Axis::new("accuracy").percent());
    for (model, name) in MODELS {
        let [x, y] = [n.of(&format!("{model} error"))?, n.of(&format!("{model} concepts"))?];
        plot = plot.points(name, &x.iter().copied().zip(y.iter().copied()).collect::<Vec<_>>());
    }
    let many = HeatMap::new("One after the other", 10, 10, &joints[0][0])?;
    let one = HeatMap::new("All at once", 10, 10, &joints[0][1])?;
    lab.show(|report| {
        report
            .section("MNIST-Half: digits that cannot be told apart")
            .figure("A model should be accurate (top) and know when it is not (left). Each point is a model.", plot)
            .section("Two symbols that sum to nine")
            .figure("Joint distribution of samples when the second symbol sees the first.", many)
            .figure("The same model when both are revealed at once: dependence is lost.", one)
    });
    Ok(())
}

/// What a model says of pairs: the label of each, and for each symbol the value it believes in and how surely.
type Said = (Vec<usize>, Vec<(usize, f64)>);

/// Measures a model on pairs of the kinds that training showed, and on all others.
fn measured(test: &Labelled, seed: u64, read: impl Fn(&[Vec<usize>]) -> Result<Said>) -> Result<Half> {
    let mut out = [0.0; 5];
    for (part, known) in [(0, true), (1, false)] {
        let batch = half::pairs(test, known, 300, !seed)?;
        let truth = test.labels_of(&batch);
        let (labels, believed) = read(&batch)?;
        if part == 0 {
            out[0] = Proportion::of(right(&labels, &sum(2, 5).run(&truth), 1)).share();
        }
        let hits: Vec<bool> = believed.iter().zip(&truth).map(|(b, t)| b.0 == *t).collect();
        let sure: Vec<f64> = believed.iter().map(|b| b.1).collect();
        let found = calibration(&sure, &hits, Bins::Width(10))?;
        [out[1 + 2 * part], out[2 + 2 * part]] = [found.accuracy, found.expected];
    }
    Ok(out)
}

/// Sampled one by one and all at once.
fn diffusion(train: &Labelled, test: &Labelled, entropy: f64, steps: usize, seed: u64) -> Result<[Half; 2]> {
    let (process, function) = (Process::new(2, 5)?, sum(2, 5));
    let shown = half::pairs(train, true, 2_000, seed)?;
    let mut init = Rng::new(seed);
    let encoder = "lenet(64)".parse::<Architecture>()?.build(&mut init, Device::Cpu)?;
    let mut model = Unmasker::new(encoder, 64, 64, &process, &mut init)?;
    prepare(&mut model);
    let (mut adam, mut rng) = (Adam::new(1e-3), Rng::new(!seed));
    for step in 0..steps {
        let at = step * 16 % (shown.len() - 16);
        let batch = &shown[at..at + 16];
        let outputs = function.run(&train.labels_of(batch));
        let towards = Conditioned { function: &function, outputs: &outputs, candidates: 64, beta: 10.0 };
        let pictures = train.pictures(&batch.concat());
        let loss = model.loss(&process, pictures, towards, &Weights::conditional(1.5e-6, entropy, 64), &mut rng)?;
        descend(&mut model, &mut adam, loss.value);
    }
    let sampled = |how: Sampler| {
        measured(test, seed, |batch| {
            let pictures = test.pictures(&batch.concat());
            let samples = model.sample(&process, pictures, 100, how, &mut Rng::new(seed))?;
            let labels = samples.chunks(200).map(|own| Ok(vote(&function, own, Vote::FunctionThenWhole)?.0));
            let labels = labels.collect::<Result<Vec<_>>>()?.concat();
            Ok((labels, samples.chunks(200).flat_map(|own| commonest(own, 2)).collect()))
        })
    };
    Ok([sampled(Sampler::FirstHitting)?, sampled(Sampler::Steps(1))?])
}

/// The independent model: exact probability of the label, symbols independent given the pictures.
fn wmc(train: &Labelled, test: &Labelled, entropy: f64, steps: usize, seed: u64) -> Result<Half> {
    let function = sum(2, 5);
    let shown = half::pairs(train, true, 2_000, seed)?;
    let mut network = "lenet(5)".parse::<Architecture>()?.build(&mut Rng::new(seed), Device::Cpu)?;
    let mut task = Fit::new(&mut *network, steps, |network, step| {
        let at = step.batch * 16 % (shown.len() - 16);
        let batch = &shown[at..at + 16];
        let outputs = function.run(&train.labels_of(batch));
        let p = beliefs(network, train, batch)?;
        Ok(independent_loss(&function, &p, &outputs, entropy)?)
    });
    Trainer::new(Adam::new(1e-3)).epochs(1).seed(seed).run(&mut task)?;
    measured(test, seed, |batch| {
        let p = no_grad(|| beliefs(&*network, test, batch))?;
        let (values, sure) = (p.argmax(2).to_vec::<i64>(), p.max_axis(2, false).to_vec::<f64>());
        let believed = values.into_iter().zip(sure).map(|(v, s)| (v as usize, s.min(1.0))).collect();
        Ok((symbolic(&function, &p)?, believed))
    })
}

/// Joint distributions of two symbols that sum to nine, learned from that alone: sampled one by one, and at once. The entropy weighs
/// what it does for MNIST-Half; with a fifth of it the model settles on a single pair, which needs no dependence.
fn dependence(seed: u64) -> Result<[Vec<f64>; 2]> {
    let process = Process::new(2, 10)?;
    let function = Plain::new(2, 10, &[2], |w: &[usize]| vec![usize::from(w[0] + w[1] == 9)]);
    let mut rng = Rng::new(seed ^ 0xde9);
    let mut weight = rng.normal([22, 20], DType::F32) * 0.05;
    let (mut adam, weights) = (Adam::new(0.03), Weights::conditional(1.0, 1.6, 32));
    for _ in 0..800 {
        let w = weight.variable();
        let towards = Conditioned { function: &function, outputs: &[1; 32], candidates: 64, beta: 20.0 };
        let loss = process.loss(&process.linear(&w), 32, towards, &weights, &mut rng)?.value;
        let gradient = loss.grad(&[&w]);
        adam.step(&mut [&mut weight], &gradient);
    }
    let mut joint = |how| process.sampled_joint(&process.linear(&weight), 20_000, how, &mut rng);
    Ok([joint(Sampler::FirstHitting)?, joint(Sampler::Steps(1))?])
}

/// Right sums of numbers of four digits: diffusion (which shows its model nothing revealed, as in the paper), and an inference network
/// with the same data and steps.
fn four_digits(digits: &Divided, steps: usize, seed: u64) -> Result<[Proportion; 2]> {
    let (sum, process) = (DigitSum::new(4), Process::new(8, 10)?);
    let lessons = Lessons::new(&sum, digits, 500, seed)?;
    let weights = Weights { samples: 256, reveal: false, steps: Sampler::Steps(1), ..Weights::default() };
    let taught = |by_diffusion: bool| -> Result<Proportion> {
        let mut network = "lenet(10)".parse::<Architecture>()?.build(&mut Rng::new(seed), Device::Cpu)?;
        let mut rng = Rng::new(!seed);
        let settings = Settings { width: 128, samples: 300, ..Default::default() };
        let mut inference = Anesi::new(&sum, settings, &mut rng)?;
        let trainer = Trainer::new(Adam::new(1e-3)).epochs(1).seed(seed);
        let looks = lessons.teach(&mut *network, trainer, steps, |p, outputs| {
            if !by_diffusion {
                inference.follow(p, &mut rng)?;
                return inference.perception_loss(p, outputs);
            }
            let logits = p.clamp_min(1e-12).ln();
            let towards = Conditioned { function: &sum, outputs, candidates: 256, beta: 20.0 };
            let model = |e: &[usize], _: &Tensor| Ok(logits.index_select(0, &symbolon_data::indices(e)));
            Ok(process.loss(&model, p.size(0), towards, &weights, &mut rng)?.value)
        })?;
        Ok(looks.into_iter().map(|(_, hits)| Proportion::of(hits)).sum())
    };
    Ok([taught(true)?, taught(false)?])
}

/// The total variation between first hitting and 128 steps on three symbols that hang together.
fn samplers(count: usize) -> Result<f64> {
    let process = Process::new(3, 2)?;
    let coupling = Rng::new(7).normal([9, 6], DType::F32);
    let joint = |how, seed| process.sampled_joint(&process.linear(&coupling), count, how, &mut Rng::new(seed));
    Ok(total_variation(&joint(Sampler::FirstHitting, 1)?, &joint(Sampler::Steps(128), 2)?)?)
}
