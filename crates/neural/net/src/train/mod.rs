//! The training loop: one for everything that is trained.
//!
//! A [`Task`] says what is trained and what the loss of a step is; a [`Trainer`] does the rest: schedule, clipping,
//! early stop, checkpoints, progress, stopping on request. Random numbers of a step are drawn from a source that
//! depends on the seed and the step's number alone, so a run that is continued from a checkpoint gives the same bits
//! as one that was never interrupted.
//!
//! ```
//! use symbolon_net::{Architecture, Trace, train::{Fit, Trainer}};
//! use symbolon_tensor::{DType, Device, Rng, optim::Adam};
//! let mut network = "mlp(2, 16, 2)".parse::<Architecture>()?.build(&mut Rng::new(0), Device::Cpu)?;
//! // Which side of the diagonal? Sixteen batches of fresh points an epoch.
//! let mut task = Fit::new(&mut *network, 16, |network, step| {
//!     let x = step.rng.uniform([32, 2], -1.0, 1.0, DType::F32);
//!     let side = x.get((.., 0)).gt(&x.get((.., 1))).to(DType::I64);
//!     Ok(network.forward(&[x], &mut Trace::none())?.cross_entropy(&side))
//! });
//! let outcome = Trainer::new(Adam::new(0.02)).epochs(8).seed(1).run(&mut task)?;
//! assert!(outcome.losses[7] < 0.5 * outcome.losses[0]);
//! # Ok::<(), symbolon_net::Error>(())
//! ```

mod descend;
mod in_turn;
mod kan;
mod report;
mod run;
mod task;
mod trainer;
mod watch;
mod whole;

pub use descend::{descend, prepare};
pub use in_turn::{InTurn, in_turn};
pub use kan::KanFit;
pub use report::{Outcome, Progress, Report, Why};
pub use task::{Fit, Step, Task};
pub use trainer::Trainer;
pub use watch::watched;
pub use whole::minimise;
