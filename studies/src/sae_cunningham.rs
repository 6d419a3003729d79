//! Cunningham et al. 2024, "Sparse autoencoders find highly interpretable features in language models": planted directions
//! recovered, features described, the network's loss under reconstruction, and how local edits through features are.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use symbolon_check::claim::{Evidence, Sealed};
use symbolon_check::stats::Estimate;
use symbolon_data::wikitext;
use symbolon_draw::{Axis as Scale, Bars, Cell, Column, Plot, Table};
use symbolon_lm::Local;
use symbolon_net::pretrained::{Pass, Transformer};
use symbolon_net::{Activation, Axis, Edit, Site, Trace};
use symbolon_read::describe::{Corpus, Fragments, correlation, describe};
use symbolon_read::dictionary::{
    Difference, Learner, Recipe, Rows, Substitution, independent_components, measure, mmcs, next_token_loss, planted,
    principal_components, shuffled_within, substitute,
};
use symbolon_read::erase::Eraser;
use symbolon_symbol::{Dictionary, Features, Symbol, Values};
use symbolon_tensor::optim::project::unit_rows;
use symbolon_tensor::{Rng, Tensor, no_grad};

use crate::{Lab, Result};

const MODEL: &str = "smollm2-135m";
const LAYER: usize = 8;
const SITE: &str = "blocks.8.resid_post";
/// Tokens of a document; the first one, which nobody needs to attend to but many do, is left out of everything.
const LENGTH: usize = 129;
/// Directions that are described, of each kind.
const DESCRIBED: usize = 60;
/// How many directions are ablated or taken from another run.
const COUNTS: [usize; 5] = [1, 4, 16, 64, 256];

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    let mut toy = Toy::default();
    for seed in lab.seeds() {
        let one: [f64; 4] = lab.keep(&format!("planted directions, seed {seed}"), |lab| {
            lab.note(&format!("seed {seed}: planted directions"));
            planted_numbers(seed, lab.pick(3_000, 10_000))
        })?;
        [&mut toy.found, &mut toy.free, &mut toy.narrow, &mut toy.noise]
            .into_iter()
            .zip(one)
            .for_each(|(v, x)| v.push(x));
    }
    lab.means("planted-features-are-found", &toy.found, &[("shuffled within units", &toy.noise)])?;
    lab.means("no-penalty-no-features", &toy.free, &[])?;
    lab.means("too-few-features-miss", &toy.narrow, &[])?;
    let seed = lab.seeds()[0];
    let real: Real = lab.keep(&format!("{MODEL}, seed {seed}"), |lab| real_numbers(lab, seed))?;
    report(lab, &toy, &real)
}

#[derive(Default)]
struct Toy {
    found: Vec<f64>,
    free: Vec<f64>,
    narrow: Vec<f64>,
    noise: Vec<f64>,
}

fn learn(rows: &Tensor, recipe: &Recipe) -> Result<Dictionary> {
    let mut learner = Learner::new(Rows::of(rows.clone())?, recipe)?;
    recipe.trainer().run(&mut learner)?;
    Ok(learner.dictionary()?)
}

/// MMCS of planted directions with learned ones: with a penalty, without, with too few features, and from shuffled rows.
fn planted_numbers(seed: u64, steps: u64) -> Result<[f64; 4]> {
    let mut rng = Rng::new(seed ^ 0xbead);
    let world = planted(64, 256, 4, 20_000, &mut rng)?;
    let noise = shuffled_within(&world.rows, &mut rng)?;
    let tied = |features, weight| Recipe { steps, rate: 4e-3, batch: 128, seed, ..Recipe::tied(features, weight) };
    let score = |rows: &Tensor, recipe: Recipe| -> Result<f64> {
        Ok(mmcs(&world.directions, &learn(rows, &recipe)?.directions())?)
    };
    Ok([
        score(&world.rows, tied(256, PENALTY))?,
        score(&world.rows, tied(256, 0.0))?,
        score(&world.rows, tied(128, PENALTY))?,
        score(&noise, tied(256, PENALTY))?,
    ])
}

/// The paper's α for planted directions, chosen on rows of another seed.
const PENALTY: f64 = 0.3;

/// What is measured of the language model.
#[derive(Serialize, Deserialize)]
struct Real {
    active: f64,
    recovered: Vec<f64>,
    by_chance: f64,
    described: Described,
    erased: Erased,
    needed: Vec<Needed>,
}

