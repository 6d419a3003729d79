//! Leavitt and Morcos 2020, "Towards falsifiable interpretability research": the claim engine tested on itself, sanity tests
//! of saliency maps, and what single units of a small image network mean.

use symbolon_check::claim::{Evidence, Sealed};
use symbolon_check::control::{Rotation, untrained_twin};
use symbolon_check::stats::{Estimate, Proportion, Region, auroc, pearson, spearman};
use symbolon_check::{Ablated, Ablation, Part, selectivity};
use symbolon_data::{Batches, Labelled, mnist};
use symbolon_net::train::{Fit, Trainer};
use symbolon_net::{Architecture, Axis, Network, Select, Site, SiteInfo, Trace, fingerprint, parameters};
use symbolon_read::attribution::{Between, Manipulation, Path, Place};
use symbolon_tensor::optim::Adam;
use symbolon_tensor::rules::{Rules, with_rules};
use symbolon_tensor::{DType, Device, Rng, Tensor, no_grad};

use crate::{Lab, Result};

const SITE: &str = "fc1";
/// How much selectivity weighs in the loss of the less selective networks, from the second epoch on. Pressed from the start, some
/// networks never learn, and units that died count as not selective. The weight was chosen after other weights had been tried,
/// with held-out accuracy in view: what the study says about the cost of selectivity is exploratory until it is run on fresh
/// seeds.
const PRESS: f64 = 1.0;

/// What is measured of the networks of one seed.
#[derive(Default)]
struct Numbers {
    gradient: Vec<f64>,
    integrated: Vec<f64>,
    samp: Vec<f64>,
    guided: Vec<f64>,
    edges: Vec<f64>,
    same: Vec<f64>,
    units: Vec<f64>,
    untrained: Vec<f64>,
    accuracy_lost: Vec<f64>,
    selectivity_cut: Vec<f64>,
    axes: Vec<f64>,
    rotated: Vec<f64>,
    losses: Vec<Vec<f64>>,
}

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    let digits = mnist::digits()?;
    let train = digits.train.subset(&(0..lab.pick(4_000, 8_000)).collect::<Vec<_>>());
    let sealed = Sealed::new("held-out digits", &digits.held_out.images.to_bytes(), digits.held_out);
    let held_out = lab.open(&sealed)?;
    let mut n = Numbers::default();
    for seed in lab.seeds() {
        lab.note(&format!("seed {seed}: training with and without selectivity"));
        let (network, plain) = trained(&train, seed, 0.0)?;
        let (other, cut) = trained(&train, seed, PRESS)?;
        lab.digest(&format!("network {seed}"), fingerprint(&*network));
        let twin = untrained_twin(&*network, &mut Rng::new(!seed))?;
        lab.note(&format!("seed {seed}: saliency"));
        saliency_numbers(&mut n, &*network, &*twin, held_out)?;
        lab.note(&format!("seed {seed}: single units"));
        n.units.push(importance(&*network, SITE, &held_out.images, &held_out.labels)?);
        n.untrained.push(importance(&*twin, SITE, &held_out.images, &held_out.labels)?);
        let [a, b] = [&network, &other].map(|net| logits(&**net, &held_out.images));
        let [a, b] = [a?, b?];
        n.accuracy_lost.push(accuracy(&a, &held_out.labels) - accuracy(&b, &held_out.labels));
        n.selectivity_cut.push(1.0 - cut / plain);
        n.losses.push(losses(&a, &held_out.labels));
        axes_numbers(&mut n, &*network, held_out, seed)?;
    }
    report(lab, &n)
}

