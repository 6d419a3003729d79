//! Wu et al. 2023, "Interpretability at scale: identifying causal mechanisms in Alpaca": boundless distributed alignment search,
//! on hierarchical equality and on the price game. The network of the price game is small and trained here; the paper's is Alpaca.
//!
//! Penalty and schedule are the paper's. Rates, temperatures and the number of pairs were set for networks of 64 units instead of
//! 4,096, on seed 0; other seeds are the test.

use serde::{Deserialize, Serialize};
use symbolon_check::Part;
use symbolon_check::claim::{Evidence, Sealed};
use symbolon_check::control::shuffled;
use symbolon_check::stats::{Estimate, Proportion};
use symbolon_draw::HeatMap;
use symbolon_lm::{LanguageModel, Prompt};
use symbolon_net::train::{Fit, Trainer};
use symbolon_net::{Architecture, Network, Select, Trace, Transformer, TransformerConfig};
use symbolon_read::das::{Alignment, Causal, Das, Frozen, Pair, Share, Values};
use symbolon_read::{Entry, Layered, Rest};
use symbolon_tensor::optim::Adam;
use symbolon_tensor::{DType, Device, Rng, Tensor};

use crate::{Lab, Result};

/// Rates, temperatures and the number of pairs were set with this seed: it takes no part in what is reported.
const TUNED: u64 = 0;

/// What is measured of the networks of one seed. Accuracies are interchange-intervention accuracies on test pairs.
#[derive(Serialize, Deserialize)]
struct Numbers {
    equality: f64,
    equality_task: f64,
    equality_width: f64,
    equality_input: f64,
    task: f64,
    /// Of each causal model at the site that is best on validation pairs.
    models: Vec<f64>,
    width: f64,
    full_swap: f64,
    reworded: f64,
    random_weights: f64,
    random_rotation: f64,
    shuffled: f64,
    shuffled_loss: f64,
    /// Validation accuracy of the left boundary, layers by tokens.
    map: Vec<f64>,
}

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    let sealed = Sealed::new("test games", format!("drawn anew from seeds {:?}", lab.seeds()).as_bytes(), ());
    lab.open(&sealed)?;
    let mut all = Vec::new();
    // Each seed trains two networks: the quick profile takes three of them.
    let fresh: Vec<u64> = lab.seeds().into_iter().filter(|s| *s != TUNED).take(lab.pick(3, usize::MAX)).collect();
    for seed in fresh {
        all.push(lab.keep(&format!("seed {seed}"), |lab| measure(lab, seed))?);
    }
    language_model(lab)?;
    report(lab, &all)
}

fn measure(lab: &mut Lab, seed: u64) -> Result<Numbers> {
    lab.note(&format!("seed {seed}: hierarchical equality"));
    let [equality, equality_task, equality_width, equality_input] = equality(seed)?;
    lab.note(&format!("seed {seed}: training on the price game"));
    let width = lab.pick(64, 128);
    let config = TransformerConfig { classes: Some(2), ..TransformerConfig::decoder(TOKENS, 5, 4, width, 4) };
    let network = trained(&config, seed, lab.pick(2_400, 6_000))?;
    lab.note(&format!("seed {seed}: searching alignments at 12 sites for 4 causal models"));
    let mut world = World::new(&network, seed)?;
    let found: Vec<Found> = causal_models().iter().map(|m| world.search(m)).collect::<Result<_>>()?;
    let left = &found[0];
    lab.note(&format!("seed {seed}: controls"));
    let model = &causal_models()[0];
    let untrained = Transformer::new(&config, &mut Rng::new(!seed))?;
    let random_weights = World::new(&untrained, seed)?.search(model)?.accuracy;
    let (train, test) = (world.pairs(model, 0, PAIRS)?, world.pairs(model, 2, TEST)?);
    let labels = shuffled(&train.iter().map(|p| p.label).collect::<Vec<_>>(), &mut world.rng);
    let dealt: Vec<Pair> = train.iter().zip(labels).map(|(p, label)| Pair { label, ..p.clone() }).collect();
    let axes = symbolon_check::control::Rotation::random(width, &mut world.rng)?;
    let frozen = world.place(left.place, 0)?;
    let empty = das(12, 1, seed).fit(&frozen, &dealt)?;
    let site = frozen_site(left.place);
    let random = Alignment::new(site.parse()?, axes.axes(), vec![(0..left.alignment.widths()[0]).collect()])?;
    let whole = Alignment::new(site.parse()?, axes.axes(), vec![(0..width).collect()])?;
    Ok(Numbers {
        equality,
        equality_task,
        equality_width,
        equality_input,
        task: world.task()?,
        models: found.iter().map(|f| f.accuracy).collect(),
        width: left.alignment.widths()[0] as f64 / width as f64,
        full_swap: whole.accuracy(&frozen, &test)?.share(),
        reworded: left.alignment.accuracy(&world.place(left.place, 1)?, &test)?.share(),
        random_weights,
        random_rotation: random.accuracy(&frozen, &test)?.share(),
        shuffled: empty.alignment.accuracy(&frozen, &test)?.share(),
        shuffled_loss: empty.losses[0] - empty.losses[empty.losses.len() - 1],
        map: left.map.clone(),
    })
}

