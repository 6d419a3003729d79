//! Planning: from a rule to the steps that evaluate it.
//!
//! Semi-naive evaluation runs one version of a rule for each of its growing relations, starting from what is new there. The
//! other atoms follow greedily, the one with the fewest matching rows first (facts are sampled, of derived relations the number
//! of free columns is all that is known). Tests are placed as early as their variables allow. A step passes on only the variables that
//! something after it still needs.

use super::ir::{Atom, Compute, Literal, Rule};
use super::relation::{RelId, Relation};
use crate::builtins::Builtin;
use crate::diag::Span;
use crate::term::{Term, TermStore, View, sym};

/// Guess for the rows of a derived relation that match a binding, for each column left free.
const UNKNOWN_MATCHES: usize = 8;

/// A value in a batch: one of its columns, or the same term for all rows.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operand {
    Column(usize),
    Const(Term),
}

/// Where the first batch comes from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// One row without columns.
    Unit,
    /// The new rows of a relation whose columns have given values or equal each other; `load` are the columns passed on.
    Rows { rel: RelId, constants: Vec<(usize, Term)>, same: Vec<(usize, usize)>, load: Vec<usize> },
}

/// One step from batch to batch. Steps with `keep` make a new batch of the kept columns and then the fetched ones; the
/// others only remove rows.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Extends each row by all matching rows of a relation, found by an index.
    Probe { rel: RelId, index: usize, key: Vec<Operand>, keep: Vec<usize>, fetch: Vec<usize> },
    /// Extends each row by all of the first `limit` rows of a relation.
    Cross { rel: RelId, limit: usize, keep: Vec<usize>, fetch: Vec<usize> },
    /// Keeps the rows with (`negated`: without) a match in an index whose payload columns `same` equal each other.
    Exists { rel: RelId, index: usize, key: Vec<Operand>, same: Vec<(usize, usize)>, negated: bool },
    /// Keeps the rows where the relation has any row whose columns `same` equal each other (`negated`: none).
    Any { rel: RelId, same: Vec<(usize, usize)>, negated: bool },
    /// Keeps the rows whose operands are (`negated`: are not) a row of the relation.
    Member { rel: RelId, args: Vec<Operand>, negated: bool },
    /// Keeps the rows where two columns are equal.
    Same(usize, usize),
    /// Keeps the rows where a comparison holds.
    Compare { test: Comparison, left: Operand, right: Operand, call: Call },
    /// `is` with one operation: extends each row by the result, or keeps those whose `result` it is.
    Arithmetic {
        operation: Operation,
        left: Operand,
        right: Operand,
        result: Option<Operand>,
        call: Call,
        keep: Vec<usize>,
    },
    /// Calls a builtin for each row.
    Call { call: Call, keep: Vec<usize> },
}

/// Operations that are computed here where both sides are small integers, which cannot overflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Add,
    Subtract,
    Multiply,
}

/// Comparisons that are decided on the handles alone where both sides are small integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
    /// Equal terms, numbers or not: always decided on the handles.
    Identical,
    /// Different terms: always decided on the handles.
    Different,
}

/// A call of a builtin.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub builtin: &'static Builtin,
    pub args: Vec<Term>,
    pub span: Span,
    /// Bound variables and their columns.
    pub inputs: Vec<(u32, usize)>,
    /// Variables that it binds: further columns of the next batch.
    pub outputs: Vec<u32>,
    /// A fault keeps the row: the test runs once more when the rest of the body holds.
    pub lenient: bool,
    /// One more than the largest variable.
    pub vars: u32,
}

/// An index (or the rows) of another atom of the rule that a version reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Use {
    /// Position of the atom among the literals of the rule.
    pub literal: usize,
    pub rel: RelId,
    /// `None`: all its rows, by step `step`.
    pub index: Option<usize>,
    pub step: usize,
}

/// The steps of one version of a rule.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub source: Source,
    pub steps: Vec<Step>,
    pub uses: Vec<Use>,
    pub head: RelId,
    pub emit: Vec<Operand>,
}

/// Plans the version of `rule` that starts from literal `delta` (`None`: from nothing). Makes the indexes it needs.
pub(super) fn plan(rule: &Rule, delta: Option<usize>, relations: &mut [Relation], terms: &TermStore) -> Plan {
    let facts = rule.body.iter().map(|l| Fact::of(l, terms)).collect::<Vec<_>>();
    let mut planner = Planner {
        terms,
        rule,
        relations,
        inputs: inputs(&facts, rule.vars),
        done: vec![false; rule.body.len()],
        facts,
        columns: Vec::new(),
        plan: Plan { source: Source::Unit, steps: Vec::new(), uses: Vec::new(), head: rule.head.rel, emit: Vec::new() },
        recheck: Vec::new(),
    };
    planner.run(delta);
    planner.plan
}

