//! Row 2, "FireGNN: Neuro-Symbolic Graph Neural Networks with Trainable Fuzzy Rules for Interpretable Medical Image Classification":
//! pictures are nodes of a graph of neighbours; fuzzy rules about a node's surroundings are learned with the network.
//!
//! Pictures are digits (ten classes) and digits made thin, thick or broken (four classes). Labels of test nodes never enter a
//! feature: [`KnownLabels`] forgets them. A leaky variant exists here alone, to show what the leak is worth.

use symbolon_check::Proportion;
use symbolon_check::claim::Evidence;
use symbolon_check::stats::Estimate;
use symbolon_data::graph::{KnownLabels, NAMES, Neighbours};
use symbolon_data::morph::morphed;
use symbolon_data::{Batches, Labelled, Split, mnist};
use symbolon_draw::{Axis, Bars, Cell, Column, Table};
use symbolon_learn::node_rules::{NodeClassifier, Rules};
use symbolon_net::layers::{Graph, GraphKind};
use symbolon_net::train::{Fit, Trainer, descend, prepare};
use symbolon_net::{Architecture, Network, Site, Trace};
use symbolon_tensor::optim::Adam;
use symbolon_tensor::{DType, Device, Rng, Tensor, no_grad};
use symbolon_theory::Theory;
use symbolon_theory::budget::Budget;

use crate::{Lab, Result};

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

/// A graph of pictures with its parts.
struct World {
    graph: Graph,
    neighbours: Neighbours,
    x: Tensor,
    labels: Vec<usize>,
    classes: usize,
    train: Vec<usize>,
    validation: Vec<usize>,
    test: Vec<usize>,
    /// `[nodes, 6]`.
    described: Tensor,
}

