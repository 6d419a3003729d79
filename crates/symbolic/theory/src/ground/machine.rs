//! The tabled evaluator: runs clause bodies goal by goal, one activation at a time, without recursion.
//!
//! Every call of a predicate with rules goes through a [`Table`](super::table): a repeated call, also a recursive one, reads
//! answers instead of being run again. So left recursion ends, work is never repeated, and every rule instance is seen once:
//! its proof is recorded in the lineage at that moment (SLG resolution, Chen & Warren 1996, with local scheduling).
//!
//! An *activation* is a clause with some of its variables bound, at some goal. Work waits on the *agenda*, a stack, so
//! evaluation is depth first and in source order. An activation that meets an incomplete table is parked there as a
//! *consumer* (it wants every answer) or a *waiter* (it wants to know that there are no more: negation, `findall/3`); see
//! [`super::completion`] for when a table is complete.

use std::rc::Rc;
use std::sync::Arc;

use super::facts::{FactIndexes, Matches};
use super::table::{TableId, Tables, canonicalise};
use super::{Halt, Options};
use crate::budget::Meter;
use crate::builtins::Solutions;
use crate::datalog::Relational;
use crate::diag::{Code, Diagnostic, Span};
use crate::lineage::{Lineage, Lit};
use crate::program::{Clause, ClauseId, Goal, PredId, Program};
use crate::term::{Term, TermStore};
use crate::unify::{UNBOUND, resolve, unify};

/// A conjunction under construction: index into [`Machine::conjunctions`]; 0 is the empty one.
pub(super) type Conj = u32;

/// A clause with some variables bound, at one of its goals.
pub(super) struct Activation {
    pub(super) clause: ClauseId,
    pub(super) goal: u32,
    /// The table that answers of this clause go to.
    pub(super) table: TableId,
    /// What the goals so far need.
    pub(super) conj: Conj,
    /// Values of the clause's variables, then of the call's.
    pub(super) regs: Vec<Term>,
}

/// Something to be done.
pub(super) enum Item {
    /// Go on with an activation.
    Run(Activation),
    /// Try the facts and then clause number `.1 - 1` of a table's predicate, and so on.
    Expand(TableId, u32),
    /// All work above this was caused by the table: is it complete?
    Check(TableId),
    /// Give a consumer its next answers.
    Resume(u32),
    /// Go on with an activation for each of some alternatives, from number `.2` on.
    Each(Activation, Alternatives, u32),
}

/// Ready ways to solve the current goal of an activation.
#[derive(Clone)]
pub(super) enum Alternatives {
    /// Facts that match; the arguments, where they are not those of the goal as written.
    Facts(PredId, Matches, Option<Rc<[Term]>>),
    /// Answers of a complete table; the activation's variables that take the values.
    Answers(TableId, Rc<[u32]>),
    /// Solutions of a builtin.
    Solutions(Rc<Solutions>),
    /// Certain rows of values for these variables of the activation.
    Rows(Rc<[u32]>, Rc<[Term]>),
    /// Values for one term, each with what it needs.
    Values(Term, Rc<[(Term, Vec<Lit>)]>),
}

/// An activation parked at an incomplete table.
pub(super) struct Consumer {
    pub(super) activation: Option<Activation>,
    pub(super) target: TableId,
    /// Answers taken so far.
    pub(super) next: usize,
    /// The activation's variables that take the values of an answer.
    pub(super) vars: Rc<[u32]>,
    /// Takes answers as they come: it is part of the recursion that the table belongs to. Others get them at completion.
    pub(super) eager: bool,
    /// On the agenda.
    pub(super) scheduled: bool,
}

/// An activation that runs again when its target is complete.
pub(super) struct Waiter {
    pub(super) activation: Option<Activation>,
    pub(super) span: Span,
    pub(super) negation: bool,
}

/// The evaluator. See the [module documentation](self).
pub(super) struct Machine<'a> {
    pub(super) program: Program,
    pub(super) terms: &'a mut TermStore,
    pub(super) lineage: Lineage,
    pub(super) meter: Meter,
    pub(super) options: Options,
    pub(super) tables: Tables,
    pub(super) agenda: Vec<Item>,
    pub(super) consumers: Vec<Consumer>,
    pub(super) waiters: Vec<Waiter>,
    /// Incomplete tables in order of creation.
    pub(super) stack: Vec<TableId>,
    /// Where in `stack` each group of tables that may depend on one another starts.
    pub(super) groups: Vec<u32>,
    pub(super) conjunctions: Vec<(Conj, Lit)>,
    pub(super) facts: FactIndexes,
    pub(super) relational: Option<Relational>,
    /// Predicates whose answers do not depend on how they are called; see [`super::sharing`].
    sharing: Vec<bool>,
    pub(super) parked_bytes: usize,
    pub(super) pool: Vec<Vec<Term>>,
    pub(super) scratch: Vec<Term>,
    pub(super) scratch_vars: Vec<u32>,
    pub(super) scratch_lits: Vec<Lit>,
    pub(super) solutions: Solutions,
    /// What `write/1` and its relatives printed.
    pub(super) output: String,
}

