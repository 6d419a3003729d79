//! What the commands about project folders share: opening one, saying what is wrong, showing how training goes.

use std::borrow::BorrowMut;
use std::cell::RefCell;
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use symbolon_learn::project::{Observations, Project};
use symbolon_learn::{Error, Semantics};
use symbolon_net::train::{Progress, Report};
use symbolon_tensor::Device;
use symbolon_theory::diag::{Code, Diagnostic, Diagnostics, Sources};
use symbolon_theory::lineage::NeuralInstance;
use symbolon_theory::term::TermStore;

/// Where numbers are computed.
#[derive(Args, Debug, Clone)]
pub struct On {
    /// Where to compute: cpu
    #[arg(long, value_name = "DEVICE", default_value = "cpu", value_parser = device)]
    pub device: Device,
    /// Threads to use (default: all cores)
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
}

impl Default for On {
    fn default() -> On {
        On { device: Device::Cpu, threads: None }
    }
}

impl On {
    /// Sets the number of threads.
    pub fn prepare(&self) -> Result<(), Diagnostics> {
        match self.threads {
            Some(n) => symbolon_tensor::set_threads(n).map_err(|e| plain(e.to_string())),
            None => Ok(()),
        }
    }
}

fn device(name: &str) -> Result<Device, String> {
    match name {
        "cpu" => Ok(Device::Cpu),
        other => Err(format!("there is no device `{other}` here: commands compute on cpu")),
    }
}

/// A project, with the semantics of the command line if one is given.
pub fn open(folder: &Path, seed: Option<u64>, semantics: Option<Semantics>, on: &On) -> Result<Project, Diagnostics> {
    on.prepare()?;
    if !folder.is_dir() {
        let message = format!("{} is not a folder", folder.display());
        let error = Diagnostic::error(Code::File, None, message).help(
            "a project is a folder with a theory.pl; see examples/sums, or ask `symbolon infer` about a single file",
        );
        return Err(Diagnostics::one(error, &Sources::default()));
    }
    Project::open(folder, seed, semantics, on.device).map_err(diagnostics)
}

/// A project with what it has learned.
pub fn trained(
    folder: &Path,
    weights: Option<&Path>,
    semantics: Option<Semantics>,
    on: &On,
) -> Result<Project, Diagnostics> {
    let mut project = open(folder, None, semantics, on)?;
    let file: PathBuf = weights.map_or_else(|| project.trained(), Path::to_owned);
    if !file.is_file() {
        let message = format!("{} is not there: this project has not been trained", file.display());
        let error = Diagnostic::error(Code::File, None, message)
            .help(format!("train it first: symbolon train {}", folder.display()));
        return Err(Diagnostics::one(error, &Sources::default()));
    }
    project.restore(&file).map_err(diagnostics)?;
    Ok(project)
}

/// An error of learning as what commands print.
pub fn diagnostics(error: Error) -> Diagnostics {
    match error {
        Error::Theory(diagnostics) => diagnostics,
        other => plain(other.to_string()),
    }
}

/// A message without a place in a text.
pub fn plain(message: impl Into<String>) -> Diagnostics {
    Diagnostics::one(Diagnostic::error(Code::File, None, message.into()), &Sources::default())
}

/// Observations that no proof explains are named and counted: they teach nothing, and are seldom meant.
pub fn warn_unexplained(of: &Observations, what: &str) {
    let none = of.unexplained();
    if none.is_empty() {
        return;
    }
    eprintln!(
        "warning: no proof explains {} of the {} {what}, whatever the networks see; they are left out:",
        none.len(),
        of.len()
    );
    for (query, place) in none.iter().take(SHOWN) {
        eprintln!("  {place}: {query}");
    }
    if none.len() > SHOWN {
        eprintln!("  and {} more", none.len() - SHOWN);
    }
}

/// Examples of a kind that are shown before the rest is counted.
pub const SHOWN: usize = 5;

/// A bar that shows how training goes; nothing where standard error is no terminal.
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar called `name`.
    pub fn new(name: &'static str) -> Bar {
        let bar = ProgressBar::new(0).with_prefix(name);
        // The template is fixed, so it is read without fault; otherwise the plain style stays.
        if let Ok(style) = ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} {msg} {eta}") {
            bar.set_style(style);
        }
        Bar(bar)
    }
}

impl Progress for Bar {
    fn report(&mut self, r: &Report) {
        self.0.set_length(r.epochs * r.batches as u64);
        self.0.set_position(r.step);
        self.0.set_message(format!("loss {:.4}", r.loss));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// The networks of a project as what answers neural predicates; the project is owned or borrowed.
pub struct Asked<P> {
    project: RefCell<P>,
    failed: RefCell<Option<Error>>,
}

impl<P: BorrowMut<Project>> Asked<P> {
    /// The networks of this project.
    pub fn new(project: P) -> Asked<P> {
        Asked { project: RefCell::new(project), failed: RefCell::new(None) }
    }

    /// The distribution of one call; `None` after something went wrong, which [`Asked::explained`] tells.
    pub fn of(&self, terms: &TermStore, call: &NeuralInstance) -> Option<Vec<f64>> {
        match (*self.project.borrow_mut()).borrow_mut().distribution(terms, call) {
            Ok(distribution) => Some(distribution),
            Err(error) => {
                self.failed.borrow_mut().get_or_insert(error);
                None
            }
        }
    }

    /// What a network said that failed, rather than that it said nothing.
    pub fn explained(&self, error: Diagnostics) -> Diagnostics {
        self.failed.borrow_mut().take().map_or(error, diagnostics)
    }
}
