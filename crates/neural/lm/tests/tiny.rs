//! Scoring, looking inside and caches, on a small model against passes one by one.

mod common;

use common::tiny_model;
use symbolon_lm::{Inspect, LanguageModel, Local, Prompt, inspect};
use symbolon_net::pretrained::{Cache, Pass};
use symbolon_net::{Edit, Select, Trace};
use symbolon_tensor::{Tensor, no_grad};

fn model(name: &str) -> Local {
    Local::open(tiny_model(name)).unwrap()
}

#[test]
fn scores_are_sums_of_single_passes() {
    let model = model("score");
    // Single tokens, options that begin others, equal ones, and the empty-handed end of a chunk.
    let options: Vec<String> = ["a", "b", "ab", "abc", "true", "b", "false: 12 3", "☃"]
        .iter()
        .map(|s| s.to_string())
        .chain((0..40).map(|i| format!("{i} is the number of an option")))
        .collect();
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    for prompt in ["x", "The crab is "] {
        let scores = model.score(&prompt.into(), &options).unwrap();
        let start = model.tokens(&prompt.into()).unwrap();
        for (option, score) in options.iter().zip(&scores) {
            let whole = Prompt::Text(format!("{prompt}{option}"));
            let ids = model.tokens(&whole).unwrap();
            let logits = no_grad(|| model.trace(&whole, &mut Trace::none())).unwrap().log_softmax(-1);
            let shared = ids.iter().zip(&start).take_while(|(a, b)| a == b).count();
            // Where the seam moved for one option, it is scored from there for all.
            let from = ids.len() - score.tokens;
            assert!(from <= shared);
            let sum: f64 = (from..ids.len()).map(|i| logits.get((0, i - 1, ids[i] as usize)).item()).sum();
            assert!((sum - score.log_probability).abs() < 1e-4, "{option}: {sum} {score:?}");
        }
    }
    assert!(model.score(&"x".into(), &[]).unwrap().is_empty());
    assert!(model.score(&"x".into(), &["y".repeat(80).as_str()]).unwrap_err().to_string().contains("64"));
}

#[test]
fn odds_and_losses_are_those_of_single_passes() {
    let model = model("odds");
    let text = "The crab is true";
    let ids = model.tokens(&text.into()).unwrap();
    let logs = no_grad(|| model.trace(&text.into(), &mut Trace::none())).unwrap().log_softmax(-1);
    let first = |word: &str| model.tokenizer.encode(word).unwrap()[0] as usize;
    let chance = |words: &[&str]| words.iter().map(|w| logs.get((0, -1, first(w))).item().exp()).sum::<f64>();
    let (a, b) = (["a", "3"], ["x", "the"]);
    let odds = model.word_odds(&text.into(), [&a, &b], &mut Trace::none()).unwrap();
    assert!((odds - (chance(&a) / chance(&b)).ln()).abs() < 1e-4, "{odds}");
    let edited = Trace::new().edit("blocks.0.resid_post", Edit::Zero);
    assert!((model.word_odds(&text.into(), [&a, &b], &mut { edited }).unwrap() - odds).abs() > 1e-4);
    assert!(model.word_odds(&text.into(), [&a, &[]], &mut Trace::none()).is_err());
    // The text alone, without what the model expects around a prompt.
    let plain = model.tokenizer.encode(text).unwrap();
    let loss = model.text_loss(text, 5, &mut Trace::none()).unwrap();
    let tokens = symbolon_lm::batch(&[&plain[..5]]).unwrap();
    let logs = no_grad(|| model.network.run(&[tokens], Pass::default(), &mut Trace::none())).unwrap().log_softmax(-1);
    let by_hand = (0..4).map(|i| -logs.get((0, i, plain[i + 1] as usize)).item()).sum::<f64>() / 4.0;
    assert!((loss - by_hand).abs() < 1e-4 && ids.len() >= plain.len(), "{loss} {by_hand}");
    assert!(model.text_loss(text, 1, &mut Trace::none()).is_err());
}

