//! all-MiniLM-L6-v2, the real file, against transformers: `tests/golden/make_minilm.py`.
//!
//! Left out (with a line that says so) where the model has not been fetched: `symbolon models get minilm-l6-v2`.

mod common;

use common::{fetched, golden};
use symbolon_lm::{Generation, LanguageModel, Local};
use symbolon_tensor::io;

const SENTENCES: [&str; 6] = [
    "A crab walks sideways.",
    "The crustacean moved to the left.",
    "Interest rates rose again.",
    "snow ☃",
    "Ångström naïve CAFÉ",
    "A somewhat longer sentence, with commas, numbers like 1234.5, and (brackets), that is cut into many more pieces.",
];

#[test]
fn sentence_vectors_agree_with_transformers() {
    let Some(folder) = fetched("minilm-l6-v2") else { return };
    let model = Local::open(folder).unwrap();
    let expected = io::load(golden("minilm.safetensors")).unwrap().remove("vectors").unwrap();
    // All at once, so that short ones are padded; and one by one.
    let vectors = model.embed(&SENTENCES).unwrap();
    let off = (&vectors - &expected).abs().max().item();
    println!("largest difference of {:?} numbers: {off:.1e}", vectors.shape());
    assert!(off < 1e-5, "{off}");
    for (i, s) in SENTENCES.iter().enumerate() {
        assert!(model.embed(&[s]).unwrap().is_close(&vectors.narrow(0, i..i + 1), 1e-5, 0.0), "{s}");
    }
    let like = |a: usize, b: usize| vectors.get(a).dot(&vectors.get(b)).item();
    assert!(like(0, 1) > like(0, 2) + 0.2, "{} {}", like(0, 1), like(0, 2));
    assert!(
        model
            .complete(&"x".into(), &Generation::default(), &mut |_| true)
            .unwrap_err()
            .to_string()
            .contains("embedding")
    );
    assert!(model.embed(&[&"crab ".repeat(600)]).unwrap_err().to_string().contains("512"));
}
