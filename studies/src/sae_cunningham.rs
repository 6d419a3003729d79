//! Cunningham et al. 2024, "Sparse autoencoders find highly interpretable features in language models": planted directions
//! recovered, features described, the network's loss under reconstruction, and how local edits through features are.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use symbolon_check::claim::{Evidence, Sealed};
use symbolon_check::stats::Estimate;
use symbolon_data::{MEN, NAME_NEXT, PRONOUN_NEXT, WOMEN, indices, wikitext};
use symbolon_draw::{Axis as Scale, Bars, Plot, Table};
use symbolon_lm::{Local, batch, whole_pieces};
use symbolon_net::Edit;
use symbolon_net::pretrained::Transformer;
use symbolon_read::describe::{Corpus, Fragments, Scores};
use symbolon_read::dictionary::{
    Difference, Learner, Recipe, Rows, Substitution, independent_components, learn, measure, mmcs, next_token_loss,
    planted, principal_components, shuffled_within, substitute, without_features,
};
use symbolon_read::erase::{Eraser, by_difference};
use symbolon_read::{Cut, RowEdit};
use symbolon_symbol::Dictionary;
use symbolon_tensor::optim::project::unit_rows;
use symbolon_tensor::{Rng, Tensor, no_grad};

use crate::{ClaimRow, Lab, Numbers, Result};

const MODEL: &str = "smollm2-135m";
const LAYER: usize = 8;
const SITE: &str = "blocks.8.resid_post";
/// Tokens of a document; the first one, which nobody needs to attend to but many do, is left out of everything.
const LENGTH: usize = 129;
/// Directions that are described, of each kind.
const DESCRIBED: usize = 60;
/// How many directions are ablated or taken from another run.
const COUNTS: [usize; 5] = [1, 4, 16, 64, 256];
/// Kinds of directions.
const KINDS: [&str; 5] = ["features", "principal components", "units", "random directions", "independent components"];
/// Features with each other's descriptions.
const CROSSED: &str = "features, described by others";
/// The paper's α for planted directions, chosen on rows of another seed.
const PENALTY: f64 = 0.3;

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    let mut toy = Numbers::default();
    for seed in lab.seeds() {
        let one: [f64; 4] = lab.keep(&format!("planted directions, seed {seed}"), |lab| {
            lab.note(&format!("seed {seed}: planted directions"));
            planted_numbers(seed, lab.pick(3_000, 10_000))
        })?;
        toy.add_all(["penalty", "no penalty", "128 features", "shuffled"].into_iter().zip(one));
    }
    let claims: [ClaimRow<'_>; 3] = [
        ("planted-features-are-found", "penalty", &[("shuffled within units", "shuffled")]),
        ("no-penalty-no-features", "no penalty", &[]),
        ("too-few-features-miss", "128 features", &[]),
    ];
    lab.all_means(&toy, &claims)?;
    let seed = lab.seeds()[0];
    let real = lab.keep(&format!("{MODEL}, seed {seed}"), |lab| Real::measure(lab, seed))?;
    report(lab, &real.numbers)?;
    show(lab, &toy, &real);
    Ok(())
}

/// MMCS of planted directions with learned ones: with a penalty, without, with too few features, and from shuffled rows.
fn planted_numbers(seed: u64, steps: u64) -> Result<[f64; 4]> {
    let mut rng = Rng::new(seed ^ 0xbead);
    let world = planted(64, 256, 4, 20_000, &mut rng)?;
    let noise = shuffled_within(&world.rows, &mut rng)?;
    let score = |rows: &Tensor, features, weight| -> Result<f64> {
        let recipe = Recipe { steps, rate: 4e-3, batch: 128, seed, ..Recipe::tied(features, weight) };
        Ok(mmcs(&world.directions, &learn(rows, &recipe)?.directions())?)
    };
    let rows = &world.rows;
    Ok([score(rows, 256, PENALTY)?, score(rows, 256, 0.0)?, score(rows, 128, PENALTY)?, score(&noise, 256, PENALTY)?])
}

