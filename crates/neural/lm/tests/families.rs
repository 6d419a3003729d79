//! Every family against transformers, on tiny random checkpoints: `tests/golden/make_families.py`.

mod common;

use common::{golden, scratch};
use std::collections::BTreeMap;
use symbolon_lm::{Weights, load_network};
use symbolon_net::pretrained::{Cache, Pass, Transformer};
use symbolon_net::{Edit, Network, Trace};
use symbolon_tensor::{DType, Tensor, io, no_grad};

const FAMILIES: [&str; 8] = ["llama", "llama3-rope", "gemma3", "gpt2", "neox", "neox-serial", "bert", "vit"];
const DECODERS: [&str; 6] = ["llama", "llama3-rope", "gemma3", "gpt2", "neox", "neox-serial"];

fn family(name: &str) -> (Transformer, BTreeMap<String, Tensor>) {
    let folder = golden(&format!("tiny-{name}"));
    (
        load_network(&folder).unwrap_or_else(|e| panic!("{name}: {e}")),
        io::load(folder.join("expected.safetensors")).unwrap(),
    )
}

fn inputs(expected: &BTreeMap<String, Tensor>) -> Vec<Tensor> {
    ["input_ids", "pixel_values", "attention_mask"].iter().filter_map(|k| expected.get(*k).cloned()).collect()
}

/// The largest difference over the root mean square of what is expected.
fn difference(found: &Tensor, expected: &Tensor) -> f64 {
    assert_eq!(found.shape(), expected.shape());
    let (a, b) = (found.to(DType::F64), expected.to(DType::F64));
    (&a - &b).abs().max().item() / b.square().mean().sqrt().item()
}

fn near(what: &str, found: &Tensor, expected: &Tensor) {
    let d = difference(found, expected);
    assert!(d < 2e-5, "{what}: {d}");
}

#[test]
fn every_family_computes_what_transformers_computes() {
    for name in FAMILIES {
        let (network, expected) = family(name);
        let mut trace = Trace::new()
            .record("embed")
            .record("blocks.*.resid_post")
            .record("blocks.*.attn.pattern")
            .record("final_norm");
        let given = inputs(&expected);
        let out = no_grad(|| network.forward(&given, &mut trace)).unwrap();
        let at = |site: &str| trace.get(&site.parse().unwrap()).unwrap().tensor().clone();
        // Rows of padding hold nothing that anybody reads.
        let real = |x: Tensor| match given.get(1) {
            Some(_) => Tensor::cat(&[&x.narrow(0, ..1).narrow(1, ..7), &x.narrow(0, 1..).narrow(1, ..7)], 0),
            None => x,
        };
        near(&format!("{name} embed"), &real(at("embed")), &real(expected["hidden.0"].clone()));
        let layers = network.config.layers;
        for l in 0..layers {
            let pattern = format!("{name} blocks.{l}.attn.pattern");
            let heads = |x: &Tensor| real(x.transpose(1, 2));
            near(
                &pattern,
                &heads(&at(&format!("blocks.{l}.attn.pattern"))),
                &heads(&expected[&format!("pattern.{l}")]),
            );
            // transformers gives the last hidden state behind the final norm (but for ViT).
            let last = l + 1 == layers && name != "vit";
            let ours = if last { at("final_norm") } else { at(&format!("blocks.{l}.resid_post")) };
            near(&format!("{name} layer {l}"), &real(ours), &real(expected[&format!("hidden.{}", l + 1)].clone()));
        }
        let output = if name == "vit" { out } else { real(out) };
        let theirs = if name == "vit" { expected["output"].clone() } else { real(expected["output"].clone()) };
        near(&format!("{name} output"), &output, &theirs);
    }
}

#[test]
fn a_pass_that_nobody_listens_to_gives_the_same() {
    for name in FAMILIES {
        let (network, expected) = family(name);
        let given = inputs(&expected);
        let quiet = no_grad(|| network.forward(&given, &mut Trace::none())).unwrap();
        let mut all = network.sites().iter().fold(Trace::new(), |t, s| t.record(s.site.name()));
        let loud = no_grad(|| network.forward(&given, &mut all)).unwrap();
        near(name, &quiet, &loud);
        // Every site that is promised is passed, with the promised axes and sizes.
        let passed: Vec<String> = all.recorded().map(|(s, _)| s.to_string()).collect();
        assert_eq!(passed, network.sites().iter().map(|s| s.site.to_string()).collect::<Vec<_>>(), "{name}");
        for (info, (_, activation)) in network.sites().iter().zip(all.recorded()) {
            assert_eq!(info.axes, activation.axes(), "{name} {}", info.site);
            for (promised, n) in info.sizes.iter().zip(activation.shape()) {
                assert!(promised.is_none_or(|p| p == *n), "{name} {}", info.site);
            }
        }
    }
}

