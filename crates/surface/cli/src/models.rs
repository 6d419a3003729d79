//! `symbolon models`: the store of downloaded models. Nothing is fetched unless it is asked for here.

use std::borrow::Cow;

use indicatif::ProgressBar;
use serde_json::{Value, json};
use symbolon_lm::store::Listed;
use symbolon_lm::{Error, Progress, Store};
use symbolon_theory::diag::Diagnostics;

use crate::args::{Models, ModelsTask};
use crate::project::plain;
use crate::{DONE, WRONG, ended, render};

/// Runs the command and returns its exit status.
pub fn run(args: &Models) -> u8 {
    ended(models(args), args.json, json!({}))
}

fn models(args: &Models) -> Result<u8, Diagnostics> {
    let failed = |e: Error| plain(e.to_string());
    let store = Store::of_user().map_err(failed)?;
    let bar = Bar::new();
    let mut sink = |p: Progress| bar.show(&p);
    let (object, text, status) = match &args.task {
        ModelsTask::List => {
            let all = store.list().map_err(failed)?;
            let row = |l: &Listed| {
                let here = if l.installed.is_some() { "here" } else { "" };
                vec![l.name.clone(), here.to_owned(), l.entry.map_or("", |e| e.title).to_owned()]
            };
            let table = render::table(&["model", "", "what it is"], &all.iter().map(row).collect::<Vec<_>>());
            (json!({"models": all.iter().map(described).collect::<Vec<_>>()}), table, DONE)
        }
        ModelsTask::Show { name } => {
            let model = described(&store.show(name).map_err(failed)?);
            let text = serde_json::to_string_pretty(&model).map_err(|e| plain(e.to_string()))?;
            (model, text + "\n", DONE)
        }
        ModelsTask::Get { name } => {
            let folder = store.get(name, &mut sink).map_err(failed)?;
            (json!({"folder": folder}), format!("{}\n", folder.display()), DONE)
        }
        ModelsTask::Verify { name } => {
            let checked = store.verify(name, &mut sink).map_err(failed)?;
            let line = |c: &symbolon_lm::store::Checked| {
                format!("{}: {}\n", c.name, c.problem.as_deref().unwrap_or("as it was published"))
            };
            let files: Vec<Value> = checked.iter().map(|c| json!({"file": c.name, "problem": c.problem})).collect();
            let sound = checked.iter().all(|c| c.problem.is_none());
            (json!({"files": files}), checked.iter().map(line).collect(), if sound { DONE } else { WRONG })
        }
        ModelsTask::Rm { name } => {
            let bytes = store.remove(name).map_err(failed)?;
            (json!({"bytes": bytes}), format!("{name} is removed: {} MiB are free again\n", bytes >> 20), DONE)
        }
    };
    drop(bar);
    print!("{}", if args.json { format!("{object}\n") } else { text });
    Ok(status)
}

fn described(l: &Listed) -> Value {
    json!({
        "name": l.name,
        "title": l.entry.map(|e| e.title),
        "licence": l.entry.map(|e| e.licence),
        "installed": l.installed,
    })
}

/// How a download goes; nothing where standard error is no terminal.
struct Bar(ProgressBar);

impl Bar {
    fn new() -> Bar {
        Bar(crate::wait::bytes_bar())
    }

    fn show(&self, p: &Progress) {
        if let Some(total) = p.total {
            self.0.set_length(total);
        }
        self.0.set_message(Cow::Owned(p.what.to_owned()));
        self.0.set_position(p.done);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
