//! Every kind of symbol runs through the same law suite, on activations with positions and heads too.

use std::sync::Arc;

use proptest::prelude::*;
use symbolon_net::{Activation, Axis, Trace};
use symbolon_symbol::laws::measure;
use symbolon_symbol::{
    Direction, Domain, Error, Law, Laws, NeuralPredicate, Neuron, Result, Rotated, Subspace, Symbol, SymbolEdit, Values, Which,
};
use symbolon_tensor::{DType, Rng, Tensor};

const UNITS: usize = 6;

fn site() -> symbolon_net::Site {
    "blocks.0.mlp.post".parse().unwrap()
}

/// One symbol of each kind over six units.
fn symbols(rng: &mut Rng) -> Vec<Box<dyn Symbol>> {
    let k = 1 + rng.below(UNITS);
    vec![
        Box::new(Neuron::new(site(), rng.below(UNITS), UNITS).unwrap()),
        Box::new(Direction::new(site(), &(rng.normal([UNITS], DType::F64) * 3.0)).unwrap()),
        Box::new(Subspace::new(site(), &rng.normal([k, UNITS], DType::F64)).unwrap()),
        Box::new(rotated(&[1.0, 0.5, 0.25, 0.0, 1.0, 0.75], rng)),
        Box::new(rotated(&[0.0, 1.0, 0.0, 1.0, 1.0, 0.0], rng).harden().unwrap()),
        Box::new(NeuralPredicate::new("digit", site(), (0..UNITS).map(|i| i.to_string())).unwrap()),
    ]
}

/// All coordinates of a random rotation, with this mask.
fn rotated(mask: &[f64], rng: &mut Rng) -> Rotated {
    let (rotation, _) = rng.normal([UNITS, UNITS], DType::F64).qr().unwrap();
    Rotated::new(site(), &rotation, &Tensor::from(mask.to_vec())).unwrap()
}