#[test]
fn identity_edits_change_nothing_and_swapped_runs_take_over() {
    for name in FAMILIES {
        let (network, expected) = family(name);
        let given = inputs(&expected);
        let other: Vec<Tensor> =
            given.iter().enumerate().map(|(i, x)| if i == 0 { x.flip(&[1]) } else { x.clone() }).collect();
        no_grad(|| {
            let mut first =
                Trace::new().record("blocks.0.resid_post").record("blocks.1.attn.z").record("blocks.*.attn.pattern");
            let plain = network.forward(&given, &mut first).unwrap();
            let bits = |x: &Tensor| x.to_vec::<f32>().iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            let mut same = Trace::new().edit("blocks.*.resid_mid", Edit::Scale(1.0)).record("blocks.*.attn.pattern");
            assert_eq!(bits(&network.forward(&given, &mut same).unwrap()), bits(&plain), "{name}");
            // The stream of another run: everything behind it is that run.
            let stream = first.get(&"blocks.0.resid_post".parse().unwrap()).unwrap().clone();
            let mut swapped =
                Trace::new().edit("blocks.0.resid_post", Edit::Swap(stream.clone())).record("blocks.*.attn.pattern");
            assert_eq!(bits(&network.forward(&other, &mut swapped).unwrap()), bits(&plain), "{name}");
            // The same by beginning there.
            let pass = Pass { from: Some((1, stream.tensor().clone())), ..Pass::default() };
            let mut later = Trace::new().record("blocks.*.attn.pattern");
            assert_eq!(bits(&network.run(&given, pass, &mut later).unwrap()), bits(&plain), "{name}");
            // Frozen patterns: written back where they came from, they change nothing beyond rounding.
            let mut frozen = first
                .recorded()
                .filter(|(s, _)| s.part() == "attn.pattern")
                .fold(Trace::new(), |t, (s, a)| t.edit(s.name(), Edit::Swap(a.clone())));
            near(name, &network.forward(&given, &mut frozen).unwrap(), &plain);
        });
    }
}

#[test]
fn a_cache_gives_what_one_pass_gives() {
    for name in DECODERS {
        let (network, expected) = family(name);
        let ids = expected["input_ids"].to(DType::I64);
        no_grad(|| {
            let whole = network.forward(&[ids.clone()], &mut Trace::none()).unwrap();
            let mut cache = Cache::new();
            let mut from = 0;
            for n in [4, 1, 1, 3, 2] {
                let part = ids.narrow(1, from..from + n);
                let pass = Pass { cache: Some(&mut cache), ..Pass::default() };
                let logits = network.run(&[part], pass, &mut Trace::none()).unwrap();
                near(name, &logits, &whole.narrow(1, from..from + n));
                from += n;
            }
            assert_eq!(cache.len(), 11);
            // Back to the first four, on with the last positions' logits only.
            cache.truncate(4);
            let pass = Pass { cache: Some(&mut cache), last_only: true, ..Pass::default() };
            let last = network.run(&[ids.narrow(1, 4..)], pass, &mut Trace::none()).unwrap();
            near(name, &last, &whole.narrow(1, 10..));
            // A shared prefix for several continuations.
            let mut one = Cache::new();
            let pass = Pass { cache: Some(&mut one), until: Some(network.config.layers), ..Pass::default() };
            network.run(&[ids.narrow(0, ..1).narrow(1, ..5)], pass, &mut Trace::none()).unwrap();
            let rest = Tensor::cat(&[&ids.narrow(0, ..1).narrow(1, 5..), &ids.narrow(0, 1..).narrow(1, 5..)], 0);
            let mut both = one.repeat(2);
            let pass = Pass { cache: Some(&mut both), ..Pass::default() };
            let logits = network.run(&[rest], pass, &mut Trace::none()).unwrap();
            near(name, &logits.narrow(0, ..1), &whole.narrow(0, ..1).narrow(1, 5..));
        });
    }
}

#[test]
fn gradients_reach_every_site() {
    let (network, expected) = family("gemma3");
    let ids = expected["input_ids"].to(DType::I64);
    let sites =
        ["embed", "blocks.1.attn.q", "blocks.2.attn.v", "blocks.1.attn.z", "blocks.3.mlp.post", "blocks.0.resid_mid"];
    let mut trace = sites.iter().fold(Trace::new(), |t, s| t.grad(*s));
    let loss = network.forward(&[ids.clone()], &mut trace).unwrap().get((0, -1, 7));
    for (site, gradient) in trace.gradients(&loss).unwrap() {
        // Along the gradient the loss grows by the gradient's square: a difference quotient of the whole network.
        let direction = gradient.tensor().clone();
        let square = direction.square().sum().item();
        assert!(square > 0.0, "{site}");
        let step = 1e-2 / square.sqrt();
        let moved = |by: f64| {
            let mut t = Trace::new().edit(site.name(), Edit::Add(&direction * by));
            no_grad(|| network.forward(&[ids.clone()], &mut t)).unwrap().get((0, -1, 7)).item()
        };
        let quotient = (moved(step) - moved(-step)) / (2.0 * step);
        assert!((quotient / square - 1.0).abs() < 2e-2, "{site}: {quotient} {square}");
    }
}

