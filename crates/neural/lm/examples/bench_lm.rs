//! Our side of `bench/lm`: prints work, a tab, and seconds or bytes. `bench_lm FILE [FOLDER]`.
//!
//! Prefill of 512 tokens, the same with every residual stream, attention and feed-forward output recorded, with all logits;
//! 64 tokens one by one, from nothing and behind 448; harvest of three layers into a folder.

use std::time::Instant;
use symbolon_lm::{Corpus, Error, Harvest, Local, harvest};
use symbolon_net::Trace;
use symbolon_net::pretrained::{Cache, Pass};
use symbolon_tensor::{Tensor, no_grad};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PROMPT: usize = 512;
const DECODED: usize = 64;
const AFTER: usize = 448;
const RECORDED: [&str; 5] =
    ["blocks.*.resid_pre", "blocks.*.resid_mid", "blocks.*.resid_post", "blocks.*.attn.out", "blocks.*.mlp.out"];

fn best(mut run: impl FnMut() -> Result<f64, Error>) -> Result<f64, Error> {
    (0..3).try_fold(f64::INFINITY, |least, _| Ok(least.min(run()?)))
}

fn timed(run: impl FnOnce() -> Result<(), Error>) -> Result<f64, Error> {
    let start = Instant::now();
    run()?;
    Ok(start.elapsed().as_secs_f64())
}

fn ids(start: usize, n: usize) -> Result<[Tensor; 1], Error> {
    Ok([Tensor::new((start..start + n).map(|i| (i * 37 % 40_000) as i64).collect(), [1, n])?])
}

fn main() -> Result<(), Error> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some(file) = words.first() else {
        eprintln!("bench_lm FILE");
        return Ok(());
    };
    let model = Local::open(file)?;
    let run = |input: &[Tensor; 1], pass: Pass, trace: &mut Trace| -> Result<(), Error> {
        model.network.run(input, pass, trace)?;
        Ok(())
    };
    let last = || Pass { last_only: true, ..Pass::default() };
    let prompt = ids(0, PROMPT)?;
    no_grad(|| {
        println!("prefill 512\t{}", best(|| timed(|| run(&prompt, last(), &mut Trace::none())))?);
        println!("all logits 512\t{}", best(|| timed(|| run(&prompt, Pass::default(), &mut Trace::none())))?);
        let loud = best(|| {
            let mut trace = RECORDED.iter().fold(Trace::new(), |t, s| t.record(*s));
            timed(|| run(&prompt, last(), &mut trace))
        });
        println!("recorded 512\t{}", loud?);
        let decode = |before: usize| {
            let mut cache = Cache::new();
            if before > 0 {
                run(&ids(0, before)?, Pass { cache: Some(&mut cache), ..last() }, &mut Trace::none())?;
            }
            timed(|| {
                for i in 0..DECODED {
                    run(&ids(i, 1)?, Pass { cache: Some(&mut cache), ..last() }, &mut Trace::none())?;
                }
                Ok(())
            })
        };
        println!("decode 64\t{}", best(|| decode(0))?);
        println!("decode 64 after 448\t{}", best(|| decode(AFTER))?);
        Ok::<(), Error>(())
    })?;
    if let Some(bytes) = peak() {
        println!("peak memory, bytes\t{bytes}");
    }
    let folder = std::env::temp_dir().join(format!("symbolon-bench-{}", std::process::id()));
    let outcome = gather(&model, &folder);
    let _ = std::fs::remove_dir_all(&folder);
    outcome
}

/// Harvest of 8,192 tokens, three layers and all layers.
fn gather(model: &Local, folder: &std::path::Path) -> Result<(), Error> {
    std::fs::create_dir_all(folder).map_err(|source| Error::Io { file: folder.display().to_string(), source })?;
    let text = folder.join("text.jsonl");
    // Eight documents of about a thousand tokens; what they say does not matter.
    let line = |i: usize| format!("\"{}\"\n", format!("crab {i} walks over stone {} and ", i * 7).repeat(90));
    std::fs::write(&text, (0..8).map(line).collect::<String>())
        .map_err(|source| Error::Io { file: text.display().to_string(), source })?;
    let last = format!("blocks.{}.resid_post", model.network.config.layers - 1);
    for (name, sites) in [("harvest last layer", &*last), ("harvest every layer", "blocks.*.resid_post")] {
        let corpus = Corpus::open(&[&text])?;
        let start = Instant::now();
        let done = harvest(model, &corpus, &Harvest::new([sites]), folder.join(name), &mut |_| true)?;
        println!("{name}, s per 1000 tokens\t{}", start.elapsed().as_secs_f64() / done.rows as f64 * 1e3);
    }
    Ok(())
}

/// The most memory this process has had.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|k| k * 1024)
}