#[test]
fn a_cache_that_grows_gives_what_a_whole_pass_gives() {
    let model = model("cache");
    let ids: Vec<i64> = (0..60).map(|i| i * 37 % 290).collect();
    let run = |ids: &[i64], pass: Pass| {
        let input = Tensor::new(ids.to_vec(), [1, ids.len()]).unwrap();
        no_grad(|| model.network.run(&[input], pass, &mut Trace::none())).unwrap()
    };
    let whole = run(&ids, Pass::default());
    // In steps of every size, so that buffers are filled to the brim, doubled, and cut back.
    for steps in [vec![1; 60], vec![7, 1, 1, 20, 1, 1, 1, 28], vec![59, 1], vec![30, 30]] {
        let mut cache = Cache::new();
        let mut at = 0;
        for n in steps {
            let before = cache.clone();
            let some = run(&ids[at..at + n], Pass { cache: Some(&mut cache), ..Pass::default() });
            assert!(some.is_close(&whole.narrow(1, at..at + n), 1e-4, 1e-4), "{at} {n}");
            // A clone still holds the prefix it was taken from, whatever was written behind it.
            let mut other = before;
            run(&[5], Pass { cache: Some(&mut other), ..Pass::default() });
            at += n;
            assert_eq!((cache.len(), other.len()), (at, at - n + 1));
        }
        cache.truncate(10);
        let again = run(&ids[10..30], Pass { cache: Some(&mut cache), ..Pass::default() });
        assert!(again.is_close(&whole.narrow(1, 10..30), 1e-4, 1e-4));
        let mut three = cache.repeat(3);
        let input = Tensor::new(ids[30..40].repeat(3), [3, 10]).unwrap();
        let pass = Pass { cache: Some(&mut three), ..Pass::default() };
        let wide = no_grad(|| model.network.run(&[input], pass, &mut Trace::none())).unwrap();
        for i in 0..3 {
            assert!(wide.narrow(0, i..i + 1).is_close(&whole.narrow(1, 30..40), 1e-4, 1e-4));
        }
    }
}

#[test]
fn a_look_inside_tells_what_the_pass_computed() {
    let model = model("inspect");
    let prompt: Prompt = "The crab".into();
    let what = Inspect {
        record: ["blocks.*.resid_post", "blocks.1.attn.pattern", "blocks.0.attn.z[2]"].map(String::from).to_vec(),
        top: 3,
        lens: true,
        ..Inspect::default()
    };
    let found = inspect(&model, &prompt, &what).unwrap();
    let n = found.tokens.len();
    let mut trace = Trace::new().record("blocks.*.resid_post");
    let logits = no_grad(|| model.trace(&prompt, &mut trace)).unwrap();
    // Norms, and the lens behind the last layer is the model itself.
    let names: Vec<String> = found.sites.iter().map(|s| s.site.to_string()).collect();
    assert_eq!(
        names,
        [
            "blocks.0.attn.z[2]",
            "blocks.0.resid_post",
            "blocks.1.attn.pattern",
            "blocks.1.resid_post",
            "blocks.2.resid_post"
        ]
    );
    let stream = trace.get(&"blocks.1.resid_post".parse().unwrap()).unwrap().tensor().get((0, n - 1));
    assert!((found.sites[3].norms[n - 1] - stream.square().sum().item().sqrt()).abs() < 1e-4);
    assert_eq!(found.lens.len(), 4);
    assert_eq!(found.lens[0].site.to_string(), "embed");
    let (last, own) = (&found.lens[3].guesses[n - 1], &found.next[n - 1]);
    assert_eq!(last.iter().map(|g| g.id).collect::<Vec<_>>(), own.iter().map(|g| g.id).collect::<Vec<_>>());
    assert_eq!(u64::from(own[0].id), logits.get((0, n - 1)).argmax(-1).item() as u64);
    assert!((own[0].probability - logits.get((0, n - 1)).softmax(-1).max().item()).abs() < 1e-5);
    assert!(own.windows(2).all(|w| w[0].probability >= w[1].probability));
    let squares: Vec<_> = found.patterns().collect();
    assert_eq!((squares.len(), squares[3].0.to_string().as_str()), (4, "blocks.1.attn.pattern[3]"));
    assert!(squares.iter().all(|(_, x)| x.sum_axis(-1, false).is_close(&Tensor::from(vec![1.0f32; n]), 1e-5, 0.0)));
    // An edit changes what comes after it and nothing before.
    let edits = vec![("blocks.1.mlp.out".to_owned(), Edit::Scale(5.0).at(Select::positions([-1])))];
    let edited = inspect(&model, &prompt, &Inspect { edits, ..what.clone() }).unwrap();
    assert_eq!(edited.sites[1].norms, found.sites[1].norms);
    assert_ne!(edited.sites[3].norms[n - 1], found.sites[3].norms[n - 1]);
    assert_eq!(edited.sites[3].norms[..n - 1], found.sites[3].norms[..n - 1]);
    // Before any work.
    let e = |what: &Inspect| inspect(&model, &prompt, what).unwrap_err().to_string();
    assert!(e(&Inspect { record: vec!["blocks.1.mlp.outt".into()], ..what.clone() }).contains("blocks.1.mlp.out"));
    let wrong = vec![("blocks.1.mlp.out".to_owned(), Edit::Add(Tensor::from([1.0f32; 7])))];
    assert!(e(&Inspect { edits: wrong, ..what.clone() }).contains("[7]"));
}
