//! Sudoku: full grids that differ, and puzzles with one solution.

use symbolon_tensor::{Rng, Tensor};

use crate::draw::shuffle;
use crate::error::{Result, request};

/// A grid with some cells blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Puzzle {
    /// Cells row by row: 1 to n, or 0 for a blank.
    pub clues: Vec<usize>,
    /// All cells.
    pub solution: Vec<usize>,
}

impl Puzzle {
    /// A grid of answers, 1 to n, with the clues as they are.
    pub fn filled(&self, answers: impl IntoIterator<Item = usize>) -> Vec<usize> {
        self.clues.iter().zip(answers).map(|(&clue, answer)| if clue > 0 { clue } else { answer }).collect()
    }
}

/// How good grids are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// The share of blank cells that hold what the solution holds.
    pub accuracy: f64,
    /// [`Sudoku::violations`] of a grid, on average.
    pub violations: f64,
}

impl Score {
    /// The mean of several scores, such as those of folds; not numbers without any.
    pub fn mean(scores: &[Score]) -> Score {
        let mean = |of: fn(&Score) -> f64| scores.iter().map(|s| of(s) / scores.len() as f64).reduce(|a, b| a + b);
        let [accuracy, violations] = [mean(|s| s.accuracy), mean(|s| s.violations)].map(|m| m.unwrap_or(f64::NAN));
        Score { accuracy, violations }
    }
}

/// Grids of `size` x `size` cells, `size` a square number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sudoku {
    size: usize,
    side: usize,
}

