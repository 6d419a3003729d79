//! What the tape promises: repeated passes, inner nodes, higher orders, memory, threads.

mod common;
use common::{Dice, check};
use symbolon_tensor::{
    Create, Graph, Tensor, batched_jacobian, checkpoint, custom_vjp, grad, hvp, jacobian, jacobian_rows, jvp, no_grad,
    push_forward, vjp,
};

fn one() -> Tensor {
    Tensor::scalar(1.0f64)
}

/// A little network; returns its variables, five inner nodes and its output.
fn network(dice: &mut Dice) -> (Vec<Tensor>, Vec<Tensor>, Tensor) {
    let x = dice.tensor(&[4, 3], -1.0, 1.0).variable_named("x");
    let w: Vec<Tensor> = (0..3).map(|_| dice.tensor(&[3, 3], -1.0, 1.0).variable()).collect();
    let a = x.matmul(&w[0]).named("a");
    let b = a.tanh().named("b");
    let c = (b.matmul(&w[1]) + &a).named("c");
    let d = c.softmax(-1).named("d");
    let e = d.matmul(&w[2]).named("e");
    let y = e.square().sum();
    let mut variables = vec![x];
    variables.extend(w);
    (variables, vec![a, b, c, d, e], y)
}

#[test]
fn ten_different_passes_are_those_of_ten_forwards() {
    let seeds: Vec<Tensor> = (0..10).map(|i| Dice(50 + i).tensor(&[4, 3], -1.0, 1.0)).collect();
    let pass = |net: &(Vec<Tensor>, Vec<Tensor>, Tensor), seed: &Tensor| -> Vec<Vec<f64>> {
        let refs: Vec<&Tensor> = net.1.iter().chain(&net.0).collect();
        let found = grad(&[&net.1[4]], &[seed], &refs, Create::None);
        found.into_iter().map(|g| g.unwrap().to_vec::<f64>()).collect()
    };
    let net = network(&mut Dice(1));
    let ten: Vec<_> = seeds.iter().map(|seed| pass(&net, seed)).collect();
    for (seed, found) in seeds.iter().zip(&ten) {
        assert_eq!(found, &pass(&network(&mut Dice(1)), seed), "as over a forward pass of its own");
    }
    // Cotangents are linear in the seed: the sum of ten passes is the pass of the sum.
    let all = seeds.iter().skip(1).fold(seeds[0].clone(), |a, b| a + b);
    for (i, g) in pass(&net, &all).iter().enumerate() {
        for (j, v) in g.iter().enumerate() {
            let sum: f64 = ten.iter().map(|t| t[i][j]).sum();
            assert!((sum - v).abs() < 1e-12 * (1.0 + v.abs()));
        }
    }
}

#[test]
fn ten_passes_over_one_forward_at_five_inner_nodes() {
    let (variables, inner, y) = network(&mut Dice(1));
    let refs: Vec<&Tensor> = inner.iter().chain(&variables).collect();
    let first = y.grad(&refs);
    for _ in 0..9 {
        let again = y.grad(&refs);
        for (a, b) in first.iter().zip(&again) {
            assert_eq!(a.to_vec::<f64>(), b.to_vec::<f64>(), "the same bits each time");
        }
    }
    // Each inner gradient, carried on by hand from its node, gives the same gradient of the input.
    for (cut, g) in [0, 2, 4].map(|i| (&inner[i], &first[i])) {
        let x = &variables[0];
        let on = grad(&[cut], &[g], &[x], Create::None).remove(0).unwrap();
        assert!(on.is_close(&first[5], 1e-12, 1e-12), "through {:?}", cut.name());
    }
    // Five different seeds at an inner node.
    for i in 0..5 {
        let seed = Dice(i).tensor(&[4, 3], -1.0, 1.0);
        let g = grad(&[&inner[4]], &[&seed], &[&inner[3]], Create::None).remove(0).unwrap();
        assert!(g.is_close(&seed.matmul(&variables[3].t()), 1e-12, 0.0));
    }
}

#[test]
fn an_inner_gradient_is_what_moving_the_node_does() {
    let (variables, inner, y) = network(&mut Dice(2));
    let g = y.grad(&[&inner[2]]).remove(0);
    let after = |c: &Tensor| c.softmax(-1).matmul(&variables[3]).square().sum().item();
    let c = inner[2].detach();
    for entry in 0..c.len() {
        let mut v = vec![0.0; c.len()];
        v[entry] = 1e-6;
        let step = Tensor::new(v, c.shape()).unwrap();
        let slope = (after(&(&c + &step)) - after(&(&c - &step))) / 2e-6;
        assert!((g.to_vec::<f64>()[entry] - slope).abs() < 1e-6);
    }
}

#[test]
fn fourth_power_to_the_fourth_order() {
    let x = Tensor::scalar(3.0f64).variable();
    let mut y = x.square().square();
    for want in [108.0, 108.0, 72.0, 24.0] {
        y = y.grad_graph(&[&x]).remove(0);
        assert!((y.item() - want).abs() < 1e-9);
    }
}

