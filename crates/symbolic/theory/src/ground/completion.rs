//! When is a table complete, and what happens then.
//!
//! Incomplete tables form a stack in order of creation. A call of an incomplete table from a younger one closes a loop:
//! everything between the two may depend on everything else, so their *groups* are merged (as in path-based search for
//! strongly connected components, Gabow 2000). Because the agenda is a stack, when the `Check` of a group's oldest table (its
//! *leader*) comes up, all work that the group caused is done: its tables have all their answers and complete together.
//!
//! Groups may be coarser than true components. That matters only where an activation waits *inside* a group for completion
//! (negation, collection): then the true components are computed. Those that wait for nothing complete and release the
//! waiters; a component that waits for itself is a cycle through negation, and an error that prints the cycle.

use super::Halt;
use super::machine::{Item, Machine};
use super::table::TableId;
use crate::diag::{Code, Diagnostic, Span};
use crate::graph::Tarjan;
use crate::lineage::Lit;
use crate::term::Term;

impl Machine<'_> {
    /// Notes that the running activation depends on an incomplete table. Always true, for use in conditions.
    pub(super) fn depend(&mut self, target: TableId) -> bool {
        let position = self.tables[target].position;
        while self.groups.last().is_some_and(|&start| start > position) {
            self.groups.pop();
        }
        true
    }

    /// All work above this point of the agenda was caused by `table`.
    pub(super) fn check(&mut self, table: TableId) -> Result<(), Halt> {
        let position = self.tables[table].position as usize;
        if self.stack.get(position) != Some(&table) {
            return Ok(());
        }
        if self.groups.last() != Some(&(position as u32)) {
            // Part of a larger group: who waited for it from outside is inside now, and takes answers as they come.
            for c in self.tables[table].consumers.clone() {
                let consumer = &mut self.consumers[c as usize];
                if !consumer.eager {
                    consumer.eager = true;
                    if !consumer.scheduled && consumer.activation.is_some() {
                        consumer.scheduled = true;
                        self.agenda.push(Item::Resume(c));
                    }
                }
            }
            return Ok(());
        }
        let members = self.stack[position..].to_vec();
        let waits_inside = members.iter().any(|&t| {
            !self.tables[t].complete
                && self.tables[t].waiters.iter().any(|&w| {
                    let act = &self.waiters[w as usize].activation;
                    act.as_ref().is_some_and(|a| self.tables[a.table].position as usize >= position)
                })
        });
        if waits_inside {
            return self.complete_components(table, &members);
        }
        self.stack.truncate(position);
        self.groups.pop();
        for &t in members.iter().rev() {
            self.complete(t);
        }
        Ok(())
    }

    /// Marks a table complete and schedules everything that waits for it.
    fn complete(&mut self, table: TableId) {
        if self.tables[table].bag && self.tables[table].recursive {
            self.bag_to_set(table);
        }
        let t = &mut self.tables[table];
        t.complete = true;
        let (consumers, waiters) = (std::mem::take(&mut t.consumers), std::mem::take(&mut t.waiters));
        let answers = t.answers.len();
        if !self.options.trace {
            // Now that no proof can be added, an atom with a single proof is that proof: contradictions show earlier.
            for lit in &mut self.tables[table].answers.lits {
                *lit = self.lineage.only_proof(*lit);
            }
        }
        for w in waiters.into_iter().rev() {
            if let Some(act) = self.waiters[w as usize].activation.take() {
                self.agenda.push(Item::Run(act));
            }
        }
        for c in consumers.into_iter().rev() {
            let consumer = &mut self.consumers[c as usize];
            if consumer.next >= answers {
                consumer.activation = None;
            } else if !consumer.scheduled && consumer.activation.is_some() {
                consumer.scheduled = true;
                self.agenda.push(Item::Resume(c));
            }
        }
    }

    /// The answers of a recursive goal are a set: its proofs may be without number. (Where some were taken already, they stay.)
    fn bag_to_set(&mut self, table: TableId) {
        let taken = |&c: &u32| self.consumers[c as usize].next > 0;
        if self.tables[table].consumers.iter().any(taken) {
            return;
        }
        let width = self.tables[table].vars as usize;
        let mut merged: Vec<Vec<Lit>> = Vec::new();
        for (row, lit) in self.tables[table].answers.take(width) {
            let (i, new) = self.tables[table].answers.insert(&row);
            if new {
                merged.push(Vec::new());
            }
            merged[i].push(lit);
        }
        for (i, lits) in merged.into_iter().enumerate() {
            self.tables[table].answers.lits[i] = self.lineage.any(lits);
        }
    }

    /// A call without variables that is certainly true needs no further proof.
    pub(super) fn complete_early(&mut self, table: TableId) {
        if !self.tables[table].complete {
            self.complete(table);
        }
    }

    /// Completes the true components of a group that wait for nothing in it; an error if there is none.
    fn complete_components(&mut self, leader: TableId, members: &[TableId]) -> Result<(), Halt> {
        let open: Vec<TableId> = members.iter().copied().filter(|&t| !self.tables[t].complete).collect();
        let index_of = |t: TableId| open.iter().position(|&o| o == t);
        let mut number = vec![usize::MAX; self.stack.len()];
        for (i, &t) in open.iter().enumerate() {
            number[self.tables[t].position as usize] = i;
        }
        // Edges from who waits to what it waits for.
        let mut edges: Vec<Vec<(usize, Option<Span>)>> = vec![Vec::new(); open.len()];
        for (i, &t) in open.iter().enumerate() {
            for &c in &self.tables[t].consumers {
                if let Some(a) = &self.consumers[c as usize].activation
                    && let Some(&from) = number.get(self.tables[a.table].position as usize)
                    && from != usize::MAX
                    && open[from] == a.table
                {
                    edges[from].push((i, None));
                }
            }
            for &w in &self.tables[t].waiters {
                let waiter = &self.waiters[w as usize];
                if let Some(a) = &waiter.activation
                    && let Some(from) = index_of(a.table)
                {
                    edges[from].push((i, Some(waiter.span)));
                }
            }
        }
        let child = |v: u32, i: u32| edges[v as usize].get(i as usize).map(|e| e.0 as u32);
        let component: Vec<usize> = Tarjan::components(open.len(), child).into_iter().map(|c| c as usize).collect();
        let count = component.iter().max().map_or(0, |m| m + 1);
        let mut leaves = vec![true; count];
        let mut waits = vec![None; count];
        for (from, out) in edges.iter().enumerate() {
            for &(to, wait) in out {
                if component[from] != component[to] {
                    leaves[component[from]] = false;
                } else if wait.is_some() && waits[component[from]].is_none() {
                    waits[component[from]] = Some((from, to));
                }
            }
        }
        let ready: Vec<bool> = (0..count).map(|c| leaves[c] && waits[c].is_none()).collect();
        if !ready.contains(&true) {
            let (from, to) = (0..count).filter(|&c| leaves[c]).find_map(|c| waits[c]).expect("a leaf that waits");
            return Err(self.negative_cycle(&open, &edges, from, to));
        }
        self.agenda.push(Item::Check(leader));
        for (i, &t) in open.iter().enumerate().rev() {
            if ready[component[i]] {
                self.complete(t);
            }
        }
        Ok(())
    }

    /// The error for a cycle that contains the waiting edge `from -> to`.
    fn negative_cycle(&self, open: &[TableId], edges: &[Vec<(usize, Option<Span>)>], from: usize, to: usize) -> Halt {
        // Shortest way back from `to` to `from`.
        let mut before = vec![None; open.len()];
        let mut queue = std::collections::VecDeque::from([to]);
        let mut seen = vec![false; open.len()];
        seen[to] = true;
        while let Some(n) = queue.pop_front() {
            for &(m, wait) in &edges[n] {
                if !seen[m] {
                    seen[m] = true;
                    before[m] = Some((n, wait));
                    queue.push_back(m);
                }
            }
        }
        let mut path = Vec::new();
        let mut at = from;
        while at != to {
            let Some((n, wait)) = before[at] else { break };
            path.push((at, wait));
            at = n;
        }
        path.push((to, edges[from].iter().find(|e| e.0 == to && e.1.is_some()).and_then(|e| e.1)));
        path.reverse();
        let is_negation = |span: Span| self.waiters.iter().find(|w| w.span == span).is_none_or(|w| w.negation);
        let word = |wait: Option<Span>| match wait {
            Some(span) if is_negation(span) => "\\+ ",
            Some(_) => "all of ",
            None => "",
        };
        let mut cycle = self.call_text(open[from]);
        for &(n, wait) in &path {
            let text = self.call_text(open[n]);
            cycle.push_str(&format!(" -> {}{text}", word(wait)));
        }
        let span = path[0].1;
        Diagnostic::error(
            Code::NegativeCycle,
            span,
            "this program is not stratified: an atom depends on its own negation",
        )
        .note(None, format!("the cycle: {cycle}"))
        .help("rewrite the rules so that no atom depends on its own negation (or on its own findall)")
        .into()
    }

    /// A call as text; calls of auxiliary predicates as what they stand in for.
    fn call_text(&self, table: TableId) -> String {
        let pred = self.program.get(self.tables[table].pred);
        let name = self.terms.display(Term::atom(pred.name)).to_string();
        if pred.auxiliary {
            return "(...)".to_string();
        }
        let args = self.tables.args(table, pred.arity);
        if args.is_empty() {
            return name;
        }
        let args: Vec<String> = args.iter().map(|&a| self.terms.display(a).to_string()).collect();
        format!("{name}({})", args.join(","))
    }
}