/// A search over so many passes for so many variables.
fn das(epochs: usize, variables: usize, seed: u64) -> Das {
    let share = Share::Boundless { variables, chained: true };
    // As soft in proportion to 64 units as the paper's fifty in 4,096, but for a factor that lets masks of few units overlap.
    Das { share, epochs, rate: 1e-2, mask_rate: 2e-2, temperature: [2.0, 0.1], seed, ..Das::default() }
}

/// Are a and b equal just when c and d are? Accuracy at the best layer and of the task, the width found, and the accuracy at the
/// first object's place in the input.
fn equality(seed: u64) -> Result<[f64; 4]> {
    const OBJECTS: usize = 8;
    let mut rng = Rng::new(seed);
    let model = Causal::new(
        "variable(E, first, yes) :- input(E, a, X), input(E, b, X).
         variable(E, first, no) :- input(E, a, X), input(E, b, Y), X =\\= Y.
         second(E, yes) :- input(E, c, X), input(E, d, X).
         second(E, no) :- input(E, c, X), input(E, d, Y), X =\\= Y.
         label(E, yes) :- value(E, first, V), second(E, V).
         label(E, no) :- value(E, first, V), second(E, W), V \\= W.",
        &["a", "b", "c", "d"],
        &["first"],
        &["no", "yes"],
    );
    let objects = rng.normal([OBJECTS, 4], DType::F32);
    let draw = |rng: &mut Rng, n: usize| -> Vec<Values> {
        let mut pair = || {
            let a = rng.below(OBJECTS);
            [a, if rng.below(2) == 0 { a } else { (a + 1 + rng.below(OBJECTS - 1)) % OBJECTS }].map(|o| o as i64)
        };
        (0..n).map(|_| [pair(), pair()].concat()).collect()
    };
    let vectors = |games: &[Values]| -> Tensor {
        let flat: Vec<usize> = games.iter().flatten().map(|&o| o as usize).collect();
        objects.index_select(0, &symbolon_data::indices(&flat)).reshape([games.len(), 16])
    };
    let truth = |games: &[Values]| -> Vec<usize> {
        games.iter().map(|g| usize::from((g[0] == g[1]) == (g[2] == g[3]))).collect()
    };
    let mut network = "mlp(16, 64, 64, 64, 2)".parse::<Architecture>()?.build(&mut rng, Device::Cpu)?;
    let mut task = Fit::new(&mut *network, 3_000, |network, step| {
        let games = draw(&mut step.rng, 128);
        Ok(network
            .forward(&[vectors(&games)], &mut Trace::none())?
            .cross_entropy(&symbolon_data::indices(&truth(&games))))
    });
    Trainer::new(Adam::new(2e-3)).epochs(1).seed(seed).run(&mut task)?;
    let games = [2_400, 500, 800].map(|n| draw(&mut rng, n));
    let games = games.concat();
    let entry = Entry::new(&*network);
    let x = [vectors(&games)];
    let pairs = [(0..2_400, 6_000), (2_400..2_900, 400), (2_900..3_700, 600)];
    let mut split = |i: usize| of_range(&model, &games, pairs[i].0.clone(), pairs[i].1, &mut rng);
    let (train, validation, test) = (split(0)?, split(1)?, split(2)?);
    let mut best: Option<(f64, f64, f64)> = None;
    let mut input = 0.0;
    for (site, select) in
        [("fc1", Select::all()), ("fc2", Select::all()), ("fc3", Select::all()), ("input", Select::units(0..4))]
    {
        let frozen = Frozen::new(&entry, &x, &Part::of(site, select)?, Tensor::clone)?;
        let fitted = das(16, 1, seed).fit(&frozen, &train)?;
        let on = |pairs: &[Pair]| -> Result<f64> { Ok(accuracy(&fitted.alignment, &frozen, pairs)?) };
        match site {
            "input" => input = on(&test)?,
            _ => {
                let validated = on(&validation)?;
                if best.is_none_or(|b| validated > b.0) {
                    best = Some((validated, on(&test)?, fitted.alignment.widths()[0] as f64));
                }
            }
        }
    }
    let (_, accuracy, width) = best.unwrap_or_default();
    let task = Frozen::new(&entry, &x, &Part::site("fc1")?, Tensor::clone)?.task_accuracy(&truth(&games))?.share();
    Ok([accuracy, task, width, input])
}

