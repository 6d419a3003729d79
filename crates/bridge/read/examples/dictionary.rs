//! Dictionaries from the command line: how fast they are trained, and what they find of a planted world.
//!
//! ```text
//! dictionary speed KIND UNITS FEATURES K BATCH STEPS [rows.safetensors]
//! dictionary planted KIND FEATURES WEIGHT RATE STEPS BATCH
//! ```
//! `KIND` is `topk`, `l1`, `tied`, `jumprelu` or `jumprelu:THRESHOLD:BANDWIDTH`; the file holds `[rows, units]` as `rows`, else rows are random. Speed is printed
//! as rows a second with the share of the variance that the last step explained and the largest memory.

use std::error::Error;
use std::time::Instant;

use symbolon_net::train::{Report, Task};
use symbolon_read::dictionary::{
    Learner, Recipe, Revive, Rows, Scaling, Sparse, measure, mmcs, planted, shuffled_within,
};
use symbolon_tensor::{DType, Rng, io};

fn recipe(kind: &str, features: usize, weight: f64) -> Result<Recipe, Box<dyn Error>> {
    Ok(match kind {
        "topk" => Recipe { revive: Revive::Never, ..Recipe::topk(features, weight as usize) },
        "l1" => Recipe { revive: Revive::Never, ..Recipe::l1(features, weight) },
        "tied" => Recipe::tied(features, weight),
        "jumprelu" => Recipe::jump_relu(features, weight),
        _ => match kind.split(':').collect::<Vec<_>>()[..] {
            ["jumprelu", threshold, bandwidth] => {
                let sparse = Sparse::JumpRelu { weight, threshold: threshold.parse()?, bandwidth: bandwidth.parse()? };
                Recipe { sparse, ..Recipe::jump_relu(features, weight) }
            }
            _ => return Err(format!("no kind `{kind}`").into()),
        },
    })
}

/// The largest resident memory so far, in MiB, where the system tells.
fn memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.trim().trim_end_matches("kB").trim().parse::<f64>().ok()).map_or(f64::NAN, |k| k / 1024.0)
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |i: usize| -> Result<f64, Box<dyn Error>> { Ok(args.get(i).ok_or("arguments are missing")?.parse()?) };
    let kind = args.get(1).ok_or("say `speed` or `planted`, and a kind")?;
    if args[0] == "planted" {
        let world = planted(64, 256, 4, 20_000, &mut Rng::new(1))?;
        let [rate, steps, batch] = [number(4)?, number(5)?, number(6)?];
        let base = recipe(kind, number(2)? as usize, number(3)?)?;
        let recipe = Recipe { rate, steps: steps as u64, batch: batch as usize, scaling: Scaling::None, ..base };
        for (name, rows) in
            [("planted", world.rows.clone()), ("shuffled", shuffled_within(&world.rows, &mut Rng::new(2))?)]
        {
            let mut learner = Learner::new(Rows::of(rows.clone())?, &recipe)?;
            recipe.trainer().run(&mut learner)?;
            let found = learner.dictionary()?;
            let m = measure(&found, &rows, None)?;
            let share = mmcs(&world.directions, &found.directions())?;
            println!("{name}: MMCS {share:.3}, L0 {:.2}, explained {:.3}, dead {:.3}", m.l0, m.explained, m.dead());
        }
        return Ok(());
    }
    let [units, features, k, batch, steps] =
        [2, 3, 4, 5, 6].map(number).into_iter().collect::<Result<Vec<_>, _>>()?.try_into().expect("five");
    let rows = match args.get(7) {
        Some(file) => io::load(file)?.remove("rows").ok_or("the file has no `rows`")?,
        None => Rng::new(0).normal([32 * batch as usize, units as usize], DType::F32),
    };
    let recipe = Recipe { batch: batch as usize, steps: steps as u64, ..recipe(kind, features as usize, k)? };
    let mut learner = Learner::new(Rows::of(rows)?, &recipe)?;
    // The first steps touch memory for the first time.
    recipe.trainer().steps(3.min(steps as u64)).run(&mut learner)?;
    let start = Instant::now();
    let mut last = Vec::new();
    recipe.trainer().progress(|r: &Report| last.clone_from(&r.metrics)).run(&mut learner)?;
    let seconds = start.elapsed().as_secs_f64();
    let metrics: Vec<String> = last.iter().map(|(n, v)| format!("{n} {v:.3}")).collect();
    let parameters: usize = learner.parameters().iter().map(|(_, p)| p.len()).sum();
    println!(
        "{:.0} rows/s, {:.2} ms a step, {parameters} parameters, {}, {:.0} MiB",
        batch * steps / seconds,
        1e3 * seconds / steps,
        metrics.join(", "),
        memory()
    );
    Ok(())
}
