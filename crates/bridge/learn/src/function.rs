//! Symbolic functions as black boxes: from worlds (a value for each symbol) to outputs, a batch at a time.
//!
//! Where a theory is too large to compile, or is a program in another language, learners need only two things of it: what comes
//! out for given worlds, and, if it can say so, which partial worlds can still lead to a wanted output (a *pruner*).

use symbolon_data::Labelled;
use symbolon_net::{Network, Trace};
use symbolon_tensor::Tensor;

use crate::error::{Error, Result};

/// A deterministic function of `symbols()` symbols with `values()` values each.
pub trait Function: Send + Sync {
    /// How many symbols a world has.
    fn symbols(&self) -> usize;
    /// How many values each symbol has: at least two.
    fn values(&self) -> usize;
    /// How many values each output has.
    fn outputs(&self) -> &[usize];
    /// Outputs `[rows, outputs]` of worlds `[rows, symbols]`, both laid out row by row.
    fn run(&self, worlds: &[usize]) -> Vec<usize>;
    /// Which values the next symbol may take, given those before it, such that the output can still be `output`. A *complete*
    /// pruner answers no more than these; one that knows nothing answers all.
    fn feasible(&self, output: &[usize], before: &[usize]) -> Vec<bool> {
        let _ = (output, before);
        vec![true; self.values()]
    }
}

/// Runs a function and refuses what it must not answer.
///
/// # Errors
/// [`Error::Function`] for symbols with fewer than two values, values out of range on either side, or a wrong number of outputs.
pub fn checked(function: &dyn Function, worlds: &[usize]) -> Result<Vec<usize>> {
    let wrong = |problem: String| Error::Function { problem };
    let (symbols, values) = (function.symbols(), function.values());
    if symbols == 0 || values < 2 || !worlds.len().is_multiple_of(symbols) {
        return Err(wrong(format!(
            "{} values for {symbols} symbols with {values} values each: at least one symbol with at least two values is needed",
            worlds.len()
        )));
    }
    if let Some(bad) = worlds.iter().find(|&&w| w >= values) {
        return Err(wrong(format!(
            "a world holds {bad}; symbols have values 0 to {} (a mask is none of them)",
            values - 1
        )));
    }
    let out = function.run(worlds);
    let sizes = function.outputs();
    if out.len() != worlds.len() / symbols * sizes.len() {
        return Err(wrong(format!("it answered {} numbers for {} worlds", out.len(), worlds.len() / symbols)));
    }
    match out.iter().enumerate().find(|(i, y)| **y >= sizes[i % sizes.len()]) {
        Some((i, y)) => {
            let place = i % sizes.len();
            Err(wrong(format!("output {place} was {y}; it is declared to have values 0 to {}", sizes[place] - 1)))
        }
        None => Ok(out),
    }
}

/// The sum of two numbers of `digits` decimal digits each (MNISTAdd): the digits of the first number, then those of the second, most
/// significant first; outputs are the digits of the sum, the leading one 0 or 1.
#[derive(Clone, Debug)]
pub struct DigitSum {
    digits: usize,
    outputs: Vec<usize>,
}

impl DigitSum {
    /// Numbers of so many digits.
    ///
    /// # Panics
    /// For none, or more than 17, whose sum has no room in 64 bits.
    pub fn new(digits: usize) -> Self {
        assert!((1..=17).contains(&digits), "numbers have 1 to 17 digits");
        Self { digits, outputs: std::iter::once(2).chain(std::iter::repeat_n(10, digits)).collect() }
    }
    fn number(digits: &[usize]) -> usize {
        digits.iter().fold(0, |n, d| 10 * n + d)
    }
    /// The digits of a sum, as outputs.
    pub fn digits_of(&self, mut sum: usize) -> Vec<usize> {
        let mut out = vec![0; self.digits + 1];
        for place in out.iter_mut().rev() {
            (*place, sum) = (sum % 10, sum / 10);
        }
        out
    }
}

