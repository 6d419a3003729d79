//! Checking: do the two halves fit? Counterfactual values are written through symbols while the network runs, and what the
//! network then does is compared with what the theory says.

mod interchange;
mod proportion;

pub use interchange::{Intervention, interchange, intervene, read};
pub use proportion::Proportion;