/// What is measured of the language model, and the features that are described best, in words.
#[derive(Serialize, Deserialize)]
struct Real {
    words: Vec<String>,
    numbers: Numbers,
}

impl Real {
    fn measure(lab: &mut Lab, seed: u64) -> Result<Self> {
        let (model, mut n) = (lab.model(MODEL)?, Numbers::default());
        let articles = wikitext::articles()?;
        let bytes = articles.held_out.concat().join("\n");
        let sealed = Sealed::new("held-out articles", bytes.as_bytes(), articles.held_out);
        let cut = Cut::new(&model.network, LAYER + 1)?;
        let documents = |articles: &[Vec<String>], most| {
            let texts: Vec<String> = articles.iter().map(|a| a.join("\n")).collect();
            whole_pieces(&model.tokenizer, &texts, LENGTH, most)
        };
        let train = batch(&documents(&articles.train, lab.pick(150, 600))?)?;
        lab.note("activations of the model and of its untrained twin");
        let rows = cut.rows(&train, 8)?;
        let mut rng = Rng::new(seed);
        let blank = Transformer::random(&model.network.config, &mut rng)?;
        let blank = Cut::new(&blank, LAYER + 1)?.rows(&train, 8)?;
        let noise = shuffled_within(&rows, &mut rng)?;
        let recipe =
            Recipe { steps: lab.pick(1_000, 10_000), batch: 512, seed, ..Recipe::topk(lab.pick(1_152, 4_608), 48) };
        let mut dictionaries = Vec::new();
        for (name, rows) in [("features", &rows), ("untrained model", &blank), ("shuffled activations", &noise)] {
            lab.note(&format!("dictionary: {name}"));
            dictionaries.push((name, Arc::new(learn(rows, &recipe)?)));
        }
        let random = Learner::new(Rows::of(rows.clone())?, &Recipe { seed: !seed, ..recipe })?.dictionary()?;
        dictionaries.push(("random dictionary", Arc::new(random)));
        let (sae, random) = (&dictionaries[0].1, &dictionaries[3].1);
        let components = principal_components(&rows, rows.size(1))?;

        let held_out = documents(lab.open(&sealed)?, lab.pick(104, 150))?;
        // The last ones are for losses and pronouns, all others for descriptions.
        let (told, other) = held_out.split_at(held_out.len().saturating_sub(lab.pick(8, 30)));
        lab.note("descriptions");
        let words = describe(&model, &cut, told, (sae, &components, &rows), seed, &mut n)?;

        lab.note("loss under reconstruction");
        let other = batch(other)?;
        let recovered = |d: &Arc<Dictionary>, document: usize| -> Result<f64> {
            let what = Substitution { skip: 1, ..Substitution::at(SITE.parse()?, d.clone()) };
            let document = vec![other.narrow(0, document..document + 1)];
            Ok(substitute(&model.network, &[document], &what, &Edit::Zero, &next_token_loss)?.recovered())
        };
        n.add("active", measure(sae, &cut.rows(&other, 8)?, None)?.l0);
        for document in 0..other.size(0) {
            n.add("recovered", recovered(sae, document)?);
            if document < 4 {
                n.add("recovered by chance", recovered(random, document)?);
            }
        }
        lab.note("pronouns");
        erase(&model, &cut, &other, sae, &components, &rows, &mut n)?;
        lab.note("swapped names");
        // The logarithm (base 2) of how many directions must come from the other run to halve the distance to its answer.
        let mut add = |by: &str, first: Vec<Option<usize>>| {
            let needed = first.into_iter().map(|count| count.unwrap_or(4 * COUNTS[COUNTS.len() - 1]) as f64);
            n.add_all(needed.map(|count| (format!("needed: {by}"), count.log2())));
        };
        for [base, other] in &swaps(&model, seed)? {
            let basis = |a: &Tensor, b: &Tensor, k: usize| Difference::in_basis(&components, a, b, k);
            add("principal components", cut.needed([base, other], &COUNTS, &basis)?);
            for (name, d) in &dictionaries {
                add(name, cut.needed([base, other], &COUNTS, &|a, b, k| Difference::in_features(d, a, b, k))?);
            }
        }
        Ok(Self { words, numbers: n })
    }
}

