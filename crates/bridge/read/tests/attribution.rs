//! Planted functions whose right attribution is known.

use symbolon_net::{Architecture, Axis, Network, Result, SiteInfo, Trace, parameters};
use symbolon_read::attribution::{Between, Manipulation, Order, Path, Place};
use symbolon_tensor::rules::{Rules, with_rules};
use symbolon_tensor::{DType, Device, Rng, Tensor};

const ROWS: [Axis; 2] = [Axis::Batch, Axis::Unit];

/// Weighs five known inputs and adds the product of two more; the other inputs do nothing.
struct Planted {
    weights: Tensor,
}
parameters!(Planted { weights });

impl Network for Planted {
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> Result<Tensor> {
        let x = trace.at("seen", &ROWS, inputs[0].clone())?;
        let product = x.get((.., 5)) * x.get((.., 6)) * 4.0;
        let y = x.matmul(&self.weights.unsqueeze(1)) + product.unsqueeze(1);
        trace.at("logits", &ROWS, y)
    }
    fn sites(&self) -> Vec<SiteInfo> {
        let n = Some(self.weights.len());
        vec![SiteInfo::new("seen", &ROWS, &[None, n]), SiteInfo::new("logits", &ROWS, &[None, Some(1)])]
    }
    fn config(&self) -> serde_json::Value {
        serde_json::json!({ "kind": "planted" })
    }
}

fn planted() -> (Planted, [Tensor; 1]) {
    let mut weights = vec![0.0; 30];
    (0..5).for_each(|i| weights[i] = 1.0 + i as f64 * 0.5);
    let x = Rng::new(2).uniform([8, 30], 0.5, 1.0, DType::F64);
    (Planted { weights: Tensor::from(weights) }, [x])
}

fn score(y: &Tensor) -> Tensor {
    y.get((.., 0))
}

#[test]
fn path_methods_find_the_planted_inputs_and_leave_no_gap() {
    let (network, x) = planted();
    let between = Between::new(&network, &x, Place::Input, Place::Output, &score).unwrap();
    let zero = Tensor::zeros([1, 30], DType::F64);
    let manipulation = Manipulation { features: 2, eta: Some(0.05), ..Manipulation::default() };
    for path in [
        Path::Straight { steps: 8 },
        Path::Manipulation(manipulation.clone()),
        Path::Manipulation(Manipulation { order: Order::Random(1), ..manipulation.clone() }),
    ] {
        let found = between.along(&zero, path.clone()).unwrap();
        assert!(found.gap.iter().all(|g| *g < 0.02), "{path:?} {:?}", found.gap);
        for row in 0..8usize {
            let values = found.values.get(row).to_vec::<f64>();
            assert!((0..5).all(|i| (values[i] - x[0].get((row, i)).item() * (1.0 + i as f64 * 0.5)).abs() < 1e-9));
            assert!(values[5] > 0.2 && values[6] > 0.2 && values[7..].iter().all(|v| v.abs() < 1e-12));
        }
    }
    // A straight line shares a product equally; without the constraint a manipulation path gives it to the last mover.
    let straight = between.along(&zero, Path::Straight { steps: 8 }).unwrap().values;
    assert!(straight.get((.., 5)).is_close(&straight.get((.., 6)), 1e-9, 0.0));
}

#[test]
fn the_constraint_closes_the_gap_and_momentum_does_not_open_it() {
    let network = "mlp(30, 24, 4)".parse::<Architecture>().unwrap().build(&mut Rng::new(3), Device::Cpu).unwrap();
    let x = [Rng::new(4).uniform([20, 30], 0.0, 1.0, DType::F32)];
    let between = Between::new(&*network, &x, Place::Input, Place::Output, &score).unwrap();
    let black = x[0].zeros_like();
    let gap = |how: Manipulation| -> f64 {
        let gap = between.along(&black, Path::Manipulation(how)).unwrap().gap;
        gap.iter().sum::<f64>() / gap.len() as f64
    };
    let plain = Manipulation { features: 6, eta: None, momentum: 0.0, ..Manipulation::default() };
    let fine = gap(Manipulation { eta: Some(0.1), ..plain.clone() });
    assert!(fine < 0.5 * gap(plain.clone()), "{fine} {}", gap(plain));
    assert!(gap(Manipulation { eta: Some(0.1), momentum: 0.5, ..plain }) < 3.0 * fine + 0.02);
}

#[test]
fn gradients_of_sites_and_rules() {
    let network = "mlp(6, 10, 3)".parse::<Architecture>().unwrap().build(&mut Rng::new(3), Device::Cpu).unwrap();
    let x = [Rng::new(4).normal([5, 6], DType::F32)];
    let from = |a: Place, b: Place| Between::new(&*network, &x, a, b, &score);
    // From the hidden units the gradient is the row of weights itself.
    let last = network.parameters().into_iter().find(|(n, _)| n == "fc2.weight").unwrap().1.get((.., 0));
    let units = from(Place::site("fc1").unwrap(), Place::Output).unwrap().gradient().unwrap();
    assert!(units.is_close(&last.unsqueeze(0).expand([5, 10]), 1e-6, 0.0));
    // The chain rule over a middle site.
    let neuron = from(Place::Input, Place::site("fc1").unwrap()).unwrap();
    let slope = neuron.gradient().unwrap();
    let ahead = neuron.value_at(&(&x[0] + &slope * 1e-3)).unwrap() - neuron.value_at(&x[0]).unwrap();
    assert!((ahead * 1e3).is_close(&slope.square().sum_axis(1, false), 5e-2, 5e-2));
    // Guided backpropagation lets nothing negative through the hidden layer.
    let through = from(Place::site("fc1.pre").unwrap(), Place::Output).unwrap();
    let guided = with_rules(Rules::guided(), || through.gradient()).unwrap();
    assert!(guided.min().item() >= 0.0 && through.gradient().unwrap().min().item() < 0.0);
    assert!(through.gradient_times_input().unwrap().is_close(
        &(through.gradient().unwrap() * through.start()),
        1e-6,
        0.0
    ));
}

#[test]
fn what_cannot_be_attributed_is_named() {
    let (network, x) = planted();
    let refused = |from, to| Between::new(&network, &x, from, to, &score).err().unwrap().to_string();
    assert!(refused(Place::Output, Place::Output).contains("from the input or a site"));
    assert!(refused(Place::site("sene").unwrap(), Place::Output).contains("nearest"));
    let between = Between::new(&network, &x, Place::Input, Place::Output, &score).unwrap();
    assert!(between.along(&x[0], Path::Straight { steps: 4 }).is_err());
    assert!(between.along(&Tensor::zeros([7], DType::F64), Path::Straight { steps: 4 }).is_err());
    let zero = x[0].zeros_like();
    assert!(between.along(&zero, Path::Straight { steps: 0 }).is_err());
    for wrong in [
        Manipulation { features: 0, ..Manipulation::default() },
        Manipulation { features: 31, ..Manipulation::default() },
        Manipulation { eta: Some(0.0), ..Manipulation::default() },
        Manipulation { momentum: 1.0, ..Manipulation::default() },
    ] {
        assert!(between.along(&zero, Path::Manipulation(wrong)).is_err());
    }
    let matrix = |y: &Tensor| y.clone();
    assert!(Between::new(&network, &x, Place::Input, Place::Output, &matrix).is_err());
}
