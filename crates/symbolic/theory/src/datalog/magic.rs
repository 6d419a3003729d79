//! The demand ("magic set") transformation: from clauses to rules that derive only what a call needs.
//!
//! A *variant* of a predicate says which of its arguments calls bind. Each variant has a relation of demands (the bound
//! arguments of all calls so far) and one of answers; its rules start from the demands and pass bindings from left to right
//! (Beeri and Ramakrishnan, "On the power of magic", 1991). Three refinements keep the work linear where it can be:
//!
//! - *Left recursion.* In `path(X,Y) :- path(X,Z), edge(Z,Y)` the recursive call repeats the demand of the head, so it adds
//!   none, and since answers only exist for demands the rule need not look at them.
//! - *Right recursion.* In `path(X,Y) :- edge(X,Z), path(Z,Y)` the free argument is handed through. Plain magic sets would
//!   store the answers of every node on the way. Instead `reach(S,D)` says that the demand `S` leads to the demand `D`,
//!   and `S` gets the answers that the other rules give for any such `D` (Naughton, Ramakrishnan, Sagiv and Ullman, "Argument
//!   reduction by factoring", 1989).
//! - *All arguments free.* Recursive calls then are left free as well: everything is wanted anyway, and the rules run as
//!   plain semi-naive Datalog.
//!
//! Bindings computed by a long prefix of a body are kept in a relation of their own ("supplementary magic"), so that the demand
//! and the rest of the body share them. A negated goal is tested on such a relation by a rule of lower urgency, which runs only
//! when everything it may depend on has reached its fixpoint.

use std::sync::Arc;

use super::Relational;
use super::ir::{Atom, Compute, Literal, Rule};
use super::relation::{RelId, Relation};
use crate::builtins::Builtin;
use crate::program::{Clause, Facts, Goal, PredId};
use crate::term::{Term, TermStore};

/// Literals of one rule: longer bodies are cut into several rules, so that planning stays cheap for any program.
const LONGEST: usize = 16;

/// A relational predicate as the engine keeps it.
#[derive(Debug)]
pub(super) struct Predicate {
    pub arity: usize,
    pub facts: Arc<Facts>,
    pub clauses: Vec<Arc<Clause>>,
    /// Predicates that depend on each other have the same component; callees have lower ones.
    pub component: u32,
    /// The relation of the facts, once something uses it.
    pub fact_relation: Option<RelId>,
}

/// A predicate called with some arguments bound.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variant {
    pub pred: PredId,
    /// Bit `i`: argument `i` is bound.
    pub bound: u64,
    pub demands: RelId,
    pub answers: RelId,
}

/// Positions among `arity` whose bit is set.
pub(super) fn positions(bound: u64, arity: usize) -> Vec<usize> {
    (0..arity).filter(|i| bound >> i & 1 == 1).collect()
}

fn select(args: &[Term], bound: u64) -> Vec<Term> {
    positions(bound, args.len()).into_iter().map(|i| args[i]).collect()
}

/// How a clause of a variant takes part in factoring.
enum Shape {
    /// Calls nothing of its own component.
    Exit,
    /// Ends in a call of the same variant that hands the free arguments through.
    Right,
    /// Begins with the demand of its own head, which the rest of the body does not use.
    Left,
    /// Anything else.
    General,
}

/// The set of variables bound so far.
#[derive(Clone)]
struct Bound(Vec<bool>);

impl Bound {
    fn new(vars: u32) -> Bound {
        Bound(vec![false; vars as usize])
    }

    fn has(&self, var: u32) -> bool {
        self.0[var as usize]
    }

    fn knows(&self, term: Term) -> bool {
        term.as_var().is_none_or(|v| self.has(v))
    }

    fn add(&mut self, terms: &TermStore, args: &[Term]) {
        for &arg in args {
            terms.for_each_var(arg, &mut |v| self.0[v as usize] = true);
        }
    }

    /// The adornment of a call.
    fn mask(&self, args: &[Term]) -> u64 {
        args.iter().enumerate().filter(|&(_, &a)| self.knows(a)).fold(0, |mask, (i, _)| mask | 1 << i)
    }
}

/// A clause on its way to rules: the part of the body that is done, as literals.
struct Walk {
    variant: Variant,
    /// Demand of the variant over the head's arguments; `None` where it has no columns.
    start: Option<Atom>,
    gate: Option<RelId>,
    prefix: Vec<Literal>,
    bound: Bound,
    head: Atom,
    priority: u32,
    vars: u32,
}

