//! Claims as plain data.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::file::digest;
use crate::stats::{Correction, Region};

/// A statement about a population of networks and data that a measurement can refute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// A short name, unique in its study: lower-case words joined by `-`.
    pub id: String,
    /// The claim in one plain sentence.
    pub text: String,
    /// What is measured.
    pub statistic: Statistic,
    /// Where the number lies if the claim is true: direction and minimum effect.
    pub predicts: Region,
    /// About which networks and data it speaks.
    pub population: Population,
    /// What is changed in the network, if the test is causal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intervention: Option<String>,
    /// Alternative explanations, each with a measurement that would show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub controls: Vec<Control>,
    /// What outcome refutes the claim, in words.
    #[serde(default)]
    pub refuted_by: String,
    /// The chance of a wrong decision that is accepted, for the whole family.
    #[serde(default = "five_percent")]
    pub alpha: f64,
    /// Claims of the same family are corrected together.
    #[serde(default = "everything")]
    pub family: String,
    /// How they are.
    #[serde(default)]
    pub correction: Correction,
    /// When measuring stops; fixed beforehand, so that nobody stops at a lucky moment.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stopping: String,
    /// What is left out of the population, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclusions: Vec<String>,
    /// What the paper reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<Figure>,
}

fn five_percent() -> f64 {
    0.05
}

fn everything() -> String {
    "study".into()
}

/// What is measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statistic {
    /// In words, with its unit.
    pub name: String,
    /// The values that it can take at all, where that is known. A prediction that holds for all of them claims nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<[f64; 2]>,
}

/// About which networks and data a claim speaks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    /// Networks: architecture, training, number of seeds.
    pub model: String,
    /// The site, or a pattern of sites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// The data set.
    pub data: String,
    /// Whether the data were looked at while the claim was made.
    pub split: Split,
    /// How examples are drawn.
    pub sampling: String,
}

/// What part of the data a claim is tested on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// Data that helped to form the claim. Results are marked as exploratory.
    Exploratory,
    /// Data held back for this test.
    Confirmatory,
}

/// An alternative explanation and what a measurement shows if it is *not* what is going on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// A short name: `untrained twin`, `shuffled labels`, `random direction`.
    pub name: String,
    /// The explanation that it rules out.
    pub explains: String,
    /// Where the control's number lies if all is well.
    pub expects: Region,
    /// What it says about the test.
    #[serde(default)]
    pub role: Role,
    /// Whether it is a network with random weights: the baseline without which content claims mean little.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub randomised: bool,
}

/// What a control says about the test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Nothing should be found here. If it is, the claim is not supported.
    #[default]
    Negative,
    /// Something is planted here and should be found. If it is not, the test is blind and decides nothing.
    Positive,
}

/// A number of the paper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// Where it stands: `table 2`, `figure 3, left`.
    #[serde(rename = "where")]
    pub place: String,
    /// What it says.
    pub says: String,
    /// The number, if it is one that compares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
}

impl Claim {
    /// SHA-256 of everything that the claim says, in hexadecimal. Numbers go in with all their digits.
    pub fn digest(&self) -> String {
        // Field order is fixed by the type and floats are written so that they read back the same, so this is canonical.
        let text = serde_json::to_string(self).expect("strings and finite numbers are JSON");
        digest(format!("symbolon-claim 1\n{text}").as_bytes())
    }

