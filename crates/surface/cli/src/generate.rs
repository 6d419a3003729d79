//! `symbolon generate`: a model goes on with a prompt, in form if one is asked for.

use std::io::{Read, Write};
use std::sync::atomic::Ordering;

use clap::Args;
use serde_json::json;
use symbolon_lm::{Completion, Ended, Message, Prompt};
use symbolon_theory::diag::Diagnostics;

use crate::language::{AnyModel, Drawn, Form, failed};
use crate::project::plain;
use crate::{DONE, STOPPED, cancel_flag, ended};

#[derive(Args, Debug)]
pub struct Generate {
    #[command(flatten)]
    pub model: AnyModel,
    /// The prompt; `-` reads standard input
    #[arg(value_name = "PROMPT")]
    pub prompt: String,
    /// How the model is to behave; stands before the prompt
    #[arg(long, value_name = "TEXT", conflicts_with = "raw")]
    pub system: Option<String>,
    /// Go on with the prompt as it is, without the frame of a conversation that chat models expect
    #[arg(long)]
    pub raw: bool,
    #[command(flatten)]
    pub drawn: Drawn,
    #[command(flatten)]
    pub form: Form,
    /// Print one JSON object when the text is complete
    #[arg(long)]
    pub json: bool,
}

/// Runs the command and returns its exit status.
pub fn run(args: &Generate) -> u8 {
    ended(generate(args), args.json, json!({}))
}

fn generate(args: &Generate) -> Result<u8, Diagnostics> {
    let how = args.drawn.generation(args.form.read()?)?;
    let text = match args.prompt.as_str() {
        "-" => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map_err(|e| plain(format!("cannot read the prompt: {e}")))?;
            text
        }
        text => text.to_owned(),
    };
    let (model, talks) = args.model.open()?;
    let prompt = match talks && !args.raw {
        true => {
            let system = args.system.iter().map(Message::system);
            Prompt::Chat(system.chain([Message::user(text)]).collect())
        }
        false if args.system.is_some() => {
            return Err(plain(format!("{} is no chat model, so --system has no place", model.name())));
        }
        false => Prompt::Text(text),
    };
    let stop = cancel_flag();
    let done = model.complete(&prompt, &how, &mut |piece| {
        if !args.json {
            print!("{piece}");
        }
        // A reader that has gone away has had enough.
        !stop.load(Ordering::Relaxed) && (args.json || std::io::stdout().flush().is_ok())
    });
    let done = done.map_err(failed)?;
    if args.json {
        println!("{}", as_json(&done));
    } else if !done.text.ends_with('\n') {
        println!();
    }
    Ok(if done.ended == Ended::Interrupted { STOPPED } else { DONE })
}

/// A completion in JSON.
pub fn as_json(done: &Completion) -> serde_json::Value {
    let (why, stop) = match &done.ended {
        Ended::Complete => ("complete", None),
        Ended::Stop(s) => ("stop", Some(s)),
        Ended::Length => ("length", None),
        Ended::Interrupted => ("interrupted", None),
    };
    json!({
        "text": done.text,
        "tokens": done.tokens,
        "log_probabilities": done.log_probabilities,
        "ended": why,
        "stop": stop,
    })
}
