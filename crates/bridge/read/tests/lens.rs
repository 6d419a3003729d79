//! The lens against the network's own logits, and streaming against all logits at once.

use symbolon_net::{Network, Trace, Transformer, TransformerConfig};
use symbolon_read::lens::{Readout, Vocabulary, log_probabilities, top};
use symbolon_tensor::{DType, Rng, Tensor, no_grad};

#[test]
fn the_last_stream_reads_as_the_output() {
    let mut rng = Rng::new(0);
    let network = Transformer::new(&TransformerConfig::decoder(300, 8, 2, 16, 2), &mut rng).unwrap();
    let tokens = rng.indices([4, 6], 300);
    let mut trace = Trace::new().record("blocks.1.resid_post");
    let logits = no_grad(|| network.forward(&[tokens], &mut trace)).unwrap().reshape([24, 300]);
    let rows = trace.get(&"blocks.1.resid_post".parse().unwrap()).unwrap().rows();
    let best = top(&network, &rows, Readout::Stream, 5).unwrap();
    let log = logits.log_softmax(1);
    let (values, at) = log.topk(5, 1);
    for (i, row) in best.iter().enumerate() {
        for (j, token) in row.iter().enumerate() {
            assert_eq!(token.token as i64, at.get((i, j)).item() as i64);
            assert!((token.log_probability - values.get((i, j)).item()).abs() < 1e-4);
        }
    }
    let right: Vec<usize> = best.iter().map(|row| row[2].token).collect();
    let found = log_probabilities(&network, &rows, &right).unwrap();
    assert!(found.iter().zip(&best).all(|(p, row)| (p - row[2].log_probability).abs() < 1e-4));
}

#[test]
fn weights_are_read_without_the_norm() {
    let network = Transformer::new(&TransformerConfig::decoder(40, 8, 1, 16, 2), &mut Rng::new(1)).unwrap();
    // A direction along a token's own vector promotes that token.
    let rows = network.embed.weight.narrow(0, 7..9) * 5.0;
    let best = top(&network, &rows, Readout::Weights, 1).unwrap();
    assert_eq!((best[0][0].token, best[1][0].token), (7, 8));
    let written = rows.matmul(&network.embed.weight.t());
    assert!(network.logits(&rows, Readout::Weights).unwrap().is_close(&written, 1e-6, 0.0));
    assert!(top(&network, &Tensor::zeros([2, 15], DType::F32), Readout::Stream, 1).is_err());
    assert!(top(&network, &rows, Readout::Stream, 0).is_err());
    assert!(log_probabilities(&network, &rows, &[1]).is_err() && log_probabilities(&network, &rows, &[1, 40]).is_err());
    assert_eq!(top(&network, &rows, Readout::Stream, 100).unwrap()[0].len(), 40);
}

#[test]
fn what_follows_a_prefix_is_what_the_whole_says() {
    use symbolon_net::pretrained::{Config, Transformer as Published};
    use symbolon_read::{Continued, last_rows, last_rows_shared};
    let config = serde_json::json!({
        "model_type": "llama", "vocab_size": 40, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
        "intermediate_size": 24, "tie_word_embeddings": true
    });
    let config = Config::from_json(&config).unwrap();
    let network = Published::random(&config, &mut Rng::new(2)).unwrap();
    let whole: Vec<Vec<u32>> = vec![vec![3, 1, 4, 1], vec![3, 1, 5], vec![3, 1, 9, 2]];
    let rest: Vec<Vec<u32>> = whole.iter().map(|s| s[2..].to_vec()).collect();
    let sites = ["blocks.0.resid_post".to_owned(), "blocks.1.mlp.post".to_owned()];
    let a = last_rows(&network, &whole, &sites, 2).unwrap();
    for prefix in [0, 2] {
        let rest = if prefix == 0 { &whole } else { &rest };
        let b = last_rows(&Continued::new(&network, &[3, 1][..prefix]).unwrap(), rest, &sites, 2).unwrap();
        assert!(a.iter().zip(&b).all(|(a, b)| a.is_close(b, 1e-5, 1e-4)));
    }
    let b = last_rows_shared(&network, &whole, &sites, 2).unwrap();
    assert!(a.iter().zip(&b).all(|(a, b)| a.is_close(b, 1e-5, 1e-4)));
    for none in [vec![vec![]], vec![]] {
        assert!(
            last_rows(&network, &none, &sites, 2).is_err() && last_rows_shared(&network, &none, &sites, 2).is_err()
        );
    }
}
