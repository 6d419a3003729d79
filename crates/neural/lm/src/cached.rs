//! Answers kept on disk, by what was asked: the same question to the same model costs once.

use crate::error::{Error, Result, io};
use crate::model::{Completion, Ended, Generation, LanguageModel, Prompt, Score};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use symbolon_net::Trace;
use symbolon_tensor::Tensor;

/// A model whose answers are kept in a folder.
///
/// A question is everything that decides its answer: the model ([`LanguageModel::identity`]), the prompt and all settings,
/// the seed among them. Each answer is a file named by the digest of its question, which it also holds; files appear as a
/// whole, so several programs may share a folder. Files that cannot be read count as not there. Interrupted texts are not
/// kept, and passes with a trace are always run.
///
/// ```
/// # let folder = std::env::temp_dir().join(format!("symbolon-cached-doc-{}", std::process::id()));
/// use symbolon_lm::{Cached, Generation, LanguageModel, Scripted};
/// let model = Cached::new(Scripted::new([("France", "Paris")]), &folder)?;
/// let how = Generation::default();
/// for _ in 0..2 {
///     assert_eq!(model.complete(&"The capital of France?".into(), &how, &mut |_| true)?.text, "Paris");
/// }
/// assert_eq!((model.hits(), model.misses()), (1, 1));
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), symbolon_lm::Error>(())
/// ```
#[derive(Debug)]
pub struct Cached<M> {
    model: M,
    identity: String,
    folder: PathBuf,
    hits: std::sync::atomic::AtomicU64,
    misses: std::sync::atomic::AtomicU64,
}

/// Counted up when files are laid out differently, or answers to the same question become others.
const FORMAT: u32 = 1;

impl<M: LanguageModel> Cached<M> {
    /// Keeps a model's answers in a folder, which need not exist yet.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn new(model: M, folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref().to_owned();
        std::fs::create_dir_all(&folder).map_err(io(&folder))?;
        let identity = model.identity();
        Ok(Self { model, identity, folder, hits: Default::default(), misses: Default::default() })
    }
    /// The model itself.
    pub fn model(&self) -> &M {
        &self.model
    }
    /// How many answers came from the folder.
    pub fn hits(&self) -> u64 {
        self.hits.load(std::sync::atomic::Ordering::Relaxed)
    }
    /// How many did not.
    pub fn misses(&self) -> u64 {
        self.misses.load(std::sync::atomic::Ordering::Relaxed)
    }

    fn question(&self, kind: &str, what: Json) -> Json {
        json!({"format": FORMAT, "model": self.identity, "kind": kind, "what": what})
    }
    fn place(&self, question: &Json) -> PathBuf {
        // Questions are built in one order, so the same question is the same text.
        let digest = Sha256::digest(question.to_string().as_bytes());
        let name: String = digest.iter().map(|b| format!("{b:02x}")).collect();
        self.folder.join(&name[..2]).join(format!("{name}.json"))
    }
    fn known<T: DeserializeOwned>(&self, question: &Json) -> Option<T> {
        let found = std::fs::read(self.place(question)).ok();
        let found: Option<Json> = found.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let mut found = found.filter(|f| f["question"] == *question);
        let answer = found.as_mut().and_then(|f| serde_json::from_value(f["answer"].take()).ok());
        let count = if answer.is_some() { &self.hits } else { &self.misses };
        count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        answer
    }
    fn keep(&self, question: &Json, answer: &impl Serialize) -> Result<()> {
        let path = self.place(question);
        let text = json!({"question": question, "answer": answer}).to_string();
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(io(folder))?;
        }
        symbolon_tensor::io::replace::<Error>(&path, |beside| std::fs::write(beside, &text).map_err(io(&path)))
    }
}

impl<M: LanguageModel> LanguageModel for Cached<M> {
    fn name(&self) -> &str {
        self.model.name()
    }
    fn identity(&self) -> String {
        self.identity.clone()
    }
    /// As the model does; a known answer comes in one piece.
    fn complete(&self, prompt: &Prompt, how: &Generation, listen: &mut dyn FnMut(&str) -> bool) -> Result<Completion> {
        let question = self.question("complete", json!({"prompt": prompt, "how": how}));
        if let Some(mut known) = self.known::<Completion>(&question) {
            if !known.text.is_empty() && !listen(&known.text) {
                known.ended = Ended::Interrupted;
            }
            return Ok(known);
        }
        let done = self.model.complete(prompt, how, listen)?;
        if done.ended != Ended::Interrupted {
            self.keep(&question, &done)?;
        }
        Ok(done)
    }
    fn score(&self, prompt: &Prompt, options: &[&str]) -> Result<Vec<Score>> {
        let question = self.question("score", json!({"prompt": prompt, "options": options}));
        if let Some(known) = self.known(&question) {
            return Ok(known);
        }
        let scores = self.model.score(prompt, options)?;
        // JSON has no infinity: an impossible option is asked about again.
        if scores.iter().all(|s| s.log_probability.is_finite()) {
            self.keep(&question, &scores)?;
        }
        Ok(scores)
    }
    fn embed(&self, texts: &[&str]) -> Result<Tensor> {
        let question = self.question("embed", json!({"texts": texts}));
        if let Some((shape, values)) = self.known::<(Vec<usize>, Vec<f32>)>(&question)
            && let Ok(known) = Tensor::new(values, shape)
        {
            return Ok(known);
        }
        let vectors = self.model.embed(texts)?;
        self.keep(&question, &(vectors.shape(), vectors.to_vec::<f32>()))?;
        Ok(vectors)
    }
    fn trace(&self, prompt: &Prompt, trace: &mut Trace) -> Result<Tensor> {
        self.model.trace(prompt, trace)
    }
}
