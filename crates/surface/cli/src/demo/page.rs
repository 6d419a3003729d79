//! The demo's report: one page that shows what was learned, how it is known, and what it looks like inside.

use std::error::Error;
use std::path::PathBuf;

use symbolon_draw::{Axis, Bars, Card, Cell, Column, Fact, HeatMap, Mark, Pixels, Plot, Provenance, Report, Table};
use symbolon_learn::project::Project;
use symbolon_theory::Theory;
use symbolon_theory::budget::Budget;
use symbolon_theory::diag::Diagnostics;
use symbolon_theory::infer::Inference;

use super::checks::{Checked, Claim};
use super::world::{THEORY, Trained, World};
use crate::args::Demo;
use crate::load;
use crate::pictures;
use crate::project::Asked;
use crate::render::probability;

/// Pairs that are shown with their proofs.
const SHOWN: usize = 6;

/// Steps that one point of the curve averages.
const SMOOTH: usize = 10;

type Failure = Box<dyn Error>;

/// Writes the report and says where.
pub fn write(
    args: &Demo,
    world: &World,
    trained: &mut Trained,
    checked: &Checked,
    claims: &[Claim],
) -> Result<PathBuf, Failure> {
    let held = claims.iter().filter(|c| c.holds()).count();
    let percent = |x: f64| format!("{:.1}%", 100.0 * x);
    let fact = |name: &str, claim: &Claim| {
        let mark = if claim.holds() { Mark::Good } else { Mark::Bad };
        Fact::new(name, percent(claim.measured.share())).remark(claim.bound()).mark(mark)
    };
    let report = Report::new("Digits learned from sums")
        .subtitle("A theory teaches a network; interventions test that the symbols are the right ones")
        .text(format!(
            "The network saw {} pairs of handwritten digits, each pair with the sum of what it shows and nothing else: no picture \
             had a label. The theory below says how sums come about. From it the network found out by itself what the digits are.",
            world.pairs.len()
        ))
        .facts([
            fact("sums right", &claims[0]),
            fact("digits right", &claims[1]),
            fact("sum follows a written digit", &claims[2]),
            fact("untrained twin", &claims[3]),
            fact("shuffled theory", &claims[4]),
        ])
        .text(format!("{held} of {} claims hold. They were fixed before anything was measured.", claims.len()))
        .code("The theory.", THEORY.trim())
        .section("Training")
        .figure(
            format!(
                "Mean loss of {SMOOTH} steps: minus the logarithm of the probability that network and theory together give to the \
                 sum that was observed. {} steps in {:.1} seconds.",
                trained.curve.len(),
                trained.seconds
            ),
            curve(&trained.curve),
        )
        .section("What it answers")
        .text("Held-out pairs: pictures that were not used for training. Each answer comes with its most probable proof.")
        .cards(cards(world, &mut trained.project)?)
        .figure("Held-out digits: what they are, and what the network reads.", confusion(checked)?)
        .section("Do the halves fit?")
        .text(
            "If the network's output is the digit that the theory speaks of, then writing another digit there must change the sum \
             as the theory says. For each held-out pair, what the network reads on a third picture is written in place of what it \
             reads on the first one; the sum should be that of the third and the second digit. Pairs for which it would be the \
             same are left out. Two controls must fail: a network that has learned nothing, and one that was taught a theory in \
             which sums were exchanged for others.",
        )
        .table(interventions(claims))
        .figure("Sums that follow what was written, with 95% intervals.", bars(checked))
        .subsection("Inside the network")
        .text(
            "The same interchange deeper inside: not of the whole layer but of a few of its dimensions. The first row takes the \
             directions in which the layer's activations differ between the digits that the network itself reads (labels play no \
             part); the second takes as many random ones.",
        )
        .table(hidden(checked))
        .subsection("Each digit, written by hand")
        .table(written(checked))
        .section("The circuit")
        .text(
            "What the network's outputs go through: the theory, compiled into sums and products. Here the part that computes the \
             probability that two pictures add up to 3. The numbers are those of a held-out pair that does.",
        )
        .wide_figure("Circuit of a sum of 3.", circuit(world, &mut trained.project)?)
        .provenance(
            Provenance::new()
                .seed(args.seed)
                .version(env!("CARGO_PKG_VERSION"))
                .entry("Data", "10,000 MNIST digits shipped with the program; 8,000 for training, 2,000 held out")
                .digest("the network", symbolon_net::fingerprint(&*trained.project.networks["digit"]))
                .command(format!("symbolon demo --seed {} --pairs {} --epochs {}", args.seed, args.pairs, args.epochs)),
        );
    report.write(&args.out)?;
    Ok(args.out.clone())
}

