#![doc = include_str!("../README.md")]

mod derive;
mod error;
mod expr;
mod function;
mod latex;
mod parser;
mod print;
mod program;
mod rational;
mod refit;
mod samples;
mod simplify;
mod tensor;
mod univariate;

pub use error::{Error, Result};
pub use expr::{Expr, Real};
pub use function::Function;
pub use program::Program;
pub use rational::Rational;
pub use refit::Refit;
pub use samples::{Samples, columns};
pub use tensor::Guard;
pub use univariate::{AffineFit, LIBRARY, Univariate, Zoom, choose, fit_affine, score};
