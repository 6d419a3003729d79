//! Running a plan: batches of rows go through its steps, column by column.
//!
//! The interpreter's own work (which step, which columns) is paid once a batch of about a thousand rows; what happens for
//! each row is a tight loop over arrays. A step that makes more rows than fit in a batch hands the full batch on and is
//! resumed later, so memory stays bounded whatever the joins multiply, and there is no recursion.

use super::DatalogError;
use super::plan::{Call, Comparison, Operand, Operation, Plan, Source, Step};
use super::relation::{MAX_ROWS, Relation};
use crate::budget::{Meter, Stop};
use crate::builtins;
use crate::diag::{Code, Diagnostic};
use crate::term::{Term, TermStore};
use crate::unify::{UNBOUND, resolve, unify};

/// Rows of a full batch.
const BATCH: usize = 1024;

/// A batch of rows, and how far the step that reads it has come.
#[derive(Debug, Default)]
struct Batch {
    columns: Vec<Vec<Term>>,
    len: usize,
    /// The next row to be read, and the next of its matches.
    row: usize,
    offset: usize,
}

impl Batch {
    /// Makes it empty, with so many columns.
    fn reset(&mut self, columns: usize) {
        self.columns.resize_with(columns, Vec::new);
        self.columns.iter_mut().for_each(Vec::clear);
        (self.len, self.row, self.offset) = (0, 0, 0);
    }

    /// The value of an operand in a row.
    #[inline]
    fn value(&self, operand: Operand, row: usize) -> Term {
        match operand {
            Operand::Column(c) => self.columns[c][row],
            Operand::Const(term) => term,
        }
    }

    /// Keeps the rows whose numbers are in `rows` (ascending).
    fn select(&mut self, rows: &[u32]) {
        if rows.len() < self.len {
            for column in &mut self.columns {
                for (to, &from) in rows.iter().enumerate() {
                    column[to] = column[from as usize];
                }
                column.truncate(rows.len());
            }
            self.len = rows.len();
        }
    }
}

/// Batches between the steps and other room that is used again from run to run.
#[derive(Debug, Default)]
pub(super) struct Machine {
    batches: Vec<Batch>,
    /// For each row of the batch being made, the row it comes from.
    from: Vec<u32>,
    /// And the entry of the payload that extends it.
    entry: Vec<u32>,
    /// Columns of constants.
    constants: Vec<Vec<Term>>,
}

/// What a run needs beside its plan.
pub(super) struct Context<'a> {
    pub relations: &'a mut [Relation],
    pub terms: &'a mut TermStore,
    pub meter: &'a mut Meter,
    /// Bytes that the terms held when the call began: what they hold beyond is the work of builtins.
    pub terms_before: usize,
}

impl Context<'_> {
    fn tick(&mut self, head: usize) -> Result<(), Stop> {
        if self.relations[head].len() > MAX_ROWS {
            return Err(Stop::Memory);
        }
        let (relations, made) = (&*self.relations, self.terms.bytes().saturating_sub(self.terms_before));
        self.meter.depth(self.terms.deepest() as usize)?;
        self.meter.tick(|| made + relations.iter().map(Relation::bytes).sum::<usize>())
    }
}

impl Machine {
    /// Runs `plan` over the rows from `*cursor` to `end` of its source, or to its last row, even if the run itself adds
    /// rows, if `end` is `None`. The cursor moves with what is done, also when the run is stopped.
    pub fn run(
        &mut self,
        plan: &Plan,
        cursor: &mut usize,
        end: Option<usize>,
        context: &mut Context<'_>,
    ) -> Result<(), DatalogError> {
        let last = plan.steps.len();
        if self.batches.len() <= last {
            self.batches.resize_with(last + 1, Batch::default);
        }
        let head = plan.head.0 as usize;
        loop {
            let available = match &plan.source {
                Source::Unit => 1,
                Source::Rows { rel, .. } => context.relations[rel.0 as usize].len(),
            };
            let end = end.unwrap_or(available);
            // A relation of no columns cannot become truer.
            if *cursor >= end || (context.relations[head].arity == 0 && context.relations[head].len() > 0) {
                *cursor = end;
                return Ok(());
            }
            let upto = end.min(*cursor + BATCH);
            self.load(&plan.source, *cursor, upto, context.relations);
            let mut at = 0;
            loop {
                context.tick(head)?;
                if at == last {
                    self.emit(plan, context);
                } else {
                    let (before, after) = self.batches.split_at_mut(at + 1);
                    let (input, output) = (&mut before[at], &mut after[0]);
                    if input.row < input.len {
                        let mut scratch =
                            Scratch { from: &mut self.from, entry: &mut self.entry, constants: &mut self.constants };
                        step(&plan.steps[at], input, output, &mut scratch, context)?;
                        if output.len > 0 {
                            at += 1;
                        }
                        continue;
                    }
                }
                // This batch is used up: back to a step that has more.
                if at == 0 {
                    break;
                }
                at -= 1;
            }
            *cursor = upto;
        }
    }

