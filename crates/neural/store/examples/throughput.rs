//! How fast a store is written and read at random, beside the same files read plainly from end to end.
//!
//! `cargo run -p symbolon-store --example throughput -- FOLDER [ROWS] [UNITS] [f32|f16|bf16]`; the folder is kept for a second
//! run, so that the system's cache can be emptied between (`dd if=FILE iflag=nocache count=0` for each file).

use std::io::Read;
use std::time::Instant;
use symbolon_store::{Passage, Schema, Store, Writer};
use symbolon_tensor::{DType, Rng};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("which folder?")?;
    let rows: usize = arguments.next().map_or(Ok(400_000), |a| a.parse())?;
    let units: usize = arguments.next().map_or(Ok(576), |a| a.parse())?;
    let dtype = match arguments.next().as_deref() {
        Some("f16") => DType::F16,
        Some("bf16") => DType::BF16,
        _ => DType::F32,
    };
    let (site, length) = ("blocks.0.resid_post", 128);
    let schema = Schema::new([(site, units)], dtype, "throughput")?;
    let mut writer = Writer::open(&folder, &schema)?;
    let x = Rng::new(0).normal([length, units], DType::F32);
    let (positions, texts) = ((0..length as u32).collect::<Vec<_>>(), vec![" token"; length]);
    let bytes = (rows * units * dtype.size()) as f64;
    let rate = |what: &str, bytes: f64, since: Instant| {
        let seconds = since.elapsed().as_secs_f64();
        println!("{what:<22}{:>8.0} MB/s  {seconds:.2} s", bytes / 1e6 / seconds);
    };
    let start = Instant::now();
    for document in 0..(rows / length) as u64 {
        if !writer.has(document) {
            writer
                .append(&Passage { document, positions: &positions, ids: &positions, texts: &texts }, &[(site, &x)])?;
        }
    }
    writer.finish()?;
    rate("written", bytes, start);
    let store = Store::open(&folder)?;
    let start = Instant::now();
    let read: usize = store.batches(&[site], 4096, 7)?.map(|b| b.map(|b| b.rows.len())).sum::<Result<usize, _>>()?;
    rate("random batches", (read * units * dtype.size()) as f64, start);
    let start = Instant::now();
    let (mut buffer, mut total) = (vec![0u8; 1 << 20], 0);
    for file in store.files() {
        let mut file = std::fs::File::open(file)?;
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                n => total += n,
            }
        }
    }
    rate("plain reading", total as f64, start);
    let start = Instant::now();
    rate("verified", store.verify()? as f64, start);
    Ok(())
}
