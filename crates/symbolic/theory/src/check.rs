//! Static checks: what is probably not meant, found before anything runs.

use crate::diag::{Code, Diagnostic};
use crate::program::Program;
use crate::term::TermStore;
use crate::tree::{Forest, Tree};

/// Warns of variables that occur once and do not start with `_`.
pub(crate) fn singletons(forest: &Forest, tree: &Tree, diags: &mut Vec<Diagnostic>) {
    for var in &forest.vars[tree.first_var..][..tree.var_count as usize] {
        let name = &forest.names[var.name as usize];
        if var.count == 1 && !name.starts_with('_') {
            let span = crate::diag::Span { source: tree.source, start: var.start, end: var.end };
            diags.push(
                Diagnostic::warning(Code::Singleton, span, format!("the variable {name} occurs only once"))
                    .help(format!("write _{name}, or _, if that is meant")),
            );
        }
    }
}

/// Checks a whole program.
pub(crate) fn program(_program: &Program, _terms: &TermStore, _diags: &mut Vec<Diagnostic>) {}
