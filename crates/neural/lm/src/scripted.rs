//! A model that answers from a list: for tests of whatever asks a model.

use crate::error::{Error, Result};
use crate::model::{Completion, Ended, Generation, LanguageModel, Prompt, Score};
use symbolon_net::Trace;
use symbolon_tensor::Tensor;

/// Answers a prompt with the first line of its script whose cue occurs in the prompt.
///
/// ```
/// use symbolon_lm::{Generation, LanguageModel, Scripted};
/// let model = Scripted::new([("capital of France", "Paris"), ("", "I do not know.")]);
/// let how = Generation::default();
/// let say = |prompt: &str| model.complete(&prompt.into(), &how, &mut |_| true).map(|c| c.text);
/// assert_eq!(say("The capital of France?")?, "Paris");
/// assert_eq!(say("The capital of Peru?")?, "I do not know.");
/// # Ok::<(), symbolon_lm::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Scripted {
    script: Vec<(String, String)>,
}

impl Scripted {
    /// A model with a script of (cue, answer); the empty cue always occurs.
    pub fn new<A: Into<String>, B: Into<String>>(script: impl IntoIterator<Item = (A, B)>) -> Self {
        Self { script: script.into_iter().map(|(cue, answer)| (cue.into(), answer.into())).collect() }
    }
    fn answer(&self, prompt: &Prompt) -> Result<&str> {
        let text = match prompt {
            Prompt::Text(text) => text.clone(),
            Prompt::Chat(messages) => messages.iter().map(|m| &*m.content).collect::<Vec<_>>().join("\n"),
        };
        let found = self.script.iter().find(|(cue, _)| text.contains(cue));
        found.map(|(_, answer)| &**answer).ok_or_else(|| Error::Text(format!("the script has no cue for {text:?}")))
    }
}

impl LanguageModel for Scripted {
    fn name(&self) -> &str {
        "scripted"
    }
    /// The answer, cut before the first stop string; settings for sampling and form change nothing.
    fn complete(&self, prompt: &Prompt, how: &Generation, listen: &mut dyn FnMut(&str) -> bool) -> Result<Completion> {
        let answer = self.answer(prompt)?;
        let stops = how.stop.iter().filter(|s| !s.is_empty());
        let stop = stops.filter_map(|s| Some((answer.find(&**s)?, s))).min();
        let text = stop.map_or(answer, |(at, _)| &answer[..at]).to_string();
        let heard = listen(&text);
        let ended = match (heard, stop) {
            (false, _) => Ended::Interrupted,
            (true, Some((_, s))) => Ended::Stop(s.clone()),
            (true, None) => Ended::Complete,
        };
        Ok(Completion { text, tokens: Vec::new(), log_probabilities: Vec::new(), ended })
    }
    /// Probability 1 for the option that is the answer (white space around it aside), 0 for all others.
    fn score(&self, prompt: &Prompt, options: &[&str]) -> Result<Vec<Score>> {
        let answer = self.answer(prompt)?.trim();
        let score =
            |o: &&str| Score { log_probability: if o.trim() == answer { 0.0 } else { f64::NEG_INFINITY }, tokens: 1 };
        Ok(options.iter().map(score).collect())
    }
    /// Refused: a script has no vectors.
    fn embed(&self, _texts: &[&str]) -> Result<Tensor> {
        Err(Error::Text("a scripted model has no vectors".into()))
    }
    /// Refused: a script has no sites.
    fn trace(&self, _prompt: &Prompt, _trace: &mut Trace) -> Result<Tensor> {
        Err(Error::Text("a scripted model has no sites".into()))
    }
}