fn report(lab: &mut Lab, n: &Numbers) -> Result<()> {
    let seed = lab.seeds()[0];
    lab.report("false-alarms", Evidence::new(Estimate::share(false_alarms(&n.losses, seed))?))?;
    lab.report("power", Evidence::new(Estimate::share(power(seed))?))?;
    lab.means("gradient-depends-on-weights", &n.gradient, &[("same weights", &n.same)])?;
    lab.means("integrated-gradients-depend-on-weights", &n.integrated, &[])?;
    lab.means("samp-depends-on-weights", &n.samp, &[])?;
    lab.means("guided-does-not", &n.guided, &[])?;
    lab.means("edges-look-like-guided", &n.edges, &[])?;
    lab.means("selectivity-is-dispensable", &n.accuracy_lost, &[("selectivity cut", &n.selectivity_cut)])?;
    lab.means("axes-are-not-special", &n.axes, &[("rotated twice", &n.rotated)])?;
    // One network gives no idea of how much networks differ.
    if n.units.len() < 2 {
        let why = "one seed has no interval; give at least 2";
        lab.not_measured("selective-units-matter-more", why)?;
        return lab.not_measured("selectivity-is-a-poor-guide", why);
    }
    let (units, planted) = (Estimate::mean(&n.units)?, Estimate::exact(planted_importance(seed)?)?);
    let twin = Estimate::mean(&n.untrained)?;
    lab.report(
        "selective-units-matter-more",
        Evidence::new(units.clone()).control("planted units", planted.clone()).control("untrained twin", twin),
    )?;
    lab.report("selectivity-is-a-poor-guide", Evidence::new(units).control("planted units", planted))
}

/// A trained network and the mean selectivity of its hidden units on the training data; `press` weighs selectivity in the
/// loss, so that training lowers it.
fn trained(data: &Labelled, seed: u64, press: f64) -> Result<(Box<dyn Network>, f64)> {
    let mut network = "lenet(10)".parse::<Architecture>()?.build(&mut Rng::new(seed), Device::Cpu)?;
    let batches = Batches::new(data.len(), 64, seed)?;
    let mut task = Fit::new(&mut *network, batches.steps(), |network, step| {
        let items = batches.batch(step.epoch, step.batch);
        let labels: Vec<usize> = items.iter().map(|&i| data.labels[i]).collect();
        let mut trace = if press == 0.0 || step.epoch == 0 { Trace::none() } else { Trace::new().record(SITE) };
        let y = network.forward(&[data.pictures(&items)], &mut trace)?;
        let loss = y.cross_entropy(&symbolon_data::indices(&labels));
        Ok(match trace.get(&Site::new(SITE)?) {
            Some(units) => {
                loss + selectivity(&units.rows(), &labels).map_err(symbolon_net::Error::other)?.mean() * press
            }
            None => loss,
        })
    });
    Trainer::new(Adam::new(2e-3)).epochs(3).seed(seed).run(&mut task)?;
    let index = selectivity(&rows(&*network, SITE, &data.images)?, &data.labels)?.mean().item();
    Ok((network, index))
}

/// Activations `[examples, units]` at a site, of all examples at once.
fn rows(network: &dyn Network, site: &str, x: &Tensor) -> Result<Tensor> {
    Ok(symbolon_read::rows(network, std::slice::from_ref(x), site, &Select::all(), x.size(0))?)
}

fn logits(network: &dyn Network, x: &Tensor) -> Result<Tensor> {
    Ok(no_grad(|| network.answer(x))?)
}

fn accuracy(logits: &Tensor, labels: &[usize]) -> f64 {
    let given = logits.argmax(1).to_vec::<i64>();
    Proportion::of(given.iter().zip(labels).map(|(&g, &l)| g == l as i64)).share()
}

/// Cross-entropy of each example.
fn losses(logits: &Tensor, labels: &[usize]) -> Vec<f64> {
    let right = symbolon_data::indices(labels).unsqueeze(1);
    (logits.logsumexp(1, false) - logits.gather(1, &right).squeeze(1)).to_vec()
}

/// How a saliency map is made.
#[derive(Clone, Copy)]
enum Map {
    Gradient,
    Guided,
    Integrated,
    Samp,
}

/// The absolute saliency of each pixel `[examples, pixels]` for the label's logit.
fn saliency(network: &dyn Network, x: &Tensor, labels: &[usize], map: Map) -> Result<Tensor> {
    let label = |y: &Tensor| y.gather(1, &symbolon_data::indices(labels).unsqueeze(1)).squeeze(1);
    let between = Between::new(network, std::slice::from_ref(x), Place::Input, Place::Output, &label)?;
    // Coarser than the defaults, which take five times as long.
    let samp = Manipulation { features: 20, eta: Some(5.0), ..Manipulation::default() };
    let found = match map {
        Map::Gradient => between.gradient()?,
        Map::Guided => with_rules(Rules::guided(), || between.gradient())?,
        Map::Integrated => between.along(&x.zeros_like(), Path::Straight { steps: 16 })?.values,
        Map::Samp => between.along(&x.zeros_like(), Path::Manipulation(samp))?.values,
    };
    Ok(found.abs().reshape([x.size(0), x.len() / x.size(0)]))
}

