//! Goals: how an activation solves the one it is at.
//!
//! A goal is answered by facts (through an index), by a table, by the relational engine or by a builtin. Whatever the source,
//! the ways to solve it become [`Alternatives`]: the activation goes on with the first, the agenda keeps the rest.

use std::rc::Rc;
use std::sync::Arc;

use super::Halt;
use super::machine::{Activation, Alternatives, Item, Machine};
use super::table::{TableId, canonicalise};
use crate::builtins::{Builtin, Call, Solutions};
use crate::diag::{Code, Diagnostic, Span};
use crate::lineage::Lit;
use crate::lower;
use crate::program::{Clause, Goal, PredId};
use crate::term::{Symbol, Term};
use crate::unify::{UNBOUND, deref, resolve, unify};

impl Machine<'_> {
    /// A call of a user-defined predicate. Returns the activation if it can go on at once.
    pub(super) fn call(
        &mut self,
        act: Activation,
        pred: PredId,
        args: &[Term],
        meta: Option<Rc<[Term]>>,
        span: Span,
    ) -> Result<Option<Activation>, Halt> {
        let mut call = std::mem::take(&mut self.scratch);
        call.clear();
        for &a in args {
            let value = resolve(self.terms, &act.regs, a);
            call.push(value);
        }
        let result = self.call_resolved(act, pred, &mut call, meta, span);
        self.scratch = call;
        result
    }

    fn call_resolved(
        &mut self,
        act: Activation,
        pred: PredId,
        call: &mut [Term],
        meta: Option<Rc<[Term]>>,
        span: Span,
    ) -> Result<Option<Activation>, Halt> {
        if self.program.get(pred).clauses.is_empty() {
            self.require_defined(pred, span)?;
            let facts = Arc::clone(&self.program.get(pred).facts);
            let terms = &*self.terms;
            let matches = self.facts.matching(pred, &facts, call, |t| terms.is_ground(t));
            return self.alternatives(act, Alternatives::Facts(pred, matches, meta));
        }
        let mut vars = std::mem::take(&mut self.scratch_vars);
        let mut bag = self.tables[act.table].bag;
        if !bag && self.relational.as_ref().is_some_and(|r| r.handles(pred)) {
            self.scratch_vars = vars;
            return self.call_relational(act, pred, call);
        }
        canonicalise(self.terms, call, &mut vars);
        let (mut table, mut new) = self.tables.of(pred, bag, call, vars.len() as u32);
        if bag && !new && !self.tables[table].complete {
            // Recursion: proofs may be without number, so from here on answers are a set.
            self.tables[table].recursive = true;
            bag = false;
            (table, new) = self.tables.of(pred, bag, call, vars.len() as u32);
        }
        let targets: Rc<[u32]> = vars.as_slice().into();
        self.scratch_vars = vars;
        if self.tables[table].complete {
            return self.alternatives(act, Alternatives::Answers(table, targets));
        }
        if new {
            self.meter.depth(self.stack.len())?;
            self.park(act, table, targets, true);
            self.open(table);
        } else {
            self.park(act, table, targets, false);
        }
        Ok(None)
    }

    fn call_relational(&mut self, act: Activation, pred: PredId, call: &[Term]) -> Result<Option<Activation>, Halt> {
        let relational = self.relational.as_mut().expect("checked by the caller");
        let mut free: Vec<(usize, u32)> = Vec::new();
        let mut pattern: Vec<Option<Term>> = Vec::with_capacity(call.len());
        // A variable that stands twice, or a term with variables, is matched here rather than there.
        let mut exact = true;
        for (i, &a) in call.iter().enumerate() {
            let bound = self.terms.is_ground(a);
            pattern.push(bound.then_some(a));
            if !bound {
                match a.as_var() {
                    Some(v) if free.iter().all(|&(_, w)| v != w) => free.push((i, v)),
                    _ => exact = false,
                }
            }
        }
        let rows = relational.call(self.terms, pred, &pattern, &mut self.meter)?;
        if exact {
            let vars: Rc<[u32]> = free.iter().map(|&(_, v)| v).collect();
            if vars.is_empty() {
                let found = rows.iter().next().is_some();
                return Ok(found.then_some(act).map(advance));
            }
            let values: Rc<[Term]> = rows.iter().flat_map(|row| free.iter().map(|&(i, _)| row[i])).collect();
            return self.alternatives(act, Alternatives::Rows(vars, values));
        }
        let mut solutions = Solutions::default();
        for row in rows.iter() {
            let pairs: Vec<(Term, Term)> =
                call.iter().copied().zip(row.iter().copied()).filter(|(a, b)| a != b).collect();
            solutions.push(&pairs);
        }
        self.alternatives(act, Alternatives::Solutions(Rc::new(solutions)))
    }

    /// Goes on with the first alternative that fits and leaves the others on the agenda.
    pub(super) fn alternatives(
        &mut self,
        act: Activation,
        alternatives: Alternatives,
    ) -> Result<Option<Activation>, Halt> {
        self.choose(act, alternatives, 0)
    }

    pub(super) fn each(&mut self, act: Activation, alternatives: Alternatives, next: u32) -> Result<(), Halt> {
        match self.choose(act, alternatives, next)? {
            Some(act) => self.run(act),
            None => Ok(()),
        }
    }

    fn choose(&mut self, act: Activation, alternatives: Alternatives, next: u32) -> Result<Option<Activation>, Halt> {
        let count = self.count(&alternatives);
        if next >= count {
            self.pool.push(act.regs);
            return Ok(None);
        }
        let act = if next + 1 < count {
            let copy = self.copy(&act);
            self.agenda.push(Item::Each(act, alternatives.clone(), next + 1));
            copy
        } else {
            act
        };
        self.take(act, &alternatives, next)
    }

    fn count(&self, alternatives: &Alternatives) -> u32 {
        match alternatives {
            Alternatives::Facts(_, matches, _) => matches.len(),
            Alternatives::Answers(table, _) => self.tables[*table].answers.len() as u32,
            Alternatives::Solutions(solutions) => solutions.len() as u32,
            Alternatives::Rows(vars, values) => (values.len() / vars.len().max(1)) as u32,
            Alternatives::Values(_, values) => values.len() as u32,
        }
    }

    /// Solves the current goal of an activation by alternative `i`.
    fn take(&mut self, mut act: Activation, alternatives: &Alternatives, i: u32) -> Result<Option<Activation>, Halt> {
        match alternatives {
            Alternatives::Answers(table, vars) => return Ok(self.take_answer(act, *table, vars, i as usize)),
            Alternatives::Facts(pred, matches, meta) => {
                let facts = Arc::clone(&self.program.get(*pred).facts);
                let arity = self.program.get(*pred).arity as usize;
                let row = matches.row(i);
                let clause = Arc::clone(self.program.clause(act.clause));
                let args = match (meta, &clause.body[act.goal as usize]) {
                    (Some(args), _) => args,
                    (None, Goal::Call { args, .. }) => args.as_slice(),
                    _ => unreachable!("facts answer calls only"),
                };
                for (&a, &f) in args.iter().zip(facts.row(row, arity)) {
                    if !unify(self.terms, &mut act.regs, a, f) {
                        self.pool.push(act.regs);
                        return Ok(None);
                    }
                }
                match self.fact_literal(*pred, &facts, row)? {
                    Some(lit) => act.conj = self.extend(act.conj, lit),
                    None => return Ok(None),
                }
            }
            Alternatives::Solutions(solutions) => {
                if !self.unify_all(&mut act.regs, solutions.get(i as usize)) {
                    self.pool.push(act.regs);
                    return Ok(None);
                }
            }
            Alternatives::Rows(vars, values) => {
                let row = &values[i as usize * vars.len()..];
                for (&v, &value) in vars.iter().zip(row) {
                    act.regs[v as usize] = value;
                }
            }
            Alternatives::Values(result, values) => {
                let (value, needs) = &values[i as usize];
                if !self.unify_all(&mut act.regs, &[(*result, *value)]) {
                    self.pool.push(act.regs);
                    return Ok(None);
                }
                for &lit in needs {
                    act.conj = self.extend(act.conj, lit);
                }
            }
        }
        act.goal += 1;
        Ok(Some(act))
    }

    /// Unifies pairs whose terms may have variables that the activation does not know yet.
    fn unify_all(&mut self, regs: &mut Vec<Term>, pairs: &[(Term, Term)]) -> bool {
        let mut top = regs.len() as u32;
        for &(a, b) in pairs {
            for t in [a, b] {
                if !self.terms.is_ground(t) {
                    self.terms.for_each_var(t, &mut |v| top = top.max(v + 1));
                }
            }
        }
        regs.resize(top as usize, UNBOUND);
        pairs.iter().all(|&(a, b)| unify(self.terms, regs, a, b))
    }

    pub(super) fn builtin(
        &mut self,
        mut act: Activation,
        clause: &Clause,
        builtin: &'static Builtin,
        args: &[Term],
        span: Span,
    ) -> Result<Option<Activation>, Halt> {
        let mut resolved = std::mem::take(&mut self.scratch);
        resolved.clear();
        for &a in args {
            let value = resolve(self.terms, &act.regs, a);
            resolved.push(value);
        }
        let mut solutions = std::mem::take(&mut self.solutions);
        solutions.clear();
        let output = std::mem::take(&mut self.output);
        let next_var = act.regs.len() as u32;
        let mut call = Call { terms: self.terms, args: &resolved, next_var, solutions, output };
        let outcome = builtin.solve(&mut call);
        let mut solutions = call.solutions;
        self.output = call.output;
        self.scratch = resolved;
        if let Err(fault) = outcome {
            return Err(self.fault(fault, &act, clause, args, span));
        }
        match solutions.len() {
            0 => {
                self.solutions = solutions;
                self.pool.push(act.regs);
                Ok(None)
            }
            1 => {
                let fits = self.unify_all(&mut act.regs, solutions.get(0));
                self.solutions = solutions;
                act.goal += 1;
                Ok(fits.then_some(act))
            }
            _ => {
                let many = Rc::new(std::mem::take(&mut solutions));
                self.alternatives(act, Alternatives::Solutions(many))
            }
        }
    }

    /// `call(G, Extra...)` with a goal that is known only now.
    pub(super) fn call_goal(
        &mut self,
        act: Activation,
        clause: &Clause,
        args: &[Term],
        negated: bool,
        span: Span,
    ) -> Result<Option<Activation>, Halt> {
        let goal = match self.meta_goal(&act, args) {
            Some(goal) => goal,
            None => {
                let what = resolve(self.terms, &act.regs, args[0]);
                let message = if what.is_var() {
                    "a goal is called that is not bound".to_string()
                } else {
                    format!("{} cannot be called", self.terms.display(what))
                };
                return Err(Diagnostic::error(Code::Argument, span, message)
                    .help("bind the variable to an atom or a compound term before the call")
                    .into());
            }
        };
        let (name, goal_args) = self.terms.callable(goal).map(|(n, a)| (n, a.to_vec())).expect("made callable above");
        if !negated && let Some(builtin) = self.builtin_of(name, goal_args.len()) {
            return self.builtin(act, clause, builtin, &goal_args, span);
        }
        // Lowering remembers the goals that it has seen.
        let (pred, goal_args) = lower::goal(&mut self.program, self.terms, goal, span)?;
        let goal_args: Rc<[Term]> = goal_args.into();
        if negated {
            return self.negate(act, clause, pred, &goal_args, &[], span);
        }
        self.call(act, pred, &goal_args, Some(Rc::clone(&goal_args)), span)
    }

    fn builtin_of(&self, name: Symbol, arity: usize) -> Option<&'static Builtin> {
        // What the program defines itself wins, as in lowering.
        let own = self.program.index.get(&(name, arity as u32));
        if own.is_some_and(|&p| self.program.get(p).defined) {
            return None;
        }
        crate::builtins::lookup(self.terms.name(name), arity as u32)
    }

    /// The goal of `call(G, Extra...)` with the extra arguments appended; `None` if `G` cannot be called.
    fn meta_goal(&mut self, act: &Activation, args: &[Term]) -> Option<Term> {
        let goal = resolve(self.terms, &act.regs, args[0]);
        let mut extra = Vec::with_capacity(args.len() - 1);
        for &a in &args[1..] {
            extra.push(resolve(self.terms, &act.regs, a));
        }
        self.terms.add_arguments(goal, &extra)
    }

    /// `\+ pred(args)`.
    pub(super) fn negate(
        &mut self,
        mut act: Activation,
        clause: &Clause,
        pred: PredId,
        args: &[Term],
        shared: &[u32],
        span: Span,
    ) -> Result<Option<Activation>, Halt> {
        for &v in shared {
            if !self.terms.is_ground(deref(&act.regs, Term::var(v))) {
                let value = resolve(self.terms, &act.regs, Term::var(v));
                if !self.terms.is_ground(value) {
                    let name = &clause.var_names[v as usize];
                    return Err(Diagnostic::error(
                        Code::UnsafeVariable,
                        span,
                        format!("the variable {name} is not bound when its negation is tested"),
                    )
                    .help(format!("put a goal that binds {name} before the `\\+`"))
                    .into());
                }
            }
        }
        let mut lits = std::mem::take(&mut self.scratch_lits);
        lits.clear();
        let known = self.literals(act, pred, args, span, true, &mut lits)?;
        if let Some(a) = known {
            act = a;
            let holds = !lits.contains(&Lit::TRUE);
            if holds {
                if self.options.trace && lits.is_empty() {
                    lits.extend(self.absent(&act, pred, args));
                }
                // Not (a or b) is not a and not b.
                for &lit in &lits {
                    act.conj = self.extend(act.conj, !lit);
                }
                act.goal += 1;
            } else {
                self.pool.push(act.regs);
                self.scratch_lits = lits;
                return Ok(None);
            }
            self.scratch_lits = lits;
            return Ok(Some(act));
        }
        self.scratch_lits = lits;
        Ok(None)
    }

    /// The node of an atom without proofs, so that an explanation can say what is absent.
    fn absent(&mut self, act: &Activation, pred: PredId, args: &[Term]) -> Option<Lit> {
        let args: Vec<Term> = args.iter().map(|&a| resolve(self.terms, &act.regs, a)).collect();
        let p = self.program.get(pred);
        let (name, shown) = (p.name, !p.auxiliary && args.iter().all(|&a| self.terms.is_ground(a)));
        let terms = &mut *self.terms;
        shown.then(|| Lit::pos(self.lineage.atom(pred.0, &args, || Some(terms.compound(name, &args)))))
    }

    /// Collects the literals of all answers of a goal, if they are known; otherwise the activation waits for them.
    fn literals(
        &mut self,
        act: Activation,
        pred: PredId,
        args: &[Term],
        span: Span,
        negation: bool,
        lits: &mut Vec<Lit>,
    ) -> Result<Option<Activation>, Halt> {
        let answers = self.all_answers(act, pred, args, false, span, negation)?;
        Ok(answers.map(|(act, answers)| {
            match answers {
                Known::Rows(_, rows) => lits.extend((!rows.is_empty()).then_some(Lit::TRUE)),
                Known::Table(table, _) => lits.extend_from_slice(&self.tables[table].answers.lits),
            }
            act
        }))
    }

    /// All answers of a goal, if they are known; otherwise the activation waits for them and runs the goal again.
    pub(super) fn all_answers(
        &mut self,
        act: Activation,
        pred: PredId,
        args: &[Term],
        bag: bool,
        span: Span,
        negation: bool,
    ) -> Result<Option<(Activation, Known)>, Halt> {
        self.require_defined(pred, span)?;
        let mut call: Vec<Term> = args.iter().map(|&a| resolve(self.terms, &act.regs, a)).collect();
        let mut vars = Vec::new();
        if !bag && self.relational.as_ref().is_some_and(|r| r.handles(pred)) {
            let pattern: Vec<Option<Term>> = call.iter().map(|&a| self.terms.is_ground(a).then_some(a)).collect();
            canonicalise(self.terms, &mut call, &mut vars);
            let relational = self.relational.as_mut().expect("checked");
            let rows = relational.call(self.terms, pred, &pattern, &mut self.meter)?;
            let mut regs = vec![UNBOUND; vars.len()];
            let mut found = Vec::new();
            for row in rows.iter() {
                regs.fill(UNBOUND);
                if call.iter().zip(row).all(|(&a, &b)| unify(self.terms, &mut regs, a, b)) {
                    found.push(regs.clone());
                }
            }
            return Ok(Some((act, Known::Rows(vars, found))));
        }
        canonicalise(self.terms, &mut call, &mut vars);
        let (table, new) = self.tables.of(pred, bag, &call, vars.len() as u32);
        if self.tables[table].complete {
            return Ok(Some((act, Known::Table(table, vars))));
        }
        if new {
            self.meter.depth(self.stack.len())?;
            self.wait(act, table, true, span, negation);
            self.open(table);
        } else {
            self.wait(act, table, false, span, negation);
        }
        Ok(None)
    }
}

/// All answers of a goal.
pub(super) enum Known {
    /// Certain ones: the variables and their values.
    Rows(Vec<u32>, Vec<Vec<Term>>),
    /// Those of a complete table; the activation's variables, in the order of the table's.
    Table(TableId, Vec<u32>),
}

fn advance(mut act: Activation) -> Activation {
    act.goal += 1;
    act
}
