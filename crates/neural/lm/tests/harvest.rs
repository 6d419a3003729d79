//! Harvests of a small model: rows are what single passes give, whatever was batched, cut, stopped or shared out.

mod common;

use common::{scratch, tiny_model};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use symbolon_lm::{Corpus, Error, Harvest, Harvested, Local, harvest};
use symbolon_net::pretrained::Pass;
use symbolon_net::{Axis, Trace};
use symbolon_store::Store;
use symbolon_tensor::{DType, Tensor, no_grad};

const SITES: [&str; 3] = ["blocks.1.resid_post", "blocks.{0,1}.attn.z", "embed"];

fn corpus(folder: &Path) -> Vec<PathBuf> {
    let (text, lines) = (folder.join("a.txt"), folder.join("b.jsonl"));
    std::fs::write(&text, "The crab walks. ☃ It rests.\n".repeat(4)).unwrap();
    std::fs::write(&lines, "\"true or false\"\n{\"text\": \"12 3\"}\n\"x\"\n").unwrap();
    vec![text, lines]
}

fn how() -> Harvest {
    Harvest { dtype: DType::F32, window: 20, at_once: 50, ..Harvest::new(SITES) }
}

fn gather(model: &Local, files: &[PathBuf], how: &Harvest, to: &Path) -> Result<Harvested, Error> {
    harvest(model, &Corpus::open(files)?.pieces_of(40), how, to, &mut |_| true)
}

/// Rows by document and position: token, and all sites' numbers one after the other.
fn rows(folder: &Path) -> BTreeMap<(u64, u32), (u32, String, Vec<f32>)> {
    let store = Store::open(folder).unwrap();
    let all: Vec<Tensor> = store.schema().sites.iter().map(|s| store.read(&s.name, 0..store.rows()).unwrap()).collect();
    let row = |i: u64| {
        let from = store.provenance(i).unwrap();
        let numbers = all.iter().flat_map(|x| x.get(i as usize).to_vec::<f32>()).collect();
        ((from.document, from.position), (from.token_id, from.token, numbers))
    };
    (0..store.rows()).map(row).collect()
}

#[test]
fn rows_are_what_single_passes_give() {
    let model = Local::open(tiny_model("harvest-model")).unwrap();
    let folder = scratch("harvest-rows");
    let files = corpus(&folder);
    let done = gather(&model, &files, &how(), &folder.join("out")).unwrap();
    let found = rows(&folder.join("out"));
    assert_eq!((done.rows as usize, done.read, done.interrupted), (found.len(), done.bytes, false));
    let corpus = Corpus::open(&files).unwrap().pieces_of(40);
    let mut seen = 0;
    for document in corpus.documents() {
        let document = document.unwrap();
        let ids = model.tokenizer.encode(&document.text).unwrap();
        for (w, window) in ids.chunks(20).enumerate() {
            let input =
                Tensor::new(window.iter().map(|&i| i64::from(i)).collect::<Vec<_>>(), [1, window.len()]).unwrap();
            let mut trace = SITES.iter().fold(Trace::new(), |t, s| t.record(*s));
            no_grad(|| model.network.run(&[input], Pass::default(), &mut trace)).unwrap();
            for (i, &id) in window.iter().enumerate() {
                // In the order of the request: patterns, then layers.
                let order = ["blocks.1.resid_post", "blocks.0.attn.z", "blocks.1.attn.z", "embed"];
                let expected: Vec<f32> = order
                    .iter()
                    .flat_map(|site| {
                        let x = trace.get(&site.parse().unwrap()).unwrap();
                        match x.axes().contains(&Axis::Head) {
                            true => x.tensor().get((0, .., i)).to_vec::<f32>(),
                            false => x.tensor().get((0, i)).to_vec::<f32>(),
                        }
                    })
                    .collect();
                let (token, text, numbers) = &found[&(document.number, (w * 20 + i) as u32)];
                assert_eq!((*token, text), (id, &model.tokenizer.show(id)));
                assert_eq!(numbers.len(), expected.len());
                assert!(numbers.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-4), "{}", document.place);
                seen += 1;
            }
        }
    }
    assert_eq!(seen, found.len());
    assert_eq!(done.documents, found.keys().map(|k| k.0).max().unwrap() + 1);
    Store::open(folder.join("out")).unwrap().verify().unwrap();
}

