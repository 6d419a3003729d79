//! Modular addition: two-layer networks learn it as waves whose phases line up, a race at the start decides which, and with
//! weight decay they first memorise and then understand.

use std::cell::RefCell;
use std::f64::consts::FRAC_PI_2;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use symbolon_data::{Modular, indices};
use symbolon_draw::{Axis as Scale, Bars, Plot, Report};
use symbolon_net::train::{Fit, Trainer};
use symbolon_net::{Axis, Network, SiteInfo, Trace, fingerprint, parameters};
use symbolon_read::fourier::{Neuron, Waves, groups, indicator, neurons, winner, written};
use symbolon_tensor::optim::Adam;
use symbolon_tensor::{DType, Rng, Tensor, no_grad};

use crate::{Lab, Result};

/// Steps between two looks at a network.
const LOOK: usize = 100;

/// `logits = f(x W_in) W_out` without offsets.
#[derive(Clone)]
struct TwoLayers {
    input: Tensor,  // [p, M]
    output: Tensor, // [M, p]
    square: bool,
}
parameters!(TwoLayers { input, output });

const ROWS: [Axis; 2] = [Axis::Batch, Axis::Unit];

impl TwoLayers {
    fn new(p: usize, square: bool, seed: u64) -> Self {
        let (mut rng, m) = (Rng::new(seed), 512.max((512 * p * p).div_ceil(529)));
        let mut draw = |shape: [usize; 2]| rng.normal(shape, DType::F32) * (0.1 / (p as f64).sqrt());
        Self { input: draw([p, m]), output: draw([m, p]), square }
    }
    fn waves(&self) -> Result<[Waves; 2]> {
        Ok([Waves::of(&self.input.t())?, Waves::of(&self.output)?])
    }
    fn concentration(&self) -> Result<f64> {
        Ok(self.waves()?.iter().map(Waves::mean_concentration).sum::<f64>() / 2.0)
    }
    fn neurons(&self) -> Result<Vec<Neuron>> {
        Ok(neurons(&self.input.t(), &self.output)?)
    }
    /// The network whose neurons are these waves and nothing else.
    fn rewritten(&self, change: impl Fn(Neuron) -> Neuron) -> Result<Self> {
        let changed: Vec<Neuron> = self.neurons()?.into_iter().map(change).collect();
        let [input, output] = written(&changed, self.output.size(1));
        Ok(Self { input: input.t().contiguous(), output, square: self.square })
    }
    fn accuracy(&self, set: &Modular) -> Result<f64> {
        let logits = no_grad(|| self.forward(&[set.inputs()], &mut Trace::none()))?;
        let right = logits.argmax(1).to_vec::<i64>().into_iter().zip(set.sums()).map(|(a, b)| f64::from(a == b as i64));
        Ok(right.zip(&set.weights).map(|(r, w)| r * w).sum::<f64>() / set.weights.iter().sum::<f64>())
    }
}

impl Network for TwoLayers {
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> symbolon_net::Result<Tensor> {
        let pre = trace.at("hidden.pre", &ROWS, inputs[0].matmul(&self.input))?;
        let post = trace.at("hidden", &ROWS, if self.square { pre.square() } else { pre.relu() })?;
        trace.at("logits", &ROWS, post.matmul(&self.output))
    }
    fn sites(&self) -> Vec<SiteInfo> {
        let [m, p] = [self.output.size(0), self.output.size(1)];
        [("hidden.pre", m), ("hidden", m), ("logits", p)].map(|(n, s)| SiteInfo::new(n, &ROWS, &[None, Some(s)])).into()
    }
    fn config(&self) -> serde_json::Value {
        serde_json::json!({ "kind": "two_layers", "shape": self.output.shape(), "square": self.square })
    }
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
    let (x, y, shares) = (train.inputs(), indices(&train.sums()).unsqueeze(1), train.shares());
    let looks: RefCell<Vec<Look>> = RefCell::default();
    let stop = Arc::new(AtomicBool::new(false));
    let mut task = Fit::new(&mut net, LOOK, |net: &TwoLayers, _| {
        let logits = net.forward(std::slice::from_ref(&x), &mut Trace::none())?;
        let losses = logits.logsumexp(1, false) - logits.gather(1, &y).squeeze(1);
        Ok((losses * &shares).sum())
    })
    .validate(|net: &TwoLayers| {
        let other = symbolon_net::Error::other;
        let norm = net.parameters().iter().map(|(_, p)| p.square().sum().item()).sum::<f64>().sqrt();
        let mut looks = looks.borrow_mut();
        let step = (looks.len() + 1) * LOOK;
        let [train, test] = [net.accuracy(train).map_err(other)?, net.accuracy(test).map_err(other)?];
        looks.push(Look { step, train, test, concentration: net.concentration().map_err(other)?, norm });
        stop.store(enough(&looks), Ordering::Relaxed);
        Ok(-test)
    });
    let optimiser = Adam::new(rate).with_decay(decay);
    Trainer::new(optimiser).epochs((steps / LOOK) as u64).stop_on(stop.clone()).run(&mut task)?;
    Ok((net, looks.into_inner()))
}

