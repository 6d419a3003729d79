//! Attribution: how much of a number that a network computes is due to each part of an activation.
//!
//! A [`Between`] names two places of a network, from the input or a site to the output or a site, and the number to be explained
//! there. [`gradient`](Between::gradient) asks what a small change would do, under any backward rules
//! (`with_rules(Rules::guided(), ..)` gives guided backpropagation). Path methods distribute the whole difference to a baseline:
//! whatever the [`Path`], parts sum to that difference, and [`Attribution::gap`] says how far from it the finite sum stayed.
//!
//! ```
//! use symbolon_net::Architecture;
//! use symbolon_read::attribution::{Between, Path, Place};
//! use symbolon_tensor::{DType, Device, Rng};
//! let network = "mlp(4, 16, 3)".parse::<Architecture>()?.build(&mut Rng::new(0), Device::Cpu)?;
//! let x = [Rng::new(1).normal([5, 4], DType::F32)];
//! // Why class 2? From the input, and from the hidden units.
//! let score = |logits: &symbolon_tensor::Tensor| logits.get((.., 2));
//! let from_input = Between::new(&*network, &x, Place::Input, Place::Output, &score)?;
//! let found = from_input.along(&x[0].zeros_like(), Path::Straight { steps: 200 })?;
//! assert!(found.gap.iter().all(|gap| *gap < 0.05));
//! let from_units = Between::new(&*network, &x, Place::site("fc1")?, Place::Output, &score)?;
//! assert_eq!(from_units.gradient()?.shape(), [5, 16]);
//! # Ok::<(), symbolon_read::Error>(())
//! ```

mod between;
mod manipulate;
mod path;

pub use between::{Between, Place};
pub use manipulate::{Manipulation, Order};
pub use path::{Attribution, Path};