#[test]
fn frozen_norms_make_the_stream_linear() {
    let (network, expected) = family("llama");
    let ids = expected["input_ids"].to(DType::I64);
    no_grad(|| {
        let mut seen =
            Trace::new().record("blocks.*.*.norm_scale").record("final_norm_scale").record("blocks.*.attn.pattern");
        let plain = network.forward(&[ids.clone()], &mut seen).unwrap();
        let freeze = || seen.recorded().fold(Trace::new(), |t, (s, a)| t.edit(s.name(), Edit::Swap(a.clone())));
        near("frozen", &network.forward(&[ids.clone()], &mut freeze()).unwrap(), &plain);
        // With norms, patterns and the last feed-forward layer out of the way, doubling the embedding doubles all.
        let silent = || freeze().edit("blocks.*.mlp.out", Edit::Zero);
        let once = network.forward(&[ids.clone()], &mut silent()).unwrap();
        let twice = network.forward(&[ids.clone()], &mut silent().edit("embed", Edit::Scale(2.0))).unwrap();
        near("linear", &twice, &(once * 2.0));
    });
}

#[test]
fn what_does_not_fit_is_told_before_any_work() {
    let (network, expected) = family("gpt2");
    let ids = expected["input_ids"].to(DType::I64);
    let run = |input: Tensor| network.forward(&[input], &mut Trace::none()).unwrap_err().to_string();
    assert!(run(Tensor::from(vec![vec![40i64]].concat()).reshape([1, 1])).contains("40"));
    assert!(run(Tensor::zeros([1, 65], DType::I64)).contains("64"));
    assert!(run(Tensor::zeros([3], DType::I64)).contains("[batch, position]"));
    assert!(run(Tensor::zeros([1, 3], DType::F32)).contains("[batch, position]"));
    assert!(network.forward(&[], &mut Trace::none()).is_err());
    let e = network.forward(&[ids.clone()], &mut Trace::new().record("blocks.0.mlp.prey")).unwrap_err().to_string();
    assert!(e.contains("blocks.0.mlp.pre"), "{e}");
    let wrong = Edit::Replace(Tensor::zeros([2, 11, 5], DType::F32));
    let e =
        network.forward(&[ids.clone()], &mut Trace::new().edit("blocks.0.mlp.post", wrong)).unwrap_err().to_string();
    assert!(e.contains("blocks.0.mlp.post"), "{e}");
    let mut two = Cache::new();
    network.run(&[ids.clone()], Pass { cache: Some(&mut two), ..Pass::default() }, &mut Trace::none()).unwrap();
    let pass = Pass { cache: Some(&mut two), ..Pass::default() };
    assert!(network.run(&[ids.narrow(0, ..1)], pass, &mut Trace::none()).unwrap_err().to_string().contains("batch"));
    let (vit, _) = family("vit");
    assert!(vit.forward(&[Tensor::zeros([1, 3, 12, 12], DType::F32)], &mut Trace::none()).is_err());
}

#[test]
fn configs_that_contradict_the_weights_name_tensor_and_shapes() {
    let folder = scratch("contradicting");
    let from = golden("tiny-llama");
    std::fs::copy(from.join("model.safetensors"), folder.join("model.safetensors")).unwrap();
    let config = std::fs::read_to_string(from.join("config.json")).unwrap();
    let refused = |old: &str, new: &str| {
        assert!(config.contains(old), "{old}");
        std::fs::write(folder.join("config.json"), config.replace(old, new)).unwrap();
        load_network(&folder).map(|_| ()).unwrap_err().to_string()
    };
    let e = refused("\"intermediate_size\": 24", "\"intermediate_size\": 25");
    assert!(e.contains("mlp.gate_proj.weight") && e.contains("[24, 16]") && e.contains("[25, 16]"), "{e}");
    let e = refused("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3");
    assert!(e.contains("layers.2") && e.contains("missing"), "{e}");
    let e = refused("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1");
    assert!(e.contains("layers.1") && e.contains("no place"), "{e}");
    let e = refused("\"model_type\": \"llama\"", "\"model_type\": \"mamba\"");
    assert!(e.contains("mamba") && e.contains("gpt_neox"), "{e}");
    let e = refused("\"hidden_size\": 16", "\"hidden_size\": \"wide\"");
    assert!(e.contains("hidden_size") && e.contains("wide"), "{e}");
    let e = refused("\"num_attention_heads\": 4", "\"num_attention_heads\": 0");
    assert!(e.contains("heads"), "{e}");
    let e = refused("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 99999999999999");
    assert!(e.contains("layers"), "{e}");
    let e = refused("\"vocab_size\": 40", "\"vocab_size\": 18446744073709551615");
    assert!(e.contains("vocabulary"), "{e}");
    std::fs::remove_file(folder.join("config.json")).unwrap();
    assert!(load_network(&folder).map(|_| ()).unwrap_err().to_string().contains("config.json"));
    assert!(load_network(folder.join("absent")).is_err());
    assert!(Weights::open(&from).unwrap().shape("lm_head.weight").is_some());
}
