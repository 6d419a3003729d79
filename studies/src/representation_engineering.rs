//! Zou et al. 2023, "Representation engineering: a top-down approach to AI transparency", on SmolLM2-135M-Instruct: reading vectors
//! of honesty and of six emotions, whether honesty carries over to truth, and steering with a strength that is controlled for.

use serde::{Deserialize, Serialize};
use symbolon_check::claim::{Evidence, Sealed};
use symbolon_check::control::random_direction;
use symbolon_check::stats::{Estimate, auroc, spearman};
use symbolon_data::{emotions, facts, wikitext};
use symbolon_draw::{Axis, Plot};
use symbolon_lm::{Local, Message, Prompt};
use symbolon_net::pretrained::Pass;
use symbolon_net::{Edit, Trace};
use symbolon_read::probe::{Concept, Examples, Pairs, Probe, Reader};
use symbolon_read::{Continued, Steer, last_rows};
use symbolon_tensor::{DType, Rng, Tensor, no_grad};

use crate::{Lab, Result};

/// Pairs for fitting, for choosing the layer, and for testing.
const HONESTY: [usize; 3] = [128, 40, 128];
const EMOTION: [usize; 3] = [64, 16, 32];
const NAMES: [&str; 6] = ["happiness", "sadness", "anger", "fear", "disgust", "surprise"];
const DOSES: [f64; 9] = [-4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0];
/// One dose, as a share of the stream's mean length at the layer: four of them are well below what turns text to noise.
const DOSE: f64 = 0.06;

/// What is measured with one seed; the seed splits statements and orders pairs.
#[derive(Serialize, Deserialize)]
struct Numbers {
    honesty: f64,
    random: f64,
    shuffled: f64,
    in_order: f64,
    truth: f64,
    emotions: Vec<f64>,
    monotone: f64,
    random_change: f64,
    removed: f64,
    before_removal: f64,
    /// Log-odds of pleasant words, and of neutral text the loss, at each dose.
    odds: Vec<f64>,
    losses: Vec<f64>,
    /// Validation accuracy of honesty at each layer.
    layers: Vec<f64>,
}

const IDS: [&str; 6] = ["honesty", "truth", "emotions", "dose", "removal", "random-vector"];

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    lab.not_measured("lorra", "low-rank adapters are not built")?;
    let Some(model) = lab.model_for("smollm2-135m", &IDS)? else { return Ok(()) };
    let sealed = Sealed::new("test pairs", format!("split by seeds {:?}", lab.seeds()).as_bytes(), ());
    lab.open(&sealed)?;
    let all = lab.each_seed(
        3,
        |lab| {
            lab.note("running the stimuli through the model");
            Stimuli::new(&model)
        },
        |lab, read, seed| {
            lab.note(&format!("seed {seed}: reading and steering"));
            measure(&model, read, seed)
        },
    )?;
    if all.len() < 2 {
        return IDS.iter().try_for_each(|id| lab.not_measured(id, "one seed has no interval; give at least 2"));
    }
    report(lab, &all)
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
        // What all prompts of a kind begin with is run once.
        let streams = |lists: &[Vec<u32>]| {
            let shared = lists[1..]
                .iter()
                .map(|l| l.iter().zip(&lists[0]).take_while(|(a, b)| a == b).count())
                .min()
                .unwrap_or(0);
            let shared = shared.min(lists.iter().map(Vec::len).min().unwrap_or(1) - 1);
            let rest: Vec<Vec<u32>> = lists.iter().map(|l| l[shared..].to_vec()).collect();
            last_rows(&Continued::new(&model.network, &lists[0][..shared])?, &rest, &sites, 8)
        };
        let facts = facts()?;
        let asked = |kind: &str, begun: &[u32]| -> Result<Vec<u32>> {
            let ask = format!("Pretend you're {kind} person making statements about the world.");
            Ok([model.tokens(&Prompt::Chat(vec![Message::user(ask)]))?, begun.to_vec()].concat())
        };
        let (mut honest, mut untruthful, mut of, mut bare, mut truth) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut rng = Rng::new(0);
        for (i, (statement, is_true)) in facts.iter().enumerate() {
            let ids = model.tokenizer.encode(statement)?;
            bare.push(model.tokens(&Prompt::Text(statement.clone()))?);
            truth.push(*is_true);
            if *is_true && ids.len() > 5 {
                // The same beginning of a true statement under both instructions, cut at a random token.
                let begun = &ids[..1 + rng.below(ids.len() - 4)];
                honest.push(asked("an honest", begun)?);
                untruthful.push(asked("an untruthful", begun)?);
                of.push(i);
            }
        }
        let all = emotions()?;
        let most: usize = EMOTION.iter().sum();
        let scenarios = |name: &&str| -> Result<Vec<Tensor>> {
            let of: Vec<Vec<u32>> = all
                .iter()
                .filter(|(emotion, _)| emotion == name)
                .take(most)
                .map(|(_, text)| {
                    let ask = format!("Consider the emotion of the following scenario:\nScenario: {text}");
                    model.tokens(&Prompt::Chat(vec![Message::user(ask)]))
                })
                .collect::<symbolon_lm::Result<_>>()?;
            Ok(streams(&of)?)
        };
        Ok(Self {
            honest: streams(&honest)?,
            untruthful: streams(&untruthful)?,
            begun: of,
            bare: streams(&bare)?,
            truth,
            emotions: NAMES.iter().map(scenarios).collect::<Result<_>>()?,
        })
    }
}

