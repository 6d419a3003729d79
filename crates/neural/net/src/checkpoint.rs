//! Checkpoints: a network, and where its training stands, in one safetensors file.
//!
//! Parameters lie under their own names, so that other programs can read them; the optimiser's memory under
//! `optimiser/..`, the best parameters so far under `best/..`, a task's own memory under `task/..`. Everything else is
//! one JSON text in the file's metadata. Files are written under a temporary name and renamed: when a disk is full or
//! the program is killed, the old file is still there.

use crate::architecture::Architecture;
use crate::error::{Error, Result};
use crate::network::Network;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use symbolon_tensor::{Device, Tensor, io, optim::State};

/// Everything that a checkpoint file holds.
#[derive(Clone, Debug, Default)]
pub struct Checkpoint {
    /// What was trained: a network's config, or whatever a task answers.
    pub config: serde_json::Value,
    /// Parameters by dotted name.
    pub parameters: BTreeMap<String, Tensor>,
    /// What the optimiser remembers; empty in files that only hold a network.
    pub optimiser: State,
    /// Parameters of the best epoch so far, if training keeps them.
    pub best: BTreeMap<String, Tensor>,
    /// What the task remembers.
    pub task: State,
    /// Where training stands.
    pub training: Option<Standing>,
    /// The caller's own words about the file.
    pub metadata: serde_json::Value,
}

/// Where a training run stands. Random numbers of a run depend on its seed and the step alone, so this is all it takes
/// to continue as if nothing had happened.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// The run's seed.
    pub seed: u64,
    /// Names of the parameters that are trained, in order: what the optimiser's memory belongs to.
    pub trained: Vec<String>,
    /// Steps done.
    pub step: u64,
    /// Epochs done.
    pub epoch: u64,
    /// Batches of the current epoch done.
    pub batch: usize,
    /// Bits of the sum of the current epoch's losses.
    pub sum: u64,
    /// Bits of the mean losses of the epochs done.
    pub losses: Vec<u64>,
    /// The best epoch so far and the bits of its score, the lower the better.
    pub best: Option<(u64, u64)>,
}

/// The JSON text in a file's metadata.
#[derive(Serialize, Deserialize)]
struct Words {
    format: String,
    config: serde_json::Value,
    training: Option<Standing>,
    metadata: serde_json::Value,
}

const FORMAT: &str = "symbolon-checkpoint 1";
const KEY: &str = "symbolon";

