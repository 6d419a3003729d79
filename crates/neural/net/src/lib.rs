#![doc = include_str!("../README.md")]

mod activation;
mod answers;
mod architecture;
mod checkpoint;
mod edit;
mod edit_text;
mod error;
mod fingerprint;
pub mod layers;
mod network;
mod networks;
mod pattern;
pub mod pretrained;
mod select;
mod site;
mod trace;
pub mod train;

pub use activation::{Activation, Axis, Provenance, Role};
pub use answers::{accuracy, classes};
pub use architecture::Architecture;
pub use checkpoint::{Checkpoint, Standing};
pub use edit::Edit;
pub use error::{Error, Result};
pub use fingerprint::fingerprint;
pub use network::{Network, Parameters, join, parameters_as, trained_numbers};
pub use networks::{
    Answer, ArithmeticConfig, ArithmeticNet, Cnn, CnnConfig, Convolution, Kan, KanConfig, KanEdges, Memory, Mlp,
    MlpConfig, Recurrent, RecurrentConfig, Sparsity, TimeDistributed, TokenReader, Transformer, TransformerConfig,
};
pub use pattern::Pattern;
pub use select::Select;
pub use site::{Site, SiteInfo};
pub use trace::Trace;
