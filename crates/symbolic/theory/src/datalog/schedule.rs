//! Which rule runs when, until nothing is new.
//!
//! Each rule has one version for each growing relation in its body, and each version a cursor: how many rows of that relation
//! it has seen. Running a rule takes the versions one after the other. A version joins what is new in its own relation with
//! the rows of the others that *their* versions have seen, which includes the newest for those that ran before it; so every
//! combination is made by the version that sees its last part, and (indexes are extended no further than that) hardly any
//! is made twice.
//!
//! Rules run in the order of their priority: twice the component of the predicate, and one more for rules with a negated goal
//! over derived predicates. What such a rule negates lies in lower components and was demanded by a rule of the same component,
//! so when its turn comes everything below has come to rest and a missing answer is a false one.

use super::exec::Context;
use super::ir::{Literal, Rule};
use super::plan::{Plan, Step, plan};
use super::relation::RelId;
use super::{DatalogError, Relational};
use crate::budget::Meter;
use crate::term::TermStore;

/// A rule with its plans.
#[derive(Debug)]
pub(super) struct Task {
    priority: u32,
    gate: Option<RelId>,
    head: RelId,
    versions: Vec<Version>,
}

/// A plan and how much of its relation it has seen.
#[derive(Debug)]
struct Version {
    /// The literal it starts from; `None` for a rule over facts only, which runs once.
    literal: Option<usize>,
    rel: Option<RelId>,
    cursor: usize,
    plan: Plan,
}

impl Relational {
    /// Plans a rule and lets it run with the others.
    pub(super) fn add_rule(&mut self, rule: Rule, terms: &TermStore) {
        let mut starts: Vec<(Option<usize>, Option<RelId>)> = Vec::new();
        for (i, literal) in rule.body.iter().enumerate() {
            if let Literal::Atom(atom) = literal
                && self.relation(atom.rel).growing
            {
                starts.push((Some(i), Some(atom.rel)));
            }
        }
        if starts.is_empty() {
            starts.push((None, None));
        }
        let number = self.tasks.len();
        let mut versions = Vec::new();
        for (literal, rel) in starts {
            let plan = plan(&rule, literal, &mut self.relations, terms);
            versions.push(Version { literal, rel, cursor: 0, plan });
        }
        let read = versions.iter().filter_map(|v| v.rel).chain(rule.gate);
        for rel in read {
            let readers = &mut self.readers[rel.0 as usize];
            if !readers.contains(&number) {
                readers.push(number);
            }
        }
        self.pending.insert((rule.priority, number));
        self.tasks.push(Task { priority: rule.priority, gate: rule.gate, head: rule.head.rel, versions });
    }

    /// Something was added to a relation.
    pub(super) fn wake(&mut self, rel: RelId) {
        for &task in &self.readers[rel.0 as usize] {
            self.pending.insert((self.tasks[task].priority, task));
        }
    }

    /// Runs until nothing is new.
    pub(super) fn run(&mut self, terms: &mut TermStore, meter: &mut Meter) -> Result<(), DatalogError> {
        let terms_before = terms.bytes();
        while let Some((priority, number)) = self.pending.pop_first() {
            let head = self.tasks[number].head;
            let before = self.relation(head).len();
            let outcome = self.run_task(number, terms, meter, terms_before);
            if self.relation(head).len() > before {
                self.wake(head);
            }
            if let Err(error) = outcome {
                self.pending.insert((priority, number));
                return Err(error);
            }
        }
        Ok(())
    }

    fn run_task(
        &mut self,
        number: usize,
        terms: &mut TermStore,
        meter: &mut Meter,
        terms_before: usize,
    ) -> Result<(), DatalogError> {
        let Relational { tasks, relations, machine, .. } = self;
        let task = &mut tasks[number];
        let len = |rel: Option<RelId>| rel.map_or(1, |r| relations[r.0 as usize].len());
        if task.gate.is_some_and(|gate| len(Some(gate)) == 0) {
            return Ok(());
        }
        // What is new for each version; the longest first, so that the shortest is the one that meets all the others.
        let mut order: Vec<(usize, usize)> = Vec::with_capacity(task.versions.len());
        order.extend(task.versions.iter().enumerate().map(|(i, v)| (i, len(v.rel))));
        order.sort_by_key(|&(i, end)| std::cmp::Reverse(end - task.versions[i].cursor));
        let single = order.len() == 1;
        for (at, end) in order {
            let cursor = task.versions[at].cursor;
            if cursor == end {
                continue;
            }
            // Where another version has seen nothing there is nothing to join with.
            if task.versions.iter().enumerate().any(|(i, v)| i != at && v.cursor == 0) {
                task.versions[at].cursor = end;
                continue;
            }
            for i in 0..task.versions[at].plan.uses.len() {
                let usage = task.versions[at].plan.uses[i];
                let seen = task.versions.iter().find(|v| v.literal == Some(usage.literal)).map(|v| v.cursor);
                let limit = seen.unwrap_or(relations[usage.rel.0 as usize].len());
                match usage.index {
                    Some(index) => relations[usage.rel.0 as usize].absorb(index, limit),
                    None => {
                        if let Step::Cross { limit: rows, .. } = &mut task.versions[at].plan.steps[usage.step] {
                            *rows = limit;
                        }
                    }
                }
            }
            let version = &mut task.versions[at];
            let mut context = Context { relations, terms, meter, terms_before };
            // A rule with one growing relation may follow what it adds to it itself.
            let end = if single { None } else { Some(end) };
            machine.run(&version.plan, &mut version.cursor, end, &mut context)?;
        }
        Ok(())
    }
}
