//! Every built-in network keeps its promises, and computes what plain loops compute.

use symbolon_net::layers::{Attention, Init, Rope};
use symbolon_net::{
    Architecture, Cnn, CnnConfig, Edit, Network, Select, Site, Trace, Transformer, TransformerConfig, fingerprint,
};
use symbolon_tensor::{Attention as Look, DType, Device, Rng, Tensor, no_grad};

fn build(text: &str) -> Box<dyn Network> {
    text.parse::<Architecture>().unwrap().build(&mut Rng::new(1), Device::Cpu).unwrap()
}

/// A small gated, grouped, rotary decoder beside the ones that have a short name.
fn llama() -> Box<dyn Network> {
    let config = TransformerConfig {
        groups: 2,
        gated: true,
        rope: Some(10_000.0),
        rms: true,
        ..TransformerConfig::decoder(11, 8, 2, 16, 4)
    };
    Architecture::Transformer(config).build(&mut Rng::new(1), Device::Cpu).unwrap()
}

fn all() -> Vec<(Box<dyn Network>, Tensor)> {
    let mut rng = Rng::new(2);
    let images = rng.normal([3, 1, 28, 28], DType::F32);
    let tokens = rng.indices([3, 7], 11);
    vec![
        (build("mlp(5, 4, 3)"), rng.normal([3, 5], DType::F32)),
        (build("mlp(5, 3)"), rng.normal([3, 5], DType::F32)),
        (build("lenet(10)"), images),
        (build("lenet(16, 20, 3, 4)"), rng.normal([3, 3, 16, 20], DType::F32)),
        (build("decoder(11, 8, 2, 16, 4)"), tokens.clone()),
        (build("encoder(11, 8, 2, 16, 4, 3)"), tokens.clone()),
        (llama(), tokens),
    ]
}

fn run(network: &dyn Network, x: &Tensor, trace: &mut Trace) -> Tensor {
    network.forward(std::slice::from_ref(x), trace).unwrap()
}

fn bits(x: &Tensor) -> Vec<u32> {
    x.to_vec::<f32>().into_iter().map(f32::to_bits).collect()
}

/// What every network owes; new networks are added to `all`.
#[test]
fn networks_keep_their_promises() {
    for (mut network, x) in all() {
        let what = network.config().to_string();
        let sites = network.sites();
        let plain = bits(&run(&*network, &x, &mut Trace::none()));
        // All sites are passed, in the order promised, with the axes and sizes promised; listening changes nothing.
        let mut trace = Trace::new().record("**").grad("**");
        let y = run(&*network, &x, &mut trace);
        assert_eq!(bits(&y), plain, "{what}");
        let passed: Vec<&Site> = trace.recorded().map(|(s, _)| s).collect();
        assert_eq!(passed, sites.iter().map(|s| &s.site).collect::<Vec<_>>(), "{what}");
        for (info, (site, a)) in sites.iter().zip(trace.recorded()) {
            assert_eq!(info.axes, a.axes(), "{site} of {what}");
            assert!(info.sizes.iter().zip(a.shape()).all(|(known, n)| known.is_none_or(|k| k == *n)), "{site}");
        }
        // Every site matters: it gets a gradient. Without parameters that are variables, the sites start the tape.
        for (site, g) in trace.gradients(&y.square().sum()).unwrap() {
            assert!(g.tensor().abs().max().item() > 0.0, "{site} of {what}");
        }
        // Edits that put back what was there change nothing.
        for (site, a) in trace.recorded() {
            let back = Edit::Swap(a.detach()).at(Select::rows([2, 0]));
            assert_eq!(bits(&run(&*network, &x, &mut Trace::new().edit(site, back))), plain, "{site} of {what}");
        }
        // Names: told apart, in the same order for reading and changing, and enough to build the network again.
        let names: Vec<String> = network.parameters().into_iter().map(|(n, _)| n).collect();
        assert_eq!(names, network.parameters_mut().into_iter().map(|(n, _)| n).collect::<Vec<_>>());
        let mut sorted = names.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), names.len());
        let again = Architecture::from_json(&network.config()).unwrap().build(&mut Rng::new(1), Device::Cpu).unwrap();
        assert_eq!(again.parameters().into_iter().map(|(n, _)| n).collect::<Vec<_>>(), names);
        assert_eq!(again.config(), network.config());
        // The same seed, the same weights; examples of a batch do not see each other.
        assert_eq!(bits(&run(&*again, &x, &mut Trace::none())), plain);
        let alone = run(&*network, &x.get(1..2), &mut Trace::none());
        let together = run(&*network, &x, &mut Trace::none()).get(1..2);
        assert!(alone.is_close(&together, 1e-5, 1e-5), "{what}");
        assert_eq!(run(&*network, &x.get(0..0), &mut Trace::none()).len(), 0, "{what}");
        // Fingerprints notice a single bit.
        assert_eq!(fingerprint(&*network), fingerprint(&*again));
        let before = fingerprint(&*network);
        network.parameters_mut()[0].1.update(|p| {
            let mut v = p.to_vec::<f32>();
            v[0] = f32::from_bits(v[0].to_bits() ^ 1);
            Tensor::new(v, p.shape()).unwrap()
        });
        assert_ne!(fingerprint(&*network), before);
        // What does not fit is refused with words.
        for wrong in
            [vec![], vec![x.clone(), x.clone()], vec![Tensor::zeros([2, 99], DType::F32)], vec![Tensor::from(1f32)]]
        {
            assert!(network.forward(&wrong, &mut Trace::none()).is_err(), "{what}");
        }
    }
}

