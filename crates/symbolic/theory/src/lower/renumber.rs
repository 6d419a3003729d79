//! Variables of a lowered clause, numbered compactly.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Scope;
use crate::program::Goal;
use crate::term::{Term, TermStore};

/// Numbers variables from 0 in the order in which they are met.
#[derive(Default)]
pub(crate) struct Renumber {
    map: FxHashMap<u32, u32>,
    order: Vec<u32>,
    /// A variable that is replaced by a ground term instead.
    pub replace: Option<(u32, Term)>,
}

impl Renumber {
    pub fn var(&mut self, v: u32) -> u32 {
        let order = &mut self.order;
        *self.map.entry(v).or_insert_with(|| {
            order.push(v);
            (order.len() - 1) as u32
        })
    }

    pub fn term(&mut self, terms: &mut TermStore, term: Term) -> Term {
        terms.substitute(term, &mut |_, v| match self.replace {
            Some((w, value)) if w == v => value,
            _ => Term::var(self.var(v)),
        })
    }

    /// The variables met so far, in order.
    pub fn vars(&self) -> &[u32] {
        &self.order
    }

    pub fn goal(&mut self, terms: &mut TermStore, goal: &mut Goal) {
        if let Goal::Collect { template, result, .. } = goal {
            // In the order of the text, for tidy messages.
            (*template, *result) = (self.term(terms, *template), self.term(terms, *result));
        }
        if let Goal::Not { shared, .. } = goal {
            shared.retain(|v| self.replace.is_none_or(|(w, _)| w != *v));
            shared.iter_mut().for_each(|v| *v = self.var(*v));
        }
        let (Goal::Call { args, .. }
        | Goal::Not { args, .. }
        | Goal::Builtin { args, .. }
        | Goal::Meta { args, .. }
        | Goal::Collect { args, .. }) = goal;
        args.iter_mut().for_each(|a| *a = self.term(terms, *a));
    }

    /// Names of the variables by their new numbers.
    pub fn names(&self, scope: &Scope) -> Vec<Arc<str>> {
        self.order.iter().map(|&v| scope.names.get(v as usize).cloned().unwrap_or_else(|| "_".into())).collect()
    }
}
