//! A model of the store answers: `cargo run --release -p symbolon-lm --example say -- smollm2-135m "Name three crabs."`, after
//! `symbolon models get smollm2-135m`.

use std::io::Write;
use symbolon_lm::{Generation, LanguageModel, Local, Message};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), symbolon_lm::Error> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [name, text] = &words[..] else {
        eprintln!("say NAME TEXT");
        return Ok(());
    };
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
    Ok(())
}