/// What planning asks of a literal.
struct Fact {
    vars: Vec<u32>,
}

impl Fact {
    fn of(literal: &Literal, terms: &TermStore) -> Fact {
        let args = match literal {
            Literal::Atom(a) | Literal::Absent(a) => &a.args,
            Literal::Compute(c) => &c.args,
        };
        let mut vars = Vec::new();
        for &arg in args {
            terms.for_each_var(arg, &mut |v| vars.push(v));
        }
        vars.sort_unstable();
        vars.dedup();
        Fact { vars }
    }
}

/// For each literal the variables that something before it binds: what a test or computation needs.
fn inputs(facts: &[Fact], vars: u32) -> Vec<Vec<u32>> {
    let mut bound = vec![false; vars as usize];
    let mut inputs = Vec::new();
    for fact in facts {
        inputs.push(fact.vars.iter().copied().filter(|&v| bound[v as usize]).collect());
        // The free variables of a negated atom occur nowhere else, so marking them changes nothing.
        fact.vars.iter().for_each(|&v| bound[v as usize] = true);
    }
    inputs
}

struct Planner<'a> {
    terms: &'a TermStore,
    rule: &'a Rule,
    relations: &'a mut [Relation],
    facts: Vec<Fact>,
    inputs: Vec<Vec<u32>>,
    done: Vec<bool>,
    /// The variable of each column of the current batch.
    columns: Vec<u32>,
    plan: Plan,
    /// Tests that were placed early and may have faults.
    recheck: Vec<usize>,
}