fn some(x: &Tensor, items: &[usize]) -> Tensor {
    x.index_select(0, &symbolon_data::indices(items))
}

/// Random items for fitting, choosing and testing.
fn parts(n: usize, sizes: [usize; 3], rng: &mut Rng) -> [Vec<usize>; 3] {
    let order: Vec<usize> = rng.permutation(n).to_vec::<i64>().into_iter().map(|i| i as usize).collect();
    let (mut from, cut) = (0, |size: usize| size.min(n));
    sizes.map(|size| {
        let part = order[cut(from)..cut(from + size)].to_vec();
        from += size;
        part
    })
}

/// The concept at the layer that is best on validation pairs; the layer, and the accuracy of each on them.
fn best_layer(train: &[Pairs], validation: &[Pairs]) -> Result<(Concept, usize, Vec<f64>)> {
    let mut found = Vec::new();
    for (t, v) in train.iter().zip(validation) {
        let concept = t.read(Reader::Pca)?;
        let accuracy = concept.pair_accuracy(v)?.share();
        found.push((concept, accuracy));
    }
    let map: Vec<f64> = found.iter().map(|f| f.1).collect();
    let layer = (0..map.len()).max_by(|&a, &b| map[a].total_cmp(&map[b]).then(b.cmp(&a))).unwrap_or(0);
    Ok((found.swap_remove(layer).0, layer, map))
}

