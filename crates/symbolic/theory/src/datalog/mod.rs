//! The relational engine: set-at-a-time, semi-naive Datalog for the parts of a program that are certain and relational.
//!
//! The general engine proves one answer at a time and records how; that is what probabilities need, and far too much for a
//! transitive closure over a million certain edges. Such parts ([`relational`] says which) are evaluated here: a call is turned
//! into a demand, the demand transformation (`magic`) makes rules that derive only what is demanded, and these run to their
//! fixpoint over relations of plain rows (`relation`, `set`, `index`) in batches (`plan`, `exec`). What was derived stays:
//! a later call adds its demand and continues.
//!
//! ```
//! use symbolon_theory::budget::Budget;
//! use symbolon_theory::datalog::Relational;
//! use symbolon_theory::diag::Span;
//! use symbolon_theory::program::{Clause, Goal, Program};
//! use symbolon_theory::term::{Term, TermStore};
//!
//! // edge(1,2). edge(2,3). path(X,Y) :- edge(X,Y). path(X,Y) :- edge(X,Z), path(Z,Y).
//! let (mut terms, mut program, span) = (TermStore::new(), Program::default(), Span::default());
//! let edge = program.pred(terms.symbol("edge"), 2, span);
//! let path = program.pred(terms.symbol("path"), 2, span);
//! let facts = std::sync::Arc::make_mut(&mut program.preds[edge.0 as usize].facts);
//! for (a, b) in [(1, 2), (2, 3)] {
//!     facts.push(&[terms.int(a), terms.int(b)], None);
//! }
//! program.preds[edge.0 as usize].defined = true;
//! let (x, y, z) = (Term::var(0), Term::var(1), Term::var(2));
//! let call = |pred, a, b| Goal::Call { pred, args: vec![a, b], span };
//! for body in [vec![call(edge, x, y)], vec![call(edge, x, z), call(path, z, y)]] {
//!     program.add_clause(Clause {
//!         head: path, args: vec![x, y], body, vars: 3, var_names: vec![], choice: None, span,
//!     });
//! }
//!
//! let mut engine = Relational::new(&program, &terms);
//! let one = terms.int(1);
//! let rows = engine.call(&mut terms, path, &[Some(one), None], &mut Budget::default().start()).unwrap();
//! assert_eq!(rows.iter().map(|row| row[1].as_small_int().unwrap()).collect::<Vec<_>>(), [2, 3]);
//! ```

mod exec;
mod index;
mod ir;
mod magic;
mod plan;
mod relation;
mod schedule;
mod set;
mod strata;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::budget::{Meter, Stop};
use crate::diag::Diagnostic;
use crate::program::{PredId, Program};
use crate::term::{Term, TermStore};

use exec::Machine;
use magic::{Predicate, Variant, positions};
use relation::{RelId, Relation};
use schedule::Task;
use strata::Strata;

pub use strata::relational;

/// Why a call has no complete answer.
#[derive(Clone, Debug)]
pub enum DatalogError {
    /// A budget is used up. What was derived so far is kept and sound; calling again continues.
    Stop(Stop),
    /// A builtin met arguments that it cannot work on.
    Fault(Box<Diagnostic>),
}

impl From<Stop> for DatalogError {
    fn from(stop: Stop) -> DatalogError {
        DatalogError::Stop(stop)
    }
}

/// Evaluates calls of relational predicates and keeps what it derives from call to call.
#[derive(Debug)]
pub struct Relational {
    /// By predicate; `None` for those that are not relational.
    predicates: Vec<Option<Predicate>>,
    relations: Vec<Relation>,
    variants: Vec<Variant>,
    variant_index: FxHashMap<(PredId, u64), usize>,
    /// Number of variants that have their rules.
    compiled: usize,
    tasks: Vec<Task>,
    /// For each relation the tasks that read what is new in it.
    readers: Vec<Vec<usize>>,
    /// Tasks that may have something to do, by priority.
    pending: BTreeSet<(u32, usize)>,
    machine: Machine,
    /// Whether right recursion is factored; without, the answers are the same.
    factoring: bool,
    /// The answers of the last call, where they are not simply all rows of a relation.
    answers: Relation,
}

/// The answers of a call: distinct rows, in the order in which they were derived.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    terms: &'a [Term],
    arity: usize,
    count: usize,
}

impl<'a> Rows<'a> {
    /// Number of answers.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The arguments of answer `i`.
    ///
    /// # Panics
    /// If there are not so many answers.
    pub fn get(&self, i: usize) -> &'a [Term] {
        assert!(i < self.count, "answer {i} of {}", self.count);
        &self.terms[i * self.arity..(i + 1) * self.arity]
    }

    /// The arguments of each answer.
    pub fn iter(&self) -> impl Iterator<Item = &'a [Term]> + use<'a> {
        let Rows { terms, arity, count } = *self;
        (0..count).map(move |i| &terms[i * arity..(i + 1) * arity])
    }

    /// All answers, one after the other.
    pub fn flat(&self) -> &'a [Term] {
        self.terms
    }
}

