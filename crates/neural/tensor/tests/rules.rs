//! The laws of each rule set: what is conserved, what equals the ordinary gradient and when.

mod common;
use common::Dice;
use symbolon_tensor::rules::{Rules, with_rules};
use symbolon_tensor::{Attention, Create, DType, Graph, Tensor, Windows, grad};

/// Relevance of `x` for `y`, seeded with `y` itself.
fn relevance(rules: Rules, y: &Tensor, x: &Tensor) -> Tensor {
    with_rules(rules, || grad(&[y], &[&y.detach()], &[x], Create::None)).remove(0).unwrap()
}

/// A deep network without offsets.
fn network(dice: &mut Dice, x: &Tensor) -> Tensor {
    let w = |d: &mut Dice, a, b| d.tensor(&[a, b], -1.0, 1.0).variable();
    let h = x.matmul(&w(dice, 4, 6)).relu();
    let h = (h.matmul(&w(dice, 6, 6)).relu() + &h).matmul(&w(dice, 6, 5)).relu();
    h.matmul(&w(dice, 5, 1)).sum()
}

#[test]
fn an_empty_set_is_the_gradient() {
    let x = Dice(1).tensor(&[3, 4], -1.0, 1.0).variable();
    let y = network(&mut Dice(2), &x);
    let plain = y.grad(&[&x]).remove(0);
    assert_eq!(with_rules(Rules::gradient(), || y.grad(&[&x])).remove(0).to_vec::<f64>(), plain.to_vec::<f64>());
}

#[test]
fn guided_and_deconvolved_cotangents_are_never_negative_behind_a_relu() {
    let x = Dice(3).tensor(&[3, 4], -1.0, 1.0).variable();
    let h = (&x * 1.5).named("h");
    let y = network(&mut Dice(4), &h.relu());
    for rules in [Rules::guided(), Rules::deconvnet()] {
        let g = with_rules(rules.clone(), || y.grad(&[&h])).remove(0).to_vec::<f64>();
        assert!(g.iter().all(|&v| v >= 0.0), "{rules:?}");
        let dead = h.to_vec::<f64>().iter().zip(&g).any(|(&h, &g)| h < 0.0 && g > 0.0);
        assert_eq!(dead, rules.name() == "deconvnet", "only the deconvolution passes through dead units");
    }
    let sharp = with_rules(Rules::soft_gates(1e6), || y.grad(&[&h])).remove(0);
    assert!(sharp.is_close(&y.grad(&[&h])[0], 1e-9, 1e-9));
}

#[test]
fn relevance_of_a_relu_network_is_gradient_times_input() {
    let x = Dice(5).tensor(&[1, 4], -1.0, 1.0).variable();
    let y = network(&mut Dice(6), &x);
    let r = relevance(Rules::lrp_epsilon(1e-12), &y, &x);
    assert!(r.is_close(&(y.grad(&[&x]).remove(0) * x.detach()), 1e-8, 1e-8));
}

#[test]
fn relevance_is_conserved() {
    let x = Dice(7).tensor(&[3, 4], -1.0, 1.0).variable();
    let y = network(&mut Dice(8), &x);
    for rules in [
        Rules::lrp_epsilon(1e-12),
        Rules::lrp_gamma(0.25, 1e-12),
        Rules::lrp_gamma(10.0, 1e-12),
        Rules::lrp_alpha_beta(2.0, 1e-12),
        Rules::lrp_alpha_beta(1.0, 1e-12),
    ] {
        let r = relevance(rules.clone(), &y, &x).sum().item();
        // A unit whose contributions all have one sign gives αβ nothing to share on the other side.
        let loose = if rules.name().contains("beta") { 0.5 } else { 1e-6 };
        assert!((r - y.item()).abs() <= loose * y.item().abs(), "{rules:?}: {r} of {}", y.item());
    }
    assert!(relevance(Rules::lrp_gamma(0.0, 1e-12), &y, &x).is_close(
        &relevance(Rules::lrp_epsilon(1e-12), &y, &x),
        1e-8,
        1e-8
    ));
}

