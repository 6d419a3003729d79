//! Row 28, "A-NeSI: A Scalable Approximate Method for Probabilistic Neurosymbolic Inference": perception learns digits from sums of
//! numbers through an inference network that was trained on beliefs alone.
//!
//! Digits carry no label anywhere. Neural predictions (what the inference network says) and symbolic ones (the sum of the
//! digits believed most) are reported apart. Visual Sudoku and paths are not part of this study.

use symbolon_check::Proportion;
use symbolon_check::claim::Evidence;
use symbolon_check::stats::Estimate;
use symbolon_data::{Divided, Tuples, mnist};
use symbolon_draw::{Axis, Plot};
use symbolon_learn::anesi::{Anesi, Settings, exact, random_beliefs, right, symbolic};
use symbolon_learn::function::{DigitSum, Function, Plain, beliefs};
use symbolon_net::Architecture;
use symbolon_net::train::{Trainer, watched};
use symbolon_tensor::optim::Adam;
use symbolon_tensor::{Device, Rng, no_grad};

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
    let (width, steps) = (lab.pick(128, 800), lab.pick(2_500, 40_000));
    let mut found: Vec<Vec<Learned>> = vec![Vec::new(); RUNS.len() + 1];
    let mut matches = Vec::new();
    let seeds = lab.first_seeds(2, 10);
    for &seed in &seeds {
        for (i, (name, n, twist)) in RUNS.into_iter().enumerate() {
            // What is to fail badly is shown by one seed.
            if twist == Twist::Frozen && seed != seeds[0] {
                continue;
            }
            lab.note(&format!("seed {seed}: {name}"));
            let sum = DigitSum::new(n);
            let learn = |_: &mut Lab| learned(&sum, &sum, &digits, twist, width, steps, seed);
            found[i].push(lab.keep(&format!("{name} {seed}"), learn)?);
        }
        let (sum, least) = (DigitSum::new(1), Plain::new(2, 10, &[2, 10], |w| vec![0, w[0].min(w[1])]));
        let learn = |_: &mut Lab| learned(&least, &sum, &digits, Twist::None, width, steps, seed);
        found[RUNS.len()].push(lab.keep(&format!("wrong function {seed}"), learn)?);
        for n in [1, 2] {
            lab.note(&format!("seed {seed}: the inference network alone, {n} digits"));
            matches.push(lab.keep(&format!("alone {n} {seed}"), |_| alone(n, width, seed))?);
        }
    }
    let [pruned, unpruned] = lab.keep("explanations", |_| explained(width, seeds[0]))?;
    let times = lab.keep("times", |_| times(width))?;

    let symbolic: Vec<Proportion> = found.iter().map(|runs| runs.iter().map(|l| l.symbolic).sum()).collect();
    let neural: Proportion = found[2].iter().map(|l| l.neural).sum();
    let share = |i: usize| Estimate::share(symbolic[i]);
    let one = Evidence::new(share(0)?).control("wrong function", share(5)?);
    lab.report("sums-of-one-digit", one.control("frozen inference network", share(4)?))?;
    lab.report("sums-of-two-digits", Evidence::new(share(1)?))?;
    lab.report("sums-of-four-digits", Evidence::new(share(2)?))?;
    let gain = |a, b| Ok::<_, symbolon_check::Error>(Evidence::new(Estimate::share_difference(a, b)?));
    lab.report("the-prior-matters", gain(symbolic[2], symbolic[3])?)?;
    lab.report("neural-is-no-better", gain(neural, symbolic[2])?)?;
    lab.means("inference-matches-exact", &matches, &[])?;
    lab.exact("pruned-explanations-hold", pruned, &[("without pruning", unpruned)])?;
    lab.exact("cost-grows-slowly", (times.anesi[2].1 / times.anesi[0].1).log2() / 2.0, &[])?;
    lab.exact("exact-cost-explodes", times.exact[1].1 / times.exact[0].1, &[])?;

    let curves: Vec<_> = (0..4).map(|i| (RUNS[i].0, &found[i][0].curve)).collect();
    let plot = Plot::new("Symbolic accuracy on held-out sums")
        .x(Axis::new("step"))
        .y(Axis::new("accuracy").percent())
        .lines(&curves);
    let cost = Plot::new("Milliseconds of inference for an update")
        .x(Axis::new("digits of each number"))
        .y(Axis::new("time").unit("ms").log())
        .lines(&[("inference network", times.anesi), ("all worlds", times.exact)]);
    lab.show(|report| {
        report
            .section("Learning through an inference network")
            .figure(
                "No digit has a label: perception learns from sums, through a network that was trained on beliefs.",
                plot,
            )
            .figure(
                "Going through all worlds takes ever longer; the inference network grows by a factor for each digit.",
                cost,
            )
    });
    Ok(())
}

