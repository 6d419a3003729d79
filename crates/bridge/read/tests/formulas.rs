//! Formulas read off networks whose formula is known.

use symbolon_formula::Expr;
use symbolon_net::layers::{Arithmetic, ArithmeticLayer, Nau, Nmu};
use symbolon_net::train::minimise;
use symbolon_net::{ArithmeticConfig, ArithmeticNet, Kan, KanConfig, Network, Trace, parameters_as};
use symbolon_read::{Discover, Error, Symbolify, arithmetic, arithmetic_or_why, refit_exactly};
use symbolon_tensor::optim::Lbfgs;
use symbolon_tensor::{DType, Rng, Tensor};

fn trained(config: &KanConfig, seed: u64, x: &Tensor, y: &Tensor) -> Kan {
    let mut kan = Kan::new(config, &mut Rng::new(seed)).unwrap();
    parameters_as(&mut kan, DType::F64);
    let how = Lbfgs { iterations: 200, ..Lbfgs::default() };
    minimise(&mut kan, &how, &|_| true, |n| Ok(n.forward(std::slice::from_ref(x), &mut Trace::none())?.mse(y)))
        .unwrap();
    kan
}

#[test]
fn a_sum_of_two_curves_is_named() {
    let x = Rng::new(2).uniform([400, 2], -1.0, 1.0, DType::F64);
    let (a, b) = (x.get((.., 0)), x.get((.., 1)));
    let y = ((&a * 3.0).sin() + b.square() * 2.0).unsqueeze(1);
    let kan = trained(&KanConfig::new([2, 1]), 1, &x, &y);
    let named = Symbolify::default().run(&kan, &x, &["u", "v"]).unwrap();
    assert_eq!(named.refused(), "");
    for e in &named.edges {
        assert!(
            e.curve.len() == 400
                && e.fitted().iter().zip(&e.curve).all(|(f, c)| f.0 == c.0 && (f.1 - c.1).abs() < 0.05)
        );
    }
    let formula = &named.formulas.as_ref().unwrap()[0];
    let columns = [a.to_vec::<f64>(), b.to_vec::<f64>()];
    let found = refit_exactly(formula, &["u", "v"], &[&columns[0], &columns[1]], &y.to_vec::<f64>(), 1e-9).unwrap();
    assert_eq!(found.formula.to_string(), "2*v^2 + sin(3*u)");
    assert!(found.rmse < 1e-9);
    assert!(Symbolify::default().run(&kan, &x, &["u"]).is_err());
}

#[test]
fn noise_has_no_formula() {
    let mut rng = Rng::new(3);
    let x = rng.uniform([300, 1], -1.0, 1.0, DType::F64);
    let y = rng.normal([300, 1], DType::F64);
    let named =
        Symbolify::default().run(&trained(&KanConfig { grid: 20, ..KanConfig::new([1, 1]) }, 1, &x, &y), &x, &["x"]);
    let named = named.unwrap();
    assert!(named.formulas.is_none());
    assert!(named.refused().contains("no function fits"), "{}", named.refused());
}

#[test]
fn products_are_multiplied_out() {
    let x = Rng::new(4).uniform([400, 2], -1.0, 1.0, DType::F64);
    let y = (x.get((.., 0)) * x.get((.., 1))).unsqueeze(1);
    let config = KanConfig { products: vec![1], ..KanConfig::new([2, 1, 1]) };
    // Edges that vary little are left out first: what shape they have means nothing.
    let kan = trained(&config, 3, &x, &y).prune(&x, 1e-2, 3e-2).unwrap();
    let named = Symbolify::default().run(&kan, &x, &["u", "v"]).unwrap();
    assert_eq!(named.edges.len(), 3);
    let formulas = named.formulas.as_ref().unwrap_or_else(|| panic!("{}", named.refused()));
    let columns = [x.get((.., 0)).to_vec::<f64>(), x.get((.., 1)).to_vec::<f64>()];
    let found = formulas[0].refit(&["u", "v"], &[&columns[0], &columns[1]], &y.to_vec::<f64>(), 500).unwrap();
    assert!(found.rmse < 0.05, "{} {}", found.formula, found.rmse);
}

