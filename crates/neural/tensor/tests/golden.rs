//! Values and gradients against PyTorch's, stored in `golden/pytorch.safetensors` (made by `golden/make.py`).

use symbolon_tensor::{Attention, Create, DType, Tensor, Windows, grad, io::load};

type Case = (&'static str, fn(&[Tensor]) -> Tensor);

const CASES: &[Case] = &[
    ("gelu", |x| x[0].gelu()),
    ("gelu_tanh", |x| x[0].gelu_tanh()),
    ("silu", |x| x[0].silu()),
    ("softplus", |x| x[0].softplus()),
    ("mish", |x| x[0].mish()),
    ("elu", |x| x[0].elu(1.0)),
    ("leaky_relu", |x| x[0].leaky_relu(0.01)),
    ("hard_sigmoid", |x| x[0].hard_sigmoid()),
    ("log_sigmoid", |x| x[0].log_sigmoid()),
    ("erf", |x| x[0].erf()),
    ("expm1", |x| x[0].exp_m1()),
    ("softmax", |x| x[0].softmax(0)),
    ("log_softmax", |x| x[0].log_softmax(-1)),
    ("logsumexp", |x| x[0].logsumexp(-1, false)),
    ("var", |x| x[0].var_axes(&[-1], false, 1)),
    ("std", |x| x[0].std_axes(&[0], false, 0)),
    ("norm", |x| x[0].norm(3.0, &[-1], false)),
    ("amax", |x| x[0].max_axis(-1, false)),
    ("prod", |x| x[0].prod_axis(-1, false)),
    ("cumprod", |x| x[0].cumprod(-1)),
    ("cumsum", |x| x[0].cumsum(0)),
    ("topk", |x| x[0].topk(2, -1).0),
    ("sort", |x| x[0].sort(-1, true).0),
    ("roll", |x| x[0].roll(2, -1)),
    ("tril", |x| x[0].tril(-1)),
    ("clamp", |x| x[0].clamp(-0.5, 0.7)),
    ("rfft", |x| x[0].rfft()),
    ("irfft", |x| x[0].reshape([4, 3, 2]).irfft(4)),
    ("maximum ties", |x| x[0].maximum(&x[1])),
    ("pow", |x| x[0].pow(&x[1])),
    ("atan2", |x| x[0].atan2(&x[1])),
    ("layer_norm", |x| x[0].layer_norm(Some(&x[1]), Some(&x[2]), 1e-5)),
    ("rms_norm", |x| x[0].rms_norm(Some(&x[1]), 1e-5)),
    ("einsum", |x| Tensor::einsum("bqhd,bkhd->bhqk", &[&x[0], &x[1]])),
    ("conv2d", |x| x[0].conv2d(&x[1], Some(&x[2]), Windows::stride(2).padding(1).groups(2))),
    ("conv2d dilated", |x| x[0].conv2d(&x[1], None, Windows::default().dilation(2).padding(2))),
    ("conv1d", |x| x[0].conv1d(&x[1], Some(&x[2]), Windows::stride(2))),
    ("conv_transpose2d", |x| {
        x[0].conv_transpose2d(&x[1], Some(&x[2]), Windows::stride(2).padding(1).groups(2), [1, 1])
    }),
    ("conv_transpose1d", |x| x[0].conv_transpose1d(&x[1], None, Windows::stride(3), 0)),
    ("max_pool2d", |x| x[0].max_pool2d([3, 3], Windows::stride(2).padding(1))),
    ("avg_pool2d", |x| x[0].avg_pool2d([2, 2], Windows::stride(2).padding(1))),
    ("adaptive_avg_pool2d", |x| x[0].adaptive_avg_pool2d([3, 2])),
    ("adaptive_max_pool2d", |x| x[0].adaptive_max_pool2d([3, 2])),
    ("resize_nearest", |x| x[0].resize_nearest([7, 3])),
    ("resize_bilinear", |x| x[0].resize_bilinear([7, 3])),
    ("attention", |x| Attention::causal().run(&x[0], &x[1], &x[2]).out),
    ("cross_entropy", |x| x[0].cross_entropy(&Tensor::from([2i64, 0, 1]))),
    ("binary_cross_entropy", |x| x[0].binary_cross_entropy(&x[1])),
    ("huber", |x| x[0].huber(&x[1], 0.7)),
    ("kl_div", |x| x[0].log_softmax(-1).kl_div(&x[1].log_softmax(-1))),
    ("inverse", |x| x[0].inverse().unwrap()),
    ("log_det", |x| x[0].log_det().unwrap().0),
    ("cholesky", |x| (x[0].matmul(&x[0].t()) + Tensor::eye(3, DType::F64)).cholesky().unwrap()),
    ("eigenvalues", |x| ((&x[0] + x[0].t()) / 2.0).eigh().unwrap().0),
    ("eigenvectors", |x| ((&x[0] + x[0].t()) / 2.0).eigh().unwrap().1.square()),
    ("singular values", |x| x[0].svd().unwrap().s),
    ("singular vectors", |x| x[0].svd().unwrap().u.square()),
    ("resize_nearest1d", |x| x[0].resize_nearest1d(7)),
    ("resize_linear1d", |x| x[0].resize_linear1d(8)),
];

#[test]
fn values_and_gradients_are_pytorchs() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/pytorch.safetensors");
    let stored = load(file).unwrap();
    let cases: std::collections::BTreeSet<&str> = stored.keys().filter_map(|k| k.split('/').next()).collect();
    assert_eq!(cases.len(), CASES.len(), "every stored case is compared");
    for (name, f) in CASES {
        let get = |part: String| stored.get(&format!("{name}/{part}"));
        let xs: Vec<Tensor> = (0..).map_while(|i| get(format!("in{i}")).map(Tensor::variable)).collect();
        let y = f(&xs);
        let want = get("out".into()).unwrap();
        assert!(y.is_close(want, 1e-9, 1e-9), "{name}: {y}\nbut PyTorch says\n{want}");
        let seed: Vec<f64> = (0..y.len()).map(|i| (i as f64).cos()).collect();
        let seed = Tensor::new(seed, y.shape()).unwrap();
        let grads = grad(&[&y], &[&seed], &xs.iter().collect::<Vec<_>>(), Create::None);
        for (i, g) in grads.into_iter().enumerate() {
            let (g, want) = (g.unwrap(), get(format!("grad{i}")).unwrap());
            assert!(g.is_close(want, 1e-8, 1e-8), "{name}, gradient {i}: {g}\nbut PyTorch says\n{want}");
        }
    }
}
