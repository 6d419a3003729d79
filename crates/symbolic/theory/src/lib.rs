//! Probabilistic logic programs: language, grounding, lineage, knowledge compilation, inference and learning.

pub mod budget;
pub mod builtins;
pub mod circuit;
pub mod compile;
pub mod diag;
pub mod lineage;
mod ops;
pub mod program;
pub mod semiring;
pub mod tasks;
pub mod term;
pub mod unify;
mod writer;
