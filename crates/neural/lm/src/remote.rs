//! Models behind a network connection, in the words of the OpenAI interface that most servers speak.
//!
//! Answers stream. A request that meets a busy server, a broken connection or an answer that is none is sent again after a
//! while, as long as no text has been handed on. The key comes from an environment variable, goes into one header, and
//! appears in no message and no `Debug`.

use crate::constrain::Grammar;
use crate::error::{Error, Result};
use crate::fetch::{Client, header, network};
use crate::index::IndexSettings;
use crate::local::at_length_one;
use crate::model::{Completion, Ended, Generation, LanguageModel, Prompt, Score};
use crate::stream::Stream;
use serde_json::{Value as Json, json};
use std::io::{BufRead, BufReader, Read};
use std::time::Duration;
use symbolon_net::Trace;
use symbolon_tensor::Tensor;
use ureq::Body;
use ureq::http::Response;
use url::Url;

/// Where a model is served, and how patient to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// The address before `/chat/completions`: `https://api.openai.com/v1`, `http://127.0.0.1:8080/v1`.
    pub url: String,
    /// The model's name there.
    pub model: String,
    /// The environment variable with the key; none is sent when it is not set.
    pub key_variable: String,
    /// The longest silence: until an answer begins, and between two pieces of it.
    pub timeout: Duration,
    /// How often a request is sent again.
    pub retries: u32,
    /// How long to wait before that; twice as long each time, unless the server names a time.
    pub wait: Duration,
}

impl Endpoint {
    /// A model at an address: the key is in `OPENAI_API_KEY`, two minutes of silence, four more tries after 1, 2, 4
    /// and 8 seconds.
    pub fn new(url: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            model: model.into(),
            key_variable: "OPENAI_API_KEY".into(),
            timeout: Duration::from_secs(120),
            retries: 4,
            wait: Duration::from_secs(1),
        }
    }
}

/// The longest wait that a server may ask for.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longer answers, and longer lines of one, are refused.
const LONGEST: u64 = 64 << 20;

/// A model behind a network connection.
///
/// ```no_run
/// # fn main() -> Result<(), symbolon_lm::Error> {
/// use symbolon_lm::{Endpoint, Generation, LanguageModel, Message, Remote};
/// let model = Remote::new(Endpoint::new("http://127.0.0.1:8080/v1", "smollm2"))?;
/// let done = model.complete(&vec![Message::user("Name a crab.")].into(), &Generation::default(), &mut |_| true)?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Remote {
    endpoint: Endpoint,
    base: Url,
    key: Option<Key>,
    client: Client,
}

/// A secret: what it is shows nowhere.
struct Key(String);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(..)")
    }
}

/// Why a try did not work, and whether another may.
enum Failed {
    /// Try again, after at least so long.
    Soon(Error, Option<Duration>),
    Final(Error),
}

impl Remote {
    /// A model at an endpoint. Nothing is sent yet.
    ///
    /// # Errors
    /// When the address is none, or the key cannot stand in a header.
    pub fn new(endpoint: Endpoint) -> Result<Self> {
        let bad = |problem: String| Error::Network { url: endpoint.url.clone(), problem };
        let mut base = Url::parse(&endpoint.url).map_err(|e| bad(format!("is no address: {e}")))?;
        if !matches!(base.scheme(), "http" | "https") || base.host().is_none() {
            return Err(bad("is no address of a server; it begins with https:// or http://".into()));
        }
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        let key = std::env::var(&endpoint.key_variable).ok().map(|k| k.trim().to_owned()).filter(|k| !k.is_empty());
        if key.as_ref().is_some_and(|k| !k.bytes().all(|b| b.is_ascii_graphic())) {
            return Err(bad(format!("the key in {} has characters that no key has", endpoint.key_variable)));
        }
        let certificates = IndexSettings::of_machine().certificates;
        let client = Client::patient(certificates.as_deref(), endpoint.timeout)?;
        Ok(Self { base, key: key.map(Key), client, endpoint })
    }

    fn address(&self, path: &str) -> Result<Url> {
        self.base.join(path).map_err(|e| Error::Network { url: self.endpoint.url.clone(), problem: e.to_string() })
    }

