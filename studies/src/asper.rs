//! Row 58, "ASPER: Bridging Logic and Learning": a small network completes Sudoku grids; rules of an answer-set program make up for
//! labels that are hidden.
//!
//! Solutions are all different, none of the test set occurs in training, and accuracy counts blank cells alone.

use symbolon_check::claim::Evidence;
use symbolon_check::stats::Estimate;
use symbolon_data::sudoku::{Puzzle, Sudoku};
use symbolon_draw::{Axis, Bars, HeatMap};
use symbolon_learn::asp_loss::{Expectations, answer_set_loss, repair};
use symbolon_net::train::{Fit, Trainer};
use symbolon_net::{Architecture, Network, Trace};
use symbolon_tensor::optim::Adam;
use symbolon_tensor::{DType, Device, Rng, Tensor, no_grad};
use symbolon_theory::asp::{self, AnswerSet, AtomId, Ground};
use symbolon_theory::budget::Budget;

use crate::{Lab, Result};

/// Which terms are in the loss beside cross-entropy.
const LOSSES: [(&str, [bool; 3]); 5] = [
    ("labels only", [false, false, false]),
    ("+ unique", [true, false, false]),
    ("+ constraint", [false, true, false]),
    ("+ unique + constraint", [true, true, false]),
    ("all", [true, true, true]),
];

/// A world of puzzles: the rules, and the atoms behind the outputs.
struct World {
    sudoku: Sudoku,
    rules: Expectations,
}

impl World {
    fn new(size: usize) -> Result<Self> {
        let sudoku = Sudoku::new(size)?;
        let (ground, columns) = grounded(&sudoku, &vec![0; size * size])?;
        Ok(Self { rules: Expectations::of(&ground, &columns)?, sudoku })
    }
}

/// The program of a puzzle and its atoms `cell(r, c, v)` in the order of a network's outputs.
fn grounded(sudoku: &Sudoku, clues: &[usize]) -> Result<(Ground, Vec<AtomId>)> {
    let ground = asp::ground(&sudoku.program(clues), &Budget::default())?;
    let n = sudoku.size();
    let names = (0..n * n * n).map(|i| format!("cell({},{},{})", i / (n * n) + 1, i / n % n + 1, i % n + 1));
    let columns = names.map(|name| ground.atom(&name).expect("every cell may hold every value")).collect();
    Ok((ground, columns))
}