/// What rules did, for the claims about them.
#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Heard {
    /// How far thresholds moved, in deviations of their features.
    moved: f64,
    /// How many of the three thresholds matter when moved by one deviation.
    matter: f64,
    /// Test nodes whose top rule is important, and those of them whose class loses when the rule is set to its mean.
    faithful: [usize; 2],
    gate: f64,
    /// How far the printed theory's truths are from the network's.
    printed: f64,
    /// Sentences about one node.
    text: Vec<String>,
    theory: String,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Seed {
    /// Test accuracy by task, backbone and what stands beside.
    accuracy: Vec<Vec<Vec<f64>>>,
    /// With descriptors shuffled among nodes, by backbone, on digits made otherwise.
    shuffled: Vec<f64>,
    leaky: f64,
    honest: f64,
    /// Whether permuting test labels leaves honest descriptors as they are, and changes leaky ones.
    audit: [bool; 2],
    heard: Heard,
}

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    let digits = mnist::digits()?;
    let seeds: Vec<u64> = lab.seeds().into_iter().take(lab.pick(3, 10)).collect();
    let (nodes, epochs) = lab.pick((1_600, 80), (4_000, 200));
    let mut all = Vec::new();
    for &seed in &seeds {
        lab.note(&format!("seed {seed}: graphs and rules"));
        all.push(lab.keep(&format!("graphs {seed}"), |_| measured(&digits.train, nodes, epochs, seed))?);
    }
    let plain = |s: &Seed, task: usize, kind: usize| s.accuracy[task][kind][0];
    let rules = |s: &Seed, task: usize, kind: usize, which: usize| s.accuracy[task][kind][which] - plain(s, task, kind);
    // The backbone and task where rules do worst on average, and the backbone where they do best on the second task.
    let mean = |f: &dyn Fn(&Seed) -> f64| all.iter().map(f).sum::<f64>() / all.len() as f64;
    let places: Vec<(usize, usize)> = (0..2).flat_map(|t| (0..3).map(move |k| (t, k))).collect();
    let by = |p: &&(usize, usize)| mean(&|s| rules(s, p.0, p.1, 1));
    let worst = *places.iter().min_by(|a, b| by(a).total_cmp(&by(b))).unwrap_or(&(0, 0));
    let best = *places[3..].iter().max_by(|a, b| by(a).total_cmp(&by(b))).unwrap_or(&(1, 0));
    let each = |f: &dyn Fn(&Seed) -> f64| all.iter().map(f).collect::<Vec<f64>>();
    lab.means("rules-cost-no-accuracy", &each(&|s| rules(s, worst.0, worst.1, 1)), &[])?;
    lab.means(
        "rules-help-where-topology-tells",
        &each(&|s| rules(s, best.0, best.1, 1)),
        &[("descriptors shuffled", &each(&|s| s.shuffled[best.1] - plain(s, 1, best.1)))],
    )?;
    lab.means("thresholds-move", &each(&|s| s.heard.moved), &[])?;
    lab.means("thresholds-matter", &each(&|s| s.heard.matter), &[])?;
    let count = |i: usize| all.iter().map(|s| s.heard.faithful[i]).sum::<usize>();
    let (gate, faithful) = (each(&|s| s.heard.gate), Proportion { successes: count(0), trials: count(1) });
    match faithful.trials {
        0 => lab
            .not_measured("rule-text-is-faithful", "no rule is important (a logit drop above 0.2) for any test node")?,
        _ => {
            let evidence = Evidence::new(Estimate::share(faithful)?);
            let gate = Estimate::exact(gate.iter().sum::<f64>() / gate.len() as f64)?;
            lab.report("rule-text-is-faithful", evidence.control("gate", gate))?;
        }
    }
    let printed = all.iter().map(|s| s.heard.printed).fold(0.0, f64::max);
    lab.report("printed-rules-run-alike", Evidence::new(Estimate::exact(printed)?))?;
    lab.means("the-leak-is-worth-much", &each(&|s| s.leaky - s.honest), &[])?;
    let passed = all.iter().all(|s| s.audit == [true, true]);
    lab.report("the-audit-tells-leaks", Evidence::new(Estimate::exact(f64::from(passed))?))?;

    let bars = |task: usize, title: &str| {
        BESIDE.iter().enumerate().fold(
            Bars::new(title, KINDS.map(|k| k.0)).axis(Axis::new("accuracy").percent()),
            |bars, (w, (name, _))| {
                bars.group(*name, &(0..3).map(|k| mean(&|s| s.accuracy[task][k][w])).collect::<Vec<_>>())
            },
        )
    };
    let (which, made) = (bars(0, "Which digit"), bars(1, "What was done to it"));
    let heard = &all[0].heard;
    let mut table =
        Table::new("How much of the network's own embedding the gate lets through, and the thresholds, by seed.")
            .column(Column::text("seed"))
            .column(Column::number("mean gate").decimals(2))
            .column(Column::number("moved, in deviations").decimals(2))
            .column(Column::number("thresholds that matter").decimals(1));
    for (seed, s) in seeds.iter().zip(&all) {
        table = table.row([
            Cell::Text(seed.to_string()),
            Cell::Number(s.heard.gate),
            Cell::Number(s.heard.moved),
            Cell::Number(s.heard.matter),
        ]);
    }
    let (text, theory) = (heard.text.clone(), heard.theory.clone());
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
    let worlds = [World::new(&*encoder, &shown, seed)?, World::new(&*encoder, &altered, seed)?];
    let mut accuracy = Vec::new();
    let mut heard = None;
    for (which, world) in worlds.iter().enumerate() {
        let mut task = Vec::new();
        for (name, kind) in KINDS {
            let mut row = Vec::new();
            for (_, beside) in BESIDE {
                let (network, score) = world.trained(kind, beside, &world.described, epochs, seed)?;
                row.push(score);
                if which == 1 && name == "gcn" && beside == Beside::Thresholds {
                    heard = Some(world.heard(&network)?);
                }
            }
            task.push(row);
        }
        accuracy.push(task);
    }
    let world = &worlds[1];
    let mut shuffled = Vec::new();
    let order = Rng::new(seed ^ 0x5f).permutation(nodes.min(world.labels.len()));
    let mixed = world.described.index_select(0, &order);
    for (_, kind) in KINDS {
        shuffled.push(world.trained(kind, Beside::Thresholds, &mixed, epochs, seed)?.1);
    }
    // How many of a node's neighbours have its own label: this reads what is to be predicted.
    let leaky = |labels: &[usize]| {
        let share = |u: usize| {
            let list = &world.neighbours.of[u];
            list.iter().filter(|e| labels[e.0] == labels[u]).count() as f64 / list.len().max(1) as f64
        };
        let column = Tensor::from((0..labels.len()).map(share).collect::<Vec<f64>>()).to(DType::F32);
        world.described.set((.., 2), &column)
    };
    let mut permuted = world.labels.clone();
    let turned: Vec<usize> = world.test.iter().map(|&u| world.labels[u]).rev().collect();
    world.test.iter().zip(turned).for_each(|(&u, l)| permuted[u] = l);
    let honest = world.neighbours.descriptors(&KnownLabels::new(&permuted, &world.train, world.classes)?)?;
    let audit = [
        honest.to_bytes()
            == world.neighbours.descriptors(&KnownLabels::new(&world.labels, &world.train, world.classes)?)?.to_bytes(),
        leaky(&permuted).to_bytes() != leaky(&world.labels).to_bytes(),
    ];
    let leak = world.trained(GraphKind::Gcn, Beside::Thresholds, &leaky(&world.labels), epochs, seed)?.1;
    Ok(Seed { honest: accuracy[1][0][1], accuracy, shuffled, leaky: leak, audit, heard: heard.unwrap_or_default() })
}

