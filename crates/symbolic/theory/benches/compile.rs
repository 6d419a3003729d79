//! Time and size of compilation on typical lineages. `cargo bench -p symbolon-theory --bench compile [-- NAME...]`

mod lineages;

use std::time::{Duration, Instant};

use symbolon_theory::budget::Budget;
use symbolon_theory::circuit::{Circuit, Weights};
use symbolon_theory::lineage::Lineage;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let cases: Vec<(&str, fn() -> Lineage)> = vec![
        ("noisy-or 100", || lineages::noisy_or(100)),
        ("noisy-or 100000", || lineages::noisy_or(100_000)),
        ("ladder 100", || lineages::ladder(100)),
        ("ladder 1000", || lineages::ladder(1000)),
        ("ladder 20000", || lineages::ladder(20_000)),
        ("hmm 100x2", || lineages::hmm(100, 2, false)),
        ("hmm 1000x2", || lineages::hmm(1000, 2, false)),
        ("hmm 1000x5", || lineages::hmm(1000, 5, false)),
        ("hmm 100x3 all", || lineages::hmm(100, 3, true)),
        ("smokers 10", || lineages::smokers(10, 2, true)),
        ("smokers 15", || lineages::smokers(15, 2, true)),
        ("smokers 20", || lineages::smokers(20, 2, true)),
        ("reliability 10/20", || lineages::reliability(10, 20)),
        ("reliability 20/35", || lineages::reliability(20, 35)),
        ("reliability 30/50", || lineages::reliability(30, 50)),
        ("grid reliability 3", || lineages::grid_reliability(3)),
        ("grid reliability 4", || lineages::grid_reliability(4)),
        ("grid reliability 6", || lineages::grid_reliability(6)),
        ("alarm 37/2", || lineages::alarm(37, 2)),
        ("alarm 37/3", || lineages::alarm(37, 3)),
        ("grid network 5", || lineages::grid_network(5, true)),
        ("grid network 8", || lineages::grid_network(8, false)),
        ("coins 20", || lineages::coins(20)),
        ("coins 100", || lineages::coins(100)),
        ("addition 1", || lineages::addition(1)),
        ("addition 2", || lineages::addition(2)),
        ("addition 4", || lineages::addition(4)),
    ];
    println!("{:<22}{:>9}{:>11}{:>10}{:>11}  first answers", "lineage", "nodes", "compile", "circuit", "evaluate");
    for (name, make) in cases {
        if !wanted.is_empty() && !wanted.iter().any(|w| name.starts_with(w.as_str())) {
            continue;
        }
        let lineage = make();
        let start = Instant::now();
        let compiled = Circuit::compile(&lineage, &Budget::with_time(Duration::from_secs(10)));
        let compile = start.elapsed();
        let weights = Weights::of(&lineage, &[], &[]).unwrap();
        let start = Instant::now();
        let answers = compiled.marginals(&weights).unwrap();
        let evaluate = start.elapsed();
        let shown: Vec<String> = answers.iter().take(3).map(|p| format!("{:.6}", p.value())).collect();
        println!(
            "{name:<22}{:>9}{:>9.1}ms{:>10}{:>9.2}ms  {} {}",
            lineage.nodes.len(),
            compile.as_secs_f64() * 1e3,
            compiled.circuit.edges(),
            evaluate.as_secs_f64() * 1e3,
            shown.join(" "),
            compiled.stop.map_or(String::new(), |s| s.to_string()),
        );
    }
}
