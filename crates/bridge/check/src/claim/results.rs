//! What came of a study: findings, and the file that holds them.

use serde::{Deserialize, Serialize};
use std::path::Path;

use super::{Claim, Opening, Source, Strength};
use crate::error::{Error, Result};
use crate::file::write_whole;

/// What may be concluded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The interval lies where the claim says, and the controls where they should.
    Supported,
    /// The interval lies elsewhere.
    Refuted,
    /// Neither can be said.
    Inconclusive(Why),
}

/// Why nothing can be concluded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The interval is too wide; how many observations it would take, if that can be said.
    TooWide {
        /// Observations.
        needed: Option<usize>,
    },
    /// Chance alone would do as well too often.
    Chance,
    /// A control's number is not where it should be, or its interval is too wide to tell.
    Control {
        /// The control's name.
        name: String,
    },
    /// No outcome would have refuted the claim.
    CannotFail,
    /// It was not measured; the reason.
    NotMeasured(String),
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Verdict::Supported => f.write_str("supported"),
            Verdict::Refuted => f.write_str("refuted"),
            Verdict::Inconclusive(Why::TooWide { needed: Some(n) }) => write!(f, "open: it needs n = {n}"),
            Verdict::Inconclusive(Why::TooWide { needed: None }) => f.write_str("open: the interval is too wide"),
            Verdict::Inconclusive(Why::Chance) => f.write_str("open: chance does as well"),
            Verdict::Inconclusive(Why::Control { name }) => write!(f, "open: its control `{name}` fails"),
            Verdict::Inconclusive(Why::CannotFail) => f.write_str("open: nothing could refute it"),
            Verdict::Inconclusive(Why::NotMeasured(reason)) => write!(f, "not measured: {reason}"),
        }
    }
}

/// A number with its interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Number {
    /// The number.
    pub value: f64,
    /// Its confidence interval; an end that is missing is unbounded.
    pub interval: [Option<f64>; 2],
    /// The level of the interval.
    pub level: f64,
    /// How many observations it rests on.
    pub n: usize,
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let end = |e: Option<f64>, none: &str| e.map_or(none.to_owned(), |e| format!("{e:.3}"));
        let [low, high] = self.interval;
        write!(f, "{:.3} ({} to {})", self.value, end(low, "-inf"), end(high, "inf"))
    }
}

/// Whether a control's number is where it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// The whole interval is.
    Yes,
    /// None of it is.
    No,
    /// Part of it is.
    Unclear,
}

/// What a control said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ControlFinding {
    /// The control's name.
    pub name: String,
    /// Its number.
    pub number: Number,
    /// Whether that is where it should be.
    pub holds: Holds,
}

/// What came of one claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The claim as registered.
    pub claim: Claim,
    /// Its digest.
    pub digest: String,
    /// The conclusion.
    pub verdict: Verdict,
    /// The measured number; none where nothing was measured. Its interval is as wide as the correction of the family asks:
    /// the verdict can be read off it.
    pub number: Option<Number>,
    /// The p-value of the decision (for or against, whichever is nearer), and the same adjusted for the family.
    pub p: Option<[f64; 2]>,
    /// The controls.
    pub controls: Vec<ControlFinding>,
    /// Why the result is exploratory only; empty for confirmatory ones.
    pub exploratory: Vec<String>,
    /// How strong the claim is.
    pub strength: Strength,
}

/// Everything that came of a study, as kept in `results/<slug>.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// What ran, on what.
    pub source: Source,
    /// One finding for each registered claim, in their order.
    pub findings: Vec<Finding>,
    /// Which sealed data were opened, and for the how-manieth time.
    pub openings: Vec<Opening>,
    /// The head of the log when the results were made.
    pub log: String,
    /// When the trial began, in seconds since 1970.
    pub began: u64,
    /// How long it took.
    pub seconds: u64,
}

impl Results {
    /// How many claims were supported, refuted, and left open.
    pub fn counts(&self) -> [usize; 3] {
        let mut counts = [0; 3];
        for finding in &self.findings {
            counts[match finding.verdict {
                Verdict::Supported => 0,
                Verdict::Refuted => 1,
                Verdict::Inconclusive(_) => 2,
            }] += 1;
        }
        counts
    }
    /// Writes them as JSON, all or nothing.
    ///
    /// # Errors
    /// [`Error::Io`] with the file.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let text = serde_json::to_string_pretty(self).expect("strings and finite numbers are JSON");
        write_whole(path.as_ref(), (text + "\n").as_bytes())
    }
    /// Reads what [`Results::save`] wrote.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Format`] with the file, also when a claim in it does not have the digest it is filed under.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(Error::io(path))?;
        let bad = |place: String, problem: String| Error::Format {
            file: path.display().to_string(),
            place,
            problem,
            remedy: "run the study again",
        };
        let results: Self =
            serde_json::from_str(&text).map_err(|e| bad(format!("line {}", e.line()), e.to_string()))?;
        match results.findings.iter().find(|f| f.claim.digest() != f.digest) {
            Some(f) => Err(bad(format!("claim `{}`", f.claim.id), "it is not what was registered".into())),
            None => Ok(results),
        }
    }
}
