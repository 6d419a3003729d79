//! Symbols: the place where the two halves of the house meet.
//!
//! A [`Symbol`] is a place in a network together with a way to *read* a symbolic value off the activation there and a way
//! to *write* one back. A neuron, a concept direction, a subspace, a neural predicate of a logic program: each is a symbol,
//! and whatever is written for symbols (interventions, statistics, queries) works for all of them.
//!
//! ```
//! use symbolon_net::{Activation, Axis};
//! use symbolon_symbol::{Direction, Symbol, Values};
//! use symbolon_tensor::Tensor;
//!
//! let activation = Activation::new(Tensor::from([[3.0f64, 4.0], [0.0, 1.0]]), &[Axis::Batch, Axis::Unit])?;
//! let warm = Direction::new("fc1".parse()?, &Tensor::from([0.6f64, 0.8]))?;
//! assert_eq!(warm.read(&activation)?.real()?.to_vec::<f64>(), [5.0, 0.8]);
//! let written = warm.write(&activation, &Values::Real(Tensor::from([0.0f64, 0.0])))?;
//! assert!(warm.read(&written)?.real()?.abs().max().item() < 1e-12);
//! # Ok::<(), symbolon_symbol::Error>(())
//! ```

pub mod card;
mod codebook;
mod composite;
mod dictionary;
mod direction;
mod edit;
mod error;
pub mod facts;
mod feature;
pub mod laws;
mod neuron;
mod predicate;
pub mod reading;
mod rotated;
pub mod saelens;
mod subspace;
mod values;

pub use codebook::Codebook;
pub use composite::Composite;
pub use dictionary::{Dictionary, Normalise, Sparsity};
pub use direction::Direction;
pub use edit::{SymbolEdit, Which};
pub use error::{Error, Result};
pub use feature::{Feature, Features};
pub use laws::{Law, Laws};
pub use neuron::Neuron;
pub use predicate::NeuralPredicate;
pub use reading::Reading;
pub use rotated::{Rotated, orthonormality};
pub use saelens::SaeLens;
pub use subspace::Subspace;
pub use values::{Domain, Values};

use symbolon_net::{Activation, Site};

/// Two halves of one thing: how a symbolic value is read off an activation, and how one is written back.
///
/// Values come one for each *row* of the activation ([`Activation::rows`]): each example, and where there are some, each
/// position and head. Reading and writing are made of tensor operations, so gradients flow through both.
///
/// Laws, measured for every implementation by [`laws::measure`]:
///
/// - **PutGet** `read(write(a, v)) == v`: what you write is what you read;
/// - **GetPut** `write(a, read(a)) == a`: writing back what you read changes nothing;
/// - **PutPut** `write(write(a, v), w) == write(a, w)`: the last writer wins, nothing else is remembered.
///
/// They are the laws of a well-behaved lens (Foster et al. 2007). An approximate symbol, such as a dictionary with an error
/// of reconstruction, says in [`Symbol::laws`] which of them hold exactly.
pub trait Symbol: Send + Sync {
    /// Where in the network.
    fn site(&self) -> &Site;
    /// What the values are.
    fn domain(&self) -> &Domain;
    /// The values at an activation, one for each row.
    ///
    /// # Errors
    /// [`Error::Width`] when the activation has another number of units than the symbol was made for.
    fn read(&self, activation: &Activation) -> Result<Values>;
    /// The activation with other values; what the symbol does not speak of stays as it is.
    ///
    /// # Errors
    /// As [`Symbol::read`]; [`Error::Kind`] and [`Error::Rows`] when the values do not fit.
    fn write(&self, activation: &Activation, values: &Values) -> Result<Activation>;
    /// Which laws hold up to rounding.
    fn laws(&self) -> Laws {
        Laws::EXACT
    }
    /// What it is made of, for files; nothing when it cannot be kept.
    fn parts(&self) -> Option<reading::Parts> {
        None
    }
    /// Numbers of the parts of its vectors, where they have numbers of their own: features of a dictionary.
    fn numbers(&self) -> Option<Vec<usize>> {
        None
    }
}
