//! GGUF files: every format against the reference package's numbers, and what hostile files get.

use std::path::{Path, PathBuf};
use symbolon_lm::gguf::{Gguf, Kind, Value};
use symbolon_tensor::Rng;

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/kinds.gguf")
}

fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("gguf");
    std::fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

#[test]
fn every_format_gives_the_reference_numbers_bit_for_bit() {
    let file = Gguf::open(golden()).unwrap();
    let kinds: Vec<&str> =
        file.tensors().iter().filter(|t| !t.name.ends_with("expected")).map(|t| t.kind.name()).collect();
    assert_eq!(kinds, ["F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"]);
    for kind in kinds {
        let (ours, theirs) = (file.read(kind).unwrap(), file.read(&format!("{kind}.expected")).unwrap());
        assert_eq!(file.tensor(&format!("{kind}.expected")).unwrap().kind, Kind::F32);
        assert_eq!(ours.shape(), [3, 256], "{kind}");
        let bits = |t: &symbolon_tensor::Tensor| t.to_vec::<f32>().iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&ours), bits(&theirs), "{kind}");
    }
}

#[test]
fn settings_keep_their_values() {
    let file = Gguf::open(golden()).unwrap();
    let at = |k: &str| file.metadata()[k].clone();
    assert_eq!(file.text("text"), Some("snow ☃"));
    for (key, value) in [
        ("u8", 255),
        ("i8", -128),
        ("u16", 65535),
        ("i16", -32768),
        ("u32", u32::MAX.into()),
        ("i32", i32::MIN.into()),
        ("u64", u64::MAX.into()),
        ("i64", i128::from(i64::MIN)),
    ] {
        assert_eq!(at(key), Value::Int(value), "{key}");
    }
    assert_eq!((at("f32"), at("f64"), at("yes")), (Value::Float(0.5), Value::Float(0.1), Value::Bool(true)));
    assert_eq!(at("strings"), Value::Strings(vec!["a".into(), String::new(), "ü".into()]));
    assert_eq!((at("ints"), at("floats")), (Value::Ints(vec![1, -2, 3]), Value::Floats(vec![0.5, -0.25])));
    assert!(file.count("text").unwrap_err().to_string().contains("text"));
    assert!(file.count("absent").unwrap_err().to_string().contains("absent"));
}

/// A GGUF file put together by hand.
#[derive(Default)]
struct Built(Vec<u8>);

impl Built {
    fn new(tensors: u64, keys: u64) -> Self {
        Self::default().raw(b"GGUF").u32(3).u64(tensors).u64(keys)
    }
    fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }
    fn u32(self, x: u32) -> Self {
        self.raw(&x.to_le_bytes())
    }
    fn u64(self, x: u64) -> Self {
        self.raw(&x.to_le_bytes())
    }
    fn text(self, s: &str) -> Self {
        self.u64(s.len() as u64).raw(s.as_bytes())
    }
    fn tensor(self, name: &str, shape: &[u64], kind: u32, offset: u64) -> Self {
        let b = self.text(name).u32(shape.len() as u32);
        shape.iter().fold(b, |b, &n| b.u64(n)).u32(kind).u64(offset)
    }
    fn refused(self, name: &str) -> String {
        let path = scratch(name);
        std::fs::write(&path, &self.0).unwrap();
        let e = Gguf::open(&path).expect_err(name).to_string();
        assert!(e.contains(name), "the file is named: {e}");
        e
    }
}

