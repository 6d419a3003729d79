//! The program as the engine sees it: predicates with indexed facts and lowered clauses.
//!
//! Reading a text gives clauses with arbitrary control constructs; *lowering* (see [`crate::lower`]) turns each body into a
//! flat list of [`Goal`]s. Disjunction, if-then-else, negation of conjunctions, `findall/3` over conjunctions and the like
//! become auxiliary predicates whose arguments are the variables they share with the clause around them.
//!
//! Everything random is a *choice*: one multi-valued variable per ground instance of a probabilistic clause, annotated
//! disjunction or neural predicate. [`Disjunction`] describes them as written; [`crate::lineage::Choice`] is one instance.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::builtins::Builtin;
use crate::diag::Span;
use crate::term::{Symbol, Term};

/// Number of a predicate in [`Program::preds`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PredId(pub u32);

/// Number of a clause in [`Program::clauses`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClauseId(pub u32);

/// Number of a disjunction in [`Program::disjunctions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DisjunctionId(pub u32);

/// Number of a learnable parameter in [`Program::params`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct ParamId(pub u32);

/// A checked and lowered program. Cloning is cheap in the number of facts (they are shared).
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// All predicates, by [`PredId`].
    pub preds: Vec<Pred>,
    /// Predicates by name and arity.
    pub index: FxHashMap<(Symbol, u32), PredId>,
    /// All rules, by [`ClauseId`]. (Ground facts live in [`Pred::facts`].)
    pub clauses: Vec<Arc<Clause>>,
    /// All probabilistic clauses and disjunctions, by [`DisjunctionId`].
    pub disjunctions: Vec<Arc<Disjunction>>,
    /// Learnable parameters `t(_)`, by [`ParamId`].
    pub params: Vec<Param>,
    /// Constraints `:- body.`: predicates of arity 0 that must be false.
    pub constraints: Vec<(PredId, Span)>,
    /// Directives that speak of networks, data and training; see [`DECLARATIONS`].
    pub declarations: Vec<Declaration>,
    /// Goals that were lowered at run time, by the goal with its variables numbered from 0; see [`crate::lower::goal`].
    pub(crate) goals: FxHashMap<Term, (PredId, Vec<Term>)>,
}

/// Directives that logic does not interpret: it keeps them for whoever binds networks and data to the theory.
pub const DECLARATIONS: &[(&str, std::ops::RangeInclusive<u32>)] =
    &[("network", 2..=2), ("train", 1..=2), ("test", 1..=2), ("training", 1..=1)];

/// A directive such as `:- network(digit, lenet(10)).`, see [`DECLARATIONS`].
#[derive(Clone, Debug)]
pub struct Declaration {
    /// What is declared, over variables `0..vars.len()`.
    pub term: Term,
    /// The names of its variables.
    pub vars: Vec<Arc<str>>,
    /// Where it stands.
    pub span: Span,
}

/// A predicate: its ground facts and its rules.
#[derive(Clone, Debug)]
pub struct Pred {
    /// Name; auxiliary predicates have names that cannot be written (`$or 12`).
    pub name: Symbol,
    /// Number of arguments.
    pub arity: u32,
    /// Ground facts, certain and probabilistic.
    pub facts: Arc<Facts>,
    /// Rules (and facts with variables), in source order.
    pub clauses: Vec<ClauseId>,
    /// Made by lowering; never shown to the user as an atom.
    pub auxiliary: bool,
    /// Whether anything defines it: a clause, a fact, a `:- dynamic` or `:- discontiguous` directive. Calling an undefined
    /// predicate is an error unless unknown predicates are to fail.
    pub defined: bool,
    /// Where it is first defined, or first called.
    pub span: Span,
}

/// The ground facts of one predicate, as rows of terms.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// `rows.len() == count * arity`.
    pub rows: Vec<Term>,
    /// Number of facts (needed where the arity is 0).
    pub count: usize,
    /// For each fact 0 if it is certain, else 1 + index into `probabilistic`. Empty if all are certain.
    pub choice: Vec<u32>,
    /// The probabilistic ones.
    pub probabilistic: Vec<FactChoice>,
}

