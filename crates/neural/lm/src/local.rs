//! A model on this machine: network, tokenizer and chat template together.

use crate::chat::ChatTemplate;
use crate::checkpoint::load_network;
use crate::constrain::Constrainer;
use crate::error::{Error, Result};
use crate::model::{Completion, Ended, Generation, LanguageModel, Prompt, Score};
use crate::sample::Sampler;
use crate::score::score;
use crate::store::Store;
use crate::stream::Stream;
use crate::tokenizer::Tokenizer;
use crate::weights::Weights;
use std::path::Path;
use std::sync::OnceLock;
use symbolon_net::pretrained::{Cache, Head, Pass, Transformer};
use symbolon_net::{Trace, fingerprint};
use symbolon_tensor::{Tensor, no_grad};

/// A model on this machine.
///
/// ```no_run
/// # fn main() -> Result<(), symbolon_lm::Error> {
/// use symbolon_lm::{Generation, LanguageModel, Local, Message};
/// let model = Local::named("smollm2-135m")?; // fetched before with `symbolon models get smollm2-135m`
/// let prompt = vec![Message::user("Name a crab.")].into();
/// let done = model.complete(&prompt, &Generation::default(), &mut |piece| {
///     print!("{piece}");
///     true
/// })?;
/// println!("\n{} tokens", done.tokens.len());
/// # Ok(()) }
/// ```
pub struct Local {
    name: String,
    /// The network, with every site open.
    pub network: Transformer,
    /// The tokenizer.
    pub tokenizer: Tokenizer,
    /// The chat template, where the model has one.
    pub chat: Option<ChatTemplate>,
    constrainer: OnceLock<Constrainer>,
}

impl Local {
    /// Opens a model folder or a GGUF file.
    ///
    /// # Errors
    /// When a part is missing or not what it says, or the tokenizer has tokens that the network does not know.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        // The small parts first: their mistakes cost no time.
        let (tokenizer, chat) = match Weights::open(path)? {
            Weights::Gguf(file) => (Tokenizer::from_gguf(&file)?, ChatTemplate::from_gguf(&file)?),
            Weights::Safetensors(_) => {
                let folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
                (Tokenizer::from_folder(folder)?, ChatTemplate::from_folder(folder)?)
            }
        };
        let network = load_network(path)?;
        let vocabulary = network.config.vocabulary().unwrap_or(0);
        if tokenizer.len() > vocabulary {
            let why =
                format!("{} tokens, the network knows {vocabulary}: they do not belong together", tokenizer.len());
            return Err(Error::format(path, "tokenizer", why));
        }
        let name = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Ok(Self { name, network, tokenizer, chat, constrainer: OnceLock::new() })
    }
    /// Opens a model of the user's store by name, or whatever lies at a path. Fetches nothing.
    ///
    /// # Errors
    /// When it is in neither place; as [`Local::open`].
    pub fn named(name: &str) -> Result<Self> {
        if Path::new(name).exists() {
            return Self::open(name);
        }
        let mut opened = Self::open(Store::of_user()?.path(name)?)?;
        opened.name = name.into();
        Ok(opened)
    }

    /// Tokens of a prompt, framed as the model expects it.
    ///
    /// # Errors
    /// When it is empty, longer than the context, or a conversation for a model without a template.
    pub fn tokens(&self, prompt: &Prompt) -> Result<Vec<u32>> {
        let ids = match prompt {
            Prompt::Text(text) => {
                let plain = self.tokenizer.encode(text)?;
                // What the model expects around every text, found out on the empty text.
                [self.tokenizer.encode_framed("", true)?, plain].concat()
            }
            Prompt::Chat(messages) => {
                let template = self.chat.as_ref().ok_or_else(|| Error::Template(format!("{} has none", self.name)))?;
                let text = template.render(messages, true)?;
                let ids = self.tokenizer.encode_framed(&text, true)?;
                // Templates that print the token that begins a text themselves would have it twice.
                match (self.tokenizer.begin(), &ids[..]) {
                    (Some(b), [x, y, ..]) if *x == b && *y == b => ids[1..].to_vec(),
                    _ => ids,
                }
            }
        };
        let context = self.network.config.context;
        match ids.len() {
            0 => Err(Error::Text("the prompt is empty".into())),
            n if n > context => {
                Err(Error::Text(format!("the prompt has {n} tokens, the model's context is {context}")))
            }
            _ => Ok(ids),
        }
    }

    /// The log-odds of some words against others right behind a prompt, by the first token of each; `trace` may edit the pass.
    ///
    /// # Errors
    /// As [`Local::tokens`]; [`Error::Text`] for an empty list or word; what the pass answers.
    pub fn word_odds(&self, prompt: &Prompt, words: [&[&str]; 2], trace: &mut Trace) -> Result<f64> {
        self.writes()?;
        let pass = Pass { last_only: true, ..Pass::default() };
        let logits = no_grad(|| self.logits(&self.tokens(prompt)?, pass, trace))?.flatten(0, -1);
        let mut odds = [0.0; 2];
        for (odds, words) in odds.iter_mut().zip(words) {
            let first = |w: &&str| self.tokenizer.encode(w)?.first().map(|t| i64::from(*t)).ok_or_else(none);
            let first = words.iter().map(first).collect::<Result<Vec<i64>>>()?;
            if first.is_empty() {
                return Err(none());
            }
            *odds = logits.index_select(0, &Tensor::from(first)).logsumexp(0, false).item();
        }
        Ok(odds[0] - odds[1])
    }
    /// The mean loss (nats) of each next token of a text's first `most` tokens; `trace` may edit the pass.
    ///
    /// # Errors
    /// [`Error::Text`] for a text of fewer than two tokens; what the pass answers.
    pub fn text_loss(&self, text: &str, most: usize, trace: &mut Trace) -> Result<f64> {
        self.writes()?;
        let ids = self.tokenizer.encode(text)?;
        let ids = &ids[..ids.len().min(most).min(self.network.config.context)];
        if ids.len() < 2 {
            return Err(Error::Text("a loss needs a text of at least two tokens".into()));
        }
        let logits = no_grad(|| self.logits(ids, Pass::default(), trace))?;
        let next = Tensor::from(ids[1..].iter().map(|&t| i64::from(t)).collect::<Vec<_>>());
        Ok(logits.get((0, ..ids.len() - 1)).cross_entropy(&next).item())
    }
    fn logits(&self, ids: &[u32], pass: Pass, trace: &mut Trace) -> Result<Tensor> {
        Ok(self.network.run(&[batch(&[ids])?], pass, trace)?)
    }
    /// Refuses models that write no text.
    pub(crate) fn writes(&self) -> Result<()> {
        match self.network.config.head {
            Head::Tied | Head::Own => Ok(()),
            _ => Err(Error::Unsupported {
                file: self.name.clone(),
                what: "use of a model",
                name: "writing text".into(),
                supported: "embedding texts, tracing".into(),
            }),
        }
    }
    fn constrainer(&self) -> Result<&Constrainer> {
        if let Some(c) = self.constrainer.get() {
            return Ok(c);
        }
        let made = Constrainer::new(&self.tokenizer, self.network.config.vocabulary().unwrap_or(0))?;
        Ok(self.constrainer.get_or_init(|| made))
    }
}