/// Scores of descriptions, by kind of direction; of features with each other's descriptions; the best in words.
#[derive(Serialize, Deserialize)]
struct Described {
    features: Vec<f64>,
    components: Vec<f64>,
    independent: Vec<f64>,
    units: Vec<f64>,
    random: Vec<f64>,
    crossed: Vec<f64>,
    words: Vec<String>,
}

/// How pronouns were brought to chance: accuracy of each prompt before and after by features, disturbance of each document
/// by features and by as many components; accuracy and disturbance by LEACE and by the difference of means.
#[derive(Serialize, Deserialize)]
struct Erased {
    enough: usize,
    before: Vec<f64>,
    after: Vec<f64>,
    by_features: Vec<f64>,
    by_components: Vec<f64>,
    leace: [f64; 2],
    means: [f64; 2],
    curve: Vec<Erasure>,
}

/// Logarithms (base 2) of how many directions each prompt needs.
#[derive(Serialize, Deserialize)]
struct Needed {
    by: String,
    prompts: Vec<f64>,
}

/// Accuracy of pronouns and disturbance of other text after so many directions are ablated: features, then components.
#[derive(Serialize, Deserialize)]
struct Erasure {
    count: usize,
    accuracy: [f64; 2],
    disturbed: [f64; 2],
}

/// A network cut behind [`LAYER`].
struct Cut<'m>(&'m Transformer);

impl Cut<'_> {
    /// The residual stream at the cut, `[batch, position, d_model]`.
    fn stream(&self, tokens: &Tensor) -> Result<Tensor> {
        let pass = Pass { until: Some(LAYER + 1), ..Pass::default() };
        Ok(no_grad(|| self.0.run(std::slice::from_ref(tokens), pass, &mut Trace::none()))?)
    }
    /// Log-probabilities after the cut: of all positions `[batch, position, vocabulary]`, or of the last, `[batch, 1, vocabulary]`.
    fn logs(&self, stream: &Tensor, last_only: bool) -> Result<Tensor> {
        let pass = Pass { from: Some((LAYER + 1, stream.clone())), last_only, ..Pass::default() };
        Ok(self.0.run(&[], pass, &mut Trace::none())?.log_softmax(-1))
    }
    /// Rows `[documents · positions, d_model]` of documents `[documents, position]`, without first positions.
    fn rows(&self, documents: &Tensor) -> Result<Tensor> {
        let mut parts = Vec::new();
        for start in (0..documents.size(0)).step_by(8) {
            let part = documents.narrow(0, start..documents.size(0).min(start + 8));
            parts.push(flat(&self.stream(&part)?.narrow(1, 1..)));
        }
        Ok(Tensor::cat(&parts.iter().collect::<Vec<_>>(), 0))
    }
    /// The mean KL divergence (nats a token) of each document when its stream is edited, first positions apart.
    fn disturbance(&self, documents: &Tensor, edit: &dyn Fn(&Tensor) -> Result<Tensor>) -> Result<Vec<f64>> {
        let mut all = Vec::new();
        for start in (0..documents.size(0)).step_by(4) {
            let stream = self.stream(&documents.narrow(0, start..documents.size(0).min(start + 4)))?;
            let of = |x: &Tensor| no_grad(|| self.logs(x, false));
            let (p, q) = (of(&stream)?, of(&behind_first(&stream, edit)?)?);
            all.extend(divergence(&p, &q).mean_axis(1, false).to_vec::<f64>());
        }
        Ok(all)
    }
}

fn flat(stream: &Tensor) -> Tensor {
    stream.reshape([stream.size(0) * stream.size(1), stream.size(2)])
}

/// The stream with an edit of the rows behind the first position.
fn behind_first(stream: &Tensor, edit: &dyn Fn(&Tensor) -> Result<Tensor>) -> Result<Tensor> {
    let rest = stream.narrow(1, 1..);
    let edited = edit(&flat(&rest))?.reshape(rest.shape());
    Ok(Tensor::cat(&[&stream.narrow(1, ..1), &edited], 1))
}

/// `KL(p ‖ q)` of log-probabilities, over the last axis.
fn divergence(p: &Tensor, q: &Tensor) -> Tensor {
    (p.exp() * (p - q)).sum_axis(-1, false)
}

