//! Our own `f32` kernels against the composed operations in `f64`, which the gradient tests have checked.
//! Sizes lie around vector widths and around the size from which several threads work.

// Lists of inputs are written alike whether there is one or several.
#![allow(clippy::cloned_ref_to_slice_refs)]

mod common;
use common::Dice;
use symbolon_tensor::{Attention, Create, Csr, DType, Segments, Tensor, Windows, grad, lean};

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
    let x = dice.tensor(&[3, 4, 17, 19], -1.0, 1.0);
    agree("max_pool2d", &|x| x[0].max_pool2d([3, 3], Windows::stride(2).padding(1)), &[x], 1e-6);
}

#[test]
fn groups_of_rows() {
    let mut dice = Dice(9);
    for (rows, groups, width) in [(1, 1, 1), (7, 3, 1), (50, 60, 5), (4000, 37, 1), (900, 100, 17)] {
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
