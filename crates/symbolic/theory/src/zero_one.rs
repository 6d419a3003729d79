//! Exact 0/1 problems: truth values under clauses and counting constraints, any solution of them, all of them, or the
//! cheapest.
//!
//! A [`ZeroOne`] holds variables, clauses, counts and costs; a SAT solver (batsat, pure Rust) searches, and costs are
//! bounded while it searches, so that an answer called optimal is one. What cannot be said in clauses beforehand (that a
//! model be stable, say) is handed over as a *check*, which answers the clauses that a solution breaks.
//!
//! ```
//! use symbolon_theory::{budget::Budget, zero_one::ZeroOne};
//! let mut problem = ZeroOne::new();
//! let [tea, coffee, milk] = [(); 3].map(|()| problem.variable());
//! problem.exactly(1, &[tea, coffee]);
//! problem.clause(&[!coffee, milk]);       // coffee needs milk
//! problem.cost(tea, 3.0);
//! problem.cost(milk, 2.0);
//! let best = problem.cheapest(&Budget::default())?.unwrap();
//! assert!(best.holds(coffee) && best.holds(milk) && best.cost == 2.0);
//! # Ok::<(), symbolon_theory::budget::Stop>(())
//! ```

use std::collections::{BTreeMap, BTreeSet};

use batsat::theory::{Theory, TheoryArg};
use batsat::{BasicCallbacks, Callbacks, Solver, SolverInterface, SolverOpts, Var, lbool};

use crate::budget::{Budget, Meter, Stop};

/// A variable or its negation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Literal(u32);

impl Literal {
    fn variable(self) -> usize {
        (self.0 >> 1) as usize
    }
    fn positive(self) -> bool {
        self.0 & 1 == 0
    }
    fn sat(self) -> batsat::Lit {
        batsat::Lit::new(Var::unsafe_from_idx(self.0 >> 1), self.positive())
    }
}

impl std::ops::Not for Literal {
    type Output = Literal;
    fn not(self) -> Literal {
        Literal(self.0 ^ 1)
    }
}

/// A solution.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    values: Vec<bool>,
    /// The sum of the costs of all literals that hold.
    pub cost: f64,
}

impl Solution {
    /// Whether a literal is true in it.
    pub fn holds(&self, literal: Literal) -> bool {
        self.values[literal.variable()] == literal.positive()
    }
}

/// What a check answers about a solution: clauses that it breaks, none if it is one.
pub type Check<'a> = dyn Fn(&Solution) -> Vec<Vec<Literal>> + 'a;

/// Variables with their constraints and costs.
#[derive(Clone, Debug, Default)]
pub struct ZeroOne {
    variables: u32,
    clauses: Vec<Vec<Literal>>,
    costs: BTreeMap<Literal, f64>,
    /// Sets of literals of which one holds: what bounds on costs are made from.
    groups: Vec<Vec<Literal>>,
}

/// Costs nearer than this are the same.
const NEAR: f64 = 1e-9;