/// Blank-cell accuracy and violations for each grid.
type Score = [f64; 2];

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    let seeds: Vec<u64> = lab.seeds().into_iter().take(lab.pick(5, 10)).collect();
    let epochs = lab.pick(150, 1_000);
    let (nine, four) = (World::new(9)?, World::new(4)?);
    let [mut scores, mut small] = [(); 2].map(|()| vec![Vec::<Score>::new(); LOSSES.len()]);
    let (mut shuffled, mut majority, mut short) = (Vec::new(), Vec::new(), Vec::new());
    for &seed in &seeds {
        lab.note(&format!("seed {seed}: twelve puzzles, three folds"));
        let all = lab.keep(&format!("twelve {seed}"), |_| twelve(&nine, epochs, seed))?;
        (0..LOSSES.len()).for_each(|l| scores[l].push(all[l]));
        shuffled.push(all[LOSSES.len()][0]);
        majority.push(all[LOSSES.len() + 1][0]);
        short.push([all[LOSSES.len() + 2][0], all[LOSSES.len() + 3][0]]);
        lab.note(&format!("seed {seed}: grids of four"));
        let all = lab.keep(&format!("four {seed}"), |_| generalise(&four, epochs / 3, seed))?;
        (0..LOSSES.len()).for_each(|l| small[l].push(all[l]));
    }
    lab.note("repair");
    let [consistent, equal, trained, blind] = lab.keep("repair", |_| repaired(&nine, epochs, seeds[0]))?;
    let [gradient, least, slope] = lab.keep("gradients", |_| gradients())?;

    let of = |runs: &[Vec<Score>], loss: usize, i: usize| runs[loss].iter().map(|s| s[i]).collect::<Vec<f64>>();
    let less = |a: Vec<f64>, b: Vec<f64>| a.iter().zip(&b).map(|(a, b)| a - b).collect::<Vec<f64>>();
    let gain = less(of(&scores, 4, 0), of(&scores, 0, 0));
    let cut: Vec<f64> = of(&scores, 4, 1).iter().zip(of(&scores, 0, 1)).map(|(a, b)| 1.0 - a / b.max(1e-9)).collect();
    let astray = less(shuffled, of(&scores, 0, 0));
    lab.means("rules-help-accuracy", &gain, &[("boxes shuffled", &astray), ("majority grid", &majority)])?;
    lab.means("rules-cut-violations", &cut, &[])?;
    lab.means("rules-help-where-grids-are-few", &less(of(&small, 4, 0), of(&small, 0, 0)), &[])?;
    lab.report("repair-is-consistent", Evidence::new(Estimate::exact(consistent)?))?;
    lab.report("repair-is-the-solution", Evidence::new(Estimate::exact(equal)?))?;
    lab.report("repair-uses-the-network", Evidence::new(Estimate::exact(trained - blind)?))?;
    lab.report(
        "gradients-are-right",
        Evidence::new(Estimate::exact(gradient)?).control("slope away from solutions", Estimate::exact(slope)?),
    )?;
    lab.report("losses-vanish-at-solutions", Evidence::new(Estimate::exact(least)?))?;
    let (ground, columns) = grounded(&nine.sudoku, &[&[5, 5][..], &[0; 79]].concat())?;
    let refused = repair(&ground, &columns, &vec![-1.0; 729], &Budget::default()).is_err()
        && answer_set_loss(
            &Tensor::zeros([729], DType::F32),
            &columns,
            &ground.answer_sets(1, &Budget::default()).unwrap_or_default(),
        )
        .is_err();
    lab.report("inconsistent-programs-are-refused", Evidence::new(Estimate::exact(f64::from(refused))?))?;

    let mean = |x: Vec<f64>| x.iter().sum::<f64>() / x.len() as f64;
    let names = LOSSES.map(|l| l.0);
    let bars = Bars::new("Accuracy on blank cells", names)
        .axis(Axis::new("accuracy").percent())
        .group("9 x 9, 8 puzzles", &(0..5).map(|l| mean(of(&scores, l, 0))).collect::<Vec<_>>())
        .group("4 x 4, 100 puzzles", &(0..5).map(|l| mean(of(&small, l, 0))).collect::<Vec<_>>())
        .note(format!(
            "Copying the clues fills no blank; the majority grid is right in {:.1}%.",
            100.0 * mean(majority.clone())
        ));
    let broken = Bars::new("Repeated values in a 9 x 9 grid", names)
        .axis(Axis::new("violations").from_zero())
        .group("", &(0..5).map(|l| mean(of(&scores, l, 1))).collect::<Vec<_>>());
    let ten = [0, 1].map(|i| mean(short.iter().map(|s: &[f64; 2]| s[i]).collect()));
    let grid = lab.keep("picture", |_| picture(&nine, epochs, seeds[0]))?;
    let maps = [("The network, clues kept", &grid[0]), ("Repaired by the program", &grid[1])]
        .map(|(title, values)| HeatMap::new(title, 9, 9, values).map(HeatMap::values));
    let [network, repaired] = maps;
    let (network, repaired) = (network?, repaired?);
    lab.show(|report| {
        report
            .section("Rules as losses")
            .code("The rules; counts become losses by themselves.", nine.sudoku.program(&[]))
            .figure("Held-out puzzles, blank cells alone.", bars)
            .figure("How often a value stands twice in a row, column or box.", broken)
            .text(format!(
                "With the ten epochs of the paper, labels only are right in {:.1}% and all terms in {:.1}%.",
                100.0 * ten[0],
                100.0 * ten[1]
            ))
            .section("Repair")
            .text("With clues that leave one solution, any weights lead to it; without clues the network decides.")
            .figure("What the network says about a held-out puzzle.", network)
            .figure("The most probable grid that keeps all rules and clues.", repaired)
    });
    Ok(())
}

/// Inputs `[puzzles, cells]`, values over the size.
fn inputs(world: &World, puzzles: &[Puzzle]) -> Tensor {
    let n = world.sudoku.size();
    let x: Vec<f32> = puzzles.iter().flat_map(|p| p.clues.iter().map(|&c| c as f32 / n as f32)).collect();
    Tensor::new(x, [puzzles.len(), n * n]).expect("one number a cell")
}

/// Log-probabilities `[puzzles, cells, values]`.
fn read(network: &dyn Network, world: &World, puzzles: &[Puzzle]) -> symbolon_net::Result<Tensor> {
    let n = world.sudoku.size();
    let y = network.forward(&[inputs(world, puzzles)], &mut Trace::none())?;
    Ok(y.reshape([puzzles.len(), n * n, n]).log_softmax(2))
}