/// A network that tells digits, whose hidden layer describes pictures; trained on pictures that are no nodes.
fn encoder(data: &Labelled, seed: u64) -> Result<Box<dyn Network>> {
    let mut network = "lenet(10)".parse::<Architecture>()?.build(&mut Rng::new(seed), Device::Cpu)?;
    let batches = Batches::new(data.len(), 64, seed)?;
    let mut task = Fit::new(&mut *network, batches.steps(), |network, step| {
        let items = batches.batch(step.epoch, step.batch);
        let labels: Vec<usize> = items.iter().map(|&i| data.labels[i]).collect();
        Ok(network
            .forward(&[data.pictures(&items)], &mut Trace::none())?
            .cross_entropy(&symbolon_data::indices(&labels)))
    });
    Trainer::new(Adam::new(2e-3)).epochs(2).seed(seed).run(&mut task)?;
    Ok(network)
}

impl World {
    fn new(encoder: &dyn Network, data: &Labelled, seed: u64) -> Result<Self> {
        let mut trace = Trace::new().record("fc2");
        trace.check(&encoder.sites())?;
        no_grad(|| encoder.forward(std::slice::from_ref(&data.images), &mut trace))?;
        let rows = trace.get(&Site::new("fc2")?).map(|a| a.rows()).unwrap_or_else(|| data.images.flatten(1, -1));
        let outer = Split::stratified(&data.labels, 0.4, seed)?;
        let (validation, test) = outer.held_out.split_at(outer.held_out.len() / 2);
        let train = outer.train;
        // Standardised by what the training nodes show.
        let known = rows.index_select(0, &symbolon_data::indices(&train));
        let x = (&rows - known.mean_axis(0, true)) / known.std_axes(&[0], true, 0).clamp_min(1e-3);
        let neighbours = Neighbours::nearest(&x, 8, &train)?;
        let classes = data.classes.len();
        let described = neighbours.descriptors(&KnownLabels::new(&data.labels, &train, classes)?)?;
        let graph = Graph::new(&neighbours.of)?;
        Ok(Self {
            graph,
            neighbours,
            x,
            labels: data.labels.clone(),
            classes,
            train,
            validation: validation.to_vec(),
            test: test.to_vec(),
            described,
        })
    }

    /// Features that rules speak about: three for thresholds, six for products.
    fn features(&self, beside: Beside, described: &Tensor) -> Tensor {
        if beside == Beside::Products { described.clone() } else { described.narrow(1, ..3) }
    }