impl ZeroOne {
    /// No variables yet.
    pub fn new() -> Self {
        Self::default()
    }
    /// A new variable.
    pub fn variable(&mut self) -> Literal {
        self.variables += 1;
        Literal((self.variables - 1) << 1)
    }
    /// How many variables there are, those made for counts included.
    pub fn variables(&self) -> usize {
        self.variables as usize
    }
    /// One of these holds. Without literals nothing does, and there is no solution.
    pub fn clause(&mut self, literals: &[Literal]) {
        self.clauses.push(literals.to_vec());
    }
    /// What a literal costs when it holds; costs of the same literal add up. Costs below zero are gains.
    ///
    /// # Panics
    /// For a cost that is not finite.
    pub fn cost(&mut self, literal: Literal, cost: f64) {
        assert!(cost.is_finite(), "a cost is a finite number, this is {cost}");
        *self.costs.entry(literal).or_default() += cost;
    }
    /// So many of these hold.
    pub fn exactly(&mut self, n: usize, literals: &[Literal]) {
        if n == 1 {
            self.clause(literals);
            for (i, &a) in literals.iter().enumerate() {
                literals[..i].iter().for_each(|&b| self.clauses.push(vec![!a, !b]));
            }
            self.groups.push(literals.to_vec());
        } else {
            self.sum_within(&ones(literals), [n as i64, n as i64]);
        }
    }
    /// At least so many of these hold.
    pub fn at_least(&mut self, n: usize, literals: &[Literal]) {
        self.sum_within(&ones(literals), [n as i64, i64::MAX]);
    }
    /// At most so many of these hold.
    pub fn at_most(&mut self, n: usize, literals: &[Literal]) {
        self.sum_within(&ones(literals), [i64::MIN, n as i64]);
    }
    /// The weights of all literals that hold add up to a number between these, both included.
    pub fn sum_within(&mut self, terms: &[(Literal, i64)], [low, high]: [i64; 2]) {
        let sums = self.sum(terms);
        self.within(&sums, low, high).into_iter().for_each(|l| self.clause(&[l]));
    }
    /// A literal that holds just if the weighted sum lies between these, both included.
    pub fn sum_is_within(&mut self, terms: &[(Literal, i64)], [low, high]: [i64; 2]) -> Literal {
        let sums = self.sum(terms);
        let both = self.within(&sums, low, high);
        self.all(&both)
    }
    /// A literal that holds just if all of these do.
    pub fn all(&mut self, literals: &[Literal]) -> Literal {
        if let [one] = literals {
            return *one;
        }
        let all = self.variable();
        literals.iter().for_each(|&l| self.clause(&[!all, l]));
        let back: Vec<Literal> = literals.iter().map(|&l| !l).chain([all]).collect();
        self.clause(&back);
        all
    }
    /// A literal that holds just if one of these does.
    pub fn any(&mut self, literals: &[Literal]) -> Literal {
        let none: Vec<Literal> = literals.iter().map(|&l| !l).collect();
        !self.all(&none)
    }

    /// What must hold for `low <= sum <= high`.
    fn within(&mut self, sums: &BTreeMap<i64, Option<Literal>>, low: i64, high: i64) -> Vec<Literal> {
        let reaches = |bound: i64| sums.range(bound..).next().map(|(_, l)| *l);
        let mut needs = Vec::new();
        let mut never = false;
        match reaches(low) {
            Some(Some(literal)) => needs.push(literal),
            Some(None) => {}
            None => never = true,
        }
        match high.checked_add(1).and_then(reaches) {
            Some(Some(literal)) => needs.push(!literal),
            Some(None) => never = true,
            None => {}
        }
        if never {
            let no = self.variable();
            self.clause(&[!no]);
            needs.push(no);
        }
        needs
    }

