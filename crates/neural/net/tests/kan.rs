//! Kolmogorov-Arnold networks: what grids, refinement, pruning and products do to what the network computes.

use symbolon_net::train::minimise;
use symbolon_net::{Architecture, Checkpoint, Error, Kan, KanConfig, Network, Sparsity, Trace, parameters_as};
use symbolon_tensor::optim::Lbfgs;
use symbolon_tensor::{DType, Device, Rng, Tensor};

fn exact(config: &KanConfig, seed: u64) -> Kan {
    let mut kan = Kan::new(config, &mut Rng::new(seed)).unwrap();
    parameters_as(&mut kan, DType::F64);
    kan
}

fn out(kan: &Kan, x: &Tensor) -> Tensor {
    kan.forward(std::slice::from_ref(x), &mut Trace::none()).unwrap()
}

/// A network whose splines are far from zero.
fn lively(config: &KanConfig, seed: u64) -> Kan {
    let mut kan = exact(config, seed);
    let mut rng = Rng::new(seed + 100);
    kan.layers.iter_mut().for_each(|l| l.coef = rng.normal(l.coef.shape(), DType::F64));
    kan
}

#[test]
fn edges_add_up_to_the_output() {
    let kan = lively(&KanConfig { products: vec![2], ..KanConfig::new([3, 4, 2]) }, 1);
    let x = Rng::new(2).uniform([20, 3], -1.0, 1.0, DType::F64);
    let (y, edges) = kan.edges(&x).unwrap();
    assert!(y.is_close(&out(&kan, &x), 1e-10, 0.0));
    assert_eq!(edges[0].edges.shape(), [20, 3, 6]);
    // Two sums, then two products of two sums each.
    let sums = edges[0].edges.sum_axis(1, false);
    let last = sums.get((.., 4)) * sums.get((.., 5));
    assert!(edges[1].inputs.get((.., 3)).is_close(&last, 1e-12, 0.0));
    assert_eq!(kan.sites().iter().map(|s| s.site.name().to_owned()).collect::<Vec<_>>(), ["kan1", "logits"]);
}

#[test]
fn refining_by_a_multiple_changes_nothing() {
    let x = Rng::new(3).uniform([400, 2], -1.0, 1.0, DType::F64);
    let mut kan = lively(&KanConfig { grid: 3, range: [-1.0, 1.0], ..KanConfig::new([2, 1]) }, 4);
    let before = out(&kan, &x);
    for grid in [6, 12, 24] {
        let done = kan.refine(grid, &x).unwrap();
        assert!(done.iter().all(|r| r.change <= 1e-6 && r.ridge.is_empty()), "{done:?}");
        assert!(out(&kan, &x).is_close(&before, 1e-6, 0.0));
        assert_eq!(kan.layers[0].intervals(), grid);
    }
    assert!(matches!(kan.refine(5, &x), Err(Error::Architecture { .. })));
}

#[test]
fn moving_a_grid_keeps_what_every_grid_can_hold() {
    // A cubic is a spline on every grid.
    let mut kan = exact(&KanConfig::new([1, 1]), 5);
    let x = Rng::new(6).normal([300, 1], DType::F64).clamp(-1.0, 1.0);
    let y = &x * &x * &x - &x * 0.5;
    let how = Lbfgs { iterations: 400, ..Lbfgs::default() };
    minimise(&mut kan, &how, &|n| n.ends_with("coef"), |n| {
        Ok((n.forward(std::slice::from_ref(&x), &mut Trace::none())? - x.silu() * 0.0).mse(&y))
    })
    .unwrap();
    kan.layers[0].scale_base = Tensor::zeros([1, 1], DType::F64);
    minimise(&mut kan, &how, &|n| n.ends_with("coef"), |n| {
        Ok(n.forward(std::slice::from_ref(&x), &mut Trace::none())?.mse(&y))
    })
    .unwrap();
    let before = out(&kan, &x);
    let knots = kan.layers[0].grid.to_vec::<f64>();
    let done = kan.update_grids(&x, 0.5).unwrap();
    assert_ne!(kan.layers[0].grid.to_vec::<f64>(), knots);
    assert!(done[0].change < 1e-4, "{done:?}");
    assert!(out(&kan, &x).is_close(&before, 1e-4, 0.0));
    assert_eq!(kan.outside(&x).unwrap(), [0.0]);
    assert!(kan.outside(&(&x * 3.0)).unwrap()[0] > 0.1);
}