    /// Fills the first batch.
    fn load(&mut self, source: &Source, start: usize, end: usize, relations: &[Relation]) {
        let batch = &mut self.batches[0];
        let Source::Rows { rel, constants, same, load } = source else {
            batch.reset(0);
            batch.len = 1;
            return;
        };
        let relation = &relations[rel.0 as usize];
        let arity = relation.arity;
        batch.reset(load.len());
        if arity == 0 {
            batch.len = end - start;
            return;
        }
        let rows = &relation.rows()[start * arity..end * arity];
        if constants.is_empty() && same.is_empty() {
            for (column, &from) in batch.columns.iter_mut().zip(load) {
                column.extend(rows.chunks_exact(arity).map(|row| row[from]));
            }
            batch.len = end - start;
            return;
        }
        for row in rows.chunks_exact(arity) {
            if constants.iter().all(|&(c, value)| row[c] == value) && same.iter().all(|&(a, b)| row[a] == row[b]) {
                for (column, &from) in batch.columns.iter_mut().zip(load) {
                    column.push(row[from]);
                }
                batch.len += 1;
            }
        }
    }

    /// Adds the last batch to the head relation.
    fn emit(&mut self, plan: &Plan, context: &mut Context<'_>) {
        let batch = &mut self.batches[plan.steps.len()];
        batch.row = batch.len;
        let constants = constant_columns(&plan.emit, batch.len, &mut self.constants);
        let columns = operand_columns(&plan.emit, batch, constants);
        context.relations[plan.head.0 as usize].insert_columns(&columns, batch.len);
    }
}

struct Scratch<'a> {
    from: &'a mut Vec<u32>,
    entry: &'a mut Vec<u32>,
    constants: &'a mut Vec<Vec<Term>>,
}

/// Fills a column for each constant among the operands; the columns are returned in their order.
fn constant_columns<'a>(operands: &[Operand], len: usize, columns: &'a mut Vec<Vec<Term>>) -> &'a [Vec<Term>] {
    let mut used = 0;
    for operand in operands {
        if let Operand::Const(term) = *operand {
            if columns.len() == used {
                columns.push(Vec::new());
            }
            columns[used].clear();
            columns[used].resize(len, term);
            used += 1;
        }
    }
    &columns[..used]
}

/// The operands as columns.
fn operand_columns<'a>(operands: &[Operand], batch: &'a Batch, constants: &'a [Vec<Term>]) -> Vec<&'a [Term]> {
    let mut constants = constants.iter();
    let column = |operand: &Operand| match *operand {
        Operand::Column(c) => &batch.columns[c][..],
        Operand::Const(_) => constants.next().map_or(&[][..], |c| &c[..]),
    };
    operands.iter().map(column).collect()
}

