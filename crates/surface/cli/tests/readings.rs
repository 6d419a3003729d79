//! Readings on the command line: listed, shown, and asked by the logic engine.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use symbolon_net::{Activation, Architecture, Axis};
use symbolon_symbol::{Neuron, Reading};
use symbolon_tensor::{Device, Rng, Tensor};

fn symbolon(args: &[&str], folder: &Path) -> (String, String, i32) {
    let out: Output = Command::new(env!("CARGO_BIN_EXE_symbolon")).args(args).current_dir(folder).output().unwrap();
    let of = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (of(&out.stdout), of(&out.stderr), out.status.code().unwrap())
}

#[test]
fn a_reading_is_listed_shown_and_asked() {
    let dir = tempfile::tempdir().unwrap();
    let network = "mlp(2, 3, 2)".parse::<Architecture>().unwrap().build(&mut Rng::new(0), Device::Cpu).unwrap();
    let mut reading = Reading::of("units", &*network, "mlp(2, 3, 2)", "neuron");
    reading.symbols = vec![("unit".to_owned(), Arc::new(Neuron::new("fc1".parse().unwrap(), 1, 3).unwrap()))];
    let x = Tensor::from([[0.0f32, 2.5, 0.0], [0.0, -1.0, 0.0]]);
    reading.observe("unit", &Activation::new(x, &[Axis::Batch, Axis::Unit]).unwrap(), 0, 0.0).unwrap();
    reading.theory = Some("seen(U) :- active(U, t(_, _), S), S > 2.".to_owned());
    reading.save(dir.path().join("readings/units")).unwrap();

    let (out, err, code) = symbolon(&["readings", "list"], dir.path());
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("readings/units  units    1        mlp(2, 3, 2)  neuron"), "{out}");
    let (out, _, code) = symbolon(&["readings", "show", "readings/units", "--json"], dir.path());
    let shown: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &shown["symbols"][0]["kind"]), (0, &serde_json::json!("neuron")));
    assert_eq!(shown["relations"][0]["rows"], 1);

    let (facts, _, code) = symbolon(&["readings", "facts", "readings/units"], dir.path());
    assert_eq!(code, 0);
    std::fs::write(dir.path().join("facts.pl"), facts).unwrap();
    let (out, err, code) = symbolon(&["infer", "facts.pl", "-q", "seen(U)"], dir.path());
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("seen(unit)  1"), "{out}");

    std::fs::write(dir.path().join("readings/units/tensors.safetensors"), "").unwrap();
    let (out, err, code) = symbolon(&["readings", "show", "readings/units", "--json"], dir.path());
    assert!(code == 1 && err.contains("cut off or changed") && out.contains("errors"), "{out}{err}");
    let (_, err, code) = symbolon(&["readings", "list", "nowhere"], dir.path());
    assert!(code == 1 && err.contains("nowhere"), "{err}");
}