    /// Sends a request until `read` makes something of an answer.
    fn ask<T>(
        &self,
        path: &str,
        request: &Json,
        read: &mut dyn FnMut(&Url, Response<Body>) -> std::result::Result<T, Failed>,
    ) -> Result<T> {
        let url = self.address(path)?;
        let body = request.to_string();
        let key = self.key.as_ref().map(|k| format!("Bearer {}", k.0));
        let mut headers = vec![("Content-Type", "application/json"), ("Accept", "text/event-stream, application/json")];
        headers.extend(key.as_deref().map(|k| ("Authorization", k)));
        let mut wait = self.endpoint.wait;
        for left in (0..=self.endpoint.retries).rev() {
            let sent = self.client.post(&url, &headers, &body).map_err(|e| Failed::Soon(e, None));
            let outcome = sent.and_then(|answer| self.accept(&url, answer)).and_then(|answer| read(&url, answer));
            match outcome {
                Ok(made) => return Ok(made),
                Err(Failed::Soon(_, asked)) if left > 0 => {
                    std::thread::sleep(asked.unwrap_or(wait).min(PATIENCE));
                    wait = wait.saturating_mul(2);
                }
                Err(
                    Failed::Soon(Error::Network { url, problem }, _) | Failed::Final(Error::Network { url, problem }),
                ) => {
                    return Err(Error::Network { url, problem: self.without_key(problem) });
                }
                Err(Failed::Soon(e, _) | Failed::Final(e)) => return Err(e),
            }
        }
        unreachable!("the last try returns")
    }

    /// Sends a request whose answer is one JSON value.
    fn ask_json(&self, path: &str, request: &Json) -> Result<Json> {
        self.ask(path, request, &mut |url, answer| read_json(url, answer).map_err(|e| Failed::Soon(e, None)))
    }

    /// Some servers quote the key that they refuse.
    fn without_key(&self, said: String) -> String {
        match &self.key {
            Some(k) => said.replace(&k.0, "(key)"),
            None => said,
        }
    }

    /// The answer, if the server says that all is well.
    fn accept(&self, url: &Url, mut answer: Response<Body>) -> std::result::Result<Response<Body>, Failed> {
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let text = answer.body_mut().with_config().limit(1 << 16).read_to_string().unwrap_or_default();
        let said: Option<String> = serde_json::from_str::<Json>(&text).ok().and_then(|j| {
            let e = &j["error"];
            e["message"].as_str().or(e.as_str()).or(j["message"].as_str()).map(str::to_owned)
        });
        // Before the cut: half a key is one too many.
        let said: String = self.without_key(said.unwrap_or(text)).chars().take(300).collect();
        let hint = match status.as_u16() {
            401 | 403 => format!("; is {} set to a valid key?", self.endpoint.key_variable),
            404 => "; is this the address before /chat/completions, and the model's name there?".into(),
            _ => String::new(),
        };
        let error = network(url, format!("{status}: {said}{hint}"));
        let after = header(&answer, "retry-after").and_then(|v| v.trim().parse().ok()).map(Duration::from_secs);
        match status.as_u16() {
            408 | 409 | 425 | 429 | 500..=599 => Err(Failed::Soon(error, after)),
            _ => Err(Failed::Final(error)),
        }
    }

    fn request(&self, prompt: &Prompt, how: &Generation) -> Result<(&'static str, Json)> {
        how.sampling.check()?;
        let s = &how.sampling;
        let mut request = json!({
            "model": self.endpoint.model, "stream": true, "max_tokens": how.tokens, "temperature": s.temperature,
            "top_p": s.top_p, "seed": how.seed,
        });
        // What the interface does not have, many servers do; others say that they do not.
        if let Some(k) = s.top_k {
            request["top_k"] = json!(k);
        }
        if s.min_p != 0.0 {
            request["min_p"] = json!(s.min_p);
        }
        if s.repetition_penalty != 1.0 {
            request["repetition_penalty"] = json!(s.repetition_penalty);
        }
        if !how.stop.is_empty() {
            request["stop"] = json!(how.stop);
        }
        match &how.grammar {
            None => {}
            Some(Grammar::JsonSchema(schema)) => {
                let form = json!({"name": "answer", "strict": true, "schema": schema});
                request["response_format"] = json!({"type": "json_schema", "json_schema": form});
            }
            Some(_) => {
                return Err(Error::Grammar(
                    "endpoints know JSON schemas only; use a local model for expressions and grammars".into(),
                ));
            }
        }
        Ok(match prompt {
            Prompt::Chat(messages) => {
                request["messages"] = json!(messages);
                ("chat/completions", request)
            }
            Prompt::Text(text) => {
                request["prompt"] = json!(text);
                ("completions", request)
            }
        })
    }
}

