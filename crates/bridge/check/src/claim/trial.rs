//! A trial: registered claims meet data, each gets its evidence, none is left out.

use serde::{Deserialize, Serialize};

use super::register::Event;
use super::settle::settle;
use super::{Claims, Evidence, Register, Results, Split};
use crate::error::{Error, Result, nearest};
use crate::file::digest;

/// What ran, on what: enough to run it again.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Source {
    /// The row of the paper in the index.
    pub row: u32,
    /// The study's short name.
    pub slug: String,
    /// The paper's title.
    pub title: String,
    /// How much was run: `quick` or `full`.
    pub profile: String,
    /// Seeds of everything random.
    pub seeds: Vec<u64>,
    /// What ran: a digest of the study's code, and the version.
    pub code: String,
    /// Digests of networks and data, by name.
    pub digests: std::collections::BTreeMap<String, String>,
    /// The machine: system, processor, cores.
    pub machine: String,
}

/// An opening of sealed data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// The name of the data.
    pub name: String,
    /// Their digest.
    pub data: String,
    /// For the how-manieth time: confirmation asks for the first.
    pub time: usize,
}

/// Data held back for the test of claims. They are seen only through [`Trial::open`], which logs it.
#[derive(Debug)]
pub struct Sealed<T> {
    name: String,
    digest: String,
    data: T,
}

impl<T> Sealed<T> {
    /// Seals data under a name; `bytes` are what tells them from other data (the data themselves, or a seed and a rule).
    pub fn new(name: &str, bytes: &[u8], data: T) -> Self {
        Self { name: name.to_owned(), digest: digest(bytes), data }
    }
}

/// A trial on its way. Dropping it leaves no results, only the log's entry that it began.
#[derive(Debug)]
pub struct Trial<'r> {
    register: &'r mut Register,
    claims: Claims,
    evidence: Vec<Option<std::result::Result<Evidence, String>>>,
    source: Source,
    openings: Vec<Opening>,
    late: Vec<bool>,
    began: u64,
}

impl<'r> Trial<'r> {
    /// Begins a trial of registered claims; `at` is now, in seconds since 1970.
    ///
    /// # Errors
    /// [`Error::Unregistered`] and [`Error::Altered`] for claims that are not what was registered, [`Error::Io`].
    pub fn begin(register: &'r mut Register, claims: &Claims, source: Source, at: u64) -> Result<Self> {
        claims.iter().try_for_each(|claim| register.unaltered(claim))?;
        let digests = claims.iter().map(|c| c.digest()).collect();
        register.append(at, Event::Began { source: source.clone(), claims: digests })?;
        Ok(Self {
            register,
            claims: claims.clone(),
            evidence: vec![None; claims.len()],
            late: vec![false; claims.len()],
            source,
            openings: Vec::new(),
            began: at,
        })
    }

