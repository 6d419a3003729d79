//! Gurnee et al. 2023, "Finding neurons in a haystack: case studies with sparse probing", on SmolLM2-135M-Instruct. Text: the same
//! manual pages in five languages, program code, Wikipedia. Spans of text are split, so that no span is in training and test.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use symbolon_check::claim::{Evidence, Sealed};
use symbolon_check::control::{Rotation, shuffled};
use symbolon_check::stats::{Estimate, Proportion};
use symbolon_check::{Ablated, Ablation, Part};
use symbolon_data::{manuals, wikitext};
use symbolon_draw::{Axis, Plot};
use symbolon_lm::Local;
use symbolon_net::Select;
use symbolon_read::probe::sparse::{Ranking, Search, SparseProbe, curve};
use symbolon_read::probe::{Examples, Probe};
use symbolon_read::rows_of;
use symbolon_tensor::{DType, Rng, Tensor};

use crate::{Lab, Result};

const LAYERS: [usize; 5] = [1, 4, 8, 15, 24];
/// Tokens of a span; the first four, where attention sinks are, are left out.
const SPAN: usize = 64;
const FROM: usize = 4;
/// Tokens of the windows that end in the second word of a compound.
const WINDOW: usize = 24;
const COMPOUNDS: [(&str, &str); 3] = [(" have", " been"), (" more", " than"), (" they", " were")];
const SIZES: [usize; 6] = [1, 2, 4, 8, 16, 64];

/// Program text among the kinds of text that are read. Its digest stands in the results, as the numbers change with it.
const CODE: &str = concat!(include_str!("run.rs"), include_str!("lab.rs"), include_str!("boundless_das.rs"));

/// What is measured with one seed; the seed splits spans.
#[derive(Serialize, Deserialize)]
struct Numbers {
    /// The largest certified gap, and the largest lead of a heuristic over the exact search.
    gap: f64,
    lead: f64,
    /// F1 of one neuron for each feature, layer by layer, and of the dense probe.
    single: BTreeMap<String, Vec<f64>>,
    dense: BTreeMap<String, Vec<f64>>,
    /// F1 by k of the first language in a middle layer.
    curve: Vec<f64>,
    languages: f64,
    ablation: f64,
    shuffled: f64,
    rotated_single: f64,
    rotated_dense: f64,
    /// The least k whose probe comes within 5% of the dense one, at layer 1, mean of compounds; precision of one neuron there.
    compound_k: f64,
    compound_precision: f64,
}

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    lab.report("planted-neurons", planted(lab)?)?;
    lab.not_measured("scale", "needs a family of models trained on the same text; the full profile is not built")?;
    let ids = [
        "certified",
        "exact-is-best",
        "language-neurons",
        "language-ablation",
        "compounds-are-spread",
        "middle-is-sparser",
        "rotation",
    ];
    let Some(model) = lab.model_for("smollm2-135m", &ids)? else { return Ok(()) };
    lab.digest("code that is read", symbolon_check::digest(CODE.as_bytes()));
    let sealed = Sealed::new("test spans", format!("split by seeds {:?}", lab.seeds()).as_bytes(), ());
    lab.open(&sealed)?;
    let all = lab.each_seed(
        3,
        |lab| {
            lab.note("running the text through the model");
            Text::new(&model)
        },
        |lab, text, seed| {
            lab.note(&format!("seed {seed}: probing"));
            measure(&model, text, seed)
        },
    )?;
    if all.len() < 2 {
        return ids.iter().try_for_each(|id| lab.not_measured(id, "one seed has no interval; give at least 2"));
    }
    report(lab, &all)
}

/// Spans of text with the activations of their neurons.
struct Text {
    spans: Vec<Vec<u32>>,
    kinds: Vec<&'static str>,
    /// For each layer `[spans * (SPAN - FROM), neurons]`.
    neurons: Vec<Tensor>,
    /// For each compound: whether a window is the compound, and neurons `[windows, neurons]` at layer 1.
    compounds: Vec<(Vec<bool>, Tensor)>,
}

