//! `symbolon check`: reads a theory and says what is wrong with it, without running it.

use serde_json::json;
use symbolon_theory::diag::{Diagnostics, Severity};

use crate::args::Check;
use crate::{DONE, WRONG, load, render};

/// Prints errors and warnings; the status says whether there are errors.
pub fn run(args: &Check) -> u8 {
    let (found, summary) = match load::theory(&args.theory.files) {
        Ok(theory) => {
            let program = &theory.program;
            let facts: usize = program.preds.iter().map(|p| p.facts.count).sum();
            let visible = program.preds.iter().filter(|p| !p.auxiliary && p.defined).count();
            let summary = format!(
                "{visible} predicates, {facts} facts, {} rules, {} random choices, {} constraints",
                program.clauses.len(),
                program.disjunctions.len() + program.preds.iter().map(|p| p.facts.probabilistic.len()).sum::<usize>(),
                program.constraints.len()
            );
            (theory.warnings(), summary)
        }
        Err(found) => (found, String::new()),
    };
    let errors = found.list.iter().filter(|d| d.severity == Severity::Error).count();
    let warnings = found.list.len() - errors;
    if args.json {
        println!("{}", json!({"errors": errors, "warnings": warnings, "diagnostics": messages(&found)}));
    } else {
        render::diagnostics(&found);
        if errors == 0 {
            println!("ok: {summary}{}", if warnings > 0 { format!("; {warnings} warnings") } else { String::new() });
        } else {
            println!("{errors} errors, {warnings} warnings");
        }
    }
    if errors > 0 { WRONG } else { DONE }
}

/// Diagnostics for machines.
pub fn messages(found: &Diagnostics) -> Vec<serde_json::Value> {
    let place = |d: &symbolon_theory::diag::Diagnostic| {
        let span = d.span?;
        let (line, column) = found.sources.position(span);
        let file = found.sources.get(span.source)?.name.clone();
        Some(json!({"file": file, "line": line, "column": column}))
    };
    let message = |d: &symbolon_theory::diag::Diagnostic| {
        json!({
            "severity": if d.severity == Severity::Error { "error" } else { "warning" },
            "code": format!("{:?}", d.code),
            "message": d.message,
            "place": place(d),
            "notes": d.notes.iter().map(|(_, n)| n.clone()).collect::<Vec<_>>(),
            "help": d.help,
        })
    };
    found.list.iter().map(message).collect()
}