impl Planner<'_> {
    fn run(&mut self, delta: Option<usize>) {
        if let Some(at) = delta
            && let Literal::Atom(atom) = &self.rule.body[at]
        {
            self.done[at] = true;
            self.source(atom);
        }
        loop {
            while let Some(at) = (0..self.done.len()).find(|&i| self.ready(i)) {
                self.place_test(at);
            }
            let atoms =
                (0..self.done.len()).filter(|&i| !self.done[i] && matches!(self.rule.body[i], Literal::Atom(_)));
            let Some(at) = atoms.min_by_key(|&i| self.cost(i)) else { break };
            self.done[at] = true;
            if let Literal::Atom(atom) = &self.rule.body[at] {
                self.place_atom(at, atom);
            }
        }
        for at in std::mem::take(&mut self.recheck) {
            if let Literal::Compute(compute) = &self.rule.body[at] {
                self.place_compute(at, compute, false);
            }
        }
        self.plan.emit = self.rule.head.args.iter().map(|&a| self.operand(a)).collect();
    }

    /// Whether a later literal or the head needs the variable.
    fn needed(&self, var: u32) -> bool {
        let pending = |i: usize| !self.done[i] || self.recheck.contains(&i);
        (0..self.done.len()).any(|i| pending(i) && self.facts[i].vars.contains(&var))
            || self.rule.head.args.iter().any(|a| a.as_var() == Some(var))
    }

    fn column(&self, var: u32) -> Option<usize> {
        self.columns.iter().position(|&v| v == var)
    }

    fn operand(&self, arg: Term) -> Operand {
        match arg.as_var() {
            // Unbound variables do not get here: clauses are range-restricted.
            Some(v) => Operand::Column(self.column(v).unwrap_or(0)),
            None => Operand::Const(arg),
        }
    }

    fn is_bound(&self, arg: Term) -> bool {
        arg.as_var().is_none_or(|v| self.column(v).is_some())
    }

    /// Whether a test or computation can run now.
    fn ready(&self, at: usize) -> bool {
        let inputs = |s: &Self| s.inputs[at].iter().all(|&v| s.column(v).is_some());
        !self.done[at]
            && match &self.rule.body[at] {
                Literal::Atom(_) => false,
                Literal::Absent(_) => inputs(self),
                Literal::Compute(_) => {
                    // What binds variables may fault, so it waits for all that stands before it.
                    inputs(self) && (self.inputs[at].len() == self.facts[at].vars.len() || self.all_before(at))
                }
            }
    }

    fn all_before(&self, at: usize) -> bool {
        self.done[..at].iter().all(|&d| d)
    }

    /// About how many rows of an atom match one binding of the variables bound so far: atoms come in this order, and in
    /// the order written where it is equal.
    fn cost(&self, at: usize) -> usize {
        let Literal::Atom(atom) = &self.rule.body[at] else { return usize::MAX };
        let bound: Vec<usize> = (0..atom.args.len()).filter(|&i| self.is_bound(atom.args[i])).collect();
        if bound.len() == atom.args.len() {
            return 0;
        }
        let relation = &self.relations[atom.rel.0 as usize];
        match (relation.growing, bound.is_empty()) {
            (false, _) => relation.matches(&bound),
            // Nothing is known yet of what is still to be derived.
            (true, false) => UNKNOWN_MATCHES * (atom.args.len() - bound.len()),
            (true, true) => usize::MAX,
        }
    }

    fn source(&mut self, atom: &Atom) {
        let (mut constants, mut same, mut load) = (Vec::new(), Vec::new(), Vec::new());
        for (i, &arg) in atom.args.iter().enumerate() {
            match arg.as_var() {
                None => constants.push((i, arg)),
                Some(v) => match atom.args[..i].iter().position(|&a| a == arg) {
                    Some(first) => same.push((first, i)),
                    None if self.needed(v) => {
                        load.push(i);
                        self.columns.push(v);
                    }
                    None => {}
                },
            }
        }
        self.plan.source = Source::Rows { rel: atom.rel, constants, same, load };
    }

    /// Columns of the batch that are still needed; the batch becomes these and then `new`.
    fn keep(&mut self, new: &[u32]) -> Vec<usize> {
        let keep: Vec<usize> = (0..self.columns.len()).filter(|&c| self.needed(self.columns[c])).collect();
        self.columns = keep.iter().map(|&c| self.columns[c]).chain(new.iter().copied()).collect();
        keep
    }

    fn place_atom(&mut self, at: usize, atom: &Atom) {
        let bound: Vec<usize> = (0..atom.args.len()).filter(|&i| self.is_bound(atom.args[i])).collect();
        if bound.len() == atom.args.len() {
            return self.place_member(atom, false);
        }
        // The first occurrence of each free variable, and where it occurs again.
        let (mut new, mut same) = (Vec::new(), Vec::new());
        for i in (0..atom.args.len()).filter(|i| !bound.contains(i)) {
            match new.iter().find(|&&(first, _): &&(usize, u32)| atom.args[first] == atom.args[i]) {
                Some(&(first, _)) => same.push((first, i)),
                None => new.extend(atom.args[i].as_var().map(|v| (i, v))),
            }
        }
        if !new.iter().any(|&(_, v)| self.needed(v)) {
            return self.place_exists(Some(at), atom, bound, &same, false);
        }
        // Repeated variables are fetched each time and compared.
        let again: Vec<(usize, u32)> =
            same.iter().map(|&(first, i)| (i, atom.args[first].as_var().unwrap_or(0))).collect();
        let compared = |i: usize| same.iter().any(|&(first, _)| first == i);
        let fetched: Vec<(usize, u32)> =
            new.iter().copied().filter(|&(i, v)| compared(i) || self.needed(v)).chain(again).collect();
        let key: Vec<Operand> = bound.iter().map(|&i| self.operand(atom.args[i])).collect();
        let vars: Vec<u32> = fetched.iter().map(|&(_, v)| v).collect();
        let keep = self.keep(&vars);
        let step = self.plan.steps.len();
        if bound.is_empty() {
            let fetch = fetched.iter().map(|&(i, _)| i).collect();
            self.plan.uses.push(Use { literal: at, rel: atom.rel, index: None, step });
            self.plan.steps.push(Step::Cross { rel: atom.rel, limit: 0, keep, fetch });
        } else {
            let index = self.index(atom.rel, &bound);
            self.plan.uses.push(Use { literal: at, rel: atom.rel, index: Some(index), step });
            let rest = &self.relations[atom.rel.0 as usize].indexes[index].rest;
            let fetch = fetched.iter().map(|&(i, _)| rest.iter().position(|&c| c == i).unwrap_or(0)).collect();
            self.plan.steps.push(Step::Probe { rel: atom.rel, index, key, keep, fetch });
        }
        // The columns of a repeated variable: the first stays, the others are compared with it.
        for c in (0..self.columns.len()).rev() {
            let first = self.column(self.columns[c]).unwrap_or(c);
            if first != c {
                self.plan.steps.push(Step::Same(first, c));
            }
        }
    }

    fn index(&mut self, rel: RelId, key: &[usize]) -> usize {
        self.relations[rel.0 as usize].index_by(key)
    }

    fn place_member(&mut self, atom: &Atom, negated: bool) {
        self.relations[atom.rel.0 as usize].build_set();
        let args = atom.args.iter().map(|&a| self.operand(a)).collect();
        self.plan.steps.push(Step::Member { rel: atom.rel, args, negated });
    }

    fn place_exists(
        &mut self,
        at: Option<usize>,
        atom: &Atom,
        bound: Vec<usize>,
        same: &[(usize, usize)],
        negated: bool,
    ) {
        if bound.is_empty() {
            self.plan.steps.push(Step::Any { rel: atom.rel, same: same.to_vec(), negated });
            return;
        }
        let key = bound.iter().map(|&i| self.operand(atom.args[i])).collect();
        let index = self.index(atom.rel, &bound);
        let literal = at.unwrap_or(usize::MAX);
        self.plan.uses.push(Use { literal, rel: atom.rel, index: Some(index), step: self.plan.steps.len() });
        let rest = &self.relations[atom.rel.0 as usize].indexes[index].rest;
        let place = |i: usize| rest.iter().position(|&c| c == i).unwrap_or(0);
        let same = same.iter().map(|&(a, b)| (place(a), place(b))).collect();
        self.plan.steps.push(Step::Exists { rel: atom.rel, index, key, same, negated });
    }

    fn place_test(&mut self, at: usize) {
        match &self.rule.body[at] {
            Literal::Atom(_) => {}
            Literal::Absent(atom) => {
                self.done[at] = true;
                let bound: Vec<usize> = (0..atom.args.len()).filter(|&i| self.is_bound(atom.args[i])).collect();
                if bound.len() == atom.args.len() {
                    return self.place_member(atom, true);
                }
                let free = (0..atom.args.len()).filter(|i| !bound.contains(i));
                let same: Vec<(usize, usize)> =
                    free.filter_map(|i| Some((atom.args[..i].iter().position(|&a| a == atom.args[i])?, i))).collect();
                self.place_exists(None, atom, bound, &same, true);
            }
            Literal::Compute(compute) => {
                let early = !self.all_before(at) && !never_faults(compute.builtin);
                self.done[at] = true;
                if early {
                    self.recheck.push(at);
                }
                self.place_compute(at, compute, early);
            }
        }
    }

    /// One operation on bound variables and constants.
    fn operation(&self, expression: Term) -> Option<(Operation, Operand, Operand)> {
        let View::Compound(name, &[left, right]) = self.terms.view(expression) else { return None };
        let operation = match name {
            sym::PLUS => Operation::Add,
            sym::MINUS => Operation::Subtract,
            sym::STAR => Operation::Multiply,
            _ => return None,
        };
        let simple = |a: Term| if a.is_var() { self.is_bound(a) } else { a.as_small_int().is_some() };
        (simple(left) && simple(right)).then(|| (operation, self.operand(left), self.operand(right)))
    }

    fn place_compute(&mut self, at: usize, compute: &Compute, lenient: bool) {
        let inputs: Vec<(u32, usize)> =
            self.facts[at].vars.iter().filter_map(|&v| Some((v, self.column(v)?))).collect();
        let outputs: Vec<u32> = self.facts[at].vars.iter().copied().filter(|&v| self.column(v).is_none()).collect();
        let call = Call {
            builtin: compute.builtin,
            args: compute.args.clone(),
            span: compute.span,
            inputs,
            outputs: outputs.clone(),
            lenient,
            vars: self.rule.vars,
        };
        if let ("is", &[result, expression]) = (compute.builtin.name, &compute.args[..])
            && let Some((operation, left, right)) = self.operation(expression)
            && (result.is_var() || self.terms.is_ground(result))
        {
            let result = if outputs.is_empty() { Some(self.operand(result)) } else { None };
            let keep = if outputs.is_empty() { Vec::new() } else { self.keep(&outputs) };
            self.plan.steps.push(Step::Arithmetic { operation, left, right, result, call, keep });
            return;
        }
        if let (Some(test), &[left, right], true) = (comparison(compute.builtin), &compute.args[..], outputs.is_empty())
            && [left, right].iter().all(|&a| self.is_bound(a) && (a.is_var() || self.terms.is_ground(a)))
        {
            let (left, right) = (self.operand(left), self.operand(right));
            self.plan.steps.push(Step::Compare { test, left, right, call });
            return;
        }
        let keep = if outputs.is_empty() { Vec::new() } else { self.keep(&outputs) };
        self.plan.steps.push(Step::Call { call, keep });
    }
}

fn comparison(builtin: &Builtin) -> Option<Comparison> {
    Some(match (builtin.name, builtin.arity) {
        ("<", 2) => Comparison::Less,
        ("=<", 2) => Comparison::LessEqual,
        (">", 2) => Comparison::Greater,
        (">=", 2) => Comparison::GreaterEqual,
        ("=:=", 2) => Comparison::Equal,
        ("=\\=", 2) => Comparison::NotEqual,
        ("==" | "=", 2) => Comparison::Identical,
        ("\\==" | "\\=", 2) => Comparison::Different,
        _ => return None,
    })
}

/// Tests of terms that cannot fault, whatever the terms are.
fn never_faults(builtin: &Builtin) -> bool {
    matches!(
        builtin.name,
        "=" | "\\="
            | "=="
            | "\\=="
            | "@<"
            | "@>"
            | "@=<"
            | "@>="
            | "atom"
            | "atomic"
            | "number"
            | "integer"
            | "float"
            | "compound"
            | "callable"
            | "ground"
            | "var"
            | "nonvar"
            | "is_list"
            | "string"
    )
}