/// A probabilistic ground fact `0.3::f(a).`: a choice of its own with the values "true" and "false".
#[derive(Clone, Debug)]
pub struct FactChoice {
    /// Its probability: [`Weight::Const`] or [`Weight::Learn`].
    pub weight: Weight,
    /// Where it stands.
    pub span: Span,
}

impl Facts {
    /// The arguments of fact `i`.
    pub fn row(&self, i: usize, arity: usize) -> &[Term] {
        &self.rows[i * arity..(i + 1) * arity]
    }

    /// The choice of fact `i`, if it is not certain.
    pub fn choice(&self, i: usize) -> Option<&FactChoice> {
        match self.choice.get(i) {
            None | Some(0) => None,
            Some(&c) => Some(&self.probabilistic[c as usize - 1]),
        }
    }

    /// Adds a fact; `choice` is `None` for a certain one.
    pub fn push(&mut self, row: &[Term], choice: Option<FactChoice>) {
        self.rows.extend_from_slice(row);
        if choice.is_some() && self.choice.is_empty() {
            self.choice.resize(self.count, 0);
        }
        self.count += 1;
        match choice {
            Some(c) => {
                self.probabilistic.push(c);
                self.choice.push(self.probabilistic.len() as u32);
            }
            None if !self.choice.is_empty() => self.choice.push(0),
            None => {}
        }
    }
}

/// One rule `head :- body`, certain or one head of a disjunction.
#[derive(Clone, Debug)]
pub struct Clause {
    /// The predicate it defines.
    pub head: PredId,
    /// Arguments of the head, over variables `0..vars`.
    pub args: Vec<Term>,
    /// The body, run left to right.
    pub body: Vec<Goal>,
    /// Number of variables.
    pub vars: u32,
    /// Their names as written (`_` for anonymous ones), for messages.
    pub var_names: Vec<Arc<str>>,
    /// `Some((d, v))`: true only where disjunction `d` (instantiated by the clause's variables) takes value `v`.
    pub choice: Option<(DisjunctionId, u32)>,
    /// Where it stands.
    pub span: Span,
}

/// One goal of a lowered body. Terms are over the clause's variables.
#[derive(Clone, Debug)]
pub enum Goal {
    /// A user-defined predicate.
    Call {
        /// What is called.
        pred: PredId,
        /// Its arguments.
        args: Vec<Term>,
        /// Where.
        span: Span,
    },
    /// `\+ pred(args)`: true where no instance is. Variables in `shared` also occur elsewhere in the clause and must be bound
    /// when the goal runs; the others are existential (`\+ p(_)`: there is no p).
    Not {
        /// What must fail.
        pred: PredId,
        /// Its arguments.
        args: Vec<Term>,
        /// Variables that must be bound.
        shared: Vec<u32>,
        /// Where.
        span: Span,
    },
    /// A predicate that is computed rather than proved.
    Builtin {
        /// Which.
        builtin: &'static Builtin,
        /// Its arguments.
        args: Vec<Term>,
        /// Where.
        span: Span,
    },
    /// `call(G, Extra...)` where `G` is known only when it runs. `args[0]` is `G`. `negated` for `\+ G`.
    Meta {
        /// The goal and the further arguments.
        args: Vec<Term>,
        /// `\+ call(...)`.
        negated: bool,
        /// Where.
        span: Span,
    },
    /// `findall(template, pred(args), result)` and its relatives.
    Collect {
        /// Which relative.
        kind: Collect,
        /// What is collected, over the variables of `args`.
        template: Term,
        /// The predicate whose answers are collected.
        pred: PredId,
        /// Its arguments.
        args: Vec<Term>,
        /// Unified with the list.
        result: Term,
        /// Where.
        span: Span,
    },
}

