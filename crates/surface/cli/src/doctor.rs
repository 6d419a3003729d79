//! `symbolon doctor`: what is here, what each optional part adds, how to get it.

use std::process::Command;

use serde_json::json;
use symbolon_tensor::Device;

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
        let cards: Vec<String> = cards().into_iter().map(|(device, name)| format!("{device}: {name}")).collect();
        let found = json!({"built_in": Device::built_for_cards(), "found": cards});
        println!(
            "{}",
            json!({"version": env!("CARGO_PKG_VERSION"), "threads": threads, "graphics_cards": found, "tools": tools})
        );
        return DONE;
    }
    println!(
        "symbolon {} on {} {}, {threads} threads",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    println!("built in: theory engine (grounding, compilation, inference, learning); needs nothing else\n");
    let mut rows: Vec<Vec<String>> = found
        .iter()
        .map(|(t, v)| {
            let status = v.clone().unwrap_or_else(|| format!("not found; install {}", t.install));
            vec![t.name.to_string(), t.adds.to_string(), status]
        })
        .collect();
    let cards = cards();
    let status = match (Device::built_for_cards(), cards.is_empty()) {
        (false, _) => "not built in; build with `--features vulkan`".to_string(),
        (true, true) => "built in; no card with a Vulkan driver found".to_string(),
        (true, false) => cards.iter().map(|(device, name)| format!("{device}: {name}")).collect::<Vec<_>>().join("; "),
    };
    rows.push(vec!["graphics card".into(), "tensors of programs; commands use the processor".into(), status]);
    print!("{}", render::table(&["optional", "adds", "status"], &rows));
    DONE
}

/// Graphics cards that tensors can live on, with what they call themselves.
fn cards() -> Vec<(Device, String)> {
    let named = |d: Device| d.name().ok().map(|name| (d, name));
    Device::all().into_iter().filter(|d| *d != Device::Cpu).filter_map(named).collect()
}

fn version(tool: &Tool) -> Option<String> {
    let output = Command::new(tool.name).args(tool.version).output().ok()?;
    let text = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    let first = String::from_utf8_lossy(&text).lines().next()?.trim().to_string();
    output.status.success().then_some(first)
}
