//! Row 2, "FireGNN: Neuro-Symbolic Graph Neural Networks with Trainable Fuzzy Rules for Interpretable Medical Image Classification":
//! pictures are nodes of a graph of neighbours; fuzzy rules about a node's surroundings are learned with the network.
//!
//! Pictures are digits (ten classes) and digits made thin, thick or broken (four classes). Labels of test nodes never enter a
//! feature: [`NodeTask::descriptors`] forgets them. A leaky variant exists here alone, to show what the leak is worth.

use symbolon_check::Proportion;
use symbolon_check::claim::Evidence;
use symbolon_check::stats::Estimate;
use symbolon_data::graph::NAMES;
use symbolon_data::morph::morphed;
use symbolon_data::{Labelled, Split, mnist};
use symbolon_draw::{Axis, Bars, Table};
use symbolon_learn::classify;
use symbolon_learn::node_rules::{NodeClassifier, NodeTask, Rules};
use symbolon_net::layers::GraphKind;
use symbolon_net::train::Trainer;
use symbolon_net::{Architecture, Network, Select};
use symbolon_tensor::optim::Adam;
use symbolon_tensor::{DType, Device, Rng, Tensor};

use crate::{Lab, Numbers, Result};

const KINDS: [(&str, GraphKind); 3] = [("gcn", GraphKind::Gcn), ("gat", GraphKind::Gat(8)), ("gin", GraphKind::Gin)];

/// What stands beside the graph network.
#[derive(Clone, Copy, PartialEq)]
enum Beside {
    Nothing,
    Thresholds,
    Products,
    Auxiliary,
}

const BESIDE: [(&str, Beside); 4] = [
    ("plain", Beside::Nothing),
    ("thresholds", Beside::Thresholds),
    ("product rules", Beside::Products),
    ("auxiliary tasks", Beside::Auxiliary),
];
const TASKS: [&str; 2] = ["plain digits", "altered digits"];

/// What one seed gives.
#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Seed {
    /// Test accuracies by task, backbone and what stands beside, and numbers about the rules of one network.
    numbers: Numbers,
    /// Test nodes whose top rule is important, and those of them whose class loses when the rule is set to its mean.
    faithful: Proportion,
    /// Whether permuting test labels leaves honest descriptors as they are, and changes leaky ones.
    audit: [bool; 2],
    /// The rules about one node: as sentences, and as a theory.
    text: Vec<String>,
    theory: String,
}

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    let digits = mnist::digits()?;
    let (nodes, epochs) = lab.pick((1_600, 80), (4_000, 200));
    let mut all = Vec::new();
    let seeds = lab.first_seeds(3, 10);
    for &seed in &seeds {
        all.push(
            lab.keep(&format!("seed {seed}: graphs and rules"), |_| measured(&digits.train, nodes, epochs, seed))?,
        );
    }
    let mut n: Numbers = all.iter().map(|s| s.numbers.clone()).collect();
    let places: Vec<String> = TASKS.iter().flat_map(|t| KINDS.map(|(kind, _)| format!("{t}, {kind}"))).collect();
    for (gain, of, places) in [("gain of", "thresholds", &places[..]), ("shuffled gain of", "shuffled", &places[3..])] {
        for place in places {
            let pair = [of, "plain"].map(|beside| format!("{place}, {beside}"));
            n.derive(&format!("{gain} {place}"), [&pair[0], &pair[1]], |a, b| a - b)?;
        }
    }
    n.derive("leak", ["leaky", "altered digits, gcn, thresholds"], |a, b| a - b)?;
    // The backbone and task where rules do worst on average, and the backbone where they do best on the second task.
    let by = |place: &&String| n.mean(&format!("gain of {place}"));
    let worst = places.iter().min_by(|a, b| by(a).total_cmp(&by(b))).unwrap_or(&places[0]);
    let best = places[3..].iter().max_by(|a, b| by(a).total_cmp(&by(b))).unwrap_or(&places[3]);
    let (worst, gain, mixed) =
        (format!("gain of {worst}"), format!("gain of {best}"), format!("shuffled gain of {best}"));
    lab.all_means(
        &n,
        &[
            ("rules-cost-no-accuracy", &worst, &[]),
            ("rules-help-where-topology-tells", &gain, &[("descriptors shuffled", &mixed)]),
            ("thresholds-move", "moved", &[]),
            ("thresholds-matter", "matter", &[]),
            ("the-leak-is-worth-much", "leak", &[]),
        ],
    )?;
    let faithful: Proportion = all.iter().map(|s| s.faithful).sum();
    if faithful.trials == 0 {
        let why = "no rule is important (a logit drop above 0.2) for any test node";
        lab.not_measured("rule-text-is-faithful", why)?;
    } else {
        let evidence = Evidence::new(Estimate::share(faithful)?);
        lab.report("rule-text-is-faithful", evidence.control("gate", Estimate::exact(n.mean("gate"))?))?;
    }
    lab.exact("printed-rules-run-alike", n.largest("printed"), &[])?;
    lab.exact("the-audit-tells-leaks", f64::from(all.iter().all(|s| s.audit == [true, true])), &[])?;

    let bars = |task: &str, title: &str| {
        let of = |w: &str| KINDS.map(|(kind, _)| n.mean(&format!("{task}, {kind}, {w}")));
        let bars = Bars::new(title, KINDS.map(|k| k.0)).axis(Axis::new("accuracy").percent());
        bars.groups(BESIDE.map(|(w, _)| (w, of(w))))
    };
    let (which, made) = (bars(TASKS[0], "Which digit"), bars(TASKS[1], "What was done to it"));
    let table = Table::numbers(
        "How much of the network's own embedding the gate lets through, and the thresholds, by seed.",
        "seed",
        ["mean gate", "moved, in deviations", "thresholds that matter"],
        seeds
            .iter()
            .zip(&all)
            .map(|(seed, s)| (seed.to_string(), ["gate", "moved", "matter"].map(|of| s.numbers.mean(of)).to_vec())),
    );
    let (text, theory) = (all[0].text.clone(), all[0].theory.clone());
    lab.show(|report| {
        report
            .section("Graph networks with and without rules")
            .figure("Test nodes are joined to training nodes only, and give no label.", which)
            .figure("Thin, thick, broken or plain.", made)
            .table(table)
            .section("Rules")
            .list(text)
            .code("The learned rules with the features of this node, as a theory: asked for high(F), it gives the same truths.", theory)
    });
    Ok(())
}

