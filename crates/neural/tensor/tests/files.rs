//! Tensors in files: there and back bit for bit, and files that are not what they say.

use symbolon_tensor::io::{load, load_with_metadata, read_npy, save, save_with_metadata, write_npy};
use symbolon_tensor::optim::{Adam, Optimiser, Sgd, State};
use symbolon_tensor::{DType, Error, Rng, Tensor};

fn place(name: &str) -> std::path::PathBuf {
    std::env::temp_dir().join(format!("symbolon-tensor-{}-{name}", std::process::id()))
}

fn samples() -> Vec<(&'static str, Tensor)> {
    let x = Rng::new(1).normal([2, 3], DType::F64);
    vec![
        ("f64", x.clone()),
        ("f32", x.to(DType::F32).t()),
        ("f16", x.to(DType::F16)),
        ("i64", Tensor::arange(4)),
        ("i32", Tensor::from([1i32, -2])),
        ("u8", Tensor::from([[1u8, 255]])),
        ("bool", x.gt_scalar(0.0)),
        ("scalar", Tensor::scalar(2.5f32)),
        ("none", Tensor::zeros([0, 3], DType::F32)),
    ]
}

#[test]
fn safetensors_there_and_back() {
    let path = place("all.safetensors");
    let mut all = samples();
    all.push(("bf16", Tensor::from([1.0f32, 3.5]).to(DType::BF16)));
    let words = [("made by".to_owned(), "a test".to_owned())].into();
    save_with_metadata(&path, all.iter().map(|(n, t)| (*n, t)), Some(words)).unwrap();
    let (found, words) = load_with_metadata(&path).unwrap();
    assert_eq!(words["made by"], "a test");
    assert_eq!(found.len(), all.len());
    for (name, x) in &all {
        let y = &found[*name];
        assert_eq!((y.shape(), y.dtype(), y.to_bytes()), (x.shape(), x.dtype(), x.to_bytes()), "{name}");
    }
    std::fs::remove_file(path).unwrap();
}

#[test]
fn npy_there_and_back() {
    for (name, x) in samples() {
        let path = place(&format!("{name}.npy"));
        write_npy(&path, &x).unwrap();
        assert_eq!(std::fs::read(&path).unwrap().len() % 64, x.to_bytes().len() % 64, "the header is aligned");
        let y = read_npy(&path).unwrap();
        assert_eq!((y.shape(), y.dtype(), y.to_bytes()), (x.shape(), x.dtype(), x.to_bytes()), "{name}");
        std::fs::remove_file(path).unwrap();
    }
}

#[test]
fn npy_from_elsewhere() {
    let file = |header: &str, data: &[u8]| {
        let path = place("odd.npy");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        std::fs::write(&path, bytes).unwrap();
        let read = read_npy(&path);
        std::fs::remove_file(path).unwrap();
        read
    };
    let big =
        file("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 2), }", &[0, 1, 0, 2, 255, 255, 0, 4]).unwrap();
    assert_eq!(big.to_vec::<i64>(), [1, -1, 2, 4]);
    for (header, data, why) in [
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", &[0u8; 4][..], "needs 8 bytes, there are 4"),
        ("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", &[0; 8], "not known"),
        ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", &[0; 4], "a record"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", &[0; 4], "is no size"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (18446744073709551615, 2), }", &[], "too large"),
        ("{'descr': '|b1', 'fortran_order': False, 'shape': (1,), }", &[7], "not known"),
        ("{}", &[], "no `descr`"),
    ] {
        let error = file(header, data).unwrap_err().to_string();
        assert!(error.contains(why), "{header}: {error}");
    }
}

#[test]
fn files_that_are_not_what_they_say_are_refused() {
    let path = place("bad");
    assert!(matches!(load(&path), Err(Error::Io { .. })));
    for bytes in [
        &b""[..],
        b"\x93NUMPY",
        b"\x93NUMPY\x09\x00\x00\x00",
        b"\xff\xff\xff\xff\xff\xff\xff\x7f{}",
        b"\x02\0\0\0\0\0\0\0{}x",
    ] {
        std::fs::write(&path, bytes).unwrap();
        assert!(matches!(load(&path), Err(Error::Format { .. })), "{bytes:?}");
        assert!(matches!(read_npy(&path), Err(Error::Format { .. })), "{bytes:?}");
    }
    std::fs::remove_file(path).unwrap();
}

/// A run that is interrupted, saved, loaded and continued is the run that was never interrupted, bit for bit.
#[test]
fn optimiser_state_saves_and_restores_bit_for_bit() {
    fn run(new: &dyn Fn() -> Box<dyn Optimiser>, name: &str) {
        let mut rng = Rng::new(3);
        let mut w = rng.normal([5], DType::F32).variable();
        let step = |opt: &mut dyn Optimiser, w: &mut Tensor| {
            let g = (&*w * 3.0).sin().sum().grad(&[w]);
            opt.step(&mut [w], &g);
        };
        let mut straight = new();
        (0..3).for_each(|_| step(&mut *straight, &mut w));
        let path = place(name);
        let state = straight.state();
        let named = [("w".to_owned(), w.detach())].into_iter().chain(state).collect::<State>();
        save(&path, named.iter().map(|(n, t)| (n.as_str(), t))).unwrap();
        (0..3).for_each(|_| step(&mut *straight, &mut w));
        let found = load(&path).unwrap();
        let (mut again, mut v) = (new(), found["w"].variable());
        again.restore(&found).unwrap();
        (0..3).for_each(|_| step(&mut *again, &mut v));
        assert_eq!(w.to_bytes(), v.to_bytes(), "{name}");
        assert!(again.restore(&State::new()).is_err());
        std::fs::remove_file(path).unwrap();
    }
    run(&|| Box::new(Adam::new(0.05).with_decay(0.01)), "adam");
    run(&|| Box::new(Sgd::new(0.05).with_nesterov(0.9).with_decay(0.01)), "sgd");
}
