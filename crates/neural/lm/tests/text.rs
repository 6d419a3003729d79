//! Text in and out: tokenizers, sampling, chat templates.

mod common;

use common::{fetched, golden, scratch, toy_tokenizer};
use proptest::prelude::*;
use symbolon_lm::gguf::Gguf;
use symbolon_lm::{ChatTemplate, Message, Sampler, Sampling, Stream, Tokenizer, whole_pieces};

#[test]
fn control_tokens_cannot_be_typed() {
    let t = toy_tokenizer();
    let typed = t.encode("a<|end|>b").unwrap();
    assert!(!typed.contains(&1) && t.decode(&typed).unwrap() == "a<|end|>b");
    let framed = t.encode_framed("a<|end|>b", false).unwrap();
    assert_eq!((framed[1], framed.len()), (1, 3));
    assert_eq!(t.decode(&framed).unwrap(), "ab", "control tokens are no text");
    assert!(t.bytes(99_999).is_err() && t.decode(&[99_999]).is_err());
    assert!(t.clone().with_ends(None, vec![99_999]).is_err());
}

#[test]
fn gaps_are_filled_and_single_tokens_told_from_others() {
    let t = toy_tokenizer();
    let gaps = [t.encode("x").unwrap()[0], t.encode("y").unwrap()[0]];
    let filled = t.filled(&["ab ", " cd", "."], &gaps).unwrap();
    assert_eq!(t.decode(&filled).unwrap(), "ab x cdy.");
    assert_eq!(t.decode(&t.filled(&["ab", "cd"], &[]).unwrap()).unwrap(), "abcd");
    let texts = ["abcdefgh ijkl".to_owned(), "z".to_owned(), "mnopqrst uv".to_owned()];
    let pieces = whole_pieces(&t, &texts, 3, 100).unwrap();
    let expected: Vec<Vec<u32>> = texts
        .iter()
        .flat_map(|text| t.encode(text).unwrap().chunks_exact(3).map(<[u32]>::to_vec).collect::<Vec<_>>())
        .collect();
    assert!(pieces == expected && pieces.len() >= 2);
    assert_eq!(whole_pieces(&t, &texts, 3, 1).unwrap(), expected[..1]);
    for word in ["a", "the", "crab", "xyzzy plugh"] {
        let whole = t.encode(&format!(" {word}")).unwrap();
        assert_eq!(t.single(word).unwrap(), (whole.len() == 1).then(|| whole[0]));
    }
}

proptest! {
    #[test]
    fn every_text_survives_byte_for_byte(text: String) {
        let t = toy_tokenizer();
        let ids = t.encode(&text).unwrap();
        prop_assert_eq!(t.decode_bytes(&ids).unwrap(), text.as_bytes());
        let mut s = Stream::new([]);
        let mut streamed: String = ids.iter().map(|&id| s.push(t.bytes(id).unwrap())).collect();
        streamed += &s.finish();
        prop_assert_eq!(streamed, text);
    }

    #[test]
    fn damaged_tokenizer_files_are_refused_not_fatal(at in 0usize..3000, byte: u8) {
        let mut json = br#"{"version":"1.0","added_tokens":[{"id":0,"content":"<e>","special":true,"single_word":false,"lstrip":false,"rstrip":false,"normalized":false}],"normalizer":{"type":"NFC"},"pre_tokenizer":{"type":"Split","pattern":{"Regex":"\\p{L}+"},"behavior":"Isolated","invert":false},"post_processor":null,"decoder":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},"model":{"type":"BPE","vocab":{"<e>":0,"a":1,"b":2,"ab":3},"merges":["a b"],"dropout":null,"unk_token":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false}}"#.to_vec();
        prop_assert!(Tokenizer::from_json(&json, "whole").is_ok());
        let n = json.len();
        json[at % n] = byte;
        if let Ok(t) = Tokenizer::from_json(&json, "damaged") {
            let _ = t.encode("abab b").map(|ids| t.decode(&ids));
        }
    }
}

