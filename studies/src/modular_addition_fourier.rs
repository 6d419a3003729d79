//! Modular addition: two-layer networks learn it as waves whose phases line up, a race at the start decides which, and with
//! weight decay they first memorise and then understand.

use std::f64::consts::FRAC_PI_2;

use symbolon_data::Modular;
use symbolon_draw::{Axis as Scale, Bars, Plot, Report};
use symbolon_net::train::{Trainer, watched};
use symbolon_net::{Error, Network, fingerprint};
use symbolon_read::fourier::{
    Indicated, Neuron, TwoLayers, against_indicator, groups, loud, median_misalignment, strengths,
};
use symbolon_tensor::optim::Adam;
use symbolon_tensor::{Rng, Tensor, no_grad};

use crate::{ClaimRow, Lab, Numbers, Result};

/// Steps between two looks at a network.
const LOOK: usize = 100;
/// Neurons count where they are at least this share as loud as the loudest one.
const LOUD: f64 = 0.1;

/// A network before training; as many neurons for each pair as 512 are for `p = 23`.
fn fresh(p: usize, square: bool, seed: u64) -> TwoLayers {
    TwoLayers::new(p, 512.max((512 * p * p).div_ceil(529)), square, &mut Rng::new(seed))
}

fn accuracy(net: &TwoLayers, set: &Modular) -> symbolon_net::Result<f64> {
    Ok(set.accuracy(&no_grad(|| net.answer(&set.inputs()))?))
}

/// One look at a network in training.
#[derive(Clone, Copy)]
struct Look {
    step: usize,
    train: f64,
    test: f64,
    concentration: f64,
    norm: f64,
}

/// Trains on all of a set at once, and looks every [`LOOK`] steps until `enough` is told so.
fn trained(
    mut net: TwoLayers,
    [train, test]: [&Modular; 2],
    rate: f64,
    decay: f64,
    steps: usize,
    enough: impl Fn(&[Look]) -> bool,
) -> Result<(TwoLayers, Vec<Look>)> {
    let x = train.inputs();
    let trainer = Trainer::new(Adam::new(rate).with_decay(decay)).epochs((steps / LOOK) as u64);
    let look = |net: &TwoLayers, step: usize| {
        let norm = net.parameters().iter().map(|(_, p)| p.square().sum().item()).sum::<f64>().sqrt();
        let [train, test] = [accuracy(net, train)?, accuracy(net, test)?];
        Ok(Look { step, train, test, concentration: net.concentration().map_err(Error::other)?, norm })
    };
    let looks = watched(trainer, &mut net, LOOK, |net, _| Ok(train.loss(&net.answer(&x)?)), look, enough)?;
    Ok((net, looks))
}

/// The first step at which something holds; the last look where it never does.
fn first(looks: &[Look], holds: impl Fn(&Look) -> bool) -> f64 {
    looks.iter().find(|l| holds(l)).or(looks.last()).map_or(0.0, |l| l.step as f64)
}

/// Logits of all pairs against the flawed indicator with the frequencies' own strengths.
fn indicated(net: &TwoLayers, all: &Modular) -> Result<Indicated> {
    let strengths = strengths(&groups(&net.neurons()?), all.p);
    Ok(against_indicator(&no_grad(|| net.answer(&all.inputs()))?, &all.pairs, &strengths)?)
}

/// Networks trained on all pairs: as waves with ReLU, in closed form with squares.
fn waves(lab: &mut Lab, n: &mut Numbers, all: &Modular, seed: u64) -> Result<()> {
    let start = fresh(all.p, false, seed);
    let (net, _) = trained(start.clone(), [all, all], 5e-5, 0.0, 5000, |_| false)?;
    lab.digest(&format!("network {seed}"), fingerprint(&net));
    for (when, net) in [("", &net), (" start", &start)] {
        n.add(format!("accuracy{when}"), accuracy(net, all)?);
        n.add(format!("ipr{when}"), net.concentration()?);
        n.add(format!("misaligned{when}"), median_misalignment(&loud(&net.neurons()?, LOUD)));
    }
    n.add("dominant", accuracy(&net.rewritten(|m| m)?, all)?);
    n.add("equal phases", accuracy(&net.rewritten(|m| Neuron { phi: 0.0, psi: 0.0, ..m })?, all)?);
    n.add("turned", accuracy(&net.rewritten(|m| Neuron { psi: m.psi + FRAC_PI_2, ..m })?, all)?);
    let spread = groups(&net.neurons()?).into_iter().filter(|g| g.neurons >= 15).map(|g| g.means[1]);
    // No such frequency shows nothing.
    n.add("symmetry", spread.reduce(f64::max).unwrap_or(1.0));
    if lab.seeds()[0] == seed {
        lab.show(|report| show_waves(report, &net, all));
    }
    let start = fresh(all.p, true, seed ^ 0x50);
    let (net, _) = trained(start.clone(), [all, all], 5e-5, 0.0, 5000, |_| false)?;
    let Indicated { r2, side } = indicated(&net, all)?;
    n.add_all([("closed form", r2), ("closed form start", indicated(&start, all)?.r2), ("side peaks", side)]);
    n.add_all([("lottery", start.foretells(&net, 0)?), ("lottery shuffled", start.foretells(&net, 1)?)]);
    Ok(())
}