impl Text {
    fn new(model: &Local) -> Result<Self> {
        let mut texts: Vec<(&'static str, String, usize)> = manuals()?.into_iter().map(|(l, t)| (l, t, 20)).collect();
        texts.push(("code", CODE.to_owned(), 20));
        let articles = wikitext::articles()?.train;
        texts.push(("wikipedia", articles.iter().take(40).flatten().cloned().collect::<Vec<_>>().join(" "), 40));
        let (mut spans, mut kinds) = (Vec::new(), Vec::new());
        for (kind, text, count) in texts {
            let ids = model.tokenizer.encode(&text)?;
            // Spread over the whole text, with gaps between them.
            let step = (ids.len() / count).max(SPAN);
            for span in ids.chunks(step).filter(|s| s.len() >= SPAN).take(count) {
                spans.push(span[..SPAN].to_vec());
                kinds.push(kind);
            }
        }
        let x = tokens(&spans, SPAN)?;
        let read = |x: &Tensor, layers: &[usize], from: usize, to: usize| {
            let sites: Vec<String> = layers.iter().map(|l| format!("blocks.{l}.mlp.post")).collect();
            rows_of(&model.network, std::slice::from_ref(x), &sites, &Select::positions(from..to), 8)
        };
        let neurons = read(&x, &LAYERS, FROM, SPAN)?;
        let all: Vec<u32> = articles
            .iter()
            .flatten()
            .map(|p| model.tokenizer.encode(p))
            .collect::<symbolon_lm::Result<Vec<_>>>()?
            .concat();
        let mut compounds = Vec::new();
        for (first, second) in COMPOUNDS {
            let [first, second] = [first, second].map(|w| model.tokenizer.encode(w).map(|ids| ids[0]));
            let (first, second) = (first?, second?);
            let (mut windows, mut labels, mut left) = (Vec::new(), Vec::new(), 120);
            for end in WINDOW..all.len() {
                let here = all[end] == second && all[end - 1] == first;
                let alone = !here && (all[end] == second || all[end - 1] == first);
                if here || (alone && left > 0) {
                    left -= usize::from(alone);
                    windows.push(all[end + 1 - WINDOW..=end].to_vec());
                    labels.push(here);
                }
            }
            compounds.push((labels, read(&tokens(&windows, WINDOW)?, &LAYERS[..1], WINDOW - 1, WINDOW)?.remove(0)));
        }
        Ok(Self { spans, kinds, neurons, compounds })
    }
    /// Whether each token of each span has each feature.
    fn features(&self, model: &Local) -> Vec<(String, Vec<bool>)> {
        let of_kind = |kind: &str| self.labels(|i, _| self.kinds[i] == kind);
        let word = |id: u32| model.tokenizer.show(id);
        let letters = |t: &str| t.trim().chars().all(char::is_alphabetic) && !t.trim().is_empty();
        let mut found: Vec<(String, Vec<bool>)> =
            ["fr", "de", "es", "it", "code"].iter().map(|k| ((*k).to_owned(), of_kind(k))).collect();
        let by_word = |test: &dyn Fn(&str) -> bool| self.labels(|i, p| test(&word(self.spans[i][p])));
        found.push(("digit".into(), by_word(&|t| t.trim().chars().any(|c| c.is_ascii_digit()))));
        found.push((
            "capitalised".into(),
            by_word(&|t| letters(t) && t.trim().chars().next().is_some_and(char::is_uppercase)),
        ));
        found.push((
            "ends in s".into(),
            by_word(&|t| letters(t) && t.trim().len() > 3 && t.ends_with('s') && !t.ends_with("ss")),
        ));
        found
    }
    fn labels(&self, test: impl Fn(usize, usize) -> bool) -> Vec<bool> {
        (0..self.spans.len()).flat_map(|i| (FROM..SPAN).map(move |p| (i, p))).map(|(i, p)| test(i, p)).collect()
    }
}

fn tokens(lists: &[Vec<u32>], length: usize) -> Result<Tensor> {
    let flat: Vec<i64> = lists.iter().flatten().map(|&t| i64::from(t)).collect();
    Ok(Tensor::from(flat).reshape([lists.len(), length]))
}

fn measure(model: &Local, text: &Text, seed: u64) -> Result<Numbers> {
    let mut rng = Rng::new(seed);
    let features = text.features(model);
    let (mut gap, mut lead) = (0.0f64, 0.0f64);
    let (mut single, mut dense, mut known) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    // Seven of ten spans of each kind of text are for training.
    let mut train_spans = vec![false; text.spans.len()];
    for kind in text.kinds.iter().collect::<BTreeSet<_>>() {
        let of: Vec<usize> = (0..text.kinds.len()).filter(|&i| text.kinds[i] == *kind).collect();
        let order = rng.permutation(of.len()).to_vec::<i64>();
        order.iter().take(of.len() * 7 / 10).for_each(|r| train_spans[of[*r as usize]] = true);
    }
    let split = |rows: &Tensor, labels: &[bool]| -> Result<(Examples, Examples)> {
        let all = Examples::new(rows.clone(), labels.to_vec())?;
        let of = |train: bool| (0..all.len()).filter(|i| train_spans[i / (SPAN - FROM)] == train).collect::<Vec<_>>();
        Ok((all.subset(&of(true))?, all.subset(&of(false))?))
    };
    for (name, labels) in &features {
        let (mut of_one, mut of_all, mut on_train) = (Vec::new(), Vec::new(), Vec::new());
        for (l, rows) in text.neurons.iter().enumerate() {
            let (train, test) = split(rows, labels)?;
            let one = best_single(&train)?;
            on_train.push(one.test(&train)?.f1);
            of_one.push(one.test(&test)?.f1);
            of_all.push(Probe::logistic(&train, 1e-2)?.test(&test)?.f1);
            // Certificates where supports matter most: in a middle layer.
            if LAYERS[l] == 8 {
                let near = Ranking::MeanDifference.choose(&train, 50)?;
                let mut search = Search::new(&train, &near)?;
                let columns = train.columns(&near)?;
                for k in [1, 3, 5] {
                    let found = search.best(k, 1e-3, 3_000)?;
                    gap = gap.max(found.gap());
                    for ranking in Ranking::ALL {
                        let support: Vec<usize> = ranking.choose(&columns, k)?.into_iter().map(|at| near[at]).collect();
                        lead = lead.max(found.objective / search.objective(&support)? - 1.0);
                    }
                }
            }
        }
        single.insert(name.clone(), of_one);
        known.insert(name.clone(), on_train);
        dense.insert(name.clone(), of_all);
    }
    // The languages, their neurons, and what happens without them.
    let middle = LAYERS.iter().position(|l| *l == 15).unwrap_or(0);
    let languages = ["fr", "de", "es", "it"];
    // Layers and languages are chosen by training spans.
    let layer_of = |l: &str| (0..LAYERS.len()).max_by(|&a, &b| known[l][a].total_cmp(&known[l][b])).unwrap_or_default();
    let good = languages.iter().filter(|l| single[**l][layer_of(l)] >= 0.9).count();
    let best = languages.iter().map(|l| (known[*l][layer_of(l)], layer_of(l), *l));
    let (_, at, language) = best.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((0.0, middle, "fr"));
    let labels = &features.iter().find(|f| f.0 == language).expect("languages are features").1;
    let (train, test) = split(&text.neurons[at], labels)?;
    let neuron = best_single(&train)?.support[0];
    let ablation = ablation(model, text, LAYERS[at], neuron, language, &train_spans)?;
    let dealt = train.labelled(shuffled(train.labels(), &mut rng))?;
    let base = 2.0 * test.positive() as f64 / (test.len() + test.positive()) as f64;
    let shuffled = best_single(&dealt)?.test(&test)?.f1 - base;
    let turn = Rotation::random(train.units(), &mut rng)?;
    let turned = |e: &Examples| -> Result<Examples> { Ok(Examples::new(turn.turn(e.rows())?, e.labels().to_vec())?) };
    let (turned_train, turned_test) = (turned(&train)?, turned(&test)?);
    let rotated_single = best_single(&train)?.test(&test)?.f1 - best_single(&turned_train)?.test(&turned_test)?.f1;
    let rotated_dense =
        Probe::logistic(&train, 1e-2)?.test(&test)?.f1 - Probe::logistic(&turned_train, 1e-2)?.test(&turned_test)?.f1;
    let curve = curve(&train, &test, Ranking::Adaptive, &SIZES)?.iter().map(|q| q.f1).collect();
    let (mut compound_k, mut compound_precision) = (0.0, 0.0);
    for (labels, rows) in &text.compounds {
        let (train, test) = Examples::new(rows.clone(), labels.clone())?.split(0.7, &mut rng)?;
        let whole = Probe::logistic(&train, 1e-2)?.test(&test)?.f1;
        compound_precision += best_single(&train)?.test(&test)?.precision / COMPOUNDS.len() as f64;
        let mut least = 128;
        for k in [1, 2, 3, 4, 8, 16, 32, 64] {
            if SparseProbe::on(&train, &Ranking::Adaptive.choose(&train, k)?)?.test(&test)?.f1 >= 0.95 * whole {
                least = k;
                break;
            }
        }
        compound_k += least as f64 / COMPOUNDS.len() as f64;
    }
    let languages = good as f64;
    Ok(Numbers {
        gap,
        lead,
        single,
        dense,
        curve,
        languages,
        ablation,
        shuffled,
        rotated_single,
        rotated_dense,
        compound_k,
        compound_precision,
    })
}

/// A probe on the one neuron of ten candidates that is best on the training examples.
fn best_single(train: &Examples) -> Result<SparseProbe> {
    let near = Ranking::MeanDifference.choose(train, 10.min(train.units()))?;
    let mut best: Option<(f64, SparseProbe)> = None;
    for unit in near {
        let probe = SparseProbe::on(train, &[unit])?;
        let f1 = probe.test(train)?.f1;
        if best.as_ref().is_none_or(|b| f1 > b.0) {
            best = Some((f1, probe));
        }
    }
    Ok(best.expect("there are units").1)
}

/// How many times more a language's loss rises than that of other text when a neuron is set to its mean, on test spans.
fn ablation(model: &Local, text: &Text, layer: usize, neuron: usize, language: &str, train: &[bool]) -> Result<f64> {
    let of = |own: bool| -> Result<Tensor> {
        let spans = text
            .spans
            .iter()
            .zip(&text.kinds)
            .zip(train)
            .filter(|((_, k), train)| (**k == language) == own && !**train);
        tokens(&spans.map(|((s, _), _)| s.clone()).take(12).collect::<Vec<_>>(), SPAN)
    };
    let (own, other) = (of(true)?, of(false)?);
    let part = Part::unit(&format!("blocks.{layer}.mlp.post"), neuron)?;
    let reference = Tensor::cat(&[&own, &other], 0);
    let ablated = Ablated::new(&model.network, &[reference], &[part], Ablation::Mean)?;
    let loss = |x: &Tensor, out: bool| -> Result<f64> {
        let y = ablated.forward(std::slice::from_ref(x), &[out])?;
        let (rows, width) = (x.size(0) * (SPAN - 1), y.size(2));
        let logits = y.narrow(1, ..SPAN - 1).reshape([rows, width]);
        Ok(logits.cross_entropy(&x.narrow(1, 1..).reshape([rows])).item())
    };
    let rise = |x: &Tensor| -> Result<f64> {
        let before = loss(x, false)?;
        Ok((loss(x, true)? - before) / before)
    };
    // A rise of other text below a thousandth is within noise: it counts as a thousandth.
    Ok(rise(&own)? / rise(&other)?.max(1e-3))
}

/// In how many draws the exact search and adaptive thresholding find three neurons whose activity makes the property.
fn planted(lab: &Lab) -> Result<Evidence> {
    let (mut exact, mut adaptive) = (Vec::new(), Vec::new());
    for seed in lab.seeds() {
        for draw in 0..lab.pick(20, 100) {
            let mut rng = Rng::new(seed.wrapping_mul(1_000) + draw);
            let (n, units) = (600, 60);
            let active = rng.bernoulli([n, units], 0.25).to(DType::F64);
            let rows = &active + rng.normal([n, units], DType::F64) * 0.3;
            let first: Vec<i64> = rng.permutation(units).to_vec();
            let mut truth: Vec<usize> = first[..3].iter().map(|u| *u as usize).collect();
            truth.sort_unstable();
            let on = active.to_vec::<f64>();
            let labels = (0..n).map(|i| truth.iter().any(|u| on[i * units + u] > 0.5) != (rng.unit() < 0.05)).collect();
            let examples = Examples::new(rows, labels)?;
            let near = Ranking::MeanDifference.choose(&examples, 30)?;
            exact.push(Search::new(&examples, &near)?.best(3, 1e-3, 1_000)?.support == truth);
            let mut found = Ranking::Adaptive.choose(&examples, 3)?;
            found.sort_unstable();
            adaptive.push(found == truth);
        }
    }
    let adaptive = Estimate::share(Proportion::of(adaptive))?;
    Ok(Evidence::new(Estimate::share(Proportion::of(exact))?).control("adaptive thresholding", adaptive))
}

fn report(lab: &mut Lab, all: &[Numbers]) -> Result<()> {
    let mean = |f: &dyn Fn(&Numbers) -> f64| Estimate::mean(&all.iter().map(f).collect::<Vec<_>>());
    let largest = |f: &dyn Fn(&Numbers) -> f64| Estimate::exact(all.iter().map(f).fold(f64::MIN, f64::max));
    let share = |n: &Numbers, layers: &[usize]| {
        let one = |f: &String| {
            layers.iter().map(|&l| n.single[f][l] / n.dense[f][l].max(1e-9)).sum::<f64>() / layers.len() as f64
        };
        n.single.keys().map(one).sum::<f64>() / n.single.len() as f64
    };
    lab.report("certified", Evidence::new(largest(&|n| n.gap)?))?;
    lab.report("exact-is-best", Evidence::new(largest(&|n| n.lead)?))?;
    lab.report(
        "language-neurons",
        Evidence::new(mean(&|n| n.languages)?).control("shuffled labels", mean(&|n| n.shuffled)?),
    )?;
    lab.report("language-ablation", Evidence::new(mean(&|n| n.ablation)?))?;
    let precision = mean(&|n| n.compound_precision)?;
    lab.report(
        "compounds-are-spread",
        Evidence::new(mean(&|n| n.compound_k)?).control("precision of one neuron", precision),
    )?;
    lab.report("middle-is-sparser", Evidence::new(mean(&|n| share(n, &[2, 3]) - share(n, &[0]))?))?;
    lab.report(
        "rotation",
        Evidence::new(mean(&|n| n.rotated_single)?).control("dense probe", mean(&|n| n.rotated_dense)?),
    )?;
    let average = |f: &dyn Fn(&Numbers) -> f64| all.iter().map(f).sum::<f64>() / all.len() as f64;
    let mut plot = Plot::new("One neuron").x(Axis::new("layer")).y(Axis::new("F1 on test tokens"));
    for name in all[0].single.keys() {
        let points: Vec<(f64, f64)> =
            (0..LAYERS.len()).map(|l| (LAYERS[l] as f64, average(&|n| n.single[name][l]))).collect();
        plot = plot.line(name, &points);
    }
    let points: Vec<(f64, f64)> =
        SIZES.iter().enumerate().map(|(i, k)| ((*k as f64).log2(), average(&|n| n.curve[i]))).collect();
    let growth = Plot::new("More neurons")
        .x(Axis::new("log2 k"))
        .y(Axis::new("F1 on test tokens"))
        .line("best language", &points);
    lab.show(|r| {
        r.section("Where single neurons tell a property")
            .figure("F1 of the best single neuron, by layer; mean over seeds.", plot)
            .figure("How F1 grows with the number of neurons, for the language with the best single neuron.", growth)
    });
    Ok(())
}