/// Describes directions of each kind on the same fragments, chosen by the same rule; the best features in words.
fn describe(
    model: &Local,
    cut: &Cut<'_>,
    told: &[Vec<u32>],
    (sae, components, train): (&Dictionary, &Tensor, &Tensor),
    seed: u64,
    n: &mut Numbers,
) -> Result<Vec<String>> {
    let mut rng = Rng::new(seed ^ 0xde5c);
    let ids: Vec<u32> = told.iter().flat_map(|d| d[1..].to_vec()).collect();
    let texts = ids.iter().map(|&t| model.tokenizer.show(t)).collect();
    let corpus = Corpus::new(ids, texts, LENGTH - 1, 32)?;
    let rows = cut.rows(&batch(told)?, 8)?;
    let units = rows.size(1);
    let codes = no_grad(|| sae.encode(&rows));
    let alive: Vec<usize> = (0..sae.features()).filter(|&f| codes.get((.., f as isize)).max().item() > 0.0).collect();
    let mut some = |n: usize| -> Vec<usize> {
        rng.permutation(n).to_vec::<i64>().into_iter().take(DESCRIBED).map(|i| i as usize).collect()
    };
    let features: Vec<usize> = some(alive.len()).into_iter().map(|i| alive[i]).collect();
    let pick = |of: &Tensor, which: &[usize]| of.index_select(1, &indices(which));
    let along = |directions: &Tensor| rows.matmul(&directions.t());
    let [of_features, of_components, of_units] =
        [pick(&codes, &features), pick(&along(components), &some(units)), pick(&rows, &some(units))];
    let random = along(&unit_rows(&rng.normal([DESCRIBED, units], rows.dtype())));
    let sample = train.narrow(0, ..8_192.min(train.size(0)));
    let independent = along(&independent_components(&sample, DESCRIBED, 60, &mut rng)?);
    let mut words = Vec::new();
    for (kind, values) in KINDS.into_iter().zip([of_features, of_components, of_units, random, independent]) {
        let scores = Scores::of(&corpus, &values, Fragments::default(), &mut rng)?;
        if kind == KINDS[0] {
            n.add_all(scores.crossed.iter().map(|r| (CROSSED, *r)));
            let best = scores.best(&corpus, 12).into_iter();
            words = best.map(|(i, r, said)| format!("feature {}, r = {r:.2}, {said}", features[i])).collect();
        }
        n.add_all(scores.own.into_iter().map(|r| (kind, r)));
    }
    Ok(words)
}

/// Prompts with names that are one token, one tensor for each sentence; whether each name is a woman's (1) or a man's (0).
fn pronouns(model: &Local, part: usize) -> Result<(Vec<Tensor>, Vec<usize>)> {
    let (mut names, mut women) = (Vec::new(), Vec::new());
    for (woman, list) in [(1, WOMEN), (0, MEN)] {
        for name in list.iter().skip(part).step_by(2) {
            names.extend(model.tokenizer.single(name)?);
            women.resize(names.len(), woman);
        }
    }
    let prompts = PRONOUN_NEXT.iter().map(|sentence| {
        let filled = names.iter().map(|name| model.tokenizer.filled(sentence, &[*name]));
        Ok(batch(&filled.collect::<symbolon_lm::Result<Vec<_>>>()?)?)
    });
    Ok((prompts.collect::<Result<_>>()?, women))
}