    /// Opens sealed data and logs it. Claims that came into their present form after the data had been opened before are
    /// marked as exploratory.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn open<'s, T>(&mut self, sealed: &'s Sealed<T>, at: u64) -> Result<&'s T> {
        for (late, claim) in self.late.iter_mut().zip(&self.claims) {
            *late |= self.register.late(claim, &sealed.digest);
        }
        let time = self.register.openings(&sealed.digest) + 1;
        let (name, data) = (sealed.name.clone(), sealed.digest.clone());
        self.register.append(at, Event::Opened { name: name.clone(), data: data.clone(), time })?;
        self.openings.push(Opening { name, data, time });
        Ok(&sealed.data)
    }

    /// Keeps the digest of a network or of data in the results.
    pub fn digest(&mut self, name: &str, digest: String) {
        self.source.digests.insert(name.to_owned(), digest);
    }

    /// Claims that have neither evidence nor a reason why there is none, in their order.
    pub fn waiting(&self) -> impl Iterator<Item = &str> {
        self.claims.iter().zip(&self.evidence).filter(|(_, e)| e.is_none()).map(|(c, _)| c.id.as_str())
    }

    fn place(&self, id: &str) -> Result<usize> {
        let at = self.claims.iter().position(|c| c.id == id).ok_or_else(|| Error::Unregistered {
            id: id.to_owned(),
            nearest: nearest(id, self.claims.iter().map(|c| c.id.as_str())),
        })?;
        match self.evidence[at] {
            Some(_) => {
                Err(Error::Claim { id: id.to_owned(), problem: "it has a result already; one is enough".into() })
            }
            None => Ok(at),
        }
    }

    /// Gives a claim its evidence, with a number for each of its controls.
    ///
    /// # Errors
    /// [`Error::Unregistered`] for a claim that is not part of the trial; [`Error::Claim`] when it has evidence already, a
    /// control is missing or unknown, or the number lies outside the statistic's range.
    pub fn report(&mut self, id: &str, evidence: Evidence) -> Result<()> {
        let at = self.place(id)?;
        let claim = self.claims.iter().nth(at).expect("its place was found");
        let bad = |problem: String| Err(Error::Claim { id: id.to_owned(), problem });
        if let Some(c) = claim.controls.iter().find(|c| !evidence.controls.iter().any(|(name, _)| *name == c.name)) {
            return bad(format!("no number for its control `{}`", c.name));
        }
        for (i, (name, _)) in evidence.controls.iter().enumerate() {
            if !claim.controls.iter().any(|c| c.name == *name) {
                return bad(format!("`{name}` is none of its registered controls"));
            }
            if evidence.controls[..i].iter().any(|(n, _)| n == name) {
                return bad(format!("its control `{name}` has two numbers"));
            }
        }
        let value = evidence.estimate.value;
        if let Some([low, high]) = claim.statistic.range.filter(|[l, h]| !(*l <= value && value <= *h)) {
            return bad(format!("{value} lies outside the statistic's range from {low} to {high}"));
        }
        self.evidence[at] = Some(Ok(evidence));
        Ok(())
    }

    /// Says why a claim could not be measured (data that are missing, a model that lacks the ability). It stays among the
    /// results, as inconclusive.
    ///
    /// # Errors
    /// [`Error::Unregistered`] for a claim that is not part of the trial; [`Error::Claim`] when it has evidence already.
    pub fn not_measured(&mut self, id: &str, reason: &str) -> Result<()> {
        let at = self.place(id)?;
        self.evidence[at] = Some(Err(reason.to_owned()));
        Ok(())
    }

    /// Decides about all claims; `at` is now, in seconds since 1970.
    ///
    /// # Errors
    /// [`Error::Unreported`] when a claim has neither evidence nor a reason, [`Error::Io`].
    pub fn finish(self, at: u64) -> Result<Results> {
        let missing = |(claim, e): (&super::Claim, &Option<_>)| e.is_none().then(|| claim.id.clone());
        let ids: Vec<String> = self.claims.iter().zip(&self.evidence).filter_map(missing).collect();
        if !ids.is_empty() {
            return Err(Error::Unreported { ids });
        }
        let all: Vec<_> = self.claims.iter().zip(self.evidence.into_iter().flatten()).collect();
        let mut findings = settle(&all)?;
        for (finding, late) in findings.iter_mut().zip(self.late) {
            if finding.claim.population.split == Split::Exploratory {
                finding.exploratory.push("tested on data that helped to form it".into());
            }
            if late {
                finding.exploratory.push("registered or amended after the data had been opened".into());
            }
        }
        let text = serde_json::to_string(&findings).expect("strings and finite numbers are JSON");
        self.register.append(at, Event::Finished { findings: digest(text.as_bytes()) })?;
        Ok(Results {
            source: self.source,
            findings,
            openings: self.openings,
            log: self.register.head().to_owned(),
            began: self.began,
            seconds: at.saturating_sub(self.began),
        })
    }
}
