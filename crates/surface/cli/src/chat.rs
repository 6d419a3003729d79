//! `symbolon chat`: a conversation with a model, line by line.

use std::io::Write;
use std::sync::atomic::Ordering;

use clap::Args;
use rustyline::error::ReadlineError;
use rustyline::{DefaultEditor, config::Configurer};
use symbolon_lm::{Ended, Message};
use symbolon_theory::diag::Diagnostics;

use crate::language::{AnyModel, Drawn, failed};
use crate::project::plain;
use crate::{DONE, cancel_flag, ended};

const HELP: &str = "\
:again     another answer to the last question (with a temperature above 0)
:system X  how the model is to behave; begins a new conversation
:new       begins a new conversation
:help, :quit (or Ctrl-D); Ctrl-C ends an answer";

#[derive(Args, Debug)]
pub struct Chat {
    #[command(flatten)]
    pub model: AnyModel,
    /// How the model is to behave
    #[arg(long, value_name = "TEXT")]
    pub system: Option<String>,
    #[command(flatten)]
    pub drawn: Drawn,
}

/// Runs the conversation until the end of input.
pub fn run(args: &Chat) -> u8 {
    ended(chat(args), false, serde_json::json!({}))
}

fn chat(args: &Chat) -> Result<u8, Diagnostics> {
    let mut how = args.drawn.generation(None)?;
    let (model, talks) = args.model.open()?;
    if !talks {
        let name = model.name();
        return Err(plain(format!("{name} is no chat model; `symbolon generate {name} PROMPT` goes on with a text")));
    }
    let unusable = |e: ReadlineError| plain(format!("cannot open the terminal: {e}"));
    let mut editor = DefaultEditor::new().map_err(unusable)?;
    editor.set_auto_add_history(true);
    println!("{}: type something, :help for more", model.name());
    let mut talk: Vec<Message> = args.system.iter().map(Message::system).collect();
    let stop = cancel_flag();
    loop {
        let line = match editor.readline("> ") {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => break,
            Err(e) => return Err(plain(format!("cannot read: {e}"))),
        };
        let (command, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        match command {
            "" => continue,
            ":quit" | ":q" | ":exit" => break,
            ":help" | ":h" => {
                println!("{HELP}");
                continue;
            }
            ":new" => {
                talk.retain(|m| m.role == "system");
                continue;
            }
            ":system" => {
                talk = vec![Message::system(rest)];
                continue;
            }
            ":again" => {
                if talk.pop_if(|m| m.role == "assistant").is_none() {
                    println!("there is no answer yet");
                    continue;
                }
                how.seed += 1;
            }
            c if c.starts_with(':') => {
                println!("{c} is not a command; :help lists them");
                continue;
            }
            _ => talk.push(Message::user(line.trim())),
        }
        stop.store(false, Ordering::Relaxed);
        let answered = model.complete(&talk.clone().into(), &how, &mut |piece| {
            print!("{piece}");
            !stop.load(Ordering::Relaxed) && std::io::stdout().flush().is_ok()
        });
        stop.store(false, Ordering::Relaxed);
        match answered {
            Ok(done) => {
                let why = match done.ended {
                    Ended::Length => " [cut at the greatest length]",
                    Ended::Interrupted => " [stopped]",
                    _ => "",
                };
                println!("{why}");
                talk.push(Message::assistant(done.text));
            }
            // A conversation that has become too long, say: the question is taken back, the conversation goes on.
            Err(e) => {
                talk.pop();
                crate::render::diagnostics(&failed(e));
            }
        }
    }
    Ok(DONE)
}