/// The relatives of `findall/3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collect {
    /// `findall/3`: one list per possible world, `[]` when there is no answer.
    Findall,
    /// ProbLog's `all/3`: like `findall/3` but without the empty list.
    All,
    /// ProbLog's `all_or_none/3`: like `all/3`, with the empty list where nothing holds.
    AllOrNone,
    /// Number of answers that hold (`aggregate_all(count, G, N)`), without building lists.
    Count,
    /// Sum of the template over the answers (`aggregate_all(sum(X), G, S)`).
    Sum,
    /// Largest value of the template; fails where there is none.
    Max,
    /// Smallest value of the template; fails where there is none.
    Min,
}

/// A random choice as written: a probabilistic clause, an annotated disjunction or a neural predicate.
#[derive(Clone, Debug)]
pub struct Disjunction {
    /// Probability of each value, over the variables of the clause.
    pub weights: Weights,
    /// What each value is called: the heads as written, `pred(args)` over the clause's variables.
    pub heads: Vec<(PredId, Vec<Term>)>,
    /// Number of variables of the clause. A ground instance of them all is one [`crate::lineage::Choice`].
    pub vars: u32,
    /// Where it stands.
    pub span: Span,
}

/// Where the probabilities of a choice come from.
#[derive(Clone, Debug)]
pub enum Weights {
    /// One weight per value, plus "none" for what is missing to 1.
    Each(Vec<Weight>),
    /// `nn(net, inputs, output, domain)`: the values are `domain`, the probabilities come from a network. One choice per
    /// ground instance of `inputs` (not of all variables).
    Neural {
        /// Name of the network.
        net: Symbol,
        /// Inputs, over the clause's variables.
        inputs: Vec<Term>,
        /// The values, in order. `nn(net, inputs) :: h` has the values `true` and `false`.
        domain: Vec<Term>,
    },
}

/// A probability as written.
#[derive(Clone, Debug, PartialEq)]
pub enum Weight {
    /// A number in [0, 1].
    Const(f64),
    /// An arithmetic expression over the clause's variables, evaluated for each instance.
    Expr(Term),
    /// `t(_)`, `t(0.3)`, `t(_, X, ...)`: a learnable parameter; one for each instance of the further arguments.
    Learn {
        /// Which.
        param: ParamId,
        /// The further arguments, over the clause's variables: each ground instance is a parameter of its own.
        key: Vec<Term>,
    },
}

/// A learnable parameter `t(init)` as written.
#[derive(Clone, Debug)]
pub struct Param {
    /// The start value, if one is given.
    pub init: Option<f64>,
    /// The clause it stands in, and which head.
    pub span: Span,
}

impl Program {
    /// The predicate of this name and arity, made if it is new.
    pub fn pred(&mut self, name: Symbol, arity: u32, span: Span) -> PredId {
        let next = PredId(self.preds.len() as u32);
        let id = *self.index.entry((name, arity)).or_insert(next);
        if id == next {
            self.preds.push(Pred {
                name,
                arity,
                facts: Arc::default(),
                clauses: Vec::new(),
                auxiliary: false,
                defined: false,
                span,
            });
        }
        id
    }

    /// The predicate of this id.
    pub fn get(&self, pred: PredId) -> &Pred {
        &self.preds[pred.0 as usize]
    }

    /// The clause of this id.
    pub fn clause(&self, clause: ClauseId) -> &Arc<Clause> {
        &self.clauses[clause.0 as usize]
    }

    /// Adds a ground fact to a predicate.
    pub fn add_fact(&mut self, pred: PredId, args: &[Term], choice: Option<FactChoice>) {
        let pred = &mut self.preds[pred.0 as usize];
        pred.defined = true;
        Arc::make_mut(&mut pred.facts).push(args, choice);
    }

    /// Adds a rule to its predicate.
    pub fn add_clause(&mut self, clause: Clause) -> ClauseId {
        let id = ClauseId(self.clauses.len() as u32);
        let pred = &mut self.preds[clause.head.0 as usize];
        pred.clauses.push(id);
        pred.defined = true;
        self.clauses.push(Arc::new(clause));
        id
    }
}
