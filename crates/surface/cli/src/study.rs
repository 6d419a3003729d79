//! `symbolon study` and `symbolon methods`: what papers claim, what became of it here, and which methods there are.

use serde_json::json;
use symbolon_check::claim::Holds;
use symbolon_studies::{Error, Profile, Settings, facts, find, markdown, now, run as run_study, table};
use symbolon_theory::Theory;
use symbolon_theory::budget::Budget;
use symbolon_theory::diag::Diagnostics;

use crate::args::{Methods, Study, StudyTask};
use crate::project::plain;
use crate::{DONE, ended, render};

/// Runs the command and returns its exit status.
pub fn run(args: &Study) -> u8 {
    let machines = matches!(args.task, StudyTask::Run { json: true, .. });
    ended(study(&args.task), machines, json!({}))
}

fn study(task: &StudyTask) -> Result<u8, Diagnostics> {
    let failed = |e: Error| plain(e.to_string());
    match task {
        StudyTask::Table { out } => print!("{}", markdown(&table(out).map_err(failed)?)),
        StudyTask::Show { slug } => println!("{}", find(slug).map_err(failed)?.claims.trim_end()),
        StudyTask::Run { slug, full, seeds, first, out, json } => {
            let mut settings = Settings { first_seed: *first, out: out.clone(), ..Settings::default() };
            settings.profile = if *full { Profile::Full } else { Profile::Quick };
            settings.seeds = seeds.unwrap_or(settings.seeds);
            let results = run_study(find(slug).map_err(failed)?, &settings, &now, &mut |what| eprintln!("{what}"));
            let results = results.map_err(failed)?;
            if *json {
                println!("{}", serde_json::to_value(&results).map_err(|e| plain(e.to_string()))?);
                return Ok(DONE);
            }
            let mut rows = Vec::new();
            for f in &results.findings {
                let measured = f.number.as_ref().map_or(String::new(), ToString::to_string);
                rows.push(vec![f.claim.id.clone(), f.verdict.to_string(), measured]);
                for c in &f.controls {
                    let held = match c.holds {
                        Holds::Yes => "as it must be",
                        Holds::No => "not as it must be",
                        Holds::Unclear => "unclear",
                    };
                    rows.push(vec![format!("  control: {}", c.name), held.to_owned(), c.number.to_string()]);
                }
            }
            print!("{}", render::table(&["claim", "verdict", "measured"], &rows));
            let (file, page) = (out.join(format!("{slug}.json")), out.join(slug).join("report.html"));
            println!("\n{:.0} s; results in {}, report in {}", results.seconds, file.display(), page.display());
        }
    }
    Ok(DONE)
}

/// Runs `symbolon methods` and returns its exit status.
pub fn methods(args: &Methods) -> u8 {
    ended(asked(args), args.json, json!({"answers": []}))
}

fn asked(args: &Methods) -> Result<u8, Diagnostics> {
    let facts = facts().map_err(|e| plain(e.to_string()))?;
    let Some(goal) = &args.goal else {
        print!("{facts}");
        return Ok(DONE);
    };
    let mut theory = Theory::parse_named("the catalogue", &facts)?;
    let query = theory.parse_query(goal)?;
    theory.queries.push(query);
    let inference = theory.inference(&|_, _| None, &Budget::default())?;
    let answers = inference.answers(&theory)?;
    let found: Vec<&str> = answers.iter().filter(|a| a.probability.value() > 0.0).map(|a| a.query.as_str()).collect();
    match args.json {
        true => println!("{}", json!({"answers": found})),
        false if found.is_empty() => println!("no"),
        false => found.iter().for_each(|a| println!("{a}")),
    }
    Ok(DONE)
}
