//! Constrained decoding: at every step only those tokens after which the text can still become an answer in form.
//!
//! The form is a JSON schema, a regular expression or a context-free grammar (Lark notation). The work is done by
//! `llguidance`, which walks an Earley parser along the trie of all tokens; see
//! Willard and Louf 2023 for the idea.
//!
//! ```no_run
//! # fn main() -> Result<(), symbolon_lm::Error> {
//! # let tokenizer = symbolon_lm::Tokenizer::from_file("tokenizer.json")?;
//! use symbolon_lm::{Constrainer, Grammar};
//! let constrainer = Constrainer::new(&tokenizer, tokenizer.len())?; // once for a vocabulary
//! let mut form = constrainer.start(&Grammar::regex("yes|no"))?; // once for an answer
//! let mut logits = vec![0.0f32; tokenizer.len()];
//! form.mask(&mut logits)?; // everything but the beginnings of `yes` and `no` is now -inf
//! # Ok(()) }
//! ```

use crate::error::{Error, Result};
use crate::tokenizer::Tokenizer;
use llguidance::api::TopLevelGrammar;
use llguidance::{Matcher, ParserFactory};
use std::sync::Arc;
use toktrie::{TokEnv, TokRxInfo, TokTrie, TokenId, TokenizerEnv};

/// The form an answer must have.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub enum Grammar {
    /// A JSON value that this schema describes, on one line (unless the schema's `x-guidance` says otherwise).
    JsonSchema(serde_json::Value),
    /// Text that this regular expression matches from beginning to end.
    Regex(String),
    /// Text of this context-free grammar, in Lark notation, from the rule `start`.
    Lark(String),
}

impl Grammar {
    /// Text that matches a regular expression from beginning to end.
    pub fn regex(pattern: impl Into<String>) -> Self {
        Self::Regex(pattern.into())
    }
    /// One of the given texts.
    pub fn choice<'a>(options: impl IntoIterator<Item = &'a str>) -> Self {
        let escape = |s: &str| -> String {
            s.chars()
                .flat_map(|c| (!c.is_alphanumeric() && c.is_ascii()).then_some('\\').into_iter().chain([c]))
                .collect()
        };
        Self::Regex(options.into_iter().map(escape).collect::<Vec<_>>().join("|"))
    }
}

/// A vocabulary made ready for grammars.
#[derive(Clone)]
pub struct Constrainer {
    factory: Arc<ParserFactory>,
}

impl Constrainer {
    /// For a tokenizer and the number of logits its model gives (which may be more than there are tokens).
    ///
    /// # Errors
    /// When the model has fewer logits than there are tokens, or no token that ends a text.
    pub fn new(tokenizer: &Tokenizer, logits: usize) -> Result<Self> {
        if logits < tokenizer.len() {
            return Err(wrong(format!("the model gives {logits} logits, the vocabulary has {}", tokenizer.len())));
        }
        let Some(&end) = tokenizer.end().first() else {
            return Err(wrong("the tokenizer has no token that ends a text"));
        };
        let words = (0..logits as u32).map(|id| match tokenizer.bytes(id) {
            Ok(bytes) if tokenizer.is_special(id) => [&[TokTrie::SPECIAL_TOKEN_MARKER], bytes].concat(),
            Ok(bytes) => bytes.to_vec(),
            Err(_) => Vec::new(),
        });
        let words: Vec<Vec<u8>> = words.collect();
        let trie = TokTrie::from(&TokRxInfo::new(logits as u32, end), &words).with_eos_tokens(tokenizer.end());
        let env: TokEnv = Arc::new(Vocabulary { tokenizer: tokenizer.clone(), trie });
        let mut factory = ParserFactory::new_simple(&env).map_err(wrong)?;
        factory.quiet();
        Ok(Self { factory: Arc::new(factory) })
    }

    /// Starts an answer of the given form.
    ///
    /// # Errors
    /// When the schema, expression or grammar is none, asks for something unsupported, or nothing can match it.
    pub fn start(&self, grammar: &Grammar) -> Result<Constraint> {
        let grammar = match grammar {
            Grammar::JsonSchema(s) => TopLevelGrammar::from_json_schema(one_line(s.clone())),
            Grammar::Regex(r) => TopLevelGrammar::from_regex(r),
            Grammar::Lark(l) => TopLevelGrammar::from_lark(l.clone()),
        };
        let matcher = Matcher::new(self.factory.create_parser(grammar));
        match matcher.get_error() {
            Some(e) => Err(wrong(e)),
            None => Ok(Constraint { matcher }),
        }
    }
}

/// An answer while it is written.
pub struct Constraint {
    matcher: Matcher,
}

impl Constraint {
    /// Sets the logits of all tokens that cannot come next to `-inf`. Where the answer is complete, tokens that end the
    /// text are left.
    ///
    /// # Errors
    /// When the grammar grows beyond its limits.
    pub fn mask(&mut self, logits: &mut [f32]) -> Result<()> {
        let allowed = self.matcher.compute_mask_or_eos().map_err(wrong)?;
        for (i, l) in logits.iter_mut().enumerate() {
            if i >= allowed.len() || !allowed.is_allowed(i as u32) {
                *l = f32::NEG_INFINITY;
            }
        }
        Ok(())
    }
    /// The answer goes on with this token.
    ///
    /// # Errors
    /// When the token cannot come next.
    pub fn push(&mut self, token: u32) -> Result<()> {
        self.matcher.consume_token(token).map_err(wrong)
    }
    /// Whether nothing can follow any more.
    pub fn is_finished(&self) -> bool {
        self.matcher.is_stopped()
    }
    /// Whether the text so far is an answer in form.
    ///
    /// # Errors
    /// When the grammar grows beyond its limits.
    pub fn is_complete(&mut self) -> Result<bool> {
        match self.matcher.is_stopped() {
            true => Ok(self.matcher.stop_reason().is_ok()),
            false => self.matcher.is_accepting().map_err(wrong),
        }
    }
}

/// JSON on one line: where white space were free, a small model could write it for ever.
fn one_line(mut schema: serde_json::Value) -> serde_json::Value {
    if let Some(keys) = schema.as_object_mut() {
        let spaces = serde_json::json!({"whitespace_flexible": false, "item_separator": ", ", "key_separator": ": "});
        keys.entry("x-guidance").or_insert(spaces);
    }
    schema
}

fn wrong(e: impl std::fmt::Display) -> Error {
    // The first line says what is wrong; the rest is the library's inner state.
    Error::Grammar(e.to_string().lines().next().unwrap_or_default().to_string())
}

struct Vocabulary {
    tokenizer: Tokenizer,
    trie: TokTrie,
}

impl TokenizerEnv for Vocabulary {
    fn tok_trie(&self) -> &TokTrie {
        &self.trie
    }
    fn tokenize_bytes(&self, bytes: &[u8]) -> Vec<TokenId> {
        self.trie.tokenize_with_greedy_fallback(bytes, |s| self.tokenizer.encode(s).unwrap_or_default())
    }
}