#[test]
fn alpha_one_shares_positive_contributions_only() {
    // z = 2·1 + (-1)·1 + 1·1: positive contributions 2 and 1, in these proportions.
    let x = Tensor::from([[2.0f64, -1.0, 1.0]]).variable();
    let y = x.matmul(&Tensor::ones([3, 1], symbolon_tensor::DType::F64));
    let r = relevance(Rules::lrp_alpha_beta(1.0, 0.0), &y, &x);
    assert!(r.is_close(&Tensor::from([[4.0f64 / 3.0, 0.0, 2.0 / 3.0]]), 1e-12, 0.0));
    let r = relevance(Rules::lrp_alpha_beta(2.0, 0.0), &y, &x);
    assert!(r.is_close(&Tensor::from([[8.0f64 / 3.0, -2.0, 4.0 / 3.0]]), 1e-12, 0.0));
}

#[test]
fn relevance_flows_through_convolutions() {
    let mut dice = Dice(9);
    let x = dice.tensor(&[1, 2, 6, 6], -1.0, 1.0).variable();
    let (w, v) = (dice.tensor(&[3, 2, 3, 3], -1.0, 1.0).variable(), dice.tensor(&[12, 1], -1.0, 1.0).variable());
    let y =
        x.conv2d(&w, None, Windows::default()).relu().max_pool2d([2, 2], Windows::stride(2)).flatten(1, 3).matmul(&v);
    for rules in [Rules::lrp_epsilon(1e-12), Rules::lrp_gamma(0.5, 1e-12)] {
        let r = relevance(rules, &y, &x);
        assert!((r.sum().item() - y.item()).abs() < 1e-6);
    }
}

#[test]
fn relevance_through_attention_is_shared_between_values_and_pattern() {
    let mut dice = Dice(10);
    let x = dice.tensor(&[1, 1, 4, 6], -1.0, 1.0).variable();
    let w = [0; 3].map(|_| dice.tensor(&[6, 6], -1.0, 1.0).variable());
    let [q, k, v] = [0, 1, 2].map(|i| x.matmul(&w[i]));
    let a = Attention::causal().run(&q, &k, &v);
    let y = a.out.sum();
    let values = with_rules(Rules::lrp_epsilon(1e-12), || grad(&[&y], &[&y.detach()], &[&v, &a.pattern], Create::None));
    for part in values {
        assert!((part.unwrap().sum().item() - y.item() / 2.0).abs() < 1e-6, "half to each factor");
    }
    let all = Rules::lrp_epsilon(1e-12).and(Rules::frozen_pattern()).and(Rules::sharing(0.0, 1e-12));
    assert!((relevance(all, &y, &x).sum().item() - y.item()).abs() < 1e-6, "everything through the values");
}

#[test]
fn a_frozen_pattern_passes_nothing_to_queries_and_keys() {
    let mut dice = Dice(11);
    let [q, k, v] = [0; 3].map(|_| dice.tensor(&[2, 2, 3, 4], -1.0, 1.0).variable());
    let a = Attention::default().run(&q, &k, &v);
    let y = a.out.square().sum();
    let g =
        with_rules(Rules::frozen_pattern(), || grad(&[&y], &[&Tensor::scalar(1.0f64)], &[&q, &k, &v], Create::None));
    assert!(g[0].is_none() && g[1].is_none());
    let fixed = a.pattern.detach().matmul(&v).square().sum().grad(&[&v]).remove(0);
    assert!(g[2].as_ref().unwrap().is_close(&fixed, 1e-12, 1e-12));
}