/// Pairs among some of the games.
fn of_range(
    model: &Causal,
    games: &[Values],
    range: std::ops::Range<usize>,
    count: usize,
    rng: &mut Rng,
) -> Result<Vec<Pair>> {
    let mut pairs = model.pairs(&games[range.clone()], count, rng)?;
    for pair in &mut pairs {
        pair.base += range.start;
        pair.sources.iter_mut().flatten().for_each(|s| *s += range.start);
    }
    Ok(pairs)
}

fn accuracy(alignment: &Alignment, frozen: &Frozen, pairs: &[Pair]) -> symbolon_read::Result<f64> {
    Ok(alignment.accuracy(frozen, pairs)?.share())
}

/// Prices in cents, two formats, a filler, the sign that asks.
const TOKENS: usize = 104;
const ASK: i64 = 103;
/// Games for training alignments, for choosing and for testing; test games share nothing with the others.
const GAMES: [usize; 3] = [900, 300, 600];
const PAIRS: usize = 1_500;
const TEST: usize = 500;
const TOKEN_NAMES: [&str; 4] = ["low", "high", "amount", "ask"];

/// Is the amount between low and high? As many yes as no.
fn game(rng: &mut Rng) -> Values {
    let wanted = rng.below(2) == 1;
    loop {
        let (low, high, amount) = (rng.below(100) as i64, rng.below(100) as i64, rng.below(100) as i64);
        if low < high && (low <= amount && amount <= high) == wanted {
            return vec![low, high, amount];
        }
    }
}

fn between(game: &Values) -> usize {
    usize::from(game[0] <= game[2] && game[2] <= game[1])
}

/// Tokens `[games, 5]` in a format.
fn tokens(games: &[Values], format: i64) -> Tensor {
    let rows: Vec<Vec<i64>> = games.iter().map(|g| vec![100 + format, g[0], g[1], g[2], ASK]).collect();
    Tensor::from(rows.concat()).reshape([games.len(), 5])
}

fn trained(config: &TransformerConfig, seed: u64, steps: usize) -> Result<Transformer> {
    let mut network = Transformer::new(config, &mut Rng::new(seed))?;
    let mut task = Fit::new(&mut network, steps, |network, step| {
        let games: Vec<Values> = (0..128).map(|_| game(&mut step.rng)).collect();
        let x = tokens(&games, (step.batch % 3) as i64);
        let labels: Vec<usize> = games.iter().map(between).collect();
        Ok(network.forward(&[x], &mut Trace::none())?.get((.., -1)).cross_entropy(&symbolon_data::indices(&labels)))
    });
    let rate = symbolon_tensor::optim::Schedule::Linear { total: steps as u64, floor: 0.05 }.after_warm_up(50);
    Trainer::new(Adam::new(2e-3)).schedule(rate).clip(1.0).epochs(1).seed(seed).run(&mut task)?;
    Ok(network)
}

/// The paper's four candidates: left boundary, both boundaries, mid-point distance, bracket identity.
fn causal_models() -> [Causal; 4] {
    let above = "variable(E, above, yes) :- input(E, low, L), input(E, amount, A), A >= L.
        variable(E, above, no) :- input(E, low, L), input(E, amount, A), A < L.";
    let below = "variable(E, below, yes) :- input(E, high, H), input(E, amount, A), A =< H.
        variable(E, below, no) :- input(E, high, H), input(E, amount, A), A > H.";
    let left = format!(
        "{above} label(E, yes) :- value(E, above, yes), input(E, high, H), input(E, amount, A), A =< H.
        label(E, no) :- value(E, above, yes), input(E, high, H), input(E, amount, A), A > H.
        label(E, no) :- value(E, above, no)."
    );
    let both = format!(
        "{above} {below} label(E, yes) :- value(E, above, yes), value(E, below, yes).
        label(E, no) :- value(E, above, no). label(E, no) :- value(E, above, yes), value(E, below, no)."
    );
    let middle = "variable(E, middle, M) :- input(E, low, L), input(E, high, H), M is L + H.
        off(E, D, W) :- value(E, middle, M), input(E, low, L), input(E, high, H), input(E, amount, A), D is abs(2 * A - M), W is H - L.
        label(E, yes) :- off(E, D, W), D =< W. label(E, no) :- off(E, D, W), D > W.";
    let bracket = "variable(E, bracket, b(L, H)) :- input(E, low, L), input(E, high, H).
        label(E, yes) :- value(E, bracket, b(L, H)), input(E, amount, A), A >= L, A =< H.
        label(E, no) :- value(E, bracket, b(L, _)), input(E, amount, A), A < L.
        label(E, no) :- value(E, bracket, b(L, H)), input(E, amount, A), A >= L, A > H.";
    let model =
        |rules: &str, variables: &[&str]| Causal::new(rules, &["low", "high", "amount"], variables, &["no", "yes"]);
    [
        model(&left, &["above"]),
        model(&both, &["above", "below"]),
        model(middle, &["middle"]),
        model(bracket, &["bracket"]),
    ]
}

