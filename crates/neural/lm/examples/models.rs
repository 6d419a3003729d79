//! The store of models from the command line:
//!
//! ```sh
//! cargo run -p symbolon-lm --example models -- list
//! cargo run -p symbolon-lm --example models -- get smollm2-135m
//! cargo run -p symbolon-lm --example models -- say smollm2-135m "Name three crabs."
//! ```

use std::io::Write;
use symbolon_lm::{Generation, LanguageModel, Local, Message, Store};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), symbolon_lm::Error> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let store = Store::of_user()?;
    match words[..] {
        ["list"] => {
            for l in store.list()? {
                let state = if l.installed.is_some() { "here" } else { "    " };
                println!("{state}  {:<16} {}", l.name, l.entry.map_or("", |e| e.title));
            }
        }
        ["get", name] => {
            let mut shown = 0;
            let folder = store.get(name, &mut |p| {
                let now = p.done >> 20;
                if now != shown {
                    shown = now;
                    eprint!("\r{} {now} MiB   ", p.what);
                }
            })?;
            println!("\n{}", folder.display());
        }
        ["verify", name] => {
            for c in store.verify(name, &mut |_| {})? {
                println!("{}: {}", c.name, c.problem.as_deref().unwrap_or("as it was published"));
            }
        }
        ["say", name, text] => {
            let start = std::time::Instant::now();
            let model = Local::named(name)?;
            let loaded = start.elapsed();
            let how = Generation { tokens: 128, ..Generation::default() };
            let done = model.complete(&vec![Message::user(text)].into(), &how, &mut |piece| {
                print!("{piece}");
                std::io::stdout().flush().is_ok()
            })?;
            let seconds = (start.elapsed() - loaded).as_secs_f64();
            println!("\n\nloaded in {loaded:.1?}; {} tokens in {seconds:.1} s, {:?}", done.tokens.len(), done.ended);
        }
        _ => eprintln!("models list | get NAME | verify NAME | say NAME TEXT"),
    }
    Ok(())
}