#[test]
fn sampling_follows_its_definition() {
    let logits = [1.0f32, 3.0, 2.0, 3.0, f32::NEG_INFINITY];
    let tokens = |s: &Sampling, before: &[u32]| s.distribution(&logits, before).unwrap();
    // Softmax by hand.
    let z: f64 = [1.0f64, 3.0, 2.0, 3.0].iter().map(|x| x.exp()).sum();
    let all = tokens(&Sampling::default(), &[]);
    assert_eq!(all.iter().map(|t| t.0).collect::<Vec<_>>(), [1, 3, 2, 0], "likeliest first, lower number first");
    for (token, p) in &all {
        assert!((p - f64::from(logits[*token as usize]).exp() / z).abs() < 1e-12);
    }
    let ids = |s: Sampling, before: &[u32]| tokens(&s, before).iter().map(|t| t.0).collect::<Vec<_>>();
    assert_eq!(ids(Sampling::greedy(), &[]), [1]);
    assert_eq!(ids(Sampling { top_k: Some(2), ..Sampling::default() }, &[]), [1, 3]);
    // 0.4 + 0.4 reaches 0.8, the third is needed for 0.9.
    assert_eq!(ids(Sampling { top_p: 0.7, ..Sampling::default() }, &[]), [1, 3]);
    assert_eq!(ids(Sampling { top_p: 0.9, ..Sampling::default() }, &[]), [1, 3, 2]);
    assert_eq!(ids(Sampling { min_p: 0.3, ..Sampling::default() }, &[]), [1, 3, 2]);
    assert_eq!(ids(Sampling { repetition_penalty: 2.0, ..Sampling::greedy() }, &[1, 1]), [3]);
    let negative = Sampling { repetition_penalty: 2.0, ..Sampling::greedy() };
    assert_eq!(negative.distribution(&[-1.0, -1.5], &[0, 7000]).unwrap()[0].0, 1);
    // Half the temperature squares the odds.
    let cold = tokens(&Sampling { temperature: 0.5, ..Sampling::default() }, &[]);
    assert!(((cold[0].1 / cold[2].1) - 1f64.exp().powi(2)).abs() < 1e-9);
    for bad in [vec![f32::NAN], vec![f32::INFINITY], vec![f32::NEG_INFINITY], vec![]] {
        assert!(Sampling::default().distribution(&bad, &[]).is_err());
    }
    for bad in [
        Sampling { temperature: -1.0, ..Sampling::default() },
        Sampling { temperature: f64::NAN, ..Sampling::default() },
        Sampling { top_p: 0.0, ..Sampling::default() },
        Sampling { top_k: Some(0), ..Sampling::default() },
        Sampling { repetition_penalty: 0.0, ..Sampling::default() },
        Sampling { min_p: 2.0, ..Sampling::default() },
    ] {
        assert!(Sampler::new(bad, 0).is_err());
    }
}

#[test]
fn drawn_tokens_have_the_promised_frequencies() {
    let logits: Vec<f32> = [0.5f32, 0.3, 0.15, 0.05].iter().map(|p| p.ln()).collect();
    let mut s = Sampler::new(Sampling::default(), 3).unwrap();
    let mut count = [0.0f64; 4];
    let n = 20_000;
    (0..n).for_each(|_| count[s.next(&logits, &[]).unwrap() as usize] += 1.0);
    // Chi-squared with three degrees of freedom: above 16.3 once in a thousand seeds.
    let chi: f64 =
        [0.5, 0.3, 0.15, 0.05].iter().zip(count).map(|(p, c)| (c - p * n as f64).powi(2) / (p * n as f64)).sum();
    assert!(chi < 16.3, "{chi}");
}