#[test]
fn rules_see_into_fused_operations() {
    let mut dice = Dice(13);
    let mut t = |shape: &[usize]| dice.tensor(shape, -1.0, 1.0).to(DType::F32);
    // Attention in f32 is one operation; frozen patterns and relevance are those of its parts.
    let [q, k, v] = [0; 3].map(|_| t(&[1, 2, 12, 4]).variable());
    let how = Attention::causal();
    let (fused, parts) = (how.out(&q, &k, &v), how.run(&q, &k, &v).out);
    assert_eq!(Graph::of(&[&fused]).nodes.last().unwrap().op.kind(), "attention");
    for rules in [Rules::frozen_pattern(), Rules::lrp_epsilon(1e-3)] {
        let [a, b] = [&fused, &parts].map(|y| {
            let seed = parts.detach();
            with_rules(rules.clone(), || grad(&[y], &[&seed], &[&q, &k, &v], Create::None))
        });
        for (a, b) in a.iter().zip(&b) {
            match (a, b) {
                (Some(a), Some(b)) => assert!(a.is_close(b, 1e-4, 1e-4), "{rules:?}"),
                (a, b) => assert!(a.is_none() && b.is_none(), "{rules:?}"),
            }
        }
    }
    // A convolution's relevance in f32 (one operation) is that in f64 (columns and a product).
    let (x, w, b) = (t(&[2, 2, 6, 6]), t(&[3, 2, 3, 3]), t(&[3]));
    for rules in [Rules::lrp_epsilon(1e-3), Rules::lrp_gamma(0.25, 1e-3), Rules::lrp_alpha_beta(2.0, 1e-3)] {
        let [fused, parts] = [DType::F32, DType::F64].map(|d| {
            let (x, w, b) = (x.to(d).variable(), w.to(d).variable(), b.to(d).variable());
            let y = x.conv2d(&w, Some(&b), Windows::default().padding(1)).relu();
            relevance(rules.clone(), &y, &x).to(DType::F64)
        });
        assert!(fused.is_close(&parts, 1e-3, 1e-3), "{rules:?}");
    }
}

#[test]
fn a_frozen_norm_is_linear() {
    let mut dice = Dice(12);
    let x = dice.tensor(&[3, 5], -1.0, 1.0).variable();
    let (w, b) = (dice.tensor(&[5], 0.5, 1.5).variable(), dice.tensor(&[5], -1.0, 1.0).variable());
    let v = dice.tensor(&[3, 5], -1.0, 1.0);
    // A linear map's gradient times its input is its value: for RMS exactly, for layer normalisation up to the offset.
    let y = (x.rms_norm(Some(&w), 1e-5) * &v).sum();
    let g = with_rules(Rules::frozen_norm(), || y.grad(&[&x])).remove(0);
    assert!(((g * x.detach()).sum().item() - y.item()).abs() < 1e-12);
    let y = (x.layer_norm(Some(&w), Some(&b), 1e-5) * &v).sum();
    let g = with_rules(Rules::frozen_norm(), || y.grad(&[&x, &b]));
    let offset = (&v * b.detach()).sum().item();
    assert!(((&g[0] * x.detach()).sum().item() + offset - y.item()).abs() < 1e-12);
    assert!(g[1].is_close(&v.sum_axis(0, false), 1e-12, 0.0), "offsets keep their gradient");
}

#[test]
fn stops_apply_to_names_and_scopes_nest() {
    let x = Tensor::scalar(2.0f64).variable();
    let a = x.square().named("blocks.0.a");
    let b = x.exp().named("blocks.1.b");
    let y = &a + &b;
    let only_b = with_rules(Rules::stop_at("blocks.0.*"), || y.grad(&[&x])).remove(0);
    assert!((only_b.item() - 2f64.exp()).abs() < 1e-12);
    let neither = with_rules(Rules::stop_at("**.b"), || with_rules(Rules::stop_at("**.a"), || y.grad(&[&x])));
    assert_eq!(neither[0].item(), 0.0);
    assert!((y.grad(&[&x])[0].item() - 4.0 - 2f64.exp()).abs() < 1e-12, "and nothing stays behind");
}

#[test]
fn a_rule_can_be_differentiated() {
    // Soft gates give a smooth gradient, which can be differentiated again.
    let x = Tensor::scalar(0.3f64).variable();
    let y = x.relu();
    let g = with_rules(Rules::soft_gates(2.0), || y.grad_graph(&[&x])).remove(0);
    let s = 1.0 / (1.0 + (-0.6f64).exp());
    assert!((g.item() - s).abs() < 1e-12);
    assert!((g.grad(&[&x])[0].item() - 2.0 * s * (1.0 - s)).abs() < 1e-12);
}