#[test]
fn gradients_of_parameters_agree_with_differences() {
    for (mut network, x) in all() {
        for (_, p) in network.parameters_mut() {
            // Larger weights than a fresh network's, so that every part is felt.
            *p = if p.rank() > 1 { p.to(DType::F64) * 3.0 } else { p.to(DType::F64) };
        }
        let x = if x.dtype().is_float() { x.to(DType::F64) } else { x };
        let loss = |n: &dyn Network| run(n, &x, &mut Trace::none()).tanh().square().sum();
        network.parameters_mut().into_iter().for_each(|(_, p)| *p = p.variable());
        let y = loss(&*network);
        let gradients = y.grad(&network.parameters().into_iter().map(|(_, p)| p).collect::<Vec<_>>());
        for (i, g) in gradients.iter().enumerate() {
            // Along the gradient itself the slope is its norm.
            let norm = g.square().sum().item().sqrt();
            let along = g * (1.0 / norm.max(1e-12));
            let mut slope = |h: f64| {
                let (name, p) = network.parameters_mut().swap_remove(i);
                let before = p.detach();
                p.update(|p| p + &along * h);
                let y = no_grad(|| loss(&*network).item());
                network.parameters_mut().swap_remove(i).1.update(|_| before);
                (name, y)
            };
            let ((name, up), (_, down)) = (slope(1e-5), slope(-1e-5));
            let found = (up - down) / 2e-5;
            assert!((found - norm).abs() < 1e-4 * (1.0 + norm), "{name}: {found} {norm}");
        }
    }
}

#[test]
fn lenet_is_its_layers() {
    let network = Cnn::new(&CnnConfig::lenet(28, 28, 1, 10), &mut Rng::new(3)).unwrap();
    let x = Rng::new(4).normal([2, 28, 28], DType::F32);
    let mut trace = Trace::new().record("{conv2,fc2.pre}");
    let logits = run(&network, &x, &mut trace);
    // By loops: one number of the second convolution.
    let (w1, b1) = (network.convolutions[0].weight.to_vec::<f32>(), network.convolutions[0].bias.as_ref().unwrap());
    let b1 = b1.to_vec::<f32>();
    let image = x.get(1).to_vec::<f32>();
    let first = |c: usize, i: usize, j: usize| -> f32 {
        let at = |di: usize, dj: usize| image[(i + di) * 28 + j + dj] * w1[(c * 5 + di) * 5 + dj];
        (0..25).map(|k| at(k / 5, k % 5)).sum::<f32>() + b1[c]
    };
    let pooled = |c: usize, i: usize, j: usize| -> f32 {
        (0..4).map(|k| first(c, 2 * i + k / 2, 2 * j + k % 2)).fold(0.0, f32::max)
    };
    let w2 = network.convolutions[1].weight.to_vec::<f32>();
    let mut expected = network.convolutions[1].bias.as_ref().unwrap().to_vec::<f32>()[7];
    for (n, w) in w2[7 * 150..8 * 150].iter().enumerate() {
        expected += w * pooled(n / 25, 3 + n % 25 / 5, 2 + n % 5);
    }
    let conv2 = trace.get(&"conv2".parse().unwrap()).unwrap();
    assert!((conv2.tensor().get((1, 7, 3, 2)).item() as f32 - expected).abs() < 1e-4);
    let last = trace.get(&"fc2.pre".parse().unwrap()).unwrap().tensor().relu();
    assert!(network.layers[2].forward(&last).is_close(&logits, 1e-6, 0.0));
    // Flat images are the same images.
    let flat = run(&network, &x.reshape([2, 784]), &mut Trace::none());
    assert_eq!(bits(&flat), bits(&logits));
}

