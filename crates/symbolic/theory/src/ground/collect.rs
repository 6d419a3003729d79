//! `findall/3` and its relatives over answers that may be uncertain.
//!
//! Where answers depend on choices, the result does too: `findall/3` has one list per subset of the uncertain answers, each with
//! the literals that make it so. Counts and sums do not need the subsets: they are built answer by answer, keeping one
//! literal per value reached so far, so 100 uncertain answers give 101 counts rather than 2^100 lists.
//!
//! As in Prolog and ProbLog, an answer counts once for each of its proofs: `findall(X, member(X,[1,2,1]), L)` gives `[1,2,1]`. So
//! what is collected is evaluated in tables that are *bags*. A goal that calls itself again has a set of answers all the same,
//! since its proofs may be without number.

use super::Halt;
use super::calls::Known;
use super::machine::{Activation, Alternatives, Machine};
use crate::builtins::{self, Number};
use crate::diag::{Code, Diagnostic, Span};
use crate::lineage::Lit;
use crate::program::{Collect, PredId};
use crate::term::Term;
use crate::unify::{UNBOUND, resolve};

/// Up to this many uncertain answers are expanded into lists.
const MOST_UNCERTAIN: usize = 16;

impl Machine<'_> {
    pub(super) fn collect(
        &mut self,
        act: Activation,
        kind: Collect,
        template: Term,
        pred: PredId,
        args: &[Term],
        result: Term,
        span: Span,
    ) -> Result<Option<Activation>, Halt> {
        let bag = !matches!(kind, Collect::Max | Collect::Min);
        let Some((act, known)) = self.all_answers(act, pred, args, bag, span, false)? else { return Ok(None) };
        let items = self.items(&act, template, known);
        let values = match kind {
            Collect::Findall | Collect::All | Collect::AllOrNone => self.lists(kind, &items, span)?,
            Collect::Count | Collect::Sum => self.totals(kind, &items, span)?,
            Collect::Max | Collect::Min => self.extremes(kind, &items, span)?,
        };
        self.alternatives(act, Alternatives::Values(result, values.into()))
    }

    /// The template for each answer, with the answer's literal.
    fn items(&mut self, act: &Activation, template: Term, known: Known) -> Vec<(Term, Lit)> {
        let (vars, rows): (Vec<u32>, Vec<(Vec<Term>, Lit)>) = match known {
            Known::Rows(vars, rows) => (vars, rows.into_iter().map(|r| (r, Lit::TRUE)).collect()),
            Known::Table(table, vars) => {
                let answers = &self.tables[table].answers;
                let row = |i| (answers.row(i, vars.len()).to_vec(), answers.lits[i]);
                let rows = (0..answers.len()).map(row).collect();
                (vars, rows)
            }
        };
        let mut next = act.regs.len() as u32;
        let mut items = Vec::with_capacity(rows.len());
        let mut regs = act.regs.clone();
        for (row, lit) in rows {
            regs.truncate(act.regs.len());
            for (&v, &value) in vars.iter().zip(&row) {
                // Variables of an answer, and free ones of the template, are new in every copy.
                regs[v as usize] = self.terms.substitute(value, &mut |_, w| Term::var(next + w));
                self.terms.for_each_var(value, &mut |_| next += 1);
                regs.resize(regs.len().max(next as usize), UNBOUND);
            }
            let item = resolve(self.terms, &regs, template);
            for &v in &vars {
                regs[v as usize] = UNBOUND;
            }
            items.push((item, lit));
        }
        items
    }

    fn lists(&mut self, kind: Collect, items: &[(Term, Lit)], span: Span) -> Result<Vec<(Term, Vec<Lit>)>, Halt> {
        // Answers with the same literal are there together or not at all.
        let mut uncertain: Vec<Lit> = items.iter().map(|i| i.1).filter(|&l| l != Lit::TRUE).collect();
        uncertain.sort_unstable();
        uncertain.dedup();
        if uncertain.len() > MOST_UNCERTAIN {
            let n = uncertain.len();
            let message = format!("{n} uncertain answers have 2^{n} possible lists");
            return Err(Diagnostic::error(Code::Unsupported, span, message)
                .help(
                    "count or add them up without lists: aggregate_all(count, Goal, N), aggregate_all(sum(X), Goal, S), \
                     aggregate_all(max(X), Goal, M), aggregate_all(min(X), Goal, M)",
                )
                .into());
        }
        let mut lists = Vec::with_capacity(1 << uncertain.len());
        // Masks count down so that the list of all answers comes first.
        for mask in (0..1u32 << uncertain.len()).rev() {
            let chosen = |lit: Lit| match uncertain.binary_search(&lit) {
                Ok(k) => mask >> k & 1 == 1,
                Err(_) => true,
            };
            let list: Vec<Term> = items.iter().filter(|i| chosen(i.1)).map(|i| i.0).collect();
            if list.is_empty() && kind == Collect::All {
                continue;
            }
            let needs: Vec<Lit> = uncertain.iter().map(|&lit| if chosen(lit) { lit } else { !lit }).collect();
            if self.lineage.and(None, &mut needs.clone()) != Lit::FALSE {
                lists.push((self.terms.list(&list), needs));
            }
        }
        Ok(lists)
    }

    fn totals(&mut self, kind: Collect, items: &[(Term, Lit)], span: Span) -> Result<Vec<(Term, Vec<Lit>)>, Halt> {
        // One literal for each total reachable with the items so far, in order of discovery.
        let mut totals: Vec<(Number, Lit)> = vec![(Number::Int(0), Lit::TRUE)];
        for &(item, lit) in items {
            let step = if kind == Collect::Count { Number::Int(1) } else { self.number(item, span)? };
            let mut next: Vec<(Number, Vec<Lit>)> = Vec::new();
            let mut put = |total: Number, lit: Lit| match next.iter_mut().find(|(t, _)| *t == total) {
                _ if lit == Lit::FALSE => {}
                Some((_, lits)) => lits.push(lit),
                None => next.push((total, vec![lit])),
            };
            for &(total, so_far) in &totals {
                let more = builtins::arith::add(total, step).map_err(|f| Diagnostic::error(f.code, span, f.message))?;
                let with = self.lineage.and(None, &mut vec![so_far, lit]);
                put(more, with);
                if lit != Lit::TRUE {
                    let without = self.lineage.and(None, &mut vec![so_far, !lit]);
                    put(total, without);
                }
            }
            self.meter.check(self.lineage.bytes())?;
            totals = next.into_iter().map(|(total, lits)| (total, self.lineage.any(lits))).collect();
        }
        Ok(totals.into_iter().map(|(total, lit)| (total.term(self.terms), needs(lit))).collect())
    }

    fn extremes(&mut self, kind: Collect, items: &[(Term, Lit)], span: Span) -> Result<Vec<(Term, Vec<Lit>)>, Halt> {
        let mut groups: Vec<(Number, Vec<Lit>)> = Vec::new();
        for &(item, lit) in items {
            let value = self.number(item, span)?;
            match groups.iter_mut().find(|(v, _)| *v == value) {
                Some((_, lits)) => lits.push(lit),
                None => groups.push((value, vec![lit])),
            }
        }
        groups.sort_by(|(a, _), (b, _)| a.to_f64().total_cmp(&b.to_f64()));
        if kind == Collect::Max {
            groups.reverse();
        }
        // A value is the extreme one where it holds and none of those before it does.
        let (mut values, mut none_before) = (Vec::new(), Vec::new());
        for (value, lits) in groups {
            let any = self.lineage.any(lits);
            let mut needs: Vec<Lit> = none_before.clone();
            needs.extend((any != Lit::TRUE).then_some(any));
            values.push((value.term(self.terms), needs));
            if any == Lit::TRUE {
                break;
            }
            none_before.push(!any);
        }
        Ok(values)
    }

    fn number(&mut self, item: Term, span: Span) -> Result<Number, Halt> {
        builtins::eval(self.terms, item).map_err(|f| {
            let mut d = Diagnostic::error(f.code, span, f.message);
            d.help = f.help;
            d.into()
        })
    }
}

fn needs(lit: Lit) -> Vec<Lit> {
    if lit == Lit::TRUE { Vec::new() } else { vec![lit] }
}
