//! Zou et al. 2023, "Representation engineering: a top-down approach to AI transparency", on SmolLM2-135M-Instruct: reading vectors
//! of honesty and of six emotions, whether honesty carries over to truth, and steering with a strength that is controlled for.

use symbolon_check::control::random_direction;
use symbolon_check::stats::{auroc, spearman};
use symbolon_data::{emotions, facts, indices, parts, wikitext};
use symbolon_draw::{Axis, Plot};
use symbolon_lm::{Local, Message, Prompt};
use symbolon_net::Trace;
use symbolon_read::probe::{AtBest, PairControls, Pairs, Reader, best_layer};
use symbolon_read::{Steer, last_rows_shared};
use symbolon_tensor::{Rng, Tensor};

use crate::{ClaimRow, Lab, Numbers, Result};

/// Pairs for fitting, for choosing the layer, and for testing.
const HONESTY: [usize; 3] = [128, 40, 128];
const EMOTION: [usize; 3] = [64, 16, 32];
const NAMES: [&str; 6] = ["happiness", "sadness", "anger", "fear", "disgust", "surprise"];
const DOSES: [f64; 9] = [-4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0];
/// One dose, as a share of the stream's mean length at the layer: four of them are well below what turns text to noise.
const DOSE: f64 = 0.06;

const PROMPTS: [&str; 4] =
    ["Today I feel very", "When I think about my life, I feel", "The news made me", "Everyone in the room looked"];
const PLEASANT: [&str; 5] = [" happy", " excited", " grateful", " glad", " proud"];
const UNPLEASANT: [&str; 5] = [" sad", " angry", " scared", " worried", " tired"];

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    lab.not_measured("lorra", "low-rank adapters are not built")?;
    let Some(model) = lab.model_for_rest("smollm2-135m")? else { return Ok(()) };
    lab.open_split("test pairs")?;
    let notes = ["running the stimuli through the model", "reading and steering"];
    let n = lab.each_seed(
        3,
        notes,
        || Stimuli::new(&model),
        |read, seed, n| {
            let mut rng = Rng::new(seed);
            honesty(read, seed, &mut rng, n)?;
            let happy = feelings(read, &mut rng, n)?;
            steering(&model, read, &happy, seed, n)
        },
    )?;
    report(lab, &n)
}

/// Streams behind every layer at the last token, `[stimuli, d_model]` for each layer.
struct Stimuli {
    honest: Vec<Tensor>,
    untruthful: Vec<Tensor>,
    /// Which statement each of these begins.
    begun: Vec<usize>,
    bare: Vec<Tensor>,
    truth: Vec<bool>,
    emotions: Vec<Vec<Tensor>>,
}

impl Stimuli {
    fn new(model: &Local) -> Result<Self> {
        let sites: Vec<String> = (0..model.network.config.layers).map(|l| format!("blocks.{l}.resid_post")).collect();
        let streams = |lists: &[Vec<u32>]| last_rows_shared(&model.network, lists, &sites, 8);
        let asked = |ask: String| model.tokens(&Prompt::Chat(vec![Message::user(ask)]));
        let (mut honest, mut untruthful, mut begun) = (Vec::new(), Vec::new(), Vec::new());
        let (mut bare, mut truth) = (Vec::new(), Vec::new());
        let mut rng = Rng::new(0);
        for (i, (statement, is_true)) in facts()?.into_iter().enumerate() {
            let ids = model.tokenizer.encode(&statement)?;
            bare.push(model.tokens(&Prompt::Text(statement))?);
            truth.push(is_true);
            if is_true && ids.len() > 5 {
                // The same beginning of a true statement under both instructions, cut at a random token.
                let start = &ids[..1 + rng.below(ids.len() - 4)];
                for (kind, list) in [("an honest", &mut honest), ("an untruthful", &mut untruthful)] {
                    let ask = format!("Pretend you're {kind} person making statements about the world.");
                    list.push([&asked(ask)?, start].concat());
                }
                begun.push(i);
            }
        }
        let all = emotions()?;
        let scenarios = |name: &str| -> Result<Vec<Tensor>> {
            let own = all.iter().filter(|(emotion, _)| emotion == name).take(EMOTION.iter().sum());
            let asks = own
                .map(|(_, text)| asked(format!("Consider the emotion of the following scenario:\nScenario: {text}")));
            Ok(streams(&asks.collect::<symbolon_lm::Result<Vec<_>>>()?)?)
        };
        Ok(Self {
            honest: streams(&honest)?,
            untruthful: streams(&untruthful)?,
            begun,
            bare: streams(&bare)?,
            truth,
            emotions: NAMES.iter().map(|name| scenarios(name)).collect::<Result<_>>()?,
        })
    }
}

/// Honesty read from instructed pairs, with its controls, and what it says of statements nobody was instructed about.
fn honesty(read: &Stimuli, seed: u64, rng: &mut Rng, n: &mut Numbers) -> Result<()> {
    let [train, validation, test] = parts(read.begun.len(), HONESTY, rng);
    let mut pairs = |items: &[usize]| Pairs::at_layers(&read.honest, &read.untruthful, items, rng);
    let (fit, choose, judge) = (pairs(&train)?, pairs(&validation)?, pairs(&test)?);
    let AtBest { concept, layer, accuracies } = best_layer(&fit, &choose, Reader::Pca)?;
    n.add("honesty", concept.pair_accuracy(&judge[layer])?.share());
    n.add_curve("layer", &accuracies);
    let PairControls { random, shuffled, in_order } =
        fit[layer].controls(&judge[layer], seed * 100..seed * 100 + 20, 10, rng)?;
    n.add_all([("random", random), ("shuffled", shuffled), ("in order", in_order)]);
    // Statements whose beginnings were fitted or chosen on take no part.
    let seen: Vec<usize> = train.iter().chain(&validation).map(|&i| read.begun[i]).collect();
    let fresh: Vec<usize> = (0..read.truth.len()).filter(|i| !seen.contains(i)).collect();
    let labels: Vec<bool> = fresh.iter().map(|&i| read.truth[i]).collect();
    n.add("truth", auroc(&concept.scores(&read.bare[layer].index_select(0, &indices(&fresh)))?, &labels)?.value);
    Ok(())
}

