//! Our own `f32` kernels against the composed operations in `f64`, which the gradient tests have checked.
//! Sizes lie around vector widths and around the size from which several threads work.

// Lists of inputs are written alike whether there is one or several.
#![allow(clippy::cloned_ref_to_slice_refs)]

mod common;
use common::Dice;
use symbolon_tensor::{Attention, Create, Csr, Cut, DType, Segments, Tensor, Windows, grad, lean};

/// Value and gradients of `f` in `f32` (fused) and in `f64` (composed) agree.
fn agree(name: &str, f: &dyn Fn(&[Tensor]) -> Tensor, xs: &[Tensor], tolerance: f64) {
    let single: Vec<Tensor> = xs.iter().map(|x| x.to(DType::F32)).collect();
    let double: Vec<Tensor> = single.iter().map(|x| x.to(DType::F64)).collect();
    let run = |xs: &[Tensor]| {
        let vs: Vec<Tensor> = xs.iter().map(Tensor::variable).collect();
        let refs: Vec<&Tensor> = vs.iter().collect();
        let y = lean(|| f(&vs));
        let seed = Dice(3).tensor(y.shape(), -1.0, 1.0).to(y.dtype());
        let mut all = grad(&[&y], &[&seed], &refs, Create::None);
        all.push(Some(y.detach()));
        all
    };
    for (i, (a, b)) in run(&single).into_iter().zip(run(&double)).enumerate() {
        let (Some(a), Some(b)) = (a, b) else { panic!("{name}: no gradient {i}") };
        let scale = if b.is_empty() { 1.0 } else { b.abs().max().item().max(1.0) };
        let gap = (a.to(DType::F64) - &b).abs();
        let worst = if gap.is_empty() { 0.0 } else { gap.max().item() };
        assert!(worst <= tolerance * scale, "{name}, {i}: {worst:e} of {scale}");
    }
}

#[test]
fn elementwise() {
    let mut dice = Dice(1);
    for n in [1, 15, 16, 17, 40_000] {
        let x = dice.tensor(&[n], -4.0, 4.0);
        let functions: [(&str, fn(&Tensor) -> Tensor); 12] = [
            ("exp", Tensor::exp),
            ("ln", |x| (x.abs() + 0.1).ln()),
            ("tanh", Tensor::tanh),
            ("erf", Tensor::erf),
            ("sigmoid", Tensor::sigmoid),
            ("relu", Tensor::relu),
            ("gelu", Tensor::gelu),
            ("gelu_tanh", Tensor::gelu_tanh),
            ("silu", Tensor::silu),
            ("softplus", Tensor::softplus),
            ("sqrt", |x| (x.abs() + 0.1).sqrt()),
            ("recip", |x| (x.abs() + 0.1).recip()),
        ];
        for (name, f) in functions {
            agree(name, &|x| f(&x[0]), &[x.clone()], 3e-6);
        }
    }
}

#[test]
fn rows() {
    let mut dice = Dice(2);
    for (m, n) in [(1, 1), (3, 17), (5, 64), (300, 257), (2, 40_000)] {
        let x = dice.tensor(&[m, n], -3.0, 3.0);
        let (w, b) = (dice.tensor(&[n], -1.0, 1.0), dice.tensor(&[n], -1.0, 1.0));
        agree("softmax", &|x| x[0].softmax(-1), &[x.clone()], 2e-6);
        agree("log_softmax", &|x| x[0].log_softmax(-1), &[x.clone()], 5e-6);
        agree("sum rows", &|x| x[0].sum_axis(1, false), &[x.clone()], 1e-5);
        agree("sum columns", &|x| x[0].sum_axis(0, false), &[x.clone()], 1e-5);
        agree("sum", &|x| x[0].sum(), &[x.clone()], 1e-5);
        let all = [x.clone(), w, b];
        agree("layer_norm", &|x| x[0].layer_norm(Some(&x[1]), Some(&x[2]), 1e-5), &all, 2e-5);
        agree("layer_norm plain", &|x| x[0].layer_norm(None, Some(&x[1]), 1e-2), &all[..2], 2e-5);
        agree("rms_norm", &|x| x[0].rms_norm(Some(&x[1]), 1e-5), &all[..2], 2e-5);
        agree("topk", &|x| x[0].topk(x[0].size(1).min(32), 1).0, &[x.clone()], 1e-7);
        agree("cross_entropy", &|x| x[0].cross_entropy(&Tensor::zeros([x[0].size(0)], DType::I64)), &[x], 5e-6);
    }
}

