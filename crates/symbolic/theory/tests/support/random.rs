//! Random programs: probabilistic facts, rules and disjunctions with bodies, negation (stratified by construction), positive
//! cycles, counting, evidence and constraints.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::syntax::{Arg, Atom, Clause, Literal, Program};

/// The program of a seed: always the same one.
pub fn program(seed: u64) -> Program {
    let mut maker = Maker { rng: ChaCha8Rng::seed_from_u64(seed), program: Program::default() };
    maker.fill();
    maker.program
}

struct Maker {
    rng: ChaCha8Rng,
    program: Program,
}

impl Maker {
    fn chance(&mut self, percent: u32) -> bool {
        self.rng.random_range(0..100) < percent
    }

    fn below(&mut self, n: usize) -> usize {
        self.rng.random_range(0..n)
    }

    fn fill(&mut self) {
        self.program.domain = [1, 2, 2, 3, 3][self.below(5)];
        let mut stratum = 0;
        for _ in 0..2 + self.below(5) {
            let arity = [0, 0, 1, 1, 1, 2, 2][self.below(7)];
            stratum += usize::from(!self.program.preds.is_empty() && self.chance(35));
            self.program.preds.push((arity, stratum));
        }
        for _ in 0..3 + self.below(5) {
            let clause = self.fact();
            self.program.clauses.push(clause);
        }
        for _ in 0..2 + self.below(7) {
            let clause = self.rule();
            self.program.clauses.push(clause);
        }
        if self.chance(40) {
            for _ in 0..1 + self.below(2) {
                // Mostly something that may be true, for impossible evidence soon gets boring.
                let clause = self.below(self.program.clauses.len());
                let mut atom = self.program.clauses[clause].heads[0].1.clone();
                for arg in &mut atom.args {
                    if matches!(arg, Arg::Var(_)) {
                        *arg = Arg::Const(self.rng.random_range(0..self.program.domain));
                    }
                }
                let value = self.chance(60);
                self.program.evidence.push((atom, value));
            }
        }
        if self.chance(25) {
            let body = self.body(usize::MAX, usize::MAX);
            self.program.constraints.push(body);
        }
        for pred in 0..self.program.preds.len() {
            let query = if self.chance(70) {
                Atom { pred, args: (0..self.program.preds[pred].0).map(Arg::Var).collect() }
            } else {
                self.ground(pred)
            };
            self.program.queries.push(query);
        }
    }

    fn ground(&mut self, pred: usize) -> Atom {
        let args = (0..self.program.preds[pred].0).map(|_| Arg::Const(self.below(self.program.domain))).collect();
        Atom { pred, args }
    }

    /// Mostly ordinary probabilities, sometimes the extremes.
    fn weight(&mut self) -> u32 {
        match self.below(20) {
            0 => 0,
            1 => 1000,
            _ => self.rng.random_range(1..1000),
        }
    }

    /// Weights of the heads of a disjunction: at most 1 in sum, sometimes exactly.
    fn weights(&mut self, n: usize) -> Vec<u32> {
        let mut left = 1000;
        let full = self.chance(40);
        let mut weights: Vec<u32> = (0..n)
            .map(|_| {
                let w = self.rng.random_range(0..=left);
                left -= w;
                w
            })
            .collect();
        if full {
            weights[n - 1] += left;
        }
        weights
    }

    fn fact(&mut self) -> Clause {
        let pred = self.below(self.program.preds.len());
        match self.below(10) {
            0 | 1 => Clause { heads: vec![(None, self.ground(pred))], body: Vec::new() },
            2..=6 => Clause { heads: vec![(Some(self.weight()), self.ground(pred))], body: Vec::new() },
            _ => {
                let n = 2 + self.below(2);
                let weights = self.weights(n);
                let heads = weights.into_iter().map(|w| {
                    let pred = self.below(self.program.preds.len());
                    (Some(w), self.ground(pred))
                });
                Clause { heads: heads.collect(), body: Vec::new() }
            }
        }
    }

    fn rule(&mut self) -> Clause {
        let first = self.below(self.program.preds.len());
        let stratum = self.program.preds[first].1;
        let body = self.body(stratum, stratum);
        let n = if self.chance(15) { 2 + self.below(2) } else { 1 };
        let certain = n == 1 && self.chance(75);
        let weights = if n == 1 { vec![self.weight()] } else { self.weights(n) };
        let bound = bound(&body);
        let mut heads = Vec::new();
        for (i, weight) in weights.into_iter().enumerate() {
            // Further heads are of the same stratum or above, so that the body stays below them.
            let above: Vec<usize> =
                (0..self.program.preds.len()).filter(|&p| self.program.preds[p].1 >= stratum).collect();
            let pred = if i == 0 { first } else { above[self.below(above.len())] };
            let atom = self.atom(pred, &bound);
            heads.push(((!certain).then_some(weight), atom));
        }
        Clause { heads, body }
    }

    /// An atom over bound variables and constants.
    fn atom(&mut self, pred: usize, vars: &[usize]) -> Atom {
        let args = (0..self.program.preds[pred].0).map(|_| {
            if !vars.is_empty() && self.chance(75) {
                Arg::Var(vars[self.below(vars.len())])
            } else {
                Arg::Const(self.below(self.program.domain))
            }
        });
        Atom { pred, args: args.collect() }
    }

    /// Positive conditions up to one stratum, then negations and counts strictly below the other.
    fn body(&mut self, positive: usize, negative: usize) -> Vec<Literal> {
        let preds = |m: &Maker, keep: &dyn Fn((usize, usize)) -> bool| -> Vec<usize> {
            (0..m.program.preds.len()).filter(|&p| keep(m.program.preds[p])).collect()
        };
        let below = preds(self, &|(_, s)| s <= positive);
        let lower = preds(self, &|(_, s)| s < negative);
        let unary = preds(self, &|(a, s)| s < negative && a == 1);
        let mut body = Vec::new();
        for _ in 0..self.below(3) + usize::from(lower.is_empty()) {
            let pred = below[self.below(below.len())];
            body.push(Literal::Pos(self.atom(pred, &[0, 1, 2])));
        }
        let vars = bound(&body);
        if vars.len() >= 2 && self.chance(20) {
            body.push(Literal::Differ(Arg::Var(vars[0]), Arg::Var(vars[1])));
        }
        while !lower.is_empty() && (body.is_empty() || self.chance(40)) {
            let pred = lower[self.below(lower.len())];
            let mut atom = self.atom(pred, &vars);
            // Existential in one negation only: shared by two it would have to be bound.
            let taken = body.iter().any(|l| matches!(l, Literal::Neg(a) if a.args.contains(&Arg::Var(3))));
            if !atom.args.is_empty() && !taken && self.chance(15) {
                atom.args[0] = Arg::Var(3);
            }
            body.push(Literal::Neg(atom));
        }
        if !unary.is_empty() && self.chance(8) {
            let pred = unary[self.below(unary.len())];
            body.push(Literal::AtLeast(1 + self.below(2), pred));
        }
        body
    }
}

/// Variables that positive conditions bind.
fn bound(body: &[Literal]) -> Vec<usize> {
    let mut vars: Vec<usize> = Vec::new();
    for literal in body {
        if let Literal::Pos(atom) = literal {
            vars.extend(atom.args.iter().filter_map(|a| if let Arg::Var(v) = a { Some(*v) } else { None }));
        }
    }
    vars.sort_unstable();
    vars.dedup();
    vars
}