fn curve(losses: &[f64]) -> Plot {
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    let point = |(i, part): (usize, &[f64])| ((i * SMOOTH + part.len()) as f64, mean(part));
    let points: Vec<(f64, f64)> = losses.chunks(SMOOTH).enumerate().map(point).collect();
    Plot::new("Training loss")
        .x(Axis::new("step"))
        .y(Axis::new("loss").unit("nats").log())
        .line("observed sums", &points)
        .level(19f64.ln(), "guessing among 19 sums")
}

/// Pictures of a digit.
fn pixels(project: &mut Project, digit: usize) -> Result<Pixels, Failure> {
    let term = project.program.term(&format!("mnist({digit})"))?;
    let store = project.program.theory().terms.clone();
    project.inputs.load(&store.lock(), &[term])?;
    let (shape, values) = project.inputs.get(term).ok_or("a shipped digit has a picture")?;
    let bytes: Vec<u8> = values.iter().map(|v| (v * 255.0).round() as u8).collect();
    Ok(Pixels::grey(shape[2], shape[1], &bytes)?)
}

/// A theory with one query, and what follows from it and from the networks.
fn asked(project: &mut Project, query: &str) -> Result<(Theory, Inference), Diagnostics> {
    let theory = load::asked(project.program.theory().clone(), &[query.to_owned()], &[])?;
    let networks = Asked::new(project);
    let inference = theory.inference(&|terms, call| networks.of(terms, call), &Budget::default());
    let inference = inference.map_err(|error| networks.explained(error))?;
    Ok((theory, inference))
}

fn cards(world: &World, project: &mut Project) -> Result<Vec<Card>, Failure> {
    let mut cards = Vec::new();
    for &pair in world.held_out.iter().take(SHOWN) {
        let (theory, inference) = asked(project, &World::question(pair, "Sum"))?;
        let answers = inference.answers(&theory)?;
        let best = answers.iter().max_by(|a, b| a.probability.value().total_cmp(&b.probability.value()));
        let Some(best) = best else { continue };
        let answer = best.query.rsplit([',', ' ']).next().unwrap_or_default().trim_end_matches(')').to_owned();
        let right = answer == world.sum(pair).to_string();
        let one = load::asked(project.program.theory().clone(), std::slice::from_ref(&best.query), &[])?;
        let networks = Asked::new(&mut *project);
        let proof = pictures::best_proof(&one, &|terms, call| networks.of(terms, call), &Budget::default());
        let proof = proof.map_err(|error| networks.explained(error))?;
        let pictures = [pixels(project, pair[0])?, pixels(project, pair[1])?];
        let mut card = Card::new(format!("{answer}, says the network with its theory"))
            .verdict(if right { Mark::Good } else { Mark::Bad }, if right { "right" } else { "wrong" })
            .picture(&pictures[0], format!("a handwritten {}", world.labels[pair[0]]))
            .picture(&pictures[1], format!("a handwritten {}", world.labels[pair[1]]))
            .line("probability", probability(best.probability.value()))
            .line("in truth", format!("{} + {}", world.labels[pair[0]], world.labels[pair[1]]));
        if let Some((proof, _)) = proof {
            card = card.proof(proof);
        }
        cards.push(card);
    }
    Ok(cards)
}