/// Ablates what tells names of women from those of men, until pronouns are at chance, and measures what else changes.
fn erase(
    model: &Local,
    cut: &Cut<'_>,
    other: &Tensor,
    sae: &Arc<Dictionary>,
    components: &Tensor,
    train: &Tensor,
    n: &mut Numbers,
) -> Result<()> {
    // Names that choose directions are others than those that are tested.
    let ((fit, fit_women), (test, women)) = (pronouns(model, 0)?, pronouns(model, 1)?);
    let [she, he] = [model.tokenizer.single("she")?.unwrap_or(0), model.tokenizer.single("he")?.unwrap_or(0)];
    let (rows, labels) = cut.labelled_rows(&fit, &fit_women)?;
    // What differs most between the classes comes first.
    let features = by_difference(&no_grad(|| sae.encode(&rows) * sae.decoder.norm(2.0, &[1], false)), &labels)?;
    let axes = by_difference(&rows.matmul(&components.t()), &labels)?;
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    // Whether each pronoun is right with an edit, and what the edit does to each other document.
    let mut tried = |name: &str, edit: RowEdit<'_>| -> Result<[Vec<f64>; 2]> {
        let mut right = Vec::new();
        for prompts in &test {
            let lead = cut.log_odds(prompts, [she, he], edit)?;
            right.extend(lead.iter().zip(&women).map(|(l, w)| f64::from(u8::from((*l > 0.0) == (*w == 1)))));
        }
        let disturbed = cut.disturbance(other, 4, edit)?;
        n.add_all([(format!("accuracy {name}"), mean(&right)), (format!("disturbed {name}"), mean(&disturbed))]);
        Ok([right, disturbed])
    };
    let mut enough = None;
    let [before, _] = tried("unchanged", &|x| Ok(x.clone()))?;
    for count in COUNTS {
        let along = Eraser::along(&components.index_select(0, &indices(&axes[..count])), train);
        let [after, price] = tried("features", &|x| without_features(sae, &features[..count], x))?;
        let [_, other_price] = tried("components", &|x| Ok(along.erase(x)))?;
        if enough.is_none() && (mean(&after) <= 0.55 || count == COUNTS[COUNTS.len() - 1]) {
            enough = Some((count, [before.clone(), after, price, other_price]));
        }
    }
    let (leace, means) = (Eraser::leace(&rows, &labels)?, Eraser::mean_difference(&rows, &labels)?);
    tried("LEACE", &|x| Ok(leace.erase(x)))?;
    tried("means", &|x| Ok(means.erase(x)))?;
    let (count, measured) = enough.expect("the last count is always enough");
    n.add("enough", count as f64);
    for (name, values) in ["before", "after", "price of features", "price of components"].into_iter().zip(measured) {
        n.add_all(values.into_iter().map(|v| (name, v)));
    }
    Ok(())
}

/// Prompts that ask for the name that was named once, and the same with the names swapped; one pair of tensors a template.
fn swaps(model: &Local, seed: u64) -> Result<Vec<[Tensor; 2]>> {
    let single = WOMEN.iter().chain(&MEN).map(|name| model.tokenizer.single(name));
    let names: Vec<u32> = single.collect::<symbolon_lm::Result<Vec<_>>>()?.into_iter().flatten().collect();
    let mut rng = Rng::new(seed ^ 0x5a4b);
    let mut all = Vec::new();
    for template in NAME_NEXT {
        let mut both = [Vec::new(), Vec::new()];
        for _ in 0..15 {
            let two = rng.permutation(names.len()).to_vec::<i64>();
            let [a, b] = [names[two[0] as usize], names[two[1] as usize]];
            both[0].push(model.tokenizer.filled(&template, &[a, b, b])?);
            both[1].push(model.tokenizer.filled(&template, &[b, a, a])?);
        }
        all.push([batch(&both[0])?, batch(&both[1])?]);
    }
    Ok(all)
}

