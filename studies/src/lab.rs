//! The laboratory: all that a study needs while it runs, so that its file stays short.

use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;
use symbolon_check::claim::{Evidence, Sealed, Trial};
use symbolon_draw::Report;
use symbolon_lm::Local;

use crate::error::{Error, Result};
use crate::keep::Keep;

/// How much is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Profile {
    /// Minutes on two cores.
    #[default]
    Quick,
    /// What the paper asks for.
    Full,
}

impl Profile {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Full => "full",
        }
    }
}

/// A trial with its surroundings.
pub struct Lab<'a> {
    pub(crate) trial: Trial<'a>,
    pub(crate) profile: Profile,
    pub(crate) seeds: Vec<u64>,
    pub(crate) folder: PathBuf,
    pub(crate) kept: Keep,
    pub(crate) shown: Report,
    pub(crate) clock: &'a dyn Fn() -> u64,
    pub(crate) progress: &'a mut dyn FnMut(&str),
}

impl Lab<'_> {
    /// How much is to be run.
    pub fn profile(&self) -> Profile {
        self.profile
    }
    /// One of two settings, by profile.
    pub fn pick<T>(&self, quick: T, full: T) -> T {
        match self.profile {
            Profile::Quick => quick,
            Profile::Full => full,
        }
    }
    /// The seeds to be run: everything random comes from them.
    pub fn seeds(&self) -> Vec<u64> {
        self.seeds.clone()
    }
    /// Tells what is being done.
    pub fn note(&mut self, what: &str) {
        (self.progress)(what);
    }
    /// Opens data that were held back, and logs it.
    ///
    /// # Errors
    /// [`Error::Check`] when the log cannot be written.
    pub fn open<'s, T>(&mut self, sealed: &'s Sealed<T>) -> Result<&'s T> {
        Ok(self.trial.open(sealed, (self.clock)())?)
    }
    /// Keeps the digest of a network or of data in the results.
    pub fn digest(&mut self, name: &str, digest: String) {
        self.trial.digest(name, digest);
    }
    /// Gives a claim its evidence.
    ///
    /// # Errors
    /// [`Error::Check`]: see [`Trial::report`].
    pub fn report(&mut self, id: &str, evidence: Evidence) -> Result<()> {
        Ok(self.trial.report(id, evidence)?)
    }
    /// Says why a claim could not be measured.
    ///
    /// # Errors
    /// [`Error::Check`]: see [`Trial::not_measured`].
    pub fn not_measured(&mut self, id: &str, reason: &str) -> Result<()> {
        Ok(self.trial.not_measured(id, reason)?)
    }
    /// Adds sections, text, figures and tables to the report that a reader opens after the run; the claims and their verdicts
    /// stand in it already.
    pub fn show(&mut self, add: impl FnOnce(Report) -> Report) {
        let shown = std::mem::replace(&mut self.shown, Report::new(""));
        self.shown = add(shown);
    }
    /// A part of the study that takes long and answers numbers: what it answered is kept on disk, so that a run that was
    /// interrupted goes on from there. It is asked again when the program, the profile or `name` (which should say the seed)
    /// are others, and after the study has ended.
    ///
    /// # Errors
    /// [`Error::Io`] with the file that cannot be written; whatever `make` answers.
    pub fn keep<T: Serialize + DeserializeOwned>(
        &mut self,
        name: &str,
        make: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        if let Some(value) = self.kept.find(name) {
            self.note(&format!("{name}: kept from the run before"));
            return Ok(value);
        }
        let value = make(self)?;
        self.kept.put(name, &value)?;
        Ok(value)
    }
    /// A language model from the user's store of models, by name.
    ///
    /// # Errors
    /// [`Error::Lm`] that names the command which gets it.
    pub fn model(&mut self, name: &str) -> Result<Local> {
        let model = Local::named(name)?;
        self.digest(name, symbolon_net::fingerprint(&model.network));
        Ok(model)
    }
    /// Keeps a picture or a table beside the results.
    ///
    /// # Errors
    /// [`Error::Io`] with the file, [`Error::Setting`] for a name with a path in it.
    pub fn artefact(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\']) {
            return Err(Error::Setting { what: "artefact", problem: format!("`{name}` is no plain file name") });
        }
        std::fs::create_dir_all(&self.folder).map_err(Error::io(&self.folder))?;
        let path = self.folder.join(name);
        Ok(symbolon_check::write_whole(&path, bytes)?)
    }
}