impl Sudoku {
    /// Grids of 4, 9 or 16 rows.
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) for a size that is no square number from 4 to 25.
    pub fn new(size: usize) -> Result<Self> {
        match (2..=5).find(|s| s * s == size) {
            Some(side) => Ok(Self { size, side }),
            None => Err(request("sudoku", format!("a grid of {size} rows"), "give a square number: 4, 9, 16 or 25")),
        }
    }
    /// Rows, columns, boxes and values: so many of each.
    pub fn size(&self) -> usize {
        self.size
    }
    /// The cells of all rows, then of all columns, then of all boxes.
    pub fn groups(&self) -> Vec<Vec<usize>> {
        let n = self.size;
        let rows = (0..n).map(|r| (0..n).map(|c| r * n + c).collect());
        let columns = (0..n).map(|c| (0..n).map(|r| r * n + c).collect());
        let boxes = (0..n).map(|b| {
            let (top, left) = (b / self.side * self.side, b % self.side * self.side);
            (0..n).map(|i| (top + i / self.side) * n + left + i % self.side).collect()
        });
        rows.chain(columns).chain(boxes).collect()
    }
    /// How often a full or partial grid repeats a value in a group: zero for a right one.
    pub fn violations(&self, grid: &[usize]) -> usize {
        let repeats = |group: &Vec<usize>| {
            let mut counts = vec![0usize; self.size + 1];
            group.iter().for_each(|&cell| counts[grid[cell].min(self.size)] += 1);
            counts[1..].iter().map(|c| c.saturating_sub(1)).sum::<usize>()
        };
        self.groups().iter().map(repeats).sum()
    }
    /// Judges a grid for each puzzle; cells with clues do not count.
    pub fn score(&self, grids: &[Vec<usize>], puzzles: &[Puzzle]) -> Score {
        let (mut right, mut blanks, mut violations) = (0usize, 0usize, 0usize);
        for (grid, puzzle) in grids.iter().zip(puzzles) {
            for (i, _) in puzzle.clues.iter().enumerate().filter(|(_, clue)| **clue == 0) {
                blanks += 1;
                right += usize::from(grid[i] == puzzle.solution[i]);
            }
            violations += self.violations(grid);
        }
        let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
        Score { accuracy: share(right, blanks), violations: share(violations, grids.len()) }
    }
    /// Fills each puzzle with the values of largest log-probability, `[puzzles, cells, values]`; clues stay as they are.
    pub fn filled(&self, puzzles: &[Puzzle], log_p: &Tensor) -> Vec<Vec<usize>> {
        let best: Vec<i64> = log_p.argmax(2).to_vec();
        let rows = best.chunks(self.size * self.size).zip(puzzles);
        rows.map(|(row, puzzle)| puzzle.filled(row.iter().map(|v| *v as usize + 1))).collect()
    }
    /// The grid of the commonest value of each cell among solutions, the least of equally common ones: what fills blanks well
    /// without looking at clues.
    pub fn majority(&self, puzzles: &[Puzzle]) -> Vec<usize> {
        let commonest = |cell: usize| {
            let count = |v: usize| puzzles.iter().filter(|p| p.solution[cell] == v).count();
            (1..=self.size).max_by_key(|&v| (count(v), self.size - v)).unwrap_or(1)
        };
        (0..self.size * self.size).map(commonest).collect()
    }
    /// The groups with random ones in place of boxes: rules that are wrong and just as many.
    pub fn shuffled_groups(&self, rng: &mut Rng) -> Vec<Vec<usize>> {
        let order: Vec<i64> = rng.permutation(self.size * self.size).to_vec();
        let random = order.chunks(self.size).map(|c| c.iter().map(|&i| i as usize).collect());
        self.groups().into_iter().take(2 * self.size).chain(random).collect()
    }
    /// Clues as what a network sees, over the size: `[puzzles, cells]`, `F32`, 0 for blanks.
    pub fn inputs(&self, puzzles: &[Puzzle]) -> Tensor {
        let x: Vec<f32> = puzzles.iter().flat_map(|p| &p.clues).map(|&c| c as f32 / self.size as f32).collect();
        Tensor::new(x, [puzzles.len(), self.size * self.size]).expect("one number a cell")
    }
    /// For each value of each cell whether it stands there, 1 or 0, or [`f64::NAN`] where the cell is blank.
    pub fn known<'p>(&self, puzzles: impl IntoIterator<Item = &'p Puzzle>) -> Vec<f64> {
        let n = self.size;
        let of =
            |&clue: &usize| (1..=n).map(move |v| if clue == 0 { f64::NAN } else { f64::from(u8::from(clue == v)) });
        puzzles.into_iter().flat_map(|p| &p.clues).flat_map(of).collect()
    }
    /// The atoms `cell(Row,Column,Value)` of [`program`](Self::program), cell by cell, values fastest: the order of a network's outputs.
    pub fn atoms(&self) -> impl Iterator<Item = String> + use<> {
        let n = self.size;
        (0..n * n * n).map(move |i| format!("cell({},{},{})", i / (n * n) + 1, i / n % n + 1, i % n + 1))
    }
    /// The rules as an answer-set program over `cell(Row,Column,Value)`, all counted from 1, with the clues as facts of
    /// `given(Row,Column,Value)`.
    pub fn program(&self, clues: &[usize]) -> String {
        let (n, s) = (self.size, self.side);
        let mut text = format!(
            "{{cell(R,C,V) : V = 1..{n}}} = 1 :- R = 1..{n}, C = 1..{n}.\n\
             :- #count{{C : cell(R,C,V)}} != 1, R = 1..{n}, V = 1..{n}.\n\
             :- #count{{R : cell(R,C,V)}} != 1, C = 1..{n}, V = 1..{n}.\n\
             in(B,R,C) :- R = 1..{n}, C = 1..{n}, B = {s}*((R-1)/{s}) + (C-1)/{s}.\n\
             :- #count{{R,C : cell(R,C,V), in(B,R,C)}} != 1, B = 0..{}, V = 1..{n}.\n\
             :- given(R,C,V), not cell(R,C,V).\n",
            n - 1
        );
        for (i, v) in clues.iter().enumerate().filter(|(_, v)| **v > 0) {
            text += &format!("given({},{},{v}).\n", i / n + 1, i % n + 1);
        }
        text
    }
    /// A full grid: the cyclic one with values, rows within bands, bands, and the same of columns put in random order, perhaps turned
    /// over.
    pub fn grid(&self, rng: &mut Rng) -> Vec<usize> {
        let (n, s) = (self.size, self.side);
        let mut order = || {
            let mut bands: Vec<usize> = (0..s).collect();
            shuffle(&mut bands, rng);
            let lines = bands.into_iter().flat_map(|band| {
                let mut inside: Vec<usize> = (0..s).collect();
                shuffle(&mut inside, rng);
                inside.into_iter().map(move |i| band * s + i).collect::<Vec<_>>()
            });
            lines.collect::<Vec<usize>>()
        };
        let (rows, columns) = (order(), order());
        let mut values: Vec<usize> = (1..=n).collect();
        shuffle(&mut values, rng);
        let flip = rng.below(2) == 1;
        let value = |r: usize, c: usize| values[(s * (r % s) + r / s + c) % n];
        let cell = |i: usize| {
            let (r, c) = if flip { (i % n, i / n) } else { (i / n, i % n) };
            value(rows[r], columns[c])
        };
        (0..n * n).map(cell).collect()
    }
    /// So many puzzles with `blanks` blanks and one solution each; no two solutions are the same, and none is among `not`.
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) when that cannot be found (too many blanks, too few grids).
    pub fn puzzles(&self, count: usize, blanks: usize, not: &[Vec<usize>], rng: &mut Rng) -> Result<Vec<Puzzle>> {
        let mut seen: std::collections::BTreeSet<Vec<usize>> = not.iter().cloned().collect();
        let mut out = Vec::new();
        let mut tries = 0;
        while out.len() < count {
            tries += 1;
            if tries > 100 * (count + 10) {
                let problem = format!("{count} puzzles of {blanks} blanks: only {} were found", out.len());
                return Err(request("sudoku", problem, "ask for fewer puzzles or fewer blanks"));
            }
            let solution = self.grid(rng);
            if seen.contains(&solution) {
                continue;
            }
            let mut clues = solution.clone();
            let mut cells: Vec<usize> = (0..clues.len()).collect();
            shuffle(&mut cells, rng);
            let mut left = blanks;
            for cell in cells {
                if left == 0 {
                    break;
                }
                let kept = std::mem::take(&mut clues[cell]);
                if self.count(&clues, 2) == 1 { left -= 1 } else { clues[cell] = kept }
            }
            if left == 0 {
                seen.insert(solution.clone());
                out.push(Puzzle { clues, solution });
            }
        }
        Ok(out)
    }
    /// How many solutions clues leave, counted up to a limit: backtracking on the cell with fewest candidates.
    pub fn count(&self, clues: &[usize], limit: usize) -> usize {
        let mut grid = clues.to_vec();
        if self.violations(&grid) > 0 {
            return 0;
        }
        let groups = self.groups();
        let n = self.size;
        let peers: Vec<Vec<usize>> = (0..n * n)
            .map(|cell| {
                let mut all: Vec<usize> = groups.iter().filter(|g| g.contains(&cell)).flatten().copied().collect();
                all.sort_unstable();
                all.dedup();
                all.retain(|&c| c != cell);
                all
            })
            .collect();
        fn go(grid: &mut Vec<usize>, peers: &[Vec<usize>], n: usize, limit: usize) -> usize {
            let free = |grid: &[usize], cell: usize| {
                (1..=n).filter(|v| peers[cell].iter().all(|&p| grid[p] != *v)).collect::<Vec<usize>>()
            };
            let blank =
                (0..grid.len()).filter(|&c| grid[c] == 0).map(|c| (free(grid, c), c)).min_by_key(|(f, _)| f.len());
            let Some((values, cell)) = blank else { return 1 };
            let mut found = 0;
            for v in values {
                grid[cell] = v;
                found += go(grid, peers, n, limit - found);
                if found >= limit {
                    break;
                }
            }
            grid[cell] = 0;
            found
        }
        go(&mut grid, &peers, n, limit.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_are_right_and_puzzles_have_one_solution() {
        let mut rng = Rng::new(0);
        for size in [4, 9] {
            let sudoku = Sudoku::new(size).unwrap();
            assert_eq!(sudoku.groups().len(), 3 * size);
            let puzzles = sudoku.puzzles(5, size, &[], &mut rng).unwrap();
            for (i, p) in puzzles.iter().enumerate() {
                assert_eq!(sudoku.violations(&p.solution), 0);
                assert!(p.solution.iter().all(|v| (1..=size).contains(v)));
                assert_eq!(sudoku.count(&p.clues, 2), 1);
                assert_eq!(p.clues.iter().filter(|c| **c == 0).count(), size);
                assert!(puzzles[..i].iter().all(|q| q.solution != p.solution));
            }
        }
        let sudoku = Sudoku::new(4).unwrap();
        assert_eq!(sudoku.count(&[0; 16], 1_000), 288);
        let random = sudoku.shuffled_groups(&mut rng);
        assert_eq!(random[..8], sudoku.groups()[..8]);
        let mut cells = random[8..].concat();
        cells.sort_unstable();
        assert_eq!(cells, (0..16).collect::<Vec<_>>());
        assert_ne!(random[8..], sudoku.groups()[8..]);
        assert!(Sudoku::new(8).is_err());
        assert!(sudoku.puzzles(400, 2, &[], &mut rng).is_err(), "there are 288 grids");
    }

    #[test]
    fn scores_count_blanks_alone_and_networks_see_clues() {
        let sudoku = Sudoku::new(4).unwrap();
        let puzzles = sudoku.puzzles(2, 4, &[], &mut Rng::new(3)).unwrap();
        let solved: Vec<Vec<usize>> = puzzles.iter().map(|p| p.filled(p.solution.clone())).collect();
        assert_eq!(sudoku.score(&solved, &puzzles), Score { accuracy: 1.0, violations: 0.0 });
        // One blank of eight is wrong: a repeat in its row, its column and its box.
        let blank = puzzles[0].clues.iter().position(|c| *c == 0).unwrap();
        let mut wrong = puzzles[0].solution.clone();
        wrong[blank] = wrong[blank] % 4 + 1;
        let grids = [puzzles[0].filled(wrong), solved[1].clone()];
        assert_eq!(sudoku.score(&grids, &puzzles), Score { accuracy: 7.0 / 8.0, violations: 1.5 });
        let all_ones = puzzles[0].filled([1; 16]);
        assert!(all_ones.iter().zip(&puzzles[0].clues).all(|(a, c)| a == c || (*c == 0 && *a == 1)));

        let both = [sudoku.score(&grids, &puzzles), sudoku.score(&solved, &puzzles)];
        assert_eq!(Score::mean(&both), Score { accuracy: 7.5 / 8.0, violations: 0.75 });
        let answers: Vec<usize> = puzzles.iter().flat_map(|p| p.solution.iter().map(|v| v - 1)).collect();
        let log_p = crate::indices(&answers).one_hot(4, symbolon_tensor::DType::F32).reshape([2, 16, 4]);
        assert_eq!(sudoku.filled(&puzzles, &log_p), solved);

        let twice = [puzzles[0].clone(), puzzles[0].clone(), puzzles[1].clone()];
        assert_eq!(sudoku.majority(&twice), puzzles[0].solution);
        let x = sudoku.inputs(&puzzles);
        assert_eq!(x.shape(), [2, 16]);
        let known = sudoku.known(&puzzles);
        let atoms: Vec<String> = sudoku.atoms().collect();
        assert_eq!((known.len(), atoms.len()), (2 * 64, 64));
        let program = sudoku.program(&puzzles[1].clues);
        for (cell, &clue) in puzzles[1].clues.iter().enumerate() {
            assert_eq!(x.get((1, cell as isize)).item(), clue as f64 / 4.0);
            for v in 1..=4 {
                let value = known[64 + 4 * cell + v - 1];
                assert!(if clue == 0 { value.is_nan() } else { value == f64::from(u8::from(clue == v)) });
                let given = format!("{}.", atoms[4 * cell + v - 1].replace("cell", "given"));
                assert_eq!(program.contains(&given), clue == v);
            }
        }
    }
}