/// The mean absolute rank correlation of the maps of the same examples.
fn similarity(a: &Tensor, b: &Tensor) -> Result<f64> {
    let mut sum = 0.0;
    for i in 0..a.size(0) {
        sum += spearman(&a.get(i).to_vec::<f64>(), &b.get(i).to_vec::<f64>())?.abs();
    }
    Ok(sum / a.size(0) as f64)
}

fn saliency_numbers(n: &mut Numbers, network: &dyn Network, twin: &dyn Network, held_out: &Labelled) -> Result<()> {
    let some = held_out.subset(&(0..100).collect::<Vec<_>>());
    let maps = |net: &dyn Network, map| saliency(net, &some.images, &some.labels, map);
    let both = |map| -> Result<f64> { similarity(&maps(network, map)?, &maps(twin, map)?) };
    n.gradient.push(both(Map::Gradient)?);
    n.integrated.push(both(Map::Integrated)?);
    n.samp.push(both(Map::Samp)?);
    n.guided.push(both(Map::Guided)?);
    n.edges.push(similarity(&maps(network, Map::Guided)?, &edges(&some.images))?);
    n.same.push(similarity(&maps(network, Map::Gradient)?, &maps(network, Map::Gradient)?)?);
    Ok(())
}

/// Sobel's edge strength of each pixel `[examples, pixels]`.
fn edges(images: &Tensor) -> Tensor {
    let at = |dy: isize, dx: isize| images.roll(dy, 2).roll(dx, 3);
    let slope = |a: [Tensor; 3], b: [Tensor; 3]| {
        let [a0, a1, a2] = a;
        let [b0, b1, b2] = b;
        (a0 + a1 * 2.0 + a2) - (b0 + b1 * 2.0 + b2)
    };
    let x = slope([at(-1, 1), at(0, 1), at(1, 1)], [at(-1, -1), at(0, -1), at(1, -1)]);
    let y = slope([at(1, -1), at(1, 0), at(1, 1)], [at(-1, -1), at(-1, 0), at(-1, 1)]);
    (&x * &x + &y * &y).sqrt().reshape([images.size(0), images.len() / images.size(0)])
}

/// The correlation over units of selectivity and of the loss that zeroing the unit adds; units that are never active are
/// left out.
fn importance(network: &dyn Network, site: &str, x: &Tensor, labels: &[usize]) -> Result<f64> {
    let rows = rows(network, site, x)?;
    let index = selectivity(&rows, labels)?.to_vec::<f64>();
    let alive: Vec<usize> =
        (0..rows.size(1)).filter(|&u| rows.get((.., u as isize)).abs().max().item() > 0.0).collect();
    let parts = alive.iter().map(|&u| Part::unit(site, u)).collect::<symbolon_check::Result<Vec<_>>>()?;
    let ablated = Ablated::new(network, std::slice::from_ref(x), &parts, Ablation::Zero)?;
    let loss = |out: &[bool]| -> Result<f64> {
        let y = ablated.forward(std::slice::from_ref(x), out)?;
        Ok(losses(&y, labels).iter().sum::<f64>() / labels.len() as f64)
    };
    let whole = loss(&vec![false; parts.len()])?;
    let added = (0..parts.len()).map(|i| {
        let out: Vec<bool> = (0..parts.len()).map(|j| i == j).collect();
        Ok(loss(&out)? - whole)
    });
    let added = added.collect::<Result<Vec<f64>>>()?;
    Ok(pearson(&alive.iter().map(|&u| index[u]).collect::<Vec<_>>(), &added)?)
}

