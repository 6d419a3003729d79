//! Arithmetic layers compute what their equations say, and recurrent networks what their steps say.

use symbolon_net::layers::{Arithmetic, Init, Lstm, Nac, Nalu, Nau, Nmu};
use symbolon_net::train::{Fit, Trainer};
use symbolon_net::{Architecture, ArithmeticConfig, ArithmeticNet, Memory, Network, Recurrent, RecurrentConfig, Trace};
use symbolon_tensor::optim::Adam;
use symbolon_tensor::{DType, Device, Rng, Tensor};

/// Weights so large that the corners are reached: 1, -1, 0.
fn corner(w: &[f32], shape: [usize; 2]) -> Nac {
    let w_hat = Tensor::new(w.iter().map(|w| w * 30.0).collect::<Vec<f32>>(), shape).unwrap();
    Nac { m_hat: w_hat.abs() * 2.0 - 30.0, w_hat }
}

#[test]
fn saturated_nac_adds_and_subtracts_exactly() {
    let nac = corner(&[1.0, 1.0, 1.0, -1.0, 0.0, 0.0], [3, 2]);
    let y = nac.forward(&Tensor::from([[3.0f32, 4.0, 1000.0]]));
    assert!(y.is_close(&Tensor::from([[7.0f32, -1.0]]), 1e-3, 0.0), "{y:?}");
}

#[test]
fn saturated_nalu_multiplies_and_divides_and_loses_signs() {
    let mut nalu = Nalu::new(&mut Rng::new(0), 2, 2, true, Init::Xavier);
    nalu.add = corner(&[1.0, 1.0, 1.0, -1.0], [2, 2]);
    nalu.gate = Tensor::full([2, 2], -30.0, DType::F32);
    let y = |a: f32, b: f32| nalu.forward(&Tensor::from([[a, b]]));
    assert!(y(6.0, 3.0).is_close(&Tensor::from([[18.0f32, 2.0]]), 1e-2, 0.0));
    assert!(nalu.strict(&Tensor::from([[6.0f32, 3.0]])).is_ok());
    let words = nalu.strict(&Tensor::from([[6.0f32, 3.0], [1.0, -3.0]])).unwrap_err().to_string();
    assert!(words.contains("row 1"), "{words}");
    // The sign of an input is lost (and here the gate opens, which is no help either).
    nalu.gate = Tensor::zeros([2, 2], DType::F32);
    let half = |a: f32, b: f32| {
        (nalu.forward(&Tensor::from([[a, b]])) - nalu.add.forward(&Tensor::from([[a, b]])) * 0.5) * 2.0
    };
    assert!(half(-6.0, 3.0).is_close(&half(6.0, 3.0), 1e-3, 0.0));
    let open = nalu.openness(&Tensor::from([[1.0f32, 1.0]]));
    assert!(open.is_close(&Tensor::from([[0.5f32, 0.5]]), 1e-6, 0.0));
    let huge = Tensor::from([[1e30f32, 1e30]]);
    assert!(!nalu.forward(&huge).get((0, 0)).item().is_finite() && nalu.strict(&huge).is_err());
    nalu.clip = Some(20.0);
    nalu.gate = Tensor::full([2, 2], -30.0, DType::F32);
    assert!(nalu.forward(&Tensor::from([[1e9f32, 1e9]])).get((0, 0)).item() < 1e9);
}

#[test]
fn nau_and_nmu_keep_within_bounds_and_let_gradients_back() {
    let nau = Nau { weight: Tensor::from([[1.5f32], [-0.25]]).variable() };
    assert_eq!(nau.forward(&Tensor::from([[2.0f32, 4.0]])).item(), 1.0);
    assert_eq!(nau.undecided().item(), 0.125);
    let slope = nau.forward(&Tensor::from([[2.0f32, 4.0]])).sum().grad(&[&nau.weight]).remove(0);
    assert_eq!(slope.to_vec::<f32>(), [2.0, 4.0]);
    let nmu = Nmu { weight: Tensor::from([[1.0f32], [0.5], [-3.0]]) };
    assert_eq!(nmu.forward(&Tensor::from([[2.0f32, 4.0, 9.0]])).item(), 2.0 * 2.5);
    assert!((nmu.undecided().item() - 0.5 / 3.0).abs() < 1e-6);
}