fn confusion(checked: &Checked) -> Result<HeatMap, Failure> {
    let counts: Vec<f64> = checked.confusion.iter().flatten().map(|&n| n as f64).collect();
    let digits: Vec<String> = (0..10).map(|d| d.to_string()).collect();
    let map = HeatMap::new("Confusion of digits", 10, 10, &counts)?;
    Ok(map.rows("digit", &digits).columns("read as", &digits).measure("pictures").values())
}

fn interventions(claims: &[Claim]) -> Table {
    let row = |c: &Claim| {
        let [low, high] = c.measured.interval(0.95);
        let (mark, word) = match (c.holds(), c.is_control()) {
            (true, false) => (Mark::Good, "holds"),
            (true, true) => (Mark::Good, "fails, as it must"),
            (false, false) => (Mark::Bad, "missed"),
            (false, true) => (Mark::Bad, "does not fail"),
        };
        vec![
            Cell::from(c.text),
            Cell::interval(c.measured.share(), low, high),
            Cell::from(c.measured.trials),
            Cell::from(c.bound()),
            Cell::verdict(mark, word),
        ]
    };
    Table::new("Claims and controls")
        .column(Column::text("claim"))
        .column(Column::percent("measured (95% interval)").decimals(1))
        .column(Column::number("cases").decimals(0))
        .column(Column::text("bound"))
        .column(Column::text("verdict"))
        .extend(claims.iter().map(row))
        .note("Intervals are Wilson's, for the share of successes.")
}

fn bars(checked: &Checked) -> Bars {
    let bar = |p: &symbolon_check::Proportion| {
        let [low, high] = p.interval(0.95);
        (p.share(), low, high)
    };
    let shares: Vec<(f64, f64, f64)> = checked.interchange.iter().map(bar).collect();
    Bars::new("Interchange interventions", ["trained", "untrained twin", "shuffled theory"])
        .axis(Axis::new("sum follows").percent().range(0.0, 1.0))
        .group_with_errors("", &shares)
}

fn hidden(checked: &Checked) -> Table {
    let row = |(name, p): &(String, symbolon_check::Proportion)| {
        let [low, high] = p.interval(0.95);
        vec![Cell::from(name.as_str()), Cell::interval(p.share(), low, high), Cell::from(p.trials)]
    };
    Table::new("Interchange of some dimensions")
        .column(Column::text("what is exchanged"))
        .column(Column::percent("sum follows (95% interval)").decimals(1))
        .column(Column::number("cases").decimals(0))
        .extend(checked.hidden.iter().map(row))
}

fn written(checked: &Checked) -> Table {
    let row = |(digit, p): (usize, &symbolon_check::Proportion)| {
        let [low, high] = p.interval(0.95);
        vec![Cell::from(digit.to_string()), Cell::interval(p.share(), low, high), Cell::from(p.trials)]
    };
    Table::new("Sums that follow a digit written in place of the first one")
        .column(Column::text("digit"))
        .column(Column::percent("sum follows (95% interval)").decimals(1))
        .column(Column::number("cases").decimals(0))
        .extend(checked.written.iter().enumerate().map(row))
        .note("Errors that remain are those of reading the second digit.")
}

fn circuit(world: &World, project: &mut Project) -> Result<symbolon_draw::Graph, Failure> {
    let pair = world.held_out.iter().find(|&&p| world.sum(p) == 3).unwrap_or(&world.held_out[0]);
    let (theory, inference) = asked(project, &World::question(*pair, 3))?;
    let Some(&root) = inference.compiled.queries.first() else { return Err("a sum of 3 has a circuit".into()) };
    Ok(pictures::circuit(&theory, &inference, root, "Circuit of a sum of 3")?)
}
