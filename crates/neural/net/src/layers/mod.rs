//! Layers: plain structs of tensors with a `forward`. Networks are made of these and nothing else.
//!
//! Weights are stored in the orientation in which they are multiplied (`[inputs, outputs]`). Layers with sites of
//! their own take the name that stands before them, as `format_args!("blocks.{l}.attn")`.

mod arithmetic;
mod attention;
mod conv;
mod dropout;
mod embedding;
mod feed_forward;
mod graph;
mod init;
mod kan;
mod linear;
mod lstm;
mod nonlinearity;
mod norm;
pub mod spline;

pub use arithmetic::{Arithmetic, ArithmeticLayer, Nac, Nalu, Nau, Nmu};
pub use attention::{Attention, Rope};
pub use conv::{Conv2d, Pool};
pub use dropout::Dropout;
pub use embedding::Embedding;
pub use feed_forward::FeedForward;
pub use graph::{BatchNorm, Graph, GraphConv, GraphKind};
pub use init::Init;
pub use kan::{KanLinear, Regrid};
pub use linear::Linear;
pub use lstm::Lstm;
pub use nonlinearity::Nonlinearity;
pub use norm::{LayerNorm, Norm, RmsNorm};