impl<'a> From<&'a Relation> for Rows<'a> {
    fn from(relation: &'a Relation) -> Rows<'a> {
        Rows { terms: relation.rows(), arity: relation.arity, count: relation.len() }
    }
}

impl Relational {
    /// An engine for the relational predicates of a program. Facts are shared, not copied; nothing is derived yet.
    pub fn new(program: &Program, terms: &TermStore) -> Relational {
        let strata = Strata::new(program, terms);
        let predicates = program.preds.iter().enumerate().map(|(p, pred)| {
            strata.relational[p].then(|| Predicate {
                arity: pred.arity as usize,
                facts: pred.facts.clone(),
                clauses: pred.clauses.iter().map(|&c| program.clause(c).clone()).collect(),
                component: strata.component[p],
                fact_relation: None,
            })
        });
        Relational {
            predicates: predicates.collect(),
            relations: Vec::new(),
            variants: Vec::new(),
            variant_index: FxHashMap::default(),
            compiled: 0,
            tasks: Vec::new(),
            readers: Vec::new(),
            pending: BTreeSet::new(),
            machine: Machine::default(),
            factoring: true,
            answers: Relation::growing(0),
        }
    }

    /// Whether this predicate can be called here. Predicates added to the program after [`Relational::new`] cannot.
    pub fn handles(&self, pred: PredId) -> bool {
        self.predicates.get(pred.0 as usize).is_some_and(Option::is_some)
    }

    /// Bytes held by relations and indexes, without the facts that are shared with the program.
    pub fn bytes(&self) -> usize {
        self.relations.iter().map(Relation::bytes).sum::<usize>() + self.answers.bytes()
    }

    /// All answers of a call whose arguments are bound to ground terms (`Some`) or free (`None`).
    ///
    /// # Errors
    /// When the budget is used up ([`DatalogError::Stop`]; a later call goes on from there) or a builtin faults.
    ///
    /// # Panics
    /// If the predicate is not [handled](Relational::handles), has another arity, or an argument is not ground: mistakes of
    /// the calling code, not of a program.
    pub fn call(
        &mut self,
        terms: &mut TermStore,
        pred: PredId,
        args: &[Option<Term>],
        meter: &mut Meter,
    ) -> Result<Rows<'_>, DatalogError> {
        assert!(self.handles(pred), "the predicate is relational");
        assert_eq!(args.len(), self.predicate(pred).arity, "a call with another number of arguments");
        assert!(args.iter().flatten().all(|&a| terms.is_ground(a)), "bound arguments are ground");
        if self.predicate(pred).clauses.is_empty() {
            let facts = self.facts(pred);
            return Ok(self.select(facts, args));
        }
        let bound = args.iter().enumerate().filter(|(_, a)| a.is_some()).fold(0, |mask, (i, _)| mask | 1u64 << i);
        // Where everything was asked before, nothing is left to derive.
        let everything =
            self.variant_index.get(&(pred, 0)).filter(|&&v| self.relation(self.variants[v].demands).len() > 0);
        let number = match everything {
            Some(&number) => number,
            None => self.variant(pred, bound),
        };
        self.compile(terms);
        let Variant { demands, answers, bound, .. } = self.variants[number];
        let demand: Vec<Term> = positions(bound, args.len()).into_iter().filter_map(|i| args[i]).collect();
        if self.relations[demands.0 as usize].insert(&demand) {
            self.wake(demands);
        }
        self.run(terms, meter)?;
        // Answers only exist for demands: where there is but one, they are all its own.
        if everything_asked(bound, args) && self.relation(demands).len() == 1 {
            return Ok(Rows::from(self.relation(answers)));
        }
        Ok(self.select(answers, args))
    }

    /// The rows of a relation that match a call.
    fn select(&mut self, rel: RelId, args: &[Option<Term>]) -> Rows<'_> {
        let relation = &mut self.relations[rel.0 as usize];
        if relation.growing && args.iter().all(Option::is_none) {
            return Rows::from(&*relation);
        }
        self.answers = relation.matching(args);
        Rows::from(&self.answers)
    }

    fn predicate(&self, pred: PredId) -> &Predicate {
        self.predicates[pred.0 as usize].as_ref().expect("what relational predicates call is relational")
    }

    fn predicate_mut(&mut self, pred: PredId) -> &mut Predicate {
        self.predicates[pred.0 as usize].as_mut().expect("what relational predicates call is relational")
    }

    fn relation(&self, rel: RelId) -> &Relation {
        &self.relations[rel.0 as usize]
    }

    fn add_relation(&mut self, relation: Relation) -> RelId {
        self.relations.push(relation);
        self.readers.push(Vec::new());
        RelId(self.relations.len() as u32 - 1)
    }
}

/// Whether the variant binds all arguments that the call binds, so that its demand says all there is to say.
fn everything_asked(bound: u64, args: &[Option<Term>]) -> bool {
    args.iter().enumerate().all(|(i, a)| a.is_some() == (bound >> i & 1 == 1))
}
