//! Readings: what was found in a network, kept so that others can use it, check it and ask about it.
//!
//! A [`Reading`] holds named symbols, relations between them and what they were seen on, perhaps a theory, the evidence for all
//! that, and where it comes from. It is a folder (`reading.json`, `tensors.safetensors`, `theory.pl`); a model other than the
//! one that was read is refused, with both named. As [`Reading::facts`] it is a theory: the logic engine queries the inside of
//! networks in the language in which it teaches them.

mod folder;
mod kinds;
mod relation;

use std::sync::Arc;

use symbolon_net::{Activation, Network, fingerprint};
use symbolon_tensor::Tensor;

pub use folder::{Listed, list};
pub use kinds::Parts;
pub use relation::{Column, Relation};

use crate::Symbol;
use crate::error::{Error, Result};
use crate::facts::{atom, quoted, real};
use crate::values::Values;

/// Where a reading comes from.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Provenance {
    /// The model's name, for people.
    pub model: String,
    /// The model's [`fingerprint`].
    pub fingerprint: String,
    /// What it was read on: a name and a digest.
    pub data: String,
    /// Where random numbers started.
    pub seed: u64,
    /// The card of the method.
    pub method: String,
}

/// A number that speaks for a reading.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Evidence {
    /// What was measured.
    pub what: String,
    /// The number.
    pub value: f64,
    /// An interval around it, where there is one.
    #[serde(default)]
    pub interval: Option<[f64; 2]>,
}

/// Symbols that were found in a network, with what is known about them.
#[derive(Clone, Default)]
pub struct Reading {
    /// Its name.
    pub name: String,
    /// Symbols and their names, which are told apart.
    pub symbols: Vec<(String, Arc<dyn Symbol>)>,
    /// Relations over symbols, tokens, and whatever else they name.
    pub relations: Vec<Relation>,
    /// A theory over the relations, as text.
    pub theory: Option<String>,
    /// What speaks for it.
    pub evidence: Vec<Evidence>,
    /// Where it comes from.
    pub provenance: Provenance,
}

impl Reading {
    /// An empty reading of a network.
    pub fn of(name: &str, network: &dyn Network, model: &str, method: &str) -> Reading {
        let provenance = Provenance {
            model: model.to_owned(),
            fingerprint: fingerprint(network),
            method: method.to_owned(),
            ..Provenance::default()
        };
        Reading { name: name.to_owned(), provenance, ..Reading::default() }
    }

    /// The symbol of that name.
    ///
    /// # Errors
    /// [`Error::Reading`] with the names that there are.
    pub fn symbol(&self, name: &str) -> Result<&Arc<dyn Symbol>> {
        self.symbols.iter().find(|(n, _)| n == name).map(|(_, s)| s).ok_or_else(|| {
            let names: Vec<&str> = self.symbols.iter().take(12).map(|(n, _)| n.as_str()).collect();
            self.wrong(format!("it has no symbol `{name}`; there are {}", names.join(", ")))
        })
    }

    /// Refuses another network than the one that was read.
    ///
    /// # Errors
    /// [`Error::OtherModel`] with both fingerprints.
    pub fn belongs_to(&self, network: &dyn Network) -> Result<()> {
        let found = fingerprint(network);
        match found == self.provenance.fingerprint {
            true => Ok(()),
            false => Err(Error::OtherModel {
                reading: self.name.clone(),
                model: self.provenance.model.clone(),
                expected: self.provenance.fingerprint.clone(),
                found,
            }),
        }
    }

    /// Reads a symbol on an activation and keeps what is above `least`: `active(Symbol, t(Document, Position), Strength)`, where
    /// the symbol of a dictionary's feature 17 is `name(17)`. Values that are read as distributions are kept as
    /// `value(Symbol, t(Document, Position), Value)`, the most probable one. Documents are numbered from `first`.
    ///
    /// # Errors
    /// As [`Reading::symbol`] and [`Symbol::read`].
    pub fn observe(&mut self, name: &str, activation: &Activation, first: i64, least: f64) -> Result<()> {
        let symbol = self.symbol(name)?.clone();
        let values = symbol.read(activation)?;
        let places: Vec<[i64; 2]> =
            activation.provenances().map(|p| [first + p.document as i64, p.position.map_or(0, |p| p as i64)]).collect();
        if let Values::Categorical(_) = &values {
            let names = match symbol.domain() {
                crate::Domain::Categorical(names) => names.clone(),
                _ => Arc::new([]),
            };
            let read = values.labels()?.into_iter().map(|l| names[l].clone()).collect();
            let count = places.len();
            let columns = [Column::Term(atom(name), vec![Vec::new(); count]), token(&places), Column::Name(read)];
            return self.relate("value", columns);
        }
        let numbers = values.tensor();
        let width = numbers.len() / numbers.size(0).max(1);
        let whole = numbers.rank() == 1;
        let units = units_of(&symbol, width);
        let (mut which, mut at, mut strength) = (Vec::new(), Vec::new(), Vec::new());
        for (i, &v) in numbers.to_vec::<f64>().iter().enumerate().filter(|(_, v)| **v > least) {
            which.push(if whole { Vec::new() } else { vec![units[i % width]] });
            at.push(places[i / width]);
            strength.push(v);
        }
        self.relate("active", [Column::Term(atom(name), which), token(&at), Column::Real(strength)])
    }

