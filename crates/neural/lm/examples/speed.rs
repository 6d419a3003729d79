//! How fast a model of the store reads and writes: `speed MODEL [TOKENS]`.
//!
//! Prefill of so many tokens, the same with every residual, attention and feed-forward output recorded, and 64 tokens
//! one by one. Best of three.

use std::time::Instant;
use symbolon_lm::{Error, Local};
use symbolon_net::Trace;
use symbolon_net::pretrained::{Cache, Pass};
use symbolon_tensor::{Tensor, no_grad};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn best<T>(mut run: impl FnMut() -> Result<T, Error>) -> Result<f64, Error> {
    let mut best = f64::INFINITY;
    for _ in 0..3 {
        let start = Instant::now();
        run()?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    Ok(best)
}

fn main() -> Result<(), Error> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let name = words.first().map_or("smollm2-135m", String::as_str);
    let n: usize = words.get(1).and_then(|w| w.parse().ok()).unwrap_or(512);
    let start = Instant::now();
    let model = Local::named(name)?;
    println!("load        {:>8.2} s", start.elapsed().as_secs_f64());
    let ids = |from: usize, n: usize| Tensor::new((from..from + n).map(|i| (i * 37 % 40_000) as i64).collect(), [1, n]);
    let prompt = ids(0, n)?;
    no_grad(|| {
        let last = || Pass { last_only: true, ..Pass::default() };
        let quiet = best(|| Ok(model.network.run(std::slice::from_ref(&prompt), last(), &mut Trace::none())?))?;
        println!("prefill     {:>8.0} tokens/s", n as f64 / quiet);
        let sites = [
            "blocks.*.resid_pre",
            "blocks.*.resid_mid",
            "blocks.*.resid_post",
            "blocks.*.attn.out",
            "blocks.*.mlp.out",
        ];
        let loud = best(|| {
            let mut trace = sites.iter().fold(Trace::new(), |t, s| t.record(*s));
            Ok(model.network.run(std::slice::from_ref(&prompt), last(), &mut trace)?)
        })?;
        println!("recorded    {:>8.0} tokens/s", n as f64 / loud);
        let whole =
            best(|| Ok(model.network.run(std::slice::from_ref(&prompt), Pass::default(), &mut Trace::none())?))?;
        println!("all logits  {:>8.0} tokens/s", n as f64 / whole);
        let decode = best(|| {
            let mut cache = Cache::new();
            for i in 0..64 {
                let pass = Pass { cache: Some(&mut cache), last_only: true, ..Pass::default() };
                model.network.run(&[ids(i, 1)?], pass, &mut Trace::none())?;
            }
            Ok(())
        })?;
        println!("decode      {:>8.1} tokens/s", 64.0 / decode);
        Ok(())
    })
}
