//! Readings as folders: `reading.json` says what there is, `tensors.safetensors` holds the arrays (each once, however many
//! symbols share it), `theory.pl` the theory. A folder is made under another name and renamed when it is complete.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use symbolon_tensor::{Tensor, io};

use super::{Column, Evidence, Parts, Provenance, Reading, Relation};
use crate::error::{Error, Result};

const FORMAT: &str = "symbolon-reading 1";
const INDEX: &str = "reading.json";
const TENSORS: &str = "tensors.safetensors";
const THEORY: &str = "theory.pl";

/// `reading.json`.
#[derive(Serialize, Deserialize)]
struct Words {
    format: String,
    name: String,
    provenance: Provenance,
    symbols: Vec<KeptSymbol>,
    relations: Vec<KeptRelation>,
    evidence: Vec<Evidence>,
    /// Whether there is a theory.
    theory: bool,
    /// SHA-256 of the arrays' file.
    tensors: String,
}

#[derive(Serialize, Deserialize)]
struct KeptSymbol {
    name: String,
    site: String,
    kind: String,
    settings: Value,
    /// Keys in the arrays' file, by name.
    tensors: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
struct KeptRelation {
    name: String,
    columns: Vec<KeptColumn>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum KeptColumn {
    Name { values: Vec<String> },
    Int { tensor: String },
    Real { tensor: String },
    Term { functor: String, tensor: String },
}

/// A reading in a folder of readings.
#[derive(Debug)]
pub struct Listed {
    /// Its folder.
    pub folder: PathBuf,
    /// Its name, its symbols' count, where it comes from; or what is wrong with it.
    pub about: Result<(String, usize, Provenance)>,
}

/// All readings in a folder, by name; folders that hold none are passed over.
///
/// # Errors
/// [`Error::Io`] when the folder cannot be read.
pub fn list(folder: impl AsRef<Path>) -> Result<Vec<Listed>> {
    let folder = folder.as_ref();
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let path = entry.map_err(failed(folder))?.path();
        // Hidden folders are on their way.
        let hidden = path.file_name().is_none_or(|n| n.to_string_lossy().starts_with('.'));
        if !hidden && path.join(INDEX).is_file() {
            let about = words(&path).map(|w| (w.name, w.symbols.len(), w.provenance));
            found.push(Listed { folder: path, about });
        }
    }
    found.sort_by(|a, b| a.folder.cmp(&b.folder));
    Ok(found)
}

impl Reading {
    /// Writes the folder. An older reading there is replaced only when the new one is complete; a folder that holds something
    /// else is left alone.
    ///
    /// # Errors
    /// [`Error::Reading`] for symbols that cannot be kept or share a name, for evidence that is not finite, and for a folder that holds no reading;
    /// [`Error::Io`] and [`Error::Net`] with the file.
    pub fn save(&self, folder: impl AsRef<Path>) -> Result<()> {
        let folder = folder.as_ref();
        let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) else {
            return Err(self.wrong(format!("`{}` is no name for a folder", folder.display())));
        };
        if folder.exists()
            && !folder.join(INDEX).is_file()
            && fs::read_dir(folder).map_err(failed(folder))?.next().is_some()
        {
            let problem = format!("`{}` holds something else: give the name of a new folder", folder.display());
            return Err(self.wrong(problem));
        }
        if !parent.as_os_str().is_empty() {
            fs::create_dir_all(parent).map_err(failed(parent))?;
        }
        let aside = |what: &str| parent.join(format!(".{}.{}.{what}", name.to_string_lossy(), std::process::id()));
        let (new, old) = (aside("new"), aside("old"));
        let put = || -> Result<()> {
            fs::create_dir_all(&new).map_err(failed(&new))?;
            self.write(&new)?;
            if folder.exists() {
                fs::rename(folder, &old).map_err(failed(folder))?;
            }
            if let Err(e) = fs::rename(&new, folder) {
                let _ = fs::rename(&old, folder);
                return Err(failed(folder)(e));
            }
            Ok(())
        };
        let done = put();
        // After a failure the older reading is back in its place, or else still aside: it is not removed.
        let _ = fs::remove_dir_all(if done.is_ok() { &old } else { &new });
        done
    }

    fn write(&self, folder: &Path) -> Result<()> {
        let mut arrays = Arrays::default();
        let mut symbols: Vec<KeptSymbol> = Vec::new();
        for (name, symbol) in &self.symbols {
            if symbols.iter().any(|s| s.name == *name) {
                return Err(self.wrong(format!("two symbols are called `{name}`")));
            }
            let Some(parts) = symbol.parts() else {
                return Err(self.wrong(format!("`{name}` is of a kind that cannot be kept in files")));
            };
            let tensors = parts.tensors.iter().map(|(n, t)| (n.clone(), arrays.keep(t))).collect();
            let site = symbol.site().to_string();
            symbols.push(KeptSymbol { name: name.clone(), site, kind: parts.kind, settings: parts.settings, tensors });
        }
        let relations = self.relations.iter().map(|r| KeptRelation {
            name: r.name.clone(),
            columns: r.columns.iter().map(|c| arrays.column(c)).collect(),
        });
        let relations = relations.collect();
        let odd = |e: &&Evidence| !e.interval.iter().flatten().chain([&e.value]).all(|x| x.is_finite());
        if let Some(e) = self.evidence.iter().find(odd) {
            return Err(self.wrong(format!("`{}` is no finite number: leave it out of the evidence", e.what)));
        }
        let file = folder.join(TENSORS);
        io::save(&file, arrays.all.iter().map(|(n, t)| (n.as_str(), t)))?;
        let words = Words {
            format: FORMAT.to_owned(),
            name: self.name.clone(),
            provenance: self.provenance.clone(),
            symbols,
            relations,
            evidence: self.evidence.clone(),
            theory: self.theory.is_some(),
            tensors: digest(&fs::read(&file).map_err(failed(&file))?),
        };
        let file = folder.join(INDEX);
        let text = serde_json::to_string_pretty(&words).map_err(|e| self.wrong(e.to_string()))?;
        fs::write(&file, text + "\n").map_err(failed(&file))?;
        if let Some(theory) = &self.theory {
            let file = folder.join(THEORY);
            fs::write(&file, theory).map_err(failed(&file))?;
        }
        Ok(())
    }