    /// Refuses claims that say too little to be tested.
    ///
    /// # Errors
    /// [`Error::Claim`] with the field and what to write.
    pub fn check(&self) -> Result<()> {
        let bad = |problem: String| Err(Error::Claim { id: self.id.clone(), problem });
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.id.is_empty() || !self.id.chars().all(plain) {
            return bad("an id is made of lower-case letters, digits and `-`".into());
        }
        let texts = [
            ("text", &self.text),
            ("statistic.name", &self.statistic.name),
            ("family", &self.family),
            ("population.model", &self.population.model),
            ("population.data", &self.population.data),
            ("population.sampling", &self.population.sampling),
        ];
        if let Some((field, _)) = texts.into_iter().find(|(_, text)| text.trim().is_empty()) {
            return bad(format!("`{field}` is empty"));
        }
        if let Some(problem) = self.predicts.problem() {
            return bad(format!("`predicts`: {problem}"));
        }
        if let Some([low, high]) = self.statistic.range.filter(|[l, h]| !(l.is_finite() && h.is_finite() && l < h)) {
            return bad(format!("`statistic.range`: {low} to {high} is no range of numbers"));
        }
        if !(0.0 < self.alpha && self.alpha <= 0.5) {
            return bad(format!("`alpha` is {}, it lies above 0 and is at most 0.5", self.alpha));
        }
        if self.paper.as_ref().and_then(|p| p.value).is_some_and(|v| !v.is_finite()) {
            return bad("`paper.value` is not finite".into());
        }
        // The log is JSON, whose reader may miss the last bit of a long number: the claim would look altered.
        if let Some(x) = self.numbers().into_iter().find(|x| x.is_finite() && !survives(*x)) {
            return bad(format!("{x} has more digits than can be kept; give at most 15"));
        }
        for (i, control) in self.controls.iter().enumerate() {
            if control.name.trim().is_empty() || control.explains.trim().is_empty() {
                return bad(format!("control {i} has no name, or does not say what it explains"));
            }
            if let Some(problem) = control.expects.problem() {
                return bad(format!("control `{}`: {problem}", control.name));
            }
            if self.controls[..i].iter().any(|c| c.name == control.name) {
                return bad(format!("control `{}` is given twice", control.name));
            }
        }
        Ok(())
    }

    /// All numbers that it states.
    fn numbers(&self) -> Vec<f64> {
        let ends = self.controls.iter().map(|c| c.expects).chain([self.predicts]).flat_map(|r| r.ends());
        let range = self.statistic.range.into_iter().flatten();
        ends.chain(range).chain([self.alpha]).chain(self.paper.as_ref().and_then(|p| p.value)).collect()
    }

    /// Whether some outcome would refute it: a prediction that covers all values the statistic can take has none.
    pub fn can_fail(&self) -> bool {
        let possible = self.statistic.range.is_none_or(|range| !self.predicts.covers(range));
        possible && !self.refuted_by.trim().is_empty()
    }
}

/// Whether a number is the same after it was written to JSON and read.
fn survives(x: f64) -> bool {
    serde_json::to_string(&x).and_then(|text| serde_json::from_str::<f64>(&text)).is_ok_and(|back| back == x)
}

/// The claims of a study, checked: names are told apart, families agree on how they are corrected.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims(Vec<Claim>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default, rename = "claim")]
    claims: Vec<Claim>,
}

impl Claims {
    /// Claims that belong together.
    ///
    /// # Errors
    /// [`Error::Claim`] for the first one that is not in order.
    pub fn new(claims: Vec<Claim>) -> Result<Self> {
        for (i, claim) in claims.iter().enumerate() {
            claim.check()?;
            let bad = |problem: String| Err(Error::Claim { id: claim.id.clone(), problem });
            for other in &claims[..i] {
                if other.id == claim.id {
                    return bad("another claim has the same id".into());
                }
                let same = other.alpha == claim.alpha && other.correction == claim.correction;
                if other.family == claim.family && !same {
                    let (family, other) = (&claim.family, &other.id);
                    return bad(format!("`alpha` or `correction` differ from `{other}` of the same family `{family}`"));
                }
            }
        }
        Ok(Self(claims))
    }

    /// Claims from TOML text, one `[[claim]]` table each; `name` is for messages.
    ///
    /// # Errors
    /// [`Error::Format`] with the line, [`Error::Claim`] for what is not in order.
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        let document: Document = toml::from_str(text).map_err(|e| Error::Format {
            file: name.to_owned(),
            place: e.span().map_or_else(
                || "document".into(),
                |span| format!("line {}", text[..span.start].matches('\n').count() + 1),
            ),
            problem: e.message().to_owned(),
            remedy: "see the documentation of `claim::Claim` for the fields",
        })?;
        Self::new(document.claims)
    }

    /// The claims, in their order.
    pub fn iter(&self) -> std::slice::Iter<'_, Claim> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> IntoIterator for &'a Claims {
    type Item = &'a Claim;
    type IntoIter = std::slice::Iter<'a, Claim>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