/// The first step at which something holds; the last look where it never does.
fn first(looks: &[Look], holds: impl Fn(&Look) -> bool) -> f64 {
    looks.iter().find(|l| holds(l)).or(looks.last()).map_or(0.0, |l| l.step as f64)
}

fn median(mut x: Vec<f64>) -> f64 {
    x.sort_by(f64::total_cmp);
    x.get(x.len() / 2).copied().unwrap_or(0.0)
}

/// The median misalignment of neurons that are loud enough to matter.
fn misalignment(neurons: &[Neuron]) -> f64 {
    let loudest = neurons.iter().map(|n| n.alpha).fold(0.0, f64::max);
    median(neurons.iter().filter(|n| n.alpha >= 0.1 * loudest).map(|n| n.misalignment().abs()).collect())
}

/// Logits regressed on the flawed indicator with the frequencies' own strengths: `R^2`, and the mean logit at the side peaks over
/// that elsewhere, in units of the answer's peak.
fn closed_form(net: &TwoLayers, p: usize) -> Result<[f64; 2]> {
    let mut strengths = vec![0.0; p / 2];
    groups(&net.neurons()?).iter().for_each(|g| strengths[g.frequency - 1] = g.strength);
    let all = Modular::all(p)?;
    let logits = no_grad(|| net.forward(&[all.inputs()], &mut Trace::none()))?.to_vec::<f64>();
    let (mut pairs, mut sums, mut counts) = (Vec::new(), [0.0; 3], [0.0; 3]);
    for ([x, y], row) in all.pairs.iter().zip(logits.chunks(p)) {
        let mean = row.iter().sum::<f64>() / p as f64;
        for (j, l) in row.iter().enumerate() {
            pairs.push((indicator(p, &strengths, *x, *y, j), l - mean));
            if x != y {
                let place = if j == (x + y) % p {
                    0
                } else if j == 2 * x % p || j == 2 * y % p {
                    1
                } else {
                    2
                };
                sums[place] += l;
                counts[place] += 1.0;
            }
        }
    }
    let (f, l): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
    let [answer, side, rest] = [0, 1, 2].map(|i| sums[i] / counts[i]);
    Ok([symbolon_check::stats::pearson(&f, &l)?.powi(2), (side - rest) / (answer - rest)])
}

/// The share of neurons whose final frequency the race at the start names; `shift` gives each the start of another one.
fn predicted(start: &TwoLayers, end: &[Neuron], shift: usize) -> Result<f64> {
    let [input, output] = start.waves()?;
    let n = end.len();
    let right = (0..n).filter(|&m| {
        let from = (m + shift) % n;
        winner(&input.rows[from], &output.rows[from]) == end[m].frequency
    });
    Ok(right.count() as f64 / n as f64)
}

/// What is measured of the networks of one seed, by claim and control.
type Numbers = std::collections::BTreeMap<&'static str, Vec<f64>>;

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    let p = lab.pick(23, 97);
    let all = Modular::all(p)?;
    let mut n = Numbers::new();
    let mut add = |name: &'static str, value: f64| n.entry(name).or_default().push(value);
    let never = |_: &[Look]| false;
    for seed in lab.seeds() {
        lab.note(&format!("seed {seed}: all pairs, ReLU and square"));
        let start = TwoLayers::new(p, false, seed);
        let (net, _) = trained(start.clone(), [&all, &all], 5e-5, 0.0, 5000, never)?;
        lab.digest(&format!("network {seed}"), fingerprint(&net));
        add("accuracy", net.accuracy(&all)?);
        add("accuracy start", start.accuracy(&all)?);
        add("ipr", net.concentration()?);
        add("ipr start", start.concentration()?);
        if lab.seeds()[0] == seed {
            lab.show(|report| show_waves(report, &net, &all));
        }
        add("misaligned", misalignment(&net.neurons()?));
        add("misaligned start", misalignment(&start.neurons()?));
        add("dominant", net.rewritten(|m| m)?.accuracy(&all)?);
        add("equal phases", net.rewritten(|m| Neuron { phi: 0.0, psi: 0.0, ..m })?.accuracy(&all)?);
        add("turned", net.rewritten(|m| Neuron { psi: m.psi + FRAC_PI_2, ..m })?.accuracy(&all)?);
        let spread = groups(&net.neurons()?).into_iter().filter(|g| g.neurons >= 15).map(|g| g.means[1]);
        // No such frequency shows nothing.
        add("symmetry", spread.reduce(f64::max).unwrap_or(1.0));
        let start = TwoLayers::new(p, true, seed ^ 0x50);
        let (net, _) = trained(start.clone(), [&all, &all], 5e-5, 0.0, 5000, never)?;
        let [r2, side] = closed_form(&net, p)?;
        add("closed form", r2);
        add("closed form start", closed_form(&start, p)?[0]);
        add("side peaks", side);
        let end = net.neurons()?;
        add("lottery", predicted(&start, &end, 0)?);
        add("lottery shuffled", predicted(&start, &end, 1)?);
    }
    for seed in lab.seeds().into_iter().take(lab.pick(3, 10)) {
        lab.note(&format!("seed {seed}: grokking"));
        let looks = grokking(p, seed, 50_000, &mut add)?;
        if lab.seeds()[0] == seed {
            lab.show(|report| show_grokking(report, &looks));
        }
    }
    report(lab, &n)
}

