//! Our own `f32` kernels against the composed operations in `f64`, which the gradient tests have checked.
//! Sizes lie around vector widths and around the size from which several threads work.

// Lists of inputs are written alike whether there is one or several.
#![allow(clippy::cloned_ref_to_slice_refs)]

mod common;
use common::Dice;
use symbolon_tensor::{Attention, Create, DType, Tensor, Windows, grad, lean};

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

#[test]
fn attention_and_convolution() {
    let mut dice = Dice(6);
    let (q, k) = (dice.tensor(&[2, 4, 33, 8], -1.0, 1.0), dice.tensor(&[2, 2, 33, 8], -1.0, 1.0));
    let ways = [
        Attention::default(),
        Attention::causal(),
        Attention { window: Some(5), soft_cap: Some(3.0), ..Attention::causal() },
    ];
    for how in ways {
        agree("attention", &|x| how.run(&x[0], &x[1], &x[1]).out, &[q.clone(), k.clone()], 5e-6);
    }
    let negative = Attention { scale: Some(-0.5), ..Attention::causal() };
    agree("attention, negative scale", &|x| negative.run(&x[0], &x[1], &x[1]).out, &[q, k], 5e-6);
    let (x, w, b) =
        (dice.tensor(&[3, 4, 17, 19], -1.0, 1.0), dice.tensor(&[6, 2, 3, 3], -1.0, 1.0), dice.tensor(&[6], -1.0, 1.0));
    let windows = Windows::stride(2).padding(1).groups(2);
    agree("conv2d", &|x| x[0].conv2d(&x[1], Some(&x[2]), windows), &[x.clone(), w, b], 1e-5);
    agree("max_pool2d", &|x| x[0].max_pool2d([3, 3], Windows::stride(2).padding(1)), &[x], 1e-6);
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
