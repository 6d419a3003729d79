//! What is no longer needed is given back: a long training run ends where it began.

#![cfg(target_os = "linux")]

use symbolon_tensor::optim::{Adam, Optimiser};
use symbolon_tensor::{Create, DType, Rng, grad, lean};

/// Memory of this process that is in use, in bytes.
fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    text.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

#[test]
fn ten_thousand_training_steps_leave_nothing_behind() {
    let mut rng = Rng::new(1);
    let (x, y) = (rng.normal([16, 32], DType::F32), rng.indices([16], 10));
    let mut w = [rng.normal([32, 64], DType::F32).variable(), rng.normal([64, 10], DType::F32).variable()];
    let mut adam = Adam::new(1e-3);
    let mut step = |i: usize| {
        let forward = || x.matmul(&w[0]).gelu().named("hidden");
        let hidden = if i.is_multiple_of(2) { forward() } else { lean(forward) };
        let loss = hidden.matmul(&w[1]).cross_entropy(&y);
        let grads = loss.grad(&[&w[0], &w[1]]);
        if i.is_multiple_of(50) {
            // Gradients with a history of their own go as well.
            let g = loss.grad_graph(&[&hidden]).remove(0);
            grad(&[&g], &[&g.detach()], &[&w[0]], Create::None);
        }
        drop((loss, hidden));
        let [a, b] = &mut w;
        adam.step(&mut [a, b], &grads);
    };
    (0..1_000).for_each(&mut step);
    let before = resident();
    (0..9_000).for_each(&mut step);
    let after = resident();
    // 9,000 leaked graphs would be a gigabyte; one page here or there is the allocator's.
    assert!(after < before + (8 << 20), "{before} bytes before, {after} after");
}