#[test]
fn nothing_flows_where_no_path_leads() {
    let (x, z) = (one().variable(), one().variable());
    let y = x.square();
    assert!(grad(&[&y], &[&one()], &[&z], Create::None)[0].is_none());
    assert_eq!(y.grad(&[&z])[0].item(), 0.0);
    assert!(!no_grad(|| x.square()).is_recorded());
    assert!(!x.detach().square().is_recorded());
    assert!(!x.gt_scalar(0.0).is_recorded());
}

#[test]
#[should_panic(expected = "is not recorded")]
fn a_gradient_for_a_constant_is_a_mistake() {
    let x = one().variable();
    x.square().grad(&[&one()]);
}

#[test]
fn a_million_nodes_are_freed_without_a_million_calls() {
    let x = one().variable();
    let mut y = x.clone();
    for _ in 0..200_000 {
        y = y + 0.0;
    }
    assert_eq!(y.grad(&[&x])[0].item(), 1.0);
}

#[test]
fn pulling_back_pushing_forward_and_curvature_agree() {
    let mut dice = Dice(3);
    let (x, v) = (dice.tensor(&[3], -1.0, 1.0), dice.tensor(&[3], -1.0, 1.0));
    let f = |x: &Tensor| x.exp().outer(&x.sin()).sum_axis(0, false).softmax(0);
    let r = x.variable();
    let j = jacobian(&f(&r), &r);
    assert_eq!(j.shape(), [3, 3]);
    assert!(jvp(f, &x, &v).1.is_close(&j.matmul(&v), 1e-12, 1e-12));
    assert!(vjp(f, &x, &v).1.is_close(&v.matmul(&j), 1e-12, 1e-12));
    assert!(jacobian_rows(&f(&r), &r, [2, 0]).is_close(&Tensor::stack(&[&j.get(2), &j.get(0)], 0), 1e-12, 0.0));
    // Along the recorded graph, from an inner node.
    let h = r.exp();
    let y = h.square();
    assert!(push_forward(&[&y], &[&h], &[&v])[0].is_close(&(&h.detach() * &v * 2.0), 1e-12, 0.0));
    // The Hessian's columns by hvp, against the Jacobian of the gradient.
    let s = |x: &Tensor| (x.square() * x.sin()).sum() + x.prod();
    let g = s(&r).grad_graph(&[&r]).remove(0);
    let hessian = jacobian(&g, &r);
    assert!(hvp(s, &x, &v).is_close(&hessian.matmul(&v), 1e-10, 1e-10));
    assert!(hessian.is_close(&hessian.t(), 1e-10, 0.0));
}

#[test]
fn many_jacobian_rows_in_one_pass() {
    let mut dice = Dice(4);
    let (x, w) = (dice.tensor(&[4, 3], -1.0, 1.0), dice.tensor(&[3, 5], -1.0, 1.0));
    let f = |x: &Tensor| x.matmul(&w).tanh();
    let all = batched_jacobian(f, &x, 2);
    assert_eq!(all.shape(), [4, 5, 3]);
    for i in 0..4 {
        let r = x.get(i).variable();
        assert!(all.get(i).is_close(&jacobian(&f(&r.unsqueeze(0)).squeeze(0), &r), 1e-12, 0.0));
    }
}

#[test]
fn derivatives_of_own_rules_and_recomputation() {
    let mut dice = Dice(5);
    let xs = [dice.tensor(&[2, 3], -1.0, 1.0), dice.tensor(&[3], -1.0, 1.0)];
    check("checkpoint", &|x| checkpoint(&[&x[0].exp(), &x[1]], |x| (&x[0] * &x[1]).sin()), &xs, 3);
    let own = |x: &[Tensor]| {
        custom_vjp(
            "product",
            &[&x[0], &x[1]],
            |x| &x[0] * &x[1],
            |s| {
                let g = s.cotangent();
                vec![Some(g * s.input(1)), Some((g * s.input(0)).sum_to(s.input_shape(1)))]
            },
        )
    };
    check("custom_vjp", &own, &xs, 3);
}

#[test]
fn threads_share_variables() {
    let w = Dice(6).tensor(&[3, 3], -1.0, 1.0).variable();
    let part = |i: u64| Dice(i).tensor(&[2, 3], -1.0, 1.0).matmul(&w).square().sum().grad(&[&w]).remove(0);
    let apart: Vec<Tensor> = std::thread::scope(|s| {
        let hands: Vec<_> = (0..4).map(|i| s.spawn(move || part(i))).collect();
        hands.into_iter().map(|h| h.join().unwrap()).collect()
    });
    for (i, g) in apart.iter().enumerate() {
        assert_eq!(g.to_vec::<f64>(), part(i as u64).to_vec::<f64>());
    }
}

#[test]
fn the_graph_can_be_read() {
    let (_, _, y) = network(&mut Dice(7));
    let graph = Graph::of(&[&y]);
    let text = graph.to_string();
    assert!(text.contains("// x") && text.contains("softmax(axis=1)") && text.contains("[4, 3] F64"), "{text}");
    let last = graph.nodes.last().unwrap();
    assert_eq!((last.op.kind(), graph.outputs.as_slice()), ("sum", &[graph.nodes.len() - 1][..]));
    let json = serde_json::to_value(&graph).unwrap();
    assert_eq!(json["nodes"][0]["op"]["kind"], "variable");
}