impl Checkpoint {
    /// A network as it is, without training.
    pub fn of(network: &dyn Network) -> Self {
        let parameters = network.parameters().into_iter().map(|(n, p)| (n, p.detach())).collect();
        Self { config: network.config(), parameters, ..Self::default() }
    }
    /// Writes the file; an older one is replaced only when the new one is complete.
    ///
    /// # Errors
    /// What the file system says (a full disk, say), naming the file; a parameter's name that contains `/`.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let bad = |problem: String| Error::Checkpoint { file: path.display().to_string(), problem };
        if let Some(name) = self.parameters.keys().find(|n| n.contains('/')) {
            return Err(bad(format!("the parameter's name `{name}` contains `/`")));
        }
        let parts = [("optimiser", &self.optimiser), ("best", &self.best), ("task", &self.task)];
        let behind = parts.iter().flat_map(|(at, list)| list.iter().map(move |(n, t)| (format!("{at}/{n}"), t)));
        let all: Vec<(String, &Tensor)> = self.parameters.iter().map(|(n, t)| (n.clone(), t)).chain(behind).collect();
        let words = Words {
            format: FORMAT.into(),
            config: self.config.clone(),
            training: self.training.clone(),
            metadata: self.metadata.clone(),
        };
        // One entry, so that the same checkpoint is the same bytes.
        let words = serde_json::to_string(&words).map_err(|e| bad(e.to_string()))?;
        let words = BTreeMap::from([(KEY.to_owned(), words)]);
        io::save_with_metadata(path, all.iter().map(|(n, t)| (n.as_str(), *t)), Some(words)).map_err(|e| match e {
            symbolon_tensor::Error::Format { problem, .. } => bad(format!("{problem}; the file before is untouched")),
            other => bad(format!("{other}; the file before is untouched")),
        })
    }
    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Tensor`] when it cannot be read or is no safetensors file, [`Error::Checkpoint`] when it is no
    /// checkpoint of this program.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let bad = |problem: String| Error::Checkpoint { file: path.display().to_string(), problem };
        let (tensors, words) = io::load_with_metadata(path)?;
        let words = words.get(KEY).ok_or_else(|| bad("this is a safetensors file, but no checkpoint".into()))?;
        let words: Words = serde_json::from_str(words).map_err(|e| bad(format!("its metadata: {e}")))?;
        if words.format != FORMAT {
            return Err(bad(format!("it is written as `{}`, this program reads `{FORMAT}`", words.format)));
        }
        let mut read =
            Self { config: words.config, training: words.training, metadata: words.metadata, ..Self::default() };
        for (name, tensor) in tensors {
            let (list, name) = match name.split_once('/') {
                None => (&mut read.parameters, name),
                Some(("optimiser", rest)) => (&mut read.optimiser, rest.to_owned()),
                Some(("best", rest)) => (&mut read.best, rest.to_owned()),
                Some(("task", rest)) => (&mut read.task, rest.to_owned()),
                Some(_) => return Err(bad(format!("nobody knows what `{name}` is"))),
            };
            list.insert(name, tensor);
        }
        Ok(read)
    }
    /// The network of a built-in architecture with these parameters, on a device.
    ///
    /// # Errors
    /// [`Error::Architecture`] when the config is none of a built-in network; [`Error::Mismatch`] when the parameters
    /// are not its own.
    pub fn network(&self, device: Device) -> Result<Box<dyn Network>> {
        let architecture = Architecture::from_json(&self.config)?;
        let held: usize = self.parameters.values().map(Tensor::len).sum();
        if architecture.weights().is_none_or(|n| n > held) {
            return Err(Error::Mismatch {
                problem: format!("{architecture} has more weights than the {held} it holds"),
            });
        }
        // Drawn and overwritten: the seed does not matter.
        let mut network = architecture.build(&mut symbolon_tensor::Rng::new(0), device)?;
        self.restore(&mut *network)?;
        Ok(network)
    }
    /// One of several networks that were trained together: what the config says under its name, and the parameters
    /// behind it. Only what a network is: the training belongs to all of them.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when there is none of that name.
    pub fn part(&self, name: &str) -> Result<Self> {
        let config = self.config.get(name).ok_or_else(|| Error::Mismatch {
            problem: format!("it holds {}, which has no part `{name}`", named(&self.config)),
        })?;
        let behind = |n: &str, part: &str| Some(n.strip_prefix(part)?.strip_prefix('.')?.to_owned());
        // Where one name begins with another, a parameter belongs to the longer.
        let longer: Vec<&String> = (self.config.as_object().into_iter().flatten())
            .filter_map(|(other, _)| behind(other, name).map(|_| other))
            .collect();
        let own = |n: &str| behind(n, name).filter(|_| longer.iter().all(|other| behind(n, other).is_none()));
        let of = |all: &BTreeMap<String, Tensor>| all.iter().filter_map(|(n, t)| Some((own(n)?, t.clone()))).collect();
        let (parameters, best) = (of(&self.parameters), of(&self.best));
        Ok(Self { config: config.clone(), parameters, best, metadata: self.metadata.clone(), ..Self::default() })
    }
    /// Puts the parameters into a network of the same architecture: those of the best epoch, where training kept them.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when the network is another one, with both named; nothing is changed then.
    pub fn restore(&self, network: &mut dyn Network) -> Result<()> {
        self.belongs_to(&network.config())?;
        put(if self.best.is_empty() { &self.parameters } else { &self.best }, network.parameters_mut())
    }
    /// Puts the parameters into a task of the same config, as [`restore`](Checkpoint::restore) does for a network.
    ///
    /// # Errors
    /// As [`restore`](Checkpoint::restore).
    pub fn restore_task(&self, task: &mut dyn crate::train::Task) -> Result<()> {
        self.belongs_to(&task.config())?;
        put(if self.best.is_empty() { &self.parameters } else { &self.best }, task.parameters())
    }
    /// Refuses to be used for something with another config.
    pub(crate) fn belongs_to(&self, config: &serde_json::Value) -> Result<()> {
        if *config == self.config {
            return Ok(());
        }
        let (found, expected) = (named(&self.config), named(config));
        Err(Error::Mismatch { problem: format!("it holds {found}, asked for is {expected}") })
    }
}

/// A config in as few words as it can be said: an architecture's text, or what the config calls its `name`.
fn named(config: &serde_json::Value) -> String {
    let name = || config.get("name").and_then(|n| n.as_str()).map_or_else(|| config.to_string(), str::to_owned);
    Architecture::from_json(config).map_or_else(|_| name(), |a| a.to_string())
}

/// Puts values into parameters, all or none.
pub(crate) fn put(values: &BTreeMap<String, Tensor>, parameters: Vec<(String, &mut Tensor)>) -> Result<()> {
    let wrong = |problem: String| Err(Error::Mismatch { problem });
    for (name, p) in &parameters {
        match values.get(name) {
            None => return wrong(format!("it has no parameter `{name}`")),
            Some(v) if v.shape() != p.shape() => {
                let (a, b) = (v.shape(), p.shape());
                return wrong(format!("its parameter `{name}` has shape {a:?}, asked for is {b:?}"));
            }
            Some(v) if !v.dtype().is_float() => return wrong(format!("its parameter `{name}` is not of real numbers")),
            Some(_) => {}
        }
    }
    let wanted: HashSet<&str> = parameters.iter().map(|(n, _)| n.as_str()).collect();
    if let Some(extra) = values.keys().find(|n| !wanted.contains(n.as_str())) {
        return wrong(format!("its parameter `{extra}` belongs nowhere"));
    }
    for (name, p) in parameters {
        p.update(|old| values[&name].to(old.dtype()).to_device(old.device()));
    }
    Ok(())
}