/// Memorising, then understanding: with weight decay, without, and with a split that leaks.
fn grokking(p: usize, seed: u64, steps: usize, add: &mut impl FnMut(&'static str, f64)) -> Result<Vec<Look>> {
    let sets = Modular::split(p, 0.75, seed)?;
    let start = TwoLayers::new(p, false, seed);
    // Enough a fifth after the test set is known.
    let done = |looks: &[Look]| {
        let known = looks.iter().find(|l| l.test >= 0.95);
        known.is_some_and(|k| looks.len() * LOOK >= k.step * 6 / 5)
    };
    let (_, looks) = trained(start.clone(), [&sets[0], &sets[1]], 1e-4, 2.0, steps, done)?;
    let memorised = first(&looks, |l| l.train >= 0.95);
    add("delay", first(&looks, |l| l.test >= 0.95) / memorised);
    add("grokked", looks.last().map_or(0.0, |l| l.test));
    let honest = looks.iter().find(|l| l.train >= 0.95).map_or(0.0, |l| l.test);
    let (_, without) = trained(start.clone(), [&sets[0], &sets[1]], 1e-4, 0.0, looks.len() * LOOK, |_| false)?;
    add("no decay", without.last().map_or(0.0, |l| l.test));
    let leaky = Modular::leaky_split(p, 0.75, seed)?;
    let known = |looks: &[Look]| looks.last().is_some_and(|l| l.train >= 0.95);
    let (_, leaked) = trained(start, [&leaky[0], &leaky[1]], 1e-4, 2.0, steps, known)?;
    add("leak", leaked.last().map_or(0.0, |l| l.test) - honest);
    Ok(looks)
}

fn report(lab: &mut Lab, n: &Numbers) -> Result<()> {
    let claims: [(&str, &str, &[(&str, &str)]); 11] = [
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
    lab.all_means(
        &n.clone().into_iter().fold(crate::Numbers::default(), |mut a, (k, v)| {
            v.iter().for_each(|x| a.add(k, *x));
            a
        }),
        &claims,
    )
}

fn show_waves(report: Report, net: &TwoLayers, all: &Modular) -> Report {
    let p = all.p;
    let Ok(neurons) = net.neurons() else { return report };
    let curve = |x: Tensor| x.to_vec::<f64>().into_iter().enumerate().map(|(j, w)| (j as f64, w)).collect::<Vec<_>>();
    let loudest = (0..neurons.len()).max_by(|a, b| neurons[*a].alpha.total_cmp(&neurons[*b].alpha)).unwrap_or(0);
    let one = Plot::new(format!("A neuron of frequency {}", neurons[loudest].frequency)).x(Scale::new("number"));
    let one = one.line("hears", &curve(net.input.get((.., loudest as isize))));
    let one = one.line("says", &curve(net.output.get(loudest as isize)));
    let loud = neurons.iter().filter(|n| n.alpha >= 0.1 * neurons[loudest].alpha);
    let turn = |a: f64| a.rem_euclid(std::f64::consts::TAU);
    let phases: Vec<(f64, f64)> = loud.map(|n| (turn(2.0 * n.phi), turn(n.psi))).collect();
    let phases = Plot::new("Phases")
        .x(Scale::new("2 phi").unit("rad"))
        .y(Scale::new("psi").unit("rad"))
        .points("neurons", &phases);
    let groups = groups(&neurons);
    let bars = Bars::new("Neurons of each frequency", groups.iter().map(|g| format!("k = {}", g.frequency)));
    let bars = bars.group("neurons", &groups.iter().map(|g| g.neurons as f64).collect::<Vec<_>>());
    // What is left when the loudest frequencies are silenced, one after the other.
    let mut order = groups;
    order.sort_by(|a, b| b.strength.total_cmp(&a.strength));
    let left = |gone: usize| {
        let out: Vec<usize> = order[..gone].iter().map(|g| g.frequency).collect();
        let quiet = net.rewritten(|m| if out.contains(&m.frequency) { Neuron { beta: 0.0, ..m } } else { m });
        Some((gone as f64, quiet.and_then(|q| q.accuracy(all)).ok()?))
    };
    let left: Vec<(f64, f64)> = (0..=order.len()).filter_map(left).collect();
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
