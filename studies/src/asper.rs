//! Row 58, "ASPER: Bridging Logic and Learning": a small network completes Sudoku grids; rules of an answer-set program make up for
//! labels that are hidden.
//!
//! Solutions are all different, none of the test set occurs in training, and accuracy counts blank cells alone.

use symbolon_check::slopes;
use symbolon_data::sudoku::{Puzzle, Score, Sudoku};
use symbolon_data::{Batches, Split};
use symbolon_draw::{Axis, Bars, HeatMap};
use symbolon_learn::asp_loss::{Terms, partial_loss};
use symbolon_learn::sudoku::SudokuTask;
use symbolon_net::train::{Fit, Trainer};
use symbolon_net::{Architecture, Network};
use symbolon_tensor::optim::Adam;
use symbolon_tensor::{DType, Device, Rng, Tensor, no_grad};
use symbolon_theory::budget::Budget;

use crate::{Lab, Numbers, Result};

/// Which terms are in the loss beside cross-entropy.
const LOSSES: [(&str, [bool; 3]); 5] = [
    ("labels only", [false, false, false]),
    ("+ unique", [true, false, false]),
    ("+ constraint", [false, true, false]),
    ("+ unique + constraint", [true, true, false]),
    ("all", [true, true, true]),
];
const ALL: [bool; 3] = LOSSES[4].1;

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    let epochs = lab.pick(150, 1_000);
    let (nine, four) = (SudokuTask::new(9)?, SudokuTask::new(4)?);
    let mut all = Vec::new();
    let seeds = lab.first_seeds(5, 10);
    for &seed in &seeds {
        all.push(lab.keep(&format!("seed {seed}: twelve puzzles, three folds"), |_| twelve(&nine, epochs, seed))?);
        all.push(lab.keep(&format!("seed {seed}: grids of four"), |_| generalise(&four, epochs / 3, seed))?);
    }
    let [consistent, equal, trained, blind] = lab.keep("repair", |_| repaired(&nine, epochs, seeds[0]))?;
    let [gradient, least, slope] = lab.keep("gradients", |_| gradients(&four))?;

    let mut n: Numbers = all.into_iter().collect();
    n.derive("gain", ["9 all", "9 labels only"], |a, b| a - b)?;
    n.derive("astray", ["9 boxes shuffled", "9 labels only"], |a, b| a - b)?;
    n.derive("cut", ["9 all, violations", "9 labels only, violations"], |a, b| 1.0 - a / b.max(1e-9))?;
    n.derive("gain of four", ["4 all", "4 labels only"], |a, b| a - b)?;
    lab.all_means(
        &n,
        &[
            ("rules-help-accuracy", "gain", &[("boxes shuffled", "astray"), ("majority grid", "9 majority")]),
            ("rules-cut-violations", "cut", &[]),
            ("rules-help-where-grids-are-few", "gain of four", &[]),
        ],
    )?;
    lab.exact("repair-is-consistent", consistent, &[])?;
    lab.exact("repair-is-the-solution", equal, &[])?;
    lab.exact("repair-uses-the-network", trained - blind, &[])?;
    lab.exact("gradients-are-right", gradient, &[("slope away from solutions", slope)])?;
    lab.exact("losses-vanish-at-solutions", least, &[])?;
    // Two fives in a row.
    let wrong = nine.program(&[&[5, 5][..], &[0; 79]].concat())?;
    let sets = wrong.answer_sets(1, &Budget::default())?;
    let refused = wrong.repaired(&Tensor::full([81, 9], -1.0, DType::F64), &Budget::default()).is_err()
        && wrong.loss(&Tensor::zeros([729], DType::F32), &sets).is_err();
    lab.exact("inconsistent-programs-are-refused", f64::from(refused), &[])?;

    let means = |size: usize, what: &str| LOSSES.map(|(name, _)| n.mean(&format!("{size} {name}{what}")));
    let bars = Bars::new("Accuracy on blank cells", LOSSES.map(|l| l.0))
        .axis(Axis::new("accuracy").percent())
        .group("9 x 9, 8 puzzles", &means(9, ""))
        .group("4 x 4, 100 puzzles", &means(4, ""))
        .note(format!(
            "Copying the clues fills no blank; the majority grid is right in {:.1}%.",
            100.0 * n.mean("9 majority")
        ));
    let broken = Bars::new("Repeated values in a 9 x 9 grid", LOSSES.map(|l| l.0))
        .axis(Axis::new("violations").from_zero())
        .group("", &means(9, ", violations"));
    let short = format!(
        "With the ten epochs of the paper, labels only are right in {:.1}% and all terms in {:.1}%.",
        100.0 * n.mean("9 labels only, ten epochs"),
        100.0 * n.mean("9 all, ten epochs")
    );
    let [own, mended] = lab.keep("picture", |_| picture(&nine, epochs, seeds[0]))?;
    let network = HeatMap::new("The network, clues kept", 9, 9, &own)?.values();
    let repaired = HeatMap::new("Repaired by the program", 9, 9, &mended)?.values();
    lab.show(|report| {
        report
            .section("Rules as losses")
            .code("The rules; counts become losses by themselves.", nine.sudoku.program(&[]))
            .figure("Held-out puzzles, blank cells alone.", bars)
            .figure("How often a value stands twice in a row, column or box.", broken)
            .text(short)
            .section("Repair")
            .text("With clues that leave one solution, any weights lead to it; without clues the network decides.")
            .figure("What the network says about a held-out puzzle.", network)
            .figure("The most probable grid that keeps all rules and clues.", repaired)
    });
    Ok(())
}

