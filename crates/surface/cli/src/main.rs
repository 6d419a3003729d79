//! The `symbolon` command: parses arguments, calls the library, prints. Each command is a file of its own.

mod args;
mod chat;
mod check;
mod demo;
mod doctor;
mod eval;
mod fit;
mod generate;
mod harvest;
mod infer;
mod language;
mod load;
mod models;
mod pictures;
mod project;
mod readings;
mod render;
mod report;
mod shell;
mod sql;
mod study;
mod trace;
mod trace_page;
mod train;
mod wait;

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use clap::Parser;

use args::{Cli, Command};
use serde_json::Value;
use symbolon_theory::diag::Diagnostics;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The theory is usable, the result complete.
const DONE: u8 = 0;
/// Something is wrong with the program, a file or the command.
const WRONG: u8 = 1;
/// A budget is used up; what was found is printed.
const STOPPED: u8 = 2;

static CANCEL: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// The flag that Ctrl-C sets. The first Ctrl-C stops the running work, which prints what it found; a second one ends the
/// process.
fn cancel_flag() -> Arc<AtomicBool> {
    let install = || {
        let flag = Arc::new(AtomicBool::new(false));
        let seen = flag.clone();
        // Without a handler Ctrl-C ends the process at once, which is still right.
        let _ = ctrlc::set_handler(move || {
            if seen.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        });
        flag
    };
    CANCEL.get_or_init(install).clone()
}

/// What a command comes to: its status, or what is wrong, for people and (in `empty`, the object of nothing found) for machines.
fn ended(outcome: Result<u8, Diagnostics>, machines: bool, mut empty: Value) -> u8 {
    match outcome {
        Ok(status) => status,
        Err(found) => {
            if machines {
                empty["errors"] = check::messages(&found).into();
                println!("{empty}");
            }
            render::diagnostics(&found);
            WRONG
        }
    }
}

fn main() -> ExitCode {
    let code = match Cli::parse().command {
        Command::Infer(args) => infer::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Fit(args) => fit::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Train(args) => train::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Study(args) => study::run(&args),
        Command::Generate(args) => generate::run(&args),
        Command::Chat(args) => chat::run(&args),
        Command::Trace(args) => trace::run(&args),
        Command::Harvest(args) => harvest::run(&args),
        Command::Sql(args) => sql::run(&args),
        Command::Models(args) => models::run(&args),
        Command::Readings(args) => readings::run(&args),
        Command::Methods(args) => study::methods(&args),
        Command::Shell(args) => shell::run(&args),
        Command::Doctor(args) => doctor::run(&args),
    };
    ExitCode::from(code)
}
