//! Every kind of symbol runs through the same law suite, on activations with positions and heads too.

use std::sync::Arc;

use proptest::prelude::*;
use symbolon_net::{Activation, Axis, Trace};
use symbolon_symbol::laws::measure;
use symbolon_symbol::{
    Codebook, Composite, Dictionary, Direction, Domain, Error, Feature, Features, Law, Laws, NeuralPredicate, Neuron,
    Normalise, Result, Rotated, Sparsity, Subspace, Symbol, SymbolEdit, Values, Which,
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
        Box::new(Feature::new(site(), dictionary(rng), rng.below(FEATURES)).unwrap()),
        Box::new(Features::new(site(), dictionary(rng), &[3, 0, FEATURES - 1]).unwrap()),
        Box::new(Codebook::new(site(), &rng.normal([4, UNITS], DType::F64), ["a", "b", "c", "d"]).unwrap()),
        Box::new(Composite::independent(apart(rng)).unwrap()),
        Box::new(
            Composite::new(vec![apart(rng).remove(0), Arc::new(Feature::new(site(), dictionary(rng), 1).unwrap())])
                .unwrap(),
        ),
    ]
}

const FEATURES: usize = 11;

/// A dictionary of any kind, overcomplete.
fn dictionary(rng: &mut Rng) -> Arc<Dictionary> {
    let sparsity = match rng.below(3) {
        0 => Sparsity::Relu,
        1 => Sparsity::TopK(1 + rng.below(FEATURES)),
        _ => Sparsity::JumpRelu(rng.uniform([FEATURES], 0.0, 1.0, DType::F64)),
    };
    let mut normal = |shape: &[usize]| rng.normal(shape, DType::F64);
    let made = Dictionary {
        encoder: normal(&[UNITS, FEATURES]),
        encoder_bias: normal(&[FEATURES]),
        decoder: normal(&[FEATURES, UNITS]),
        decoder_bias: normal(&[UNITS]),
        offset: normal(&[UNITS]),
        sparsity,
        normalise: [Normalise::None, Normalise::Length, Normalise::Layer][rng.below(3)],
    };
    Arc::new(made.checked().unwrap())
}

