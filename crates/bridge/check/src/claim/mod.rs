//! Claims: what a study says about a network, fixed before it is measured.
//!
//! Interpretability leans on attractive examples; Leavitt and Morcos (2020, "Towards falsifiable interpretability research")
//! ask for hypotheses that are quantified, tested by intervention, controlled, and able to fail. Each of their
//! recommendations is a field of [`Claim`], and [`Claim::strength`] names those that are missing. The way of a claim:
//!
//! 1. It is written down as data ([`Claims::parse`]) and [registered](Register::register): its digest goes into a log that
//!    only grows and whose lines are chained, so that neither claim nor log can change unnoticed.
//! 2. A [`Trial`] begins. It refuses claims that are not what was registered, and logs when [sealed](Sealed) data are opened.
//! 3. Each claim gets its [`Evidence`]: the measured number with its uncertainty, and a number for each control.
//! 4. [`Trial::finish`] decides: *supported*, *refuted* or *inconclusive*, corrected for the whole family. It refuses to leave
//!    a claim out. The [`Results`] go to a file as JSON.
//!
//! ```
//! use symbolon_check::claim::{Claims, Evidence, Register, Source, Trial, Verdict};
//! use symbolon_check::stats::Estimate;
//!
//! let claims = Claims::parse("claims.toml", r#"
//!     [[claim]]
//!     id = "erasure"
//!     text = "The probe's direction is used by the network: without it, accuracy falls."
//!     statistic = { name = "accuracy lost when the direction is projected out", range = [-1.0, 1.0] }
//!     predicts = { at_least = 0.2 }
//!     intervention = "project the direction out of fc1"
//!     refuted_by = "the network keeps its accuracy"
//!     [claim.population]
//!     model = "mlp(784, 64, 10), 5 seeds"
//!     data = "digits"
//!     split = "confirmatory"
//!     sampling = "all 2000 held-out pictures"
//!     [[claim.controls]]
//!     name = "random direction"
//!     explains = "any projection of this size hurts"
//!     expects = { at_most = 0.05 }
//! "#)?;
//!
//! let folder = std::env::temp_dir().join(format!("symbolon-claims-{}", std::process::id()));
//! std::fs::create_dir_all(&folder).unwrap();
//! let mut register = Register::open(folder.join("example.log"))?;
//! register.register(&claims, 1_764_000_000)?;
//!
//! let mut trial = Trial::begin(&mut register, &claims, Source::default(), 1_764_000_001)?;
//! trial.report("erasure", Evidence::new(Estimate::mean(&[0.31, 0.27, 0.35, 0.30, 0.29])?)
//!     .control("random direction", Estimate::mean(&[0.01, 0.0, 0.02, 0.01, 0.0])?))?;
//! let results = trial.finish(1_764_000_060)?;
//! assert_eq!(results.findings[0].verdict, Verdict::Supported);
//! # std::fs::remove_dir_all(&folder).unwrap();
//! # Ok::<(), symbolon_check::Error>(())
//! ```

mod data;
mod evidence;
mod register;
mod results;
mod settle;
mod strength;
mod trial;

pub use data::{Claim, Claims, Control, Figure, Population, Role, Split, Statistic};
pub use evidence::Evidence;
pub use register::{Entry, Event, Register};
pub use results::{ControlFinding, Finding, Holds, Number, Results, Verdict, Why};
pub use strength::{MOST, STRONG, Strength};
pub use trial::{Opening, Sealed, Source, Trial};