fn values(domain: &Domain, rows: usize, rng: &mut Rng) -> Values {
    match domain {
        Domain::Real => Values::Real(rng.normal([rows], DType::F64)),
        Domain::Vector(n) => Values::Vector(rng.normal([rows, *n], DType::F64)),
        Domain::Categorical(_) if rng.below(2) == 0 => {
            let labels: Vec<usize> = (0..rows).map(|_| rng.below(UNITS)).collect();
            Values::observed(&labels, UNITS).unwrap()
        }
        Domain::Categorical(v) => Values::Categorical(rng.normal([rows, v.len()], DType::F64).log_softmax(1)),
        Domain::Boolean => Values::Boolean(rng.bernoulli([rows], 0.5)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn all_kinds_keep_their_laws(seed in 0u64..1_000_000, batch in 1usize..4, positions in 1usize..4) {
        let mut rng = Rng::new(seed);
        let x = rng.normal([batch, positions, UNITS], DType::F64) * 2.0;
        let a = Activation::new(x, &[Axis::Batch, Axis::Position, Axis::Unit]).unwrap();
        for symbol in symbols(&mut rng) {
            let (v, w) = (values(symbol.domain(), batch * positions, &mut rng), values(symbol.domain(), batch * positions, &mut rng));
            let gaps = measure(&*symbol, &a, &v, &w).unwrap();
            prop_assert!(gaps.broken(symbol.laws(), 1e-9).is_empty(), "{:?} {gaps:?}", symbol.domain());
        }
    }
}

/// Writes to a place that it does not read: no law holds, and the suite must say so.
struct Crooked(Neuron, Neuron);

impl Symbol for Crooked {
    fn site(&self) -> &symbolon_net::Site {
        self.0.site()
    }
    fn domain(&self) -> &Domain {
        &Domain::Real
    }
    fn read(&self, a: &Activation) -> Result<Values> {
        self.0.read(a)
    }
    fn write(&self, a: &Activation, v: &Values) -> Result<Activation> {
        let moved = v.with_tensor(self.1.read(a)?.tensor() + v.tensor());
        self.1.write(a, &moved)
    }
}

#[test]
fn the_suite_finds_a_crooked_symbol() {
    let crooked = Crooked(Neuron::new(site(), 0, 2).unwrap(), Neuron::new(site(), 1, 2).unwrap());
    let a = Activation::new(Tensor::from([[1.0f64, 2.0]]), &[Axis::Batch, Axis::Unit]).unwrap();
    let (v, w) = (Values::Real(Tensor::from([5.0f64])), Values::Real(Tensor::from([7.0f64])));
    let gaps = measure(&crooked, &a, &v, &w).unwrap();
    assert_eq!(gaps.broken(Laws::EXACT, 1e-9), ["PutGet", "GetPut", "PutPut"]);
    let honest = Laws { put_get: Law::Approximate, get_put: Law::Approximate, put_put: Law::Approximate };
    assert!(gaps.broken(honest, 1e-9).is_empty());
}

#[test]
fn writing_in_a_pass_changes_the_chosen_rows_only() {
    let symbol = Arc::new(NeuralPredicate::new("digit", site(), ["a", "b", "c"]).unwrap());
    let x = Tensor::from([[3.0f64, 0.0, 0.0], [0.0, 3.0, 0.0]]);
    let values = Values::observed(&[2, 2], 3).unwrap();
    let edit = symbol.clone().writing(values, Which::Rows([true, false].into()));
    let mut trace = Trace::new().edit(symbol.site().name(), edit);
    let y = trace.at(symbol.site().name(), &[Axis::Batch, Axis::Unit], x.clone()).unwrap();
    assert_eq!(y.argmax(1).to_vec::<i64>(), [2, 1]);
    assert!(y.get(1).is_close(&x.get(1), 1e-12, 0.0));
}

#[test]
fn gradients_flow_through_reading_and_writing() {
    let x = Tensor::from([[1.0f64, 2.0, 3.0]]).variable();
    let a = Activation::new(x.clone(), &[Axis::Batch, Axis::Unit]).unwrap();
    let direction = Direction::new(site(), &Tensor::from([0.0f64, 2.0, 0.0])).unwrap();
    let read = direction.read(&a).unwrap();
    assert_eq!(read.real().unwrap().sum().grad(&[&x])[0].to_vec::<f64>(), [0.0, 1.0, 0.0]);
    let v = Tensor::from([9.0f64]).variable();
    let written = direction.write(&a, &Values::Real(v.clone())).unwrap();
    let g = written.tensor().sum().grad(&[&x, &v]);
    assert_eq!((g[0].to_vec::<f64>(), g[1].to_vec::<f64>()), (vec![1.0, 0.0, 1.0], vec![1.0]));
}

#[test]
fn a_hard_mask_is_a_subspace_and_a_soft_one_goes_half_way() {
    let mut rng = Rng::new(5);
    let a = Activation::new(rng.normal([3, UNITS], DType::F64), &[Axis::Batch, Axis::Unit]).unwrap();
    let hard = rotated(&[0.0, 1.0, 1.0, 0.0, 0.0, 0.0], &mut rng);
    let space = hard.harden().unwrap();
    let v = rng.normal([3, UNITS], DType::F64);
    let all = hard.write(&a, &Values::Vector(v.clone())).unwrap();
    let some = space.write(&a, &Values::Vector(v.narrow(1, 1..3))).unwrap();
    assert!(all.tensor().is_close(some.tensor(), 1e-12, 0.0));
    let mask = Tensor::full([UNITS], 0.5, DType::F64).variable();
    let turn = hard.rotation().variable();
    let soft = Rotated::new(site(), &turn, &mask).unwrap();
    let written = soft.write(&a, &Values::Vector(v.clone())).unwrap();
    let halfway = (soft.read(&a).unwrap().vector().unwrap() + &v) * 0.5;
    assert!(soft.read(&written).unwrap().vector().unwrap().is_close(&halfway, 1e-12, 0.0));
    let g = written.tensor().square().sum().grad(&[&turn, &mask]);
    assert!(g.iter().all(|g| g.abs().max().item() > 0.0));
}

#[test]
fn misfits_are_named() {
    let a = Activation::new(Tensor::zeros([2, 3], DType::F32), &[Axis::Batch, Axis::Unit]).unwrap();
    let neuron = Neuron::new(site(), 3, 4).unwrap();
    assert!(matches!(neuron.read(&a), Err(Error::Width { expected: 4, found: 3, .. })));
    let neuron = Neuron::new(site(), 2, 3).unwrap();
    let short = Values::Real(Tensor::zeros([1], DType::F32));
    assert!(matches!(neuron.write(&a, &short), Err(Error::Rows { rows: 2, found: 1 })));
    let labels = Values::observed(&[0, 1], 2).unwrap();
    assert!(matches!(neuron.write(&a, &labels), Err(Error::Kind { .. })));
    assert!(Neuron::new(site(), 3, 3).is_err());
    assert!(Direction::new(site(), &Tensor::zeros([3], DType::F64)).is_err());
    assert!(Subspace::new(site(), &Tensor::zeros([2, 3], DType::F64)).is_err());
    let (turn, half) = (Tensor::eye(3, DType::F64), Tensor::from([0.5f64, 0.5, 0.0]));
    let skewed = Rotated::new(site(), &(&turn * 1.001), &half).unwrap_err().to_string();
    assert!(skewed.contains("away from orthonormal"), "{skewed}");
    assert!(Rotated::new(site(), &turn, &(&half * 3.0)).is_err() && Rotated::new(site(), &turn, &half.narrow(0, ..2)).is_err());
    assert!(Rotated::new(site(), &turn, &half).unwrap().harden().is_err());
    assert!(
        NeuralPredicate::new("p", site(), ["a", "a"]).is_err() && NeuralPredicate::new("p", site(), ["a"]).is_err()
    );
    let error = Values::observed(&[7], 3).unwrap_err();
    assert_eq!(error.to_string(), "`7` is not one of 0, 1, 2");
    assert!(Domain::categorical(["a", "b"]).index("c").is_err());
}