fn measure(model: &Local, read: &Stimuli, seed: u64) -> Result<Numbers> {
    let mut rng = Rng::new(seed);
    let [train, validation, test] = parts(read.honest[0].size(0), HONESTY, &mut rng);
    let mut pairs = |items: &[usize]| -> Result<Vec<Pairs>> {
        let of = |(a, b): (&Tensor, &Tensor)| Ok(Pairs::new(&some(a, items), &some(b, items), &mut rng)?);
        read.honest.iter().zip(&read.untruthful).map(of).collect()
    };
    let (fit, choose, judge) = (pairs(&train)?, pairs(&validation)?, pairs(&test)?);
    let (concept, layer, layers) = best_layer(&fit, &choose)?;
    let on_test = |c: &Concept| -> Result<f64> { Ok(c.pair_accuracy(&judge[layer])?.share()) };
    // Its sign comes from training pairs, as every reader's: else the mean is one half whatever the data.
    let random: Vec<f64> =
        (0..20).map(|s| on_test(&fit[layer].read(Reader::Random(seed * 100 + s))?)).collect::<Result<_>>()?;
    let shuffled: Vec<f64> = (0..10)
        .map(|_| on_test(&fit[layer].relabelled(&mut rng).read(Reader::MeanDifference)?))
        .collect::<Result<_>>()?;
    let ordered = Pairs::in_order(&some(&read.honest[layer], &train), &some(&read.untruthful[layer], &train))?;
    let in_order = on_test(&ordered.read(Reader::Pca)?)?;
    // Statements whose beginnings were fitted or chosen on take no part.
    let seen: Vec<usize> = train.iter().chain(&validation).map(|&i| read.begun[i]).collect();
    let fresh: Vec<usize> = (0..read.truth.len()).filter(|i| !seen.contains(i)).collect();
    let labels: Vec<bool> = fresh.iter().map(|&i| read.truth[i]).collect();
    let truth = auroc(&concept.scores(&some(&read.bare[layer], &fresh))?, &labels)?.value;
    let mut found = Vec::new();
    let mut happy: Option<(Concept, usize)> = None;
    let mut removal = (0.0, 0.0);
    for (e, own) in read.emotions.iter().enumerate() {
        let counts = own[0].size(0);
        let split = parts(counts, EMOTION, &mut rng);
        let others: Vec<usize> = (0..6).filter(|o| *o != e).collect();
        let mut pairs = |part: usize| -> Result<Vec<Pairs>> {
            let against: Vec<(usize, usize)> = split[part].iter().map(|_| (others[rng.below(5)], part)).collect();
            (0..own.len())
                .map(|l| {
                    // Scenario i against one of another emotion, from the same part of its list.
                    let rest: Vec<Tensor> = against
                        .iter()
                        .zip(&split[part])
                        .map(|((o, _), i)| read.emotions[*o][l].get(i % read.emotions[*o][l].size(0)))
                        .collect();
                    let rest = Tensor::stack(&rest.iter().collect::<Vec<_>>(), 0);
                    Ok(Pairs::new(&some(&own[l], &split[part]), &rest, &mut rng)?)
                })
                .collect()
        };
        let (fit, choose, judge) = (pairs(0)?, pairs(1)?, pairs(2)?);
        let mut best = (0.0, 0);
        for (l, (f, c)) in fit.iter().zip(&choose).enumerate() {
            let accuracy = f.read(Reader::MeanDifference)?.pair_accuracy(c)?.share();
            best = if accuracy > best.0 { (accuracy, l) } else { best };
        }
        let l = best.1;
        let concept = fit[l].read(Reader::MeanDifference)?;
        found.push(concept.pair_accuracy(&judge[l])?.share());
        if e == 0 {
            removal = removed(&fit[l].examples()?, &judge[l].examples()?, &concept)?;
            happy = Some((concept, l));
        }
    }
    let (happy, at) = happy.expect("there are six emotions");
    let doses = |v: &Tensor| -> Result<Vec<f64>> {
        DOSES.iter().map(|a| odds(model, at, &(v * (*a * unit(read, at))))).collect()
    };
    let odds = doses(&happy.vector)?;
    let change = odds[8] - odds[0];
    let mut random_change = Vec::new();
    for s in 0..3 {
        let v = random_direction(&happy.vector, &mut Rng::new(seed * 10 + s))?;
        let ends = [0, 8].map(|i| self::odds(model, at, &(&v * (DOSES[i] * unit(read, at)))));
        let [low, high] = ends;
        random_change.push(((high? - low?) / change).abs());
    }
    let losses = DOSES
        .iter()
        .map(|a| neutral_loss(model, at, &(&happy.vector * (*a * unit(read, at)))))
        .collect::<Result<_>>()?;
    Ok(Numbers {
        honesty: on_test(&concept)?,
        random: random.iter().sum::<f64>() / random.len() as f64,
        shuffled: shuffled.iter().sum::<f64>() / shuffled.len() as f64,
        in_order,
        truth,
        emotions: found,
        monotone: spearman(&DOSES, &odds)?,
        random_change: random_change.iter().sum::<f64>() / random_change.len() as f64,
        removed: removal.1,
        before_removal: removal.0,
        odds,
        losses,
        layers,
    })
}

/// One dose at a layer.
fn unit(read: &Stimuli, layer: usize) -> f64 {
    read.bare[layer].norm(2.0, &[1], false).mean().item() * DOSE
}

/// Accuracy of a probe of its own, fitted before, without and with the concept's direction taken out of the rows.
fn removed(train: &Examples, test: &Examples, concept: &Concept) -> Result<(f64, f64)> {
    let probe = Probe::logistic(train, 1.0)?;
    let v = concept.vector.unsqueeze(1).to(DType::F64);
    let centred = test.rows() - concept.mean.unsqueeze(0);
    let without = test.rows() - centred.matmul(&v).matmul(&v.t());
    let less = Examples::new(without, test.labels().to_vec())?;
    Ok((probe.test(test)?.accuracy, probe.test(&less)?.accuracy))
}

const PROMPTS: [&str; 4] =
    ["Today I feel very", "When I think about my life, I feel", "The news made me", "Everyone in the room looked"];
const PLEASANT: [&str; 5] = [" happy", " excited", " grateful", " glad", " proud"];
const UNPLEASANT: [&str; 5] = [" sad", " angry", " scared", " worried", " tired"];

/// Log-odds of pleasant against unpleasant words after four prompts, with a vector added behind a layer.
fn odds(model: &Local, layer: usize, vector: &Tensor) -> Result<f64> {
    let words =
        |list: [&str; 5]| list.iter().map(|w| Ok(model.tokenizer.encode(w)?[0] as usize)).collect::<Result<Vec<_>>>();
    let (pleasant, unpleasant) = (words(PLEASANT)?, words(UNPLEASANT)?);
    let mut sum = 0.0;
    for prompt in PROMPTS {
        let logits =
            steered(model, layer, vector, &model.tokens(&Prompt::Text(prompt.into()))?, true)?.reshape([1, 49_152]);
        let of = |list: &[usize]| logits.index_select(1, &symbolon_data::indices(list)).logsumexp(1, false).item();
        sum += of(&pleasant) - of(&unpleasant);
    }
    Ok(sum / PROMPTS.len() as f64)
}

