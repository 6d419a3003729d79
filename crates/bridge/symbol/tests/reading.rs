//! Readings on disk, and what the logic engine makes of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use symbolon_net::{Activation, Architecture, Axis, Network};
use symbolon_symbol::reading::{Column, Evidence, list};
use symbolon_symbol::{
    Codebook, Composite, Dictionary, Direction, Error, Features, NeuralPredicate, Neuron, Normalise, Reading, Sparsity,
    Subspace, Symbol,
};
use symbolon_tensor::{DType, Device, Rng, Tensor};
use symbolon_theory::Theory;
use symbolon_theory::budget::Budget;

const UNITS: usize = 4;

fn site() -> symbolon_net::Site {
    "blocks.0.resid_post".parse().unwrap()
}

fn network(seed: u64) -> Box<dyn Network> {
    "decoder(7, 4, 1, 8, 2)".parse::<Architecture>().unwrap().build(&mut Rng::new(seed), Device::Cpu).unwrap()
}

/// `±` each unit: feature `u` is active where unit `u` is positive, feature `u + 4` where it is negative.
fn dictionary() -> Arc<Dictionary> {
    let eye = Tensor::eye(UNITS, DType::F32);
    let both = Tensor::cat(&[&eye, &eye.negative()], 0);
    let zeros = |n| Tensor::zeros([n], DType::F32);
    Arc::new(Dictionary {
        encoder: both.t().contiguous(),
        encoder_bias: zeros(2 * UNITS),
        decoder: both,
        decoder_bias: zeros(UNITS),
        offset: zeros(UNITS),
        sparsity: Sparsity::JumpRelu(Tensor::full([2 * UNITS], 0.25, DType::F32)),
        normalise: Normalise::Length,
    })
}

/// A reading with one symbol of each kind.
fn reading() -> Reading {
    let mut rng = Rng::new(3);
    let mut normal = |shape: &[usize]| rng.normal(shape, DType::F32);
    let mut r = Reading::of("first", &*network(0), "decoder(7, 4, 1, 8, 2)", "sparse_autoencoder");
    let neuron: Arc<dyn Symbol> = Arc::new(Neuron::new(site(), 1, UNITS).unwrap());
    let digit: Arc<dyn Symbol> = Arc::new(NeuralPredicate::new("digit", site(), ["a", "b", "c", "it's"]).unwrap());
    let direction: Arc<dyn Symbol> = Arc::new(Direction::new(site(), &normal(&[UNITS])).unwrap());
    r.symbols = vec![
        ("sae".to_owned(), Arc::new(Features::new(site(), dictionary(), &[0, 5, 2]).unwrap())),
        ("one".to_owned(), Arc::new(symbolon_symbol::Feature::new(site(), dictionary(), 7).unwrap())),
        ("Unit 1".to_owned(), neuron.clone()),
        ("subspace".to_owned(), Arc::new(Subspace::new(site(), &normal(&[2, UNITS])).unwrap())),
        ("digit".to_owned(), digit),
        ("code".to_owned(), Arc::new(Codebook::new(site(), &normal(&[3, UNITS]), ["x", "y", "z"]).unwrap())),
        ("both".to_owned(), Arc::new(Composite::new(vec![neuron, direction.clone()]).unwrap())),
        ("direction".to_owned(), direction),
    ];
    r.theory = Some("strong(F, T) :- active(F, T, S), S > 1.0.".to_owned());
    r.evidence = vec![Evidence { what: "variance explained".to_owned(), value: 0.75, interval: Some([0.5, 1.0]) }];
    r.provenance.data = "three tokens".to_owned();
    r.provenance.seed = 7;
    r
}

fn activation() -> Activation {
    let x = Tensor::from([[[2.0f32, 0.0, 0.0, 0.0], [1.0, -1.0, -1.0, -1.0]]]);
    Activation::new(x, &[Axis::Batch, Axis::Position, Axis::Unit]).unwrap()
}

