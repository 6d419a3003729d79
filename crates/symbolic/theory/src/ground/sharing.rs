//! Which predicates share their atoms between calls.
//!
//! `p(a,X)` and `p(a,b)` are two calls with two tables, and usually the atom `p(a,b)` has the same proofs in both: then it is one node
//! of the lineage. A predicate that looks at how far its arguments are instantiated (`var/1`, `==/2`, ...), itself or through what
//! it calls, can have other proofs when it is called otherwise. Its atoms belong to the call.

use crate::program::{Goal, Program};

/// Builtins whose answer depends on how far their arguments are bound. (Arithmetic does not: it refuses free variables.)
const LOOKS: &[&str] = &[
    "var",
    "nonvar",
    "ground",
    "atom",
    "atomic",
    "number",
    "integer",
    "float",
    "rational",
    "compound",
    "callable",
    "simple",
    "is_list",
    "string",
    "==",
    "\\==",
    "\\=",
    "@<",
    "@>",
    "@=<",
    "@>=",
    "compare",
    "=@=",
    "\\=@=",
    "copy_term",
    "term_variables",
    "subsumes_term",
    "subsumes_chk",
    "numbervars",
    "sort",
    "msort",
    "length",
];

/// For each predicate whether its atoms are shared between calls.
pub(super) fn sharing(program: &Program) -> Vec<bool> {
    let mut callers: Vec<Vec<usize>> = vec![Vec::new(); program.preds.len()];
    let mut looks = Vec::new();
    for clause in &program.clauses {
        let head = clause.head.0 as usize;
        for goal in &clause.body {
            match goal {
                Goal::Call { pred, .. } | Goal::Not { pred, .. } | Goal::Collect { pred, .. } => {
                    callers[pred.0 as usize].push(head);
                }
                Goal::Builtin { builtin, .. } if LOOKS.contains(&builtin.name) => looks.push(head),
                Goal::Builtin { .. } => {}
                // What is called is not known yet.
                Goal::Meta { .. } => looks.push(head),
            }
        }
    }
    let mut shared = vec![true; program.preds.len()];
    while let Some(pred) = looks.pop() {
        if std::mem::replace(&mut shared[pred], false) {
            looks.extend(&callers[pred]);
        }
    }
    shared
}