/// How well single coordinates separate a class, in the network's own basis and in random ones.
fn axes_numbers(n: &mut Numbers, network: &dyn Network, held_out: &Labelled, seed: u64) -> Result<()> {
    let some = held_out.subset(&(0..500).collect::<Vec<_>>());
    let rows = rows(network, SITE, &some.images)?;
    let mut rng = Rng::new(seed ^ 0x5eed);
    let [one, two] = [Rotation::random(rows.size(1), &mut rng)?, Rotation::random(rows.size(1), &mut rng)?];
    let [own, one, two] =
        [separation(&rows, &some)?, separation(&one.turn(&rows)?, &some)?, separation(&two.turn(&rows)?, &some)?];
    n.axes.push(own - one);
    n.rotated.push(two - one);
    Ok(())
}

/// The mean over coordinates of the best area under the curve of any class, in either direction.
fn separation(rows: &Tensor, data: &Labelled) -> Result<f64> {
    let mut sum = 0.0;
    for unit in 0..rows.size(1) {
        let scores = rows.get((.., unit as isize)).to_vec::<f64>();
        let mut best = 0.5f64;
        for class in 0..data.classes.len() {
            let of_class: Vec<bool> = data.labels.iter().map(|l| *l == class).collect();
            let area = auroc(&scores, &of_class)?.value;
            best = best.max(area.max(1.0 - area));
        }
        sum += best;
    }
    Ok(sum / rows.size(1) as f64)
}

/// How often an effect is found among differences of real losses whose signs are dealt out at random.
fn false_alarms(losses: &[Vec<f64>], seed: u64) -> Proportion {
    let mut rng = Rng::new(seed ^ 0xfa15e);
    let (a, b) = (&losses[0], &losses[losses.len() - 1]);
    Proportion::of((0..4_000).map(|_| {
        let sample: Vec<f64> = (0..50)
            .map(|_| {
                let i = rng.below(a.len());
                // A seed alone is compared with nothing: its own losses serve as differences.
                let d = if losses.len() > 1 { a[i] - b[i] } else { a[i] };
                if rng.unit() < 0.5 { d } else { -d }
            })
            .collect();
        supported(&sample)
    }))
}

/// How often an effect of 0.6 deviations is found among 20 numbers.
fn power(seed: u64) -> Proportion {
    let mut rng = Rng::new(seed ^ 0x90e4);
    Proportion::of((0..4_000).map(|_| {
        let x: Vec<f64> = rng.normal([20], DType::F64).to_vec::<f64>().into_iter().map(|v| v + 0.6).collect();
        supported(&x)
    }))
}

/// Whether a claim of an effect above zero would be supported.
fn supported(x: &[f64]) -> bool {
    Estimate::mean(x).is_ok_and(|e| e.p_inside(&Region::AtLeast(0.0)) <= 0.05)
}

/// A network whose hidden units are its inputs and whose first units decide the class, each half as much as the one before.
struct Planted {
    weight: Tensor, // [units, 2]
}
parameters!(Planted { weight });

const ROWS: [Axis; 2] = [Axis::Batch, Axis::Unit];

impl Network for Planted {
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> symbolon_net::Result<Tensor> {
        let h = trace.at("hidden", &ROWS, inputs[0].clone())?;
        trace.at("logits", &ROWS, (h - 0.5).matmul(&self.weight))
    }
    fn sites(&self) -> Vec<SiteInfo> {
        let units = Some(self.weight.size(0));
        vec![SiteInfo::new("hidden", &ROWS, &[None, units]), SiteInfo::new("logits", &ROWS, &[None, Some(2)])]
    }
    fn config(&self) -> serde_json::Value {
        serde_json::json!({ "kind": "planted", "shape": self.weight.shape() })
    }
}

/// The measure of [`importance`] where the truth is known.
fn planted_importance(seed: u64) -> Result<f64> {
    let strength: Vec<[f64; 2]> =
        (0..12).map(|u| if u < 4 { 8.0 / f64::from(1 << u) } else { 0.0 }).map(|w| [-w, w]).collect();
    let weight = Tensor::new(strength.concat(), [12, 2]).map_err(symbolon_net::Error::from)?;
    let network = Planted { weight };
    let x = Rng::new(seed).uniform([2_000, 12], 0.0, 1.0, DType::F64);
    let labels: Vec<usize> = logits(&network, &x)?.argmax(1).to_vec::<i64>().into_iter().map(|c| c as usize).collect();
    importance(&network, "hidden", &x, &labels)
}