/// Whole documents of [`LENGTH`] tokens from articles.
fn documents(model: &Local, articles: &[Vec<String>], most: usize) -> Result<Vec<Vec<u32>>> {
    let mut all = Vec::new();
    for article in articles {
        let ids = model.tokenizer.encode(&article.join("\n"))?;
        all.extend(ids.chunks_exact(LENGTH).map(<[u32]>::to_vec));
    }
    all.truncate(most);
    Ok(all)
}

fn tokens(documents: &[Vec<u32>]) -> Tensor {
    let ids: Vec<i64> = documents.iter().flatten().map(|&t| i64::from(t)).collect();
    Tensor::from(ids).reshape([documents.len(), documents[0].len()])
}

fn real_numbers(lab: &mut Lab, seed: u64) -> Result<Real> {
    let model = lab.model(MODEL)?;
    let articles = wikitext::articles()?;
    let sealed = Sealed::new("held-out articles", articles.held_out.concat().join("\n").as_bytes(), articles.held_out);
    let cut = Cut(&model.network);
    let train = tokens(&documents(&model, &articles.train, lab.pick(150, 600))?);
    lab.note("activations of the model and of its untrained twin");
    let rows = cut.rows(&train)?;
    let mut rng = Rng::new(seed);
    let blank = Transformer::random(&model.network.config, &mut rng)?;
    let blank = Cut(&blank).rows(&train)?;
    let recipe =
        Recipe { steps: lab.pick(1_000, 10_000), batch: 512, seed, ..Recipe::topk(lab.pick(1_152, 4_608), 48) };
    let mut trained = Vec::new();
    for (name, rows) in
        [("model", &rows), ("untrained model", &blank), ("shuffled activations", &shuffled_within(&rows, &mut rng)?)]
    {
        lab.note(&format!("dictionary of the {name}"));
        trained.push(Arc::new(learn(rows, &recipe)?));
    }
    let random = Learner::new(Rows::of(rows.clone())?, &Recipe { seed: !seed, ..recipe.clone() })?.dictionary()?;
    let [sae, twin, noise, random] = [trained[0].clone(), trained[1].clone(), trained[2].clone(), Arc::new(random)];
    let units = rows.size(1);
    let components = principal_components(&rows, units)?;

    let held_out = documents(&model, lab.open(&sealed)?, lab.pick(104, 150))?;
    let (told, other) = held_out.split_at(lab.pick(96, 120));
    lab.note("descriptions");
    let described = descriptions(&model, &cut, told, &sae, &rows, &components, seed)?;

    lab.note("loss under reconstruction");
    let site: Site = SITE.parse()?;
    let other = tokens(other);
    let batches: Vec<Vec<Tensor>> = (0..other.size(0)).map(|i| vec![other.narrow(0, i..i + 1)]).collect();
    let recovered = |d: &Arc<Dictionary>, batches: &[Vec<Tensor>]| -> Result<Vec<f64>> {
        let what = Substitution { skip: 1, ..Substitution::at(site.clone(), d.clone()) };
        let one = |b: &Vec<Tensor>| {
            Ok(substitute(&model.network, std::slice::from_ref(b), &what, &Edit::Zero, &next_token_loss)?.recovered())
        };
        batches.iter().map(one).collect()
    };
    let active = measure(&sae, &cut.rows(&other)?, None)?.l0;
    let by_chance = recovered(&random, &batches[..4])?.iter().sum::<f64>() / 4.0;
    let kept = recovered(&sae, &batches)?;

    lab.note("pronouns");
    let erased = erasure(&model, &cut, &other, &sae, &components, &rows.mean_axis(0, true))?;
    lab.note("swapped names");
    let prompts = swaps(&model, seed)?;
    let by = |name: &str,
              of: &dyn Fn(&Tensor, &Tensor, usize) -> symbolon_read::Result<Difference>|
     -> Result<Needed> { Ok(Needed { by: name.to_owned(), prompts: patching(&cut, &prompts, of)? }) };
    let mut needed = vec![by("principal components", &|a, b, n| Difference::in_basis(&components, a, b, n))?];
    let dictionaries = [
        ("features", &sae),
        ("untrained model", &twin),
        ("shuffled activations", &noise),
        ("random dictionary", &random),
    ];
    for (name, d) in dictionaries {
        needed.push(by(name, &|a, b, n| Difference::in_features(d, a, b, n))?);
    }
    Ok(Real { active, recovered: kept, by_chance, described, erased, needed })
}

