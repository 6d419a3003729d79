//! The same programs for the relational engine: clauses and facts as the front end would make them.

use std::sync::Arc;

use symbolon_theory::diag::Span;
use symbolon_theory::program::{Clause, Facts, Goal, PredId, Program};
use symbolon_theory::term::{Term, TermStore};

/// A program under construction.
#[derive(Default)]
pub struct Builder {
    /// The program.
    pub program: Program,
    /// Its terms.
    pub terms: TermStore,
}

impl Builder {
    /// A predicate with facts.
    pub fn facts<const N: usize>(&mut self, name: &str, rows: impl Iterator<Item = [u32; N]>) {
        let pred = self.pred(name, N);
        let mut facts = Facts::default();
        for row in rows {
            let row = row.map(|v| self.terms.int(i64::from(v)));
            facts.push(&row, None);
        }
        self.program.preds[pred.0 as usize].facts = Arc::new(facts);
    }

    /// A rule written as atoms with single-letter variables: `rule("path xy", &["edge xz", "path zy"])`.
    pub fn rule(&mut self, head: &str, body: &[&str]) {
        let (head, args) = self.atom(head);
        let span = Span::default();
        let body = body.iter().map(|atom| {
            let (pred, args) = self.atom(atom);
            Goal::Call { pred, args, span }
        });
        let clause = Clause { head, args, body: body.collect(), vars: 26, var_names: Vec::new(), choice: None, span };
        self.program.add_clause(clause);
    }

    fn atom(&mut self, text: &str) -> (PredId, Vec<Term>) {
        let (name, vars) = text.split_once(' ').expect("a name and variables");
        let args: Vec<Term> = vars.bytes().map(|b| Term::var(u32::from(b - b'a'))).collect();
        (self.pred(name, args.len()), args)
    }

    /// The predicate of this name.
    pub fn pred(&mut self, name: &str, arity: usize) -> PredId {
        let name = self.terms.symbol(name);
        let pred = self.program.pred(name, arity as u32, Span::default());
        self.program.preds[pred.0 as usize].defined = true;
        pred
    }
}