#[test]
fn the_largest_few_in_order() {
    let mut dice = Dice(5);
    let mut v = dice.tensor(&[3, 5000], -1.0, 1.0).to_vec::<f32>();
    // Ties, infinities and a number that is none.
    (v[10], v[20], v[4000], v[30], v[40]) = (2.0, 2.0, 2.0, f32::INFINITY, f32::NEG_INFINITY);
    let x = Tensor::new(v.clone(), [3, 5000]).unwrap();
    for k in [1, 2, 32, 200, 5000] {
        let (values, places) = x.topk(k, -1);
        let mut order: Vec<usize> = (0..5000).collect();
        order.sort_by(|&a, &b| v[b].total_cmp(&v[a]).then(a.cmp(&b)));
        assert_eq!(places.get(0).to_vec::<i64>(), order[..k].iter().map(|&i| i as i64).collect::<Vec<_>>());
        assert_eq!(values.get((0, 0)).item(), f64::INFINITY);
    }
}

/// As [`agree`], for the gradient of the gradient: where gradients are recorded, fused operations are taken apart.
fn agree_twice(name: &str, f: &dyn Fn(&[Tensor]) -> Tensor, xs: &[Tensor], tolerance: f64) {
    let twice = |x: &[Tensor]| {
        let y = f(x);
        let refs: Vec<&Tensor> = x.iter().collect();
        let first = grad(&[&y], &[&Dice(4).tensor(y.shape(), -1.0, 1.0).to(y.dtype())], &refs, Create::Graph);
        let parts: Vec<Tensor> = first.into_iter().flatten().map(|g| g.square().flatten(0, -1)).collect();
        Tensor::cat(&parts.iter().collect::<Vec<_>>(), 0)
    };
    agree(name, &twice, xs, tolerance);
}

/// Attention with and without windows and caps, and a scale that turns the order of scores round.
fn ways() -> [Attention; 6] {
    [
        Attention::default(),
        Attention::causal(),
        Attention { window: Some(5), soft_cap: Some(3.0), ..Attention::causal() },
        Attention { window: Some(3), ..Attention::default() },
        Attention { scale: Some(-0.5), ..Attention::causal() },
        Attention { soft_cap: Some(0.7), scale: Some(2.0), ..Attention::default() },
    ]
}

#[test]
fn attention() {
    let mut dice = Dice(6);
    // Batch, heads, groups, queries, keys, width, width of values: around the sizes of vectors and blocks, and so many
    // queries that several threads work.
    let sizes = [
        [2, 4, 2, 33, 33, 8, 8],
        [1, 1, 1, 16, 16, 16, 32],
        [1, 3, 3, 9, 40, 5, 17],
        [1, 2, 1, 20, 3, 20, 4],
        [2, 2, 2, 130, 130, 32, 32],
    ];
    for [b, h, g, t, s, d, e] in sizes {
        let xs = [dice.tensor(&[b, h, t, d], -2.0, 2.0), dice.tensor(&[b, g, s, d], -2.0, 2.0)];
        let all = [xs.clone().to_vec(), vec![dice.tensor(&[b, g, s, e], -1.0, 1.0)]].concat();
        for how in ways() {
            agree("pattern and product", &|x| how.run(&x[0], &x[1], &x[2]).out, &all, 1e-5);
            agree("without pattern", &|x| how.out(&x[0], &x[1], &x[2]), &all, 1e-5);
        }
        // One tensor as queries, keys and values, from memory in another order.
        if h == g && t == s && d == e {
            let x = [dice.tensor(&[b, t, h, d], -1.0, 1.0)];
            let f = |x: &[Tensor]| {
                let x = x[0].transpose(1, 2);
                Attention::causal().out(&x, &x, &x)
            };
            agree("self attention", &f, &x, 1e-5);
        }
    }
    let x = [dice.tensor(&[1, 2, 9, 4], -1.0, 1.0), dice.tensor(&[1, 1, 9, 4], -1.0, 1.0)];
    for how in ways() {
        agree_twice("attention twice", &|x| how.out(&x[0], &x[1], &x[1]), &x, 2e-5);
    }
}

