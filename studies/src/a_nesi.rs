//! Row 28, "A-NeSI: A Scalable Approximate Method for Probabilistic Neurosymbolic Inference": perception learns digits from sums of
//! numbers through an inference network that was trained on beliefs alone.
//!
//! Digits carry no label anywhere. Neural predictions (what the inference network says) and symbolic ones (the sum of the
//! digits believed most) are reported apart. Visual Sudoku and paths are not part of this study.

use symbolon_check::Proportion;
use symbolon_data::mnist;
use symbolon_draw::{Axis, Plot};
use symbolon_learn::Lessons;
use symbolon_learn::anesi::{Anesi, Settings, drawn, exact, random_beliefs, right};
use symbolon_learn::function::{DigitSum, Function, Plain};
use symbolon_net::Architecture;
use symbolon_net::train::Trainer;
use symbolon_tensor::optim::Adam;
use symbolon_tensor::{Device, Rng};

use crate::{Lab, Result, quickest};

/// What is changed for a control.
#[derive(Clone, Copy, PartialEq)]
enum Twist {
    None,
    UniformPrior,
    Frozen,
}

/// Names of the runs, with digits of each number and what is changed.
const RUNS: [(&str, usize, Twist); 5] = [
    ("1 digit", 1, Twist::None),
    ("2 digits", 2, Twist::None),
    ("4 digits", 4, Twist::None),
    ("4 digits, flat prior", 4, Twist::UniformPrior),
    ("1 digit, frozen inference", 1, Twist::Frozen),
];

/// Right predictions among test tuples, symbolic and neural, and the symbolic accuracy after each quarter of training.
#[derive(serde::Serialize, serde::Deserialize, Clone)]
struct Learned {
    symbolic: Proportion,
    neural: Proportion,
    curve: Vec<(f64, f64)>,
}

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    let digits = mnist::digits()?;
    let size = Size { width: lab.pick(128, 800), steps: lab.pick(2_500, 40_000) };
    let width = size.width;
    let mut found: Vec<Vec<Learned>> = vec![Vec::new(); RUNS.len() + 1];
    let mut matches = Vec::new();
    let seeds = lab.first_seeds(2, 10);
    for &seed in &seeds {
        for (i, (name, n, twist)) in RUNS.into_iter().enumerate() {
            // What is to fail badly is shown by one seed.
            if twist != Twist::None && seed != seeds[0] {
                continue;
            }
            let sum = DigitSum::new(n);
            let lessons = Lessons::new(&sum, &digits, 1_000, seed)?;
            found[i].push(lab.keep(&format!("seed {seed}: {name}"), |_| learned(&sum, &lessons, twist, size, seed))?);
        }
        for n in [1, 2] {
            let name = format!("seed {seed}: the inference network alone, {n} digits");
            matches.push(lab.keep(&name, |_| alone(n, width, seed))?);
        }
    }
    let (sum, least) = (DigitSum::new(1), Plain::new(2, 10, &[2, 10], |w| vec![0, w[0].min(w[1])]));
    let lessons = Lessons::new(&sum, &digits, 1_000, seeds[0])?;
    let wrong = |_: &mut Lab| learned(&least, &lessons, Twist::None, size, seeds[0]);
    found[RUNS.len()].push(lab.keep("wrong function", wrong)?);
    let [pruned, unpruned] = lab.keep("explanations", |_| explained(width, seeds[0]))?;
    let [by_network, by_worlds] = lab.keep("times", |_| times(width))?;

    let symbolic: Vec<Proportion> = found.iter().map(|runs| runs.iter().map(|l| l.symbolic).sum()).collect();
    let neural: Proportion = found[2].iter().map(|l| l.neural).sum();
    let controls = [("wrong function", symbolic[5]), ("frozen inference network", symbolic[4])];
    lab.share("sums-of-one-digit", symbolic[0], &controls)?;
    lab.share("sums-of-two-digits", symbolic[1], &[])?;
    lab.share("sums-of-four-digits", symbolic[2], &[])?;
    lab.share_difference("the-prior-matters", symbolic[2], symbolic[3])?;
    lab.share_difference("neural-is-no-better", neural, symbolic[2])?;
    lab.means("inference-matches-exact", &matches, &[])?;
    lab.exact("pruned-explanations-hold", pruned, &[("without pruning", unpruned)])?;
    lab.exact("cost-grows-slowly", (by_network[2].1 / by_network[0].1).log2() / 2.0, &[])?;
    lab.exact("exact-cost-explodes", by_worlds[1].1 / by_worlds[0].1, &[])?;

    let curves: Vec<_> = (0..4).map(|i| (RUNS[i].0, &found[i][0].curve)).collect();
    let plot = Plot::new("Symbolic accuracy on held-out sums")
        .x(Axis::new("step"))
        .y(Axis::new("accuracy").percent())
        .lines(&curves);
    let cost = Plot::new("Milliseconds of inference for an update")
        .x(Axis::new("digits of each number"))
        .y(Axis::new("time").unit("ms").log())
        .lines(&[("inference network", by_network), ("all worlds", by_worlds)]);
    lab.show(|report| {
        report
            .section("Learning through an inference network")
            .figure("No digit has a label: perception learns from sums, through a network trained on beliefs.", plot)
            .figure(
                "Going through all worlds takes ever longer; the inference network grows by a factor a digit.",
                cost,
            )
    });
    Ok(())
}

