//! Static checks: what is probably not meant, found before anything runs.
//!
//! Only what is surely wrong is an error; the rest are warnings. Heads may be called with all their arguments bound, so a
//! variable that only the head mentions is no mistake by itself.

use rustc_hash::FxHashSet;

use crate::builtins;
use crate::cycles;
use crate::diag::{Code, Diagnostic, Severity, Span};
use crate::library;
use crate::program::{Clause, Goal, PredId, Program};
use crate::term::{Term, TermStore};
use crate::tree::{Forest, Tree};

/// More warnings than this are not kept: nobody reads them.
const MAX_WARNINGS: usize = 50;

/// Warns of variables that occur once and do not start with `_`.
pub(crate) fn singletons(forest: &Forest, tree: &Tree, diags: &mut Vec<Diagnostic>) {
    for var in &forest.vars[tree.first_var..][..tree.var_count as usize] {
        let name = &forest.names[var.name as usize];
        if var.count == 1 && !name.starts_with('_') && diags.len() < MAX_WARNINGS {
            let span = Span { source: tree.source, start: var.start, end: var.end };
            diags.push(
                Diagnostic::warning(Code::Singleton, span, format!("the variable {name} occurs only once"))
                    .help(format!("write _{name}, or _, if that is meant")),
            );
        }
    }
}

/// Checks a whole program, without what was loaded from the library.
pub(crate) fn program(program: &Program, terms: &TermStore, diags: &mut Vec<Diagnostic>) {
    let mut found = Vec::new();
    unknown_predicates(program, terms, &mut found);
    for clause in program.clauses.iter().filter(|c| c.span.source != library::SOURCE) {
        unbound_variables(clause, terms, &mut found);
    }
    found.extend(cycles::negative(program, terms));
    let room = MAX_WARNINGS.saturating_sub(diags.len());
    let mut warnings = 0;
    found.retain(|d| {
        warnings += usize::from(d.severity == Severity::Warning);
        d.severity == Severity::Error || warnings <= room
    });
    diags.extend(found);
}

/// `name/arity`.
pub(crate) fn indicator(program: &Program, terms: &TermStore, pred: PredId) -> String {
    let pred = program.get(pred);
    format!("{}/{}", terms.display(Term::atom(pred.name)), pred.arity)
}

/// Warns of calls of predicates that nothing defines.
fn unknown_predicates(program: &Program, terms: &TermStore, diags: &mut Vec<Diagnostic>) {
    let mut seen = FxHashSet::default();
    for clause in program.clauses.iter().filter(|c| c.span.source != library::SOURCE) {
        for goal in &clause.body {
            let (Goal::Call { pred, span, .. } | Goal::Not { pred, span, .. } | Goal::Collect { pred, span, .. }) =
                goal
            else {
                continue;
            };
            if !program.get(*pred).defined && seen.insert(*pred) {
                let name = indicator(program, terms, *pred);
                diags.push(
                    Diagnostic::warning(Code::UnknownPredicate, *span, format!("nothing defines {name}"))
                        .help(remedy(program, terms, *pred)),
                );
            }
        }
    }
}

/// What may have been meant by a predicate that nothing defines.
pub(crate) fn remedy(program: &Program, terms: &TermStore, pred: PredId) -> String {
    let pred = program.get(pred);
    let (name, arity) = (terms.name(pred.name), pred.arity);
    let own = program.preds.iter().filter(|p| p.defined && !p.auxiliary).map(|p| (terms.name(p.name), p.arity));
    let built_in = builtins::all().map(|b| (b.name, b.arity)).chain(library::names());
    let candidates = own.chain(built_in.map(|(name, arity): (&str, u32)| (name, arity)));
    // The best is the first of the smallest distance; the program's own predicates come first.
    let mut best: Option<(usize, &str, u32)> = None;
    for (other, n) in candidates {
        let far = if other == name { 0 } else { distance(name, other) * 2 };
        let far = far + usize::from(n != arity);
        let near_enough = far <= (2 * (name.chars().count() / 3)).max(1) && (n == arity || other == name);
        if near_enough && best.is_none_or(|(d, _, _)| far < d) {
            best = Some((far, other, n));
        }
    }
    match best {
        Some((_, other, n)) => format!("is {other}/{n} meant?"),
        None => format!("define it, or write `:- dynamic {name}/{arity}.` if it may be without clauses"),
    }
}

/// Number of insertions, deletions, replacements and exchanges of neighbours between two words.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 3 || a.len() > 60 {
        return usize::MAX / 4;
    }
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replace = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replace.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// Reports variables that have no value when arithmetic or a negation needs one: goals run left to right, and neither the
/// head nor a goal before mentions them.
fn unbound_variables(clause: &Clause, terms: &TermStore, diags: &mut Vec<Diagnostic>) {
    let needs = |goal: &Goal| -> Vec<u32> {
        match goal {
            Goal::Builtin { builtin, args, .. } => match (builtin.name, &args[..]) {
                ("is", [_, expr]) => terms.vars(*expr),
                ("<" | ">" | "=<" | ">=" | "=:=" | "=\\=", [a, b]) => {
                    let mut vars = terms.vars(*a);
                    vars.extend(terms.vars(*b));
                    vars
                }
                _ => Vec::new(),
            },
            Goal::Not { shared, .. } => shared.clone(),
            _ => Vec::new(),
        }
    };
    if clause.body.iter().all(|g| needs(g).is_empty()) {
        return;
    }
    let mut bound: FxHashSet<u32> = FxHashSet::default();
    let mention = |bound: &mut FxHashSet<u32>, args: &[Term]| {
        args.iter().for_each(|&a| {
            terms.for_each_var(a, &mut |v| {
                bound.insert(v);
            })
        });
    };
    mention(&mut bound, &clause.args);
    for (i, goal) in clause.body.iter().enumerate() {
        let (Goal::Call { span, .. }
        | Goal::Not { span, .. }
        | Goal::Builtin { span, .. }
        | Goal::Meta { span, .. }
        | Goal::Collect { span, .. }) = goal;
        if let Some(&v) = needs(goal).iter().find(|v| !bound.contains(v)) {
            let name = &clause.var_names[v as usize];
            let negation = matches!(goal, Goal::Not { .. });
            let later = clause.body[i + 1..].iter().any(|g| matches!(g, Goal::Call { args, .. } | Goal::Builtin { args, .. } | Goal::Meta { args, .. } if args.iter().any(|&a| terms.vars(a).contains(&v))));
            let what = if negation { "this negation" } else { "this arithmetic" };
            let message = format!("{name} has no value when {what} runs");
            let diagnostic = if later || negation {
                Diagnostic::warning(Code::UnsafeVariable, *span, message)
                    .help(format!("goals run from left to right: put the one that gives {name} its value first"))
            } else {
                Diagnostic::error(Code::UnsafeVariable, *span, message)
                    .help(format!("nothing in this clause gives {name} a value; add a goal before it that does"))
            };
            diags.push(diagnostic);
            return;
        }
        match goal {
            Goal::Call { args, .. } | Goal::Builtin { args, .. } | Goal::Meta { args, negated: false, .. } => {
                mention(&mut bound, args);
            }
            Goal::Collect { args, result, .. } => {
                mention(&mut bound, args);
                mention(&mut bound, &[*result]);
            }
            Goal::Not { .. } | Goal::Meta { .. } => {}
        }
    }
}