/// A network with games to align it on.
struct World<'n> {
    network: &'n Transformer,
    games: Vec<Values>,
    /// For each format and layer 1 to 3: the rest of the network, and the stream before it.
    rests: Vec<(Rest<'n>, Tensor)>,
    rng: Rng,
    seed: u64,
}

/// The best site for a causal model.
struct Found {
    alignment: Alignment,
    accuracy: f64,
    /// Layer (from 1) and token (of four).
    place: (usize, usize),
    map: Vec<f64>,
}

fn frozen_site(place: (usize, usize)) -> String {
    format!("blocks.{}.resid_pre", place.0)
}

impl<'n> World<'n> {
    fn new(network: &'n Transformer, seed: u64) -> Result<Self> {
        let mut rng = Rng::new(seed ^ 0xda5);
        let games: Vec<Values> = (0..GAMES.iter().sum()).map(|_| game(&mut rng)).collect();
        let mut rests = Vec::new();
        for format in 0..2 {
            for layer in 1..4 {
                rests.push((Rest::new(network, layer)?, network.before(&[tokens(&games, format)], layer)?));
            }
        }
        Ok(Self { network, games, rests, rng, seed })
    }
    /// The stream before a layer at a token, in a format.
    fn place(&self, place: (usize, usize), format: usize) -> Result<Frozen<'_>> {
        let (rest, stream) = &self.rests[format * 3 + place.0 - 1];
        let part = Part::of(&frozen_site(place), Select::positions([place.1 + 1]))?;
        Ok(Frozen::new(rest, std::slice::from_ref(stream), &part, |y| y.get((.., -1)))?)
    }
    /// Pairs of the games for training (0), choosing (1) or testing (2), once the causal model agrees with the task.
    fn pairs(&mut self, model: &Causal, split: usize, count: usize) -> Result<Vec<Pair>> {
        let from: usize = GAMES[..split].iter().sum();
        let games = &self.games[from..from + GAMES[split]];
        let wrong = model.labels(games)?.iter().zip(games).filter(|(l, g)| **l != between(g)).count();
        if wrong > 0 {
            let problem = format!("the causal model contradicts {wrong} of {} games", games.len());
            return Err(crate::Error::Setting { what: "causal model", problem });
        }
        of_range(model, &self.games, from..from + GAMES[split], count, &mut self.rng)
    }
    /// A short search at each of 12 sites, then a longer one at the site that is best on validation pairs.
    fn search(&mut self, model: &Causal) -> Result<Found> {
        let (train, validation, test) =
            (self.pairs(model, 0, PAIRS)?, self.pairs(model, 1, 300)?, self.pairs(model, 2, TEST)?);
        let mut map = Vec::new();
        for layer in 1..4 {
            for token in 0..4 {
                let frozen = self.place((layer, token), 0)?;
                let fitted = das(3, model.variables(), self.seed).fit(&frozen, &train)?;
                map.push(accuracy(&fitted.alignment, &frozen, &validation)?);
            }
        }
        let best = (0..12).max_by(|&a, &b| map[a].total_cmp(&map[b])).unwrap_or(0);
        let place = (1 + best / 4, best % 4);
        let frozen = self.place(place, 0)?;
        let alignment = das(12, model.variables(), self.seed).fit(&frozen, &train)?.alignment;
        let accuracy = accuracy(&alignment, &frozen, &test)?;
        Ok(Found { alignment, accuracy, place, map })
    }
    fn task(&self) -> Result<f64> {
        let y = symbolon_tensor::no_grad(|| self.network.forward(&[tokens(&self.games, 0)], &mut Trace::none()))?;
        let given = y.get((.., -1)).argmax(1).to_vec::<i64>();
        Ok(Proportion::of(given.iter().zip(&self.games).map(|(l, g)| *l as usize == between(g))).share())
    }
}

