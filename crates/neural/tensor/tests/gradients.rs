//! Every operation's derivatives against central differences in `f64`: broadcast, empty, scrambled in memory,
//! of every rank from 0 to 6.

// Lists of inputs are written alike whether there is one or several.
#![allow(clippy::cloned_ref_to_slice_refs)]

mod common;
use common::{Dice, F, check, scrambled};
use symbolon_tensor::Tensor;

const SHAPES: [&[usize]; 7] = [&[], &[3], &[2, 3], &[0, 2], &[2, 1, 2], &[1, 2, 1, 2], &[1, 2, 1, 1, 1, 2]];

/// One function of one tensor on every shape, straight and scrambled.
fn everywhere(name: &str, low: f64, high: f64, orders: usize, f: fn(&Tensor) -> Tensor) {
    let mut dice = Dice(name.len() as u64 + 11);
    for shape in SHAPES {
        let x = dice.tensor(shape, low, high);
        check(name, &|x| f(&x[0]), &[x.clone()], orders);
        check(name, &|x| f(&x[0]), &[scrambled(&x)], 1);
    }
}

#[test]
fn functions_of_one_number() {
    everywhere("exp", -2.0, 2.0, 3, Tensor::exp);
    everywhere("ln", 0.3, 3.0, 3, Tensor::ln);
    everywhere("ln_1p", -0.5, 3.0, 2, Tensor::ln_1p);
    everywhere("exp_m1", -1.0, 1.0, 2, Tensor::exp_m1);
    everywhere("sqrt", 0.5, 3.0, 3, Tensor::sqrt);
    everywhere("rsqrt", 0.5, 3.0, 2, Tensor::rsqrt);
    everywhere("recip", 0.5, 3.0, 3, Tensor::recip);
    everywhere("abs", 0.2, 2.0, 2, Tensor::abs);
    everywhere("square", -2.0, 2.0, 3, Tensor::square);
    everywhere("powf", 0.3, 2.0, 3, |x| x.powf(2.7));
    everywhere("neg", -2.0, 2.0, 2, Tensor::negative);
    everywhere("scalars", -2.0, 2.0, 2, |x| 2.0 - (x * 3.0 + 1.0) / 4.0);
    everywhere("scalar over", 0.5, 2.0, 2, |x| 3.0 / x);
    everywhere("log2, log10", 0.5, 2.0, 2, |x| x.log2() + x.log10());
}

#[test]
fn trigonometry() {
    everywhere("sin", -2.0, 2.0, 3, Tensor::sin);
    everywhere("cos", -2.0, 2.0, 3, Tensor::cos);
    everywhere("tan", -1.0, 1.0, 2, Tensor::tan);
    everywhere("sinh", -2.0, 2.0, 2, Tensor::sinh);
    everywhere("cosh", -2.0, 2.0, 2, Tensor::cosh);
    everywhere("tanh", -2.0, 2.0, 3, Tensor::tanh);
    everywhere("asin", -0.8, 0.8, 2, Tensor::asin);
    everywhere("acos", -0.8, 0.8, 2, Tensor::acos);
    everywhere("atan", -2.0, 2.0, 2, Tensor::atan);
    everywhere("asinh", -2.0, 2.0, 2, Tensor::asinh);
    everywhere("acosh", 1.3, 3.0, 2, Tensor::acosh);
    everywhere("atanh", -0.8, 0.8, 2, Tensor::atanh);
    everywhere("erf", -2.0, 2.0, 3, Tensor::erf);
}

#[test]
fn activations() {
    everywhere("relu", 0.1, 2.0, 2, |x| x.relu() + (-x).relu());
    everywhere("sigmoid", -3.0, 3.0, 3, Tensor::sigmoid);
    everywhere("gelu", -3.0, 3.0, 3, Tensor::gelu);
    everywhere("gelu_tanh", -3.0, 3.0, 3, Tensor::gelu_tanh);
    everywhere("silu", -3.0, 3.0, 3, Tensor::silu);
    everywhere("softplus", -3.0, 3.0, 3, Tensor::softplus);
    everywhere("log_sigmoid", -3.0, 3.0, 2, Tensor::log_sigmoid);
    everywhere("mish", -3.0, 3.0, 2, Tensor::mish);
    everywhere("elu", 0.2, 3.0, 2, |x| x.elu(0.7) + (-x).elu(0.7));
    everywhere("leaky_relu", 0.2, 3.0, 2, |x| x.leaky_relu(0.1) + (-x).leaky_relu(0.1));
    everywhere("hard_sigmoid", -2.0, 2.0, 2, Tensor::hard_sigmoid);
    everywhere("jump_relu", 0.6, 2.0, 2, |x| x.jump_relu(&Tensor::scalar(0.5f64)));
    everywhere("clamp", 0.2, 0.8, 2, |x| x.clamp(0.1, 0.9) + x.clamp_max(0.1) + x.clamp_min(0.9));
}