impl Relational {
    /// The number of the variant of `pred` with these arguments bound; a new one is compiled by [`Relational::compile`].
    pub(super) fn variant(&mut self, pred: PredId, bound: u64) -> usize {
        if let Some(&known) = self.variant_index.get(&(pred, bound)) {
            return known;
        }
        let demands = self.add_relation(Relation::growing(bound.count_ones() as usize));
        let answers = self.add_relation(Relation::growing(self.predicate(pred).arity));
        self.variants.push(Variant { pred, bound, demands, answers });
        self.variant_index.insert((pred, bound), self.variants.len() - 1);
        self.variants.len() - 1
    }

    /// Makes the rules of all variants that do not have them yet.
    pub(super) fn compile(&mut self, terms: &TermStore) {
        while self.compiled < self.variants.len() {
            let variant = self.variants[self.compiled];
            self.compiled += 1;
            self.compile_variant(variant, terms);
        }
    }

    /// The relation of a predicate's facts.
    pub(super) fn facts(&mut self, pred: PredId) -> RelId {
        let predicate = self.predicate(pred);
        if let Some(rel) = predicate.fact_relation {
            return rel;
        }
        let relation = Relation::of_facts(predicate.facts.clone(), predicate.arity);
        let rel = self.add_relation(relation);
        self.predicate_mut(pred).fact_relation = Some(rel);
        rel
    }

    fn compile_variant(&mut self, variant: Variant, terms: &TermStore) {
        let predicate = self.predicate(variant.pred);
        let (arity, clauses) = (predicate.arity, predicate.clauses.clone());
        let priority = 2 * predicate.component;
        let has_facts = predicate.facts.count > 0;
        let shapes: Vec<Shape> = clauses.iter().map(|c| self.shape(c, variant, terms)).collect();
        let factored = self.factoring
            && shapes.iter().any(|s| matches!(s, Shape::Right))
            && !shapes.iter().any(|s| matches!(s, Shape::General));
        let width = variant.bound.count_ones();
        let reach = factored.then(|| self.add_relation(Relation::growing(2 * width as usize)));
        if let Some(reach) = reach {
            let seed: Vec<Term> = (0..width).map(Term::var).collect();
            self.add_rule(
                Rule {
                    head: Atom { rel: reach, args: [&seed[..], &seed[..]].concat() },
                    body: vec![Literal::Atom(Atom { rel: variant.demands, args: seed })],
                    gate: None,
                    priority,
                    vars: width,
                },
                terms,
            );
        }
        if has_facts {
            let args: Vec<Term> = (0..arity as u32).map(Term::var).collect();
            let facts = Atom { rel: self.facts(variant.pred), args: args.clone() };
            let mut walk = self.begin(variant, reach, &args, arity as u32, terms);
            walk.prefix.push(Literal::Atom(facts));
            self.finish(walk, terms);
        }
        for (clause, shape) in clauses.iter().zip(&shapes) {
            self.compile_clause(variant, reach, clause, shape, terms);
        }
    }

    /// The walk of a clause at the start of its body.
    fn begin(
        &mut self,
        variant: Variant,
        reach: Option<RelId>,
        head: &[Term],
        mut vars: u32,
        terms: &TermStore,
    ) -> Walk {
        let demanded = select(head, variant.bound);
        let mut answer = head.to_vec();
        let start = if let Some(reach) = reach {
            // The answers go to the seed, which has variables of its own.
            let seed: Vec<Term> = (0..demanded.len() as u32).map(|i| Term::var(vars + i)).collect();
            vars += seed.len() as u32;
            for (&at, &seed) in positions(variant.bound, head.len()).iter().zip(&seed) {
                answer[at] = seed;
            }
            Some(Atom { rel: reach, args: [seed, demanded].concat() })
        } else if variant.bound != 0 {
            Some(Atom { rel: variant.demands, args: demanded })
        } else {
            None
        };
        let mut bound = Bound::new(vars);
        bound.add(terms, start.as_ref().map_or(&[], |a| &a.args));
        Walk {
            variant,
            gate: if start.is_none() { Some(variant.demands) } else { None },
            prefix: start.iter().cloned().map(Literal::Atom).collect(),
            start,
            bound,
            head: Atom { rel: variant.answers, args: answer },
            priority: 2 * self.predicate(variant.pred).component,
            vars,
        }
    }