/// How large networks are and how long they learn.
#[derive(Clone, Copy)]
struct Size {
    width: usize,
    steps: usize,
}

/// Perception trained through an inference network for `assumed`, on outputs of `lessons`.
fn learned(assumed: &dyn Function, lessons: &Lessons, twist: Twist, size: Size, seed: u64) -> Result<Learned> {
    let mut rng = Rng::new(seed ^ 0xa4e51);
    let fitted_prior = twist != Twist::UniformPrior;
    let settings = Settings { width: size.width, samples: 300, fitted_prior, ..Settings::default() };
    let mut inference = Anesi::new(assumed, settings, &mut rng)?;
    let mut network = "lenet(10)".parse::<Architecture>()?.build(&mut Rng::new(seed), Device::Cpu)?;
    let trainer = Trainer::new(Adam::new(1e-3)).epochs(4).seed(seed);
    let looks = lessons.teach(&mut *network, trainer, size.steps / 4, |p, outputs| {
        if twist != Twist::Frozen {
            inference.follow(p, &mut rng)?;
        }
        inference.perception_loss(p, outputs)
    })?;
    let curve: Vec<(usize, Proportion)> = looks.into_iter().map(|(step, hits)| (step, Proportion::of(hits))).collect();
    Ok(Learned {
        symbolic: curve[3].1,
        neural: Proportion::of(lessons.right(&inference.predict(&lessons.beliefs(&*network)?)?)),
        curve: curve.into_iter().map(|(step, hits)| (step as f64, hits.share())).collect(),
    })
}

/// How far `q(y | P)` is from the truth, on average over outputs and 500 beliefs, after training on beliefs alone.
fn alone(n: usize, width: usize, seed: u64) -> Result<f64> {
    let (sum, mut rng) = (DigitSum::new(n), Rng::new(seed ^ 0xa10e));
    let mut inference = Anesi::new(&sum, Settings { width, ..Settings::default() }, &mut rng)?;
    inference.practise(2_500, if n == 1 { 2_000 } else { 800 }, &mut rng)?;
    Ok(inference.distance_from_exact(&random_beliefs(&sum, 500, &mut rng))?)
}

/// The share of explanations of drawn outputs that lead to them, with pruning and without.
fn explained(width: usize, seed: u64) -> Result<[f64; 2]> {
    let (sum, mut rng) = (DigitSum::new(2), Rng::new(seed ^ 0xe71a));
    let settings = Settings { width, samples: 300, explain: true, ..Settings::default() };
    let mut inference = Anesi::new(&sum, settings, &mut rng)?;
    inference.practise(2_500, 500, &mut rng)?;
    let p = random_beliefs(&sum, 500, &mut rng);
    let outputs = sum.run(&drawn(&p, &mut rng));
    let share = |pruned: bool| -> Result<f64> {
        let found = inference.explain(&p, &outputs, pruned)?;
        Ok(Proportion::of(right(&sum.run(&found), &outputs, 3)).share())
    };
    Ok([share(true)?, share(false)?])
}

/// Milliseconds of inference in an update, by digits of each number: with an inference network, and going through all worlds.
fn times(width: usize) -> Result<[Vec<(f64, f64)>; 2]> {
    let mut out = [Vec::new(), Vec::new()];
    for n in [1, 2, 4] {
        let (sum, mut rng) = (DigitSum::new(n), Rng::new(0));
        let mut inference = Anesi::new(&sum, Settings { width, samples: 300, ..Settings::default() }, &mut rng)?;
        let p = random_beliefs(&sum, 16, &mut rng).variable();
        let outputs = sum.run(&vec![3; 16 * 2 * n]);
        let seconds = quickest(8, || {
            inference.follow(&p, &mut rng)?;
            inference.perception_loss(&p, &outputs)?.grad(&[&p]);
            Ok(())
        })?;
        out[0].push((n as f64, 1e3 * seconds));
        if n <= 2 {
            let seconds = quickest(8, || {
                exact(&sum, &p)?.narrow(1, 3..4).ln().mean().grad(&[&p]);
                Ok(())
            })?;
            out[1].push((n as f64, 1e3 * seconds));
        }
    }
    Ok(out)
}