/// How well the real language model plays, shown eight games: below 0.8 there is nothing to align.
fn language_model(lab: &mut Lab) -> Result<()> {
    let Some(model) = lab.model_for("smollm2-135m", &["smollm2-plays"])? else { return Ok(()) };
    lab.note("smollm2-135m: the price game with eight examples");
    let mut rng = Rng::new(lab.seeds()[0]);
    let ask = |g: &Values| {
        let cents = |c: i64| format!("{}.{:02}", c / 10, c % 10 * 10);
        format!("Between {} and {} dollars? {} dollars:", cents(g[0]), cents(g[1]), cents(g[2]))
    };
    let shown: String =
        (0..8).map(|_| game(&mut rng)).map(|g| format!("{} {}\n", ask(&g), ["No", "Yes"][between(&g)])).collect();
    let games: Vec<Values> = (0..lab.pick(80, 400)).map(|_| game(&mut rng)).collect();
    let mut right = Vec::new();
    for g in &games {
        let scores = model.score(&Prompt::Text(shown.clone() + &ask(g)), &[" No", " Yes"])?;
        right.push(usize::from(scores[1].log_probability > scores[0].log_probability) == between(g));
    }
    lab.report("smollm2-plays", Evidence::new(Estimate::share(Proportion::of(right))?))
}

fn report(lab: &mut Lab, all: &[Numbers]) -> Result<()> {
    let ids = [
        "equality-found",
        "equality-is-narrow",
        "equality-not-at-input",
        "left-boundary",
        "both-boundaries",
        "mid-point-is-worse",
        "bracket-is-worse",
        "narrow",
        "reworded",
    ];
    if all.len() < 2 {
        return ids.iter().try_for_each(|id| lab.not_measured(id, "one seed has no interval; give at least 2"));
    }
    let mean = |f: &dyn Fn(&Numbers) -> f64| Estimate::mean(&all.iter().map(f).collect::<Vec<_>>());
    lab.report(ids[0], Evidence::new(mean(&|n| n.equality)?).control("task accuracy", mean(&|n| n.equality_task)?))?;
    lab.report(ids[1], Evidence::new(mean(&|n| n.equality_width)?))?;
    lab.report(ids[2], Evidence::new(mean(&|n| n.equality - n.equality_input)?))?;
    let with_controls = |e: Estimate| -> Result<Evidence> {
        Ok(Evidence::new(e)
            .control("task accuracy", mean(&|n| n.task)?)
            // Half of the pairs have either label and half change nothing: chance is one half.
            .control("random weights", mean(&|n| (n.random_weights - 0.5) / (n.task - 0.5))?)
            .control("random rotation", mean(&|n| n.random_rotation)?)
            .control("shuffled labels", mean(&|n| n.shuffled)?)
            .control("shuffled labels are fitted", mean(&|n| n.shuffled_loss)?))
    };
    lab.report(ids[3], with_controls(mean(&|n| n.models[0])?)?)?;
    lab.report(ids[4], Evidence::new(mean(&|n| n.models[1])?))?;
    lab.report(ids[5], Evidence::new(mean(&|n| n.models[0] - n.models[2])?))?;
    lab.report(ids[6], Evidence::new(mean(&|n| n.models[0] - n.models[3])?))?;
    lab.report(ids[7], Evidence::new(mean(&|n| n.width)?).control("full swap", mean(&|n| n.full_swap - n.models[0])?))?;
    lab.report(ids[8], Evidence::new(mean(&|n| n.reworded / n.models[0])?))?;
    let cells: Vec<f64> = (0..12).map(|i| all.iter().map(|n| n.map[i]).sum::<f64>() / all.len() as f64).collect();
    let map = HeatMap::new("Where the left boundary is", 3, 4, &cells)?
        .rows("stream before layer", ["1", "2", "3"])
        .columns("token", TOKEN_NAMES)
        .measure("interchange accuracy")
        .range(0.5, 1.0)
        .values()
        .causal();
    lab.show(|r| {
        r.section("Where the variable lives")
            .figure("Is the amount at least low? Accuracy on validation pairs after a short search, mean over seeds; 0.5 is chance.", map)
    });
    Ok(())
}