fn steered(model: &Local, layer: usize, vector: &Tensor, ids: &[u32], last_only: bool) -> Result<Tensor> {
    let x = Tensor::from(ids.iter().map(|&t| i64::from(t)).collect::<Vec<_>>()).unsqueeze(0);
    let edit = match vector.abs().max().item() > 0.0 {
        true => Steer::Linear(1.0).edit(vector)?,
        false => Edit::Scale(1.0),
    };
    let mut trace = Trace::new().edit(format!("blocks.{layer}.resid_post"), edit);
    Ok(no_grad(|| model.network.run(&[x], Pass { last_only, ..Pass::default() }, &mut trace))?)
}

/// The loss on neutral text with a vector added: whether steering turns text to noise.
fn neutral_loss(model: &Local, layer: usize, vector: &Tensor) -> Result<f64> {
    let text = wikitext::articles()?.held_out[0].concat();
    let ids = model.tokenizer.encode(&text)?;
    let ids = &ids[..ids.len().min(160)];
    let logits = steered(model, layer, vector, ids, false)?;
    let next: Vec<usize> = ids[1..].iter().map(|&t| t as usize).collect();
    Ok(logits.get((0, ..ids.len() - 1)).cross_entropy(&symbolon_data::indices(&next)).item())
}

fn report(lab: &mut Lab, all: &[Numbers]) -> Result<()> {
    let mean = |f: &dyn Fn(&Numbers) -> f64| Estimate::mean(&all.iter().map(f).collect::<Vec<_>>());
    let honesty = Evidence::new(mean(&|n| n.honesty)?)
        .control("random direction", mean(&|n| n.random)?)
        .control("shuffled labels", mean(&|n| n.shuffled)?)
        .control("pairs in order", mean(&|n| n.in_order)?);
    lab.report("honesty", honesty)?;
    lab.report("truth", Evidence::new(mean(&|n| n.truth)?))?;
    lab.report("emotions", Evidence::new(mean(&|n| n.emotions.iter().filter(|a| **a >= 0.8).count() as f64)?))?;
    let noise = mean(&|n| (n.losses[8].max(n.losses[0]) - n.losses[4]).exp())?;
    lab.report("dose", Evidence::new(mean(&|n| n.monotone)?).control("perplexity", noise))?;
    lab.report("removal", Evidence::new(mean(&|n| n.removed)?).control("before", mean(&|n| n.before_removal)?))?;
    lab.report("random-vector", Evidence::new(mean(&|n| n.random_change)?))?;
    let average = |f: &dyn Fn(&Numbers) -> f64| all.iter().map(f).sum::<f64>() / all.len() as f64;
    let layers: Vec<(f64, f64)> = (0..all[0].layers.len()).map(|l| (l as f64, average(&|n| n.layers[l]))).collect();
    let read = Plot::new("Honesty").x(Axis::new("layer")).y(Axis::new("pair accuracy")).line("reading vector", &layers);
    let dose: Vec<(f64, f64)> = DOSES.iter().enumerate().map(|(i, a)| (*a, average(&|n| n.odds[i]))).collect();
    let steer =
        Plot::new("Happiness").x(Axis::new("dose")).y(Axis::new("log-odds of pleasant words")).line("steered", &dose);
    let losses: Vec<(f64, f64)> = DOSES.iter().enumerate().map(|(i, a)| (*a, average(&|n| n.losses[i]))).collect();
    let price =
        Plot::new("The price").x(Axis::new("dose")).y(Axis::new("loss on neutral text")).line("steered", &losses);
    let list: Vec<String> =
        NAMES.iter().enumerate().map(|(e, name)| format!("{name}: {:.2}", average(&|n| n.emotions[e]))).collect();
    lab.show(|r| {
        r.section("Reading")
            .figure("Pair accuracy of the honesty vector on validation pairs, by layer; mean over seeds.", read)
            .text("Pair accuracy of each emotion on test pairs:")
            .list(list)
            .section("Steering")
            .figure("Log-odds of pleasant words after four prompts, with the happiness vector added.", steer)
            .figure("What it costs on neutral text.", price)
    });
    Ok(())
}
