//! Answers in form from a small model at temperature 1: `json_samples MODEL SCHEMA N OUT.jsonl [FIRST]`, with seeds from FIRST
//! on (0 unless given).
//!
//! Writes a line for each sample; `bench/lm/check_json.py` holds them against the schema with another library.

use serde_json::Value;
use std::io::Write;
use std::time::Instant;
use symbolon_lm::{Ended, Error, Generation, Grammar, LanguageModel, Local, Message, Prompt, Sampling};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SUBJECTS: [&str; 10] = ["crab", "fox", "ship", "clock", "river", "planet", "violin", "bread", "castle", "storm"];

fn main() -> Result<(), Error> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [name, schema, n, out, first @ ..] = &words[..] else {
        eprintln!("json_samples MODEL SCHEMA N OUT.jsonl [FIRST]");
        return Ok(());
    };
    let io = |file: &str| {
        let file = file.to_owned();
        move |source| Error::Io { file: file.clone(), source }
    };
    let text = std::fs::read_to_string(schema).map_err(io(schema))?;
    let schema: Value = serde_json::from_str(&text).map_err(|e| Error::Grammar(format!("{schema}: {e}")))?;
    let number = |t: &str| t.parse::<u64>().map_err(|_| Error::Request(format!("`{t}` is no number")));
    let (n, first) = (number(n)?, first.first().map_or(Ok(0), |f| number(f))?);
    let model = Local::named(name)?;
    let mut file = std::fs::File::create(out).map_err(io(out))?;
    let (start, mut tokens, mut cut) = (Instant::now(), 0, 0);
    for seed in first..first + n {
        let subject = SUBJECTS[seed as usize % SUBJECTS.len()];
        let prompt: Prompt = vec![Message::user(format!("Describe a {subject} as JSON."))].into();
        let how = Generation {
            tokens: 120,
            seed,
            sampling: Sampling::default(), // temperature 1: the model's own distribution
            grammar: Some(Grammar::JsonSchema(schema.clone())),
            ..Generation::default()
        };
        let done = model.complete(&prompt, &how, &mut |_| true)?;
        tokens += done.tokens.len();
        cut += usize::from(done.ended != Ended::Complete);
        writeln!(file, "{}", done.text).map_err(io(out))?;
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{n} samples, {cut} of them cut, {tokens} tokens in {seconds:.0} s");
    Ok(())
}
