//! Training steps of Kolmogorov-Arnold networks, for `bench/kan`: each size is timed, and its weights, an input and the answer are
//! written into a folder, so that a peer can be checked and timed on the same.
//!
//!     cargo run --release -p symbolon-net --example kan -- FOLDER

use std::time::Instant;
use symbolon_net::{Kan, KanConfig, Network, Trace};
use symbolon_tensor::optim::{Adam, Optimiser};
use symbolon_tensor::{DType, Rng, io, lean, set_threads};

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Sizes, grid, batch.
const CASES: [(&[usize], usize, usize); 4] =
    [(&[2, 5, 1], 5, 1000), (&[4, 4, 2, 1], 20, 1000), (&[16, 32, 32, 1], 10, 1000), (&[64, 64, 10], 5, 256)];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("give a folder for weights, inputs and answers")?;
    std::fs::create_dir_all(&folder)?;
    set_threads(2)?;
    for (i, (sizes, grid, batch)) in CASES.into_iter().enumerate() {
        let mut kan = Kan::new(&KanConfig { grid, ..KanConfig::new(sizes) }, &mut Rng::new(i as u64))?;
        let mut rng = Rng::new(100 + i as u64);
        let x = rng.uniform([batch, sizes[0]], -1.0, 1.0, DType::F32);
        let target = rng.normal([batch, sizes[sizes.len() - 1]], DType::F32);
        // Splines that matter, so that a disagreement is seen.
        for layer in &mut kan.layers {
            layer.coef = rng.normal(layer.coef.shape(), DType::F32) * 0.3;
        }
        let y = kan.forward(&[x.clone()], &mut Trace::none())?;
        let mut all = kan.parameters();
        let (input, answer) = ("x".to_owned(), "y".to_owned());
        all.extend([(input, &x), (answer, &y), ("target".to_owned(), &target)]);
        io::save(format!("{folder}/{i}.safetensors"), all.iter().map(|(n, t)| (n.as_str(), *t)))?;
        let trained: Vec<bool> = kan.parameters().iter().map(|(n, _)| kan.trains(n)).collect();
        kan.parameters_mut().into_iter().zip(&trained).filter(|(_, on)| **on).for_each(|((_, p), _)| *p = p.variable());
        let mut adam = Adam::new(1e-3);
        let mut step = || -> symbolon_net::Result<f64> {
            let loss = lean(|| kan.forward(&[x.clone()], &mut Trace::none()))?.mse(&target);
            let own = kan.parameters().into_iter().zip(&trained).filter(|(_, on)| **on).map(|((_, p), _)| p);
            let gradients = loss.grad(&own.collect::<Vec<_>>());
            let value = loss.item();
            drop(loss);
            let own = kan.parameters_mut().into_iter().zip(&trained).filter(|(_, on)| **on).map(|((_, p), _)| p);
            adam.step(&mut own.collect::<Vec<_>>(), &gradients);
            Ok(value)
        };
        let first = step()?;
        (0..20).try_for_each(|_| step().map(drop))?;
        let (start, mut steps) = (Instant::now(), 0u32);
        while steps < 50 || (start.elapsed().as_secs_f64() < 2.0 && steps < 5000) {
            step()?;
            steps += 1;
        }
        let seconds = start.elapsed().as_secs_f64() / f64::from(steps);
        println!(
            "{{\"case\": {i}, \"sizes\": {sizes:?}, \"grid\": {grid}, \"batch\": {batch}, \"loss\": {first}, \"seconds\": {seconds}}}"
        );
    }
    Ok(())
}
