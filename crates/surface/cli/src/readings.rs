//! `symbolon readings`: what was read in networks and kept as folders. Facts go to standard output, so that
//! `symbolon readings facts DIR | symbolon infer - -q 'active(F, T, S)'` asks about them.

use std::path::Path;

use serde_json::{Value, json};
use symbolon_symbol::reading::{Listed, list};
use symbolon_symbol::{Error, Reading};
use symbolon_theory::diag::Diagnostics;

use crate::args::{Readings, ReadingsTask};
use crate::project::plain;
use crate::{DONE, WRONG, ended, render};

/// Runs the command and returns its exit status.
pub fn run(args: &Readings) -> u8 {
    ended(readings(args), args.json, json!({}))
}

fn readings(args: &Readings) -> Result<u8, Diagnostics> {
    let failed = |e: Error| plain(e.to_string());
    let (object, text, status) = match &args.task {
        ReadingsTask::List { folder } => {
            let found = list(folder).map_err(failed)?;
            let sound = found.iter().all(|l| l.about.is_ok());
            (
                json!({"readings": found.iter().map(listed).collect::<Vec<_>>()}),
                table(&found),
                if sound { DONE } else { WRONG },
            )
        }
        ReadingsTask::Show { folder } => {
            let reading = Reading::load(folder).map_err(failed)?;
            (described(folder, &reading), page(&reading), DONE)
        }
        ReadingsTask::Facts { folder } => {
            let facts = Reading::load(folder).map_err(failed)?.facts();
            (json!({"facts": facts}), facts.clone(), DONE)
        }
    };
    print!("{}", if args.json { format!("{object}\n") } else { text });
    Ok(status)
}

fn listed(l: &Listed) -> Value {
    match &l.about {
        Ok((name, symbols, from)) => json!({"folder": l.folder, "name": name, "symbols": symbols, "provenance": from}),
        Err(problem) => json!({"folder": l.folder, "problem": problem.to_string()}),
    }
}

fn table(found: &[Listed]) -> String {
    let row = |l: &Listed| {
        let folder = l.folder.display().to_string();
        match &l.about {
            Ok((name, symbols, from)) => {
                vec![folder, name.clone(), symbols.to_string(), from.model.clone(), from.method.clone()]
            }
            Err(problem) => vec![folder, problem.to_string(), String::new(), String::new(), String::new()],
        }
    };
    render::table(&["folder", "reading", "symbols", "model", "method"], &found.iter().map(row).collect::<Vec<_>>())
}

fn described(folder: &Path, r: &Reading) -> Value {
    let symbol = |(name, s): &(String, std::sync::Arc<dyn symbolon_symbol::Symbol>)| {
        let kind = s.parts().map(|p| p.kind);
        json!({"name": name, "site": s.site().to_string(), "kind": kind, "domain": s.domain().to_string()})
    };
    json!({
        "folder": folder,
        "name": r.name,
        "provenance": r.provenance,
        "symbols": r.symbols.iter().map(symbol).collect::<Vec<_>>(),
        "relations": r.relations.iter().map(|t| json!({"name": t.name, "columns": t.columns.len(), "rows": t.rows()})).collect::<Vec<_>>(),
        "evidence": r.evidence,
        "theory": r.theory,
    })
}

fn page(r: &Reading) -> String {
    let from = &r.provenance;
    let mut out = format!(
        "{}: {} by {}, seed {}\nmodel fingerprint {}\ndata {}\n\n",
        r.name, from.model, from.method, from.seed, from.fingerprint, from.data
    );
    let symbols: Vec<Vec<String>> = (r.symbols.iter())
        .map(|(name, s)| {
            let kind = s.parts().map_or_else(String::new, |p| p.kind);
            vec![name.clone(), s.site().to_string(), kind, s.domain().to_string()]
        })
        .collect();
    out.push_str(&render::table(&["symbol", "site", "kind", "values"], &symbols));
    if !r.relations.is_empty() {
        let rows = r.relations.iter().map(|t| vec![format!("{}/{}", t.name, t.columns.len()), t.rows().to_string()]);
        out.push('\n');
        out.push_str(&render::table(&["relation", "facts"], &rows.collect::<Vec<_>>()));
    }
    if !r.evidence.is_empty() {
        let interval = |i: Option<[f64; 2]>| i.map_or_else(String::new, |[a, b]| format!("{a:.3} to {b:.3}"));
        let rows = r.evidence.iter().map(|e| vec![e.what.clone(), format!("{:.4}", e.value), interval(e.interval)]);
        out.push('\n');
        out.push_str(&render::table(&["measured", "", "interval"], &rows.collect::<Vec<_>>()));
    }
    if let Some(theory) = &r.theory {
        out.push_str(&format!("\n{}\n", theory.trim_end()));
    }
    out
}