/// Describes directions of each kind on the same fragments, chosen by the same rule.
fn descriptions(
    model: &Local,
    cut: &Cut<'_>,
    told: &[Vec<u32>],
    sae: &Dictionary,
    train: &Tensor,
    components: &Tensor,
    seed: u64,
) -> Result<Described> {
    let mut rng = Rng::new(seed ^ 0xde5c);
    let ids: Vec<u32> = told.iter().flat_map(|d| d[1..].to_vec()).collect();
    let texts = ids.iter().map(|&t| model.tokenizer.show(t)).collect();
    let corpus = Corpus::new(ids, texts, LENGTH - 1, 32)?;
    let rows = cut.rows(&tokens(told))?;
    let units = rows.size(1);
    let codes = no_grad(|| sae.encode(&rows));
    let alive: Vec<usize> = (0..sae.features()).filter(|&f| codes.get((.., f as isize)).max().item() > 0.0).collect();
    let mut some = |n: usize| -> Vec<i64> { rng.permutation(n).to_vec::<i64>()[..DESCRIBED.min(n)].to_vec() };
    let features: Vec<i64> = some(alive.len()).into_iter().map(|i| alive[i as usize] as i64).collect();
    let pick = |of: &Tensor, which: Vec<i64>| of.index_select(1, &Tensor::from(which));
    let along = |directions: &Tensor| rows.matmul(&directions.t());
    let kinds = [
        pick(&codes, features.clone()),
        pick(&along(components), some(units)),
        pick(&rows, some(units)),
        along(&unit_rows(&rng.normal([DESCRIBED, units], rows.dtype()))),
        along(&independent_components(&train.narrow(0, ..8_192.min(train.size(0))), DESCRIBED, 60, &mut rng)?),
    ];
    let mut scores = Vec::new();
    let (mut crossed, mut words) = (Vec::new(), Vec::new());
    for (kind, values) in kinds.iter().enumerate() {
        let columns: Vec<Vec<f32>> = (0..values.size(1)).map(|c| values.get((.., c as isize)).to_vec()).collect();
        let mut found = Vec::new();
        for v in &columns {
            found.push(describe(&corpus, v, Fragments::default(), &mut rng)?);
        }
        let score = |of: usize, on: usize| match (&found[of], &found[on]) {
            (Some(a), Some(b)) => correlation(&a.description, &corpus, &columns[on], &b.held_out),
            _ => 0.0,
        };
        scores.push((0..columns.len()).map(|i| score(i, i)).collect::<Vec<f64>>());
        if kind == 0 {
            crossed = (0..columns.len()).map(|i| score((i + 1) % columns.len(), i)).collect();
            let told = |i: usize| found[i].as_ref().map_or_else(String::new, |d| d.description.words(&corpus, 6));
            let mut best: Vec<(f64, String)> = scores[0]
                .iter()
                .enumerate()
                .map(|(i, s)| (*s, format!("feature {}, r = {s:.2}, {}", features[i], told(i))))
                .collect();
            best.sort_by(|a, b| b.0.total_cmp(&a.0));
            words = best.into_iter().take(12).map(|(_, w)| w).collect();
        }
    }
    let [features, components, units, random, independent] = scores.try_into().expect("five kinds");
    Ok(Described { features, components, independent, units, random, crossed, words })
}

const WOMEN: [&str; 16] = [
    "Mary",
    "Sarah",
    "Emma",
    "Anna",
    "Alice",
    "Jane",
    "Laura",
    "Lisa",
    "Maria",
    "Elizabeth",
    "Susan",
    "Helen",
    "Margaret",
    "Rachel",
    "Julia",
    "Emily",
];
const MEN: [&str; 16] = [
    "John", "David", "James", "Peter", "Robert", "Paul", "Thomas", "Mark", "Michael", "William", "George", "Henry",
    "Daniel", "Richard", "Charles", "Andrew",
];
const DOINGS: [&str; 6] = [
    "went home early because",
    "was late for work because",
    "bought a new coat because",
    "called the doctor because",
    "smiled at the children because",
    "left the party when",
];

/// The one token of a word in the middle of a sentence, where it is one.
fn one(model: &Local, word: &str) -> Result<Option<u32>> {
    Ok(match model.tokenizer.encode(&format!(" {word}"))?[..] {
        [token] => Some(token),
        _ => None,
    })
}