impl<'a> Machine<'a> {
    pub(super) fn new(program: &Program, terms: &'a mut TermStore, meter: Meter, options: Options) -> Machine<'a> {
        // A traced grounding wants the proofs of certain atoms too, which the relational engine does not keep.
        let relational = (!options.trace).then(|| Relational::new(program, terms));
        Machine {
            program: program.clone(),
            terms,
            lineage: Lineage::new(),
            meter,
            options,
            tables: Tables::default(),
            agenda: Vec::new(),
            consumers: Vec::new(),
            waiters: Vec::new(),
            stack: Vec::new(),
            groups: Vec::new(),
            conjunctions: vec![(0, Lit::TRUE)],
            facts: FactIndexes::default(),
            relational,
            sharing: super::sharing::sharing(program),
            parked_bytes: 0,
            pool: Vec::new(),
            scratch: Vec::new(),
            scratch_vars: Vec::new(),
            scratch_lits: Vec::new(),
            solutions: Solutions::default(),
            output: String::new(),
        }
    }

    /// Evaluates `pred(args)` completely and returns its answers: argument rows and literals.
    pub(super) fn solve(&mut self, pred: PredId, args: &[Term], span: Span) -> Result<Vec<(Vec<Term>, Lit)>, Halt> {
        let (mut canonical, mut vars) = (args.to_vec(), Vec::new());
        canonicalise(self.terms, &mut canonical, &mut vars);
        self.require_defined(pred, span)?;
        let (table, new) = self.tables.of(pred, false, &canonical, vars.len() as u32);
        if new {
            self.open(table);
        }
        self.drain()?;
        Ok(self.answers_of(table))
    }

    /// The answers of a call that were found before a stop.
    pub(super) fn found(&mut self, pred: PredId, args: &[Term]) -> Vec<(Vec<Term>, Lit)> {
        let (mut canonical, mut vars) = (args.to_vec(), Vec::new());
        canonicalise(self.terms, &mut canonical, &mut vars);
        let (table, _) = self.tables.of(pred, false, &canonical, vars.len() as u32);
        self.answers_of(table)
    }

    /// The answers found so far, as full argument rows.
    pub(super) fn answers_of(&mut self, table: TableId) -> Vec<(Vec<Term>, Lit)> {
        let (pred, width) = (self.tables[table].pred, self.tables[table].vars as usize);
        let arity = self.program.get(pred).arity;
        (0..self.tables[table].answers.len())
            .map(|i| {
                let lit = self.tables[table].answers.lits[i];
                let row = self.tables[table].answers.row(i, width).to_vec();
                let args = self.tables.args(table, arity).to_vec();
                let full = args.iter().map(|&a| self.terms.substitute(a, &mut |_, v| row[v as usize])).collect();
                (full, lit)
            })
            .collect()
    }

    /// Works until nothing is left to do.
    fn drain(&mut self) -> Result<(), Halt> {
        while let Some(item) = self.agenda.pop() {
            self.tick()?;
            match item {
                Item::Run(activation) => self.run(activation)?,
                Item::Expand(table, next) => self.expand(table, next)?,
                Item::Check(table) => self.check(table)?,
                Item::Resume(consumer) => self.resume(consumer)?,
                Item::Each(activation, alternatives, next) => self.each(activation, alternatives, next)?,
            }
        }
        Ok(())
    }

    #[inline]
    pub(super) fn tick(&mut self) -> Result<(), Halt> {
        let (terms, tables, lineage, rest) = (&self.terms, &self.tables, &self.lineage, self.agenda.len());
        let conjunctions = self.conjunctions.len();
        let parked = self.parked_bytes;
        let relational = &self.relational;
        let bytes = || {
            terms.bytes()
                + relational.as_ref().map_or(0, Relational::bytes)
                + tables.bytes()
                + lineage.bytes()
                + rest * 96
                + conjunctions * 8
                + parked
        };
        self.meter.tick(bytes)?;
        self.meter.nodes(self.lineage.nodes.len())?;
        self.meter.depth(self.terms.deepest() as usize)?;
        Ok(())
    }

    /// Starts a new table.
    pub(super) fn open(&mut self, table: TableId) {
        let position = self.stack.len() as u32;
        self.tables[table].position = position;
        self.stack.push(table);
        self.groups.push(position);
        self.agenda.push(Item::Check(table));
        self.agenda.push(Item::Expand(table, 0));
    }

    pub(super) fn require_defined(&self, pred: PredId, span: Span) -> Result<(), Halt> {
        let p = self.program.get(pred);
        if p.defined || p.facts.count > 0 || !p.clauses.is_empty() {
            return Ok(());
        }
        let name = self.terms.display(Term::atom(p.name)).to_string();
        Err(Diagnostic::error(Code::UnknownPredicate, span, format!("nothing defines {name}/{}", p.arity))
            .help(format!("define it, or write `:- dynamic {name}/{}.` if it is meant to have no clauses", p.arity))
            .into())
    }

    /// Tries the facts (step 0) or one clause of a table, and comes back for the next.
    fn expand(&mut self, table: TableId, next: u32) -> Result<(), Halt> {
        if self.tables[table].complete {
            return Ok(());
        }
        let pred = self.tables[table].pred;
        let clauses = self.program.get(pred).clauses.len() as u32;
        if next == 0 {
            if clauses > 0 {
                self.agenda.push(Item::Expand(table, 1));
            }
            return self.expand_facts(table, pred);
        }
        if next < clauses {
            self.agenda.push(Item::Expand(table, next + 1));
        }
        let id = self.program.get(pred).clauses[next as usize - 1];
        let clause = Arc::clone(self.program.clause(id));
        let vars = self.tables[table].vars;
        let mut regs = self.registers((clause.vars + vars) as usize);
        let arity = self.program.get(pred).arity;
        let shift = clause.vars;
        for (i, &head) in clause.args.iter().enumerate() {
            let arg = self.tables.args(table, arity)[i];
            let arg = match arg.as_var() {
                Some(v) => Term::var(shift + v),
                None if self.terms.is_ground(arg) => arg,
                None => self.terms.substitute(arg, &mut |_, v| Term::var(shift + v)),
            };
            // The usual case first: a head variable seen for the first time simply takes the argument.
            match head.as_var() {
                Some(v) if regs[v as usize] == UNBOUND && !arg.is_var() => regs[v as usize] = arg,
                _ if !unify(self.terms, &mut regs, arg, head) => {
                    self.pool.push(regs);
                    return Ok(());
                }
                _ => {}
            }
        }
        self.run(Activation { clause: id, goal: 0, table, conj: 0, regs })
    }

    fn expand_facts(&mut self, table: TableId, pred: PredId) -> Result<(), Halt> {
        let facts = Arc::clone(&self.program.get(pred).facts);
        if facts.count == 0 {
            return Ok(());
        }
        let arity = self.program.get(pred).arity;
        let args = self.tables.args(table, arity).to_vec();
        let terms = &*self.terms;
        let matches = self.facts.matching(pred, &facts, &args, |t| terms.is_ground(t));
        let vars = self.tables[table].vars as usize;
        let mut regs = self.registers(vars);
        for i in 0..matches.len() {
            let row = matches.row(i);
            regs.fill(UNBOUND);
            if args.iter().zip(facts.row(row, arity as usize)).all(|(&a, &f)| unify(self.terms, &mut regs, a, f))
                && let Some(lit) = self.bare_fact_literal(pred, &facts, row)?
            {
                let conj = self.extend(0, lit);
                self.answer(table, &regs, conj, None)?;
            }
        }
        self.pool.push(regs);
        Ok(())
    }

    /// Cleared registers from the pool.
    pub(super) fn registers(&mut self, len: usize) -> Vec<Term> {
        let mut regs = self.pool.pop().unwrap_or_default();
        regs.clear();
        regs.resize(len, UNBOUND);
        regs
    }

    pub(super) fn copy(&mut self, a: &Activation) -> Activation {
        let mut regs = self.pool.pop().unwrap_or_default();
        regs.clear();
        regs.extend_from_slice(&a.regs);
        Activation { clause: a.clause, goal: a.goal, table: a.table, conj: a.conj, regs }
    }

    /// A conjunction with one more literal.
    #[inline]
    pub(super) fn extend(&mut self, conj: Conj, lit: Lit) -> Conj {
        if lit == Lit::TRUE {
            return conj;
        }
        self.conjunctions.push((conj, lit));
        self.conjunctions.len() as u32 - 1
    }

    /// Runs an activation until its clause ends, it fails, or it has to wait.
    pub(super) fn run(&mut self, mut act: Activation) -> Result<(), Halt> {
        if self.tables[act.table].complete {
            // It was completed early: it is certain, and needs no further proof.
            self.pool.push(act.regs);
            return Ok(());
        }
        let clause = Arc::clone(self.program.clause(act.clause));
        while let Some(goal) = clause.body.get(act.goal as usize) {
            self.tick()?;
            let next = match goal {
                Goal::Call { pred, args, span } => self.call(act, *pred, args, None, *span)?,
                Goal::Builtin { builtin, args, span } => self.builtin(act, &clause, builtin, args, *span)?,
                Goal::Not { pred, args, shared, span } => self.negate(act, &clause, *pred, args, shared, *span)?,
                Goal::Meta { args, negated, span } => self.call_goal(act, &clause, args, *negated, *span)?,
                Goal::Collect { kind, template, pred, args, result, span } => {
                    self.collect(act, *kind, *template, *pred, args, *result, *span)?
                }
            };
            match next {
                Some(a) => act = a,
                None => return Ok(()),
            }
        }
        self.finish(act, &clause)
    }

    /// The end of a clause: its answer, with the choice it depends on.
    fn finish(&mut self, act: Activation, clause: &Clause) -> Result<(), Halt> {
        let mut conj = act.conj;
        if let Some((disjunction, value)) = clause.choice {
            match self.choice_literal(disjunction, value, &act.regs, clause)? {
                Some(lit) => conj = self.extend(conj, lit),
                None => {
                    self.pool.push(act.regs);
                    return Ok(());
                }
            }
        }
        let rule = self.options.trace.then_some(act.clause);
        let start = clause.vars as usize;
        let width = self.tables[act.table].vars as usize;
        let mut row = std::mem::take(&mut self.scratch);
        row.clear();
        for i in start..start + width {
            let value = resolve(self.terms, &act.regs, Term::var(i as u32));
            row.push(value);
        }
        if row.iter().any(|&t| !self.terms.is_ground(t)) {
            let mut vars = std::mem::take(&mut self.scratch_vars);
            canonicalise(self.terms, &mut row, &mut vars);
            self.scratch_vars = vars;
        }
        let result = self.answer(act.table, &row, conj, rule);
        self.scratch = row;
        self.pool.push(act.regs);
        result
    }

    /// Adds an answer (or one more proof of it) to a table and wakes who waits for it.
    fn answer(&mut self, table: TableId, row: &[Term], conj: Conj, rule: Option<ClauseId>) -> Result<(), Halt> {
        let mut needs = std::mem::take(&mut self.scratch_lits);
        needs.clear();
        let mut at = conj;
        while at != 0 {
            let (rest, lit) = self.conjunctions[at as usize];
            needs.push(lit);
            at = rest;
        }
        let proof = match (needs.is_empty(), self.options.trace) {
            (true, false) => Lit::TRUE,
            (true, true) if rule.is_none() => self.lineage.given(),
            _ => self.lineage.and(rule, &mut needs),
        };
        needs.clear();
        self.scratch_lits = needs;
        if proof == Lit::FALSE {
            return Ok(());
        }
        let (i, new) = self.tables.insert(table, row);
        if self.tables[table].bag {
            self.tables[table].answers.lits[i] = proof;
            self.wake(table);
            return Ok(());
        }
        let known = self.tables[table].answers.lits[i];
        if known == Lit::TRUE {
            return Ok(());
        }
        if proof == Lit::TRUE {
            if !new {
                self.lineage.add_proof(known.node(), Lit::TRUE);
            }
            self.tables[table].answers.lits[i] = Lit::TRUE;
        } else {
            let node = if new { self.atom(table, row) } else { known.node() };
            self.tables[table].answers.lits[i] = Lit::pos(node);
            self.lineage.add_proof(node, proof);
        }
        if new {
            self.wake(table);
        }
        if proof == Lit::TRUE && self.tables[table].vars == 0 {
            self.complete_early(table);
        }
        Ok(())
    }

    /// The lineage node of an answer.
    fn atom(&mut self, table: TableId, row: &[Term]) -> crate::lineage::NodeId {
        let pred = self.tables[table].pred;
        let p = self.program.get(pred);
        let (name, arity, auxiliary) = (p.name, p.arity, p.auxiliary);
        let mut args = self.tables.args(table, arity).to_vec();
        for a in &mut args {
            *a = self.terms.substitute(*a, &mut |_, v| row[v as usize]);
        }
        let terms = &mut *self.terms;
        let mut term = || (!auxiliary).then(|| terms.compound(name, &args));
        if self.sharing.get(pred.0 as usize) == Some(&true) {
            self.lineage.atom(pred.0, &args, term)
        } else {
            let term = term();
            self.lineage.unshared(term, Vec::new())
        }
    }

    /// Schedules the consumers that take answers as they come.
    fn wake(&mut self, table: TableId) {
        for k in (0..self.tables[table].consumers.len()).rev() {
            let c = self.tables[table].consumers[k];
            let consumer = &mut self.consumers[c as usize];
            if consumer.eager && !consumer.scheduled {
                consumer.scheduled = true;
                self.agenda.push(Item::Resume(c));
            }
        }
    }

    /// Parks an activation at an incomplete table.
    pub(super) fn park(&mut self, act: Activation, target: TableId, vars: Rc<[u32]>, new: bool) {
        self.parked_bytes += act.regs.len() * 4 + 96;
        let eager = !new && self.depend(target);
        let id = self.consumers.len() as u32;
        self.tables[target].consumers.push(id);
        let scheduled = eager && self.tables[target].answers.len() > 0;
        self.consumers.push(Consumer { activation: Some(act), target, next: 0, vars, eager, scheduled });
        if scheduled {
            self.agenda.push(Item::Resume(id));
        }
    }

    /// Parks an activation that wants to know when a table is complete.
    pub(super) fn wait(&mut self, act: Activation, target: TableId, new: bool, span: Span, negation: bool) {
        self.parked_bytes += act.regs.len() * 4 + 96;
        if !new {
            self.depend(target);
        }
        let id = self.waiters.len() as u32;
        self.tables[target].waiters.push(id);
        self.waiters.push(Waiter { activation: Some(act), span, negation });
    }

    /// Gives a consumer its next answer, and comes back for more.
    fn resume(&mut self, id: u32) -> Result<(), Halt> {
        let consumer = &mut self.consumers[id as usize];
        let (target, next) = (consumer.target, consumer.next);
        if next >= self.tables[target].answers.len() {
            consumer.scheduled = false;
            if self.tables[target].complete {
                consumer.activation = None;
            }
            return Ok(());
        }
        consumer.next += 1;
        let vars = Rc::clone(&consumer.vars);
        let last = self.tables[target].complete && next + 1 == self.tables[target].answers.len();
        let taken = consumer.activation.take().expect("a scheduled consumer has its activation");
        let act = if last {
            taken
        } else {
            let act = self.copy(&taken);
            self.consumers[id as usize].activation = Some(taken);
            self.agenda.push(Item::Resume(id));
            act
        };
        match self.take_answer(act, target, &vars, next) {
            Some(act) => self.run(act),
            None => Ok(()),
        }
    }

    /// Binds an activation's variables to answer `i` of a table and moves it to the next goal.
    pub(super) fn take_answer(
        &mut self,
        mut act: Activation,
        table: TableId,
        vars: &[u32],
        i: usize,
    ) -> Option<Activation> {
        let answers = &self.tables[table].answers;
        let lit = answers.lits[i];
        let row = answers.row(i, vars.len());
        // Variables of an answer that is not ground become new variables of the activation.
        let mut top = 0;
        for &t in row.iter().filter(|&&t| !self.terms.is_ground(t)) {
            self.terms.for_each_var(t, &mut |v| top = top.max(v + 1));
        }
        let base = act.regs.len() as u32;
        act.regs.resize(base as usize + top as usize, UNBOUND);
        for (k, &v) in vars.iter().enumerate() {
            let value = self.tables[table].answers.row(i, vars.len())[k];
            let value = match top {
                0 => value,
                _ => self.terms.substitute(value, &mut |_, v| Term::var(base + v)),
            };
            // The variable was free when the call was made, and two variables of one call are distinct.
            if act.regs[v as usize] == UNBOUND {
                act.regs[v as usize] = value;
            } else if !unify(self.terms, &mut act.regs, Term::var(v), value) {
                return None;
            }
        }
        act.conj = self.extend(act.conj, lit);
        act.goal += 1;
        Some(act)
    }
}