/// Log-probabilities `[puzzles, cells, values]`.
fn read(network: &dyn Network, sudoku: &Sudoku, puzzles: &[Puzzle]) -> symbolon_net::Result<Tensor> {
    let n = sudoku.size();
    Ok(network.answer(&sudoku.inputs(puzzles))?.reshape([puzzles.len(), n * n, n]).log_softmax(2))
}

/// A network trained on puzzles, a share of whose blank cells has no label.
fn trained(task: &SudokuTask, train: &[Puzzle], terms: [bool; 3], epochs: u64, seed: u64) -> Result<Box<dyn Network>> {
    let (SudokuTask { sudoku, rules }, [absolute, remaining, answers]) = (task, terms);
    let cells = sudoku.size().pow(2);
    let mut rng = Rng::new(seed ^ 0x5d0c);
    let mut example = |p: &Puzzle| {
        let visible = p.clues.iter().map(|c| *c > 0 || rng.unit() >= 0.3).collect();
        task.example(p, visible, answers)
    };
    let examples = train.iter().map(&mut example).collect::<symbolon_learn::Result<Vec<_>>>()?;
    let mut network = format!("mlp({cells}, 64, 32, {})", cells * sudoku.size())
        .parse::<Architecture>()?
        .build(&mut Rng::new(seed), Device::Cpu)?;
    let batches = Batches::new(train.len(), 4, seed)?;
    let mut fit = Fit::new(&mut *network, batches.steps(), |network, step| {
        let items = batches.batch(step.epoch, step.batch);
        let (some, own): (Vec<_>, Vec<_>) = items.iter().map(|&i| (train[i].clone(), &examples[i])).unzip();
        Ok(partial_loss(&read(network, sudoku, &some)?, &own, rules, Terms { absolute, remaining })?)
    });
    Trainer::new(Adam::new(1e-3)).epochs(epochs).seed(seed).run(&mut fit)?;
    Ok(network)
}

/// Adds how grids are judged.
fn add(n: &mut Numbers, sudoku: &Sudoku, name: &str, score: Score) {
    let name = format!("{} {name}", sudoku.size());
    n.add_all([(format!("{name}, violations"), score.violations), (name, score.accuracy)]);
}

/// What a network fills in, judged.
fn score(network: &dyn Network, sudoku: &Sudoku, puzzles: &[Puzzle]) -> Result<Score> {
    Ok(sudoku.score(&sudoku.filled(puzzles, &no_grad(|| read(network, sudoku, puzzles))?), puzzles))
}

/// The five losses, shuffled boxes, the majority grid, and ten epochs of the first and last loss: means over three folds.
fn twelve(task: &SudokuTask, epochs: u64, seed: u64) -> Result<Numbers> {
    let sudoku = task.sudoku;
    let mut rng = Rng::new(seed ^ 0x12);
    let puzzles = sudoku.puzzles(12, 10, &[], &mut rng)?;
    let wrong = task.with_groups(&sudoku.shuffled_groups(&mut rng))?;
    let mut n = Numbers::default();
    let mut folds = |name: &str, judge: &dyn Fn(&[Puzzle], &[Puzzle]) -> Result<Score>| -> Result<()> {
        let one = |fold: usize| {
            let Split { train, held_out } = Split::fold(12, 3, fold);
            let [train, test] = [train, held_out].map(|p| p.iter().map(|&i| puzzles[i].clone()).collect::<Vec<_>>());
            judge(&train, &test)
        };
        add(&mut n, &sudoku, name, Score::mean(&(0..3).map(one).collect::<Result<Vec<_>>>()?));
        Ok(())
    };
    folds("majority", &|train, test| Ok(sudoku.score(&vec![sudoku.majority(train); test.len()], test)))?;
    let mut learned = |name: &str, task: &SudokuTask, terms: [bool; 3], epochs: u64| {
        folds(name, &|train, test| score(&*trained(task, train, terms, epochs, seed)?, &sudoku, test))
    };
    for (name, terms) in LOSSES {
        learned(name, task, terms, epochs)?;
    }
    learned("boxes shuffled", &wrong, [true, true, false], epochs)?;
    learned("labels only, ten epochs", task, [false; 3], 10)?;
    learned("all, ten epochs", task, ALL, 10)?;
    Ok(n)
}

