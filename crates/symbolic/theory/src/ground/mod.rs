//! Grounding: from a theory and its queries to their [`Lineage`].
//!
//! Grounding is goal-directed. It starts from evidence, constraints and queries and runs only what they need, with one table
//! per distinct call (`machine`, `table`, `completion`). Pure deterministic Datalog parts are handed, whole predicates at
//! a time, to the set-at-a-time engine of [`crate::datalog`]. Certain atoms leave no trace in the lineage unless
//! [`Options::trace`] asks for it, so a deterministic program costs no lineage at all.

mod calls;
mod choice;
mod collect;
mod completion;
mod facts;
mod machine;
mod sharing;
mod table;
mod why_not;

use crate::budget::{Budget, Stop};
use crate::datalog::DatalogError;
use crate::diag::{Code, Diagnostic, Diagnostics, Span};
use crate::lineage::{Evidence, Lineage, Lit};
use crate::lower;
use crate::term::{Symbol, Term, sym};
use crate::theory::Theory;
use crate::unify::{UNBOUND, resolve, unify};

use machine::Machine;
pub use why_not::{Broken, WhyNot};

/// How to ground.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Keep the proofs of certain atoms too, with the rule each proof used. For explanations; costs time and memory.
    pub trace: bool,
}

/// What grounding found.
pub struct Grounding {
    /// The and/or graph of evidence, constraints and queries.
    pub lineage: Lineage,
    /// Why grounding stopped early, if it did. Then the answers are those found so far, and their probabilities lower bounds.
    pub stop: Option<Stop>,
    /// What `write/1` and its relatives printed: once for each time such a goal ran, in no reliable order.
    pub output: String,
}

/// Why evaluation cannot go on.
pub(crate) enum Halt {
    Stop(Stop),
    Error(Box<Diagnostic>),
}

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Halt {
        Halt::Stop(stop)
    }
}

impl From<Diagnostic> for Halt {
    fn from(diagnostic: Diagnostic) -> Halt {
        Halt::Error(Box::new(diagnostic))
    }
}

impl From<DatalogError> for Halt {
    fn from(error: DatalogError) -> Halt {
        match error {
            DatalogError::Stop(stop) => Halt::Stop(stop),
            DatalogError::Fault(diagnostic) => Halt::Error(diagnostic),
        }
    }
}

impl Theory {
    /// Grounds the theory's own queries (`query/1` and those added to it) under its evidence and constraints.
    ///
    /// # Errors
    /// Whatever only shows when the program runs: unknown predicates, unbound arithmetic, probabilities outside [0, 1], atoms
    /// that stay non-ground, cycles through negation.
    pub fn ground(&self, options: Options, budget: &Budget) -> Result<Grounding, Diagnostics> {
        let mut terms = self.terms.lock();
        let mut machine = Machine::new(&self.program, &mut terms, budget.start(), options);
        let stop = match ground(self, &mut machine) {
            Ok(()) => None,
            Err(Halt::Stop(stop)) => Some(stop),
            Err(Halt::Error(d)) => return Err(Diagnostics::one(*d, &self.sources)),
        };
        Ok(Grounding { lineage: machine.lineage, stop, output: machine.output })
    }
}

fn ground(theory: &Theory, machine: &mut Machine<'_>) -> Result<(), Halt> {
    let evidence = evidence(theory, machine)?;
    for (goal, value, span) in evidence {
        for (atom, lit) in answers(machine, goal, span)? {
            if !machine.terms.is_ground(atom) && !value {
                continue;
            }
            machine.lineage.evidence.push(Evidence { atom, lit, value, span: Some(span) });
        }
    }
    for (pred, span) in machine.program.constraints.clone() {
        let lit = machine.solve(pred, &[], span)?.first().map_or(Lit::FALSE, |a| a.1);
        if lit != Lit::FALSE {
            machine.lineage.constraints.push((lit, span));
        }
    }
    let mut goals: Vec<(Term, Span)> = Vec::new();
    goals.extend(declared(machine, sym::QUERY, 1)?.into_iter().map(|(row, span)| (row[0], span)));
    goals.extend(theory.queries.iter().map(|q| (q.goal, q.span)));
    let mut seen = rustc_hash::FxHashSet::default();
    for (goal, span) in goals {
        let (found, stop) = match answers(machine, goal, span) {
            Ok(found) => (found, None),
            Err(Halt::Stop(stop)) => (partial_answers(machine, goal, span)?, Some(stop)),
            Err(error) => return Err(error),
        };
        for (atom, lit) in found {
            if seen.insert(atom) {
                machine.lineage.queries.push((atom, lit));
            }
        }
        if let Some(stop) = stop {
            return Err(stop.into());
        }
    }
    Ok(())
}

