//! Plots, graphs, proof trees and reports, as SVG and HTML that open anywhere and read well in light, dark and aloud.
//!
//! ```
//! use symbolon_draw::{Axis, Bars, Drawing, Report};
//! let bars = Bars::new("Interchange success", ["trained", "untrained twin", "shuffled theory"])
//!     .axis(Axis::new("sum follows").percent().range(0.0, 1.0))
//!     .group_with_errors("", &[(0.98, 0.97, 0.99), (0.10, 0.08, 0.12), (0.09, 0.07, 0.11)]);
//! let page = Report::new("Digits from sums").section("Check").figure("Writing a digit changes the sum.", bars).html();
//! assert!(page.contains("<figcaption>"));
//! ```
//!
//! What can be drawn implements [`Drawing`]: [`Plot`] (lines, bands, points, histograms, arrows), [`Bars`], [`HeatMap`], [`Gallery`]
//! (pictures), [`Graph`] (layered). A [`Proof`] becomes text, a tree that opens and closes, or a graph. A [`Report`] puts drawings,
//! [`Table`]s, proofs and prose into one file. Data comes in as slices and plain structs, so this crate depends on no other room.
//!
//! Rules that hold for everything here:
//! - **One file, no network, no script.** Reports carry a policy that forbids a browser to load anything.
//! - **Nothing depends on colour alone**, and every picture says in words what it shows; numbers come along as a table.
//! - **Light and dark** are one drawing: elements have classes, the style sheet has two sets of colours (`theme.rs`).
//! - **Nothing is dropped silently**: missing values, thinned points and cut graphs are counted in the picture.
//! - **The same input gives the same bytes.**
//!
//! # Why not a plotting library
//!
//! `plotters` 0.3 was tried: its SVG back end writes fixed colours into every element, places everything on whole pixels, and offers
//! neither classes nor groups nor titles and descriptions, so its plots can be neither themed nor read aloud. `charming` 0.6
//! describes charts for a JavaScript library, which a page must load and run; drawing them without a browser takes its `ssr`
//! feature and with it a whole JavaScript engine. What plots need beyond them is a scale, ticks and an element writer: a few
//! hundred lines (`scale.rs`, `frame.rs`, `xml.rs`). Layered layout is our own as well (`layout/`): it must respect the sizes of
//! nodes, keep edges off them and leave nothing to chance.

mod bars;
mod bins;
mod drawing;
mod error;
mod frame;
mod gallery;
mod graph;
mod heatmap;
mod layout;
mod marks;
mod page;
mod pixels;
mod plot;
mod proof;
mod report;
mod scale;
mod shapes;
mod table;
mod text;
mod theme;
mod write;
mod xml;

pub use bars::Bars;
pub use bins::Bins;
pub use drawing::{Drawing, Svg};
pub use error::DrawError;
pub use gallery::Gallery;
pub use graph::{Edge, Graph, Kind, Node};
pub use heatmap::HeatMap;
pub use pixels::Pixels;
pub use plot::Plot;
pub use proof::{Because, Proof, Step};
pub use report::{Card, Fact, Provenance, Report};
pub use scale::{Axis, Spacing};
pub use table::{Cell, Column, Mark, Table};
pub use xml::Element;
