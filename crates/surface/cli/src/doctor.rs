//! `symbolon doctor`: what is here, what each optional part adds, how to get it.

use std::process::Command;

use serde_json::json;

use crate::args::Doctor;
use crate::{DONE, render};

/// An external program that Symbolon can use when it is there.
struct Tool {
    name: &'static str,
    /// Arguments that make it print its version.
    version: &'static [&'static str],
    adds: &'static str,
    install: &'static str,
}

const TOOLS: &[Tool] = &[Tool {
    name: "python3",
    version: &["--version"],
    adds: "runs the side-by-side measurements in bench/",
    install: "from python.org or your system's packages",
}];

/// Prints the report. Always succeeds: nothing optional is required.
pub fn run(args: &Doctor) -> u8 {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let found: Vec<(&Tool, Option<String>)> = TOOLS.iter().map(|t| (t, version(t))).collect();
    if args.json {
        let tools: Vec<_> = found
            .iter()
            .map(|(t, v)| json!({"name": t.name, "version": v, "adds": t.adds, "install": t.install}))
            .collect();
        println!("{}", json!({"version": env!("CARGO_PKG_VERSION"), "threads": threads, "tools": tools}));
        return DONE;
    }
    println!(
        "symbolon {} on {} {}, {threads} threads",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    println!("built in: theory engine (grounding, compilation, inference, learning); needs nothing else\n");
    let rows: Vec<Vec<String>> = found
        .iter()
        .map(|(t, v)| {
            let status = v.clone().unwrap_or_else(|| format!("not found; install {}", t.install));
            vec![t.name.to_string(), t.adds.to_string(), status]
        })
        .collect();
    print!("{}", render::table(&["optional", "adds", "status"], &rows));
    DONE
}

fn version(tool: &Tool) -> Option<String> {
    let output = Command::new(tool.name).args(tool.version).output().ok()?;
    let text = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    let first = String::from_utf8_lossy(&text).lines().next()?.trim().to_string();
    output.status.success().then_some(first)
}
