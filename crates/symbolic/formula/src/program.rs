//! A formula as a list of steps, each with a place for its result: equal parts are computed once, and every step runs over a
//! whole block of rows before the next one does.

use crate::error::{Error, Result};
use crate::expr::Expr;
use crate::function::Function;
use crate::rational::Rational;
use std::collections::HashMap;

/// Rows that are computed together: the results of all steps stay in the cache.
const BLOCK: usize = 256;

/// A formula that is ready to be evaluated, on columns ([`evaluate`](Program::evaluate)) or tensors
/// ([`forward`](Program::forward)).
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) steps: Vec<Step>,
    pub(crate) inputs: usize,
    pub(crate) constants: Vec<f64>,
}

/// One step; numbers are the places of results before it.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Number(f64),
    /// A measured number, by its place among the formula's.
    Constant(usize),
    Input(usize),
    Sum(Vec<usize>),
    Product(Vec<usize>),
    /// To an exact power.
    Exact(usize, Rational),
    Power(usize, usize),
    Apply(Function, usize),
}

impl Expr {
    /// The formula over these inputs, in their order. Inputs that it does not have are allowed.
    ///
    /// # Errors
    /// [`Error::Variable`] for a variable that is not among them.
    pub fn program(&self, inputs: &[&str]) -> Result<Program> {
        let mut program = Program { steps: Vec::new(), inputs: inputs.len(), constants: Vec::new() };
        program.add(self, inputs, &mut HashMap::new())?;
        Ok(program)
    }
}

impl Program {
    fn add<'e>(&mut self, e: &'e Expr, inputs: &[&str], known: &mut HashMap<&'e Expr, usize>) -> Result<usize> {
        // Measured numbers stand for themselves, even where two are equal now.
        if let Some(&place) = known.get(e).filter(|_| e.constants().is_empty()) {
            return Ok(place);
        }
        let mut all = |parts: &'e [Expr]| parts.iter().map(|p| self.add(p, inputs, known)).collect::<Result<Vec<_>>>();
        let step = match e {
            Expr::Exact(r) => Step::Number(r.value()),
            Expr::Pi => Step::Number(std::f64::consts::PI),
            Expr::Real(r) => {
                self.constants.push(r.value());
                Step::Constant(self.constants.len() - 1)
            }
            Expr::Variable(name) => {
                let given = || inputs.iter().map(|n| (*n).to_owned()).collect();
                let at = inputs.iter().position(|n| **n == **name);
                Step::Input(at.ok_or_else(|| Error::Variable { name: name.to_string(), given: given() })?)
            }
            Expr::Sum(parts) => Step::Sum(all(parts)?),
            Expr::Product(parts) => Step::Product(all(parts)?),
            Expr::Power(base, exponent) => {
                let base = self.add(base, inputs, known)?;
                match &**exponent {
                    Expr::Exact(r) => Step::Exact(base, *r),
                    _ => Step::Power(base, self.add(exponent, inputs, known)?),
                }
            }
            Expr::Apply(f, x) => Step::Apply(*f, self.add(x, inputs, known)?),
        };
        self.steps.push(step);
        known.insert(e, self.steps.len() - 1);
        Ok(self.steps.len() - 1)
    }

    /// Values for each row of the inputs' columns.
    ///
    /// # Errors
    /// [`Error::Data`] when there are more or fewer columns than inputs, or when they are not equally long.
    pub fn evaluate(&self, columns: &[&[f64]]) -> Result<Vec<f64>> {
        self.rows_of(columns).map(|n| self.rows(n, columns))
    }
    /// How many rows the columns have.
    pub(crate) fn rows_of(&self, columns: &[&[f64]]) -> Result<usize> {
        let bad = |problem: String| Err(Error::Data { what: "columns".into(), problem });
        if columns.len() != self.inputs {
            return bad(format!("there are {}, the formula has {} inputs", columns.len(), self.inputs));
        }
        let n = columns.first().map_or(1, |c| c.len());
        match columns.iter().position(|c| c.len() != n) {
            Some(i) => bad(format!("column {i} has {} rows, the first one has {n}", columns[i].len())),
            None => Ok(n),
        }
    }
    pub(crate) fn rows(&self, n: usize, columns: &[&[f64]]) -> Vec<f64> {
        let mut out = vec![0.0; n];
        let mut results = vec![0.0; BLOCK * self.steps.len()];
        for start in (0..n).step_by(BLOCK) {
            let rows = BLOCK.min(n - start);
            for (i, step) in self.steps.iter().enumerate() {
                let (before, own) = results.split_at_mut(i * BLOCK);
                let own = &mut own[..rows];
                let at = |place: &usize| &before[place * BLOCK..place * BLOCK + rows];
                match step {
                    Step::Number(x) => own.fill(*x),
                    Step::Constant(c) => own.fill(self.constants[*c]),
                    Step::Input(c) => own.copy_from_slice(&columns[*c][start..start + rows]),
                    Step::Sum(parts) => {
                        own.copy_from_slice(at(&parts[0]));
                        parts[1..].iter().for_each(|p| own.iter_mut().zip(at(p)).for_each(|(o, x)| *o += x));
                    }
                    Step::Product(parts) => {
                        own.copy_from_slice(at(&parts[0]));
                        parts[1..].iter().for_each(|p| own.iter_mut().zip(at(p)).for_each(|(o, x)| *o *= x));
                    }
                    Step::Exact(base, r) => own.iter_mut().zip(at(base)).for_each(|(o, x)| *o = exact(*x, *r)),
                    Step::Power(base, exponent) => {
                        let pairs = at(base).iter().zip(at(exponent));
                        own.iter_mut().zip(pairs).for_each(|(o, (x, p))| *o = x.powf(*p));
                    }
                    Step::Apply(f, x) => own.iter_mut().zip(at(x)).for_each(|(o, x)| *o = f.value(*x)),
                }
            }
            let last = (self.steps.len() - 1) * BLOCK;
            out[start..start + rows].copy_from_slice(&results[last..last + rows]);
        }
        out
    }
}

/// A number to an exact power.
fn exact(x: f64, r: Rational) -> f64 {
    match (r.to_whole().and_then(|n| i32::try_from(n).ok()), r.denominator()) {
        (Some(n), _) => x.powi(n),
        (None, 2) => x.sqrt().powf(r.numerator() as f64),
        _ => x.powf(r.value()),
    }
}