/// Two orthogonal directions and a unit that neither touches.
fn apart(rng: &mut Rng) -> Vec<Arc<dyn Symbol>> {
    let turn = rng.normal([UNITS - 1, UNITS - 1], DType::F64).qr().unwrap().0.pad(&[(0, 0), (0, 1)], 0.0);
    vec![
        Arc::new(Direction::new(site(), &turn.get(0)).unwrap()),
        Arc::new(Subspace::new(site(), &turn.get(1..3)).unwrap()),
        Arc::new(Neuron::new(site(), UNITS - 1, UNITS).unwrap()),
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
        // A codebook holds codes, not degrees between them; a predicate both.
        Domain::Categorical(v) if v.len() != UNITS || rng.below(2) == 0 => {
            let labels: Vec<usize> = (0..rows).map(|_| rng.below(v.len())).collect();
            Values::observed(&labels, v.len()).unwrap()
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
    assert!(
        Rotated::new(site(), &turn, &(&half * 3.0)).is_err()
            && Rotated::new(site(), &turn, &half.narrow(0, ..2)).is_err()
    );
    assert!(Rotated::new(site(), &turn, &half).unwrap().harden().is_err());
    assert!(
        NeuralPredicate::new("p", site(), ["a", "a"]).is_err() && NeuralPredicate::new("p", site(), ["a"]).is_err()
    );
    let error = Values::observed(&[7], 3).unwrap_err();
    assert_eq!(error.to_string(), "`7` is not one of 0, 1, 2");
    assert!(Domain::categorical(["a", "b"]).index("c").is_err());
}

/// Codes by the definition, number by number.
#[test]
fn dictionaries_encode_as_their_definition_says() {
    let kinds: [(Sparsity, [f64; 3]); 3] = [
        (Sparsity::Relu, [1.5, 0.0, 0.5]),
        (Sparsity::TopK(1), [1.5, 0.0, 0.0]),
        (Sparsity::JumpRelu(Tensor::from([2.0f64, 0.0, 0.25])), [0.0, 0.0, 0.5]),
    ];
    for (sparsity, codes) in kinds {
        let d = Dictionary {
            encoder: Tensor::from([[1.0f64, -1.0, 0.0], [0.0, 0.0, 1.0]]),
            encoder_bias: Tensor::from([0.5f64, 0.0, 0.0]),
            decoder: Tensor::from([[1.0f64, 0.0], [-1.0, 0.0], [0.0, 2.0]]),
            decoder_bias: Tensor::from([10.0f64, 20.0]),
            offset: Tensor::from([1.0f64, 0.5]),
            sparsity,
            normalise: Normalise::None,
        };
        let d = d.checked().unwrap();
        let x = Tensor::from([[2.0f64, 1.0]]);
        assert_eq!(d.encode(&x).to_vec::<f64>(), codes);
        let y = d.reconstruct(&x).to_vec::<f64>();
        assert_eq!(y, [10.0 + codes[0] - codes[1], 20.0 + 2.0 * codes[2]]);
    }
}

#[test]
fn a_tied_orthonormal_dictionary_keeps_all_laws_for_codes_that_are_not_negative() {
    let mut rng = Rng::new(4);
    let turn = rng.normal([UNITS, UNITS], DType::F64).qr().unwrap().0;
    let zeros = Tensor::zeros([UNITS], DType::F64);
    let d = Dictionary {
        encoder: turn.t(),
        encoder_bias: zeros.clone(),
        decoder: turn,
        decoder_bias: zeros.clone(),
        offset: zeros,
        sparsity: Sparsity::Relu,
        normalise: Normalise::None,
    };
    let all = Features::all(site(), Arc::new(d)).unwrap();
    // Rows that the dictionary can say: no negative inner products.
    let codes = rng.uniform([3, UNITS], 0.0, 2.0, DType::F64);
    let a = Activation::new(all.dictionary().decode(&codes, &codes), &[Axis::Batch, Axis::Unit]).unwrap();
    let mut codes = || Values::Vector(rng.uniform([3, UNITS], 0.0, 2.0, DType::F64));
    let gaps = measure(&all, &a, &codes(), &codes()).unwrap();
    assert!(gaps.broken(Laws::EXACT, 1e-9).is_empty(), "{gaps:?}");
}

#[test]
fn parts_that_touch_each_other_are_found_out() {
    let at = |v: [f64; 2]| -> Arc<dyn Symbol> { Arc::new(Direction::new(site(), &Tensor::from(v)).unwrap()) };
    let parts = || vec![at([1.0, 0.0]), at([1.0, 1.0])];
    let a = Activation::new(Tensor::from([[1.0f64, 2.0]]), &[Axis::Batch, Axis::Unit]).unwrap();
    let values = |v| Values::Vector(Tensor::from([v]));
    let honest = Composite::new(parts()).unwrap();
    let gaps = measure(&honest, &a, &values([5.0f64, 3.0]), &values([0.0, 1.0])).unwrap();
    assert!(gaps.broken(honest.laws(), 1e-9).is_empty());
    assert_eq!(gaps.broken(Composite::independent(parts()).unwrap().laws(), 1e-9), ["PutGet", "PutPut"]);
    let far: Arc<dyn Symbol> = Arc::new(Neuron::new("blocks.1.mlp.post".parse().unwrap(), 0, 2).unwrap());
    assert!(Composite::new(vec![parts().remove(0), far]).is_err() && Composite::new(vec![]).is_err());
}

#[test]
fn dictionaries_and_codebooks_that_make_no_sense_are_refused() {
    let good = dictionary(&mut Rng::new(1));
    let bad = |change: fn(&mut Dictionary)| {
        let mut d = (*good).clone();
        change(&mut d);
        d.checked().unwrap_err().to_string()
    };
    assert!(
        bad(|d| d.decoder_bias = Tensor::zeros([2], DType::F64))
            .contains("decoder bias has shape [2], [6] is expected")
    );
    assert!(bad(|d| d.encoder_bias = &d.encoder_bias * f64::NAN).contains("not finite"));
    assert!(bad(|d| d.sparsity = Sparsity::TopK(0)).contains("0 of 11 features"));
    assert!(Feature::new(site(), good.clone(), FEATURES).is_err());
    assert!(Features::new(site(), good.clone(), &[1, 1]).is_err() && Features::new(site(), good, &[]).is_err());
    let twice = Tensor::from([[1.0f64, 0.0], [0.0, 1.0], [1.0, 0.0]]);
    let error = Codebook::new(site(), &twice, ["a", "b", "c"]).unwrap_err().to_string();
    assert!(error.contains("codes a and c cannot be told apart"), "{error}");
    assert!(Codebook::new(site(), &twice, ["a", "b"]).is_err());
}