/// Attention by the formula, one number at a time.
fn slow_attention(a: &Attention, x: &Tensor, base: Option<f64>) -> (Vec<f64>, Vec<f64>) {
    let (p, d, h, g) = (x.size(1), x.size(2), a.heads, a.groups);
    let width = d / h;
    let project = |l: &symbolon_net::layers::Linear, n: usize| -> Vec<Vec<Vec<f64>>> {
        let y = l.forward(x).to_vec::<f64>();
        let head = |k: usize, t: usize| y[t * n * width + k * width..][..width].to_vec();
        (0..n).map(|k| (0..p).map(|t| head(k, t)).collect()).collect()
    };
    let turn = |mut v: Vec<Vec<Vec<f64>>>| {
        let Some(base) = base else { return v };
        for row in v.iter_mut() {
            for (t, u) in row.iter_mut().enumerate() {
                for i in 0..width / 2 {
                    let angle = t as f64 * base.powf(-2.0 * i as f64 / width as f64);
                    let (a, b) = (u[i], u[i + width / 2]);
                    u[i] = a * angle.cos() - b * angle.sin();
                    u[i + width / 2] = b * angle.cos() + a * angle.sin();
                }
            }
        }
        v
    };
    let (q, k, v) = (turn(project(&a.q, h)), turn(project(&a.k, g)), project(&a.v, g));
    let (mut patterns, mut zs) = (Vec::new(), vec![0.0; p * d]);
    for head in 0..h {
        let group = head / (h / g);
        for t in 0..p {
            let dot = |s: usize| q[head][t].iter().zip(&k[group][s]).map(|(a, b)| a * b).sum::<f64>();
            let e: Vec<f64> = (0..=t).map(|s| (dot(s) / (width as f64).sqrt()).exp()).collect();
            let total: f64 = e.iter().sum();
            for (s, value) in v[group].iter().enumerate() {
                let weight = e.get(s).map_or(0.0, |e| e / total);
                patterns.push(weight);
                for i in 0..width {
                    zs[t * d + head * width + i] += weight * value[i];
                }
            }
        }
    }
    (patterns, zs)
}

#[test]
fn attention_is_its_formula_with_shared_heads_and_rotary_positions() {
    for (groups, base) in [(4, None), (2, Some(100.0)), (1, Some(10_000.0))] {
        let mut rng = Rng::new(7);
        let mut a = Attention::new(&mut rng, 16, 4, groups, true, Look::causal(), Init::Normal(0.5));
        let x = rng.normal([1, 5, 16], DType::F64);
        for l in [&mut a.q, &mut a.k, &mut a.v, &mut a.out] {
            (l.weight, l.bias) = (l.weight.to(DType::F64), l.bias.as_ref().map(|b| b.to(DType::F64)));
        }
        let rope = base.map(|b| Rope::new(0..5, 4, b));
        let mut trace = Trace::new().record("a.**");
        let y = a.forward(&x, rope.as_ref(), format_args!("a"), &mut trace).unwrap();
        let (patterns, zs) = slow_attention(&a, &x, base);
        let close = |a: Vec<f64>, b: &[f64]| {
            assert_eq!(a.len(), b.len());
            // Tables of angles are kept in single precision.
            assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6), "{groups} {base:?}");
        };
        let at = |name: &str| trace.get(&name.parse().unwrap()).unwrap().clone();
        close(at("a.pattern").tensor().to_vec(), &patterns);
        close(at("a.z").tensor().transpose(1, 2).to_vec(), &zs);
        let out = a.out.forward(&Tensor::new(zs, [1, 5, 16]).unwrap());
        close(y.to_vec(), &out.to_vec::<f64>());
    }
}

#[test]
fn a_decoder_does_not_see_what_comes_and_an_encoder_does() {
    let x = Tensor::from([[1i64, 2, 3, 4, 5]]);
    let changed = Tensor::from([[1i64, 2, 3, 4, 6]]);
    for (network, sees) in [(build("decoder(11, 8, 2, 16, 4)"), false), (build("encoder(11, 8, 2, 16, 4, 3)"), true)] {
        let [a, b] = [&x, &changed].map(|x| run(&*network, x, &mut Trace::none()).get((0, ..4)));
        assert_eq!(a.to_vec::<f32>() != b.to_vec::<f32>(), sees);
    }
}