#[test]
fn stopped_shared_out_and_added_to_it_is_the_same() {
    let model = Local::open(tiny_model("harvest-resume")).unwrap();
    let folder = scratch("harvest-parts");
    let files = corpus(&folder);
    let whole = folder.join("whole");
    gather(&model, &files, &how(), &whole).unwrap();
    let expected = rows(&whole);
    let same = |found: BTreeMap<(u64, u32), (u32, String, Vec<f32>)>| {
        assert!(found.keys().eq(expected.keys()));
        for (key, (_, _, numbers)) in &found {
            assert!(numbers.iter().zip(&expected[key].2).all(|(a, b)| (a - b).abs() < 1e-4), "{key:?}");
        }
    };
    // Stopped again and again, each time after the first few documents.
    let (stopped, mut rounds) = (folder.join("stopped"), 0);
    loop {
        let corpus = Corpus::open(&files).unwrap().pieces_of(40);
        let done = harvest(&model, &corpus, &how(), &stopped, &mut |_| false).unwrap();
        rounds += 1;
        if done.documents == 0 {
            break;
        }
        assert!(done.interrupted);
    }
    assert!(rounds > 2, "{rounds}");
    same(rows(&stopped));
    // Two machines.
    let parts = ["0/2", "1/2"].map(|part| {
        let to = folder.join(part.replace('/', "-of-"));
        gather(&model, &files, &Harvest { part: part.parse().unwrap(), ..how() }, &to).unwrap();
        to
    });
    Store::merge(folder.join("merged"), &parts).unwrap();
    same(rows(&folder.join("merged")));
    // The second file later.
    let grown = folder.join("grown");
    gather(&model, &files[..1], &how(), &grown).unwrap();
    let done = gather(&model, &files, &how(), &grown).unwrap();
    assert_eq!((done.documents, done.skipped > 0), (3, true));
    same(rows(&grown));
    // What does not belong together.
    let refused = |files: &[PathBuf], how: &Harvest, says: &str| {
        let e = gather(&model, files, how, &grown).unwrap_err().to_string();
        assert!(e.contains(says), "{e}");
    };
    refused(&files[..1], &how(), "b.jsonl");
    refused(&[files[1].clone(), files[0].clone()], &how(), "a.txt");
    refused(&files, &Harvest { window: 10, ..how() }, "windows of 20 tokens");
    refused(&files, &Harvest { dtype: DType::F16, ..how() }, "F16");
    refused(&files, &Harvest { sites: vec!["embed".into()], ..how() }, "embed");
    std::fs::write(&files[0], "something else").unwrap();
    refused(&files, &how(), "changed");
}

#[test]
fn what_cannot_be_harvested_is_refused_before_any_work() {
    let model = Local::open(tiny_model("harvest-refused")).unwrap();
    let folder = scratch("harvest-refused-out");
    let files = corpus(&folder);
    let out = folder.join("out");
    for (sites, says) in [
        (vec!["blocks.1.resid_pots"], "blocks.1.resid_post"),
        (vec!["blocks.*.attn.pattern"], "attn.z"),
        (vec!["blocks.{"], "pattern"),
        (vec!["blocks.0.attn.z[9]"], "9"),
        (vec![], "no sites"),
    ] {
        let e =
            gather(&model, &files, &Harvest { sites: sites.iter().map(|s| s.to_string()).collect(), ..how() }, &out);
        let e = e.unwrap_err().to_string();
        assert!(e.contains(says), "{e}");
        assert!(!out.exists());
    }
    let found = Harvest::new(["blocks.0.attn.z[2]", "blocks.0.attn.z"]).resolve(&model.network).unwrap();
    assert_eq!(found, [("blocks.0.attn.z[2]".to_owned(), 4), ("blocks.0.attn.z".to_owned(), 16)]);
}
