//! Conversations as the text a model was trained on: its own template, in the Jinja dialect that model folders use.

use crate::error::{Error, Result, io};
use crate::gguf::Gguf;
use crate::tokenizer::read_json;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{Environment, ErrorKind, context};
use std::path::Path;

/// One turn of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Message {
    /// Who speaks: `system`, `user`, `assistant`, `tool`.
    pub role: String,
    /// What is said.
    pub content: String,
}

impl Message {
    /// A turn.
    pub fn new(role: impl Into<String>, content: impl Into<String>) -> Self {
        Self { role: role.into(), content: content.into() }
    }
    /// What the user says.
    pub fn user(content: impl Into<String>) -> Self {
        Self::new("user", content)
    }
    /// What the model said.
    pub fn assistant(content: impl Into<String>) -> Self {
        Self::new("assistant", content)
    }
    /// How the model is to behave.
    pub fn system(content: impl Into<String>) -> Self {
        Self::new("system", content)
    }
}

/// A model's chat template.
///
/// ```
/// use symbolon_lm::{ChatTemplate, Message};
/// let t = ChatTemplate::new("{% for m in messages %}<{{ m.role }}> {{ m.content }}\n{% endfor %}")?;
/// assert_eq!(t.render(&[Message::user("hello")], true)?, "<user> hello\n");
/// # Ok::<(), symbolon_lm::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ChatTemplate {
    environment: Environment<'static>,
    begin: String,
    end: String,
}

/// Steps a template may take; real ones take thousands for long conversations.
const FUEL: u64 = 50_000_000;
const NAME: &str = "chat_template";

impl ChatTemplate {
    /// From its source.
    ///
    /// # Errors
    /// When it is no template; the message has the line.
    pub fn new(source: &str) -> Result<Self> {
        let mut environment = Environment::new();
        // As the models' own library sets Jinja up.
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(wrong)?);
        environment.set_fuel(Some(FUEL));
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function("raise_exception", |why: String| -> std::result::Result<Value, minijinja::Error> {
            Err(minijinja::Error::new(ErrorKind::InvalidOperation, why))
        });
        // Templates ask for today's date; a fixed one keeps the same conversation the same text.
        environment.add_function("strftime_now", |form: String| {
            form.replace("%d", "01")
                .replace("%b", "Jan")
                .replace("%B", "January")
                .replace("%m", "01")
                .replace("%Y", "2025")
        });
        environment.add_template_owned(NAME, source.to_string()).map_err(wrong)?;
        Ok(Self { environment, begin: String::new(), end: String::new() })
    }
    /// The names of the tokens that begin and end a text, which some templates print.
    pub fn with_ends(mut self, begin: impl Into<String>, end: impl Into<String>) -> Self {
        (self.begin, self.end) = (begin.into(), end.into());
        self
    }
    /// From the header of a GGUF file; `None` when it has no template.
    ///
    /// # Errors
    /// When the template cannot be read.
    pub fn from_gguf(file: &Gguf) -> Result<Option<Self>> {
        let Some(source) = file.text("tokenizer.chat_template") else { return Ok(None) };
        let name = |role| -> Result<String> {
            let id = file.token_id(role)?;
            Ok(match (id, file.metadata().get("tokenizer.ggml.tokens")) {
                (Some(id), Some(crate::gguf::Value::Strings(tokens))) => tokens[id as usize].clone(),
                _ => String::new(),
            })
        };
        Ok(Some(Self::new(source)?.with_ends(name("bos")?, name("eos")?)))
    }
    /// From a model folder: `chat_template.jinja`, or the entry of `tokenizer_config.json`; `None` when it has neither.
    ///
    /// # Errors
    /// When a file cannot be read, or is not what its name says.
    pub fn from_folder(folder: impl AsRef<Path>) -> Result<Option<Self>> {
        let folder = folder.as_ref();
        let words = read_json(&folder.join("tokenizer_config.json"))?;
        let own = folder.join("chat_template.jinja");
        let source = match own.exists() {
            true => Some(std::fs::read_to_string(&own).map_err(io(&own))?),
            false => words["chat_template"].as_str().map(str::to_string),
        };
        let name = |key: &str| {
            let token = &words[key];
            token.as_str().or_else(|| token["content"].as_str()).unwrap_or_default().to_string()
        };
        source.map(|s| Ok(Self::new(&s)?.with_ends(name("bos_token"), name("eos_token")))).transpose()
    }
    /// The conversation as text. With `reply`, the frame in which the model's answer begins is added.
    ///
    /// # Errors
    /// What the template says against the conversation (an unknown role, turns in the wrong order), or a mistake in it.
    pub fn render(&self, messages: &[Message], reply: bool) -> Result<String> {
        let template = self.environment.get_template(NAME).map_err(wrong)?;
        let turn = |m: &Message| Value::from_pairs([("role", &*m.role), ("content", &*m.content)]);
        let out = template.render(context! {
            messages => messages.iter().map(turn).collect::<Vec<Value>>(),
            add_generation_prompt => reply,
            bos_token => &*self.begin,
            eos_token => &*self.end,
        });
        out.map_err(wrong)
    }
}

fn wrong(e: minijinja::Error) -> Error {
    let line = e.line().map_or_else(String::new, |n| format!("line {n}: "));
    Error::Template(format!("{line}{e}"))
}