    /// The medians of training nodes.
    fn medians(&self) -> Vec<f64> {
        let column = |i: usize| {
            let mut values: Vec<f64> =
                self.train.iter().map(|&u| self.described.get((u as isize, i as isize)).item()).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        (0..3).map(column).collect()
    }

    /// A classifier and its test accuracy at the best validation epoch.
    fn trained(
        &self,
        kind: GraphKind,
        beside: Beside,
        described: &Tensor,
        epochs: usize,
        seed: u64,
    ) -> Result<(NodeClassifier, f64)> {
        let mut rng = Rng::new(seed);
        let features = self.features(beside, described);
        let rules = match beside {
            Beside::Thresholds => Some(Rules::thresholds(&self.medians())),
            Beside::Products => {
                Some(Rules::gaussians(10, &features.index_select(0, &symbolon_data::indices(&self.train)), &mut rng))
            }
            _ => None,
        };
        let auxiliary = if beside == Beside::Auxiliary { 2 } else { 0 };
        let mut network = NodeClassifier::new(kind, self.x.size(1), 64, self.classes, rules, auxiliary, &mut rng)?;
        prepare(&mut network);
        let rate = if kind == GraphKind::Gcn { 1e-2 } else { 5e-3 };
        let mut adam = Adam::new(rate).with_penalty(5e-4);
        let rows = symbolon_data::indices(&self.train);
        let targets = symbolon_data::indices(&self.train.iter().map(|&u| self.labels[u]).collect::<Vec<_>>());
        let aims = self.described.narrow(1, 2..4).index_select(0, &rows);
        let mut best = (f64::NEG_INFINITY, 0.0, network.clone());
        for _ in 0..epochs {
            let mut trace = Trace::none().with_noise(rng.fork());
            let out = network.forward(&self.graph, &self.x, &features, &rows, None, &mut trace);
            let mut loss = out.logits.index_select(0, &rows).cross_entropy(&targets);
            if let Some(found) = &out.auxiliary {
                loss = loss + found.index_select(0, &rows).mse(&aims) * 0.1;
            }
            descend(&mut network, &mut adam, loss);
            let out = no_grad(|| network.forward(&self.graph, &self.x, &features, &rows, None, &mut Trace::none()));
            let found = out.logits.argmax(1).to_vec::<i64>();
            let share = |part: &[usize]| {
                part.iter().filter(|&&u| found[u] == self.labels[u] as i64).count() as f64 / part.len() as f64
            };
            if share(&self.validation) > best.0 {
                best = (share(&self.validation), share(&self.test), network.clone());
            }
        }
        Ok((best.2, best.1))
    }

    /// What the threshold rules of a classifier do.
    fn heard(&self, network: &NodeClassifier) -> Result<Heard> {
        let features = self.features(Beside::Thresholds, &self.described);
        let rows = symbolon_data::indices(&self.train);
        let pass = |network: &NodeClassifier, clamp| {
            no_grad(|| network.forward(&self.graph, &self.x, &features, &rows, clamp, &mut Trace::none()))
        };
        let whole = pass(network, None);
        let Some((truth, gate)) = whole.truth.as_ref().zip(whole.gate.as_ref()) else { return Ok(Heard::default()) };
        let classes = whole.logits.argmax(1);
        let of_class = |logits: &Tensor| logits.gather(1, &classes.unsqueeze(1)).squeeze(1).to_vec::<f64>();
        let accuracy = |logits: &Tensor| {
            let found = logits.argmax(1).to_vec::<i64>();
            self.test.iter().filter(|&&u| found[u] == self.labels[u] as i64).count() as f64 / self.test.len() as f64
        };
        let logits = of_class(&whole.logits);
        let sure = of_class(&whole.logits.softmax(1));
        let (mut importance, mut without) = (Vec::new(), Vec::new());
        for rule in 0..3usize {
            let mean = truth.get((.., rule as isize)).mean().item();
            let other = pass(network, Some((rule, mean)));
            importance.push(of_class(&other.logits).iter().zip(&logits).map(|(a, b)| b - a).collect::<Vec<f64>>());
            without.push(of_class(&other.logits.softmax(1)));
        }
        let (mut important, mut lowered) = (0usize, 0usize);
        for &u in &self.test {
            let top = (0..3).max_by(|&a, &b| importance[a][u].total_cmp(&importance[b][u])).unwrap_or(0);
            if importance[top][u] > 0.2 {
                important += 1;
                lowered += usize::from(without[top][u] < sure[u]);
            }
        }
        let deviation: Vec<f64> = features.std_axes(&[0], false, 0).to_vec::<f64>();
        let Some(Rules::Thresholds { threshold, .. }) = network.fusion.as_ref().map(|f| &f.rules) else {
            return Ok(Heard::default());
        };
        let (theta, start) = (threshold.to_vec::<f64>(), self.medians());
        let moved = (0..3).map(|i| (theta[i] - start[i]).abs() / deviation[i].max(1e-6)).sum::<f64>() / 3.0;
        let mut matter = 0.0;
        for rule in 0..3usize {
            let changed = [-1.0, 1.0].map(|by| {
                let mut other = network.clone();
                if let Some(Rules::Thresholds { threshold, .. }) = other.fusion.as_mut().map(|f| &mut f.rules) {
                    let value = Tensor::full([], theta[rule] + by * deviation[rule], DType::F32);
                    *threshold = threshold.set(rule as isize, &value);
                }
                let out = pass(&other, None);
                let mean = of_class(&out.logits).iter().zip(&logits).map(|(a, b)| (a - b).abs()).sum::<f64>()
                    / logits.len() as f64;
                (accuracy(&out.logits) - accuracy(&whole.logits)).abs() > 0.0 || mean > 0.05
            });
            matter += f64::from(changed[0] || changed[1]);
        }
        let node = self.test[0];
        let own: Vec<f64> = features.get(node as isize).to_vec();
        let rules = &network.fusion.as_ref().map(|f| &f.rules);
        let Some(rules) = rules else { return Ok(Heard::default()) };
        let theory = rules.theory(&NAMES[..3], &own)?;
        let parsed = Theory::parse(&theory)?;
        let inference = parsed.inference(&|_, _| None, &Budget::default())?;
        let answers = inference.answers(&parsed)?;
        let truths = truth.get(node as isize).to_vec::<f64>();
        let printed = answers.iter().zip(&truths).map(|(a, t)| (a.probability.value() - t).abs()).fold(0.0, f64::max);
        Ok(Heard {
            moved,
            matter,
            faithful: [lowered, important],
            gate: gate.mean().item(),
            printed,
            text: rules.sentences(&NAMES[..3], &own)?,
            theory,
        })
    }
}