/// A network trained on puzzles, a share of whose blank cells has no label.
fn trained(
    world: &World,
    rules: &Expectations,
    puzzles: &[Puzzle],
    terms: [bool; 3],
    epochs: usize,
    seed: u64,
) -> Result<Box<dyn Network>> {
    let n = world.sudoku.size();
    let cells = n * n;
    let mut rng = Rng::new(seed ^ 0x5d0c);
    let visible: Vec<Vec<bool>> =
        puzzles.iter().map(|p| p.clues.iter().map(|c| *c > 0 || rng.unit() >= 0.3).collect()).collect();
    let sets: Vec<(Vec<AnswerSet>, Vec<AtomId>)> = match terms[2] {
        true => puzzles
            .iter()
            .map(|p| {
                let (ground, columns) = grounded(&world.sudoku, &p.clues)?;
                let sets = ground
                    .answer_sets(64, &Budget::default())
                    .map_err(|stop| symbolon_learn::Error::Stopped { shape: "sudoku".into(), stop, stage: "solved" })?;
                Ok((sets, columns))
            })
            .collect::<Result<_>>()?,
        false => Vec::new(),
    };
    let mut network = format!("mlp({cells}, 64, 32, {})", cells * n)
        .parse::<Architecture>()?
        .build(&mut Rng::new(seed), Device::Cpu)?;
    let batches = symbolon_data::Batches::new(puzzles.len(), 4, seed)?;
    let learn = symbolon_net::Error::other;
    let mut task = Fit::new(&mut *network, batches.steps(), |network, step| {
        let items = batches.batch(step.epoch, step.batch);
        let some: Vec<Puzzle> = items.iter().map(|&i| puzzles[i].clone()).collect();
        let log_p = read(network, world, &some)?;
        let targets: Vec<usize> = some.iter().flat_map(|p| p.solution.iter().map(|v| v - 1)).collect();
        let picks = symbolon_data::indices(&targets).reshape([items.len(), cells, 1]);
        let mask: Vec<f32> = items.iter().flat_map(|&i| visible[i].iter().map(|&v| f32::from(u8::from(v)))).collect();
        let count: f32 = mask.iter().sum();
        let mask = Tensor::new(mask, [items.len(), cells])?;
        let mut loss = (log_p.gather(2, &picks).squeeze(2) * mask).sum() * (-1.0 / f64::from(count));
        let p = log_p.exp().reshape([items.len(), cells * n]);
        if terms[0] {
            loss = loss + rules.absolute(&p);
        }
        if terms[1] {
            let known = some
                .iter()
                .flat_map(|p| &p.clues)
                .flat_map(|&c| (1..=n).map(move |v| if c == 0 { f64::NAN } else { f64::from(u8::from(c == v)) }));
            loss = loss + rules.remaining(&p, &known.collect::<Vec<f64>>()).map_err(learn)?;
        }
        if terms[2] {
            let flat = log_p.reshape([items.len(), cells * n]);
            for (row, &i) in items.iter().enumerate() {
                let own = answer_set_loss(&flat.get(row as isize), &sets[i].1, &sets[i].0).map_err(learn)?;
                loss = loss + own * (1.0 / (items.len() * cells) as f64);
            }
        }
        Ok(loss)
    });
    Trainer::new(Adam::new(1e-3)).epochs(epochs as u64).seed(seed).run(&mut task)?;
    Ok(network)
}

/// Blank-cell accuracy and violations for each grid.
fn score(network: &dyn Network, world: &World, puzzles: &[Puzzle]) -> Result<Score> {
    let best = no_grad(|| read(network, world, puzzles))?.argmax(2).to_vec::<i64>();
    let grids: Vec<Vec<usize>> = (best.chunks(world.sudoku.size().pow(2)).zip(puzzles))
        .map(|(b, p)| b.iter().zip(&p.clues).map(|(b, &c)| if c > 0 { c } else { *b as usize + 1 }).collect())
        .collect();
    Ok(graded(world, &grids, puzzles))
}

fn graded(world: &World, grids: &[Vec<usize>], puzzles: &[Puzzle]) -> Score {
    let (mut right, mut blanks, mut violations) = (0, 0, 0);
    for (grid, p) in grids.iter().zip(puzzles) {
        for (i, &clue) in p.clues.iter().enumerate().filter(|(_, c)| **c == 0) {
            debug_assert_eq!(clue, 0);
            blanks += 1;
            right += usize::from(grid[i] == p.solution[i]);
        }
        violations += world.sudoku.violations(grid);
    }
    [right as f64 / f64::from(blanks.max(1)), violations as f64 / grids.len() as f64]
}

