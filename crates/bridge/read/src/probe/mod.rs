//! Probes: is a property of the input written in an activation, and where?
//!
//! A probe is a linear classifier on rows of a site. What it finds is a correlation: its direction is a symbol that
//! `symbolon-check` can write through, to see whether the network uses it. Three guards against finding something in everything
//! are built in: [`Examples::split`] keeps test rows apart, [`Quality`] is never plain accuracy on unequal classes, and
//! [`with_control`] fits the same probe on shuffled labels (Hewitt and Liang 2019).
//!
//! | file | holds |
//! | --- | --- |
//! | `examples` | rows with a label each, splits |
//! | `quality` | precision, recall, F1, Matthews' correlation, average precision |
//! | `linear` | dense probes: logistic, ridge, difference of means |
//! | `sparse` | probes on exactly `k` neurons: rankings, and the best support with a certificate |
//! | `pairs` | reading vectors from contrasted pairs (representation engineering) |

mod examples;
mod linear;
mod pairs;
mod quality;
pub mod sparse;

pub use examples::Examples;
pub use linear::{Probe, with_control};
pub use pairs::{AtBest, Concept, PairControls, Pairs, Reader, best_layer};
pub use quality::Quality;