/// Grids of four, where there are few enough to generalise.
fn generalise(task: &SudokuTask, epochs: u64, seed: u64) -> Result<Numbers> {
    let sudoku = &task.sudoku;
    let all = sudoku.puzzles(160, 6, &[], &mut Rng::new(seed ^ 0x44))?;
    let (train, test) = all.split_at(100);
    let mut n = Numbers::default();
    for (name, terms) in LOSSES {
        let network = trained(task, train, terms, epochs, seed)?;
        add(&mut n, sudoku, name, score(&*network, sudoku, test)?);
    }
    Ok(n)
}

/// Shares of repaired grids that are consistent and that equal the solution; blank-cell accuracy of grids repaired without clues, with the
/// network's weights and with weights that say nothing.
fn repaired(task: &SudokuTask, epochs: u64, seed: u64) -> Result<[f64; 4]> {
    let sudoku = &task.sudoku;
    let mut rng = Rng::new(seed ^ 0x4e9);
    let train = sudoku.puzzles(8, 10, &[], &mut rng)?;
    let known: Vec<Vec<usize>> = train.iter().map(|p| p.solution.clone()).collect();
    let test = sudoku.puzzles(20, 30, &known, &mut rng)?;
    let network = trained(task, &train, ALL, epochs, seed)?;
    let all = |puzzles: &[Puzzle], log_p: &dyn Fn(usize) -> Tensor| -> Result<Vec<Vec<usize>>> {
        puzzles.iter().enumerate().map(|(i, p)| Ok(task.mended(&p.clues, &log_p(i))?)).collect()
    };
    let log_p = no_grad(|| read(&*network, sudoku, &test))?.clamp_min(-20.0);
    let grids = all(&test, &|i| log_p.get(i as isize))?;
    let share = |count: usize| count as f64 / test.len() as f64;
    let consistent = share(grids.iter().filter(|g| sudoku.violations(g) == 0).count());
    let equal = share(grids.iter().zip(&test).filter(|(g, p)| **g == p.solution).count());
    // Half of the clues leave many grids: here weights decide.
    let mut few = test[..5].to_vec();
    few.iter_mut().for_each(|p| p.clues.iter_mut().skip(1).step_by(2).for_each(|clue| *clue = 0));
    // Rounded, so that the search can tell grids apart quickly.
    let weights = (no_grad(|| read(&*network, sudoku, &few))?.clamp_min(-6.0) * 4.0).round() * 0.25;
    let trained = sudoku.score(&all(&few, &|i| weights.get(i as isize))?, &few);
    let blind = sudoku.score(&all(&few, &|_| Tensor::full([729], -1.0, DType::F64))?, &few);
    Ok([consistent, equal, trained.accuracy, blind.accuracy])
}

/// The largest error of slopes against finite differences, the largest loss at a solution, and the least slope away from one.
fn gradients(task: &SudokuTask) -> Result<[f64; 3]> {
    let puzzle = &task.sudoku.puzzles(1, 6, &[], &mut Rng::new(1))?[0];
    let program = task.program(&puzzle.clues)?;
    let sets = program.answer_sets(64, &Budget::default())?;
    let known = task.sudoku.known([puzzle]);
    let loss = |logits: &Tensor, which: usize| -> Result<Tensor> {
        let log_p = logits.reshape([16, 4]).log_softmax(1).reshape([64]);
        let p = log_p.exp().unsqueeze(0);
        Ok(match which {
            0 => task.rules.absolute(&p),
            1 => task.rules.remaining(&p, &known)?,
            _ => program.loss(&log_p, &sets)?,
        })
    };
    let x = Rng::new(2).normal([64], DType::F64);
    let solution: Vec<usize> = puzzle.solution.iter().map(|v| v - 1).collect();
    let solution = symbolon_data::indices(&solution).one_hot(4, DType::F64) * 60.0;
    let mut out = [0.0f64, 0.0, f64::INFINITY];
    for which in 0..3 {
        let found = slopes(&x, 1e-5, |x| loss(x, which))?;
        out = [out[0].max(found.error), out[1].max(loss(&solution, which)?.item()), out[2].min(found.largest)];
    }
    Ok(out)
}

/// A held-out puzzle as the network fills it, and repaired.
fn picture(task: &SudokuTask, epochs: u64, seed: u64) -> Result<[Vec<f64>; 2]> {
    let sudoku = &task.sudoku;
    let puzzles = sudoku.puzzles(9, 10, &[], &mut Rng::new(seed ^ 0x91c))?;
    let network = trained(task, &puzzles[..8], ALL, epochs, seed)?;
    let log_p = no_grad(|| read(&*network, sudoku, &puzzles[8..]))?;
    let own = sudoku.filled(&puzzles[8..], &log_p).remove(0);
    let grid = task.mended(&puzzles[8].clues, &log_p.get(0).clamp_min(-20.0))?;
    Ok([own, grid].map(|g| g.into_iter().map(|v| v as f64).collect()))
}