    /// For each sum that weights can add up to, a literal that holds just if the sum is that large or larger; none for the
    /// least (the generalised totalizer of Joshi, Martins and Manquinho 2015, with both directions).
    fn sum(&mut self, terms: &[(Literal, i64)]) -> BTreeMap<i64, Option<Literal>> {
        let leaf = |&(literal, weight): &(Literal, i64)| {
            let (low, high) = (weight.min(0), weight.max(0));
            let mut node = BTreeMap::from([(low, None)]);
            if high > low {
                node.insert(high, Some(if weight > 0 { literal } else { !literal }));
            }
            node
        };
        let mut level: Vec<BTreeMap<i64, Option<Literal>>> = terms.iter().map(leaf).collect();
        while level.len() > 1 {
            let pairs = std::mem::take(&mut level);
            for pair in pairs.chunks(2) {
                level.push(match pair {
                    [a, b] => self.merged(a, b),
                    _ => pair[0].clone(),
                });
            }
        }
        level.pop().unwrap_or_else(|| BTreeMap::from([(0, None)]))
    }
    fn merged(
        &mut self,
        a: &BTreeMap<i64, Option<Literal>>,
        b: &BTreeMap<i64, Option<Literal>>,
    ) -> BTreeMap<i64, Option<Literal>> {
        let sums: BTreeSet<i64> = a.keys().flat_map(|x| b.keys().map(move |y| x + y)).collect();
        let mut out: BTreeMap<i64, Option<Literal>> = BTreeMap::new();
        for (i, &s) in sums.iter().enumerate() {
            let literal = (i > 0).then(|| self.variable());
            // What reaches a sum reaches all below it.
            if let (Some(here), Some(Some(below))) = (literal, out.values().next_back()) {
                self.clauses.push(vec![!here, *below]);
            }
            out.insert(s, literal);
        }
        // The literal for more than a sum: that of the next larger one.
        let above = |node: &BTreeMap<i64, Option<Literal>>, s: i64| node.range(s + 1..).next().and_then(|(_, l)| *l);
        for (&x, &at_x) in a {
            for (&y, &at_y) in b {
                if let Some(sum) = out[&(x + y)] {
                    let needs = at_x.into_iter().chain(at_y).map(|l| !l);
                    self.clauses.push(needs.chain([sum]).collect());
                }
                if let Some(more) = above(&out, x + y) {
                    let over = above(a, x).into_iter().chain(above(b, y));
                    self.clauses.push(over.chain([!more]).collect());
                }
            }
        }
        out
    }

    /// Any solution.
    ///
    /// # Errors
    /// [`Stop`] when the budget is used up.
    pub fn solve(&self, budget: &Budget) -> Result<Option<Solution>, Stop> {
        Ok(self.solutions(1, &[], budget)?.pop())
    }

    /// Up to `limit` solutions that differ in one of `about` (in any variable if there are none).
    ///
    /// # Errors
    /// [`Stop`] when the budget is used up.
    pub fn solutions(&self, limit: usize, about: &[Literal], budget: &Budget) -> Result<Vec<Solution>, Stop> {
        self.checked_solutions(limit, about, &|_| Vec::new(), budget)
    }

    /// As [`solutions`](Self::solutions), of solutions that pass a check.
    ///
    /// # Errors
    /// [`Stop`] when the budget is used up.
    pub fn checked_solutions(
        &self,
        limit: usize,
        about: &[Literal],
        check: &Check,
        budget: &Budget,
    ) -> Result<Vec<Solution>, Stop> {
        let mut search = Search::new(self, budget);
        let all: Vec<Literal> = (0..self.variables).map(|v| Literal(v << 1)).collect();
        let about = if about.is_empty() { &all } else { about };
        let mut found = Vec::new();
        while found.len() < limit
            && let Some(solution) = search.next(check, f64::INFINITY)?
        {
            let other: Vec<Literal> = about.iter().map(|&l| if solution.holds(l) { !l } else { l }).collect();
            search.add(&other);
            found.push(solution);
        }
        Ok(found)
    }

    /// The cheapest solution. Which of several equally cheap ones is not said, but always the same.
    ///
    /// # Errors
    /// [`Stop`] when the budget is used up before a solution was found and proved to be the cheapest.
    pub fn cheapest(&self, budget: &Budget) -> Result<Option<Solution>, Stop> {
        self.checked_cheapest(&|_| Vec::new(), budget)
    }

    /// As [`cheapest`](Self::cheapest), of solutions that pass a check.
    ///
    /// # Errors
    /// As [`cheapest`](Self::cheapest).
    pub fn checked_cheapest(&self, check: &Check, budget: &Budget) -> Result<Option<Solution>, Stop> {
        let mut search = Search::new(self, budget);
        let mut best: Option<Solution> = None;
        loop {
            let limit = best.as_ref().map_or(f64::INFINITY, |b| b.cost);
            match search.next(check, limit)? {
                Some(solution) => best = Some(solution),
                None => return Ok(best),
            }
        }
    }

    fn total(&self, values: &[bool]) -> f64 {
        self.costs.iter().filter(|(l, _)| values[l.variable()] == l.positive()).map(|(_, c)| c).sum()
    }
}

