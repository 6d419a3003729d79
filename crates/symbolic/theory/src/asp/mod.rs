//! Answer sets: programs whose models are the solutions of a problem.
//!
//! Choices (`1 {colour(N,C) : col(C)} 1 :- node(N).`) open possibilities, constraints (`:- edge(X,Y), colour(X,C), colour(Y,C).`)
//! close them, and what holds has a reason: a model is *stable* when it is the least model of what remains of the program after
//! its own negations have been settled (Gelfond and Lifschitz 1988). Supported are normal rules with `not`, choices with
//! bounds, constraints, `#count` and `#sum` in bodies, ranges, arithmetic, `#const`, weak constraints and `#minimize`; disjunction,
//! function terms, classical negation, priorities and recursion through aggregates are refused by name.
//!
//! A program is written out over ground atoms ([`Ground`]) and solved by Clark's completion with loop formulas added where a
//! model rests on itself (Lin and Zhao 2004), on top of [`zero_one`](crate::zero_one). No outside program is needed.
//!
//! ```
//! use symbolon_theory::{asp, budget::Budget};
//! let budget = Budget::default();
//! let program = asp::ground("
//!     node(1..3). edge(1,2). edge(2,3).
//!     1 {colour(N,C) : C = 1..2} 1 :- node(N).
//!     :- edge(X,Y), colour(X,C), colour(Y,C).
//! ", &budget)?;
//! let colourings = program.answer_sets(10, &budget).unwrap();
//! assert_eq!(colourings.len(), 2);
//! assert!(colourings.iter().all(|s| s.holds(program.atom("colour(1,1)").unwrap()) == s.holds(program.atom("colour(3,1)").unwrap())));
//! # Ok::<(), symbolon_theory::diag::Diagnostics>(())
//! ```

mod ground;
mod solve;
mod syntax;

use std::collections::{BTreeMap, BTreeSet};

pub use solve::AnswerSet;

use crate::budget::Budget;
use crate::diag::Diagnostics;

/// A ground atom, by its number in [`Ground::atoms`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AtomId(pub u32);

/// What a ground rule needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Body {
    pub holds: Vec<AtomId>,
    pub fails: Vec<AtomId>,
    pub sums: Vec<Sum>,
}

/// A weighted count with bounds, or its negation. An element counts when one of its conditions holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Sum {
    pub negated: bool,
    pub elements: Vec<(i64, Vec<Body>)>,
    pub low: i64,
    pub high: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum GroundRule {
    Normal { head: Option<AtomId>, body: Body },
    Choice { elements: Vec<(AtomId, Body)>, low: Option<i64>, high: Option<i64>, body: Body },
}

/// What it costs when one of these holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cost {
    pub weight: f64,
    pub when: Vec<Body>,
}

/// "Between `low` and `high` of these atoms hold", as some rule of a program says without conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cardinality {
    /// The atoms.
    pub atoms: Vec<AtomId>,
    /// At least so many; zero if nothing is said.
    pub low: i64,
    /// At most so many; all of them if nothing is said.
    pub high: i64,
}

/// A program written out over ground atoms.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    pub(crate) atoms: Vec<String>,
    pub(crate) index: BTreeMap<String, AtomId>,
    /// Atoms that hold in every answer set, by facts and rules without choice.
    pub(crate) facts: BTreeSet<AtomId>,
    pub(crate) rules: Vec<GroundRule>,
    pub(crate) costs: Vec<Cost>,
}

/// Reads a program and writes it out.
///
/// # Errors
/// Whatever is wrong with the text, with the place and a remedy; a budget that is used up.
pub fn ground(text: &str, budget: &Budget) -> Result<Ground, Diagnostics> {
    let (rules, sources) = syntax::parse("<program>", text)?;
    ground::ground(&rules, &sources, budget)
}

impl Ground {
    /// All atoms that could hold, as text, in the order in which they were found.
    pub fn atoms(&self) -> &[String] {
        &self.atoms
    }
    /// An atom by its text, without blanks: `cell(1,2,9)`. `None` for one that no rule could derive.
    pub fn atom(&self, text: &str) -> Option<AtomId> {
        self.index.get(text).copied()
    }
    /// Whether an atom holds in every answer set because facts say so.
    pub fn is_fact(&self, atom: AtomId) -> bool {
        self.facts.contains(&atom)
    }
    /// Requires an atom to hold, or not to, in all answer sets.
    pub fn require(&mut self, atom: AtomId, value: bool) {
        let one = vec![atom];
        let body = match value {
            true => Body { fails: one, ..Body::default() },
            false => Body { holds: one, ..Body::default() },
        };
        if !(value && self.facts.contains(&atom)) {
            let body = if self.facts.contains(&atom) { Body::default() } else { body };
            self.rules.push(GroundRule::Normal { head: None, body });
        }
    }
    /// Adds a cost that an atom has when it holds: a weak constraint with a real weight.
    pub fn cost(&mut self, atom: AtomId, weight: f64) {
        let when = vec![Body { holds: vec![atom], ..Body::default() }];
        self.costs.push(Cost { weight, when });
    }
    /// What the program says about how many of some atoms hold: choices with bounds and constraints on a `#count`, where nothing else
    /// is a condition. From these, losses for networks are derived.
    pub fn cardinalities(&self) -> Vec<Cardinality> {
        let plain = |b: &Body| *b == Body::default();
        let of = |atoms: Vec<AtomId>, low: Option<i64>, high: Option<i64>| {
            let n = atoms.len() as i64;
            Cardinality { low: low.unwrap_or(0).max(0), high: high.unwrap_or(n).min(n), atoms }
        };
        let one = |rule: &GroundRule| match rule {
            GroundRule::Choice { elements, low, high, body }
                if plain(body) && (low.is_some() || high.is_some()) && elements.iter().all(|(_, c)| plain(c)) =>
            {
                let mut atoms: Vec<AtomId> = elements.iter().map(|e| e.0).collect();
                atoms.sort_unstable();
                atoms.dedup();
                Some(of(atoms, *low, *high))
            }
            GroundRule::Normal { head: None, body } if body.holds.is_empty() && body.fails.is_empty() => {
                let [sum] = &body.sums[..] else { return None };
                let mut atoms = Vec::new();
                for (weight, when) in &sum.elements {
                    match &when[..] {
                        [b] if *weight == 1 && b.holds.len() == 1 && b.fails.is_empty() && b.sums.is_empty() => {
                            atoms.push(b.holds[0]);
                        }
                        _ => return None,
                    }
                }
                // What is forbidden turns round: not within, below, above.
                let (low, high) = (sum.low, sum.high);
                let n = atoms.len() as i64;
                match sum.negated {
                    true => Some(of(atoms, Some(low), Some(high))),
                    false if low <= 0 => Some(of(atoms, Some(high.saturating_add(1)), None)),
                    false if high >= n => Some(of(atoms, None, Some(low - 1))),
                    false => None,
                }
            }
            // Two that exclude each other.
            GroundRule::Normal { head: None, body } if body.fails.is_empty() && body.sums.is_empty() => {
                Some(of(body.holds.clone(), None, Some(body.holds.len() as i64 - 1)))
            }
            _ => None,
        };
        self.rules.iter().filter_map(one).collect()
    }
}
