//! Constraints declared over classifiers: what must hold between their outputs, as formulas.
//!
//! A [`Constraints`] has *variables* (the outputs of classifiers, each with several values) and *formulas* over "this variable has
//! that value": not, and, or, if, weighted sums within bounds. Training makes violations small: their degrees of truth are a
//! tensor operation ([`Constraints::truth`]), [`Multipliers`] weigh each by how often it was violated (primal-dual, as in
//! DomiKnowS; Faghihi and others 2021), or the mass of sampled assignments that satisfy all of them is raised
//! ([`Constraints::sampled_loss`]). At test time [`Constraints::best`] finds the most probable assignment that violates none, exactly.
//!
//! The semantics is that of first-order constraints without fixpoint: a theory whose answers rest on themselves (reachability in
//! a graph with cycles) is refused by [`Constraints::of_theory`].
//!
//! ```
//! use symbolon_learn::declare::Constraints;
//! use symbolon_theory::budget::Budget;
//! // Two labels: a continuation (1) is allowed only after a begin (0) or a continuation; 2 is outside.
//! let mut c = Constraints::new(&[3, 3]);
//! let [first, second] = [c.is(0, 1), c.is(1, 1)];
//! let before = c.is(0, 2);
//! let never = c.not(first);
//! c.require(never);
//! let outside_before = c.and(&[before, second]);
//! let allowed = c.not(outside_before);
//! c.require(allowed);
//! let log_p = vec![vec![-3.0, -0.1, -2.0], vec![-4.0, -0.1, -3.0]];
//! let best = c.best(&log_p, &[], &Budget::default())?.unwrap();
//! assert_eq!(best, [0, 1]); // the classifiers alone say [1, 1]
//! # Ok::<(), symbolon_learn::Error>(())
//! ```

mod theory;
mod truth;

pub use theory::Declared;
pub use truth::Multipliers;

use symbolon_theory::budget::Budget;
use symbolon_theory::zero_one::{Literal, ZeroOne};

use crate::error::{Error, Result};

/// A formula, by its number in [`Constraints`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Formula(u32);

/// A bound on a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Amount {
    /// This number.
    Number(i64),
    /// A number that each example brings along, by its place.
    Given(usize),
}

#[derive(Clone, Debug)]
enum Node {
    True,
    Is(usize, usize),
    Not(Formula),
    And(Vec<Formula>),
    Or(Vec<Formula>),
    If(Formula, Formula),
    Sum { terms: Vec<(usize, usize, i64)>, low: Option<Amount>, high: Option<Amount> },
}

/// Variables, formulas over them, and which of these are required.
#[derive(Clone, Debug)]
pub struct Constraints {
    variables: Vec<usize>,
    nodes: Vec<Node>,
    required: Vec<Formula>,
}

impl Constraints {
    /// No constraints yet over variables with so many values each.
    pub fn new(variables: &[usize]) -> Self {
        Self { variables: variables.to_vec(), nodes: Vec::new(), required: Vec::new() }
    }
    /// How many values each variable has.
    pub fn variables(&self) -> &[usize] {
        &self.variables
    }
    /// The formulas that are required, in the order in which they were.
    pub fn required(&self) -> &[Formula] {
        &self.required
    }
    fn add(&mut self, node: Node) -> Formula {
        self.nodes.push(node);
        Formula(self.nodes.len() as u32 - 1)
    }
    /// A variable has this value.
    ///
    /// # Panics
    /// When there is no such variable or value.
    pub fn is(&mut self, variable: usize, value: usize) -> Formula {
        let values = self.variables[variable];
        assert!(value < values, "variable {variable} has {values} values, there is no {value}");
        self.add(Node::Is(variable, value))
    }
    /// The negation (`notL`).
    pub fn not(&mut self, of: Formula) -> Formula {
        self.add(Node::Not(of))
    }
    /// All of these (`andL`).
    pub fn and(&mut self, of: &[Formula]) -> Formula {
        self.add(Node::And(of.to_vec()))
    }
    /// One of these (`orL`).
    pub fn or(&mut self, of: &[Formula]) -> Formula {
        self.add(Node::Or(of.to_vec()))
    }
    /// If the first, then the second (`ifL`).
    pub fn implies(&mut self, a: Formula, b: Formula) -> Formula {
        self.add(Node::If(a, b))
    }
    /// The weights of the (variable, value, weight) that hold add up to at least `low` and at most `high` (`sumL`).
    ///
    /// # Panics
    /// When there is no such variable or value.
    pub fn sum(&mut self, terms: &[(usize, usize, i64)], low: Option<Amount>, high: Option<Amount>) -> Formula {
        for &(variable, value, _) in terms {
            assert!(value < self.variables[variable], "variable {variable} has no value {value}");
        }
        self.add(Node::Sum { terms: terms.to_vec(), low, high })
    }
    /// Exactly so many of these (variable, value) hold (`exactL`).
    ///
    /// # Panics
    /// When there is no such variable or value.
    pub fn exactly(&mut self, n: i64, of: &[(usize, usize)]) -> Formula {
        let n = Some(Amount::Number(n));
        self.sum(&of.iter().map(|&(v, x)| (v, x, 1)).collect::<Vec<_>>(), n, n)
    }
    /// At most so many of these (variable, value) hold (`atMostL`).
    ///
    /// # Panics
    /// When there is no such variable or value.
    pub fn at_most(&mut self, n: i64, of: &[(usize, usize)]) -> Formula {
        self.sum(&of.iter().map(|&(v, x)| (v, x, 1)).collect::<Vec<_>>(), None, Some(Amount::Number(n)))
    }
    /// Requires a formula.
    pub fn require(&mut self, formula: Formula) {
        self.required.push(formula);
    }

