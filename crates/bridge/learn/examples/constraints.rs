//! Measures declared constraints: loss and gradient of twenty rules over three classifiers, by batch. One line each: batch, milliseconds,
//! the loss, the sum of the gradient's absolute values. `bench/constraints/run.sh` sets it beside LTNtorch.

use std::time::Instant;

use symbolon_learn::Norm;
use symbolon_learn::declare::Constraints;
use symbolon_tensor::Tensor;

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

const VALUES: usize = 10;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut constraints = Constraints::new(&[VALUES; 3]);
    for r in 0..20 {
        let [a, b] = [constraints.is(0, r % 10), constraints.is(1, r * 3 % 10)];
        let [c, d] = [constraints.is(2, r * 7 % 10), constraints.is(2, (r * 7 + 1) % 10)];
        let (body, head) = (constraints.and(&[a, b]), constraints.or(&[c, d]));
        let rule = constraints.implies(body, head);
        constraints.require(rule);
    }
    for batch in [16, 64, 256, 1024] {
        let numbers: Vec<f32> = (0..batch * 3 * VALUES).map(|n| (n as f32 * 0.7).sin() * 2.0).collect();
        let x = Tensor::new(numbers, [batch, 3, VALUES])?.variable();
        let mut best = f64::INFINITY;
        let mut shown = (0.0, 0.0);
        for _ in 0..20 {
            let began = Instant::now();
            let p = x.softmax(2);
            let each: Vec<Tensor> = (0..3).map(|v| p.get((.., v))).collect();
            let loss = (1.0 - constraints.truth(Norm::Product, &each, &[])?.mean_axis(0, false)).sum();
            let gradient = loss.grad(&[&x]).remove(0);
            best = best.min(began.elapsed().as_secs_f64());
            shown = (loss.item(), gradient.abs().sum().item());
        }
        println!("{batch}\t{:.4}\t{:.6}\t{:.6}", best * 1e3, shown.0, shown.1);
    }
    Ok(())
}