#[test]
fn arithmetic_is_printed_or_refused() {
    let config = ArithmeticConfig { sizes: vec![3, 2, 1], layers: vec![Arithmetic::Nau, Arithmetic::Nmu] };
    let mut net = ArithmeticNet::new(&config, &mut Rng::new(5)).unwrap();
    let x = Rng::new(6).uniform([20, 3], 1.0, 2.0, DType::F32);
    let refused = arithmetic(&net, &x, &["a", "b", "c"], 0.01).unwrap_err();
    assert!(matches!(&refused, Error::Undecided { place, .. } if place.starts_with("layer 0")), "{refused}");
    net.layers[0] = ArithmeticLayer::Nau(Nau { weight: Tensor::from([[1.0f32, 0.0], [-1.0, 0.004], [0.0, 1.2]]) });
    net.layers[1] = ArithmeticLayer::Nmu(Nmu { weight: Tensor::from([[1.0f32], [0.995]]) });
    let found = arithmetic(&net, &x, &["a", "b", "c"], 0.01).unwrap();
    assert_eq!(found[0].to_string(), "c*(a - b)");
    // What it says is what the network does.
    let y = net.forward(&[Tensor::from([[7.0f32, 2.0, 10.0]])], &mut Trace::none()).unwrap().item();
    assert!((y - 50.0).abs() < 0.5);
    // Also behind the trait, as checkpoints give it; other networks are refused.
    let boxed: Box<dyn Network> = Box::new(net.clone());
    assert_eq!(arithmetic(&*boxed, &x, &["a", "b", "c"], 0.01).unwrap(), found);
    assert_eq!(arithmetic_or_why(&*boxed, &x, 0.01), "x2*(x0 - x1)");
    assert!(arithmetic_or_why(&*boxed, &x, 1e-5).starts_with("refused: "));
    let kan = Kan::new(&KanConfig::new([3, 1]), &mut Rng::new(1)).unwrap();
    assert!(matches!(arithmetic(&kan, &x, &["a", "b", "c"], 0.01), Err(Error::Net(_))));
    let mut nalu = ArithmeticNet::new(&ArithmeticConfig::new(Arithmetic::Nalu, [2, 1]), &mut Rng::new(7)).unwrap();
    assert!(arithmetic(&nalu, &x.narrow(1, ..2), &["a", "b"], 0.01).unwrap_err().to_string().contains("gate 0"));
    if let ArithmeticLayer::Nalu(n) = &mut nalu.layers[0] {
        n.gate = Tensor::full([2, 1], -20.0, DType::F32);
        n.add.w_hat = Tensor::from([[9.0f32], [-9.0]]);
        n.add.m_hat = Tensor::from([[9.0f32], [9.0]]);
    }
    assert_eq!(arithmetic(&nalu, &x.narrow(1, ..2), &["a", "b"], 0.01).unwrap()[0].to_string(), "a/b");
}

#[test]
fn a_formula_is_discovered_and_none_is_in_noise() {
    let mut rng = Rng::new(8);
    let data = Expr::parse("sin(3*u) + 2*v^2").unwrap().samples(400, [-1.0, 1.0], &mut rng).unwrap();
    let fresh = || {
        let mut kan = Kan::new(&KanConfig::new([2, 2, 1]), &mut Rng::new(1)).unwrap();
        parameters_as(&mut kan, DType::F64);
        kan
    };
    let names = ["u", "v"];
    let found = Discover::default().run(fresh(), &data.x, &data.y, &names, &|_| true).unwrap();
    assert!(found.nodes() >= 1, "{found:?}");
    let formula = found.formula.expect("a formula");
    // What is promised of it; another formula than the one that made the data may do that, too.
    let unexplained = formula.values(&names, &data.x).unwrap().mse(&data.y).item();
    assert!(unexplained <= 0.1 * data.y.var_axes(&[], false, 0).item(), "{formula}: {unexplained}");
    let noise = data.noise(&mut rng);
    let found = Discover::default().run(fresh(), &noise.x, &noise.y, &names, &|_| true).unwrap();
    assert!(found.formula.is_none(), "{:?}", found.formula);
    let fixed = Discover::default().with_fixed_grids();
    assert_eq!((fixed.first.regrids, fixed.then.regrids, fixed.first.sparse), (0, 0, 1e-2));
    // Where everything is pruned there is nothing to name.
    let found = Discover { prune: [1e9, 0.1], ..Discover::default() };
    let found = found.run(fresh(), &data.x, &data.y, &names, &|_| true).unwrap();
    assert_eq!((found.nodes(), found.named.is_none()), (0, true));
}
