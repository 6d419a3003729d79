//! Paths against the pass that they decompose, collapse against its causes, surgery against a network written by hand.

use symbolon_net::{Edit, Network, Trace};
use symbolon_net::{Transformer, TransformerConfig};
use symbolon_read::paths::surgery::{Surgery, along, summed};
use symbolon_read::paths::*;
use symbolon_tensor::{DType, Rng, Tensor};

fn error(a: &Tensor, b: &Tensor) -> f64 {
    (a - b).abs().max().item() / b.abs().max().item()
}

fn run(stack: &AttentionStack, x: &Tensor) -> Tensor {
    stack.forward(&[x.unsqueeze(0)], &mut Trace::none()).unwrap().get(0)
}

#[test]
fn paths_add_up_to_the_pass() {
    let mut rng = Rng::new(3);
    for skips in [true, false] {
        let mut stack = AttentionStack::random(4, 12, 3, skips, &mut rng);
        for layer in &mut stack.layers {
            layer.v.bias = Some(rng.normal([12], DType::F64));
            layer.out.bias = Some(rng.normal([12], DType::F64));
        }
        let x = rng.normal([6, 12], DType::F64);
        let paths = Paths::of(&stack, &x).unwrap();
        assert_eq!(paths.count(), if skips { 256 } else { 81 });
        let whole = run(&stack, &x);
        assert!(error(&paths.sum().unwrap(), &whole) < 1e-12);
        let by_length = (0..=4).fold(paths.offset.clone(), |sum, k| sum + paths.of_length(k));
        assert!(error(&by_length, &whole) < 1e-12);
        // Pure attention has paths of one length only.
        assert_eq!(paths.of_length(2).abs().max().item() > 0.0, skips);
    }
}

#[test]
fn paths_that_are_none_are_refused() {
    let mut rng = Rng::new(4);
    let stack = AttentionStack::random(2, 4, 2, false, &mut rng);
    let paths = Paths::of(&stack, &rng.normal([3, 4], DType::F64)).unwrap();
    for (steps, word) in [
        (vec![Some(0)], "1 steps for 2 layers"),
        (vec![None, Some(0)], "no skip connection"),
        (vec![Some(0), Some(2)], "none number 2"),
    ] {
        assert!(paths.path(&steps).unwrap_err().to_string().contains(word));
    }
    let alone = Paths::of(&stack, &rng.normal([1, 4], DType::F64)).unwrap_err().to_string();
    assert!(alone.contains("at least 2 tokens"), "{alone}");
    let deep = AttentionStack::random(40, 4, 2, true, &mut rng);
    let many = Paths::of(&deep, &rng.normal([3, 4], DType::F64)).unwrap();
    assert!(many.sum().unwrap_err().to_string().contains("too many"));
    let drawn = sample(&[2; 40], 7, 20, &mut rng);
    assert!(drawn.iter().all(|steps| steps.iter().flatten().count() == 7));
}

#[test]
fn attention_collapses_and_permutations_do_not() {
    let mut rng = Rng::new(5);
    let stack = AttentionStack::random(12, 16, 2, false, &mut rng);
    let x = rng.normal([1, 10, 16], DType::F64);
    let left = |edit: Option<Edit>| {
        let trace = edit.into_iter().fold(Trace::new(), |t, e| t.edit("blocks.*.attn.pattern", e));
        relative_residual(&stack.forward(std::slice::from_ref(&x), &mut { trace }).unwrap()).item()
    };
    assert!(left(None) < 1e-6);
    assert!(left(Some(Edit::Replace(Tensor::eye(10, DType::F64)))) > 0.1);
    let order = rng.permutation(10);
    assert!(left(Some(Edit::Replace(order.one_hot(10, DType::F64)))) > 0.1);
}

#[test]
fn residuals_stay_below_the_bound_where_it_binds() {
    let mut rng = Rng::new(6);
    let mut bound = 0;
    for scale in [0.3, 0.1, 0.03, 0.01] {
        let stack = AttentionStack::random(2, 8, 2, false, &mut rng);
        let x = rng.normal([5, 8], DType::F64) * scale;
        let (law, before) = (Bound::of(&stack), composite_norm(&residual(&x)).item());
        if law.binds(before) {
            bound += 1;
            let excess = composite_norm(&residual(&run(&stack, &x))).item().ln() - law.ln_after(before);
            assert!(excess <= 0.0 && Bound::excess(&stack, &x).unwrap() == Some(excess));
        }
        assert_eq!(Bound::excess(&stack, &x).unwrap().is_some(), law.binds(before));
    }
    assert!(bound > 0);
}

