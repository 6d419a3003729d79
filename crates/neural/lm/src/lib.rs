#![doc = include_str!("../README.md")]

mod archive;
pub mod catalogue;
mod chat;
mod checkpoint;
mod constrain;
mod error;
mod fetch;
pub mod gguf;
mod hub;
mod index;
mod local;
mod model;
mod sample;
pub mod store;
mod stream;
mod tokenizer;
mod weights;

pub use archive::Archive;
pub use chat::{ChatTemplate, Message};
pub use checkpoint::load_network;
pub use constrain::{Constrainer, Constraint, Grammar};
pub use error::{Error, Result};
pub use fetch::{Client, Expected, Progress, Sink, digest};
pub use index::{IndexSettings, Located, PUBLIC_INDEX, locate};
pub use local::Local;
pub use model::{Completion, Ended, Generation, LanguageModel, Prompt, Score};
pub use sample::{Sampler, Sampling};
pub use store::Store;
pub use stream::Stream;
pub use tokenizer::Tokenizer;
pub use weights::{Shards, Weights};