fn report(lab: &mut Lab, n: &Numbers) -> Result<()> {
    let mean = |name: &str| -> Result<Estimate> { Ok(Estimate::mean(n.of(name)?)?) };
    let lead = |over: &str| -> Result<Estimate> { Ok(Estimate::difference(n.of("features")?, n.of(over)?)?) };
    let pairs = |a: &str, b: &str| -> Result<Estimate> { Ok(Estimate::paired_difference(n.of(a)?, n.of(b)?)?) };
    let crossed = mean(CROSSED)?;
    let clearer = Evidence::new(lead("principal components")?).control("descriptions of other features", crossed);
    lab.report("clearer-than-components", clearer)?;
    lab.report("clearer-than-neurons", Evidence::new(lead("units")?))?;
    lab.report("clearer-than-random", Evidence::new(lead("random directions")?))?;
    let kept = Evidence::new(mean("recovered")?)
        .control("active features", Estimate::exact(n.mean("active"))?)
        .control("random dictionary", Estimate::exact(n.mean("recovered by chance"))?);
    lab.report("loss-is-kept", kept)?;
    let local = Evidence::new(pairs("price of components", "price of features")?)
        .control("pronouns before", mean("before")?)
        .control("pronouns after", mean("after")?);
    lab.report("erasure-is-local", local)?;
    let fewer = |than: &str, by: &str| pairs(&format!("needed: {than}"), &format!("needed: {by}"));
    let few = Evidence::new(fewer("principal components", "features")?)
        .control("untrained model", fewer("random dictionary", "untrained model")?)
        .control("shuffled activations", fewer("random dictionary", "shuffled activations")?);
    lab.report("few-features-carry-an-answer", few)
}

fn show(lab: &mut Lab, toy: &Numbers, Real { words, numbers: n }: &Real) {
    let kinds = || KINDS.into_iter().chain([CROSSED]);
    let bars = Bars::new("How well descriptions predict", kinds())
        .axis(Scale::new("mean r on unseen fragments"))
        .group("score", &kinds().map(|kind| n.mean(kind)).collect::<Vec<_>>())
        .sideways();
    let plot = |title: &str, y: Scale, what: &str| {
        let line = |by: &str| -> Vec<(f64, f64)> {
            let values = n.of(&format!("{what} {by}")).unwrap_or_default();
            COUNTS.iter().zip(values).map(|(count, y)| (*count as f64, *y)).collect()
        };
        let lines = [("features", line("features")), ("principal components", line("components"))];
        let plot = Plot::new(title).x(Scale::new("directions ablated").log()).y(y).lines(&lines);
        plot.level(n.mean(&format!("{what} LEACE")), "LEACE")
    };
    let right = plot("Pronouns that fit the name", Scale::new("share").percent(), "accuracy");
    let other = plot("Disturbance of other text", Scale::new("KL").unit("nats a token"), "disturbed");
    let by = ["principal components", "features", "untrained model", "shuffled activations", "random dictionary"];
    let needed = by.map(|by| (by, vec![n.mean(&format!("needed: {by}")).exp2()]));
    let caption = "Directions from the other run that halve the distance to its answer (geometric mean over prompts).";
    let needed = Table::numbers(caption, "directions", ["needed"], needed);
    let learned = ["penalty", "no penalty", "128 features", "shuffled"];
    let planted = Bars::new("Planted directions found", learned)
        .axis(Scale::new("MMCS"))
        .group("mean over seeds", &learned.map(|name| toy.mean(name)));
    let percent = |name: &str| format!("{:.0}%", 100.0 * n.mean(name));
    let (count, active, before, after) = (n.mean("enough"), n.mean("active"), percent("before"), percent("after"));
    let [means, leace] = ["means", "LEACE"].map(|by| {
        format!("{} at {:.3} nats a token", percent(&format!("accuracy {by}")), n.mean(&format!("disturbed {by}")))
    });
    let text = format!(
        "{count} features bring pronouns from {before} to {after}; {active:.1} features are active at a time. The difference of means reaches {means}, LEACE {leace}."
    );
    lab.show(|r| {
        r.section("Planted directions")
            .figure("A tied autoencoder on sums of 256 planted directions in 64 dimensions.", planted)
            .section("Descriptions")
            .figure("60 directions of each kind; rules describe and predict.", bars)
            .list(words.clone())
            .section("Edits")
            .text(text)
            .figure("Directions that differ most between names come first.", right)
            .figure("The price of it on held-out articles.", other)
            .table(needed)
    });
}
