//! The laboratory: all that a study needs while it runs, so that its file stays short.

use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;
use symbolon_check::claim::{Evidence, Sealed, Trial};
use symbolon_check::stats::{Estimate, Proportion};
use symbolon_draw::Report;
use symbolon_lm::Local;

use crate::error::{Error, Result};
use crate::keep::Keep;
use crate::numbers::Numbers;

/// A row of a table of claims: the claim, the name of its numbers, and each control with the name of its numbers.
pub type ClaimRow<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

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
    /// Gives a claim the mean of what was measured once for each seed, with the means of its controls; with a single seed, which
    /// gives no idea of how much seeds differ, says that it was not measured.
    ///
    /// # Errors
    /// As [`report`](Self::report), and [`Error::Check`] for numbers that are not finite.
    pub fn means(&mut self, id: &str, values: &[f64], controls: &[(&str, &[f64])]) -> Result<()> {
        if values.len() < 2 {
            return self.not_measured(id, "one seed has no interval; give at least 2");
        }
        let evidence = Evidence::new(Estimate::mean(values)?);
        let with = |e: Evidence, (name, values): &(&str, &[f64])| -> Result<Evidence> {
            Ok(e.control(name, Estimate::mean(values)?))
        };
        let evidence = controls.iter().try_fold(evidence, with)?;
        self.report(id, evidence)
    }
    /// Gives a claim a number that was counted or computed on everything there is, with such numbers of its controls.
    ///
    /// # Errors
    /// As [`report`](Self::report), and [`Error::Check`] for numbers that are not finite.
    pub fn exact(&mut self, id: &str, value: f64, controls: &[(&str, f64)]) -> Result<()> {
        let with = |e: Evidence, (name, value): &(&str, f64)| -> Result<Evidence> {
            Ok(e.control(name, Estimate::exact(*value)?))
        };
        let evidence = controls.iter().try_fold(Evidence::new(Estimate::exact(value)?), with)?;
        self.report(id, evidence)
    }
    /// Gives a claim a share of trials, with the shares of its controls.
    ///
    /// # Errors
    /// As [`report`](Self::report), and [`Error::Check`] for shares of nothing.
    pub fn share(&mut self, id: &str, share: Proportion, controls: &[(&str, Proportion)]) -> Result<()> {
        let with = |e: Evidence, (name, share): &(&str, Proportion)| -> Result<Evidence> {
            Ok(e.control(name, Estimate::share(*share)?))
        };
        let evidence = controls.iter().try_fold(Evidence::new(Estimate::share(share)?), with)?;
        self.report(id, evidence)
    }
    /// Gives a claim the difference of two shares, the first less the second.
    ///
    /// # Errors
    /// As [`share`](Self::share).
    pub fn share_difference(&mut self, id: &str, a: Proportion, b: Proportion) -> Result<()> {
        self.report(id, Evidence::new(Estimate::share_difference(a, b)?))
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
    /// are others, and after the study has ended. The name is told as what is being done.
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
        self.note(name);
        let value = make(self)?;
        self.kept.put(name, &value)?;
        Ok(value)
    }
    /// [`means`](Self::means) of a table of claims.
    ///
    /// # Errors
    /// As [`means`](Self::means), and [`Error::Setting`] for a name without numbers.
    pub fn all_means(&mut self, numbers: &Numbers, claims: &[ClaimRow<'_>]) -> Result<()> {
        for (id, name, controls) in claims {
            let of = |(c, of): &(_, &str)| Ok((*c, numbers.of(of)?));
            let controls = controls.iter().map(of).collect::<Result<Vec<(&str, &[f64])>>>()?;
            self.means(id, numbers.of(name)?, &controls)?;
        }
        Ok(())
    }
    /// Gives each claim of a table the share of its numbers that are not zero, all trials of all seeds in one pool, with the
    /// shares of its controls: see [`Numbers::add_whether`].
    ///
    /// # Errors
    /// [`Error::Setting`] for a name without numbers, and as [`report`](Self::report).
    pub fn all_shares(&mut self, numbers: &Numbers, claims: &[ClaimRow<'_>]) -> Result<()> {
        let share = |name: &str| -> Result<Estimate> {
            Ok(Estimate::share(Proportion::of(numbers.of(name)?.iter().map(|x| *x != 0.0)))?)
        };
        for (id, name, controls) in claims {
            let with = |e: Evidence, (c, of): &(&str, &str)| -> Result<Evidence> { Ok(e.control(c, share(of)?)) };
            let evidence = controls.iter().try_fold(Evidence::new(share(name)?), with)?;
            self.report(id, evidence)?;
        }
        Ok(())
    }
    /// The first seeds, where a part of a study is too slow for all of them: how many, by profile.
    pub fn first_seeds(&self, quick: usize, full: usize) -> Vec<u64> {
        self.seeds.iter().copied().take(self.pick(quick, full)).collect()
    }
    /// Logs the opening of test parts that the seeds split off, under a name that says what they are.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_split(&mut self, name: &str) -> Result<()> {
        let rule = format!("split by seeds {:?}", self.seeds);
        self.open(&Sealed::new(name, rule.as_bytes(), ()))?;
        Ok(())
    }
    /// A language model that all claims which have no evidence yet need; or none, after each of them was told why.
    ///
    /// # Errors
    /// As [`model_for`](Self::model_for).
    pub fn model_for_rest(&mut self, name: &str) -> Result<Option<Local>> {
        let open: Vec<String> = self.trial.waiting().map(str::to_owned).collect();
        self.model_for(name, &open.iter().map(String::as_str).collect::<Vec<_>>())
    }
    /// A language model; or none, after each of these claims was told why.
    ///
    /// # Errors
    /// [`Error::Check`]: see [`Trial::not_measured`].
    pub fn model_for(&mut self, name: &str, claims: &[&str]) -> Result<Option<Local>> {
        match self.model(name) {
            Ok(model) => Ok(Some(model)),
            Err(why) => {
                claims.iter().try_for_each(|id| self.not_measured(id, &why.to_string()))?;
                Ok(None)
            }
        }
    }
    /// What is measured with each seed (the quick profile takes the first `quick`), kept one by one; what all of them need is
    /// prepared once, and only if some seed is not kept. `notes` tell what is being prepared, and what is done with a seed.
    ///
    /// # Errors
    /// As [`keep`](Self::keep).
    pub fn each_seed<P>(
        &mut self,
        quick: usize,
        notes: [&str; 2],
        prepare: impl Fn() -> Result<P>,
        measure: impl Fn(&P, u64, &mut Numbers) -> Result<()>,
    ) -> Result<Numbers> {
        let (mut shared, mut all) = (None, Vec::new());
        for seed in self.first_seeds(quick, usize::MAX) {
            all.push(self.keep(&format!("seed {seed}"), |lab| {
                if shared.is_none() {
                    lab.note(notes[0]);
                    shared = Some(prepare()?);
                }
                lab.note(&format!("seed {seed}: {}", notes[1]));
                let mut one = Numbers::default();
                measure(shared.as_ref().expect("made above"), seed, &mut one)?;
                Ok(one)
            })?);
        }
        Ok(all.into_iter().collect())
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

/// Seconds of the quickest of so many times: whatever else the machine does only adds.
///
/// # Errors
/// Whatever a time answers.
pub fn quickest(times: usize, mut step: impl FnMut() -> Result<()>) -> Result<f64> {
    let mut best = f64::INFINITY;
    for _ in 0..times {
        let began = std::time::Instant::now();
        step()?;
        best = best.min(began.elapsed().as_secs_f64());
    }
    Ok(best)
}