/// Prompts with names that are one token, by doing; whether each name is a woman's.
fn pronouns(model: &Local, part: usize) -> Result<Vec<(Tensor, Vec<bool>)>> {
    let mut names = Vec::new();
    for (women, list) in [(true, WOMEN), (false, MEN)] {
        for name in list.iter().skip(part).step_by(2) {
            names.extend(one(model, name)?.map(|t| (t, women)));
        }
    }
    let mut all = Vec::new();
    for doing in DOINGS {
        let [before, after] = [model.tokenizer.encode("Yesterday")?, model.tokenizer.encode(&format!(" {doing}"))?];
        let prompts: Vec<Vec<u32>> = names.iter().map(|(t, _)| [&before[..], &[*t], &after[..]].concat()).collect();
        all.push((tokens(&prompts), names.iter().map(|n| n.1).collect()));
    }
    Ok(all)
}

/// Ablates what tells names of women from those of men, until pronouns are at chance, and measures what else changes.
fn erasure(
    model: &Local,
    cut: &Cut<'_>,
    other: &Tensor,
    sae: &Arc<Dictionary>,
    components: &Tensor,
    mean: &Tensor,
) -> Result<Erased> {
    // Names that choose directions are others than those that are tested.
    let (fit, test) = (pronouns(model, 0)?, pronouns(model, 1)?);
    let [she, he] = [one(model, "she")?.unwrap_or(0) as isize, one(model, "he")?.unwrap_or(0) as isize];
    let right = |edit: &dyn Fn(&Tensor) -> Result<Tensor>| -> Result<Vec<f64>> {
        let mut all = Vec::new();
        for (prompts, women) in &test {
            let logs = no_grad(|| cut.logs(&behind_first(&cut.stream(prompts)?, edit)?, true))?;
            let lead = (logs.get((.., 0, she)) - logs.get((.., 0, he))).to_vec::<f64>();
            all.extend(lead.iter().zip(women).map(|(l, w)| f64::from(u8::from((*l > 0.0) == *w))));
        }
        Ok(all)
    };
    let (mut parts, mut labels) = (Vec::new(), Vec::new());
    for (prompts, women) in &fit {
        let rows = flat(&cut.stream(prompts)?.narrow(1, 1..));
        let each = rows.size(0) / women.len();
        labels.extend(women.iter().flat_map(|&w| std::iter::repeat_n(usize::from(w), each)));
        parts.push(rows);
    }
    let rows = Tensor::cat(&parts.iter().collect::<Vec<_>>(), 0);
    // What differs most between the classes comes first.
    let order = |values: &Tensor| -> Vec<usize> {
        let of = |class| {
            let at: Vec<usize> = (0..labels.len()).filter(|&i| labels[i] == class).collect();
            values.index_select(0, &symbolon_data::indices(&at)).mean_axis(0, false)
        };
        (of(0) - of(1)).abs().argsort(0, true).to_vec::<i64>().into_iter().map(|d| d as usize).collect()
    };
    let features = order(&no_grad(|| sae.encode(&rows) * sae.decoder.norm(2.0, &[1], false)));
    let axes = order(&rows.matmul(&components.t()));
    let site: Site = SITE.parse()?;
    let without_features = |count: usize, x: &Tensor| -> Result<Tensor> {
        let symbol = Features::new(site.clone(), sae.clone(), &features[..count])?;
        let a = Activation::new(x.clone(), &[Axis::Batch, Axis::Unit])?;
        Ok(symbol.write(&a, &Values::Vector(Tensor::zeros([x.size(0), count], x.dtype())))?.into_tensor())
    };
    let without_components = |count: usize, x: &Tensor| -> Result<Tensor> {
        let basis = components.index_select(0, &symbolon_data::indices(&axes[..count]));
        Ok(x - (x - mean).matmul(&basis.t()).matmul(&basis))
    };
    let average = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let before = right(&|x| Ok(x.clone()))?;
    let (mut curve, mut chosen) = (Vec::new(), None);
    for count in COUNTS {
        let [a, b] = [right(&|x| without_features(count, x))?, right(&|x| without_components(count, x))?];
        let by_features = cut.disturbance(other, &|x| without_features(count, x))?;
        let by_components = cut.disturbance(other, &|x| without_components(count, x))?;
        let disturbed = [average(&by_features), average(&by_components)];
        curve.push(Erasure { count, accuracy: [average(&a), average(&b)], disturbed });
        if chosen.is_none() && (average(&a) <= 0.55 || count == COUNTS[COUNTS.len() - 1]) {
            chosen = Some((count, a, by_features, by_components));
        }
    }
    let (enough, after, by_features, by_components) = chosen.unwrap_or_default();
    let erase = |e: Eraser| -> Result<[f64; 2]> {
        let edit = |x: &Tensor| Ok(e.erase(x));
        Ok([average(&right(&edit)?), average(&cut.disturbance(other, &edit)?)])
    };
    let (leace, means) = (erase(Eraser::leace(&rows, &labels)?)?, erase(Eraser::mean_difference(&rows, &labels)?)?);
    Ok(Erased { enough, before, after, by_features, by_components, leace, means, curve })
}