#[test]
fn convolution() {
    let mut dice = Dice(8);
    let plain = Windows::default();
    // Batch, channels, outputs, height, width, kernel's height and width.
    let sizes = [
        ([2, 1, 6, 28, 28, 5, 5], plain),
        ([9, 6, 16, 12, 12, 5, 5], plain),
        ([2, 16, 17, 9, 8, 3, 3], plain.padding(1)),
        ([1, 4, 5, 6, 7, 1, 1], plain),
        ([3, 4, 6, 17, 19, 3, 2], Windows { padding: [2, 0], ..plain }.groups(2)),
        ([2, 3, 3, 10, 11, 3, 3], plain.dilation(2).padding(2).groups(3)),
        ([2, 2, 3, 5, 5, 2, 2], plain.padding(3)),
        ([3, 4, 6, 17, 19, 3, 3], Windows::stride(2).padding(1).groups(2)),
        ([1, 40, 3, 4, 4, 4, 4], plain),
    ];
    for ([b, c, o, h, w, kh, kw], windows) in sizes {
        let xs = [
            dice.tensor(&[b, c, h, w], -1.0, 1.0),
            dice.tensor(&[o, c / windows.groups, kh, kw], -1.0, 1.0),
            dice.tensor(&[o], -1.0, 1.0),
        ];
        agree("conv2d", &|x| x[0].conv2d(&x[1], Some(&x[2]), windows), &xs, 1e-5);
        agree("conv2d without offsets", &|x| x[0].conv2d(&x[1], None, windows), &xs[..2], 1e-5);
    }
    let xs =
        [dice.tensor(&[2, 2, 5, 6], -1.0, 1.0), dice.tensor(&[3, 2, 3, 2], -1.0, 1.0), dice.tensor(&[3], -1.0, 1.0)];
    agree_twice("conv2d twice", &|x| x[0].conv2d(&x[1], Some(&x[2]), plain.padding(1)).square(), &xs, 2e-5);
    let x = [dice.tensor(&[30, 4, 17, 19], -1.0, 1.0)];
    agree("max_pool2d", &|x| x[0].max_pool2d([3, 3], Windows::stride(2).padding(1)), &x, 1e-6);
    agree("max_pool2d, step 1", &|x| x[0].max_pool2d([2, 3], plain), &x, 1e-6);
    agree("max_pool2d, step 3", &|x| x[0].max_pool2d([4, 3], Windows::stride(3).padding(1).dilation(2)), &x, 1e-6);
}

#[test]
fn products() {
    let mut dice = Dice(11);
    // Left, right: matrices, stacks of matrices, stretched stacks.
    let sizes: [(&[usize], &[usize]); 9] = [
        (&[1, 5], &[5, 7]),
        (&[4, 4], &[4, 16]),
        (&[13, 400], &[400, 49]),
        (&[130, 64], &[64, 390]),
        (&[3, 9, 20], &[20, 33]),
        (&[3, 9, 20], &[3, 20, 33]),
        (&[2, 1, 9, 20], &[3, 20, 33]),
        (&[40, 25, 40], &[40, 40, 30]),
        (&[2, 5, 0], &[0, 20]),
    ];
    for (a, b) in sizes {
        let xs = [dice.tensor(a, -1.0, 1.0), dice.tensor(b, -1.0, 1.0)];
        agree("matmul", &|x| x[0].matmul(&x[1]), &xs, 1e-5);
        // Both transposed in memory.
        let turned = [xs[0].transpose(-1, -2).contiguous(), xs[1].transpose(-1, -2).contiguous()];
        agree("matmul of transposed", &|x| x[0].transpose(-1, -2).matmul(&x[1].transpose(-1, -2)), &turned, 1e-5);
        // Every second column; run the other way.
        let wide =
            [dice.tensor(&[a[..a.len() - 1].to_vec(), vec![2 * a[a.len() - 1]]].concat(), -1.0, 1.0), xs[1].clone()];
        let cut = |x: &Tensor| x.transpose(0, -1).get(Cut::Range(0, None, 2)).transpose(0, -1);
        agree("matmul of a cut", &|x| cut(&x[0]).matmul(&x[1]), &wide, 1e-5);
        agree("matmul of flipped", &|x| x[0].flip(&[-1]).matmul(&x[1]), &xs, 1e-5);
        if b.len() == 2 {
            let all = [xs.to_vec(), vec![dice.tensor(&[b[1]], -1.0, 1.0)]].concat();
            agree("linear", &|x| x[0].linear(&x[1], Some(&x[2])), &all, 1e-5);
            let y = |keep: bool| {
                let vs: Vec<Tensor> = all.iter().map(|x| x.to(DType::F32).variable()).collect();
                let f = || vs[0].linear(&vs[1], Some(&vs[2]));
                let y = if keep { f() } else { lean(f) };
                y.detach().to(DType::F64)
            };
            assert!(y(true).is_close(&y(false), 1e-5, 1e-5), "the same on a tape that keeps everything");
        }
    }
}