/// The five losses, shuffled boxes, the majority grid, and ten epochs of the first and last loss: means over three folds.
fn twelve(world: &World, epochs: usize, seed: u64) -> Result<Vec<Score>> {
    let mut rng = Rng::new(seed ^ 0x12);
    let puzzles = world.sudoku.puzzles(12, 10, &[], &mut rng)?;
    let groups = world.sudoku.groups();
    let mut cells = Vec::new();
    // Random groups in place of boxes.
    let order = rng.permutation(81).to_vec::<i64>();
    cells.extend(groups[..18].iter().cloned());
    cells.extend(order.chunks(9).map(|c| c.iter().map(|&i| i as usize).collect::<Vec<_>>()));
    let wrong: Vec<(Vec<usize>, f64, f64)> =
        cells.iter().flat_map(|g| (0..9).map(move |v| (g.iter().map(|c| c * 9 + v).collect(), 1.0, 1.0))).collect();
    let wrong = Expectations::from_groups(729, &wrong)?;
    let mut out = vec![[0.0; 2]; LOSSES.len() + 4];
    let mut add = |at: usize, s: Score| (0..2).for_each(|i| out[at][i] += s[i] / 3.0);
    for fold in 0..3 {
        let (mut test, mut train) = (Vec::new(), Vec::new());
        for (i, p) in puzzles.iter().enumerate() {
            if i % 3 == fold { test.push(p.clone()) } else { train.push(p.clone()) }
        }
        for (l, (_, terms)) in LOSSES.iter().enumerate() {
            add(l, score(&*trained(world, &world.rules, &train, *terms, epochs, seed)?, world, &test)?);
        }
        add(LOSSES.len(), score(&*trained(world, &wrong, &train, [true, true, false], epochs, seed)?, world, &test)?);
        let commonest = |cell: usize| {
            let count = |v: usize| train.iter().filter(|p| p.solution[cell] == v).count();
            (1..=9).max_by_key(|&v| (count(v), 10 - v)).unwrap_or(1)
        };
        let majority: Vec<usize> = (0..81).map(commonest).collect();
        add(LOSSES.len() + 1, graded(world, &vec![majority; test.len()], &test));
        for (at, l) in [(2, 0), (3, 4)] {
            add(
                LOSSES.len() + at,
                score(&*trained(world, &world.rules, &train, LOSSES[l].1, 10, seed)?, world, &test)?,
            );
        }
    }
    Ok(out)
}

/// Grids of four, where there are few enough to generalise.
fn generalise(world: &World, epochs: usize, seed: u64) -> Result<Vec<Score>> {
    let mut rng = Rng::new(seed ^ 0x44);
    let all = world.sudoku.puzzles(160, 6, &[], &mut rng)?;
    let (train, test) = all.split_at(100);
    LOSSES
        .iter()
        .map(|(_, terms)| score(&*trained(world, &world.rules, train, *terms, epochs, seed)?, world, test))
        .collect()
}

fn mended(world: &World, clues: &[usize], log_p: &Tensor) -> Result<Vec<usize>> {
    let n = world.sudoku.size();
    let (ground, columns) = grounded(&world.sudoku, clues)?;
    let best = repair(&ground, &columns, &log_p.to_vec::<f64>(), &Budget::default())?;
    let value = |cell: usize| (0..n).find(|v| best.holds(columns[cell * n + v])).map_or(0, |v| v + 1);
    Ok((0..n * n).map(value).collect())
}

