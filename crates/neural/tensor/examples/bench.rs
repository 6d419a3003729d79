//! Measures operations, training steps and a language model; `bench/tensor/run.sh` sets them beside PyTorch's.
//!
//! Prints one line for each piece of work: its name and the seconds one run takes (the median of several). With
//! `CLOCK=cpu` these are seconds of the processor's time, which other programs on the machine disturb less.

use symbolon_tensor::optim::{Adam, Optimiser};
use symbolon_tensor::{
    Attention, Create, DType, Rng, Segments, Tensor, Windows, grad, inside, lean, no_grad, rotary_tables,
};

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What was asked for on the command line: names by their beginning; nothing means everything.
struct Bench {
    chosen: Vec<String>,
    cpu: bool,
    start: std::time::Instant,
}

/// Seconds of the processor's time that all threads of this program have had so far, where the system tells.
fn processor() -> Option<f64> {
    let mut nanoseconds = 0u64;
    for thread in std::fs::read_dir("/proc/self/task").ok()? {
        let told = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        nanoseconds += told.split_whitespace().next()?.parse::<u64>().ok()?;
    }
    Some(nanoseconds as f64 * 1e-9)
}

impl Bench {
    fn wants(&self, part: &str) -> bool {
        self.chosen.is_empty() || self.chosen.iter().any(|c| part.starts_with(c.as_str()) || c.starts_with(part))
    }
    /// Seconds on the chosen clock.
    fn now(&self) -> f64 {
        match self.cpu.then(processor).flatten() {
            Some(seconds) => seconds,
            None => self.start.elapsed().as_secs_f64(),
        }
    }
    fn measure(&self, name: &str, seconds: f64, repeats: usize, mut run: impl FnMut()) {
        if !self.chosen.is_empty() && !self.chosen.iter().any(|c| name.starts_with(c.as_str())) {
            return;
        }
        run();
        // The quickest of three, so that another program's turn is not taken for ours.
        let once = (0..3).map(|_| {
            let start = std::time::Instant::now();
            run();
            start.elapsed().as_secs_f64()
        });
        let n = ((seconds / repeats as f64 / once.fold(f64::INFINITY, f64::min)) as usize).max(1);
        let mut times: Vec<f64> = (0..repeats)
            .map(|_| {
                let start = self.now();
                (0..n).for_each(|_| run());
                (self.now() - start) / n as f64
            })
            .collect();
        times.sort_by(f64::total_cmp);
        println!("{name}\t{:.9}", times[repeats / 2]);
    }
    fn op(&self, name: &str, f: impl Fn() -> Tensor) {
        no_grad(|| self.measure(&format!("op {name}"), 0.6, 7, || drop(f())));
    }
    /// The way back through `f` alone: all inputs' cotangents, over a graph that stays.
    fn back(&self, name: &str, inputs: &[Tensor], f: impl Fn(&[Tensor]) -> Tensor) {
        let inputs: Vec<Tensor> = inputs.iter().map(Tensor::variable).collect();
        let y = f(&inputs);
        let (seed, refs) = (y.ones_like(), inputs.iter().collect::<Vec<_>>());
        self.measure(&format!("back {name}"), 0.6, 7, || drop(grad(&[&y], &[&seed], &refs, Create::None)));
    }
    /// A training step with Adam; `loss` reads the parameters in the order of `start`.
    fn training(&self, name: &str, start: Vec<Tensor>, loss: impl Fn(&[Tensor]) -> Tensor) {
        let mut parameters: Vec<Tensor> = start.iter().map(Tensor::variable).collect();
        drop(start);
        let mut adam = Adam::new(1e-3);
        self.measure(name, 2.0, 7, || {
            let y = lean(|| loss(&parameters));
            let grads = y.grad(&parameters.iter().collect::<Vec<_>>());
            drop(y);
            adam.step(&mut parameters.iter_mut().collect::<Vec<_>>(), &grads);
        });
    }
}

fn main() {
    inside(all);
}

