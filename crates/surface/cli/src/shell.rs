//! `symbolon shell`: queries one by one, with history and completion.

use std::borrow::Cow;
use std::path::PathBuf;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Editor, Helper};
use symbolon_theory::Theory;
use symbolon_theory::diag::Diagnostics;

use crate::args::Shell;
use crate::load::Outputs;
use crate::{DONE, WRONG, infer, load, render, report};

const HELP: &str = "\
path(a,X)            the answers of a query and their probabilities
:why path(a,c)       its best proofs, or why it has none
:given alarm         from now on take this as observed (also \\+alarm); :given alone lists, :forget drops all
:add 0.3::rain.      add a clause for this session
:list                the predicates of the theory
:help, :quit         (or Ctrl-D)";

/// The theory text of a session and what is observed in it.
struct Session {
    files: Vec<PathBuf>,
    added: Vec<String>,
    given: Vec<String>,
    names: Vec<String>,
}

/// Completes predicate names.
struct Names(Vec<String>);

impl Completer for Names {
    type Candidate = String;
    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let word = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        let start =
            line[..at].rfind(|c| !word(c)).map_or(0, |i| i + line[i..].chars().next().map_or(1, char::len_utf8));
        let begun = &line[start..at];
        Ok((start, self.0.iter().filter(|n| n.starts_with(begun)).cloned().collect()))
    }
}

impl Hinter for Names {
    type Hint = String;
}
impl Highlighter for Names {
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        Cow::Borrowed(prompt)
    }
}
impl Validator for Names {}
impl Helper for Names {}

/// Runs the shell until the end of input.
pub fn run(args: &Shell) -> u8 {
    let mut session = Session { files: args.files.clone(), added: Vec::new(), given: Vec::new(), names: Vec::new() };
    match session.theory() {
        Ok(theory) => session.names = names(&theory),
        Err(found) => {
            render::diagnostics(&found);
            return WRONG;
        }
    }
    let mut editor: Editor<Names, _> = match Editor::new() {
        Ok(editor) => editor,
        Err(error) => {
            eprintln!("cannot open the terminal: {error}");
            return WRONG;
        }
    };
    editor.set_helper(Some(Names(session.names.clone())));
    let history = history_file();
    if let Some(path) = &history {
        // The first session has no history yet.
        let _ = editor.load_history(path);
    }
    println!("symbolon {}: type a query, :help for more", env!("CARGO_PKG_VERSION"));
    loop {
        match editor.readline("?- ") {
            Ok(line) => {
                let line = line.trim();
                if line.is_empty() {
                    continue;
                }
                let _ = editor.add_history_entry(line);
                match session.act(line, args) {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(found) => render::diagnostics(&found),
                }
                editor.set_helper(Some(Names(session.names.clone())));
            }
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => break,
            Err(error) => {
                eprintln!("cannot read: {error}");
                return WRONG;
            }
        }
    }
    if let Some(path) = &history
        && let Err(error) = path
            .parent()
            .map_or(Ok(()), std::fs::create_dir_all)
            .map_err(ReadlineError::from)
            .and_then(|()| editor.save_history(path))
    {
        eprintln!("the history was not saved: {error}");
    }
    DONE
}

impl Session {
    /// The theory as it is now, without its own queries.
    fn theory(&self) -> Result<Theory, Diagnostics> {
        let mut theory = if self.added.is_empty() {
            if self.files.is_empty() { Theory::parse("")? } else { load::theory(&self.files)? }
        } else {
            let mut text = String::new();
            for path in &self.files {
                text.push_str(&std::fs::read_to_string(path).map_err(|e| load::unreadable(path, &e))?);
                text.push('\n');
            }
            text.push_str(&self.added.join("\n"));
            Theory::parse_named("<session>", &text)?
        };
        theory.forget_queries();
        for text in &self.given {
            let observation = theory.parse_evidence(text)?;
            theory.evidence.push(observation);
        }
        Ok(theory)
    }

    /// Does what a line says; `false` ends the session.
    fn act(&mut self, line: &str, args: &Shell) -> Result<bool, Diagnostics> {
        let (command, rest) = match line.split_once(char::is_whitespace) {
            Some((c, r)) if line.starts_with(':') => (c, r.trim()),
            _ if line.starts_with(':') && !line.starts_with(":-") => (line, ""),
            _ => ("", line),
        };
        match (command, rest) {
            (":quit" | ":q" | ":exit", _) => return Ok(false),
            (":help" | ":h", _) => println!("{HELP}"),
            (":list", _) => println!("{}", self.names.join("  ")),
            (":given", "") => {
                println!("{}", if self.given.is_empty() { "nothing" } else { "" }.to_string() + &self.given.join(", "))
            }
            (":forget", _) => self.given.clear(),
            (":given", atom) => {
                self.given.push(atom.trim_end_matches('.').to_string());
                if let Err(found) = self.theory() {
                    self.given.pop();
                    return Err(found);
                }
            }
            (":add", clause) => {
                self.added.push(if clause.ends_with('.') { clause.to_string() } else { format!("{clause}.") });
                match self.theory() {
                    Ok(theory) => self.names = names(&theory),
                    Err(found) => {
                        self.added.pop();
                        return Err(found);
                    }
                }
            }
            (":why", goal) => self.ask(goal, true, args)?,
            ("", goal) => self.ask(goal, false, args)?,
            (other, _) => println!("{other} is not a command; :help lists them"),
        }
        Ok(true)
    }

    fn ask(&self, goal: &str, why: bool, args: &Shell) -> Result<(), Diagnostics> {
        let mut theory = self.theory()?;
        let query = theory.parse_query(goal.trim_start_matches("?-").trim())?;
        theory.queries.push(query);
        let budget = args.limits.budget();
        let (inference, answers) = infer::ask(&theory, &budget)?;
        if why {
            let none = Outputs::read(None)?;
            print!("{}", report::explain(&theory, &inference, &none, 3, &budget)?.text);
        } else {
            infer::print_answers(&theory, &answers);
        }
        if let Some(stop) = inference.stop() {
            println!("stopped: {stop}; these are bounds");
        }
        Ok(())
    }
}

/// What can be completed: predicates, and the commands.
fn names(theory: &Theory) -> Vec<String> {
    let terms = theory.terms.lock();
    let mut names: Vec<String> = theory
        .program
        .preds
        .iter()
        .filter(|p| !p.auxiliary && p.defined)
        .map(|p| terms.name(p.name).to_string())
        .filter(|n| n != "query" && n != "evidence")
        .collect();
    names.extend([":why", ":given", ":forget", ":add", ":list", ":help", ":quit"].map(String::from));
    names.sort();
    names.dedup();
    names
}

/// `$XDG_DATA_HOME/symbolon/history`, or its usual place.
fn history_file() -> Option<PathBuf> {
    let data = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|h| PathBuf::from(h).join(".local/share"));
    Some(data.or_else(home)?.join("symbolon").join("history"))
}