#[test]
fn constant_columns_and_few_samples_are_said() {
    let mut kan = lively(&KanConfig::new([2, 1]), 7);
    let x =
        Tensor::cat(&[&Rng::new(8).uniform([5, 1], -1.0, 1.0, DType::F64), &Tensor::full([5, 1], 0.25, DType::F64)], 1);
    let before = out(&kan, &x);
    let done = kan.update_grids(&x, 0.02).unwrap();
    assert_eq!(done[0].constant, [1]);
    // Five samples do not determine eight coefficients.
    assert_eq!(done[0].ridge, [0, 1]);
    assert!(out(&kan, &x).is_close(&before, 1e-4, 0.0));
}

#[test]
fn a_small_network_learns_a_product_and_comes_back_from_disk() {
    let config = KanConfig { products: vec![1], ..KanConfig::new([2, 1, 1]) };
    let mut kan = exact(&config, 9);
    let x = Rng::new(10).uniform([300, 2], -1.0, 1.0, DType::F64);
    let y = (x.get((.., 0)) * x.get((.., 1))).unsqueeze(1);
    let before = kan.layers[0].grid.to_vec::<f64>();
    let how = Lbfgs { iterations: 200, ..Lbfgs::default() };
    let done =
        minimise(&mut kan, &how, &|_| true, |n| Ok(n.forward(std::slice::from_ref(&x), &mut Trace::none())?.mse(&y)))
            .unwrap();
    assert!(done.loss < 1e-4, "{done:?}");
    assert_eq!(kan.layers[0].grid.to_vec::<f64>(), before, "grids are not trained");
    let text = kan.config().to_string();
    let again: Architecture = text.parse().unwrap();
    assert_eq!(again.to_json(), kan.config());
    let saved = Checkpoint::of(&kan);
    let mut other = again.build(&mut Rng::new(1), Device::Cpu).unwrap();
    saved.restore(&mut *other).unwrap();
    assert!(other.forward(std::slice::from_ref(&x), &mut Trace::none()).unwrap().to(DType::F64).is_close(
        &out(&kan, &x),
        1e-4,
        0.0
    ));
}

#[test]
fn pruning_keeps_the_function_and_drops_dead_nodes() {
    let mut kan = lively(&KanConfig { products: vec![1], ..KanConfig::new([2, 4, 1]) }, 11);
    // Nodes 1 (a sum) and 2 lead nowhere.
    let mut mask = Tensor::ones([4, 1], DType::F64).to_vec::<f64>();
    (mask[1], mask[2]) = (0.0, 0.0);
    kan.layers[1].mask = Tensor::new(mask, [4, 1]).unwrap();
    let x = Rng::new(12).uniform([200, 2], -1.0, 1.0, DType::F64);
    let small = kan.prune(&x, 1e-2, 0.0).unwrap();
    assert_eq!(small.sizes().sizes, [2, 2, 1]);
    assert_eq!(small.sizes().products, [1]);
    assert!(out(&small, &x).is_close(&out(&kan, &x), 1e-10, 0.0));
    assert!(small.prune(&x, 1e9, 0.0).is_err());
    let fewer = kan.prune(&x, 1e-2, 0.2).unwrap();
    assert!(fewer.edge_count() < small.edge_count());
}

#[test]
fn sparsity_is_spread_and_entropy() {
    let kan = lively(&KanConfig::new([2, 3, 1]), 13);
    let x = Rng::new(14).uniform([50, 2], -1.0, 1.0, DType::F64);
    let (_, edges) = kan.edges(&x).unwrap();
    let size = Sparsity { size: 1.0, entropy: 0.0 }.penalty(&edges).item();
    let deviation = |x: Vec<f64>| {
        let mean = x.iter().sum::<f64>() / 50.0;
        (x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 50.0).sqrt()
    };
    let mut by_hand = 0.0;
    for e in &edges {
        for (i, o) in (0..e.edges.size(1)).flat_map(|i| (0..e.edges.size(2)).map(move |o| (i, o))) {
            by_hand += deviation(e.edges.get((.., i as isize, o as isize)).to_vec());
        }
    }
    assert!((size - by_hand).abs() < 1e-9, "{size} {by_hand}");
    assert!(Sparsity::default().penalty(&edges).item() > size);
}

#[test]
fn sizes_that_make_no_network_are_refused() {
    for text in ["kan(2)", "kan(2, 0, 1)", r#"{"kind":"kan","sizes":[2,1],"grid":0}"#] {
        assert!(text.parse::<Architecture>().is_err(), "{text}");
    }
    for bad in [r#""degree":9"#, r#""range":[1.0,1.0]"#, r#""products":[1]"#] {
        assert!(format!(r#"{{"kind":"kan","sizes":[2,1],{bad}}}"#).parse::<Architecture>().is_err(), "{bad}");
    }
    let kan = exact(&KanConfig::new([2, 1]), 0);
    assert!(kan.forward(&[Tensor::ones([3, 1], DType::F64)], &mut Trace::none()).is_err());
    assert!(kan.edges(&Tensor::ones([2], DType::F64)).is_err());
}