#[test]
fn arithmetic_broadcasts() {
    let pairs: [(&[usize], &[usize]); 8] = [
        (&[], &[]),
        (&[3], &[]),
        (&[2, 3], &[3]),
        (&[2, 1], &[1, 3]),
        (&[0, 3], &[1, 3]),
        (&[2, 1, 2], &[3, 1]),
        (&[1, 2, 1, 2], &[2, 1, 1, 1]),
        (&[1, 2, 1, 1, 1, 2], &[2, 1, 1]),
    ];
    let ops: [(&str, F); 9] = [
        ("add", &|x| &x[0] + &x[1]),
        ("sub", &|x| &x[0] - &x[1]),
        ("mul", &|x| &x[0] * &x[1]),
        ("div", &|x| &x[0] / &x[1]),
        ("pow", &|x| x[0].pow(&x[1])),
        ("atan2", &|x| x[0].atan2(&x[1])),
        ("maximum", &|x| x[0].maximum(&x[1])),
        ("minimum", &|x| x[0].minimum(&x[1])),
        ("choose", &|x| Tensor::from_bools(vec![true], [1]).unwrap().choose(&(&x[0] * &x[1]), &x[1])),
    ];
    let mut dice = Dice(5);
    for (a, b) in pairs {
        for (name, f) in ops {
            let (x, y) = (dice.tensor(a, 0.3, 1.5), dice.tensor(b, 0.4, 1.6));
            check(name, f, &[x.clone(), y.clone()], 2);
            check(name, f, &[scrambled(&x), scrambled(&y)], 1);
        }
    }
}

#[test]
fn third_derivatives_of_products() {
    let mut dice = Dice(1);
    let (x, y) = (dice.tensor(&[2, 2], 0.5, 1.5), dice.tensor(&[2], 0.5, 1.5));
    check("x³ / y", &|x| x[0].powf(3.0) / &x[1], &[x.clone(), y.clone()], 3);
    check("x^y", &|x| x[0].pow(&x[1]), &[x.clone(), y], 3);
    check("softmax", &|x| x[0].softmax(-1), &[x.clone()], 3);
    check("log_softmax", &|x| x[0].log_softmax(0), &[x.clone()], 3);
    check("matmul chain", &|x| x[0].matmul(&x[0]).matmul(&x[0]), &[x], 3);
}

