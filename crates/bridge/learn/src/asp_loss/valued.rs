//! Programs whose atoms are the outputs of a network, several values to a cell.

use symbolon_tensor::Tensor;
use symbolon_theory::asp::{self, AnswerSet, AtomId, Ground};
use symbolon_theory::budget::Budget;

use super::{Expectations, answer_set_loss, repair};
use crate::error::{Error, Result};

/// A program that gives each of several cells one of several values, and whose atoms are the outputs of a network: the squares of a
/// Sudoku, the nodes of a graph to be coloured.
#[derive(Clone, Debug)]
pub struct ValuedProgram {
    /// The program.
    pub ground: Ground,
    /// The atoms behind the network's outputs, cell by cell, values fastest.
    pub columns: Vec<AtomId>,
    values: usize,
}

impl ValuedProgram {
    /// Grounds a program; `atoms` names `cells * values` of its atoms in the order of the network's outputs.
    ///
    /// # Errors
    /// [`Error::Theory`] for a program that is wrong; [`Error::Constraint`] for atoms that it does not have, or not so many.
    pub fn new(
        text: &str,
        atoms: impl IntoIterator<Item = String>,
        values: usize,
        budget: &Budget,
    ) -> Result<ValuedProgram> {
        let ground = asp::ground(text, budget)?;
        let atom = |name: String| {
            let found = ground.atom(&name);
            found.ok_or_else(|| Error::Constraint { problem: format!("the program has no atom {name}") })
        };
        let columns = atoms.into_iter().map(atom).collect::<Result<Vec<_>>>()?;
        match values > 0 && columns.len().is_multiple_of(values) {
            true => Ok(ValuedProgram { ground, columns, values }),
            false => Err(Error::Constraint {
                problem: format!("{} atoms do not make cells with {values} values each", columns.len()),
            }),
        }
    }
    /// What its cardinalities say: [`Expectations::of`].
    ///
    /// # Errors
    /// As [`Expectations::of`].
    pub fn expectations(&self) -> Result<Expectations> {
        Expectations::of(&self.ground, &self.columns)
    }
    /// At most so many of its answer sets.
    ///
    /// # Errors
    /// [`Error::Stopped`].
    pub fn answer_sets(&self, most: usize, budget: &Budget) -> Result<Vec<AnswerSet>> {
        let stopped = |stop| Error::Stopped { shape: "answer sets".into(), stop, stage: "searched for" };
        self.ground.answer_sets(most, budget).map_err(stopped)
    }
    /// [`answer_set_loss`] of one example's log-probabilities `[columns]`.
    ///
    /// # Errors
    /// As [`answer_set_loss`].
    pub fn loss(&self, log_p: &Tensor, sets: &[AnswerSet]) -> Result<Tensor> {
        answer_set_loss(log_p, &self.columns, sets)
    }
    /// The value (from 0) of each cell in the answer set that log-probabilities `[cells, values]` find best: [`repair`].
    ///
    /// # Errors
    /// As [`repair`]; [`Error::Constraint`] when a cell has no value there.
    pub fn repaired(&self, log_p: &Tensor, budget: &Budget) -> Result<Vec<usize>> {
        let best = repair(&self.ground, &self.columns, &log_p.to_vec::<f64>(), budget)?;
        let value = |cell: &[AtomId]| cell.iter().position(|&atom| best.holds(atom));
        let all: Option<Vec<usize>> = self.columns.chunks(self.values).map(value).collect();
        all.ok_or_else(|| Error::Constraint { problem: "the best answer set gives no value to a cell".into() })
    }
}
