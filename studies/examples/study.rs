//! Runs one study and prints its verdicts: `cargo run -p symbolon-studies --example study -- SLUG [SEEDS] [FIRST] [OUT]`.

use symbolon_studies::{Settings, find, now, run};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let slug = arguments.next().ok_or("give the short name of a paper, such as falsifiable-interpretability")?;
    let mut settings = Settings::default();
    if let Some(seeds) = arguments.next() {
        settings.seeds = seeds.parse()?;
    }
    if let Some(first) = arguments.next() {
        settings.first_seed = first.parse()?;
    }
    if let Some(out) = arguments.next() {
        settings.out = out.into();
    }
    let results = run(find(&slug)?, &settings, &now, &mut |what| eprintln!("{what}"))?;
    for f in &results.findings {
        let number = f.number.as_ref().map(|n| format!("{:.3} {:?}", n.value, n.interval));
        println!("{:40} {:?} {}", f.claim.id, f.verdict, number.unwrap_or_default());
        for c in &f.controls {
            println!("{:40}   {}: {:.3} {:?} {:?}", "", c.name, c.number.value, c.number.interval, c.holds);
        }
    }
    println!("{} seconds", results.seconds);
    Ok(())
}
