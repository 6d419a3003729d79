//! `symbolon trace`: a look into one pass of a language model.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use symbolon_lm::{Guess, Inspect, Inspection, LanguageModel, Message, Prompt, inspect};
use symbolon_net::{Edit, Network};
use symbolon_theory::diag::Diagnostics;

use crate::language::{Model, failed};
use crate::project::plain;
use crate::{DONE, ended, render, trace_page};

#[derive(Args, Debug)]
pub struct Trace {
    #[command(flatten)]
    pub model: Model,
    /// The prompt, as it is
    #[arg(short, long, value_name = "TEXT", required_unless_present = "sites")]
    pub prompt: Option<String>,
    /// Put the prompt into the frame of a conversation that chat models expect
    #[arg(long)]
    pub chat: bool,
    /// List the sites of the model instead
    #[arg(long)]
    pub sites: bool,
    /// Sites to look at, such as 'blocks.*.resid_post' or 'blocks.3.attn.pattern'; may be given more than once
    #[arg(short, long, value_name = "PATTERN")]
    pub record: Vec<String>,
    /// Edit a site: 'blocks.3.attn.z=zero@heads=5', 'blocks.9.resid_post=add(steer.npy)@positions=-1'; in this order
    #[arg(short, long, value_name = "SITE=EDIT", value_parser = edit)]
    pub edit: Vec<Asked>,
    /// What each layer would say: the residual stream read as tokens
    #[arg(short, long)]
    pub lens: bool,
    /// So many of the likeliest tokens
    #[arg(long, value_name = "K", default_value_t = 5)]
    pub top: usize,
    /// Write a page with tables and pictures
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// An edit of the command line.
#[derive(Clone, Debug)]
pub struct Asked {
    /// As it was given.
    pub text: String,
    site: String,
    edit: Edit,
}

fn edit(text: &str) -> Result<Asked, String> {
    let (site, what) = text.split_once('=').ok_or("an edit is written SITE=EDIT, such as blocks.3.mlp.out=zero")?;
    let edit = what.parse().map_err(|e: symbolon_net::Error| e.to_string())?;
    Ok(Asked { text: text.to_owned(), site: site.trim().to_owned(), edit })
}

/// Runs the command and returns its exit status.
pub fn run(args: &Trace) -> u8 {
    ended(trace(args), args.json, json!({}))
}

fn trace(args: &Trace) -> Result<u8, Diagnostics> {
    let model = args.model.open()?;
    if args.sites {
        return Ok(sites(&model.network, args.json));
    }
    let text = args.prompt.clone().unwrap_or_default();
    let prompt = if args.chat { Prompt::Chat(vec![Message::user(&text)]) } else { Prompt::Text(text.clone()) };
    let edits = args.edit.iter().map(|e| (e.site.clone(), e.edit.clone())).collect();
    let what = Inspect { record: args.record.clone(), edits, top: args.top.max(1), lens: args.lens };
    let found = inspect(&model, &prompt, &what).map_err(failed)?;
    if let Some(path) = &args.out {
        let page = trace_page::page(model.name(), &text, &args.edit, &found).map_err(|e| plain(e.to_string()))?;
        page.write(path).map_err(|e| plain(e.to_string()))?;
    }
    match args.json {
        true => {
            let mut object = serde_json::to_value(&found).map_err(|e| plain(e.to_string()))?;
            object["edits"] = args.edit.iter().map(|e| json!(e.text)).collect::<Vec<_>>().into();
            println!("{object}");
        }
        false => print!("{}", report(&found)),
    }
    if let (Some(path), false) = (&args.out, args.json) {
        println!("wrote {}", path.display());
    }
    Ok(DONE)
}

fn sites(network: &dyn Network, machines: bool) -> u8 {
    let all = network.sites();
    if machines {
        let one = |s: &symbolon_net::SiteInfo| json!({"site": s.site, "axes": s.axes, "sizes": s.sizes});
        println!("{}", json!({"sites": all.iter().map(one).collect::<Vec<Value>>()}));
        return DONE;
    }
    let row = |s: &symbolon_net::SiteInfo| {
        let axes: Vec<String> = s.axes.iter().zip(&s.sizes).map(|(a, n)| axis(*a, *n)).collect();
        vec![s.site.to_string(), axes.join(" x ")]
    };
    print!("{}", render::table(&["site", "axes"], &all.iter().map(row).collect::<Vec<_>>()));
    DONE
}

fn axis(axis: symbolon_net::Axis, size: Option<usize>) -> String {
    let name = format!("{axis:?}").to_lowercase();
    size.map_or(name.clone(), |n| format!("{n} {name}s"))
}

/// What a terminal shows: norms of sites, and what the layers and the model say behind the last token.
fn report(found: &Inspection) -> String {
    let mut text = String::new();
    let tokens: Vec<String> = found.tokens.iter().map(|(_, t)| format!("{t:?}")).collect();
    text += &format!("{} tokens: {}\n", tokens.len(), tokens.join(" "));
    if !found.sites.is_empty() {
        let row = |s: &symbolon_lm::Recorded| {
            let mean = s.norms.iter().sum::<f64>() / s.norms.len().max(1) as f64;
            let last = s.norms.last().copied().unwrap_or(0.0);
            vec![s.site.to_string(), format!("{:?}", s.shape), format!("{mean:.4}"), format!("{last:.4}")]
        };
        let rows: Vec<_> = found.sites.iter().map(row).collect();
        text += &format!("\n{}", render::table(&["site", "shape", "mean norm", "norm at the last token"], &rows));
    }
    let said =
        |g: &[Guess]| g.iter().map(|g| format!("{:?} {:.3}", g.text, g.probability)).collect::<Vec<_>>().join("  ");
    let mut rows: Vec<Vec<String>> = Vec::new();
    for layer in &found.lens {
        rows.push(vec![layer.site.to_string(), layer.guesses.last().map_or(String::new(), |g| said(g))]);
    }
    if let Some(last) = found.next.last() {
        rows.push(vec!["the model".into(), said(last)]);
    }
    if !rows.is_empty() {
        text += &format!("\n{}", render::table(&["read at", "next token and its probability"], &rows));
    }
    text
}
