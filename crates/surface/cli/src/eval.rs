//! `symbolon eval`: how well a trained project answers its held-out observations.

use serde_json::{Value, json};
use symbolon_theory::diag::Diagnostics;

use crate::args::Eval;
use crate::project::{self, SHOWN, diagnostics, plain, warn_unexplained};
use crate::train::{evaluation_json, summary};
use crate::{DONE, ended, render};

/// Runs the command and returns its exit status.
pub fn run(args: &Eval) -> u8 {
    ended(eval(args).map(|()| DONE), args.json, json!({}))
}

fn eval(args: &Eval) -> Result<(), Diagnostics> {
    let project = project::trained(&args.folder, args.weights.as_deref(), args.semantics, &args.on)?;
    let (observations, what) = match args.train {
        true => (&project.train, "training observations"),
        false => (&project.test, "held-out observations"),
    };
    if observations.is_empty() {
        return Err(plain(format!("there are no {what}: write :- test(\"test.csv\", query(A, B)). in the theory")));
    }
    let judged = project.judge(&observations.examples).map_err(diagnostics)?;
    let wrong: Vec<usize> = (0..observations.len()).filter(|&i| !judged.predictions[i].correct).collect();
    if args.json {
        let list: Vec<Value> = (wrong.iter())
            .map(|&i| {
                let ((query, place), p) = (&observations.sources[i], &judged.predictions[i]);
                let log = p.log_probability.is_finite().then_some(p.log_probability);
                json!({"query": query, "place": place, "answer": p.answer, "log_probability": log})
            })
            .collect();
        let mut object = evaluation_json(&judged);
        object["wrong"] = list.into();
        println!("{object}");
        return Ok(());
    }
    warn_unexplained(observations, what);
    println!("{}", summary(&judged, what));
    if !wrong.is_empty() {
        println!();
        let row = |&i: &usize| {
            let ((query, place), p) = (&observations.sources[i], &judged.predictions[i]);
            vec![query.clone(), p.answer.clone(), render::probability(p.log_probability.exp()), place.clone()]
        };
        let rows: Vec<Vec<String>> = wrong.iter().take(SHOWN).map(row).collect();
        print!("{}", render::table(&["observed", "answered", "probability of the observed", "at"], &rows));
        if wrong.len() > SHOWN {
            println!("and {} more wrong ones; --json lists all", wrong.len() - SHOWN);
        }
    }
    Ok(())
}