#[test]
fn reductions() {
    let shapes: [&[usize]; 5] = [&[3], &[2, 3], &[2, 3, 2], &[1, 2, 2, 2], &[1, 2, 1, 1, 2, 2]];
    let mut dice = Dice(2);
    for shape in shapes {
        let x = dice.tensor(shape, 0.4, 1.7);
        for x in [x.clone(), scrambled(&x)] {
            check("sum", &|x| x[0].sum(), &[x.clone()], 1);
            check("sum of squares", &|x| x[0].square().sum_axis(0, false), &[x.clone()], 2);
            check("sum kept", &|x| x[0].square().sum_axis(-1, true), &[x.clone()], 2);
            check("mean", &|x| x[0].exp().mean_axes(&[0, -1][..x[0].rank().min(2)], false), &[x.clone()], 2);
            check("var", &|x| x[0].var_axes(&[-1], false, 0), &[x.clone()], 2);
            check("std", &|x| x[0].square().std_axes(&[], false, 1), &[x.clone()], 2);
            check("prod", &|x| x[0].prod_axis(-1, true), &[x.clone()], 3);
            check("max", &|x| x[0].square().max_axis(-1, false), &[x.clone()], 2);
            check("min", &|x| x[0].square().min(), &[x.clone()], 2);
            check("logsumexp", &|x| x[0].logsumexp(0, false), &[x.clone()], 3);
            check("norm 2", &|x| x[0].norm(2.0, &[-1], false), &[x.clone()], 2);
            check("norm 3", &|x| x[0].norm(3.0, &[], false), &[x.clone()], 2);
            check("softmax", &|x| x[0].softmax(-1), &[x.clone()], 2);
            check("softmax front", &|x| x[0].softmax(0), &[x.clone()], 2);
            check("log_softmax", &|x| x[0].log_softmax(-1), &[x.clone()], 2);
            check("cumsum", &|x| x[0].square().cumsum(-1), &[x.clone()], 2);
            check("cumprod", &|x| x[0].cumprod(-1), &[x.clone()], 2);
            check("sort", &|x| x[0].square().sort(-1, true).0, &[x.clone()], 2);
            check("topk", &|x| x[0].square().topk(1, 0).0, &[x.clone()], 2);
            check("keep_topk", &|x| x[0].square().keep_topk(2), &[x.clone()], 2);
        }
    }
    let none = dice.tensor(&[2, 0], 0.0, 1.0);
    check("sum of nothing", &|x| x[0].sum_axis(1, false), &[none.clone()], 2);
    check("softmax of nothing", &|x| x[0].softmax(1), &[none.clone()], 2);
    check("prod of nothing", &|x| x[0].prod_axis(1, false), &[none.clone()], 2);
    check("logsumexp of nothing", &|x| x[0].logsumexp(0, false), &[none], 1);
}

#[test]
fn products_are_right_where_numbers_are_zero() {
    for zeros in [vec![0.5, 0.0, 2.0], vec![0.0, 0.0, 2.0]] {
        let x = Tensor::from(zeros);
        check("prod", &|x| x[0].prod(), &[x.clone()], 3);
        check("cumprod", &|x| x[0].cumprod(0), &[x], 2);
    }
}

#[test]
fn views() {
    let mut dice = Dice(3);
    let x = dice.tensor(&[2, 3, 4], -1.0, 1.0);
    for x in [x.clone(), scrambled(&x)] {
        let ops: [(&str, F); 18] = [
            ("reshape", &|x| x[0].square().reshape([4, 6])),
            ("permute", &|x| x[0].square().permute([2, 0, 1])),
            ("transpose", &|x| x[0].square().t()),
            ("expand", &|x| x[0].square().expand([2, 2, 3, 4])),
            ("squeeze", &|x| x[0].square().unsqueeze(1).squeeze(1)),
            ("flatten", &|x| x[0].square().flatten(0, 1)),
            ("narrow", &|x| x[0].square().narrow(1, 1..3)),
            ("narrow to nothing", &|x| x[0].square().narrow(1, 1..1)),
            ("get", &|x| x[0].square().get((1, 1.., -1))),
            ("get every other", &|x| x[0].square().get((0, symbolon_tensor::Cut::Range(0, None, 2)))),
            ("set", &|x| x[0].square().set((0, .., 1..3), &x[0].narrow(0, ..1).narrow(2, ..2).squeeze(0))),
            ("pad", &|x| x[0].square().pad(&[(1, 0), (0, 2), (0, 0)], 3.0)),
            ("flip", &|x| x[0].square().flip(&[0, 2])),
            ("roll", &|x| x[0].square().roll(1, 2)),
            ("cat", &|x| Tensor::cat(&[&x[0].square(), &x[0], &x[0].narrow(1, ..0)], 1)),
            ("stack", &|x| Tensor::stack(&[&x[0].square(), &x[0]], -1)),
            ("tile", &|x| x[0].square().tile(2, 1).repeat_each(2, 0)),
            ("tril and triu", &|x| x[0].square().tril(0) + x[0].triu(1) + x[0].square().diagonal().sum()),
        ];
        for (name, f) in ops {
            check(name, f, &[x.clone()], 2);
        }
    }
}