/// Answers of a query to the facts of a reading.
fn ask(reading: &Reading, goal: &str) -> Vec<String> {
    let mut theory = Theory::parse_named("a reading", &reading.facts()).unwrap();
    let query = theory.parse_query(goal).unwrap();
    theory.queries.push(query);
    let inference = theory.inference(&|_, _| None, &Budget::default()).unwrap();
    let answers = inference.answers(&theory).unwrap();
    answers.iter().filter(|a| a.probability.value() > 0.0).map(|a| a.query.clone()).collect()
}

#[test]
fn the_engine_queries_a_reading() {
    let mut r = reading();
    r.observe("sae", &activation(), 10, 0.0).unwrap();
    r.observe("one", &activation(), 10, 0.0).unwrap();
    r.observe("digit", &activation(), 10, 0.0).unwrap();
    // Tokens that need all the quoting there is.
    let odd = vec!["it's".to_owned(), "back\\slash\n\u{1}\u{e9}".to_owned()];
    let at = Column::Term("t".to_owned(), vec![vec![10, 0], vec![10, 1]]);
    r.relate("token", [at, Column::Name(odd.clone())]).unwrap();
    r.connect("sae", "sae", &Tensor::from([[0.0f64, -1.5e-7], [0.0, 2.0]]), 1e-9).unwrap();
    r.relate("never", [Column::Int(vec![]), Column::Real(vec![])]).unwrap();
    // The row (2, 0, 0, 0) has length 2 = √units already; the other one too.
    assert_eq!(ask(&r, "strong(sae(0), t(10,0))").len(), 1);
    assert_eq!(ask(&r, "strong(F, T)").len(), 1);
    let active = ask(&r, "active(F, t(10,1), S)");
    assert_eq!(active.len(), 3, "{active:?}");
    assert_eq!(ask(&r, "active(sae(5), T, S)").len(), 1);
    assert_eq!(ask(&r, "unit(U, 'blocks.0.resid_post')").len(), 3 + 1 + 1 + 2 + 1 + 1 + 2 + 1);
    assert_eq!(ask(&r, "token(t(10,0), 'it''s')").len(), 1);
    assert_eq!(ask(&r, "token(T, N), atom_length(N, L), L =:= 13").len(), 1);
    assert_eq!(ask(&r, "edge(sae(0), sae(1), W), W < 0").len(), 1);
    assert_eq!(ask(&r, "measured(W, N), N =:= 0.75").len(), 1);
    assert_eq!(ask(&r, "value(digit, t(10,0), a)").len(), 1);
    assert!(ask(&r, "never(_, _)").is_empty());
}

#[test]
fn a_reading_comes_back_from_disk_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("deep").join("first");
    let mut r = reading();
    r.observe("sae", &activation(), 0, 0.0).unwrap();
    r.observe("digit", &activation(), 0, 0.0).unwrap();
    r.relate("never", [Column::Int(vec![]), Column::Term("t".to_owned(), vec![])]).unwrap();
    r.save(&folder).unwrap();
    let back = Reading::load(&folder).unwrap();
    assert_eq!(back.facts(), r.facts());
    assert_eq!((&back.relations, &back.evidence, &back.provenance), (&r.relations, &r.evidence, &r.provenance));
    for ((name, a), (_, b)) in r.symbols.iter().zip(&back.symbols) {
        let bits = |s: &Arc<dyn Symbol>| s.read(&activation()).unwrap().tensor().to_bytes();
        assert_eq!(bits(a), bits(b), "{name}");
        assert_eq!((a.site(), a.domain(), a.laws()), (b.site(), b.domain(), b.laws()), "{name}");
    }
    // What two symbols share is written once.
    let arrays = symbolon_tensor::io::load(folder.join("tensors.safetensors")).unwrap();
    assert_eq!(arrays.values().filter(|t| t.shape() == [UNITS, 2 * UNITS]).count(), 1);
    // Written again, the same bytes; nothing else is left behind.
    let bytes = |file: &str| std::fs::read(folder.join(file)).unwrap();
    let before: BTreeMap<&str, Vec<u8>> =
        ["reading.json", "tensors.safetensors", "theory.pl"].map(|f| (f, bytes(f))).into();
    back.save(&folder).unwrap();
    before.iter().for_each(|(f, b)| assert!(bytes(f) == *b, "{f}"));
    assert_eq!(std::fs::read_dir(dir.path().join("deep")).unwrap().count(), 1);
    let listed = list(dir.path().join("deep")).unwrap();
    assert_eq!(listed[0].about.as_ref().unwrap().0, "first");
}