fn ones(literals: &[Literal]) -> Vec<(Literal, i64)> {
    literals.iter().map(|&l| (l, 1)).collect()
}

/// A solver that is given more clauses as it goes on.
struct Search<'a> {
    problem: &'a ZeroOne,
    solver: Solver<Watch>,
    bound: Bound,
    consistent: bool,
}

/// Stops the solver when the budget is used up.
struct Watch {
    basic: BasicCallbacks,
    meter: Meter,
}

impl Callbacks for Watch {
    fn stop(&self) -> bool {
        self.basic.stop() || self.meter.check(0).is_err()
    }
}

impl<'a> Search<'a> {
    fn new(problem: &'a ZeroOne, budget: &Budget) -> Self {
        let watch = Watch { basic: BasicCallbacks::new(), meter: budget.start() };
        let mut solver = Solver::new(SolverOpts::default(), watch);
        let bound = Bound::new(problem);
        for v in 0..problem.variables {
            // The cheaper value first; of a group its cheapest member.
            let costs = [Literal(v << 1), Literal((v << 1) | 1)].map(|l| bound.cost[l.0 as usize]);
            let first = match costs[0].total_cmp(&costs[1]) {
                std::cmp::Ordering::Less => lbool::TRUE,
                std::cmp::Ordering::Equal if bound.cheapest[v as usize] => lbool::TRUE,
                std::cmp::Ordering::Equal => lbool::UNDEF,
                std::cmp::Ordering::Greater => lbool::FALSE,
            };
            solver.new_var(first, true);
        }
        let mut search = Self { problem, solver, bound, consistent: true };
        problem.clauses.iter().for_each(|c| search.add(c));
        search
    }
    fn add(&mut self, clause: &[Literal]) {
        let mut clause: Vec<batsat::Lit> = clause.iter().map(|l| l.sat()).collect();
        self.consistent &= self.solver.add_clause_reuse(&mut clause);
    }
    /// A solution cheaper than `limit` that passes the check.
    fn next(&mut self, check: &Check, limit: f64) -> Result<Option<Solution>, Stop> {
        self.bound.limit = limit - self.bound.least;
        if limit.is_finite() && self.bound.limit <= NEAR {
            return Ok(None);
        }
        while self.consistent {
            let answer = self.solver.solve_limited_th(&mut self.bound, &[]);
            if answer == lbool::UNDEF {
                return Err(self.solver.cb().meter.check(0).err().unwrap_or(Stop::Time));
            }
            if answer == lbool::FALSE {
                return Ok(None);
            }
            let value = |v| self.solver.value_var(Var::unsafe_from_idx(v)) == lbool::TRUE;
            let values: Vec<bool> = (0..self.problem.variables).map(value).collect();
            let cost = self.problem.total(&values);
            let solution = Solution { values, cost };
            let broken = check(&solution);
            if broken.is_empty() {
                return Ok(Some(solution));
            }
            broken.iter().for_each(|c| self.add(c));
        }
        Ok(None)
    }
}

/// Bounds the cost of what the solver has decided so far: literals that hold, and for each group the cheapest that is left.
struct Bound {
    /// Cost of each literal, by its number, beyond the least of its group; never below zero.
    cost: Vec<f64>,
    /// Variables that are the cheapest of their group.
    cheapest: Vec<bool>,
    /// What every solution costs.
    least: f64,
    /// Groups that have costs.
    groups: Vec<Vec<Literal>>,
    /// Literals with costs outside of groups.
    single: Vec<Literal>,
    /// Solutions this dear or dearer are not wanted.
    limit: f64,
    levels: usize,
}