/// Prompts that ask for the name that was named once, and the same with the names swapped; one pair of tensors a template.
fn swaps(model: &Local, seed: u64) -> Result<Vec<[Tensor; 2]>> {
    let mut names = Vec::new();
    for name in WOMEN.iter().chain(&MEN) {
        names.extend(one(model, name)?);
    }
    let mut rng = Rng::new(seed ^ 0x5a4b);
    let mut all = Vec::new();
    let doings = ["went to the store", "had lunch together", "sat in the garden", "met at school"];
    let gifts = ["gave a drink to", "handed the book to", "gave a flower to", "passed the ball to"];
    for (doing, gift) in doings.into_iter().zip(gifts) {
        let words = ["Then", " and", &format!(" {doing}."), &format!(" {gift}")];
        let words = words.iter().map(|w| model.tokenizer.encode(w)).collect::<std::result::Result<Vec<_>, _>>()?;
        let prompt = |a: u32, b: u32| [&words[0][..], &[a], &words[1], &[b], &words[2], &[b], &words[3]].concat();
        let pairs: Vec<[u32; 2]> = (0..15)
            .map(|_| {
                let two = rng.permutation(names.len()).to_vec::<i64>();
                [names[two[0] as usize], names[two[1] as usize]]
            })
            .collect();
        let of = |f: &dyn Fn(&[u32; 2]) -> Vec<u32>| tokens(&pairs.iter().map(f).collect::<Vec<_>>());
        all.push([of(&|p| prompt(p[0], p[1])), of(&|p| prompt(p[1], p[0]))]);
    }
    Ok(all)
}

/// For each prompt the logarithm of how many directions must come from the other run to halve the distance to its answer.
fn patching(
    cut: &Cut<'_>,
    prompts: &[[Tensor; 2]],
    of: &dyn Fn(&Tensor, &Tensor, usize) -> symbolon_read::Result<Difference>,
) -> Result<Vec<f64>> {
    let mut needed = Vec::new();
    for [base, other] in prompts {
        let (a, b) = (cut.stream(base)?, cut.stream(other)?);
        let target = no_grad(|| cut.logs(&b, true))?;
        let from = a.variable();
        let distance = symbolon_tensor::lean(|| Ok::<_, crate::Error>(divergence(&target, &cut.logs(&from, true)?)))?;
        let gradient = flat(&distance.negative().sum().grad(&[&from])[0]);
        let start = distance.detach().to_vec::<f64>();
        let difference = of(&flat(&a), &flat(&b), base.size(0))?;
        let ranked = difference.ranked(&gradient);
        let mut first = vec![(4 * COUNTS[COUNTS.len() - 1]) as f64; start.len()];
        for count in COUNTS.into_iter().rev() {
            let moved = difference.swapped(&flat(&a), &ranked, count).reshape(a.shape());
            let left =
                no_grad(|| Ok::<_, crate::Error>(divergence(&target, &cut.logs(&moved, true)?)))?.to_vec::<f64>();
            (0..start.len()).filter(|&i| left[i] <= 0.5 * start[i]).for_each(|i| first[i] = count as f64);
        }
        needed.extend(first.iter().map(|n| n.log2()));
    }
    Ok(needed)
}

