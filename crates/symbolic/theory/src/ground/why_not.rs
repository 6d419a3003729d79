//! Why not: for an atom that has no proof, where each of its rules breaks.
//!
//! For every rule whose head matches, the goals of its body are tried together from the left. The first goal with which there
//! is no answer any more is where the rule breaks; it is shown with the values that the goals before it gave, and followed
//! further down if it is an atom itself.

use std::fmt;
use std::sync::Arc;

use super::machine::Machine;
use super::{Halt, Options};
use crate::budget::Budget;
use crate::diag::{Diagnostics, Span};
use crate::lineage::Lit;
use crate::lower;
use crate::program::{Clause, Goal, PredId};
use crate::term::{Term, TermStore};
use crate::theory::Theory;
use crate::unify::{UNBOUND, resolve, unify};

/// Why an atom has no proof.
#[derive(Clone, Debug)]
pub struct WhyNot {
    /// The atom, as text.
    pub atom: String,
    /// What became of each rule; empty if no rule or fact is about it.
    pub rules: Vec<Broken>,
    /// The number of facts and rules of its predicate that are about other atoms.
    pub others: usize,
}

/// One rule that did not prove an atom.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The rule as written.
    pub rule: String,
    /// Where: file and line.
    pub place: String,
    /// Goals that have answers, with the values of the first of them.
    pub held: Vec<String>,
    /// The goal that has none.
    pub failed: String,
    /// Why it has none, where that goes further down.
    pub because: Option<WhyNot>,
}

/// How far down the explanation goes.
const DEPTH: usize = 4;
/// Rules shown for one atom.
const RULES: usize = 12;

impl Theory {
    /// Why a ground atom has no proof at all (probability 0 because nothing derives it).
    ///
    /// # Errors
    /// Those of [`Theory::ground`]. When the budget is used up, the explanation ends early.
    pub fn why_not(&self, atom: Term, budget: &Budget) -> Result<WhyNot, Diagnostics> {
        let mut terms = self.terms.lock();
        let mut machine = Machine::new(&self.program, &mut terms, budget.start(), Options::default());
        let mut path = Vec::new();
        let goal = lower::goal(&mut machine.program, machine.terms, atom, Span::default());
        let (pred, args) = goal.map_err(|d| Diagnostics::one(d, &self.sources))?;
        match machine.why_not(self, pred, &args, &mut path) {
            Ok(why) => Ok(why),
            Err(Halt::Stop(_)) => {
                Ok(WhyNot { atom: machine.terms.display(atom).to_string(), rules: Vec::new(), others: 0 })
            }
            Err(Halt::Error(d)) => Err(Diagnostics::one(*d, &self.sources)),
        }
    }
}

