//! `symbolon harvest`: the activations of a corpus into a store on disk.

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use clap::{Args, ValueEnum};
use serde_json::json;
use symbolon_lm::{Corpus, Harvest as How, Harvested, PIECE_BYTES, harvest as gather};
use symbolon_store::{Part, Store};
use symbolon_tensor::DType;
use symbolon_theory::diag::Diagnostics;

use crate::language::{Model, failed};
use crate::project::plain;
use crate::wait::bytes_bar;
use crate::{DONE, STOPPED, cancel_flag, ended};

#[derive(Args, Debug)]
pub struct Harvest {
    #[command(flatten)]
    pub model: Model,
    /// Text files, or JSON lines (.jsonl: a string, or an object with a string named text)
    #[arg(required = true, value_name = "CORPUS")]
    pub corpus: Vec<PathBuf>,
    /// Sites to harvest, such as 'blocks.*.resid_post'; may be given more than once
    #[arg(short, long, value_name = "PATTERN", required = true)]
    pub sites: Vec<String>,
    /// The folder of the store; a harvest that was stopped goes on, further files are added
    #[arg(short, long, value_name = "DIR")]
    pub out: PathBuf,
    /// This machine's share of the documents: i/n, i from 0
    #[arg(long, value_name = "I/N", default_value = "0/1", value_parser = part)]
    pub shard: Part,
    /// Kind of number on disk
    #[arg(long, value_enum, default_value_t = Kind::F16)]
    pub dtype: Kind,
    /// Tokens that see each other; longer documents are run in windows
    #[arg(long, value_name = "TOKENS", default_value_t = 1024)]
    pub window: usize,
    /// Longest documents; longer texts are cut at an empty line, a line's end or a space
    #[arg(long, value_name = "BYTES", default_value_t = PIECE_BYTES)]
    pub piece: usize,
    /// Read everything again afterwards and compare checksums
    #[arg(long)]
    pub verify: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Kinds of number that stores know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// 32 bits
    F32,
    /// 16 bits, three decimal digits, up to 65,504
    F16,
    /// 16 bits, two decimal digits, any size
    Bf16,
}

fn part(text: &str) -> Result<Part, String> {
    text.parse().map_err(|e: symbolon_store::Error| e.to_string())
}

/// Runs the command and returns its exit status.
pub fn run(args: &Harvest) -> u8 {
    ended(harvest(args), args.json, json!({}))
}

fn harvest(args: &Harvest) -> Result<u8, Diagnostics> {
    let corpus = Corpus::open(&args.corpus).map_err(failed)?.pieces_of(args.piece);
    let dtype = match args.dtype {
        Kind::F32 => DType::F32,
        Kind::F16 => DType::F16,
        Kind::Bf16 => DType::BF16,
    };
    let how = How { dtype, window: args.window, part: args.shard, ..How::new(&args.sites) };
    let model = args.model.open()?;
    let sites = how.resolve(&model.network).map_err(failed)?;
    if !args.json {
        let row: usize = sites.iter().map(|s| s.1).sum();
        println!("{} sites, {} bytes a token", sites.len(), row * dtype.size());
    }
    let stop = cancel_flag();
    let bar = bytes_bar();
    bar.set_length(corpus.bytes());
    let done = gather(&model, &corpus, &how, &args.out, &mut |so_far| {
        bar.set_position(so_far.read);
        bar.set_message(format!("{} tokens", so_far.rows));
        !stop.load(Ordering::Relaxed)
    });
    bar.finish_and_clear();
    let done = done.map_err(failed)?;
    let store = Store::open(&args.out).map_err(|e| plain(e.to_string()))?;
    let checked = match args.verify {
        true => Some(store.verify().map_err(|e| plain(e.to_string()))?),
        false => None,
    };
    match args.json {
        true => {
            let sites: Vec<_> = sites.iter().map(|(name, units)| json!({"site": name, "units": units})).collect();
            println!("{}", json!({"harvested": done, "rows": store.rows(), "sites": sites, "verified_bytes": checked}));
        }
        false => say(args, &done, store.rows(), checked),
    }
    Ok(if done.interrupted { STOPPED } else { DONE })
}

fn say(args: &Harvest, done: &Harvested, rows: u64, checked: Option<u64>) {
    print!("{} documents, {} tokens", done.documents, done.rows);
    match done.skipped {
        0 => println!(),
        n => println!("; {n} documents were there already"),
    }
    println!("{} holds {rows} rows", args.out.display());
    if let Some(bytes) = checked {
        println!("verified {} MiB", bytes >> 20);
    }
    if done.interrupted {
        eprintln!("stopped; the same command goes on from here");
    }
}