/// A stream of events, or one JSON value, as text and why it ended. `say` answers `false` when it has had enough.
fn read_answer(url: &Url, mut answer: Response<Body>, say: &mut dyn FnMut(&str) -> bool) -> Result<Ended> {
    let whole = header(&answer, "content-type").is_some_and(|t| t.starts_with("application/json"));
    if whole {
        let json = read_json(url, answer)?;
        let Some(text) = piece(&json) else { return Err(network(url, "the answer has no text")) };
        return Ok(match say(text) {
            true => finish(&json).unwrap_or(Ended::Complete),
            false => Ended::Interrupted,
        });
    }
    let mut lines = BufReader::new(answer.body_mut().as_reader());
    let mut ended = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut lines).take(LONGEST).read_until(b'\n', &mut line);
        let n = read.map_err(|e| network(url, format!("the answer broke off: {e}")))?;
        let text = std::str::from_utf8(&line).map_err(|_| network(url, "the answer is no text"))?.trim_end();
        // Other lines of an event stream name events, or keep the connection awake.
        let data = text.strip_prefix("data:").map(str::trim);
        match (n, data) {
            (0, _) => return ended.ok_or_else(|| network(url, "the answer broke off before its end")),
            (_, Some("[DONE]")) => return Ok(ended.unwrap_or(Ended::Complete)),
            (_, Some(data)) if !data.is_empty() => {
                let json = parse(url, data)?;
                if let Some(problem) = json.get("error") {
                    return Err(network(url, format!("the answer ended with an error: {problem}")));
                }
                if let Some(text) = piece(&json).filter(|t| !t.is_empty())
                    && !say(text)
                {
                    return Ok(Ended::Interrupted);
                }
                ended = finish(&json).or(ended);
            }
            _ => {}
        }
    }
}

fn parse(url: &Url, text: &str) -> Result<Json> {
    let cut: String = text.chars().take(100).collect();
    serde_json::from_str(text).map_err(|e| network(url, format!("the answer is no JSON ({e}): {cut}")))
}

/// The text in an answer or in a piece of one.
fn piece(json: &Json) -> Option<&str> {
    let choice = &json["choices"][0];
    [&choice["delta"]["content"], &choice["message"]["content"], &choice["text"]].into_iter().find_map(Json::as_str)
}

fn finish(json: &Json) -> Option<Ended> {
    match json["choices"][0]["finish_reason"].as_str()? {
        "length" => Some(Ended::Length),
        _ => Some(Ended::Complete),
    }
}

/// A whole answer as JSON.
fn read_json(url: &Url, mut answer: Response<Body>) -> Result<Json> {
    let text = answer.body_mut().with_config().limit(LONGEST).read_to_string();
    parse(url, &text.map_err(|e| network(url, format!("the answer broke off: {e}")))?)
}

