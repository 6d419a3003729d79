//! Safetensors folders: read as one, refused with the reason where something is wrong.

mod common;

use common::{golden, scratch};
use std::path::Path;
use symbolon_lm::Weights;
use symbolon_tensor::{DType, Rng, Tensor, io};

fn piece(path: &Path, names: &[&str], seed: u64) -> Vec<Tensor> {
    let mut rng = Rng::new(seed);
    let made: Vec<Tensor> = names.iter().map(|_| rng.normal([3, 4], DType::F32)).collect();
    io::save(path, names.iter().copied().zip(&made)).unwrap();
    made
}

fn index(folder: &Path, map: &str) {
    std::fs::write(folder.join("model.safetensors.index.json"), format!(r#"{{"weight_map": {map}}}"#)).unwrap();
}

#[test]
fn pieces_are_read_as_one() {
    let folder = scratch("pieces");
    let a = piece(&folder.join("m-1.safetensors"), &["a", "b"], 1);
    let c = piece(&folder.join("m-2.safetensors"), &["c"], 2);
    index(&folder, r#"{"a": "m-1.safetensors", "b": "m-1.safetensors", "c": "m-2.safetensors"}"#);
    let w = Weights::open(&folder).unwrap();
    assert_eq!(w.names(), ["a", "b", "c"]);
    assert_eq!(w.shape("c"), Some(&[3, 4][..]));
    for (name, t) in [("a", &a[0]), ("b", &a[1]), ("c", &c[0])] {
        assert_eq!(w.read(name).unwrap().to_vec::<f32>(), t.to_vec::<f32>());
    }
    assert!(w.read("d").unwrap_err().to_string().contains("d: there is no such tensor"));
}

#[test]
fn storage_kinds_become_f32() {
    let folder = scratch("kinds");
    let x = Rng::new(4).normal([5, 7], DType::F32);
    for kind in [DType::F16, DType::BF16, DType::F64, DType::F32] {
        let stored = x.to(kind);
        let path = folder.join("model.safetensors");
        io::save(&path, [("x", &stored), ("i", &Tensor::arange(3))]).unwrap();
        let w = Weights::open(&path).unwrap();
        assert_eq!(w.read("x").unwrap().to_vec::<f32>(), stored.to(DType::F32).to_vec::<f32>(), "{kind:?}");
        assert!(w.read("i").unwrap_err().to_string().contains("I64"));
    }
}

#[test]
fn folders_that_contradict_themselves_are_refused() {
    let folder = scratch("contradictions");
    piece(&folder.join("m-1.safetensors"), &["a"], 1);
    piece(&folder.join("m-2.safetensors"), &["a", "c"], 2);
    let refused = |says: &str| {
        let e = Weights::open(&folder).unwrap_err().to_string();
        assert!(e.contains(says), "{e}");
    };
    refused("holds no model.safetensors");
    index(&folder, r#"{"a": "m-1.safetensors", "c": "m-2.safetensors"}"#);
    refused("occurs in another file");
    index(&folder, r#"{"z": "m-1.safetensors"}"#);
    refused("does not have it");
    index(&folder, r#"{"a": "../contradictions/m-1.safetensors"}"#);
    refused("no name of a file beside the index");
    index(&folder, r#"{"a": "/etc/passwd"}"#);
    refused("no name of a file beside the index");
    index(&folder, r#"{"a": 7}"#);
    refused("no name of a file");
    index(&folder, r#"{"a": "absent.safetensors"}"#);
    refused("absent.safetensors");
    std::fs::write(folder.join("model.safetensors.index.json"), "{}").unwrap();
    refused("weight_map");
    assert!(Weights::open(folder.join("x.bin")).unwrap_err().to_string().contains("supported: gguf"));
}

#[test]
fn a_folder_with_one_gguf_file_is_that_file() {
    let folder = scratch("one-gguf");
    std::fs::copy(golden("kinds.gguf"), folder.join("model.gguf")).unwrap();
    assert!(Weights::open(&folder).unwrap().names().contains(&"Q6_K"));
    std::fs::copy(golden("kinds.gguf"), folder.join("other.gguf")).unwrap();
    assert!(Weights::open(&folder).unwrap_err().to_string().contains("several"));
}

#[test]
fn damaged_files_are_read_or_refused() {
    let folder = scratch("damaged-safetensors");
    let path = folder.join("model.safetensors");
    piece(&path, &["first", "second", "third"], 3);
    let whole = std::fs::read(&path).unwrap();
    let header = 8 + u64::from_le_bytes(whole[..8].try_into().unwrap()) as usize;
    for n in 0..whole.len() {
        std::fs::write(&path, &whole[..n]).unwrap();
        assert!(Weights::open(&path).is_err(), "{n} of {} bytes", whole.len());
    }
    let mut rng = Rng::new(9);
    let (mut read, mut refused) = (0, 0);
    for _ in 0..3000 {
        let mut bytes = whole.clone();
        for _ in 0..1 + rng.below(3) {
            let at = rng.below(header);
            bytes[at] = match rng.below(3) {
                0 => bytes[at] ^ (1 << rng.below(8)),
                1 => b"0123456789[]{},:\"-"[rng.below(18)],
                _ => rng.next_u64() as u8,
            };
        }
        std::fs::write(&path, &bytes).unwrap();
        match Weights::open(&path) {
            Err(e) => {
                assert!(e.to_string().contains("model.safetensors"));
                refused += 1;
            }
            Ok(w) => {
                for name in w.names() {
                    if let Ok(x) = w.read(name) {
                        assert_eq!(Some(x.shape()), w.shape(name));
                    }
                }
                read += 1;
            }
        }
    }
    assert!(read > 50 && refused > 50, "{read} read, {refused} refused");
    // Twice the same name: JSON readers keep one of them, whichever.
    let json = br#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#;
    let bytes = [&(json.len() as u64).to_le_bytes(), &json[..], &[0; 4]].concat();
    std::fs::write(&path, bytes).unwrap();
    assert!(Weights::open(&path).unwrap_err().to_string().contains("x: the tensor occurs twice"));
}