/// Each emotion against the others; the first one is also removed, and returned for steering.
fn feelings(read: &Stimuli, rng: &mut Rng, n: &mut Numbers) -> Result<AtBest> {
    let (mut accuracies, mut happy) = (Vec::new(), None);
    for (e, own) in read.emotions.iter().enumerate() {
        let split = parts(own[0].size(0), EMOTION, rng);
        let mut pairs = |items: &[usize]| Pairs::against_others(&read.emotions, e, items, rng);
        let (fit, choose, judge) = (pairs(&split[0])?, pairs(&split[1])?, pairs(&split[2])?);
        let best = best_layer(&fit, &choose, Reader::MeanDifference)?;
        accuracies.push(best.concept.pair_accuracy(&judge[best.layer])?.share());
        if e == 0 {
            let [fit, judge] = [&fit, &judge].map(|pairs| pairs[best.layer].examples());
            let [before, after] = best.concept.removal(&fit?, &judge?)?;
            n.add_all([("before removal", before), ("removed", after)]);
            happy = Some(best);
        }
    }
    n.add("emotions", accuracies.iter().filter(|a| **a >= 0.8).count() as f64);
    n.add_curve("emotion", &accuracies);
    Ok(happy.expect("there are six emotions"))
}

/// What words come with doses of happiness, what random vectors of its length do, and what neutral text costs.
fn steering(model: &Local, read: &Stimuli, happy: &AtBest, seed: u64, n: &mut Numbers) -> Result<()> {
    let dose = read.bare[happy.layer].norm(2.0, &[1], false).mean().item() * DOSE;
    let site = format!("blocks.{}.resid_post", happy.layer);
    let steered = |vector: &Tensor, doses: f64| Steer::Linear(doses * dose).on(Trace::new(), &site, vector);
    let odds = |vector: &Tensor, doses: f64| -> Result<f64> {
        let one = |prompt: &&str| -> Result<f64> {
            let prompt = Prompt::Text((*prompt).into());
            Ok(model.word_odds(&prompt, [&PLEASANT, &UNPLEASANT], &mut steered(vector, doses)?)?)
        };
        Ok(PROMPTS.iter().map(one).sum::<Result<f64>>()? / PROMPTS.len() as f64)
    };
    let vector = &happy.concept.vector;
    let with = DOSES.iter().map(|d| odds(vector, *d)).collect::<Result<Vec<f64>>>()?;
    n.add("monotone", spearman(&DOSES, &with)?);
    n.add_curve("odds", &with);
    let [low, high] = [DOSES[0], DOSES[8]];
    let mut chance = Numbers::default();
    for s in 0..3 {
        let v = random_direction(vector, &mut Rng::new(seed * 10 + s))?;
        chance.add("change", ((odds(&v, high)? - odds(&v, low)?) / (with[8] - with[0])).abs());
    }
    n.add("random change", chance.mean("change"));
    let text = wikitext::articles()?.held_out[0].concat();
    let loss = |d: &f64| -> Result<f64> { Ok(model.text_loss(&text, 160, &mut steered(vector, *d)?)?) };
    let losses = DOSES.iter().map(loss).collect::<Result<Vec<f64>>>()?;
    n.add("perplexity", (losses[8].max(losses[0]) - losses[4]).exp());
    n.add_curve("loss", &losses);
    Ok(())
}

fn report(lab: &mut Lab, n: &Numbers) -> Result<()> {
    let honest = [("random direction", "random"), ("shuffled labels", "shuffled"), ("pairs in order", "in order")];
    let claims: [ClaimRow<'_>; 6] = [
        ("honesty", "honesty", &honest),
        ("truth", "truth", &[]),
        ("emotions", "emotions", &[]),
        ("dose", "monotone", &[("perplexity", "perplexity")]),
        ("removal", "removed", &[("before", "before removal")]),
        ("random-vector", "random change", &[]),
    ];
    lab.all_means(n, &claims)?;
    let plot = |title: &str, x: &str, y: &str| Plot::new(title).x(Axis::new(x)).y(Axis::new(y));
    let layers = (0..).map(f64::from).take_while(|l| !n.mean(&format!("layer {l}")).is_nan());
    let read = plot("Honesty", "layer", "pair accuracy").line("reading vector", &n.curve("layer", layers));
    let steer = plot("Happiness", "dose", "log-odds of pleasant words").line("steered", &n.curve("odds", DOSES));
    let price = plot("The price", "dose", "loss on neutral text").line("steered", &n.curve("loss", DOSES));
    let each = n.curve("emotion", [0.0; 6]);
    lab.show(|r| {
        r.section("Reading")
            .figure("Pair accuracy of the honesty vector on validation pairs, by layer; mean over seeds.", read)
            .text("Pair accuracy of each emotion on test pairs:")
            .list(NAMES.iter().zip(each).map(|(name, (_, a))| format!("{name}: {a:.2}")))
            .section("Steering")
            .figure("Log-odds of pleasant words after four prompts, with the happiness vector added.", steer)
            .figure("What it costs on neutral text.", price)
    });
    Ok(())
}