impl LanguageModel for Remote {
    fn name(&self) -> &str {
        &self.endpoint.model
    }
    fn identity(&self) -> String {
        format!("{} {}", self.base.host_str().unwrap_or_default().to_owned() + self.base.path(), self.endpoint.model)
    }
    /// The text that the server sends. Its tokens and their probabilities are not known here.
    fn complete(&self, prompt: &Prompt, how: &Generation, listen: &mut dyn FnMut(&str) -> bool) -> Result<Completion> {
        let (path, request) = self.request(prompt, how)?;
        let mut text = String::new();
        let ended = self.ask(path, &request, &mut |url, answer| {
            // Servers that do not know stop strings are stopped here.
            let mut stream = Stream::new(how.stop.iter().cloned());
            let mut heard = true;
            let outcome = read_answer(url, answer, &mut |piece| {
                let sure = stream.push(piece.as_bytes());
                text += &sure;
                heard = sure.is_empty() || listen(&sure);
                heard && stream.stopped().is_none()
            });
            match (outcome, stream.stopped()) {
                (Ok(_), Some(stop)) if heard => Ok(Ended::Stop(stop.to_owned())),
                (Ok(ended), _) => {
                    let rest = stream.finish();
                    if !rest.is_empty() && ended != Ended::Interrupted {
                        listen(&rest);
                        text += &rest;
                    }
                    Ok(ended)
                }
                // What has been handed on cannot be taken back.
                (Err(e), _) if !text.is_empty() => Err(Failed::Final(e)),
                (Err(e), _) => Err(Failed::Soon(e, None)),
            }
        })?;
        if matches!(how.grammar, Some(Grammar::JsonSchema(_))) && ended == Ended::Complete {
            serde_json::from_str::<serde::de::IgnoredAny>(&text)
                .map_err(|e| Error::Grammar(format!("the endpoint was asked for JSON and answered otherwise: {e}")))?;
        }
        Ok(Completion { text, tokens: Vec::new(), log_probabilities: Vec::new(), ended })
    }
    /// Asks for the log-probabilities of the text itself (`echo`); texts only, and servers that can do that.
    fn score(&self, prompt: &Prompt, options: &[&str]) -> Result<Vec<Score>> {
        let Prompt::Text(start) = prompt else {
            return Err(Error::Text("endpoints score texts, not conversations".into()));
        };
        let one = |option: &&str| -> Result<Score> {
            if option.is_empty() {
                return Err(Error::Text("an option is empty".into()));
            }
            let request = json!({
                "model": self.endpoint.model, "prompt": format!("{start}{option}"), "max_tokens": 0, "echo": true,
                "logprobs": 0, "temperature": 0,
            });
            let answer = self.ask_json("completions", &request)?;
            let given = &answer["choices"][0]["logprobs"];
            let seam = start.chars().count() as u64;
            let (chances, at) = (given["token_logprobs"].as_array(), given["text_offset"].as_array());
            let (Some(chances), Some(at)) = (chances, at) else {
                let url = self.address("completions")?;
                return Err(network(&url, "the server gives no log-probabilities of a given text"));
            };
            let behind = chances.iter().zip(at).filter(|(_, at)| at.as_u64().is_some_and(|a| a >= seam));
            let known: Option<Vec<f64>> = behind.map(|(p, _)| p.as_f64()).collect();
            match known {
                Some(p) if !p.is_empty() => Ok(Score { log_probability: p.iter().sum(), tokens: p.len() }),
                _ => Err(Error::Text("the option has no tokens of its own behind the prompt".into())),
            }
        };
        options.iter().map(one).collect()
    }
    fn embed(&self, texts: &[&str]) -> Result<Tensor> {
        if texts.iter().any(|t| t.is_empty()) {
            return Err(Error::Text("a text is empty".into()));
        }
        let request = json!({"model": self.endpoint.model, "input": texts, "encoding_format": "float"});
        let answer = self.ask_json("embeddings", &request)?;
        let url = self.address("embeddings")?;
        let mut rows = vec![Vec::new(); texts.len()];
        for (i, item) in answer["data"].as_array().into_iter().flatten().enumerate() {
            let at = item["index"].as_u64().map_or(i, |n| n as usize);
            let numbers = item["embedding"].as_array().into_iter().flatten().filter_map(Json::as_f64);
            if let Some(row) = rows.get_mut(at) {
                *row = numbers.map(|x| x as f32).collect::<Vec<f32>>();
            }
        }
        let width = rows.first().map_or(0, Vec::len);
        if width == 0 || rows.iter().any(|r| r.len() != width) {
            return Err(network(&url, "the answer has not one vector of the same width for each text"));
        }
        Ok(at_length_one(&Tensor::from_rows(&rows)?))
    }
    /// Refused: nobody looks inside from here.
    fn trace(&self, _prompt: &Prompt, _trace: &mut Trace) -> Result<Tensor> {
        Err(Error::Text(format!("{} is behind a network connection and has no sites", self.endpoint.model)))
    }
}