#[test]
fn hostile_headers_get_an_error_that_names_the_place() {
    let with = |b: Built, n: usize| b.raw(&vec![0; n]);
    let cases: Vec<(&str, Built, &str)> = vec![
        ("empty", Built::default(), "cut off"),
        ("other", Built::default().raw(b"PK\x03\x04 and so on"), "no GGUF"),
        ("v9", Built::default().raw(b"GGUF").u32(9).u64(0).u64(0), "version 9"),
        ("big-endian", Built::default().raw(b"GGUF").raw(&[0, 0, 0, 3]).u64(0).u64(0), "big-endian"),
        ("tensors", Built::new(u64::MAX, 0), "tensors"),
        ("keys", Built::new(0, 1 << 40), "keys"),
        ("long-key", with(Built::new(0, 1).u64(u64::MAX), 40), "text of"),
        ("key-type", with(Built::new(0, 1).text("k").u32(77), 40), "k: value type 77"),
        ("list", with(Built::new(0, 1).text("k").u32(9).u32(8).u64(1 << 61), 40), "k: promises"),
        ("list-of-lists", with(Built::new(0, 1).text("k").u32(9).u32(9).u64(1), 40), "type 9"),
        (
            "twice-key",
            Built::new(0, 2).text("k").u32(0).raw(&[1]).text("k").u32(0).raw(&[1]),
            "k: the key occurs twice",
        ),
        ("bool", with(Built::new(0, 1).text("k").u32(7).raw(&[2]), 40), "truth value 2"),
        ("utf8", with(Built::new(0, 1).u64(2).raw(&[0xff, 0xfe]), 40), "UTF-8"),
        ("align", with(Built::new(0, 1).text("general.alignment").u32(4).u32(3), 40), "power of two"),
        ("rank", with(Built::new(1, 0).text("w").u32(400), 80), "w: 400 axes"),
        ("overflow", with(Built::new(1, 0).tensor("w", &[1 << 33, 1 << 33], 0, 0), 80), "w: sizes"),
        ("zero", with(Built::new(1, 0).tensor("w", &[0], 0, 0), 80), "w: sizes"),
        ("odd-block", with(Built::new(1, 0).tensor("w", &[33], 2, 0), 80), "blocks of 32"),
        ("kind", with(Built::new(1, 0).tensor("w", &[256], 10, 0), 800), "Q2_K"),
        ("beyond", with(Built::new(1, 0).tensor("w", &[32], 0, 1 << 60), 200), "w: needs 128 bytes"),
        ("wrap", with(Built::new(1, 0).tensor("w", &[32], 0, u64::MAX - 31), 200), "w: needs"),
        ("crooked", with(Built::new(1, 0).tensor("w", &[32], 0, 7), 200), "alignment"),
        (
            "twice",
            with(Built::new(2, 0).tensor("w", &[8], 0, 0).tensor("w", &[8], 0, 32), 200),
            "w: the tensor occurs twice",
        ),
        ("overlap", with(Built::new(2, 0).tensor("v", &[16], 0, 0).tensor("w", &[8], 0, 32), 200), "on top of `v`"),
    ];
    for (name, built, says) in cases {
        let e = built.refused(name);
        assert!(e.contains(says), "{name}: {e}");
    }
}

#[test]
fn a_file_cut_off_anywhere_is_an_error_never_a_crash() {
    let whole = std::fs::read(golden()).unwrap();
    let path = scratch("cut");
    let data = Gguf::open(golden()).unwrap().tensors()[0].offset as usize;
    // Every length inside the header, and some inside the numbers.
    for n in (0..data).step_by(3).chain((data..whole.len()).step_by(4001)) {
        std::fs::write(&path, &whole[..n]).unwrap();
        assert!(Gguf::open(&path).is_err(), "{n} of {} bytes", whole.len());
    }
}

#[test]
fn files_with_random_damage_are_read_or_refused() {
    let whole = std::fs::read(golden()).unwrap();
    let header = Gguf::open(golden()).unwrap().tensors()[0].offset as usize;
    let path = scratch("damaged");
    let mut rng = Rng::new(5);
    let (mut read, mut refused) = (0, 0);
    for _ in 0..3000 {
        let mut bytes = whole.clone();
        for _ in 0..1 + rng.below(4) {
            let at = rng.below(header);
            match rng.below(4) {
                0 => bytes[at] ^= 1 << rng.below(8),
                1 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][rng.below(5)],
                2 => bytes[at..(at + 8).min(header)].fill(0xff),
                _ => bytes[at] = rng.next_u64() as u8,
            }
        }
        std::fs::write(&path, &bytes).unwrap();
        match Gguf::open(&path) {
            Err(e) => {
                assert!(e.to_string().contains("damaged"));
                refused += 1;
            }
            Ok(file) => {
                for t in file.tensors() {
                    let x = file.read(&t.name).unwrap();
                    assert_eq!(x.shape(), t.shape);
                    assert!(x.len() * 4 <= 8 * whole.len(), "no more numbers than the file can hold");
                }
                read += 1;
            }
        }
    }
    assert!(read > 100 && refused > 100, "both happen: {read} read, {refused} refused");
}
