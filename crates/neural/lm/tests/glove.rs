//! GloVe, the real files. Left out (with a line that says so) where they have not been fetched: `symbolon models get glove-50d`.

mod common;

use common::{fetched, scratch};
use symbolon_lm::Embeddings;
use symbolon_tensor::{Tensor, io};

#[test]
fn words_are_near_and_analogies_hold() {
    let Some(folder) = fetched("glove-50d") else { return };
    let e = Embeddings::open(folder).unwrap();
    assert_eq!((e.len(), e.width(), &*e.words()[0]), (400_000, 50, "the"));
    // The first numbers of the published file glove.6B.50d.txt.
    let the = e.vector("the").unwrap().to_vec::<f32>();
    assert_eq!(the[..4], [0.418, 0.24968, -0.41242, 0.1217]);
    let near = e.nearest("frog", 5).unwrap();
    assert!(near.iter().any(|(w, _)| w == "toad") && near.windows(2).all(|w| w[0].1 >= w[1].1), "{near:?}");
    assert!((near[0].1 - e.likeness("frog", &near[0].0).unwrap()).abs() < 1e-5);
    for [a, b, c, d] in [["man", "king", "woman", "queen"], ["france", "paris", "italy", "rome"]] {
        let found = e.analogy(a, b, c, 3).unwrap();
        assert!(found.iter().any(|(w, _)| w == d), "{found:?}");
    }
    assert!(e.vector("craab").unwrap_err().to_string().contains("crab"));
}

#[test]
fn small_vectors_by_hand_and_files_that_do_not_fit() {
    let folder = scratch("words");
    let vectors = Tensor::from([[2.0f32, 0.0], [1.0, 1.0], [0.0, 3.0], [-1.0, 0.0]]);
    io::write_npy(folder.join("vectors.npy"), &vectors).unwrap();
    std::fs::write(folder.join("words.txt"), "east\nnortheast\nnorth\nwest\n").unwrap();
    let e = Embeddings::open(&folder).unwrap();
    let names = |list: Vec<(String, f64)>| list.into_iter().map(|(w, _)| w).collect::<Vec<_>>();
    assert_eq!(names(e.nearest("east", 9).unwrap()), ["northeast", "north", "west"]);
    assert_eq!(names(e.nearest_to(&Tensor::from([-5.0f32, 1.0]), 2).unwrap()), ["west", "north"]);
    assert!((e.likeness("east", "northeast").unwrap() - 0.5f64.sqrt()).abs() < 1e-6);
    assert!(e.nearest_to(&Tensor::from([1.0f32]), 2).is_err());
    assert!(e.vector("noorth").unwrap_err().to_string().contains("nearest are north"));
    for wrong in ["east\nnorth\n", "east\neast\nnorth\nwest\n"] {
        std::fs::write(folder.join("words.txt"), wrong).unwrap();
        assert!(Embeddings::open(&folder).is_err(), "{wrong}");
    }
    std::fs::remove_file(folder.join("words.txt")).unwrap();
    for bytes in [&b"PAR1"[..], b"PAR1 nonsense PAR1", b"", &[0xff; 300]] {
        std::fs::write(folder.join("words.parquet"), bytes).unwrap();
        assert!(Embeddings::open(&folder).unwrap_err().to_string().contains("words"));
    }
}