    /// Whether an assignment satisfies each required formula.
    ///
    /// # Errors
    /// [`Error::Constraint`] for an assignment that is none, or too few given numbers.
    pub fn holds(&self, assignment: &[usize], given: &[i64]) -> Result<Vec<bool>> {
        let good =
            assignment.len() == self.variables.len() && assignment.iter().zip(&self.variables).all(|(x, n)| x < n);
        if !good {
            return Err(Error::Constraint { problem: format!("{assignment:?} gives no value to each variable") });
        }
        let mut truth: Vec<bool> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let at = |f: &Formula| truth[f.0 as usize];
            truth.push(match node {
                Node::True => true,
                Node::Is(v, x) => assignment[*v] == *x,
                Node::Not(f) => !at(f),
                Node::And(all) => all.iter().all(at),
                Node::Or(all) => all.iter().any(at),
                Node::If(a, b) => !at(a) || at(b),
                Node::Sum { terms, low, high } => {
                    let sum: i64 = terms.iter().filter(|(v, x, _)| assignment[*v] == *x).map(|t| t.2).sum();
                    let [low, high] = bounds(*low, *high, given)?;
                    (low..=high).contains(&sum)
                }
            });
        }
        Ok(self.required.iter().map(|f| truth[f.0 as usize]).collect())
    }

    /// The assignment of highest probability that satisfies everything required, exactly (0/1 optimisation); `None` when none
    /// does. `log_p[variable][value]`; minus infinity excludes a value.
    ///
    /// # Errors
    /// [`Error::Constraint`] for tables of the wrong shape or too few given numbers, [`Error::Stopped`].
    pub fn best(&self, log_p: &[Vec<f64>], given: &[i64], budget: &Budget) -> Result<Option<Vec<usize>>> {
        let wrong = |problem: String| Error::Constraint { problem };
        if log_p.len() != self.variables.len() || log_p.iter().zip(&self.variables).any(|(row, n)| row.len() != *n) {
            return Err(wrong(format!("log-probabilities do not have the variables' sizes {:?}", self.variables)));
        }
        let mut problem = ZeroOne::new();
        let mut is: Vec<Vec<Literal>> = Vec::new();
        for row in log_p {
            let literals: Vec<Literal> = row.iter().map(|_| problem.variable()).collect();
            problem.exactly(1, &literals);
            for (&literal, &p) in literals.iter().zip(row) {
                match p {
                    p if p == f64::NEG_INFINITY => problem.clause(&[!literal]),
                    p if p.is_finite() => problem.cost(literal, -p),
                    p => return Err(wrong(format!("{p} is no log-probability"))),
                }
            }
            is.push(literals);
        }
        let mut literals: Vec<Literal> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let at = |f: &Formula| literals[f.0 as usize];
            let literal = match node {
                Node::True => problem.all(&[]),
                Node::Is(v, x) => is[*v][*x],
                Node::Not(f) => !at(f),
                Node::And(all) => problem.all(&all.iter().map(at).collect::<Vec<_>>()),
                Node::Or(all) => problem.any(&all.iter().map(at).collect::<Vec<_>>()),
                Node::If(a, b) => problem.any(&[!at(a), at(b)]),
                Node::Sum { terms, low, high } => {
                    let terms: Vec<(Literal, i64)> = terms.iter().map(|&(v, x, w)| (is[v][x], w)).collect();
                    problem.sum_is_within(&terms, bounds(*low, *high, given)?)
                }
            };
            literals.push(literal);
        }
        self.required.iter().for_each(|f| problem.clause(&[literals[f.0 as usize]]));
        let best = problem.cheapest(budget).map_err(|stop| Error::Stopped {
            shape: "the best assignment".into(),
            stop,
            stage: "searched for",
        })?;
        let value = |row: &Vec<Literal>, s: &symbolon_theory::zero_one::Solution| row.iter().position(|&l| s.holds(l));
        Ok(best.map(|s| is.iter().map(|row| value(row, &s).expect("exactly one holds")).collect()))
    }
}

/// Bounds as numbers.
fn bounds(low: Option<Amount>, high: Option<Amount>, given: &[i64]) -> Result<[i64; 2]> {
    let number = |a: Amount| match a {
        Amount::Number(n) => Ok(n),
        Amount::Given(i) => given.get(i).copied().ok_or_else(|| Error::Constraint {
            problem: format!("a bound is given number {i}, and an example brings {} numbers", given.len()),
        }),
    };
    Ok([low.map_or(Ok(i64::MIN), number)?, high.map_or(Ok(i64::MAX), number)?])
}