/// Memorising, then understanding: with weight decay, without, and with a split that leaks.
fn grokking(p: usize, seed: u64, steps: usize, n: &mut Numbers) -> Result<Vec<Look>> {
    let [train, test] = &Modular::split(p, 0.75, seed)?;
    let start = fresh(p, false, seed);
    // Enough a fifth after the test set is known.
    let done = |looks: &[Look]| {
        let known = looks.iter().find(|l| l.test >= 0.95);
        known.is_some_and(|k| looks.len() * LOOK >= k.step * 6 / 5)
    };
    let last = |looks: &[Look]| looks.last().map_or(0.0, |l| l.test);
    let (_, looks) = trained(start.clone(), [train, test], 1e-4, 2.0, steps, done)?;
    n.add("delay", first(&looks, |l| l.test >= 0.95) / first(&looks, |l| l.train >= 0.95));
    n.add("grokked", last(&looks));
    let honest = looks.iter().find(|l| l.train >= 0.95).map_or(0.0, |l| l.test);
    let (_, without) = trained(start.clone(), [train, test], 1e-4, 0.0, looks.len() * LOOK, |_| false)?;
    n.add("no decay", last(&without));
    let [train, test] = &Modular::leaky_split(p, 0.75, seed)?;
    let known = |looks: &[Look]| looks.last().is_some_and(|l| l.train >= 0.95);
    let (_, leaked) = trained(start, [train, test], 1e-4, 2.0, steps, known)?;
    n.add("leak", last(&leaked) - honest);
    Ok(looks)
}

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    let all = Modular::all(lab.pick(23, 97))?;
    let mut n = Numbers::default();
    for seed in lab.first_seeds(3, 10) {
        lab.note(&format!("seed {seed}: all pairs, ReLU and square"));
        waves(lab, &mut n, &all, seed)?;
    }
    for seed in lab.first_seeds(3, 10) {
        lab.note(&format!("seed {seed}: grokking"));
        let looks = grokking(all.p, seed, 50_000, &mut n)?;
        if lab.seeds()[0] == seed {
            lab.show(|report| show_grokking(report, &looks));
        }
    }
    let claims: [ClaimRow<'_>; 11] = [
        ("learns", "accuracy", &[("random network", "accuracy start")]),
        ("neurons-become-waves", "ipr", &[("random network", "ipr start")]),
        ("phases-align", "misaligned", &[("random network", "misaligned start")]),
        ("waves-suffice", "dominant", &[("equal phases", "equal phases"), ("turned phases", "turned")]),
        ("phases-are-spread", "symmetry", &[]),
        ("flawed-indicator", "closed form", &[("random network", "closed form start")]),
        ("side-peaks", "side peaks", &[]),
        ("lottery", "lottery", &[("another neuron's start", "lottery shuffled")]),
        ("grokking-delay", "delay", &[]),
        ("decay-makes-it-general", "grokked", &[("no weight decay", "no decay")]),
        ("mirrored-pairs-leak", "leak", &[]),
    ];
    lab.all_means(&n, &claims)
}

fn show_waves(report: Report, net: &TwoLayers, all: &Modular) -> Report {
    let p = all.p;
    let Ok(neurons) = net.neurons() else { return report };
    let curve = |x: Tensor| x.to_vec::<f64>().into_iter().enumerate().map(|(j, w)| (j as f64, w)).collect::<Vec<_>>();
    let loudest = (0..neurons.len()).max_by(|a, b| neurons[*a].alpha.total_cmp(&neurons[*b].alpha)).unwrap_or(0);
    let one = Plot::new(format!("A neuron of frequency {}", neurons[loudest].frequency)).x(Scale::new("number"));
    let one = one.line("hears", &curve(net.input.get((.., loudest as isize))));
    let one = one.line("says", &curve(net.output.get(loudest as isize)));
    let turn = |a: f64| a.rem_euclid(std::f64::consts::TAU);
    let phases: Vec<(f64, f64)> = loud(&neurons, LOUD).iter().map(|n| (turn(2.0 * n.phi), turn(n.psi))).collect();
    let phases = Plot::new("Phases")
        .x(Scale::new("2 phi").unit("rad"))
        .y(Scale::new("psi").unit("rad"))
        .points("neurons", &phases);
    let groups = groups(&neurons);
    let bars = Bars::new("Neurons of each frequency", groups.iter().map(|g| format!("k = {}", g.frequency)));
    let bars = bars.group("neurons", &groups.iter().map(|g| g.neurons as f64).collect::<Vec<_>>());
    let left = net.silenced(|net| Ok(accuracy(net, all)?)).unwrap_or_default();
    let left: Vec<(f64, f64)> = left.into_iter().enumerate().map(|(gone, a)| (gone as f64, a)).collect();
    let silenced =
        Plot::new("Silenced frequencies").x(Scale::new("frequencies silenced")).y(Scale::new("accuracy").percent());
    report
        .section("Neurons as waves")
        .text(format!("Addition modulo {p}, trained on all pairs."))
        .figure("What the loudest neuron hears, and what it says: twice the phase.", one)
        .figure("Each point is a neuron: output phases are twice the input phases.", phases)
        .figure("Which frequency a neuron holds is decided at the start.", bars)
        .figure(
            "The network needs several frequencies: together they single out one answer.",
            silenced.line("left", &left),
        )
}

fn show_grokking(report: Report, looks: &[Look]) -> Report {
    let curve = |f: fn(&Look) -> f64| looks.iter().map(|l| (l.step as f64, f(l))).collect::<Vec<_>>();
    let axis = || Scale::new("step").log();
    let accuracy = Plot::new("Accuracy").x(axis()).y(Scale::new("accuracy").percent());
    let waves = Plot::new("Waves").x(axis()).y(Scale::new("inverse participation ratio").range(0.0, 1.0));
    report
        .section("Memorised, then understood")
        .figure("With weight decay.", accuracy.line("train", &curve(|l| l.train)).line("test", &curve(|l| l.test)))
        .figure(
            "Neurons become waves when the test pairs become known.",
            waves.line("both layers", &curve(|l| l.concentration)),
        )
        .figure("All weights.", Plot::new("Size").x(axis()).y(Scale::new("norm")).line("norm", &curve(|l| l.norm)))
}