#[test]
fn nac_learns_a_sum_that_holds_far_away() {
    use symbolon_net::train::{Fit, Trainer};
    let mut net = ArithmeticNet::new(&ArithmeticConfig::new(Arithmetic::Nac, [3, 1]), &mut Rng::new(3)).unwrap();
    let mut task = Fit::new(&mut net, 400, |net, step| {
        let x = step.rng.uniform([32, 3], 0.0, 1.0, DType::F32);
        let y = (x.get((.., 0)) - x.get((.., 2))).unsqueeze(1);
        Ok(net.forward(&[x], &mut Trace::none())?.mse(&y))
    });
    Trainer::new(symbolon_tensor::optim::Adam::new(0.05)).epochs(3).run(&mut task).unwrap();
    let y = net.forward(&[Tensor::from([[1000.0f32, 1000.0, 400.0]])], &mut Trace::none()).unwrap().item();
    assert!((y - 600.0).abs() < 20.0, "{y}");
}

#[test]
fn recurrent_networks_are_their_steps() {
    let lstm = Lstm::new(&mut Rng::new(1), 2, 3);
    let x = Rng::new(2).normal([4, 5, 2], DType::F32);
    let all = lstm.forward(&x);
    let mut state = lstm.start(4);
    for t in 0..5 {
        state = lstm.step(&x.get((.., t)), state);
        assert!(all.get((.., t)).is_close(&state[0], 1e-6, 0.0));
    }
    // By hand, for one unit and one step from zero: c = σ(i) tanh(g), h = σ(o) tanh(c).
    let one = Lstm::new(&mut Rng::new(5), 1, 1);
    let z: Vec<f64> = one.input.forward(&Tensor::from([[0.7f32]])).to_vec();
    let s = |v: f64| 1.0 / (1.0 + (-v).exp());
    let c = s(z[0]) * z[2].tanh();
    let [h, found] = one.step(&Tensor::from([[0.7f32]]), one.start(1));
    assert!((found.item() - c).abs() < 1e-6 && (h.item() - s(z[3]) * c.tanh()).abs() < 1e-6);
    for memory in [Memory::Lstm, Memory::Arithmetic(Arithmetic::Nac), Memory::Arithmetic(Arithmetic::Nalu)] {
        let config = RecurrentConfig { inputs: 2, hidden: 3, outputs: 1, memory };
        let net = Recurrent::new(&config, &mut Rng::new(1)).unwrap();
        assert_eq!(net.forward(std::slice::from_ref(&x), &mut Trace::none()).unwrap().shape(), [4, 1]);
        assert!(net.forward(&[x.narrow(1, ..0)], &mut Trace::none()).is_err());
    }
}

#[test]
fn architectures_are_text_and_back() {
    for text in ["nac(3, 1)", "nalu(9, 2, 1)", "lstm(1, 16, 1)", "kan(2, 5, 1)"] {
        let a: Architecture = text.parse().unwrap();
        assert_eq!(a.to_string(), text);
        let built = a.build(&mut Rng::new(0), Device::Cpu).unwrap();
        assert_eq!(Architecture::from_json(&built.config()).unwrap(), a);
    }
    for text in ["nac(3)", "nalu(0, 1)", "lstm(1, 2)", r#"{"kind":"arithmetic","sizes":[2,1],"layers":[]}"#] {
        assert!(text.parse::<Architecture>().is_err(), "{text}");
    }
}

#[test]
fn products_lose_signs_and_nothing_else() {
    let full = |value: f64| Tensor::full([2, 1], value, DType::F32);
    let add = Nac { w_hat: full(20.0), m_hat: full(20.0) };
    let unit = Nalu { add, multiply: None, gate: full(0.0), clip: None };
    let x = Tensor::from([[2.0f32, 3.0], [-2.0, 3.0], [-4.0, -0.5], [1.0, -7.0]]);
    assert!(unit.products(&x).is_close(&x.prod_axis(1, true).abs(), 1e-3, 1e-3));
    assert_eq!(unit.wrong_signs(&x), 1.0);
    assert!(unit.wrong_signs(&x.abs()).is_nan());
}

#[test]
fn a_run_that_diverges_can_be_a_result() {
    let mut net = ArithmeticNet::new(&ArithmeticConfig::new(Arithmetic::Nac, [1, 1]), &mut Rng::new(1)).unwrap();
    let x = Tensor::from([[1.0f32]]);
    let mut run = |bad: f64| {
        let mut task = Fit::new(&mut net, 5, |net: &ArithmeticNet, _| Ok(net.answer(&x)?.sum() * bad));
        Trainer::new(Adam::new(0.1)).epochs(1).run_unless_diverged(&mut task).unwrap()
    };
    assert!(run(f64::NAN).is_none());
    assert_eq!(run(1.0).unwrap().steps, 5);
}
