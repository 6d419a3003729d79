//! What the user sees: diagnostics with source lines, and aligned tables.

use std::io::IsTerminal;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report};
use symbolon_theory::diag::{Diagnostic, Diagnostics, Severity};

/// Prints diagnostics on standard error, each with its source line.
pub fn diagnostics(all: &Diagnostics) {
    for d in &all.list {
        let report = report(d, all);
        let theme =
            if std::io::stderr().is_terminal() { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let mut text = String::new();
        match GraphicalReportHandler::new_themed(theme).with_links(false).render_report(&mut text, report.as_ref()) {
            Ok(()) => eprint!("{text}"),
            Err(_) => eprintln!("{}", d.message),
        }
    }
}

fn report(d: &Diagnostic, all: &Diagnostics) -> Report {
    let source = d.span.and_then(|s| all.sources.get(s.source));
    let mut shown = MietteDiagnostic::new(&d.message).with_severity(match d.severity {
        Severity::Error => miette::Severity::Error,
        Severity::Warning => miette::Severity::Warning,
    });
    if let Some(span) = d.span {
        let len = (span.end.saturating_sub(span.start)).max(1) as usize;
        shown = shown.and_label(LabeledSpan::new_primary_with_span(None, (span.start as usize, len)));
    }
    let mut help: Vec<String> = Vec::new();
    for (span, note) in &d.notes {
        match (span, d.span) {
            (Some(s), Some(main)) if s.source == main.source => {
                let len = (s.end.saturating_sub(s.start)).max(1) as usize;
                shown = shown.and_label(LabeledSpan::at(s.start as usize..s.start as usize + len, note.clone()));
            }
            (Some(s), _) => {
                let (line, column) = all.sources.position(*s);
                let name = all.sources.get(s.source).map_or("", |s| s.name.as_str());
                help.push(format!("{note} ({name}:{line}:{column})"));
            }
            (None, _) => help.push(note.clone()),
        }
    }
    help.extend(d.help.clone());
    if !help.is_empty() {
        shown = shown.with_help(help.join("\n"));
    }
    match source {
        Some(s) => Report::new(shown).with_source_code(NamedSource::new(&s.name, s.text.clone())),
        None => Report::new(shown),
    }
}

/// A table with a header row, columns aligned to the left.
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let width = |c: usize| rows.iter().map(|r| r[c].chars().count()).chain([header[c].len()]).max().unwrap_or(0);
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let mut out = String::new();
    let mut line = |cells: &mut dyn Iterator<Item = &str>| {
        let cells: Vec<String> = cells.zip(&widths).map(|(cell, &w)| format!("{cell:w$}")).collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    };
    line(&mut header.iter().copied());
    for row in rows {
        line(&mut row.iter().map(String::as_str));
    }
    out
}

/// A probability as a person reads it: up to nine digits, without trailing zeros.
pub fn probability(p: f64) -> String {
    if p != 0.0 && p.abs() < 1e-4 {
        return format!("{p:.6e}");
    }
    let text = format!("{p:.9}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() || text == "-0" { "0".to_string() } else { text.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_read_well() {
        let shown: Vec<String> = [0.0, 1.0, 0.5, 1.0 / 3.0, 1e-7, 0.30000000000000004].map(probability).into();
        assert_eq!(shown, ["0", "1", "0.5", "0.333333333", "1.000000e-7", "0.3"]);
    }

    #[test]
    fn tables_are_aligned() {
        let rows = vec![vec!["a".to_string(), "0.5".to_string()], vec!["long(x)".to_string(), "1".to_string()]];
        assert_eq!(table(&["query", "probability"], &rows), "query    probability\na        0.5\nlong(x)  1\n");
    }
}