fn none() -> Error {
    Error::Text("there is no word to look for; give at least one on each side, none of them empty".into())
}

/// Vectors at length 1, along the last axis.
pub(crate) fn at_length_one(x: &Tensor) -> Tensor {
    x / x.square().sum_axis(-1, true).sqrt().clamp_min(1e-12)
}

/// Token lists as `[batch, position]`, shorter ones filled up with zeros at the end.
///
/// ```
/// let tokens = symbolon_lm::batch(&[vec![3, 5, 2], vec![7]])?;
/// assert_eq!(tokens.shape(), [2, 3]);
/// assert_eq!(tokens.to_vec::<i64>(), [3, 5, 2, 7, 0, 0]);
/// # Ok::<(), symbolon_lm::Error>(())
/// ```
///
/// # Errors
/// [`Error::Tensor`] for more numbers than a tensor holds.
pub fn batch(lists: &[impl AsRef<[u32]>]) -> Result<Tensor> {
    let lists: Vec<&[u32]> = lists.iter().map(AsRef::as_ref).collect();
    let longest = lists.iter().map(|l| l.len()).max().unwrap_or(0);
    let mut all = vec![0i64; lists.len() * longest];
    for (row, list) in all.chunks_mut(longest.max(1)).zip(&lists) {
        row.iter_mut().zip(list.iter()).for_each(|(to, &id)| *to = i64::from(id));
    }
    Ok(Tensor::new(all, [lists.len(), longest])?)
}

/// Natural logarithm of one token's probability.
pub(crate) fn log_probability(logits: &[f32], token: u32) -> f64 {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let total: f64 = logits.iter().map(|&l| f64::from(l - top).exp()).sum();
    f64::from(logits[token as usize] - top) - total.ln()
}