fn all() {
    let bench = Bench {
        chosen: std::env::args().skip(1).collect(),
        cpu: std::env::var("CLOCK").is_ok_and(|c| c == "cpu"),
        start: std::time::Instant::now(),
    };
    let mut rng = Rng::new(0);
    let parts: [(&str, fn(&Bench, &mut Rng)); 8] = [
        ("op", single),
        ("back", backward),
        ("tape", passes),
        ("train mlp", mlp),
        ("train lenet", lenet),
        ("train gpt", gpt),
        ("train dictionary", dictionary),
        ("run", llama),
    ];
    for (name, part) in parts {
        if bench.wants(name) {
            part(&bench, &mut rng);
        }
    }
}

fn normal(rng: &mut Rng, shape: &[usize]) -> Tensor {
    rng.normal(shape, DType::F32)
}

fn single(bench: &Bench, rng: &mut Rng) {
    let (a, b) = (normal(rng, &[1024, 1024]), normal(rng, &[1024, 1024]));
    bench.op("matmul 1024", || a.matmul(&b));
    let (c, d) = (normal(rng, &[64, 768]), normal(rng, &[768, 3072]));
    bench.op("matmul 64x768x3072", || c.matmul(&d));
    let (x, y) = (normal(rng, &[16, 64, 512]), normal(rng, &[16, 64, 512]));
    let (w, o) = (normal(rng, &[512]), normal(rng, &[512]));
    bench.op("gelu", || x.gelu());
    bench.op("gelu tanh", || x.gelu_tanh());
    bench.op("exp", || x.exp());
    bench.op("silu", || x.silu());
    bench.op("tanh", || x.tanh());
    bench.op("relu", || x.relu());
    bench.op("add", || &x + &y);
    bench.op("add row", || &x + &w);
    bench.op("mul", || &x * &y);
    bench.op("sum rows", || x.sum_axis(-1, false));
    let flat = x.reshape([1024, 512]);
    bench.op("sum columns", || flat.sum_axis(0, false));
    bench.op("layer norm", || x.layer_norm(Some(&w), Some(&o), 1e-5));
    bench.op("rms norm", || x.rms_norm(Some(&w), 1e-5));
    bench.op("transpose copy", || x.transpose(0, 1).contiguous());
    let s = normal(rng, &[16, 4, 64, 64]);
    bench.op("softmax", || s.softmax(-1));
    bench.op("log softmax", || s.log_softmax(-1));
    let t = normal(rng, &[1024, 4608]);
    bench.op("topk 32", || t.topk(32, -1).0);
    let (table, at) = (normal(rng, &[512, 128]), rng.indices([1024], 512));
    bench.op("embedding", || table.embedding(&at));
    let g = normal(rng, &[1024, 128]);
    bench.op("embedding back", || Tensor::zeros([512, 128], DType::F32).index_add(0, &at, &g));
    let (image, kernel) = (normal(rng, &[64, 6, 12, 12]), normal(rng, &[16, 6, 5, 5]));
    bench.op("conv2d", || image.conv2d(&kernel, None, Windows::default()));
    let (image, kernel) = (normal(rng, &[64, 1, 28, 28]), normal(rng, &[6, 1, 5, 5]));
    bench.op("conv2d 1x5x5", || image.conv2d(&kernel, None, Windows::default()));
    let (image, kernel) = (normal(rng, &[16, 32, 28, 28]), normal(rng, &[32, 32, 3, 3]));
    bench.op("conv2d 32x3x3", || image.conv2d(&kernel, None, Windows::default().padding(1)));
    let image = normal(rng, &[64, 6, 12, 12]);
    bench.op("max pool", || image.relu().max_pool2d([2, 2], Windows::stride(2)));
    let [q, k, v] = [0; 3].map(|_| normal(rng, &[16, 4, 64, 32]));
    let rows = normal(rng, &[100_000, 16]);
    let groups = Segments::new(rng.indices([100_000], 1000).to_vec::<i64>(), 1000).expect("below a thousand");
    bench.op("segment max", || groups.max(&rows));
    bench.op("segment logsumexp", || groups.logsumexp(&rows));
    bench.op("attention", || Attention::causal().out(&q, &k, &v));
}

