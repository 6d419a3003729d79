//! Networks over sequences that are put together from two parts: one that looks at each step, and one that sums up.

use super::{refuse, single};
use crate::activation::Axis;
use crate::error::Result;
use crate::layers::{Arithmetic, ArithmeticLayer, Embedding, Init, Linear, Lstm};
use crate::network::Network;
use crate::parameters;
use crate::site::SiteInfo;
use crate::trace::Trace;
use symbolon_tensor::{Rng, Tensor};

/// One network for each step of a sequence, and another for what they all say: `[batch, time, ..]` goes through `each` as
/// `[batch · time, ..]`, its answers go through `then` as `[batch, time, features]`. Sites are those of `then`.
pub struct TimeDistributed {
    /// From what a step holds to its features.
    pub each: Box<dyn Network>,
    /// From features of all steps to the answer.
    pub then: Box<dyn Network>,
}
parameters!(TimeDistributed { each, then });

impl Network for TimeDistributed {
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> Result<Tensor> {
        let x = single("time-distributed", inputs)?;
        if x.rank() < 3 {
            let problem = format!("it takes [batch, time, ..], the input has shape {:?}", x.shape());
            return Err(refuse("time-distributed", problem));
        }
        let (batch, time) = (x.size(0), x.size(1));
        let steps = [&[batch * time], &x.shape()[2..]].concat();
        let seen = self.each.answer(&x.reshape(steps))?;
        self.then.forward(&[seen.reshape([batch, time, seen.len() / (batch * time).max(1)])], trace)
    }
    fn sites(&self) -> Vec<SiteInfo> {
        self.then.sites()
    }
    fn config(&self) -> serde_json::Value {
        serde_json::json!({ "kind": "time_distributed", "each": self.each.config(), "then": self.then.config() })
    }
    fn trains(&self, name: &str) -> bool {
        match name.split_once('.') {
            Some(("each", rest)) => self.each.trains(rest),
            Some(("then", rest)) => self.then.trains(rest),
            _ => true,
        }
    }
}

/// What a [`TokenReader`] makes of the last state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    /// A linear map, times a number: where answers are far from where weights start.
    Linear(f64),
    /// A layer of arithmetic.
    Arithmetic(Arithmetic),
}

/// A number for a sequence of tokens: an embedding, an LSTM, and what reads its state behind the last token.
#[derive(Clone, Debug)]
pub struct TokenReader {
    /// Vectors of tokens.
    pub embedding: Embedding,
    /// What remembers.
    pub lstm: Lstm,
    /// What answers, where that is linear.
    pub linear: Option<Linear>,
    /// What answers, where that is arithmetic.
    pub unit: Option<ArithmeticLayer>,
    answer: Answer,
}
parameters!(TokenReader { embedding, lstm, linear, unit });

const ROWS: [Axis; 2] = [Axis::Batch, Axis::Unit];

impl TokenReader {
    /// A reader of so many different tokens, with vectors and a state of `width` numbers.
    pub fn new(tokens: usize, width: usize, answer: Answer, rng: &mut Rng) -> Self {
        let (embedding, lstm) = (Embedding::new(rng, tokens, width), Lstm::new(rng, width, width));
        let (linear, unit) = match answer {
            Answer::Linear(_) => (Some(Linear::new(rng, width, 1, true, Init::Uniform)), None),
            Answer::Arithmetic(kind) => (None, Some(kind.build(rng, width, 1))),
        };
        Self { embedding, lstm, linear, unit, answer }
    }
}

impl Network for TokenReader {
    /// Tokens `[batch, longest]`, padded behind their ends, and the place of each one's last token `[batch]`.
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> Result<Tensor> {
        let [tokens, last] = inputs else {
            let problem =
                format!("it takes tokens and the places of the last ones, {} inputs were given", inputs.len());
            return Err(refuse("token reader", problem));
        };
        if tokens.rank() != 2 || last.shape() != [tokens.size(0)] {
            let problem = format!("tokens {:?} with last places {:?}", tokens.shape(), last.shape());
            return Err(refuse("token reader", problem + "; give [batch, longest] and [batch]"));
        }
        let states = self.lstm.forward(&self.embedding.forward(tokens));
        let [batch, size] = [states.size(0), states.size(2)];
        let state = states.gather(1, &last.reshape([batch, 1, 1]).expand([batch, 1, size])).squeeze(1);
        let out = match (self.answer, &self.linear, &self.unit) {
            (Answer::Linear(times), Some(linear), _) => linear.forward(&state) * times,
            (_, _, Some(unit)) => unit.forward(&state),
            _ => return Err(refuse("token reader", "nothing reads its state".into())),
        };
        trace.at("logits", &ROWS, out)
    }
    fn sites(&self) -> Vec<SiteInfo> {
        vec![SiteInfo::new("logits", &ROWS, &[None, Some(1)])]
    }
    fn config(&self) -> serde_json::Value {
        serde_json::json!({ "kind": "token_reader", "shape": self.embedding.weight.shape(), "answer": format!("{:?}", self.answer) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::architecture::Architecture;
    use crate::networks::{Memory, Recurrent, RecurrentConfig};
    use symbolon_tensor::{DType, Device};

    #[test]
    fn each_step_is_seen_alone() {
        let mut rng = Rng::new(1);
        let each = "mlp(6, 4, 2)".parse::<Architecture>().unwrap().build(&mut rng, Device::Cpu).unwrap();
        let config = RecurrentConfig { inputs: 2, hidden: 3, outputs: 1, memory: Memory::Lstm };
        let then = Box::new(Recurrent::new(&config, &mut rng).unwrap());
        let net = TimeDistributed { each, then };
        let x = rng.normal([3, 5, 2, 3], DType::F32);
        // Step by step, by hand.
        let seen: Vec<Tensor> = (0..5).map(|t| net.each.answer(&x.narrow(1, t..t + 1).squeeze(1)).unwrap()).collect();
        let by_hand = net.then.answer(&Tensor::stack(&seen.iter().collect::<Vec<_>>(), 1)).unwrap();
        assert!(net.answer(&x).unwrap().is_close(&by_hand, 1e-6, 1e-6));
        assert!(net.parameters()[0].0.starts_with("each.fc1") && net.trains("then.read.weight"));
        assert!(net.answer(&x.get((0, 0))).is_err());
    }

    #[test]
    fn padding_is_never_read() {
        for answer in [Answer::Linear(10.0), Answer::Arithmetic(Arithmetic::Nac)] {
            let net = TokenReader::new(7, 4, answer, &mut Rng::new(2));
            let say = |tokens: &[[i64; 4]], last: &[i64]| {
                let tokens = Tensor::new(tokens.concat(), [tokens.len(), 4]).unwrap();
                net.forward(&[tokens, Tensor::from(last)], &mut Trace::none()).unwrap().to_vec::<f32>()
            };
            let alone = say(&[[3, 5, 0, 0]], &[1]);
            assert_eq!(alone, say(&[[3, 5, 6, 1]], &[1]));
            assert_ne!(alone, say(&[[3, 5, 6, 1]], &[2]));
            assert_eq!(say(&[[1, 2, 3, 4], [3, 5, 0, 0]], &[3, 1])[1], alone[0]);
            assert!(net.answer(&Tensor::zeros([1, 4], DType::I64)).is_err());
        }
    }
}