    fn compile_clause(
        &mut self,
        variant: Variant,
        reach: Option<RelId>,
        clause: &Clause,
        shape: &Shape,
        terms: &TermStore,
    ) {
        let mut walk = self.begin(variant, reach, &clause.args, clause.vars, terms);
        let mut body = &clause.body[..];
        if reach.is_some() {
            let width = variant.bound.count_ones() as usize;
            match (shape, body) {
                (Shape::Right, [prefix @ .., Goal::Call { args, .. }]) => {
                    let seed = &walk.start.as_ref().map_or(&[][..], |s| &s.args)[..width];
                    let next = [seed, &select(args, variant.bound)].concat();
                    walk.head = Atom { rel: reach.unwrap_or(walk.head.rel), args: next };
                    body = prefix;
                }
                (Shape::Left, [Goal::Call { args, .. }, suffix @ ..]) => {
                    let mut own = walk.head.args.clone();
                    for at in positions(!variant.bound, args.len()) {
                        own[at] = args[at];
                    }
                    walk.bound.add(terms, &own);
                    walk.prefix = vec![Literal::Atom(Atom { rel: variant.answers, args: own })];
                    body = suffix;
                }
                _ => {}
            }
        }
        for (at, goal) in body.iter().enumerate() {
            self.walk_goal(&mut walk, goal, &body[at..], terms);
        }
        self.finish(walk, terms);
    }

    fn walk_goal(&mut self, walk: &mut Walk, goal: &Goal, rest: &[Goal], terms: &TermStore) {
        if walk.prefix.len() >= LONGEST {
            self.keep_prefix(walk, rest, terms);
        }
        match goal {
            Goal::Call { pred, args, .. } => {
                let rel = if self.predicate(*pred).clauses.is_empty() {
                    self.facts(*pred)
                } else {
                    self.demand(walk, *pred, args, rest, terms)
                };
                walk.prefix.push(Literal::Atom(Atom { rel, args: args.clone() }));
                walk.bound.add(terms, args);
            }
            Goal::Not { pred, args, .. } if self.predicate(*pred).clauses.is_empty() => {
                let rel = self.facts(*pred);
                walk.prefix.push(Literal::Absent(Atom { rel, args: args.clone() }));
            }
            Goal::Not { pred, args, .. } => {
                self.keep_prefix(walk, rest, terms);
                let rel = self.demand(walk, *pred, args, rest, terms);
                let priority = walk.priority;
                walk.priority |= 1;
                walk.prefix.push(Literal::Absent(Atom { rel, args: args.clone() }));
                self.keep_prefix(walk, &rest[1..], terms);
                walk.priority = priority;
            }
            Goal::Builtin { builtin, args, span } => {
                walk.prefix.push(Literal::Compute(Compute { builtin, args: args.clone(), span: *span }));
                walk.bound.add(terms, args);
            }
            // Predicates with these are not relational.
            Goal::Meta { .. } | Goal::Collect { .. } => {}
        }
    }

    /// Demands the answers of a call and returns their relation.
    fn demand(&mut self, walk: &mut Walk, pred: PredId, args: &[Term], rest: &[Goal], terms: &TermStore) -> RelId {
        let own = self.predicate(walk.variant.pred).component;
        let everything = walk.variant.bound == 0 && self.predicate(pred).component == own;
        let bound = if everything { 0 } else { walk.bound.mask(args) };
        let number = self.variant(pred, bound);
        let Variant { demands, answers, .. } = self.variants[number];
        let wanted = Atom { rel: demands, args: select(args, bound) };
        if walk.gate == Some(demands) {
            return answers;
        }
        if matches!(&walk.prefix[..], [Literal::Atom(only)] if *only == wanted) {
            // The demand of the head once more: it is there, and answers only exist where it is.
            walk.prefix.clear();
            return answers;
        }
        if heavy(&walk.prefix, self) {
            self.keep_prefix(walk, rest, terms);
        }
        let rule =
            Rule { head: wanted, body: walk.prefix.clone(), gate: walk.gate, priority: walk.priority, vars: walk.vars };
        self.add_rule(rule, terms);
        answers
    }