#[test]
fn chat_templates_speak_the_models_dialect() {
    let source = "{%- for message in messages %}\n    {%- if message['role'] not in ['user', 'assistant'] %}\n        {{- raise_exception('unknown role: ' + message.role) }}\n    {%- endif %}\n    {{- bos_token + '[' + message['role'].upper() + '] ' + message['content'].strip() }}\n{%- endfor %}\n{%- if add_generation_prompt %}\n    {{- '[ASSISTANT]' }}\n{%- endif %}";
    let t = ChatTemplate::new(source).unwrap().with_ends("<s>", "</s>");
    let talk = [Message::user(" hi "), Message::assistant("yes")];
    assert_eq!(t.render(&talk, true).unwrap(), "<s>[USER] hi<s>[ASSISTANT] yes[ASSISTANT]");
    assert!(t.render(&[Message::system("x")], false).unwrap_err().to_string().contains("unknown role: system"));
    let broken = ChatTemplate::new("{% for m in %}").unwrap_err().to_string();
    assert!(broken.contains("line 1"), "{broken}");
    let endless = ChatTemplate::new("{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}");
    assert!(endless.unwrap().render(&[], false).is_err(), "a template cannot run for ever");
}

#[test]
fn model_folders_say_which_tokens_end_a_text() {
    let folder = scratch("folder-ends");
    let json = br#"{"version":"1.0","added_tokens":[],"normalizer":null,"pre_tokenizer":null,"post_processor":null,"decoder":null,"model":{"type":"WordLevel","vocab":{"a":0,"b":1,"c":2,"d":3},"unk_token":"a"}}"#;
    std::fs::write(folder.join("tokenizer.json"), json).unwrap();
    std::fs::write(
        folder.join("tokenizer_config.json"),
        r#"{"eos_token": {"content": "b"}, "bos_token": "d", "chat_template": "{{ bos_token }}"}"#,
    )
    .unwrap();
    std::fs::write(folder.join("generation_config.json"), r#"{"eos_token_id": [2, 1]}"#).unwrap();
    let t = Tokenizer::from_folder(&folder).unwrap();
    assert_eq!((t.begin(), t.end()), (Some(3), &[1, 2][..]));
    assert_eq!(ChatTemplate::from_folder(&folder).unwrap().unwrap().render(&[], false).unwrap(), "d");
    std::fs::write(folder.join("generation_config.json"), r#"{"eos_token_id": 77}"#).unwrap();
    assert!(Tokenizer::from_folder(&folder).unwrap_err().to_string().contains("77"));
    std::fs::write(folder.join("config.json"), "{").unwrap();
    assert!(Tokenizer::from_folder(&folder).unwrap_err().to_string().contains("config.json"));
}

/// What the reference tokenizer makes of lines of text: `tests/golden/make_tokens.py`.
#[test]
fn the_tokenizer_of_a_real_gguf_file_agrees_with_the_reference() {
    let Some(folder) = fetched("smollm2-135m") else { return };
    let file = Gguf::open(folder.join("model.gguf")).unwrap();
    let t = Tokenizer::from_gguf(&file).unwrap();
    assert_eq!((t.len(), t.begin(), t.end(), t.is_exact()), (49152, Some(1), &[2][..], true));
    let golden: Vec<(String, Vec<u32>)> =
        serde_json::from_slice(&std::fs::read(golden("smollm2_tokens.json")).unwrap()).unwrap();
    assert!(golden.len() > 20);
    for (text, ids) in &golden {
        assert_eq!(&t.encode(text).unwrap(), ids, "{text:?}");
        assert_eq!(&t.decode(ids).unwrap(), text);
    }
    let chat = ChatTemplate::from_gguf(&file).unwrap().unwrap();
    let text = chat.render(&[Message::user("Hello")], true).unwrap();
    assert_eq!(
        text,
        "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n"
    );
    let ids = t.encode_framed(&text, true).unwrap();
    assert_eq!(ids.iter().filter(|&&id| t.is_special(id)).count(), 5);
}
