//! Probabilistic logic programs: language, grounding, lineage, knowledge compilation, inference and learning.

pub mod budget;
pub mod builtins;
pub mod circuit;
pub mod compile;
pub mod datalog;
pub mod diag;
pub mod explain;
pub mod ground;
pub mod lineage;
pub mod lower;
mod ops;
pub mod program;
pub mod term;
pub mod theory;
pub mod unify;
mod writer;