#[test]
fn arithmetic() {
    let mut dice = Dice(12);
    let sizes: [(&[usize], &[usize]); 12] = [
        (&[], &[]),
        (&[1], &[7]),
        (&[40_000], &[40_000]),
        (&[40_000], &[1]),
        (&[300, 170], &[170]),
        (&[300, 170], &[300, 1]),
        (&[300, 1], &[1, 170]),
        (&[7, 1, 11, 13], &[5, 1, 13]),
        (&[4, 3, 2], &[3, 1]),
        (&[9, 2], &[9, 1]),
        (&[2, 3, 1, 1], &[1, 1, 5, 6]),
        (&[3, 0, 4], &[4]),
    ];
    for (a, b) in sizes {
        let xs = [dice.tensor(a, -2.0, 2.0), dice.tensor(b, 0.5, 2.0)];
        let operations: [(&str, fn(&Tensor, &Tensor) -> Tensor); 4] =
            [("+", |x, y| x + y), ("-", |x, y| x - y), ("*", |x, y| x * y), ("/", |x, y| x / y)];
        for (name, f) in operations {
            agree(name, &|x| f(&x[0], &x[1]), &xs, 1e-5);
            agree(name, &|x| f(&x[1], &(&x[0] + 5.0)), &xs, 1e-5);
            // Parts of tensors and tensors in another order of memory.
            if a.len() == b.len() && a.len() > 1 && a[0] == b[0] {
                agree(name, &|x| f(&x[0].narrow(0, 1..3), &x[1].narrow(0, ..2)), &xs, 1e-5);
            }
            if a.len() > 1 && !a.contains(&0) {
                let turned = [xs[0].transpose(0, -1).contiguous(), xs[1].clone()];
                agree(name, &|x| f(&x[0].transpose(0, -1), &x[1]), &turned, 1e-5);
            }
        }
        let compared = |x: &[Tensor]| {
            let (a, b) = (x[0].detach(), x[1].detach());
            let truths = [a.gt(&b), a.ge(&b), a.lt(&b), a.le(&b), a.eq(&a), a.ne(&b)];
            // Each with a weight of its own, so that they can be told apart.
            let parts = truths.iter().enumerate().map(|(i, t)| t.to(a.dtype()) * f64::from(1 << i));
            parts.fold(&x[0] + &x[1], |sum, part| sum + part)
        };
        agree("comparisons", &compared, &xs, 1e-5);
        agree("with numbers", &|x| (2.0 - &x[0] * 3.0) / 4.0 + 1.0, &xs[..1], 1e-5);
    }
}

#[test]
fn groups_of_rows() {
    let mut dice = Dice(9);
    for (rows, groups, width) in [(1, 1, 1), (7, 3, 1), (50, 60, 5), (4000, 37, 1), (900, 100, 17), (3000, 20, 16)] {
        let ids: Vec<i64> = (0..rows).map(|i| ((i * 7919 + i / 3) % groups) as i64).collect();
        let groups = Segments::new(ids, groups).unwrap();
        let x = dice.tensor(&[rows, width], -5.0, 5.0);
        agree("segment sum", &|x| groups.sum(&x[0]), &[x.clone()], 1e-5);
        // Empty groups are minus infinity on both sides.
        let finite = |y: Tensor| y.mask_fill(&y.detach().eq_scalar(f64::NEG_INFINITY), 0.0);
        agree("segment max", &|x| finite(groups.max(&x[0])), &[x.clone()], 1e-6);
        agree("segment logsumexp", &|x| finite(groups.logsumexp(&x[0])), &[x.clone()], 3e-6);
        agree("segment softmax", &|x| groups.softmax(&x[0]), &[x.clone()], 5e-6);
        agree_twice("segment logsumexp twice", &|x| finite(groups.logsumexp(&x[0])), &[x], 1e-5);
    }
    // Groups of nothing but minus infinity, and with plus infinity.
    let x = Tensor::from([f32::NEG_INFINITY, f32::NEG_INFINITY, 1.0, f32::INFINITY, f32::NEG_INFINITY, 0.5]).variable();
    let groups = Segments::new(vec![0, 0, 1, 1, 2, 2], 4).unwrap();
    let y = groups.logsumexp(&x);
    assert_eq!(y.to_vec::<f32>(), [f32::NEG_INFINITY, f32::INFINITY, 0.5, f32::NEG_INFINITY]);
    assert_eq!(groups.logsumexp(&x.to(DType::F64)).to_vec::<f64>(), y.to(DType::F64).to_vec::<f64>());
    let g = grad(&[&y], &[&Tensor::from([1.0f32, 0.0, 1.0, 0.0])], &[&x], Create::None).remove(0).unwrap();
    assert_eq!(g.to_vec::<f32>()[..2], [0.0, 0.0]);
    assert_eq!(g.to_vec::<f32>()[4..], [0.0, 1.0]);
}