#[test]
fn residual_and_norm_of_small_matrices() {
    let x = Tensor::from([[1.0f64, -2.0], [3.0, 4.0]]);
    assert_eq!(residual(&x).to_vec::<f64>(), [-1.0, -3.0, 1.0, 3.0]);
    assert!((composite_norm(&x).item() - (6.0f64 * 7.0).sqrt()).abs() < 1e-12);
    assert_eq!(relative_residual(&Tensor::from([[1.0f64, 2.0], [1.0, 2.0]])).item(), 0.0);
    assert_eq!(relative_residual(&x.zeros_like()).item(), 0.0);
}

fn embedded(net: &Transformer, tokens: &Tensor) -> Tensor {
    net.embed.weight.embedding(tokens) + net.embed.positions.as_ref().unwrap().narrow(0, ..tokens.size(1))
}

/// The transformer once more, with its parts switched off by hand.
fn by_hand(net: &Transformer, tokens: &Tensor, what: Surgery) -> Tensor {
    let mut x = embedded(net, tokens);
    let mut none = Trace::none();
    for block in &net.blocks {
        let a = block.attn.forward(&block.attn_norm.forward(&x), None, format_args!("a"), &mut none).unwrap();
        x = if what.skips { x + a } else { a };
        if what.mlps {
            let m = block.mlp.forward(&block.mlp_norm.forward(&x), format_args!("m"), &mut none).unwrap();
            x = if what.skips { x + m } else { m };
        }
    }
    net.unembed.as_ref().unwrap().forward(&net.final_norm.as_ref().unwrap().forward(&x))
}

#[test]
fn surgery_leaves_what_is_written_by_hand() {
    let mut rng = Rng::new(7);
    let net = Transformer::new(&TransformerConfig::encoder(9, 5, 3, 12, 3, 4), &mut rng).unwrap();
    let tokens = Tensor::new(vec![1i64, 2, 3, 4, 5, 8, 0, 0, 7, 6], [2, 5]).unwrap();
    for (name, what) in Surgery::ALL {
        let edited = net.forward(std::slice::from_ref(&tokens), &mut what.on(Trace::new(), 3)).unwrap();
        assert!(error(&edited, &by_hand(&net, &tokens, what)) < 1e-4, "{name}");
    }
    // A path that leaves all layers out is the embedding read out; another path is something else.
    let empty = net.forward(std::slice::from_ref(&tokens), &mut along(Trace::new(), &[None; 3], 3)).unwrap();
    let x = embedded(&net, &tokens);
    let read = net.unembed.as_ref().unwrap().forward(&net.final_norm.as_ref().unwrap().forward(&x));
    assert!(error(&empty, &read) < 1e-6);
    let steps = vec![None, Some(1), None];
    let one = net.forward(std::slice::from_ref(&tokens), &mut along(Trace::new(), &steps, 3)).unwrap();
    assert!(error(&one, &read) > 1e-3);
    let both = summed(&net, &tokens, &[vec![None; 3], steps], 3).unwrap();
    assert!(error(&both, &(one + read)) < 1e-5);
    assert!(summed(&net, &tokens, &[], 3).is_err());
}

#[test]
fn a_published_model_collapses_without_its_skips() {
    let config = serde_json::json!({
        "model_type": "llama", "vocab_size": 40, "hidden_size": 16, "num_hidden_layers": 6, "num_attention_heads": 2,
        "intermediate_size": 24, "tie_word_embeddings": true
    });
    let config = symbolon_net::pretrained::Config::from_json(&config).unwrap();
    let network = symbolon_net::pretrained::Transformer::random(&config, &mut Rng::new(2)).unwrap();
    let left = surgery::collapse(&network, &Rng::new(3).indices([2, 7], 40)).unwrap();
    assert_eq!(left.iter().map(|l| l.0).collect::<Vec<_>>(), Surgery::ALL.map(|s| s.0));
    assert!(left.iter().all(|(_, by_layer)| by_layer.len() == 7 && by_layer.iter().all(|l| l.len() == 2)));
    let last = |i: usize| left[i].1[6][0];
    assert!(last(3) < 0.5 * last(0), "{} {}", last(3), last(0));
}
