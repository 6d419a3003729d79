//! `symbolon train`: networks and probabilities of a project, from its observations.

use serde_json::{Value, json};
use symbolon_learn::project::{Evaluation, Project, Run};
use symbolon_net::train::{Outcome, Why};
use symbolon_theory::diag::Diagnostics;

use crate::args::Train;
use crate::project::{self, Bar, diagnostics, plain, warn_unexplained};
use crate::render::{self, probability};
use crate::{DONE, STOPPED, cancel_flag, ended};

/// Runs the command and returns its exit status.
pub fn run(args: &Train) -> u8 {
    ended(train(args), args.json, json!({}))
}

fn train(args: &Train) -> Result<u8, Diagnostics> {
    let started = std::time::Instant::now();
    let mut project = project::open(&args.folder, args.seed, args.semantics, &args.on)?;
    let settings = &mut project.settings;
    settings.epochs = args.epochs.unwrap_or(settings.epochs);
    settings.batch = args.batch.unwrap_or(settings.batch);
    settings.rate = args.rate.unwrap_or(settings.rate);
    if settings.epochs == 0 || settings.batch == 0 || !(settings.rate.is_finite() && settings.rate > 0.0) {
        return Err(plain("epochs, batch and rate must be positive"));
    }
    if project.train.is_empty() {
        return Err(plain(format!(
            "{} has no observations: write :- train(\"train.csv\", query(A, B)). in its theory",
            args.folder.display()
        )));
    }
    if !args.json {
        render::diagnostics(&project.program.theory().warnings());
        describe(&project);
    }
    warn_unexplained(&project.train, "observations");
    let file = args.out.clone().unwrap_or_else(|| project.trained());
    if args.resume && !file.is_file() {
        return Err(plain(format!("{} is not there: there is nothing to resume", file.display())));
    }
    let loading = started.elapsed().as_secs_f64();
    let run = Run {
        checkpoint: Some(&file),
        resume: args.resume,
        progress: (!args.json).then(|| Box::new(Bar::new("training")) as _),
        stop: Some(cancel_flag()),
    };
    let outcome = project.teach(run).map_err(diagnostics)?;
    let seconds = started.elapsed().as_secs_f64() - loading;
    let judged = match project.test.is_empty() {
        true => None,
        false => Some(project.judge(&project.test.examples).map_err(diagnostics)?),
    };
    let probabilities = project.program.parameter_values(&project.logits);
    if args.json {
        println!("{}", as_json(&project, &outcome, judged.as_ref(), &probabilities, seconds));
    } else {
        let losses: Vec<String> = outcome.losses.iter().map(|l| format!("{l:.4}")).collect();
        println!("{} steps in {seconds:.1} s, mean loss of each epoch: {}", outcome.steps, losses.join(", "));
        if let Some(judged) = &judged {
            println!("{}", summary(judged, "held-out observations"));
        }
        for (name, value) in &probabilities {
            println!("learned {} for {name}", probability(*value));
        }
        println!("wrote {}", file.display());
        if outcome.why == Why::Stopped {
            eprintln!("stopped; --resume goes on from here");
        }
    }
    Ok(if outcome.why == Why::Stopped { STOPPED } else { DONE })
}

fn describe(project: &Project) {
    for (name, network) in &project.networks {
        let count: usize = network.parameters().iter().map(|(_, p)| p.len()).sum();
        println!("network {name}: {count} weights");
    }
    let (train, test) = (project.train.len(), project.test.len());
    let shapes = project.program.layers().len();
    println!(
        "{train} observations to learn from, {test} held out, {shapes} compiled shapes, seed {}",
        project.settings.seed
    );
}

/// One line about how well something was answered.
pub fn summary(judged: &Evaluation, what: &str) -> String {
    let n = judged.predictions.len();
    let right = judged.predictions.iter().filter(|p| p.correct).count();
    let mut text = format!(
        "{right} of {n} {what} right ({:.2}%), mean log-probability {:.4}",
        100.0 * judged.accuracy(),
        judged.mean_log_probability()
    );
    if judged.impossible() > 0 {
        text += &format!("; {} have no proof and count as wrong", judged.impossible());
    }
    text
}

fn as_json(
    project: &Project,
    outcome: &Outcome,
    judged: Option<&Evaluation>,
    probabilities: &[(String, f64)],
    seconds: f64,
) -> Value {
    let probabilities: serde_json::Map<String, Value> =
        probabilities.iter().map(|(n, v)| (n.clone(), json!(v))).collect();
    json!({
        "steps": outcome.steps,
        "losses": outcome.losses,
        "stopped": outcome.why == Why::Stopped,
        "seconds": seconds,
        "seed": project.settings.seed,
        "observations": project.train.len(),
        "unexplained": project.train.unexplained().iter().map(|(q, p)| json!({"query": q, "place": p})).collect::<Vec<_>>(),
        "probabilities": probabilities,
        "test": judged.map(evaluation_json),
    })
}

/// An evaluation in JSON, without its single predictions.
pub fn evaluation_json(judged: &Evaluation) -> Value {
    json!({
        "observations": judged.predictions.len(),
        "accuracy": judged.accuracy(),
        "mean_log_probability": judged.mean_log_probability(),
        "impossible": judged.impossible(),
    })
}
