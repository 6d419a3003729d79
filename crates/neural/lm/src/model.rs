//! Language models as the rest of the house sees them: one trait, whatever stands behind it.

use crate::chat::Message;
use crate::constrain::Grammar;
use crate::error::Result;
use crate::sample::Sampling;
use serde::{Deserialize, Serialize};
use symbolon_net::Trace;
use symbolon_tensor::Tensor;

/// What a model is asked to go on from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Prompt {
    /// Text as it is.
    Text(String),
    /// A conversation, put into the model's own frame.
    Chat(Vec<Message>),
}

impl From<&str> for Prompt {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<Vec<Message>> for Prompt {
    fn from(messages: Vec<Message>) -> Self {
        Self::Chat(messages)
    }
}

/// How text is generated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Generation {
    /// At most so many tokens.
    pub tokens: usize,
    /// How tokens are drawn.
    pub sampling: Sampling,
    /// The same seed gives the same text.
    pub seed: u64,
    /// Strings that end the text; they are not part of it.
    pub stop: Vec<String>,
    /// The form the text must have.
    pub grammar: Option<Grammar>,
}

impl Default for Generation {
    /// The likeliest 256 tokens.
    fn default() -> Self {
        Self { tokens: 256, sampling: Sampling::greedy(), seed: 0, stop: Vec::new(), grammar: None }
    }
}

/// Why a text ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ended {
    /// The model ended it, or the form was complete.
    Complete,
    /// A stop string came.
    Stop(String),
    /// As many tokens as were allowed, or as the model's context has room for.
    Length,
    /// Whoever listened had enough.
    Interrupted,
}

/// A generated text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Completion {
    /// The text.
    pub text: String,
    /// Its tokens, also those that end it; empty where the model does not tell.
    pub tokens: Vec<u32>,
    /// The natural logarithm of each token's probability under the model itself (before temperature and form); empty where
    /// the model does not tell.
    pub log_probabilities: Vec<f64>,
    /// Why it ended.
    pub ended: Ended,
}

/// How likely an option is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The natural logarithm of the probability of the option after the prompt.
    pub log_probability: f64,
    /// How many tokens that is the sum of; divide by it to compare options of different lengths.
    pub tokens: usize,
}

/// A language model.
pub trait LanguageModel: Send + Sync {
    /// Its name, for reports.
    fn name(&self) -> &str;
    /// Which model exactly: two that may answer differently have different ones. For whoever keeps answers.
    fn identity(&self) -> String {
        self.name().to_owned()
    }
    /// Goes on with a prompt. `listen` gets the text piece by piece, and ends it by answering `false`.
    ///
    /// # Errors
    /// When the prompt is empty or longer than the model's context, or a setting is out of its range.
    fn complete(&self, prompt: &Prompt, how: &Generation, listen: &mut dyn FnMut(&str) -> bool) -> Result<Completion>;
    /// How likely each option is as a continuation of the prompt.
    ///
    /// # Errors
    /// When an option is empty, or does not fit into the model's context behind the prompt.
    fn score(&self, prompt: &Prompt, options: &[&str]) -> Result<Vec<Score>>;
    /// A vector of length 1 for each text, `[texts, width]`.
    ///
    /// # Errors
    /// When a text is empty or longer than the model's context.
    fn embed(&self, texts: &[&str]) -> Result<Tensor>;
    /// Runs the prompt with a trace; gives logits `[1, position, vocabulary]`.
    ///
    /// # Errors
    /// As [`complete`](LanguageModel::complete), and what the trace answers; models behind a network connection have
    /// no sites.
    fn trace(&self, prompt: &Prompt, trace: &mut Trace) -> Result<Tensor>;
}

impl<M: LanguageModel + ?Sized> LanguageModel for Box<M> {
    fn name(&self) -> &str {
        (**self).name()
    }
    fn identity(&self) -> String {
        (**self).identity()
    }
    fn complete(&self, prompt: &Prompt, how: &Generation, listen: &mut dyn FnMut(&str) -> bool) -> Result<Completion> {
        (**self).complete(prompt, how, listen)
    }
    fn score(&self, prompt: &Prompt, options: &[&str]) -> Result<Vec<Score>> {
        (**self).score(prompt, options)
    }
    fn embed(&self, texts: &[&str]) -> Result<Tensor> {
        (**self).embed(texts)
    }
    fn trace(&self, prompt: &Prompt, trace: &mut Trace) -> Result<Tensor> {
        (**self).trace(prompt, trace)
    }
}
