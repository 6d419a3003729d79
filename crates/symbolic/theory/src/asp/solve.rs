//! Answer sets of a ground program: completion, loop formulas, search.

use rustc_hash::FxHashMap;

use super::{AtomId, Body, Ground, GroundRule, Sum};
use crate::budget::{Budget, Stop};
use crate::zero_one::{Literal, Solution, ZeroOne};

/// A stable model.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerSet {
    values: Vec<bool>,
    /// The sum of what weak constraints charge.
    pub cost: f64,
}

impl AnswerSet {
    /// Whether an atom holds.
    pub fn holds(&self, atom: AtomId) -> bool {
        self.values[atom.0 as usize]
    }
    /// All atoms that hold.
    pub fn atoms(&self) -> impl Iterator<Item = AtomId> + '_ {
        self.values.iter().enumerate().filter(|(_, v)| **v).map(|(i, _)| AtomId(i as u32))
    }
}

/// One way to derive an atom: the atoms that it rests on, and a literal that is true when all that it needs is.
struct Support {
    head: AtomId,
    rests_on: Vec<AtomId>,
    body: Literal,
}

/// A ground program as a 0/1 problem.
struct Completion {
    problem: ZeroOne,
    atoms: Vec<Literal>,
    supports: Vec<Support>,
    bodies: FxHashMap<(Vec<AtomId>, Vec<AtomId>), Literal>,
    truth: Literal,
}

impl Ground {
    /// Up to `limit` answer sets, in an order that is always the same. Costs are told, not minimised.
    ///
    /// # Errors
    /// [`Stop`] when the budget is used up.
    pub fn answer_sets(&self, limit: usize, budget: &Budget) -> Result<Vec<AnswerSet>, Stop> {
        let c = Completion::new(self);
        let found = c.problem.checked_solutions(limit, &c.atoms, &|s| c.unfounded(s), budget)?;
        Ok(found.iter().map(|s| c.answer(s)).collect())
    }
    /// An answer set of least cost; `None` when the program has no answer set.
    ///
    /// # Errors
    /// [`Stop`] when the budget is used up before one is proved the best.
    pub fn best(&self, budget: &Budget) -> Result<Option<AnswerSet>, Stop> {
        let c = Completion::new(self);
        let found = c.problem.checked_cheapest(&|s| c.unfounded(s), budget)?;
        Ok(found.map(|s| c.answer(&s)))
    }
}

impl Completion {
    fn new(ground: &Ground) -> Self {
        let mut problem = ZeroOne::new();
        let truth = problem.variable();
        problem.clause(&[truth]);
        let atoms = (0..ground.atoms.len()).map(|_| problem.variable()).collect();
        let mut c = Self { problem, atoms, supports: Vec::new(), bodies: FxHashMap::default(), truth };
        for fact in &ground.facts {
            c.problem.clause(&[c.atoms[fact.0 as usize]]);
            c.supports.push(Support { head: *fact, rests_on: Vec::new(), body: truth });
        }
        for rule in &ground.rules {
            c.rule(rule);
        }
        let mut clauses: Vec<Vec<Literal>> = c.atoms.iter().map(|&a| vec![!a]).collect();
        c.supports.iter().for_each(|s| clauses[s.head.0 as usize].push(s.body));
        clauses.iter().filter(|clause| !clause.contains(&truth)).for_each(|clause| c.problem.clause(clause));
        for cost in &ground.costs {
            let when: Vec<Literal> = cost.when.iter().map(|b| c.body(b)).collect();
            let any = c.problem.any(&when);
            c.problem.cost(any, cost.weight);
        }
        c
    }

    fn atom(&self, atom: AtomId) -> Literal {
        self.atoms[atom.0 as usize]
    }

