//! The register: a log of claims that only grows. Each line carries the digest of the line before it, so a line that is
//! changed, removed or slipped in later shows.

use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Claim, Claims, Source};
use crate::error::{Error, Result, nearest};
use crate::file::digest;

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Seconds since 1970, as the caller said.
    pub at: u64,
    /// The digest of the line before; of nothing for the first.
    pub previous: String,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A claim was registered.
    Registered {
        /// All that it says.
        claim: Claim,
        /// Its digest.
        digest: String,
    },
    /// A claim was replaced.
    Amended {
        /// The claim from now on.
        claim: Claim,
        /// Its digest.
        digest: String,
        /// The digest of the claim before.
        instead_of: String,
        /// Why.
        reason: String,
    },
    /// A trial of these claims began.
    Began {
        /// What ran, on what.
        source: Source,
        /// Digests of the claims.
        claims: Vec<String>,
    },
    /// Sealed data were opened.
    Opened {
        /// The name of the data.
        name: String,
        /// Their digest.
        data: String,
        /// For the how-manieth time.
        time: usize,
    },
    /// A trial ended.
    Finished {
        /// The digest of the findings.
        findings: String,
    },
}

/// A log of claims on disk.
#[derive(Debug)]
pub struct Register {
    path: PathBuf,
    entries: Vec<Entry>,
    head: String,
    /// Bytes of whole lines: what lies behind was cut off while it was written.
    whole: u64,
}

const REMEDY: &str = "restore the file, or start a new log beside it and say why";

impl Register {
    /// Opens a log, or begins one at the first entry. A last line that was cut off while it was written is dropped.
    ///
    /// # Errors
    /// [`Error::Io`], and [`Error::Format`] with the first line that was changed after it had been written.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_path_buf();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(e) => return Err(Error::io(&path)(e)),
        };
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let mut register = Self { path, entries: Vec::new(), head: digest(b""), whole: whole as u64 };
        for (i, line) in text[..whole].lines().enumerate() {
            let bad = |problem: String| Error::Format {
                file: register.path.display().to_string(),
                place: format!("line {}", i + 1),
                problem,
                remedy: REMEDY,
            };
            let entry: Entry = serde_json::from_str(line).map_err(|e| bad(e.to_string()))?;
            if entry.previous != register.head {
                return Err(bad(
                    "it does not follow from the line before: the log was changed after it was written".into()
                ));
            }
            if let Event::Registered { claim, digest } | Event::Amended { claim, digest, .. } = &entry.event
                && claim.digest() != *digest
            {
                return Err(bad(format!("claim `{}` is not what its digest says", claim.id)));
            }
            register.entries.push(entry);
            register.head = digest(line.as_bytes());
        }
        Ok(register)
    }

    /// Everything that happened.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The digest of the last line: publish it, and the log up to there cannot be changed unnoticed.
    pub fn head(&self) -> &str {
        &self.head
    }

    /// The claim that is registered under a name now.
    pub fn claim(&self, id: &str) -> Option<&Claim> {
        self.latest(id).map(|(_, claim)| claim)
    }

    /// The latest entry about a claim.
    fn latest(&self, id: &str) -> Option<(usize, &Claim)> {
        self.entries.iter().enumerate().rev().find_map(|(i, e)| match &e.event {
            Event::Registered { claim, .. } | Event::Amended { claim, .. } if claim.id == id => Some((i, claim)),
            _ => None,
        })
    }

    /// Registers claims. Those that are registered already, exactly so, stay as they are.
    ///
    /// # Errors
    /// [`Error::Altered`] when another claim is registered under the name; nothing is registered then. [`Error::Io`].
    pub fn register(&mut self, claims: &Claims, at: u64) -> Result<()> {
        let mut fresh = Vec::new();
        for claim in claims {
            match self.claim(&claim.id) {
                None => fresh.push(claim.clone()),
                Some(_) => self.unaltered(claim)?,
            }
        }
        let event = |claim: Claim| Event::Registered { digest: claim.digest(), claim };
        self.append_all(at, fresh.into_iter().map(event))
    }

    /// Replaces a registered claim, for a stated reason. If data were opened before, what comes of it is exploratory.
    ///
    /// # Errors
    /// [`Error::Unregistered`], [`Error::Claim`] without a reason or for a claim not in order, [`Error::Io`].
    pub fn amend(&mut self, claim: &Claim, reason: &str, at: u64) -> Result<()> {
        claim.check()?;
        let Some(old) = self.claim(&claim.id) else { return Err(self.unregistered(&claim.id)) };
        if reason.trim().is_empty() {
            return Err(Error::Claim { id: claim.id.clone(), problem: "say why it is amended".into() });
        }
        let (instead_of, digest) = (old.digest(), claim.digest());
        if instead_of == digest {
            return Ok(());
        }
        self.append(at, Event::Amended { claim: claim.clone(), digest, instead_of, reason: reason.to_owned() })
    }

    /// Refuses a claim that is not, word for word and digit for digit, what is registered under its name.
    ///
    /// # Errors
    /// [`Error::Unregistered`] and [`Error::Altered`].
    pub fn unaltered(&self, claim: &Claim) -> Result<()> {
        let Some(old) = self.claim(&claim.id) else { return Err(self.unregistered(&claim.id)) };
        let (registered, found) = (old.digest(), claim.digest());
        match registered == found {
            true => Ok(()),
            false => Err(Error::Altered { id: claim.id.clone(), registered, found }),
        }
    }

    /// How often data with this digest were opened.
    pub fn openings(&self, data: &str) -> usize {
        let opened = |e: &&Entry| matches!(&e.event, Event::Opened { data: d, .. } if d == data);
        self.entries.iter().filter(opened).count()
    }

    /// Whether a claim came into its present form after data with this digest had been opened.
    pub(super) fn late(&self, claim: &Claim, data: &str) -> bool {
        let opened = self.entries.iter().position(|e| matches!(&e.event, Event::Opened { data: d, .. } if d == data));
        opened.zip(self.latest(&claim.id)).is_some_and(|(opened, (made, _))| made > opened)
    }

    pub(super) fn unregistered(&self, id: &str) -> Error {
        let names = self.entries.iter().filter_map(|e| match &e.event {
            Event::Registered { claim, .. } => Some(claim.id.as_str()),
            _ => None,
        });
        Error::Unregistered { id: id.to_owned(), nearest: nearest(id, names) }
    }

    pub(super) fn append(&mut self, at: u64, event: Event) -> Result<()> {
        self.append_all(at, [event])
    }

    /// Adds lines in one go.
    fn append_all(&mut self, at: u64, events: impl IntoIterator<Item = Event>) -> Result<()> {
        let (mut head, mut text, mut entries) = (self.head.clone(), String::new(), Vec::new());
        for event in events {
            let entry = Entry { at, previous: head, event };
            let line = serde_json::to_string(&entry).expect("strings and finite numbers are JSON");
            head = digest(line.as_bytes());
            text += &(line + "\n");
            entries.push(entry);
        }
        if entries.is_empty() {
            return Ok(());
        }
        let write = || {
            let mut file = std::fs::OpenOptions::new().create(true).append(true).open(&self.path)?;
            file.set_len(self.whole)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        };
        write().map_err(Error::io(&self.path))?;
        self.whole += text.len() as u64;
        self.head = head;
        self.entries.extend(entries);
        Ok(())
    }
}