fn backward(bench: &Bench, rng: &mut Rng) {
    let x = normal(rng, &[16, 64, 512]);
    let (w, o) = (normal(rng, &[512]), normal(rng, &[512]));
    bench.back("gelu", std::slice::from_ref(&x), |x| x[0].gelu());
    bench.back("silu", std::slice::from_ref(&x), |x| x[0].silu());
    bench.back("layer norm", &[x, w, o], |x| x[0].layer_norm(Some(&x[1]), Some(&x[2]), 1e-5));
    let s = normal(rng, &[16, 4, 64, 64]);
    bench.back("softmax", std::slice::from_ref(&s), |x| x[0].softmax(-1));
    bench.back("log softmax", std::slice::from_ref(&s), |x| x[0].log_softmax(-1));
    let conv = [normal(rng, &[64, 6, 12, 12]), normal(rng, &[16, 6, 5, 5]), normal(rng, &[16])];
    bench.back("conv2d", &conv, |x| x[0].conv2d(&x[1], Some(&x[2]), Windows::default()));
    let wide = [normal(rng, &[16, 32, 28, 28]), normal(rng, &[32, 32, 3, 3]), normal(rng, &[32])];
    bench.back("conv2d 32x3x3", &wide, |x| x[0].conv2d(&x[1], Some(&x[2]), Windows::default().padding(1)));
    let [q, k, v] = [0; 3].map(|_| normal(rng, &[16, 4, 64, 32]));
    bench.back("attention", &[q, k, v], |x| Attention::causal().out(&x[0], &x[1], &x[2]));
    // Forward and backward: the basis of cubic splines on sixteen knots, as in a Kolmogorov-Arnold layer.
    let (x, c) = (rng.uniform([200_000, 1], -1.0, 1.0, DType::F32), normal(rng, &[12, 1]));
    let knots = Tensor::linspace(-1.5, 1.5, 16, DType::F32);
    bench.measure("back b-spline", 2.0, 5, || {
        let (x, c) = (x.variable(), c.variable());
        drop(spline(&x, &knots).matmul(&c).sum().grad(&[&x, &c]));
    });
}

/// Cubic basis functions by the recursion of Cox and de Boor: `[n, 1]` to `[n, knots - 4]`.
fn spline(x: &Tensor, knots: &Tensor) -> Tensor {
    let n = knots.len();
    let at = |a: usize, b: usize| knots.narrow(0, a..b);
    let mut y = x.ge(&at(0, n - 1)).and(&x.lt(&at(1, n))).to(DType::F32);
    for k in 1..4 {
        let m = n - 1 - k;
        let rising = (x - at(0, m)) / (at(k, n - 1) - at(0, m));
        let falling = (at(k + 1, n) - x) / (at(k + 1, n) - at(1, n - k));
        y = rising * y.narrow(1, ..m) + falling * y.narrow(1, 1..);
    }
    y
}

/// One forward pass; gradients at five inner nodes, once and for ten seeds.
fn passes(bench: &Bench, rng: &mut Rng) {
    let mut h = normal(rng, &[64, 256]).variable();
    let mut inner = vec![h.clone()];
    for _ in 0..4 {
        h = h.linear(&layer(rng, 256, 256)[0].variable(), None).gelu();
        inner.push(h.clone());
    }
    let seeds: Vec<Tensor> = (0..10).map(|_| normal(rng, &[64, 256])).collect();
    let refs: Vec<&Tensor> = inner.iter().collect();
    let y = h.layer_norm(None, None, 1e-5);
    bench.measure("tape one pass", 0.6, 7, || drop(grad(&[&y], &[&seeds[0]], &refs, Create::None)));
    bench.measure("tape ten passes", 0.6, 7, || {
        seeds.iter().for_each(|seed| drop(grad(&[&y], &[seed], &refs, Create::None)));
    });
}

/// A linear layer's weight and offset, in the orientation in which they are multiplied.
fn layer(rng: &mut Rng, inputs: usize, outputs: usize) -> [Tensor; 2] {
    let bound = 1.0 / (inputs as f64).sqrt();
    [rng.uniform([inputs, outputs], -bound, bound, DType::F32), rng.uniform([outputs], -bound, bound, DType::F32)]
}