/// Shares of repaired grids that are consistent and that equal the solution; blank-cell accuracy of grids repaired without clues, with the
/// network's weights and with weights that say nothing.
fn repaired(world: &World, epochs: usize, seed: u64) -> Result<[f64; 4]> {
    let mut rng = Rng::new(seed ^ 0x4e9);
    let train = world.sudoku.puzzles(8, 10, &[], &mut rng)?;
    let known: Vec<Vec<usize>> = train.iter().map(|p| p.solution.clone()).collect();
    let test = world.sudoku.puzzles(20, 30, &known, &mut rng)?;
    let network = trained(world, &world.rules, &train, LOSSES[4].1, epochs, seed)?;
    let log_p = no_grad(|| read(&*network, world, &test))?.clamp_min(-20.0);
    let (mut consistent, mut equal) = (0.0, 0.0);
    for (i, p) in test.iter().enumerate() {
        let grid = mended(world, &p.clues, &log_p.get(i as isize))?;
        consistent += f64::from(world.sudoku.violations(&grid) == 0) / test.len() as f64;
        equal += f64::from(grid == p.solution) / test.len() as f64;
    }
    // Half of the clues leave many grids: here weights decide.
    let few: Vec<Puzzle> = test[..5]
        .iter()
        .map(|p| {
            let clues = p.clues.iter().enumerate().map(|(i, &c)| if i % 2 == 0 { c } else { 0 }).collect();
            Puzzle { clues, solution: p.solution.clone() }
        })
        .collect();
    let weights = no_grad(|| read(&*network, world, &few))?.clamp_min(-6.0);
    // Rounded, so that the search can tell grids apart quickly.
    let weights = (weights * 4.0).round() * 0.25;
    let grids = |with: &dyn Fn(usize) -> Tensor| -> Result<f64> {
        let all = few.iter().enumerate().map(|(i, p)| mended(world, &p.clues, &with(i))).collect::<Result<Vec<_>>>()?;
        Ok(graded(world, &all, &few)[0])
    };
    Ok([consistent, equal, grids(&|i| weights.get(i as isize))?, grids(&|_| Tensor::full([729], -1.0, DType::F64))?])
}

/// The largest error of slopes against finite differences, the largest loss at a solution, and the least slope away from one.
fn gradients() -> Result<[f64; 3]> {
    let world = World::new(4)?;
    let puzzle = &world.sudoku.puzzles(1, 6, &[], &mut Rng::new(1))?[0];
    let (ground, columns) = grounded(&world.sudoku, &puzzle.clues)?;
    let sets = ground.answer_sets(64, &Budget::default()).unwrap_or_default();
    let known: Vec<f64> = puzzle
        .clues
        .iter()
        .flat_map(|&c| (1..=4).map(move |v| if c == 0 { f64::NAN } else { f64::from(u8::from(c == v)) }))
        .collect();
    let at = |logits: &Tensor, which: usize| -> Result<Tensor> {
        let log_p = logits.reshape([16, 4]).log_softmax(1);
        let p = log_p.exp().reshape([1, 64]);
        Ok(match which {
            0 => world.rules.absolute(&p),
            1 => world.rules.remaining(&p, &known)?,
            _ => answer_set_loss(&log_p.reshape([64]), &columns, &sets)?,
        })
    };
    let x = Rng::new(2).normal([64], DType::F64);
    let solution: Vec<f64> =
        puzzle.solution.iter().flat_map(|&s| (1..=4).map(move |v| if s == v { 60.0 } else { 0.0 })).collect();
    let mut out = [0.0f64, 0.0, f64::INFINITY];
    for which in 0..3 {
        let v = x.variable();
        let slope = at(&v, which)?.grad(&[&v]).remove(0).to_vec::<f64>();
        out[2] = out[2].min(slope.iter().map(|s| s.abs()).fold(0.0, f64::max));
        for i in 0..64 {
            let moved = |by: f64| -> Result<f64> {
                let mut values = x.to_vec::<f64>();
                values[i] += by;
                Ok(at(&Tensor::from(values), which)?.item())
            };
            out[0] = out[0].max(((moved(1e-5)? - moved(-1e-5)?) / 2e-5 - slope[i]).abs());
        }
        out[1] = out[1].max(at(&Tensor::from(solution.clone()), which)?.item());
    }
    Ok(out)
}

/// A held-out puzzle as the network fills it, and repaired.
fn picture(world: &World, epochs: usize, seed: u64) -> Result<[Vec<f64>; 2]> {
    let puzzles = world.sudoku.puzzles(9, 10, &[], &mut Rng::new(seed ^ 0x91c))?;
    let network = trained(world, &world.rules, &puzzles[..8], LOSSES[4].1, epochs, seed)?;
    let test = &puzzles[8..];
    let log_p = no_grad(|| read(&*network, world, test))?;
    let best = log_p.argmax(2).to_vec::<i64>();
    let own = best.iter().zip(&test[0].clues).map(|(b, &c)| if c > 0 { c as f64 } else { *b as f64 + 1.0 }).collect();
    let grid = mended(world, &test[0].clues, &log_p.get(0).clamp_min(-20.0))?;
    Ok([own, grid.into_iter().map(|v| v as f64).collect()])
}