    /// Reads a folder.
    ///
    /// # Errors
    /// [`Error::Io`] for files that are missing, [`Error::Reading`] for such that are broken, incomplete or of another version.
    pub fn load(folder: impl AsRef<Path>) -> Result<Reading> {
        let folder = folder.as_ref();
        let words = words(folder)?;
        let bad = |problem: String| broken(folder, problem);
        let file = folder.join(TENSORS);
        if digest(&fs::read(&file).map_err(failed(&file))?) != words.tensors {
            return Err(bad(format!(
                "`{TENSORS}` is not the file that was written: it was cut off or changed; copy the folder anew"
            )));
        }
        let arrays = io::load(&file)?;
        let array =
            |key: &String| arrays.get(key).cloned().ok_or_else(|| bad(format!("`{TENSORS}` has no array `{key}`")));
        let mut symbols = Vec::with_capacity(words.symbols.len());
        for s in words.symbols {
            let tensors = s.tensors.iter().map(|(n, key)| Ok((n.clone(), array(key)?))).collect::<Result<_>>()?;
            let parts = Parts { kind: s.kind, settings: s.settings, tensors };
            let symbol = parts.symbol(s.site.parse()?).map_err(|e| bad(format!("symbol `{}`: {e}", s.name)))?;
            symbols.push((s.name, symbol));
        }
        let mut relations = Vec::with_capacity(words.relations.len());
        for r in words.relations {
            let column = |c: KeptColumn| -> Result<Column> {
                Ok(match c {
                    KeptColumn::Name { values } => Column::Name(values),
                    KeptColumn::Int { tensor } => Column::Int(array(&tensor)?.to_vec()),
                    KeptColumn::Real { tensor } => Column::Real(array(&tensor)?.to_vec()),
                    KeptColumn::Term { functor, tensor } => {
                        let arguments = array(&tensor)?;
                        if arguments.rank() != 2 {
                            return Err(bad(format!(
                                "relation `{}` has a column of shape {:?}",
                                r.name,
                                arguments.shape()
                            )));
                        }
                        let (rows, width) = (arguments.size(0), arguments.size(1));
                        let all = arguments.to_vec::<i64>();
                        Column::Term(functor, (0..rows).map(|i| all[i * width..(i + 1) * width].to_vec()).collect())
                    }
                })
            };
            let columns = r.columns.into_iter().map(column).collect::<Result<_>>()?;
            relations.push(Relation::new(&r.name, columns)?);
        }
        let theory = match words.theory {
            true => {
                let file = folder.join(THEORY);
                Some(fs::read_to_string(&file).map_err(failed(&file))?)
            }
            false => None,
        };
        let (name, provenance, evidence) = (words.name, words.provenance, words.evidence);
        Ok(Reading { name, symbols, relations, theory, evidence, provenance })
    }
}

/// Arrays by the digest of their numbers.
#[derive(Default)]
struct Arrays {
    all: BTreeMap<String, Tensor>,
}

impl Arrays {
    fn keep(&mut self, tensor: &Tensor) -> String {
        let mut bytes = format!("{:?} {:?} ", tensor.dtype(), tensor.shape()).into_bytes();
        bytes.extend(tensor.to_bytes());
        let key = digest(&bytes)[..16].to_owned();
        self.all.entry(key.clone()).or_insert_with(|| tensor.detach());
        key
    }
    fn column(&mut self, column: &Column) -> KeptColumn {
        match column {
            Column::Name(values) => KeptColumn::Name { values: values.clone() },
            Column::Int(values) => KeptColumn::Int { tensor: self.keep(&Tensor::from(values.clone())) },
            Column::Real(values) => KeptColumn::Real { tensor: self.keep(&Tensor::from(values.clone())) },
            Column::Term(functor, rows) => {
                let width = rows.first().map_or(0, Vec::len);
                // Terms of one column have as many arguments.
                let all = Tensor::from(rows.concat()).reshape([rows.len(), width]);
                KeptColumn::Term { functor: functor.clone(), tensor: self.keep(&all) }
            }
        }
    }
}

fn words(folder: &Path) -> Result<Words> {
    let file = folder.join(INDEX);
    let text = fs::read_to_string(&file).map_err(failed(&file))?;
    // The version first: an other one may have other fields.
    let any: Value = serde_json::from_str(&text).map_err(|e| broken(folder, format!("`{INDEX}`: {e}")))?;
    match any.get("format").and_then(Value::as_str) {
        Some(FORMAT) => serde_json::from_value(any).map_err(|e| broken(folder, format!("`{INDEX}`: {e}"))),
        Some(other) => Err(broken(folder, format!("it is written as `{other}`, this version reads `{FORMAT}`"))),
        None => Err(broken(folder, format!("`{INDEX}` says no format: this is no reading"))),
    }
}

fn broken(folder: &Path, problem: String) -> Error {
    Error::Reading { reading: folder.display().to_string(), problem }
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> Error + use<> {
    let file = path.display().to_string();
    move |source| Error::Io { file: file.clone(), source }
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
