//! What sites and the training loop cost: a LeNet's training step through the trainer beside the same step written in
//! plain tensor operations, and passes that nobody listens to beside passes that are recorded.
//!
//! `cargo run --release -p symbolon-net --example overhead`. Times
//! are of the processor, on one thread; rounds alternate, and the smallest of each side is printed.

use std::hint::black_box;
use std::time::Instant;
use symbolon_net::train::{Fit, Step, Trainer};
use symbolon_net::{Architecture, Axis, Network, Trace};
use symbolon_tensor::optim::{Adam, Optimiser};
use symbolon_tensor::{DType, Device, Rng, Tensor, Windows, lean, no_grad, set_threads};

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

const STEPS: usize = 100;

fn build(text: &str) -> Box<dyn Network> {
    let architecture: Architecture = text.parse().expect("a built-in network");
    architecture.build(&mut Rng::new(0), Device::Cpu).expect("sizes that fit")
}

/// Seconds of the processor's time that this program has used so far, of all threads; of the wall clock where that
/// cannot be read.
fn now(start: Instant) -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // User and system time, in hundredths of a second, stand 11 and 12 words behind the program's name.
    let words: Vec<f64> =
        stat.rsplit(')').next().unwrap_or("").split_whitespace().map(|w| w.parse().unwrap_or(0.0)).collect();
    match words.get(11..13) {
        Some([user, system]) => (user + system) / 100.0,
        _ => start.elapsed().as_secs_f64(),
    }
}

/// Microseconds of one run of `f`, which does `n` things.
fn micros(n: usize, f: impl FnOnce()) -> f64 {
    let start = Instant::now();
    let before = now(start);
    f();
    (now(start) - before) * 1e6 / n as f64
}

/// The smallest time of each side over rounds that alternate.
fn beside(rounds: usize, mut a: impl FnMut() -> f64, mut b: impl FnMut() -> f64) -> [f64; 2] {
    (0..rounds).fold([f64::INFINITY; 2], |[x, y], _| [x.min(a()), y.min(b())])
}

fn main() {
    set_threads(1).expect("nothing is running yet");
    let mut rng = Rng::new(1);
    let (x, y) = (rng.normal([64, 1, 28, 28], DType::F32), rng.indices([64], 10));

    let mut plain: Vec<Tensor> = build("lenet(10)").parameters().into_iter().map(|(_, p)| p.variable()).collect();
    let mut adam = Adam::new(1e-3);
    let raw = || {
        micros(STEPS, || {
            for _ in 0..STEPS {
                let p = &plain;
                let loss = lean(|| {
                    let h = x.conv2d(&p[0], Some(&p[1]), Windows::default());
                    let h = h.max_pool2d([2, 2], Windows::stride(2)).relu();
                    let h = h.conv2d(&p[2], Some(&p[3]), Windows::default());
                    let h = h.max_pool2d([2, 2], Windows::stride(2)).relu().reshape([64, 256]);
                    let h = h.linear(&p[4], Some(&p[5])).relu().linear(&p[6], Some(&p[7])).relu();
                    h.linear(&p[8], Some(&p[9])).cross_entropy(&y)
                });
                black_box(loss.item());
                let grads = loss.grad(&plain.iter().collect::<Vec<_>>());
                drop(loss);
                adam.step(&mut plain.iter_mut().collect::<Vec<_>>(), &grads);
            }
        })
    };
    let mut network = build("lenet(10)");
    let trained = || {
        let mut task = Fit::new(&mut *network, STEPS, |network, _: &mut Step| {
            Ok(network.forward(std::slice::from_ref(&x), &mut Trace::none())?.cross_entropy(&y))
        });
        micros(STEPS, || drop(Trainer::new(Adam::new(1e-3)).epochs(1).run(&mut task).expect("a finite loss")))
    };
    let [raw, trained] = beside(7, raw, trained);
    println!("lenet, batch 64: step in plain tensor operations {raw:.0} us, through the trainer {trained:.0} us");

    let decoder = build("decoder(65, 64, 4, 128, 4)");
    let tokens = rng.indices([1, 16], 65);
    let pass = |mut trace: Trace| {
        no_grad(|| {
            micros(STEPS, || {
                for _ in 0..STEPS {
                    trace.clear();
                    black_box(decoder.forward(std::slice::from_ref(&tokens), &mut trace).expect("tokens that fit"));
                }
            })
        })
    };
    let sites = decoder.sites().len();
    let idle = (0..7).map(|_| pass(Trace::none())).fold(f64::INFINITY, f64::min);
    let all = (0..7).map(|_| pass(Trace::new().record("**"))).fold(f64::INFINITY, f64::min);
    println!("decoder of 4 blocks, 16 tokens, {sites} sites: nobody listens {idle:.0} us, all recorded {all:.0} us");

    let n = 30_000_000;
    let mut trace = Trace::none();
    let mut h = Tensor::scalar(1f32);
    let site = micros(n, || {
        for l in 0..n {
            let x = std::mem::replace(&mut h, Tensor::scalar(0i64));
            h = trace.at(format_args!("blocks.{}.mlp.out", l & 7), &[Axis::Batch], black_box(x)).expect("idle");
        }
    });
    let bare = micros(n, || {
        for _ in 0..n {
            let x = std::mem::replace(&mut h, Tensor::scalar(0i64));
            h = black_box(x);
        }
    });
    println!("a site that nobody listens at: {:.1} ns", (site - bare) * 1e3);
}