fn mlp(bench: &Bench, rng: &mut Rng) {
    let p: Vec<Tensor> = [(784, 256), (256, 256), (256, 10)].into_iter().flat_map(|(i, o)| layer(rng, i, o)).collect();
    let (x, y) = (normal(rng, &[64, 784]), rng.indices([64], 10));
    bench.training("train mlp", p, move |p| {
        let h = x.linear(&p[0], Some(&p[1])).relu();
        let h = h.linear(&p[2], Some(&p[3])).relu();
        h.linear(&p[4], Some(&p[5])).cross_entropy(&y)
    });
}

fn lenet(bench: &Bench, rng: &mut Rng) {
    let mut p = vec![
        rng.uniform([6, 1, 5, 5], -0.2, 0.2, DType::F32),
        rng.uniform([6], -0.2, 0.2, DType::F32),
        rng.uniform([16, 6, 5, 5], -0.08, 0.08, DType::F32),
        rng.uniform([16], -0.08, 0.08, DType::F32),
    ];
    p.extend([(256, 120), (120, 84), (84, 10)].into_iter().flat_map(|(i, o)| layer(rng, i, o)));
    let (x, y) = (normal(rng, &[64, 1, 28, 28]), rng.indices([64], 10));
    bench.training("train lenet", p, move |p| {
        let h = x.conv2d(&p[0], Some(&p[1]), Windows::default()).relu().max_pool2d([2, 2], Windows::stride(2));
        let h = h.conv2d(&p[2], Some(&p[3]), Windows::default()).relu().max_pool2d([2, 2], Windows::stride(2));
        let h = h.flatten(1, 3).linear(&p[4], Some(&p[5])).relu();
        h.linear(&p[6], Some(&p[7])).relu().linear(&p[8], Some(&p[9])).cross_entropy(&y)
    });
}

fn gpt(bench: &Bench, rng: &mut Rng) {
    const D: usize = 128;
    let mut p = vec![normal(rng, &[512, D]), normal(rng, &[64, D])];
    for _ in 0..4 {
        for (i, o) in [(D, 3 * D), (D, D), (D, 4 * D), (4 * D, D)] {
            p.extend(layer(rng, i, o));
        }
        p.extend([0; 2].map(|_| Tensor::ones([D], DType::F32)));
        p.extend([0; 2].map(|_| Tensor::zeros([D], DType::F32)));
    }
    p.extend([Tensor::ones([D], DType::F32), Tensor::zeros([D], DType::F32), layer(rng, D, 512)[0].clone()]);
    let (x, y) = (rng.indices([16, 64], 512), rng.indices([16 * 64], 512));
    bench.training("train gpt", p, move |p| {
        let mut h = p[0].embedding(&x) + &p[1];
        for b in p[2..2 + 4 * 12].chunks_exact(12) {
            let [qkv, qkv_b, out, out_b, up, up_b, down, down_b, n1, n2, o1, o2] = b else { unreachable!() };
            let z = h.layer_norm(Some(n1), Some(o1), 1e-5).linear(qkv, Some(qkv_b)).reshape([16, 64, 3, 4, 32]);
            let [q, k, v] = [0, 1, 2].map(|i| z.get((.., .., i)).transpose(1, 2));
            let a = Attention::causal().out(&q, &k, &v);
            h = &h + a.transpose(1, 2).reshape([16, 64, D]).linear(out, Some(out_b));
            let z = h.layer_norm(Some(n2), Some(o2), 1e-5).linear(up, Some(up_b)).gelu();
            h = &h + z.linear(down, Some(down_b));
        }
        let [n, o, head] = &p[2 + 4 * 12..] else { unreachable!() };
        h.layer_norm(Some(n), Some(o), 1e-5).matmul(head).reshape([16 * 64, 512]).cross_entropy(&y)
    });
}