#[test]
fn broken_numbers_stay_broken() {
    let x = Tensor::from([f32::NAN, 1.0, f32::INFINITY, f32::NEG_INFINITY]);
    assert!(x.relu().to_vec::<f32>()[0].is_nan() && x.gelu().to_vec::<f32>()[0].is_nan());
    assert!(x.softmax(-1).to_vec::<f32>()[1].is_nan());
    assert_eq!(x.exp().to_vec::<f32>()[2..], [f32::INFINITY, 0.0]);
    let groups = Segments::new(vec![0, 0, 1, 1], 3).unwrap();
    let top = groups.max(&x).to_vec::<f32>();
    assert!(top[0].is_nan() && top[1..] == [f32::INFINITY, f32::NEG_INFINITY]);
    let pooled = x.reshape([1, 1, 4]).max_pool1d(2, Windows::stride(2)).to_vec::<f32>();
    assert!(pooled[0].is_nan() && pooled[1] == f32::INFINITY);
    let bottom = Tensor::full([3], f64::NEG_INFINITY, DType::F32);
    assert_eq!(bottom.logsumexp(0, false).item(), f64::NEG_INFINITY);
}

#[test]
fn sparse_products() {
    let mut dice = Dice(21);
    for (rows, columns, width, bar) in [(1, 1, 1, -2.0), (3, 5, 17, 0.5), (70, 90, 33, 0.8), (200, 300, 64, 0.9)] {
        let [x, w] = [dice.tensor(&[rows, width], -1.0, 1.0), dice.tensor(&[columns, width], -1.0, 1.0)];
        let where_at = dice.tensor(&[rows, columns], -1.0, 1.0);
        let places = Csr::above(&where_at, bar);
        let dense = where_at.to_vec::<f64>();
        let expected: Vec<u32> =
            (0..dense.len()).filter(|&i| dense[i] as f32 > bar as f32).map(|i| (i % columns) as u32).collect();
        assert_eq!(places.columns(), expected);
        let v = dice.tensor(&[places.len()], -1.0, 1.0);
        agree("matmul", &|x| places.matmul(&x[0], &x[1]), &[v.clone(), w.clone()], 3e-6);
        agree("matmul_t", &|t| places.matmul_t(&t[0], &t[1]), &[v.clone(), x.clone()], 3e-6);
        agree("dots", &|t| places.dots(&t[0], &t[1]), &[x.clone(), w.clone()], 3e-6);
        let few = Csr::top(&where_at, columns.min(3));
        assert_eq!(
            few.dense(&Tensor::ones([few.len()], DType::F64)).sum_axis(1, false).to_vec::<f64>(),
            vec![columns.min(3) as f64; rows]
        );
        assert!(few.dots(&x, &w).is_close(
            &x.matmul(&w.t()).gather(1, &where_at.topk(columns.min(3), 1).1).reshape([few.len()]),
            1e-12,
            0.0
        ));
    }
    assert!(Csr::above(&Tensor::zeros([2, 3], DType::F32), 0.0).is_empty());
}

/// This program once more with narrower vectors, so that machines without wide ones are tested on those that have them.
#[test]
fn narrower_vectors_agree_as_well() {
    if std::env::var_os("SYMBOLON_VECTORS").is_some() {
        return;
    }
    for bits in ["256", "0"] {
        let again = std::process::Command::new(std::env::current_exe().unwrap()).env("SYMBOLON_VECTORS", bits).output();
        let again = again.unwrap();
        assert!(again.status.success(), "{bits} bits: {}", String::from_utf8_lossy(&again.stdout));
    }
}