/// Perception trained through an inference network for `assumed`, on outputs of `actual`.
fn learned(
    assumed: &dyn Function,
    actual: &dyn Function,
    digits: &Divided,
    twist: Twist,
    width: usize,
    steps: usize,
    seed: u64,
) -> Result<Learned> {
    let (train, held_out) = (&digits.train, &digits.held_out);
    let mut rng = Rng::new(seed ^ 0xa4e51);
    let settings = Settings { width, samples: 300, fitted_prior: twist != Twist::UniformPrior, ..Settings::default() };
    let mut inference = Anesi::new(assumed, settings, &mut rng)?;
    let mut network = "lenet(10)".parse::<Architecture>()?.build(&mut Rng::new(seed), Device::Cpu)?;
    let n = actual.symbols();
    let mut batches = Tuples::new(0..train.len(), n, seed)?.batches(16)?;
    let test = Tuples::new(0..held_out.len(), n, !seed)?.count(1_000).epoch(0);
    let wanted = actual.run(&held_out.labels_of(&test));
    let hits = |predicted: &[usize]| Proportion::of(right(predicted, &wanted, actual.outputs().len()));
    let looks = watched(
        Trainer::new(Adam::new(1e-3)).epochs(4).seed(seed),
        &mut *network,
        steps / 4,
        |network, _| {
            let batch = batches.next().unwrap_or_default();
            let p = beliefs(network, train, &batch)?;
            if twist != Twist::Frozen {
                inference.follow(&p, &mut rng)?;
            }
            Ok(inference.perception_loss(&p, &actual.run(&train.labels_of(&batch)))?)
        },
        |network, step| Ok((step, hits(&symbolic(actual, &beliefs(network, held_out, &test)?)?))),
        |_| false,
    )?;
    let p = no_grad(|| beliefs(&*network, held_out, &test))?;
    Ok(Learned {
        symbolic: hits(&symbolic(actual, &p)?),
        neural: hits(&inference.predict(&p)?),
        curve: looks.into_iter().map(|(step, hits)| (step as f64, hits.share())).collect(),
    })
}

/// An inference network that was trained on beliefs alone, for so many steps.
fn on_beliefs<'f>(sum: &'f DigitSum, settings: Settings, steps: usize, rng: &mut Rng) -> Result<Anesi<'f>> {
    let mut inference = Anesi::new(sum, settings, rng)?;
    inference.beliefs.remember(&random_beliefs(sum, 2_500, rng))?;
    (0..10).try_for_each(|_| inference.beliefs.fit())?;
    (0..steps).try_for_each(|_| inference.learn(rng).map(|_| ()))?;
    Ok(inference)
}

/// How far `q(y | P)` is from the truth, on average over outputs and 500 beliefs, after training on beliefs alone.
fn alone(n: usize, width: usize, seed: u64) -> Result<f64> {
    let (sum, mut rng) = (DigitSum::new(n), Rng::new(seed ^ 0xa10e));
    let steps = if n == 1 { 2_000 } else { 800 };
    let inference = on_beliefs(&sum, Settings { width, ..Settings::default() }, steps, &mut rng)?;
    let p = random_beliefs(&sum, 500, &mut rng);
    let q = no_grad(|| inference.prediction.table(&p.reshape([500, p.len() / 500])))?.exp();
    Ok((q - exact(&sum, &p)?).abs().mean().item())
}

/// The share of explanations of drawn outputs that lead to them, with pruning and without.
fn explained(width: usize, seed: u64) -> Result<[f64; 2]> {
    let (sum, mut rng) = (DigitSum::new(2), Rng::new(seed ^ 0xe71a));
    let settings = Settings { width, samples: 300, explain: true, ..Settings::default() };
    let inference = on_beliefs(&sum, settings, 500, &mut rng)?;
    let p = random_beliefs(&sum, 500, &mut rng);
    let drawn = rng.categorical(&p.reshape([2_000, 10])).to_vec::<i64>();
    let outputs = sum.run(&drawn.into_iter().map(|w| w as usize).collect::<Vec<_>>());
    let share = |pruned: bool| -> Result<f64> {
        let found = inference.explain(&p, &outputs, pruned)?;
        Ok(Proportion::of(right(&sum.run(&found), &outputs, 3)).share())
    };
    Ok([share(true)?, share(false)?])
}

/// Milliseconds of inference in an update, by digits of each number.
#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Times {
    anesi: Vec<(f64, f64)>,
    /// Going through all worlds.
    exact: Vec<(f64, f64)>,
}

fn times(width: usize) -> Result<Times> {
    let mut out = Times::default();
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
        out.anesi.push((n as f64, 1e3 * seconds));
        if n <= 2 {
            let seconds = quickest(8, || {
                exact(&sum, &p)?.narrow(1, 3..4).ln().mean().grad(&[&p]);
                Ok(())
            })?;
            out.exact.push((n as f64, 1e3 * seconds));
        }
    }
    Ok(out)
}