impl Bound {
    fn new(problem: &ZeroOne) -> Self {
        let mut cost = vec![0.0; 2 * problem.variables as usize];
        problem.costs.iter().for_each(|(l, c)| cost[l.0 as usize] = *c);
        let mut least = 0.0;
        let mut taken = vec![false; cost.len()];
        let mut groups = Vec::new();
        let mut cheapest = vec![false; problem.variables as usize];
        for group in &problem.groups {
            // A literal counts for one group only.
            if group.iter().any(|l| taken[l.0 as usize]) || group.iter().all(|l| cost[l.0 as usize] == 0.0) {
                continue;
            }
            let low = group.iter().map(|l| cost[l.0 as usize]).fold(f64::INFINITY, f64::min);
            for l in group {
                taken[l.0 as usize] = true;
                cost[l.0 as usize] -= low;
                cheapest[l.variable()] |= cost[l.0 as usize] == 0.0 && l.positive();
            }
            least += low;
            groups.push(group.clone());
        }
        for v in 0..problem.variables as usize {
            // A gain is a cost of the opposite.
            for (here, other) in [(2 * v, 2 * v + 1), (2 * v + 1, 2 * v)] {
                if !taken[here] && cost[here] < 0.0 {
                    least += cost[here];
                    cost[other] -= cost[here];
                    cost[here] = 0.0;
                }
            }
        }
        let single = (0..cost.len()).filter(|&l| !taken[l] && cost[l] > 0.0).map(|l| Literal(l as u32)).collect();
        Self { cost, cheapest, least, groups, single, limit: f64::INFINITY, levels: 0 }
    }
    fn look(&self, acts: &mut TheoryArg) {
        if self.limit == f64::INFINITY {
            return;
        }
        let value = |acts: &TheoryArg, l: Literal| {
            let v = acts.value(Var::unsafe_from_idx(l.0 >> 1));
            if v == lbool::UNDEF { None } else { Some((v == lbool::TRUE) == l.positive()) }
        };
        let (mut sum, mut why) = (0.0, Vec::new());
        for &l in &self.single {
            if value(acts, l) == Some(true) {
                sum += self.cost[l.0 as usize];
                why.push((!l).sat());
            }
        }
        for group in &self.groups {
            let left = group.iter().filter(|l| value(acts, **l) != Some(false));
            let low = left.map(|l| self.cost[l.0 as usize]).fold(f64::INFINITY, f64::min);
            if low > 0.0 && low.is_finite() {
                sum += low;
                // Cheaper ones are out: that is why.
                why.extend(group.iter().filter(|l| self.cost[l.0 as usize] < low).map(|l| l.sat()));
            }
        }
        if sum >= self.limit - NEAR && !why.is_empty() {
            acts.raise_conflict(&why, false);
        }
    }
}