#[test]
fn picking_and_adding_back() {
    let mut dice = Dice(4);
    let (x, y) = (dice.tensor(&[3, 4], -1.0, 1.0), dice.tensor(&[3, 2], -1.0, 1.0));
    let list = Tensor::from([2i64, 0, 2]);
    let each = Tensor::from([[0i64, 3], [1, 1], [2, 0]]);
    let apart = Tensor::from([[0i64, 3], [1, 2], [2, 0]]);
    let pair = [x.clone(), y];
    check("index_select", &|x| x[0].square().index_select(1, &list), &[x.clone()], 2);
    check("index_add", &|x| x[0].square().index_add(0, &list, &x[0].exp()), &[x.clone()], 2);
    check("gather", &|x| x[0].square().gather(1, &each), &pair, 2);
    check("scatter_add", &|x| x[0].square().scatter_add(1, &each, &x[1].exp()), &pair, 2);
    check("scatter", &|x| x[0].square().scatter(1, &apart, &x[1].exp()), &pair, 2);
    check("embedding", &|x| x[0].square().embedding(&each.clamp_max(2.0)), &[x], 2);
}

#[test]
fn matrix_products() {
    let pairs: [(&[usize], &[usize]); 10] = [
        (&[2, 3], &[3, 2]),
        (&[3], &[3]),
        (&[3], &[3, 2]),
        (&[2, 3], &[3]),
        (&[2, 2, 3], &[3, 2]),
        (&[2, 1, 2, 3], &[3, 3, 1]),
        (&[2, 3], &[2, 3, 2]),
        (&[0, 3], &[3, 2]),
        (&[2, 0], &[0, 2]),
        (&[1, 1, 1, 2, 2, 2], &[2, 1, 1, 2, 2]),
    ];
    let mut dice = Dice(6);
    for (a, b) in pairs {
        let (x, y) = (dice.tensor(a, -1.0, 1.0), dice.tensor(b, -1.0, 1.0));
        check("matmul", &|x| x[0].matmul(&x[1]), &[x.clone(), y.clone()], 2);
        check("matmul", &|x| x[0].square().matmul(&x[1].exp()), &[scrambled(&x), scrambled(&y)], 2);
    }
    let (x, y, z) = (dice.tensor(&[2, 3], -1.0, 1.0), dice.tensor(&[3, 2, 2], -1.0, 1.0), dice.tensor(&[2], -1.0, 1.0));
    check("einsum chain", &|x| Tensor::einsum("ij,jkl,l->ki", &[&x[0], &x[1], &x[2]]), &[x.clone(), y.clone(), z], 2);
    check("einsum sums", &|x| Tensor::einsum("ij,jkl->k", &[&x[0], &x[1]]), &[x.clone(), y], 2);
    check("einsum batch", &|x| Tensor::einsum("bi,bi->b", &[&x[0], &x[0]]), &[x.clone()], 2);
    check("outer", &|x| x[0].get(0).outer(&x[0].get(1)), &[x], 2);
}

#[test]
fn normalisation() {
    let mut dice = Dice(8);
    for shape in [&[4][..], &[2, 3], &[2, 1, 3], &[0, 3]] {
        let x = dice.tensor(shape, -1.0, 1.0);
        let n = shape[shape.len() - 1];
        let (w, b) = (dice.tensor(&[n], 0.5, 1.5), dice.tensor(&[n], -1.0, 1.0));
        let all = [x.clone(), w, b];
        check("layer_norm", &|x| x[0].layer_norm(Some(&x[1]), Some(&x[2]), 1e-2), &all, 2);
        check("layer_norm plain", &|x| x[0].layer_norm(None, None, 1e-2), &[scrambled(&x)], 2);
        check("layer_norm offset", &|x| x[0].layer_norm(None, Some(&x[2]), 1e-2), &all, 1);
        check("rms_norm", &|x| x[0].rms_norm(Some(&x[1]), 1e-2), &all[..2], 2);
        check("rms_norm plain", &|x| x[0].rms_norm(None, 1e-2), &[x], 2);
    }
}

