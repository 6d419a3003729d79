//! The table of all papers: what holds, what was missed and by how much, what is not built.

use std::fmt::Write;
use std::path::Path;

use symbolon_check::claim::{Finding, Results, Verdict, Why};

use crate::{Paper, Result, STUDIES, papers};

/// One paper and where it stands.
#[derive(Clone, Debug)]
pub struct Row {
    /// The paper.
    pub paper: &'static Paper,
    /// Where it stands.
    pub state: State,
}

/// Where a paper stands.
#[derive(Clone, Debug)]
pub enum State {
    /// There is no study yet.
    NotBuilt,
    /// There is a study, without results here.
    NotRun,
    /// There are results.
    Run(Box<Results>),
}

/// All papers with what the folder of results says about them.
///
/// # Errors
/// [`Error::Check`](crate::Error::Check) with the file that cannot be read.
pub fn table(results: &Path) -> Result<Vec<Row>> {
    let row = |paper: &'static Paper| {
        let file = results.join(format!("{}.json", paper.slug));
        let state = match (STUDIES.iter().any(|s| s.slug == paper.slug), file.exists()) {
            (_, true) => State::Run(Box::new(Results::load(&file)?)),
            (true, false) => State::NotRun,
            (false, false) => State::NotBuilt,
        };
        Ok(Row { paper, state })
    };
    papers().iter().map(row).collect()
}

/// The table in Markdown: one line for each paper, below it the claims that did not hold.
pub fn markdown(rows: &[Row]) -> String {
    let mut text = String::from(
        "| row | paper | supported | refuted | open | not as claimed |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for Row { paper, state } in rows {
        let Paper { row, slug, .. } = paper;
        let _ = match state {
            State::NotBuilt => writeln!(text, "| {row} | {slug} | | | | not built |"),
            State::NotRun => writeln!(text, "| {row} | {slug} | | | | not run |"),
            State::Run(results) => {
                let [yes, no, open] = results.counts();
                let missed: Vec<String> = results.findings.iter().filter_map(miss).collect();
                writeln!(text, "| {row} | {slug} | {yes} | {no} | {open} | {} |", missed.join("; "))
            }
        };
    }
    text
}

/// A claim that was not supported, in a few words.
fn miss(finding: &Finding) -> Option<String> {
    let id = &finding.claim.id;
    let number = finding.number.as_ref().map(|n| {
        let by = finding.claim.predicts.distance(n.value);
        format!("{:.3} instead of {}, by {by:.3}", n.value, finding.claim.predicts)
    });
    let number = number.unwrap_or_default();
    Some(match &finding.verdict {
        Verdict::Supported => return None,
        Verdict::Refuted => format!("{id}: {number}"),
        Verdict::Inconclusive(Why::TooWide { needed: Some(needed) }) => {
            format!("{id}: open at {}, needs n = {needed}", finding.number.as_ref()?.value)
        }
        Verdict::Inconclusive(Why::TooWide { needed: None }) => format!("{id}: open, {number}"),
        Verdict::Inconclusive(Why::Chance) => format!("{id}: chance does as well"),
        Verdict::Inconclusive(Why::Control { name }) => format!("{id}: its control `{name}` fails"),
        Verdict::Inconclusive(Why::CannotFail) => format!("{id}: nothing could refute it"),
        Verdict::Inconclusive(Why::NotMeasured(reason)) => format!("{id}: not measured, {reason}"),
    })
}