    /// Replaces the prefix by one relation of those of its variables that are still needed.
    fn keep_prefix(&mut self, walk: &mut Walk, rest: &[Goal], terms: &TermStore) {
        let mut needed = Bound::new(walk.vars);
        needed.add(terms, &walk.head.args);
        for goal in rest {
            match goal {
                Goal::Call { args, .. } | Goal::Not { args, .. } | Goal::Builtin { args, .. } => {
                    needed.add(terms, args)
                }
                Goal::Meta { .. } | Goal::Collect { .. } => {}
            }
        }
        let live = (0..walk.vars).filter(|&v| needed.has(v) && walk.bound.has(v)).map(Term::var).collect::<Vec<_>>();
        let kept = Atom { rel: self.add_relation(Relation::growing(live.len())), args: live };
        let body = std::mem::replace(&mut walk.prefix, vec![Literal::Atom(kept.clone())]);
        let rule = Rule { head: kept, body, gate: walk.gate.take(), priority: walk.priority, vars: walk.vars };
        self.add_rule(rule, terms);
    }

    fn finish(&mut self, walk: Walk, terms: &TermStore) {
        let Walk { head, prefix, gate, priority, vars, .. } = walk;
        self.add_rule(Rule { head, body: prefix, gate, priority, vars }, terms);
    }

    /// How a clause takes part in the factoring of a variant.
    fn shape(&self, clause: &Clause, variant: Variant, terms: &TermStore) -> Shape {
        let own = self.predicate(variant.pred).component;
        let inner = |goal: &Goal| matches!(goal, Goal::Call { pred, .. } if self.predicate(*pred).component == own);
        if !clause.body.iter().any(inner) {
            return Shape::Exit;
        }
        let arity = clause.args.len();
        let free = positions(!variant.bound, arity);
        if variant.bound == 0 || free.is_empty() || clause.body.iter().filter(|g| inner(g)).count() != 1 {
            return Shape::General;
        }
        let handed = select(&clause.args, variant.bound);
        let mut at_start = Bound::new(clause.vars);
        at_start.add(terms, &handed);
        match &clause.body[..] {
            [Goal::Call { pred, args, .. }, suffix @ ..]
                if *pred == variant.pred && select(args, variant.bound) == handed =>
            {
                let mut used = Bound::new(clause.vars);
                suffix.iter().for_each(|goal| used.add(terms, goal_args(goal)));
                free.iter().for_each(|&i| used.add(terms, &[clause.args[i]]));
                let apart = (0..clause.vars).all(|v| !(used.has(v) && at_start.has(v)));
                if apart && at_start.mask(args) == variant.bound { Shape::Left } else { Shape::General }
            }
            [prefix @ .., Goal::Call { pred, args, .. }] if *pred == variant.pred => {
                let mut before = at_start;
                prefix.iter().for_each(|goal| before.add(terms, goal_args(goal)));
                let bound = before.mask(args) == variant.bound;
                // The free arguments are distinct variables that occur nowhere else.
                let mut fresh = before;
                fresh.add(terms, &select(args, variant.bound));
                let through = free.iter().all(|&i| {
                    let new = clause.args[i].is_var() && !fresh.knows(clause.args[i]);
                    fresh.add(terms, &[clause.args[i]]);
                    new && args[i] == clause.args[i]
                });
                if bound && through { Shape::Right } else { Shape::General }
            }
            _ => Shape::General,
        }
    }
}

fn goal_args(goal: &Goal) -> &[Term] {
    match goal {
        Goal::Call { args, .. } | Goal::Not { args, .. } | Goal::Builtin { args, .. } | Goal::Meta { args, .. } => args,
        Goal::Collect { args, .. } => args,
    }
}

/// Whether a prefix is worth a relation of its own, rather than being joined again for the demand and for the rest.
fn heavy(prefix: &[Literal], engine: &Relational) -> bool {
    let atoms = prefix.iter().filter_map(|l| if let Literal::Atom(a) = l { Some(a) } else { None });
    let growing = atoms.clone().filter(|a| engine.relation(a.rel).growing).count();
    let computes = |l: &Literal| matches!(l, Literal::Compute(c) if binds(c.builtin));
    atoms.count() > 2 || growing > 1 || prefix.iter().any(computes)
}

/// Whether a builtin can bind a variable in a relational clause; all others only test.
pub(super) fn binds(builtin: &Builtin) -> bool {
    matches!(builtin.name, "is" | "=" | "between" | "succ")
}
