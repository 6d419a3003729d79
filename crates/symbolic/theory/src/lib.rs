//! Probabilistic logic programs: language, grounding, lineage, knowledge compilation, inference and learning.
//!
//! A *theory* is a program in the language of ProbLog: facts and rules, some of them uncertain. This crate answers questions
//! about it exactly: how probable is an atom given what was observed, why, in which world, and how does that change with every
//! probability in the text.
//!
//! ```
//! let answers = symbolon_theory::infer(r"
//!     0.1::burglary.   0.2::earthquake.
//!     0.9::alarm :- burglary.
//!     0.3::alarm :- earthquake, \+ burglary.
//!     evidence(alarm).
//!     query(burglary).
//! ")?;
//! let p = 0.1 * 0.9 / (0.1 * 0.9 + 0.9 * 0.2 * 0.3);
//! assert_eq!(answers[0].0, "burglary");
//! assert!((answers[0].1 - p).abs() < 1e-12);
//! # Ok::<(), symbolon_theory::diag::Diagnostics>(())
//! ```
//!
//! A text becomes a [`Theory`], that its [`lineage`] (which choices make which atom true), that a [`circuit`], and that numbers:
//!
//! ```
//! use symbolon_theory::{Theory, budget::Budget};
//! let theory = Theory::parse("0.3::a. 0.4::b. c :- a. c :- b. query(c).")?;
//! let inference = theory.inference(&|_, _| None, &Budget::default())?;
//! assert!((inference.answers(&theory)?[0].probability.value() - 0.58).abs() < 1e-12);
//! // Everything else asks the same circuit: here how the answer changes with each probability.
//! let gradient = &inference.compiled.gradients(&inference.grounding.lineage, &inference.weights).unwrap()[0];
//! assert!((gradient.weights[0] - 0.6).abs() < 1e-12);
//! # Ok::<(), symbolon_theory::diag::Diagnostics>(())
//! ```
//!
//! Mistakes in a program are [`diag::Diagnostics`], which print with the line, a caret and a remedy. Whatever can run long takes a
//! [`budget::Budget`]; beyond it, answers are bounds.

pub mod asp;
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
pub mod zero_one;

pub use infer::infer;
pub use theory::Theory;