#[test]
fn another_model_is_refused_with_both_named() {
    let r = reading();
    r.belongs_to(&*network(0)).unwrap();
    let other = network(1);
    let error = r.belongs_to(&*other).unwrap_err();
    assert!(matches!(error, Error::OtherModel { .. }));
    let text = error.to_string();
    assert!(text.contains(&symbolon_net::fingerprint(&*other)) && text.contains(&r.provenance.fingerprint), "{text}");
}

#[test]
fn folders_that_hold_no_reading_say_why() {
    let dir = tempfile::tempdir().unwrap();
    let problem = |change: &dyn Fn(&Path)| {
        let folder = dir.path().join("broken");
        let _ = std::fs::remove_dir_all(&folder);
        reading().save(&folder).unwrap();
        change(&folder);
        Reading::load(&folder).err().unwrap().to_string()
    };
    let edit = |old: &'static str, new: &'static str| {
        move |folder: &Path| {
            let file = folder.join("reading.json");
            let text = std::fs::read_to_string(&file).unwrap();
            assert!(text.contains(old), "{text}");
            std::fs::write(file, text.replacen(old, new, 1)).unwrap();
        }
    };
    assert!(problem(&edit("symbolon-reading 1", "symbolon-reading 2")).contains("written as `symbolon-reading 2`"));
    assert!(problem(&edit("\"features\"", "\"feathers\"")).contains("`feathers`"));
    assert!(problem(&edit("\"format\"", "\"formal\"")).contains("says no format"));
    assert!(problem(&edit("\"which\"", "\"witch\"")).contains("`which`"));
    assert!(problem(&edit("\"evidence\"", "\"evident\"")).contains("missing field"));
    assert!(problem(&|f| std::fs::write(f.join("reading.json"), "{ \"format").unwrap()).contains("reading.json"));
    assert!(problem(&|f| std::fs::remove_file(f.join("theory.pl")).unwrap()).contains("theory.pl"));
    let cut = |f: &Path| {
        let file = f.join("tensors.safetensors");
        let bytes = std::fs::read(&file).unwrap();
        std::fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
    };
    assert!(problem(&cut).contains("cut off or changed"));
    assert!(Reading::load(dir.path().join("nowhere")).err().unwrap().to_string().contains("nowhere"));
}

#[test]
fn what_cannot_be_kept_is_refused_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("r");
    reading().save(&folder).unwrap();
    let mut twice = reading();
    let again = twice.symbols[0].clone();
    twice.symbols.push(again);
    assert!(twice.save(&folder).unwrap_err().to_string().contains("two symbols are called `sae`"));
    assert_eq!(Reading::load(&folder).unwrap().symbols.len(), 8);
    let mut odd = reading();
    odd.evidence[0].value = f64::NAN;
    assert!(odd.save(&folder).unwrap_err().to_string().contains("no finite number"));
    let other = dir.path().join("notes");
    std::fs::create_dir(&other).unwrap();
    std::fs::write(other.join("diary.txt"), "dear").unwrap();
    assert!(reading().save(&other).unwrap_err().to_string().contains("holds something else"));
    assert!(other.join("diary.txt").exists());
    let uneven = reading().relate("r", [Column::Int(vec![1]), Column::Real(vec![])]);
    assert!(uneven.is_err() && reading().symbol("nobody").is_err());
}