fn report(lab: &mut Lab, toy: &Toy, real: &Real) -> Result<()> {
    let (d, e) = (&real.described, &real.erased);
    let lead = |over: &[f64]| Estimate::difference(&d.features, over);
    lab.report(
        "clearer-than-components",
        Evidence::new(lead(&d.components)?).control("descriptions of other features", Estimate::mean(&d.crossed)?),
    )?;
    lab.report("clearer-than-neurons", Evidence::new(lead(&d.units)?))?;
    lab.report("clearer-than-random", Evidence::new(lead(&d.random)?))?;
    lab.report(
        "loss-is-kept",
        Evidence::new(Estimate::mean(&real.recovered)?)
            .control("active features", Estimate::exact(real.active)?)
            .control("random dictionary", Estimate::exact(real.by_chance)?),
    )?;
    lab.report(
        "erasure-is-local",
        Evidence::new(Estimate::paired_difference(&e.by_components, &e.by_features)?)
            .control("pronouns before", Estimate::mean(&e.before)?)
            .control("pronouns after", Estimate::mean(&e.after)?),
    )?;
    let of = |name: &str| real.needed.iter().find(|n| n.by == name).map_or(&[][..], |n| &n.prompts);
    let fewer = |than: &str, by: &str| Estimate::paired_difference(of(than), of(by));
    lab.report(
        "few-features-carry-an-answer",
        Evidence::new(fewer("principal components", "features")?)
            .control("untrained model", fewer("random dictionary", "untrained model")?)
            .control("shuffled activations", fewer("random dictionary", "shuffled activations")?),
    )?;
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len().max(1) as f64;
    let kinds = [
        ("features", &d.features),
        ("principal components", &d.components),
        ("independent components", &d.independent),
        ("units", &d.units),
        ("random directions", &d.random),
        ("features, described by others", &d.crossed),
    ];
    let scores: Vec<f64> = kinds.iter().map(|(_, s)| mean(s)).collect();
    let bars = Bars::new("How well descriptions predict", kinds.map(|k| k.0))
        .axis(Scale::new("mean r on unseen fragments"))
        .group("score", &scores)
        .sideways();
    let line =
        |of: &dyn Fn(&Erasure) -> f64| -> Vec<(f64, f64)> { e.curve.iter().map(|c| (c.count as f64, of(c))).collect() };
    let plot = |title: &str, y: Scale, of: fn(&Erasure) -> [f64; 2]| {
        let lines = [line(&|c| of(c)[0]), line(&|c| of(c)[1])];
        Plot::new(title)
            .x(Scale::new("directions ablated").log())
            .y(y)
            .line("features", &lines[0])
            .line("principal components", &lines[1])
    };
    let right =
        plot("Pronouns that fit the name", Scale::new("share").percent(), |c| c.accuracy).level(e.leace[0], "LEACE");
    let other = plot("Disturbance of other text", Scale::new("KL").unit("nats a token"), |c| c.disturbed)
        .level(e.leace[1], "LEACE");
    let needed = Table::new(
        "Directions from the other run that halve the distance to its answer (geometric mean over prompts).",
    )
    .column(Column::text("directions"))
    .column(Column::number("needed").decimals(1))
    .extend(real.needed.iter().map(|n| vec![Cell::Text(n.by.clone()), Cell::Number(mean(&n.prompts).exp2())]));
    let found = [&toy.found, &toy.free, &toy.narrow, &toy.noise].map(|x| mean(x));
    let planted = Bars::new("Planted directions found", ["penalty", "no penalty", "128 features", "shuffled"])
        .axis(Scale::new("MMCS"))
        .group("mean over seeds", &found);
    let words = d.words.clone();
    let text = format!(
        "{} features bring pronouns from {:.0}% to {:.0}%; {:.1} features are active at a time. The difference of means reaches {:.0}% at {:.3} nats a token, LEACE {:.0}% at {:.3}.",
        e.enough,
        100.0 * mean(&e.before),
        100.0 * mean(&e.after),
        real.active,
        100.0 * e.means[0],
        e.means[1],
        100.0 * e.leace[0],
        e.leace[1]
    );
    lab.show(|r| {
        r.section("Planted directions")
            .figure("A tied autoencoder on sums of 256 planted directions in 64 dimensions.", planted)
            .section("Descriptions")
            .figure("60 directions of each kind; rules describe and predict.", bars)
            .list(words)
            .section("Edits")
            .text(text)
            .figure("Directions that differ most between names come first.", right)
            .figure("The price of it on held-out articles.", other)
            .table(needed)
    });
    Ok(())
}