#[test]
fn attention() {
    use symbolon_tensor::{Attention, rotary_tables};
    let mut dice = Dice(9);
    let (q, k, v) = (
        dice.tensor(&[1, 4, 3, 4], -1.0, 1.0),
        dice.tensor(&[1, 2, 3, 4], -1.0, 1.0),
        dice.tensor(&[1, 2, 3, 2], -1.0, 1.0),
    );
    let ways = [
        Attention::default(),
        Attention::causal(),
        Attention { window: Some(2), ..Attention::causal() },
        Attention { window: Some(1), soft_cap: Some(2.0), scale: Some(0.7), causal: false },
    ];
    for how in ways {
        let all = [q.clone(), k.clone(), v.clone()];
        check("attention", &|x| how.run(&x[0], &x[1], &x[2]).out, &all, 1);
        check(
            "attention, small",
            &|x| how.run(&x[0], &x[1], &x[2]).out,
            &all.clone().map(|x| x.narrow(1, ..1).narrow(3, ..1)),
            2,
        );
        check("scores", &|x| how.run(&x[0], &x[1], &x[2]).scores, &all, 1);
    }
    let (cos, sin) = rotary_tables(2..5, 4, 10.0);
    let (cos, sin) = (cos.to(symbolon_tensor::DType::F64), sin.to(symbolon_tensor::DType::F64));
    check("rotary", &|x| x[0].square().rotary(&cos, &sin), &[q.clone()], 2);
    check("rotary in part", &|x| x[0].square().rotary(&cos.narrow(1, ..1), &sin.narrow(1, ..1)), &[q], 1);
}

#[test]
fn convolutions_and_pools() {
    use symbolon_tensor::Windows;
    let mut dice = Dice(10);
    let x = dice.tensor(&[2, 2, 4, 5], -1.0, 1.0);
    let b = dice.tensor(&[2], -1.0, 1.0);
    let ways = [
        (Windows::default(), 2),
        (Windows::stride(2).padding(1), 2),
        (Windows::default().dilation(2).padding(2), 2),
        (Windows::stride(2).padding(1).groups(2), 1),
        (Windows { stride: [1, 2], padding: [2, 0], dilation: [1, 1], groups: 1 }, 2),
    ];
    for (windows, inner) in ways {
        let w = dice.tensor(&[2, inner, 3, 2], -1.0, 1.0);
        let xs = [x.clone(), w, b.clone()];
        check("conv2d", &|x| x[0].conv2d(&x[1], Some(&x[2]), windows), &xs, 2);
        check(
            "conv_transpose2d",
            &|x| x[0].conv_transpose2d(&x[1], None, windows, [windows.stride[0] - 1, 0]),
            &xs[..2],
            2,
        );
    }
    check(
        "conv2d scrambled",
        &|x| x[0].conv2d(&x[1], None, Windows::default()),
        &[scrambled(&x), dice.tensor(&[2, 2, 2, 2], -1.0, 1.0)],
        1,
    );
    let (s, w) = (dice.tensor(&[2, 2, 5], -1.0, 1.0), dice.tensor(&[3, 2, 2], -1.0, 1.0));
    check("conv1d", &|x| x[0].conv1d(&x[1], None, Windows::stride(2)), &[s.clone(), w], 2);
    let w = dice.tensor(&[2, 3, 2], -1.0, 1.0);
    check("conv_transpose1d", &|x| x[0].conv_transpose1d(&x[1], None, Windows::stride(2), 1), &[s, w], 2);
    let rows: [(&str, F); 6] = [
        ("max_pool1d", &|x| x[0].square().max_pool1d(2, Windows::stride(2).padding(1))),
        ("avg_pool1d", &|x| x[0].square().avg_pool1d(3, Windows::stride(2).padding(1))),
        ("adaptive_avg_pool1d", &|x| x[0].square().adaptive_avg_pool1d(3)),
        ("adaptive_max_pool1d", &|x| x[0].square().adaptive_max_pool1d(2)),
        ("resize_nearest1d", &|x| x[0].square().resize_nearest1d(7)),
        ("resize_linear1d", &|x| x[0].square().resize_linear1d(3)),
    ];
    for (name, f) in rows {
        check(name, f, &[x.get(0)], 2);
    }
    let line = Tensor::from([[[1.0f64, 3.0, 2.0, 1.0, 6.0]]]);
    assert_eq!(line.max_pool1d(2, Windows::stride(2)).to_vec::<f64>(), [3.0, 2.0]);
    assert_eq!(line.avg_pool1d(2, Windows::stride(2).padding(1)).to_vec::<f64>(), [0.5, 2.5, 3.5]);
    assert_eq!(line.adaptive_avg_pool1d(2).to_vec::<f64>(), [2.0, 3.0]);
    assert_eq!(line.adaptive_max_pool1d(3).to_vec::<f64>(), [3.0, 3.0, 6.0]);
    assert_eq!(line.narrow(2, ..2).resize_nearest1d(4).to_vec::<f64>(), [1.0, 1.0, 3.0, 3.0]);
    assert_eq!(line.narrow(2, ..2).resize_linear1d(4).to_vec::<f64>(), [1.0, 1.5, 2.5, 3.0]);
    let pools: [(&str, F); 7] = [
        ("max_pool2d", &|x| x[0].square().max_pool2d([2, 2], Windows::stride(2).padding(1))),
        ("avg_pool2d", &|x| x[0].square().avg_pool2d([3, 2], Windows::stride(2).padding(1))),
        ("adaptive_avg_pool2d", &|x| x[0].square().adaptive_avg_pool2d([3, 2])),
        ("adaptive_max_pool2d", &|x| x[0].square().adaptive_max_pool2d([3, 2])),
        ("resize_nearest", &|x| x[0].square().resize_nearest([7, 3])),
        ("resize_bilinear", &|x| x[0].square().resize_bilinear([7, 3])),
        ("unfold and fold", &|x| {
            x[0].square().unfold([2, 3], Windows::stride(2)).fold([4, 5], [2, 3], Windows::stride(2))
        }),
    ];
    for (name, f) in pools {
        check(name, f, &[x.narrow(0, ..1)], 2);
    }
}