#[test]
fn patterns_can_be_edited_and_heads_switched_off() {
    let network = build("decoder(11, 8, 2, 16, 4)");
    let x = Tensor::from([[1i64, 2, 3, 4, 5]]);
    // Everybody looks at the first position only: then z is the first value.
    let first = Tensor::from([1f32, 0.0, 0.0, 0.0, 0.0]);
    let mut trace = Trace::new().edit("blocks.0.attn.pattern", Edit::Replace(first)).record("blocks.0.attn.{v,z}");
    run(&*network, &x, &mut trace);
    let at = |name: &str| trace.get(&name.parse().unwrap()).unwrap().tensor().clone();
    let v = at("blocks.0.attn.v").get((.., .., 0..1)).expand([1, 4, 5, 4]);
    assert!(at("blocks.0.attn.z").is_close(&v, 1e-6, 0.0));
    // A head without output is a head whose rows of the output map are not there.
    let mut cut = Transformer::new(&TransformerConfig::decoder(11, 8, 2, 16, 4), &mut Rng::new(1)).unwrap();
    cut.blocks[1].attn.out.weight = cut.blocks[1].attn.out.weight.set(8..12, &Tensor::from(0f32));
    let off = run(&*network, &x, &mut Trace::new().edit("blocks.1.attn.z[2]", Edit::Zero));
    assert!(off.is_close(&run(&cut, &x, &mut Trace::none()), 1e-5, 1e-5));
}

#[test]
fn dropout_is_for_training_passes_only() {
    let mut json = "mlp(5, 64, 3)".parse::<Architecture>().unwrap().to_json();
    json["dropout"] = 0.5.into();
    let network = Architecture::from_json(&json).unwrap().build(&mut Rng::new(1), Device::Cpu).unwrap();
    let x = Rng::new(2).normal([3, 5], DType::F32);
    let plain = bits(&run(&*network, &x, &mut Trace::none()));
    assert_eq!(bits(&run(&*network, &x, &mut Trace::new().record("**"))), plain);
    let noisy = |seed| bits(&run(&*network, &x, &mut Trace::none().with_noise(Rng::new(seed))));
    assert_ne!(noisy(1), plain);
    assert_eq!(noisy(1), noisy(1));
    assert_ne!(noisy(1), noisy(2));
}

#[test]
fn architectures_are_read_and_written() {
    for text in ["mlp(784, 256, 10)", "lenet(28, 28, 1, 10)", "decoder(65, 128, 4, 128, 4)"] {
        assert_eq!(text.parse::<Architecture>().unwrap().to_string(), text);
    }
    assert_eq!(" lenet( 10 ) ".parse::<Architecture>().unwrap().to_string(), "lenet(28, 28, 1, 10)");
    let encoder: Architecture = "encoder(65, 128, 4, 128, 4, 10)".parse().unwrap();
    assert_eq!(encoder.to_string().parse::<Architecture>().unwrap(), encoder);
    for wrong in [
        "",
        "lenet",
        "lenet()",
        "lenet(10",
        "lenet(1, 2)",
        "lenet(8, 8, 1, 10)",
        "lenet(0)",
        "mlp(5)",
        "mlp(5, 0)",
        "mlp(5, -1)",
        "mlp(99999999999, 99999999999)",
        "mlp(18446744073709551615, 18446744073709551615)",
        "lenet(18446744073709551615, 28, 1, 10)",
        "lenet(28, 28, 1, 18446744073709551615)",
        "decoder(1, 2, 18446744073709551615, 4, 2)",
        "decoder(1, 2, 3, 5, 2)",
        "resnet(50)",
        "{",
        "{}",
        r#"{"kind": "mlp"}"#,
        r#"{"kind": "mlp", "sizes": [1, 2], "more": 3}"#,
        r#"{"kind": "mlp", "sizes": [1, 2], "dropout": 1.5}"#,
    ] {
        assert!(wrong.parse::<Architecture>().is_err(), "{wrong}");
    }
    let said = "resnet(50)".parse::<Architecture>().unwrap_err().to_string();
    assert!(said.contains("`resnet`") && said.contains("lenet(10)"), "{said}");
}