    /// Adds facts. Several additions under one name are one relation.
    ///
    /// # Errors
    /// [`Error::Reading`] for columns of different lengths.
    pub fn relate(&mut self, name: &str, columns: impl IntoIterator<Item = Column>) -> Result<()> {
        self.relations.push(Relation::new(name, columns.into_iter().collect())?);
        Ok(())
    }

    /// Adds `edge(From, To, Weight)` for every number of `weights` (`[from, to]`) whose absolute value is above `least`.
    ///
    /// # Errors
    /// [`Error::Reading`] unless it is a matrix.
    pub fn connect(&mut self, from: &str, to: &str, weights: &Tensor, least: f64) -> Result<()> {
        if weights.rank() != 2 {
            return Err(self.wrong(format!("weights between symbols are a matrix, not of shape {:?}", weights.shape())));
        }
        let columns = weights.size(1);
        let (mut a, mut b, mut w) = (Vec::new(), Vec::new(), Vec::new());
        for (i, &v) in weights.to_vec::<f64>().iter().enumerate().filter(|(_, v)| v.abs() > least) {
            a.push(vec![(i / columns) as i64]);
            b.push(vec![(i % columns) as i64]);
            w.push(v);
        }
        self.relate("edge", [Column::Term(atom(from), a), Column::Term(atom(to), b), Column::Real(w)])
    }

    /// The reading as a theory: `unit(Symbol, Site)` for each symbol (for each feature, where it is a vector of them), its
    /// relations, `measured(What, Number)` for its evidence, and its theory.
    pub fn facts(&self) -> String {
        let mut out = format!("% The reading {}.\n", quoted(&self.name));
        for (name, symbol) in &self.symbols {
            let site = quoted(&symbol.site().to_string());
            match symbol.domain() {
                crate::Domain::Vector(n) => {
                    for unit in units_of(symbol, *n) {
                        out.push_str(&format!("unit({}({unit}), {site}).\n", atom(name)));
                    }
                }
                _ => out.push_str(&format!("unit({}, {site}).\n", atom(name))),
            }
        }
        // Facts of one predicate stand together, whoever added them.
        let mut written: Vec<(&str, usize)> = Vec::new();
        for relation in &self.relations {
            let signature = (relation.name.as_str(), relation.columns.len());
            if written.contains(&signature) {
                continue;
            }
            written.push(signature);
            let same = || self.relations.iter().filter(|r| (r.name.as_str(), r.columns.len()) == signature);
            same().for_each(|r| r.write(&mut out));
            if same().all(|r| r.rows() == 0) {
                let any = vec!["_"; signature.1].join(", ");
                out.push_str(&format!("{}({any}) :- fail.\n", atom(signature.0)));
            }
        }
        for e in &self.evidence {
            out.push_str(&format!("measured({}, {}).\n", quoted(&e.what), real(e.value)));
        }
        if let Some(theory) = &self.theory {
            out.push_str(theory);
            out.push('\n');
        }
        out
    }

    pub(crate) fn wrong(&self, problem: String) -> Error {
        Error::Reading { reading: self.name.clone(), problem }
    }
}

/// `t(Document, Position)`.
fn token(places: &[[i64; 2]]) -> Column {
    Column::Term("t".to_owned(), places.iter().map(|p| p.to_vec()).collect())
}

/// Numbers of the parts of a vector: a dictionary's features keep their own.
fn units_of(symbol: &Arc<dyn Symbol>, width: usize) -> Vec<i64> {
    symbol.numbers().unwrap_or_else(|| (0..width).collect()).into_iter().map(|n| n as i64).collect()
}
