//! What the commands about language models share: finding a model, settings of generation, forms.

use std::path::{Path, PathBuf};

use clap::Args;
use symbolon_lm::{Cached, Endpoint, Error, Generation, Grammar, LanguageModel, Local, Remote, Sampling};
use symbolon_theory::diag::{Code, Diagnostic, Diagnostics, Sources};

use crate::project::{On, plain};

/// A model on this machine.
#[derive(Args, Debug, Clone)]
pub struct Model {
    /// A model: a name of the store (`symbolon models list`), a model folder, or a .gguf file
    #[arg(value_name = "MODEL")]
    pub model: String,
    #[command(flatten)]
    pub on: On,
}

impl Model {
    /// Loads it.
    pub fn open(&self) -> Result<Local, Diagnostics> {
        self.on.prepare()?;
        Local::named(&self.model).map_err(failed)
    }
}

/// A model on this machine or behind a network connection.
#[derive(Args, Debug, Clone)]
pub struct AnyModel {
    #[command(flatten)]
    pub model: Model,
    /// The address of an OpenAI-compatible server, such as http://127.0.0.1:8080/v1; MODEL is the name there, and the key is
    /// taken from the environment variable OPENAI_API_KEY
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Keep answers in this folder: the same question is asked once
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
}

impl AnyModel {
    /// Opens it, and says whether it takes conversations.
    pub fn open(&self) -> Result<(Box<dyn LanguageModel>, bool), Diagnostics> {
        let (model, talks): (Box<dyn LanguageModel>, bool) = match &self.endpoint {
            Some(url) => (Box::new(Remote::new(Endpoint::new(url, &self.model.model)).map_err(failed)?), true),
            None => {
                let local = self.model.open()?;
                let talks = local.chat.is_some();
                (Box::new(local), talks)
            }
        };
        Ok(match &self.cache {
            Some(folder) => (Box::new(Cached::new(model, folder).map_err(failed)?), talks),
            None => (model, talks),
        })
    }
}

/// How tokens are drawn, and when a text ends.
#[derive(Args, Debug, Clone)]
pub struct Drawn {
    /// What log-probabilities are divided by: 0 takes the likeliest token, 1 draws from the model's own distribution
    #[arg(long, value_name = "T", default_value_t = 0.0)]
    pub temperature: f64,
    /// Draw from the K likeliest tokens only
    #[arg(long, value_name = "K")]
    pub top_k: Option<usize>,
    /// Draw from the likeliest tokens that together reach this probability
    #[arg(long, value_name = "P", default_value_t = 1.0)]
    pub top_p: f64,
    /// Draw from tokens at least this many times as likely as the likeliest
    #[arg(long, value_name = "P", default_value_t = 0.0)]
    pub min_p: f64,
    /// Makes tokens that occurred before less likely; 1 changes nothing
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    pub repetition_penalty: f64,
    /// End the text before this string; may be given more than once
    #[arg(long, value_name = "TEXT")]
    pub stop: Vec<String>,
    /// The same seed gives the same text
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// At most so many tokens
    #[arg(long, value_name = "N", default_value_t = 256)]
    pub max_tokens: usize,
}

impl Drawn {
    /// As settings of the library, in their ranges.
    pub fn generation(&self, grammar: Option<Grammar>) -> Result<Generation, Diagnostics> {
        let sampling = Sampling {
            temperature: self.temperature,
            top_k: self.top_k,
            top_p: self.top_p,
            min_p: self.min_p,
            repetition_penalty: self.repetition_penalty,
        };
        sampling.check().map_err(failed)?;
        Ok(Generation { tokens: self.max_tokens, sampling, seed: self.seed, stop: self.stop.clone(), grammar })
    }
}

/// The form an answer must have.
#[derive(Args, Debug, Clone)]
#[group(multiple = false)]
pub struct Form {
    /// Only JSON that this schema describes
    #[arg(long, value_name = "FILE")]
    pub json_schema: Option<PathBuf>,
    /// Only text that this regular expression matches from beginning to end
    #[arg(long, value_name = "EXPRESSION")]
    pub regex: Option<String>,
    /// Only text of this context-free grammar (Lark notation, from the rule `start`)
    #[arg(long, value_name = "FILE")]
    pub grammar: Option<PathBuf>,
}

impl Form {
    /// Reads the files.
    pub fn read(&self) -> Result<Option<Grammar>, Diagnostics> {
        let text = |path: &Path| {
            std::fs::read_to_string(path).map_err(|e| plain(format!("cannot read {}: {e}", path.display())))
        };
        Ok(match (&self.json_schema, &self.regex, &self.grammar) {
            (Some(path), _, _) => {
                let schema = serde_json::from_str(&text(path)?);
                Some(Grammar::JsonSchema(schema.map_err(|e| plain(format!("{} is no JSON: {e}", path.display())))?))
            }
            (_, Some(expression), _) => Some(Grammar::regex(expression)),
            (_, _, Some(path)) => Some(Grammar::Lark(text(path)?)),
            _ => None,
        })
    }
}

/// An error of language models as what commands print, with a remedy where there is one.
pub fn failed(error: Error) -> Diagnostics {
    let mut diagnostic = Diagnostic::error(Code::File, None, error.to_string());
    if let Error::Net(symbolon_net::Error::UnknownSite { .. }) = error {
        diagnostic = diagnostic.help("`symbolon trace MODEL --sites` lists the sites of a model");
    }
    Diagnostics::one(diagnostic, &Sources::default())
}