impl Function for DigitSum {
    fn symbols(&self) -> usize {
        2 * self.digits
    }
    fn values(&self) -> usize {
        10
    }
    fn outputs(&self) -> &[usize] {
        &self.outputs
    }
    fn run(&self, worlds: &[usize]) -> Vec<usize> {
        let sum = |w: &[usize]| w.chunks(self.digits).map(Self::number).sum();
        worlds.chunks(self.symbols()).flat_map(|w| self.digits_of(sum(w))).collect()
    }
    /// What is left must lie between nothing and nines everywhere: with the most significant digits first, every number between is
    /// reached, so this is complete.
    fn feasible(&self, output: &[usize], before: &[usize]) -> Vec<bool> {
        let total = Self::number(output) as i64;
        let place = |i: usize| 10i64.pow((self.digits - 1 - i % self.digits) as u32);
        let known: i64 = before.iter().enumerate().map(|(i, &d)| d as i64 * place(i)).sum();
        let rest: i64 = (before.len() + 1..self.symbols()).map(|i| 9 * place(i)).sum();
        (0..10)
            .map(|v| {
                let left = total - known - v * place(before.len());
                (0..=rest).contains(&left)
            })
            .collect()
    }
}

/// Any function without a pruner.
pub struct Plain<F> {
    symbols: usize,
    values: usize,
    outputs: Vec<usize>,
    of: F,
}

impl<F: Fn(&[usize]) -> Vec<usize> + Send + Sync> Plain<F> {
    /// `of` answers the outputs of one world.
    pub fn new(symbols: usize, values: usize, outputs: &[usize], of: F) -> Self {
        Self { symbols, values, outputs: outputs.to_vec(), of }
    }
}

impl<F: Fn(&[usize]) -> Vec<usize> + Send + Sync> Function for Plain<F> {
    fn symbols(&self) -> usize {
        self.symbols
    }
    fn values(&self) -> usize {
        self.values
    }
    fn outputs(&self) -> &[usize] {
        &self.outputs
    }
    fn run(&self, worlds: &[usize]) -> Vec<usize> {
        worlds.chunks(self.symbols).flat_map(&self.of).collect()
    }
}

/// The sum of so many symbols with values from 0.
///
/// ```
/// use symbolon_learn::function::{Function, sum};
/// let three = sum(3, 5);
/// assert_eq!(three.run(&[4, 4, 4, 0, 1, 2]), [12, 3]);
/// assert_eq!(three.outputs(), [13]);
/// ```
pub fn sum(symbols: usize, values: usize) -> Plain<fn(&[usize]) -> Vec<usize>> {
    Plain::new(symbols, values, &[symbols * values.saturating_sub(1) + 1], |world| vec![world.iter().sum()])
}

/// All worlds of a function, row by row, the last symbol fastest.
///
/// # Errors
/// [`Error::Function`] when there are more than `most`.
pub fn all_worlds(function: &dyn Function, most: usize) -> Result<Vec<usize>> {
    let (symbols, values) = (function.symbols(), function.values());
    combinations(&vec![values; symbols], most).ok_or_else(|| Error::Function {
        problem: format!("{values} values for each of {symbols} symbols make more than {most} worlds to enumerate"),
    })
}

/// All rows with a value below each size, row by row, the last place fastest; `None` when there are more than `most`.
pub(crate) fn combinations(sizes: &[usize], most: usize) -> Option<Vec<usize>> {
    let count = sizes.iter().try_fold(1usize, |n, &size| n.checked_mul(size)).filter(|&n| n <= most)?;
    let mut rows = vec![0; count * sizes.len()];
    for (mut number, row) in rows.chunks_mut(sizes.len().max(1)).enumerate() {
        for (slot, &size) in row.iter_mut().zip(sizes).rev() {
            (*slot, number) = (number % size, number / size);
        }
    }
    Some(rows)
}

/// What a classifier believes about tuples of pictures, a symbol each: probabilities `[tuples, symbols, values]`.
///
/// # Errors
/// What the network answers; [`symbolon_net::Error::Input`] for tuples that are not equally long.
///
/// # Panics
/// When a picture does not exist.
pub fn beliefs(network: &dyn Network, data: &Labelled, tuples: &[Vec<usize>]) -> symbolon_net::Result<Tensor> {
    let symbols = tuples.first().map_or(0, Vec::len);
    if symbols == 0 || tuples.iter().any(|t| t.len() != symbols) {
        let problem = format!("{} tuples of different lengths, or of no pictures, are no batch", tuples.len());
        return Err(symbolon_net::Error::Input { network: "classifier".into(), problem });
    }
    let logits = network.forward(&[data.pictures(&tuples.concat())], &mut Trace::none())?;
    Ok(logits.softmax(1).reshape([tuples.len(), symbols, logits.size(1)]))
}
