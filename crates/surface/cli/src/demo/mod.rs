//! `symbolon demo`: the whole circle in one command. A theory of sums teaches a network to read digits, the network's symbols are
//! read, and interventions test that they are the right ones.

mod checks;
mod page;
mod world;

use std::time::Instant;

use serde_json::{Value, json};
use symbolon_learn::Error;
use symbolon_theory::diag::Diagnostics;

use crate::args::Demo;
use crate::project::{diagnostics, plain};
use crate::{DONE, STOPPED, ended, render};
use checks::{Checked, Claim};
use world::World;

/// Pairs that are learned from, if nothing else is said.
pub const PAIRS: usize = 24_000;

/// Passes over them, if nothing else is said.
pub const EPOCHS: u64 = 6;

/// Runs the command and returns its exit status.
pub fn run(args: &Demo) -> u8 {
    ended(demo(args), args.json, json!({}))
}

fn demo(args: &Demo) -> Result<u8, Diagnostics> {
    args.on.prepare()?;
    if args.pairs == 0 || args.epochs == 0 {
        return Err(plain("--pairs and --epochs must be positive"));
    }
    let say = |text: &str| {
        if !args.json {
            println!("{text}");
        }
    };
    let started = Instant::now();
    let failed = |e: Error| diagnostics(e);
    let world = World::new(args.seed, args.pairs, args.epochs, args.on.device).map_err(failed)?;
    say(&format!(
        "{} pairs of pictures, each with the sum of its digits; no picture has a label. Seed {}.",
        args.pairs, args.seed
    ));
    let Some(mut trained) = world.trained(world::THEORY, "training", !args.json).map_err(failed)? else {
        return Ok(STOPPED);
    };
    say(&format!("trained in {:.1} s, {} steps", trained.seconds, trained.curve.len()));
    let shuffled = world.shuffled_theory();
    let Some(mut twin) =
        world.trained(&shuffled, "training a twin on a shuffled theory", !args.json).map_err(failed)?
    else {
        return Ok(STOPPED);
    };
    let mut untrained = world.untrained().map_err(failed)?;
    let checked = checks::all(&world, &mut trained.project, &mut untrained, &mut twin.project).map_err(failed)?;
    let claims = checked.claims();
    let page = page::write(args, &world, &mut trained, &checked, &claims).map_err(|e| plain(e.to_string()))?;
    let total = started.elapsed().as_secs_f64();
    if args.json {
        println!("{}", as_json(args, &checked, &claims, trained.seconds, total));
    } else {
        print!("\n{}", render::table(&["claim", "measured", "95% interval", "bound", ""], &rows(&claims)));
        println!("\n{} (whole run {total:.1} s)", page.display());
    }
    Ok(DONE)
}

fn rows(claims: &[Claim]) -> Vec<Vec<String>> {
    let percent = |x: f64| format!("{:.1}%", 100.0 * x);
    let row = |c: &Claim| {
        let [low, high] = c.measured.interval(0.95);
        vec![
            c.text.to_owned(),
            percent(c.measured.share()),
            format!("{} to {}", percent(low), percent(high)),
            c.bound(),
            if c.holds() { "holds" } else { "missed" }.to_owned(),
        ]
    };
    claims.iter().map(row).collect()
}

fn as_json(args: &Demo, checked: &Checked, claims: &[Claim], training: f64, total: f64) -> Value {
    let claim = |c: &Claim| {
        json!({
            "claim": c.text, "share": c.measured.share(), "successes": c.measured.successes, "trials": c.measured.trials,
            "interval": c.measured.interval(0.95), "bound": c.bound(), "holds": c.holds(),
        })
    };
    json!({
        "seed": args.seed,
        "pairs": args.pairs,
        "epochs": args.epochs,
        "claims": claims.iter().map(claim).collect::<Vec<_>>(),
        "hidden": checked.hidden.iter().map(|(name, p)| json!({"what": name, "share": p.share(), "trials": p.trials})).collect::<Vec<_>>(),
        "seconds": {"training": training, "total": total},
        "report": args.out,
    })
}