#[test]
fn losses() {
    let mut dice = Dice(11);
    let (x, t) = (dice.tensor(&[2, 3], -2.0, 2.0), dice.tensor(&[2, 3], 0.1, 0.9));
    let classes = Tensor::from([2i64, 0]);
    let both = [x.clone(), t.clone()];
    check("cross_entropy", &|x| x[0].cross_entropy(&classes), &[x.clone()], 3);
    check("soft_cross_entropy", &|x| x[0].soft_cross_entropy(&x[1]), &both, 2);
    check("binary_cross_entropy", &|x| x[0].binary_cross_entropy(&x[1]), &both, 2);
    check("mse", &|x| x[0].mse(&x[1]), &both, 2);
    check("huber", &|x| x[0].huber(&x[1], 0.9), &both, 2);
    check("kl_div", &|x| x[0].log_softmax(-1).kl_div(&x[1].log_softmax(-1)), &both, 2);
}

#[test]
fn fourier_transforms() {
    let mut dice = Dice(12);
    for n in [1, 4, 5] {
        let x = dice.tensor(&[2, n], -1.0, 1.0);
        check("rfft", &|x| x[0].square().rfft(), &[scrambled(&x)], 2);
        check("irfft", &|x| x[0].rfft().square().irfft(n), &[x.clone()], 2);
        assert!(x.rfft().irfft(n).is_close(&x, 1e-12, 0.0), "there and back");
    }
}

#[test]
fn segments_and_sparse_matrices() {
    use symbolon_tensor::{Csr, Segments};
    let mut dice = Dice(13);
    let groups = Segments::new(vec![2, 0, 2, 2], 4).unwrap();
    let x = dice.tensor(&[4, 2], -1.0, 1.0);
    let full = Segments::new(vec![1, 0, 1, 1], 2).unwrap();
    check("segment sum", &|x| groups.sum(&x[0].square()), &[x.clone()], 2);
    check("segment max", &|x| full.max(&x[0].exp()), &[x.clone()], 2);
    check("segment logsumexp", &|x| full.logsumexp(&x[0]), &[x.clone()], 3);
    check("segment softmax", &|x| full.softmax(&x[0]), &[x.clone()], 2);
    assert_eq!(groups.logsumexp(&x).get((1, 0)).item(), f64::NEG_INFINITY);
    // An empty group spoils nobody's gradient.
    let r = x.variable();
    let g = groups.logsumexp(&r).exp().sum().grad(&[&r]).remove(0);
    assert!(g.is_close(&x.exp(), 1e-12, 1e-12));
    let sparse = Csr::new(&[0, 2, 2, 3], vec![0, 3, 1], 4).unwrap();
    let v = dice.tensor(&[3], -1.0, 1.0);
    check("sparse matmul", &|x| sparse.matmul(&x[0], &x[1]).square(), &[v.clone(), x.clone()], 2);
    assert!(sparse.matmul(&v, &x).is_close(&sparse.dense(&v).matmul(&x), 1e-12, 0.0));
    let tall = dice.tensor(&[3, 2], -1.0, 1.0);
    check("sparse matmul_t", &|x| sparse.matmul_t(&x[0], &x[1]).square(), &[v.clone(), tall.clone()], 2);
    check("sparse dots", &|x| sparse.dots(&x[0], &x[1]).square(), &[tall.clone(), x.clone()], 2);
    assert!(sparse.matmul_t(&v, &tall).is_close(&sparse.dense(&v).t().matmul(&tall), 1e-12, 0.0));
    // Places (0, 0), (0, 3) and (2, 1) of three rows of four.
    let picked = tall.matmul(&x.t()).reshape([12]).index_select(0, &Tensor::from([0i64, 3, 9]));
    assert!(sparse.dots(&tall, &x).is_close(&picked, 1e-12, 0.0));
}