/// Runs one step on what is left of `input`, until it is used up or `output` is full.
fn step(
    step: &Step,
    input: &mut Batch,
    output: &mut Batch,
    scratch: &mut Scratch<'_>,
    context: &mut Context<'_>,
) -> Result<(), DatalogError> {
    match step {
        Step::Probe { rel, index, key, keep, fetch } => {
            let index = &context.relations[rel.0 as usize].indexes[*index];
            let constants = constant_columns(key, input.len, scratch.constants);
            let keys = operand_columns(key, input, constants);
            let keys: Vec<&[Term]> = keys.iter().map(|k| &k[input.row..]).collect();
            let (row, mut offset, mut done) = (input.row, input.offset, input.len);
            scratch.from.clear();
            scratch.entry.clear();
            let mut room = BATCH;
            index.lookup(&keys, input.len - row, |i, group| {
                let count = (group.len() - offset).min(room);
                let start = (group.start() + offset) as u32;
                scratch.from.extend(std::iter::repeat_n((row + i) as u32, count));
                scratch.entry.extend(start..start + count as u32);
                room -= count;
                let full = offset + count < group.len();
                if full {
                    (done, offset) = (row + i, offset + count);
                } else {
                    offset = 0;
                }
                !full
            });
            gather(input, output, keep, scratch.from);
            fetch_columns(output, index.payload(), index.rest.len(), keep.len(), fetch, scratch.entry);
            (input.row, input.offset) = (done, offset);
        }
        Step::Cross { rel, limit, keep, fetch } => {
            let relation = &context.relations[rel.0 as usize];
            scratch.from.clear();
            scratch.entry.clear();
            while input.row < input.len && scratch.from.len() < BATCH {
                let count = (limit - input.offset).min(BATCH - scratch.from.len());
                scratch.from.extend(std::iter::repeat_n(input.row as u32, count));
                scratch.entry.extend(input.offset as u32..(input.offset + count) as u32);
                input.offset += count;
                if input.offset == *limit {
                    (input.row, input.offset) = (input.row + 1, 0);
                }
            }
            gather(input, output, keep, scratch.from);
            fetch_columns(output, relation.rows(), relation.arity, keep.len(), fetch, scratch.entry);
        }
        Step::Exists { rel, index, key, same, negated } => {
            let index = &context.relations[rel.0 as usize].indexes[*index];
            let constants = constant_columns(key, input.len, scratch.constants);
            let keys = operand_columns(key, input, constants);
            let width = index.rest.len();
            scratch.from.clear();
            index.lookup(&keys, input.len, |i, group| {
                let entries = &index.payload()[group.start() * width..(group.start() + group.len()) * width];
                let found = if same.is_empty() {
                    group.len() > 0
                } else {
                    entries.chunks_exact(width).any(|e| same.iter().all(|&(a, b)| e[a] == e[b]))
                };
                if found != *negated {
                    scratch.from.push(i as u32);
                }
                true
            });
            filter(input, output, scratch.from);
        }
        Step::Any { rel, same, negated } => {
            let relation = &context.relations[rel.0 as usize];
            let found = if same.is_empty() || relation.arity == 0 {
                relation.len() > 0
            } else {
                let mut rows = relation.rows().chunks_exact(relation.arity);
                rows.any(|row| same.iter().all(|&(a, b)| row[a] == row[b]))
            };
            scratch.from.clear();
            scratch.from.extend(0..if found != *negated { input.len as u32 } else { 0 });
            filter(input, output, scratch.from);
        }
        Step::Member { rel, args, negated } => {
            let relation = &context.relations[rel.0 as usize];
            let constants = constant_columns(args, input.len, scratch.constants);
            let columns = operand_columns(args, input, constants);
            scratch.from.clear();
            match columns[..] {
                [a, b] => select(scratch.from, input.len, |i| relation.contains(&[a[i], b[i]]) != *negated),
                [a] => select(scratch.from, input.len, |i| relation.contains(&[a[i]]) != *negated),
                _ => {
                    let mut row = Vec::with_capacity(columns.len());
                    select(scratch.from, input.len, |i| {
                        row.clear();
                        row.extend(columns.iter().map(|c| c[i]));
                        relation.contains(&row) != *negated
                    });
                }
            }
            filter(input, output, scratch.from);
        }
        Step::Same(a, b) => {
            scratch.from.clear();
            let (a, b) = (&input.columns[*a], &input.columns[*b]);
            select(scratch.from, input.len, |i| a[i] == b[i]);
            filter(input, output, scratch.from);
        }
        Step::Compare { test, left, right, call } => {
            scratch.from.clear();
            for i in 0..input.len {
                let holds = match decide(*test, input.value(*left, i), input.value(*right, i)) {
                    Some(holds) => holds,
                    None => !solve(call, input, i, context.terms)?.is_empty(),
                };
                if holds {
                    scratch.from.push(i as u32);
                }
            }
            filter(input, output, scratch.from);
        }
        Step::Arithmetic { operation, left, right, result: Some(result), call, .. } => {
            scratch.from.clear();
            for i in 0..input.len {
                let holds = match compute(*operation, input.value(*left, i), input.value(*right, i)) {
                    Some(value) => context.terms.int(value) == input.value(*result, i),
                    None => !solve(call, input, i, context.terms)?.is_empty(),
                };
                if holds {
                    scratch.from.push(i as u32);
                }
            }
            filter(input, output, scratch.from);
        }
        Step::Arithmetic { operation, left, right, result: None, call, keep } => {
            scratch.from.clear();
            let mut results = Vec::with_capacity(input.len);
            for i in 0..input.len {
                match compute(*operation, input.value(*left, i), input.value(*right, i)) {
                    Some(value) => {
                        results.push(context.terms.int(value));
                        scratch.from.push(i as u32);
                    }
                    None => {
                        for solution in solve(call, input, i, context.terms)? {
                            results.extend(solution);
                            scratch.from.push(i as u32);
                        }
                    }
                }
            }
            gather(input, output, keep, scratch.from);
            output.columns.truncate(keep.len());
            output.columns.push(results);
            input.row = input.len;
        }
        Step::Call { call, .. } if call.outputs.is_empty() => {
            scratch.from.clear();
            for i in 0..input.len {
                if !solve(call, input, i, context.terms)?.is_empty() {
                    scratch.from.push(i as u32);
                }
            }
            filter(input, output, scratch.from);
        }
        Step::Call { call, keep } => {
            let mut results = vec![Vec::new(); call.outputs.len()];
            scratch.from.clear();
            // The solutions of one row come at once; the batch is as long as they are.
            while input.row < input.len && scratch.from.len() < BATCH {
                for solution in solve(call, input, input.row, context.terms)? {
                    results.iter_mut().zip(solution).for_each(|(column, value)| column.push(value));
                    scratch.from.push(input.row as u32);
                }
                input.row += 1;
            }
            gather(input, output, keep, scratch.from);
            output.columns.truncate(keep.len());
            output.columns.append(&mut results);
        }
    }
    Ok(())
}