fn measured(data: &Labelled, nodes: usize, epochs: usize, seed: u64) -> Result<Seed> {
    let split = Split::stratified(&data.labels, 0.5, seed)?;
    let encoder = encoder(&data.subset(&split.train[..split.train.len().min(3_000)]), seed)?;
    let shown = data.subset(&split.held_out[..nodes.min(split.held_out.len())]);
    let altered = morphed(&shown, &mut Rng::new(seed ^ 0x3047));
    let world = |data: &Labelled| World::new(&*encoder, data, epochs, seed);
    let worlds = [world(&shown)?, world(&altered)?];
    let mut out = Seed::default();
    for (task, world) in TASKS.iter().zip(&worlds) {
        for (kind, layer) in KINDS {
            for (name, beside) in BESIDE {
                let (network, score) = world.trained(layer, beside, &world.described)?;
                out.numbers.add(format!("{task}, {kind}, {name}"), score);
                if (*task, kind, beside) == (TASKS[1], "gcn", Beside::Thresholds) {
                    world.heard(&network, &mut out)?;
                }
            }
        }
    }
    let (world, World { task, described, .. }) = (&worlds[1], &worlds[1]);
    let order = Rng::new(seed ^ 0x5f).permutation(task.labels.len());
    let mixed = described.index_select(0, &order);
    for (kind, layer) in KINDS {
        let score = world.trained(layer, Beside::Thresholds, &mixed)?.1;
        out.numbers.add(format!("{}, {kind}, shuffled", TASKS[1]), score);
    }
    // How many of a node's neighbours have its own label: this reads what is to be predicted.
    let leaky = |labels: &[usize]| {
        let share = |u: usize| {
            let list = &task.neighbours.of[u];
            list.iter().filter(|e| labels[e.0] == labels[u]).count() as f64 / list.len().max(1) as f64
        };
        let column = Tensor::from((0..labels.len()).map(share).collect::<Vec<f64>>()).to(DType::F32);
        described.set((.., 2), &column)
    };
    let turned = task.test_labels_turned();
    let unmoved = task.descriptors(&turned)?.to_bytes() == described.to_bytes();
    out.audit = [unmoved, leaky(&turned).to_bytes() != leaky(&task.labels).to_bytes()];
    out.numbers.add("leaky", world.trained(GraphKind::Gcn, Beside::Thresholds, &leaky(&task.labels))?.1);
    Ok(out)
}