    fn rule(&mut self, rule: &GroundRule) {
        match rule {
            GroundRule::Normal { head: None, body } => {
                // A constraint needs no literal of its own for a plain body.
                let mut clause: Vec<Literal> = body.holds.iter().map(|&a| !self.atom(a)).collect();
                clause.extend(body.fails.iter().map(|&a| self.atom(a)));
                if let ([sum], true) = (&body.sums[..], clause.is_empty())
                    && sum.negated
                {
                    let terms = self.terms(sum);
                    let unit = terms.iter().all(|t| t.1 == 1);
                    return match (sum.low, sum.high, unit) {
                        (1, 1, true) => self.problem.exactly(1, &terms.iter().map(|t| t.0).collect::<Vec<_>>()),
                        (low, high, _) => self.problem.sum_within(&terms, [low, high]),
                    };
                }
                for sum in &body.sums {
                    let holds = self.sum(sum);
                    clause.push(!holds);
                }
                self.problem.clause(&clause);
            }
            GroundRule::Normal { head: Some(head), body } => {
                let literal = self.body(body);
                let head_literal = self.atom(*head);
                self.problem.clause(&[!literal, head_literal]);
                self.supports.push(Support { head: *head, rests_on: body.holds.clone(), body: literal });
            }
            GroundRule::Choice { elements, low, high, body } => {
                let whole = self.body(body);
                let mut counted: Vec<(AtomId, Vec<Literal>)> = Vec::new();
                for (atom, condition) in elements {
                    let own = self.body(condition);
                    let both = self.both(whole, own);
                    let rests_on = body.holds.iter().chain(&condition.holds).copied().collect();
                    self.supports.push(Support { head: *atom, rests_on, body: both });
                    let head = self.atom(*atom);
                    let here = self.both(head, own);
                    match counted.iter_mut().find(|(a, _)| a == atom) {
                        Some((_, ways)) => ways.push(here),
                        None => counted.push((*atom, vec![here])),
                    }
                }
                if low.is_none() && high.is_none() {
                    return;
                }
                let counts: Vec<Literal> = counted.iter().map(|(_, w)| self.problem.any(w)).collect();
                let (low, high) = (low.unwrap_or(i64::MIN), high.unwrap_or(i64::MAX));
                if whole == self.truth && low == 1 && high == 1 {
                    return self.problem.exactly(1, &counts);
                }
                let terms: Vec<(Literal, i64)> = counts.into_iter().map(|l| (l, 1)).collect();
                if whole == self.truth {
                    return self.problem.sum_within(&terms, [low, high]);
                }
                let within = self.problem.sum_is_within(&terms, [low, high]);
                self.problem.clause(&[!whole, within]);
            }
        }
    }

    fn both(&mut self, a: Literal, b: Literal) -> Literal {
        match (a == self.truth, b == self.truth) {
            (true, _) => b,
            (_, true) => a,
            _ => self.problem.all(&[a, b]),
        }
    }

    /// A literal that is true just if a body is.
    fn body(&mut self, body: &Body) -> Literal {
        let key = (body.holds.clone(), body.fails.clone());
        if body.sums.is_empty()
            && let Some(&literal) = self.bodies.get(&key)
        {
            return literal;
        }
        let mut all: Vec<Literal> = body.holds.iter().map(|&a| self.atom(a)).collect();
        all.extend(body.fails.iter().map(|&a| !self.atom(a)));
        for sum in &body.sums {
            let literal = self.sum(sum);
            all.push(literal);
        }
        let literal = if all.is_empty() { self.truth } else { self.problem.all(&all) };
        if body.sums.is_empty() {
            self.bodies.insert(key, literal);
        }
        literal
    }

    fn terms(&mut self, sum: &Sum) -> Vec<(Literal, i64)> {
        let mut terms = Vec::new();
        for (weight, when) in &sum.elements {
            let ways: Vec<Literal> = when.iter().map(|b| self.body(b)).collect();
            let any = self.problem.any(&ways);
            terms.push((any, *weight));
        }
        terms
    }

    fn sum(&mut self, sum: &Sum) -> Literal {
        let terms = self.terms(sum);
        let within = self.problem.sum_is_within(&terms, [sum.low, sum.high]);
        if sum.negated { !within } else { within }
    }

    /// Clauses against atoms that hold for no reason but each other: each needs support from outside of them.
    fn unfounded(&self, solution: &Solution) -> Vec<Vec<Literal>> {
        let mut founded = vec![false; self.atoms.len()];
        let live: Vec<&Support> = self.supports.iter().filter(|s| solution.holds(s.body)).collect();
        loop {
            let mut grown = false;
            for s in &live {
                let head = s.head.0 as usize;
                if !founded[head]
                    && solution.holds(self.atoms[head])
                    && s.rests_on.iter().all(|a| founded[a.0 as usize])
                {
                    founded[head] = true;
                    grown = true;
                }
            }
            if !grown {
                break;
            }
        }
        let circular = |a: AtomId| solution.holds(self.atom(a)) && !founded[a.0 as usize];
        let set: Vec<AtomId> = (0..self.atoms.len()).map(|a| AtomId(a as u32)).filter(|&a| circular(a)).collect();
        let outside: Vec<Literal> = (self.supports.iter())
            .filter(|s| circular(s.head) && !s.rests_on.iter().any(|&a| circular(a)))
            .map(|s| s.body)
            .collect();
        set.iter().map(|&a| [&[!self.atom(a)], &outside[..]].concat()).collect()
    }

    fn answer(&self, solution: &Solution) -> AnswerSet {
        AnswerSet { values: self.atoms.iter().map(|&l| solution.holds(l)).collect(), cost: solution.cost }
    }
}
