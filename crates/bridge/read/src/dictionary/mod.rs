//! Dictionaries: directions of which few are active at once, found in activations without labels (sparse autoencoders:
//! Cunningham et al. 2024, Bricken et al. 2023, Gao et al. 2024, Rajamanoharan et al. 2024), or in what a part of the network
//! makes of its input (transcoders: Dunefsky et al. 2024).
//!
//! One trainer serves them all: a [`Recipe`] says what is wanted, [`Rows`] where activations come from, a [`Learner`] is the
//! task that the trainer of `symbolon-net` trains, with its checkpoints, its progress and its interruption.
//!
//! ```
//! use symbolon_read::dictionary::{Learner, Recipe, Rows, mmcs, planted};
//! use symbolon_tensor::Rng;
//!
//! // 24 directions in a space of 16, three of them active in each row.
//! let world = planted(16, 24, 3, 4_000, &mut Rng::new(1))?;
//! let recipe = Recipe { batch: 128, steps: 600, rate: 3e-3, ..Recipe::topk(24, 3) };
//! let mut learner = Learner::new(Rows::of(world.rows.clone())?, &recipe)?;
//! recipe.trainer().run(&mut learner)?;
//! let dictionary = learner.dictionary()?;
//! assert!(mmcs(&world.directions, &dictionary.directions())? > 0.8);
//! # Ok::<(), symbolon_read::Error>(())
//! ```
//!
//! Work is sparse where codes are: after one dense product with the encoder, decoding, gradients and inner products touch only
//! the active places (`symbolon_tensor::Csr`). That is the same arithmetic as the dense form, which is used while many features
//! are active at once.

mod assignment;
mod baseline;
mod learner;
mod metrics;
mod recipe;
mod revive;
mod rows;
mod step;
mod substitute;
mod swap;
mod world;

pub use baseline::{independent_components, principal_components, shuffled_within};
pub use learner::{Learner, learn};
pub use metrics::{Measured, matched, measure, mmcs};
pub use recipe::{Recipe, Revive, Scaling, Sparse};
pub use rows::Rows;
pub use substitute::{Losses, Substitution, next_token_loss, substitute};
pub use swap::{Difference, without_features};
pub use world::{Planted, planted};
