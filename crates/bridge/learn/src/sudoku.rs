//! Sudoku as a task for networks: the rules as an answer-set program, as losses, and as what mends a grid.

use symbolon_data::sudoku::{Puzzle, Sudoku};
use symbolon_tensor::Tensor;
use symbolon_theory::budget::Budget;

use crate::asp_loss::{Expectations, Partial, ValuedProgram};
use crate::error::Result;

/// Answer sets of a puzzle that are learned from, at most.
const SETS: usize = 64;

/// Grids of a size, and what is expected of a network's outputs for them.
#[derive(Clone, Debug)]
pub struct SudokuTask {
    /// The grids.
    pub sudoku: Sudoku,
    /// The rules over columns `[cells * values]`.
    pub rules: Expectations,
}

impl SudokuTask {
    /// Expectations are read off the program of an empty grid.
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) for a size that makes no grid.
    pub fn new(size: usize) -> Result<Self> {
        let sudoku = Sudoku::new(size)?;
        let program = program(&sudoku, &vec![0; size * size])?;
        Ok(Self { rules: program.expectations()?, sudoku })
    }
    /// The same grids with other groups expected to hold each value once: wrong rules, for a control.
    ///
    /// # Errors
    /// As [`Expectations::each_value_once`].
    pub fn with_groups(&self, groups: &[Vec<usize>]) -> Result<Self> {
        let n = self.sudoku.size();
        Ok(Self { rules: Expectations::each_value_once(n * n, n, groups)?, sudoku: self.sudoku })
    }
    /// The program of a puzzle.
    ///
    /// # Errors
    /// As [`ValuedProgram::new`].
    pub fn program(&self, clues: &[usize]) -> Result<ValuedProgram> {
        program(&self.sudoku, clues)
    }
    /// A puzzle to learn from, of which these cells show their labels; with or without its answer sets.
    ///
    /// # Errors
    /// As [`ValuedProgram::answer_sets`].
    pub fn example(&self, puzzle: &Puzzle, visible: Vec<bool>, with_sets: bool) -> Result<Partial> {
        let labels = puzzle.solution.iter().map(|v| v - 1).collect();
        let sets = match with_sets {
            true => {
                let program = self.program(&puzzle.clues)?;
                let sets = program.answer_sets(SETS, &Budget::default())?;
                Some((program, sets))
            }
            false => None,
        };
        Ok(Partial { labels, visible, known: self.sudoku.known([puzzle]), sets })
    }
    /// The grid that log-probabilities `[cells, values]` find best among those that keep rules and clues.
    ///
    /// # Errors
    /// As [`ValuedProgram::repaired`].
    pub fn mended(&self, clues: &[usize], log_p: &Tensor) -> Result<Vec<usize>> {
        let values = self.program(clues)?.repaired(log_p, &Budget::default())?;
        Ok(values.into_iter().map(|v| v + 1).collect())
    }
}

fn program(sudoku: &Sudoku, clues: &[usize]) -> Result<ValuedProgram> {
    ValuedProgram::new(&sudoku.program(clues), sudoku.atoms(), sudoku.size(), &Budget::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use symbolon_tensor::{DType, Rng};

    #[test]
    fn rules_hold_at_solutions_and_mend_to_them() {
        let task = SudokuTask::new(4).unwrap();
        let puzzles = task.sudoku.puzzles(3, 8, &[], &mut Rng::new(0)).unwrap();
        let one_hot = |grid: &[usize]| {
            let values: Vec<usize> = grid.iter().map(|v| v - 1).collect();
            symbolon_data::indices(&values).one_hot(4, DType::F64)
        };
        let wrong = task.with_groups(&task.sudoku.shuffled_groups(&mut Rng::new(1))).unwrap();
        for p in &puzzles {
            let flat = one_hot(&p.solution).reshape([1, 64]);
            assert_eq!(task.rules.absolute(&flat).item(), 0.0);
            assert!(wrong.rules.absolute(&flat).item() > 0.0);
            // One solution: whatever the network says, it is found.
            let noise = Rng::new(2).normal([16, 4], DType::F64).log_softmax(1);
            assert_eq!(task.mended(&p.clues, &noise).unwrap(), p.solution);
            let example = task.example(p, vec![true; 16], true).unwrap();
            assert_eq!(example.sets.unwrap().1.len(), 1);
            assert!(task.example(p, vec![true; 16], false).unwrap().sets.is_none());
        }
        // Without clues the network decides.
        let wanted = &puzzles[0].solution;
        assert_eq!(&task.mended(&[0; 16], &((one_hot(wanted) - 1.0) * 5.0)).unwrap(), wanted);
        let contradiction = [&[3, 3][..], &[0; 14]].concat();
        assert!(task.mended(&contradiction, &Tensor::full([16, 4], -1.0, DType::F64)).is_err());
    }
}
