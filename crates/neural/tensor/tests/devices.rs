//! Operations on a device, values and gradients, against the same in `f64` on the processor.
//!
//! The device is the processor unless the variable `SYMBOLON_DEVICE` names another. On a machine with a graphics card:
//!
//! ```sh
//! SYMBOLON_DEVICE=gpu:0 cargo test -p symbolon-tensor --features vulkan --test devices
//! ```

mod common;
use common::Dice;
use symbolon_tensor::{Attention, Create, DType, Device, Segments, Tensor, Windows, checkpoint, grad, rotary_tables};

fn device() -> Device {
    let name = std::env::var("SYMBOLON_DEVICE").unwrap_or_else(|_| "cpu".into());
    name.parse::<Device>().and_then(Device::ready).unwrap()
}

type F<'a> = &'a dyn Fn(&[Tensor]) -> Tensor;

/// Value and gradients, and the gradient of the gradients' squares, agree with those in `f64`.
fn agree(name: &str, f: F, xs: &[Tensor]) {
    let there: Vec<Tensor> = xs.iter().map(|x| x.to(DType::F32).to_device(device())).collect();
    let run = |xs: &[Tensor]| {
        let vs: Vec<Tensor> = xs.iter().map(Tensor::variable).collect();
        let refs: Vec<&Tensor> = vs.iter().collect();
        let y = f(&vs);
        let seed = Dice(3).tensor(y.shape(), -1.0, 1.0).to(y.dtype()).to_device(y.device());
        let first: Vec<Tensor> = grad(&[&y], &[&seed], &refs, Create::Graph).into_iter().flatten().collect();
        assert_eq!(first.len(), xs.len(), "{name}: every input has a gradient");
        let square =
            first.iter().fold(Tensor::full_on([], 0.0, y.dtype(), y.device()), |sum, g| sum + g.square().sum());
        let second = grad(&[&square], &[&square.ones_like()], &refs, Create::None).into_iter().flatten();
        [vec![y.detach()], first, second.collect()].concat()
    };
    let (found, want) = (run(&there), run(xs));
    assert_eq!(found.len(), want.len(), "{name}");
    for (i, (a, b)) in found.iter().zip(&want).enumerate() {
        assert_eq!(a.device(), device(), "{name}, {i}: stays where its operands are");
        let a = a.to_device(Device::Cpu).to(DType::F64);
        let scale = if b.is_empty() { 1.0 } else { b.abs().max().item().max(1.0) };
        assert!(a.is_close(b, 3e-5 * scale, 3e-5), "{name}, {i}: {a}\nbut on the processor\n{b}");
    }
}

#[test]
fn numbers_travel() {
    let x = Tensor::from([[1.5f32, -2.0], [0.0, 7.0]]).to_device(device());
    assert_eq!((x.device(), x.to_vec::<f32>()), (device(), vec![1.5, -2.0, 0.0, 7.0]));
    let positive = x.gt_scalar(0.0);
    assert_eq!(positive.to_bools(), [true, false, false, true]);
    let back = positive.to_device(Device::Cpu).to_device(device()).to(DType::F32);
    assert_eq!(back.to_vec::<f32>(), [1.0, 0.0, 0.0, 1.0]);
    let places = x.argmax(1);
    assert_eq!((places.device(), places.to_vec::<i64>()), (device(), vec![0, 1]));
}

