//! What an operation is called and how it was set: the words in which the tape can be read, drawn and matched.

use serde::Serialize;
use std::fmt;

/// The kind of an operation (`"matmul"`, `"softmax"`, ...) with its settings (`axis`, `stride`, ...).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Op {
    kind: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    settings: Vec<(&'static str, Setting)>,
}

/// One setting of an operation.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Setting {
    /// Whole numbers: axes, sizes, strides.
    Ints(Vec<i64>),
    /// A real number.
    Real(f64),
    /// A word.
    Text(String),
}

impl Op {
    /// An operation without settings.
    pub fn new(kind: &'static str) -> Self {
        Self { kind, settings: Vec::new() }
    }
    /// Its kind.
    pub fn kind(&self) -> &'static str {
        self.kind
    }
    /// Its settings, in the order in which they were given.
    pub fn settings(&self) -> &[(&'static str, Setting)] {
        &self.settings
    }
    /// Adds whole numbers.
    pub fn ints(mut self, name: &'static str, values: impl IntoIterator<Item = usize>) -> Self {
        self.settings.push((name, Setting::Ints(values.into_iter().map(|v| v as i64).collect())));
        self
    }
    /// Adds a real number.
    pub fn real(mut self, name: &'static str, value: f64) -> Self {
        self.settings.push((name, Setting::Real(value)));
        self
    }
    /// Adds a word.
    pub fn text(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.settings.push((name, Setting::Text(value.into())));
        self
    }
    /// Whole numbers set under a name.
    pub fn get_ints(&self, name: &str) -> Option<Vec<usize>> {
        self.settings.iter().find_map(|(n, s)| match s {
            Setting::Ints(v) if *n == name => Some(v.iter().map(|&i| i as usize).collect()),
            _ => None,
        })
    }
    /// A real number set under a name.
    pub fn get_real(&self, name: &str) -> Option<f64> {
        self.settings.iter().find_map(|(n, s)| match s {
            Setting::Real(v) if *n == name => Some(*v),
            _ => None,
        })
    }
}

impl From<&'static str> for Op {
    fn from(kind: &'static str) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        for (i, (name, value)) in self.settings.iter().enumerate() {
            write!(f, "{}{name}=", if i == 0 { "(" } else { ", " })?;
            match value {
                Setting::Ints(v) if v.len() == 1 => write!(f, "{}", v[0])?,
                Setting::Ints(v) => write!(f, "{v:?}")?,
                Setting::Real(v) => write!(f, "{v}")?,
                Setting::Text(v) => write!(f, "{v}")?,
            }
        }
        if self.settings.is_empty() { Ok(()) } else { write!(f, ")") }
    }
}