#[test]
fn linear_algebra() {
    let mut dice = Dice(14);
    let a = dice.tensor(&[2, 3, 3], -1.0, 1.0) + Tensor::from([[2.0f64, 0.0, 0.3], [0.0, 3.0, 0.0], [0.0, 0.1, 4.5]]);
    let b = dice.tensor(&[2, 3, 2], -1.0, 1.0);
    let (one, tall) =
        (a.get(0), dice.tensor(&[4, 3], -1.0, 1.0) + Tensor::ones([4, 3], symbolon_tensor::DType::F64).tril(-1));
    let symmetric = |x: &Tensor| (x + x.t()) * 0.5;
    let definite = |x: &Tensor| x.matmul(&x.t()) + Tensor::eye(3, symbolon_tensor::DType::F64);
    check("solve", &|x| x[0].solve(&x[1]).unwrap(), &[a.clone(), b], 2);
    check("inverse", &|x| x[0].inverse().unwrap(), &[one.clone()], 3);
    check("log_det", &|x| x[0].log_det().unwrap().0, &[a.clone()], 2);
    check("cholesky", &|x| definite(&x[0]).cholesky().unwrap(), &[one.clone()], 2);
    check("eigenvalues", &|x| symmetric(&x[0]).eigh().unwrap().0, &[a.clone()], 2);
    check("eigenvectors", &|x| symmetric(&x[0]).eigh().unwrap().1.square(), &[one.clone()], 2);
    check("singular values", &|x| x[0].svd().unwrap().s, &[a], 2);
    check("singular vectors", &|x| x[0].svd().unwrap().u.square(), &[tall.clone()], 2);
    check(
        "singular vectors",
        &|x| {
            let d = x[0].svd().unwrap();
            d.u.matmul(&d.v.t())
        },
        &[tall.t().contiguous()],
        2,
    );
    check(
        "qr",
        &|x| {
            let (q, r) = x[0].qr().unwrap();
            Tensor::cat(&[&q, &r], 0)
        },
        &[tall.clone()],
        2,
    );
    check(
        "least_squares",
        &|x| x[0].least_squares(&x[1]).unwrap(),
        &[tall.clone(), dice.tensor(&[4, 2], -1.0, 1.0)],
        2,
    );
    // And they are what they say.
    let d = tall.svd().unwrap();
    assert!(d.u.matmul(&(d.v.t() * d.s.unsqueeze(1))).is_close(&tall, 1e-12, 0.0));
    let (values, v) = symmetric(&one).eigh().unwrap();
    assert!(symmetric(&one).matmul(&v).is_close(&(v.clone() * values), 1e-12, 0.0));
    let (log, sign) = Tensor::from([[0.0f64, 2.0], [3.0, 0.0]]).log_det().unwrap();
    assert!((log.item() - 6f64.ln()).abs() < 1e-12 && sign.item() == -1.0);
    let none = Tensor::from([[1.0f64, 2.0], [2.0, 4.0]]);
    assert!(none.solve(&none).is_err() && (-none).cholesky().is_err());
}
