//! What a study found so far, so that an interrupted run goes on instead of beginning again.
//!
//! Each part is a TOML file (numbers come back to the last bit) that carries a stamp of the program that made it: numbers of
//! another program are never taken over. The folder goes when the study ends.

use std::path::PathBuf;
use std::sync::OnceLock;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use symbolon_check::{digest, write_whole};

use crate::error::{Error, Result};
use crate::lab::Profile;

/// Parts of a run on disk.
pub(crate) struct Keep {
    folder: PathBuf,
    stamp: String,
}

#[derive(Serialize, Deserialize)]
struct Part<T> {
    stamp: String,
    name: String,
    value: T,
}

impl Keep {
    /// Parts in a folder, made by this program with a profile.
    pub(crate) fn new(folder: PathBuf, profile: Profile) -> Self {
        Self { folder, stamp: format!("{} {}", program(), profile.name()) }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{}.toml", &digest(name.as_bytes())[..16]))
    }

    /// A part, if this program has kept it. Files that cannot be read are as good as none: the part is made again.
    pub(crate) fn find<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let part: Part<T> = toml::from_str(&std::fs::read_to_string(self.file(name)).ok()?).ok()?;
        (part.stamp == self.stamp && part.name == name).then_some(part.value)
    }

    /// Keeps a part.
    pub(crate) fn put<T: Serialize>(&self, name: &str, value: &T) -> Result<()> {
        let part = Part { stamp: self.stamp.clone(), name: name.to_owned(), value };
        let text = toml::to_string(&part)
            .map_err(|e| Error::Setting { what: "what is kept", problem: format!("`{name}`: {e}") })?;
        std::fs::create_dir_all(&self.folder).map_err(Error::io(&self.folder))?;
        Ok(write_whole(&self.file(name), text.as_bytes())?)
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) -> Result<()> {
        match std::fs::remove_dir_all(&self.folder) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::io(&self.folder)(e)),
            _ => Ok(()),
        }
    }
}

/// The digest of the running program; without one, parts are not taken over.
fn program() -> &'static str {
    static DIGEST: OnceLock<String> = OnceLock::new();
    DIGEST.get_or_init(|| {
        let file = std::env::current_exe().and_then(std::fs::read);
        file.map_or_else(|_| format!("unknown {}", std::process::id()), |bytes| digest(&bytes))
    })
}
