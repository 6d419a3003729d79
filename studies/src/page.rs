//! The report of a study: what was claimed, what was found, and what the study itself shows.

use symbolon_check::claim::{Finding, Holds, Number, Results, Verdict};
use symbolon_draw::{Cell, Column, Fact, Mark, Provenance, Report, Table};

/// The page of a study; `shown` is the study's own part, `command` makes it again.
pub(crate) fn page(results: &Results, shown: Report, command: String) -> Report {
    let source = &results.source;
    let [yes, no, open] = results.counts();
    let mut report = Report::new(&source.title)
        .subtitle(format!("Row {}, `{}`: claims registered before they were measured", source.row, source.slug))
        .facts([
            Fact::new("supported", yes.to_string()).mark(Mark::Good),
            Fact::new("refuted", no.to_string()).mark(Mark::Bad),
            Fact::new("open", open.to_string()).mark(Mark::Open),
        ])
        .section("Claims")
        .table(claims(&results.findings));
    let controls = controls(&results.findings);
    if let Some(controls) = controls {
        report = report.subsection("Controls").table(controls);
    }
    let provenance = Provenance::new()
        .entry("Seeds", source.seeds.iter().map(u64::to_string).collect::<Vec<_>>().join(", "))
        .entry("Profile", &source.profile)
        .entry("Code", &source.code)
        .entry("Machine", &source.machine)
        .entry("Seconds", results.seconds.to_string())
        .command(command);
    let provenance = source.digests.iter().fold(provenance, |p, (of, digest)| p.digest(of, digest));
    report.append(shown).provenance(provenance)
}

fn measured(number: &Number) -> Cell {
    let [low, high] = number.interval;
    Cell::interval(number.value, low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY))
}

fn claims(findings: &[Finding]) -> Table {
    let row = |f: &Finding| {
        let (mark, word) = match &f.verdict {
            Verdict::Supported => (Mark::Good, "supported".to_owned()),
            Verdict::Refuted => (Mark::Bad, "refuted".to_owned()),
            Verdict::Inconclusive(_) => (Mark::Open, f.verdict.to_string()),
        };
        let remark = if f.exploratory.is_empty() { String::new() } else { " (exploratory)".to_owned() };
        vec![
            Cell::Text(f.claim.text.clone()),
            Cell::Text(format!("{}: {}", f.claim.statistic.name, f.claim.predicts)),
            f.number.as_ref().map_or(Cell::Empty, measured),
            Cell::verdict(mark, word + &remark),
        ]
    };
    Table::new("What was claimed, and what was found.")
        .column(Column::text("claim"))
        .column(Column::text("predicted"))
        .column(Column::number("measured").decimals(3))
        .column(Column::text("verdict"))
        .extend(findings.iter().map(row))
        .note("Intervals are as wide as the correction for the claims of a family asks: the verdict can be read off them.")
}

fn controls(findings: &[Finding]) -> Option<Table> {
    let mut table = Table::new("Controls: a claim stands only if these come out as they must.")
        .column(Column::text("claim"))
        .column(Column::text("control"))
        .column(Column::text("must be"))
        .column(Column::number("measured").decimals(3))
        .column(Column::text("came out"));
    let mut any = false;
    for f in findings {
        for (found, planned) in f.controls.iter().zip(&f.claim.controls) {
            any = true;
            let (mark, word) = match found.holds {
                Holds::Yes => (Mark::Good, "as it must"),
                Holds::No => (Mark::Bad, "not as it must"),
                Holds::Unclear => (Mark::Open, "unclear"),
            };
            table = table.row([
                Cell::Code(f.claim.id.clone()),
                Cell::Text(found.name.clone()),
                Cell::Text(planned.expects.to_string()),
                measured(&found.number),
                Cell::verdict(mark, word),
            ]);
        }
    }
    any.then_some(table)
}