impl Machine<'_> {
    fn why_not(
        &mut self,
        theory: &Theory,
        pred: PredId,
        args: &[Term],
        path: &mut Vec<(PredId, Vec<Term>)>,
    ) -> Result<WhyNot, Halt> {
        path.push((pred, args.to_vec()));
        let name = self.program.get(pred).name;
        let atom = self.terms.compound(name, args);
        let clauses = self.program.get(pred).clauses.clone();
        let mut why = WhyNot { atom: self.terms.display(atom).to_string(), rules: Vec::new(), others: 0 };
        why.others = self.program.get(pred).facts.count;
        for id in clauses {
            let clause = Arc::clone(self.program.clause(id));
            match self.broken(theory, &clause, args, path)? {
                Some(broken) if why.rules.len() < RULES => why.rules.push(broken),
                _ => why.others += 1,
            }
        }
        path.pop();
        Ok(why)
    }

    /// Where a rule breaks for these arguments; `None` if its head does not match.
    fn broken(
        &mut self,
        theory: &Theory,
        clause: &Clause,
        args: &[Term],
        path: &mut Vec<(PredId, Vec<Term>)>,
    ) -> Result<Option<Broken>, Halt> {
        let mut top = clause.vars;
        for &a in args {
            self.terms.for_each_var(a, &mut |v| top = top.max(clause.vars + v + 1));
        }
        let mut regs = vec![UNBOUND; top as usize];
        for (&head, &arg) in clause.args.iter().zip(args) {
            let arg = self.terms.substitute(arg, &mut |_, v| Term::var(clause.vars + v));
            if !unify(self.terms, &mut regs, arg, head) {
                return Ok(None);
            }
        }
        // The values of all variables with which the goals so far hold.
        let all: Vec<Term> = (0..clause.vars).map(Term::var).collect();
        let mut values: Vec<Term> = all.iter().map(|&v| resolve(self.terms, &regs, v)).collect();
        let mut held = Vec::new();
        for (i, goal) in clause.body.iter().enumerate() {
            let prefix = self.prefix(clause, i + 1);
            let start: Vec<Term> = all.iter().map(|&v| resolve(self.terms, &regs, v)).collect();
            let rows = self.solve(prefix, &start, clause.span)?;
            if let Some((row, _)) = rows.iter().find(|(_, lit)| *lit != Lit::FALSE) {
                values = row.clone();
                held.push(self.goal_text(theory, clause, goal, &values));
                continue;
            }
            let failed = self.goal_text(theory, clause, goal, &values);
            let because = self.deeper(theory, goal, &values, path)?;
            return Ok(Some(self.report(theory, clause, held, failed, because)));
        }
        let failed = "its probability is 0".to_string();
        Ok(Some(self.report(theory, clause, held, failed, None)))
    }

    fn report(
        &self,
        theory: &Theory,
        clause: &Clause,
        held: Vec<String>,
        failed: String,
        because: Option<WhyNot>,
    ) -> Broken {
        let text = theory.sources.text(clause.span).split_whitespace().collect::<Vec<_>>().join(" ");
        let (line, _) = theory.sources.position(clause.span);
        let file = theory.sources.get(clause.span.source).map_or("", |s| s.name.as_str());
        Broken { rule: text, place: format!("{file}:{line}"), held, failed, because }
    }

    /// A predicate over all variables of a clause that holds where the first `n` goals of its body do.
    fn prefix(&mut self, clause: &Clause, n: usize) -> PredId {
        let args = (0..clause.vars).map(Term::var).collect();
        self.alone(&Clause { args, body: clause.body[..n].to_vec(), choice: None, ..clause.clone() })
    }

    /// A new predicate with this clause only.
    pub(super) fn alone(&mut self, clause: &Clause) -> PredId {
        let name = self.terms.symbol(&format!("$alone {}", self.program.preds.len()));
        let head = self.program.pred(name, clause.args.len() as u32, clause.span);
        self.program.preds[head.0 as usize].auxiliary = true;
        self.program.add_clause(Clause { head, ..clause.clone() });
        head
    }

    fn deeper(
        &mut self,
        theory: &Theory,
        goal: &Goal,
        values: &[Term],
        path: &mut Vec<(PredId, Vec<Term>)>,
    ) -> Result<Option<WhyNot>, Halt> {
        let Goal::Call { pred, args, .. } = goal else { return Ok(None) };
        let args: Vec<Term> = args.iter().map(|&a| self.terms.substitute(a, &mut |_, v| values[v as usize])).collect();
        let seen = path.iter().any(|(p, a)| p == pred && *a == args);
        let deep = path.len() >= DEPTH || self.program.get(*pred).clauses.is_empty();
        if seen || deep {
            return Ok(None);
        }
        self.why_not(theory, *pred, &args, path).map(Some)
    }

    /// A goal as text with the values known so far.
    fn goal_text(&mut self, theory: &Theory, clause: &Clause, goal: &Goal, values: &[Term]) -> String {
        let fill = |terms: &mut TermStore, t: Term| terms.substitute(t, &mut |_, v| values[v as usize]);
        let call = |machine: &mut Self, name: &str, args: &[Term]| {
            let args: Vec<Term> = args.iter().map(|&a| fill(machine.terms, a)).collect();
            let name = machine.terms.symbol(name);
            let term = machine.terms.compound(name, &args);
            machine.terms.display_with(term, &clause.var_names).to_string()
        };
        let pred_name = |machine: &Self, p: PredId| {
            let pred = machine.program.get(p);
            (!pred.auxiliary).then(|| machine.terms.name(pred.name).to_string())
        };
        match goal {
            Goal::Call { pred, args, span } => match pred_name(self, *pred) {
                Some(name) => call(self, &name, args),
                None => theory.sources.text(*span).to_string(),
            },
            Goal::Not { pred, args, span, .. } => match pred_name(self, *pred) {
                Some(name) => format!("\\+ {}", call(self, &name, args)),
                None => theory.sources.text(*span).to_string(),
            },
            Goal::Builtin { builtin, args, .. } => call(self, builtin.name, args),
            Goal::Meta { args, .. } => call(self, "call", args),
            Goal::Collect { span, .. } => theory.sources.text(*span).to_string(),
        }
    }
}

impl fmt::Display for WhyNot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, "")
    }
}

impl WhyNot {
    /// Recursion is bounded by the depth of explanations.
    fn write(&self, f: &mut fmt::Formatter<'_>, lead: &str) -> fmt::Result {
        writeln!(f, "{lead}{} cannot be proved", self.atom)?;
        if self.rules.is_empty() {
            return match self.others {
                0 => writeln!(f, "{lead}  no fact or rule is about it"),
                n => writeln!(f, "{lead}  none of its {n} facts and rules matches"),
            };
        }
        for r in &self.rules {
            writeln!(f, "{lead}  rule {}   [{}]", r.rule, r.place)?;
            for goal in &r.held {
                writeln!(f, "{lead}    holds: {goal}")?;
            }
            writeln!(f, "{lead}    fails: {}", r.failed)?;
            if let Some(because) = &r.because {
                because.write(f, &format!("{lead}      "))?;
            }
        }
        Ok(())
    }
}
