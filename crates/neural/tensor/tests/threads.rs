//! The same bits on one thread and on two, for every kernel of ours and its way back.

mod common;
use common::Dice;
use symbolon_tensor::{Attention, Create, DType, Segments, Tensor, Windows, grad, lean, with_threads};

/// Values and all cotangents, as bits.
fn bits(f: &(dyn Fn(&[Tensor]) -> Tensor + Sync), xs: &[Tensor]) -> Vec<Vec<u32>> {
    let vs: Vec<Tensor> = xs.iter().map(Tensor::variable).collect();
    let y = lean(|| f(&vs));
    let seed = Dice(3).tensor(y.shape(), -1.0, 1.0).to(DType::F32);
    let mut all = grad(&[&y], &[&seed], &vs.iter().collect::<Vec<_>>(), Create::None);
    all.push(Some(y.detach()));
    all.into_iter().flatten().map(|t| t.to_vec::<f32>().into_iter().map(f32::to_bits).collect()).collect()
}

#[test]
fn threads_do_not_change_a_bit() {
    let mut dice = Dice(1);
    let mut t = |shape: &[usize]| dice.tensor(shape, -2.0, 2.0).to(DType::F32);
    // Large enough that several threads work.
    let (x, w, b) = (t(&[700, 130]), t(&[130]), t(&[130]));
    let (image, kernel, offset) = (t(&[20, 3, 20, 20]), t(&[10, 3, 3, 3]), t(&[10]));
    let (q, k, v) = (t(&[2, 4, 100, 16]), t(&[2, 2, 100, 16]), t(&[2, 2, 100, 24]));
    let groups = Segments::new((0..700).map(|i| i * 31 % 50).collect(), 50).unwrap();
    let at = Tensor::new((0..700).map(|i| i * 17 % 90).collect::<Vec<i64>>(), [700]).unwrap();
    let table = t(&[90, 130]);
    let works: [(&str, &(dyn Fn(&[Tensor]) -> Tensor + Sync), Vec<Tensor>); 16] = [
        ("linear", &|x| x[0].linear(&x[1], Some(&x[2])), vec![x.clone(), t(&[130, 500]), t(&[500])]),
        ("small products", &|x| x[0].matmul(&x[1]), vec![t(&[90, 40, 30]), t(&[90, 30, 50])]),
        ("arithmetic", &|x| (&x[0] + &x[1]) * &x[0] / 3.0, vec![x.clone(), w.clone()]),
        ("gelu", &|x| x[0].gelu(), vec![x.clone()]),
        ("softmax", &|x| x[0].softmax(-1), vec![x.clone()]),
        ("log softmax", &|x| x[0].log_softmax(-1), vec![x.clone()]),
        ("layer norm", &|x| x[0].layer_norm(Some(&x[1]), Some(&x[2]), 1e-5), vec![x.clone(), w.clone(), b]),
        ("rms norm", &|x| x[0].rms_norm(Some(&x[1]), 1e-5), vec![x.clone(), w]),
        ("sums", &|x| x[0].sum_axis(0, true) * x[0].sum_axis(1, true) + x[0].sum(), vec![x.clone()]),
        ("top-k", &|x| x[0].topk(9, -1).0, vec![x.clone()]),
        ("embedding", &|x| x[0].embedding(&at), vec![table]),
        ("segment logsumexp", &|x| groups.logsumexp(&x[0]), vec![x.clone()]),
        ("segment max", &|x| groups.max(&x[0]), vec![x.clone()]),
        ("cross entropy", &|x| x[0].cross_entropy(&at), vec![x]),
        (
            "convolution",
            &|x| x[0].conv2d(&x[1], Some(&x[2]), Windows::default().padding(1)),
            vec![image, kernel, offset],
        ),
        ("attention", &|x| Attention::causal().out(&x[0], &x[1], &x[2]), vec![q, k, v]),
    ];
    for (name, f, xs) in works {
        let [one, two] = [1, 2].map(|n| with_threads(n, || bits(f, &xs)).unwrap());
        assert_eq!(one, two, "{name}");
    }
}