#[test]
fn elementwise_and_rows() {
    let mut dice = Dice(1);
    let x = [dice.tensor(&[5, 12], -2.0, 2.0)];
    let one: [(&str, F); 17] = [
        ("exp", &|x| x[0].exp()),
        ("ln", &|x| (x[0].square() + 0.5).ln()),
        ("tanh", &|x| x[0].tanh()),
        ("erf", &|x| x[0].erf()),
        ("gelu", &|x| x[0].gelu()),
        ("silu", &|x| x[0].silu()),
        ("relu", &|x| x[0].relu().square()),
        ("softplus", &|x| x[0].softplus()),
        ("sin", &|x| x[0].sin()),
        ("softmax", &|x| x[0].softmax(-1)),
        ("log_softmax", &|x| x[0].log_softmax(0)),
        ("logsumexp", &|x| x[0].logsumexp(-1, false)),
        ("sums", &|x| x[0].sum_axis(0, true) * x[0].mean_axis(1, true)),
        ("cumsum", &|x| x[0].square().cumsum(1)),
        ("max", &|x| x[0].square().max_axis(1, false)),
        ("sort", &|x| x[0].square().sort(-1, true).0),
        ("topk", &|x| x[0].square().topk(3, -1).0),
    ];
    for (name, f) in one {
        agree(name, f, &x);
    }
    let two = [x[0].clone(), dice.tensor(&[12], 0.5, 2.0)];
    agree("arithmetic", &|x| (&x[0] + &x[1]) * &x[0] / &x[1] - &x[1], &two);
    agree("where", &|x| x[0].gt(&x[1]).choose(&x[0].square(), &(&x[0] * &x[1])), &two);
    agree("layer_norm", &|x| x[0].layer_norm(Some(&x[1]), None, 1e-5), &two);
    agree("rms_norm", &|x| x[0].rms_norm(Some(&x[1]), 1e-5), &two);
}

#[test]
fn products_views_and_indices() {
    let mut dice = Dice(2);
    let xs = [dice.tensor(&[2, 5, 6], -1.0, 1.0), dice.tensor(&[6, 16], -1.0, 1.0), dice.tensor(&[16], -1.0, 1.0)];
    agree("linear", &|x| x[0].linear(&x[1], Some(&x[2])), &xs);
    agree("einsum", &|x| Tensor::einsum("bqd,bkd->bqk", &[&x[0], &x[0]]), &xs[..1]);
    agree("views", &|x| x[0].permute([2, 0, 1]).reshape([4, 15]).narrow(1, 2..9).flip(&[0]).square(), &xs[..1]);
    agree("cat and pad", &|x| Tensor::cat(&[&x[0], &x[0]], 1).pad(&[(0, 0), (1, 2), (0, 1)], 1.0).square(), &xs[..1]);
    let at = Tensor::from([1i64, 0, 1]).to_device(device());
    let here = at.to_device(Device::Cpu);
    let at = move |x: &Tensor| if x.device() == Device::Cpu { here.clone() } else { at.clone() };
    agree("index_select", &|x| x[0].square().index_select(0, &at(&x[0])), &xs[..1]);
    agree("embedding", &|x| x[0].square().embedding(&at(&x[0])), &xs[1..2]);
}

#[test]
fn networks() {
    let mut dice = Dice(3);
    let image = [dice.tensor(&[2, 2, 7, 8], -1.0, 1.0), dice.tensor(&[3, 2, 3, 3], -1.0, 1.0)];
    agree("conv2d", &|x| x[0].conv2d(&x[1], None, Windows::stride(2).padding(1)), &image);
    agree("max_pool2d", &|x| x[0].square().max_pool2d([2, 2], Windows::stride(2)), &image[..1]);
    agree("avg_pool2d", &|x| x[0].square().avg_pool2d([2, 2], Windows::stride(2)), &image[..1]);
    agree("resize_bilinear", &|x| x[0].square().resize_bilinear([4, 5]), &image[..1]);
    let heads = [dice.tensor(&[1, 2, 5, 4], -1.0, 1.0), dice.tensor(&[1, 1, 5, 4], -1.0, 1.0)];
    agree("attention", &|x| Attention::causal().out(&x[0], &x[1], &x[1]), &heads);
    let turned = |x: &[Tensor]| {
        let (cos, sin) = rotary_tables(0..5, 4, 1e4);
        let like = |t: Tensor| t.to(x[0].dtype()).to_device(x[0].device());
        x[0].rotary(&like(cos), &like(sin)).square()
    };
    agree("rotary", &turned, &heads[..1]);
    let rows = [dice.tensor(&[6, 3], -1.0, 1.0)];
    let groups = Segments::new(vec![0, 2, 0, 1, 1, 1], 3).unwrap();
    agree("segment sum", &|x| groups.sum(&x[0].square()), &rows);
    agree("segment max", &|x| groups.max(&x[0].square()), &rows);
    agree("segment logsumexp", &|x| groups.logsumexp(&x[0]), &rows);
    agree("checkpoint", &|x| checkpoint(&[&x[0]], |x| x[0].gelu().square()), &rows);
}