fn dictionary(bench: &Bench, rng: &mut Rng) {
    let x = normal(rng, &[1024, 576]);
    let p = vec![
        normal(rng, &[576, 4608]) / 24.0,
        normal(rng, &[4608, 576]) / 68.0,
        Tensor::zeros([4608], DType::F32),
        Tensor::zeros([576], DType::F32),
    ];
    let at = x.clone();
    bench.training("train dictionary relu", p.clone(), move |p| {
        let units = (&at - &p[3]).linear(&p[0], Some(&p[2])).relu();
        units.linear(&p[1], Some(&p[3])).mse(&at) + units.abs().sum_axis(-1, false).mean() * 1e-3
    });
    bench.training("train dictionary topk", p, move |p| {
        let units = (&x - &p[3]).linear(&p[0], Some(&p[2])).relu().keep_topk(32);
        units.linear(&p[1], Some(&p[3])).mse(&x)
    });
}

/// One layer of a language model of Llama's kind.
struct Layer {
    norms: [Tensor; 2],
    q: Tensor,
    k: Tensor,
    v: Tensor,
    o: Tensor,
    gate: Tensor,
    up: Tensor,
    down: Tensor,
}

/// The shape of SmolLM2-135M with random weights.
struct Llama {
    table: Tensor,
    head: Tensor,
    norm: Tensor,
    layers: Vec<Layer>,
    turns: (Tensor, Tensor),
}

impl Llama {
    fn new(rng: &mut Rng) -> Self {
        let mut r = |a: usize, b: usize| rng.normal([a, b], DType::F32) * 0.02;
        let table = r(49152, 576);
        let ones = Tensor::ones([576], DType::F32);
        let layers = (0..30)
            .map(|_| Layer {
                norms: [ones.clone(), ones.clone()],
                q: r(576, 576),
                k: r(576, 192),
                v: r(576, 192),
                o: r(576, 576),
                gate: r(576, 1536),
                up: r(576, 1536),
                down: r(1536, 576),
            })
            .collect();
        Self { head: table.t().contiguous(), table, norm: ones, layers, turns: rotary_tables(0..1024, 64, 1e5) }
    }
    /// Scores for the token behind the last one; `cache` holds keys and values of what came before.
    fn forward(&self, tokens: &Tensor, at: usize, cache: &mut [Option<(Tensor, Tensor)>]) -> Tensor {
        let t = tokens.size(1);
        let (cos, sin) = (self.turns.0.narrow(0, at..at + t), self.turns.1.narrow(0, at..at + t));
        let mut x = self.table.embedding(tokens);
        for (l, kept) in self.layers.iter().zip(cache) {
            let y = x.rms_norm(Some(&l.norms[0]), 1e-5);
            let heads = |w: &Tensor| y.matmul(w).reshape([1, t, symbolon_tensor::REST, 64]).transpose(1, 2);
            let (q, mut k, mut v) = (heads(&l.q).rotary(&cos, &sin), heads(&l.k).rotary(&cos, &sin), heads(&l.v));
            if let Some((before_k, before_v)) = kept {
                k = Tensor::cat(&[before_k, &k], 2);
                v = Tensor::cat(&[before_v, &v], 2);
            }
            let a = Attention::causal().out(&q, &k, &v);
            *kept = Some((k, v));
            x = &x + a.transpose(1, 2).reshape([1, t, 576]).matmul(&l.o);
            let y = x.rms_norm(Some(&l.norms[1]), 1e-5);
            x = &x + (y.matmul(&l.gate).silu() * y.matmul(&l.up)).matmul(&l.down);
        }
        x.narrow(1, t - 1..).rms_norm(Some(&self.norm), 1e-5).matmul(&self.head)
    }
}

fn llama(bench: &Bench, rng: &mut Rng) {
    let model = Llama::new(rng);
    let tokens = rng.indices([1, 512], 49152);
    no_grad(|| {
        bench.measure("run prefill 512", 3.0, 3, || drop(model.forward(&tokens, 0, &mut vec![None; 30])));
        let mut kept = vec![None; 30];
        model.forward(&tokens, 0, &mut kept);
        let next = tokens.narrow(1, ..1);
        bench.measure("run decode", 2.0, 7, || drop(model.forward(&next, 512, &mut kept.clone())));
    });
}