/// A network that tells digits, whose hidden layer describes pictures; trained on pictures that are no nodes.
fn encoder(data: &Labelled, seed: u64) -> Result<Box<dyn Network>> {
    let mut network = "lenet(10)".parse::<Architecture>()?.build(&mut Rng::new(seed), Device::Cpu)?;
    classify(&mut *network, data, 64, Trainer::new(Adam::new(2e-3)).epochs(2).seed(seed), seed)?;
    Ok(network)
}

/// A graph of pictures, with descriptors `[nodes, 6]`.
struct World {
    task: NodeTask,
    described: Tensor,
    epochs: usize,
    seed: u64,
}

impl World {
    fn new(encoder: &dyn Network, data: &Labelled, epochs: usize, seed: u64) -> Result<Self> {
        let pictures = std::slice::from_ref(&data.images);
        let rows = symbolon_read::rows(encoder, pictures, "fc2", &Select::all(), data.len())?;
        let task = NodeTask::new(&rows, &data.labels, data.classes.len(), 8, seed)?;
        Ok(Self { described: task.descriptors(&data.labels)?, task, epochs, seed })
    }

    /// Where thresholds start: at the medians of training nodes.
    fn medians(&self) -> Vec<f64> {
        Rules::medians(&self.described.narrow(1, ..3).index_select(0, &self.task.rows))
    }

    /// A classifier and its test accuracy at the best validation epoch. Rules speak about three features for thresholds, six for products.
    fn trained(&self, kind: GraphKind, beside: Beside, described: &Tensor) -> Result<(NodeClassifier, f64)> {
        let mut rng = Rng::new(self.seed);
        let features = if beside == Beside::Products { described.clone() } else { described.narrow(1, ..3) };
        let rules = match beside {
            Beside::Thresholds => Some(Rules::thresholds(&self.medians())),
            Beside::Products => Some(Rules::gaussians(10, &features.index_select(0, &self.task.rows), &mut rng)),
            _ => None,
        };
        let auxiliary = if beside == Beside::Auxiliary { 2 } else { 0 };
        let (width, classes) = (self.task.x.size(1), self.task.classes);
        let network = NodeClassifier::new(kind, width, 64, classes, rules, auxiliary, &mut rng)?;
        let mut adam = Adam::new(if kind == GraphKind::Gcn { 1e-2 } else { 5e-3 }).with_penalty(5e-4);
        Ok(self.task.fit(network, &features, &self.described.narrow(1, 2..4), &mut adam, self.epochs, &mut rng))
    }

    /// What the threshold rules of a classifier do.
    fn heard(&self, network: &NodeClassifier, out: &mut Seed) -> Result<()> {
        let features = self.described.narrow(1, ..3);
        let pass = self.task.pass(network, &features, None);
        let effects = self.task.effects(network, &features, &self.medians(), 0.2);
        let (Some(effects), Some(fusion)) = (effects, &network.fusion) else { return Ok(()) };
        let (Some(truth), Some(gate)) = (pass.truth, pass.gate) else { return Ok(()) };
        let node = self.task.test[0] as isize;
        let own: Vec<f64> = features.get(node).to_vec();
        let executed = fusion.rules.executed(&NAMES[..3], &own)?;
        let apart = executed.iter().zip(truth.get(node).to_vec::<f64>()).map(|(a, t)| (a - t).abs());
        out.numbers.add_all([
            ("moved", effects.moved),
            ("matter", effects.matter as f64),
            ("gate", gate.mean().item()),
            ("printed", apart.fold(0.0, f64::max)),
        ]);
        out.faithful = Proportion { successes: effects.lowered, trials: effects.important };
        out.text = fusion.rules.sentences(&NAMES[..3], &own)?;
        out.theory = fusion.rules.theory(&NAMES[..3], &own)?;
        Ok(())
    }
}