impl Theory for Bound {
    fn final_check(&mut self, acts: &mut TheoryArg) {
        self.look(acts);
    }
    fn partial_check(&mut self, acts: &mut TheoryArg) {
        self.look(acts);
    }
    fn create_level(&mut self) {
        self.levels += 1;
    }
    fn pop_levels(&mut self, n: usize) {
        self.levels -= n;
    }
    fn n_levels(&self) -> usize {
        self.levels
    }
    fn explain_propagation(&mut self, _: batsat::Lit) -> &[batsat::Lit] {
        unreachable!("nothing is propagated")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A clause, a count or a cost over six variables, as numbers.
    #[derive(Clone, Debug)]
    enum Part {
        Clause(Vec<(usize, bool)>),
        Sum(Vec<(usize, bool, i64)>, i64, i64),
        One(Vec<usize>),
        Cost(usize, bool, i32),
        Means(Vec<(usize, bool, i64)>, i64, i64),
    }

    fn part() -> impl Strategy<Value = Part> {
        let lit = (0usize..6, any::<bool>());
        let term = (0usize..6, any::<bool>(), -3i64..4);
        prop_oneof![
            proptest::collection::vec(lit, 1..4).prop_map(Part::Clause),
            (proptest::collection::vec(term.clone(), 0..5), -4i64..5, 0i64..4).prop_map(|(t, l, w)| Part::Sum(
                t,
                l,
                l + w
            )),
            proptest::collection::btree_set(0usize..6, 2..4).prop_map(|s| Part::One(s.into_iter().collect())),
            (0usize..6, any::<bool>(), -5i32..6).prop_map(|(v, s, c)| Part::Cost(v, s, c)),
            (proptest::collection::vec(term, 0..5), -4i64..5, 0i64..4).prop_map(|(t, l, w)| Part::Means(t, l, l + w)),
        ]
    }

    proptest! {
        #[test]
        fn agrees_with_trying_everything(parts in proptest::collection::vec(part(), 1..9)) {
            let mut problem = ZeroOne::new();
            let vars: Vec<Literal> = (0..6).map(|_| problem.variable()).collect();
            let literal = |v: usize, sign: bool| if sign { vars[v] } else { !vars[v] };
            for p in &parts {
                match p {
                    Part::Clause(c) => problem.clause(&c.iter().map(|&(v, s)| literal(v, s)).collect::<Vec<_>>()),
                    Part::Sum(t, low, high) => {
                        problem.sum_within(&t.iter().map(|&(v, s, w)| (literal(v, s), w)).collect::<Vec<_>>(), [*low, *high]);
                    }
                    Part::One(g) => problem.exactly(1, &g.iter().map(|&v| vars[v]).collect::<Vec<_>>()),
                    Part::Cost(v, s, c) => problem.cost(literal(*v, *s), f64::from(*c)),
                    // A literal for the sum, forced: the same as the sum.
                    Part::Means(t, low, high) => {
                        let terms: Vec<_> = t.iter().map(|&(v, s, w)| (literal(v, s), w)).collect();
                        let is = problem.sum_is_within(&terms, [*low, *high]);
                        problem.clause(&[!is]);
                    }
                }
            }
            let sum = |x: u32, t: &[(usize, bool, i64)]| t.iter().filter(|&&(v, s, _)| (x >> v & 1 == 1) == s).map(|t| t.2).sum::<i64>();
            let holds = |x: u32| parts.iter().all(|p| match p {
                Part::Clause(c) => c.iter().any(|&(v, s)| (x >> v & 1 == 1) == s),
                Part::Sum(t, l, h) => (*l..=*h).contains(&sum(x, t)),
                Part::One(g) => g.iter().filter(|&&v| x >> v & 1 == 1).count() == 1,
                Part::Cost(..) => true,
                Part::Means(t, l, h) => !(*l..=*h).contains(&sum(x, t)),
            });
            let cost = |x: u32| parts.iter().map(|p| match p {
                Part::Cost(v, s, c) if (x >> v & 1 == 1) == *s => f64::from(*c),
                _ => 0.0,
            }).sum::<f64>();
            let all: Vec<u32> = (0..64).filter(|&x| holds(x)).collect();
            let found = problem.solutions(100, &vars, &Budget::default()).unwrap();
            let mut numbers: Vec<u32> = found.iter()
                .map(|s| (0..6).filter(|&v| s.holds(vars[v])).map(|v| 1 << v).sum()).collect();
            numbers.sort_unstable();
            prop_assert_eq!(&numbers, &all);
            let best = problem.cheapest(&Budget::default()).unwrap();
            let least = all.iter().map(|&x| cost(x)).fold(f64::INFINITY, f64::min);
            prop_assert_eq!(best.map_or(f64::INFINITY, |b| b.cost), least);
        }
    }

    #[test]
    fn a_used_up_budget_is_said() {
        // Eleven pigeons, ten holes.
        let mut problem = ZeroOne::new();
        let sits: Vec<Vec<Literal>> = (0..11).map(|_| (0..10).map(|_| problem.variable()).collect()).collect();
        sits.iter().for_each(|p| problem.clause(p));
        for hole in 0..10 {
            let here: Vec<Literal> = sits.iter().map(|p| p[hole]).collect();
            for i in 0..here.len() {
                (0..i).for_each(|j| problem.clause(&[!here[i], !here[j]]));
            }
        }
        let budget = Budget::with_time(std::time::Duration::ZERO);
        assert_eq!(problem.solve(&budget).unwrap_err(), Stop::Time);
    }
}
