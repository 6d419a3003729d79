//! Gurnee et al. 2023, "Finding neurons in a haystack: case studies with sparse probing", on SmolLM2-135M-Instruct. Text: the same
//! manual pages in five languages, program code, Wikipedia. Spans of text are split, so that no span is in training and test.

use symbolon_check::claim::Evidence;
use symbolon_check::control::{Rotation, shuffled};
use symbolon_check::stats::Estimate;
use symbolon_check::{Ablated, Ablation, Part};
use symbolon_data::{manuals, of_each_kind, wikitext};
use symbolon_draw::{Axis, Plot};
use symbolon_lm::{Local, SURFACE, batch, pair_windows, spread};
use symbolon_net::Select;
use symbolon_read::dictionary::next_token_loss;
use symbolon_read::probe::sparse::{Certificate, Ranking, Search, SparseProbe, certify, curve, enough, planted};
use symbolon_read::probe::{Examples, Probe};
use symbolon_read::rows_of;
use symbolon_tensor::{Rng, Tensor};

use crate::{ClaimRow, Lab, Numbers, Result};

const LAYERS: [usize; 5] = [1, 4, 8, 15, 24];
/// Tokens of a span; the first four, where attention sinks are, are left out.
const SPAN: usize = 64;
const FROM: usize = 4;
/// Tokens of the windows that end in the second word of a compound.
const WINDOW: usize = 24;
const COMPOUNDS: [(&str, &str); 3] = [(" have", " been"), (" more", " than"), (" they", " were")];
const SIZES: [usize; 6] = [1, 2, 4, 8, 16, 64];
/// Kinds of text that are features; the first four are languages.
const KINDS: [&str; 5] = ["fr", "de", "es", "it", "code"];
/// Neurons among which the best one is looked for, and the penalty of dense probes.
const CANDIDATES: usize = 10;
const PENALTY: f64 = 1e-2;

/// Program text among the kinds of text that are read. Its digest stands in the results, as the numbers change with it.
const CODE: &str = concat!(include_str!("run.rs"), include_str!("lab.rs"), include_str!("boundless_das.rs"));

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    let n = planted_neurons(lab)?;
    lab.all_shares(&n, &[("planted-neurons", "exact", &[("adaptive thresholding", "adaptive")])])?;
    lab.not_measured("scale", "needs a family of models trained on the same text; the full profile is not built")?;
    let Some(model) = lab.model_for_rest("smollm2-135m")? else { return Ok(()) };
    lab.digest("code that is read", symbolon_check::digest(CODE.as_bytes()));
    lab.open_split("test spans")?;
    let notes = ["running the text through the model", "probing"];
    let n = lab.each_seed(3, notes, || Text::new(&model), |text, seed, n| measure(&model, text, seed, n))?;
    report(lab, &n)
}

/// In how many draws the exact search and adaptive thresholding find three neurons whose activity makes the property.
fn planted_neurons(lab: &Lab) -> Result<Numbers> {
    let mut n = Numbers::default();
    for (seed, draw) in lab.seeds().iter().flat_map(|s| (0..lab.pick(20, 100)).map(move |d| (s, d))) {
        let (examples, truth) = planted(600, 60, 3, &mut Rng::new(seed.wrapping_mul(1_000) + draw))?;
        let near = Ranking::MeanDifference.choose(&examples, 30)?;
        n.add_whether("exact", Search::new(&examples, &near)?.best(3, 1e-3, 1_000)?.support == truth);
        let mut found = Ranking::Adaptive.choose(&examples, 3)?;
        found.sort_unstable();
        n.add_whether("adaptive", found == truth);
    }
    Ok(n)
}