fn select(rows: &mut Vec<u32>, len: usize, mut holds: impl FnMut(usize) -> bool) {
    rows.extend((0..len).filter(|&i| holds(i)).map(|i| i as u32));
}

/// The input's columns, without the rows that are not in `rows`, become the output's.
fn filter(input: &mut Batch, output: &mut Batch, rows: &[u32]) {
    output.reset(input.columns.len());
    std::mem::swap(&mut input.columns, &mut output.columns);
    output.len = input.len;
    output.select(rows);
    input.row = input.len;
}

/// The kept columns of the output: for each of its rows the value of the row it comes from.
fn gather(input: &Batch, output: &mut Batch, keep: &[usize], from: &[u32]) {
    output.reset(keep.len());
    output.len = from.len();
    for (column, &kept) in output.columns.iter_mut().zip(keep) {
        let source = &input.columns[kept];
        column.extend(from.iter().map(|&i| source[i as usize]));
    }
}

/// The fetched columns of the output: for each of its rows the values of the entry that extends it.
fn fetch_columns(output: &mut Batch, payload: &[Term], width: usize, kept: usize, fetch: &[usize], entries: &[u32]) {
    output.columns.resize_with(kept + fetch.len(), Vec::new);
    for (column, &part) in output.columns[kept..].iter_mut().zip(fetch) {
        if width == 1 {
            column.extend(entries.iter().map(|&e| payload[e as usize]));
        } else {
            column.extend(entries.iter().map(|&e| payload[e as usize * width + part]));
        }
    }
}

/// The outcome of a comparison that can be seen from the handles.
#[inline]
fn decide(test: Comparison, left: Term, right: Term) -> Option<bool> {
    match test {
        Comparison::Identical => return Some(left == right),
        Comparison::Different => return Some(left != right),
        _ => {}
    }
    let (l, r) = (left.as_small_int()?, right.as_small_int()?);
    Some(match test {
        Comparison::Less => l < r,
        Comparison::LessEqual => l <= r,
        Comparison::Greater => l > r,
        Comparison::GreaterEqual => l >= r,
        Comparison::Equal | Comparison::Identical => l == r,
        Comparison::NotEqual | Comparison::Different => l != r,
    })
}

/// The result of an operation on small integers.
#[inline]
fn compute(operation: Operation, left: Term, right: Term) -> Option<i64> {
    let (l, r) = (left.as_small_int()?, right.as_small_int()?);
    Some(match operation {
        Operation::Add => l + r,
        Operation::Subtract => l - r,
        Operation::Multiply => l * r,
    })
}

/// Calls a builtin for one row: for each solution the values of its outputs.
fn solve(call: &Call, batch: &Batch, row: usize, terms: &mut TermStore) -> Result<Vec<Vec<Term>>, DatalogError> {
    let mut regs = vec![UNBOUND; call.vars as usize];
    for &(var, column) in &call.inputs {
        regs[var as usize] = batch.columns[column][row];
    }
    let args: Vec<Term> = call.args.iter().map(|&a| resolve(terms, &regs, a)).collect();
    let mut run = builtins::Call::new(terms, &args, call.vars);
    let outcome = call.builtin.solve(&mut run);
    let (solutions, vars) = (run.solutions, run.next_var);
    if let Err(fault) = outcome {
        if call.lenient {
            return Ok(vec![Vec::new()]);
        }
        let mut diagnostic = Diagnostic::error(fault.code, call.span, fault.message);
        diagnostic.help = fault.help;
        return Err(DatalogError::Fault(Box::new(diagnostic)));
    }
    let mut found = Vec::with_capacity(solutions.len());
    for i in 0..solutions.len() {
        let mut regs = regs.clone();
        regs.resize(vars as usize, UNBOUND);
        if !solutions.get(i).iter().all(|&(a, b)| unify(terms, &mut regs, a, b)) {
            continue;
        }
        let values: Vec<Term> = call.outputs.iter().map(|&v| resolve(terms, &regs, Term::var(v))).collect();
        if !values.iter().all(|&v| terms.is_ground(v)) {
            let name = call.builtin.name;
            let message = format!("{name}/{} leaves a variable without a value", call.builtin.arity);
            let diagnostic =
                Diagnostic::error(Code::NonGround, call.span, message).help("bind the variable before this goal");
            return Err(DatalogError::Fault(Box::new(diagnostic)));
        }
        found.push(values);
    }
    Ok(found)
}
