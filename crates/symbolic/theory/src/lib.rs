//! Probabilistic logic programs: language, grounding, lineage, knowledge compilation, inference and learning.

pub mod budget;
pub mod builtins;
mod check;
pub mod circuit;
mod clause;
pub mod compile;
mod cycles;
pub mod datalog;
pub mod diag;
pub mod examples;
pub mod explain;
mod graph;
pub mod ground;
mod heads;
pub mod infer;
mod lexer;
mod library;
pub mod lineage;
mod load;
pub mod lower;
mod neural;
mod ops;
mod parser;
pub mod program;
pub mod semiring;
pub mod tasks;
pub mod term;
pub mod theory;
mod tree;
pub mod unify;
mod weight;
mod writer;

pub use infer::infer;
pub use theory::Theory;