impl LanguageModel for Local {
    fn name(&self) -> &str {
        &self.name
    }
    /// Its name and the fingerprint of its network, which takes about a second for a hundred million weights.
    fn identity(&self) -> String {
        format!("{} {}", self.name, fingerprint(&self.network))
    }

    fn complete(&self, prompt: &Prompt, how: &Generation, listen: &mut dyn FnMut(&str) -> bool) -> Result<Completion> {
        self.writes()?;
        let mut sampler = Sampler::new(how.sampling.clone(), how.seed)?;
        let mut form = how.grammar.as_ref().map(|g| self.constrainer()?.start(g)).transpose()?;
        let mut stream = Stream::new(how.stop.iter().cloned());
        let mut ids = self.tokens(prompt)?;
        let start = ids.len();
        let (mut cache, mut text, mut chances) = (Cache::new(), String::new(), Vec::new());
        let most = how.tokens.min(self.network.config.context - start);
        let mut ended = Ended::Length;
        no_grad(|| -> Result<()> {
            while ids.len() < start + most {
                let done = cache.len();
                let pass = Pass { cache: Some(&mut cache), last_only: true, ..Pass::default() };
                let logits = self.logits(&ids[done..], pass, &mut Trace::none())?.to_vec::<f32>();
                // Some models give more logits than there are tokens, to round a matrix up: those are never drawn.
                let mut drawn = logits[..logits.len().min(self.tokenizer.len())].to_vec();
                if let Some(form) = &mut form {
                    form.mask(&mut drawn)?;
                }
                let id = sampler.next(&drawn, &ids)?;
                chances.push(log_probability(&logits, id));
                ids.push(id);
                if self.tokenizer.end().contains(&id) {
                    ended = Ended::Complete;
                    break;
                }
                let piece = match self.tokenizer.is_special(id) {
                    true => String::new(),
                    false => stream.push(self.tokenizer.bytes(id)?),
                };
                text += &piece;
                if !piece.is_empty() && !listen(&piece) {
                    ended = Ended::Interrupted;
                    break;
                }
                if let Some(stop) = stream.stopped() {
                    ended = Ended::Stop(stop.to_string());
                    break;
                }
                if let Some(form) = &mut form {
                    form.push(id)?;
                    if form.is_finished() {
                        ended = Ended::Complete;
                        break;
                    }
                }
            }
            Ok(())
        })?;
        let rest = stream.finish();
        if !rest.is_empty() && ended != Ended::Interrupted {
            listen(&rest);
            text += &rest;
        }
        Ok(Completion { text, tokens: ids.split_off(start), log_probabilities: chances, ended })
    }

    fn score(&self, prompt: &Prompt, options: &[&str]) -> Result<Vec<Score>> {
        score(self, prompt, options)
    }

    /// The mean of the last layer's vectors over the text (Reimers and Gurevych 2019), at length 1.
    fn embed(&self, texts: &[&str]) -> Result<Tensor> {
        let context = self.network.config.context;
        let encode = |text: &&str| -> Result<Vec<u32>> {
            match self.tokenizer.encode_framed(text, true)? {
                ids if ids.is_empty() => Err(Error::Text("a text is empty".into())),
                ids if ids.len() > context => {
                    Err(Error::Text(format!("a text has {} tokens, the model's context is {context}", ids.len())))
                }
                ids => Ok(ids),
            }
        };
        let ids = texts.iter().map(encode).collect::<Result<Vec<_>>>()?;
        let longest = ids.iter().map(Vec::len).max().unwrap_or(0);
        let mask: Vec<f32> = ids.iter().flat_map(|l| (0..longest).map(|i| f32::from(u8::from(i < l.len())))).collect();
        let mask = Tensor::new(mask, [ids.len(), longest])?;
        no_grad(|| {
            let mut trace = Trace::new().record("final_norm");
            self.network.run(&[batch(&ids)?, mask.clone()], Pass::default(), &mut trace)?;
            let Some((_, hidden)) = trace.recorded().next() else {
                return Err(Error::Text("the network records no `final_norm`".into()));
            };
            let mask = mask.unsqueeze(-1);
            let sum = (hidden.tensor() * &mask).sum_axis(1, false);
            let mean = sum / mask.sum_axis(1, false);
            Ok(at_length_one(&mean))
        })
    }

    fn trace(&self, prompt: &Prompt, trace: &mut Trace) -> Result<Tensor> {
        let ids = self.tokens(prompt)?;
        self.logits(&ids, Pass::default(), trace)
    }
}