/// Spans of text with the activations of their neurons.
struct Text {
    spans: Vec<Vec<u32>>,
    kinds: Vec<&'static str>,
    /// For each layer `[spans * (SPAN - FROM), neurons]`.
    neurons: Vec<Tensor>,
    /// For each feature whether each of these tokens has it.
    features: Vec<(&'static str, Vec<bool>)>,
    /// For each compound: neurons `[windows, neurons]` at layer 1, and whether a window is the compound.
    compounds: Vec<Examples>,
}

impl Text {
    fn new(model: &Local) -> Result<Self> {
        let mut texts: Vec<(&'static str, String, usize)> = manuals()?.into_iter().map(|(l, t)| (l, t, 20)).collect();
        texts.push(("code", CODE.to_owned(), 20));
        let articles = wikitext::articles()?.train;
        texts.push(("wikipedia", articles.iter().take(40).flatten().cloned().collect::<Vec<_>>().join(" "), 40));
        let (mut spans, mut kinds) = (Vec::new(), Vec::new());
        for (kind, text, count) in texts {
            spans.extend(spread(&model.tokenizer.encode(&text)?, SPAN, count));
            kinds.resize(spans.len(), kind);
        }
        let read = |windows: &[Vec<u32>], layers: &[usize], from: usize, to: usize| -> Result<Vec<Tensor>> {
            let sites: Vec<String> = layers.iter().map(|l| format!("blocks.{l}.mlp.post")).collect();
            Ok(rows_of(&model.network, &[batch(windows)?], &sites, &Select::positions(from..to), 8)?)
        };
        let neurons = read(&spans, &LAYERS, FROM, SPAN)?;
        let labels = |test: &dyn Fn(usize, usize) -> bool| -> Vec<bool> {
            (0..spans.len()).flat_map(|i| (FROM..SPAN).map(move |p| (i, p))).map(|(i, p)| test(i, p)).collect()
        };
        let of_kind = KINDS.map(|kind| (kind, labels(&|i, _| kinds[i] == kind)));
        let of_word = SURFACE.map(|(name, is)| (name, labels(&|i, p| is(&model.tokenizer.show(spans[i][p])))));
        let features = of_kind.into_iter().chain(of_word).collect();
        let ids = articles.iter().flatten().map(|p| model.tokenizer.encode(p));
        let ids = ids.collect::<symbolon_lm::Result<Vec<_>>>()?.concat();
        let mut compounds = Vec::new();
        for (first, second) in COMPOUNDS {
            let pair = [model.tokenizer.encode(first)?[0], model.tokenizer.encode(second)?[0]];
            let (windows, labels): (Vec<_>, Vec<_>) = pair_windows(&ids[1..], pair, WINDOW, 120).into_iter().unzip();
            compounds.push(Examples::new(read(&windows, &LAYERS[..1], WINDOW - 1, WINDOW)?.remove(0), labels)?);
        }
        Ok(Self { spans, kinds, neurons, features, compounds })
    }
    /// Training and test tokens of a layer with a feature, by spans.
    fn split(&self, layer: usize, feature: usize, train: &[bool]) -> Result<(Examples, Examples)> {
        let all = Examples::new(self.neurons[layer].clone(), self.features[feature].1.clone())?;
        Ok(all.split_by(|i| train[i / (SPAN - FROM)])?)
    }
}

/// What is measured with one seed; the seed splits spans, seven of ten of each kind of text are for training.
fn measure(model: &Local, text: &Text, seed: u64, n: &mut Numbers) -> Result<()> {
    let mut rng = Rng::new(seed);
    let train_spans = of_each_kind(&text.kinds, 0.7, &mut rng);
    // F1 of one neuron of each feature in the layer, and the layer, that are best on training spans.
    let mut chosen = Vec::new();
    let mut sparser = Vec::new();
    for (f, (name, _)) in text.features.iter().enumerate() {
        let (mut single, mut share, mut best) = (Vec::new(), Vec::new(), (f64::NEG_INFINITY, 0, 0.0));
        for (l, layer) in LAYERS.into_iter().enumerate() {
            let (train, test) = text.split(l, f, &train_spans)?;
            let one = SparseProbe::best_single(&train, CANDIDATES)?;
            let [known, f1] = [one.test(&train)?.f1, one.test(&test)?.f1];
            single.push(f1);
            share.push(f1 / Probe::logistic(&train, PENALTY)?.test(&test)?.f1.max(1e-9));
            best = if known >= best.0 { (known, l, f1) } else { best };
            // Certificates where supports matter most: in a middle layer.
            if layer == 8 {
                let Certificate { gap, lead } = certify(&train, 50, &[1, 3, 5], 3_000)?;
                n.add_all([("gap", gap), ("lead", lead)]);
            }
        }
        n.add_curve(name, &single);
        sparser.push((share[2] + share[3]) / 2.0 - share[0]);
        chosen.push(best);
    }
    n.add("sparser", sparser.iter().sum::<f64>() / sparser.len() as f64);
    n.add("languages", chosen[..4].iter().filter(|(_, _, f1)| *f1 >= 0.9).count() as f64);
    // The language that is known best, its neuron, and what happens without it.
    let language = (0..4).max_by(|a, b| chosen[*a].0.total_cmp(&chosen[*b].0)).unwrap_or(0);
    let layer = chosen[language].1;
    let (train, test) = text.split(layer, language, &train_spans)?;
    let single = SparseProbe::best_single(&train, CANDIDATES)?;
    n.add("ablation", ablation(model, text, LAYERS[layer], single.support[0], KINDS[language], &train_spans)?);
    let dealt = train.labelled(shuffled(train.labels(), &mut rng))?;
    let base = 2.0 * test.positive() as f64 / (test.len() + test.positive()) as f64;
    n.add("shuffled", SparseProbe::best_single(&dealt, CANDIDATES)?.test(&test)?.f1 - base);
    let turn = Rotation::random(train.units(), &mut rng)?;
    let (turned_train, turned_test) = (train.turned(&turn)?, test.turned(&turn)?);
    let turned = SparseProbe::best_single(&turned_train, CANDIDATES)?.test(&turned_test)?;
    n.add("rotated single", single.test(&test)?.f1 - turned.f1);
    let dense =
        |train: &Examples, test: &Examples| -> Result<f64> { Ok(Probe::logistic(train, PENALTY)?.test(test)?.f1) };
    n.add("rotated dense", dense(&train, &test)? - dense(&turned_train, &turned_test)?);
    let f1: Vec<f64> = curve(&train, &test, Ranking::Adaptive, &SIZES)?.iter().map(|q| q.f1).collect();
    n.add_curve("k", &f1);
    // The least k whose probe comes within 5% of the dense one, and the precision of one neuron: means over compounds.
    let mut of = Numbers::default();
    for compound in &text.compounds {
        let (train, test) = compound.split(0.7, &mut rng)?;
        let whole = dense(&train, &test)?;
        of.add("precision", SparseProbe::best_single(&train, CANDIDATES)?.test(&test)?.precision);
        let least = enough(&train, &test, Ranking::Adaptive, &[1, 2, 3, 4, 8, 16, 32, 64], 0.95 * whole)?;
        of.add("least k", least.unwrap_or(128) as f64);
    }
    n.add_all([("compound k", of.mean("least k")), ("compound precision", of.mean("precision"))]);
    Ok(())
}

/// How many times more a language's loss rises than that of other text when a neuron is set to its mean, on test spans.
fn ablation(model: &Local, text: &Text, layer: usize, neuron: usize, language: &str, train: &[bool]) -> Result<f64> {
    let of = |own: bool| -> Result<Tensor> {
        let test = (0..text.spans.len()).filter(|&i| (text.kinds[i] == language) == own && !train[i]);
        Ok(batch(&test.take(12).map(|i| &text.spans[i]).collect::<Vec<_>>())?)
    };
    let (own, other) = (of(true)?, of(false)?);
    let part = Part::unit(&format!("blocks.{layer}.mlp.post"), neuron)?;
    let ablated = Ablated::new(&model.network, &[Tensor::cat(&[&own, &other], 0)], &[part], Ablation::Mean)?;
    // A rise of other text below a thousandth is within noise: it counts as a thousandth.
    Ok(ablated.rise(&[own], &next_token_loss)? / ablated.rise(&[other], &next_token_loss)?.max(1e-3))
}

fn report(lab: &mut Lab, n: &Numbers) -> Result<()> {
    for (id, name) in [("certified", "gap"), ("exact-is-best", "lead")] {
        lab.report(id, Evidence::new(Estimate::exact(n.largest(name))?))?;
    }
    let claims: [ClaimRow<'_>; 5] = [
        ("language-neurons", "languages", &[("shuffled labels", "shuffled")]),
        ("language-ablation", "ablation", &[]),
        ("compounds-are-spread", "compound k", &[("precision of one neuron", "compound precision")]),
        ("middle-is-sparser", "sparser", &[]),
        ("rotation", "rotated single", &[("dense probe", "rotated dense")]),
    ];
    lab.all_means(n, &claims)?;
    let names = KINDS.into_iter().chain(SURFACE.map(|(name, _)| name));
    let lines: Vec<_> = names.map(|name| (name, n.curve(name, LAYERS.map(|l| l as f64)))).collect();
    let layers = Plot::new("One neuron").x(Axis::new("layer")).y(Axis::new("F1 on test tokens"));
    let growth = Plot::new("More neurons").x(Axis::new("log2 k")).y(Axis::new("F1 on test tokens"));
    let growth = growth.line("best language", &n.curve("k", SIZES.map(|k| (k as f64).log2())));
    lab.show(|r| {
        r.section("Where single neurons tell a property")
            .figure("F1 of the best single neuron, by layer; mean over seeds.", layers.lines(&lines))
            .figure("How F1 grows with the number of neurons, for the language with the best single neuron.", growth)
    });
    Ok(())
}