/// What the clauses of `query/1` or `evidence/1,2` say, clause by clause, with the place of each.
fn declared(machine: &mut Machine<'_>, name: Symbol, arity: u32) -> Result<Vec<(Vec<Term>, Span)>, Halt> {
    let Some(pred) = machine.program.index.get(&(name, arity)).copied() else { return Ok(Vec::new()) };
    let mut rows = Vec::new();
    for id in machine.program.get(pred).clauses.clone() {
        let clause = machine.program.clause(id).clone();
        if clause.body.is_empty() && clause.choice.is_none() {
            rows.push((clause.args.clone(), clause.span));
            continue;
        }
        let alone = machine.alone(&clause);
        let args: Vec<Term> = (0..arity).map(Term::var).collect();
        rows.extend(machine.solve(alone, &args, clause.span)?.into_iter().map(|(row, _)| (row, clause.span)));
    }
    Ok(rows)
}

/// All observations: goal, observed value, place.
fn evidence(theory: &Theory, machine: &mut Machine<'_>) -> Result<Vec<(Term, bool, Span)>, Halt> {
    let mut list: Vec<(Term, bool, Span)> = Vec::new();
    for arity in 1..=2 {
        for (row, span) in declared(machine, sym::EVIDENCE, arity)? {
            let value = match row.get(1).and_then(|t| t.as_atom()) {
                Some(sym::TRUE) => true,
                None if arity == 1 => true,
                Some(sym::FALSE) => false,
                _ => {
                    let shown = machine.terms.display(row[1]).to_string();
                    return Err(Diagnostic::error(
                        Code::Directive,
                        span,
                        format!("evidence is true or false, not {shown}"),
                    )
                    .help("write evidence(atom), evidence(atom, true) or evidence(atom, false)")
                    .into());
                }
            };
            list.push((row[0], value, span));
        }
    }
    list.extend(theory.evidence.iter().map(|e| (e.query.goal, e.value, e.query.span)));
    for (goal, value, _) in &mut list {
        while let Some((sym::NOT | sym::NOT_WORD, &[inner])) = machine.terms.callable(*goal) {
            (*goal, *value) = (inner, !*value);
        }
    }
    Ok(list)
}

/// The ground instances of a goal that may be true, each with what makes it so; the goal itself, as false, if there is none.
fn answers(machine: &mut Machine<'_>, goal: Term, span: Span) -> Result<Vec<(Term, Lit)>, Halt> {
    let (pred, args) = lower::goal(&mut machine.program, machine.terms, goal, span)?;
    let rows = machine.solve(pred, &args, span)?;
    instances(machine, goal, &args, rows, span)
}

/// The instances found before a stop.
fn partial_answers(machine: &mut Machine<'_>, goal: Term, span: Span) -> Result<Vec<(Term, Lit)>, Halt> {
    let (pred, args) = lower::goal(&mut machine.program, machine.terms, goal, span)?;
    let rows = machine.found(pred, &args);
    instances(machine, goal, &args, rows, span)
}

fn instances(
    machine: &mut Machine<'_>,
    goal: Term,
    args: &[Term],
    rows: Vec<(Vec<Term>, Lit)>,
    span: Span,
) -> Result<Vec<(Term, Lit)>, Halt> {
    if rows.is_empty() {
        // The user asked, so there is an answer, also when the query has variables and no instance holds.
        return Ok(vec![(goal, Lit::FALSE)]);
    }
    let mut width = 0;
    machine.terms.for_each_var(goal, &mut |v| width = width.max(v + 1));
    let mut found = Vec::with_capacity(rows.len());
    let mut regs = vec![UNBOUND; width as usize];
    for (row, lit) in rows {
        regs.fill(UNBOUND);
        if let Some(&free) = row.iter().find(|&&t| !machine.terms.is_ground(t)) {
            let (goal, free) = (machine.terms.display(goal), machine.terms.display(free));
            return Err(Diagnostic::error(
                Code::NonGround,
                span,
                format!("an answer of {goal} is not ground: it contains {free}"),
            )
            .help("bind all variables of the query in the bodies of the rules it uses")
            .into());
        }
        if args.iter().zip(&row).all(|(&a, &b)| unify(machine.terms, &mut regs, a, b)) {
            found.push((resolve(machine.terms, &regs, goal), lit));
        }
    }
    Ok(found)
}
